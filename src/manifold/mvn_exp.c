/* mvn_exp.c - the geodesic of N(m, S) that leaves with a given velocity, in closed form (P. S. Eriksen 1987; M. Calvo, J. M. Oller 1991,
 * Statistics & Decisions 9, 119-138). In the frame with S_p = I, velocities x of the mean and B of the covariance, G^2 = B^2 + 2 x x^T:
 *   C = cosh(G/2) - B G^-1 sinh(G/2),   S = (C C^T)^-1,   m = 2 C^-T sinh(G/2) G^-1 x.
 *
 * In the eigenbases of G and B, y = x in G's, z = x in B's, O from B's to G's, entry ij of C^T is O_ij (cosh(g_i/2) - b_j sinh(g_i/2)/g_i), which cancels where
 * S grows (b > 0, g near b). From G (G - B) + (G - B) B = 2 x x^T it is O_ij e^(-g_i/2) + 2 y_i z_j / (g_i + b_j) sinh(g_i/2)/g_i, and nothing does. Rows are taken
 * times e^(-g_i/2), columns come with b ascending: the elimination meets the large ones first. Two eigen-decompositions and an elimination. */
#include "manifold/mvn_exp.h"

#include <math.h>
#include <string.h>

#include "family/generic.h"

static const double most = 1454; /* exp(1454) = 1e308 / 1e-323 */

/* A velocity in the frame, and what it is diagonal in. */
typedef struct start {
    int64_t d;
    double *x, *b, *w; /* w: eigenvectors of B, b their eigenvalues */
    double *g, *u;     /* the same of G */
    double *y, *z;     /* U^T x, W^T x */
} start;

static rao_status open(rao_ctx *ctx, int64_t d, start *a) {
    rao_status st;
    double **vectors[] = {&a->x, &a->b, &a->g, &a->y, &a->z};
    a->d = d;
    for (int i = 0; i < 5; i++) RAO_TRY(rao_scratch(ctx, d, vectors[i]));
    RAO_TRY(rao_scratch(ctx, d * d, &a->w));
    RAO_TRY(rao_scratch(ctx, d * d, &a->u));
done:
    return st;
}

static rao_status eigen(rao_ctx *ctx, int64_t d, double *v, double *w) {
    rao_mat mv = square_view(d, v);
    rao_vec mw = rao_vec_view(RAO_F64, d, w);
    return rao_eigh(ctx, &mv, &mw);
}

/* V^T x */
static void turn(int64_t d, const double *v, const double *x, double *out) {
    memset(out, 0, sizeof *out * (size_t)d);
    for (int64_t i = 0; i < d; i++)
        for (int64_t k = 0; k < d; k++) out[k] += v[i * d + k] * x[i];
}

static rao_status left_range(rao_ctx *ctx, const rao_family *f) {
    return rao_fail(ctx, RAO_EDOMAIN, "%s: the geodesic leaves the range of doubles", f->table->info.name);
}

static rao_status diagonalise(rao_ctx *ctx, const rao_family *f, const spd *base, const double *velocity, start *a) {
    rao_status st;
    int64_t d = a->d;
    for (int64_t i = 0; i < d; i++) {
        a->x[i] = 0;
        for (int64_t k = 0; k <= i; k++) a->x[i] += base->k[i * d + k] * velocity[k];
    }
    rao_unpack(d, velocity + d, a->w);
    RAO_TRY(rao_congruence(ctx, RAO_N, d, base->k, a->w, a->w));
    if (!(hypot(rao_frobenius(d, a->x), rao_frobenius(d * d, a->w)) < 1e150)) RAO_TRY(left_range(ctx, f));
    rao_mat w = square_view(d, a->w), u = square_view(d, a->u);
    RAO_TRY(rao_syrk(ctx, RAO_N, 1, &w, 0, &u));
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) a->u[i * d + j] += 2 * a->x[i] * a->x[j];
    RAO_TRY(eigen(ctx, d, a->w, a->b));
    RAO_TRY(eigen(ctx, d, a->u, a->g));
    for (int64_t i = 0; i < d; i++) {
        a->g[i] = sqrt(fmax(a->g[i], 0));
        if (a->g[i] > most) RAO_TRY(left_range(ctx, f));
    }
    turn(d, a->u, a->x, a->y);
    turn(d, a->w, a->x, a->z);
done:
    return st;
}

