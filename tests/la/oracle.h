/* oracle.h - the truth of each routine of la in plain loops over long double, and the random inputs that its tests share.
 *
 * A test matrix `tm` keeps its entries in the dtype under test, with a leading dimension wider than its columns; the padding holds a
 * sentinel that no routine may touch. Oracles read entries through `at`, so they know nothing of layout.
 */
#ifndef TESTS_LA_ORACLE_H
#define TESTS_LA_ORACLE_H

#include <float.h>

#include <rao/la.h>

#include "rao_test.h"

#ifdef __clang__ /* which counts double to long double as an accident too */
#pragma clang diagnostic ignored "-Wdouble-promotion"
#endif

#define SENTINEL 12345.678

static const rao_dtype oracle_dtypes[2] = {RAO_F32, RAO_F64};
static inline double oracle_eps(rao_dtype dtype) { return dtype == RAO_F32 ? (double)FLT_EPSILON : DBL_EPSILON; }

/* A draw of the test: counter-based, so that a failure names seed and place. */
typedef struct oracle_draw {
    rao_stream s;
    uint64_t next;
} oracle_draw;
static inline oracle_draw oracle_draw_make(uint64_t stream) { return (oracle_draw){rao_stream_make(rao_test_seed(), stream), 0}; }
static inline double draw_normal(oracle_draw *d) { return rao_normal_at(d->s, 0, 2 * d->next++); }
static inline int64_t draw_below(oracle_draw *d, int64_t n) { return rao_below_at(d->s, 1, d->next++, n); }
/* Sizes with the edges over-represented: 0, 1, odd, powers of two and their neighbours. */
static inline int64_t draw_size(oracle_draw *d, int64_t largest) {
    static const int64_t sizes[] = {0, 1, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 40, 63, 64, 65, 97, 127, 129, 150};
    int64_t n = sizes[draw_below(d, COUNT(sizes))];
    return n <= largest ? n : draw_below(d, largest + 1);
}

static inline void put(rao_dtype dtype, void *data, int64_t i, double value) {
    if (dtype == RAO_F32) ((float *)data)[i] = (float)value;
    else ((double *)data)[i] = value;
}
static inline double get(rao_dtype dtype, const void *data, int64_t i) {
    return dtype == RAO_F32 ? (double)((const float *)data)[i] : ((const double *)data)[i];
}
static inline long double at(const rao_mat *m, int64_t i, int64_t j) { return get(m->dtype, m->data, i * m->ld + j); }
static inline long double op_at(rao_trans t, const rao_mat *m, int64_t i, int64_t j) { return t == RAO_T ? at(m, j, i) : at(m, i, j); }
static inline void set_at(rao_mat *m, int64_t i, int64_t j, double value) { put(m->dtype, m->data, i * m->ld + j, value); }
static inline double vat(const rao_vec *v, int64_t i) { return get(v->dtype, v->data, i); }

/* rows x cols with `pad` columns of sentinel behind; entries zero. */
static inline rao_mat tm_make(rao_ctx *ctx, rao_dtype dtype, int64_t rows, int64_t cols, int64_t pad) {
    void *data = NULL;
    OK(ctx, rao_alloc_bytes(ctx, rows * (cols + pad), rao_dtype_size(dtype), &data));
    rao_mat m = rao_mat_view(dtype, rows, cols, cols + pad, data);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = cols; j < cols + pad; j++) put(dtype, data, i * m.ld + j, SENTINEL);
    return m;
}
static inline void tm_check_padding(const rao_mat *m) {
    for (int64_t i = 0; i < m->rows; i++)
        for (int64_t j = m->cols; j < m->ld; j++) EXPECT_TRUE(fabs(get(m->dtype, m->data, i * m->ld + j) - SENTINEL) < 1e-2);
}
static inline void tm_free(rao_mat *m) {
    tm_check_padding(m);
    rao_free(&m->data);
}
static inline rao_mat tm_random(rao_ctx *ctx, oracle_draw *d, rao_dtype dtype, int64_t rows, int64_t cols, int64_t pad) {
    rao_mat m = tm_make(ctx, dtype, rows, cols, pad);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < cols; j++) set_at(&m, i, j, draw_normal(d));
    return m;
}
static inline rao_mat tm_copy(rao_ctx *ctx, const rao_mat *from, rao_dtype dtype) {
    rao_mat m = tm_make(ctx, dtype, from->rows, from->cols, from->ld - from->cols);
    for (int64_t i = 0; i < m.rows; i++)
        for (int64_t j = 0; j < m.cols; j++) set_at(&m, i, j, (double)at(from, i, j));
    return m;
}
static inline int tm_same(const rao_mat *a, const rao_mat *b) {
    for (int64_t i = 0; i < a->rows; i++)
        for (int64_t j = 0; j < a->cols; j++)
            if (at(a, i, j) != at(b, i, j) && !(isnan(at(a, i, j)) && isnan(at(b, i, j)))) return 0;
    return 1;
}
static inline rao_vec tv_make(rao_ctx *ctx, rao_dtype dtype, int64_t n) {
    void *data = NULL;
    OK(ctx, rao_alloc_bytes(ctx, n, rao_dtype_size(dtype), &data));
    return rao_vec_view(dtype, n, data);
}
static inline rao_vec tv_random(rao_ctx *ctx, oracle_draw *d, rao_dtype dtype, int64_t n) {
    rao_vec v = tv_make(ctx, dtype, n);
    for (int64_t i = 0; i < n; i++) put(dtype, v.data, i, draw_normal(d));
    return v;
}
static inline void tv_free(rao_vec *v) { rao_free(&v->data); }

