# shellcheck shell=bash
# Things that are slow to make are made once.

# cached NAME COMMAND...: prints the path of NAME in the cache. If it is not there,
# COMMAND... PATH makes it: under another name first, so that an interrupted run leaves
# nothing that looks whole, and under a lock, so that two tests do not make the same.
cached() {
  local made=$CACHE/$1
  shift
  mkdir -p "${made%/*}"
  (
    flock 9
    if [ ! -e "$made" ]; then
      say "making ${made#"$CACHE"/} (once, kept in $CACHE)" >&2
      rm -rf "$made.half"
      make_whole "$made" "$@"
    fi
  ) 9>"$made.lock"
  printf '%s\n' "$made"
}

# make_whole PATH COMMAND...: a shell of its own, because one after `||` would not stop at the
# first error.
make_whole() {
  local made=$1 status
  shift
  set +e
  (
    set -e
    trap - EXIT
    "$@" "$made.half"
  ) >"$made.log" 2>&1
  status=$?
  set -e
  if [ "$status" -ne 0 ]; then
    tail -20 "$made.log" >&2
    give_up "could not make $made; the whole log is in $made.log"
  fi
  mv "$made.half" "$made"
}

# digest FILE_OR_WORD...: a short name for a recipe, so that a changed one is made anew.
digest() {
  local part
  for part in "$@"; do
    if [ -f "$part" ]; then cat "$part"; else printf '%s\n' "$part"; fi
  done | sha256sum | cut -c1-10
}
