/* sgd.c - stochastic gradient descent with heavy-ball (Polyak 1964) or Nesterov momentum (Sutskever et al. 2013, eq. 3-4, written for
 * the point where the gradient is taken). Heavy ball: the gradient is accumulated onto momentum * v where it is made, and what is left is one pass. */
#include "optim/update.h"

typedef struct sgd {
    optim_common common;
    double momentum;
    int nesterov;
} sgd;

static const rao_option rows[] = {
    OPTIM_LR_ROW(0.1),
    {.name = "momentum",
     .type = RAO_OPT_REAL,
     .offset = offsetof(sgd, momentum),
     .value = 0.9,
     .max = 1,
     .flags = RAO_OPT_BELOW_MAX,
     .help = "share of the last step that is kept"},
    {.name = "nesterov", .type = RAO_OPT_FLAG, .offset = offsetof(sgd, nesterov), .help = "gradient at the point that momentum leads to"},
    OPTIM_COMMON_ROWS(0),
};
static const rao_option_table table = {"sgd", sizeof(sgd), rows, sizeof rows / sizeof *rows};
_Static_assert(sizeof(sgd) <= OPTIM_OPTION_BYTES, "the options fit");

static int wants_gradient(const void *options) {
    const sgd *o = options;
    return o->nesterov || o->momentum == 0;
}

static int states(const void *options, const char **names) {
    const sgd *o = options;
    if (o->momentum == 0) return 0;
    names[0] = "velocity";
    return 1;
}

static double beta(const void *options) { return ((const sgd *)options)->momentum; }

static rao_status step(rao_ctx *ctx, rao_optim *opt, double rate, rao_op *metric, rao_vec *w) {
    (void)metric;
    const sgd *o = (const void *)opt->options.bytes;
    const update_set *set = update_passes();
    update u = {.w = w->data, .g = opt->gradient, .v = opt->states ? opt->state[0] : opt->gradient};
    u.rate = rate, u.l2 = o->common.l2, u.decay = rate * o->common.weight_decay, u.beta1 = o->momentum;
    if (o->nesterov && o->momentum > 0) return update_run(ctx, opt, set->nesterov, &u);
    return update_run(ctx, opt, u.l2 > 0 ? set->sgd : set->momentum, &u);
}

const optim_rule optim_sgd = {
    .face = {.name = "sgd", .summary = "gradient descent with momentum", .options = &table},
    .states = states,
    .gradient = wants_gradient,
    .beta = beta,
    .step = step,
};
