/* eval_read.c - a request's parts: {"family", "quantity", "chart"?, "fixed"?, "p", "q"?, "x"?, "t"?, "velocity"?, "order"?, "data"?, "weights"?,
 * "method"?, "samples"?, "seed"?, "id"?}. */
#include "eval.h"

#include <math.h>
#include <string.h>

static const char *const keys[] = {"family",   "quantity", "chart", "fixed",   "p",      "q",       "x",    "t",
                                   "velocity", "order",    "data",  "weights", "method", "samples", "seed", "id"};
enum { KEYS = sizeof keys / sizeof *keys };

rao_status eval_check_keys(rao_ctx *ctx, const cJSON *tree) {
    if (!cJSON_IsObject(tree)) return rao_fail(ctx, RAO_EINVAL, "a request is an object {\"family\":..,\"quantity\":..,\"p\":[..]}");
    for (const cJSON *item = tree->child; item; item = item->next) {
        int known = 0;
        for (int i = 0; i < KEYS; i++) known |= !strcmp(item->string, keys[i]);
        if (known) continue;
        const char *near = rao_nearest(item->string, keys, KEYS, sizeof *keys);
        if (near) return rao_fail(ctx, RAO_EINVAL, "no key '%.40s', did you mean '%s'?", item->string, near);
        return rao_fail(ctx, RAO_EINVAL, "no key '%.40s'; `rao eval --help` lists the keys", item->string);
    }
    return RAO_OK;
}

rao_status eval_get_text(rao_ctx *ctx, const cJSON *tree, const char *key, int needed, const char **text) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(tree, key);
    *text = NULL;
    if (!item && !needed) return RAO_OK;
    if (!item) return rao_fail(ctx, RAO_EINVAL, "%s is missing", key);
    if (!cJSON_IsString(item)) return rao_fail(ctx, RAO_EINVAL, "%s is not a string", key);
    *text = item->valuestring;
    return RAO_OK;
}

rao_status eval_get_number(rao_ctx *ctx, const cJSON *item, const char *key, double *value) {
    if (cJSON_IsNumber(item)) return *value = item->valuedouble, RAO_OK;
    if (cJSON_IsString(item) && !strcmp(item->valuestring, "inf")) return *value = HUGE_VAL, RAO_OK;
    if (cJSON_IsString(item) && !strcmp(item->valuestring, "-inf")) return *value = -HUGE_VAL, RAO_OK;
    return rao_fail(ctx, RAO_EINVAL, "%s: an entry is not a number", key);
}

static rao_status get_point(rao_ctx *ctx, const cJSON *item, const char *key, int64_t width, double *out) {
    rao_status st = RAO_OK;
    int64_t n = cJSON_IsArray(item) ? cJSON_GetArraySize(item) : 1;
    if (n != width) return rao_fail(ctx, RAO_EINVAL, "%s has %lld numbers, want %lld", key, (long long)n, (long long)width);
    if (!cJSON_IsArray(item)) return eval_get_number(ctx, item, key, out);
    for (const cJSON *entry = item->child; entry; entry = entry->next) RAO_TRY(eval_get_number(ctx, entry, key, out++));
done:
    return st;
}

rao_status eval_get_points(rao_ctx *ctx, const cJSON *tree, const char *key, int64_t width, eval_points *out) {
    rao_status st = RAO_OK;
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(tree, key);
    *out = (eval_points){NULL, width, 0, 0};
    if (!item) return RAO_OK;
    out->batch = cJSON_IsArray(item) && (cJSON_IsArray(item->child) || (width == 1 && cJSON_GetArraySize(item) != 1));
    out->count = out->batch ? cJSON_GetArraySize(item) : 1;
    if (out->count == 0) return rao_fail(ctx, RAO_EINVAL, "%s is an empty array", key);
    RAO_TRY(rao_scratch(ctx, out->count * width, &out->data));
    if (!out->batch) return get_point(ctx, item, key, width, out->data);
    double *at = out->data;
    for (const cJSON *one = item->child; one; one = one->next, at += width) RAO_TRY(get_point(ctx, one, key, width, at));
done:
    return st;
}

