/* vmath_tmpl.h - the functions of vmath.h for one type T; included by vmath.h alone. Every choice is a ternary of values already computed,
 * which becomes a blend. `a > m ? m : a` keeps a NaN in `a` and is one vector minimum. */

#define ONE_BITS ((U)BIAS << MANT)
#define MANT_MASK (((U)1 << MANT) - 1)
#define SIGN_BIT ((U)1 << (8 * sizeof(U) - 1))

VM_FN U NAME(vm_bits)(T x) {
    U u;
    memcpy(&u, &x, sizeof u);
    return u;
}

VM_FN T NAME(vm_value)(U u) {
    T x;
    memcpy(&x, &u, sizeof x);
    return x;
}

VM_FN T NAME(vm_abs)(T x) { return NAME(vm_value)(NAME(vm_bits)(x) & ~SIGN_BIT); }
VM_FN T NAME(vm_with_sign)(T size, T sign) { return NAME(vm_value)((NAME(vm_bits)(size) & ~SIGN_BIT) | (NAME(vm_bits)(sign) & SIGN_BIT)); }

/* a b + c, in one rounding where the machine has it. The compiler fuses what it can without being asked; asked for where it would have a choice,
 * as in a b + c d, which it might make differently from loop to loop. */
VM_FN T NAME(vm_fma)(T a, T b, T c) {
#ifdef __FMA__
    return BUILTIN_FMA(a, b, c);
#else
    return a * b + c;
#endif
}

/* ---- exponentials -------------------------------------------------------------------------------------------- */

/* x = n ln 2 + r, |r| <= ln 2 / 2: *k holds n in its low bits. */
VM_FN T NAME(vm_reduce)(T x, T *n, U *k) {
    T t = x * VM(LOG2E) + SHIFTER;
    *n = t - SHIFTER;
    *k = NAME(vm_bits)(t);
    return (x - *n * VM(LN2_HI)) - *n * VM(LN2_LO);
}

/* e^r - 1 */
VM_FN T NAME(vm_expm1_small)(T r) { return r + r * r * VM(EXP)(r); }

/* 2^n = *s1 * *s2, neither of which leaves the normal range: whatever else is to be multiplied goes first, and a denormal result is rounded once. */
VM_FN void NAME(vm_power2)(U k, T *s1, T *s2) {
    *s1 = NAME(vm_value)(((k >> 1) << MANT) + ONE_BITS);
    *s2 = NAME(vm_value)(((k - (k >> 1)) << MANT) + ONE_BITS);
}

/* e^x = (1 + the result) * *s1 * *s2 for EXP_MIN <= x <= EXP_MAX */
VM_FN T NAME(vm_exp_parts)(T x, T *s1, T *s2) {
    T n;
    U k;
    T r = NAME(vm_reduce)(x, &n, &k);
    NAME(vm_power2)(k, s1, s2);
    return NAME(vm_expm1_small)(r);
}

VM_FN T NAME(vm_exp)(T x) {
    x = x < EXP_MIN ? EXP_MIN : x;
    x = x > EXP_MAX ? EXP_MAX : x;
    T s1, s2, e = NAME(vm_exp_parts)(x, &s1, &s2);
    return (1 + e) * s1 * s2;
}

/* 2^n (e^r - 1) + (2^n - 1), at half size because 2^n may overflow where e^x does not. */
VM_FN T NAME(vm_expm1)(T x) {
    T y = x < EXPM1_MIN ? EXPM1_MIN : x, n;
    U k;
    y = y > EXP_MAX ? EXP_MAX : y;
    T p = NAME(vm_expm1_small)(NAME(vm_reduce)(y, &n, &k));
    T half = NAME(vm_value)((k << MANT) + (ONE_BITS - ((U)1 << MANT)));
    T e = 2 * (p * half + (half - (T)0.5));
    return NAME(vm_with_sign)(n == 0 ? p : e, x);
}

/* E / (E + 2), E = e^2|x| - 1: relative errors of E shrink and nothing cancels near 0. In float a polynomial below 0.27, where the three
 * roundings, each at the bad end of a binade, come to more than 2 units. */
VM_FN T NAME(vm_tanh)(T x) {
    T a = NAME(vm_abs)(x), n;
    U k;
    a = a > TANH_ONE ? TANH_ONE : a;
    T p = NAME(vm_expm1_small)(NAME(vm_reduce)(2 * a, &n, &k));
    T s = NAME(vm_value)((k << MANT) + ONE_BITS);
    T e = p * s + (s - 1), y = e / (e + 2);
#ifndef VM_WIDE
    T z = a * a;
    y = a < (T)0.27 ? a + a * (z * VM(TANH)(z)) : y;
#endif
    return NAME(vm_with_sign)(y, x);
}

