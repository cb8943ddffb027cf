/* The Cholesky family: against plain loops, its rescue policy, and what it leaves alone when it fails. */
#include "la/oracle.h"

static void factor_is_the_plain_one(void **state) {
    (void)state;
    ORACLE("cholesky, log-determinant", "long double loops");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(10);
    for (int trial = 0; trial < 60; trial++) {
        rao_dtype dtype = oracle_dtypes[trial & 1];
        int64_t n = trial < 4 ? trial / 2 : draw_size(&d, 150);
        rao_mat a = tm_gram(ctx, &d, dtype, n, n + 5, 0.5, draw_below(&d, 4));
        long double *l = NULL, logdet = 0;
        OK(ctx, rao_alloc(ctx, n * n, &l));
        assert_int_equal(oracle_cholesky(&a, l), 0);
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = i + 1; j < n; j++) set_at(&a, i, j, NAN); /* the upper triangle is not read */
        rao_chol_info info = {9, 9, 9};
        OK(ctx, rao_cholesky(ctx, &a, trial & 2 ? 1e-6 : 0, &info));
        EXPECT_TRUE(info.jitter == 0 && info.retried == 0 && info.minor == 0);
        for (int64_t i = 0; i < n; i++) {
            logdet += 2 * logl(l[i * n + i]);
            for (int64_t j = 0; j < n; j++)
                EXPECT_CLOSE(at(&a, i, j), l[i * n + j], 60 * ((double)n + 1) * oracle_eps(dtype)); /* condition < 50 */
        }
        double value;
        OK(ctx, rao_cholesky_logdet(ctx, &a, &value));
        EXPECT_CLOSE(value, logdet, 60 * ((double)n + 1) * oracle_eps(dtype));
        rao_free(&l);
        tm_free(&a);
    }
    rao_test_ctx_close(&ctx);
}

/* |L X - B| <= n eps |L| |X| row by row: what substitution guarantees (Higham, Accuracy and Stability, ch. 8). */
static void triangular_solves(void **state) {
    (void)state;
    ORACLE("trsm, cholesky_solve", "long double substitution");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(11);
    for (int trial = 0; trial < 120; trial++) {
        rao_dtype dtype = oracle_dtypes[trial & 1];
        int64_t n = draw_size(&d, 150), m = draw_size(&d, 20);
        rao_side side = (rao_side)draw_below(&d, 2);
        rao_trans t = (rao_trans)draw_below(&d, 2);
        rao_mat l = tm_gram(ctx, &d, dtype, n, n + 5, 0.5, draw_below(&d, 4));
        OK(ctx, rao_cholesky(ctx, &l, 0, NULL));
        rao_mat x =
            side == RAO_LEFT ? tm_random(ctx, &d, dtype, n, m, draw_below(&d, 4)) : tm_random(ctx, &d, dtype, m, n, draw_below(&d, 4));
        rao_mat b = tm_copy(ctx, &x, dtype), y = tm_copy(ctx, &x, dtype);
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = i + 1; j < n; j++) set_at(&l, i, j, NAN); /* the upper triangle is not read */
        OK(ctx, rao_trsm(ctx, side, t, &l, &x));
        if (side == RAO_LEFT) OK(ctx, rao_cholesky_solve(ctx, &l, &y));
        long double *want = NULL;
        OK(ctx, rao_alloc(ctx, n, &want));
        for (int64_t c = 0; c < m; c++) {
            for (int64_t i = 0; i < n; i++) want[i] = side == RAO_LEFT ? at(&b, i, c) : at(&b, c, i);
            oracle_triangular_solve(side == RAO_LEFT ? t : (rao_trans)(1 - t), &l, want); /* X op(L)^-1 = (op(L)^-T X^T)^T */
            for (int64_t i = 0; i < n; i++)
                EXPECT_CLOSE(side == RAO_LEFT ? at(&x, i, c) : at(&x, c, i), want[i], 100 * ((double)n + 1) * oracle_eps(dtype));
            if (side != RAO_LEFT) continue;
            for (int64_t i = 0; i < n; i++) want[i] = at(&b, i, c);
            oracle_triangular_solve(RAO_N, &l, want);
            oracle_triangular_solve(RAO_T, &l, want);
            for (int64_t i = 0; i < n; i++) EXPECT_CLOSE(at(&y, i, c), want[i], 200 * ((double)n + 1) * oracle_eps(dtype));
        }
        rao_free(&want);
        tm_free(&l), tm_free(&x), tm_free(&b), tm_free(&y);
    }
    rao_test_ctx_close(&ctx);
}

