/* mvn_lift.c - The geodesic of N(0, I) with velocities x of the mean and B of the covariance is a block of exp(tA), A = [[-B, x, 0], [x^T, 0, -x^T], [0, -x, B]]
 * (P. S. Eriksen 1987): a geodesic of the symmetric space of O(d+1, d), whose A may have a skew block in the corners, and normals are its quotient by
 * the skew matrices C (S. Kobayashi 2023, Inf. Geom.). A geodesic is one of normals where the corner of its A is 0 (horizontal).
 *
 * In the bounded domain, from N(0, I): with Q = S + m m^T/2 - C, R R^T = S^-1,
 *   sinh = [(I - Q) R/2; m^T R/sqrt 2] = U diag(sinh z) V^T,   cosh = (I + Q) R/2 = W diag(cosh z) V^T,   cosh^T cosh - sinh^T sinh = I,
 * and the geodesic to it has Z = 2 U diag(z) W^T = [C' - B; sqrt 2 x^T], C' the corner: length^2 = |Z|^2/2 = 2 sum z^2, whose derivative by C is <skew Z, dC>. So
 * the distance of the normals is the least length over C. From tanh = sinh cosh^-1 (tanh of a change: [2; sqrt 2 m^T] (I + Q)^-1 dC (I + Q)^-1) the second derivative.
 * All of it is formed without differences of large numbers: W = R V/cosh z - U tanh z. Cost: a singular value decomposition; products of a change, 8 d^3. */
#include "manifold/mvn_lift.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* c (m x n) = op(a) op(b), contiguous, inner size k */
static rao_status multiply(rao_ctx *ctx, rao_trans ta, rao_trans tb, int64_t m, int64_t k, int64_t n, const double *a, const double *b,
                           double *c) {
    rao_mat ma =
        ta == RAO_N ? rao_mat_view(RAO_F64, m, k, k, (double *)(uintptr_t)a) : rao_mat_view(RAO_F64, k, m, m, (double *)(uintptr_t)a);
    rao_mat mb =
        tb == RAO_N ? rao_mat_view(RAO_F64, k, n, n, (double *)(uintptr_t)b) : rao_mat_view(RAO_F64, n, k, k, (double *)(uintptr_t)b);
    rao_mat mc = rao_mat_view(RAO_F64, m, n, n, c);
    return rao_gemm(ctx, ta, tb, 1, &ma, &mb, 0, &mc);
}

static double over_sinh(double x) { return x != 0 ? x / sinh(x) : 1; }

static rao_status allocate(rao_ctx *ctx, mvn_lift *l) {
    rao_status st;
    int64_t d = l->d, tall = (d + 1) * d;
    double **squares[] = {&l->root, &l->c, &l->v, &l->right, &l->back, &l->own, &l->cross, &l->basis, &l->stiff, &l->rise};
    double **talls[] = {&l->left, &l->velocity, &l->one, &l->two};
    for (size_t i = 0; i < sizeof squares / sizeof *squares; i++) RAO_TRY(rao_scratch(ctx, d * d, squares[i]));
    for (size_t i = 0; i < sizeof talls / sizeof *talls; i++) RAO_TRY(rao_scratch(ctx, tall, talls[i]));
    RAO_TRY(rao_scratch(ctx, (d + 1) * (d + 1), &l->u));
    RAO_TRY(rao_scratch(ctx, d, &l->z));
    RAO_TRY(rao_scratch(ctx, d, &l->last));
done:
    return st;
}

/* The root of S as U O, U upper triangular and O's rows orthonormal, by Gram and Schmidt twice from the last row up: rows keep the digits that their products
 * in S would lose. U^T goes below the diagonal of l->rise. */
static rao_status triangle(rao_ctx *ctx, const rao_family *f, const double *root, mvn_lift *l) {
    int64_t d = l->d;
    double *o = l->own, *low = l->rise;
    memcpy(o, root, sizeof *o * (size_t)(d * d));
    memset(low, 0, sizeof *low * (size_t)(d * d));
    for (int64_t i = d - 1; i >= 0; i--) {
        for (int pass = 0; pass < 2; pass++)
            for (int64_t j = i + 1; j < d; j++) {
                double dot = 0;
                for (int64_t k = 0; k < d; k++) dot += o[i * d + k] * o[j * d + k];
                for (int64_t k = 0; k < d; k++) o[i * d + k] -= dot * o[j * d + k];
                low[j * d + i] += dot;
            }
        double length = low[i * d + i] = rao_frobenius(d, o + i * d);
        if (!(length > 0 && length < INF))
            return rao_fail(ctx, RAO_ENUMERIC, "%s: the ratio of the covariances is too badly conditioned for doubles",
                            f->table->info.name);
        for (int64_t k = 0; k < d; k++) o[i * d + k] /= length;
    }
    return RAO_OK;
}

