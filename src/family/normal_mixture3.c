/* normal_mixture3.c - pi N(mu, sigma^2) + (1 - pi) N(0, 1), 0 <= pi <= 1: the smallest singular mixture. Where pi = 0, or mu = 0 and sigma = 1, coordinates
 * lose their meaning and the Fisher matrix its rank.
 * With a = log N(x; mu, sigma) - log N(x; 0, 1), which is a polynomial in x, and e = exp(a):
 *   d log p/d pi = (e - 1)/(1 + pi (e - 1)),   d log p/d(mu, sigma) = pi e/(1 + pi (e - 1)) times the normal's score.
 * Entropy, KL and the Fisher matrix inside are quadratures; on the edges pi = 0 and pi = 1 the matrix is closed, with infinite entries where the square of
 * one density over the other is not integrable. */
#include <math.h>

#include <rao/num.h>

#include "family/family.h"

enum { PI, MU, SIGMA };
static const double half_log_2pi = 0.91893853320467274178;

static rao_status load(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    s[PI] = c[0], s[MU] = c[1], s[SIGMA] = c[2];
    rao_status st = rao_want_unit(ctx, f, "pi", c[0]);
    if (!st) st = rao_want_finite(ctx, f, "mu", c[1]);
    return st ? st : rao_want_positive(ctx, f, "sigma", c[2]);
}

/* a: 1 - 1/sigma^2 as a product, so that sigma near 1 loses nothing. */
static double log_parts(const double *s, double x) {
    double g = s[SIGMA], m = s[MU] / g, y = x / g;
    if (fabs(x) > 1e100) return 0.5 * ((x - y) * (x + y)) + y * m - 0.5 * m * m - log(g);
    return 0.5 * (g - 1) * (g + 1) * y * y + y * m - 0.5 * m * m - (fabs(g - 1) < 0.5 ? log1p(g - 1) : log(g));
}

/* log(1 + pi (exp a - 1)) */
static double log_mixed(double p, double a) { return p > 0 ? log1p(p * expm1(a)) : 0; }

static double logpdf(const rao_family *f, const double *s, const double *x) {
    (void)f;
    if (s[PI] == 1) return -0.5 * ((x[0] - s[MU]) / s[SIGMA]) * ((x[0] - s[MU]) / s[SIGMA]) - log(s[SIGMA]) - half_log_2pi;
    double a = log_parts(s, x[0]), z = (x[0] - s[MU]) / s[SIGMA];
    if (a > 30 && s[PI] > 0) return -0.5 * z * z - log(s[SIGMA]) - half_log_2pi + log(s[PI] + (1 - s[PI]) * exp(-a));
    return -0.5 * x[0] * x[0] - half_log_2pi + log_mixed(s[PI], a);
}

/* With b the log ratio of the two normals and all divided by exp a_q where that is large:
 * p/q - 1 = [(pi_p - pi_q) (exp a_p - 1) + pi_q exp a_q (exp b - 1)] / (1 + pi_q (exp a_q - 1)). */
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    double a = log_parts(t, x[0]), b = rao_normal_log_ratio(s + MU, t + MU, x[0]), down = a > 0 ? exp(-a) : 1, up = a > 0 ? 1 : exp(a);
    double u = ((s[PI] - t[PI]) * (up * exp(b) - down) + t[PI] * up * expm1(b)) / (t[PI] * up + (1 - t[PI]) * down);
    return fabs(u) < 0.5 ? log1p(u) : logpdf(f, s, x) - logpdf(f, t, x);
}

/* exp(a)/(1 + pi (exp a - 1)) and (exp(a) - 1)/(1 + pi (exp a - 1)), divided by exp a where that is large. */
static double weight_of_first(double p, double a) { return a > 0 ? 1 / (p + (1 - p) * exp(-a)) : exp(a) / (1 + p * expm1(a)); }
static double slope_in_pi(double p, double a) { return a > 0 ? -expm1(-a) / (p + (1 - p) * exp(-a)) : expm1(a) / (1 + p * expm1(a)); }

static void score(const rao_family *f, const double *s, const double *x, double *g) {
    double a = log_parts(s, x[0]), r = s[PI] * weight_of_first(s[PI], a), z = (x[0] - s[MU]) / s[SIGMA];
    (void)f, g[0] = slope_in_pi(s[PI], a), g[1] = r * z / s[SIGMA], g[2] = r * (z - 1) * (z + 1) / s[SIGMA];
}

/* int N(m, g)^2 / N(0, 1) - 1, infinite where g^2 >= 2. */
static double chi_square(double m, double g) {
    double rest = 2 - g * g;
    return rest > 0 ? expm1(m * m / rest - log(g) - 0.5 * log(rest)) : INF;
}

/* On the edges; elsewhere the engine integrates. */
static int fisher_at_edge(const rao_family *f, const double *s, double *m) {
    (void)f;
    double mu = s[MU], g = s[SIGMA];
    if (s[PI] > 0 && s[PI] < 1) return 0;
    for (int i = 0; i < 9; i++) m[i] = 0;
    if (s[PI] == 0) {
        m[0] = chi_square(mu, g);
        return 1;
    }
    m[0] = chi_square(-mu / g, 1 / g); /* the roles exchanged, in units of sigma */
    m[1] = m[3] = mu / g / g;
    m[2] = m[6] = ((g - 1) * (g + 1) - mu * mu) / g / g / g;
    m[4] = 1 / g / g, m[8] = 2 / g / g;
    return 1;
}

static void center(const rao_family *f, const double *s, double *middle, double *scale) {
    (void)f, *middle = s[PI] > 0.5 ? s[MU] : 0, *scale = fmax(s[PI] > 0 ? s[SIGMA] : 0, s[PI] < 1 ? 1 : 0);
}
static int64_t landmarks(const rao_family *f, const double *s, family_mark *at, int64_t most) {
    (void)f, (void)most;
    at[0] = (family_mark){0, 1}, at[1] = (family_mark){s[MU], s[SIGMA]};
    return 2;
}
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    double u = rao_draw_uniform(d), z = rao_draw_normal(d);
    (void)f, x[0] = u < s[PI] ? s[MU] + s[SIGMA] * z : z;
}

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    (void)f, (void)data, (void)c;
    return rao_fail(ctx, RAO_EDOMAIN,
                    "normal_mixture3: the likelihood grows without bound as sigma -> 0 with mu at an observation: it has no maximum");
}

static const family_chart charts[] = {{.name = "pi_mu_sigma", .coords = "pi,mu,sigma", .load = load, .store = rao_store_plain}};

const family_table rao_table_normal_mixture3 = {
    .info = {"normal_mixture3", "Mixture of a normal with the standard normal", "pi_mu_sigma", NULL, NULL, 0, 0, 0, 1},
    .state = {3},
    .observation = "x",
    .charts = charts,
    .chart_count = 1,
    .possible = rao_possible_real,
    .possible_words = "a finite number",
    .logpdf = logpdf,
    .log_ratio = log_ratio,
    .score = score,
    .fisher_at_edge = fisher_at_edge,
    .support = rao_support_line,
    .center = center,
    .landmarks = landmarks,
    .sample = sample,
    .mle = mle,
};
