/* vmath_coef.h - constants and minimax polynomials of vmath.h. Printed by tests/oracle/vmath_fit.py (mpmath, 50 digits). */
#ifndef RAO_BASE_VMATH_COEF_H
#define RAO_BASE_VMATH_COEF_H

/* clang-format off */

#define VM_LN2_HI_F32 0x1.62e4p-1f
#define VM_LN2_LO_F32 0x1.7f7d1cp-20f
#define VM_LOG2E_F32 0x1.715476p+0f
#define VM_SQRT_HALF_F32 0x1.6a09e6p-1f
#define VM_INV_SQRT_2PI_F32 0x1.988454p-2f

/* (exp(r) - 1 - r) / r^2 on |r| <= ln 2 / 2, error relative to expm1; error 0.238 x 2^-24 */
#define VM_EXP_F32(x) \
    (0x1.p-1f + (x) * (0x1.5554b4p-3f + (x) * (0x1.55558ep-5f + (x) * \
     (0x1.12254ap-7f + (x) * 0x1.6c8812p-10f))))

/* (log(1+f) - f + f^2/2) / f^3 on -1/3..1/3, error relative to log(1+f); error 0.0789 x 2^-24 */
#define VM_LOG_F32(x) \
    (0x1.555504p-2f + (x) * (-0x1.ffff12p-3f + (x) * (0x1.99d118p-3f + (x) * \
     (-0x1.55983p-3f + (x) * (0x1.1ec9c8p-3f + (x) * (-0x1.f3a5cep-4f + (x) * \
     (0x1.1ea1fep-3f + (x) * -0x1.06ce7ep-3f)))))))

/* (tanh(x) / x - 1) / x^2 in x^2 on |x| <= 0.27, error relative to tanh; error 0.0903 x 2^-24 */
#define VM_TANH_F32(x) \
    (-0x1.5554f2p-2f + (x) * (0x1.10d05ap-3f + (x) * -0x1.a1f0dp-5f))

/* erf(x) / x - 1 in x^2 on |x| <= 1, error relative to erf; error 0.0243 x 2^-24 */
#define VM_ERF_F32(x) \
    (0x1.06eba8p-3f + (x) * (-0x1.81273ep-2f + (x) * (0x1.ce2cecp-4f + (x) * \
     (-0x1.b7f7fp-6f + (x) * (0x1.53fbd4p-8f + (x) * (-0x1.a3ac1p-11f + (x) * \
     0x1.489afap-14f))))))

/* exp(z^2) erfc(z) on 0..11 is this over TAIL_D, error relative; error 0.572 x 2^-24 */
#define VM_TAIL_N_F32(x, x2, x4, x8) \
    (0x1.8p+0f + (x) * \
     ((0x1.dd77a8p+0f + (x) * 0x1.1ae83ap+0f) + (x2) * (0x1.63c66cp-2f + (x) * 0x1.98fce4p-5f)))

/* its denominator; error 0.572 x 2^-24 */
#define VM_TAIL_D_F32(x, x2, x4, x8) \
    (0x1.8p+0f + (x) * \
     (((0x1.c761f2p+1f + (x) * 0x1.cf4bcep+1f) + (x2) * (0x1.004e8cp+1f + (x) * 0x1.3b50cap-1f)) + \
     (x4) * 0x1.6a73dp-4f))

#define VM_LN2_HI_F64 0x1.62e42fefa3p-1
#define VM_LN2_LO_F64 0x1.3de6af278ece6p-42
#define VM_LOG2E_F64 0x1.71547652b82fep+0
#define VM_SQRT_HALF_F64 0x1.6a09e667f3bcdp-1
#define VM_INV_SQRT_2PI_F64 0x1.9884533d43651p-2

/* (exp(r) - 1 - r) / r^2 on |r| <= ln 2 / 2, error relative to expm1; error 0.222 x 2^-53 */
#define VM_EXP_F64(x) \
    (0x1.p-1 + (x) * (0x1.555555555553ep-3 + (x) * (0x1.5555555553ad4p-5 + (x) * \
     (0x1.1111111118d33p-7 + (x) * (0x1.6c16c17a12ad3p-10 + (x) * (0x1.a01a017182b58p-13 + (x) * \
     (0x1.a019b35a5d1a7p-16 + (x) * (0x1.71de981257e45p-19 + (x) * (0x1.2897ab41a7878p-22 + (x) * \
     0x1.ae47be6430c51p-26)))))))))

/* (2 artanh(s) - 2 s) / s^3 in s^2, |s| <= (sqrt 2 - 1)/(sqrt 2 + 1), error relative to log; error 0.0112 x 2^-53 */
#define VM_LOG_F64(x) \
    (0x1.5555555555593p-1 + (x) * (0x1.999999997faeap-2 + (x) * (0x1.2492494214078p-2 + (x) * \
     (0x1.c71c51ef395ddp-3 + (x) * (0x1.746643fff1804p-3 + (x) * (0x1.39a13b9186ee1p-3 + (x) * \
     0x1.2f0a4b90fd8ddp-3))))))

/* erf(x) / x - 1 in x^2 on |x| <= 1, error relative to erf; error 0.122 x 2^-53 */
#define VM_ERF_F64(x) \
    (0x1.06eba8214db68p-3 + (x) * (-0x1.812746b0379b1p-2 + (x) * (0x1.ce2f21a040829p-4 + (x) * \
     (-0x1.b82ce311eb82ap-6 + (x) * (0x1.565bccf7930fbp-8 + (x) * (-0x1.c02db00933f9cp-11 + (x) * \
     (0x1.f9a2b64eb3fb6p-14 + (x) * (-0x1.f4ca111b1d16bp-17 + (x) * (0x1.b97db32b06a6p-20 + (x) * \
     (-0x1.5bfb1933a3c94p-23 + (x) * (0x1.d6cd40bd150f5p-27 + (x) * -0x1.aad403a4edb4dp-31)))))))))))

/* exp(z^2) erfc(z) on 0..28 is this over TAIL_D, error relative; error 0.2 x 2^-53 */
#define VM_TAIL_N_F64(x, x2, x4, x8) \
    (0x1.8p+0 + (x) * \
     ((((0x1.c1ba8f0344ac8p+1 + (x) * 0x1.0518fb7f1d303p+2) + (x2) * (0x1.846486e6ccec8p+1 + (x) * 0x1.96055dd434f8dp+0)) + \
     (x4) * ((0x1.3645060770d5bp-1 + (x) * 0x1.5e952bf846267p-3) + (x2) * (0x1.218ce14a4751ap-5 + (x) * 0x1.4fdcf2d69296fp-8))) + (x8) * (0x1.f19387b376076p-12 + (x) * 0x1.69e84ce3ccca2p-16)))

/* its denominator; error 0.2 x 2^-53 */
#define VM_TAIL_D_F64(x, x2, x4, x8) \
    (0x1.8p+0 + (x) * \
     ((((0x1.4d30536331fadp+2 + (x) * 0x1.0e87ca299999dp+3) + (x2) * (0x1.0fdf70f967d33p+3 + (x) * 0x1.78a34789df209p+2)) + \
     (x4) * ((0x1.7aab8275ca394p+1 + (x) * 0x1.1ae16ffec163cp+0) + (x2) * (0x1.3b53b9855157ep-2 + (x) * 0x1.02546e1792a09p-4))) + (x8) * ((0x1.2a46ff6d77386p-7 + (x) * 0x1.b8f72b57ee48dp-11) + (x2) * 0x1.40bb6b1a31837p-15)))

/* clang-format on */

#endif
