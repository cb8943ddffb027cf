/* One run: the order of the cases, steps against descent by hand, the schedule of evaluations, the clock, and how a run may end. */
#include "problem.h"

#include <float.h>
#include <time.h>

#include "train/train.h"

static void every_case_once_an_epoch(void **state) {
    (void)state;
    LAW("positions t batch .. t batch + batch - 1 of the permutations of epochs 0, 1, ... laid end to end; the order of asking does not "
        "matter");
    rao_ctx *ctx = rao_test_ctx();
    const struct { int64_t cases, batch; } shapes[] = {{1, 1}, {7, 7}, {10, 3}, {7, 5}, {100, 64}, {3, 2}};
    for (size_t k = 0; k < COUNT(shapes); k++) {
        int64_t n = shapes[k].cases, b = shapes[k].batch, epochs = 5, total = n * epochs;
        int64_t permutation[512], *rows = NULL;
        order o = {0};
        OK(ctx, rao_alloc(ctx, total + b, &rows));
        OK(ctx, order_create(ctx, 9, n, b, &o));
        for (int64_t t = 0; t * b < total; t++) memcpy(rows + t * b, order_rows(&o, t), (size_t)b * sizeof *rows);
        for (int64_t e = 0; e < epochs; e++) {
            rao_permutation(rao_stream_make(9, RAO_STREAM_SHUFFLE), (uint64_t)e, n, permutation);
            EXPECT_EQ(memcmp(permutation, rows + e * n, (size_t)n * sizeof *rows), 0);
        }
        for (int64_t t = (total - 1) / b; t >= 0; t--) EXPECT_EQ(memcmp(order_rows(&o, t), rows + t * b, (size_t)b * sizeof *rows), 0);
        order_destroy(&o);
        rao_free(&rows);
    }
    rao_test_ctx_close(&ctx);
}

static void steps_are_descent_by_hand(void **state) {
    (void)state;
    ORACLE("ten steps of plain descent", "w -= lr * rao_objective_gradient over the rows of the permutation");
    problem p = problem_open(RAO_F64, "mlp:64-7-10:tanh", 1);
    rao_train_opts o = small_run(100, 10);
    rao_trainer *t = NULL;
    OK(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, "sgd:lr=0.5:momentum=0", &o, &t));
    OK(p.ctx, rao_trainer_run(p.ctx, t, 0));
    const rao_train_point *points;
    int64_t count = rao_trainer_points(t, &points), n = rao_model_size(p.model), cases = rao_dataset_cases(p.data, RAO_TRAIN);

    double *w = NULL, *g = NULL;
    int64_t *rows = NULL;
    rao_objective *objective = NULL;
    OK(p.ctx, rao_alloc(p.ctx, n, &w));
    OK(p.ctx, rao_alloc(p.ctx, n, &g));
    OK(p.ctx, rao_alloc(p.ctx, cases, &rows));
    OK(p.ctx, rao_objective_create(p.ctx, p.model, cases, RAO_TAPE_VJP, &objective));
    rao_vec wv = rao_vec_view(RAO_F64, n, w), gv = rao_vec_view(RAO_F64, n, g);
    rao_mat x = rao_dataset_x(p.data, RAO_TRAIN), y = rao_dataset_y(p.data, RAO_TRAIN);
    OK(p.ctx, rao_model_init(p.ctx, p.model, RAO_INIT_AUTO, 1, &wv));
    rao_permutation(rao_stream_make(1, RAO_STREAM_SHUFFLE), 0, cases, rows);
    for (int k = 0; k < 10; k++) {
        double loss;
        OK(p.ctx, rao_objective_batch(p.ctx, objective, &x, &y, NULL, NULL, 0, cases));
        OK(p.ctx, rao_objective_loss(p.ctx, objective, &wv, &loss));
        EXPECT_CLOSE(points[k].train_loss, loss, 1e-13); /* sums of 1,438 losses in another order */
        OK(p.ctx, rao_objective_batch(p.ctx, objective, &x, &y, NULL, rows + 100 * k, 0, 100));
        OK(p.ctx, rao_objective_gradient(p.ctx, objective, &wv, 0, &gv, &loss));
        EXPECT_CLOSE(points[k + 1].batch_loss, loss, 1e-13);
        for (int64_t i = 0; i < n; i++) w[i] -= 0.5 * g[i];
    }
    rao_vec got = rao_trainer_weights(t);
    for (int64_t i = 0; i < n; i++) EXPECT_CLOSE(((double *)got.data)[i], w[i], 1e-13); /* ten steps of rounding at unit scale */
    EXPECT_EQ(count, 11);
    EXPECT_TRUE(isnan(points[0].batch_loss) && isnan(points[0].rate) && points[10].rate == 0.5);
    EXPECT_REL(points[10].epoch, 1000.0 / (double)cases, DBL_EPSILON);
    rao_objective_destroy(&objective);
    rao_free(&w), rao_free(&g), rao_free(&rows);
    rao_trainer_destroy(&t);
    problem_close(&p);
}

