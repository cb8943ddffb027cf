/* spray_inverse_gaussian.c - inverse Gaussian laws in y = (log mu, log lambda), for alpha-geodesics (at alpha = 0 they are closed): with the shape c = lambda/mu
 *   g = diag(c, 1/2),   T_111 = 3c, T_112 = -c, T_222 = -1,   b^1_11 = -1/2, b^1_12 = 1/2, b^2_11 = -c. */
#include <math.h>

#include "manifold/spray.h"

enum { MU, LAMBDA };

static int64_t size(int64_t n) { return (void)n, 1; }
static void gap(const rao_family *f, const double *p, const double *q, double *y) {
    for (int i = 0; i < 2; i++) y[i] = rao_log_quotient(q[i], p[i]);
    (void)f;
}
static int open(const rao_family *f, const double *p, const double *y, double *at) {
    at[0] = p[LAMBDA] / p[MU] * exp(y[1] - y[0]);
    return (void)f, !(at[0] > 0 && at[0] < INF && isfinite(y[0]));
}
static rao_status state(rao_ctx *ctx, const rao_family *f, const double *p, const double *y, double *s) {
    double c[2] = {p[MU] * exp(y[0]), p[LAMBDA] * exp(y[1])};
    return f->table->charts[0].load(ctx, f, c, s);
}
static double metric(int64_t n, const double *at, const double *v, const double *w) {
    return (void)n, at[0] * v[0] * w[0] + 0.5 * v[1] * w[1];
}
static void skew(int64_t n, const double *at, const double *v, const double *w, double *out) {
    (void)n;
    out[0] = 3 * v[0] * w[0] - (v[0] * w[1] + v[1] * w[0]);
    out[1] = -2 * (at[0] * v[0] * w[0] + v[1] * w[1]);
}
static void levi(int64_t n, const double *at, const double *v, const double *w, double *out) {
    (void)n;
    out[0] = 0.5 * (v[0] * w[1] + v[1] * w[0] - v[0] * w[0]);
    out[1] = -at[0] * v[0] * w[0];
}
static void sink(const rao_family *f, const double *p, double by, double *y) { (void)f, (void)p, y[1] -= by; }
static void push(const rao_family *f, const double *s, const double *v, double *own) {
    for (int i = 0; i < 2; i++) own[i] = v[i] / s[i];
    (void)f;
}
static void pull(const rao_family *f, const double *s, const double *own, double *v) {
    for (int i = 0; i < 2; i++) v[i] = s[i] * own[i];
    (void)f;
}

const spray rao_spray_inverse_gaussian = {size, gap, open, state, metric, skew, levi, sink, push, pull};
