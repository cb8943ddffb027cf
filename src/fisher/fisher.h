/* fisher/fisher.h - what a representation is: one const table each, one file each; and the estimate that feeds it. */
#ifndef RAO_FISHER_FISHER_H
#define RAO_FISHER_FISHER_H

#include <rao/fisher.h>

#include "backend/backend.h"

/* One update under way. The cotangents of column c are the columns of sqrt(share_i) R_i, so that with the factors (a, g) of a layer
 * F = sum over columns and cases of vec(g a^T) vec(g a^T)^T, no further weight anywhere. */
typedef struct update {
    rao_objective *objective;
    rao_tape *tape;
    const rao_vec *w;
    int64_t n, columns;
    const double *share; /* a case; they sum to 1 */
    rao_vec root_share;  /* sqrt(share) */
    rao_vec root_column; /* sqrt(share / draws) where draws are averaged, else the same */
    uint64_t step;
} update;

typedef struct representation {
    const char *name;
    const rao_op_table *op;
    unsigned needs; /* of the tape, beside RAO_TAPE_FACTORS */
    /* Bytes it will hold; the sizes are checked against overflow by the caller (double). */
    double (*bytes)(const rao_fisher *f);
    rao_status (*create)(rao_ctx *ctx, rao_fisher *f);
    rao_status (*begin)(rao_ctx *ctx, rao_fisher *f, const update *u);             /* forward values are there */
    rao_status (*column)(rao_ctx *ctx, rao_fisher *f, const update *u, int64_t c); /* factors of column c are there */
    rao_status (*end)(rao_ctx *ctx, rao_fisher *f, const update *u);               /* NULL: nothing is left to do */
    rao_status (*again)(rao_ctx *ctx, rao_fisher *f, const update *u, int64_t c);  /* a second sweep over the columns; NULL: none */
    int (*wants_again)(const rao_fisher *f);
    void (*renew)(rao_fisher *f); /* lets the coming query make anew what is kept over updates; NULL: nothing is */
    void (*destroy)(rao_fisher *f);
    rao_status (*layer)(rao_ctx *ctx, const rao_fisher *f, int64_t layer, rao_fisher_layer *info); /* may be NULL */
    const char *(*keep)(rao_fisher *f, int64_t layer, int64_t i,
                        rao_vec *state); /* vectors of a layer that outlive an update; NULL: none */
} representation;

struct rao_fisher {
    rao_op op;         /* first: a rao_op * of this object is the object */
    rao_op_table none; /* what it answers while it holds no matrix: rep->op's slots, each an error */
    const representation *rep;
    const rao_model *model;
    const rao_graph *graph;
    rao_fisher_opts opts;
    int64_t max_cases, max_columns, layers;
    double updates; /* a double, so that a checkpoint holds it among the other state */
    void *root_share, *root_column;
    double *share;
    void *state; /* of the representation */
};

/* The table that goes with what f holds: rep->op after an update, none before and after one that failed. */
static inline void fisher_settle(rao_fisher *f) { f->op.table = f->updates > 0 ? f->rep->op : &f->none; }

extern const representation fisher_dense, fisher_diagonal, fisher_kfac, fisher_ekfac, fisher_gram, fisher_implicit;

static inline const rao_fisher *fisher_of(const rao_op *op) { return (const rao_fisher *)(const void *)op; }

/* rows x cols block of layer l inside a vector over all parameters. */
static inline rao_mat layer_block(const rao_fisher *f, int64_t l, const rao_vec *x) {
    rao_parameter p = rao_graph_parameter(f->graph, l);
    return rao_mat_view(x->dtype, p.rows, p.cols, p.cols, (char *)x->data + (size_t)p.offset * rao_dtype_size(x->dtype));
}

/* A vector over all parameters on the scratch stack. */
rao_status fisher_vector(rao_ctx *ctx, const rao_op *op, rao_vec *v);
/* One block a layer, of its shape: EINVAL names the layer. */
rao_status fisher_check_layers(rao_ctx *ctx, const rao_fisher *f, const rao_outer *blocks, int64_t count);

