/* eval_read.c - a request's parts: text, numbers, points, the family; eval_density.c reads those of a density. */
#include "eval.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* strcmp's call costs more than most comparisons need. */
static int same(const char *a, const char *b) { return a[0] == b[0] && !strcmp(a, b); }

const cJSON *eval_find(const cJSON *tree, const char *key) {
    if (!eval_is(tree, cJSON_Object)) return NULL;
    for (const cJSON *item = tree->child; item; item = item->next)
        if (same(item->string, key)) return item;
    return NULL;
}

rao_status eval_get_text(rao_ctx *ctx, const cJSON *tree, const char *key, int needed, const char **text) {
    const cJSON *item = eval_find(tree, key);
    *text = NULL;
    if (!item && !needed) return RAO_OK;
    if (!item) return rao_fail(ctx, RAO_EINVAL, "%s is missing: %s", key, eval_key_use(eval_key_index(key)));
    if (!eval_is(item, cJSON_String)) return rao_fail(ctx, RAO_EINVAL, "%s is not a string", key);
    *text = item->valuestring;
    return RAO_OK;
}

rao_status eval_get_chart(rao_ctx *ctx, const cJSON *tree, const char **chart) {
    rao_status st = eval_get_text(ctx, tree, "chart", 0, chart);
    if (st != RAO_OK || !*chart || **chart) return st;
    return rao_fail(ctx, RAO_EINVAL, "chart is \"\", want the name of one; left out it is the family's first");
}

rao_status eval_get_number(rao_ctx *ctx, const cJSON *item, const char *key, double *value) {
    if (eval_is(item, cJSON_Number)) return *value = item->valuedouble, RAO_OK;
    if (eval_is(item, cJSON_String) && !strcmp(item->valuestring, "inf")) return *value = HUGE_VAL, RAO_OK;
    if (eval_is(item, cJSON_String) && !strcmp(item->valuestring, "-inf")) return *value = -HUGE_VAL, RAO_OK;
    return rao_fail(ctx, RAO_EINVAL, "%s is not a number", key);
}

rao_status eval_get_entry(rao_ctx *ctx, const cJSON *list, const cJSON *entry, const char *key, double *value) {
    char name[96];
    int place = 1;
    rao_status st = eval_get_number(ctx, entry, key, value);
    if (st == RAO_OK) return st;
    for (const cJSON *one = list->child; one != entry; one = one->next) place++;
    snprintf(name, sizeof name, "%.64s: entry %d", key, place);
    return eval_get_number(ctx, entry, name, value);
}

static rao_status get_point(rao_ctx *ctx, const cJSON *item, const char *key, int64_t width, double *out) {
    rao_status st = RAO_OK;
    int64_t n = eval_is(item, cJSON_Array) ? cJSON_GetArraySize(item) : 1;
    if (n != width && n == 1 && !eval_is(item, cJSON_Array) && !eval_is(item, cJSON_Number))
        return rao_fail(ctx, RAO_EINVAL, "%s is no array, want one of %lld numbers", key, (long long)width);
    if (n != width)
        return rao_fail(ctx, RAO_EINVAL, "%s has %lld number%s, want %lld", key, (long long)n, n == 1 ? "" : "s", (long long)width);
    if (!eval_is(item, cJSON_Array)) return eval_get_number(ctx, item, key, out);
    for (const cJSON *entry = item->child; entry; entry = entry->next) RAO_TRY(eval_get_entry(ctx, item, entry, key, out++));
done:
    return st;
}

/* A list of points, and no point: some item is an array or an object; or the points are numbers and there is not one. */
static int is_batch(const cJSON *item, int64_t width) {
    if (!eval_is(item, cJSON_Array)) return 0;
    for (const cJSON *one = item->child; one; one = one->next)
        if (eval_is(one, cJSON_Array) || eval_is(one, cJSON_Object)) return 1;
    return width == 1 && (!item->child || item->child->next);
}

static rao_status note_bad(rao_ctx *ctx, eval_points *out, int64_t i, const cJSON *item) {
    if (!out->bad) {
        rao_status st = rao_scratch(ctx, out->count, &out->bad);
        if (st != RAO_OK) return st;
        memset(out->bad, 0, sizeof *out->bad * (size_t)out->count);
    }
    out->bad[i] = item;
    for (int64_t j = 0; j < out->width; j++) out->data[i * out->width + j] = NAN;
    return RAO_OK;
}

