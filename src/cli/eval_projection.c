/* eval_projection.c - {"quantity":"m_projection" | "e_projection", "p", "onto", "q"?}: "onto" is {"chart"?, COORDINATE: value, ..}, the coordinates that
 * are held, or {"independence":[blocks]}, or "independence"; "q" is a point of the set, for the defect of Pythagoras' theorem. */
#include "eval.h"

#include <string.h>

static rao_status no_coordinate(rao_ctx *ctx, const eval_request *r, int64_t chart, const char *given) {
    const char *list[64] = {0};
    char names[64][RAO_COORD_NAME];
    int64_t n = rao_family_tangent(r->family, chart);
    if (n > 64) n = 64;
    for (int64_t i = 0; i < n; i++) {
        rao_status st = rao_family_coord_name(ctx, r->family, chart, i, names[i]);
        if (st) return st;
        list[i] = names[i];
    }
    const char *near = rao_nearest(given, list, n, sizeof *list);
    return rao_fail(ctx, RAO_EINVAL, "onto: the chart %s has no coordinate '%.40s'%s%s%s", rao_family_chart_name(r->family, chart), given,
                    near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static rao_status hold(rao_ctx *ctx, const eval_request *r, const cJSON *item, int64_t chart, unsigned char *held, double *value) {
    char name[RAO_COORD_NAME];
    for (int64_t i = 0; i < rao_family_tangent(r->family, chart); i++) {
        rao_status st = rao_family_coord_name(ctx, r->family, chart, i, name);
        if (st) return st;
        if (strcmp(name, item->string)) continue;
        if (held[i]) return rao_fail(ctx, RAO_EINVAL, "onto: the coordinate '%.40s' is held twice", name);
        held[i] = 1;
        return eval_get_number(ctx, item, item->string, &value[i]);
    }
    return no_coordinate(ctx, r, chart, item->string);
}

static rao_status read_held(rao_ctx *ctx, const eval_request *r, const cJSON *tree, rao_onto *onto) {
    rao_status st = RAO_OK;
    const char *chart = NULL;
    unsigned char *held;
    double *value;
    int64_t count = 0;
    RAO_TRY(eval_get_chart(ctx, tree, &chart));
    onto->chart = r->chart;
    if (chart) RAO_TRY(rao_family_chart_index(ctx, r->family, chart, &onto->chart));
    RAO_TRY(rao_scratch(ctx, rao_family_tangent(r->family, onto->chart), &held));
    RAO_TRY(rao_scratch(ctx, rao_family_tangent(r->family, onto->chart), &value));
    memset(held, 0, (size_t)rao_family_tangent(r->family, onto->chart));
    for (const cJSON *item = tree->child; item; item = item->next) {
        if (!strcmp(item->string, "chart")) continue;
        RAO_TRY(hold(ctx, r, item, onto->chart, held, value));
        count++;
    }
    if (!count) RAO_TRY(rao_fail(ctx, RAO_EINVAL, "onto: no coordinate is held"));
    onto->held = held, onto->value = value;
done:
    return st;
}

/* Blocks of one, or those listed. */
static rao_status read_independence(rao_ctx *ctx, const eval_request *r, const cJSON *list, rao_onto *onto) {
    rao_status st = RAO_OK;
    int64_t *block, i = 0, n = list ? cJSON_GetArraySize(list) : rao_family_dimension(r->family);
    if (list && (!cJSON_IsArray(list) || n == 0)) RAO_TRY(rao_fail(ctx, RAO_EINVAL, "onto: independence is a list of block sizes"));
    if (n == 0) n = 1; /* one number is a group of its own */
    RAO_TRY(rao_scratch(ctx, n, &block));
    for (; !list && i < n; i++) block[i] = 1;
    for (const cJSON *item = list ? list->child : NULL; item; item = item->next) {
        if (!cJSON_IsNumber(item) || !(item->valuedouble >= 1 && item->valuedouble <= 1 << 30) ||
            item->valuedouble != (double)(int64_t)item->valuedouble)
            RAO_TRY(rao_fail(ctx, RAO_EINVAL, "onto: a block of independence is not a whole number >= 1"));
        block[i++] = (int64_t)item->valuedouble;
    }
    onto->block = block, onto->block_count = n;
done:
    return st;
}

rao_status eval_read_onto(rao_ctx *ctx, const eval_request *r, rao_onto *onto) {
    const cJSON *tree = eval_find(r->tree, "onto"), *list = eval_find(tree, "independence");
    rao_onto_init(onto);
    if (!tree)
        return rao_fail(ctx, RAO_EINVAL, "onto is missing: {\"COORDINATE\":value,..}, {\"independence\":[blocks]} or \"independence\"");
    if (cJSON_IsString(tree) && !strcmp(tree->valuestring, "independence")) return read_independence(ctx, r, NULL, onto);
    if (!cJSON_IsObject(tree))
        return rao_fail(ctx, RAO_EINVAL, "onto is {\"COORDINATE\":value,..}, {\"independence\":[blocks]} or \"independence\"");
    return list ? read_independence(ctx, r, list, onto) : read_held(ctx, r, tree, onto);
}

static rao_status answer(eval_request *r, rao_projection kind) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = r->s->ctx;
    rao_json_writer *json = &r->s->json;
    rao_onto onto;
    rao_projection_info info;
    rao_status each = RAO_OK;
    eval_points p, q;
    int64_t n = rao_family_coords(r->family, r->chart);
    double *s;
    RAO_TRY(eval_get_chart_points(r, "p", &p));
    RAO_TRY(eval_get_chart_points(r, "q", &q));
    if (!p.data || p.count != 1) RAO_TRY(rao_fail(ctx, RAO_EINVAL, "%s takes one point p", r->quantity));
    if (q.data && q.count != 1) RAO_TRY(rao_fail(ctx, RAO_EINVAL, "%s takes at most one point q", r->quantity));
    RAO_TRY(eval_read_onto(ctx, r, &onto));
    RAO_TRY(rao_scratch(ctx, n, &s));
    RAO_TRY(rao_project(ctx, r->family, kind, r->chart, p.data, &onto, q.data, s, &info));
    eval_put_point(r, "value", s);
    eval_put_number(ctx, json, "divergence", info.divergence);
    if (q.data) eval_put_number(ctx, json, "defect", info.defect);
    eval_put_quality(ctx, json, &info.quality, &each, 1);
done:
    return st;
}

rao_status eval_answer_m_projection(eval_request *r) { return answer(r, RAO_M_PROJECTION); }
rao_status eval_answer_e_projection(eval_request *r) { return answer(r, RAO_E_PROJECTION); }
