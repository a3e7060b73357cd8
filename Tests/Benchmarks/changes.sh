# shellcheck shell=bash
# What comes to a host's disk; sourced by run, after paired.sh.

# size_rows DOCTOR BOOT_PROGRAM...: what comes to a host's disk, and what every initramfs grows by.
size_rows() {
    local doctor=$1 folder program rival=-
    shift
    folder=$(mktemp -d)
    if command -v driverctl >/dev/null; then rival="$(du -k --apparent-size "$(command -v driverctl)" | cut -f 1) KB"; fi
    printf '%-42s %9s KB %12s\n' "program, stripped; driverctl" "$(stripped_size_kb "$doctor")" "$rival"
    for program; do strip -o "$folder/${program##*/}" "$program"; done
    printf '%-42s %9s KB\n' "boot programs, stripped" $(($(cat "$folder"/* | wc -c) / 1024))
    if command -v zstd >/dev/null; then
        printf '%-42s %9s KB\n' "growth of an initramfs (zstd -3)" $(($(cat "$folder"/* | zstd -q -3 | wc -c) / 1024))
    fi
    rm -rf "$folder"
}

# boot_rows: what the last `make bench-boot` has measured in its machines, with when that was.
boot_rows() {
    local results=${BENCH_BOOT_RESULTS:-.build/bench-boot}
    if [ -f "$results" ]; then
        cat "$results"
        echo "(the boot hook: measured by make bench-boot, $(date -u -r "$results" '+%Y-%m-%d %H:%M'))"
    else
        printf '%-42s %s\n' "boot hook" "not measured here yet: make bench-boot boots machines for it"
    fi
}

# versions: of the rivals that are there.
versions() {
    echo "rivals: virt-host-validate $(virt-host-validate --version | grep -oE '[0-9.]+' | head -n 1)," \
        "$(lspci --version), $(sed --version | head -n 1)," \
        "driverctl $(dpkg-query -W -f '${Version}' driverctl 2>/dev/null || echo 'not installed')"
}