rao_status eval_get_real(rao_ctx *ctx, const cJSON *tree, const char *key, double *value) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(tree, key);
    return item ? eval_get_number(ctx, item, key, value) : RAO_OK;
}

rao_status eval_get_whole(rao_ctx *ctx, const cJSON *tree, const char *key, int64_t *value) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(tree, key);
    if (!item) return RAO_OK;
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) || item->valuedouble > 0x1p53 || item->valuedouble != floor(item->valuedouble))
        return rao_fail(ctx, RAO_EINVAL, "%s is not a whole number >= 0", key);
    *value = (int64_t)item->valuedouble;
    return RAO_OK;
}

/* ---- the family ---- */

static rao_status get_fixed(rao_ctx *ctx, const cJSON *tree, const rao_family_info *info, rao_fixed *fixed, int64_t *count) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(tree, "fixed");
    *count = 0;
    if (!item) return RAO_OK;
    if (!cJSON_IsObject(item) || !item->child || item->child->next)
        return rao_fail(ctx, RAO_EINVAL, "fixed is {\"%s\":number}", info && info->fixed ? info->fixed : "n");
    fixed->name = item->child->string;
    *count = 1;
    return eval_get_number(ctx, item->child, "fixed", &fixed->value);
}

static const rao_family_info *info_of(const char *name) {
    for (int64_t i = 0; rao_family_list(i); i++)
        if (!strcmp(rao_family_list(i)->name, name)) return rao_family_list(i);
    return NULL;
}

static rao_status keep(eval_state *s, const char *name, const rao_fixed *fixed, int64_t count, int64_t dimension,
                       const rao_family **family) {
    rao_status st = RAO_OK;
    double value = count ? fixed->value : 0;
    for (int i = 0; i < EVAL_FAMILIES; i++) {
        const eval_kept *k = &s->kept[i];
        if (k->family && !strcmp(k->name, name) && k->dimension == dimension && k->fixed == value &&
            (count != 0) == (rao_family_describe(k->family)->fixed != NULL)) {
            *family = k->family;
            return RAO_OK;
        }
    }
    rao_family_opts o;
    rao_family *made = NULL;
    rao_family_opts_init(&o);
    o.dimension = dimension, o.fixed = fixed, o.fixed_count = count;
    RAO_TRY(rao_family_create(s->ctx, name, &o, &made));
    eval_kept *k = &s->kept[s->next];
    s->next = (s->next + 1) % EVAL_FAMILIES;
    rao_family_destroy(&k->family);
    *k = (eval_kept){.family = made, .dimension = dimension, .fixed = value};
    strncpy(k->name, name, sizeof k->name - 1);
    *family = made;
done:
    return st;
}

/* Numbers in the first point of a request. */
static int64_t point_width(const cJSON *tree) {
    const cJSON *p = cJSON_GetObjectItemCaseSensitive(tree, "p");
    if (!cJSON_IsArray(p)) return 1;
    return cJSON_GetArraySize(cJSON_IsArray(p->child) ? p->child : p);
}

/* A family whose dimension is free has the one in which a point of this chart has the numbers that p has. */
rao_status eval_find_family(eval_request *r) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = r->s->ctx;
    const char *name, *chart;
    rao_fixed fixed = {NULL, 0};
    int64_t count = 0, width = point_width(r->tree), dimension;
    RAO_TRY(eval_get_text(ctx, r->tree, "family", 1, &name));
    RAO_TRY(eval_get_text(ctx, r->tree, "chart", 0, &chart));
    const rao_family_info *info = info_of(name);
    dimension = info ? info->least_dimension : 0;
    RAO_TRY(get_fixed(ctx, r->tree, info, &fixed, &count));
    RAO_TRY(keep(r->s, name, &fixed, count, dimension, &r->family));
    RAO_TRY(rao_family_chart_index(ctx, r->family, chart, &r->chart));
    while (dimension && rao_family_coords(r->family, r->chart) < width) {
        dimension += dimension < 64 ? 1 : width - rao_family_coords(r->family, r->chart) > dimension ? dimension : 1;
        RAO_TRY(keep(r->s, name, &fixed, count, dimension, &r->family));
    }
done:
    return st;
}
