/* ref.c - the oracle: every kernel in its obvious form, one entry at a time, over libm in long double: even of
 * erfc at sqrt(1/2) x, whose error a double's rounding of the argument would multiply by x^2, what is left is far below a double's last place. */
#include <math.h>

#include "backend/backend.h"

typedef long double real;

static real value(rao_activation f, real x) {
    switch (f) {
    case RAO_IDENTITY: return x;
    case RAO_RELU: return x < 0 ? 0 : x;
    case RAO_TANH: return tanhl(x);
    case RAO_LOGISTIC: return x < 0 ? expl(x) / (1 + expl(x)) : 1 / (1 + expl(-x));
    case RAO_SOFTPLUS: return x < 0 ? log1pl(expl(x)) : x + log1pl(expl(-x));
    case RAO_GELU: return isinf(x) ? fmaxl(x, 0) : x * erfcl(-x * sqrtl(0.5L)) / 2;
    }
    return NAN;
}

static real density(real x) { return expl(-x * x / 2) / sqrtl(2 * acosl(-1)); }

/* f' from the state s: the input of gelu, the output of all others */
static real first(rao_activation f, real s) {
    switch (f) {
    case RAO_IDENTITY: return 1;
    case RAO_RELU: return s > 0;
    case RAO_TANH: return 1 - s * s;
    case RAO_LOGISTIC: return s * (1 - s);
    case RAO_SOFTPLUS: return -expm1l(-s);
    case RAO_GELU: return isinf(s) ? s > 0 : erfcl(-s * sqrtl(0.5L)) / 2 + s * density(s);
    }
    return NAN;
}

static real second(rao_activation f, real s) {
    switch (f) {
    case RAO_IDENTITY:
    case RAO_RELU: return 0;
    case RAO_TANH: return -2 * s * (1 - s * s);
    case RAO_LOGISTIC: return s * (1 - s) * (1 - 2 * s);
    case RAO_SOFTPLUS: return -expm1l(-s) * expl(-s);
    case RAO_GELU: return isinf(s) ? 0 : (2 - s * s) * density(s);
    }
    return NAN;
}

#define T float
#define OTHER double
#define NAME(x) x##_f32
#include "backend/ref_tmpl.h"
#undef T
#undef OTHER
#undef NAME

#define T double
#define OTHER float
#define NAME(x) x##_f64
#include "backend/ref_tmpl.h"
#undef T
#undef OTHER
#undef NAME

static double get(const rao_mat *a, int64_t i, int64_t j) {
    int64_t k = i * a->ld + j;
    return a->dtype == RAO_F64 ? ((const double *)a->data)[k] : (double)((const float *)a->data)[k];
}

static void put(const rao_mat *a, int64_t i, int64_t j, double v) {
    int64_t k = i * a->ld + j;
    if (a->dtype == RAO_F64) ((double *)a->data)[k] = v;
    else ((float *)a->data)[k] = (float)v;
}

static rao_status gemm(rao_ctx *ctx, rao_trans ta, rao_trans tb, double alpha, const rao_mat *a, const rao_mat *b, double beta,
                       rao_mat *c) {
    int64_t rows = ta ? a->cols : a->rows, inner = ta ? a->rows : a->cols, inner_b = tb ? b->cols : b->rows, cols = tb ? b->rows : b->cols;
    if (rows != c->rows || cols != c->cols || inner != inner_b)
        return rao_fail(ctx, RAO_EINVAL, "gemm: (%lld x %lld) times (%lld x %lld) into %lld x %lld", (long long)rows, (long long)inner,
                        (long long)inner_b, (long long)cols, (long long)c->rows, (long long)c->cols);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < cols; j++) {
            double sum = 0;
            for (int64_t k = 0; k < inner; k++) sum += (ta ? get(a, k, i) : get(a, i, k)) * (tb ? get(b, j, k) : get(b, k, j));
            put(c, i, j, alpha * sum + (beta == 0 ? 0 : beta * get(c, i, j)));
        }
    return RAO_OK;
}

static rao_status syrk(rao_ctx *ctx, rao_trans trans, double alpha, const rao_mat *a, double beta, rao_mat *c) {
    return gemm(ctx, trans, trans == RAO_N ? RAO_T : RAO_N, alpha, a, a, beta, c);
}

const rao_backend rao_backend_ref = {
    .name = "ref", .isa = "plain loops", .f32 = RAO_KERNELS(f32), .f64 = RAO_KERNELS(f64), .gemm = gemm, .syrk = syrk};
