/* uniform.c - density 1/(b - a) on [a, b]. The support moves with the coordinates: the family is not regular and has no Fisher matrix. */
#include <math.h>

#include "family/family.h"

static rao_status load(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    rao_status st = rao_load_reals(ctx, f, 2, c, s);
    if (st) return st;
    if (!(c[0] < c[1]) || !(c[1] - c[0] < INF))
        return rao_fail(ctx, RAO_EDOMAIN, "uniform: a = %.17g, b = %.17g, want a < b and b - a finite", c[0], c[1]);
    return RAO_OK;
}

static double logpdf(const rao_family *f, const double *s, const double *x) {
    return (void)f, x[0] >= s[0] && x[0] <= s[1] ? -log(s[1] - s[0]) : -INF;
}
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    double inner = s[1] - s[0], d = ((t[1] - s[1]) - (t[0] - s[0])) / inner;
    return (void)f, (void)x, fabs(d) < 0.5 ? log1p(d) : log(t[1] - t[0]) - log(inner);
}
static double entropy(const rao_family *f, const double *s) { return (void)f, log(s[1] - s[0]); }

/* log of the ratio of the lengths where q covers p, else infinite. */
static double kl(const rao_family *f, const double *s, const double *t) {
    double inner = s[1] - s[0], outer = t[1] - t[0], u = ((s[0] - t[0]) + (t[1] - s[1])) / inner;
    (void)f;
    if (!(t[0] <= s[0] && s[1] <= t[1])) return INF;
    return u < 1 ? log1p(u) : log(outer) - log(inner);
}
/* Where q covers p; from the inside at its ends. */
static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    int covers = t[0] <= s[0] && s[1] <= t[1];
    (void)f, g[0] = covers ? -1 / (t[1] - t[0]) : (double)NAN, g[1] = covers ? 1 / (t[1] - t[0]) : (double)NAN;
}

static void support(const rao_family *f, const double *s, double *low, double *high) { (void)f, *low = s[0], *high = s[1]; }
static void center(const rao_family *f, const double *s, double *middle, double *scale) {
    (void)f, *middle = s[0] + (s[1] - s[0]) / 2, *scale = s[1] - s[0];
}
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    (void)f, x[0] = s[0] + (s[1] - s[0]) * rao_draw_uniform(d);
}

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    (void)f;
    c[0] = INF, c[1] = -INF;
    for (int64_t i = 0; i < data->n; i++) {
        if (data_weight(data, i) == 0) continue;
        c[0] = fmin(c[0], data_row(data, i)[0]), c[1] = fmax(c[1], data_row(data, i)[0]);
    }
    return c[0] < c[1]
               ? RAO_OK
               : rao_fail(ctx, RAO_EDOMAIN, "uniform: all observations are %.17g: the likelihood grows without bound as b - a -> 0", c[0]);
}

static const family_chart charts[] = {{.name = "a_b", .units = {1, 1, 1}, .coords = "a,b", .load = load, .store = rao_store_plain}};

const family_table rao_table_uniform = {
    .info = {"uniform", "Uniform", "a_b", NULL, NULL, 0, 0, 0, 0},
    .state = {2},
    .observation = "x",
    .charts = charts,
    .chart_count = 1,
    .irregular = "not a regular family (the support moves with a and b), no Fisher matrix",
    .possible = rao_possible_real,
    .possible_words = "a finite number",
    .logpdf = logpdf,
    .log_ratio = log_ratio,
    .entropy = entropy,
    .kl = kl,
    .kl_gradient = kl_gradient,
    .support = support,
    .center = center,
    .sample = sample,
    .mle = mle,
};
