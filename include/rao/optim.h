/* rao/optim.h - update rules over a gradient and, where a rule asks for one, a metric.
 *
 * An optimiser sees a vector of parameters, a gradient of the same length and a `rao_op`, and nothing else: the same rules train a
 * network and descend in the parameters of a statistical family. One step of the caller's loop:
 *
 *     rao_vec g; double beta;
 *     RAO_TRY(rao_optim_target(ctx, opt, &g, &beta));            where the gradient goes
 *     RAO_TRY(my_gradient(ctx, ..., beta, &g));                  g = beta g + gradient
 *     RAO_TRY(rao_optim_step(ctx, opt, NULL, &w));
 *
 * beta lets momentum ride in the product that makes the gradient (the beta of a gemm): no pass of its own.
 */
#ifndef RAO_OPTIM_H
#define RAO_OPTIM_H

#include <rao/la.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- rules --------------------------------------------------------------------------------------------------- */

/* g is the gradient of the loss, r the rate of the step, w the parameters; all start from zero state.
 *   sgd    d = g + l2 w; v = momentum v + d; w -= r v, with nesterov: w -= r (d + momentum v)
 *          Polyak 1964; Nesterov 1983 in the form of Sutskever et al. 2013. No damping of d by 1 - momentum.
 *   adam   d = g + l2 w; m = beta1 m + (1 - beta1) d; v = beta2 v + (1 - beta2) d^2;
 *          w -= r (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps) at step t = 1, 2, ...; Kingma & Ba 2015
 *   adamw  adam with weight_decay 0.01 by default; Loshchilov & Hutter 2019
 *   ngd    d = (F + damping I)^-1 (g + l2 w), v = momentum v + s d, w -= r v with s <= 1 such that the step of d has r^2 s^2 <d, g> <= radius:
 *          the natural gradient (Amari 1998); F is a rao_op that the caller renews, for a network in the representation that the rule asks for
 *   kfac   ngd with Kronecker factors, sampled targets on a part of the batch, averages and staggered inverses (Martens & Grosse 2015)
 *   ekfac  the same in the factors' eigenbases (George et al. 2018)
 * These three take their rate and momentum as given (step rate), or from the quadratic model of the batch's loss (step model; Martens & Grosse 2015, sections 6.4
 * and 7): with d and v as above and B = E + damping I, E the exact Fisher matrix of model_fraction of the batch as rao_optim_set_forms answers for it, or the metric where nobody does,
 * v = alpha d + mu v, w -= v with alpha and mu the minimum of -<g, alpha d + mu v> + <alpha d + mu v, B (alpha d + mu v)> / 2, mu = 0 where d and v are parallel to
 * rounding. lr, its schedule, momentum and radius then have no say but in weight_decay. The prediction of lm is that minimum. ngd refuses step = model without adapt = lm:
 * nothing else takes back a step of the model's whole length.
 * Damping is `damping` times the mean eigenvalue of F (unit relative), or in units of the loss (unit loss), plus l2; with adapt = lm it starts there and every
 * five steps is multiplied by (19/20)^(+-5) as the ratio of realised to predicted reduction lies above 3/4 or below 1/4 (Levenberg-Marquardt;
 * Martens & Grosse 2015, section 6.5, with F + damping I in place of the exact Fisher matrix in the prediction). A step after which the loss of its own batch
 * is higher, or no number, is rejected: w and v are as before it, the damping rises at once, twofold, then 4, 8, ... times (Nielsen 1999), and the step is taken
 * anew, without momentum under step = rate, until one is kept; a matrix that its damping leaves singular, or too ill-conditioned to be solved, is answered so too. What a rise is: more than 4 eps (1 + loss).
 * A relative damping stays above a hundredth of `damping` times the largest mean eigenvalue so far: F goes to 0 where the model becomes sure, and must not take
 * the damping with it. With l2 both reductions are of the penalised loss; a decoupled weight_decay is in neither, and is taken off a step that is kept.
 * `l2` adds the gradient of (l2 / 2) |w|^2; `weight_decay` is decoupled: w -= r weight_decay w besides. Both are open to every rule.
 *
 * The rate of step t = 0, 1, ... of a run of H steps (its horizon): lr s(t), where for t < warmup s = (t + 1) / warmup, and then
 *   constant  s = 1
 *   cosine    s = final + (1 - final) (1 + cos(pi (t - warmup) / (H - warmup))) / 2, `final` from step H on; Loshchilov & Hutter 2017 */
