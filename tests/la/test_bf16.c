/* Products in bfloat16 against plain loops, on the kernels in plain C and on this machine's. */
#include "oracle.h"

#include "la/bf16.h"

static const la_bf16_kernels *kernels_at(int i) { return i == 0 ? &la_bf16_ref : la_bf16_here(); }

/* Floats of every kind: halves between two bfloat16 both ways, the ends of the range, below it, infinities, NaN. */
static float special(oracle_draw *d) {
    static const uint32_t bits[] = {0x3f800000, 0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff, 0x00000000, 0x80000000, 0x00000001,
                                    0x807fffff, 0x00800000, 0x7f7fffff, 0xff7f8000, 0x7f800000, 0xff800000, 0x7fc00000, 0x7f800001};
    float x;
    memcpy(&x, &bits[draw_below(d, COUNT(bits))], sizeof x);
    return x;
}

static void kernels_pack_alike(void **state) {
    (void)state;
    ORACLE("rounding to nearest, ties to even, and the place of every word", "the kernels in plain C");
    const la_bf16_kernels *here = la_bf16_here();
    if (!here) skip();
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(90);
    enum { ROOM = 48 * 30 };
    for (int trial = 0; trial < 400; trial++) {
        int64_t lanes = 1 + draw_below(&d, LA_BF16_LANES), k = draw_below(&d, 60), stride = draw_below(&d, 2) ? 8 : 48;
        int by_row = trial & 1;
        rao_mat x = by_row ? tm_make(ctx, RAO_F32, lanes, k, 3) : tm_make(ctx, RAO_F32, k, lanes, 3);
        uint32_t want[ROOM] = {0}, got[ROOM] = {0};
        float numbers[64], *shift = trial % 3 ? numbers : NULL;
        for (int i = 0; i < 64; i++) numbers[i] = (float)draw_normal(&d);
        for (int64_t i = 0; i < x.rows; i++)
            for (int64_t j = 0; j < x.cols; j++) ((float *)x.data)[i * x.ld + j] = draw_below(&d, 4) ? (float)draw_normal(&d) : special(&d);
        (by_row ? la_bf16_ref.pack_rows : la_bf16_ref.pack_columns)(x.data, x.ld, lanes, k, shift, want, stride);
        (by_row ? here->pack_rows : here->pack_columns)(x.data, x.ld, lanes, k, shift, got, stride);
        EXPECT_EQ(memcmp(want, got, sizeof want), 0);
        tm_free(&x);
        x = tm_random(ctx, &d, RAO_F32, k, 16, 1);
        la_bf16_ref.pack_columns_16(x.data, x.ld, k, shift, want, want + 8, 48);
        here->pack_columns_16(x.data, x.ld, k, shift, got, got + 8, 48);
        EXPECT_EQ(memcmp(want, got, sizeof want), 0);
        tm_free(&x);
    }
    rao_test_ctx_close(&ctx);
}

