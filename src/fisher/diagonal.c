/* diagonal.c - the diagonal of F: d[r, c] = sum over cases and columns of g_r^2 a_c^2, one product of squares a layer. */
#include "fisher/fisher.h"

#include <math.h>
#include <string.h>

typedef struct diagonal {
    void *d;
} diagonal;

static double bytes(const rao_fisher *f) { return (double)f->op.n * (double)rao_dtype_size(f->op.dtype); }

static rao_vec vec_of(const rao_op *op) { return rao_vec_view(op->dtype, op->n, ((diagonal *)fisher_of(op)->state)->d); }

static void destroy(rao_fisher *f) {
    rao_free_block(&((diagonal *)f->state)->d);
    rao_free(&f->state);
}

static rao_status create(rao_ctx *ctx, rao_fisher *f) {
    diagonal *d = NULL;
    rao_status st = rao_alloc(ctx, 1, &d);
    if (st != RAO_OK) return st;
    f->state = d;
    return rao_alloc_bytes(ctx, f->op.n, rao_dtype_size(f->op.dtype), &d->d);
}

static rao_status begin(rao_ctx *ctx, rao_fisher *f, const update *u) {
    (void)ctx, (void)u;
    memset(((diagonal *)f->state)->d, 0, (size_t)f->op.n * rao_dtype_size(f->op.dtype));
    return RAO_OK;
}

static rao_status add_layer(rao_ctx *ctx, rao_fisher *f, const update *u, int64_t l) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_factors factors;
    char *ad = NULL, *gd = NULL;
    int64_t unit = (int64_t)rao_dtype_size(f->op.dtype);
    RAO_TRY(rao_tape_factors(ctx, u->tape, l, &factors));
    RAO_TRY(rao_scratch(ctx, factors.a.rows * factors.a.cols * unit, &ad));
    RAO_TRY(rao_scratch(ctx, factors.g.rows * factors.g.cols * unit, &gd));
    rao_mat a = rao_mat_view(f->op.dtype, factors.a.rows, factors.a.cols, factors.a.cols, ad);
    rao_mat g = rao_mat_view(f->op.dtype, factors.g.rows, factors.g.cols, factors.g.cols, gd);
    rao_vec all = vec_of(&f->op);
    rao_mat into = layer_block(f, l, &all);
    fisher_copy_squared(&factors.a, &a);
    fisher_copy_squared(&factors.g, &g);
    RAO_TRY(rao_gemm(ctx, RAO_T, RAO_N, 1, &g, &a, 1, &into));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status column(rao_ctx *ctx, rao_fisher *f, const update *u, int64_t c) {
    (void)c;
    rao_status st = RAO_OK;
    for (int64_t l = 0; l < f->layers && st == RAO_OK; l++) st = add_layer(ctx, f, u, l);
    return st;
}

static rao_status need_inverse(rao_ctx *ctx, const rao_op *op) {
    rao_vec d = vec_of(op);
    double top = fisher_largest(&d);
    if (fisher_held(op, op->damping, top)) return RAO_OK;
    int64_t rank = fisher_count(&d, op->damping, 1);
    return rank == op->n ? RAO_OK : fisher_singular(ctx, op, "", 0, rank, fisher_unit(op->dtype) * top);
}

/* y = (d + damping)^p x */
static rao_status power(rao_ctx *ctx, const rao_op *op, double p, const rao_vec *x, rao_vec *y) {
    rao_vec d = vec_of(op);
    rao_status st = p < 0 ? need_inverse(ctx, op) : RAO_OK;
    if (st != RAO_OK) return st;
    memcpy(y->data, x->data, (size_t)op->n * rao_dtype_size(op->dtype));
    fisher_scale_powers(&d, op->damping, p, y);
    return RAO_OK;
}

static rao_status apply(rao_ctx *ctx, const rao_op *op, const rao_vec *x, rao_vec *y) { return power(ctx, op, 1, x, y); }
static rao_status solve(rao_ctx *ctx, const rao_op *op, const rao_vec *b, rao_vec *x) { return power(ctx, op, -1, b, x); }

static rao_status sample(rao_ctx *ctx, const rao_op *op, rao_stream s, uint64_t step, rao_vec *x) {
    rao_vec d = vec_of(op);
    rao_status st = need_inverse(ctx, op);
    if (st != RAO_OK) return st;
    for (int64_t i = 0; i < op->n; i++) fisher_put(x, i, rao_normal_at(s, step, (uint64_t)i) / sqrt(fisher_get(&d, i) + op->damping));
    return RAO_OK;
}

static rao_status trace(rao_ctx *ctx, const rao_op *op, double *value) {
    (void)ctx;
    rao_vec d = vec_of(op);
    double sum = op->damping * (double)op->n;
    for (int64_t i = 0; i < op->n; i++) sum += fisher_get(&d, i);
    *value = sum;
    return RAO_OK;
}

static rao_status logdet(rao_ctx *ctx, const rao_op *op, double *value) {
    rao_vec d = vec_of(op);
    double sum = 0;
    rao_status st = need_inverse(ctx, op);
    if (st != RAO_OK) return st;
    for (int64_t i = 0; i < op->n; i++) sum += log(fisher_get(&d, i) + op->damping);
    *value = sum;
    return RAO_OK;
}

static rao_status eigenvalues(rao_ctx *ctx, const rao_op *op, rao_vec *w) {
    (void)ctx;
    rao_vec d = vec_of(op);
    for (int64_t i = 0; i < op->n; i++) fisher_put(w, i, fisher_get(&d, i) + op->damping);
    fisher_sort(w);
    return RAO_OK;
}

static rao_status damp(rao_ctx *ctx, rao_op *op, double damping) {
    (void)ctx;
    op->damping = damping;
    return RAO_OK;
}

static rao_status layer_info(rao_ctx *ctx, const rao_fisher *f, int64_t l, rao_fisher_layer *info) {
    (void)ctx;
    rao_vec all = vec_of(&f->op);
    rao_mat m = layer_block(f, l, &all);
    rao_vec d = rao_vec_view(m.dtype, m.rows * m.cols, m.data);
    double least = HUGE_VAL, damping = f->op.damping;
    for (int64_t i = 0; i < d.n; i++) least = fmin(least, fisher_get(&d, i));
    *info = (rao_fisher_layer){
        rao_graph_parameter(f->graph, l).name, (fisher_largest(&d) + damping) / (least + damping), 1, damping, damping, 0};
    return RAO_OK;
}

static const rao_op_table table = {.name = "diagonal",
                                   .apply = apply,
                                   .solve = solve,
                                   .power = power,
                                   .sample = sample,
                                   .trace = trace,
                                   .logdet = logdet,
                                   .eigenvalues = eigenvalues,
                                   .damp = damp};
const representation fisher_diagonal = {.name = "diagonal",
                                        .op = &table,
                                        .bytes = bytes,
                                        .create = create,
                                        .begin = begin,
                                        .column = column,
                                        .destroy = destroy,
                                        .layer = layer_info};
