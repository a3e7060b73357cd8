#!/bin/bash
# `bind` is killed in the middle of making the initramfs, then the power goes in the middle of the next
# attempt: the host boots as before, and undo leaves it byte for byte as it was.
#
#   bind-killed.sh [TOOL]      initramfs (else) or dracut

# shellcheck source=lib/harness.sh
source "$(dirname "$0")/lib/harness.sh"
# shellcheck source=lib/early-image.sh
source "$HERE/lib/early-image.sh"

tool=${1:-initramfs}
name=killed-$tool

# Each boot has results of its own.
tell_failures() { if [ "$FAILED" -gt 0 ]; then tail -n 8 "$WORK/$name"/lab/results/*.{out,err}; fi; }
result() { cat "$WORK/$name/lab/results/$1" 2>/dev/null; }

boot() {
  say "$name: $(basename "$1" .script)"
  boot_machine "$name" "$1" --iommu intel --memory 1536 --limit "${BIND_LIMIT:-1800}"
}

install_machine "$name" bookworm "${tool/%initramfs/initramfs-tools}" bios
mkdir -p "$WORK/$name/lab/package"
install_early_binding "$WORK/$name/lab/package"

# The power goes at its end, so that it has none.
boot "$HERE/inside/bind/killed.script" || true
expect "$name: bind was at work when it was killed" 137 "$(result killed.status)" || true
expect "$name: what the host starts from, then" 0 "$(result same-after-kill.status)" || true
# Done, and it counts after a reboot: what undo of a choice always says.
expect "$name: undo after that" 4 "$(result undo.status)" || true
expect "$name: what it left" 0 "$(result same-after-undo.status)" || true
expect "$name: the power went while bind was at work" at-work "$(result power.out)" || true
tell_failures

boot "$HERE/inside/bind/after-power.script" || fail "$name: the host does not boot"
expect "$name: drivers" 'ahci i801_smbus' "$(result drivers.out | paste -sd' ')" || true
expect "$name: what the host started from" 0 "$(result same-after-power.status)" || true
expect "$name: undo" 4 "$(result undo.status)" || true
expect "$name: what it left" 0 "$(result same-after-undo.status)" || true
expect "$name: nothing half made stays" '' "$(result leftovers.out)" || true
tell_failures
if [ "$FAILED" -gt 0 ]; then show_console "$name"; fi
finish
