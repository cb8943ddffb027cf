/* The entrywise passes and reductions of every instruction set against the ref backend and against their definitions. */
#include "plate.h"

#include "base/cpu.h"

static rao_ctx *ctx;
static rao_stream stream(uint64_t k) { return rao_stream_make(rao_test_seed(), k); }

static void entrywise(const rao_backend *be, rao_dtype dtype, int64_t rows, int64_t cols, int64_t gap, uint64_t step) {
    plate x = plate_make(dtype, rows, cols, gap, 1, stream(1), step), y = plate_make(dtype, rows, cols, gap, 1, stream(2), step);
    plate x64 = plate_copy(&x, RAO_F64), y64 = plate_copy(&y, RAO_F64), got = plate_copy(&y, dtype), want = plate_copy(&y, RAO_F64);
    plate scale = plate_copy(&y, RAO_F64), s = plate_make(dtype, 1, rows, 0, 1, stream(3), step), s64 = plate_copy(&s, RAO_F64);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < cols; j++) plate_put(&scale, i, j, fabs(2.5 * plate_get(&x, i, j)) + fabs(0.75 * plate_get(&y, i, j)));

    OK(ctx, rao_axpby(ctx, be, 2.5, &x.m, -0.75, &got.m));
    OK(ctx, rao_axpby(ctx, &rao_backend_ref, 2.5, &x64.m, -0.75, &want.m));
    plate_check(&got, "axpby");
    plate_close(&got, &want, &scale, 2, "axpby");
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < cols; j++) plate_put(&got, i, j, (double)NAN);
    OK(ctx, rao_axpby(ctx, be, 0.5, &x.m, 0, &got.m));
    OK(ctx, rao_axpby(ctx, &rao_backend_ref, 0.5, &x64.m, 0, &want.m));
    plate_close(&got, &want, NULL, 1, "axpby with b = 0 forgets");

    OK(ctx, rao_product(ctx, be, &x.m, &y.m, &got.m));
    OK(ctx, rao_product(ctx, &rao_backend_ref, &x64.m, &y64.m, &want.m));
    plate_check(&got, "product");
    plate_close(&got, &want, NULL, 1, "product");

    rao_vec sv = rao_vec_view(dtype, rows, s.m.data), sv64 = rao_vec_view(RAO_F64, rows, s64.m.data);
    OK(ctx, rao_scale_rows(ctx, be, &sv, &x.m, &got.m));
    OK(ctx, rao_scale_rows(ctx, &rao_backend_ref, &sv64, &x64.m, &want.m));
    plate_check(&got, "scaled rows");
    plate_close(&got, &want, NULL, 1, "scaled rows");

    OK(ctx, rao_fill(ctx, be, -3.25, &got.m));
    plate_check(&got, "fill");
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < cols; j++) EXPECT_TRUE(plate_get(&got, i, j) == -3.25);

    OK(ctx, rao_copy(ctx, be, &x.m, &got.m));
    plate_check(&got, "copy");
    plate_same_bits(&got, &x, "copy");
    rao_dtype other = dtype == RAO_F64 ? RAO_F32 : RAO_F64;
    plate turned = plate_copy(&y, other), exact = plate_copy(&x, other);
    OK(ctx, rao_copy(ctx, be, &x.m, &turned.m));
    plate_check(&turned, "conversion");
    plate_same_bits(&turned, &exact, "conversion");

    plate *all[] = {&x, &y, &x64, &y64, &got, &want, &scale, &s, &s64, &turned, &exact};
    for (size_t i = 0; i < COUNT(all); i++) plate_free(all[i]);
}

