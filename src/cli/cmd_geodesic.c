/* cmd_geodesic.c - the path between two members of a family that is straight in a connection, as a table of its points. */
#include "geodesic.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const rao_option rows[] = {
    {.name = "connection",
     .type = RAO_OPT_STRING,
     .offset = offsetof(geodesic_options, connection),
     .text = "fisher-rao",
     .help = "one of those below"},
    {.name = "n",
     .type = RAO_OPT_INT,
     .offset = offsetof(geodesic_options, n),
     .value = 11,
     .min = 2,
     .max = 100000,
     .help = "points of the path"},
    {.name = "from",
     .type = RAO_OPT_REAL,
     .offset = offsetof(geodesic_options, from),
     .value = 0,
     .min = -1e9,
     .max = 1e9,
     .help = "the first t; p lies at 0"},
    {.name = "to",
     .type = RAO_OPT_REAL,
     .offset = offsetof(geodesic_options, to),
     .value = 1,
     .min = -1e9,
     .max = 1e9,
     .help = "the last t; q lies at 1"},
    {.name = "report",
     .type = RAO_OPT_STRING,
     .offset = offsetof(geodesic_options, report),
     .help = "write one HTML file with a picture of all connections"},
};
static const rao_option_table table = {"geodesic", sizeof(geodesic_options), rows, sizeof rows / sizeof *rows};
static const cli_group groups[] = {{ask_table, offsetof(geodesic_options, family)}};

/* ---- connections: the quantities whose name ends in _geodesic and that take q and t alone ---- */

static const char suffix[] = "_geodesic";

/* "fisher_rao_geodesic" is the connection "fisher-rao". */
int geodesic_connection(int quantity, char name[CONNECTION_BYTES]) {
    const char *full = rao_manifold_name(quantity);
    size_t length = strlen(full), tail = sizeof suffix - 1;
    if (length <= tail || length - tail >= CONNECTION_BYTES || strcmp(full + length - tail, suffix)) return 0;
    if (rao_manifold_takes(quantity) != (RAO_TAKES_Q | RAO_TAKES_T)) return 0;
    memcpy(name, full, length - tail);
    name[length - tail] = 0;
    for (char *c = name; *c; c++)
        if (*c == '_') *c = '-';
    return 1;
}

static rao_status find_connection(rao_ctx *ctx, const char *wanted, int *quantity) {
    char bytes[CONNECTIONS_MOST][CONNECTION_BYTES];
    const char *names[CONNECTIONS_MOST];
    int64_t n = 0;
    for (int64_t i = 0; rao_manifold_list(i) >= 0 && n < CONNECTIONS_MOST; i++) {
        if (!geodesic_connection(rao_manifold_list(i), bytes[n])) continue;
        if (!strcmp(bytes[n], wanted)) return *quantity = rao_manifold_list(i), RAO_OK;
        names[n] = bytes[n], n++;
    }
    const char *near = rao_nearest(wanted, names, n, sizeof *names);
    return rao_fail(ctx, RAO_EINVAL, "connection = %.60s is unknown%s%s; `rao geodesic --help` lists them", wanted,
                    near ? ", did you mean " : "", near ? near : "");
}

/* ---- the path ---- */

static rao_status put_places(rao_ctx *ctx, const geodesic_options *o, int64_t n, cJSON *request) {
    rao_status st = RAO_OK;
    cJSON *t = cJSON_CreateArray();
    for (int64_t i = 0; t && i < n && st == RAO_OK; i++) {
        double part = (double)i / (double)(n - 1);
        st = ask_put(ctx, t, NULL, cJSON_CreateNumber((1 - part) * o->from + part * o->to));
    }
    if (st == RAO_OK) return ask_put(ctx, request, "t", t);
    cJSON_Delete(t);
    return st;
}

rao_status geodesic_request(ask *a, const geodesic_options *o, int quantity, int64_t n, cJSON **request) {
    rao_status st = RAO_OK;
    cJSON *p = NULL, *q = NULL;
    RAO_TRY(ask_request(a, rao_manifold_name(quantity), request));
    RAO_TRY(ask_point(a->ctx, a->point[0], &p));
    RAO_TRY(ask_put(a->ctx, *request, "p", p));
    RAO_TRY(ask_point(a->ctx, a->point[1], &q));
    RAO_TRY(ask_put(a->ctx, *request, "q", q));
    RAO_TRY(put_places(a->ctx, o, n, *request));
done:
    return st;
}

