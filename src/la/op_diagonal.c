/* op_diagonal.c - F = diag(d): every query is one loop, in double whatever the dtype.
 *
 * A zero on the diagonal of F + damping I makes every negative power, and the log-determinant, undefined: EDOMAIN with the rank.
 */
#include <math.h>
#include <stdlib.h>

#include "la/vector.h"
#include "la/view.h"

typedef struct diagonal {
    rao_op op;
    rao_vec d;
} diagonal;

static double entry(const rao_op *f, int64_t i) { return la_get(&((const diagonal *)f)->d, i) + f->damping; }

static rao_status check_definite(rao_ctx *ctx, const rao_op *f, const char *verb) {
    int64_t rank = 0, zero = -1;
    for (int64_t i = 0; i < f->n; i++) {
        if (entry(f, i) > 0) rank++;
        else if (zero < 0) zero = i;
    }
    if (rank == f->n) return RAO_OK;
    return rao_fail(ctx, RAO_EDOMAIN, "%s: diagonal is singular, of rank %lld in dimension %lld (entry %lld is 0): want a damping > 0",
                    verb, (long long)rank, (long long)f->n, (long long)zero);
}

static rao_status diagonal_apply(rao_ctx *ctx, const rao_op *f, const rao_vec *x, rao_vec *y) {
    (void)ctx;
    for (int64_t i = 0; i < f->n; i++) la_put(y, i, entry(f, i) * la_get(x, i));
    return RAO_OK;
}

static rao_status diagonal_solve(rao_ctx *ctx, const rao_op *f, const rao_vec *b, rao_vec *x) {
    rao_status st;
    RAO_TRY(check_definite(ctx, f, "solve"));
    for (int64_t i = 0; i < f->n; i++) la_put(x, i, la_get(b, i) / entry(f, i));
done:
    return st;
}

static rao_status diagonal_power(rao_ctx *ctx, const rao_op *f, double p, const rao_vec *x, rao_vec *y) {
    rao_status st = RAO_OK;
    if (p < 0) RAO_TRY(check_definite(ctx, f, "power"));
    for (int64_t i = 0; i < f->n; i++) la_put(y, i, pow(entry(f, i), p) * la_get(x, i));
done:
    return st;
}

static rao_status diagonal_sample(rao_ctx *ctx, const rao_op *f, rao_stream s, uint64_t step, rao_vec *x) {
    rao_status st;
    RAO_TRY(check_definite(ctx, f, "sample"));
    la_normals(s, step, x);
    for (int64_t i = 0; i < f->n; i++) la_put(x, i, la_get(x, i) / sqrt(entry(f, i)));
done:
    return st;
}

static rao_status diagonal_trace(rao_ctx *ctx, const rao_op *f, double *value) {
    (void)ctx;
    double sum = 0;
    for (int64_t i = 0; i < f->n; i++) sum += entry(f, i);
    *value = sum;
    return RAO_OK;
}

static rao_status diagonal_logdet(rao_ctx *ctx, const rao_op *f, double *value) {
    rao_status st;
    double sum = 0;
    RAO_TRY(check_definite(ctx, f, "logdet"));
    for (int64_t i = 0; i < f->n; i++) sum += log(entry(f, i));
    *value = sum;
done:
    return st;
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static rao_status diagonal_eigenvalues(rao_ctx *ctx, const rao_op *f, rao_vec *w) {
    rao_mark mark = rao_scratch_mark(ctx);
    double *sorted;
    rao_status st;
    RAO_TRY(rao_scratch(ctx, f->n, &sorted));
    for (int64_t i = 0; i < f->n; i++) sorted[i] = entry(f, i);
    if (f->n > 0) qsort(sorted, (size_t)f->n, sizeof *sorted, ascending);
    for (int64_t i = 0; i < f->n; i++) la_put(w, i, sorted[i]);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* Nothing is kept that depends on the damping. */
static rao_status diagonal_damp(rao_ctx *ctx, rao_op *f, double damping) {
    (void)ctx, (void)f, (void)damping;
    return RAO_OK;
}

static void diagonal_destroy(rao_op *f) { rao_free(&((diagonal *)f)->d.data); }

static const rao_op_table diagonal_table = {
    .name = "diagonal",
    .apply = diagonal_apply,
    .solve = diagonal_solve,
    .power = diagonal_power,
    .sample = diagonal_sample,
    .trace = diagonal_trace,
    .logdet = diagonal_logdet,
    .eigenvalues = diagonal_eigenvalues,
    .damp = diagonal_damp,
    .destroy = diagonal_destroy,
};

rao_status rao_op_diagonal(rao_ctx *ctx, const rao_vec *d, rao_op **f) {
    diagonal *made = NULL;
    rao_op *handle = NULL;
    rao_status st;
    RAO_TRY(la_check_vec(ctx, "op_diagonal", "d", d));
    for (int64_t i = 0; i < d->n; i++)
        if (!(la_get(d, i) >= 0 && isfinite(la_get(d, i))))
            return rao_fail(ctx, RAO_EDOMAIN, "op_diagonal: d(%lld) = %g, want >= 0 and finite", (long long)i, la_get(d, i));
    RAO_TRY(rao_alloc(ctx, 1, &made));
    handle = &made->op;
    handle->table = &diagonal_table, handle->dtype = d->dtype, handle->n = d->n;
    made->d = rao_vec_view(d->dtype, d->n, NULL);
    RAO_TRY(rao_alloc_bytes(ctx, d->n, rao_dtype_size(d->dtype), &made->d.data));
    la_copy(d, &made->d);
    *f = handle;
    handle = NULL;
done:
    rao_op_destroy(&handle);
    return st;
}
