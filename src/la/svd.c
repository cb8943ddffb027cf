/* svd.c - A = U diag(s) V^T by one-sided Jacobi rotations behind pivoted QR (Z. Drmac and K. Veselic 2008, SIAM J. Matrix Anal. Appl. 29, 1322-1362;
 * LAPACK's gejsv). Where A = D1 C D2 with diagonal D1, D2 of whatever spread and C of moderate condition, small singular values keep their digits,
 * which divide and conquer on the bidiagonal form would lose below eps |A|. Scratch: m^2 + m n + 3 n^2 entries. */
#include <limits.h>

#include "la/blas.h"
#include "la/view.h"

static rao_status check(rao_ctx *ctx, const rao_mat *a, const rao_mat *u, const rao_vec *s, const rao_mat *v) {
    rao_status st;
    const rao_mat *mats[] = {a, u, v};
    static const char *const names[] = {"A", "U", "V"};
    for (int i = 0; i < 3; i++) {
        RAO_TRY(la_check_mat(ctx, "svd", names[i], mats[i]));
        RAO_TRY(la_check_dtype(ctx, "svd", names[i], mats[i]->dtype, "this function", RAO_F64));
    }
    RAO_TRY(la_check_vec(ctx, "svd", "s", s));
    RAO_TRY(la_check_dtype(ctx, "svd", "s", s->dtype, "A", a->dtype));
    if (a->rows < a->cols || u->rows != a->rows || u->cols != a->rows || v->rows != a->cols || v->cols != a->cols || s->n != a->cols)
        RAO_TRY(rao_fail(ctx, RAO_EINVAL,
                         "svd: A is %lld x %lld, U %lld x %lld, V %lld x %lld, s %lld; want m x n, m x m, n x n, n with m >= n",
                         (long long)a->rows, (long long)a->cols, (long long)u->rows, (long long)u->cols, (long long)v->rows,
                         (long long)v->cols, (long long)s->n));
    RAO_TRY(la_check_finite(ctx, "svd", "A", a));
done:
    return st;
}

/* dst (rows x cols, ld) = the Fortran matrix src, or the other way round. */
static void from_fortran(const double *src, const rao_mat *dst) {
    double *out = dst->data;
    for (int64_t i = 0; i < dst->rows; i++)
        for (int64_t j = 0; j < dst->cols; j++) out[i * dst->ld + j] = src[j * dst->rows + i];
}
static void to_fortran(const rao_mat *src, double *dst) {
    const double *in = src->data;
    for (int64_t i = 0; i < src->rows; i++)
        for (int64_t j = 0; j < src->cols; j++) dst[j * src->rows + i] = in[i * src->ld + j];
}

rao_status rao_svd(rao_ctx *ctx, const rao_mat *a, rao_mat *u, rao_vec *s, rao_mat *v) {
    rao_status st;
    double *copy, *left, *right, *values, *work;
    int *places, info = 0;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(check(ctx, a, u, s, v));
    const int64_t m = a->rows, n = a->cols, size = 2 * n * n + 6 * n + 34 * m;
    if (size > INT_MAX) RAO_TRY(rao_fail(ctx, RAO_EINVAL, "svd: n = %lld, LAPACK's workspace takes n up to 32000", (long long)n));
    if (n == 0) {
        for (int64_t i = 0; i < m; i++)
            for (int64_t j = 0; j < m; j++) ((double *)u->data)[i * u->ld + j] = i == j;
        goto done;
    }
    RAO_TRY(rao_scratch(ctx, m * n, &copy));
    RAO_TRY(rao_scratch(ctx, m * m, &left));
    RAO_TRY(rao_scratch(ctx, n * n, &right));
    RAO_TRY(rao_scratch(ctx, n, &values));
    RAO_TRY(rao_scratch(ctx, size, &work));
    RAO_TRY(rao_scratch(ctx, m + 3 * n, &places));
    to_fortran(a, copy);
    const int rows = (int)m, cols = (int)n, want = (int)size;
    dgejsv_("F", "F", "V", "N", "N", "N", &rows, &cols, copy, &rows, values, left, &rows, right, &cols, work, &want, places, &info, 1, 1, 1,
            1, 1, 1);
    if (info)
        RAO_TRY(
            rao_fail(ctx, RAO_ENUMERIC, "svd: the singular values of A (%d x %d) did not converge (LAPACK's info %d)", rows, cols, info));
    double scale = work[0] / work[1]; /* other than 1 where a value left the range of doubles on the way */
    for (int64_t i = 0; i < n; i++) ((double *)s->data)[i] = values[i] * scale;
    from_fortran(left, u);
    from_fortran(right, v);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
