/* eval_check.c - whether a family keeps its word at p: what rao_family_check found, and its sentence. */
#include "eval.h"

#include <math.h>

rao_status eval_answer_check(eval_request *r) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = r->s->ctx;
    rao_json_writer *json = &r->s->json;
    eval_points p;
    rao_family_report report;
    RAO_TRY(eval_get_chart_points(r, "p", &p));
    if (!p.data || p.batch) return rao_fail(ctx, RAO_EINVAL, "check: p is not one point");
    RAO_TRY(rao_family_check(ctx, r->family, r->chart, p.data, &report));
    rao_json_bool(ctx, json, "value", report.sound);
    rao_json_bool(ctx, json, "integrates", report.integrates);
    rao_json_bool(ctx, json, "scores_agree", report.scores_agree);
    rao_json_bool(ctx, json, "scores_centred", report.scores_centred);
    rao_json_bool(ctx, json, "forms_agree", report.forms_agree);
    eval_put_number(ctx, json, "mass", report.mass);
    eval_put_number(ctx, json, "score_gap", report.score_gap);
    eval_put_number(ctx, json, "score_mean", report.score_mean);
    eval_put_number(ctx, json, "fisher_gap", report.fisher_gap);
    rao_json_string(ctx, json, "sentence", report.sentence);
    rao_method method = isinf(report.mass_error) ? RAO_MONTE_CARLO : rao_family_describe(r->family)->discrete ? RAO_SERIES : RAO_QUADRATURE;
    rao_json_string(ctx, json, "method", rao_method_name(method));
done:
    return st;
}
