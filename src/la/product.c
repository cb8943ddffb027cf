/* product.c - matrix and vector products: our row-major shapes checked and handed to BLAS.
 *
 * C = A B in row-major memory is C^T = B^T A^T to Fortran, so the operands swap places and nothing is copied.
 * Cost: that of the BLAS call; rao_syrk adds the mirror of one triangle, n^2/2 moves.
 */
#include <math.h>
#include <string.h>

#include "la/blas.h"
#include "la/view.h"

#define T float
#define NAME(x) x##_f32
#define BLAS(x) s##x
#include "la/product_tmpl.h"
#undef T
#undef NAME
#undef BLAS

#define T double
#define NAME(x) x##_f64
#define BLAS(x) d##x
#include "la/product_tmpl.h"
#undef T
#undef NAME
#undef BLAS

static void scale(double beta, rao_mat *c) {
    if (beta == 1) return;
    if (c->dtype == RAO_F32) scale_rows_f32(beta, c->data, c->rows, c->cols, c->ld);
    else scale_rows_f64(beta, c->data, c->rows, c->cols, c->ld);
}

/* The beginning of an output in an input is the mistake that is made; overlaps of other kinds are legal for interleaved views. */
static rao_status check_apart(rao_ctx *ctx, const char *who, const char *in_name, const void *in, const char *out_name, const void *out) {
    if (!in || in != out) return RAO_OK;
    return rao_fail(ctx, RAO_EINVAL, "%s: %s and %s share memory, want them apart", who, in_name, out_name);
}

/* A product in blocks of C, one BLAS call each, for the threads of the context: of rows, or of columns where C is short. */
typedef struct product {
    rao_trans ta, tb;
    double alpha, beta;
    const rao_mat *a, *b, *c;
    int64_t k, rows, cols;
} product;

enum { BLOCK_ROWS = 256, TILE = 16, SHORT_ROWS = 128 };
static const double BLOCK_FLOPS = 4e6; /* some 40 us: what a thread must be worth */

/* Rows a block, by the shape alone: whole micro-tiles of 256 rows, or two halves of a product of fewer. Two blocks of 256 x 512 x 785
 * cost 1.5 % more than one call (the right factor is packed twice), four of 128 cost 5 %. */
int64_t la_row_block(int64_t m, int64_t n, int64_t k) {
    int64_t blocks = m / BLOCK_ROWS > 2 ? m / BLOCK_ROWS : 2;
    int64_t rows = (m / blocks + TILE - 1) / TILE * TILE;
    return m < 2 * TILE || 2.0 * (double)rows * (double)n * (double)k < BLOCK_FLOPS ? m : rows;
}

/* Columns of a short C: each block packs the left factor, which is small, where blocks of rows would pack the large one each (63 x 784 x 1000
 * in two blocks of rows costs 11 % more than one call, in columns 2 %). */
static void cut(product *p, int whole) {
    p->rows = p->c->rows, p->cols = p->c->cols;
    if (whole) return;
    if (p->rows < SHORT_ROWS && p->cols > p->rows) p->cols = la_row_block(p->cols, p->rows, p->k);
    else p->rows = la_row_block(p->rows, p->cols, p->k);
}

static void *entry(const rao_mat *m, int64_t i, int64_t j) { return (char *)m->data + (size_t)(i * m->ld + j) * rao_dtype_size(m->dtype); }

static rao_status run_block(rao_ctx *worker, int64_t block, void *arg) {
    (void)worker;
    const product *p = arg;
    const int64_t i = p->rows < p->c->rows ? block * p->rows : 0, j = p->cols < p->c->cols ? block * p->cols : 0;
    const int rows = (int)(p->c->rows - i < p->rows ? p->c->rows - i : p->rows),
              cols = (int)(p->c->cols - j < p->cols ? p->c->cols - j : p->cols);
    rao_mat a = *p->a, b = *p->b, c = *p->c;
    a.data = p->ta == RAO_T ? entry(&a, 0, i) : entry(&a, i, 0);
    b.data = p->tb == RAO_T ? entry(&b, j, 0) : entry(&b, 0, j);
    c.data = entry(&c, i, j);
    if (c.dtype == RAO_F32) gemm_f32(p->ta, p->tb, rows, cols, (int)p->k, p->alpha, &a, &b, p->beta, &c);
    else gemm_f64(p->ta, p->tb, rows, cols, (int)p->k, p->alpha, &a, &b, p->beta, &c);
    return RAO_OK;
}

