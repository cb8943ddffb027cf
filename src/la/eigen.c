/* eigen.c - A = V diag(w) V^T of a symmetric matrix by divide and conquer (Cuppen 1981; LAPACK's syevd).
 *
 * Entries that are not finite are refused first: LAPACK may never return from them. Backward stable: |A V - V W| and |V^T V - I| of
 * order n eps |A| and n eps. Cost: 4/3 n^3 flops for values, about 4 n^3 more with vectors. Scratch: 3 n^2 + O(n) with vectors.
 */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "la/blas.h"
#include "la/view.h"

#define T float
#define NAME(x) x##_f32
#define BLAS(x) s##x
#include "la/eigen_tmpl.h"
#undef T
#undef NAME
#undef BLAS

#define T double
#define NAME(x) x##_f64
#define BLAS(x) d##x
#include "la/eigen_tmpl.h"
#undef T
#undef NAME
#undef BLAS

static rao_status check(rao_ctx *ctx, const char *who, const rao_mat *a, const rao_vec *w) {
    rao_status st;
    RAO_TRY(la_check_square(ctx, who, "A", a));
    RAO_TRY(la_check_vec(ctx, who, "w", w));
    RAO_TRY(la_check_dtype(ctx, who, "w", w->dtype, "A", a->dtype));
    if (w->n != a->rows)
        return rao_fail(ctx, RAO_EINVAL, "%s: A is %lld x %lld and w has %lld entries", who, (long long)a->rows, (long long)a->rows,
                        (long long)w->n);
    RAO_TRY(la_check_finite_lower(ctx, who, "A", a));
done:
    return st;
}

rao_status rao_eigh(rao_ctx *ctx, rao_mat *a, rao_vec *w) {
    rao_status st;
    RAO_TRY(check(ctx, "eigh", a, w));
    if (a->rows == 0) return RAO_OK;
    st = a->dtype == RAO_F32 ? eigh_f32(ctx, a, w) : eigh_f64(ctx, a, w);
done:
    return st;
}

rao_status rao_eigvalsh(rao_ctx *ctx, rao_mat *a, rao_vec *w) {
    rao_status st;
    RAO_TRY(check(ctx, "eigvalsh", a, w));
    if (a->rows == 0) return RAO_OK;
    st = a->dtype == RAO_F32 ? eigvalsh_f32(ctx, a, w) : eigvalsh_f64(ctx, a, w);
done:
    return st;
}
