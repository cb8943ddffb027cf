/* Divergences of multinomial laws as sums over their outcomes. */
#include "manifold/ask.h"

static const int quantities[2] = {RAO_JENSEN_SHANNON, RAO_TOTAL_VARIATION};

static void sums_over_outcomes(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    ORACLE("5 draws from three classes", "the 21 outcomes, factorials in double");
    const double p[3] = {0.2, 0.3, 0.5}, q[3] = {0.3, 0.3, 0.4};
    rao_family *f = make(ctx, "multinomial", 3, 5);
    EXPECT_REL(ask(ctx, f, RAO_TOTAL_VARIATION, 0, p, q), 0.22391, 1e-14);
    EXPECT_REL(ask(ctx, f, RAO_JENSEN_SHANNON, 0, p, q), 0.03791424689178433, 1e-14);
    LAW("outcomes that one law never has count whole: TV of disjoint laws is 1, JS log 2");
    EXPECT_CLOSE(ask(ctx, f, RAO_TOTAL_VARIATION, 0, (double[]){1, 0, 0}, (double[]){0, 0.5, 0.5}), 1, 1e-15);
    EXPECT_CLOSE(ask(ctx, f, RAO_JENSEN_SHANNON, 0, (double[]){1, 0, 0}, (double[]){0, 0.5, 0.5}), log(2), 1e-15);
    /* p lies on the outcomes without class 1, q on those without class 3: both on (0, 5, 0) */
    EXPECT_REL(ask(ctx, f, RAO_TOTAL_VARIATION, 0, (double[]){0, 0.3, 0.7}, (double[]){0.3, 0.7, 0}), 1 - pow(0.3, 5), 1e-14);
    rao_family_destroy(&f);
    for (int i = 0; i < 2; i++) {
        LAW("two classes are a binomial law, one draw is a categorical, and classes of one quotient may be one class");
        const double far_p[2] = {0.3, 0.7}, far_q[2] = {0.4, 0.6}, split_p[3] = {0.3, 0.35, 0.35}, split_q[3] = {0.4, 0.3, 0.3};
        rao_family *pairs = make(ctx, "multinomial", 2, 700), *trials = make(ctx, "binomial", 0, 700),
                   *split = make(ctx, "multinomial", 3, 700);
        double want = ask(ctx, trials, quantities[i], 0, far_p, far_q);
        EXPECT_REL(ask(ctx, pairs, quantities[i], 0, far_p, far_q), want, 1e-12);
        EXPECT_REL(ask(ctx, split, quantities[i], 0, split_p, split_q), want, 1e-12);
        rao_family_destroy(&pairs), rao_family_destroy(&trials), rao_family_destroy(&split);
        rao_family *once = make(ctx, "multinomial", 3, 1), *classes = make(ctx, "categorical", 3, 0);
        EXPECT_REL(ask(ctx, once, quantities[i], 0, p, q), ask(ctx, classes, quantities[i], 0, p, q), 1e-15);
        rao_family_destroy(&once), rao_family_destroy(&classes);
        LAW("close pairs keep their digits");
        const double near[3] = {0.2 + 0x1p-40, 0.3, 0.5 - 0x1p-40}, nearer[3] = {0.2 + 0x1p-41, 0.3, 0.5 - 0x1p-41};
        f = make(ctx, "multinomial", 3, 40);
        double ratio = ask(ctx, f, quantities[i], 0, p, near) / ask(ctx, f, quantities[i], 0, p, nearer);
        EXPECT_REL(ratio, i == 0 ? 4 : 2, 1e-8);
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void more_outcomes_are_drawn(void **state) {
    (void)state;
    LAW("with more than a million outcomes the answer is an average over draws, within five of its errors of the sum just below");
    rao_ctx *ctx = rao_test_ctx();
    const double p[3] = {0.33, 0.33, 0.34}, q[3] = {0.335, 0.335, 0.33};
    rao_quality exact, drawn;
    double below, above;
    rao_family *f = make(ctx, "multinomial", 3, 1400), *g = make(ctx, "multinomial", 3, 1420);
    OK(ctx, try(ctx, f, RAO_TOTAL_VARIATION, 0, p, q, &below, &exact));
    OK(ctx, try(ctx, g, RAO_TOTAL_VARIATION, 0, p, q, &above, &drawn));
    EXPECT_TRUE(exact.method == RAO_SERIES && exact.error < 1e-13 && drawn.method == RAO_MONTE_CARLO);
    EXPECT_CLOSE(above, below, 5 * drawn.error + 0.01 * below);
    rao_family_destroy(&f), rao_family_destroy(&g);
    rao_test_ctx_close(&ctx);
}

static rao_status ask_sum(rao_ctx *ctx, void *arg) {
    double value;
    const double p[3] = {0.2, 0.3, 0.5}, q[3] = {0.3, 0.3, 0.4};
    return try(ctx, arg, RAO_JENSEN_SHANNON, 0, p, q, &value, NULL);
}

static void failed_allocations(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "multinomial", 3, 5);
    rao_test_every_allocation_fails(ask_sum, f);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(sums_over_outcomes), cmocka_unit_test(more_outcomes_are_drawn),
                                       cmocka_unit_test(failed_allocations)};
    return rao_test_run("manifold/outcomes", tests, COUNT(tests));
}