static void inverse_times_matrix_is_identity(void **state) {
    (void)state;
    LAW("A^-1 A = I, A^-1 symmetric to the bit, in place as well as apart");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(12);
    for (int trial = 0; trial < 60; trial++) {
        rao_dtype dtype = oracle_dtypes[trial & 1];
        int64_t n = trial >= 58 ? 300 : draw_size(&d, 150);
        double shift = trial & 4 ? 1e-3 : 0.5, condition = trial & 4 ? 1e4 : 50; /* at most: the largest eigenvalue is below 8 */
        rao_mat a = tm_gram(ctx, &d, dtype, n, n < 200 ? n + 5 : 40, shift, draw_below(&d, 4)), l = tm_copy(ctx, &a, dtype);
        rao_mat inverse = tm_make(ctx, dtype, n, n, draw_below(&d, 4));
        OK(ctx, rao_cholesky(ctx, &l, 0, NULL));
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = i + 1; j < n; j++) set_at(&l, i, j, NAN);
        OK(ctx, rao_cholesky_inverse(ctx, &l, &inverse));
        OK(ctx, rao_cholesky_inverse(ctx, &l, &l));
        EXPECT_TRUE(tm_same(&l, &inverse));
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < n; j++) {
                long double size, got = oracle_gemm_at(RAO_N, RAO_N, &inverse, &a, i, j, &size);
                EXPECT_CLOSE(got, i == j, condition * ((double)n + 1) * oracle_eps(dtype));
                EXPECT_TRUE(at(&inverse, i, j) == at(&inverse, j, i));
            }
        tm_free(&a), tm_free(&l), tm_free(&inverse);
    }
    rao_test_ctx_close(&ctx);
}

static void indefinite_is_refused_with_its_minor(void **state) {
    (void)state;
    LAW("the minor named is the first that is not positive; A is as it was, upper triangle included");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(13);
    for (int trial = 0; trial < 60; trial++) {
        rao_dtype dtype = oracle_dtypes[trial & 1];
        int64_t n = 1 + draw_size(&d, 100), minor = 1 + draw_below(&d, n);
        rao_mat a = tm_gram(ctx, &d, dtype, n, n + 5, 0.5, draw_below(&d, 4));
        set_at(&a, minor - 1, minor - 1, -5);
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = i + 1; j < n; j++) set_at(&a, i, j, draw_normal(&d));
        rao_mat before = tm_copy(ctx, &a, dtype);
        rao_chol_info info = {0};
        char want[128];
        snprintf(want, sizeof want, "minor of order %lld of A (%lld x %lld)", (long long)minor, (long long)n, (long long)n);
        EXPECT_FAIL(ctx, rao_cholesky(ctx, &a, trial & 2 ? 1e-4 : 0, &info), RAO_ENUMERIC, want);
        EXPECT_EQ(info.minor, minor);
        EXPECT_EQ(info.retried, dtype == RAO_F32);
        EXPECT_TRUE(info.jitter == 0);
        EXPECT_TRUE(tm_same(&a, &before));
        tm_free(&a), tm_free(&before);
    }
    rao_test_ctx_close(&ctx);
}

/* One value c in every entry and one unit in the last place more on the diagonal: definite, since c e e^T + D with D > 0 is, but float
 * elimination cannot tell D from zero while double keeps nine of its digits. */
static void float_is_retried_in_double(void **state) {
    (void)state;
    LAW("a float matrix that is definite, but not to float elimination, is factorised in double without jitter");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(16);
    int64_t rescued = 0;
    for (int64_t n = 2; n <= 40; n++) {
        rao_mat a = tm_make(ctx, RAO_F32, n, n, 1);
        float c = (float)(512 + draw_below(&d, 512));
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < n; j++) set_at(&a, i, j, (double)(i == j ? nextafterf(c, INFINITY) : c));
        rao_mat before = tm_copy(ctx, &a, RAO_F64);
        rao_chol_info info;
        OK(ctx, rao_cholesky(ctx, &a, 0, &info));
        EXPECT_TRUE(info.jitter == 0 && info.minor == 0);
        rescued += info.retried;
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j <= i; j++) {
                long double size, got = oracle_gemm_at(RAO_N, RAO_T, &a, &a, i, j, &size);
                /* one rounding of each factor where double rescued, else float's backward error */
                EXPECT_CLOSE(got, at(&before, i, j), (info.retried ? 4 : (double)n + 4) * oracle_eps(RAO_F32));
            }
        tm_free(&a), tm_free(&before);
    }
    EXPECT_TRUE(rescued > 0); /* about half of them; a few luckily round to a positive pivot */
    rao_test_ctx_close(&ctx);
}

