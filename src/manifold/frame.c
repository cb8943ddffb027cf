/* frame.c - a frame is opened (frame.h): filled by the family's row or by moments, scaled to unit vectors, inverted; and carried into charts. */
#include "manifold/frame.h"

#include <math.h>
#include <string.h>

static rao_status zeros(rao_ctx *ctx, int64_t n, double **x) {
    RAO_OR_RETURN(rao_scratch(ctx, n, x));
    memset(*x, 0, sizeof **x * (size_t)n);
    return RAO_OK;
}

static rao_status no_metric(rao_ctx *ctx, const family_item *it) {
    return rao_fail(ctx, RAO_EDOMAIN, "%s: no %s: the Fisher matrix is singular or infinite at this point", it->f->table->info.name,
                    it->what);
}

/* ---- the frame itself ------------------------------------------------------------------------------------------ */

static int finite(const double *x, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(x[i])) return 0;
    return 1;
}

/* Vectors of length one. */
static rao_status scale(rao_ctx *ctx, const family_item *it, frame *r) {
    int64_t n = r->n;
    for (int64_t a = 0; a < n; a++) {
        r->scale[a] = r->kind == FRAME_MOMENTS ? 1 : 1 / sqrt(r->g[a * n + a]); /* moments come in standard units */
        if (!(r->scale[a] > 0 && r->scale[a] < INF)) return no_metric(ctx, it);
    }
    const double *v = r->scale;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            r->e[i * n + j] *= v[j], r->d[i * n + j] /= v[i], r->g[i * n + j] *= v[i] * v[j];
            for (int64_t k = 0; k < n; k++) {
                int64_t at = (i * n + j) * n + k;
                r->t[at] = r->t[at] * v[i] * v[j] * v[k];
                r->a[at] *= v[j] / v[i] * v[k], r->b[at] *= v[j] / v[i] * v[k];
            }
        }
    return finite(r->e, n * n) && finite(r->d, n * n) && finite(r->t, n * n * n) ? RAO_OK : no_metric(ctx, it);
}

/* out = A^-1 B; nonzero where A is singular or B not finite. */
static int solved(rao_ctx *ctx, const double *a, int64_t n, const double *b, int64_t m, double *out, rao_status *st) {
    double *copy;
    int bad = 1;
    rao_mark mark = rao_scratch_mark(ctx);
    if ((*st = rao_scratch(ctx, n * n, &copy))) return 0;
    memcpy(copy, a, sizeof *copy * (size_t)(n * n));
    memcpy(out, b, sizeof *out * (size_t)(n * m));
    bad = rao_eliminate(copy, n, out, m);
    bad |= !finite(out, n * m);
    rao_scratch_reset(ctx, mark);
    return bad;
}

static rao_status invert(rao_ctx *ctx, const family_item *it, frame *r) {
    rao_status st;
    double *one;
    int64_t n = r->n;
    RAO_OR_RETURN(zeros(ctx, n * n, &one));
    for (int64_t i = 0; i < n; i++) one[i * n + i] = 1;
    int bad = solved(ctx, r->e, n, one, n, r->d, &st);
    return st ? st : bad ? no_metric(ctx, it) : RAO_OK;
}

/* The first of three indices. */
static rao_status raise(rao_ctx *ctx, const family_item *it, const frame *r, const double *low, double *up) {
    rao_status st;
    int bad = solved(ctx, r->g, r->n, low, r->n * r->n, up, &st);
    return st ? st : bad ? no_metric(ctx, it) : RAO_OK;
}

/* The row that a method asks for: NULL for moments. */
static rao_status choose(rao_ctx *ctx, const family_item *it, const frame_row **row) {
    const char *name = it->f->table->info.name;
    int method = it->args->method;
    *row = method > RAO_CLOSED ? NULL : rao_frame_row(it->f);
    if (method == RAO_CLOSED && !*row) return rao_fail(ctx, RAO_EUNABLE, "%s: %s has no closed form here", name, it->what);
    if (method == RAO_EMPIRICAL || method == RAO_KL_HESSIAN || method == RAO_ITERATION)
        return rao_fail(ctx, RAO_EINVAL, "%s: %s by %s, want closed form, quadrature or monte carlo", name, it->what,
                        rao_method_name((rao_method)method));
    return RAO_OK;
}

