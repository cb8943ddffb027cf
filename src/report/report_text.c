/* report_text.c - a report in a terminal. */
#include "report/draw.h"
#include "report/handle.h"
#include "report/table.h"
#include "report/terminal.h"

enum { CHART_LINES = 16, CELLS_SHOWN = 12 };

static void pairs(sink *s, const section *p, const rao_terminal *t) {
    int64_t widest = 0;
    terminal_line(s, t, TERMINAL_BOLD, p->text);
    for (int64_t i = 0; i < p->pair_count; i++) {
        int64_t columns = text_columns(p->pairs[i].key);
        if (columns > widest && columns <= t->width / 2) widest = columns;
    }
    for (int64_t i = 0; i < p->pair_count; i++) {
        int64_t columns = text_columns(p->pairs[i].key);
        terminal_begin(s, t, TERMINAL_DIM, 0);
        sink_plain(s, p->pairs[i].key, -1, t->unicode);
        terminal_end(s, t, TERMINAL_DIM, 0);
        sink_repeat(s, " ", (columns < widest ? widest - columns : 0) + 2);
        sink_plain(s, p->pairs[i].value, -1, t->unicode);
        sink_put(s, "\n");
    }
}

static void bars(sink *s, const rao_bars *b, const rao_terminal *t) {
    rao_mark mark = rao_scratch_mark(s->ctx);
    rao_column columns[3] = {{.name = "", .align = RAO_ALIGN_LEFT},
                             {.name = b->x_label, .style = b->style, .digits = b->digits},
                             {.name = "range", .style = b->style, .digits = b->digits}};
    rao_table table = {.title = b->title, .note = b->subtitle, .column_count = b->lo ? 3 : 2, .row_count = b->n, .columns = columns};
    rao_cell *cells = NULL;
    sink_fail(s, rao_scratch(s->ctx, 3 * b->n, &cells));
    for (int64_t i = 0; i < b->n && s->st == RAO_OK; i++) {
        rao_cell *row = cells + i * table.column_count;
        row[0] = rao_cell_text(b->names[i]), row[1] = rao_cell_number(b->values[i]);
        if (b->lo) row[2] = rao_cell_range(b->lo[i], b->hi[i]);
    }
    table.cells = cells;
    if (s->st == RAO_OK) table_terminal(s, &table, t);
    rao_scratch_reset(s->ctx, mark);
}

static void heatmap(sink *s, const rao_heatmap *m, const rao_terminal *t) {
    terminal_line(s, t, TERMINAL_BOLD, m->title);
    terminal_line(s, t, TERMINAL_DIM, m->subtitle);
    if (m->rows > CELLS_SHOWN || m->cols > CELLS_SHOWN) {
        sink_printf(s, "%lld x %lld values, drawn in the HTML report\n", (long long)m->rows, (long long)m->cols);
        return;
    }
    rao_mark mark = rao_scratch_mark(s->ctx);
    rao_column columns[CELLS_SHOWN + 1] = {{.name = "", .align = RAO_ALIGN_LEFT}};
    rao_table table = {.column_count = m->cols + 1, .row_count = m->rows, .columns = columns};
    rao_cell *cells = NULL;
    for (int64_t j = 0; j < m->cols; j++) columns[j + 1] = (rao_column){.name = m->col_names ? m->col_names[j] : "", .digits = 3};
    sink_fail(s, rao_scratch(s->ctx, m->rows * (m->cols + 1), &cells));
    for (int64_t i = 0; i < m->rows && s->st == RAO_OK; i++) {
        rao_cell *row = cells + i * table.column_count;
        row[0] = rao_cell_text(m->row_names ? m->row_names[i] : "");
        for (int64_t j = 0; j < m->cols; j++) row[j + 1] = rao_cell_number(m->values[i * m->cols + j]);
    }
    table.cells = cells;
    if (s->st == RAO_OK) table_terminal(s, &table, t);
    rao_scratch_reset(s->ctx, mark);
}

static void write_section(sink *s, const section *p, const rao_terminal *t) {
    switch (p->kind) {
    case SECTION_TITLE:
        terminal_line(s, t, TERMINAL_BOLD, p->text);
        terminal_wrap(s, t, TERMINAL_DIM, 0, p->more);
        break;
    case SECTION_HEADING: terminal_line(s, t, TERMINAL_BOLD, p->text); break;
    case SECTION_PARAGRAPH: terminal_wrap(s, t, TERMINAL_PLAIN, 0, p->text); break;
    case SECTION_NOTE: terminal_wrap(s, t, TERMINAL_DIM, 0, p->text); break;
    case SECTION_CODE: terminal_wrap(s, t, TERMINAL_PLAIN, 4, p->text); break;
    case SECTION_PAIRS: pairs(s, p, t); break;
    case SECTION_TABLE: table_terminal(s, &p->as.table, t); break;
    case SECTION_CHART: chart_terminal(s, &p->as.chart, t, CHART_LINES); break;
    case SECTION_BARS: bars(s, &p->as.bars, t); break;
    case SECTION_HEATMAP: heatmap(s, &p->as.heatmap, t); break;
    }
}

rao_status rao_report_text(rao_ctx *ctx, const rao_report *report, const rao_terminal *terminal, rao_text *out) {
    rao_status st = terminal_check(ctx, terminal);
    if (st != RAO_OK) return st;
    if (!report) return rao_fail(ctx, RAO_EINVAL, "report: NULL");
    sink s = sink_open(ctx, out);
    for (const section *p = report->first; p; p = p->next) {
        if (p != report->first) sink_put(&s, "\n");
        write_section(&s, p, terminal);
    }
    return sink_close(&s);
}