/* Cotangents of column c of the batch: written to the tape, scaled by sqrt(share). */
rao_status fisher_fill_column(rao_ctx *ctx, const rao_fisher *f, const update *u, int64_t c);

static inline rao_status fisher_copy(rao_ctx *ctx, const rao_mat *from, rao_mat *into) {
    return rao_copy(ctx, rao_backend_default(), from, into);
}

/* ---- entrywise passes that room backend does not have, float or double by the dtype of their arguments (kernels.c) ---- */

void fisher_copy_squared(const rao_mat *from, rao_mat *into); /* into = from * from, entry by entry */
void fisher_add_diagonal(rao_mat *m, double value);
double fisher_diagonal_sum(const rao_mat *m);
void fisher_expand(const rao_factors *f, int64_t first, int64_t n, int64_t offset, rao_mat *rows); /* rows i: vec(g_i a_i^T) at offset */
/* b (n x count in), in = a->cols: row i holds s a_i for units first .. first + count - 1 side by side, s = sum over columns c of g_ic[unit] g_ic[..].
 * g is (n columns) x units, the columns of a case behind one another. */
void fisher_scale_cases(const rao_mat *g, int64_t columns, int64_t unit, int64_t first, int64_t count, const rao_mat *a, rao_mat *b);
void fisher_row_dots(const rao_mat *a, const rao_mat *b, rao_vec *sums); /* sums_i += <a_i, b_i> */
double fisher_get(const rao_vec *v, int64_t i);
void fisher_put(const rao_vec *v, int64_t i, double value);
void fisher_scale_powers(const rao_vec *s, double shift, double p, rao_vec *x);   /* x_i = x_i (s_i + shift)^p */
void fisher_fill_normal(rao_stream s, uint64_t step, uint64_t first, rao_vec *v); /* standard normal draws first, first + 1, ... */
void fisher_sort(rao_vec *v);                                                     /* ascending */
double fisher_norm1(const rao_mat *m);                                            /* largest sum of magnitudes of a row */
/* X += u v^T; of what it becomes <B, X> + s^T X m in the same pass, or 0 where B is NULL. */
double fisher_add_outer(const rao_vec *u, const rao_vec *v, const rao_mat *b, const rao_vec *s, const rao_vec *m, rao_mat *x);
double fisher_norm1_lower(const rao_mat *m, void *room); /* of a symmetric matrix from its lower triangle; room for a number a row */
double fisher_largest(const rao_vec *v);                 /* of non-negative entries; 0 for none */
double fisher_largest_diagonal(const rao_mat *m);        /* of a semidefinite matrix: at most its largest eigenvalue, at least their mean */

/* ---- singular or not ------------------------------------------------------------------------------------------------------------------------
 * One rule for all representations. A damping above eps times the largest diagonal entry holds a matrix up, whatever the matrix is: what rounding leaves of
 * a vector where F has nothing comes out no longer than |b| / |F|. One below it is lost in the rounding of F and counts as none: then the eigenvalues
 * must lie above side * eps * largest, side that of the matrix whose decomposition made them (1 for a diagonal), or the matrix is EDOMAIN with its rank. */
double fisher_unit(rao_dtype dtype); /* eps */
static inline int fisher_held(const rao_op *op, double damping, double top) { return damping > fisher_unit(op->dtype) * top; }
/* How many of these numbers, in any order, exceed side * eps * largest, with `damping` added to each. */
int64_t fisher_count(const rao_vec *w, double damping, int64_t side);
/* The sentence: `where` names the part ("" for the whole), `least` is a damping that would do, with side * eps for the
 * rounding of a factorisation. */
rao_status fisher_singular(rao_ctx *ctx, const rao_op *op, const char *where, int at_most, int64_t rank, double least);
/* L L^T = A + damping I: has a pivot lost all of its digits under a damping that A cannot hold? Rounding leaves the zero pivots of a singular
 * matrix slightly positive as often as not, so that a factorisation that succeeds proves nothing then. */
int fisher_lost_pivot(const rao_mat *a, double damping, const rao_mat *l);

#endif
