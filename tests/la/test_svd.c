/* svd: A = U diag(s) V^T for every shape, the digits of small singular values, and what is refused. */
#include "la/oracle.h"

static void orthonormal(const rao_mat *q, double tol) {
    for (int64_t i = 0; i < q->cols; i++)
        for (int64_t j = 0; j < q->cols; j++) {
            long double inner = 0;
            for (int64_t k = 0; k < q->rows; k++) inner += at(q, k, i) * at(q, k, j);
            EXPECT_CLOSE(inner, i == j, tol);
        }
}

static void check_decomposition(rao_ctx *ctx, const rao_mat *a) {
    const int64_t m = a->rows, n = a->cols;
    rao_mat u = tm_make(ctx, RAO_F64, m, m, 2), v = tm_make(ctx, RAO_F64, n, n, 1);
    rao_vec s = tv_make(ctx, RAO_F64, n);
    OK(ctx, rao_svd(ctx, a, &u, &s, &v));
    double tol = 8 * ((double)m + 2) * DBL_EPSILON;
    for (int64_t k = 0; k < n; k++) EXPECT_TRUE(vat(&s, k) >= 0 && (k == 0 || vat(&s, k - 1) >= vat(&s, k)));
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            long double sum = -at(a, i, j);
            for (int64_t k = 0; k < n; k++) sum += at(&u, i, k) * vat(&s, k) * at(&v, j, k);
            EXPECT_CLOSE(sum, 0, tol * vat(&s, 0));
        }
    orthonormal(&u, tol), orthonormal(&v, tol);
    tm_check_padding(&u), tm_check_padding(&v);
    tm_free(&u), tm_free(&v), tv_free(&s);
}

static void decompositions(void **state) {
    (void)state;
    LAW("A = U S V^T with orthogonal U (all columns) and V, s descending");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(30);
    for (int trial = 0; trial < 40; trial++) {
        int64_t n = draw_size(&d, 40), m = n + (trial % 3 ? draw_below(&d, 5) : 0);
        rao_mat a = tm_random(ctx, &d, RAO_F64, m, n, draw_below(&d, 3));
        if (trial % 5 == 0) /* a lost rank, in the columns and whole */
            for (int64_t i = 0; i < m && n > 0; i++)
                for (int64_t j = trial % 10 ? n - 1 : 0; j < n; j++) set_at(&a, i, j, 0);
        check_decomposition(ctx, &a);
        tm_free(&a);
    }
    rao_test_ctx_close(&ctx);
}

static void small_values_keep_their_digits(void **state) {
    (void)state;
    LAW("s_1 s_2 = |det A|, s_1^2 + s_2^2 = |A|^2 of matrices scaled from both sides");
    rao_ctx *ctx = rao_test_ctx();
    for (int e = 0; e <= 40; e += 5) {
        double x = pow(10, e), data[4] = {x * x, x, -x, 1}, du[4], ds[2], dv[4];
        rao_mat a = rao_mat_view(RAO_F64, 2, 2, 2, data), u = rao_mat_view(RAO_F64, 2, 2, 2, du), v = rao_mat_view(RAO_F64, 2, 2, 2, dv);
        rao_vec s = rao_vec_view(RAO_F64, 2, ds);
        OK(ctx, rao_svd(ctx, &a, &u, &s, &v));
        double large = 1 + x * x; /* |A| = 1 + x^2 and det = 2 x^2: (s_1 + s_2)^2 = large^2 + 4 x^2, (s_1 - s_2)^2 = (x^2 - 1)^2 */
        double first = 0.5 * (sqrt(large * large + 4 * x * x) + fabs(x * x - 1));
        EXPECT_REL(ds[0], first, 1e-14);
        EXPECT_REL(ds[1], 2 * x / first * x, 1e-14);
    }
    rao_test_ctx_close(&ctx);
}

static void what_is_refused(void **state) {
    (void)state;
    LAW("NaN is EDOMAIN with its place, wrong shapes and floats are EINVAL, and nothing changes");
    rao_ctx *ctx = rao_test_ctx();
    double data[6] = {1, 0, 0, 1, NAN, 0}, du[9] = {7}, ds[2] = {7}, dv[4] = {7};
    rao_mat a = rao_mat_view(RAO_F64, 3, 2, 2, data), u = rao_mat_view(RAO_F64, 3, 3, 3, du), v = rao_mat_view(RAO_F64, 2, 2, 2, dv);
    rao_vec s = rao_vec_view(RAO_F64, 2, ds);
    EXPECT_FAIL(ctx, rao_svd(ctx, &a, &u, &s, &v), RAO_EDOMAIN, "A(2, 0) = nan");
    data[4] = 0, a.rows = 1;
    EXPECT_FAIL(ctx, rao_svd(ctx, &a, &u, &s, &v), RAO_EINVAL, "A is 1 x 2");
    a.rows = 3, u.cols = 2;
    EXPECT_FAIL(ctx, rao_svd(ctx, &a, &u, &s, &v), RAO_EINVAL, "U 3 x 2");
    u.cols = 3, s.dtype = RAO_F32;
    EXPECT_FAIL(ctx, rao_svd(ctx, &a, &u, &s, &v), RAO_EINVAL, "s is f32");
    EXPECT_TRUE(du[0] == 7 && ds[0] == 7 && dv[0] == 7);
    rao_test_ctx_close(&ctx);
}

static rao_status decompose(rao_ctx *ctx, void *arg) {
    (void)arg;
    double data[4] = {2, 1, 1, 3}, du[4] = {7}, ds[2] = {7}, dv[4] = {7};
    rao_mat a = rao_mat_view(RAO_F64, 2, 2, 2, data), u = rao_mat_view(RAO_F64, 2, 2, 2, du), v = rao_mat_view(RAO_F64, 2, 2, 2, dv);
    rao_vec s = rao_vec_view(RAO_F64, 2, ds);
    rao_status st = rao_svd(ctx, &a, &u, &s, &v);
    EXPECT_TRUE(st == RAO_OK || (du[0] == 7 && ds[0] == 7 && dv[0] == 7));
    return st;
}

static void failed_allocations(void **state) {
    (void)state;
    LAW("a failed allocation is ENOMEM and the outputs are as they were");
    rao_test_every_allocation_fails(decompose, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(decompositions), cmocka_unit_test(small_values_keep_their_digits),
                                       cmocka_unit_test(what_is_refused), cmocka_unit_test(failed_allocations)};
    return rao_test_run("la", tests, COUNT(tests));
}
