/* The rules against recurrences at 50 digits; number types, threads, restored state; what is refused. */
#include "rao_test.h"

#include <float.h>

#include <rao/optim.h>

#include "oracle_optim.h"

enum { BOWL = 3, STEPS = 12 };

/* The gradient of sum_i c_i (w_i - t_i)^2 / 2, accumulated as the optimiser asks; curves and goals repeat beyond three. */
static double curve(int64_t i) { return (const double[]){1, 1.5, 0.125}[i % BOWL]; }
static double goal(int64_t i) { return (const double[]){1, -2, 0.5}[i % BOWL]; }
static double start(int64_t i) { return (const double[]){2, 0.25, -1}[i % BOWL]; }

static void set(rao_vec *v, int64_t i, double x) {
    if (v->dtype == RAO_F32) ((float *)v->data)[i] = (float)x;
    else ((double *)v->data)[i] = x;
}
static double get(const rao_vec *v, int64_t i) { return v->dtype == RAO_F32 ? (double)((float *)v->data)[i] : ((double *)v->data)[i]; }

static rao_status descend(rao_ctx *ctx, rao_optim *opt, rao_vec *w, int steps) {
    rao_status st = RAO_OK;
    rao_vec g;
    double beta;
    for (int t = 0; t < steps; t++) {
        RAO_TRY(rao_optim_target(ctx, opt, &g, &beta));
        for (int64_t i = 0; i < w->n; i++) set(&g, i, (beta == 0 ? 0 : beta * get(&g, i)) + curve(i) * (get(w, i) - goal(i)));
        RAO_TRY(rao_optim_step(ctx, opt, NULL, w));
    }
done:
    return st;
}

static rao_vec make_start(rao_ctx *ctx, rao_dtype dtype, int64_t n) {
    rao_vec w = rao_vec_view(dtype, n, NULL);
    OK(ctx, rao_alloc_bytes(ctx, n, rao_dtype_size(dtype), &w.data));
    for (int64_t i = 0; i < n; i++) set(&w, i, start(i));
    return w;
}

static void rules_follow_their_recurrences(void **state) {
    (void)state;
    ORACLE("parameters after 12 steps on a quadratic", "tests/oracle/optim.py, 50 digits");
    rao_ctx *ctx = rao_test_ctx();
    for (size_t k = 0; k < COUNT(oracle); k++)
        for (int d = 0; d < 2; d++) {
            rao_dtype dtype = d ? RAO_F64 : RAO_F32;
            rao_optim *opt = NULL;
            rao_vec w = make_start(ctx, dtype, BOWL);
            OK(ctx, rao_optim_create(ctx, oracle[k].spec, dtype, BOWL, STEPS, &opt));
            OK(ctx, descend(ctx, opt, &w, STEPS));
            EXPECT_EQ(rao_optim_steps(opt), STEPS);
            /* 12 steps of about 8 roundings of numbers below 4; adam's quotient doubles what it gets where a gradient changes its sign */
            double eps = d ? DBL_EPSILON : (double)FLT_EPSILON;
            for (int i = 0; i < BOWL; i++) EXPECT_CLOSE(get(&w, i), oracle[k].w[i], 400 * eps);
            rao_optim_destroy(&opt);
            rao_free(&w.data);
        }
    rao_test_ctx_close(&ctx);
}

static const char *const every_rule[] = {"sgd",
                                         "sgd:momentum=0",
                                         "sgd:nesterov=on:l2=0.01",
                                         "sgd:l2=0.01:weight_decay=0.1",
                                         "adam:lr=0.01",
                                         "adamw:lr=0.01",
                                         "adam:l2=0.1:schedule=cosine:warmup=3"};

