#include "oracle.h"

#include "oracle_elementary.h"
#include "oracle_gamma.h"
#include "oracle_polygamma.h"

/* clang-format off */
ORACLE_1(log1pmx)
ORACLE_1(expm1mx)
ORACLE_1(log1mexp) ORACLE_1(logistic) ORACLE_1(softplus) ORACLE_1(logit) ORACLE_2(relative_entropy)
    /* clang-format on */

    static void elementary_functions(void **state) {
    (void)state;
    CHECK(log1pmx, 1, LOG1PMX, 3);
    CHECK(expm1mx, 1, EXPM1MX, 3);
    CHECK(log1mexp, 1, LOG1MEXP, 2);
    CHECK(logistic, 1, LOGISTIC, 2);
    CHECK(softplus, 1, SOFTPLUS, 2);
    CHECK(logit, 1, LOGIT, 3);
    CHECK(relative_entropy, 2, RELATIVE_ENTROPY, 4);
}

/* clang-format off */
ORACLE_1(lgamma)
ORACLE_1(lgamma1p)
ORACLE_1(gamma) ORACLE_1(stirling) ORACLE_1(lgamma_excess) ORACLE_2(lgamma_diff) ORACLE_2(lgamma_bregman) ORACLE_2(lgamma_excess_bregman)
ORACLE_2(lbeta)
    /* clang-format on */

    static void gamma_functions(void **state) {
    (void)state;
    CHECK(lgamma, 1, LGAMMA, 3);
    CHECK(lgamma1p, 1, LGAMMA1P, 4);
    CHECK(lgamma, 1, LGAMMA_NEGATIVE, 3);
    CHECK(gamma, 1, GAMMA, 4);
    CHECK(stirling, 1, STIRLING_J, 6);
    CHECK(lgamma_excess, 1, LGAMMA_EXCESS, 3);
    CHECK(lgamma_diff, 2, LGAMMA_DIFF, 8);
    CHECK(lgamma_bregman, 2, LGAMMA_BREGMAN, 5);
    CHECK(lgamma_excess_bregman, 2, EXCESS_BREGMAN, 10);
    CHECK(lbeta, 2, LBETA, 8);
}

/* clang-format off */
ORACLE_1(digamma)
ORACLE_1(trigamma)
ORACLE_1(tetragamma) ORACLE_2(digamma_diff) ORACLE_1(digamma_excess) ORACLE_1(trigamma_excess)
ORACLE_1(tetragamma_excess)
    /* clang-format on */

    static double polygamma_2(const double *in) {
    return rao_polygamma((int)in[0], in[1]);
}

static void polygamma_functions(void **state) {
    (void)state;
    CHECK(digamma, 1, DIGAMMA_AT, 3);
    CHECK(digamma, 1, DIGAMMA_NEGATIVE, 2);
    CHECK(trigamma, 1, TRIGAMMA_AT, 4);
    CHECK(trigamma, 1, TRIGAMMA_NEGATIVE, 10);
    CHECK(tetragamma, 1, TETRAGAMMA_AT, 4);
    CHECK(tetragamma, 1, TETRAGAMMA_NEGATIVE, 10);
    CHECK(polygamma, 2, POLYGAMMA, 10);
    CHECK(digamma_diff, 2, DIGAMMA_DIFF, 4);
    CHECK(digamma_excess, 1, DIGAMMA_EXCESS, 4);
    CHECK(trigamma_excess, 1, TRIGAMMA_EXCESS, 4);
    CHECK(tetragamma_excess, 1, TETRAGAMMA_EXCESS, 4);
}

static double log_uniform(rao_stream s, uint64_t i, double low, double high) {
    return exp(log(low) + (log(high) - log(low)) * rao_uniform_at(s, 0, i));
}

static void inverses(void **state) {
    (void)state;
    LAW("digamma_inverse and digamma_excess_inverse undo their functions to the conditioning of x");
    rao_stream s = rao_stream_make(rao_test_seed(), 1);
    for (uint64_t i = 0; i < 2000; i++) {
        double x = log_uniform(s, i, 1e-300, 1e300);
        EXPECT_REL(rao_digamma_excess_inverse(rao_digamma_excess(x)), x, 8 * DBL_EPSILON);
        double psi = rao_digamma(x), condition = (fabs(psi) + 1) / (x * rao_trigamma(x)); /* psi's own rounding error, in x */
        EXPECT_REL(rao_digamma_inverse(psi), x, 4 * DBL_EPSILON * (1 + condition));
    }
}

