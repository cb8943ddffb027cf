/* transport_mvn.c - normals in several variables: W_2^2 = |dm|^2 + tr S_p + tr S_q - 2 tr (S_p^1/2 S_q S_p^1/2)^1/2 (the Bures distance of the
 * covariances), written as one square. With S_p = U^T U the optimal map is T = U^-1 A U^-T, A^2 = U S_q U^T, and with G = U U^T,
 * X = A - G solves A X + X G = U (S_q - S_p) U^T, which in the eigenbases of A and G is a division: then W^2 = |U^-1 X|_F^2. Nothing cancels.
 * Geodesic S_t = ((1-t) I + t T) S_p ((1-t) I + t T). Information: tr(E S E) = tr(E dS)/2 with E S + S E = dS (A. Takatsu 2011, Osaka J. Math. 48). */
#include <math.h>
#include <string.h>

#include "manifold/cone.h"
#include "manifold/transport.h"

/* Eigenvectors and the roots of the eigenvalues. */
static rao_status root_spectrum(rao_ctx *ctx, int64_t d, double *a, double *w) {
    rao_mat ma = square_view(d, a);
    rao_vec mw = rao_vec_view(RAO_F64, d, w);
    rao_status st = rao_eigh(ctx, &ma, &mw);
    for (int64_t i = 0; i < d && st == RAO_OK; i++) w[i] = sqrt(fmax(w[i], 0));
    return st;
}

static rao_status multiply(rao_ctx *ctx, rao_trans ta, rao_trans tb, int64_t d, double *a, double *b, double *out) {
    rao_mat ma = square_view(d, a), mb = square_view(d, b), mo = square_view(d, out);
    return rao_gemm(ctx, ta, tb, 1, &ma, &mb, 0, &mo);
}

/* The products above have the size of a variance squared, and of the ratio of two: variances are taken in units of 4^*exponent, in the middle of all. */
static rao_status find_unit(rao_ctx *ctx, const rao_family *f, int64_t n, const double *const *states, int *exponent) {
    double least = INF, most = 0;
    for (int64_t k = 0; k < n; k++)
        for (int64_t i = 0; i < f->d; i++) {
            double a = mvn_cov(f, states[k]).s[i * (f->d + 1)];
            least = fmin(least, a), most = fmax(most, a);
        }
    *exponent = (ilogb(least) + ilogb(most)) / 4;
    if (ilogb(most) - ilogb(least) <= 1000) return RAO_OK;
    return rao_fail(ctx, RAO_ENUMERIC, "mvn: variances from %.3g to %.3g, whose products doubles do not hold: want ratios up to 1e300",
                    least, most);
}

/* x = A - G in units of 4^*exponent, in scratch of the caller. */
static rao_status map_less_identity(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *x, int *exponent) {
    rao_status st;
    int64_t d = f->d;
    spd a = mvn_cov(f, p), b = mvn_cov(f, q);
    double *va, *vg, *c, *half, *wa, *wg, *u, *other;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d * d, &va));
    RAO_TRY(rao_scratch(ctx, d * d, &vg));
    RAO_TRY(rao_scratch(ctx, d * d, &c));
    RAO_TRY(rao_scratch(ctx, d * d, &half));
    RAO_TRY(rao_scratch(ctx, d, &wa));
    RAO_TRY(rao_scratch(ctx, d, &wg));
    RAO_TRY(rao_scratch(ctx, d * d, &u));
    RAO_TRY(rao_scratch(ctx, d * d, &other));
    RAO_TRY(find_unit(ctx, f, 2, (const double *const[]){p, q}, exponent));
    for (int64_t i = 0; i < d * d; i++) {
        u[i] = ldexp(a.u[i], -*exponent);
        other[i] = ldexp(b.s[i], -2 * *exponent);
        c[i] = ldexp(b.s[i] - a.s[i], -2 * *exponent);
    }
    RAO_TRY(rao_congruence(ctx, RAO_N, d, u, c, c));
    RAO_TRY(rao_congruence(ctx, RAO_N, d, u, other, va));
    RAO_TRY(root_spectrum(ctx, d, va, wa));
    memcpy(half, u, sizeof *half * (size_t)(d * d)); /* G = U U^T; its eigenvalues are those of S_p */
    RAO_TRY(multiply(ctx, RAO_N, RAO_T, d, half, half, vg));
    RAO_TRY(root_spectrum(ctx, d, vg, wg));
    RAO_TRY(multiply(ctx, RAO_T, RAO_N, d, va, c, half));
    RAO_TRY(multiply(ctx, RAO_N, RAO_N, d, half, vg, c));
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) c[i * d + j] /= wa[i] + wg[j] * wg[j];
    RAO_TRY(multiply(ctx, RAO_N, RAO_N, d, va, c, half));
    RAO_TRY(multiply(ctx, RAO_N, RAO_T, d, half, vg, x));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* x := U^-1 x = K^T x, out of the units of 4^exponent */