static void float_follows_double(void **state) {
    (void)state;
    LAW("float and double take the same path to float's rounding, at any length");
    rao_ctx *ctx = rao_test_ctx();
    const int64_t sizes[] = {0, 1, 2, 17, 1001, (1 << 15) + 3};
    for (size_t k = 0; k < COUNT(every_rule); k++)
        for (size_t s = 0; s < COUNT(sizes); s++) {
            rao_optim *a = NULL, *b = NULL;
            rao_vec x = make_start(ctx, RAO_F32, sizes[s]), y = make_start(ctx, RAO_F64, sizes[s]);
            OK(ctx, rao_optim_create(ctx, every_rule[k], RAO_F32, sizes[s], 6, &a));
            OK(ctx, rao_optim_create(ctx, every_rule[k], RAO_F64, sizes[s], 6, &b));
            OK(ctx, descend(ctx, a, &x, 6));
            OK(ctx, descend(ctx, b, &y, 6));
            for (int64_t i = 0; i < sizes[s]; i++)
                EXPECT_CLOSE(get(&x, i), get(&y, i), 200 * (double)FLT_EPSILON); /* as above, half the steps */
            rao_optim_destroy(&a), rao_optim_destroy(&b);
            rao_free(&x.data), rao_free(&y.data);
        }
    rao_test_ctx_close(&ctx);
}

/* Four steps on `threads` threads; the parameters in a block of malloc. */
static float *descend_on(int threads, const char *spec, int64_t n) {
    rao_ctx *ctx = rao_test_ctx_threads(threads);
    rao_optim *opt = NULL;
    rao_vec w = make_start(ctx, RAO_F32, n);
    float *kept = malloc((size_t)n * sizeof *kept);
    OK(ctx, rao_optim_create(ctx, spec, RAO_F32, n, 4, &opt));
    OK(ctx, descend(ctx, opt, &w, 4));
    memcpy(kept, w.data, (size_t)n * sizeof *kept);
    rao_optim_destroy(&opt);
    rao_free(&w.data);
    rao_test_ctx_close(&ctx);
    return kept;
}

static void threads_do_not_show(void **state) {
    (void)state;
    LAW("one thread and three give the same bits");
    enum { N = 3 * (1 << 15) + 101 };
    for (size_t k = 0; k < COUNT(every_rule); k++) {
        float *one = descend_on(1, every_rule[k], N), *three = descend_on(3, every_rule[k], N);
        EXPECT_EQ(memcmp(one, three, N * sizeof *one), 0);
        free(one);
        free(three);
    }
}

static void restored_is_continued(void **state) {
    (void)state;
    LAW("the named vectors and the count of steps are the whole state: 5 + copy + 7 steps = 12 steps, bit for bit");
    rao_ctx *ctx = rao_test_ctx();
    for (size_t k = 0; k < COUNT(oracle); k++) {
        rao_optim *a = NULL, *b = NULL;
        rao_vec x = make_start(ctx, RAO_F64, BOWL), y = make_start(ctx, RAO_F64, BOWL), from, to;
        OK(ctx, rao_optim_create(ctx, oracle[k].spec, RAO_F64, BOWL, STEPS, &a));
        OK(ctx, rao_optim_create(ctx, oracle[k].spec, RAO_F64, BOWL, STEPS, &b));
        OK(ctx, descend(ctx, a, &x, 5));
        memcpy(y.data, x.data, BOWL * sizeof(double));
        for (int64_t i = 0; i < rao_optim_states(a); i++) {
            const char *name = rao_optim_state(a, i, &from);
            EXPECT_TRUE(!strcmp(name, rao_optim_state(b, i, &to)) && to.n == from.n && to.dtype == from.dtype);
            memcpy(to.data, from.data, (size_t)from.n * sizeof(double));
        }
        OK(ctx, rao_optim_restore(ctx, b, rao_optim_steps(a)));
        EXPECT_TRUE(rao_optim_rate(a) == rao_optim_rate(b));
        OK(ctx, descend(ctx, a, &x, 7));
        OK(ctx, descend(ctx, b, &y, 7));
        EXPECT_EQ(memcmp(x.data, y.data, BOWL * sizeof(double)), 0);
        EXPECT_TRUE(rao_optim_state(a, -1, &from) == NULL && rao_optim_state(a, rao_optim_states(a), &from) == NULL);
        rao_optim_destroy(&a), rao_optim_destroy(&b);
        rao_free(&x.data), rao_free(&y.data);
    }
    rao_test_ctx_close(&ctx);
}

