/* connection.c - the Amari-Chentsov tensor T_ijk = E s_i s_j s_k and the symbols of the alpha-connections in any chart (frame.h):
 *   Gamma^i_jk = (J^-1)^i_a (Gamma^a_bc J_bj J_ck + d^2 c^a/dx^j dx^k), J = d(chart 0)/d(chart),
 * and in a chart affine for alpha = f (theta: f = 1, eta: f = -1) Gamma^i_jk = (f - alpha)/2 g^il T_ljk, with no second derivative. */
#include <math.h>
#include <string.h>

#include "manifold/frame.h"

/* The largest sum of |entries| of a row, or of a column. */
static double norm(const double *x, int64_t rows, int64_t columns, int by_columns) {
    double most = 0;
    for (int64_t i = 0; i < (by_columns ? columns : rows); i++) {
        double sum = 0;
        for (int64_t j = 0; j < (by_columns ? rows : columns); j++) sum += fabs(by_columns ? x[j * columns + i] : x[i * columns + j]);
        most = fmax(most, sum);
    }
    return most;
}

/* An error of the frame's numbers as one of the chart's, at most; `up`: the first index is raised. */
static void carry_error(const frame *r, const frame_view *v, int rank, int up, rao_quality *quality) {
    double grown = norm(v->d, r->n, v->m, 1), error = r->quality.error;
    for (int i = up; i < rank; i++) error *= grown;
    if (up) error *= norm(v->e, v->m, r->n, 0) * 3 * (1 + norm(r->a, r->n, r->n * r->n, 0) + norm(r->b, r->n, r->n * r->n, 0));
    *quality = (rao_quality){r->quality.method, error};
}

static rao_status chentsov(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    rao_status st;
    frame r;
    frame_view v;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_frame_open(ctx, it, 0, &r));
    RAO_TRY(rao_frame_look(ctx, it, &r, &v));
    RAO_TRY(rao_tensor_pull(ctx, 3, r.n, v.m, v.d, v.d, r.t, out));
    carry_error(&r, &v, 3, 0, quality);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* in^a_jk in the frame = D_ab (second derivatives)^b_jk */
static rao_status add_bend(rao_ctx *ctx, const family_item *it, const frame *r, const frame_view *v, double *out) {
    rao_status st = RAO_OK;
    int64_t n = r->n;
    double *h;
    rao_mark mark = rao_scratch_mark(ctx);
    if (r->kind == FRAME_MOMENTS && chart_number(it->f, it->chart) == 0) return RAO_OK; /* the symbols are those of chart 0 already */
    RAO_TRY(rao_scratch(ctx, n * n * n, &h));
    memset(h, 0, sizeof *h * (size_t)(n * n * n));
    if (!rao_chart_bend(it->f, it->chart, it->p, h)) goto done;
    for (int64_t i = 0; i < n; i++)
        for (int64_t q = 0; q < n * n; q++)
            for (int64_t a = 0; a < n; a++)
                for (int64_t b = 0; b < n; b++)
                    if (h[b * n * n + q] != 0 && r->d[a * n + b] != 0)
                        out[i * n * n + q] += v->e[i * n + a] * r->d[a * n + b] * h[b * n * n + q];
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status symbols(rao_ctx *ctx, const family_item *it, double alpha, double *out, rao_quality *quality) {
    rao_status st;
    frame r;
    frame_view v;
    double *x, *transposed;
    rao_mark mark = rao_scratch_mark(ctx);
    if (!isfinite(alpha)) RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: alpha = %g, want a finite number", it->f->table->info.name, alpha));
    RAO_TRY(rao_frame_open(ctx, it, 0, &r));
    RAO_TRY(rao_frame_look(ctx, it, &r, &v));
    int64_t n = r.n, flat = rao_chart_flat(it->f, it->chart);
    if (!v.e)
        RAO_TRY(rao_fail(ctx, RAO_EUNABLE, "%s: no %s: the chart %s has more coordinates than the family has dimensions",
                         it->f->table->info.name, it->what, it->chart->name));
    RAO_TRY(rao_scratch(ctx, n * n * n, &x));
    RAO_TRY(rao_scratch(ctx, n * n, &transposed));
    for (int64_t i = 0; i < n * n; i++) transposed[i] = v.e[i % n * n + i / n];
    rao_frame_symbols(&r, alpha, x);
    for (int64_t i = 0; i < n * n * n && flat; i++) x[i] = 0.5 * ((double)flat - alpha) * r.a[i];
    RAO_TRY(rao_tensor_pull(ctx, 3, n, n, transposed, v.d, x, out));
    if (!flat) RAO_TRY(add_bend(ctx, it, &r, &v, out));
    carry_error(&r, &v, 3, 1, quality);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status christoffel(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    return symbols(ctx, it, 0, out, quality);
}
static rao_status alpha_christoffel(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    return symbols(ctx, it, it->args->alpha, out, quality);
}

const family_question rao_ask_amari_chentsov = {"amari_chentsov", chentsov, RAO_TENSOR3, 0};
const family_question rao_ask_christoffel = {"christoffel", christoffel, RAO_TENSOR3, 0};
const family_question rao_ask_alpha_christoffel = {"alpha_christoffel", alpha_christoffel, RAO_TENSOR3, RAO_TAKES_ALPHA};
