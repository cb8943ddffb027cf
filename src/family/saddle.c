#include "family/saddle.h"

#include <math.h>

static const double half_log_2pi = 0.91893853320467274178;

double rao_exp_remainder(double x) {
    if (fabs(x) >= 1) return expm1(x) - x;
    double s = 1;
    for (int n = 19; n >= 3; n--) s = 1 + x / n * s;
    return x * x / 2 * s;
}

/* With r = x / (2 + x): log(1 + x) = 2 atanh r and x - 2 r = r x, which leaves r (x - 2 r^2 (1/3 + r^2/5 + ...)). */
double rao_log1p_remainder(double x) {
    if (!(x > -0.5 && x < 1)) return x - log1p(x);
    double r = x / (2 + x), r2 = r * r, s = 0;
    for (int n = 37; n >= 3; n -= 2) s = s * r2 + 1.0 / n;
    return r * (x - 2 * r2 * s);
}

/* Stirling's series from 16 on; below, the exact values of the integers, else the recurrence n! = (n + m)! / ((n + 1)...(n + m)). */
double rao_stirling_error(double n) {
    static const double integers[16] = {0,
                                        0.08106146679532725822,
                                        0.041340695955409294094,
                                        0.027677925684998339149,
                                        0.020790672103765093112,
                                        0.016644691189821192163,
                                        0.013876128823070747999,
                                        0.011896709945891770095,
                                        0.010411265261972096497,
                                        0.0092554621827127329177,
                                        0.0083305634333628712565,
                                        0.007573675487951840795,
                                        0.0069428401072095298657,
                                        0.0064089941880042070684,
                                        0.0059513701127588477356,
                                        0.005554733551962801371};
    if (n >= 16) {
        double i = 1 / n, i2 = i * i;
        return i * (1.0 / 12 - i2 * (1.0 / 360 - i2 * (1.0 / 1260 - i2 * (1.0 / 1680 - i2 * (1.0 / 1188 - i2 * (691.0 / 360360 - i2 / 156))))));
    }
    if (n >= 1 && n == floor(n)) return integers[(int)n];
    double m = n, product = 1;
    while (m < 16) product *= m += 1;
    return rao_stirling_error(m) + (m + 0.5) * log(m) - m - log(product) - (n + 0.5) * log(n) + n;
}

double rao_poisson_nll(double y, double log_rate) {
    double rate = exp(log_rate), u = (rate - y) / y; /* near the mode u carries fewer errors than log_rate - log y */
    if (y == 0) return rate;
    double deviance = fabs(u) < 0.5 ? rao_log1p_remainder(u) : rao_exp_remainder(log_rate - log(y));
    return y * deviance + 0.5 * log(y) + half_log_2pi + rao_stirling_error(y);
}
