#include "rao_test.h"

#include <float.h>
#include <rao/num.h>

#define INF ((double)INFINITY)

typedef struct problem {
    double (*f)(double x);
    double (*slope)(double x);
    double low, high, want;
    int64_t most;
} problem;

static double cubic(double x) { return x * x * x - 2; }
static double cubic_slope(double x) { return 3 * x * x; }
static double cosine(double x) { return cos(x) - x; }
static double cosine_slope(double x) { return -sin(x) - 1; }
static double log_1e200(double x) { return log(x) - 200 * log(10); }
static double log_slope(double x) { return 1 / x; }
static double flat(double x) { return pow(x - 1, 9); }
static double flat_slope(double x) { return 9 * pow(x - 1, 8); }
static double sign_step(double x) { return x > 0.7 ? 1 : -1; }
static double no_slope(double x) {
    (void)x;
    return 0;
}
static double tiny(double x) { return x - 1e-200; }
static double unit_slope(double x) {
    (void)x;
    return 1;
}
static double pole(double x) { return x > 0 ? 1 / x - 1e10 : INF; }
static double pole_slope(double x) { return -1 / (x * x); }
static double psi(double x) { return rao_digamma(x); }
static double psi_slope(double x) { return rao_trigamma(x); }

static const problem problems[] = {
    {cubic, cubic_slope, 0, 2, 1.2599210498948731648, 20},
    {cosine, cosine_slope, -10, 10, 0.73908513321516064166, 90},
    {log_1e200, log_slope, 1e-300, 1e300, 1e200, 80},
    {flat, flat_slope, -3, 8, 1, 130},
    {sign_step, no_slope, -1, 1, 0.7, 130},
    {tiny, unit_slope, -1, 1, 1e-200, 100},
    {pole, pole_slope, 0, 1, 1e-10, 100},
    {psi, psi_slope, 1e-3, 1e3, 1.4616321449683623413, 40},
};

static rao_status value(rao_ctx *ctx, void *arg, double x, double *f) {
    (void)ctx;
    *f = ((const problem *)arg)->f(x);
    return RAO_OK;
}
static rao_status value_slope(rao_ctx *ctx, void *arg, double x, double *f, double *slope) {
    (void)ctx;
    *f = ((const problem *)arg)->f(x);
    *slope = ((const problem *)arg)->slope(x);
    return RAO_OK;
}

static void roots(void **state) {
    (void)state;
    LAW("a bracketed root is found to a few ulp in a bounded number of steps, whatever the scales");
    rao_ctx *ctx = rao_test_ctx();
    for (size_t i = 0; i < COUNT(problems); i++) {
        problem p = problems[i];
        double x = NAN, tol = p.f == flat ? 1e-6 : 8 * DBL_EPSILON; /* (x-1)^9 underflows near its root */
        if (p.f == log_1e200) tol = 2000 * DBL_EPSILON;             /* an ulp of log(x) */
        rao_root_info info;
        OK(ctx, rao_root(ctx, value, &p, p.low, p.high, 0, &x, &info));
        EXPECT_REL(x, p.want, tol);
        if (getenv("RAO_TEST_VERBOSE")) printf("# root %zu: %lld evaluations", i, (long long)info.evaluations);
        EXPECT_TRUE(info.evaluations <= p.most && info.low <= x && x <= info.high && info.x == x);
        OK(ctx, rao_root_newton(ctx, value_slope, &p, p.low, p.high, 0.5 * (p.low + p.high), 0, &x, &info));
        EXPECT_REL(x, p.want, tol);
        if (getenv("RAO_TEST_VERBOSE")) printf(", newton %lld\n", (long long)info.evaluations);
        EXPECT_TRUE(info.evaluations <= p.most + 60);
    }
    problem p = problems[0];
    double x = 5, bracket[2];
    EXPECT_FAIL(ctx, rao_root(ctx, value, &p, 2, 3, 0, &x, NULL), RAO_EDOMAIN, "no change of sign");
    EXPECT_FAIL(ctx, rao_root(ctx, value, &p, 3, 2, 0, &x, NULL), RAO_EINVAL, "in order");
    EXPECT_FAIL(ctx, rao_root_newton(ctx, value_slope, &p, 0, INF, 1, 0, &x, NULL), RAO_EINVAL, "finite");
    EXPECT_TRUE(x == 5);
    OK(ctx, rao_root(ctx, value, &p, 0, 2, 1e-3, &x, NULL));
    EXPECT_REL(x, p.want, 1e-3);
    OK(ctx, rao_root_bracket(ctx, value, &p, -1e6, 1, -INF, INF, bracket));
    EXPECT_TRUE(bracket[0] < p.want && p.want < bracket[1]);
    p = problems[7];
    OK(ctx, rao_root_bracket(ctx, value, &p, 1e-5, 1e-5, 0, INF, bracket));
    EXPECT_TRUE(bracket[0] < p.want && p.want < bracket[1] && bracket[0] > 0);
    p = problems[6];
    OK(ctx, rao_root_bracket(ctx, value, &p, 1, 0.1, 0, INF, bracket));
    EXPECT_TRUE(bracket[0] <= 1e-10 && 1e-10 <= bracket[1] && bracket[0] > 0);
    problem always = {.f = unit_slope};
    EXPECT_FAIL(ctx, rao_root_bracket(ctx, value, &always, 1, 1, 0, INF, bracket), RAO_EDOMAIN, "no change of sign");
    EXPECT_FAIL(ctx, rao_root_bracket(ctx, value, &always, -1, 1, 0, INF, bracket), RAO_EINVAL, "start");
    rao_test_ctx_close(&ctx);
}

