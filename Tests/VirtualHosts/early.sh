#!/bin/bash
# Early binding in machines: what was chosen is on vfio-pci before any driver of the host has seen
# it, never anything else, and never what the host lives on.
#
#   early.sh [CASE...]      all of them without names; the telling ones with MACHINE_SET=telling

# shellcheck source=lib/harness.sh
source "$(dirname "$0")/lib/harness.sh"
# shellcheck source=lib/early-image.sh
source "$HERE/lib/early-image.sh"
# shellcheck source=lib/early.sh
source "$HERE/lib/early.sh"
# shellcheck source=lib/choices.sh
source "$HERE/lib/choices.sh"

[ -x "$EARLY_PROGRAM" ] || give_up "$EARLY_PROGRAM is not there: build it, or name one in PASSTHRU_EARLY_BIND"

# expect_bound NAME ADDRESS...: on vfio-pci, no driver of the host ever spoke of them, and their
# group can be opened.
expect_bound() {
  local name=$1 address
  shift
  for address in "$@"; do
    expect "$name: driver of $address" vfio-pci "$(driver_of "$name" "$address")" || true
    expect "$name: lines of another driver about $address" 0 \
      "$(grep -cE "(ahci|i801_smbus|e1000e|nvme|xhci_hcd) $address" "$WORK/$name/results/dmesg")" || true
    expect "$name: /dev/vfio has the group of $address" yes \
      "$(grep -qx "$(group_of "$name" "$address")" "$WORK/$name/results/vfio" && echo yes)" || true
  done
}

# expect_left NAME REASON ADDRESS...: nothing of it is bound, and the log says why.
expect_left() {
  local name=$1 reason=$2 address
  shift 2
  expect "$name: reason in boot.log" "$reason" "$(reason_in "$name")" || true
  for address in "$@"; do
    expect "$name: $address is not on vfio-pci" yes \
      "$([ "$(driver_of "$name" "$address")" != vfio-pci ] && [ -n "$(driver_of "$name" "$address")" ] && echo yes)" || true
  done
}

reason_in() { sed -n 's/^event=\(declined\|gave-back\|switched-off\).* reason=\([^ ]*\).*/\2/p' "$WORK/$1/results/boot.log" | head -1; }

# bound_with NAME SUITE BUILDER IOMMU: all that is chosen is bound before its driver, although the
# image has e1000e and ahci in force_drivers, modules-load.d or the list of initramfs-tools.
bound_with() {
  choose "$1" article network_card nvme_disk usb_controller
  boot_early "$1" "$2" "$3" --iommu "$4" --append "$LOG_UNITS" -- "${CARDS[@]}"
  expect_bound "$1" "${EVERYTHING[@]}"
  expect "$1: the boot went on" yes "$(grep -q 'event=done bound=6 declined=0' "$WORK/$1/results/boot.log" && echo yes)" || true
  expect "$1: what maps a guest's memory is loaded, too" yes \
    "$(grep -q '^vfio_iommu_type1 ' "$WORK/$1/results/modules" && echo yes)" || true
  expect_before "$1" 'e1000e: Intel(R)'
  if [ "$3" = dracut ]; then
    expect_before "$1" 'Starting systemd-modules-load.service'
    expect_before "$1" 'Starting systemd-udevd.service'
    expect_before "$1" 'Starting systemd-udev-trigger.service'
  fi
}

# Has systemd and udev tell the kernel's log what they start, so that one clock tells the order.
LOG_UNITS='systemd.log_target=kmsg systemd.log_level=info rd.udev.log_level=info udev.log_level=info printk.devkmsg=on log_buf_len=4M'

# expect_before NAME PATTERN: the boot program had done its work when the kernel's log first says so.
expect_before() {
  local log=$WORK/$1/results/dmesg ours theirs
  ours=$(sed -n '/passthru-early-bind: event=done/=' "$log" 2>/dev/null) || true
  theirs=$(sed -n "\\,$2,{=;q}" "$log" 2>/dev/null) || true
  expect "$1: before \"$2\"" yes \
    "$([ -n "$ours" ] && [ -n "$theirs" ] && [ "$ours" -lt "$theirs" ] && echo yes || echo "no: line ${ours:-none}, they ${theirs:-none}")" || true
}

case_dracut-bookworm() { bound_with "$1" bookworm dracut intel; }
case_dracut-plain-bookworm() { bound_with "$1" bookworm dracut-plain amd; }
case_initramfs-tools-bookworm() { bound_with "$1" bookworm initramfs-tools intel; }
case_dracut-trixie() { bound_with "$1" trixie dracut amd; }
case_dracut-plain-trixie() { bound_with "$1" trixie dracut-plain intel; }
case_initramfs-tools-trixie() { bound_with "$1" trixie initramfs-tools amd; }

