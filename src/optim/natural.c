/* natural.c - descent in a metric: ngd, kfac and ekfac are one rule with other defaults; which representation the rao_op has is not its business.
 *
 * The solve is the operator's. How much damping and how long a step is natural_step.c's business, whether the quadratic model kept its promise
 * natural_judge.c's; here stand the rules, their options and what they wish for. */
#include "optim/natural.h"

#define METRIC_ROWS(lambda, clip, heavy)                                                                                              \
    {.name = "momentum",                                                                                                              \
     .type = RAO_OPT_REAL,                                                                                                            \
     .offset = offsetof(natural, momentum),                                                                                           \
     .value = (heavy),                                                                                                                \
     .max = 1,                                                                                                                        \
     .flags = RAO_OPT_BELOW_MAX,                                                                                                      \
     .help = "share of the last step that is kept",                                                                                   \
     .with = "step=rate"},                                                                                                            \
        {.name = "damping",                                                                                                           \
         .type = RAO_OPT_REAL,                                                                                                        \
         .offset = offsetof(natural, damping),                                                                                        \
         .value = (lambda),                                                                                                           \
         .max = INFINITY,                                                                                                             \
         .help = "added to the metric's diagonal"},                                                                                   \
        {.name = "unit",                                                                                                              \
         .type = RAO_OPT_CHOICE,                                                                                                      \
         .offset = offsetof(natural, unit),                                                                                           \
         .choices = "relative|loss",                                                                                                  \
         .help = "of the damping: the metric's mean eigenvalue, or the loss"},                                                        \
        {.name = "adapt",                                                                                                             \
         .type = RAO_OPT_CHOICE,                                                                                                      \
         .offset = offsetof(natural, adapt),                                                                                          \
         .choices = "fixed|lm",                                                                                                       \
         .help = "of the damping: as given, or Levenberg-Marquardt from there"},                                                      \
        {.name = "step",                                                                                                              \
         .type = RAO_OPT_CHOICE,                                                                                                      \
         .offset = offsetof(natural, step),                                                                                           \
         .choices = "rate|model",                                                                                                     \
         .help = "its length: by lr and momentum, or by the exact quadratic model of the batch (ngd: with adapt=lm)"},                \
        {.name = "model_fraction",                                                                                                    \
         .type = RAO_OPT_REAL,                                                                                                        \
         .offset = offsetof(natural, model_fraction),                                                                                 \
         .value = 0.25,                                                                                                               \
         .max = 1,                                                                                                                    \
         .flags = RAO_OPT_ABOVE_MIN,                                                                                                  \
         .help = "of the batch that this model is made of",                                                                           \
         .with = "step=model"},                                                                                                       \
    {                                                                                                                                 \
        .name = "radius", .type = RAO_OPT_REAL, .offset = offsetof(natural, radius), .value = (clip), .max = INFINITY,                \
        .flags = RAO_OPT_ABOVE_MIN | RAO_OPT_MAY_INF, .help = "bound of the step's squared length in the metric", .with = "step=rate" \
    }

#define FLAVOUR_ROWS(which, part)                                                                                   \
    {.name = "flavour",                                                                                             \
     .type = RAO_OPT_CHOICE,                                                                                        \
     .offset = offsetof(natural, flavour),                                                                          \
     .value = (which),                                                                                              \
     .choices = "true|sampled|empirical",                                                                           \
     .help = "of the Fisher matrix"},                                                                               \
        {.name = "samples",                                                                                         \
         .type = RAO_OPT_INT,                                                                                       \
         .offset = offsetof(natural, samples),                                                                      \
         .value = 1,                                                                                                \
         .min = 1,                                                                                                  \
         .max = 1e6,                                                                                                \
         .help = "draws a case",                                                                                    \
         .with = "flavour=sampled"},                                                                                \
        {.name = "fraction",                                                                                        \
         .type = RAO_OPT_REAL,                                                                                      \
         .offset = offsetof(natural, fraction),                                                                     \
         .value = (part),                                                                                           \
         .max = 1,                                                                                                  \
         .flags = RAO_OPT_ABOVE_MIN,                                                                                \
         .help = "of the batch that the metric is estimated from"},                                                 \
    {                                                                                                               \
        .name = "every", .type = RAO_OPT_INT, .offset = offsetof(natural, every), .value = 1, .min = 1, .max = 1e9, \
        .help = "steps between updates of the metric"                                                               \
    }

