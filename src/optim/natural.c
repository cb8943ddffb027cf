/* natural.c - descent in a metric: ngd, kfac and ekfac are one rule with other defaults; which representation the rao_op has is not its business.
 *
 * The solve is the operator's. What is here: how much damping, how long a step, and whether the quadratic model kept its promise. */
#include "optim/update.h"

#include <string.h>

typedef struct natural {
    optim_common common;
    double damping, radius, momentum, decay, fraction, tolerance, model_fraction;
    int64_t samples, renew, every, iterations;
    int representation, flavour, unit, adapt, step, precision;
} natural;
_Static_assert(sizeof(natural) <= OPTIM_OPTION_BYTES, "the options fit");

enum { UNIT_RELATIVE = 0, UNIT_LOSS };
enum { ADAPT_FIXED = 0, ADAPT_LM };
enum { STEP_RATE = 0, STEP_MODEL };
enum { PRECISION_FLOAT = 0, PRECISION_BF16 };
enum { LM_EVERY = 5 };
/* scalars: what outlives a step */
enum { DAMPING = 0, MEAN_EIGENVALUE, STARTED, PREDICTED, LARGEST_MEAN, PENALTY /* change of l2 / 2 |w|^2 in a judged step */, FLOOR };
static const double LM_FLOOR = 1e-8; /* of the damping that it starts from, in units of the loss too: below it rounding decides */

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
         .help = "its length: by lr and momentum, or by the exact quadratic model of the batch"},                                     \
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

static const natural *options_of(const rao_optim *opt) { return (const void *)opt->options.bytes; }

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

/* ---- damping ---- */

/* The mean eigenvalue of the undamped operator, asked for once a renewal. */
static rao_status measure(rao_ctx *ctx, rao_optim *opt, rao_op *metric) {
    rao_status st = RAO_OK;
    double trace = 0;
    if (opt->scalars[MEAN_EIGENVALUE] > 0) return RAO_OK;
    RAO_TRY(rao_op_damp(ctx, metric, 0));
    RAO_TRY(rao_op_trace(ctx, metric, &trace));
    if (!isfinite(trace))
        RAO_TRY(rao_fail(ctx, RAO_ENUMERIC, "%s: the metric is not finite at step %lld", opt->rule->face.name, (long long)opt->steps + 1));
    if (!(trace > 0))
        RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: the metric's trace is %g: a relative damping has nothing to be relative to",
                         opt->rule->face.name, trace));
    opt->scalars[MEAN_EIGENVALUE] = trace / (double)opt->n;
done:
    return st;
}

/* The Fisher matrix of a model that has become sure of itself goes to 0 and would take a relative damping with it; then one case that is still wrong makes a
 * gradient where F has nothing, and a step of any length. So a relative damping stays above a hundredth of the largest it has been relative to:
 * with this the digits end well after 3,000 steps, and their first 113 are the same. */
static double least_damping(const rao_optim *opt) {
    static const double SHARE = 0.01;
    const natural *o = options_of(opt);
    return o->unit == UNIT_RELATIVE ? SHARE * o->damping * opt->scalars[LARGEST_MEAN] : 0;
}

static rao_status set_damping(rao_ctx *ctx, rao_optim *opt, rao_op *metric) {
    rao_status st = RAO_OK;
    const natural *o = options_of(opt);
    int fresh = !(opt->scalars[STARTED] > 0) || (o->adapt == ADAPT_FIXED && o->unit == UNIT_RELATIVE);
    if (fresh && o->unit == UNIT_RELATIVE) {
        RAO_TRY(measure(ctx, opt, metric));
        opt->scalars[LARGEST_MEAN] = fmax(opt->scalars[LARGEST_MEAN], opt->scalars[MEAN_EIGENVALUE]);
        opt->scalars[DAMPING] = fmax(o->damping * opt->scalars[MEAN_EIGENVALUE], least_damping(opt));
    } else if (fresh) {
        opt->scalars[DAMPING] = o->damping;
    }
    if (!(opt->scalars[STARTED] > 0)) opt->scalars[FLOOR] = LM_FLOOR * opt->scalars[DAMPING];
    opt->scalars[STARTED] = 1;
    opt->info.damping = opt->scalars[DAMPING] + o->common.l2;
    RAO_TRY(rao_op_damp(ctx, metric, opt->info.damping));
done:
    return st;
}

