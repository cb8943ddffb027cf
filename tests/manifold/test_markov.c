/* Markov morphisms: composition, mass, what contracts and what is kept, small probabilities, and refusals. */
#include "manifold/manifold_cases.h"

#include <float.h>

enum { MOST = 12, TRIALS = 200 };

/* A random law: squares of normals, some of them zero, normalised. */
static void random_law(uint64_t step, uint64_t place, int64_t k, double *p) {
    rao_stream s = rao_stream_make(rao_test_seed(), 77);
    double sum = 0;
    for (int64_t i = 0; i < k; i++) {
        double z = rao_normal_at(s, step, place * MOST + (uint64_t)i);
        p[i] = i > 0 && z < -1 ? 0 : z * z;
        sum += p[i];
    }
    for (int64_t i = 0; i < k; i++) p[i] /= sum;
}

static int64_t random_size(uint64_t step, uint64_t place, int64_t least) {
    return least + rao_below_at(rao_stream_make(rao_test_seed(), 78), step, place, MOST - least);
}

static rao_markov *random_kernel(rao_ctx *ctx, uint64_t step, uint64_t place, int64_t rows, int64_t columns, double *k) {
    rao_markov *m = NULL;
    for (int64_t i = 0; i < rows; i++) random_law(step, place + (uint64_t)i, columns, k + i * columns);
    OK(ctx, rao_markov_create(ctx, rows, columns, k, &m));
    return m;
}

static rao_family *categorical(rao_ctx *ctx, int64_t k) {
    manifold_case c = {"categorical", k, 0, {0}, {0}};
    return case_family(ctx, &c);
}

static void test_composition(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("(p K) L = p (K L), and mass is kept");
    for (uint64_t t = 0; t < TRIALS; t++) {
        int64_t a = random_size(t, 0, 1), b = random_size(t, 1, 1), c = random_size(t, 2, 1);
        double k[MOST * MOST], l[MOST * MOST], kl[MOST * MOST], p[MOST], pk[MOST], got[MOST], want[MOST], sum = 0;
        rao_markov *first = random_kernel(ctx, t, 0, a, b, k), *second = random_kernel(ctx, t, 100, b, c, l), *both = NULL;
        random_law(t, 200, a, p);
        OK(ctx, rao_markov_pushforward(ctx, second, a, rao_points_of(k, b), kl, c));
        OK(ctx, rao_markov_create(ctx, a, c, kl, &both));
        OK(ctx, rao_markov_pushforward(ctx, first, 1, rao_points_of(p, 0), pk, 0));
        OK(ctx, rao_markov_pushforward(ctx, second, 1, rao_points_of(pk, 0), got, 0));
        OK(ctx, rao_markov_pushforward(ctx, both, 1, rao_points_of(p, 0), want, 0));
        for (int64_t j = 0; j < c; j++) {
            EXPECT_REL(got[j], want[j],
                       4 * MOST * DBL_EPSILON); /* two sums of at most 12 positive terms on each side, and their divisions */
            sum += got[j];
        }
        EXPECT_REL(sum, 1, 4 * MOST * DBL_EPSILON);
        EXPECT_EQ(rao_markov_rows(both), a);
        EXPECT_EQ(rao_markov_columns(both), c);
        rao_markov_destroy(&first);
        rao_markov_destroy(&second);
        rao_markov_destroy(&both);
    }
    rao_test_ctx_close(&ctx);
}

static const int monotone[] = {RAO_KL, RAO_JEFFREYS_DIVERGENCE, RAO_FISHER_RAO_DISTANCE};

/* Zero probabilities would make KL infinite: every entry is kept above 1/100. */
static void lift(int64_t k, double *p) {
    for (int64_t i = 0; i < k; i++) p[i] = 0.9 * p[i] + 0.1 / (double)k;
}

