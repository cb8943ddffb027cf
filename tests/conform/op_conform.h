/* op_conform.h - the laws of rao_op, run by every representation against the dense truth.
 *
 *   rao_mat truth = ...;                      // double, n x n, F + damping I as the representation defines it; or NULL: formed by n applies
 *   op_conform(ctx, f, &truth, 1e-12);        // laws of every slot, self-consistency under other dampings
 *   op_conform_additive(ctx, f, 1e-12);       // for representations that damp by F + damping I (all but the factored ones)
 *
 * `tol` is the relative rounding of one apply: errors are held to tol |F| |x|, and to tol times the condition number where a solve
 * or a negative power is involved. Keep n below about 60: the oracle decomposes the truth by Jacobi rotations in long double.
 * The operator is left with the damping that it came with.
 */
#ifndef TESTS_CONFORM_OP_CONFORM_H
#define TESTS_CONFORM_OP_CONFORM_H

#include <rao/la.h>

void op_conform(rao_ctx *ctx, rao_op *f, const rao_mat *dense, double tol);
void op_conform_additive(rao_ctx *ctx, rao_op *f, double tol);

#endif
