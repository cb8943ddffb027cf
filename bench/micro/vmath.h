/* vmath.h - the loops that bench_vmath times, one set per instruction set. */
#ifndef RAO_BENCH_VMATH_H
#define RAO_BENCH_VMATH_H

#include <stdint.h>

enum { VMATH_FUNCTIONS = 13 };

typedef struct vmath_loops {
    const char *name[VMATH_FUNCTIONS];
    void (*f32[VMATH_FUNCTIONS])(int64_t n, const float *x, float *y);
    void (*f64[VMATH_FUNCTIONS])(int64_t n, const double *x, double *y);
} vmath_loops;

extern const vmath_loops vmath_generic, vmath_avx2, vmath_avx512;

#endif
