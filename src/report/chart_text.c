/* chart_text.c - a chart in characters. With colours, or for a single series, lines are drawn in braille dots (2 x 4 a character);
 * otherwise each series has a character of its own. */
#include "report/terminal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/draw.h"
#include "report/number.h"

typedef struct canvas {
    sink *s;
    const rao_chart *chart;
    const rao_terminal *term;
    int braille, left, columns, rows; /* characters */
    int fine_x, fine_y;               /* dots a character */
    axis x, y;
    unsigned char *dots; /* braille bits, or 1 */
    short *owner;        /* series + 1 */
} canvas;

static const char marks[] = "*+ox#%@&";

/* ---- dots ---- */

static void set_dot(const canvas *c, long x, long y, int64_t series) {
    static const unsigned char bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    if (x < 0 || y < 0 || x >= (long)c->columns * c->fine_x || y >= (long)c->rows * c->fine_y) return;
    long cell = y / c->fine_y * c->columns + x / c->fine_x;
    c->dots[cell] |= c->braille ? bits[y % 4][x % 2] : 1;
    c->owner[cell] = (short)(series < 32000 ? series + 1 : 32000);
}

/* Steps along the longer side; the ends are inside a bounded square, so a segment is short. */
static void set_segment(const canvas *c, long x0, long y0, long x1, long y1, int64_t series) {
    long dx = labs(x1 - x0), dy = labs(y1 - y0), n = dx > dy ? dx : dy;
    for (long k = 0; k <= n; k++) {
        double t = n ? (double)k / (double)n : 0;
        set_dot(c, lround((double)x0 + t * (double)(x1 - x0)), lround((double)y0 + t * (double)(y1 - y0)), series);
    }
}

static long grid_place(double t, int cells) { return lround(fmin(fmax(t, -1), 2) * (cells - 1)); }

static void draw_series(const canvas *c, int64_t k) {
    const rao_series *series = &c->chart->series[k];
    long last_x = 0, last_y = 0;
    int open = 0;
    for (int64_t i = 0; i < series->n; i++) {
        double tx = axis_place(&c->x, series->x ? series->x[i] : (double)i), ty = axis_place(&c->y, series->y[i]);
        if (isnan(tx) || isnan(ty)) {
            open = 0;
            continue;
        }
        long x = grid_place(tx, c->columns * c->fine_x), y = grid_place(1 - ty, c->rows * c->fine_y);
        if (open && series->style != RAO_SERIES_POINTS) set_segment(c, last_x, last_y, x, y, k);
        else set_dot(c, x, y, k);
        last_x = x, last_y = y, open = 1;
    }
}

/* ---- the frame ---- */

/* The tick whose value lies in a row, or NULL */
static const axis_tick *tick_in_row(const canvas *c, int row) {
    for (int i = 0; i < c->y.count; i++)
        if (c->y.ticks[i].label[0] && lround((1 - axis_place(&c->y, c->y.ticks[i].value)) * (c->rows - 1)) == row) return &c->y.ticks[i];
    return NULL;
}

static void put_braille(sink *s, unsigned char bits) {
    const unsigned code = 0x2800u + bits;
    const char utf8[3] = {(char)(0xE0 | code >> 12), (char)(0x80 | (code >> 6 & 0x3F)), (char)(0x80 | (code & 0x3F))};
    sink_bytes(s, utf8, 3);
}

static int mark_of(const canvas *c, int owner) {
    int colour = chart_colour(c->chart, owner - 1);
    return colour ? marks[(colour - 1) % 8] : '.';
}

static terminal_style style_of(int colour) { return colour ? TERMINAL_PLAIN : TERMINAL_DIM; }

/* Neighbours of one series share their escape sequences. */
static void put_run(const canvas *c, long cell, int count) {
    int owner = c->owner[cell], colour = owner ? chart_colour(c->chart, owner - 1) : 0;
    if (!owner) {
        sink_repeat(c->s, " ", count);
        return;
    }
    terminal_begin(c->s, c->term, style_of(colour), colour);
    for (int i = 0; i < count; i++) {
        if (c->braille) put_braille(c->s, c->dots[cell + i]);
        else sink_printf(c->s, "%c", mark_of(c, owner));
    }
    terminal_end(c->s, c->term, style_of(colour), colour);
}

/* Blanks at the end of a line are not written. */
static void put_row(const canvas *c, int row) {
    sink *s = c->s;
    const axis_tick *tick = tick_in_row(c, row);
    int last = c->columns;
    sink_repeat(s, " ", c->left - 1 - (tick ? text_columns(tick->label) : 0));
    if (tick) sink_put(s, tick->label);
    sink_put(s, c->term->unicode ? tick ? "\xE2\x94\xA4" : "\xE2\x94\x82" : tick ? "+" : "|");
    while (last > 0 && !c->owner[(long)row * c->columns + last - 1]) last--;
    const short *owner = c->owner + (long)row * c->columns;
    for (int from = 0, to; from < last; from = to) {
        for (to = from + 1; to < last && owner[to] == owner[from]; to++) {}
        put_run(c, (long)row * c->columns + from, to - from);
    }
    sink_put(s, "\n");
}

static int column_of(const canvas *c, double value) { return (int)lround(axis_place(&c->x, value) * (c->columns - 1)); }

static const axis_tick *tick_in_column(const canvas *c, int column) {
    for (int i = 0; i < c->x.count; i++)
        if (c->x.ticks[i].label[0] && column_of(c, c->x.ticks[i].value) == column) return &c->x.ticks[i];
    return NULL;
}

