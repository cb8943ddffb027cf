#include "rao_test.h"

#include <float.h>
#include <rao/num.h>

#define PI 3.14159265358979323846
#define INF ((double)INFINITY)

typedef double real_fn(double x, double left, double right);
typedef struct job {
    const char *name;
    real_fn *f;
    double a, b, want;
    double rel_tol;
    int64_t most; /* evaluations */
    const double *breaks;
    int64_t n_breaks;
} job;

static rao_status call(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    (void)ctx;
    const job *j = arg;
    for (int64_t i = 0; i < at->count; i++) f[i] = j->f(at->x[i], at->left[i], at->right[i]);
    return RAO_OK;
}

#define F(name, expression)                                   \
    static double name(double x, double left, double right) { \
        (void)x, (void)left, (void)right;                     \
        return expression;                                    \
    }
F(one, 1)
F(zero, 0)
F(poly, 5 * x * x * x * x - 3 * x * x + 2)
F(expo, exp(x))
F(left_power, pow(left, -0.9))
F(right_power, pow(right, -0.9))
F(root, sqrt(left))
F(logarithm, log(left))
F(log_log, log(left) * log(right))
F(beta_like, pow(left, -0.95) * pow(right, -0.5))
F(absolute, fabs(x))

F(kink_power, pow(fabs(x - 0.3) < 0.01 ? fmin(left, right) : fabs(x - 0.3), -0.9))
F(step, x > 0.3 ? 1 : 0)
F(gauss, exp(-0.5 * x * x) / sqrt(2 * PI))
F(naive_gauss, x *x *exp(-x *x))
F(cauchy, 1 / (PI * (1 + x * x)))
F(shifted_cauchy, 1 / (PI * (1 + (x - 1e6) * (x - 1e6))))
F(exact_cauchy, 1 / (PI * (1 + fmin(left, right) * fmin(left, right))))
F(narrow, exp(-0.5 * (x - 0.3) * (x - 0.3) / 1e-16) / (1e-8 * sqrt(2 * PI)))
F(wide, exp(-0.5 * fmin(left, right) * fmin(left, right)) / sqrt(2 * PI))
F(tiny, exp(-0.5 * (x / 1e-150) * (x / 1e-150)) / (1e-150 * sqrt(2 * PI)))
F(oscillating, cos(100 * x))
F(damped, exp(-x) * cos(20 * x))
F(heavy, 0.05 * pow(1 + left, -1.05))
F(slow, 0.5 * pow(1 + left, -1.5))
F(exponential, exp(-x))
F(gamma_half, exp(-x) / sqrt(left))
F(entropy_of_gauss, exp(-0.5 * x * x) / sqrt(2 * PI) * (0.5 * x * x + 0.5 * log(2 * PI)))
F(logistic, 0.25 / (cosh(0.5 * x) * cosh(0.5 * x)))
F(odd, x *exp(-x *x))
F(runge, 1 / (1 + 25 * x * x))
F(sharp_runge, 1e-3 / (1e-6 + (x - 0.37) * (x - 0.37)))
F(reciprocal, 1 / left)
F(far_reciprocal, 1 / x)
F(interior_pole, 1 / fabs(x - 0.3))

static const double zero_break[] = {0}, three_tenths[] = {0.3}, peak[] = {0.3 - 1e-7, 0.3, 0.3 + 1e-7}, far_peak[] = {1e15},
                    million[] = {1e6}, tiny_breaks[] = {-1e-150, 1e-150};

