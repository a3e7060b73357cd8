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
ALL="$TELLING disks bind libvirt whole-way"

case ${1:-telling} in
  --list) echo "$ALL" | tr ' ' '\n' && exit ;;
  # Tests of several machines make the telling ones of them only.
  telling) names=$TELLING && export MACHINE_SET=telling ;;
  all) names=$ALL ;;
  *) names=$* ;;
esac

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