void rao_optim_renewed(rao_optim *opt) { opt->scalars[MEAN_EIGENVALUE] = 0; }

/* ---- Levenberg-Marquardt ---- */

int rao_optim_wants_judgement(const rao_optim *opt) {
    return opt->rule->face.metric && options_of(opt)->adapt == ADAPT_LM && (opt->steps + 1) % LM_EVERY == 0;
}

/* Change of the quadratic model along -rate v: -rate <g, v> + rate^2 / 2 <v, (F + damping) v>. */
static rao_status predict(rao_ctx *ctx, rao_optim *opt, double rate, const rao_op *metric, const rao_vec *g, const rao_vec *v) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    char *data = NULL;
    double slope = 0, curvature = 0;
    RAO_TRY(rao_scratch(ctx, opt->n * (int64_t)rao_dtype_size(opt->dtype), &data));
    rao_vec fv = rao_vec_view(opt->dtype, opt->n, data);
    RAO_TRY(rao_op_apply(ctx, metric, v, &fv));
    RAO_TRY(rao_dot(ctx, g, v, &slope));
    RAO_TRY(rao_dot(ctx, v, &fv, &curvature));
    opt->scalars[PREDICTED] = -rate * slope + rate * rate / 2 * curvature;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_optim_judge(rao_ctx *ctx, rao_optim *opt, double before, double after) {
    const char *name = opt->rule->face.name;
    if (!opt->rule->face.metric || options_of(opt)->adapt != ADAPT_LM || opt->steps % LM_EVERY != 0 || opt->steps == 0)
        return rao_fail(ctx, RAO_EINVAL, "%s: this step was not to be judged", name);
    double factor = pow(19.0 / 20.0, LM_EVERY), predicted = opt->scalars[PREDICTED], realised = after - before + opt->scalars[PENALTY],
           ratio = realised / predicted;
    int good = predicted < 0 && ratio > 0.75, bad = !(predicted < 0) || !(ratio >= 0.25); /* a NaN is a bad step */
    opt->info.predicted = predicted, opt->info.realised = realised;
    if (good) opt->scalars[DAMPING] = fmax(factor * opt->scalars[DAMPING], opt->scalars[FLOOR]);
    else if (bad) opt->scalars[DAMPING] /= factor;
    opt->scalars[DAMPING] = fmax(opt->scalars[DAMPING], least_damping(opt));
    return RAO_OK;
}

/* ---- the step ---- */

/* s <= 1 so that rate^2 s^2 <d, g> <= radius: with d = (F + damping)^-1 g this is the squared length of the step in the damped metric. */
static rao_status constrain(rao_ctx *ctx, rao_optim *opt, double rate, double slope, double *scale) {
    double radius = options_of(opt)->radius, length = rate * rate * slope;
    if (!isfinite(length))
        return rao_fail(ctx, RAO_ENUMERIC, "%s: the natural gradient is not finite at step %lld", opt->rule->face.name,
                        (long long)opt->steps + 1);
    *scale = length > radius ? sqrt(radius / length) : 1;
    opt->info.length = length, opt->info.scale = *scale;
    return RAO_OK;
}

/* v = momentum v + s d, w -= rate (v + decay w), with slope = <d, g>. */
static rao_status move(rao_ctx *ctx, rao_optim *opt, double rate, const rao_vec *d, double slope, rao_vec *w) {
    rao_status st = RAO_OK;
    const natural *o = options_of(opt);
    update u = {.w = w->data,
                .v = opt->state[0],
                .g = d->data,
                .rate = rate,
                .decay = rate * o->common.weight_decay,
                .beta1 = o->momentum,
                .scale = 1};
    RAO_TRY(constrain(ctx, opt, rate, slope, &u.scale));
    RAO_TRY(update_run(ctx, opt, update_passes()->natural, &u));
done:
    return st;
}

/* ---- the step by the quadratic model ---- */

static rao_status room_for(rao_ctx *ctx, const rao_optim *opt, rao_vec *d) {
    char *data = NULL;
    rao_status st = rao_scratch(ctx, opt->n * (int64_t)rao_dtype_size(opt->dtype), &data);
    *d = rao_vec_view(opt->dtype, opt->n, data);
    return st;
}

