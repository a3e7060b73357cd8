# shellcheck shell=bash
# Rows on large sysfs trees; sourced by run, after paired.sh. Needs lspci, cc and python3.

# pci_rows DOCTOR RUNS: `devices --json` on 100, 1,000 and 10,000 functions beside lspci; on the most beside a
# C program that only opens and reads the same files; how time grows with their number; peak memory.
pci_rows() {
    local doctor=$1 runs=$2 trees size
    trees=$(mktemp -d -p "${BENCH_TREES:-/dev/shm}")
    for size in 100 1000 10000; do
        Tests/Benchmarks/make-pci-tree "$trees/$size" "$size"
        paired "survey of $size functions, lspci -nnk" "$runs" "$doctor devices --json --root $trees/$size" \
            "lspci -A linux-sysfs -O sysfs.path=$trees/$size/sys/bus/pci -nnk"
    done
    cc -O2 -o "$trees/read" Tests/Benchmarks/read-pci-tree.c
    local ours="$doctor devices --json --root $trees/10000"
    paired "survey of 10000, C reads the files" "$runs" "$ours" "$trees/read $trees/10000"
    paired "survey of 10000, our survey of 1000" "$runs" "$ours" "$doctor devices --json --root $trees/1000"
    printf '%-42s %9s KB\n' "peak memory, survey of 10000" \
        "$(peak_memory_kb "$doctor" devices --json --root "$trees/10000")"
    rm -rf "$trees"
}
