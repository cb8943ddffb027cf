/* act_tmpl.h - activations for one number type T: one loop per activation and pass, over a row (or over all of a matrix without gaps).
 *
 * What is left of a row behind its last whole vector is one vector more under a mask, where the machine has masks, so that a row of 10 costs
 * one vector and not 10 scalars.
 *
 * First and second derivatives from the output y: tanh' = (1 - y)(1 + y), '' = -2 y tanh'; logistic' = y (1 - y), '' = (1 - 2 y) logistic';
 * softplus' = 1 - e^-y, '' = e^-y softplus'. From the input x: gelu' = Phi + x phi, gelu'' = (2 - x^2) phi. relu' = 0 at the kink. */

#ifndef RAO_ACT_LOOPS
#define RAO_ACT_LOOPS
enum { LANES = 16 };
#define WHOLE(n) ((n) & ~(int64_t)(LANES - 1))

/* STATEMENT for j = 0..n-1, the pointers moved on between by ADVANCE. A count that is a multiple of LANES leaves the first loop without a
 * remainder; a constant one makes the second a masked vector. */
#define EACH(ADVANCE, STATEMENT)                                           \
    const int64_t whole = WHOLE(n);                                        \
    _Pragma("omp simd") for (int64_t j = 0; j < whole; j++) { STATEMENT; } \
    const int rest = (int)(n - whole);                                     \
    if (!rest) return;                                                     \
    ADVANCE;                                                               \
    _Pragma("omp simd") for (int j = 0; j < LANES; j++) if (j < rest) { STATEMENT; }

#define FORWARD(f, EXPR) \
    static void NAME(f##_forward)(int64_t n, const T *x, T *out) { EACH((x += whole, out += whole), out[j] = EXPR) }
#define BACKWARD(f, EXPR)                                                        \
    static void NAME(f##_backward)(int64_t n, const T *s, const T *in, T *out) { \
        EACH((s += whole, in += whole, out += whole), out[j] = EXPR)             \
    }
#define SECOND(f, EXPR)                                                                                       \
    static void NAME(f##_second)(int64_t n, const T *s, const T *xdot, const T *dy, const T *dydot, T *out) { \
        EACH((s += whole, xdot += whole, dy += whole, dydot += whole, out += whole), out[j] = EXPR)           \
    }

#define TABLE(pass) \
    { NAME(identity_##pass), NAME(relu_##pass), NAME(tanh_##pass), NAME(logistic_##pass), NAME(softplus_##pass), NAME(gelu_##pass) }
/* A matrix without gaps is one long row. */
#define JOIN(whole) \
    if (whole) cols *= rows, rows = rows > 0
#endif

FORWARD(identity, x[j])
FORWARD(relu, x[j] < 0 ? 0 : x[j]) /* a NaN stays one */
FORWARD(tanh, NAME(vm_tanh)(x[j]))
FORWARD(logistic, NAME(vm_logistic)(x[j]))
FORWARD(softplus, NAME(vm_softplus)(x[j]))
FORWARD(gelu, NAME(vm_gelu)(x[j]))

BACKWARD(identity, ((void)s, in[j]))
BACKWARD(relu, in[j] * (s[j] > 0 ? (T)1 : (T)0)) /* a choice between 0 and in[j] would make its load a condition */
BACKWARD(tanh, in[j] * ((1 - s[j]) * (1 + s[j])))
BACKWARD(logistic, in[j] * (s[j] * (1 - s[j])))
BACKWARD(softplus, in[j] * -NAME(vm_expm1)(-s[j]))
BACKWARD(gelu, in[j] * NAME(vm_gelu_d1)(s[j]))

SECOND(identity, ((void)s, (void)xdot, (void)dy, dydot[j]))
SECOND(relu, ((void)xdot, (void)dy, dydot[j] * (s[j] > 0 ? (T)1 : (T)0)))
SECOND(tanh, ((1 - s[j]) * (1 + s[j])) * (dydot[j] - 2 * s[j] * dy[j] * xdot[j]))
SECOND(logistic, (s[j] * (1 - s[j])) * (dydot[j] + (1 - 2 * s[j]) * dy[j] * xdot[j]))
SECOND(softplus, -NAME(vm_expm1)(-s[j]) * (dydot[j] + NAME(vm_exp)(-s[j]) * dy[j] * xdot[j]))
SECOND(gelu, NAME(vm_fma)(dydot[j], NAME(vm_gelu_d1)(s[j]), dy[j] * NAME(vm_gelu_d2)(s[j]) * xdot[j]))

static void NAME(act_forward)(rao_activation f, int64_t rows, int64_t cols, const void *x, int64_t ldx, void *y, int64_t ldy) {
    static void (*const row[RAO_ACTIVATIONS])(int64_t, const T *, T *) = TABLE(forward);
    JOIN(ldx == cols && ldy == cols);
    for (int64_t i = 0; i < rows; i++) row[f](cols, (const T *)x + i * ldx, (T *)y + i * ldy);
}

static void NAME(act_backward)(rao_activation f, int64_t rows, int64_t cols, const void *s, int64_t lds, const void *in, int64_t ldi,
                               void *out, int64_t ldo) {
    static void (*const row[RAO_ACTIVATIONS])(int64_t, const T *, const T *, T *) = TABLE(backward);
    JOIN(lds == cols && ldi == cols && ldo == cols);
    for (int64_t i = 0; i < rows; i++) row[f](cols, (const T *)s + i * lds, (const T *)in + i * ldi, (T *)out + i * ldo);
}

static void NAME(act_second)(rao_activation f, int64_t rows, int64_t cols, const void *s, int64_t lds, const void *xdot, int64_t ldx,
                             const void *dy, int64_t ldy, const void *dydot, int64_t ldd, void *out, int64_t ldo) {
    static void (*const row[RAO_ACTIVATIONS])(int64_t, const T *, const T *, const T *, const T *, T *) = TABLE(second);
    JOIN(lds == cols && ldx == cols && ldy == cols && ldd == cols && ldo == cols);
    for (int64_t i = 0; i < rows; i++)
        row[f](cols, (const T *)s + i * lds, (const T *)xdot + i * ldx, (const T *)dy + i * ldy, (const T *)dydot + i * ldd,
               (T *)out + i * ldo);
}
