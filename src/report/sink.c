/* sink.c - the sticky writer, its small printf, and what it takes to put foreign text into markup safely. */
#include "report/sink.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

/* Even what stays empty ends in a NUL. */
sink sink_open(rao_ctx *ctx, rao_text *out) {
    sink s = {ctx, out, out->length, RAO_OK};
    sink_bytes(&s, "", 0);
    return s;
}

rao_status sink_close(sink *s) {
    if (s->st != RAO_OK && s->out->length != s->start) {
        s->out->length = s->start;
        s->out->data[s->start] = 0;
    }
    return s->st;
}

void sink_fail(sink *s, rao_status st) {
    if (s->st == RAO_OK) s->st = st;
}

void sink_bytes(sink *s, const char *bytes, int64_t length) {
    if (s->st == RAO_OK) s->st = rao_text_add(s->ctx, s->out, bytes, length);
}

void sink_put(sink *s, const char *string) { sink_bytes(s, string, (int64_t)strlen(string)); }

void sink_repeat(sink *s, const char *string, int64_t times) {
    for (int64_t i = 0; i < times && s->st == RAO_OK; i++) sink_put(s, string);
}

static void put_integer(sink *s, long long value) {
    char digits[24];
    int at = (int)sizeof digits;
    unsigned long long rest = value < 0 ? 0ULL - (unsigned long long)value : (unsigned long long)value;
    do digits[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (value < 0) digits[--at] = '-';
    sink_bytes(s, digits + at, (int64_t)sizeof digits - at);
}

/* value / 10^decimals, trailing zeros and (where `bare`) the leading zero dropped */
static void put_scaled(sink *s, long long value, int decimals, int bare) {
    long long unit = decimals == 2 ? 100 : 10, magnitude = value < 0 ? -value : value;
    if (value < 0) sink_put(s, "-");
    if (magnitude / unit || !bare || magnitude == 0) put_integer(s, magnitude / unit);
    long long fraction = magnitude % unit;
    if (fraction == 0) return;
    char digits[4] = {'.', (char)('0' + fraction * 10 / unit), (char)('0' + fraction % 10), 0};
    sink_bytes(s, digits, decimals == 1 || fraction % 10 == 0 ? 2 : 3);
}

void sink_tenths(sink *s, long long tenths) { put_scaled(s, tenths, 1, 1); }

/* Drawing clamps its coordinates; a value that slipped through is a fault of ours and must still not break the markup. */
static void put_coordinate(sink *s, double value) {
    if (!(fabs(value) < 1e7)) value = 0;
    put_scaled(s, llround(value * 100), 2, 0);
}

void sink_printf(sink *s, const char *format, ...) {
    va_list args;
    va_start(args, format);
    for (const char *p = format; *p && s->st == RAO_OK; p++) {
        const char *end = strchr(p, '%');
        if (!end) end = p + strlen(p);
        if (end > p) {
            sink_bytes(s, p, end - p);
            p = end - 1;
            continue;
        }
        switch (*++p) {
        case 's': sink_put(s, va_arg(args, const char *)); break;
        case 'd': put_integer(s, va_arg(args, int)); break;
        case 'l': put_integer(s, va_arg(args, long long)), p += 2; break;
        case 'g': put_coordinate(s, va_arg(args, double)); break;
        case 'c': sink_bytes(s, &(char){(char)va_arg(args, int)}, 1); break;
        default: sink_put(s, "%"); break;
        }
    }
    va_end(args);
}

/* ---- UTF-8 ---- */

/* Length and lowest code point of a sequence by its first byte; length 0: cannot begin one. */
static int sequence(unsigned char first, uint32_t *bits, uint32_t *least) {
    if (first < 0x80) return *bits = first, *least = 0, 1;
    if (first >= 0xC2 && first < 0xE0) return *bits = first & 0x1F, *least = 0x80, 2;
    if (first >= 0xE0 && first < 0xF0) return *bits = first & 0x0F, *least = 0x800, 3;
    if (first >= 0xF0 && first < 0xF5) return *bits = first & 0x07, *least = 0x10000, 4;
    return 0;
}

uint32_t utf8_next(const char **text) {
    const unsigned char *p = (const unsigned char *)*text;
    uint32_t code = 0, least = 0;
    int length = sequence(p[0], &code, &least);
    *text += 1;
    for (int i = 1; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80) return 0xFFFD; /* a NUL ends here too */
        code = code << 6 | (p[i] & 0x3F);
    }
    if (length == 0 || code < least || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return 0xFFFD;
    *text += length - 1;
    return code;
}

static const struct {
    uint32_t first, last;
} combining[] = {{0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},    {0x610, 0x61A},   {0x64B, 0x65F},
                 {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2064},  {0x20D0, 0x20F0}, {0xFE00, 0xFE0F},
                 {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF}};
static const struct {
    uint32_t first, last;
} wide[] = {{0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
            {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

int utf8_columns(uint32_t code) {
    for (size_t i = 0; i < sizeof combining / sizeof *combining; i++)
        if (code >= combining[i].first && code <= combining[i].last) return 0;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (code >= wide[i].first && code <= wide[i].last) return 2;
    return 1;
}

int64_t text_columns(const char *text) {
    int64_t columns = 0;
    if (!text) return 0;
    while (*text) columns += utf8_columns(utf8_next(&text));
    return columns;
}

/* Characters that XML forbids or that would act on a terminal; tabs and line ends are the writer's business. */
static int is_control(uint32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0xFFFE || code == 0xFFFF; }

static const char *escape(uint32_t code) {
    switch (code) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    case '\n': return "\n";
    case '\t': return "\t";
    case 0xFFFD: return "\xEF\xBF\xBD";
    default: return is_control(code) ? "\xEF\xBF\xBD" : NULL;
    }
}

void sink_text_part(sink *s, const char *text, int64_t length) {
    const char *from = text, *end = text + length; /* from: the run not yet written */
    while (text < end && s->st == RAO_OK) {
        const char *here = text, *escaped = escape(utf8_next(&text));
        if (!escaped) continue;
        sink_bytes(s, from, here - from);
        sink_put(s, escaped);
        from = text;
    }
    if (text > from) sink_bytes(s, from, text - from);
}

void sink_text(sink *s, const char *text) {
    if (text) sink_text_part(s, text, (int64_t)strlen(text));
}

static void plain_bytes(sink *s, const char *from, const char *to, uint32_t code, int unicode) {
    if (code == '\n' || code == '\t') sink_put(s, " ");
    else if (code == 0xFFFD || is_control(code)) sink_put(s, unicode ? "\xEF\xBF\xBD" : "?");
    else sink_bytes(s, from, to - from);
}

/* At most `columns` columns (< 0: all), cut with an ellipsis. */
void sink_plain(sink *s, const char *text, int64_t columns, int unicode) {
    if (!text) return;
    int64_t have = text_columns(text), ellipsis = unicode ? 1 : 2, used = 0;
    int cut = columns >= 0 && have > columns;
    if (cut && columns <= ellipsis) {
        sink_repeat(s, ".", columns);
        return;
    }
    while (*text && s->st == RAO_OK) {
        const char *from = text;
        uint32_t code = utf8_next(&text);
        if (cut && used + utf8_columns(code) > columns - ellipsis) break;
        used += utf8_columns(code);
        plain_bytes(s, from, text, code, unicode);
    }
    if (!cut) return;
    sink_put(s, unicode ? "\xE2\x80\xA6" : "..");
    sink_repeat(s, " ", columns - ellipsis - used); /* half of a wide character */
}
