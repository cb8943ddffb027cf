/* vmath_loops.h - defines the table LOOPS; the body of vmath_generic.c, vmath_avx2.c, vmath_avx512.c. */
#include "base/vmath.h"
#include "vmath.h"

#define EACH(DO) \
    DO(exp) DO(expm1) DO(log) DO(log1p) DO(tanh) DO(logistic) DO(softplus) DO(erf) DO(erfc) DO(normcdf) DO(gelu) DO(gelu_d1) DO(gelu_d2)

#define LOOP(name)                                                                        \
    static void name##_f32(int64_t n, const float *x, float *y) {                         \
        _Pragma("omp simd") for (int64_t i = 0; i < n; i++) y[i] = vm_##name##_f32(x[i]); \
    }                                                                                     \
    static void name##_f64(int64_t n, const double *x, double *y) {                       \
        _Pragma("omp simd") for (int64_t i = 0; i < n; i++) y[i] = vm_##name##_f64(x[i]); \
    }
EACH(LOOP)

#define NAME(name) #name,
#define FLOAT(name) name##_f32,
#define DOUBLE(name) name##_f64,
const vmath_loops LOOPS = {{EACH(NAME)}, {EACH(FLOAT)}, {EACH(DOUBLE)}};
