#!/bin/bash
# What the host lives on is never offered: root file systems on every kind of storage, built
# anew in each machine, with free controllers beside them. storage.table says what must be
# told of each controller.
#
#   storage.sh [LAYOUT...]      all of them without names

# shellcheck source=lib/harness.sh
source "$(dirname "$0")/lib/harness.sh"

# disks_of LAYOUT: its disks a and b, as KIND@SLOT.
disks_of() {
  case $1 in
    plain) echo virtio@3 ;;
    sata) echo sata@1f ;;
    nvme) echo nvme@3 ;;
    usb) echo usb@3 ;;
    scsi | luks) echo scsi@3 ;;
    swap | signature | fstab | btrfs | stack) echo virtio@3 nvme@4 ;;
    lvm) echo scsi@3 virtio@4 ;;
    raid) echo sata@1f nvme@4 ;;
    *) give_up "no layout called $1 in storage.sh" ;;
  esac
}

# needed_by LAYOUT: the controllers that its host lives on.
needed_by() { sed -n "s/^$1  *\([^ ]*\)  *\(.*\)$/\1 \2/p" "$HERE/storage.table" | grep -v ' free$' | cut -d' ' -f1; }

# layout_function LAYOUT: how it is built on its disks (see inside/storage.script).
layout_function() {
  case $1 in
    sata | nvme | usb | scsi) echo plain ;;
    *) echo "$1" ;;
  esac
}

# attach KIND SLOT FILE: QEMU's arguments for a disk behind a controller of its own, one a
# line. The SATA controller is the one that q35 has.
attach() {
  local kind=$1 slot=$2 name=disk-${3##*/}
  printf '%s\n' -drive "if=none,id=$name,format=raw,cache=unsafe,file=$3"
  case $kind in
    virtio) printf '%s\n' -device "virtio-blk-pci,drive=$name,addr=$slot" ;;
    nvme) printf '%s\n' -device "nvme,drive=$name,serial=$name,addr=$slot" ;;
    sata) printf '%s\n' -device "ide-hd,drive=$name,bus=ide.0" ;;
    usb) printf '%s\n' -device "qemu-xhci,id=usb,addr=$slot" -device "usb-storage,drive=$name,bus=usb.0" ;;
    scsi) printf '%s\n' -device "virtio-scsi-pci,id=scsi,addr=$slot" -device "scsi-hd,drive=$name,bus=scsi.0" ;;
  esac
}

# new_disk FILE MEGABYTES: empty, with one partition.
new_disk() {
  rm -f "$1"
  truncate -s "$2M" "$1"
  sgdisk -n 1:0:0 -t 1:8300 "$1" >/dev/null
}

# boot_layout LAYOUT: the size tells the inside which disk is which: 512 MB a, 513 MB b.
boot_layout() {
  local layout=$1 folder=$WORK/$1 size=512 disk devices=()
  mkdir -p "$folder/files"
  layout_function "$layout" >"$folder/files/layout"
  cp "$HERE/inside/survey.script" "$folder/files/"
  for disk in $(disks_of "$layout") nvme@9; do
    if [ "$disk" = nvme@9 ]; then size=600; fi
    new_disk "$folder/disk$size" "$size"
    mapfile -t -O "${#devices[@]}" devices < <(attach "${disk%@*}" "${disk#*@}" "$folder/disk$size")
    size=$((size + 1))
  done
  needed_by "$layout" >"$folder/files/needed"
  # shellcheck disable=SC2054
  DISKS=("${devices[@]}" -device e1000e,addr=8 -device qemu-xhci,addr=0xa)
  boot_fast "$layout" "$HERE/inside/storage.script" --iommu intel --archive "$STORAGE_TOOLS" -- "${DISKS[@]}"
}

# forge LAYOUT: a configuration that chooses the groups of all that the host lives on, as bind would
# write it if it did not refuse.
forge() {
  echo 'version 1'
  jq -r --slurpfile groups "$WORK/$1/results/groups.out" --arg needed "$(needed_by "$1" | paste -sd' ')" '
    .devices as $devices | $groups[0].groups[]
    | select(any(.members[]; . as $member | ($needed | split(" ") | index($member))))
    | "group", (.members[] as $member | $devices[] | select(.address == $member and (.class[0:4] != "0604"))
        | . as $chosen
        | "  device \(.address)", "    id \(.vendor):\(.device)",
          (if .subsystemVendor then "    subsystem \(.subsystemVendor):\(.subsystemDevice)" else empty end),
          "    class \(.class)", "    path 0000:00/\(.address[8:])",
          ($devices[] | select(.address != $chosen.address and .vendor == $chosen.vendor
              and .device == $chosen.device and .subsystemDevice == $chosen.subsystemDevice
              and .class == $chosen.class) | "    twin 0000:00/\(.address[8:])"),
          "    driver vfio-pci")
    ' "$WORK/$1/results/devices.out"
}

