/* planes.c - a batch of Fisher-Rao distances of families whose chart 0 is a half-plane (up to a shear): location-scale families. */
#include "manifold/planes.h"

#include <math.h>
#include <string.h>

#include "base/cpu.h"
#include "manifold/geometry.h"

static plane_distances *kernel(void) {
#if defined(__x86_64__)
    static plane_distances *const kernels[] = {planes_generic, planes_avx2, planes_avx512};
    return kernels[rao_cpu_level()];
#else
    return planes_generic;
#endif
}

/* Coordinates first..first + count - 1 into separate arrays, the rest filled with (0, 1). */
static void gather(rao_points p, int64_t first, int64_t count, double *x, double *s) {
    const double *at = p.data + first * p.stride;
    if (p.stride == 2) { /* the usual case, in a form that the compiler turns into vectors */
        for (int64_t i = 0; i < count; i++) x[i] = at[2 * i], s[i] = at[2 * i + 1];
    } else {
        for (int64_t i = 0; i < count; i++) x[i] = at[i * p.stride], s[i] = at[i * p.stride + 1];
    }
    for (int64_t i = count; i < PLANES; i++) x[i] = 0, s[i] = 1;
}

static void put(const double *d, const unsigned char *known, int64_t n, double *out, int64_t stride) {
    if (stride == 1 && !memchr(known, 0, (size_t)n)) {
        memcpy(out, d, (size_t)n * sizeof *d);
        return;
    }
    for (int64_t k = 0; k < n; k++)
        if (known[k]) out[k * stride] = d[k];
}

int rao_half_distances(const rao_family *f, const rao_family_args *args, int64_t first, int64_t count, double *out, int64_t stride,
                       unsigned char *done) {
    const geometry *row = rao_geometry_of(f);
    double a, b, shear, d[PLANES];
    unsigned char known[PLANES];
    plane_pairs pairs;
    if (!row || !row->half || !row->half->shear || args->chart != 0) return 0;
    row->half->constants(f, &a, &b);
    shear = row->half->shear(f);
    for (int64_t i = 0; i < count; i += PLANES) {
        int64_t n = count - i < PLANES ? count - i : PLANES;
        gather(args->p, first + i, n, pairs.x, pairs.s);
        gather(args->q, first + i, n, pairs.y, pairs.t);
        kernel()(&pairs, sqrt(a / b), shear, sqrt(b), d, known);
        memcpy(done + i, known, (size_t)n);
        put(d, known, n, out + i * stride, stride);
    }
    return 1;
}
