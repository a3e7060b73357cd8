#!/bin/bash
# This program and libvirt on one host: the same devices in both lists, what one takes the other gives
# back, definitions that libvirt takes, guests that start with the device and get it while they run.
#
#   libvirt.sh [SUITE...]      bookworm without a name

# shellcheck source=lib/harness.sh
source "$(dirname "$0")/lib/harness.sh"
# shellcheck source=lib/guest.sh
source "$HERE/lib/guest.sh"
# shellcheck source=lib/repository.sh
source "$HERE/lib/repository.sh"

# shellcheck disable=SC2054  # QEMU's commas, not the shell's
CARD=(-device pcie-root-port,id=rp1,chassis=1,addr=0x8 -device e1000e,bus=rp1,romfile=)

result() { cat "$WORK/$1/lab/results/$2" 2>/dev/null; }
# ended MACHINE RUN STATUS [TEXT]: exit status, and what it says.
ended() {
  expect "$1, $2: exit status" "$3" "$(result "$1" "$2.status")" || result "$1" "$2.err" | tail -5
  [ $# -lt 4 ] || if { result "$1" "$2.out" && result "$1" "$2.err"; } | grep -F -- "$4" >/dev/null; then
    pass "$1, $2: says $4"
  else
    fail "$1, $2: does not say $4: $(result "$1" "$2.out") $(result "$1" "$2.err")"
  fi
}
drives() { expect "$1, $2: driver and override of the card" "$3" "$(result "$1" "$2.driver")" || true; }
devices_of_guest() { expect "$1, $2: devices of the host in the guest" "$3" "$(result "$1" "$2.out" | grep -c hostdev)" || true; }

judge() {
  local machine=$1 node missing=
  ended "$machine" install 0
  ended "$machine" nodes 0
  while read -r node; do
    [ -n "$node" ] || continue
    node=${node#pci_} && node=${node//_/:} && node=${node%:*}.${node##*:}
    result "$machine" tree.out | grep -F "$node " >/dev/null || missing+=" $node"
  done < <(result "$machine" nodes.out)
  expect "$machine: PCI nodes of libvirt that the tree lacks" '' "$missing" || true
  expect "$machine: PCI nodes of libvirt, more than one" yes "$([ "$(result "$machine" nodes.out | grep -c pci_)" -gt 1 ] && echo yes)" || true

  drives "$machine" before 'e1000e (null)'
  ended "$machine" virsh-detach 0
  drives "$machine" virsh-detached 'vfio-pci vfio-pci'
  ended "$machine" our-reattach 0 're-attached (e1000e)'
  drives "$machine" our-reattached 'e1000e (null)'
  ended "$machine" our-detach 0 'Device pci_0000_01_00_0 detached'
  drives "$machine" our-detached 'vfio-pci vfio-pci'
  ended "$machine" virsh-reattach 0
  drives "$machine" virsh-reattached 'e1000e (null)'

  ended "$machine" valid 0
  ended "$machine" attach-dry 0 "+    <hostdev mode='subsystem'"
  ended "$machine" attach 0 'Device pci_0000_01_00_0 attached to one'
  devices_of_guest "$machine" attached 1
  ended "$machine" attach-again 0 'like that already'
  ended "$machine" taken 5 'belongs to the guest one'
  ended "$machine" start 0
  ended "$machine" started 0
  expect "$machine: the guest saw the card" yes "$(result "$machine" one.console | grep 'guest sees 8086:10d3' >/dev/null && echo yes)" || true
  drives "$machine" after-guest 'e1000e (null)'
  ended "$machine" undo 0
  devices_of_guest "$machine" undone 0

  ended "$machine" two-runs 0
  ended "$machine" plug 0 'attached to two'
  devices_of_guest "$machine" plugged 1
  devices_of_guest "$machine" plugged-for-good 1
  ended "$machine" seen 0
  ended "$machine" in-use 0 'on VFIO already'
  ended "$machine" in-use-back 5 'qemu-system'
  ended "$machine" unplug 0 'detached from two'
  devices_of_guest "$machine" unplugged 0
  devices_of_guest "$machine" unplugged-now 0
  drives "$machine" after-unplug 'e1000e (null)'
  ended "$machine" undo-in-use 5 'The host would lose 0000:01:00.0'
  drives "$machine" after-undo-in-use 'e1000e (null)'
  expect "$machine: history tells the guest and what it got" true "$(result "$machine" history.out |
    jq 'any(.changes[].others[]; . == "given to the guest two: 0000:01:00.0")')" || true
  expect "$machine: what stands in the end" 'reattach detach attach detach' \
    "$(result "$machine" history.out | jq -r '[.changes[] | select(.stands) | .command | sub("guest "; "") | split(" ")[0]] | join(" ")')" || true
}

[ $# -gt 0 ] || set -- bookworm
for suite in "$@"; do
  before=$FAILED
  say "$suite"
  install_machine "$suite" "$suite" initramfs-tools bios
  # The same as in whole-way.sh.
  cp -r "$(repository "$suite" initramfs-tools qemu-system-x86 libvirt-daemon-system libvirt-clients libxml2-utils)" \
    "$WORK/$suite/lab/repository"
  cp "$(guest_initramfs)" "$WORK/$suite/lab/guest.cpio"
  boot_machine "$suite" "$HERE/inside/libvirt.script" --iommu intel --memory 2048 --limit 1800 -- "${CARD[@]}" ||
    fail "$suite: the boot did not come to its end"
  judge "$suite"
  if [ "$FAILED" -gt "$before" ]; then show_console "$suite"; fi
done
finish
