/* parallel.c - a loop over blocks on the context's threads. Which thread runs a block is not fixed; what a block computes is. */
#include "base/ctx.h"

#include <omp.h>
#include <string.h>

static rao_status run_serially(rao_ctx *ctx, int64_t blocks, rao_block_fn *body, void *arg) {
    for (int64_t b = 0; b < blocks; b++) {
        rao_status st = body(ctx, b, arg);
        if (st != RAO_OK) return st;
    }
    return RAO_OK;
}

/* The lowest failing block speaks for the loop, as it would in a serial run. */
typedef struct first_failure {
    int64_t block;
    rao_status status;
    char sentence[SENTENCE_BYTES];
} first_failure;

static void note_failure(first_failure *f, int64_t block, rao_status status, const rao_ctx *worker) {
    if (f->status != RAO_OK && f->block < block) return;
    f->block = block;
    f->status = status;
    memcpy(f->sentence, worker->sentence, sizeof f->sentence);
}

rao_status rao_parallel_for(rao_ctx *ctx, int64_t blocks, rao_block_fn *body, void *arg) {
    int threads = blocks < ctx->threads ? (int)blocks : ctx->threads;
    if (threads < 2 || ctx->in_parallel) return run_serially(ctx, blocks, body, arg);
    rao_status st = ctx_make_workers(ctx);
    if (st != RAO_OK) return st;

    first_failure failure = {0};
    ctx->in_parallel = 1;
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
    for (int64_t b = 0; b < blocks; b++) {
        int thread = omp_get_thread_num();
        rao_ctx *worker = thread == 0 ? ctx : ctx->workers[thread - 1];
        rao_status status = body(worker, b, arg);
        if (status != RAO_OK) {
#pragma omp critical(rao_parallel_failure)
            note_failure(&failure, b, status, worker);
        }
    }
    ctx->in_parallel = 0;
    return failure.status == RAO_OK ? RAO_OK : rao_fail(ctx, failure.status, "%s", failure.sentence);
}
