/* implicit.c - exact products without a matrix: y = sum of J^T F_head J x by jvp, head and vjp (Schraudolph 2002), at the cost of about
 * one gradient each; solves by conjugate gradients, whose residual is kept. They are preconditioned by K-FAC of the same batch, which rides
 * along in the sweep that gives the trace. On the digits (docs/guide/fisher.md) it leaves the iterations as they are under a damping of the mean
 * eigenvalue and divides them by 2 to 5 below a hundredth of it; the damped diagonal made them more, and EK-FAC was no better than K-FAC.
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
    uint64_t step;
    double trace;
    int64_t rank;  /* of the undamped matrix; -1: not counted yet */
    rao_fisher *m; /* the preconditioner; NULL: none */
    rao_cg_info cg;
} implicit;

static implicit *state_of(const rao_op *op) { return fisher_of(op)->state; }
static int has_scores(const rao_fisher *f) { return f->opts.flavour != RAO_FISHER_TRUE; }
static int64_t outputs(const rao_fisher *f) { return rao_graph_outputs(f->graph); }

static const representation *preconditioner(const rao_fisher *f) {
    return f->opts.precondition == RAO_PRECONDITION_KFAC ? &fisher_kfac : NULL;
}

static double bytes(const rao_fisher *f) {
    double unit = (double)rao_dtype_size(f->op.dtype),
           scores = has_scores(f) ? (double)f->max_columns * (double)f->max_cases * (double)outputs(f) : 0;
    const representation *m = preconditioner(f);
    return unit * ((double)f->op.n + (double)f->max_cases + scores) + (m ? m->bytes(f) : 0);
}

static void destroy(rao_fisher *f) {
    implicit *s = f->state;
    rao_free_block(&s->w);
    rao_free_block(&s->scores);
    rao_free_block(&s->share);
    rao_fisher_destroy(&s->m);
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
    if (preconditioner(f)) {
        rao_fisher_opts o = f->opts;
        o.decay = 0, o.renew = 1; /* of this batch alone */
        RAO_TRY(rao_fisher_create(ctx, f->model, preconditioner(f)->name, &o, f->max_cases, &s->m));
    }
    if (has_scores(f)) {
        RAO_TRY(rao_size_mul(ctx, "fisher: implicit", f->max_columns, f->max_cases, &numbers));
        RAO_TRY(rao_size_mul(ctx, "fisher: implicit", numbers, outputs(f), &numbers));
        RAO_TRY(rao_alloc_bytes(ctx, numbers, unit, &s->scores));
    }
done:
    return st;
}

static rao_status begin(rao_ctx *ctx, rao_fisher *f, const update *u) {
    implicit *s = f->state;
    s->objective = u->objective, s->n = u->n, s->columns = u->columns, s->step = u->step, s->trace = 0, s->rank = -1;
    memcpy(s->w, u->w->data, (size_t)f->op.n * rao_dtype_size(f->op.dtype));
    for (int64_t i = 0; i < u->n; i++) {
        rao_vec share = rao_vec_view(f->op.dtype, u->n, s->share);
        fisher_put(&share, i, u->share[i]);
    }
    if (!s->m) return RAO_OK;
    s->m->updates = 0; /* it starts anew, whatever became of the last one */
    return s->m->rep->begin(ctx, s->m, u);
}

static rao_status end(rao_ctx *ctx, rao_fisher *f, const update *u) {
    rao_fisher *m = ((implicit *)f->state)->m;
    rao_status st = m && m->rep->end ? m->rep->end(ctx, m, u) : RAO_OK;
    if (m && st == RAO_OK) {
        m->updates = 1;
        fisher_settle(m);
    }
    return st;
}

static rao_mat scores_of(const rao_fisher *f, int64_t c) {
    const implicit *s = f->state;
    return rao_mat_view(f->op.dtype, s->n, outputs(f), outputs(f),
                        (char *)s->scores + (size_t)(c * s->n * outputs(f)) * rao_dtype_size(f->op.dtype));
}

/* sum over cases of |a|^2 |g|^2 */
static rao_status add_trace(rao_ctx *ctx, const rao_factors *factors, double *trace) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    const rao_dtype dtype = factors->a.dtype;
    const int64_t n = factors->a.rows, bytes_of_n = n * (int64_t)rao_dtype_size(dtype);
    char *ad = NULL, *gd = NULL;
    double sum = 0;
    RAO_TRY(rao_scratch(ctx, bytes_of_n, &ad));
    RAO_TRY(rao_scratch(ctx, bytes_of_n, &gd));
    rao_vec a = rao_vec_view(dtype, n, ad), g = rao_vec_view(dtype, n, gd);
    memset(ad, 0, (size_t)bytes_of_n), memset(gd, 0, (size_t)bytes_of_n);
    fisher_row_dots(&factors->a, &factors->a, &a);
    fisher_row_dots(&factors->g, &factors->g, &g);
    RAO_TRY(rao_dot(ctx, &a, &g, &sum));
    *trace += sum;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* tr F = sum over layers, columns and cases of |g|^2 |a|^2: exact, from the factors. */
