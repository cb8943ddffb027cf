/* fuzz_idx.c - rao_idx_parse on any bytes: what it accepts fills the file exactly. */
#include "fuzz_io.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    rao_ctx *ctx = fuzz_open();
    rao_array *a = NULL;
    if (fuzz_read(ctx, rao_idx_parse(ctx, "input", data, (int64_t)size, &a))) {
        int64_t bytes = rao_array_count(a) * (int64_t)rao_io_type_size(a->type);
        FUZZ_REQUIRE(bytes + 4 + 4 * a->ndim == (int64_t)size);
        rao_array_destroy(&a);
    }
    FUZZ_REQUIRE(a == NULL);
    fuzz_close(ctx, size, 2);
    return 0;
}
