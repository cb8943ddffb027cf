/* curvature.c - curvatures of the Fisher metric and of the alpha-connections (alpha = 0 where none is given), from a frame (frame.h):
 *   R_ijkl = g(R(d_k, d_l) d_j, d_i),  K(X, Y) = g(R(X, Y) Y, X)/(|X|^2 |Y|^2 - <X, Y>^2),  scalar g^ik g^jl R_ijkl.
 * In an exponential family these are contractions of g and T alone: R = (1 - alpha^2)/4 (T_ilm T_kj^m - T_ikm T_lj^m). */
#include <math.h>
#include <string.h>

#include "manifold/frame.h"

enum { MOST_TENSOR = 48 }; /* coordinates whose fourth power is still an answer */

static double alpha_of(const family_item *it) { return isnan(it->args->alpha) ? 0 : it->args->alpha; }

static rao_status open_frame(rao_ctx *ctx, const family_item *it, frame *r, frame_view *v) {
    if (!isfinite(alpha_of(it)))
        return rao_fail(ctx, RAO_EDOMAIN, "%s: alpha = %g, want a finite number", it->f->table->info.name, it->args->alpha);
    RAO_OR_RETURN(rao_frame_open(ctx, it, 1, r));
    return rao_frame_look(ctx, it, r, v);
}

/* An error of moments as one of a curvature of unit vectors. */
static double curvature_error(const frame *r) {
    double most = 1;
    for (int64_t i = 0; i < r->n * r->n * r->n; i++) most = fmax(most, fmax(fabs(r->a[i]), fabs(r->b[i])));
    return 4 * (double)(r->n * r->n) * most * most * r->quality.error;
}

/* R in the frame, on the scratch stack. */
static rao_status frame_curvature(rao_ctx *ctx, const family_item *it, const frame *r, double **out) {
    RAO_OR_RETURN(rao_scratch(ctx, r->n * r->n * r->n * r->n, out));
    return rao_frame_curvature(ctx, r, alpha_of(it), *out);
}

static rao_status riemann(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    rao_status st;
    frame r;
    frame_view v;
    double *own, grown = 0;
    rao_mark mark = rao_scratch_mark(ctx);
    if (it->f->dim > MOST_TENSOR)
        return rao_fail(ctx, RAO_EUNABLE, "%s: no riemann tensor in %lld coordinates, at most %d: ask for curvatures of planes",
                        it->f->table->info.name, (long long)it->f->dim, MOST_TENSOR);
    RAO_TRY(open_frame(ctx, it, &r, &v));
    RAO_TRY(frame_curvature(ctx, it, &r, &own));
    RAO_TRY(rao_tensor_pull(ctx, 4, r.n, v.m, v.d, v.d, own, out));
    for (int64_t i = 0; i < r.n * v.m; i++) grown = fmax(grown, fabs(v.d[i]));
    *quality = (rao_quality){r.quality.method, curvature_error(&r) * grown * grown * grown * grown};
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- planes ------------------------------------------------------------------------------------------------------ */

/* sum x_i m_ij y_j */
static double form(const double *m, int64_t n, const double *x, const double *y) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) sum += x[i] * m[i * n + j] * y[j];
    return sum;
}

/* Two vectors X = a x, Y = c (lean x + y) with x, y orthonormal, in the frame. */
typedef struct plane {
    double *x, *y, lean;
} plane;

/* g(R(X, Y) Y, X)/(a c)^2 = R_xyxy + lean R_xxxy. The second term is 0 for a metric connection and in exponential families; elsewhere an alpha-connection
 * tells the order of X and Y. */
static rao_status of_plane(rao_ctx *ctx, const family_item *it, const frame *r, const plane *p, double *out) {
    int64_t n = r->n;
    double alpha = alpha_of(it), *own;
    *out = 0;
    if (r->kind == FRAME_EXPONENTIAL) {
        for (int64_t m = 0; m < n; m++) {
            const double *t = r->t + m * n * n, *a = r->a + m * n * n;
            *out += form(t, n, p->x, p->y) * form(a, n, p->x, p->y) - form(t, n, p->x, p->x) * form(a, n, p->y, p->y);
        }
        *out = 0.25 * (1 - alpha) * (1 + alpha) * *out + 0.0; /* flat is 0, and not -0 */
        return RAO_OK;
    }
    RAO_OR_RETURN(frame_curvature(ctx, it, r, &own));
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
            *out += p->x[i] * (p->y[j] + (alpha == 0 ? 0 : p->lean * p->x[j])) * form(own + (i * n + j) * n * n, n, p->x, p->y);
    return RAO_OK;
}

/* A vector of the chart in the frame, up to its length. */
static rao_status take_vector(rao_ctx *ctx, const family_item *it, const frame *r, const frame_view *v, const double *given, double *to) {
    double most = 0, length = 0;
    for (int64_t j = 0; j < v->m; j++) {
        if (!isfinite(given[j]))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: plane has the entry %g, want finite numbers", it->f->table->info.name, given[j]);
        most = fmax(most, fabs(given[j]));
    }
    memset(to, 0, sizeof *to * (size_t)r->n);
    for (int64_t a = 0; a < r->n; a++) {
        for (int64_t j = 0; j < v->m; j++)
            if (given[j] != 0) to[a] += v->d[a * v->m + j] * (given[j] / most);
        length = fmax(length, fabs(to[a]));
    }
    for (int64_t a = 0; a < r->n && length > 0; a++) to[a] /= length;
    return RAO_OK;
}