static const job good[] = {
    {"one", one, -1, 3, 4, 1e-12, 100, NULL, 0},
    {"zero", zero, -INF, INF, 0, 1e-12, 2000, NULL, 0},
    {"empty", one, 2, 2, 0, 1e-12, 0, NULL, 0},
    {"polynomial", poly, 0, 2, 28, 1e-12, 100, NULL, 0},
    {"exp", expo, 0, 1, 1.71828182845904523536, 1e-12, 100, NULL, 0},
    {"x^-0.9 at 0", left_power, 0, 1, 10, 1e-12, 3000, NULL, 0},
    {"x^-0.9 at 1e6", left_power, 1e6, 1e6 + 1, 10, 1e-12, 3000, NULL, 0},
    {"(1-x)^-0.9", right_power, 0, 1, 10, 1e-12, 3000, NULL, 0},
    {"sqrt", root, 0, 1, 2.0 / 3, 1e-12, 2000, NULL, 0},
    {"log", logarithm, 0, 1, -1, 1e-12, 2000, NULL, 0},
    {"log x log(1-x)", log_log, 0, 1, 2 - PI *PI / 6, 1e-12, 4000, NULL, 0},
    {"beta(0.05, 0.5)", beta_like, 0, 1, 21.353449332480042, 1e-11, 5000, NULL, 0},
    {"|x|", absolute, -1, 2, 2.5, 1e-12, 200, zero_break, 1},
    {"|x - 0.3|^-0.9 with a break", kink_power, 0, 1, 0, 1e-12, 8000, three_tenths, 1},
    {"step with a break", step, 0, 1, 0.7, 1e-12, 200, three_tenths, 1},
    {"step without", step, 0, 1, 0.7, 1e-12, 6000, NULL, 0},
    {"normal", gauss, -INF, INF, 1, 1e-12, 1000, NULL, 0},
    {"normal half", gauss, 0, INF, 0.5, 1e-12, 1000, NULL, 0},
    {"x^2 exp(-x^2), overflow outside", naive_gauss, -INF, INF, 0.88622692545275801365, 1e-12, 1500, NULL, 0},
    {"cauchy", cauchy, -INF, INF, 1, 1e-12, 2000, NULL, 0},
    {"cauchy at 1e6, x rounded", shifted_cauchy, -INF, INF, 1, 1e-9, 1000, million, 1},
    {"cauchy at 1e6", exact_cauchy, -INF, INF, 1, 1e-12, 1000, million, 1},
    {"narrow peak with breaks, x rounded", narrow, 0, 1, 1, 1e-7, 1000, peak, 3},
    {"normal at 1e15", wide, -INF, INF, 1, 1e-12, 1000, far_peak, 1},
    {"normal of scale 1e-150", tiny, -INF, INF, 1, 1e-12, 3000, tiny_breaks, 2},
    {"cos 100x", oscillating, 0, 1, -0.0050636564110975879, 1e-11, 4000, NULL, 0},
    {"exp(-x) cos 20x", damped, 0, INF, 1.0 / 401, 1e-11, 8000, NULL, 0},
    {"tail x^-1.05", heavy, 0, INF, 1, 1e-12, 4000, NULL, 0},
    {"tail x^-1.5", slow, 0, INF, 1, 1e-12, 2000, NULL, 0},
    {"exponential", exponential, 0, INF, 1, 1e-12, 1000, NULL, 0},
    {"gamma(1/2)", gamma_half, 0, INF, 1.77245385090551602730, 1e-12, 2000, NULL, 0},
    {"entropy of the normal", entropy_of_gauss, -INF, INF, 1.41893853320467274178, 1e-12, 1000, NULL, 0},
    {"logistic", logistic, -INF, INF, 1, 1e-12, 1500, NULL, 0},
    {"odd", odd, -INF, INF, 0, 1e-12, 1500, NULL, 0},
    {"runge", runge, -1, 1, 0.54936030677800634644, 1e-12, 1000, NULL, 0},
    {"peak of width 1e-3 found by itself", sharp_runge, 0, 1, 0, 1e-12, 3000, NULL, 0},
};

static double wanted(const job *j) {
    if (j->f == kink_power) return (pow(0.3, 0.1) + pow(0.7, 0.1)) / 0.1;
    if (j->f == sharp_runge) return atan(630) + atan(370);
    return j->want;
}

static void known_integrals(void **state) {
    (void)state;
    ORACLE("integrals with closed forms, nasty ones included: right, the error estimate above the true error, at a bounded cost",
           "calculus");
    rao_ctx *ctx = rao_test_ctx();
    for (size_t k = 0; k < COUNT(good); k++) {
        job j = good[k];
        rao_quad_opts o;
        rao_quad_opts_init(&o);
        o.rel_tol = j.rel_tol, o.breaks = j.breaks, o.n_breaks = j.n_breaks;
        double value = NAN;
        rao_quad_info info;
        rao_status st = rao_quad(ctx, &o, call, &j, 1, j.a, j.b, &value, &info);
        double want = wanted(&j), error = fabs(info.value - want);
        if (getenv("RAO_TEST_VERBOSE"))
            printf("# %-36s %-9s error %8.1e estimate %8.1e evaluations %6lld\n", j.name, rao_status_name(st), error, info.error,
                   (long long)info.evaluations);
        if (st != RAO_OK) print_error("%s: %s\n", j.name, rao_ctx_message(ctx));
        EXPECT_EQ(st, RAO_OK);
        EXPECT_TRUE(info.converged && value == info.value);
        if (error > info.error + 2 * DBL_EPSILON * fabs(want)) print_error("%s: error %g, estimate %g\n", j.name, error, info.error);
        EXPECT_TRUE(error <= info.error + 2 * DBL_EPSILON * fabs(want));
        EXPECT_TRUE(info.error <= fmax(j.rel_tol * fabs(want), 1.0001e-14 * info.magnitude));
        if (info.evaluations > j.most) print_error("%s: %lld evaluations\n", j.name, (long long)info.evaluations);
        EXPECT_TRUE(info.evaluations <= j.most);
    }
    rao_test_ctx_close(&ctx);
}

