/* centroid.c - the centre of several points under weights: one argmin for each order of the Kullback-Leibler divergence, and those of distances (frechet.h).
 *
 * In an exponential family, with L the mean of the points in theta and R their mean in eta,
 *   sum w KL(c : p_i) = KL(c : L) + const,   sum w KL(p_i : c) = KL(R : c) + const,
 * so L is the left and R the right centroid, and the symmetric one is least in KL(R : c) + KL(c : L) (F. Nielsen and R. Nock 2009, "Sided and
 * symmetrized Bregman centroids"). That it lies on a geodesic from L to R holds in one dimension and not in general: it is searched in the whole family. */
#include <math.h>
#include <string.h>

#include "manifold/centroids.h"
#include "manifold/closest.h"
#include "manifold/frechet.h"
#include "manifold/twin.h"

static rao_status normalise(rao_ctx *ctx, int64_t n, const double *weights, double *w) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        w[i] = weights ? weights[i] : 1;
        if (!(w[i] >= 0 && w[i] < INF))
            return rao_fail(ctx, RAO_EDOMAIN, "centroid: weight %lld is %.17g, want >= 0 and finite", (long long)i + 1, w[i]);
        sum += w[i];
    }
    if (!(sum > 0 && sum < INF)) return rao_fail(ctx, RAO_EDOMAIN, "centroid: the weights sum to %.17g, want > 0 and finite", sum);
    for (int64_t i = 0; i < n; i++) w[i] /= sum;
    return RAO_OK;
}

static rao_status load_points(rao_ctx *ctx, const rao_family *f, int64_t chart, int64_t n, rao_points points, const double **states) {
    rao_status st = RAO_OK;
    for (int64_t i = 0; i < n; i++) {
        double *s;
        RAO_TRY(rao_scratch(ctx, f->state, &s));
        RAO_TRY(rao_family_load(ctx, f, chart, points.data + i * points.stride, s));
        states[i] = s;
    }
done:
    return st;
}

/* Least in KL(R : c) + KL(c : L), from the nearer of the two. */
static rao_status search(rao_ctx *ctx, const rao_family *f, const double *right, const double *left, double *s, rao_quality *quality) {
    rao_status st;
    int64_t chart = rao_search_chart(f);
    closest problem = {.f = f, .chart = chart, .from = right, .to = left, .a = 1, .b = 1};
    double *c;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->dim, &c));
    RAO_TRY(f->table->charts[chart].store(ctx, f, f->table->kl(f, right, left) < f->table->kl(f, left, right) ? left : right, c));
    RAO_TRY(rao_closest(ctx, &problem, c, s, quality));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* Both means and the search in units of the points' own. */
static rao_status symmetric(rao_ctx *ctx, const rao_family *family, const family_mean *points, double *s, rao_quality *quality) {
    rao_status st;
    twin t = {.own = NULL};
    double *left, *right, *state;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_twin_open(ctx, family, points->n, points->s, &t));
    const family_exponential *e = t.f->table->exponential;
    family_mean mean = {points->n, t.s, points->w};
    RAO_TRY(rao_scratch(ctx, t.f->state, &left));
    RAO_TRY(rao_scratch(ctx, t.f->state, &right));
    RAO_TRY(rao_scratch(ctx, t.f->state, &state));
    RAO_TRY(e->e_mean(ctx, t.f, &mean, left));
    RAO_TRY(e->m_mean(ctx, t.f, &mean, right));
    RAO_TRY(search(ctx, t.f, right, left, state, quality));
    RAO_TRY(rao_twin_back(ctx, family, &t, state, s));
done:
    rao_twin_close(&t);
    rao_scratch_reset(ctx, mark);
    return st;
}

/* Left, right and symmetric. */
static rao_status of_divergence(rao_ctx *ctx, const rao_family *f, rao_centroid_kind kind, const family_mean *mean, double *s,
                                rao_quality *quality) {
    const family_exponential *e = f->table->exponential;
    if (!rao_has_centroids(f))
        return rao_fail(ctx, RAO_EUNABLE, "%s is neither an exponential family nor one of location and scale: no centroid is offered",
                        f->table->info.name);
    if (f->table == &rao_table_uniform) return rao_uniform_centroid(ctx, kind, mean, s);
    if (!e) return rao_location_centroid(ctx, f, kind, mean, s, quality);
    if (kind == RAO_CENTROID_LEFT) return e->e_mean(ctx, f, mean, s);
    if (kind == RAO_CENTROID_RIGHT) return e->m_mean(ctx, f, mean, s);
    return symmetric(ctx, f, mean, s, quality);
}

/* The point of which all with a weight are copies, which is then their centre by every divergence, or NULL. */
static const double *common_point(const rao_family *f, int64_t chart, int64_t n, rao_points points, const double *w) {
    const double *first = NULL;
    for (int64_t i = 0; i < n; i++) {
        const double *at = points.data + i * points.stride;
        if (w[i] == 0) continue;
        if (!first) first = at;
        for (int64_t k = 0; k < f->coords[chart]; k++)
            if (at[k] != first[k]) return NULL;
    }
    return first;
}

rao_status rao_centroid(rao_ctx *ctx, const rao_family *family, rao_centroid_kind kind, int64_t chart, int64_t n, rao_points points,
                        const double *weights, double *c, rao_quality *quality) {
    rao_status st;
    rao_quality reached = {RAO_CLOSED, 0};
    const double **states = NULL;
    double *w, *s, *out;
    rao_mark mark = rao_scratch_mark(ctx);
    if (n < 1 || !points.data) RAO_TRY(rao_fail(ctx, RAO_EINVAL, "centroid: %lld points, want at least one", (long long)n));
    if ((unsigned)kind > RAO_CENTROID_BURES)
        RAO_TRY(rao_fail(ctx, RAO_EINVAL, "centroid: kind %d, want 0..%d", (int)kind, (int)RAO_CENTROID_BURES));
    if (chart < 0 || chart >= family->table->chart_count)
        RAO_TRY(rao_fail(ctx, RAO_EINVAL, "%s: chart %lld, want 0..%lld", family->table->info.name, (long long)chart,
                         (long long)family->table->chart_count - 1));
    RAO_TRY(rao_scratch(ctx, n, &w));
    RAO_TRY(rao_scratch(ctx, n, &states));
    RAO_TRY(rao_scratch(ctx, family->state, &s));
    RAO_TRY(rao_scratch(ctx, rao_family_coords(family, chart), &out));
    RAO_TRY(normalise(ctx, n, weights, w));
    RAO_TRY(load_points(ctx, family, chart, n, points, states));
    const double *common = common_point(family, chart, n, points, w);
    if (common && kind <= RAO_CENTROID_SYMMETRIC && rao_has_centroids(family)) {
        memcpy(c, common, sizeof *c * (size_t)rao_family_coords(family, chart));
        if (quality) *quality = reached;
        goto done;
    }
    family_mean mean = {n, states, w};
    if (kind == RAO_CENTROID_FRECHET) RAO_TRY(rao_frechet_mean(ctx, family, &mean, s, &reached));
    else if (kind == RAO_CENTROID_BURES) RAO_TRY(rao_wasserstein_mean(ctx, family, &mean, s, &reached));
    else RAO_TRY(of_divergence(ctx, family, kind, &mean, s, &reached));
    RAO_TRY(family->table->charts[chart].store(ctx, family, s, out));
    memcpy(c, out, sizeof *c * (size_t)rao_family_coords(family, chart));
    if (quality) *quality = reached;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
