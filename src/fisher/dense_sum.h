/* fisher/dense_sum.h - the matrix F of dense.c as a sum over the cases of a batch, by the cheaper of two orders of summation. */
#ifndef RAO_FISHER_DENSE_SUM_H
#define RAO_FISHER_DENSE_SUM_H

#include "fisher/fisher.h"

/* What an order of summation keeps between the columns of an update. */
typedef struct dense_sum {
    void *g;       /* by cases: max_cases x columns x units, the cotangents of all layers; NULL: by rows */
    int64_t units; /* outputs of all layers */
} dense_sum;

double dense_sum_bytes(const rao_fisher *f);
/* Flops of an update of so many cases. */
double dense_sum_flops(const rao_fisher *f, double cases);
rao_status dense_sum_create(rao_ctx *ctx, const rao_fisher *f, dense_sum *s);
void dense_sum_destroy(dense_sum *s);
/* Column c of an update: into the lower triangle of F, or kept for the end. Column 0 starts F anew. */
rao_status dense_sum_column(rao_ctx *ctx, const rao_fisher *f, const update *u, int64_t c, dense_sum *s, rao_mat *into);
/* Behind the last column: F is whole, both triangles. */
rao_status dense_sum_end(rao_ctx *ctx, const rao_fisher *f, const update *u, dense_sum *s, rao_mat *into);

#endif
