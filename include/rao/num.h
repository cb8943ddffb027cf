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

RAO_API double rao_log1pmx(double x);               /* log(1 + x) - x, x > -1; error 2 */
RAO_API double rao_expm1mx(double x);               /* exp(x) - 1 - x; error 1 */
RAO_API double rao_log1mexp(double x);              /* log(1 - exp(x)), x < 0; error 1 */
RAO_API double rao_logistic(double x);              /* 1 / (1 + exp(-x)); error 1 */
RAO_API double rao_logit(double p);                 /* log(p / (1 - p)), 0 <= p <= 1; error 1.2 */
RAO_API double rao_softplus(double x);              /* log(1 + exp(x)), error 1; -rao_softplus(-x) is log logistic(x) */
RAO_API double rao_xlogy(double x, double y);       /* x log y, 0 where x = 0 */
RAO_API double rao_xlog1py(double x, double y);     /* x log(1 + y), 0 where x = 0 */
RAO_API double rao_logaddexp(double a, double b);   /* log(exp(a) + exp(b)) */
RAO_API double rao_logsumexp(int64_t n, const double *x); /* log sum exp(x_i); -inf for n = 0 */
/* p log(p/q) - p + q >= 0 for p, q >= 0 (q = 0 < p: inf): the relative entropy of two masses, also the KL of two Poisson laws. Error 2.
 * Sums of it over the cells of two probability vectors lose nothing when they are close. */
RAO_API double rao_relative_entropy(double p, double q);

/* ---- gamma and its logarithm --------------------------------------------------------------------------------- */

RAO_API double rao_gamma(double x);    /* Gamma(x); NaN at 0, -1, -2, ...; error 2.5 */
RAO_API double rao_lgamma(double x);   /* log |Gamma(x)|; error 1.5, relative to 1 + |value| for x < 0 */
RAO_API double rao_lgamma1p(double x); /* log Gamma(1 + x); error 2 */
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

RAO_API double rao_digamma(double x);          /* psi, relative accuracy also near its positive root; error 1.5 */
RAO_API double rao_trigamma(double x);         /* psi'; error 2 */
RAO_API double rao_tetragamma(double x);       /* psi''; error 3, 6 of the pole's size for x < 0 */
RAO_API double rao_polygamma(int n, double x); /* psi^(n), 0 <= n <= 100, x > 0; error 6 */
RAO_API double rao_digamma_diff(double x, double d); /* psi(x + d) - psi(x), x, x + d > 0; error 2 */
/* h', h'', h''' of the excess h: psi(x) - log x < 0, psi'(x) - 1/x > 0, psi''(x) + 1/x^2 < 0; x > 0; error 3. */
RAO_API double rao_digamma_excess(double x);
RAO_API double rao_trigamma_excess(double x);
RAO_API double rao_tetragamma_excess(double x);
/* The x > 0 with psi(x) = y, and with psi(x) - log x = e < 0: maximum likelihood of the Dirichlet and the gamma. */
RAO_API double rao_digamma_inverse(double y);
RAO_API double rao_digamma_excess_inverse(double e);

#ifdef __cplusplus
}
#endif
#endif
