/* Races: what the medians and the target are, that rivals do not disturb each other, sweeps, divergence, cancelling. */
#include "problem.h"

#include "train/train.h"

/* ---- standings from runs written by hand ---- */

enum { SEEDS = 4 };

/* A run whose training losses at steps 0, 10, 20, ... are given, ended by a negative one; 0.5 s an interval. */
static void write_run(rao_ctx *ctx, race_entry *e, const double *losses, rao_status status) {
    race_run *run = &e->run[e->runs++];
    while (losses[run->point_count] >= 0) run->point_count++;
    OK(ctx, rao_alloc(ctx, run->point_count, &run->points));
    for (int64_t k = 0; k < run->point_count; k++)
        run->points[k] = (rao_train_point){
            .step = 10 * k, .seconds = 0.5 * (double)k, .train_loss = losses[k], .test_loss = 2 * losses[k], .test_score = 1 - losses[k]};
    run->steps = 10 * (run->point_count - 1), run->seconds = 0.5 * (double)(run->point_count - 1);
    run->status = status, run->complete = 1, run->seed = e->runs;
    if (status != RAO_OK) OK(ctx, rao_text_puts(ctx, &run->message, "it diverged"));
}

static rao_race *open_race(problem *p, const char *optims, double target) {
    rao_race_opts o;
    rao_race *r = NULL;
    rao_race_opts_init(&o);
    o.seeds = SEEDS, o.target = target;
    OK(p->ctx, rao_race_create(p->ctx, p->model, p->data, optims, &o, &r));
    return r;
}

static rao_race_result result(problem *p, const rao_race *r, int64_t rival) {
    rao_race_result out;
    OK(p->ctx, rao_race_result_at(p->ctx, r, rival, -1, &out));
    return out;
}

static void medians_of_four(void **state) {
    (void)state;
    ORACLE("medians over four seeds", "by hand");
    problem p = problem_open(RAO_F32, "mlp:64-3-10:tanh", 1);
    rao_race *r = open_race(&p, "sgd", 0.25);
    race_entry *e = race_entry_at(r, 0, 0);
    write_run(p.ctx, e, (double[]){1, 0.5, 0.25, 0.125, -1}, RAO_OK);
    write_run(p.ctx, e, (double[]){1, 0.25, 0.5, 0.375, -1}, RAO_OK);
    write_run(p.ctx, e, (double[]){1, 0.75, 0.5, 0.5, -1}, RAO_OK);
    write_run(p.ctx, e, (double[]){1, 0.75, 0.75, 0.625, -1}, RAO_OK);
    rao_race_result s = result(&p, r, 0);
    EXPECT_TRUE(s.train_loss == (0.375 + 0.5) / 2 && s.test_loss == 2 * s.train_loss && s.test_score == 1 - s.train_loss);
    EXPECT_TRUE(s.spread[0] == 0.125 && s.spread[1] == 0.625);
    EXPECT_TRUE(s.best_loss == (0.25 + 0.5) / 2); /* of .125 .25 .5 .625 */
    EXPECT_TRUE(s.steps == 30 && s.seconds == 1.5 && s.ms_per_step == 50);
    EXPECT_TRUE(s.steps_to_target == 20 && s.seconds_to_target == 1); /* of 10, 20, never, never: half reach it, the lower middle */
    EXPECT_TRUE(s.runs == 4 && s.failed == 0 && !s.cancelled && !strcmp(s.message, ""));
    rao_race_destroy(&r);

    r = open_race(&p, "sgd", 0.2); /* one of four reaches it */
    e = race_entry_at(r, 0, 0);
    write_run(p.ctx, e, (double[]){1, 0.125, -1}, RAO_OK);
    for (int k = 0; k < 3; k++) write_run(p.ctx, e, (double[]){1, 0.5, -1}, RAO_OK);
    s = result(&p, r, 0);
    EXPECT_TRUE(isnan(s.steps_to_target) && isnan(s.seconds_to_target) && rao_race_target(r) == 0.2);
    rao_race_destroy(&r);
    problem_close(&p);
}

static void failures_are_not_forgotten(void **state) {
    (void)state;
    LAW("a failed run counts as an infinite loss: with two of four the median is the worse of the two that ended, with three there is "
        "none");
    problem p = problem_open(RAO_F32, "mlp:64-3-10:tanh", 1);
    for (int failed = 1; failed <= 3; failed++) {
        rao_race *r = open_race(&p, "sgd", NAN);
        race_entry *e = race_entry_at(r, 0, 0);
        for (int k = 0; k < 4; k++) write_run(p.ctx, e, (double[]){1, 0.25 + 0.125 * k, -1}, k < failed ? RAO_ENUMERIC : RAO_OK);
        rao_race_result s = result(&p, r, 0);
        EXPECT_TRUE(s.failed == failed && !strcmp(s.message, "it diverged") && isinf(s.spread[1]));
        if (failed == 1) EXPECT_TRUE(s.train_loss == (0.5 + 0.625) / 2 && s.spread[0] == 0.375);
        if (failed == 2) EXPECT_TRUE(s.train_loss == 0.625 && s.test_score == 0.375);
        if (failed == 3) EXPECT_TRUE(isinf(s.train_loss) && isnan(s.test_score) && isnan(rao_race_target(r)));
        rao_race_destroy(&r);
    }
    problem_close(&p);
}

