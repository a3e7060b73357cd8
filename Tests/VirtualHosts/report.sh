#!/bin/bash
# The report on real kernels: Debian's kernel with an emulated Intel IOMMU, an AMD one, none,
# one that is switched off, and one that cannot remap interrupts. What `check --json` says in
# each is held against report.table.
#
#   report.sh [MACHINE...]      all of them without names

# shellcheck source=lib/harness.sh
source "$(dirname "$0")/lib/harness.sh"

# boot_for_report MACHINE: each machine of the table by name.
boot_for_report() {
  local options
  case $1 in
    intel) options=(--iommu intel) ;;
    amd) options=(--iommu amd) ;;
    none) options=(--iommu none) ;;
    intel-off) options=(--iommu intel --append intel_iommu=off) ;;
    amd-off) options=(--iommu amd --append amd_iommu=off) ;;
    intel-no-remap) options=(--iommu intel --intremap off) ;;
    amd-no-remap) options=(--iommu amd --intremap off) ;;
    trixie-intel) options=(--iommu intel --suite trixie) ;;
    trixie-amd) options=(--iommu amd --suite trixie) ;;
    *) give_up "no machine called $1 in report.sh" ;;
  esac
  boot_fast "$1" "$HERE/inside/report.script" "${options[@]}"
}

# judge MACHINE WHO CHECK STATUS CAUSE: one line of the table.
judge() {
  local report=$WORK/$1/results/$2.out what="$1, $2: $3" got
  if [ "$3" = verdict ]; then
    expect "$what" "$4" "$(jq -r '.verdict // "-"' "$report" 2>/dev/null)"
    return
  fi
  got=$(jq -r --arg id "$3" '[.findings[] | select(.id == $id)][0]
    | "\(.status // "-") \(.cause // "-")"' "$report" 2>/dev/null) || got='no-report -'
  expect "$what" "$4" "${got% *}" && expect "$what, cause" "$5" "${got#* }"
}

# judge_exit MACHINE WHO: the exit status is the verdict's, for check and its text alike.
judge_exit() {
  local results=$WORK/$1/results wanted
  wanted=$(jq -r '{ready: 0, "not-ready": 1, undecided: 3}[.verdict]' "$results/$2.out" 2>/dev/null) ||
    wanted='a verdict'
  expect "$1, $2: exit status of its verdict" "$wanted" "$(cat "$results/$2.status")"
}

test_machine() {
  local machine=$1 before=$FAILED who check status cause
  say "$machine"
  boot_for_report "$machine"
  while read -r _ who check status cause; do
    judge "$machine" "$who" "$check" "$status" "$cause" || true
  done < <(grep "^$machine " "$HERE/report.table")
  for who in root user bare; do judge_exit "$machine" "$who" || true; done
  if [ "$FAILED" -gt "$before" ]; then show_console "$machine"; fi
}

[ $# -gt 0 ] || mapfile -t MACHINES < <(grep -o '^[a-z][^ ]*' "$HERE/report.table" | uniq)
for machine in "${@:-${MACHINES[@]}}"; do test_machine "$machine"; done
finish
