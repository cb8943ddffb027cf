/* heatmap.c - a matrix as colour: 16 steps of a perceptually even scale, drawn as one path a step in units of cells, equal neighbours joined. */
#include "report/draw.h"

#include <math.h>
#include <string.h>

#include "report/number.h"
#include "report/style.h"

enum { TEXT = 12, CELLS_MOST = 64, CELL_LARGEST = 40, GAPS_MOST = 24 };

rao_status heatmap_check(rao_ctx *ctx, const rao_heatmap *m) {
    int64_t cells = 0;
    if (!m) return rao_fail(ctx, RAO_EINVAL, "heat map: NULL");
    rao_status st = rao_size_mul(ctx, "heat map", m->rows, m->cols, &cells);
    if (st != RAO_OK) return st;
    if (cells && !m->values)
        return rao_fail(ctx, RAO_EINVAL, "heat map: %lld x %lld cells and no values", (long long)m->rows, (long long)m->cols);
    if ((int)m->scale < RAO_HEAT_SEQUENTIAL || m->scale > RAO_HEAT_LOG)
        return rao_fail(ctx, RAO_EINVAL, "heat map: scale = %d, want one of rao_heat_scale", (int)m->scale);
    for (int k = 0; k < 2; k++) {
        const double *range = k ? m->y_range : m->x_range;
        if (!(range[0] <= range[1]) || !(fabs(range[0]) <= AXIS_HUGE) || !(fabs(range[1]) <= AXIS_HUGE))
            return rao_fail(ctx, RAO_EINVAL, "heat map: %c_range is %g to %g, want it finite and rising", "xy"[k], range[0], range[1]);
    }
    return RAO_OK;
}

typedef struct heat_plot {
    sink *s;
    const rao_heatmap *m;
    const draw_frame *f;
    int rows, cols; /* drawn */
    int upward;     /* row 0 at the bottom */
    double lo, hi;  /* of the scale: the values, or their logarithms */
    double pad, left, top, width, height;
    signed char *step; /* -1: blank */
} heat_plot;

static int is_set(const double range[2]) { return range[0] != range[1]; }

static int drawn(int64_t n) { return n < CELLS_MOST ? (int)n : CELLS_MOST; }

static double scaled(const rao_heatmap *m, double v) {
    if (!(fabs(v) <= AXIS_HUGE) || (m->scale == RAO_HEAT_LOG && !(v >= AXIS_TINY))) return NAN;
    return m->scale == RAO_HEAT_LOG ? log10(v) : v;
}

/* The mean of the scaled values of one drawn cell's block; NaN when it has none. */
static double block_mean(const heat_plot *p, int row, int col) {
    const rao_heatmap *m = p->m;
    double sum = 0, count = 0;
    for (int64_t i = m->rows * row / p->rows; i < m->rows * (row + 1) / p->rows; i++)
        for (int64_t j = m->cols * col / p->cols; j < m->cols * (col + 1) / p->cols; j++) {
            double v = scaled(m, m->values[i * m->cols + j]);
            if (isnan(v)) continue;
            count++;
            sum += (v - sum) / count; /* a running mean cannot overflow */
        }
    if (count == 0) return NAN;
    return sum;
}

static void set_scale(heat_plot *p, const double *means) {
    p->lo = INFINITY, p->hi = -INFINITY;
    for (int k = 0; k < p->rows * p->cols; k++)
        if (!isnan(means[k])) p->lo = fmin(p->lo, means[k]), p->hi = fmax(p->hi, means[k]);
    if (!(p->lo <= p->hi)) p->lo = p->hi = 0;
    if (p->m->scale == RAO_HEAT_DIVERGING) p->hi = fmax(fabs(p->lo), fabs(p->hi)), p->lo = -p->hi;
}

static int step_of(const heat_plot *p, double v) {
    if (isnan(v)) return -1;
    double t = p->hi > p->lo ? (v / 2 - p->lo / 2) / (p->hi / 2 - p->lo / 2) : 0.5;
    int k = (int)(t * STYLE_HEAT);
    return k < 0 ? 0 : k >= STYLE_HEAT ? STYLE_HEAT - 1 : k;
}

static rao_status make_steps(heat_plot *p) {
    double *means = NULL;
    rao_status st = rao_scratch(p->s->ctx, (int64_t)p->rows * p->cols, &p->step);
    if (st != RAO_OK || (st = rao_scratch(p->s->ctx, (int64_t)p->rows * p->cols, &means)) != RAO_OK) return st;
    for (int i = 0; i < p->rows; i++)
        for (int j = 0; j < p->cols; j++) means[i * p->cols + j] = block_mean(p, i, j);
    set_scale(p, means);
    for (int k = 0; k < p->rows * p->cols; k++) p->step[k] = (signed char)step_of(p, means[k]);
    return RAO_OK;
}

/* ---- layout ---- */

static void index_name(int64_t i, char out[NUMBER_BYTES]) { number_decimal(i, 0, out); }