static void digits_are_learnt(void **state) {
    (void)state;
    LAW("each rule learns the digits in 20 epochs: nine of ten test cases right");
    problem p = problem_open(RAO_F32, "mlp:64-32-10:tanh", 2);
    const char *const rules[] = {"sgd", "sgd:nesterov=on", "adam:lr=0.01", "adamw:lr=0.01:schedule=cosine:warmup=10"};
    for (size_t i = 0; i < COUNT(rules); i++) {
        rao_trainer *t = NULL;
        OK(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, rules[i], NULL, &t));
        OK(p.ctx, rao_trainer_run(p.ctx, t, 0));
        const rao_train_point *points;
        int64_t count = rao_trainer_points(t, &points);
        EXPECT_EQ(rao_trainer_planned(t), 113); /* 20 epochs of 1,438 cases in batches of 256 */
        EXPECT_EQ(rao_trainer_steps(t), 113);
        EXPECT_TRUE(count > 30 && points[0].step == 0 && points[count - 1].step == 113);
        EXPECT_TRUE(points[count - 1].train_loss < 0.4 * points[0].train_loss && points[count - 1].test_score > 0.9);
        rao_trainer_destroy(&t);
    }
    problem_close(&p);
}

static void sure_models_stay_put(void **state) {
    (void)state;
    LAW("where the training loss has gone to 0 and the Fisher matrix with it, the natural rules stay there");
    problem p = problem_open(RAO_F32, "mlp:64-16-10:tanh", 2);
    const char *const rules[] = {"kfac", "kfac:adapt=lm", "ekfac"};
    for (size_t i = 0; i < COUNT(rules); i++) {
        rao_train_opts o = small_run(256, 1200);
        rao_trainer *t = NULL;
        const rao_train_point *points;
        OK(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, rules[i], &o, &t));
        OK(p.ctx, rao_trainer_run(p.ctx, t, 0));
        int64_t count = rao_trainer_points(t, &points);
        for (int64_t k = count / 2; k < count; k++)
            EXPECT_TRUE(points[k].train_loss < 0.2); /* ekfac jumps to .03 once; what this is about went to 1e17 */
        EXPECT_TRUE(points[count - 1].train_loss < 1e-3);
        rao_trainer_destroy(&t);
    }
    problem_close(&p);
}

/* The weights after `steps` steps on `threads` threads, run in pieces that end at `cuts`. */
static float *weights_after(int threads, int64_t steps, const int64_t *cuts, int64_t cut_count, int64_t *n) {
    problem p = problem_open(RAO_F32, "mlp:64-33-10:relu", threads);
    rao_train_opts o = small_run(97, steps);
    o.evaluate = 4;
    rao_trainer *t = NULL;
    OK(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, "adam:lr=0.01:schedule=cosine", &o, &t));
    for (int64_t k = 0; k < cut_count; k++) {
        OK(p.ctx, rao_trainer_run(p.ctx, t, cuts[k]));
        EXPECT_EQ(rao_trainer_steps(t), cuts[k]);
        EXPECT_TRUE(!rao_trainer_done(t));
    }
    OK(p.ctx, rao_trainer_run(p.ctx, t, 0));
    EXPECT_TRUE(rao_trainer_done(t));
    rao_vec w = rao_trainer_weights(t);
    *n = w.n;
    float *kept = malloc((size_t)w.n * sizeof *kept);
    memcpy(kept, w.data, (size_t)w.n * sizeof *kept);
    rao_trainer_destroy(&t);
    problem_close(&p);
    return kept;
}

