/* vmath.h - elementary functions without branches, for loops that the compiler turns into vectors.
 *
 *     #pragma omp simd
 *     for (int64_t i = 0; i < n; i++) y[i] = vm_tanh_f32(x[i]);
 *
 * Names: vm_FUNCTION_f32 and vm_FUNCTION_f64, so that a template writes NAME(vm_exp). A file that uses them in a hot loop is compiled
 * once per instruction set (name it ..._avx2.c, ..._avx512.c) and chosen by rao_cpu_level(); they are right, and scalar or SSE2, anywhere.
 *
 *     vm_exp vm_expm1 vm_log vm_log1p                      e^x, e^x - 1, log x, log(1 + x)
 *     vm_log1p_known                                       log(1 + x) of finite x > -1 (of -0 it is 0)
 *     vm_tanh vm_logistic vm_softplus                      tanh x, 1/(1 + e^-x), log(1 + e^x)
 *     vm_erf vm_erfc vm_normcdf                            normcdf x = P(Z <= x), Z standard normal
 *     vm_gelu vm_gelu_d1 vm_gelu_d2                        x normcdf(x) and its two derivatives
 *
 * Every function is right over the whole range: +-inf, NaN in NaN out, denormal arguments and results, relative accuracy in both tails and
 * near zeros (of gelu' and gelu'', which change sign, relative to the larger of their terms). Errors measured against long double libm
 * and mpmath over all exponents (tests/base/vmath_tests.h), in units in the last place, with and without fused multiply-add:
 *
 *                  exp  expm1  log  log1p  tanh  logistic  softplus  erf  erfc  normcdf  gelu  gelu_d1  gelu_d2
 *     float  fma   1.0   1.5   0.9   1.6   1.5     2.0       1.7    1.0   2.7    3.2    3.4     3.8      2.8
 *           none   1.0   1.7   0.9   1.6   1.5     2.2       1.9    1.2   4.2    4.2    4.7     3.7      2.9
 *     double fma   1.1   2.1   0.8   1.4   2.5     2.1       1.7    1.0   2.7    3.4    3.8     3.7      2.8
 *           none   1.0   2.2   0.9   1.4   2.6     2.2       1.7    1.2   3.6    4.8    4.7     3.9      2.8
 *
 * Bits differ between instruction sets (fused multiply-add or not), never between runs or vector positions.
 * Sources: Cody & Waite 1980 (argument reduction); Tang 1989, ACM TOMS 15 (exp by 1 + (r + r^2 q)); the artanh form of log as in
 * Muller, "Elementary Functions", ch. 11; Cody 1969, Math. Comp. 23 (erfc as e^-x^2 times a rational function).
 * The polynomials are our own: tests/oracle/vmath_fit.py.
 */
#ifndef RAO_BASE_VMATH_H
#define RAO_BASE_VMATH_H

#include <stdint.h>
#include <string.h>

#include "base/vmath_coef.h"

#define VM_FN static inline __attribute__((always_inline, unused))

/* U: the unsigned integer of T's width. MANT: explicit bits of the significand. SHIFTER: 1.5 * 2^MANT, whose addition rounds to an integer
 * and leaves it in the low bits. EXP_MIN: e^EXP_MIN rounds to 0; EXP_MAX: overflows. TANH_ONE: tanh rounds to 1. ERFC_ZERO, GELU_ZERO: erfc(z)
 * and a^2 P(Z > a) round to 0. SPLIT: the significand is reduced to [SPLIT, 2 SPLIT). SQUARE_MASK: keeps so many bits that their square is exact. */
#define T float
#define U uint32_t
#define NAME(x) x##_f32
#define VM(x) VM_##x##_F32
#define MANT 23
#define BIAS 127u
#define SHIFTER 0x1.8p23f
#define EXP_MIN -104.0f
#define EXP_MAX 89.0f
#define EXPM1_MIN -20.0f
#define TANH_ONE 9.1f
#define ERFC_ZERO 10.1f
#define GELU_ZERO 15.0f
#define SPLIT 0x1.555556p-1f
#define SQUARE_MASK 0xfffff000u
#define INTEGER_BITS 0x4b000000u
#define INTEGER 0x1p23f
#define TINY 0x1p-126f
#define TINY_SCALE 0x1p25f
#define TINY_SHIFT 25
#define BUILTIN_FMA __builtin_fmaf
#include "base/vmath_tmpl.h"

#define T double
#define U uint64_t
#define NAME(x) x##_f64
#define VM(x) VM_##x##_F64
#define VM_WIDE
#define MANT 52
#define BIAS 1023u
#define SHIFTER 0x1.8p52
#define EXP_MIN -746.0
#define EXP_MAX 710.0
#define EXPM1_MIN -40.0
#define TANH_ONE 19.1
#define ERFC_ZERO 27.3
#define GELU_ZERO 39.5
#define SPLIT 0x1.6a09e667f3bcdp-1
#define SQUARE_MASK 0xfffffffff8000000u
#define INTEGER_BITS 0x4330000000000000u
#define INTEGER 0x1p52
#define TINY 0x1p-1022
#define TINY_SCALE 0x1p54
#define TINY_SHIFT 54
#define BUILTIN_FMA __builtin_fma
#include "base/vmath_tmpl.h"

#endif
