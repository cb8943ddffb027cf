/* cholesky_tmpl.h - included by cholesky.c with T, NAME and BLAS defined. */

static void NAME(pack_lower)(const T *a, int64_t n, int64_t ld, T *packed) {
    for (int64_t i = 0; i < n; packed += ++i) memcpy(packed, a + i * ld, (size_t)(i + 1) * sizeof(T));
}

static void NAME(unpack_lower)(const T *packed, int64_t n, int64_t ld, T *a) {
    for (int64_t i = 0; i < n; packed += ++i) memcpy(a + i * ld, packed, (size_t)(i + 1) * sizeof(T));
}

static void NAME(zero_upper)(T *a, int64_t n, int64_t ld) {
    for (int64_t i = 0; i < n; i++) memset(a + i * ld + i + 1, 0, (size_t)(n - i - 1) * sizeof(T));
}

/* The order of the first leading minor that is not positive, 0 when there is none. Some potrf let a NaN pivot pass, and every
 * entry of row i that is not finite reaches pivot i: so the pivots decide. */
static int64_t NAME(factor)(T *a, int64_t n, int64_t ld) {
    const int order = (int)n, lda = (int)ld;
    int minor = 0;
    BLAS(potrf_)("U", &order, a, &lda, &minor, 1);
    for (int64_t i = 0; i < (minor ? minor - 1 : n); i++)
        if (!(a[i * ld + i] > 0 && isfinite(a[i * ld + i]))) return i + 1;
    return minor;
}

/* The second and later attempts: in double, from the packed original with `jitter` on its diagonal. */
static int64_t NAME(attempt)(const T *packed, int64_t n, double jitter, double *work) {
    for (int64_t i = 0; i < n; packed += ++i) {
        for (int64_t j = 0; j <= i; j++) work[i * n + j] = (double)packed[j];
        work[i * n + i] += jitter;
    }
    return factor_f64(work, n, n);
}

/* Rounds a factor in double to the caller's type; 0 when a pivot rounds to zero or overflows, and `a` is then to be restored. */
static int NAME(accept)(const double *work, int64_t n, int64_t ld, T *a) {
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j <= i; j++) a[i * ld + j] = (T)work[i * n + j];
        if (!(a[i * ld + i] > 0 && isfinite(a[i * ld + i]))) return 0;
    }
    return 1;
}

static double NAME(packed_trace)(const T *packed, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; packed += ++i) sum += (double)packed[i];
    return sum;
}

/* Tries jitter 0 (float only: for a double the first attempt was that), then start, 10 start, ... up to the limit and the limit itself. */
static rao_status NAME(retry)(rao_ctx *ctx, const T *packed, rao_mat *a, double max_jitter, rao_chol_info *info) {
    const int64_t n = a->rows;
    const double unit = NAME(packed_trace)(packed, n) / (double)n;
    double *work;
    rao_status st;
    RAO_TRY(rao_scratch(ctx, n * n, &work));
    if (a->dtype == RAO_F32) {
        info->retried = 1;
        info->minor = NAME(attempt)(packed, n, 0, work);
        if (!info->minor && NAME(accept)(work, n, a->ld, a->data)) return RAO_OK;
        if (!info->minor) info->minor = n; /* definite, but not once rounded */
    }
    if (!(max_jitter > 0))
        return rao_fail(ctx, RAO_ENUMERIC, "cholesky: the leading minor of order %lld of A (%lld x %lld) is not positive",
                        (long long)info->minor, (long long)n, (long long)n);
    if (!(unit > 0))
        return rao_fail(
            ctx, RAO_ENUMERIC,
            "cholesky: the leading minor of order %lld of A (%lld x %lld) is not positive, and its trace %g gives a jitter no scale",
            (long long)info->minor, (long long)n, (long long)n, unit * (double)n);
    for (double relative = fmin(a->dtype == RAO_F32 ? 1e-7 : 1e-12, max_jitter);; relative = fmin(10 * relative, max_jitter)) {
        info->jitter = relative * unit;
        if (!NAME(attempt)(packed, n, info->jitter, work) && NAME(accept)(work, n, a->ld, a->data)) return RAO_OK;
        if (relative >= max_jitter) break;
    }
    info->jitter = 0;
    return rao_fail(ctx, RAO_ENUMERIC,
                    "cholesky: the leading minor of order %lld of A (%lld x %lld) is not positive, and neither is A with a jitter of %g "
                    "times its mean diagonal %g",
                    (long long)info->minor, (long long)n, (long long)n, max_jitter, unit);
done:
    return st;
}

