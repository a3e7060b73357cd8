#!/bin/bash
# `modules load` on real kernels: with dependencies, soft dependencies and options; and each thing in the
# way (denylisted, replaced, missing, unsigned under lockdown) before anything is loaded.
#
#   modules.sh [SUITE...]      bookworm, which has vfio_virqfd, and trixie, which has not

# shellcheck source=lib/harness.sh
source "$(dirname "$0")/lib/harness.sh"

# state RUN MODULE: what the document of one run says of the module.
state() { jq -r --arg name "$2" '.modules[] | select(.name == $name) | .state' "$WORK/$SUITE_NAME/results/$1.out" 2>/dev/null; }

status() { cat "$WORK/$SUITE_NAME/results/$1.status" 2>/dev/null; }

# in_the_way RUN STATE: vfio_pci is told to be in that state, and nothing was loaded.
in_the_way() {
  expect "$SUITE_NAME, $1: exit status" 1 "$(status "load-$1")" || true
  expect "$SUITE_NAME, $1: vfio_pci" "$2" "$(state "$1" vfio_pci)" || true
  expect "$SUITE_NAME, $1: modules after it" '' "$(cat "$WORK/$SUITE_NAME/results/after-$1.out")" || true
}

SUITES=(bookworm trixie)
for SUITE_NAME in "${@:-${SUITES[@]}}"; do
  before=$FAILED
  say "$SUITE_NAME"
  boot_fast "$SUITE_NAME" "$HERE/inside/modules.script" --iommu intel --suite "$SUITE_NAME"
  for module in vfio vfio_pci vfio_iommu_type1; do
    expect "$SUITE_NAME, at first: $module" not-loaded "$(state fresh "$module")" || true
    expect "$SUITE_NAME, loaded: $module" loaded "$(state loaded "$module")" || true
  done
  virqfd=
  if [ "$SUITE_NAME" = bookworm ]; then virqfd=loaded; fi
  expect "$SUITE_NAME, loaded: vfio_virqfd" "$virqfd" "$(state loaded vfio_virqfd)" || true
  expect "$SUITE_NAME: exit status of loading" 0 "$(status load)" || true
  expect "$SUITE_NAME: of loading what is loaded" 0 "$(status again)" || true
  expect "$SUITE_NAME: an option" Y "$(cat "$WORK/$SUITE_NAME/results/option.out")" || true
  expect "$SUITE_NAME: a soft dependency" 0 "$(status soft-dependency)" || true
  in_the_way denylisted denylisted
  in_the_way replaced replaced
  in_the_way missing missing
  in_the_way unsigned unsigned
  if [ "$FAILED" -gt "$before" ]; then
    head -n 40 "$WORK/$SUITE_NAME"/results/{load,unsigned,load-unsigned}*
    show_console "$SUITE_NAME"
  fi
done
finish
