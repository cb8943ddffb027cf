/* The activation kernels of every instruction set against the ref backend, and both against differences of long double libm. */
#include "plate.h"

#include "base/cpu.h"

static const char *const names[RAO_ACTIVATIONS] = {"identity", "relu", "tanh", "logistic", "softplus", "gelu"};

static rao_stream stream(uint64_t k) { return rao_stream_make(rao_test_seed(), k); }

/* 1. cpu against ref */

static rao_ctx *ctx;

static void same_as_ref(const rao_backend *be, rao_dtype dtype, int64_t rows, int64_t cols, int64_t gap, uint64_t step) {
    for (int f = 0; f < RAO_ACTIVATIONS; f++) {
        rao_activation act = (rao_activation)f;
        plate x = plate_make(dtype, rows, cols, gap, step % 3 ? 2 : 30, stream(1), step), y = plate_copy(&x, dtype);
        plate x64 = plate_copy(&x, RAO_F64), y64 = plate_copy(&x, RAO_F64), input = plate_copy(&x, dtype);
        OK(ctx, rao_act_forward(ctx, be, act, &x.m, &y.m));
        OK(ctx, rao_act_forward(ctx, &rao_backend_ref, act, &x64.m, &y64.m));
        plate_check(&y, names[f]);
        plate_same_bits(&x, &input, names[f]);
        plate_close(&y, &y64, NULL, 8, names[f]); /* gelu's 5 units, rounded up */
        OK(ctx, rao_act_forward(ctx, be, act, &input.m, &input.m));
        plate_same_bits(&input, &y, "forward in place");

        /* the same state for both */
        plate s = rao_act_needs_input(act) ? plate_copy(&x, dtype) : plate_copy(&y, dtype), s64 = plate_copy(&s, RAO_F64);
        plate dy = plate_make(dtype, rows, cols, gap, 1, stream(2), step), dy64 = plate_copy(&dy, RAO_F64), dx = plate_copy(&dy, dtype),
              dx64 = plate_copy(&dy, RAO_F64);
        OK(ctx, rao_act_backward(ctx, be, act, &x.m, &s.m, &dy.m, &dx.m));
        OK(ctx, rao_act_backward(ctx, &rao_backend_ref, act, &x64.m, &s64.m, &dy64.m, &dx64.m));
        plate_check(&dx, names[f]);
        plate_close(&dx, &dx64, &dy64, 8, "backward"); /* |f'| <= 1.13 */
        plate in_place = plate_copy(&dy, dtype);
        OK(ctx, rao_act_backward(ctx, be, act, &x.m, &s.m, &in_place.m, &in_place.m));
        plate_same_bits(&in_place, &dx, "backward in place");

        plate xdot = plate_make(dtype, rows, cols, gap, 1, stream(3), step), h = plate_make(dtype, rows, cols, gap, 1, stream(4), step);
        plate xdot64 = plate_copy(&xdot, RAO_F64), h64 = plate_copy(&h, RAO_F64), out = plate_copy(&h, dtype),
              out64 = plate_copy(&h, RAO_F64);
        plate scale = plate_copy(&h, RAO_F64);
        for (int64_t i = 0; i < rows; i++)
            for (int64_t j = 0; j < cols; j++)
                plate_put(&scale, i, j, fabs(plate_get(&h, i, j)) + fabs(plate_get(&dy, i, j) * plate_get(&xdot, i, j)));
        OK(ctx, rao_act_second(ctx, be, act, &x.m, &s.m, &xdot.m, &dy.m, &h.m, &out.m));
        OK(ctx, rao_act_second(ctx, &rao_backend_ref, act, &x64.m, &s64.m, &xdot64.m, &dy64.m, &h64.m, &out64.m));
        plate_check(&out, names[f]);
        plate_close(&out, &out64, &scale, 10, "second"); /* |f'|, |f''| <= 1.13, two terms */
        OK(ctx, rao_act_second(ctx, be, act, &x.m, &s.m, &xdot.m, &dy.m, &h.m, &h.m));
        plate_same_bits(&h, &out, "second in place");
        plate none = plate_copy(&dy, dtype);
        OK(ctx, rao_act_second(ctx, be, act, &x.m, &s.m, NULL, &dy.m, &dy.m, &none.m));
        plate_same_bits(&none, &dx, "no xdot is the derivative");

        plate *all[] = {&x,    &y,        &x64,  &y64, &input,  &s,   &s64, &dy,    &dy64,  &dx,
                        &dx64, &in_place, &xdot, &h,   &xdot64, &h64, &out, &out64, &scale, &none};
        for (size_t i = 0; i < COUNT(all); i++) plate_free(all[i]);
    }
}

