/* gram.c - the exact F through the m x m matrix of inner products of its m = n r rows, never storing m x k numbers.
 *
 * With J the m x k matrix of rows vec(g a^T): F = J^T J and K = J J^T = sum over layers of (a a^T) * (g g^T), entry by entry.
 *   (F + l)^-1 b = (b - J^T (K + l)^-1 J b) / l          (Woodbury; Ren & Goldfarb 2019 for networks)
 *   log det (F + l) = log det (K + l) + (k - m) log l,    tr F = tr K
 *   (F + l)^p x = l^p x + J^T V diag(((s + l)^p - l^p) / s) V^T J x,   K = V s V^T; with l = 0 the inverse too, where F is regular
 *   a draw from N(0, (F + l)^-1): (F + l)^-1 (J^T e + sqrt(l) z), e and z standard normal
 * J x needs one gemm a layer and J^T v one. The rows of column c of the head's root follow those of column c - 1. */
#include "fisher/fisher.h"

#include <math.h>
#include <string.h>

/* a is stored once a case, g for every column. */
typedef struct factor_rows {
    void *a, *g;
} factor_rows;

typedef struct gram {
    factor_rows *layer;
    void *k, *l;
    int64_t n, m;
    int factored;
} gram;

static double bytes(const rao_fisher *f) {
    double unit = (double)rao_dtype_size(f->op.dtype), m = (double)f->max_cases * (double)f->max_columns, sum = 2 * m * m;
    for (int64_t l = 0; l < f->layers; l++) {
        rao_parameter p = rao_graph_parameter(f->graph, l);
        sum += (double)f->max_cases * (double)p.cols + m * (double)p.rows;
    }
    return unit * sum;
}

static gram *state_of(const rao_op *op) { return fisher_of(op)->state; }
static rao_mat square(const rao_op *op, void *data) {
    return rao_mat_view(op->dtype, state_of(op)->m, state_of(op)->m, state_of(op)->m, data);
}

static rao_mat a_of(const rao_fisher *f, int64_t l) {
    const gram *s = f->state;
    int64_t cols = rao_graph_parameter(f->graph, l).cols;
    return rao_mat_view(f->op.dtype, s->n, cols, cols, s->layer[l].a);
}

/* The rows of column c. */
static rao_mat g_of(const rao_fisher *f, int64_t l, int64_t c) {
    const gram *s = f->state;
    int64_t cols = rao_graph_parameter(f->graph, l).rows;
    return rao_mat_view(f->op.dtype, s->n, cols, cols, (char *)s->layer[l].g + (size_t)(c * s->n * cols) * rao_dtype_size(f->op.dtype));
}

static void destroy(rao_fisher *f) {
    gram *s = f->state;
    for (int64_t l = 0; s->layer && l < f->layers; l++) {
        rao_free_block(&s->layer[l].a);
        rao_free_block(&s->layer[l].g);
    }
    rao_free(&s->layer);
    rao_free_block(&s->k);
    rao_free_block(&s->l);
    rao_free(&f->state);
}

static rao_status create(rao_ctx *ctx, rao_fisher *f) {
    rao_status st = RAO_OK;
    gram *s = NULL;
    size_t unit = rao_dtype_size(f->op.dtype);
    int64_t m = 0, numbers = 0;
    RAO_TRY(rao_alloc(ctx, 1, &s));
    f->state = s;
    RAO_TRY(rao_alloc(ctx, f->layers, &s->layer));
    RAO_TRY(rao_size_mul(ctx, "fisher: gram", f->max_cases, f->max_columns, &m));
    for (int64_t l = 0; l < f->layers; l++) {
        rao_parameter p = rao_graph_parameter(f->graph, l);
        RAO_TRY(rao_size_mul(ctx, "fisher: gram", f->max_cases, p.cols, &numbers));
        RAO_TRY(rao_alloc_bytes(ctx, numbers, unit, &s->layer[l].a));
        RAO_TRY(rao_size_mul(ctx, "fisher: gram", m, p.rows, &numbers));
        RAO_TRY(rao_alloc_bytes(ctx, numbers, unit, &s->layer[l].g));
    }
    RAO_TRY(rao_size_mul(ctx, "fisher: gram", m, m, &numbers));
    RAO_TRY(rao_alloc_bytes(ctx, numbers, unit, &s->k));
    RAO_TRY(rao_alloc_bytes(ctx, numbers, unit, &s->l));
done:
    return st;
}