static double parabola(double x) { return (x - 2) * (x - 2) + 3; }
static double quartic(double x) { return pow(x - 1, 4) - x; }
static double edge(double x) { return x; }
static double broken(double x) { return x > 1 ? (double)NAN : -x; }

static void minima(void **state) {
    (void)state;
    LAW("minima to the square root of the precision, at an end too; a NaN is refused");
    rao_ctx *ctx = rao_test_ctx();
    double x, least;
    problem p = {.f = parabola};
    OK(ctx, rao_minimise(ctx, value, &p, -10, 10, 0, &x, &least));
    EXPECT_REL(x, 2, 1e-7);
    EXPECT_REL(least, 3, 4 * DBL_EPSILON);
    p.f = quartic;
    OK(ctx, rao_minimise(ctx, value, &p, -10, 10, 0, &x, &least));
    EXPECT_REL(x, 1 + pow(0.25, 1.0 / 3), 1e-6);
    p.f = edge;
    OK(ctx, rao_minimise(ctx, value, &p, 1, 2, 0, &x, &least));
    EXPECT_REL(x, 1, 1e-6);
    p.f = broken;
    EXPECT_FAIL(ctx, rao_minimise(ctx, value, &p, 0, 2, 0, &x, &least), RAO_EDOMAIN, "NaN");
    EXPECT_FAIL(ctx, rao_minimise(ctx, value, &p, 0, INF, 0, &x, &least), RAO_EINVAL, "finite");
    rao_test_ctx_close(&ctx);
}

/* Poisson: mass, k - rate, (k - rate)^2 / rate, by the deviance form of the probabilities */
static rao_status poisson(rao_ctx *ctx, void *arg, int64_t count, const double *k, double *f) {
    (void)ctx;
    double rate = *(double *)arg;
    for (int64_t i = 0; i < count; i++) {
        double p =
            k[i] > 0 ? exp(-rao_relative_entropy(k[i], rate) - rao_stirling(k[i])) / sqrt(2 * 3.14159265358979323846 * k[i]) : exp(-rate);
        f[3 * i] = p;
        f[3 * i + 1] = p * (k[i] - rate);
        f[3 * i + 2] = p * (k[i] - rate) / rate * (k[i] - rate);
    }
    return RAO_OK;
}
static rao_status geometric(rao_ctx *ctx, void *arg, int64_t count, const double *k, double *f) {
    (void)ctx;
    double p = *(double *)arg;
    for (int64_t i = 0; i < count; i++) f[i] = p * exp(k[i] * log1p(-p));
    return RAO_OK;
}
static rao_status lattice(rao_ctx *ctx, void *arg, int64_t count, const double *k, double *f) {
    (void)ctx;
    double width = *(double *)arg;
    for (int64_t i = 0; i < count; i++)
        f[i] = exp(-0.5 * k[i] / width * (k[i] / width)) * (fmod(fabs(k[i]), 2) == 0); /* even integers only */
    return RAO_OK;
}
static rao_status constant(rao_ctx *ctx, void *arg, int64_t count, const double *k, double *f) {
    (void)arg;
    for (int64_t i = 0; i < count; i++) {
        if (k[i] > 1e4) return rao_fail(ctx, RAO_EUNABLE, "too far");
        f[i] = 1;
    }
    return RAO_OK;
}

