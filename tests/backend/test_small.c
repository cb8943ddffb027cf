/* Products of small matrices with long ones, of every instruction set, against the ref backend in double. */
#include "plate.h"

#include "base/cpu.h"

static rao_ctx *ctx;
static rao_stream stream(uint64_t k) { return rao_stream_make(rao_test_seed(), k); }

/* |A| |B| (or |A| |B|^T), what an error of a product is measured by. */
static plate sizes(const plate *a, rao_trans ta, const plate *b, rao_trans tb, int64_t rows, int64_t cols, int64_t inner) {
    plate s = plate_make(RAO_F64, rows, cols, 0, 0, stream(0), 0);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < cols; j++) {
            double sum = 0;
            for (int64_t l = 0; l < inner; l++)
                sum += fabs((ta ? plate_get(a, l, i) : plate_get(a, i, l)) * (tb ? plate_get(b, j, l) : plate_get(b, l, j)));
            plate_put(&s, i, j, sum);
        }
    return s;
}

static void free_all(plate *all[], size_t count) {
    for (size_t i = 0; i < count; i++) plate_free(all[i]);
}

static void wide(const rao_backend *be, rao_dtype t, rao_trans ta, int64_t m, int64_t k, int64_t n, int64_t gap, uint64_t step) {
    plate a = plate_make(t, ta ? k : m, ta ? m : k, gap, 1, stream(1), step), b = plate_make(t, k, n, gap, 1, stream(2), step);
    plate got = plate_make(t, m, n, gap, 1, stream(3), step), a64 = plate_copy(&a, RAO_F64), b64 = plate_copy(&b, RAO_F64);
    plate want = plate_copy(&got, RAO_F64), scale = sizes(&a, ta, &b, RAO_N, m, n, k);
    OK(ctx, rao_wide_product(ctx, be, ta, &a.m, &b.m, &got.m));
    OK(ctx, rao_wide_product(ctx, &rao_backend_ref, ta, &a64.m, &b64.m, &want.m));
    plate_check(&got, "wide product");
    plate_close(&got, &want, &scale, (double)k + 1, "wide product"); /* k products and k - 1 sums, each rounded */
    free_all((plate *[]){&a, &b, &got, &a64, &b64, &want, &scale}, 7);
}

static void deep(const rao_backend *be, rao_dtype t, int64_t m, int64_t k, int64_t n, int64_t gap, double beta, uint64_t step) {
    plate a = plate_make(t, m, n, gap, 1, stream(1), step), b = plate_make(t, k, n, gap, 1, stream(2), step);
    plate got = plate_make(t, m, k, gap, 1, stream(3), step), a64 = plate_copy(&a, RAO_F64), b64 = plate_copy(&b, RAO_F64);
    plate want = plate_copy(&got, RAO_F64), scale = sizes(&a, RAO_N, &b, RAO_T, m, k, n);
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < k; j++) {
            plate_put(&scale, i, j, plate_get(&scale, i, j) + fabs(beta * plate_get(&got, i, j)));
            if (beta == 0) plate_put(&got, i, j, (double)NAN), plate_put(&want, i, j, (double)NAN);
        }
    OK(ctx, rao_deep_product(ctx, be, &a.m, &b.m, beta, &got.m));
    OK(ctx, rao_deep_product(ctx, &rao_backend_ref, &a64.m, &b64.m, beta, &want.m));
    plate_check(&got, "deep product");
    plate_close(&got, &want, &scale, (double)n + 2, "deep product"); /* the sum of a lane, of the lanes, and beta C, each rounded */
    free_all((plate *[]){&a, &b, &got, &a64, &b64, &want, &scale}, 7);
}

static void turn(const rao_backend *be, rao_dtype t, int64_t rows, int64_t cols, int64_t gap, uint64_t step) {
    plate x = plate_make(t, rows, cols, gap, 1, stream(4), step), y = plate_make(t, cols, rows, gap, 1, stream(5), step);
    OK(ctx, rao_turn(ctx, be, &x.m, &y.m));
    plate_check(&y, "turn");
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < cols; j++) EXPECT_TRUE(plate_get(&x, i, j) == plate_get(&y, j, i));
    free_all((plate *[]){&x, &y}, 2);
}

static const int LEVELS[] = {RAO_CPU_GENERIC, RAO_CPU_AVX2, RAO_CPU_AVX512};

static void against_ref(void **state) {
    (void)state;
    LAW("small products agree with sums in long double, and touch nothing outside");
    static const int64_t side[] = {0, 1, 2, 3, 4, 5, 7, 10, 16, 33}, cases[] = {0, 1, 3, 16, 31, 32, 33, 100, 256};
    for (size_t l = 0; l < COUNT(LEVELS); l++) {
        if (LEVELS[l] > (int)rao_cpu_level()) continue;
        const rao_backend *be = rao_backend_cpu(LEVELS[l]);
        uint64_t step = 0;
        for (size_t i = 0; i < COUNT(side); i++)
            for (size_t j = 0; j < COUNT(side); j++)
                for (size_t c = 0; c < COUNT(cases); c++, step++) {
                    rao_dtype t = step % 2 ? RAO_F64 : RAO_F32;
                    int64_t gap = (int64_t)(step % 3) * 5;
                    wide(be, t, step % 4 < 2 ? RAO_N : RAO_T, side[i], side[j], cases[c], gap, step);
                    deep(be, t, side[i], side[j], cases[c], gap, step % 5 < 2 ? 0 : 0.9, step);
                    turn(be, t, cases[c], side[i], gap, step);
                    turn(be, t, side[i], cases[c], gap, step);
                }
    }
}

