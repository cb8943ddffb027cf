/* expect.h - E g(x) under a member of a family, and integrals over two members, for vector-valued g, by what the support allows:
 * sums and quadrature (integrate.h) where an observation is one number, else averages over draws. */
#ifndef RAO_FAMILY_EXPECT_H
#define RAO_FAMILY_EXPECT_H

#include "family/integrate.h"

/* What draws an average over several variables takes. */
typedef struct expect_draws {
    rao_stream stream;
    uint64_t step;
    int64_t samples; /* 0: 100000 */
    int only;        /* draws also where a sum or a quadrature would do */
    double noise;    /* an absolute error that the rounding of the integrand makes: sums and quadratures do not look below it */
} expect_draws;

/* Adds weight * g(x) to sum[0..m-1]; sum is zeroed before. */
typedef rao_status expect_fn(rao_ctx *ctx, const double *x, double weight, double *sum, void *arg);

/* mean[0..m-1] = E_s g(x); t: NULL, or a second state whose densities g reads, where an integral is cut too. quality->error is the largest estimate: of the
 * quadrature, of the sum, or the largest standard error. Infinite where the mean diverges; ENUMERIC where it was not reached. */
rao_status rao_expect(rao_ctx *ctx, const rao_family *f, const double *s, const double *t, const expect_draws *draws, int64_t m,
                      expect_fn *g, void *arg, double *mean, rao_quality *quality);

/* The mass of s: 1 over draws, whose mass is not measured. */
rao_status rao_expect_mass(rao_ctx *ctx, const rao_family *f, const double *s, double *mass, rao_quality *quality);
/* Whether a mass with this error may be one. */
int rao_is_one(double mass, double error);
/* A mass that is not one is a verdict on the density only where all of it can have been seen: ENUMERIC where it is 0 or infinite, or where the density
 * still has mass at the largest doubles or at those next to an end of the support. */
rao_status rao_want_mass_seen(rao_ctx *ctx, const rao_family *f, const double *s, double mass);

/* Adds weight * (the integrand at x) to sum[0..m-1], where log p(x) = log_p and log q(x) = log_q: -inf outside a support, never both. The integrand must be
 * homogeneous of degree one in (p, q), as those of the f-divergences are: averages over draws pass both densities in units of the larger. */
typedef rao_status pair_fn(rao_ctx *ctx, const double *x, double log_p, double log_q, double weight, double *sum, void *arg);

/* value[0..m-1] = the integral (or sum) of g over the union of the supports of p and q, cut where either has its mass: int sqrt(pq), half of int |p - q|,
 * int p^a q^(1-a). In several variables the average of g / ((p + q)/2) over draws from both in turn: bounded for these. Errors as above. */
rao_status rao_integrate_pair(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, const expect_draws *draws, int64_t m,
                              pair_fn *g, void *arg, double *value, rao_quality *quality);
/* The same, cut also at places of the integrand's own (draws do not look at them). */
rao_status rao_integrate_pair_marked(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, const integrate_marks *extra,
                                     const expect_draws *draws, int64_t m, pair_fn *g, void *arg, double *value, rao_quality *quality);

#endif
