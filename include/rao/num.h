/* rao/num.h - special functions, quadrature, roots, minimisation, series and dual numbers.
 *
 * The special functions are plain functions of doubles, thread-safe, without a context. Outside their domain they return NaN, at a
 * pole or beyond the largest double an infinity; a caller that owes its user a sentence checks the argument first. Each is defined
 * over the whole double range. "error" is the largest relative error measured against mpmath at 50 digits (tests/oracle/num_*.py)
 * in units of 2^-52 = 2.2e-16, over points spread log-uniformly over the range; where a function passes through zero at a point that
 * is no double, or is written "of the largest term", it is relative to the largest term of its defining sum.
 */
#ifndef RAO_NUM_H
#define RAO_NUM_H

#include <rao/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- exp and log without cancellation ------------------------------------------------------------------------ */

RAO_API double rao_log1pmx(double x);                     /* log(1 + x) - x, x > -1; error 2 */
RAO_API double rao_expm1mx(double x);                     /* exp(x) - 1 - x; error 1 */
RAO_API double rao_log1mexp(double x);                    /* log(1 - exp(x)), x < 0; error 1 */
RAO_API double rao_logistic(double x);                    /* 1 / (1 + exp(-x)); error 1 */
RAO_API double rao_logit(double p);                       /* log(p / (1 - p)), 0 <= p <= 1; error 1.2 */
RAO_API double rao_softplus(double x);                    /* log(1 + exp(x)), error 1; -rao_softplus(-x) is log logistic(x) */
RAO_API double rao_xlogy(double x, double y);             /* x log y, 0 where x = 0 */
RAO_API double rao_xlog1py(double x, double y);           /* x log(1 + y), 0 where x = 0 */
RAO_API double rao_logaddexp(double a, double b);         /* log(exp(a) + exp(b)) */
RAO_API double rao_logsumexp(int64_t n, const double *x); /* log sum exp(x_i); -inf for n = 0 */
/* p log(p/q) - p + q >= 0 for p, q >= 0 (q = 0 < p: inf): the relative entropy of two masses, also the KL of two Poisson laws. Error 2.
 * Sums of it over the cells of two probability vectors lose nothing when they are close. */
RAO_API double rao_relative_entropy(double p, double q);

/* ---- gamma and its logarithm --------------------------------------------------------------------------------- */

RAO_API double rao_gamma(double x);           /* Gamma(x); NaN at 0, -1, -2, ...; error 2.5 */
RAO_API double rao_lgamma(double x);          /* log |Gamma(x)|; error 1.5, relative to 1 + |value| for x < 0 */
RAO_API double rao_lgamma1p(double x);        /* log Gamma(1 + x); error 2 */
RAO_API double rao_lbeta(double a, double b); /* log B(a, b), a, b > 0; error 5 of max(1, |value|) */
/* lgamma(x + d) - lgamma(x) for x, x + d > 0, without cancellation for small d; error 5 of max(|value|, |d|). */
RAO_API double rao_lgamma_diff(double x, double d);
/* J(x) = lgamma(x) - [(x - 1/2) log x - x + log(2 pi)/2] > 0, the remainder of Stirling's formula; error 5. */
RAO_API double rao_stirling(double x);
/* lgamma(x + d) - lgamma(x) - d digamma(x) >= 0, the Bregman divergence of lgamma: relative accuracy also for d -> 0; error 3. */
RAO_API double rao_lgamma_bregman(double x, double d);
/* The excess h(x) = lgamma(x) - x log x + x over the Stirling power, convex and decreasing, and its Bregman divergence
 * h(x + d) - h(x) - d h'(x) >= 0; errors 1 and 4. Without cancellation they give
 *   KL of gammas of shapes k, l and means m, n = excess_bregman(k, l - k) - l log1pmx(m/n - 1);
 *   KL of Dirichlets p, q of sums p0, q0 = sum_i excess_bregman(p_i, q_i - p_i) - excess_bregman(p0, q0 - p0) + q0 KL(q/q0 : p/p0). */
RAO_API double rao_lgamma_excess(double x);
RAO_API double rao_lgamma_excess_bregman(double x, double d);

/* ---- derivatives of lgamma ----------------------------------------------------------------------------------- */

