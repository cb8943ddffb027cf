/* multinomial.c - counts x_1..x_k of n draws from k classes, n given. State and charts: the categorical's; information is n times its.
 * Log density in Loader's form: -sum [R(x_i, n p_i) + J(x_i) + log(2 pi x_i)/2] + J(n) + log(2 pi n)/2, R(a, b) = a log(a/b) - a + b, cells with x_i > 0. */
#include <math.h>

#include <rao/num.h>

#include "family/family.h"
#include "family/saddle.h"

static const double half_log_2pi = 0.91893853320467274178;

static const family_chart *base_chart(int i) { return &rao_table_categorical.charts[i]; }
enum { CHART_P, CHART_NATURAL, CHART_LOGITS };

static rao_status load_natural(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    return base_chart(CHART_NATURAL)->load(ctx, f, c, s);
}
static rao_status load_logits(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    return base_chart(CHART_LOGITS)->load(ctx, f, c, s);
}
static rao_status store_logits(rao_ctx *ctx, const rao_family *f, const double *s, double *c) {
    return base_chart(CHART_LOGITS)->store(ctx, f, s, c);
}
static void jacobian_natural(const rao_family *f, const double *s, double *j) { base_chart(CHART_NATURAL)->jacobian(f, s, j); }
static void jacobian_logits(const rao_family *f, const double *s, double *j) { base_chart(CHART_LOGITS)->jacobian(f, s, j); }

static void times_n(const rao_family *f, double *v, int64_t n) {
    for (int64_t i = 0; i < n; i++) v[i] *= f->fixed;
}
static void fisher(const rao_family *f, const double *s, double *m) {
    rao_table_categorical.fisher(f, s, m);
    times_n(f, m, (f->d - 1) * (f->d - 1));
}
static double log_jacobian_natural(const rao_family *f, const double *s) { return base_chart(CHART_NATURAL)->log_jacobian(f, s); }
static rao_status fisher_log_det(rao_ctx *ctx, const rao_family *f, const double *s, double *out, rao_quality *quality) {
    rao_status st = rao_table_categorical.fisher_log_det(ctx, f, s, out, quality);
    *out += (double)(f->d - 1) * log(f->fixed);
    return st;
}
static void fisher_natural(const rao_family *f, const double *s, double *m) {
    base_chart(CHART_NATURAL)->fisher(f, s, m);
    times_n(f, m, (f->d - 1) * (f->d - 1));
}
static void fisher_logits(const rao_family *f, const double *s, double *m) {
    base_chart(CHART_LOGITS)->fisher(f, s, m);
    times_n(f, m, f->d * f->d);
}
static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    rao_table_categorical.kl_gradient(f, s, t, g);
    times_n(f, g, f->d - 1);
}
static void kl_gradient_natural(const rao_family *f, const double *s, const double *t, double *g) {
    base_chart(CHART_NATURAL)->kl_gradient(f, s, t, g);
    times_n(f, g, f->d - 1);
}
static void kl_gradient_logits(const rao_family *f, const double *s, const double *t, double *g) {
    base_chart(CHART_LOGITS)->kl_gradient(f, s, t, g);
    times_n(f, g, f->d);
}
static double kl(const rao_family *f, const double *s, const double *t) { return f->fixed * rao_kl_simplex(f, s, t); }

static void score_natural(const rao_family *f, const double *s, const double *x, double *g) {
    for (int64_t i = 0; i < f->d - 1; i++) g[i] = x[i] - f->fixed * s[i];
}
static void score_logits(const rao_family *f, const double *s, const double *x, double *g) {
    for (int64_t i = 0; i < f->d; i++) g[i] = x[i] - f->fixed * s[i];
}
static void score(const rao_family *f, const double *s, const double *x, double *g) {
    int64_t last = f->d - 1;
    double common = x[last] > 0 ? x[last] / s[last] : 0;
    for (int64_t i = 0; i < last; i++) g[i] = (x[i] > 0 ? x[i] / s[i] : 0) - common;
}

static int possible(const rao_family *f, const double *x) {
    double sum = 0;
    for (int64_t i = 0; i < f->d; i++) {
        if (!(x[i] >= 0 && is_whole(x[i]))) return 0;
        sum += x[i];
    }
    return sum == f->fixed;
}

static double cell(double x, double mean) {
    return rao_relative_entropy(x, mean) + (x > 0 ? rao_stirling(x) + half_log_2pi + 0.5 * log(x) : 0);
}
static double whole(double n) { return rao_stirling(n) + half_log_2pi + 0.5 * log(n); }

