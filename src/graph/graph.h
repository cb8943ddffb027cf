/* graph/graph.h - the inside of a graph and of a tape. */
#ifndef RAO_GRAPH_GRAPH_H
#define RAO_GRAPH_GRAPH_H

#include "graph/operation.h"

typedef struct node {
    const rao_operation *op; /* NULL: the input */
    int64_t cols;
    int64_t parameter; /* entry of the layout, -1: none */
    rao_activation activation;
} node;

enum { PARAMETER_NAME = 32 };
typedef struct entry {
    char name[PARAMETER_NAME];
    int64_t node, offset, rows, cols;
} entry;

struct rao_graph {
    rao_dtype dtype;
    int64_t nodes, node_room, entries, entry_room, size;
    node *node;
    entry *entry;
};

struct rao_tape {
    const rao_graph *graph;
    int64_t max_cases, n, bytes;
    unsigned needs;
    int across;                        /* buffers hold features x cases, see across.h */
    int rows_given;                    /* across: the batch lies in `rows_in` and not yet in the input's buffer */
    void *rows_in, *rows_out, *rows_g; /* across: the input, the output and its cotangent as the callers see them, n x columns */
    node_data *data;                   /* one a node */
    void *arena;
};

#endif