RAO_API double rao_digamma(double x);                /* psi, relative accuracy also near its positive root; error 1.5 */
RAO_API double rao_trigamma(double x);               /* psi'; error 2 */
RAO_API double rao_tetragamma(double x);             /* psi''; error 3, 6 of the pole's size for x < 0 */
RAO_API double rao_polygamma(int n, double x);       /* psi^(n), 0 <= n <= 100, x > 0; error 6 */
RAO_API double rao_digamma_diff(double x, double d); /* psi(x + d) - psi(x), x, x + d > 0; error 2 */
/* h', h'', h''' of the excess h: psi(x) - log x < 0, psi'(x) - 1/x > 0, psi''(x) + 1/x^2 < 0; x > 0; error 3. */
RAO_API double rao_digamma_excess(double x);
RAO_API double rao_trigamma_excess(double x);
RAO_API double rao_tetragamma_excess(double x);
/* The x > 0 with psi(x) = y, and with psi(x) - log x = e < 0: maximum likelihood of the Dirichlet and the gamma. */
RAO_API double rao_digamma_inverse(double y);
RAO_API double rao_digamma_excess_inverse(double e);

/* ---- error function and normal law --------------------------------------------------------------------------- */

RAO_API double rao_erfcx(double x);               /* exp(x^2) erfc(x); error 2 */
RAO_API double rao_log_erfc(double x);            /* log erfc(x); error 1 */
RAO_API double rao_erf_inverse(double y);         /* |y| <= 1; error 2.5 */
RAO_API double rao_erfc_inverse(double q);        /* 0 <= q <= 2; error 2.5 */
RAO_API double rao_normal_cdf(double x);          /* Phi(x); the upper tail is Phi(-x); error 2.5 */
RAO_API double rao_normal_log_cdf(double x);      /* log Phi(x); error 2.5 */
RAO_API double rao_normal_hazard(double x);       /* phi(x) / Phi(-x), error 1.5; the derivative of log Phi is hazard(-x) */
RAO_API double rao_normal_quantile(double p);     /* Phi^-1(p), 0 <= p <= 1; error 2.5 */
RAO_API double rao_normal_quantile_log(double l); /* Phi^-1(exp(l)), l <= 0: tails below 1e-308; error 2 */

/* ---- incomplete gamma and beta ------------------------------------------------------------------------------- */

/* P(a, x) = int_0^x t^(a-1) e^-t dt / Gamma(a), Q = 1 - P; a > 0, x >= 0, shapes up to 1e300. The smaller of the two
 * is computed; error 3 (1 + |log P|), as an ulp of x alone moves a tail that much; 7 for the logarithms. */
RAO_API double rao_gamma_p(double a, double x);
RAO_API double rao_gamma_q(double a, double x);
RAO_API double rao_log_gamma_p(double a, double x);
RAO_API double rao_log_gamma_q(double a, double x);
RAO_API double rao_gamma_p_inverse(double a, double p); /* the x with P(a, x) = p */
RAO_API double rao_gamma_q_inverse(double a, double q);
/* I_x(a, b) = int_0^x t^(a-1) (1-t)^(b-1) dt / B(a, b) and 1 - I; a, b > 0, 0 <= x <= 1. For x near one with 1 - x = y known better,
 * use I_x(a, b) = 1 - I_y(b, a). Error 4 (1 + |log I|); 11 for the logarithms. */
RAO_API double rao_beta_p(double a, double b, double x);
RAO_API double rao_beta_q(double a, double b, double x);
RAO_API double rao_log_beta_p(double a, double b, double x);
RAO_API double rao_log_beta_q(double a, double b, double x);
RAO_API double rao_beta_p_inverse(double a, double b, double p);
RAO_API double rao_beta_q_inverse(double a, double b, double q);

/* ---- modified Bessel functions ------------------------------------------------------------------------------- */

RAO_API double rao_bessel_i0e(double x);    /* exp(-|x|) I0(x); error 2.5 */
RAO_API double rao_bessel_i1e(double x);    /* exp(-|x|) I1(x); error 3.5 */
RAO_API double rao_log_bessel_i0(double x); /* log I0(x); error 1 */
/* A(x) = I1(x)/I0(x), the mean resultant length of a von Mises law; 1 - A; A' = 1 - A/x - A^2; A''. Errors 2, 5, 5, 7. */
typedef struct rao_bessel_ratio_value {
    double a, complement, d1, d2;
} rao_bessel_ratio_value;
RAO_API rao_bessel_ratio_value rao_bessel_ratio(double x);
RAO_API double rao_bessel_ratio_inverse(double r);            /* the x >= 0 with A(x) = r, 0 <= r <= 1 */
RAO_API double rao_bessel_ratio_inverse_complement(double c); /* the x with 1 - A(x) = c: concentrations up to 1e300 */

