/* dual.c - arithmetic to second order, and the elementary functions.
 *
 * f(a): g = f' a.g, h = f' a.h + f'' a.g a.g^T; f(a, b) likewise with its partial derivatives. A factor of exactly zero wins over an
 * infinite one, because a variable that does not enter has no derivative: d/dy sqrt(x) is 0 at x = 0 too.
 * Cost: n (n+3)/2 multiply-adds an operation beside the function itself.
 */
#include "num/private.h"

static double times(double derivative, double g) { return g == 0 ? 0 : derivative * g; }

static int triangle(int n) { return n * (n + 1) / 2; }

rao_dual rao_dual_constant(double v) { return (rao_dual){.v = v}; }

rao_dual rao_dual_variable(double v, int i, int n, int order) {
    rao_dual a = {.n = n, .order = order, .v = v};
    a.g[i] = 1;
    return a;
}

rao_dual rao_dual_chain(const rao_dual *a, double f, double f1, double f2) {
    rao_dual r = {.n = a->n, .order = a->order, .v = f};
    for (int i = 0; i < a->n; i++) r.g[i] = times(f1, a->g[i]);
    for (int i = 0, k = 0; a->order > 1 && i < a->n; i++)
        for (int j = 0; j <= i; j++, k++) r.h[k] = times(f1, a->h[k]) + times(f2, a->g[i] * a->g[j]);
    return r;
}

rao_dual rao_dual_chain2(const rao_dual *a, const rao_dual *b, double f, double fa, double fb, double faa, double fab, double fbb) {
    if (b->n == 0) return rao_dual_chain(a, f, fa, faa);
    if (a->n == 0) return rao_dual_chain(b, f, fb, fbb);
    rao_dual r = {.n = a->n, .order = a->order, .v = f};
    for (int i = 0; i < a->n; i++) r.g[i] = times(fa, a->g[i]) + times(fb, b->g[i]);
    for (int i = 0, k = 0; a->order > 1 && i < a->n; i++)
        for (int j = 0; j <= i; j++, k++) {
            double mixed = a->g[i] * b->g[j] + b->g[i] * a->g[j];
            r.h[k] =
                times(fa, a->h[k]) + times(fb, b->h[k]) + times(faa, a->g[i] * a->g[j]) + times(fab, mixed) + times(fbb, b->g[i] * b->g[j]);
        }
    return r;
}

static rao_dual combine(const rao_dual *a, double x, const rao_dual *b, double y, double v) {
    rao_dual r = {.n = a->n ? a->n : b->n, .order = a->n ? a->order : b->order, .v = v};
    for (int i = 0; i < r.n; i++) r.g[i] = x * a->g[i] + y * b->g[i];
    for (int k = 0; r.order > 1 && k < triangle(r.n); k++) r.h[k] = x * a->h[k] + y * b->h[k];
    return r;
}

rao_dual rao_dual_add(rao_dual a, rao_dual b) { return combine(&a, 1, &b, 1, a.v + b.v); }
rao_dual rao_dual_sub(rao_dual a, rao_dual b) { return combine(&a, 1, &b, -1, a.v - b.v); }
rao_dual rao_dual_mul(rao_dual a, rao_dual b) { return rao_dual_chain2(&a, &b, a.v * b.v, b.v, a.v, 0, 1, 0); }
rao_dual rao_dual_div(rao_dual a, rao_dual b) {
    double q = a.v / b.v, u = 1 / b.v;
    return rao_dual_chain2(&a, &b, q, u, -q * u, 0, -u * u, 2 * q * u * u);
}
rao_dual rao_dual_scale(rao_dual a, double factor) { return rao_dual_chain(&a, a.v * factor, factor, 0); }
rao_dual rao_dual_shift(rao_dual a, double term) {
    a.v += term;
    return a;
}
rao_dual rao_dual_neg(rao_dual a) { return rao_dual_chain(&a, -a.v, -1, 0); }

/* c x^p, 0 where c = 0 whatever the power */
static double monomial(double c, double x, double p) { return c == 0 ? 0 : c * pow(x, p); }

rao_dual rao_dual_powr(rao_dual a, double b) {
    return rao_dual_chain(&a, pow(a.v, b), monomial(b, a.v, b - 1), monomial(b * (b - 1), a.v, b - 2));
}

rao_dual rao_dual_pow(rao_dual a, rao_dual b) {
    if (b.n == 0) return rao_dual_powr(a, b.v);
    double x = a.v, y = b.v, f = pow(x, y), l = log(x);
    double fl = f == 0 ? 0 : f * l, fll = f == 0 ? 0 : fl * l; /* x = 0 < y */
    double fab = y == 0 ? 1 / x : pow(x, y - 1) * (1 + y * l);
    return rao_dual_chain2(&a, &b, f, monomial(y, x, y - 1), fl, monomial(y * (y - 1), x, y - 2), fab, fll);
}

/* a where the first wins, with the constants' n taken from the other */
static rao_dual chosen(const rao_dual *a, const rao_dual *b) { return combine(a, 1, b, 0, a->v); }

rao_dual rao_dual_min(rao_dual a, rao_dual b) { return isnan(a.v) || a.v <= b.v ? chosen(&a, &b) : chosen(&b, &a); }
rao_dual rao_dual_max(rao_dual a, rao_dual b) { return isnan(a.v) || a.v >= b.v ? chosen(&a, &b) : chosen(&b, &a); }

rao_dual rao_dual_hypot(rao_dual a, rao_dual b) {
    double r = hypot(a.v, b.v), c = a.v / r, s = b.v / r;
    return rao_dual_chain2(&a, &b, r, c, s, s * s / r, -c * s / r, c * c / r);
}

