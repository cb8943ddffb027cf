/* dual_special.c - the special functions to second order: each from its own derivatives in closed form. */
#include "num/private.h"
#include "num/tables_bessel.h"

rao_dual rao_dual_log1pmx(rao_dual a) {
    double u = 1 / (1 + a.v);
    return rao_dual_chain(&a, rao_log1pmx(a.v), -a.v * u, -u * u);
}
rao_dual rao_dual_expm1mx(rao_dual a) { return rao_dual_chain(&a, rao_expm1mx(a.v), expm1(a.v), exp(a.v)); }

/* d/dx log(1 - e^x) = 1/(1 - e^-x) - ... = -1/expm1(-x) */
rao_dual rao_dual_log1mexp(rao_dual a) {
    double d = 1 / expm1(-a.v);
    return rao_dual_chain(&a, rao_log1mexp(a.v), -d, -d * (1 + d));
}

rao_dual rao_dual_logistic(rao_dual a) {
    double p = rao_logistic(a.v), q = rao_logistic(-a.v);
    return rao_dual_chain(&a, p, p * q, p * q * (q - p));
}
rao_dual rao_dual_logit(rao_dual a) {
    double p = a.v, d = 1 / (p * (1 - p));
    return rao_dual_chain(&a, rao_logit(p), d, (2 * p - 1) * d * d);
}
rao_dual rao_dual_softplus(rao_dual a) {
    double p = rao_logistic(a.v), q = rao_logistic(-a.v);
    return rao_dual_chain(&a, rao_softplus(a.v), p, p * q);
}

rao_dual rao_dual_gamma(rao_dual a) {
    double g = rao_gamma(a.v), psi = rao_digamma(a.v);
    return rao_dual_chain(&a, g, g * psi, g * (psi * psi + rao_trigamma(a.v)));
}
rao_dual rao_dual_lgamma(rao_dual a) { return rao_dual_chain(&a, rao_lgamma(a.v), rao_digamma(a.v), rao_trigamma(a.v)); }
rao_dual rao_dual_digamma(rao_dual a) { return rao_dual_chain(&a, rao_digamma(a.v), rao_trigamma(a.v), rao_tetragamma(a.v)); }
rao_dual rao_dual_trigamma(rao_dual a) { return rao_dual_chain(&a, rao_trigamma(a.v), rao_tetragamma(a.v), rao_polygamma(3, a.v)); }

rao_dual rao_dual_lbeta(rao_dual a, rao_dual b) {
    double sum = rao_trigamma(a.v + b.v); /* psi(a) - psi(a+b) as a difference that does not cancel */
    return rao_dual_chain2(&a, &b, rao_lbeta(a.v, b.v), -rao_digamma_diff(a.v, b.v), -rao_digamma_diff(b.v, a.v), rao_trigamma(a.v) - sum,
                           -sum, rao_trigamma(b.v) - sum);
}

static double gauss_density(double x) { return num_gauss(x) / NUM_SQRT_2PI; }

/* 2/sqrt(pi) exp(-x^2) */
static double erf_slope(double x) {
    double lo, hi = num_product(x, x, &lo);
    return isinf(hi) ? 0 : 2 * NUM_1_SQRT_PI * exp(-hi) * (1 - lo);
}

rao_dual rao_dual_erf(rao_dual a) {
    double d = erf_slope(a.v);
    return rao_dual_chain(&a, erf(a.v), d, d == 0 ? 0 : -2 * a.v * d);
}
rao_dual rao_dual_erfc(rao_dual a) {
    double d = -erf_slope(a.v);
    return rao_dual_chain(&a, erfc(a.v), d, d == 0 ? 0 : -2 * a.v * d);
}

