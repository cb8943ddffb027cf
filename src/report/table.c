/* table.c - a table: validity, alignment, and the HTML of it. Numbers of a column stand by their decimal points: what follows the point sits
 * in a box as wide as the widest of the column. */
#include "report/table.h"

#include <math.h>
#include <string.h>

#include "report/draw.h"
#include "report/style.h"

static rao_status cell_check(rao_ctx *ctx, const rao_table *t, int64_t row, int64_t column) {
    const rao_cell *c = table_cell(t, row, column);
    if ((int)c->kind < RAO_CELL_NONE || c->kind > RAO_CELL_RANGE)
        return rao_fail(ctx, RAO_EINVAL, "table: cell (%lld, %lld) has kind %d, want one of rao_cell_kind", (long long)row,
                        (long long)column, (int)c->kind);
    if (c->colour < 0)
        return rao_fail(ctx, RAO_EINVAL, "table: cell (%lld, %lld) has colour %d, want >= 0", (long long)row, (long long)column, c->colour);
    return RAO_OK;
}

rao_status table_check(rao_ctx *ctx, const rao_table *t) {
    if (!t) return rao_fail(ctx, RAO_EINVAL, "table: NULL");
    if (t->column_count < 0 || t->row_count < 0)
        return rao_fail(ctx, RAO_EINVAL, "table: %lld rows and %lld columns, want >= 0", (long long)t->row_count,
                        (long long)t->column_count);
    int64_t cells = 0;
    rao_status st = rao_size_mul(ctx, "table", t->row_count, t->column_count, &cells);
    if (st != RAO_OK) return st;
    if ((t->column_count && !t->columns) || (cells && !t->cells))
        return rao_fail(ctx, RAO_EINVAL, "table: no array of %s", t->columns ? "cells" : "columns");
    for (int64_t j = 0; j < t->column_count; j++) {
        if ((int)t->columns[j].align < RAO_ALIGN_AUTO || t->columns[j].align > RAO_ALIGN_CENTRE)
            return rao_fail(ctx, RAO_EINVAL, "table: column %lld has align %d, want one of rao_align", (long long)j,
                            (int)t->columns[j].align);
        if ((st = number_check(ctx, "table", t->columns[j].style, t->columns[j].digits)) != RAO_OK) return st;
    }
    for (int64_t k = 0; k < cells; k++)
        if ((st = cell_check(ctx, t, k / t->column_count, k % t->column_count)) != RAO_OK) return st;
    return RAO_OK;
}

static int column_has(const rao_table *t, int64_t column, rao_cell_kind kind) {
    for (int64_t i = 0; i < t->row_count; i++)
        if (table_cell(t, i, column)->kind == kind) return 1;
    return 0;
}

rao_align table_align(const rao_table *t, int64_t column) {
    if (t->columns[column].align != RAO_ALIGN_AUTO) return t->columns[column].align;
    int numbers = column_has(t, column, RAO_CELL_NUMBER) || column_has(t, column, RAO_CELL_RANGE);
    return column_has(t, column, RAO_CELL_TEXT) || !numbers ? RAO_ALIGN_LEFT : RAO_ALIGN_RIGHT;
}

int table_by_point(const rao_table *t, int64_t column) {
    return table_align(t, column) == RAO_ALIGN_RIGHT && !column_has(t, column, RAO_CELL_RANGE);
}

void table_number(const rao_table *t, int64_t column, double value, char out[NUMBER_BYTES]) {
    number_write(value, t->columns[column].style, t->columns[column].digits, out);
}

/* ---- HTML ---- */

/* In the width of a digit, as number_markup sets it. */
static double tail_width(const char *number) {
    const char *tail = number + number_whole(number), *exponent = strchr(tail, 'e');
    double width = 0;
    for (const char *p = tail; *p && p != exponent; p++) width += *p == '.' ? 0.5 : *p == ' ' ? 0.45 : *p == '%' || *p == 'm' ? 1.4 : 1;
    return exponent ? width + 3.1 + 0.75 * (double)strlen(exponent + 1) : width;
}

static double widest_tail(const rao_table *t, int64_t column) {
    char text[NUMBER_BYTES];
    double widest = 0;
    for (int64_t i = 0; i < t->row_count; i++) {
        const rao_cell *c = table_cell(t, i, column);
        if (c->kind != RAO_CELL_NUMBER) continue;
        table_number(t, column, c->value, text);
        widest = fmax(widest, tail_width(text));
    }
    return widest;
}

