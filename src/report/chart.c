/* chart.c - lays a chart out and draws it. From the top: legend, name of the y axis, the plot, numbers and name of the x axis; names of the lines
 * at their ends on the right. Thin horizontal rules only, so that the data are the darkest thing on the page. */
#include "report/draw.h"

#include <math.h>
#include <string.h>

#include "report/label.h"
#include "report/number.h"
#include "report/style.h"
#include "report/thin.h"

enum { TEXT = 12, NAME = 13, LEGEND_ROW = 20, POINTS_MOST = 3000, MARKS_MOST = 120 };

typedef struct curve {
    const rao_series *series;
    int colour, rises; /* rises: x never falls */
    int64_t from, to;  /* the data that can be seen, and one on either side */
    thin_point *points, *lower, *upper;
    int64_t count, band_count;
    thin_point end; /* the last point with a place; y = NaN without one */
} curve;

typedef struct plot {
    sink *s;
    const rao_chart *chart;
    const draw_frame *frame;
    double pad, left, right, top, bottom; /* of the area of the data */
    int something, whole, slim;
    double x_range[2], y_range[2];
    axis x, y;
    curve *curves;
    int64_t count;
    end_label *labels;
    int64_t label_count;
} plot;

/* ---- where data fall on the page ---- */

static double far(double v) { return fmin(fmax(v, -1e5), 1e5); } /* NaN stays NaN: fmin and fmax would drop it */

static double at_x(const plot *p, double v) {
    double t = axis_place(&p->x, v);
    return isnan(t) ? t : far(p->left + t * (p->right - p->left));
}

static double at_y(const plot *p, double v) {
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
    thin_point q = {at_x(m->p, datum_x(m->c, i)), at_y(m->p, m->c->series->y[m->c->from + i])};
    if (isnan(q.x)) q.y = NAN;
    return q;
}

/* An edge of a band that has no place of its own (zero on a logarithmic axis, an infinity) runs along the frame. */
static double edge(const plot *p, double v, double beyond) { return isnan(v) ? v : fabs(v) <= AXIS_HUGE && !isnan(at_y(p, v)) ? at_y(p, v) : beyond; }

static thin_point map_band(const mapping *m, int64_t i, int upper) {
    int64_t k = m->c->from + i;
    double lo = m->c->series->lo[k], hi = m->c->series->hi[k], x = at_x(m->p, datum_x(m->c, i));
    if (!(lo <= hi) || isnan(x)) return (thin_point){NAN, NAN};
    double top = m->p->top, bottom = m->p->bottom;
    return (thin_point){x, upper ? edge(m->p, hi, hi > 0 ? top : bottom) : edge(m->p, lo, lo > 0 ? top : bottom)};
}

static thin_point map_lo(int64_t i, const void *user) { return map_band(user, i, 0); }
static thin_point map_hi(int64_t i, const void *user) { return map_band(user, i, 1); }

/* ---- curves ---- */

static int x_rises(const rao_series *series) {
    for (int64_t i = 1; series->x && i < series->n; i++)
        if (series->x[i] < series->x[i - 1]) return 0;
    return 1;
}

static void find_window(const plot *p, curve *c) {
    c->from = 0, c->to = c->series->n;
    if (!c->rises || p->chart->x_range[0] == p->chart->x_range[1]) return;
    while (c->from + 1 < c->to && datum_x(&(curve){.series = c->series}, c->from + 1) < p->x.lo) c->from++;
    while (c->to - 2 > c->from && datum_x(&(curve){.series = c->series}, c->to - 2) > p->x.hi) c->to--;
}

static void find_end(const plot *p, curve *c) {
    const mapping m = {p, c};
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
    rao_status st = room_for(ctx, n, cloud ? POINTS_MOST : 5 * buckets + 5, &capacity, &c->points);
    if (st != RAO_OK) return st;
    if (cloud) return thin_cloud(ctx, n, map_y, &m, box, POINTS_MOST, c->points, &c->count);
    c->count = c->rises ? thin_line(n, map_y, &m, 2, capacity, c->points) : thin_path(n, map_y, &m, capacity, c->points);
    if (!c->series->lo) return RAO_OK;
    if ((st = room_for(ctx, n, 3 * buckets + 3, &capacity, &c->lower)) != RAO_OK) return st;
    if ((st = room_for(ctx, n, 3 * buckets + 3, &capacity, &c->upper)) != RAO_OK) return st;
    c->band_count = thin_band(n, map_lo, map_hi, &m, 2, capacity, c->lower, c->upper);
    return RAO_OK;
}

