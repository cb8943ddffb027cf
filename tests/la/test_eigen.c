/* eigh and eigvalsh against Jacobi rotations in long double, and what they refuse. */
#include "la/oracle.h"

static void check_decomposition(rao_ctx *ctx, const rao_mat *a) {
    const int64_t n = a->rows;
    const double eps = oracle_eps(a->dtype);
    rao_mat v = tm_copy(ctx, a, a->dtype), values = tm_copy(ctx, a, a->dtype);
    rao_vec w = tv_make(ctx, a->dtype, n), only = tv_make(ctx, a->dtype, n);
    long double *s = NULL, *sv = NULL, *sw = NULL;
    OK(ctx, rao_alloc(ctx, n * n, &s));
    OK(ctx, rao_alloc(ctx, n * n, &sv));
    OK(ctx, rao_alloc(ctx, n, &sw));
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            s[i * n + j] = at(a, i > j ? i : j, i > j ? j : i);
            if (j > i) set_at(&v, i, j, NAN), set_at(&values, i, j, NAN); /* the upper triangle is not read */
        }
    oracle_jacobi(n, s, sv, sw);
    double norm = n ? fmax(fabs((double)sw[0]), fabs((double)sw[n - 1])) : 0, tol = 4 * ((double)n + 2) * eps;
    OK(ctx, rao_eigh(ctx, &v, &w));
    OK(ctx, rao_eigvalsh(ctx, &values, &only));
    for (int64_t i = 0; i < n; i++) {
        EXPECT_CLOSE(vat(&w, i) - (double)sw[i], 0, tol * norm);
        EXPECT_CLOSE(vat(&only, i) - (double)sw[i], 0, tol * norm);
        EXPECT_TRUE(i == 0 || vat(&w, i - 1) <= vat(&w, i));
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            long double residual = -vat(&w, j) * at(&v, i, j), inner = 0;
            for (int64_t k = 0; k < n; k++) {
                residual += at(a, i > k ? i : k, i > k ? k : i) * at(&v, k, j); /* columns of V are the eigenvectors */
                inner += at(&v, k, i) * at(&v, k, j);
            }
            EXPECT_CLOSE(residual, 0, tol * norm);
            EXPECT_CLOSE(inner, i == j, tol);
        }
    rao_free(&s), rao_free(&sv), rao_free(&sw);
    tm_free(&v), tm_free(&values), tv_free(&w), tv_free(&only);
}

static void decompositions(void **state) {
    (void)state;
    ORACLE("eigh, eigvalsh", "Jacobi rotations in long double; A V = V W, V^T V = I");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(20);
    for (int trial = 0; trial < 40; trial++) {
        rao_dtype dtype = oracle_dtypes[trial & 1];
        int64_t n = trial < 4 ? trial / 2 : draw_size(&d, 65);
        rao_mat a = trial % 3 == 0 ? tm_gram(ctx, &d, dtype, n, n / 2, 0, 2) : tm_random(ctx, &d, dtype, n, n, draw_below(&d, 3));
        check_decomposition(ctx, &a);
        tm_free(&a);
    }
    for (int which = 0; which < 2; which++) { /* multiple eigenvalues, and none at all */
        rao_mat a = tm_make(ctx, oracle_dtypes[which], 7, 7, 0);
        check_decomposition(ctx, &a);
        for (int64_t i = 0; i < 7; i++) set_at(&a, i, i, i < 3 ? -2 : 2);
        check_decomposition(ctx, &a);
        tm_free(&a);
    }
    rao_test_ctx_close(&ctx);
}

static void what_is_refused(void **state) {
    (void)state;
    LAW("NaN is EDOMAIN with its place, wrong shapes are EINVAL, and nothing changes");
    rao_ctx *ctx = rao_test_ctx();
    double data[9] = {1, 0, 0, 0, 1, 0, NAN, 0, 1}, out[3] = {7, 7, 7};
    rao_mat a = rao_mat_view(RAO_F64, 3, 3, 3, data);
    rao_vec w = rao_vec_view(RAO_F64, 3, out);
    EXPECT_FAIL(ctx, rao_eigh(ctx, &a, &w), RAO_EDOMAIN, "A(2, 0) = nan");
    EXPECT_FAIL(ctx, rao_eigvalsh(ctx, &a, &w), RAO_EDOMAIN, "A(2, 0) = nan");
    data[6] = -INFINITY;
    EXPECT_FAIL(ctx, rao_eigh(ctx, &a, &w), RAO_EDOMAIN, "A(2, 0) = -inf");
    data[6] = 0, w.n = 2;
    EXPECT_FAIL(ctx, rao_eigh(ctx, &a, &w), RAO_EINVAL, "A is 3 x 3 and w has 2 entries");
    w = rao_vec_view(RAO_F32, 3, out);
    EXPECT_FAIL(ctx, rao_eigh(ctx, &a, &w), RAO_EINVAL, "w is f32, A is f64");
    w.dtype = RAO_F64, a.cols = 2;
    EXPECT_FAIL(ctx, rao_eigh(ctx, &a, &w), RAO_EINVAL, "3 x 2");
    EXPECT_TRUE(out[0] == 7 && out[1] == 7 && out[2] == 7 && data[0] == 1);
    rao_test_ctx_close(&ctx);
}

static rao_status decompose(rao_ctx *ctx, void *arg) {
    (void)arg;
    double data[4] = {2, 1, 1, 2}, out[2] = {7, 7};
    rao_mat a = rao_mat_view(RAO_F64, 2, 2, 2, data);
    rao_vec w = rao_vec_view(RAO_F64, 2, out);
    rao_status st = rao_eigh(ctx, &a, &w);
    EXPECT_TRUE(st == RAO_OK || (data[0] == 2 && data[2] == 1 && out[0] == 7));
    return st != RAO_OK ? st : rao_eigvalsh(ctx, &a, &w);
}
static void failed_allocations(void **state) {
    (void)state;
    LAW("a failed allocation is ENOMEM and A is as it was");
    rao_test_every_allocation_fails(decompose, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(decompositions), cmocka_unit_test(what_is_refused),
                                       cmocka_unit_test(failed_allocations)};
    return rao_test_run("la", tests, COUNT(tests));
}
