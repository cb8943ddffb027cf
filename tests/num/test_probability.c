#include "oracle.h"

#include "oracle_bessel.h"
#include "oracle_erf.h"
#include "oracle_ibeta.h"
#include "oracle_igamma.h"

/* clang-format off */
ORACLE_1(erfcx)
ORACLE_1(log_erfc) ORACLE_1(normal_cdf) ORACLE_1(normal_log_cdf) ORACLE_1(normal_hazard) ORACLE_1(normal_quantile)
ORACLE_1(normal_quantile_log) ORACLE_1(erf_inverse) ORACLE_1(erfc_inverse)
    /* clang-format on */

    static void error_function_and_normal(void **state) {
    (void)state;
    CHECK(erfcx, 1, ERFCX, 4);
    CHECK(log_erfc, 1, LOG_ERFC, 4);
    CHECK(normal_cdf, 1, NORMAL_CDF, 4);
    CHECK(normal_log_cdf, 1, NORMAL_LOG_CDF, 4);
    CHECK(normal_hazard, 1, NORMAL_HAZARD, 3);
    CHECK(normal_quantile, 1, NORMAL_QUANTILE, 4);
    CHECK(normal_quantile_log, 1, NORMAL_QUANTILE_LOG, 4);
    CHECK(erf_inverse, 1, ERF_INVERSE, 4);
    CHECK(erfc_inverse, 1, ERFC_INVERSE, 4);
}

/* clang-format off */
ORACLE_2(gamma_p)
ORACLE_2(gamma_q) ORACLE_2(log_gamma_p) ORACLE_2(log_gamma_q)
    /* clang-format on */

    static void incomplete_gamma(void **state) {
    (void)state;
    CHECK(gamma_p, 2, GAMMA_P, 4);
    CHECK(gamma_q, 2, GAMMA_Q, 4);
    CHECK(log_gamma_p, 2, LOG_GAMMA_P, 10);
    CHECK(log_gamma_q, 2, LOG_GAMMA_Q, 10);
}

/* clang-format off */
ORACLE_3(beta_p)
ORACLE_3(beta_q) ORACLE_3(log_beta_p) ORACLE_3(log_beta_q)
    /* clang-format on */

    static void incomplete_beta(void **state) {
    (void)state;
    CHECK(beta_p, 3, BETA_P, 6);
    CHECK(beta_q, 3, BETA_Q, 6);
    CHECK(log_beta_p, 3, LOG_BETA_P, 16);
    CHECK(log_beta_q, 3, LOG_BETA_Q, 16);
}

/* clang-format off */
ORACLE_1(bessel_i0e) ORACLE_1(bessel_i1e) ORACLE_1(log_bessel_i0)
    /* clang-format on */

    static double ratio_a(const double *in) {
    return rao_bessel_ratio(in[0]).a;
}
static double ratio_complement(const double *in) { return rao_bessel_ratio(in[0]).complement; }
static double ratio_d1(const double *in) { return rao_bessel_ratio(in[0]).d1; }
static double ratio_d2(const double *in) { return rao_bessel_ratio(in[0]).d2; }

static void bessel_functions(void **state) {
    (void)state;
    CHECK(bessel_i0e, 1, I0E, 4);
    CHECK(bessel_i1e, 1, I1E, 4);
    CHECK(log_bessel_i0, 1, LOG_I0, 4);
    oracle_check("ratio_a", ratio_a, RATIO_A, COUNT(RATIO_A), 4);
    oracle_check("ratio_complement", ratio_complement, RATIO_COMPLEMENT, COUNT(RATIO_COMPLEMENT), 6);
    oracle_check("ratio_d1", ratio_d1, RATIO_D1, COUNT(RATIO_D1), 8);
    oracle_check("ratio_d2", ratio_d2, RATIO_D2, COUNT(RATIO_D2), 12);
}

static double log_uniform(rao_stream s, uint64_t i, double low, double high) {
    return exp(log(low) + (log(high) - log(low)) * rao_uniform_at(s, 0, i));
}

