/* la/bf16.h - products of float matrices in bfloat16: how operands lie, and the kernels that know it.
 *
 * A bfloat16 is the upper half of a float: 8 significant bits, float's range. One instruction multiplies pairs: to each float of a sum it adds
 * x_0 y_0 + x_1 y_1. So k, the dimension summed over, comes in pairs, and one 32-bit word holds (k even, k odd) of one lane, a lane being a row of the left or a column
 * of the right operand. Words lie in panels of lanes, pair by pair:
 *
 *   left    panels of 8 lanes:   word (pair p, lane i) of panel q at  q 8 P + p 8 + i,       P = ceil(k / 2) pairs
 *   right   panels of 48 lanes, the last one of 16, 32 or 48:         q 48 P + p width + j
 *
 * What is missing (lanes of a last panel, an odd last k) is 0. */
#ifndef LA_BF16_H
#define LA_BF16_H

#include <rao/la.h>

enum { LA_BF16_LANES = 8, LA_BF16_WIDTH = 48, LA_BF16_VECTOR = 16 };

typedef struct la_bf16_kernels {
    /* `lanes` <= 8 lanes of k floats, lane i at x + i ld, less shift[0..k) where that is not NULL: words of pair p at out + p stride */
    void (*pack_rows)(const float *x, int64_t ld, int64_t lanes, int64_t k, const float *shift, uint32_t *out, int64_t stride);
    /* the same with lane i at x + i, its floats ld apart, less shift[i] */
    void (*pack_columns)(const float *x, int64_t ld, int64_t lanes, int64_t k, const float *shift, uint32_t *out, int64_t stride);
    /* sixteen lanes, the first eight to `out` and the others to `next` */
    void (*pack_columns_16)(const float *x, int64_t ld, int64_t k, const float *shift, uint32_t *out, uint32_t *next, int64_t stride);
    /* C = (C where `add`) + a panel of the left times one of the right, `pairs` pairs; rows <= 8, cols <= width in {16, 32, 48} */
    void (*tile)(int64_t pairs, const uint32_t *left, const uint32_t *right, int64_t width, int add, int64_t rows, int64_t cols, float *c,
                 int64_t ldc);
} la_bf16_kernels;

extern const la_bf16_kernels la_bf16_ref;
/* NULL where the compiler had no such instructions. */
const la_bf16_kernels *la_bf16_avx512(void);
/* What this machine runs, or NULL. */
const la_bf16_kernels *la_bf16_here(void);

/* Words of a packed left (m x k) or right (k x n) operand, with some to begin at a whole cache line. EINVAL when they overflow. */
rao_status la_bf16_left_words(rao_ctx *ctx, int64_t m, int64_t k, int64_t *words);
rao_status la_bf16_right_words(rao_ctx *ctx, int64_t n, int64_t k, int64_t *words);
/* op(X) of floats, rounded and packed into room of so many words; op(X - 1 shift^T) where `shift`, a number a column of X, is not NULL. */
rao_status la_bf16_pack_left(rao_ctx *ctx, const la_bf16_kernels *kernels, rao_trans t, const rao_mat *x, const float *shift,
                             uint32_t *room);
rao_status la_bf16_pack_right(rao_ctx *ctx, const la_bf16_kernels *kernels, rao_trans t, const rao_mat *x, const float *shift,
                              uint32_t *room);
/* LOWER: only the tiles that touch the lower triangle of C are made; what stands above the diagonal is then of no meaning. */
typedef enum la_bf16_shape { LA_BF16_ALL = 0, LA_BF16_LOWER } la_bf16_shape;
/* C = left right, summed over k. No status of these three but those of rao_parallel_for. */
rao_status la_bf16_multiply(rao_ctx *ctx, const la_bf16_kernels *kernels, la_bf16_shape shape, int64_t k, const uint32_t *left,
                            const uint32_t *right, rao_mat *c);

#endif