/* f' = 2 x f - 2/sqrt(pi), which cancels for large x: there from f's asymptotic series, term by term */
rao_dual rao_dual_erfcx(rao_dual a) {
    double x = a.v, f = rao_erfcx(x), f1 = 2 * (x * f - NUM_1_SQRT_PI), f2 = 2 * (f + x * f1);
    if (x > 7) {
        double w = 0.5 / x / x, s1 = 0, s2 = 0, c = 1; /* c_k = (-1)^k (2k-1)!! w^k */
        for (int k = 0; k <= 22; k++) {
            double term = c;
            s1 += (2 * k + 1) * term;
            s2 += (2 * k + 1) * (2 * k + 2) * term;
            c *= -(2 * k + 1) * w;
        }
        f1 = -NUM_1_SQRT_PI / x / x * s1, f2 = NUM_1_SQRT_PI / x / x / x * s2;
    }
    return rao_dual_chain(&a, f, f1, f2);
}

rao_dual rao_dual_normal_cdf(rao_dual a) {
    double d = gauss_density(a.v);
    return rao_dual_chain(&a, rao_normal_cdf(a.v), d, d == 0 ? 0 : -a.v * d);
}

/* Mills: with m = phi/Phi, m' = -m (x + m). For x -> -infinity x + m is the small difference -1/x, taken from erfcx's slope. */
rao_dual rao_dual_normal_log_cdf(rao_dual a) {
    double x = a.v, m = rao_normal_hazard(-x), excess = x + m;
    if (x < -5) {
        rao_dual y = rao_dual_variable(-x * NUM_SQRT_HALF, 0, 1, 1), f = rao_dual_erfcx(y);
        excess = -NUM_SQRT_HALF * f.g[0] / f.v; /* m + x = -(log erfcx)'/sqrt 2 */
    }
    return rao_dual_chain(&a, rao_normal_log_cdf(x), m, -m * excess);
}

rao_dual rao_dual_normal_quantile(rao_dual a) {
    double x = rao_normal_quantile(a.v), d = 1 / gauss_density(x);
    return rao_dual_chain(&a, x, d, x * d * d);
}

/* With A = I1/I0, c = 1 - A and A/x = 2c - c^2 - A', everything is left in terms that shrink together for large x:
 * I0e'/I0e = -c, I0e''/I0e = A' + c^2, I1e'/I0e = A' + c^2 - c, I1e''/I0e = 2A/x^2 - c/x - A' - c^2. */
rao_dual rao_dual_bessel_i0e(rao_dual a) {
    double s = a.v < 0 ? -1 : 1, i0 = rao_bessel_i0e(a.v);
    rao_bessel_ratio_value r = rao_bessel_ratio(fabs(a.v));
    return rao_dual_chain(&a, i0, -s * i0 * r.complement, i0 * (r.d1 + r.complement * r.complement));
}

/* 2A/x^2 - 1/x = 2 sum_{k>=1} a_k x^(2k-1) */
static double small_bend(double x) { return 2 * x * num_poly(RATIO_SMALL + 1, 10, x * x); }

rao_dual rao_dual_bessel_i1e(rao_dual a) {
    double x = fabs(a.v), s = a.v < 0 ? -1 : 1, i0 = rao_bessel_i0e(x);
    rao_bessel_ratio_value r = rao_bessel_ratio(x);
    double c = r.complement, square = r.d1 + c * c, second = 2 * r.a / x / x - c / x - square;
    if (x < 0.5) second = 2 * c - square - c * c + small_bend(x) - r.d1; /* the same, from 1/x = 2c - A' - c^2 + c/x */
    return rao_dual_chain(&a, s * i0 * r.a, i0 * (square - c), s * i0 * second);
}

rao_dual rao_dual_log_bessel_i0(rao_dual a) {
    rao_bessel_ratio_value r = rao_bessel_ratio(a.v);
    return rao_dual_chain(&a, rao_log_bessel_i0(a.v), r.a, r.d1);
}
rao_dual rao_dual_bessel_ratio(rao_dual a) {
    rao_bessel_ratio_value r = rao_bessel_ratio(a.v);
    return rao_dual_chain(&a, r.a, r.d1, r.d2);
}
