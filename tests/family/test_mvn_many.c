/* KL of normals in several variables over a whole batch, against the formula of one pair, and its gradient, against inverses that are known. */
#include <float.h>

#include "base/cpu.h"
#include "family/batch.h"
#include "family/mvn_many.h"
#include "rao_test.h"
#include <rao/family.h>

enum { N = 61, MOST = 20 * 23 / 2 };

static rao_family *mvn(rao_ctx *ctx, int64_t d) {
    rao_family *f = NULL;
    rao_family_opts o;
    rao_family_opts_init(&o);
    o.dimension = d;
    OK(ctx, rao_family_create(ctx, "mvn", &o, &f));
    return f;
}

/* Point i: the mean normal, S = I + A A^T. Every fifth pair is close. */
static void draw(rao_stream s, int64_t d, double *p, double *q) {
    int64_t numbers = d + d * (d + 1) / 2;
    for (int64_t i = 0; i < 2 * N; i++) {
        double a[400], *at = (i % 2 ? q : p) + i / 2 * numbers;
        rao_normal_fill_f64(s, (uint64_t)i, 0, d * d, a);
        for (int64_t k = 0; k < d; k++) *at++ = a[k] + a[d * d - 1 - k];
        for (int64_t r = 0; r < d; r++)
            for (int64_t c = r; c < d; c++, at++) {
                *at = r == c;
                for (int64_t k = 0; k < d; k++) *at += a[r * d + k] * a[c * d + k];
            }
        if (i % 10 == 1)
            for (int64_t k = 0; k < numbers; k++) q[i / 2 * numbers + k] = p[i / 2 * numbers + k] * (k < d ? 1 + 1e-9 : 1);
    }
}

