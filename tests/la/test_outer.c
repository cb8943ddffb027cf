/* Vectors given as outer products: summed up, and solved with, against plain loops. */
#include "oracle.h"

enum { BLOCKS = 3 };

typedef struct sum {
    rao_outer block[BLOCKS];
    int64_t n;
} sum;

/* Blocks of random shapes, without rows, without columns and padded among them. */
static sum sum_make(rao_ctx *ctx, oracle_draw *d, rao_dtype dtype) {
    sum s = {.n = 0};
    for (int i = 0; i < BLOCKS; i++) {
        int64_t cases = draw_size(d, 20), rows = draw_size(d, 9), cols = draw_size(d, 9);
        s.block[i] = (rao_outer){s.n, tm_random(ctx, d, dtype, cases, rows, draw_below(d, 3)),
                                 tm_random(ctx, d, dtype, cases, cols, draw_below(d, 3))};
        s.n += rows * cols;
    }
    return s;
}
static void sum_free(sum *s) {
    for (int i = 0; i < BLOCKS; i++) tm_free(&s->block[i].g), tm_free(&s->block[i].a);
}

/* Entry (r, c) of a block, and what its terms have in magnitude. */
static double entry(const rao_outer *o, int64_t r, int64_t c, double *size) {
    long double value = 0, all = 0;
    for (int64_t i = 0; i < o->g.rows; i++) value += at(&o->g, i, r) * at(&o->a, i, c), all += fabsl(at(&o->g, i, r) * at(&o->a, i, c));
    *size = (double)all;
    return (double)value;
}

static void blocks_are_sums(void **state) {
    (void)state;
    ORACLE("b = blocks of G^T A, row by row", "long double triple loop");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(80);
    for (int round = 0; round < 60; round++) {
        rao_dtype dtype = oracle_dtypes[round % 2];
        sum s = sum_make(ctx, &d, dtype);
        rao_vec b = tv_make(ctx, dtype, s.n);
        for (int64_t i = 0; i < s.n; i++) put(dtype, b.data, i, NAN); /* what was there does not matter */
        OK(ctx, rao_outer_sum(ctx, s.block, BLOCKS, &b));
        for (int k = 0; k < BLOCKS; k++) {
            const rao_outer *o = &s.block[k];
            for (int64_t r = 0; r < o->g.cols; r++)
                for (int64_t c = 0; c < o->a.cols; c++) {
                    double size, want = entry(o, r, c, &size);
                    EXPECT_TRUE(fabs(vat(&b, o->offset + r * o->a.cols + c) - want) <=
                                (double)(o->g.rows + 2) * oracle_eps(dtype) * size); /* a sum of so many terms */
                }
        }
        rao_free_block(&b.data);
        sum_free(&s);
    }
    rao_test_ctx_close(&ctx);
}

static void solve_by_the_sum(void **state) {
    (void)state;
    LAW("an operator without the slot solves for the summed vector, bit for bit, and gives <b, x>");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(81);
    for (int round = 0; round < 20; round++) {
        rao_dtype dtype = oracle_dtypes[round % 2];
        sum s = sum_make(ctx, &d, dtype);
        rao_vec b = tv_make(ctx, dtype, s.n), x = tv_make(ctx, dtype, s.n), y = tv_make(ctx, dtype, s.n),
                diagonal = tv_make(ctx, dtype, s.n);
        for (int64_t i = 0; i < s.n; i++) put(dtype, diagonal.data, i, 0.5 + fabs(draw_normal(&d)));
        rao_op *f = NULL;
        double inner = -1, want = 0;
        OK(ctx, rao_op_diagonal(ctx, &diagonal, &f));
        OK(ctx, rao_outer_sum(ctx, s.block, BLOCKS, &b));
        OK(ctx, rao_op_solve(ctx, f, &b, &x));
        OK(ctx, rao_op_solve_outer(ctx, f, s.block, BLOCKS, &y, &inner));
        EXPECT_EQ(memcmp(x.data, y.data, (size_t)s.n * rao_dtype_size(dtype)), 0);
        OK(ctx, rao_dot(ctx, &b, &x, &want));
        EXPECT_TRUE(inner == want);
        rao_op_destroy(&f);
        rao_free_block(&b.data), rao_free_block(&x.data), rao_free_block(&y.data), rao_free_block(&diagonal.data);
        sum_free(&s);
    }
    rao_test_ctx_close(&ctx);
}

static void bad_blocks(void **state) {
    (void)state;
    LAW("blocks that do not make the vector are refused, the block named, and nothing is written");
    rao_ctx *ctx = rao_test_ctx();
    double g[8] = {0}, a[12] = {0}, out[12], before[12];
    memset(out, 7, sizeof out), memcpy(before, out, sizeof out);
    rao_vec b = rao_vec_view(RAO_F64, 12, out), shorter = rao_vec_view(RAO_F64, 11, out), single = rao_vec_view(RAO_F32, 12, out);
    rao_outer one = {0, rao_mat_view(RAO_F64, 2, 4, 4, g), rao_mat_view(RAO_F64, 2, 3, 3, a)}, bad = one, two[2] = {one, one};
    EXPECT_FAIL(ctx, rao_outer_sum(ctx, &one, 1, &shorter), RAO_EINVAL, "block 0 of 4 x 3 begins at 0");
    EXPECT_FAIL(ctx, rao_outer_sum(ctx, &one, 1, &single), RAO_EINVAL, "g is f64");
    EXPECT_FAIL(ctx, rao_outer_sum(ctx, &one, 0, &b), RAO_EINVAL, "0 blocks make 0 entries, want 12");
    EXPECT_FAIL(ctx, rao_outer_sum(ctx, NULL, 1, &b), RAO_EINVAL, "blocks = NULL");
    bad.a.rows = 1;
    EXPECT_FAIL(ctx, rao_outer_sum(ctx, &bad, 1, &b), RAO_EINVAL, "block 0 has 2 rows of g and 1 of a");
    bad = one, bad.offset = 1;
    EXPECT_FAIL(ctx, rao_outer_sum(ctx, &bad, 1, &b), RAO_EINVAL, "begins at 1, want it at 0");
    EXPECT_FAIL(ctx, rao_outer_sum(ctx, two, 2, &b), RAO_EINVAL, "block 1");
    EXPECT_EQ(memcmp(out, before, sizeof out), 0);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(blocks_are_sums), cmocka_unit_test(solve_by_the_sum), cmocka_unit_test(bad_blocks)};
    return rao_test_run("la/outer", tests, COUNT(tests));
}
