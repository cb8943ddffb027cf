/* location_centroid.c - centroids of families x = mu + sigma z: least in F(c) = sum w_i [a KL(p_i : c) + b KL(c : p_i)], a and b 0 or 1.
 *
 * There is one minimum. With phi = -log of the density of z,
 *   a alone: E phi((x - mu)/sigma) + log sigma over x of the mixture of the points is convex in (mu/sigma, 1/sigma) where phi is convex (Gumbel, Laplace,
 *     logistic). Student's t: (nu + 1)/2 log[(nu sigma^2 + (x - mu)^2)/sigma] - (nu - 1)/2 log sigma is a sum of Busemann functions of the hyperbolic plane
 *     (mu, sqrt(nu) sigma), of weights >= 0 where nu >= 1: convex along its geodesics.
 *   b alone: E phi_i(mu + sigma z) - log sigma is convex in (mu, sigma) where phi is.
 *   Cauchy: KL = 2 log cosh(rho/2) either way, rho the distance in the hyperbolic plane, of which every increasing convex function is convex: the centroid is the
 *     conformal barycentre of the points (A. Douady and C. Earle 1986, Acta Math. 157, 23-48).
 *   Both terms, phi convex: no proof; no second minimum in 600 random problems (tests/oracle/location_centroid.py scan).
 * Left centroids of Student's t with nu > 1 have one minimum for each point where these are far apart: refused.
 *
 * KL(p : c) does not change when both laws are moved or scaled, so its derivatives in p follow from those in c. Newton's method in x = (mu - mu_0)/sigma_0
 * and log sigma about the last point, with a Hessian by differences of the gradient, eigenvalues made positive and steps halved by Armijo's rule. */
#include <float.h>
#include <limits.h>
#include <math.h>

#include "manifold/centroids.h"

enum { MOST_STEPS = 500, MOST_STALE = 4, MOST_SCALES = 12 };
#define MOST_ERROR 1e-6 /* of a centroid that is answered, in its own scale */

typedef struct sum {
    const rao_family *f; /* of location and scale */
    const char *name;    /* of the points' family */
    int64_t n;
    const double *at, *w; /* pairs (mu, sigma), of weights > 0 */
    int to, from;         /* is KL(p_i : c), KL(c : p_i) a term? */
    rao_family_args args;
    double lost; /* what the last gradient may be off by */
} sum;

static family_item pair_of(const sum *k, const double *p, const double *q) {
    return (family_item){.f = k->f, .chart = &k->f->table->charts[0], .args = &k->args, .what = "centroid", .p = p, .q = q};
}

static rao_status value_at(rao_ctx *ctx, const sum *k, const double c[2], double *value) {
    rao_quality own = {RAO_CLOSED, 0};
    double total = 0, kl;
    for (int64_t i = 0; i < k->n; i++) {
        family_item there = pair_of(k, k->at + 2 * i, c), back = pair_of(k, c, k->at + 2 * i);
        if (k->to) RAO_OR_RETURN(rao_ask_family(ctx, &there, RAO_KL, &kl, &own));
        if (k->to) total += k->w[i] * kl;
        if (k->from) RAO_OR_RETURN(rao_ask_family(ctx, &back, RAO_KL, &kl, &own));
        if (k->from) total += k->w[i] * kl;
    }
    *value = total;
    return RAO_OK;
}

/* The gradient of KL(p : q) in mu_q/sigma_q and log sigma_q, and its error beyond rounding; in a unit of q's own, so that no 1/sigma_q^2 overflows. */
static rao_status slopes(rao_ctx *ctx, const sum *k, const double *p, const double *q, double g[2], double *error) {
    rao_quality own = {RAO_CLOSED, 0};
    int unit = ilogb(q[1]);
    double from[2] = {ldexp(p[0] - q[0], -unit), ldexp(p[1], -unit)}, to[2] = {0, ldexp(q[1], -unit)};
    family_item it = pair_of(k, from, to);
    g[0] = g[1] = 0;
    RAO_OR_RETURN(rao_ask_family(ctx, &it, RAO_KL_GRADIENT, g, &own));
    g[0] *= to[1], g[1] *= to[1], *error = to[1] * own.error;
    return RAO_OK;
}

