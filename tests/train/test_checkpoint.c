/* Checkpoints: a run that is saved and loaded goes on bit for bit. Logs: what each line holds. */
#include "problem.h"

#include <cjson/cJSON.h>
#include <unistd.h>

#include <rao/io.h>

#include "train/train.h"

static char path[64];

static rao_trainer *make(problem *p, const char *optim, int64_t steps) {
    rao_train_opts o = small_run(100, steps);
    rao_trainer *t = NULL;
    o.evaluate = 5;
    OK(p->ctx, rao_trainer_create(p->ctx, p->model, p->data, optim, &o, &t));
    return t;
}

static void expect_equal(const rao_trainer *a, const rao_trainer *b, rao_trainer *wa, rao_trainer *wb) {
    const rao_train_point *x, *y;
    int64_t m = rao_trainer_points(a, &x), n = rao_trainer_points(b, &y);
    rao_vec u = rao_trainer_weights(wa), v = rao_trainer_weights(wb);
    EXPECT_EQ(memcmp(u.data, v.data, (size_t)u.n * rao_dtype_size(u.dtype)), 0);
    EXPECT_EQ(rao_trainer_steps(a), rao_trainer_steps(b));
    EXPECT_TRUE(m > 0 && n > 0 && x[m - 1].train_loss == y[n - 1].train_loss && x[m - 1].batch_loss == y[n - 1].batch_loss &&
                x[m - 1].rate == y[n - 1].rate);
}

static void saved_and_loaded_goes_on(void **state) {
    (void)state;
    LAW("train 20 = train k + save + load + train 20 - k, bit for bit, for every rule and number type");
    const char *const rules[] = {"sgd",
                                 "sgd:nesterov=on:schedule=cosine",
                                 "sgd:momentum=0",
                                 "adamw:lr=0.01:schedule=cosine:warmup=3",
                                 "ngd",
                                 "ngd:momentum=0.5:adapt=lm",
                                 "ngd:representation=diagonal:flavour=empirical",
                                 "kfac",
                                 "kfac:adapt=lm:renew=3:every=2",
                                 "kfac:adapt=lm:step=model:unit=loss",
                                 "ngd:representation=dense:every=4",
                                 "ngd:representation=gram:every=3:flavour=sampled:samples=2:adapt=lm",
                                 "ngd:representation=diagonal:every=7:step=model:adapt=lm",
                                 "kfac:adapt=lm:lr=2:momentum=0.8:damping=0.01:renew=4:radius=inf",
                                 "ekfac:renew=4"};
    for (int d = 0; d < 2; d++) {
        problem p = problem_open(d ? RAO_F64 : RAO_F32, "mlp:64-4-10:tanh", 1);
        for (size_t k = 0; k < COUNT(rules); k++) {
            rao_trainer *whole = make(&p, rules[k], 20);
            OK(p.ctx, rao_trainer_run(p.ctx, whole, 0));
            const int64_t cuts[] = {0, 10, 13};
            for (size_t c = 0; c < COUNT(cuts); c++) {
                rao_trainer *first = make(&p, rules[k], 20), *second = make(&p, rules[k], 20);
                if (cuts[c]) OK(p.ctx, rao_trainer_run(p.ctx, first, cuts[c]));
                OK(p.ctx, rao_trainer_save(p.ctx, first, path));
                if (c == 1) OK(p.ctx, rao_trainer_run(p.ctx, second, 7)); /* what it did before does not matter */
                OK(p.ctx, rao_trainer_load(p.ctx, second, path));
                EXPECT_TRUE(rao_trainer_steps(second) == cuts[c] && rao_trainer_seconds(second) == rao_trainer_seconds(first));
                OK(p.ctx, rao_trainer_run(p.ctx, second, 0));
                expect_equal(whole, second, whole, second);
                rao_trainer_destroy(&first), rao_trainer_destroy(&second);
            }
            rao_trainer_destroy(&whole);
        }
        problem_close(&p);
    }
    remove(path);
}

