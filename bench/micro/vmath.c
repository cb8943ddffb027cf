/* vmath.c - bench_vmath: nanoseconds per element of the functions of base/vmath.h over arrays in cache, normal arguments times 3 (their
 * absolute values for the logarithms), at every level that this processor has, beside a loop over libm. The best of 15 runs each. */
#include "vmath.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <rao/base.h>

#include "base/cpu.h"

enum { N = 4096, REPEAT = 20, RUNS = 15 };

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static float xf[N], yf[N];
static double xd[N], yd[N];

#define TIME(call)                             \
    double best = HUGE_VAL;                    \
    for (int run = 0; run < RUNS; run++) {     \
        double start = seconds();              \
        for (int k = 0; k < REPEAT; k++) call; \
        best = fmin(best, seconds() - start);  \
    }                                          \
    return best / REPEAT / N * 1e9

static double time_f32(void (*f)(int64_t, const float *, float *)) { TIME(f(N, xf, yf)); }
static double time_f64(void (*f)(int64_t, const double *, double *)) { TIME(f(N, xd, yd)); }

#define LIBM(name, F32, F64)                                               \
    static void libm_##name##_f32(int64_t n, const float *x, float *y) {   \
        for (int64_t i = 0; i < n; i++) y[i] = F32;                        \
    }                                                                      \
    static void libm_##name##_f64(int64_t n, const double *x, double *y) { \
        for (int64_t i = 0; i < n; i++) y[i] = F64;                        \
    }
LIBM(exp, expf(x[i]), exp(x[i]))
LIBM(expm1, expm1f(x[i]), expm1(x[i]))
LIBM(log, logf(x[i]), log(x[i]))
LIBM(log1p, log1pf(x[i]), log1p(x[i]))
LIBM(tanh, tanhf(x[i]), tanh(x[i]))
LIBM(logistic, 1 / (1 + expf(-x[i])), 1 / (1 + exp(-x[i])))
LIBM(softplus, fmaxf(x[i], 0) + log1pf(expf(-fabsf(x[i]))), fmax(x[i], 0) + log1p(exp(-fabs(x[i]))))
LIBM(erf, erff(x[i]), erf(x[i]))
LIBM(erfc, erfcf(x[i]), erfc(x[i]))
LIBM(normcdf, erfcf(-x[i] * 0.70710678f) / 2, erfc(-x[i] * 0.70710678118654752) / 2)
LIBM(gelu, x[i] * erfcf(-x[i] * 0.70710678f) / 2, x[i] * erfc(-x[i] * 0.70710678118654752) / 2)
LIBM(gelu_d1, erfcf(-x[i] * 0.70710678f) / 2 + x[i] * 0.39894228f * expf(-x[i] * x[i] / 2),
     erfc(-x[i] * 0.70710678118654752) / 2 + x[i] * 0.39894228040143268 * exp(-x[i] * x[i] / 2))
LIBM(gelu_d2, (2 - x[i] * x[i]) * 0.39894228f * expf(-x[i] * x[i] / 2), (2 - x[i] * x[i]) * 0.39894228040143268 * exp(-x[i] * x[i] / 2))

#define F32(name) libm_##name##_f32
#define F64(name) libm_##name##_f64
#define ALL(M) \
    M(exp), M(expm1), M(log), M(log1p), M(tanh), M(logistic), M(softplus), M(erf), M(erfc), M(normcdf), M(gelu), M(gelu_d1), M(gelu_d2)
static const vmath_loops libm = {{NULL}, {ALL(F32)}, {ALL(F64)}};

static void fill(int positive) {
    rao_stream s = rao_stream_make(1, 0);
    for (int i = 0; i < N; i++) {
        double x = 3 * rao_normal_at(s, 0, (uint64_t)i);
        xf[i] = (float)(xd[i] = positive ? fabs(x) : x);
    }
}

int main(void) {
    const vmath_loops *sets[4] = {&libm, &vmath_generic};
    const char *names[4] = {"libm", "generic"};
    int count = 2;
#if defined(__x86_64__)
    if (rao_cpu_level() >= RAO_CPU_AVX2) names[count] = "avx2", sets[count++] = &vmath_avx2;
    if (rao_cpu_level() >= RAO_CPU_AVX512) names[count] = "avx512", sets[count++] = &vmath_avx512;
#endif
    printf("ns per element, float then double\n%-10s", "");
    for (int s = 0; s < count; s++) printf(" %16s", names[s]);
    printf("\n");
    for (int i = 0; i < VMATH_FUNCTIONS; i++) {
        printf("%-10s", vmath_generic.name[i]);
        fill(!strncmp(vmath_generic.name[i], "log", 3) && strcmp(vmath_generic.name[i], "logistic") != 0);
        for (int s = 0; s < count; s++) printf(" %8.3f%8.3f", time_f32(sets[s]->f32[i]), time_f64(sets[s]->f64[i]));
        printf("\n");
    }
    return 0;
}