static void quantiles(void **state) {
    (void)state;
    LAW("a quantile's tail is the tail asked for, to the conditioning of the tail in x");
    rao_stream s = rao_stream_make(rao_test_seed(), 1);
    for (uint64_t i = 0; i < 1500; i++) {
        double a = log_uniform(s, 4 * i, 1e-2, 1e12), b = log_uniform(s, 4 * i + 1, 1e-2, 1e8), p = log_uniform(s, 4 * i + 2, 1e-200, 1);
        if (i % 3 == 0) p = rao_uniform_at(s, 1, i);
        double x = rao_gamma_p_inverse(a, p), y = rao_gamma_q_inverse(a, p), size = 1 + fabs(log(p));
        /* one ulp of x moves log P by x f / P = O(sqrt a + |log P|) ulp */
        double tol = (64 * size + 8 * sqrt(a) * sqrt(size) + 8 * size * a * (a < 1)) * DBL_EPSILON;
        if (x > 1e-300) EXPECT_REL(rao_gamma_p(a, x), p, tol);
        if (y > 1e-300) EXPECT_REL(rao_gamma_q(a, y), p, tol);
        if (a > 1e8) a = 1e8;
        x = rao_beta_p_inverse(a, b, p);
        if (!(x > 1e-300 && x < 0.999999)) continue;
        /* an ulp of x, in log P */
        double ulp = 1e9 * DBL_EPSILON * fabs(rao_log_beta_p(a, b, x * (1 - 1e-9)) - rao_log_beta_p(a, b, x));
        tol = 256 * size * DBL_EPSILON + 4 * ulp;
        EXPECT_REL(rao_beta_p(a, b, x), p, tol);
        double q = rao_beta_q(a, b, x), slope = rao_beta_q(a, b, x * (1 - 1e-6)) - q; /* q's rounding error, in x */
        if (q < 0.999 && slope > 0)
            EXPECT_REL(rao_beta_q_inverse(a, b, q), x, 256 * DBL_EPSILON * (1 + q * (1 + fabs(log(q))) / slope * 1e-6));
    }
}

static void special_cases(void **state) {
    (void)state;
    LAW("elementary special cases: P(1,x) = 1 - e^-x, P(1/2,x^2) = erf x, I_x(a,1) = x^a, reflection of I, Riccati equation of I1/I0");
    rao_stream s = rao_stream_make(rao_test_seed(), 2);
    for (uint64_t i = 0; i < 2000; i++) {
        double x = log_uniform(s, 4 * i, 1e-5, 20), a = log_uniform(s, 4 * i + 1, 1e-3, 1e3), b = log_uniform(s, 4 * i + 2, 1e-3, 1e3),
               u = rao_uniform_at(s, 1, i);
        EXPECT_REL(rao_gamma_p(1, x), -expm1(-x), 8 * DBL_EPSILON);
        EXPECT_REL(rao_gamma_q(1, x), exp(-x), 8 * (1 + x) * DBL_EPSILON);
        double lo = sqrt(x);
        EXPECT_REL(rao_gamma_p(0.5, x), erf(lo), 16 * DBL_EPSILON);
        EXPECT_CLOSE(rao_beta_p(a, 1, u), pow(u, a), 32 * DBL_EPSILON * (1 + fabs(a * log(u))));
        EXPECT_CLOSE(rao_beta_p(a, b, u) + rao_beta_q(a, b, u), 1, 2 * DBL_EPSILON);
        double v = ldexp(floor(ldexp(u, 30)) + 1, -31); /* 1 - v exact */
        EXPECT_CLOSE(rao_beta_p(a, b, v), rao_beta_q(b, a, 1 - v), 64 * DBL_EPSILON);
        double k = log_uniform(s, 4 * i + 3, 1e-3, 1e3);
        rao_bessel_ratio_value r = rao_bessel_ratio(k);
        EXPECT_CLOSE(r.d1, 1 - r.a / k - r.a * r.a, 8 * DBL_EPSILON);
        EXPECT_CLOSE(r.a * rao_bessel_i0e(k), rao_bessel_i1e(k), 8 * DBL_EPSILON);
        double big = log_uniform(s, i + 50000, 1e-300, 1e300);
        r = rao_bessel_ratio(big);
        EXPECT_REL(big < 1 ? rao_bessel_ratio_inverse(r.a) : rao_bessel_ratio_inverse_complement(r.complement), big, 32 * DBL_EPSILON);
        double z = -5 + 10 * u;
        EXPECT_CLOSE(rao_normal_cdf(rao_normal_quantile(u)), u, 4 * DBL_EPSILON);
        EXPECT_CLOSE(rao_erfc_inverse(erfc(z)), z, 16 * DBL_EPSILON * (z < 0 ? exp(z * z) : 1));
    }
}