static void the_target_is_what_all_reach(void **state) {
    (void)state;
    LAW("the default target is the largest best loss among the rivals that came down to a tenth of their initial loss");
    problem p = problem_open(RAO_F32, "mlp:64-3-10:tanh", 1);
    rao_race *r = open_race(&p, "sgd,adam,adamw", NAN);
    write_run(p.ctx, race_entry_at(r, 0, 0), (double[]){1, 0.0625, 0.125, -1}, RAO_OK);
    write_run(p.ctx, race_entry_at(r, 1, 0), (double[]){1, 0.5, 0.03125, -1}, RAO_OK);
    EXPECT_TRUE(rao_race_target(r) == 0.0625);
    write_run(p.ctx, race_entry_at(r, 2, 0), (double[]){1, 0.875, 0.125, -1}, RAO_OK); /* hardly moved: does not spoil the target */
    EXPECT_TRUE(rao_race_target(r) == 0.0625);
    EXPECT_TRUE(result(&p, r, 0).steps_to_target == 10 && result(&p, r, 1).steps_to_target == 20 &&
                isnan(result(&p, r, 2).steps_to_target));
    rao_race_destroy(&r);
    r = open_race(&p, "sgd,adam", NAN);
    EXPECT_TRUE(isnan(rao_race_target(r)) && isnan(result(&p, r, 0).train_loss) && isnan(result(&p, r, 0).spread[0]));
    write_run(p.ctx, race_entry_at(r, 0, 0), (double[]){1, 0.875, -1}, RAO_OK); /* nobody came down so far: the largest of all */
    write_run(p.ctx, race_entry_at(r, 1, 0), (double[]){1, 0.75, -1}, RAO_OK);
    EXPECT_TRUE(rao_race_target(r) == 0.875);
    rao_race_destroy(&r);
    problem_close(&p);
}

/* ---- races that run ---- */

static rao_race_opts short_race(int64_t seeds) {
    rao_race_opts o;
    rao_race_opts_init(&o);
    o.train.batch = 100, o.train.steps = 12, o.train.evaluate = 5, o.seeds = seeds;
    return o;
}

static void rivals_do_not_disturb_each_other(void **state) {
    (void)state;
    LAW("each run of a race is, bit for bit, the run of a trainer of its own with seed + s; all rivals of a seed start alike");
    problem p = problem_open(RAO_F32, "mlp:64-9-10:tanh", 1);
    const char *const rules[] = {"sgd", "adam:lr=0.01", "adam"};
    rao_race_opts o = short_race(2);
    rao_race *r = NULL;
    OK(p.ctx, rao_race_create(p.ctx, p.model, p.data, "sgd,adam:lr=0.01,adam", &o, &r));
    EXPECT_TRUE(rao_race_rivals(r) == 3 && rao_race_settings(r) == 1 && rao_race_runs(r, 0, 0) == 0);
    OK(p.ctx, rao_race_run(p.ctx, r));
    EXPECT_FAIL(p.ctx, rao_race_run(p.ctx, r), RAO_EINVAL, "run already");
    double first[2] = {0, 0};
    for (int64_t i = 0; i < 3; i++)
        for (int64_t s = 0; s < 2; s++) {
            rao_race_run_info run;
            rao_trainer *t = NULL;
            const rao_train_point *points;
            rao_train_opts alone = o.train;
            alone.seed += s;
            OK(p.ctx, rao_race_run_at(p.ctx, r, i, 0, s, &run));
            OK(p.ctx, rao_trainer_create(p.ctx, p.model, p.data, rules[i], &alone, &t));
            OK(p.ctx, rao_trainer_run(p.ctx, t, 0));
            EXPECT_EQ(run.point_count, rao_trainer_points(t, &points));
            EXPECT_TRUE(run.seed == 1 + s && run.steps == 12 && run.seconds > 0 && run.status == RAO_OK && !strcmp(run.message, ""));
            for (int64_t k = 0; k < run.point_count; k++)
                EXPECT_TRUE(run.points[k].step == points[k].step && run.points[k].train_loss == points[k].train_loss &&
                            run.points[k].test_score == points[k].test_score);
            if (i == 0) first[s] = points[0].train_loss;
            EXPECT_TRUE(points[0].train_loss == first[s]);
            rao_trainer_destroy(&t);
        }
    EXPECT_TRUE(first[0] != first[1]);
    EXPECT_TRUE(!strcmp(result(&p, r, 0).name, "sgd") && !strcmp(result(&p, r, 1).name, "adam:lr=0.01") &&
                !strcmp(result(&p, r, 2).name, "adam"));
    EXPECT_TRUE(!strcmp(result(&p, r, 1).rule, "adam") && strstr(result(&p, r, 1).settings, "lr=0.01:beta1=0.9:"));
    EXPECT_TRUE(result(&p, r, 1).steps_to_target >= 0);
    rao_race_destroy(&r);
    problem_close(&p);
}