/* e^-|x| in parts; a NaN stays one. */
VM_FN T NAME(vm_exp_minus_abs)(T x, T *s1, T *s2) {
    T a = NAME(vm_abs)(x);
    a = a > -EXP_MIN ? -EXP_MIN : a;
    return NAME(vm_exp_parts)(-a, s1, s2);
}

/* w = 1 / (1 + t) or t w, t = e^-|x| = (1 + e) 2^n; the rounding of 1 + e stays out of the product. */
VM_FN T NAME(vm_logistic)(T x) {
    T s1, s2, e = NAME(vm_exp_minus_abs)(x, &s1, &s2);
    T w = 1 / (1 + (1 + e) * s1 * s2), v = (w + e * w) * s1 * s2;
    return x < 0 ? v : w;
}

/* ---- logarithms ---------------------------------------------------------------------------------------------- */

/* k ln 2 + log(1 + f), 1 + f in [SPLIT, 2 SPLIT] */
VM_FN T NAME(vm_log_parts)(T k, T f) {
#ifdef VM_WIDE
    T s = f / (2 + f), z = s * s, h = (T)0.5 * f * f;
    T c = h - s * (h + z * VM(LOG)(z));
#else
    T c = f * f * ((T)0.5 - f * VM(LOG)(f));
#endif
    return NAME(vm_fma)(k, VM(LN2_HI), f - NAME(vm_fma)(-k, VM(LN2_LO), c));
}

/* The biased exponent e of y = 2^(e - BIAS) m, m in [SPLIT, 2 SPLIT), for normal y > 0; *h holds m's bits above SPLIT. */
VM_FN U NAME(vm_exponent)(T y, U *h) {
    *h = NAME(vm_bits)(y) + (ONE_BITS - NAME(vm_bits)(SPLIT));
    return *h >> MANT;
}

/* An integer below 2^MANT as a T */
VM_FN T NAME(vm_from_int)(U e) { return NAME(vm_value)(e | INTEGER_BITS) - INTEGER; }

VM_FN T NAME(vm_log)(T x) {
    T inf = (T)__builtin_inf(), nan = (T)__builtin_nan("");
    U h, e = NAME(vm_exponent)(x < TINY ? x * TINY_SCALE : x, &h);
    T k = NAME(vm_from_int)(e) - (x < TINY ? (T)(BIAS + TINY_SHIFT) : (T)BIAS);
    T m = NAME(vm_value)((h & MANT_MASK) + NAME(vm_bits)(SPLIT));
    T y = NAME(vm_log_parts)(k, m - 1);
    y = x > 0 ? y : (x == 0 ? -inf : nan);
    return x == inf ? inf : y;
}

/* Of x > -1 that is finite. 1 + x = 2^k (1 + f) with f = 2^-k x + (2^-k - 1), which loses nothing of a small x; through 4 * 2^-k, because 2^-k may
 * be denormal. */
VM_FN T NAME(vm_log1p_known)(T x) {
    U h, e = NAME(vm_exponent)(1 + x, &h);
    T k = NAME(vm_from_int)(e) - (T)BIAS;
    T s4 = NAME(vm_value)(((U)(2 * BIAS + 2) - e) << MANT);
    T f = (T)0.25 * (x * s4) + ((T)0.25 * s4 - 1);
    return NAME(vm_log_parts)(k, f);
}

VM_FN T NAME(vm_log1p)(T x) {
    T inf = (T)__builtin_inf(), nan = (T)__builtin_nan(""), y = NAME(vm_log1p_known)(x);
    y = x > -1 ? y : (x == -1 ? -inf : nan);
    y = x == inf ? inf : y;
    return NAME(vm_with_sign)(y, x);
}

/* max(x, 0) + log(1 + t), t = e^-|x| in [0, 1] */
VM_FN T NAME(vm_softplus)(T x) {
    T s1, s2, e = NAME(vm_exp_minus_abs)(x, &s1, &s2), t = (1 + e) * s1 * s2;
    int far = t > 2 * SPLIT - 1;
    T y = NAME(vm_log_parts)(far ? (T)1 : (T)0, far ? (T)0.5 * t - (T)0.5 : t);
    return (x < 0 ? 0 : x) + y;
}

/* ---- the error function -------------------------------------------------------------------------------------- */

/* e^(z^2) erfc(z) = *n / *d, d = (1 + sqrt(pi) z) n - z l with l small beside n: what is wrong with n nearly cancels, and what the sum in the
 * bracket lost is put back. */
