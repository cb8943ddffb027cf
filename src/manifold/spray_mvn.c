/* spray_mvn.c - N(m, S) in y = (m, z, t): S = M M^T, M = diag(e^z) T, T lower triangular with ones on the diagonal and t below, rows one after another. By
 *   x = M^-1 dm,   W = M^-1 dM = T^-1 (dT + diag(dz) T) (lower triangular),   X = W + W^T = M^-1 dS M^-T
 * velocities are seen from N(0, I), where
 *   g = |x|^2 + tr(X^2)/2,   T = 3 x^T X x + tr(X^3),   a = (2 X x, 2 X^2 + 2 x x^T) in (x, X),
 * and the geodesics m'' = S' S^-1 m', S'' = S' S^-1 S' - m' m'^T (L. Skovgaard 1984) have x'' := M^-1 m'' = X x and, with V = M^-1 M'', V + V^T = X^2 - x x^T - 2 W W^T,
 *   z'' = V_ii - z'^2,   t''_ij = (T V)_ij - V_ii t_ij - 2 z'_i t'_ij. */
#include "manifold/spray_mvn.h"

#include <math.h>

#include "family/spd.h"
#include "manifold/track.h"

enum { D = 4 };
_Static_assert((D + 1) * (D + 4) / 2 > MOST_COORDINATES, "a spray of more variables");

static int64_t variables(int64_t n) {
    int64_t d = 1;
    while (d * (d + 3) / 2 < n) d++;
    return d;
}

/* An opened point: e^z (d), T (d x d). */
static int64_t size(int64_t n) { return variables(n) * (variables(n) + 1); }

/* The place of t_ij, j < i, in y. */
static int64_t below(int64_t d, int64_t i, int64_t j) { return 2 * d + i * (i - 1) / 2 + j; }

/* A velocity seen from N(0, I): x, W, and what it does to z and T. */
typedef struct seen {
    double x[D], w[D][D], z[D], t[D][D];
} seen;

static void see(int64_t d, const double *at, const double *v, seen *s) {
    const double *t = at + d;
    for (int64_t i = 0; i < d; i++) {
        s->z[i] = v[d + i], s->x[i] = v[i] / at[i];
        for (int64_t j = 0; j < d; j++) {
            s->t[i][j] = j < i ? v[below(d, i, j)] : 0;
            s->w[i][j] = s->t[i][j] + s->z[i] * t[i * d + j];
        }
        for (int64_t k = 0; k < i; k++) {
            s->x[i] -= t[i * d + k] * s->x[k];
            for (int64_t j = 0; j <= k; j++) s->w[i][j] -= t[i * d + k] * s->w[k][j];
        }
    }
}

static double both(const seen *s, int64_t i, int64_t j) { return s->w[i][j] + s->w[j][i]; }

/* (T x)_i, (T V)_ij */
static double along_row(int64_t d, const double *t, int64_t i, int64_t from, const double *x, int64_t step) {
    double sum = 0;
    for (int64_t k = from; k <= i; k++) sum += t[i * d + k] * x[k * step];
    return sum;
}

/* The lower triangular V of a symmetric V + V^T. */
static void halve(int64_t d, double v[D][D]) {
    for (int64_t i = 0; i < d; i++) v[i][i] *= 0.5;
    for (int64_t i = 0; i < D; i++)
        for (int64_t j = i + 1; j < D; j++) v[i][j] = 0;
}

/* m'', z'' and t'' of x'' and V, but what depends on the coordinates alone. */
static void leave(int64_t d, const double *at, const double *x, double v[D][D], double *out) {
    const double *t = at + d;
    for (int64_t i = 0; i < d; i++) {
        out[i] = at[i] * along_row(d, t, i, 0, x, 1), out[d + i] = v[i][i];
        for (int64_t j = 0; j < i; j++) out[below(d, i, j)] = along_row(d, t, i, j, &v[0][j], D) - v[i][i] * t[i * d + j];
    }
}

static int open(const rao_family *f, const double *p, const double *y, double *at) {
    int64_t d = f->d;
    spd a = mvn_cov(f, p);
    for (int64_t i = 0; i < d; i++) {
        double root = a.u[i * d + i];
        at[i] = root * exp(y[d + i]);
        if (!(at[i] > 1e-150 && at[i] < 1e150 && isfinite(y[i]))) return 1;
        for (int64_t j = 0; j < d; j++) {
            at[d + i * d + j] = j < i ? a.u[j * d + i] / root + y[below(d, i, j)] : i == j;
            if (!(fabs(at[d + i * d + j]) < 1e150)) return 1;
        }
    }
    return 0;
}

static void gap(const rao_family *f, const double *p, const double *q, double *y) {
    int64_t d = f->d;
    const double *u = mvn_cov(f, p).u, *v = mvn_cov(f, q).u;
    for (int64_t i = 0; i < d; i++) {
        y[i] = mvn_mean(f, q)[i] - mvn_mean(f, p)[i], y[d + i] = rao_log_quotient(v[i * d + i], u[i * d + i]);
        for (int64_t j = 0; j < i; j++) y[below(d, i, j)] = v[j * d + i] / v[i * d + i] - u[j * d + i] / u[i * d + i];
    }
}