static rao_status divide(rao_ctx *ctx, int64_t d, const spd *s, int exponent, double *x) {
    rao_status st;
    double *out;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d * d, &out));
    RAO_TRY(multiply(ctx, RAO_T, RAO_N, d, s->k, x, out));
    for (int64_t i = 0; i < d * d; i++) x[i] = ldexp(out[i], 2 * exponent);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_bures_distance(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *out) {
    rao_status st;
    int64_t d = f->d;
    spd a = mvn_cov(f, p);
    int exponent;
    double *x, sum = 0;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d * d, &x));
    RAO_TRY(map_less_identity(ctx, f, p, q, x, &exponent));
    RAO_TRY(divide(ctx, d, &a, exponent, x));
    for (int64_t i = 0; i < d; i++) sum = hypot(sum, mvn_mean(f, q)[i] - mvn_mean(f, p)[i]);
    *out = hypot(sum, rao_frobenius(d * d, x));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_bures_path(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double t, double *out) {
    rao_status st;
    int64_t d = f->d;
    spd a = mvn_cov(f, p), o = mvn_cov(f, out);
    int exponent;
    double *x, *root;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d * d, &x));
    RAO_TRY(rao_scratch(ctx, d * d, &root));
    RAO_TRY(map_less_identity(ctx, f, p, q, x, &exponent));
    RAO_TRY(divide(ctx, d, &a, exponent, x)); /* T - I = x U^-T, so a root of S_t is (I + t (T - I)) U^T = U^T + t x */
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) root[i * d + j] = a.u[j * d + i] + t * x[i * d + j];
    RAO_TRY(multiply(ctx, RAO_N, RAO_T, d, root, root, o.s));
    for (int64_t i = 0; i < d; i++) {
        double m = mvn_mean(f, p)[i], n = mvn_mean(f, q)[i];
        mvn_mean(f, out)[i] = t < 0.5 ? m + (n - m) * t : n - (n - m) * (1 - t);
        for (int64_t j = 0; j < i; j++) o.s[i * d + j] = o.s[j * d + i] = 0.5 * (o.s[i * d + j] + o.s[j * d + i]);
    }
    RAO_TRY(rao_spd_factor(ctx, f, "the covariance on the geodesic", out));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* G_ab = sum_ij (V^T B_a V)_ij (V^T B_b V)_ij / (2 (l_i + l_j)), B the symmetric matrices of the coordinates. */
rao_status rao_bures_information(rao_ctx *ctx, const rao_family *f, const double *s, double *g) {
    rao_status st;
    int64_t d = f->d, n = f->dim, count = n - d, row = 0;
    spd a = mvn_cov(f, s);
    double *v, *w, *b;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d * d, &v));
    RAO_TRY(rao_scratch(ctx, d, &w));
    RAO_TRY(rao_scratch(ctx, count * d * d, &b));
    memcpy(v, a.s, sizeof *v * (size_t)(d * d));
    rao_mat mv = square_view(d, v);
    rao_vec mw = rao_vec_view(RAO_F64, d, w);
    RAO_TRY(rao_eigh(ctx, &mv, &mw));
    for (int64_t i = 0; i < d; i++) g[i * (n + 1)] = 1;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = i; j < d; j++, row++)
            for (int64_t k = 0; k < d; k++)
                for (int64_t l = 0; l < d; l++) {
                    double pairs = v[i * d + k] * v[j * d + l] + (i != j ? v[j * d + k] * v[i * d + l] : 0);
                    b[(row * d + k) * d + l] = pairs / sqrt(2 * (w[k] + w[l]));
                }
    for (int64_t i = 0; i < count; i++)
        for (int64_t j = 0; j <= i; j++) {
            double sum = 0;
            for (int64_t k = 0; k < d * d; k++) sum += b[i * d * d + k] * b[j * d * d + k];
            g[(d + i) * n + d + j] = g[(d + j) * n + d + i] = sum;
        }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- the mean of several ------------------------------------------------------------------------------------------- */

