/* bf16.c - C = op(A) op(B) in bfloat16: both operands rounded and packed once, then tiles of 8 x 48 summed in float.
 *
 * Loops of the product: blocks of rows of C (over the threads), of k (a panel of the right stays near), panels of the right, panels of the left. Sums run in
 * the order of k whatever the blocks, so that no bit depends on the number of threads. */
#include "la/bf16.h"

#include <stdatomic.h>

#include "base/cpu.h"
#include "la/view.h"

enum { BLOCK_PANELS = 32 /* 256 rows */, BLOCK_PAIRS = 512, PACK_PANELS = 8, PACK_PAIRS = 32 };

const la_bf16_kernels *la_bf16_here(void) {
#if defined(__x86_64__)
    /* CPUID costs a microsecond under a hypervisor; threads that race here all find the same. */
    static atomic_int known = -1;
    int has = atomic_load_explicit(&known, memory_order_relaxed);
    if (has < 0) atomic_store_explicit(&known, has = rao_cpu_has_bf16(), memory_order_relaxed);
    if (has) return la_bf16_avx512();
#endif
    return NULL;
}

int rao_bf16_available(void) { return la_bf16_here() != NULL; }

static int64_t pairs_of(int64_t k) { return (k + 1) / 2; }
static int64_t up(int64_t n, int64_t unit) { return (n + unit - 1) / unit * unit; }
static int64_t least(int64_t x, int64_t y) { return x < y ? x : y; }
static int64_t width_of(int64_t n, int64_t first) { return least(up(n - first, LA_BF16_VECTOR), LA_BF16_WIDTH); }

static rao_status words(rao_ctx *ctx, int64_t lanes, int64_t unit, int64_t k, int64_t *count) {
    rao_status st = rao_size_mul(ctx, "gemm_bf16: a packed operand", up(lanes, unit), pairs_of(k), count);
    if (st == RAO_OK) *count += LA_BF16_VECTOR;
    return st;
}
rao_status la_bf16_left_words(rao_ctx *ctx, int64_t m, int64_t k, int64_t *count) { return words(ctx, m, LA_BF16_LANES, k, count); }
rao_status la_bf16_right_words(rao_ctx *ctx, int64_t n, int64_t k, int64_t *count) { return words(ctx, n, LA_BF16_VECTOR, k, count); }

/* Packed operands begin at a cache line. */
static uintptr_t line_of(const uint32_t *room) {
    const uintptr_t line = LA_BF16_VECTOR * sizeof *room;
    return ((uintptr_t)room + line - 1) / line * line;
}

/* ---- packing ---- */

typedef struct packing {
    const la_bf16_kernels *kernels;
    const rao_mat *x;
    int by_row, right; /* lanes are rows of x; panels are those of a right operand */
    int64_t lanes, k;
    const float *shift; /* a column of x, or NULL */
    uint32_t *out;
} packing;

/* Where the words of lane `first`, pair from / 2 lie; *stride: lanes of their panel. */
static uint32_t *words_at(const packing *p, int64_t first, int64_t from, int64_t *stride) {
    const int64_t panel = p->right ? first / LA_BF16_WIDTH * LA_BF16_WIDTH : first;
    *stride = p->right ? width_of(p->lanes, panel) : LA_BF16_LANES;
    return p->out + panel * pairs_of(p->k) + from / 2 * *stride + (first - panel);
}

/* Lanes [first, end), k from `from` (even) up to `to`, in eights, or sixteens where columns are. Lanes that are not there are zeros. */
static void pack_range(const packing *p, int64_t first, int64_t end, int64_t from, int64_t to) {
    const float *x = p->x->data;
    int64_t stride = 0, step = 0;
    for (int64_t i = first; i < end; i += step) {
        uint32_t *out = words_at(p, i, from, &stride);
        step = LA_BF16_LANES;
        if (i >= p->lanes) {
            for (int64_t q = 0; q < pairs_of(to - from); q++)
                for (int j = 0; j < LA_BF16_LANES; j++) out[q * stride + j] = 0;
        } else if (p->by_row) {
            p->kernels->pack_rows(x + i * p->x->ld + from, p->x->ld, least(p->lanes - i, LA_BF16_LANES), to - from,
                                  p->shift ? p->shift + from : NULL, out, stride);
        } else if (p->lanes - i >=
                   2 * LA_BF16_LANES) { /* the next eight are of the same panel, which is 16, 32 or 48 wide, or of one as wide */
            p->kernels->pack_columns_16(x + from * p->x->ld + i, p->x->ld, to - from, p->shift ? p->shift + i : NULL, out,
                                        words_at(p, i + LA_BF16_LANES, from, &stride), stride);
            step = 2 * LA_BF16_LANES;
        } else {
            p->kernels->pack_columns(x + from * p->x->ld + i, p->x->ld, least(p->lanes - i, LA_BF16_LANES), to - from,
                                     p->shift ? p->shift + i : NULL, out, stride);
        }
    }
}

static int64_t packed_lanes(const packing *p) { return up(p->lanes, p->right ? LA_BF16_VECTOR : LA_BF16_LANES); }

/* Rows lie along k: some at a time, all of k. Columns lie across it: all at a time, some of k. Memory is read in its order either way. */
static rao_status pack_block(rao_ctx *worker, int64_t block, void *arg) {
    (void)worker;
    const packing *p = arg;
    if (p->by_row)
        pack_range(p, block * PACK_PANELS * LA_BF16_LANES, rao_block_end(packed_lanes(p), PACK_PANELS * LA_BF16_LANES, block), 0, p->k);
    else pack_range(p, 0, packed_lanes(p), block * 2 * PACK_PAIRS, rao_block_end(p->k, 2 * PACK_PAIRS, block));
    return RAO_OK;
}

