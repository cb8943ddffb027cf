/* pair.h - functions of two densities that have no closed form: quadrature on a line, sums over counts, averages over draws in several variables. */
#ifndef RAO_MANIFOLD_PAIR_H
#define RAO_MANIFOLD_PAIR_H

#include "family/integrate.h"
#include "manifold/skew.h"

/* C(order), see skew.h. EUNABLE for orders outside [0, 1] in several variables, where averages over draws from p and q have no bounded weights. */
rao_status rao_pair_skew(rao_ctx *ctx, const family_item *it, e_place order, double *out, rao_quality *quality);
/* dC/da up to a positive factor; *noise: the error that it may have. */
rao_status rao_pair_tilt(rao_ctx *ctx, const family_item *it, e_place order, double *out, double *noise);

/* An integrand in log p, log q and l = log p/q, homogeneous of degree one in (p, q). */
typedef double pair_term(double log_p, double log_q, double l);
/* Places of its own that an integrand is cut at. */
typedef rao_status pair_cuts(rao_ctx *ctx, const family_item *it, integrate_marks *found);
/* *out = its integral, cut at `cuts` (may be NULL) too. `squared`: it is of order l^2 for p near q, else of order |l|. */
rao_status rao_pair_integral(rao_ctx *ctx, const family_item *it, pair_term *term, int squared, pair_cuts *cuts, double *out,
                             rao_quality *quality);

/* pair_axes.c: a pair of normals in many variables in axes of its own, with states in scratch memory and a family that is the caller's to destroy; any other
 * pair, and one that doubles do not hold there, as it is. */
rao_status rao_pair_axes(rao_ctx *ctx, const family_item *it, rao_family **own, family_item *out);

/* outcomes.c: have n draws from k classes few outcomes (a million)? Then the integral of a term as the sum over them. */
int rao_outcomes_few(const family_item *it, const classes *c);
rao_status rao_outcomes_sum(rao_ctx *ctx, const family_item *it, const classes *c, pair_term *term, double *out, rao_quality *quality);

#endif
