# shellcheck shell=bash
# Debian's packages, downloaded and unpacked without being installed.

# unpacked SUITE PACKAGE...: the path of a folder that holds the packages with all that they
# depend on. No script of theirs has run.
unpacked() {
  local suite=$1 packages
  shift
  packages=$(IFS=,; printf '%s' "$*")
  cached "unpacked/$suite-$(digest "$packages")" unpack_packages "$suite" "$packages"
}

unpack_packages() {
  local suite=$1 packages=$2 folder=$3
  mmdebstrap --variant=extract --format=directory --include="$packages" "$suite" "$folder"
  if [ -d "$folder/lib/modules" ]; then depmod -b "$folder" "$(kernel_release "$folder")"; fi
}

# kernel_release TREE: the release of the one kernel in an unpacked tree.
kernel_release() {
  local image
  image=$(find "$1/boot" -maxdepth 1 -name 'vmlinuz-*' | sort | tail -1)
  [ -n "$image" ] || give_up "no kernel in $1/boot"
  printf '%s\n' "${image##*/vmlinuz-}"
}
