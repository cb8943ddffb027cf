/* dense.c - the k x k matrix itself: the oracle of all other representations, exact for small networks.
 *
 * How it is summed up, and for how many flops: dense_sum.c. Solve, logdet and sample by Cholesky (k^3 / 3) at the first need after an update or
 * a change of damping; power and eigenvalues by eigen-decomposition. */
#include "fisher/fisher.h"

#include <math.h>
#include <string.h>

#include "fisher/dense_sum.h"

typedef struct dense {
    void *f, *l;
    int factored;
    dense_sum sum;
} dense;

static double bytes(const rao_fisher *f) {
    double k = (double)f->op.n, unit = (double)rao_dtype_size(f->op.dtype);
    return unit * 2 * k * k + dense_sum_bytes(f);
}

static rao_mat square(const rao_op *op, void *data) { return rao_mat_view(op->dtype, op->n, op->n, op->n, data); }
static dense *state_of(const rao_op *op) { return fisher_of(op)->state; }

static void destroy(rao_fisher *f) {
    dense *d = f->state;
    rao_free_block(&d->f);
    rao_free_block(&d->l);
    dense_sum_destroy(&d->sum);
    rao_free(&f->state);
}

static rao_status create(rao_ctx *ctx, rao_fisher *f) {
    rao_status st = RAO_OK;
    dense *d = NULL;
    int64_t k = f->op.n, numbers = 0;
    RAO_TRY(rao_alloc(ctx, 1, &d));
    f->state = d;
    RAO_TRY(rao_size_mul(ctx, "fisher: dense", k, k, &numbers));
    RAO_TRY(rao_alloc_bytes(ctx, numbers, rao_dtype_size(f->op.dtype), &d->f));
    RAO_TRY(rao_alloc_bytes(ctx, numbers, rao_dtype_size(f->op.dtype), &d->l));
    RAO_TRY(dense_sum_create(ctx, f, &d->sum));
done:
    return st;
}

static rao_status begin(rao_ctx *ctx, rao_fisher *f, const update *u) {
    (void)ctx, (void)u;
    ((dense *)f->state)->factored = 0;
    return RAO_OK;
}

static rao_status column(rao_ctx *ctx, rao_fisher *f, const update *u, int64_t c) {
    dense *d = f->state;
    rao_mat into = square(&f->op, d->f);
    return dense_sum_column(ctx, f, u, c, &d->sum, &into);
}

static rao_status end(rao_ctx *ctx, rao_fisher *f, const update *u) {
    dense *d = f->state;
    rao_mat into = square(&f->op, d->f);
    return dense_sum_end(ctx, f, u, &d->sum, &into);
}

static double least_damping(const rao_op *op) {
    rao_mat f = square(op, state_of(op)->f);
    return fisher_unit(op->dtype) * fisher_largest_diagonal(&f);
}

/* The number of eigenvalues that rounding does not explain: for the sentence about a singular matrix. */
static rao_status rank_of(rao_ctx *ctx, const rao_op *op, int64_t *rank) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    char *w = NULL;
    RAO_TRY(rao_scratch(ctx, op->n * (int64_t)rao_dtype_size(op->dtype), &w));
    rao_vec values = rao_vec_view(op->dtype, op->n, w);
    RAO_TRY(op->table->eigenvalues(ctx, op, &values));
    *rank = fisher_count(&values, 0, op->n);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* EDOMAIN where the eigenvalues say that the damped matrix is singular. */
static rao_status check_rank(rao_ctx *ctx, const rao_op *op) {
    int64_t rank = 0;
    rao_status st = rank_of(ctx, op, &rank);
    if (st != RAO_OK || rank == op->n) return st;
    return fisher_singular(ctx, op, "", 0, rank, (double)op->n * least_damping(op));
}

static rao_status factor(rao_ctx *ctx, const rao_op *op, rao_mat *l) {
    rao_status st = RAO_OK;
    dense *d = state_of(op);
    *l = square(op, d->l);
    if (d->factored) return RAO_OK;
    rao_mat f = square(op, d->f);
    RAO_TRY(fisher_copy(ctx, &f, l));
    fisher_add_diagonal(l, op->damping);
    st = rao_cholesky(ctx, l, 0, NULL);
    if (st == RAO_ENUMERIC) {
        RAO_TRY(check_rank(ctx, op)); /* the reason, where there is a better one */
        st = rao_fail(ctx, RAO_ENUMERIC, "fisher: damping = %g leaves a matrix that rounding makes indefinite, want more", op->damping);
    } else if (st == RAO_OK && fisher_lost_pivot(&f, op->damping, l)) {
        st = check_rank(ctx, op);
    }
    d->factored = st == RAO_OK;
done:
    return st;
}

