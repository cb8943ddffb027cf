/* eval_density.c - a family of the user's own in a request: {"density" or "log_density": "...", "coordinates": ["mu", "sigma"] or {"mu": null, "sigma":
 * [0, "inf"]}, "support": [low, high], "discrete": true, "unnormalised": true}. Ends of the support are numbers or expressions of the coordinates. */
#include "eval.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 64 };

static rao_status read_interval(rao_ctx *ctx, const cJSON *item, rao_coordinate *c) {
    rao_status st = RAO_OK;
    c->low = -HUGE_VAL, c->high = HUGE_VAL;
    if (!item || eval_is(item, cJSON_NULL)) return RAO_OK;
    if (!eval_is(item, cJSON_Array) || cJSON_GetArraySize(item) != 2)
        return rao_fail(ctx, RAO_EINVAL, "coordinates: %.40s is null or [low, high], the open interval that it lies in", c->name);
    RAO_TRY(eval_get_entry(ctx, item, item->child, c->name, &c->low));
    RAO_TRY(eval_get_entry(ctx, item, item->child->next, c->name, &c->high));
done:
    return st;
}

static rao_status read_coordinates(rao_ctx *ctx, const cJSON *tree, rao_coordinate *out, int64_t *count) {
    rao_status st = RAO_OK;
    const cJSON *list = eval_find(tree, "coordinates");
    *count = 0;
    if (!list || (!eval_is(list, cJSON_Array) && !eval_is(list, cJSON_Object)))
        return rao_fail(ctx, RAO_EINVAL, "coordinates of the density are missing: [\"mu\"], or {\"mu\":null,\"sigma\":[0,\"inf\"]}");
    for (const cJSON *item = list->child; item; item = item->next) {
        int named = eval_is(list, cJSON_Object);
        if (*count == MOST) return rao_fail(ctx, RAO_EINVAL, "more than %d coordinates", MOST);
        if (!named && !eval_is(item, cJSON_String)) return rao_fail(ctx, RAO_EINVAL, "coordinates: a name is not a string");
        out[*count].name = named ? item->string : item->valuestring;
        RAO_TRY(read_interval(ctx, named ? item : NULL, &out[*count]));
        (*count)++;
    }
done:
    return st;
}

/* An end of the support as an expression. */
static rao_status read_end(rao_ctx *ctx, const cJSON *item, char number[40], const char **end) {
    double value;
    *end = number;
    if (eval_is(item, cJSON_String)) return *end = item->valuestring, RAO_OK;
    rao_status st = eval_get_number(ctx, item, "support: an end", &value);
    if (st == RAO_OK) snprintf(number, 40, "%.17g", value);
    return st;
}

int eval_has_density(const cJSON *tree) { return eval_find(tree, "density") || eval_find(tree, "log_density"); }

rao_status eval_make_density(rao_ctx *ctx, const cJSON *tree, rao_family **family) {
    rao_status st = RAO_OK;
    rao_family_definition d;
    rao_coordinate coordinates[MOST];
    char low[40], high[40];
    const char *name;
    const cJSON *support = eval_find(tree, "support");
    rao_family_definition_init(&d);
    RAO_TRY(eval_get_text(ctx, tree, "family", 0, &name));
    RAO_TRY(eval_get_text(ctx, tree, "density", 0, &d.density));
    RAO_TRY(eval_get_text(ctx, tree, "log_density", 0, &d.log_density));
    RAO_TRY(read_coordinates(ctx, tree, coordinates, &d.coordinate_count));
    RAO_TRY(eval_get_flag(ctx, tree, "discrete", &d.discrete));
    RAO_TRY(eval_get_flag(ctx, tree, "unnormalised", &d.unnormalised));
    if (name) d.name = name;
    d.coordinates = coordinates;
    if (support && (!eval_is(support, cJSON_Array) || cJSON_GetArraySize(support) != 2))
        return rao_fail(ctx, RAO_EINVAL, "support is [low, high], each a number, \"inf\" or an expression of the coordinates");
    if (support) RAO_TRY(read_end(ctx, support->child, low, &d.low));
    if (support) RAO_TRY(read_end(ctx, support->child->next, high, &d.high));
    RAO_TRY(rao_family_define(ctx, &d, family));
done:
    return st;
}
