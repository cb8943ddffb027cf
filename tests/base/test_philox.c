#include "rao_test.h"

#include <float.h>

/* The known answers published with the authors' Random123 library (kat_vectors, philox4x32 10). */
static void known_answers(void **state) {
    (void)state;
    ORACLE("philox4x32-10", "Random123 known answers");
    static const struct {
        uint32_t counter[4], key[2], want[4];
    } cases[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}, {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint32_t out[4];
        rao_philox4x32(cases[i].counter, cases[i].key, out);
        for (int j = 0; j < 4; j++) EXPECT_EQ(out[j], cases[i].want[j]);
    }
}

static void fills_equal_single_draws(void **state) {
    (void)state;
    LAW("a bulk fill equals the draws at its indices, bit for bit, wherever it starts");
    rao_stream s = rao_stream_make(rao_test_seed(), 3);
    double u[75], z[75];
    float uf[75], zf[75];
    for (uint64_t first = 0; first < 20; first++) {
        const uint64_t n = first < 16 ? 75 - first : first - 16; /* whole runs of blocks, less than one, and none */
        rao_uniform_fill_f64(s, 9, first, (int64_t)n, u), rao_normal_fill_f64(s, 9, first, (int64_t)n, z);
        rao_uniform_fill_f32(s, 9, first, (int64_t)n, uf), rao_normal_fill_f32(s, 9, first, (int64_t)n, zf);
        for (uint64_t i = 0; i < n; i++) {
            double want_u = rao_uniform_at(s, 9, first + i), want_z = rao_normal_at(s, 9, first + i);
            EXPECT_TRUE(u[i] == want_u && z[i] == want_z && uf[i] == (float)want_u && zf[i] == (float)want_z);
        }
    }
    rao_normal_fill_f64(s, 0, 0, 0, NULL);
}

static void streams_and_steps_differ(void **state) {
    (void)state;
    LAW("another seed, stream, step or index gives another draw");
    rao_stream s = rao_stream_make(7, 0), other_seed = rao_stream_make(7 + (1ull << 32), 0), other_stream = rao_stream_make(7, 1ull << 32);
    uint32_t base = rao_u32_at(s, 0, 0);
    EXPECT_TRUE(base != rao_u32_at(other_seed, 0, 0) && base != rao_u32_at(other_stream, 0, 0));
    EXPECT_TRUE(base != rao_u32_at(s, 1ull << 32, 0) && base != rao_u32_at(s, 1, 0) && base != rao_u32_at(s, 0, 1) &&
                base != rao_u32_at(s, 0, 1ull << 34));
}

/* Mean of n draws of variance v about its expectation, in standard errors. */
static double standard_errors(double sum, double expectation, double variance, int n) {
    return fabs(sum / n - expectation) / sqrt(variance / n);
}

static void moments(void **state) {
    (void)state;
    LAW("uniforms and normals have their moments, and neighbours do not correlate (z < 5)");
    enum { N = 200000 };
    rao_stream s = rao_stream_make(rao_test_seed(), 11);
    double u1 = 0, u2 = 0, z1 = 0, z2 = 0, z3 = 0, z4 = 0, lag = 0, last = 0;
    for (uint64_t i = 0; i < N; i++) {
        double u = rao_uniform_at(s, 0, i), z = rao_normal_at(s, 1, i);
        EXPECT_TRUE(u > 0 && u < 1);
        u1 += u, u2 += u * u, z1 += z, z2 += z * z, z3 += z * z * z, z4 += z * z * z * z, lag += z * last, last = z;
    }
    EXPECT_TRUE(standard_errors(u1, 0.5, 1.0 / 12, N) < 5 && standard_errors(u2, 1.0 / 3, 4.0 / 45, N) < 5);
    EXPECT_TRUE(standard_errors(z1, 0, 1, N) < 5 && standard_errors(z2, 1, 2, N) < 5 && standard_errors(z3, 0, 15, N) < 5);
    EXPECT_TRUE(standard_errors(z4, 3, 96, N) < 5 && standard_errors(lag, 0, 1, N) < 5);
}

static void whole_numbers_below(void **state) {
    (void)state;
    LAW("draws below n stay in 0..n-1 and are uniform (chi-square, z < 5)");
    enum { N = 60000, CELLS = 7 };
    rao_stream s = rao_stream_make(rao_test_seed(), 12);
    int count[CELLS] = {0};
    for (uint64_t i = 0; i < N; i++) count[rao_below_at(s, 0, i, CELLS)]++;
    double chi = 0, want = (double)N / CELLS;
    for (int c = 0; c < CELLS; c++) chi += (count[c] - want) * (count[c] - want) / want;
    EXPECT_TRUE((chi - (CELLS - 1)) / sqrt(2.0 * (CELLS - 1)) < 5);
    EXPECT_EQ(rao_below_at(s, 0, 0, 1), 0);
    EXPECT_TRUE(rao_below_at(s, 0, 5, INT64_MAX) >= 0);
}

static void permutations(void **state) {
    (void)state;
    LAW("a permutation holds each index once; each index is equally likely to come first (z < 5)");
    enum { N = 5, ROUNDS = 20000 };
    rao_stream s = rao_stream_make(rao_test_seed(), 13);
    int first[N] = {0};
    for (uint64_t r = 0; r < ROUNDS; r++) {
        int64_t p[N];
        int seen[N] = {0};
        rao_permutation(s, r, N, p);
        for (int i = 0; i < N; i++) seen[p[i]]++;
        for (int i = 0; i < N; i++) EXPECT_EQ(seen[i], 1);
        first[p[0]]++;
    }
    for (int i = 0; i < N; i++) EXPECT_TRUE(standard_errors(first[i], 1.0 / N, (1.0 / N) * (1 - 1.0 / N), ROUNDS) < 5);
    rao_permutation(s, 0, 0, NULL);
}

static void permutations_by_hand(void **state) {
    (void)state;
    LAW("a permutation is Fisher and Yates's with the draws of rao_below_at, whatever number of them is made at a time");
    static const int64_t sizes[] = {1, 2, 3, 31, 32, 33, 63, 64, 65, 1000};
    rao_stream s = rao_stream_make(rao_test_seed(), 14);
    for (size_t k = 0; k < COUNT(sizes); k++) {
        int64_t p[1000], q[1000];
        uint64_t step = k % 2 ? k : ((uint64_t)1 << 40) + k;
        rao_permutation(s, step, sizes[k], p);
        for (int64_t i = 0; i < sizes[k]; i++) {
            int64_t j = rao_below_at(s, step, (uint64_t)i, i + 1);
            q[i] = q[j];
            q[j] = i;
        }
        EXPECT_EQ(memcmp(p, q, (size_t)sizes[k] * sizeof *p), 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_answers),
                                       cmocka_unit_test(fills_equal_single_draws),
                                       cmocka_unit_test(streams_and_steps_differ),
                                       cmocka_unit_test(moments),
                                       cmocka_unit_test(whole_numbers_below),
                                       cmocka_unit_test(permutations),
                                       cmocka_unit_test(permutations_by_hand)};
    return rao_test_run("base/philox", tests, COUNT(tests));
}