static void sums(void **state) {
    (void)state;
    LAW("mass, mean and variance of Poisson laws of rates 1e-300..1e15, in few terms; laws cut by their support; sums that are not smooth");
    rao_ctx *ctx = rao_test_ctx();
    rao_sum_opts o;
    rao_quad_info info[3];
    double got[3];
    for (double rate = 1e-300; rate < 1e16; rate *= rate < 1e-3 ? 1e30 : 3) {
        rao_sum_opts_init(&o);
        o.centre = rate, o.width = sqrt(rate), o.rel_tol = 1e-12;
        double rounding = (64 + 2 * fabs(fmin(log(rate), 0))) * DBL_EPSILON; /* of each probability */
        OK(ctx, rao_sum(ctx, &o, poisson, &rate, 3, 0, INF, got, info));
        if (getenv("RAO_TEST_VERBOSE"))
            printf("# rate %g: %.17g %g (err %g mag %g) %.17g terms %lld\n", rate, got[0], got[1], info[1].error, info[1].magnitude, got[2],
                   (long long)info[0].evaluations);
        EXPECT_TRUE(fabs(got[0] - 1) <= info[0].error + rounding);
        EXPECT_TRUE(fabs(got[1]) <= info[1].error + rounding * info[1].magnitude);
        EXPECT_REL(got[2], 1, rounding);
        EXPECT_TRUE(info[0].evaluations < 3000);
        if (rate > 1e8) EXPECT_TRUE(info[0].evaluations < 400);
    }
    for (double p = 0.9; p > 1e-4; p *= 0.3) {
        rao_sum_opts_init(&o);
        o.width = 1 / p;
        OK(ctx, rao_sum(ctx, &o, geometric, &p, 1, 0, INF, got, info));
        EXPECT_TRUE(fabs(got[0] - 1) <= info[0].error + 1e-15 / p);
        OK(ctx, rao_sum(ctx, &o, geometric, &p, 1, 0, 9, got, info));
        EXPECT_REL(got[0], -expm1(10 * log1p(-p)), 1e-14);
    }
    double width = 1000;
    rao_sum_opts_init(&o);
    o.width = width;
    OK(ctx, rao_sum(ctx, &o, lattice, &width, 1, -INF, INF, got, info));
    EXPECT_REL(got[0], 0.5 * width * sqrt(2 * 3.14159265358979323846), 1e-13);
    EXPECT_FAIL(ctx, rao_sum(ctx, &o, constant, NULL, 1, 0, INF, got, info), RAO_EUNABLE, "too far");
    o.max_terms = 100, o.width = 1;
    EXPECT_FAIL(ctx, rao_sum(ctx, &o, constant, NULL, 1, 0, INF, got, info), RAO_ENUMERIC, "after");
    EXPECT_FAIL(ctx, rao_sum(ctx, &o, constant, NULL, 0, 0, INF, got, info), RAO_EINVAL, "components");
    EXPECT_FAIL(ctx, rao_sum(ctx, &o, constant, NULL, 1, 0.5, INF, got, info), RAO_EINVAL, "integers");
    rao_test_ctx_close(&ctx);
}

static rao_status poisson_sum(rao_ctx *ctx, void *arg) {
    double got[3];
    rao_sum_opts o;
    rao_sum_opts_init(&o);
    o.centre = 100, o.width = 10;
    return rao_sum(ctx, &o, poisson, arg, 3, 0, INF, got, NULL);
}
static void allocation_failures(void **state) {
    (void)state;
    LAW("each failed allocation gives ENOMEM and no leak");
    double rate = 100;
    rao_test_every_allocation_fails(poisson_sum, &rate);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(roots), cmocka_unit_test(minima), cmocka_unit_test(sums),
                                       cmocka_unit_test(allocation_failures)};
    return rao_test_run("num", tests, COUNT(tests));
}