/* g = (unit dF/dmu, dF/dlog sigma) at c. */
static rao_status gradient_at(rao_ctx *ctx, sum *k, const double c[2], double unit, double g[2]) {
    double lost = 0, error, d[2];
    g[0] = g[1] = 0;
    for (int64_t i = 0; i < k->n; i++) {
        const double *p = k->at + 2 * i;
        double w = k->w[i], own = unit / c[1], width = unit / p[1], far = (p[0] - c[0]) / p[1];
        if (k->to) {
            RAO_OR_RETURN(slopes(ctx, k, p, c, d, &error));
            g[0] += w * own * d[0], g[1] += w * d[1];
            lost += w * ((own + 1) * error + 2 * DBL_EPSILON * (fabs(own * d[0]) + fabs(d[1])));
        }
        if (k->from) { /* moving both laws changes nothing, nor does scaling both about c */
            RAO_OR_RETURN(slopes(ctx, k, c, p, d, &error));
            g[0] -= w * width * d[0], g[1] -= w * (d[1] + far * d[0]);
            lost += w * ((width + 1 + fabs(far)) * error + 2 * DBL_EPSILON * (fabs(width * d[0]) + fabs(d[1]) + fabs(far * d[0])));
        }
    }
    k->lost = lost;
    return RAO_OK;
}

/* The place x, l from c. */
static void move(const double c[2], double x, double l, double to[2]) { to[0] = c[0] + c[1] * x, to[1] = c[1] * exp(l); }

/* h = (xx, xl, ll) by central differences over `step`. */
static rao_status hessian_at(rao_ctx *ctx, sum *k, const double c[2], double step, double h[3]) {
    double rows[2][2], lost = k->lost;
    for (int j = 0; j < 2; j++) {
        double up[2], down[2], g_up[2], g_down[2];
        move(c, j ? 0 : step, j ? step : 0, up), move(c, j ? 0 : -step, j ? -step : 0, down);
        double width = j ? 2 * step : (up[0] - down[0]) / c[1]; /* as the rounded location moved */
        RAO_OR_RETURN(gradient_at(ctx, k, up, c[1], g_up));
        RAO_OR_RETURN(gradient_at(ctx, k, down, c[1], g_down));
        for (int i = 0; i < 2; i++) rows[j][i] = (g_up[i] - g_down[i]) / width;
    }
    h[0] = rows[0][0], h[1] = 0.5 * (rows[0][1] + rows[1][0]), h[2] = rows[1][1];
    k->lost = lost;
    return RAO_OK;
}

/* step = -|H|^-1 g, |H| with the absolute values of H's eigenvalues; *softest: the least of these, along `soft`. */
static void newton_step(const double h[3], const double g[2], double step[2], double *softest, double soft[2]) {
    double most = fmax(fabs(h[0]), fmax(fabs(h[1]), fabs(h[2]))), xx = h[0] / most, xl = h[1] / most, ll = h[2] / most;
    double angle = 0.5 * atan2(2 * xl, xx - ll), u = cos(angle), v = sin(angle);
    double middle = 0.5 * (xx + ll), half = hypot(0.5 * (xx - ll), xl), determinant = xx * ll - xl * xl;
    double first = middle >= 0 ? middle + half : determinant / (middle - half),
           second = middle >= 0 ? determinant / (middle + half) : middle - half;
    double a = fmax(fabs(first), 1e-14) * most, b = fmax(fabs(second), 1e-14) * most;
    double along = -(u * g[0] + v * g[1]) / a, across = -(u * g[1] - v * g[0]) / b;
    step[0] = u * along - v * across, step[1] = v * along + u * across;
    *softest = fmin(a, b);
    soft[0] = a < b ? u : -v, soft[1] = a < b ? v : u;
}

/* The longest of the step and its halves that gains what the slope promises, but for rounding; *factor = 0 where none does. */
static rao_status advance(rao_ctx *ctx, const sum *k, const double g[2], const double step[2], double c[2], double *value, double *factor) {
    double slope = g[0] * step[0] + g[1] * step[1];
    for (double least = *factor * 1e-12; *factor > least; *factor /= 2) {
        double trial[2], next;
        move(c, *factor * step[0], *factor * step[1], trial);
        if (!(trial[1] > 0 && trial[1] < INF && isfinite(trial[0]))) continue;
        rao_status st = value_at(ctx, k, trial, &next);
        if (st == RAO_ENOMEM) return st;
        if (st || !(next <= *value * (1 + 1e-12) + 1e-4 * *factor * slope)) continue;
        c[0] = trial[0], c[1] = trial[1], *value = next;
        return RAO_OK;
    }
    *factor = 0;
    return RAO_OK;
}

/* ---- the start --------------------------------------------------------------------------------------------------- */

typedef struct extent {
    double low, high, mean, narrow, wide; /* of the locations; the least scale; the largest and the span */
} extent;

