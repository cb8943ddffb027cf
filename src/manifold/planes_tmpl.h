/* planes_tmpl.h - the kernel of planes.h, without branches; the body of planes_generic.c, planes_avx2.c and planes_avx512.c.
 * asinh(z) = log1p(z + z^2/(1 + sqrt(1 + z^2))) keeps small z. Where s t or z^2 leaves the range of doubles the pair is left to the scalar form. */
#include <math.h>

#include "base/vmath.h"
#include "manifold/planes.h"

void PLANES_KERNEL(const plane_pairs *pairs, double unit, double shear, double root_b, double *restrict d, unsigned char *restrict known) {
    double ok[PLANES];
#pragma omp simd
    for (int64_t i = 0; i < PLANES; i++) {
        double s = pairs->s[i], t = pairs->t[i], area = s * t, root = 0.5 / sqrt(area), rise = t - s;
        double gap = unit * ((pairs->y[i] - pairs->x[i]) + shear * rise), a = gap * root, b = rise * root, square = a * a + b * b;
        ok[i] = (s > 0) & (area > 1e-280) & (area < 1e280) & (square < 1e280) & ((square > 1e-280) | ((gap == 0) & (rise == 0))) ? 1 : 0;
        d[i] = 2 * root_b * vm_log1p_f64(sqrt(square) + square / (1 + sqrt(1 + square)));
    }
    for (int64_t i = 0; i < PLANES; i++) known[i] = ok[i] != 0;
}
