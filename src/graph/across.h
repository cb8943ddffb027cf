/* graph/across.h - tapes of small networks, whose cases lie across.
 *
 * Where no layer is wider than 32, the batch is not short beside the widest, and only values and gradients are asked for, a tape holds
 * features x cases: (cols + 1) x ld a node, its last row the homogeneous 1. Then every vector is full whatever the widths, and products need
 * no packing: one of 10 x 7 by 7 x 256 takes less time than a call of a general one. Callers of <rao/graph.h> see n x columns all the same:
 * the input, the output and its cotangent are turned at the edges. The calls below leave the turning out, for a caller who can take the
 * matrices as they lie. Results agree with those of other tapes to rounding: sums run in another order. */
#ifndef RAO_GRAPH_ACROSS_H
#define RAO_GRAPH_ACROSS_H

#include <rao/graph.h>

/* Whether the tape is one of these; the other calls are for those that are. */
int tape_is_across(const rao_tape *tape);
/* The batch to come has n cases: the inputs x n view to fill, in the place of rao_tape_input. */
rao_status tape_input_across(rao_ctx *ctx, rao_tape *tape, int64_t n, rao_mat *x);
/* As rao_tape_forward and rao_tape_vjp; the output and its cotangent, outputs x n, lie in these views. */
rao_status tape_forward_across(rao_ctx *ctx, rao_tape *tape, const rao_vec *w);
rao_status tape_vjp_across(rao_ctx *ctx, rao_tape *tape, const rao_vec *w, double beta, rao_vec *gradient);
rao_mat tape_output_across(const rao_tape *tape);
rao_mat tape_cotangent_across(const rao_tape *tape);
/* Makes rao_tape_output what tape_forward_across has left. */
rao_status tape_turn_output(rao_ctx *ctx, rao_tape *tape);

#endif
