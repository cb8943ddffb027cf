/* weibull.c - density (k/l) (x/l)^(k-1) exp(-(x/l)^k), x > 0: -log x is Gumbel with mu = -log l, beta = 1/k. State: shape k, scale l. */
#include <math.h>

#include "family/family.h"
#include "family/gumbel.h"

enum { SHAPE, SCALE };
static const double euler = 0.57721566490153286061;

static double logpdf(const rao_family *f, const double *s, const double *x) {
    double y = s[SHAPE] * rao_log_quotient(x[0], s[SCALE]);
    return (void)f, log(s[SHAPE]) - log(x[0]) + y - exp(y);
}
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    if (rao_scales_apart(s[SHAPE], t[SHAPE])) return logpdf(f, s, x) - logpdf(f, t, x);
    double height = rao_log_quotient(x[0], t[SCALE]), d = (s[SHAPE] - t[SHAPE]) * height + s[SHAPE] * rao_log_quotient(t[SCALE], s[SCALE]);
    double y = t[SHAPE] * height, powers = fabs(d) < 1 ? exp(y) * expm1(d) : exp(y + d) - exp(y);
    return (void)f, rao_log_quotient(s[SHAPE], t[SHAPE]) + d - powers;
}
static void score(const rao_family *f, const double *s, const double *x, double *g) {
    double y = s[SHAPE] * rao_log_quotient(x[0], s[SCALE]), e = expm1(y);
    (void)f, g[0] = (1 - y * e) / s[SHAPE], g[1] = s[SHAPE] / s[SCALE] * e;
}
static void fisher(const rao_family *f, const double *s, double *m) {
    double k = s[SHAPE];
    (void)f, m[0] = (1.6449340668482264365 + (1 - euler) * (1 - euler)) / k / k, m[1] = m[2] = -(1 - euler) / s[SCALE],
             m[3] = k / s[SCALE] * (k / s[SCALE]);
}
static double entropy(const rao_family *f, const double *s) {
    return (void)f, euler * (1 - 1 / s[SHAPE]) + log(s[SCALE]) - log(s[SHAPE]) + 1;
}

static double kl(const rao_family *f, const double *s, const double *t) {
    return (void)f, rao_gumbel_kl(t[SHAPE] / s[SHAPE], (t[SHAPE] - s[SHAPE]) / s[SHAPE], t[SHAPE] * rao_log_quotient(s[SCALE], t[SCALE]));
}
/* dmu/dl = -1/l, dlog beta/dk = -1/k */
static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    double drift, along;
    (void)f;
    rao_gumbel_slopes(t[SHAPE] / s[SHAPE], (t[SHAPE] - s[SHAPE]) / s[SHAPE], t[SHAPE] * rao_log_quotient(s[SCALE], t[SCALE]), &drift,
                      &along);
    g[0] = -along / t[SHAPE], g[1] = -drift * t[SHAPE] / t[SCALE];
}

static void center(const rao_family *f, const double *s, double *middle, double *scale) {
    (void)f, *middle = s[SCALE], *scale = s[SCALE] / fmax(1, s[SHAPE]);
}
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    (void)f, x[0] = fmax(5e-324, s[SCALE] * exp(log(-log(rao_draw_uniform(d))) / s[SHAPE]));
}

/* From the quartiles of log x, which lie 1.5725 / k apart. */
static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    const double u[3] = {0.25, 0.5, 0.75};
    double q[3];
    rao_status st = rao_data_quantiles(ctx, data, 1, 3, u, q);
    if (st) return st;
    if (!(q[2] > q[0]))
        return rao_fail(ctx, RAO_EDOMAIN,
                        "weibull: half of the observations are %.17g: the likelihood may grow without bound with the shape", exp(q[1]));
    c[0] = 1.5725 / (q[2] - q[0]);
    c[1] = exp(q[1] + 0.36651292058166432701 / c[0]);
    return rao_mle_by_scoring(ctx, f, data, c);
}

static const family_chart charts[] = {
    {.name = "shape_scale", .units = {1, 0, 1}, .coords = "shape,scale", .load = rao_load_positive, .store = rao_store_plain}};

const family_table rao_table_weibull = {
    .info = {"weibull", "Weibull", "shape_scale", NULL, NULL, 0, 0, 0, 1},
    .state = {2},
    .observation = "x",
    .charts = charts,
    .chart_count = 1,
    .possible = rao_possible_positive,
    .possible_words = "x > 0",
    .logpdf = logpdf,
    .log_ratio = log_ratio,
    .score = score,
    .fisher = fisher,
    .entropy = entropy,
    .kl = kl,
    .kl_gradient = kl_gradient,
    .support = rao_support_half_line,
    .center = center,
    .sample = sample,
    .mle = mle,
    .mle_method = RAO_ITERATION,
};
