/* lanczos.c - Ritz values of a symmetric operator with error bars (Lanczos 1950; Paige 1972; Parlett, The Symmetric Eigenvalue Problem).
 *
 *   F Q = Q T + beta q_m e_m^T + E,   Q = [q_0 .. q_m-1],   T s = theta s,   v = Q s / |Q s|
 *   |F v - theta v| <= (beta |s_m-1| + |E| + |T s - theta s| + rounding) / sqrt(1 - |Q^T Q - I|)
 *
 * E, Q^T Q - I and T s - theta s are measured, not assumed: E column by column as each step is made, the others at the end. Full
 * reorthogonalisation, twice (Giraud et al. 2005), keeps the first two at rounding, so that no Ritz value comes twice. What remains,
 * "rounding", is that of apply itself, which cannot be seen from outside: sqrt(n) eps |T|.
 * Weights s_0^2 with the nodes theta are the Gauss quadrature of the spectral measure of q_0 (Golub & Welsch 1969).
 * Cost: m applies, 8 n m^2 flops and m^3; memory (m + 1) n entries.
 */
#include <math.h>
#include <string.h>

#include "la/blas.h"
#include "la/vector.h"
#include "la/view.h"

typedef struct lanczos {
    const rao_op *f;
    rao_mat q; /* row j is q_j */
    double *alpha, *beta;
    double error;      /* |E|_F^2 */
    double scale;      /* the largest of |alpha|, beta so far: a lower bound of 2 |F| */
    rao_vec h, u;      /* coefficients; F q_j */
    int64_t made, end; /* columns made; 1 once an invariant subspace was met */
} lanczos;

static rao_vec row(const lanczos *l, int64_t j) {
    return rao_vec_view(l->q.dtype, l->q.cols, (char *)l->q.data + (size_t)(j * l->q.ld) * rao_dtype_size(l->q.dtype));
}

/* w -= Q Q^T w over the first `count` rows. */
static rao_status orthogonalise(rao_ctx *ctx, lanczos *l, int64_t count, rao_vec *w) {
    rao_mat q = l->q;
    rao_vec h = rao_vec_view(l->h.dtype, count, l->h.data);
    rao_status st;
    q.rows = count;
    RAO_TRY(rao_gemv(ctx, RAO_N, 1, &q, w, 0, &h));
    RAO_TRY(rao_gemv(ctx, RAO_T, -1, &q, &h, 1, w));
done:
    return st;
}

/* u = F q_j - beta_j-1 q_j-1 - alpha_j q_j - w, the column of E; w is beta_j q_j+1 before it is normalised. */
static rao_status add_error(rao_ctx *ctx, lanczos *l, int64_t j, const rao_vec *w) {
    rao_vec q = row(l, j), before = row(l, j ? j - 1 : 0);
    double norm;
    rao_status st;
    RAO_TRY(rao_axpy(ctx, -l->alpha[j], &q, &l->u));
    if (j) RAO_TRY(rao_axpy(ctx, -l->beta[j - 1], &before, &l->u));
    RAO_TRY(rao_axpy(ctx, -1, w, &l->u));
    RAO_TRY(rao_norm(ctx, &l->u, &norm));
    l->error += norm * norm;
done:
    return st;
}

static rao_status step(rao_ctx *ctx, lanczos *l) {
    const int64_t j = l->made;
    rao_vec q = row(l, j), w = row(l, j + 1);
    rao_status st;
    RAO_TRY(rao_op_apply(ctx, l->f, &q, &w));
    la_copy(&w, &l->u);
    RAO_TRY(rao_dot(ctx, &q, &w, &l->alpha[j]));
    RAO_TRY(orthogonalise(ctx, l, j + 1, &w));
    RAO_TRY(orthogonalise(ctx, l, j + 1, &w));
    RAO_TRY(rao_norm(ctx, &w, &l->beta[j]));
    if (!isfinite(l->alpha[j]) || !isfinite(l->beta[j]))
        return rao_fail(ctx, RAO_ENUMERIC, "lanczos: %s gave a value that is not finite at step %lld", l->f->table->name, (long long)j);
    RAO_TRY(add_error(ctx, l, j, &w));
    l->scale = fmax(l->scale, fmax(fabs(l->alpha[j]), l->beta[j]));
    l->made = j + 1;
    l->end = l->beta[j] <= sqrt((double)l->f->n) * la_eps(l->f->dtype) * l->scale; /* what is left of w is rounding */
    if (!l->end) la_scale(1 / l->beta[j], &w);
done:
    return st;
}

