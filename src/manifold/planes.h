/* planes.h - distances in the half-plane for many pairs at once, one set of kernels a kind of machine. */
#ifndef RAO_MANIFOLD_PLANES_H
#define RAO_MANIFOLD_PLANES_H

#include <stdint.h>

enum { PLANES = 256 }; /* pairs a call, always all of them: a bit depends on no pair's neighbours */

/* Pairs (x, s), (y, t) as separate arrays. */
typedef struct plane_pairs {
    double x[PLANES], s[PLANES], y[PLANES], t[PLANES];
} plane_pairs;

/* The range in which products and quotients of the kernels stay far from both ends of the doubles. */
#define PLANES_LEAST 1e-280
#define PLANES_MOST 1e280

/* d[i] = 2 root_b asinh(h/(2 sqrt(s t))), h^2 = unit2 (y - x + shear (t - s))^2 + (t - s)^2, to 4 units. 0: of some pairs it may be nothing, and
 * plane_known says of which. */
typedef int plane_distances(const plane_pairs *pairs, double unit2, double shear, double root_b, double *d);
/* Both coordinates of PLANES points that lie one behind the other. */
typedef void plane_gather(const double *points, double *x, double *s);

typedef struct plane_kernels {
    plane_distances *distances;
    plane_gather *gather;
} plane_kernels;

extern plane_distances planes_generic, planes_avx2, planes_avx512;
extern plane_gather planes_gather_generic, planes_gather_avx2, planes_gather_avx512;

/* known[i] = 0 where a number is no coordinate, or 4 s t, h^2 (unless it is 0) or their quotient lies outside the range. */
void plane_known(const plane_pairs *pairs, double unit2, double shear, unsigned char *known);

#endif
