/* memory.c - blocks aligned to 64 with a header that knows their allocator, and the scratch stack.
 *
 * A block lies behind a 64-byte header; the header keeps where the allocator's own block began, so alignment costs at most 127 bytes. */
#include "base/ctx.h"

#include <string.h>

#include "base/limit.h"

enum { ALIGN = 64, CHUNK_MIN = 1 << 16 };

typedef struct header {
    memory *memory;
    void *origin;
    size_t bytes; /* asked from the allocator */
} header;
_Static_assert(sizeof(header) <= ALIGN, "the header fits before an aligned block");

static void count_up(memory *m, size_t bytes) {
    atomic_fetch_add(&m->calls, 1);
    long long live = atomic_fetch_add(&m->live, (long long)bytes) + (long long)bytes;
    long long peak = atomic_load(&m->peak);
    while (live > peak && !atomic_compare_exchange_weak(&m->peak, &peak, live)) {}
}

/* What the machine cannot hold is not asked for: a system that promises more than it has would grant it, and kill the process later. */
static int beyond_machine(size_t bytes) { return bytes > (size_t)1 << 30 && (double)bytes > rao_memory_limit(); }

static void *take_raw(memory *m, size_t bytes) {
    size_t total = bytes + 2 * ALIGN;
    if (total < bytes || beyond_machine(total)) return NULL;
    char *origin = m->allocator.alloc(m->allocator.user, total);
    if (!origin) return NULL;
    count_up(m, total);
    char *block = origin + ALIGN + (ALIGN - (uintptr_t)origin % ALIGN) % ALIGN;
    header *h = (header *)(void *)(block - ALIGN);
    h->memory = m, h->origin = origin, h->bytes = total;
    return block;
}

void *memory_take(memory *m, size_t bytes) {
    void *block = take_raw(m, bytes);
    return block ? memset(block, 0, bytes) : NULL;
}

void memory_give(void *block) {
    if (!block) return;
    header h = *(header *)(void *)((char *)block - ALIGN);
    atomic_fetch_sub(&h.memory->live, (long long)h.bytes);
    h.memory->allocator.release(h.memory->allocator.user, h.origin);
}

static rao_status total_bytes(rao_ctx *ctx, int64_t count, size_t size, size_t *bytes) {
    if (count < 0) return rao_fail(ctx, RAO_EINVAL, "allocation: count = %lld, want >= 0", (long long)count);
    if (__builtin_mul_overflow((size_t)count, size, bytes) || *bytes > (size_t)PTRDIFF_MAX - 4 * ALIGN)
        return rao_fail(ctx, RAO_EINVAL, "allocation: %lld elements of %zu bytes overflow the address space", (long long)count, size);
    return RAO_OK;
}

static rao_status no_memory(rao_ctx *ctx, size_t bytes) { return rao_fail(ctx, RAO_ENOMEM, "out of memory: %zu bytes", bytes); }

rao_status rao_alloc_bytes(rao_ctx *ctx, int64_t count, size_t size, void **block) {
    size_t bytes = 0;
    rao_status st = total_bytes(ctx, count, size, &bytes);
    if (st != RAO_OK) return st;
    void *taken = memory_take(ctx->memory, bytes);
    if (!taken) return no_memory(ctx, bytes);
    *block = taken;
    return RAO_OK;
}

void rao_free_block(void **block) {
    if (!block || !*block) return;
    memory_give(*block);
    *block = NULL;
}

rao_memory_stats rao_ctx_memory(const rao_ctx *ctx) {
    const memory *m = ctx->memory;
    return (rao_memory_stats){atomic_load(&m->calls), atomic_load(&m->live), atomic_load(&m->peak)};
}

void rao_ctx_memory_reset_peak(rao_ctx *ctx) { atomic_store(&ctx->memory->peak, atomic_load(&ctx->memory->live)); }