rao_status rao_frame_open(rao_ctx *ctx, const family_item *it, int curved, frame *r) {
    rao_status st = RAO_OK;
    int64_t n = it->f->dim;
    const frame_row *row;
    RAO_TRY(rao_want_regular(ctx, it));
    RAO_TRY(choose(ctx, it, &row));
    *r = (frame){.n = n, .kind = row ? row->kind : FRAME_MOMENTS, .flat = row ? row->flat : 0};
    double **squares[] = {&r->e, &r->d, &r->g}, **cubes[] = {&r->t, &r->a, &r->b};
    for (int i = 0; i < 3; i++) RAO_TRY(zeros(ctx, n * n, squares[i]));
    for (int i = 0; i < 3; i++) RAO_TRY(zeros(ctx, n * n * n, cubes[i]));
    RAO_TRY(zeros(ctx, n, &r->scale));
    if (row) RAO_TRY(row->fill(ctx, it->f, it->p, r));
    else RAO_TRY(rao_frame_moments(ctx, it, curved, r));
    RAO_TRY(scale(ctx, it, r));
    if (!r->has_d) RAO_TRY(invert(ctx, it, r));
    if (!r->has_a) RAO_TRY(raise(ctx, it, r, r->t, r->a));
    if (r->kind == FRAME_MOMENTS) RAO_TRY(raise(ctx, it, r, r->b, r->b));
    for (int64_t i = 0; i < n * n * n && r->flat; i++) r->b[i] = 0.5 * r->flat * r->a[i];
done:
    return st;
}

void rao_frame_symbols(const frame *r, double alpha, double *out) {
    for (int64_t i = 0; i < r->n * r->n * r->n; i++)
        out[i] = r->flat ? 0.5 * ((double)r->flat - alpha) * r->a[i] : r->b[i] - 0.5 * alpha * r->a[i];
}

/* ---- charts ---------------------------------------------------------------------------------------------------- */

rao_status rao_frame_look(rao_ctx *ctx, const family_item *it, const frame *r, frame_view *v) {
    rao_status st = RAO_OK;
    const frame_row *row = rao_frame_row(it->f);
    int64_t n = r->n, m = it->f->tangents[chart_number(it->f, it->chart)];
    double *j, *e;
    *v = (frame_view){m, r->e, r->d};
    if (!it->chart->jacobian) return RAO_OK;
    RAO_OR_RETURN(zeros(ctx, n * m, &e));
    RAO_OR_RETURN(zeros(ctx, n * m, &v->d));
    v->e = m == n ? e : NULL;
    if (r->kind != FRAME_MOMENTS && row->view && row->view(it->f, it->p, it->chart, v->e, v->d)) return RAO_OK;
    RAO_OR_RETURN(zeros(ctx, n * m, &j));
    it->chart->jacobian(it->f, it->p, j);
    for (int64_t a = 0; a < n; a++)
        for (int64_t i = 0; i < m; i++)
            for (int64_t b = 0; b < n; b++)
                if (r->d[a * n + b] != 0 && j[b * m + i] != 0) v->d[a * m + i] += r->d[a * n + b] * j[b * m + i];
    int bad = v->e && solved(ctx, j, n, r->e, n, v->e, &st);
    if (st) return st;
    return bad ? rao_fail(ctx, RAO_EDOMAIN, "%s: the chart %s is singular at this point", it->f->table->info.name, it->chart->name)
               : RAO_OK;
}

