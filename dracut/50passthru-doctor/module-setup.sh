#!/bin/bash
# moddir and initdir are dracut's.
# shellcheck disable=SC2154
# dracut module: binds the devices chosen with "passthru-doctor bind" to vfio-pci before any
# other driver is loaded. See README.md.

_program=/usr/lib/passthru-doctor/passthru-early-bind
# What it has load drivers.
_loader=/usr/lib/passthru-doctor/passthru-early-load
_configuration=/etc/passthru-doctor/bindings.conf
_needs=/etc/passthru-doctor/host-needs

# Whether only root can have written the file. The image forgets who owned it.
_only_by_root() {
    local _facts
    _facts=$(stat -L -c '%F %u %a' "${dracutsysrootdir-}$1" 2> /dev/null) || return 1
    case $_facts in
        'regular file 0 '*[2367]? | 'regular file 0 '*[2367]) return 1 ;;
        'regular empty file 0 '* | 'regular file 0 '*) return 0 ;;
        *) return 1 ;;
    esac
}

# Nothing chosen: nothing to do, and the image does not grow.
check() {
    [[ -e ${dracutsysrootdir-}$_configuration ]] || return 1
    if ! _only_by_root "$_configuration"; then
        dwarn "passthru-doctor: others than root can write to $_configuration: it stays out of the image"
        return 1
    fi
    require_binaries "$_program" "$_loader" || return 1
    return 0
}

depends() {
    return 0
}

# vfio_pci brings what it needs by its dependencies: vfio_virqfd where the kernel still has it (before
# 6.2). hostonly is off for these: a module that is not loaded now is wanted all the same.
installkernel() {
    local _driver
    hostonly='' instmods vfio vfio_pci vfio_iommu_type1
    while read -r _driver; do
        hostonly='' instmods "${_driver//-/_}"
    done < <(sed -n 's/^[[:space:]]*driver[[:space:]]\+\([a-z0-9_-]\+\)[[:space:]]*$/\1/p' \
        "${dracutsysrootdir-}$_configuration" | sort -u)
}

install() {
    inst_multiple "$_program" "$_loader"
    inst_simple "$_configuration"
    _install_needs
    if dracut_module_included "systemd"; then
        inst_simple "$moddir/passthru-early-bind.service" \
            "${systemdsystemunitdir:-/usr/lib/systemd/system}/passthru-early-bind.service"
        $SYSTEMCTL -q --root "$initdir" add-wants sysinit.target passthru-early-bind.service
    else
        # rd.driver.pre and force_drivers are loaded by a hook of cmdline, 01-parse-kernel.sh.
        inst_hook cmdline 00 "$moddir/passthru-early-bind.sh"
    fi
}

# What the host lives on: as it is now, where that can be found out; else as it was when the devices
# were chosen; else nobody knows, and no storage controller is bound.
_install_needs() {
    local _now=$initdir$_needs.now
    mkdir -p "$initdir${_needs%/*}"
    if [[ -z ${dracutsysrootdir-} ]] && passthru-doctor host-needs > "$_now" 2> /dev/null; then
        chmod 0644 "$_now"
        mv -f "$_now" "$initdir$_needs"
        return 0
    fi
    rm -f "$_now"
    if _only_by_root "$_needs"; then
        inst_simple "$_needs"
    fi
    return 0
}