static void pieces_and_threads_do_not_show(void **state) {
    (void)state;
    LAW("a run in pieces, and one on three threads, gives the same bits");
    int64_t n = 0, cuts[] = {1, 3, 4, 17};
    float *whole = weights_after(1, 30, NULL, 0, &n), *pieces = weights_after(1, 30, cuts, COUNT(cuts), &n),
          *three = weights_after(3, 30, NULL, 0, &n);
    EXPECT_EQ(memcmp(whole, pieces, (size_t)n * sizeof *whole), 0);
    EXPECT_EQ(memcmp(whole, three, (size_t)n * sizeof *whole), 0);
    free(whole), free(pieces), free(three);
}

static void evaluations_are_on_schedule(void **state) {
    (void)state;
    LAW("step 0, every interval, the end of the budget; a stop between two of them is none");
    problem p = problem_open(RAO_F32, "mlp:64-5-10:tanh", 1);
    rao_train_opts o = small_run(10, 10);
    o.evaluate = 4;
    rao_trainer *t = NULL;
    const rao_train_point *points;
    OK(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, "sgd", &o, &t));
    EXPECT_EQ(rao_trainer_points(t, &points), 0);
    OK(p.ctx, rao_trainer_run(p.ctx, t, 6));
    OK(p.ctx, rao_trainer_run(p.ctx, t, 6));
    EXPECT_EQ(rao_trainer_points(t, &points), 2);
    OK(p.ctx, rao_trainer_run(p.ctx, t, 1000));
    OK(p.ctx, rao_trainer_run(p.ctx, t, 0));
    const int64_t want[] = {0, 4, 8, 10};
    EXPECT_EQ(rao_trainer_points(t, &points), COUNT(want));
    for (size_t k = 0; k < COUNT(want); k++) {
        EXPECT_EQ(points[k].step, want[k]);
        EXPECT_TRUE(k == 0 || points[k].seconds > points[k - 1].seconds);
    }
    EXPECT_TRUE(points[3].seconds == rao_trainer_seconds(t) && rao_trainer_batch(t) == 10 && rao_trainer_interval(t) == 4);
    OK(p.ctx, rao_trainer_evaluate(p.ctx, t));
    EXPECT_EQ(rao_trainer_points(t, &points), COUNT(want));
    rao_trainer_destroy(&t);

    o.batch = 1000000, o.steps = 0, o.epochs = 50, o.evaluate = 0; /* all cases a step: an epoch is a step */
    OK(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, "sgd", &o, &t));
    EXPECT_TRUE(rao_trainer_planned(t) == 50 && rao_trainer_interval(t) == 2 && rao_trainer_batch(t) == 1438);
    rao_trainer_destroy(&t);
    problem_close(&p);
}

static void an_evaluation_may_look_at_a_sample(void **state) {
    (void)state;
    ORACLE("losses of 100 evenly spaced cases", "rao_objective_loss over the rows 0, k, 2 k, ... with k = cases / 100");
    problem p = problem_open(RAO_F64, "mlp:64-5-10:tanh", 1);
    rao_train_opts o = small_run(10, 4);
    o.evaluate = 4, o.evaluate_cases = 100;
    rao_trainer *t = NULL;
    rao_objective *objective = NULL;
    const rao_train_point *points;
    int64_t rows[100];
    OK(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, "sgd", &o, &t));
    OK(p.ctx, rao_trainer_run(p.ctx, t, 0));
    EXPECT_EQ(rao_trainer_points(t, &points), 2);
    OK(p.ctx, rao_objective_create(p.ctx, p.model, 100, RAO_TAPE_FORWARD, &objective));
    rao_vec w = rao_trainer_weights(t);
    for (int part = 0; part < 2; part++) {
        rao_mat x = rao_dataset_x(p.data, (rao_part)part), y = rao_dataset_y(p.data, (rao_part)part);
        double loss = 0, found = part == RAO_TRAIN ? points[1].train_loss : points[1].test_loss;
        for (int64_t i = 0; i < 100; i++) rows[i] = i * (x.rows / 100);
        OK(p.ctx, rao_objective_batch(p.ctx, objective, &x, &y, NULL, rows, 0, 100));
        OK(p.ctx, rao_objective_loss(p.ctx, objective, &w, &loss));
        EXPECT_REL(found, loss, 1e-14); /* the same cases in the same order */
    }
    double right = 100 * points[1].train_score;
    EXPECT_CLOSE(right, round(right), 1e-12);
    rao_trainer_destroy(&t);

    o.evaluate_cases = 1438;
    double loss[2];
    for (int k = 0; k < 2; k++) { /* as many as there are, and more: all */
        OK(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, "sgd", &o, &t));
        OK(p.ctx, rao_trainer_evaluate(p.ctx, t));
        rao_trainer_points(t, &points);
        loss[k] = points[0].train_loss;
        rao_trainer_destroy(&t);
        o.evaluate_cases = 1000000;
    }
    EXPECT_TRUE(loss[0] == loss[1]);
    rao_objective_destroy(&objective);
    problem_close(&p);
}

