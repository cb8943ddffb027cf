/* adam.c - adam (Kingma & Ba 2015, algorithm 1) and adamw (Loshchilov & Hutter 2019): one pass, two rows of options. */
#include "optim/update.h"

typedef struct adam {
    optim_common common;
    double beta1, beta2, eps;
} adam;

#define MOMENT_ROWS                                                                                                                     \
    {.name = "beta1",                                                                                                                   \
     .type = RAO_OPT_REAL,                                                                                                              \
     .offset = offsetof(adam, beta1),                                                                                                   \
     .value = 0.9,                                                                                                                      \
     .max = 1,                                                                                                                          \
     .flags = RAO_OPT_BELOW_MAX,                                                                                                        \
     .help = "memory of the mean of the gradient"},                                                                                     \
        {.name = "beta2",                                                                                                               \
         .type = RAO_OPT_REAL,                                                                                                          \
         .offset = offsetof(adam, beta2),                                                                                               \
         .value = 0.999,                                                                                                                \
         .max = 1,                                                                                                                      \
         .flags = RAO_OPT_BELOW_MAX,                                                                                                    \
         .help = "memory of the mean of its square"},                                                                                   \
    {                                                                                                                                   \
        .name = "eps", .type = RAO_OPT_REAL, .offset = offsetof(adam, eps), .value = 1e-8, .max = INFINITY, .flags = RAO_OPT_ABOVE_MIN, \
        .help = "added to the root of the mean square"                                                                                  \
    }

static const rao_option adam_rows[] = {OPTIM_LR_ROW(0.001), MOMENT_ROWS, OPTIM_COMMON_ROWS(0)};
static const rao_option adamw_rows[] = {OPTIM_LR_ROW(0.001), MOMENT_ROWS, OPTIM_COMMON_ROWS(0.01)};
static const rao_option_table adam_table = {"adam", sizeof(adam), adam_rows, sizeof adam_rows / sizeof *adam_rows};
static const rao_option_table adamw_table = {"adamw", sizeof(adam), adamw_rows, sizeof adamw_rows / sizeof *adamw_rows};
_Static_assert(sizeof(adam) <= OPTIM_OPTION_BYTES, "the options fit");

static int states(const void *options, const char **names) {
    (void)options;
    names[0] = "mean";
    names[1] = "square";
    return 2;
}

static int wants_gradient(const void *options) {
    (void)options;
    return 1;
}

/* 1 - beta^t without cancellation, at beta = 0 too */
static double correction(double beta, int64_t t) { return -expm1((double)t * log(beta)); }

static rao_status step(rao_ctx *ctx, rao_optim *opt, double rate, rao_op *metric, rao_vec *w) {
    (void)metric;
    const adam *o = (const void *)opt->options.bytes;
    update u = {.w = w->data, .g = opt->gradient, .m = opt->state[0], .v = opt->state[1]};
    u.rate = rate / correction(o->beta1, opt->steps + 1);
    u.root = 1 / sqrt(correction(o->beta2, opt->steps + 1));
    u.beta1 = o->beta1, u.beta2 = o->beta2, u.eps = o->eps;
    u.l2 = o->common.l2, u.decay = rate * o->common.weight_decay;
    return update_run(ctx, opt, update_passes()->adam, &u);
}

const optim_rule optim_adam = {
    .face = {.name = "adam", .summary = "steps scaled by the root mean square of each coordinate's gradient", .options = &adam_table},
    .states = states,
    .gradient = wants_gradient,
    .step = step,
};
const optim_rule optim_adamw = {
    .face = {.name = "adamw", .summary = "adam with decoupled weight decay", .options = &adamw_table},
    .states = states,
    .gradient = wants_gradient,
    .step = step,
};
