/* skew.c - C(a) = -log int p^a q^b: along the e-geodesic of exponential families (e_path.h), over classes, in closed form where a family has one, else by
 * integration of a p + b q - p^a q^b, and of exp(a log p + b log q - its largest value) where next to nothing of p^a q^b is left. */
#include "manifold/skew.h"

#include <float.h>
#include <math.h>

#include <rao/num.h>

#include "manifold/pair.h"

/* ---- the integrands --------------------------------------------------------------------------------------------- */

/* Densities whose logarithms lie further apart than this are treated by themselves: exp(-690) is still a number. */
static const double far_apart = 690;

/* Where one density is 0. */
static double gap_at_edge(e_place order, double log_p, double log_q) {
    double power = log_p == -INF ? order.p : order.q, linear = log_p == -INF ? order.q * exp(log_q) : order.p * exp(log_p);
    return power < 0 ? -INF : linear;
}

/* With c the smaller of a and b, u the density it belongs to and v the other, r = log u/v: v [c (e^r - 1 - r) - (e^(c r) - 1 - c r)]. */
double rao_skew_gap(e_place order, double log_p, double log_q, double l) {
    if (log_p == -INF || log_q == -INF) return gap_at_edge(order, log_p, log_q);
    int by_p = fabs(order.p) <= fabs(order.q);
    double c = by_p ? order.p : order.q, r = by_p ? l : -l, v = by_p ? log_q : log_p;
    if (c == 0) return 0;
    if (r < far_apart && c * r < far_apart) /* far down the linear terms would cancel */
        return exp(v) * (r < -1 ? c * expm1(r) - expm1(c * r) : c * rao_expm1mx(r) - rao_expm1mx(c * r));
    return order.p * exp(log_p) + (order.q * exp(log_q) - exp(log_q + order.p * l)); /* far out a log p alone may overflow */
}

/* From the larger density, whose quotient with the other cannot overflow. */
double rao_skew_tilt(e_place order, double log_p, double log_q, double l) {
    if (log_p == -INF || log_q == -INF) return log_p == -INF ? exp(log_q) : -exp(log_p);
    if (l < -1) return exp(log_q) * (l * exp(order.p * l) - expm1(l)); /* the same as below, where a large l would cancel */
    if (l > 1) return exp(log_p) * (l * exp(-order.q * l) + expm1(-l));
    if (l <= 0) return exp(log_q) * (l * expm1(order.p * l) - rao_expm1mx(l));
    return exp(log_p) * (l * expm1(-order.q * l) + rao_expm1mx(-l));
}

/* ---- e-geodesics ------------------------------------------------------------------------------------------------ */

static double along(const e_path *path, e_place m) {
    const e_place p = {1, 0}, q = {0, 1};
    if (m.p == 0 || m.q == 0) return 0; /* all members of an exponential family have one support */
    if (m.p > 0 && m.q > 0) return m.p * path->kl(path, m, p, m.q) + m.q * path->kl(path, m, q, -m.p);
    if (m.p > 1) return -(path->kl(path, p, m, -m.q) - m.q * path->kl(path, p, q, -1));
    return -(path->kl(path, q, m, m.p) - m.p * path->kl(path, q, p, 1));
}

/* dC/da = KL(m:p) - KL(m:q); *size: what its rounding is relative to. */
static double slope_along(const e_path *path, e_place m, double *size) {
    const e_place p = {1, 0}, q = {0, 1};
    double to_p = path->kl(path, m, p, m.q), to_q = path->kl(path, m, q, -m.p);
    *size = to_p + to_q;
    return to_p - to_q;
}

/* ---- C ---------------------------------------------------------------------------------------------------------- */

rao_status rao_skew_along(rao_ctx *ctx, const family_item *it, e_place order, double *out) {
    e_path path;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_status st = rao_e_path_open(ctx, it->f, it->p, it->q, &path);
    if (!st && path.kl) *out = along(&path, order);
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_skew(rao_ctx *ctx, const family_item *it, e_place order, double *out, rao_quality *quality) {
    rao_status st;
    e_path path;
    classes c;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_e_path_open(ctx, it->f, it->p, it->q, &path));
    RAO_TRY(rao_classes_open(ctx, it->f, it->p, it->q, &c));
    if (path.kl) *out = along(&path, order);
    else if (c.k) *out = c.n * rao_classes_skew(&c, order);
    else RAO_TRY(rao_pair_skew(ctx, it, order, out, quality));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- the largest C ---------------------------------------------------------------------------------------------- */

typedef struct search {
    const family_item *it;
    const e_path *path;
    const classes *c;
    double noise; /* what the last slope may be off by */
} search;

static rao_status slope(rao_ctx *ctx, void *arg, double a, double *out) {
    search *s = arg;
    const e_place m = {a, 1 - a};
    if (s->path->kl) *out = slope_along(s->path, m, &s->noise), s->noise *= 8 * DBL_EPSILON;
    else if (s->c->k) *out = -rao_classes_tilt(s->c, m), s->noise = 0;
    else RAO_OR_RETURN(rao_pair_tilt(ctx, s->it, m, out, &s->noise));
    if (!isnan(*out)) return RAO_OK;
    return rao_fail(ctx, RAO_EDOMAIN, "%s: %s was not found: the divergences along the path between the two leave the doubles",
                    s->it->f->table->info.name, s->it->what);
}

/* C is concave and C(0) = C(1) = 0 unless the supports differ, when it may be largest at an end. */
static rao_status find_largest(rao_ctx *ctx, search *s, double *order, double *error) {
    double low, high, middle;
    RAO_OR_RETURN(slope(ctx, s, 0.5, &middle));
    *order = 0.5, *error = 0;
    if (isfinite(middle) && fabs(middle) <= s->noise) return RAO_OK; /* a symmetric pair, or p = q */
    RAO_OR_RETURN(slope(ctx, s, 0, &low));
    RAO_OR_RETURN(slope(ctx, s, 1, &high));
    if (low <= 0) *order = 0;
    else if (high >= 0) *order = 1;
    else RAO_OR_RETURN(rao_root(ctx, slope, s, 0, 1, 0, order, NULL));
    if (!s->path->kl && !s->c->k && low - high < INF) *error = s->noise / (low - high); /* by the mean of the slope's own */
    return RAO_OK;
}

rao_status rao_skew_largest(rao_ctx *ctx, const family_item *it, double *order, double *order_error, double *largest,
                            rao_quality *quality) {
    rao_status st;
    e_path path;
    classes c;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_e_path_open(ctx, it->f, it->p, it->q, &path));
    RAO_TRY(rao_classes_open(ctx, it->f, it->p, it->q, &c));
    search s = {it, &path, &c, 0};
    RAO_TRY(find_largest(ctx, &s, order, order_error));
    RAO_TRY(rao_skew(ctx, it, (e_place){*order, 1 - *order}, largest, quality));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
