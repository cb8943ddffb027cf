/* Which BLAS: the query answers, holds one thread, and warns about kernels that are narrower than the CPU. */
#define _GNU_SOURCE 1 /* RTLD_DEFAULT */
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "la/oracle.h"

static void the_query_answers(void **state) {
    (void)state;
    LAW("BLAS has a name, a speed, and one thread");
    rao_ctx *ctx = rao_test_ctx();
    rao_blas_info info;
    memset(&info, 0x7f, sizeof info);
    OK(ctx, rao_blas_query(ctx, &info));
    printf("# %s, core '%s', %d thread(s), %.0f GF/s, warning '%s'\n", info.name, info.core, info.threads, info.gflops, info.warning);
    EXPECT_TRUE(memchr(info.name, 0, sizeof info.name) && memchr(info.core, 0, sizeof info.core) &&
                memchr(info.warning, 0, sizeof info.warning));
    EXPECT_TRUE(*info.name);
    EXPECT_EQ(info.threads, 1);
    EXPECT_TRUE(info.gflops > 0.01 && info.gflops < 1e5);
    EXPECT_TRUE(info.gflops > 20 || *info.warning);
    rao_test_ctx_close(&ctx);
}

/* The core type is read when OpenBLAS is loaded: ask a copy of this program. */
static void a_narrow_core_is_noticed(void **state) {
    (void)state;
    LAW("a core type narrower than the CPU is warned of by name");
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
    if (!dlsym(RTLD_DEFAULT, "openblas_get_corename") || !__builtin_cpu_supports("avx2")) skip();
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        setenv("OPENBLAS_CORETYPE", "Prescott", 1);
        execl("/proc/self/exe", "test_blas_info", "--narrow", (char *)NULL);
        _exit(99);
    }
    int status = -1;
    EXPECT_TRUE(child > 0 && waitpid(child, &status, 0) == child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) skip(); /* this OpenBLAS was not built with a choice of kernels */
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
#else
    skip();
#endif
}

static int narrow(void) {
    rao_ctx *ctx = NULL;
    rao_blas_info info;
    if (rao_ctx_create(NULL, &ctx) != RAO_OK || rao_blas_query(ctx, &info) != RAO_OK) return 1;
    int known = !strcmp(info.core, "Prescott"),
        warned = strstr(info.warning, "OPENBLAS_CORETYPE=Prescott") && strstr(info.warning, "unset it");
    rao_ctx_destroy(&ctx);
    return !known ? 77 : warned ? 0 : 2;
}

static rao_status query(rao_ctx *ctx, void *arg) {
    (void)arg;
    rao_blas_info info = {.threads = 7};
    rao_status st = rao_blas_query(ctx, &info);
    EXPECT_TRUE(st == RAO_OK || info.threads == 7);
    return st;
}
static void failed_allocations(void **state) {
    (void)state;
    LAW("a failed allocation is ENOMEM and the answer is untouched");
    rao_test_every_allocation_fails(query, NULL);
}

int main(int argc, char **argv) {
    if (argc > 1 && !strcmp(argv[1], "--narrow")) return narrow();
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_query_answers), cmocka_unit_test(a_narrow_core_is_noticed),
                                       cmocka_unit_test(failed_allocations)};
    return rao_test_run("la", tests, COUNT(tests));
}
