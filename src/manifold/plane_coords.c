/* plane_coords.c - members of the hyperbolic families as points of the half-plane, z = sqrt(A/B) x + i s, and of the disc, w = (z - i)/(z + i), in which
 * Fisher-Rao distances are sqrt(B) times the hyperbolic ones: 2 atanh |(w_p - w_q)/(1 - conj(w_p) w_q)|. */
#include <math.h>

#include "manifold/geometry.h"

static rao_status half_plane(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const rao_family *f = it->f;
    const geometry *row = rao_geometry_of(f);
    const half_map *map = row ? row->half : NULL;
    double a, b;
    (void)quality;
    if (f->table->irregular) return rao_fail(ctx, RAO_EDOMAIN, "%s: %s", f->table->info.name, f->table->irregular);
    if (!map || f->dim != 2)
        return rao_fail(ctx, RAO_EUNABLE, "%s: no %s: its Fisher metric is not known to be a hyperbolic plane%s", f->table->info.name,
                        it->what, map ? " in more than one dimension" : "");
    map->constants(f, &a, &b);
    out[0] = sqrt(a / b) * (map->place ? map->place(f, it->p) : it->p[0]);
    out[1] = map->scale ? map->scale(f, it->p) : it->p[1];
    return RAO_OK;
}

/* With z = x + i s: w = (x^2 + (s - 1)(s + 1) - 2 i x)/(x^2 + (s + 1)^2), all scaled by the largest of |x|, s, 1. */
static rao_status disc(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    double z[2];
    RAO_OR_RETURN(half_plane(ctx, it, z, quality));
    double most = fmax(fmax(fabs(z[0]), z[1]), 1), x = z[0] / most, up = (z[1] + 1) / most, down = (z[1] - 1) / most;
    double size = x * x + up * up;
    out[0] = fma(x, x, down * up) / size;
    out[1] = 0 - 2 * x / size / most; /* no -0 */
    return RAO_OK;
}

const family_question rao_ask_half_plane = {"half_plane", half_plane, RAO_COMPLEX, 0};
const family_question rao_ask_disc = {"disc", disc, RAO_COMPLEX, 0};
