/* chart_data.c - what a chart holds: is it sound, what range does it span, which colour has which series. */
#include "report/draw.h"

#include <math.h>

static rao_status series_check(rao_ctx *ctx, const rao_chart *chart, int64_t i) {
    const rao_series *s = &chart->series[i];
    const char *title = draw_has(chart->title) ? chart->title : "untitled";
    long long k = (long long)i;
    if (s->n < 0) return rao_fail(ctx, RAO_EINVAL, "chart \"%s\": series %lld has n = %lld, want >= 0", title, k, (long long)s->n);
    if (s->n > 0 && !s->y)
        return rao_fail(ctx, RAO_EINVAL, "chart \"%s\": series %lld has %lld points and no y", title, k, (long long)s->n);
    if (!s->lo != !s->hi)
        return rao_fail(ctx, RAO_EINVAL, "chart \"%s\": series %lld has half a band, want both lo and hi or neither", title, k);
    if ((int)s->style < RAO_SERIES_LINE || s->style > RAO_SERIES_REFERENCE)
        return rao_fail(ctx, RAO_EINVAL, "chart \"%s\": series %lld has style %d, want one of rao_series_style", title, k, (int)s->style);
    if (s->colour < 0) return rao_fail(ctx, RAO_EINVAL, "chart \"%s\": series %lld has colour %d, want >= 0", title, k, s->colour);
    if (!s->lo || !s->x) return RAO_OK;
    for (int64_t j = 1; j < s->n; j++)
        if (s->x[j] < s->x[j - 1])
            return rao_fail(ctx, RAO_EINVAL, "chart \"%s\": x of series %lld falls at %lld; a band wants it rising", title, k,
                            (long long)j);
    return RAO_OK;
}

static int scale_known(rao_axis_scale scale) { return scale == RAO_AXIS_LINEAR || scale == RAO_AXIS_LOG; }

rao_status chart_check(rao_ctx *ctx, const rao_chart *chart) {
    if (!chart) return rao_fail(ctx, RAO_EINVAL, "chart: NULL");
    const char *title = draw_has(chart->title) ? chart->title : "untitled";
    if (chart->series_count < 0 || (chart->series_count > 0 && !chart->series))
        return rao_fail(ctx, RAO_EINVAL, "chart \"%s\": %lld series, %s", title, (long long)chart->series_count,
                        chart->series ? "want >= 0" : "and no array of them");
    if (!scale_known(chart->x_scale) || !scale_known(chart->y_scale))
        return rao_fail(ctx, RAO_EINVAL, "chart \"%s\": scales %d and %d, want RAO_AXIS_LINEAR or RAO_AXIS_LOG", title, (int)chart->x_scale,
                        (int)chart->y_scale);
    if (chart->equal_aspect && (chart->x_scale != RAO_AXIS_LINEAR || chart->y_scale != RAO_AXIS_LINEAR))
        return rao_fail(ctx, RAO_EINVAL, "chart \"%s\": equal aspect wants two linear axes", title);
    for (int k = 0; k < 2; k++) {
        const double *range = k ? chart->y_range : chart->x_range;
        if (range[0] > range[1])
            return rao_fail(ctx, RAO_EINVAL, "chart \"%s\": %c_range falls from %g to %g, want it rising", title, "xy"[k], range[0],
                            range[1]);
    }
    for (int64_t i = 0; i < chart->series_count; i++) {
        rao_status st = series_check(ctx, chart, i);
        if (st != RAO_OK) return st;
    }
    return RAO_OK;
}

int chart_colour(const rao_chart *chart, int64_t i) {
    int place = 0;
    if (chart->series[i].style == RAO_SERIES_REFERENCE) return 0;
    if (chart->series[i].colour > 0) return chart->series[i].colour;
    for (int64_t k = 0; k <= i; k++) place += chart->series[k].style != RAO_SERIES_REFERENCE;
    return place;
}

static int has_place(rao_axis_scale scale, double v) { return fabs(v) <= AXIS_HUGE && (scale == RAO_AXIS_LINEAR || v >= AXIS_TINY); }

