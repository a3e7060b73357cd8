# shellcheck shell=bash
# Functions that measure; sourced by run.

# paired NAME RUNS OURS RIVAL: medians of alternating runs, in milliseconds, and their ratio.
paired() {
    local name=$1 runs=$2 ours=$3 rival=$4 index
    local times
    times=$(mktemp -d)
    # Warm caches are the ordinary case, for both.
    for index in 1 2 3; do $ours >/dev/null 2>&1 || true; $rival >/dev/null 2>&1 || true; done
    for ((index = 0; index < runs; index++)); do
        time_once "$ours" >>"$times/ours"
        time_once "$rival" >>"$times/rival"
    done
    awk -v name="$name" -v ours="$(median "$times/ours")" -v rival="$(median "$times/rival")" \
        'BEGIN { printf "%-42s %12.2f %12.2f %8.2f\n", name, ours / 1000, rival / 1000, ours / rival }'
    rm -rf "$times"
}

# time_once COMMAND: microseconds on the wall clock.
time_once() {
    local start=$EPOCHREALTIME
    $1 >/dev/null 2>&1 || true
    local end=$EPOCHREALTIME
    echo $((${end/./} - ${start/./}))
}

median() { sort -n "$1" | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

peak_memory_kb() { { command time -f %M "$@" >/dev/null; } 2>&1 | tail -n 1; }

stripped_size_kb() {
    local copy
    copy=$(mktemp)
    strip -o "$copy" "$1"
    du -k --apparent-size "$copy" | cut -f 1
    rm -f "$copy"
}