static void edges(void **state) {
    (void)state;
    LAW("limits at 0 and infinity; NaN outside the domain; NaN in, NaN out");
    double inf = (double)INFINITY, nan = (double)NAN;
    double (*const unary[])(double) = {rao_erfcx,
                                       rao_log_erfc,
                                       rao_erf_inverse,
                                       rao_erfc_inverse,
                                       rao_normal_cdf,
                                       rao_normal_log_cdf,
                                       rao_normal_hazard,
                                       rao_normal_quantile,
                                       rao_normal_quantile_log,
                                       rao_bessel_i0e,
                                       rao_bessel_i1e,
                                       rao_log_bessel_i0,
                                       rao_bessel_ratio_inverse,
                                       rao_bessel_ratio_inverse_complement};
    for (size_t i = 0; i < COUNT(unary); i++) EXPECT_TRUE(isnan(unary[i](nan)));
    EXPECT_TRUE(isnan(rao_bessel_ratio(nan).a) && isnan(rao_gamma_p(nan, 1)) && isnan(rao_gamma_q(1, nan)) &&
                isnan(rao_beta_p(1, 1, nan)) && isnan(rao_gamma_p_inverse(1, nan)));
    EXPECT_TRUE(rao_erfcx(inf) == 0 && rao_erfcx(-inf) == inf && rao_log_erfc(inf) == -inf && rao_log_erfc(-inf) == log(2));
    EXPECT_TRUE(rao_normal_cdf(-inf) == 0 && rao_normal_cdf(inf) == 1 && rao_normal_log_cdf(-inf) == -inf && rao_normal_log_cdf(inf) == 0);
    EXPECT_TRUE(rao_normal_hazard(-inf) == 0 && rao_normal_hazard(inf) == inf && rao_normal_quantile(0) == -inf &&
                rao_normal_quantile(1) == inf);
    EXPECT_TRUE(rao_normal_quantile(0.5) == 0 && isnan(rao_normal_quantile(1.5)) && rao_normal_quantile_log(0) == inf &&
                rao_normal_quantile_log(-inf) == -inf);
    EXPECT_TRUE(rao_erf_inverse(1) == inf && rao_erf_inverse(-1) == -inf && rao_erf_inverse(0) == 0 && rao_erfc_inverse(0) == inf &&
                rao_erfc_inverse(2) == -inf);
    EXPECT_TRUE(rao_gamma_p(2, 0) == 0 && rao_gamma_q(2, 0) == 1 && rao_gamma_p(2, inf) == 1 && rao_log_gamma_q(2, inf) == -inf &&
                isnan(rao_gamma_p(0, 1)) && isnan(rao_gamma_p(1, -1)));
    EXPECT_TRUE(rao_gamma_p_inverse(2, 0) == 0 && rao_gamma_p_inverse(2, 1) == inf && rao_gamma_q_inverse(2, 0) == inf &&
                isnan(rao_gamma_p_inverse(2, 2)));
    EXPECT_TRUE(rao_beta_p(1, 2, 0) == 0 && rao_beta_p(1, 2, 1) == 1 && rao_beta_q(1, 2, 0) == 1 && rao_log_beta_p(1, 2, 0) == -inf &&
                isnan(rao_beta_p(1, 2, 1.5)));
    EXPECT_TRUE(rao_beta_p_inverse(1, 2, 0) == 0 && rao_beta_p_inverse(1, 2, 1) == 1 && isnan(rao_beta_p_inverse(-1, 2, 0.5)));
    EXPECT_TRUE(rao_bessel_i0e(0) == 1 && rao_bessel_i1e(0) == 0 && rao_bessel_i0e(inf) == 0 && rao_log_bessel_i0(0) == 0 &&
                rao_log_bessel_i0(inf) == inf);
    EXPECT_TRUE(rao_bessel_i1e(-2) == -rao_bessel_i1e(2) && rao_bessel_ratio(-2).a == -rao_bessel_ratio(2).a &&
                rao_bessel_ratio(0).d1 == 0.5);
    EXPECT_TRUE(rao_bessel_ratio_inverse(0) == 0 && rao_bessel_ratio_inverse(1) == inf && isnan(rao_bessel_ratio_inverse(2)));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(error_function_and_normal),
                                       cmocka_unit_test(incomplete_gamma),
                                       cmocka_unit_test(incomplete_beta),
                                       cmocka_unit_test(bessel_functions),
                                       cmocka_unit_test(quantiles),
                                       cmocka_unit_test(special_cases),
                                       cmocka_unit_test(edges)};
    return rao_test_run("num", tests, COUNT(tests));
}
