/* fuzz_npz.c - rao_npz_parse on any bytes, then every member. Members that read are written and read again. */
#include "fuzz_io.h"

enum { KEPT = 8 };

static void read_again(rao_ctx *ctx, const rao_tensor *members, int64_t count) {
    rao_text text = {0};
    rao_npz *npz = NULL;
    rao_status st = rao_npz_format(ctx, members, count, &text);
    if (st == RAO_EINVAL) return; /* names that are not UTF-8 are read but not written */
    FUZZ_REQUIRE(st == RAO_OK && rao_npz_parse(ctx, "input", text.data, text.length, &npz) == RAO_OK && rao_npz_count(npz) == count);
    for (int64_t i = 0; i < count; i++) {
        rao_array *a = NULL;
        FUZZ_REQUIRE(rao_npz_array(ctx, npz, members[i].name, &a) == RAO_OK);
        fuzz_same_array(a, &members[i].array);
        rao_array_destroy(&a);
    }
    rao_npz_destroy(&npz);
    rao_text_destroy(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    rao_ctx *ctx = fuzz_open();
    rao_npz *npz = NULL;
    rao_array *arrays[KEPT];
    rao_tensor members[KEPT];
    int64_t kept = 0;
    if (fuzz_read(ctx, rao_npz_parse(ctx, "input", data, (int64_t)size, &npz))) {
        for (int64_t i = 0; i < rao_npz_count(npz) && kept < KEPT; i++) {
            const char *name = rao_npz_name(npz, i);
            if (!fuzz_read(ctx, rao_npz_array(ctx, npz, name, &arrays[kept]))) continue;
            members[kept] = (rao_tensor){name, *arrays[kept]};
            kept++;
        }
        read_again(ctx, members, kept);
    }
    while (kept > 0) rao_array_destroy(&arrays[--kept]);
    rao_npz_destroy(&npz);
    fuzz_close(ctx, size, (KEPT + 8) * 4 * 1032); /* members may share their packed bytes */
    return 0;
}
