/* Arrays: shapes that overflow fail before allocation; conversions are the machine's own casts. */
#include <float.h>

#include "io_test.h"

static const rao_io_type all_types[] = {RAO_IO_U8,  RAO_IO_I8,  RAO_IO_I16, RAO_IO_I32, RAO_IO_I64,
                                        RAO_IO_U16, RAO_IO_U32, RAO_IO_U64, RAO_IO_F32, RAO_IO_F64};

static void shapes(void **state) {
    (void)state;
    LAW("an array has the product of its lengths as elements, all zero, for shapes with 0, 1 and odd lengths");
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 1);
    for (uint64_t round = 0; round < 200; round++) {
        int ndim = (int)rao_below_at(s, round, 0, RAO_ARRAY_DIMS + 1);
        int64_t shape[RAO_ARRAY_DIMS], want = 1;
        for (int i = 0; i < ndim; i++) want *= shape[i] = rao_below_at(s, round, 1 + (uint64_t)i, 5);
        rao_array *a = NULL;
        OK(ctx, rao_array_create(ctx, all_types[round % COUNT(all_types)], ndim, shape, &a));
        EXPECT_EQ(rao_array_count(a), want);
        for (int64_t i = 0; i < want; i++) EXPECT_TRUE(element(ctx, a, i) == 0);
        rao_array_destroy(&a);
        EXPECT_TRUE(a == NULL);
        rao_array_destroy(&a);
    }
    rao_test_ctx_close(&ctx);
}

static void absurd_shapes(void **state) {
    (void)state;
    LAW("a shape whose bytes exceed 2^63 - 1 is refused, behind a zero length too");
    rao_ctx *ctx = rao_test_ctx();
    rao_array *a = NULL;
    EXPECT_FAIL(ctx, rao_array_create(ctx, RAO_IO_F64, 2, (int64_t[]){INT64_MAX, 2}, &a), RAO_EINVAL, "9223372036854775807 x 2 of f64");
    EXPECT_FAIL(ctx, rao_array_create(ctx, RAO_IO_F64, 3, (int64_t[]){0, INT64_MAX, 2}, &a), RAO_EINVAL, "is not a size");
    EXPECT_FAIL(ctx, rao_array_create(ctx, RAO_IO_F64, 1, (int64_t[]){INT64_MAX / 8 + 1}, &a), RAO_EINVAL, "is not a size");
    EXPECT_FAIL(ctx, rao_array_create(ctx, RAO_IO_U8, 1, (int64_t[]){-1}, &a), RAO_EINVAL, "-1 of u8");
    EXPECT_FAIL(ctx, rao_array_create(ctx, RAO_IO_U8, 9, (int64_t[]){1, 1, 1, 1, 1, 1, 1, 1, 1}, &a), RAO_EINVAL,
                "9 dimensions, want 0 to 8");
    EXPECT_FAIL(ctx, rao_array_create(ctx, RAO_IO_U8, -1, NULL, &a), RAO_EINVAL, "-1 dimensions");
    EXPECT_FAIL(ctx, rao_array_create(ctx, (rao_io_type)11, 0, NULL, &a), RAO_EINVAL, "type 11");
    EXPECT_TRUE(a == NULL);
    rao_array bad = {(rao_io_type)0, 0, {0}, NULL};
    double x = 7;
    EXPECT_EQ(rao_array_count(&bad), -1);
    EXPECT_FAIL(ctx, rao_array_to_f64(ctx, &bad, &x), RAO_EINVAL, "not valid");
    EXPECT_TRUE(x == 7);
    rao_test_ctx_close(&ctx);
}

static void conversions(void **state) {
    (void)state;
    LAW("every type converts to double and float by one rounding");
    rao_ctx *ctx = rao_test_ctx();
    int64_t i64[] = {INT64_MIN, -1, 0, INT64_MAX, ((int64_t)1 << 53) + 1};
    uint64_t u64[] = {0, UINT64_MAX, ((uint64_t)1 << 53) + 1};
    int8_t i8[] = {-128, 127};
    double f64[] = {0.1, -1e300, (double)NAN, (double)INFINITY}, wide[5];
    float f32[] = {0.1f, FLT_MAX}, narrow[5];
    OK(ctx, rao_array_to_f64(ctx, &(rao_array){RAO_IO_I64, 1, {5}, i64}, wide));
    for (int i = 0; i < 5; i++) EXPECT_TRUE(wide[i] == (double)i64[i]);
    OK(ctx, rao_array_to_f32(ctx, &(rao_array){RAO_IO_U64, 1, {3}, u64}, narrow));
    for (int i = 0; i < 3; i++) EXPECT_TRUE(narrow[i] == (float)u64[i]);
    OK(ctx, rao_array_to_f64(ctx, &(rao_array){RAO_IO_I8, 1, {2}, i8}, wide));
    EXPECT_TRUE(wide[0] == -128 && wide[1] == 127);
    OK(ctx, rao_array_to_f64(ctx, &(rao_array){RAO_IO_F32, 1, {2}, f32}, wide));
    EXPECT_TRUE(wide[0] == (double)0.1f && wide[1] == (double)FLT_MAX);
    narrow[0] = 7;
    EXPECT_FAIL(ctx, rao_array_to_f32(ctx, &(rao_array){RAO_IO_F64, 1, {4}, f64}, narrow), RAO_EDOMAIN,
                "element 1 = -1.0000000000000001e+300 is beyond");
    EXPECT_TRUE(narrow[0] == 7);
    f64[1] = 0x1p-140;
    OK(ctx, rao_array_to_f32(ctx, &(rao_array){RAO_IO_F64, 1, {4}, f64}, narrow));
    EXPECT_TRUE(narrow[0] == 0.1f && narrow[1] == 0x1p-140f && isnan(narrow[2]) && isinf(narrow[3]));
    rao_test_ctx_close(&ctx);
}

static void nonfinite(void **state) {
    (void)state;
    LAW("the first NaN or infinity is found where it is");
    double d[] = {1, 2, (double)NAN, (double)INFINITY};
    float f[] = {1, -INFINITY, 0};
    uint8_t u[] = {255};
    EXPECT_EQ(rao_array_first_nonfinite(&(rao_array){RAO_IO_F64, 2, {2, 2}, d}), 2);
    EXPECT_EQ(rao_array_first_nonfinite(&(rao_array){RAO_IO_F64, 1, {2}, d}), -1);
    EXPECT_EQ(rao_array_first_nonfinite(&(rao_array){RAO_IO_F32, 1, {3}, f}), 1);
    EXPECT_EQ(rao_array_first_nonfinite(&(rao_array){RAO_IO_U8, 1, {1}, u}), -1);
    EXPECT_EQ(rao_array_first_nonfinite(&(rao_array){RAO_IO_F32, 1, {0}, NULL}), -1);
}

static rao_status create_one(rao_ctx *ctx, void *arg) {
    (void)arg;
    rao_array *a = NULL;
    rao_status st = rao_array_create(ctx, RAO_IO_F32, 2, (int64_t[]){3, 0}, &a);
    rao_array_destroy(&a);
    return st;
}

static void memory(void **state) {
    (void)state;
    LAW("a failed allocation is reported and nothing leaks");
    rao_test_every_allocation_fails(create_one, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(shapes), cmocka_unit_test(absurd_shapes), cmocka_unit_test(conversions),
                                       cmocka_unit_test(nonfinite), cmocka_unit_test(memory)};
    return rao_test_run("io", tests, COUNT(tests));
}
