/* polygamma.c - derivatives of lgamma, and what remains of them after the leading power is taken off.
 *
 * Every function climbs by its recurrence to x >= 10 and sums the asymptotic series there. The recurrences used add terms of one sign:
 *   log x - psi(x)     = (same at x+1) + 1/x - log(1 + 1/x)
 *   psi1(x) - 1/x      = (same at x+1) + 1/(x^2 (x+1))
 *   psi2(x) + 1/x^2    = (same at x+1) - (3x+2)/(x^3 (x+1)^2)
 * Series: Abramowitz & Stegun 6.3.18, 6.4.11-14. Cost: at most ten divisions and a polynomial.
 */
#include "num/private.h"
#include "num/tables_gamma.h"

enum { SERIES_FROM = 10, SERIES_TERMS = 12 };

/* sum_{n>=1} B_2n c_n u^n with c_n = 1/(2n), 1, 2n+1: the derivatives of Stirling's series; u = 1/x^2 */
static double series_psi(double u) {
    double s = 0;
    for (int n = SERIES_TERMS; n >= 1; n--) s = (s + BERNOULLI[n - 1] / (2 * n)) * u;
    return s;
}
static double series_psi1(double u) {
    double s = 0;
    for (int n = SERIES_TERMS; n >= 1; n--) s = (s + BERNOULLI[n - 1]) * u;
    return s;
}
static double series_psi2(double u) {
    double s = 0;
    for (int n = SERIES_TERMS; n >= 1; n--) s = (s + (2 * n + 1) * BERNOULLI[n - 1]) * u;
    return s;
}

static double digamma_excess_large(double x) { return -(0.5 / x + series_psi(1 / x / x)); }

double rao_digamma_excess(double x) {
    if (!(x > 0)) return x == 0 ? -NUM_INF : NUM_NAN;
    double shifted = 0;
    for (; x < SERIES_FROM; x++) shifted += rao_log1pmx(1 / x);
    return shifted + digamma_excess_large(x);
}

/* x / tan(pi x) type reductions need x modulo 1 without rounding: r in [-1/2, 1/2] */
static double reduce(double x) { return x - round(x); }

double rao_digamma(double x) {
    if (isnan(x) || x == -NUM_INF) return NUM_NAN;
    if (x >= SERIES_FROM) return log(x) + digamma_excess_large(x);
    if (x <= 0) {
        double r = reduce(x);
        return r == 0 ? NUM_NAN : rao_digamma(1 - x) - NUM_PI / tan(NUM_PI * r);
    }
    double shifted = 0;
    if (x < 1) shifted = -1 / x, x += 1;
    else
        while (x > 2) shifted += 1 / --x;
    return shifted + ((x - DIGAMMA_ROOT_HI) - DIGAMMA_ROOT_LO) * num_poly(DIGAMMA, 24, x - 1.5);
}

static double trigamma_excess_large(double x) { return (0.5 / x + series_psi1(1 / x / x)) / x; }

double rao_trigamma_excess(double x) {
    if (!(x > 0)) return x == 0 ? NUM_INF : NUM_NAN;
    double shifted = 0;
    for (; x < SERIES_FROM; x++) shifted += 1 / (x * x * (x + 1));
    return shifted + trigamma_excess_large(x);
}

double rao_trigamma(double x) {
    if (isnan(x) || x == -NUM_INF) return NUM_NAN;
    if (x <= 0) {
        double s = sin(NUM_PI * reduce(x)) / NUM_PI;
        return s == 0 ? NUM_INF : 1 / (s * s) - rao_trigamma(1 - x);
    }
    double shifted = 0;
    for (; x < SERIES_FROM; x++) shifted += 1 / (x * x);
    return shifted + (1 / x + trigamma_excess_large(x));
}

static double tetragamma_excess_large(double x) { return -(1 / x + series_psi2(1 / x / x)) / x / x; }

double rao_tetragamma_excess(double x) {
    if (!(x > 0)) return x == 0 ? -NUM_INF : NUM_NAN;
    double shifted = 0;
    for (; x < SERIES_FROM; x++) shifted -= (3 * x + 2) / (x * x * x * (x + 1) * (x + 1));
    return shifted + tetragamma_excess_large(x);
}

