/* functions.c - the functions of an expression: on doubles, on duals, and their line of help, in one order. */
#include "expr/program.h"

#include <math.h>
#include <string.h>

static double sign(double x) { return isnan(x) ? x : (double)((x > 0) - (x < 0)); }
static double ratio(double x) { return rao_bessel_ratio(x).a; }
static double i0(double x) { return exp(fabs(x)) * rao_bessel_i0e(x); }
static double i1(double x) { return exp(fabs(x)) * rao_bessel_i1e(x); }
static double minimum(double a, double b) { return isnan(a) || a <= b ? a : b; }
static double maximum(double a, double b) { return isnan(a) || a >= b ? a : b; }

static rao_dual unscale(const rao_dual *a, rao_dual scaled) { return rao_dual_mul(rao_dual_exp(rao_dual_abs(*a)), scaled); }

/* I0'' = I0 - I1/x, and e^|x| I0e would have a kink's derivative at 0 */
static rao_dual d_i0(rao_dual a) {
    if (a.v != 0) return unscale(&a, rao_dual_bessel_i0e(a));
    return rao_dual_chain(&a, 1, 0, 0.5);
}
static rao_dual d_i1(rao_dual a) {
    if (a.v != 0) return unscale(&a, rao_dual_bessel_i1e(a));
    return rao_dual_chain(&a, 0, 0.5, 0);
}

/* the shares of exp(a) and exp(b) in their sum */
static rao_dual d_logaddexp(rao_dual a, rao_dual b) {
    double p = a.v == b.v ? 0.5 : rao_logistic(a.v - b.v), q = a.v == b.v ? 0.5 : rao_logistic(b.v - a.v);
    return rao_dual_chain2(&a, &b, rao_logaddexp(a.v, b.v), p, q, p * q, -p * q, p * q);
}

#define ONE(name, f, d) \
    { name, 1, f, d, NULL, NULL }
#define TWO(name, f, d) \
    { name, 2, NULL, NULL, f, d }
#define MANY(name, f, d) \
    { name, 0, NULL, NULL, f, d }

const expr_function expr_functions[] = {
    ONE("exp", exp, rao_dual_exp),
    ONE("log", log, rao_dual_log),
    ONE("ln", log, rao_dual_log),
    ONE("log2", log2, rao_dual_log2),
    ONE("log10", log10, rao_dual_log10),
    ONE("log1p", log1p, rao_dual_log1p),
    ONE("expm1", expm1, rao_dual_expm1),
    ONE("log1pmx", rao_log1pmx, rao_dual_log1pmx),
    ONE("expm1mx", rao_expm1mx, rao_dual_expm1mx),
    ONE("log1mexp", rao_log1mexp, rao_dual_log1mexp),
    ONE("sqrt", sqrt, rao_dual_sqrt),
    ONE("cbrt", cbrt, rao_dual_cbrt),
    TWO("pow", pow, rao_dual_pow),
    TWO("hypot", hypot, rao_dual_hypot),
    ONE("abs", fabs, rao_dual_abs),
    ONE("sign", sign, rao_dual_sign),
    ONE("floor", floor, rao_dual_floor),
    ONE("ceil", ceil, rao_dual_ceil),
    MANY("min", minimum, rao_dual_min),
    MANY("max", maximum, rao_dual_max),
    ONE("sin", sin, rao_dual_sin),
    ONE("cos", cos, rao_dual_cos),
    ONE("tan", tan, rao_dual_tan),
    ONE("asin", asin, rao_dual_asin),
    ONE("acos", acos, rao_dual_acos),
    ONE("atan", atan, rao_dual_atan),
    TWO("atan2", atan2, rao_dual_atan2),
    ONE("sinh", sinh, rao_dual_sinh),
    ONE("cosh", cosh, rao_dual_cosh),
    ONE("tanh", tanh, rao_dual_tanh),
    ONE("asinh", asinh, rao_dual_asinh),
    ONE("acosh", acosh, rao_dual_acosh),
    ONE("atanh", atanh, rao_dual_atanh),
    ONE("logistic", rao_logistic, rao_dual_logistic),
    ONE("logit", rao_logit, rao_dual_logit),
    ONE("softplus", rao_softplus, rao_dual_softplus),
    TWO("logaddexp", rao_logaddexp, d_logaddexp),
    TWO("xlogy", rao_xlogy, rao_dual_xlogy),
    TWO("xlog1py", rao_xlog1py, rao_dual_xlog1py),
    ONE("gamma", rao_gamma, rao_dual_gamma),
    ONE("lgamma", rao_lgamma, rao_dual_lgamma),
    ONE("digamma", rao_digamma, rao_dual_digamma),
    ONE("trigamma", rao_trigamma, rao_dual_trigamma),
    TWO("lbeta", rao_lbeta, rao_dual_lbeta),
    ONE("erf", erf, rao_dual_erf),
    ONE("erfc", erfc, rao_dual_erfc),
    ONE("erfcx", rao_erfcx, rao_dual_erfcx),
    ONE("normal_cdf", rao_normal_cdf, rao_dual_normal_cdf),
    ONE("normal_log_cdf", rao_normal_log_cdf, rao_dual_normal_log_cdf),
    ONE("normal_quantile", rao_normal_quantile, rao_dual_normal_quantile),
    ONE("bessel_i0", i0, d_i0),
    ONE("bessel_i1", i1, d_i1),
    ONE("bessel_i0e", rao_bessel_i0e, rao_dual_bessel_i0e),
    ONE("bessel_i1e", rao_bessel_i1e, rao_dual_bessel_i1e),
    ONE("log_bessel_i0", rao_log_bessel_i0, rao_dual_log_bessel_i0),
    ONE("bessel_ratio", ratio, rao_dual_bessel_ratio),
};

