/* dense_sum.c - F = sum over cases i and columns c of e_ic e_ic^T, e_ic the gradient with respect to all parameters, a block g a^T a layer.
 *
 * By cases. The activations a_i of a case are the same in all columns, so that its block between unit o of layer p and unit o' of layer q is
 *
 *     s_i a_i^p (a_i^q)^T   with   s_i = sum over c of g_ic[p, o] g_ic[q, o'],
 *
 * and the block of F is A_p^T diag(s) A_q: n k^2 flops for all of it whatever the number of columns. Units o' are taken some hundred
 * columns of F at a time, so that each is one product. The wider of p and q stands on the side that is not scaled, which keeps the
 * scaling cheap. Needs the cotangents of all columns at once.
 *
 * By rows. Where that is too much memory, and where there is one column: E^T E with the gradients e_ic as the rows of E, some thousand
 * at a time, in square blocks of F: n r k^2 flops.
 *
 * Both fill the lower triangle by blocks that depend on the shape alone, shared out over the threads. */
#include "fisher/dense_sum.h"

#include <string.h>

#include "la/view.h"

enum { CASES = 1024, GROUP = 512, ROWS = 1024, SIDE = 1024 };

static int64_t units_of(const rao_fisher *f) {
    int64_t units = 0;
    for (int64_t l = 0; l < f->layers; l++) units += rao_graph_parameter(f->graph, l).rows;
    return units;
}

