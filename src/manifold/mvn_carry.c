/* mvn_carry.c - parallel transport along the geodesic between any two normals. With P P^T = S, P' = S' S^-1 P/2 and velocities (P x, P X P^T) on the way,
 *   x' = X b/2,   X' = -(b x^T + x b^T)/2,   P' = P B/2,   b' = B b/2,   B' = -b b^T,
 * (b, B) the geodesic's own: x, X only turn, |x|^2 + |X|^2/2 stays. By Taylor series of the products. (b, B) forgets its start before the middle of a far way
 * and is found again behind it: both ends go to the middle, where P_q^-1 P_p, orthogonal, tells how far that failed. */
#include <math.h>
#include <string.h>

#include "family/generic.h"
#include "manifold/mvn_way.h"

enum { ORDER = 24 };
static const double stride = 0.6; /* poles lie pi/|G| away or farther: 0.6/pi to the 24th is 6e-18 */

/* Coefficients of the series, so stacked that a sum over i of products of the i-th and the (k - i)-th is one product: those of (b, x) one below the other,
 * up and down, those of (B, X) down, those of P side by side, up. */
typedef struct moving {
    int64_t d;
    double *b, *x, *b_down, *x_down, *bb, *xx, *root;
} moving;

/* Where coefficient k of a stack that goes down lies, of `size` numbers each. */
static double *down(double *stack, int64_t size, int64_t k) { return stack + (ORDER - k) * size; }

static rao_status open(rao_ctx *ctx, int64_t d, moving *m) {
    rao_status st;
    double **vectors[] = {&m->b, &m->x, &m->b_down, &m->x_down}, **squares[] = {&m->bb, &m->xx, &m->root};
    m->d = d;
    for (int i = 0; i < 4; i++) RAO_TRY(rao_scratch(ctx, d * (ORDER + 1), vectors[i]));
    for (int i = 0; i < 3; i++) {
        RAO_TRY(rao_scratch(ctx, d * d * (ORDER + 1), squares[i]));
        memset(*squares[i], 0, sizeof *m->bb * (size_t)(d * d * (ORDER + 1)));
    }
    memset(m->x, 0, sizeof *m->x * (size_t)d);
    for (int64_t i = 0; i < d; i++) m->root[i * (ORDER + 1) * d + i] = 1;
done:
    return st;
}

static rao_mat view(int64_t rows, int64_t cols, int64_t ld, const double *data) {
    return rao_mat_view(RAO_F64, rows, cols, ld, (double *)(uintptr_t)data);
}

/* Coefficient k + 1 of all from those before. */
static rao_status next_coefficient(rao_ctx *ctx, const moving *m, int64_t k, int rooted) {
    rao_status st = RAO_OK;
    int64_t d = m->d, n = d * d, count = k + 1, wide = (ORDER + 1) * d;
    double half = 0.5 / (double)count;
    rao_mat b = view(count, d, d, m->b), b_down = view(count, d, d, down(m->b_down, d, k)),
            x_down = view(count, d, d, down(m->x_down, d, k)), bb = view(count * d, d, d, down(m->bb, n, k)),
            xx = view(count * d, d, d, down(m->xx, n, k)), root = view(d, count * d, wide, m->root),
            next_bb = view(d, d, d, down(m->bb, n, k + 1)), next_xx = view(d, d, d, down(m->xx, n, k + 1)),
            next_root = view(d, d, wide, m->root + count * d);
    rao_vec way = rao_vec_view(RAO_F64, count * d, m->b), next_b = rao_vec_view(RAO_F64, d, m->b + count * d),
            next_x = rao_vec_view(RAO_F64, d, m->x + count * d);
    RAO_TRY(rao_gemv(ctx, RAO_T, half, &bb, &way, 0, &next_b));
    RAO_TRY(rao_gemv(ctx, RAO_T, half, &xx, &way, 0, &next_x));
    RAO_TRY(rao_gemm(ctx, RAO_T, RAO_N, -2 * half, &b, &b_down, 0, &next_bb));
    RAO_TRY(rao_gemm(ctx, RAO_T, RAO_N, -half, &b, &x_down, 0, &next_xx));
    RAO_TRY(rao_gemm(ctx, RAO_T, RAO_N, -half, &x_down, &b, 1, &next_xx));
    if (rooted) RAO_TRY(rao_gemm(ctx, RAO_N, RAO_N, half, &root, &bb, 0, &next_root));
    memcpy(down(m->b_down, d, k + 1), m->b + count * d, sizeof *m->b * (size_t)d);
    memcpy(down(m->x_down, d, k + 1), m->x + count * d, sizeof *m->x * (size_t)d);
done:
    return st;
}

/* Coefficient 0 := the sum at h, the others `step` numbers behind each other (before, where it is negative). */
static void add_up(int64_t n, double h, int64_t step, double *first) {
    for (int64_t i = 0; i < n; i++) {
        double sum = first[ORDER * step + i];
        for (int64_t k = ORDER - 1; k >= 0; k--) sum = sum * h + first[k * step + i];
        first[i] = sum;
    }
}

