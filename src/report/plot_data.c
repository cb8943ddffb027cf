/* plot_data.c - from data to points on the page: axes applied, what cannot be seen left out, what cannot be told apart thinned. */
#include "report/plot.h"

#include <math.h>

enum { CLOUD_MOST = 3000, PATH_MOST = 5000 };

/* ---- where data fall on the page ---- */

static double far(double v) { return fmin(fmax(v, -1e5), 1e5); } /* NaN stays NaN: fmin and fmax would drop it */

double plot_x(const plot *p, double v) {
    double t = axis_place(&p->x, v);
    return isnan(t) ? t : far(p->left + t * (p->right - p->left));
}

double plot_y(const plot *p, double v) {
    double t = axis_place(&p->y, v);
    return isnan(t) ? t : far(p->bottom - t * (p->bottom - p->top));
}

typedef struct mapping {
    const plot *p;
    const curve *c;
} mapping;

static double datum_x(const curve *c, int64_t i) { return c->series->x ? c->series->x[c->from + i] : (double)(c->from + i); }

static thin_point map_y(int64_t i, const void *user) {
    const mapping *m = user;
    thin_point q = {plot_x(m->p, datum_x(m->c, i)), plot_y(m->p, m->c->series->y[m->c->from + i])};
    if (isnan(q.x)) q.y = NAN;
    return q;
}

/* An edge of a band that has no place of its own (zero on a logarithmic axis, an infinity) runs along the frame. */
static double edge(const plot *p, double v, double beyond) {
    return isnan(v) ? v : fabs(v) <= AXIS_HUGE && !isnan(plot_y(p, v)) ? plot_y(p, v) : beyond;
}

static thin_point map_band(const mapping *m, int64_t i, int upper) {
    int64_t k = m->c->from + i;
    double lo = m->c->series->lo[k], hi = m->c->series->hi[k], x = plot_x(m->p, datum_x(m->c, i));
    if (!(lo <= hi) || isnan(x)) return (thin_point){NAN, NAN};
    double top = m->p->top, bottom = m->p->bottom;
    return (thin_point){x, upper ? edge(m->p, hi, hi > 0 ? top : bottom) : edge(m->p, lo, lo > 0 ? top : bottom)};
}

static thin_point map_lo(int64_t i, const void *user) { return map_band(user, i, 0); }
static thin_point map_hi(int64_t i, const void *user) { return map_band(user, i, 1); }

/* ---- curves ---- */

static void find_window(const plot *p, curve *c) {
    c->from = 0, c->to = c->series->n;
    if (!c->rises || p->chart->x_range[0] == p->chart->x_range[1]) return;
    while (c->from + 1 < c->to && datum_x(&(curve){.series = c->series}, c->from + 1) < p->x.lo) c->from++;
    while (c->to - 2 > c->from && datum_x(&(curve){.series = c->series}, c->to - 2) > p->x.hi) c->to--;
}

void plot_find_end(const plot *p, curve *c) {
    const mapping m = {p, c};
    find_window(p, c);
    c->end = (thin_point){NAN, NAN};
    for (int64_t i = c->to - c->from; i-- > 0;) {
        thin_point q = map_y(i, &m);
        if (!isnan(q.y) && q.x >= p->left - 1 && q.x <= p->right + 1) {
            c->end = q;
            return;
        }
    }
}

static rao_status room_for(rao_ctx *ctx, int64_t n, int64_t bound, int64_t *capacity, thin_point **points) {
    *capacity = n < bound ? n : bound;
    return rao_scratch(ctx, *capacity + 1, points);
}

static rao_status thin_curve(const plot *p, curve *c) {
    const mapping m = {p, c};
    int64_t n = c->to - c->from, buckets = (int64_t)((p->right - p->left) / 2) + 4, capacity = 0;
    const double box[4] = {p->left - 1, p->right + 1, p->top - 1, p->bottom + 1};
    rao_ctx *ctx = p->s->ctx;
    int cloud = c->series->style == RAO_SERIES_POINTS;
    rao_status st = room_for(ctx, n, cloud ? CLOUD_MOST : c->rises ? 5 * buckets + 5 : PATH_MOST, &capacity, &c->points);
    if (st != RAO_OK) return st;
    if (cloud) return thin_cloud(ctx, n, map_y, &m, box, CLOUD_MOST, c->points, &c->count);
    c->count = c->rises ? thin_line(n, map_y, &m, 2, capacity, c->points) : thin_path(n, map_y, &m, capacity, c->points);
    if (!c->series->lo) return RAO_OK;
    if ((st = room_for(ctx, n, 3 * buckets + 3, &capacity, &c->lower)) != RAO_OK) return st;
    if ((st = room_for(ctx, n, 3 * buckets + 3, &capacity, &c->upper)) != RAO_OK) return st;
    c->band_count = thin_band(n, map_lo, map_hi, &m, 2, capacity, c->lower, c->upper);
    return RAO_OK;
}

rao_status plot_make_curves(plot *p) {
    rao_status st = rao_scratch(p->s->ctx, p->count, &p->curves);
    for (int64_t i = 0; i < p->count && st == RAO_OK; i++)
        p->curves[i] =
            (curve){.series = &p->chart->series[i], .colour = chart_colour(p->chart, i), .rises = chart_rises(&p->chart->series[i])};
    return st;
}

rao_status plot_thin_curves(plot *p) {
    rao_status st = RAO_OK;
    for (int64_t i = 0; i < p->count && st == RAO_OK; i++) {
        curve *c = &p->curves[i];
        plot_find_end(p, c);
        st = thin_curve(p, c);
    }
    return st;
}
