#!/bin/bash
# Whole Debian machines: each disk boots twice through its own firmware and GRUB, and the
# report tells what machine it is on. Makes the disks that other tests use, too.
#
#   disks.sh [SUITE-TOOL-FIRMWARE-IOMMU...]      the six below without names

# shellcheck source=lib/harness.sh
source "$(dirname "$0")/lib/harness.sh"

MACHINES=(bookworm-dracut-bios-intel bookworm-dracut-efi-intel bookworm-dracut-efi-amd
  trixie-dracut-efi-intel trixie-dracut-bios-amd bookworm-initramfs-bios-intel)

# check_fact MACHINE WHAT WANTED JQ: one fact of the report of the second boot.
check_fact() {
  expect "$1: $2" "$3" "$(jq -r "$4" "$WORK/$1/lab/results/check.out" 2>/dev/null)" || true
}

test_disk() {
  local name=$1 before=$FAILED suite tool firmware iommu version=12
  IFS=- read -r suite tool firmware iommu <<<"$name"
  if [ "$tool" = initramfs ]; then tool=initramfs-tools; fi
  if [ "$suite" = trixie ]; then version=13; fi
  say "$name"
  install_machine "$name" "$suite" "$tool" "$firmware"
  boot_machine "$name" - --iommu "$iommu" <<<'touch /left-by-the-first-boot' ||
    fail "$name: first boot"
  say "$name: second boot"
  boot_machine "$name" "$HERE/inside/disks.script" --iommu "$iommu" || fail "$name: second boot"
  expect "$name: what the first boot left" 0 "$(cat "$WORK/$name/lab/results/left.status" 2>/dev/null)" || true
  expect "$name: failed units" '' "$(cat "$WORK/$name/lab/results/failed.out" 2>/dev/null)" || true
  check_fact "$name" firmware "$firmware" .host.firmware
  check_fact "$name" distribution "debian $version" .host.distribution
  check_fact "$name" iommu.active pass '.findings[] | select(.id == "iommu.active") | .status'
  if [ "$FAILED" -gt "$before" ]; then show_console "$name"; fi
}

for name in "${@:-${MACHINES[@]}}"; do test_disk "$name"; done
finish
