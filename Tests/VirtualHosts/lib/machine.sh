# shellcheck shell=bash
# One machine: QEMU with an emulated IOMMU, a time limit, and nothing left behind.

# Kernel arguments of every machine. An emulated timer comes late on a busy computer, and the
# kernel would give up on it.
HARNESS_ARGUMENTS='console=ttyS0 no_timer_check'

# What a machine is made of. machine_defaults, then options change it, then it starts.
machine_defaults() {
  IOMMU=none INTERRUPT_REMAPPING=on CPU='' MEMORY=1024 APPEND='' SUITE=bookworm LIMIT=${MACHINE_LIMIT:-180}
  DEVICES=() ARCHIVES=()
}

# machine_options [--iommu intel|amd|none] [--intremap on|off] [--cpu MODEL] [--memory MB]
#   [--append ARGUMENTS] [--suite bookworm|trixie] [--limit SECONDS]
#   [--archive CPIO]... [-- QEMU ARGUMENT...]
machine_options() {
  machine_defaults
  while [ $# -gt 0 ]; do
    case $1 in
      --iommu) IOMMU=$2 ;;
      --intremap) INTERRUPT_REMAPPING=$2 ;;
      --cpu) CPU=$2 ;;
      --memory) MEMORY=$2 ;;
      --append) APPEND=$2 ;;
      --suite) SUITE=$2 ;;
      --limit) LIMIT=$2 ;;
      --archive) ARCHIVES+=("$2") ;;
      --)
        shift
        DEVICES=("$@")
        return
        ;;
      *) give_up "machine_options: unknown option $1" ;;
    esac
    shift 2
  done
}

# iommu_arguments: the processor, and the IOMMU that goes with it, as QEMU arguments.
# caching-mode lets a guest in the machine use the IOMMU through vfio.
iommu_arguments() {
  case $IOMMU in
    intel)
      echo "-machine q35,kernel-irqchip=split -cpu ${CPU:-Skylake-Client}" \
        "-device intel-iommu,intremap=$INTERRUPT_REMAPPING,caching-mode=on"
      ;;
    amd)
      echo "-machine q35 -cpu ${CPU:-EPYC,-x2apic}" \
        "-device amd-iommu,intremap=$INTERRUPT_REMAPPING"
      ;;
    none) echo "-machine q35 -cpu ${CPU:-Skylake-Client}" ;;
    *) give_up "no such IOMMU: $IOMMU" ;;
  esac
}

# run_qemu FOLDER ARGUMENT...: runs the machine to its end, and again where the emulator failed: on the disks that it
# had, where they are kept beside (see keep_for_retry), for a boot that failed may have used up what it was to meet.
# Its console goes to FOLDER/console.log. Ends with 124 when the time was up.
run_qemu() {
  local status attempt
  for attempt in 1 2 3; do
    status=0
    run_qemu_once "$@" || status=$?
    if [ "$attempt" -eq 3 ] || ! is_emulators_fault "$1"; then break; fi
    say "$(basename "$1"): the emulator failed; the same boot again"
    restore_kept "$1"
  done
  rm -f "$1"/*.kept
  return "$status"
}

# keep_for_retry FILE...: what a machine writes to and a second try must find as it was.
keep_for_retry() {
  local file
  for file; do cp --reflink=auto "$file" "$file.kept"; done
}

restore_kept() {
  local file
  for file in "$1"/*.kept; do
    if [ -e "$file" ]; then cp --reflink=auto "$file" "${file%.kept}"; fi
  done
}

# run_qemu_once FOLDER ARGUMENT...: one try of run_qemu. The machine dies with this shell, however that ends.
run_qemu_once() {
  local folder=$1 status=0 chosen
  shift
  # QEMU empties it late; until then, an earlier try would be taken for this one.
  rm -f "$folder/console.log"
  read -ra chosen <<<"$(iommu_arguments)"
  setpriv --pdeathsig TERM timeout --kill-after=5 "$LIMIT" \
    setpriv --pdeathsig KILL qemu-system-x86_64 "${chosen[@]}" \
    -accel tcg,thread=multi -smp 2 -m "$MEMORY" -nodefaults -display none -no-reboot \
    -serial "file:$folder/console.log" "$@" "${DEVICES[@]}" \
    </dev/null 2>"$folder/qemu.err" &
  MACHINE_PID=$!
  while kill -0 "$MACHINE_PID" 2>/dev/null; do
    if is_emulators_fault "$folder"; then kill "$MACHINE_PID" && break; fi
    sleep 1
  done
  wait "$MACHINE_PID" || status=$?
  MACHINE_PID=
  return "$status"
}

# is_emulators_fault FOLDER: whether the kernel died of QEMU's emulator, which on a busy computer may let one processor
# run the breakpoint that another one has replaced already (the kernel patches itself that way). Such a boot says
# nothing of what is tested.
is_emulators_fault() { grep -qs 'Oops: int3: 0000 \[#1\]' "$1/console.log"; }

# boot_fast NAME SCRIPT [OPTION...]: boots the kernel with the small initramfs, runs SCRIPT
# (a file or -, sourced by inside/init) in it, with the program at hand. Files that the script
# wants lie in WORK/NAME/files, put there before. Leaves WORK/NAME/results.
boot_fast() {
  local name=$1 script=$2 folder=$WORK/$1 tree
  shift 2
  machine_options "$@"
  mkdir -p "$folder/files" "$folder/results"
  tree=$(fast_kernel "$SUITE")
  copy_program "$PROGRAM" "$folder/files"
  cat "${script/#-//dev/stdin}" >"$folder/files/script"
  pack_cpio "$folder/files" "$folder/files.cpio"
  cat "$(fast_base "$SUITE")" "${ARCHIVES[@]}" "$folder/files.cpio" >"$folder/initrd"
  run_qemu "$folder" -serial "file:$folder/results.tar" \
    -kernel "$tree/boot/vmlinuz-$(kernel_release "$tree")" -initrd "$folder/initrd" \
    -append "$HARNESS_ARGUMENTS panic=-1 $APPEND" || fail "$name: QEMU ended with status $?"
  rm -f "$folder/initrd" "$folder/files.cpio"
  tar -xf "$folder/results.tar" -C "$folder/results" || fail "$name: the machine gave no results"
}

# show_console NAME: what a person needs after a failure.
show_console() {
  printf '%s\n' "----- console of $1 (its end)"
  tail -n "${CONSOLE_LINES:-60}" "$WORK/$1/console.log" | tr -d '\r'
  grep -v "TCG doesn't support" "$WORK/$1/qemu.err" || true
  printf '%s\n' "-----"
}