/* R = U^-T, and S R - R = U - R, by the product where S is near I. */
static rao_status roots(rao_ctx *ctx, const rao_family *f, const mvn_frame *r, mvn_lift *l) {
    rao_status st;
    int64_t d = l->d;
    RAO_TRY(triangle(ctx, f, r->root, l));
    for (int64_t i = 0; i < d * d; i++) l->root[i] = i % (d + 1) == 0;
    rao_mat low = square_view(d, l->rise), inverse = square_view(d, l->root);
    RAO_TRY(rao_trsm(ctx, RAO_LEFT, RAO_N, &low, &inverse));
    if (rao_frobenius(d * d, r->a) < 0.5) {
        RAO_TRY(multiply(ctx, RAO_N, RAO_N, d, d, d, r->a, l->root, l->rise));
        goto done;
    }
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j <= i; j++) {
            double u = l->rise[i * d + j]; /* U_ji */
            l->rise[i * d + j] = (i == j ? u : 0) - l->root[i * d + j];
            if (i != j) l->rise[j * d + i] = u;
        }
done:
    return st;
}

/* ---- the preconditioner ------------------------------------------------------------------------------------------ */

/* The second derivative along C_1j of N(m e_1, diag(s, e^log_j)). */
static double joint_stiffness(double m, double s, double log_j) {
    double q = s + 0.5 * m * m, root = sqrt(s), a = (1 - q) / (2 * root), b = m / sqrt(2 * s), size = hypot(a, b);
    double z = asinh(size), tau = tanh(z), zj = -0.5 * log_j, half = 1 / (1 + exp(log_j)), both = (1 + q) / root * cosh(zj);
    double one = (a / size + tau) * half, two = -2 * half / (1 + q), none = -b / size * half;
    double even = 0.5 * (one + two) * both * over_sinh(z - zj), odd = 0.5 * (one - two) * both * over_sinh(z + zj);
    double row = a / size * (even + odd) - b / size * (2 * none * cosh(zj) * over_sinh(zj)), column = even - odd;
    return 0.5 * (row - column);
}

static rao_status open_preconditioner(rao_ctx *ctx, const double *s, mvn_lift *l) {
    rao_status st;
    int64_t d = l->d, n = d - 1;
    double *v = l->own, *logs = l->last;
    for (int64_t i = 0; i < n; i++) memcpy(v + i * n, s + (i + 1) * d + 1, sizeof *v * (size_t)n);
    rao_mat mv = square_view(n, v);
    rao_vec mw = rao_vec_view(RAO_F64, n, logs);
    RAO_TRY(rao_eigh(ctx, &mv, &mw));
    memset(l->basis, 0, sizeof *v * (size_t)(d * d));
    l->basis[0] = 1;
    for (int64_t i = 0; i < n; i++) {
        memcpy(l->basis + (i + 1) * d + 1, v + i * n, sizeof *v * (size_t)n);
        logs[i] = log(fmax(logs[i], DBL_MIN));
    }
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = i; j < d; j++) {
            double sum = (i ? logs[i - 1] : log(s[0])) + (j ? logs[j - 1] : log(s[0])), h = sum != 0 ? sum / expm1(sum) : 1;
            double joint = i == 0 && j > 0 ? joint_stiffness(l->shift, s[0], logs[j - 1]) : h;
            l->stiff[i * d + j] = l->stiff[j * d + i] = fmax(joint > 0 ? joint : h, DBL_MIN);
        }
done:
    return st;
}

rao_status rao_mvn_lift_precondition(rao_ctx *ctx, const mvn_lift *l, const double *g, double *x) {
    rao_status st = RAO_OK;
    int64_t d = l->d;
    RAO_TRY(multiply(ctx, RAO_T, RAO_N, d, d, d, l->basis, g, l->one));
    RAO_TRY(multiply(ctx, RAO_N, RAO_N, d, d, d, l->one, l->basis, l->two));
    for (int64_t i = 0; i < d * d; i++) l->two[i] /= l->stiff[i];
    RAO_TRY(multiply(ctx, RAO_N, RAO_N, d, d, d, l->basis, l->two, l->one));
    RAO_TRY(multiply(ctx, RAO_N, RAO_T, d, d, d, l->one, l->basis, l->two));
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) x[i * d + j] = 0.5 * (l->two[i * d + j] - l->two[j * d + i]);
done:
    return st;
}

/* ---- a place of the fibre ---------------------------------------------------------------------------------------- */

rao_status rao_mvn_lift_open(rao_ctx *ctx, const rao_family *f, const mvn_frame *r, mvn_lift *l) {
    rao_status st;
    l->d = r->d, l->shift = r->first ? r->gap : 0;
    RAO_TRY(allocate(ctx, l));
    RAO_TRY(roots(ctx, f, r, l));
    RAO_TRY(open_preconditioner(ctx, r->m, l));
    memset(l->c, 0, sizeof *l->c * (size_t)(l->d * l->d));
    RAO_TRY(rao_mvn_lift_place(ctx, l));
done:
    return st;
}