static rao_status column(rao_ctx *ctx, rao_fisher *f, const update *u, int64_t c) {
    rao_status st = RAO_OK;
    implicit *s = f->state;
    for (int64_t l = 0; l < f->layers; l++) {
        rao_factors factors;
        RAO_TRY(rao_tape_factors(ctx, u->tape, l, &factors));
        RAO_TRY(add_trace(ctx, &factors, &s->trace));
    }
    if (s->m) RAO_TRY(s->m->rep->column(ctx, s->m, u, c));
    if (has_scores(f)) {
        rao_mat kept = scores_of(f, c);
        rao_mat g = rao_tape_cotangent(u->tape);
        RAO_TRY(fisher_fill_column(ctx, f, u, c)); /* the backward pass may have consumed it */
        RAO_TRY(fisher_copy(ctx, &g, &kept));
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
    rao_tape *tape = rao_objective_tape(s->objective);
    rao_mat whole;
    RAO_TRY(rao_tape_input(ctx, tape, s->n, &whole));
    st = product(ctx, fisher_of(op), tape, x, y);
    if (st == RAO_OK) st = rao_axpy(ctx, op->damping, x, y);
    if (rao_tape_input(ctx, tape, rao_objective_cases(s->objective), &whole) != RAO_OK && st == RAO_OK) st = RAO_EINVAL;
done:
    return st;
}

/* ---- solve ---- */

enum { RANK_SIDE = 4096 }; /* of a matrix whose eigenvalues are still counted for the sake of an undamped solve */

/* The rank, by the smaller of the matrices that have it: gram's or dense's, of the same batch and draws. -1: both are too large. */
static rao_status count_rank(rao_ctx *ctx, const rao_op *op) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    const rao_fisher *f = fisher_of(op);
    implicit *s = state_of(op);
    rao_fisher *exact = NULL;
    rao_vec values, w = rao_vec_view(op->dtype, op->n, s->w);
    int64_t rows = f->max_cases * f->max_columns;
    if (s->rank >= 0 || (rows > RANK_SIDE && op->n > RANK_SIDE)) return RAO_OK;
    RAO_TRY(rao_fisher_create(ctx, f->model, rows < op->n ? "gram" : "dense", &f->opts, f->max_cases, &exact));
    RAO_TRY(rao_fisher_update(ctx, exact, s->objective, &w, s->n, s->step, 1));
    RAO_TRY(fisher_vector(ctx, op, &values));
    RAO_TRY(rao_op_eigenvalues(ctx, rao_fisher_op(exact), &values));
    s->rank = fisher_count(&values, 0, op->n);
done:
    rao_fisher_destroy(&exact);
    rao_scratch_reset(ctx, mark);
    return st;
}

/* Without damping conjugate gradients would answer for the range alone, or wander: whether there is an inverse is asked first. The mean eigenvalue stands
 * for the largest diagonal entry, which is not known and not below it. */
static rao_status need_inverse(rao_ctx *ctx, const rao_op *op) {
    const implicit *s = state_of(op);
    int64_t rows = s->n * s->columns;
    double mean = s->trace / (double)op->n;
    if (fisher_held(op, op->damping, mean)) return RAO_OK;
    rao_status st = count_rank(ctx, op);
    if (st != RAO_OK || s->rank == op->n || (s->rank < 0 && rows >= op->n)) return st;
    return fisher_singular(ctx, op, "", s->rank < 0, s->rank < 0 ? rows : s->rank, fisher_unit(op->dtype) * s->trace);
}

/* The preconditioner under the damping of F, or under enough to have an inverse: it need not be F, only near it. */
static rao_status damp_preconditioner(rao_ctx *ctx, const rao_op *op) {
    const implicit *s = state_of(op);
    double unit = op->dtype == RAO_F64 ? 0x1p-52 : 0x1p-23, least = sqrt(unit) * s->trace / (double)op->n;
    return rao_op_damp(ctx, &s->m->op, fmax(op->damping, least));
}

/* |b - F x| <= tolerance |b|, or what rounding leaves of the products that make F x. */
static rao_status is_answer(rao_ctx *ctx, const rao_op *op, const rao_vec *b, const rao_vec *x, int *answer) {
    rao_status st = RAO_OK;
    const implicit *s = state_of(op);
    double bn = 0, xn = 0, unit = op->dtype == RAO_F64 ? 0x1p-52 : 0x1p-23;
    RAO_TRY(rao_norm(ctx, b, &bn));
    RAO_TRY(rao_norm(ctx, x, &xn));
    *answer = s->cg.converged || s->cg.residual * bn <= 8 * unit * (s->trace + op->damping) * xn;
done:
    return st;
}

static rao_status solve(rao_ctx *ctx, const rao_op *op, const rao_vec *b, rao_vec *x) {
    implicit *s = state_of(op);
    const rao_fisher_opts *o = &fisher_of(op)->opts;
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    const size_t size = (size_t)op->n * rao_dtype_size(op->dtype);
    const int useful = s->trace > 0; /* of a zero matrix there is nothing to be near to */
    int answer = 0;
    rao_vec y;
    RAO_TRY(need_inverse(ctx, op));
    if (s->m && useful) RAO_TRY(damp_preconditioner(ctx, op));
    RAO_TRY(fisher_vector(ctx, op, &y));
    memset(y.data, 0, size);
    RAO_TRY(rao_cg(ctx, op, s->m && useful ? &s->m->op : NULL, b, o->tolerance, o->iterations, &y, &s->cg));
    RAO_TRY(is_answer(ctx, op, b, &y, &answer));
    if (!answer && !o->truncate)
        RAO_TRY(rao_fail(ctx, RAO_ENUMERIC,
                         "fisher: implicit with damping = %g: %lld conjugate-gradient steps left a residual of %.2g, want %.2g: want more "
                         "damping or more iterations than %lld",
                         op->damping, (long long)s->cg.iterations, s->cg.residual, o->tolerance, (long long)o->iterations));
    memcpy(x->data, y.data, size);
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
                                        .end = end,
                                        .destroy = destroy};
