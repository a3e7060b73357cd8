# shellcheck shell=bash
# Whole machines: a Debian disk that boots through its firmware and GRUB, as often as a
# test wants. What belongs to the harness sits in slots 0x10 and 0x11, so that a device that
# a test adds gets the low ones.

# install_machine NAME SUITE TOOL FIRMWARE [PACKAGE...]: a machine with a fresh disk (see
# debian_disk), and WORK/NAME/lab, which is /lab inside. The program lies in /lab/bin.
install_machine() {
  local folder=$WORK/$1 base
  base=$(debian_disk "${@:2}")
  mkdir -p "$folder/lab/bin"
  cp "$PROGRAM" "$folder/lab/bin/"
  qemu-img create -q -f qcow2 -F raw -b "$base" "$folder/disk.qcow2"
  if [ "$4" = efi ]; then cp /usr/share/OVMF/OVMF_VARS.fd "$folder/efi-variables.fd"; fi
}

# boot_machine NAME SCRIPT [OPTION...]: one boot of an installed machine. SCRIPT, a file or -
# for standard input, runs as root at its end (see inside/disk/usr/local/sbin/lab). Leaves
# WORK/NAME/lab/results of this boot; consoles of earlier ones are kept with a number.
# Returns 1 when the machine did not come so far as to end the script.
boot_machine() {
  local script=$2 folder=$WORK/$1 status=0 arguments=()
  shift 2
  machine_options --limit 600 "$@"
  if [ -e "$folder/console.log" ]; then
    mv "$folder/console.log" "$folder/console.$(find "$folder" -name 'console*.log' | wc -l).log"
  fi
  rm -rf "$folder/lab/results"
  mkdir -p "$folder/lab/results"
  cat "${script/#-//dev/stdin}" >"$folder/lab/script"
  if [ -e "$folder/efi-variables.fd" ]; then
    keep_for_retry "$folder/efi-variables.fd"
    arguments=(-drive "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE.fd"
      -drive "if=pflash,format=raw,file=$folder/efi-variables.fd")
  fi
  mapfile -t -O "${#arguments[@]}" arguments < <(lab_arguments "$folder" qcow2 "$folder/disk.qcow2")
  keep_for_retry "$folder/disk.qcow2"
  run_qemu "$folder" "${arguments[@]}" || status=$?
  [ "$status" -eq 0 ] && [ -e "$folder/lab/results/done" ]
}

# lab_arguments FOLDER FORMAT IMAGE: the root disk and the shared folder, one a line.
lab_arguments() {
  printf '%s\n' -drive "if=none,id=disk,format=$2,file=$3,cache=unsafe" \
    -device virtio-blk-pci,drive=disk,addr=0x10,bootindex=1 \
    -fsdev "local,id=lab,path=$1/lab,security_model=none" \
    -device virtio-9p-pci,fsdev=lab,mount_tag=lab,addr=0x11
}
