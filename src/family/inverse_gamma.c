/* inverse_gamma.c - 1/x ~ gamma(alpha, rate beta): divergences and the Fisher matrix are the gamma's, densities change by |d(1/x)/dx| = x^-2. */
#include <math.h>

#include <rao/num.h>

#include "family/gamma.h"

static rao_status load(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    rao_status st = rao_load_positive(ctx, f, c, s);
    return st ? st : rao_gamma_load_rate(ctx, f, c, s);
}

static double logpdf(const rao_family *f, const double *s, const double *x) {
    return (void)f, rao_gamma_logpdf(s, 1 / x[0]) - 2 * log(x[0]);
}
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    return (void)f, rao_gamma_log_ratio(s, t, 1 / x[0]);
}
static void score(const rao_family *f, const double *s, const double *x, double *g) { (void)f, rao_gamma_score(s, 1 / x[0], g); }

/* H(1/Y) = H(Y) - 2 E log Y */
static double entropy(const rao_family *f, const double *s) {
    double k = s[GAMMA_SHAPE];
    return (void)f, rao_lgamma_excess(k) - log(s[GAMMA_MEAN]) - (1 + k) * rao_digamma_excess(k);
}

static void center(const rao_family *f, const double *s, double *middle, double *scale) {
    (void)f, *middle = 1 / s[GAMMA_MEAN], *scale = *middle / fmax(1, sqrt(s[GAMMA_SHAPE]));
}
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    (void)f, x[0] = fmin(1.7e308, exp(log(s[GAMMA_RATE]) - rao_draw_log_gamma(d, s[GAMMA_SHAPE])));
}

/* The gamma's estimate from the reciprocals. */
static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    rao_status st;
    double *y, mean;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, data->n, &y));
    for (int64_t i = 0; i < data->n; i++) y[i] = 1 / data_row(data, i)[0];
    family_data inverse = {data->n, rao_points_of(y, 1), data->weights, data->total};
    mean = rao_data_mean(&inverse, 0);
    RAO_TRY(rao_gamma_fit(ctx, f, &inverse, mean, &c[0]));
    c[1] = c[0] / mean;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static void statistic(const rao_family *f, const double *x, double *t) { (void)f, t[0] = log(x[0]), t[1] = 1 / x[0]; }
static void natural(const rao_family *f, const double *s, double *theta) {
    (void)f, theta[0] = -s[GAMMA_SHAPE] - 1, theta[1] = -s[GAMMA_RATE];
}
static void natural_step(const rao_family *f, const double *s, const double *t, double *step) {
    (void)f, step[0] = s[GAMMA_SHAPE] - t[GAMMA_SHAPE], step[1] = s[GAMMA_RATE] - t[GAMMA_RATE];
}
static void expectation(const rao_family *f, const double *s, double *eta) {
    (void)f, eta[0] = -rao_digamma_excess(s[GAMMA_SHAPE]) - log(s[GAMMA_MEAN]), eta[1] = s[GAMMA_MEAN];
}
static double log_partition(const rao_family *f, const double *s) {
    return (void)f, rao_lgamma(s[GAMMA_SHAPE]) - s[GAMMA_SHAPE] * log(s[GAMMA_RATE]);
}
static const family_exponential exponential = {statistic, natural,          expectation,     log_partition, rao_dual_is_minus_entropy,
                                               NULL,      rao_gamma_e_mean, rao_gamma_m_mean};

static const family_chart charts[] = {
    {.name = "shape_scale", .units = {1, 0, 1}, .coords = "alpha,beta", .load = load, .store = rao_store_plain, .bound = rao_gamma_bound}};

const family_table rao_table_inverse_gamma = {
    .info = {"inverse_gamma", "Inverse gamma", "shape_scale", NULL, NULL, 0, 0, 1, 1},
    .state = {GAMMA_STATE},
    .observation = "x",
    .charts = charts,
    .chart_count = 1,
    .exponential = &exponential,
    .natural_step = natural_step,
    .possible = rao_possible_positive,
    .possible_words = "x > 0",
    .logpdf = logpdf,
    .log_ratio = log_ratio,
    .score = score,
    .fisher = rao_gamma_fisher,
    .fisher_log_det = rao_gamma_log_det,
    .entropy = entropy,
    .kl = rao_gamma_kl,
    .kl_gradient = rao_gamma_kl_gradient,
    .support = rao_support_half_line,
    .center = center,
    .sample = sample,
    .mle = mle,
    .mle_method = RAO_ITERATION,
};
