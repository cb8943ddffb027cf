/* natural_step.c - one step in a metric: how much damping, the operator's solve, and how long. */
#include <string.h>

#include "optim/natural.h"

static const double LM_FLOOR = 1e-8; /* of the damping that it starts from, in units of the loss too: below it rounding decides */

/* ---- damping ---- */

/* The mean eigenvalue of the undamped operator, asked for once a renewal. */
static rao_status measure(rao_ctx *ctx, rao_optim *opt, rao_op *metric) {
    rao_status st = RAO_OK;
    double trace = 0;
    if (opt->scalars[MEAN_EIGENVALUE] > 0) return RAO_OK;
    RAO_TRY(rao_op_damp(ctx, metric, 0));
    RAO_TRY(rao_op_trace(ctx, metric, &trace));
    if (!isfinite(trace)) RAO_TRY(rao_fail(ctx, RAO_ENUMERIC, "%s: the metric is not finite", opt->rule->face.name));
    if (!(trace > 0))
        RAO_TRY(rao_fail(ctx, RAO_EDOMAIN,
                         "%s: the metric's trace is %g and gives a relative damping nothing to be relative to: want unit = loss or, where "
                         "steps led there, smaller ones or adapt = lm",
                         opt->rule->face.name, trace));
    opt->scalars[MEAN_EIGENVALUE] = trace / (double)opt->n;
done:
    return st;
}

/* The Fisher matrix of a model that has become sure of itself goes to 0 and would take a relative damping with it; then one case that is still wrong makes a
 * gradient where F has nothing, and a step of any length. So a relative damping stays above a hundredth of the largest it has been relative to:
 * with this the digits end well after 3,000 steps, and their first 113 are the same. */
double natural_least_damping(const rao_optim *opt) {
    static const double SHARE = 0.01;
    const natural *o = natural_of(opt);
    return o->unit == UNIT_RELATIVE ? SHARE * o->damping * opt->scalars[LARGEST_MEAN] : 0;
}

static rao_status set_damping(rao_ctx *ctx, rao_optim *opt, rao_op *metric) {
    rao_status st = RAO_OK;
    const natural *o = natural_of(opt);
    int fresh = !(opt->scalars[STARTED] > 0) || (o->adapt == ADAPT_FIXED && o->unit == UNIT_RELATIVE);
    if (fresh && o->unit == UNIT_RELATIVE) {
        RAO_TRY(measure(ctx, opt, metric));
        opt->scalars[LARGEST_MEAN] = fmax(opt->scalars[LARGEST_MEAN], opt->scalars[MEAN_EIGENVALUE]);
        opt->scalars[DAMPING] = fmax(o->damping * opt->scalars[MEAN_EIGENVALUE], natural_least_damping(opt));
    } else if (fresh) {
        opt->scalars[DAMPING] = o->damping;
    }
    if (!(opt->scalars[STARTED] > 0)) opt->scalars[FLOOR] = LM_FLOOR * opt->scalars[DAMPING];
    opt->scalars[STARTED] = 1;
    opt->info.damping = opt->scalars[DAMPING] + o->common.l2;
    st = rao_op_damp(ctx, metric, opt->info.damping);
    if (st == RAO_EDOMAIN && opt->scalars[REJECTED] > 0)
        st = rao_fail(ctx, st, "%s: %lld dampings up to %.2g, and each step raised the loss of its batch: want a smaller lr",
                      opt->rule->face.name, (long long)opt->scalars[REJECTED], metric->damping);
done:
    return st;
}

void rao_optim_renewed(rao_optim *opt) { opt->scalars[MEAN_EIGENVALUE] = 0; }

/* ---- the step ---- */

/* s <= 1 so that rate^2 s^2 <d, g> <= radius: with d = (F + damping)^-1 g this is the squared length of the step in the damped metric. */
static rao_status constrain(rao_ctx *ctx, rao_optim *opt, double rate, double slope, double *scale) {
    double radius = natural_of(opt)->radius, length = rate * rate * slope;
    if (!isfinite(length)) return rao_fail(ctx, RAO_ENUMERIC, "%s: the natural gradient is not finite", opt->rule->face.name);
    *scale = length > radius ? sqrt(radius / length) : 1;
    opt->info.length = length, opt->info.scale = *scale;
    return RAO_OK;
}

