/* kfac.c - F ~ G (x) A per layer (Martens & Grosse 2015, eq. 1), damped as (G + gamma/pi I) (x) (A + pi gamma I), gamma = sqrt(damping),
 * pi = sqrt((tr A / dim A) / (tr G / dim G)) (section 6.3).
 *
 * Solve: X -> G'^-1 X A'^-1, two products a layer with explicit inverses, 2 out in (out + in) flops; renewing them costs O(in^3 + out^3). */
#include "fisher/factors.h"

#include <math.h>
#include <string.h>

enum { LOGDET_A = 0, LOGDET_G, CONDITION, PI, DAMPING_A, DAMPING_G, MADE /* the update it was made from */, READY, NUMBERS };

typedef struct layer {
    void *ia, *ig; /* inverses of the damped factors */
    double of[NUMBERS];
} layer;

typedef struct kfac {
    factor_set factors;
    layer *layer;
} kfac;

static double bytes(const rao_fisher *f) { return 2 * factors_bytes(f); }

static void destroy(rao_fisher *f) {
    kfac *s = f->state;
    factors_destroy(f, &s->factors);
    for (int64_t l = 0; s->layer && l < f->layers; l++) {
        rao_free_block(&s->layer[l].ia);
        rao_free_block(&s->layer[l].ig);
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
    }
done:
    return st;
}

static rao_status begin(rao_ctx *ctx, rao_fisher *f, const update *u) { return factors_begin(ctx, f, u, &((kfac *)f->state)->factors); }
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

/* ---- damping and inverses ---- */

/* A factor that is zero (a dead layer) gives pi no meaning: then both are damped alike. */
static void split_damping(const rao_fisher *f, int64_t l, double *pi, double *da, double *dg) {
    const kfac *s = f->state;
    rao_mat a = factor_a(f, l, s->factors.layer[l].a), g = factor_g(f, l, s->factors.layer[l].g);
    double ta = fisher_diagonal_sum(&a) / (double)a.rows, tg = fisher_diagonal_sum(&g) / (double)g.rows, gamma = sqrt(f->op.damping);
    *pi = ta > 0 && tg > 0 ? sqrt(ta / tg) : 1;
    *da = *pi * gamma, *dg = gamma / *pi;
}

static rao_status invert(rao_ctx *ctx, const rao_fisher *f, int64_t l, char which, const rao_mat *factor, double damping, void *into,
                         double *logdet, double *condition) {
    rao_status st = RAO_OK;
    rao_chol_info info;
    rao_mat inverse = rao_mat_view(factor->dtype, factor->rows, factor->cols, factor->cols, into);
    const char *name = rao_graph_parameter(f->graph, l).name;
    fisher_copy(factor, &inverse);
    fisher_add_diagonal(&inverse, damping);
    double norm = fisher_norm1(&inverse);
    st = rao_cholesky(ctx, &inverse, damping > 0 ? 1e-4 : 0, &info);
    if ((st == RAO_ENUMERIC && !(damping > 0)) || (st == RAO_OK && fisher_lost_pivot(factor, damping, &inverse)))
        return rao_fail(
            ctx, RAO_EDOMAIN,
            "fisher: kfac with damping = %g: factor %c of layer %s is singular to rounding (rank below %lld of %lld), want more damping",
            f->op.damping, which, name, (long long)factor->rows, (long long)factor->rows);
    if (st != RAO_OK) return st;
    if (info.jitter > 0)
        rao_log(ctx, RAO_WARN, "fisher: factor %c of layer %s took %.2g more on its diagonal than its damping %.2g", which, name,
                info.jitter, damping);
    RAO_TRY(rao_cholesky_logdet(ctx, &inverse, logdet));
    RAO_TRY(rao_cholesky_inverse(ctx, &inverse, &inverse));
    *condition = norm * fisher_norm1(&inverse);
done:
    return st;
}

static rao_status ensure(rao_ctx *ctx, const rao_fisher *f, int64_t l) {
    rao_status st = RAO_OK;
    kfac *s = f->state;
    layer *y = &s->layer[l];
    if (y->of[READY] > 0) return RAO_OK;
    double ca = 0, cg = 0;
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
    const rao_fisher *f = fisher_of(op);
    kfac *s = f->state;
    op->damping = damping;
    for (int64_t l = 0; l < f->layers && f->opts.renew == 1; l++) s->layer[l].of[READY] = 0;
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
    fisher_copy(&fa, a), fisher_copy(&fg, g);
    fisher_add_diagonal(a, da), fisher_add_diagonal(g, dg);
done:
    return st;
}

