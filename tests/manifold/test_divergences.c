/* Divergences: values against mpmath, conventions, what is refused. */
#include <float.h>

#include "ask.h"

/* The tolerance is that of the quantity times `scale`. */
typedef struct oracle_row {
    const char *family;
    int64_t dimension;
    double fixed;
    const char *quantity;
    double order, p[9], q[9], want, scale;
} oracle_row;
#include "oracle_divergences.h"
#include "oracle_divergences_lines.h"
#include "oracle_divergences_overlaps.h"
#include "oracle_divergences_extremes.h"

static int agrees(rao_ctx *ctx, const oracle_row *row, double tol) {
    rao_family *f = make(ctx, row->family, row->dimension, row->fixed);
    double value = NAN;
    int quantity;
    OK(ctx, rao_manifold_find(ctx, row->quantity, &quantity));
    rao_status st = try(ctx, f, quantity, row->order, row->p, row->q, &value, NULL);
    int right = st == RAO_OK && (value == row->want || fabs(value - row->want) <= tol * row->scale * fabs(row->want));
    if (!right)
        print_error("%s %s order %g p %.17g %.17g q %.17g %.17g: got %.17g want %.17g (%.2g) %s\n", row->family, row->quantity, row->order,
                    row->p[0], row->p[1], row->q[0], row->q[1], value, row->want, fabs(value / row->want - 1),
                    st ? rao_ctx_message(ctx) : "");
    rao_family_destroy(&f);
    return right;
}

static void closed_forms(void **state) {
    (void)state;
    ORACLE("divergences in closed form", "mpmath, tests/oracle/divergences.py");
    rao_ctx *ctx = rao_test_ctx();
    int bad = 0;
    for (size_t i = 0; i < COUNT(oracle_divergences); i++) bad += !agrees(ctx, &oracle_divergences[i], 1e-12);
    EXPECT_EQ(bad, 0);
    rao_test_ctx_close(&ctx);
}

static void quadratures(void **state) {
    (void)state;
    ORACLE("divergences of densities without closed forms", "numpy's long double, tests/oracle/divergences.py");
    rao_ctx *ctx = rao_test_ctx();
    int bad = 0;
    for (size_t i = 0; i < COUNT(oracle_divergences_lines); i++) bad += !agrees(ctx, &oracle_divergences_lines[i], 1e-10);
    EXPECT_EQ(bad, 0);
    rao_test_ctx_close(&ctx);
}

/* ---- what others get wrong, and what is refused -------------------------------------------------------------------- */

static void overlaps(void **state) {
    (void)state;
    ORACLE("total variation and Jensen-Shannon", "numpy's long double, sums at 50 digits, tests/oracle/divergences.py");
    rao_ctx *ctx = rao_test_ctx();
    int bad = 0;
    for (size_t i = 0; i < COUNT(oracle_divergences_overlaps); i++) bad += !agrees(ctx, &oracle_divergences_overlaps[i], 1e-10);
    EXPECT_EQ(bad, 0);
    rao_test_ctx_close(&ctx);
}

static void beyond_doubles(void **state) {
    (void)state;
    ORACLE("total variation and Jensen-Shannon where observations leave the doubles", "mpmath, tests/oracle/divergences_extremes.py");
    rao_ctx *ctx = rao_test_ctx();
    int bad = 0;
    for (size_t i = 0; i < COUNT(oracle_divergences_extremes); i++) bad += !agrees(ctx, &oracle_divergences_extremes[i], 1e-12);
    EXPECT_EQ(bad, 0);
    rao_test_ctx_close(&ctx);
}

