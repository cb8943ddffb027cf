/* spray_gamma.c - gamma and inverse gamma in y = (log k, log m), k the shape and m = k/rate. The excess h of gamma.c gives g = diag(h'', k/m^2) in (k, m) and
 * T_kkk = h''', T_kkm = 0, T_kmm = -1/m^2, T_mmm = 2k/m^3. With rho = k^2 h'' and tau = -k^3 h''' (shapes.h), in y:
 *   g = diag(rho, k),   a^1_11 = -tau/rho, a^1_22 = -k/rho, a^2_12 = -1, a^2_22 = 2,   b^1_11 = 1 - tau/(2 rho), b^1_22 = -k/(2 rho), b^2_12 = 1/2.
 * log m enters no coefficient: multiplying x by a constant is an isometry. */
#include <math.h>

#include "family/gamma.h"
#include "manifold/shapes.h"
#include "manifold/spray.h"

enum { SHAPE, RHO, TAU, SIZE };

static int64_t size(int64_t n) { return (void)n, SIZE; }

/* log(1 + u) = log t - log s, u = t/s - 1 known better than from both where it is small */
static double log_step(double u, double s, double t) { return fabs(u) < 0.5 ? log1p(u) : rao_log_quotient(t, s); }

static void gap(const rao_family *f, const double *p, const double *q, double *y) {
    (void)f;
    y[0] = log_step(rao_gamma_shape_step(q, p) / p[GAMMA_SHAPE], p[GAMMA_SHAPE], q[GAMMA_SHAPE]);
    y[1] = log_step(rao_gamma_mean_excess(q, p), p[GAMMA_MEAN], q[GAMMA_MEAN]);
}

static int open(const rao_family *f, const double *p, const double *y, double *at) {
    double k = p[GAMMA_SHAPE] * exp(y[0]);
    (void)f, at[SHAPE] = k;
    if (!(k > 0 && k < INF && isfinite(y[1]))) return 1;
    at[RHO] = rao_shape_rho(k), at[TAU] = rao_shape_tau(k);
    return 0;
}

/* By the coordinate that p was given in, so that what does not move stays. */
static rao_status state(rao_ctx *ctx, const rao_family *f, const double *p, const double *y, double *s) {
    double c[2] = {p[GAMMA_SHAPE] * exp(y[0]), p[GAMMA_RATE] * exp(y[0] - y[1])};
    return f->table->charts[0].load(ctx, f, c, s);
}

static double metric(int64_t n, const double *at, const double *v, const double *w) {
    return (void)n, at[RHO] * v[0] * w[0] + at[SHAPE] * v[1] * w[1];
}
static void skew(int64_t n, const double *at, const double *v, const double *w, double *out) {
    (void)n;
    out[0] = -(at[TAU] * v[0] * w[0] + at[SHAPE] * v[1] * w[1]) / at[RHO];
    out[1] = 2 * v[1] * w[1] - (v[0] * w[1] + v[1] * w[0]);
}
static void levi(int64_t n, const double *at, const double *v, const double *w, double *out) {
    (void)n;
    out[0] = v[0] * w[0] - 0.5 * (at[TAU] * v[0] * w[0] + at[SHAPE] * v[1] * w[1]) / at[RHO];
    out[1] = 0.5 * (v[0] * w[1] + v[1] * w[0]);
}

static void sink(const rao_family *f, const double *p, double by, double *y) { (void)f, (void)p, y[0] -= by; }

/* rate = k/m: d log rate = d log k - d log m, and what rounding took from both quotients, of which at large shapes little is left. */
static void push(const rao_family *f, const double *s, const double *v, double *own) {
    double k = s[GAMMA_SHAPE], rate = s[GAMMA_RATE], by_rate = v[1] / rate;
    (void)f, own[0] = v[0] / k;
    own[1] = (own[0] - by_rate) + (fma(-own[0], k, v[0]) / k - fma(-by_rate, rate, v[1]) / rate);
}
static void pull(const rao_family *f, const double *s, const double *own, double *v) {
    (void)f, v[0] = s[GAMMA_SHAPE] * own[0], v[1] = s[GAMMA_RATE] * (own[0] - own[1]);
}

const spray rao_spray_gamma = {size, gap, open, state, metric, skew, levi, sink, push, pull};
