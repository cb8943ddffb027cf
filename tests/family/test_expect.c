/* Expectations and integrals over two members (the private seam that room manifold builds on), against closed forms. */
#include <float.h>

#include "rao_test.h"
#include "family/expect.h"

static rao_family *make(rao_ctx *ctx, const char *name, int64_t dimension, const rao_fixed *fixed) {
    rao_family *f = NULL;
    rao_family_opts o;
    rao_family_opts_init(&o);
    o.dimension = dimension, o.fixed = fixed, o.fixed_count = fixed ? 1 : 0;
    OK(ctx, rao_family_create(ctx, name, &o, &f));
    return f;
}

enum { SKEW, DISTANCE, SQUARE, ALL };
static rao_status skew(rao_ctx *ctx, const double *x, double log_p, double log_q, double weight, double *sum, void *arg) {
    const double a = *(const double *)arg;
    (void)ctx, (void)x;
    if (log_p > -INF && log_q > -INF) sum[0] += weight * exp(a * log_p + (1 - a) * log_q);
    return RAO_OK;
}

/* p^a q^(1-a), |p - q|/2, p^2/q: one integral each. */
static rao_status three(rao_ctx *ctx, const double *x, double log_p, double log_q, double weight, double *sum, void *arg) {
    rao_status st = skew(ctx, x, log_p, log_q, weight, sum, arg);
    if (st) return st;
    sum[DISTANCE] += weight * 0.5 * fabs(exp(log_p) - exp(log_q));
    if (log_p > -INF) sum[SQUARE] += weight * exp(2 * log_p - log_q);
    return RAO_OK;
}

static const expect_draws draws = {{{1, 2}}, 3, 40000, 0, 0};

static rao_quality integrate(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double a, double value[ALL]) {
    double s[64], t[64];
    rao_quality quality;
    OK(ctx, rao_family_load(ctx, f, 0, p, s));
    OK(ctx, rao_family_load(ctx, f, 0, q, t));
    OK(ctx, rao_integrate_pair(ctx, f, s, t, &draws, ALL, three, &a, value, &quality));
    return quality;
}