static void cpu_is_ref(void **state) {
    (void)state;
    LAW("every instruction set computes what the plain loops do, in place too, and writes nowhere else");
    ctx = rao_test_ctx();
    for (int level = RAO_CPU_GENERIC; level <= (int)rao_cpu_level(); level++) over_shapes(rao_backend_cpu(level), same_as_ref);
    over_shapes(&rao_backend_ref, same_as_ref);
    rao_test_ctx_close(&ctx);
}

/* The same entries in one long row and in rows of 15 with a gap, which are masked throughout. */
static plate with_gap(const plate *from, int64_t gap) {
    plate p = plate_make(from->m.dtype, from->m.rows, from->m.cols, gap, 0, stream(0), 0);
    for (int64_t i = 0; i < p.m.rows; i++)
        for (int64_t j = 0; j < p.m.cols; j++) plate_put(&p, i, j, plate_get(from, i, j));
    return p;
}

static void expect_same_entries(const plate *a, const plate *b, const char *what) {
    plate c = with_gap(a, b->m.ld - b->m.cols);
    plate_same_bits(&c, b, what);
    plate_free(&c);
}

static void place_in_a_row(void **state) {
    (void)state;
    LAW("the bits of an entry do not depend on where it stands");
    ctx = rao_test_ctx();
    for (int level = RAO_CPU_GENERIC; level <= (int)rao_cpu_level(); level++)
        for (int t = RAO_F32; t <= RAO_F64; t++)
            for (int f = 0; f < RAO_ACTIVATIONS; f++) {
                const rao_backend *be = rao_backend_cpu(level);
                rao_activation act = (rao_activation)f;
                plate x = plate_make((rao_dtype)t, 200, 15, 0, 3, stream(6), 0), u = plate_make((rao_dtype)t, 200, 15, 0, 1, stream(7), 0);
                plate y = plate_copy(&x, (rao_dtype)t), x1 = with_gap(&x, 1), u1 = with_gap(&u, 1), y1 = with_gap(&x, 1);
                OK(ctx, rao_act_forward(ctx, be, act, &x.m, &y.m));
                OK(ctx, rao_act_forward(ctx, be, act, &x1.m, &y1.m));
                expect_same_entries(&y, &y1, "forward");
                OK(ctx, rao_act_second(ctx, be, act, &x.m, &y.m, &x.m, &u.m, &u.m, &x.m));
                OK(ctx, rao_act_second(ctx, be, act, &x1.m, &y1.m, &x1.m, &u1.m, &u1.m, &x1.m));
                expect_same_entries(&x, &x1, "second");
                OK(ctx, rao_act_backward(ctx, be, act, &y.m, &y.m, &u.m, &u.m));
                OK(ctx, rao_act_backward(ctx, be, act, &y1.m, &y1.m, &u1.m, &u1.m));
                expect_same_entries(&u, &u1, "backward");
                plate *all[] = {&x, &u, &y, &x1, &u1, &y1};
                for (size_t i = 0; i < COUNT(all); i++) plate_free(all[i]);
            }
    rao_test_ctx_close(&ctx);
}

/* 2. the derivatives of ref and cpu are the derivatives of the functions */

static long double truth(rao_activation f, long double x) {
    switch (f) {
    case RAO_IDENTITY: return x;
    case RAO_RELU: return x > 0 ? x : 0;
    case RAO_TANH: return tanhl(x);
    case RAO_LOGISTIC: return 1 / (1 + expl(-x));
    case RAO_SOFTPLUS: return logl(1 + expl(x));
    case RAO_GELU: return x * erfcl(-x / sqrtl(2)) / 2;
    }
    return NAN;
}

