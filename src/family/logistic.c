/* logistic.c - density exp(-z)/(s (1 + exp(-z))^2), z = (x - mu)/s. Fisher diag(1/3, (3 + pi^2)/9)/s^2. KL has no closed form: quadrature. */
#include <math.h>

#include "family/family.h"

static double log_density(const rao_family *f, double z) { return (void)f, -fabs(z) - 2 * log1p(exp(-fabs(z))); }
static double slope(const rao_family *f, double z) { return (void)f, tanh(z / 2); }
static double stretch(const rao_family *f, double z) { return (void)f, z * tanh(z / 2) - 1; }
static double unit_entropy(const rao_family *f) { return (void)f, 2; }
static void information(const rao_family *f, double m[3]) { (void)f, m[0] = 1.0 / 3, m[1] = 0, m[2] = 1.4299560445654842648; }
static const family_standard standard = {log_density, slope, stretch, unit_entropy, information, NULL, NULL};

static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    double u = rao_draw_uniform(d);
    (void)f, x[0] = s[0] + s[1] * (log(u) - log1p(-u));
}

static const family_chart charts[] = {
    {.name = "mu_s", .units = {1, 1, 1}, .coords = "mu,s", .load = rao_load_real_positive, .store = rao_store_plain}};

const family_table rao_table_logistic = {
    .info = {"logistic", "Logistic", "mu_s", NULL, NULL, 0, 0, 0, 1},
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
    .support = rao_support_line,
    .center = rao_standard_center,
    .sample = sample,
    .mle = rao_standard_mle,
    .mle_method = RAO_ITERATION,
};