static rao_status make_curves(plot *p) {
    rao_status st = RAO_OK;
    for (int64_t i = 0; i < p->count && st == RAO_OK; i++) {
        curve *c = &p->curves[i];
        find_window(p, c);
        find_end(p, c);
        st = thin_curve(p, c);
    }
    return st;
}

/* ---- layout ---- */

static const char *series_name(const rao_series *series) { return draw_has(series->name) ? series->name : ""; }

static int has_legend(const plot *p) {
    int named = 0;
    for (int64_t i = 0; i < p->count; i++) named += draw_has(p->curves[i].series->name);
    return named > 1;
}

static double entry_width(const rao_series *series) { return 22 + 7 + draw_text_width(series->name, TEXT) + 18; }

/* Calls nothing when `s` is NULL: then only the height is wanted. */
static double legend(const plot *p, sink *s, double top) {
    double x = p->pad, y = top, room = p->frame->width - p->pad;
    if (!has_legend(p)) return 0;
    for (int64_t i = 0; i < p->count; i++) {
        const curve *c = &p->curves[i];
        if (!draw_has(c->series->name)) continue;
        if (x > p->pad && x + entry_width(c->series) - 18 > room) x = p->pad, y += LEGEND_ROW;
        if (s) {
            draw_sample(s, c->series, c->colour, x, y + 9);
            draw_text(s, "ink", x + 29, y + 13, room - x - 29, TEXT, c->series->name);
        }
        x += entry_width(c->series);
    }
    return y + LEGEND_ROW + 4 - top;
}

/* Names stand at the ends of lines, where there is more than one and the drawing has the width. */
static int is_labelled(const plot *p, const curve *c) {
    return !p->slim && has_legend(p) && c->rises && c->series->style != RAO_SERIES_POINTS && draw_has(c->series->name) && !isnan(c->end.y);
}

static double label_width(const plot *p, const curve *c) { return fmin(draw_text_width(series_name(c->series), NAME), 0.3 * p->frame->width); }

/* The widest plot that leaves each line's name its room: a line that ends early needs less. */
static void set_right(plot *p) {
    double edge_x = p->frame->width - fmax(p->pad, 1), width = edge_x - p->left - 9;
    for (int64_t i = 0; i < p->count; i++) {
        curve *c = &p->curves[i];
        p->right = p->left + 1000;
        find_window(p, c);
        find_end(p, c);
        if (!is_labelled(p, c)) continue;
        double share = fmin(fmax((c->end.x - p->left) / 1000, 0.05), 1);
        width = fmin(width, (edge_x - p->left - 12 - label_width(p, c)) / share);
    }
    p->right = p->left + fmax(width, 60);
}

static double height_of_label(const char *label, const void *user) {
    (void)label, (void)user;
    return TEXT;
}
static double width_of_label(const char *label, const void *user) {
    (void)user;
    return draw_number_width(label, TEXT);
}

static int clamp_count(double v, int lo, int hi) { return v < lo ? lo : v > hi ? hi : (int)v; }

static int is_set(const double range[2]) { return range[0] != range[1]; }

/* A range that nearly reaches zero starts there; marks keep clear of the frame. */
static void ease(double range[2], double nearly, double margin) {
    double span = range[1] - range[0];
    if (range[0] > 0 && range[0] <= nearly * range[1]) range[0] = 0;
    if (margin > 0 && span > 0) {
        range[1] += margin * span;
        if (range[0] != 0) range[0] = range[0] > 0 ? fmax(range[0] - margin * span, 0) : range[0] - margin * span;
    }
}

static int has_marks(const plot *p) {
    for (int64_t i = 0; i < p->count; i++)
        if (p->curves[i].series->style == RAO_SERIES_POINTS || !p->curves[i].rises) return 1;
    return 0;
}

