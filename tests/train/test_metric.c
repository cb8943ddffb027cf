/* The trainer with a metric against the same steps taken by hand: which cases, which draws, when the metric is renewed, what is judged. */
#include "rao_test.h"

#include "train/train.h"

enum { BATCH = 64, STEPS = 12 };

static const struct {
    const char *spec, *representation;
    rao_flavour flavour;
    int64_t cases, every, renew;
    double decay;
    int judged;
    int64_t model; /* cases of the exact forms; 0: none */
    int rejected;  /* whether steps are taken back */
} runs[] = {
    {"kfac:fraction=0.25:every=2:renew=3:decay=0.8", "kfac", RAO_FISHER_SAMPLED, 16, 2, 3, 0.8, 0, 0, 0},
    {"ekfac:fraction=0.5:renew=2:decay=0.5", "ekfac", RAO_FISHER_SAMPLED, 32, 1, 2, 0.5, 0, 0, 0},
    {"kfac:adapt=lm:l2=0.01", "kfac", RAO_FISHER_SAMPLED, 8, 1, 10, 0.95, 1, 0, 0},
    {"kfac:adapt=lm:step=model:model_fraction=0.5:unit=loss", "kfac", RAO_FISHER_SAMPLED, 8, 1, 10, 0.95, 1, 32, 0},
    {"kfac:adapt=lm:lr=2:momentum=0.8:damping=0.01:renew=4:radius=inf:weight_decay=0.01", "kfac", RAO_FISHER_SAMPLED, 8, 1, 4, 0.95, 1, 0,
     1},
    {"ekfac:adapt=lm:step=model:unit=loss:damping=1e-6", "ekfac", RAO_FISHER_SAMPLED, 8, 1, 20, 0.95, 1, 16, 1},
    {"ngd:adapt=lm:representation=implicit:lr=4:damping=1e-3:radius=inf", "implicit", RAO_FISHER_TRUE, 64, 1, 1, 0, 1, 0, 1},
    {"ngd:representation=dense:every=3", "dense", RAO_FISHER_TRUE, 64, 3, 1, 0, 0, 0, 0},
    {"ngd:representation=implicit:flavour=empirical", "implicit", RAO_FISHER_EMPIRICAL, 64, 1, 1, 0, 0, 0, 0},
};

enum { BLOCKS = 2 };

typedef struct batch_forms {
    rao_objective *o;
    const rao_vec *w;
    int64_t cases;
} batch_forms;
static rao_status forms_by_hand(rao_ctx *ctx, void *user, const rao_vec *x, int64_t count, double *forms) {
    const batch_forms *b = user;
    return rao_objective_fisher_forms(ctx, b->o, b->w, x, count, b->cases, forms);
}

