/* bf16 on a machine without the instructions, as RAO_CPU_LEVEL makes one of any. */
#include "network.h"

static void says_that_it_cannot(void **state) {
    (void)state;
    LAW("without AVX512-BF16 a metric in bf16 is refused in a sentence");
    network k = network_open("mlp:3-4-3:tanh:categorical", RAO_F32, 3, 0);
    rao_fisher *f = NULL;
    rao_fisher_opts o;
    rao_fisher_opts_init(&o);
    o.precision = RAO_PRECISION_BF16;
    EXPECT_FAIL(k.ctx, rao_fisher_create(k.ctx, k.model, "kfac", &o, 3, &f), RAO_EUNABLE, "needs a processor with AVX512-BF16");
    EXPECT_TRUE(f == NULL);
    network_close(&k);
}

int main(void) {
    setenv("RAO_CPU_LEVEL", "1", 1); /* before anything asks */
    const struct CMUnitTest tests[] = {cmocka_unit_test(says_that_it_cannot)};
    return rao_test_run("fisher/mixed_elsewhere", tests, COUNT(tests));
}
