#include "oracle.h"

#include "oracle_dual.h"

typedef struct unary {
    const char *name;
    rao_dual (*f)(rao_dual a);
    double (*value)(double x);
    double low, high;
} unary;

static double ratio(double x) { return rao_bessel_ratio(x).a; }
static double sign(double x) { return (x > 0) - (x < 0); }

static const unary unaries[] = {
    {"abs", rao_dual_abs, fabs, -5, 5},
    {"sign", rao_dual_sign, sign, -5, 5},
    {"floor", rao_dual_floor, floor, 0.1, 0.9},
    {"ceil", rao_dual_ceil, ceil, 0.1, 0.9},
    {"exp", rao_dual_exp, exp, -5, 5},
    {"expm1", rao_dual_expm1, expm1, -5, 5},
    {"log", rao_dual_log, log, 0.1, 9},
    {"log2", rao_dual_log2, log2, 0.1, 9},
    {"log10", rao_dual_log10, log10, 0.1, 9},
    {"log1p", rao_dual_log1p, log1p, -0.5, 9},
    {"sqrt", rao_dual_sqrt, sqrt, 0.1, 9},
    {"cbrt", rao_dual_cbrt, cbrt, 0.1, 9},
    {"cbrt", rao_dual_cbrt, cbrt, -9, -0.1},
    {"sin", rao_dual_sin, sin, -5, 5},
    {"cos", rao_dual_cos, cos, -5, 5},
    {"tan", rao_dual_tan, tan, -1.1, 1.1},
    {"asin", rao_dual_asin, asin, -0.8, 0.8},
    {"acos", rao_dual_acos, acos, -0.8, 0.8},
    {"atan", rao_dual_atan, atan, -5, 5},
    {"sinh", rao_dual_sinh, sinh, -5, 5},
    {"cosh", rao_dual_cosh, cosh, -5, 5},
    {"tanh", rao_dual_tanh, tanh, -5, 5},
    {"asinh", rao_dual_asinh, asinh, -5, 5},
    {"acosh", rao_dual_acosh, acosh, 1.3, 9},
    {"atanh", rao_dual_atanh, atanh, -0.7, 0.7},
    {"log1pmx", rao_dual_log1pmx, rao_log1pmx, -0.5, 5},
    {"expm1mx", rao_dual_expm1mx, rao_expm1mx, -5, 5},
    {"log1mexp", rao_dual_log1mexp, rao_log1mexp, -9, -0.1},
    {"logistic", rao_dual_logistic, rao_logistic, -9, 9},
    {"logit", rao_dual_logit, rao_logit, 0.1, 0.85},
    {"softplus", rao_dual_softplus, rao_softplus, -9, 9},
    {"gamma", rao_dual_gamma, rao_gamma, 0.2, 9},
    {"gamma", rao_dual_gamma, rao_gamma, -2.8, -2.2},
    {"lgamma", rao_dual_lgamma, rao_lgamma, 0.2, 50},
    {"lgamma", rao_dual_lgamma, rao_lgamma, -2.8, -2.2},
    {"digamma", rao_dual_digamma, rao_digamma, 0.2, 50},
    {"trigamma", rao_dual_trigamma, rao_trigamma, 0.2, 50},
    {"erf", rao_dual_erf, erf, -4, 4},
    {"erfc", rao_dual_erfc, erfc, -4, 9},
    {"erfcx", rao_dual_erfcx, rao_erfcx, -3, 40},
    {"normal_cdf", rao_dual_normal_cdf, rao_normal_cdf, -9, 4},
    {"normal_log_cdf", rao_dual_normal_log_cdf, rao_normal_log_cdf, -40, 4},
    {"normal_quantile", rao_dual_normal_quantile, rao_normal_quantile, 0.1, 0.85},
    {"bessel_i0e", rao_dual_bessel_i0e, rao_bessel_i0e, 0.01, 40},
    {"bessel_i0e", rao_dual_bessel_i0e, rao_bessel_i0e, -9, -0.1},
    {"bessel_i1e", rao_dual_bessel_i1e, rao_bessel_i1e, 0.01, 40},
    {"bessel_i1e", rao_dual_bessel_i1e, rao_bessel_i1e, -9, -0.1},
    {"log_bessel_i0", rao_dual_log_bessel_i0, rao_log_bessel_i0, -9, 40},
    {"bessel_ratio", rao_dual_bessel_ratio, ratio, -9, 40},
};

