/* poisson.c - counts at rate lambda. State: lambda, log lambda, and whether the logarithm was given.
 * Density in Loader's form (saddle.h). KL = lambda_p log(lambda_p / lambda_q) - lambda_p + lambda_q, from differences of the coordinates given. */
#include <math.h>

#include <rao/num.h>

#include "family/family.h"
#include "family/saddle.h"

enum { LAMBDA, LOG, BY_LOG };

static rao_status load_lambda(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    s[LAMBDA] = c[0], s[LOG] = log(c[0]), s[BY_LOG] = 0;
    return rao_want_positive(ctx, f, "lambda", c[0]);
}

static rao_status load_log(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    s[LAMBDA] = exp(c[0]), s[LOG] = c[0], s[BY_LOG] = 1;
    if (s[LAMBDA] > 0 && s[LAMBDA] < INF) return RAO_OK;
    return rao_fail(ctx, RAO_EDOMAIN, "%s: theta = %.17g, want within -745..709, where its exponential is a number", f->table->info.name,
                    c[0]);
}

static void jacobian_log(const rao_family *f, const double *s, double *j) { (void)f, j[0] = s[LAMBDA]; }
static void score_log(const rao_family *f, const double *s, const double *x, double *g) { (void)f, g[0] = x[0] - s[LAMBDA]; }
static void fisher_log(const rao_family *f, const double *s, double *m) { (void)f, m[0] = s[LAMBDA]; }
static double gap(const double *s, const double *t) { /* lambda_t - lambda_s */
    return s[BY_LOG] != 0 && t[BY_LOG] != 0 ? s[LAMBDA] * expm1(t[LOG] - s[LOG]) : t[LAMBDA] - s[LAMBDA];
}
static void kl_gradient_log(const rao_family *f, const double *s, const double *t, double *g) { (void)f, g[0] = gap(s, t); }

static double logpdf(const rao_family *f, const double *s, const double *x) { return (void)f, -rao_poisson_nll(x[0], s[LAMBDA], s[LOG]); }
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    double l = s[BY_LOG] != 0 && t[BY_LOG] != 0 ? s[LOG] - t[LOG] : rao_log_quotient(s[LAMBDA], t[LAMBDA]);
    return (void)f, l < 1 ? (x[0] - t[LAMBDA]) * l - t[LAMBDA] * rao_expm1mx(l) : x[0] * l - (s[LAMBDA] - t[LAMBDA]);
}
static void score(const rao_family *f, const double *s, const double *x, double *g) { (void)f, g[0] = (x[0] - s[LAMBDA]) / s[LAMBDA]; }
static void fisher(const rao_family *f, const double *s, double *m) { (void)f, m[0] = 1 / s[LAMBDA]; }

/* -E log p = sum of p (-log p): all terms positive. */
static double entropy_term(double x, const void *arg) {
    const double *s = arg;
    double nll = rao_poisson_nll(x, s[LAMBDA], s[LOG]);
    return nll < 800 ? nll * exp(-nll) : 0;
}
static double entropy(const rao_family *f, const double *s) {
    return (void)f, rao_entropy_counts(entropy_term, s, 0, INF, s[LAMBDA], sqrt(s[LAMBDA]));
}

static double kl(const rao_family *f, const double *s, const double *t) {
    double d = t[LOG] - s[LOG];
    (void)f;
    if (s[BY_LOG] != 0 && t[BY_LOG] != 0) return d < 1 ? s[LAMBDA] * rao_expm1mx(d) : t[LAMBDA] - s[LAMBDA] * (1 + d);
    return rao_relative_entropy(s[LAMBDA], t[LAMBDA]);
}

static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) { (void)f, g[0] = gap(s, t) / t[LAMBDA]; }
static void center(const rao_family *f, const double *s, double *middle, double *scale) {
    (void)f, *middle = s[LAMBDA], *scale = sqrt(s[LAMBDA]);
}
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) { (void)f, x[0] = rao_draw_poisson(d, s[LAMBDA]); }

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    double mean = rao_data_mean(data, 0);
    (void)f;
    if (!(mean > 0))
        return rao_fail(ctx, RAO_EDOMAIN,
                        "poisson: all observations are 0: the likelihood grows towards lambda = 0, which is not in the family");
    c[0] = mean;
    return RAO_OK;
}

static void natural(const rao_family *f, const double *s, double *theta) { (void)f, theta[0] = s[LOG]; }
static void expectation(const rao_family *f, const double *s, double *eta) { (void)f, eta[0] = s[LAMBDA]; }
static double log_partition(const rao_family *f, const double *s) { return (void)f, s[LAMBDA]; }
static double dual_potential(const rao_family *f, const double *s) { return (void)f, s[LAMBDA] * (s[LOG] - 1); }
static rao_status e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    double lambda = rao_geometric_mean_at(m, LAMBDA), log_lambda = rao_mean_at(m, LOG);
    int by_log = 1;
    for (int64_t k = 0; k < m->n; k++) by_log &= m->s[k][BY_LOG] != 0;
    rao_status st = rao_mean_inside(ctx, f, "lambda", lambda);
    if (st) return st;
    return by_log ? load_log(ctx, f, &log_lambda, s) : load_lambda(ctx, f, &lambda, s);
}
static rao_status m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    double lambda = rao_mean_at(m, LAMBDA);
    rao_status st = rao_mean_inside(ctx, f, "lambda", lambda);
    return st ? st : load_lambda(ctx, f, &lambda, s);
}

static const family_exponential exponential = {rao_statistic_x, natural, expectation, log_partition, dual_potential, NULL, e_mean, m_mean};

static const family_chart charts[] = {
    {.name = "lambda", .coords = "lambda", .load = load_lambda, .store = rao_store_plain},
    {.name = "natural",
     .coords = "theta",
     .load = load_log,
     .store = rao_store_natural,
     .jacobian = jacobian_log,
     .score = score_log,
     .fisher = fisher_log,
     .kl_gradient = kl_gradient_log},
    {.name = "expectation", .coords = "eta", .load = load_lambda, .store = rao_store_plain},
};

const family_table rao_table_poisson = {
    .info = {"poisson", "Poisson", "lambda,natural,expectation", NULL, NULL, 0, 1, 1, 1},
    .state = {3},
    .observation = "x",
    .charts = charts,
    .chart_count = 3,
    .exponential = &exponential,
    .possible = rao_possible_count,
    .possible_words = "a count 0, 1, 2, ...",
    .logpdf = logpdf,
    .log_ratio = log_ratio,
    .score = score,
    .fisher = fisher,
    .entropy = entropy,
    .entropy_method = RAO_SERIES,
    .kl = kl,
    .kl_gradient = kl_gradient,
    .support = rao_support_half_line,
    .center = center,
    .sample = sample,
    .mle = mle,
};
