/* convert.c - one distribution in two charts, and where it lives. */
#include <math.h>
#include <string.h>

#include "family/generic.h"

static rao_status check_chart(rao_ctx *ctx, const rao_family *f, int64_t chart) {
    if (chart >= 0 && chart < f->table->chart_count) return RAO_OK;
    return rao_fail(ctx, RAO_EINVAL, "%s: chart %lld, want 0..%lld", f->table->info.name, (long long)chart,
                    (long long)f->table->chart_count - 1);
}

rao_status rao_load_as_given(rao_ctx *ctx, const rao_family *f, int64_t chart, const double *p, double *s) {
    RAO_OR_RETURN(check_chart(ctx, f, chart));
    int64_t n = rao_family_coords(f, chart);
    for (int64_t i = 0; i < n; i++)
        if (isnan(p[i])) return rao_fail(ctx, RAO_EDOMAIN, "%s: p contains NaN at place %lld", f->table->info.name, (long long)i + 1);
    return f->table->charts[chart].load(ctx, f, p, s);
}

rao_status rao_family_load(rao_ctx *ctx, const rao_family *f, int64_t chart, const double *p, double *s) {
    RAO_OR_RETURN(rao_load_as_given(ctx, f, chart, p, s));
    return rao_want_normalised(ctx, f, s, 0);
}

static void chart_jacobian(const rao_family *f, int64_t chart, const double *s, double *j) {
    int64_t n = f->dim, m = rao_family_tangent(f, chart);
    memset(j, 0, sizeof *j * (size_t)(n * m));
    if (f->table->charts[chart].jacobian) f->table->charts[chart].jacobian(f, s, j);
    else
        for (int64_t i = 0; i < n; i++) j[i * m + i] = 1;
}

static void swap_rows(double *a, int64_t m, int64_t i, int64_t k) {
    for (int64_t j = 0; j < m; j++) {
        double t = a[i * m + j];
        a[i * m + j] = a[k * m + j];
        a[k * m + j] = t;
    }
}

int rao_eliminate(double *a, int64_t n, double *b, int64_t m) {
    for (int64_t c = 0; c < n; c++) {
        int64_t pivot = c;
        for (int64_t i = c + 1; i < n; i++)
            if (fabs(a[i * n + c]) > fabs(a[pivot * n + c])) pivot = i;
        if (!(fabs(a[pivot * n + c]) > 0)) return 1;
        swap_rows(a, n, c, pivot);
        swap_rows(b, m, c, pivot);
        for (int64_t i = 0; i < n; i++) {
            double factor = a[i * n + c] / a[c * n + c];
            if (i == c || factor == 0) continue;
            for (int64_t j = c; j < n; j++) a[i * n + j] -= factor * a[c * n + j];
            for (int64_t j = 0; j < m; j++) b[i * m + j] -= factor * b[c * m + j];
        }
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < m; j++) b[i * m + j] /= a[i * n + i];
    return 0;
}

/* d(from) / d(to) = (d(0)/d(from))^-1 d(0)/d(to). */
static rao_status between(rao_ctx *ctx, const rao_family *f, int64_t from, int64_t to, const double *s, double *jacobian) {
    rao_status st = RAO_OK;
    int64_t n = f->dim, m = rao_family_tangent(f, to);
    double *a, *b;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, n * n, &a));
    RAO_TRY(rao_scratch(ctx, n * m, &b));
    chart_jacobian(f, to, s, b);
    if (f->table->charts[from].jacobian) {
        chart_jacobian(f, from, s, a);
        if (rao_eliminate(a, n, b, m))
            RAO_TRY(
                rao_fail(ctx, RAO_EDOMAIN, "%s: the chart %s is singular at this point", f->table->info.name, f->table->charts[from].name));
    }
    memcpy(jacobian, b, sizeof *b * (size_t)(n * m));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_family_convert(rao_ctx *ctx, const rao_family *family, int64_t from, const double *p, int64_t to, double *out,
                              double *jacobian) {
    rao_status st;
    double *s, *c;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(check_chart(ctx, family, from));
    RAO_TRY(check_chart(ctx, family, to));
    if (jacobian && rao_family_tangent(family, from) != family->dim)
        RAO_TRY(rao_fail(ctx, RAO_EUNABLE,
                         "%s: the chart %s has more coordinates than the family has dimensions, so it has no Jacobian of its own",
                         family->table->info.name, family->table->charts[from].name));
    int64_t n = rao_family_coords(family, to);
    RAO_TRY(rao_scratch(ctx, family->state, &s));
    RAO_TRY(rao_scratch(ctx, n, &c));
    RAO_TRY(rao_load_as_given(ctx, family, from, p, s));
    RAO_TRY(family->table->charts[to].store(ctx, family, s, c));
    for (int64_t i = 0; i < n; i++)
        if (isnan(c[i]))
            RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: the point has no coordinates in the chart %s", family->table->info.name,
                             family->table->charts[to].name));
    if (jacobian) RAO_TRY(between(ctx, family, from, to, s, jacobian));
    memcpy(out, c, sizeof *c * (size_t)n);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_family_support(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *p, double *low, double *high) {
    rao_status st;
    double *s;
    rao_mark mark = rao_scratch_mark(ctx);
    if (!family->table->support)
        RAO_TRY(rao_fail(ctx, RAO_EUNABLE, "%s: its observations are no numbers of one line, so their support is no interval",
                         family->table->info.name));
    RAO_TRY(rao_scratch(ctx, family->state, &s));
    RAO_TRY(rao_load_as_given(ctx, family, chart, p, s));
    family->table->support(family, s, low, high);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