/* |Q Q^T - I|_F over the rows made. */
static rao_status departure(rao_ctx *ctx, const lanczos *l, double *value) {
    rao_mark mark = rao_scratch_mark(ctx);
    rao_mat q = l->q, g = rao_mat_view(q.dtype, l->made, l->made, l->made, NULL);
    double sum = 0;
    rao_status st;
    q.rows = l->made;
    RAO_TRY(rao_scratch_bytes(ctx, l->made * l->made, rao_dtype_size(q.dtype), &g.data));
    RAO_TRY(rao_syrk(ctx, RAO_N, 1, &q, 0, &g));
    rao_vec entries = rao_vec_view(g.dtype, l->made * l->made, g.data);
    for (int64_t i = 0; i < entries.n; i++) {
        const double d = la_get(&entries, i) - (i % (l->made + 1) == 0);
        sum += d * d;
    }
    *value = sqrt(sum);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* T = Z^T diag(values) Z: z (made x made) holds an eigenvector a row. */
static rao_status tridiagonal(rao_ctx *ctx, const lanczos *l, double *values, double *z) {
    const int m = (int)l->made, lwork = 1 + 4 * m + m * m, liwork = 3 + 5 * m;
    double *work, *off;
    int *iwork, info = 0;
    rao_status st;
    RAO_TRY(rao_scratch(ctx, lwork, &work));
    RAO_TRY(rao_scratch(ctx, liwork, &iwork));
    RAO_TRY(rao_scratch(ctx, m, &off)); /* LAPACK destroys both diagonals */
    memcpy(off, l->beta, (size_t)m * sizeof *off);
    memcpy(values, l->alpha, (size_t)m * sizeof *values);
    dstevd_("V", &m, values, off, z, &m, work, &lwork, iwork, &liwork, &info, 1);
    if (info) return rao_fail(ctx, RAO_ENUMERIC, "lanczos: the tridiagonal eigenvalues did not converge (LAPACK's info %d)", info);
done:
    return st;
}

/* |T s - theta s| */
static double tridiagonal_residual(const lanczos *l, double theta, const double *s) {
    double sum = 0;
    for (int64_t i = 0; i < l->made; i++) {
        double r = (l->alpha[i] - theta) * s[i];
        if (i > 0) r += l->beta[i - 1] * s[i - 1];
        if (i + 1 < l->made) r += l->beta[i] * s[i + 1];
        sum += r * r;
    }
    return sqrt(sum);
}

static rao_status finish(rao_ctx *ctx, const lanczos *l, double *theta, double *bound, double *weight) {
    const int64_t m = l->made;
    double lost, *values, *z;
    rao_status st;
    RAO_TRY(departure(ctx, l, &lost));
    if (!(lost < 0.5)) return rao_fail(ctx, RAO_ENUMERIC, "lanczos: the basis lost its orthogonality (|Q Q^T - I| = %g)", lost);
    RAO_TRY(rao_scratch(ctx, m, &values));
    RAO_TRY(rao_scratch(ctx, m * m, &z));
    RAO_TRY(tridiagonal(ctx, l, values, z));
    const double size = fmax(fabs(values[0]), fabs(values[m - 1])), rounding = sqrt((double)l->f->n) * la_eps(l->f->dtype) * size;
    for (int64_t i = 0; i < m; i++) {
        const double *s = z + i * m, residual = l->beta[m - 1] * fabs(s[m - 1]) + sqrt(l->error) + tridiagonal_residual(l, values[i], s);
        theta[i] = values[i];
        bound[i] = (residual + rounding) / sqrt(1 - lost);
        if (weight) weight[i] = s[0] * s[0];
    }
done:
    return st;
}

static rao_status start(rao_ctx *ctx, lanczos *l, rao_stream s) {
    rao_vec q = row(l, 0);
    double norm;
    rao_status st;
    la_normals(s, 0, &q);
    RAO_TRY(rao_norm(ctx, &q, &norm));
    la_scale(1 / norm, &q);
done:
    return st;
}

enum { LANCZOS_MOST = 20000 }; /* steps: the tridiagonal problem's workspace must fit a BLAS integer */

rao_status rao_lanczos(rao_ctx *ctx, const rao_op *f, int64_t steps, rao_stream s, double *theta, double *bound, double *weight,
                       int64_t *made) {
    rao_mark mark = rao_scratch_mark(ctx);
    lanczos l = {.f = f};
    int64_t count;
    rao_status st;
    if (!f) return rao_fail(ctx, RAO_EINVAL, "lanczos: the operator is NULL");
    if (!(steps >= 1 && steps <= LANCZOS_MOST))
        return rao_fail(ctx, RAO_EINVAL, "lanczos: steps = %lld, want 1 to %d", (long long)steps, LANCZOS_MOST);
    if (f->n == 0) {
        *made = 0;
        return RAO_OK;
    }
    const int64_t most = steps < f->n ? steps : f->n;
    l.q = rao_mat_view(f->dtype, most + 1, f->n, f->n, NULL);
    RAO_TRY(rao_size_mul(ctx, "the Lanczos basis", most + 1, f->n, &count));
    RAO_TRY(rao_alloc_bytes(ctx, count, rao_dtype_size(f->dtype), &l.q.data));
    RAO_TRY(rao_scratch(ctx, most, &l.alpha));
    RAO_TRY(rao_scratch(ctx, most, &l.beta));
    RAO_TRY(la_scratch_vec(ctx, f->dtype, most, &l.h));
    RAO_TRY(la_scratch_vec(ctx, f->dtype, f->n, &l.u));
    RAO_TRY(start(ctx, &l, s));
    while (l.made < most && !l.end && !(l.made > 0 && rao_ctx_cancelled(ctx))) RAO_TRY(step(ctx, &l));
    RAO_TRY(finish(ctx, &l, theta, bound, weight));
    *made = l.made;
done:
    rao_free(&l.q.data);
    rao_scratch_reset(ctx, mark);
    return st;
}