# Two of a kind: the second one is chosen.
case_twins() {
  # shellcheck disable=SC2317 # called by its name
  twin_card() {
    echo group
    chosen 0000:02:00.0 8086:10d3 8086:0000 020000 0000:00/09.0=1b36:000c/00.0 0000:00/08.0=1b36:000c/00.0
  }
  choose "$1" twin_card
  boot_early "$1" bookworm initramfs-tools --iommu intel -- \
    -device pcie-root-port,id=rp1,chassis=1,addr=0x8 -device e1000e,bus=rp1 \
    -device pcie-root-port,id=rp2,chassis=2,addr=0x9 -device e1000e,bus=rp2
  expect_bound "$1" 0000:02:00.0
  expect "$1: the twin has its driver" e1000e "$(driver_of "$1" 0000:01:00.0)" || true
}

# The card was alone when it was chosen, and its buses have moved: it is bound where it is now.
case_moved() {
  choose "$1" network_card
  boot_early "$1" bookworm initramfs-tools --iommu intel -- \
    -device pcie-root-port,id=rp0,chassis=9,addr=0x7 -device virtio-net-pci,bus=rp0,disable-legacy=on \
    -device pcie-root-port,id=rp1,chassis=1,addr=0x9 -device e1000e,bus=rp1
  expect_bound "$1" 0000:02:00.0
  expect "$1: the card in front is not bound" virtio-pci "$(driver_of "$1" 0000:01:00.0)" || true
}

# A card of the same kind in front: nobody can tell them apart, so neither is bound.
case_moved-twin() {
  choose "$1" network_card
  boot_early "$1" bookworm initramfs-tools --iommu intel -- \
    -device pcie-root-port,id=rp0,chassis=9,addr=0x8 -device e1000e,bus=rp0 \
    -device pcie-root-port,id=rp1,chassis=1,addr=0x9 -device e1000e,bus=rp1
  expect_left "$1" ambiguous 0000:01:00.0 0000:02:00.0
}

# One more device in the group than was chosen.
case_stranger() {
  # shellcheck disable=SC2317 # called by its name
  behind_a_bridge() {
    echo group
    chosen 0000:02:01.0 8086:100e 1af4:1100 020000 0000:00/08.0=1b36:000c/00.0=1b36:000e/01.0
  }
  choose "$1" behind_a_bridge
  boot_early "$1" bookworm initramfs-tools --iommu intel -- \
    -device pcie-root-port,id=rp1,chassis=1,addr=0x8 -device pcie-pci-bridge,id=br1,bus=rp1 \
    -device e1000,bus=br1,addr=1 -device rtl8139,bus=br1,addr=2
  expect_left "$1" stranger 0000:02:01.0 0000:02:02.0
}

case_iommu-off() {
  choose "$1" article network_card
  boot_early "$1" bookworm initramfs-tools --iommu intel --append intel_iommu=off -- "${CARDS[@]}"
  expect_left "$1" iommu-off "${EVERYTHING[@]}"
}

case_switched-off() {
  choose "$1" article network_card
  boot_early "$1" bookworm dracut-plain --iommu intel --append rd.passthru=0 -- "${CARDS[@]}"
  expect_left "$1" argument "${EVERYTHING[@]}"
}

case_group-writable() {
  choose "$1" article
  OVER_MODE=g+w boot_early "$1" bookworm initramfs-tools --iommu intel -- "${CARDS[@]}"
  expect_left "$1" configuration-untrusted "${EVERYTHING[@]}"
}

# The root disk is on the controller that the configuration names, with and without a list of what
# the host lives on: the machine boots.
case_root-on-it() {
  choose "$1" article
  sed -i -e 's/^device .*/device 0000:00:1f.2/' -e 's/id 1af4.*/id 8086:2922/' -e 's/subsystem .*/subsystem 1af4:1100/' \
    -e 's/class .*/class 010601/' -e 's,path .*,path 0000:00/1f.2,' "$WORK/$1/over/etc/passthru-doctor/host-needs"
  ROOT="-device ide-hd,drive=root,bus=ide.0" boot_early "$1" bookworm dracut-plain --iommu intel
  expect_left "$1" host-needs-it 0000:00:1f.0 0000:00:1f.2 0000:00:1f.3
}

case_root-unknown() {
  choose "$1" article
  rm "$WORK/$1/over/etc/passthru-doctor/host-needs"
  ROOT="-device ide-hd,drive=root,bus=ide.0" boot_early "$1" bookworm initramfs-tools --iommu intel
  expect_left "$1" host-needs-unknown 0000:00:1f.0 0000:00:1f.2 0000:00:1f.3
}

mapfile -t CASES < <(declare -F | sed -n 's/^declare -f case_//p')
# Both builders of one suite, and what tells most of identity and of what the host lives on.
TELLING=(dracut-bookworm initramfs-tools-bookworm twins moved-twin stranger root-on-it)
if [ "${MACHINE_SET:-all}" = telling ]; then CASES=("${TELLING[@]}"); fi
for name in "${@:-${CASES[@]}}"; do
  before=$FAILED
  say "$name"
  "case_$name" "$name"
  if [ "$FAILED" -gt "$before" ]; then
    cat "$WORK/$name/results/boot.log" || true
    show_console "$name"
  fi
done
finish