/* ---- quadrature ---------------------------------------------------------------------------------------------- */

/* Points at which an integrand is wanted, all in one piece [low, high] between neighbouring break points (either end may be infinite).
 * left = x - low and right = high - x carry no cancellation: an integrand that is singular at an end c of its piece must be written
 * in them, because x = c + 1e-30 is c. */
typedef struct rao_nodes {
    int64_t count;
    double low, high;
    const double *x, *left, *right;
} rao_nodes;

/* f[i * m + j] = component j at x[i]. A failing status ends the integration with that status; EDOMAIN, an infinity or a NaN is
 * tolerated far out at an infinite or singular end, where x^2 exp(-x^2) overflows before it vanishes. */
typedef rao_status rao_integrand(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f);

typedef struct rao_quad_opts {
    size_t size;
    double rel_tol;          /* 1e-12 */
    double abs_tol;          /* 0 */
    double magnitude_tol;    /* 1e-14: what rounding allows where positive and negative parts cancel */
    double scale;            /* length over which f changes at an infinite end; 0: the span of the breaks, else 1 */
    int64_t max_evaluations; /* 200000 */
    const double *breaks;    /* ascending: singularities, kinks, narrow peaks; those outside (a, b) are ignored. Borrowed. */
    int64_t n_breaks;
} rao_quad_opts;
#define rao_quad_opts_init(o) rao_quad_opts_init_sized((o), sizeof *(o))
RAO_API void rao_quad_opts_init_sized(rao_quad_opts *opts, size_t size);

typedef struct rao_quad_info {
    double value, error, magnitude; /* the best value, a bound meant for its error, int |f| */
    int64_t evaluations;            /* points, of all components together */
    int converged;                  /* error <= max(abs_tol, rel_tol |value|, magnitude_tol magnitude) */
} rao_quad_info;

/* values[j] = int_a^b f_j(x) dx for m functions at once, a <= b, either infinite; ends and breaks may carry integrable singularities.
 * `opts` NULL: the defaults; `info` NULL or m entries, which are also written when the integral was not reached. A feature narrower
 * than about a hundredth of its piece is seen only if a break point is given in it. A warm call allocates nothing.
 * EINVAL; EDOMAIN: improper, or the integrand is not finite inside; ENUMERIC: not within the tolerance; the integrand's own status. */
RAO_API rao_status rao_quad(rao_ctx *ctx, const rao_quad_opts *opts, rao_integrand *f, void *arg, int64_t m, double a, double b,
                            double *values, rao_quad_info *info);

/* The inner integrand at a fixed x, and the inner interval [*low, *high] (either infinite) there; NULL: the whole line. */
typedef rao_status rao_integrand2(rao_ctx *ctx, void *arg, double x, const rao_nodes *at, double *f);
typedef rao_status rao_inner_range(rao_ctx *ctx, void *arg, double x, double *low, double *high);

/* values[j] = int_a^b int_low(x)^high(x) f_j(x, y) dy dx, nested; `opts` serve the outer, `inner` the inner integral (NULL: the defaults
 * with a tenth of opts's tolerances). Errors of the inner integrals are carried into the estimate. */
RAO_API rao_status rao_quad2(rao_ctx *ctx, const rao_quad_opts *opts, const rao_quad_opts *inner, rao_integrand2 *f, rao_inner_range *range,
                             void *arg, int64_t m, double a, double b, double *values, rao_quad_info *info);

/* ---- sums over the integers ---------------------------------------------------------------------------------- */

/* f[i * m + j] = component j of the term at the integer k[i]; called outwards from the centre, never outside [low, high]. */
typedef rao_status rao_term(rao_ctx *ctx, void *arg, int64_t count, const double *k, double *f);

