/* mixed.c - X = G' B A' for B = g^T a with its three products in bfloat16, sums in float, by the same two ways as precondition.c.
 *
 * bfloat16 keeps 8 bits. Activations have a large mean, and A' is small along it and large across it: what a product with A' leaves of the mean is the
 * difference of large numbers, and rounding to 8 bits before it would be all that is seen. So with m the mean of the rows of a, s = g^T 1 and a = c + 1 m^T
 *
 *   B = g^T c + s m^T,     X = G' (g^T c) A' + (G' s) (A' m)^T
 *   <B, X> by the sum:  <g^T c, X> + s^T X m
 *   <B, X> by case:     sum over pairs of <g_i, G' g_j> <c_i, A' c_j>  +  2 (c A' m)^T (g G' s)  +  (m^T A' m) (s^T G' s)
 *
 * where only g^T c, its products with A' and G', and the pairs go through bfloat16; everything with m and s is float. The rounding that is left is
 * relative to what single cases have (2^-8 of g_i c_i^T), below the noise of the batch itself. */
#include "fisher/mixed.h"

#include "fisher/precondition.h"
#include "la/bf16.h"
#include "la/view.h"

enum { ROWS = 64 };

static int64_t most(int64_t x, int64_t y) { return x > y ? x : y; }

/* ---- the inverses ---- */

enum { UNPACKED = 0, LEFT, RIGHT };

rao_status mixed_inverses_create(rao_ctx *ctx, int64_t rows, int64_t cols, mixed_inverses *p) {
    rao_status st = RAO_OK;
    int64_t left = 0, right = 0;
    RAO_TRY(la_bf16_right_words(ctx, cols, cols, &right));
    RAO_TRY(rao_alloc(ctx, right, &p->a));
    RAO_TRY(la_bf16_left_words(ctx, rows, rows, &left));
    RAO_TRY(la_bf16_right_words(ctx, rows, rows, &right));
    RAO_TRY(rao_alloc(ctx, most(left, right), &p->g));
done:
    return st;
}

void mixed_inverses_destroy(mixed_inverses *p) {
    rao_free(&p->a);
    rao_free(&p->g);
}

rao_status mixed_inverses_ensure(rao_ctx *ctx, int64_t n, const rao_mat *g_inverse, const rao_mat *a_inverse, mixed_inverses *p) {
    rao_status st = RAO_OK;
    const int want = precondition_by_case(n, g_inverse->rows, a_inverse->rows) ? RIGHT : LEFT;
    if (!p->a_packed) RAO_TRY(la_bf16_pack_right(ctx, la_bf16_here(), RAO_N, a_inverse, NULL, p->a));
    p->a_packed = RIGHT;
    if (p->g_packed != want) {
        p->g_packed = UNPACKED;
        RAO_TRY((want == LEFT ? la_bf16_pack_left : la_bf16_pack_right)(ctx, la_bf16_here(), RAO_N, g_inverse, NULL, p->g));
        p->g_packed = want;
    }
done:
    return st;
}

/* ---- room ---- */

/* Floats of one layer: ones and a number a case, m and A' m, s and G' s; then B and B A', or both preconditioned factors and two n x n matrices. */
static rao_status numbers_of(rao_ctx *ctx, const rao_outer *b, int64_t *numbers) {
    rao_status st = RAO_OK;
    static const char what[] = "fisher: a preconditioned layer";
    int64_t n = b->g.rows, rows = b->g.cols, cols = b->a.cols;
    if (precondition_by_case(n, rows, cols)) RAO_TRY(rao_size_mul(ctx, what, n, rows + cols + 2 * n, numbers));
    else RAO_TRY(rao_size_mul(ctx, what, 2 * rows, cols, numbers));
    *numbers += 3 * n + 2 * (rows + cols);
done:
    return st;
}

