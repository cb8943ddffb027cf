/* graph/operation.h - what an operation is: one const table each, one file each.
 *
 * An operation sees one call: its input x, its output y, its parameter W where it has one, and of each the value v, the tangent d,
 * the cotangent g and the tangent h of the cotangent, whichever the pass at hand has filled (NULL: not there, meaning zero). */
#ifndef RAO_GRAPH_OPERATION_H
#define RAO_GRAPH_OPERATION_H

#include <rao/graph.h>

/* Buffers of one node: n x ld, or (cols + 1) x ld where the cases lie across. */
typedef struct node_data {
    int64_t cols, ld;
    void *v, *d, *g, *h;
} node_data;

/* Views of one parameter inside the caller's vectors; data NULL where the pass does not give or want it. */
typedef struct parameter_data {
    rao_mat v; /* value */
    rao_mat d; /* direction */
    rao_mat g; /* gradient: g = beta g + ... */
    rao_mat h; /* hvp product: h = beta h + ... */
} parameter_data;

typedef struct op_call {
    rao_ctx *ctx;
    rao_dtype dtype;
    int64_t n;
    int across; /* buffers hold features x cases, see across.h; forward and vjp only */
    rao_activation activation;
    node_data x, y;
    parameter_data w;
    double beta; /* of the parameter's gradient and product */
} op_call;

typedef struct rao_operation {
    const char *name;
    rao_factor_kind factors;                    /* 0: no parameter */
    int entrywise;                              /* y is as wide as x, and its tangents and cotangents may lie in x's buffers */
    int (*in_place)(rao_activation activation); /* y.v may lie in x.v's buffer: no later pass reads x.v. NULL: never */
    rao_status (*forward)(const op_call *c);    /* y.v from x.v */
    rao_status (*vjp)(const op_call *c);        /* x.g (when not NULL) and w.g (when given) from y.g */
    rao_status (*jvp)(const op_call *c);        /* y.d from x.d (may be NULL) and w.d */
    rao_status (*hvp)(const op_call *c);        /* x.h and w.h from y.g, y.h, x.d, w.d; runs before vjp on the same node */
} rao_operation;

extern const rao_operation rao_operation_dense, rao_operation_activation;

/* The view of a node's buffer, n x columns or, across, columns x n. */
static inline rao_mat columns_view(const op_call *c, const node_data *node, void *data, int64_t columns) {
    return c->across ? rao_mat_view(c->dtype, columns, c->n, node->ld, data) : rao_mat_view(c->dtype, c->n, columns, node->ld, data);
}
static inline rao_mat node_view(const op_call *c, const node_data *node, void *data) { return columns_view(c, node, data, node->cols); }
/* The same with the homogeneous column or row. */
static inline rao_mat node_view_1(const op_call *c, const node_data *node, void *data) {
    return columns_view(c, node, data, node->cols + 1);
}

#endif