typedef struct rao_sum_opts {
    size_t size;
    double rel_tol, abs_tol, magnitude_tol; /* 1e-13, 0, 1e-14, as for rao_quad */
    double centre, width;                   /* 0, 1: where the terms are large (mean and standard deviation of the law) */
    int64_t max_terms;                      /* 1e7 */
} rao_sum_opts;
#define rao_sum_opts_init(o) rao_sum_opts_init_sized((o), sizeof *(o))
RAO_API void rao_sum_opts_init_sized(rao_sum_opts *opts, size_t size);

/* values[j] = sum over the integers k in [low, high] (either infinite) of f_j(k), for terms that fall at least geometrically at an
 * infinite end. Wide smooth bells are summed with a stride: about a hundred terms whatever the width. EINVAL; EDOMAIN: a term is not
 * finite; ENUMERIC: not within the tolerance (info is written); the term's own status. */
RAO_API rao_status rao_sum(rao_ctx *ctx, const rao_sum_opts *opts, rao_term *term, void *arg, int64_t m, double low, double high,
                           double *values, rao_quad_info *info);

/* ---- roots and minima in one variable ------------------------------------------------------------------------ */

typedef rao_status rao_scalar(rao_ctx *ctx, void *arg, double x, double *f);
typedef rao_status rao_scalar_slope(rao_ctx *ctx, void *arg, double x, double *f, double *slope);

typedef struct rao_root_info {
    double x, f, low, high; /* the root lies in [low, high] */
    int64_t evaluations;
} rao_root_info;

/* *x with f(x) = 0 in [low, high], where f changes sign (it may be infinite at the ends), to x_tol relative (0: to a few ulp).
 * About 10 evaluations for a smooth function, at most 64 + 60. EINVAL; EDOMAIN: no change of sign, NaN; ENUMERIC. */
RAO_API rao_status rao_root(rao_ctx *ctx, rao_scalar *f, void *arg, double low, double high, double x_tol, double *x, rao_root_info *info);
/* The same with derivatives: Newton's method from `start`, kept in the bracket. */
RAO_API rao_status rao_root_newton(rao_ctx *ctx, rao_scalar_slope *f, void *arg, double low, double high, double start, double x_tol,
                                   double *x, rao_root_info *info);
/* bracket[0] < bracket[1] with a change of sign between them, searched outwards from x by doubling steps inside (low, high).
 * EDOMAIN: none found. */
RAO_API rao_status rao_root_bracket(rao_ctx *ctx, rao_scalar *f, void *arg, double x, double step, double low, double high,
                                    double bracket[2]);
/* A local minimum of f in [low, high] to x_tol relative (at least 1.5e-8: a minimum is no sharper). */
RAO_API rao_status rao_minimise(rao_ctx *ctx, rao_scalar *f, void *arg, double low, double high, double x_tol, double *x, double *minimum);

/* ---- dual numbers: value, gradient and Hessian together ------------------------------------------------------- */

/* A function of n <= 8 variables at a point, to second order: v, g_i and, for order 2, h_ij with i >= j at h[i (i+1)/2 + j]. Numbers
 * combine when their n and order agree; a constant (n = 0) combines with all. They are values: copy, return, forget. Non-smooth
 * functions (abs, min, max, floor) have the derivative of the branch taken. NaN outside a domain, as for the functions above. */
enum { RAO_DUAL_MAX = 8 };
typedef struct rao_dual {
    int n, order;
    double v, g[RAO_DUAL_MAX], h[RAO_DUAL_MAX * (RAO_DUAL_MAX + 1) / 2];
} rao_dual;

RAO_API rao_dual rao_dual_constant(double v);
/* Variable i of n with value v; order 1 or 2. */
RAO_API rao_dual rao_dual_variable(double v, int i, int n, int order);
/* f(a) from f, f', f'' at a.v, and f(a, b) from its value and partial derivatives: for functions of one's own. */
RAO_API rao_dual rao_dual_chain(const rao_dual *a, double f, double f1, double f2);
RAO_API rao_dual rao_dual_chain2(const rao_dual *a, const rao_dual *b, double f, double fa, double fb, double faa, double fab, double fbb);

