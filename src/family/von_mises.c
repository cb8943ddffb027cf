/* von_mises.c - density exp(kappa cos(x - mu)) / (2 pi I0(kappa)) on the circle, observed as -pi <= x <= pi; mu is any real number, kappa > 0.
 * A = I1/I0. Fisher diag(kappa A, A'), A' = 1 - A/kappa - A^2. Written in 1 - cos = 2 sin^2 and 1 - A, which keep their digits at kappa = 1e5:
 *   log density = -2 kappa sin^2((x - mu)/2) - log(2 pi e^-kappa I0(kappa)),
 *   KL = B(kappa_p, kappa_q) + 2 kappa_q A(kappa_p) sin^2((mu_p - mu_q)/2), B the Bregman divergence of log I0. */
#include <math.h>

#include <rao/num.h>

#include "family/family.h"
#include "family/legendre.h"

enum { MU, KAPPA };
static const double pi = 3.14159265358979323846, log_2pi = 1.83787706640934548356;

static double half_sine_squared(double angle) {
    double s = sin(0.5 * angle);
    return s * s;
}

static int possible(const rao_family *f, const double *x) { return (void)f, fabs(x[0]) <= pi; }
static double logpdf(const rao_family *f, const double *s, const double *x) {
    return (void)f, -2 * s[KAPPA] * half_sine_squared(x[0] - s[MU]) - log_2pi - log(rao_bessel_i0e(s[KAPPA]));
}
static void score(const rao_family *f, const double *s, const double *x, double *g) {
    (void)f, g[0] = s[KAPPA] * sin(x[0] - s[MU]), g[1] = rao_bessel_ratio(s[KAPPA]).complement - 2 * half_sine_squared(x[0] - s[MU]);
}
static void fisher(const rao_family *f, const double *s, double *m) {
    rao_bessel_ratio_value a = rao_bessel_ratio(s[KAPPA]);
    (void)f, m[0] = s[KAPPA] * a.a, m[3] = a.d1;
}
static double entropy(const rao_family *f, const double *s) {
    return (void)f, log_2pi + log(rao_bessel_i0e(s[KAPPA])) + s[KAPPA] * rao_bessel_ratio(s[KAPPA]).complement;
}

static int close(double x, double d) { return fabs(d) < 0.1 * fmax(1, x); }

/* log I0(y) - log I0(x) - (y - x) A(x) = (y - x)^2 times the mean of (1 - t) A'(x + t (y - x)); far away by e^-x I0(x), which does not grow. */
double rao_von_mises_bregman(double x, double y, double d) {
    double sum = 0;
    if (!close(x, d)) {
        if (x < 1 && y < 1) return rao_log_bessel_i0(y) - rao_log_bessel_i0(x) - d * rao_bessel_ratio(x).a;
        return log(rao_bessel_i0e(y) / rao_bessel_i0e(x)) + d * rao_bessel_ratio(x).complement;
    }
    for (int i = 0; i < 8; i++) sum += weight[i] * (1 - node[i]) * rao_bessel_ratio(x + node[i] * d).d1;
    return d * d * sum;
}
static double ratio_change(double x, double y) {
    double d = y - x, sum = 0;
    if (!close(x, d)) return rao_bessel_ratio(x).complement - rao_bessel_ratio(y).complement;
    for (int i = 0; i < 8; i++) sum += weight[i] * rao_bessel_ratio(x + node[i] * d).d1;
    return d * sum;
}

/* With d = kappa_p - kappa_q: d (cos(x - mu_p) - A(kappa_q)) - B(kappa_q, kappa_p) - 2 kappa_q sin(x - (mu_p + mu_q)/2) sin((mu_q - mu_p)/2) */
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    if (rao_scales_apart(s[KAPPA], t[KAPPA])) return logpdf(f, s, x) - logpdf(f, t, x);
    double d = s[KAPPA] - t[KAPPA], angle = x[0] - s[MU], half = 0.5 * (s[MU] - t[MU]);
    double radial =
        d * (rao_bessel_ratio(t[KAPPA]).complement - 2 * half_sine_squared(angle)) - rao_von_mises_bregman(t[KAPPA], s[KAPPA], d);
    return (void)f, radial + 2 * t[KAPPA] * sin(angle + half) * sin(half);
}

