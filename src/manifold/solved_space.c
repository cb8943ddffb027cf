/* solved_space.c - Fisher-Rao geometry of the families that have a spray, by solving for the geodesic (track.h). */
#include <float.h>
#include <math.h>
#include <string.h>

#include "manifold/geometry.h"
#include "manifold/track.h"

/* The largest change of a number of chart 0 at the state s that a change of y by `error` in each coordinate makes. */
static rao_status error_in_chart(rao_ctx *ctx, const track *k, const double *s, double error, double *out) {
    rao_status st;
    double *own, *v;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, k->n, &own));
    RAO_TRY(rao_scratch(ctx, k->n, &v));
    *out = 0;
    for (int64_t j = 0; j < k->n; j++) {
        for (int64_t i = 0; i < k->n; i++) own[i] = i == j ? error : 0;
        k->spray->pull(k->f, s, own, v);
        for (int64_t i = 0; i < k->n; i++) *out = fmax(*out, fabs(v[i]));
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status distance(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *d, rao_quality *quality) {
    rao_status st;
    track k;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_track_solve(ctx, f, rao_spray_of(f), "fisher_rao_distance", p, q, 0, &k));
    *d = k.length;
    *quality = (rao_quality){RAO_ITERATION, k.length_error + DBL_EPSILON * k.length};
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_track_state(rao_ctx *ctx, const track *k, int64_t e, double x, const double *q, double *s, rao_quality *quality) {
    rao_status st;
    const double *to = k->y + k->count * k->n;
    double *y, size = 0;
    int late = 2 * e >= k->count;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, k->n, &y));
    RAO_TRY(rao_track_point(ctx, k, e, x, y));
    for (int64_t j = 0; j < k->n; j++) y[j] -= late ? to[j] : 0, size = fmax(size, fabs(to[j]));
    RAO_TRY(k->spray->state(ctx, k->f, late ? q : k->p, y, s));
    quality->method = RAO_ITERATION;
    RAO_TRY(error_in_chart(ctx, k, s, k->error_y + 4 * DBL_EPSILON * size, &quality->error));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status path(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double t, double *out, rao_quality *quality) {
    rao_status st;
    track k;
    int64_t e;
    double x;
    if (!(t >= 0 && t <= 1)) return rao_geometry_extend(ctx, f, &rao_space_solved, f->dim, p, q, t, out, quality);
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_track_solve(ctx, f, rao_spray_of(f), "fisher_rao_geodesic", p, q, 0, &k));
    rao_track_place(&k, t, &e, &x);
    RAO_TRY(rao_track_state(ctx, &k, e, x, q, out, quality));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status take_log(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *v, rao_quality *quality) {
    rao_status st;
    track k;
    double *first, *last, *at, error, error_y;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_track_solve(ctx, f, rao_spray_of(f), "log_map", p, q, 0, &k));
    RAO_TRY(rao_scratch(ctx, k.n, &first));
    RAO_TRY(rao_scratch(ctx, k.n, &last));
    RAO_TRY(rao_scratch(ctx, k.size, &at));
    rao_track_ends(&k, 0, first, last);
    if (k.spray->open(f, p, k.y, at)) RAO_TRY(rao_geometry_left(ctx, f));
    rao_track_tail(&k, 0, at, last, &error, &error_y);
    for (int64_t j = 0; j < k.n; j++) first[j] /= k.h[0];
    k.spray->pull(f, p, first, v);
    quality->method = RAO_ITERATION; /* a coefficient that is left out weighs 2 (2 NODES - 1) times as much in the velocity */
    double size = sqrt(k.spray->metric(k.n, at, first, first)), relative = size > 0 ? fabs(size - k.length) / size : 0;
    RAO_TRY(error_in_chart(ctx, &k, p, 2 * (2 * NODES - 1) * error_y / k.h[0], &quality->error));
    for (int64_t j = 0; j < k.n; j++) quality->error = fmax(quality->error, (relative + 4 * DBL_EPSILON) * fabs(v[j]));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status take_exp(rao_ctx *ctx, const rao_family *f, const double *p, const double *v, double *out, rao_quality *quality) {
    rao_status st;
    track k;
    double *own, *y, error;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_track_open(ctx, f, rao_spray_of(f), "exp_map", p, &k));
    RAO_TRY(rao_scratch(ctx, k.n, &own));
    RAO_TRY(rao_scratch(ctx, k.n, &y));
    k.spray->push(f, p, v, own);
    RAO_TRY(rao_track_shoot(ctx, &k, own, y, &error));
    RAO_TRY(k.spray->state(ctx, f, p, y, out));
    quality->method = RAO_ITERATION;
    RAO_TRY(error_in_chart(ctx, &k, out, error, &quality->error));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* The length that a velocity gains or loses on the way is its error. */
static rao_status carry(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, const double *v, double *out,
                        rao_quality *quality) {
    rao_status st;
    track k;
    double *own, *at, before, behind, most = 0;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_track_solve(ctx, f, rao_spray_of(f), "parallel_transport", p, q, 0, &k));
    RAO_TRY(rao_scratch(ctx, k.n, &own));
    RAO_TRY(rao_scratch(ctx, k.size, &at));
    k.spray->push(f, p, v, own);
    if (k.spray->open(f, p, k.y, at)) RAO_TRY(rao_geometry_left(ctx, f));
    before = sqrt(k.spray->metric(k.n, at, own, own));
    RAO_TRY(rao_track_carry(ctx, &k, own));
    if (k.spray->open(f, p, k.y + k.count * k.n, at)) RAO_TRY(rao_geometry_left(ctx, f));
    behind = sqrt(k.spray->metric(k.n, at, own, own));
    k.spray->pull(f, q, own, out);
    for (int64_t j = 0; j < k.n; j++) most = fmax(most, fabs(out[j]));
    *quality = (rao_quality){RAO_ITERATION, before > 0 ? (fabs(behind / before - 1) + k.error + 4 * DBL_EPSILON) * most : 0};
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

const model_space rao_space_solved = {distance, path, take_log, take_exp, NULL, NULL, NULL, carry};
