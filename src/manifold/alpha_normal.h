/* alpha_normal.h - alpha-geodesics of normal laws: normal, lognormal, isotropic, diagonal. */
#ifndef RAO_MANIFOLD_ALPHA_NORMAL_H
#define RAO_MANIFOLD_ALPHA_NORMAL_H

#include "manifold/manifold.h"

int rao_alpha_is_normal(const rao_family *f);
/* The state at it->t, between 0 and 1, on the geodesic from p to q of the connection it->args->alpha. */
rao_status rao_alpha_normal(rao_ctx *ctx, const family_item *it, double *s, rao_quality *quality);

#endif
