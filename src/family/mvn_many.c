/* mvn_many.c - a batch of KL between normals in up to MVN_MANY_MOST variables: pairs are transposed into lanes and go through the kernel. */
#include "family/mvn_many.h"

#include "base/cpu.h"
#include "family/batch.h"

static mvn_kl_many *kernel(void) {
#if defined(__x86_64__)
    static mvn_kl_many *const kernels[] = {mvn_kl_generic, mvn_kl_avx2, mvn_kl_avx512};
    return kernels[rao_cpu_level()];
#else
    return mvn_kl_generic;
#endif
}

/* Points first.. of the batch; lanes behind the last repeat it. */
static void transpose(rao_points p, int64_t first, int64_t count, int64_t numbers, double out[][LANES]) {
    for (int64_t l = 0; l < LANES; l++) {
        const double *at = p.data + (first + (l < count ? l : count - 1)) * p.stride;
        for (int64_t e = 0; e < numbers; e++) out[e][l] = at[e];
    }
}

int rao_mvn_kl_many(const rao_family *f, const rao_family_args *args, int64_t first, int64_t count, double *out, int64_t stride,
                    unsigned char *done) {
    mvn_pairs pairs;
    double kl[LANES];
    unsigned char known[LANES];
    int64_t numbers = f->d + f->d * (f->d + 1) / 2;
    if (f->table != &rao_table_mvn || f->d > MVN_MANY_MOST || args->chart != 0) return 0;
    for (int64_t i = 0; i < count; i += LANES) {
        int64_t n = count - i < LANES ? count - i : LANES;
        transpose(args->p, first + i, n, numbers, pairs.p);
        transpose(args->q, first + i, n, numbers, pairs.q);
        kernel()(f->d, &pairs, kl, known);
        for (int64_t l = 0; l < n; l++) {
            done[i + l] = known[l];
            if (known[l]) out[(i + l) * stride] = kl[l];
        }
    }
    return 1;
}

/* B_F(theta_p : theta_q) = KL(q : p), to the bit. */
int rao_mvn_bregman_many(const rao_family *f, const rao_family_args *args, int64_t first, int64_t count, double *out, int64_t stride,
                         unsigned char *done) {
    rao_family_args swapped = *args;
    swapped.p = args->q, swapped.q = args->p;
    return rao_mvn_kl_many(f, &swapped, first, count, out, stride, done);
}
