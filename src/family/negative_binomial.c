/* negative_binomial.c - waiting for successes of probability p, 0 < p < 1:
 *   negative_binomial  failures before success number r, r > 0 real and given:  Gamma(x + r) / (Gamma(r) x!) p^r (1-p)^x
 *   geometric0         the same with r = 1;   geometric  trials up to the first success, from 1.
 * State: the Bernoulli's. A success needs 1/p trials on average, so KL and the Fisher matrix are r/p times those of one trial. */
#include <math.h>

#include "family/bernoulli.h"
#include "family/gamma.h"
#include "family/saddle.h"

enum { P = BERNOULLI_P, Q = BERNOULLI_Q };

static double successes(const rao_family *f) { return f->table->info.fixed ? f->fixed : 1; }
/* Failures from an observation. */
static double failures(const rao_family *f, const double *x) { return f->table == &rao_table_geometric ? x[0] - 1 : x[0]; }

static rao_status load(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    rao_status st = rao_bernoulli_load_p(ctx, f, c, s);
    return st ? st : rao_want_open_unit(ctx, f, "p", c[0]);
}

static int possible(const rao_family *f, const double *x) { return failures(f, x) >= 0 && is_whole(x[0]); }

static double logpdf(const rao_family *f, const double *s, const double *x) {
    double r = successes(f), n = failures(f, x);
    if (r == 1) return log(s[P]) + (n > 0 ? n * log1p(-s[P]) : 0);
    return (n < r ? -log1p(n / r) : log(r) - log(r + n)) - rao_binomial_nll(r, n, s[P], s[Q]);
}

static void score(const rao_family *f, const double *s, const double *x, double *g) { g[0] = successes(f) / s[P] - failures(f, x) / s[Q]; }
static void fisher(const rao_family *f, const double *s, double *m) { m[0] = successes(f) / s[P] / s[P] / s[Q]; }

typedef struct terms {
    const rao_family *f;
    const double *s;
} terms;
static double entropy_term(double x, const void *arg) {
    const terms *t = arg;
    double log_p = logpdf(t->f, t->s, &x);
    return log_p > -800 ? -log_p * exp(log_p) : 0;
}
static double entropy(const rao_family *f, const double *s) {
    double r = successes(f), mean = r * s[Q] / s[P];
    terms t = {f, s};
    if (r == 1) return rao_bernoulli_entropy(f, s) / s[P];
    return rao_entropy_counts(entropy_term, &t, 0, INF, mean, sqrt(mean / s[P]));
}

/* Below 1e-17 the laws are gamma in p x, and the KL of one trial may be no double. */
static double kl(const rao_family *f, const double *s, const double *t) {
    if (s[P] < 1e-17 && t[P] < 1e-17) return successes(f) * rao_scale_divergence((t[P] - s[P]) / s[P], log(t[P]) - log(s[P]));
    return successes(f) / s[P] * rao_bernoulli_kl(f, s, t);
}

/* Of close pairs from the mean of t, where it is -KL(t : s) on average: r times the one logarithm and x times the other would cancel. */
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    double l[2], r = successes(f), n = failures(f, x);
    rao_bernoulli_log_ratios(s, t, l);
    if (fabs(l[0]) < 1 && fabs(l[1]) < 1) return fma(n, t[P], -r * t[Q]) / t[P] * l[1] - kl(f, t, s);
    return r * l[0] + n * l[1];
}
static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    rao_bernoulli_gap(f, s, t, g);
    if (g[0] != 0) g[0] = successes(f) * g[0] / s[P] / t[P] / t[Q];
}

static void support(const rao_family *f, const double *s, double *low, double *high) {
    (void)s, *low = f->table == &rao_table_geometric, *high = INF;
}
static void center(const rao_family *f, const double *s, double *middle, double *scale) {
    double mean = successes(f) * s[Q] / s[P];
    *middle = mean + (f->table == &rao_table_geometric), *scale = fmax(1, sqrt(mean) / sqrt(s[P]));
}

static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    double r = successes(f);
    if (r == 1) x[0] = floor(log(rao_draw_uniform(d)) / log1p(-s[P])) + (f->table == &rao_table_geometric);
    else /* a Poisson count whose rate is gamma */ x[0] = rao_draw_poisson(d, exp(rao_draw_log_gamma(d, r)) * s[Q] / s[P]);
}

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    double mean = rao_data_mean(data, 0) - (f->table == &rao_table_geometric), r = successes(f);
    if (!(mean > 0))
        return rao_fail(ctx, RAO_EDOMAIN, "%s: no failures in the data: the likelihood grows towards p = 1, which is not in the family",
                        f->table->info.name);
    c[0] = r / (r + mean);
    return RAO_OK;
}

/* T(x) = x, theta = log(1 - p). */
static void natural(const rao_family *f, const double *s, double *theta) { (void)f, theta[0] = log1p(-s[P]); }
static void expectation(const rao_family *f, const double *s, double *eta) {
    eta[0] = successes(f) * s[Q] / s[P] + (f->table == &rao_table_geometric);
}
static double log_partition(const rao_family *f, const double *s) {
    return -successes(f) * log(s[P]) + (f->table == &rao_table_geometric ? log1p(-s[P]) : 0);
}
static rao_status load_inside(rao_ctx *ctx, const rao_family *f, double p, double *s) {
    if (p > 0 && p < 1) return rao_bernoulli_load_p(ctx, f, &p, s);
    return rao_fail(ctx, RAO_EDOMAIN, "%s: the mean leaves the family: p = %.17g, want 0 < p < 1", f->table->info.name, p);
}
/* The geometric mean of 1 - p. */
static rao_status e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    double sum = 0;
    for (int64_t k = 0; k < m->n; k++) sum += m->w[k] * log1p(-m->s[k][P]);
    return load_inside(ctx, f, -expm1(sum), s);
}
/* The mean of (1 - p)/p, that of 1/p less one. */
static rao_status m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    return load_inside(ctx, f, rao_harmonic_mean_at(m, P), s);
}

static const family_exponential exponential = {rao_statistic_x, natural, expectation, log_partition, NULL, NULL, e_mean, m_mean};

static const family_chart charts[] = {{.name = "p", .coords = "p", .load = load, .store = rao_store_plain}};

#define WAITING(name, title, fixed_name, words)                                                                                          \
    {                                                                                                                                    \
        .info = {name, title, "p", fixed_name, NULL, 0, 1, 1, 1}, .state = {BERNOULLI_STATE}, .observation = "x", .charts = charts,      \
        .chart_count = 1, .fixed_low = 0, .fixed_high = INF, .exponential = &exponential, .possible = possible, .possible_words = words, \
        .logpdf = logpdf, .log_ratio = log_ratio, .score = score, .fisher = fisher, .entropy = entropy, .kl = kl,                        \
        .kl_gradient = kl_gradient, .support = support, .center = center, .sample = sample, .mle = mle                                   \
    }

const family_table rao_table_negative_binomial = WAITING("negative_binomial", "Negative binomial", "r", "a count 0, 1, 2, ...");
const family_table rao_table_geometric = WAITING("geometric", "Geometric, from 1", NULL, "a count 1, 2, ...");
const family_table rao_table_geometric0 = WAITING("geometric0", "Geometric, from 0", NULL, "a count 0, 1, 2, ...");
