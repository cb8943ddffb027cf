#!/bin/sh
# tests/fuzz/run_all.sh SECONDS [NAME...]: builds the fuzzers (preset fuzz: clang with libFuzzer) and lets each search for SECONDS from its
# corpus. Exit status 1 when one found an input that breaks a requirement; the input's path is in what is printed.
set -u
seconds=${1:-}
case $seconds in
'' | *[!0-9]*) echo "usage: $0 SECONDS [NAME...]" >&2; exit 2 ;;
esac
shift
cd "$(dirname "$0")/../.." || exit 2
build=build/fuzz
{ cmake --preset fuzz && cmake --build $build; } > $build.log 2>&1 || { tail -20 $build.log >&2; exit 2; }

if [ $# -eq 0 ]; then
    for file in tests/fuzz/fuzz_*.c; do
        name=$(basename "$file" .c)
        set -- "$@" "${name#fuzz_}"
    done
fi
failed=
for name; do
    found=$build/tests/fuzz/$name
    mkdir -p "$found"
    printf '%s: ' "$name"
    if "$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=1024 \
        -artifact_prefix="$found-" "$found" "tests/fuzz/corpus/$name" > "$found.log" 2>&1; then
        grep '^Done' "$found.log"
    else
        failed="$failed $name"
        tail -20 "$found.log"
    fi
done
[ -z "$failed" ] || { echo "failed:$failed" >&2; exit 1; }