/* h = sum w_i (U S_i U^T)^1/2, S = U^T U, in units of 4^exponent. */
static rao_status mean_root(rao_ctx *ctx, const rao_family *f, const family_mean *m, const spd *s, int exponent, double *h) {
    rao_status st = RAO_OK;
    int64_t d = f->d;
    double *v, *w, *u;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d * d, &v));
    RAO_TRY(rao_scratch(ctx, d * d, &u));
    RAO_TRY(rao_scratch(ctx, d, &w));
    memset(h, 0, sizeof *h * (size_t)(d * d));
    for (int64_t i = 0; i < m->n; i++) {
        if (m->w[i] == 0) continue;
        for (int64_t j = 0; j < d * d; j++) v[j] = ldexp(mvn_cov(f, m->s[i]).s[j], -2 * exponent), u[j] = ldexp(s->u[j], -exponent);
        RAO_TRY(rao_congruence(ctx, RAO_N, d, u, v, v));
        RAO_TRY(root_spectrum(ctx, d, v, w));
        RAO_TRY(rao_spectral(ctx, d, v, w, u));
        for (int64_t j = 0; j < d * d; j++) h[j] += m->w[i] * u[j];
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* |T - I|_F of the mean map T = U^-1 h U^-T. */
static rao_status unrest(rao_ctx *ctx, int64_t d, const spd *s, int exponent, const double *h, double *size) {
    rao_status st;
    double *x, *u;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d * d, &x));
    RAO_TRY(rao_scratch(ctx, d * d, &u));
    for (int64_t i = 0; i < d * d; i++) u[i] = ldexp(s->u[i], -exponent);
    RAO_TRY(multiply(ctx, RAO_N, RAO_T, d, u, u, x));
    for (int64_t i = 0; i < d * d; i++) x[i] = h[i] - x[i], u[i] = ldexp(s->k[i], exponent);
    RAO_TRY(rao_congruence(ctx, RAO_T, d, u, x, x));
    *size = rao_frobenius(d * d, x);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* S := R R^T, R = U^-1 h: the mean map pushes S to T S T, and lowers the sum of squared distances each time (P. Alvarez-Esteban et al. 2016, J. Math. Anal.
 * Appl. 441, 744-762). The covariances begin at their weighted mean. */
static rao_status settle(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *state, rao_quality *quality) {
    rao_status st = RAO_OK;
    int64_t d = f->d;
    spd s = mvn_cov(f, state);
    double *h, *best, left = 0, least = INF, trace = 0;
    int exponent;
    RAO_TRY(rao_scratch(ctx, d * d, &h));
    RAO_TRY(rao_scratch(ctx, d * d, &best));
    RAO_TRY(find_unit(ctx, f, m->n, m->s, &exponent));
    for (int i = 0, waited = 0; i < 2000 && waited < 8; i++) {
        RAO_TRY(mean_root(ctx, f, m, &s, exponent, h));
        RAO_TRY(unrest(ctx, d, &s, exponent, h, &left));
        waited = left < 0.9 * least ? 0 : waited + 1;
        if (left < least) least = left, memcpy(best, s.s, sizeof *best * (size_t)(d * d));
        if (left == 0) break;
        RAO_TRY(divide(ctx, d, &s, exponent, h));
        RAO_TRY(multiply(ctx, RAO_N, RAO_T, d, h, h, s.s));
        RAO_TRY(rao_spd_factor(ctx, f, "the mean of the covariances", state));
    }
    memcpy(s.s, best, sizeof *best * (size_t)(d * d));
    for (int64_t i = 0; i < d; i++) trace += best[i * (d + 1)];
    if (!(least <= 1e-6))
        RAO_TRY(rao_fail(ctx, RAO_ENUMERIC, "mvn: the mean of the covariances was not reached: %.3g is left of the mean map", least));
    *quality = (rao_quality){RAO_ITERATION, (least + 4e-16 * (double)d) * sqrt(trace)};
    RAO_TRY(rao_spd_factor(ctx, f, "the mean of the covariances", state));
done:
    return st;
}

rao_status rao_bures_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s, rao_quality *quality) {
    rao_status st = RAO_OK;
    int64_t d = f->d;
    spd a = mvn_cov(f, s);
    rao_mark mark = rao_scratch_mark(ctx);
    memset(a.s, 0, sizeof *a.s * (size_t)(d * d));
    memset(mvn_mean(f, s), 0, sizeof *s * (size_t)d);
    for (int64_t i = 0; i < m->n; i++) {
        for (int64_t j = 0; j < d * d; j++) a.s[j] += m->w[i] * mvn_cov(f, m->s[i]).s[j];
        for (int64_t j = 0; j < d; j++) mvn_mean(f, s)[j] += m->w[i] * mvn_mean(f, m->s[i])[j];
    }
    RAO_TRY(rao_spd_factor(ctx, f, "the mean of the covariances", s));
    RAO_TRY(settle(ctx, f, m, s, quality));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