rao_status eval_get_batch(rao_ctx *ctx, const cJSON *tree, const char *key, int64_t width, eval_points *out) {
    rao_status st = RAO_OK;
    const cJSON *item = eval_find(tree, key);
    *out = (eval_points){.width = width, .key = key};
    if (!item) return RAO_OK;
    out->batch = is_batch(item, width);
    out->count = out->batch ? cJSON_GetArraySize(item) : 1;
    if (eval_is(item, cJSON_Array) && !item->child) return rao_fail(ctx, RAO_EINVAL, "%s is an empty array", key);
    RAO_TRY(rao_scratch(ctx, out->count * width, &out->data));
    if (!out->batch) return get_point(ctx, item, key, width, out->data);
    int64_t i = 0;
    for (const cJSON *one = item->child; one; one = one->next, i++)
        if (get_point(ctx, one, key, width, out->data + i * width) != RAO_OK) RAO_TRY(note_bad(ctx, out, i, one));
done:
    return st;
}

static rao_status name_numbers(const eval_request *r, rao_status st) {
    enum { SHOWN = 8 };
    char names[SHOWN * (RAO_COORD_NAME + 2) + 8] = "", name[RAO_COORD_NAME], sentence[400];
    rao_ctx *ctx = r->s->ctx;
    int64_t n = rao_family_coords(r->family, r->chart);
    if (n > SHOWN || !strstr(rao_ctx_message(ctx), ", want ")) return st;
    snprintf(sentence, sizeof sentence, "%s", rao_ctx_message(ctx));
    for (int64_t i = 0; i < n; i++) {
        size_t used = strlen(names);
        rao_status named = rao_family_point_name(ctx, r->family, r->chart, i, name);
        if (named != RAO_OK) return named;
        snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", name);
    }
    return rao_fail(ctx, st, "%s: %s", sentence, names);
}

/* "p has 3 numbers, want 2" of a point says which: mu, sigma. */
rao_status eval_name_numbers(const eval_request *r, rao_status st) { return st == RAO_EINVAL ? name_numbers(r, st) : st; }

rao_status eval_get_chart_points(eval_request *r, const char *key, eval_points *out) {
    return eval_name_numbers(r, eval_get_points(r->s->ctx, r->tree, key, rao_family_coords(r->family, r->chart), out));
}

rao_status eval_get_chart_batch(eval_request *r, const char *key, eval_points *out) {
    return eval_name_numbers(r, eval_get_batch(r->s->ctx, r->tree, key, rao_family_coords(r->family, r->chart), out));
}

rao_status eval_check_item(eval_request *r, const eval_points *points, int64_t i) {
    const cJSON *item = points->bad ? points->bad[points->count > 1 ? i : 0] : NULL;
    double *numbers;
    if (!item) return RAO_OK;
    if (eval_is(item, cJSON_Object)) return eval_check_object(r, item);
    rao_status st = rao_scratch(r->s->ctx, points->width, &numbers);
    if (st == RAO_OK) st = get_point(r->s->ctx, item, points->key, points->width, numbers);
    return !strcmp(points->key, "p") || !strcmp(points->key, "q") ? eval_name_numbers(r, st) : st;
}

rao_status eval_get_points(rao_ctx *ctx, const cJSON *tree, const char *key, int64_t width, eval_points *out) {
    char name[64];
    rao_status st = eval_get_batch(ctx, tree, key, width, out);
    for (int64_t i = 0; st == RAO_OK && out->bad && i < out->count; i++) {
        if (!out->bad[i]) continue;
        snprintf(name, sizeof name, "%s: item %lld", key, (long long)i + 1);
        return get_point(ctx, out->bad[i], name, width, out->data + i * width);
    }
    return st;
}

rao_status eval_get_real(rao_ctx *ctx, const cJSON *tree, const char *key, double *value) {
    const cJSON *item = eval_find(tree, key);
    return item ? eval_get_number(ctx, item, key, value) : RAO_OK;
}

rao_status eval_get_whole(rao_ctx *ctx, const cJSON *tree, const char *key, int64_t *value) {
    const cJSON *item = eval_find(tree, key);
    if (!item) return RAO_OK;
    if (!eval_is(item, cJSON_Number) || !(item->valuedouble >= 0) || item->valuedouble > 0x1p53 ||
        item->valuedouble != floor(item->valuedouble))
        return rao_fail(ctx, RAO_EINVAL, "%s is not a whole number >= 0", key);
    *value = (int64_t)item->valuedouble;
    return RAO_OK;
}

rao_status eval_get_flag(rao_ctx *ctx, const cJSON *tree, const char *key, int *flag) {
    const cJSON *item = eval_find(tree, key);
    if (item && !eval_is(item, cJSON_True) && !eval_is(item, cJSON_False)) return rao_fail(ctx, RAO_EINVAL, "%s is not true or false", key);
    if (item) *flag = eval_is(item, cJSON_True);
    return RAO_OK;
}

