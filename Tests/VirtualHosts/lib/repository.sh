# shellcheck shell=bash
# A machine has no network: what its package manager is to find comes as a repository of its own.

# repository SUITE TOOL PACKAGE...: the path of a folder that apt takes as a repository, with the
# packages and all that they need beyond the disk of that suite and tool.
repository() {
  local tree
  tree=$(debian_tree "$1" "$2")
  cached "repositories/$1-$2-$(digest "$tree" "${*:3}")" make_repository "$tree" "${*:3}"
}

# make_repository TREE "PACKAGE..." FOLDER
make_repository() {
  local tree=$1 packages=$2 folder=$3 state=$3.state options
  mkdir -p "$folder" "$state/lists/partial" "$state/archives/partial"
  options=(-qq -o "Dir::Etc::sourcelist=$tree/etc/apt/sources.list" -o Dir::Etc::sourceparts=-
    -o "Dir::Etc::trustedparts=$tree/etc/apt/trusted.gpg.d" -o "Dir::State::lists=$state/lists"
    -o "Dir::State::status=$tree/var/lib/dpkg/status" -o "Dir::Cache=$state"
    -o "Dir::Cache::archives=$state/archives" -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update
  # The packages are words on purpose.
  # shellcheck disable=SC2086
  apt-get "${options[@]}" --no-install-recommends -y --download-only install $packages
  mv "$state"/archives/*.deb "$folder/"
  (cd "$folder" && dpkg-scanpackages --multiversion . /dev/null >Packages)
  rm -rf "$state"
}
