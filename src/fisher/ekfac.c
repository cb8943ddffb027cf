/* ekfac.c - F ~ (U_G (x) U_A) diag(S) (U_G (x) U_A)^T per layer: the eigenbasis of kfac's factors with the exact second moments of the
 * gradient in it, S = E[(U_G^T g a^T U_A)^2] entry by entry (George et al. 2018). No diagonal in this basis is nearer to the block of F.
 *
 * An update whose bases are renewed sweeps the columns twice, once for the factors and once for S in the new bases. What S averages over is
 * the past of the layer: in a new basis its place is taken by the products of the factors' eigenvalues, which are the moments there if
 * a and g were independent; one batch alone would leave directions that it happens not to see nearly undamped. Damping is exact: S + damping. */
#include "fisher/factors.h"

#include <math.h>
#include <string.h>

typedef struct layer {
    void *ua, *ug, *s;
    double made[2]; /* the update that its basis was made in, and whether it was made */
    int due;
} layer;

typedef struct ekfac {
    factor_set factors;
    layer *layer;
    int any_due;
} ekfac;

static double bytes(const rao_fisher *f) { return 2 * factors_bytes(f) + (double)f->op.n * (double)rao_dtype_size(f->op.dtype); }

static void destroy(rao_fisher *f) {
    ekfac *s = f->state;
    factors_destroy(f, &s->factors);
    for (int64_t l = 0; s->layer && l < f->layers; l++) {
        rao_free_block(&s->layer[l].ua);
        rao_free_block(&s->layer[l].ug);
        rao_free_block(&s->layer[l].s);
    }
    rao_free(&s->layer);
    rao_free(&f->state);
}

static rao_status create(rao_ctx *ctx, rao_fisher *f) {
    rao_status st = RAO_OK;
    ekfac *s = NULL;
    size_t unit = rao_dtype_size(f->op.dtype);
    RAO_TRY(rao_alloc(ctx, 1, &s));
    f->state = s;
    RAO_TRY(factors_create(ctx, f, &s->factors));
    RAO_TRY(rao_alloc(ctx, f->layers, &s->layer));
    for (int64_t l = 0; l < f->layers; l++) {
        rao_parameter p = rao_graph_parameter(f->graph, l);
        RAO_TRY(rao_alloc_bytes(ctx, p.cols * p.cols, unit, &s->layer[l].ua));
        RAO_TRY(rao_alloc_bytes(ctx, p.rows * p.rows, unit, &s->layer[l].ug));
        RAO_TRY(rao_alloc_bytes(ctx, p.rows * p.cols, unit, &s->layer[l].s));
    }
done:
    return st;
}

static rao_mat moments(const rao_fisher *f, int64_t l) {
    rao_parameter p = rao_graph_parameter(f->graph, l);
    return rao_mat_view(f->op.dtype, p.rows, p.cols, p.cols, ((const ekfac *)f->state)->layer[l].s);
}

/* ---- the estimate ---- */

static rao_status begin(rao_ctx *ctx, rao_fisher *f, const update *u) {
    ekfac *s = f->state;
    s->any_due = 0;
    for (int64_t l = 0; l < f->layers; l++) {
        if (!(f->updates > 0)) s->layer[l].made[1] = 0; /* an update before may have failed */
        s->layer[l].due = !(s->layer[l].made[1] > 0) || ((int64_t)f->updates + l) % f->opts.renew == 0;
        s->any_due |= s->layer[l].due;
    }
    return factors_begin(ctx, f, u, &s->factors);
}

/* S = past S + (1 - past) sum over cases of (g U_G)^2 (x) (a U_A)^2 */
static rao_status add_moments(rao_ctx *ctx, const rao_fisher *f, const update *u, int64_t l, int64_t c) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    const layer *y = &((const ekfac *)f->state)->layer[l];
    int64_t unit = (int64_t)rao_dtype_size(f->op.dtype);
    rao_factors factors;
    char *ad = NULL, *gd = NULL;
    RAO_TRY(rao_tape_factors(ctx, u->tape, l, &factors));
    RAO_TRY(rao_scratch(ctx, factors.a.rows * factors.a.cols * unit, &ad));
    RAO_TRY(rao_scratch(ctx, factors.g.rows * factors.g.cols * unit, &gd));
    rao_mat a = rao_mat_view(f->op.dtype, factors.a.rows, factors.a.cols, factors.a.cols, ad), ua = factor_a(f, l, y->ua),
            into = moments(f, l);
    rao_mat g = rao_mat_view(f->op.dtype, factors.g.rows, factors.g.cols, factors.g.cols, gd), ug = factor_g(f, l, y->ug);
    double past = ((const ekfac *)f->state)->factors.past;
    RAO_TRY(rao_gemm(ctx, RAO_N, RAO_N, 1, &factors.a, &ua, 0, &a));
    RAO_TRY(rao_gemm(ctx, RAO_N, RAO_N, 1, &factors.g, &ug, 0, &g));
    fisher_copy_squared(&a, &a);
    fisher_copy_squared(&g, &g);
    RAO_TRY(rao_gemm(ctx, RAO_T, RAO_N, 1 - past, &g, &a, c == 0 ? past : 1, &into));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status all_moments(rao_ctx *ctx, rao_fisher *f, const update *u, int64_t c) {
    rao_status st = RAO_OK;
    for (int64_t l = 0; l < f->layers && st == RAO_OK; l++) st = add_moments(ctx, f, u, l, c);
    return st;
}