/* Both operands of each product that is not with an inverse, and the operand of those that are. */
static rao_status words_of(rao_ctx *ctx, const rao_outer *b, int64_t *left, int64_t *right) {
    rao_status st = RAO_OK;
    const int64_t n = b->g.rows, rows = b->g.cols, cols = b->a.cols, wide = most(rows, cols);
    const int by_case = precondition_by_case(n, rows, cols);
    int64_t one = 0, other = 0;
    RAO_TRY(la_bf16_left_words(ctx, by_case ? n : rows, by_case ? wide : cols, &one)); /* g, c, G^T a's and its product's */
    RAO_TRY(la_bf16_left_words(ctx, rows, n, &other));
    *left = most(one, other);
    RAO_TRY(la_bf16_right_words(ctx, cols, by_case ? n : most(n, rows), &one));
    RAO_TRY(la_bf16_right_words(ctx, n, by_case ? wide : 0, &other));
    *right = most(one, other);
done:
    return st;
}

rao_status mixed_take_room(rao_ctx *ctx, const rao_outer *blocks, int64_t count, mixed_room *room) {
    rao_status st = RAO_OK;
    int64_t numbers = 0, left = 0, right = 0, panels = 0;
    for (int64_t i = 0; i < count; i++) {
        int64_t need = 0, l = 0, r = 0;
        RAO_TRY(numbers_of(ctx, &blocks[i], &need));
        RAO_TRY(words_of(ctx, &blocks[i], &l, &r));
        numbers = most(numbers, need), left = most(left, l), right = most(right, r);
        panels = most(panels, rao_block_count(most(blocks[i].g.rows, blocks[i].g.cols), ROWS));
    }
    RAO_TRY(rao_scratch(ctx, numbers, &room->numbers));
    RAO_TRY(rao_scratch(ctx, left, &room->left));
    RAO_TRY(rao_scratch(ctx, right, &room->right));
    RAO_TRY(rao_scratch(ctx, panels, &room->partial));
done:
    return st;
}

static rao_mat carve(float **at, int64_t rows, int64_t cols) {
    rao_mat m = rao_mat_view(RAO_F32, rows, cols, cols, *at);
    *at += rows * cols;
    return m;
}
static rao_vec carve_vec(float **at, int64_t n) {
    rao_vec v = rao_vec_view(RAO_F32, n, *at);
    *at += n;
    return v;
}

/* ---- what is the same both ways ---- */

typedef struct layer {
    rao_ctx *ctx;
    const mixed_room *room;
    const mixed_inverses *packed;
    const rao_mat *gi, *ai, *g, *a;
    rao_vec m, am, s, gs;   /* m, A' m, s, G' s */
    rao_vec case_a, case_g; /* room for a number a case */
    float *rest;            /* of the room */
} layer;

/* One side of a product: a matrix less a row, or what is packed already. */
typedef struct operand {
    rao_trans trans;
    const rao_mat *x;
    const float *shift;
    const uint32_t *packed;
} operand;
static operand matrix(rao_trans trans, const rao_mat *x) { return (operand){trans, x, NULL, NULL}; }
static operand ready(const uint32_t *packed) { return (operand){RAO_N, NULL, NULL, packed}; }
static operand centred(const layer *y) { return (operand){RAO_N, y->a, y->m.data, NULL}; } /* c */

static rao_status multiply(const layer *y, la_bf16_shape shape, operand left, operand right, int64_t k, rao_mat *c) {
    rao_status st = RAO_OK;
    const la_bf16_kernels *kernels = la_bf16_here();
    if (left.x) RAO_TRY(la_bf16_pack_left(y->ctx, kernels, left.trans, left.x, left.shift, y->room->left));
    if (right.x) RAO_TRY(la_bf16_pack_right(y->ctx, kernels, right.trans, right.x, right.shift, y->room->right));
    RAO_TRY(la_bf16_multiply(y->ctx, kernels, shape, k, left.x ? y->room->left : left.packed, right.x ? y->room->right : right.packed, c));
done:
    return st;
}

