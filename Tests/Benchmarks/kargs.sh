# shellcheck shell=bash
# Kernel arguments: a dry run, in which the shell sources the files twice, against sed and diff on a copy,
# and against augtool, which parses and edits; neither tries anything. Sourced by run, after paired.sh.

# kargs_rows DOCTOR RUNS
kargs_rows() {
    local doctor=$1 runs=$2 root text
    if [ "$(id -u)" -ne 0 ] || ! command -v grub-mkconfig >/dev/null; then
        printf '%-42s %s\n' "dry run of kargs" "not measured: takes root and grub-mkconfig"
        return
    fi
    root=$(mktemp -d)
    sh Tests/Support/make-grub-tree "$root/tree"
    text=$(cat "$root/tree/etc/default/grub")
    cat >"$root/by-hand" <<SCRIPT
#!/bin/sh
sed 's/^GRUB_CMDLINE_LINUX="/&intel_iommu=on /' "$root/tree/etc/default/grub" | diff -u "$root/tree/etc/default/grub" -
SCRIPT
    # --new: what it makes goes beside the file.
    cat >"$root/by-augtool" <<SCRIPT
#!/bin/sh
exec augtool --root "$root/tree" --noautoload --new --transform 'Shellvars incl /etc/default/grub' <<'EDIT'
set /files/etc/default/grub/GRUB_CMDLINE_LINUX[last()] '"intel_iommu=on"'
save
EDIT
SCRIPT
    chmod +x "$root/by-hand" "$root/by-augtool"
    local dry_run="$doctor kargs add intel_iommu=on --root $root/tree --dry-run"
    paired "dry run of kargs, sed and diff" "$runs" "$dry_run" "$root/by-hand"
    paired "dry run of kargs, augtool" "$runs" "$dry_run" "$root/by-augtool"
    # The same settings over and over, to a megabyte, which augtool works at for five minutes and more.
    while [ "$(stat -c %s "$root/tree/etc/default/grub")" -lt 1048576 ]; do
        for _ in {1..100}; do printf '%s\n' "$text"; done >>"$root/tree/etc/default/grub"
    done
    paired "1 MB of settings, sed and diff" "$((runs / 10 + 1))" "$dry_run" "$root/by-hand"
    paired "1 MB of settings, augtool (ended at 5 s)" "$((runs / 10 + 1))" "$dry_run" "timeout 5 $root/by-augtool"
    # The densest lines that a file can have.
    local line
    # shellcheck disable=SC2016
    for line in 'a=1' '#' "a=''" 'a="$x"' 'if [ -f x ]; then a=1; fi' 'GRUB_CMDLINE_LINUX="\"a\" b"'; do
        { yes "$line" || :; } | head -n $((1048576 / (${#line} + 1))) >"$root/tree/etc/default/grub"
        paired "1 MB of $line" "$((runs / 10 + 1))" "$dry_run" "$root/by-hand"
    done
    rm -rf "$root"
}
