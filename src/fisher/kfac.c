/* kfac.c - F ~ G (x) A per layer (Martens & Grosse 2015, eq. 1), damped as (G + gamma/pi I) (x) (A + pi gamma I), gamma = sqrt(damping),
 * pi = sqrt((tr A / dim A) / (tr G / dim G)) (section 6.3).
 *
 * Solve: X -> G'^-1 X A'^-1, two products a layer with explicit inverses, 2 out in (out + in) flops, or fewer from the factors of X
 * (precondition.c); renewing them costs O(in^3 + out^3). */
#include "fisher/factors.h"
#include "fisher/mixed.h"
#include "fisher/precondition.h"
#include "la/view.h"

#include <math.h>
#include <string.h>

enum { LOGDET_A = 0, LOGDET_G, CONDITION, PI, DAMPING_A, DAMPING_G, MADE /* the update it was made from */, READY, NUMBERS };

typedef struct layer {
    void *ia, *ig;         /* inverses of the damped factors */
    mixed_inverses packed; /* the same in bfloat16, where asked for */
    double of[NUMBERS];
} layer;

typedef struct kfac {
    factor_set factors;
    layer *layer;
} kfac;

static double bytes(const rao_fisher *f) { return (f->opts.precision == RAO_PRECISION_BF16 ? 2.5 : 2) * factors_bytes(f); }

static void destroy(rao_fisher *f) {
    kfac *s = f->state;
    factors_destroy(f, &s->factors);
    for (int64_t l = 0; s->layer && l < f->layers; l++) {
        rao_free_block(&s->layer[l].ia);
        rao_free_block(&s->layer[l].ig);
        mixed_inverses_destroy(&s->layer[l].packed);
    }
    rao_free(&s->layer);
    rao_free(&f->state);
}

static rao_status create(rao_ctx *ctx, rao_fisher *f) {
    rao_status st = RAO_OK;
    kfac *s = NULL;
    size_t unit = rao_dtype_size(f->op.dtype);
    RAO_TRY(rao_alloc(ctx, 1, &s));
    f->state = s;
    RAO_TRY(factors_create(ctx, f, &s->factors));
    RAO_TRY(rao_alloc(ctx, f->layers, &s->layer));
    for (int64_t l = 0; l < f->layers; l++) {
        rao_parameter p = rao_graph_parameter(f->graph, l);
        RAO_TRY(rao_alloc_bytes(ctx, p.cols * p.cols, unit, &s->layer[l].ia));
        RAO_TRY(rao_alloc_bytes(ctx, p.rows * p.rows, unit, &s->layer[l].ig));
        if (f->opts.precision == RAO_PRECISION_BF16) RAO_TRY(mixed_inverses_create(ctx, p.rows, p.cols, &s->layer[l].packed));
    }
done:
    return st;
}

static rao_status begin(rao_ctx *ctx, rao_fisher *f, const update *u) {
    kfac *s = f->state;
    for (int64_t l = 0; l < f->layers && !(f->updates > 0); l++) s->layer[l].of[READY] = 0; /* an update before may have failed */
    return factors_begin(ctx, f, u, &s->factors);
}
static rao_status column(rao_ctx *ctx, rao_fisher *f, const update *u, int64_t c) {
    return factors_column(ctx, f, u, c, &((kfac *)f->state)->factors);
}

/* Layer l is due at the updates t with t + l a multiple of renew, and at its first: the cost is spread. */
static rao_status end(rao_ctx *ctx, rao_fisher *f, const update *u) {
    (void)ctx, (void)u;
    kfac *s = f->state;
    for (int64_t l = 0; l < f->layers; l++)
        if (((int64_t)f->updates + l) % f->opts.renew == 0) s->layer[l].of[READY] = 0;
    return RAO_OK;
}

static void renew(rao_fisher *f) {
    for (int64_t l = 0; l < f->layers; l++) ((kfac *)f->state)->layer[l].of[READY] = 0;
}

/* ---- damping and inverses ---- */

/* A factor that is zero (a dead layer) gives pi no meaning: then both are damped alike. */
static void split_damping(const rao_fisher *f, int64_t l, double *pi, double *da, double *dg) {
    const kfac *s = f->state;
    rao_mat a = factor_a(f, l, s->factors.layer[l].a), g = factor_g(f, l, s->factors.layer[l].g);
    double ta = fisher_diagonal_sum(&a) / (double)a.rows, tg = fisher_diagonal_sum(&g) / (double)g.rows, gamma = sqrt(f->op.damping);
    *pi = ta > 0 && tg > 0 ? sqrt(ta / tg) : 1;
    *da = *pi * gamma, *dg = gamma / *pi;
}

