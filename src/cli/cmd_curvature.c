/* cmd_curvature.c - the curvature of a family at points: of a surface, or of a plane of tangent vectors; else the scalar. */
#include "ask.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

enum { POINTS_MOST = 1000 };

typedef struct curvature_options {
    ask_options family;
    double alpha;
    const char *plane;
} curvature_options;
CLI_OPTIONS_FIT(curvature_options);

static const rao_option rows[] = {
    {.name = "alpha",
     .type = RAO_OPT_REAL,
     .offset = offsetof(curvature_options, alpha),
     .value = NAN,
     .min = -INFINITY,
     .max = INFINITY,
     .help = "of this alpha-connection; left out: of the Fisher metric"},
    {.name = "plane",
     .type = RAO_OPT_STRING,
     .offset = offsetof(curvature_options, plane),
     .help = "[[..],[..]]: the plane of two tangent vectors, in the chart"},
};
static const rao_option_table table = {"curvature", sizeof(curvature_options), rows, sizeof rows / sizeof *rows};
static const cli_group groups[] = {{ask_table, offsetof(curvature_options, family)}};

/* A family of more than two dimensions has many planes, and one scalar. */
static rao_status is_scalar(ask *a, const cJSON *request, int *scalar) {
    const curvature_options *o = a->call->options;
    const rao_family *family;
    int64_t chart;
    rao_status st = ask_family(a, request, &family, &chart);
    if (st == RAO_OK) *scalar = !o->plane && rao_family_tangent(family, 0) > 2;
    return st;
}

static rao_status build(ask *a, cJSON **request) {
    rao_status st = RAO_OK;
    const curvature_options *o = a->call->options;
    cJSON *part = NULL;
    int scalar = 0;
    RAO_TRY(ask_request(a, "sectional_curvature", request));
    RAO_TRY(ask_points(a->ctx, a->point, a->point_count, &part));
    RAO_TRY(ask_put(a->ctx, *request, "p", part));
    RAO_TRY(is_scalar(a, *request, &scalar));
    if (scalar) cJSON_SetValuestring(cJSON_GetObjectItemCaseSensitive(*request, "quantity"), "scalar_curvature");
    if (!isnan(o->alpha)) RAO_TRY(ask_put(a->ctx, *request, "alpha", cJSON_CreateNumber(o->alpha)));
    if (!o->plane) return RAO_OK;
    RAO_TRY(ask_json(a->ctx, "--plane", o->plane, &part));
    RAO_TRY(ask_put(a->ctx, *request, "plane", part));
done:
    return st;
}

static rao_status show(ask *a, const cJSON *request, const cJSON *answer) {
    const curvature_options *o = a->call->options;
    char title[96];
    int scalar = 0;
    rao_status st = is_scalar(a, request, &scalar);
    if (st) return st;
    snprintf(title, sizeof title, "%s curvature", scalar ? "scalar" : "sectional");
    if (!isnan(o->alpha))
        snprintf(title, sizeof title, "%s curvature of the connection alpha = %.6g", scalar ? "scalar" : "sectional", o->alpha);
    return ask_show_points(a, title, "at", answer);
}

static rao_status curvature(cli_call *call) {
    static const ask_steps steps = {2, POINTS_MOST + 1, build, show};
    const curvature_options *o = call->options;
    return ask_run(call, &o->family, &steps);
}

static rao_status details(rao_ctx *ctx, rao_text *out) {
    rao_status st =
        rao_text_puts(ctx, out,
                      "The sectional curvature where the family has two coordinates or --plane names a plane (the normal: -1/2), else the "
                      "scalar\ncurvature, which is twice the sectional one on a surface. With --json the answer of `rao eval`.\n\n");
    return st == RAO_OK ? ask_explain_points(ctx, out) : st;
}

const cli_command cmd_curvature = {
    .name = "curvature",
    .summary = "the curvature of a family at points, of the Fisher metric or an alpha-connection",
    .operands = "FAMILY P..",
    .details = details,
    .example = "rao curvature gamma 2.5,1.5 --alpha 0.5",
    .options = &table,
    .groups = groups,
    .group_count = 1,
    .run = curvature,
};