/* ---- the family ---- */

static const rao_family_info *info_of(const char *name) {
    for (int64_t i = 0; rao_family_list(i); i++)
        if (!strcmp(rao_family_list(i)->name, name)) return rao_family_list(i);
    return NULL;
}

uint32_t eval_hash(uint32_t seed, const char *name) {
    uint32_t h = seed ^ 2166136261u; /* FNV-1a */
    for (; *name; name++) h = (h ^ (unsigned char)*name) * 16777619u;
    return h ^ h >> 15;
}

static uint32_t hash_number(uint32_t seed, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (seed ^ (uint32_t)(bits >> 32) ^ (uint32_t)bits) * 2654435761u;
}

/* What names a family and a chart. */
typedef struct wish {
    const char *name, *chart; /* chart "" where none is named */
    rao_fixed fixed;
    int64_t count, width;
    eval_width_of width_of;
} wish;

/* Entries of the first array in a list, 0 where there is none. */
static int64_t first_row(const cJSON *list) {
    for (const cJSON *one = list->child; one; one = one->next)
        if (eval_is(one, cJSON_Array)) return cJSON_GetArraySize(one);
    return 0;
}

/* The dimension of a family that has a choice follows from the first point; without one from the observations, which are vectors, or the numbers of classes. */
static void want_width(const cJSON *tree, wish *w) {
    const cJSON *p = eval_find(tree, "p"), *data;
    if (!p) p = eval_find(tree, "points");
    w->width = eval_is(p, cJSON_Array) ? first_row(p) : 1;
    if (!w->width) w->width = cJSON_GetArraySize(p);
    if (p || !(data = eval_find(tree, "data")) || !eval_is(data, cJSON_Array)) return;
    if (strcmp(w->name, "categorical")) {
        w->width = first_row(data), w->width_of = EVAL_OF_OBSERVATION;
        return;
    }
    for (const cJSON *one = data->child; one; one = one->next)
        if (eval_is(one, cJSON_Number) && one->valuedouble >= (double)w->width && one->valuedouble < 1e6)
            w->width = (int64_t)one->valuedouble + 1, w->width_of = EVAL_OF_DIMENSION;
}

static rao_status make(rao_ctx *ctx, const char *name, const rao_fixed *fixed, int64_t count, int64_t dimension, rao_family **family) {
    rao_family_opts o;
    if (!strcmp(name, "mixture"))
        return rao_fail(ctx, RAO_EINVAL, "mixture: a point is {\"weights\":[..],\"components\":[{\"family\":..,\"p\":..},..]}");
    rao_family_opts_init(&o);
    o.dimension = dimension, o.fixed = fixed, o.fixed_count = count;
    rao_family_destroy(family);
    rao_status st = rao_family_create(ctx, name, &o, family);
    if (st == RAO_EINVAL && !info_of(name) && !strstr(rao_ctx_message(ctx), "did you mean"))
        return rao_fail(ctx, RAO_EINVAL, "no family \"%.60s\"; `rao family list` names them", name);
    return st;
}

enum { DIMENSION_MOST = 1 << 20 };

static int fits(const wish *w, const eval_kept *kept) {
    const rao_family *f = kept->family;
    return w->width <= (w->width_of == EVAL_OF_OBSERVATION ? rao_family_observation(f) : rao_family_coords(f, kept->chart));
}

/* The family and the chart that a request names, in the least dimension in which a point of this chart, or an observation, has as many numbers as the request's:
 * doubled until it is enough, then halved in. */
static rao_status make_to_fit(rao_ctx *ctx, const wish *w, eval_kept *kept) {
    rao_status st = RAO_OK;
    const rao_family_info *info = info_of(w->name);
    int64_t least = info ? info->least_dimension : 0, enough = least, low = least;
    int classes = w->width_of == EVAL_OF_DIMENSION && w->width > least;
    RAO_TRY(make(ctx, w->name, &w->fixed, w->count, classes ? w->width : enough, &kept->family));
    RAO_TRY(rao_family_chart_index(ctx, kept->family, w->chart, &kept->chart));
    if (classes || w->width_of == EVAL_OF_DIMENSION) return RAO_OK;
    if (w->width_of == EVAL_OF_OBSERVATION && rao_family_observation(kept->family) == 1 && least > 1) return RAO_OK; /* a class */
    while (enough && !fits(w, kept) && enough < DIMENSION_MOST) {
        low = enough + 1, enough *= 2;
        RAO_TRY(make(ctx, w->name, &w->fixed, w->count, enough, &kept->family));
    }
    while (low < enough) {
        int64_t middle = low + (enough - low) / 2;
        RAO_TRY(make(ctx, w->name, &w->fixed, w->count, middle, &kept->family));
        if (!fits(w, kept)) low = middle + 1;
        else enough = middle;
    }
    if (enough && rao_family_dimension(kept->family) != enough) RAO_TRY(make(ctx, w->name, &w->fixed, w->count, enough, &kept->family));
done:
    return st;
}

