/* ask_density.c - a family of the user's own on a command line: --density 'exp(-abs(x - m)/b)/(2*b)' --coordinates 'm,b>0' --support 'LOW,HIGH'. */
#include "ask.h"

#include <ctype.h>
#include <string.h>

int ask_has_density(const ask_options *o) { return o->density || o->log_density; }

/* A comma that stands in no parentheses, or the end. */
static const char *item_end(const char *at) {
    int depth = 0;
    for (; *at && (depth > 0 || *at != ','); at++) depth += (*at == '(') - (*at == ')');
    return at;
}

/* What is left of a text without its blanks. */
typedef struct span {
    const char *at;
    int64_t length;
} span;

static span trim(const char *at, const char *end) {
    while (at < end && *at == ' ') at++;
    while (end > at && end[-1] == ' ') end--;
    return (span){at, end - at};
}

static int is_number(span s) {
    double value;
    return rao_parse_double(NULL, s.at, s.length, &value) == RAO_OK && value == value;
}

static int is_name(span s) {
    int64_t n = 0;
    while (n < s.length && (isalnum((unsigned char)s.at[n]) || s.at[n] == '_')) n++;
    return n > 0 && n == s.length && !isdigit((unsigned char)*s.at);
}

static rao_status no_coordinate(rao_ctx *ctx, span item) {
    return rao_fail(ctx, RAO_EINVAL, "--coordinates: '%.*s' is no coordinate, want a name with or without limits: mu, sigma>0, 0<p<1",
                    item.length > 40 ? 40 : (int)item.length, item.at);
}

/* "0<p<1" into up to three parts; *sign is '<' or '>', 0 where there is one part. 0: no such thing. */
static int split(span item, span part[3], char *sign) {
    int n = 0;
    const char *from = item.at, *end = item.at + item.length;
    *sign = 0;
    for (const char *at = from;; at++) {
        if (at < end && *at != '<' && *at != '>') continue;
        if (n == 3) return 0;
        part[n++] = trim(from, at);
        if (at == end) return n;
        if (*sign && *sign != *at) return 0;
        *sign = *at, from = at + 1;
    }
}

static rao_status limit(rao_ctx *ctx, span number, double otherwise, cJSON *interval) {
    rao_status st = RAO_OK;
    cJSON *item = NULL;
    if (number.length) RAO_TRY(ask_number(ctx, number.at, number.length, number.at, &item));
    st = ask_put(ctx, interval, NULL, number.length ? item : cJSON_CreateString(otherwise < 0 ? "-inf" : "inf"));
done:
    return st;
}

/* A coordinate and its open interval, null where it has none, into the object. */
static rao_status put_coordinate(rao_ctx *ctx, span item, cJSON *object) {
    rao_status st = RAO_OK;
    span part[3], name, low = {"", 0}, high = {"", 0};
    char sign, text[RAO_COORD_NAME];
    int n = split(item, part, &sign), middle = n == 3 || (n == 2 && is_number(part[0]));
    cJSON *interval = NULL;
    if (n == 0 || (n > 1 && (is_number(part[middle]) || !is_number(part[n == 2 ? !middle : 0]))) || (n == 3 && !is_number(part[2])))
        return no_coordinate(ctx, item);
    name = part[middle];
    if (!is_name(name) || name.length >= (int64_t)sizeof text) return no_coordinate(ctx, item);
    memcpy(text, name.at, (size_t)name.length), text[name.length] = 0;
    if (eval_find(object, text)) return rao_fail(ctx, RAO_EINVAL, "--coordinates: '%s' stands there twice", text);
    if (n == 1) return ask_put(ctx, object, text, cJSON_CreateNull());
    for (int i = 0; i < n; i++) /* a part before the name is below it where the sign is < */
        if (i != middle) *((i < middle) == (sign == '<') ? &low : &high) = part[i];
    interval = cJSON_CreateArray();
    if (interval) RAO_TRY(limit(ctx, low, -1, interval));
    if (interval) RAO_TRY(limit(ctx, high, 1, interval));
    st = ask_put(ctx, object, text, interval), interval = NULL;
done:
    cJSON_Delete(interval);
    return st;
}

static rao_status put_coordinates(rao_ctx *ctx, const char *word, cJSON *request) {
    rao_status st = RAO_OK;
    cJSON *object = NULL;
    if (!word)
        return rao_fail(ctx, RAO_EINVAL, "--coordinates is missing: the names of the density's coordinates in order, like mu,sigma>0");
    if (*word == '[' || *word == '{') {
        RAO_TRY(ask_json(ctx, "--coordinates", word, &object));
    } else {
        object = cJSON_CreateObject();
        for (const char *at = word, *end; object; at = end + 1) {
            end = item_end(at);
            RAO_TRY(put_coordinate(ctx, trim(at, end), object));
            if (!*end) break;
        }
    }
    st = ask_put(ctx, request, "coordinates", object), object = NULL;
done:
    cJSON_Delete(object);
    return st;
}

/* A number, or an expression as it stands. */
static rao_status put_end(rao_ctx *ctx, const char *at, const char *end, cJSON *pair) {
    span s = trim(at, end);
    cJSON *item = NULL;
    rao_text text = {0};
    rao_status st = is_number(s) ? ask_number(ctx, s.at, s.length, s.at, &item) : rao_text_add(ctx, &text, s.at, s.length);
    if (st == RAO_OK) st = ask_put(ctx, pair, NULL, item ? item : cJSON_CreateString(text.data));
    rao_text_destroy(&text);
    return st;
}

static rao_status put_support(rao_ctx *ctx, const char *word, cJSON *request) {
    rao_status st = RAO_OK;
    const char *comma = item_end(word), *end = *comma ? item_end(comma + 1) : comma;
    cJSON *pair = NULL;
    if (*word == '[') {
        RAO_TRY(ask_json(ctx, "--support", word, &pair));
    } else {
        if (!*comma || *end) return rao_fail(ctx, RAO_EINVAL, "--support is '%.60s', want LOW,HIGH, like 0,inf", word);
        pair = cJSON_CreateArray();
        if (pair) RAO_TRY(put_end(ctx, word, comma, pair));
        if (pair) RAO_TRY(put_end(ctx, comma + 1, end, pair));
    }
    st = ask_put(ctx, request, "support", pair), pair = NULL;
done:
    cJSON_Delete(pair);
    return st;
}

rao_status ask_put_density(rao_ctx *ctx, const ask_options *o, cJSON *request) {
    rao_status st = RAO_OK;
    if (o->density && o->log_density) return rao_fail(ctx, RAO_EINVAL, "--density and --log-density exclude each other");
    RAO_TRY(ask_put(ctx, request, o->density ? "density" : "log_density", cJSON_CreateString(o->density ? o->density : o->log_density)));
    RAO_TRY(put_coordinates(ctx, o->coordinates, request));
    if (o->support) RAO_TRY(put_support(ctx, o->support, request));
    if (o->discrete) RAO_TRY(ask_put(ctx, request, "discrete", cJSON_CreateTrue()));
    if (o->unnormalised) RAO_TRY(ask_put(ctx, request, "unnormalised", cJSON_CreateTrue()));
done:
    return st;
}

rao_status ask_explain_density(rao_ctx *ctx, rao_text *out) {
    return rao_text_puts(ctx, out,
                         "\nA family of your own is given by its density in the place of FAMILY, with its coordinates in the order of the "
                         "points:\n  --density 'exp(-abs(x - m)/b)/(2*b)' --coordinates 'm,b>0'\n");
}