/* Fourth-order central difference of component `which` (-1: value, 0: slope) */
static double slope_by_differences(const unary *u, double x, int which) {
    double step = 1e-3 * fmin(fmax(fabs(x), 0.1), 1), sum = 0;
    static const double weight[4] = {1.0 / 12, -2.0 / 3, 2.0 / 3, -1.0 / 12};
    static const int at[4] = {-2, -1, 1, 2};
    for (int i = 0; i < 4; i++) {
        rao_dual r = u->f(rao_dual_variable(x + at[i] * step, 0, 1, 2));
        sum += weight[i] * (which < 0 ? r.v : r.g[0]);
    }
    return sum / step;
}

static void functions_of_one_variable(void **state) {
    (void)state;
    LAW("the value is the plain function's; first and second derivatives agree with differences of value and slope");
    rao_stream s = rao_stream_make(rao_test_seed(), 1);
    for (size_t k = 0; k < COUNT(unaries); k++) {
        const unary *u = &unaries[k];
        for (uint64_t i = 0; i < 60; i++) {
            double x = u->low + (u->high - u->low) * rao_uniform_at(s, k, i);
            if ((u->f == rao_dual_abs || u->f == rao_dual_sign) && fabs(x) < 0.01) continue;
            rao_dual r = u->f(rao_dual_variable(x, 0, 1, 2));
            EXPECT_REL(r.v, u->value(x), 4 * DBL_EPSILON);
            double scale1 = fabs(r.v) + fabs(r.g[0]), scale2 = fabs(r.g[0]) + fabs(r.h[0]), first = slope_by_differences(u, x, -1),
                   second = slope_by_differences(u, x, 0);
            if (fabs(r.g[0] - first) > 1e-8 * scale1 || fabs(r.h[0] - second) > 1e-8 * scale2) print_error("%s at %.17g\n", u->name, x);
            EXPECT_TRUE(fabs(r.g[0] - first) <= 1e-8 * scale1);
            EXPECT_TRUE(fabs(r.h[0] - second) <= 1e-8 * scale2);
        }
    }
}

typedef struct binary {
    const char *name;
    rao_dual (*f)(rao_dual a, rao_dual b);
    double low[2], high[2];
} binary;

static const binary binaries[] = {
    {"add", rao_dual_add, {-3, -3}, {3, 3}},           {"sub", rao_dual_sub, {-3, -3}, {3, 3}},
    {"mul", rao_dual_mul, {-3, -3}, {3, 3}},           {"div", rao_dual_div, {-3, 0.3}, {3, 3}},
    {"pow", rao_dual_pow, {0.2, -3}, {3, 3}},          {"min", rao_dual_min, {-3, -3}, {3, 3}},
    {"max", rao_dual_max, {-3, -3}, {3, 3}},           {"hypot", rao_dual_hypot, {0.3, -3}, {3, 3}},
    {"atan2", rao_dual_atan2, {0.3, -3}, {3, 3}},      {"xlogy", rao_dual_xlogy, {-3, 0.3}, {3, 3}},
    {"xlog1py", rao_dual_xlog1py, {-3, -0.7}, {3, 3}}, {"lbeta", rao_dual_lbeta, {0.3, 0.3}, {30, 30}},
};