rao_status la_check_product(rao_ctx *ctx, const char *who, rao_trans ta, rao_trans tb, const rao_mat *a, const rao_mat *b, const rao_mat *c,
                            int64_t *inner) {
    rao_status st;
    RAO_TRY(la_check_mat(ctx, who, "A", a));
    RAO_TRY(la_check_mat(ctx, who, "B", b));
    RAO_TRY(la_check_mat(ctx, who, "C", c));
    RAO_TRY(la_check_dtype(ctx, who, "A", a->dtype, "C", c->dtype));
    RAO_TRY(la_check_dtype(ctx, who, "B", b->dtype, "C", c->dtype));
    const int64_t m = ta == RAO_T ? a->cols : a->rows, k = ta == RAO_T ? a->rows : a->cols;
    const int64_t kb = tb == RAO_T ? b->cols : b->rows, n = tb == RAO_T ? b->rows : b->cols;
    if (k != kb)
        return rao_fail(ctx, RAO_EINVAL, "%s: op(A) is %lld x %lld and op(B) is %lld x %lld, want %lld = %lld", who, (long long)m,
                        (long long)k, (long long)kb, (long long)n, (long long)k, (long long)kb);
    if (c->rows != m || c->cols != n)
        return rao_fail(ctx, RAO_EINVAL, "%s: op(A) op(B) is %lld x %lld and C is %lld x %lld", who, (long long)m, (long long)n,
                        (long long)c->rows, (long long)c->cols);
    if (m > 0 && n > 0 && k > 0) {
        RAO_TRY(check_apart(ctx, who, "A", a->data, "C", c->data));
        RAO_TRY(check_apart(ctx, who, "B", b->data, "C", c->data));
    }
    *inner = k;
done:
    return st;
}

static rao_status multiply(rao_ctx *ctx, rao_trans ta, rao_trans tb, double alpha, const rao_mat *a, const rao_mat *b, double beta,
                           rao_mat *c, int whole) {
    rao_status st;
    product p = {.ta = ta, .tb = tb, .alpha = alpha, .beta = beta, .a = a, .b = b, .c = c};
    RAO_TRY(la_check_product(ctx, "gemm", ta, tb, a, b, c, &p.k));
    if (c->rows == 0 || c->cols == 0) return RAO_OK;
    if (p.k == 0 || alpha == 0) {
        scale(beta, c);
        return RAO_OK;
    }
    cut(&p, whole);
    RAO_TRY(rao_parallel_for(ctx, rao_block_count(c->rows, p.rows) * rao_block_count(c->cols, p.cols), run_block, &p));
done:
    return st;
}

rao_status rao_gemm(rao_ctx *ctx, rao_trans ta, rao_trans tb, double alpha, const rao_mat *a, const rao_mat *b, double beta, rao_mat *c) {
    return multiply(ctx, ta, tb, alpha, a, b, beta, c, 0);
}

rao_status la_gemm_whole(rao_ctx *ctx, rao_trans ta, rao_trans tb, double alpha, const rao_mat *a, const rao_mat *b, double beta,
                         rao_mat *c) {
    return multiply(ctx, ta, tb, alpha, a, b, beta, c, 1);
}

static void scale_lower(double beta, const rao_mat *c) {
    for (int64_t i = 0; i < c->rows; i++) {
        rao_mat row = rao_mat_view(c->dtype, 1, i + 1, c->ld, (char *)c->data + (size_t)(i * c->ld) * rao_dtype_size(c->dtype));
        scale(beta, &row);
    }
}

rao_status rao_syrk_lower(rao_ctx *ctx, rao_trans trans, double alpha, const rao_mat *a, double beta, rao_mat *c) {
    rao_status st;
    RAO_TRY(la_check_mat(ctx, "syrk", "A", a));
    RAO_TRY(la_check_square(ctx, "syrk", "C", c));
    RAO_TRY(la_check_dtype(ctx, "syrk", "A", a->dtype, "C", c->dtype));
    const int64_t n = trans == RAO_T ? a->cols : a->rows, k = trans == RAO_T ? a->rows : a->cols;
    if (c->rows != n)
        return rao_fail(ctx, RAO_EINVAL, "syrk: %s is %lld x %lld and C is %lld x %lld", trans == RAO_T ? "A^T A" : "A A^T", (long long)n,
                        (long long)n, (long long)c->rows, (long long)c->cols);
    if (n == 0) return RAO_OK;
    if (k == 0 || alpha == 0) {
        scale_lower(beta, c);
        return RAO_OK;
    }
    RAO_TRY(check_apart(ctx, "syrk", "A", a->data, "C", c->data));
    if (c->dtype == RAO_F32) syrk_f32(trans, (int)n, (int)k, alpha, a, beta, c);
    else syrk_f64(trans, (int)n, (int)k, alpha, a, beta, c);
done:
    return st;
}

rao_status rao_mirror(rao_ctx *ctx, rao_mat *c) {
    rao_status st = la_check_square(ctx, "mirror", "C", c);
    if (st == RAO_OK) la_mirror(c);
    return st;
}

rao_status rao_syrk(rao_ctx *ctx, rao_trans trans, double alpha, const rao_mat *a, double beta, rao_mat *c) {
    rao_status st = rao_syrk_lower(ctx, trans, alpha, a, beta, c);
    if (st == RAO_OK) la_mirror(c);
    return st;
}

