/* activation_tmpl.h - the loops of activation.c for one floating type T; NAME(x) makes x's name for it.
 *
 * First and second derivatives from the output y: tanh' = 1 - y^2, tanh'' = -2 y (1 - y^2); logistic' = y (1 - y), '' = y' (1 - 2y);
 * softplus' = logistic(x) = 1 - e^-y, '' = e^-y (1 - e^-y). From the input x: gelu' = Phi + x phi, gelu'' = (2 - x^2) phi. */

static T NAME(value)(rao_activation kind, T x) {
    switch (kind) {
    case RAO_IDENTITY: return x;
    case RAO_RELU: return x > 0 ? x : x == x ? 0 : x; /* a NaN stays one */
    case RAO_TANH: return M(tanh)(x);
    case RAO_LOGISTIC: return x >= 0 ? 1 / (1 + M(exp)(-x)) : M(exp)(x) / (1 + M(exp)(x));
    case RAO_SOFTPLUS: return (x > 0 ? x : 0) + M(log1p)(M(exp)(-M(fabs)(x)));
    case RAO_GELU: return x * M(erfc)(-x * (T)0.70710678118654752440) / 2;
    }
    return x;
}

/* Phi and phi of the standard normal distribution. */
static T NAME(cdf)(T x) { return M(erfc)(-x * (T)0.70710678118654752440) / 2; }
static T NAME(density)(T x) { return (T)0.39894228040143267794 * M(exp)(-x * x / 2); }

static T NAME(first)(rao_activation kind, T x, T y) {
    switch (kind) {
    case RAO_IDENTITY: return 1;
    case RAO_RELU: return y > 0 ? 1 : 0;
    case RAO_TANH: return (1 - y) * (1 + y);
    case RAO_LOGISTIC: return y * (1 - y);
    case RAO_SOFTPLUS: return -M(expm1)(-y);
    case RAO_GELU: return NAME(cdf)(x) + x * NAME(density)(x);
    }
    return 1;
}

static T NAME(second)(rao_activation kind, T x, T y) {
    switch (kind) {
    case RAO_IDENTITY:
    case RAO_RELU: return 0;
    case RAO_TANH: return -2 * y * (1 - y) * (1 + y);
    case RAO_LOGISTIC: return y * (1 - y) * (1 - 2 * y);
    case RAO_SOFTPLUS: return -M(exp)(-y) * M(expm1)(-y);
    case RAO_GELU: return (2 - x * x) * NAME(density)(x);
    }
    return 0;
}

static void NAME(forward)(const op_call *c) {
    const T *x = c->x.v;
    T *y = c->y.v;
    for (int64_t i = 0; i < c->n; i++)
        for (int64_t j = 0; j < c->y.cols; j++) y[i * c->y.ld + j] = NAME(value)(c->activation, x[i * c->x.ld + j]);
}

/* out = in * f'(x): a cotangent pulled back or a tangent pushed forward. */
static void NAME(derivative)(const op_call *c, const T *in, T *out) {
    const T *x = c->x.v, *y = c->y.v;
    for (int64_t i = 0; i < c->n; i++)
        for (int64_t j = 0; j < c->y.cols; j++) {
            int64_t k = i * c->y.ld + j;
            out[k] = in[k] * NAME(first)(c->activation, x[k], y[k]);
        }
}

/* x.h = y.h f' + y.g f'' x.d */
static void NAME(derivative2)(const op_call *c) {
    const T *x = c->x.v, *y = c->y.v, *g = c->y.g, *h = c->y.h, *d = c->x.d;
    T *out = c->x.h;
    for (int64_t i = 0; i < c->n; i++)
        for (int64_t j = 0; j < c->y.cols; j++) {
            int64_t k = i * c->y.ld + j;
            T curvature = d ? g[k] * NAME(second)(c->activation, x[k], y[k]) * d[k] : 0;
            out[k] = h[k] * NAME(first)(c->activation, x[k], y[k]) + curvature;
        }
}