#define FACTOR_ROWS(period)                                                                                                \
    {.name = "decay",                                                                                                      \
     .type = RAO_OPT_REAL,                                                                                                 \
     .offset = offsetof(natural, decay),                                                                                   \
     .value = 0.95,                                                                                                        \
     .max = 1,                                                                                                             \
     .flags = RAO_OPT_BELOW_MAX,                                                                                           \
     .help = "factor averages: weight of the past, at most"},                                                              \
    {                                                                                                                      \
        .name = "renew", .type = RAO_OPT_INT, .offset = offsetof(natural, renew), .value = (period), .min = 1, .max = 1e9, \
        .help = "updates between two renewals of a layer's inverses or bases"                                              \
    }

static const char *const precisions[] = {"float", "bf16"};
static const char *const representations[] = {"auto", "dense", "gram", "implicit", "diagonal"}, *const flavours[] = {"true", "sampled",
                                                                                                                     "empirical"};

/* Defaults: with all of them ten seeds of ten end well on the digits (20 epochs, batch 256); ngd's are the least damping and the widest radius of which that is
 * true, on no other data. The radius bounds what one gradient adds to the velocity, which can be 1 / (1 - momentum) times as long: kfac and ekfac keep a half of it,
 * for on 784 inputs a natural gradient is mostly noise, the radius binds at every step, and at nine tenths MNIST does not come down. */
static const rao_option ngd_rows[] = {
    OPTIM_LR_ROW(1),
    METRIC_ROWS(0.3, 0.03, 0.0),
    {.name = "representation",
     .type = RAO_OPT_CHOICE,
     .offset = offsetof(natural, representation),
     .choices = "auto|dense|gram|implicit|diagonal",
     .help = "of the metric; auto: the cheapest exact one"},
    FLAVOUR_ROWS(0, 1),
    {.name = "tolerance",
     .type = RAO_OPT_REAL,
     .offset = offsetof(natural, tolerance),
     .value = 1e-3,
     .max = 1,
     .flags = RAO_OPT_BELOW_MAX,
     .help = "implicit: relative residual of a solve",
     .with = "representation=auto|implicit"},
    {.name = "iterations",
     .type = RAO_OPT_INT,
     .offset = offsetof(natural, iterations),
     .value = 50,
     .min = 1,
     .max = 1e9,
     .help = "implicit: conjugate-gradient steps of a solve at most",
     .with = "representation=auto|implicit"},
    OPTIM_COMMON_ROWS(0),
};
static const rao_option kfac_rows[] = {OPTIM_LR_ROW(0.3),
                                       METRIC_ROWS(2, 0.003, 0.5),
                                       FLAVOUR_ROWS(1, 0.125),
                                       FACTOR_ROWS(10),
                                       {.name = "precision",
                                        .type = RAO_OPT_CHOICE,
                                        .offset = offsetof(natural, precision),
                                        .choices = "float|bf16",
                                        .help = "of the products that precondition; bf16: mixed, where the processor can"},
                                       OPTIM_COMMON_ROWS(0)};
static const rao_option ekfac_rows[] = {OPTIM_LR_ROW(0.3), METRIC_ROWS(5, 0.003, 0.5), FLAVOUR_ROWS(1, 0.125), FACTOR_ROWS(20),
                                        OPTIM_COMMON_ROWS(0)};
static const rao_option_table ngd_table = {"ngd", sizeof(natural), ngd_rows, sizeof ngd_rows / sizeof *ngd_rows};
static const rao_option_table kfac_table = {"kfac", sizeof(natural), kfac_rows, sizeof kfac_rows / sizeof *kfac_rows};
static const rao_option_table ekfac_table = {"ekfac", sizeof(natural), ekfac_rows, sizeof ekfac_rows / sizeof *ekfac_rows};

static int wants_gradient(const void *options) {
    (void)options;
    return 1;
}

static int states(const void *options, const char **names) {
    (void)options;
    names[0] = "velocity";
    return 1;
}

static double beta(const void *options) {
    (void)options;
    return 0;
}

static int keeps(const void *options) { return ((const natural *)options)->adapt == ADAPT_LM; }

/* ---- the face ---- */

