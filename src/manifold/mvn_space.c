/* mvn_space.c - N(m, S) where a closed form is known: the shift of the mean lies along an eigenvector that both covariances share (in the frame in
 * which one of them is I), which includes equal means, equal covariances and d = 1. There the manifold is a product: in the frame with S_p = I and the
 * shift along the first axis, q = N(gap e_1, lambda + B): a normal in the first coordinate (half_plane.c, curvature -1/2) and the cone (cone.c)
 * of the others. A component of S_q off these blocks changes the squared distance by its square, the geodesic by itself.
 *
 * A shift so small that its square is below rounding (that of a chart may leave one) changes nothing but the mean's own path, to first order
 * S(t)^-1 dm/dt = constant: in the cone's eigenbasis m(t) = (e^(t l) - 1)/(e^l - 1) m(1). */
#include <math.h>
#include <string.h>

#include "manifold/cone.h"
#include "manifold/mvn_exp.h"

static const double half = 0.70710678118654752440; /* sqrt(1/2): unit of the locations; sqrt(2): of distances */

/* A pair of points, or a point and a velocity, in the frame above. Arrays are scratch of the caller. */
typedef struct frame {
    int64_t d, first; /* 1 where there is a shift, 0 where the cone is everything */
    double gap;       /* length of the shift */
    double *shift;    /* whitened */
    double *axis;     /* of the reflection that takes the shift to the first axis, unit length */
    double *a, *m;    /* K (S_q - S_p) K^T or K dS K^T; K S_q K^T; reflected */
} frame;

/* x := H x H, H = I - 2 axis axis^T. */
static void reflect(const frame *r, double *x) {
    int64_t d = r->d;
    if (!r->first) return;
    for (int side = 0; side < 2; side++)
        for (int64_t i = 0; i < d; i++) {
            double dot = 0, *at = side ? x + i : x + i * d;
            int64_t step = side ? d : 1;
            for (int64_t j = 0; j < d; j++) dot += r->axis[j] * at[j * step];
            for (int64_t j = 0; j < d; j++) at[j * step] -= 2 * dot * r->axis[j];
        }
}

/* The axis of the reflection of the shift. Its sign is taken so that nothing cancels: e_1 or -e_1, which is as good. A shift below 1e-8 of `size`,
 * the length of the rest, is left to the cone. */
static void aim(frame *r, double size) {
    double *w = r->axis;
    r->gap = rao_frobenius(r->d, r->shift);
    r->first = r->gap > 1e-8 * fmin(size, 1);
    if (!r->first) return;
    for (int64_t i = 0; i < r->d; i++) w[i] = r->shift[i] / r->gap;
    w[0] += w[0] < 0 ? -1 : 1;
    double length = rao_frobenius(r->d, w);
    for (int64_t i = 0; i < r->d; i++) w[i] /= length;
}

static rao_status allocate(rao_ctx *ctx, const rao_family *f, frame *r) {
    rao_status st;
    r->d = f->d;
    RAO_TRY(rao_scratch(ctx, f->d, &r->axis));
    RAO_TRY(rao_scratch(ctx, f->d, &r->shift));
    RAO_TRY(rao_scratch(ctx, f->d * f->d, &r->a));
    RAO_TRY(rao_scratch(ctx, f->d * f->d, &r->m));
done:
    return st;
}

static void whiten(const spd *s, int64_t d, const double *v, const double *w, double *out) {
    for (int64_t i = 0; i < d; i++) {
        out[i] = 0;
        for (int64_t k = 0; k <= i; k++) out[i] += s->k[i * d + k] * (v[k] - (w ? w[k] : 0));
    }
}

static rao_status frame_of_pair(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, frame *r) {
    rao_status st;
    int64_t d = f->d;
    spd a = mvn_cov(f, p), b = mvn_cov(f, q);
    RAO_TRY(allocate(ctx, f, r));
    whiten(&a, d, mvn_mean(f, q), mvn_mean(f, p), r->shift);
    for (int64_t i = 0; i < d * d; i++) r->a[i] = b.s[i] - a.s[i];
    RAO_TRY(rao_congruence(ctx, RAO_N, d, a.k, r->a, r->a));
    RAO_TRY(rao_congruence(ctx, RAO_N, d, a.k, b.s, r->m));
    aim(r, rao_frobenius(d * d, r->a));
    reflect(r, r->a);
    reflect(r, r->m);
done:
    return st;
}

/* What rounding may have put off the blocks: eps times the condition of S_p. */
static double noise(const spd *s, int64_t d) {
    double root = rao_frobenius(d * d, s->k) * rao_frobenius(d * d, s->u);
    return 2e-16 * root * root;
}