static void conventions(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *normal = make(ctx, "normal", 0, 0), *exponential = make(ctx, "exponential", 0, 0), *gumbel = make(ctx, "gumbel", 0, 0);
    double p[2] = {0, 1}, q[2] = {1, 1}, wide[2] = {0, 2}, one = 1, two = 2, big = 3, far[2] = {1, 1.5};
    ORACLE("Chernoff information of N(0,1) and N(1,1)", "1/8, not divided by a (1 - a)");
    EXPECT_REL(ask(ctx, normal, RAO_CHERNOFF_INFORMATION, 0, p, q), 0.125, 1e-15);
    EXPECT_CLOSE(ask(ctx, normal, RAO_CHERNOFF_ALPHA, 0, p, q), 0.5, 0);
    ORACLE("the exponent is p's", "exponentials of rates 1 and 2: a + (1 - a) 2 = 1/log 2");
    EXPECT_REL(ask(ctx, exponential, RAO_CHERNOFF_ALPHA, 0, &one, &two), 2 - 1 / log(2), 1e-14);
    ORACLE("the smaller alpha leans on p", "alpha = -3 weighs p^2/q: infinite from the wide normal to the narrow one, finite back");
    EXPECT_CLOSE(ask(ctx, normal, RAO_ALPHA_DIVERGENCE, -3, wide, p), INFINITY, 0);
    EXPECT_REL(ask(ctx, normal, RAO_ALPHA_DIVERGENCE, -3, p, wide), 0.5 * (4 / sqrt(7) - 1), 1e-14);
    ORACLE("Renyi of order a > 1 is infinite where a theta_p + (1 - a) theta_q leaves the family", "rates 1 and 2, 1 and 3");
    EXPECT_CLOSE(ask(ctx, exponential, RAO_RENYI, 2, &one, &two), INFINITY, 0);
    EXPECT_CLOSE(ask(ctx, exponential, RAO_RENYI, 2, &one, &big), INFINITY, 0);
    EXPECT_REL(ask(ctx, exponential, RAO_RENYI, 2, &two, &big), log(4.0 / 3), 1e-14);
    EXPECT_CLOSE(ask(ctx, gumbel, RAO_RENYI, 2, wide, far), INFINITY, 0);
    double value;
    rao_quality quality;
    OK(ctx, try(ctx, gumbel, RAO_TSALLIS, 2, wide, far, &value, &quality)); /* an infinity that a quadrature found has no error */
    EXPECT_TRUE(isinf(value) && quality.error == 0);
    EXPECT_FAIL(ctx, try(ctx, normal, RAO_RENYI, -1, p, q, &value, NULL), RAO_EDOMAIN, "renyi of order -1, want 0 <= order");
    EXPECT_FAIL(ctx, try(ctx, normal, RAO_TSALLIS, INFINITY, p, q, &value, NULL), RAO_EDOMAIN, "tsallis of order inf, want");
    EXPECT_FAIL(ctx, try(ctx, normal, RAO_ALPHA_DIVERGENCE, INFINITY, p, q, &value, NULL), RAO_EDOMAIN, "want a finite number");
    EXPECT_FAIL(ctx, try(ctx, normal, RAO_RENYI, NAN, p, q, &value, NULL), RAO_EINVAL, "order");
    rao_family_destroy(&normal), rao_family_destroy(&exponential), rao_family_destroy(&gumbel);
    rao_test_ctx_close(&ctx);
}

static void mixtures_of_several_variables(void **state) {
    (void)state;
    LAW("a mixture of equal normals is that normal, to 5 standard errors; orders outside [0, 1] are refused");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *mvn = make(ctx, "mvn", 2, 0), *f = NULL;
    const rao_family *parts[2] = {mvn, mvn};
    OK(ctx, rao_family_mixture(ctx, 2, parts, &f));
    double p[12] = {0.4, 0.6, 1, -1, 2, 0.5, 1, 1, -1, 2, 0.5, 1}, q[12] = {0.4, 0.6, 0, -1, 2, 0, 1, 0, -1, 2, 0, 1}, value;
    rao_quality quality;
    for (double a = 0.25; a < 1; a += 0.25) {
        OK(ctx, try(ctx, f, RAO_RENYI, a, p, q, &value, &quality));
        EXPECT_TRUE(quality.method == RAO_MONTE_CARLO && quality.error > 0 && quality.error < 0.01);
        EXPECT_TRUE(fabs(value - ask(ctx, mvn, RAO_RENYI, a, p + 2, q + 2)) < 5 * quality.error);
    }
    EXPECT_FAIL(ctx, try(ctx, f, RAO_RENYI, 2, p, q, &value, NULL), RAO_EUNABLE, "outside [0, 1]");
    rao_family_destroy(&f), rao_family_destroy(&mvn);
    rao_test_ctx_close(&ctx);
}

