/* alpha_path.c - the affinely parametrised geodesic of the alpha-connection from p to q, b = (1 - alpha)/2.
 *
 *   alpha = 1, -1            the e- and the m-geodesic
 *   alpha = 0                Fisher-Rao
 *   one parameter            the affine coordinate is int F''(theta)^b dtheta: rates^alpha, lambda^b; waiting times along a straight theta
 *   trials, the simplex      p_i(s) = m_i(s)/N(s), m_i^b = (1 - s) p_i^b + s q_i^b, N = sum m_i, and dt = ds N^(-2b)/int N^(-2b) ds:
 *
 * measures are flat in m^b, and with r = N^-b the acceleration of p^b = r m^b lies along p^b, which the simplex projects out, where s'' r + 2 s'^2 dr/ds = 0.
 * At alpha = 0 this is the chord of the sphere, at -1 the straight line. Where time is a quadrature, t(s) is inverted by Newton's method.
 * Normal laws: alpha_normal.c, mvn_alpha.c; the Wishart: cone.c; gamma, beta, Dirichlet, inverse Gaussian laws: solved for (track.h). */
#include <math.h>

#include <rao/num.h>

#include "family/bernoulli.h"
#include "manifold/alpha_normal.h"
#include "manifold/cone.h"
#include "manifold/geometry.h"
#include "manifold/mvn_alpha.h"
#include "manifold/track.h"

/* ((1 - t) x^e + t y^e)^(1/e), from the larger power, so that nothing overflows. NaN where the mean has left the positive numbers. */
static double power_mean(double x, double y, double e, double t) {
    if (!(x > 0 && y > 0)) return x == y ? 0 : x > 0 ? x * pow(1 - t, 1 / e) : y * pow(t, 1 / e); /* one of them is 0, e > 0 */
    double l = rao_log_quotient(y, x);
    return e * l > 0 ? y * exp(log1p((1 - t) * expm1(-e * l)) / e) : x * exp(log1p(t * expm1(e * l)) / e);
}

/* ---- time by quadrature ------------------------------------------------------------------------------------------- */

typedef struct journey {
    const family_item *it;
    double b;
    int64_t k; /* classes, 0: a waiting time */
    double span;
    double error;
} journey;

/* Probabilities of the classes of a state. */
static double mass(const journey *j, const double *s, int64_t i) {
    return j->it->f->table == &rao_table_bernoulli || j->it->f->table == &rao_table_binomial ? s[i ? BERNOULLI_Q : BERNOULLI_P] : s[i];
}
static double member(const journey *j, double s, int64_t i) { return power_mean(mass(j, j->it->p, i), mass(j, j->it->q, i), j->b, s); }

/* theta = log q of a waiting time, straight in s. */
static double waiting(const journey *j, double s) {
    double a = j->it->p[BERNOULLI_Q], b = j->it->q[BERNOULLI_Q];
    return a * exp(s * rao_log_quotient(b, a));
}

/* dt/ds but for a factor, which keeps powers near one. */
static double pace(const journey *j, double s) {
    double sum = 0, q;
    if (j->k == 0) return q = waiting(j, s), pow(sqrt(q) / (1 - q), 2 * j->b);
    for (int64_t i = 0; i < j->k; i++) sum += member(j, s, i);
    return pow(sum, -2 * j->b);
}

static rao_status paces(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    (void)ctx;
    for (int64_t i = 0; i < at->count; i++) f[i] = pace(arg, at->x[i]);
    return RAO_OK;
}

static rao_status time_of(rao_ctx *ctx, journey *j, double s, double *t) {
    rao_quad_info info;
    *t = 0;
    if (s == 0) return RAO_OK;
    RAO_OR_RETURN(rao_quad(ctx, NULL, paces, j, 1, 0, s, t, &info));
    j->error = fmax(j->error, info.error);
    return RAO_OK;
}

static rao_status late(rao_ctx *ctx, void *arg, double s, double *f, double *slope) {
    journey *j = arg;
    RAO_OR_RETURN(time_of(ctx, j, s, f));
    *f -= j->it->t * j->span, *slope = pace(j, s);
    return RAO_OK;
}

/* The place s with t(s) = t. */
static rao_status place(rao_ctx *ctx, journey *j, double *s, rao_quality *quality) {
    rao_root_info info;
    RAO_OR_RETURN(time_of(ctx, j, 1, &j->span));
    if (!(j->span > 0 && j->span < INF))
        return rao_fail(ctx, RAO_EDOMAIN, "%s: no alpha_geodesic: the way between these points is infinitely long at alpha = %g",
                        j->it->f->table->info.name, j->it->args->alpha);
    RAO_OR_RETURN(rao_root_newton(ctx, late, j, 0, 1, j->it->t, 0, s, &info));
    *quality = (rao_quality){RAO_QUADRATURE, 2 * j->error / pace(j, *s) + 4e-16};
    return RAO_OK;
}

/* ---- families ------------------------------------------------------------------------------------------------------ */

static rao_status want_between(rao_ctx *ctx, const family_item *it) {
    if (it->t >= 0 && it->t <= 1) return RAO_OK;
    return rao_fail(ctx, RAO_EUNABLE, "%s: alpha_geodesic at alpha = %g: t = %g, want 0 <= t <= 1 (any t at alpha = -1, 0, 1)",
                    it->f->table->info.name, it->args->alpha, it->t);
}

/* A power of a state's number, which is chart 0's coordinate. */
static rao_status powers(rao_ctx *ctx, const family_item *it, double exponent, double *s) {
    double c = power_mean(it->p[0], it->q[0], exponent, it->t);
    return c > 0 && c < INF ? it->f->table->charts[0].load(ctx, it->f, &c, s) : rao_geometry_left(ctx, it->f);
}

