#include "family/saddle.h"

#include <math.h>

#include <rao/num.h>

static const double half_log_2pi = 0.91893853320467274178;

double rao_poisson_nll(double y, double rate, double log_rate) {
    double u = (rate - y) / y; /* near the mode u carries fewer errors than log_rate - log y */
    if (y == 0) return rate;
    double deviance = fabs(u) < 0.5 ? -y * rao_log1pmx(u) : rate - y - y * (log_rate - log(y));
    return deviance + 0.5 * log(y) + half_log_2pi + rao_stirling(y);
}

static double log_of(double p, double q) { return p > 0.5 ? log1p(-q) : log(p); }

/* R(x, m + low) for a tiny `low`, R(x, m) = x log(x/m) - x + m */
static double deviance(double x, double m, double low) { return rao_relative_entropy(x, m) + low * ((m - x) / m); }

/* n p and n q with the digits that their rounding loses, and with q as 1 - p exactly: at n = 1e12 they count. */
double rao_binomial_nll(double a, double b, double p, double q) {
    double n = a + b, np = n * p, nq = n * q;
    if (a == 0) return b == 0 ? 0 : -b * log_of(q, p);
    if (b == 0) return -a * log_of(p, q);
    return deviance(a, np, fma(n, p, -np)) + deviance(b, nq, fma(n, q, -nq) + n * ((1 - q) - p)) + rao_stirling(a) + rao_stirling(b) -
           rao_stirling(n) + half_log_2pi + 0.5 * (a < b ? log(a) + log(b / n) : log(b) + log(a / n));
}

/* ---- sums over counts ---------------------------------------------------------------------------------------- */

typedef double count_fn(double x, const void *arg);

static double outward(count_fn *f, const void *arg, double low, double high, double mode, double stride) {
    double sum = 0;
    for (double x = mode; x <= high; x += stride) {
        double term = f(x, arg);
        sum += term;
        if (x > mode + 8 * stride && fabs(term) <= 1e-18 * fabs(sum)) break;
    }
    for (double x = mode - stride; x >= low; x -= stride) {
        double term = f(x, arg);
        sum += term;
        if (x < mode - 8 * stride && fabs(term) <= 1e-18 * fabs(sum)) break;
    }
    return sum * stride;
}

/* Gauss-Legendre of order 8 on (a, a + width). */
static double panel(count_fn *f, const void *arg, double a, double width) {
    static const double node[4] = {0.18343464249564980494, 0.52553240991632898582, 0.79666647741362673959, 0.96028985649753623168};
    static const double weight[4] = {0.36268378337836198297, 0.31370664587788728734, 0.22238103445337447054, 0.10122853629037625915};
    double middle = a + width / 2, half = width / 2, sum = 0;
    for (int i = 0; i < 4; i++) sum += weight[i] * (f(middle - half * node[i], arg) + f(middle + half * node[i], arg));
    return half * sum;
}

/* Terms below K one by one; from K on the midpoint form of Euler and Maclaurin with a = K - 1/2: the integral from a, and f'(a)/24. */
static double from_edge(count_fn *f, const void *arg, double low, double spread) {
    enum { TERMS = 4096 };
    double sum = 0, a = low + TERMS - 0.5, h = 8, width = fmin(TERMS / 8.0, spread / 2);
    for (double x = low; x < low + TERMS; x++) sum += f(x, arg);
    sum += (8 * (f(a + h, arg) - f(a - h, arg)) - (f(a + 2 * h, arg) - f(a - 2 * h, arg))) / (12 * h) / 24;
    for (int i = 0; i < 4000; i++) {
        double part = panel(f, arg, a, width);
        sum += part;
        a += width;
        width = fmin((a - low) / 8, spread / 2);
        if (a > low + 4 * spread && fabs(part) <= 1e-18 * fabs(sum)) break;
    }
    return sum;
}

double rao_entropy_counts(count_fn *f, const void *arg, double low, double high, double mode, double spread) {
    /* So narrow that its skewness, of the order of spread/mode, changes no digit: a normal law. Its strides would be rounded, and from 2^-45 on
     * neighbouring doubles lie far apart in it. */
    if (spread > 0 && spread < 1e-7 * mode) return half_log_2pi + 0.5 + log(spread);
    mode = fmin(high, fmax(low, floor(mode)));
    if (spread < 64) return outward(f, arg, low, high, mode, 1);
    if (mode - low > 12 * spread && high - mode > 12 * spread) return outward(f, arg, low, high, mode, floor(spread / 6));
    return from_edge(f, arg, low, spread);
}
