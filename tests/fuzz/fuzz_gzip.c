/* fuzz_gzip.c - rao_gunzip on any bytes: never more than the limit, never more memory than deflate's 1032-fold. */
#include "fuzz_io.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    rao_ctx *ctx = fuzz_open();
    void *bytes = NULL;
    int64_t n = 0;
    if (fuzz_read(ctx, rao_gunzip(ctx, "input", data, (int64_t)size, 1 << 20, &bytes, &n))) FUZZ_REQUIRE(n >= 0 && n <= 1 << 20);
    rao_free(&bytes);
    fuzz_close(ctx, size, 4 * 1032);
    return 0;
}
