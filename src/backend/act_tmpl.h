/* act_tmpl.h - activations for one number type T: one loop per activation and pass, over a row (or over all of a matrix without gaps).
 *
 * What is left of a row behind its last whole vector goes through a small buffer as one vector more, so that no entry is ever computed by
 * scalar code: a row of 10 costs one vector, and an entry's bits do not depend on where it stands.
 *
 * First and second derivatives from the output y: tanh' = (1 - y)(1 + y), '' = -2 y tanh'; logistic' = y (1 - y), '' = (1 - 2 y) logistic';
 * softplus' = 1 - e^-y, '' = e^-y softplus'. From the input x: gelu' = Phi + x phi, gelu'' = (2 - x^2) phi. relu' = 0 at the kink. */

#ifndef RAO_ACT_LOOPS
#define RAO_ACT_LOOPS
enum { LANES = 16 };
#define WHOLE(n) ((n) & ~(int64_t)(LANES - 1))
#define REST(n) ((size_t)((n) & (LANES - 1)))

/* dst[j] = EXPR for j < n; EXPR reads a[j], b[j], ..., which LOAD copies for the rest of the row. */
#define EACH(count, EXPR) _Pragma("omp simd") for (int64_t j = 0; j < (count); j++) out[j] = (EXPR);

#define LOAD(p)                                          \
    T p##_rest[LANES] = {0};                             \
    memcpy(p##_rest, p + WHOLE(n), REST(n) * sizeof(T)); \
    p = p##_rest;

#define STORE(EXPR)                          \
    T out_rest[LANES], *to = out + WHOLE(n); \
    out = out_rest;                          \
    EACH(LANES, EXPR)                        \
    memcpy(to, out_rest, REST(n) * sizeof(T));

#define FORWARD(f, EXPR)                                           \
    static void NAME(f##_forward)(int64_t n, const T *x, T *out) { \
        EACH(WHOLE(n), EXPR)                                       \
        if (!REST(n)) return;                                      \
        LOAD(x) STORE(EXPR)                                        \
    }
#define BACKWARD(f, EXPR)                                                        \
    static void NAME(f##_backward)(int64_t n, const T *s, const T *in, T *out) { \
        EACH(WHOLE(n), EXPR)                                                     \
        if (!REST(n)) return;                                                    \
        LOAD(s) LOAD(in) STORE(EXPR)                                             \
    }
#define SECOND(f, EXPR)                                                                                       \
    static void NAME(f##_second)(int64_t n, const T *s, const T *xdot, const T *dy, const T *dydot, T *out) { \
        EACH(WHOLE(n), EXPR)                                                                                  \
        if (!REST(n)) return;                                                                                 \
        LOAD(s) LOAD(xdot) LOAD(dy) LOAD(dydot) STORE(EXPR)                                                   \
    }
#define BIAS(f, EXPR)                                                    \
    static void NAME(f##_bias)(int64_t n, const T *bias, T *z, T *out) { \
        _Pragma("omp simd") for (int64_t j = 0; j < WHOLE(n); j++) {     \
            T x = z[j] + bias[j];                                        \
            z[j] = x;                                                    \
            out[j] = (EXPR);                                             \
        }                                                                \
        if (!REST(n)) return;                                            \
        T *back = z + WHOLE(n);                                          \
        LOAD(bias)                                                       \
        T sum[LANES] = {0}, value[LANES];                                \
        memcpy(sum, back, REST(n) * sizeof(T));                          \
        _Pragma("omp simd") for (int64_t j = 0; j < LANES; j++) {        \
            T x = sum[j] + bias[j];                                      \
            sum[j] = x;                                                  \
            value[j] = (EXPR);                                           \
        }                                                                \
        memcpy(back, sum, REST(n) * sizeof(T));                          \
        memcpy(out + WHOLE(n), value, REST(n) * sizeof(T));              \
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

BIAS(identity, x)
BIAS(relu, x < 0 ? 0 : x)
BIAS(tanh, NAME(vm_tanh)(x))
BIAS(logistic, NAME(vm_logistic)(x))
BIAS(softplus, NAME(vm_softplus)(x))
BIAS(gelu, NAME(vm_gelu)(x))

BACKWARD(identity, ((void)s, in[j]))
BACKWARD(relu, s[j] > 0 ? in[j] : 0)
BACKWARD(tanh, in[j] * ((1 - s[j]) * (1 + s[j])))
BACKWARD(logistic, in[j] * (s[j] * (1 - s[j])))
BACKWARD(softplus, in[j] * -NAME(vm_expm1)(-s[j]))
BACKWARD(gelu, in[j] * NAME(vm_gelu_d1)(s[j]))

SECOND(identity, ((void)s, (void)xdot, (void)dy, dydot[j]))
SECOND(relu, ((void)xdot, (void)dy, s[j] > 0 ? dydot[j] : 0))
SECOND(tanh, ((1 - s[j]) * (1 + s[j])) * (dydot[j] - 2 * s[j] * dy[j] * xdot[j]))
SECOND(logistic, (s[j] * (1 - s[j])) * (dydot[j] + (1 - 2 * s[j]) * dy[j] * xdot[j]))
SECOND(softplus, -NAME(vm_expm1)(-s[j]) * (dydot[j] + NAME(vm_exp)(-s[j]) * dy[j] * xdot[j]))
SECOND(gelu, dydot[j] * NAME(vm_gelu_d1)(s[j]) + dy[j] * NAME(vm_gelu_d2)(s[j]) * xdot[j])

static void NAME(act_forward)(rao_activation f, int64_t rows, int64_t cols, const void *x, int64_t ldx, void *y, int64_t ldy) {
    static void (*const row[RAO_ACTIVATIONS])(int64_t, const T *, T *) = TABLE(forward);
    JOIN(ldx == cols && ldy == cols);
    for (int64_t i = 0; i < rows; i++) row[f](cols, (const T *)x + i * ldx, (T *)y + i * ldy);
}

static void NAME(act_backward)(rao_activation f, int64_t rows, int64_t cols, const void *s, int64_t lds, const void *in, int64_t ldi, void *out,
                               int64_t ldo) {
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

static void NAME(bias_act)(rao_activation f, int64_t rows, int64_t cols, const void *bias, void *z, int64_t ldz, void *y, int64_t ldy) {
    static void (*const row[RAO_ACTIVATIONS])(int64_t, const T *, T *, T *) = TABLE(bias);
    for (int64_t i = 0; i < rows; i++) row[f](cols, bias, (T *)z + i * ldz, (T *)y + i * ldy);
}
