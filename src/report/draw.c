/* draw.c - the parts that all drawings share. */
#include "report/draw.h"

#include <math.h>
#include <string.h>

#include "report/number.h"
#include "report/style.h"

/* ---- text ---- */

/* Advance widths of ASCII in hundredths of the size: the wider of DejaVu Sans and Helvetica's metrics, and no common face is wider by much. */
static const unsigned char ascii_widths[95] = {
    32,  40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 56,
    102, 68, 69, 72, 77, 67, 61, 78, 75, 29, 50, 67, 56, 86, 75, 79, 67, 79, 72, 67, 61, 73, 68, 99, 69, 67, 69, 39, 34, 39, 84, 56,
    50,  61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84};

static double character_width(uint32_t code) {
    if (code >= ' ' && code <= '~') return ascii_widths[code - ' '] / 100.0;
    if (code == 0x2009) return 0.25;
    return code < 0x530 ? 0.66 * utf8_columns(code) : 0.55 * utf8_columns(code) + 0.1;
}

double draw_text_width(const char *text, double size) {
    double width = 0;
    if (!text) return 0;
    while (*text) width += character_width(utf8_next(&text));
    return width * size;
}

double draw_number_width(const char *number, double size) {
    const char *exponent = strchr(number, 'e'), *p = number;
    double width = 0;
    int length = exponent ? (int)(exponent - number) : (int)strlen(number);
    for (; p < number + length; p++) width += *p == '-' ? 0.84 : character_width((uint32_t)*p);
    if (length >= 5) width += 0.25 * (length / 3); /* thin spaces */
    if (*p != 'e') return width * size;
    width += 0.84 + 2 * 0.64;
    for (p++; *p; p++) width += 0.72 * (*p == '-' ? 0.84 : 0.64);
    return width * size;
}

static void open_text(sink *s, const char *class, double x, double y) {
    sink_printf(s, "<text x='%g' y='%g'", x, y);
    if (*class) sink_printf(s, " class='%s'", class);
    sink_put(s, ">");
}

/* The bytes of `text` that fit; all of them when they do. */
static int64_t fitting(const char *text, double room, double size) {
    const char *p = text;
    double width = 0, ellipsis = 0.9 * size;
    if (draw_text_width(text, size) <= room) return (int64_t)strlen(text);
    while (*p) {
        const char *next = p;
        width += character_width(utf8_next(&next)) * size;
        if (width + ellipsis > room) break;
        p = next;
    }
    return p - text;
}

void draw_text(sink *s, const char *class, double x, double y, double room, double size, const char *text) {
    if (!draw_has(text)) return;
    int64_t length = fitting(text, room, size);
    if (length == 0) return;
    open_text(s, class, x, y);
    sink_text_part(s, text, length);
    if (text[length]) sink_put(s, "\xE2\x80\xA6");
    sink_put(s, "</text>\n");
}

void draw_number(sink *s, const char *class, double x, double y, const char *number) {
    open_text(s, class, x, y);
    number_markup(s, number, 1);
    sink_put(s, "</text>\n");
}

/* ---- the element ---- */

void draw_open(sink *s, const draw_frame *f, const char *title) {
    sink_printf(s, "<svg xmlns='http://www.w3.org/2000/svg' class='rao%s%s' viewBox='0 0 %d %d'", *f->class ? " " : "", f->class, f->width,
                f->height);
    if (draw_alone(f)) sink_printf(s, " width='%d' height='%d'", f->width, f->height);
    sink_printf(s, " role='img' aria-labelledby='%stitle %sdesc'>\n<title id='%stitle'>", f->id, f->id, f->id);
    sink_text(s, draw_has(title) ? title : "Figure");
    sink_printf(s, "</title>\n<desc id='%sdesc'>", f->id);
}

void draw_described(sink *s, const draw_frame *f, int heat) {
    sink_put(s, "</desc>\n");
    if (!draw_alone(f)) return;
    style_svg(s, heat);
    sink_printf(s, "<rect class='ground' width='%d' height='%d'/>\n", f->width, f->height);
}

void draw_close(sink *s) { sink_put(s, "</svg>\n"); }

double draw_head_height(const draw_frame *f, const char *title, const char *subtitle) {
    if (!draw_alone(f)) return 0;
    return 14 + (draw_has(title) ? 22 : 0) + (draw_has(subtitle) ? 18 : 0) + (draw_has(title) || draw_has(subtitle) ? 8 : 0);
}

double draw_head(sink *s, const draw_frame *f, const char *title, const char *subtitle) {
    double y = 14, room = f->width - 32;
    if (!draw_alone(f)) return 0;
    if (draw_has(title)) draw_text(s, "h", 16, y + 16, room, 16, title), y += 22;
    if (draw_has(subtitle)) draw_text(s, "", 16, y + 13, room, 12, subtitle);
    return draw_head_height(f, title, subtitle);
}

/* ---- samples ---- */

/* Disc, square, triangle, diamond, each about 9 square units... all closed, so that one path draws a whole cloud. */
const char *draw_mark(int colour) {
    static const char *const shapes[] = {"m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z", "m-2.7-2.7h5.4v5.4h-5.4z", "m0-3.6l3.4 6h-6.8z",
                                         "m0-3.8l3.8 3.8l-3.8 3.8l-3.8-3.8z"};
    return shapes[(style_class(colour) - 1) % 4];
}

void draw_sample(sink *s, const rao_series *series, int colour, double x, double y) {
    if (series->style == RAO_SERIES_REFERENCE) {
        sink_printf(s, "<path class='ref' d='M%g %gh22'/>", x, y);
        return;
    }
    sink_printf(s, "<g class='c%d'>", style_class(colour));
    if (series->style != RAO_SERIES_POINTS) {
        sink_printf(s, "<path class='line' d='M%g %gh22'", x, y);
        if (*style_dash(colour)) sink_printf(s, " stroke-dasharray='%s'", style_dash(colour));
        sink_put(s, "/>");
    }
    if (series->style != RAO_SERIES_LINE) sink_printf(s, "<path class='mark' d='M%g %g%s'/>", x + 11, y, draw_mark(colour));
    sink_put(s, "</g>");
}
