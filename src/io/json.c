/* json.c - JSON text into cJSON's tree.
 *
 * The text is held to the grammar of RFC 8259 before cJSON sees it, for three reasons: cJSON reports no place and wants no sentence; it
 * takes what JSON does not have (01, raw line feeds in strings) and cuts strings at \u0000; and after a text is known to be good, the
 * only thing that can still fail is memory. One pass, O(n), recursion as deep as `depth` allows. */
#include "io/bytes.h"

#include <stdio.h>

#include <cjson/cJSON.h>

enum { DEPTH_MAX = 512, NUMBER_MAX = 63 }; /* cJSON copies a number into 64 bytes */

typedef struct json_scan {
    rao_ctx *ctx;
    const char *name;
    const unsigned char *begin, *at, *end;
    int depth, depth_max;
} json_scan;

static rao_status wanted(const json_scan *s, const char *what) {
    int64_t line = 1;
    const unsigned char *start = s->begin;
    for (const unsigned char *p = s->begin; p < s->at; p++)
        if (*p == '\n') line++, start = p + 1;
    return rao_fail(s->ctx, RAO_EIO, "%s: line %lld, column %lld: want %s", s->name, (long long)line, (long long)(s->at - start + 1), what);
}

/* The next character that is no blank, 0 at the end (and for a NUL, which fits nowhere either). */
static int peek(json_scan *s) {
    while (s->at < s->end && *s->at <= ' ' && (*s->at == ' ' || *s->at == '\n' || *s->at == '\t' || *s->at == '\r')) s->at++;
    return s->at < s->end ? *s->at : 0;
}

static int take(json_scan *s, char c) {
    if (peek(s) != (unsigned char)c) return 0;
    s->at++;
    return 1;
}

static rao_status scan_word(json_scan *s, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(s->end - s->at) < length || memcmp(s->at, word, length) != 0)
        return wanted(s, "a value: true, false, null, a number, a string, an array or an object");
    s->at += length;
    return RAO_OK;
}

static int64_t skip_digits(json_scan *s) {
    const unsigned char *from = s->at, *at = from;
    while (at < s->end && *at >= '0' && *at <= '9') at++;
    s->at = at;
    return at - from;
}

/* -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)? */
static int skip_number(json_scan *s, int *exponent) {
    if (*s->at == '-') s->at++;
    const unsigned char *integer = s->at;
    int64_t digits = skip_digits(s);
    if (digits == 0 || (*integer == '0' && digits > 1)) return 0;
    if (s->at < s->end && *s->at == '.') {
        s->at++;
        if (!skip_digits(s)) return 0;
    }
    *exponent = s->at < s->end && (*s->at | 0x20) == 'e';
    if (*exponent) {
        s->at++;
        if (s->at < s->end && (*s->at == '+' || *s->at == '-')) s->at++;
        if (!skip_digits(s)) return 0;
    }
    return 1;
}

static rao_status scan_number(json_scan *s) {
    const unsigned char *from = s->at;
    double value;
    int exponent = 0, good = skip_number(s, &exponent);
    int64_t length = s->at - from;
    if (!good) return wanted(s, "digits; a number is like -12.5e-3, without leading zeros");
    s->at = from; /* where the sentence points */
    if (length > NUMBER_MAX) return wanted(s, "a number of at most 63 characters");
    /* without an exponent at most 63 digits, far inside the range */
    if (exponent && rao_parse_double(NULL, (const char *)from, length, &value) != RAO_OK)
        return wanted(s, "a number within the range of double");
    s->at = from + length;
    return RAO_OK;
}

/* Four hexadecimal digits at p, or -1. */
static int32_t hex4(const unsigned char *p, const unsigned char *end) {
    int32_t code = 0;
    if (end - p < 4) return -1;
    for (int i = 0; i < 4; i++) {
        int c = p[i], digit = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
        if (digit < 0) return -1;
        code = code << 4 | digit;
    }
    return code;
}

/* Stands behind "\u". */
static rao_status scan_unicode(json_scan *s) {
    int32_t code = hex4(s->at, s->end);
    if (code < 0) return wanted(s, "four hexadecimal digits");
    if (code == 0) return wanted(s, "a character other than \\u0000, which a C string cannot hold");
    s->at += 4;
    if (code >= 0xDC00 && code <= 0xDFFF) return wanted(s, "no low surrogate without a high one before it");
    if (code < 0xD800 || code > 0xDBFF) return RAO_OK;
    int32_t low = s->end - s->at >= 6 && s->at[0] == '\\' && s->at[1] == 'u' ? hex4(s->at + 2, s->end) : -1;
    if (low < 0xDC00 || low > 0xDFFF) return wanted(s, "a low surrogate \\uDC00 to \\uDFFF behind a high one");
    s->at += 6;
    return RAO_OK;
}

