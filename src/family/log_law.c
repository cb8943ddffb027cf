/* log_law.c - with the excess h(k) = log Gamma(k) - k log k + k and t = y - (the logarithm of the mean), y = log x, the gamma density of shape a is
 *   exp(-h(a) - a E(t)),   E(t) = e^t - 1 - t,
 * and with t = y - log(a/b), y = log x/(1 - x), n = a + b, m = a/n, the beta density is
 *   exp(-[h(a) + h(b) - h(n)] - n K(t)),   K(t) = log(1 + m (e^t - 1)) - m t.
 * log p/q of close pairs from its mean KL(p : q), in differences of the parameters, d, and of the means, e = m_p/m_q - 1:
 *   gamma   a_q e (e^t - 1) - d E(t) + constant,
 *   beta    d_a log x/m + d_b log (1 - x)/(1 - m) + constant = (d_a - m d_n) t - d_n K(t) + constant.
 * Their scores are those of the families' first charts: t - h'(a) and mean (1 - e^t) for (shape, rate); log x/m - [h'(a) - h'(n)] and the like for b. */
#include "family/log_law.h"

#include <math.h>

#include <rao/num.h>

#include "family/dirichlet.h"
#include "family/gamma.h"

/* PLACE: of t = 0. The last four are those of log p/q, in the state of p; CONSTANT is NaN where p and q are not close. */
enum { A, B, N, MEAN, REST, PLACE, LEVEL, CONSTANT, STEP_A, STEP_B, TILT };

static int possible(const rao_family *f, const double *y) { return (void)f, isfinite(y[0]); }

/* Below shape 1 the density falls only over 1/a to the left of where the other factor ends it, at t = -log a, over a length of one. */
static int64_t add_tail(double a, double b, double side, double place, family_mark *at) {
    double end = (b < 1 ? log(b) : 0) - log(a);
    if (!(a < 1)) return 0;
    at[0] = (family_mark){place + side * end, 1}, at[1] = (family_mark){place + side * (end - 1 / a), 1 / a};
    return 2;
}
static int64_t landmarks(const rao_family *f, const double *s, family_mark *at, int64_t most) {
    int64_t n = add_tail(s[A], s[B], 1, s[PLACE], at);
    n += add_tail(s[B], s[A], -1, s[PLACE], at + n);
    (void)f, (void)most;
    if (n == 0) at[n++] = (family_mark){s[PLACE], s[B] < INF ? sqrt(1 / s[A] + 1 / s[B]) : 1 / sqrt(s[A])};
    return n;
}

/* ---- gamma: b infinite ------------------------------------------------------------------------------------------- */

static double gamma_logpdf(const rao_family *f, const double *s, const double *y) {
    return (void)f, s[LEVEL] - s[A] * rao_expm1mx(y[0] - s[PLACE]);
}
static double gamma_log_ratio(const rao_family *f, const double *s, const double *t, const double *y) {
    double u = y[0] - s[PLACE];
    if (isnan(s[CONSTANT])) return gamma_logpdf(f, s, y) - gamma_logpdf(f, t, y);
    return s[TILT] * expm1(u) - s[STEP_A] * rao_expm1mx(u) + s[CONSTANT];
}

static void gamma_score(const rao_family *f, const double *s, const double *y, double *g) {
    double t = y[0] - s[PLACE];
    (void)f, g[0] = t - rao_digamma_excess(s[A]), g[1] = -s[MEAN] * expm1(t);
}

static void set_gamma(const double *from, double place, double *s) {
    s[A] = from[GAMMA_SHAPE], s[B] = INF, s[MEAN] = from[GAMMA_MEAN], s[PLACE] = place, s[LEVEL] = -rao_lgamma_excess(s[A]),
    s[CONSTANT] = NAN;
}
static void gamma_pair(const double *s, const double *t, double *p, double *q) {
    double e = rao_gamma_mean_excess(s, t), l = fabs(e) < 0.5 ? log1p(e) : log(s[GAMMA_MEAN]) - log(t[GAMMA_MEAN]);
    double d = rao_gamma_shape_step(s, t), k = t[GAMMA_SHAPE];
    set_gamma(s, 0, p), set_gamma(t, -l, q);
    if (rao_scales_apart(p[A], q[A]) || !(fabs(l) < 0.7)) return;
    p[STEP_A] = d, p[TILT] = k * e;
    p[CONSTANT] = k * (e - l) - d * rao_digamma_excess(k) - rao_excess_divergence(k, s[GAMMA_SHAPE], d);
}

/* ---- beta -------------------------------------------------------------------------------------------------------- */