static const rao_expr_function descriptions[] = {
    {"exp", "exp(x)", "e^x"},
    {"log", "log(x)", "natural logarithm, x >= 0"},
    {"ln", "ln(x)", "the same"},
    {"log2", "log2(x)", "logarithm to base 2, x >= 0"},
    {"log10", "log10(x)", "logarithm to base 10, x >= 0"},
    {"log1p", "log1p(x)", "log(1 + x), x >= -1"},
    {"expm1", "expm1(x)", "exp(x) - 1"},
    {"log1pmx", "log1pmx(x)", "log(1 + x) - x, x >= -1"},
    {"expm1mx", "expm1mx(x)", "exp(x) - 1 - x"},
    {"log1mexp", "log1mexp(x)", "log(1 - exp(x)), x <= 0"},
    {"sqrt", "sqrt(x)", "square root, x >= 0"},
    {"cbrt", "cbrt(x)", "cube root"},
    {"pow", "pow(x, y)", "x^y; x >= 0 unless y is an integer"},
    {"hypot", "hypot(x, y)", "sqrt(x^2 + y^2)"},
    {"abs", "abs(x)", "absolute value"},
    {"sign", "sign(x)", "-1, 0 or 1"},
    {"floor", "floor(x)", "the largest integer <= x"},
    {"ceil", "ceil(x)", "the smallest integer >= x"},
    {"min", "min(x, y, ...)", "the smallest"},
    {"max", "max(x, y, ...)", "the largest"},
    {"sin", "sin(x)", "sine, x in radians"},
    {"cos", "cos(x)", "cosine"},
    {"tan", "tan(x)", "tangent"},
    {"asin", "asin(x)", "inverse sine, |x| <= 1"},
    {"acos", "acos(x)", "inverse cosine, |x| <= 1"},
    {"atan", "atan(x)", "inverse tangent"},
    {"atan2", "atan2(y, x)", "angle of the point (x, y)"},
    {"sinh", "sinh(x)", "hyperbolic sine"},
    {"cosh", "cosh(x)", "hyperbolic cosine"},
    {"tanh", "tanh(x)", "hyperbolic tangent"},
    {"asinh", "asinh(x)", "inverse hyperbolic sine"},
    {"acosh", "acosh(x)", "inverse hyperbolic cosine, x >= 1"},
    {"atanh", "atanh(x)", "inverse hyperbolic tangent, |x| <= 1"},
    {"logistic", "logistic(x)", "1/(1 + exp(-x))"},
    {"logit", "logit(p)", "log(p/(1 - p)), 0 <= p <= 1"},
    {"softplus", "softplus(x)", "log(1 + exp(x))"},
    {"logaddexp", "logaddexp(x, y)", "log(exp(x) + exp(y))"},
    {"xlogy", "xlogy(x, y)", "x log(y), 0 where x = 0"},
    {"xlog1py", "xlog1py(x, y)", "x log(1 + y), 0 where x = 0"},
    {"gamma", "gamma(x)", "gamma function; x not 0, -1, -2, ..."},
    {"lgamma", "lgamma(x)", "log |gamma(x)|"},
    {"digamma", "digamma(x)", "derivative of lgamma; x not 0, -1, -2, ..."},
    {"trigamma", "trigamma(x)", "derivative of digamma; x > 0"},
    {"lbeta", "lbeta(a, b)", "log of the beta function, a >= 0, b >= 0"},
    {"erf", "erf(x)", "error function"},
    {"erfc", "erfc(x)", "1 - erf(x)"},
    {"erfcx", "erfcx(x)", "exp(x^2) erfc(x)"},
    {"normal_cdf", "normal_cdf(x)", "standard normal distribution function"},
    {"normal_log_cdf", "normal_log_cdf(x)", "its logarithm"},
    {"normal_quantile", "normal_quantile(p)", "its inverse, 0 <= p <= 1"},
    {"bessel_i0", "bessel_i0(x)", "modified Bessel function I0"},
    {"bessel_i1", "bessel_i1(x)", "modified Bessel function I1"},
    {"bessel_i0e", "bessel_i0e(x)", "exp(-|x|) I0(x)"},
    {"bessel_i1e", "bessel_i1e(x)", "exp(-|x|) I1(x)"},
    {"log_bessel_i0", "log_bessel_i0(x)", "log I0(x)"},
    {"bessel_ratio", "bessel_ratio(x)", "I1(x)/I0(x)"},
    {"if", "if(condition, a, b)", "a where the condition holds, else b; only that one is evaluated"},
};

_Static_assert(sizeof descriptions / sizeof *descriptions == sizeof expr_functions / sizeof *expr_functions + 1,
               "one description a function, and if");

int64_t expr_function_count(void) { return (int64_t)(sizeof expr_functions / sizeof *expr_functions); }

int expr_function_find(const char *name, int64_t length) {
    for (int64_t i = 0; i < expr_function_count(); i++)
        if (strncmp(expr_functions[i].name, name, (size_t)length) == 0 && expr_functions[i].name[length] == 0) return (int)i;
    return -1;
}

const rao_expr_function *rao_expr_functions(int64_t *count) {
    *count = (int64_t)(sizeof descriptions / sizeof *descriptions);
    return descriptions;
}
