/* Answers where a family, or what doubles hold, ends: data without spread, sentences that fit the value, means of points six hundred decades apart, and
 * estimates of errors that bound them. */
#include <float.h>

#include "rao_test.h"
#include <rao/family.h>

static rao_status create(rao_ctx *ctx, const char *name, const char *fixed, double value, rao_family **f) {
    rao_family_opts o;
    rao_fixed given = {fixed, value};
    rao_family_opts_init(&o);
    if (fixed) o.fixed = &given, o.fixed_count = 1;
    return rao_family_create(ctx, name, &o, f);
}

static void sentences(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = NULL;
    LAW("a refusal says what is wrong with this value");
    EXPECT_FAIL(ctx, create(ctx, "student_t", "nu", INFINITY, &f), RAO_EDOMAIN, "nu = inf, want > 0 and finite");
    EXPECT_FAIL(ctx, create(ctx, "student_t", "nu", -1, &f), RAO_EDOMAIN, "nu = -1, want > 0");
    EXPECT_FAIL(ctx, create(ctx, "binomial", "n", 1e16, &f), RAO_EDOMAIN, "from 1 to 2^53 - 1");
    EXPECT_FAIL(ctx, create(ctx, "binomial", "n", 2.5, &f), RAO_EDOMAIN, "whole number");
    OK(ctx, create(ctx, "exponential", NULL, 0, &f));
    rao_family_args a;
    rao_family_args_init(&a);
    double rate = 1e-300, out = 7;
    a.p = rao_points_of(&rate, 0), a.method = RAO_QUADRATURE;
    OK(ctx, rao_family_eval(ctx, f, RAO_FISHER, &a, &out, 1));
    EXPECT_TRUE(out == (double)INFINITY); /* 1e600, as in closed form */
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static rao_status fit(rao_ctx *ctx, const rao_family *f, const double *x, int64_t n, double *out) {
    return rao_family_mle(ctx, f, 0, n, rao_points_of(x, 1), NULL, out, NULL, NULL);
}

static void angles_without_spread(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = NULL;
    OK(ctx, create(ctx, "von_mises", NULL, 0, &f));
    double got[2], shifted[2];
    LAW("equal angles have no largest likelihood");
    for (double x = -3; x < 3; x += 0.1) {
        double same[3] = {x, x, x};
        EXPECT_FAIL(ctx, fit(ctx, f, same, 3, got), RAO_EDOMAIN, "grows without bound with kappa");
        EXPECT_FAIL(ctx, fit(ctx, f, same, 1, got), RAO_EDOMAIN, "grows without bound with kappa");
    }
    LAW("the concentration of close angles does not know where they lie");
    for (double gap = 0x1p-20; gap > 0x1p-45; gap /= 32) { /* 1 - A(kappa) = gap^2/8: kappa = 4/gap^2 */
        OK(ctx, fit(ctx, f, (double[]){0, gap}, 2, got));
        OK(ctx, fit(ctx, f, (double[]){2.5, 2.5 + gap}, 2, shifted));
        EXPECT_REL(got[1], 4 / gap / gap, 4 * gap * gap + 1e-12);
        EXPECT_REL(shifted[1], got[1], 1e-12);
        EXPECT_CLOSE(shifted[0], 2.5 + gap / 2, 1e-15);
    }
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void honest_hessians(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = NULL;
    LAW("the error of the Hessian of KL lies below its estimate, also where the gradient has a kink");
    rao_stream s = rao_stream_make(rao_test_seed(), 17);
    OK(ctx, create(ctx, "laplace", NULL, 0, &f));
    for (uint64_t i = 0; i < 20; i++) {
        double b = exp(rao_normal_at(s, i, 0)), p[2] = {rao_normal_at(s, i, 1), b}, got[4];
        rao_quality quality;
        rao_family_args a;
        rao_family_args_init(&a);
        a.p = rao_points_of(p, 0), a.method = RAO_KL_HESSIAN, a.quality = &quality;
        OK(ctx, rao_family_eval(ctx, f, RAO_FISHER, &a, got, 4));
        for (int j = 0; j < 4; j++) EXPECT_CLOSE(got[j], j % 3 == 0 ? 1 / b / b : 0, quality.error);
        EXPECT_TRUE(quality.error < 1e-9 / b / b);
    }
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void no_derivatives(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("at equal ends KL has no derivative, and a second derivative beyond the doubles is a sentence, whatever the family");
    static const struct {
        const char *name, *fixed;
        rao_quantity quantity;
        double p, q;
        rao_status status;
        const char *part;
    } rows[] = {
        {"bernoulli", NULL, RAO_KL_GRADIENT, 1, 1, RAO_EDOMAIN, "no value here"},
        {"bernoulli", NULL, RAO_KL_GRADIENT, 0, 0, RAO_EDOMAIN, "no value here"},
        {"binomial", "n", RAO_KL_GRADIENT, 1, 1, RAO_EDOMAIN, "no value here"},
        {"binomial", "n", RAO_KL_GRADIENT, 0, 0, RAO_EDOMAIN, "no value here"},
        {"geometric", NULL, RAO_KL_HESSIAN_AT, 1e-300, 1e-200, RAO_ENUMERIC, "leave the range of doubles"},
        {"negative_binomial", "r", RAO_KL_HESSIAN_AT, 1e-300, 1e-200, RAO_ENUMERIC, "leave the range of doubles"},
        {"exponential", NULL, RAO_KL_HESSIAN_AT, 1e-300, 1e-200, RAO_ENUMERIC, "leave the range of doubles"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        rao_family *f = NULL;
        double out = 7;
        rao_family_args a;
        rao_family_args_init(&a);
        a.p = rao_points_of(&rows[i].p, 0), a.q = rao_points_of(&rows[i].q, 0);
        OK(ctx, create(ctx, rows[i].name, rows[i].fixed, 3, &f));
        EXPECT_FAIL(ctx, rao_family_eval(ctx, f, rows[i].quantity, &a, &out, 0), rows[i].status, rows[i].part);
        EXPECT_CLOSE(out, 7, 0);
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(sentences), cmocka_unit_test(angles_without_spread),
                                       cmocka_unit_test(honest_hessians), cmocka_unit_test(no_derivatives)};
    return rao_test_run("family/ends", tests, COUNT(tests));
}