typedef struct rao_optim_rule {
    const char *name, *summary;
    const rao_option_table *options; /* every key of "NAME:key=value:..." */
    int metric;                      /* whether a step wants a rao_op */
} rao_optim_rule;
RAO_API int64_t rao_optim_rules(void);
RAO_API const rao_optim_rule *rao_optim_rule_at(int64_t i);
/* The rule that a spec names. EINVAL with the nearest name. */
RAO_API rao_status rao_optim_rule_find(rao_ctx *ctx, const char *spec, const rao_optim_rule **rule);

/* ---- optimisers ---------------------------------------------------------------------------------------------- */

typedef struct rao_optim rao_optim;

/* `spec`: "NAME" or "NAME:key=value:..."; a key that stands twice is refused, and so is one that has no effect beside the others
 * (samples=4 without flavour=sampled, lr beside step=model), unless at its default. `n` parameters of that dtype. `horizon`: the steps
 * of the whole run, 0 when they are not known (a cosine schedule then is EINVAL). EINVAL, ENOMEM. */
RAO_API rao_status rao_optim_create(rao_ctx *ctx, const char *spec, rao_dtype dtype, int64_t n, int64_t horizon, rao_optim **opt);
RAO_API void rao_optim_destroy(rao_optim **opt);

RAO_API const char *rao_optim_name(const rao_optim *opt);
/* "lr=0.1:momentum=0.9:...": every option, so that NAME:SETTINGS makes the same optimiser. */
RAO_API const char *rao_optim_settings(const rao_optim *opt);
RAO_API int64_t rao_optim_bytes(const rao_optim *opt); /* of its vectors */

/* Where the gradient of the coming step goes: *target = beta *target + gradient. beta = 0 ignores what the target holds. */
RAO_API rao_status rao_optim_target(rao_ctx *ctx, rao_optim *opt, rao_vec *target, double *beta);
/* Moves w by one step. `metric` is NULL unless the rule asks for one. Allocates nothing.
 * EINVAL: shape, dtype, a metric too many or missing; nothing is changed. ENUMERIC: w is not finite any more; w and the state are spoiled. */
RAO_API rao_status rao_optim_step(rao_ctx *ctx, rao_optim *opt, rao_op *metric, rao_vec *w);
/* The same step for a gradient given as outer products (rao/la.h) and not in the target, for a rule with a metric (EUNABLE otherwise): an operator that can work
 * on the factors does, which spares the product that sums them. The gradient itself is formed where something else asks for it:
 * a metric without solve_outer, l2, step = model, a step whose ratio is to change the damping. */
RAO_API rao_status rao_optim_step_outer(rao_ctx *ctx, rao_optim *opt, rao_op *metric, const rao_outer *blocks, int64_t count, rao_vec *w);
/* Steps done so far, and the rate that the coming one will use. */
RAO_API int64_t rao_optim_steps(const rao_optim *opt);
RAO_API double rao_optim_rate(const rao_optim *opt);

/* ---- rules with a metric ------------------------------------------------------------------------------------- */

/* What a rule asks of the metric of a network: the names are those of rao/fisher.h. */
typedef struct rao_optim_wish {
    const char *representation; /* "auto": the cheapest exact one */
    const char *flavour;        /* "true", "sampled", "empirical" */
    int64_t samples;            /* draws a case */
    double fraction;            /* of the batch that the metric is estimated from */
    double decay;               /* of averages over updates */
    int64_t renew;              /* updates between inverses or bases of a layer */
    int64_t every;              /* steps between updates */
    double tolerance;           /* of iterative solves */
    int64_t iterations;
    double model_fraction; /* of the batch whose exact forms a step = model asks for; 0: none asked for */
    const char *precision; /* "float" or "bf16", of the products that precondition */
} rao_optim_wish;
/* EUNABLE for a rule without a metric. */
RAO_API rao_status rao_optim_metric_wish(rao_ctx *ctx, const rao_optim *opt, rao_optim_wish *wish);
/* forms[i count + j] = <x_i, F x_j> for the exact F of the batch at hand, undamped. */
typedef rao_status rao_optim_forms_fn(rao_ctx *ctx, void *user, const rao_vec *x, int64_t count, double *forms);
/* Who answers to step = model, in every later step; NULL: the metric itself, as when nobody was named. No effect on other rules. */
RAO_API void rao_optim_set_forms(rao_optim *opt, rao_optim_forms_fn *forms, void *user);
/* To be called after the metric was renewed: a relative damping is made anew from its trace. */
RAO_API void rao_optim_renewed(rao_optim *opt);
/* Whether every step is to be judged (adapt = lm): then rao_optim_judge takes the loss of its batch before and after, and w as the step left it. *kept = 0: it was
 * taken back, w and the state are as before it, it does not count, and the damping is higher; the caller gives the same gradient again and steps again (a metric that
 * keeps inverses over several steps has to make them anew: rao_fisher_renew). A step waits for its judgement: another one is EINVAL before. */
