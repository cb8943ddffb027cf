/* eval_jeffreys.c - the volume of a family or of a "region", [[low, high], ..] in the order of the chart's coordinates. */
#include "eval.h"

#include <math.h>

static rao_status read_region(const eval_request *r, const cJSON *region, int64_t n, double *low, double *high) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = r->s->ctx;
    int64_t k = 0;
    if (!eval_is(region, cJSON_Array) || cJSON_GetArraySize(region) != n)
        return rao_fail(ctx, RAO_EINVAL, "region is [[low, high], ..], a pair for each of the %lld coordinates of the chart %s",
                        (long long)n, rao_family_chart_name(r->family, r->chart));
    for (const cJSON *pair = region->child; pair; pair = pair->next, k++) {
        if (!eval_is(pair, cJSON_Array) || cJSON_GetArraySize(pair) != 2)
            return rao_fail(ctx, RAO_EINVAL, "region: pair %lld is no [low, high]", (long long)k + 1);
        RAO_TRY(eval_get_entry(ctx, pair, pair->child, "region", &low[k]));
        RAO_TRY(eval_get_entry(ctx, pair, pair->child->next, "region", &high[k]));
    }
done:
    return st;
}

rao_status eval_answer_jeffreys_volume(eval_request *r) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = r->s->ctx;
    rao_json_writer *json = &r->s->json;
    const cJSON *region = eval_find(r->tree, "region");
    int64_t n = rao_family_tangent(r->family, r->chart);
    double *low = NULL, *high = NULL, volume = 0;
    int proper = 0;
    rao_quality quality = {RAO_CLOSED, 0};
    if (region) {
        RAO_TRY(rao_scratch(ctx, n, &low));
        RAO_TRY(rao_scratch(ctx, n, &high));
        RAO_TRY(read_region(r, region, n, low, high));
    }
    RAO_TRY(rao_jeffreys_volume(ctx, r->family, r->chart, low, high, &volume, &proper, &quality));
    eval_put_number(ctx, json, "value", volume);
    rao_json_bool(ctx, json, "proper", proper);
    eval_put_quality(ctx, json, &quality, &(rao_status){RAO_OK}, 1);
done:
    return st;
}
