/* eval_mutual.c - {"quantity":"mutual_information", "p", "onto":{"independence":[blocks]} | "independence"}: p may be a batch. */
#include "eval.h"

static rao_status put_item(eval_request *r, const eval_points *p, int64_t i, const rao_onto *onto, const char *key) {
    rao_ctx *ctx = r->s->ctx;
    double value = 0;
    rao_status st = eval_check_item(r, p, i);
    if (st == RAO_OK) st = rao_mutual_information(ctx, r->family, r->chart, p->data + i * p->width, onto, &value);
    if (st == RAO_OK) eval_put_number(ctx, &r->s->json, key, value);
    if (st == RAO_OK || key) return st;
    eval_put_item_error(r->s, st);
    return RAO_OK;
}

rao_status eval_answer_mutual_information(eval_request *r) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = r->s->ctx;
    rao_json_writer *json = &r->s->json;
    rao_onto onto;
    eval_points p;
    RAO_TRY(eval_get_chart_batch(r, "p", &p));
    if (!p.data) RAO_TRY(rao_fail(ctx, RAO_EINVAL, "mutual_information: p is missing"));
    RAO_TRY(eval_read_onto(ctx, r, &onto));
    if (p.batch) {
        rao_json_array(ctx, json, "value");
        for (int64_t i = 0; i < p.count; i++) RAO_TRY(put_item(r, &p, i, &onto, NULL));
        rao_json_end(ctx, json);
    } else RAO_TRY(put_item(r, &p, 0, &onto, "value"));
    rao_json_string(ctx, json, "method", rao_method_name(RAO_CLOSED));
done:
    return st;
}