static rao_status check_blocks(rao_ctx *ctx, const rao_family *f, double off, double allowed) {
    if (off <= allowed) return RAO_OK;
    return rao_fail(ctx, RAO_EUNABLE,
                    "%s: no closed form here: the means differ along no eigenvector that the covariances share; fisher_rao_bounds gives an "
                    "interval",
                    f->table->info.name);
}

/* The block of the cone, without the first row and column where there is a shift. */
static int64_t block(const frame *r, const double *x, double *out) {
    int64_t n = r->d - r->first;
    for (int64_t i = 0; i < n; i++) memcpy(out + i * n, x + (i + r->first) * r->d + r->first, sizeof *out * (size_t)n);
    return n;
}

/* The two parts of a pair: the normal's standard deviation at q, and the spectrum of the cone. */
typedef struct parts {
    int64_t n;
    double sigma, rise, rho;
    double *v, *logs;
} parts;

static rao_status split(rao_ctx *ctx, const frame *r, parts *s) {
    rao_status st = RAO_OK;
    double *a, *m;
    RAO_TRY(rao_scratch(ctx, r->d * r->d, &s->v));
    RAO_TRY(rao_scratch(ctx, r->d, &s->logs));
    RAO_TRY(rao_scratch(ctx, r->d * r->d, &a));
    RAO_TRY(rao_scratch(ctx, r->d * r->d, &m));
    s->sigma = 1, s->rise = s->rho = 0;
    if (r->first) {
        double delta = r->a[0];
        s->sigma = fabs(delta) < 0.5 ? sqrt(1 + delta) : sqrt(r->m[0]);
        s->rise = fabs(delta) < 0.5 ? delta / (1 + s->sigma) : s->sigma - 1;
        s->rho = rao_plane_distance(half * r->gap, s->rise, 1, s->sigma);
    }
    s->n = block(r, r->a, a);
    block(r, r->m, m);
    if (s->n > 0) RAO_TRY(rao_log_spectrum(ctx, s->n, a, m, s->v, s->logs));
done:
    return st;
}

static double length_of(const parts *s) { return hypot(1 / half * s->rho, half * rao_frobenius(s->n, s->logs)); }

/* off relative to the diagonal of K S_q K^T, as the metric at q sees it. */
static double relative_off(const frame *r) {
    double sum = 0;
    for (int64_t j = 1; r->first && j < r->d; j++) sum = hypot(sum, r->a[j] / sqrt(r->m[0]) / sqrt(r->m[j * r->d + j]));
    return sum;
}

static rao_status distance(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *d, rao_quality *quality) {
    (void)quality;
    rao_status st;
    frame r;
    parts s;
    spd a = mvn_cov(f, p);
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(frame_of_pair(ctx, f, p, q, &r));
    RAO_TRY(split(ctx, &r, &s));
    double whole = length_of(&s);
    RAO_TRY(check_blocks(ctx, f, relative_off(&r), 1e-7 * fmin(whole, 1) + noise(&a, f->d)));
    *d = whole;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status split_exactly(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, frame *r, parts *s) {
    rao_status st;
    spd a = mvn_cov(f, p);
    RAO_TRY(frame_of_pair(ctx, f, p, q, r));
    RAO_TRY(split(ctx, r, s));
    RAO_TRY(check_blocks(ctx, f, relative_off(r), 1e-12 * fmin(length_of(s), 1) + noise(&a, f->d)));
done:
    return st;
}

/* corner + V diag(g) V^T in the frame, into the coordinates' frame: U^T H (..) H U. */
static rao_status assemble(rao_ctx *ctx, const spd *base, const frame *r, double corner, const double *v, const double *g, double *out) {
    rao_status st = RAO_OK;
    int64_t d = r->d, n = d - r->first;
    double *small;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d * d, &small));
    if (n > 0) RAO_TRY(rao_spectral(ctx, n, v, g, small));
    memset(out, 0, sizeof *out * (size_t)(d * d));
    if (r->first) out[0] = corner;
    for (int64_t i = 0; i < n; i++) memcpy(out + (i + r->first) * d + r->first, small + i * n, sizeof *out * (size_t)n);
    reflect(r, out);
    RAO_TRY(rao_congruence(ctx, RAO_T, d, base->u, out, out));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* out += U^T V diag(g) V^T shift: a small shift's part in the cone's eigenbasis. */