static void put_by_point(sink *s, const char *number, double tail) {
    char whole[NUMBER_BYTES];
    int length = number_whole(number);
    if (strchr(number, 'e')) length = 0; /* a power of ten does not split: all of it is tail, and the box gives way */
    if (length == 0 || tail <= 0) {
        number_markup(s, number, 0);
        return;
    }
    memcpy(whole, number, (size_t)length);
    whole[length] = 0;
    number_markup(s, whole, 0);
    sink_printf(s, "<i style='width:%gch'>", tail);
    sink_text(s, number + length);
    sink_put(s, "</i>");
}

static void put_number(sink *s, const rao_table *t, int64_t column, double value, double tail) {
    char text[NUMBER_BYTES];
    table_number(t, column, value, text);
    put_by_point(s, text, tail);
}

static void put_key(sink *s, int colour) {
    if (!colour) return;
    sink_printf(s, "<svg class='rao key c%d' viewBox='0 0 26 8' aria-hidden='true'><path class='line' d='M0 4h26'", style_class(colour));
    if (*style_dash(colour)) sink_printf(s, " stroke-dasharray='%s'", style_dash(colour));
    sink_put(s, "/></svg>");
}

static void put_cell(sink *s, const rao_table *t, int64_t column, const rao_cell *c, double tail) {
    put_key(s, c->colour);
    if (c->kind == RAO_CELL_TEXT) {
        sink_text(s, c->text);
    } else if (c->kind == RAO_CELL_NUMBER) {
        put_number(s, t, column, c->value, tail);
    } else if (c->kind == RAO_CELL_RANGE) {
        put_number(s, t, column, c->value, 0);
        sink_put(s, c->upper < 0 ? " to " : "\xE2\x80\x93");
        put_number(s, t, column, c->upper, 0);
    } else {
        sink_put(s, "<span class='no'>\xE2\x80\x93</span>");
    }
}

static void put_class(sink *s, rao_align align, int strong) {
    const char *side = align == RAO_ALIGN_RIGHT ? "r" : align == RAO_ALIGN_CENTRE ? "m" : "";
    if (*side || strong) sink_printf(s, " class='%s%s%s'", side, *side && strong ? " " : "", strong ? "b" : "");
}

static void put_head(sink *s, const rao_table *t) {
    sink_put(s, "<thead><tr>");
    for (int64_t j = 0; j < t->column_count; j++) {
        sink_put(s, "<th scope='col'");
        put_class(s, table_align(t, j), 0);
        sink_put(s, ">");
        sink_text(s, t->columns[j].name);
        if (draw_has(t->columns[j].unit)) {
            sink_put(s, "<small>");
            sink_text(s, t->columns[j].unit);
            sink_put(s, "</small>");
        }
        sink_put(s, "</th>");
    }
    sink_put(s, "</tr></thead>\n");
}

/* The first column names the row. */
static void put_row(sink *s, const rao_table *t, int64_t row, const double *tails) {
    sink_put(s, "<tr>");
    for (int64_t j = 0; j < t->column_count; j++) {
        const rao_cell *c = table_cell(t, row, j);
        int names = j == 0 && c->kind == RAO_CELL_TEXT;
        sink_put(s, names ? "<th scope='row'" : "<td");
        put_class(s, table_align(t, j), c->strong);
        sink_put(s, ">");
        put_cell(s, t, j, c, tails[j]);
        sink_put(s, names ? "</th>" : "</td>");
    }
    sink_put(s, "</tr>\n");
}

void table_html(sink *s, const rao_table *t) {
    rao_mark mark = rao_scratch_mark(s->ctx);
    double *tails = NULL;
    sink_fail(s, rao_scratch(s->ctx, t->column_count, &tails));
    if (s->st == RAO_OK) {
        for (int64_t j = 0; j < t->column_count; j++) tails[j] = table_by_point(t, j) ? widest_tail(t, j) : 0;
        sink_put(s, "<div class='scroll' role='region' tabindex='0' aria-label='");
        sink_text(s, draw_has(t->title) ? t->title : "Table");
        sink_put(s, "'>\n<table>\n");
        if (draw_has(t->title)) sink_put(s, "<caption><b>"), sink_text(s, t->title), sink_put(s, "</b></caption>\n");
        put_head(s, t);
        sink_put(s, "<tbody>\n");
        for (int64_t i = 0; i < t->row_count; i++) put_row(s, t, i, tails);
        sink_put(s, "</tbody>\n</table>\n</div>\n");
        if (draw_has(t->note)) sink_put(s, "<p class='note'>"), sink_text(s, t->note), sink_put(s, "</p>\n");
    }
    rao_scratch_reset(s->ctx, mark);
}
