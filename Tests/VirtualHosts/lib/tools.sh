# shellcheck shell=bash
# Programs of Debian's packages for a fast machine: an archive of the few files that are
# needed, each with the libraries it is linked to.

# tools_archive NAME "PACKAGE..." "PROGRAM...": the path of a cpio archive with the programs,
# which the packages of bookworm hold.
tools_archive() {
  local name=$1 packages=$2 programs=$3 tree
  # shellcheck disable=SC2086
  tree=$(unpacked bookworm base-files $packages)
  cached "fast/$name-$(digest "$tree" "$programs" "$HERE/lib/tools.sh").cpio" \
    make_tools_archive "$tree" "$programs"
}

make_tools_archive() {
  local tree=$1 programs=$2 archive=$3 root program found
  root=$(mktemp -d)
  for program in $programs; do
    found=$(find "$tree"/{,usr/}{s,}bin -name "$program" | head -1)
    [ -n "$found" ] || give_up "no package has $program"
    install -D -m 755 "$found" "$root/bin/$program"
    tree_libraries "$tree" "$found" | copy_libraries "$tree" "$root"
  done
  pack_cpio "$root" "$archive"
  rm -rf "$root"
}

# tree_libraries TREE PROGRAM: what the tree's own loader would load for the program.
tree_libraries() {
  local tree=$1 libraries=lib/x86_64-linux-gnu loader
  loader=$(readlink -f "$tree/lib64/ld-linux-x86-64.so.2")
  echo "$tree/lib64/ld-linux-x86-64.so.2"
  "$loader" --library-path "$tree/$libraries:$tree/usr/$libraries" --list "$2" |
    sed -n "s,.*=> \\($tree/[^ ]*\\).*,\\1,p"
}
