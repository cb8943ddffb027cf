/* text.c - a growing string, and the nearest of several names (for errors that help). */
#include <rao/base.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static rao_status reserve(rao_ctx *ctx, rao_text *t, int64_t more) {
    int64_t need = t->length + more + 1;
    if (need <= t->capacity) return RAO_OK;
    int64_t capacity = t->capacity ? t->capacity : 256;
    while (capacity < need) capacity *= 2;
    char *grown = NULL;
    rao_status st = rao_alloc(ctx, capacity, &grown);
    if (st != RAO_OK) return st;
    if (t->length) memcpy(grown, t->data, (size_t)t->length);
    rao_free(&t->data);
    t->data = grown;
    t->capacity = capacity;
    return RAO_OK;
}

rao_status rao_text_add(rao_ctx *ctx, rao_text *t, const char *bytes, int64_t length) {
    rao_status st = reserve(ctx, t, length);
    if (st != RAO_OK) return st;
    if (length) memcpy(t->data + t->length, bytes, (size_t)length);
    t->length += length;
    t->data[t->length] = 0;
    return RAO_OK;
}

rao_status rao_text_puts(rao_ctx *ctx, rao_text *t, const char *string) { return rao_text_add(ctx, t, string, (int64_t)strlen(string)); }

rao_status rao_text_printf(rao_ctx *ctx, rao_text *t, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0) return rao_fail(ctx, RAO_EINVAL, "text: a format that cannot be printed");
    rao_status st = reserve(ctx, t, length);
    if (st != RAO_OK) return st;
    va_start(args, format);
    vsnprintf(t->data + t->length, (size_t)length + 1, format, args);
    va_end(args);
    t->length += length;
    return RAO_OK;
}

void rao_text_destroy(rao_text *t) {
    if (!t) return;
    rao_free(&t->data);
    t->length = t->capacity = 0;
}

enum { NAME_MAX_BYTES = 64 };

/* Optimal string alignment distance (one transposition counts one). */
static int distance(const char *a, int na, const char *b, int nb) {
    int rows[3][NAME_MAX_BYTES + 1];
    for (int j = 0; j <= nb; j++) rows[0][j] = j;
    for (int i = 1; i <= na; i++) {
        int *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        now[0] = i;
        for (int j = 1; j <= nb; j++) {
            int best = last[j - 1] + (a[i - 1] != b[j - 1]);
            if (last[j] + 1 < best) best = last[j] + 1;
            if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < best) best = before[j - 2] + 1;
            now[j] = best;
        }
    }
    return rows[na % 3][nb];
}

const char *rao_nearest(const char *given, const void *names, int64_t count, size_t stride) {
    size_t length = strlen(given);
    if (length == 0 || length > NAME_MAX_BYTES) return NULL;
    const char *nearest = NULL;
    int best = length < 2 ? 0 : length < 4 ? 1 : length < 6 ? 2 : (int)length / 3 + 1; /* farther than that is another word */
    for (int64_t i = 0; i < count; i++) {
        const char *name = *(const char *const *)(const void *)((const char *)names + (size_t)i * stride);
        size_t n = strlen(name);
        if (n > NAME_MAX_BYTES) continue;
        int d = distance(given, (int)length, name, (int)n);
        if (strncmp(given, name, length) == 0 && d > 1) d = 1; /* an unfinished word */
        if (d < best || (d == best && !nearest)) best = d, nearest = name;
    }
    return nearest;
}
