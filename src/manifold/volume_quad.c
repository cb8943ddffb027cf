/* volume_quad.c - volumes by quadrature, in log |c| along coordinates of one sign: densities are powers far from 1, so that an axis of six hundred decades is
 * as smooth as one. Integrands are formed in logarithms. In two coordinates the inner axis is cut where both are equal and where one is 1: a beta law's density
 * has its ridge and its bend there. */
#include <float.h>
#include <math.h>

#include <rao/num.h>

#include "manifold/volume.h"

typedef struct axis_map {
    int sign; /* 0: the coordinate itself; else c = sign e^u */
    double low, high;
} axis_map;

static axis_map map_of(double low, double high) {
    int sign = low >= 0 ? 1 : high <= 0 ? -1 : 0;
    double near = sign > 0 ? low : -high, far = sign > 0 ? high : -low;
    if (sign == 0 || (near > 0 && far < 4 * near)) return (axis_map){0, low, high};
    return (axis_map){sign, near > 0 ? log(near) : -INF, far < INF ? log(far) : INF};
}
static double coordinate(const axis_map *m, double u) { return m->sign ? m->sign * exp(u) : u; }
static double log_slope(const axis_map *m, double u) { return m->sign ? u : 0; }
/* Rounding u by half an ulp moves e^u by that much: relative to the integral, over both axes. */
static double rounding(const axis_map *m) {
    if (!m->sign) return 0;
    return DBL_EPSILON * fmax(isfinite(m->low) ? fabs(m->low) : 745, isfinite(m->high) ? fabs(m->high) : 710);
}
/* Beyond the doubles there is no member to ask; the integral is told that it has come to its end. */
static int beyond(const axis_map *m, double u) { return m->sign && !(exp(u) > 0 && exp(u) < INF); }

/* ---- one factor ---------------------------------------------------------------------------------------------------- */

typedef struct factor {
    const prior_axis *axis;
    axis_map map;
} factor;

static rao_status factor_at(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    const factor *a = arg;
    (void)ctx;
    for (int64_t i = 0; i < at->count; i++) {
        double u = at->x[i];
        f[i] = beyond(&a->map, u) ? INF : exp(a->axis->log_density(coordinate(&a->map, u)) + log_slope(&a->map, u));
    }
    return RAO_OK;
}

static void options(rao_quad_opts *o, const double *breaks, int64_t n) {
    rao_quad_opts_init(o);
    o->rel_tol = 1e-12, o->breaks = breaks, o->n_breaks = n, o->scale = 1;
}

rao_status rao_axis_quadrature(rao_ctx *ctx, const prior_axis *axis, double low, double high, double *value, double *error) {
    factor a = {axis, map_of(low - axis->origin, high - axis->origin)};
    const double zero = 0;
    rao_quad_info info;
    rao_quad_opts o;
    options(&o, &zero, 1);
    *error = 0;
    rao_status st = rao_quad(ctx, &o, factor_at, &a, 1, a.map.low, a.map.high, value, &info);
    if (st == RAO_EDOMAIN) return *value = INF, RAO_OK; /* positive and finite inside: it diverges */
    if (st == RAO_OK) *error = info.error + rounding(&a.map) * *value;
    return st;
}

/* ---- any density ----------------------------------------------------------------------------------------------------- */

typedef struct box {
    const region *r;
    axis_map map[2];
    rao_family_args args;
    double breaks[2];
    int inside; /* every point asked for had a finite density */
    double state_error;
} box;

/* log sqrt det F at the coordinates c. */
static rao_status log_density(rao_ctx *ctx, box *b, const double *c, double *value) {
    rao_status st;
    double *state, log_det;
    const rao_family *f = b->r->f;
    rao_quality quality = {RAO_CLOSED, 0};
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->state, &state));
    const family_chart *chart = &f->table->charts[b->r->chart];
    RAO_TRY(chart->load(ctx, f, c, state));
    family_item it = {.f = f, .chart = chart, .args = &b->args, .what = "jeffreys_volume", .p = state};
    RAO_TRY(rao_fisher_log_det(ctx, &it, &log_det, &quality));
    *value = 0.5 * log_det;
    b->state_error = fmax(b->state_error, 0.5 * quality.error);