static void against_differences(const rao_backend *be) {
    enum { N = 161 };
    double x[N], y[N], one[N], dx[N], zero[N], second[N];
    for (int i = 0; i < N; i++) x[i] = (i - 80) / 10.0 + 0.0123, one[i] = 1, zero[i] = 0;
    for (int f = 0; f < RAO_ACTIVATIONS; f++) {
        rao_activation act = (rao_activation)f;
        rao_mat xm = rao_mat_view(RAO_F64, 1, N, N, x), ym = rao_mat_view(RAO_F64, 1, N, N, y), om = rao_mat_view(RAO_F64, 1, N, N, one);
        rao_mat dm = rao_mat_view(RAO_F64, 1, N, N, dx), zm = rao_mat_view(RAO_F64, 1, N, N, zero),
                sm = rao_mat_view(RAO_F64, 1, N, N, second);
        OK(ctx, rao_act_forward(ctx, be, act, &xm, &ym));
        OK(ctx, rao_act_backward(ctx, be, act, &xm, &ym, &om, &dm));
        OK(ctx, rao_act_second(ctx, be, act, &xm, &ym, &om, &om, &zm, &sm));
        for (int i = 0; i < N; i++) {
            long double h = 1e-5L, k = 1e-4L, v = x[i];
            long double d1 = (truth(act, v + h) - truth(act, v - h)) / (2 * h),
                        d2 = (truth(act, v + k) - 2 * truth(act, v) + truth(act, v - k)) / (k * k);
            EXPECT_CLOSE(y[i], truth(act, v), 1e-14);
            EXPECT_CLOSE(dx[i], d1, 2e-10);    /* h^2 f''' / 6, and 2^-64 / h */
            EXPECT_CLOSE(second[i], d2, 1e-8); /* k^2 f'''' / 12, and 2^-64 / k^2 */
        }
    }
}

static void derivatives(void **state) {
    (void)state;
    ORACLE("activations' derivatives", "central differences of long double libm");
    ctx = rao_test_ctx();
    for (int level = RAO_CPU_GENERIC; level <= (int)rao_cpu_level(); level++) against_differences(rao_backend_cpu(level));
    against_differences(&rao_backend_ref);
    rao_test_ctx_close(&ctx);
}

static void special_values(void **state) {
    (void)state;
    LAW("a NaN stays one, infinities reach the limits, nothing overflows on the way");
    ctx = rao_test_ctx();
    for (int level = RAO_CPU_GENERIC; level <= (int)rao_cpu_level(); level++)
        for (int f = 0; f < RAO_ACTIVATIONS; f++) {
            float x[] = {INFINITY, -INFINITY, NAN, 3e38f, -3e38f}, y[5];
            static const double high[] = {INFINITY, INFINITY, 1, 1, INFINITY, INFINITY}, low[] = {-INFINITY, 0, -1, 0, 0, 0};
            rao_mat xm = rao_mat_view(RAO_F32, 1, 5, 5, x), ym = rao_mat_view(RAO_F32, 1, 5, 5, y);
            OK(ctx, rao_act_forward(ctx, rao_backend_cpu(level), (rao_activation)f, &xm, &ym));
            EXPECT_TRUE((double)y[0] == high[f] && (double)y[1] == low[f] && isnan(y[2]));
            EXPECT_TRUE((double)y[3] == (isinf(high[f]) ? (double)3e38f : high[f]) &&
                        (double)y[4] == (isinf(low[f]) ? (double)-3e38f : low[f]));
        }
    rao_test_ctx_close(&ctx);
}

static void wrong_shapes(void **state) {
    (void)state;
    LAW("shapes that do not match are refused with both ends named");
    ctx = rao_test_ctx();
    const rao_backend *be = rao_backend_default();
    double data[32] = {0};
    rao_mat a = rao_mat_view(RAO_F64, 2, 3, 3, data), b = rao_mat_view(RAO_F64, 3, 2, 2, data), c = rao_mat_view(RAO_F32, 2, 3, 3, data),
            d = rao_mat_view(RAO_F64, 2, 3, 2, data);
    EXPECT_FAIL(ctx, rao_act_forward(ctx, be, RAO_TANH, &a, &b), RAO_EINVAL, "2 x 3 of f64 (ld 3) and 3 x 2");
    EXPECT_FAIL(ctx, rao_act_forward(ctx, be, RAO_TANH, &a, &c), RAO_EINVAL, "of f32");
    EXPECT_FAIL(ctx, rao_act_backward(ctx, be, RAO_TANH, NULL, &a, &a, &d), RAO_EINVAL, "ld 2");
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(cpu_is_ref), cmocka_unit_test(place_in_a_row), cmocka_unit_test(derivatives),
                                       cmocka_unit_test(special_values), cmocka_unit_test(wrong_shapes)};
    return rao_test_run("backend", tests, COUNT(tests));
}