/* B B^T / k + shift I from B n x k of normals: symmetric to the bit, of rank min(n, k) when shift = 0. */
static inline rao_mat tm_gram(rao_ctx *ctx, oracle_draw *d, rao_dtype dtype, int64_t n, int64_t k, double shift, int64_t pad) {
    rao_mat b = tm_random(ctx, d, RAO_F64, n, k, 0), m = tm_make(ctx, dtype, n, n, pad);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j <= i; j++) {
            long double sum = 0;
            for (int64_t l = 0; l < k; l++) sum += at(&b, i, l) * at(&b, j, l);
            double value = (double)(k ? sum / k : 0) + (i == j ? shift : 0);
            set_at(&m, i, j, value);
            set_at(&m, j, i, value);
        }
    tm_free(&b);
    return m;
}

/* ---- the routines, in plain loops ------------------------------------------------------------------------------ */

/* (op(A) op(B))_ij, and the sum of absolute products that its rounding error is measured by. */
static inline long double oracle_gemm_at(rao_trans ta, rao_trans tb, const rao_mat *a, const rao_mat *b, int64_t i, int64_t j,
                                         long double *size) {
    const int64_t k = ta == RAO_T ? a->rows : a->cols;
    long double sum = 0, magnitude = 0;
    for (int64_t l = 0; l < k; l++) {
        long double term = op_at(ta, a, i, l) * op_at(tb, b, l, j);
        sum += term;
        magnitude += fabsl(term);
    }
    *size = magnitude;
    return sum;
}

static inline long double oracle_dot(const rao_vec *x, const rao_vec *y) {
    long double sum = 0;
    for (int64_t i = 0; i < x->n; i++) sum += (long double)vat(x, i) * vat(y, i);
    return sum;
}

/* l (n x n, row-major) with A = L L^T from A's lower triangle; returns the order of the first minor that is not positive, or 0. */
static inline int64_t oracle_cholesky(const rao_mat *a, long double *l) {
    const int64_t n = a->rows;
    for (int64_t i = 0; i < n * n; i++) l[i] = 0;
    for (int64_t j = 0; j < n; j++) {
        long double pivot = at(a, j, j);
        for (int64_t k = 0; k < j; k++) pivot -= l[j * n + k] * l[j * n + k];
        if (!(pivot > 0)) return j + 1;
        l[j * n + j] = sqrtl(pivot);
        for (int64_t i = j + 1; i < n; i++) {
            long double sum = at(a, i, j);
            for (int64_t k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
            l[i * n + j] = sum / l[j * n + j];
        }
    }
    return 0;
}

/* x := op(L)^-1 x for one right-hand side. */
static inline void oracle_triangular_solve(rao_trans t, const rao_mat *l, long double *x) {
    const int64_t n = l->rows;
    for (int64_t step = 0; step < n; step++) {
        int64_t i = t == RAO_T ? n - 1 - step : step;
        for (int64_t k = 0; k < step; k++) {
            int64_t j = t == RAO_T ? n - 1 - k : k;
            x[i] -= op_at(t, l, i, j) * x[j];
        }
        x[i] /= at(l, i, i);
    }
}

/* Eigenvalues, ascending, of the symmetric matrix in `a` (n x n, destroyed) by cyclic Jacobi rotations; eigenvectors in the columns of v. */
static inline void oracle_jacobi(int64_t n, long double *a, long double *v, long double *w) {
    for (int64_t i = 0; i < n * n; i++) v[i] = i % (n + 1) == 0;
    for (int sweep = 0; sweep < 30; sweep++) {
        long double off = 0, diagonal = 0;
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < n; j++) *(i == j ? &diagonal : &off) += a[i * n + j] * a[i * n + j];
        if (off <= LDBL_EPSILON * LDBL_EPSILON * diagonal) break;
        for (int64_t p = 0; p < n; p++)
            for (int64_t q = p + 1; q < n; q++) {
                if (a[p * n + q] == 0) continue;
                long double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
                long double t = (theta >= 0 ? 1 : -1) / (fabsl(theta) + sqrtl(theta * theta + 1)), c = 1 / sqrtl(t * t + 1), s = t * c;
                for (int64_t k = 0; k < n; k++) {
                    long double x = a[k * n + p], y = a[k * n + q];
                    a[k * n + p] = c * x - s * y, a[k * n + q] = s * x + c * y;
                }
                for (int64_t k = 0; k < n; k++) {
                    long double x = a[p * n + k], y = a[q * n + k];
                    a[p * n + k] = c * x - s * y, a[q * n + k] = s * x + c * y;
                    x = v[k * n + p], y = v[k * n + q];
                    v[k * n + p] = c * x - s * y, v[k * n + q] = s * x + c * y;
                }
            }
    }
    for (int64_t i = 0; i < n; i++) w[i] = a[i * n + i];
    for (int64_t i = 0; i < n; i++) { /* selection sort, vectors along */
        int64_t least = i;
        for (int64_t j = i + 1; j < n; j++)
            if (w[j] < w[least]) least = j;
        long double t = w[i];
        w[i] = w[least], w[least] = t;
        for (int64_t k = 0; k < n && least != i; k++) t = v[k * n + i], v[k * n + i] = v[k * n + least], v[k * n + least] = t;
    }
}

#endif
