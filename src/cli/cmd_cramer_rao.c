/* cmd_cramer_rao.c - the least variance that an estimator can have: of all coordinates, or of a function of them. */
#include "ask.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

typedef struct bound_options {
    ask_options family;
    const char *target, *bias;
    double n;
} bound_options;
CLI_OPTIONS_FIT(bound_options);

static const rao_option rows[] = {
    {.name = "n",
     .type = RAO_OPT_REAL,
     .offset = offsetof(bound_options, n),
     .value = 1,
     .min = 0,
     .max = INFINITY,
     .flags = RAO_OPT_ABOVE_MIN,
     .help = "observations"},
    {.name = "target",
     .type = RAO_OPT_STRING,
     .offset = offsetof(bound_options, target),
     .help = "a coordinate or an expression of them: mu / sigma; left out: the matrix of all"},
    {.name = "bias",
     .type = RAO_OPT_STRING,
     .offset = offsetof(bound_options, bias),
     .help = "of the estimator of the target, an expression of the coordinates"},
};
static const rao_option_table table = {"cramer-rao", sizeof(bound_options), rows, sizeof rows / sizeof *rows};
static const cli_group groups[] = {{ask_table, offsetof(bound_options, family)}};

static rao_status build(ask *a, cJSON **request) {
    rao_status st = RAO_OK;
    const bound_options *o = a->call->options;
    cJSON *p = NULL;
    if (o->bias && !o->target) RAO_TRY(rao_fail(a->ctx, RAO_EINVAL, "--bias is that of an estimator of --target, which is not given"));
    RAO_TRY(ask_request(a, "cramer_rao", request));
    RAO_TRY(ask_point(a->ctx, a->point[0], &p));
    RAO_TRY(ask_put(a->ctx, *request, "p", p));
    RAO_TRY(ask_put(a->ctx, *request, "n", cJSON_CreateNumber(o->n)));
    if (o->target) RAO_TRY(ask_put(a->ctx, *request, "target", cJSON_CreateString(o->target)));
    if (o->bias) RAO_TRY(ask_put(a->ctx, *request, "bias", cJSON_CreateString(o->bias)));
done:
    return st;
}

static rao_status show_target(ask *a, const bound_options *o, const cJSON *answer) {
    char label[120];
    ask_row shown[] = {{label, answer, -1}, {"mean squared error", NULL, -1}};
    const cJSON *mse = eval_find(answer, "mse");
    cJSON *risk = mse ? cJSON_CreateObject() : NULL;
    rao_status st = RAO_OK;
    snprintf(label, sizeof label, "variance of an estimator of %.80s", o->target);
    if (risk) RAO_TRY(ask_put(a->ctx, risk, "value", cJSON_Duplicate(mse, 0)));
    shown[1].answer = risk;
    RAO_TRY(ask_show_rows(a->ctx, NULL, "least", shown, risk ? 2 : 1));
done:
    cJSON_Delete(risk);
    return st;
}

static rao_status show_matrix(ask *a, const bound_options *o, const cJSON *request, const cJSON *answer) {
    rao_status st = RAO_OK;
    char title[200], quality[ASK_QUALITY], shown[ASK_SHORT], **names = NULL;
    int64_t n = 0;
    rao_mark mark = rao_scratch_mark(a->ctx);
    RAO_TRY(ask_names(a, request, 0, &names, &n));
    ask_quality(answer, quality);
    snprintf(title, sizeof title, "least covariance of unbiased estimators, %.40s at %s, %g observation%s", a->family,
             ask_short(a->point[0], shown), o->n, o->n == 1 ? "" : "s");
    RAO_TRY(ask_show_matrix(a->ctx, title, eval_find(answer, "value"), names, names, quality));
done:
    rao_scratch_reset(a->ctx, mark);
    return st;
}

static rao_status show(ask *a, const cJSON *request, const cJSON *answer) {
    const bound_options *o = a->call->options;
    return o->target ? show_target(a, o, answer) : show_matrix(a, o, request, answer);
}

static rao_status bound(cli_call *call) {
    static const ask_steps steps = {2, 2, build, show};
    const bound_options *o = call->options;
    return ask_run(call, &o->family, &steps);
}

static rao_status details(rao_ctx *ctx, rao_text *out) {
    rao_status st = rao_text_puts(ctx, out,
                                  "The inverse of n times the Fisher matrix: no unbiased estimator from n observations has a smaller "
                                  "covariance. With a target g, the bound of\n"
                                  "g alone, the other coordinates unknown; with a bias b, that of estimators whose mean is g + b, and of "
                                  "their mean squared error. inf: no\n"
                                  "estimator has a finite variance there. With --json the answer of `rao eval`.\n\n");
    return st == RAO_OK ? ask_explain_points(ctx, out) : st;
}

const cli_command cmd_cramer_rao = {
    .name = "cramer-rao",
    .summary = "the least variance of estimators: of all coordinates, or of a function of them",
    .operands = "FAMILY P",
    .details = details,
    .example = "rao cramer-rao normal 0,2 -n 10 --target 'mu / sigma'",
    .options = &table,
    .groups = groups,
    .group_count = 1,
    .run = bound,
};