static void set_ranges(plot *p) {
    int marks = has_marks(p);
    p->something = chart_range(p->chart, p->x_range, p->y_range);
    p->whole = p->something && chart_whole_x(p->chart);
    if (p->chart->x_scale == RAO_AXIS_LINEAR && !is_set(p->chart->x_range)) ease(p->x_range, 0.08, marks ? 0.04 : 0);
    if (p->chart->y_scale == RAO_AXIS_LINEAR && !is_set(p->chart->y_range)) ease(p->y_range, 0.35, p->chart->equal_aspect ? 0.06 : 0);
}

/* Widens one range until a unit is as long in x as in y. A half plane grows upward only. */
static void equalise(plot *p) {
    double dx = p->x_range[1] - p->x_range[0], dy = p->y_range[1] - p->y_range[0], width = p->right - p->left, height = p->bottom - p->top;
    if (!(dx > 0) && !(dy > 0)) dx = dy = 1;
    double unit = fmax(dx / width, dy / height), more_x = unit * width - (p->x_range[1] - p->x_range[0]), more_y = unit * height - (p->y_range[1] - p->y_range[0]);
    p->x_range[0] -= more_x / 2, p->x_range[1] += more_x / 2;
    int half_plane = p->y_range[0] >= 0;
    p->y_range[0] -= half_plane ? 0 : more_y / 2, p->y_range[1] += half_plane ? more_y : more_y / 2;
}

static void make_y_axis(plot *p) {
    int cover = !is_set(p->chart->y_range) && !p->chart->equal_aspect;
    axis_make(&p->y, p->chart->y_scale, p->y_range[0], p->y_range[1], clamp_count((p->bottom - p->top) / 48, 4, 8), cover, 0);
    axis_thin(&p->y, p->bottom - p->top, 4, height_of_label, NULL);
}

static void make_x_axis(plot *p) {
    int cover = p->chart->x_scale == RAO_AXIS_LOG && has_marks(p) && !is_set(p->chart->x_range);
    axis_make(&p->x, p->chart->x_scale, p->x_range[0], p->x_range[1], clamp_count((p->right - p->left) / 85, 4, 9), cover, p->whole);
    axis_thin(&p->x, p->right - p->left, 14, width_of_label, NULL);
}

static double widest_label(const axis *a) {
    double widest = 0;
    for (int i = 0; i < a->count; i++)
        if (a->ticks[i].label[0]) widest = fmax(widest, draw_number_width(a->ticks[i].label, TEXT));
    return widest;
}

static void lay_out(plot *p) {
    const rao_chart *chart = p->chart;
    double head = draw_head_height(p->frame, chart->title, chart->subtitle);
    p->pad = draw_alone(p->frame) ? 16 : 0;
    p->top = head + legend(p, NULL, head) + (draw_has(chart->y_label) ? 22 : 0) + 10;
    p->bottom = fmax(p->frame->height - 24 - (draw_has(chart->x_label) ? 20 : 0) - (draw_alone(p->frame) ? 12 : 2), p->top + 40);
    set_ranges(p);
    make_y_axis(p);
    p->left = p->pad + widest_label(&p->y) + 8;
    p->right = p->frame->width - fmax(p->pad, 8);
    make_x_axis(p);
    set_right(p);
    if (chart->equal_aspect) {
        equalise(p);
        make_y_axis(p);
    }
    make_x_axis(p);
}

/* ---- the frame ---- */

/* Rules at minor ticks help to read two or three decades; of more they are a veil. */
static int has_fine_rules(const axis *a) {
    int minor = 0;
    for (int i = 0; i < a->count; i++) minor += a->ticks[i].major == 0;
    return minor <= 24;
}

static void draw_grid(const plot *p) {
    sink *s = p->s;
    int fine = has_fine_rules(&p->y) && !has_marks(p);
    for (int i = 0; i < p->y.count; i++) {
        const axis_tick *t = &p->y.ticks[i];
        double y = at_y(p, t->value);
        if (t->major || fine) sink_printf(s, "<path class='%s' d='M%g %gH%g'/>", t->major ? "grid" : "fine", p->left, y, p->right);
        if (t->label[0]) draw_number(s, "end", p->left - 8, y + 4, t->label);
    }
    if (p->y.scale == RAO_AXIS_LINEAR && p->y.lo < 0 && p->y.hi > 0) sink_printf(s, "<path class='axis' stroke-opacity='.6' d='M%g %gH%g'/>\n", p->left, at_y(p, 0), p->right);
}

