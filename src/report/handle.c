/* handle.c - building a report: every addition is checked, copied whole, and only then linked in. */
#include "report/handle.h"

#include <string.h>

#include "report/draw.h"
#include "report/table.h"

typedef struct section_block {
    struct section_block *next;
    _Alignas(16) char bytes[];
} section_block;

/* ---- copies ---- */

/* A section under construction; the first failure sticks. */
typedef struct copier {
    rao_ctx *ctx;
    section *section;
    rao_status st;
} copier;

static void *copy_bytes(copier *c, const void *from, int64_t count, size_t size) {
    section_block *block = NULL;
    int64_t bytes = 0;
    if (c->st != RAO_OK || !from) return NULL;
    c->st = rao_size_mul(c->ctx, "report", count, (int64_t)size, &bytes);
    if (c->st == RAO_OK) c->st = rao_alloc_bytes(c->ctx, bytes + (int64_t)sizeof *block, 1, (void **)&block);
    if (c->st != RAO_OK) return NULL;
    if (bytes) memcpy(block->bytes, from, (size_t)bytes);
    block->next = c->section->blocks;
    c->section->blocks = block;
    return block->bytes;
}

static const char *copy_text(copier *c, const char *text) { return text ? copy_bytes(c, text, (int64_t)strlen(text) + 1, 1) : NULL; }

static const double *copy_reals(copier *c, const double *from, int64_t n) { return copy_bytes(c, from, n, sizeof *from); }

static const char *const *copy_names(copier *c, const char *const *from, int64_t n) {
    const char **names = copy_bytes(c, from, n, sizeof *from);
    for (int64_t i = 0; names && i < n; i++) names[i] = copy_text(c, from[i]);
    return names;
}

static void copy_series(copier *c, rao_series *s) {
    s->name = copy_text(c, s->name);
    s->x = copy_reals(c, s->x, s->n), s->y = copy_reals(c, s->y, s->n);
    s->lo = copy_reals(c, s->lo, s->n), s->hi = copy_reals(c, s->hi, s->n);
}

static void copy_chart(copier *c, rao_chart *chart) {
    chart->title = copy_text(c, chart->title), chart->subtitle = copy_text(c, chart->subtitle);
    chart->x_label = copy_text(c, chart->x_label), chart->y_label = copy_text(c, chart->y_label);
    rao_series *series = copy_bytes(c, chart->series, chart->series_count, sizeof *series);
    for (int64_t i = 0; series && i < chart->series_count; i++) copy_series(c, &series[i]);
    chart->series = series;
}

static void copy_bars(copier *c, rao_bars *b) {
    b->title = copy_text(c, b->title), b->subtitle = copy_text(c, b->subtitle), b->x_label = copy_text(c, b->x_label);
    b->names = copy_names(c, b->names, b->n);
    b->values = copy_reals(c, b->values, b->n), b->lo = copy_reals(c, b->lo, b->n), b->hi = copy_reals(c, b->hi, b->n);
    b->colours = copy_bytes(c, b->colours, b->n, sizeof *b->colours);
}

static void copy_heatmap(copier *c, rao_heatmap *m) {
    m->title = copy_text(c, m->title), m->subtitle = copy_text(c, m->subtitle);
    m->x_label = copy_text(c, m->x_label), m->y_label = copy_text(c, m->y_label), m->value_label = copy_text(c, m->value_label);
    m->values = copy_reals(c, m->values, m->rows * m->cols);
    m->row_names = copy_names(c, m->row_names, m->rows), m->col_names = copy_names(c, m->col_names, m->cols);
}

static void copy_table(copier *c, rao_table *t) {
    t->title = copy_text(c, t->title), t->note = copy_text(c, t->note);
    rao_column *columns = copy_bytes(c, t->columns, t->column_count, sizeof *columns);
    for (int64_t j = 0; columns && j < t->column_count; j++)
        columns[j].name = copy_text(c, columns[j].name), columns[j].unit = copy_text(c, columns[j].unit);
    rao_cell *cells = copy_bytes(c, t->cells, t->row_count * t->column_count, sizeof *cells);
    for (int64_t k = 0; cells && k < t->row_count * t->column_count; k++) cells[k].text = copy_text(c, cells[k].text);
    t->columns = columns, t->cells = cells;
}

static void copy_pairs(copier *c, section *s) {
    rao_pair *pairs = copy_bytes(c, s->pairs, s->pair_count, sizeof *pairs);
    for (int64_t i = 0; pairs && i < s->pair_count; i++)
        pairs[i].key = copy_text(c, pairs[i].key), pairs[i].value = copy_text(c, pairs[i].value);
    s->pairs = pairs;
}

