/* gamma.c - density rate^k x^(k-1) exp(-rate x) / Gamma(k), x > 0. State: shape k, rate, scale, mean, which of the last three was given, what k = theta_1 + 1
 * left out, E log x where it was given (else infinite).
 * With the excess h(k) = log Gamma(k) - k log k + k, shape and mean m = k/rate are orthogonal coordinates:
 *   KL = B_h(k_p, k_q) + k_q (r - 1 - log r), r = m_p / m_q,   F = diag(h''(k), k / m^2),   h'' = psi'(k) - 1/k,
 * and every term keeps its digits at shapes of 1e12. The density is that of a Poisson count k at rate (rate x), times k / x. */
#include <math.h>

#include <rao/num.h>

#include "family/family.h"
#include "family/dirichlet.h"
#include "family/gamma.h"
#include "family/legendre.h"
#include "family/saddle.h"

enum { BY_RATE, BY_SCALE, BY_MEAN };

static rao_status load(rao_ctx *ctx, const rao_family *f, const char *name, int kind, double shape, double given, double *s) {
    s[GAMMA_SHAPE] = shape;
    s[GAMMA_RATE] = kind == BY_RATE ? given : kind == BY_SCALE ? 1 / given : shape / given;
    s[GAMMA_SCALE] = kind == BY_SCALE ? given : kind == BY_RATE ? 1 / given : given / shape;
    s[GAMMA_MEAN] = kind == BY_MEAN ? given : kind == BY_RATE ? shape / given : shape * given;
    s[GAMMA_KIND] = kind, s[GAMMA_SHAPE_REST] = 0, s[GAMMA_LOG] = INF;
    rao_status st = rao_want_positive(ctx, f, "shape", shape);
    if (!st) st = rao_want_positive(ctx, f, name, given);
    return st ? st : rao_want_positive(ctx, f, "the mean", s[GAMMA_MEAN]); /* it may leave the doubles */
}
rao_status rao_gamma_load_rate(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    return load(ctx, f, "rate", BY_RATE, c[0], c[1], s);
}
static rao_status load_scale(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    return load(ctx, f, "scale", BY_SCALE, c[0], c[1], s);
}
static rao_status load_mean(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    return load(ctx, f, "mean", BY_MEAN, c[0], c[1], s);
}

static rao_status load_natural(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    if (!(c[0] > -1 && c[0] < INF)) return rao_fail(ctx, RAO_EDOMAIN, "gamma: theta_1 = %.17g, want > -1 and finite", c[0]);
    if (!(c[1] < 0 && c[1] > -INF)) return rao_fail(ctx, RAO_EDOMAIN, "gamma: theta_2 = %.17g, want < 0 and finite", c[1]);
    rao_status st = load(ctx, f, "rate", BY_RATE, c[0] + 1, -c[1], s);
    double one = s[GAMMA_SHAPE] - c[0]; /* Knuth's sum of two */
    return s[GAMMA_SHAPE_REST] = (c[0] - (s[GAMMA_SHAPE] - one)) + (1 - one), st;
}

static rao_status load_expectation(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    if (!(c[1] > 0 && c[1] < INF)) return rao_fail(ctx, RAO_EDOMAIN, "gamma: eta_2 = %.17g, want > 0 and finite", c[1]);
    double gap = log(c[1]) - c[0];
    if (!(gap > 0 && gap < INF)) return rao_fail(ctx, RAO_EDOMAIN, "gamma: eta_1 = %.17g, want < log eta_2 = %.17g", c[0], log(c[1]));
    rao_status st = load(ctx, f, "mean", BY_MEAN, rao_digamma_excess_inverse(-gap), c[1], s);
    return s[GAMMA_LOG] = c[0], st;
}

