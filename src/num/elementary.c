/* elementary.c - combinations of exp and log that lose their digits, or overflow, when written as they are read. */
#include "num/private.h"

#include <stdint.h>

const double NUM_ODD[20] = {1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9,  1.0 / 11, 1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21,
                            1.0 / 23, 1.0 / 25, 1.0 / 27, 1.0 / 29, 1.0 / 31, 1.0 / 33, 1.0 / 35, 1.0 / 37, 1.0 / 39, 1.0 / 41};

/* With t = x / (2 + x): log(1 + x) = 2 atanh t and x - 2t = x t, so that
 * log(1 + x) - x = -x t + 2 t^3 (1/3 + t^2/5 + t^4/7 + ...), the second part at most a sixth of the first where the series is used. */
double rao_log1pmx(double x) {
    if (!(x > -0.55 && x < 1)) return x == NUM_INF ? -NUM_INF : log1p(x) - x;
    double t = x / (2 + x), u = t * t;
    int terms = u < 1e-4 ? 4 : u < 4e-3 ? 7 : u < 0.06 ? 13 : 19;
    return t * (2 * u * num_poly(NUM_ODD, terms, u) - x);
}

/* 1/2!, 1/3!, ... */
static const double FACTORIAL[16] = {1.0 / 2,
                                     1.0 / 6,
                                     1.0 / 24,
                                     1.0 / 120,
                                     1.0 / 720,
                                     1.0 / 5040,
                                     1.0 / 40320,
                                     1.0 / 362880,
                                     1.0 / 3628800,
                                     1.0 / 39916800,
                                     1.0 / 479001600,
                                     1.0 / 6227020800,
                                     1.0 / 87178291200,
                                     1.0 / 1307674368000,
                                     1.0 / 20922789888000,
                                     1.0 / 355687428096000};

double rao_expm1mx(double x) {
    if (!(fabs(x) < 1)) return x == NUM_INF ? NUM_INF : expm1(x) - x;
    return x * x * num_poly(FACTORIAL, fabs(x) < 0.03125 ? 8 : 16, x);
}

double rao_log1mexp(double x) { return x > -NUM_LOG2 ? log(-expm1(x)) : log1p(-exp(x)); }

double rao_logistic(double x) {
    if (x >= 0) return 1 / (1 + exp(-x));
    double e = exp(x);
    return e / (1 + e);
}

double rao_logit(double p) {
    if (p > 0.3 && p < 0.65) return log1p((2 * p - 1) / (1 - p)); /* 2p - 1 is exact near 1/2, where the logarithm vanishes */
    return log(p) - log1p(-p);
}

double rao_softplus(double x) { return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)); }

double rao_xlogy(double x, double y) { return x == 0 && !isnan(y) ? 0 : x * log(y); }
double rao_xlog1py(double x, double y) { return x == 0 && !isnan(y) ? 0 : x * log1p(y); }

double rao_logaddexp(double a, double b) {
    double high = fmax(a, b), low = fmin(a, b);
    if (isnan(a) || isnan(b)) return a + b;
    return isinf(high) ? high : high + log1p(exp(low - high));
}

double rao_logsumexp(int64_t n, const double *x) {
    double high = -NUM_INF, sum = 0;
    int64_t at = 0;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(x[i])) return x[i];
        if (x[i] > high) high = x[i], at = i;
    }
    if (isinf(high)) return high;
    for (int64_t i = 0; i < n; i++)
        if (i != at) sum += exp(x[i] - high);
    return high + log1p(sum);
}

double num_log_step(double x, double y, double d) {
    double r = d / x;
    if (r > -0.5 && r < 1) return log1p(r);
    double ratio = y / x;
    return ratio > DBL_MIN && ratio < NUM_INF ? log(ratio) : log(y) - log(x);
}

double num_log1pmx_step(double x, double y, double d) {
    double r = d / x;
    return r > -0.5 && r < 1 ? rao_log1pmx(r) : num_log_step(x, y, d) - r;
}

/* (1 + r) log(1 + r) - r = -(1 + r) log1pmx(-r / (1 + r)), and -r / (1 + r) = -d / y */
double num_xlogx_step(double x, double y, double d) {
    double r = d / x;
    return r > -0.5 && r < 1 ? -y * rao_log1pmx(-d / y) : y * num_log_step(x, y, d) - d;
}

/* Near p = q the difference is exact (Sterbenz). */
double rao_relative_entropy(double p, double q) {
    if (!(p >= 0) || !(q >= 0)) return NUM_NAN;
    if (p == 0) return q;
    if (q == 0 || isinf(p)) return isinf(q) ? NUM_NAN : NUM_INF;
    return isinf(q) ? NUM_INF : num_xlogx_step(q, p, p - q);
}
