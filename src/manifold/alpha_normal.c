/* alpha_normal.c - with the metric (|dmu|^2 + 2 d dsigma^2)/sigma^2 of d locations and one scale the equations of the alpha-geodesic,
 *   mu'' = 2 (1 + alpha) mu' sigma'/sigma,   sigma'' = (1 + 2 alpha) sigma'^2/sigma - (1 - alpha)/(2d) |mu'|^2/sigma,
 * have the integral mu' = C sigma^(2 (1 + alpha)), and along mu(s) = mu_p + s (mu_q - mu_p) the solution
 *   V = sigma^2 = (1 - s) sigma_p^2 + s sigma_q^2 + (1 - alpha)/(2d) s (1 - s) |mu_q - mu_p|^2,   dt = ds V^-(1 + alpha)/int V^-(1 + alpha) ds,
 * an ellipse for alpha < 1 (a circle of the half-plane at 0), a parabola at 1, a hyperbola above, where it stays in the family as long as
 * sqrt((alpha - 1)/(2d)) |mu_q - mu_p| < sigma_p + sigma_q. The time is a quadrature from the nearer end in log s. */
#include "manifold/alpha_normal.h"

#include <float.h>
#include <math.h>

#include <rao/num.h>

#include "family/normal.h"

enum { MOST_BREAKS = 340 };

/* V in units of the larger of both scales, from one of its ends. */
typedef struct ellipse {
    double from, to, bump; /* V at that end and at the other one; of s (1 - s) */
    double power, most;    /* -(1 + alpha); the log of the largest pace */
    double wanted, error;
} ellipse;

static double variance(const ellipse *v, double s) { return v->from * (1 - s) + v->to * s + v->bump * s * (1 - s); }
static double pace(const ellipse *v, double s) { return exp(v->power * log(variance(v, s)) - v->most); }

static rao_status paces(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    (void)ctx;
    for (int64_t i = 0; i < at->count; i++) f[i] = pace(arg, at->x[i]);
    return RAO_OK;
}

/* The time from the end on, in decades of s where V changes over fewer of them. */
static rao_status time_to(rao_ctx *ctx, ellipse *v, double s, double *t) {
    rao_quad_opts opts;
    rao_quad_info info;
    double breaks[MOST_BREAKS];
    double turn = fmin(1, v->from / fabs(v->to - v->from + v->bump)); /* where V is twice itself or gone at the earliest */
    if (s * fmax(1, fabs(v->power)) < 0.1 * DBL_EPSILON * turn) return *t = s * pace(v, 0), RAO_OK;
    rao_quad_opts_init(&opts);
    opts.rel_tol = 1e-14, opts.breaks = breaks;
    for (double at = 0.1 * turn; at < s && opts.n_breaks < MOST_BREAKS; at *= 10) breaks[opts.n_breaks++] = at;
    rao_status st = rao_quad(ctx, &opts, paces, v, 1, 0, s, t, &info);
    if (st == RAO_ENUMERIC && info.error <= 1e-10 * info.value) *t = info.value, st = RAO_OK;
    if (st == RAO_ENUMERIC)
        st = rao_fail(ctx, RAO_ENUMERIC, "alpha_geodesic: the time on the way, an integral, is known to %.1g of itself only",
                      info.error / info.value);
    v->error = fmax(v->error, info.error);
    return st;
}

static rao_status late(rao_ctx *ctx, void *arg, double x, double *f, double *slope) {
    ellipse *v = arg;
    RAO_OR_RETURN(time_to(ctx, v, exp(x), f));
    *f -= v->wanted, *slope = pace(v, exp(x)) * exp(x);
    return RAO_OK;
}

/* The log of the largest pace: at an end, or where V is extreme between them. */
static double largest(const ellipse *v) {
    double log_pace = fmax(v->power * log(v->from), v->power * log(v->to)), s = 0.5 + 0.5 * (v->to - v->from) / v->bump;
    return s > 0 && s < 1 ? fmax(log_pace, v->power * log(variance(v, s))) : log_pace;
}

