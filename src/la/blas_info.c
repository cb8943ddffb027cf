/* blas_info.c - holds BLAS at one thread, says which BLAS runs and how fast, and gives OpenBLAS the kernels that fit the CPU.
 *
 * One thread, because results differ bitwise between thread counts and our parallelism lies above BLAS. The setters are looked up at
 * run time: the generic libblas.so.3 that pkg-config links may be any of them, and none of their names is part of BLAS.
 */
#define _GNU_SOURCE 1 /* RTLD_DEFAULT */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "la/blas.h"
#include "la/view.h"

/* POSIX promises that a function's address survives the trip through void *; ISO C does not, hence the copy. */
static int find(const char *name, void *function) {
    void *symbol = dlsym(RTLD_DEFAULT, name);
    memcpy(function, &symbol, sizeof symbol);
    return symbol != NULL;
}

static void hold_one_thread(void) {
    void (*set_int)(int);
    void (*set_int64)(int64_t);
    if (find("openblas_set_num_threads", &set_int)) set_int(1);
    if (find("MKL_Set_Num_Threads", &set_int)) set_int(1);
    if (find("bli_thread_set_num_threads", &set_int64)) set_int64(1);
}

void la_blas_once(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, hold_one_thread);
}

/* ---- who it is ------------------------------------------------------------------------------------------------- */

/* "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ..." -> its first two words. */
static int find_openblas(rao_blas_info *info) {
    char *(*config)(void), *(*core)(void);
    int (*threads)(void);
    if (!find("openblas_get_config", &config)) return 0;
    const char *text = config(), *end = strchr(text, ' ');
    end = end ? strchr(end + 1, ' ') : NULL;
    snprintf(info->name, sizeof info->name, "%.*s", end ? (int)(end - text) : (int)strlen(text), text);
    if (find("openblas_get_corename", &core)) snprintf(info->core, sizeof info->core, "%s", core());
    if (find("openblas_get_num_threads", &threads)) info->threads = threads();
    return 1;
}

static int find_mkl(rao_blas_info *info) {
    void (*version)(char *, int);
    int (*threads)(void);
    char text[200] = "";
    if (!find("MKL_Get_Version_String", &version)) return 0;
    version(text, (int)sizeof text - 1);
    const char *number = strstr(text, "Version ");
    snprintf(info->name, sizeof info->name, "MKL %.*s", number ? (int)strcspn(number + 8, " ") : 0, number ? number + 8 : "");
    if (find("MKL_Get_Max_Threads", &threads)) info->threads = threads();
    return 1;
}

static int find_blis(rao_blas_info *info) {
    const char *(*version)(void), *(*arch_name)(int);
    int (*arch)(void);
    int64_t (*threads)(void);
    if (!find("bli_info_get_version_str", &version)) return 0;
    snprintf(info->name, sizeof info->name, "BLIS %s", version());
    if (find("bli_arch_query_id", &arch) && find("bli_arch_string", &arch_name))
        snprintf(info->core, sizeof info->core, "%s", arch_name(arch()));
    if (find("bli_thread_get_num_threads", &threads)) info->threads = threads() > 0 ? (int)threads() : 1; /* -1: never set */
    return 1;
}

/* ---- how fast it is -------------------------------------------------------------------------------------------- */

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The best of repeated sgemm over 30 ms: a busy machine shows in the mean, not in the best. */
static double measure(const float *a, const float *b, float *c) {
    const int n = 256;
    const float one = 1, zero = 0;
    const double begin = seconds();
    double best = 1e30, last = begin;
    for (int round = 0; round < 4 || last - begin < 0.03; round++) {
        sgemm_("N", "N", &n, &n, &n, &one, a, &n, b, &n, &zero, c, &n, 1, 1);
        const double now = seconds();
        if (round && now - last < best) best = now - last; /* the first call warms up */
        last = now;
    }
    return 2e-9 * n * n * n / best;
}

/* ---- what is wrong with it ------------------------------------------------------------------------------------- */

enum { WIDTH_SSE = 1, WIDTH_AVX2, WIDTH_AVX512 };
static const char *const width_name[] = {"", "SSE", "AVX2", "AVX-512"};

/* The set that needs no more of a CPU than those vectors. */
static const char *const widest_core[] = {"", "Nehalem", "Haswell", "SkylakeX"};

static int cpu_width(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) return WIDTH_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return WIDTH_AVX2;
    return WIDTH_SSE;
#else
    return 0;
#endif
}