/* A factor that cannot be inverted. The rank is that of the whole undamped matrix, sum over layers of rank G rank A; the damping that would do
 * is the least under which both factors of every layer get more than their rounding. */
static rao_status singular(rao_ctx *ctx, const rao_fisher *f, int64_t l, char which) {
    const kfac *s = f->state;
    int64_t rank = 0;
    double least = 0, pi, da, dg, unit = fisher_unit(f->op.dtype);
    rao_text where = {0};
    for (int64_t i = 0; i < f->layers; i++) {
        int64_t ra = 0, rg = 0;
        rao_mat a = factor_a(f, i, s->factors.layer[i].a), g = factor_g(f, i, s->factors.layer[i].g);
        rao_status st = factor_rank(ctx, &a, &ra);
        if (st == RAO_OK) st = factor_rank(ctx, &g, &rg);
        if (st != RAO_OK) return st;
        rank += ra * rg;
        split_damping(f, i, &pi, &da, &dg);
        da = unit * (double)a.rows * fisher_largest_diagonal(&a) / pi, dg = unit * (double)g.rows * fisher_largest_diagonal(&g) * pi;
        least = fmax(least, fmax(da * da, dg * dg));
    }
    rao_status st = rao_text_printf(ctx, &where, " in factor %c of layer %s", which, rao_graph_parameter(f->graph, l).name);
    if (st == RAO_OK) st = fisher_singular(ctx, &f->op, where.data, 0, rank, least);
    rao_text_destroy(&where);
    return st;
}

/* After a factorisation that failed or lost a pivot: EDOMAIN where the eigenvalues say that the factor is singular. */
static rao_status check_factor(rao_ctx *ctx, const rao_fisher *f, int64_t l, char which, const rao_mat *factor, int indefinite) {
    int64_t rank = 0;
    rao_status st = factor_rank(ctx, factor, &rank);
    if (st != RAO_OK) return st;
    if (rank < factor->rows) return singular(ctx, f, l, which);
    if (!indefinite) return RAO_OK;
    return rao_fail(ctx, RAO_ENUMERIC, "fisher: kfac: with damping = %g rounding makes factor %c of layer %s indefinite, want more",
                    f->op.damping, which, rao_graph_parameter(f->graph, l).name);
}

