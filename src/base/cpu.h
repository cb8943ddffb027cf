/* cpu.h - which compilation of a kernel file this processor may run. */
#ifndef RAO_BASE_CPU_H
#define RAO_BASE_CPU_H

typedef enum rao_cpu {
    RAO_CPU_GENERIC = 0, /* what the compiler assumes without flags */
    RAO_CPU_AVX2 = 1,    /* x86-64-v3: AVX2, FMA, BMI1, BMI2, F16C, LZCNT, MOVBE */
    RAO_CPU_AVX512 = 2   /* x86-64-v4: AVX-512 F, BW, CD, DQ, VL on top */
} rao_cpu;

/* The level to use: what CPUID reports and the operating system saves across a switch, or less when the environment variable RAO_CPU_LEVEL
 * (0, 1 or 2, read once) asks for less. Asked of CPUID, because Valgrind hides what it cannot run. Never changes within a process. */
rao_cpu rao_cpu_level(void);

/* Whether it also multiplies in bfloat16 (AVX512-BF16, which is part of no level); no where the level in use is below RAO_CPU_AVX512. */
int rao_cpu_has_bf16(void);

/* "generic", "avx2", "avx512" */
const char *rao_cpu_name(rao_cpu level);

#endif