rao_status rao_gemv(rao_ctx *ctx, rao_trans ta, double alpha, const rao_mat *a, const rao_vec *x, double beta, rao_vec *y) {
    rao_status st;
    RAO_TRY(la_check_mat(ctx, "gemv", "A", a));
    RAO_TRY(la_check_vec(ctx, "gemv", "x", x));
    RAO_TRY(la_check_vec(ctx, "gemv", "y", y));
    RAO_TRY(la_check_dtype(ctx, "gemv", "A", a->dtype, "y", y->dtype));
    RAO_TRY(la_check_dtype(ctx, "gemv", "x", x->dtype, "y", y->dtype));
    const int64_t m = ta == RAO_T ? a->cols : a->rows, k = ta == RAO_T ? a->rows : a->cols;
    if (x->n != k || y->n != m)
        return rao_fail(ctx, RAO_EINVAL, "gemv: op(A) is %lld x %lld, x has %lld entries and y has %lld", (long long)m, (long long)k,
                        (long long)x->n, (long long)y->n);
    if (m == 0) return RAO_OK;
    /* not left to BLAS: releases differ on 0 * NaN in y */
    rao_mat row = rao_mat_view(y->dtype, 1, m, m, y->data);
    if (k == 0 || alpha == 0 || beta == 0) scale(beta, &row);
    if (k == 0 || alpha == 0) return RAO_OK;
    RAO_TRY(check_apart(ctx, "gemv", "x", x->data, "y", y->data));
    RAO_TRY(check_apart(ctx, "gemv", "A", a->data, "y", y->data));
    if (y->dtype == RAO_F32) gemv_f32(ta, alpha, a, x, beta, y);
    else gemv_f64(ta, alpha, a, x, beta, y);
done:
    return st;
}

void la_symv(const rao_mat *a, const rao_vec *x, double beta, const rao_vec *y) {
    rao_mat row = rao_mat_view(y->dtype, 1, y->n, y->n, y->data);
    if (beta == 0) scale(0, &row);
    if (y->dtype == RAO_F32) symv_f32(a, x, beta, y);
    else symv_f64(a, x, beta, y);
}

static rao_status check_pair(rao_ctx *ctx, const char *who, const rao_vec *x, const rao_vec *y) {
    rao_status st;
    RAO_TRY(la_check_vec(ctx, who, "x", x));
    RAO_TRY(la_check_vec(ctx, who, "y", y));
    RAO_TRY(la_check_dtype(ctx, who, "x", x->dtype, "y", y->dtype));
    if (x->n != y->n) return rao_fail(ctx, RAO_EINVAL, "%s: x has %lld entries and y has %lld", who, (long long)x->n, (long long)y->n);
done:
    return st;
}

rao_status rao_axpy(rao_ctx *ctx, double alpha, const rao_vec *x, rao_vec *y) {
    rao_status st;
    RAO_TRY(check_pair(ctx, "axpy", x, y));
    if (x->n == 0 || alpha == 0) return RAO_OK;
    RAO_TRY(check_apart(ctx, "axpy", "x", x->data, "y", y->data));
    if (y->dtype == RAO_F32) axpy_f32(alpha, x, y);
    else axpy_f64(alpha, x, y);
done:
    return st;
}

/* Eight partial sums: they fit vector registers and shorten the chain of roundings. */
static double dot_float(const float *x, const float *y, int64_t n) {
    double sum[8] = {0};
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int j = 0; j < 8; j++) sum[j] += (double)x[i + j] * (double)y[i + j];
    for (; i < n; i++) sum[i & 7] += (double)x[i] * (double)y[i];
    return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

static double dot(const rao_vec *x, const rao_vec *y) {
    const int n = (int)x->n, one = 1;
    if (n == 0) return 0;
    return x->dtype == RAO_F32 ? dot_float(x->data, y->data, x->n) : ddot_(&n, x->data, &one, y->data, &one);
}

rao_status rao_dot(rao_ctx *ctx, const rao_vec *x, const rao_vec *y, double *value) {
    rao_status st;
    RAO_TRY(check_pair(ctx, "dot", x, y));
    *value = dot(x, y);
done:
    return st;
}

/* The norm of a double vector whose squares overflow or vanish: by the largest entry. */
static double scaled_norm(const double *x, int64_t n) {
    double largest = 0, sum = 0;
    for (int64_t i = 0; i < n; i++) largest = fabs(x[i]) > largest ? fabs(x[i]) : largest;
    if (largest == 0 || isinf(largest)) return largest;
    for (int64_t i = 0; i < n; i++) sum += (x[i] / largest) * (x[i] / largest);
    return largest * sqrt(sum);
}

rao_status rao_norm(rao_ctx *ctx, const rao_vec *x, double *value) {
    rao_status st;
    RAO_TRY(la_check_vec(ctx, "norm", "x", x));
    const double square = dot(x, x);
    const int safe = (square > 0x1p-900 && square < 0x1p1000) || isnan(square) || x->dtype == RAO_F32; /* squares of floats fit a double */
    *value = safe ? sqrt(square) : scaled_norm(x->data, x->n);
done:
    return st;
}
