# shellcheck shell=bash
# A distribution's own initramfs with the boot program in it, made by its own tool in its own tree.

EARLY_PROGRAM=${PASSTHRU_EARLY_BIND:-${PROGRAM%/*}/passthru-early-bind}

# early_image SUITE BUILDER [fast|default] [chosen|none]: the path of an initramfs. BUILDER is dracut
# (with systemd), dracut-plain (without), or initramfs-tools. In each, the drivers of two chosen devices
# are asked for by name: in force_drivers, in modules-load.d, in the list of initramfs-tools. A new
# program does not make a new image: it comes with the second archive. "default" is compressed as the
# builder does by itself; "none" is an image of a host on which nothing is chosen.
early_image() {
  local suite=$1 builder=$2 tree how=${3:-fast} what=${4:-chosen}
  tree=$(debian_tree "$suite" "${builder%-plain}")
  local recipe=("$tree" "$HERE/lib/early-image.sh" "$PACKAGE"/dracut/50passthru-doctor/*
    "$PACKAGE"/initramfs-tools/hooks/* "$PACKAGE"/initramfs-tools/scripts/init-top/*)
  # Where sizes matter, the program does.
  if [ "$how" = default ]; then recipe+=("${EARLY_PROGRAM%/*}"/passthru-early-*); fi
  cached "early/$suite-$builder-$how-$what-$(digest "${recipe[@]}").img" \
    make_early_image "$tree" "$builder" "$how" "$what"
}

make_early_image() {
  local builder=$2 compress=() image=$5 tree=$5.tree release
  rm -rf "$tree"
  cp -a --reflink=auto "$1" "$tree"
  release=$(kernel_release "$tree")
  if [ "$3" = fast ]; then
    compress=(--compress 'zstd -3 -T0')
  else
    # Compressed as the distribution's tool does it by itself, not as it suits machines.
    sed -i '/^COMPRESSLEVEL=/d; /^compress=/d' "$tree"/etc/{dracut.conf.d,initramfs-tools/conf.d}/machines* || true
  fi
  if [ "$4" = chosen ]; then
    install -D -m 644 /dev/stdin "$tree/etc/passthru-doctor/bindings.conf" <<<'version 1'
  fi
  install_early_binding "$tree"
  case $builder in
    dracut)
      printf '%s\n' ahci e1000e >"$tree/etc/modules-load.d/in-the-way.conf"
      early_dracut --install /etc/modules-load.d/in-the-way.conf
      ;;
    dracut-plain) early_dracut --omit "systemd dracut-systemd systemd-initrd crypt" ;;
    initramfs-tools)
      printf '%s\n' ahci e1000e >>"$tree/etc/initramfs-tools/modules"
      chroot "$tree" mkinitramfs -o /initramfs.img "$release"
      ;;
  esac
  mv "$tree/initramfs.img" "$image"
  rm -rf "$tree"
}

# early_dracut OPTION...: runs the tree's dracut. Generic: the tree is no host to look at. The mounts
# are in a namespace of their own and gone with it: a tree with /dev in it must never be deleted.
early_dracut() {
  # shellcheck disable=SC2016
  unshare --mount sh -ec 'mount --bind /proc "$0/proc"; mount --bind /dev "$0/dev"; exec chroot "$0" "$@"' \
    "$tree" dracut -q --no-hostonly "${compress[@]}" --add-drivers "ext4 virtio_blk virtio_pci" \
    --force-drivers "ahci e1000e" "$@" /initramfs.img "$release" || true
  [ -s "$tree/initramfs.img" ]
}

# install_early_binding TREE: as a package would.
install_early_binding() {
  "$PACKAGE/packaging/install-early-bind" "${EARLY_PROGRAM%/*}" "$1/usr/lib/passthru-doctor"
  mkdir -p "$1/usr/lib/dracut/modules.d"
  cp -r "$PACKAGE/dracut/50passthru-doctor" "$1/usr/lib/dracut/modules.d/"
  install -D -m 755 -t "$1/usr/share/initramfs-tools/hooks" "$PACKAGE"/initramfs-tools/hooks/passthru-doctor
  install -D -m 755 -t "$1/usr/share/initramfs-tools/scripts/init-top" \
    "$PACKAGE"/initramfs-tools/scripts/init-top/passthru
  install -D -m 644 -t "$1/usr/lib/systemd/system" "$PACKAGE"/packaging/passthru-doctor-check.service
}
