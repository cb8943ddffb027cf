/* isotropic_normal.c - N(mu, sigma^2 I_d). State: mu_1..mu_d, sigma.
 * Fisher diag(1, .., 1, 2d)/sigma^2; KL = d [(u - log(1+u)) + u^2/2] + |mu_p - mu_q|^2 / (2 sigma_q^2), u = sigma_p/sigma_q - 1. */
#include <math.h>

#include "family/family.h"
#include "family/normal.h"

static const double half_log_2pi = 0.91893853320467274178;

static rao_status load(rao_ctx *ctx, const rao_family *f, const double *c, double *s) { return rao_load_reals(ctx, f, f->d, c, s); }

static double square(const rao_family *f, const double *a, const double *b, double scale) {
    double sum = 0;
    for (int64_t i = 0; i < f->d; i++) sum += (a[i] - b[i]) / scale * ((a[i] - b[i]) / scale);
    return sum;
}

static double logpdf(const rao_family *f, const double *s, const double *x) {
    return -0.5 * square(f, x, s, s[f->d]) - (double)f->d * (log(s[f->d]) + half_log_2pi);
}

static void score(const rao_family *f, const double *s, const double *x, double *g) {
    double sigma = s[f->d];
    for (int64_t i = 0; i < f->d; i++) g[i] = (x[i] - s[i]) / sigma / sigma;
    g[f->d] = (square(f, x, s, sigma) - (double)f->d) / sigma;
}

static void fisher(const rao_family *f, const double *s, double *m) {
    int64_t n = f->d + 1;
    double unit = 1 / s[f->d] / s[f->d];
    for (int64_t i = 0; i < f->d; i++) m[i * n + i] = unit;
    m[n * n - 1] = 2 * (double)f->d * unit;
}

/* det F = 2 d sigma^(-2 (d + 1)) */
static rao_status fisher_log_det(rao_ctx *ctx, const rao_family *f, const double *s, double *out, rao_quality *quality) {
    double d = (double)f->d;
    return (void)ctx, (void)quality, *out = log(2 * d) - 2 * (d + 1) * log(s[f->d]), RAO_OK;
}

static double entropy(const rao_family *f, const double *s) { return (double)f->d * (half_log_2pi + 0.5 + log(s[f->d])); }

/* The normal's KL of the scales alone. */
static double kl_of_scales(double sigma, double tau) { return rao_normal_kl(rao_plain_step(0, sigma, 0, tau), sigma, tau); }

static double kl(const rao_family *f, const double *s, const double *t) {
    return (double)f->d * kl_of_scales(s[f->d], t[f->d]) + 0.5 * square(f, s, t, t[f->d]);
}

static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    double tau = t[f->d], u = (s[f->d] - tau) / tau;
    for (int64_t i = 0; i < f->d; i++) g[i] = (t[i] - s[i]) / tau / tau;
    g[f->d] = -((double)f->d * u * (2 + u) + square(f, s, t, tau)) / tau;
}

static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    for (int64_t i = 0; i < f->d; i++) x[i] = s[i] + s[f->d] * rao_draw_normal(d);
}

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    double var = 0;
    for (int64_t i = 0; i < f->d; i++) {
        c[i] = rao_data_mean(data, i);
        var += rao_data_variance(data, i, c[i]) / (double)f->d;
    }
    if (!(var > 0))
        return rao_fail(ctx, RAO_EDOMAIN, "isotropic_normal: all observations are equal: the likelihood grows without bound as sigma -> 0");
    c[f->d] = sqrt(var);
    return RAO_OK;
}

static void statistic(const rao_family *f, const double *x, double *t) {
    t[f->d] = 0;
    for (int64_t i = 0; i < f->d; i++) t[i] = x[i], t[f->d] += x[i] * x[i];
}
static void natural(const rao_family *f, const double *s, double *theta) {
    double sigma = s[f->d];
    for (int64_t i = 0; i < f->d; i++) theta[i] = s[i] / sigma / sigma;
    theta[f->d] = -0.5 / sigma / sigma;
}
static void expectation(const rao_family *f, const double *s, double *eta) {
    eta[f->d] = (double)f->d * s[f->d] * s[f->d];
    for (int64_t i = 0; i < f->d; i++) eta[i] = s[i], eta[f->d] += s[i] * s[i];
}
static double log_partition(const rao_family *f, const double *s) {
    double sum = (double)f->d * (log(s[f->d]) + half_log_2pi);
    for (int64_t i = 0; i < f->d; i++) sum += 0.5 * (s[i] / s[f->d]) * (s[i] / s[f->d]);
    return sum;
}
static rao_status e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    rao_status st = RAO_OK; /* every coordinate finds the same sigma */
    for (int64_t i = 0; i < f->d && st == RAO_OK; i++) st = rao_normal_e_mean(ctx, f, m, i, f->d, s);
    return st;
}
/* d sigma^2 = sum w (d sigma_k^2 + |mu_k - mu|^2) */
static rao_status m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    double unit = 0, var = 0;
    for (int64_t i = 0; i < f->d; i++) s[i] = rao_mean_at(m, i);
    for (int64_t k = 0; k < m->n; k++) {
        unit = fmax(unit, m->s[k][f->d]);
        for (int64_t i = 0; i < f->d; i++) unit = fmax(unit, fabs(m->s[k][i] - s[i]));
    }
    for (int64_t k = 0; k < m->n; k++) {
        double width = m->s[k][f->d] / unit;
        var += m->w[k] * (width * width + square(f, m->s[k], s, unit) / (double)f->d);
    }
    s[f->d] = unit * sqrt(var);
    return rao_mean_inside(ctx, f, "sigma^2", var > 0 ? var : var * unit * unit);
}

static const family_exponential exponential = {statistic, natural, expectation, log_partition, rao_dual_is_minus_entropy,
                                               NULL,      e_mean,  m_mean};

static const family_chart charts[] = {
    {.name = "mu_sigma", .units = {1, 1, 1}, .coords = "mu#,sigma", .load = load, .store = rao_store_plain}};

const family_table rao_table_isotropic_normal = {
    .info = {"isotropic_normal", "Normal with one variance", "mu_sigma", NULL, "dimension of x", 1, 0, 1, 1},
    .state = {1, 1},
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