static rao_status apply(rao_ctx *ctx, const rao_op *op, const rao_vec *x, rao_vec *y) {
    rao_status st = RAO_OK;
    const rao_fisher *f = fisher_of(op);
    const kfac *s = f->state;
    rao_mark mark = rao_scratch_mark(ctx);
    for (int64_t l = 0; l < f->layers; l++) {
        rao_mat xm = layer_block(f, l, x), ym = layer_block(f, l, y), a, g;
        if (op->damping > 0) {
            RAO_TRY(damped(ctx, f, l, &a, &g));
        } else {
            a = factor_a(f, l, s->factors.layer[l].a), g = factor_g(f, l, s->factors.layer[l].g);
        }
        RAO_TRY(kron_apply(ctx, RAO_N, &g, &xm, RAO_N, &a, &ym));
        rao_scratch_reset(ctx, mark);
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status solve(rao_ctx *ctx, const rao_op *op, const rao_vec *b, rao_vec *x) {
    rao_status st = RAO_OK;
    const rao_fisher *f = fisher_of(op);
    const kfac *s = f->state;
    for (int64_t l = 0; l < f->layers; l++) RAO_TRY(ensure(ctx, f, l));
    for (int64_t l = 0; l < f->layers; l++) {
        rao_mat bm = layer_block(f, l, b), xm = layer_block(f, l, x), ia = factor_a(f, l, s->layer[l].ia),
                ig = factor_g(f, l, s->layer[l].ig);
        RAO_TRY(kron_apply(ctx, RAO_N, &ig, &bm, RAO_N, &ia, &xm));
    }
done:
    return st;
}

/* V diag(w^p) V^T of a damped factor, in place. */
static rao_status factor_power(rao_ctx *ctx, double p, rao_mat *m) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    int64_t n = m->rows, unit = (int64_t)rao_dtype_size(m->dtype);
    char *wd = NULL, *vd = NULL;
    RAO_TRY(rao_scratch(ctx, n * unit, &wd));
    RAO_TRY(rao_scratch(ctx, n * n * unit, &vd));
    rao_vec w = rao_vec_view(m->dtype, n, wd);
    rao_mat v = rao_mat_view(m->dtype, n, n, n, vd);
    RAO_TRY(rao_eigh(ctx, m, &w));
    double floor = (double)n * (m->dtype == RAO_F64 ? 0x1p-52 : 0x1p-23) * fisher_get(&w, n - 1);
    for (int64_t i = 0; i < n; i++) {
        double l = fisher_get(&w, i);
        if (p < 0 && !(l > floor))
            RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "fisher: kfac: a negative power of a singular factor (rank %lld of %lld)",
                             (long long)(n - i - 1), (long long)n));
        fisher_put(&w, i, p == 0 ? 1 : pow(fmax(l, 0), p / 2));
    }
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

static rao_status power(rao_ctx *ctx, const rao_op *op, double p, const rao_vec *x, rao_vec *y) {
    rao_status st = RAO_OK;
    const rao_fisher *f = fisher_of(op);
    rao_mark mark = rao_scratch_mark(ctx);
    for (int64_t l = 0; l < f->layers; l++) {
        rao_mat xm = layer_block(f, l, x), ym = layer_block(f, l, y), a, g;
        RAO_TRY(damped(ctx, f, l, &a, &g));
        RAO_TRY(factor_power(ctx, p, &a));
        RAO_TRY(factor_power(ctx, p, &g));
        RAO_TRY(kron_apply(ctx, RAO_N, &g, &xm, RAO_N, &a, &ym));
        rao_scratch_reset(ctx, mark);
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* X = M_g Z M_a^T with M M^T the inverse of a damped factor: covariance G'^-1 (x) A'^-1. */
static rao_status sample(rao_ctx *ctx, const rao_op *op, rao_stream stream, uint64_t step, rao_vec *x) {
    rao_status st = RAO_OK;
    const rao_fisher *f = fisher_of(op);
    const kfac *s = f->state;
    rao_mark mark = rao_scratch_mark(ctx);
    char *zd = NULL;
    for (int64_t l = 0; l < f->layers; l++) RAO_TRY(ensure(ctx, f, l));
    RAO_TRY(rao_scratch(ctx, op->n * (int64_t)rao_dtype_size(op->dtype), &zd));
    rao_vec z = rao_vec_view(op->dtype, op->n, zd);
    fisher_fill_normal(stream, step, 0, &z);
    for (int64_t l = 0; l < f->layers; l++) {
        rao_mark inner = rao_scratch_mark(ctx);
        rao_mat zm = layer_block(f, l, &z), xm = layer_block(f, l, x), ma, mg, ia = factor_a(f, l, s->layer[l].ia),
                ig = factor_g(f, l, s->layer[l].ig);
        RAO_TRY(damped(ctx, f, l, &ma, &mg)); /* room of the right shapes */
        fisher_copy(&ia, &ma), fisher_copy(&ig, &mg);
        RAO_TRY(rao_cholesky(ctx, &ma, 1e-6, NULL));
        RAO_TRY(rao_cholesky(ctx, &mg, 1e-6, NULL));
        RAO_TRY(kron_apply(ctx, RAO_N, &mg, &zm, RAO_T, &ma, &xm));
        rao_scratch_reset(ctx, inner);
    }
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
    for (int64_t l = 0; l < f->layers; l++) {
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
            for (int64_t j = 0; j < va.n; j++) fisher_put(w, at++, fmax(fisher_get(&vg, i), 0) * fmax(fisher_get(&va, j), 0));
        rao_scratch_reset(ctx, mark);
    }
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
    rao_parameter p = rao_graph_parameter(f->graph, l);
    int64_t na = p.cols * p.cols, ng = p.rows * p.rows;
    switch (i) {
    case 0: *state = rao_vec_view(f->op.dtype, na, s->factors.layer[l].a); return "a";
    case 1: *state = rao_vec_view(f->op.dtype, ng, s->factors.layer[l].g); return "g";
    case 2: *state = rao_vec_view(f->op.dtype, na, s->layer[l].ia); return "inverse_a";
    case 3: *state = rao_vec_view(f->op.dtype, ng, s->layer[l].ig); return "inverse_g";
    case 4: *state = rao_vec_view(RAO_F64, NUMBERS, s->layer[l].of); return "numbers";
    default: return NULL;
    }
}

static const rao_op_table table = {.name = "kfac",
                                   .apply = apply,
                                   .solve = solve,
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
                                    .destroy = destroy,
                                    .layer = layer_info,
                                    .keep = keep};
