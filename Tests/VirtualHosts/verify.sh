#!/bin/bash
# `verify` on real kernels: what each refusal of VFIO is called, provoked for real, and that a
# group that was verified is free for the next one.
#
#   verify.sh [MACHINE...]      all of them without names

# shellcheck source=lib/harness.sh
source "$(dirname "$0")/lib/harness.sh"

# A card that is alone, and two behind one old bridge, which the IOMMU cannot tell apart.
# shellcheck disable=SC2054  # QEMU's commas, not the shell's
CARDS=(-device e1000e,addr=4,romfile= -device pcie-pci-bridge,id=bridge,addr=5
  -device e1000,bus=bridge,addr=1,romfile= -device e1000,bus=bridge,addr=2,romfile=)

boot_for_verify() {
  local options
  case $1 in
    intel) options=(--iommu intel) ;;
    amd) options=(--iommu amd) ;;
    trixie-intel) options=(--iommu intel --suite trixie) ;;
    intel-no-remap) options=(--iommu intel --intremap off) ;;
    none) options=(--iommu none) ;;
    *) give_up "no machine called $1 in verify.sh" ;;
  esac
  boot_fast "$1" "$HERE/inside/verify.script" "${options[@]}" -- "${CARDS[@]}"
}

# judge MACHINE RUN STATUS CAUSE: exit status and cause of one recorded run; CAUSE may be -.
judge() {
  local results=$WORK/$1/results got
  expect "$1, $2: exit status" "$3" "$(cat "$results/$2.status")" || true
  got=$(jq -r '.groups[0].cause // "-"' "$results/$2.out" 2>/dev/null) || got='no-document'
  expect "$1, $2: cause" "$4" "$got" || true
}

# mentions MACHINE RUN TEXT: the document says it somewhere.
mentions() {
  if grep -qF "$3" "$WORK/$1/results/$2.out"; then pass "$1, $2: says $3"; else fail "$1, $2: does not say $3"; fi
}

test_machine() {
  local machine=$1 before=$FAILED
  say "$machine"
  boot_for_verify "$machine"
  case $machine in
    none) expect "$machine: without IOMMU a usage error" 2 "$(cat "$WORK/none/results/unbound.status")" || true ;;
    intel-no-remap)
      judge "$machine" alone 1 unsafe-interrupts
      judge "$machine" risked 0 -
      ;;
    *)
      judge "$machine" unloaded 1 vfio-not-loaded
      judge "$machine" untyped 1 iommu-type-missing
      judge "$machine" unbound 1 not-bound
      judge "$machine" alone 0 -
      mentions "$machine" alone '"mappable": true'
      mentions "$machine" alone 'MSI-X 5; can be reset'
      judge "$machine" half 1 not-viable
      mentions "$machine" half '0000:01:02.0 is on e1000.'
      judge "$machine" whole 0 no-reset
      expect "$machine, whole: both cards opened, not the bridge" "0000:01:01.0 0000:01:02.0" \
        "$(jq -r '[.groups[0].devices[].address] | join(" ")' "$WORK/$machine/results/whole.out")" || true
      judge "$machine" stranger 1 no-permission
      judge "$machine" owner 0 -
      judge "$machine" unlocked 1 memlock
      judge "$machine" busy 1 held-by-another
      mentions "$machine" busy 'sleep (process'
      judge "$machine" again 0 -
      ;;
  esac
  if [ "$FAILED" -gt "$before" ]; then show_console "$machine"; fi
}

[ $# -gt 0 ] || set -- intel amd trixie-intel intel-no-remap none
for machine in "$@"; do test_machine "$machine"; done
finish
