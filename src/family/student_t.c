/* student_t.c - location-scale Student t with nu degrees of freedom given: density proportional to (1 + z^2/nu)^(-(nu+1)/2).
 * Fisher diag(nu+1, 2 nu)/((nu+3) sigma^2). KL has no closed form: quadrature. */
#include <math.h>

#include <rao/num.h>

#include "family/gamma.h"

static const double half_log_pi = 0.57236494292470008707;

static double log_tail(double z, double nu) { return fabs(z) > 1e100 ? 2 * log(fabs(z)) - log(nu) : log1p(z * z / nu); }

static double log_density(const rao_family *f, double z) {
    double nu = f->fixed;
    return rao_lgamma_diff(nu / 2, 0.5) - 0.5 * log(nu) - half_log_pi - 0.5 * (nu + 1) * log_tail(z, nu);
}
static double slope(const rao_family *f, double z) {
    return fabs(z) > 1 ? (f->fixed + 1) / (z + f->fixed / z) : (f->fixed + 1) * z / (f->fixed + z * z);
}
static double stretch(const rao_family *f, double z) {
    double nu = f->fixed;
    if (fabs(z) <= 1) return nu * (z - 1) * (z + 1) / (nu + z * z);
    return nu * (1 - 1 / z) * (1 + 1 / z) / (1 + nu / z / z);
}
static double unit_entropy(const rao_family *f) {
    double nu = f->fixed;
    return 0.5 * (nu + 1) * rao_digamma_diff(nu / 2, 0.5) + 0.5 * log(nu) + half_log_pi - rao_lgamma_diff(nu / 2, 0.5);
}
static void information(const rao_family *f, double m[3]) {
    m[0] = (f->fixed + 1) / (f->fixed + 3), m[1] = 0, m[2] = 2 * f->fixed / (f->fixed + 3);
}
static const family_standard standard = {log_density, slope, stretch, unit_entropy, information};

/* z / sqrt(chi2 / nu), in the log domain: a chi-square of few degrees of freedom underflows. */
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    double z = rao_draw_normal(d), log_chi = rao_draw_log_gamma(d, f->fixed / 2) - log(f->fixed / 2);
    x[0] = s[0] + s[1] * fmax(-1e300, fmin(1e300, z * exp(-0.5 * log_chi)));
}

static const family_chart charts[] = {{.name = "mu_sigma", .coords = "mu,sigma", .load = rao_load_real_positive, .store = rao_store_plain}};

const family_table rao_table_student_t = {
    .info = {"student_t", "Student t", "mu_sigma", "nu", NULL, 0, 0, 0, 1},
    .state = {2},
    .observation = "x",
    .charts = charts,
    .chart_count = 1,
    .fixed_low = 0,
    .fixed_high = INF,
    .standard = &standard,
    .possible = rao_possible_real,
    .possible_words = "a finite number",
    .logpdf = rao_standard_logpdf,
    .log_ratio = rao_standard_log_ratio,
    .score = rao_standard_score,
    .fisher = rao_standard_fisher,
    .entropy = rao_standard_entropy,
    .support = rao_support_line,
    .center = rao_standard_center,
    .sample = sample,
    .mle = rao_standard_mle,
};
