/* table.h - what a table's cells read as, shared by page and terminal. */
#ifndef RAO_REPORT_TABLE_H
#define RAO_REPORT_TABLE_H

#include <rao/report.h>

#include "report/number.h"

rao_status table_check(rao_ctx *ctx, const rao_table *table);

static inline const rao_cell *table_cell(const rao_table *t, int64_t row, int64_t column) {
    return &t->cells[row * t->column_count + column];
}

/* LEFT, RIGHT or CENTRE */
rao_align table_align(const rao_table *table, int64_t column);
/* 1 when numbers of the column stand by their decimal points: right-aligned numbers, no range among them. */
int table_by_point(const rao_table *table, int64_t column);

void table_number(const rao_table *table, int64_t column, double value, char out[NUMBER_BYTES]);

void table_html(sink *s, const rao_table *table);

#endif
