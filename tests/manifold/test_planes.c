/* Fisher-Rao distances of a whole batch: every compilation of the kernel over all exponents, strides, and statuses item by item. */
#include <float.h>

#include "base/cpu.h"
#include "manifold/planes.h"
#include "rao_test.h"
#include <rao/manifold.h>

/* 10^u, u uniform in (-range, range) */
static double magnitude(rao_stream s, uint64_t step, uint64_t i, double range) {
    return pow(10, range * (2 * rao_uniform_at(s, step, i) - 1));
}

static void draw_pairs(rao_stream s, uint64_t round, plane_pairs *pairs) {
    for (uint64_t i = 0; i < PLANES; i++) {
        double range = round % 3 == 0 ? 1 : round % 3 == 1 ? 100 : 140;
        pairs->x[i] = rao_normal_at(s, 8 * round, i) * magnitude(s, 8 * round + 1, i, range);
        pairs->s[i] = magnitude(s, 8 * round + 2, i, range);
        pairs->y[i] = rao_normal_at(s, 8 * round + 3, i) * magnitude(s, 8 * round + 4, i, range);
        pairs->t[i] = magnitude(s, 8 * round + 5, i, range);
        double small = magnitude(s, 8 * round + 6, i, 16) * 1e-16;
        if (i % 4 == 1) pairs->y[i] = pairs->x[i] + small * pairs->s[i], pairs->t[i] = pairs->s[i] * (1 + small); /* close */
        if (i % 4 == 2) pairs->y[i] = pairs->x[i];
        if (i % 4 == 3) pairs->t[i] = pairs->s[i];
    }
}

static void kernels_are_exact(void **state) {
    (void)state;
    ORACLE("distances in the half-plane over all exponents", "long double asinhl and hypotl, another order of operations");
#if defined(__x86_64__)
    static plane_distances *const kernels[] = {planes_generic, planes_avx2, planes_avx512};
#else
    static plane_distances *const kernels[] = {planes_generic};
#endif
    static plane_pairs pairs;
    static double d[PLANES];
    static unsigned char known[PLANES];
    rao_stream s = rao_stream_make(rao_test_seed(), 0);
    const double unit2 = 0.5;
    for (int level = 0; level <= (int)rao_cpu_level() && level < (int)COUNT(kernels); level++) {
        double worst = 0;
        int64_t answered = 0, asked = 0;
        for (uint64_t round = 0; round < 60; round++) {
            draw_pairs(s, round, &pairs);
            int all = kernels[level](&pairs, unit2, 0, 1, d);
            plane_known(&pairs, unit2, 0, known);
            EXPECT_TRUE(!all || !memchr(known, 0, PLANES));
            for (int i = 0; i < PLANES; i++) {
                long double gap = sqrtl(unit2) * ((long double)pairs.y[i] - pairs.x[i]), rise = (long double)pairs.t[i] - pairs.s[i];
                long double want = 2 * asinhl(hypotl(gap, rise) / (2 * sqrtl((long double)pairs.s[i] * pairs.t[i])));
                asked++, answered += known[i];
                if (!known[i]) continue;
                if (want == 0) EXPECT_TRUE(d[i] == 0);
                else worst = fmax(worst, (double)fabsl((d[i] - want) / want));
            }
        }
        EXPECT_TRUE(worst < 4 * DBL_EPSILON); /* half of the 3 units of w, a root, a sum, and the logarithm's 1.4: 1.8 measured */
        EXPECT_TRUE(answered > asked / 2);
    }
}

static rao_family *normal(rao_ctx *ctx) {
    rao_family *f = NULL;
    OK(ctx, rao_family_create(ctx, "normal", NULL, &f));
    return f;
}

