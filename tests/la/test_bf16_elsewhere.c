/* A machine without the instructions, as RAO_CPU_LEVEL makes one of any. */
#include "oracle.h"

static void says_that_it_cannot(void **state) {
    (void)state;
    LAW("without AVX512-BF16 a product in bfloat16 is refused in a sentence, and C stays");
    rao_ctx *ctx = rao_test_ctx();
    float a[6] = {0}, b[6] = {0}, c[4] = {7, 7, 7, 7};
    rao_mat am = rao_mat_view(RAO_F32, 2, 3, 3, a), bm = rao_mat_view(RAO_F32, 3, 2, 2, b), cm = rao_mat_view(RAO_F32, 2, 2, 2, c);
    EXPECT_EQ(rao_bf16_available(), 0);
    EXPECT_FAIL(ctx, rao_gemm_bf16(ctx, RAO_N, RAO_N, &am, &bm, &cm), RAO_EUNABLE, "no AVX512-BF16");
    for (int i = 0; i < 4; i++) EXPECT_TRUE(c[i] == 7);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    setenv("RAO_CPU_LEVEL", "1", 1); /* before anything asks */
    const struct CMUnitTest tests[] = {cmocka_unit_test(says_that_it_cannot)};
    return rao_test_run("la/bf16_elsewhere", tests, COUNT(tests));
}
