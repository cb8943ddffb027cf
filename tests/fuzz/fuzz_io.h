/* fuzz_io.h - what the harnesses over the readers of room io require of every input: a status and a sentence that names the file, nothing
 * leaked, and no more memory than the input justifies. */
#ifndef RAO_FUZZ_IO_H
#define RAO_FUZZ_IO_H

#include <string.h>

#include <rao/io.h>

#include "fuzz.h"

static inline rao_ctx *fuzz_open(void) {
    rao_ctx *ctx = NULL;
    rao_ctx_opts opts;
    rao_ctx_opts_init(&opts);
    opts.threads = 1;
    FUZZ_REQUIRE(rao_ctx_create(&opts, &ctx) == RAO_OK);
    return ctx;
}

/* A reader's status: OK, or EIO with a sentence that begins with the name it was given, "input". */
static inline int fuzz_read(rao_ctx *ctx, rao_status st) {
    FUZZ_REQUIRE(st == RAO_OK || (st == RAO_EIO && strncmp(rao_ctx_message(ctx), "input: ", 7) == 0));
    return st == RAO_OK;
}

static inline void fuzz_same_array(const rao_array *a, const rao_array *b) {
    FUZZ_REQUIRE(a->type == b->type && a->ndim == b->ndim && memcmp(a->shape, b->shape, sizeof a->shape) == 0);
    int64_t n = rao_array_count(a);
    FUZZ_REQUIRE(n >= 0 && (n == 0 || memcmp(a->data, b->data, (size_t)n * rao_io_type_size(a->type)) == 0));
}

/* At most `factor` bytes a byte of input at any moment, beside a scratch chunk or two. */
static inline void fuzz_close(rao_ctx *ctx, size_t size, int64_t factor) {
    FUZZ_REQUIRE(rao_ctx_memory(ctx).peak_bytes <= (1 << 18) + factor * (int64_t)size);
    rao_ctx_destroy(&ctx);
}

#endif
