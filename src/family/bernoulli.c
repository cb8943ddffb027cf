/* bernoulli.c - x in {0, 1}, P(x = 1) = p, the ends p = 0 and 1 included. State: p, 1 - p, logit p, and whether the logit was given.
 * In p KL is a sum of relative entropies of masses; where both points were given by logits their difference is exact and is used instead. */
#include <math.h>

#include <rao/num.h>

#include "family/bernoulli.h"

enum { P = BERNOULLI_P, Q = BERNOULLI_Q, LOGIT = BERNOULLI_LOGIT, BY_LOGIT = BERNOULLI_BY_LOGIT };

rao_status rao_bernoulli_load_p(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    s[P] = c[0], s[Q] = 1 - c[0], s[LOGIT] = rao_logit(c[0]), s[BY_LOGIT] = 0;
    return rao_want_unit(ctx, f, "p", c[0]);
}

rao_status rao_bernoulli_load_logit(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    s[P] = rao_logistic(c[0]), s[Q] = rao_logistic(-c[0]), s[LOGIT] = c[0], s[BY_LOGIT] = 1;
    return rao_want_finite(ctx, f, "logit", c[0]);
}

static void jacobian_logit(const rao_family *f, const double *s, double *j) { (void)f, j[0] = s[P] * s[Q]; }
static void score_logit(const rao_family *f, const double *s, const double *x, double *g) { (void)f, g[0] = x[0] == 1 ? s[Q] : -s[P]; }
static void fisher_logit(const rao_family *f, const double *s, double *m) { (void)f, m[0] = s[P] * s[Q]; }
void rao_bernoulli_gap(const rao_family *f, const double *s, const double *t, double *g) {
    int by_logits = s[BY_LOGIT] != 0 && t[BY_LOGIT] != 0; /* else 1 - p is rounded, and the difference of the p exact */
    (void)f, g[0] = by_logits && t[P] >= 0.5 ? s[Q] - t[Q] : t[P] - s[P];
}

static int possible(const rao_family *f, const double *x) { return (void)f, x[0] == 0 || x[0] == 1; }
static double logpdf(const rao_family *f, const double *s, const double *x) {
    double with = x[0] == 1 ? s[P] : s[Q], against = x[0] == 1 ? s[Q] : s[P];
    return (void)f, with > 0.5 ? log1p(-against) : s[BY_LOGIT] != 0 && with < 1e-300 ? -fabs(s[LOGIT]) : log(with);
}

static void score(const rao_family *f, const double *s, const double *x, double *g) { (void)f, g[0] = x[0] == 1 ? 1 / s[P] : -1 / s[Q]; }
static void fisher(const rao_family *f, const double *s, double *m) { (void)f, m[0] = 1 / s[P] / s[Q]; }

double rao_bernoulli_entropy(const rao_family *f, const double *s) {
    double small = fmin(s[P], s[Q]), large = 1 - small;
    if (small == 0) return 0;
    return (void)f, -small * log(small) - large * log1p(-small);
}

/* By logits where both were given by them: log (1 + exp z_t)/(1 + exp z_s) = -log(1 + p_t (exp(z_s - z_t) - 1)). Else 1 - p is rounded, and the
 * difference of two close ones is taken from p. */
void rao_bernoulli_log_ratios(const double *s, const double *t, double l[2]) {
    double d = s[LOGIT] - t[LOGIT], gap = s[P] - t[P];
    if (s[BY_LOGIT] != 0 && t[BY_LOGIT] != 0) {
        l[1] = d < 1 ? -log1p(t[P] * expm1(d)) : rao_softplus(t[LOGIT]) - rao_softplus(s[LOGIT]);
        l[0] = d > -1 ? -log1p(t[Q] * expm1(-d)) : rao_softplus(-t[LOGIT]) - rao_softplus(-s[LOGIT]);
        return;
    }
    l[0] = fabs(gap) < 0.5 * t[P] ? log1p(gap / t[P]) : log(s[P]) - log(t[P]);
    l[1] = fabs(gap) < 0.5 * t[Q] ? log1p(-gap / t[Q]) : log(s[Q]) - log(t[Q]);
}

/* With logits a, b: KL = L - p d, d = b - a, L = log(1 + p (exp d - 1)); see head_bernoulli_tmpl.h. */
static double kl_of_logits(double a, double b) {
    double sign = a > 0 ? -1 : 1, d = sign * (b - a), e = exp(sign * a), p = e / (1 + e);
    if (fabs(d) > 1) return (d > 0 ? rao_softplus(sign * b) - log1p(e) : log1p(p * expm1(d))) - p * d;
    double l = log1p(p * expm1(d));
    return p * rao_expm1mx(d - l) + rao_expm1mx(-l) / (1 + e);
}

double rao_bernoulli_kl(const rao_family *f, const double *s, const double *t) {
    (void)f;
    if (s[BY_LOGIT] != 0 && t[BY_LOGIT] != 0) return kl_of_logits(s[LOGIT], t[LOGIT]);
    double gap = s[P] - t[P], failures; /* 1 - p is rounded: for close points its difference is taken from p */
    failures = fabs(gap) < 0.5 * s[Q] ? -s[Q] * rao_log1pmx(gap / s[Q]) : rao_relative_entropy(s[Q], t[Q]);
    return rao_relative_entropy(s[P], t[P]) + failures;
}

