/* vmath_tests.h - the tests of base/vmath.h, compiled once per instruction set by test_vmath.c, test_vmath_avx2.c, test_vmath_avx512.c
 * (LEVEL says which). Errors are counted in units in the last place of the true value; of gelu' and gelu'', which change sign, of the larger
 * of their two terms. */
#include "rao_test.h"

#include <float.h>

#include "base/cpu.h"
#include "base/vmath.h"
#include "oracle_vmath.h"

static long double normcdfl(long double x) { return 0.5L * erfcl(-x / sqrtl(2)); }
static long double phil(long double x) { return expl(-x * x / 2) / sqrtl(2 * acosl(-1)); }
static long double logisticl(long double x) { return 1 / (1 + expl(-x)); }
static long double softplusl(long double x) { return (x > 0 ? x : 0) + log1pl(expl(-fabsl(x))); }
static long double gelul(long double x) { return x < 0 && isinf(x) ? -0.0L : x * normcdfl(x); }
static long double gelu_d1l(long double x) { return isinf(x) ? x > 0 : normcdfl(x) + x * phil(x); }
static long double gelu_d2l(long double x) { return isinf(x) ? 0 : (2 - x * x) * phil(x); }
static long double gelu_d1_scale(long double x) { return fmaxl(normcdfl(x), fabsl(x * phil(x))); }
static long double gelu_d2_scale(long double x) { return fmaxl(2, x * x) * phil(x); }

#define WRAP(name)                                                                        \
    static float name##_float(float x) { return vm_##name##_f32(x); }                     \
    static double name##_double(double x) { return vm_##name##_f64(x); }                  \
    static void name##_floats(int64_t n, const float *x, float *y) {                      \
        _Pragma("omp simd") for (int64_t i = 0; i < n; i++) y[i] = vm_##name##_f32(x[i]); \
    }                                                                                     \
    static void name##_doubles(int64_t n, const double *x, double *y) {                   \
        _Pragma("omp simd") for (int64_t i = 0; i < n; i++) y[i] = vm_##name##_f64(x[i]); \
    }
