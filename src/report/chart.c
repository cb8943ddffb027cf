/* chart.c - draws a chart. From the top: legend, name of the y axis, the plot, numbers and name of the x axis; names of the lines at their ends
 * on the right. Thin horizontal rules only, so that the data are the darkest thing on the page. */
#include "report/plot.h"

#include <math.h>

#include "report/number.h"
#include "report/style.h"

enum { MARKS_MOST = 120 };

/* ---- the frame ---- */

/* Rules at minor ticks help to read two or three decades; of more they are a veil. */
static int has_fine_rules(const axis *a) {
    int minor = 0;
    for (int i = 0; i < a->count; i++) minor += a->ticks[i].major == 0;
    return minor <= 24;
}

static void draw_grid(const plot *p) {
    sink *s = p->s;
    int fine = has_fine_rules(&p->y) && !plot_has_marks(p);
    for (int i = 0; i < p->y.count; i++) {
        const axis_tick *t = &p->y.ticks[i];
        double y = plot_y(p, t->value);
        if (t->major || fine) sink_printf(s, "<path class='%s' d='M%g %gH%g'/>", t->major ? "grid" : "fine", p->left, y, p->right);
        if (t->label[0]) draw_number(s, "end", p->left - 8, y + 4, t->label);
    }
    if (p->y.scale == RAO_AXIS_LINEAR && p->y.lo < 0 && p->y.hi > 0)
        sink_printf(s, "<path class='axis' stroke-opacity='.6' d='M%g %gH%g'/>\n", p->left, plot_y(p, 0), p->right);
}

static void draw_x_axis(const plot *p) {
    sink *s = p->s;
    for (int i = 0; i < p->x.count; i++) {
        const axis_tick *t = &p->x.ticks[i];
        double x = plot_x(p, t->value), half = draw_number_width(t->label, PLOT_TEXT) / 2;
        if (plot_has_marks(p) && t->major) sink_printf(s, "<path class='grid' d='M%g %gV%g'/>", x, p->top, p->bottom);
        sink_printf(s, "<path class='axis' d='M%g %gv%d'/>", x, p->bottom, t->major ? 5 : 3);
        if (!t->label[0]) continue;
        int overhangs = x + half > p->frame->width && x + half > p->right;
        draw_number(s, overhangs ? "end" : "mid", overhangs ? p->frame->width : x, p->bottom + 19, t->label);
    }
    sink_printf(s, "<path class='axis' d='M%g %gH%g'/>\n", p->left, p->bottom, p->right);
    draw_text(s, "mid", (p->left + p->right) / 2, p->bottom + 39, p->right - p->left, PLOT_TEXT, p->chart->x_label);
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

/* Crowds lie behind, references on them, and what can be told apart on top. */
static int layer_of(const curve *c) { return c->series->style == RAO_SERIES_POINTS && c->count > MARKS_MOST ? 0 : c->colour == 0 ? 1 : 2; }

static void draw_data(const plot *p) {
    sink *s = p->s;
    int cut = plot_is_set(p->chart->x_range) || plot_is_set(p->chart->y_range);
    double w = p->right - p->left + 8, h = p->bottom - p->top + 8;
    if (cut)
        sink_printf(s, "<svg x='%g' y='%g' width='%g' height='%g' viewBox='%g %g %g %g'>\n", p->left - 4, p->top - 4, w, h, p->left - 4,
                    p->top - 4, w, h);
    for (int64_t i = 0; i < p->count; i++) {
        const curve *c = &p->curves[i];
        if (!c->band_count) continue;
        sink_printf(s, "<g class='c%d'>", style_class(c->colour ? c->colour : STYLE_COLOURS));
        draw_band(s, c);
        sink_put(s, "</g>\n");
    }
    for (int layer = 0; layer < 3; layer++) /* in their order from behind: the first ends on top */
        for (int64_t i = p->count; i-- > 0;)
            if (layer_of(&p->curves[i]) == layer) draw_curve(p, &p->curves[i]);
    if (cut) sink_put(s, "</svg>\n");
}

/* ---- names at the ends ---- */

static void draw_labels(const plot *p) {
    sink *s = p->s;
    for (int64_t k = 0; k < p->label_count; k++) {
        const end_label *l = &p->labels[k];
        const curve *c = &p->curves[l->curve];
        if (!l->shown) continue;
        if (c->colour) sink_printf(s, "<g class='c%d'>", style_class(c->colour));
        if (fabs(l->y - l->end_y) > 6) sink_printf(s, "<path class='lead' d='M%g %gL%g %g'/>", l->x - 5, l->end_y, l->x - 2, l->y);
        draw_text(s, c->colour ? "name" : "refname", l->x, l->y + 4.5, l->width + 1, PLOT_NAME, c->series->name);
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
    rao_status st;
    RAO_TRY(plot_make_curves(p));
    plot_lay_out(p);
    RAO_TRY(plot_thin_curves(p));
    RAO_TRY(plot_place_labels(p));
    draw_head(s, p->frame, p->chart->title, p->chart->subtitle);
    plot_legend(p, s, draw_head_height(p->frame, p->chart->title, p->chart->subtitle));
    draw_text(s, "", p->pad, p->top - 14, p->frame->width - 2 * p->pad, PLOT_TEXT, p->chart->y_label);
    draw_grid(p);
    draw_x_axis(p);
    draw_data(p);
    draw_labels(p);
    if (!p->something) draw_text(s, "mid", (p->left + p->right) / 2, (p->top + p->bottom) / 2, p->right - p->left, PLOT_TEXT, "no data");
done:
    return st;
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
    chart_eased_range(chart, x, y);
    double width = f->width - 45, shape = (y[1] - y[0]) / (x[1] - x[0]);
    return (int)(110 + width * fmin(fmax(isnan(shape) ? 1 : shape, 0.4), 1));
}

rao_status rao_chart_svg(rao_ctx *ctx, const rao_chart *chart, int width, int height, rao_text *out) {
    rao_status st = chart_check(ctx, chart);
    if (st != RAO_OK) return st;
    if (width < 200 || width > 4000 || height < 200 || height > 4000)
        return rao_fail(ctx, RAO_EINVAL, "chart: %d x %d units, want 200..4000 each", width, height);
    sink s = sink_open(ctx, out);
    chart_draw(&s, chart, &(draw_frame){width, height, "", ""});
    return sink_close(&s);
}