static rao_status store_scale(rao_ctx *ctx, const rao_family *f, const double *s, double *c) {
    return (void)ctx, (void)f, c[0] = s[GAMMA_SHAPE], c[1] = s[GAMMA_SCALE], RAO_OK;
}
static rao_status store_mean(rao_ctx *ctx, const rao_family *f, const double *s, double *c) {
    return (void)ctx, (void)f, c[0] = s[GAMMA_SHAPE], c[1] = s[GAMMA_MEAN], RAO_OK;
}

/* Jacobians d(shape, rate) / d(chart). */
static void jacobian_scale(const rao_family *f, const double *s, double *j) { (void)f, j[0] = 1, j[3] = -s[GAMMA_RATE] / s[GAMMA_SCALE]; }
static void jacobian_mean(const rao_family *f, const double *s, double *j) {
    (void)f, j[0] = 1, j[2] = 1 / s[GAMMA_MEAN], j[3] = -s[GAMMA_RATE] / s[GAMMA_MEAN];
}
static void jacobian_natural(const rao_family *f, const double *s, double *j) { (void)f, (void)s, j[0] = 1, j[3] = -1; }
static void jacobian_expectation(const rao_family *f, const double *s, double *j) {
    double k = s[GAMMA_SHAPE], rate = s[GAMMA_RATE], scale = 1 / (k * rao_trigamma_excess(k));
    (void)f, j[0] = k * scale, j[1] = -rate * scale, j[2] = rate * scale, j[3] = -rao_trigamma(k) * rate * rate * scale;
}

static void score_mean(const rao_family *f, const double *s, const double *x, double *g) {
    double k = s[GAMMA_SHAPE], m = s[GAMMA_MEAN], u = (x[0] - m) / m;
    (void)f, g[0] = (fabs(u) < 0.5 ? rao_log1pmx(u) : log(x[0] / m) - u) - rao_digamma_excess(k), g[1] = k * u / m;
}
static void fisher_mean(const rao_family *f, const double *s, double *m) {
    double k = s[GAMMA_SHAPE], mean = s[GAMMA_MEAN];
    (void)f, m[0] = rao_trigamma_excess(k), m[3] = k / mean / mean;
}
static void fisher_expectation(const rao_family *f, const double *s, double *m) {
    double k = s[GAMMA_SHAPE], rate = s[GAMMA_RATE], scale = 1 / (k * rao_trigamma_excess(k));
    (void)f, m[0] = k * scale, m[1] = m[2] = -rate * scale, m[3] = rate * rate * rao_trigamma(k) * scale;
}

double rao_gamma_logpdf(const double *s, double x) {
    return log(s[GAMMA_SHAPE]) - log(x) - rao_poisson_nll(s[GAMMA_SHAPE], s[GAMMA_RATE] * x, log(s[GAMMA_RATE]) + log(x));
}
static double logpdf(const rao_family *f, const double *s, const double *x) { return (void)f, rao_gamma_logpdf(s, x[0]); }

/* With d = k_p - k_q, e = m_p/m_q - 1 and w(r) = log r - r + 1: d w(x/m_p) - d h'(k_q) - B_h(k_q, k_p) + k_q [e (x/m_p - 1) - (log(1 + e) - e)]. */
double rao_gamma_log_ratio(const double *s, const double *t, double x) {
    if (rao_scales_apart(s[GAMMA_SHAPE], t[GAMMA_SHAPE]) || rao_scales_apart(s[GAMMA_MEAN], t[GAMMA_MEAN]))
        return rao_gamma_logpdf(s, x) - rao_gamma_logpdf(t, x);
    double k = t[GAMMA_SHAPE], d = rao_gamma_shape_step(s, t), e = rao_gamma_mean_excess(s, t), u = (x - s[GAMMA_MEAN]) / s[GAMMA_MEAN];
    double w = fabs(u) < 0.5 ? rao_log1pmx(u) : log(x) - log(s[GAMMA_MEAN]) - u;
    double shapes = d * (w - rao_digamma_excess(k)) - rao_excess_divergence(k, s[GAMMA_SHAPE], d);
    return shapes + k * (e * u - (fabs(e) < 0.5 ? rao_log1pmx(e) : log(s[GAMMA_MEAN]) - log(t[GAMMA_MEAN]) - e));
}
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    return (void)f, rao_gamma_log_ratio(s, t, x[0]);
}

