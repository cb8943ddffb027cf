/* la/view.h - what every function of the room does first: check its views, hold BLAS at one thread, pick the type. */
#ifndef LA_VIEW_H
#define LA_VIEW_H

#include <rao/la.h>

/* EINVAL with `who` and `name` in the sentence: unknown dtype, negative or oversized size, ld < cols, missing data.
 * Each also holds BLAS at one thread (once per process). */
rao_status la_check_vec(rao_ctx *ctx, const char *who, const char *name, const rao_vec *v);
rao_status la_check_mat(rao_ctx *ctx, const char *who, const char *name, const rao_mat *m);
rao_status la_check_square(rao_ctx *ctx, const char *who, const char *name, const rao_mat *m);
rao_status la_check_dtype(rao_ctx *ctx, const char *who, const char *name, rao_dtype dtype, const char *other, rao_dtype want);

/* C = op(A) op(B): shapes, one dtype, C apart from both; *k is the dimension summed over. */
rao_status la_check_product(rao_ctx *ctx, const char *who, rao_trans ta, rao_trans tb, const rao_mat *a, const rao_mat *b, const rao_mat *c,
                            int64_t *k);
/* Blocks that make a vector like v, in order: EINVAL names the one that does not. */
rao_status la_check_outer(rao_ctx *ctx, const char *who, const rao_outer *blocks, int64_t count, const rao_vec *v);

/* Sets the thread count of the BLAS found to one, at the first call in this process. See blas_info.c. */
void la_blas_once(void);

/* The leading dimension as BLAS wants it: at least 1. */
static inline int la_ld(const rao_mat *m) { return m->ld > 0 ? (int)m->ld : 1; }

static inline const char *la_trans(rao_trans t) { return t == RAO_T ? "T" : "N"; }

/* Rows of C (m x n, inner size k) that one call of a product computes, by the shape alone: the blocks that threads share. */
int64_t la_row_block(int64_t m, int64_t n, int64_t k);
/* rao_gemm by one call of BLAS: for a block of work that a thread has to itself already. */
rao_status la_gemm_whole(rao_ctx *ctx, rao_trans ta, rao_trans tb, double alpha, const rao_mat *a, const rao_mat *b, double beta,
                         rao_mat *c);
/* dst's upper triangle is the transpose of src's lower one (lower = 1), or dst's lower that of src's upper; diagonal included. */
void la_flip(int lower, const rao_mat *src, const rao_mat *dst);
/* The upper triangle becomes the transpose of the lower one. */
void la_mirror(const rao_mat *m);
/* dst(j, i) = src(i, j) for a square src; the two do not overlap. */
void la_transpose(const rao_mat *src, const rao_mat *dst);
/* y = A x + beta y from A's lower triangle; shapes agree, n > 0. */
void la_symv(const rao_mat *a, const rao_vec *x, double beta, const rao_vec *y);
/* Copies the lower triangle, diagonal included. */
void la_copy_lower(const rao_mat *src, const rao_mat *dst);
/* L square with a positive, finite diagonal: EINVAL, EDOMAIN. */
rao_status la_check_factor(rao_ctx *ctx, const char *who, const rao_mat *l);
/* EDOMAIN naming the first entry of a matrix in double that is not finite. */
rao_status la_check_finite(rao_ctx *ctx, const char *who, const char *name, const rao_mat *m);
/* EDOMAIN naming the first entry of the lower triangle that is not finite. */
rao_status la_check_finite_lower(rao_ctx *ctx, const char *who, const char *name, const rao_mat *m);

#endif
