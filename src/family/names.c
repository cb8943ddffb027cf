/* names.c - lists of coordinate names with marks: "mu#,sigma" in two dimensions is mu_1, mu_2, sigma. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "family/family.h"

static int64_t repeats(char mark, int64_t d) {
    switch (mark) {
    case '#': return d;
    case '%': return d - 1;
    case '^': return d * (d + 1) / 2;
    default: return 1;
    }
}

int64_t rao_names_count(const char *names, int64_t d) {
    int64_t count = 0;
    for (const char *item = names; item;) {
        const char *comma = strchr(item, ',');
        size_t length = comma ? (size_t)(comma - item) : strlen(item);
        if (length) count += repeats(item[length - 1], d);
        item = comma ? comma + 1 : NULL;
    }
    return count;
}

/* The name of entry j under a mark. */
static void write_name(const char *item, size_t length, char mark, int64_t d, int64_t j, char *name) {
    char text[96] = "";
    int64_t row = 0;
    if (mark == '^') {
        while (j >= d - row) j -= d - row++;
        snprintf(text, sizeof text, "_%lld_%lld", (long long)row + 1, (long long)(row + j) + 1);
    } else if (mark == '#' || mark == '%') {
        snprintf(text, sizeof text, "_%lld", (long long)j + 1);
    }
    int stem = (int)length - (*text != 0), room = RAO_COORD_NAME - 1 - (int)strlen(text);
    if (stem > room) stem = room;
    memcpy(name, item, (size_t)stem);
    memcpy(name + stem, text, strlen(text) + 1);
}

void rao_write_number(char name[RAO_COORD_NAME], const char *prefix, int64_t number, const char *own) {
    char text[2 * RAO_COORD_NAME];
    snprintf(text, sizeof text, "%s%lld%s%s", prefix, (long long)number, *own ? "." : "", own);
    memcpy(name, text, RAO_COORD_NAME - 1);
    name[RAO_COORD_NAME - 1] = 0;
}

/* Entry j of a list of names. */
static int find_name(const char *list, int64_t d, int64_t j, char name[RAO_COORD_NAME]) {
    for (const char *item = list; item && *item && j >= 0;) {
        const char *comma = strchr(item, ',');
        size_t length = comma ? (size_t)(comma - item) : strlen(item);
        int64_t count = repeats(item[length - 1], d);
        if (j < count) return write_name(item, length, item[length - 1], d, j, name), 1;
        j -= count;
        item = comma ? comma + 1 : NULL;
    }
    return 0;
}

/* Of the tangent, or of all numbers of a point. */
static rao_status coord_name(rao_ctx *ctx, const rao_family *family, int64_t chart, int64_t j, int of_point, char name[RAO_COORD_NAME]) {
    if (chart < 0 || chart >= family->table->chart_count)
        return rao_fail(ctx, RAO_EINVAL, "%s: chart %lld, want 0..%lld", family->table->info.name, (long long)chart,
                        (long long)family->table->chart_count - 1);
    const family_chart *c = &family->table->charts[chart];
    int64_t n = of_point ? rao_family_coords(family, chart) : rao_family_tangent(family, chart);
    if (family->part_count && j >= 0 && j < n) return rao_mixture_coord_name(ctx, family, j, of_point, name);
    if (find_name(c->tangent && !of_point ? c->tangent : c->coords, family->d, j, name)) return RAO_OK;
    return rao_fail(ctx, RAO_EINVAL, "%s.%s: coordinate %lld, want 0..%lld", family->table->info.name, c->name, (long long)j,
                    (long long)n - 1);
}

rao_status rao_family_coord_name(rao_ctx *ctx, const rao_family *family, int64_t chart, int64_t j, char name[RAO_COORD_NAME]) {
    return coord_name(ctx, family, chart, j, 0, name);
}

rao_status rao_family_point_name(rao_ctx *ctx, const rao_family *family, int64_t chart, int64_t j, char name[RAO_COORD_NAME]) {
    return coord_name(ctx, family, chart, j, 1, name);
}

/* The last of k probabilities gives way: dp_k = -sum of the others. */
static void drop_last(const double *g, int64_t k, double *out) {
    for (int64_t i = 0; i < k - 1; i++) out[i] = g[i] - g[k - 1];
}

void rao_gradient_of_point(const rao_family *f, int64_t chart, const double *g, double *out) {
    int64_t k = f->part_count ? f->part_count : f->coords[chart];
    if (f->coords[chart] == f->tangents[chart]) memcpy(out, g, sizeof *g * (size_t)k);
    else drop_last(g, k, out);
    g += k, out += k - 1;
    for (int64_t i = 0; i < f->part_count; i++) {
        rao_gradient_of_point(&f->parts[i], 0, g, out);
        g += f->parts[i].coords[0], out += f->parts[i].tangents[0];
    }
}