RAO_API rao_dual rao_dual_add(rao_dual a, rao_dual b);
RAO_API rao_dual rao_dual_sub(rao_dual a, rao_dual b);
RAO_API rao_dual rao_dual_mul(rao_dual a, rao_dual b);
RAO_API rao_dual rao_dual_div(rao_dual a, rao_dual b);
RAO_API rao_dual rao_dual_pow(rao_dual a, rao_dual b);
RAO_API rao_dual rao_dual_powr(rao_dual a, double b);
RAO_API rao_dual rao_dual_scale(rao_dual a, double factor);
RAO_API rao_dual rao_dual_shift(rao_dual a, double term);
RAO_API rao_dual rao_dual_neg(rao_dual a);
RAO_API rao_dual rao_dual_min(rao_dual a, rao_dual b);
RAO_API rao_dual rao_dual_max(rao_dual a, rao_dual b);
RAO_API rao_dual rao_dual_hypot(rao_dual a, rao_dual b);
RAO_API rao_dual rao_dual_atan2(rao_dual y, rao_dual x);
RAO_API rao_dual rao_dual_xlogy(rao_dual a, rao_dual b);
RAO_API rao_dual rao_dual_xlog1py(rao_dual a, rao_dual b);
RAO_API rao_dual rao_dual_lbeta(rao_dual a, rao_dual b);

/* The functions of math.h and of this header, under their names. */
RAO_API rao_dual rao_dual_abs(rao_dual a);
RAO_API rao_dual rao_dual_sign(rao_dual a);
RAO_API rao_dual rao_dual_floor(rao_dual a);
RAO_API rao_dual rao_dual_ceil(rao_dual a);
RAO_API rao_dual rao_dual_exp(rao_dual a);
RAO_API rao_dual rao_dual_expm1(rao_dual a);
RAO_API rao_dual rao_dual_log(rao_dual a);
RAO_API rao_dual rao_dual_log2(rao_dual a);
RAO_API rao_dual rao_dual_log10(rao_dual a);
RAO_API rao_dual rao_dual_log1p(rao_dual a);
RAO_API rao_dual rao_dual_sqrt(rao_dual a);
RAO_API rao_dual rao_dual_cbrt(rao_dual a);
RAO_API rao_dual rao_dual_sin(rao_dual a);
RAO_API rao_dual rao_dual_cos(rao_dual a);
RAO_API rao_dual rao_dual_tan(rao_dual a);
RAO_API rao_dual rao_dual_asin(rao_dual a);
RAO_API rao_dual rao_dual_acos(rao_dual a);
RAO_API rao_dual rao_dual_atan(rao_dual a);
RAO_API rao_dual rao_dual_sinh(rao_dual a);
RAO_API rao_dual rao_dual_cosh(rao_dual a);
RAO_API rao_dual rao_dual_tanh(rao_dual a);
RAO_API rao_dual rao_dual_asinh(rao_dual a);
RAO_API rao_dual rao_dual_acosh(rao_dual a);
RAO_API rao_dual rao_dual_atanh(rao_dual a);
RAO_API rao_dual rao_dual_log1pmx(rao_dual a);
RAO_API rao_dual rao_dual_expm1mx(rao_dual a);
RAO_API rao_dual rao_dual_log1mexp(rao_dual a);
RAO_API rao_dual rao_dual_logistic(rao_dual a);
RAO_API rao_dual rao_dual_logit(rao_dual a);
RAO_API rao_dual rao_dual_softplus(rao_dual a);
RAO_API rao_dual rao_dual_gamma(rao_dual a);
RAO_API rao_dual rao_dual_lgamma(rao_dual a);
RAO_API rao_dual rao_dual_digamma(rao_dual a);
RAO_API rao_dual rao_dual_trigamma(rao_dual a); /* a > 0 */
RAO_API rao_dual rao_dual_erf(rao_dual a);
RAO_API rao_dual rao_dual_erfc(rao_dual a);
RAO_API rao_dual rao_dual_erfcx(rao_dual a);
RAO_API rao_dual rao_dual_normal_cdf(rao_dual a);
RAO_API rao_dual rao_dual_normal_log_cdf(rao_dual a);
RAO_API rao_dual rao_dual_normal_quantile(rao_dual a);
RAO_API rao_dual rao_dual_bessel_i0e(rao_dual a);
RAO_API rao_dual rao_dual_bessel_i1e(rao_dual a);
RAO_API rao_dual rao_dual_log_bessel_i0(rao_dual a);
RAO_API rao_dual rao_dual_bessel_ratio(rao_dual a); /* A = I1/I0 */

#ifdef __cplusplus
}
#endif
#endif
