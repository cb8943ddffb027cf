/* eigen_tmpl.h - included by eigen.c with T, NAME and BLAS defined. */

/* Divide and conquer on `v` (n x n, lower triangle ours); fills w in scratch. */
static rao_status NAME(syevd)(rao_ctx *ctx, const char *who, int vectors, const rao_mat *v, T *w) {
    const int n = (int)v->rows, lda = la_ld(v), want_iwork = vectors ? 3 + 5 * n : 1;
    /* the documented minimum is what the divide step needs; without vectors a block of 64 columns feeds the blocked reduction */
    const int64_t size = vectors ? 1 + 6 * (int64_t)n + 2 * (int64_t)n * n : 2 + 66 * (int64_t)n;
    int info = 0, *iwork;
    T *work;
    rao_status st;
    if (size > INT_MAX) return rao_fail(ctx, RAO_EINVAL, "%s: n = %d, LAPACK's workspace takes n up to 32766", who, n);
    const int want_work = (int)size;
    RAO_TRY(rao_scratch(ctx, size, &work));
    RAO_TRY(rao_scratch(ctx, want_iwork, &iwork));
    BLAS(syevd_)(vectors ? "V" : "N", "U", &n, v->data, &lda, w, work, &want_work, iwork, &want_iwork, &info, 1, 1);
    if (info) return rao_fail(ctx, RAO_ENUMERIC, "%s: the eigenvalues of A (%d x %d) did not converge (LAPACK's info %d)", who, n, n, info);
done:
    return st;
}

static rao_status NAME(eigh)(rao_ctx *ctx, const rao_mat *a, const rao_vec *w) {
    const int64_t n = a->rows;
    rao_mark mark = rao_scratch_mark(ctx);
    T *copy, *values;
    rao_status st;
    RAO_TRY(rao_scratch(ctx, n * n, &copy));
    RAO_TRY(rao_scratch(ctx, n, &values));
    rao_mat v = rao_mat_view(a->dtype, n, n, n, copy);
    la_copy_lower(a, &v);
    RAO_TRY(NAME(syevd)(ctx, "eigh", 1, &v, values));
    la_transpose(&v, a); /* Fortran's columns are our rows */
    memcpy(w->data, values, (size_t)n * sizeof(T));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status NAME(eigvalsh)(rao_ctx *ctx, const rao_mat *a, const rao_vec *w) {
    rao_mark mark = rao_scratch_mark(ctx);
    T *values;
    rao_status st;
    RAO_TRY(rao_scratch(ctx, a->rows, &values));
    RAO_TRY(NAME(syevd)(ctx, "eigvalsh", 0, a, values));
    memcpy(w->data, values, (size_t)a->rows * sizeof(T));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
