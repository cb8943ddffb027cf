/* rao/graph.h - a network as a graph of operations, each with forward, vjp, jvp, hvp and per-example factors.
 *
 * A graph is a sequence of nodes, each reading the one before it; a node's value is an n x cols matrix, one row a case. It owns no
 * numbers: parameters lie in one contiguous vector that the caller holds, described by the graph's layout, and the values of a
 * batch lie in a tape. One graph serves many tapes and threads at once.
 *
 * Values are stored n x ld with ld = cols + 1 rounded up to a multiple of 16; column `cols` holds 1 (0 in a tangent), so that a
 * dense layer with its bias is one product Z = [X 1] W^T with W = [weight bias], out x (in + 1), and the sum over cases of its
 * gradient is one product too. Inside a tape that is asked for values and gradients only, small networks lie the other way round; what a caller
 * sees of it is the same, to rounding.
 */
#ifndef RAO_GRAPH_H
#define RAO_GRAPH_H

#include <rao/backend.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rao_graph rao_graph;
typedef struct rao_tape rao_tape;

RAO_API const char *rao_activation_name(rao_activation kind);
/* EINVAL with the nearest name. */
RAO_API rao_status rao_activation_find(rao_ctx *ctx, const char *name, rao_activation *kind);

/* ---- building ------------------------------------------------------------------------------------------------ */

RAO_API rao_status rao_graph_create(rao_ctx *ctx, rao_dtype dtype, rao_graph **graph);
RAO_API void rao_graph_destroy(rao_graph **graph);

/* Each appends a node that reads the last one; the last one is the output. EINVAL, ENOMEM. */
/* The input, n x cols: the first node, once. */
RAO_API rao_status rao_graph_input(rao_ctx *ctx, rao_graph *graph, int64_t cols);
/* y = W [x; 1] with W = [weight bias], out x (in + 1), a parameter named `name`. */
RAO_API rao_status rao_graph_dense(rao_ctx *ctx, rao_graph *graph, int64_t out, const char *name);
/* y = f(x), entry by entry. */
RAO_API rao_status rao_graph_activation(rao_ctx *ctx, rao_graph *graph, rao_activation kind);

RAO_API rao_dtype rao_graph_dtype(const rao_graph *graph);
RAO_API int64_t rao_graph_inputs(const rao_graph *graph);  /* columns of the input */
RAO_API int64_t rao_graph_outputs(const rao_graph *graph); /* columns of the output */

/* The offset table of the parameter vector: entry i is rows x cols, contiguous, at [offset, offset + rows * cols). */
typedef struct rao_parameter {
    const char *name; /* borrowed from the graph */
    int64_t offset, rows, cols;
} rao_parameter;
RAO_API int64_t rao_graph_parameters(const rao_graph *graph); /* entries */
RAO_API rao_parameter rao_graph_parameter(const rao_graph *graph, int64_t i);
RAO_API int64_t rao_graph_size(const rao_graph *graph); /* numbers in the vector */

/* ---- running ------------------------------------------------------------------------------------------------- */

/* What a tape will be asked for, planned once: a warm call allocates nothing. */
enum {
    RAO_TAPE_FORWARD = 0,
    RAO_TAPE_VJP = 1,     /* gradients */
    RAO_TAPE_FACTORS = 2, /* and the factors of every parameter after a vjp: cotangents are kept, not reused */
    RAO_TAPE_JVP = 4,     /* directional derivatives of the output */
    RAO_TAPE_HVP = 8      /* tangents of a vjp; implies the others */
};
RAO_API rao_status rao_tape_create(rao_ctx *ctx, const rao_graph *graph, int64_t max_cases, unsigned needs, rao_tape **tape);
RAO_API void rao_tape_destroy(rao_tape **tape);
RAO_API int64_t rao_tape_bytes(const rao_tape *tape);
RAO_API unsigned rao_tape_needs(const rao_tape *tape); /* what it was planned for */

/* The batch to come has n <= max_cases rows: the view to fill with the input. */
RAO_API rao_status rao_tape_input(rao_ctx *ctx, rao_tape *tape, int64_t n, rao_mat *x);
/* The value of the output node after a forward pass, n x outputs. */
RAO_API rao_mat rao_tape_output(const rao_tape *tape);
/* Where to put the cotangent of the output before a vjp, and its tangent before an hvp. */
RAO_API rao_mat rao_tape_cotangent(const rao_tape *tape);
RAO_API rao_mat rao_tape_cotangent_tangent(const rao_tape *tape);
/* The directional derivative of the output after a jvp. */
RAO_API rao_mat rao_tape_tangent(const rao_tape *tape);

/* `w`, `direction`, `gradient`: vectors of rao_graph_size numbers of the graph's dtype. 2 n size flops. */
RAO_API rao_status rao_tape_forward(rao_ctx *ctx, rao_tape *tape, const rao_vec *w);
/* gradient = beta gradient + sum over cases of (d output / d w)^T cotangent. The cotangent buffer is consumed. `gradient` may be
 * NULL: only the factors are made. Needs the values of a forward pass at the same w. */
RAO_API rao_status rao_tape_vjp(rao_ctx *ctx, rao_tape *tape, const rao_vec *w, double beta, rao_vec *gradient);
/* Tangent of the output along `direction` in parameter space. */
RAO_API rao_status rao_tape_jvp(rao_ctx *ctx, rao_tape *tape, const rao_vec *w, const rao_vec *direction);
/* After forward and jvp along the same direction v: with the cotangent c and its tangent c' filled in,
 * product = beta product + d/dt sum (d output / d w)^T c at (w + t v, c + t c'), t = 0. With c the score of a loss and c' = (its Hessian) (tangent)
 * this is the Hessian-vector product. `gradient` (may be NULL) gets the vjp itself as rao_tape_vjp would. */
RAO_API rao_status rao_tape_hvp(rao_ctx *ctx, rao_tape *tape, const rao_vec *w, const rao_vec *direction, double beta, rao_vec *gradient,
                                rao_vec *product);

/* ---- per-example factors ------------------------------------------------------------------------------------- */

/* The gradient of case i with respect to one parameter, as the operation leaves it. OUTER: g_i a_i^T (rows x cols) with a_i and
 * g_i the i-th rows of `a` (n x cols, the homogeneous 1 included) and `g` (n x rows). Views into the tape, valid until it runs again. */
typedef enum rao_factor_kind { RAO_FACTOR_OUTER = 1 } rao_factor_kind;
typedef struct rao_factors {
    rao_factor_kind kind;
    int64_t parameter; /* entry of the layout */
    rao_mat a, g;
} rao_factors;
/* After forward and vjp on a tape made with RAO_TAPE_FACTORS. EINVAL without it. */
RAO_API rao_status rao_tape_factors(rao_ctx *ctx, const rao_tape *tape, int64_t parameter, rao_factors *factors);
/* All of them as the blocks of a vector over the parameters, rao_graph_parameters of them: rao_outer_sum of it is the gradient that the vjp
 * was not asked for. EINVAL as above; EUNABLE, the parameter named, where the gradient of a case is no outer product. */
RAO_API rao_status rao_tape_outer(rao_ctx *ctx, const rao_tape *tape, rao_outer *blocks);

#ifdef __cplusplus
}
#endif
#endif
