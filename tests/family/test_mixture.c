/* Mixtures of any families, against families that are themselves mixtures, against sums done here, and against their own draws. */
#include <float.h>

#include "rao_test.h"
#include <rao/family.h>

static rao_family *make(rao_ctx *ctx, const char *name, int64_t dimension, const rao_fixed *fixed) {
    rao_family *f = NULL;
    rao_family_opts o;
    rao_family_opts_init(&o);
    o.dimension = dimension, o.fixed = fixed, o.fixed_count = fixed ? 1 : 0;
    OK(ctx, rao_family_create(ctx, name, &o, &f));
    return f;
}

static double ask(rao_ctx *ctx, const rao_family *f, rao_quantity quantity, const double *p, const double *q, const double *x,
                  rao_quality *quality) {
    rao_family_args a;
    double value;
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.x = rao_points_of(x, 0), a.quality = quality,
    a.stream = rao_stream_make(rao_test_seed(), 5);
    OK(ctx, rao_family_eval(ctx, f, quantity, &a, &value, 0));
    return value;
}

static void is_the_three_parameter_mixture(void **state) {
    (void)state;
    ORACLE("two normals, the second standard", "normal_mixture3");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *normal = make(ctx, "normal", 0, NULL), *three = make(ctx, "normal_mixture3", 0, NULL), *f = NULL;
    const rao_family *parts[2] = {normal, normal};
    OK(ctx, rao_family_mixture(ctx, 2, parts, &f));
    double p3[3] = {0.4, 2, 0.7}, q3[3] = {0.5, 1.5, 1}, p[6] = {0.4, 0.6, 2, 0.7, 0, 1}, q[6] = {0.5, 0.5, 1.5, 1, 0, 1};
    EXPECT_EQ(rao_family_coords(f, 0), 6);
    EXPECT_EQ(rao_family_tangent(f, 0), 5);
    rao_quality quality;
    EXPECT_REL(ask(ctx, f, RAO_ENTROPY, p, NULL, NULL, &quality), ask(ctx, three, RAO_ENTROPY, p3, NULL, NULL, NULL), 1e-12);
    EXPECT_EQ(quality.method, RAO_QUADRATURE);
    EXPECT_REL(ask(ctx, f, RAO_KL, p, q, NULL, NULL), ask(ctx, three, RAO_KL, p3, q3, NULL, NULL), 1e-12);
    EXPECT_REL(ask(ctx, f, RAO_CROSS_ENTROPY, p, q, NULL, NULL), ask(ctx, three, RAO_CROSS_ENTROPY, p3, q3, NULL, NULL), 1e-12);
    double m[25], m3[9], g[5], g3[3];
    OK(ctx, rao_family_fisher(ctx, f, 0, p, m));
    OK(ctx, rao_family_fisher(ctx, three, 0, p3, m3));
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) EXPECT_CLOSE(m[i * 5 + j], m3[i * 3 + j], 1e-12);
    for (double x = -6; x < 8; x += 0.37) {
        EXPECT_CLOSE(ask(ctx, f, RAO_LOGPDF, p, NULL, &x, NULL), ask(ctx, three, RAO_LOGPDF, p3, NULL, &x, NULL), 1e-14);
        OK(ctx, rao_family_score(ctx, f, 0, p, &x, g));
        OK(ctx, rao_family_score(ctx, three, 0, p3, &x, g3));
        for (int j = 0; j < 3; j++) EXPECT_CLOSE(g[j], g3[j], 1e-13);
    }
    char name[RAO_COORD_NAME];
    OK(ctx, rao_family_coord_name(ctx, f, 0, 0, name));
    EXPECT_TRUE(!strcmp(name, "w_1"));
    OK(ctx, rao_family_coord_name(ctx, f, 0, 4, name));
    EXPECT_TRUE(!strcmp(name, "2.sigma"));
    EXPECT_FAIL(ctx, rao_family_coord_name(ctx, f, 0, 5, name), RAO_EINVAL, "coordinate");
    rao_family_destroy(&f), rao_family_destroy(&normal), rao_family_destroy(&three);
    rao_test_ctx_close(&ctx);
}

