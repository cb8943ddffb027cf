/* elementary.c - combinations of exp and log that lose their digits, or overflow, when written as they are read. */
#include "num/private.h"

#include <stdint.h>

/* With t = x / (2 + x): log(1 + x) = 2 atanh t and x - 2t = x t, so that
 * log(1 + x) - x = -x t + 2 t^3 (1/3 + t^2/5 + t^4/7 + ...), the second part at most a sixth of the first where the series is used. */
double rao_log1pmx(double x) {
    if (!(x > -0.55 && x < 1)) return x == NUM_INF ? -NUM_INF : log1p(x) - x;
    double t = x / (2 + x), u = t * t;
    int terms = u < 1e-4 ? 4 : u < 4e-3 ? 7 : u < 0.06 ? 13 : 19;
    double s = 0;
    for (int k = terms; k >= 1; k--) s = s * u + 1.0 / (2 * k + 1);
    return t * (2 * u * s - x);
}

double rao_expm1mx(double x) {
    if (!(fabs(x) < 1)) return x == NUM_INF ? NUM_INF : expm1(x) - x;
    int terms = fabs(x) < 0.03125 ? 8 : 17;
    double s = 1;
    for (int k = terms; k >= 3; k--) s = 1 + s * x / k;
    return 0.5 * x * x * s;
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
