#include "rao_test.h"

static void statuses_and_sentences(void **state) {
    (void)state;
    LAW("a failing call leaves one sentence, which may quote the one before");
    rao_ctx *ctx = rao_test_ctx();
    EXPECT_TRUE(strcmp(rao_ctx_message(ctx), "") == 0);
    EXPECT_FAIL(ctx, rao_fail(ctx, RAO_EDOMAIN, "normal: sigma = %g, want > 0", -1.0), RAO_EDOMAIN, "sigma = -1");
    EXPECT_FAIL(ctx, rao_fail(ctx, RAO_EINVAL, "line 3: %s", rao_ctx_message(ctx)), RAO_EINVAL, "line 3: normal: sigma");
    EXPECT_EQ(rao_ctx_status(ctx), RAO_EINVAL);
    EXPECT_TRUE(strcmp(rao_status_name(RAO_ECOMM), "ECOMM") == 0 && strcmp(rao_status_name((rao_status)99), "?") == 0);
    EXPECT_EQ(rao_fail(NULL, RAO_EIO, "nobody listens"), RAO_EIO);
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", RAO_VERSION_MAJOR, RAO_VERSION_MINOR, RAO_VERSION_PATCH);
    EXPECT_TRUE(strcmp(rao_version(), version) == 0);
    rao_test_ctx_close(&ctx);
    rao_ctx_destroy(&ctx);
    rao_ctx_destroy(NULL);
}

static void blocks(void **state) {
    (void)state;
    LAW("blocks are zeroed, aligned to 64 and counted; impossible sizes are refused");
    rao_ctx *ctx = rao_test_ctx();
    for (int64_t n = 0; n < 300; n += 7) {
        double *p = NULL;
        OK(ctx, rao_alloc(ctx, n, &p));
        EXPECT_EQ((uintptr_t)p % 64, 0);
        for (int64_t i = 0; i < n; i++) EXPECT_TRUE(p[i] == 0);
        EXPECT_TRUE(rao_ctx_memory(ctx).live_bytes >= 8 * n);
        rao_free(&p);
        EXPECT_TRUE(p == NULL);
        rao_free(&p);
    }
    EXPECT_EQ(rao_ctx_memory(ctx).live_bytes, 0);
    EXPECT_TRUE(rao_ctx_memory(ctx).peak_bytes >= 8 * 294);
    rao_ctx_memory_reset_peak(ctx);
    EXPECT_EQ(rao_ctx_memory(ctx).peak_bytes, 0);
    double *kept = (double *)(void *)&ctx, *same = kept;
    EXPECT_FAIL(ctx, rao_alloc(ctx, -1, &kept), RAO_EINVAL, "count = -1");
    EXPECT_FAIL(ctx, rao_alloc(ctx, INT64_MAX, &kept), RAO_EINVAL, "overflow");
    EXPECT_TRUE(kept == same);
    int64_t product = 5;
    OK(ctx, rao_size_mul(ctx, "shape", 1 << 30, 1 << 30, &product));
    EXPECT_EQ(product, (int64_t)1 << 60);
    EXPECT_FAIL(ctx, rao_size_mul(ctx, "shape", INT64_MAX, 2, &product), RAO_EINVAL, "shape");
    EXPECT_FAIL(ctx, rao_size_mul(ctx, "shape", -1, 2, &product), RAO_EINVAL, "shape");
    rao_test_ctx_close(&ctx);
}

/* Three levels of temporaries of growing size; every byte written. */
static rao_status nested(rao_ctx *ctx, int depth, int64_t n) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    double *a = NULL, *b = NULL;
    RAO_TRY(rao_scratch(ctx, n, &a));
    for (int64_t i = 0; i < n; i++) a[i] = depth;
    if (depth) RAO_TRY(nested(ctx, depth - 1, 3 * n));
    RAO_TRY(rao_scratch(ctx, n, &b));
    for (int64_t i = 0; i < n; i++) b[i] = -depth;
    for (int64_t i = 0; i < n; i++)
        if (a[i] != depth) st = rao_fail(ctx, RAO_ENUMERIC, "a temporary changed");
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static void scratch_stack(void **state) {
    (void)state;
    LAW("temporaries do not move or overlap, and a warmed-up stack allocates nothing");
    rao_ctx *ctx = rao_test_ctx();
    OK(ctx, nested(ctx, 5, 1000));
    OK(ctx, nested(ctx, 5, 1000));
    int64_t before = rao_test_alloc_calls();
    for (int i = 0; i < 10; i++) OK(ctx, nested(ctx, 5, 1000));
    EXPECT_EQ(rao_test_alloc_calls(), before);
    double *p = NULL;
    EXPECT_FAIL(ctx, rao_scratch(ctx, -3, &p), RAO_EINVAL, "count");
    rao_test_ctx_close(&ctx);
}

static rao_status nested_body(rao_ctx *ctx, void *arg) {
    (void)arg;
    return nested(ctx, 4, 5000);
}

static void scratch_without_memory(void **state) {
    (void)state;
    LAW("every failed scratch allocation is reported and leaks nothing");
    rao_test_every_allocation_fails(nested_body, NULL);
}