static rao_status scan_escape(json_scan *s) {
    if (s->at == s->end || !*s->at || !strchr("\"\\/bfnrtu", *s->at)) return wanted(s, "one of \" \\ / b f n r t u behind a backslash");
    return *s->at++ == 'u' ? scan_unicode(s) : RAO_OK;
}

static rao_status scan_string(json_scan *s) {
    for (s->at++;;) {
        s->at = io_skip_plain(s->at, s->end);
        int length = s->at < s->end && *s->at >= 0x20 ? io_utf8_length(s->at, s->end) : 0;
        if (!length) return wanted(s, s->at == s->end ? "the quote that closes a string" : "UTF-8 text without control characters");
        s->at += length;
        if (s->at[-1] == '"' && length == 1) return RAO_OK;
        if (s->at[-1] == '\\' && length == 1) {
            rao_status st = scan_escape(s);
            if (st != RAO_OK) return st;
        }
    }
}

static rao_status scan_value(json_scan *s);

/* The members of an object or the items of an array, behind the opening bracket. */
static rao_status scan_members(json_scan *s, int object) {
    rao_status st = RAO_OK;
    if (take(s, object ? '}' : ']')) return RAO_OK;
    do {
        if (object) {
            if (peek(s) != '"') return wanted(s, "a key in quotes");
            RAO_TRY(scan_string(s));
            if (!take(s, ':')) return wanted(s, "':'");
        }
        RAO_TRY(scan_value(s));
    } while (take(s, ','));
    if (!take(s, object ? '}' : ']')) return wanted(s, object ? "',' or '}'" : "',' or ']'");
done:
    return st;
}

static rao_status too_deep(const json_scan *s) {
    char what[48];
    snprintf(what, sizeof what, "no deeper nesting than %d levels", s->depth_max);
    return wanted(s, what);
}

static rao_status scan_value(json_scan *s) {
    int c = peek(s);
    if (c == '"') return scan_string(s);
    if (c == '-' || (c >= '0' && c <= '9')) return scan_number(s);
    if (c != '{' && c != '[') return scan_word(s, c == 't' ? "true" : c == 'f' ? "false" : "null");
    if (s->depth == s->depth_max) return too_deep(s);
    s->at++;
    s->depth++;
    rao_status st = scan_members(s, c == '{');
    s->depth--;
    return st;
}

rao_status rao_json_parse(rao_ctx *ctx, const char *name, const void *bytes, int64_t n, int depth, struct cJSON **tree) {
    const unsigned char *begin = bytes;
    rao_status st = RAO_OK;
    if (n < 0 || depth < 1 || depth > DEPTH_MAX)
        return rao_fail(ctx, RAO_EINVAL, "json: n = %lld, depth = %d, want n >= 0 and a depth of 1 to %d", (long long)n, depth, DEPTH_MAX);
    if (n >= 3 && memcmp(begin, "\xEF\xBB\xBF", 3) == 0) begin += 3, n -= 3; /* byte order mark */
    json_scan s = {ctx, name, begin, begin, begin + n, 0, depth};
    RAO_TRY(scan_value(&s));
    if (peek(&s) || s.at < s.end) return wanted(&s, "nothing but blanks behind the value");
    cJSON *root = cJSON_ParseWithLength((const char *)begin, (size_t)n);
    if (!root) return rao_fail(ctx, RAO_ENOMEM, "%s: out of memory for %lld bytes of JSON", name, (long long)n);
    *tree = root;
done:
    return st;
}

rao_status rao_json_read(rao_ctx *ctx, const char *path, int64_t limit, int depth, struct cJSON **tree) {
    rao_status st = RAO_OK;
    void *bytes = NULL;
    int64_t n = 0;
    RAO_TRY(rao_file_read_unpacked(ctx, path, limit, &bytes, &n));
    RAO_TRY(rao_json_parse(ctx, io_name(path), bytes, n, depth, tree));
done:
    rao_free(&bytes);
    return st;
}

void rao_json_free(struct cJSON **tree) {
    if (!tree || !*tree) return;
    cJSON_Delete(*tree);
    *tree = NULL;
}