static void lines_against_closed_forms(void **state) {
    (void)state;
    ORACLE("normals: int p^a q^(1-a), total variation of equal widths, int p^2/q", "closed forms");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "normal", 0, NULL);
    double v[ALL], p[2] = {0.3, 1}, q[2] = {1.1, 1}, d = 0.8;
    rao_quality quality = integrate(ctx, f, p, q, 0.3, v);
    EXPECT_EQ(quality.method, RAO_QUADRATURE);
    EXPECT_REL(v[SKEW], exp(-0.5 * 0.3 * 0.7 * d * d), 1e-13);
    EXPECT_REL(v[DISTANCE], erf(d / sqrt(8)), 1e-11); /* |p - q| has a kink that the integral must find */
    EXPECT_REL(v[SQUARE], exp(d * d), 1e-13);
    EXPECT_TRUE(quality.error > 0 && quality.error < 1e-10);
    for (double gap = 2; gap < 60; gap *= 1.7) { /* the product lives between the two */
        double far[2] = {0.3 + gap, 1};
        integrate(ctx, f, p, far, 0.5, v);
        EXPECT_REL(v[SKEW], exp(-gap * gap / 8), 1e-12);
        EXPECT_CLOSE(v[DISTANCE], erf(gap / sqrt(8)), 1e-11);
    }
    double narrow[2] = {0, 1e-6}, wide[2] = {1e6, 3};
    integrate(ctx, f, narrow, wide, 0.5, v);
    EXPECT_CLOSE(v[DISTANCE], 1, 1e-12);
    integrate(ctx, f, wide, narrow, 0.5, v);
    EXPECT_CLOSE(v[DISTANCE], 1, 1e-12);
    double twice[2] = {0, 1.5}, once[2] = {0, 1};
    integrate(ctx, f, twice, once, 0.5, v);
    EXPECT_TRUE(v[SQUARE] == INF); /* the integrand grows in the tails */
    rao_family_destroy(&f);
    f = make(ctx, "cauchy", 0, NULL);
    integrate(ctx, f, (double[]){0, 1}, (double[]){0, 1e9}, 0.5, v);
    EXPECT_CLOSE(v[DISTANCE], 2 / 3.14159265358979323846 * (atan(sqrt(1e9)) - atan(1 / sqrt(1e9))), 1e-11);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void supports_that_differ(void **state) {
    (void)state;
    LAW("over the union of two supports, with their edges as breaks");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "uniform", 0, NULL);
    double v[ALL];
    integrate(ctx, f, (double[]){0, 1}, (double[]){0.75, 2.75}, 0.5, v);
    EXPECT_REL(v[DISTANCE], 0.875, 1e-14);
    EXPECT_REL(v[SKEW], 0.25 * sqrt(0.5), 1e-14);
    EXPECT_TRUE(v[SQUARE] == INF);
    integrate(ctx, f, (double[]){0, 1}, (double[]){5, 5 + 1e-9}, 0.5, v);
    EXPECT_CLOSE(v[DISTANCE], 1, 1e-7); /* 1e-9 wide at 5: x itself has seven digits there */
    EXPECT_TRUE(v[SKEW] == 0);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void counts_and_classes(void **state) {
    (void)state;
    ORACLE("Poisson: log int sqrt(pq) = -(sqrt l - sqrt m)^2/2, at any rate, overlapping or far; classes by hand", "closed forms");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "poisson", 0, NULL);
    double v[ALL];
    const double rates[][2] = {{1e-300, 2}, {0.3, 0.4}, {3, 40}, {100, 101}, {900, 1700}, {1e6, 1.003e6}, {1e12, 1e12 + 3e6}};
    for (size_t i = 0; i < COUNT(rates); i++) {
        double l = rates[i][0], m = rates[i][1], root = (l - m) / (sqrt(l) + sqrt(m)), s[8], t[8], one;
        const double a = 0.5;
        rao_quality quality;
        OK(ctx, rao_family_load(ctx, f, 0, &l, s));
        OK(ctx, rao_family_load(ctx, f, 0, &m, t));
        if (l < 1e6) {
            EXPECT_EQ(integrate(ctx, f, &l, &m, a, v).method, RAO_SERIES);
            EXPECT_REL(v[SKEW], exp(-0.5 * root * root), 1e-11);
        }
        OK(ctx, rao_integrate_pair(ctx, f, s, t, &draws, 1, skew, (void *)&a, &one, &quality));
        EXPECT_REL(one, exp(-0.5 * root * root), 1e-11 + 3e-16 * sqrt(m)); /* rounding of the densities' arguments */
    }
    rao_family_destroy(&f);
    f = make(ctx, "categorical", 3, NULL);
    integrate(ctx, f, (double[]){0.2, 0.3, 0.5}, (double[]){0.4, 0.6, 0}, 0.5, v);
    EXPECT_REL(v[SKEW], sqrt(0.08) + sqrt(0.18), 1e-15);
    EXPECT_REL(v[DISTANCE], 0.5, 1e-15);
    EXPECT_TRUE(v[SQUARE] == INF);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void several_variables_by_draws(void **state) {
    (void)state;
    LAW("above one dimension the answer lies within five of its standard errors, also where the densities are no doubles");
    rao_ctx *ctx = rao_test_ctx();
    enum { D = 30 };
    rao_family *f = make(ctx, "isotropic_normal", D, NULL);
    double p[D + 1], q[D + 1], v[ALL];
    for (int i = 0; i < D; i++) p[i] = 0, q[i] = 1e-13 * (i < 3);
    p[D] = q[D] = 1e-13; /* densities around 1e380 */
    rao_quality quality = integrate(ctx, f, p, q, 0.25, v);
    EXPECT_EQ(quality.method, RAO_MONTE_CARLO);
    EXPECT_TRUE(quality.error > 0);
    EXPECT_TRUE(fabs(v[SKEW] - exp(-0.5 * 0.1875 * 3)) < 5 * quality.error);
    EXPECT_TRUE(fabs(v[DISTANCE] - erf(sqrt(3.0 / 8))) < 5 * quality.error);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_against_closed_forms),
        cmocka_unit_test(supports_that_differ),
        cmocka_unit_test(counts_and_classes),
        cmocka_unit_test(several_variables_by_draws),
    };
    return rao_test_run("family: expectations and two-point integrals", tests, COUNT(tests));
}
