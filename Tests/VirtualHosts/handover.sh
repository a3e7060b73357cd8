#!/bin/bash
# `detach` and `reattach` on real kernels: groups go to VFIO and back as they were, what the host
# needs stays, and a driver that does not let go is given up in time.
#
#   handover.sh [MACHINE...]      all of them without names

# shellcheck source=lib/harness.sh
source "$(dirname "$0")/lib/harness.sh"

# shellcheck disable=SC2054  # QEMU's commas, not the shell's
DEVICES_OF_HOST=(-device e1000e,addr=4,romfile= -device pcie-pci-bridge,id=bridge,addr=5
  -device e1000,bus=bridge,addr=1,romfile= -device e1000,bus=bridge,addr=2,romfile=)

boot_for_handover() {
  local machine=$1 options folder=$WORK/$1
  case $machine in
    intel) options=(--iommu intel) ;;
    amd) options=(--iommu amd) ;;
    trixie-intel) options=(--iommu intel --suite trixie) ;;
    *) give_up "no machine called $machine in handover.sh" ;;
  esac
  mkdir -p "$folder/files/bin"
  gcc -static -O2 -Wall -Werror -o "$folder/files/bin/hold-device" "$HERE/inside/hold-device.c"
  truncate -s 64M "$folder/disk"
  boot_fast "$machine" "$HERE/inside/handover.script" "${options[@]}" --limit 400 -- "${DEVICES_OF_HOST[@]}" \
    -drive "file=$folder/disk,if=none,id=disk,format=raw" -device nvme,drive=disk,serial=one,addr=6
}

# ended MACHINE RUN STATUS [TEXT]: exit status, and what standard output or error says.
ended() {
  local results=$WORK/$1/results
  expect "$1, $2: exit status" "$3" "$(cat "$results/$2.status")" || true
  [ $# -lt 4 ] || if grep -qF -- "$4" "$results/$2.out" "$results/$2.err"; then
    pass "$1, $2: says $4"
  else
    fail "$1, $2: does not say $4: $(cat "$results/$2.out" "$results/$2.err")"
  fi
}

# stands MACHINE STATE LINE...: drivers and overrides as written down inside.
stands() {
  local machine=$1 state=$2
  shift 2
  expect "$machine, $state" "$(printf '%s\n' "$@")" "$(cat "$WORK/$machine/results/$state.state")" || true
}

# Same before and after, whatever it was.
same() {
  if cmp -s "$WORK/$1/results/$2.state" "$WORK/$1/results/$3.state"; then
    pass "$1: $3 is as $2"
  else
    fail "$1: $3 is not as $2: $(cat "$WORK/$1/results/$2.state" "$WORK/$1/results/$3.state")"
  fi
}

judge() {
  local machine=$1 card=0000:00:04.0
  ended "$machine" load 0 'loaded'
  ended "$machine" loaded 0
  ended "$machine" unload 0 'Undone: change 1.'
  ended "$machine" unloaded 1 0
  ended "$machine" plan 0 '"to": "vfio-pci"'
  ended "$machine" unasked 2 'no terminal to ask on'
  ended "$machine" user 2 "root's privilege"
  stands "$machine" untouched "$card e1000e (null)"
  ended "$machine" detached 0 'Device pci_0000_00_04_0 detached'
  stands "$machine" detached "$card vfio-pci vfio-pci"
  ended "$machine" verified 0
  ended "$machine" again 0 'on VFIO already'
  ended "$machine" back 0 'Device pci_0000_00_04_0 re-attached (e1000e)'
  same "$machine" untouched back
  ended "$machine" undo 0 'Undone: change'
  same "$machine" untouched undo
  ended "$machine" undo-all 0 'Nothing had to be put back'
  same "$machine" untouched undo-all
  ended "$machine" history 0 "$card: e1000e -> vfio-pci"
  ended "$machine" group 0 'stands for its whole group'
  stands "$machine" group '0000:01:01.0 vfio-pci vfio-pci' '0000:01:02.0 vfio-pci vfio-pci' \
    '0000:00:05.0  (null)'
  ended "$machine" group-back 0
  stands "$machine" group-back '0000:01:01.0 e1000 (null)' '0000:01:02.0 e1000 (null)' '0000:00:05.0  (null)'
  ended "$machine" chipset 0 'Device pci_0000_00_1f_2 detached'
  stands "$machine" chipset '0000:00:1f.0 vfio-pci vfio-pci' '0000:00:1f.2 vfio-pci vfio-pci' \
    '0000:00:1f.3 vfio-pci vfio-pci'
  ended "$machine" chipset-back 0
  same "$machine" chipset-before chipset-back
  ended "$machine" network 5 "--override $card=network"
  stands "$machine" network "$card e1000e (null)"
  ended "$machine" network-json 5 '"reason": "host-needs-it"'
  ended "$machine" overridden 0
  ended "$machine" overridden-back 0 '(e1000e)'
  ended "$machine" undo-in-use 5 'host-needs-it'
  ended "$machine" mounted 5 '/mnt'
  ended "$machine" open 5 'has /dev/nvme0n1 open'
  ended "$machine" closed 0
  stands "$machine" closed '0000:00:06.0 vfio-pci vfio-pci'
  ended "$machine" closed-back 0 '(nvme)'
  ended "$machine" hang-detach 0
  ended "$machine" hang 1 'not done after 2 s; the kernel waits in'
  ended "$machine" hang 1 'vfio_unregister_group_dev'
  ended "$machine" hang 1 "Not given back: $card"
  expect "$machine, hang: seconds" "2|3|4|5" "$(cat "$WORK/$machine/results/hang.seconds")" || true
  ended "$machine" recovered 0 '(e1000e)'
  stands "$machine" recovered "$card e1000e (null)"
  ended "$machine" held 5 'sleep (process'
  ended "$machine" gone 2 "there is no PCI device $card"
}

[ $# -gt 0 ] || set -- intel amd trixie-intel
for machine in "$@"; do
  before=$FAILED
  say "$machine"
  boot_for_handover "$machine"
  judge "$machine"
  if [ "$FAILED" -gt "$before" ]; then show_console "$machine"; fi
done
finish