/* v = beta v + scale d, w -= rate v + decay w. A step that is to be judged is kept before, and its decay waits for the judgement; where it leads out of the
 * finite numbers it is not an error but a bad step. */
static rao_status move(rao_ctx *ctx, rao_optim *opt, double rate, double decay, double beta, double scale, const rao_vec *d, rao_vec *w) {
    const size_t size = (size_t)opt->n * rao_dtype_size(opt->dtype);
    const int judged = natural_judges(opt);
    update u = {.w = w->data, .v = opt->state[0], .g = d->data, .rate = rate, .decay = judged ? 0 : decay, .beta1 = beta, .scale = scale};
    if (judged) {
        memcpy(opt->before[0], w->data, size);
        memcpy(opt->before[1], opt->state[0], size);
    }
    opt->info.rate = rate, opt->decay_due = judged ? decay : 0;
    rao_status st = update_run(ctx, opt, update_passes()->natural, &u);
    opt->awaits = judged && (st == RAO_OK || st == RAO_ENUMERIC);
    return judged && st == RAO_ENUMERIC ? RAO_OK : st;
}

void natural_take_back(rao_optim *opt, rao_vec *w) {
    const size_t size = (size_t)opt->n * rao_dtype_size(opt->dtype);
    memcpy(w->data, opt->before[0], size);
    memcpy(opt->state[0], opt->before[1], size);
    opt->awaits = 0;
}

/* v = momentum v + s d, with slope = <d, g>. No damping makes a velocity shorter, so one that led to a rejection is left out. */
static rao_status move_by_rate(rao_ctx *ctx, rao_optim *opt, double rate, const rao_vec *d, double slope, rao_vec *w) {
    const natural *o = natural_of(opt);
    double scale = 1, beta = opt->scalars[REJECTED] > 0 ? 0 : o->momentum;
    rao_status st = constrain(ctx, opt, rate, slope, &scale);
    return st == RAO_OK ? move(ctx, opt, rate, rate * o->common.weight_decay, beta, scale, d, w) : st;
}

/* ---- the step by the quadratic model ---- */

rao_status natural_room(rao_ctx *ctx, const rao_optim *opt, rao_vec *v) {
    char *data = NULL;
    rao_status st = rao_scratch(ctx, opt->n * (int64_t)rao_dtype_size(opt->dtype), &data);
    *v = natural_vector(opt, data);
    return st;
}

/* b = <x_i, B x_j>: by who answers for the exact matrix, plus the damping; or by the metric, whose products are damped. */
static rao_status model_matrix(rao_ctx *ctx, rao_optim *opt, const rao_op *metric, const rao_vec x[2], double b[4]) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_vec y;
    double inner = 0;
    if (opt->forms) RAO_TRY(opt->forms(ctx, opt->forms_user, x, 2, b));
    else RAO_TRY(natural_room(ctx, opt, &y));
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
    rao_vec x[2] = {*d, natural_vector(opt, opt->state[0])};
    double b[4] = {0}, slope[2] = {0}, alpha[2];
    RAO_TRY(model_matrix(ctx, opt, metric, x, b));
    for (int i = 0; i < 2; i++) RAO_TRY(rao_dot(ctx, g, &x[i], &slope[i]));
    if (!isfinite(slope[0]) || !isfinite(b[0]))
        RAO_TRY(rao_fail(ctx, RAO_ENUMERIC, "%s: the natural gradient is not finite", opt->rule->face.name));
    minimise_model(b, slope, alpha);
    opt->info.predicted = -(alpha[0] * slope[0] + alpha[1] * slope[1]) / 2;
    opt->info.length = alpha[0] * alpha[0] * slope[0], opt->info.scale = alpha[0];
    RAO_TRY(move(ctx, opt, 1, rate * natural_of(opt)->common.weight_decay, alpha[1], alpha[0], d, w));
done:
    return st;
}

/* ---- one step ---- */