static void draw_x_axis(const plot *p) {
    sink *s = p->s;
    for (int i = 0; i < p->x.count; i++) {
        const axis_tick *t = &p->x.ticks[i];
        double x = at_x(p, t->value), half = draw_number_width(t->label, TEXT) / 2;
        if (has_marks(p) && t->major) sink_printf(s, "<path class='grid' d='M%g %gV%g'/>", x, p->top, p->bottom);
        sink_printf(s, "<path class='axis' d='M%g %gv%d'/>", x, p->bottom, t->major ? 5 : 3);
        if (!t->label[0]) continue;
        int overhangs = x + half > p->frame->width && x + half > p->right;
        draw_number(s, overhangs ? "end" : "mid", overhangs ? p->frame->width : x, p->bottom + 19, t->label);
    }
    sink_printf(s, "<path class='axis' d='M%g %gH%g'/>\n", p->left, p->bottom, p->right);
    draw_text(s, "mid", (p->left + p->right) / 2, p->bottom + 39, p->right - p->left, TEXT, p->chart->x_label);
}

/* ---- data ---- */

static void put_pair(sink *s, long long x, long long y) {
    sink_tenths(s, x);
    if (y >= 0) sink_put(s, " ");
    sink_tenths(s, y);
}

static long long tenths(double v) { return llround(10 * v); }

/* Runs of the path data of points[from..to), none of them a gap; backwards for the way home along a band. */
static void put_run(sink *s, const thin_point *points, int64_t from, int64_t to, const char *start) {
    int64_t step = from < to ? 1 : -1;
    long long x = 0, y = 0;
    int open = 0;
    for (int64_t i = from; i != to && s->st == RAO_OK; i += step) {
        long long nx = tenths(points[i].x), ny = tenths(points[i].y);
        if (open && nx == x && ny == y) continue;
        if (!open) sink_put(s, start), put_pair(s, nx, ny);
        else sink_put(s, open == 1 ? "l" : nx - x >= 0 ? " " : ""), put_pair(s, nx - x, ny - y);
        x = nx, y = ny, open += open < 2;
    }
}

static int64_t run_end(const thin_point *points, int64_t count, int64_t from) {
    while (from < count && !isnan(points[from].y)) from++;
    return from;
}

static void put_dash(sink *s, int colour) {
    if (*style_dash(colour)) sink_printf(s, " stroke-dasharray='%s'", style_dash(colour));
}

static void draw_line(sink *s, const curve *c) {
    int reference = c->series->style == RAO_SERIES_REFERENCE, lonely = 0;
    sink_printf(s, "<path class='%s'", reference ? "ref" : "line");
    if (!reference) put_dash(s, c->colour);
    sink_put(s, " d='");
    for (int64_t i = 0, end; i < c->count; i = end + 1) {
        end = run_end(c->points, c->count, i);
        if (end - i >= 2) put_run(s, c->points, i, end, "M");
        else lonely |= end - i == 1;
    }
    sink_put(s, "'/>\n");
    if (!lonely || c->series->style == RAO_SERIES_LINE_POINTS) return;
    sink_put(s, "<path class='dot' stroke-width='4.5' d='"); /* a point between two gaps */
    for (int64_t i = 0, end; i < c->count; i = end + 1) {
        end = run_end(c->points, c->count, i);
        if (end - i == 1) put_run(s, c->points, i, end, "M"), sink_put(s, "h0");
    }
    sink_put(s, "'/>\n");
}

static void draw_band(sink *s, const curve *c) {
    if (!c->band_count) return;
    sink_put(s, "<path class='band' d='");
    for (int64_t i = 0, end; i < c->band_count; i = end + 1) {
        end = run_end(c->lower, c->band_count, i);
        if (end == i) continue;
        put_run(s, c->upper, i, end, "M");
        put_run(s, c->lower, end - 1, i - 1, "L");
        sink_put(s, "z");
    }
    sink_put(s, "'/>\n");
}