static void put_x_axis(const canvas *c) {
    sink *s = c->s;
    int unicode = c->term->unicode, at = -1;
    sink_repeat(s, " ", c->left - 1);
    sink_put(s, unicode ? "\xE2\x94\x94" : "+");
    for (int column = 0; column < c->columns; column++)
        sink_put(s, tick_in_column(c, column) ? unicode ? "\xE2\x94\xAC" : "+" : unicode ? "\xE2\x94\x80" : "-");
    sink_put(s, "\n");
    sink_repeat(s, " ", c->left);
    for (int i = 0, used = 0; i < c->x.count; i++) {
        const axis_tick *t = &c->x.ticks[i];
        int length = (int)strlen(t->label);
        if (!length) continue;
        at = column_of(c, t->value) - length / 2;
        if (at + length > c->columns) at = c->columns - length;
        if (at < used + (used > 0)) at = used + (used > 0);
        if (at + length > c->columns) continue;
        sink_repeat(s, " ", at - used);
        sink_put(s, t->label);
        used = at + length;
    }
    sink_put(s, "\n");
    if (!draw_has(c->chart->x_label)) return;
    int64_t blanks = (c->columns - text_columns(c->chart->x_label)) / 2;
    sink_repeat(s, " ", c->left + (blanks > 0 ? blanks : 0));
    sink_plain(s, c->chart->x_label, c->columns, unicode);
    sink_put(s, "\n");
}

static void put_legend(const canvas *c) {
    sink *s = c->s;
    int64_t used = 0;
    for (int64_t i = 0; i < c->chart->series_count; i++) {
        const char *name = c->chart->series[i].name;
        int colour = chart_colour(c->chart, i);
        if (!draw_has(name)) continue;
        int64_t width = text_columns(name) + 3;
        if (used && used + 2 + width > c->term->width) sink_put(s, "\n"), used = 0;
        if (used) sink_put(s, "  "), used += 2;
        terminal_begin(s, c->term, style_of(colour), colour);
        if (c->braille) sink_put(s, "\xE2\xA0\xA4\xE2\xA0\xA4 ");
        else sink_printf(s, "%c%c ", mark_of(c, (int)i + 1), mark_of(c, (int)i + 1));
        terminal_end(s, c->term, style_of(colour), colour);
        sink_plain(s, name, c->term->width - 3, c->term->unicode);
        used += width;
    }
    if (used) sink_put(s, "\n");
}

/* ---- the whole ---- */

static double label_columns(const char *label, const void *user) {
    (void)user;
    return (double)strlen(label);
}
static double one_row(const char *label, const void *user) {
    (void)label, (void)user;
    return 1;
}

static int widest_label(const axis *a) {
    int widest = 0;
    for (int i = 0; i < a->count; i++)
        if ((int)strlen(a->ticks[i].label) > widest) widest = (int)strlen(a->ticks[i].label);
    return widest;
}

static void lay_out(canvas *c, int height) {
    double x[2], y[2];
    int want = height / 3 < 3 ? 3 : height / 3 > 8 ? 8 : height / 3;
    chart_range(c->chart, x, y);
    axis_make(&c->y, c->chart->y_scale, y[0], y[1], want, c->chart->y_range[0] == c->chart->y_range[1], 0);
    axis_thin(&c->y, height - 1, 0, one_row, NULL);
    c->left = widest_label(&c->y) + 1;
    c->columns = c->term->width - c->left > 4 ? c->term->width - c->left : 4;
    c->rows = height;
    axis_make(&c->x, c->chart->x_scale, x[0], x[1],
              c->columns / 12 < 3   ? 3
              : c->columns / 12 > 9 ? 9
                                    : c->columns / 12,
              0, chart_whole_x(c->chart));
    axis_thin(&c->x, c->columns - 1, 1, label_columns, NULL);
}

static rao_status draw_canvas(canvas *c) {
    int64_t cells = (int64_t)c->columns * c->rows;
    rao_status st = rao_scratch(c->s->ctx, cells, &c->dots);
    if (st != RAO_OK || (st = rao_scratch(c->s->ctx, cells, &c->owner)) != RAO_OK) return st;
    memset(c->dots, 0, (size_t)cells * sizeof *c->dots);
    memset(c->owner, 0, (size_t)cells * sizeof *c->owner);
    for (int64_t k = c->chart->series_count; k-- > 0;) draw_series(c, k);
    for (int row = 0; row < c->rows; row++) put_row(c, row);
    put_x_axis(c);
    return RAO_OK;
}

void chart_terminal(sink *s, const rao_chart *chart, const rao_terminal *t, int height) {
    rao_mark mark = rao_scratch_mark(s->ctx);
    canvas c = {.s = s, .chart = chart, .term = t};
    c.braille = t->unicode && (t->ansi || chart->series_count == 1);
    c.fine_x = c.braille ? 2 : 1, c.fine_y = c.braille ? 4 : 1;
    terminal_line(s, t, TERMINAL_BOLD, chart->title);
    terminal_line(s, t, TERMINAL_DIM, chart->subtitle);
    lay_out(&c, height);
    terminal_line(s, t, TERMINAL_DIM, chart->y_label);
    sink_fail(s, draw_canvas(&c));
    if (chart->series_count > 1) put_legend(&c);
    rao_scratch_reset(s->ctx, mark);
}

rao_status rao_chart_text(rao_ctx *ctx, const rao_chart *chart, const rao_terminal *terminal, int height, rao_text *out) {
    rao_status st = terminal_check(ctx, terminal);
    if (st != RAO_OK || (st = chart_check(ctx, chart)) != RAO_OK) return st;
    if (height < 6 || height > 200) return rao_fail(ctx, RAO_EINVAL, "chart: %d lines, want 6..200", height);
    sink s = sink_open(ctx, out);
    chart_terminal(&s, chart, terminal, height);
    return sink_close(&s);
}