/* clang-format off */
WRAP(exp)
WRAP(expm1)
WRAP(log)
WRAP(log1p) WRAP(tanh) WRAP(logistic) WRAP(softplus) WRAP(erf) WRAP(erfc) WRAP(normcdf) WRAP(gelu) WRAP(gelu_d1) WRAP(gelu_d2)
    /* clang-format on */

    /* The bounds are what vmath.h states (dense sweeps: every 97th float; 2 million doubles where the function bends) and a tenth more. */
    static const struct function {
    const char *name;
    float (*f32)(float);
    double (*f64)(double);
    void (*f32s)(int64_t n, const float *x, float *y);
    void (*f64s)(int64_t n, const double *x, double *y);
    long double (*truth)(long double), (*scale)(long double);
    double ulps32, ulps64;
} functions[] = {
#define ROW(name, truth, scale, ulps32, ulps64) \
    { #name, name##_float, name##_double, name##_floats, name##_doubles, truth, scale, ulps32, ulps64 }
    ROW(exp, expl, NULL, 1.2, 1.2),
    ROW(expm1, expm1l, NULL, 1.8, 2.4),
    ROW(log, logl, NULL, 1.0, 1.0),
    ROW(log1p, log1pl, NULL, 1.7, 1.6),
    ROW(tanh, tanhl, NULL, 1.7, 2.8),
    ROW(logistic, logisticl, NULL, 2.3, 2.4),
    ROW(softplus, softplusl, NULL, 2.0, 1.9),
    ROW(erf, erfl, NULL, 1.3, 1.4),
    ROW(erfc, erfcl, NULL, 4.6, 4),
    ROW(normcdf, normcdfl, NULL, 4.7, 5.2),
    ROW(gelu, gelul, NULL, 5.2, 5.2),
    ROW(gelu_d1, gelu_d1l, gelu_d1_scale, 4.3, 4.4),
    ROW(gelu_d2, gelu_d2l, gelu_d2_scale, 3.2, 3.2),
};

static const struct function *find(const char *name) {
    for (size_t i = 0; i < COUNT(functions); i++)
        if (!strcmp(functions[i].name, name)) return &functions[i];
    fail_msg("no function %s", name);
    return NULL;
}

/* One unit in the last place of `size` with `bits` explicit bits and exponents from `least`. */
static long double ulp_of(long double size, int bits, int least) {
    int e;
    if (!(fabsl(size) > 0)) return ldexpl(1, least - bits);
    frexpl(size, &e);
    return ldexpl(1, (e - 1 < least ? least : e - 1) - bits);
}

static void expect_ulps(const char *name, const char *type, double x, double got, long double want, long double unit, double bound) {
    if (isnan(want) ? isnan(got) : got == (double)want || fabsl(got - want) <= bound * unit) return;
    fail_msg("%s %s(%a) = %a, want %La: %.3Lf units, bound %g", name, type, x, got, want, fabsl(got - want) / unit, bound);
}

static void check32(const struct function *f, float x, long double want, long double scale) {
    float got = f->f32(x);
    if (fabsl(want) > FLT_MAX) { /* rounds to FLT_MAX or overflows */
        EXPECT_TRUE((double)got == copysign(INFINITY, (double)want) || (double)fabsf(got) > 0x1.fffff8p127);
        return;
    }
    expect_ulps(f->name, "float", (double)x, (double)got, want, ulp_of(scale, 23, -126), f->ulps32);
}

/* `rounded`: half a unit when the true value is known as a double only */
static void check64(const struct function *f, double x, long double want, long double scale, double rounded) {
    double got = f->f64(x);
    if (fabsl(want) > DBL_MAX) {
        EXPECT_TRUE(got == copysign(INFINITY, (double)want) || fabs(got) > 0x1.ffffffffffff0p1023);
        return;
    }
    expect_ulps(f->name, "double", x, got, want, ulp_of(scale, 52, -1022), f->ulps64 + rounded);
}

static void tables(void **state) {
    (void)state;
    ORACLE("vmath", "mpmath 60 digits, tests/oracle/vmath.py");
    for (size_t i = 0; i < COUNT(oracle_vmath); i++) {
        const struct function *f = find(oracle_vmath[i].name);
        double x = oracle_vmath[i].x, value = oracle_vmath[i].value, scale = oracle_vmath[i].scale;
        check64(f, x, value, scale, 0.5);
        if ((double)(float)x == x) check32(f, (float)x, value, scale);
    }
}

/* Every exponent of float and double, `points` random significands each, both signs. */
static void all_exponents(void **state) {
    (void)state;
    ORACLE("vmath", "long double libm over all exponents");
    rao_stream s = rao_stream_make(rao_test_seed(), 1);
    enum { POINTS = 300, POINTS64 = 30 };
    for (size_t i = 0; i < COUNT(functions); i++) {
        const struct function *f = &functions[i];
        for (uint32_t k = 0; k < 2 * 255 * POINTS; k++) {
            float x = vm_value_f32((k / POINTS % 255) << 23 | (uint32_t)(k & 1) << 31 | rao_u32_at(s, i, k) >> 9);
            long double want = f->truth((long double)x);
            check32(f, x, want, f->scale ? f->scale((long double)x) : want);
        }
        for (uint64_t k = 0; k < 2 * 2047 * POINTS64; k++) {
            uint64_t low = (uint64_t)rao_u32_at(s, i, 2 * k) << 20 | rao_u32_at(s, i, 2 * k + 1) >> 12;
            double x = vm_value_f64((k / POINTS64 % 2047) << 52 | (k & 1) << 63 | low);
            long double want = f->truth((long double)x);
            check64(f, x, want, f->scale ? f->scale(x) : want, 0);
        }
    }
}

/* Where the functions bend: -40..40 and their tails, evenly. */
static void where_they_bend(void **state) {
    (void)state;
    ORACLE("vmath", "long double libm, uniform points");
    rao_stream s = rao_stream_make(rao_test_seed(), 2);
    static const double widths[] = {1, 4, 20, 110, 800};
    for (size_t i = 0; i < COUNT(functions); i++)
        for (uint64_t k = 0; k < 40000; k++) {
            double x = (2 * rao_uniform_at(s, i, k) - 1) * widths[k % COUNT(widths)];
            const struct function *f = &functions[i];
            long double want = f->truth(x), near = f->truth((long double)(float)x);
            check64(f, x, want, f->scale ? f->scale(x) : want, 0);
            check32(f, (float)x, near, f->scale ? f->scale((long double)(float)x) : near);
        }
}

static void special_values(void **state) {
    (void)state;
    LAW("infinities, zeros, NaN and poles");
    double inf = INFINITY, none = NAN;
    static const char *const order[] = {"exp", "expm1", "log",     "log1p", "tanh",    "logistic", "softplus",
                                        "erf", "erfc",  "normcdf", "gelu",  "gelu_d1", "gelu_d2"};
    const struct {
        double x, y[13];
    } rows[] = {
        {inf, {inf, inf, inf, inf, 1, 1, inf, 1, 0, 1, inf, 1, 0}},
        {-inf, {0, -1, none, none, -1, 0, 0, -1, 2, 0, 0, 0, 0}},
        {none, {none, none, none, none, none, none, none, none, none, none, none, none, none}},
        {0.0, {1, 0, -inf, 0, 0, 0.5, log(2), 0, 1, 0.5, 0, 0.5, 2 / sqrt(2 * acos(-1))}},
        {-0.0, {1, -0.0, -inf, -0.0, -0.0, 0.5, log(2), -0.0, 1, 0.5, -0.0, 0.5, 2 / sqrt(2 * acos(-1))}},
        {-1,
         {exp(-1), expm1(-1), none, -inf, tanh(-1), 1 / (1 + exp(1)), log1p(exp(-1)), erf(-1), erfc(-1), 0.5 * erfc(sqrt(0.5)),
          -0.5 * erfc(sqrt(0.5)), 0.5 * erfc(sqrt(0.5)) - exp(-0.5) / sqrt(2 * acos(-1)), exp(-0.5) / sqrt(2 * acos(-1))}},
        {1000, {inf, inf, log(1000), log1p(1000), 1, 1, 1000, 1, 0, 1, 1000, 1, 0}},
        {-1000, {0, -1, none, none, -1, 0, 0, -1, 2, 0, 0, 0, 0}},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t j = 0; j < COUNT(order); j++) {
            double want = rows[i].y[j], d = find(order[j])->f64(rows[i].x), f = (double)find(order[j])->f32((float)rows[i].x);
            int exact = want == 0 || isinf(want);
            if (isnan(want) ? !isnan(d) || !isnan(f)
                : exact     ? d != want || f != want
                            : fabs(d / want - 1) > 1e-14 || fabs(f / want - 1) > 1e-6)
                fail_msg("%s(%g): double %g, float %g, want %g", order[j], rows[i].x, d, f, want);
            if (rows[i].x == 0 && want == 0 && (signbit(want) != signbit(d) || signbit(want) != signbit(f)))
                fail_msg("%s(%g): double %g, float %g: the sign of zero", order[j], rows[i].x, d, f);
        }
}

static void denormals(void **state) {
    (void)state;
    LAW("tanh, expm1, log1p return a denormal argument; exp reaches the smallest number");
    for (uint32_t k = 1; k < 5000; k += 7) {
        float x = vm_value_f32(k);
        double y = vm_value_f64(k);
        EXPECT_TRUE(vm_tanh_f32(x) == x && vm_expm1_f32(-x) == -x && vm_log1p_f32(x) == x);
        EXPECT_TRUE(vm_tanh_f64(y) == y && vm_expm1_f64(-y) == -y && vm_log1p_f64(y) == y);
    }
    EXPECT_TRUE(vm_exp_f32(-103.2f) == 0x1p-149f && vm_exp_f32(-104.0f) == 0.0f);
    EXPECT_TRUE(vm_exp_f64(-744.5) == 0x1p-1074 && vm_exp_f64(-745.2) == 0.0);
}

/* 70 elements: whole vectors of every width and a rest, at every start. */
static void position_in_a_vector(void **state) {
    (void)state;
    LAW("the bits of a result do not depend on its place in the array");
    enum { N = 70 };
    float xf[N], yf[N], zf[N];
    double xd[N], yd[N], zd[N];
    rao_stream s = rao_stream_make(rao_test_seed(), 3);
    for (size_t i = 0; i < COUNT(functions); i++) {
        for (int k = 0; k < N; k++) {
            xd[k] = rao_normal_at(s, i, (uint64_t)k) * 4;
            xf[k] = (float)xd[k];
        }
        functions[i].f32s(N, xf, yf);
        functions[i].f64s(N, xd, yd);
        for (int start = 0; start < N; start++)
            for (int n = 1; start + n <= N; n += 1 + n / 3) {
                functions[i].f32s(n, xf + start, zf);
                functions[i].f64s(n, xd + start, zd);
                for (int k = 0; k < n; k++)
                    if (memcmp(&zf[k], &yf[start + k], sizeof *zf) || memcmp(&zd[k], &yd[start + k], sizeof *zd))
                        fail_msg("%s at %d of %d from %d: %a %a, else %a %a", functions[i].name, k, n, start, (double)zf[k], zd[k],
                                 (double)yf[start + k], yd[start + k]);
            }
    }
}

/* Apart from main, which must run on any processor. */
__attribute__((noinline)) static int run(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(tables),          cmocka_unit_test(all_exponents),
                                       cmocka_unit_test(where_they_bend), cmocka_unit_test(special_values),
                                       cmocka_unit_test(denormals),       cmocka_unit_test(position_in_a_vector)};
    return rao_test_run("vmath", tests, COUNT(tests));
}

int main(void) {
    if (rao_cpu_level() >= LEVEL) return run();
    printf("skipped: this processor is %s\n", rao_cpu_name(rao_cpu_level()));
    return 0;
}