/* Few marks have the colour's shape; a crowd is dots, at a third of the bytes. */
static void draw_marks(sink *s, const curve *c) {
    int crowd = c->count > MARKS_MOST;
    if (crowd && c->series->style == RAO_SERIES_LINE_POINTS) return;
    sink_put(s, crowd ? "<path class='dot' stroke-width='3.5' stroke-opacity='.65' d='" : "<path class='mark' d='");
    for (int64_t i = 0; i < c->count; i++) {
        if (isnan(c->points[i].y)) continue;
        sink_put(s, "M");
        put_pair(s, tenths(c->points[i].x), tenths(c->points[i].y));
        sink_put(s, crowd ? "h0" : draw_mark(c->colour));
    }
    sink_put(s, "'/>\n");
}

static void draw_curve(const plot *p, const curve *c) {
    sink *s = p->s;
    rao_series_style style = c->series->style;
    if (c->colour) sink_printf(s, "<g class='c%d'>\n", style_class(c->colour));
    if (style != RAO_SERIES_POINTS) draw_line(s, c);
    if (style == RAO_SERIES_POINTS || style == RAO_SERIES_LINE_POINTS) draw_marks(s, c);
    if (style == RAO_SERIES_LINE && c->rises && !isnan(c->end.y) && c->end.y >= p->top - 1 && c->end.y <= p->bottom + 1)
        sink_printf(s, "<circle class='mark' cx='%g' cy='%g' r='3.25'/>\n", c->end.x, c->end.y);
    if (c->colour) sink_put(s, "</g>\n");
}

static void draw_data(const plot *p) {
    sink *s = p->s;
    int cut = is_set(p->chart->x_range) || is_set(p->chart->y_range);
    double w = p->right - p->left + 8, h = p->bottom - p->top + 8;
    if (cut) sink_printf(s, "<svg x='%g' y='%g' width='%g' height='%g' viewBox='%g %g %g %g'>\n", p->left - 4, p->top - 4, w, h, p->left - 4, p->top - 4, w, h);
    for (int64_t i = 0; i < p->count; i++) {
        const curve *c = &p->curves[i];
        if (!c->band_count) continue;
        sink_printf(s, "<g class='c%d'>", style_class(c->colour ? c->colour : STYLE_COLOURS));
        draw_band(s, c);
        sink_put(s, "</g>\n");
    }
    for (int pass = 0; pass < 2; pass++) /* references below, lines above in their order: the first ends on top */
        for (int64_t i = p->count; i-- > 0;)
            if ((p->curves[i].colour == 0) == (pass == 0)) draw_curve(p, &p->curves[i]);
    if (cut) sink_put(s, "</svg>\n");
}

/* ---- names at the ends ---- */

static rao_status place_labels(plot *p) {
    label_obstacle *obstacles = NULL;
    rao_status st = rao_scratch(p->s->ctx, p->count, &p->labels);
    if (st != RAO_OK || (st = rao_scratch(p->s->ctx, p->count, &obstacles)) != RAO_OK) return st;
    for (int64_t i = 0; i < p->count; i++) {
        const curve *c = &p->curves[i];
        obstacles[i] = (label_obstacle){c->points, c->count};
        if (!is_labelled(p, c) || c->end.y < p->top - 1 || c->end.y > p->bottom + 1) continue;
        p->labels[p->label_count++] = (end_label){c->end.x + 9, c->end.y, c->end.y, label_width(p, c), i, 0};
    }
    label_place(p->labels, p->label_count, obstacles, p->count, p->top + 2, p->bottom - 6);
    return RAO_OK;
}

static void draw_labels(const plot *p) {
    sink *s = p->s;
    for (int64_t k = 0; k < p->label_count; k++) {
        const end_label *l = &p->labels[k];
        const curve *c = &p->curves[l->curve];
        if (!l->shown) continue;
        if (c->colour) sink_printf(s, "<g class='c%d'>", style_class(c->colour));
        if (fabs(l->y - l->end_y) > 6) sink_printf(s, "<path class='lead' d='M%g %gL%g %g'/>", l->x - 5, l->end_y, l->x - 2, l->y);
        draw_text(s, c->colour ? "name" : "refname", l->x, l->y + 4.5, l->width + 1, NAME, c->series->name);
        if (c->colour) sink_put(s, "</g>\n");
    }
}

/* ---- description ---- */

static void describe_number(sink *s, double v) {
    char text[NUMBER_BYTES];
    number_write(v, RAO_NUMBER_GENERAL, 4, text);
    sink_put(s, text);
}