static double rate_at(rao_ctx *ctx, rao_optim *opt, int64_t t) {
    OK(ctx, rao_optim_restore(ctx, opt, t));
    return rao_optim_rate(opt);
}

static void schedules_have_their_closed_form(void **state) {
    (void)state;
    LAW("warm-up rises by equal steps to lr; the cosine is lr at its start, half-way between lr and its end in the middle, symmetric about "
        "it");
    rao_ctx *ctx = rao_test_ctx();
    rao_optim *opt = NULL;
    OK(ctx, rao_optim_create(ctx, "sgd:lr=0.5:schedule=cosine:warmup=10:final=0.1", RAO_F64, 1, 110, &opt));
    for (int64_t t = 0; t < 10; t++) EXPECT_REL(rate_at(ctx, opt, t), 0.5 * (double)(t + 1) / 10, 4 * DBL_EPSILON);
    EXPECT_TRUE(rate_at(ctx, opt, 10) == 0.5);
    EXPECT_REL(rate_at(ctx, opt, 60), 0.5 * (1 + 0.1) / 2, 4 * DBL_EPSILON);
    for (int64_t t = 0; t <= 50; t++) EXPECT_CLOSE(rate_at(ctx, opt, 60 - t) + rate_at(ctx, opt, 60 + t), 0.5 * (1 + 0.1), 8 * DBL_EPSILON);
    EXPECT_TRUE(rate_at(ctx, opt, 110) == 0.5 * 0.1 && rate_at(ctx, opt, 100000) == 0.5 * 0.1);
    for (int64_t t = 10; t < 110; t++) EXPECT_TRUE(rate_at(ctx, opt, t + 1) < rate_at(ctx, opt, t));
    rao_optim_destroy(&opt);
    OK(ctx, rao_optim_create(ctx, "adam:lr=0.5", RAO_F64, 1, 0, &opt));
    EXPECT_TRUE(rate_at(ctx, opt, 0) == 0.5 && rate_at(ctx, opt, 1000000) == 0.5);
    EXPECT_FAIL(ctx, rao_optim_restore(ctx, opt, -1), RAO_EINVAL, "step -1");
    rao_optim_destroy(&opt);
    rao_test_ctx_close(&ctx);
}

static void settings_make_the_same_optimiser(void **state) {
    (void)state;
    LAW("NAME:SETTINGS has the same settings; the table of rules names each one once");
    rao_ctx *ctx = rao_test_ctx();
    for (size_t k = 0; k < COUNT(every_rule); k++) {
        rao_optim *a = NULL, *b = NULL;
        rao_text spec = {0};
        OK(ctx, rao_optim_create(ctx, every_rule[k], RAO_F32, 5, 10, &a));
        OK(ctx, rao_text_printf(ctx, &spec, "%s:%s", rao_optim_name(a), rao_optim_settings(a)));
        OK(ctx, rao_optim_create(ctx, spec.data, RAO_F32, 5, 10, &b));
        EXPECT_TRUE(!strcmp(rao_optim_settings(a), rao_optim_settings(b)) && strstr(rao_optim_settings(a), "lr="));
        EXPECT_EQ(rao_optim_bytes(a), rao_optim_bytes(b));
        EXPECT_EQ(rao_optim_horizon(a), 10);
        rao_text_destroy(&spec);
        rao_optim_destroy(&a), rao_optim_destroy(&b);
    }
    for (int64_t i = 0; i < rao_optim_rules(); i++) {
        const rao_optim_rule *rule = NULL;
        OK(ctx, rao_optim_rule_find(ctx, rao_optim_rule_at(i)->name, &rule));
        EXPECT_TRUE(rule == rao_optim_rule_at(i));
    }
    EXPECT_TRUE(rao_optim_rule_at(-1) == NULL && rao_optim_rule_at(rao_optim_rules()) == NULL);
    rao_test_ctx_close(&ctx);
}