static rao_status run(rao_ctx *ctx, const la_bf16_kernels *kernels, la_bf16_shape shape, rao_trans ta, rao_trans tb, const rao_mat *a,
                      const rao_mat *b, rao_mat *c, int64_t k) {
    rao_status st;
    int64_t left_words = 0, right_words = 0;
    uint32_t *left = NULL, *right = NULL;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(la_bf16_left_words(ctx, c->rows, k, &left_words));
    RAO_TRY(la_bf16_right_words(ctx, c->cols, k, &right_words));
    RAO_TRY(rao_scratch(ctx, left_words, &left));
    RAO_TRY(rao_scratch(ctx, right_words, &right));
    memset(left, 255, (size_t)left_words * sizeof *left), memset(right, 255, (size_t)right_words * sizeof *right); /* NaN */
    RAO_TRY(la_bf16_pack_left(ctx, kernels, ta, a, NULL, left));
    RAO_TRY(la_bf16_pack_right(ctx, kernels, tb, b, NULL, right));
    RAO_TRY(la_bf16_multiply(ctx, kernels, shape, k, left, right, c));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* The bound of rao/la.h: both operands rounded by 2^-8, and a sum of k floats. */
static void check_product(rao_trans ta, rao_trans tb, const rao_mat *a, const rao_mat *b, const rao_mat *c, int64_t k) {
    for (int64_t i = 0; i < c->rows; i++)
        for (int64_t j = 0; j < c->cols; j++) {
            long double want = 0, size = 0;
            for (int64_t p = 0; p < k; p++)
                want += op_at(ta, a, i, p) * op_at(tb, b, p, j), size += fabsl(op_at(ta, a, i, p) * op_at(tb, b, p, j));
            EXPECT_TRUE(fabsl(at(c, i, j) - want) <= (0x1p-7L + 0x1p-16L + (long double)(k + 2) * 0x1p-23L) * size);
        }
}

static void products_to_their_bound(void **state) {
    (void)state;
    ORACLE("C = op(A) op(B) within 2^-7 + 2^-16 + (k + 2) 2^-23 of |A| |B|", "long double triple loop");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(91);
    for (int trial = 0; trial < 160; trial++) {
        const la_bf16_kernels *kernels = kernels_at(trial & 1);
        if (!kernels) continue;
        rao_trans ta = (rao_trans)draw_below(&d, 2), tb = (rao_trans)draw_below(&d, 2);
        int64_t m = draw_size(&d, 70), n = draw_size(&d, 110), k = trial < 8 ? 1020 + trial : draw_size(&d, 60); /* blocks of 1024 */
        rao_mat a = ta ? tm_random(ctx, &d, RAO_F32, k, m, draw_below(&d, 4)) : tm_random(ctx, &d, RAO_F32, m, k, draw_below(&d, 4));
        rao_mat b = tb ? tm_random(ctx, &d, RAO_F32, n, k, draw_below(&d, 4)) : tm_random(ctx, &d, RAO_F32, k, n, draw_below(&d, 4));
        rao_mat c = tm_make(ctx, RAO_F32, m, n, draw_below(&d, 4));
        for (int64_t i = 0; i < m; i++)
            for (int64_t j = 0; j < n; j++) set_at(&c, i, j, NAN);
        OK(ctx, run(ctx, kernels, LA_BF16_ALL, ta, tb, &a, &b, &c, k));
        check_product(ta, tb, &a, &b, &c, k);
        tm_free(&a), tm_free(&b), tm_free(&c);
    }
    rao_test_ctx_close(&ctx);
}

static void lower_triangles(void **state) {
    (void)state;
    LAW("the lower triangle of a product is that of the whole one, bit for bit");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(93);
    for (int trial = 0; trial < 40; trial++) {
        const la_bf16_kernels *kernels = kernels_at(trial & 1);
        if (!kernels) continue;
        int64_t n = draw_size(&d, 150), k = draw_size(&d, 40);
        rao_mat a = tm_random(ctx, &d, RAO_F32, n, k, 1), b = tm_random(ctx, &d, RAO_F32, n, k, 0);
        rao_mat c = tm_make(ctx, RAO_F32, n, n, 1), all = tm_make(ctx, RAO_F32, n, n, 2);
        OK(ctx, run(ctx, kernels, LA_BF16_LOWER, RAO_N, RAO_T, &a, &b, &c, k));
        OK(ctx, run(ctx, kernels, LA_BF16_ALL, RAO_N, RAO_T, &a, &b, &all, k));
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j <= i; j++) EXPECT_TRUE(at(&c, i, j) == at(&all, i, j));
        tm_free(&a), tm_free(&b), tm_free(&c), tm_free(&all);
    }
    rao_test_ctx_close(&ctx);
}

static void exact_where_nothing_rounds(void **state) {
    (void)state;
    LAW("small whole numbers are bfloat16 and their products are exact: the public verb equals gemm bit for bit, at any number of threads");
    if (!rao_bf16_available()) skip();
    rao_ctx *ctx = rao_test_ctx(), *three = rao_test_ctx_threads(3);
    oracle_draw d = oracle_draw_make(92);
    for (int trial = 0; trial < 12; trial++) {
        rao_trans ta = (rao_trans)(trial & 1), tb = (rao_trans)(trial >> 1 & 1);
        int64_t m = 1 + draw_below(&d, 600), n = 1 + draw_below(&d, 100), k = 1 + draw_below(&d, 90);
        rao_mat a = ta ? tm_make(ctx, RAO_F32, k, m, 0) : tm_make(ctx, RAO_F32, m, k, 0);
        rao_mat b = tb ? tm_make(ctx, RAO_F32, n, k, 2) : tm_make(ctx, RAO_F32, k, n, 2);
        rao_mat c = tm_make(ctx, RAO_F32, m, n, 1), want = tm_make(ctx, RAO_F32, m, n, 1), other = tm_make(ctx, RAO_F32, m, n, 1);
        for (int64_t i = 0; i < m * k; i++) ((float *)a.data)[i] = (float)(draw_below(&d, 257) - 128);
        for (int64_t i = 0; i < b.rows; i++)
            for (int64_t j = 0; j < b.cols; j++) set_at(&b, i, j, (double)(draw_below(&d, 257) - 128));
        OK(ctx, rao_gemm(ctx, ta, tb, 1, &a, &b, 0, &want));
        OK(ctx, rao_gemm_bf16(ctx, ta, tb, &a, &b, &c));
        OK(three, rao_gemm_bf16(three, ta, tb, &a, &b, &other));
        EXPECT_TRUE(tm_same(&want, &c) && tm_same(&want, &other));
        for (int64_t i = 0; i < m * k; i++) ((float *)a.data)[i] = (float)draw_normal(&d);
        OK(ctx, rao_gemm_bf16(ctx, ta, tb, &a, &b, &c));
        OK(three, rao_gemm_bf16(three, ta, tb, &a, &b, &other));
        EXPECT_TRUE(tm_same(&c, &other));
        tm_free(&a), tm_free(&b), tm_free(&c), tm_free(&want), tm_free(&other);
    }
    rao_test_ctx_close(&three);
    rao_test_ctx_close(&ctx);
}

