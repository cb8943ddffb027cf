/* plot_layout.c - ranges, axes and margins of a chart. The right margin is what the names at the ends of the lines need, and no more. */
#include "report/plot.h"

#include <math.h>

enum { LEGEND_ROW = 20 };

/* ---- legend ---- */

static int has_legend(const plot *p) {
    int named = 0;
    for (int64_t i = 0; i < p->count; i++) named += draw_has(p->curves[i].series->name);
    return named > 1;
}

static double entry_width(const rao_series *series) { return 22 + 7 + draw_text_width(series->name, PLOT_TEXT) + 18; }

/* Calls nothing when `s` is NULL: then only the height is wanted. */
double plot_legend(const plot *p, sink *s, double top) {
    double x = p->pad, y = top, room = p->frame->width - p->pad;
    if (!has_legend(p)) return 0;
    for (int64_t i = 0; i < p->count; i++) {
        const curve *c = &p->curves[i];
        if (!draw_has(c->series->name)) continue;
        if (x > p->pad && x + entry_width(c->series) - 18 > room) x = p->pad, y += LEGEND_ROW;
        if (s) {
            draw_sample(s, c->series, c->colour, x, y + 9);
            draw_text(s, "ink", x + 29, y + 13, room - x - 29, PLOT_TEXT, c->series->name);
        }
        x += entry_width(c->series);
    }
    return y + LEGEND_ROW + 4 - top;
}

/* Names stand at the ends of lines, where there is more than one and the drawing has the width. */
static int is_labelled(const plot *p, const curve *c) {
    return !p->slim && has_legend(p) && c->rises && c->series->style != RAO_SERIES_POINTS && draw_has(c->series->name) && !isnan(c->end.y);
}

/* Bold letters are a tenth wider. */
static double label_width(const plot *p, const curve *c) {
    return fmin(1.1 * draw_text_width(c->series->name, PLOT_NAME), 0.3 * p->frame->width);
}

/* The widest plot that leaves each line's name its room: a line that ends early needs less. */
static void set_right(plot *p) {
    double edge_x = p->frame->width - fmax(p->pad, 1), width = edge_x - p->left - 9;
    for (int64_t i = 0; i < p->count; i++) {
        curve *c = &p->curves[i];
        p->right = p->left + 1000;
        plot_find_end(p, c);
        if (!is_labelled(p, c)) continue;
        double share = fmin(fmax((c->end.x - p->left) / 1000, 0.05), 1);
        width = fmin(width, (edge_x - p->left - 12 - label_width(p, c)) / share);
    }
    p->right = p->left + fmax(width, 60);
}

/* ---- ranges and axes ---- */

static double height_of_label(const char *label, const void *user) {
    (void)label, (void)user;
    return PLOT_TEXT;
}
static double width_of_label(const char *label, const void *user) {
    (void)user;
    return draw_number_width(label, PLOT_TEXT);
}

static int clamp_count(double v, int lo, int hi) { return v < lo ? lo : v > hi ? hi : (int)v; }

int plot_has_marks(const plot *p) { return chart_has_marks(p->chart); }

static void set_ranges(plot *p) {
    p->something = chart_eased_range(p->chart, p->x_range, p->y_range);
    p->whole = p->something && chart_whole_x(p->chart);
}

/* Widens one range until a unit is as long in x as in y. A half plane grows upward only. */
static void equalise(plot *p) {
    double dx = p->x_range[1] - p->x_range[0], dy = p->y_range[1] - p->y_range[0], width = p->right - p->left, height = p->bottom - p->top;
    double unit = fmax(dx > 0 || dy > 0 ? 0 : 1 / width, fmax(dx / width, dy / height)), more_x = unit * width - dx,
           more_y = unit * height - dy;
    p->x_range[0] -= more_x / 2, p->x_range[1] += more_x / 2;
    int half_plane = p->y_range[0] >= 0;
    p->y_range[0] -= half_plane ? 0 : more_y / 2, p->y_range[1] += half_plane ? more_y : more_y / 2;
}

static void make_y_axis(plot *p) {
    int cover = !plot_is_set(p->chart->y_range) && !p->chart->equal_aspect;
    axis_make(&p->y, p->chart->y_scale, p->y_range[0], p->y_range[1], clamp_count((p->bottom - p->top) / 48, 4, 8), cover, 0);
    axis_thin(&p->y, p->bottom - p->top, 4, height_of_label, NULL);
}

static void make_x_axis(plot *p) {
    int cover = p->chart->x_scale == RAO_AXIS_LOG && plot_has_marks(p) && !plot_is_set(p->chart->x_range);
    axis_make(&p->x, p->chart->x_scale, p->x_range[0], p->x_range[1], clamp_count((p->right - p->left) / 85, 4, 9), cover, p->whole);
    axis_thin(&p->x, p->right - p->left, 14, width_of_label, NULL);
}

static double widest_label(const axis *a) {
    double widest = 0;
    for (int i = 0; i < a->count; i++)
        if (a->ticks[i].label[0]) widest = fmax(widest, draw_number_width(a->ticks[i].label, PLOT_TEXT));
    return widest;
}

/* ---- the whole ---- */

void plot_lay_out(plot *p) {
    const rao_chart *chart = p->chart;
    double head = draw_head_height(p->frame, chart->title, chart->subtitle);
    p->pad = draw_alone(p->frame) ? 16 : 0;
    p->top = head + plot_legend(p, NULL, head) + (draw_has(chart->y_label) ? 22 : 0) + 10;
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

/* ---- names at the ends of lines ---- */

rao_status plot_place_labels(plot *p) {
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
