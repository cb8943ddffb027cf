/* Divergences of families: laws, and values by independent formulas. */
#include <float.h>

#include "rao_test.h"
#include <rao/manifold.h>

static double ask(rao_ctx *ctx, const rao_family *f, int quantity, const double *p, const double *q) {
    rao_family_args a;
    double value;
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0);
    a.q = rao_points_of(q, 0);
    OK(ctx, rao_manifold_eval(ctx, f, quantity, &a, &value, 1));
    return value;
}

static void test_jeffreys(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *normal = NULL;
    OK(ctx, rao_family_create(ctx, "normal", NULL, &normal));
    LAW("Jeffreys' divergence is symmetric, 0 at p = q, and of normals ((v_p - v_q)^2 + (v_p + v_q) d^2) / (2 v_p v_q)");
    rao_stream random = rao_stream_make(rao_test_seed(), 0);
    for (uint64_t i = 0; i < 200; i++) {
        double p[] = {rao_normal_at(random, 0, 4 * i), exp(rao_normal_at(random, 0, 4 * i + 1))};
        double q[] = {rao_normal_at(random, 0, 4 * i + 2), exp(rao_normal_at(random, 0, 4 * i + 3))};
        double vp = p[1] * p[1], vq = q[1] * q[1], d = p[0] - q[0];
        double want = ((vp - vq) * (vp - vq) + (vp + vq) * d * d) / (2 * vp * vq);
        EXPECT_CLOSE(ask(ctx, normal, RAO_JEFFREYS_DIVERGENCE, p, q), want, 64 * DBL_EPSILON * want); /* vp - vq of the oracle cancels */
        EXPECT_CLOSE(ask(ctx, normal, RAO_JEFFREYS_DIVERGENCE, q, p), want, 64 * DBL_EPSILON * want);
        EXPECT_CLOSE(ask(ctx, normal, RAO_JEFFREYS_DIVERGENCE, p, p), 0, 0);
    }
    rao_family_destroy(&normal);
    rao_test_ctx_close(&ctx);
}

static void test_list(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("every quantity is found by its name, and a mistyped one is refused with the nearest");
    int found;
    for (int64_t i = 0; rao_manifold_list(i) >= 0; i++) {
        OK(ctx, rao_manifold_find(ctx, rao_manifold_name(rao_manifold_list(i)), &found));
        EXPECT_TRUE(found == rao_manifold_list(i));
    }
    EXPECT_FAIL(ctx, rao_manifold_find(ctx, "jefreys_divergence", &found), RAO_EINVAL, "did you mean \"jeffreys_divergence\"");
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_jeffreys), cmocka_unit_test(test_list)};
    return rao_test_run("manifold", tests, COUNT(tests));
}