static void a_batch_gives_what_a_pair_gives(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 0);
    static double p[N * MOST], q[N * MOST], kl[N], alone[N], bregman[N];
    LAW("KL at once is KL one by one, far pairs and close ones, in every dimension, and B_F(theta_q : theta_p) to the bit");
    for (int64_t d = 1; d <= 20; d += d < 17 ? 1 : 3) {
        rao_family *f = mvn(ctx, d);
        int64_t numbers = d + d * (d + 1) / 2;
        draw(s, d, p, q);
        rao_family_args a;
        rao_family_args_init(&a);
        a.n = N, a.p = rao_points_of(p, numbers), a.q = rao_points_of(q, numbers);
        OK(ctx, rao_family_eval(ctx, f, RAO_KL, &a, kl, 1));
        OK(ctx, rao_family_ask(ctx, f, rao_family_question(RAO_KL), &a, alone, 1));
        a.p = rao_points_of(q, numbers), a.q = rao_points_of(p, numbers);
        OK(ctx, rao_family_eval(ctx, f, RAO_BREGMAN, &a, bregman, 1));
        for (int i = 0; i < N; i++) {
            EXPECT_REL(kl[i], alone[i], 1e-11); /* conditions up to 1e3 or so */
            EXPECT_TRUE(kl[i] == bregman[i]);
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void kernels_sum_over_independent_variables(void **state) {
    (void)state;
    ORACLE("KL of independent normals", "the sum of log(t/s) + (s^2 + (m - n)^2)/(2 t^2) - 1/2 in long double");
#if defined(__x86_64__)
    static mvn_kl_many *const kernels[] = {mvn_kl_generic, mvn_kl_avx2, mvn_kl_avx512};
#else
    static mvn_kl_many *const kernels[] = {mvn_kl_generic};
#endif
    static mvn_pairs pairs;
    rao_stream s = rao_stream_make(rao_test_seed(), 1);
    for (int level = 0; level <= (int)rao_cpu_level() && level < (int)COUNT(kernels); level++)
        for (int64_t d = 1; d <= MVN_MANY_MOST; d++) {
            long double want[LANES] = {0};
            double kl[LANES];
            unsigned char known[LANES];
            memset(&pairs, 0, sizeof pairs);
            for (int64_t i = 0, at = d; i < d; at += d - i, i++)
                for (int l = 0; l < LANES; l++) {
                    uint64_t place = (uint64_t)((d * 16 + i) * LANES + l);
                    double m = rao_normal_at(s, 0, place), n = rao_normal_at(s, 1, place);
                    double v = exp(100 * rao_normal_at(s, 2, place)), w = v * exp(rao_normal_at(s, 3, place));
                    m *= sqrt(v), n *= sqrt(v);
                    pairs.p[i][l] = m, pairs.q[i][l] = n, pairs.p[at][l] = v, pairs.q[at][l] = w;
                    want[l] += 0.5L * (logl((long double)w / v) + (v + ((long double)m - n) * ((long double)m - n)) / w - 1);
                }
            kernels[level](d, &pairs, kl, known);
            for (int l = 0; l < LANES; l++) {
                EXPECT_TRUE(known[l] == (want[l] > 0.1L));
                if (known[l]) EXPECT_REL(kl[l], (double)want[l], 400 * DBL_EPSILON); /* terms of size d sum to 0.1 or more */
            }
        }
}

/* P_ij of covariances v r^|i-j|: diagonal 1, 1 + r^2, .., 1 + r^2, 1, neighbours -r, over v (1 - r^2). */
static long double inverse(int64_t d, double v, double r, int64_t i, int64_t j) {
    if (i < 0 || j < 0 || i >= d || j >= d || i - j > 1 || j - i > 1) return 0;
    long double one = d == 1 ? 1 - (long double)r * r : 1, at = i != j                 ? -(long double)r
                                                                : i == 0 || i == d - 1 ? one
                                                                                       : 1 + (long double)r * r;
    return at / (v * (1 - (long double)r * r));
}

static void gradients_are_those_of_known_inverses(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    enum { D = 50, NUMBERS = D + D * (D + 1) / 2 };
    static double p[NUMBERS], q[NUMBERS], got[NUMBERS];
    const double a = 0.5, b = -0.3, v = 2;
    ORACLE("gradient of KL in q of stationary sequences, whose inverses are tridiagonal",
           "P (m_q - m_p) and (P - P [S_p + (m_q - m_p)(m_q - m_p)^T] P)/2, twice that off the diagonal, in long double");
    for (int64_t d = 1; d <= D; d += d < 34 ? 1 : 16) {
        rao_family *f = mvn(ctx, d);
        for (int64_t i = 0, at = d; i < d; i++) {
            p[i] = 0.25 * (double)(i % 5), q[i] = 1 - 0.5 * (double)(i % 3);
            for (int64_t j = i; j < d; j++, at++) p[at] = pow(a, (double)(j - i)), q[at] = v * pow(b, (double)(j - i));
        }
        rao_family_args args;
        rao_family_args_init(&args);
        args.p = rao_points_of(p, 0), args.q = rao_points_of(q, 0);
        OK(ctx, rao_family_eval(ctx, f, RAO_KL_GRADIENT, &args, got, 1));
        long double w[D];
        for (int64_t i = 0; i < d; i++) {
            w[i] = 0;
            for (int64_t k = 0; k < d; k++) w[i] += inverse(d, v, b, i, k) * ((long double)q[k] - p[k]);
            EXPECT_CLOSE(got[i], (double)w[i], 16 * DBL_EPSILON);
        }
        for (int64_t i = 0, at = d; i < d; i++)
            for (int64_t j = i; j < d; j++, at++) {
                long double want = inverse(d, v, b, i, j) - w[i] * w[j];
                for (int64_t k = i - 1; k <= i + 1; k++)
                    for (int64_t l = j - 1; l <= j + 1; l++)
                        want -= inverse(d, v, b, i, k) * powl(a, (long double)(k < l ? l - k : k - l)) * inverse(d, v, b, l, j);
                EXPECT_CLOSE(got[at], (double)((i == j ? 0.5L : 1) * want), 32 * DBL_EPSILON); /* terms of up to 3 */
            }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void bad_items_fail_alone(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = mvn(ctx, 2);
    LAW("an indefinite or infinite item has its own status and its neighbours are answered");
    const double q[] = {0, 0, 1, 0, 1}, p[] = {1, 1, 2, 0, 2, 1, 1, 1, 2, 1, NAN, 1, 2, 0, 2, 1, 1, INFINITY, 0, 1, 3, 1, 2, 0, 2};
    double out[] = {-7, -7, -7, -7, -7};
    rao_status each[5];
    rao_family_args a;
    rao_family_args_init(&a);
    a.n = 5, a.p = rao_points_of(p, 5), a.q = rao_points_of(q, 0), a.each = each;
    OK(ctx, rao_family_eval(ctx, f, RAO_KL, &a, out, 1));
    for (int i = 0; i < 5; i++) EXPECT_TRUE(each[i] == (i % 4 ? RAO_EDOMAIN : RAO_OK) && (i % 4 == 0) == (out[i] != -7));
    EXPECT_CLOSE(out[0], 2 - log(2), 8 * DBL_EPSILON); /* [2 (2 - 1 - log 2) + 2]/2 */
    EXPECT_CLOSE(out[4], 6 - log(2), 8 * DBL_EPSILON);
    a.each = NULL;
    EXPECT_FAIL(ctx, rao_family_eval(ctx, f, RAO_KL, &a, out, 1), RAO_EDOMAIN,
                "item 1: mvn: cov is not positive definite: its leading minor of order 2");
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_batch_gives_what_a_pair_gives),
                                       cmocka_unit_test(kernels_sum_over_independent_variables),
                                       cmocka_unit_test(gradients_are_those_of_known_inverses), cmocka_unit_test(bad_items_fail_alone)};
    return rao_test_run("family/mvn_many", tests, COUNT(tests));
}