VM_FN void NAME(vm_tail)(T z, T *n, T *d) {
    T a = NAME(vm_fma)(VM(SQRT_PI), z, 1), lost = NAME(vm_fma)(VM(SQRT_PI), z, 1 - a);
    *n = VM(TAIL_N)(z);
    *d = NAME(vm_fma)(a, *n, NAME(vm_fma)(lost, *n, -z * VM(TAIL_L)(z)));
}

/* e^(-c x^2) = (1 + the result) * *s1 * *s2, c a power of two: x^2 = head^2 + (x - head)(x + head), the first term exact. */
VM_FN T NAME(vm_gauss)(T x, T c, T *s1, T *s2) {
    T head = NAME(vm_value)(NAME(vm_bits)(x) & (U)SQUARE_MASK), n;
    T hi = -c * (head * head), lo = -c * ((x - head) * (x + head));
    U k;
    T r = NAME(vm_reduce)(hi, &n, &k) + lo;
    NAME(vm_power2)(k, s1, s2);
    return NAME(vm_expm1_small)(r);
}

/* erfc(|x|). The product with 1 + e is v + e v, one rounding less. */
VM_FN T NAME(vm_erfc_abs)(T x) {
    T a = NAME(vm_abs)(x), s1, s2;
    a = a > ERFC_ZERO ? ERFC_ZERO : a;
    T e = NAME(vm_gauss)(a, 1, &s1, &s2), n, d;
    NAME(vm_tail)(a, &n, &d);
    return (n + e * n) / d * s1 * s2;
}

VM_FN T NAME(vm_erfc)(T x) {
    T q = NAME(vm_erfc_abs)(x);
    return x < 0 ? 2 - q : q;
}

VM_FN T NAME(vm_erf)(T x) {
    T a = NAME(vm_abs)(x), z = a * a;
    T near = a + a * VM(ERF)(z), far = 1 - NAME(vm_erfc_abs)(x);
    return NAME(vm_with_sign)(a < 1 ? near : far, x);
}

/* For a = min(|x|, GELU_ZERO): P(Z > a) = *n / *d * phi(a) / phi(0), and phi(a) / phi(0) = (1 + *e) * *s1 * *s2 */
VM_FN T NAME(vm_normal_parts)(T x, T *n, T *d, T *e, T *s1, T *s2) {
    T a = NAME(vm_abs)(x);
    a = a > GELU_ZERO ? GELU_ZERO : a;
    *e = NAME(vm_gauss)(a, (T)0.5, s1, s2);
    NAME(vm_tail)(a * VM(SQRT_HALF), n, d);
    *n *= (T)0.5;
    return a;
}

VM_FN T NAME(vm_normcdf)(T x) {
    T n, d, e, s1, s2;
    NAME(vm_normal_parts)(x, &n, &d, &e, &s1, &s2);
    T q = (n + e * n) / d * s1 * s2;
    return x > 0 ? 1 - q : q;
}

/* max(x, 0) - a P(Z > a), on both sides of 0 */
VM_FN T NAME(vm_gelu)(T x) {
    T n, d, e, s1, s2, a = NAME(vm_normal_parts)(x, &n, &d, &e, &s1, &s2);
    T v = a * n;
    return (x < 0 ? 0 : x) - (v + e * v) / d * s1 * s2;
}

/* normcdf(x) + x phi(x) = q or 1 - q with q = P(Z > a) - a phi(a) */
VM_FN T NAME(vm_gelu_d1)(T x) {
    T n, d, e, s1, s2, a = NAME(vm_normal_parts)(x, &n, &d, &e, &s1, &s2);
    T v = n - a * VM(INV_SQRT_2PI) * d;
    T q = (v + e * v) / d * s1 * s2;
    return x > 0 ? 1 - q : q;
}

/* (2 - x^2) phi(x) */
VM_FN T NAME(vm_gelu_d2)(T x) {
    T a = NAME(vm_abs)(x), s1, s2;
    a = a > GELU_ZERO ? GELU_ZERO : a;
    T e = NAME(vm_gauss)(a, (T)0.5, &s1, &s2), v = (2 - a * a) * VM(INV_SQRT_2PI);
    return (v + e * v) * s1 * s2;
}

#undef ONE_BITS
#undef MANT_MASK
#undef SIGN_BIT
#undef T
#undef U
#undef NAME
#undef VM
#undef VM_WIDE
#undef MANT
#undef BIAS
#undef SHIFTER
#undef EXP_MIN
#undef EXP_MAX
#undef EXPM1_MIN
#undef TANH_ONE
#undef ERFC_ZERO
#undef GELU_ZERO
#undef SPLIT
#undef SQUARE_MASK
#undef INTEGER_BITS
#undef INTEGER
#undef TINY
#undef TINY_SCALE
#undef TINY_SHIFT
#undef BUILTIN_FMA