static void functions_of_two_variables(void **state) {
    (void)state;
    LAW("gradient and Hessian of f(a(x), b(x)) along a line agree with differences, and constants take part");
    rao_stream s = rao_stream_make(rao_test_seed(), 2);
    for (size_t k = 0; k < COUNT(binaries); k++)
        for (uint64_t i = 0; i < 60; i++) {
            const binary *b = &binaries[k];
            double x = b->low[0] + (b->high[0] - b->low[0]) * rao_uniform_at(s, k, 4 * i),
                   y = b->low[1] + (b->high[1] - b->low[1]) * rao_uniform_at(s, k, 4 * i + 1);
            if ((b->f == rao_dual_min || b->f == rao_dual_max) && fabs(x - y) < 0.01) continue;
            double angle = 6.28 * rao_uniform_at(s, k, 4 * i + 2), c[2] = {cos(angle), sin(angle)}, step = 1e-3, slope[5], values[5];
            rao_dual r = b->f(rao_dual_variable(x, 0, 2, 2), rao_dual_variable(y, 1, 2, 2));
            for (int t = -2; t <= 2; t++) {
                rao_dual at = b->f(rao_dual_variable(x + t * step * c[0], 0, 2, 2), rao_dual_variable(y + t * step * c[1], 1, 2, 2));
                values[t + 2] = at.v, slope[t + 2] = c[0] * at.g[0] + c[1] * at.g[1];
            }
            double first = (values[0] - 8 * values[1] + 8 * values[3] - values[4]) / (12 * step),
                   second = (slope[0] - 8 * slope[1] + 8 * slope[3] - slope[4]) / (12 * step);
            double g = c[0] * r.g[0] + c[1] * r.g[1], h = c[0] * c[0] * r.h[0] + 2 * c[0] * c[1] * r.h[1] + c[1] * c[1] * r.h[2];
            double size = 1 + fabs(r.v) + fabs(r.g[0]) + fabs(r.g[1]) + fabs(r.h[0]) + fabs(r.h[1]) + fabs(r.h[2]);
            if (fabs(g - first) > 2e-8 * size || fabs(h - second) > 2e-8 * size) print_error("%s at (%.17g, %.17g)\n", b->name, x, y);
            EXPECT_TRUE(fabs(g - first) <= 2e-8 * size && fabs(h - second) <= 2e-8 * size);
            rao_dual left = b->f(rao_dual_variable(x, 0, 1, 2), rao_dual_constant(y)),
                     right = b->f(rao_dual_constant(x), rao_dual_variable(y, 0, 1, 2));
            EXPECT_TRUE(left.v == r.v && fabs(left.g[0] - r.g[0]) <= 1e-14 * size && fabs(left.h[0] - r.h[0]) <= 1e-14 * size);
            EXPECT_TRUE(right.v == r.v && fabs(right.g[0] - r.g[1]) <= 1e-14 * size && fabs(right.h[0] - r.h[2]) <= 1e-14 * size);
            EXPECT_TRUE(b->f(rao_dual_constant(x), rao_dual_constant(y)).n == 0);
        }
}

static void identities(void **state) {
    (void)state;
    LAW("identities between functions hold with their gradients and Hessians, in eight variables, to order 1 and 2");
    rao_stream s = rao_stream_make(rao_test_seed(), 3);
    for (uint64_t i = 0; i < 200; i++) {
        int order = 1 + (int)(i % 2);
        rao_dual x[8], sum = rao_dual_constant(0), product = rao_dual_constant(1);
        for (int k = 0; k < 8; k++) {
            x[k] = rao_dual_variable(0.5 + 2 * rao_uniform_at(s, i, (uint64_t)k), k, 8, order);
            sum = rao_dual_add(sum, rao_dual_log(x[k]));
            product = rao_dual_mul(product, x[k]);
        }
        /* exp(sum log x) = prod x; lgamma(x+1) = lgamma(x) + log x; sin^2 + cos^2 = 1; x^y = exp(y log x); B(x, y) from gammas */
        rao_dual zero[5];
        zero[0] = rao_dual_shift(rao_dual_div(rao_dual_exp(sum), product), -1);
        zero[1] = rao_dual_sub(rao_dual_lgamma(rao_dual_shift(product, 1)), rao_dual_add(rao_dual_lgamma(product), rao_dual_log(product)));
        zero[2] = rao_dual_shift(rao_dual_add(rao_dual_powr(rao_dual_sin(sum), 2), rao_dual_powr(rao_dual_cos(sum), 2)), -1);
        zero[3] = rao_dual_sub(rao_dual_pow(x[0], x[1]), rao_dual_exp(rao_dual_mul(x[1], rao_dual_log(x[0]))));
        zero[4] = rao_dual_sub(rao_dual_lbeta(x[2], x[3]), rao_dual_sub(rao_dual_add(rao_dual_lgamma(x[2]), rao_dual_lgamma(x[3])),
                                                                        rao_dual_lgamma(rao_dual_add(x[2], x[3]))));
        double scale = 1 + product.v * product.v;
        for (int z = 0; z < 5; z++) {
            EXPECT_TRUE(fabs(zero[z].v) <= 1e-13 * scale && zero[z].n == 8 && zero[z].order == order);
            for (int k = 0; k < 8; k++) EXPECT_TRUE(fabs(zero[z].g[k]) <= 1e-12 * scale);
            for (int k = 0; k < 36; k++) EXPECT_TRUE(fabs(zero[z].h[k]) <= 1e-11 * scale && (order == 2 || zero[z].h[k] == 0));
        }
        EXPECT_EQ(product.n, 8);
        if (order == 2) EXPECT_REL(product.h[7 * 8 / 2 + 2], product.v / (x[7].v * x[2].v), 8 * DBL_EPSILON);
    }
}