static void test_contraction(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("data processing: KL, Jeffreys' divergence and the Fisher-Rao distance do not grow under any kernel");
    for (uint64_t t = 0; t < TRIALS; t++) {
        int64_t a = random_size(t, 0, 2), b = random_size(t, 1, 2);
        double k[MOST * MOST], p[MOST], q[MOST], pk[MOST], qk[MOST];
        rao_markov *m = random_kernel(ctx, t, 0, a, b, k);
        rao_family *before = categorical(ctx, a), *behind = categorical(ctx, b);
        random_law(t, 300, a, p), random_law(t, 301, a, q);
        lift(a, p), lift(a, q);
        OK(ctx, rao_markov_pushforward(ctx, m, 1, rao_points_of(p, 0), pk, 0));
        OK(ctx, rao_markov_pushforward(ctx, m, 1, rao_points_of(q, 0), qk, 0));
        for (size_t i = 0; i < COUNT(monotone); i++) {
            double first = case_number(ctx, before, monotone[i], p, q), second = case_number(ctx, behind, monotone[i], pk, qk);
            EXPECT_TRUE(second <= first * (1 + 1e-13) + 1e-15); /* rounding, where a kernel keeps nearly all */
        }
        rao_family_destroy(&before);
        rao_family_destroy(&behind);
        rao_markov_destroy(&m);
    }
    rao_test_ctx_close(&ctx);
}

/* Class i is split into 1 + i % 3 outputs of its own. */
static int64_t splitting_kernel(uint64_t step, int64_t a, double *k) {
    int64_t columns = 0, at = 0;
    for (int64_t i = 0; i < a; i++) columns += 1 + i % 3;
    memset(k, 0, sizeof *k * (size_t)(a * columns));
    for (int64_t i = 0; i < a; i++) {
        double shares[3];
        random_law(step, 400 + (uint64_t)i, 1 + i % 3, shares);
        for (int64_t j = 0; j < 1 + i % 3; j++) k[i * columns + at++] = shares[j];
    }
    return columns;
}

static void test_congruent_embeddings(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("Chentsov: congruent embeddings keep KL, Jeffreys' divergence and the Fisher-Rao distance, and only they have columns of one "
        "source");
    for (uint64_t t = 0; t < TRIALS; t++) {
        int64_t a = 2 + (int64_t)(t % 5);
        double k[MOST * MOST], p[MOST], q[MOST], pk[MOST], qk[MOST];
        int64_t b = splitting_kernel(t, a, k);
        rao_markov *m = NULL;
        OK(ctx, rao_markov_create(ctx, a, b, k, &m));
        EXPECT_TRUE(rao_markov_congruent(m));
        rao_family *before = categorical(ctx, a), *behind = categorical(ctx, b);
        random_law(t, 500, a, p), random_law(t, 501, a, q);
        lift(a, p), lift(a, q);
        OK(ctx, rao_markov_pushforward(ctx, m, 1, rao_points_of(p, 0), pk, 0));
        OK(ctx, rao_markov_pushforward(ctx, m, 1, rao_points_of(q, 0), qk, 0));
        for (size_t i = 0; i < COUNT(monotone); i++) /* p and q may be near each other, where KL is the difference of its terms */
            EXPECT_CLOSE(case_number(ctx, behind, monotone[i], pk, qk), case_number(ctx, before, monotone[i], p, q), 1e-13);
        rao_family_destroy(&before);
        rao_family_destroy(&behind);
        rao_markov_destroy(&m);
    }
    const double mixing[] = {1, 0, 1, 0};
    rao_markov *m = NULL;
    OK(ctx, rao_markov_create(ctx, 2, 2, mixing, &m));
    EXPECT_TRUE(!rao_markov_congruent(m));
    rao_markov_destroy(&m);
    rao_test_ctx_close(&ctx);
}

