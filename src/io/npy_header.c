/* npy_header.c - the header of an NPY file: magic, version, length, and a Python dictionary of exactly three keys,
 * {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }, in any order (NumPy enhancement proposal 1). */
#include "io/npy.h"

typedef struct header_text {
    rao_ctx *ctx;
    const char *name;
    const unsigned char *begin, *at, *end; /* begin: of the file */
} header_text;

static rao_status expected(const header_text *t, const char *what) {
    return rao_fail(t->ctx, RAO_EIO, "%s: byte %lld: the NPY header is malformed, want %s", t->name, (long long)(t->at - t->begin), what);
}

static int peek(header_text *t) {
    while (t->at < t->end && (*t->at == ' ' || *t->at == '\n' || *t->at == '\t' || *t->at == '\r')) t->at++;
    return t->at < t->end ? *t->at : 0;
}

static int take(header_text *t, char c) {
    if (peek(t) != (unsigned char)c) return 0;
    t->at++;
    return 1;
}

static int take_word(header_text *t, const char *word) {
    size_t length = strlen(word);
    peek(t);
    if ((size_t)(t->end - t->at) < length || memcmp(t->at, word, length) != 0) return 0;
    t->at += length;
    return 1;
}

/* A Python string without escapes, in either kind of quotes. */
static rao_status take_string(header_text *t, const char *want, const char **text, int64_t *length) {
    int quote = peek(t);
    if (quote != '\'' && quote != '"') return expected(t, want);
    const unsigned char *begin = t->at + 1, *p = begin;
    while (p < t->end && *p != quote && *p != '\\' && *p != '\n') p++;
    if (p == t->end || *p != quote) return expected(t, want);
    *text = (const char *)begin;
    *length = p - begin;
    t->at = p + 1;
    return RAO_OK;
}

static rao_status take_length(header_text *t, int64_t *length) {
    int64_t value = 0;
    if (peek(t) < '0' || *t->at > '9') return expected(t, "a length or ')'");
    for (; t->at < t->end && *t->at >= '0' && *t->at <= '9'; t->at++) {
        if (value > (INT64_MAX - 9) / 10) return expected(t, "a length below 2^63");
        value = 10 * value + (*t->at - '0');
    }
    if (t->at < t->end && *t->at == 'L') t->at++; /* Python 2 */
    *length = value;
    return RAO_OK;
}

static rao_status take_shape(header_text *t, npy_header *h) {
    int comma = 1;
    if (!take(t, '(')) return expected(t, "a shape like (3, 4)");
    for (h->ndim = 0; !take(t, ')'); h->ndim++) {
        if (!comma) return expected(t, "',' or ')'");
        if (h->ndim == RAO_ARRAY_DIMS) return expected(t, "at most 8 dimensions");
        rao_status st = take_length(t, &h->shape[h->ndim]);
        if (st != RAO_OK) return st;
        comma = take(t, ',');
    }
    return h->ndim == 1 && !comma ? expected(t, "a shape like (3,)") : RAO_OK;
}

static int known_element(char kind, int64_t size) {
    if (kind == 'b') return size == 1;
    if (kind == 'f') return size == 2 || size == 4 || size == 8;
    return (kind == 'i' || kind == 'u') && (size == 1 || size == 2 || size == 4 || size == 8);
}

static rao_status take_descr(header_text *t, npy_header *h) {
    const char *text, *want = "a type like '<f8'; records and objects are not read";
    char quoted[IO_QUOTE_BYTES];
    int64_t length;
    rao_status st = take_string(t, want, &text, &length);
    if (st != RAO_OK) return st;
    int order = length == 3 ? text[0] : 0;
    if (!order || !strchr("<>|=", order) || !known_element(text[1], text[2] - '0'))
        return rao_fail(t->ctx, RAO_EIO, "%s: byte %lld: element type '%s', want b1, i1, i2, i4, i8, u1, u2, u4, u8, f2, f4 or f8", t->name,
                        (long long)((const unsigned char *)text - t->begin), io_quote(text, length, quoted));
    h->kind = text[1];
    h->element = text[2] - '0';
    h->big = order == '>' || (order == '=' && IO_HOST_BIG);
    return RAO_OK;
}

static rao_status take_order(header_text *t, npy_header *h) {
    h->fortran = take_word(t, "True");
    return h->fortran || take_word(t, "False") ? RAO_OK : expected(t, "True or False");
}

static rao_status take_pair(header_text *t, npy_header *h, unsigned *seen) {
    static const struct {
        const char *key;
        rao_status (*value)(header_text *, npy_header *);
    } keys[] = {{"descr", take_descr}, {"fortran_order", take_order}, {"shape", take_shape}};
    const char *text;
    int64_t length;
    rao_status st = take_string(t, "a key", &text, &length);
    if (st != RAO_OK) return st;
    if (!take(t, ':')) return expected(t, "':'");
    for (unsigned k = 0; k < 3; k++) {
        if ((size_t)length != strlen(keys[k].key) || memcmp(text, keys[k].key, (size_t)length) != 0) continue;
        if (*seen & 1u << k) return expected(t, "each key once");
        *seen |= 1u << k;
        return keys[k].value(t, h);
    }
    return expected(t, "the keys descr, fortran_order and shape only");
}

static rao_status take_dictionary(header_text *t, npy_header *h) {
    unsigned seen = 0;
    int comma = 1;
    if (!take(t, '{')) return expected(t, "'{'");
    while (!take(t, '}')) {
        if (!comma) return expected(t, "',' or '}'");
        rao_status st = take_pair(t, h, &seen);
        if (st != RAO_OK) return st;
        comma = take(t, ',');
    }
    if (seen != 7) return expected(t, "all of the keys descr, fortran_order and shape");
    peek(t);
    return t->at == t->end ? RAO_OK : expected(t, "nothing but blanks behind the dictionary");
}

rao_status npy_read_header(rao_ctx *ctx, const char *name, const unsigned char *bytes, int64_t n, npy_header *header) {
    npy_header h = {0};
    if (n < 10 || memcmp(bytes, "\x93NUMPY", 6) != 0)
        return rao_fail(ctx, RAO_EIO, "%s: not an NPY file, which begins with the byte 93, the letters NUMPY, a version and a length",
                        name);
    int major = bytes[6], minor = bytes[7], prefix = major == 1 ? 10 : 12;
    if (major < 1 || major > 3 || minor != 0)
        return rao_fail(ctx, RAO_EIO, "%s: byte 6: NPY version %d.%d, want 1.0, 2.0 or 3.0", name, major, minor);
    int64_t length = n < prefix ? INT64_MAX : major == 1 ? io_le16(bytes + 8) : (int64_t)io_le32(bytes + 8);
    if (length > n - prefix)
        return rao_fail(ctx, RAO_EIO, "%s: byte 8: the header is longer than the %lld bytes of the file; it is truncated", name,
                        (long long)n);
    h.offset = prefix + length;
    header_text t = {ctx, name, bytes, bytes + prefix, bytes + h.offset};
    rao_status st = take_dictionary(&t, &h);
    if (st == RAO_OK) *header = h;
    return st;
}
