# shellcheck shell=bash disable=SC2034
# What every test of whole machines starts with: strict mode, where things are, telling and
# counting. Source it first.

set -Eeuo pipefail
shopt -s inherit_errexit
PATH=$PATH:/usr/sbin:/sbin

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PACKAGE=$(cd "$HERE/../.." && pwd)

# What is made once and reused: downloaded packages, root file systems, disks.
CACHE=${PASSTHRU_CACHE:-$PACKAGE/.cache}/machines

# The program under test, and the one that the initramfs runs.
PROGRAM=${PASSTHRU_DOCTOR:-$PACKAGE/.build/release/passthru-doctor}

# What this run makes: one folder a machine. Kept when a test fails or KEEP is set.
WORK=$(mktemp -d "${TMPDIR:-/tmp}/passthru-machines.XXXXXX")

PASSED=0
FAILED=0

# say TEXT...: tells what is being done, with the seconds since the test began.
say() { printf '%5ss  %s\n' "$SECONDS" "$*"; }

pass() {
  PASSED=$((PASSED + 1))
  printf '  pass  %s\n' "$*"
}

fail() {
  FAILED=$((FAILED + 1))
  printf '  FAIL  %s\n' "$*"
}

# give_up TEXT...: the test itself cannot go on (a missing tool, no network).
give_up() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 2
}

# expect WHAT WANTED GOT: one comparison, counted. WANTED may be alternatives, a|b.
expect() {
  local what=$1 wanted=$2 got=$3
  if [[ "|$wanted|" == *"|$got|"* ]]; then
    pass "$what: $got"
  else
    fail "$what: expected $wanted, got ${got:-nothing}"
    return 1
  fi
}

# finish: the last line of a test, and the end with its exit status.
finish() {
  if [ "$FAILED" -gt 0 ] || [ -n "${KEEP:-}" ]; then
    say "consoles and results are kept in $WORK"
  fi
  printf '%d passed, %d failed\n' "$PASSED" "$FAILED"
  exit $((FAILED > 0))
}

# Also after an interrupt no machine and no folder stays behind.
clean_up() {
  local status=$?
  if [ -n "${MACHINE_PID:-}" ]; then kill "$MACHINE_PID" 2>/dev/null || true; fi
  if [ "$status" -eq 0 ] && [ -z "${KEEP:-}" ]; then rm -rf "$WORK"; fi
}
trap clean_up EXIT
trap 'echo "${BASH_SOURCE[0]##*/}:$LINENO: failed: $BASH_COMMAND" >&2' ERR
trap 'exit 130' INT
trap 'exit 143' TERM

[ -x "$PROGRAM" ] || give_up "$PROGRAM is not there: build it, or name one in PASSTHRU_DOCTOR"
for tool in qemu-system-x86_64 mmdebstrap cpio jq busybox setpriv depmod flock; do
  command -v "$tool" >/dev/null || give_up "$tool is missing: run Tests/VirtualHosts/install-needs.sh"
done
