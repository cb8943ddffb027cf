/* terminal.c - options of a terminal, styles, wrapped text, sparklines. */
#include "report/terminal.h"

#include <math.h>
#include <string.h>

#include "report/draw.h"

void rao_terminal_init_sized(rao_terminal *terminal, size_t size) {
    rao_terminal t = {sizeof t, 80, 1, 0};
    if (size < t.size) t.size = size;
    memcpy(terminal, &t, t.size);
}

rao_status terminal_check(rao_ctx *ctx, const rao_terminal *t) {
    if (!t) return rao_fail(ctx, RAO_EINVAL, "terminal: NULL");
    if (t->size != sizeof *t) return rao_fail(ctx, RAO_EINVAL, "terminal: size = %zu, want rao_terminal_init first", t->size);
    if (t->width < 10 || t->width > 1000) return rao_fail(ctx, RAO_EINVAL, "terminal: width = %d, want 10..1000", t->width);
    return RAO_OK;
}

static const char *const colours[8] = {"34", "33", "36", "35", "32", "94", "95", "90"};

void terminal_begin(sink *s, const rao_terminal *t, terminal_style style, int colour) {
    if (!t->ansi) return;
    if (style != TERMINAL_PLAIN) sink_put(s, style == TERMINAL_BOLD ? "\x1B[1m" : "\x1B[2m");
    if (colour > 0) sink_printf(s, "\x1B[%sm", colours[(colour - 1) % 8]);
}

void terminal_end(sink *s, const rao_terminal *t, terminal_style style, int colour) {
    if (t->ansi && (style != TERMINAL_PLAIN || colour > 0)) sink_put(s, "\x1B[0m");
}

void terminal_line(sink *s, const rao_terminal *t, terminal_style style, const char *text) {
    if (!draw_has(text)) return;
    terminal_begin(s, t, style, 0);
    sink_plain(s, text, t->width, t->unicode);
    terminal_end(s, t, style, 0);
    sink_put(s, "\n");
}

/* One word [from, to) without escapes, any malformed byte replaced */
static void put_word(sink *s, const rao_terminal *t, const char *from, const char *to) {
    char piece[8];
    while (from < to) {
        const char *next = from;
        (void)utf8_next(&next);
        memcpy(piece, from, (size_t)(next - from));
        piece[next - from] = 0;
        sink_plain(s, piece, -1, t->unicode);
        from = next;
    }
}

static int is_blank(char c) { return c == ' ' || c == '\n' || c == '\t'; }

static int64_t columns_between(const char *from, const char *to) {
    int64_t columns = 0;
    while (from < to) columns += utf8_columns(utf8_next(&from));
    return columns;
}

void terminal_wrap(sink *s, const rao_terminal *t, terminal_style style, int indent, const char *text) {
    int64_t column = 0;
    if (!draw_has(text)) return;
    terminal_begin(s, t, style, 0);
    while (*text && s->st == RAO_OK) {
        while (is_blank(*text)) text++;
        const char *end = text;
        while (*end && !is_blank(*end)) end++;
        if (end == text) break;
        int64_t columns = columns_between(text, end);
        if (column > 0 && column + 1 + columns > t->width) sink_put(s, "\n"), column = 0;
        if (column == 0) sink_repeat(s, " ", indent), column = indent;
        else sink_put(s, " "), column++;
        put_word(s, t, text, end);
        column += columns;
        text = end;
    }
    terminal_end(s, t, style, 0);
    sink_put(s, "\n");
}

/* ---- sparklines ---- */

/* Column k of `columns` stands for values [n k / columns, n (k+1) / columns), at least one of them. */
static double share_mean(const double *values, int64_t n, int columns, int k) {
    int64_t from = (int64_t)((double)n * k / columns), to = (int64_t)((double)n * (k + 1) / columns), count = 0;
    double mean = 0;
    if (to <= from) to = from + 1;
    for (int64_t i = from; i < to && i < n; i++) {
        if (!(fabs(values[i]) <= AXIS_HUGE)) continue;
        count++;
        mean += (values[i] - mean) / (double)count;
    }
    if (count == 0) return NAN;
    return mean;
}

static void put_spark(sink *s, int64_t n, const double *values, const rao_terminal *t, int columns) {
    static const char *const blocks[2][8] = {
        {"_", ".", "-", "~", "=", "+", "*", "#"},
        {"\xE2\x96\x81", "\xE2\x96\x82", "\xE2\x96\x83", "\xE2\x96\x84", "\xE2\x96\x85", "\xE2\x96\x86", "\xE2\x96\x87", "\xE2\x96\x88"}};
    double lo = INFINITY, hi = -INFINITY;
    for (int k = 0; k < columns; k++) {
        double v = share_mean(values, n, columns, k);
        if (!isnan(v)) lo = fmin(lo, v), hi = fmax(hi, v);
    }
    for (int k = 0; k < columns; k++) {
        double v = share_mean(values, n, columns, k);
        int level = !isnan(v) && hi > lo ? (int)fmin(8 * ((v / 2 - lo / 2) / (hi / 2 - lo / 2)), 7) : 3;
        sink_put(s, isnan(v) ? " " : blocks[t->unicode != 0][level]);
    }
}

rao_status rao_sparkline(rao_ctx *ctx, int64_t n, const double *values, const rao_terminal *terminal, int columns, rao_text *out) {
    rao_status st = terminal_check(ctx, terminal);
    if (st != RAO_OK) return st;
    if (n < 0 || (n > 0 && !values))
        return rao_fail(ctx, RAO_EINVAL, "sparkline: %lld values, %s", (long long)n, values ? "want >= 0" : "and no array of them");
    if (columns < 1 || columns > 1000) return rao_fail(ctx, RAO_EINVAL, "sparkline: %d columns, want 1..1000", columns);
    sink s = sink_open(ctx, out);
    put_spark(&s, n, values, terminal, columns);
    return sink_close(&s);
}
