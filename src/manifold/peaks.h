/* peaks.h - where p^a q^b is large: between p and q, or beyond them for orders outside [0, 1]. */
#ifndef RAO_MANIFOLD_PEAKS_H
#define RAO_MANIFOLD_PEAKS_H

#include "manifold/skew.h"

typedef struct skewed {
    const family_item *it;
    e_place order;
    double shift;    /* the logarithm of the largest p^a q^b */
    int unbounded;   /* p^a q^b grows all the way out */
    double limit[2]; /* of the integrands over p far out, where tails are too heavy for doubles */
} skewed;

/* Places with their widths, and -log p^a q^b there. */
typedef struct peaks {
    family_mark *at;
    double *value;
    int64_t count;
} peaks;

/* One peak between each two neighbouring marks of p and q, and one beyond either end. k->shift: the largest, -inf where there is none; k->unbounded, without
 * peaks. For one variable with a support; room from the scratch stack is the caller's to reset. */
rao_status rao_find_peaks(rao_ctx *ctx, skewed *k, peaks *all);

#endif
