# shellcheck shell=bash
# Machines for early binding: a distribution's own initramfs, made by its own tool in its own tree,
# then a small root file system that tells who got which device.
#
# An image is made once. What one boot has chosen comes as a second archive, which the kernel
# unpacks over the first: configurations change without another run of dracut.

EARLY_PROGRAM=${PASSTHRU_EARLY_BIND:-${PROGRAM%/*}/passthru-early-bind}

# early_image SUITE BUILDER: the path of an initramfs. BUILDER is dracut (with systemd),
# dracut-plain (without), dracut-forced (without, ahci and e1000e in force_drivers),
# dracut-modules-load (with systemd, the two in modules-load.d), or initramfs-tools.
early_image() {
  local suite=$1 builder=$2 tree
  tree=$(debian_tree "$suite" "${builder%%-[pfm]*}" busybox)
  cached "early/$suite-$builder-$(digest "$tree" "$EARLY_PROGRAM" "$HERE/lib/early.sh" \
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

# small_root SUITE: an ext4 image with busybox and the modules of q35's devices.
small_root() {
  local tree
  tree=$(fast_kernel "$1")
  cached "early/root-$1-$(digest "$tree" "$MODULES" "$HERE/inside/root-init").ext4" make_small_root "$tree"
}

make_small_root() {
  local tree=$1 image=$2 root
  root=$(mktemp -d)
  mkdir -p "$root"/{bin,sbin,dev,etc,lib,proc,results,run,sys,tmp,usr,root,var}
  ln -s ../lib "$root/usr/lib"
  cp "$(command -v busybox)" "$root/bin/busybox"
  cp "$tree/usr/lib/os-release" "$root/etc/os-release"
  install -m 755 "$HERE/inside/root-init" "$root/sbin/init"
  copy_modules "$tree" "$(kernel_release "$tree")" "$root"
  mke2fs -q -t ext4 -L small-root -d "$root" "$image" 192M
  rm -rf "$root"
}

# boot_early NAME SUITE BUILDER [OPTION...]: one boot with WORK/NAME/etc laid over the image's etc.
# Options as machine_options takes them; ROOT=ARGUMENTS puts the root disk elsewhere than on virtio,
# OVER_MODE=MODE changes the mode of what is laid over.
# Leaves WORK/NAME/results.
boot_early() {
  local name=$1 suite=$2 image folder=$WORK/$1 tree
  image=$(early_image "$2" "$3")
  shift 3
  machine_options "$@"
  mkdir -p "$folder/over/etc/passthru-doctor" "$folder/results"
  chmod -R "${OVER_MODE:-go-w}" "$folder/over"
  pack_cpio "$folder/over" "$folder/over.cpio"
  cat "$image" "$folder/over.cpio" >"$folder/initrd"
  qemu-img create -q -f qcow2 -F raw -b "$(small_root "$suite")" "$folder/root.qcow2"
  tree=$(fast_kernel "$suite")
  local disk=(-drive "if=none,id=root,format=qcow2,file=$folder/root.qcow2,cache=unsafe")
  read -ra root_device <<<"${ROOT:--device virtio-blk-pci,drive=root,addr=0x10}"
  LIMIT=${EARLY_LIMIT:-300}
  run_qemu "$folder" -serial "file:$folder/results.tar" "${disk[@]}" "${root_device[@]}" \
    -kernel "$tree/boot/vmlinuz-$(kernel_release "$tree")" -initrd "$folder/initrd" \
    -append "console=ttyS0 panic=-1 mitigations=off root=LABEL=small-root ro rd.shell=0 $APPEND" ||
    fail "$name: QEMU ended with status $?"
  rm -f "$folder/initrd" "$folder/over.cpio" "$folder/root.qcow2"
  tar -xf "$folder/results.tar" -C "$folder/results" || fail "$name: the machine gave no results"
}

# driver_of NAME ADDRESS: who had the device in the end.
driver_of() { sed -n "s/^$2 [^ ]* [^ ]* \([^ ]*\) .*/\1/p" "$WORK/$1/results/devices"; }

# group_of NAME ADDRESS: its IOMMU group.
group_of() { sed -n "s/^$2 [^ ]* [^ ]* [^ ]* \([^ ]*\) .*/\1/p" "$WORK/$1/results/devices"; }