static void bytes_are_what_the_vectors_take(void **state) {
    (void)state;
    LAW("heavy ball holds one vector, nesterov two, adam three, plain descent one");
    rao_ctx *ctx = rao_test_ctx();
    const struct {
        const char *spec;
        int vectors, states;
    } want[] = {{"sgd", 1, 1}, {"sgd:nesterov=on", 2, 1}, {"sgd:momentum=0", 1, 0}, {"adam", 3, 2}};
    for (size_t k = 0; k < COUNT(want); k++) {
        rao_optim *opt = NULL;
        OK(ctx, rao_optim_create(ctx, want[k].spec, RAO_F32, 100, 0, &opt));
        EXPECT_EQ(rao_optim_bytes(opt), want[k].vectors * 400);
        EXPECT_EQ(rao_optim_states(opt), want[k].states);
        rao_optim_destroy(&opt);
    }
    rao_test_ctx_close(&ctx);
}

static void a_warm_step_allocates_nothing(void **state) {
    (void)state;
    LAW("a warm step allocates nothing");
    enum { N = (1 << 16) + 5 };
    rao_ctx *ctx = rao_test_ctx_threads(2);
    for (size_t k = 0; k < COUNT(every_rule); k++) {
        rao_optim *opt = NULL;
        rao_vec w = make_start(ctx, RAO_F32, N);
        OK(ctx, rao_optim_create(ctx, every_rule[k], RAO_F32, N, 10, &opt));
        OK(ctx, descend(ctx, opt, &w, 1));
        int64_t calls = rao_test_alloc_calls();
        OK(ctx, descend(ctx, opt, &w, 3));
        EXPECT_EQ(rao_test_alloc_calls(), calls);
        rao_optim_destroy(&opt);
        rao_free(&w.data);
    }
    rao_test_ctx_close(&ctx);
}

static rao_status make_one(rao_ctx *ctx, void *arg) {
    rao_optim *opt = NULL;
    rao_status st = rao_optim_create(ctx, arg, RAO_F64, 10, 10, &opt);
    if (st != RAO_OK) EXPECT_TRUE(opt == NULL);
    rao_optim_destroy(&opt);
    return st;
}

static void allocations_may_fail(void **state) {
    (void)state;
    LAW("creation survives the failure of any allocation");
    for (size_t k = 0; k < COUNT(every_rule); k++) rao_test_every_allocation_fails(make_one, (void *)(uintptr_t)every_rule[k]);
}

static void refusals(void **state) {
    (void)state;
    LAW("a wrong word is answered with the nearest one and the range");
    rao_ctx *ctx = rao_test_ctx();
    rao_optim *opt = NULL;
    const struct {
        const char *spec, *part;
        int64_t horizon;
    } wrong[] = {
        {"sdg", "no optimiser 'sdg', did you mean 'sgd'", 0},
        {"", "no optimiser '', want one of sgd, adam, adamw", 0},
        {"gradient-descent", "want one of sgd, adam, adamw", 0},
        {"sgd:momentun=0.5", "did you mean 'momentum'", 0},
        {"sgd:lr=0", "sgd: lr = 0, want a number > 0", 0},
        {"sgd:lr=inf", "lr = inf", 0},
        {"sgd:momentum=1", "in [0, 1)", 0},
        {"adam:beta2=nan", "beta2 = nan", 0},
        {"adam:eps=0", "eps = 0, want a number > 0", 0},
        {"sgd:lr", "not key=value", 0},
        {"sgd:schedule=linear", "constant|cosine", 0},
        {"sgd:schedule=cosine", "needs the number of steps", 0},
        {"adam:schedule=cosine:warmup=10", "warmup = 10, want fewer than the 10 steps", 10},
        {"sgd", "horizon = -1", -1},
    };
    for (size_t k = 0; k < COUNT(wrong); k++) {
        EXPECT_FAIL(ctx, rao_optim_create(ctx, wrong[k].spec, RAO_F32, 1, wrong[k].horizon, &opt), RAO_EINVAL, wrong[k].part);
        EXPECT_TRUE(opt == NULL);
    }
    EXPECT_FAIL(ctx, rao_optim_create(ctx, "sgd", (rao_dtype)7, 1, 0, &opt), RAO_EINVAL, "dtype 7");
    EXPECT_FAIL(ctx, rao_optim_create(ctx, "sgd", RAO_F32, -1, 0, &opt), RAO_EINVAL, "-1 parameters");
    EXPECT_FAIL(ctx, rao_optim_create(ctx, "sgd", RAO_F32, INT64_MAX / 2, 0, &opt), RAO_EINVAL, "overflow");

    OK(ctx, rao_optim_create(ctx, "sgd", RAO_F64, 2, 0, &opt));
    double numbers[2] = {1, 2};
    rao_vec w = rao_vec_view(RAO_F64, 1, numbers);
    rao_op metric = {.dtype = RAO_F64, .n = 2};
    EXPECT_FAIL(ctx, rao_optim_step(ctx, opt, NULL, &w), RAO_EINVAL, "1 parameters of f64, made for 2 of f64");
    w.n = 2, w.dtype = RAO_F32;
    EXPECT_FAIL(ctx, rao_optim_step(ctx, opt, NULL, &w), RAO_EINVAL, "2 parameters of f32, made for 2 of f64");
    w.dtype = RAO_F64;
    EXPECT_FAIL(ctx, rao_optim_step(ctx, opt, &metric, &w), RAO_EINVAL, "sgd: this rule takes no metric");
    EXPECT_TRUE(numbers[0] == 1 && numbers[1] == 2);
    EXPECT_EQ(rao_optim_steps(opt), 0);
    rao_optim_destroy(&opt);
    rao_test_ctx_close(&ctx);
}