static void weights_of_a_checkpoint_serve_a_model(void **state) {
    (void)state;
    LAW("rao_model_load reads the weights of a checkpoint");
    problem p = problem_open(RAO_F32, "mlp:64-4-10:tanh", 1);
    rao_trainer *t = make(&p, "adam", 5);
    OK(p.ctx, rao_trainer_run(p.ctx, t, 0));
    OK(p.ctx, rao_trainer_save(p.ctx, t, path));
    rao_vec w = rao_trainer_weights(t), v = w;
    v.data = malloc((size_t)w.n * sizeof(float));
    OK(p.ctx, rao_model_load(p.ctx, p.model, path, &v));
    EXPECT_EQ(memcmp(v.data, w.data, (size_t)w.n * sizeof(float)), 0);
    free(v.data);
    rao_trainer_destroy(&t);
    problem_close(&p);
    remove(path);
}

static void refusals(void **state) {
    (void)state;
    LAW("a file of another run is refused with both ends named, and the trainer is as it was");
    problem p = problem_open(RAO_F32, "mlp:64-4-10:tanh", 1), other = problem_open(RAO_F32, "mlp:64-5-10:tanh", 1);
    rao_trainer *t = make(&p, "adam", 20), *u = NULL;
    rao_train_opts o = small_run(50, 20);
    OK(p.ctx, rao_trainer_run(p.ctx, t, 3));
    OK(p.ctx, rao_trainer_save(p.ctx, t, path));
    const struct {
        problem *p;
        const char *optim;
        int64_t batch, seed;
        const char *part;
    } wrong[] = {
        {&p, "sgd", 100, 1, "has optim adam, the run sgd"},
        {&p, "adam:lr=0.5", 100, 1, "has settings lr=0.001:"},
        {&p, "adam", 50, 1, "has batch 100, the run 50"},
        {&p, "adam", 100, 2, "has seed 1, the run 2"},
        {&other, "adam", 100, 1, "holds mlp:64-4-10:tanh:categorical, the model is mlp:64-5-10:tanh:categorical"},
    };
    for (size_t k = 0; k < COUNT(wrong); k++) {
        rao_ctx *ctx = wrong[k].p->ctx;
        o.batch = wrong[k].batch, o.seed = wrong[k].seed;
        OK(ctx, rao_trainer_create(ctx, wrong[k].p->model, wrong[k].p->data, wrong[k].optim, &o, &u));
        OK(ctx, rao_trainer_run(ctx, u, 2));
        rao_vec w = rao_trainer_weights(u);
        float first = ((float *)w.data)[0];
        EXPECT_FAIL(ctx, rao_trainer_load(ctx, u, path), RAO_EINVAL, wrong[k].part);
        EXPECT_TRUE(rao_trainer_steps(u) == 2 && ((float *)w.data)[0] == first);
        rao_trainer_destroy(&u);
    }
    rao_dataset *split = NULL;
    rao_dataset_opts d;
    rao_dataset_opts_init(&d);
    d.seed = 7;
    o.batch = 100, o.seed = 1;
    OK(p.ctx, rao_dataset_load(p.ctx, "digits", &d, RAO_F32, &split));
    OK(p.ctx, rao_trainer_create(p.ctx, p.model, split, "adam", &o, &u));
    EXPECT_FAIL(p.ctx, rao_trainer_load(p.ctx, u, path), RAO_EINVAL, "has split 0, the run 7"); /* its test cases were trained on there */
    rao_trainer_destroy(&u);
    rao_dataset_destroy(&split);

    rao_vec w = rao_trainer_weights(t);
    OK(p.ctx, rao_model_save(p.ctx, p.model, &w, path));
    EXPECT_FAIL(p.ctx, rao_trainer_load(p.ctx, t, path), RAO_EIO, "is no checkpoint");
    EXPECT_FAIL(p.ctx, rao_trainer_load(p.ctx, t, "no-such-file"), RAO_EIO, "no-such-file");
    rao_trainer_destroy(&t);

    problem_close(&p), problem_close(&other);
    remove(path);
}