static void any_stride_gives_the_same_bits(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx(), *threads = rao_test_ctx_threads(3);
    rao_family *f = normal(ctx);
    rao_stream s = rao_stream_make(rao_test_seed(), 1);
    LAW("strides, neighbours, the place in the batch and the number of threads change no bit");
    enum { N = 5001 };
    static double p[2 * N], wide[5 * N], q[2 * N], one[N], two[3 * N], three[N];
    for (uint64_t i = 0; i < N; i++) {
        p[2 * i] = rao_normal_at(s, 0, i), p[2 * i + 1] = exp(rao_normal_at(s, 1, i));
        q[2 * i] = rao_normal_at(s, 2, i), q[2 * i + 1] = exp(rao_normal_at(s, 3, i));
        wide[5 * i] = p[2 * i], wide[5 * i + 1] = p[2 * i + 1];
    }
    rao_family_args a;
    rao_family_args_init(&a);
    a.n = N, a.p = rao_points_of(p, 2), a.q = rao_points_of(q, 2);
    OK(ctx, rao_manifold_eval(ctx, f, RAO_FISHER_RAO_DISTANCE, &a, one, 1));
    OK(threads, rao_manifold_eval(threads, f, RAO_FISHER_RAO_DISTANCE, &a, three, 1));
    a.p = rao_points_of(wide, 5);
    OK(ctx, rao_manifold_eval(ctx, f, RAO_FISHER_RAO_DISTANCE, &a, two, 3));
    for (int i = 0; i < N; i++) EXPECT_TRUE(one[i] == two[3 * i] && one[i] == three[i]);
    a.n = 1;
    for (int i = 0; i < N; i += 97) {
        double alone;
        a.p = rao_points_of(p + 2 * i, 0), a.q = rao_points_of(q + 2 * i, 0);
        OK(ctx, rao_manifold_eval(ctx, f, RAO_FISHER_RAO_DISTANCE, &a, &alone, 1));
        EXPECT_TRUE(alone == one[i]);
    }
    a.n = N, a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 2);
    OK(ctx, rao_manifold_eval(ctx, f, RAO_FISHER_RAO_DISTANCE, &a, two, 1));
    EXPECT_TRUE(two[0] == one[0] && two[1] != one[1]);
    rao_family_destroy(&f);
    rao_test_ctx_close(&threads);
    rao_test_ctx_close(&ctx);
}

static void bad_items_fail_alone(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = normal(ctx);
    LAW("a bad item gets its status and leaves its place, its neighbours are answered; far pairs are answered too");
    const double q[] = {0, 1};
    double p[] = {0, 1, 0, -1, 0, 2, NAN, 1, 0, 0, 0, INFINITY, INFINITY, 1, 1e300, 1e-300, 3, 4}, out[9];
    rao_status each[9];
    rao_quality quality[9];
    for (int i = 0; i < 9; i++) out[i] = -7;
    rao_family_args a;
    rao_family_args_init(&a);
    a.n = 9, a.p = rao_points_of(p, 2), a.q = rao_points_of(q, 0), a.each = each, a.quality = quality;
    OK(ctx, rao_manifold_eval(ctx, f, RAO_FISHER_RAO_DISTANCE, &a, out, 1));
    for (int i = 0; i < 9; i++) {
        int good = i == 0 || i == 2 || i == 7 || i == 8;
        EXPECT_TRUE(each[i] == (good ? RAO_OK : RAO_EDOMAIN) && (good || out[i] == -7));
    }
    EXPECT_CLOSE(out[2], sqrt(2) * log(2), 8 * DBL_EPSILON);
    EXPECT_REL(out[7], 2 * sqrt(2) * (300 * log(10) + 150 * log(10) - 0.5 * log(2)), 8 * DBL_EPSILON);
    EXPECT_TRUE(quality[8].method == RAO_CLOSED && quality[8].error == 0);
    a.each = NULL;
    EXPECT_FAIL(ctx, rao_manifold_eval(ctx, f, RAO_FISHER_RAO_DISTANCE, &a, out, 1), RAO_EDOMAIN, "item 1: normal: sigma = -1");
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(kernels_are_exact), cmocka_unit_test(any_stride_gives_the_same_bits),
                                       cmocka_unit_test(bad_items_fail_alone)};
    return rao_test_run("manifold/planes", tests, COUNT(tests));
}