/* One index at a time: the first of those left becomes the last of those done. */
rao_status rao_tensor_pull(rao_ctx *ctx, int rank, int64_t n, int64_t m, const double *first, const double *d, const double *in,
                           double *out) {
    rao_status st = RAO_OK;
    double *from, *to, *swap;
    int64_t most = 1, rest = 1;
    rao_mark mark = rao_scratch_mark(ctx);
    for (int i = 0; i < rank; i++) most *= n > m ? n : m, rest *= n;
    RAO_TRY(rao_scratch(ctx, most, &from));
    RAO_TRY(rao_scratch(ctx, most, &to));
    memcpy(from, in, sizeof *from * (size_t)rest);
    for (int pass = 0; pass < rank; pass++) {
        const double *matrix = pass ? d : first;
        rest /= n;
        memset(to, 0, sizeof *to * (size_t)(rest * m));
        for (int64_t a = 0; a < n; a++)
            for (int64_t i = 0; i < rest; i++) {
                double x = from[a * rest + i];
                for (int64_t j = 0; j < m && x != 0; j++)
                    if (matrix[a * m + j] != 0) to[i * m + j] += x * matrix[a * m + j]; /* 0 * inf at an edge is no part of the sum */
            }
        rest *= m;
        swap = from, from = to, to = swap;
    }
    memcpy(out, from, sizeof *out * (size_t)rest);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- curvature ------------------------------------------------------------------------------------------------- */

static double dot(const double *x, const double *y, int64_t step, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += x[i] * y[i * step];
    return sum;
}

/* The connections alpha = 1 and -1 are flat, so R = (1 - alpha^2)/4 (t_ilm a^m_kj - t_ikm a^m_lj). */
static void exponential_curvature(const frame *r, double alpha, double *out) {
    int64_t n = r->n;
    double factor = 0.25 * (1 - alpha) * (1 + alpha);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
            for (int64_t k = 0; k < n; k++)
                for (int64_t l = 0; l < k; l++) {
                    const double *t = r->t + i * n * n, *a = r->a + j;
                    double *at = out + (i * n + j) * n * n;
                    at[k * n + l] = factor * (dot(t + l * n, a + k * n, n * n, n) - dot(t + k * n, a + l * n, n * n, n));
                    at[l * n + k] = -at[k * n + l];
                }
}

/* R^i_jkl = d_k c^i_lj - d_l c^i_kj + c^i_km c^m_lj - c^i_lm c^m_kj of symbols c that are a constant over the scale, whose direction is the last one:
 * d_k c = -scale_k c for it and 0 for the others. Then the index i is lowered. */
static rao_status homogeneous_curvature(rao_ctx *ctx, const frame *r, double alpha, double *out) {
    rao_status st = RAO_OK;
    int64_t n = r->n, s = n - 1;
    double *c, *up;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, n * n * n, &c));
    RAO_TRY(rao_scratch(ctx, n * n * n * n, &up));
    for (int64_t i = 0; i < n * n * n; i++) c[i] = r->b[i] - 0.5 * alpha * r->a[i];
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
            for (int64_t k = 0; k < n; k++)
                for (int64_t l = 0; l < n; l++) {
                    const double *ci = c + i * n * n;
                    double *at = &up[((i * n + j) * n + k) * n + l];
                    *at = dot(ci + k * n, c + l * n + j, n * n, n) - dot(ci + l * n, c + k * n + j, n * n, n);
                    if (k == s) *at -= r->scale[s] * ci[l * n + j];
                    if (l == s) *at += r->scale[s] * ci[k * n + j];
                }
    for (int64_t i = 0; i < n; i++)
        for (int64_t q = 0; q < n * n * n; q++) out[i * n * n * n + q] = dot(r->g + i * n, up + q, n * n * n, n);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_frame_curvature(rao_ctx *ctx, const frame *r, double alpha, double *out) {
    memset(out, 0, sizeof *out * (size_t)(r->n * r->n * r->n * r->n));
    if (r->kind == FRAME_MOMENTS) return rao_moments_curvature(ctx, r, alpha, out);
    if (r->kind == FRAME_HOMOGENEOUS) return homogeneous_curvature(ctx, r, alpha, out);
    exponential_curvature(r, alpha, out);
    return RAO_OK;
}
