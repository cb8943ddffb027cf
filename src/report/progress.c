/* progress.c - one line that says how far, how fast, how good, how long; it never wraps. */
#include "report/terminal.h"

#include <math.h>
#include <string.h>

#include "report/draw.h"
#include "report/number.h"

enum { BAR_MOST = 30, BAR_LEAST = 6 };

/* In the order of the line. */
enum { PERCENT, RATE, LOSS, LEFT, PIECES };

typedef struct piece {
    int shown;
    const char *before, *after, *unit; /* `unit` is the caller's, NULL without one */
    char number[NUMBER_BYTES];
} piece;

static void make_pieces(const rao_progress *p, double fraction, piece pieces[PIECES]) {
    piece percent = {!isnan(fraction), "", " %", NULL, ""}, rate = {isfinite(p->rate), "", "/s", draw_has(p->unit) ? p->unit : NULL, ""};
    piece loss = {!isnan(p->loss), "loss ", "", NULL, ""},
          left = {isfinite(p->seconds_left) && p->seconds_left >= 0, "", " left", NULL, ""};
    if (percent.shown) {
        percent.before = fraction < 0.1 ? "  " : fraction < 1 ? " " : ""; /* the line does not shift as it counts */
        number_write(floor(100 * fraction), RAO_NUMBER_FIXED, 0, percent.number);
    }
    if (rate.shown) number_write(p->rate, RAO_NUMBER_GENERAL, 3, rate.number);
    if (loss.shown) number_write(p->loss, RAO_NUMBER_GENERAL, 4, loss.number);
    if (left.shown) number_write(p->seconds_left < 119.5 ? ceil(p->seconds_left) : p->seconds_left, RAO_NUMBER_SECONDS, 0, left.number);
    pieces[PERCENT] = percent, pieces[RATE] = rate, pieces[LOSS] = loss, pieces[LEFT] = left;
}

static int64_t piece_width(const piece *p) {
    return (int64_t)(strlen(p->before) + strlen(p->number) + strlen(p->after)) + (p->unit ? text_columns(p->unit) + 1 : 0);
}

static void put_piece(sink *s, const rao_terminal *t, const piece *p) {
    sink_put(s, p->before);
    sink_put(s, p->number);
    if (p->unit) sink_put(s, " "), sink_plain(s, p->unit, -1, t->unicode);
    sink_put(s, p->after);
}

/* Eighths of a block with Unicode, whole marks without. */
static void put_bar(sink *s, const rao_terminal *t, double fraction, int columns) {
    static const char *const eighths[8] = {
        "", "\xE2\x96\x8F", "\xE2\x96\x8E", "\xE2\x96\x8D", "\xE2\x96\x8C", "\xE2\x96\x8B", "\xE2\x96\x8A", "\xE2\x96\x89"};
    int filled = (int)(fraction * 8 * columns), used = filled / 8;
    if (!t->unicode) {
        sink_put(s, "[");
        int full = (int)(fraction * (columns - 2));
        sink_repeat(s, "#", full);
        sink_repeat(s, ".", columns - 2 - full);
        sink_put(s, "]");
        return;
    }
    sink_repeat(s, "\xE2\x96\x88", used);
    if (filled % 8) sink_put(s, eighths[filled % 8]), used++;
    terminal_begin(s, t, TERMINAL_DIM, 0);
    sink_repeat(s, "\xE2\x96\x91", columns - used);
    terminal_end(s, t, TERMINAL_DIM, 0);
}

static int64_t line_width(const char *label, const piece pieces[PIECES]) {
    int64_t width = text_columns(label);
    for (int k = 0; k < PIECES; k++)
        if (pieces[k].shown) width += piece_width(&pieces[k]) + (width > 0 ? 2 : 0);
    return width;
}

static void put_line(sink *s, const rao_terminal *t, const rao_progress *p, double fraction, piece pieces[PIECES]) {
    static const int gives_way[PIECES] = {RATE, LOSS, LEFT, PERCENT};
    const char *label = p->label ? p->label : "";
    for (int k = 0; k < PIECES && line_width(label, pieces) > t->width; k++) pieces[gives_way[k]].shown = 0;
    int64_t room = t->width - line_width(label, pieces) - 2;
    int bar = isnan(fraction) || room < BAR_LEAST ? 0 : room < BAR_MOST ? (int)room : BAR_MOST, started = draw_has(label);
    sink_plain(s, label, t->width, t->unicode);
    if (bar) sink_put(s, started ? "  " : ""), put_bar(s, t, fraction, bar), started = 1;
    for (int k = 0; k < PIECES; k++)
        if (pieces[k].shown) sink_put(s, started ? "  " : ""), put_piece(s, t, &pieces[k]), started = 1;
}

rao_status rao_progress_format(rao_ctx *ctx, const rao_progress *progress, const rao_terminal *terminal, rao_text *out) {
    piece pieces[PIECES];
    rao_status st = terminal_check(ctx, terminal);
    if (st != RAO_OK) return st;
    if (!progress) return rao_fail(ctx, RAO_EINVAL, "progress: NULL");
    double fraction = isnan(progress->fraction) ? progress->fraction : fmin(fmax(progress->fraction, 0), 1);
    make_pieces(progress, fraction, pieces);
    sink s = sink_open(ctx, out);
    put_line(&s, terminal, progress, fraction, pieces);
    return sink_close(&s);
}
