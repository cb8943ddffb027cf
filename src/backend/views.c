/* views.c - the kernels over views: shapes checked, rows (or, of a matrix without gaps, entries) shared out over the threads in blocks
 * fixed by the shape alone. */
#include <math.h>
#include <string.h>

#include "backend/backend.h"

enum {
    MOST = 5,        /* operands of one pass */
    SMALL = 1 << 16, /* entries below which handing out blocks costs more than it saves */
    GRAIN = 1 << 15  /* entries of a block, a multiple of every vector's length */
};

/* One pass: what it runs, over which operands, cut how. A row vector per row (`by_row`) or none advances with the rows. */
typedef struct pass pass;
struct pass {
    void (*run)(const pass *p, const rao_mat at[], int64_t block);
    const rao_kernels *k;
    rao_activation f;
    double a, b;
    const void *vector; /* row factors, one a row */
    double *partial;    /* results of the blocks */
    rao_mat at[MOST];
    int count;
    int64_t rows_a_block, cols_a_block;
};

static const rao_kernels *kernels(const rao_backend *be, rao_dtype dtype) { return dtype == RAO_F64 ? &be->f64 : &be->f32; }

static char *entry(const rao_mat *m, int64_t i, int64_t j) { return (char *)m->data + (size_t)(i * m->ld + j) * rao_dtype_size(m->dtype); }

/* ---- shapes -------------------------------------------------------------------------------------------------- */

static rao_status differ(rao_ctx *ctx, const char *what, const rao_mat *x, const rao_mat *y) {
    return rao_fail(ctx, RAO_EINVAL, "%s: %lld x %lld of %s (ld %lld) and %lld x %lld of %s (ld %lld), want equal shapes and ld >= columns",
                    what, (long long)x->rows, (long long)x->cols, rao_dtype_name(x->dtype), (long long)x->ld, (long long)y->rows,
                    (long long)y->cols, rao_dtype_name(y->dtype), (long long)y->ld);
}

/* All operands against the first; `any_type`: their number types may differ. */
static rao_status check(rao_ctx *ctx, const char *what, const pass *p, int any_type) {
    const rao_mat *x = &p->at[0];
    for (int i = 0; i < p->count; i++) {
        const rao_mat *y = &p->at[i];
        int same = y->rows == x->rows && y->cols == x->cols && (any_type || y->dtype == x->dtype);
        if (!same || y->rows < 0 || y->cols < 0 || y->ld < y->cols) return differ(ctx, what, x, y);
    }
    return RAO_OK;
}

static rao_status check_vector(rao_ctx *ctx, const char *what, const rao_vec *v, const rao_mat *x, int64_t n) {
    if (v->n == n && v->dtype == x->dtype) return RAO_OK;
    return rao_fail(ctx, RAO_EINVAL, "%s: a vector of %lld %s for a matrix of %lld x %lld %s", what, (long long)v->n,
                    rao_dtype_name(v->dtype), (long long)x->rows, (long long)x->cols, rao_dtype_name(x->dtype));
}

/* ---- blocks -------------------------------------------------------------------------------------------------- */

static int64_t blocks_of(const pass *p) {
    int64_t down = rao_block_count(p->at[0].rows, p->rows_a_block), across = rao_block_count(p->at[0].cols, p->cols_a_block);
    return down * across;
}

/* Without gaps and without a vector that belongs to rows or columns, the matrix is one row, cut into runs of entries; else rows are counted off. */
static void cut(pass *p) {
    int joined = p->vector == NULL;
    for (int i = 0; i < p->count; i++) joined = joined && (p->at[i].ld == p->at[i].cols || p->at[i].rows == 1);
    for (int i = 0; i < p->count && joined; i++) {
        rao_mat *m = &p->at[i];
        *m = rao_mat_view(m->dtype, m->rows > 0, m->rows * m->cols, m->rows * m->cols, m->data);
    }
    int64_t cols = p->at[0].cols;
    p->rows_a_block = joined ? 1 : cols >= GRAIN ? 1 : GRAIN / (cols > 0 ? cols : 1);
    p->cols_a_block = joined ? GRAIN : cols > 0 ? cols : 1;
}

static void run_block(const pass *p, int64_t block) {
    rao_mat at[MOST];
    const rao_mat *m = &p->at[0];
    int64_t across = rao_block_count(m->cols, p->cols_a_block);
    int64_t down = block / across, right = block % across;
    int64_t i = down * p->rows_a_block, rows = rao_block_end(m->rows, p->rows_a_block, down) - i;
    int64_t j = right * p->cols_a_block, cols = rao_block_end(m->cols, p->cols_a_block, right) - j;
    for (int k = 0; k < p->count; k++) at[k] = rao_mat_view(p->at[k].dtype, rows, cols, p->at[k].ld, entry(&p->at[k], i, j));
    p->run(p, at, block);
}

