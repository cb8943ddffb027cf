/* bessel.c - modified Bessel functions I0, I1, their ratio A = I1/I0 with its derivatives, and the inverse of A.
 *
 * x < 8: power series. 8 <= x < 24: e^-x I_n(x) is the mean of exp(-x (1 - cos t)) cos(n t) over the circle; on 64 points the
 * trapezoidal rule is exact to I_64(24)/I_0(24) < 1e-25, and 1 - A and A' = Var(cos t) are sums of positive terms.
 * x >= 24: asymptotic series (A&S 9.7.1), of A from its Riccati equation A' = 1 - A/x - A^2. Nothing overflows up to 1e308.
 */
#include "num/private.h"
#include "num/tables_bessel.h"

enum { SERIES_BELOW = 8, ASYMPTOTIC_FROM = 24 };

/* sum_{k >= 0} q^k n! / (k! (k+n)!) without its 1, for q = x^2/4 and n = 0 or 1; from the small terms to the large */
static double power_series(double x, int n) {
    double q = 0.25 * x * x, s = 0;
    for (int k = x < 1 ? 10 : x < 3 ? 18 : 32; k >= 1; k--) s = (1 + s) * q / (k * (k + n));
    return s;
}

/* sqrt(2 pi x) e^-x I_n(x) = sum_k prod_{j<=k} ((2j-1)^2 - 4 n^2) / (8 j x) */
static double asymptotic(double x, int n) {
    double s = 0;
    for (int k = x < 60 ? 28 : x < 1000 ? 14 : 6; k >= 1; k--) s = (1 + s) * ((2 * k - 1) * (2 * k - 1) - 4 * n * n) / (8 * k * x);
    return 1 + s;
}

typedef struct moments {
    double mass, versine, second, third; /* mean of w; means under w of u = 1 - cos t, and central moments of u */
} moments;

static moments circle(double x) {
    double weight[33], mass = 0, first = 0, second = 0, third = 0;
    for (int j = 0; j <= 32; j++) {
        weight[j] = (j == 0 || j == 32 ? 1.0 : 2.0) / 64 * exp(-x * VERSINE[j]);
        mass += weight[j];
        first += weight[j] * VERSINE[j];
    }
    first /= mass;
    for (int j = 0; j <= 32; j++) {
        double d = VERSINE[j] - first;
        second += weight[j] * d * d;
        third += weight[j] * d * d * d;
    }
    return (moments){mass, first, second / mass, third / mass};
}

double rao_bessel_i0e(double x) {
    x = fabs(x);
    if (x < SERIES_BELOW) return exp(-x) * (1 + power_series(x, 0));
    if (x < ASYMPTOTIC_FROM) return circle(x).mass;
    return asymptotic(x, 0) / (sqrt(x) * NUM_SQRT_2PI);
}

double rao_bessel_i1e(double x) {
    double y = fabs(x), value;
    if (y < SERIES_BELOW) value = 0.5 * y * exp(-y) * (1 + power_series(y, 1));
    else if (y < ASYMPTOTIC_FROM) {
        moments m = circle(y);
        value = m.mass * (1 - m.versine);
    } else value = asymptotic(y, 1) / (sqrt(y) * NUM_SQRT_2PI);
    return x < 0 ? -value : value;
}

double rao_log_bessel_i0(double x) {
    x = fabs(x);
    if (x < SERIES_BELOW) return log1p(power_series(x, 0));
    return x < NUM_INF ? x + log(rao_bessel_i0e(x)) : x;
}

/* A = sum_k a_k x^(2k+1) below 1 (radius 2.4) */
static rao_bessel_ratio_value ratio_small(double x) {
    double u = x * x, a = 0, d1 = 0, d2 = 0;
    for (int k = 23; k >= 0; k--) {
        a = a * u + RATIO_SMALL[k];
        d1 = d1 * u + (2 * k + 1) * RATIO_SMALL[k];
        if (k) d2 = d2 * u + (2 * k + 1) * (2 * k) * RATIO_SMALL[k];
    }
    return (rao_bessel_ratio_value){a * x, 1 - a * x, d1, d2 * x};
}

static rao_bessel_ratio_value ratio_large(double x) {
    double u = 1 / x, b = 0, d1 = 0, d2 = 0;
    int terms = x < 60 ? 30 : x < 1000 ? 16 : 6;
    for (int k = terms; k >= 1; k--) {
        b = (b + RATIO[k - 1]) * u;
        d1 = (d1 + k * RATIO[k - 1]) * u;
        d2 = (d2 - k * (k + 1) * RATIO[k - 1]) * u;
    }
    return (rao_bessel_ratio_value){1 - b, b, d1 * u, d2 * u * u};
}

rao_bessel_ratio_value rao_bessel_ratio(double x) {
    double y = fabs(x);
    rao_bessel_ratio_value r;
    if (isnan(x)) return (rao_bessel_ratio_value){x, x, x, x};
    if (y < 1) r = ratio_small(y);
    else if (y < ASYMPTOTIC_FROM) {
        moments m = circle(y);
        r = (rao_bessel_ratio_value){1 - m.versine, m.versine, m.second, -m.third};
    } else r = ratio_large(y);
    return x < 0 ? (rao_bessel_ratio_value){-r.a, 1 + r.a, r.d1, -r.d2} : r;
}

/* Starts of Best & Fisher (1981), within a few percent, then Newton on A or, where A is near one, on 1/(1 - A), which is nearly linear. */
static double ratio_inverse(double r, double c) {
    double k = r < 0.53 ? r * (2 + r * r * (1 + 5 * r * r / 6)) : r < 0.85 ? 1.39 * r - 0.4 + 0.43 / c : 0.5 / c + 0.25;
    if (c < 1e-8) return k; /* 1 - A = 1/(2k) + 1/(8k^2) to all digits */
    for (int i = 0; i < 30; i++) {
        rao_bessel_ratio_value v = rao_bessel_ratio(k);
        double step = r < 0.5 ? (v.a - r) / v.d1 : (c - v.complement) / c * (v.complement / v.d1);
        k -= step;
        if (fabs(step) < 1e-15 * k || !(k > 0)) break;
    }
    return k;
}

double rao_bessel_ratio_inverse(double r) {
    if (!(r >= 0 && r <= 1)) return NUM_NAN;
    return r == 0 ? 0 : r == 1 ? NUM_INF : ratio_inverse(r, 1 - r);
}

double rao_bessel_ratio_inverse_complement(double c) {
    if (!(c >= 0 && c <= 1)) return NUM_NAN;
    return c == 0 ? NUM_INF : c == 1 ? 0 : ratio_inverse(1 - c, c);
}