/* `outer`: the gradient is handed over as its factors, as the trainer does, and not formed. */
static void by_hand(rao_ctx *ctx, const rao_model *model, const rao_dataset *data, size_t r, int64_t seed, int outer, rao_vec *w) {
    rao_optim *optim = NULL;
    rao_objective *o = NULL;
    rao_fisher *f = NULL;
    rao_fisher_opts opts;
    rao_optim_wish wish;
    order cases = {0};
    int rejected = 0;
    rao_mat x = rao_dataset_x(data, RAO_TRAIN), y = rao_dataset_y(data, RAO_TRAIN);
    rao_fisher_opts_init(&opts);
    opts.flavour = runs[r].flavour, opts.renew = runs[r].renew, opts.decay = runs[r].decay, opts.seed = seed;
    OK(ctx, rao_optim_create(ctx, runs[r].spec, RAO_F32, rao_model_size(model), STEPS, &optim));
    OK(ctx, rao_optim_metric_wish(ctx, optim, &wish));
    if (!strcmp(runs[r].representation, "implicit")) opts.tolerance = wish.tolerance, opts.iterations = wish.iterations, opts.truncate = 1;
    OK(ctx, rao_objective_create(ctx, model, BATCH, RAO_TAPE_FACTORS | RAO_TAPE_JVP, &o));
    OK(ctx, rao_fisher_create(ctx, model, runs[r].representation, &opts, runs[r].cases, &f));
    batch_forms exact = {o, w, runs[r].model};
    EXPECT_EQ(llround(wish.model_fraction * BATCH), runs[r].model);
    if (runs[r].model) rao_optim_set_forms(optim, forms_by_hand, &exact);
    OK(ctx, order_create(ctx, (uint64_t)seed, x.rows, BATCH, &cases));
    OK(ctx, rao_model_init(ctx, model, RAO_INIT_AUTO, (uint64_t)seed, w));
    for (int64_t t = 0; t < STEPS; t++) {
        rao_vec g;
        rao_outer blocks[BLOCKS];
        double beta, before, after;
        OK(ctx, rao_objective_batch(ctx, o, &x, &y, NULL, order_rows(&cases, t), 0, BATCH));
        OK(ctx, rao_optim_target(ctx, optim, &g, &beta));
        OK(ctx, rao_objective_gradient(ctx, o, w, beta, &g, &before));
        if (t % runs[r].every == 0) {
            OK(ctx, rao_fisher_update(ctx, f, o, w, runs[r].cases, (uint64_t)t, 1));
            rao_optim_renewed(optim);
        }
        if (outer) {
            memset(g.data, 0, (size_t)g.n * sizeof(float)); /* nobody may read it */
            OK(ctx, rao_objective_backward(ctx, o, w, 0, NULL, NULL));
            OK(ctx, rao_tape_outer(ctx, rao_objective_tape(o), blocks));
            OK(ctx, rao_optim_step_outer(ctx, optim, rao_fisher_op(f), blocks, BLOCKS, w));
        } else {
            OK(ctx, rao_optim_step(ctx, optim, rao_fisher_op(f), w));
        }
        if (!runs[r].judged) continue;
        for (int kept = 0;; rejected++) {
            OK(ctx, rao_objective_loss(ctx, o, w, &after));
            OK(ctx, rao_optim_judge(ctx, optim, before, after, w, &kept));
            if (kept) break;
            rao_fisher_renew(f);
            OK(ctx, rao_objective_gradient(ctx, o, w, 0, &g, &before));
            if (outer) {
                memset(g.data, 0, (size_t)g.n * sizeof(float));
                OK(ctx, rao_tape_outer(ctx, rao_objective_tape(o), blocks));
                OK(ctx, rao_optim_step_outer(ctx, optim, rao_fisher_op(f), blocks, BLOCKS, w));
            } else {
                OK(ctx, rao_optim_step(ctx, optim, rao_fisher_op(f), w));
            }
        }
    }
    if (runs[r].rejected) EXPECT_TRUE(rejected > 0);
    order_destroy(&cases);
    rao_fisher_destroy(&f);
    rao_objective_destroy(&o);
    rao_optim_destroy(&optim);
}

static void trainer_takes_the_stated_steps(void **state) {
    (void)state;
    LAW("a trainer's steps with a metric are those of rao/fisher.h and rao/optim.h, bit for bit, and those with a formed gradient to "
        "rounding");
    for (size_t r = 0; r < COUNT(runs); r++) {
        rao_ctx *ctx = rao_test_ctx();
        rao_dataset *data = NULL;
        rao_model *model = NULL;
        rao_trainer *t = NULL;
        rao_train_opts o;
        float *numbers = NULL, *other = NULL;
        OK(ctx, rao_dataset_load(ctx, "digits", NULL, RAO_F32, &data));
        OK(ctx, rao_model_create(ctx, "mlp:64-6-10:tanh", data, RAO_F32, &model));
        rao_train_opts_init(&o);
        o.batch = BATCH, o.steps = STEPS, o.seed = 5;
        OK(ctx, rao_alloc(ctx, rao_model_size(model), &numbers));
        OK(ctx, rao_alloc(ctx, rao_model_size(model), &other));
        rao_vec w = rao_vec_view(RAO_F32, rao_model_size(model), numbers), by_gradient = rao_vec_view(RAO_F32, w.n, other);
        by_hand(ctx, model, data, r, o.seed, 1, &w);
        by_hand(ctx, model, data, r, o.seed, 0, &by_gradient);
        for (int64_t i = 0; i < w.n; i++) EXPECT_CLOSE(other[i], numbers[i], 1e-4); /* twelve steps of float's rounding */
        OK(ctx, rao_trainer_create(ctx, model, data, runs[r].spec, &o, &t));
        OK(ctx, rao_trainer_run(ctx, t, 0));
        EXPECT_EQ(memcmp(numbers, rao_trainer_weights(t).data, (size_t)w.n * sizeof *numbers), 0);
        rao_trainer_destroy(&t);
        rao_free(&numbers), rao_free(&other);
        rao_model_destroy(&model);
        rao_dataset_destroy(&data);
        rao_test_ctx_close(&ctx);
    }
}

