/* base/ctx.h - what a context holds; seen by the files of room base only. */
#ifndef RAO_BASE_CTX_H
#define RAO_BASE_CTX_H

#include <stdatomic.h>

#include <rao/base.h>

enum { SENTENCE_BYTES = 1024 };

/* Bytes come and go on several threads: worker contexts share the memory record of their root. */
typedef struct memory {
    rao_allocator allocator;
    atomic_llong calls, live, peak;
} memory;

typedef struct scratch_chunk {
    struct scratch_chunk *below;
    size_t capacity, used;
    char *bytes;
} scratch_chunk;

struct rao_ctx {
    memory *memory; /* own in a root context, borrowed in a worker */
    rao_ctx *root;  /* NULL in a root context */
    rao_status status;
    char sentence[SENTENCE_BYTES];
    scratch_chunk *scratch;
    size_t scratch_high; /* the most bytes that were ever taken from it at once, while it had several chunks */
    int threads;
    rao_ctx **workers; /* threads - 1 of them, made at the first parallel loop */
    int in_parallel;
    rao_log_fn *log;
    void *log_user;
    rao_cancel_fn *cancel;
    void *cancel_user;
};

rao_status ctx_make_workers(rao_ctx *ctx);
void scratch_release(rao_ctx *ctx);
/* Zeroed bytes without a context to complain to: NULL on failure. */
void *memory_take(memory *m, size_t bytes);
void memory_give(void *block);

#endif