/* The true sums, in long double. */
static void sums(const rao_backend *be, rao_dtype dtype, int64_t rows, int64_t cols, int64_t gap, uint64_t step) {
    plate x = plate_make(dtype, rows, cols, gap, 1, stream(4), step);
    double squares = -1, largest = -1;
    OK(ctx, rao_sum_squares(ctx, be, &x.m, &squares));
    OK(ctx, rao_max_abs(ctx, be, &x.m, &largest));
    long double all = 0, most = 0;
    for (int64_t j = 0; j < cols; j++)
        for (int64_t i = 0; i < rows; i++) {
            long double e = plate_get(&x, i, j);
            all += e * e;
            most = fmaxl(most, fabsl(e));
        }
    EXPECT_REL(squares, all, (double)(rows * cols + 1) * DBL_EPSILON);
    EXPECT_TRUE(largest == (double)most);
    if (rows > 0 && cols > 0) {
        plate_put(&x, rows - 1, cols - 1, -HUGE_VAL);
        OK(ctx, rao_max_abs(ctx, be, &x.m, &largest));
        EXPECT_TRUE(largest == HUGE_VAL);
        plate_put(&x, 0, 0, (double)-NAN);
        OK(ctx, rao_max_abs(ctx, be, &x.m, &largest));
        EXPECT_TRUE(isnan(largest));
        OK(ctx, rao_sum_squares(ctx, be, &x.m, &squares));
        EXPECT_TRUE(isnan(squares));
    }
    plate_free(&x);
}

static void homogeneous(const rao_backend *be, rao_dtype dtype, int64_t rows, int64_t cols, int64_t gap, uint64_t step) {
    plate x = plate_make(dtype, rows, cols, gap, 1, stream(6), step), before = plate_copy(&x, dtype);
    if (gap == 0) EXPECT_FAIL(ctx, rao_homogenise(ctx, be, 1, &x.m), RAO_EINVAL, "want >");
    else OK(ctx, rao_homogenise(ctx, be, 1, &x.m));
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < x.m.ld; j++) EXPECT_TRUE(plate_get(&x, i, j) == (j < cols ? plate_get(&before, i, j) : j == cols ? 1 : 0));
    plate_free(&x);
    plate_free(&before);
}

static void on_every_level(shape_body *body) {
    ctx = rao_test_ctx();
    for (int level = RAO_CPU_GENERIC; level <= (int)rao_cpu_level(); level++) over_shapes(rao_backend_cpu(level), body);
    over_shapes(&rao_backend_ref, body);
    rao_test_ctx_close(&ctx);
}

static void passes_are_ref(void **state) {
    (void)state;
    LAW("every instruction set computes what the plain loops do and writes nowhere else");
    on_every_level(entrywise);
}

static void sums_are_true(void **state) {
    (void)state;
    ORACLE("sums", "long double");
    on_every_level(sums);
}

static void homogeneous_column(void **state) {
    (void)state;
    LAW("column `cols` holds 1, the padding 0");
    on_every_level(homogeneous);
}

