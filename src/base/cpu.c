/* cpu.c - x86-64 levels by CPUID (System V psABI, table 3.1) and XGETBV. */
#include "base/cpu.h"

#include <rao/base.h>

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#if defined(__x86_64__)
#include <cpuid.h>

static uint32_t bit(int i) { return UINT32_C(1) << i; }
static int has(uint32_t word, uint32_t wanted) { return (word & wanted) == wanted; }

/* Which register states the operating system keeps: bits 1, 2 SSE and AVX; 5, 6, 7 the three parts of AVX-512. */
static uint32_t saved_states(void) {
    uint32_t low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    (void)high;
    return low;
}

static rao_cpu detect(void) {
    unsigned a, b, c, d, b7, c7, d7;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return RAO_CPU_GENERIC;
    /* FMA, MOVBE, OSXSAVE, AVX, F16C */
    if (!has(c, bit(12) | bit(22) | bit(27) | bit(28) | bit(29)) || !has(saved_states(), 0x06)) return RAO_CPU_GENERIC;
    /* BMI1, AVX2, BMI2 */
    if (!__get_cpuid_count(7, 0, &a, &b7, &c7, &d7) || !has(b7, bit(3) | bit(5) | bit(8))) return RAO_CPU_GENERIC;
    /* LZCNT */
    if (!__get_cpuid(0x80000001u, &a, &b, &c, &d) || !has(c, bit(5))) return RAO_CPU_GENERIC;
    /* AVX-512 F, DQ, CD, BW, VL */
    if (!has(b7, bit(16) | bit(17) | bit(28) | bit(30) | bit(31)) || !has(saved_states(), 0xe6)) return RAO_CPU_AVX2;
    return RAO_CPU_AVX512;
}

static int detect_bf16(void) {
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 1, &a, &b, &c, &d) && has(a, bit(5));
}
#else
static rao_cpu detect(void) { return RAO_CPU_GENERIC; }
static int detect_bf16(void) { return 0; }
#endif

static int choose(void) {
    int level = (int)detect();
    const char *asked = getenv("RAO_CPU_LEVEL");
    if (asked && asked[0] >= '0' && asked[0] < '0' + level && !asked[1]) level = asked[0] - '0';
    return level;
}

rao_cpu rao_cpu_level(void) {
    /* Threads that race here all store the same number. */
    static atomic_int known = -1;
    int level = atomic_load_explicit(&known, memory_order_relaxed);
    if (level < 0) atomic_store_explicit(&known, level = choose(), memory_order_relaxed);
    return (rao_cpu)level;
}

int rao_cpu_has_bf16(void) { return rao_cpu_level() >= RAO_CPU_AVX512 && detect_bf16(); }

const char *rao_cpu_name(rao_cpu level) {
    static const char *const names[] = {"generic", "avx2", "avx512"};
    return names[level];
}

const char *rao_instructions(void) { return rao_cpu_name(rao_cpu_level()); }
