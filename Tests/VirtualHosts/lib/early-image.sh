# shellcheck shell=bash
# A distribution's own initramfs with the boot program in it, made by its own tool in its own tree.

EARLY_PROGRAM=${PASSTHRU_EARLY_BIND:-${PROGRAM%/*}/passthru-early-bind}

# early_image SUITE BUILDER: the path of an initramfs. BUILDER is dracut (with systemd),
# dracut-plain (without), dracut-forced (without, ahci and e1000e in force_drivers),
# dracut-modules-load (with systemd, the two in modules-load.d), or initramfs-tools. A new program does
# not make a new image: it comes with the second archive.
early_image() {
  local suite=$1 builder=$2 tree
  tree=$(debian_tree "$suite" "${builder%%-[pfm]*}" busybox)
  cached "early/$suite-$builder-$(digest "$tree" "$HERE/lib/early-image.sh" \
    "$PACKAGE"/dracut/50passthru-doctor/* "$PACKAGE"/initramfs-tools/hooks/* \
    "$PACKAGE"/initramfs-tools/scripts/init-top/*).img" make_early_image "$tree" "$builder"
}

make_early_image() {
  local builder=$2 image=$3 tree=$3.tree release
  rm -rf "$tree"
  cp -a --reflink=auto "$1" "$tree"
  release=$(kernel_release "$tree")
  install -D -m 644 /dev/stdin "$tree/etc/passthru-doctor/bindings.conf" <<<'version 1'
  install_early_binding "$tree"
  case $builder in
    dracut) early_dracut ;;
    dracut-plain) early_dracut --omit "systemd dracut-systemd systemd-initrd crypt" ;;
    dracut-forced)
      early_dracut --omit "systemd dracut-systemd systemd-initrd crypt" --force-drivers "ahci e1000e"
      ;;
    dracut-modules-load)
      printf '%s\n' ahci e1000e >"$tree/etc/modules-load.d/in-the-way.conf"
      early_dracut --install /etc/modules-load.d/in-the-way.conf
      ;;
    initramfs-tools)
      # Without sysfs it takes MODULES=most, the default.
      chroot "$tree" mkinitramfs -o /initramfs.img "$release"
      ;;
  esac
  mv "$tree/initramfs.img" "$image"
  rm -rf "$tree"
}

# early_dracut OPTION...: runs the tree's dracut. Generic: the tree is no host to look at.
early_dracut() {
  mount_kernel_files "$tree"
  chroot "$tree" dracut -q --no-hostonly --compress 'zstd -3 -T0' --add-drivers "ext4 virtio_blk virtio_pci" \
    "$@" /initramfs.img "$release" || true
  umount "$tree/proc" "$tree/dev"
  [ -s "$tree/initramfs.img" ]
}

mount_kernel_files() {
  mount --bind /proc "$1/proc"
  mount --bind /dev "$1/dev"
}

# install_early_binding TREE: as a package would.
install_early_binding() {
  install -D -s -m 755 "$EARLY_PROGRAM" "$1/usr/lib/passthru-doctor/passthru-early-bind"
  if [ -d "$1/usr/lib/dracut/modules.d" ]; then
    cp -r "$PACKAGE/dracut/50passthru-doctor" "$1/usr/lib/dracut/modules.d/"
  fi
  if [ -d "$1/usr/share/initramfs-tools" ]; then
    install -D -m 755 -t "$1/usr/share/initramfs-tools/hooks" "$PACKAGE"/initramfs-tools/hooks/passthru-doctor
    install -D -m 755 -t "$1/usr/share/initramfs-tools/scripts/init-top" \
      "$PACKAGE"/initramfs-tools/scripts/init-top/passthru
  fi
}

