/* json_writer.c - compact JSON, one value a line. What is open is two bit masks, so a writer is a few words and its text. */
#include "io/bytes.h"

#include <math.h>

enum { LEVELS = 64 };

static uint64_t level_bit(const rao_json_writer *j) { return (uint64_t)1 << (j->depth - 1); }

static rao_status misuse(rao_ctx *ctx, const char *what) { return rao_fail(ctx, RAO_EINVAL, "json writer: %s", what); }

/* rao_text_add without a call where there is room, as there is in a writer that has written before. */
static inline rao_status put(rao_ctx *ctx, rao_text *t, const char *bytes, int64_t n) {
    if (n >= t->capacity - t->length) return rao_text_add(ctx, t, bytes, n);
    memcpy(t->data + t->length, bytes, (size_t)n);
    t->length += n;
    t->data[t->length] = 0;
    return RAO_OK;
}

static inline rao_status put_char(rao_ctx *ctx, rao_text *t, char c) { return put(ctx, t, &c, 1); }

static rao_status put_escaped(rao_ctx *ctx, rao_text *t, const unsigned char *p, const unsigned char *end) {
    static const char escapes[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    rao_status st = RAO_OK;
    while (p < end) {
        const unsigned char *from = p;
        int length = 1;
        while (p < end && *p >= 0x20 && *p != '"' && *p != '\\' && (length = io_utf8_length(p, end)) > 0) p += length;
        if (p > from) RAO_TRY(rao_text_add(ctx, t, (const char *)from, p - from));
        if (p == end) break;
        const char *escape = NULL;
        for (const char *e = escapes; *e && !escape; e += 2)
            if (*e == (char)*p) escape = e;
        if (!length) RAO_TRY(rao_text_puts(ctx, t, "\xEF\xBF\xBD"));
        else if (escape) RAO_TRY(rao_text_printf(ctx, t, "\\%c", escape[1]));
        else RAO_TRY(rao_text_printf(ctx, t, "\\u%04x", *p));
        p++;
    }
done:
    return st;
}

/* A string in quotes. Bytes that are no UTF-8 become the replacement character, so that a line is always valid JSON. */
static rao_status put_quoted(rao_ctx *ctx, rao_text *t, const char *string) {
    const unsigned char *p = (const unsigned char *)string, *end = p + strlen(string), *plain = io_skip_plain(p, end);
    rao_status st = RAO_OK;
    RAO_TRY(put_char(ctx, t, '"'));
    RAO_TRY(put(ctx, t, string, plain - p));
    if (plain < end) RAO_TRY(put_escaped(ctx, t, plain, end));
    RAO_TRY(put_char(ctx, t, '"'));
done:
    return st;
}

/* What stands before a value: a comma, the key. */
static rao_status begin_value(rao_ctx *ctx, rao_json_writer *j, const char *key) {
    rao_status st = RAO_OK;
    int object = j->depth > 0 && (j->objects & level_bit(j));
    if (object && !key) return misuse(ctx, "a value in an object needs a key");
    if (!object && key) return misuse(ctx, "a key outside an object");
    if (j->depth == 0 && j->text.length > j->begun) return misuse(ctx, "a second value on one line");
    if (j->depth > 0 && (j->filled & level_bit(j))) RAO_TRY(put_char(ctx, &j->text, ','));
    if (j->depth > 0) j->filled |= level_bit(j);
    if (object) {
        RAO_TRY(put_quoted(ctx, &j->text, key));
        RAO_TRY(put_char(ctx, &j->text, ':'));
    }
done:
    return st;
}

static rao_status settle(rao_json_writer *j, rao_status st) {
    if (st != RAO_OK) j->failed = st;
    return st;
}

rao_status rao_json_raw(rao_ctx *ctx, rao_json_writer *json, const char *key, const char *text, int64_t length) {
    if (json->failed) return json->failed;
    rao_status st = begin_value(ctx, json, key);
    if (st == RAO_OK) st = put(ctx, &json->text, text, length);
    return settle(json, st);
}

static rao_status put_plain(rao_ctx *ctx, rao_json_writer *j, const char *key, const char *text) {
    return rao_json_raw(ctx, j, key, text, (int64_t)strlen(text));
}

static rao_status open_level(rao_ctx *ctx, rao_json_writer *j, const char *key, int object) {
    if (j->failed) return j->failed;
    if (j->depth == LEVELS) return settle(j, misuse(ctx, "deeper than 64 levels"));
    rao_status st = rao_json_raw(ctx, j, key, object ? "{" : "[", 1);
    if (st != RAO_OK) return st;
    j->depth++;
    j->objects = object ? j->objects | level_bit(j) : j->objects & ~level_bit(j);
    j->filled &= ~level_bit(j);
    return RAO_OK;
}

rao_status rao_json_object(rao_ctx *ctx, rao_json_writer *json, const char *key) { return open_level(ctx, json, key, 1); }
rao_status rao_json_array(rao_ctx *ctx, rao_json_writer *json, const char *key) { return open_level(ctx, json, key, 0); }

rao_status rao_json_end(rao_ctx *ctx, rao_json_writer *json) {
    if (json->failed) return json->failed;
    if (json->depth == 0) return settle(json, misuse(ctx, "an end without a beginning"));
    char bracket = json->objects & level_bit(json) ? '}' : ']';
    json->depth--;
    return settle(json, put_char(ctx, &json->text, bracket));
}

rao_status rao_json_string(rao_ctx *ctx, rao_json_writer *json, const char *key, const char *value) {
    if (!value) return rao_json_null(ctx, json, key);
    rao_status st = rao_json_raw(ctx, json, key, "", 0);
    return st == RAO_OK ? settle(json, put_quoted(ctx, &json->text, value)) : st;
}

rao_status rao_json_number(rao_ctx *ctx, rao_json_writer *json, const char *key, double value) {
    char text[RAO_DOUBLE_TEXT];
    if (!isfinite(value)) return rao_json_null(ctx, json, key);
    return rao_json_raw(ctx, json, key, text, rao_format_double(value, text));
}

rao_status rao_json_numbers(rao_ctx *ctx, rao_json_writer *json, const char *key, const double *values, int64_t n) {
    rao_status st = rao_json_array(ctx, json, key);
    for (int64_t i = 0; i < n && st == RAO_OK; i++) st = rao_json_number(ctx, json, NULL, values[i]);
    return st == RAO_OK ? rao_json_end(ctx, json) : st;
}

rao_status rao_json_int(rao_ctx *ctx, rao_json_writer *json, const char *key, int64_t value) {
    rao_status st = rao_json_raw(ctx, json, key, "", 0);
    return st == RAO_OK ? settle(json, rao_text_printf(ctx, &json->text, "%lld", (long long)value)) : st;
}

rao_status rao_json_bool(rao_ctx *ctx, rao_json_writer *json, const char *key, int value) {
    return put_plain(ctx, json, key, value ? "true" : "false");
}
rao_status rao_json_null(rao_ctx *ctx, rao_json_writer *json, const char *key) { return put_plain(ctx, json, key, "null"); }

rao_status rao_json_line(rao_ctx *ctx, rao_json_writer *json, rao_out *out) {
    rao_status st = RAO_OK;
    if (json->failed) return json->failed;
    if (json->depth > 0 || json->text.length == json->begun) return settle(json, misuse(ctx, "the value of this line is not complete"));
    RAO_TRY(put_char(ctx, &json->text, '\n'));
    json->begun = json->text.length;
    if (out) {
        RAO_TRY(rao_out_append(ctx, out, json->text.data, json->text.length));
        rao_json_clear(json);
    }
done:
    return settle(json, st);
}

void rao_json_clear(rao_json_writer *json) {
    rao_text kept = json->text;
    kept.length = 0;
    *json = (rao_json_writer){.text = kept};
}

void rao_json_writer_destroy(rao_json_writer *json) {
    if (!json) return;
    rao_text_destroy(&json->text);
    *json = (rao_json_writer){0};
}