# test_forged LAYOUT: the second boot of its disks, with the forged configuration and the boot program
# before every driver, once without and once with the list of what the host lives on.
test_forged() {
  local layout=$1 name=$1-forged folder=$WORK/$1-forged address
  mkdir -p "$folder/files/etc/passthru-doctor"
  forge "$layout" >"$folder/files/etc/passthru-doctor/bindings.conf"
  cp "$WORK/$layout/results/host-needs.out" "$folder/files/etc/passthru-doctor/host-needs"
  cp "$HERE/inside/forged-early.script" "$folder/files/early.script"
  copy_program "$EARLY_PROGRAM" "$folder/files"
  boot_fast "$name" "$HERE/inside/forged.script" --iommu intel --archive "$STORAGE_TOOLS" \
    --append "root=$(awk '$2 == "/" { print $1 }' "$WORK/$layout/results/fstab.out")" -- "${DISKS[@]}"
  expect "$name: reasons without a list" host-needs-unknown "$(reasons "$folder/results/without.out")" || true
  expect "$name: reasons with one" host-needs-it "$(reasons "$folder/results/with.out")" || true
  for address in $(needed_by "$layout"); do
    expect "$name: $address is not on vfio-pci" no \
      "$(grep -q "^$address vfio-pci$" "$folder/results/drivers.out" && echo yes || echo no)" || true
  done
  expect "$name: the host boots" 0 "$(cat "$folder/results/mounted.status")" || true
  if [ "$FAILED" -gt "$2" ]; then
    cat "$folder/results/"{without,with,mounted}.* || true
    show_console "$name"
  fi
}

# reasons FILE: why groups were left, each reason once.
reasons() { sed -n 's/^event=\(declined\|gave-back\|switched-off\|bound\).* reason=\([^ ]*\).*/\2/p' "$1" | sort -u | paste -sd' '; }

# group_verdict LAYOUT ADDRESS and kinds_of_use LAYOUT ADDRESS: what the program says.
group_verdict() {
  jq -r --arg address "$2" '.groups[] | select(.members | index($address)) | .verdict' \
    "$WORK/$1/results/groups.out" 2>/dev/null || true
}

kinds_of_use() {
  jq -r --arg address "$2" '.devices[] | select(.address == $address) | [.uses[].kind] | unique | .[]' \
    "$WORK/$1/results/devices.out" 2>/dev/null || echo no-answer
}

# judge_needed LAYOUT ADDRESS KIND,KIND...
judge_needed() {
  local kind kinds
  kinds=$(kinds_of_use "$1" "$2")
  expect "$1: group of $2" host-needs-it "$(group_verdict "$1" "$2")" || true
  for kind in ${3//,/ }; do
    expect "$1: use of $2" "$kind" "$(grep -x "$kind" <<<"$kinds" || echo "${kinds:-none}" | tr '\n' ' ')" || true
  done
}

# judge_free LAYOUT ADDRESS
judge_free() {
  expect "$1: group of $2" 'viable|needs-binding' "$(group_verdict "$1" "$2")" || true
  expect "$1: use of $2" '|signature' "$(kinds_of_use "$1" "$2")" || true
}

# judge_article LAYOUT: the three functions of slot 1f are one group.
judge_article() {
  expect "$1: groups 0000:00:1f.0" '0000:00:1f.0 0000:00:1f.2 0000:00:1f.3' \
    "$(jq -r '.groups[].members | join(" ")' "$WORK/$1/results/article.out" 2>/dev/null)" || true
}

test_layout() {
  local layout=$1 before=$FAILED address uses
  say "$layout"
  boot_layout "$layout"
  say "$layout: root is on $(cut -d' ' -f1,3 "$WORK/$layout/results/root-is-on.out" 2>/dev/null)"
  while read -r _ address uses; do
    if [ "$uses" = free ]; then judge_free "$layout" "$address"; else judge_needed "$layout" "$address" "$uses"; fi
  done < <(grep "^$layout " "$HERE/storage.table")
  for address in 0000:00:08.0 0000:00:09.0 0000:00:0a.0; do judge_free "$layout" "$address"; done
  judge_article "$layout"
  for address in $(needed_by "$layout"); do
    expect "$layout: bind $address --yes" 5 "$(cat "$WORK/$layout/results/bind-$address.status")" || true
    expect "$layout: bind $address" 5 "$(cat "$WORK/$layout/results/bind-asked-$address.status")" || true
  done
  if [ "$FAILED" -gt "$before" ]; then show_console "$layout"; fi
  if [[ " $FORGED " == *" $layout "* ]]; then test_forged "$layout" "$FAILED"; fi
  rm -f "$WORK/$layout"/disk*
}

STORAGE_TOOLS=$(tools_archive storage "mdadm lvm2 cryptsetup-bin btrfs-progs e2fsprogs util-linux" \
  "mdadm lvm cryptsetup mkfs.btrfs btrfs mkfs.ext4 mkswap blkid")
mapfile -t LAYOUTS < <(grep -o '^[a-z][^ ]*' "$HERE/storage.table" | uniq)
# The layouts that are also started from with a forged configuration: those that tell most, or all.
FORGED='sata raid stack'
if [ "${MACHINE_SET:-all}" = all ]; then FORGED=${LAYOUTS[*]}; fi
EARLY_PROGRAM=${PASSTHRU_EARLY_BIND:-${PROGRAM%/*}/passthru-early-bind}
for layout in "${@:-${LAYOUTS[@]}}"; do test_layout "$layout"; done
finish
