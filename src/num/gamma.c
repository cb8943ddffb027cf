/* gamma.c - the logarithm of the gamma function, its differences and remainders, and the beta function.
 *
 * x >= 10: Stirling's series. Below: the recurrence lgamma(x) = lgamma(x - n) + log((x-1)...(x-n)) down to [3/2, 5/2], where all
 * parts but a small one are positive, and there a polynomial with the zeros at 1 and 2 factored out.
 * x < 0: reflection. The remainders ("Bregman") are sums of positive terms over the recurrence, so they have no cancellation.
 */
#include "num/private.h"
#include "num/tables_gamma.h"
#include "num/tables_kronrod.h"

enum { STIRLING_FROM = 10 };

/* lgamma(1 + x) on [-1/2, 3/2], to relative accuracy at its zeros 0 and 1 */
static double lgamma1p_core(double x) {
    if (fabs(x) <= 0.25) return x * num_poly(LGAMMA1, 21, x);
    if (x >= 0.5) return (x - 1) * num_poly(LGAMMA2, 21, x - 1);
    return x * num_poly(LGAMMA2, 21, x) - log1p(x);
}

/* lgamma on [1/2, 5/2] */
static double lgamma_core(double x) { return lgamma1p_core(x - 1); }

/* x >= 10 */
static double stirling_series(double x) {
    double u = 1 / x;
    return u * num_poly(STIRLING, 11, u * u);
}

/* (x - 1/2)(log x - 1) - 1/2 + log(2 pi)/2 + J(x); the last three are small beside the first */
static double lgamma_large(double x) {
    if (x > 1e305) return x > 2.55e305 ? NUM_INF : x * (log(x) - 1);
    return (x - 0.5) * (log(x) - 1) + (NUM_HALF_LOG_2PI - 0.5 + stirling_series(x));
}

double rao_lgamma1p(double x) { return x >= -0.5 && x <= 1.5 ? lgamma1p_core(x) : rao_lgamma(1 + x); }

/* |sin(pi x)| with the argument reduced exactly */
static double sin_pi(double x) {
    double r = fabs(x - 2 * round(0.5 * x));
    return r > 0.5 ? sin(NUM_PI * (1 - r)) : sin(NUM_PI * r);
}

double rao_lgamma(double x) {
    if (isnan(x)) return x;
    if (isinf(x)) return NUM_INF;
    if (x >= STIRLING_FROM) return lgamma_large(x);
    if (x > 2.5) {
        double y = x - 1, product = y;
        while (y > 2.5) product *= --y;
        return lgamma_core(y) + log(product);
    }
    if (x >= 0.5) return lgamma_core(x);
    if (x > -0.5) return x == 0 ? NUM_INF : rao_lgamma1p(x) - log(fabs(x));
    double s = sin_pi(x); /* Gamma(x) Gamma(-x) = -pi / (x sin pi x), where -x is exact */
    return s == 0 ? NUM_INF : log(NUM_PI / s) - log(-x) - rao_lgamma(-x);
}

/* x^(x - 1/2) e^-x in two halves, because the power overflows before the product does */
static double gamma_large(double x) {
    if (x > 171.7) return NUM_INF;
    double half = pow(x, 0.5 * x - 0.25);
    return half * (half * exp(-x)) * NUM_SQRT_2PI * exp(stirling_series(x));
}

double rao_gamma(double x) {
    if (isnan(x) || x == -NUM_INF) return NUM_NAN;
    if (x >= 20) return gamma_large(x);
    if (x >= 0.5) {
        double y = x, product = 1;
        while (y > 2.5) product *= --y;
        return product * exp(lgamma_core(y));
    }
    if (x > -0.5) return x == 0 ? NUM_NAN : exp(rao_lgamma1p(x)) / x;
    double s = sin_pi(x);
    if (s == 0) return NUM_NAN;
    double sign = fmod(floor(x), 2) == 0 ? 1 : -1, g = rao_gamma(-x);
    return sign * (isinf(g) ? exp(log(NUM_PI / s) - log(-x) - rao_lgamma(-x)) : NUM_PI / (s * -x) / g);
}

/* J(x) - J(x + 1) = (x + 1/2) log(1 + 1/x) - 1 = t^2/3 + t^4/5 + ... with t = 1/(2x + 1) */
static double stirling_step(double x) {
    double t = 1 / (2 * x + 1), u = t * t;
    return u * num_poly(NUM_ODD, u > 0.03 ? 20 : u > 0.01 ? 12 : 8, u);
}

