/* Which BLAS: the query answers, holds one thread, and kernels narrower than the CPU are noticed and widened. */
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

/* The core type is read when OpenBLAS is loaded: a copy of this program is asked, started under Prescott. */
static void ask_a_narrow_copy(const char *question) {
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
    if (!dlsym(RTLD_DEFAULT, "openblas_get_corename") || !__builtin_cpu_supports("avx2")) skip();
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        setenv("OPENBLAS_CORETYPE", "Prescott", 1);
        execl("/proc/self/exe", "test_blas_info", question, (char *)NULL);
        _exit(99);
    }
    int status = -1;
    EXPECT_TRUE(child > 0 && waitpid(child, &status, 0) == child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) skip(); /* this OpenBLAS was not built with a choice of kernels */
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
#else
    (void)question;
    skip();
#endif
}

static void a_narrow_core_is_noticed(void **state) {
    (void)state;
    LAW("a core type narrower than the CPU is warned of by name");
    ask_a_narrow_copy("--narrow");
}

static void a_narrow_core_is_widened(void **state) {
    (void)state;
    LAW("the kernels are made to fit the CPU unless OPENBLAS_CORETYPE says otherwise, and compute the same");
    ask_a_narrow_copy("--widen");
}

/* The largest relative error of a product of positive matrices, against plain loops. */
static double product_error(void) {
    enum { N = 70 };
    double a[N * N], b[N * N], c[N * N], worst = 0;
    rao_mat left = {.data = a, .rows = N, .cols = N, .ld = N, .dtype = RAO_F64}, right = left, to = left;
    right.data = b, to.data = c;
    rao_ctx *ctx = rao_test_ctx();
    for (int i = 0; i < N * N; i++) a[i] = (1 + i * 37 % 101) / 101.0, b[i] = (1 + i * 53 % 97) / 97.0;
    OK(ctx, rao_gemm(ctx, RAO_N, RAO_T, 1, &left, &right, 0, &to));
    for (int i = 0; i < N * N; i++) {
        long double size, want = oracle_gemm_at(RAO_N, RAO_T, &left, &right, i / N, i % N, &size);
        worst = fmax(worst, fabs((double)(c[i] / want - 1)));
    }
    rao_test_ctx_close(&ctx);
    return worst;
}

static int widen(void) {
    char *(*core)(void);
    void *symbol = dlsym(RTLD_DEFAULT, "openblas_get_corename");
    memcpy(&core, &symbol, sizeof core);
    if (strcmp(core(), "Prescott") || !dlsym(RTLD_DEFAULT, "gotoblas_dynamic_init")) return 77;
    if (rao_blas_match_cpu() || strcmp(core(), "Prescott")) return 3; /* the variable is set: the user's word holds */
    if (!(product_error() <= 1e-13)) return 4;
    unsetenv("OPENBLAS_CORETYPE");
    if (!rao_blas_match_cpu() || !strcmp(core(), "Prescott") || getenv("OPENBLAS_CORETYPE")) return 5;
    if (rao_blas_match_cpu()) return 6; /* they fit now */
    return product_error() <= 1e-13 ? 0 : 7;
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
    if (argc > 1 && !strcmp(argv[1], "--widen")) return widen();
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_query_answers), cmocka_unit_test(a_narrow_core_is_noticed),
                                       cmocka_unit_test(a_narrow_core_is_widened), cmocka_unit_test(failed_allocations)};
    return rao_test_run("la", tests, COUNT(tests));
}
