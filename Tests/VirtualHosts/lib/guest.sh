# shellcheck shell=bash
# The smallest guest: its init lists the PCI functions that its own kernel sees, and powers off.

# guest_initramfs: the path of its initramfs. The kernel is that of the machine it runs in.
guest_initramfs() {
  cached "guest/$(digest "$HERE/lib/guest.sh" "$HERE/inside/guest-init").cpio" make_guest_initramfs
}

make_guest_initramfs() {
  local root
  root=$(mktemp -d)
  mkdir -p "$root"/{bin,dev,proc,sys}
  cp "$(command -v busybox)" "$root/bin/busybox"
  install -m 755 "$HERE/inside/guest-init" "$root/init"
  pack_cpio "$root" "$1"
  rm -rf "$root"
}
