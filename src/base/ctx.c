/* ctx.c - the context: statuses, the sentence of the last failure, log and cancel callbacks. */
#include "base/ctx.h"

#include <omp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STRING(x) #x
#define VERSION(a, b, c) STRING(a) "." STRING(b) "." STRING(c)

const char *rao_version(void) { return VERSION(RAO_VERSION_MAJOR, RAO_VERSION_MINOR, RAO_VERSION_PATCH); }

const char *rao_status_name(rao_status status) {
    static const char *const names[] = {"OK", "EINVAL", "EDOMAIN", "ENUMERIC", "EUNABLE", "ENOMEM", "EIO", "EBACKEND", "ECOMM"};
    return (unsigned)status < sizeof names / sizeof *names ? names[status] : "?";
}

static void *libc_alloc(void *user, size_t size) {
    (void)user;
    return malloc(size);
}
static void libc_release(void *user, void *block) {
    (void)user;
    free(block);
}

void rao_ctx_opts_init_sized(rao_ctx_opts *opts, size_t size) {
    memset(opts, 0, size);
    opts->size = size;
}

static rao_status create(const rao_allocator *allocator, int threads, rao_ctx **out) {
    memory *m = allocator->alloc(allocator->user, sizeof *m);
    rao_ctx *ctx = allocator->alloc(allocator->user, sizeof *ctx);
    if (!m || !ctx) {
        if (m) allocator->release(allocator->user, m);
        if (ctx) allocator->release(allocator->user, ctx);
        return RAO_ENOMEM;
    }
    memset(m, 0, sizeof *m);
    memset(ctx, 0, sizeof *ctx);
    m->allocator = *allocator;
    ctx->memory = m;
    ctx->threads = threads;
    *out = ctx;
    return RAO_OK;
}

rao_status rao_ctx_create(const rao_ctx_opts *opts, rao_ctx **ctx) {
    static const rao_allocator libc = {libc_alloc, libc_release, NULL};
    int threads = opts ? opts->threads : 0;
    const rao_allocator *allocator = opts && opts->allocator ? opts->allocator : &libc;
    if (!ctx || threads < 0 || !allocator->alloc || !allocator->release) return RAO_EINVAL;
    return create(allocator, threads ? threads : omp_get_max_threads(), ctx);
}

static void destroy_worker(rao_ctx *worker) {
    if (!worker) return;
    scratch_release(worker);
    memory_give(worker);
}

void rao_ctx_destroy(rao_ctx **ctx) {
    if (!ctx || !*ctx) return;
    rao_ctx *c = *ctx;
    if (c->workers) {
        for (int i = 0; i < c->threads - 1; i++) destroy_worker(c->workers[i]);
        memory_give(c->workers);
    }
    scratch_release(c);
    rao_allocator allocator = c->memory->allocator;
    allocator.release(allocator.user, c->memory);
    allocator.release(allocator.user, c);
    *ctx = NULL;
}

rao_status ctx_make_workers(rao_ctx *ctx) {
    if (ctx->workers || ctx->threads < 2) return RAO_OK;
    int n = ctx->threads - 1;
    rao_ctx **workers = memory_take(ctx->memory, (size_t)n * sizeof *workers);
    if (!workers) return rao_fail(ctx, RAO_ENOMEM, "out of memory: %d worker contexts", n);
    for (int i = 0; i < n; i++) {
        workers[i] = memory_take(ctx->memory, sizeof(rao_ctx));
        if (!workers[i]) {
            while (i-- > 0) destroy_worker(workers[i]);
            memory_give(workers);
            return rao_fail(ctx, RAO_ENOMEM, "out of memory: %d worker contexts", n);
        }
        workers[i]->memory = ctx->memory;
        workers[i]->root = ctx;
        workers[i]->threads = 1;
        workers[i]->in_parallel = 1;
    }
    ctx->workers = workers;
    return RAO_OK;
}

const char *rao_ctx_message(const rao_ctx *ctx) { return ctx ? ctx->sentence : ""; }
rao_status rao_ctx_status(const rao_ctx *ctx) { return ctx ? ctx->status : RAO_EINVAL; }
int rao_ctx_threads(const rao_ctx *ctx) { return ctx->threads; }

rao_status rao_fail(rao_ctx *ctx, rao_status status, const char *format, ...) {
    if (!ctx) return status;
    char sentence[SENTENCE_BYTES]; /* the new sentence may quote the old one: format beside it, then copy */
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    memcpy(ctx->sentence, sentence, strlen(sentence) + 1);
    ctx->status = status;
    return status;
}

void rao_ctx_set_log(rao_ctx *ctx, rao_log_fn *log, void *user) {
    ctx->log = log;
    ctx->log_user = user;
}

/* A worker has no callback: its lines would arrive in an order that depends on time. */
void rao_log(rao_ctx *ctx, rao_level level, const char *format, ...) {
    if (!ctx->log) return;
    char sentence[SENTENCE_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    ctx->log(ctx->log_user, level, sentence);
}

void rao_ctx_set_cancel(rao_ctx *ctx, rao_cancel_fn *cancel, void *user) {
    ctx->cancel = cancel;
    ctx->cancel_user = user;
}

int rao_ctx_cancelled(const rao_ctx *ctx) {
    const rao_ctx *root = ctx->root ? ctx->root : ctx;
    return root->cancel ? root->cancel(root->cancel_user) : 0;
}
