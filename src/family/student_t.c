/* student_t.c - location-scale Student t with nu degrees of freedom given: density proportional to (1 + z^2/nu)^(-(nu+1)/2).
 * Fisher diag(nu+1, 2 nu)/((nu+3) sigma^2). KL has no closed form: quadrature. */
#include <math.h>

#include <rao/num.h>

#include "family/gamma.h"

static const double half_log_pi = 0.57236494292470008707;

/* (nu + 1)/2 log(1 + z^2/nu): z^2/2 (1 + 1/nu) where the logarithm is its argument, and without z^2 where that overflows. */
static double fall(double z, double nu) {
    double y = z / sqrt(nu);
    if (fabs(y) < 1e-9) return 0.5 * z * z * (1 + 1 / nu);
    return 0.5 * (nu + 1) * (fabs(y) > 1e100 ? 2 * log(fabs(y)) : log1p(y * y));
}

static double log_density(const rao_family *f, double z) {
    double nu = f->fixed;
    return rao_lgamma_diff(nu / 2, 0.5) - 0.5 * log(nu) - half_log_pi - fall(z, nu);
}
/* Far out, where z itself may be no double beside a narrow law. */
static double logpdf(const rao_family *f, const double *s, const double *x) {
    double nu = f->fixed, z = (x[0] - s[0]) / s[1], log_y = log(fabs(x[0] - s[0])) - log(s[1]) - 0.5 * log(nu);
    if (fabs(z) < 1e150 || log_y < 230) return rao_standard_logpdf(f, s, x);
    return rao_lgamma_diff(nu / 2, 0.5) - 0.5 * log(nu) - half_log_pi - (nu + 1) * log_y - log(s[1]);
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

/* ---- heavy tails: of nu = 0.001 half of the mass lies beyond 1e301 ------------------------------------------------ */

static double tail(const rao_family *f) { return f->fixed < 0.1 ? f->fixed : 0; }

/* log p/q - nu log(sigma_p/sigma_q) = (nu + 1)/2 log [(nu sigma_q^2 + (x - mu_q)^2) / (nu sigma_p^2 + (x - mu_p)^2)], from the difference of the two where that
 * is not most of either. */
static double within(const rao_family *f, const double *s, const double *t, double x) {
    double nu = f->fixed, y = x - s[0], d = s[0] - t[0], unit = fmax(fabs(y), s[1] * sqrt(nu)), a = y / unit, b = d / unit;
    double scale = sqrt(nu) / unit, below = scale * s[1] * (scale * s[1]) + a * a;
    double over = scale * (t[1] - s[1]) * (scale * (t[1] + s[1])) + b * (2 * a + b);
    if (over < 1e3 && over > -0.5 * below) return 0.5 * (nu + 1) * log1p(over / below);
    return (nu + 1) * (log(hypot(scale * t[1], (x - t[0]) / unit)) - 0.5 * log(below));
}
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    if (!(f->fixed < 1)) return rao_standard_log_ratio(f, s, t, x);
    return f->fixed * rao_log_quotient(s[1], t[1]) + within(f, s, t, x[0]);
}
/* The core is sqrt(nu) wide. */
static void center(const rao_family *f, const double *s, double *middle, double *scale) {
    *middle = s[0], *scale = s[1] * fmin(1, sqrt(f->fixed));
}

static const family_standard standard = {log_density, slope, stretch, unit_entropy, information, tail, within};

/* z / sqrt(chi2 / nu), in the log domain: a chi-square of few degrees of freedom underflows. */
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    double z = rao_draw_normal(d), log_chi = rao_draw_log_gamma(d, f->fixed / 2) - log(f->fixed / 2);
    x[0] = s[0] + s[1] * fmax(-1e300, fmin(1e300, z * exp(-0.5 * log_chi)));
}

static const family_chart charts[] = {
    {.name = "mu_sigma", .units = {1, 1, 1}, .coords = "mu,sigma", .load = rao_load_real_positive, .store = rao_store_plain}};

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
    .logpdf = logpdf,
    .log_ratio = log_ratio,
    .score = rao_standard_score,
    .fisher = rao_standard_fisher,
    .entropy = rao_standard_entropy,
    .support = rao_support_line,
    .center = center,
    .sample = sample,
    .mle = rao_standard_mle,
    .mle_method = RAO_ITERATION,
};
