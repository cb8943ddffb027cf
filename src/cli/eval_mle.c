/* eval_mle.c - maximum likelihood from "data" and "weights". */
#include "eval.h"

rao_status eval_answer_mle(eval_request *r) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = r->s->ctx;
    rao_json_writer *json = &r->s->json;
    eval_points data, weights;
    int64_t k = rao_family_coords(r->family, r->chart), t = rao_family_tangent(r->family, r->chart);
    double *p = NULL, *error = NULL, likelihood = 0;
    RAO_TRY(eval_get_points(ctx, r->tree, "data", rao_family_observation(r->family), &data));
    if (!data.data) RAO_TRY(rao_fail(ctx, RAO_EINVAL, "mle: data is missing"));
    RAO_TRY(eval_get_points(ctx, r->tree, "weights", 1, &weights));
    if (weights.data && weights.count != data.count)
        RAO_TRY(rao_fail(ctx, RAO_EINVAL, "mle: %lld weights for %lld observations", (long long)weights.count, (long long)data.count));
    RAO_TRY(rao_scratch(ctx, k, &p));
    RAO_TRY(rao_scratch(ctx, t, &error));
    RAO_TRY(
        rao_family_mle(ctx, r->family, r->chart, data.count, rao_points_of(data.data, data.width), weights.data, p, error, &likelihood));
    eval_put_point(r, "value", p);
    eval_put_vector(ctx, json, "standard_error", error, t);
    eval_put_number(ctx, json, "log_likelihood", likelihood);
done:
    return st;
}
