/* cmd_distance.c - the Fisher-Rao distance, which is symmetric; where no geodesics are known, bounds that hold it. */
#include "ask.h"

#include <math.h>
#include <stdio.h>

enum { POINTS_MOST = 64 };

static const cli_group groups[] = {{ask_table, 0}};

static rao_status one_distance(ask *a) {
    cJSON *answer = NULL;
    rao_status st = ask_pair(a, "fisher_rao_distance", NAN, a->point[0], a->point[1], 0, &answer);
    const ask_row shown = {"Fisher-Rao distance", answer, -1};
    if (st == RAO_OK) st = a->call->common.json ? ask_print_json(a->ctx, answer) : ask_show_rows(a->ctx, NULL, "", &shown, 1);
    cJSON_Delete(answer);
    return st;
}

static rao_status all_distances(ask *a) {
    rao_status st = RAO_OK;
    cJSON *request = NULL, *answer = NULL;
    RAO_TRY(ask_all_pairs(a, "fisher_rao_distance", NAN, &request));
    RAO_TRY(ask_answer(a, request, &answer));
    RAO_TRY(a->call->common.json ? ask_print_pairs(a, answer) : ask_show_pairs(a, "Fisher-Rao distance (row : column)", NULL, answer));
done:
    cJSON_Delete(answer);
    cJSON_Delete(request);
    return st;
}

/* {"value": an end of the interval, "method", ..} */
static rao_status end_of(rao_ctx *ctx, const cJSON *answer, const char *end, cJSON **made) {
    rao_status st = RAO_OK;
    cJSON *one = cJSON_Duplicate(answer, 1);
    if (!one) return rao_fail(ctx, RAO_ENOMEM, "out of memory: a bound");
    cJSON_DeleteItemFromObjectCaseSensitive(one, "value");
    RAO_TRY(ask_put(ctx, one, "value", cJSON_Duplicate(eval_find(answer, end), 1)));
    *made = one, one = NULL;
done:
    cJSON_Delete(one);
    return st;
}

static rao_status show_bounds(ask *a, const char *reason, const cJSON *answer) {
    rao_status st = RAO_OK;
    cJSON *low = NULL, *high = NULL;
    printf("%s; bounds that hold it:\n", reason);
    if (a->point_count > 2) {
        RAO_TRY(ask_show_pairs(a, "Fisher-Rao distance, lower bound", "lower", answer));
        printf("\n");
        return ask_show_pairs(a, "Fisher-Rao distance, upper bound", "upper", answer);
    }
    RAO_TRY(end_of(a->ctx, answer, "lower", &low));
    RAO_TRY(end_of(a->ctx, answer, "upper", &high));
    const ask_row shown[] = {{"Fisher-Rao distance, lower bound", low, -1}, {"Fisher-Rao distance, upper bound", high, -1}};
    RAO_TRY(ask_show_rows(a->ctx, NULL, "", shown, 2));
done:
    cJSON_Delete(low);
    cJSON_Delete(high);
    return st;
}

/* Where no geodesic is known or reached there is an interval that holds the distance; the refusal says why there is no more. */
static rao_status bounds(ask *a) {
    rao_status st = RAO_OK;
    char reason[300];
    cJSON *request = NULL, *answer = NULL;
    snprintf(reason, sizeof reason, "%s", rao_ctx_message(a->ctx));
    if (a->point_count == 2) {
        RAO_TRY(ask_pair(a, "fisher_rao_bounds", NAN, a->point[0], a->point[1], 0, &answer));
    } else {
        RAO_TRY(ask_all_pairs(a, "fisher_rao_bounds", NAN, &request));
        RAO_TRY(ask_answer(a, request, &answer));
    }
    if (!a->call->common.json) RAO_TRY(show_bounds(a, reason, answer));
    else RAO_TRY(ask_put(a->ctx, answer, "warning", cJSON_CreateString(reason)));
    if (a->call->common.json) st = a->point_count == 2 ? ask_print_json(a->ctx, answer) : ask_print_pairs(a, answer);
done:
    cJSON_Delete(answer);
    cJSON_Delete(request);
    return st;
}

static rao_status distance(cli_call *call) {
    ask a;
    rao_status st = ask_open(&a, call, call->options, 3, POINTS_MOST + 1);
    if (st == RAO_OK) st = a.point_count == 2 ? one_distance(&a) : all_distances(&a);
    if (st == RAO_EUNABLE || st == RAO_ENUMERIC) st = bounds(&a);
    ask_close(&a);
    return st;
}

static rao_status explain_distance(rao_ctx *ctx, rao_text *out) {
    rao_status st = rao_text_puts(
        ctx, out,
        "The length of the shortest path between p and q in the Fisher metric; of more than two points, a matrix of all pairs. Where no\n"
        "geodesic is known or reached, a lower and an upper bound. With --json the answer of `rao eval`, for bounds that of "
        "fisher_rao_bounds.\n\n");
    return st == RAO_OK ? ask_explain_points(ctx, out) : st;
}

const cli_command cmd_distance = {
    .name = "distance",
    .summary = "Fisher-Rao distance of two members of a family",
    .operands = "FAMILY P Q",
    .details = explain_distance,
    .example = "rao distance normal 0,1 1,2",
    .groups = groups,
    .group_count = 1,
    .run = distance,
};