static void a_metric_that_a_file_cannot_make(void **state) {
    (void)state;
    LAW("a checkpoint whose weights of the last renewal make no metric is refused, and the trainer goes on as if nothing had been");
    problem p = problem_open(RAO_F32, "mlp:64-4-10:tanh", 1);
    static const char spec[] = "ngd:representation=dense:every=4";
    rao_trainer *whole = make(&p, spec, 12), *t = make(&p, spec, 12), *other = make(&p, spec, 12);
    OK(p.ctx, rao_trainer_run(p.ctx, whole, 0));
    OK(p.ctx, rao_trainer_run(p.ctx, other, 7));
    ((float *)other->renewed)[3] = NAN;
    OK(p.ctx, rao_trainer_save(p.ctx, other, path));
    OK(p.ctx, rao_trainer_run(p.ctx, t, 6));
    EXPECT_FAIL(p.ctx, rao_trainer_load(p.ctx, t, path), RAO_EDOMAIN, "rao.metric.renewed, number 3 is not finite");
    EXPECT_EQ(rao_trainer_steps(t), 6);
    OK(p.ctx, rao_trainer_run(p.ctx, t, 0));
    expect_equal(whole, t, whole, t);
    rao_trainer_destroy(&whole), rao_trainer_destroy(&t), rao_trainer_destroy(&other);
    problem_close(&p);
    remove(path);
}

static rao_status save_and_load(rao_ctx *ctx, void *arg) {
    rao_trainer *t = arg;
    rao_status st = rao_trainer_save(ctx, t, path);
    if (st == RAO_OK) st = rao_trainer_load(ctx, t, path);
    return st;
}

static void allocations_may_fail(void **state) {
    (void)state;
    LAW("saving and loading survive the failure of any allocation");
    problem p = problem_open(RAO_F32, "mlp:64-2-10:tanh", 1);
    rao_trainer *t = make(&p, "adam", 5);
    OK(p.ctx, rao_trainer_run(p.ctx, t, 0));
    rao_test_every_allocation_fails(save_and_load, t);
    rao_trainer_destroy(&t);
    problem_close(&p);
    remove(path);
}

/* ---- logs ---- */

static const cJSON *key(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!item) fail_msg("no key %s", name);
    return item;
}
static const char *word(const cJSON *object, const char *name) { return key(object, name)->valuestring; }
static double number(const cJSON *object, const char *name) { return key(object, name)->valuedouble; }

enum { LINES = 32 };
static int read_log(rao_ctx *ctx, cJSON *lines[LINES]) {
    char *bytes = NULL;
    int64_t n;
    int count = 0;
    OK(ctx, rao_file_read(ctx, path, 1 << 20, (void **)&bytes, &n));
    for (char *at = bytes, *end; at < bytes + n; at = end + 1, count++) {
        end = memchr(at, '\n', (size_t)(bytes + n - at));
        EXPECT_TRUE(end != NULL && count < LINES);
        OK(ctx, rao_json_parse(ctx, path, at, end - at, 16, &lines[count]));
    }
    rao_free(&bytes);
    return count;
}