static rao_status column(rao_ctx *ctx, rao_fisher *f, const update *u, int64_t c) {
    ekfac *s = f->state;
    rao_status st = factors_column(ctx, f, u, c, &s->factors);
    return st == RAO_OK && !s->any_due ? all_moments(ctx, f, u, c) : st;
}

/* Basis and eigenvalues of a factor. */
static rao_status decompose(rao_ctx *ctx, const rao_mat *factor, rao_mat *basis, rao_vec *values) {
    rao_status st = fisher_copy(ctx, factor, basis);
    return st == RAO_OK ? rao_eigh(ctx, basis, values) : st;
}

static rao_status renew(rao_ctx *ctx, rao_fisher *f, int64_t l) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    ekfac *s = f->state;
    layer *y = &s->layer[l];
    int64_t unit = (int64_t)rao_dtype_size(f->op.dtype);
    rao_mat a = factor_a(f, l, s->factors.layer[l].a), g = factor_g(f, l, s->factors.layer[l].g), ua = factor_a(f, l, y->ua),
            ug = factor_g(f, l, y->ug), m = moments(f, l);
    char *wa = NULL, *wg = NULL;
    RAO_TRY(rao_scratch(ctx, a.rows * unit, &wa));
    RAO_TRY(rao_scratch(ctx, g.rows * unit, &wg));
    rao_vec va = rao_vec_view(f->op.dtype, a.rows, wa), vg = rao_vec_view(f->op.dtype, g.rows, wg),
            all = rao_vec_view(f->op.dtype, m.rows * m.cols, m.data);
    RAO_TRY(decompose(ctx, &a, &ua, &va));
    RAO_TRY(decompose(ctx, &g, &ug, &vg));
    for (int64_t i = 0; i < vg.n; i++)
        for (int64_t j = 0; j < va.n; j++) fisher_put(&all, i * va.n + j, fmax(fisher_get(&vg, i), 0) * fmax(fisher_get(&va, j), 0));
    y->made[0] = f->updates, y->made[1] = 1;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status end(rao_ctx *ctx, rao_fisher *f, const update *u) {
    (void)u;
    rao_status st = RAO_OK;
    ekfac *s = f->state;
    for (int64_t l = 0; l < f->layers && st == RAO_OK; l++)
        if (s->layer[l].due) st = renew(ctx, f, l);
    return st;
}

static int wants_again(const rao_fisher *f) { return ((const ekfac *)f->state)->any_due; }

/* ---- queries: everything is diagonal in the basis ---- */

static rao_vec all_of(const rao_mat *m) { return rao_vec_view(m->dtype, m->rows * m->cols, m->data); }

/* Each layer is decomposed by itself, its two factors by themselves: what rounding makes of a zero is small beside the largest moment of that layer. */
static rao_status need_positive(rao_ctx *ctx, const rao_op *op) {
    const rao_fisher *f = fisher_of(op);
    double top = 0;
    int64_t rank = 0;
    for (int64_t l = 0; l < f->layers; l++) {
        rao_mat m = moments(f, l);
        rao_vec v = all_of(&m);
        double largest = fisher_largest(&v);
        rank += fisher_held(op, op->damping, largest) ? v.n : fisher_count(&v, op->damping, m.rows + m.cols);
        top = fmax(top, largest);
    }
    return rank == op->n ? RAO_OK : fisher_singular(ctx, op, "", 0, rank, fisher_unit(op->dtype) * top);
}

