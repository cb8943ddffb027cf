/* eval_id.c - the id of a request, which its answer repeats: any JSON value, copied from the text of the line, since a tree of doubles would change large numbers. The
 * text has been parsed, so it is known to be good. */
#include "eval.h"

#include <string.h>

static int is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static const char *skip_blanks(const char *at) {
    while (is_blank(*at)) at++;
    return at;
}

/* Behind the closing quote. */
static const char *skip_string(const char *at) {
    for (at++; *at != '"'; at++)
        if (*at == '\\') at++;
    return at + 1;
}

/* Behind a value that begins at `at`; an object's members end it, so the text goes on behind it. */
static const char *skip_value(const char *at) {
    int depth = 0;
    if (*at == '"') return skip_string(at);
    if (*at != '{' && *at != '[') return at + strcspn(at, ",}] \t\r\n");
    do {
        if (*at == '"') {
            at = skip_string(at);
            continue;
        }
        depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
        at++;
    } while (depth > 0);
    return at;
}

/* The value of member number `place` of the object that the text is. */
static const char *value_at(const char *at, int64_t place) {
    at = skip_blanks(at) + 1;
    for (int64_t i = 0;; i++) {
        at = skip_blanks(skip_string(skip_blanks(at)));
        at = skip_blanks(at + 1);
        if (i == place) return at;
        at = skip_blanks(skip_value(at)) + 1;
    }
}

static rao_status add_compact(rao_ctx *ctx, rao_text *out, const char *at, const char *end) {
    rao_status st = RAO_OK;
    while (at < end && st == RAO_OK) {
        const char *from = at;
        if (*at == '"') at = skip_string(at);
        else
            while (at < end && *at != '"' && !is_blank(*at)) at++;
        st = rao_text_add(ctx, out, from, at - from);
        while (at < end && is_blank(*at)) at++;
    }
    return st;
}

rao_status eval_put_id(eval_state *s, const cJSON *tree, const char *line) {
    int64_t place = 0;
    const cJSON *item = tree->child;
    rao_text text = {0};
    for (; item && strcmp(item->string, "id"); item = item->next) place++;
    if (!item) return RAO_OK;
    if (!strncmp(line, "\xEF\xBB\xBF", 3)) line += 3; /* byte order mark */
    const char *value = value_at(line, place);
    rao_status st = add_compact(s->ctx, &text, value, skip_value(value));
    if (st == RAO_OK) st = rao_json_raw(s->ctx, &s->json, "id", text.data, text.length);
    rao_text_destroy(&text);
    return st;
}