static void describe_series(sink *s, const rao_series *series) {
    int64_t last = series->n - 1, first = 0;
    while (last >= 0 && !isfinite(series->y[last])) last--;
    while (first < last && !isfinite(series->y[first])) first++;
    sink_put(s, " ");
    sink_text(s, draw_has(series->name) ? series->name : "Unnamed");
    sink_printf(s, ": %lld points", (long long)series->n);
    if (last >= 0) {
        sink_put(s, ", from ");
        describe_number(s, series->y[first]);
        sink_put(s, " to ");
        describe_number(s, series->y[last]);
    }
    sink_put(s, ".");
}

static void describe(sink *s, const rao_chart *chart) {
    sink_text(s, draw_has(chart->y_label) ? chart->y_label : "Values");
    sink_put(s, chart->y_scale == RAO_AXIS_LOG ? " (logarithmic axis) against " : " against ");
    sink_text(s, draw_has(chart->x_label) ? chart->x_label : "position");
    sink_put(s, chart->x_scale == RAO_AXIS_LOG ? " (logarithmic axis)." : ".");
    for (int64_t i = 0; i < chart->series_count; i++) describe_series(s, &chart->series[i]);
    if (chart->series_count == 0) sink_put(s, " No series.");
}

/* ---- the whole ---- */

static rao_status draw_plot(plot *p) {
    sink *s = p->s;
    rao_status st = rao_scratch(s->ctx, p->count, &p->curves);
    if (st != RAO_OK) return st;
    for (int64_t i = 0; i < p->count; i++)
        p->curves[i] = (curve){.series = &p->chart->series[i], .colour = chart_colour(p->chart, i), .rises = x_rises(&p->chart->series[i])};
    lay_out(p);
    if ((st = make_curves(p)) != RAO_OK || (st = place_labels(p)) != RAO_OK) return st;
    draw_head(s, p->frame, p->chart->title, p->chart->subtitle);
    legend(p, s, draw_head_height(p->frame, p->chart->title, p->chart->subtitle));
    draw_text(s, "", p->pad, p->top - 14, p->frame->width - 2 * p->pad, TEXT, p->chart->y_label);
    draw_grid(p);
    draw_x_axis(p);
    draw_data(p);
    draw_labels(p);
    if (!p->something) draw_text(s, "mid", (p->left + p->right) / 2, (p->top + p->bottom) / 2, p->right - p->left, TEXT, "no data");
    return RAO_OK;
}

void chart_draw(sink *s, const rao_chart *chart, const draw_frame *f) {
    rao_mark mark = rao_scratch_mark(s->ctx);
    plot p = {.s = s, .chart = chart, .frame = f, .count = chart->series_count, .slim = f->width < 460};
    draw_open(s, f, chart->title);
    describe(s, chart);
    draw_described(s, f, 0);
    sink_fail(s, draw_plot(&p));
    draw_close(s);
    rao_scratch_reset(s->ctx, mark);
}

/* The plot of a chart with equal aspect takes the shape of its data, within reason. */
int chart_height(const rao_chart *chart, const draw_frame *f) {
    double x[2], y[2];
    if (!chart->equal_aspect) return f->width > 600 ? 400 : f->width > 460 ? 350 : 310;
    chart_range(chart, x, y);
    double width = f->width - 45, shape = (y[1] - fmin(y[0], 0.35 * y[1] >= y[0] && y[0] > 0 ? 0 : y[0])) * 1.06 / ((x[1] - x[0]) * 1.08);
    return (int)(110 + width * fmin(fmax(isfinite(shape) ? shape : 1, 0.4), 1));
}

rao_status rao_chart_svg(rao_ctx *ctx, const rao_chart *chart, int width, int height, rao_text *out) {
    rao_status st = chart_check(ctx, chart);
    if (st != RAO_OK) return st;
    if (width < 200 || width > 4000 || height < 200 || height > 4000) return rao_fail(ctx, RAO_EINVAL, "chart: %d x %d units, want 200..4000 each", width, height);
    sink s = sink_open(ctx, out);
    chart_draw(&s, chart, &(draw_frame){width, height, "", ""});
    return sink_close(&s);
}
