/* beta.c - density x^(a-1) (1-x)^(b-1) / B(a, b) on (0, 1): the Dirichlet family of two parts, observed in the first. State: a, b, a + b. */
#include <math.h>

#include <rao/num.h>

#include "family/dirichlet.h"
#include "family/log_law.h"

static rao_status load(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    s[2] = c[0] + c[1];
    return rao_load_positive(ctx, f, c, s);
}

static int possible(const rao_family *f, const double *x) { return (void)f, x[0] > 0 && x[0] < 1; }
static double logpdf(const rao_family *f, const double *s, const double *x) {
    return (void)f, (s[0] - 1) * log(x[0]) + (s[1] - 1) * log1p(-x[0]) - rao_dirichlet_log_beta(s, 2, s[2]);
}
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    return (void)f, rao_beta_log_ratio(s, t, x[0]);
}
static void score(const rao_family *f, const double *s, const double *x, double *g) {
    (void)f, g[0] = log(x[0]) - rao_dirichlet_mean_log(s, 2, s[2], 0), g[1] = log1p(-x[0]) - rao_dirichlet_mean_log(s, 2, s[2], 1);
}
static void fisher(const rao_family *f, const double *s, double *m) { (void)f, rao_dirichlet_fisher(s, 2, s[2], m); }
static double entropy(const rao_family *f, const double *s) { return (void)f, rao_dirichlet_entropy(s, 2, s[2]); }
static double kl(const rao_family *f, const double *s, const double *t) { return (void)f, rao_dirichlet_kl(s, t, 2, s[2], t[2]); }
static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    (void)f, rao_dirichlet_kl_gradient(s, t, 2, s[2], g);
}

static void support(const rao_family *f, const double *s, double *low, double *high) { (void)f, (void)s, *low = 0, *high = 1; }
static void center(const rao_family *f, const double *s, double *middle, double *scale) {
    double m = s[0] / s[2];
    (void)f, *middle = m, *scale = sqrt(m * (s[1] / s[2]) / (1 + s[2]));
}
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    double both[2];
    (void)f;
    rao_dirichlet_draw(d, s, 2, both);
    x[0] = both[0];
}

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    double mean_log[2] = {0, 0};
    for (int64_t i = 0; i < data->n; i++) {
        double x = data_row(data, i)[0], w = data_weight(data, i) / data->total;
        mean_log[0] += w * log(x), mean_log[1] += w * log1p(-x);
    }
    return rao_dirichlet_fit(ctx, f, 2, mean_log, c);
}

static rao_status fisher_log_det(rao_ctx *ctx, const rao_family *f, const double *s, double *out, rao_quality *quality) {
    return (void)ctx, (void)f, (void)quality, *out = rao_dirichlet_log_det(s, 2, s[2]), RAO_OK;
}

static void statistic(const rao_family *f, const double *x, double *t) { (void)f, t[0] = log(x[0]), t[1] = log1p(-x[0]); }
static void natural(const rao_family *f, const double *s, double *theta) { (void)f, theta[0] = s[0] - 1, theta[1] = s[1] - 1; }
static void natural_step(const rao_family *f, const double *s, const double *t, double *step) {
    (void)f, step[0] = t[0] - s[0], step[1] = t[1] - s[1];
}
static void expectation(const rao_family *f, const double *s, double *eta) {
    (void)f, eta[0] = rao_dirichlet_mean_log(s, 2, s[2], 0), eta[1] = rao_dirichlet_mean_log(s, 2, s[2], 1);
}
static double log_partition(const rao_family *f, const double *s) { return (void)f, rao_dirichlet_log_beta(s, 2, s[2]); }
static rao_status e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    return rao_dirichlet_e_mean(ctx, f, 2, m, s);
}
static rao_status m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    return rao_dirichlet_m_mean(ctx, f, 2, m, s);
}

static const family_exponential exponential = {statistic, natural, expectation, log_partition, rao_dual_is_minus_entropy,
                                               NULL,      e_mean,  m_mean};

static double bound(const rao_family *f, const double *s, const double *u, const double *v) {
    return (void)f, rao_dirichlet_bound(s, 2, s[2], u, v);
}

static const family_chart charts[] = {{.name = "a_b", .coords = "a,b", .load = load, .store = rao_store_plain, .bound = bound}};

const family_table rao_table_beta = {
    .info = {"beta", "Beta", "a_b", NULL, NULL, 0, 0, 1, 1},
    .state = {3},
    .observation = "x",
    .charts = charts,
    .chart_count = 1,
    .exponential = &exponential,
    .natural_step = natural_step,
    .possible = possible,
    .possible_words = "0 < x < 1",
    .logpdf = logpdf,
    .log_ratio = log_ratio,
    .score = score,
    .fisher = fisher,
    .fisher_log_det = fisher_log_det,
    .entropy = entropy,
    .kl = kl,
    .kl_gradient = kl_gradient,
    .support = support,
    .center = center,
    .sample = sample,
    .mle = mle,
    .mle_method = RAO_ITERATION,
};