static double row_room(const rao_heatmap *m, const draw_frame *f) {
    double widest = 0;
    axis a;
    if (m->row_names)
        for (int64_t i = 0; i < m->rows; i++) widest = fmax(widest, draw_text_width(m->row_names[i], TEXT));
    else if (is_set(m->y_range)) {
        axis_linear(&a, m->y_range[0], m->y_range[1], 5, 0, 0);
        for (int i = 0; i < a.count; i++) widest = fmax(widest, draw_number_width(a.ticks[i].label, TEXT));
    } else {
        char text[NUMBER_BYTES];
        index_name(m->rows, text);
        widest = draw_number_width(text, TEXT);
    }
    return fmin(widest, 0.3 * f->width) + 8;
}

static double head_height(const rao_heatmap *m, const draw_frame *f) {
    return draw_head_height(f, m->title, m->subtitle) + (draw_has(m->value_label) ? 40 : 24) + (draw_has(m->y_label) ? 28 : 0);
}

static double foot_height(const rao_heatmap *m, const draw_frame *f) {
    return 24 + (draw_has(m->x_label) ? 20 : 0) + (draw_alone(f) ? 12 : 2);
}

static void plot_size(const rao_heatmap *m, const draw_frame *f, double *width, double *height) {
    double pad = draw_alone(f) ? 16 : 0, room = f->width - 2 * pad - row_room(m, f) - 8;
    int rows = drawn(m->rows), cols = drawn(m->cols);
    double cell = fmin(room / fmax(cols, 1), CELL_LARGEST);
    *width = cell * fmax(cols, 1);
    double square = is_set(m->x_range) && is_set(m->y_range) ? *width * 0.75 : cell * rows; /* a plane has no natural cell */
    *height = fmin(fmax(square, 24), 0.95 * f->width);
}

int heatmap_height(const rao_heatmap *m, const draw_frame *f) {
    double width, height;
    plot_size(m, f, &width, &height);
    return (int)ceil(head_height(m, f) + height + foot_height(m, f));
}

/* ---- drawing ---- */

static void draw_key(const heat_plot *p, double top) {
    sink *s = p->s;
    int base = p->m->scale == RAO_HEAT_DIVERGING ? STYLE_HEAT : 0, logs = p->m->scale == RAO_HEAT_LOG;
    double x = p->pad, width = 160;
    char text[NUMBER_BYTES];
    draw_text(s, "ink", x, top + 10, p->f->width - 2 * p->pad, TEXT, p->m->value_label);
    top += draw_has(p->m->value_label) ? 16 : 0;
    number_write(logs ? pow(10, p->lo) : p->lo, RAO_NUMBER_GENERAL, 3, text);
    draw_number(s, "", x, top + 10, text);
    x += draw_number_width(text, TEXT) + 8;
    for (int k = 0; k < STYLE_HEAT; k++)
        sink_printf(s, "<rect class='q%d' x='%g' y='%g' width='%g' height='10' shape-rendering='crispEdges'/>", base + k,
                    x + k * width / STYLE_HEAT, top + 1, width / STYLE_HEAT);
    number_write(logs ? pow(10, p->hi) : p->hi, RAO_NUMBER_GENERAL, 3, text);
    draw_number(s, "", x + width + 8, top + 10, text);
}

static int page_row(const heat_plot *p, int row) { return p->upward ? p->rows - 1 - row : row; }

/* The runs of one step, row by row: "M3 5h2v1h-2z" in units of cells. */
static void put_step(const heat_plot *p, int step) {
    sink *s = p->s;
    int open = 0, base = p->m->scale == RAO_HEAT_DIVERGING ? STYLE_HEAT : 0;
    for (int i = 0; i < p->rows; i++)
        for (int j = 0, end; j < p->cols; j = end) {
            const signed char *row = p->step + i * p->cols;
            for (end = j + 1; end < p->cols && row[end] == row[j]; end++) {}
            if (row[j] != step) continue;
            if (!open) sink_printf(s, "<path class='q%d' d='", base + step), open = 1;
            sink_printf(s, "M%d %dh%dv1h-%dz", j, page_row(p, i), end - j, end - j);
        }
    if (open) sink_put(s, "'/>\n");
}

static void draw_cells(const heat_plot *p) {
    sink *s = p->s;
    sink_printf(s, "<rect class='blank' x='%g' y='%g' width='%g' height='%g'/>\n", p->left, p->top, p->width, p->height);
    sink_printf(s,
                "<svg x='%g' y='%g' width='%g' height='%g' viewBox='0 0 %d %d' preserveAspectRatio='none' shape-rendering='crispEdges'>\n",
                p->left, p->top, p->width, p->height, p->cols, p->rows);
    for (int step = 0; step < STYLE_HEAT; step++) put_step(p, step);
    sink_put(s, "</svg>\n");
    if (p->rows > GAPS_MOST || p->cols > GAPS_MOST) return;
    sink_put(s, "<path class='gap' d='");
    for (int i = 1; i < p->rows; i++) sink_printf(s, "M%g %gH%g", p->left, p->top + p->height * i / p->rows, p->left + p->width);
    for (int j = 1; j < p->cols; j++) sink_printf(s, "M%g %gV%g", p->left + p->width * j / p->cols, p->top, p->top + p->height);
    sink_put(s, "'/>\n");
}

