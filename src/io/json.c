/* json.c - JSON text into cJSON's tree.
 *
 * The text is held to the grammar of RFC 8259 before cJSON sees it, for three reasons: cJSON reports no place and wants no sentence; it
 * takes what JSON does not have (01, raw line feeds in strings) and cuts strings at \u0000; and after a text is known to be good, the
 * only thing that can still fail is memory. One pass, O(n), recursion as deep as `depth` allows.
 *
 * Numbers get their values in that pass: cJSON asks the locale for each, copies it and calls strtod, which takes longer than all else that it
 * does. What cJSON reads is a copy in which each number is `null`; the values are put into its tree afterwards, in the order of the text. */
#include "io/bytes.h"
#include "io/shortest.h"

#include <math.h>
#include <stdio.h>

#include <cjson/cJSON.h>

enum { DEPTH_MAX = 512, NUMBER_MAX = 63 }; /* a number that cJSON would read from the text, too */

typedef struct json_scan {
    rao_ctx *ctx;
    const char *name;
    const unsigned char *begin, *at, *end;
    int depth, depth_max;
    char *copy;                  /* the text up to `copied`, with null for numbers */
    const unsigned char *copied; /* behind the last number */
    double *values;              /* of every number and null, in order; NaN for null */
    int64_t count;
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

/* A number as it is read: digits * 10^exponent while there are no more than 19 digits. */
typedef struct json_number {
    uint64_t digits;
    int64_t exponent, count;
} json_number;

static int64_t skip_digits(json_scan *s, uint64_t *number) {
    const unsigned char *from = s->at, *at = from;
    for (; at < s->end && (unsigned)(*at - '0') < 10; at++) *number = 10 * *number + (unsigned)(*at - '0');
    s->at = at;
    return at - from;
}

/* [eE] [+-]? [0-9]+, where there is one. */
static int skip_exponent(json_scan *s, json_number *number) {
    uint64_t e = 0;
    if (s->at == s->end || (*s->at | 0x20) != 'e') return 1;
    s->at++;
    int negative = s->at < s->end && *s->at == '-';
    if (s->at < s->end && (negative || *s->at == '+')) s->at++;
    int64_t digits = skip_digits(s, &e);
    if (digits > 6) e = 999999; /* beyond every range, or zeros: left to who reads all */
    number->exponent += negative ? -(int64_t)e : (int64_t)e;
    return digits > 0;
}

/* -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)? */
static int skip_number(json_scan *s, json_number *number) {
    if (*s->at == '-') s->at++;
    const unsigned char *integer = s->at;
    number->count = skip_digits(s, &number->digits);
    if (number->count == 0 || (*integer == '0' && number->count > 1)) return 0;
    if (s->at < s->end && *s->at == '.') {
        s->at++;
        int64_t behind = skip_digits(s, &number->digits);
        if (behind == 0) return 0;
        number->count += behind, number->exponent = -behind;
    }
    return skip_exponent(s, number);
}

static void note_value(json_scan *s, double value) { s->values[s->count++] = value; }

static void copy_until(json_scan *s, const unsigned char *stop) {
    size_t n = (size_t)(stop - s->copied);
    memcpy(s->copy, s->copied, n);
    s->copy += n, s->copied = stop;
}

/* The number from `from` to s->at. */
static void note_number(json_scan *s, const unsigned char *from, double value) {
    copy_until(s, from);
    memcpy(s->copy, "null", 4);
    s->copy += 4, s->copied = s->at;
    note_value(s, value);
}

static rao_status scan_number(json_scan *s) {
    const unsigned char *from = s->at;
    double value;
    json_number number = {0};
    int good = skip_number(s, &number);
    int64_t length = s->at - from;
    if (!good) return wanted(s, "digits; a number is like -12.5e-3, without leading zeros");
    if (length > NUMBER_MAX) {
        s->at = from; /* where the sentence points */
        return wanted(s, "a number of at most 63 characters");
    }
    if (number.count <= 19 && io_nearest(number.digits, number.exponent, &value)) {
        if (*from == '-') value = -value;
    } else if (rao_parse_double(NULL, (const char *)from, length, &value) != RAO_OK) {
        s->at = from;
        return wanted(s, "a number within the range of double");
    }
    note_number(s, from, value);
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

static rao_status scan_null(json_scan *s) {
    rao_status st = scan_word(s, "null");
    if (st == RAO_OK) note_value(s, (double)NAN);
    return st;
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
    if (c == 't' || c == 'f') return scan_word(s, c == 't' ? "true" : "false");
    if (c != '{' && c != '[') return scan_null(s);
    if (s->depth == s->depth_max) return too_deep(s);
    s->at++;
    s->depth++;
    rao_status st = scan_members(s, c == '{');
    s->depth--;
    return st;
}

/* Not fewer than the numbers and nulls of a text: each stands behind a bracket, a comma or a colon, or is all that there is; and none behind
 * those in strings, of which there may be more. */
static int64_t most_values(const unsigned char *text, int64_t n) {
    enum { SHORT = 1024 };
    int64_t most = 1, bound = n / 2 + 1;
    for (int64_t i = 0; i < n && n > SHORT; i++) most += text[i] == ',' || text[i] == '[' || text[i] == ':';
    return n > SHORT && most < bound ? most : bound;
}

/* Puts the values into the nulls that stand for them, from *values on, which goes to the next. */
static void fill(cJSON *item, const double **values) {
    for (; item; item = item->next) {
        if (item->child) fill(item->child, values);
        if (item->type != cJSON_NULL) continue;
        double value = *(*values)++;
        if (isnan(value)) continue;
        item->type = cJSON_Number;
        cJSON_SetNumberHelper(item, value);
    }
}

/* What the scan has found good, by cJSON. */
static cJSON *make_tree(json_scan *s, char *copy, const double *values) {
    if (s->copied == s->begin) return cJSON_ParseWithLength((const char *)s->begin, (size_t)(s->end - s->begin));
    copy_until(s, s->end);
    cJSON *root = cJSON_ParseWithLength(copy, (size_t)(s->copy - copy));
    if (root) fill(root, &values);
    return root;
}

rao_status rao_json_parse(rao_ctx *ctx, const char *name, const void *bytes, int64_t n, int depth, struct cJSON **tree) {
    const unsigned char *begin = bytes;
    rao_status st = RAO_OK;
    char *copy;
    double *values;
    if (n < 0 || depth < 1 || depth > DEPTH_MAX)
        return rao_fail(ctx, RAO_EINVAL, "json: n = %lld, depth = %d, want n >= 0 and a depth of 1 to %d", (long long)n, depth, DEPTH_MAX);
    rao_mark mark = rao_scratch_mark(ctx);
    if (n >= 3 && memcmp(begin, "\xEF\xBB\xBF", 3) == 0) begin += 3, n -= 3; /* byte order mark */
    int64_t most = most_values(begin, n);
    RAO_TRY(rao_scratch(ctx, n + 3 * most, &copy));
    RAO_TRY(rao_scratch(ctx, most, &values));
    json_scan s = {ctx, name, begin, begin, begin + n, 0, depth, copy, begin, values, 0};
    RAO_TRY(scan_value(&s));
    if (peek(&s) || s.at < s.end) RAO_TRY(wanted(&s, "nothing but blanks behind the value"));
    cJSON *root = make_tree(&s, copy, values);
    if (!root) RAO_TRY(rao_fail(ctx, RAO_ENOMEM, "%s: out of memory for %lld bytes of JSON", name, (long long)n));
    *tree = root;
done:
    rao_scratch_reset(ctx, mark);
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
