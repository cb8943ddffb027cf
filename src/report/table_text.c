/* table_text.c - a table for a terminal: aligned, numbers by their decimal points, text columns cut where the terminal is too narrow. */
#include "report/table.h"
#include "report/terminal.h"

#include <string.h>

#include "report/draw.h"

enum { GAP = 2, TEXT_LEAST = 8 };

typedef struct column_plan {
    rao_align align;
    int by_point;
    int64_t whole, tail, width; /* by_point: whole + tail <= width */
    int text;                   /* may be cut */
} column_plan;

typedef struct cell_string {
    char bytes[2 * NUMBER_BYTES + 8];
    const char *text; /* the caller's, or bytes */
} cell_string;

static void write_cell(const rao_table *t, int64_t column, const rao_cell *c, int unicode, cell_string *out) {
    char number[NUMBER_BYTES];
    out->text = out->bytes;
    if (c->kind == RAO_CELL_TEXT) {
        out->text = c->text ? c->text : "";
    } else if (c->kind == RAO_CELL_NUMBER) {
        table_number(t, column, c->value, out->bytes);
    } else if (c->kind == RAO_CELL_RANGE) {
        table_number(t, column, c->value, out->bytes);
        strcat(out->bytes, c->upper < 0 ? " to " : unicode ? "\xE2\x80\x93" : "..");
        table_number(t, column, c->upper, number);
        strcat(out->bytes, number);
    } else {
        strcpy(out->bytes, unicode ? "\xE2\x80\x93" : "-");
    }
}

static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

static int sample_columns(const rao_cell *c, const rao_terminal *term) { return c->colour && term->ansi ? 3 : 0; }

static column_plan plan_column(const rao_table *t, int64_t j, const rao_terminal *term) {
    column_plan p = {.align = table_align(t, j), .by_point = table_by_point(t, j)};
    cell_string string;
    for (int64_t i = 0; i < t->row_count; i++) {
        const rao_cell *c = table_cell(t, i, j);
        write_cell(t, j, c, term->unicode, &string);
        int64_t width = text_columns(string.text) + sample_columns(c, term);
        if (p.by_point && c->kind == RAO_CELL_NUMBER) {
            int whole = number_whole(string.text);
            p.whole = larger(p.whole, whole), p.tail = larger(p.tail, width - whole);
        } else {
            p.width = larger(p.width, width);
        }
        p.text |= c->kind == RAO_CELL_TEXT;
    }
    p.width = larger(larger(p.width, p.whole + p.tail), larger(text_columns(t->columns[j].name), text_columns(t->columns[j].unit)));
    return p;
}

/* Takes columns from the widest column of text until the table fits or every one is at its least. */
static void shrink(column_plan *plans, int64_t count, int64_t width) {
    int64_t total = GAP * (count - 1);
    for (int64_t j = 0; j < count; j++) total += plans[j].width;
    while (total > width) {
        int64_t widest = -1;
        for (int64_t j = 0; j < count; j++)
            if (plans[j].text && plans[j].width > TEXT_LEAST && (widest < 0 || plans[j].width > plans[widest].width)) widest = j;
        if (widest < 0) return;
        plans[widest].width--, total--;
    }
}

/* `text` in `width` columns */
static void put_aligned(sink *s, const rao_terminal *term, const char *text, int64_t width, rao_align align, int last) {
    int64_t blanks = width - text_columns(text);
    if (blanks < 0) blanks = 0;
    int64_t before = align == RAO_ALIGN_RIGHT ? blanks : align == RAO_ALIGN_CENTRE ? blanks / 2 : 0;
    sink_repeat(s, " ", before);
    sink_plain(s, text, width, term->unicode);
    if (!last) sink_repeat(s, " ", blanks - before);
}

