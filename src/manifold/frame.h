/* frame.h - the information geometry of a family at one point, in a frame: tangent vectors in which the Fisher metric is well scaled, so that nothing
 * leaves the range of doubles and nothing cancels that need not. Connections and curvatures are formed there and carried into charts last.
 *
 *   g_ab the metric, t_abc = E s_a s_b s_c (Amari and Chentsov), a^i_jk = g^il t_ljk, and b^i_jk: the Levi-Civita symbols of chart 0 as a bilinear map.
 *   The alpha-connection has the symbols b - (alpha/2) a. */
#ifndef RAO_MANIFOLD_FRAME_H
#define RAO_MANIFOLD_FRAME_H

#include "manifold/manifold.h"

/* Where the curvature comes from. */
typedef enum frame_kind {
    FRAME_EXPONENTIAL, /* an exponential family: t alone */
    FRAME_HOMOGENEOUS, /* a location-scale family: symbols fall as 1/scale */
    FRAME_MOMENTS      /* any other: the second fundamental form in the space of all densities */
} frame_kind;

typedef struct frame {
    frame_kind kind;
    int64_t n;
    int flat;         /* +1 or -1: chart 0 is affine for alpha = flat, and b = (flat/2) a. 0: b is given */
    int has_d, has_a; /* given and not solved for */
    double *e;        /* column a: vector a in chart 0 */
    double *d;        /* its inverse */
    double *g, *t, *a, *b;
    double *scale;       /* by which the vectors of the row were multiplied, so that g_aa = 1 */
    double *gram;        /* FRAME_MOMENTS: frame_moments.c */
    rao_quality quality; /* the error is that of g, t and b */
} frame;

/* What a family gives: e, g, t, and b where flat is 0. The arrays are zeroed before. */
typedef struct frame_row {
    const family_table *table;
    frame_kind kind;
    int flat;
    rao_status (*fill)(rao_ctx *ctx, const rao_family *f, const double *s, frame *r);
    /* The frame in another chart, e (m x n) and d (n x m), where the chart's Jacobian would lose digits, of a frame with g_aa = 1; 0
     * where it knows no better. */
    int (*view)(const rao_family *f, const double *s, const family_chart *chart, double *e, double *d);
} frame_row;

/* A frame as a chart has it. */
typedef struct frame_view {
    int64_t m;
    double *e; /* m x n, NULL where the chart has more coordinates than the family dimensions */
    double *d; /* n x m */
} frame_view;

/* The frame at p, on the scratch stack. `curved`: curvature will be asked of it. EDOMAIN: no metric, a singular or an infinite one. */
rao_status rao_frame_open(rao_ctx *ctx, const family_item *it, int curved, frame *r);
rao_status rao_frame_look(rao_ctx *ctx, const family_item *it, const frame *r, frame_view *v);
/* b - (alpha/2) a */
void rao_frame_symbols(const frame *r, double alpha, double *out);
/* The curvature R_ijkl of the alpha-connection in the frame; n^4 numbers. */
rao_status rao_frame_curvature(rao_ctx *ctx, const frame *r, double alpha, double *out);
/* out[i][j].. = sum of in[a][b].. first[a][i] d[b][j] ..: `rank` indices of n values become indices of m; the matrices are n x m. */
rao_status rao_tensor_pull(rao_ctx *ctx, int rank, int64_t n, int64_t m, const double *first, const double *d, const double *in,
                           double *out);

/* frame_rows.c: NULL where nothing is closed. */
const frame_row *rao_frame_row(const rao_family *f);
/* Second derivatives h[a][j][k] of chart 0's coordinates in a chart's, zeroed before; 0 where there are none (an affine map, or a flat chart). The closed
 * symbols of the Weibull are those of (-log scale, 1/shape), and its chart 0 has a bend to these. */
int rao_chart_bend(const rao_family *f, const family_chart *chart, const double *s, double *h);
/* +1: a chart affine in theta, -1: in eta, of an exponential family; 0: neither. */
int rao_chart_flat(const rao_family *f, const family_chart *chart);

/* frame_moments.c: by quadrature, sums or draws. */
rao_status rao_frame_moments(rao_ctx *ctx, const family_item *it, int curved, frame *r);
rao_status rao_moments_curvature(rao_ctx *ctx, const frame *r, double alpha, double *out);

/* frame_matrix.c, frame_simplex.c */
rao_status rao_frame_mvn(rao_ctx *ctx, const rao_family *f, const double *s, frame *r);
rao_status rao_frame_wishart(rao_ctx *ctx, const rao_family *f, const double *s, frame *r);
rao_status rao_frame_simplex(rao_ctx *ctx, const rao_family *f, const double *s, frame *r);
int rao_view_simplex(const rao_family *f, const double *s, const family_chart *chart, double *e, double *d);

/* x[i][j][k] = v and every permutation of the indices. */
static inline void frame_put3(double *x, int64_t n, int64_t i, int64_t j, int64_t k, double v) {
    const int64_t at[6][3] = {{i, j, k}, {i, k, j}, {j, i, k}, {j, k, i}, {k, i, j}, {k, j, i}};
    for (int p = 0; p < 6; p++) x[(at[p][0] * n + at[p][1]) * n + at[p][2]] = v;
}
/* Symbols are symmetric in the lower indices. */
static inline void frame_put_symbol(double *x, int64_t n, int64_t i, int64_t j, int64_t k, double v) {
    x[(i * n + j) * n + k] = x[(i * n + k) * n + j] = v;
}

#endif