static void random_shapes(void **state) {
    (void)state;
    LAW("the same over random shapes, long sides of more than one block among them");
    const rao_backend *be = rao_backend_default();
    for (uint64_t i = 0; i < 60; i++) {
        rao_stream s = stream(9);
        int64_t m = rao_below_at(s, i, 0, RAO_SMALL_SIDE + 1), k = rao_below_at(s, i, 1, RAO_SMALL_SIDE + 1);
        int64_t n = rao_below_at(s, i, 2, i % 10 ? 700 : 9000);
        wide(be, i % 2 ? RAO_F64 : RAO_F32, i % 4 < 2 ? RAO_N : RAO_T, m, k, n, (int64_t)(i % 3), i);
        deep(be, i % 2 ? RAO_F64 : RAO_F32, m, k, n, (int64_t)(i % 3), 0.5, i);
    }
}

/* One wide and one deep product on a context of `threads`. */
static void on_threads(int threads, plate *a, plate *b, plate *c, plate *d) {
    rao_ctx *own = NULL;
    rao_ctx_opts o;
    rao_ctx_opts_init(&o);
    o.threads = threads;
    OK(ctx, rao_ctx_create(&o, &own));
    OK(own, rao_wide_product(own, rao_backend_default(), RAO_N, &a->m, &b->m, &c->m));
    OK(own, rao_deep_product(own, rao_backend_default(), &c->m, &b->m, 0, &d->m));
    rao_ctx_destroy(&own);
}

static void threads(void **state) {
    (void)state;
    LAW("no bit depends on the number of threads");
    enum { M = 7, K = 11, N = 20011 };
    for (int t = 0; t < 2; t++) {
        rao_dtype dtype = t ? RAO_F64 : RAO_F32;
        plate a = plate_make(dtype, M, K, 0, 1, stream(6), 0), b = plate_make(dtype, K, N, 3, 1, stream(7), 0);
        plate c1 = plate_make(dtype, M, N, 1, 0, stream(8), 0), d1 = plate_make(dtype, M, K, 0, 0, stream(8), 1);
        plate c3 = plate_copy(&c1, dtype), d3 = plate_copy(&d1, dtype);
        on_threads(1, &a, &b, &c1, &d1);
        on_threads(3, &a, &b, &c3, &d3);
        plate_same_bits(&c1, &c3, "wide product");
        plate_same_bits(&d1, &d3, "deep product");
        free_all((plate *[]){&a, &b, &c1, &d1, &c3, &d3}, 6);
    }
}

static void refusals(void **state) {
    (void)state;
    LAW("shapes that do not fit are named, and the output stays");
    plate a = plate_make(RAO_F32, 3, 4, 0, 1, stream(1), 0), b = plate_make(RAO_F32, 4, 9, 0, 1, stream(2), 0);
    plate c = plate_make(RAO_F32, 3, 8, 0, 1, stream(3), 0), big = plate_make(RAO_F32, 34, 9, 0, 1, stream(3), 1);
    plate d = plate_make(RAO_F64, 3, 9, 0, 1, stream(3), 2), kept = plate_copy(&c, RAO_F32);
    const rao_backend *be = rao_backend_default();
    EXPECT_FAIL(ctx, rao_wide_product(ctx, be, RAO_N, &a.m, &b.m, &c.m), RAO_EINVAL, "3 x 4 and 4 x 9 of f32 into 3 x 8");
    EXPECT_FAIL(ctx, rao_wide_product(ctx, be, RAO_N, &a.m, &b.m, &d.m), RAO_EINVAL, "of f64");
    EXPECT_FAIL(ctx, rao_deep_product(ctx, be, &big.m, &b.m, 0, &c.m), RAO_EINVAL, "sides up to 33");
    EXPECT_FAIL(ctx, rao_turn(ctx, be, &a.m, &c.m), RAO_EINVAL, "3 x 4 of f32 into 3 x 8");
    plate_same_bits(&c, &kept, "a refused product");
    free_all((plate *[]){&a, &b, &c, &big, &d, &kept}, 6);
}

static int setup(void **state) {
    (void)state;
    ctx = rao_test_ctx();
    return 0;
}

static int teardown(void **state) {
    (void)state;
    rao_test_ctx_close(&ctx);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(against_ref, setup, teardown),
        cmocka_unit_test_setup_teardown(random_shapes, setup, teardown),
        cmocka_unit_test_setup_teardown(threads, setup, teardown),
        cmocka_unit_test_setup_teardown(refusals, setup, teardown),
    };
    return rao_test_run("backend/small", tests, COUNT(tests));
}
