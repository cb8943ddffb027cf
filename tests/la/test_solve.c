/* solve: A X = B for random A of every size and leading dimension, rows that must be swapped, and what is refused. */
#include "la/oracle.h"

static void systems(void **state) {
    (void)state;
    LAW("|A X - B| is rounding of |A| |X|, A in rows of any length");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(31);
    static const int64_t sizes[] = {0, 1, 2, 3, 17, 64, 130}, sides[] = {0, 1, 2, 33};
    for (size_t i = 0; i < COUNT(sizes); i++)
        for (size_t j = 0; j < COUNT(sides); j++) {
            const int64_t n = sizes[i], m = sides[j];
            rao_mat a = tm_random(ctx, &d, RAO_F64, n, n, 3), b = tm_random(ctx, &d, RAO_F64, n, m, 1);
            rao_mat lu = tm_make(ctx, RAO_F64, n, n, 2), x = tm_make(ctx, RAO_F64, n, m, 4);
            if (n > 1) set_at(&a, 0, 0, 0); /* the first pivot is in another row */
            for (int64_t r = 0; r < n; r++) {
                for (int64_t c = 0; c < n; c++) set_at(&lu, r, c, (double)at(&a, r, c));
                for (int64_t c = 0; c < m; c++) set_at(&x, r, c, (double)at(&b, r, c));
            }
            OK(ctx, rao_solve(ctx, &lu, &x));
            for (int64_t r = 0; r < n; r++)
                for (int64_t c = 0; c < m; c++) {
                    long double sum = 0, size = 0;
                    for (int64_t k = 0; k < n; k++) sum += at(&a, r, k) * at(&x, k, c), size += fabsl(at(&a, r, k) * at(&x, k, c));
                    EXPECT_CLOSE(sum, at(&b, r, c), 64 * ((double)n + 1) * DBL_EPSILON * (1 + size)); /* growth of pivots included */
                }
            tm_check_padding(&lu), tm_check_padding(&x);
            tm_free(&a), tm_free(&lu), tm_free(&b), tm_free(&x);
        }
    rao_test_ctx_close(&ctx);
}

static void what_is_refused(void **state) {
    (void)state;
    LAW("a singular matrix is ENUMERIC, NaN EDOMAIN with its place, shapes and floats EINVAL; B stays");
    rao_ctx *ctx = rao_test_ctx();
    double data[4] = {1, 2, 2, 4}, right[2] = {7, 8};
    rao_mat a = rao_mat_view(RAO_F64, 2, 2, 2, data), b = rao_mat_view(RAO_F64, 2, 1, 1, right);
    EXPECT_FAIL(ctx, rao_solve(ctx, &a, &b), RAO_ENUMERIC, "pivot 2 is 0");
    data[2] = NAN;
    EXPECT_FAIL(ctx, rao_solve(ctx, &a, &b), RAO_EDOMAIN, "A(1, 0) = nan");
    b.rows = 1;
    EXPECT_FAIL(ctx, rao_solve(ctx, &a, &b), RAO_EINVAL, "B 1 x 1");
    b.rows = 2, b.dtype = RAO_F32;
    EXPECT_FAIL(ctx, rao_solve(ctx, &a, &b), RAO_EINVAL, "B is f32");
    EXPECT_TRUE(right[0] == 7 && right[1] == 8);
    rao_test_ctx_close(&ctx);
}

static rao_status body(rao_ctx *ctx, void *arg) {
    (void)arg;
    double data[4] = {2, 1, 1, 3}, right[2] = {7, 8};
    rao_mat a = rao_mat_view(RAO_F64, 2, 2, 2, data), b = rao_mat_view(RAO_F64, 2, 1, 1, right);
    rao_status st = rao_solve(ctx, &a, &b);
    EXPECT_TRUE(st == RAO_OK || (right[0] == 7 && right[1] == 8));
    return st;
}

static void failed_allocations(void **state) {
    (void)state;
    LAW("a failed allocation is ENOMEM and B is as it was");
    rao_test_every_allocation_fails(body, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(systems), cmocka_unit_test(what_is_refused), cmocka_unit_test(failed_allocations)};
    return rao_test_run("la", tests, COUNT(tests));
}