static void modes_far_apart_are_all_seen(void **state) {
    (void)state;
    LAW("components without overlap: entropy = sum w h_i - sum w log w, whatever lies between them");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *normal = make(ctx, "normal", 0, NULL), *laplace = make(ctx, "laplace", 0, NULL), *uniform = make(ctx, "uniform", 0, NULL),
               *f = NULL;
    rao_family *poisson = make(ctx, "poisson", 0, NULL);
    const rao_family *parts[3] = {normal, laplace, uniform}, *counts[2] = {poisson, poisson};
    OK(ctx, rao_family_mixture(ctx, 3, parts, &f));
    double p[9] = {0.2, 0.5, 0.3, -1e3, 0.01, 0, 2, 1e3, 1e3 + 3};
    double weights = -(0.2 * log(0.2) + 0.5 * log(0.5) + 0.3 * log(0.3));
    double h = 0.2 * (0.5 * log(2 * 3.14159265358979323846) + 0.5 + log(0.01)) + 0.5 * (1 + log(4)) + 0.3 * log(3);
    EXPECT_CLOSE(ask(ctx, f, RAO_ENTROPY, p, NULL, NULL, NULL), h + weights, 1e-11);
    rao_family_destroy(&f);
    OK(ctx, rao_family_mixture(ctx, 2, counts, &f));
    double c[4] = {0.25, 0.75, 1, 4000}, one = 1, many = 4000;
    double parts_h =
        0.25 * ask(ctx, poisson, RAO_ENTROPY, &one, NULL, NULL, NULL) + 0.75 * ask(ctx, poisson, RAO_ENTROPY, &many, NULL, NULL, NULL);
    EXPECT_CLOSE(ask(ctx, f, RAO_ENTROPY, c, NULL, NULL, NULL), parts_h - 0.25 * log(0.25) - 0.75 * log(0.75), 1e-12);
    rao_family_destroy(&f), rao_family_destroy(&normal), rao_family_destroy(&laplace), rao_family_destroy(&uniform),
        rao_family_destroy(&poisson);
    rao_test_ctx_close(&ctx);
}

static void categoricals_mix_to_a_categorical(void **state) {
    (void)state;
    ORACLE("a mixture of categoricals", "the categorical of the mixed probabilities");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *one = make(ctx, "categorical", 3, NULL), *f = NULL;
    const rao_family *parts[2] = {one, one};
    OK(ctx, rao_family_mixture(ctx, 2, parts, &f));
    double p[8] = {0.3, 0.7, 0.2, 0.3, 0.5, 0.6, 0.4, 0}, mixed[3], q[8] = {0.5, 0.5, 0.1, 0.3, 0.6, 0.2, 0.4, 0.4}, mixed_q[3];
    for (int i = 0; i < 3; i++) mixed[i] = 0.3 * p[2 + i] + 0.7 * p[5 + i], mixed_q[i] = 0.5 * q[2 + i] + 0.5 * q[5 + i];
    EXPECT_CLOSE(ask(ctx, f, RAO_ENTROPY, p, NULL, NULL, NULL), ask(ctx, one, RAO_ENTROPY, mixed, NULL, NULL, NULL), 1e-14);
    EXPECT_CLOSE(ask(ctx, f, RAO_KL, p, q, NULL, NULL), ask(ctx, one, RAO_KL, mixed, mixed_q, NULL, NULL), 1e-14);
    rao_family_destroy(&f), rao_family_destroy(&one);
    rao_test_ctx_close(&ctx);
}

static void several_variables_by_draws(void **state) {
    (void)state;
    LAW("in several variables the answer lies within 5 of its standard errors");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *mvn = make(ctx, "mvn", 2, NULL), *f = NULL;
    const rao_family *parts[2] = {mvn, mvn};
    OK(ctx, rao_family_mixture(ctx, 2, parts, &f));
    double p[12] = {0.4, 0.6, 1, -1, 2, 0.5, 1, 1, -1, 2, 0.5, 1},
           q[12] = {0.4, 0.6, 0, -1, 2, 0, 1, 0, -1, 2, 0, 1}; /* equal components: one mvn */
    rao_quality quality;
    double entropy = ask(ctx, f, RAO_ENTROPY, p, NULL, NULL, &quality), want = ask(ctx, mvn, RAO_ENTROPY, p + 2, NULL, NULL, NULL);
    EXPECT_TRUE(quality.method == RAO_MONTE_CARLO && quality.error > 0 && quality.error < 0.01);
    EXPECT_TRUE(fabs(entropy - want) < 5 * quality.error);
    double kl = ask(ctx, f, RAO_KL, p, q, NULL, &quality);
    EXPECT_TRUE(fabs(kl - ask(ctx, mvn, RAO_KL, p + 2, q + 2, NULL, NULL)) < 5 * quality.error);
    double m[121], x[2] = {0.5, 0.25}, g[11];
    OK(ctx, rao_family_score(ctx, f, 0, p, x, g));
    for (int j = 0; j < 11; j++) { /* against differences */
        int at = j == 0 ? 0 : j + 1;
        double h = 1e-5, keep = p[at], keep2 = p[1], up, down;
        p[at] = keep + h, p[1] -= j == 0 ? h : 0, up = ask(ctx, f, RAO_LOGPDF, p, NULL, x, NULL), p[1] = keep2;
        p[at] = keep - h, p[1] += j == 0 ? h : 0, down = ask(ctx, f, RAO_LOGPDF, p, NULL, x, NULL), p[1] = keep2, p[at] = keep;
        EXPECT_CLOSE((up - down) / (2 * h), g[j], 1e-8);
    }
    OK(ctx, rao_family_fisher(ctx, f, 0, q, m));
    EXPECT_TRUE(fabs(m[0]) < 1e-12); /* equal components: the weight changes nothing */
    rao_family_destroy(&f), rao_family_destroy(&mvn);
    rao_test_ctx_close(&ctx);
}