/* log(1 + m (e^t - 1)), m = part/whole, which may be no double. */
static double grown(double part, double whole, double t) {
    return t < 500 ? log1p(part / whole * expm1(t)) : rao_softplus(t + log(part) - log(whole));
}
/* K(t) of |t| < 1/2. It is the same of the other side, and its two parts cancel less where m is small. */
static double near_mean(const double *s, double t) {
    double m = s[MEAN];
    if (m > 0.5) m = s[REST], t = -t;
    return rao_log1pmx(m * expm1(t)) + m * rao_expm1mx(t);
}
/* n K(t) */
static double depth(const double *s, double t) {
    double part = s[A];
    if (fabs(t) < 0.5) return s[N] * near_mean(s, t);
    if (s[MEAN] > 0.5) part = s[B], t = -t;
    return s[N] * grown(part, s[N], t) - part * t;
}

static double beta_logpdf(const rao_family *f, const double *s, const double *y) { return (void)f, s[LEVEL] - depth(s, y[0] - s[PLACE]); }
static double beta_log_ratio(const rao_family *f, const double *s, const double *t, const double *y) {
    double u = y[0] - s[PLACE];
    if (isnan(s[CONSTANT])) return beta_logpdf(f, s, y) - beta_logpdf(f, t, y);
    if (fabs(u) < 0.5) return s[TILT] * u - (s[STEP_A] + s[STEP_B]) * near_mean(s, u) + s[CONSTANT];
    return s[CONSTANT] - s[STEP_A] * grown(s[B], s[N], -u) - s[STEP_B] * grown(s[A], s[N], u); /* of one sign each, far out too */
}

static void beta_score(const rao_family *f, const double *s, const double *y, double *g) {
    double t = y[0] - s[PLACE];
    (void)f, g[0] = rao_excess_slope_change(s[A], s[B], s[N]) - grown(s[B], s[N], -t);
    g[1] = rao_excess_slope_change(s[B], s[A], s[N]) - grown(s[A], s[N], t);
}

static void set_beta(const double *from, double place, double *s) {
    s[A] = from[0], s[B] = from[1], s[N] = from[2], s[MEAN] = s[A] / s[N], s[REST] = s[B] / s[N], s[PLACE] = place, s[CONSTANT] = NAN;
    s[LEVEL] = (rao_lgamma_excess(s[N]) - rao_lgamma_excess(fmax(s[A], s[B]))) - rao_lgamma_excess(fmin(s[A], s[B]));
}
static void beta_pair(const double *s, const double *t, double *p, double *q) {
    double a = s[0] - t[0], b = s[1] - t[1], e = rao_pair_turn(s, t);
    set_beta(s, 0, p), set_beta(t, isnan(e) ? rao_log_quotient(t[0], s[0]) - rao_log_quotient(t[1], s[1]) : log1p(e), q);
    if (rao_scales_apart(s[0], t[0]) || rao_scales_apart(s[1], t[1])) return;
    p[STEP_A] = a, p[STEP_B] = b, p[TILT] = isnan(e) ? a * p[REST] - b * p[MEAN] : -e * p[MEAN] * t[1];
    p[CONSTANT] = rao_dirichlet_kl(s, t, 2, s[2], t[2]) + a * rao_excess_slope_change(s[0], s[1], s[2]) +
                  b * rao_excess_slope_change(s[1], s[0], s[2]); /* -E log x/m is h'(n) - h'(a) */
}

double rao_beta_log_ratio(const double *s, const double *t, double x) {
    double p[LOG_LAW_STATE], q[LOG_LAW_STATE];
    beta_pair(s, t, p, q);
    double y = rao_log_quotient(x, p[MEAN]) - rao_log_quotient(1 - x, p[REST]);
    return beta_log_ratio(NULL, p, q, &y);
}

/* ---- both -------------------------------------------------------------------------------------------------------- */

int rao_log_laws(const rao_family *f, const double *s, const double *t, family_table *table, double *p, double *q) {
    int is_beta = f->table == &rao_table_beta;
    if (!is_beta && f->table != &rao_table_gamma && f->table != &rao_table_inverse_gamma) return 0;
    *table = (family_table){.info = f->table->info,
                            .possible = possible,
                            .logpdf = is_beta ? beta_logpdf : gamma_logpdf,
                            .score = is_beta ? beta_score : gamma_score,
                            .log_ratio = is_beta ? beta_log_ratio : gamma_log_ratio,
                            .support = rao_support_line,
                            .landmarks = landmarks};
    (is_beta ? beta_pair : gamma_pair)(s, t, p, q);
    return 1;
}
