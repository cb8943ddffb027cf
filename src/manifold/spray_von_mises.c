/* spray_von_mises.c - von Mises laws in y = (mu, log kappa), mu by the shorter way round. With A = I1/I0 (frame_rows.c), G = kappa A, H = kappa^2 A', U = kappa^2 (A'' + 2 A A'):
 *   g = diag(G, H),   T_112 = -kappa U, T_222 = kappa^3 A'',
 *   b^1_12 = (A + kappa A')/(2A), b^2_11 = -(A + kappa A')/(2 kappa A'), b^2_22 = 1 + kappa A''/(2A').
 * The uniform law, kappa = 0, is a smooth point that the family lacks: opposite directions are joined through it alone. */
#include <math.h>

#include <rao/num.h>

#include "manifold/spray.h"

enum { MU, KAPPA };
enum { G, H, B112, B211, B222, A112, A211, A222, SIZE };

static int64_t size(int64_t n) { return (void)n, SIZE; }
static void gap(const rao_family *f, const double *p, const double *q, double *y) {
    (void)f, y[0] = remainder(q[MU] - p[MU], 6.28318530717958647693), y[1] = rao_log_quotient(q[KAPPA], p[KAPPA]);
}

static int open(const rao_family *f, const double *p, const double *y, double *at) {
    double k = p[KAPPA] * exp(y[1]);
    (void)f;
    if (!(k > 1e-150 && k < 1e150 && isfinite(y[0]))) return 1; /* squares */
    rao_bessel_ratio_value r = rao_bessel_ratio(k);
    double u = k * k * (r.d2 + 2 * r.a * r.d1), both = r.a + k * r.d1;
    at[G] = k * r.a, at[H] = k * k * r.d1;
    at[B112] = both / (2 * r.a), at[B211] = -both / (2 * k * r.d1), at[B222] = 1 + k * r.d2 / (2 * r.d1);
    at[A112] = -u / r.a, at[A211] = -u / (k * r.d1), at[A222] = k * r.d2 / r.d1;
    return 0;
}
static rao_status state(rao_ctx *ctx, const rao_family *f, const double *p, const double *y, double *s) {
    double c[2] = {p[MU] + y[0], p[KAPPA] * exp(y[1])};
    return f->table->charts[0].load(ctx, f, c, s);
}

static double metric(int64_t n, const double *at, const double *v, const double *w) {
    return (void)n, at[G] * v[0] * w[0] + at[H] * v[1] * w[1];
}
static void bend(const double *by, const double *v, const double *w, double *out) {
    out[0] = by[0] * (v[0] * w[1] + v[1] * w[0]), out[1] = by[1] * v[0] * w[0] + by[2] * v[1] * w[1];
}
static void skew(int64_t n, const double *at, const double *v, const double *w, double *out) { (void)n, bend(at + A112, v, w, out); }
static void levi(int64_t n, const double *at, const double *v, const double *w, double *out) { (void)n, bend(at + B112, v, w, out); }
static int grows(int64_t j) { return j == KAPPA; }
static void push(const rao_family *f, const double *s, const double *v, double *own) { (void)f, own[0] = v[0], own[1] = v[1] / s[KAPPA]; }
static void pull(const rao_family *f, const double *s, const double *own, double *v) { (void)f, v[0] = own[0], v[1] = s[KAPPA] * own[1]; }

const spray rao_spray_von_mises = {size, gap, open, state, metric, skew, levi, grows, push, pull};