static extent extent_of(const sum *k) {
    extent e = {INF, -INF, 0, INF, 0};
    for (int64_t i = 0; i < k->n; i++) {
        const double *p = k->at + 2 * i;
        e.low = fmin(e.low, p[0]), e.high = fmax(e.high, p[0]), e.mean += k->w[i] * p[0];
        e.narrow = fmin(e.narrow, p[1]), e.wide = fmax(e.wide, p[1]);
    }
    e.wide += e.high - e.low;
    return e;
}

/* The best of three locations, each with scales from the least to one that covers all points. */
static rao_status start(rao_ctx *ctx, const sum *k, double c[2], double *best) {
    extent e = extent_of(k);
    const double place[3] = {e.mean, e.high, e.low};
    double span = log(e.wide / e.narrow);
    int scales = (int)fmin(MOST_SCALES, 2 + span);
    rao_status last = RAO_OK;
    *best = INF;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < scales; j++) {
            double trial[2] = {place[i], e.narrow * exp(j * span / (scales - 1))}, value;
            rao_status st = value_at(ctx, k, trial, &value);
            if (st == RAO_ENOMEM) return st;
            if (st) last = st;
            else if (value < *best) *best = value, c[0] = trial[0], c[1] = trial[1];
        }
    if (*best < INF) return RAO_OK;
    return last ? last
                : rao_fail(ctx, RAO_ENUMERIC,
                           "%s: the points are so far apart that the sum of their divergences from every start of the search is no double",
                           k->name);
}

/* ---- the search -------------------------------------------------------------------------------------------------- */

/* Over what the Hessian is differenced: first 1e-4, which a kink, or an exponential of a narrow point's own length, makes wrong; then a part of the last step, down to
 * what the error of the gradient allows. */
static double width_of(const sum *k, double scale, double narrow, double last) {
    double least = fmax(1e-10 * fmin(1, narrow / scale), 1e-14) + 1e3 * k->lost;
    return fmin(1e-4, fmax(0.01 * last, least));
}

/* The shortest that is at least `e` of the ways along the softest direction behind whose ends the slope leads back, by more than it may be off by: the minimum
 * lies between. Infinite where the sum is flat. */
static rao_status bracket(rao_ctx *ctx, sum *k, const double c[2], const double soft[2], double e, double *error) {
    *error = INF;
    for (e = fmax(e, 4 * DBL_EPSILON * (1 + fabs(c[0]) / c[1])); e <= MOST_ERROR; e *= 4) {
        int back = 0;
        for (int side = -1; side <= 1; side += 2) {
            double end[2], g[2];
            move(c, side * e * soft[0], side * e * soft[1], end);
            RAO_OR_RETURN(gradient_at(ctx, k, end, c[1], g));
            back += side * (g[0] * soft[0] + g[1] * soft[1]) > k->lost;
        }
        if (back < 2) continue;
        *error = e;
        return RAO_OK;
    }
    return RAO_OK;
}

/* *error: of x and of log sigma. */
static rao_status search(rao_ctx *ctx, sum *k, double c[2], double *error) {
    double value, g[2], h[3], step[2], soft[2], softest = 1, size = INF, best = INF, reach = 2, last = 1, narrow = extent_of(k).narrow;
    RAO_OR_RETURN(start(ctx, k, c, &value));
    for (int i = 0, stale = 0; i < MOST_STEPS && stale < MOST_STALE; i++) {
        RAO_OR_RETURN(gradient_at(ctx, k, c, c[1], g));
        RAO_OR_RETURN(hessian_at(ctx, k, c, width_of(k, c[1], narrow, last), h));
        newton_step(h, g, step, &softest, soft);
        size = fmax(fabs(step[0]), fabs(step[1]));
        if (!(size < INF))
            return rao_fail(ctx, RAO_ENUMERIC, "%s: the centroid was not reached: slopes on the way to it are no doubles", k->name);
        stale = size < 1e-7 && size > 0.5 * best ? stale + 1 : 0; /* rounding has taken over */
        best = fmin(best, size);
        double factor = fmin(1, reach / size), asked = factor;
        RAO_OR_RETURN(advance(ctx, k, g, step, c, &value, &factor));
        if (last <= 1e-8 && (factor == 0 || size <= 1e-15)) break;
        last = factor * size;
        reach = factor < asked ? fmax(2, reach / 2) : 2 * reach;
    }
    RAO_OR_RETURN(bracket(ctx, k, c, soft, 2 * (size + k->lost / softest), error));
    if (*error <= MOST_ERROR) return RAO_OK;
    return rao_fail(ctx, RAO_ENUMERIC,
                    "%s: the centroid was not reached: the slopes of the sum of divergences do not say where it is to %g of its scale",
                    k->name, MOST_ERROR);
}

/* ---- families ---------------------------------------------------------------------------------------------------- */

