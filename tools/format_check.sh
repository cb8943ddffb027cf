#!/bin/sh
# format_check.sh [--fix] [FILE...] - holds C files (all tracked ones but the tables that tests/oracle wrote) to .clang-format, as clang-format
# 14 reads it: other versions differ in places. Prints a diff of what would change; --fix changes it.
set -eu

fix=no
if [ "${1-}" = --fix ]; then
    fix=yes
    shift
fi
formatter=
for candidate in clang-format-14 clang-format; do
    case $("$candidate" --version 2>/dev/null) in *'version 14.'*) formatter=$candidate && break ;; esac
done
if [ -z "$formatter" ]; then
    echo 'format: skipped, no clang-format 14 here'
    exit 0
fi

here=$(readlink -f -- "$0")
if [ $# -eq 0 ]; then
    cd -- "${here%/tools/*}"
    # names of tracked files hold no blanks
    # shellcheck disable=SC2046
    set -- $(git ls-files -- '*.c' '*.h' | grep -v '/oracle_')
fi
if [ $fix = yes ]; then
    "$formatter" -i --style=file "$@"
    exit
fi
differ=0
for file in "$@"; do
    if ! "$formatter" --style=file -- "$file" | diff -u --label "$file" --label "$file (formatted)" "$file" -; then
        differ=$((differ + 1))
    fi
done
if [ $differ -gt 0 ]; then
    echo "format: $differ of $# files differ; tools/format_check.sh --fix FILE... puts them right" >&2
    exit 1
fi
echo "format: $# files as they should be"