static void impossible_integrals(void **state) {
    (void)state;
    LAW("improper and unreached integrals are refused with a reason, outputs untouched, the estimate kept in info");
    rao_ctx *ctx = rao_test_ctx();
    double value = 7;
    rao_quad_info info;
    job j = {.f = reciprocal};
    EXPECT_FAIL(ctx, rao_quad(ctx, NULL, call, &j, 1, 0, 1, &value, &info), RAO_EDOMAIN, "improper");
    j.f = far_reciprocal;
    EXPECT_FAIL(ctx, rao_quad(ctx, NULL, call, &j, 1, 1, INF, &value, &info), RAO_EDOMAIN, "improper");
    j.f = one;
    EXPECT_FAIL(ctx, rao_quad(ctx, NULL, call, &j, 1, -INF, INF, &value, &info), RAO_EDOMAIN, "improper");
    j.f = interior_pole;
    rao_status st = rao_quad(ctx, NULL, call, &j, 1, 0, 1, &value, &info);
    EXPECT_TRUE(st == RAO_ENUMERIC || st == RAO_EDOMAIN);
    rao_quad_opts o;
    rao_quad_opts_init(&o);
    o.breaks = million, o.n_breaks = 1;
    j.f = shifted_cauchy; /* x - 1e6 has an error of 1e-10 */
    EXPECT_FAIL(ctx, rao_quad(ctx, &o, call, &j, 1, -INF, INF, &value, &info), RAO_ENUMERIC, "above the tolerance");
    EXPECT_TRUE(fabs(info.value - 1) < info.error && info.error < 1e-9 && info.evaluations < 20000);
    rao_quad_opts_init(&o);
    j.f = oscillating;
    o.max_evaluations = 100;
    EXPECT_FAIL(ctx, rao_quad(ctx, &o, call, &j, 1, 0, 10, &value, &info), RAO_ENUMERIC, "above the tolerance");
    EXPECT_TRUE(!info.converged && info.error > fabs(info.value - sin(1000) / 100) && info.evaluations <= 200);
    o.max_evaluations = 1;
    EXPECT_FAIL(ctx, rao_quad(ctx, &o, call, &j, 1, 0, 10, &value, &info), RAO_EINVAL, "max_evaluations");
    EXPECT_FAIL(ctx, rao_quad(ctx, NULL, call, &j, 0, 0, 10, &value, &info), RAO_EINVAL, "components");
    EXPECT_FAIL(ctx, rao_quad(ctx, NULL, call, &j, 1, 1, 0, &value, &info), RAO_EINVAL, "from <= to");
    EXPECT_FAIL(ctx, rao_quad(ctx, NULL, call, &j, 1, (double)NAN, 0, &value, &info), RAO_EINVAL, "from <= to");
    const double descending[2] = {2, 1};
    rao_quad_opts_init(&o);
    o.breaks = descending, o.n_breaks = 2;
    EXPECT_FAIL(ctx, rao_quad(ctx, &o, call, &j, 1, 0, 3, &value, &info), RAO_EINVAL, "ascending");
    EXPECT_TRUE(value == 7);
    rao_test_ctx_close(&ctx);
}

/* moments 0..7 of the standard normal, and a failure on demand */
static rao_status moments(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    const double *fail_above = arg;
    for (int64_t i = 0; i < at->count; i++) {
        double x = at->x[i], power = exp(-0.5 * x * x) / sqrt(2 * PI);
        if (fail_above && x > *fail_above && x < 8) return rao_fail(ctx, RAO_EUNABLE, "no value at %g", x);
        for (int k = 0; k < 8; k++, power *= x) f[8 * i + k] = fabs(x) > 1e30 ? 0 : power;
    }
    return RAO_OK;
}

