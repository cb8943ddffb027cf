/* cmd_fisher.c - the Fisher matrix of a member of a family, in the coordinates of a chart. */
#include "ask.h"

#include <stddef.h>
#include <stdio.h>

enum { POINTS_MOST = 1000, TITLE_BYTES = 200 };

typedef struct fisher_options {
    ask_options family;
    const char *method;
    int64_t samples;
} fisher_options;
CLI_OPTIONS_FIT(fisher_options);

static const rao_option rows[] = {
    {.name = "method",
     .type = RAO_OPT_STRING,
     .offset = offsetof(fisher_options, method),
     .help = "closed | quadrature | monte_carlo | kl_hessian; left out: the best there is"},
    {.name = "samples",
     .type = RAO_OPT_INT,
     .offset = offsetof(fisher_options, samples),
     .value = 100000,
     .min = 2,
     .max = 1e9,
     .help = "draws of monte_carlo"},
};
static const rao_option_table table = {"fisher", sizeof(fisher_options), rows, sizeof rows / sizeof *rows};
static const cli_group groups[] = {{ask_table, offsetof(fisher_options, family)}};

static rao_status build(ask *a, cJSON **request) {
    rao_status st = RAO_OK;
    const fisher_options *o = a->call->options;
    cJSON *points = NULL;
    RAO_TRY(ask_request(a, "fisher", request));
    RAO_TRY(ask_points(a->ctx, a->point, a->point_count, &points));
    RAO_TRY(ask_put(a->ctx, *request, "p", points));
    if (o->method) RAO_TRY(ask_put(a->ctx, *request, "method", cJSON_CreateString(o->method)));
    if (cli_given(a->call, "samples")) RAO_TRY(ask_put(a->ctx, *request, "samples", cJSON_CreateNumber((double)o->samples)));
done:
    return st;
}

/* One matrix a point. The rows and columns are the coordinates; `value` is a matrix or a list of them. */
static rao_status show(ask *a, const cJSON *request, const cJSON *answer) {
    rao_status st = RAO_OK;
    char title[TITLE_BYTES], shown[ASK_SHORT], note[ASK_QUALITY], **names = NULL;
    int64_t n = 0;
    int points = a->point_count;
    const rao_family *family = NULL;
    int64_t chart = 0;
    rao_mark mark = rao_scratch_mark(a->ctx);
    RAO_TRY(ask_names(a, request, 0, &names, &n));
    RAO_TRY(ask_family(a, request, &family, &chart)); /* asking for names makes mixtures and densities anew */
    ask_quality(answer, note);
    const cJSON *value = eval_find(answer, "value");
    if (points > 1) value = value->child;
    for (int i = 0; i < points; i++, value = value->next) {
        snprintf(title, sizeof title, "%sFisher matrix of %.40s at %s in the chart %.40s", i ? "\n" : "", a->family,
                 ask_short(a->point[i], shown), rao_family_chart_name(family, chart));
        RAO_TRY(ask_show_matrix(a->ctx, title, value, names, names, note));
    }
done:
    rao_scratch_reset(a->ctx, mark);
    return st;
}

static rao_status fisher(cli_call *call) {
    static const ask_steps steps = {2, POINTS_MOST + 1, build, show};
    const fisher_options *o = call->options;
    return ask_run(call, &o->family, &steps);
}

static rao_status details(rao_ctx *ctx, rao_text *out) {
    rao_status st = rao_text_puts(
        ctx, out,
        "E score score^T of one observation, in nats: one matrix for every point, its rows and columns the coordinates of the chart.\n"
        "With --json the answer of `rao eval`.\n\n");
    return st == RAO_OK ? ask_explain_points(ctx, out) : st;
}

const cli_command cmd_fisher = {
    .name = "fisher",
    .summary = "the Fisher matrix of a member of a family, in any of its charts",
    .operands = "FAMILY P",
    .details = details,
    .example = "rao fisher gamma 2.5,1.5 --chart shape_rate",
    .options = &table,
    .groups = groups,
    .group_count = 1,
    .run = fisher,
};