static double kl(const rao_family *f, const double *s, const double *t) {
    return (void)f, rao_von_mises_bregman(s[KAPPA], t[KAPPA], t[KAPPA] - s[KAPPA]) +
                        2 * t[KAPPA] * rao_bessel_ratio(s[KAPPA]).a * half_sine_squared(s[MU] - t[MU]);
}
static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    double a = rao_bessel_ratio(s[KAPPA]).a;
    (void)f, g[0] = t[KAPPA] * a * sin(t[MU] - s[MU]), g[1] = ratio_change(s[KAPPA], t[KAPPA]) + 2 * a * half_sine_squared(t[MU] - s[MU]);
}

static void support(const rao_family *f, const double *s, double *low, double *high) { (void)f, (void)s, *low = -pi, *high = pi; }
static void center(const rao_family *f, const double *s, double *middle, double *scale) {
    (void)f, *middle = remainder(s[MU], 2 * pi), *scale = fmin(pi, 1 / sqrt(s[KAPPA]));
}

/* D. Best and N. Fisher 1979, Applied Statistics 28, 152-157: rejection from a wrapped Cauchy law; its r - 1 and the cosine's distance from 1 are kept
 * instead of r and the cosine. */
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    double k = s[KAPPA], h = 0.5 / k, r1 = h < 1e8 ? h + h * h / (1 + sqrt(1 + h * h)) : 2 * h;
    (void)f;
    if (k > 1e30) { /* narrower than the digits of an angle */
        x[0] = remainder(s[MU] + rao_draw_normal(d) / sqrt(k), 2 * pi);
        return;
    }
    if (k < 1e-17) { /* flat to the last digit */
        x[0] = pi * (2 * rao_draw_uniform(d) - 1);
        return;
    }
    for (;;) {
        double z1 = 2 * half_sine_squared(pi * rao_draw_uniform(d)), u = rao_draw_uniform(d), side = rao_draw_uniform(d);
        double f1 = r1 * z1 / (2 + r1 - z1), c = k * (r1 + f1); /* 1 - f = (r - 1)(1 - z)/(r + z) */
        if (c * (2 - c) > u || log(c / u) + 1 - c >= 0) {
            double angle = 2 * asin(fmin(1, sqrt(0.5 * f1)));
            x[0] = remainder(s[MU] + (side < 0.5 ? -angle : angle), 2 * pi);
            return;
        }
    }
}

/* The direction of the mean of exp(i x), counted from the first observation so that close ones keep their differences; 1 - A(kappa) = mean of
 * 2 sin^2((x - mu)/2). */
static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    double sine = 0, cosine = 0, spread = 0, first = data_row(data, 0)[0];
    (void)f;
    for (int64_t i = 0; i < data->n; i++) {
        double x = data_row(data, i)[0] - first, w = data_weight(data, i) / data->total;
        sine += w * sin(x), cosine += w * cos(x);
    }
    double turn = atan2(sine, cosine);
    for (int64_t i = 0; i < data->n; i++)
        spread += data_weight(data, i) / data->total * 2 * half_sine_squared((data_row(data, i)[0] - first) - turn);
    c[MU] = remainder(first + turn, 2 * pi);
    if (!(spread > 0))
        return rao_fail(ctx, RAO_EDOMAIN, "von_mises: all observations are %.17g: the likelihood grows without bound with kappa", first);
    c[KAPPA] = spread < 0.5 ? rao_bessel_ratio_inverse_complement(spread) : rao_bessel_ratio_inverse(hypot(sine, cosine));
    if (!(c[KAPPA] > 0))
        return rao_fail(ctx, RAO_EDOMAIN,
                        "von_mises: the observations have no mean direction: the supremum is at kappa = 0, which is not in the family");
    return RAO_OK;
}

