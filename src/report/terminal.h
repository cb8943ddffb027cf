/* terminal.h - what the writers for a terminal share. */
#ifndef RAO_REPORT_TERMINAL_H
#define RAO_REPORT_TERMINAL_H

#include <rao/report.h>

#include "report/sink.h"

rao_status terminal_check(rao_ctx *ctx, const rao_terminal *terminal);

/* Escape sequences, nothing when the terminal has none of them. colour 1.. as in a chart; 0: none. */
typedef enum terminal_style { TERMINAL_PLAIN, TERMINAL_BOLD, TERMINAL_DIM } terminal_style;
void terminal_begin(sink *s, const rao_terminal *t, terminal_style style, int colour);
void terminal_end(sink *s, const rao_terminal *t, terminal_style style, int colour);

/* One line of text in a style, cut to the terminal, with its newline; nothing when the text is empty. */
void terminal_line(sink *s, const rao_terminal *t, terminal_style style, const char *text);
/* Wrapped at blanks, `indent` blanks before each line. */
void terminal_wrap(sink *s, const rao_terminal *t, terminal_style style, int indent, const char *text);

/* The bodies of the public functions, validity checked. */
void table_terminal(sink *s, const rao_table *table, const rao_terminal *t);
void chart_terminal(sink *s, const rao_chart *chart, const rao_terminal *t, int height);

#endif
