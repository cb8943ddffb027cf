/* mvn_space.c - N(m, S). Closed where the shift of the mean lies along an eigenvector that both covariances share (in the frame in which one of them
 * is I), which includes equal means, equal covariances and d = 1; other pairs go by mvn_way.c. There the manifold is a product: in the frame with S_p = I and the
 * shift along the first axis, q = N(gap e_1, lambda + B): a normal in the first coordinate (half_plane.c, curvature -1/2) and the cone (cone.c)
 * of the others. A component of S_q off these blocks changes the squared distance by its square, the geodesic by itself.
 *
 * A shift so small that its square is below rounding (that of a chart may leave one) changes nothing but the mean's own path, to first order
 * S(t)^-1 dm/dt = constant: in the cone's eigenbasis m(t) = (e^(t l) - 1)/(e^l - 1) m(1). */
#include <math.h>
#include <string.h>

#include "manifold/mvn_exp.h"
#include "manifold/mvn_way.h"

static const double half = 0.70710678118654752440; /* sqrt(1/2): unit of the locations; sqrt(2): of distances */

/* What rounding may have put off the blocks: eps times | |K| |K^-1| |^2, which scales of the coordinates do not change. */
static double noise(const spd *s, int64_t d) {
    double squares = 0;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j <= i; j++) {
            double sum = 0;
            for (int64_t k = j; k <= i; k++) sum += fabs(s->k[i * d + k] * s->u[j * d + k]);
            squares += sum * sum;
        }
    return 2e-16 * squares;
}

/* The block of the cone, without the first row and column where there is a shift. */
static int64_t block(const mvn_frame *r, const double *x, double *out) {
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

static rao_status split(rao_ctx *ctx, const mvn_frame *r, parts *s) {
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
static double relative_off(const mvn_frame *r) {
    double sum = 0;
    for (int64_t j = 1; r->first && j < r->d; j++) sum = hypot(sum, r->a[j] / sqrt(r->m[0]) / sqrt(r->m[j * r->d + j]));
    return sum;
}

/* The pair's frame; *closed: nothing lies off its parts, which are then found, but what changes the pair by less than `tol` and rounding; what is a part
 * of a close pair stays, though it may be rounding. `aimed`: along the first axis lies the shift, however small it is beside the rest. */
static rao_status split_pair(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double tol, int aimed, mvn_frame *r,
                             parts *s, int *closed) {
    rao_status st;
    spd a = mvn_cov(f, p);
    RAO_TRY(rao_mvn_frame(ctx, f, p, q, r));
    if (aimed) rao_mvn_frame_aim(r);
    double size = hypot(r->gap, half * rao_frobenius(f->d * f->d, r->a)), off = relative_off(r) - tol * fmin(size, 1);
    *closed = off <= 0 || (off <= noise(&a, f->d) && off <= 1e-6 * size);
    if (*closed) RAO_TRY(split(ctx, r, s));
done:
    return st;
}

static rao_status distance(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *d, rao_quality *quality) {
    rao_status st;
    mvn_frame r;
    parts s;
    int closed;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(split_pair(ctx, f, p, q, 1e-7, 0, &r, &s, &closed));
    if (closed) *d = length_of(&s);
    else RAO_TRY(rao_mvn_way_length(ctx, f, p, q, d, quality));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static const double exactly = 1e-12;

/* corner + V diag(g) V^T in the frame, into the coordinates' frame: U^T H (..) H U. */
static rao_status assemble(rao_ctx *ctx, const spd *base, const mvn_frame *r, double corner, const double *v, const double *g,
                           double *out) {
    rao_status st = RAO_OK;
    int64_t d = r->d, n = d - r->first;
    double *small;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d * d, &small));
    if (n > 0) RAO_TRY(rao_spectral(ctx, n, v, g, small));
    memset(out, 0, sizeof *out * (size_t)(d * d));
    if (r->first) out[0] = corner;
    for (int64_t i = 0; i < n; i++) memcpy(out + (i + r->first) * d + r->first, small + i * n, sizeof *out * (size_t)n);
    rao_mvn_reflect(r, out);
    RAO_TRY(rao_congruence(ctx, RAO_T, d, base->u, out, out));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* out += U^T V diag(g) V^T shift: a small shift's part in the cone's eigenbasis. */
static rao_status add_small_shift(rao_ctx *ctx, const spd *base, const mvn_frame *r, const double *v, const double *g, double *out) {
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

static rao_status between(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double t, double *out,
                          rao_quality *quality) {
    rao_status st;
    mvn_frame r;
    parts s;
    spd a = mvn_cov(f, p);
    const double *m = mvn_mean(f, p), *n = mvn_mean(f, q);
    double fraction = 0, rest = 1, scale = 1, *g;
    int closed;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(split_pair(ctx, f, p, q, exactly, 0, &r, &s, &closed));
    if (!closed) {
        st = rao_mvn_way_point(ctx, f, p, q, t, out, quality);
        goto done;
    }
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
    rao_status st;
    mvn_frame r;
    parts s;
    int closed;
    spd a = mvn_cov(f, p);
    double along = 0, rise = 0, *full;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->d * f->d, &full));
    RAO_TRY(split_pair(ctx, f, p, q, exactly, 0, &r, &s, &closed));
    if (!closed) {
        st = rao_mvn_way_log(ctx, f, &r, p, velocity, quality);
        goto done;
    }
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
    return t >= 0 && t <= 1 ? between(ctx, f, p, q, t, out, quality)
                            : rao_geometry_extend(ctx, f, &rao_space_mvn, f->dim, p, q, t, out, quality);
}

/* ---- parallel transport -------------------------------------------------------------------------------------------
 *
 * In the frame, with the cone's eigenbasis behind the first axis, q = N(gap e_1, diag(sigma^2, e^l)). The normal and the cone carry their own parts. Of what
 * joins them, (x_j, X_1j e^(-l_j/2)/sigma) in units e^(l_j/2) turns by half of int dm/sigma, which is the turn of the tangent in the half-plane over sqrt 2:
 * dx_j/dt = (l_j x_j + X_1j m'/sigma^2)/2, dX_1j/dt = (X_1j (l_j + 2 sigma'/sigma) - x_j m')/2. */

/* x and the first row of X, beside the first axis. */
static void carry_joint(const mvn_frame *r, const parts *s, const double at_p[2], const double at_q[2], double *x, double *m) {
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
static rao_status carry_in_frame(rao_ctx *ctx, const mvn_frame *r, const parts *s, double *x, double *m) {
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

static rao_status carry(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, const double *velocity, double *out,
                        rao_quality *quality) {
    rao_status st;
    int64_t d = f->d;
    mvn_frame r;
    parts s;
    int closed;
    double *x, *m;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d, &x));
    RAO_TRY(rao_scratch(ctx, d * d, &m));
    RAO_TRY(split_pair(ctx, f, p, q, exactly, 1, &r, &s, &closed));
    if (!closed) {
        st = rao_mvn_way_carry(ctx, f, p, q, velocity, out, quality);
        goto done;
    }
    RAO_TRY(rao_mvn_enter(ctx, f, &r, p, velocity, x, m));
    RAO_TRY(carry_in_frame(ctx, &r, &s, x, m));
    RAO_TRY(rao_mvn_leave(ctx, f, &r, p, x, m, out));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

const model_space rao_space_mvn = {distance, path, take_log, rao_mvn_exp, NULL, NULL, NULL, carry};
