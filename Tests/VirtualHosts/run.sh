#!/bin/bash
# Runs tests of whole machines, one after the other.
#
#   run.sh telling          what tells most, under 15 minutes on two cores
#   run.sh all              everything
#   run.sh NAME...          some by name: report, storage, ...
#   run.sh --list           the names
#
# PASSTHRU_DOCTOR   the program to test (else .build/release/passthru-doctor)
# PASSTHRU_CACHE    where downloads and disks are kept (else .cache below the package)
# KEEP=1            keep each machine's console and results after success too
# MACHINE_LIMIT     seconds that a fast machine may take (else 180), for a computer that is busy otherwise

set -euo pipefail
cd "$(dirname "$0")"

TELLING="report storage verify handover kargs early"
ALL="$TELLING modules disks bind bind-killed libvirt whole-way"

case ${1:-telling} in
  --list) echo "$ALL" | tr ' ' '\n' && exit ;;
  # Tests of several machines make the telling ones of them only.
  telling) names=$TELLING && export MACHINE_SET=telling ;;
  all) names=$ALL ;;
  *) names=$* ;;
esac

# The disks of whole machines take minutes to make. That goes on beside the tests of small machines before them;
# what does not come to its end is made, or fails, where it is needed.
making=
if [[ "$names" == *" kargs "* ]]; then
  ./kargs.sh --disks >/dev/null 2>&1 &
  making=$!
  trap 'kill "$making" 2>/dev/null || true' EXIT
fi

failed=
for name in $names; do
  [ -x "./$name.sh" ] || { echo "run.sh: no test called $name; --list shows them" >&2 && exit 2; }
  echo "=== $name"
  "./$name.sh" || failed="$failed $name"
done

if [ -n "$failed" ]; then
  echo "failed:$failed (after $SECONDS s)"
  exit 1
fi
echo "all passed: $names (in $SECONDS s)"