static rao_status add_small_shift(rao_ctx *ctx, const spd *base, const frame *r, const double *v, const double *g, double *out) {
    rao_status st = RAO_OK;
    int64_t d = r->d;
    double *middle;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d, &middle));
    memset(middle, 0, sizeof *middle * (size_t)d);
    for (int64_t k = 0; k < d; k++) {
        double dot = 0;
        for (int64_t i = 0; i < d; i++) dot += v[i * d + k] * r->shift[i];
        for (int64_t i = 0; i < d; i++) middle[i] += v[i * d + k] * (g[k] * dot);
    }
    for (int64_t i = 0; i < d; i++)
        for (int64_t k = 0; k <= i; k++) out[i] += base->u[k * d + i] * middle[k];
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* (e^x - 1)/x */
static double growth(double x) { return x != 0 ? expm1(x) / x : 1; }

static rao_status between(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double t, double *out) {
    rao_status st;
    frame r;
    parts s;
    spd a = mvn_cov(f, p);
    const double *m = mvn_mean(f, p), *n = mvn_mean(f, q);
    double fraction = 0, rest = 1, scale = 1, *g;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(split_exactly(ctx, f, p, q, &r, &s));
    memcpy(mvn_mean(f, out), m, sizeof *m * (size_t)f->d);
    if (r.first) {
        rao_plane_path(1, s.sigma, s.rho, t, &fraction, &rest, &scale);
        for (int64_t i = 0; i < f->d; i++)
            mvn_mean(f, out)[i] = fraction < 0.5 ? m[i] + (n[i] - m[i]) * fraction : n[i] - (n[i] - m[i]) * rest;
    } else {
        RAO_TRY(rao_scratch(ctx, f->d, &g));
        for (int64_t i = 0; i < f->d; i++) g[i] = t * growth(t * s.logs[i]) / growth(s.logs[i]);
        RAO_TRY(add_small_shift(ctx, &a, &r, s.v, g, mvn_mean(f, out)));
    }
    for (int64_t i = 0; i < s.n; i++) s.logs[i] = exp(t * s.logs[i]);
    RAO_TRY(assemble(ctx, &a, &r, scale * scale, s.v, s.logs, mvn_cov(f, out).s));
    RAO_TRY(rao_spd_factor(ctx, f, "the covariance on the geodesic", out));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status take_log(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *velocity, rao_quality *quality) {
    (void)quality;
    rao_status st;
    frame r;
    parts s;
    spd a = mvn_cov(f, p);
    double along = 0, rise = 0, *full;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->d * f->d, &full));
    RAO_TRY(split_exactly(ctx, f, p, q, &r, &s));
    if (r.first) rao_plane_log(half * r.gap, s.rise, 1, s.sigma, s.rho, &along, &rise);
    RAO_TRY(assemble(ctx, &a, &r, 2 * rise, s.v, s.logs, full));
    for (int64_t i = 0; i < f->d; i++) velocity[i] = along * (mvn_mean(f, q)[i] - mvn_mean(f, p)[i]);
    for (int64_t i = 0; i < s.n; i++) s.logs[i] = 1 / growth(s.logs[i]);
    if (!r.first) RAO_TRY(add_small_shift(ctx, &a, &r, s.v, s.logs, velocity));
    rao_spd_store(full, f->d, 1, velocity + f->d);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status path(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double t, double *out, rao_quality *quality) {
    return t >= 0 && t <= 1 ? between(ctx, f, p, q, t, out) : rao_geometry_extend(ctx, f, &rao_space_mvn, f->dim, p, q, t, out, quality);
}

/* ---- parallel transport -------------------------------------------------------------------------------------------
 *
 * In the frame, with the cone's eigenbasis behind the first axis, q = N(gap e_1, diag(sigma^2, e^l)). The normal and the cone carry their own parts. Of what
 * joins them, (x_j, X_1j e^(-l_j/2)/sigma) in units e^(l_j/2) turns by half of int dm/sigma, which is the turn of the tangent in the half-plane over sqrt 2:
 * dx_j/dt = (l_j x_j + X_1j m'/sigma^2)/2, dX_1j/dt = (X_1j (l_j + 2 sigma'/sigma) - x_j m')/2. */

/* The first axis is the shift's, however small it is beside the rest. */
static rao_status split_for_carrying(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, frame *r, parts *s) {
    rao_status st;
    spd a = mvn_cov(f, p);
    RAO_TRY(frame_of_pair(ctx, f, p, q, r));
    double gap = rao_frobenius(f->d, r->shift);
    if (!r->first && gap > 1e-14) {
        aim(r, 0);
        reflect(r, r->a), reflect(r, r->m);
    }
    RAO_TRY(split(ctx, r, s));
    RAO_TRY(check_blocks(ctx, f, relative_off(r), 1e-12 * fmin(length_of(s), 1) + noise(&a, f->d)));
done:
    return st;
}