/* Runs to a stop; the last point is the first one that is good enough. */
static void run_to_stop(problem *p, double stop_loss, double stop_score) {
    rao_train_opts o = small_run(100, 400);
    o.evaluate = 5, o.stop_loss = stop_loss, o.stop_score = stop_score;
    rao_trainer *t = NULL;
    const rao_train_point *points;
    OK(p->ctx, rao_trainer_create(p->ctx, p->model, p->data, "adam:lr=0.02", &o, &t));
    OK(p->ctx, rao_trainer_run(p->ctx, t, 0));
    int64_t count = rao_trainer_points(t, &points), steps = rao_trainer_steps(t);
    EXPECT_TRUE(rao_trainer_done(t) && steps < 400 && count > 2 && points[count - 1].step == steps);
    for (int64_t k = 0; k < count; k++) {
        int classes = rao_dataset_classes(p->data) > 0;
        int reached =
            points[k].train_loss <= stop_loss || (classes ? points[k].train_score >= stop_score : points[k].train_score <= stop_score);
        EXPECT_EQ(reached, k == count - 1);
    }
    OK(p->ctx, rao_trainer_run(p->ctx, t, 0));
    EXPECT_TRUE(rao_trainer_steps(t) == steps && rao_trainer_points(t, &points) == count);
    rao_trainer_destroy(&t);
}

static void a_run_may_stop_at_what_it_wants(void **state) {
    (void)state;
    LAW("a stop ends the run at the first evaluation that reaches it: a loss, an accuracy, a squared error; further calls add nothing");
    problem p = problem_open(RAO_F32, "mlp:64-16-10:tanh", 1);
    run_to_stop(&p, 0.5, NAN);
    run_to_stop(&p, NAN, 0.9);
    run_to_stop(&p, 1e-9, 0.9);
    problem_close(&p);
    rao_dataset_opts data;
    rao_dataset_opts_init(&data);
    data.targets = RAO_TARGETS_INPUTS;
    p.ctx = rao_test_ctx();
    OK(p.ctx, rao_dataset_load(p.ctx, "digits", &data, RAO_F32, &p.data));
    OK(p.ctx, rao_model_create(p.ctx, "mlp:64-20-64:tanh", p.data, RAO_F32, &p.model));
    run_to_stop(&p, NAN, 4);
    problem_close(&p);
}

/* What a watcher saw; it may dawdle at every call and cancel at a step. */
typedef struct watcher {
    int64_t steps, points, cancel_at;
    double last_fraction;
    int cancelled, dawdle, backward;
} watcher;

static void watch(void *user, const rao_train_event *e) {
    watcher *w = user;
    w->steps += !e->point, w->points += e->point != NULL;
    w->backward |= e->fraction < w->last_fraction || e->fraction > 1 || e->step != rao_trainer_steps(e->trainer);
    w->last_fraction = e->fraction;
    if (e->step == w->cancel_at) w->cancelled = 1;
    if (w->dawdle) nanosleep(&(struct timespec){0, 20000000}, NULL);
}
static int asked_to_stop(void *user) { return ((watcher *)user)->cancelled; }

