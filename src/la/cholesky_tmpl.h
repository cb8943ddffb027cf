/* cholesky_tmpl.h - included by cholesky.c with T, NAME and BLAS defined. */

static void NAME(zero_upper)(T *a, int64_t n, int64_t ld) {
    for (int64_t i = 0; i < n; i++) memset(a + i * ld + i + 1, 0, (size_t)(n - i - 1) * sizeof(T));
}

/* Factorises the upper triangle of w. The order of the first leading minor that is not positive, 0 when there is none: some potrf let
 * a NaN pivot pass, and every entry of row i that is not finite reaches pivot i, so the pivots decide. */
static int64_t NAME(factor)(const rao_mat *w) {
    const int n = (int)w->rows, ld = (int)w->ld;
    const T *data = w->data;
    int minor = 0;
    BLAS(potrf_)("L", &n, w->data, &ld, &minor, 1);
    for (int64_t i = 0; i < (minor ? minor - 1 : n); i++)
        if (!(data[i * (w->ld + 1)] > 0 && isfinite(data[i * (w->ld + 1)]))) return i + 1;
    return minor;
}

/* An attempt of the rescue: A + jitter I into the upper triangle of w, in double, and factorised there. */
static int64_t NAME(attempt)(const rao_mat *a, double jitter, const rao_mat *w) {
    const T *from = a->data;
    double *to = w->data;
    for (int64_t i = 0; i < a->rows; i++) {
        for (int64_t j = 0; j <= i; j++) to[j * w->ld + i] = (double)from[i * a->ld + j];
        to[i * w->ld + i] += jitter;
    }
    return factor_f64(w);
}

/* L from the upper triangle of w, rounded to the caller's type; 0, and A untouched, when a pivot rounds to zero or overflows. */
static int NAME(accept)(const rao_mat *w, const rao_mat *a) {
    const double *from = w->data;
    T *to = a->data;
    for (int64_t i = 0; i < a->rows; i++)
        if (!((T)from[i * (w->ld + 1)] > 0 && isfinite((T)from[i * (w->ld + 1)]))) return 0;
    for (int64_t i = 0; i < a->rows; i++)
        for (int64_t j = 0; j <= i; j++) to[i * a->ld + j] = (T)from[j * w->ld + i];
    return 1;
}

static double NAME(mean_diagonal)(const rao_mat *a) {
    const T *data = a->data;
    double sum = 0;
    for (int64_t i = 0; i < a->rows; i++) sum += (double)data[i * (a->ld + 1)];
    return sum / (double)a->rows;
}

/* Tries jitter 0 (float only: for a double the first attempt was that), then start, 10 start, ... up to the limit and the limit itself. */
static rao_status NAME(rescue)(rao_ctx *ctx, rao_mat *a, double max_jitter, rao_chol_info *info) {
    const long long n = a->rows;
    const double unit = NAME(mean_diagonal)(a);
    rao_mat w;
    rao_status st;
    RAO_TRY(workspace(ctx, RAO_F64, n, &w));
    if (a->dtype == RAO_F32) {
        info->retried = 1;
        info->minor = NAME(attempt)(a, 0, &w);
        if (!info->minor && NAME(accept)(&w, a)) return RAO_OK;
        if (!info->minor) info->minor = n; /* definite, but not once rounded */
    }
    const long long minor = info->minor;
    if (!(max_jitter > 0))
        return rao_fail(ctx, RAO_ENUMERIC, "cholesky: the leading minor of order %lld of A (%lld x %lld) is not positive", minor, n, n);
    if (!(unit > 0))
        return rao_fail(
            ctx, RAO_ENUMERIC,
            "cholesky: the leading minor of order %lld of A (%lld x %lld) is not positive, and its trace %g gives a jitter no scale", minor,
            n, n, unit * (double)n);
    for (double relative = fmin(a->dtype == RAO_F32 ? 1e-7 : 1e-12, max_jitter);; relative = fmin(10 * relative, max_jitter)) {
        info->jitter = relative * unit;
        if (!NAME(attempt)(a, info->jitter, &w) && NAME(accept)(&w, a)) return RAO_OK;
        if (relative >= max_jitter) break;
    }
    info->jitter = 0;
    return rao_fail(
        ctx, RAO_ENUMERIC,
        "cholesky: the leading minor of order %lld of A (%lld x %lld) is not positive, and a jitter of %g times its mean diagonal %g "
        "does not make it so",
        minor, n, n, max_jitter, unit);
done:
    return st;
}

static rao_status NAME(cholesky)(rao_ctx *ctx, rao_mat *a, double max_jitter, rao_chol_info *info) {
    rao_mark mark = rao_scratch_mark(ctx);
    rao_mat w;
    rao_status st;
    RAO_TRY(workspace(ctx, a->dtype, a->rows, &w));
    la_flip(1, a, &w);
    info->minor = NAME(factor)(&w);
    if (info->minor) {
        RAO_TRY(la_check_finite_lower(ctx, "cholesky", "A", a));
        RAO_TRY(NAME(rescue)(ctx, a, max_jitter, info));
    } else {
        la_flip(0, &w, a);
    }
    NAME(zero_upper)(a->data, a->rows, a->ld);
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
