/* lognormal.c - log x ~ N(mu, sigma^2): everything that does not depend on the scale of x is the normal's. */
#include <math.h>

#include "family/family.h"
#include "family/normal.h"

enum { MU, SIGMA };

static normal_step step(const double *s, const double *t) { return rao_plain_step(s[MU], s[SIGMA], t[MU], t[SIGMA]); }

static double logpdf(const rao_family *f, const double *s, const double *x) {
    double y = log(x[0]);
    return rao_table_normal.logpdf(f, s, &y) - y;
}
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    return (void)f, rao_normal_log_ratio(step(s, t), s[SIGMA], t[SIGMA], (log(x[0]) - t[MU]) / t[SIGMA], (log(x[0]) - s[MU]) / s[SIGMA]);
}
static void score(const rao_family *f, const double *s, const double *x, double *g) {
    double y = log(x[0]);
    rao_table_normal.score(f, s, &y, g);
}
static void fisher(const rao_family *f, const double *s, double *m) { rao_table_normal.fisher(f, s, m); }
static double entropy(const rao_family *f, const double *s) { return rao_table_normal.entropy(f, s) + s[MU]; }
static double kl(const rao_family *f, const double *s, const double *t) { return (void)f, rao_normal_kl(step(s, t), s[SIGMA], t[SIGMA]); }
static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    (void)f, rao_normal_kl_gradient(step(s, t), t[SIGMA], g);
}
static void center(const rao_family *f, const double *s, double *middle, double *scale) {
    (void)f, *middle = exp(s[MU]), *scale = *middle * fmin(s[SIGMA], 1);
}
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    rao_table_normal.sample(f, s, d, x);
    x[0] = exp(x[0]);
}

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    double mean = 0, var = 0;
    (void)f;
    for (int pass = 0; pass < 2; pass++) {
        double sum = 0;
        for (int64_t i = 0; i < data->n; i++) sum += data_weight(data, i) * (log(data_row(data, i)[0]) - mean);
        mean += sum / data->total;
    }
    for (int64_t i = 0; i < data->n; i++) {
        double gap = log(data_row(data, i)[0]) - mean;
        var += data_weight(data, i) * gap * gap / data->total;
    }
    if (!(var > 0))
        return rao_fail(ctx, RAO_EDOMAIN, "lognormal: all observations are %.17g: the likelihood grows without bound as sigma -> 0",
                        exp(mean));
    c[0] = mean, c[1] = sqrt(var);
    return RAO_OK;
}

static void statistic(const rao_family *f, const double *x, double *t) { (void)f, t[0] = log(x[0]), t[1] = t[0] * t[0]; }
static void natural(const rao_family *f, const double *s, double *theta) { rao_table_normal.exponential->natural(f, s, theta); }
static void expectation(const rao_family *f, const double *s, double *eta) { rao_table_normal.exponential->expectation(f, s, eta); }
static double log_partition(const rao_family *f, const double *s) { return rao_table_normal.exponential->log_partition(f, s); }
static double dual_potential(const rao_family *f, const double *s) {
    return -rao_table_normal.entropy(f, s);
} /* the carrier is 1/x, 1 in log x */
static rao_status e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    return rao_normal_e_mean(ctx, f, m, MU, SIGMA, s);
}
static rao_status m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    return rao_normal_m_mean(ctx, f, m, MU, SIGMA, s);
}

static const family_exponential exponential = {statistic, natural, expectation, log_partition, dual_potential, NULL, e_mean, m_mean};

static const family_chart charts[] = {{.name = "mu_sigma", .coords = "mu,sigma", .load = rao_load_real_positive, .store = rao_store_plain}};

const family_table rao_table_lognormal = {
    .info = {"lognormal", "Log-normal", "mu_sigma", NULL, NULL, 0, 0, 1, 1},
    .state = {2},
    .observation = "x",
    .charts = charts,
    .chart_count = 1,
    .exponential = &exponential,
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
};