double rao_tetragamma(double x) {
    if (isnan(x) || x == -NUM_INF) return NUM_NAN;
    if (x <= 0) {
        double r = NUM_PI * reduce(x), s = sin(r) / NUM_PI;
        return s == 0 ? NUM_NAN : rao_tetragamma(1 - x) - 2 * cos(r) / (s * s * s);
    }
    double shifted = 0;
    for (; x < SERIES_FROM; x++) shifted -= 2 / (x * x * x);
    return shifted + (tetragamma_excess_large(x) - 1 / x / x);
}

/* psi_n(x) = (-1)^(n+1) n! zeta(n+1, x), the zeta function by Euler and Maclaurin:
 * sum_{k<N} (x+k)^-s + X^(1-s)/(s-1) + X^-s/2 + sum_j B_2j/(2j)! s(s+1)...(s+2j-2) X^(-s-2j+1), X = x + N. */
double rao_polygamma(int n, double x) {
    if (n < 0 || n > 100 || !(x > 0)) return NUM_NAN;
    if (n <= 2) return n == 0 ? rao_digamma(x) : n == 1 ? rao_trigamma(x) : rao_tetragamma(x);
    double s = n + 1, head = 0, from = 10 + 0.75 * n; /* powers relative to x^-s, so that n! is the only large factor */
    double top = x;
    for (; top < from; top++) head += pow(x / top, s);
    double ratio = pow(x / top, s), tail = top / n + 0.5, factor = s / top;
    for (int j = 1; j <= 13; j++) {
        double term = EULER_MACLAURIN[j - 1] * factor;
        tail += term;
        if (fabs(term) < 1e-18 * tail) break;
        factor *= ((s + 2 * j - 1) / top) * ((s + 2 * j) / top);
    }
    /* n! x^-s zeta, the power in quarters: exact exponents, and no factor overflows before the product does */
    double quarter = pow(x, -0.25 * s), value = quarter * (head + ratio * tail) * quarter * rao_gamma(s) * quarter * quarter;
    return n % 2 ? value : -value;
}

/* psi(x + d) - psi(x) = sum_i d / ((x+i)(x+i+d)) + log(1 + d/X) + E(X) - E(X+d), every part with the sign of d */
double rao_digamma_diff(double x, double d) {
    double y = x + d;
    if (!(x > 0) || !(y >= 0)) return NUM_NAN;
    if (y == 0) return -NUM_INF;
    if (isinf(d)) return d;
    double shifted = 0;
    for (; fmin(x, y) < SERIES_FROM; x++, y++) shifted += d / x / y;
    double u = 1 / x / x, v = 1 / y / y, gap = d / x / y, difference = gap * (1 / x + 1 / y); /* u - v, of d's sign */
    double power = difference, last = v, series = 0;                                          /* u^n - v^n and v^n */
    for (int n = 1; n <= SERIES_TERMS; n++) {
        series += BERNOULLI[n - 1] / (2 * n) * power;
        power = u * power + last * difference;
        last *= v;
    }
    return shifted + (num_log_step(x, y, d) + (0.5 * gap + series));
}

/* Newton from a start on the side where psi is concave below it: the steps never leave the domain and double their digits. */
double rao_digamma_inverse(double y) {
    if (isnan(y)) return y;
    if (y > 709.7) return NUM_INF;
    double x = y >= -2.2 ? exp(y) + 0.5 : -1 / (y + 0.5772156649015329);
    if (y > 40 || y < -1e17) return y > 40 ? exp(y) : -1 / y;
    for (int i = 0; i < 20; i++) {
        double step = (rao_digamma(x) - y) / rao_trigamma(x);
        x -= step;
        if (fabs(step) < 1e-9 * x) break; /* the next step would be below a rounding error */
    }
    return x - (rao_digamma(x) - y) / rao_trigamma(x);
}

/* log E(x) = log(log x - psi(x)) is nearly linear in log x (slope -1 at both ends), so Newton there needs three or four steps from anywhere. */
double rao_digamma_excess_inverse(double e) {
    if (!(e <= 0)) return NUM_NAN;
    if (e == 0 || isinf(e)) return e == 0 ? NUM_INF : 0;
    double x = e > -1 ? -0.5 / e : -1 / e;
    for (int i = 0; i < 20; i++) {
        double now = rao_digamma_excess(x), step = log(now / e) * now / (x * rao_trigamma_excess(x));
        if (!isfinite(step)) break; /* E = 1/(2x) or 1/x to all digits */
        x *= exp(-step);
        if (fabs(step) < 1e-14) break;
    }
    return x;
}