static void edges(void **state) {
    (void)state;
    LAW("limits at 0 and infinity; NaN outside the domain; NaN in, NaN out");
    double inf = (double)INFINITY, nan = (double)NAN;
    double (*const unary[])(double) = {
        rao_log1pmx,        rao_expm1mx,         rao_log1mexp,          rao_logistic,       rao_logit,   rao_softplus, rao_gamma,
        rao_lgamma,         rao_lgamma1p,        rao_stirling,          rao_lgamma_excess,  rao_digamma, rao_trigamma, rao_tetragamma,
        rao_digamma_excess, rao_trigamma_excess, rao_tetragamma_excess, rao_digamma_inverse};
    for (size_t i = 0; i < COUNT(unary); i++) EXPECT_TRUE(isnan(unary[i](nan)));
    EXPECT_TRUE(rao_log1pmx(-1) == -inf && isnan(rao_log1pmx(-1.5)) && rao_log1pmx(0) == 0 && rao_log1pmx(inf) == -inf);
    EXPECT_TRUE(rao_expm1mx(inf) == inf && rao_expm1mx(-inf) == inf && rao_expm1mx(0) == 0);
    EXPECT_TRUE(rao_logistic(inf) == 1 && rao_logistic(-inf) == 0 && rao_logistic(-745) > 0);
    EXPECT_TRUE(rao_logit(0) == -inf && rao_logit(1) == inf && isnan(rao_logit(-1)) && isnan(rao_logit(1.5)) && rao_logit(0.5) == 0);
    EXPECT_TRUE(rao_softplus(-inf) == 0 && rao_softplus(1e300) == 1e300);
    EXPECT_TRUE(rao_xlogy(0, 0) == 0 && rao_xlogy(0, inf) == 0 && isnan(rao_xlogy(0, nan)) && rao_xlog1py(0, -1) == 0);
    EXPECT_TRUE(rao_logsumexp(0, NULL) == -inf && rao_logaddexp(-inf, -inf) == -inf && rao_logaddexp(inf, 3) == inf);
    const double many[3] = {-1000, -1000, -inf};
    EXPECT_REL(rao_logsumexp(3, many), -1000 + log(2), DBL_EPSILON);
    EXPECT_TRUE(rao_relative_entropy(0, 0) == 0 && rao_relative_entropy(0, 2) == 2 && rao_relative_entropy(1, 0) == inf &&
                isnan(rao_relative_entropy(-1, 1)));
    EXPECT_TRUE(rao_lgamma(0) == inf && rao_lgamma(-3) == inf && rao_lgamma(inf) == inf && rao_lgamma(1) == 0 && rao_lgamma(2) == 0);
    EXPECT_TRUE(rao_gamma(5) == 24 && isnan(rao_gamma(0)) && isnan(rao_gamma(-2)) && rao_gamma(172) == inf && rao_gamma(-0.5) < 0 &&
                rao_gamma(-1.5) > 0);
    EXPECT_TRUE(isnan(rao_digamma(0)) && isnan(rao_digamma(-1)) && rao_digamma(inf) == inf && rao_trigamma(0) == inf &&
                rao_trigamma(inf) == 0);
    EXPECT_TRUE(rao_lgamma_bregman(1, 0) == 0 && rao_lgamma_bregman(1, -1) == inf && isnan(rao_lgamma_bregman(1, -2)) &&
                isnan(rao_lgamma_bregman(-1, 3)));
    EXPECT_TRUE(rao_lgamma_excess_bregman(1, 0) == 0 && rao_lgamma_excess_bregman(20, -20) == inf && rao_lbeta(0, 1) == inf &&
                isnan(rao_lbeta(-1, 1)));
    EXPECT_TRUE(rao_digamma_excess_inverse(0) == inf && isnan(rao_digamma_excess_inverse(1)) && rao_polygamma(0, 1) == rao_digamma(1));
}

static void recurrences(void **state) {
    (void)state;
    LAW("f(x + 1) from f(x), and lbeta against its three terms");
    rao_stream s = rao_stream_make(rao_test_seed(), 2);
    for (uint64_t i = 0; i < 3000; i++) {
        double x = log_uniform(s, i, 1e-3, 1e4);
        EXPECT_CLOSE(rao_lgamma(x + 1), rao_lgamma(x) + log(x), 8 * DBL_EPSILON * (1 + x)); /* x + 1 rounds: psi(x) eps x */
        EXPECT_CLOSE(rao_digamma(x + 1), rao_digamma(x) + 1 / x, 8 * DBL_EPSILON * (1 + 1 / x));
        EXPECT_REL(rao_trigamma(x), rao_trigamma(x + 1) + 1 / (x * x), 8 * DBL_EPSILON);
        EXPECT_REL(rao_tetragamma(x), rao_tetragamma(x + 1) - 2 / (x * x * x), 8 * DBL_EPSILON);
        EXPECT_REL(rao_polygamma(3, x), rao_polygamma(3, x + 1) + 6 / (x * x * x * x), 16 * DBL_EPSILON);
        double y = log_uniform(s, i + 100000, 1e-3, 1e4);
        double terms = fabs(rao_lgamma(x)) + fabs(rao_lgamma(y)) + fabs(rao_lgamma(x + y));
        EXPECT_TRUE(fabs(rao_lbeta(x, y) - (rao_lgamma(x) + rao_lgamma(y) - rao_lgamma(x + y))) <= 8 * DBL_EPSILON * (1 + terms));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(elementary_functions),
                                       cmocka_unit_test(gamma_functions),
                                       cmocka_unit_test(polygamma_functions),
                                       cmocka_unit_test(inverses),
                                       cmocka_unit_test(edges),
                                       cmocka_unit_test(recurrences)};
    return rao_test_run("num", tests, COUNT(tests));
}