static rao_status name_places(rao_ctx *ctx, const cJSON *t, char ***names) {
    rao_status st = RAO_OK;
    int64_t n = cJSON_GetArraySize(t), i = 0;
    char *bytes = NULL;
    RAO_TRY(rao_scratch(ctx, n, names));
    RAO_TRY(rao_scratch(ctx, n * RAO_DOUBLE_TEXT, &bytes));
    for (const cJSON *item = t->child; item; item = item->next, i++) {
        (*names)[i] = bytes + i * RAO_DOUBLE_TEXT;
        snprintf((*names)[i], RAO_DOUBLE_TEXT, "%.6g", item->valuedouble);
    }
done:
    return st;
}

static rao_status show(ask *a, const geodesic_options *o, const cJSON *request, const cJSON *answer) {
    rao_status st = RAO_OK;
    char title[320], from[ASK_SHORT], to[ASK_SHORT], quality[ASK_QUALITY], note[2 * ASK_QUALITY], **places = NULL, **names = NULL;
    int64_t n = 0;
    rao_mark mark = rao_scratch_mark(a->ctx);
    RAO_TRY(name_places(a->ctx, eval_find(request, "t"), &places));
    RAO_TRY(ask_names(a, request, 1, &names, &n));
    ask_quality(answer, quality);
    snprintf(title, sizeof title, "geodesic of %.40s, connection %.40s, from %s at t = 0 to %s at t = 1", a->family, o->connection,
             ask_short(a->point[0], from), ask_short(a->point[1], to));
    snprintf(note, sizeof note, "%s; --json has all digits.", quality);
    RAO_TRY(ask_show_matrix(a->ctx, title, eval_find(answer, "value"), places, names, note));
done:
    rao_scratch_reset(a->ctx, mark);
    return st;
}

static rao_status geodesic(cli_call *call) {
    rao_status st = RAO_OK;
    const geodesic_options *o = call->options;
    ask a;
    int quantity = 0;
    rao_out *out = NULL;
    cJSON *request = NULL, *answer = NULL;
    RAO_TRY(ask_open(&a, call, &o->family, 3, 3));
    RAO_TRY(find_connection(call->ctx, o->connection, &quantity));
    if (o->report) RAO_TRY(rao_out_open(call->ctx, o->report, &out));
    RAO_TRY(geodesic_request(&a, o, quantity, o->n, &request));
    if (!call->common.json) RAO_TRY(ask_flatten(&a, request));
    RAO_TRY(ask_answer(&a, request, &answer));
    if (o->report) RAO_TRY(geodesic_report(&a, o, &out));
    if (call->common.json) {
        RAO_TRY(ask_put(call->ctx, answer, "t", cJSON_Duplicate(eval_find(request, "t"), 1)));
        RAO_TRY(ask_print_json(call->ctx, answer));
    } else {
        RAO_TRY(show(&a, o, request, answer));
    }
done:
    rao_out_abort(&out);
    cJSON_Delete(answer);
    cJSON_Delete(request);
    ask_close(&a);
    return st;
}

static rao_status details(rao_ctx *ctx, rao_text *out) {
    rao_status st = RAO_OK;
    char name[CONNECTION_BYTES];
    int n = 0;
    RAO_TRY(rao_text_puts(ctx, out, "connections:"));
    for (int64_t i = 0; rao_manifold_list(i) >= 0; i++)
        if (geodesic_connection(rao_manifold_list(i), name)) RAO_TRY(rao_text_printf(ctx, out, "%s %s", n++ ? "," : "", name));
    RAO_TRY(rao_text_puts(ctx, out,
                          "\n\nA table of n points of the path, in the chart: fisher-rao is the shortest path of the Fisher metric, e is "
                          "straight in the natural and m\n"
                          "in the expectation coordinates, wasserstein moves mass at constant speed. With --json the answer of `rao eval`, "
                          "and the places t.\n\n"));
    RAO_TRY(ask_explain_points(ctx, out));
done:
    return st;
}

const cli_command cmd_geodesic = {
    .name = "geodesic",
    .summary = "the points of a geodesic between two members of a family",
    .operands = "FAMILY P Q",
    .details = details,
    .example = "rao geodesic normal 0,1 1,2 --connection e -n 5",
    .options = &table,
    .groups = groups,
    .group_count = 1,
    .run = geodesic,
};