/* Nothing is added but the damping: what every query speaks of is the factor with that on its diagonal. */
static rao_status invert(rao_ctx *ctx, const rao_fisher *f, int64_t l, char which, const rao_mat *factor, double damping, void *into,
                         double *logdet, double *condition) {
    rao_status st = RAO_OK;
    rao_mat inverse = rao_mat_view(factor->dtype, factor->rows, factor->cols, factor->cols, into);
    rao_mark mark = rao_scratch_mark(ctx);
    void *sums = NULL;
    RAO_TRY(rao_scratch_bytes(ctx, factor->rows, rao_dtype_size(factor->dtype), &sums));
    la_copy_lower(factor, &inverse);
    fisher_add_diagonal(&inverse, damping);
    double norm = fisher_norm1_lower(&inverse, sums);
    st = rao_cholesky(ctx, &inverse, 0, NULL);
    if (st == RAO_ENUMERIC || (st == RAO_OK && fisher_lost_pivot(factor, damping, &inverse)))
        st = check_factor(ctx, f, l, which, factor, st == RAO_ENUMERIC);
    if (st != RAO_OK) goto done;
    RAO_TRY(rao_cholesky_logdet(ctx, &inverse, logdet));
    RAO_TRY(rao_cholesky_inverse(ctx, &inverse, &inverse));
    *condition = norm * fisher_norm1(&inverse);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status ensure(rao_ctx *ctx, const rao_fisher *f, int64_t l) {
    rao_status st = RAO_OK;
    kfac *s = f->state;
    layer *y = &s->layer[l];
    if (y->of[READY] > 0) return RAO_OK;
    double ca = 0, cg = 0;
    mixed_inverses_forget(&y->packed);
    rao_mat a = factor_a(f, l, s->factors.layer[l].a), g = factor_g(f, l, s->factors.layer[l].g);
    split_damping(f, l, &y->of[PI], &y->of[DAMPING_A], &y->of[DAMPING_G]);
    RAO_TRY(invert(ctx, f, l, 'A', &a, y->of[DAMPING_A], y->ia, &y->of[LOGDET_A], &ca));
    RAO_TRY(invert(ctx, f, l, 'G', &g, y->of[DAMPING_G], y->ig, &y->of[LOGDET_G], &cg));
    y->of[CONDITION] = ca * cg, y->of[MADE] = f->updates, y->of[READY] = 1;
done:
    return st;
}

static rao_status damp(rao_ctx *ctx, rao_op *op, double damping) {
    (void)ctx;
    op->damping = damping;
    if (fisher_of(op)->opts.renew == 1) renew((rao_fisher *)(void *)op);
    return RAO_OK;
}

/* ---- queries ---- */

/* Copies of the damped factors of layer l on the scratch stack. */
static rao_status damped(rao_ctx *ctx, const rao_fisher *f, int64_t l, rao_mat *a, rao_mat *g) {
    rao_status st = RAO_OK;
    const kfac *s = f->state;
    int64_t unit = (int64_t)rao_dtype_size(f->op.dtype);
    double pi, da, dg;
    char *ad = NULL, *gd = NULL;
    rao_mat fa = factor_a(f, l, s->factors.layer[l].a), fg = factor_g(f, l, s->factors.layer[l].g);
    RAO_TRY(rao_scratch(ctx, fa.rows * fa.rows * unit, &ad));
    RAO_TRY(rao_scratch(ctx, fg.rows * fg.rows * unit, &gd));
    *a = factor_a(f, l, ad), *g = factor_g(f, l, gd);
    split_damping(f, l, &pi, &da, &dg);
    RAO_TRY(fisher_copy(ctx, &fa, a));
    RAO_TRY(fisher_copy(ctx, &fg, g));
    fisher_add_diagonal(a, da), fisher_add_diagonal(g, dg);
done:
    return st;
}

/* Room for both factors of any layer with both of their triangles. */
static rao_status pair_room(rao_ctx *ctx, const rao_fisher *f, char **room) {
    int64_t most = 0;
    for (int64_t l = 0; l < f->layers; l++) {
        rao_parameter p = rao_graph_parameter(f->graph, l);
        if (p.cols * p.cols + p.rows * p.rows > most) most = p.cols * p.cols + p.rows * p.rows;
    }
    return rao_scratch(ctx, most * (int64_t)rao_dtype_size(f->op.dtype), room);
}

static rao_status whole_pair(rao_ctx *ctx, const rao_fisher *f, int64_t l, char *room, rao_mat *a, rao_mat *g) {
    const kfac *s = f->state;
    rao_mat fa = factor_a(f, l, s->factors.layer[l].a), fg = factor_g(f, l, s->factors.layer[l].g);
    *a = factor_a(f, l, room), *g = factor_g(f, l, room + (size_t)(fa.rows * fa.rows) * rao_dtype_size(fa.dtype));
    rao_status st = RAO_OK;
    RAO_TRY(fisher_copy(ctx, &fa, a));
    RAO_TRY(fisher_copy(ctx, &fg, g));
    RAO_TRY(rao_mirror(ctx, a));
    st = rao_mirror(ctx, g);
done:
    return st;
}

static rao_status apply(rao_ctx *ctx, const rao_op *op, const rao_vec *x, rao_vec *y) {
    rao_status st = RAO_OK;
    const rao_fisher *f = fisher_of(op);
    rao_mark mark = rao_scratch_mark(ctx);
    void *room = NULL;
    char *pair = NULL;
    RAO_TRY(kron_room(ctx, f, &room));
    RAO_TRY(pair_room(ctx, f, &pair));
    for (int64_t l = 0; l < f->layers; l++) {
        double pi, da, dg;
        rao_mat xm = layer_block(f, l, x), ym = layer_block(f, l, y), a, g;
        split_damping(f, l, &pi, &da, &dg);
        RAO_TRY(whole_pair(ctx, f, l, pair, &a, &g));
        RAO_TRY(kron_apply_damped(ctx, room, &g, dg, &xm, &a, da, &ym));
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status solve(rao_ctx *ctx, const rao_op *op, const rao_vec *b, rao_vec *x) {
    rao_status st = RAO_OK;
    const rao_fisher *f = fisher_of(op);
    const kfac *s = f->state;
    rao_mark mark = rao_scratch_mark(ctx);
    void *room = NULL;
    for (int64_t l = 0; l < f->layers; l++) RAO_TRY(ensure(ctx, f, l));
    RAO_TRY(kron_room(ctx, f, &room));
    for (int64_t l = 0; l < f->layers; l++) {
        rao_mat bm = layer_block(f, l, b), xm = layer_block(f, l, x), ia = factor_a(f, l, s->layer[l].ia),
                ig = factor_g(f, l, s->layer[l].ig);
        RAO_TRY(kron_apply(ctx, room, RAO_N, &ig, &bm, RAO_N, &ia, &xm));
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status solve_float(rao_ctx *ctx, const rao_fisher *f, const rao_outer *blocks, rao_vec *x, double *inner) {
    rao_status st = RAO_OK;
    const kfac *s = f->state;
    precondition_room room;
    RAO_TRY(precondition_take_room(ctx, blocks, f->layers, &room));
    for (int64_t l = 0; l < f->layers; l++) {
        rao_mat xm = layer_block(f, l, x), ia = factor_a(f, l, s->layer[l].ia), ig = factor_g(f, l, s->layer[l].ig);
        RAO_TRY(precondition(ctx, &room, &ig, &ia, &blocks[l], &xm, inner));
    }
done:
    return st;
}

static rao_status solve_mixed(rao_ctx *ctx, const rao_fisher *f, const rao_outer *blocks, rao_vec *x, double *inner) {
    rao_status st = RAO_OK;
    const kfac *s = f->state;
    mixed_room room;
    RAO_TRY(mixed_take_room(ctx, blocks, f->layers, &room));
    for (int64_t l = 0; l < f->layers; l++) {
        rao_mat xm = layer_block(f, l, x), ia = factor_a(f, l, s->layer[l].ia), ig = factor_g(f, l, s->layer[l].ig);
        RAO_TRY(mixed_inverses_ensure(ctx, blocks[l].g.rows, &ig, &ia, &s->layer[l].packed));
        RAO_TRY(precondition_mixed(ctx, &room, &ig, &ia, &s->layer[l].packed, &blocks[l], &xm, inner));
    }
done:
    return st;
}

/* Layer by layer by the cheaper way, from the factors of the gradient. */
static rao_status solve_outer(rao_ctx *ctx, const rao_op *op, const rao_outer *blocks, int64_t count, rao_vec *x, double *inner) {
    rao_status st = RAO_OK;
    const rao_fisher *f = fisher_of(op);
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(fisher_check_layers(ctx, f, blocks, count));
    for (int64_t l = 0; l < f->layers; l++) RAO_TRY(ensure(ctx, f, l));
    RAO_TRY((f->opts.precision == RAO_PRECISION_BF16 ? solve_mixed : solve_float)(ctx, f, blocks, x, inner));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* V diag(w^p) V^T of a damped factor, in place. */
static rao_status factor_power(rao_ctx *ctx, const rao_fisher *f, int64_t l, char which, double damping, double p, rao_mat *m) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    int64_t n = m->rows, unit = (int64_t)rao_dtype_size(m->dtype);
    char *wd = NULL, *vd = NULL;
    RAO_TRY(rao_scratch(ctx, n * unit, &wd));
    RAO_TRY(rao_scratch(ctx, n * n * unit, &vd));
    rao_vec w = rao_vec_view(m->dtype, n, wd);
    rao_mat v = rao_mat_view(m->dtype, n, n, n, vd);
    const int held = fisher_held(&f->op, damping, fisher_largest_diagonal(m) - damping);
    RAO_TRY(rao_eigh(ctx, m, &w));
    if (p < 0 && !held && fisher_count(&w, 0, n) < n) RAO_TRY(singular(ctx, f, l, which));
    for (int64_t i = 0; i < n; i++) fisher_put(&w, i, p == 0 ? 1 : pow(fmax(fisher_get(&w, i), 0), p / 2));
    /* (V w^(p/2)) (V w^(p/2))^T */
    for (int64_t i = 0; i < n; i++) {
        rao_mat from = rao_mat_view(m->dtype, 1, n, n, (char *)m->data + (size_t)(i * m->ld) * rao_dtype_size(m->dtype));
        rao_mat row = rao_mat_view(m->dtype, 1, n, n, (char *)v.data + (size_t)(i * n) * rao_dtype_size(m->dtype)),
                by = rao_mat_view(m->dtype, 1, n, n, wd);
        RAO_TRY(rao_product(ctx, rao_backend_default(), &by, &from, &row));
    }
    RAO_TRY(rao_syrk(ctx, RAO_N, 1, &v, 0, m));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* Through a vector of its own: a later layer that fails leaves y as it was. */
static rao_status power(rao_ctx *ctx, const rao_op *op, double p, const rao_vec *x, rao_vec *y) {
    rao_status st = RAO_OK;
    const rao_fisher *f = fisher_of(op);
    rao_mark mark = rao_scratch_mark(ctx);
    rao_vec whole;
    void *room = NULL;
    RAO_TRY(fisher_vector(ctx, op, &whole));
    RAO_TRY(kron_room(ctx, f, &room));
    for (int64_t l = 0; l < f->layers; l++) {
        rao_mark inner = rao_scratch_mark(ctx);
        rao_mat xm = layer_block(f, l, x), ym = layer_block(f, l, &whole), a, g;
        double pi, da, dg;
        RAO_TRY(damped(ctx, f, l, &a, &g));
        split_damping(f, l, &pi, &da, &dg);
        RAO_TRY(factor_power(ctx, f, l, 'A', da, p, &a));
        RAO_TRY(factor_power(ctx, f, l, 'G', dg, p, &g));
        RAO_TRY(kron_apply(ctx, room, RAO_N, &g, &xm, RAO_N, &a, &ym));
        rao_scratch_reset(ctx, inner);
    }
    memcpy(y->data, whole.data, (size_t)op->n * rao_dtype_size(op->dtype));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* M with M M^T the inverse of a damped factor, as last renewed. */
static rao_status root_of_inverse(rao_ctx *ctx, const rao_fisher *f, int64_t l, char which, const rao_mat *inverse, rao_mat *m) {
    rao_status st = fisher_copy(ctx, inverse, m);
    if (st == RAO_OK) st = rao_cholesky(ctx, m, 0, NULL);
    if (st != RAO_ENUMERIC) return st;
    return rao_fail(ctx, st, "fisher: kfac: with damping = %g rounding makes the inverse of factor %c of layer %s indefinite, want more",
                    f->op.damping, which, rao_graph_parameter(f->graph, l).name);
}

/* X = M_g Z M_a^T: covariance G'^-1 (x) A'^-1. */
static rao_status sample(rao_ctx *ctx, const rao_op *op, rao_stream stream, uint64_t step, rao_vec *x) {
    rao_status st = RAO_OK;
    const rao_fisher *f = fisher_of(op);
    const kfac *s = f->state;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_vec z;
    void *room = NULL;
    for (int64_t l = 0; l < f->layers; l++) RAO_TRY(ensure(ctx, f, l));
    RAO_TRY(fisher_vector(ctx, op, &z));
    RAO_TRY(kron_room(ctx, f, &room));
    fisher_fill_normal(stream, step, 0, &z);
    for (int64_t l = 0; l < f->layers; l++) {
        rao_mark inner = rao_scratch_mark(ctx);
        rao_mat zm = layer_block(f, l, &z), ma, mg, ia = factor_a(f, l, s->layer[l].ia), ig = factor_g(f, l, s->layer[l].ig);
        RAO_TRY(damped(ctx, f, l, &ma, &mg)); /* room of the right shapes */
        RAO_TRY(root_of_inverse(ctx, f, l, 'A', &ia, &ma));
        RAO_TRY(root_of_inverse(ctx, f, l, 'G', &ig, &mg));
        RAO_TRY(kron_apply(ctx, room, RAO_N, &mg, &zm, RAO_T, &ma, &zm));
        rao_scratch_reset(ctx, inner);
    }
    memcpy(x->data, z.data, (size_t)op->n * rao_dtype_size(op->dtype));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status trace(rao_ctx *ctx, const rao_op *op, double *value) {
    (void)ctx;
    const rao_fisher *f = fisher_of(op);
    const kfac *s = f->state;
    double sum = 0, pi, da, dg;
    for (int64_t l = 0; l < f->layers; l++) {
        rao_mat a = factor_a(f, l, s->factors.layer[l].a), g = factor_g(f, l, s->factors.layer[l].g);
        split_damping(f, l, &pi, &da, &dg);
        sum += (fisher_diagonal_sum(&a) + da * (double)a.rows) * (fisher_diagonal_sum(&g) + dg * (double)g.rows);
    }
    *value = sum;
    return RAO_OK;
}

/* log det (G (x) A) = dim A log det G + dim G log det A */
static rao_status logdet(rao_ctx *ctx, const rao_op *op, double *value) {
    rao_status st = RAO_OK;
    const rao_fisher *f = fisher_of(op);
    const kfac *s = f->state;
    double sum = 0;
    for (int64_t l = 0; l < f->layers; l++) {
        rao_parameter p = rao_graph_parameter(f->graph, l);
        RAO_TRY(ensure(ctx, f, l));
        sum += (double)p.cols * s->layer[l].of[LOGDET_G] + (double)p.rows * s->layer[l].of[LOGDET_A];
    }
    *value = sum;
done:
    return st;
}

/* All products of an eigenvalue of A' and one of G'. */
static rao_status eigenvalues(rao_ctx *ctx, const rao_op *op, rao_vec *w) {
    rao_status st = RAO_OK;
    const rao_fisher *f = fisher_of(op);
    rao_mark mark = rao_scratch_mark(ctx);
    int64_t unit = (int64_t)rao_dtype_size(op->dtype);
    rao_vec all;
    RAO_TRY(fisher_vector(ctx, op, &all));
    for (int64_t l = 0; l < f->layers; l++) {
        rao_mark inner = rao_scratch_mark(ctx);
        rao_mat a, g;
        char *wa = NULL, *wg = NULL;
        RAO_TRY(damped(ctx, f, l, &a, &g));
        RAO_TRY(rao_scratch(ctx, a.rows * unit, &wa));
        RAO_TRY(rao_scratch(ctx, g.rows * unit, &wg));
        rao_vec va = rao_vec_view(op->dtype, a.rows, wa), vg = rao_vec_view(op->dtype, g.rows, wg);
        RAO_TRY(rao_eigvalsh(ctx, &a, &va));
        RAO_TRY(rao_eigvalsh(ctx, &g, &vg));
        int64_t at = rao_graph_parameter(f->graph, l).offset;
        for (int64_t i = 0; i < vg.n; i++)
            for (int64_t j = 0; j < va.n; j++) fisher_put(&all, at++, fmax(fisher_get(&vg, i), 0) * fmax(fisher_get(&va, j), 0));
        rao_scratch_reset(ctx, inner);
    }
    memcpy(w->data, all.data, (size_t)op->n * rao_dtype_size(op->dtype));
    fisher_sort(w);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status layer_info(rao_ctx *ctx, const rao_fisher *f, int64_t l, rao_fisher_layer *info) {
    rao_status st = ensure(ctx, f, l);
    if (st != RAO_OK) return st;
    const layer *y = &((const kfac *)f->state)->layer[l];
    *info = (rao_fisher_layer){rao_graph_parameter(f->graph, l).name, y->of[CONDITION], y->of[PI], y->of[DAMPING_A], y->of[DAMPING_G],
                               (int64_t)(f->updates - y->of[MADE])};
    return RAO_OK;
}

static const char *keep(rao_fisher *f, int64_t l, int64_t i, rao_vec *state) {
    kfac *s = f->state;
    layer *y = &s->layer[l];
    rao_mat ia = factor_a(f, l, y->ia), ig = factor_g(f, l, y->ig);
    mixed_inverses_forget(&y->packed); /* the views are writable */
    switch (i - FACTORS_STATES) {
    case 0: *state = factor_vec(&ia); return "inverse_a";
    case 1: *state = factor_vec(&ig); return "inverse_g";
    case 2: *state = rao_vec_view(RAO_F64, NUMBERS, y->of); return "numbers";
    default: return factors_keep(f, l, i, &s->factors, state);
    }
}

static const rao_op_table table = {.name = "kfac",
                                   .apply = apply,
                                   .solve = solve,
                                   .solve_outer = solve_outer,
                                   .power = power,
                                   .sample = sample,
                                   .trace = trace,
                                   .logdet = logdet,
                                   .eigenvalues = eigenvalues,
                                   .damp = damp};
const representation fisher_kfac = {.name = "kfac",
                                    .op = &table,
                                    .bytes = bytes,
                                    .create = create,
                                    .begin = begin,
                                    .column = column,
                                    .end = end,
                                    .renew = renew,
                                    .destroy = destroy,
                                    .layer = layer_info,
                                    .keep = keep};