static rao_status NAME(cholesky)(rao_ctx *ctx, rao_mat *a, double max_jitter, rao_chol_info *info) {
    const int64_t n = a->rows;
    rao_mark mark = rao_scratch_mark(ctx);
    T *packed;
    rao_status st;
    RAO_TRY(rao_scratch(ctx, n * (n + 1) / 2, &packed));
    NAME(pack_lower)(a->data, n, a->ld, packed);
    info->minor = NAME(factor)(a->data, n, a->ld);
    if (info->minor) {
        NAME(unpack_lower)(packed, n, a->ld, a->data);
        RAO_TRY(la_check_finite_lower(ctx, "cholesky", "A", a));
        st = NAME(retry)(ctx, packed, a, max_jitter, info);
        if (st != RAO_OK) NAME(unpack_lower)(packed, n, a->ld, a->data);
        if (st != RAO_OK) goto done;
    }
    NAME(zero_upper)(a->data, n, a->ld);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static void NAME(solve)(const rao_mat *l, const rao_mat *x) {
    const T one = 1;
    const int n = (int)l->rows, m = (int)x->cols, ldl = la_ld(l), ldx = la_ld(x);
    if (m == 1) {
        BLAS(trsv_)("U", "T", "N", &n, l->data, &ldl, x->data, &ldx, 1, 1, 1);
        BLAS(trsv_)("U", "N", "N", &n, l->data, &ldl, x->data, &ldx, 1, 1, 1);
    } else {
        BLAS(trsm_)("R", "U", "N", "N", &m, &n, &one, l->data, &ldl, x->data, &ldx, 1, 1, 1, 1);
        BLAS(trsm_)("R", "U", "T", "N", &m, &n, &one, l->data, &ldl, x->data, &ldx, 1, 1, 1, 1);
    }
}

static void NAME(trsm)(rao_side side, rao_trans trans, const rao_mat *l, const rao_mat *x) {
    const T one = 1;
    const int m = (int)x->cols, n = (int)x->rows, ldl = la_ld(l), ldx = la_ld(x);
    BLAS(trsm_)(side == RAO_LEFT ? "R" : "L", "U", la_trans(trans), "N", &m, &n, &one, l->data, &ldl, x->data, &ldx, 1, 1, 1, 1);
}

/* The first diagonal entry that is not positive and finite, -1 when there is none. */
static int64_t NAME(bad_pivot)(const rao_mat *l) {
    const T *data = l->data;
    for (int64_t i = 0; i < l->rows; i++)
        if (!(data[i * (l->ld + 1)] > 0 && isfinite(data[i * (l->ld + 1)]))) return i;
    return -1;
}

static double NAME(logdet)(const rao_mat *l) {
    const T *data = l->data;
    double sum = 0;
    for (int64_t i = 0; i < l->rows; i++) sum += log((double)data[i * (l->ld + 1)]);
    return 2 * sum;
}

static void NAME(inverse)(const rao_mat *l, const rao_mat *inverse) {
    const int n = (int)l->rows, ld = la_ld(inverse);
    int info = 0;
    if (inverse->data != l->data) la_copy_lower(l, inverse);
    BLAS(potri_)("U", &n, inverse->data, &ld, &info, 1);
}
