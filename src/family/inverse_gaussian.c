/* inverse_gaussian.c - density sqrt(lambda / (2 pi x^3)) exp(-lambda (x - mu)^2 / (2 mu^2 x)), x > 0.
 * Fisher diag(lambda/mu^3, 1/(2 lambda^2)); KL = (r - 1 - log r)/2 + lambda_q (mu_p - mu_q)^2 / (2 mu_q^2 mu_p), r = lambda_q/lambda_p.
 * Entropy: E log(x/mu) = -e^y E1(y), y = 2 lambda/mu. */
#include <math.h>

#include "family/family.h"

enum { MU, LAMBDA };
static const double half_log_2pi = 0.91893853320467274178, euler = 0.57721566490153286061;

/* e^y E1(y), y > 0: the power series below 1, the continued fraction of E1 (Lentz's form) above. */
static double scaled_exponential_integral(double y) {
    if (y < 1) {
        double sum = -euler - log(y), term = 1;
        for (int k = 1; k < 30; k++) term *= -y / k, sum -= term / k;
        return exp(y) * sum;
    }
    double b = y + 1, c = 1e300, d = 1 / b, h = d;
    for (int k = 1; k < 500; k++) {
        double a = -(double)k * k;
        b += 2;
        d = 1 / (a * d + b), c = b + a / c;
        double factor = c * d;
        h *= factor;
        if (fabs(factor - 1) < 1e-16) break;
    }
    return h;
}

static double logpdf(const rao_family *f, const double *s, const double *x) {
    double z = (x[0] - s[MU]) / s[MU];
    return (void)f, 0.5 * log(s[LAMBDA]) - half_log_2pi - 1.5 * log(x[0]) - 0.5 * z * z * (s[LAMBDA] / x[0]);
}
/* log density = log(lambda)/2 - lambda z^2 / (2 x) + ..., z = (x - mu)/mu */
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    double z = (x[0] - s[MU]) / s[MU], y = (x[0] - t[MU]) / t[MU], d = x[0] / s[MU] * ((t[MU] - s[MU]) / t[MU]); /* z - y */
    double squares = (s[LAMBDA] - t[LAMBDA]) / x[0] * z * z + t[LAMBDA] / x[0] * d * (z + y);
    return (void)f, 0.5 * (rao_log_quotient(s[LAMBDA], t[LAMBDA]) - squares);
}
static void score(const rao_family *f, const double *s, const double *x, double *g) {
    double z = (x[0] - s[MU]) / s[MU];
    (void)f, g[0] = s[LAMBDA] / s[MU] * z / s[MU], g[1] = 0.5 * (1 / s[LAMBDA] - z * z / x[0]);
}
static void fisher(const rao_family *f, const double *s, double *m) {
    (void)f, m[0] = s[LAMBDA] / s[MU] / s[MU] / s[MU], m[3] = 0.5 / s[LAMBDA] / s[LAMBDA];
}
static double entropy(const rao_family *f, const double *s) {
    return (void)f, half_log_2pi + 0.5 + 1.5 * (log(s[MU]) - scaled_exponential_integral(2 * (s[LAMBDA] / s[MU]))) - 0.5 * log(s[LAMBDA]);
}

static double kl(const rao_family *f, const double *s, const double *t) {
    double z = (s[MU] - t[MU]) / t[MU];
    return (void)f, 0.5 * rao_scale_divergence((t[LAMBDA] - s[LAMBDA]) / s[LAMBDA], log(t[LAMBDA]) - log(s[LAMBDA])) +
                        0.5 * z * z * (t[LAMBDA] / s[MU]);
}
static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    double z = (s[MU] - t[MU]) / t[MU];
    (void)f, g[0] = -z * (t[LAMBDA] / t[MU]) / t[MU];
    g[1] = 0.5 * ((t[LAMBDA] - s[LAMBDA]) / s[LAMBDA] / t[LAMBDA] + z * z / s[MU]);
}

static void center(const rao_family *f, const double *s, double *middle, double *scale) {
    double w = 1.5 * (s[MU] / s[LAMBDA]); /* the mode: mu (sqrt(1 + w^2) - w) */
    (void)f, *middle = s[MU] / (sqrt(1 + w * w) + w), *scale = fmin(s[MU], *middle * fmax(1e-3, sqrt(*middle / s[LAMBDA])));
}