rao_dual rao_dual_atan2(rao_dual y, rao_dual x) {
    double r = hypot(y.v, x.v), s = y.v / r, c = x.v / r, u = 1 / r;
    return rao_dual_chain2(&y, &x, atan2(y.v, x.v), c * u, -s * u, -2 * s * c * u * u, (s - c) * (s + c) * u * u, 2 * s * c * u * u);
}

rao_dual rao_dual_xlogy(rao_dual a, rao_dual b) {
    double q = a.v / b.v;
    if (a.v == 0 && b.v == 0) q = 0;
    return rao_dual_chain2(&a, &b, rao_xlogy(a.v, b.v), log(b.v), q, 0, 1 / b.v, a.v == 0 ? 0 : -q / b.v);
}
rao_dual rao_dual_xlog1py(rao_dual a, rao_dual b) {
    double u = 1 / (1 + b.v), q = a.v == 0 ? 0 : a.v * u;
    return rao_dual_chain2(&a, &b, rao_xlog1py(a.v, b.v), log1p(b.v), q, 0, u, a.v == 0 ? 0 : -q * u);
}

rao_dual rao_dual_abs(rao_dual a) { return rao_dual_chain(&a, fabs(a.v), a.v < 0 ? -1 : a.v > 0 ? 1 : 0, 0); }
rao_dual rao_dual_sign(rao_dual a) { return rao_dual_chain(&a, isnan(a.v) ? a.v : (a.v > 0) - (a.v < 0), 0, 0); }
rao_dual rao_dual_floor(rao_dual a) { return rao_dual_chain(&a, floor(a.v), 0, 0); }
rao_dual rao_dual_ceil(rao_dual a) { return rao_dual_chain(&a, ceil(a.v), 0, 0); }

rao_dual rao_dual_exp(rao_dual a) {
    double e = exp(a.v);
    return rao_dual_chain(&a, e, e, e);
}
rao_dual rao_dual_expm1(rao_dual a) {
    double e = exp(a.v);
    return rao_dual_chain(&a, expm1(a.v), e, e);
}
static rao_dual logarithm(const rao_dual *a, double value, double unit, double argument) {
    return rao_dual_chain(a, value, unit / argument, -unit / argument / argument);
}
rao_dual rao_dual_log(rao_dual a) { return logarithm(&a, log(a.v), 1, a.v); }
rao_dual rao_dual_log2(rao_dual a) { return logarithm(&a, log2(a.v), 1 / NUM_LOG2, a.v); }
rao_dual rao_dual_log10(rao_dual a) { return logarithm(&a, log10(a.v), 0.434294481903251827651128918916605082, a.v); }
rao_dual rao_dual_log1p(rao_dual a) { return logarithm(&a, log1p(a.v), 1, 1 + a.v); }

rao_dual rao_dual_sqrt(rao_dual a) {
    double r = sqrt(a.v);
    return rao_dual_chain(&a, r, 0.5 / r, -0.25 / r / a.v);
}
rao_dual rao_dual_cbrt(rao_dual a) {
    double r = cbrt(a.v), d = 1 / (3 * r * r);
    return rao_dual_chain(&a, r, d, -2 * d / (3 * a.v));
}

rao_dual rao_dual_sin(rao_dual a) {
    double s = sin(a.v);
    return rao_dual_chain(&a, s, cos(a.v), -s);
}
rao_dual rao_dual_cos(rao_dual a) {
    double c = cos(a.v);
    return rao_dual_chain(&a, c, -sin(a.v), -c);
}
rao_dual rao_dual_tan(rao_dual a) {
    double t = tan(a.v), d = 1 + t * t;
    return rao_dual_chain(&a, t, d, 2 * t * d);
}
rao_dual rao_dual_asin(rao_dual a) {
    double w = (1 - a.v) * (1 + a.v), d = 1 / sqrt(w);
    return rao_dual_chain(&a, asin(a.v), d, a.v * d / w);
}
rao_dual rao_dual_acos(rao_dual a) {
    double w = (1 - a.v) * (1 + a.v), d = 1 / sqrt(w);
    return rao_dual_chain(&a, acos(a.v), -d, -a.v * d / w);
}
rao_dual rao_dual_atan(rao_dual a) {
    double d = 1 / (1 + a.v * a.v);
    return rao_dual_chain(&a, atan(a.v), d, -2 * a.v * d * d);
}
rao_dual rao_dual_sinh(rao_dual a) {
    double s = sinh(a.v);
    return rao_dual_chain(&a, s, cosh(a.v), s);
}
rao_dual rao_dual_cosh(rao_dual a) {
    double c = cosh(a.v);
    return rao_dual_chain(&a, c, sinh(a.v), c);
}
rao_dual rao_dual_tanh(rao_dual a) {
    double t = tanh(a.v), c = 1 / cosh(a.v), d = c * c; /* 1 - t^2 has no digits where t is near one */
    return rao_dual_chain(&a, t, d, -2 * t * d);
}
rao_dual rao_dual_asinh(rao_dual a) {
    double r = hypot(1, a.v), d = 1 / r;
    return rao_dual_chain(&a, asinh(a.v), d, -a.v * d * d * d);
}
rao_dual rao_dual_acosh(rao_dual a) {
    double w = (a.v - 1) * (a.v + 1), d = 1 / sqrt(w);
    return rao_dual_chain(&a, acosh(a.v), d, -a.v * d / w);
}
rao_dual rao_dual_atanh(rao_dual a) {
    double d = 1 / ((1 - a.v) * (1 + a.v));
    return rao_dual_chain(&a, atanh(a.v), d, 2 * a.v * d * d);
}
