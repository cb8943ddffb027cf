/* metric.c - the metric of a rule that asks for one: made from its wish, renewed from the batch at hand. */
#include "train/train.h"

#include <string.h>

static int flavour_of(const char *name) {
    for (int i = 0; i < 3; i++)
        if (!strcmp(name, rao_flavour_name((rao_flavour)i))) return i;
    return RAO_FISHER_TRUE;
}

/* At the weights before the step: the tape holds their forward pass. */
static rao_status exact_forms(rao_ctx *ctx, void *user, const rao_vec *x, int64_t count, double *forms) {
    rao_trainer *t = user;
    rao_vec w = rao_trainer_weights(t);
    return rao_objective_fisher_forms(ctx, t->objective, &w, x, count, t->model_cases, forms);
}

/* What is kept over several steps cannot be implicit: its iterations are made to cost too much, so that it is named only where nothing else fits. */
static rao_status cheapest(rao_ctx *ctx, const rao_trainer *t, const rao_fisher_opts *opts, const char **name) {
    rao_fisher_opts o = *opts;
    if (t->metric_every > 1) o.iterations = 1000000000;
    return rao_fisher_cheapest(ctx, t->model, &o, t->metric_cases, name);
}

rao_status train_make_metric(rao_ctx *ctx, rao_trainer *t, int64_t batch, unsigned *needs) {
    rao_status st = RAO_OK;
    rao_optim_wish wish;
    rao_fisher_opts o;
    rao_fisher_opts_init(&o);
    *needs = RAO_TAPE_VJP;
    if (rao_optim_metric_wish(ctx, t->optim, &wish) != RAO_OK) return RAO_OK; /* a rule without a metric */
    int64_t cases = llround(wish.fraction * (double)batch);
    t->metric_cases = cases < 1 ? 1 : cases;
    t->metric_every = wish.every;
    if (wish.model_fraction > 0) {
        cases = llround(wish.model_fraction * (double)batch);
        t->model_cases = cases < 1 ? 1 : cases;
        rao_optim_set_forms(t->optim, exact_forms, t);
    }
    o.flavour = flavour_of(wish.flavour), o.samples = wish.samples, o.decay = wish.decay, o.renew = wish.renew, o.seed = t->opts.seed;
    o.precision = !strcmp(wish.precision, "bf16") ? RAO_PRECISION_BF16 : RAO_PRECISION_FLOAT;
    o.truncate = 1; /* a step along the best direction of so many iterations is what a rule asks for */
    if (wish.iterations > 0) o.tolerance = wish.tolerance, o.iterations = wish.iterations;
    const char *name = wish.representation;
    if (!strcmp(name, "auto")) RAO_TRY(cheapest(ctx, t, &o, &name));
    if (!strcmp(name, "implicit") && wish.every > 1) /* it is a function of the batch at hand, which the next step replaces */
        RAO_TRY(rao_fail(ctx, RAO_EINVAL,
                         "%s: every = %lld keeps the metric over several steps, which implicit cannot: want every = 1, or representation "
                         "dense, gram or diagonal",
                         rao_optim_name(t->optim), (long long)wish.every));
    RAO_TRY(rao_fisher_create(ctx, t->model, name, &o, t->metric_cases, &t->metric));
    rao_vec kept;
    if (t->metric_every > 1 && !rao_fisher_state(t->metric, 0, &kept))
        RAO_TRY(rao_alloc_bytes(ctx, rao_model_size(t->model), rao_dtype_size(rao_model_dtype(t->model)), &t->renewed));
    t->block_count = rao_graph_parameters(rao_model_graph(t->model));
    RAO_TRY(rao_alloc(ctx, t->block_count, &t->blocks));
    *needs = RAO_TAPE_FACTORS | (strcmp(name, "implicit") && t->model_cases == 0 ? 0 : RAO_TAPE_JVP);
done:
    return st;
}

/* After the forward pass of this step, which the tape holds. */
rao_status train_renew_metric(rao_ctx *ctx, rao_trainer *t, const rao_vec *w) {
    int64_t step = rao_trainer_steps(t);
    if (!t->metric || step % t->metric_every != 0) return RAO_OK;
    rao_status st = rao_fisher_update(ctx, t->metric, t->objective, w, t->metric_cases, (uint64_t)step, 0);
    if (st != RAO_OK) return st;
    rao_optim_renewed(t->optim);
    if (t->renewed) memcpy(t->renewed, w->data, (size_t)w->n * rao_dtype_size(w->dtype));
    return RAO_OK;
}

/* The batch of a step and its draws are functions of (seed, step), so the weights are all that is missing. */
rao_status train_revive_metric(rao_ctx *ctx, rao_trainer *t, int64_t steps, const rao_vec *renewed) {
    rao_status st = RAO_OK;
    int64_t step = steps - steps % t->metric_every;
    rao_mat x = rao_dataset_x(t->data, RAO_TRAIN), y = rao_dataset_y(t->data, RAO_TRAIN);
    if (steps == step) return RAO_OK; /* the next step renews it */
    RAO_TRY(rao_objective_batch(ctx, t->objective, &x, &y, NULL, order_rows(&t->order, step), 0, t->order.batch));
    RAO_TRY(rao_fisher_update(ctx, t->metric, t->objective, renewed, t->metric_cases, (uint64_t)step, 1));
    if (t->renewed != renewed->data) memcpy(t->renewed, renewed->data, (size_t)renewed->n * rao_dtype_size(renewed->dtype));
done:
    return st;
}