static void a_log_tells_the_run(void **state) {
    (void)state;
    LAW("start, one line an evaluation with its numbers to the bit, end; with a metric its step and its layers");
    const char *const rules[] = {"sgd:lr=0.3", "kfac", "ngd"};
    for (size_t k = 0; k < COUNT(rules); k++) {
        problem p = problem_open(RAO_F32, "mlp:64-4-10:tanh", 1);
        rao_trainer *t = make(&p, rules[k], 12);
        cJSON *lines[LINES];
        const rao_train_point *points;
        OK(p.ctx, rao_trainer_log(p.ctx, t, path));
        OK(p.ctx, rao_trainer_run(p.ctx, t, 0));
        OK(p.ctx, rao_trainer_run(p.ctx, t, 0)); /* says nothing twice */
        int count = read_log(p.ctx, lines), n = (int)rao_trainer_points(t, &points);
        EXPECT_EQ(count, n + 2);
        EXPECT_TRUE(!strcmp(word(lines[0], "event"), "start") && !strcmp(word(lines[0], "model"), "mlp:64-4-10:tanh:categorical"));
        EXPECT_TRUE(number(lines[0], "budget_steps") == 12 && number(lines[0], "evaluate") == 5 &&
                    strstr(word(lines[0], "settings"), "lr="));
        for (int i = 0; i < n; i++) {
            const cJSON *line = lines[i + 1];
            EXPECT_TRUE(!strcmp(word(line, "event"), "evaluation") && number(line, "step") == (double)points[i].step);
            EXPECT_TRUE(number(line, "train_loss") == points[i].train_loss && number(line, "test_accuracy") == points[i].test_score &&
                        number(line, "seconds") == points[i].seconds);
            EXPECT_TRUE(i > 0 ? number(line, "batch_loss") == points[i].batch_loss : cJSON_IsNull(key(line, "batch_loss")));
            if (k > 0 && i > 0) EXPECT_TRUE(number(line, "damping") > 0 && number(line, "cosine") > 0);
            if (k > 0 && i > 0) EXPECT_TRUE(cJSON_GetArraySize(key(line, "layers")) == 2 && number(line, "predicted") < 0);
            if (k == 1 && i > 0) EXPECT_TRUE(number(key(line, "layers")->child, "condition") >= 1);
            if (k == 2 && i > 0) EXPECT_TRUE(cJSON_IsNull(key(key(line, "layers")->child, "condition")));
            EXPECT_TRUE((k > 0 && i > 0) || !cJSON_GetObjectItemCaseSensitive(line, "layers"));
        }
        EXPECT_TRUE(!strcmp(word(lines[count - 1], "event"), "end") && !strcmp(word(lines[count - 1], "status"), "OK"));
        EXPECT_TRUE(number(lines[count - 1], "step") == 12 && cJSON_IsFalse(key(lines[count - 1], "cancelled")));
        for (int i = 0; i < count; i++) rao_json_free(&lines[i]);
        rao_trainer_destroy(&t);
        problem_close(&p);
        remove(path);
    }
}

static void a_log_tells_of_divergence(void **state) {
    (void)state;
    LAW("the last line of a run that diverged holds status and sentence");
    problem p = problem_open(RAO_F32, "mlp:64-4-10:relu", 1);
    rao_trainer *t = make(&p, "sgd:lr=1e30", 12);
    cJSON *lines[LINES];
    OK(p.ctx, rao_trainer_log(p.ctx, t, path));
    EXPECT_FAIL(p.ctx, rao_trainer_run(p.ctx, t, 0), RAO_ENUMERIC, "step");
    EXPECT_FAIL(p.ctx, rao_trainer_run(p.ctx, t, 0), RAO_ENUMERIC, "step");
    EXPECT_FAIL(p.ctx, rao_trainer_save(p.ctx, t, path), RAO_ENUMERIC, "step");
    int count = read_log(p.ctx, lines);
    EXPECT_EQ(count, 3);
    EXPECT_TRUE(!strcmp(word(lines[2], "status"), "ENUMERIC") && strstr(word(lines[2], "message"), "step"));
    for (int i = 0; i < count; i++) rao_json_free(&lines[i]);
    EXPECT_FAIL(p.ctx, rao_trainer_log(p.ctx, t, "no-such-folder/log"), RAO_EIO, "no-such-folder");
    rao_trainer_destroy(&t);
    problem_close(&p);
    remove(path);
}

int main(void) {
    snprintf(path, sizeof path, "rao-checkpoint-%ld", (long)getpid());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(saved_and_loaded_goes_on),
        cmocka_unit_test(weights_of_a_checkpoint_serve_a_model),
        cmocka_unit_test(refusals),
        cmocka_unit_test(a_metric_that_a_file_cannot_make),
        cmocka_unit_test(allocations_may_fail),
        cmocka_unit_test(a_log_tells_the_run),
        cmocka_unit_test(a_log_tells_of_divergence),
    };
    return rao_test_run("train/checkpoint", tests, COUNT(tests));
}