/* Large enough to be cut into blocks; one of them without gaps. */
static void threads(void **state) {
    (void)state;
    LAW("one thread and three give the same bits");
    rao_ctx *one = rao_test_ctx_threads(1), *three = rao_test_ctx_threads(3);
    const rao_backend *be = rao_backend_default();
    for (int shape = 0; shape < 3; shape++)
        for (int t = RAO_F32; t <= RAO_F64; t++) {
            rao_dtype dtype = (rao_dtype)t;
            int64_t rows = shape == 1 ? 1 : 301, cols = shape == 1 ? 200003 : 517;
            plate x = plate_make(dtype, rows, cols, shape == 0 ? 11 : 0, 2, stream(7), 0), y = plate_copy(&x, dtype),
                  z = plate_copy(&x, dtype);
            plate s = plate_make(dtype, 1, rows, 0, 1, stream(8), 0);
            rao_vec by = rao_vec_view(dtype, rows, s.m.data);
            for (int f = 0; f < RAO_ACTIVATIONS; f++) {
                rao_activation act = (rao_activation)f;
                OK(one, rao_act_forward(one, be, act, &x.m, &y.m));
                OK(three, rao_act_forward(three, be, act, &x.m, &z.m));
                plate_same_bits(&y, &z, "forward");
                OK(one, rao_act_backward(one, be, act, &x.m, &x.m, &y.m, &y.m));
                OK(three, rao_act_backward(three, be, act, &x.m, &x.m, &z.m, &z.m));
                plate_same_bits(&y, &z, "backward");
                OK(one, rao_act_second(one, be, act, &x.m, &x.m, &x.m, &y.m, &y.m, &y.m));
                OK(three, rao_act_second(three, be, act, &x.m, &x.m, &x.m, &z.m, &z.m, &z.m));
                plate_same_bits(&y, &z, "second");
            }
            OK(one, rao_axpby(one, be, 1.5, &x.m, 0.25, &y.m));
            OK(three, rao_axpby(three, be, 1.5, &x.m, 0.25, &z.m));
            OK(one, rao_product(one, be, &x.m, &y.m, &y.m));
            OK(three, rao_product(three, be, &x.m, &z.m, &z.m));
            OK(one, rao_scale_rows(one, be, &by, &y.m, &y.m));
            OK(three, rao_scale_rows(three, be, &by, &z.m, &z.m));
            plate_same_bits(&y, &z, "axpby, product, scaled rows");
            double a = 0, b = 1, m = 0, n = 1;
            OK(one, rao_sum_squares(one, be, &x.m, &a));
            OK(three, rao_sum_squares(three, be, &x.m, &b));
            OK(one, rao_max_abs(one, be, &x.m, &m));
            OK(three, rao_max_abs(three, be, &x.m, &n));
            EXPECT_TRUE(a == b && m == n && a > 0 && m > 0);
            OK(three, rao_copy(three, be, &x.m, &z.m));
            plate_same_bits(&x, &z, "copy");
            plate *all[] = {&x, &y, &z, &s};
            for (size_t i = 0; i < COUNT(all); i++) plate_free(all[i]);
        }
    rao_test_ctx_close(&one);
    rao_test_ctx_close(&three);
}

static void products_go_through_la(void **state) {
    (void)state;
    LAW("gemm and syrk of cpu and ref agree");
    ctx = rao_test_ctx();
    const rao_backend *be = rao_backend_default();
    for (int t = RAO_F32; t <= RAO_F64; t++)
        for (int trans = 0; trans < 4; trans++) {
            rao_dtype dtype = (rao_dtype)t;
            rao_trans ta = (rao_trans)(trans & 1), tb = (rao_trans)(trans >> 1);
            plate a = ta ? plate_make(dtype, 9, 5, 2, 1, stream(10), 0) : plate_make(dtype, 5, 9, 2, 1, stream(10), 0);
            plate b = tb ? plate_make(dtype, 7, 9, 1, 1, stream(11), 0) : plate_make(dtype, 9, 7, 1, 1, stream(11), 0);
            plate c = plate_make(dtype, 5, 7, 3, 1, stream(12), 0), c64 = plate_copy(&c, RAO_F64), a64 = plate_copy(&a, RAO_F64),
                  b64 = plate_copy(&b, RAO_F64);
            OK(ctx, be->gemm(ctx, ta, tb, 1.5, &a.m, &b.m, -0.5, &c.m));
            OK(ctx, rao_backend_ref.gemm(ctx, ta, tb, 1.5, &a64.m, &b64.m, -0.5, &c64.m));
            for (int64_t i = 0; i < 5; i++)
                for (int64_t j = 0; j < 7; j++)
                    EXPECT_CLOSE(plate_get(&c, i, j), plate_get(&c64, i, j), 100 * epsilon_of(dtype)); /* 9 products of size about 3 */
            int64_t n = ta ? 5 : 5;
            plate k = plate_make(dtype, n, n, 1, 0, stream(13), 0), k64 = plate_copy(&k, RAO_F64);
            OK(ctx, be->syrk(ctx, ta, 2, &a.m, 0, &k.m));
            OK(ctx, rao_backend_ref.syrk(ctx, ta, 2, &a64.m, 0, &k64.m));
            for (int64_t i = 0; i < n; i++)
                for (int64_t j = 0; j < n; j++) EXPECT_CLOSE(plate_get(&k, i, j), plate_get(&k64, i, j), 100 * epsilon_of(dtype));
            plate *all[] = {&a, &b, &c, &c64, &a64, &b64, &k, &k64};
            for (size_t i = 0; i < COUNT(all); i++) plate_free(all[i]);
        }
    rao_test_ctx_close(&ctx);
}