static void stretch(double range[2], rao_axis_scale scale, double v) {
    if (!has_place(scale, v)) return;
    range[0] = fmin(range[0], v), range[1] = fmax(range[1], v);
}

/* A range that the caller set stands, end by end. */
static void override(double range[2], rao_axis_scale scale, const double set[2]) {
    if (set[0] == set[1]) return;
    if (has_place(scale, set[0])) range[0] = set[0];
    if (has_place(scale, set[1])) range[1] = set[1];
}

static double series_x(const rao_series *s, int64_t j) { return s->x ? s->x[j] : (double)j; }

static int inside(const double set[2], double v) { return set[0] == set[1] || (!(v < set[0]) && !(v > set[1])); }

/* y spans what stands inside a set x range. */
static void series_range(const rao_chart *chart, const rao_series *s, double x[2], double y[2]) {
    for (int64_t j = 0; j < s->n; j++) {
        double v = series_x(s, j);
        if (!has_place(chart->x_scale, v) || !inside(chart->x_range, v)) continue;
        if (has_place(chart->y_scale, s->y[j])) stretch(x, chart->x_scale, v), stretch(y, chart->y_scale, s->y[j]);
        if (s->lo && s->lo[j] <= s->hi[j]) stretch(y, chart->y_scale, s->lo[j]), stretch(y, chart->y_scale, s->hi[j]);
    }
}

int chart_range(const rao_chart *chart, double x[2], double y[2]) {
    x[0] = y[0] = INFINITY, x[1] = y[1] = -INFINITY;
    for (int64_t i = 0; i < chart->series_count; i++) series_range(chart, &chart->series[i], x, y);
    int something = x[0] <= x[1] && y[0] <= y[1];
    override(x, chart->x_scale, chart->x_range);
    override(y, chart->y_scale, chart->y_range);
    for (int k = 0; k < 2; k++) {
        double *range = k ? y : x;
        rao_axis_scale scale = k ? chart->y_scale : chart->x_scale;
        if (!(range[0] <= range[1]) || !has_place(scale, range[0]) || !has_place(scale, range[1]))
            range[0] = scale == RAO_AXIS_LOG ? 0.1 : 0, range[1] = scale == RAO_AXIS_LOG ? 10 : 1;
    }
    return something;
}

int chart_whole_x(const rao_chart *chart) {
    for (int64_t i = 0; i < chart->series_count; i++) {
        const rao_series *s = &chart->series[i];
        for (int64_t j = 0; j < s->n && s->x; j++)
            if (s->x[j] != floor(s->x[j])) return 0;
    }
    return 1;
}

int chart_rises(const rao_series *series) {
    for (int64_t i = 1; series->x && i < series->n; i++)
        if (series->x[i] < series->x[i - 1]) return 0;
    return 1;
}

int chart_has_marks(const rao_chart *chart) {
    for (int64_t i = 0; i < chart->series_count; i++)
        if (chart->series[i].style == RAO_SERIES_POINTS || !chart_rises(&chart->series[i])) return 1;
    return 0;
}

/* A range that nearly reaches zero starts there; what is not a line keeps clear of the frame. */
static void ease(double range[2], double nearly, double margin) {
    double span = range[1] - range[0];
    if (range[0] > 0 && range[0] <= nearly * range[1]) range[0] = 0;
    if (!(margin > 0 && span > 0)) return;
    range[1] += margin * span;
    if (range[0] != 0) range[0] = range[0] > 0 ? fmax(range[0] - margin * span, 0) : range[0] - margin * span;
}

int chart_eased_range(const rao_chart *chart, double x[2], double y[2]) {
    int something = chart_range(chart, x, y), apart = chart->equal_aspect || chart_has_marks(chart);
    if (chart->x_scale == RAO_AXIS_LINEAR && chart->x_range[0] == chart->x_range[1]) ease(x, 0.08, apart ? 0.04 : 0);
    if (chart->y_scale == RAO_AXIS_LINEAR && chart->y_range[0] == chart->y_range[1]) ease(y, 0.35, chart->equal_aspect ? 0.06 : 0);
    return something;
}