static void what_is_not_finite_stays(void **state) {
    (void)state;
    LAW("an infinity or a NaN in a row of A or a column of B reaches what depends on it and nothing else");
    rao_ctx *ctx = rao_test_ctx();
    for (int i = 0; i < 2; i++) {
        if (!kernels_at(i)) continue;
        rao_mat a = tm_make(ctx, RAO_F32, 9, 5, 0), b = tm_make(ctx, RAO_F32, 5, 17, 0), c = tm_make(ctx, RAO_F32, 9, 17, 0);
        for (int64_t k = 0; k < 45; k++) ((float *)a.data)[k] = 1;
        for (int64_t k = 0; k < 85; k++) ((float *)b.data)[k] = 2;
        set_at(&a, 8, 4, NAN), set_at(&b, 4, 16, -HUGE_VAL);
        OK(ctx, run(ctx, kernels_at(i), LA_BF16_ALL, RAO_N, RAO_N, &a, &b, &c, 5));
        for (int64_t r = 0; r < 9; r++)
            for (int64_t q = 0; q < 17; q++) {
                double got = (double)at(&c, r, q);
                EXPECT_TRUE(r == 8 ? isnan(got) : q == 16 ? got < 0 && isinf(got) : got == 10);
            }
        tm_free(&a), tm_free(&b), tm_free(&c);
    }
    rao_test_ctx_close(&ctx);
}

static rao_status one_product(rao_ctx *ctx, void *arg) {
    const rao_mat *m = arg;
    rao_mat c = m[2];
    return rao_gemm_bf16(ctx, RAO_N, RAO_N, &m[0], &m[1], &c);
}

static void refusals(void **state) {
    (void)state;
    LAW("shapes, dtypes and memory are refused as by gemm");
    rao_ctx *ctx = rao_test_ctx();
    double room[3][16] = {{0}};
    rao_mat a = rao_mat_view(RAO_F32, 3, 4, 4, room[0]), b = rao_mat_view(RAO_F32, 4, 2, 2, room[1]),
            c = rao_mat_view(RAO_F32, 3, 2, 2, room[2]);
    rao_mat d[3] = {rao_mat_view(RAO_F64, 3, 4, 4, room[0]), rao_mat_view(RAO_F64, 4, 2, 2, room[1]),
                    rao_mat_view(RAO_F64, 3, 2, 2, room[2])};
    rao_mat good[3] = {a, b, c};
    EXPECT_FAIL(ctx, rao_gemm_bf16(ctx, RAO_T, RAO_N, &a, &b, &c), RAO_EINVAL, "gemm_bf16: op(A) is 4 x 3 and op(B) is 4 x 2");
    EXPECT_FAIL(ctx, rao_gemm_bf16(ctx, RAO_N, RAO_N, &a, &b, &a), RAO_EINVAL, "C is 3 x 4");
    EXPECT_FAIL(ctx, rao_gemm_bf16(ctx, RAO_N, RAO_N, &d[0], &d[1], &d[2]), RAO_EINVAL, "operands are f64, want f32");
    EXPECT_FAIL(ctx, rao_gemm_bf16(ctx, RAO_N, RAO_N, &a, &d[1], &c), RAO_EINVAL, "one dtype");
    if (rao_bf16_available()) rao_test_every_allocation_fails(one_product, good);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(kernels_pack_alike),       cmocka_unit_test(products_to_their_bound),
                                       cmocka_unit_test(lower_triangles),          cmocka_unit_test(exact_where_nothing_rounds),
                                       cmocka_unit_test(what_is_not_finite_stays), cmocka_unit_test(refusals)};
    return rao_test_run("la/bf16", tests, COUNT(tests));
}
