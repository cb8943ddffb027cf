/* test_race.c - a sum that two blocks write without order. Under the thread sanitizer this program must be reported; the test is that it
 * fails, so that a clean run of all others means something. */
#include "rao_test.h"

static rao_status add_block(rao_ctx *worker, int64_t block, void *sum) {
    (void)worker;
    *(volatile int64_t *)sum += block;
    return RAO_OK;
}

int main(void) {
    rao_ctx *ctx = rao_test_ctx_threads(4);
    int64_t sum = 0;
    OK(ctx, rao_parallel_for(ctx, 1000, add_block, &sum));
    rao_test_ctx_close(&ctx);
    return 0;
}
