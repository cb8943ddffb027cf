/* frechet.h - centres in a metric: of the Fisher-Rao distance and of W_2. Weights sum to one and are not negative. */
#ifndef RAO_MANIFOLD_FRECHET_H
#define RAO_MANIFOLD_FRECHET_H

#include "manifold/manifold.h"

/* The state least in sum w_i d(c, p_i)^2; EUNABLE where geodesics are not known, ENUMERIC where the search stops. */
rao_status rao_frechet_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s, rao_quality *quality);
/* The state least in sum w_i W_2(c, p_i)^2 among all laws, where it lies in the family. */
rao_status rao_wasserstein_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s, rao_quality *quality);

#endif
