/* graph.c - building a graph: its nodes, and the offset table of its parameters. */
#include "graph/graph.h"

#include <stdio.h>
#include <string.h>

rao_status rao_graph_create(rao_ctx *ctx, rao_dtype dtype, rao_graph **graph) {
    if (dtype != RAO_F32 && dtype != RAO_F64) return rao_fail(ctx, RAO_EINVAL, "graph: dtype = %d, want f32 or f64", (int)dtype);
    rao_graph *g = NULL;
    rao_status st = rao_alloc(ctx, 1, &g);
    if (st != RAO_OK) return st;
    g->dtype = dtype;
    *graph = g;
    return RAO_OK;
}

void rao_graph_destroy(rao_graph **graph) {
    if (!graph || !*graph) return;
    rao_free(&(*graph)->node);
    rao_free(&(*graph)->entry);
    rao_free(graph);
}

/* Room for one more element of an array that doubles. */
static rao_status grow(rao_ctx *ctx, void **array, int64_t count, int64_t *room, size_t size) {
    if (count < *room) return RAO_OK;
    int64_t wider = *room ? 2 * *room : 8;
    void *grown = NULL;
    rao_status st = rao_alloc_bytes(ctx, wider, size, &grown);
    if (st != RAO_OK) return st;
    if (count) memcpy(grown, *array, (size_t)count * size);
    rao_free_block(array);
    *array = grown;
    *room = wider;
    return RAO_OK;
}

static rao_status append(rao_ctx *ctx, rao_graph *g, node added) {
    if (added.cols < 1)
        return rao_fail(ctx, RAO_EINVAL, "graph: node %lld has %lld columns, want >= 1", (long long)g->nodes, (long long)added.cols);
    if ((added.op == NULL) != (g->nodes == 0))
        return rao_fail(ctx, RAO_EINVAL, added.op ? "graph: its first node is the input" : "graph: it has an input already");
    rao_status st = grow(ctx, (void **)&g->node, g->nodes, &g->node_room, sizeof *g->node);
    if (st != RAO_OK) return st;
    g->node[g->nodes++] = added;
    return RAO_OK;
}

rao_status rao_graph_input(rao_ctx *ctx, rao_graph *g, int64_t cols) { return append(ctx, g, (node){NULL, cols, -1, RAO_IDENTITY}); }

rao_status rao_graph_dense(rao_ctx *ctx, rao_graph *g, int64_t out, const char *name) {
    int64_t in = g->nodes ? g->node[g->nodes - 1].cols : 0, count = 0;
    if (strlen(name) >= PARAMETER_NAME)
        return rao_fail(ctx, RAO_EINVAL, "graph: the name %s has more than %d bytes", name, PARAMETER_NAME - 1);
    rao_status st = rao_size_mul(ctx, "graph: a dense layer", out < 0 ? 0 : out, in + 1, &count);
    if (st != RAO_OK) return st;
    st = grow(ctx, (void **)&g->entry, g->entries, &g->entry_room, sizeof *g->entry);
    if (st != RAO_OK) return st;
    st = append(ctx, g, (node){&rao_operation_dense, out, g->entries, RAO_IDENTITY});
    if (st != RAO_OK) return st;
    entry *e = &g->entry[g->entries++];
    strcpy(e->name, name);
    e->node = g->nodes - 1, e->offset = g->size, e->rows = out, e->cols = in + 1;
    g->size += count;
    return RAO_OK;
}

rao_status rao_graph_activation(rao_ctx *ctx, rao_graph *g, rao_activation kind) {
    if ((unsigned)kind >= RAO_ACTIVATIONS)
        return rao_fail(ctx, RAO_EINVAL, "graph: activation %d, want 0..%d", (int)kind, RAO_ACTIVATIONS - 1);
    int64_t cols = g->nodes ? g->node[g->nodes - 1].cols : 1;
    return append(ctx, g, (node){&rao_operation_activation, cols, -1, kind});
}

rao_dtype rao_graph_dtype(const rao_graph *g) { return g->dtype; }
int64_t rao_graph_inputs(const rao_graph *g) { return g->nodes ? g->node[0].cols : 0; }
int64_t rao_graph_outputs(const rao_graph *g) { return g->nodes ? g->node[g->nodes - 1].cols : 0; }
int64_t rao_graph_parameters(const rao_graph *g) { return g->entries; }
int64_t rao_graph_size(const rao_graph *g) { return g->size; }

rao_parameter rao_graph_parameter(const rao_graph *g, int64_t i) {
    const entry *e = &g->entry[i];
    return (rao_parameter){e->name, e->offset, e->rows, e->cols};
}
