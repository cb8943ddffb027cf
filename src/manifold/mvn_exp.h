/* mvn_exp.h - exp of multivariate normals. */
#ifndef RAO_MANIFOLD_MVN_EXP_H
#define RAO_MANIFOLD_MVN_EXP_H

#include "manifold/cone.h"

/* The point that the geodesic with this velocity (of mean and covariance, upper triangle) reaches at time 1. EDOMAIN: it leaves the range of doubles;
 * ENUMERIC: its covariance there is singular to rounding. */
rao_status rao_mvn_exp(rao_ctx *ctx, const rao_family *f, const double *p, const double *velocity, double *out, rao_quality *quality);

#endif