/* Levenberg-Marquardt multiplies the damping, the model of a step is asked for its length, and what forms the gradient leaves nothing for bfloat16 to do. */
static rao_status check_together(rao_ctx *ctx, const rao_optim *opt) {
    const natural *o = natural_of(opt);
    if (o->damping == 0 && o->adapt != ADAPT_FIXED)
        return rao_fail(ctx, RAO_EINVAL, "%s: adapt = lm multiplies the damping, which cannot start at 0", opt->rule->face.name);
    if (o->step == STEP_MODEL && !(o->common.weight_decay > 0) &&
        (o->common.lr != opt->rule->face.options->rows->value || o->common.schedule != SCHEDULE_CONSTANT || o->common.warmup > 0))
        return rao_fail(ctx, RAO_EINVAL,
                        "%s: step = model finds the rate itself: lr, schedule and warmup have no effect but on weight_decay",
                        opt->rule->face.name);
    if (o->precision == PRECISION_FLOAT || !(o->common.l2 > 0 || o->step == STEP_MODEL)) return RAO_OK;
    return rao_fail(ctx, RAO_EINVAL, "%s: precision = bf16 works on the factors of the gradient, which %s does without: want %s",
                    opt->rule->face.name, o->common.l2 > 0 ? "l2 > 0" : "step = model",
                    o->common.l2 > 0 ? "weight_decay in its place, or float" : "step = rate, or float");
}

/* The exact metric turns d more than factors do, and the model's whole length along it is astray on a batch that says little of the loss: on the digits the loss
 * rises from 2 to a thousand in five steps. */
static rao_status check_ngd(rao_ctx *ctx, const rao_optim *opt) {
    const natural *o = natural_of(opt);
    rao_status st = check_together(ctx, opt);
    if (st != RAO_OK || o->step != STEP_MODEL || o->adapt == ADAPT_LM) return st;
    return rao_fail(ctx, RAO_EINVAL,
                    "ngd: step = model goes the whole length of its model, and adapt = fixed takes no step back: want adapt = lm");
}

static void wish_of(const void *options, const char *representation, rao_optim_wish *wish) {
    const natural *o = options;
    *wish = (rao_optim_wish){representation,
                             flavours[o->flavour],
                             o->samples,
                             o->fraction,
                             o->decay,
                             o->renew,
                             o->every,
                             o->tolerance,
                             o->iterations,
                             0,
                             precisions[o->precision]};
    if (o->step == STEP_MODEL) wish->model_fraction = o->model_fraction;
}
static void wish_ngd(const void *options, rao_optim_wish *wish) {
    wish_of(options, representations[((const natural *)options)->representation], wish);
    wish->renew = 1;
}
static void wish_kfac(const void *options, rao_optim_wish *wish) { wish_of(options, "kfac", wish); }
static void wish_ekfac(const void *options, rao_optim_wish *wish) { wish_of(options, "ekfac", wish); }

rao_status rao_optim_metric_wish(rao_ctx *ctx, const rao_optim *opt, rao_optim_wish *wish) {
    if (!opt->rule->wish) return rao_fail(ctx, RAO_EUNABLE, "%s: this rule has no metric", opt->rule->face.name);
    opt->rule->wish(opt->options.bytes, wish);
    return RAO_OK;
}

const optim_rule optim_ngd = {.face = {.name = "ngd", .summary = "natural gradient, exact", .options = &ngd_table, .metric = 1},
                              .states = states,
                              .gradient = wants_gradient,
                              .beta = beta,
                              .step = natural_step,
                              .step_outer = natural_step_outer,
                              .takes_outer = natural_takes_outer,
                              .check = check_ngd,
                              .keeps = keeps,
                              .wish = wish_ngd};
const optim_rule optim_kfac = {
    .face = {.name = "kfac", .summary = "natural gradient with Kronecker factors", .options = &kfac_table, .metric = 1},
    .states = states,
    .gradient = wants_gradient,
    .beta = beta,
    .step = natural_step,
    .step_outer = natural_step_outer,
    .takes_outer = natural_takes_outer,
    .check = check_together,
    .keeps = keeps,
    .wish = wish_kfac};
const optim_rule optim_ekfac = {
    .face = {.name = "ekfac", .summary = "Kronecker factors' eigenbases, exact second moments", .options = &ekfac_table, .metric = 1},
    .states = states,
    .gradient = wants_gradient,
    .beta = beta,
    .step = natural_step,
    .step_outer = natural_step_outer,
    .takes_outer = natural_takes_outer,
    .check = check_together,
    .keeps = keeps,
    .wish = wish_ekfac};