static rao_status block_on_thread(rao_ctx *worker, int64_t block, void *arg) {
    (void)worker;
    run_block(arg, block);
    return RAO_OK;
}

static rao_status run_blocks(rao_ctx *ctx, pass *p) {
    int64_t blocks = blocks_of(p);
    if (blocks > 1 && p->at[0].rows * p->at[0].cols >= SMALL) return rao_parallel_for(ctx, blocks, block_on_thread, p);
    for (int64_t b = 0; b < blocks; b++) run_block(p, b);
    return RAO_OK;
}

static rao_status run(rao_ctx *ctx, const char *what, pass *p) {
    rao_status st = check(ctx, what, p, 0);
    if (st != RAO_OK) return st;
    cut(p);
    return run_blocks(ctx, p);
}

/* ---- activations --------------------------------------------------------------------------------------------- */

static void run_forward(const pass *p, const rao_mat at[], int64_t block) {
    (void)block;
    p->k->act_forward(p->f, at[0].rows, at[0].cols, at[0].data, at[0].ld, at[1].data, at[1].ld);
}

rao_status rao_act_forward(rao_ctx *ctx, const rao_backend *be, rao_activation f, const rao_mat *x, rao_mat *y) {
    pass p = {.run = run_forward, .k = kernels(be, x->dtype), .f = f, .at = {*x, *y}, .count = 2};
    return run(ctx, "activation", &p);
}

static void run_backward(const pass *p, const rao_mat at[], int64_t block) {
    (void)block;
    p->k->act_backward(p->f, at[0].rows, at[0].cols, at[0].data, at[0].ld, at[1].data, at[1].ld, at[2].data, at[2].ld);
}

rao_status rao_act_backward(rao_ctx *ctx, const rao_backend *be, rao_activation f, const rao_mat *x, const rao_mat *y, const rao_mat *dy,
                            rao_mat *dx) {
    const rao_mat *state = rao_act_needs_input(f) ? x : y;
    pass p = {.run = run_backward, .k = kernels(be, dy->dtype), .f = f, .at = {*state, *dy, *dx}, .count = 3};
    return run(ctx, "activation's derivative", &p);
}

static void run_second(const pass *p, const rao_mat at[], int64_t block) {
    (void)block;
    p->k->act_second(p->f, at[0].rows, at[0].cols, at[0].data, at[0].ld, at[1].data, at[1].ld, at[2].data, at[2].ld, at[3].data, at[3].ld,
                     at[4].data, at[4].ld);
}

rao_status rao_act_second(rao_ctx *ctx, const rao_backend *be, rao_activation f, const rao_mat *x, const rao_mat *y, const rao_mat *xdot,
                          const rao_mat *dy, const rao_mat *dydot, rao_mat *out) {
    if (!xdot) return rao_act_backward(ctx, be, f, x, y, dydot, out);
    const rao_mat *state = rao_act_needs_input(f) ? x : y;
    pass p = {.run = run_second, .k = kernels(be, dydot->dtype), .f = f, .at = {*state, *xdot, *dy, *dydot, *out}, .count = 5};
    return run(ctx, "activation's second derivative", &p);
}

/* ---- entrywise passes ---------------------------------------------------------------------------------------- */

static void run_fill(const pass *p, const rao_mat at[], int64_t block) {
    (void)block;
    p->k->fill(at[0].rows, at[0].cols, p->a, at[0].data, at[0].ld);
}

rao_status rao_fill(rao_ctx *ctx, const rao_backend *be, double value, rao_mat *x) {
    pass p = {.run = run_fill, .k = kernels(be, x->dtype), .a = value, .at = {*x}, .count = 1};
    return run(ctx, "fill", &p);
}

rao_status rao_homogenise(rao_ctx *ctx, const rao_backend *be, double value, const rao_mat *x) {
    if (x->ld <= x->cols)
        return rao_fail(ctx, RAO_EINVAL, "homogenise: ld = %lld, want > %lld columns", (long long)x->ld, (long long)x->cols);
    rao_mat one = rao_mat_view(x->dtype, x->rows, 1, x->ld, entry(x, 0, x->cols));
    rao_mat pad = rao_mat_view(x->dtype, x->rows, x->ld - x->cols - 1, x->ld, entry(x, 0, x->cols + 1));
    rao_status st = rao_fill(ctx, be, value, &one);
    return st == RAO_OK ? rao_fill(ctx, be, 0, &pad) : st;
}

static void run_copy(const pass *p, const rao_mat at[], int64_t block) {
    (void)block;
    if (at[0].dtype != at[1].dtype) {
        p->k->convert(at[0].rows, at[0].cols, at[0].data, at[0].ld, at[1].data, at[1].ld);
        return;
    }
    size_t bytes = (size_t)at[0].cols * rao_dtype_size(at[0].dtype);
    for (int64_t i = 0; i < at[0].rows && bytes; i++) memmove(entry(&at[1], i, 0), entry(&at[0], i, 0), bytes);
}