/* One location and one scale: the part *s of the way that is passed at time t, from q where *from_q, and the scale there. */
static rao_status travel(rao_ctx *ctx, const family_item *it, double d, double gap, double p, double q, double *s, int *from_q,
                         double *scale, rao_quality *quality) {
    double alpha = it->args->alpha, unit = fmax(p, q), a = p / unit, b = q / unit, half[2];
    double reach = sqrt(fabs(1 - alpha) / (2 * d)) * (gap / unit);
    ellipse v[2] = {{a * a, b * b, alpha < 1 ? reach * reach : -reach * reach, -(1 + alpha), 0, 0, 0}};
    rao_root_info info;
    if (!(reach < 1e150 && a > 1e-150 && b > 1e-150))
        return rao_fail(ctx, RAO_ENUMERIC, "%s: alpha_geodesic: the points are further apart than the doubles", it->f->table->info.name);
    if (alpha > 1 && !(reach < a + b))
        return rao_fail(ctx, RAO_EDOMAIN,
                        "%s: no alpha_geodesic: at alpha = %g the path leaves the family, the locations are %g apart, want < %g",
                        it->f->table->info.name, alpha, gap, unit * (a + b) / sqrt((alpha - 1) / (2 * d)));
    double blur =
        (1 + fabs(alpha)) * DBL_EPSILON * (2 + fabs(log(v[0].from)) + fabs(log(v[0].to)) + log1p(fabs(v[0].bump))); /* of a pace */
    if (!(blur < 1e-4))
        return rao_fail(ctx, RAO_ENUMERIC, "%s: alpha_geodesic: at alpha = %g the time on the way is lost to rounding",
                        it->f->table->info.name, alpha);
    v[0].most = largest(&v[0]), v[1] = v[0], v[1].from = v[0].to, v[1].to = v[0].from;
    for (int end = 0; end < 2; end++) RAO_OR_RETURN(time_to(ctx, &v[end], 0.5, &half[end]));
    double whole = half[0] + half[1], before = it->t * whole;
    *from_q = before > half[0];
    ellipse *w = &v[*from_q];
    w->wanted = *from_q ? (1 - it->t) * whole : before;
    *s = 0, *scale = *from_q ? q : p;
    if (!(w->wanted > 1e-280 * whole)) return RAO_OK;
    double first = log(fmin(0.5, fmax(1e-300, w->wanted / pace(w, 0)))), x;
    RAO_OR_RETURN(rao_root_newton(ctx, late, w, -700, log(0.5) + 1e-15, first, 0, &x, &info));
    *s = exp(x), *scale = unit * sqrt(variance(w, *s));
    double off = (2 * fmax(v[0].error, v[1].error) + blur * w->wanted) / pace(w, *s) + 4 * DBL_EPSILON * *s; /* of s */
    double slope = fabs(w->to - w->from + w->bump * (1 - 2 * *s)) / 2 * (unit / *scale) * unit;
    quality->method = RAO_QUADRATURE, quality->error = fmax(quality->error, off * fmax(gap, slope) + DBL_EPSILON * *scale);
    return RAO_OK;
}

int rao_alpha_is_normal(const rao_family *f) {
    const family_table *t = f->table;
    return t == &rao_table_normal || t == &rao_table_lognormal || t == &rao_table_isotropic_normal || t == &rao_table_diagonal_normal;
}

/* `count` locations from `first` on and the scale at `place` of the coordinates: d of the metric is count. */
static rao_status plane(rao_ctx *ctx, const family_item *it, int64_t first, int64_t count, int64_t place, double *c, rao_quality *quality) {
    const double *p = it->p, *q = it->q;
    double gap = 0, s = 0, scale = 0;
    int from_q = 0, whole = it->f->table == &rao_table_normal;
    for (int64_t i = first; i < first + count; i++) gap = hypot(gap, whole ? rao_normal_step(q, p).mu : q[i] - p[i]);
    RAO_OR_RETURN(travel(ctx, it, (double)count, gap, p[place], q[place], &s, &from_q, &scale, quality));
    for (int64_t i = first; i < first + count; i++) {
        double step = whole ? rao_normal_step(q, p).mu : q[i] - p[i];
        c[i] = from_q ? q[i] - s * step : p[i] + s * step;
    }
    c[place] = scale;
    return RAO_OK;
}

rao_status rao_alpha_normal(rao_ctx *ctx, const family_item *it, double *s, rao_quality *quality) {
    rao_status st;
    int64_t planes = it->f->table == &rao_table_diagonal_normal ? it->f->d : 1, d = it->f->dim - planes;
    double *c;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, it->f->dim, &c));
    for (int64_t k = 0; k < planes; k++)
        RAO_TRY(plane(ctx, it, planes == 1 ? 0 : k, planes == 1 ? d : 1, planes == 1 ? d : d + k, c, quality));
    RAO_TRY(it->f->table->charts[0].load(ctx, it->f, c, s));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
