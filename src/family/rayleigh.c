/* rayleigh.c - density (x/sigma^2) exp(-x^2/(2 sigma^2)), x > 0: x^2/2 is exponential with mean sigma^2. KL = r - 1 - log r, r = sigma_p^2/sigma_q^2. */
#include <math.h>

#include "family/family.h"

static const double euler = 0.57721566490153286061;

static double logpdf(const rao_family *f, const double *s, const double *x) {
    double z = x[0] / s[0];
    return (void)f, log(x[0]) - 2 * log(s[0]) - 0.5 * z * z;
}
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    double z = x[0] / t[0];
    return (void)f, rao_rate_log_ratio(2 * rao_log_quotient(t[0], s[0]), 0.5 * z * z);
}
static void score(const rao_family *f, const double *s, const double *x, double *g) {
    double z = x[0] / s[0];
    (void)f, g[0] = (z * z - 2) / s[0];
}
static void fisher(const rao_family *f, const double *s, double *m) { (void)f, m[0] = 4 / s[0] / s[0]; }
static double entropy(const rao_family *f, const double *s) { return (void)f, 1 + log(s[0]) - 0.34657359027997265471 + euler / 2; }

/* r - 1 */
static double excess(const double *s, const double *t) {
    double u = (s[0] - t[0]) / t[0];
    return u * (2 + u);
}
static double kl(const rao_family *f, const double *s, const double *t) {
    return (void)f, rao_scale_divergence(excess(s, t), 2 * (log(s[0]) - log(t[0])));
}
static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) { (void)f, g[0] = -2 * excess(s, t) / t[0]; }
static void center(const rao_family *f, const double *s, double *middle, double *scale) { (void)f, *middle = *scale = s[0]; }
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    (void)f, x[0] = s[0] * sqrt(-2 * log(rao_draw_uniform(d)));
}

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    double top = 0, sum = 0;
    (void)ctx, (void)f;
    for (int64_t i = 0; i < data->n; i++) top = fmax(top, data_row(data, i)[0]);
    for (int64_t i = 0; i < data->n; i++) { /* scaled, so that squares neither overflow nor vanish */
        double z = data_row(data, i)[0] / top;
        sum += data_weight(data, i) * z * z;
    }
    c[0] = top * sqrt(sum / data->total / 2);
    return RAO_OK;
}

static void statistic(const rao_family *f, const double *x, double *t) { (void)f, t[0] = x[0] * x[0]; }
static void natural(const rao_family *f, const double *s, double *theta) { (void)f, theta[0] = -0.5 / s[0] / s[0]; }
static void expectation(const rao_family *f, const double *s, double *eta) { (void)f, eta[0] = 2 * s[0] * s[0]; }
static double log_partition(const rao_family *f, const double *s) { return (void)f, 2 * log(s[0]); }
/* Means of 1/sigma^2 and of sigma^2, in units of one of the scales. */
static rao_status mean_of_squares(rao_ctx *ctx, const rao_family *f, const family_mean *m, int inverse, double *s) {
    double unit = inverse ? rao_mean_least(m, 0) : rao_mean_largest(m, 0), sum = 0;
    for (int64_t k = 0; k < m->n; k++) {
        if (m->w[k] == 0) continue; /* a ratio that overflows has no part in the mean */
        double r = inverse ? unit / m->s[k][0] : m->s[k][0] / unit;
        sum += m->w[k] * r * r;
    }
    s[0] = inverse ? unit / sqrt(sum) : unit * sqrt(sum);
    return rao_mean_inside(ctx, f, inverse ? "sigma^-2" : "sigma^2", sum > 0 ? sum : inverse ? sum / unit / unit : sum * unit * unit);
}
static rao_status e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) { return mean_of_squares(ctx, f, m, 1, s); }
static rao_status m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) { return mean_of_squares(ctx, f, m, 0, s); }

static const family_exponential exponential = {statistic, natural, expectation, log_partition, NULL, NULL, e_mean, m_mean};

static const family_chart charts[] = {
    {.name = "sigma", .units = {1, 1, 0}, .coords = "sigma", .load = rao_load_positive, .store = rao_store_plain}};

const family_table rao_table_rayleigh = {
    .info = {"rayleigh", "Rayleigh", "sigma", NULL, NULL, 0, 0, 1, 1},
    .state = {1},
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