static void mixtures_on_a_line(void **state) {
    (void)state;
    ORACLE("a mixture of two normals, the second standard", "normal_mixture3, which has the oracle's values");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *normal = make(ctx, "normal", 0, 0), *three = make(ctx, "normal_mixture3", 0, 0), *f = NULL;
    const rao_family *parts[2] = {normal, normal};
    OK(ctx, rao_family_mixture(ctx, 2, parts, &f));
    double p3[3] = {0.4, 2, 0.7}, p[6] = {0.4, 0.6, 2, 0.7, 0, 1};
    double others3[3][3] = {{0.5, 1.5, 1}, {0.4, 2 + 1e-8, 0.7}, {0.5, 900, 2}};
    for (int i = 0; i < 3; i++) {
        const double *q3 = others3[i], q[6] = {q3[0], 1 - q3[0], q3[1], q3[2], 0, 1};
        static const int quantities[] = {RAO_BHATTACHARYYA, RAO_CHERNOFF_INFORMATION, RAO_RENYI, RAO_TSALLIS};
        for (size_t k = 0; k < COUNT(quantities); k++)
            EXPECT_REL(ask(ctx, f, quantities[k], 0.3, p, q), ask(ctx, three, quantities[k], 0.3, p3, q3), 1e-10);
    }
    rao_family_destroy(&f), rao_family_destroy(&normal), rao_family_destroy(&three);
    rao_test_ctx_close(&ctx);
}

static void disjoint_supports(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *uniform = make(ctx, "uniform", 0, 0);
    double p[2] = {0, 1}, q[2] = {2, 3}, value;
    EXPECT_CLOSE(ask(ctx, uniform, RAO_CHERNOFF_INFORMATION, 0, p, q), INFINITY, 0);
    EXPECT_CLOSE(ask(ctx, uniform, RAO_HELLINGER, 0, p, q), 1, 0);
    EXPECT_FAIL(ctx, try(ctx, uniform, RAO_CHERNOFF_ALPHA, 0, p, q, &value, NULL), RAO_EDOMAIN, "disjoint");
    rao_family_destroy(&uniform);
    rao_test_ctx_close(&ctx);
}