static void test_exact(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    ORACLE("dyadic entries, exact in binary", "by hand; and a probability of 1e-300 keeps its digits");
    const double k[] = {0.5, 0.25, 0.25, 0, 1, 0}, p[] = {0.25, 0.75, 1, 0, 1e-300, 1}, want[] = {0.125, 0.8125, 0.0625, 0.5, 0.25, 0.25};
    double out[9];
    rao_markov *m = NULL;
    OK(ctx, rao_markov_create(ctx, 2, 3, k, &m));
    OK(ctx, rao_markov_pushforward(ctx, m, 3, rao_points_of(p, 2), out, 3));
    for (int i = 0; i < 6; i++) EXPECT_TRUE(out[i] == want[i]);
    EXPECT_REL(out[6], 5e-301, DBL_EPSILON);
    EXPECT_TRUE(out[7] == 1);
    EXPECT_REL(out[8], 2.5e-301, DBL_EPSILON);
    rao_markov_destroy(&m);
    rao_test_ctx_close(&ctx);
}

static void test_refusals(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_markov *m = NULL;
    const double off[] = {0.5, 0.5, 0.5, 0.6}, negative[] = {1, 0, 1.0000001, -1e-7}, nan[] = {NAN, 1}, good[] = {0.5, 0.5, 0, 1};
    LAW("a kernel that is no kernel is refused with its row and by how much, and outputs stay");
    EXPECT_FAIL(ctx, rao_markov_create(ctx, 2, 2, off, &m), RAO_EDOMAIN,
                "kernel, row 2: the probabilities sum to 1.1000000000000001, off from 1 by 0.1");
    EXPECT_FAIL(ctx, rao_markov_create(ctx, 2, 2, negative, &m), RAO_EDOMAIN,
                "kernel, row 2: p_2 = -9.9999999999999995e-08, want 0 <= p <= 1");
    EXPECT_FAIL(ctx, rao_markov_create(ctx, 1, 2, nan, &m), RAO_EDOMAIN, "kernel, row 1: p_1 = ");
    EXPECT_FAIL(ctx, rao_markov_create(ctx, 0, 2, good, &m), RAO_EINVAL, "kernel: 0 x 2");
    EXPECT_FAIL(ctx, rao_markov_create(ctx, 2, 2, NULL, &m), RAO_EINVAL, "without entries");
    EXPECT_TRUE(m == NULL);
    OK(ctx, rao_markov_create(ctx, 2, 2, good, &m));
    double out[4] = {7, 7, 7, 7};
    EXPECT_FAIL(ctx, rao_markov_pushforward(ctx, m, 2, rao_points_of(off, 2), out, 2), RAO_EDOMAIN,
                "item 1: categorical: the probabilities sum");
    EXPECT_FAIL(ctx, rao_markov_pushforward(ctx, m, 2, rao_points_of(good, 2), out, 1), RAO_EINVAL, "want points, and a stride >= 2");
    for (int i = 0; i < 4; i++) EXPECT_TRUE(out[i] == 7);
    rao_markov_destroy(&m);
    rao_markov_destroy(&m);
    rao_test_ctx_close(&ctx);
}

static rao_status make_and_push(rao_ctx *ctx, void *arg) {
    rao_status st;
    const double k[] = {0.5, 0.5, 0, 1}, p[] = {0.5, 0.5};
    double out[2];
    rao_markov *m = NULL;
    (void)arg;
    RAO_TRY(rao_markov_create(ctx, 2, 2, k, &m));
    RAO_TRY(rao_markov_pushforward(ctx, m, 1, rao_points_of(p, 0), out, 0));
done:
    rao_markov_destroy(&m);
    return st;
}

static void test_memory(void **state) {
    (void)state;
    LAW("every allocation may fail");
    rao_test_every_allocation_fails(make_and_push, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_composition), cmocka_unit_test(test_contraction), cmocka_unit_test(test_congruent_embeddings),
        cmocka_unit_test(test_exact),       cmocka_unit_test(test_refusals),    cmocka_unit_test(test_memory),
    };
    return rao_test_run("manifold", tests, COUNT(tests));
}
