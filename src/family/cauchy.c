/* cauchy.c - density 1/(pi gamma (1 + z^2)), z = (x - x0)/gamma.
 * KL = log(1 + [(gamma_p - gamma_q)^2 + (x0_p - x0_q)^2] / (4 gamma_p gamma_q)), symmetric (F. Chyzak and F. Nielsen 2019, arXiv:1905.10965). */
#include <math.h>

#include "family/family.h"

enum { X0, GAMMA };
static const double pi = 3.14159265358979323846;

static double log_density(const rao_family *f, double z) {
    return (void)f, fabs(z) > 1e100 ? -log(pi) - 2 * log(fabs(z)) : -log(pi) - log1p(z * z);
}
static double slope(const rao_family *f, double z) { return (void)f, fabs(z) > 1 ? 2 / (z + 1 / z) : 2 * z / (1 + z * z); }
static double stretch(const rao_family *f, double z) {
    double w = fabs(z) > 1 ? 1 / z : z, value = (w - 1) * (w + 1) / (1 + w * w);
    return (void)f, fabs(z) > 1 ? -value : value;
}
static double unit_entropy(const rao_family *f) { return (void)f, log(4 * pi); }
static void information(const rao_family *f, double m[3]) { (void)f, m[0] = m[2] = 0.5, m[1] = 0; }
static const family_standard standard = {log_density, slope, stretch, unit_entropy, information, NULL, NULL};

static double kl(const rao_family *f, const double *s, const double *t) {
    double u = s[GAMMA] - t[GAMMA], d = s[X0] - t[X0];
    double excess = (u / s[GAMMA] * (u / t[GAMMA]) + d / s[GAMMA] * (d / t[GAMMA])) / 4;
    return (void)f, excess < INF ? log1p(excess) : 2 * log(hypot(s[GAMMA] + t[GAMMA], d)) - log(4) - log(s[GAMMA]) - log(t[GAMMA]);
}

static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    double size = hypot(s[GAMMA] + t[GAMMA], s[X0] - t[X0]), d = (t[X0] - s[X0]) / size;
    (void)f;
    g[0] = 2 * d / size;
    g[1] = ((t[GAMMA] - s[GAMMA]) / size * ((t[GAMMA] + s[GAMMA]) / size) - d * d) / t[GAMMA];
}

/* The tangent of pi (u - 1/2), by its cotangent where u is near an end. */
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    double u = rao_draw_uniform(d), z = fabs(u - 0.5) < 0.25 ? tan(pi * (u - 0.5)) : u < 0.5 ? -1 / tan(pi * u) : 1 / tan(pi * (1 - u));
    (void)f, x[0] = s[X0] + s[GAMMA] * z;
}

static const family_chart charts[] = {
    {.name = "x0_gamma", .units = {1, 1, 1}, .coords = "x0,gamma", .load = rao_load_real_positive, .store = rao_store_plain}};

const family_table rao_table_cauchy = {
    .info = {"cauchy", "Cauchy", "x0_gamma", NULL, NULL, 0, 0, 0, 1},
    .state = {2},
    .observation = "x",
    .charts = charts,
    .chart_count = 1,
    .standard = &standard,
    .possible = rao_possible_real,
    .possible_words = "a finite number",
    .logpdf = rao_standard_logpdf,
    .log_ratio = rao_standard_log_ratio,
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
