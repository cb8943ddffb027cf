/* gemm, syrk, gemv, axpy, dot and norm against plain loops; edges and bad shapes. */
#include "la/oracle.h"

static const double alphas[] = {1, -1, 0.5, 0}, betas[] = {0, 1, -0.5};

/* BLAS sums k products in any order: k eps times the sum of magnitudes bounds it; 4 more roundings for alpha and beta. */
static double bound(rao_dtype dtype, int64_t k, long double size) { return ((double)k + 4) * oracle_eps(dtype) * (double)size + 1e-300; }

static void gemm_is_the_triple_loop(void **state) {
    (void)state;
    ORACLE("gemm", "long double triple loop");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(1);
    for (int trial = 0; trial < 160; trial++) {
        rao_dtype dtype = oracle_dtypes[trial & 1];
        rao_trans ta = (rao_trans)draw_below(&d, 2), tb = (rao_trans)draw_below(&d, 2);
        int64_t m = draw_size(&d, 70), n = draw_size(&d, 70), k = draw_size(&d, 150);
        double alpha = alphas[draw_below(&d, COUNT(alphas))], beta = betas[draw_below(&d, COUNT(betas))];
        rao_mat a = ta ? tm_random(ctx, &d, dtype, k, m, draw_below(&d, 4)) : tm_random(ctx, &d, dtype, m, k, draw_below(&d, 4));
        rao_mat b = tb ? tm_random(ctx, &d, dtype, n, k, draw_below(&d, 4)) : tm_random(ctx, &d, dtype, k, n, draw_below(&d, 4));
        rao_mat c = tm_random(ctx, &d, dtype, m, n, draw_below(&d, 4)), before = tm_copy(ctx, &c, dtype);
        for (int64_t i = 0; i < m && beta == 0; i++)
            for (int64_t j = 0; j < n; j++) set_at(&c, i, j, NAN); /* beta = 0 ignores it */
        OK(ctx, rao_gemm(ctx, ta, tb, alpha, &a, &b, beta, &c));
        for (int64_t i = 0; i < m; i++)
            for (int64_t j = 0; j < n; j++) {
                long double size, want = alpha * oracle_gemm_at(ta, tb, &a, &b, i, j, &size), old = beta * at(&before, i, j);
                EXPECT_CLOSE((double)(at(&c, i, j) - (want + old)), 0, bound(dtype, k, size + fabsl(old)));
            }
        tm_free(&a), tm_free(&b), tm_free(&c), tm_free(&before);
    }
    rao_test_ctx_close(&ctx);
}

static void syrk_is_gemm_with_itself(void **state) {
    (void)state;
    ORACLE("syrk, both triangles", "long double triple loop");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(2);
    for (int trial = 0; trial < 100; trial++) {
        rao_dtype dtype = oracle_dtypes[trial & 1];
        rao_trans t = (rao_trans)draw_below(&d, 2);
        int64_t n = draw_size(&d, 150), k = draw_size(&d, 100);
        double alpha = alphas[draw_below(&d, COUNT(alphas))], beta = betas[draw_below(&d, COUNT(betas))];
        rao_mat a = t ? tm_random(ctx, &d, dtype, k, n, draw_below(&d, 4)) : tm_random(ctx, &d, dtype, n, k, draw_below(&d, 4));
        rao_mat c = tm_gram(ctx, &d, dtype, n, 3, 0, draw_below(&d, 4)), before = tm_copy(ctx, &c, dtype), lower = tm_copy(ctx, &c, dtype);
        for (int64_t i = 0; i < n && beta == 0; i++)
            for (int64_t j = 0; j < n; j++) set_at(&c, i, j, NAN), set_at(&lower, i, j, NAN);
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = i + 1; j < n; j++) set_at(&lower, i, j, SENTINEL);
        OK(ctx, rao_syrk(ctx, t, alpha, &a, beta, &c));
        OK(ctx, rao_syrk_lower(ctx, t, alpha, &a, beta, &lower));
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = i + 1; j < n; j++) EXPECT_TRUE(fabs((double)at(&lower, i, j) - SENTINEL) < 1e-2);
        OK(ctx, rao_mirror(ctx, &lower));
        EXPECT_TRUE(tm_same(&lower, &c));
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < n; j++) {
                long double size, want = alpha * oracle_gemm_at(t, t ? RAO_N : RAO_T, &a, &a, i, j, &size), old = beta * at(&before, i, j);
                EXPECT_CLOSE((double)(at(&c, i, j) - (want + old)), 0, bound(dtype, k, size + fabsl(old)));
                EXPECT_TRUE(at(&c, i, j) == at(&c, j, i));
            }
        tm_free(&a), tm_free(&c), tm_free(&before), tm_free(&lower);
    }
    rao_test_ctx_close(&ctx);
}