static rao_status get_fixed(rao_ctx *ctx, const cJSON *tree, const char *name, rao_fixed *fixed, int64_t *count) {
    const cJSON *item = eval_find(tree, "fixed");
    *count = 0;
    if (!item) return RAO_OK;
    if (!eval_is(item, cJSON_Object) || !item->child || item->child->next) {
        const rao_family_info *info = info_of(name);
        return rao_fail(ctx, RAO_EINVAL, "fixed is {\"%s\":number}", info && info->fixed ? info->fixed : "n");
    }
    fixed->name = item->child->string;
    *count = 1;
    if (eval_is(item->child, cJSON_Number) || eval_is(item->child, cJSON_String))
        return eval_get_number(ctx, item->child, "fixed", &fixed->value);
    return rao_fail(ctx, RAO_EINVAL, "fixed: %.40s is not a number", fixed->name);
}

static int holds(const eval_kept *k, const wish *w) {
    if (!k->family || k->width != w->width || k->width_of != w->width_of || strcmp(k->name, w->name) || strcmp(k->chart_name, w->chart))
        return 0;
    const char *wanted = rao_family_describe(k->family)->fixed;
    return w->count ? wanted && k->fixed == w->fixed.value && !strcmp(wanted, w->fixed.name) : !wanted;
}

static rao_status get_wish(const eval_request *r, wish *w) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = r->s->ctx;
    *w = (wish){0};
    RAO_TRY(eval_get_text(ctx, r->tree, "family", 1, &w->name));
    RAO_TRY(eval_get_chart(ctx, r->tree, &w->chart));
    RAO_TRY(get_fixed(ctx, r->tree, w->name, &w->fixed, &w->count));
    if (!w->chart) w->chart = "";
    want_width(r->tree, w);
done:
    return st;
}

rao_status eval_make_family(eval_request *r, rao_family **family) {
    wish w;
    eval_kept made = {0};
    rao_status st = get_wish(r, &w);
    w.chart = "";
    if (st == RAO_OK) st = make_to_fit(r->s->ctx, &w, &made);
    if (st == RAO_OK) *family = made.family;
    else rao_family_destroy(&made.family);
    return st;
}

/* Puts the family of a wish into its place. */
static rao_status keep(rao_ctx *ctx, const wish *w, eval_kept *kept) {
    rao_status st = RAO_OK;
    eval_kept made = {0};
    RAO_TRY(make_to_fit(ctx, w, &made));
    rao_family_destroy(&kept->family);
    *kept = made; /* a family that was made has names that fit */
    made.family = NULL;
    strncpy(kept->name, w->name, EVAL_NAME - 1);
    strncpy(kept->chart_name, w->chart, EVAL_NAME - 1);
    kept->width = w->width, kept->width_of = w->width_of, kept->fixed = w->fixed.value;
done:
    rao_family_destroy(&made.family);
    return st;
}

/* The family of the density that a request holds; it replaces the one before. */
static rao_status find_own(eval_request *r) {
    rao_status st = RAO_OK;
    rao_family *made = NULL;
    const char *chart;
    RAO_TRY(eval_get_chart(r->s->ctx, r->tree, &chart));
    RAO_TRY(eval_make_density(r->s->ctx, r->tree, &made));
    RAO_TRY(rao_family_chart_index(r->s->ctx, made, chart, &r->chart));
    rao_family_destroy(&r->s->own);
    r->family = r->s->own = made;
    made = NULL;
done:
    rao_family_destroy(&made);
    return st;
}

rao_status eval_find_family(eval_request *r) {
    rao_status st = RAO_OK;
    wish w;
    if (eval_has_density(r->tree)) return find_own(r);
    RAO_TRY(get_wish(r, &w));
    if (r->form == EVAL_MIXTURE) {
        r->family = r->s->mixture;
        return rao_family_chart_index(r->s->ctx, r->family, w.chart, &r->chart);
    }
    uint32_t hash = hash_number(eval_hash(eval_hash((uint32_t)w.width << 2 ^ (uint32_t)w.width_of, w.name), w.chart), w.fixed.value);
    eval_kept *kept = &r->s->kept[hash >> 16 & (EVAL_FAMILIES - 1)];
    if (!holds(kept, &w)) RAO_TRY(keep(r->s->ctx, &w, kept));
    r->family = kept->family, r->chart = kept->chart;
done:
    return st;
}
