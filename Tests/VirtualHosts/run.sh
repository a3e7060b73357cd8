#!/bin/bash
# Runs tests of whole machines, two at a time: one machine keeps little more than one processor busy.
#
#   run.sh telling          what tells most, about half an hour on two cores
#   run.sh all              everything
#   run.sh NAME...          some by name: report, storage, ...
#   run.sh --list           the names
#
# PASSTHRU_DOCTOR   the program to test (else .build/release/passthru-doctor)
# PASSTHRU_CACHE    where downloads and disks are kept (else .cache below the package)
# MACHINE_JOBS      how many tests at a time (else 2); of one alone, the output is shown as it comes
# KEEP=1            keep each machine's console and results after success too
# MACHINE_LIMIT     seconds that a fast machine may take (else 180), for a computer that is busy otherwise

set -euo pipefail
cd "$(dirname "$0")"

# The longest first, so that both ways end at about the same time.
TELLING="kargs storage handover early report verify"
ALL="$TELLING modules disks bind bind-killed libvirt whole-way"

case ${1:-telling} in
  --list) echo "$ALL" | tr ' ' '\n' && exit ;;
  # Tests of several machines make the telling ones of them only.
  telling) names=$TELLING && export MACHINE_SET=telling ;;
  all) names=$ALL ;;
  *) names=$* ;;
esac

for name in $names; do
  [ -x "./$name.sh" ] || { echo "run.sh: no test called $name; --list shows them" >&2 && exit 2; }
done

failed=
jobs=${MACHINE_JOBS:-2}
case $names in *" "*) ;; *) jobs=1 ;; esac
outputs=$(mktemp -d)
declare -A running=()

# Tests in the background do not see an interrupt.
clean_up() {
  if [ ${#running[@]} -gt 0 ]; then kill "${!running[@]}" 2>/dev/null || true; fi
  wait
  rm -rf "$outputs"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# finish_one: waits for one of the tests that run, and shows what it printed.
finish_one() {
  local pid name status=0
  wait -n -p pid "${!running[@]}" || status=$?
  name=${running[$pid]}
  unset "running[$pid]"
  echo "=== $name"
  cat "$outputs/$name"
  if [ "$status" -ne 0 ]; then failed="$failed $name"; fi
}

for name in $names; do
  if [ "$jobs" -eq 1 ]; then
    echo "=== $name"
    "./$name.sh" || failed="$failed $name"
    continue
  fi
  if [ ${#running[@]} -ge "$jobs" ]; then finish_one; fi
  echo "($name begins after $SECONDS s)"
  setpriv --pdeathsig TERM "./$name.sh" >"$outputs/$name" 2>&1 &
  running[$!]=$name
done
while [ ${#running[@]} -gt 0 ]; do finish_one; done

if [ -n "$failed" ]; then
  echo "failed:$failed (after $SECONDS s)"
  exit 1
fi
echo "all passed: $names (in $SECONDS s)"
