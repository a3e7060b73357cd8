# shellcheck shell=bash
# The initramfs of a fast machine: two cpio archives, one after the other. The first, cached,
# holds busybox and the kernel's modules; the second what one boot adds: program and script.

# Drivers of what q35 and the tests' extra devices are, and what a host of guests needs.
MODULES="vfio vfio-pci vfio_iommu_type1 kvm-intel kvm-amd
  ahci sd_mod i2c-i801 e1000e e1000 8139cp nvme xhci-pci ehci-pci uas usb-storage usbhid
  virtio-pci virtio-blk virtio-net virtio-scsi bochs
  ext4 btrfs raid1 dm-mod dm-crypt md-mod xts aesni-intel sha256 algif_skcipher crc32c"

# fast_kernel SUITE: the tree that the suite's kernel is in.
fast_kernel() { unpacked "$1" linux-image-amd64 base-files; }

# fast_base SUITE: the first archive.
fast_base() {
  local tree
  tree=$(fast_kernel "$1")
  cached "fast/$1-$(digest "$tree" "$MODULES" "$HERE/inside/init" "$HERE/lib/initramfs.sh").cpio" \
    make_fast_base "$tree"
}

make_fast_base() {
  local tree=$1 archive=$2 root release
  root=$(mktemp -d)
  release=$(kernel_release "$tree")
  mkdir -p "$root"/{bin,boot,dev,etc/modprobe.d,lib,mnt,proc,results,root,run,sys,tmp,usr,var}
  ln -s ../lib "$root/usr/lib"
  ln -s ../bin "$root/usr/bin"
  ln -s bin "$root/sbin"
  cp "$(command -v busybox)" "$root/bin/busybox"
  cp "$tree/boot/config-$release" "$root/boot/"
  cp "$tree/usr/lib/os-release" "$root/lib/os-release"
  ln -s ../usr/lib/os-release "$root/etc/os-release"
  printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'user:x:1000:1000:user:/tmp:/bin/sh' >"$root/etc/passwd"
  printf '%s\n' 'root:x:0:' 'user:x:1000:' >"$root/etc/group"
  copy_modules "$tree" "$release" "$root"
  cp "$HERE/inside/init" "$root/init"
  chmod 755 "$root/init"
  pack_cpio "$root" "$archive"
  rm -rf "$root"
}

# copy_modules TREE RELEASE ROOT: MODULES with what they depend on, and the index files.
copy_modules() {
  local tree=$1 release=$2 root=$3 from=$1/lib/modules/$2 to=$3/lib/modules/$2 module file
  mkdir -p "$to"
  cp "$from"/modules.{order,builtin,builtin.modinfo} "$to/"
  for module in $MODULES; do
    modprobe -d "$tree" -S "$release" --show-depends "$module" || [ "$module" = crc32c ]
  done | sed -n 's/^insmod \(.*\.ko[^ ]*\).*/\1/p' | sort -u | while read -r file; do
    install -D -m 644 "$file" "$to/${file#"$from"/}"
  done
  depmod -b "$root" "$release"
}

# copy_program PROGRAM ROOT: the program as /bin/NAME, with the libraries it is linked to.
copy_program() {
  local program=$1 root=$2
  install -D -m 755 "$program" "$root/bin/${program##*/}"
  { ldd "$program" 2>/dev/null || true; } | sed -n 's,^[^/]*\(/[^ ]*\).*,\1,p' | copy_libraries "" "$root"
}

# copy_libraries TREE ROOT: each path of standard input to the same place below ROOT, where
# /usr/lib is a link to /lib.
copy_libraries() {
  local tree=$1 root=$2 library place
  while read -r library; do
    place=${library#"$tree"}
    install -D -m 755 "$library" "$root${place#/usr}"
  done
}

pack_cpio() {
  local root=$1 archive=$2
  (cd "$root" && find . -print0 | LC_ALL=C sort -z |
    cpio --null --create --format=newc --owner=0:0 --quiet) >"$archive"
}