static void put_cell(sink *s, const rao_table *t, const rao_terminal *term, int64_t row, int64_t j, const column_plan *p) {
    const rao_cell *c = table_cell(t, row, j);
    cell_string string;
    int64_t width = p->width, last = j == t->column_count - 1;
    write_cell(t, j, c, term->unicode, &string);
    if (sample_columns(c, term)) {
        terminal_begin(s, term, TERMINAL_PLAIN, c->colour);
        sink_put(s, term->unicode ? "\xE2\x94\x81\xE2\x94\x81 " : "-- ");
        terminal_end(s, term, TERMINAL_PLAIN, c->colour);
        width -= 3;
    }
    terminal_begin(s, term, c->strong ? TERMINAL_BOLD : TERMINAL_PLAIN, 0);
    if (p->by_point && c->kind == RAO_CELL_NUMBER) {
        int64_t whole = number_whole(string.text), tail = text_columns(string.text) - whole;
        sink_repeat(s, " ", width - p->tail - whole);
        sink_plain(s, string.text, -1, term->unicode);
        if (!last) sink_repeat(s, " ", p->tail - tail);
    } else {
        put_aligned(s, term, string.text, width, p->align, (int)last);
    }
    terminal_end(s, term, c->strong ? TERMINAL_BOLD : TERMINAL_PLAIN, 0);
    if (!last) sink_repeat(s, " ", GAP);
}

/* Behind the last text of a line there are no blanks. */
static void put_head(sink *s, const rao_table *t, const rao_terminal *term, const column_plan *plans, int units) {
    int64_t last = -1;
    for (int64_t j = 0; j < t->column_count; j++)
        if (draw_has(units ? t->columns[j].unit : t->columns[j].name)) last = j;
    terminal_begin(s, term, units ? TERMINAL_DIM : TERMINAL_BOLD, 0);
    for (int64_t j = 0; j <= last; j++) {
        const char *text = units ? t->columns[j].unit : t->columns[j].name;
        put_aligned(s, term, text ? text : "", plans[j].width, plans[j].align, j == last);
        if (j < last) sink_repeat(s, " ", GAP);
    }
    terminal_end(s, term, units ? TERMINAL_DIM : TERMINAL_BOLD, 0);
    sink_put(s, "\n");
}

static int has_units(const rao_table *t) {
    for (int64_t j = 0; j < t->column_count; j++)
        if (draw_has(t->columns[j].unit)) return 1;
    return 0;
}

static void put_table(sink *s, const rao_table *t, const rao_terminal *term, const column_plan *plans) {
    int64_t total = GAP * (t->column_count - 1);
    for (int64_t j = 0; j < t->column_count; j++) total += plans[j].width;
    put_head(s, t, term, plans, 0);
    if (has_units(t)) put_head(s, t, term, plans, 1);
    terminal_begin(s, term, TERMINAL_DIM, 0);
    sink_repeat(s, term->unicode ? "\xE2\x94\x80" : "-", total);
    terminal_end(s, term, TERMINAL_DIM, 0);
    sink_put(s, "\n");
    for (int64_t i = 0; i < t->row_count && s->st == RAO_OK; i++) {
        for (int64_t j = 0; j < t->column_count; j++) put_cell(s, t, term, i, j, &plans[j]);
        sink_put(s, "\n");
    }
}

void table_terminal(sink *s, const rao_table *t, const rao_terminal *term) {
    rao_mark mark = rao_scratch_mark(s->ctx);
    column_plan *plans = NULL;
    terminal_line(s, term, TERMINAL_BOLD, t->title);
    sink_fail(s, rao_scratch(s->ctx, t->column_count, &plans));
    if (s->st == RAO_OK && t->column_count) {
        for (int64_t j = 0; j < t->column_count; j++) plans[j] = plan_column(t, j, term);
        shrink(plans, t->column_count, term->width);
        put_table(s, t, term, plans);
    }
    terminal_wrap(s, term, TERMINAL_DIM, 0, t->note);
    rao_scratch_reset(s->ctx, mark);
}

rao_status rao_table_text(rao_ctx *ctx, const rao_table *table, const rao_terminal *terminal, rao_text *out) {
    rao_status st = terminal_check(ctx, terminal);
    if (st != RAO_OK || (st = table_check(ctx, table)) != RAO_OK) return st;
    sink s = sink_open(ctx, out);
    table_terminal(&s, table, terminal);
    return sink_close(&s);
}
