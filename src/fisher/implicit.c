/* implicit.c - exact products without a matrix: y = sum of J^T F_head J x by jvp, head and vjp (Schraudolph 2002), at the cost of about
 * one gradient each; solves by conjugate gradients, whose residual is kept.
 *
 * For the sampled and empirical flavours F_head is sum of r r^T over the scores r drawn or given, stored at the update.
 * The objective's tape is borrowed: its forward values at w must stand until the last product. */
#include "fisher/fisher.h"

#include <math.h>
#include <string.h>

typedef struct implicit {
    rao_objective *objective;
    void *w;      /* a copy */
    void *scores; /* columns x n x outputs, already times sqrt(share); NULL for the true flavour */
    void *share;
    int64_t n, columns;
    double trace;
    rao_cg_info cg;
} implicit;

static implicit *state_of(const rao_op *op) { return fisher_of(op)->state; }
static int has_scores(const rao_fisher *f) { return f->opts.flavour != RAO_FISHER_TRUE; }
static int64_t outputs(const rao_fisher *f) { return rao_graph_outputs(f->graph); }

static double bytes(const rao_fisher *f) {
    double unit = (double)rao_dtype_size(f->op.dtype),
           scores = has_scores(f) ? (double)f->max_columns * (double)f->max_cases * (double)outputs(f) : 0;
    return unit * ((double)f->op.n + (double)f->max_cases + scores);
}

static void destroy(rao_fisher *f) {
    implicit *s = f->state;
    rao_free_block(&s->w);
    rao_free_block(&s->scores);
    rao_free_block(&s->share);
    rao_free(&f->state);
}

static rao_status create(rao_ctx *ctx, rao_fisher *f) {
    rao_status st = RAO_OK;
    implicit *s = NULL;
    size_t unit = rao_dtype_size(f->op.dtype);
    int64_t numbers = 0;
    RAO_TRY(rao_alloc(ctx, 1, &s));
    f->state = s;
    RAO_TRY(rao_alloc_bytes(ctx, f->op.n, unit, &s->w));
    RAO_TRY(rao_alloc_bytes(ctx, f->max_cases, unit, &s->share));
    if (has_scores(f)) {
        RAO_TRY(rao_size_mul(ctx, "fisher: implicit", f->max_columns, f->max_cases, &numbers));
        RAO_TRY(rao_size_mul(ctx, "fisher: implicit", numbers, outputs(f), &numbers));
        RAO_TRY(rao_alloc_bytes(ctx, numbers, unit, &s->scores));
    }
done:
    return st;
}

static rao_status begin(rao_ctx *ctx, rao_fisher *f, const update *u) {
    (void)ctx;
    implicit *s = f->state;
    s->objective = u->objective, s->n = u->n, s->columns = u->columns, s->trace = 0;
    memcpy(s->w, u->w->data, (size_t)f->op.n * rao_dtype_size(f->op.dtype));
    for (int64_t i = 0; i < u->n; i++) {
        rao_vec share = rao_vec_view(f->op.dtype, u->n, s->share);
        fisher_put(&share, i, u->share[i]);
    }
    return RAO_OK;
}

static rao_mat scores_of(const rao_fisher *f, int64_t c) {
    const implicit *s = f->state;
    return rao_mat_view(f->op.dtype, s->n, outputs(f), outputs(f),
                        (char *)s->scores + (size_t)(c * s->n * outputs(f)) * rao_dtype_size(f->op.dtype));
}

static double squared_norm(const rao_mat *m, int64_t row) {
    double sum = 0;
    for (int64_t j = 0; j < m->cols; j++) {
        rao_vec v = rao_vec_view(m->dtype, m->cols, (char *)m->data + (size_t)(row * m->ld) * rao_dtype_size(m->dtype));
        sum += fisher_get(&v, j) * fisher_get(&v, j);
    }
    return sum;
}

/* tr F = sum over layers, columns and cases of |g|^2 |a|^2: exact, from the factors. */
static rao_status column(rao_ctx *ctx, rao_fisher *f, const update *u, int64_t c) {
    rao_status st = RAO_OK;
    implicit *s = f->state;
    for (int64_t l = 0; l < f->layers; l++) {
        rao_factors factors;
        RAO_TRY(rao_tape_factors(ctx, u->tape, l, &factors));
        for (int64_t i = 0; i < u->n; i++) s->trace += squared_norm(&factors.a, i) * squared_norm(&factors.g, i);
    }
    if (has_scores(f)) {
        rao_mat kept = scores_of(f, c);
        rao_mat g = rao_tape_cotangent(u->tape);
        RAO_TRY(fisher_fill_column(ctx, f, u, c)); /* the backward pass may have consumed it */
        fisher_copy(&g, &kept);
    }
done:
    return st;
}