/* J. Michael, W. Schucany and R. Haas 1976, The American Statistician 30, 88-90; the smaller root as mu / (1 + w + sqrt(w^2 + 2w)). */
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    double z = rao_draw_normal(d), w = z * z * (s[MU] / s[LAMBDA]) / 2, y = s[MU] / (1 + w + sqrt(w * (w + 2)));
    (void)f, x[0] = rao_draw_uniform(d) * (s[MU] + y) <= s[MU] ? y : s[MU] * (s[MU] / y);
}

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    double mean = rao_data_mean(data, 0), sum = 0;
    (void)f;
    for (int64_t i = 0; i < data->n; i++) {
        double x = data_row(data, i)[0], z = (x - mean) / mean;
        sum += data_weight(data, i) * z * z / x;
    }
    if (!(sum > 0))
        return rao_fail(ctx, RAO_EDOMAIN, "inverse_gaussian: all observations are equal: the likelihood grows without bound with lambda");
    c[MU] = mean, c[LAMBDA] = data->total / sum;
    return RAO_OK;
}

static void statistic(const rao_family *f, const double *x, double *t) { (void)f, t[0] = x[0], t[1] = 1 / x[0]; }
static void natural(const rao_family *f, const double *s, double *theta) {
    (void)f, theta[0] = -0.5 * (s[LAMBDA] / s[MU]) / s[MU], theta[1] = -0.5 * s[LAMBDA];
}
static void expectation(const rao_family *f, const double *s, double *eta) { (void)f, eta[0] = s[MU], eta[1] = 1 / s[MU] + 1 / s[LAMBDA]; }
static double log_partition(const rao_family *f, const double *s) { return (void)f, -0.5 * log(s[LAMBDA]) - s[LAMBDA] / s[MU]; }
/* Means of lambda and lambda/mu^2. */
static rao_status e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    double unit = rao_mean_least(m, MU), over = 0;
    for (int64_t k = 0; k < m->n; k++)
        if (m->w[k] != 0) over += m->w[k] * m->s[k][LAMBDA] * (unit / m->s[k][MU]) * (unit / m->s[k][MU]);
    s[LAMBDA] = rao_mean_at(m, LAMBDA);
    s[MU] = unit * sqrt(s[LAMBDA] / over);
    rao_status st = rao_mean_inside(ctx, f, "lambda", s[LAMBDA]);
    return st ? st : rao_mean_inside(ctx, f, "lambda/mu^2", over > 0 ? over : over / unit / unit);
}
/* Means of mu and 1/mu + 1/lambda: 1/lambda = sum w [1/lambda_k + (mu_k - mu)^2 / (mu^2 mu_k)]. */
static rao_status m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    double mu = rao_mean_at(m, MU), sum = 0;
    for (int64_t k = 0; k < m->n; k++) {
        if (m->w[k] == 0) continue;
        double r = (m->s[k][MU] - mu) / mu;
        sum += m->w[k] * (1 / m->s[k][LAMBDA] + r * r / m->s[k][MU]);
    }
    s[MU] = mu, s[LAMBDA] = 1 / sum;
    rao_status st = rao_mean_inside(ctx, f, "mu", mu);
    return st ? st : rao_mean_inside(ctx, f, "1/lambda", sum);
}

static const family_exponential exponential = {statistic, natural, expectation, log_partition, NULL, NULL, e_mean, m_mean};

static const family_chart charts[] = {
    {.name = "mu_lambda", .units = {1, 1, 1}, .coords = "mu,lambda", .load = rao_load_positive, .store = rao_store_plain}};

const family_table rao_table_inverse_gaussian = {
    .info = {"inverse_gaussian", "Inverse Gaussian", "mu_lambda", NULL, NULL, 0, 0, 1, 1},
    .state = {2},
    .observation = "x",
    .charts = charts,
    .chart_count = 1,
    .exponential = &exponential,
    .possible = rao_possible_positive,
    .possible_words = "x > 0",
    .logpdf = logpdf,
    .log_ratio = log_ratio,
    .score = score,
    .fisher = fisher,
    .entropy = entropy,
    .kl = kl,
    .kl_gradient = kl_gradient,
    .support = rao_support_half_line,
    .center = center,
    .sample = sample,
    .mle = mle,
};
