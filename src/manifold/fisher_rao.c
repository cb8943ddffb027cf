/* fisher_rao.c - distance, geodesic, exp and log of the Fisher metric in any chart, from the family's model space (geometry.c). */
#include <math.h>
#include <string.h>

#include "manifold/curve.h"
#include "manifold/geometry.h"

static int64_t chart_of(const family_item *it) { return chart_number(it->f, it->chart); }
static int64_t velocity_size(const rao_family *f, const model_space *m) { return m->velocity ? m->velocity(f) : f->dim; }

static rao_status distance(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const model_space *space;
    if (rao_is_curve(it->f)) return rao_curve_distance(ctx, it, out, quality);
    RAO_OR_RETURN(rao_geometry_find(ctx, it->f, it->what, &space));
    return space->distance(ctx, it->f, it->p, it->q, out, quality);
}

/* A state's coordinates; those that are no numbers have no place in the chart. */
static rao_status store(rao_ctx *ctx, const family_item *it, const double *state, double *out) {
    RAO_OR_RETURN(it->chart->store(ctx, it->f, state, out));
    for (int64_t i = 0; i < it->f->coords[chart_of(it)]; i++)
        if (!isfinite(out[i]))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: the point has no coordinates in the chart %s", it->f->table->info.name, it->chart->name);
    return RAO_OK;
}