rao_status rao_size_mul(rao_ctx *ctx, const char *what, int64_t a, int64_t b, int64_t *product) {
    int64_t result;
    if (a < 0 || b < 0 || __builtin_mul_overflow(a, b, &result))
        return rao_fail(ctx, RAO_EINVAL, "%s: %lld x %lld is not a size", what, (long long)a, (long long)b);
    *product = result;
    return RAO_OK;
}

/* ---- the scratch stack ---- */

/* The mark of an empty stack names no chunk: the one chunk it has may be replaced while the mark is held. */
rao_mark rao_scratch_mark(rao_ctx *ctx) {
    scratch_chunk *top = ctx->scratch;
    if (!top || (!top->below && top->used == 0)) return (rao_mark){NULL, 0};
    return (rao_mark){top, top->used};
}

static void pop_chunk(rao_ctx *ctx) {
    scratch_chunk *top = ctx->scratch;
    ctx->scratch = top->below;
    memory_give(top->bytes);
    memory_give(top);
}

static scratch_chunk *make_chunk(rao_ctx *ctx, size_t capacity) {
    scratch_chunk *chunk = memory_take(ctx->memory, sizeof *chunk);
    char *bytes = take_raw(ctx->memory, capacity);
    if (!chunk || !bytes) {
        memory_give(chunk);
        memory_give(bytes);
        return NULL;
    }
    chunk->capacity = capacity, chunk->bytes = bytes;
    return chunk;
}

/* When the stack runs empty, one chunk as large as it ever was replaces smaller ones: the next round fits without allocating. */
static void settle(rao_ctx *ctx) {
    if (!ctx->scratch || (!ctx->scratch->below && ctx->scratch->capacity >= ctx->scratch_high)) return;
    while (ctx->scratch) pop_chunk(ctx);
    ctx->scratch = make_chunk(ctx, ctx->scratch_high); /* NULL: the next request tries again */
}

void rao_scratch_reset(rao_ctx *ctx, rao_mark mark) {
    if (!mark.chunk) settle(ctx);
    while (mark.chunk && ctx->scratch != mark.chunk) pop_chunk(ctx);
    if (ctx->scratch) ctx->scratch->used = mark.used;
}

static size_t used_of_all(const rao_ctx *ctx) {
    size_t used = 0;
    for (const scratch_chunk *c = ctx->scratch; c; c = c->below) used += c->used;
    return used;
}

/* A quarter more than there is at least, so that many small requests make few chunks, and no large one makes another as large that stays empty.
 * A lone chunk that is empty gives way to the one that is large enough. */
static rao_status push_chunk(rao_ctx *ctx, size_t bytes) {
    const size_t more = used_of_all(ctx) / 4, capacity = more > CHUNK_MIN ? more : CHUNK_MIN;
    if (ctx->scratch && !ctx->scratch->below && ctx->scratch->used == 0) pop_chunk(ctx);
    scratch_chunk *chunk = make_chunk(ctx, bytes > capacity ? bytes : capacity);
    if (!chunk) return no_memory(ctx, bytes);
    chunk->below = ctx->scratch;
    ctx->scratch = chunk;
    return RAO_OK;
}

rao_status rao_scratch_bytes(rao_ctx *ctx, int64_t count, size_t size, void **block) {
    size_t bytes = 0;
    rao_status st = total_bytes(ctx, count, size, &bytes);
    if (st != RAO_OK) return st;
    bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN;
    if (!ctx->scratch || ctx->scratch->capacity - ctx->scratch->used < bytes) st = push_chunk(ctx, bytes);
    if (st != RAO_OK) return st;
    *block = ctx->scratch->bytes + ctx->scratch->used;
    ctx->scratch->used += bytes;
    const size_t used = ctx->scratch->below ? used_of_all(ctx) : 0; /* one chunk is kept as it is */
    if (used > ctx->scratch_high) ctx->scratch_high = used;
    return RAO_OK;
}

void scratch_release(rao_ctx *ctx) {
    while (ctx->scratch) pop_chunk(ctx);
}
