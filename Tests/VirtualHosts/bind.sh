#!/bin/bash
# The whole way of early binding on whole Debian machines: bind the group of the article, restart,
# by the entry that switches it off; restart and look; take it back. What the host lives on is refused.
#
#   bind.sh [SUITE-TOOL-FIRMWARE-IOMMU...]

# shellcheck source=lib/harness.sh
source "$(dirname "$0")/lib/harness.sh"
# shellcheck source=lib/early-image.sh
source "$HERE/lib/early-image.sh"

[ -x "$EARLY_PROGRAM" ] || give_up "$EARLY_PROGRAM is not there: build it, or name one in PASSTHRU_EARLY_BIND"

MACHINES=(bookworm-initramfs-bios-intel bookworm-dracut-bios-intel trixie-dracut-bios-amd)
# shellcheck disable=SC2054
CARD=(-device pcie-root-port,id=rp1,chassis=1,addr=0x8 -device e1000e,bus=rp1)

result() { cat "$WORK/$1/lab/results/$2" 2>/dev/null; }

expect_result() { expect "$1: $2 $3" "$4" "$(result "$1" "$2.$3")" || true; }

boot() {
  local name=$1 iommu=$2 script=$3
  say "$name: $(basename "$script" .script)"
  boot_machine "$name" "$script" --iommu "$iommu" --memory 1536 --limit "${BIND_LIMIT:-1800}" -- "${CARD[@]}" ||
    fail "$name: the boot did not come to its end"
}

# states NAME FILE: of all modules, each state once.
states() { result "$1" "$2.out" | jq -r '[.modules[].state] | unique | join(" ")'; }

# expect_drivers NAME DRIVER...: of 00:1f.0, 00:1f.2, 00:1f.3 and the card.
expect_drivers() {
  local found
  found=$(result "$1" drivers.out | paste -sd' ')
  expect "$1: drivers of the group and of the card" yes "$([[ $found =~ ^${*:2}$ ]] && echo yes || echo "$found")" || true
}

test_bind() {
  local name=$1 before=$FAILED suite tool firmware iommu
  IFS=- read -r suite tool firmware iommu <<<"$name"
  if [ "$tool" = initramfs ]; then tool=initramfs-tools; fi
  install_machine "$name" "$suite" "$tool" "$firmware"
  mkdir -p "$WORK/$name/lab/package"
  install_early_binding "$WORK/$name/lab/package"
  cp "$PACKAGE/grub/42_passthru" "$WORK/$name/lab/"

  boot "$name" "$iommu" "$HERE/inside/bind/choose.script"
  expect_result "$name" before status 0
  expect_result "$name" refused status 5
  expect "$name: states of the modules" not-loaded "$(states "$name" modules)" || true
  expect_result "$name" dry-run status 0
  expect "$name: a dry run changes nothing" 0 "$(result "$name" unchanged.status)" || true
  expect_result "$name" bind status 4
  expect_result "$name" again status 0
  expect "$name: the old images were kept until the new ones were whole" 0 "$(result "$name" leftovers.out | wc -l)" || true

  boot "$name" "$iommu" "$HERE/inside/bind/off.script"
  expect "$name: booted by the entry without early binding" 1 "$(result "$name" cmdline.out | grep -cw 'rd.passthru=0')" || true
  expect_drivers "$name" '(none|lpc_ich)' ahci i801_smbus e1000e
  expect "$name: what the boot program did" argument \
    "$(result "$name" boot-log.out | sed -n 's/^event=switched-off reason=\([^ ]*\) .*/\1/p')" || true
  expect "$name: the report knows" switched-off "$(result "$name" check.out |
    jq -r '.findings[] | select(.id == "binding.boot") | .cause')" || true

  boot "$name" "$iommu" "$HERE/inside/bind/look.script"
  expect_drivers "$name" vfio-pci vfio-pci vfio-pci e1000e
  expect "$name: lines of ahci or i801 about them" 0 \
    "$(grep -cE '(ahci|i801_smbus) 0000:00:1f' "$WORK/$name/lab/results/kernel-log.out")" || true
  expect "$name: what the boot program did" 'done' "$(result "$name" boot-log.out | sed -n 's/^event=\(done\) bound=3 .*/\1/p')" || true
  for check in binding.hook binding.initramfs binding.boot groups.chosen; do
    expect "$name: $check" pass "$(result "$name" check.out | jq -r --arg id "$check" '.findings[] | select(.id == $id) | .status')" || true
  done
  expect_result "$name" unit status 0
  expect_result "$name" reattach status 0
  expect_result "$name" unit-unbound status 1
  expect_result "$name" unit-state out failed
  expect_result "$name" detach status 0
  expect "$name: states of the modules" loaded "$(states "$name" modules)" || true
  expect_result "$name" unbind status 0
  # The ISA bridge has no driver until one is looked for.
  expect "$name: after unbind --now" 'lpc_ich ahci i801_smbus e1000e|none ahci i801_smbus e1000e' \
    "$(result "$name" drivers-after.out | tr '\n' ' ' | sed 's/ $//')" || true

  boot "$name" "$iommu" "$HERE/inside/bind/back.script"
  expect_drivers "$name" '(none|lpc_ich)' ahci i801_smbus e1000e
  expect "$name: nothing is chosen" skipped "$(result "$name" check.out | jq -r '.findings[] | select(.id == "binding.boot") | .status')" || true
  if [ "$FAILED" -gt "$before" ]; then
    for file in "$WORK/$name"/lab/results/*.err; do echo "== $file" && tail -n 5 "$file"; done
    show_console "$name"
  fi
}

for name in "${@:-${MACHINES[@]}}"; do test_bind "$name"; done
finish