double rao_stirling(double x) {
    if (!(x > 0)) return x == 0 ? NUM_INF : NUM_NAN;
    if (x < 1) return rao_lgamma1p(x) + (x - (x + 0.5) * log(x) - NUM_HALF_LOG_2PI);
    double shifted = 0;
    for (; x < STIRLING_FROM; x++) shifted += stirling_step(x);
    return stirling_series(x) + shifted;
}

/* J's part of the Bregman remainder at x, x + d >= 10: with v = x/(x+d) and r = d/x,
 * (1+r)^-m - 1 + m r = r^2 sum_{j=1}^{m} j v^(m+1-j), all of one sign. */
static double stirling_bregman(double x, double d) {
    double v = x / (x + d), r = d / x, u = 1 / (x * x), power = 1 / x, total = 0;
    double inner = 0; /* sum_{j=1}^{m} j v^(m+1-j): inner(m+1) = v (inner(m) + m + 1) */
    int m = 0;
    for (int n = 0; n < 11; n++) {
        while (m < 2 * n + 1) {
            m++;
            inner = v * (inner + m);
        }
        double term = STIRLING[n] * power * inner;
        total += term;
        if (fabs(term) < 1e-18 * fabs(total)) break;
        power *= u;
    }
    return r * r * total;
}

double rao_lgamma_bregman(double x, double d) {
    double y = x + d;
    if (!(x > 0) || !(y >= 0)) return NUM_NAN;
    if (d == 0) return 0;
    if (y == 0 || isinf(d)) return NUM_INF;
    double total = 0;
    for (; fmin(x, y) < STIRLING_FROM; x++, y++) total -= num_log1pmx_step(x, y, d);
    return total + (num_xlogx_step(x, y, d) - 0.5 * num_log1pmx_step(x, y, d) + stirling_bregman(x, d));
}

/* d^2 int_0^1 (1 - s) h''(x + s d) ds for |d| <= x/2 by ten Gauss points: the pole at s = -x/d is four half-widths off,
 * so the rule's error is below 9.9^-20. */
static double excess_bregman_near(double x, double d) {
    double sum = 0;
    for (int i = 0; i < 5; i++) {
        double node = K21_NODE[2 * i + 1];
        for (int side = -1; side <= 1; side += 2) {
            double s = 0.5 + 0.5 * side * node;
            sum += G10_WEIGHT[i] * (1 - s) * rao_trigamma_excess(x + s * d);
        }
    }
    return 0.5 * sum * d * d;
}

double rao_lgamma_excess_bregman(double x, double d) {
    double y = x + d;
    if (!(x > 0) || !(y >= 0)) return NUM_NAN;
    if (d == 0) return 0;
    if (y == 0 || isinf(d)) return NUM_INF;
    if (x < 0.5 && y < 1) return rao_lgamma_bregman(x, d) - num_xlogx_step(x, y, d);
    if (fabs(d) > 0.5 * x) return rao_lgamma_excess(y) - rao_lgamma_excess(x) - d * rao_digamma_excess(x);
    if (fmin(x, y) < STIRLING_FROM) return excess_bregman_near(x, d);
    return stirling_bregman(x, d) - 0.5 * num_log1pmx_step(x, y, d);
}

double rao_lgamma_excess(double x) {
    if (x >= 1) return NUM_HALF_LOG_2PI + rao_stirling(x) - 0.5 * log(x);
    return x > 0 ? rao_lgamma1p(x) + x - (1 + x) * log(x) : x == 0 ? NUM_INF : NUM_NAN;
}

double rao_lgamma_diff(double x, double d) {
    double y = x + d;
    if (!(x > 0) || !(y >= 0)) return NUM_NAN;
    if (y == 0) return NUM_INF;
    if (fabs(d) <= 0.5 * x) return d * rao_digamma(x) + rao_lgamma_bregman(x, d);
    if (fmin(x, y) >= STIRLING_FROM) /* d log x + (x + d - 1/2) log(1 + d/x) - d + J(x + d) - J(x) */
        return d * (log(x) - 1) + ((y - 0.5) * num_log_step(x, y, d) + (stirling_series(y) - stirling_series(x)));
    return rao_lgamma(y) - rao_lgamma(x);
}

double rao_lbeta(double a, double b) {
    if (a > b) return rao_lbeta(b, a);
    if (!(a >= 0)) return NUM_NAN;
    if (a == 0 || isinf(b)) return a == 0 ? (isinf(b) ? NUM_NAN : NUM_INF) : -NUM_INF;
    if (a < STIRLING_FROM) return rao_lgamma(a) - rao_lgamma_diff(b, a);
    double remainder = stirling_series(a) + stirling_series(b) - stirling_series(a + b);
    return ((0.5 - a) * log1p(b / a) - b * log1p(a / b)) + (NUM_HALF_LOG_2PI - 0.5 * log(b) + remainder);
}
