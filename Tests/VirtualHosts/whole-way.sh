#!/bin/bash
# The whole way, on fresh Debian disks: the package is installed, setup sets the host up, the host
# restarts, setup has nothing left to do, a guest inside the host finds the devices on its own bus;
# then everything is undone, and the host is as it was before.
#
#   whole-way.sh [SUITE-TOOL-FIRMWARE-IOMMU...]      the six below without names

# shellcheck source=lib/harness.sh
source "$(dirname "$0")/lib/harness.sh"
# shellcheck source=lib/repository.sh
source "$HERE/lib/repository.sh"
# shellcheck source=lib/guest.sh
source "$HERE/lib/guest.sh"

MACHINES=(bookworm-dracut-bios-intel bookworm-dracut-efi-intel bookworm-dracut-efi-amd
  trixie-dracut-efi-intel trixie-dracut-bios-amd bookworm-initramfs-bios-intel)
# shellcheck disable=SC2054  # QEMU's commas, not the shell's
CARD=(-device pcie-root-port,id=rp1,chassis=1,addr=0x8 -device e1000e,bus=rp1,romfile=)
DEB=${PASSTHRU_DEB:-$(find "$PACKAGE/.build/packages" -maxdepth 1 -name 'passthru-doctor_*.deb' 2>/dev/null | sort | tail -1)}
[ -f "$DEB" ] || give_up "there is no package: run make deb, or name one in PASSTHRU_DEB"

# The group of the article; on machines with EFI the network card besides.
targets() { if [[ $1 == *-efi-* ]]; then echo 0000:00:1f.0 0000:01:00.0; else echo 0000:00:1f.0; fi; }

result() { cat "$WORK/$1/lab/results/$2" 2>/dev/null; }
ended() { expect "$1: $2 ends with" "$3" "$(result "$1" "$2.status")" || result "$1" "$2.err" | tail -5; }
contains() { # MACHINE FILE TEXT
  if result "$1" "$2" | grep -F -- "$3" >/dev/null; then pass "$1: $2 has $3"; else fail "$1: $2 lacks $3"; fi
}
# same MACHINE ONE OTHER: two states that are alike in all respects, each a path below WORK/MACHINE.
same() {
  local kind
  for kind in etc entries drivers; do
    if diff -u "$WORK/$1/$2.$kind" "$WORK/$1/$3.$kind" >"$WORK/$1/$kind.diff"; then
      pass "$1: $kind of ${3##*/} as of ${2##*/}"
    else
      fail "$1: $kind of ${3##*/} is not as of ${2##*/}: $(head -40 "$WORK/$1/$kind.diff")"
    fi
  done
}

boot() { # MACHINE SCRIPT
  say "$1: $2"
  { printf 'TARGETS="%s"\n' "$(targets "$1")" && cat "$HERE/inside/whole-way/$2.script"; } >"$WORK/$1/$2.script"
  # A guest in a machine wants memory; installing emulated takes its time.
  boot_machine "$1" "$WORK/$1/$2.script" --iommu "${1##*-}" --memory 2048 --limit 1800 -- "${CARD[@]}" ||
    fail "$1: the boot of $2 did not come to its end"
}

prepare() { # MACHINE SUITE TOOL FIRMWARE
  local lab=$WORK/$1/lab
  install_machine "$@"
  cp "$DEB" "$lab/package.deb"
  cp "$(guest_initramfs)" "$lab/guest.cpio"
  cp "$HERE/inside/whole-way/common.script" "$lab/common"
  cp -r "$(repository "$2" "$3" qemu-system-x86 libvirt-daemon-system libvirt-clients libxml2-utils)" "$lab/repository"
}

test_machine() {
  local name=$1 before=$FAILED suite tool firmware ids='8086:2918 8086:2922 8086:2930' id ready=1
  IFS=- read -r suite tool firmware _ <<<"$name"
  if [ "$tool" = initramfs ]; then tool=initramfs-tools; fi
  if [[ $name == *-efi-* ]]; then ids+=' 8086:10d3'; fi
  # What QEMU emulates of an Intel processor cannot run guests, and the report says so.
  if [[ $name == *-amd ]]; then ready=0; fi
  prepare "$name" "$suite" "$tool" "$firmware"

  boot "$name" install
  ended "$name" install 0
  ended "$name" no-boot-setting 0
  ended "$name" dry-run 0
  same "$name" lab/results/before lab/results/dry
  ended "$name" unasked 2
  ended "$name" setup 4
  expect "$name: packages that setup installed" 'installed installed installed' "$(result "$name" packages.out | xargs)" || true
  for kind in etc entries drivers; do cp "$WORK/$name/lab/results/before.$kind" "$WORK/$name/before.$kind"; done

  boot "$name" ready
  ended "$name" again "$ready"
  contains "$name" again.out 'on VFIO since the initramfs'
  expect "$name: changes of the second setup" 0 "$(result "$name" again-json.out | jq '[.stages[].changes[] | select(.state != "stands")] | length')" || true
  same "$name" lab/results/ready lab/results/still
  ended "$name" verify 0
  ended "$name" unit 0
  ended "$name" guest 0
  for id in $ids; do contains "$name" guest.console "guest sees $id"; done

  boot "$name" undo
  ended "$name" undo-dry 0
  ended "$name" undo 4
  expect "$name: changes that still stand" 0 "$(result "$name" history.out | jq '[.changes[] | select(.stands)] | length')" || true

  boot "$name" back
  same "$name" before lab/results/back
  ended "$name" remove 0
  expect "$name: what is left of the package" '' "$(result "$name" leftovers.out)" || true
  if [ "$FAILED" -gt "$before" ]; then show_console "$name"; fi
}

for name in "${@:-${MACHINES[@]}}"; do test_machine "$name"; done
finish
