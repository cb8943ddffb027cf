/* ask_pair.c - questions of two points, and of every one of several points against every other. */
#include "ask.h"

#include <math.h>
#include <stdio.h>

/* `p` and `q` are taken. */
static rao_status pair_request(ask *a, const char *quantity, double order, cJSON *p, cJSON *q, cJSON **request) {
    rao_status st = RAO_OK;
    cJSON *made = NULL;
    RAO_TRY(ask_request(a, quantity, &made));
    st = ask_put(a->ctx, made, "p", p), p = NULL;
    if (st == RAO_OK) st = ask_put(a->ctx, made, "q", q), q = NULL;
    if (st == RAO_OK && !isnan(order)) st = ask_put(a->ctx, made, "order", cJSON_CreateNumber(order));
    if (st == RAO_OK) *request = made, made = NULL;
done:
    cJSON_Delete(made);
    cJSON_Delete(p);
    cJSON_Delete(q);
    return st;
}

rao_status ask_pair(ask *a, const char *quantity, double order, const char *p, const char *q, int any, cJSON **answer) {
    rao_status st = RAO_OK;
    cJSON *first = NULL, *second = NULL, *request = NULL;
    RAO_TRY(ask_point(a->ctx, p, &first));
    RAO_TRY(ask_point(a->ctx, q, &second));
    st = pair_request(a, quantity, order, first, second, &request), first = second = NULL;
    if (st == RAO_OK) st = any ? ask_answer_any(a, request, answer) : ask_answer(a, request, answer);
done:
    cJSON_Delete(first);
    cJSON_Delete(second);
    cJSON_Delete(request);
    return st;
}

/* Row i, column j: point i first, point j second. */
rao_status ask_all_pairs(ask *a, const char *quantity, double order, cJSON **request) {
    rao_status st = RAO_OK;
    int n = a->point_count;
    char **words = a->point;
    cJSON *p = cJSON_CreateArray(), *q = cJSON_CreateArray();
    for (int i = 0; i < n * n; i++) {
        cJSON *first = NULL, *second = NULL;
        RAO_TRY(ask_point(a->ctx, words[i / n], &first));
        RAO_TRY(ask_put(a->ctx, p, NULL, first));
        RAO_TRY(ask_point(a->ctx, words[i % n], &second));
        RAO_TRY(ask_put(a->ctx, q, NULL, second));
    }
    st = pair_request(a, quantity, order, p, q, request), p = q = NULL;
done:
    cJSON_Delete(p);
    cJSON_Delete(q);
    return st;
}

/* The n x n values of a list become n rows; of intervals the end that is named. */
static rao_status fold(rao_ctx *ctx, const cJSON *flat, const char *end, int n, cJSON **folded) {
    rao_status st = RAO_OK;
    cJSON *made = cJSON_CreateArray(), *row = NULL;
    const cJSON *item = flat->child;
    for (int i = 0; i < n; i++) {
        row = cJSON_CreateArray();
        for (int j = 0; j < n; j++, item = item->next)
            RAO_TRY(ask_put(ctx, row, NULL, cJSON_Duplicate(end ? eval_find(item, end) : item, 1)));
        st = ask_put(ctx, made, NULL, row), row = NULL;
        if (st != RAO_OK) goto done;
    }
    *folded = made, made = NULL;
done:
    cJSON_Delete(row);
    cJSON_Delete(made);
    return st;
}

rao_status ask_show_pairs(ask *a, const char *title, const char *end, const cJSON *answer) {
    rao_status st = RAO_OK;
    char quality[ASK_QUALITY], note[2 * ASK_QUALITY + ASK_QUALITY];
    cJSON *folded = NULL;
    RAO_TRY(fold(a->ctx, eval_find(answer, "value"), end, a->point_count, &folded));
    ask_quality(answer, quality);
    snprintf(note, sizeof note, "%s; --json has all digits.", quality);
    RAO_TRY(ask_show_matrix(a->ctx, title, folded, a->point, a->point, note));
done:
    cJSON_Delete(folded);
    return st;
}

/* The rows of numbers or of intervals in the place of the list. */
rao_status ask_print_pairs(ask *a, cJSON *answer) {
    rao_status st = RAO_OK;
    cJSON *folded = NULL;
    RAO_TRY(fold(a->ctx, eval_find(answer, "value"), NULL, a->point_count, &folded));
    cJSON_DeleteItemFromObjectCaseSensitive(answer, "value");
    st = ask_put(a->ctx, answer, "value", folded), folded = NULL;
    if (st == RAO_OK) st = ask_print_json(a->ctx, answer);
done:
    cJSON_Delete(folded);
    return st;
}