static void a_sweep_offers_all_the_same(void **state) {
    (void)state;
    LAW("every rival runs at every rate of the grid; its results are those of its best one");
    problem p = problem_open(RAO_F32, "mlp:64-9-10:tanh", 1);
    rao_race_opts o = short_race(1);
    rao_race *r = NULL;
    const double *rates;
    int64_t count = rao_race_grid(&rates);
    o.sweep = RAO_SWEEP_LR;
    OK(p.ctx, rao_race_create(p.ctx, p.model, p.data, "sgd:momentum=0.5,adam", &o, &r));
    EXPECT_EQ(rao_race_settings(r), count);
    OK(p.ctx, rao_race_run(p.ctx, r));
    for (int64_t i = 0; i < 2; i++) {
        rao_race_result best = result(&p, r, i), one;
        for (int64_t s = 0; s < count; s++) {
            char rate[32];
            snprintf(rate, sizeof rate, "lr=%g:", rates[s]);
            OK(p.ctx, rao_race_result_at(p.ctx, r, i, s, &one));
            EXPECT_TRUE(one.runs == 1 && one.chosen == s && !strncmp(one.settings, rate, strlen(rate)));
            EXPECT_TRUE(best.train_loss <= one.train_loss && (s != best.chosen || best.train_loss == one.train_loss));
        }
        EXPECT_TRUE(!strcmp(best.name, i ? "adam" : "sgd"));
    }
    rao_race_result other;
    rao_race *none = NULL;
    EXPECT_FAIL(p.ctx, rao_race_create(p.ctx, p.model, p.data, "adam,sgd:momentum=0.5:lr=5", &o, &none), RAO_EINVAL,
                "gives a rate, and so does sweep");
    EXPECT_FAIL(p.ctx, rao_race_create(p.ctx, p.model, p.data, "adam,kfac:step=model", &o, &none), RAO_EINVAL, "finds the rate itself");
    EXPECT_FAIL(p.ctx, rao_race_result_at(p.ctx, r, 2, 0, &other), RAO_EINVAL, "rival 2, want 0..1");
    EXPECT_FAIL(p.ctx, rao_race_result_at(p.ctx, r, 0, count, &other), RAO_EINVAL, "setting 7, want -1..6");
    rao_race_run_info run;
    EXPECT_FAIL(p.ctx, rao_race_run_at(p.ctx, r, 0, -1, 0, &run), RAO_EINVAL, "setting -1");
    EXPECT_FAIL(p.ctx, rao_race_run_at(p.ctx, r, 0, 0, 1, &run), RAO_EINVAL, "run 1 of 1");
    rao_race_destroy(&r);
    problem_close(&p);
}

static void a_diverging_rival_is_out(void **state) {
    (void)state;
    LAW("a rival that diverges is out with its step in a sentence; the others go on");
    problem p = problem_open(RAO_F32, "mlp:64-9-10:relu", 1);
    rao_race_opts o = short_race(2);
    rao_race *r = NULL;
    OK(p.ctx, rao_race_create(p.ctx, p.model, p.data, "sgd:lr=1e30,adam", &o, &r));
    OK(p.ctx, rao_race_run(p.ctx, r));
    rao_race_result wild = result(&p, r, 0), tame = result(&p, r, 1);
    EXPECT_TRUE(wild.failed == 2 && wild.runs == 2 && isinf(wild.train_loss) && strstr(wild.message, "step") &&
                isnan(wild.steps_to_target));
    EXPECT_TRUE(tame.failed == 0 && tame.steps == 12 && isfinite(tame.train_loss) && tame.steps_to_target >= 0);
    rao_race_destroy(&r);
    problem_close(&p);
}

typedef struct stopper {
    int64_t steps, stop_after;
    double fraction;
    int stopped, backward;
} stopper;
static void count(void *user, const rao_train_event *e) {
    stopper *s = user;
    s->steps += !e->point;
    s->stopped = s->steps >= s->stop_after;
    s->backward |= e->fraction < s->fraction || e->fraction > 1 + 1e-12;
    s->fraction = e->fraction;
}
static int stopped(void *user) { return ((stopper *)user)->stopped; }

