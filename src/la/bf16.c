/* bf16.c - C = op(A) op(B) in bfloat16: both operands rounded and packed once, then tiles of 8 x 48 summed in float.
 *
 * Loops: blocks of rows of C (over the threads), of k (a panel of the right stays near), panels of the right, panels of the left. Sums run in the order of k whatever the
 * blocks, so that no bit depends on the number of threads. */
#include "la/bf16.h"

#include "base/cpu.h"
#include "la/view.h"

enum { BLOCK_PANELS = 32 /* 256 rows */, BLOCK_PAIRS = 512, PACK_PANELS = 8 };

const la_bf16_kernels *la_bf16_here(void) {
#if defined(__x86_64__)
    if (rao_cpu_has_bf16()) return la_bf16_avx512();
#endif
    return NULL;
}

int rao_bf16_available(void) { return la_bf16_here() != NULL; }

static int64_t pairs_of(int64_t k) { return (k + 1) / 2; }
static int64_t up(int64_t n, int64_t unit) { return (n + unit - 1) / unit * unit; }

rao_status la_bf16_words(rao_ctx *ctx, int64_t m, int64_t n, int64_t k, int64_t *words) {
    rao_status st = rao_size_mul(ctx, "gemm_bf16: packed operands", up(m, LA_BF16_VECTOR) + up(n, LA_BF16_VECTOR), pairs_of(k), words);
    if (st == RAO_OK) *words += LA_BF16_VECTOR; /* to begin at a whole vector */
    return st;
}

typedef struct product {
    const la_bf16_kernels *kernels;
    rao_trans ta, tb;
    const rao_mat *a, *b;
    rao_mat *c;
    int64_t k, pairs, left_panels, block_panels;
    uint32_t *left, *right;
} product;

static int64_t least(int64_t x, int64_t y) { return x < y ? x : y; }

/* Eight lanes from lane `first` of an operand whose lanes are rows (by_row) or columns. */
static void pack_lanes(const product *p, const rao_mat *x, int by_row, int64_t first, int64_t lanes, uint32_t *out, int64_t stride) {
    const float *from = (const float *)x->data + (by_row ? first * x->ld : first);
    (by_row ? p->kernels->pack_rows : p->kernels->pack_columns)(from, x->ld, least(lanes - first, LA_BF16_LANES), p->k, out, stride);
}

static int64_t width_of(const product *p, int64_t first) { return least(up(p->c->cols - first, LA_BF16_VECTOR), LA_BF16_WIDTH); }

/* Lanes behind the last one are packed too, in eights, up to a whole vector: as zeros. */
static void pack_right(const product *p, int64_t panel) {
    const int64_t first = panel * LA_BF16_WIDTH, width = width_of(p, first);
    uint32_t *out = p->right + first * p->pairs;
    for (int64_t j = 0; j < width; j += LA_BF16_LANES) {
        if (first + j < p->c->cols) {
            pack_lanes(p, p->b, p->tb == RAO_T, first + j, p->c->cols, out + j, width);
            continue;
        }
        for (int64_t q = 0; q < p->pairs; q++)
            for (int i = 0; i < LA_BF16_LANES; i++) out[q * width + j + i] = 0;
    }
}

static rao_status pack_left_block(rao_ctx *worker, int64_t block, void *arg) {
    (void)worker;
    const product *p = arg;
    const int64_t end = rao_block_end(p->left_panels, PACK_PANELS, block);
    for (int64_t q = block * PACK_PANELS; q < end; q++)
        pack_lanes(p, p->a, p->ta == RAO_N, q * LA_BF16_LANES, p->c->rows, p->left + q * LA_BF16_LANES * p->pairs, LA_BF16_LANES);
    return RAO_OK;
}

static rao_status pack_right_block(rao_ctx *worker, int64_t panel, void *arg) {
    (void)worker;
    pack_right(arg, panel);
    return RAO_OK;
}

