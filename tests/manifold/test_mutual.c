/* Mutual information: values, and laws. */
#include <float.h>

#include "ask.h"
#include "oracle_mutual.h"

static double mutual(rao_ctx *ctx, const rao_family *f, const double *p, const int64_t *block, int64_t blocks) {
    rao_onto onto;
    double value = NAN;
    rao_onto_init(&onto);
    onto.block = block, onto.block_count = blocks;
    OK(ctx, rao_mutual_information(ctx, f, 0, p, &onto, &value));
    return value;
}

static void against_the_oracle(void **state) {
    (void)state;
    ORACLE("mutual information of tables and normals, near independence too", "mpmath 60 digits, tests/oracle/mutual.py");
    rao_ctx *ctx = rao_test_ctx();
    for (size_t i = 0; i < COUNT(oracle_mutual); i++) {
        rao_family *f = make(ctx, oracle_mutual[i].family, oracle_mutual[i].dimension, 0);
        EXPECT_REL(mutual(ctx, f, oracle_mutual[i].p, oracle_mutual[i].block, oracle_mutual[i].blocks), oracle_mutual[i].want, 1e-12);
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

/* Random positive numbers that sum to one. */
static void draw_table(double *p, int64_t k, uint64_t at) {
    double sum = 0;
    for (int64_t i = 0; i < k; i++) sum += p[i] = exp(rao_normal_at(rao_stream_make(rao_test_seed(), 21), at, (uint64_t)i));
    for (int64_t i = 0; i < k; i++) p[i] /= sum;
}

static void laws(void **state) {
    (void)state;
    LAW("mutual information is KL to the m-projection, 0 for a product, adds up by the chain rule, and falls when classes of one axis are "
        "merged");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *eight = make(ctx, "categorical", 8, 0), *four = make(ctx, "categorical", 4, 0), *six = make(ctx, "categorical", 6, 0);
    const int64_t cube[] = {2, 2, 2}, pair[] = {2, 4}, square[] = {2, 2}, wide[] = {2, 3};
    for (uint64_t i = 0; i < 100; i++) {
        double p[8], s[8], yz[4], a[2], b[3], merged[4];
        rao_onto onto;
        rao_projection_info info;
        draw_table(p, 8, i);
        rao_onto_init(&onto);
        onto.block = pair, onto.block_count = 2;
        OK(ctx, rao_project(ctx, eight, RAO_M_PROJECTION, 0, p, &onto, NULL, s, &info));
        EXPECT_REL(mutual(ctx, eight, p, pair, 2), info.divergence, 1e-12);
        for (int k = 0; k < 4; k++) yz[k] = p[k] + p[4 + k];
        /* total correlation of x, y, z = I(x; yz) + I(y; z) */
        EXPECT_REL(mutual(ctx, eight, p, cube, 3), mutual(ctx, eight, p, pair, 2) + mutual(ctx, four, yz, square, 2), 1e-12);
        draw_table(a, 2, 1000 + i), draw_table(b, 3, 2000 + i);
        for (int k = 0; k < 6; k++) p[k] = a[k / 3] * b[k % 3];
        EXPECT_TRUE(mutual(ctx, six, p, wide, 2) < 1e-30); /* products round to 1e-16, whose square remains */
        draw_table(p, 6, 3000 + i);
        for (int k = 0; k < 2; k++) merged[2 * k] = p[3 * k], merged[2 * k + 1] = p[3 * k + 1] + p[3 * k + 2];
        EXPECT_TRUE(mutual(ctx, four, merged, square, 2) < mutual(ctx, six, p, wide, 2));
    }
    rao_family_destroy(&eight), rao_family_destroy(&four), rao_family_destroy(&six);
    rao_test_ctx_close(&ctx);
}

static void bad_requests(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *four = make(ctx, "categorical", 4, 0), *gamma = make(ctx, "gamma", 0, 0);
    const double p[4] = {0.1, 0.2, 0.3, 0.4};
    const int64_t three[] = {3, 1}, one[] = {1};
    double value;
    rao_onto onto;
    rao_onto_init(&onto);
    EXPECT_FAIL(ctx, rao_mutual_information(ctx, four, 0, p, &onto, &value), RAO_EINVAL, "groups");
    EXPECT_FAIL(ctx, rao_mutual_information(ctx, four, 0, p, NULL, &value), RAO_EINVAL, "NULL");
    onto.block = three, onto.block_count = 2;
    EXPECT_FAIL(ctx, rao_mutual_information(ctx, four, 0, p, &onto, &value), RAO_EINVAL, "multiply to 4");
    onto.block = one, onto.block_count = 1;
    EXPECT_FAIL(ctx, rao_mutual_information(ctx, gamma, 0, p, &onto, &value), RAO_EUNABLE, "mvn and categorical");
    rao_family_destroy(&four), rao_family_destroy(&gamma);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(against_the_oracle), cmocka_unit_test(laws), cmocka_unit_test(bad_requests)};
    return rao_test_run("manifold: mutual information", tests, COUNT(tests));
}
