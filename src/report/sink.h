/* sink.h - a writer over a rao_text whose first failure sticks, so that drawing code reads as drawing. */
#ifndef RAO_REPORT_SINK_H
#define RAO_REPORT_SINK_H

#include <rao/base.h>

typedef struct sink {
    rao_ctx *ctx;
    rao_text *out;
    int64_t start; /* where the text stood; a failure goes back there */
    rao_status st;
} sink;

sink sink_open(rao_ctx *ctx, rao_text *out);
/* The status; on failure the text is as sink_open found it. */
rao_status sink_close(sink *s);
void sink_fail(sink *s, rao_status st);

void sink_bytes(sink *s, const char *bytes, int64_t length);
void sink_put(sink *s, const char *string);
void sink_repeat(sink *s, const char *string, int64_t times);

/* A printf of our own: %s as it is, %d int, %lld long long, %c, %%, and %g a coordinate with at most two decimals.
 * No flag, no width, no locale. */
void sink_printf(sink *s, const char *format, ...) RAO_PRINTF(2, 3);

/* UTF-8 text of the caller, escaped for an element or an attribute. */
void sink_text(sink *s, const char *text);
/* The first `length` bytes of it; the cut must not fall into a character. */
void sink_text_part(sink *s, const char *text, int64_t length);
/* The same without escapes, for a terminal: malformed bytes and control characters become U+FFFD ('?' in ASCII). */
void sink_plain(sink *s, const char *text, int64_t columns, int unicode);

/* Tenths of a unit without a leading zero: "12.3", "-.4", "7"; the form of path data. */
void sink_tenths(sink *s, long long tenths);

/* The next code point, U+FFFD for a malformed sequence; *text moves on by at least one byte. Not at the end of the string. */
uint32_t utf8_next(const char **text);
/* Columns of a code point in a terminal: 0 (combining), 1 or 2 (east Asian wide). */
int utf8_columns(uint32_t code);
/* Columns of a whole string. */
int64_t text_columns(const char *text);

#endif
