/* cmd_entropy.c - the entropy of members of a family: a line for each. */
#include "ask.h"

enum { POINTS_MOST = 1000 };

static const cli_group groups[] = {{ask_table, 0}};

static rao_status show(ask *a, const cJSON *answer) {
    rao_status st = RAO_OK;
    int n = a->call->operand_count - 1;
    ask_row *shown = NULL;
    rao_mark mark = rao_scratch_mark(a->ctx);
    RAO_TRY(rao_scratch(a->ctx, n, &shown));
    for (int i = 0; i < n; i++) shown[i] = (ask_row){a->call->operand[i + 1], answer, n > 1 ? i : -1};
    RAO_TRY(ask_show_rows(a->ctx, NULL, "entropy of", shown, n));
done:
    rao_scratch_reset(a->ctx, mark);
    return st;
}

static rao_status entropy(cli_call *call) {
    rao_status st = RAO_OK;
    ask a;
    cJSON *request = NULL, *points = NULL, *answer = NULL;
    RAO_TRY(ask_open(&a, call, call->options, 2, POINTS_MOST + 1));
    RAO_TRY(ask_request(&a, "entropy", &request));
    RAO_TRY(ask_points(call->ctx, call->operand + 1, call->operand_count - 1, &points));
    RAO_TRY(ask_put(call->ctx, request, "p", points));
    RAO_TRY(ask_answer(&a, request, &answer));
    RAO_TRY(call->common.json ? ask_print_json(call->ctx, answer) : show(&a, answer));
done:
    cJSON_Delete(answer);
    cJSON_Delete(request);
    ask_close(&a);
    return st;
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