static double cross_entropy(const rao_family *f, const double *s, const double *t) {
    const double one = 1, zero = 0;
    double sum = s[P] > 0 ? -s[P] * logpdf(f, t, &one) : 0;
    return sum + (s[Q] > 0 ? -s[Q] * logpdf(f, t, &zero) : 0);
}

static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    rao_bernoulli_gap(f, s, t, g);
    g[0] = g[0] / t[P] / t[Q]; /* NaN between equal ends, where there is no derivative */
}

static void support(const rao_family *f, const double *s, double *low, double *high) {
    (void)f, *low = s[Q] > 0 ? 0 : 1, *high = s[P] > 0 ? 1 : 0;
}
static void center(const rao_family *f, const double *s, double *middle, double *scale) { (void)f, *middle = s[P], *scale = 1; }
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) { (void)f, x[0] = rao_draw_uniform(d) < s[P]; }
static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    return (void)ctx, (void)f, c[0] = fmin(1, fmax(0, rao_data_mean(data, 0))), RAO_OK;
}

static void natural(const rao_family *f, const double *s, double *theta) { (void)f, theta[0] = s[LOGIT]; }
static void expectation(const rao_family *f, const double *s, double *eta) { (void)f, eta[0] = s[P]; }
static double log_partition(const rao_family *f, const double *s) {
    return (void)f, s[BY_LOGIT] != 0 ? rao_softplus(s[LOGIT]) : -log1p(-s[P]);
}
/* The mean of the logits, where an end has an infinite one: points with mass on both ends' side have none. */
rao_status rao_bernoulli_e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    double sum = 0, end;
    int by_logit = 1;
    for (int64_t k = 0; k < m->n; k++) {
        if (m->w[k] != 0) sum += m->w[k] * m->s[k][LOGIT];
        by_logit &= m->s[k][BY_LOGIT] != 0;
    }
    if (isnan(sum))
        return rao_fail(ctx, RAO_EDOMAIN,
                        "%s: one point has p = 0 and another p = 1: they share no outcome, and their e-mean does not exist",
                        f->table->info.name);
    if (isfinite(sum) && (by_logit || fabs(sum) > 30)) return rao_bernoulli_load_logit(ctx, f, &sum, s);
    end = rao_logistic(sum);
    return rao_bernoulli_load_p(ctx, f, &end, s);
}
rao_status rao_bernoulli_m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    double p = rao_mean_at(m, P), q = rao_mean_at(m, Q), logit;
    int by_logit = 1;
    for (int64_t k = 0; k < m->n; k++) by_logit &= m->s[k][BY_LOGIT] != 0;
    if (!(p >= 0 && q >= 0))
        return rao_fail(ctx, RAO_EDOMAIN, "%s: the mean leaves the family: p = %.17g, want 0 <= p <= 1", f->table->info.name, p);
    if (!by_logit || p == 0 || q == 0) return rao_bernoulli_load_p(ctx, f, &p, s);
    logit = log(p) - log(q);
    return rao_bernoulli_load_logit(ctx, f, &logit, s);
}

static const family_exponential exponential = {rao_statistic_x,           natural, expectation,          log_partition,
                                               rao_dual_is_minus_entropy, NULL,    rao_bernoulli_e_mean, rao_bernoulli_m_mean};

static const family_chart charts[] = {
    {.name = "p", .coords = "p", .load = rao_bernoulli_load_p, .store = rao_store_plain},
    {.name = "logit",
     .coords = "logit",
     .load = rao_bernoulli_load_logit,
     .store = rao_store_natural,
     .jacobian = jacobian_logit,
     .score = score_logit,
     .fisher = fisher_logit,
     .kl_gradient = rao_bernoulli_gap},
    {.name = "natural",
     .coords = "theta",
     .load = rao_bernoulli_load_logit,
     .store = rao_store_natural,
     .jacobian = jacobian_logit,
     .score = score_logit,
     .fisher = fisher_logit,
     .kl_gradient = rao_bernoulli_gap},
    {.name = "expectation", .coords = "eta", .load = rao_bernoulli_load_p, .store = rao_store_plain},
};

const family_table rao_table_bernoulli = {
    .info = {"bernoulli", "Bernoulli", "p,logit,natural,expectation", NULL, NULL, 0, 1, 1, 1},
    .state = {BERNOULLI_STATE},
    .observation = "x",
    .charts = charts,
    .chart_count = 4,
    .exponential = &exponential,
    .possible = possible,
    .possible_words = "0 or 1",
    .logpdf = logpdf,
    .score = score,
    .fisher = fisher,
    .entropy = rao_bernoulli_entropy,
    .kl = rao_bernoulli_kl,
    .cross_entropy = cross_entropy,
    .kl_gradient = kl_gradient,
    .support = support,
    .center = center,
    .sample = sample,
    .mle = mle,
};