/* F' = F inverse and the lower triangle of F F'^T, for the rows of a factor F. */
static rao_status factor_and_pairs(const layer *y, operand factor, const uint32_t *inverse, rao_mat *with, rao_mat *pairs) {
    rao_status st = multiply(y, LA_BF16_ALL, factor, ready(inverse), with->cols, with);
    if (st != RAO_OK) return st;
    return multiply(y, LA_BF16_LOWER, ready(y->room->left), matrix(RAO_T, with), with->cols, pairs); /* F lies packed there still */
}

/* y holds the context, the room and what it is given of the layer. */
static rao_status prepare(layer *y) {
    rao_status st = RAO_OK;
    const int64_t n = y->g->rows, rows = y->gi->rows, cols = y->ai->rows;
    float *at = y->room->numbers;
    rao_vec ones = carve_vec(&at, n);
    y->case_a = carve_vec(&at, n), y->case_g = carve_vec(&at, n);
    y->m = carve_vec(&at, cols), y->am = carve_vec(&at, cols), y->s = carve_vec(&at, rows), y->gs = carve_vec(&at, rows);
    y->rest = at;
    for (int64_t i = 0; i < n; i++) ((float *)ones.data)[i] = 1;
    RAO_TRY(rao_gemv(y->ctx, RAO_T, n > 0 ? 1 / (double)n : 0, y->a, &ones, 0, &y->m));
    RAO_TRY(rao_gemv(y->ctx, RAO_T, 1, y->g, &ones, 0, &y->s));
    la_symv(y->ai, &y->m, 0, &y->am);
    la_symv(y->gi, &y->s, 0, &y->gs);
done:
    return st;
}

typedef struct mean_term {
    const layer *y;
    const rao_mat *b; /* g^T c, or NULL */
    rao_mat *x;
} mean_term;

static rao_mat rows_of(const rao_mat *m, int64_t first, int64_t count) {
    return rao_mat_view(RAO_F32, count, m->cols, m->ld, (float *)m->data + first * m->ld);
}
static rao_vec part_of(const rao_vec *v, int64_t first, int64_t count) { return rao_vec_view(RAO_F32, count, (float *)v->data + first); }

static rao_status add_mean_rows(rao_ctx *worker, int64_t block, void *arg) {
    const mean_term *p = arg;
    const layer *y = p->y;
    const int64_t first = block * ROWS, count = rao_block_end(p->x->rows, ROWS, block) - first;
    rao_mat x = rows_of(p->x, first, count), b = p->b ? rows_of(p->b, first, count) : x;
    rao_vec gs = part_of(&y->gs, first, count), s = part_of(&y->s, first, count);
    (void)worker;
    y->room->partial[block] = fisher_add_outer(&gs, &y->am, p->b ? &b : NULL, &s, &y->m, &x);
    return RAO_OK;
}

/* X += (G' s) (A' m)^T; with B = g^T c also *inner += <B, X> + s^T X m. */
static rao_status add_mean(const layer *y, const rao_mat *b, rao_mat *x, double *inner) {
    rao_status st = RAO_OK;
    mean_term all = {y, b, x};
    const int64_t blocks = rao_block_count(x->rows, ROWS);
    RAO_TRY(rao_parallel_for(y->ctx, blocks, add_mean_rows, &all));
    for (int64_t i = 0; i < blocks; i++) *inner += y->room->partial[i];
done:
    return st;
}

/* ---- by the sum ---- */

static rao_status by_sum(const layer *y, rao_mat *x, double *inner) {
    rao_status st = RAO_OK;
    float *at = y->rest;
    rao_mat b = carve(&at, x->rows, x->cols), t = carve(&at, x->rows, x->cols);
    RAO_TRY(multiply(y, LA_BF16_ALL, matrix(RAO_T, y->g), centred(y), y->g->rows, &b));
    RAO_TRY(multiply(y, LA_BF16_ALL, matrix(RAO_N, &b), ready(y->packed->a), x->cols, &t));
    RAO_TRY(multiply(y, LA_BF16_ALL, ready(y->packed->g), matrix(RAO_N, &t), x->rows, x));
    RAO_TRY(add_mean(y, &b, x, inner));
done:
    return st;
}