static void statistic(const rao_family *f, const double *x, double *t) { (void)f, t[0] = cos(x[0]), t[1] = sin(x[0]); }
static void natural(const rao_family *f, const double *s, double *theta) {
    (void)f, theta[0] = s[KAPPA] * cos(s[MU]), theta[1] = s[KAPPA] * sin(s[MU]);
}
static void expectation(const rao_family *f, const double *s, double *eta) {
    double a = rao_bessel_ratio(s[KAPPA]).a;
    (void)f, eta[0] = a * cos(s[MU]), eta[1] = a * sin(s[MU]);
}
static double log_partition(const rao_family *f, const double *s) { return (void)f, log_2pi + rao_log_bessel_i0(s[KAPPA]); }
/* The mean direction of vectors of lengths r_k and angles mu_k; *length, and what it lacks of the mean of the r_k, from half angles. EDOMAIN where they
 * cancel: kappa = 0 is not in the family. */
static rao_status mean_vector(rao_ctx *ctx, const rao_family *f, const family_mean *m, const double *r, double *mu, double *length,
                              double *lacking) {
    double base = m->s[rao_mean_heaviest(m)][MU], x = 0, y = 0, size = 0;
    for (int64_t k = 0; k < m->n; k++) {
        double angle = m->s[k][MU] - base;
        x += m->w[k] * r[k] * cos(angle), y += m->w[k] * r[k] * sin(angle), size += fabs(m->w[k] * r[k]);
    }
    *length = hypot(x, y), *mu = base + atan2(y, x), *lacking = 0;
    for (int64_t k = 0; k < m->n; k++) *lacking += m->w[k] * r[k] * 2 * half_sine_squared(m->s[k][MU] - *mu);
    if (*length > 1e-15 * size) return RAO_OK;
    return rao_fail(ctx, RAO_EDOMAIN, "%s: the mean is the uniform law of the circle, kappa = 0, which is not in the family",
                    f->table->info.name);
}
static rao_status e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    rao_status st;
    double *r, lacking;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, m->n, &r));
    for (int64_t k = 0; k < m->n; k++) r[k] = m->s[k][KAPPA];
    RAO_TRY(mean_vector(ctx, f, m, r, &s[MU], &s[KAPPA], &lacking));
    RAO_TRY(rao_mean_inside(ctx, f, "kappa", s[KAPPA]));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
/* 1 - A = sum w (1 - A_k) + what the directions take away. */
static rao_status m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    rao_status st;
    double *r, length, lacking, complement = 0;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, m->n, &r));
    for (int64_t k = 0; k < m->n; k++) {
        rao_bessel_ratio_value a = rao_bessel_ratio(m->s[k][KAPPA]);
        r[k] = a.a, complement += m->w[k] * a.complement;
    }
    RAO_TRY(mean_vector(ctx, f, m, r, &s[MU], &length, &lacking));
    complement += lacking;
    RAO_TRY(rao_mean_inside(ctx, f, "1 - |E (cos x, sin x)|", complement));
    s[KAPPA] = complement < 0.5 ? rao_bessel_ratio_inverse_complement(complement) : rao_bessel_ratio_inverse(length);
    RAO_TRY(rao_mean_inside(ctx, f, "kappa", s[KAPPA]));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static const family_exponential exponential = {statistic, natural, expectation, log_partition, rao_dual_is_minus_entropy,
                                               NULL,      e_mean,  m_mean};

static const family_chart charts[] = {{.name = "mu_kappa", .coords = "mu,kappa", .load = rao_load_real_positive, .store = rao_store_plain}};

const family_table rao_table_von_mises = {
    .info = {"von_mises", "von Mises", "mu_kappa", NULL, NULL, 0, 0, 1, 1},
    .state = {2},
    .observation = "x",
    .charts = charts,
    .chart_count = 1,
    .exponential = &exponential,
    .possible = possible,
    .possible_words = "-pi <= x <= pi",
    .logpdf = logpdf,
    .log_ratio = log_ratio,
    .score = score,
    .fisher = fisher,
    .entropy = entropy,
    .kl = kl,
    .kl_gradient = kl_gradient,
    .support = support,
    .center = center,
    .sample = sample,
    .mle = mle,
    .mle_method = RAO_ITERATION,
};
