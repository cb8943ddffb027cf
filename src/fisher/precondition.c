/* precondition.c - X = G' B A' for B = g^T a, the gradient of a layer as the sum over n cases of g_i a_i^T (rows x cols), by the cheaper of two ways:
 *
 *   by the sum   B, B A', G' (B A')                       2 n rows cols + 2 rows cols (rows + cols) flops
 *   by case      a A', g G', X = (g G')^T (a A')          2 n (rows^2 + cols^2) + 2 n rows cols
 *
 * <B, X> costs nothing beside B. By case B is never made; there
 *
 *   <B, X> = sum over cases i, j of <g_i, g_j G'> <a_i, a_j A'>
 *
 * is a sum over the lower triangles of two symmetric n x n matrices: n^2 (rows + cols) flops. Case by case pays where the batch is narrower than the layer
 * (n below about 0.7 of its width). Both ways give X to rounding; the sum over pairs has the rounding of its largest terms, so that where
 * the cases cancel to a small B, <B, X> is known to n eps of what the cases have and not of B. */
#include "fisher/precondition.h"

#include "fisher/factors.h"
#include "la/view.h"

/* Rows of the two matrices that a thread takes at a time, and the squares on the diagonal that are done whole, so that a sixteenth of the
 * triangle of 512 cases is done twice. */
enum { PANEL = 128, SQUARE = 32 };

int precondition_by_case(int64_t n, int64_t rows, int64_t cols) {
    double m = (double)n, o = (double)rows, i = (double)cols;
    return 2 * m * (o * o + i * i) + m * m * (o + i) < 2 * o * i * (o + i);
}

/* ---- room ---- */

static int64_t panels_of(int64_t n) { return rao_block_count(n, PANEL); }

/* Numbers for one layer: the sum and a product with it; or both preconditioned factors and two rows of n for each case of whole panels. */
static rao_status numbers_of(rao_ctx *ctx, const rao_outer *b, int64_t *numbers) {
    rao_status st = RAO_OK;
    int64_t n = b->g.rows, rows = b->g.cols, cols = b->a.cols;
    static const char what[] = "fisher: a preconditioned layer";
    if (precondition_by_case(n, rows, cols)) RAO_TRY(rao_size_mul(ctx, what, n, rows + cols + 2 * PANEL * panels_of(n), numbers));
    else RAO_TRY(rao_size_mul(ctx, what, 2 * rows, cols, numbers));
done:
    return st;
}

rao_status precondition_take_room(rao_ctx *ctx, const rao_outer *blocks, int64_t count, precondition_room *room) {
    rao_status st = RAO_OK;
    int64_t most = 0, panels = 0, numbers = 0;
    char *data = NULL;
    for (int64_t i = 0; i < count; i++) {
        RAO_TRY(numbers_of(ctx, &blocks[i], &numbers));
        if (numbers > most) most = numbers;
        if (panels_of(blocks[i].g.rows) > panels) panels = panels_of(blocks[i].g.rows);
    }
    RAO_TRY(rao_scratch(ctx, most * (int64_t)rao_dtype_size(count ? blocks[0].g.dtype : RAO_F64), &data));
    RAO_TRY(rao_scratch(ctx, panels, &room->partial));
    room->numbers = data;
done:
    return st;
}

/* The next rows x cols of it. */
static rao_mat carve(char **at, rao_dtype dtype, int64_t rows, int64_t cols) {
    rao_mat m = rao_mat_view(dtype, rows, cols, cols, *at);
    *at += (size_t)(rows * cols) * rao_dtype_size(dtype);
    return m;
}

/* ---- by the sum ---- */

static rao_status by_sum(rao_ctx *ctx, const precondition_room *room, const rao_mat *gi, const rao_mat *ai, const rao_outer *block,
                         rao_mat *x, double *inner) {
    rao_status st = RAO_OK;
    char *at = room->numbers;
    rao_mat b = carve(&at, x->dtype, x->rows, x->cols);
    double value = 0;
    RAO_TRY(rao_gemm(ctx, RAO_T, RAO_N, 1, &block->g, &block->a, 0, &b));
    RAO_TRY(kron_apply(ctx, at, RAO_N, gi, &b, RAO_N, ai, x));
    rao_vec bv = rao_vec_view(x->dtype, x->rows * x->cols, b.data), xv = rao_vec_view(x->dtype, x->rows * x->cols, x->data);
    RAO_TRY(rao_dot(ctx, &bv, &xv, &value));
    *inner += value;
done:
    return st;
}

/* ---- by case ---- */

typedef struct pairs {
    const rao_mat *g, *gp, *a, *ap; /* factors and preconditioned factors, n rows each */
    char *room;                     /* 2 PANEL n numbers a panel */
    double *partial;
    int64_t panels;
} pairs;

