#!/bin/bash
# Kernel arguments on whole Debian machines, through GRUB: kept, tried for one boot, tried with a panic, taken
# back; and the entry without early binding.
#
#   kargs.sh [SUITE-TOOL-FIRMWARE...]      all of them without names; the telling ones with MACHINE_SET=telling

# shellcheck source=lib/harness.sh
source "$(dirname "$0")/lib/harness.sh"

TELLING=(bookworm-initramfs-bios trixie-initramfs-efi)
MACHINES=("${TELLING[@]}" bookworm-initramfs-efi trixie-initramfs-bios trixie-dracut-efi)

# Nothing, where the boot did not come so far.
result() { cat "$WORK/$1/lab/results/$2" 2>/dev/null || true; }

# expect_result NAME COMMAND STATUS: the exit status of a recorded command.
expect_result() { expect "$1: status of $2" "$3" "$(result "$1" "$2.status")" || true; }

boot() {
  say "$1: $2"
  boot_machine "$1" "$HERE/inside/kargs/$2.script" --limit "${KARGS_LIMIT:-1200}" ||
    fail "$1: $2: the boot did not come to its end"
}

# expect_arguments NAME WORD...: each on the kernel's command line; -WORD: not there.
expect_arguments() {
  local name=$1 line word wanted
  line=" $(result "$name" cmdline.out) "
  shift
  for word in "$@"; do
    wanted=yes
    if [[ $word == -* ]]; then wanted=no word=${word#-}; fi
    expect "$name: $word in /proc/cmdline" "$wanted" "$([[ $line == *" $word "* ]] && echo yes || echo no)" || true
  done
}

# expect_trial NAME OUTCOME CAUSE [END]: what kargs show and the report say of the trial.
expect_trial() {
  expect "$1: kargs show" "$2" "$(result "$1" show.out | jq -r '.trial.outcome')" || true
  expect "$1: boot.trial" "$3" "$(result "$1" trial.out | jq -r '.findings[0].cause')" || true
  expect "$1: how the trial ended" "${4:-null}" "$(result "$1" show.out | jq -r '.trial.end')" || true
}

test_kargs() {
  local name=$1 before=$FAILED suite tool firmware
  IFS=- read -r suite tool firmware <<<"$name"
  if [ "$tool" = initramfs ]; then tool=initramfs-tools; fi
  install_machine "$name" "$suite" "$tool" "$firmware"
  cp "$PACKAGE/grub/42_passthru" "$WORK/$name/lab/"

  boot "$name" first
  expect_result "$name" dry-run 0
  expect "$name: a dry run changes nothing" 0 "$(result "$name" unchanged.status)" || true
  if [ "$firmware" = efi ]; then
    expect "$name: the EFI system partition, without udev" yes \
      "$(result "$name" layout.out | jq -r '.findings[0].evidence[].quote' |
        grep '^/dev/vda1, an EFI system partition, mounted on /boot/efi$' >/dev/null && echo yes)" || true
  fi
  expect_result "$name" add 4
  expect_result "$name" try 4
  expect_trial "$name" waiting not-booted
  expect "$name: entries without early binding, one a kernel" 2 "$(result "$name" entries.out)" || true

  boot "$name" trial
  expect_arguments "$name" iommu=pt intel_iommu=on panic=5
  expect_trial "$name" running not-kept

  boot "$name" back
  expect_arguments "$name" iommu=pt -intel_iommu=on -panic=5
  expect_trial "$name" fell-back fell-back restarted
  expect_result "$name" try 4

  say "$name: a trial that panics"
  if boot_machine "$name" "$HERE/inside/kargs/trial.script"; then fail "$name: the trial did not panic"; fi
  expect "$name: panic on the console" yes \
    "$(grep -q 'Kernel panic - not syncing' "$WORK/$name/console.log" && echo yes)" || true

  boot "$name" undo
  expect_arguments "$name" iommu=pt -rdinit=/nonexistent -panic=5
  expect_trial "$name" fell-back fell-back left-nothing
  expect_result "$name" undo 4
  expect "$name: the first bytes are back" 0 "$(result "$name" same.status)" || true

  boot "$name" off
  expect_arguments "$name" rd.passthru=0 -iommu=pt -intel_iommu=on
  expect "$name: no trial is left" null "$(result "$name" show.out | jq -r '.trial')" || true
  if [ "$FAILED" -gt "$before" ]; then
    for file in "$WORK/$name"/lab/results/*.err; do echo "== $file" && tail -n 5 "$file"; done
    show_console "$name"
  fi
}

if [ "${MACHINE_SET:-}" = telling ]; then MACHINES=("${TELLING[@]}"); fi
for name in "${@:-${MACHINES[@]}}"; do test_kargs "$name"; done
finish