/* Y = U_G ((S + damping)^p * (U_G^T X U_A)) U_A^T; with `rotated` the X is already in the basis. */
static rao_status in_basis(rao_ctx *ctx, const rao_op *op, double p, int rotated, const rao_vec *x, rao_vec *y) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    const rao_fisher *f = fisher_of(op);
    const ekfac *s = f->state;
    void *room = NULL, *inside = NULL;
    if (p < 0) RAO_TRY(need_positive(ctx, op));
    RAO_TRY(kron_room(ctx, f, &room));
    RAO_TRY(kron_room(ctx, f, &inside));
    for (int64_t l = 0; l < f->layers; l++) {
        rao_mat xm = layer_block(f, l, x), ym = layer_block(f, l, y), ua = factor_a(f, l, s->layer[l].ua),
                ug = factor_g(f, l, s->layer[l].ug), m = moments(f, l);
        rao_mat t = rao_mat_view(op->dtype, xm.rows, xm.cols, xm.cols, inside);
        if (rotated) RAO_TRY(fisher_copy(ctx, &xm, &t));
        else RAO_TRY(kron_apply(ctx, room, RAO_T, &ug, &xm, RAO_N, &ua, &t));
        rao_vec tv = rao_vec_view(op->dtype, t.rows * t.cols, t.data), sv = rao_vec_view(op->dtype, t.rows * t.cols, m.data);
        fisher_scale_powers(&sv, op->damping, p, &tv);
        RAO_TRY(kron_apply(ctx, room, RAO_N, &ug, &t, RAO_T, &ua, &ym));
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status power(rao_ctx *ctx, const rao_op *op, double p, const rao_vec *x, rao_vec *y) { return in_basis(ctx, op, p, 0, x, y); }
static rao_status apply(rao_ctx *ctx, const rao_op *op, const rao_vec *x, rao_vec *y) { return in_basis(ctx, op, 1, 0, x, y); }
static rao_status solve(rao_ctx *ctx, const rao_op *op, const rao_vec *b, rao_vec *x) { return in_basis(ctx, op, -1, 0, b, x); }

static rao_status sample(rao_ctx *ctx, const rao_op *op, rao_stream stream, uint64_t step, rao_vec *x) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_vec z;
    RAO_TRY(fisher_vector(ctx, op, &z));
    fisher_fill_normal(stream, step, 0, &z);
    st = in_basis(ctx, op, -0.5, 1, &z, x);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status eigenvalues(rao_ctx *ctx, const rao_op *op, rao_vec *w) {
    (void)ctx;
    const rao_fisher *f = fisher_of(op);
    for (int64_t l = 0; l < f->layers; l++) {
        rao_mat m = moments(f, l);
        rao_vec v = all_of(&m);
        int64_t offset = rao_graph_parameter(f->graph, l).offset;
        for (int64_t i = 0; i < v.n; i++) fisher_put(w, offset + i, fisher_get(&v, i) + op->damping);
    }
    fisher_sort(w);
    return RAO_OK;
}

static rao_status sum_over(rao_ctx *ctx, const rao_op *op, int logarithm, double *value) {
    const rao_fisher *f = fisher_of(op);
    double sum = 0;
    rao_status st = logarithm ? need_positive(ctx, op) : RAO_OK;
    if (st != RAO_OK) return st;
    for (int64_t l = 0; l < f->layers; l++) {
        rao_mat m = moments(f, l);
        rao_vec v = all_of(&m);
        for (int64_t i = 0; i < v.n; i++) sum += logarithm ? log(fisher_get(&v, i) + op->damping) : fisher_get(&v, i) + op->damping;
    }
    *value = sum;
    return RAO_OK;
}

static rao_status trace(rao_ctx *ctx, const rao_op *op, double *value) { return sum_over(ctx, op, 0, value); }
static rao_status logdet(rao_ctx *ctx, const rao_op *op, double *value) { return sum_over(ctx, op, 1, value); }

static rao_status damp(rao_ctx *ctx, rao_op *op, double damping) {
    (void)ctx;
    op->damping = damping;
    return RAO_OK;
}

static rao_status layer_info(rao_ctx *ctx, const rao_fisher *f, int64_t l, rao_fisher_layer *info) {
    (void)ctx;
    rao_mat m = moments(f, l);
    rao_vec v = all_of(&m);
    double least = HUGE_VAL, most = 0;
    for (int64_t i = 0; i < v.n; i++) least = fmin(least, fisher_get(&v, i)), most = fmax(most, fisher_get(&v, i));
    double made = ((const ekfac *)f->state)->layer[l].made[0];
    double d = f->op.damping;
    *info = (rao_fisher_layer){rao_graph_parameter(f->graph, l).name, (most + d) / (least + d), 1, d, d, (int64_t)(f->updates - made) - 1};
    return RAO_OK;
}

static const char *keep(rao_fisher *f, int64_t l, int64_t i, rao_vec *state) {
    ekfac *s = f->state;
    layer *y = &s->layer[l];
    rao_mat ua = factor_a(f, l, y->ua), ug = factor_g(f, l, y->ug), m = moments(f, l);
    switch (i - FACTORS_STATES) {
    case 0: *state = factor_vec(&ua); return "basis_a";
    case 1: *state = factor_vec(&ug); return "basis_g";
    case 2: *state = all_of(&m); return "moments";
    case 3: *state = rao_vec_view(RAO_F64, 2, y->made); return "numbers";
    default: return factors_keep(f, l, i, &s->factors, state);
    }
}

static const rao_op_table table = {.name = "ekfac",
                                   .apply = apply,
                                   .solve = solve,
                                   .power = power,
                                   .sample = sample,
                                   .trace = trace,
                                   .logdet = logdet,
                                   .eigenvalues = eigenvalues,
                                   .damp = damp};
const representation fisher_ekfac = {.name = "ekfac",
                                     .op = &table,
                                     .bytes = bytes,
                                     .create = create,
                                     .begin = begin,
                                     .column = column,
                                     .end = end,
                                     .again = all_moments,
                                     .wants_again = wants_again,
                                     .destroy = destroy,
                                     .layer = layer_info,
                                     .keep = keep};
