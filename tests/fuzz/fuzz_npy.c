/* fuzz_npy.c - rao_npy_parse on any bytes: what it accepts, written and read again, is the same array. */
#include "fuzz_io.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    rao_ctx *ctx = fuzz_open();
    rao_array *a = NULL, *b = NULL;
    rao_text text = {0};
    if (fuzz_read(ctx, rao_npy_parse(ctx, "input", data, (int64_t)size, &a))) {
        FUZZ_REQUIRE(rao_npy_format(ctx, a, &text) == RAO_OK);
        FUZZ_REQUIRE(rao_npy_parse(ctx, "input", text.data, text.length, &b) == RAO_OK);
        fuzz_same_array(a, b);
    }
    rao_text_destroy(&text);
    rao_array_destroy(&b);
    rao_array_destroy(&a);
    fuzz_close(ctx, size, 16);
    return 0;
}
