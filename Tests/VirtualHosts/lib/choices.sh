# shellcheck shell=bash disable=SC2034
# Devices of a machine for early binding, and what is chosen of them.

# Devices beside q35's own: a card behind a port, a disk that nobody needs, a USB controller.
# shellcheck disable=SC2054
CARDS=(-device pcie-root-port,id=rp1,chassis=1,addr=0x8 -device e1000e,bus=rp1
  -blockdev null-co,node-name=spare,size=67108864,read-zeroes=on
  -device nvme,serial=spare,drive=spare,addr=0x9 -device qemu-xhci,addr=0xa)

# chosen ADDRESS ID SUBSYSTEM CLASS PATH [TWIN...]: the lines for one device.
chosen() {
  printf '  device %s\n    id %s\n    subsystem %s\n    class %s\n    path %s\n' "${@:1:5}"
  printf '    twin %s\n' "${@:6}" | sed '/twin $/d'
  printf '    driver vfio-pci\n'
}

# The group of the article.
article() {
  echo group
  chosen 0000:00:1f.0 8086:2918 1af4:1100 060100 0000:00/1f.0
  chosen 0000:00:1f.2 8086:2922 1af4:1100 010601 0000:00/1f.2
  chosen 0000:00:1f.3 8086:2930 1af4:1100 0c0500 0000:00/1f.3
}

network_card() {
  echo group
  chosen 0000:01:00.0 8086:10d3 8086:0000 020000 0000:00/08.0=1b36:000c/00.0
}

usb_controller() {
  echo group
  chosen 0000:00:0a.0 1b36:000d 1af4:1100 0c0330 0000:00/0a.0
}

# A disk that the host does not use.
nvme_disk() {
  echo group
  chosen 0000:00:09.0 1b36:0010 1af4:1100 010802 0000:00/09.0
}

# What the machine's host lives on: its disk is on virtio.
needs_virtio_disk() {
  printf '%s\n' 'version 1' 'source LABEL=small-root' 'device 0000:00:10.0'
  printf '    %s\n' 'id 1af4:1001' 'subsystem 1af4:0002' 'class 010000' 'path 0000:00/10.0' 'use root'
  echo complete
}

# choose NAME GROUP...: the configuration of one machine, by the functions above.
choose() {
  local folder=$WORK/$1/over/etc/passthru-doctor group
  shift
  mkdir -p "$folder"
  {
    echo 'version 1'
    for group in "$@"; do "$group"; done
  } >"$folder/bindings.conf"
  needs_virtio_disk >"$folder/host-needs"
}

# All that those choose.
EVERYTHING=(0000:00:1f.0 0000:00:1f.2 0000:00:1f.3 0000:01:00.0 0000:00:09.0 0000:00:0a.0)
