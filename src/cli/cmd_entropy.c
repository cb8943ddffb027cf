/* cmd_entropy.c - the entropy of members of a family: a line for each. */
#include "ask.h"

enum { POINTS_MOST = 1000 };

static const cli_group groups[] = {{ask_table, 0}};

static rao_status build(ask *a, cJSON **request) {
    rao_status st = RAO_OK;
    cJSON *points = NULL;
    RAO_TRY(ask_request(a, "entropy", request));
    RAO_TRY(ask_points(a->ctx, a->point, a->point_count, &points));
    RAO_TRY(ask_put(a->ctx, *request, "p", points));
done:
    return st;
}

static rao_status show(ask *a, const cJSON *request, const cJSON *answer) {
    (void)request;
    return ask_show_points(a, NULL, "entropy of", answer);
}

static rao_status entropy(cli_call *call) {
    static const ask_steps steps = {2, POINTS_MOST + 1, build, show};
    return ask_run(call, call->options, &steps);
}

static rao_status details(rao_ctx *ctx, rao_text *out) {
    rao_status st = rao_text_puts(
        ctx, out,
        "-E log p in nats (of a density: with respect to its own coordinates, so it may be negative). With --json the answer of\n"
        "`rao eval`.\n\n");
    return st == RAO_OK ? ask_explain_points(ctx, out) : st;
}

const cli_command cmd_entropy = {
    .name = "entropy",
    .summary = "the entropy of members of a family",
    .operands = "FAMILY P",
    .details = details,
    .example = "rao entropy gamma 2.5,1.5",
    .groups = groups,
    .group_count = 1,
    .run = entropy,
};