static double derivative(const double *in) {
    static rao_dual (*const f[])(rao_dual) = {rao_dual_erfcx,      rao_dual_normal_log_cdf, rao_dual_bessel_i0e,
                                              rao_dual_bessel_i1e, rao_dual_tanh,           rao_dual_softplus};
    rao_dual r = f[(int)in[0]](rao_dual_variable(in[1], 0, 1, 2));
    return in[2] == 1 ? r.g[0] : r.h[0];
}

static void derivatives_that_cancel(void **state) {
    (void)state;
    oracle_check("derivative", derivative, DERIVATIVES, COUNT(DERIVATIVES), 10000);
}

static void edges(void **state) {
    (void)state;
    LAW("a variable that does not enter has no derivative, not even where the function has an infinite one; powers at zero");
    rao_dual x = rao_dual_variable(0, 0, 2, 2), y = rao_dual_variable(3, 1, 2, 2), r = rao_dual_sqrt(x);
    EXPECT_TRUE(isinf(r.g[0]) && r.g[1] == 0 && r.h[1] == 0 && r.h[2] == 0);
    r = rao_dual_powr(x, 2);
    EXPECT_TRUE(r.v == 0 && r.g[0] == 0 && r.h[0] == 2);
    r = rao_dual_powr(x, 1);
    EXPECT_TRUE(r.v == 0 && r.g[0] == 1 && r.h[0] == 0);
    r = rao_dual_powr(x, 0);
    EXPECT_TRUE(r.v == 1 && r.g[0] == 0 && r.h[0] == 0);
    r = rao_dual_pow(x, y);
    EXPECT_TRUE(r.v == 0 && r.g[0] == 0 && r.g[1] == 0 && r.h[0] == 0 && r.h[2] == 0);
    r = rao_dual_xlogy(x, x);
    EXPECT_TRUE(r.v == 0);
    EXPECT_TRUE(isnan(rao_dual_log(rao_dual_constant(-1)).v) && isnan(rao_dual_max(rao_dual_constant((double)NAN), y).v));
    r = rao_dual_scale(rao_dual_neg(y), 2);
    EXPECT_TRUE(r.v == -6 && r.g[1] == -2 && r.g[0] == 0);
    EXPECT_TRUE(rao_dual_bessel_i1e(rao_dual_variable(0, 0, 1, 2)).g[0] == 0.5 &&
                rao_dual_bessel_i0e(rao_dual_variable(1e300, 0, 1, 2)).v > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(functions_of_one_variable), cmocka_unit_test(functions_of_two_variables),
                                       cmocka_unit_test(identities), cmocka_unit_test(derivatives_that_cancel), cmocka_unit_test(edges)};
    return rao_test_run("num", tests, COUNT(tests));
}
