/* planes.c - a batch of Fisher-Rao distances of families whose chart 0 is a half-plane (up to a shear): location-scale families. */
#include "manifold/planes.h"

#include <math.h>
#include <string.h>

#include "base/cpu.h"
#include "manifold/geometry.h"

static const plane_kernels *kernels(void) {
    static const plane_kernels generic = {planes_generic, planes_gather_generic};
#if defined(__x86_64__)
    static const plane_kernels avx2 = {planes_avx2, planes_gather_avx2}, avx512 = {planes_avx512, planes_gather_avx512};
    static const plane_kernels *const all[] = {&generic, &avx2, &avx512};
    return all[rao_cpu_level()];
#else
    return &generic;
#endif
}

static int within(double v) { return v > PLANES_LEAST && v < PLANES_MOST; }

void plane_known(const plane_pairs *pairs, double unit2, double shear, unsigned char *known) {
    for (int64_t i = 0; i < PLANES; i++) {
        double s = pairs->s[i], t = pairs->t[i], area = 4 * (s * t), rise = t - s, gap = (pairs->y[i] - pairs->x[i]) + shear * rise;
        double square = unit2 * gap * gap + rise * rise;
        known[i] = s > 0 && within(area) && ((gap == 0 && rise == 0) || (within(square) && within(square / area)));
    }
}

/* Coordinates first..first + count - 1 into separate arrays, the rest filled with (fill, 1). */
static void gather(const plane_kernels *k, rao_points p, int64_t first, int64_t count, double fill, double *x, double *s) {
    const double *at = p.data + first * p.stride;
    if (p.stride == 2 && count == PLANES) {
        k->gather(at, x, s);
        return;
    }
    for (int64_t i = 0; i < count; i++) x[i] = at[i * p.stride], s[i] = at[i * p.stride + 1];
    for (int64_t i = count; i < PLANES; i++) x[i] = fill, s[i] = 1;
}

static void put(const double *d, const unsigned char *known, int64_t n, double *out, int64_t stride) {
    for (int64_t k = 0; k < n; k++)
        if (known[k]) out[k * stride] = d[k];
}

static void put_all(const double *d, int64_t n, double *out, int64_t stride) {
    if (stride == 1) memcpy(out, d, (size_t)n * sizeof *d);
    else
        for (int64_t k = 0; k < n; k++) out[k * stride] = d[k];
}

int rao_half_distances(const rao_family *f, const rao_family_args *args, int64_t first, int64_t count, double *out, int64_t stride,
                       unsigned char *done) {
    const geometry *row = rao_geometry_of(f);
    double a, b, shear, d[PLANES];
    unsigned char known[PLANES];
    plane_pairs pairs;
    const plane_kernels *k = kernels();
    if (!row || !row->half || !row->half->shear || args->chart != 0) return 0;
    row->half->constants(f, &a, &b);
    shear = row->half->shear(f);
    for (int64_t i = 0; i < count; i += PLANES) {
        int64_t n = count - i < PLANES ? count - i : PLANES;
        gather(k, args->p, first + i, n, 0, pairs.x, pairs.s);
        gather(k, args->q, first + i, n, 1, pairs.y, pairs.t);
        if (k->distances(&pairs, a / b, shear, sqrt(b), d)) {
            memset(done + i, 1, (size_t)n);
            put_all(d, n, out + i * stride, stride);
            continue;
        }
        plane_known(&pairs, a / b, shear, known);
        memcpy(done + i, known, (size_t)n);
        put(d, known, n, out + i * stride, stride);
    }
    return 1;
}