static void gemv_and_axpy(void **state) {
    (void)state;
    ORACLE("gemv and axpy", "long double loops");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(3);
    for (int trial = 0; trial < 120; trial++) {
        rao_dtype dtype = oracle_dtypes[trial & 1];
        rao_trans t = (rao_trans)draw_below(&d, 2);
        int64_t m = draw_size(&d, 150), k = draw_size(&d, 150);
        double alpha = alphas[draw_below(&d, COUNT(alphas))], beta = betas[draw_below(&d, COUNT(betas))];
        rao_mat a = t ? tm_random(ctx, &d, dtype, k, m, draw_below(&d, 4)) : tm_random(ctx, &d, dtype, m, k, draw_below(&d, 4));
        rao_vec x = tv_random(ctx, &d, dtype, k), y = tv_random(ctx, &d, dtype, m), old = tv_make(ctx, dtype, m);
        for (int64_t i = 0; i < m; i++) {
            put(dtype, old.data, i, vat(&y, i));
            if (beta == 0) put(dtype, y.data, i, NAN);
        }
        OK(ctx, rao_gemv(ctx, t, alpha, &a, &x, beta, &y));
        for (int64_t i = 0; i < m; i++) {
            rao_mat column = rao_mat_view(dtype, k, 1, 1, x.data);
            long double size, want = alpha * oracle_gemm_at(t, RAO_N, &a, &column, i, 0, &size), rest = beta * (long double)vat(&old, i);
            EXPECT_CLOSE((double)(vat(&y, i) - (want + rest)), 0, bound(dtype, k, size + fabsl(rest)));
            put(dtype, old.data, i, vat(&y, i));
        }
        if (m == k) { /* axpy on the same vectors */
            OK(ctx, rao_axpy(ctx, alpha, &x, &y));
            for (int64_t i = 0; i < m; i++)
                EXPECT_CLOSE(vat(&y, i), vat(&old, i) + alpha * vat(&x, i),
                             4 * oracle_eps(dtype) * (1 + fabs(vat(&x, i)) + fabs(vat(&old, i))));
        }
        tm_free(&a), tv_free(&x), tv_free(&y), tv_free(&old);
    }
    rao_test_ctx_close(&ctx);
}

static void dot_and_norm(void **state) {
    (void)state;
    ORACLE("dot and norm, floats accumulated in double", "long double loops");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(4);
    for (int trial = 0; trial < 60; trial++) {
        rao_dtype dtype = oracle_dtypes[trial & 1];
        int64_t n = trial < 50 ? draw_size(&d, 150) : 20000 + draw_below(&d, 20000);
        rao_vec x = tv_random(ctx, &d, dtype, n), y = tv_random(ctx, &d, dtype, n);
        double value, size = 0, norm;
        for (int64_t i = 0; i < n; i++) size += fabs(vat(&x, i) * vat(&y, i));
        OK(ctx, rao_dot(ctx, &x, &y, &value));
        EXPECT_CLOSE(value - (double)oracle_dot(&x, &y), 0, ((double)n + 2) * DBL_EPSILON * size);
        OK(ctx, rao_norm(ctx, &x, &norm));
        EXPECT_REL(norm, sqrt((double)oracle_dot(&x, &x)), ((double)n + 4) * DBL_EPSILON);
        tv_free(&x), tv_free(&y);
    }
    LAW("the norm neither overflows nor vanishes");
    double value, tall[] = {3e300, -4e300}, low[] = {3e-320, 4e-320}, mixed[] = {1, INFINITY}, nan[] = {1, NAN}, zero[] = {0, 0};
    float ftall[] = {3e38f, -2e38f}, flow[] = {3e-45f, 4e-45f};
    rao_vec v = rao_vec_view(RAO_F64, 2, tall);
    OK(ctx, rao_norm(ctx, &v, &value));
    EXPECT_REL(value, 5e300, 4 * DBL_EPSILON);
    v.data = low;
    OK(ctx, rao_norm(ctx, &v, &value));
    EXPECT_REL(value, 5e-320, 1e-3); /* a denormal has 14 bits here */
    v.data = mixed;
    OK(ctx, rao_norm(ctx, &v, &value));
    EXPECT_TRUE(isinf(value));
    v.data = nan;
    OK(ctx, rao_norm(ctx, &v, &value));
    EXPECT_TRUE(isnan(value));
    v.data = zero;
    OK(ctx, rao_norm(ctx, &v, &value));
    EXPECT_TRUE(value == 0);
    v = rao_vec_view(RAO_F32, 2, ftall);
    OK(ctx, rao_norm(ctx, &v, &value));
    EXPECT_REL(value, sqrt(13.0) * 1e38, 1e-6);
    v.data = flow;
    OK(ctx, rao_norm(ctx, &v, &value));
    EXPECT_REL(value, hypot((double)flow[0], (double)flow[1]), 1e-12);
    rao_test_ctx_close(&ctx);
}