static rao_status state(rao_ctx *ctx, const rao_family *f, const double *p, const double *y, double *s) {
    int64_t d = f->d;
    double at[D * (D + 1)], *c = mvn_cov(f, s).s;
    if (open(f, p, y, at)) return rao_geometry_left(ctx, f);
    for (int64_t i = 0; i < d; i++) {
        mvn_mean(f, s)[i] = mvn_mean(f, p)[i] + y[i];
        for (int64_t j = 0; j <= i; j++) c[i * d + j] = c[j * d + i] = at[i] * at[j] * along_row(d, at + d, j, 0, at + d + i * d, 1);
    }
    return rao_spd_factor(ctx, f, "the covariance on the geodesic", s);
}

static double metric(int64_t n, const double *at, const double *v, const double *w) {
    int64_t d = variables(n);
    double sum = 0;
    seen a, b;
    see(d, at, v, &a), see(d, at, w, &b);
    for (int64_t i = 0; i < d; i++) {
        sum += a.x[i] * b.x[i] + 2 * a.w[i][i] * b.w[i][i];
        for (int64_t j = 0; j < i; j++) sum += a.w[i][j] * b.w[i][j];
    }
    return sum;
}

/* X y + Y x, and X Y + Y X. */
static void multiply(int64_t d, const seen *a, const seen *b, double *x, double m[D][D]) {
    for (int64_t i = 0; i < d; i++) {
        x[i] = 0;
        for (int64_t k = 0; k < d; k++) x[i] += both(a, i, k) * b->x[k] + both(b, i, k) * a->x[k];
        for (int64_t j = 0; j < d; j++) {
            m[i][j] = 0;
            for (int64_t k = 0; k < d; k++) m[i][j] += both(a, i, k) * both(b, k, j) + both(b, i, k) * both(a, k, j);
        }
    }
}

static void skew(int64_t n, const double *at, const double *v, const double *w, double *out) {
    int64_t d = variables(n);
    double x[D], m[D][D];
    seen a, b;
    see(d, at, v, &a), see(d, at, w, &b);
    multiply(d, &a, &b, x, m);
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) m[i][j] += a.x[i] * b.x[j] + b.x[i] * a.x[j];
    halve(d, m);
    leave(d, at, x, m, out);
}

static void levi(int64_t n, const double *at, const double *v, const double *w, double *out) {
    int64_t d = variables(n);
    double x[D], m[D][D];
    seen a, b;
    see(d, at, v, &a), see(d, at, w, &b);
    multiply(d, &a, &b, x, m);
    for (int64_t i = 0; i < d; i++) {
        x[i] *= -0.5;
        for (int64_t j = 0; j < d; j++) {
            m[i][j] = 0.5 * (a.x[i] * b.x[j] + b.x[i] * a.x[j] - m[i][j]);
            for (int64_t k = 0; k < d; k++) m[i][j] += a.w[i][k] * b.w[j][k] + b.w[i][k] * a.w[j][k];
        }
    }
    halve(d, m);
    leave(d, at, x, m, out);
    for (int64_t i = 0; i < d; i++) {
        out[d + i] += a.z[i] * b.z[i];
        for (int64_t j = 0; j < i; j++) out[below(d, i, j)] += a.z[i] * b.t[i][j] + b.z[i] * a.t[i][j];
    }
}

/* S gains (e^by - 1) S_11(p) on the first axis: what joins the means is wide there, and nothing else. */
static void sink(const rao_family *f, const double *p, double by, double *y) {
    int64_t d = f->d;
    double at[D * (D + 1)], m[D][D], x[D] = {sqrt(expm1(by)) * mvn_cov(f, p).u[0]};
    const double *u = mvn_cov(f, p).u;
    if (by == 0 || open(f, p, y, at)) return;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j <= i; j++) m[i][j] = at[i] * at[d + i * d + j];
    for (int64_t k = 0; k < d; k++) { /* the triangular factor of a sum with x x^T */
        double r = hypot(m[k][k], x[k]), c = r / m[k][k], s = x[k] / m[k][k];
        m[k][k] = r;
        for (int64_t i = k + 1; i < d; i++) m[i][k] = (m[i][k] + s * x[i]) / c, x[i] = c * x[i] - s * m[i][k];
        y[d + k] = log(r / u[k * d + k]);
    }
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < i; j++) y[below(d, i, j)] = m[i][j] / m[i][i] - u[j * d + i] / u[i * d + i];
}

static void pull(const rao_family *f, const double *s, const double *own, double *v) {
    int64_t d = f->d;
    double at[D * (D + 1)], none[D * (D + 3) / 2] = {0}, *out = v + d;
    const double *u = mvn_cov(f, s).u;
    seen a;
    if (open(f, s, none, at)) return;
    see(d, at, own, &a);
    for (int64_t i = 0; i < d; i++) {
        v[i] = own[i];
        for (int64_t j = i; j < d; j++, out++) {
            *out = 0;
            for (int64_t k = 0; k <= i; k++)
                for (int64_t l = 0; l <= j; l++) *out += u[k * d + i] * both(&a, k, l) * u[l * d + j];
        }
    }
}

const spray rao_spray_mvn = {size, gap, open, state, metric, skew, levi, sink, NULL, pull};