static void count_lines(void *user, rao_level level, const char *sentence) {
    EXPECT_TRUE(level == RAO_WARN && strcmp(sentence, "step 3") == 0);
    ++*(int *)user;
}
static int always(void *user) { return *(int *)user; }

static void log_and_cancel(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    int lines = 0, stop = 0;
    rao_log(ctx, RAO_WARN, "step %d", 2);
    rao_ctx_set_log(ctx, count_lines, &lines);
    rao_log(ctx, RAO_WARN, "step %d", 3);
    EXPECT_EQ(lines, 1);
    EXPECT_EQ(rao_ctx_cancelled(ctx), 0);
    rao_ctx_set_cancel(ctx, always, &stop);
    EXPECT_EQ(rao_ctx_cancelled(ctx), 0);
    stop = 1;
    EXPECT_EQ(rao_ctx_cancelled(ctx), 1);
    rao_test_ctx_close(&ctx);
}

static void text_and_nearest(void **state) {
    (void)state;
    LAW("text grows without loss; the nearest name is named only when it is near");
    rao_ctx *ctx = rao_test_ctx();
    rao_text t = {0};
    for (int i = 0; i < 1000; i++) OK(ctx, rao_text_printf(ctx, &t, "%d,", i));
    EXPECT_TRUE(strncmp(t.data, "0,1,2,", 6) == 0 && strcmp(t.data + t.length - 8, "998,999,") == 0);
    rao_text_destroy(&t);
    static const char *const names[] = {"fisher_rao_distance", "kl", "adam", "adamw", "sgd"};
    EXPECT_TRUE(rao_nearest("fisher_rao_distanse", names, 5, sizeof *names) == names[0]);
    EXPECT_TRUE(rao_nearest("adma", names, 5, sizeof *names) == names[2]);
    EXPECT_TRUE(rao_nearest("fisher", names, 5, sizeof *names) == names[0]);
    EXPECT_TRUE(rao_nearest("entropy", names, 5, sizeof *names) == NULL);
    EXPECT_TRUE(rao_nearest("", names, 5, sizeof *names) == NULL);
    rao_test_ctx_close(&ctx);
}

typedef struct job {
    double out[1000];
    int64_t fail_at;
} job;

static rao_status fill_block(rao_ctx *ctx, int64_t block, void *arg) {
    job *j = arg;
    double *t = NULL;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_status st = rao_scratch(ctx, 100, &t);
    if (st != RAO_OK) return st;
    for (int64_t i = 100 * block; i < 100 * (block + 1); i++) t[i - 100 * block] = sqrt((double)i);
    memcpy(j->out + 100 * block, t, 100 * sizeof *t);
    rao_scratch_reset(ctx, mark);
    if (j->fail_at >= 0 && block >= j->fail_at) return rao_fail(ctx, RAO_ENUMERIC, "block %d", (int)block);
    return RAO_OK;
}

static rao_status nested_loop(rao_ctx *ctx, int64_t block, void *arg) {
    (void)block, (void)arg;
    job inner = {.fail_at = -1};
    return rao_parallel_for(ctx, 10, fill_block, &inner);
}

static void parallel_loops(void **state) {
    (void)state;
    LAW("results do not depend on the number of threads; the lowest failing block speaks");
    for (int threads = 1; threads <= 4; threads++) {
        rao_ctx *ctx = rao_test_ctx_threads(threads);
        job j = {.fail_at = -1};
        OK(ctx, rao_parallel_for(ctx, 10, fill_block, &j));
        for (int i = 0; i < 1000; i++) EXPECT_TRUE(j.out[i] == sqrt((double)i));
        j.fail_at = 3;
        EXPECT_FAIL(ctx, rao_parallel_for(ctx, 10, fill_block, &j), RAO_ENUMERIC, "block 3");
        OK(ctx, rao_parallel_for(ctx, 0, fill_block, &j));
        OK(ctx, rao_parallel_for(ctx, 6, nested_loop, NULL));
        rao_test_ctx_close(&ctx);
    }
    EXPECT_EQ(rao_block_count(0, 8), 0);
    EXPECT_EQ(rao_block_count(17, 8), 3);
    EXPECT_EQ(rao_block_end(17, 8, 2), 17);
    EXPECT_EQ(rao_block_end(16, 8, 1), 16);
}

static rao_status parallel_body(rao_ctx *ctx, void *arg) {
    (void)arg;
    job j = {.fail_at = -1};
    return rao_parallel_for(ctx, 10, fill_block, &j);
}

static void parallel_without_memory(void **state) {
    (void)state;
    rao_test_every_allocation_fails(parallel_body, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses_and_sentences), cmocka_unit_test(blocks),
        cmocka_unit_test(scratch_stack),          cmocka_unit_test(scratch_without_memory),
        cmocka_unit_test(log_and_cancel),         cmocka_unit_test(text_and_nearest),
        cmocka_unit_test(parallel_loops),         cmocka_unit_test(parallel_without_memory),
    };
    return rao_test_run("base/context", tests, COUNT(tests));
}