int rao_has_centroids(const rao_family *f) {
    const family_table *t = f->table;
    return t->exponential || t->standard || t == &rao_table_weibull || t == &rao_table_uniform;
}

static rao_status want_one(rao_ctx *ctx, const rao_family *f, rao_centroid_kind kind) {
    double nu = f->fixed;
    if (f->table != &rao_table_student_t || nu == 1 || (nu > 1 && kind == RAO_CENTROID_RIGHT)) return RAO_OK;
    return rao_fail(
        ctx, RAO_EUNABLE,
        "student_t: a centroid of this kind with nu = %.17g may be one of several minima; the right one is the only one for nu >= 1", nu);
}

/* The origin and the unit, 2^exponent, in which points are searched: a point's location, and a scale between the least and the largest. */
typedef struct frame {
    const double *origin; /* a point's state */
    int exponent, of_logarithms;
} frame;

static void into(const frame *u, const double *s, double at[2]) {
    double place = u->of_logarithms ? -rao_log_quotient(s[1], u->origin[1]) : s[0] - u->origin[0];
    at[0] = ldexp(place, -u->exponent), at[1] = ldexp(u->of_logarithms ? 1 / s[0] : s[1], -u->exponent);
}

/* The state of c, and the error of a coordinate. */
static void out_of(const frame *u, const double c[2], double *s, double *error) {
    double place = ldexp(c[0], u->exponent), scale = ldexp(c[1], u->exponent);
    if (u->of_logarithms) s[0] = 1 / scale, s[1] = u->origin[1] * exp(-place), *error *= fmax(s[0], s[1] * scale);
    else s[0] = u->origin[0] + place, s[1] = scale, *error *= scale;
}

static void choose_frame(const rao_family *f, const family_mean *points, frame *u) {
    int low = INT_MAX, high = -INT_MAX;
    *u = (frame){.origin = points->s[rao_mean_heaviest(points)], .of_logarithms = f->table == &rao_table_weibull};
    for (int64_t i = 0; i < points->n; i++) {
        double at[2];
        if (points->w[i] == 0) continue;
        into(u, points->s[i], at);
        low = at[1] > 0 && ilogb(at[1]) < low ? ilogb(at[1]) : low, high = ilogb(at[1]) > high ? ilogb(at[1]) : high;
    }
    u->exponent = low / 2 + high / 2;
}

static rao_status gather(rao_ctx *ctx, const rao_family *f, const family_mean *points, const frame *u, sum *k) {
    rao_status st = RAO_OK;
    double *at, *w;
    RAO_TRY(rao_scratch(ctx, 2 * points->n, &at));
    RAO_TRY(rao_scratch(ctx, points->n, &w));
    for (int64_t i = 0; i < points->n; i++) {
        double *to = at + 2 * k->n;
        if (points->w[i] == 0) continue;
        into(u, points->s[i], to);
        if (!isfinite(to[0]) || !(to[1] > 0 && to[1] < INF))
            RAO_TRY(rao_fail(ctx, RAO_ENUMERIC, "%s: the points are farther apart, or of scales more different, than doubles hold",
                             f->table->info.name));
        w[k->n++] = points->w[i];
    }
    k->at = at, k->w = w;
done:
    return st;
}

rao_status rao_location_centroid(rao_ctx *ctx, const rao_family *f, rao_centroid_kind kind, const family_mean *points, double *s,
                                 rao_quality *quality) {
    rao_status st;
    rao_family *gumbel = NULL;
    frame u;
    sum k = {.f = f, .name = f->table->info.name, .to = kind != RAO_CENTROID_LEFT, .from = kind != RAO_CENTROID_RIGHT};
    double c[2], out[2], error = 0;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_family_args_init(&k.args);
    RAO_TRY(want_one(ctx, f, kind));
    choose_frame(f, points, &u);
    if (u.of_logarithms) RAO_TRY(rao_family_create(ctx, "gumbel", NULL, &gumbel));
    if (gumbel) k.f = gumbel;
    RAO_TRY(gather(ctx, f, points, &u, &k));
    RAO_TRY(search(ctx, &k, c, &error));
    out_of(&u, c, out, &error);
    if (!isfinite(out[0]) || !(out[1] > 0 && out[1] < INF) || (gumbel && !(out[0] > 0)))
        RAO_TRY(rao_fail(ctx, RAO_ENUMERIC, "%s: the centroid is beyond the range of doubles", f->table->info.name));
    s[0] = out[0], s[1] = out[1];
    *quality = (rao_quality){RAO_ITERATION, error};
done:
    rao_family_destroy(&gumbel);
    rao_scratch_reset(ctx, mark);
    return st;
}