/* log x - psi(k) + log rate by way of the mean: log(x/m) - (psi(k) - log k) */
void rao_gamma_score(const double *s, double x, double *g) {
    double k = s[GAMMA_SHAPE], m = s[GAMMA_MEAN], u = (x - m) / m;
    g[0] = (fabs(u) < 0.5 ? log1p(u) : log(x) - log(m)) - rao_digamma_excess(k);
    g[1] = m - x;
}
static void score(const rao_family *f, const double *s, const double *x, double *g) { (void)f, rao_gamma_score(s, x[0], g); }

void rao_gamma_fisher(const rao_family *f, const double *s, double *m) {
    double rate = s[GAMMA_RATE];
    (void)f, m[0] = rao_trigamma(s[GAMMA_SHAPE]), m[1] = m[2] = -1 / rate, m[3] = s[GAMMA_SHAPE] / rate / rate;
}

double rao_gamma_entropy(const double *s) {
    double k = s[GAMMA_SHAPE];
    return rao_lgamma_excess(k) + log(s[GAMMA_MEAN]) + (1 - k) * rao_digamma_excess(k);
}
static double entropy(const rao_family *f, const double *s) { return (void)f, rao_gamma_entropy(s); }

/* h'(k) = E log x - log E x: of two close points both are given, and the change of k follows by Newton's method from theirs, to all digits. */
double rao_gamma_shape_step(const double *s, const double *t) {
    double k = t[GAMMA_SHAPE], d = (s[GAMMA_SHAPE] - k) + (s[GAMMA_SHAPE_REST] - t[GAMMA_SHAPE_REST]);
    if (s[GAMMA_LOG] == INF || t[GAMMA_LOG] == INF || !(fabs(d) < 0.1 * k)) return d;
    double change = (s[GAMMA_LOG] - t[GAMMA_LOG]) - rao_log_quotient(s[GAMMA_MEAN], t[GAMMA_MEAN]);
    for (int i = 0; i < 3; i++) d -= (rao_excess_slope_change(k, d, k + d) - change) / rao_trigamma_excess(k + d);
    return d;
}

/* m_s / m_t - 1, from the differences of what was given unless the shapes are so far apart that these cancel. */
double rao_gamma_mean_excess(const double *s, const double *t) {
    double kinds = s[GAMMA_KIND] == t[GAMMA_KIND] ? s[GAMMA_KIND] : BY_RATE;
    double shape = rao_gamma_shape_step(s, t) / t[GAMMA_SHAPE], ratio = s[GAMMA_SHAPE] / t[GAMMA_SHAPE]; /* 1 + shape would lose it */
    if (kinds == BY_MEAN || fabs(shape) > 1) return (s[GAMMA_MEAN] - t[GAMMA_MEAN]) / t[GAMMA_MEAN];
    if (kinds == BY_SCALE) return (s[GAMMA_SCALE] - t[GAMMA_SCALE]) / t[GAMMA_SCALE] * ratio + shape;
    const double of_t[2] = {t[GAMMA_SHAPE], t[GAMMA_RATE]}, of_s[2] = {s[GAMMA_SHAPE], s[GAMMA_RATE]};
    double exact = s[GAMMA_SHAPE_REST] == 0 && t[GAMMA_SHAPE_REST] == 0 ? rao_pair_turn(of_t, of_s) : (double)NAN;
    return isnan(exact) ? (t[GAMMA_RATE] - s[GAMMA_RATE]) / s[GAMMA_RATE] * ratio + shape : exact;
}

