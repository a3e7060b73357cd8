#!/bin/bash
# What early binding costs at boot: the time that the hook takes in the machine, beside a shell script
# that does the same work without a single check, and the growth of the initramfs.
#
#   bench-boot.sh [PAIRS]      five pairs of boots by default
#
# Both run at the same place of the same initramfs, boots alternate, and the kernel's clock tells the time.

# shellcheck source=lib/harness.sh
source "$(dirname "$0")/lib/harness.sh"
# shellcheck source=lib/early-image.sh
source "$HERE/lib/early-image.sh"
# shellcheck source=lib/early.sh
source "$HERE/lib/early.sh"
# shellcheck source=lib/choices.sh
source "$HERE/lib/choices.sh"

# timed NAME COMMAND: the init-top script of a machine, which tells the kernel's log when COMMAND
# begins and ends.
timed() {
  install -D -m 755 /dev/stdin "$WORK/$1/over/scripts/init-top/passthru" <<E2
#!/bin/sh
case \${1-} in prereqs) exit 0 ;; esac
echo 'bench: begin' >/dev/kmsg
$2 </dev/null || :
echo 'bench: end' >/dev/kmsg
E2
}

# The rival: what the recipes do, for the same devices.
script() {
  install -D -m 755 /dev/stdin "$WORK/$1/over/scripts/bind-by-script" <<E2
#!/bin/sh
for address in ${EVERYTHING[*]}; do
  echo vfio-pci >/sys/bus/pci/devices/\$address/driver_override
done
modprobe vfio-pci
for address in ${EVERYTHING[*]}; do
  echo \$address >/sys/bus/pci/drivers_probe
done
E2
}

# one_boot NAME COMMAND: milliseconds between begin and end.
one_boot() {
  choose "$1" article network_card nvme_disk usb_controller
  timed "$1" "$2"
  script "$1"
  boot_early "$1" bookworm initramfs-tools --iommu intel -- "${CARDS[@]}"
  local address
  for address in "${EVERYTHING[@]}"; do
    [ "$(driver_of "$1" "$address")" = vfio-pci ] || fail "$1: $address is not on vfio-pci"
  done
  sed -n 's/^\[ *\([0-9.]*\)\] bench: \(begin\|end\)$/\1/p' "$WORK/$1/results/dmesg" |
    awk 'NR == 1 { begin = $1 } NR == 2 { printf "%.1f\n", ($1 - begin) * 1000 }'
}

median() { sort -n | awk '{ value[NR] = $1 } END { print (value[int((NR + 1) / 2)] + value[int((NR + 2) / 2)]) / 2 }'; }

# growth SUITE BUILDER: bytes that an image has more with a choice than without, in the builder's own way.
growth() {
  local with without
  with=$(stat -c %s "$(early_image "$1" "$2" default)")
  without=$(stat -c %s "$(early_image "$1" "$2" default none)")
  echo $((with - without))
}

for ((pair = 1; pair <= ${1:-5}; pair++)); do
  theirs=$(one_boot "script-$pair" /scripts/bind-by-script)
  ours=$(one_boot "program-$pair" /usr/lib/passthru-doctor/passthru-early-bind)
  say "pair $pair: script $theirs ms, program $ours ms"
  echo "$theirs" >>"$WORK/script"
  echo "$ours" >>"$WORK/program"
done
theirs=$(median <"$WORK/script")
ours=$(median <"$WORK/program")
say "median: script $theirs ms, program $ours ms"
expect 'the program takes no longer than a script without checks' yes \
  "$(awk -v ours="$ours" -v theirs="$theirs" 'BEGIN { print ours <= theirs ? "yes" : "no" }')" || true
# For the table of `make bench`.
mkdir -p "$PACKAGE/.build"
printf '%-42s %12.2f %12.2f %8.2f\n' 'boot hook, shell script without checks' "$ours" "$theirs" \
  "$(awk -v ours="$ours" -v theirs="$theirs" 'BEGIN { print ours / theirs }')" >"$PACKAGE/.build/bench-boot"
for builder in initramfs-tools dracut; do
  bytes=$(growth bookworm "$builder")
  say "the initramfs of $builder grows by $bytes bytes (zstd)"
  printf '%-42s %9s KB\n' "growth of the initramfs, $builder" $((bytes / 1024)) >>"$PACKAGE/.build/bench-boot"
  expect "$builder: growth is at most 3 MB" yes "$([ "$bytes" -le 3000000 ] && echo yes)" || true
done
finish
