/* solve.c - A X = B for a general square A by its LU factors with partial pivoting (LAPACK's getrf and getrs). Scratch: n m entries and n integers. */
#include "la/blas.h"
#include "la/view.h"

static rao_status check(rao_ctx *ctx, const rao_mat *a, const rao_mat *b) {
    rao_status st;
    RAO_TRY(la_check_square(ctx, "solve", "A", a));
    RAO_TRY(la_check_mat(ctx, "solve", "B", b));
    RAO_TRY(la_check_dtype(ctx, "solve", "A", a->dtype, "this function", RAO_F64));
    RAO_TRY(la_check_dtype(ctx, "solve", "B", b->dtype, "A", a->dtype));
    if (b->rows != a->rows)
        RAO_TRY(rao_fail(ctx, RAO_EINVAL, "solve: A is %lld x %lld, B %lld x %lld; want as many rows", (long long)a->rows,
                         (long long)a->cols, (long long)b->rows, (long long)b->cols));
    RAO_TRY(la_check_finite(ctx, "solve", "A", a));
done:
    return st;
}

rao_status rao_solve(rao_ctx *ctx, rao_mat *a, rao_mat *b) {
    rao_status st;
    double *columns, *rows = b->data;
    int *pivots, info = 0;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(check(ctx, a, b));
    const int n = (int)a->rows, m = (int)b->cols, lda = la_ld(a);
    if (n == 0 || m == 0) goto done;
    RAO_TRY(rao_scratch(ctx, (int64_t)n * m, &columns));
    RAO_TRY(rao_scratch(ctx, n, &pivots));
    dgetrf_(&n, &n, a->data, &lda, pivots, &info); /* of A^T, as Fortran reads it */
    if (info > 0) RAO_TRY(rao_fail(ctx, RAO_ENUMERIC, "solve: A (%d x %d) is singular: pivot %d is 0", n, n, info));
    for (int64_t j = 0; j < m; j++)
        for (int64_t i = 0; i < n; i++) columns[j * n + i] = rows[i * b->ld + j];
    dgetrs_("T", &n, &m, a->data, &lda, pivots, columns, &n, &info, 1);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < m; j++) rows[i * b->ld + j] = columns[j * n + i];
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