double rao_gamma_kl(const rao_family *f, const double *s, const double *t) {
    double k = s[GAMMA_SHAPE];
    (void)f;
    return rao_excess_divergence(k, t[GAMMA_SHAPE], rao_gamma_shape_step(t, s)) +
           t[GAMMA_SHAPE] * rao_scale_divergence(rao_gamma_mean_excess(s, t), log(s[GAMMA_MEAN]) - log(t[GAMMA_MEAN]));
}

/* psi(k_t) - psi(k_s) + log(rate_s / rate_t), m_s - m_t */
void rao_gamma_kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    double v = (s[GAMMA_RATE] - t[GAMMA_RATE]) / t[GAMMA_RATE];
    (void)f;
    g[0] = rao_digamma_change(s[GAMMA_SHAPE], t[GAMMA_SHAPE], rao_gamma_shape_step(t, s)) +
           (fabs(v) < 0.5 ? log1p(v) : log(s[GAMMA_RATE]) - log(t[GAMMA_RATE]));
    g[1] = rao_gamma_mean_excess(s, t) * t[GAMMA_MEAN];
}

static void center(const rao_family *f, const double *s, double *middle, double *scale) {
    double k = s[GAMMA_SHAPE];
    (void)f, *middle = s[GAMMA_MEAN], *scale = s[GAMMA_SCALE] * fmax(1, sqrt(k));
}

/* Where y is far below x, x + (y - x) would lose it. */
double rao_excess_divergence(double x, double y, double d) {
    if (y > 0.5 * x) return rao_lgamma_excess_bregman(x, d);
    return rao_lgamma_excess(y) - rao_lgamma_excess(x) + (x - y) * rao_digamma_excess(x);
}
/* The nodes of legendre.h give 1e-16 over a tenth of the argument. */
double rao_excess_slope_change(double x, double d, double y) {
    double sum = 0;
    if (fabs(d) > 0.1 * x) return rao_digamma_excess(y) - rao_digamma_excess(x);
    for (int i = 0; i < 8; i++) sum += weight[i] * rao_trigamma_excess(x + node[i] * d);
    return d * sum;
}
double rao_digamma_change(double x, double y, double d) { return y > 0.5 * x ? rao_digamma_diff(x, d) : rao_digamma(y) - rao_digamma(x); }

/* log of a gamma variable of unit scale: below shape 1 as G(k + 1) U^(1/k), whose logarithm does not underflow. */
double rao_draw_log_gamma(rao_draws *d, double k) {
    if (k < 1) {
        double log_u = log(rao_draw_uniform(d));
        return rao_draw_log_gamma(d, k + 1) + log_u / k;
    }
    double a = k - 1.0 / 3, c = 1 / sqrt(9 * a); /* G. Marsaglia and W. W. Tsang 2000, ACM TOMS 26, 363-372 */
    for (;;) {
        double z = rao_draw_normal(d), u = rao_draw_uniform(d), v = 1 + c * z;
        if (v <= 0) continue;
        v = v * v * v;
        if (log(u) < 0.5 * z * z + a - a * v + a * log(v)) return log(a) + log(v);
    }
}
/* A draw that underflows becomes the smallest number above zero. */
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    (void)f, x[0] = fmax(5e-324, exp(rao_draw_log_gamma(d, s[GAMMA_SHAPE]) + log(s[GAMMA_SCALE])));
}

/* psi(k) - log k = mean log x - log mean x, whose right side is the mean of log1pmx((x - m)/m). */
rao_status rao_gamma_fit(rao_ctx *ctx, const rao_family *f, const family_data *data, double mean, double *shape) {
    double gap = 0;
    for (int64_t i = 0; i < data->n; i++) {
        double x = data_row(data, i)[0], u = (x - mean) / mean;
        gap += data_weight(data, i) * (fabs(u) < 0.5 ? -rao_log1pmx(u) : u - (log(x) - log(mean)));
    }
    if (!(gap > 0))
        return rao_fail(ctx, RAO_EDOMAIN, "%s: all observations are equal: the likelihood grows without bound with the shape",
                        f->table->info.name);
    *shape = rao_digamma_excess_inverse(-gap / data->total);
    return RAO_OK;
}
static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    double mean = rao_data_mean(data, 0);
    rao_status st = rao_gamma_fit(ctx, f, data, mean, &c[0]);
    c[1] = c[0] / mean;
    return st;
}

