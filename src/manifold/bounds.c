/* bounds.c - bounds of the Fisher-Rao distance that need no geodesic.
 *
 * Lower: members are points of the sphere of square roots of densities, in which the chord angle is the shortest way: 2 acos int sqrt(pq) =
 * 4 asin(H/sqrt 2), H the Hellinger distance (all families). Normals in several variables lie isometrically, not straight, in the cone of the
 * matrices [[S + m m^T, m], [m^T, 1]], whose distance is shorter: M. Calvo and J. Oller 1990, J. Multivariate Anal. 35, 223-242. The better of both.
 * Upper: sqrt(KL(p:q) + KL(q:p)) in exponential families, where that is the energy of the e-geodesic (and of the m-geodesic); it fails
 * elsewhere (Cauchy), where "inf" is the answer of two points that are not the same. */
#include <math.h>

#include "manifold/cone.h"
#include "manifold/geometry.h"

/* In the frame with S_p = I, m_p = 0: [[K (S_q - S_p) K^T + w w^T, w], [w^T, 0]] is the difference of the two matrices, w = K (m_q - m_p). */
static rao_status calvo_oller(rao_ctx *ctx, const family_item *it, double *out) {
    rao_status st;
    int64_t d = it->f->d, n = d + 1;
    spd a = spd_at(it->p, d), b = spd_at(it->q, d);
    const double *m = it->p + 1 + 5 * d * d, *mean = it->q + 1 + 5 * d * d;
    double *gap, *w, *lifted, *whole, *v, *logs;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d * d, &gap));
    RAO_TRY(rao_scratch(ctx, d, &w));
    RAO_TRY(rao_scratch(ctx, n * n, &lifted));
    RAO_TRY(rao_scratch(ctx, n * n, &whole));
    RAO_TRY(rao_scratch(ctx, n * n, &v));
    RAO_TRY(rao_scratch(ctx, n, &logs));
    for (int64_t i = 0; i < d * d; i++) gap[i] = b.s[i] - a.s[i];
    RAO_TRY(rao_congruence(ctx, RAO_N, d, a.k, gap, gap));
    for (int64_t i = 0; i < d; i++) {
        w[i] = 0;
        for (int64_t k = 0; k <= i; k++) w[i] += a.k[i * d + k] * (mean[k] - m[k]);
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) lifted[i * n + j] = i < d && j < d ? gap[i * d + j] + w[i] * w[j] : i < d ? w[i] : j < d ? w[j] : 0;
    RAO_TRY(rao_congruence(ctx, RAO_N, d, a.k, b.s, gap));
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) whole[i * n + j] = i < d && j < d ? gap[i * d + j] + w[i] * w[j] : i == j ? 1 : lifted[i * n + j];
    RAO_TRY(rao_log_spectrum(ctx, n, lifted, whole, v, logs));
    *out = sqrt(0.5) * rao_frobenius(n, logs);
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
    double hellinger = 0, lifted = 0, jeffreys = INF;
    int same = 0;
    if (t->irregular) return rao_fail(ctx, RAO_EDOMAIN, "%s: %s", t->info.name, t->irregular);
    RAO_OR_RETURN(rao_ask_hellinger.ask(ctx, it, &hellinger, quality));
    if (t == &rao_table_mvn) RAO_OR_RETURN(calvo_oller(ctx, it, &lifted));
    if (t->info.exponential) RAO_OR_RETURN(rao_ask_jeffreys_divergence.ask(ctx, it, &jeffreys, quality));
    else RAO_OR_RETURN(same_point(ctx, it, &same));
    if (same) return out[0] = out[1] = 0, RAO_OK;
    out[0] = fmax(4 * asin(fmin(1, sqrt(0.5) * hellinger)), lifted);
    out[1] = sqrt(jeffreys);
    return RAO_OK;
}

const family_question rao_ask_fisher_rao_bounds = {"fisher_rao_bounds", bounds, RAO_INTERVAL, RAO_TAKES_Q};
