/* spray_von_mises.c - von Mises laws in y = asinh(kappa) (cos mu, sin mu), which is smooth at the uniform law, kappa = 0, where opposite directions are joined. In theta = kappa (cos mu, sin
 * mu) the log-partition log I0(|theta|) is radial: along and across the radius, A = I1/I0 and c = -(A'' + 2 A A'),
 *   g = A' v1 w1 + (A/kappa) v2 w2,   a^1 = (A'' v1 w1 + c v2 w2)/A',   a^2 = c (v1 w2 + v2 w1)/(A/kappa),   b = a/2,
 * and the map psi = asinh to y is radial, too: its second derivative takes psi'' v1 w1 + q v2 w2 and q (v1 w2 + v2 w1) off b, q = (psi' - psi/kappa)/kappa. */
#include <math.h>

#include <rao/num.h>

#include "manifold/spray.h"

enum { MU, KAPPA };
/* The direction of the radius, g, and of a and b: 11 and 22 to 1, 12 to 2. */
enum { COS, SIN, ALONG, ACROSS, SKEW, LEVI = SKEW + 3, SIZE = LEVI + 3 };

static int64_t size(int64_t n) { return (void)n, SIZE; }

static void turn(double c, double s, const double *v, double *out) {
    double along = c * v[0] + s * v[1], across = c * v[1] - s * v[0];
    out[0] = along, out[1] = across;
}

/* asinh b - asinh a */
static double radii(double a, double b) {
    double ra = hypot(1, a), rb = hypot(1, b);
    return asinh((b - a) * ((b + a) / (b * ra + a * rb)));
}

static void gap(const rao_family *f, const double *p, const double *q, double *y) {
    double angle = remainder(q[MU] - p[MU], 6.28318530717958647693), r = asinh(q[KAPPA]), half = sin(0.5 * angle);
    double own[2] = {radii(p[KAPPA], q[KAPPA]) - 2 * r * half * half, r * sin(angle)};
    (void)f, turn(cos(p[MU]), -sin(p[MU]), own, y);
}

/* The derivatives of psi: psi', psi'', q; q by its series where its parts cancel. */
static void radial(double k, double *slope, double *second, double *q) {
    double root = hypot(1, k), k2 = k * k;
    *slope = 1 / root, *second = -k / root / root / root;
    *q = k < 0.05 ? -k * (1.0 / 3 - k2 * (3.0 / 10 - k2 * (15.0 / 56 - k2 * (35.0 / 144 - k2 * (315.0 / 1408)))))
                  : (1 / root - asinh(k) / k) / k;
}

static int open(const rao_family *f, const double *p, const double *y, double *at) {
    double r = asinh(p[KAPPA]), at_p[2] = {r * cos(p[MU]) + y[0], r * sin(p[MU]) + y[1]}, length = hypot(at_p[0], at_p[1]),
           k = sinh(length);
    double slope, second, q;
    (void)f;
    if (!(k < 1e150)) return 1;
    rao_bessel_ratio_value b = rao_bessel_ratio(k);
    double spread = k > 1e-8 ? b.a / k : 0.5, c = -(b.d2 + 2 * b.a * b.d1), stretch = k > 1e-8 ? k / length : 1;
    radial(k, &slope, &second, &q);
    at[COS] = length > 0 ? at_p[0] / length : 1, at[SIN] = length > 0 ? at_p[1] / length : 0;
    at[ALONG] = b.d1 / slope / slope, at[ACROSS] = spread * stretch * stretch;
    at[SKEW] = b.d2 / b.d1 / slope, at[SKEW + 1] = slope * c / b.d1 * stretch * stretch, at[SKEW + 2] = c / spread / slope;
    at[LEVI] = at[SKEW] / 2 - second / slope / slope, at[LEVI + 1] = at[SKEW + 1] / 2 - q * stretch * stretch;
    at[LEVI + 2] = at[SKEW + 2] / 2 - q / slope * stretch;
    return 0;
}

/* kappa by its change where it changes little, else from asinh: a change from a far larger one would leave none of its digits. */
static rao_status state(rao_ctx *ctx, const rao_family *f, const double *p, const double *y, double *s) {
    double r = asinh(p[KAPPA]), own[2];
    turn(cos(p[MU]), sin(p[MU]), y, own);
    double length = hypot(r + own[0], own[1]), rise = (own[0] * (2 * r + own[0]) + own[1] * own[1]) / (length + r);
    double c[2] = {p[MU] + atan2(own[1], r + own[0]),
                   fabs(rise) < 0.5 * r ? p[KAPPA] * cosh(rise) + hypot(1, p[KAPPA]) * sinh(rise) : sinh(length)};
    return f->table->charts[0].load(ctx, f, c, s);
}

static double metric(int64_t n, const double *at, const double *v, const double *w) {
    double a[2], b[2];
    (void)n, turn(at[COS], at[SIN], v, a), turn(at[COS], at[SIN], w, b);
    return at[ALONG] * a[0] * b[0] + at[ACROSS] * a[1] * b[1];
}
static void bend(const double *at, const double *by, const double *v, const double *w, double *out) {
    double a[2], b[2];
    turn(at[COS], at[SIN], v, a), turn(at[COS], at[SIN], w, b);
    const double own[2] = {by[0] * a[0] * b[0] + by[1] * a[1] * b[1], by[2] * (a[0] * b[1] + a[1] * b[0])};
    turn(at[COS], -at[SIN], own, out);
}
static void skew(int64_t n, const double *at, const double *v, const double *w, double *out) { (void)n, bend(at, at + SKEW, v, w, out); }
static void levi(int64_t n, const double *at, const double *v, const double *w, double *out) { (void)n, bend(at, at + LEVI, v, w, out); }

static void sink(const rao_family *f, const double *p, double by, double *y) {
    double r = asinh(p[KAPPA]), less = expm1(-by);
    (void)f, y[0] += less * (y[0] + r * cos(p[MU])), y[1] += less * (y[1] + r * sin(p[MU]));
}

static void push(const rao_family *f, const double *s, const double *v, double *own) {
    const double polar[2] = {v[1] / hypot(1, s[KAPPA]), asinh(s[KAPPA]) * v[0]};
    (void)f, turn(cos(s[MU]), -sin(s[MU]), polar, own);
}
static void pull(const rao_family *f, const double *s, const double *own, double *v) {
    double polar[2];
    (void)f, turn(cos(s[MU]), sin(s[MU]), own, polar);
    v[0] = polar[1] / asinh(s[KAPPA]), v[1] = polar[0] * hypot(1, s[KAPPA]);
}

const spray rao_spray_von_mises = {size, gap, open, state, metric, skew, levi, sink, push, pull};
