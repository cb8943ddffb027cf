/* bars.c - horizontal bars from zero: the name on the left, the number where the bar (or its whisker) ends. No axis: every number is there. */
#include "report/draw.h"

#include <math.h>
#include <string.h>

#include "report/number.h"
#include "report/style.h"

enum { TEXT = 12, NAME = 13, ROW = 30, BAR = 16 };

rao_status bars_check(rao_ctx *ctx, const rao_bars *b) {
    if (!b) return rao_fail(ctx, RAO_EINVAL, "bars: NULL");
    if (b->n < 0 || b->n > 1000) return rao_fail(ctx, RAO_EINVAL, "bars: n = %lld, want 0..1000", (long long)b->n);
    if (b->n > 0 && (!b->names || !b->values)) return rao_fail(ctx, RAO_EINVAL, "bars: no array of %s", b->names ? "values" : "names");
    if (!b->lo != !b->hi) return rao_fail(ctx, RAO_EINVAL, "bars: half a whisker, want both lo and hi or neither");
    for (int64_t i = 0; b->colours && i < b->n; i++)
        if (b->colours[i] < 0) return rao_fail(ctx, RAO_EINVAL, "bars: colour %lld is %d, want >= 0", (long long)i, b->colours[i]);
    return number_check(ctx, "bars", b->style, b->digits);
}

static double body_top(const rao_bars *b, const draw_frame *f) {
    return draw_head_height(f, b->title, b->subtitle) + (draw_has(b->x_label) ? 24 : 6);
}

int bars_height(const rao_bars *b, const draw_frame *f) {
    return (int)(body_top(b, f) + ROW * (double)(b->n ? b->n : 1) + (draw_alone(f) ? 14 : 2));
}

typedef struct bar_plot {
    const rao_bars *b;
    const draw_frame *f;
    double pad, name_room, left, right, lo, hi; /* left..right is where lo..hi falls */
} bar_plot;

static int drawable(double v) { return fabs(v) <= AXIS_HUGE; }

static void number_of(const rao_bars *b, int64_t i, char out[NUMBER_BYTES]) { number_write(b->values[i], b->style, b->digits, out); }

static void widen_to(bar_plot *p, double v) {
    if (!drawable(v)) return;
    p->lo = fmin(p->lo, v), p->hi = fmax(p->hi, v);
}

static void lay_out(bar_plot *p) {
    const rao_bars *b = p->b;
    double names = 0, numbers = 0;
    char text[NUMBER_BYTES];
    for (int64_t i = 0; i < b->n; i++) {
        number_of(b, i, text);
        names = fmax(names, draw_text_width(b->names[i], NAME)), numbers = fmax(numbers, draw_number_width(text, TEXT));
        widen_to(p, b->values[i]);
        if (b->lo) widen_to(p, b->lo[i]), widen_to(p, b->hi[i]);
    }
    if (!(p->hi > p->lo)) p->hi = p->lo + 1;
    p->pad = draw_alone(p->f) ? 16 : 0;
    p->name_room = fmin(names, 0.36 * p->f->width);
    p->left = p->pad + p->name_room + 12 + (p->lo < 0 ? numbers + 8 : 0);
    p->right = fmax(p->f->width - p->pad - numbers - 10, p->left + 40);
}

static double at(const bar_plot *p, double v) { return p->left + (v / 2 - p->lo / 2) / (p->hi / 2 - p->lo / 2) * (p->right - p->left); }

static void draw_whisker(sink *s, double from, double to, double y) {
    sink_printf(s, "<path class='whisker' d='M%g %gH%gM%g %gv8M%g %gv8'/>", from, y, to, from, y - 4, to, y - 4);
}

static void draw_bar(sink *s, const bar_plot *p, int64_t i, double y) {
    const rao_bars *b = p->b;
    char text[NUMBER_BYTES];
    double zero = at(p, 0), end = zero, middle = y + ROW / 2.0;
    number_of(b, i, text);
    draw_text(s, "ink", p->pad, middle + 4.5, p->name_room + 2, NAME, b->names[i]);
    if (drawable(b->values[i])) {
        end = at(p, b->values[i]);
        int colour = b->colours && b->colours[i] > 0 ? b->colours[i] : 1;
        sink_printf(s, "<rect class='bar c%d' x='%g' y='%g' width='%g' height='%d'/>", style_class(colour), fmin(zero, end),
                    middle - BAR / 2.0, fabs(end - zero), BAR);
    }
    if (b->lo && drawable(b->lo[i]) && drawable(b->hi[i]) && b->lo[i] <= b->hi[i]) {
        draw_whisker(s, at(p, b->lo[i]), at(p, b->hi[i]), middle);
        end = b->values[i] < 0 ? fmin(end, at(p, b->lo[i])) : fmax(end, at(p, b->hi[i]));
    }
    if (b->values[i] < 0) draw_number(s, "ink end", end - 6, middle + 4, text);
    else draw_number(s, "ink", end + 6, middle + 4, text);
}

static void describe(sink *s, const rao_bars *b) {
    char text[NUMBER_BYTES];
    sink_text(s, draw_has(b->x_label) ? b->x_label : "Bars");
    sink_put(s, ".");
    for (int64_t i = 0; i < b->n && i < 20; i++) {
        number_of(b, i, text);
        sink_put(s, " "), sink_text(s, b->names[i]), sink_printf(s, ": %s.", text);
    }
    if (b->n > 20) sink_printf(s, " And %lld more.", (long long)(b->n - 20));
}

void bars_draw(sink *s, const rao_bars *b, const draw_frame *f) {
    bar_plot p = {.b = b, .f = f};
    lay_out(&p);
    draw_open(s, f, b->title);
    describe(s, b);
    draw_described(s, f, 0);
    draw_head(s, f, b->title, b->subtitle);
    double top = body_top(b, f);
    draw_text(s, "", p.pad, top - 10, f->width - 2 * p.pad, TEXT, b->x_label);
    for (int64_t i = 0; i < b->n && s->st == RAO_OK; i++) draw_bar(s, &p, i, top + ROW * (double)i);
    if (b->n) sink_printf(s, "<path class='axis' d='M%g %gv%g'/>\n", at(&p, 0), top, ROW * (double)b->n);
    else draw_text(s, "", p.pad, top + 20, f->width, TEXT, "no data");
    draw_close(s);
}

rao_status rao_bars_svg(rao_ctx *ctx, const rao_bars *bars, int width, rao_text *out) {
    rao_status st = bars_check(ctx, bars);
    if (st != RAO_OK) return st;
    if (width < 200 || width > 4000) return rao_fail(ctx, RAO_EINVAL, "bars: width %d, want 200..4000", width);
    sink s = sink_open(ctx, out);
    draw_frame f = {width, 0, "", ""};
    f.height = bars_height(bars, &f);
    bars_draw(&s, bars, &f);
    return sink_close(&s);
}
