/* diagonal_normal.c - d independent normals. State: mu_1..mu_d, sigma_1..sigma_d. Every divergence is the sum of the normal's. */
#include <math.h>

#include "family/family.h"
#include "family/normal.h"

static rao_status load(rao_ctx *ctx, const rao_family *f, const double *c, double *s) { return rao_load_reals(ctx, f, f->d, c, s); }

/* Coordinate i as a state of the normal. */
typedef struct pair {
    double s[2];
} pair;
static inline pair part(const rao_family *f, const double *s, int64_t i) { return (pair){{s[i], s[f->d + i]}}; }

static normal_step step(const rao_family *f, const double *s, const double *t, int64_t i) {
    return rao_plain_step(s[i], s[f->d + i], t[i], t[f->d + i]);
}

static double logpdf(const rao_family *f, const double *s, const double *x) {
    double sum = 0;
    for (int64_t i = 0; i < f->d; i++) sum += rao_table_normal.logpdf(f, part(f, s, i).s, x + i);
    return sum;
}

static void score(const rao_family *f, const double *s, const double *x, double *g) {
    for (int64_t i = 0; i < f->d; i++) {
        double both[2];
        rao_table_normal.score(f, part(f, s, i).s, x + i, both);
        g[i] = both[0], g[f->d + i] = both[1];
    }
}

static void fisher(const rao_family *f, const double *s, double *m) {
    int64_t n = 2 * f->d;
    for (int64_t i = 0; i < f->d; i++) {
        double unit = 1 / s[f->d + i] / s[f->d + i];
        m[i * n + i] = unit;
        m[(f->d + i) * n + f->d + i] = 2 * unit;
    }
}

/* det F = prod 2 sigma_i^-4 */
static rao_status fisher_log_det(rao_ctx *ctx, const rao_family *f, const double *s, double *out, rao_quality *quality) {
    (void)ctx, (void)quality, *out = 0;
    for (int64_t i = 0; i < f->d; i++) *out += log(2) - 4 * log(s[f->d + i]);
    return RAO_OK;
}

static double entropy(const rao_family *f, const double *s) {
    double sum = 0;
    for (int64_t i = 0; i < f->d; i++) sum += rao_table_normal.entropy(f, part(f, s, i).s);
    return sum;
}

static double kl(const rao_family *f, const double *s, const double *t) {
    double sum = 0;
    for (int64_t i = 0; i < f->d; i++) sum += rao_normal_kl(step(f, s, t, i), s[f->d + i], t[f->d + i]);
    return sum;
}

static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    for (int64_t i = 0; i < f->d; i++) {
        double both[2];
        rao_normal_kl_gradient(step(f, s, t, i), t[f->d + i], both);
        g[i] = both[0], g[f->d + i] = both[1];
    }
}

static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    for (int64_t i = 0; i < f->d; i++) x[i] = s[i] + s[f->d + i] * rao_draw_normal(d);
}

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    for (int64_t i = 0; i < f->d; i++) {
        c[i] = rao_data_mean(data, i);
        c[f->d + i] = sqrt(rao_data_variance(data, i, c[i]));
        if (!(c[f->d + i] > 0))
            return rao_fail(ctx, RAO_EDOMAIN,
                            "diagonal_normal: all observations of x_%lld are %.17g: the likelihood grows without bound as sigma_%lld -> 0",
                            (long long)i + 1, c[i], (long long)i + 1);
    }
    return RAO_OK;
}

static void statistic(const rao_family *f, const double *x, double *t) {
    for (int64_t i = 0; i < f->d; i++) t[i] = x[i], t[f->d + i] = x[i] * x[i];
}
static void natural(const rao_family *f, const double *s, double *theta) {
    for (int64_t i = 0; i < f->d; i++) {
        double sigma = s[f->d + i];
        theta[i] = s[i] / sigma / sigma, theta[f->d + i] = -0.5 / sigma / sigma;
    }
}
static void expectation(const rao_family *f, const double *s, double *eta) {
    for (int64_t i = 0; i < f->d; i++) eta[i] = s[i], eta[f->d + i] = fma(s[i], s[i], s[f->d + i] * s[f->d + i]);
}
static double log_partition(const rao_family *f, const double *s) {
    double sum = 0;
    for (int64_t i = 0; i < f->d; i++) sum += rao_table_normal.exponential->log_partition(f, part(f, s, i).s);
    return sum;
}
static rao_status e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    rao_status st = RAO_OK;
    for (int64_t i = 0; i < f->d && st == RAO_OK; i++) st = rao_normal_e_mean(ctx, f, m, i, f->d + i, s);
    return st;
}
static rao_status m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    rao_status st = RAO_OK;
    for (int64_t i = 0; i < f->d && st == RAO_OK; i++) st = rao_normal_m_mean(ctx, f, m, i, f->d + i, s);
    return st;
}

static const family_exponential exponential = {statistic, natural, expectation, log_partition, rao_dual_is_minus_entropy,
                                               NULL,      e_mean,  m_mean};

static const family_chart charts[] = {
    {.name = "mu_sigma", .units = {1, 1, 1}, .coords = "mu#,sigma#", .load = load, .store = rao_store_plain}};

const family_table rao_table_diagonal_normal = {
    .info = {"diagonal_normal", "Normal with diagonal covariance", "mu_sigma", NULL, "dimension of x", 1, 0, 1, 1},
    .state = {0, 2},
    .observation = "x#",
    .charts = charts,
    .chart_count = 1,
    .exponential = &exponential,
    .possible = rao_possible_vector,
    .possible_words = "finite numbers",
    .logpdf = logpdf,
    .score = score,
    .fisher = fisher,
    .fisher_log_det = fisher_log_det,
    .entropy = entropy,
    .kl = kl,
    .kl_gradient = kl_gradient,
    .sample = sample,
    .mle = mle,
};
