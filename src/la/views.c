/* views.c - dtypes, and the checks that views pass before BLAS sees them. */
#include "la/view.h"

#include <limits.h>
#include <math.h>

size_t rao_dtype_size(rao_dtype dtype) { return dtype == RAO_F32 ? sizeof(float) : dtype == RAO_F64 ? sizeof(double) : 0; }

const char *rao_dtype_name(rao_dtype dtype) { return dtype == RAO_F32 ? "f32" : dtype == RAO_F64 ? "f64" : "?"; }

static int known(rao_dtype dtype) { return dtype == RAO_F32 || dtype == RAO_F64; }

rao_status la_check_vec(rao_ctx *ctx, const char *who, const char *name, const rao_vec *v) {
    la_blas_once();
    if (!v) return rao_fail(ctx, RAO_EINVAL, "%s: %s is NULL", who, name);
    if (!known(v->dtype)) return rao_fail(ctx, RAO_EINVAL, "%s: %s has dtype %d, want f32 or f64", who, name, (int)v->dtype);
    if (v->n < 0 || v->n > INT_MAX)
        return rao_fail(ctx, RAO_EINVAL, "%s: %s has %lld entries, BLAS takes 0 to %d", who, name, (long long)v->n, INT_MAX);
    if (v->n > 0 && !v->data) return rao_fail(ctx, RAO_EINVAL, "%s: %s has %lld entries and no data", who, name, (long long)v->n);
    return RAO_OK;
}

rao_status la_check_mat(rao_ctx *ctx, const char *who, const char *name, const rao_mat *m) {
    la_blas_once();
    if (!m) return rao_fail(ctx, RAO_EINVAL, "%s: %s is NULL", who, name);
    if (!known(m->dtype)) return rao_fail(ctx, RAO_EINVAL, "%s: %s has dtype %d, want f32 or f64", who, name, (int)m->dtype);
    if (m->rows < 0 || m->cols < 0 || m->rows > INT_MAX || m->ld > INT_MAX)
        return rao_fail(ctx, RAO_EINVAL, "%s: %s is %lld x %lld with ld %lld, BLAS takes 0 to %d", who, name, (long long)m->rows,
                        (long long)m->cols, (long long)m->ld, INT_MAX);
    if (m->ld < m->cols)
        return rao_fail(ctx, RAO_EINVAL, "%s: %s is %lld x %lld with ld %lld, want ld >= %lld", who, name, (long long)m->rows,
                        (long long)m->cols, (long long)m->ld, (long long)m->cols);
    if (m->rows > 0 && m->cols > 0 && !m->data)
        return rao_fail(ctx, RAO_EINVAL, "%s: %s is %lld x %lld and has no data", who, name, (long long)m->rows, (long long)m->cols);
    return RAO_OK;
}

rao_status la_check_square(rao_ctx *ctx, const char *who, const char *name, const rao_mat *m) {
    rao_status st;
    RAO_TRY(la_check_mat(ctx, who, name, m));
    if (m->rows != m->cols)
        return rao_fail(ctx, RAO_EINVAL, "%s: %s is %lld x %lld, want it square", who, name, (long long)m->rows, (long long)m->cols);
done:
    return st;
}

rao_status la_check_finite(rao_ctx *ctx, const char *who, const char *name, const rao_mat *m) {
    for (int64_t i = 0; i < m->rows; i++)
        for (int64_t j = 0; j < m->cols; j++) {
            double x = ((const double *)m->data)[i * m->ld + j];
            if (!isfinite(x))
                return rao_fail(ctx, RAO_EDOMAIN, "%s: %s(%lld, %lld) = %g, want finite entries", who, name, (long long)i, (long long)j, x);
        }
    return RAO_OK;
}

rao_status la_check_dtype(rao_ctx *ctx, const char *who, const char *name, rao_dtype dtype, const char *other, rao_dtype want) {
    if (dtype == want) return RAO_OK;
    return rao_fail(ctx, RAO_EINVAL, "%s: %s is %s, %s is %s, want one dtype", who, name, rao_dtype_name(dtype), other,
                    rao_dtype_name(want));
}
