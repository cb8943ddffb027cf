#include "rao_test.h"

#include <stdatomic.h>

static const char *claim_kind = "", *claim_what = "", *claim_source = "";

void rao_test_claim(const char *kind, const char *what, const char *source) {
    claim_kind = kind;
    claim_what = what;
    claim_source = source;
}

static void say_claim(void) {
    if (*claim_what)
        print_error("%s: %s%s%s (seed %llu)\n", claim_kind, claim_what, *claim_source ? ", " : "", claim_source,
                    (unsigned long long)rao_test_seed());
}

void rao_test_close(double got, double want, double tol, int floor_one, const char *text, const char *file, int line) {
    double scale = floor_one ? fmax(1, fabs(want)) : fabs(want);
    if (got == want || fabs(got - want) <= tol * scale) return;
    say_claim();
    print_error("%s = %.17g, want %.17g within %.3g (off by %.3g of %.3g)\n", text, got, want, tol, fabs(got - want), scale);
    _fail(file, line);
}

void rao_test_true(int condition, const char *text, const char *file, int line) {
    if (condition) return;
    say_claim();
    print_error("false: %s\n", text);
    _fail(file, line);
}

void rao_test_equal(int64_t got, int64_t want, const char *text, const char *file, int line) {
    if (got == want) return;
    say_claim();
    print_error("%s = %lld, want %lld\n", text, (long long)got, (long long)want);
    _fail(file, line);
}

void rao_test_status(rao_ctx *ctx, rao_status got, rao_status want, const char *part, const char *text, const char *file, int line) {
    const char *sentence = rao_ctx_message(ctx);
    if (got == want && (want == RAO_OK || strstr(sentence, part))) return;
    say_claim();
    print_error("%s\n  returned %s (\"%s\"), want %s \"%s\"\n", text, rao_status_name(got), sentence, rao_status_name(want), part);
    _fail(file, line);
}

uint64_t rao_test_seed(void) {
    const char *text = getenv("RAO_TEST_SEED");
    return text ? strtoull(text, NULL, 10) : 1;
}

static atomic_llong live, calls, fail_after = -1;
static atomic_int failed;
static int open_contexts;

static void *counting_alloc(void *user, size_t size) {
    (void)user;
    if (atomic_load(&fail_after) >= 0 && atomic_fetch_sub(&fail_after, 1) == 0) {
        atomic_store(&failed, 1);
        return NULL;
    }
    atomic_fetch_add(&calls, 1);
    void *block = malloc(size);
    if (block) atomic_fetch_add(&live, 1);
    return block;
}

static void counting_release(void *user, void *block) {
    (void)user;
    if (block) atomic_fetch_sub(&live, 1);
    free(block);
}

void rao_test_fail_alloc(int64_t after) {
    atomic_store(&failed, 0);
    atomic_store(&fail_after, after);
}
int rao_test_alloc_failed(void) { return atomic_load(&failed); }
int64_t rao_test_alloc_calls(void) { return atomic_load(&calls); }

rao_ctx *rao_test_ctx_threads(int threads) {
    const rao_allocator counting = {counting_alloc, counting_release, NULL};
    rao_ctx_opts opts;
    rao_ctx_opts_init(&opts);
    opts.threads = threads;
    opts.allocator = &counting;
    rao_ctx *ctx = NULL;
    if (rao_ctx_create(&opts, &ctx) != RAO_OK) fail_msg("no context");
    open_contexts++;
    return ctx;
}

rao_ctx *rao_test_ctx(void) { return rao_test_ctx_threads(1); }

void rao_test_ctx_close(rao_ctx **ctx) {
    rao_ctx_destroy(ctx);
    if (--open_contexts > 0) return;
    int64_t left = atomic_exchange(&live, 0);
    open_contexts = 0;
    EXPECT_EQ(left, 0);
}

void rao_test_every_allocation_fails(rao_status (*body)(rao_ctx *ctx, void *arg), void *arg) {
    for (int64_t after = 0;; after++) {
        rao_ctx *ctx = rao_test_ctx();
        rao_test_fail_alloc(after);
        rao_status status = body(ctx, arg);
        int reached = rao_test_alloc_failed();
        rao_test_fail_alloc(-1);
        rao_status want = reached && status != RAO_OK ? RAO_ENOMEM : RAO_OK;
        rao_test_status(ctx, status, want, "", reached ? "a call whose allocation failed" : "a call whose allocations all succeeded",
                        __FILE__, __LINE__);
        rao_test_ctx_close(&ctx);
        if (!reached) return;
        EXPECT_TRUE(after < 100000);
    }
}

const char *rao_test_shared_data(const char *name) {
    static char path[4096];
    const char *source = getenv("RAO_SOURCE_DIR");
    snprintf(path, sizeof path, "%s/../shared/data/%s", source ? source : ".", name);
    FILE *file = fopen(path, "rb");
    if (!file) {
        printf("# SKIP: %s is not beside this checkout\n", name);
        return NULL;
    }
    fclose(file);
    return path;
}
