/* transport.c - Wasserstein distance, geodesic and information matrix in any chart: closed where the family's row says so (transport_rows.c). */
#include "manifold/transport.h"

#include <math.h>
#include <string.h>

#include "manifold/frechet.h"
#include "manifold/geometry.h"
#include "manifold/law.h"

static rao_status unable(rao_ctx *ctx, const family_item *it, const char *why) {
    return rao_fail(ctx, RAO_EUNABLE, "%s: no %s: %s", it->f->table->info.name, it->what, why);
}

/* Laws that may have no second moment, and an infinite W_2; of all others an infinity left the doubles. */
static int may_be_infinite(const rao_family *f) {
    const family_table *t = f->table;
    return f->own || f->part_count || t == &rao_table_student_t || t == &rao_table_cauchy || t == &rao_table_pareto ||
           t == &rao_table_inverse_gamma;
}

/* By known quantiles; where these are too rough for the pair (shapes of 1e12), from the density. */
static rao_status by_quantiles(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    rao_status st = rao_transport_by_quantiles(ctx, it->f, it->p, it->q, out, quality);
    if (st != RAO_ENUMERIC) return st;
    *quality = (rao_quality){RAO_CLOSED, 0};
    return rao_transport_by_law(ctx, it->f, it->p, it->q, out, quality);
}

static rao_status any_distance(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_table *t = it->f->table;
    const transport *row = rao_transport_of(it->f);
    if (rao_quantiles_known(it->f)) return by_quantiles(ctx, it, out, quality);
    if (!row && rao_law_known(it->f)) return rao_transport_by_law(ctx, it->f, it->p, it->q, out, quality);
    if (!row && t->info.discrete && t->support && t->center) return rao_transport_of_counts(ctx, it->f, it->p, it->q, out, quality);
    if (!row) return unable(ctx, it, "neither a closed form nor its quantiles are known");
    if (!row->distance) return unable(ctx, it, row->reason);
    return row->distance(ctx, it->f, it->p, it->q, out);
}

static rao_status distance(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    RAO_OR_RETURN(any_distance(ctx, it, out, quality));
    if (*out < INF || may_be_infinite(it->f)) return RAO_OK;
    return rao_fail(ctx, RAO_EDOMAIN, "%s: wasserstein2 is finite here and no double: the moments overflow", it->f->table->info.name);
}

/* ---- geodesics ------------------------------------------------------------------------------------------------------ */

/* Coordinates of the straight chart at t, from the nearer end. */
static rao_status straight(rao_ctx *ctx, const family_item *it, const transport *row, double *state) {
    rao_status st;
    const rao_family *f = it->f;
    const family_chart *chart = &f->table->charts[row->straight];
    int64_t n = f->coords[row->straight];
    double *a, *b, t = it->t;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, n, &a));
    RAO_TRY(rao_scratch(ctx, n, &b));
    RAO_TRY(chart->store(ctx, f, it->p, a));
    RAO_TRY(chart->store(ctx, f, it->q, b));
    if (row->same && a[0] != b[0])
        RAO_TRY(rao_fail(ctx, RAO_EUNABLE, "%s: between members of different %.*s the geodesic leaves the family", f->table->info.name,
                         (int)strcspn(chart->coords, ","), chart->coords));
    for (int64_t i = 0; i < n; i++) a[i] = t < 0.5 ? a[i] + (b[i] - a[i]) * t : b[i] - (b[i] - a[i]) * (1 - t);
    RAO_TRY(chart->load(ctx, f, a, state));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status path(rao_ctx *ctx, const family_item *it, double *state) {
    const transport *row = rao_transport_of(it->f);
    if (it->f->table == &rao_table_mvn) return rao_bures_path(ctx, it->f, it->p, it->q, it->t, state);
    if (row && row->straight >= 0) return straight(ctx, it, row, state);
    return unable(ctx, it, row && row->reason ? row->reason : "the family is not closed under it");
}

static rao_status geodesic(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    rao_status st;
    double *state;
    (void)quality;
    rao_mark mark = rao_scratch_mark(ctx);
    if (!(it->t >= 0 && it->t <= 1))
        RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: t = %.17g, want 0 <= t <= 1: beyond its ends a path of transport need not be shortest",
                         it->f->table->info.name, it->t));
    RAO_TRY(rao_scratch(ctx, it->f->state, &state));
    RAO_TRY(path(ctx, it, state));
    RAO_TRY(it->chart->store(ctx, it->f, it->t == 0 ? it->p : it->t == 1 ? it->q : state, out));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- information ---------------------------------------------------------------------------------------------------- */