static rao_mat rows_of(const rao_mat *m, int64_t first, int64_t count) {
    rao_mat part = *m;
    part.rows = count;
    part.data = (char *)m->data + (size_t)(first * m->ld) * rao_dtype_size(m->dtype);
    return part;
}

/* Rows [i, i + rows) and columns [j, j + cols) of M P^T. */
static rao_status block_of(rao_ctx *ctx, const rao_mat *m, const rao_mat *p, int64_t i, int64_t j, rao_mat *into) {
    rao_mat left = rows_of(m, i, into->rows), right = rows_of(p, j, into->cols);
    return la_gemm_whole(ctx, RAO_N, RAO_T, 1, &left, &right, 0, into);
}

/* *sum += weight times the sum over a block of the products of the two matrices' entries. */
static rao_status add_block(rao_ctx *ctx, const pairs *p, char *room, int64_t i, int64_t rows, int64_t j, int64_t cols, double weight,
                            double *sum) {
    rao_status st = RAO_OK;
    double part = 0;
    rao_mat gg = carve(&room, p->g->dtype, rows, cols), aa = carve(&room, p->g->dtype, rows, cols);
    rao_vec x = rao_vec_view(gg.dtype, rows * cols, gg.data), y = rao_vec_view(aa.dtype, rows * cols, aa.data);
    RAO_TRY(block_of(ctx, p->g, p->gp, i, j, &gg));
    RAO_TRY(block_of(ctx, p->a, p->ap, i, j, &aa));
    RAO_TRY(rao_dot(ctx, &x, &y, &part));
    *sum += weight * part;
done:
    return st;
}

/* A square on the diagonal by halves; what lies below a half's diagonal block stands for its mirror image too. */
static rao_status add_square(rao_ctx *ctx, const pairs *p, char *room, int64_t first, int64_t count, double *sum) {
    rao_status st = RAO_OK;
    if (count <= SQUARE) return add_block(ctx, p, room, first, count, first, count, 1, sum);
    const int64_t half = (count / 2 + SQUARE - 1) / SQUARE * SQUARE;
    RAO_TRY(add_square(ctx, p, room, first, half, sum));
    RAO_TRY(add_block(ctx, p, room, first + half, count - half, first, half, 2, sum));
    RAO_TRY(add_square(ctx, p, room, first + half, count - half, sum));
done:
    return st;
}

static rao_status sum_panel(rao_ctx *worker, int64_t block, void *arg) {
    rao_status st = RAO_OK;
    const pairs *p = arg;
    const int64_t n = p->g->rows, panel = p->panels - 1 - block, first = panel * PANEL; /* the longest first: threads end together */
    const int64_t count = rao_block_end(n, PANEL, panel) - first;
    char *room = p->room + (size_t)(2 * panel * PANEL * n) * rao_dtype_size(p->g->dtype);
    double sum = 0;
    if (first > 0) RAO_TRY(add_block(worker, p, room, first, count, 0, first, 2, &sum));
    RAO_TRY(add_square(worker, p, room, first, count, &sum));
    p->partial[panel] = sum;
done:
    return st;
}

static rao_status by_case(rao_ctx *ctx, const precondition_room *room, const rao_mat *gi, const rao_mat *ai, const rao_outer *block,
                          rao_mat *x, double *inner) {
    rao_status st = RAO_OK;
    char *at = room->numbers;
    int64_t n = block->g.rows;
    rao_mat gp = carve(&at, x->dtype, n, x->rows), ap = carve(&at, x->dtype, n, x->cols);
    pairs p = {&block->g, &gp, &block->a, &ap, at, room->partial, panels_of(n)};
    RAO_TRY(rao_gemm(ctx, RAO_N, RAO_N, 1, &block->g, gi, 0, &gp));
    RAO_TRY(rao_gemm(ctx, RAO_N, RAO_N, 1, &block->a, ai, 0, &ap));
    RAO_TRY(rao_gemm(ctx, RAO_T, RAO_N, 1, &gp, &ap, 0, x));
    RAO_TRY(rao_parallel_for(ctx, p.panels, sum_panel, &p));
    for (int64_t i = 0; i < p.panels; i++) *inner += p.partial[i];
done:
    return st;
}

rao_status precondition(rao_ctx *ctx, const precondition_room *room, const rao_mat *g_inverse, const rao_mat *a_inverse,
                        const rao_outer *block, rao_mat *x, double *inner) {
    int cases = precondition_by_case(block->g.rows, x->rows, x->cols);
    return (cases ? by_case : by_sum)(ctx, room, g_inverse, a_inverse, block, x, inner);
}