static void the_clock_counts_steps_alone(void **state) {
    (void)state;
    LAW("what a watcher takes is not in the clock; a budget in seconds ends at the first step past it");
    problem p = problem_open(RAO_F32, "mlp:64-5-10:tanh", 1);
    rao_train_opts o = small_run(4, 0);
    o.seconds = 0.2, o.evaluate = 20;
    rao_trainer *t = NULL;
    watcher w = {.cancel_at = -1, .dawdle = 1};
    OK(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, "sgd:lr=0.01", &o, &t));
    EXPECT_EQ(rao_trainer_planned(t), 0);
    rao_trainer_watch(t, watch, &w);
    OK(p.ctx, rao_trainer_run(p.ctx, t, 3));
    double three = rao_trainer_seconds(t);
    EXPECT_TRUE(w.steps == 3 && w.points == 1 && three > 0 && three < 0.06); /* three naps took 60 ms at least, the steps microseconds */
    w.dawdle = 0;
    OK(p.ctx, rao_trainer_run(p.ctx, t, 0));
    EXPECT_TRUE(rao_trainer_seconds(t) >= 0.2 && rao_trainer_done(t) && !w.backward);
    EXPECT_EQ(w.steps, rao_trainer_steps(t));
    rao_trainer_destroy(&t);
    problem_close(&p);
}

static void cancelled_runs_keep_what_they_have(void **state) {
    (void)state;
    LAW("a cancelled run ends in order, with an evaluation where it stands, and can go on");
    problem p = problem_open(RAO_F32, "mlp:64-5-10:tanh", 1);
    rao_train_opts o = small_run(50, 40);
    o.evaluate = 10;
    rao_trainer *t = NULL;
    watcher w = {.cancel_at = 13};
    const rao_train_point *points;
    OK(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, "sgd", &o, &t));
    rao_trainer_watch(t, watch, &w);
    rao_ctx_set_cancel(p.ctx, asked_to_stop, &w);
    OK(p.ctx, rao_trainer_run(p.ctx, t, 0));
    EXPECT_EQ(rao_trainer_steps(t), 13);
    EXPECT_EQ(rao_trainer_points(t, &points), 3);
    EXPECT_TRUE(points[2].step == 13 && !rao_trainer_done(t));
    w.cancelled = 0, w.cancel_at = -1;
    OK(p.ctx, rao_trainer_run(p.ctx, t, 0));
    EXPECT_TRUE(rao_trainer_done(t) && rao_trainer_steps(t) == 40 && w.steps == 40);
    rao_trainer_destroy(&t);
    problem_close(&p);
}

static void divergence_names_its_step(void **state) {
    (void)state;
    LAW("a loss or a parameter that is not finite ends the run with ENUMERIC and the step, and every later call says the same");
    problem p = problem_open(RAO_F32, "mlp:64-5-10:relu", 1);
    rao_train_opts o = small_run(50, 40);
    rao_trainer *t = NULL;
    const rao_train_point *points;
    OK(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, "sgd:lr=1e30", &o, &t));
    EXPECT_FAIL(p.ctx, rao_trainer_run(p.ctx, t, 0), RAO_ENUMERIC, "step");
    int64_t steps = rao_trainer_steps(t), count = rao_trainer_points(t, &points);
    EXPECT_TRUE(steps < 5 && count >= 1 && isfinite(points[count - 1].train_loss) && rao_trainer_done(t));
    EXPECT_FAIL(p.ctx, rao_trainer_run(p.ctx, t, 0), RAO_ENUMERIC, "step");
    EXPECT_FAIL(p.ctx, rao_trainer_evaluate(p.ctx, t), RAO_ENUMERIC, "step");
    EXPECT_EQ(rao_trainer_steps(t), steps);
    rao_trainer_destroy(&t);

    OK(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, "adam", &o, &t));
    rao_vec w = rao_trainer_weights(t);
    ((float *)w.data)[w.n - 1] = NAN; /* the bias of an output: no activation stands behind it */
    EXPECT_FAIL(p.ctx, rao_trainer_run(p.ctx, t, 0), RAO_ENUMERIC, "at step 0");
    EXPECT_EQ(rao_trainer_points(t, &points), 0);
    rao_trainer_destroy(&t);
    problem_close(&p);
}

