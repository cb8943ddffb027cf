/* eval_mle.c - maximum likelihood from "data" and "weights". */
#include "eval.h"

#include <stdio.h>

rao_status eval_answer_mle(eval_request *r) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = r->s->ctx;
    rao_json_writer *json = &r->s->json;
    eval_points data, weights;
    int64_t k = rao_family_coords(r->family, r->chart), t = rao_family_tangent(r->family, r->chart);
    double *p = NULL, *error = NULL, likelihood = 0;
    char warning[512];
    RAO_TRY(eval_get_points(ctx, r->tree, "data", rao_family_observation(r->family), &data));
    if (!data.data) RAO_TRY(rao_fail(ctx, RAO_EINVAL, "mle: data is missing: the observations, [..]"));
    RAO_TRY(eval_get_points(ctx, r->tree, "weights", 1, &weights));
    if (weights.data && weights.count != data.count)
        RAO_TRY(rao_fail(ctx, RAO_EINVAL, "mle: %lld weight%s for %lld observation%s", (long long)weights.count,
                         weights.count == 1 ? "" : "s", (long long)data.count, data.count == 1 ? "" : "s"));
    RAO_TRY(rao_scratch(ctx, k, &p));
    RAO_TRY(rao_scratch(ctx, t, &error));
    rao_points x = rao_points_of(data.data, data.width);
    rao_status with = rao_family_mle(ctx, r->family, r->chart, data.count, x, weights.data, p, error, &likelihood);
    if (with == RAO_EDOMAIN || with == RAO_EUNABLE) { /* an estimate may exist where standard errors do not */
        snprintf(warning, sizeof warning, "%s", rao_ctx_message(ctx));
        RAO_TRY(rao_family_mle(ctx, r->family, r->chart, data.count, x, weights.data, p, NULL, &likelihood));
    } else {
        RAO_TRY(with);
    }
    eval_put_point(r, "value", p);
    if (with == RAO_OK) eval_put_vector(ctx, json, "standard_error", error, t);
    eval_put_number(ctx, json, "log_likelihood", likelihood);
    rao_json_string(ctx, json, "method", rao_method_name(rao_family_mle_method(r->family)));
    if (with != RAO_OK) rao_json_string(ctx, json, "warning", warning);
    r->warned = with != RAO_OK;
done:
    return st;
}