typedef struct side {
    int64_t n;
    const char *const *names;
    const double *range;
} side;

/* Calls put(position in 0..1, name or number) for what stands along one side, `room` of the names' extents apart. */
static void along(const heat_plot *p, const side *d, double length, double extent,
                  void (*put)(const heat_plot *p, double t, const char *name, const char *number)) {
    char text[NUMBER_BYTES];
    if (!d->names && is_set(d->range)) {
        axis a;
        axis_linear(&a, d->range[0], d->range[1], (int)fmin(fmax(length / 80, 4), 8), 0, 0);
        for (int i = 0; i < a.count; i++) put(p, axis_place(&a, a.ticks[i].value), NULL, a.ticks[i].label);
        return;
    }
    int64_t stride = (int64_t)ceil(extent / (length / fmax((double)d->n, 1)));
    for (int64_t i = 0; i < d->n; i += stride < 1 ? 1 : stride) {
        index_name(i, text);
        put(p, ((double)i + 0.5) / (double)d->n, d->names ? (d->names[i] ? d->names[i] : "") : NULL, text);
    }
}

static void put_row_name(const heat_plot *p, double t, const char *name, const char *number) {
    double y = p->top + p->height * (p->upward ? 1 - t : t) + 4;
    if (name) draw_text(p->s, "end", p->left - 8, y, p->left - 8 - p->pad + 1, TEXT, name);
    else draw_number(p->s, "end", p->left - 8, y, number);
}

static void put_column_name(const heat_plot *p, double t, const char *name, const char *number) {
    double x = p->left + p->width * t, y = p->top + p->height + 17;
    if (name) draw_text(p->s, "mid", x, y, p->width, TEXT, name);
    else draw_number(p->s, "mid", x, y, number);
}

static double widest_column(const rao_heatmap *m) {
    double widest = 0;
    char text[NUMBER_BYTES];
    index_name(m->cols, text);
    for (int64_t j = 0; m->col_names && j < m->cols; j++) widest = fmax(widest, draw_text_width(m->col_names[j], TEXT));
    return m->col_names ? widest : draw_number_width(text, TEXT);
}

static void describe(sink *s, const rao_heatmap *m) {
    sink_text(s, draw_has(m->value_label) ? m->value_label : "Values");
    sink_printf(s, ": %lld rows by %lld columns of colour.", (long long)m->rows, (long long)m->cols);
}

static rao_status draw_all(heat_plot *p) {
    const rao_heatmap *m = p->m;
    rao_status st = make_steps(p);
    if (st != RAO_OK) return st;
    p->pad = draw_alone(p->f) ? 16 : 0;
    p->left = p->pad + row_room(m, p->f), p->top = head_height(m, p->f);
    plot_size(m, p->f, &p->width, &p->height);
    draw_key(p, draw_head(p->s, p->f, m->title, m->subtitle));
    draw_text(p->s, "", p->pad, p->top - 14, p->f->width - 2 * p->pad, TEXT, m->y_label);
    draw_cells(p);
    along(p, &(side){m->rows, m->row_names, m->y_range}, p->height, TEXT + 3, put_row_name);
    along(p, &(side){m->cols, m->col_names, m->x_range}, p->width, widest_column(m) + 8, put_column_name);
    draw_text(p->s, "mid", p->left + p->width / 2, p->top + p->height + 38, p->width, TEXT, m->x_label);
    return RAO_OK;
}

void heatmap_draw(sink *s, const rao_heatmap *m, const draw_frame *f) {
    rao_mark mark = rao_scratch_mark(s->ctx);
    heat_plot p = {.s = s, .m = m, .f = f, .rows = drawn(m->rows), .cols = drawn(m->cols), .upward = is_set(m->y_range)};
    draw_open(s, f, m->title);
    describe(s, m);
    draw_described(s, f, 1);
    if (p.rows && p.cols) sink_fail(s, draw_all(&p));
    else draw_text(s, "", 16, f->height / 2.0, f->width, TEXT, "no data");
    draw_close(s);
    rao_scratch_reset(s->ctx, mark);
}

rao_status rao_heatmap_svg(rao_ctx *ctx, const rao_heatmap *map, int width, rao_text *out) {
    rao_status st = heatmap_check(ctx, map);
    if (st != RAO_OK) return st;
    if (width < 200 || width > 4000) return rao_fail(ctx, RAO_EINVAL, "heat map: width %d, want 200..4000", width);
    sink s = sink_open(ctx, out);
    draw_frame f = {width, 0, "", ""};
    f.height = heatmap_height(map, &f);
    heatmap_draw(&s, map, &f);
    return sink_close(&s);
}