static void draws_follow_the_mixture(void **state) {
    (void)state;
    LAW("-log p averages to the entropy over draws");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *gamma = make(ctx, "gamma", 0, NULL), *exponential = make(ctx, "exponential", 0, NULL), *f = NULL;
    const rao_family *parts[2] = {gamma, exponential};
    OK(ctx, rao_family_mixture(ctx, 2, parts, &f));
    enum { N = 20000 };
    static double x[N];
    double p[5] = {0.3, 0.7, 30, 2, 0.5}, mean = 0, var = 0, entropy = ask(ctx, f, RAO_ENTROPY, p, NULL, NULL, NULL);
    OK(ctx, rao_family_sample(ctx, f, 0, p, rao_stream_make(rao_test_seed(), 3), 0, 0, N, x, 1));
    for (int i = 0; i < N; i++) {
        double t = -ask(ctx, f, RAO_LOGPDF, p, NULL, &x[i], NULL) - entropy;
        mean += t / N, var += t * t / N;
    }
    EXPECT_TRUE(fabs(mean) < 5 * sqrt(var / N));
    EXPECT_FAIL(ctx, rao_family_mle(ctx, f, 0, N, rao_points_of(x, 1), NULL, p, NULL, NULL), RAO_EUNABLE, "mixture");
    rao_family_destroy(&f), rao_family_destroy(&gamma), rao_family_destroy(&exponential);
    rao_test_ctx_close(&ctx);
}

static void bad_mixtures_are_named(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *normal = make(ctx, "normal", 0, NULL), *poisson = make(ctx, "poisson", 0, NULL), *f = NULL, *g = NULL;
    const rao_family *parts[2] = {normal, poisson}, *same[2] = {normal, normal};
    double value, p[6] = {0.5, 0.6, 0, 1, 0, 1};
    EXPECT_FAIL(ctx, rao_family_create(ctx, "mixture", NULL, &f), RAO_EINVAL, "made of families");
    EXPECT_FAIL(ctx, rao_family_mixture(ctx, 0, parts, &f), RAO_EINVAL, "at least 1");
    EXPECT_FAIL(ctx, rao_family_mixture(ctx, 2, parts, &f), RAO_EINVAL, "component 2 (poisson)");
    OK(ctx, rao_family_mixture(ctx, 2, same, &f));
    const rao_family *nested[2] = {normal, f};
    EXPECT_FAIL(ctx, rao_family_mixture(ctx, 2, nested, &g), RAO_EINVAL, "a mixture itself");
    EXPECT_FAIL(ctx, rao_family_entropy(ctx, f, 0, p, &value), RAO_EDOMAIN, "weights sum to 1.1");
    p[1] = 0.5, p[5] = -1;
    EXPECT_FAIL(ctx, rao_family_entropy(ctx, f, 0, p, &value), RAO_EDOMAIN, "sigma = -1");
    rao_family_destroy(&f), rao_family_destroy(&normal), rao_family_destroy(&poisson);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_three_parameter_mixture),    cmocka_unit_test(modes_far_apart_are_all_seen),
        cmocka_unit_test(categoricals_mix_to_a_categorical), cmocka_unit_test(several_variables_by_draws),
        cmocka_unit_test(draws_follow_the_mixture),          cmocka_unit_test(bad_mixtures_are_named),
    };
    return rao_test_run("family: mixtures", tests, COUNT(tests));
}