static void cancelled_races_keep_what_they_have(void **state) {
    (void)state;
    LAW("a cancelled race is RAO_OK and holds what was done: whole runs, and runs evaluated where they stood");
    problem p = problem_open(RAO_F32, "mlp:64-9-10:tanh", 1);
    rao_race_opts o = short_race(3);
    rao_race *r = NULL;
    stopper s = {.stop_after = 1000};
    OK(p.ctx, rao_race_create(p.ctx, p.model, p.data, "sgd,adam", &o, &r));
    rao_race_watch(r, count, &s);
    OK(p.ctx, rao_race_run(p.ctx, r));
    EXPECT_TRUE(s.steps == 3 * 2 * 12 && !s.backward && s.fraction > 0.999 && !result(&p, r, 0).cancelled);
    rao_race_destroy(&r);

    s = (stopper){.stop_after = 24 + 7}; /* one seed, then five steps of sgd and two of adam */
    OK(p.ctx, rao_race_create(p.ctx, p.model, p.data, "sgd,adam", &o, &r));
    rao_race_watch(r, count, &s);
    rao_ctx_set_cancel(p.ctx, stopped, &s);
    OK(p.ctx, rao_race_run(p.ctx, r));
    rao_race_run_info run;
    for (int64_t i = 0; i < 2; i++) {
        EXPECT_EQ(rao_race_runs(r, i, 0), 2);
        EXPECT_TRUE(result(&p, r, i).cancelled);
        OK(p.ctx, rao_race_run_at(p.ctx, r, i, 0, 1, &run));
        EXPECT_EQ(run.steps, i ? 2 : 5);
        EXPECT_EQ(run.points[run.point_count - 1].step, run.steps);
    }
    rao_race_destroy(&r);
    problem_close(&p);
}

static rao_status small_race(rao_ctx *ctx, void *arg) {
    const problem *p = arg;
    rao_race_opts o = short_race(1);
    rao_race *r = NULL;
    o.train.batch = 20, o.train.steps = 2;
    rao_status st = rao_race_create(ctx, p->model, p->data, "sgd:lr=1e30,adam", &o, &r);
    if (st == RAO_OK) st = rao_race_run(ctx, r);
    rao_race_destroy(&r);
    return st;
}

static void allocations_may_fail(void **state) {
    (void)state;
    LAW("a race survives the failure of any allocation");
    problem p = problem_open(RAO_F32, "mlp:64-3-10:relu", 1);
    rao_test_every_allocation_fails(small_race, &p);
    problem_close(&p);
}

static void refusals(void **state) {
    (void)state;
    LAW("a wrong rival or option is refused before anything runs");
    problem p = problem_open(RAO_F32, "mlp:64-3-10:tanh", 1);
    rao_race_opts o = short_race(1);
    rao_race *r = NULL;
    EXPECT_FAIL(p.ctx, rao_race_create(p.ctx, p.model, p.data, "sgd,adan", &o, &r), RAO_EINVAL, "did you mean 'adam'");
    EXPECT_FAIL(p.ctx, rao_race_create(p.ctx, p.model, p.data, "sgd,", &o, &r), RAO_EINVAL, "no optimiser ''");
    EXPECT_FAIL(p.ctx, rao_race_create(p.ctx, p.model, p.data, "sgd,adam:lr=-1", &o, &r), RAO_EINVAL, "adam: lr = -1");
    EXPECT_FAIL(p.ctx, rao_race_create(p.ctx, p.model, p.data, "sgd:schedule=cosine:warmup=12", &o, &r), RAO_EINVAL, "warmup = 12");
    o.seeds = 0;
    EXPECT_FAIL(p.ctx, rao_race_create(p.ctx, p.model, p.data, "sgd", &o, &r), RAO_EINVAL, "seeds = 0");
    o.seeds = 1, o.train.batch = -3;
    EXPECT_FAIL(p.ctx, rao_race_create(p.ctx, p.model, p.data, "sgd", &o, &r), RAO_EINVAL, "batch = -3");
    EXPECT_TRUE(r == NULL);
    problem_close(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(medians_of_four),
        cmocka_unit_test(failures_are_not_forgotten),
        cmocka_unit_test(the_target_is_what_all_reach),
        cmocka_unit_test(rivals_do_not_disturb_each_other),
        cmocka_unit_test(a_sweep_offers_all_the_same),
        cmocka_unit_test(a_diverging_rival_is_out),
        cmocka_unit_test(cancelled_races_keep_what_they_have),
        cmocka_unit_test(allocations_may_fail),
        cmocka_unit_test(refusals),
    };
    return rao_test_run("train/race", tests, COUNT(tests));
}