/* Whether more damping may help a solve that failed so: not where the gradient is no vector of numbers. */
static int helped_by_damping(rao_ctx *ctx, const rao_optim *opt, rao_status st, const rao_vec *g) {
    double norm = 0;
    if (!natural_judges(opt) || (st != RAO_EDOMAIN && st != RAO_ENUMERIC)) return 0;
    return st == RAO_EDOMAIN || !g || (rao_norm(ctx, g, &norm) == RAO_OK && isfinite(norm));
}

/* d = (F + damping I)^-1 g, of blocks where there are any. Levenberg-Marquardt answers a matrix that is singular, or too ill-conditioned for its
 * representation, as it does a bad step, by more damping. */
static rao_status solve(rao_ctx *ctx, rao_optim *opt, rao_op *metric, const rao_vec *g, const rao_outer *blocks, int64_t count, rao_vec *d,
                        double *slope) {
    rao_status st = RAO_OK;
    for (double by = 2;; by *= 2) {
        RAO_TRY(set_damping(ctx, opt, metric));
        st = blocks ? rao_op_solve_outer(ctx, metric, blocks, count, d, slope) : rao_op_solve(ctx, metric, g, d);
        if (st == RAO_OK && !blocks) st = rao_dot(ctx, g, d, slope);
        if (!helped_by_damping(ctx, opt, st, g)) return st;
        opt->scalars[DAMPING] *= by;
    }
done:
    return st;
}

/* Of l2 / 2 |w|^2 along s = -rate v, from w behind it: |w|^2 - |w - s|^2 = 2 <w, s> - |s|^2, without the difference of two long vectors' lengths. */
static rao_status measure_penalty(rao_ctx *ctx, rao_optim *opt, const rao_vec *w) {
    rao_status st = RAO_OK;
    const double r = opt->info.rate;
    rao_vec v = natural_vector(opt, opt->state[0]);
    double wv = 0, vv = 0;
    RAO_TRY(rao_dot(ctx, w, &v, &wv));
    RAO_TRY(rao_dot(ctx, &v, &v, &vv));
    opt->info.penalty = -natural_of(opt)->common.l2 / 2 * (2 * r * wv + r * r * vv);
done:
    return st;
}

static void forget_last(rao_optim *opt) { opt->info.predicted = opt->info.realised = NAN, opt->info.penalty = 0; }

rao_status natural_step(rao_ctx *ctx, rao_optim *opt, double rate, rao_op *metric, rao_vec *w) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    const natural *o = natural_of(opt);
    double slope = 0;
    const double l2 = o->common.l2;
    rao_vec g = natural_vector(opt, opt->gradient), d;
    forget_last(opt);
    RAO_TRY(natural_room(ctx, opt, &d));
    if (l2 > 0) RAO_TRY(rao_axpy(ctx, l2, w, &g));
    RAO_TRY(solve(ctx, opt, metric, &g, NULL, 0, &d, &slope));
    RAO_TRY(o->step == STEP_MODEL ? move_by_model(ctx, opt, rate, metric, &g, &d, w) : move_by_rate(ctx, opt, rate, &d, slope, w));
    if (natural_measures(opt) && o->step == STEP_RATE) RAO_TRY(natural_predict(ctx, opt, metric));
    if (l2 > 0) RAO_TRY(measure_penalty(ctx, opt, w));
done:
    if (st != RAO_OK && opt->awaits) natural_take_back(opt, w); /* moved, and then not weighed */
    rao_scratch_reset(ctx, mark);
    return st;
}

/* l2 w is no outer product, and the quadratic model asks for <g, v>. */
int natural_takes_outer(const rao_optim *opt, const rao_op *metric) {
    const natural *o = natural_of(opt);
    return metric->table->solve_outer && !(o->common.l2 > 0) && o->step == STEP_RATE && !natural_measures(opt);
}

rao_status natural_step_outer(rao_ctx *ctx, rao_optim *opt, double rate, rao_op *metric, const rao_outer *blocks, int64_t count,
                              rao_vec *w) {
    rao_status st = RAO_OK;
    double slope = 0;
    rao_vec d = natural_vector(opt, opt->gradient); /* in the place of the gradient, which is not formed */
    forget_last(opt);
    RAO_TRY(solve(ctx, opt, metric, NULL, blocks, count, &d, &slope));
    RAO_TRY(move_by_rate(ctx, opt, rate, &d, slope, w));
done:
    return st;
}
