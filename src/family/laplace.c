/* laplace.c - density exp(-|z|)/(2 b), z = (x - mu)/b. With r = b_p/b_q and d = |mu_p - mu_q|/b_p:
 * KL = (r - 1 - log r) + r (exp(-d) - 1 + d). Fisher I/b^2 from scores; -E of the second derivative would give 0 for mu, because log p has a kink. */
#include <math.h>

#include <rao/num.h>

#include "family/family.h"

enum { MU, B };

static double log_density(const rao_family *f, double z) { return (void)f, -fabs(z) - 0.69314718055994530942; }
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    double z = (x[0] - t[0]) / t[1], d = rao_standard_gap(s, t, z), scales = rao_log_quotient(t[1], s[1]);
    (void)f;
    if (rao_scales_apart(s[1], t[1])) return scales + (fabs(z) - fabs(x[0] - s[0]) / s[1]);
    if (z > 0 && z + d > 0) return scales - d;
    return scales + (z < 0 && z + d < 0 ? d : fabs(z) - fabs(z + d));
}
static double slope(const rao_family *f, double z) { return (void)f, z > 0 ? 1 : z < 0 ? -1 : 0; }
static double stretch(const rao_family *f, double z) { return (void)f, fabs(z) - 1; }
static double unit_entropy(const rao_family *f) { return (void)f, 1.69314718055994530942; }
static void information(const rao_family *f, double m[3]) { (void)f, m[0] = m[2] = 1, m[1] = 0; }
static const family_standard standard = {log_density, slope, stretch, unit_entropy, information, NULL, NULL};

static double kl(const rao_family *f, const double *s, const double *t) {
    double r = s[B] / t[B], d = fabs(s[MU] - t[MU]) / s[B], far = fabs(s[MU] - t[MU]) / t[B];
    double shift = d < 1 ? r * rao_expm1mx(-d) : far + r * expm1(-d);
    return (void)f, rao_scale_divergence((s[B] - t[B]) / t[B], log(s[B]) - log(t[B])) + shift;
}

static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    double r = s[B] / t[B], d = fabs(s[MU] - t[MU]) / s[B],
           shift = d < 1 ? r * rao_expm1mx(-d) : fabs(s[MU] - t[MU]) / t[B] + r * expm1(-d);
    (void)f;
    g[0] = (t[MU] > s[MU] ? -1 : 1) * expm1(-d) / t[B];
    g[1] = ((t[B] - s[B]) / t[B] - shift) / t[B];
}

static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    double u = rao_draw_uniform(d), z = u < 0.5 ? log(2 * u) : -log(2 * (1 - u));
    (void)f, x[0] = s[MU] + s[B] * z;
}

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    const double half = 0.5;
    double sum = 0;
    rao_status st = rao_data_quantiles(ctx, data, 0, 1, &half, &c[MU]);
    (void)f;
    if (st) return st;
    for (int64_t i = 0; i < data->n; i++) sum += data_weight(data, i) * fabs(data_row(data, i)[0] - c[MU]);
    if (!(sum > 0))
        return rao_fail(ctx, RAO_EDOMAIN, "laplace: all observations are %.17g: the likelihood grows without bound as b -> 0", c[MU]);
    c[B] = sum / data->total;
    return RAO_OK;
}

static const family_chart charts[] = {
    {.name = "mu_b", .units = {1, 1, 1}, .coords = "mu,b", .load = rao_load_real_positive, .store = rao_store_plain}};

const family_table rao_table_laplace = {
    .info = {"laplace", "Laplace", "mu_b", NULL, NULL, 0, 0, 0, 1},
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
    .mle = mle,
};
