/* fuzz_options.c - rao_options_parse on any text: it ends in a status; on failure the options are as they were and the context has a
 * sentence; on success they pass the check, and what format writes parses back to the same options. */
#include <limits.h>
#include <math.h>
#include <string.h>

#include <rao/base.h>

#include "fuzz.h"

typedef struct settings {
    int64_t steps;
    double lr, momentum, limit;
    int nesterov, schedule;
} settings;

static const rao_option rows[] = {
    {"steps", RAO_OPT_INT, offsetof(settings, steps), 100, 0, 1e15, 0, NULL, NULL, "steps", NULL},
    {"lr", RAO_OPT_REAL, offsetof(settings, lr), 0.1, 0, INFINITY, RAO_OPT_ABOVE_MIN, NULL, NULL, "learning rate", NULL},
    {"momentum", RAO_OPT_REAL, offsetof(settings, momentum), 0.9, 0, 1, RAO_OPT_BELOW_MAX, NULL, NULL, "momentum", NULL},
    {"limit", RAO_OPT_REAL, offsetof(settings, limit), 1, -1, INFINITY, RAO_OPT_MAY_INF, NULL, NULL, "limit", "schedule=cosine"},
    {"nesterov", RAO_OPT_FLAG, offsetof(settings, nesterov), 0, 0, 1, 0, NULL, NULL, "look ahead", NULL},
    {"schedule", RAO_OPT_CHOICE, offsetof(settings, schedule), 0, 0, 1, 0, "constant|cosine", NULL, "schedule", NULL},
};
static const rao_option_table table = {"fuzz", sizeof(settings), rows, sizeof rows / sizeof *rows};

static int same(const settings *a, const settings *b) {
    return a->steps == b->steps && a->lr == b->lr && a->momentum == b->momentum && a->limit == b->limit && a->nesterov == b->nesterov &&
           a->schedule == b->schedule;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static char spec[4096];
    if (size >= sizeof spec) return 0;
    memcpy(spec, data, size);
    spec[size] = 0;

    rao_ctx *ctx = NULL;
    FUZZ_REQUIRE(rao_ctx_create(NULL, &ctx) == RAO_OK);
    settings before, parsed, again;
    rao_options_defaults(&table, &before, sizeof before);
    parsed = again = before;
    if (rao_options_parse(ctx, &table, &parsed, spec) == RAO_OK) {
        rao_text text = {0};
        FUZZ_REQUIRE(rao_options_check(ctx, &table, &parsed) == RAO_OK);
        FUZZ_REQUIRE(rao_options_format(ctx, &table, &parsed, &text) == RAO_OK);
        FUZZ_REQUIRE(rao_options_parse(ctx, &table, &again, text.data) == RAO_OK);
        FUZZ_REQUIRE(same(&parsed, &again));
        rao_text_destroy(&text);
    } else {
        FUZZ_REQUIRE(same(&parsed, &before));
        FUZZ_REQUIRE(strlen(rao_ctx_message(ctx)) > 0);
    }
    rao_ctx_destroy(&ctx);
    return 0;
}
