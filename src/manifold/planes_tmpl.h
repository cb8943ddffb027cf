/* planes_tmpl.h - the kernel of planes.h, without branches; the body of planes_generic.c, planes_avx2.c and planes_avx512.c.
 * asinh(z) = log1p(z + z^2/(1 + sqrt(1 + z^2))) keeps small z. Where s t or z^2 leaves the range of doubles the pair is left to the scalar form.
 * Three roots come from multiplications: the divider of a CPU takes some 30 cycles for eight, once each. */
#include <math.h>

#include "base/vmath.h"
#include "manifold/planes.h"

/* x^-1/2 to 3e-12 for x > 0: from the halved exponent, off by at most 3.5 %, by y (1 + h/2 + 3 h^2/8), h = 1 - x y^2, twice (e -> 5/2 e^3). */
VM_FN double nearer(double x, double y) {
    double h = vm_fma_f64(-x * y, y, 1);
    return vm_fma_f64(y * h, vm_fma_f64(0.375, h, 0.5), y);
}
VM_FN double near_root(double x) { return nearer(x, nearer(x, vm_value_f64(0x5fe6eb50c7b537a9u - (vm_bits_f64(x) >> 1)))); }

VM_FN double inverse_root(double x) {
    double y = near_root(x), h = vm_fma_f64(-x * y, y, 1);
    return vm_fma_f64(0.5 * y, h, y);
}

/* Heron's step with the error of the square at hand; 0 stays 0. */
VM_FN double root_of(double x) {
    double y = near_root(x > 1e-290 ? x : 1e-290), s = x * y;
    return vm_fma_f64(0.5 * y, vm_fma_f64(-s, s, x), s);
}

/* In three loops: the chain of one pair is some 200 cycles long, and a CPU looks ahead over few whole pairs but over many thirds. */
void PLANES_KERNEL(const plane_pairs *pairs, double unit, double shear, double root_b, double *restrict d, unsigned char *restrict known) {
    double ok[PLANES], square[PLANES];
#pragma omp simd
    for (int64_t i = 0; i < PLANES; i++) {
        double s = pairs->s[i], t = pairs->t[i], area = s * t, root = 0.5 * inverse_root(area), rise = t - s;
        double gap = unit * ((pairs->y[i] - pairs->x[i]) + shear * rise), a = gap * root, b = rise * root, sum = a * a + b * b;
        ok[i] = (s > 0) & (area > 1e-280) & (area < 1e280) & (sum < 1e280) & ((sum > 1e-280) | ((gap == 0) & (rise == 0))) ? 1 : 0;
        square[i] = sum;
    }
#pragma omp simd
    for (int64_t i = 0; i < PLANES; i++) square[i] = root_of(square[i]) + square[i] / (1 + root_of(1 + square[i]));
#pragma omp simd
    for (int64_t i = 0; i < PLANES; i++) d[i] = 2 * root_b * vm_log1p_f64(square[i]);
    for (int64_t i = 0; i < PLANES; i++) known[i] = ok[i] != 0;
}
