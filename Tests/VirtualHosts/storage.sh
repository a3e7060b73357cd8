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
    sata) echo sata@31 ;;
    nvme) echo nvme@3 ;;
    usb) echo usb@3 ;;
    scsi | luks) echo scsi@3 ;;
    swap | signature | fstab | btrfs | stack) echo virtio@3 nvme@4 ;;
    lvm) echo scsi@3 virtio@4 ;;
    raid) echo sata@31 nvme@4 ;;
    *) give_up "no layout called $1 in storage.sh" ;;
  esac
}

# layout_function LAYOUT: how it is built on its disks (see inside/storage.script).
layout_function() {
  case $1 in
    sata | nvme | usb | scsi) echo plain ;;
    *) echo "$1" ;;
  esac
}

# attach KIND SLOT SERIAL FILE: QEMU's arguments for a disk behind a controller of its own,
# one a line. The SATA controller is the one that q35 has.
attach() {
  local kind=$1 place="addr=$2" serial=$3 drive="drive=disk-$3,serial=$3"
  printf '%s\n' -drive "if=none,id=disk-$serial,format=raw,cache=unsafe,file=$4"
  case $kind in
    virtio) printf '%s\n' -device "virtio-blk-pci,$drive,$place" ;;
    nvme) printf '%s\n' -device "nvme,$drive,$place" ;;
    sata) printf '%s\n' -device "ide-hd,$drive,bus=ide.0" ;;
    usb) printf '%s\n' -device "qemu-xhci,id=$serial,$place" -device "usb-storage,$drive,bus=$serial.0" ;;
    scsi) printf '%s\n' -device "virtio-scsi-pci,id=$serial,$place" -device "scsi-hd,$drive,bus=$serial.0" ;;
  esac
}

# new_disk FILE: empty, with one partition.
new_disk() {
  rm -f "$1"
  truncate -s 512M "$1"
  sgdisk -n 1:0:0 -t 1:8300 "$1" >/dev/null
}

boot_layout() {
  local layout=$1 folder=$WORK/$1 serials=(a b) disk devices=() i=0
  mkdir -p "$folder/files"
  layout_function "$layout" >"$folder/files/layout"
  cp "$HERE/inside/survey.script" "$folder/files/"
  for disk in $(disks_of "$layout") nvme@9; do
    new_disk "$folder/disk$i"
    mapfile -t -O "${#devices[@]}" devices \
      < <(attach "${disk%@*}" "0x$(printf '%x' "${disk#*@}")" "${serials[i]:-free}" "$folder/disk$i")
    i=$((i + 1))
    if [ "$disk" = nvme@9 ]; then break; fi
  done
  boot_fast "$layout" "$HERE/inside/storage.script" --iommu intel --archive "$STORAGE_TOOLS" -- \
    "${devices[@]}" -device e1000e,addr=8 -device qemu-xhci,addr=0xa
  rm -f "$folder"/disk[0-9]
}

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
  if [ "$FAILED" -gt "$before" ]; then show_console "$layout"; fi
}

STORAGE_TOOLS=$(tools_archive storage "mdadm lvm2 cryptsetup-bin btrfs-progs e2fsprogs util-linux" \
  "mdadm lvm cryptsetup mkfs.btrfs btrfs mkfs.ext4 mkswap blkid")
[ $# -gt 0 ] || mapfile -t LAYOUTS < <(grep -o '^[a-z][^ ]*' "$HERE/storage.table" | uniq)
for layout in "${@:-${LAYOUTS[@]}}"; do test_layout "$layout"; done
finish
