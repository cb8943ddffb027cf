/* factors.c - Kronecker factors from per-example factors (Martens & Grosse 2015, sections 3 and 5).
 *
 * Averages start at the data: the t-th update weighs the past by min(1 - 1/t, decay), so that no trace of an initial matrix is left.
 * G is the second moment of the score of one case, whatever the loss divides by: the shares enter once in A and once in G. */
#include "fisher/factors.h"

#include "la/view.h"

#include <math.h>

double factors_bytes(const rao_fisher *f) {
    double sum = 0;
    for (int64_t l = 0; l < f->layers; l++) {
        rao_parameter p = rao_graph_parameter(f->graph, l);
        sum += (double)p.cols * (double)p.cols + (double)p.rows * (double)p.rows;
    }
    return sum * (double)rao_dtype_size(f->op.dtype);
}

rao_status factors_create(rao_ctx *ctx, const rao_fisher *f, factor_set *s) {
    rao_status st = RAO_OK;
    int64_t numbers = 0;
    size_t unit = rao_dtype_size(f->op.dtype);
    RAO_TRY(rao_alloc(ctx, f->layers, &s->layer));
    for (int64_t l = 0; l < f->layers; l++) {
        rao_parameter p = rao_graph_parameter(f->graph, l);
        RAO_TRY(rao_size_mul(ctx, "fisher: a factor", p.cols, p.cols, &numbers));
        RAO_TRY(rao_alloc_bytes(ctx, numbers, unit, &s->layer[l].a));
        RAO_TRY(rao_size_mul(ctx, "fisher: a factor", p.rows, p.rows, &numbers));
        RAO_TRY(rao_alloc_bytes(ctx, numbers, unit, &s->layer[l].g));
    }
done:
    return st;
}

void factors_destroy(const rao_fisher *f, factor_set *s) {
    for (int64_t l = 0; s->layer && l < f->layers; l++) {
        rao_free_block(&s->layer[l].a);
        rao_free_block(&s->layer[l].g);
    }
    rao_free(&s->layer);
}

const char *factors_keep(const rao_fisher *f, int64_t l, int64_t i, const factor_set *s, rao_vec *state) {
    if (i < 0 || i >= FACTORS_STATES) return NULL;
    rao_mat average = i == 0 ? factor_a(f, l, s->layer[l].a) : factor_g(f, l, s->layer[l].g);
    la_mirror(&average);
    *state = factor_vec(&average);
    return i == 0 ? "a" : "g";
}

static int uniform(const update *u) {
    for (int64_t i = 1; i < u->n; i++)
        if (u->share[i] != u->share[0]) return 0;
    return 1;
}

/* A = past A + (1 - past) sum of share a a^T */
static rao_status add_a(rao_ctx *ctx, const rao_fisher *f, const update *u, int64_t l, factor_set *s) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_factors factors;
    rao_mat into = factor_a(f, l, s->layer[l].a);
    RAO_TRY(rao_tape_factors(ctx, u->tape, l, &factors));
    if (uniform(u)) {
        RAO_TRY(rao_syrk_lower(ctx, RAO_T, (1 - s->past) * u->share[0], &factors.a, s->past, &into));
    } else {
        char *data = NULL;
        RAO_TRY(rao_scratch(ctx, u->n * factors.a.cols * (int64_t)rao_dtype_size(f->op.dtype), &data));
        rao_mat scaled = rao_mat_view(f->op.dtype, u->n, factors.a.cols, factors.a.cols, data);
        RAO_TRY(rao_scale_rows(ctx, rao_backend_default(), &u->root_share, &factors.a, &scaled));
        RAO_TRY(rao_syrk_lower(ctx, RAO_T, 1 - s->past, &scaled, s->past, &into));
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

typedef struct additions { /* to the factors of all layers, each by one thread */
    const rao_fisher *f;
    const update *u;
    factor_set *s;
    int64_t column;
} additions;

static rao_status add_a_of(rao_ctx *worker, int64_t layer, void *arg) {
    const additions *x = arg;
    return add_a(worker, x->f, x->u, layer, x->s);
}

static rao_status add_g_of(rao_ctx *worker, int64_t layer, void *arg) {
    const additions *x = arg;
    rao_status st;
    rao_factors factors;
    rao_mat into = factor_g(x->f, layer, x->s->layer[layer].g);
    RAO_TRY(rao_tape_factors(worker, x->u->tape, layer, &factors));
    RAO_TRY(rao_syrk_lower(worker, RAO_T, 1 - x->s->past, &factors.g, x->column == 0 ? x->s->past : 1, &into));
done:
    return st;
}

rao_status factors_begin(rao_ctx *ctx, const rao_fisher *f, const update *u, factor_set *s) {
    additions x = {f, u, s, 0};
    s->past = fmin(1 - 1 / (f->updates + 1), f->opts.decay);
    return rao_parallel_for(ctx, f->layers, add_a_of, &x);
}

rao_status factors_column(rao_ctx *ctx, const rao_fisher *f, const update *u, int64_t c, factor_set *s) {
    additions x = {f, u, s, c};
    return rao_parallel_for(ctx, f->layers, add_g_of, &x);
}

rao_status factor_rank(rao_ctx *ctx, const rao_mat *factor, int64_t *rank) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    int64_t n = factor->rows, unit = (int64_t)rao_dtype_size(factor->dtype);
    char *cd = NULL, *wd = NULL;
    RAO_TRY(rao_scratch(ctx, n * n * unit, &cd));
    RAO_TRY(rao_scratch(ctx, n * unit, &wd));
    rao_mat copy = rao_mat_view(factor->dtype, n, n, n, cd);
    rao_vec w = rao_vec_view(factor->dtype, n, wd);
    RAO_TRY(fisher_copy(ctx, factor, &copy));
    RAO_TRY(rao_eigvalsh(ctx, &copy, &w));
    *rank = fisher_count(&w, 0, n);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status kron_room(rao_ctx *ctx, const rao_fisher *f, void **room) {
    int64_t most = 0;
    char *data = NULL;
    for (int64_t l = 0; l < f->layers; l++) {
        rao_parameter p = rao_graph_parameter(f->graph, l);
        if (p.rows * p.cols > most) most = p.rows * p.cols;
    }
    rao_status st = rao_scratch(ctx, most * (int64_t)rao_dtype_size(f->op.dtype), &data);
    if (st == RAO_OK) *room = data;
    return st;
}

rao_status kron_apply(rao_ctx *ctx, void *room, rao_trans tl, const rao_mat *left, const rao_mat *x, rao_trans tr, const rao_mat *right,
                      rao_mat *y) {
    rao_mat t = rao_mat_view(x->dtype, x->rows, x->cols, x->cols, room);
    rao_status st = rao_gemm(ctx, RAO_N, tr, 1, x, right, 0, &t);
    return st == RAO_OK ? rao_gemm(ctx, tl, RAO_N, 1, left, &t, 0, y) : st;
}

rao_status kron_apply_damped(rao_ctx *ctx, void *room, const rao_mat *left, double dl, const rao_mat *x, const rao_mat *right, double dr,
                             rao_mat *y) {
    rao_mat t = rao_mat_view(x->dtype, x->rows, x->cols, x->cols, room);
    rao_status st = RAO_OK;
    RAO_TRY(fisher_copy(ctx, x, &t));
    RAO_TRY(rao_gemm(ctx, RAO_N, RAO_N, 1, x, right, dr, &t));
    RAO_TRY(fisher_copy(ctx, &t, y));
    st = rao_gemm(ctx, RAO_N, RAO_N, 1, left, &t, dl, y);
done:
    return st;
}
