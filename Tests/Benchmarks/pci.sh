# shellcheck shell=bash
# Rows on large sysfs trees; sourced by run, after paired.sh. Needs lspci, cc and python3.

# pci_rows DOCTOR RUNS: `devices --json` on 10,000 functions beside lspci and beside a C program that
# only opens and reads the same files; time per function at 10,000 and at 1,000; peak memory.
pci_rows() {
    local doctor=$1 runs=$2 trees
    trees=$(mktemp -d -p "${BENCH_TREES:-/dev/shm}")
    Tests/Benchmarks/make-pci-tree "$trees/1000" 1000
    Tests/Benchmarks/make-pci-tree "$trees/10000" 10000
    cc -O2 -o "$trees/read" Tests/Benchmarks/read-pci-tree.c
    local ours="$doctor devices --json --root $trees/10000"
    paired "10,000 functions, lspci -nnk" "$runs" "$ours" \
        "lspci -A linux-sysfs -O sysfs.path=$trees/10000/sys/bus/pci -nnk"
    paired "10,000 functions, C reads the files" "$runs" "$ours" "$trees/read $trees/10000"
    paired "10,000 functions beside 1,000" "$runs" "$ours" "$doctor devices --json --root $trees/1000"
    printf '%-34s %9s KB\n' "peak memory, 10,000 functions" \
        "$(peak_memory_kb "$doctor" devices --json --root "$trees/10000")"
    rm -rf "$trees"
}