RAO_API int rao_optim_wants_judgement(const rao_optim *opt);
RAO_API rao_status rao_optim_judge(rao_ctx *ctx, rao_optim *opt, double before, double after, rao_vec *w, int *kept);
/* The parameters before the last step that was judged; a view. EUNABLE for a rule that does not judge. */
RAO_API rao_status rao_optim_before(rao_ctx *ctx, const rao_optim *opt, rao_vec *w);

/* The last step, for logs. NaN: not known. */
typedef struct rao_optim_step_info {
    double damping; /* of the metric at that step; an inverse that kfac keeps (renew > 1) solves with the damping at its own renewal */
    double cosine;  /* between the gradient and the step; not known where the gradient was not formed */
    double length;  /* r^2 <d, g>: the squared length of the unconstrained step in the damped metric */
    double scale;   /* s: 1 where the radius did not bind */
    double rate;    /* r, or 1 under step = model: the step is -rate v; 0: no step yet */
    double predicted,
        realised; /* change of the batch's loss: predicted by the model of step = model, or where a judgement needs it; realised once judged */
    double penalty;   /* of that what l2 / 2 |w|^2 changed */
    int64_t rejected; /* how often it was taken back before it was kept */
} rao_optim_step_info;
RAO_API rao_status rao_optim_step_info_get(rao_ctx *ctx, const rao_optim *opt, rao_optim_step_info *info);
/* Forms the gradient of the last step in the target from the blocks that it was taken with, if that step did not: for logs. */
RAO_API rao_status rao_optim_form_gradient(rao_ctx *ctx, rao_optim *opt, const rao_outer *blocks, int64_t count);
/* The last step over parts of the parameters, for logs: of a network its layers. With g the gradient, s = -rate v the step and B the metric as damped for it, the
 * model expects a change <g, s> + <s, B s> / 2, and a part P of it <g_P, s_P> + <s_P, (B s)_P> / 2: parts that cover the parameters sum to the whole. Where B has
 * blocks for parts (kfac, ekfac, diagonal) that is the model restricted to P; where it is one matrix, a cross term of two parts is halved between them. */
typedef struct rao_optim_part {
    int64_t first, count;  /* given */
    double gradient, step; /* norms */
    double cosine;         /* between the gradient and v; NaN where one is 0 */
    double predicted;
} rao_optim_part;
/* One product with the metric, which is as it was for the step. EINVAL: no step yet, or its gradient is not formed. */
RAO_API rao_status rao_optim_explain(rao_ctx *ctx, const rao_optim *opt, const rao_op *metric, int64_t count, rao_optim_part *parts);

/* ---- state: what a checkpoint holds -------------------------------------------------------------------------- */

/* Between two steps the count of steps, the horizon and these named vectors determine all that follows, bit for bit. The views are writable;
 * "scalars", of rules with a metric, is a short vector of doubles. (The metric's own averages are rao_fisher_state's.) */
RAO_API int64_t rao_optim_states(const rao_optim *opt);
RAO_API const char *rao_optim_state(rao_optim *opt, int64_t i, rao_vec *state);
RAO_API rao_status rao_optim_restore(rao_ctx *ctx, rao_optim *opt, int64_t steps); /* EINVAL: steps < 0 */
RAO_API int64_t rao_optim_horizon(const rao_optim *opt);

#ifdef __cplusplus
}
#endif
#endif
