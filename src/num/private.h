/* private.h - constants and small helpers of the room num. */
#ifndef NUM_PRIVATE_H
#define NUM_PRIVATE_H

#include <rao/num.h>

#include <float.h>
#include <math.h>

#define NUM_INF ((double)INFINITY) /* the macros of math.h are floats */
#define NUM_NAN ((double)NAN)
#define NUM_PI 3.14159265358979323846264338327950288
#define NUM_LOG2 0.693147180559945309417232121458176568
#define NUM_SQRT_HALF 0.707106781186547524400844362104849039
#define NUM_HALF_LOG_2PI 0.918938533204672741780329736405617640
#define NUM_SQRT_2PI 2.50662827463100050241576528481104525
#define NUM_1_SQRT_PI 0.564189583547756286948079451560772586

/* c[0] + c[1] x + ... + c[n-1] x^(n-1) */
static inline double num_poly(const double *c, int n, double x) {
    double s = c[n - 1];
    for (int i = n - 2; i >= 0; i--) s = s * x + c[i];
    return s;
}

/* 1/3, 1/5, ..., 1/41: atanh t = t + t^3 (1/3 + t^2/5 + ...) */
extern const double NUM_ODD[20];

/* a b = hi + lo exactly, unless hi overflows or lo underflows */
static inline double num_product(double a, double b, double *lo) {
    double hi = a * b;
    *lo = fma(a, b, -hi);
    return hi;
}

/* exp(-x^2 / 2): the rounding error of x^2 would be magnified x^2/2 times */
static inline double num_gauss(double x) {
    double lo, hi = num_product(x, x, &lo);
    return isinf(hi) ? 0 : exp(-0.5 * hi) * (1 - 0.5 * lo);
}

/* With r = d/x and y = x + d given beside it, because 1 + r loses the digits of a small y:
 * log(1 + r); log(1 + r) - r <= 0; x ((1 + r) log(1 + r) - r) >= 0 */
double num_log_step(double x, double y, double d);
double num_log1pmx_step(double x, double y, double d);
double num_xlogx_step(double x, double y, double d);

/* between a and b: their mean, or the mean of their ranks among the doubles where they are far apart */
double num_middle(double a, double b);

/* rao_quad whose convergence looks at the first `leading` components only */
rao_status num_quad_steered(rao_ctx *ctx, const rao_quad_opts *opts, rao_integrand *f, void *arg, int64_t m, int64_t leading, double a,
                            double b, double *values, rao_quad_info *info);

#endif