static void extremes(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    struct {
        const char *family;
        double fixed;
        int quantity;
        double order, p[3], q[3], want, tol;
    } cases[] = {
        {"geometric", 0, RAO_JENSEN_SHANNON, 0, {1e-100}, {2e-100}, 0.0537819460882945999, 1e-12}, /* exponentials of rates 1 and 2 */
        {"geometric0", 0, RAO_JENSEN_SHANNON, 0, {1e-9}, {2e-9}, 0.0537819461587012656, 1e-12},
        {"normal", 0, RAO_TOTAL_VARIATION, 0, {0, 1e-150}, {1e-150, 2e-150}, 0.39006566012105566, 1e-12},
        {"normal", 0, RAO_JENSEN_SHANNON, 0, {0, 1e-100}, {1, 1e100}, 0.69314718055994531, 1e-12},
        {"normal", 0, RAO_TOTAL_VARIATION, 0, {1e15, 1}, {1e15 + 1, 1}, 0.38292492254802621, 1e-14},
        {"normal", 0, RAO_RENYI, 1e-300, {0, 1}, {1, 2}, 1.3068528194400547e-300, 1e-14}, /* a KL(q : p) */
        {"poisson", 0, RAO_TOTAL_VARIATION, 0, {1e12}, {1e12 + 1}, 3.9894228040133e-7, 1e-12},
        {"poisson", 0, RAO_JENSEN_SHANNON, 0, {1e12}, {1e12 + 1}, 1.25e-13, 1e-10},
        {"poisson", 0, RAO_TOTAL_VARIATION, 0, {1e-300}, {1e12}, 1, 1e-15},
        {"bernoulli", 0, RAO_JENSEN_SHANNON, 0, {0}, {1}, 0.69314718055994531, 1e-15},
        {"binomial", 1e12, RAO_TOTAL_VARIATION, 0, {0.5}, {0.500001}, 0.68268949215124, 1e-12},
        {"geometric", 0, RAO_TOTAL_VARIATION, 0, {1e-12}, {2e-12}, 0.25, 1e-11}, /* of exponentials of rates 1 and 2 */
        {"geometric", 0, RAO_JENSEN_SHANNON, 0, {1e-8}, {2e-8}, 0.053781946088294, 1e-7},
        {"geometric", 0, RAO_JENSEN_SHANNON, 0, {4e-6}, {2e-6}, 0.0537820869020846797, 2e-12}, /* sums of 25 million counts */
        {"negative_binomial", 0.5, RAO_JENSEN_SHANNON, 0, {4e-6}, {3e-6}, 0.0050806621531603764, 2e-12},
        {"negative_binomial", 2, RAO_JENSEN_SHANNON, 0, {3e-6}, {2e-6}, 0.0386761278536167864, 2e-12},
        {"geometric0", 0, RAO_JENSEN_SHANNON, 0, {1e-10}, {2e-10}, 0.053781946088294, 1e-9},
        {"negative_binomial", 1, RAO_JENSEN_SHANNON, 0, {1e-12}, {2e-12}, 0.053781946088294, 2e-11},
        {"pareto", 1, RAO_JENSEN_SHANNON, 0, {1e-3}, {2e-3}, 0.053781946088294, 1e-12}, /* of exponentials: no scale */
        {"pareto", 1, RAO_JENSEN_SHANNON, 0, {1}, {2}, 0.053781946088294, 1e-12},
        {"beta",
         0,
         RAO_JENSEN_SHANNON,
         0,
         {1e-300, 1e300},
         {2e-300, 1e300},
         0.053781946088294,
         1e-12},  /* x^a of both is uniform on scales of 1/b */
        {"gamma", /* mpmath: the means are 7e-5 apart, the shapes a fifth */
         0,
         RAO_KL,
         0,
         {2414608400641.465, 3.017814177577068e-06},
         {2988940604834.7273, 3.735885653194032e-06},
         7372.39006903452933,
         4e-15},
        {"beta", /* mpmath: the means are a ten-millionth apart */
         0,
         RAO_KL,
         0,
         {1026688511415.8252, 6480649964286.645},
         {701832876597.6979, 4430096965716.105},
         0.21627305273549557,
         4e-15},
        {"beta", 0, RAO_TOTAL_VARIATION, 0, {1e300, 1e-300}, {1e300, 2e-300}, 0.25, 1e-12},
        {"beta", 0, RAO_TOTAL_VARIATION, 0, {1e-20, 1e300}, {2e-20, 1e303}, 0.25, 1e-12},
        {"student_t", 3, RAO_TOTAL_VARIATION, 0, {0, 1e-100}, {1, 1e100}, 1, 1e-11},
        {"normal", 0, RAO_HELLINGER, 0, {0, 1}, {1e-170, 1}, 3.5355339059327376e-171, 1e-14}, /* sqrt(1/8): its square is no double */
        {"cauchy", 0, RAO_HELLINGER, 0, {0, 1}, {1e-170, 1}, 2.5e-171, 1e-14},
        {"poisson", 0, RAO_HELLINGER, 0, {1e-310}, {4e-310}, 7.0710678118654752e-156, 1e-12},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        rao_family *f = make(ctx, cases[i].family, 0, cases[i].fixed);
        EXPECT_REL(ask(ctx, f, cases[i].quantity, cases[i].order, cases[i].p, cases[i].q), cases[i].want, cases[i].tol);
        rao_family_destroy(&f);
    }
    LAW("laws 1e10 scales apart: d/2 - log(1 + d/2) of Laplace laws, log(sinh(d/2)/(d/2)) of logistic ones");
    rao_family *laplace = make(ctx, "laplace", 0, 0), *logistic = make(ctx, "logistic", 0, 0), *cauchy = make(ctx, "cauchy", 0, 0);
    static const double here[2] = {0, 1}, there[2] = {1e10, 1}, wide[2] = {1e10, 3};
    EXPECT_REL(ask(ctx, laplace, RAO_BHATTACHARYYA, 0, here, there), 5e9 - log1p(5e9), 1e-14);
    EXPECT_REL(ask(ctx, laplace, RAO_BHATTACHARYYA, 0, there, here), 5e9 - log1p(5e9), 1e-14);
    EXPECT_REL(ask(ctx, logistic, RAO_BHATTACHARYYA, 0, here, there), 5e9 - log(1e10), 1e-14);
    EXPECT_REL(ask(ctx, laplace, RAO_RENYI, 0.3, here, wide), 3333333331.38525126, 1e-14); /* mpmath, three exponentials */
    EXPECT_REL(ask(ctx, cauchy, RAO_RENYI, 0.3, here, there), 18.749541329273894, 1e-11);  /* mpmath, quadrature */
    EXPECT_CLOSE(ask(ctx, laplace, RAO_HELLINGER, 0, here, there), 1, 0);
    rao_family_destroy(&laplace), rao_family_destroy(&logistic), rao_family_destroy(&cauchy);
    rao_family *weibull = make(ctx, "weibull", 0, 0);
    EXPECT_CLOSE(ask(ctx, weibull, RAO_HELLINGER, 0, (const double[]){1e5, 1}, (const double[]){3, 1e-200}), 1, 0);
    double flat[2] = {0.01, 1}, other[2] = {0.02, 1}, one[2] = {1, 1}, two[2] = {2, 1};
    LAW("Weibull laws of shapes k and 2k with one scale: no divergence depends on k, though at k = 0.01 the mass is no doubles");
    EXPECT_REL(ask(ctx, weibull, RAO_TOTAL_VARIATION, 0, flat, other), ask(ctx, weibull, RAO_TOTAL_VARIATION, 0, one, two), 1e-11);
    EXPECT_REL(ask(ctx, weibull, RAO_BHATTACHARYYA, 0, flat, other), ask(ctx, weibull, RAO_BHATTACHARYYA, 0, one, two), 1e-11);
    rao_family_destroy(&weibull);
    rao_test_ctx_close(&ctx);
}

static rao_status mvn_pair(rao_ctx *ctx, void *arg) {
    rao_status st;
    rao_family *f = NULL;
    rao_family_opts o;
    double p[5] = {0, 0, 1, 0.2, 1}, q[5] = {1, 1, 2, 0, 1}, value;
    (void)arg;
    rao_family_opts_init(&o);
    o.dimension = 2;
    RAO_TRY(rao_family_create(ctx, "mvn", &o, &f));
    RAO_TRY(try(ctx, f, RAO_CHERNOFF_INFORMATION, 0, p, q, &value, NULL));
done:
    rao_family_destroy(&f);
    return st;
}
static void survives_failed_allocations(void **state) {
    (void)state;
    rao_test_every_allocation_fails(mvn_pair, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_forms),       cmocka_unit_test(quadratures),
        cmocka_unit_test(overlaps),           cmocka_unit_test(beyond_doubles),
        cmocka_unit_test(conventions),        cmocka_unit_test(mixtures_of_several_variables),
        cmocka_unit_test(mixtures_on_a_line), cmocka_unit_test(disjoint_supports),
        cmocka_unit_test(extremes),           cmocka_unit_test(survives_failed_allocations),
    };
    return rao_test_run("manifold: divergences", tests, COUNT(tests));
}
