# shellcheck shell=bash disable=SC2034
# Machines for early binding: a distribution's own initramfs (early-image.sh), then a small root file
# system that tells who got which device.
#
# An image is made once. The program, and what one boot has chosen, come as a second archive, which the kernel
# unpacks over the first: configurations change without another run of dracut.

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
  "$PACKAGE/packaging/install-early-bind" "${EARLY_PROGRAM%/*}" "$folder/over/usr/lib/passthru-doctor"
  chmod -R "${OVER_MODE:-go-w}" "$folder/over/etc"
  pack_cpio "$folder/over" "$folder/over.cpio"
  # The kernel looks for an archive that is not compressed at multiples of four only.
  cp "$image" "$folder/initrd"
  truncate -s %4 "$folder/initrd"
  cat "$folder/over.cpio" >>"$folder/initrd"
  qemu-img create -q -f qcow2 -F raw -b "$(small_root "$suite")" "$folder/root.qcow2"
  tree=$(fast_kernel "$suite")
  local disk=(-drive "if=none,id=root,format=qcow2,file=$folder/root.qcow2,cache=unsafe")
  read -ra root_device <<<"${ROOT:--device virtio-blk-pci,drive=root,addr=0x10}"
  LIMIT=${EARLY_LIMIT:-300}
  run_qemu "$folder" -serial "file:$folder/results.tar" "${disk[@]}" "${root_device[@]}" \
    -kernel "$tree/boot/vmlinuz-$(kernel_release "$tree")" -initrd "$folder/initrd" \
    -append "console=ttyS0 panic=-1 mitigations=off no_timer_check root=LABEL=small-root ro rd.shell=0 $APPEND" ||
    fail "$name: QEMU ended with status $?"
  rm -f "$folder/initrd" "$folder/over.cpio" "$folder/root.qcow2"
  tar -xf "$folder/results.tar" -C "$folder/results" || fail "$name: the machine gave no results"
}

# driver_of NAME ADDRESS: who had the device in the end.
driver_of() { sed -n "s/^$2 [^ ]* [^ ]* \([^ ]*\) .*/\1/p" "$WORK/$1/results/devices"; }

# group_of NAME ADDRESS: its IOMMU group.
group_of() { sed -n "s/^$2 [^ ]* [^ ]* [^ ]* \([^ ]*\) .*/\1/p" "$WORK/$1/results/devices"; }