static void many_at_once(void **state) {
    (void)state;
    LAW("several integrals in one pass; the integrand's own failure comes through; a warm call allocates nothing; ENOMEM leaks nothing");
    rao_ctx *ctx = rao_test_ctx();
    double values[8];
    rao_quad_info info[8];
    static const double want[8] = {1, 0, 1, 0, 3, 0, 15, 0};
    int64_t calls = 0;
    for (int round = 0; round < 2; round++) {
        calls = rao_test_alloc_calls();
        OK(ctx, rao_quad(ctx, NULL, moments, NULL, 8, -INF, INF, values, info));
        for (int k = 0; k < 8; k++) {
            EXPECT_TRUE(fabs(values[k] - want[k]) <= info[k].error);
            EXPECT_TRUE(info[k].error <= 1e-13 * info[k].magnitude + 1e-12 * want[k]);
        }
    }
    EXPECT_EQ(rao_test_alloc_calls(), calls);
    double edge = 1;
    values[0] = 9;
    EXPECT_FAIL(ctx, rao_quad(ctx, NULL, moments, &edge, 8, -INF, INF, values, info), RAO_EUNABLE, "no value at");
    EXPECT_TRUE(values[0] == 9);
    rao_test_ctx_close(&ctx);
}

static rao_status every_moment(rao_ctx *ctx, void *arg) {
    (void)arg;
    double values[8];
    return rao_quad(ctx, NULL, moments, NULL, 8, -INF, INF, values, NULL);
}

static void allocation_failures(void **state) {
    (void)state;
    LAW("each failed allocation gives ENOMEM and no leak");
    rao_test_every_allocation_fails(every_moment, NULL);
}

/* In the plane: a correlated normal with x y, and the unit disc. */
static rao_status plane_normal(rao_ctx *ctx, void *arg, double x, const rao_nodes *at, double *f) {
    (void)ctx;
    double rho = *(double *)arg;
    for (int64_t i = 0; i < at->count; i++) {
        double y = at->x[i], q = (x * x - 2 * rho * x * y + y * y) / (1 - rho * rho);
        f[2 * i] = q < 1400 ? exp(-0.5 * q) / (2 * PI * sqrt(1 - rho * rho)) : 0;
        f[2 * i + 1] = f[2 * i] != 0 ? f[2 * i] * x * y : 0;
    }
    return RAO_OK;
}
static rao_status half_disc(rao_ctx *ctx, void *arg, double x, double *low, double *high) {
    (void)ctx, (void)arg;
    *high = sqrt((1 - x) * (1 + x));
    *low = -*high;
    return RAO_OK;
}
static rao_status height(rao_ctx *ctx, void *arg, double x, const rao_nodes *at, double *f) {
    (void)ctx, (void)arg;
    for (int64_t i = 0; i < at->count; i++) f[i] = 1 + x * x;
    return RAO_OK;
}

static void the_plane(void **state) {
    (void)state;
    ORACLE("a correlated normal integrates to one with E xy = rho; the disc has area pi, and pi/4 more under x^2", "calculus");
    rao_ctx *ctx = rao_test_ctx();
    double rho = 0.6, values[2] = {0};
    rao_quad_info info[2];
    rao_quad_opts o;
    rao_quad_opts_init(&o);
    o.rel_tol = 1e-9;
    OK(ctx, rao_quad2(ctx, &o, NULL, plane_normal, NULL, &rho, 2, -INF, INF, values, info));
    EXPECT_TRUE(fabs(values[0] - 1) <= info[0].error && fabs(values[1] - rho) <= info[1].error && info[0].error < 1e-8);
    OK(ctx, rao_quad2(ctx, &o, NULL, height, half_disc, NULL, 1, -1, 1, values, info));
    EXPECT_REL(values[0], 1.25 * PI, 1e-9);
    EXPECT_TRUE(fabs(values[0] - 1.25 * PI) <= info[0].error);
    EXPECT_FAIL(ctx, rao_quad2(ctx, &o, NULL, height, half_disc, NULL, 0, -1, 1, values, info), RAO_EINVAL, "components");
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_integrals), cmocka_unit_test(impossible_integrals),
                                       cmocka_unit_test(many_at_once), cmocka_unit_test(allocation_failures), cmocka_unit_test(the_plane)};
    return rao_test_run("num", tests, COUNT(tests));
}