rao_status rao_copy(rao_ctx *ctx, const rao_backend *be, const rao_mat *x, rao_mat *y) {
    pass p = {.run = run_copy, .k = kernels(be, y->dtype), .at = {*x, *y}, .count = 2};
    rao_status st = check(ctx, "copy", &p, 1);
    if (st != RAO_OK) return st;
    cut(&p);
    return run_blocks(ctx, &p);
}

static void run_axpby(const pass *p, const rao_mat at[], int64_t block) {
    (void)block;
    p->k->axpby(at[0].rows, at[0].cols, p->a, at[0].data, at[0].ld, p->b, at[1].data, at[1].ld);
}

rao_status rao_axpby(rao_ctx *ctx, const rao_backend *be, double a, const rao_mat *x, double b, rao_mat *y) {
    pass p = {.run = run_axpby, .k = kernels(be, x->dtype), .a = a, .b = b, .at = {*x, *y}, .count = 2};
    return run(ctx, "axpby", &p);
}

static void run_product(const pass *p, const rao_mat at[], int64_t block) {
    (void)block;
    p->k->product(at[0].rows, at[0].cols, at[0].data, at[0].ld, at[1].data, at[1].ld, at[2].data, at[2].ld);
}

rao_status rao_product(rao_ctx *ctx, const rao_backend *be, const rao_mat *a, const rao_mat *x, rao_mat *y) {
    pass p = {.run = run_product, .k = kernels(be, x->dtype), .at = {*a, *x, *y}, .count = 3};
    return run(ctx, "product", &p);
}

static void run_scale(const pass *p, const rao_mat at[], int64_t block) {
    const char *s = (const char *)p->vector + (size_t)(block * p->rows_a_block) * rao_dtype_size(at[0].dtype);
    p->k->scale_rows(at[0].rows, at[0].cols, s, at[0].data, at[0].ld, at[1].data, at[1].ld);
}

rao_status rao_scale_rows(rao_ctx *ctx, const rao_backend *be, const rao_vec *s, const rao_mat *x, rao_mat *y) {
    rao_status st = check_vector(ctx, "row factors", s, x, x->rows);
    if (st != RAO_OK) return st;
    pass p = {.run = run_scale, .k = kernels(be, x->dtype), .vector = s->data, .at = {*x, *y}, .count = 2};
    return run(ctx, "scaled rows", &p);
}

/* ---- reductions ---------------------------------------------------------------------------------------------- */

/* Runs with a number a block in p->partial, from the scratch stack; *mark is the caller's to reset. */
static rao_status run_partial(rao_ctx *ctx, const char *what, pass *p, rao_mark *mark) {
    rao_status st = RAO_OK;
    *mark = rao_scratch_mark(ctx);
    RAO_TRY(check(ctx, what, p, 0));
    cut(p);
    RAO_TRY(rao_scratch(ctx, blocks_of(p), &p->partial));
    RAO_TRY(run_blocks(ctx, p));
done:
    return st;
}

static void run_sum_squares(const pass *p, const rao_mat at[], int64_t block) {
    p->partial[block] = p->k->sum_squares(at[0].rows, at[0].cols, at[0].data, at[0].ld);
}

rao_status rao_sum_squares(rao_ctx *ctx, const rao_backend *be, const rao_mat *x, double *sum) {
    rao_mark mark;
    pass p = {.run = run_sum_squares, .k = kernels(be, x->dtype), .at = {*x}, .count = 1};
    rao_status st = run_partial(ctx, "sum of squares", &p, &mark);
    if (st == RAO_OK) {
        *sum = 0;
        for (int64_t b = 0; b < blocks_of(&p); b++) *sum += p.partial[b];
    }
    rao_scratch_reset(ctx, mark);
    return st;
}

static void run_max_abs(const pass *p, const rao_mat at[], int64_t block) {
    p->partial[block] = p->k->max_abs(at[0].rows, at[0].cols, at[0].data, at[0].ld);
}

rao_status rao_max_abs(rao_ctx *ctx, const rao_backend *be, const rao_mat *x, double *largest) {
    rao_mark mark;
    pass p = {.run = run_max_abs, .k = kernels(be, x->dtype), .at = {*x}, .count = 1};
    rao_status st = run_partial(ctx, "largest entry", &p, &mark);
    if (st == RAO_OK) {
        *largest = 0;
        for (int64_t b = 0; b < blocks_of(&p); b++)
            if (!(p.partial[b] <= *largest) && !isnan(*largest)) *largest = p.partial[b];
    }
    rao_scratch_reset(ctx, mark);
    return st;
}