/* ---- by case ---- */

typedef struct pairs {
    const rao_mat *g, *a; /* n x n, symmetric but for rounding; their lower triangles count */
    double *partial;
} pairs;

static rao_status sum_rows(rao_ctx *worker, int64_t block, void *arg) {
    rao_status st = RAO_OK;
    const pairs *p = arg;
    const int64_t end = rao_block_end(p->g->rows, ROWS, block);
    double sum = 0, part = 0;
    for (int64_t i = block * ROWS; i < end; i++) {
        const float *x = (const float *)p->g->data + i * p->g->ld, *y = (const float *)p->a->data + i * p->a->ld;
        rao_vec xv = rao_vec_view(RAO_F32, i, (void *)x), yv = rao_vec_view(RAO_F32, i, (void *)y);
        RAO_TRY(rao_dot(worker, &xv, &yv, &part));
        sum += 2 * part + (double)x[i] * (double)y[i];
    }
    p->partial[block] = sum;
done:
    return st;
}

/* The last two terms of <B, X>. */
static rao_status add_mean_pairs(const layer *y, double *inner) {
    rao_status st = RAO_OK;
    rao_vec am = y->case_a, gg = y->case_g;
    double cross = 0, a = 0, g = 0;
    RAO_TRY(rao_dot(y->ctx, &y->m, &y->am, &a));
    RAO_TRY(rao_dot(y->ctx, &y->s, &y->gs, &g));
    RAO_TRY(rao_gemv(y->ctx, RAO_N, 1, y->a, &y->am, 0, &am));
    for (int64_t i = 0; i < am.n; i++) ((float *)am.data)[i] -= (float)a; /* c A' m */
    RAO_TRY(rao_gemv(y->ctx, RAO_N, 1, y->g, &y->gs, 0, &gg));
    RAO_TRY(rao_dot(y->ctx, &am, &gg, &cross));
    *inner += 2 * cross + a * g;
done:
    return st;
}

static rao_status by_case(const layer *y, rao_mat *x, double *inner) {
    rao_status st = RAO_OK;
    const int64_t n = y->g->rows, blocks = rao_block_count(n, ROWS);
    float *at = y->rest;
    rao_mat gp = carve(&at, n, x->rows), cp = carve(&at, n, x->cols), gg = carve(&at, n, n), cc = carve(&at, n, n);
    pairs p = {&gg, &cc, y->room->partial};
    RAO_TRY(factor_and_pairs(y, matrix(RAO_N, y->g), y->packed->g, &gp, &gg));
    RAO_TRY(factor_and_pairs(y, centred(y), y->packed->a, &cp, &cc));
    RAO_TRY(multiply(y, LA_BF16_ALL, matrix(RAO_T, &gp), matrix(RAO_N, &cp), n, x));
    RAO_TRY(add_mean(y, NULL, x, inner));
    RAO_TRY(rao_parallel_for(y->ctx, blocks, sum_rows, &p));
    for (int64_t i = 0; i < blocks; i++) *inner += p.partial[i];
    RAO_TRY(add_mean_pairs(y, inner));
done:
    return st;
}

rao_status precondition_mixed(rao_ctx *ctx, const mixed_room *room, const rao_mat *g_inverse, const rao_mat *a_inverse,
                              const mixed_inverses *packed, const rao_outer *block, rao_mat *x, double *inner) {
    rao_status st = RAO_OK;
    layer y = {.ctx = ctx, .room = room, .packed = packed, .gi = g_inverse, .ai = a_inverse, .g = &block->g, .a = &block->a};
    RAO_TRY(prepare(&y));
    RAO_TRY((precondition_by_case(block->g.rows, x->rows, x->cols) ? by_case : by_sum)(&y, x, inner));
done:
    return st;
}
