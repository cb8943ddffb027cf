/* gumbel.c - the law of maxima: density exp(-z - exp(-z))/beta, z = (x - mu)/beta.
 * KL = [exp(y) - 1 - y] + B(r), y = d + log Gamma(1 + r), B(r) = log Gamma(r) + euler (r - 1) the Bregman divergence of log Gamma at 1: two positive terms
 * (r, d in gumbel.h; it is C. Bauckhage's form for the Weibull, arXiv:1310.3713, regrouped). */
#include "family/gumbel.h"

#include <math.h>

#include <rao/num.h>

#include "family/family.h"

static const double euler = 0.57721566490153286061;

static double log_gamma_next(double r, double u) { return r > 0.5 ? rao_lgamma_diff(2, u) : rao_lgamma1p(r); }

double rao_gumbel_kl(double r, double u, double d) {
    double bregman = r > 0.5 ? rao_lgamma_bregman(1, u) : rao_lgamma(r) + euler * (r - 1);
    return rao_expm1mx(d + log_gamma_next(r, u)) + bregman;
}

/* dKL/dmu_q = drift / beta_q; dKL/dlog beta_q = -drift (1 + d + r psi(r)) - r (psi(r) + euler). */
void rao_gumbel_slopes(double r, double u, double d, double *drift, double *along_scale) {
    double change = r > 0.5 ? rao_digamma_diff(1, u) : rao_digamma(r) + euler;
    *drift = expm1(d + log_gamma_next(r, u));
    *along_scale = -*drift * (1 + d + r * (change - euler)) - r * change;
}

static double log_density(const rao_family *f, double z) { return (void)f, z < -709 ? -INF : -z - exp(-z); }
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    if (rao_scales_apart(s[1], t[1])) return rao_standard_log_ratio(f, s, t, x);
    double z = (x[0] - t[0]) / t[1], d = rao_standard_gap(s, t, z);
    double powers = fabs(d) < 1 ? exp(-z) * expm1(-d) : exp(-(z + d)) - exp(-z);
    return (void)f, rao_log_quotient(t[1], s[1]) - d - powers;
}
static double slope(const rao_family *f, double z) { return (void)f, -expm1(-z); }
static double stretch(const rao_family *f, double z) { return (void)f, -z * expm1(-z) - 1; }
static double unit_entropy(const rao_family *f) { return (void)f, 1 + euler; }
static void information(const rao_family *f, double m[3]) {
    (void)f, m[0] = 1, m[1] = -(1 - euler), m[2] = 1.6449340668482264365 + (1 - euler) * (1 - euler);
}
static const family_standard standard = {log_density, slope, stretch, unit_entropy, information, NULL, NULL};

static double kl(const rao_family *f, const double *s, const double *t) {
    return (void)f, rao_gumbel_kl(s[1] / t[1], (s[1] - t[1]) / t[1], (t[0] - s[0]) / t[1]);
}
static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    (void)f;
    rao_gumbel_slopes(s[1] / t[1], (s[1] - t[1]) / t[1], (t[0] - s[0]) / t[1], &g[0], &g[1]);
    g[0] /= t[1], g[1] /= t[1];
}

static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    (void)f, x[0] = s[0] - s[1] * log(-log(rao_draw_uniform(d)));
}

static const family_chart charts[] = {
    {.name = "mu_beta", .units = {1, 1, 1}, .coords = "mu,beta", .load = rao_load_real_positive, .store = rao_store_plain}};

const family_table rao_table_gumbel = {
    .info = {"gumbel", "Gumbel (maximum)", "mu_beta", NULL, NULL, 0, 0, 0, 1},
    .state = {2},
    .observation = "x",
    .charts = charts,
    .chart_count = 1,
    .standard = &standard,
    .possible = rao_possible_real,
    .possible_words = "a finite number",
    .logpdf = rao_standard_logpdf,
    .log_ratio = log_ratio,
    .score = rao_standard_score,
    .fisher = rao_standard_fisher,
    .entropy = rao_standard_entropy,
    .kl = kl,
    .kl_gradient = kl_gradient,
    .support = rao_support_line,
    .center = rao_standard_center,
    .sample = sample,
    .mle = rao_standard_mle,
    .mle_method = RAO_ITERATION,
};