static void singular_takes_the_jitter_it_is_allowed(void **state) {
    (void)state;
    LAW("L L^T = A + jitter I with jitter <= max_jitter trace(A)/n; scaling A scales the jitter");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(14);
    for (int trial = 0; trial < 40; trial++) {
        rao_dtype dtype = oracle_dtypes[trial & 1];
        int64_t n = 4 + draw_size(&d, 60);
        double scale = trial % 4 < 2 ? 1 : 0x1p40, jitter[2];
        rao_mat a = tm_gram(ctx, &d, dtype, n, n / 2, 0, draw_below(&d, 4));
        double trace = 0;
        for (int64_t i = 0; i < n; i++) trace += (double)at(&a, i, i);
        for (int round = 0; round < 2; round++) {
            rao_mat l = tm_copy(ctx, &a, dtype);
            for (int64_t i = 0; i < n && round; i++)
                for (int64_t j = 0; j < n; j++) set_at(&l, i, j, scale * (double)at(&l, i, j));
            rao_chol_info info;
            OK(ctx, rao_cholesky(ctx, &l, 1e-4, &info));
            EXPECT_TRUE(info.jitter >= 0 && info.jitter <= 1.0001e-4 * trace / (double)n * (round ? scale : 1));
            for (int64_t i = 0; i < n; i++)
                for (int64_t j = 0; j <= i; j++) {
                    long double size, got = oracle_gemm_at(RAO_N, RAO_T, &l, &l, i, j, &size) / (round ? scale : 1);
                    double want = (double)at(&a, i, j) + (i == j ? info.jitter / (round ? scale : 1) : 0);
                    EXPECT_CLOSE(got, want, 4 * (double)n * oracle_eps(dtype) * trace / (double)n);
                }
            jitter[round] = info.jitter;
            tm_free(&l);
        }
        EXPECT_TRUE(jitter[1] == scale * jitter[0]); /* powers of two change no rounding */
        tm_free(&a);
    }
    rao_test_ctx_close(&ctx);
}

