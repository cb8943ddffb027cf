#!/bin/sh
# test_install.sh BUILD CC - what `cmake --install` leaves serves a stranger: his program finds the library by pkg-config, shared and
# static; the shared library exports names of ours only; the program runs from any folder.
set -eu
build=$1
cc=$2
home=$(mktemp -d "${TMPDIR:-/tmp}/rao-install.XXXXXX")
trap 'rm -rf -- "$home"' EXIT
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

cmake --install "$build" --prefix "$home/moved" >"$home/log" || { cat "$home/log"; exit 1; }
cd "$home"
cat >stranger.c <<'END'
#include <rao/base.h>
#include <stdio.h>
int main(void) {
    rao_ctx *ctx = NULL;
    if (rao_ctx_create(NULL, &ctx) != RAO_OK) return 1;
    printf("%s\n", rao_version());
    rao_ctx_destroy(&ctx);
    return 0;
}
END
pc=$(find moved -name rao.pc)
PKG_CONFIG_PATH=$home/$(dirname "$pc")
export PKG_CONFIG_PATH
version=$(pkg-config --modversion rao)
lib=$(pkg-config --variable=libdir rao)

# shellcheck disable=SC2046 # flags are words
"$cc" stranger.c $(pkg-config --cflags --libs rao) -o shared
[ "$(LD_LIBRARY_PATH=$lib ./shared)" = "$version" ] || fail 'the shared library'

strange=$(nm -D --defined-only "$lib/librao.so" | awk '$3 !~ /^(rao_|\.gomp_critical_)/ { print $3 }')
[ -z "$strange" ] || fail "exported without the prefix rao_: $strange"

rm "$lib"/librao.so*
# shellcheck disable=SC2046
"$cc" stranger.c $(pkg-config --static --cflags --libs rao) -o static
[ "$(./static)" = "$version" ] || fail 'the archive'

[ ! -x moved/bin/rao ] || (cd / && "$home/moved/bin/rao" --version) >/dev/null || fail 'the program'
echo "install: rao $version serves"
