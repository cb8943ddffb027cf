/* planes_tmpl.h - the kernels of planes.h, without branches; the body of planes_generic.c, planes_avx2.c and planes_avx512.c.
 *
 * With w = h^2 / (4 s t) the distance 2 asinh(sqrt w) is log1p(2 (w + sqrt(w + w^2))): one root and one quotient, nothing cancels, and the
 * root halves what rounding has left in w. From w = 1e17 on w + w^2 rounds to w^2, whose root is w. */
#include <math.h>

#include "base/vmath.h"
#include "manifold/planes.h"

/* In three loops: the chain of one pair is some 150 cycles long, and a CPU looks ahead over few whole pairs but over many thirds. What the
 * numbers span is a sum and a minimum, which cost less than a flag each; a NaN stays in the sum. */
int PLANES_DISTANCES(const plane_pairs *pairs, double unit2, double shear, double root_b, double *restrict d) {
    double half[PLANES], least = INFINITY, total = 0;
#pragma omp simd reduction(min : least) reduction(+ : total)
    for (int64_t i = 0; i < PLANES; i++) {
        double s = pairs->s[i], t = pairs->t[i], area = 4 * (s * t), rise = t - s;
        double gap = (pairs->y[i] - pairs->x[i]) + shear * rise, square = vm_fma_f64(unit2 * gap, gap, rise * rise), w = square / area;
        double lower = s < area ? s : area, low = square < w ? square : w;
        low = low < lower ? low : lower;
        least = low < least ? low : least;
        total += area + square + w;
        half[i] = w;
    }
#pragma omp simd
    for (int64_t i = 0; i < PLANES; i++) {
        double w = half[i], root = sqrt(vm_fma_f64(w, w, w));
        half[i] = w + (w < 1e17 ? root : w);
    }
#pragma omp simd
    for (int64_t i = 0; i < PLANES; i++) d[i] = root_b * vm_log1p_known_f64(2 * half[i]);
    return least > PLANES_LEAST && total < PLANES_MOST;
}

void PLANES_GATHER(const double *restrict points, double *restrict x, double *restrict s) {
#pragma omp simd
    for (int64_t i = 0; i < PLANES; i++) x[i] = points[2 * i], s[i] = points[2 * i + 1];
}
