/* natural_judge.c - whether the quadratic model kept its promise (Levenberg-Marquardt; Martens & Grosse 2015, section 6.5), and what a step was, for logs.
 *
 * A step after which the loss of its own batch is higher is taken back and the damping doubled, then times 4, 8, ... until one is kept (Nielsen 1999);
 * the direction (F + damping I)^-1 g turns into -g / damping then, along which a short step lowers any smooth loss, so there is an end. */
#include "optim/natural.h"

int rao_optim_wants_judgement(const rao_optim *opt) { return opt->rule->face.metric && natural_judges(opt); }

/* What rounding makes of a loss: of log-odds of a few, whatever is left of them. */
static double rounding(const rao_optim *opt, double loss) { return 4 * (opt->dtype == RAO_F64 ? 0x1p-52 : 0x1p-23) * (1 + fabs(loss)); }

static void reject(rao_optim *opt, rao_vec *w) {
    natural_take_back(opt, w);
    opt->scalars[REJECTED] += 1;
    opt->scalars[DAMPING] *= pow(2, opt->scalars[REJECTED]);
    opt->steps--;
}

/* The damping by the ratio of the two reductions. */
static void adapt(rao_optim *opt, double realised) {
    const double factor = pow(19.0 / 20.0, LM_EVERY), predicted = opt->info.predicted, ratio = realised / predicted;
    const int good = predicted < 0 && ratio > 0.75, bad = !(predicted < 0) || !(ratio >= 0.25);
    if (good) opt->scalars[DAMPING] = fmax(factor * opt->scalars[DAMPING], opt->scalars[FLOOR]);
    else if (bad) opt->scalars[DAMPING] /= factor;
    opt->scalars[DAMPING] = fmax(opt->scalars[DAMPING], natural_least_damping(opt));
}

rao_status rao_optim_judge(rao_ctx *ctx, rao_optim *opt, double before, double after, rao_vec *w, int *kept) {
    rao_status st = RAO_OK;
    const double realised = after - before + opt->info.penalty;
    if (!opt->awaits) return rao_fail(ctx, RAO_EINVAL, "%s: no step waits for a judgement", opt->rule->face.name);
    RAO_TRY(optim_check_parameters(ctx, opt, w));
    opt->info.realised = realised;
    *kept = realised <= rounding(opt, before); /* a NaN is a bad step */
    if (*kept) {
        rao_vec old = natural_vector(opt, opt->before[0]);
        if (opt->decay_due > 0) RAO_TRY(rao_axpy(ctx, -opt->decay_due, &old, w));
        if (opt->steps % LM_EVERY == 0) adapt(opt, realised);
        opt->info.rejected = (int64_t)opt->scalars[REJECTED], opt->scalars[REJECTED] = 0;
    } else {
        reject(opt, w);
    }
    opt->awaits = 0;
done:
    return st;
}

rao_status rao_optim_before(rao_ctx *ctx, const rao_optim *opt, rao_vec *w) {
    if (!opt->before[0])
        return rao_fail(ctx, RAO_EUNABLE, "%s: only steps that are judged keep the parameters before them", opt->rule->face.name);
    *w = natural_vector(opt, opt->before[0]);
    return RAO_OK;
}

/* ---- what a step was ---- */

/* Of the parameters that a part names, parts of a vector over all. */
static rao_vec part_of(const rao_optim *opt, const rao_optim_part *p, const rao_vec *v) {
    return rao_vec_view(opt->dtype, p->count, (char *)v->data + (size_t)p->first * rao_dtype_size(opt->dtype));
}

static rao_status explain_part(rao_ctx *ctx, const rao_optim *opt, const rao_vec *g, const rao_vec *v, const rao_vec *fv,
                               rao_optim_part *p) {
    rao_status st = RAO_OK;
    const double r = opt->info.rate;
    rao_vec gp = part_of(opt, p, g), vp = part_of(opt, p, v), fp = part_of(opt, p, fv);
    double slope = 0, curvature = 0, gg = 0, vv = 0;
    RAO_TRY(rao_dot(ctx, &gp, &vp, &slope));
    RAO_TRY(rao_dot(ctx, &vp, &fp, &curvature));
    RAO_TRY(rao_norm(ctx, &gp, &gg));
    RAO_TRY(rao_norm(ctx, &vp, &vv));
    p->gradient = gg, p->step = r * vv, p->cosine = gg > 0 && vv > 0 ? slope / gg / vv : (double)NAN;
    p->predicted = -r * slope + r * r / 2 * curvature;
done:
    return st;
}

static rao_status explain(rao_ctx *ctx, const rao_optim *opt, const rao_op *metric, int64_t count, rao_optim_part *parts) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_vec g = natural_vector(opt, opt->gradient), v = natural_vector(opt, opt->state[0]), fv;
    RAO_TRY(natural_room(ctx, opt, &fv));
    RAO_TRY(rao_op_apply(ctx, metric, &v, &fv));
    for (int64_t k = 0; k < count; k++) RAO_TRY(explain_part(ctx, opt, &g, &v, &fv, &parts[k]));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status natural_predict(rao_ctx *ctx, rao_optim *opt, const rao_op *metric) {
    rao_optim_part all = {.first = 0, .count = opt->n};
    rao_status st = explain(ctx, opt, metric, 1, &all);
    if (st == RAO_OK) opt->info.predicted = all.predicted;
    return st;
}

rao_status rao_optim_explain(rao_ctx *ctx, const rao_optim *opt, const rao_op *metric, int64_t count, rao_optim_part *parts) {
    const char *name = opt->rule->face.name;
    if (!opt->rule->wish) return rao_fail(ctx, RAO_EUNABLE, "%s: this rule has no metric", name);
    if (!(opt->info.rate > 0) || opt->unformed) return rao_fail(ctx, RAO_EINVAL, "%s: no step with a gradient to explain", name);
    if (!metric || metric->n != opt->n) return rao_fail(ctx, RAO_EINVAL, "%s: want the metric of its step", name);
    for (int64_t k = 0; k < count; k++)
        if (parts[k].first < 0 || parts[k].count < 0 || parts[k].first > opt->n - parts[k].count)
            return rao_fail(ctx, RAO_EINVAL, "%s: part %lld is [%lld, %lld), want it within %lld parameters", name, (long long)k,
                            (long long)parts[k].first, (long long)(parts[k].first + parts[k].count), (long long)opt->n);
    return explain(ctx, opt, metric, count, parts);
}

/* Between the gradient and the step, asked for when logs are written: three passes over the parameters that a step need not pay for. */
static rao_status cosine(rao_ctx *ctx, const rao_optim *opt, double *value) {
    rao_status st = RAO_OK;
    rao_vec g = natural_vector(opt, opt->gradient), v = natural_vector(opt, opt->state[0]);
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
