/* cholesky.c - A = L L^T and what follows from L: solve, triangular solve, log-determinant. The inverse: inverse.c.
 *
 * The first attempt is LAPACK's in the caller's type. Where it fails, the reason decides what comes next: an entry that is not
 * finite ends it; a float is factorised again in double, where n eps is 10^9 times smaller; then jitter, relative to the mean
 * diagonal so that a rescaled problem is treated alike. All of it happens in a transposed copy: LAPACK's lower form, which our upper
 * triangle is to it, is a quarter to a third faster than its upper one, and A is as it was until a factor is there.
 * Cost: n^3/3 flops and 2 n^2 moves; each further attempt n^3/3 in double. Scratch: n^2 entries, n^2 doubles more for a rescue.
 */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "la/blas.h"
#include "la/view.h"

/* A square in scratch. Its leading dimension is an odd number of cache lines of floats: with a power of two, which an even one can be, the rows of a tile
 * would share a cache set (potrf of 1000 in rows of 1024 takes a sixth longer than in rows of 1008). */
static rao_status workspace(rao_ctx *ctx, rao_dtype dtype, int64_t n, rao_mat *w) {
    const int64_t ld = n < 64 ? n : ((n + 15) / 16 | 1) * 16;
    rao_status st;
    *w = rao_mat_view(dtype, n, n, ld, NULL);
    if (ld > INT_MAX)
        return rao_fail(ctx, RAO_EINVAL, "cholesky: A is %lld x %lld, BLAS takes n up to %d", (long long)n, (long long)n, INT_MAX - 31);
    RAO_TRY(rao_scratch_bytes(ctx, n * ld, rao_dtype_size(dtype), &w->data));
done:
    return st;
}

#define T double
#define NAME(x) x##_f64
#define BLAS(x) d##x
#include "la/cholesky_tmpl.h"
#undef T
#undef NAME
#undef BLAS

#define T float
#define NAME(x) x##_f32
#define BLAS(x) s##x
#include "la/cholesky_tmpl.h"
#undef T
#undef NAME
#undef BLAS

rao_status rao_cholesky(rao_ctx *ctx, rao_mat *a, double max_jitter, rao_chol_info *info) {
    rao_chol_info found = {0};
    rao_status st;
    RAO_TRY(la_check_square(ctx, "cholesky", "A", a));
    if (!(max_jitter >= 0 && max_jitter <= 1)) return rao_fail(ctx, RAO_EINVAL, "cholesky: max_jitter = %g, want 0 to 1", max_jitter);
    if (a->rows > 0) st = a->dtype == RAO_F32 ? cholesky_f32(ctx, a, max_jitter, &found) : cholesky_f64(ctx, a, max_jitter, &found);
    if (info && (st == RAO_OK || st == RAO_ENUMERIC)) *info = found;
done:
    return st;
}

rao_status la_check_factor(rao_ctx *ctx, const char *who, const rao_mat *l) {
    rao_status st;
    RAO_TRY(la_check_square(ctx, who, "L", l));
    int64_t i = l->dtype == RAO_F32 ? bad_pivot_f32(l) : bad_pivot_f64(l);
    if (i < 0) return RAO_OK;
    double pivot = l->dtype == RAO_F32 ? (double)((const float *)l->data)[i * (l->ld + 1)] : ((const double *)l->data)[i * (l->ld + 1)];
    return rao_fail(ctx, RAO_EDOMAIN, "%s: L(%lld, %lld) = %g, want a positive diagonal", who, (long long)i, (long long)i, pivot);
done:
    return st;
}

static rao_status check_system(rao_ctx *ctx, const char *who, rao_side side, const rao_mat *l, const rao_mat *x) {
    rao_status st;
    RAO_TRY(la_check_factor(ctx, who, l));
    RAO_TRY(la_check_mat(ctx, who, "X", x));
    RAO_TRY(la_check_dtype(ctx, who, "L", l->dtype, "X", x->dtype));
    if ((side == RAO_LEFT ? x->rows : x->cols) != l->rows)
        return rao_fail(ctx, RAO_EINVAL, "%s: L is %lld x %lld and X is %lld x %lld", who, (long long)l->rows, (long long)l->rows,
                        (long long)x->rows, (long long)x->cols);
done:
    return st;
}

rao_status rao_cholesky_solve(rao_ctx *ctx, const rao_mat *l, rao_mat *x) {
    rao_status st;
    RAO_TRY(check_system(ctx, "cholesky_solve", RAO_LEFT, l, x));
    if (x->rows == 0 || x->cols == 0) return RAO_OK;
    if (l->dtype == RAO_F32) solve_f32(l, x);
    else solve_f64(l, x);
done:
    return st;
}

rao_status rao_trsm(rao_ctx *ctx, rao_side side, rao_trans trans, const rao_mat *l, rao_mat *x) {
    rao_status st;
    RAO_TRY(check_system(ctx, "trsm", side, l, x));
    if (x->rows == 0 || x->cols == 0) return RAO_OK;
    if (l->dtype == RAO_F32) trsm_f32(side, trans, l, x);
    else trsm_f64(side, trans, l, x);
done:
    return st;
}

rao_status rao_cholesky_logdet(rao_ctx *ctx, const rao_mat *l, double *value) {
    rao_status st;
    RAO_TRY(la_check_factor(ctx, "cholesky_logdet", l));
    *value = l->dtype == RAO_F32 ? logdet_f32(l) : logdet_f64(l);
done:
    return st;
}