/* b = <x_i, B x_j>: by who answers for the exact matrix, plus the damping; or by the metric, whose products are damped. */
static rao_status model_matrix(rao_ctx *ctx, rao_optim *opt, const rao_op *metric, const rao_vec x[2], double b[4]) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_vec y;
    double inner = 0;
    if (opt->forms) RAO_TRY(opt->forms(ctx, opt->forms_user, x, 2, b));
    else RAO_TRY(room_for(ctx, opt, &y));
    for (int i = 0; i < 2; i++) {
        if (!opt->forms) RAO_TRY(rao_op_apply(ctx, metric, &x[i], &y));
        for (int j = 0; j <= i; j++) {
            if (opt->forms) RAO_TRY(rao_dot(ctx, &x[j], &x[i], &inner));
            else RAO_TRY(rao_dot(ctx, &x[j], &y, &b[2 * i + j]));
            b[2 * i + j] += opt->forms ? opt->info.damping * inner : 0;
            b[2 * j + i] = b[2 * i + j];
        }
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* B alpha = slope in two unknowns; the second is left out where rounding decides about it, and both where there is nothing to descend. */
static void minimise_model(const double b[4], const double slope[2], double alpha[2]) {
    static const double PARALLEL = 1e-4; /* of sin^2 of the angle in B, whose entries are sums in float */
    double det = b[0] * b[3] - b[1] * b[2];
    alpha[0] = b[0] > 0 ? slope[0] / b[0] : 0, alpha[1] = 0;
    if (!(det > PARALLEL * b[0] * b[3])) return;
    alpha[0] = (slope[0] * b[3] - slope[1] * b[1]) / det;
    alpha[1] = (slope[1] * b[0] - slope[0] * b[2]) / det;
}

/* v = alpha d + mu v, w -= v + decay w. */
static rao_status move_by_model(rao_ctx *ctx, rao_optim *opt, double rate, const rao_op *metric, const rao_vec *g, const rao_vec *d,
                                rao_vec *w) {
    rao_status st = RAO_OK;
    const natural *o = options_of(opt);
    rao_vec x[2] = {*d, rao_vec_view(opt->dtype, opt->n, opt->state[0])};
    double b[4] = {0}, slope[2] = {0}, alpha[2];
    RAO_TRY(model_matrix(ctx, opt, metric, x, b));
    for (int i = 0; i < 2; i++) RAO_TRY(rao_dot(ctx, g, &x[i], &slope[i]));
    if (!isfinite(slope[0]) || !isfinite(b[0]))
        RAO_TRY(rao_fail(ctx, RAO_ENUMERIC, "%s: the natural gradient is not finite at step %lld", opt->rule->face.name,
                         (long long)opt->steps + 1));
    minimise_model(b, slope, alpha);
    opt->scalars[PREDICTED] = -(alpha[0] * slope[0] + alpha[1] * slope[1]) / 2;
    opt->info.length = alpha[0] * alpha[0] * slope[0], opt->info.scale = alpha[0];
    update u = {.w = w->data,
                .v = opt->state[0],
                .g = d->data,
                .rate = 1,
                .decay = rate * o->common.weight_decay,
                .beta1 = alpha[1],
                .scale = alpha[0]};
    RAO_TRY(update_run(ctx, opt, update_passes()->natural, &u));
done:
    return st;
}

/* ---- one step ---- */

static rao_status step(rao_ctx *ctx, rao_optim *opt, double rate, rao_op *metric, rao_vec *w) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    const natural *o = options_of(opt);
    double slope = 0, long_before = 0, long_after = 0;
    const int judged = rao_optim_wants_judgement(opt), by_model = o->step == STEP_MODEL;
    rao_vec g = rao_vec_view(opt->dtype, opt->n, opt->gradient), v = rao_vec_view(opt->dtype, opt->n, opt->state[0]), d;
    RAO_TRY(room_for(ctx, opt, &d));
    if (o->common.l2 > 0) RAO_TRY(rao_axpy(ctx, o->common.l2, w, &g));
    RAO_TRY(set_damping(ctx, opt, metric));
    RAO_TRY(rao_op_solve(ctx, metric, &g, &d));
    RAO_TRY(rao_dot(ctx, &g, &d, &slope));
    if (judged) RAO_TRY(rao_norm(ctx, w, &long_before));
    RAO_TRY(by_model ? move_by_model(ctx, opt, rate, metric, &g, &d, w) : move(ctx, opt, rate, &d, slope, w));
    if (judged && !by_model) RAO_TRY(predict(ctx, opt, rate, metric, &g, &v));
    if (judged) RAO_TRY(rao_norm(ctx, w, &long_after));
    opt->scalars[PENALTY] = o->common.l2 / 2 * (long_after * long_after - long_before * long_before);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* l2 w is no outer product, and the quadratic model asks for <g, v>. */
static int takes_outer(const rao_optim *opt, const rao_op *metric) {
    const natural *o = options_of(opt);
    return metric->table->solve_outer && !(o->common.l2 > 0) && o->step == STEP_RATE && !rao_optim_wants_judgement(opt);
}

static rao_status step_outer(rao_ctx *ctx, rao_optim *opt, double rate, rao_op *metric, const rao_outer *blocks, int64_t count,
                             rao_vec *w) {
    rao_status st = RAO_OK;
    double slope = 0;
    rao_vec d = rao_vec_view(opt->dtype, opt->n, opt->gradient); /* in the place of the gradient, which is not formed */
    RAO_TRY(set_damping(ctx, opt, metric));
    RAO_TRY(rao_op_solve_outer(ctx, metric, blocks, count, &d, &slope));
    RAO_TRY(move(ctx, opt, rate, &d, slope, w));
    opt->scalars[PENALTY] = 0;
done:
    return st;
}

/* ---- the face ---- */

/* Levenberg-Marquardt multiplies the damping, the model of a step is asked for its length, and what forms the gradient leaves nothing for bfloat16 to do. */
static rao_status check_together(rao_ctx *ctx, const rao_optim *opt) {
    const natural *o = options_of(opt);
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

/* Between the gradient and the step, asked for when logs are written: three passes over the parameters that a step need not pay for. */
static rao_status cosine(rao_ctx *ctx, const rao_optim *opt, double *value) {
    rao_status st = RAO_OK;
    rao_vec g = rao_vec_view(opt->dtype, opt->n, opt->gradient), v = rao_vec_view(opt->dtype, opt->n, opt->state[0]);
    double gv = 0, gg = 0, vv = 0;
    RAO_TRY(rao_dot(ctx, &g, &v, &gv));
    RAO_TRY(rao_norm(ctx, &g, &gg));
    RAO_TRY(rao_norm(ctx, &v, &vv));
    *value = gg > 0 && vv > 0 && !opt->unformed ? gv / (gg * vv) : (double)NAN;
done:
    return st;
}

rao_status rao_optim_step_info_get(rao_ctx *ctx, const rao_optim *opt, rao_optim_step_info *info) {
    rao_status st = RAO_OK;
    if (!opt->rule->wish) return rao_fail(ctx, RAO_EUNABLE, "%s: this rule has no metric", opt->rule->face.name);
    rao_optim_step_info now = opt->info;
    RAO_TRY(cosine(ctx, opt, &now.cosine));
    *info = now;
done:
    return st;
}

const optim_rule optim_ngd = {.face = {.name = "ngd", .summary = "natural gradient, exact", .options = &ngd_table, .metric = 1},
                              .states = states,
                              .gradient = wants_gradient,
                              .beta = beta,
                              .step = step,
                              .step_outer = step_outer,
                              .takes_outer = takes_outer,
                              .check = check_together,
                              .wish = wish_ngd};
const optim_rule optim_kfac = {
    .face = {.name = "kfac", .summary = "natural gradient with Kronecker factors", .options = &kfac_table, .metric = 1},
    .states = states,
    .gradient = wants_gradient,
    .beta = beta,
    .step = step,
    .step_outer = step_outer,
    .takes_outer = takes_outer,
    .check = check_together,
    .wish = wish_kfac};
const optim_rule optim_ekfac = {
    .face = {.name = "ekfac", .summary = "Kronecker factors' eigenbases, exact second moments", .options = &ekfac_table, .metric = 1},
    .states = states,
    .gradient = wants_gradient,
    .beta = beta,
    .step = step,
    .step_outer = step_outer,
    .takes_outer = takes_outer,
    .check = check_together,
    .wish = wish_ekfac};