static rao_status of_waiting(rao_ctx *ctx, const family_item *it, double *s, rao_quality *quality) {
    journey j = {it, 0.5 * (1 - it->args->alpha), 0, 0, 0};
    double at, p;
    RAO_OR_RETURN(want_between(ctx, it));
    RAO_OR_RETURN(place(ctx, &j, &at, quality));
    p = 1 - waiting(&j, at);
    return it->f->table->charts[0].load(ctx, it->f, &p, s);
}

/* A trial by its smaller side. */
static rao_status set_trial(rao_ctx *ctx, const rao_family *f, double one, double two, double *s) {
    double p = one / (one + two), logit = log(one) - log(two);
    return p > 0.5 && two > 0 ? rao_bernoulli_load_logit(ctx, f, &logit, s) : rao_bernoulli_load_p(ctx, f, &p, s);
}

static rao_status of_classes(rao_ctx *ctx, const family_item *it, int64_t k, double *s, rao_quality *quality) {
    rao_status st;
    journey j = {it, 0.5 * (1 - it->args->alpha), k, 0, 0};
    double at, sum = 0, *c;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(want_between(ctx, it));
    for (int64_t i = 0; i < k && j.b < 0; i++)
        if (mass(&j, it->p, i) == 0 || mass(&j, it->q, i) == 0)
            RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: no alpha_geodesic: at alpha = %g > 1 a probability of 0 is infinitely far",
                             it->f->table->info.name, it->args->alpha));
    RAO_TRY(rao_scratch(ctx, k, &c));
    RAO_TRY(place(ctx, &j, &at, quality));
    for (int64_t i = 0; i < k; i++) sum += c[i] = member(&j, at, i);
    for (int64_t i = 0; i < k; i++) c[i] /= sum;
    if (it->f->table == &rao_table_bernoulli || it->f->table == &rao_table_binomial) st = set_trial(ctx, it->f, c[0], c[1], s);
    else st = it->f->table->charts[0].load(ctx, it->f, c, s);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* By a boundary value problem. */
static rao_status solved(rao_ctx *ctx, const family_item *it, double *s, rao_quality *quality) {
    rao_status st;
    track k;
    int64_t e;
    double x;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_track_solve(ctx, it->f, rao_spray_of(it->f), "alpha_geodesic", it->p, it->q, it->args->alpha, &k));
    RAO_TRY(rao_track_at_time(ctx, &k, it->t, &e, &x));
    RAO_TRY(rao_track_state(ctx, &k, e, x, it->q, s, quality));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status between(rao_ctx *ctx, const family_item *it, double *s, rao_quality *quality) {
    const family_table *t = it->f->table;
    double alpha = it->args->alpha;
    if (t == &rao_table_exponential || t == &rao_table_pareto) return powers(ctx, it, alpha, s);
    if (t == &rao_table_rayleigh) return powers(ctx, it, -2 * alpha, s);
    if (t == &rao_table_poisson) return powers(ctx, it, 0.5 * (1 - alpha), s);
    if (t == &rao_table_geometric || t == &rao_table_geometric0 || t == &rao_table_negative_binomial)
        return of_waiting(ctx, it, s, quality);
    if (t == &rao_table_bernoulli || t == &rao_table_binomial) return of_classes(ctx, it, 2, s, quality);
    if (t == &rao_table_categorical || t == &rao_table_multinomial) return of_classes(ctx, it, it->f->d, s, quality);
    if (t == &rao_table_wishart) return rao_cone_path(ctx, it->f, it->p, it->q, it->t, alpha, s);
    if (t == &rao_table_mvn) return rao_mvn_alpha(ctx, it, s, quality);
    int normal = rao_alpha_is_normal(it->f);
    if (normal || rao_spray_of(it->f)) RAO_OR_RETURN(want_between(ctx, it));
    if (normal) return rao_alpha_normal(ctx, it, s, quality);
    if (rao_spray_of(it->f)) return solved(ctx, it, s, quality);
    return rao_fail(ctx, RAO_EUNABLE,
                    "%s: no alpha_geodesic at alpha = %g: here it is known at -1 and 1 (exponential families) and at 0 (Fisher-Rao) only",
                    t->info.name, alpha);
}

static rao_status alpha_geodesic(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    rao_status st;
    double alpha = it->args->alpha, *s;
    const char *name = it->f->table->info.name;
    if (!isfinite(alpha)) return rao_fail(ctx, RAO_EDOMAIN, "%s: alpha = %g, want a finite number", name, alpha);
    if (!isfinite(it->t)) return rao_fail(ctx, RAO_EDOMAIN, "%s: t = %g, want a finite number", name, it->t);
    if (alpha == 0) return rao_ask_fisher_rao_geodesic.ask(ctx, it, out, quality);
    if (alpha == 1) return rao_ask_e_geodesic.ask(ctx, it, out, quality);
    if (alpha == -1) return rao_ask_m_geodesic.ask(ctx, it, out, quality);
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, it->f->state, &s));
    RAO_TRY(between(ctx, it, s, quality));
    if (it->t == 0 || it->t == 1) *quality = (rao_quality){RAO_CLOSED, 0};
    RAO_TRY(it->chart->store(ctx, it->f, it->t == 0 ? it->p : it->t == 1 ? it->q : s, out));
    if (rao_spray_of(it->f) || rao_alpha_is_normal(it->f) || it->f->table == &rao_table_mvn)
        RAO_TRY(rao_geometry_chart_error(ctx, it, s, quality));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

const family_question rao_ask_alpha_geodesic = {"alpha_geodesic", alpha_geodesic, RAO_POINT, RAO_TAKES_Q | RAO_TAKES_T | RAO_TAKES_ALPHA};
