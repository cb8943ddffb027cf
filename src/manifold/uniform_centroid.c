/* uniform_centroid.c - KL(p : q) of uniform laws is the logarithm of the ratio of the lengths where the interval of q covers that of p, else infinite. So the left
 * centroid is the longest interval inside all, the intersection; the right one the shortest that covers all, the hull; a symmetric one would be both. */
#include <math.h>

#include "manifold/centroids.h"

rao_status rao_uniform_centroid(rao_ctx *ctx, rao_centroid_kind kind, const family_mean *points, double *s) {
    double in[2] = {-INF, INF}, out[2] = {INF, -INF};
    for (int64_t i = 0; i < points->n; i++) {
        const double *p = points->s[i];
        if (points->w[i] == 0) continue;
        in[0] = fmax(in[0], p[0]), in[1] = fmin(in[1], p[1]);
        out[0] = fmin(out[0], p[0]), out[1] = fmax(out[1], p[1]);
    }
    if (kind == RAO_CENTROID_SYMMETRIC)
        return rao_fail(ctx, RAO_EDOMAIN,
                        "uniform: no symmetric centroid: its interval would have to cover points that differ and lie inside them");
    if (kind == RAO_CENTROID_RIGHT) {
        if (!(out[1] - out[0] < INF))
            return rao_fail(ctx, RAO_EDOMAIN, "uniform: the hull of the points, from %.17g to %.17g, is longer than a double", out[0],
                            out[1]);
        s[0] = out[0], s[1] = out[1];
        return RAO_OK;
    }
    if (!(in[0] < in[1]))
        return rao_fail(ctx, RAO_EDOMAIN,
                        "uniform: no left centroid: no interval lies inside all points (one begins at %.17g, one ends at %.17g)", in[0],
                        in[1]);
    s[0] = in[0], s[1] = in[1];
    return RAO_OK;
}