static void bad_shapes_name_both_ends(void **state) {
    (void)state;
    LAW("a wrong shape is EINVAL and changes nothing");
    rao_ctx *ctx = rao_test_ctx();
    double s[64] = {0}, t[64] = {0}, u[64] = {0}, value = 7;
    float f[64] = {0};
    rao_mat a = rao_mat_view(RAO_F64, 3, 4, 4, s), b = rao_mat_view(RAO_F64, 5, 2, 2, t), c = rao_mat_view(RAO_F64, 3, 2, 2, u);
    EXPECT_FAIL(ctx, rao_gemm(ctx, RAO_N, RAO_N, 1, &a, &b, 0, &c), RAO_EINVAL, "op(A) is 3 x 4 and op(B) is 5 x 2");
    b.rows = 4, c.rows = 2;
    EXPECT_FAIL(ctx, rao_gemm(ctx, RAO_N, RAO_N, 1, &a, &b, 0, &c), RAO_EINVAL, "op(A) op(B) is 3 x 2 and C is 2 x 2");
    c.rows = 3, c.dtype = RAO_F32, c.data = f;
    EXPECT_FAIL(ctx, rao_gemm(ctx, RAO_N, RAO_N, 1, &a, &b, 0, &c), RAO_EINVAL, "A is f64, C is f32");
    c.dtype = (rao_dtype)9;
    EXPECT_FAIL(ctx, rao_gemm(ctx, RAO_N, RAO_N, 1, &a, &b, 0, &c), RAO_EINVAL, "dtype 9");
    c = rao_mat_view(RAO_F64, 3, 2, 1, u);
    EXPECT_FAIL(ctx, rao_gemm(ctx, RAO_N, RAO_N, 1, &a, &b, 0, &c), RAO_EINVAL, "want ld >= 2");
    c = rao_mat_view(RAO_F64, 3, 2, 2, NULL);
    EXPECT_FAIL(ctx, rao_gemm(ctx, RAO_N, RAO_N, 1, &a, &b, 0, &c), RAO_EINVAL, "no data");
    c = rao_mat_view(RAO_F64, -1, 2, 2, u);
    EXPECT_FAIL(ctx, rao_gemm(ctx, RAO_N, RAO_N, 1, &a, &b, 0, &c), RAO_EINVAL, "-1 x 2");
    c = rao_mat_view(RAO_F64, 3, 2, 2, s);
    EXPECT_FAIL(ctx, rao_gemm(ctx, RAO_N, RAO_N, 1, &a, &b, 0, &c), RAO_EINVAL, "share memory");
    EXPECT_FAIL(ctx, rao_gemm(ctx, RAO_N, RAO_N, 1, &a, &b, 0, NULL), RAO_EINVAL, "C is NULL");
    rao_mat huge = rao_mat_view(RAO_F64, (int64_t)1 << 31, 1, 1, s);
    EXPECT_FAIL(ctx, rao_gemm(ctx, RAO_N, RAO_N, 1, &huge, &b, 0, &c), RAO_EINVAL, "2147483648 x 1");
    c = rao_mat_view(RAO_F64, 3, 4, 4, u);
    EXPECT_FAIL(ctx, rao_syrk(ctx, RAO_N, 1, &a, 0, &c), RAO_EINVAL, "want it square");
    EXPECT_FAIL(ctx, rao_mirror(ctx, &c), RAO_EINVAL, "want it square");
    c = rao_mat_view(RAO_F64, 3, 3, 3, u);
    EXPECT_FAIL(ctx, rao_syrk(ctx, RAO_T, 1, &a, 0, &c), RAO_EINVAL, "A^T A is 4 x 4 and C is 3 x 3");
    rao_vec x = rao_vec_view(RAO_F64, 3, t), y = rao_vec_view(RAO_F64, 3, u);
    EXPECT_FAIL(ctx, rao_gemv(ctx, RAO_N, 1, &a, &x, 0, &y), RAO_EINVAL, "x has 3 entries and y has 3");
    y.n = 4;
    EXPECT_FAIL(ctx, rao_axpy(ctx, 1, &x, &y), RAO_EINVAL, "x has 3 entries and y has 4");
    EXPECT_FAIL(ctx, rao_dot(ctx, &x, &y, &value), RAO_EINVAL, "x has 3 entries and y has 4");
    x.n = -1;
    EXPECT_FAIL(ctx, rao_norm(ctx, &x, &value), RAO_EINVAL, "-1 entries");
    EXPECT_TRUE(value == 7);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gemm_is_the_triple_loop),
        cmocka_unit_test(syrk_is_gemm_with_itself),
        cmocka_unit_test(gemv_and_axpy),
        cmocka_unit_test(dot_and_norm),
        cmocka_unit_test(bad_shapes_name_both_ends),
    };
    return rao_test_run("la", tests, COUNT(tests));
}