static rao_status begin(rao_ctx *ctx, rao_fisher *f, const update *u) {
    (void)ctx;
    gram *s = f->state;
    s->n = u->n, s->m = u->n * u->columns, s->factored = 0;
    return RAO_OK;
}

static rao_status column(rao_ctx *ctx, rao_fisher *f, const update *u, int64_t c) {
    rao_status st = RAO_OK;
    for (int64_t l = 0; l < f->layers; l++) {
        rao_factors factors;
        RAO_TRY(rao_tape_factors(ctx, u->tape, l, &factors));
        rao_mat a = a_of(f, l), g = g_of(f, l, c);
        if (c == 0) RAO_TRY(fisher_copy(ctx, &factors.a, &a));
        RAO_TRY(fisher_copy(ctx, &factors.g, &g));
    }
done:
    return st;
}

/* Block (c, d) of K: n x n. */
static rao_mat block_of(const rao_fisher *f, int64_t c, int64_t d) {
    const gram *s = f->state;
    return rao_mat_view(f->op.dtype, s->n, s->n, s->m, (char *)s->k + (size_t)(c * s->n * s->m + d * s->n) * rao_dtype_size(f->op.dtype));
}

/* K += (a a^T) * (g g^T) of one layer, block by block. */
static rao_status add_layer(rao_ctx *ctx, const rao_fisher *f, int64_t l, int64_t columns) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    const gram *s = f->state;
    int64_t unit = (int64_t)rao_dtype_size(f->op.dtype);
    char *ad = NULL, *gd = NULL;
    RAO_TRY(rao_scratch(ctx, s->n * s->n * unit, &ad));
    RAO_TRY(rao_scratch(ctx, s->n * s->n * unit, &gd));
    rao_mat a = a_of(f, l), aa = rao_mat_view(f->op.dtype, s->n, s->n, s->n, ad), gg = rao_mat_view(f->op.dtype, s->n, s->n, s->n, gd);
    RAO_TRY(rao_syrk(ctx, RAO_N, 1, &a, 0, &aa));
    for (int64_t c = 0; c < columns; c++)
        for (int64_t d = 0; d <= c; d++) { /* the lower triangle of blocks is what a factorisation reads */
            rao_mat gc = g_of(f, l, c), gdm = g_of(f, l, d), into = block_of(f, c, d);
            RAO_TRY(rao_gemm(ctx, RAO_N, RAO_T, 1, &gc, &gdm, 0, &gg));
            RAO_TRY(rao_product(ctx, rao_backend_default(), &aa, &gg, &gg));
            RAO_TRY(rao_axpby(ctx, rao_backend_default(), 1, &gg, 1, &into));
        }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status end(rao_ctx *ctx, rao_fisher *f, const update *u) {
    gram *s = f->state;
    rao_status st = RAO_OK;
    memset(s->k, 0, (size_t)(s->m * s->m) * rao_dtype_size(f->op.dtype));
    for (int64_t l = 0; l < f->layers && st == RAO_OK; l++) st = add_layer(ctx, f, l, u->columns);
    return st;
}

