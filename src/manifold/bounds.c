/* bounds.c - bounds of the Fisher-Rao distance that need no geodesic.
 *
 * Lower: members are points of the sphere of square roots of densities, in which the chord angle is the shortest way: 2 acos int sqrt(pq) =
 * 4 asin(H/sqrt 2), H the Hellinger distance (all families). Normals in several variables lie isometrically, not straight, in the cone of the
 * matrices [[S + m m^T, m], [m^T, 1]], whose distance is shorter: M. Calvo and J. Oller 1990, J. Multivariate Anal. 35, 223-242. The better of both.
 * Upper: for these normals the length of a path of the symmetric space over them (mvn_lift.c); sqrt(KL(p:q) + KL(q:p)) in exponential families, where that is the energy of the e-geodesic (and of the m-geodesic); it fails
 * elsewhere (Cauchy), where "inf" is the answer of two points that are not the same. */
#include <math.h>

#include "manifold/mvn_lift.h"
#include "manifold/geometry.h"

/* Logarithms of the eigenvalues of T T^T, T = [[K L_q, w], [0, 1]] with L_q L_q^T = S_q, each with its digits. */
static rao_status far_logs(rao_ctx *ctx, int64_t d, const double *k, const double *u, const double *w, double *logs) {
    rao_status st;
    int64_t n = d + 1;
    double *root, *t, *left, *right;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d * d, &root));
    RAO_TRY(rao_scratch(ctx, n * n, &t));
    RAO_TRY(rao_scratch(ctx, n * n, &left));
    RAO_TRY(rao_scratch(ctx, n * n, &right));
    rao_mat mk = square_view(d, k), mu = square_view(d, u), mr = square_view(d, root);
    RAO_TRY(rao_gemm(ctx, RAO_N, RAO_T, 1, &mk, &mu, 0, &mr));
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) t[i * n + j] = i == d ? j == d : j == d ? w[i] : root[i * d + j];
    rao_mat mt = square_view(n, t), ml = square_view(n, left), mv = square_view(n, right);
    rao_vec s = rao_vec_view(RAO_F64, n, logs);
    RAO_TRY(rao_svd(ctx, &mt, &ml, &s, &mv));
    for (int64_t i = 0; i < n; i++) {
        if (!(logs[i] > 0)) RAO_TRY(rao_fail(ctx, RAO_ENUMERIC, "the ratio of the two matrices is too badly conditioned for doubles"));
        logs[i] = 2 * log(logs[i]);
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* In the frame with S_p = I, m_p = 0: [[A + w w^T, w], [w^T, 0]] is the difference of the two matrices, A = K (S_q - S_p) K^T, w = K (m_q - m_p). */
static rao_status calvo_oller(rao_ctx *ctx, const rao_family *f, const mvn_frame *r, const double *p, const double *q, double *out) {
    rao_status st;
    int64_t d = r->d, n = d + 1;
    spd a = mvn_cov(f, p), b = mvn_cov(f, q);
    double *lifted, *logs;
    const double *w = r->shift;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, n * n, &lifted));
    RAO_TRY(rao_scratch(ctx, n, &logs));
    rao_mvn_reflect(r, r->a);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
            lifted[i * n + j] = i < d && j < d ? r->a[i * d + j] + w[i] * w[j] : i < d ? w[i] : j < d ? w[j] : 0;
    if (rao_frobenius(n * n, lifted) < 0.5) {
        rao_mat m = square_view(n, lifted);
        rao_vec v = rao_vec_view(RAO_F64, n, logs);
        RAO_TRY(rao_eigvalsh(ctx, &m, &v));
        for (int64_t i = 0; i < n; i++) logs[i] = log1p(logs[i]);
    } else {
        RAO_TRY(far_logs(ctx, d, a.k, b.u, w, logs));
    }
    *out = sqrt(0.5) * rao_frobenius(n, logs);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* Calvo and Oller's from below; from above the length of the path that the symmetric space of mvn_lift.h has between the places C = 0, which loses little. */
static rao_status normal_bounds(rao_ctx *ctx, const family_item *it, double *low, double *high) {
    rao_status st;
    mvn_frame r;
    mvn_lift l;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_mvn_frame(ctx, it->f, it->p, it->q, &r));
    rao_mvn_frame_aim(&r);
    if (it->f->d > 1) RAO_TRY(rao_mvn_lift_open(ctx, it->f, &r, &l));
    *high = it->f->d > 1 ? sqrt(rao_mvn_lift_square(&l)) : INF;
    RAO_TRY(calvo_oller(ctx, it->f, &r, it->p, it->q, low));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status same_point(rao_ctx *ctx, const family_item *it, int *same) {
    rao_status st = RAO_OK;
    const rao_family *f = it->f;
    double *p, *q;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->coords[0], &p));
    RAO_TRY(rao_scratch(ctx, f->coords[0], &q));
    RAO_TRY(f->table->charts[0].store(ctx, f, it->p, p));
    RAO_TRY(f->table->charts[0].store(ctx, f, it->q, q));
    *same = 1;
    for (int64_t i = 0; i < f->coords[0]; i++) *same &= p[i] == q[i];
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status bounds(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_table *t = it->f->table;
    double hellinger = 0, lifted = 0, jeffreys = INF, lifted_path = INF;
    int same = 0;
    if (t->irregular) return rao_fail(ctx, RAO_EDOMAIN, "%s: %s", t->info.name, t->irregular);
    RAO_OR_RETURN(rao_ask_hellinger.ask(ctx, it, &hellinger, quality));
    if (t == &rao_table_mvn) RAO_OR_RETURN(normal_bounds(ctx, it, &lifted, &lifted_path));
    if (t->info.exponential) RAO_OR_RETURN(rao_ask_jeffreys_divergence.ask(ctx, it, &jeffreys, quality));
    else RAO_OR_RETURN(same_point(ctx, it, &same));
    if (same) return out[0] = out[1] = 0, RAO_OK;
    out[0] = fmax(4 * asin(fmin(1, sqrt(0.5) * hellinger)), lifted);
    out[1] = fmin(sqrt(jeffreys), lifted_path);
    return RAO_OK;
}

const family_question rao_ask_fisher_rao_bounds = {"fisher_rao_bounds", bounds, RAO_INTERVAL, RAO_TAKES_Q};
