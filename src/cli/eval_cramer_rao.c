/* eval_cramer_rao.c - the Cramer-Rao bound from "n", "target" and "bias": a matrix, or the bound of the target; with a bias also "mse". */
#include "eval.h"

#include <string.h>

static rao_status one(eval_request *r, const eval_points *p, int64_t i, const rao_bound_opts *o, double *bounds, double *mse,
                      rao_quality *quality) {
    rao_status st = eval_check_item(r, p, i);
    return st == RAO_OK ? rao_family_cramer_rao(r->s->ctx, r->family, r->chart, p->data + i * p->width, o, bounds, mse, quality) : st;
}

static void put_risks(rao_ctx *ctx, rao_json_writer *json, const eval_points *p, const rao_status *each, const double *mse) {
    if (!p->batch) {
        eval_put_number(ctx, json, "mse", *mse);
        return;
    }
    rao_json_array(ctx, json, "mse");
    for (int64_t i = 0; i < p->count; i++) {
        if (each[i] == RAO_OK) eval_put_number(ctx, json, NULL, mse[i]);
        else rao_json_null(ctx, json, NULL);
    }
    rao_json_end(ctx, json);
}

rao_status eval_answer_cramer_rao(eval_request *r) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = r->s->ctx;
    rao_json_writer *json = &r->s->json;
    rao_bound_opts o;
    eval_points p;
    int64_t m = rao_family_tangent(r->family, r->chart), seed = r->s->seed;
    double *bounds, *mse;
    rao_status *each;
    rao_quality *quality;
    rao_bound_opts_init(&o);
    RAO_TRY(eval_get_chart_batch(r, "p", &p));
    if (!p.data) return rao_fail(ctx, RAO_EINVAL, "cramer_rao: p is missing");
    RAO_TRY(eval_get_real(ctx, r->tree, "n", &o.n));
    RAO_TRY(eval_get_text(ctx, r->tree, "target", 0, &o.target));
    RAO_TRY(eval_get_text(ctx, r->tree, "bias", 0, &o.bias));
    RAO_TRY(eval_get_whole(ctx, r->tree, "samples", &o.samples));
    RAO_TRY(eval_get_whole(ctx, r->tree, "seed", &seed));
    o.stream = rao_stream_make((uint64_t)seed, 0);
    int64_t width = o.target ? 1 : m * m;
    RAO_TRY(rao_scratch(ctx, p.count * width, &bounds));
    RAO_TRY(rao_scratch(ctx, p.count, &mse));
    RAO_TRY(rao_scratch(ctx, p.count, &each));
    RAO_TRY(rao_scratch(ctx, p.count, &quality));
    if (!p.batch) RAO_TRY(one(r, &p, 0, &o, bounds, mse, quality));
    if (p.batch) rao_json_array(ctx, json, "value");
    for (int64_t i = 0; i < p.count; i++) {
        const char *key = p.batch ? NULL : "value";
        each[i] = p.batch ? one(r, &p, i, &o, bounds + i * width, &mse[i], &quality[i]) : RAO_OK;
        if (each[i] != RAO_OK) {
            eval_put_item_error(r->s, each[i]);
        } else if (o.target) {
            eval_put_number(ctx, json, key, bounds[i]);
        } else {
            eval_put_matrix(ctx, json, key, bounds + i * width, m, m);
        }
    }
    if (p.batch) rao_json_end(ctx, json);
    if (o.bias) put_risks(ctx, json, &p, each, mse);
    eval_put_quality(ctx, json, quality, each, p.count);
done:
    return st;
}