/* v = J x: row (c, i) is sum over layers of g_i^T X a_i. */
static rao_status times_j(rao_ctx *ctx, const rao_fisher *f, const rao_vec *x, rao_vec *v) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    const gram *s = f->state;
    size_t unit = rao_dtype_size(f->op.dtype);
    memset(v->data, 0, (size_t)s->m * unit);
    for (int64_t l = 0; l < f->layers; l++) {
        rao_mark inner = rao_scratch_mark(ctx);
        rao_mat a = a_of(f, l), block = layer_block(f, l, x);
        char *td = NULL;
        RAO_TRY(rao_scratch(ctx, s->n * block.rows * (int64_t)unit, &td));
        rao_mat t = rao_mat_view(f->op.dtype, s->n, block.rows, block.rows, td);
        RAO_TRY(rao_gemm(ctx, RAO_N, RAO_T, 1, &a, &block, 0, &t));
        for (int64_t c = 0; c < s->m / s->n; c++) {
            rao_mat g = g_of(f, l, c);
            rao_vec part = rao_vec_view(f->op.dtype, s->n, (char *)v->data + (size_t)(c * s->n) * unit);
            fisher_row_dots(&t, &g, &part);
        }
        rao_scratch_reset(ctx, inner);
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* y = beta y + scale J^T v: for each layer sum over rows of v g a^T = (v * g summed over columns)^T a. */
static rao_status times_jt(rao_ctx *ctx, const rao_fisher *f, double scale, const rao_vec *v, double beta, rao_vec *y) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    const gram *s = f->state;
    size_t unit = rao_dtype_size(f->op.dtype);
    for (int64_t l = 0; l < f->layers; l++) {
        rao_mark inner = rao_scratch_mark(ctx);
        rao_mat a = a_of(f, l), block = layer_block(f, l, y);
        char *td = NULL, *sd = NULL;
        RAO_TRY(rao_scratch(ctx, s->n * block.rows * (int64_t)unit, &td));
        RAO_TRY(rao_scratch(ctx, s->n * block.rows * (int64_t)unit, &sd));
        rao_mat t = rao_mat_view(f->op.dtype, s->n, block.rows, block.rows, td),
                sum = rao_mat_view(f->op.dtype, s->n, block.rows, block.rows, sd);
        for (int64_t c = 0; c < s->m / s->n; c++) {
            rao_mat g = g_of(f, l, c);
            rao_vec part = rao_vec_view(f->op.dtype, s->n, (char *)v->data + (size_t)(c * s->n) * unit);
            RAO_TRY(rao_scale_rows(ctx, rao_backend_default(), &part, &g, &t));
            RAO_TRY(rao_axpby(ctx, rao_backend_default(), 1, &t, c > 0, &sum));
        }
        RAO_TRY(rao_gemm(ctx, RAO_T, RAO_N, scale, &sum, &a, beta, &block));
        rao_scratch_reset(ctx, inner);
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status m_vector(rao_ctx *ctx, const rao_op *op, rao_vec *v) {
    char *data = NULL;
    rao_status st = rao_scratch(ctx, state_of(op)->m * (int64_t)rao_dtype_size(op->dtype), &data);
    if (st == RAO_OK) *v = rao_vec_view(op->dtype, state_of(op)->m, data);
    return st;
}

static rao_status apply(rao_ctx *ctx, const rao_op *op, const rao_vec *x, rao_vec *y) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_vec v, whole;
    RAO_TRY(fisher_vector(ctx, op, &whole));
    RAO_TRY(m_vector(ctx, op, &v));
    RAO_TRY(times_j(ctx, fisher_of(op), x, &v));
    RAO_TRY(times_jt(ctx, fisher_of(op), 1, &v, 0, &whole));
    RAO_TRY(rao_axpy(ctx, op->damping, x, &whole));
    memcpy(y->data, whole.data, (size_t)op->n * rao_dtype_size(op->dtype));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status k_copy(rao_ctx *ctx, const rao_op *op, rao_mat *copy) {
    char *data = NULL;
    int64_t m = state_of(op)->m;
    rao_status st = rao_scratch(ctx, m * m * (int64_t)rao_dtype_size(op->dtype), &data);
    if (st != RAO_OK) return st;
    rao_mat k = square(op, state_of(op)->k);
    *copy = square(op, data);
    return fisher_copy(ctx, &k, copy);
}

/* The eigenvalues of K on the scratch stack, ascending. */
static rao_status k_eigenvalues(rao_ctx *ctx, const rao_op *op, rao_vec *s) {
    rao_mat k;
    rao_status st = m_vector(ctx, op, s);
    if (st == RAO_OK) st = k_copy(ctx, op, &k);
    return st == RAO_OK ? rao_eigvalsh(ctx, &k, s) : st;
}

/* The damping below which it counts as none. */
static double least_damping(const rao_op *op) {
    rao_mat k = square(op, state_of(op)->k);
    return fisher_unit(op->dtype) * fisher_largest_diagonal(&k);
}
static int held(const rao_op *op) { return op->damping > least_damping(op); }

/* Is there an inverse where the damping does not make one? F has the rank of K. */
static rao_status need_inverse(rao_ctx *ctx, const rao_op *op) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_vec s;
    if (held(op)) return RAO_OK;
    RAO_TRY(k_eigenvalues(ctx, op, &s));
    int64_t rank = fisher_count(&s, 0, s.n);
    if (rank < op->n) RAO_TRY(fisher_singular(ctx, op, "", 0, rank, (double)s.n * least_damping(op)));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* L L^T = K + damping under a damping that holds */
static rao_status factor(rao_ctx *ctx, const rao_op *op, rao_mat *l) {
    rao_status st = RAO_OK;
    gram *s = state_of(op);
    *l = square(op, s->l);
    if (s->factored) return RAO_OK;
    rao_mat k = square(op, s->k);
    RAO_TRY(fisher_copy(ctx, &k, l));
    fisher_add_diagonal(l, op->damping);
    st = rao_cholesky(ctx, l, 0, NULL);
    if (st == RAO_ENUMERIC)
        st =
            rao_fail(ctx, st, "fisher: with damping = %g rounding makes gram's matrix of %lld rows indefinite: want more damping, or dense",
                     op->damping, (long long)s->m);
    s->factored = st == RAO_OK;
done:
    return st;
}

/* ((s + l)^p - l^p) / s without cancellation for small s: l^p expm1(p log1p(s / l)) / s. */
static double power_difference(double s, double l, double p) { return l > 0 ? pow(l, p) * expm1(p * log1p(s / l)) / s : pow(s, p - 1); }

static rao_status power(rao_ctx *ctx, const rao_op *op, double p, const rao_vec *x, rao_vec *y) {
    rao_status st = RAO_OK;
    const int lost = !held(op), regular = lost && p < 0; /* where there is an inverse, l^p would drown it */
    rao_mark mark = rao_scratch_mark(ctx);
    rao_mat v;
    rao_vec s, t, c, whole;
    const size_t size = (size_t)op->n * rao_dtype_size(op->dtype);
    if (p == 0) {
        memcpy(y->data, x->data, size);
        return RAO_OK;
    }
    if (p < 0) RAO_TRY(need_inverse(ctx, op));
    RAO_TRY(fisher_vector(ctx, op, &whole));
    RAO_TRY(k_copy(ctx, op, &v));
    RAO_TRY(m_vector(ctx, op, &s));
    RAO_TRY(m_vector(ctx, op, &t));
    RAO_TRY(m_vector(ctx, op, &c));
    RAO_TRY(rao_eigh(ctx, &v, &s));
    RAO_TRY(times_j(ctx, fisher_of(op), x, &t));
    RAO_TRY(rao_gemv(ctx, RAO_T, 1, &v, &t, 0, &c));
    double floor = s.n ? (double)s.n * (op->dtype == RAO_F64 ? 0x1p-52 : 0x1p-23) * fisher_get(&s, s.n - 1) : 0;
    for (int64_t i = 0; i < s.n; i++) {
        double value = fisher_get(&s, i), l = op->damping, by = 0; /* a zero of K lies outside of the range of J */
        if (value > floor) by = regular ? pow(value + l, p) / value : power_difference(value, l, p);
        else if (!lost) by = p * pow(l, p - 1);
        fisher_put(&c, i, fisher_get(&c, i) * by);
    }
    RAO_TRY(rao_gemv(ctx, RAO_N, 1, &v, &c, 0, &t));
    memset(whole.data, 0, size);
    if (op->damping > 0 && !regular) RAO_TRY(rao_axpy(ctx, pow(op->damping, p), x, &whole));
    RAO_TRY(times_jt(ctx, fisher_of(op), 1, &t, 1, &whole));
    memcpy(y->data, whole.data, size);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* x = (b - J^T (K + l)^-1 J b) / l: for a small l the difference loses what b has in the range of J^T. */
static rao_status woodbury(rao_ctx *ctx, const rao_op *op, const rao_vec *b, rao_vec *x) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_mat l;
    rao_vec v;
    RAO_TRY(factor(ctx, op, &l));
    RAO_TRY(m_vector(ctx, op, &v));
    RAO_TRY(times_j(ctx, fisher_of(op), b, &v));
    rao_mat vm = rao_mat_view(op->dtype, v.n, 1, 1, v.data);
    RAO_TRY(rao_cholesky_solve(ctx, &l, &vm));
    memset(x->data, 0, (size_t)op->n * rao_dtype_size(op->dtype));
    RAO_TRY(rao_axpy(ctx, 1 / op->damping, b, x));
    RAO_TRY(times_jt(ctx, fisher_of(op), -1 / op->damping, &v, 1, x));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* r = b - (F + l) x and |r| / |b| */
static rao_status residual(rao_ctx *ctx, const rao_op *op, const rao_vec *b, const rao_vec *x, rao_vec *r, double *relative) {
    rao_status st = RAO_OK;
    double rn = 0, bn = 0;
    RAO_TRY(apply(ctx, op, x, r));
    for (int64_t i = 0; i < op->n; i++) fisher_put(r, i, fisher_get(b, i) - fisher_get(r, i));
    RAO_TRY(rao_norm(ctx, r, &rn));
    RAO_TRY(rao_norm(ctx, b, &bn));
    *relative = bn > 0 ? rn / bn : 0;
done:
    return st;
}

enum { REFINEMENTS = 6 };

static rao_status invert(rao_ctx *ctx, const rao_op *op, const rao_vec *b, rao_vec *x) {
    return held(op) ? woodbury(ctx, op, b, x) : power(ctx, op, -1, b, x);
}

/* With iterative refinement; what is still far off is an error and no answer. */
static rao_status solve(rao_ctx *ctx, const rao_op *op, const rao_vec *b, rao_vec *x) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    const double good = op->dtype == RAO_F64 ? 1e-13 : 1e-5, bound = op->dtype == RAO_F64 ? 1e-6 : 1e-2;
    double off = HUGE_VAL, before = HUGE_VAL;
    rao_vec y, r, d;
    RAO_TRY(fisher_vector(ctx, op, &y));
    RAO_TRY(fisher_vector(ctx, op, &r));
    RAO_TRY(fisher_vector(ctx, op, &d));
    RAO_TRY(invert(ctx, op, b, &y));
    RAO_TRY(residual(ctx, op, b, &y, &r, &off));
    for (int i = 0; i < REFINEMENTS && off > good && off < before / 2; i++) {
        before = off;
        RAO_TRY(invert(ctx, op, &r, &d));
        RAO_TRY(rao_axpy(ctx, 1, &d, &y));
        RAO_TRY(residual(ctx, op, b, &y, &r, &off));
    }
    if (!(off <= bound))
        RAO_TRY(
            rao_fail(ctx, RAO_ENUMERIC,
                     "fisher: gram with damping = %g is too ill-conditioned for %s (residual %.2g, want %.2g): want more damping or dense",
                     op->damping, rao_dtype_name(op->dtype), off, bound));
    memcpy(x->data, y.data, (size_t)op->n * rao_dtype_size(op->dtype));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* Of a regular matrix under a negligible damping: the k largest eigenvalues of K. */
static rao_status regular_logdet(rao_ctx *ctx, const rao_op *op, double *value) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_vec s;
    double sum = 0;
    RAO_TRY(need_inverse(ctx, op));
    RAO_TRY(k_eigenvalues(ctx, op, &s));
    for (int64_t i = s.n - op->n; i < s.n; i++) sum += log(fisher_get(&s, i) + op->damping);
    *value = sum;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status logdet(rao_ctx *ctx, const rao_op *op, double *value) {
    rao_status st = RAO_OK;
    rao_mat l;
    double small = 0;
    if (!held(op)) return regular_logdet(ctx, op, value);
    RAO_TRY(factor(ctx, op, &l));
    RAO_TRY(rao_cholesky_logdet(ctx, &l, &small));
    *value = small + (double)(op->n - state_of(op)->m) * log(op->damping);
done:
    return st;
}

static rao_status sample(rao_ctx *ctx, const rao_op *op, rao_stream s, uint64_t step, rao_vec *x) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_vec v, b;
    RAO_TRY(fisher_vector(ctx, op, &b));
    fisher_fill_normal(s, step, 0, &b);
    if (held(op)) {
        RAO_TRY(m_vector(ctx, op, &v));
        fisher_fill_normal(s, step, (uint64_t)op->n, &v);
        RAO_TRY(times_jt(ctx, fisher_of(op), 1, &v, sqrt(op->damping), &b));
        RAO_TRY(solve(ctx, op, &b, x));
    } else {
        RAO_TRY(power(ctx, op, -0.5, &b, x));
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status trace(rao_ctx *ctx, const rao_op *op, double *value) {
    (void)ctx;
    rao_mat k = square(op, state_of(op)->k);
    *value = fisher_diagonal_sum(&k) + op->damping * (double)op->n;
    return RAO_OK;
}

/* Those of K, with k - m zeros (or, when m > k, without the m - k smallest, which are zero but for rounding). */
static rao_status eigenvalues(rao_ctx *ctx, const rao_op *op, rao_vec *w) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_vec small;
    RAO_TRY(k_eigenvalues(ctx, op, &small));
    for (int64_t i = 0; i < op->n; i++) {
        int64_t j = small.n - op->n + i;
        fisher_put(w, i, (j >= 0 ? fisher_get(&small, j) : 0) + op->damping);
    }
    fisher_sort(w); /* rounding may leave a zero of K below 0 */
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

static const rao_op_table table = {.name = "gram",
                                   .apply = apply,
                                   .solve = solve,
                                   .power = power,
                                   .sample = sample,
                                   .trace = trace,
                                   .logdet = logdet,
                                   .eigenvalues = eigenvalues,
                                   .damp = damp};
const representation fisher_gram = {
    .name = "gram", .op = &table, .bytes = bytes, .create = create, .begin = begin, .column = column, .end = end, .destroy = destroy};