static void backends_by_name(void **state) {
    (void)state;
    ctx = rao_test_ctx();
    const rao_backend *be = NULL;
    OK(ctx, rao_backend_find(ctx, "ref", &be));
    EXPECT_TRUE(be == &rao_backend_ref && rao_backend_at(1) == be);
    OK(ctx, rao_backend_find(ctx, "cpu", &be));
    EXPECT_TRUE(be == rao_backend_default() && rao_backend_at(0) == be);
    assert_string_equal(rao_backend_name(be), "cpu");
    assert_string_equal(rao_backend_isa(be), rao_cpu_name(rao_cpu_level()));
    EXPECT_FAIL(ctx, rao_backend_find(ctx, "gpu", &be), RAO_EINVAL, "did you mean 'cpu'");
    EXPECT_FAIL(ctx, rao_backend_find(ctx, "quantum", &be), RAO_EINVAL, "want cpu or ref");
    EXPECT_TRUE(be == rao_backend_default() && rao_backend_at(rao_backend_count()) == NULL);
    rao_test_ctx_close(&ctx);
}

static void buffers(void **state) {
    (void)state;
    LAW("a buffer starts at zero, and what is put in comes out");
    ctx = rao_test_ctx();
    const rao_backend *be = rao_backend_default();
    rao_buf *buf = NULL;
    float in[] = {1, 2, 3}, out[5] = {9, 9, 9, 9, 9};
    OK(ctx, rao_buf_create(ctx, be, RAO_F32, 5, &buf));
    EXPECT_TRUE((uintptr_t)buf->data % 64 == 0 && buf->n == 5 && buf->dtype == RAO_F32 && buf->backend == be);
    OK(ctx, rao_buf_upload(ctx, buf, 1, 3, in));
    OK(ctx, rao_buf_download(ctx, buf, 0, 5, out));
    EXPECT_TRUE(out[0] == 0 && out[1] == 1 && out[2] == 2 && out[3] == 3 && out[4] == 0);
    EXPECT_FAIL(ctx, rao_buf_upload(ctx, buf, 3, 3, in), RAO_EINVAL, "3 numbers from 3 on, want a part of 0..5");
    EXPECT_FAIL(ctx, rao_buf_download(ctx, buf, -1, 2, out), RAO_EINVAL, "from -1");
    rao_buf_destroy(&buf);
    EXPECT_TRUE(buf == NULL);
    rao_buf_destroy(&buf);
    EXPECT_FAIL(ctx, rao_buf_create(ctx, be, RAO_F64, -1, &buf), RAO_EINVAL, "");
    EXPECT_TRUE(buf == NULL);
    rao_test_ctx_close(&ctx);
}

static rao_status allocate(rao_ctx *c, void *arg) {
    rao_status st = RAO_OK;
    double data[64], sum = 0;
    (void)arg;
    for (int i = 0; i < 64; i++) data[i] = i;
    rao_buf *buf = NULL;
    rao_mat x = rao_mat_view(RAO_F64, 8, 8, 8, data);
    RAO_TRY(rao_buf_create(c, rao_backend_default(), RAO_F64, 7, &buf));
    RAO_TRY(rao_sum_squares(c, rao_backend_default(), &x, &sum));
done:
    rao_buf_destroy(&buf);
    return st;
}

static void failed_allocations(void **state) {
    (void)state;
    LAW("every failed allocation is reported and nothing leaks");
    rao_test_every_allocation_fails(allocate, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(passes_are_ref),
                                       cmocka_unit_test(sums_are_true),
                                       cmocka_unit_test(homogeneous_column),
                                       cmocka_unit_test(threads),
                                       cmocka_unit_test(buffers),
                                       cmocka_unit_test(failed_allocations),
                                       cmocka_unit_test(products_go_through_la),
                                       cmocka_unit_test(backends_by_name)};
    return rao_test_run("backend", tests, COUNT(tests));
}
