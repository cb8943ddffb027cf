/* skew.h - C(a) = -log int p^a q^b, a + b = 1 (Chernoff 1952, Bhattacharyya at a = 1/2): 0 <= C for 0 < a < 1, C <= 0 outside, where it may be
 * minus infinite. Renyi's, Tsallis' and Amari's divergences are functions of it. */
#ifndef RAO_MANIFOLD_SKEW_H
#define RAO_MANIFOLD_SKEW_H

#include "manifold/e_path.h"

/* The orders a and b are an e_place: the exponents of p and q. */

/* *out = C(order). With order.p = 0 the integral is that of q over the support of p. */
rao_status rao_skew(rao_ctx *ctx, const family_item *it, e_place order, double *out, rao_quality *quality);

/* The same along the e-geodesic of an exponential family; *out stays as it is where the family offers none. */
rao_status rao_skew_along(rao_ctx *ctx, const family_item *it, e_place order, double *out);

/* The order a in [0, 1] of the largest C(a), and C there, infinite for disjoint supports; 1/2 where every order is the largest.
 * *order_error: an estimate of its error. */
rao_status rao_skew_largest(rao_ctx *ctx, const family_item *it, double *order, double *order_error, double *largest, rao_quality *quality);

/* a p + b q - p^a q^b from the logarithms of p and q (-inf where they are 0, not both) and l = log p/q: >= 0 for 0 <= a <= 1, <= 0 outside. The linear
 * part integrates to one, so that int p^a q^b = 1 - the integral of this, and close pairs lose nothing. */
double rao_skew_gap(e_place order, double log_p, double log_q, double l);
/* p^a q^b l - (p - q), whose integral is that of the first term: 0 where C is largest. */
double rao_skew_tilt(e_place order, double log_p, double log_q, double l);

/* Finite sample spaces: k classes, of which n independent draws are observed; k = 0 for other families. Logarithms of the probabilities, l = log p/q. */
typedef struct classes {
    int64_t k;
    double n;
    double *log_p, *log_q, *l;
} classes;
/* Room from the scratch stack is the caller's to reset. */
rao_status rao_classes_open(rao_ctx *ctx, const rao_family *f, const double *s, const double *t, classes *c);
/* C of one draw, and -dC/da up to a positive factor. */
double rao_classes_skew(const classes *c, e_place order);
double rao_classes_tilt(const classes *c, e_place order);

#endif
