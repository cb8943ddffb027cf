/* mvn_alpha.h - alpha-geodesics of multivariate normals. */
#ifndef RAO_MANIFOLD_MVN_ALPHA_H
#define RAO_MANIFOLD_MVN_ALPHA_H

#include "manifold/manifold.h"

/* The state at it->t, between 0 and 1, on the geodesic from p to q of the connection it->args->alpha. */
rao_status rao_mvn_alpha(rao_ctx *ctx, const family_item *it, double *s, rao_quality *quality);

#endif
