/* fisher/mixed.h - precondition.h with the products of many flops in bfloat16. */
#ifndef RAO_FISHER_MIXED_H
#define RAO_FISHER_MIXED_H

#include "fisher/fisher.h"

/* The inverses of one layer, packed for such products: a fact about the inverses, made again when they change. */
typedef struct mixed_inverses {
    uint32_t *a, *g;
    int a_packed, g_packed; /* g: as the left or the right operand, by the way that the layer goes */
} mixed_inverses;
rao_status mixed_inverses_create(rao_ctx *ctx, int64_t rows, int64_t cols, mixed_inverses *p);
void mixed_inverses_destroy(mixed_inverses *p);
static inline void mixed_inverses_forget(mixed_inverses *p) { p->a_packed = p->g_packed = 0; }
/* For n cases. */
rao_status mixed_inverses_ensure(rao_ctx *ctx, int64_t n, const rao_mat *g_inverse, const rao_mat *a_inverse, mixed_inverses *p);

/* What any of the layers needs, taken from the scratch stack before an output is touched. */
typedef struct mixed_room {
    float *numbers;
    uint32_t *left, *right; /* packed operands */
    double *partial;
} mixed_room;
rao_status mixed_take_room(rao_ctx *ctx, const rao_outer *blocks, int64_t count, mixed_room *room);

/* As precondition(): X = G' (g^T a) A', *inner += <g^T a, X>. On a machine that has the instructions, for floats. */
rao_status precondition_mixed(rao_ctx *ctx, const mixed_room *room, const rao_mat *g_inverse, const rao_mat *a_inverse,
                              const mixed_inverses *packed, const rao_outer *block, rao_mat *x, double *inner);

#endif
