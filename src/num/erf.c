/* erf.c - the error function's scaled, logarithmic and inverse forms, and the standard normal law.
 *
 * libm's erf and erfc are accurate; what is lost is exp(-x^2) of a rounded x^2 (an error of x^2 ulp), so x^2 is carried as two doubles.
 * erfcx beyond 12 is its asymptotic series 1/(x sqrt pi) sum (-1)^k (2k-1)!! / (2 x^2)^k, whose tenth term is below 1e-17 there.
 */
#include "num/private.h"

static double exp_square(double x) {
    double lo, hi = num_product(x, x, &lo);
    return exp(hi) * (1 + lo);
}

double rao_erfcx(double x) {
    if (x < -26.7) return NUM_INF;
    if (!(x > 12)) return exp_square(x) * erfc(x);
    double u = 0.5 / x / x, s = 1;
    for (int k = 10; k >= 1; k--) s = 1 - (2 * k - 1) * u * s;
    return NUM_1_SQRT_PI / x * s;
}

double rao_log_erfc(double x) {
    if (x < 0.5) return log1p(-erf(x));
    return x > 1e160 ? -NUM_INF : log(rao_erfcx(x)) - x * x;
}

double rao_normal_cdf(double x) {
    if (!(x < -1)) return 0.5 * erfc(-x * NUM_SQRT_HALF);
    return 0.5 * rao_erfcx(-x * NUM_SQRT_HALF) * num_gauss(x);
}

double rao_normal_log_cdf(double x) {
    if (!(x < -1)) return log1p(-rao_normal_cdf(-x));
    return log(0.5 * rao_erfcx(-x * NUM_SQRT_HALF)) - 0.5 * x * x;
}

double rao_normal_hazard(double x) {
    if (x < 0) return num_gauss(x) / (NUM_SQRT_2PI * 0.5 * erfc(x * NUM_SQRT_HALF));
    return 2 / NUM_SQRT_2PI / rao_erfcx(x * NUM_SQRT_HALF);
}

/* Halley on erf(z) = y, |y| <= 1/2, from two terms of the series: the error goes 1e-2, 1e-7, 1e-21. */
static double erf_inverse_centre(double y) {
    double z = y / (2 * NUM_1_SQRT_PI) * (1 + NUM_PI / 12 * y * y);
    for (int i = 0; i < 2; i++) {
        double step = (erf(z) - y) / (2 * NUM_1_SQRT_PI * exp(-z * z));
        z -= step / (1 + z * step);
    }
    return z;
}

/* Halley on log Phi(x) = l, l <= log(1/4). log Phi is concave and Phi(-t) < exp(-t^2/2), so -sqrt(-2l) lies left of the root,
 * from where the steps do not overshoot. */
static double normal_quantile_tail(double l) {
    double t = sqrt(-2 * l), x = -t;
    if (t > 1e8) return x; /* the correction log(2 pi t^2) / (2 t) is below a rounding error */
    for (int i = 0; i < 20; i++) {
        double hazard = rao_normal_hazard(-x), step = (rao_normal_log_cdf(x) - l) / hazard;
        step /= 1 + 0.5 * step * (x + hazard);
        x -= step;
        if (fabs(step) < 1e-6 * t) break; /* cubic: the next step would be 1e-18 */
    }
    return x;
}

double rao_normal_quantile(double p) {
    if (!(p >= 0 && p <= 1)) return NUM_NAN;
    if (p == 0 || p == 1) return p == 0 ? -NUM_INF : NUM_INF;
    if (p > 0.25 && p < 0.75) return erf_inverse_centre(2 * (p - 0.5)) / NUM_SQRT_HALF;
    return p < 0.5 ? normal_quantile_tail(log(p)) : -normal_quantile_tail(log1p(-p));
}

double rao_normal_quantile_log(double l) {
    if (!(l <= 0)) return NUM_NAN;
    if (l == 0 || isinf(l)) return l == 0 ? NUM_INF : -NUM_INF;
    if (l <= -1.38) return normal_quantile_tail(l);
    return l < -0.29 ? erf_inverse_centre(2 * expm1(l) + 1) / NUM_SQRT_HALF : -normal_quantile_tail(rao_log1mexp(l));
}

double rao_erf_inverse(double y) {
    if (!(fabs(y) <= 1)) return NUM_NAN;
    if (fabs(y) <= 0.5) return erf_inverse_centre(y);
    double x = -NUM_SQRT_HALF * rao_normal_quantile(0.5 * (1 - fabs(y)));
    return y < 0 ? -x : x;
}

double rao_erfc_inverse(double q) {
    if (!(q >= 0 && q <= 2)) return NUM_NAN;
    return q >= 0.5 && q <= 1.5 ? erf_inverse_centre(1 - q) : -NUM_SQRT_HALF * rao_normal_quantile(0.5 * q);
}