/* Gram and Schmidt, twice; nonzero where the vectors span no plane. */
static int straighten(const frame *r, plane *p) {
    int64_t n = r->n;
    p->lean = 0;
    for (int pass = 0; pass < 2; pass++) {
        double along, length = sqrt(form(r->g, n, p->x, p->x)), before = sqrt(form(r->g, n, p->y, p->y));
        for (int64_t a = 0; a < n; a++) p->x[a] /= length, p->y[a] /= before;
        along = form(r->g, n, p->x, p->y);
        for (int64_t a = 0; a < n; a++) p->y[a] -= along * p->x[a];
        length = sqrt(form(r->g, n, p->y, p->y));
        if (!(length > 1e-10)) return 1;
        for (int64_t a = 0; a < n; a++) p->y[a] /= length;
        p->lean = (p->lean + along) / length;
    }
    return 0;
}

/* The plane that is given. A surface has but one: where the order of the vectors tells (of_plane) that of the chart's coordinates, else the frame. */
static rao_status take_plane(rao_ctx *ctx, const family_item *it, const frame *r, const frame_view *v, plane *p) {
    static const double first[] = {1, 0}, other[] = {0, 1};
    const char *name = it->f->table->info.name;
    const double *given = it->args->plane;
    RAO_OR_RETURN(rao_scratch(ctx, r->n, &p->x));
    RAO_OR_RETURN(rao_scratch(ctx, r->n, &p->y));
    if (!given && (r->kind == FRAME_EXPONENTIAL || alpha_of(it) == 0)) {
        memcpy(p->x, first, sizeof first), memcpy(p->y, other, sizeof other);
    } else {
        RAO_OR_RETURN(take_vector(ctx, it, r, v, given ? given : first, p->x));
        RAO_OR_RETURN(take_vector(ctx, it, r, v, given ? given + v->m : other, p->y));
    }
    if (straighten(r, p)) return rao_fail(ctx, RAO_EDOMAIN, "%s: the two vectors of the plane are parallel, or one of them is 0", name);
    return RAO_OK;
}

static rao_status sectional(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    rao_status st;
    frame r;
    frame_view v;
    plane p;
    const char *name = it->f->table->info.name;
    int64_t n = it->f->dim;
    rao_mark mark = rao_scratch_mark(ctx);
    if (n == 1) return rao_fail(ctx, RAO_EDOMAIN, "%s: no %s: the family has one dimension, curvature needs two", name, it->what);
    if (n > 2 && !it->args->plane)
        return rao_fail(ctx, RAO_EINVAL, "%s: %s in %lld dimensions needs a plane, two tangent vectors", name, it->what, (long long)n);
    RAO_TRY(open_frame(ctx, it, &r, &v));
    RAO_TRY(take_plane(ctx, it, &r, &v, &p));
    RAO_TRY(of_plane(ctx, it, &r, &p, out));
    *quality = (rao_quality){r.quality.method, curvature_error(&r)};
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- the scalar -------------------------------------------------------------------------------------------------- */

/* (1 - alpha^2)/4 g^mk (tr a_m a_k - tr a_m tr a_k), (a_m)^i_l = a^i_lm: the diagonal drops out of the difference of both. */
static double exponential_scalar(const frame *r, const double *inverse, double alpha) {
    int64_t n = r->n;
    const double *a = r->a;
    double sum = 0;
    for (int64_t m = 0; m < n; m++)
        for (int64_t k = 0; k < n; k++) {
            double both = 0;
            for (int64_t i = 0; i < n; i++)
                for (int64_t l = 0; l < n; l++)
                    if (l != i) both += a[(i * n + l) * n + m] * a[(l * n + i) * n + k] - a[(i * n + i) * n + m] * a[(l * n + l) * n + k];
            sum += inverse[m * n + k] * both;
        }
    return 0.25 * (1 - alpha) * (1 + alpha) * sum + 0.0;
}

static rao_status scalar(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    rao_status st;
    frame r;
    frame_view v;
    double *inverse, *copy, *own;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(open_frame(ctx, it, &r, &v));
    int64_t n = r.n;
    RAO_TRY(rao_scratch(ctx, n * n, &inverse));
    RAO_TRY(rao_scratch(ctx, n * n, &copy));
    for (int64_t i = 0; i < n * n; i++) inverse[i] = i % (n + 1) == 0, copy[i] = r.g[i];
    (void)rao_eliminate(copy, n, inverse, n); /* it is regular: the frame was solved with it */
    if (r.kind == FRAME_EXPONENTIAL) {
        *out = exponential_scalar(&r, inverse, alpha_of(it));
    } else {
        RAO_TRY(frame_curvature(ctx, it, &r, &own));
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < n; j++)
                for (int64_t k = 0; k < n; k++)
                    for (int64_t l = 0; l < n; l++) *out += inverse[i * n + k] * inverse[j * n + l] * own[((i * n + j) * n + k) * n + l];
    }
    *quality = (rao_quality){r.quality.method, curvature_error(&r) * (double)(n * n)};
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

const family_question rao_ask_riemann = {"riemann", riemann, RAO_TENSOR4, 0};
const family_question rao_ask_sectional_curvature = {"sectional_curvature", sectional, RAO_SCALAR, 0};
const family_question rao_ask_scalar_curvature = {"scalar_curvature", scalar, RAO_SCALAR, 0};
const family_question rao_ask_alpha_curvature = {"alpha_curvature", sectional, RAO_SCALAR, RAO_TAKES_ALPHA};