/* OpenBLAS's kernel sets by the vectors they use; 0: a name we do not know, and nothing is said of it. */
static int core_width(const char *core) {
    static const struct {
        const char *name;
        int width;
    } cores[] = {
        {"SkylakeX", WIDTH_AVX512},  {"Cooperlake", WIDTH_AVX512}, {"SapphireRapids", WIDTH_AVX512},
        {"Haswell", WIDTH_AVX2},     {"Zen", WIDTH_AVX2},          {"Excavator", WIDTH_AVX2},
        {"Steamroller", WIDTH_SSE},  {"Piledriver", WIDTH_SSE},    {"Bulldozer", WIDTH_SSE},
        {"Sandybridge", WIDTH_SSE},  {"Nehalem", WIDTH_SSE},       {"Penryn", WIDTH_SSE},
        {"Dunnington", WIDTH_SSE},   {"Core2", WIDTH_SSE},         {"Prescott", WIDTH_SSE},
        {"Katmai", WIDTH_SSE},       {"Coppermine", WIDTH_SSE},    {"Northwood", WIDTH_SSE},
        {"Banias", WIDTH_SSE},       {"Atom", WIDTH_SSE},          {"Opteron", WIDTH_SSE},
        {"Opteron_SSE3", WIDTH_SSE}, {"Barcelona", WIDTH_SSE},     {"Bobcat", WIDTH_SSE},
        {"Athlon", WIDTH_SSE},       {"Nano", WIDTH_SSE},
    };
    for (size_t i = 0; i < sizeof cores / sizeof *cores; i++)
        if (!strcmp(core, cores[i].name)) return cores[i].width;
    return 0;
}

enum { SLOW_GFLOPS = 20 }; /* one core of any CPU with AVX2 reaches three times that in float; plain loops reach a third */

static void judge(rao_blas_info *info) {
    const int cpu = cpu_width(), core = core_width(info->core), narrow = core && core < cpu;
    const char *forced = getenv("OPENBLAS_CORETYPE");
    char *out = info->warning;
    const size_t size = sizeof info->warning;
    if (narrow && forced)
        snprintf(
            out, size,
            "OPENBLAS_CORETYPE=%.24s holds OpenBLAS to %s kernels on a CPU with %s, which can halve its speed (%.0f GF/s now): unset it",
            forced, width_name[core], width_name[cpu], info->gflops);
    else if (narrow)
        snprintf(out, size,
                 "%s does not know this CPU and runs its %s kernels (%s) though the CPU has %s: set OPENBLAS_CORETYPE=%s or install a "
                 "newer OpenBLAS",
                 info->name, info->core, width_name[core], width_name[cpu], widest_core[cpu]);
    else if (info->gflops < SLOW_GFLOPS && !strcmp(info->name, "reference or unknown"))
        snprintf(out, size, "this BLAS is not a tuned one (%.1f GF/s): install OpenBLAS (on Debian and Ubuntu: apt install libopenblas0)",
                 info->gflops);
    else if (info->gflops < SLOW_GFLOPS)
        snprintf(out, size, "sgemm reaches %.1f GF/s, want above %d: the machine is busy, or %s runs generic kernels%s", info->gflops,
                 SLOW_GFLOPS, info->name, strstr(info->name, "OpenBLAS") ? "" : " (OpenBLAS may be faster)");
}

/* ---- mending it ------------------------------------------------------------------------------------------------- */

/* An OpenBLAS with all kernel sets in one file (DYNAMIC_ARCH) exports the functions by which it chooses at load. */
int rao_blas_match_cpu(void) {
    void (*forget)(void), (*choose)(void);
    char *(*core)(void);
    const int cpu = cpu_width();
    if (getenv("OPENBLAS_CORETYPE") || !find("openblas_get_corename", &core)) return 0;
    if (!find("gotoblas_dynamic_quit", &forget) || !find("gotoblas_dynamic_init", &choose)) return 0;
    const int before = core_width(core());
    if (!before || before >= cpu || setenv("OPENBLAS_CORETYPE", widest_core[cpu], 1) != 0) return 0;
    forget();
    choose();
    unsetenv("OPENBLAS_CORETYPE");
    return core_width(core()) > before;
}

rao_status rao_blas_query(rao_ctx *ctx, rao_blas_info *info) {
    rao_mark mark = rao_scratch_mark(ctx);
    rao_blas_info found = {.name = "reference or unknown", .threads = 1};
    float *memory;
    rao_status st;
    la_blas_once();
    RAO_TRY(rao_scratch(ctx, 3 * 256 * 256, &memory));
    for (int i = 0; i < 3 * 256 * 256; i++) memory[i] = 1.0f / (float)(1 + i % 256);
    if (!find_openblas(&found) && !find_mkl(&found)) find_blis(&found);
    found.gflops = measure(memory, memory + 256 * 256, memory + 2 * 256 * 256);
    judge(&found);
    *info = found;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