/* cotangent = sum over columns of r <r, tangent> */
static rao_status through_scores(rao_ctx *ctx, const rao_fisher *f, const rao_mat *tangent, rao_mat *cotangent) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    const implicit *s = f->state;
    size_t unit = rao_dtype_size(f->op.dtype);
    char *dd = NULL, *td = NULL;
    RAO_TRY(rao_scratch(ctx, s->n * (int64_t)unit, &dd));
    RAO_TRY(rao_scratch(ctx, s->n * outputs(f) * (int64_t)unit, &td));
    rao_vec dots = rao_vec_view(f->op.dtype, s->n, dd);
    rao_mat t = rao_mat_view(f->op.dtype, s->n, outputs(f), outputs(f), td);
    for (int64_t c = 0; c < s->columns; c++) {
        rao_mat r = scores_of(f, c);
        memset(dd, 0, (size_t)s->n * unit);
        fisher_row_dots(&r, tangent, &dots);
        RAO_TRY(rao_scale_rows(ctx, rao_backend_default(), &dots, &r, &t));
        RAO_TRY(rao_axpby(ctx, rao_backend_default(), 1, &t, c > 0, cotangent));
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status through_head(rao_ctx *ctx, const rao_fisher *f, const rao_mat *z, const rao_mat *tangent, rao_mat *cotangent) {
    const implicit *s = f->state;
    rao_vec share = rao_vec_view(f->op.dtype, s->n, s->share);
    rao_status st = rao_head_fisher_apply(ctx, rao_model_head(f->model), z, tangent, cotangent);
    return st == RAO_OK ? rao_scale_rows(ctx, rao_backend_default(), &share, cotangent, cotangent) : st;
}

static rao_status product(rao_ctx *ctx, const rao_fisher *f, rao_tape *tape, const rao_vec *x, rao_vec *y) {
    rao_status st = RAO_OK;
    const implicit *s = f->state;
    rao_vec w = rao_vec_view(f->op.dtype, f->op.n, s->w);
    RAO_TRY(rao_tape_jvp(ctx, tape, &w, x));
    rao_mat z = rao_tape_output(tape), d = rao_tape_tangent(tape), g = rao_tape_cotangent(tape);
    RAO_TRY(has_scores(f) ? through_scores(ctx, f, &d, &g) : through_head(ctx, f, &z, &d, &g));
    RAO_TRY(rao_tape_vjp(ctx, tape, &w, 0, y));
done:
    return st;
}

static rao_status apply(rao_ctx *ctx, const rao_op *op, const rao_vec *x, rao_vec *y) {
    rao_status st = RAO_OK;
    const implicit *s = state_of(op);
    if (!s->objective) return rao_fail(ctx, RAO_EINVAL, "fisher: implicit has had no update yet");
    rao_tape *tape = rao_objective_tape(s->objective);
    rao_mat whole;
    RAO_TRY(rao_tape_input(ctx, tape, s->n, &whole));
    st = product(ctx, fisher_of(op), tape, x, y);
    if (st == RAO_OK) st = rao_axpy(ctx, op->damping, x, y);
    if (rao_tape_input(ctx, tape, rao_objective_cases(s->objective), &whole) != RAO_OK && st == RAO_OK) st = RAO_EINVAL;
done:
    return st;
}

static rao_status solve(rao_ctx *ctx, const rao_op *op, const rao_vec *b, rao_vec *x) {
    implicit *s = state_of(op);
    const rao_fisher_opts *o = &fisher_of(op)->opts;
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    char *data = NULL;
    const size_t bytes_of_x = (size_t)op->n * rao_dtype_size(op->dtype);
    RAO_TRY(rao_scratch(ctx, (int64_t)bytes_of_x, &data));
    rao_vec y = rao_vec_view(op->dtype, op->n, data);
    memset(data, 0, bytes_of_x);
    RAO_TRY(rao_cg(ctx, op, NULL, b, o->tolerance, o->iterations, &y, &s->cg));
    memcpy(x->data, data, bytes_of_x);
    if (!s->cg.converged)
        rao_log(ctx, RAO_INFO, "fisher: %lld conjugate-gradient steps left a residual of %.2g, asked for %.2g", (long long)s->cg.iterations,
                s->cg.residual, o->tolerance);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status trace(rao_ctx *ctx, const rao_op *op, double *value) {
    (void)ctx;
    *value = state_of(op)->trace + op->damping * (double)op->n;
    return RAO_OK;
}

static rao_status damp(rao_ctx *ctx, rao_op *op, double damping) {
    (void)ctx;
    op->damping = damping;
    return RAO_OK;
}

rao_status rao_fisher_cg_info(rao_ctx *ctx, const rao_fisher *f, rao_cg_info *info) {
    if (f->rep != &fisher_implicit)
        return rao_fail(ctx, RAO_EUNABLE, "fisher: %s solves directly, it has no residual to report", f->rep->name);
    *info = ((const implicit *)f->state)->cg;
    return RAO_OK;
}

static const rao_op_table table = {.name = "implicit", .apply = apply, .solve = solve, .trace = trace, .damp = damp};
const representation fisher_implicit = {.name = "implicit",
                                        .op = &table,
                                        .needs = RAO_TAPE_JVP,
                                        .bytes = bytes,
                                        .create = create,
                                        .begin = begin,
                                        .column = column,
                                        .destroy = destroy};
