/* twin.h - points in a family and in coordinates in which a search is well scaled, and the way back. Kullback and Leibler's divergence knows neither
 * the unit nor the origin of x, nor a map of x, nor classes that no point can show. */
#ifndef RAO_MANIFOLD_TWIN_H
#define RAO_MANIFOLD_TWIN_H

#include "manifold/manifold.h"

typedef struct twin {
    const rao_family *f; /* the family itself, or `own` */
    rao_family *own;
    const double **s;    /* the points' states in f */
    const int *exponent; /* the unit of x is 2^exponent, one for each axis (rao_axis_of); NULL: 1 */
    int64_t located;
    const double *origin;      /* coordinates of chart 0 that are counted from these: `located` of them */
    const unsigned char *kept; /* classes, or NULL: all */
} twin;

/* n >= 1 states; rooms from the scratch stack are the caller's to reset; rao_twin_close releases what else there is, NULL-safe in `own`. */
rao_status rao_twin_open(rao_ctx *ctx, const rao_family *f, int64_t n, const double *const *points, twin *out);
/* The state in the family of a state of the twin. */
rao_status rao_twin_back(rao_ctx *ctx, const rao_family *f, const twin *t, const double *s, double *out);
void rao_twin_close(twin *t);

#endif
