/* integrate.h - sums and integrals over the observations of a family with one number in each: a finite sum over classes, num's outward sums over
 * counts, num's adaptive quadrature on a line. */
#ifndef RAO_FAMILY_INTEGRATE_H
#define RAO_FAMILY_INTEGRATE_H

#include "family/family.h"

/* value[0..m-1], zeroed before, = the integrand at x, the density included; an infinity makes the integral infinite. x is a possible observation, inside
 * the pieces that the ends of supports cut. */
typedef rao_status integrand_fn(rao_ctx *ctx, const double *x, double *value, void *arg);

/* Whether the observations of f can be summed or integrated over; several variables are left to draws. */
int rao_integrable(const rao_family *f);

/* Where a member has mass, and the ends of its support (scale INF): at most rao_most_marks of them. For families of one variable with a support. */
int64_t rao_most_marks(const rao_family *f);
int64_t rao_family_marks(const rao_family *f, const double *s, family_mark *at);

/* Places that an integrand has of its own, besides those of the members: peaks with their width, kinks (scale INF). */
typedef struct integrate_marks {
    int64_t count;
    const family_mark *at;
    int bounded; /* nonzero: only observations from low to high count */
    double low, high;
} integrate_marks;

/* value[0..m-1] = the integral of g over the supports of s and t (NULL: of s alone), cut where their mass lies and at `extra` (may be NULL); `noise`: an
 * absolute error that the rounding of g makes, below which nothing is refined. errors (NULL or m): the estimates, quality->error: the largest. +-inf where
 * the integral diverges; EDOMAIN where it does to both sides; ENUMERIC where it was not reached to six digits of the integral of |g|. */
rao_status rao_integrate(rao_ctx *ctx, const rao_family *f, const double *s, const double *t, const integrate_marks *extra, int64_t m,
                         double noise, integrand_fn *g, void *arg, double *value, double *errors, rao_quality *quality);

#endif
