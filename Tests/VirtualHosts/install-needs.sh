#!/bin/sh
# What the tests of machines need, on Debian and its like. As root.
set -eu
apt-get update -q
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
  qemu-system-x86 ovmf mmdebstrap debian-archive-keyring busybox-static kmod cpio zstd jq \
  gdisk dosfstools mtools e2fsprogs util-linux xz-utils shellcheck
