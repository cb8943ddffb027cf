/* planes.h - distances in the half-plane for many pairs at once, one kernel a kind of machine. */
#ifndef RAO_MANIFOLD_PLANES_H
#define RAO_MANIFOLD_PLANES_H

#include <stdint.h>

enum { PLANES = 256 }; /* pairs a call, always all of them: a bit depends on no pair's neighbours */

/* Pairs (x, s), (y, t) as separate arrays. */
typedef struct plane_pairs {
    double x[PLANES], s[PLANES], y[PLANES], t[PLANES];
} plane_pairs;

/* d[i] = 2 root_b asinh(h/(2 sqrt(s t))), h^2 = unit^2 (y - x + shear (t - s))^2 + (t - s)^2, to 4 units; known[i] = 0 where a number is no coordinate,
 * or s t or the square of the quotient lies outside 1e-280..1e280 (d[i] is then nothing). */
typedef void plane_distances(const plane_pairs *pairs, double unit, double shear, double root_b, double *d, unsigned char *known);
extern plane_distances planes_generic, planes_avx2, planes_avx512;

#endif
