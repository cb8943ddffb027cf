/* curve.h - Fisher-Rao geometry of families of one parameter by quadrature, in the item's chart. */
#ifndef RAO_MANIFOLD_CURVE_H
#define RAO_MANIFOLD_CURVE_H

#include "manifold/manifold.h"

/* One dimension, and no model space of its own. */
int rao_is_curve(const rao_family *f);
/* Answers with their error estimates; EDOMAIN where a geodesic ends at the edge of the family. */
rao_status rao_curve_distance(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality);
rao_status rao_curve_path(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality);
rao_status rao_curve_exp(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality);
rao_status rao_curve_log(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality);
rao_status rao_curve_carry(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality);

#endif
