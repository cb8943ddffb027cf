/* exponential.c - density rate exp(-rate x), x >= 0. State: rate, scale = 1/rate, and which of them was given.
 * KL = r - 1 - log r, r = rate_q / rate_p; r - 1 from the differences of what was given. */
#include <math.h>

#include "family/family.h"

enum { RATE, SCALE, BY_SCALE };

static rao_status load_rate(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    s[RATE] = c[0], s[SCALE] = 1 / c[0], s[BY_SCALE] = 0;
    return rao_want_positive(ctx, f, "rate", c[0]);
}
static rao_status load_scale(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    s[RATE] = 1 / c[0], s[SCALE] = c[0], s[BY_SCALE] = 1;
    return rao_want_positive(ctx, f, "scale", c[0]);
}
static rao_status load_natural(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    double rate = -c[0];
    if (!(c[0] < 0 && c[0] > -INF)) return rao_fail(ctx, RAO_EDOMAIN, "exponential: theta = %.17g, want < 0 and finite", c[0]);
    return load_rate(ctx, f, &rate, s);
}
static rao_status store_scale(rao_ctx *ctx, const rao_family *f, const double *s, double *c) {
    return (void)ctx, (void)f, c[0] = s[SCALE], RAO_OK;
}

static void jacobian_scale(const rao_family *f, const double *s, double *j) { (void)f, j[0] = -s[RATE] / s[SCALE]; }
static void jacobian_natural(const rao_family *f, const double *s, double *j) { (void)f, (void)s, j[0] = -1; }

static double logpdf(const rao_family *f, const double *s, const double *x) { return (void)f, log(s[RATE]) - s[RATE] * x[0]; }
static double log_rates(const double *s, const double *t) {
    return s[BY_SCALE] != 0 && t[BY_SCALE] != 0 ? rao_log_quotient(t[SCALE], s[SCALE]) : rao_log_quotient(s[RATE], t[RATE]);
}
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    return (void)f, rao_rate_log_ratio(log_rates(s, t), t[RATE] * x[0]);
}
static void score(const rao_family *f, const double *s, const double *x, double *g) { (void)f, g[0] = s[SCALE] - x[0]; }
static void fisher(const rao_family *f, const double *s, double *m) { (void)f, m[0] = s[SCALE] * s[SCALE]; }
static double entropy(const rao_family *f, const double *s) { return (void)f, 1 - log(s[RATE]); }

/* rate_t / rate_s - 1 */
static double excess(const double *s, const double *t) {
    return s[BY_SCALE] != 0 && t[BY_SCALE] != 0 ? (s[SCALE] - t[SCALE]) / t[SCALE] : (t[RATE] - s[RATE]) / s[RATE];
}
static double kl(const rao_family *f, const double *s, const double *t) {
    return (void)f, rao_scale_divergence(excess(s, t), log(t[RATE]) - log(s[RATE]));
}
static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) { (void)f, g[0] = excess(s, t) * t[SCALE]; }

static void center(const rao_family *f, const double *s, double *middle, double *scale) { (void)f, *middle = s[SCALE], *scale = s[SCALE]; }
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) { (void)f, x[0] = -log(rao_draw_uniform(d)) * s[SCALE]; }

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    double mean = rao_data_mean(data, 0);
    (void)f;
    if (!(mean > 0))
        return rao_fail(ctx, RAO_EDOMAIN, "exponential: all observations are 0: the likelihood grows without bound with the rate");
    c[0] = 1 / mean;
    return RAO_OK;
}

static void natural(const rao_family *f, const double *s, double *theta) { (void)f, theta[0] = -s[RATE]; }
static void expectation(const rao_family *f, const double *s, double *eta) { (void)f, eta[0] = s[SCALE]; }
static double log_partition(const rao_family *f, const double *s) { return (void)f, -log(s[RATE]); }
static rao_status e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    double rate = rao_mean_at(m, RATE);
    rao_status st = rao_mean_inside(ctx, f, "rate", rate);
    return st ? st : load_rate(ctx, f, &rate, s);
}
static rao_status m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    double scale = rao_mean_at(m, SCALE);
    rao_status st = rao_mean_inside(ctx, f, "scale", scale);
    return st ? st : load_scale(ctx, f, &scale, s);
}

static const family_exponential exponential = {rao_statistic_x,           natural, expectation, log_partition,
                                               rao_dual_is_minus_entropy, NULL,    e_mean,      m_mean};

static const family_chart charts[] = {
    {.name = "rate", .units = {1, -1, 0}, .coords = "rate", .load = load_rate, .store = rao_store_plain},
    {.name = "scale", .units = {1, 1, 0}, .coords = "scale", .load = load_scale, .store = store_scale, .jacobian = jacobian_scale},
    {.name = "natural",
     .units = {1, -1, 0},
     .coords = "theta",
     .load = load_natural,
     .store = rao_store_natural,
     .jacobian = jacobian_natural},
    {.name = "expectation", .units = {1, 1, 0}, .coords = "eta", .load = load_scale, .store = store_scale, .jacobian = jacobian_scale},
};

const family_table rao_table_exponential = {
    .info = {"exponential", "Exponential", "rate,scale,natural,expectation", NULL, NULL, 0, 0, 1, 1},
    .state = {3},
    .observation = "x",
    .charts = charts,
    .chart_count = 4,
    .exponential = &exponential,
    .possible = rao_possible_nonnegative,
    .possible_words = "x >= 0",
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