static rao_status pack(rao_ctx *ctx, packing *p) {
    const int64_t blocks =
        p->by_row ? rao_block_count(packed_lanes(p), PACK_PANELS * LA_BF16_LANES) : rao_block_count(p->k, 2 * PACK_PAIRS);
    return rao_parallel_for(ctx, blocks, pack_block, p);
}

rao_status la_bf16_pack_left(rao_ctx *ctx, const la_bf16_kernels *kernels, rao_trans t, const rao_mat *x, const float *shift,
                             uint32_t *room) {
    packing p = {
        kernels, x, t == RAO_N, 0, t == RAO_T ? x->cols : x->rows, t == RAO_T ? x->rows : x->cols, shift, (uint32_t *)line_of(room)};
    return pack(ctx, &p);
}

rao_status la_bf16_pack_right(rao_ctx *ctx, const la_bf16_kernels *kernels, rao_trans t, const rao_mat *x, const float *shift,
                              uint32_t *room) {
    packing p = {
        kernels, x, t == RAO_T, 1, t == RAO_T ? x->rows : x->cols, t == RAO_T ? x->cols : x->rows, shift, (uint32_t *)line_of(room)};
    return pack(ctx, &p);
}

/* ---- the product ---- */

typedef struct product {
    const la_bf16_kernels *kernels;
    la_bf16_shape shape;
    const uint32_t *left, *right;
    rao_mat *c;
    int64_t pairs, panels, block_panels;
} product;

/* Panels [from, to) of the left with the panel of the right that begins at column `first`, over pairs [at, at + count). */
static void run_panel(const product *p, int64_t from, int64_t to, int64_t first, int64_t at, int64_t count) {
    const int64_t width = width_of(p->c->cols, first), cols = least(p->c->cols - first, width), diagonal = first / LA_BF16_LANES;
    const uint32_t *right = p->right + first * p->pairs + at * width;
    for (int64_t q = p->shape == LA_BF16_LOWER && from < diagonal ? diagonal : from; q < to; q++) {
        const int64_t row = q * LA_BF16_LANES;
        p->kernels->tile(count, p->left + row * p->pairs + at * LA_BF16_LANES, right, width, at > 0, least(p->c->rows - row, LA_BF16_LANES),
                         cols, (float *)p->c->data + row * p->c->ld + first, p->c->ld);
    }
}

static rao_status run_block(rao_ctx *worker, int64_t block, void *arg) {
    (void)worker;
    const product *p = arg;
    const int64_t from = block * p->block_panels, to = rao_block_end(p->panels, p->block_panels, block);
    int64_t at = 0;
    do { /* once for k = 0 too, which makes zeros */
        for (int64_t first = 0; first < p->c->cols; first += LA_BF16_WIDTH)
            run_panel(p, from, to, first, at, least(p->pairs - at, BLOCK_PAIRS));
        at += BLOCK_PAIRS;
    } while (at < p->pairs);
    return RAO_OK;
}

rao_status la_bf16_multiply(rao_ctx *ctx, const la_bf16_kernels *kernels, la_bf16_shape shape, int64_t k, const uint32_t *left,
                            const uint32_t *right, rao_mat *c) {
    product p = {kernels, shape, (const uint32_t *)line_of(left), (const uint32_t *)line_of(right), c, .pairs = pairs_of(k)};
    p.panels = rao_block_count(c->rows, LA_BF16_LANES);
    p.block_panels = p.panels >= 2 * BLOCK_PANELS ? BLOCK_PANELS : (p.panels + 1) / 2; /* two blocks at least */
    return rao_parallel_for(ctx, rao_block_count(p.panels, p.block_panels > 0 ? p.block_panels : 1), run_block, &p);
}

rao_status rao_gemm_bf16(rao_ctx *ctx, rao_trans ta, rao_trans tb, const rao_mat *a, const rao_mat *b, rao_mat *c) {
    rao_status st;
    rao_mark mark = rao_scratch_mark(ctx);
    const la_bf16_kernels *kernels = la_bf16_here();
    int64_t k = 0, left_words = 0, right_words = 0;
    uint32_t *left = NULL, *right = NULL;
    RAO_TRY(la_check_product(ctx, "gemm_bf16", ta, tb, a, b, c, &k));
    if (c->dtype != RAO_F32) return rao_fail(ctx, RAO_EINVAL, "gemm_bf16: operands are %s, want f32", rao_dtype_name(c->dtype));
    if (!kernels) return rao_fail(ctx, RAO_EUNABLE, "gemm_bf16: this processor (or the compiler of this library) has no AVX512-BF16");
    RAO_TRY(la_bf16_left_words(ctx, c->rows, k, &left_words));
    RAO_TRY(la_bf16_right_words(ctx, c->cols, k, &right_words));
    RAO_TRY(rao_scratch(ctx, left_words, &left));
    RAO_TRY(rao_scratch(ctx, right_words, &right));
    RAO_TRY(la_bf16_pack_left(ctx, kernels, ta, a, NULL, left));
    RAO_TRY(la_bf16_pack_right(ctx, kernels, tb, b, NULL, right));
    RAO_TRY(la_bf16_multiply(ctx, kernels, LA_BF16_ALL, k, left, right, c));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
