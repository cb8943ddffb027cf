/* spray_dirichlet.c - Dirichlet, and beta as that of two parts, in y_i = log alpha_i. With u_i = alpha_i/A, D_i = alpha_i + rho_i, mean and covariance under u
 * (m_v = sum u_i v_i), rho_0 and tau_0 at A (shapes.h), and r_i = rho_i - u_i rho_0 > 0, t_i = tau_i - u_i tau_0:
 *   g(v, w) = (A + rho_0) cov(v, w) + sum r_i v_i w_i,
 *   T(v, w)_i = -alpha_i d_i - e_i,   d_i = v_i w_i - m_v m_w,   e_i = t_i v_i w_i + u_i tau_0 d_i,
 *   a = g^-1 T = (T_i + u_i (A + rho_0) K)/D_i,   K = [-cov + sum u_i (rho_i d_i - e_i)/D_i] / sum u_i r_i/D_i,   b(v, w) = v w + a(v, w)/2,
 * the last because alpha is affine in theta. Sherman and Morrison's formula, its denominator 1 - (A + rho_0) sum u_i^2/D_i as a sum of positive terms. */
#include <math.h>

#include "family/family.h"
#include "manifold/shapes.h"
#include "manifold/spray.h"

/* TOTAL, rho_0, tau_0, the largest; then for each i alpha, u, rho, r, tau, t. */
enum { TOTAL, RHO, TAU, TOP, HEAD };
enum { ALPHA, U, OWN_RHO, R, OWN_TAU, T, EACH };

static int64_t size(int64_t n) { return HEAD + EACH * n; }
static const double *part(const double *at, int64_t i) { return at + HEAD + EACH * i; }

static void gap(const rao_family *f, const double *p, const double *q, double *y) {
    for (int64_t i = 0; i < f->dim; i++) y[i] = rao_log_quotient(q[i], p[i]);
}

static int open(const rao_family *f, const double *p, const double *y, double *at) {
    int64_t n = f->dim, top = 0;
    double *each = at + HEAD, total = 0, rest = 0, by_rho, by_tau;
    for (int64_t i = 0; i < n; i++) {
        double a = p[i] * exp(y[i]);
        if (!(a > 0 && a < INF)) return 1;
        each[EACH * i + ALPHA] = a, total += a;
        if (a > each[EACH * top + ALPHA]) top = i;
    }
    if (!(total < INF)) return 1;
    at[TOTAL] = total, at[RHO] = rao_shape_rho(total), at[TAU] = rao_shape_tau(total), at[TOP] = (double)top;
    for (int64_t i = 0; i < n; i++) {
        double *own = each + EACH * i, a = own[ALPHA];
        own[U] = a / total, own[OWN_RHO] = rao_shape_rho(a), own[OWN_TAU] = rao_shape_tau(a);
        own[R] = own[OWN_RHO] - own[U] * at[RHO], own[T] = own[OWN_TAU] - own[U] * at[TAU];
        rest += i == top ? 0 : a;
    }
    double *largest = each + EACH * top, a = largest[ALPHA];
    if (rest > a / 64) return 0;
    rao_shape_drop(a, rest, &by_rho, &by_tau); /* nearly all of A: the differences from the rest */
    largest[R] = by_rho + rest / total * at[RHO], largest[T] = by_tau + rest / total * at[TAU];
    return 0;
}

static rao_status state(rao_ctx *ctx, const rao_family *f, const double *p, const double *y, double *s) {
    rao_status st;
    double *c;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->dim, &c));
    for (int64_t i = 0; i < f->dim; i++) c[i] = p[i] * exp(y[i]);
    RAO_TRY(f->table->charts[0].load(ctx, f, c, s));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* The mean under u is base + drift, base the entry of the largest: what differs from it weighs little where that is nearly all of A. */
typedef struct centre {
    double base, drift;
} centre;
static centre centre_of(int64_t n, const double *at, const double *v) {
    centre c = {v[(int64_t)at[TOP]], 0};
    for (int64_t i = 0; i < n; i++) c.drift += part(at, i)[U] * (v[i] - c.base);
    return c;
}
static double off(const centre *c, double v) { return (v - c->base) - c->drift; }

static double covariance(int64_t n, const double *at, const double *v, const centre *cv, const double *w, const centre *cw) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += part(at, i)[U] * off(cv, v[i]) * off(cw, w[i]);
    return sum;
}

static double metric(int64_t n, const double *at, const double *v, const double *w) {
    centre cv = centre_of(n, at, v), cw = centre_of(n, at, w);
    double sum = (at[TOTAL] + at[RHO]) * covariance(n, at, v, &cv, w, &cw);
    for (int64_t i = 0; i < n; i++) sum += part(at, i)[R] * v[i] * w[i];
    return sum;
}

static void skew(int64_t n, const double *at, const double *v, const double *w, double *out) {
    centre cv = centre_of(n, at, v), cw = centre_of(n, at, w);
    double top = -covariance(n, at, v, &cv, w, &cw), bottom = 0;
    for (int64_t i = 0; i < n; i++) {
        const double *own = part(at, i);
        double d = off(&cv, v[i]) * w[i] + (cv.base + cv.drift) * off(&cw, w[i]), weight = 1 / (own[ALPHA] + own[OWN_RHO]);
        double e = own[T] * v[i] * w[i] + own[U] * at[TAU] * d;
        top += own[U] * weight * (own[OWN_RHO] * d - e), bottom += own[U] * weight * own[R];
        out[i] = -(own[ALPHA] * d + e) * weight;
    }
    for (int64_t i = 0; i < n; i++) {
        const double *own = part(at, i);
        out[i] += (own[ALPHA] + own[U] * at[RHO]) / (own[ALPHA] + own[OWN_RHO]) * (top / bottom);
    }
}
static void levi(int64_t n, const double *at, const double *v, const double *w, double *out) {
    skew(n, at, v, w, out);
    for (int64_t i = 0; i < n; i++) out[i] = v[i] * w[i] + 0.5 * out[i];
}

static void sink(const rao_family *f, const double *p, double by, double *y) {
    (void)p;
    for (int64_t i = 0; i < f->dim; i++) y[i] -= by;
}

static void push(const rao_family *f, const double *s, const double *v, double *own) {
    for (int64_t i = 0; i < f->dim; i++) own[i] = v[i] / s[i];
}
static void pull(const rao_family *f, const double *s, const double *own, double *v) {
    for (int64_t i = 0; i < f->dim; i++) v[i] = s[i] * own[i];
}

const spray rao_spray_dirichlet = {size, gap, open, state, metric, skew, levi, sink, push, pull};