done:
    b->inside &= st == RAO_OK && *value < INF;
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status along_one(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    box *b = arg;
    for (int64_t i = 0; i < at->count; i++) {
        double u = at->x[i], c = coordinate(&b->map[0], u), value = INF;
        if (!beyond(&b->map[0], u)) RAO_OR_RETURN(log_density(ctx, b, &c, &value));
        f[i] = exp(value + log_slope(&b->map[0], u));
    }
    return RAO_OK;
}
static rao_status along_two(rao_ctx *ctx, void *arg, double x, const rao_nodes *at, double *f) {
    box *b = arg;
    for (int64_t i = 0; i < at->count; i++) {
        double y = at->x[i], c[2] = {coordinate(&b->map[0], x), coordinate(&b->map[1], y)}, value = INF;
        if (!beyond(&b->map[0], x) && !beyond(&b->map[1], y)) RAO_OR_RETURN(log_density(ctx, b, c, &value));
        f[i] = exp(value + log_slope(&b->map[0], x) + log_slope(&b->map[1], y));
    }
    return RAO_OK;
}
static rao_status inner_range(rao_ctx *ctx, void *arg, double x, double *low, double *high) {
    box *b = arg;
    double size = fabs(coordinate(&b->map[0], x)), place = b->map[1].sign ? log(size) : size;
    (void)ctx, *low = b->map[1].low, *high = b->map[1].high;
    if (!isfinite(place)) place = 0;
    b->breaks[0] = fmin(place, 0), b->breaks[1] = fmax(place, 0);
    return RAO_OK;
}

/* Where the ridge of the two-dimensional density enters and leaves the box, and the bend. */
static void outer_breaks(const box *b, double *breaks) {
    breaks[0] = 0;
    for (int i = 0; i < 2; i++) {
        double end = i ? b->map[1].high : b->map[1].low, size = fabs(coordinate(&b->map[1], end));
        breaks[i + 1] = b->map[0].sign ? log(size) : size;
        if (!isfinite(breaks[i + 1])) breaks[i + 1] = 0;
    }
    for (int i = 1; i < 3; i++)
        for (int j = i; j > 0 && breaks[j] < breaks[j - 1]; j--) {
            double t = breaks[j];
            breaks[j] = breaks[j - 1], breaks[j - 1] = t;
        }
}

rao_status rao_region_quadrature(rao_ctx *ctx, const region *r, double *volume, rao_quality *quality) {
    rao_status st;
    rao_quad_info info;
    rao_quad_opts outer, inner;
    double breaks[3];
    if (r->n > 2)
        return rao_fail(ctx, RAO_EUNABLE, "%s: volumes of regions are known in one and two coordinates, not in %lld",
                        r->f->table->info.name, (long long)r->n);
    box b = {.r = r, .inside = 1};
    rao_family_args_init(&b.args);
    b.args.chart = r->chart;
    for (int64_t i = 0; i < r->n; i++) b.map[i] = map_of(r->low[i], r->high[i]);
    options(&inner, b.breaks, 2);
    if (r->n == 2) outer_breaks(&b, breaks);
    else breaks[0] = 0;
    options(&outer, breaks, r->n == 2 ? 3 : 1);
    outer.rel_tol = 1e-11;
    st = r->n == 1 ? rao_quad(ctx, &outer, along_one, &b, 1, b.map[0].low, b.map[0].high, volume, &info)
                   : rao_quad2(ctx, &outer, &inner, along_two, inner_range, &b, 1, b.map[0].low, b.map[0].high, volume, &info);
    *quality = (rao_quality){RAO_QUADRATURE, 0};
    if (st == RAO_EDOMAIN && b.inside) return *volume = INF, RAO_OK; /* members all along, positive: it diverges */
    if (st == RAO_OK)
        *quality = (rao_quality){RAO_QUADRATURE, info.error + (b.state_error + rounding(&b.map[0]) + rounding(&b.map[1])) * *volume};
    if (st == RAO_OK && !(*volume > 0)) return rao_volume_out_of_range(ctx, r->f, -745);
    return st;
}
