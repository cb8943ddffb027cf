/* cholesky.c - A = L L^T and what follows from L: solve, triangular solve, inverse, log-determinant.
 *
 * The first attempt is LAPACK's in the caller's type. Where it fails, the reason decides what comes next: an entry that is not
 * finite ends it; a float is factorised again in double, where n eps is 10^9 times smaller; then jitter, relative to the mean
 * diagonal so that a rescaled problem is treated alike. Rescue happens in double and on a saved copy, so A comes back as it was.
 * Cost: n^3/3 flops and n^2/2 moves; each further attempt n^3/3 in double. Scratch: n^2/2 entries, n^2 doubles for a rescue.
 */
#include <math.h>
#include <string.h>

#include "la/blas.h"
#include "la/view.h"

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

static rao_status check_factor(rao_ctx *ctx, const char *who, const rao_mat *l) {
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
    RAO_TRY(check_factor(ctx, who, l));
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

rao_status rao_cholesky_inverse(rao_ctx *ctx, const rao_mat *l, rao_mat *inverse) {
    rao_status st;
    RAO_TRY(check_factor(ctx, "cholesky_inverse", l));
    RAO_TRY(la_check_square(ctx, "cholesky_inverse", "the inverse", inverse));
    RAO_TRY(la_check_dtype(ctx, "cholesky_inverse", "L", l->dtype, "the inverse", inverse->dtype));
    if (inverse->rows != l->rows || (inverse->data == l->data && inverse->ld != l->ld))
        return rao_fail(ctx, RAO_EINVAL, "cholesky_inverse: L is %lld x %lld (ld %lld) and the inverse is %lld x %lld (ld %lld)",
                        (long long)l->rows, (long long)l->rows, (long long)l->ld, (long long)inverse->rows, (long long)inverse->rows,
                        (long long)inverse->ld);
    if (l->rows == 0) return RAO_OK;
    if (l->dtype == RAO_F32) inverse_f32(l, inverse);
    else inverse_f64(l, inverse);
    la_mirror(inverse);
done:
    return st;
}

rao_status rao_cholesky_logdet(rao_ctx *ctx, const rao_mat *l, double *value) {
    rao_status st;
    RAO_TRY(check_factor(ctx, "cholesky_logdet", l));
    *value = l->dtype == RAO_F32 ? logdet_f32(l) : logdet_f64(l);
done:
    return st;
}