static double logpdf(const rao_family *f, const double *s, const double *x) {
    double sum = whole(f->fixed);
    for (int64_t i = 0; i < f->d; i++) sum -= cell(x[i], f->fixed * s[i]);
    return sum;
}

/* The entropy is a sum over the cells' binomial marginals. */
typedef struct terms {
    double n, p, q;
} terms;
static double entropy_term(double x, const void *arg) {
    const terms *t = arg;
    double nll = rao_binomial_nll(x, t->n - x, t->p, t->q);
    return nll < 800 ? exp(-nll) * cell(x, t->n * t->p) : 0;
}
static double entropy(const rao_family *f, const double *s) {
    double sum = -whole(f->fixed);
    for (int64_t i = 0; i < f->d; i++) {
        terms t = {f->fixed, s[i], 0};
        for (int64_t j = 0; j < f->d; j++) t.q += j != i ? s[j] : 0;
        if (t.p > 0) sum += rao_entropy_counts(entropy_term, &t, 0, t.n, t.n * t.p, sqrt(t.n * t.p * t.q));
    }
    return sum;
}

/* One cell after the other, binomial in what is left. */
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    double left = f->fixed, rest = 1;
    for (int64_t i = 0; i < f->d - 1; i++) {
        double p = rest > 0 ? fmin(1, s[i] / rest) : 0;
        x[i] = left > 0 ? rao_draw_binomial(d, left, p, 1 - p) : 0;
        left -= x[i], rest = 0;
        for (int64_t j = i + 1; j < f->d; j++) rest += s[j];
    }
    x[f->d - 1] = left;
}

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    (void)ctx;
    for (int64_t j = 0; j < f->d; j++) c[j] = rao_data_mean(data, j) / f->fixed;
    return RAO_OK;
}

static void statistic(const rao_family *f, const double *x, double *t) {
    for (int64_t i = 0; i < f->d - 1; i++) t[i] = x[i];
}
static void natural(const rao_family *f, const double *s, double *theta) { rao_table_categorical.exponential->natural(f, s, theta); }
static void expectation(const rao_family *f, const double *s, double *eta) {
    for (int64_t i = 0; i < f->d - 1; i++) eta[i] = f->fixed * s[i];
}
static double log_partition(const rao_family *f, const double *s) {
    return f->fixed * rao_table_categorical.exponential->log_partition(f, s);
}
static double dual_potential(const rao_family *f, const double *s) { return -f->fixed * rao_table_categorical.entropy(f, s); }
static const family_exponential exponential = {statistic,      natural, expectation,        log_partition,
                                               dual_potential, NULL,    rao_simplex_e_mean, rao_simplex_m_mean};

static const family_chart charts[] = {
    {.name = "p", .coords = "p#", .tangent = "p%", .load = rao_load_simplex, .store = rao_store_plain, .bound = rao_simplex_bound},
    {.name = "natural",
     .coords = "theta%",
     .load = load_natural,
     .store = rao_store_natural,
     .jacobian = jacobian_natural,
     .score = score_natural,
     .fisher = fisher_natural,
     .log_jacobian = log_jacobian_natural,
     .kl_gradient = kl_gradient_natural,
     .bound = rao_simplex_bound_natural},
    {.name = "logits",
     .coords = "z#",
     .load = load_logits,
     .store = store_logits,
     .jacobian = jacobian_logits,
     .score = score_logits,
     .fisher = fisher_logits,
     .kl_gradient = kl_gradient_logits,
     .bound = rao_simplex_bound_logits},
};

const family_table rao_table_multinomial = {
    .info = {"multinomial", "Multinomial", "p,natural,logits", "n", "classes", 2, 1, 1, 1},
    .state = {1, 3},
    .observation = "x#",
    .charts = charts,
    .chart_count = 3,
    .fixed_low = 1,
    .fixed_high = 0x1p53,
    .fixed_integer = 1,
    .exponential = &exponential,
    .possible = possible,
    .possible_words = "k counts that sum to n",
    .logpdf = logpdf,
    .score = score,
    .fisher = fisher,
    .fisher_log_det = fisher_log_det,
    .entropy = entropy,
    .entropy_method = RAO_SERIES,
    .kl = kl,
    .kl_gradient = kl_gradient,
    .sample = sample,
    .mle = mle,
};
