/* test_race.c - a sum that two blocks write without order. Under the thread sanitizer this program must be reported; the test is that it
 * fails, so that a clean run of all others means something. */
#include <sched.h>
#include <stdatomic.h>

#include "rao_test.h"

static atomic_int arrived;

/* Two threads meet, however busy the machine. Relaxed: the meeting orders nothing in the sanitizer's eyes. */
static void meet(void) {
    atomic_fetch_add_explicit(&arrived, 1, memory_order_relaxed);
    for (int i = 0; i < 1000000 && atomic_load_explicit(&arrived, memory_order_relaxed) < 2; i++) sched_yield();
}

static rao_status add_block(rao_ctx *worker, int64_t block, void *sum) {
    (void)worker;
    meet();
    *(volatile int64_t *)sum += block;
    return RAO_OK;
}

int main(void) {
    rao_ctx *ctx = rao_test_ctx_threads(2);
    int64_t sum = 0;
    OK(ctx, rao_parallel_for(ctx, 2, add_block, &sum));
    rao_test_ctx_close(&ctx);
    return 0;
}