static void copy_section(copier *c, section *s) {
    s->text = copy_text(c, s->text), s->more = copy_text(c, s->more);
    switch (s->kind) {
    case SECTION_PAIRS: copy_pairs(c, s); break;
    case SECTION_TABLE: copy_table(c, &s->as.table); break;
    case SECTION_CHART: copy_chart(c, &s->as.chart); break;
    case SECTION_BARS: copy_bars(c, &s->as.bars); break;
    case SECTION_HEATMAP: copy_heatmap(c, &s->as.heatmap); break;
    default: break;
    }
}

static void release(section *s) {
    for (section_block *b = s->blocks, *next; b; b = next) {
        next = b->next;
        rao_free(&b);
    }
    rao_free(&s);
}

/* ---- the handle ---- */

/* `model` points to the caller's data; the section that is linked in points to its own. */
static rao_status append(rao_ctx *ctx, rao_report *report, const section *model) {
    section *s = NULL;
    if (!report) return rao_fail(ctx, RAO_EINVAL, "report: NULL");
    rao_status st = rao_alloc(ctx, 1, &s);
    if (st != RAO_OK) return st;
    *s = *model;
    copier c = {ctx, s, RAO_OK};
    copy_section(&c, s);
    if (c.st != RAO_OK) {
        release(s);
        return c.st;
    }
    if (report->last) report->last->next = s;
    else report->first = s;
    report->last = s;
    return RAO_OK;
}

rao_status rao_report_create(rao_ctx *ctx, const char *title, const char *subtitle, rao_report **report) {
    rao_report *made = NULL;
    rao_status st = rao_alloc(ctx, 1, &made);
    if (st == RAO_OK) st = append(ctx, made, &(section){.kind = SECTION_TITLE, .text = title, .more = subtitle});
    if (st != RAO_OK) rao_report_destroy(&made);
    else *report = made;
    return st;
}

void rao_report_destroy(rao_report **report) {
    if (!report || !*report) return;
    for (section *s = (*report)->first, *next; s; s = next) {
        next = s->next;
        release(s);
    }
    rao_free(report);
}

rao_status rao_report_heading(rao_ctx *ctx, rao_report *report, const char *text) {
    return append(ctx, report, &(section){.kind = SECTION_HEADING, .text = text});
}
rao_status rao_report_paragraph(rao_ctx *ctx, rao_report *report, const char *text) {
    return append(ctx, report, &(section){.kind = SECTION_PARAGRAPH, .text = text});
}
rao_status rao_report_note(rao_ctx *ctx, rao_report *report, const char *text) {
    return append(ctx, report, &(section){.kind = SECTION_NOTE, .text = text});
}
rao_status rao_report_code(rao_ctx *ctx, rao_report *report, const char *text) {
    return append(ctx, report, &(section){.kind = SECTION_CODE, .text = text});
}

rao_status rao_report_pairs(rao_ctx *ctx, rao_report *report, const char *title, const rao_pair *pairs, int64_t count) {
    if (count < 0 || (count > 0 && !pairs))
        return rao_fail(ctx, RAO_EINVAL, "report: %lld pairs, %s", (long long)count, pairs ? "want >= 0" : "and no array of them");
    return append(ctx, report, &(section){.kind = SECTION_PAIRS, .text = title, .pairs = pairs, .pair_count = count});
}

rao_status rao_report_table(rao_ctx *ctx, rao_report *report, const rao_table *table) {
    rao_status st = table_check(ctx, table);
    return st != RAO_OK ? st : append(ctx, report, &(section){.kind = SECTION_TABLE, .as.table = *table});
}

rao_status rao_report_chart(rao_ctx *ctx, rao_report *report, const rao_chart *chart) {
    rao_status st = chart_check(ctx, chart);
    return st != RAO_OK ? st : append(ctx, report, &(section){.kind = SECTION_CHART, .as.chart = *chart});
}

rao_status rao_report_bars(rao_ctx *ctx, rao_report *report, const rao_bars *bars) {
    rao_status st = bars_check(ctx, bars);
    return st != RAO_OK ? st : append(ctx, report, &(section){.kind = SECTION_BARS, .as.bars = *bars});
}

rao_status rao_report_heatmap(rao_ctx *ctx, rao_report *report, const rao_heatmap *map) {
    rao_status st = heatmap_check(ctx, map);
    return st != RAO_OK ? st : append(ctx, report, &(section){.kind = SECTION_HEATMAP, .as.heatmap = *map});
}