/* Panels [from, to) of the left with one panel of the right, over pairs [at, at + count). */
static void run_panel(const product *p, int64_t from, int64_t to, int64_t first, int64_t at, int64_t count) {
    const int64_t width = width_of(p, first), cols = least(p->c->cols - first, width);
    const uint32_t *right = p->right + first * p->pairs + at * width;
    for (int64_t q = from; q < to; q++) {
        const int64_t row = q * LA_BF16_LANES;
        p->kernels->tile(count, p->left + row * p->pairs + at * LA_BF16_LANES, right, width, at > 0, least(p->c->rows - row, LA_BF16_LANES),
                         cols, (float *)p->c->data + row * p->c->ld + first, p->c->ld);
    }
}

static rao_status run_block(rao_ctx *worker, int64_t block, void *arg) {
    (void)worker;
    const product *p = arg;
    const int64_t from = block * p->block_panels, to = rao_block_end(p->left_panels, p->block_panels, block);
    int64_t at = 0;
    do { /* once for k = 0 too, which makes zeros */
        for (int64_t first = 0; first < p->c->cols; first += LA_BF16_WIDTH)
            run_panel(p, from, to, first, at, least(p->pairs - at, BLOCK_PAIRS));
        at += BLOCK_PAIRS;
    } while (at < p->pairs);
    return RAO_OK;
}

static uint32_t *aligned(uint32_t *room) {
    const uintptr_t line = LA_BF16_VECTOR * sizeof *room;
    return (uint32_t *)(((uintptr_t)room + line - 1) / line * line);
}

rao_status la_bf16_run(rao_ctx *ctx, const la_bf16_kernels *kernels, rao_trans ta, rao_trans tb, const rao_mat *a, const rao_mat *b,
                       rao_mat *c, uint32_t *room) {
    rao_status st = RAO_OK;
    product p = {kernels, ta, tb, a, b, c, .k = ta == RAO_T ? a->rows : a->cols, .left = aligned(room)};
    p.pairs = pairs_of(p.k), p.left_panels = rao_block_count(c->rows, LA_BF16_LANES);
    p.right = p.left + up(c->rows, LA_BF16_VECTOR) * p.pairs;
    p.block_panels = p.left_panels >= 2 * BLOCK_PANELS ? BLOCK_PANELS : (p.left_panels + 1) / 2; /* two blocks at least */
    if (c->cols == 0 || p.left_panels == 0) return RAO_OK;
    RAO_TRY(rao_parallel_for(ctx, rao_block_count(p.left_panels, PACK_PANELS), pack_left_block, &p));
    RAO_TRY(rao_parallel_for(ctx, rao_block_count(c->cols, LA_BF16_WIDTH), pack_right_block, &p));
    RAO_TRY(rao_parallel_for(ctx, rao_block_count(p.left_panels, p.block_panels), run_block, &p));
done:
    return st;
}

rao_status rao_gemm_bf16(rao_ctx *ctx, rao_trans ta, rao_trans tb, const rao_mat *a, const rao_mat *b, rao_mat *c) {
    rao_status st;
    rao_mark mark = rao_scratch_mark(ctx);
    const la_bf16_kernels *kernels = la_bf16_here();
    int64_t k = 0, words = 0;
    uint32_t *room = NULL;
    RAO_TRY(la_check_product(ctx, "gemm_bf16", ta, tb, a, b, c, &k));
    if (c->dtype != RAO_F32) return rao_fail(ctx, RAO_EINVAL, "gemm_bf16: operands are %s, want f32", rao_dtype_name(c->dtype));
    if (!kernels) return rao_fail(ctx, RAO_EUNABLE, "gemm_bf16: this processor (or the compiler of this library) has no AVX512-BF16");
    RAO_TRY(la_bf16_words(ctx, c->rows, c->cols, k, &words));
    RAO_TRY(rao_scratch(ctx, words, &room));
    RAO_TRY(la_bf16_run(ctx, kernels, ta, tb, a, b, c, room));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
