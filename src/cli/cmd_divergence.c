/* cmd_divergence.c - numbers of two points: Kullback-Leibler in both directions, every divergence by its name. */
#include "ask.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { POINTS_MOST = 64, KINDS_MOST = 64, LABEL_BYTES = 80 };

typedef struct divergence_options {
    ask_options family;
    const char *kind;
    double order;
} divergence_options;
CLI_OPTIONS_FIT(divergence_options);

static const rao_option rows[] = {
    {.name = "kind",
     .type = RAO_OPT_STRING,
     .offset = offsetof(divergence_options, kind),
     .help = "one of those below; left out: all of them"},
    {.name = "order",
     .type = RAO_OPT_REAL,
     .offset = offsetof(divergence_options, order),
     .value = NAN,
     .min = -INFINITY,
     .max = INFINITY,
     .help = "of the kinds that have one"},
};
static const rao_option_table table = {"divergence", sizeof(divergence_options), rows, sizeof rows / sizeof *rows};
static const cli_group groups[] = {{ask_table, offsetof(divergence_options, family)}};

/* ---- kinds: the quantities that are a number of two points, with an order or without ---- */

static int is_kind(int quantity) {
    int takes = rao_manifold_takes(quantity);
    return rao_manifold_shape(quantity) == RAO_SCALAR && takes & RAO_TAKES_Q && !(takes & ~(RAO_TAKES_Q | RAO_TAKES_ORDER));
}

static int64_t list_kinds(int *kinds) {
    int64_t n = 0;
    for (int64_t i = 0; rao_manifold_list(i) >= 0 && n < KINDS_MOST; i++)
        if (is_kind(rao_manifold_list(i))) kinds[n++] = rao_manifold_list(i);
    return n;
}

static rao_status find_kind(rao_ctx *ctx, const char *name, int *kind) {
    int kinds[KINDS_MOST];
    const char *names[KINDS_MOST];
    int64_t n = list_kinds(kinds);
    for (int64_t i = 0; i < n; i++) {
        names[i] = rao_manifold_name(kinds[i]);
        if (!strcmp(name, names[i])) return *kind = kinds[i], RAO_OK;
    }
    const char *near = rao_nearest(name, names, n, sizeof *names);
    return rao_fail(ctx, RAO_EINVAL, "kind = %.60s is unknown%s%s; `rao divergence --help` lists them", name, near ? ", did you mean " : "",
                    near ? near : "");
}

/* ---- asking ---- */

/* The answer for p and q, with that for q and p as its "reverse". */
static rao_status both_ways(ask *a, int kind, double order, int any, cJSON **answer) {
    rao_status st = RAO_OK;
    const char *name = rao_manifold_name(kind), *p = a->point[0], *q = a->point[1];
    cJSON *there = NULL, *back = NULL;
    RAO_TRY(ask_pair(a, name, order, p, q, any, &there));
    RAO_TRY(ask_pair(a, name, order, q, p, any, &back));
    st = ask_put(a->ctx, there, "reverse", back), back = NULL;
    if (st == RAO_OK) *answer = there, there = NULL;
done:
    cJSON_Delete(there);
    cJSON_Delete(back);
    return st;
}

/* ---- two points ---- */

static const char *title_of(int kind) { return kind == RAO_KL ? "KL" : rao_manifold_name(kind); }

/* Are both directions the same by definition? Then one is shown. */
static int is_symmetric(int kind) {
    switch (kind) {
    case RAO_JEFFREYS_DIVERGENCE:
    case RAO_BHATTACHARYYA:
    case RAO_HELLINGER:
    case RAO_CHERNOFF_INFORMATION:
    case RAO_JENSEN_SHANNON:
    case RAO_TOTAL_VARIATION:
    case RAO_FISHER_RAO_DISTANCE:
    case RAO_WASSERSTEIN2: return 1;
    default: return 0;
    }
}

static rao_status show_one_kind(ask *a, int kind, const cJSON *answer) {
    char labels[2][LABEL_BYTES];
    int both = !is_symmetric(kind);
    snprintf(labels[0], LABEL_BYTES, "%s%s", title_of(kind), both ? "(p : q)" : "");
    snprintf(labels[1], LABEL_BYTES, "%s(q : p)", title_of(kind));
    const ask_row shown[] = {{labels[0], answer, -1}, {labels[1], eval_find(answer, "reverse"), -1}};
    return ask_show_rows(a->ctx, NULL, "", shown, 1 + both);
}

static rao_status one_kind(ask *a, int kind, double order) {
    cJSON *answer = NULL;
    rao_status st = both_ways(a, kind, order, 0, &answer);
    if (st == RAO_OK) st = a->call->common.json ? ask_print_json(a->ctx, answer) : show_one_kind(a, kind, answer);
    cJSON_Delete(answer);
    return st;
}

static rao_status show_all(ask *a, const int *kinds, int64_t n, const cJSON *all, int orders_left) {
    char labels[2 * KINDS_MOST][LABEL_BYTES];
    ask_row shown[2 * KINDS_MOST];
    const cJSON *answer = all->child;
    int64_t rows_shown = 0;
    for (int64_t i = 0; i < n; i++, answer = answer->next) {
        int both = !is_symmetric(kinds[i]);
        for (int back = 0; back <= both; back++, rows_shown++) {
            const char *way = !both ? "" : back ? "(q : p)" : "(p : q)";
            snprintf(labels[rows_shown], LABEL_BYTES, "%s%s", rao_manifold_name(kinds[i]), way);
            shown[rows_shown] = (ask_row){labels[rows_shown], back ? eval_find(answer, "reverse") : answer, -1};
        }
    }
    rao_status st = ask_show_rows(a->ctx, NULL, "", shown, rows_shown);
    if (st == RAO_OK && orders_left) printf("With --order A also the kinds that have an order; see rao divergence --help.\n");
    return st;
}

