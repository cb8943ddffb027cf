/* fisher/factors.h - the Kronecker factors of every layer, A = E[a a^T] and G = E[g g^T], as kfac and ekfac both keep them. */
#ifndef RAO_FISHER_FACTORS_H
#define RAO_FISHER_FACTORS_H

#include "fisher/fisher.h"

typedef struct factor_pair {
    void *a, *g; /* averages over updates; the lower triangle counts */
} factor_pair;

typedef struct factor_set {
    factor_pair *layer;
    double past; /* weight of the past in the update under way */
} factor_set;

rao_status factors_create(rao_ctx *ctx, const rao_fisher *f, factor_set *s);
void factors_destroy(const rao_fisher *f, factor_set *s);
double factors_bytes(const rao_fisher *f);
/* The first two vectors of a layer's state, its averages with both of their triangles; NULL behind them. */
enum { FACTORS_STATES = 2 };
const char *factors_keep(const rao_fisher *f, int64_t l, int64_t i, const factor_set *s, rao_vec *state);
/* The a side at the forward values, then the g side column by column. */
rao_status factors_begin(rao_ctx *ctx, const rao_fisher *f, const update *u, factor_set *s);
rao_status factors_column(rao_ctx *ctx, const rao_fisher *f, const update *u, int64_t c, factor_set *s);

/* Square matrices of the shapes of a layer's factors, and as vectors. */
static inline rao_mat factor_a(const rao_fisher *f, int64_t l, void *data) {
    int64_t n = rao_graph_parameter(f->graph, l).cols;
    return rao_mat_view(f->op.dtype, n, n, n, data);
}
static inline rao_mat factor_g(const rao_fisher *f, int64_t l, void *data) {
    int64_t n = rao_graph_parameter(f->graph, l).rows;
    return rao_mat_view(f->op.dtype, n, n, n, data);
}

static inline rao_vec factor_vec(const rao_mat *m) { return rao_vec_view(m->dtype, m->rows * m->rows, m->data); }

/* The eigenvalues of a factor that rounding does not explain. */
rao_status factor_rank(rao_ctx *ctx, const rao_mat *factor, int64_t *rank);

/* Room on the scratch stack for a block of any layer: taken before an output is touched, so that no lack of memory leaves it half written. */
rao_status kron_room(rao_ctx *ctx, const rao_fisher *f, void **room);

/* y = left x right through `room`: the one shape of product that Kronecker operators need. vec(Y) = (left (x) right^T) vec(X), row-major.
 * Only a matrix too large for the BLAS makes it fail. */
rao_status kron_apply(rao_ctx *ctx, void *room, rao_trans tl, const rao_mat *left, const rao_mat *x, rao_trans tr, const rao_mat *right,
                      rao_mat *y);
/* y = (left + dl I) x (right + dr I), both symmetric, without copies of them. */
rao_status kron_apply_damped(rao_ctx *ctx, void *room, const rao_mat *left, double dl, const rao_mat *x, const rao_mat *right, double dr,
                             rao_mat *y);

#endif