/* (1 - e^-g)/g */
static double decay(double g) { return g > 0 ? -expm1(-g) / g : 1; }

/* n = diag(e^(-g/2)) U^T C^T W */
static rao_status root_of_precision(rao_ctx *ctx, const start *a, double *n) {
    int64_t d = a->d;
    rao_mat u = square_view(d, a->u), w = square_view(d, a->w), o = square_view(d, n);
    RAO_OR_RETURN(rao_gemm(ctx, RAO_T, RAO_N, 1, &u, &w, 0, &o));
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) {
            double g = a->g[i], b = a->b[j], h = decay(g), *at = &n[i * d + j];
            if (b > 0 && g > 1) *at = *at * exp(-g) + h * a->y[i] * a->z[j] / (g + b);
            else *at *= 0.5 * (1 + exp(-g)) - 0.5 * b * h;
        }
    return RAO_OK;
}

/* root (d x d) := n^-1 diag(e^(-g/2)), shift := n^-1 decay(g) y, so that in B's eigenbasis S = root root^T and m = shift. Destroys n. */
static rao_status solve(rao_ctx *ctx, const rao_family *f, const start *a, double *n, double *root, double *shift) {
    rao_status st;
    int64_t d = a->d;
    double *right;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d * (d + 1), &right));
    memset(right, 0, sizeof *right * (size_t)(d * (d + 1)));
    for (int64_t i = 0; i < d; i++) {
        right[i * (d + 1) + i] = exp(-0.5 * a->g[i]);
        right[i * (d + 1) + d] = decay(a->g[i]) * a->y[i];
    }
    if (rao_eliminate(n, d, right, d + 1)) RAO_TRY(left_range(ctx, f));
    for (int64_t i = 0; i < d; i++) {
        memcpy(root + i * d, right + i * (d + 1), sizeof *root * (size_t)d);
        shift[i] = right[i * (d + 1) + d];
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* Out of the frame: the mean's way by U^T W, the covariance's root likewise. */
static rao_status leave_frame(rao_ctx *ctx, const rao_family *f, const spd *base, const start *a, double *root, const double *shift,
                              const double *p, double *out) {
    rao_status st;
    int64_t d = a->d;
    double *way, *moved;
    spd to = spd_at(out, d);
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d * d, &way));
    RAO_TRY(rao_scratch(ctx, d * d, &moved));
    rao_mat u = square_view(d, base->u), w = square_view(d, a->w), r = square_view(d, root), m = square_view(d, way),
            t = square_view(d, moved), s = square_view(d, to.s);
    RAO_TRY(rao_gemm(ctx, RAO_T, RAO_N, 1, &u, &w, 0, &m));
    RAO_TRY(rao_gemm(ctx, RAO_N, RAO_N, 1, &m, &r, 0, &t));
    RAO_TRY(rao_syrk(ctx, RAO_N, 1, &t, 0, &s));
    for (int64_t i = 0; i < d; i++) {
        double sum = 0;
        for (int64_t k = 0; k < d; k++) sum += way[i * d + k] * shift[k];
        mvn_mean(f, out)[i] = mvn_mean(f, p)[i] + sum;
        if (!(to.s[i * (d + 1)] > 0 && to.s[i * (d + 1)] < INF && isfinite(mvn_mean(f, out)[i]))) RAO_TRY(left_range(ctx, f));
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_mvn_exp(rao_ctx *ctx, const rao_family *f, const double *p, const double *velocity, double *out, rao_quality *quality) {
    (void)quality;
    rao_status st;
    int64_t d = f->d;
    spd base = spd_at(p, d);
    start a;
    double *n, *root, *shift;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(open(ctx, d, &a));
    RAO_TRY(rao_scratch(ctx, d * d, &n));
    RAO_TRY(rao_scratch(ctx, d * d, &root));
    RAO_TRY(rao_scratch(ctx, d, &shift));
    RAO_TRY(diagonalise(ctx, f, &base, velocity, &a));
    RAO_TRY(root_of_precision(ctx, &a, n));
    RAO_TRY(solve(ctx, f, &a, n, root, shift));
    RAO_TRY(leave_frame(ctx, f, &base, &a, root, shift, p, out));
    if (rao_spd_factor(ctx, f, "", out))
        RAO_TRY(rao_fail(ctx, RAO_ENUMERIC, "%s: the covariance that the geodesic reaches is too badly conditioned for doubles",
                         f->table->info.name));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