/* Every kind that the options allow; one that fails says so in its place. */
static rao_status all_kinds(ask *a, double order) {
    rao_status st = RAO_OK;
    int kinds[KINDS_MOST], orders_left = 0;
    int64_t listed = list_kinds(kinds), n = 0;
    cJSON *all = cJSON_CreateObject(), *answer = NULL;
    if (!all) return rao_fail(a->ctx, RAO_ENOMEM, "out of memory: answers");
    for (int64_t i = 0; i < listed; i++) {
        int takes_order = (rao_manifold_takes(kinds[i]) & RAO_TAKES_ORDER) != 0;
        orders_left |= takes_order && isnan(order);
        if (takes_order && isnan(order)) continue;
        RAO_TRY(both_ways(a, kinds[i], takes_order ? order : (double)NAN, 1, &answer));
        RAO_TRY(ask_put(a->ctx, all, rao_manifold_name(kinds[i]), answer));
        kinds[n++] = kinds[i];
    }
    RAO_TRY(a->call->common.json ? ask_print_json(a->ctx, all) : show_all(a, kinds, n, all, orders_left));
done:
    cJSON_Delete(all);
    return st;
}

/* ---- several points: a matrix of every one against every other ---- */

static rao_status matrix_of(ask *a, int kind, double order) {
    rao_status st = RAO_OK;
    char title[LABEL_BYTES];
    cJSON *request = NULL, *answer = NULL;
    RAO_TRY(ask_all_pairs(a, rao_manifold_name(kind), order, &request));
    RAO_TRY(ask_answer(a, request, &answer));
    snprintf(title, sizeof title, "%s (row : column)", title_of(kind));
    RAO_TRY(a->call->common.json ? ask_print_pairs(a, answer) : ask_show_pairs(a, title, NULL, answer));
done:
    cJSON_Delete(answer);
    cJSON_Delete(request);
    return st;
}

static rao_status of_kind(ask *a, int kind, double order) {
    return a->point_count == 2 ? one_kind(a, kind, order) : matrix_of(a, kind, order);
}

/* ---- the commands ---- */

static rao_status kl(cli_call *call) {
    ask a;
    const divergence_options *o = call->options;
    rao_status st = ask_open(&a, call, &o->family, 3, POINTS_MOST + 1);
    if (st == RAO_OK) st = of_kind(&a, RAO_KL, NAN);
    ask_close(&a);
    return st;
}

static rao_status divergence(cli_call *call) {
    ask a;
    const divergence_options *o = call->options;
    int kind = 0;
    rao_status st = RAO_OK;
    RAO_TRY(ask_open(&a, call, &o->family, 3, o->kind ? POINTS_MOST + 1 : 3));
    if (o->kind) RAO_TRY(find_kind(call->ctx, o->kind, &kind));
    RAO_TRY(o->kind ? of_kind(&a, kind, o->order) : all_kinds(&a, o->order));
done:
    ask_close(&a);
    return st;
}

static rao_status explain_kl(rao_ctx *ctx, rao_text *out) {
    rao_status st = rao_text_puts(
        ctx, out,
        "KL(p : q), the integral of p log(p/q) in nats, and KL(q : p) beside it; of more than two points, a matrix of all pairs.\n"
        "With --json the answer of `rao eval` for p and q, with that for q and p as \"reverse\".\n\n");
    return st == RAO_OK ? ask_explain_points(ctx, out) : st;
}

static rao_status explain_divergence(rao_ctx *ctx, rao_text *out) {
    rao_status st = RAO_OK;
    int kinds[KINDS_MOST];
    int64_t n = list_kinds(kinds);
    RAO_TRY(rao_text_puts(ctx, out, "kinds:"));
    for (int64_t i = 0; i < n; i++)
        RAO_TRY(rao_text_printf(ctx, out, "%s %s%s", i ? "," : "", rao_manifold_name(kinds[i]),
                                rao_manifold_takes(kinds[i]) & RAO_TAKES_ORDER ? " (--order)" : ""));
    RAO_TRY(
        rao_text_puts(ctx, out,
                      "\n\nEach in both directions, p first, but once where they are the same; with --kind and more than two points, a "
                      "matrix of all pairs. With --json and "
                      "--kind the answer\n"
                      "of `rao eval` for p and q, with that for q and p as \"reverse\"; without --kind an object of such, by kind.\n\n"));
    RAO_TRY(ask_explain_points(ctx, out));
done:
    return st;
}

const cli_command cmd_kl = {
    .name = "kl",
    .summary = "Kullback-Leibler divergence of two members of a family, in both directions",
    .operands = "FAMILY P Q",
    .details = explain_kl,
    .example = "rao kl normal 0,1 1,2",
    .groups = groups,
    .group_count = 1,
    .run = kl,
};

const cli_command cmd_divergence = {
    .name = "divergence",
    .summary = "divergences and distances of two members of a family, one kind or all",
    .operands = "FAMILY P Q",
    .details = explain_divergence,
    .example = "rao divergence gamma 2,1 3,1.5",
    .options = &table,
    .groups = groups,
    .group_count = 1,
    .run = divergence,
};
