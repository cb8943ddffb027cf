/* The update passes compiled for wider machines against the generic ones. */
#include "rao_test.h"

#include <float.h>

#include "base/cpu.h"
#include "optim/update.h"

enum { N = 1003, VECTORS = 4 };

typedef struct vectors {
    double d[VECTORS][N];
    float f[VECTORS][N];
} vectors;

static void fill(vectors *v) {
    for (uint64_t k = 0; k < VECTORS; k++) {
        rao_stream s = rao_stream_make(rao_test_seed(), k);
        rao_normal_fill_f64(s, 0, 0, N, v->d[k]);
        rao_normal_fill_f32(s, 0, 0, N, v->f[k]);
    }
    for (int i = 0; i < N; i++) v->d[3][i] = fabs(v->d[3][i]), v->f[3][i] = fabsf(v->f[3][i]); /* second moments */
}

static update numbers(vectors *v, int dtype) {
    update u = {.rate = 0.1, .l2 = 0.01, .decay = 0.003, .beta1 = 0.9, .beta2 = 0.99, .root = 1.7, .eps = 1e-8, .scale = 0.7};
    u.w = dtype ? (void *)v->d[0] : v->f[0], u.g = dtype ? (void *)v->d[1] : v->f[1];
    u.m = dtype ? (void *)v->d[2] : v->f[2], u.v = dtype ? (void *)v->d[3] : v->f[3];
    return u;
}

static void compare(update_pass *const want[2], update_pass *const got[2]) {
    for (int dtype = 0; dtype < 2; dtype++) {
        vectors a, b;
        fill(&a), fill(&b);
        update ua = numbers(&a, dtype), ub = numbers(&b, dtype);
        EXPECT_TRUE(want[dtype](&ua, 3, N - 5) == 0 && got[dtype](&ub, 3, N - 5) == 0);
        for (int k = 0; k < VECTORS; k++)
            for (int i = 0; i < N;
                 i++) { /* fused multiply-adds round once where the generic pass rounds twice: a few units of terms of size 10 */
                if (dtype) EXPECT_CLOSE(b.d[k][i], a.d[k][i], 64 * DBL_EPSILON);
                else EXPECT_CLOSE(b.f[k][i], a.f[k][i], 64 * (double)FLT_EPSILON);
            }
        (dtype ? (void)(b.d[1][7] = b.d[3][7] = HUGE_VAL) : (void)(b.f[1][7] = b.f[3][7] = HUGE_VALF));
        double poison = got[dtype](&ub, 0, N);
        EXPECT_TRUE(poison != poison);
    }
}

static void wider_machines_agree(void **state) {
    (void)state;
    LAW("every compilation of a pass gives the generic numbers, writes only its range and notices what is not finite");
#if defined(__x86_64__)
    static const update_set *const sets[] = {&update_generic, &update_avx2, &update_avx512};
#else
    static const update_set *const sets[] = {&update_generic};
#endif
    for (int level = 0; level <= (int)rao_cpu_level() && level < (int)COUNT(sets); level++) {
        compare(update_generic.momentum, sets[level]->momentum);
        compare(update_generic.sgd, sets[level]->sgd);
        compare(update_generic.nesterov, sets[level]->nesterov);
        compare(update_generic.adam, sets[level]->adam);
        compare(update_generic.natural, sets[level]->natural);
    }
    EXPECT_TRUE(update_passes() == sets[(int)rao_cpu_level() < (int)COUNT(sets) ? (int)rao_cpu_level() : 0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(wider_machines_agree)};
    return rao_test_run("optim/update", tests, COUNT(tests));
}
