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
    RAO_TRY(ask_points(a->ctx, a->point, a->point_count, &p));
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
    if (a->point_count > 0) {
        RAO_TRY(ask_point(a->ctx, a->point[0], &part));
        RAO_TRY(ask_put(a->ctx, *request, "p", part));
    }
    if (o->region) {
        RAO_TRY(ask_json(a->ctx, "--region", o->region, &part));
        RAO_TRY(ask_put(a->ctx, *request, "region", part));
    }
done:
    return st;
}

static int wants_volume(const ask *a, const prior_options *o) { return o->region || a->point_count == 0; }

static rao_status build(ask *a, cJSON **request) {
    const prior_options *o = a->call->options;
    if (!wants_volume(a, o)) return ask_prior(a, o, request);
    if (o->normalised) return rao_fail(a->ctx, RAO_EINVAL, "--normalised is for the prior at points, not for a volume");
    return ask_volume(a, o, request);
}

static rao_status show(ask *a, const cJSON *request, const cJSON *answer) {
    const prior_options *o = a->call->options;
    ask_row volume = {o->region ? o->region : "the whole family", answer, -1};
    const cJSON *proper = eval_find(answer, "proper"); /* absent where it is not known */
    const char *title = o->normalised          ? "Jeffreys prior, normalised"
                        : !proper              ? "Jeffreys prior, not normalised"
                        : cJSON_IsTrue(proper) ? "Jeffreys prior, not normalised (--normalised)"
                                               : "Jeffreys prior, improper: it has no normalisation";
    (void)request;
    return wants_volume(a, o) ? ask_show_rows(a->ctx, NULL, "Jeffreys volume of", &volume, 1) : ask_show_points(a, title, "at", answer);
}

static rao_status jeffreys(cli_call *call) {
    static const ask_steps steps = {1, POINTS_MOST + 1, build, show};
    const prior_options *o = call->options;
    return ask_run(call, &o->family, &steps);
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