rao_status rao_geometry_chart_error(rao_ctx *ctx, const family_item *it, const double *s, rao_quality *quality) {
    rao_status st = RAO_OK;
    int64_t n = it->f->dim;
    double *j, *inverse, most = 0;
    rao_mark mark = rao_scratch_mark(ctx);
    if (quality->error == 0 || !it->chart->jacobian || it->f->tangents[chart_of(it)] != n) return RAO_OK;
    RAO_TRY(rao_scratch(ctx, n * n, &j));
    RAO_TRY(rao_scratch(ctx, n * n, &inverse));
    memset(j, 0, sizeof *j * (size_t)(n * n));
    memset(inverse, 0, sizeof *inverse * (size_t)(n * n));
    for (int64_t a = 0; a < n; a++) inverse[a * n + a] = 1;
    it->chart->jacobian(it->f, s, j);
    if (rao_eliminate(j, n, inverse, n)) goto done;
    for (int64_t a = 0; a < n; a++) {
        double sum = 0;
        for (int64_t b = 0; b < n; b++) sum += fabs(inverse[a * n + b]);
        most = fmax(most, sum);
    }
    quality->error *= most;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status geodesic(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    rao_status st;
    const model_space *space;
    double *state;
    if (!isfinite(it->t)) return rao_fail(ctx, RAO_EDOMAIN, "%s: t = %g, want a finite number", it->f->table->info.name, it->t);
    if (rao_is_curve(it->f)) return rao_curve_path(ctx, it, out, quality);
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_geometry_find(ctx, it->f, it->what, &space));
    RAO_TRY(rao_scratch(ctx, it->f->state, &state));
    if (it->t != 0 && it->t != 1) RAO_TRY(space->path(ctx, it->f, it->p, it->q, it->t, state, quality));
    RAO_TRY(store(ctx, it, it->t == 0 ? it->p : it->t == 1 ? it->q : state, out));
    if (it->t != 0 && it->t != 1) RAO_TRY(rao_geometry_chart_error(ctx, it, state, quality));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* J = d(chart 0)/d(chart) at p, square. */
static rao_status jacobian_at_p(rao_ctx *ctx, const family_item *it, double **j) {
    int64_t n = it->f->dim;
    if (it->f->tangents[chart_of(it)] != n)
        return rao_fail(ctx, RAO_EUNABLE, "%s: the chart %s has more coordinates than the family has dimensions", it->f->table->info.name,
                        it->chart->name);
    RAO_OR_RETURN(rao_scratch(ctx, n * n, j));
    memset(*j, 0, sizeof **j * (size_t)(n * n));
    it->chart->jacobian(it->f, it->p, *j);
    return RAO_OK;
}

/* own = J v */
static rao_status from_chart(rao_ctx *ctx, const family_item *it, const double *v, double *own) {
    rao_status st = RAO_OK;
    int64_t n = it->f->dim;
    double *j;
    rao_mark mark = rao_scratch_mark(ctx);
    if (!it->chart->jacobian) return memcpy(own, v, sizeof *own * (size_t)n), RAO_OK;
    RAO_TRY(jacobian_at_p(ctx, it, &j));
    for (int64_t a = 0; a < n; a++) {
        own[a] = 0;
        for (int64_t b = 0; b < n; b++)
            if (j[a * n + b] != 0) own[a] += j[a * n + b] * v[b];
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* v = J^-1 own */
static rao_status to_chart(rao_ctx *ctx, const family_item *it, const double *own, double *v) {
    rao_status st = RAO_OK;
    int64_t n = it->f->dim;
    double *j;
    rao_mark mark = rao_scratch_mark(ctx);
    memcpy(v, own, sizeof *own * (size_t)n);
    if (!it->chart->jacobian) return RAO_OK;
    RAO_TRY(jacobian_at_p(ctx, it, &j));
    if (rao_eliminate(j, n, v, 1))
        RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: the chart %s is singular at this point", it->f->table->info.name, it->chart->name));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status take_log(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    rao_status st;
    const model_space *space;
    double *own;
    if (rao_is_curve(it->f)) return rao_curve_log(ctx, it, out, quality);
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_geometry_find(ctx, it->f, it->what, &space));
    RAO_TRY(rao_scratch(ctx, velocity_size(it->f, space), &own));
    RAO_TRY(space->log(ctx, it->f, it->p, it->q, own, quality));
    if (space->to_chart) RAO_TRY(space->to_chart(ctx, it->f, chart_of(it), it->p, own, out));
    else RAO_TRY(to_chart(ctx, it, own, out));
    RAO_TRY(rao_geometry_chart_error(ctx, it, it->p, quality));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status want_velocity(rao_ctx *ctx, const family_item *it) {
    for (int64_t i = 0; i < it->f->tangents[chart_of(it)]; i++)
        if (!isfinite(it->velocity[i]))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: velocity has the entry %g, want finite numbers", it->f->table->info.name,
                            it->velocity[i]);
    return RAO_OK;
}

static rao_status take_exp(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    rao_status st;
    const model_space *space;
    double *own, *state;
    RAO_OR_RETURN(want_velocity(ctx, it));
    if (rao_is_curve(it->f)) return rao_curve_exp(ctx, it, out, quality);
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_geometry_find(ctx, it->f, it->what, &space));
    RAO_TRY(rao_scratch(ctx, velocity_size(it->f, space), &own));
    RAO_TRY(rao_scratch(ctx, it->f->state, &state));
    if (space->from_chart) RAO_TRY(space->from_chart(ctx, it->f, chart_of(it), it->p, it->velocity, own));
    else RAO_TRY(from_chart(ctx, it, it->velocity, own));
    RAO_TRY(space->exp(ctx, it->f, it->p, own, state, quality));
    RAO_TRY(store(ctx, it, state, out));
    RAO_TRY(rao_geometry_chart_error(ctx, it, state, quality));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* The velocity at p, carried to q. In one dimension its length stays. */
static rao_status transport(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    rao_status st;
    const model_space *space;
    family_item at_q = *it;
    double *own, *carried;
    at_q.p = it->q;
    RAO_OR_RETURN(want_velocity(ctx, it));
    if (rao_is_curve(it->f)) return rao_curve_carry(ctx, it, out, quality);
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_geometry_find(ctx, it->f, it->what, &space));
    RAO_TRY(rao_scratch(ctx, velocity_size(it->f, space), &own));
    RAO_TRY(rao_scratch(ctx, velocity_size(it->f, space), &carried));
    if (space->from_chart) RAO_TRY(space->from_chart(ctx, it->f, chart_of(it), it->p, it->velocity, own));
    else RAO_TRY(from_chart(ctx, it, it->velocity, own));
    RAO_TRY(space->carry(ctx, it->f, it->p, it->q, own, carried, quality));
    if (space->to_chart) RAO_TRY(space->to_chart(ctx, it->f, chart_of(it), it->q, carried, out));
    else RAO_TRY(to_chart(ctx, &at_q, carried, out));
    RAO_TRY(rao_geometry_chart_error(ctx, it, it->q, quality));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

const family_question rao_ask_fisher_rao_distance = {"fisher_rao_distance", distance, RAO_SCALAR, RAO_TAKES_Q};
const family_question rao_ask_fisher_rao_geodesic = {"fisher_rao_geodesic", geodesic, RAO_POINT, RAO_TAKES_Q | RAO_TAKES_T};
const family_question rao_ask_exp_map = {"exp_map", take_exp, RAO_POINT, RAO_TAKES_VELOCITY};
const family_question rao_ask_log_map = {"log_map", take_log, RAO_TANGENT, RAO_TAKES_Q};
const family_question rao_ask_parallel_transport = {"parallel_transport", transport, RAO_TANGENT, RAO_TAKES_Q | RAO_TAKES_VELOCITY};