static rao_status decompose(rao_ctx *ctx, mvn_lift *l) {
    rao_status st;
    int64_t d = l->d;
    for (int64_t i = 0; i < d * d; i++) l->two[i] = 0.5 * (l->c[i] - (i ? 0 : 0.5 * l->shift * l->shift));
    RAO_TRY(multiply(ctx, RAO_N, RAO_N, d, d, d, l->two, l->root, l->one));
    for (int64_t i = 0; i < d * d; i++) l->one[i] -= 0.5 * l->rise[i];
    memset(l->one + d * d, 0, sizeof *l->one * (size_t)d);
    l->one[d * d] = sqrt(0.5) * l->shift * l->root[0];
    if (!(rao_frobenius((d + 1) * d, l->one) < INF)) return rao_fail(ctx, RAO_ENUMERIC, "the normals lie too far apart for doubles");
    rao_mat a = rao_mat_view(RAO_F64, d + 1, d, d, l->one), u = square_view(d + 1, l->u), v = square_view(d, l->v);
    rao_vec z = rao_vec_view(RAO_F64, d, l->z);
    RAO_TRY(rao_svd(ctx, &a, &u, &z, &v));
    for (int64_t i = 0; i < d; i++) l->z[i] = asinh(l->z[i]);
done:
    return st;
}

/* The bases of changes, from the decomposition. */
static rao_status find_bases(rao_ctx *ctx, mvn_lift *l) {
    rao_status st;
    int64_t d = l->d, n = d + 1;
    RAO_TRY(multiply(ctx, RAO_N, RAO_N, d, d, d, l->root, l->v, l->back));
    for (int64_t k = 0; k < d; k++) {
        double cosh_k = cosh(l->z[k]), tanh_k = tanh(l->z[k]);
        for (int64_t i = 0; i < d; i++) {
            double u = l->u[i * n + k], *back = &l->back[i * d + k];
            *back /= cosh_k;
            l->right[i * d + k] = *back - u * tanh_k;
            l->left[k * d + i] = u / cosh_k / cosh_k + tanh_k * *back;
        }
    }
    for (int64_t i = 0; i < d; i++) l->left[d * d + i] = l->u[i * n + d];
done:
    return st;
}

/* (z_i - z_j)/(tau_i - tau_j) and (z_i + z_j)/(tau_i + tau_j) of tau = tanh z, for even and odd parts of a change. */
static void find_differences(mvn_lift *l) {
    int64_t d = l->d;
    const double *z = l->z;
    for (int64_t i = 0; i < d; i++) {
        l->last[i] = cosh(z[i]) * over_sinh(z[i]);
        for (int64_t j = 0; j < d; j++) {
            double both = 0.5 * cosh(z[i]) * cosh(z[j]), even = both * over_sinh(z[i] - z[j]), odd = both * over_sinh(z[i] + z[j]);
            l->own[i * d + j] = even + odd, l->cross[i * d + j] = even - odd;
        }
    }
}

rao_status rao_mvn_lift_place(rao_ctx *ctx, mvn_lift *l) {
    rao_status st;
    int64_t d = l->d, n = d + 1;
    RAO_TRY(decompose(ctx, l));
    RAO_TRY(find_bases(ctx, l));
    find_differences(l);
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < d; k++) l->one[i * d + k] = 2 * l->z[k] * l->u[i * n + k];
    RAO_TRY(multiply(ctx, RAO_N, RAO_T, n, d, d, l->one, l->right, l->velocity));
done:
    return st;
}

double rao_mvn_lift_square(const mvn_lift *l) {
    double length = rao_frobenius(l->d, l->z);
    return 2 * length * length;
}

void rao_mvn_lift_gradient(const mvn_lift *l, double *g) {
    int64_t d = l->d;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) g[i * d + j] = 0.5 * (l->velocity[i * d + j] - l->velocity[j * d + i]);
}

rao_status rao_mvn_lift_bend(rao_ctx *ctx, const mvn_lift *l, const double *dc, double *dz) {
    rao_status st;
    int64_t d = l->d, n = d + 1;
    RAO_TRY(multiply(ctx, RAO_N, RAO_N, d, d, d, dc, l->back, l->one));
    RAO_TRY(multiply(ctx, RAO_N, RAO_N, n, d, d, l->left, l->one, l->two));
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) l->one[i * d + j] = l->own[i * d + j] * l->two[i * d + j] + l->cross[i * d + j] * l->two[j * d + i];
    for (int64_t j = 0; j < d; j++) l->one[d * d + j] = l->last[j] * l->two[d * d + j];
    RAO_TRY(multiply(ctx, RAO_N, RAO_N, n, n, d, l->u, l->one, l->two));
    RAO_TRY(multiply(ctx, RAO_N, RAO_T, n, d, d, l->two, l->right, dz));
done:
    return st;
}
