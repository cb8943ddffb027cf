/* pareto.c - density alpha xm^alpha / x^(alpha+1), x >= xm, xm > 0 given: log(x/xm) is exponential with rate alpha. */
#include <math.h>

#include "family/family.h"

/* log(x / xm) */
static double height(const rao_family *f, double x) {
    double u = (x - f->fixed) / f->fixed;
    return u < 0.5 ? log1p(u) : log(x) - log(f->fixed);
}

static int possible(const rao_family *f, const double *x) { return x[0] >= f->fixed && isfinite(x[0]); }
static double logpdf(const rao_family *f, const double *s, const double *x) { return log(s[0]) - log(x[0]) - s[0] * height(f, x[0]); }
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    return rao_rate_log_ratio(rao_log_quotient(s[0], t[0]), t[0] * height(f, x[0]));
}
static void score(const rao_family *f, const double *s, const double *x, double *g) { g[0] = 1 / s[0] - height(f, x[0]); }
static void fisher(const rao_family *f, const double *s, double *m) { (void)f, m[0] = 1 / s[0] / s[0]; }
static double entropy(const rao_family *f, const double *s) { return log(f->fixed) - log(s[0]) + 1 / s[0] + 1; }
static double kl(const rao_family *f, const double *s, const double *t) {
    return (void)f, rao_scale_divergence((t[0] - s[0]) / s[0], log(t[0]) - log(s[0]));
}
static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) { (void)f, g[0] = (t[0] - s[0]) / s[0] / t[0]; }

static void support(const rao_family *f, const double *s, double *low, double *high) { (void)s, *low = f->fixed, *high = INF; }
static void center(const rao_family *f, const double *s, double *middle, double *scale) {
    *middle = f->fixed * exp(fmin(1, 1 / s[0])), *scale = f->fixed * expm1(fmin(1, 1 / s[0]));
}
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    x[0] = fmin(1.7e308, f->fixed * exp(-log(rao_draw_uniform(d)) / s[0]));
}

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    double sum = 0;
    for (int64_t i = 0; i < data->n; i++) sum += data_weight(data, i) * height(f, data_row(data, i)[0]);
    if (!(sum > 0))
        return rao_fail(ctx, RAO_EDOMAIN, "pareto: all observations are xm = %.17g: the likelihood grows without bound with alpha",
                        f->fixed);
    c[0] = data->total / sum;
    return RAO_OK;
}

static void statistic(const rao_family *f, const double *x, double *t) { (void)f, t[0] = log(x[0]); }
static void natural(const rao_family *f, const double *s, double *theta) { (void)f, theta[0] = -s[0] - 1; }
static void expectation(const rao_family *f, const double *s, double *eta) { eta[0] = log(f->fixed) + 1 / s[0]; }
static double log_partition(const rao_family *f, const double *s) { return -log(s[0]) - s[0] * log(f->fixed); }
static rao_status e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    return s[0] = rao_mean_at(m, 0), rao_mean_inside(ctx, f, "alpha", s[0]);
}
/* The mean of 1/alpha. */
static rao_status m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    return s[0] = rao_harmonic_mean_at(m, 0), rao_mean_inside(ctx, f, "alpha", s[0]);
}

static const family_exponential exponential = {statistic, natural, expectation, log_partition, rao_dual_is_minus_entropy,
                                               NULL,      e_mean,  m_mean};

static const family_chart charts[] = {{.name = "alpha", .coords = "alpha", .load = rao_load_positive, .store = rao_store_plain}};

const family_table rao_table_pareto = {
    .info = {"pareto", "Pareto", "alpha", "xm", NULL, 0, 0, 1, 1},
    .state = {1},
    .observation = "x",
    .charts = charts,
    .chart_count = 1,
    .fixed_low = 0,
    .fixed_high = INF,
    .exponential = &exponential,
    .possible = possible,
    .possible_words = "x >= xm",
    .logpdf = logpdf,
    .log_ratio = log_ratio,
    .score = score,
    .fisher = fisher,
    .entropy = entropy,
    .kl = kl,
    .kl_gradient = kl_gradient,
    .support = support,
    .center = center,
    .sample = sample,
    .mle = mle,
};
