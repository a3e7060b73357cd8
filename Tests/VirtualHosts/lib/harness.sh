# shellcheck shell=bash
# All that a test of machines needs, in the order in which one part uses the other.

# shellcheck source=common.sh
source "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=cache.sh
source "$HERE/lib/cache.sh"
# shellcheck source=debian.sh
source "$HERE/lib/debian.sh"
# shellcheck source=initramfs.sh
source "$HERE/lib/initramfs.sh"
# shellcheck source=tools.sh
source "$HERE/lib/tools.sh"
# shellcheck source=machine.sh
source "$HERE/lib/machine.sh"
# shellcheck source=disk.sh
source "$HERE/lib/disk.sh"
# shellcheck source=whole.sh
source "$HERE/lib/whole.sh"
