/* fisher/precondition.h - one layer's gradient, given by its factors, between the inverses of a Kronecker pair. */
#ifndef RAO_FISHER_PRECONDITION_H
#define RAO_FISHER_PRECONDITION_H

#include "fisher/fisher.h"

/* Whether n cases of a layer of rows x cols are fewer flops to precondition case by case than their sum is. */
int precondition_by_case(int64_t n, int64_t rows, int64_t cols);

/* What any of the layers needs, taken from the scratch stack before an output is touched. */
typedef struct precondition_room {
    void *numbers;
    double *partial;
} precondition_room;
rao_status precondition_take_room(rao_ctx *ctx, const rao_outer *blocks, int64_t count, precondition_room *room);

/* X = G' (g^T a) A' with symmetric G' (rows x rows) and A' (cols x cols), X contiguous; *inner += <g^T a, X>. */
rao_status precondition(rao_ctx *ctx, const precondition_room *room, const rao_mat *g_inverse, const rao_mat *a_inverse,
                        const rao_outer *block, rao_mat *x, double *inner);

#endif