static void what_has_no_factor(void **state) {
    (void)state;
    LAW("NaN, infinity, zero and empty matrices end at once with a sentence");
    rao_ctx *ctx = rao_test_ctx();
    for (int which = 0; which < 2; which++) {
        rao_dtype dtype = oracle_dtypes[which];
        oracle_draw d = oracle_draw_make(15);
        for (int64_t n = 1; n < 70; n += 17)
            for (int bad = 0; bad < 3; bad++) {
                rao_mat a = tm_gram(ctx, &d, dtype, n, n + 5, 0.5, 1);
                int64_t i = draw_below(&d, n), j = draw_below(&d, i + 1);
                set_at(&a, i, j, bad == 0 ? NAN : bad == 1 ? INFINITY : -INFINITY);
                rao_mat before = tm_copy(ctx, &a, dtype);
                rao_chol_info info = {1, 2, 3};
                char want[64];
                snprintf(want, sizeof want, "A(%lld, %lld) = %g", (long long)i, (long long)j, (double)at(&a, i, j));
                EXPECT_FAIL(ctx, rao_cholesky(ctx, &a, 1e-2, &info), RAO_EDOMAIN, want);
                EXPECT_TRUE(info.jitter == 1 && info.retried == 2 && info.minor == 3);
                EXPECT_TRUE(tm_same(&a, &before));
                tm_free(&a), tm_free(&before);
            }
        rao_mat zero = tm_make(ctx, dtype, 3, 3, 0), none = rao_mat_view(dtype, 0, 0, 0, NULL), one = tm_make(ctx, dtype, 1, 1, 0);
        rao_chol_info info = {1, 2, 3};
        double value;
        EXPECT_FAIL(ctx, rao_cholesky(ctx, &zero, 1e-2, &info), RAO_ENUMERIC, "gives a jitter no scale");
        EXPECT_FAIL(ctx, rao_cholesky_logdet(ctx, &zero, &value), RAO_EDOMAIN, "L(0, 0) = 0");
        EXPECT_FAIL(ctx, rao_cholesky_inverse(ctx, &zero, &zero), RAO_EDOMAIN, "L(0, 0) = 0");
        EXPECT_FAIL(ctx, rao_cholesky_solve(ctx, &zero, &zero), RAO_EDOMAIN, "L(0, 0) = 0");
        EXPECT_FAIL(ctx, rao_trsm(ctx, RAO_LEFT, RAO_N, &zero, &zero), RAO_EDOMAIN, "L(0, 0) = 0");
        OK(ctx, rao_cholesky(ctx, &none, 0, &info));
        EXPECT_TRUE(info.jitter == 0 && info.retried == 0 && info.minor == 0);
        OK(ctx, rao_cholesky_logdet(ctx, &none, &value));
        EXPECT_TRUE(value == 0);
        OK(ctx, rao_cholesky_inverse(ctx, &none, &none));
        set_at(&one, 0, 0, 9);
        OK(ctx, rao_cholesky(ctx, &one, 0, &info));
        EXPECT_TRUE(at(&one, 0, 0) == 3);
        OK(ctx, rao_cholesky_inverse(ctx, &one, &one));
        EXPECT_CLOSE(at(&one, 0, 0), 1 / 9.0, 2 * oracle_eps(dtype));
        EXPECT_FAIL(ctx, rao_cholesky(ctx, &one, NAN, &info), RAO_EINVAL, "max_jitter = nan, want 0 to 1");
        EXPECT_FAIL(ctx, rao_cholesky(ctx, &one, -1, &info), RAO_EINVAL, "max_jitter = -1");
        EXPECT_FAIL(ctx, rao_cholesky(ctx, &one, 2, &info), RAO_EINVAL, "max_jitter = 2");
        EXPECT_FAIL(ctx, rao_cholesky_solve(ctx, &one, &zero), RAO_EINVAL, "L is 1 x 1 and X is 3 x 3");
        zero.cols = 2;
        EXPECT_FAIL(ctx, rao_cholesky(ctx, &zero, 0, &info), RAO_EINVAL, "3 x 2");
        zero.cols = 3;
        tm_free(&zero), tm_free(&one);
    }
    rao_test_ctx_close(&ctx);
}

static rao_status rescue(rao_ctx *ctx, void *arg) {
    (void)arg;
    float a[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    rao_mat m = rao_mat_view(RAO_F32, 3, 3, 3, a);
    rao_status st = rao_cholesky(ctx, &m, 1e-3, NULL);
    if (st != RAO_OK)
        for (int i = 0; i < 9; i++) EXPECT_TRUE(a[i] == 1);
    return st;
}
static rao_status invert(rao_ctx *ctx, void *arg) {
    (void)arg;
    static double l[70 * 70];
    for (int i = 0; i < 70 * 70; i++) l[i] = i % 71 == 0 ? 2 : 0;
    rao_mat m = rao_mat_view(RAO_F64, 70, 70, 70, l);
    rao_status st = rao_cholesky_inverse(ctx, &m, &m);
    EXPECT_TRUE(l[0] == (st == RAO_OK ? 0.25 : 2));
    return st;
}
static void failed_allocations(void **state) {
    (void)state;
    LAW("a failed allocation is ENOMEM and A is as it was");
    rao_test_every_allocation_fails(rescue, NULL);
    rao_test_every_allocation_fails(invert, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(factor_is_the_plain_one),
        cmocka_unit_test(triangular_solves),
        cmocka_unit_test(inverse_times_matrix_is_identity),
        cmocka_unit_test(indefinite_is_refused_with_its_minor),
        cmocka_unit_test(float_is_retried_in_double),
        cmocka_unit_test(singular_takes_the_jitter_it_is_allowed),
        cmocka_unit_test(what_has_no_factor),
        cmocka_unit_test(failed_allocations),
    };
    return rao_test_run("la", tests, COUNT(tests));
}