/* On by the time `span`, in steps for a geodesic of this length. */
static rao_status go(rao_ctx *ctx, const moving *m, double span, double length, int rooted) {
    int64_t d = m->d, n = d * d, steps = 1 + (int64_t)(fabs(span) * sqrt(2) * length / stride);
    double h = span / (double)steps;
    for (int64_t s = 0; s < steps; s++) {
        memcpy(down(m->b_down, d, 0), m->b, sizeof *m->b * (size_t)d);
        memcpy(down(m->x_down, d, 0), m->x, sizeof *m->x * (size_t)d);
        for (int64_t k = 0; k < ORDER; k++) RAO_OR_RETURN(next_coefficient(ctx, m, k, rooted));
        add_up(d, h, d, m->b), add_up(d, h, d, m->x);
        add_up(n, h, -n, down(m->bb, n, 0)), add_up(n, h, -n, down(m->xx, n, 0));
        for (int64_t i = 0; i < d && rooted; i++) add_up(d, h, d, m->root + i * (ORDER + 1) * d);
    }
    return RAO_OK;
}

/* One end of the way: its frame, its velocity, and the root of the covariance in the middle, in the coordinates' frame. */
typedef struct end {
    mvn_frame r;
    mvn_way w;
    moving m;
    double *root;
} end;

static rao_status open_end(rao_ctx *ctx, const rao_family *f, const double *from, const double *to, end *e) {
    rao_status st;
    int64_t d = f->d;
    RAO_TRY(rao_scratch(ctx, d * d, &e->root));
    RAO_TRY(rao_mvn_frame(ctx, f, from, to, &e->r));
    rao_mvn_frame_aim(&e->r);
    RAO_TRY(rao_mvn_way_velocity(ctx, f, &e->r, &e->w));
    RAO_TRY(open(ctx, d, &e->m));
    memcpy(e->m.b, e->w.x, sizeof *e->root * (size_t)d);
    memcpy(down(e->m.bb, d * d, 0), e->w.b, sizeof *e->root * (size_t)(d * d));
done:
    return st;
}

static rao_status to_the_middle(rao_ctx *ctx, const rao_family *f, const double *from, end *e) {
    rao_status st;
    int64_t d = f->d;
    double *column, *out;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d, &column));
    RAO_TRY(rao_scratch(ctx, d, &out));
    RAO_TRY(go(ctx, &e->m, 0.5, e->w.length, 1));
    for (int64_t j = 0; j < d; j++) {
        for (int64_t i = 0; i < d; i++) column[i] = e->m.root[i * (ORDER + 1) * d + j];
        rao_mvn_leave_vector(f, &e->r, from, column, out);
        for (int64_t i = 0; i < d; i++) e->root[i * d + j] = out[i];
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* The velocity that moves with p's frame, into q's; *defect = |O^T O - I|, O = P_q^-1 P_p. */
static rao_status change_frames(rao_ctx *ctx, const rao_family *f, const end *a, const end *b, double *defect) {
    rao_status st;
    int64_t d = f->d;
    double *square;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d * d, &square));
    if (rao_eliminate(b->root, d, a->root, d))
        RAO_TRY(
            rao_fail(ctx, RAO_ENUMERIC, "%s: the covariance in the middle of the geodesic is singular to rounding", f->table->info.name));
    rao_mat o = square_view(d, a->root), s = square_view(d, square);
    RAO_TRY(rao_syrk(ctx, RAO_T, 1, &o, 0, &s));
    for (int64_t i = 0; i < d; i++) square[i * (d + 1)] -= 1;
    *defect = rao_frobenius(d * d, square);
    if (!(*defect < 1e-3))
        RAO_TRY(rao_fail(ctx, RAO_ENUMERIC, "%s: the velocity lost its way: the ends' frames differ by %.3g in the middle",
                         f->table->info.name, *defect));
    rao_vec from = rao_vec_view(RAO_F64, d, a->m.x), to = rao_vec_view(RAO_F64, d, b->m.x);
    RAO_TRY(rao_gemv(ctx, RAO_N, 1, &o, &from, 0, &to));
    RAO_TRY(rao_congruence(ctx, RAO_N, d, a->root, down(a->m.xx, d * d, 0), down(b->m.xx, d * d, 0)));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_mvn_way_carry(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, const double *velocity, double *out,
                             rao_quality *quality) {
    rao_status st;
    int64_t d = f->d;
    end a, b;
    double defect, size, *turned, *returned;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(open_end(ctx, f, p, q, &a));
    RAO_TRY(open_end(ctx, f, q, p, &b));
    turned = down(a.m.xx, d * d, 0), returned = down(b.m.xx, d * d, 0);
    RAO_TRY(rao_mvn_enter(ctx, f, &a.r, p, velocity, a.m.x, turned));
    size = hypot(rao_frobenius(d, a.m.x), sqrt(0.5) * rao_frobenius(d * d, turned));
    RAO_TRY(to_the_middle(ctx, f, p, &a));
    RAO_TRY(to_the_middle(ctx, f, q, &b));
    RAO_TRY(change_frames(ctx, f, &a, &b, &defect));
    RAO_TRY(go(ctx, &b.m, -0.5, b.w.length, 0));
    RAO_TRY(rao_mvn_leave(ctx, f, &b.r, q, b.m.x, returned, out));
    double astray = (a.w.error + b.w.error) * (1 + a.w.length); /* curvature over the area between neighbouring ways */
    *quality = (rao_quality){RAO_ITERATION, (defect + astray) * size * rao_mvn_scale(f, q)};
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