static void statistic(const rao_family *f, const double *x, double *t) { (void)f, t[0] = log(x[0]), t[1] = x[0]; }
static void natural(const rao_family *f, const double *s, double *theta) {
    (void)f, theta[0] = (s[GAMMA_SHAPE] - 1) + s[GAMMA_SHAPE_REST], theta[1] = -s[GAMMA_RATE];
}
static void natural_step(const rao_family *f, const double *s, const double *t, double *step) {
    (void)f, step[0] = t[GAMMA_SHAPE] - s[GAMMA_SHAPE], step[1] = s[GAMMA_RATE] - t[GAMMA_RATE];
}
static void expectation(const rao_family *f, const double *s, double *eta) {
    (void)f, eta[0] = rao_digamma_excess(s[GAMMA_SHAPE]) + log(s[GAMMA_MEAN]), eta[1] = s[GAMMA_MEAN];
}
static double log_partition(const rao_family *f, const double *s) {
    return (void)f, rao_lgamma(s[GAMMA_SHAPE]) - s[GAMMA_SHAPE] * log(s[GAMMA_RATE]);
}
rao_status rao_gamma_e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    double shape = rao_mean_at(m, GAMMA_SHAPE), rate = rao_mean_at(m, GAMMA_RATE);
    rao_status st = rao_mean_inside(ctx, f, "shape", shape);
    if (!st) st = rao_mean_inside(ctx, f, "rate", rate);
    return st ? st : load(ctx, f, "rate", BY_RATE, shape, rate, s);
}
static const double *largest_mean(const family_mean *m) {
    const double *top = m->s[rao_mean_heaviest(m)];
    for (int64_t k = 0; k < m->n; k++)
        if (m->w[k] != 0 && m->s[k][GAMMA_MEAN] > top[GAMMA_MEAN]) top = m->s[k];
    return top;
}
/* u_k = m_k / m_b - 1 from the point of the largest mean, whose mean is that of the answer over m_b, less 1; r_k = m_k / m - 1, whose mean is 0:
 *   log k - psi(k) = sum w [log k_k - psi(k_k)] - sum w (log(1 + r_k) - r_k). */
rao_status rao_gamma_m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    const double *base = largest_mean(m);
    double move = 0, gap = 0;
    for (int64_t k = 0; k < m->n; k++) move += m->w[k] * rao_gamma_mean_excess(m->s[k], base);
    rao_status st = rao_mean_inside(ctx, f, "the mean", base[GAMMA_MEAN] * (1 + move));
    if (st) return st;
    for (int64_t k = 0; k < m->n; k++) {
        double r = (rao_gamma_mean_excess(m->s[k], base) - move) / (1 + move);
        double part = fabs(r) < 0.5 ? rao_log1pmx(r) : log(m->s[k][GAMMA_MEAN]) - log(base[GAMMA_MEAN]) - log1p(move) - r;
        gap -= m->w[k] * (rao_digamma_excess(m->s[k][GAMMA_SHAPE]) + part);
    }
    if ((st = rao_mean_inside(ctx, f, "log E x - E log x", gap))) return st;
    return load(ctx, f, "mean", BY_MEAN, rao_digamma_excess_inverse(-gap), base[GAMMA_MEAN] * (1 + move), s);
}

static const family_exponential exponential = {statistic, natural,          expectation,     log_partition, rao_dual_is_minus_entropy,
                                               NULL,      rao_gamma_e_mean, rao_gamma_m_mean};