/* out = J^T G J */
static rao_status pull_back(rao_ctx *ctx, const family_item *it, const double *g, double *out) {
    rao_status st = RAO_OK;
    int64_t n = it->f->dim, m = it->f->tangents[chart_number(it->f, it->chart)];
    double *j;
    rao_mark mark = rao_scratch_mark(ctx);
    memcpy(out, g, sizeof *g * (size_t)(it->chart->jacobian ? 0 : n * n));
    if (!it->chart->jacobian) goto done;
    RAO_TRY(rao_scratch(ctx, n * m, &j));
    memset(j, 0, sizeof *j * (size_t)(n * m));
    it->chart->jacobian(it->f, it->p, j);
    for (int64_t a = 0; a < m; a++)
        for (int64_t b = 0; b <= a; b++) {
            double sum = 0;
            for (int64_t k = 0; k < n; k++)
                for (int64_t l = 0; l < n; l++)
                    if (j[k * m + a] != 0 && j[l * m + b] != 0) sum += j[k * m + a] * g[k * n + l] * j[l * m + b];
            out[a * m + b] = out[b * m + a] = sum;
        }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status information(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    rao_status st;
    const transport *row = rao_transport_of(it->f);
    double *g;
    if (it->f->table->info.discrete && !(row && row->reason))
        return unable(ctx, it, "its quantile function jumps and has no derivative in the parameters");
    int by_quantiles = rao_quantiles_known(it->f), numerical = by_quantiles || (!row && rao_law_known(it->f));
    if (!row && !numerical) return unable(ctx, it, "neither a closed form nor its quantiles are known");
    if (!numerical && !row->information) return unable(ctx, it, row->reason);
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, it->f->dim * it->f->dim, &g));
    memset(g, 0, sizeof *g * (size_t)(it->f->dim * it->f->dim));
    if (by_quantiles) RAO_TRY(rao_quantile_information(ctx, it->f, it->p, g, quality));
    else if (numerical) RAO_TRY(rao_law_information_of(ctx, it->f, it->p, g, quality));
    else RAO_TRY(row->information(ctx, it->f, it->p, g));
    RAO_TRY(pull_back(ctx, it, g, out));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- means ------------------------------------------------------------------------------------------------------------ */

/* Of the coordinates in which geodesics are straight: on a line the mean of the quantile functions. */
static rao_status straight_mean(rao_ctx *ctx, const rao_family *f, const transport *row, const family_mean *m, double *s) {
    rao_status st = RAO_OK;
    const family_chart *chart = &f->table->charts[row->straight];
    int64_t n = f->coords[row->straight], first = rao_mean_heaviest(m);
    double *base, *c, *sum, apart;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, n, &base));
    RAO_TRY(rao_scratch(ctx, n, &c));
    RAO_TRY(rao_scratch(ctx, n, &sum));
    memset(sum, 0, sizeof *sum * (size_t)n);
    RAO_TRY(chart->store(ctx, f, m->s[first], base));
    for (int64_t i = 0; i < m->n; i++) {
        if (m->w[i] == 0) continue;
        RAO_TRY(chart->store(ctx, f, m->s[i], c));
        RAO_TRY(row->distance(ctx, f, m->s[first], m->s[i], &apart));
        if (isinf(apart))
            RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: no bures centroid: W_2 between its points is infinite", f->table->info.name));
        if (row->same && c[0] != base[0])
            RAO_TRY(rao_fail(ctx, RAO_EUNABLE, "%s: of members of different %.*s the centroid lies outside the family", f->table->info.name,
                             (int)strcspn(chart->coords, ","), chart->coords));
        for (int64_t j = 0; j < n; j++) sum[j] += m->w[i] * (c[j] - base[j]);
    }
    for (int64_t j = 0; j < n; j++) c[j] = base[j] + sum[j];
    RAO_TRY(chart->load(ctx, f, c, s));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_wasserstein_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s, rao_quality *quality) {
    const transport *row = rao_transport_of(f);
    if (f->table == &rao_table_mvn) return rao_bures_mean(ctx, f, m, s, quality);
    if (row && row->straight >= 0) return straight_mean(ctx, f, row, m, s);
    return rao_fail(ctx, RAO_EUNABLE, "%s: no bures centroid: %s", f->table->info.name,
                    row && row->reason ? row->reason : "the family is not closed under it");
}

const family_question rao_ask_wasserstein2 = {"wasserstein2", distance, RAO_SCALAR, RAO_TAKES_Q};
const family_question rao_ask_wasserstein_geodesic = {"wasserstein_geodesic", geodesic, RAO_POINT, RAO_TAKES_Q | RAO_TAKES_T};
const family_question rao_ask_wasserstein_information = {"wasserstein_information", information, RAO_MATRIX, 0};
