/* vmath_coef.h - constants and minimax polynomials of vmath.h. Printed by tests/oracle/vmath_fit.py (mpmath, 50 digits). */
#ifndef RAO_BASE_VMATH_COEF_H
#define RAO_BASE_VMATH_COEF_H

/* clang-format off */

#define VM_LN2_HI_F32 0x1.62e4p-1f
#define VM_LN2_LO_F32 0x1.7f7d1cp-20f
#define VM_LOG2E_F32 0x1.715476p+0f
#define VM_SQRT_HALF_F32 0x1.6a09e6p-1f
#define VM_SQRT_PI_F32 0x1.c5bf8ap+0f
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

/* exp(z^2) erfc(z) on 0..11 is N / ((1 + sqrt(pi) z) N - z L), error relative; error 0.33 x 2^-24 */
#define VM_TAIL_N_F32(x) \
    (0x1.cp+0f + (x) * (0x1.22477ep+1f + (x) * (0x1.6322f4p+0f + (x) * \
     (0x1.cf8ecap-2f + (x) * 0x1.1835fap-4f))))

/* its L; error 0.33 x 2^-24 */
#define VM_TAIL_L_F32(x) \
    (0x1.208b84p+0f + (x) * (0x1.f70a66p-1f + (x) * (0x1.91bc7ep-2f + (x) * \
     0x1.182ep-4f)))

#define VM_LN2_HI_F64 0x1.62e42fefa3p-1
#define VM_LN2_LO_F64 0x1.3de6af278ece6p-42
#define VM_LOG2E_F64 0x1.71547652b82fep+0
#define VM_SQRT_HALF_F64 0x1.6a09e667f3bcdp-1
#define VM_SQRT_PI_F64 0x1.c5bf891b4ef6bp+0
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

/* exp(z^2) erfc(z) on 0..28 is N / ((1 + sqrt(pi) z) N - z L), error relative; error 0.0229 x 2^-53 */
#define VM_TAIL_N_F64(x) \
    (0x1.cp+0 + (x) * (0x1.0953eddbd7d2fp+2 + (x) * (0x1.373a2d54475f3p+2 + (x) * \
     (0x1.d39ab0ed0e216p+1 + (x) * (0x1.edd5c61d281f1p+0 + (x) * (0x1.7d6c304d08016p-1 + (x) * \
     (0x1.b3e9386238123p-3 + (x) * (0x1.6c7db9f866444p-5 + (x) * (0x1.ac9699c35fff8p-8 + (x) * \
     (0x1.42685bf4939c7p-11 + (x) * 0x1.dd9ead7c4efcfp-16))))))))))

/* its L; error 0.0229 x 2^-53 */
#define VM_TAIL_L_F64(x) \
    (0x1.208ba328812f9p+0 + (x) * (0x1.18938495b3343p+1 + (x) * (0x1.0f19a62618cbap+1 + (x) * \
     (0x1.4e912af315772p+0 + (x) * (0x1.1fc7599b8afc5p-1 + (x) * (0x1.64458c34defd6p-3 + (x) * \
     (0x1.3d3830732dd4dp-5 + (x) * (0x1.88df5b8db05a7p-8 + (x) * (0x1.352e1f6c0fe8dp-11 + (x) * \
     0x1.dd9ead7c4481fp-16)))))))))

/* clang-format on */

#endif