/* By psi'(k) = psi'(k + 1) + 1/k^2 below, and 1/(2k) + 1/(6k^2) far out, where psi'(k) - 1/k is no double. */
double rao_gamma_information(double k) {
    if (k < 0.5) return (1 - k) / k + k * rao_trigamma(k + 1);
    return k < 1e10 ? k * rao_trigamma_excess(k) : 0.5 / k + 1 / (6 * k * k);
}

/* The inverse in (k, m = k/rate) is diagonal, 1/h'' and m^2/k: rows in (k, rate) are w_k = u_1 + u_2 rate/k and w_m = -u_2 rate^2/k there. */
double rao_gamma_bound(const rao_family *f, const double *s, const double *u, const double *v) {
    double k = s[GAMMA_SHAPE], rate = s[GAMMA_RATE];
    double by_shape = (u[0] + u[1] * rate / k) * (v[0] + v[1] * rate / k) / (rao_gamma_information(k) / k);
    return (void)f, by_shape + u[1] * rate * (v[1] * rate) / k;
}

/* det F = (k psi'(k) - 1)/rate^2 */
rao_status rao_gamma_log_det(rao_ctx *ctx, const rao_family *f, const double *s, double *out, rao_quality *quality) {
    (void)ctx, (void)f, (void)quality;
    *out = log(rao_gamma_information(s[GAMMA_SHAPE])) - 2 * log(s[GAMMA_RATE]);
    return RAO_OK;
}

/* in eta the matrix is the inverse of that in theta, where det F is the same as here */
static double log_jacobian_expectation(const rao_family *f, const double *s) {
    rao_quality quality = {RAO_CLOSED, 0};
    double value = 0;
    rao_gamma_log_det(NULL, f, s, &value, &quality);
    return -value;
}

static const family_chart charts[] = {
    {.name = "shape_rate",
     .units = {1, 0, -1},
     .coords = "shape,rate",
     .load = rao_gamma_load_rate,
     .store = rao_store_plain,
     .bound = rao_gamma_bound},
    {.name = "shape_scale",
     .units = {1, 0, 1},
     .coords = "shape,scale",
     .load = load_scale,
     .store = store_scale,
     .jacobian = jacobian_scale},
    {.name = "shape_mean",
     .units = {1, 0, 1},
     .coords = "shape,mean",
     .load = load_mean,
     .store = store_mean,
     .jacobian = jacobian_mean,
     .score = score_mean,
     .fisher = fisher_mean},
    {.name = "natural",
     .units = {1, 0, -1},
     .coords = "theta_1,theta_2",
     .load = load_natural,
     .store = rao_store_natural,
     .jacobian = jacobian_natural},
    {.name = "expectation",
     .units = {1, 0, 1},
     .coords = "eta_1,eta_2",
     .load = load_expectation,
     .store = rao_store_expectation,
     .jacobian = jacobian_expectation,
     .log_jacobian = log_jacobian_expectation,
     .fisher = fisher_expectation},
};

const family_table rao_table_gamma = {
    .info = {"gamma", "Gamma", "shape_rate,shape_scale,shape_mean,natural,expectation", NULL, NULL, 0, 0, 1, 1},
    .state = {5},
    .observation = "x",
    .charts = charts,
    .chart_count = 5,
    .exponential = &exponential,
    .natural_step = natural_step,
    .possible = rao_possible_positive,
    .possible_words = "x > 0",
    .logpdf = logpdf,
    .log_ratio = log_ratio,
    .score = score,
    .fisher = rao_gamma_fisher,
    .fisher_log_det = rao_gamma_log_det,
    .entropy = entropy,
    .kl = rao_gamma_kl,
    .kl_gradient = rao_gamma_kl_gradient,
    .support = rao_support_half_line,
    .center = center,
    .sample = sample,
    .mle = mle,
    .mle_method = RAO_ITERATION,
};
