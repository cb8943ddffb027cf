/* small.c - products of small matrices with long ones, over views: shapes checked, the long side cut into blocks of columns fixed by the
 * shape alone and shared out over the threads. 2 m k n flops. */
#include "backend/backend.h"

enum { GRAIN = 4096 }; /* columns of a block: 2 to 9 Mflop at 16 to 33 features, far above the cost of handing one out */

static const rao_kernels *kernels(const rao_backend *be, rao_dtype dtype) { return dtype == RAO_F64 ? &be->f64 : &be->f32; }

static void *column(const rao_mat *m, int64_t j) { return (char *)m->data + (size_t)j * rao_dtype_size(m->dtype); }

static rao_status refuse(rao_ctx *ctx, const char *what, const rao_mat *a, const rao_mat *b, const rao_mat *c) {
    return rao_fail(ctx, RAO_EINVAL,
                    "%s: %lld x %lld and %lld x %lld of %s into %lld x %lld of %s, want shapes that fit and sides up to %d", what,
                    (long long)a->rows, (long long)a->cols, (long long)b->rows, (long long)b->cols, rao_dtype_name(b->dtype),
                    (long long)c->rows, (long long)c->cols, rao_dtype_name(c->dtype), RAO_SMALL_SIDE);
}

static int is_view(const rao_mat *m, rao_dtype dtype) { return m->dtype == dtype && m->rows >= 0 && m->cols >= 0 && m->ld >= m->cols; }

static int are_views(const rao_mat *a, const rao_mat *b, const rao_mat *c) {
    return is_view(a, c->dtype) && is_view(b, c->dtype) && is_view(c, c->dtype);
}

typedef struct product {
    const rao_kernels *k;
    rao_trans ta;
    const rao_mat *a, *b, *c;
    int64_t m, inner;
    char *partial; /* of the blocks of a deep product */
} product;

/* ---- wide ---- */

static rao_status wide_block(rao_ctx *worker, int64_t block, void *arg) {
    (void)worker;
    const product *p = arg;
    int64_t first = block * GRAIN, n = rao_block_end(p->b->cols, GRAIN, block) - first;
    p->k->wide(p->ta, p->m, p->inner, n, p->a->data, p->a->ld, column(p->b, first), p->b->ld, column(p->c, first), p->c->ld);
    return RAO_OK;
}

rao_status rao_wide_product(rao_ctx *ctx, const rao_backend *be, rao_trans ta, const rao_mat *a, const rao_mat *b, rao_mat *c) {
    int64_t m = ta == RAO_T ? a->cols : a->rows, k = ta == RAO_T ? a->rows : a->cols;
    int fits = are_views(a, b, c) && m <= RAO_SMALL_SIDE && k <= RAO_SMALL_SIDE && b->rows == k && c->rows == m && c->cols == b->cols;
    if (!fits) return refuse(ctx, "wide product", a, b, c);
    if (m == 0 || c->cols == 0) return RAO_OK;
    product p = {.k = kernels(be, c->dtype), .ta = ta, .a = a, .b = b, .c = c, .m = m, .inner = k};
    return rao_parallel_for(ctx, rao_block_count(c->cols, GRAIN), wide_block, &p);
}

/* ---- deep ---- */

static rao_status deep_block(rao_ctx *worker, int64_t block, void *arg) {
    (void)worker;
    const product *p = arg;
    int64_t first = block * GRAIN, n = rao_block_end(p->b->cols, GRAIN, block) - first;
    size_t bytes = (size_t)(p->m * p->inner) * rao_dtype_size(p->c->dtype);
    p->k->deep(p->m, p->inner, n, column(p->a, first), p->a->ld, column(p->b, first), p->b->ld, p->partial + (size_t)block * bytes);
    return RAO_OK;
}

/* C = beta C + the blocks in order */
static void add_blocks(const product *p, int64_t blocks, double beta) {
    int64_t size = p->m * p->inner;
    for (int64_t i = 0; i < p->m; i++)
        for (int64_t j = 0; j < p->inner; j++) {
            double sum = 0;
            if (p->c->dtype == RAO_F64) {
                double *to = (double *)p->c->data + i * p->c->ld + j;
                for (int64_t b = 0; b < blocks; b++) sum += ((const double *)(const void *)p->partial)[b * size + i * p->inner + j];
                *to = sum + (beta == 0 ? 0 : beta * *to);
            } else {
                float *to = (float *)p->c->data + i * p->c->ld + j;
                for (int64_t b = 0; b < blocks; b++) sum += (double)((const float *)(const void *)p->partial)[b * size + i * p->inner + j];
                *to = (float)(sum + (beta == 0 ? 0 : beta * (double)*to));
            }
        }
}

rao_status rao_deep_product(rao_ctx *ctx, const rao_backend *be, const rao_mat *a, const rao_mat *b, double beta, rao_mat *c) {
    rao_status st = RAO_OK;
    int64_t m = a->rows, k = b->rows, blocks = rao_block_count(b->cols, GRAIN), numbers = 0;
    int fits = are_views(a, b, c) && m <= RAO_SMALL_SIDE && k <= RAO_SMALL_SIDE && a->cols == b->cols && c->rows == m && c->cols == k;
    if (!fits) return refuse(ctx, "deep product", a, b, c);
    product p = {.k = kernels(be, c->dtype), .a = a, .b = b, .c = c, .m = m, .inner = k};
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_size_mul(ctx, "deep product", blocks, m * k * (int64_t)rao_dtype_size(c->dtype), &numbers));
    RAO_TRY(rao_scratch(ctx, numbers, &p.partial));
    RAO_TRY(rao_parallel_for(ctx, blocks, deep_block, &p));
    add_blocks(&p, blocks, beta);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- turning ---- */

rao_status rao_turn(rao_ctx *ctx, const rao_backend *be, const rao_mat *x, rao_mat *y) {
    if (!is_view(x, y->dtype) || !is_view(y, y->dtype) || x->rows != y->cols || x->cols != y->rows)
        return rao_fail(ctx, RAO_EINVAL, "turn: %lld x %lld of %s into %lld x %lld of %s, want equal types and turned shapes",
                        (long long)x->rows, (long long)x->cols, rao_dtype_name(x->dtype), (long long)y->rows, (long long)y->cols,
                        rao_dtype_name(y->dtype));
    kernels(be, x->dtype)->turn(x->rows, x->cols, x->data, x->ld, y->data, y->ld);
    return RAO_OK;
}