static void a_warm_step_allocates_nothing(void **state) {
    (void)state;
    LAW("a warm step allocates nothing, over the end of an epoch too");
    problem p = problem_open(RAO_F32, "mlp:64-8-10:tanh", 2);
    const char *const rules[] = {"sgd",
                                 "sgd:nesterov=on",
                                 "adamw:schedule=cosine",
                                 "kfac",
                                 "kfac:adapt=lm",
                                 "kfac:step=model",
                                 "ekfac:renew=5",
                                 "ngd",
                                 "ngd:representation=dense",
                                 "ngd:representation=gram:flavour=sampled",
                                 "ngd:representation=implicit",
                                 "ngd:representation=diagonal:every=3"};
    for (size_t k = 0; k < COUNT(rules); k++) {
        rao_train_opts o = small_run(100, 100);
        o.evaluate = 50;
        rao_trainer *t = NULL;
        OK(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, rules[k], &o, &t));
        OK(p.ctx, rao_trainer_run(p.ctx, t, 12)); /* each layer's inverse or basis has been renewed once */
        int64_t calls = rao_test_alloc_calls();
        OK(p.ctx, rao_trainer_run(p.ctx, t, 49));
        if (rao_test_alloc_calls() != calls) fail_msg("%s: %d allocations in warm steps", rules[k], (int)(rao_test_alloc_calls() - calls));
        rao_trainer_destroy(&t);
    }
    problem_close(&p);
}

static rao_status short_run(rao_ctx *ctx, void *arg) {
    const problem *p = arg;
    rao_train_opts o = small_run(20, 3);
    rao_trainer *t = NULL;
    rao_status st = rao_trainer_create(ctx, p->model, p->data, "adam", &o, &t);
    if (st == RAO_OK) st = rao_trainer_run(ctx, t, 0);
    rao_trainer_destroy(&t);
    return st;
}

static void allocations_may_fail(void **state) {
    (void)state;
    LAW("a run survives the failure of any allocation");
    problem p = problem_open(RAO_F32, "mlp:64-3-10:tanh", 1);
    rao_test_every_allocation_fails(short_run, &p);
    problem_close(&p);
}

static void refusals(void **state) {
    (void)state;
    LAW("options out of range, two budgets, a wrong spec: a sentence and no trainer");
    problem p = problem_open(RAO_F32, "mlp:64-3-10:tanh", 1);
    rao_trainer *t = NULL;
    rao_train_opts o = small_run(0, 1);
    EXPECT_FAIL(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, "sgd", &o, &t), RAO_EINVAL, "batch = 0, want in [1");
    o = small_run(1, -1);
    EXPECT_FAIL(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, "sgd", &o, &t), RAO_EINVAL, "steps = -1");
    o = small_run(1, 1), o.seconds = 1;
    EXPECT_FAIL(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, "sgd", &o, &t), RAO_EINVAL, "exclude each other");
    o = small_run(1, 0), o.seconds = NAN;
    EXPECT_FAIL(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, "sgd", &o, &t), RAO_EINVAL, "seconds = nan");
    o = small_run(1, 0), o.seconds = 1;
    EXPECT_FAIL(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, "sgd:schedule=cosine", &o, &t), RAO_EINVAL, "needs the number of steps");
    o = small_run(1, 1), o.seed = -1;
    EXPECT_FAIL(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, "sgd", &o, &t), RAO_EINVAL, "seed = -1");
    o = small_run(1, 1), o.evaluate_cases = -1;
    EXPECT_FAIL(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, "sgd", &o, &t), RAO_EINVAL, "evaluate_cases = -1");
    o = small_run(1, 1), o.stop_score = -1;
    EXPECT_FAIL(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, "sgd", &o, &t), RAO_EINVAL, "stop_score = -1");
    o = small_run(1, 1), o.init = 9;
    EXPECT_FAIL(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, "sgd", &o, &t), RAO_EINVAL, "init = 9");
    EXPECT_FAIL(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, "sdg", NULL, &t), RAO_EINVAL, "did you mean 'sgd'");
    EXPECT_TRUE(t == NULL);
    problem_close(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_once_an_epoch),
        cmocka_unit_test(steps_are_descent_by_hand),
        cmocka_unit_test(digits_are_learnt),
        cmocka_unit_test(sure_models_stay_put),
        cmocka_unit_test(pieces_and_threads_do_not_show),
        cmocka_unit_test(evaluations_are_on_schedule),
        cmocka_unit_test(an_evaluation_may_look_at_a_sample),
        cmocka_unit_test(a_run_may_stop_at_what_it_wants),
        cmocka_unit_test(the_clock_counts_steps_alone),
        cmocka_unit_test(cancelled_runs_keep_what_they_have),
        cmocka_unit_test(divergence_names_its_step),
        cmocka_unit_test(a_warm_step_allocates_nothing),
        cmocka_unit_test(allocations_may_fail),
        cmocka_unit_test(refusals),
    };
    return rao_test_run("train/trainer", tests, COUNT(tests));
}