static void what_is_not_finite_is_noticed(void **state) {
    (void)state;
    LAW("one parameter that is not finite, anywhere, ends the step with ENUMERIC and the step's number");
    enum { N = 2 * (1 << 15) + 7 };
    rao_ctx *ctx = rao_test_ctx();
    const double bad[] = {NAN, INFINITY, -INFINITY};
    const int64_t places[] = {0, 1, 14, 15, 16, (1 << 15) - 1, 1 << 15, N - 1};
    for (size_t k = 0; k < COUNT(every_rule); k++)
        for (int d = 0; d < 2; d++) {
            rao_optim *opt = NULL;
            rao_vec w = make_start(ctx, d ? RAO_F64 : RAO_F32, N);
            OK(ctx, rao_optim_create(ctx, every_rule[k], w.dtype, N, 100, &opt));
            OK(ctx, descend(ctx, opt, &w, 2));
            for (size_t b = 0; b < COUNT(bad); b++)
                for (size_t p = 0; p < COUNT(places); p++) {
                    double keep = get(&w, places[p]);
                    set(&w, places[p], bad[b]);
                    EXPECT_FAIL(ctx, rao_optim_step(ctx, opt, NULL, &w), RAO_ENUMERIC, "not finite after step 3");
                    set(&w, places[p], keep);
                    rao_vec s; /* the state is spoiled there too */
                    for (int64_t i = 0; i < rao_optim_states(opt); i++)
                        rao_optim_state(opt, i, &s), memset(s.data, 0, (size_t)s.n * rao_dtype_size(s.dtype));
                    double beta;
                    OK(ctx, rao_optim_target(ctx, opt, &s, &beta));
                    memset(s.data, 0, (size_t)s.n * rao_dtype_size(s.dtype));
                }
            EXPECT_EQ(rao_optim_steps(opt), 2);
            rao_optim_destroy(&opt);
            rao_free(&w.data);
        }
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_follow_their_recurrences),
        cmocka_unit_test(float_follows_double),
        cmocka_unit_test(threads_do_not_show),
        cmocka_unit_test(restored_is_continued),
        cmocka_unit_test(schedules_have_their_closed_form),
        cmocka_unit_test(settings_make_the_same_optimiser),
        cmocka_unit_test(bytes_are_what_the_vectors_take),
        cmocka_unit_test(a_warm_step_allocates_nothing),
        cmocka_unit_test(allocations_may_fail),
        cmocka_unit_test(refusals),
        cmocka_unit_test(what_is_not_finite_is_noticed),
    };
    return rao_test_run("optim", tests, COUNT(tests));
}