/* x and the first row of X, beside the first axis. */
static void carry_joint(const frame *r, const parts *s, const double at_p[2], const double at_q[2], double *x, double *m) {
    int64_t d = r->d;
    double angle = half * (atan2(at_q[0], at_q[1]) - atan2(at_p[0], at_p[1])), c = cos(angle), e = sin(angle);
    for (int64_t k = 0; k < s->n; k++) {
        double one = 0, two = 0, grown = exp(s->logs[k] / 2);
        for (int64_t i = 0; i < s->n; i++) one += s->v[i * s->n + k] * x[1 + i], two += s->v[i * s->n + k] * m[1 + i];
        m[(1 + k) * d] = grown * (c * one + e * two); /* kept in the first column until all are read */
        m[(1 + k) * d + 1 + k] = s->sigma * grown * (c * two - e * one);
    }
}

/* x (d) and X (d x d) in the frame. */
static rao_status carry_in_frame(rao_ctx *ctx, const frame *r, const parts *s, double *x, double *m) {
    rao_status st = RAO_OK;
    int64_t d = r->d, n = s->n;
    double *rest, *joint, from[2], to[2];
    RAO_TRY(rao_scratch(ctx, d * d, &rest));
    RAO_TRY(rao_scratch(ctx, d * d, &joint));
    block(r, m, rest);
    if (n > 0) RAO_TRY(rao_cone_carry(ctx, n, s->v, s->logs, rest));
    if (!r->first) {
        memcpy(m, rest, sizeof *m * (size_t)(d * d));
        for (int64_t i = 0; i < d; i++) joint[i] = x[i], x[i] = 0;
        for (int64_t k = 0; k < d; k++) {
            double dot = 0;
            for (int64_t i = 0; i < d; i++) dot += s->v[i * d + k] * joint[i];
            for (int64_t i = 0; i < d; i++) x[i] += s->v[i * d + k] * (exp(s->logs[k] / 2) * dot);
        }
        goto done;
    }
    rao_plane_tangents(half * r->gap, s->rise, 1, s->sigma, from, to);
    double level = half * x[0], up = 0.5 * m[0], along = level * from[0] + up * from[1], across = level * from[1] - up * from[0];
    memcpy(joint, m, sizeof *m * (size_t)d);
    carry_joint(r, s, from, to, x, joint);
    x[0] = s->sigma * (along * to[0] + across * to[1]) / half;
    m[0] = 2 * s->sigma * s->sigma * (along * to[1] - across * to[0]);
    for (int64_t i = 0; i < n; i++) {
        x[1 + i] = m[1 + i] = 0;
        for (int64_t k = 0; k < n; k++) {
            x[1 + i] += s->v[i * n + k] * joint[(1 + k) * d];
            m[1 + i] += s->v[i * n + k] * joint[(1 + k) * d + 1 + k];
        }
        m[(1 + i) * d] = m[1 + i];
    }
    for (int64_t i = 0; i < n; i++) memcpy(m + (1 + i) * d + 1, rest + i * n, sizeof *m * (size_t)n);
done:
    return st;
}

/* x := H x */
static void reflect_vector(const frame *r, double *x) {
    double dot = 0;
    if (!r->first) return;
    for (int64_t i = 0; i < r->d; i++) dot += r->axis[i] * x[i];
    for (int64_t i = 0; i < r->d; i++) x[i] -= 2 * dot * r->axis[i];
}

static rao_status carry(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, const double *velocity, double *out,
                        rao_quality *quality) {
    (void)quality;
    rao_status st;
    int64_t d = f->d;
    frame r;
    parts s;
    spd a = mvn_cov(f, p);
    double *x, *m, sign;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d, &x));
    RAO_TRY(rao_scratch(ctx, d * d, &m));
    RAO_TRY(split_for_carrying(ctx, f, p, q, &r, &s));
    whiten(&a, d, velocity, NULL, x);
    rao_unpack(d, velocity + d, m);
    RAO_TRY(rao_congruence(ctx, RAO_N, d, a.k, m, m));
    reflect_vector(&r, x), reflect(&r, m);
    sign = r.first && r.axis[0] > 0 ? -1 : 1; /* the reflection took the shift to the opposite of the first axis */
    for (int64_t i = 0; i < d; i++) x[i] *= sign;
    RAO_TRY(carry_in_frame(ctx, &r, &s, x, m));
    for (int64_t i = 0; i < d; i++) x[i] *= sign;
    reflect_vector(&r, x), reflect(&r, m);
    RAO_TRY(rao_congruence(ctx, RAO_T, d, a.u, m, m));
    for (int64_t i = 0; i < d; i++) {
        out[i] = 0;
        for (int64_t k = 0; k <= i; k++) out[i] += a.u[k * d + i] * x[k];
    }
    rao_spd_store(m, d, 1, out + d);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

const model_space rao_space_mvn = {distance, path, take_log, rao_mvn_exp, NULL, NULL, NULL, carry};