/* The training loss of ten epochs of digits. */
static double loss_of(rao_ctx *ctx, const rao_model *model, const rao_dataset *data, const char *spec) {
    rao_trainer *t = NULL;
    rao_train_opts o;
    const rao_train_point *points;
    rao_train_opts_init(&o);
    o.batch = 256, o.steps = 60, o.seed = 3;
    OK(ctx, rao_trainer_create(ctx, model, data, spec, &o, &t));
    OK(ctx, rao_trainer_run(ctx, t, 0));
    int64_t count = rao_trainer_points(t, &points);
    double loss = points[count - 1].train_loss;
    rao_trainer_destroy(&t);
    return loss;
}

static void mixed_precision_trains(void **state) {
    (void)state;
    LAW("kfac:precision=bf16 reaches the training loss of float to a tenth of it, by other numbers, and is refused in double");
    rao_ctx *ctx = rao_test_ctx();
    rao_dataset *data = NULL, *exact = NULL;
    rao_model *model = NULL, *of_double = NULL;
    rao_trainer *t = NULL;
    OK(ctx, rao_dataset_load(ctx, "digits", NULL, RAO_F32, &data));
    OK(ctx, rao_model_create(ctx, "mlp:64-40-10:tanh", data, RAO_F32, &model));
    OK(ctx, rao_dataset_load(ctx, "digits", NULL, RAO_F64, &exact));
    OK(ctx, rao_model_create(ctx, "mlp:64-40-10:tanh", exact, RAO_F64, &of_double));
    EXPECT_FAIL(ctx, rao_trainer_create(ctx, of_double, exact, "kfac:precision=bf16", NULL, &t), RAO_EUNABLE, "in f64");
    if (rao_bf16_available()) {
        double full = loss_of(ctx, model, data, "kfac"), mixed = loss_of(ctx, model, data, "kfac:precision=bf16");
        EXPECT_TRUE(full < 0.3 && mixed != full);
        EXPECT_REL(mixed, full, 0.1);
    }
    rao_model_destroy(&model), rao_model_destroy(&of_double);
    rao_dataset_destroy(&data), rao_dataset_destroy(&exact);
    rao_test_ctx_close(&ctx);
}

static void implicit_is_of_one_batch(void **state) {
    (void)state;
    LAW("a metric that lives on the batch is not kept over several, and auto does not choose it then");
    rao_ctx *ctx = rao_test_ctx();
    rao_dataset *data = NULL;
    rao_model *model = NULL;
    rao_trainer *t = NULL;
    OK(ctx, rao_dataset_load(ctx, "digits", NULL, RAO_F32, &data));
    OK(ctx, rao_model_create(ctx, "mlp:64-6-10:tanh", data, RAO_F32, &model));
    EXPECT_FAIL(ctx, rao_trainer_create(ctx, model, data, "ngd:representation=implicit:every=2", NULL, &t), RAO_EINVAL, "want every = 1");
    OK(ctx, rao_trainer_create(ctx, model, data, "ngd:every=2", NULL, &t));
    EXPECT_TRUE(!strcmp(rao_fisher_name(rao_trainer_metric(t)), "dense") || !strcmp(rao_fisher_name(rao_trainer_metric(t)), "gram"));
    rao_trainer_destroy(&t);
    OK(ctx, rao_trainer_create(ctx, model, data, "ngd:iterations=1", NULL, &t));
    EXPECT_TRUE(!strcmp(rao_fisher_name(rao_trainer_metric(t)), "implicit"));
    rao_trainer_destroy(&t);
    rao_model_destroy(&model);
    rao_dataset_destroy(&data);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(trainer_takes_the_stated_steps), cmocka_unit_test(mixed_precision_trains),
                                       cmocka_unit_test(implicit_is_of_one_batch)};
    return rao_test_run("train/metric", tests, COUNT(tests));
}
