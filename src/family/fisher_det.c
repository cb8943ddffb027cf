/* fisher_det.c - log det of the Fisher matrix in a chart: the family's own form where a determinant of the entries would cancel, carried over by
 * 2 log |det J|; that of a product (prior.h); else by elimination on the matrix in standard units, whose error is its condition number in those units. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "family/generic.h"
#include "family/prior.h"

static int64_t tangent(const family_item *it) { return it->f->tangents[chart_number(it->f, it->chart)]; }

/* log |det A| by elimination with row pivoting; -inf where a pivot has lost all its digits. A is overwritten. */
static double log_det(double *a, int64_t n) {
    double sum = 0;
    for (int64_t c = 0; c < n; c++) {
        int64_t pivot = c;
        for (int64_t i = c + 1; i < n; i++)
            if (fabs(a[i * n + c]) > fabs(a[pivot * n + c])) pivot = i;
        double top = a[pivot * n + c];
        if (!(fabs(top) > 0)) return -INF;
        for (int64_t j = c; pivot != c && j < n; j++) {
            double t = a[c * n + j];
            a[c * n + j] = a[pivot * n + j], a[pivot * n + j] = t;
        }
        sum += log(fabs(top));
        for (int64_t i = c + 1; i < n; i++) {
            double factor = a[i * n + c] / top;
            for (int64_t j = c + 1; factor != 0 && j < n; j++) a[i * n + j] -= factor * a[c * n + j];
        }
    }
    return sum;
}

static rao_status add_jacobian(rao_ctx *ctx, const family_item *it, double *value) {
    rao_status st = RAO_OK;
    int64_t n = it->f->dim;
    double *j;
    rao_mark mark = rao_scratch_mark(ctx);
    if (it->chart->log_jacobian) return *value += 2 * it->chart->log_jacobian(it->f, it->p), RAO_OK;
    if (!it->chart->jacobian) return RAO_OK;
    RAO_TRY(rao_scratch(ctx, n * n, &j));
    memset(j, 0, sizeof *j * (size_t)(n * n));
    it->chart->jacobian(it->f, it->p, j);
    *value += 2 * log_det(j, n);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* F in units 1/sqrt(F_ii): A = D^-1 F D^-1 with ones on its diagonal, by Cholesky's pivots. A pivot below its rounding is a zero. */
static double log_det_of_matrix(double *f, int64_t m) {
    double sum = 0;
    int infinite = 0;
    for (int64_t i = 0; i < m; i++) {
        if (!(f[i * m + i] > 0)) return -INF;
        infinite |= f[i * m + i] == INF;
        sum += log(f[i * m + i]);
    }
    if (infinite) return INF;
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < i; j++) f[i * m + j] = f[i * m + j] / sqrt(f[i * m + i]) / sqrt(f[j * m + j]);
    for (int64_t i = 0; i < m; i++) f[i * m + i] = 1;
    for (int64_t j = 0; j < m; j++) { /* the lower triangle */
        double pivot = f[j * m + j];
        if (!(pivot > 8 * (double)m * DBL_EPSILON)) return -INF;
        sum += log(pivot);
        for (int64_t i = j + 1; i < m; i++)
            for (int64_t k = j + 1; k <= i; k++) f[i * m + k] -= f[i * m + j] * f[k * m + j] / pivot;
    }
    return sum;
}

static rao_status of_product(rao_ctx *ctx, const family_item *it, const prior_row *row, double *out) {
    double c[2];
    RAO_OR_RETURN(it->chart->store(ctx, it->f, it->p, c));
    return *out = 2 * rao_prior_log(row, it->f, c), RAO_OK;
}

rao_status rao_fisher_log_det(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    rao_status st = RAO_OK;
    int64_t m = tangent(it);
    double *f;
    const family_table *t = it->f->table;
    RAO_OR_RETURN(rao_want_regular(ctx, it));
    if (m > it->f->dim) return *out = -INF, RAO_OK; /* more coordinates than dimensions */
    const prior_row *row = it->args->method <= RAO_CLOSED ? rao_prior_row(it->f, chart_number(it->f, it->chart)) : NULL;
    if (row) return of_product(ctx, it, row, out);
    if (t->fisher_log_det && it->args->method <= RAO_CLOSED) {
        RAO_OR_RETURN(t->fisher_log_det(ctx, it->f, it->p, out, quality));
        return isfinite(*out) ? add_jacobian(ctx, it, out) : RAO_OK;
    }
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, m * m, &f));
    memset(f, 0, sizeof *f * (size_t)(m * m));
    RAO_TRY(rao_fisher_best(ctx, it, f, quality));
    double relative = 0;
    for (int64_t i = 0; i < m; i++) relative = fmax(relative, f[i * m + i] > 0 ? quality->error / f[i * m + i] : 0);
    *out = log_det_of_matrix(f, m);
    quality->error = (double)m * relative; /* of the logarithm */
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_fisher_det(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    double value;
    RAO_OR_RETURN(rao_fisher_log_det(ctx, it, &value, quality));
    if (fabs(value) < INF && (value > 709.78 || value < -744.44))
        return rao_fail(ctx, RAO_EDOMAIN, "%s: the determinant of the Fisher matrix is exp(%.17g), which is no double",
                        it->f->table->info.name, value);
    *out = exp(value);
    quality->error *= *out < INF ? *out : 0;
    return RAO_OK;
}
