/* binomial.c - successes in n trials, n given. State: the Bernoulli's. Everything but the density is n times the Bernoulli's. */
#include <math.h>

#include <rao/num.h>

#include "family/bernoulli.h"
#include "family/saddle.h"

enum { P = BERNOULLI_P, Q = BERNOULLI_Q, LOGIT = BERNOULLI_LOGIT };

static void jacobian_logit(const rao_family *f, const double *s, double *j) { (void)f, j[0] = s[P] * s[Q]; }

/* x - n p, rounded once: by the failures where they are fewer. */
static double excess(const rao_family *f, const double *s, const double *x) {
    return s[P] < 0.5 ? fma(-f->fixed, s[P], x[0]) : fma(f->fixed, s[Q], -(f->fixed - x[0]));
}
static void score_logit(const rao_family *f, const double *s, const double *x, double *g) { g[0] = excess(f, s, x); }
static void fisher_logit(const rao_family *f, const double *s, double *m) { m[0] = f->fixed * s[P] * s[Q]; }
static void kl_gradient_logit(const rao_family *f, const double *s, const double *t, double *g) {
    rao_bernoulli_gap(f, s, t, g);
    g[0] *= f->fixed;
}

static int possible(const rao_family *f, const double *x) { return x[0] >= 0 && x[0] <= f->fixed && is_whole(x[0]); }
static double logpdf(const rao_family *f, const double *s, const double *x) {
    if (!(s[P] > 0)) return x[0] == 0 ? 0 : -INF;
    if (!(s[Q] > 0)) return x[0] == f->fixed ? 0 : -INF;
    return -rao_binomial_nll(x[0], f->fixed - x[0], s[P], s[Q]);
}
/* Of close pairs from the mean of t, where it is -KL(t : s) on average: the sum of both logarithms would cancel to 1e-16 n. */
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    double l[2];
    rao_bernoulli_log_ratios(s, t, l);
    if (fabs(l[0] - l[1]) < 1) return excess(f, t, x) * (l[0] - l[1]) - f->fixed * rao_bernoulli_kl(f, t, s);
    return (x[0] > 0 ? x[0] * l[0] : 0) + (x[0] < f->fixed ? (f->fixed - x[0]) * l[1] : 0);
}
static void score(const rao_family *f, const double *s, const double *x, double *g) {
    g[0] = x[0] == 0 ? -f->fixed / s[Q] : x[0] == f->fixed ? f->fixed / s[P] : excess(f, s, x) / s[P] / s[Q];
}
static void fisher(const rao_family *f, const double *s, double *m) { m[0] = f->fixed / s[P] / s[Q]; }

typedef struct terms {
    double n, p, q;
} terms;
static double entropy_term(double x, const void *arg) {
    const terms *t = arg;
    double nll = rao_binomial_nll(x, t->n - x, t->p, t->q);
    return nll < 800 ? nll * exp(-nll) : 0;
}
static double entropy(const rao_family *f, const double *s) {
    terms t = {f->fixed, s[P], s[Q]};
    return rao_entropy_counts(entropy_term, &t, 0, t.n, t.n * t.p, sqrt(t.n * t.p * t.q));
}

static double kl(const rao_family *f, const double *s, const double *t) { return f->fixed * rao_bernoulli_kl(f, s, t); }
static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    kl_gradient_logit(f, s, t, g);
    g[0] = g[0] / t[P] / t[Q]; /* NaN between equal ends, where there is no derivative */
}

static void support(const rao_family *f, const double *s, double *low, double *high) {
    *low = s[Q] > 0 ? 0 : f->fixed, *high = s[P] > 0 ? f->fixed : 0;
}
static void center(const rao_family *f, const double *s, double *middle, double *scale) {
    *middle = f->fixed * s[P], *scale = fmax(1, sqrt(f->fixed * s[P] * s[Q]));
}
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) { x[0] = rao_draw_binomial(d, f->fixed, s[P], s[Q]); }
static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    return (void)ctx, c[0] = fmin(1, fmax(0, rao_data_mean(data, 0) / f->fixed)), RAO_OK;
}

static void natural(const rao_family *f, const double *s, double *theta) { (void)f, theta[0] = s[LOGIT]; }
static void expectation(const rao_family *f, const double *s, double *eta) { eta[0] = f->fixed * s[P]; }
static double log_partition(const rao_family *f, const double *s) { return f->fixed * rao_softplus(s[LOGIT]); }
static double dual_potential(const rao_family *f, const double *s) { return -f->fixed * rao_bernoulli_entropy(f, s); }
static const family_exponential exponential = {rao_statistic_x, natural, expectation,          log_partition,
                                               dual_potential,  NULL,    rao_bernoulli_e_mean, rao_bernoulli_m_mean};

static const family_chart charts[] = {
    {.name = "p", .coords = "p", .load = rao_bernoulli_load_p, .store = rao_store_plain},
    {.name = "natural",
     .coords = "theta",
     .load = rao_bernoulli_load_logit,
     .store = rao_store_natural,
     .jacobian = jacobian_logit,
     .score = score_logit,
     .fisher = fisher_logit,
     .kl_gradient = kl_gradient_logit},
};

const family_table rao_table_binomial = {
    .info = {"binomial", "Binomial", "p,natural", "n", NULL, 0, 1, 1, 1},
    .state = {BERNOULLI_STATE},
    .observation = "x",
    .charts = charts,
    .chart_count = 2,
    .fixed_low = 1,
    .fixed_high = 0x1p53,
    .fixed_integer = 1,
    .exponential = &exponential,
    .possible = possible,
    .possible_words = "a count 0, 1, .., n",
    .logpdf = logpdf,
    .log_ratio = log_ratio,
    .score = score,
    .fisher = fisher,
    .entropy = entropy,
    .entropy_method = RAO_SERIES,
    .kl = kl,
    .kl_gradient = kl_gradient,
    .support = support,
    .center = center,
    .sample = sample,
    .mle = mle,
};
