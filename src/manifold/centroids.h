/* centroids.h - centroids of Kullback and Leibler's divergence outside the exponential families. */
#ifndef RAO_MANIFOLD_CENTROIDS_H
#define RAO_MANIFOLD_CENTROIDS_H

#include "manifold/manifold.h"

/* A family with centroids left, right and symmetric: exponential, of location and scale, Weibull or uniform. */
int rao_has_centroids(const rao_family *f);

/* Families of location and scale, and Weibull laws through the Gumbel laws of -log x (location_centroid.c). The error is that of a coordinate of chart 0. EUNABLE: a
 * family whose minimum need not be one; ENUMERIC: every start of the search, or its end, is beyond doubles. */
rao_status rao_location_centroid(rao_ctx *ctx, const rao_family *f, rao_centroid_kind kind, const family_mean *points, double *s,
                                 rao_quality *quality);
/* Uniform laws: the intersection of the intervals (left), their hull (right). EDOMAIN: no member is at a finite divergence. */
rao_status rao_uniform_centroid(rao_ctx *ctx, rao_centroid_kind kind, const family_mean *points, double *s);

#endif
