# What the fault tests share: trees, their fingerprints, and the judgement on what a fault has left.
# shellcheck shell=bash disable=SC2154

# A tree to change, made from the one at $1 at $2. Programs are shared, everything else is copied.
copy_tree() {
    mkdir -p "$2"
    cp -al "$1/usr" "$1/bin" "$2/"
    for name in lib lib64; do [ ! -e "$1/$name" ] || cp -al "$1/$name" "$2/"; done
    cp -a "$1/etc" "$1/boot" "$1/var" "$1/dev" "$1/proc" "$1/run" "$1/tmp" "$2/"
    [ ! -e "$1/sys" ] || cp -a "$1/sys" "$2/"
}

# Everything that counts of a tree but the journal: names, kinds, owners, modes, attributes, bytes; with
# `times` also when files were changed, but for initramfs images, which are made anew and not put back.
fingerprint() {
    local format='%p %y %m %U %G %l\n'
    [ "${2-}" != times ] || format='%p %y %m %U %G %l %T@\n'
    (
        cd "$1" || exit 1
        find etc boot run \( \( -type d -o -name 'initrd.img*' \) -printf '%p %y %m %U %G\n' \) -o -name filler -o \
            -printf "$format" | sort
        find etc boot run -type f ! -name filler -print0 | sort -z | xargs -0 sha256sum
        find etc boot run -print0 | sort -z | xargs -0 getfattr -h -d -m - -- 2>/dev/null || :
        find var/lib/passthru-doctor -name '*.new' 2>/dev/null || :
    )
}

# Old, new or between: the tree at $1 as against the prints of $base. The journal does not count.
state_of() {
    if fingerprint "$1" times | cmp -s - "$base/old.times"; then echo old
    elif fingerprint "$1" | cmp -s - "$base/new"; then echo new
    else echo between
    fi
}

# Whether the tree starts: GRUB's own checker takes grub.cfg, which is the old one or the new one, whole, and
# every initramfs image can be unpacked.
starts() {
    local sum image
    for image in "$1"/boot/initrd.img-*; do
        [ ! -s "$image" ] || cpio -i -t --quiet <"$image" >/dev/null || return 1
    done
    grub-script-check "$1/boot/grub/grub.cfg" || return 1
    sum=$(sha256sum <"$1/boot/grub/grub.cfg")
    [ "$sum" = "$(sha256sum <"$base/old.cfg")" ] || [ "$sum" = "$(sha256sum <"$base/new.cfg")" ]
}

# doctor TREE ARGUMENTS...: the program, with what it says kept in $said.
doctor() {
    local tree=$1
    shift
    SWIFT_DETERMINISTIC_HASHING=1 "$PASSTHRU_DOCTOR" "$@" --root "$tree" >"$said" 2>&1
}

fail() {
    echo "BAD $case: $*"
    sed 's/^/    /' "$said" | tail -n 8
    exit 0
}

# In the end: what stands is taken back, and the first bytes, owners, modes, attributes and times are there.
end_at_first_bytes() {
    local status=0
    doctor "$1" undo --all --yes || status=$?
    [ "$status" -eq 0 ] || [ "$status" -eq 4 ] || fail "undo --all ends with $status"
    fingerprint "$1" times >"$work/now"
    cmp -s "$work/now" "$base/first.times" || {
        diff "$base/first.times" "$work/now" >"$said"
        fail "after undo the tree is not as it was at first"
    }
    doctor "$1" history --json || fail "history ends with $?"
    if grep -qE '"state": "(begun|undoing|unreadable)"' "$said"; then fail "history still has something unfinished"; fi
}