static rao_status apply(rao_ctx *ctx, const rao_op *op, const rao_vec *x, rao_vec *y) {
    rao_status st = RAO_OK;
    rao_mat f = square(op, state_of(op)->f);
    RAO_TRY(rao_gemv(ctx, RAO_N, 1, &f, x, 0, y));
    RAO_TRY(rao_axpy(ctx, op->damping, x, y));
done:
    return st;
}

static rao_status solve(rao_ctx *ctx, const rao_op *op, const rao_vec *b, rao_vec *x) {
    rao_status st = RAO_OK;
    rao_mat l, xm = rao_mat_view(op->dtype, op->n, 1, 1, x->data);
    RAO_TRY(factor(ctx, op, &l));
    memcpy(x->data, b->data, (size_t)op->n * rao_dtype_size(op->dtype));
    RAO_TRY(rao_cholesky_solve(ctx, &l, &xm));
done:
    return st;
}

static rao_status logdet(rao_ctx *ctx, const rao_op *op, double *value) {
    rao_status st = RAO_OK;
    rao_mat l;
    RAO_TRY(factor(ctx, op, &l));
    RAO_TRY(rao_cholesky_logdet(ctx, &l, value));
done:
    return st;
}

/* x = L^-T z */
static rao_status sample(rao_ctx *ctx, const rao_op *op, rao_stream s, uint64_t step, rao_vec *x) {
    rao_status st = RAO_OK;
    rao_mat l, xm = rao_mat_view(op->dtype, op->n, 1, 1, x->data);
    RAO_TRY(factor(ctx, op, &l));
    fisher_fill_normal(s, step, 0, x);
    RAO_TRY(rao_trsm(ctx, RAO_LEFT, RAO_T, &l, &xm));
done:
    return st;
}

static rao_status trace(rao_ctx *ctx, const rao_op *op, double *value) {
    (void)ctx;
    rao_mat f = square(op, state_of(op)->f);
    *value = fisher_diagonal_sum(&f) + op->damping * (double)op->n;
    return RAO_OK;
}

/* A copy of the damped matrix on the scratch stack. */
static rao_status damped_copy(rao_ctx *ctx, const rao_op *op, rao_mat *copy) {
    char *data = NULL;
    rao_status st = rao_scratch(ctx, op->n * op->n * (int64_t)rao_dtype_size(op->dtype), &data);
    if (st != RAO_OK) return st;
    rao_mat f = square(op, state_of(op)->f);
    *copy = square(op, data);
    RAO_TRY(fisher_copy(ctx, &f, copy));
    fisher_add_diagonal(copy, op->damping);
done:
    return st;
}

static rao_status eigenvalues(rao_ctx *ctx, const rao_op *op, rao_vec *w) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_mat copy;
    RAO_TRY(damped_copy(ctx, op, &copy));
    RAO_TRY(rao_eigvalsh(ctx, &copy, w));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* y = V w^p V^T x */
static rao_status power(rao_ctx *ctx, const rao_op *op, double p, const rao_vec *x, rao_vec *y) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    int64_t n = op->n, unit = (int64_t)rao_dtype_size(op->dtype);
    rao_mat v;
    char *wd = NULL, *td = NULL;
    RAO_TRY(damped_copy(ctx, op, &v));
    RAO_TRY(rao_scratch(ctx, n * unit, &wd));
    RAO_TRY(rao_scratch(ctx, n * unit, &td));
    rao_vec w = rao_vec_view(op->dtype, n, wd), t = rao_vec_view(op->dtype, n, td);
    RAO_TRY(rao_eigh(ctx, &v, &w));
    RAO_TRY(rao_gemv(ctx, RAO_T, 1, &v, x, 0, &t));
    int64_t rank = fisher_count(&w, 0, n);
    if (p < 0 && rank < n && !(op->damping > least_damping(op)))
        RAO_TRY(fisher_singular(ctx, op, "", 0, rank, (double)n * least_damping(op)));
    for (int64_t i = 0; i < n; i++) {
        double l = fisher_get(&w, i);
        fisher_put(&t, i, fisher_get(&t, i) * (p == 0 ? 1 : pow(fmax(l, 0), p)));
    }
    RAO_TRY(rao_gemv(ctx, RAO_N, 1, &v, &t, 0, y));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status damp(rao_ctx *ctx, rao_op *op, double damping) {
    (void)ctx;
    op->damping = damping;
    state_of(op)->factored = 0;
    return RAO_OK;
}

static const rao_op_table table = {.name = "dense",
                                   .apply = apply,
                                   .solve = solve,
                                   .power = power,
                                   .sample = sample,
                                   .trace = trace,
                                   .logdet = logdet,
                                   .eigenvalues = eigenvalues,
                                   .damp = damp};
const representation fisher_dense = {
    .name = "dense", .op = &table, .bytes = bytes, .create = create, .begin = begin, .column = column, .end = end, .destroy = destroy};
