/* volume.h - the Jeffreys volume of a box of a chart's coordinates. */
#ifndef RAO_MANIFOLD_VOLUME_H
#define RAO_MANIFOLD_VOLUME_H

#include "family/prior.h"
#include "manifold/geometry.h"

typedef struct region {
    const rao_family *f;
    int64_t chart;
    const double *low, *high; /* n each, low < high */
    int64_t n;
} region;

/* INF where the integral diverges. EDOMAIN: the box leaves the family, or the volume leaves the doubles. */
rao_status rao_region_volume(rao_ctx *ctx, const region *r, double *volume, rao_quality *quality);
/* By quadrature alone, for densities that are no product: volume_quad.c. */
rao_status rao_region_quadrature(rao_ctx *ctx, const region *r, double *volume, rao_quality *quality);
/* int_low^high of one factor of a product that has no antiderivative here. */
rao_status rao_axis_quadrature(rao_ctx *ctx, const prior_axis *axis, double low, double high, double *value, double *error);
/* "gamma: the volume is about exp(1234), which is no double" */
rao_status rao_volume_out_of_range(rao_ctx *ctx, const rao_family *f, double log_volume);

#endif
