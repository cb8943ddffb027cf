/* options.c - the options of a run and of a race, and their budgets in steps. */
#include <string.h>

#include "train/train.h"

static const rao_option train_rows[] = {
    {.name = "batch",
     .type = RAO_OPT_INT,
     .offset = offsetof(rao_train_opts, batch),
     .value = 256,
     .min = 1,
     .max = 1e9,
     .help = "cases a step"},
    {.name = "epochs",
     .type = RAO_OPT_INT,
     .offset = offsetof(rao_train_opts, epochs),
     .value = 20,
     .min = 1,
     .max = 1e9,
     .help = "budget: passes over the training cases"},
    {.name = "steps",
     .type = RAO_OPT_INT,
     .offset = offsetof(rao_train_opts, steps),
     .min = 1,
     .max = 1e9,
     .help = "budget in steps instead"},
    {.name = "seconds",
     .type = RAO_OPT_REAL,
     .offset = offsetof(rao_train_opts, seconds),
     .max = INFINITY,
     .flags = RAO_OPT_ABOVE_MIN,
     .help = "budget in seconds of training instead"},
    {.name = "evaluate",
     .type = RAO_OPT_INT,
     .offset = offsetof(rao_train_opts, evaluate),
     .min = 1,
     .max = 1e9,
     .help = "steps between evaluations; left out: a fortieth of the run"},
    {.name = "init",
     .type = RAO_OPT_CHOICE,
     .offset = offsetof(rao_train_opts, init),
     .choices = "auto|glorot|he|sparse15",
     .help = "initial weights"},
    {.name = "evaluate_cases",
     .type = RAO_OPT_INT,
     .offset = offsetof(rao_train_opts, evaluate_cases),
     .min = 1,
     .max = 1e9,
     .help = "cases of each part that an evaluation looks at, evenly spaced; left out: all"},
    {.name = "stop_loss",
     .type = RAO_OPT_REAL,
     .offset = offsetof(rao_train_opts, stop_loss),
     .value = NAN,
     .min = -INFINITY,
     .max = INFINITY,
     .help = "end when an evaluation finds a training loss of at most this"},
    {.name = "stop_score",
     .type = RAO_OPT_REAL,
     .offset = offsetof(rao_train_opts, stop_score),
     .value = NAN,
     .min = 0,
     .max = INFINITY,
     .help = "end when its training accuracy is at least, or squared error a case at most, this"},
};
static const rao_option_table train_table = {"train", sizeof(rao_train_opts), train_rows, sizeof train_rows / sizeof *train_rows};

static const rao_option race_rows[] = {
    {.name = "seeds",
     .type = RAO_OPT_INT,
     .offset = offsetof(rao_race_opts, seeds),
     .value = 1,
     .min = 1,
     .max = 1e6,
     .help = "runs of each optimiser, from seed, seed + 1, ..."},
    {.name = "target",
     .type = RAO_OPT_REAL,
     .offset = offsetof(rao_race_opts, target),
     .value = NAN,
     .min = -INFINITY,
     .max = INFINITY,
     .help = "training loss to reach; left out: the least that all reach who learnt"},
    {.name = "sweep",
     .type = RAO_OPT_CHOICE,
     .offset = offsetof(rao_race_opts, sweep),
     .choices = "none|lr",
     .help = "lr: each optimiser at each rate of one grid"},
};
static const rao_option_table race_table = {"race", sizeof(rao_race_opts), race_rows, sizeof race_rows / sizeof *race_rows};

const rao_option_table *rao_train_options(void) { return &train_table; }
const rao_option_table *rao_race_options(void) { return &race_table; }

rao_status train_check_opts(rao_ctx *ctx, const rao_train_opts *o) {
    rao_status st = rao_options_check(ctx, &train_table, o);
    if (st != RAO_OK) return st;
    if (o->steps > 0 && o->seconds > 0) return rao_fail(ctx, RAO_EINVAL, "train: a budget in steps and one in seconds exclude each other");
    if (o->seed < 0) return rao_fail(ctx, RAO_EINVAL, "train: seed = %lld, want >= 0", (long long)o->seed);
    return RAO_OK;
}

void rao_train_opts_init_sized(rao_train_opts *opts, size_t size) {
    rao_train_opts full = {.seed = 1};
    rao_options_defaults(&train_table, &full, sizeof full);
    full.size = size;
    memcpy(opts, &full, size < sizeof full ? size : sizeof full);
}

void rao_race_opts_init_sized(rao_race_opts *opts, size_t size) {
    rao_race_opts full = {0};
    rao_train_opts_init(&full.train);
    rao_options_defaults(&race_table, &full, sizeof full);
    full.size = size;
    memcpy(opts, &full, size < sizeof full ? size : sizeof full);
}