/* Cotangents of all columns: no more than F itself, or a few megabytes. */
static int by_cases(const rao_fisher *f) {
    double k = (double)f->op.n, numbers = (double)f->max_cases * (double)f->max_columns * (double)units_of(f);
    return f->max_columns > 1 && (numbers <= k * k || numbers <= 0x1p21);
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* Columns of F taken at a time: at least one unit of any layer, and no more than a layer has. */
static int64_t group_columns(const rao_fisher *f) {
    int64_t widest = 0, largest = 0;
    for (int64_t l = 0; l < f->layers; l++) {
        rao_parameter p = rao_graph_parameter(f->graph, l);
        widest = p.cols > widest ? p.cols : widest;
        largest = p.rows * p.cols > largest ? p.rows * p.cols : largest;
    }
    return widest > GROUP ? widest : least(GROUP, largest);
}

double dense_sum_bytes(const rao_fisher *f) {
    double unit = (double)rao_dtype_size(f->op.dtype), columns = (double)f->max_cases * (double)f->max_columns;
    if (!by_cases(f)) return unit * (double)least(f->max_cases, ROWS) * (double)f->op.n;
    return unit * (columns * (double)units_of(f) + (double)least(f->max_cases, CASES) * (double)group_columns(f));
}

double dense_sum_flops(const rao_fisher *f, double cases) {
    double k = (double)f->op.n;
    return cases * k * k * (by_cases(f) ? 1 : (double)f->max_columns);
}

rao_status dense_sum_create(rao_ctx *ctx, const rao_fisher *f, dense_sum *s) {
    rao_status st = RAO_OK;
    int64_t numbers = 0;
    *s = (dense_sum){NULL, units_of(f)};
    if (!by_cases(f)) return RAO_OK;
    RAO_TRY(rao_size_mul(ctx, "fisher: dense", f->max_cases * f->max_columns, s->units, &numbers));
    RAO_TRY(rao_alloc_bytes(ctx, numbers, rao_dtype_size(f->op.dtype), &s->g));
done:
    return st;
}

void dense_sum_destroy(dense_sum *s) { rao_free_block(&s->g); }

/* The block of F at row i and column j. */
static rao_mat block_at(const rao_mat *f, int64_t i, int64_t j, int64_t rows, int64_t cols) {
    return rao_mat_view(f->dtype, rows, cols, f->ld, (char *)f->data + (size_t)(i * f->ld + j) * rao_dtype_size(f->dtype));
}

/* ---- by rows --------------------------------------------------------------------------------------------------------- */

typedef struct squares {
    rao_mat rows, *into;
    double beta;
} squares;

/* Block (i, j <= i) of the lower triangle, numbered row by row. */
static rao_status add_square(rao_ctx *worker, int64_t block, void *arg) {
    const squares *s = arg;
    int64_t i = 0, k = s->into->rows;
    while (block > i) block -= ++i;
    int64_t top = i * SIDE, left = block * SIDE, rows = least(k - top, SIDE), cols = least(k - left, SIDE);
    rao_mat c = block_at(s->into, top, left, rows, cols), a = block_at(&s->rows, 0, top, s->rows.rows, rows),
            b = block_at(&s->rows, 0, left, s->rows.rows, cols);
    if (i == block) return rao_syrk(worker, RAO_T, 1, &a, s->beta, &c);
    return rao_gemm(worker, RAO_T, RAO_N, 1, &a, &b, s->beta, &c);
}

static rao_status column_by_rows(rao_ctx *ctx, const rao_fisher *f, const update *u, int64_t c, rao_mat *into) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    int64_t k = f->op.n, most = least(u->n, ROWS), sides = rao_block_count(k, SIDE);
    char *data = NULL;
    RAO_TRY(rao_scratch(ctx, most * k * (int64_t)rao_dtype_size(f->op.dtype), &data));
    for (int64_t first = 0; first < u->n; first += ROWS) {
        squares s = {rao_mat_view(f->op.dtype, least(u->n - first, ROWS), k, k, data), into, c > 0 || first > 0};
        for (int64_t l = 0; l < f->layers; l++) {
            rao_factors factors;
            RAO_TRY(rao_tape_factors(ctx, u->tape, l, &factors));
            fisher_expand(&factors, first, s.rows.rows, rao_graph_parameter(f->graph, l).offset, &s.rows);
        }
        RAO_TRY(rao_parallel_for(ctx, sides * (sides + 1) / 2, add_square, &s));
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- by cases -------------------------------------------------------------------------------------------------------- */

static rao_status keep_column(rao_ctx *ctx, const rao_fisher *f, const update *u, int64_t c, const dense_sum *s) {
    rao_status st = RAO_OK;
    int64_t at = 0, size = (int64_t)rao_dtype_size(f->op.dtype);
    for (int64_t l = 0; l < f->layers; l++) {
        rao_factors factors;
        RAO_TRY(rao_tape_factors(ctx, u->tape, l, &factors));
        rao_mat into = rao_mat_view(f->op.dtype, u->n, factors.g.cols, u->columns * s->units, (char *)s->g + (c * s->units + at) * size);
        factors.g.rows = u->n;
        RAO_TRY(fisher_copy(ctx, &factors.g, &into));
        at += factors.g.cols;
    }
done:
    return st;
}

typedef struct contraction {
    const rao_fisher *f;
    const update *u;
    const dense_sum *s;
    rao_mat *into;
    int64_t first, cases; /* of this chunk */
} contraction;

/* A layer, as a contraction sees it. */
typedef struct side {
    int64_t layer, unit; /* its first unit among those of all layers */
    rao_parameter p;
    rao_mat a; /* of the chunk */
} side;

static rao_status make_side(rao_ctx *ctx, const contraction *x, int64_t layer, side *s) {
    rao_factors factors;
    rao_status st = rao_tape_factors(ctx, x->u->tape, layer, &factors);
    if (st != RAO_OK) return st;
    *s = (side){layer, 0, rao_graph_parameter(x->f->graph, layer), block_at(&factors.a, x->first, 0, x->cases, factors.a.cols)};
    for (int64_t l = 0; l < layer; l++) s->unit += rao_graph_parameter(x->f->graph, l).rows;
    return RAO_OK;
}

/* The blocks between unit o of layer p and units first .. first + count - 1 of layer q, where q is p or narrower: the scaled copies of A_q
 * side by side, times A_p, whichever of the two makes rows below the diagonal. */
static rao_status contract(rao_ctx *ctx, const contraction *x, const side *p, int64_t o, const side *q, int64_t first, int64_t count,
                           rao_mat *scaled) {
    int64_t wide = p->p.cols, narrow = q->p.cols, columns = count * narrow, at_p = p->p.offset + o * wide,
            at_q = q->p.offset + first * narrow;
    double beta = x->first > 0;
    rao_mat b = rao_mat_view(scaled->dtype, x->cases, columns, columns, scaled->data);
    rao_mat g = rao_mat_view(b.dtype, x->cases * x->u->columns, x->s->units, x->s->units,
                             (char *)x->s->g + (size_t)(x->first * x->u->columns * x->s->units) * rao_dtype_size(b.dtype));
    fisher_scale_cases(&g, x->u->columns, p->unit + o, q->unit + first, count, &q->a, &b);
    if (at_p >= at_q) {
        rao_mat c = block_at(x->into, at_p, at_q, wide, columns);
        return rao_gemm(ctx, RAO_T, RAO_N, 1, &p->a, &b, beta, &c);
    }
    rao_mat c = block_at(x->into, at_q, at_p, columns, wide);
    return rao_gemm(ctx, RAO_T, RAO_N, 1, &b, &p->a, beta, &c);
}

/* Of two layers, the one whose units stand on the side that is not scaled. */
static int stands_above(const side *p, const side *q) { return p->p.cols > q->p.cols || (p->p.cols == q->p.cols && p->layer >= q->layer); }

/* All blocks of one unit with the units of layers below it, and of its own layer up to itself. */
static rao_status contract_unit(rao_ctx *worker, int64_t unit, void *arg) {
    rao_status st = RAO_OK;
    const contraction *x = arg;
    rao_mark mark = rao_scratch_mark(worker);
    int64_t group = group_columns(x->f), layer = 0, o = unit;
    char *data = NULL;
    side p, q;
    for (int64_t rows; o >= (rows = rao_graph_parameter(x->f->graph, layer).rows); layer++) o -= rows;
    RAO_TRY(make_side(worker, x, layer, &p));
    RAO_TRY(rao_scratch(worker, x->cases * group * (int64_t)rao_dtype_size(x->into->dtype), &data));
    rao_mat scaled = rao_mat_view(x->into->dtype, x->cases, group, group, data);
    for (int64_t l = 0; l < x->f->layers; l++) {
        RAO_TRY(make_side(worker, x, l, &q));
        if (!stands_above(&p, &q)) continue;
        int64_t end = l == layer ? o + 1 : q.p.rows, step = group / q.p.cols;
        for (int64_t first = 0; first < end; first += step)
            RAO_TRY(contract(worker, x, &p, o, &q, first, least(end - first, step), &scaled));
    }
done:
    rao_scratch_reset(worker, mark);
    return st;
}

rao_status dense_sum_column(rao_ctx *ctx, const rao_fisher *f, const update *u, int64_t c, dense_sum *s, rao_mat *into) {
    return s->g ? keep_column(ctx, f, u, c, s) : column_by_rows(ctx, f, u, c, into);
}

rao_status dense_sum_end(rao_ctx *ctx, const rao_fisher *f, const update *u, dense_sum *s, rao_mat *into) {
    rao_status st = RAO_OK;
    for (int64_t first = 0; first < u->n && s->g; first += CASES) {
        contraction x = {f, u, s, into, first, least(u->n - first, CASES)};
        RAO_TRY(rao_parallel_for(ctx, s->units, contract_unit, &x));
    }
    la_mirror(into);
done:
    return st;
}
