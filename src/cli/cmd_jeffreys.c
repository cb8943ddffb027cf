/* cmd_jeffreys.c - the Jeffreys prior at points, and the volume of a family or of a region. */
#include "ask.h"

#include <stddef.h>

enum { POINTS_MOST = 1000 };

typedef struct prior_options {
    ask_options family;
    const char *region;
    int normalised;
} prior_options;
CLI_OPTIONS_FIT(prior_options);

static const rao_option rows[] = {
    {.name = "normalised",
     .type = RAO_OPT_FLAG,
     .offset = offsetof(prior_options, normalised),
     .help = "divided by the volume of the family, so that it integrates to one"},
    {.name = "region",
     .type = RAO_OPT_STRING,
     .offset = offsetof(prior_options, region),
     .help = "[[LOW,HIGH],..]: the volume of this box of coordinates instead of the prior"},
};
static const rao_option_table table = {"jeffreys", sizeof(prior_options), rows, sizeof rows / sizeof *rows};
static const cli_group groups[] = {{ask_table, offsetof(prior_options, family)}};

static rao_status ask_prior(ask *a, const prior_options *o, cJSON **request) {
    rao_status st = RAO_OK;
    cJSON *p = NULL;
    RAO_TRY(ask_request(a, "jeffreys_prior", request));
    RAO_TRY(ask_points(a->ctx, a->call->operand + 1, a->call->operand_count - 1, &p));
    RAO_TRY(ask_put(a->ctx, *request, "p", p));
    if (o->normalised) RAO_TRY(ask_put(a->ctx, *request, "normalised", cJSON_CreateTrue()));
done:
    return st;
}

/* A point, where there is one, tells the dimension. */
static rao_status ask_volume(ask *a, const prior_options *o, cJSON **request) {
    rao_status st = RAO_OK;
    cJSON *part = NULL;
    RAO_TRY(ask_request(a, "jeffreys_volume", request));
    if (a->call->operand_count > 1) {
        RAO_TRY(ask_point(a->ctx, a->call->operand[1], &part));
        RAO_TRY(ask_put(a->ctx, *request, "p", part));
    }
    if (o->region) {
        RAO_TRY(ask_json(a->ctx, "--region", o->region, &part));
        RAO_TRY(ask_put(a->ctx, *request, "region", part));
    }
done:
    return st;
}

static rao_status show_prior(ask *a, const prior_options *o, const cJSON *answer) {
    rao_status st = RAO_OK;
    ask_row *shown;
    int64_t n = a->call->operand_count - 1;
    rao_mark mark = rao_scratch_mark(a->ctx);
    RAO_TRY(rao_scratch(a->ctx, n, &shown));
    for (int64_t i = 0; i < n; i++) shown[i] = (ask_row){a->call->operand[1 + i], answer, n > 1 ? i : -1};
    const char *title = o->normalised                               ? "Jeffreys prior, normalised"
                        : cJSON_IsTrue(eval_find(answer, "proper")) ? "Jeffreys prior, not normalised (--normalised)"
                                                                    : "Jeffreys prior, improper: it has no normalisation";
    RAO_TRY(ask_show_rows(a->ctx, title, "at", shown, n));
done:
    rao_scratch_reset(a->ctx, mark);
    return st;
}

static rao_status jeffreys(cli_call *call) {
    rao_status st = RAO_OK;
    const prior_options *o = call->options;
    ask a;
    cJSON *request = NULL, *answer = NULL;
    RAO_TRY(ask_open(&a, call, &o->family, 1, POINTS_MOST + 1));
    int volume = o->region || call->operand_count == 1;
    if (volume && o->normalised) RAO_TRY(rao_fail(call->ctx, RAO_EINVAL, "--normalised is for the prior at points, not for a volume"));
    RAO_TRY(volume ? ask_volume(&a, o, &request) : ask_prior(&a, o, &request));
    RAO_TRY(ask_answer(&a, request, &answer));
    ask_row row = {o->region ? o->region : "the whole family", answer, -1};
    if (call->common.json) RAO_TRY(ask_print_json(call->ctx, answer));
    else RAO_TRY(volume ? ask_show_rows(call->ctx, NULL, "Jeffreys volume of", &row, 1) : show_prior(&a, o, answer));
done:
    cJSON_Delete(answer);
    cJSON_Delete(request);
    ask_close(&a);
    return st;
}

static rao_status details(rao_ctx *ctx, rao_text *out) {
    rao_status st = rao_text_puts(
        ctx, out,
        "The Jeffreys prior is sqrt(det F) in the coordinates of the chart, for one observation; its integral is the volume "
        "of the family,\ninf where the prior is improper. Without a point, or with --region, the volume is shown; a family of free "
        "dimension takes it from\na point. With --json the answer of `rao eval`.\n\n");
    return st == RAO_OK ? ask_explain_points(ctx, out) : st;
}

const cli_command cmd_jeffreys = {
    .name = "jeffreys",
    .summary = "the Jeffreys prior at points, and the volume of a family or of a region",
    .operands = "FAMILY [P..]",
    .details = details,
    .example = "rao jeffreys normal --region '[[0,1],[1,2]]'",
    .options = &table,
    .groups = groups,
    .group_count = 1,
    .run = jeffreys,
};
