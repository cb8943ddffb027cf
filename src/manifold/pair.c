/* pair.c - C(a) = -log int p^a q^b where no closed form is known, and the families' own closed forms that fit no pattern:
 *   uniform: with the overlap of length I and the lengths u, v of the supports, int p^a q^b = I / (u^a v^b);
 *   Cauchy at a = 1/2: int sqrt(pq) = 1/M(1, sqrt(1 + e)), M the arithmetic-geometric mean, e = KL's excess (cauchy.c), because
 *     int dx / sqrt((x^2 + g^2)(x^2 + h^2)) = pi / M(g, h) and every pair of Cauchy laws is the image of a pair with one centre under a Moebius map. */
#include "manifold/pair.h"

#include <math.h>

#include <rao/num.h>

#include "family/expect.h"
#include "family/log_law.h"
#include "family/normal.h"
#include "manifold/peaks.h"

/* ---- closed forms ------------------------------------------------------------------------------------------------ */

static double log_agm(double e) {
    double u = sqrt(1 + e) - 1, v = 0; /* the two means less 1, without cancellation */
    if (!(e < 1e300)) return INF;
    u = e / (2 + u);
    while (fabs(u - v) > 1e-9 * u) {
        double sum = u + v, product = u * v, root = sqrt((1 + u) * (1 + v));
        u = 0.5 * sum, v = (sum + product) / (1 + root);
    }
    return log1p(0.5 * (u + v)); /* the means of two numbers this close agree to their squared difference */
}

static double uniform_skew(const double *s, const double *t, e_place order) {
    double low = fmax(s[0], t[0]), high = fmin(s[1], t[1]), overlap = high - low;
    double only_p = (low - s[0]) + (s[1] - high), only_q = (low - t[0]) + (t[1] - high);
    if ((order.p < 0 && only_q > 0) || (order.q < 0 && only_p > 0)) return -INF;
    if (!(overlap > 0)) return INF;
    return order.p * log1p(only_p / overlap) + order.q * log1p(only_q / overlap);
}

static int closed(const family_item *it, e_place order, double *out) {
    const double *s = it->p, *t = it->q;
    if (it->f->table == &rao_table_uniform) {
        *out = uniform_skew(s, t, order);
        return 1;
    }
    if (it->f->table != &rao_table_cauchy || order.p != 0.5) return 0;
    double u = s[1] - t[1], d = s[0] - t[0];
    *out = log_agm((u / s[1] * (u / t[1]) + d / s[1] * (d / t[1])) / 4);
    return *out < INF;
}

/* ---- C ----------------------------------------------------------------------------------------------------------- */

static expect_draws draws_of(const family_item *it) {
    return (expect_draws){it->args->stream, (uint64_t)it->index, it->args->samples, 0, 0};
}

static rao_status gap(rao_ctx *ctx, const double *x, double log_p, double log_q, double weight, double *sum, void *arg) {
    const skewed *k = arg;
    double value = rao_skew_gap(k->order, log_p, log_q, rao_log_ratio(k->it->f, k->it->p, k->it->q, x, log_p, log_q));
    (void)ctx, sum[0] += weight * (value - (k->limit[0] != 0 ? exp(log_p) * k->limit[0] : 0));
    return RAO_OK;
}

/* p^a q^b, and with it p^a q^b log p/q, divided by the largest p^a q^b. */
static double power_at(const skewed *k, double log_p, double log_q, double weight) {
    if ((log_p == -INF && k->order.p >= 0) || (log_q == -INF && k->order.q >= 0)) return 0;
    double l = log_p - log_q;
    return isfinite(l) ? weight * exp((log_q - k->shift) + k->order.p * l) : INF;
}
static rao_status power(rao_ctx *ctx, const double *x, double log_p, double log_q, double weight, double *sum, void *arg) {
    return (void)ctx, (void)x, sum[0] += power_at(arg, log_p, log_q, weight), RAO_OK;
}
static rao_status power_and_slope(rao_ctx *ctx, const double *x, double log_p, double log_q, double weight, double *sum, void *arg) {
    double w = power_at(arg, log_p, log_q, weight);
    sum[0] += w;
    if (w > 0) sum[1] += w * (log_p - log_q);
    return (void)ctx, (void)x, RAO_OK;
}

/* Their integrals over a range (NULL: all), for a pair of whose p^a q^b is left all but nothing, or more than a number: cut at its own peaks, in units of the
 * largest of them or of k->shift where that is given (else NaN). Both 0 where nothing is left. */
static rao_status by_peaks(rao_ctx *ctx, skewed *k, const integrate_marks *range, int slope, double *value, rao_quality *quality) {
    rao_status st = RAO_OK;
    const family_item *it = k->it;
    expect_draws draws = draws_of(it);
    peaks all = {0};
    rao_mark mark = rao_scratch_mark(ctx);
    double shift = k->shift;
    value[0] = 0, k->shift = 0;
    if (slope) value[1] = 0;
    if (rao_integrable(it->f) && it->f->table->support) RAO_TRY(rao_find_peaks(ctx, k, &all));
    if (!isnan(shift)) k->shift = shift;
    if (k->shift == -INF || k->unbounded) goto done; /* nothing is left, or it grows without bound */
    if (fabs(k->shift) > 1e18) { /* the logarithm of a width is nothing beside it, and the peak is thinner than doubles are apart */
        value[0] = 1;
        goto done;
    }
    integrate_marks extra = range ? *range : (integrate_marks){0};
    extra.count = all.count, extra.at = all.at;
    RAO_TRY(rao_integrate_pair_marked(ctx, it->f, it->p, it->q, &extra, &draws, slope ? 2 : 1, slope ? power_and_slope : power, k, value,
                                      quality));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static void keep_quality(rao_quality *quality, rao_quality own, double factor) {
    if (own.method > quality->method) quality->method = own.method;
    quality->error += own.error * factor;
}

/* The same pair in observations that doubles hold better: f-divergences do not know the difference. log x of a lognormal, log(x/xm) of a Pareto law, -log x of
 * Weibull laws of a small shape, whose mass lies below the smallest double or above the largest, or far apart, those of log_law.h; then units of the pair's own. */
typedef struct plain_pair {
    family_item it;
    rao_family f;
    family_table table;
    double p[LOG_LAW_STATE], q[LOG_LAW_STATE];
    unit_pair units;
} plain_pair;

static void other_observations(const family_item *it, plain_pair *out) {
    const family_table *table = it->f->table;
    const double *s = it->p, *t = it->q;
    out->it = *it, out->f = *it->f;
    if (table == &rao_table_lognormal) {
        out->f.table = &rao_table_normal;
        for (int i = 0; i < 2; i++) {
            double *state = i ? out->q : out->p;
            state[NORMAL_MU] = (i ? t : s)[0], state[NORMAL_SIGMA] = (i ? t : s)[1], state[NORMAL_LOGVAR] = INF;
            state[NORMAL_MU_REST] = state[NORMAL_SIGMA_REST] = 0;
        }
        out->it.p = out->p, out->it.q = out->q;
    } else if (rao_log_laws(it->f, s, t, &out->table, out->p, out->q)) {
        out->f.table = &out->table;
        out->it.p = out->p, out->it.q = out->q;
    } else if (table == &rao_table_pareto) {
        out->f.table = &rao_table_exponential;
        out->p[0] = s[0], out->p[1] = 1 / s[0], out->q[0] = t[0], out->q[1] = 1 / t[0], out->p[2] = out->q[2] = 0;
        out->it.p = out->p, out->it.q = out->q;
    } else if (table == &rao_table_weibull &&
               (fmin(s[0], t[0]) < 0.2 || rao_scales_apart(s[0], t[0]) || fmin(s[0], t[0]) * fabs(log(s[1]) - log(t[1])) > 1)) {
        out->f.table = &rao_table_gumbel;
        out->p[0] = -log(s[1]), out->p[1] = 1 / s[0], out->q[0] = -log(t[1]), out->q[1] = 1 / t[0];
        out->it.p = out->p, out->it.q = out->q;
    } else return;
    out->it.f = &out->f;
}
static void plainly(const family_item *it, plain_pair *out) {
    other_observations(it, out);
    if (rao_pair_units(out->it.f, out->it.p, out->it.q, &out->units)) out->it.p = out->units.p, out->it.q = out->units.q;
}

/* log p/q far out in tails that doubles do not hold, with log p = 0; 0 where there are none. An integrand of degree one is integrated less its limit over p, and
 * the limit added. */
static double limit_of_ratio(const family_item *it) {
    double power = rao_heavy_tail(it->f);
    return power > 0 ? power * rao_log_quotient(it->p[1], it->q[1]) : 0;
}

/* ---- pairs far apart ----------------------------------------------------------------------------------------------- */

/* Members so far apart that one origin serves the doubles of one of them only: each half of the line from the origin of its own. 0: they are not. */
static int far_apart(const plain_pair *plain, const double **narrow, const double **wide, double *gap) {
    const family_item *it = &plain->it;
    if ((!it->f->table->standard && it->f->table != &rao_table_normal) || it->p != plain->units.p || rao_heavy_tail(it->f) > 0) return 0;
    *narrow = it->p[NORMAL_MU] == 0 ? it->p : it->q, *wide = *narrow == it->p ? it->q : it->p, *gap = (*wide)[NORMAL_MU];
    return fabs(*gap) > 1e6 * fmax(it->p[NORMAL_SIGMA], it->q[NORMAL_SIGMA]);
}

/* A part of an integral, over the range. */
typedef rao_status part_fn(rao_ctx *ctx, const family_item *it, integrate_marks range, void *arg);

static rao_status in_halves(rao_ctx *ctx, plain_pair *plain, part_fn *part, void *arg) {
    const double *narrow, *wide;
    double gap;
    if (!far_apart(plain, &narrow, &wide, &gap)) return part(ctx, &plain->it, (integrate_marks){0}, arg);
    double share = narrow[NORMAL_SIGMA] / (narrow[NORMAL_SIGMA] + wide[NORMAL_SIGMA]), middle = gap * share, rest = -gap * (1 - share);
    integrate_marks first = {.bounded = 1, .low = gap > 0 ? -INF : middle, .high = gap > 0 ? middle : INF};
    integrate_marks second = {.bounded = 1, .low = gap > 0 ? rest : -INF, .high = gap > 0 ? INF : rest};
    RAO_OR_RETURN(part(ctx, &plain->it, first, arg));
    double *p = plain->units.p, *q = plain->units.q;
    p[NORMAL_MU] = narrow == p ? -gap : 0, q[NORMAL_MU] = narrow == q ? -gap : 0;
    rao_status st = part(ctx, &plain->it, second, arg);
    p[NORMAL_MU] = narrow == p ? 0 : gap, q[NORMAL_MU] = narrow == q ? 0 : gap;
    return st;
}

/* ---- is all of both seen? ------------------------------------------------------------------------------------------ */

static rao_status add_masses(rao_ctx *ctx, const double *x, double log_p, double log_q, double weight, double *sum, void *arg) {
    return (void)ctx, (void)x, (void)arg, sum[0] += weight * exp(log_p), sum[1] += weight * exp(log_q), RAO_OK;
}

/* Two bells of a location-scale law within three decades are found where their marks say; all else is asked for its mass. */
static int plain_bells(const family_item *it) {
    const double *s = it->p, *t = it->q;
    if (!it->f->table->standard && it->f->table != &rao_table_normal) return 0;
    return fmax(s[1], t[1]) < 1e3 * fmin(s[1], t[1]) && fabs(s[0] - t[0]) < 1e3 * fmax(s[1], t[1]);
}

/* Adds the masses that the same quadrature sees to mass[0..1]. Mass beyond the doubles, or in a bell that was missed, is not seen. */
static rao_status see_masses(rao_ctx *ctx, const family_item *it, const integrate_marks *extra, double mass[2]) {
    double seen[2] = {1, 1};
    rao_quality own = {RAO_CLOSED, 0};
    expect_draws draws = {.noise = 1e-12};
    if (rao_integrable(it->f) && it->f->table->support && !it->f->own && !plain_bells(it) && rao_heavy_tail(it->f) == 0)
        RAO_OR_RETURN(rao_integrate_pair_marked(ctx, it->f, it->p, it->q, extra, &draws, 2, add_masses, NULL, seen, &own));
    return mass[0] += seen[0], mass[1] += seen[1], RAO_OK;
}

static rao_status check_masses(rao_ctx *ctx, const family_item *it, const double mass[2]) {
    if (fabs(mass[0] - 1) < 1e-8 && fabs(mass[1] - 1) < 1e-8) return RAO_OK;
    return rao_fail(ctx, RAO_ENUMERIC,
                    "%s: %s was not reached: only %.17g of the mass of p and %.17g of that of q lie where doubles see them",
                    it->f->table->info.name, it->what, mass[0], mass[1]);
}

/* An integral of order l^2 (squared) or |l|, no closer than the rounding of l allows where that is a difference of logarithms. */
static rao_status integral(rao_ctx *ctx, const family_item *it, pair_fn *g, void *arg, int squared, const integrate_marks *extra,
                           double *value, rao_quality *quality) {
    expect_draws draws = draws_of(it);
    int rounded = !it->f->table->log_ratio;
    draws.noise = rounded ? 1e-15 : 0;
    RAO_OR_RETURN(rao_integrate_pair_marked(ctx, it->f, it->p, it->q, extra, &draws, 1, g, arg, value, quality));
    if (!rounded || !squared || fabs(*value) > 1e-3) return RAO_OK;
    draws.noise *= sqrt(2 * fmax(fabs(*value), 1e-15));
    return rao_integrate_pair_marked(ctx, it->f, it->p, it->q, extra, &draws, 1, g, arg, value, quality);
}

/* What the parts of a C add up to. */
typedef struct skew_sum {
    e_place order;
    double limit, missing, mass[2], shift, value;
    int missed, unbounded; /* the gap was not reached; p^a q^b grows all the way out */
    rao_quality own;
} skew_sum;

static rao_status add_gap(rao_ctx *ctx, const family_item *it, integrate_marks range, void *arg) {
    skew_sum *a = arg;
    skewed k = {it, a->order, 0, 0, {a->limit, 0}};
    double value = 0;
    rao_quality own = {RAO_CLOSED, 0};
    rao_status st = integral(ctx, it, gap, &k, 1, &range, &value, &own);
    a->missed |= st == RAO_ENUMERIC;
    if (a->missed) return RAO_OK;
    if (st) return st;
    a->missing += value, keep_quality(&a->own, own, 1);
    return see_masses(ctx, it, &range, a->mass);
}

static rao_status add_power(rao_ctx *ctx, const family_item *it, integrate_marks range, void *arg) {
    skew_sum *a = arg;
    skewed k = {it, a->order, a->shift, 0, {0, 0}};
    double value;
    rao_quality own = {RAO_CLOSED, 0};
    RAO_OR_RETURN(by_peaks(ctx, &k, &range, 0, &value, &own));
    a->shift = k.shift, a->unbounded |= k.unbounded, a->value += value;
    return keep_quality(&a->own, own, 1), RAO_OK;
}

static rao_status skew(rao_ctx *ctx, plain_pair *plain, e_place order, double *out, rao_quality *quality) {
    const family_item *it = &plain->it;
    double l = limit_of_ratio(it);
    skew_sum a = {.order = order, .limit = l != 0 ? rao_skew_gap(order, 0, -l, l) : 0, .shift = NAN, .own = {RAO_CLOSED, 0}};
    if (closed(it, order, out)) return RAO_OK;
    if (!rao_integrable(it->f) && (order.p < 0 || order.q < 0))
        return rao_fail(ctx, RAO_EUNABLE,
                        "%s: %s of an order outside [0, 1] is not offered in several variables without a closed form, where averages over "
                        "draws have no bounded error",
                        it->f->table->info.name, it->what);
    RAO_OR_RETURN(in_halves(ctx, plain, add_gap, &a));
    if (!a.missed) RAO_OR_RETURN(check_masses(ctx, it, a.mass));
    a.missing += a.limit;
    if (!a.missed && a.missing < 0.5 && a.missing > -1e3) {
        *out = -log1p(-a.missing);
        keep_quality(quality, a.own, 1 / (1 - a.missing));
        return RAO_OK;
    }
    a.own = (rao_quality){RAO_CLOSED, 0};
    RAO_OR_RETURN(in_halves(ctx, plain, add_power, &a));
    *out = a.unbounded ? -INF : a.value > 0 ? -(log(a.value) + a.shift) : INF;
    keep_quality(quality, a.own, a.value > 0 ? 1 / a.value : 0);
    return RAO_OK;
}

rao_status rao_pair_skew(rao_ctx *ctx, const family_item *it, e_place order, double *out, rao_quality *quality) {
    plain_pair plain;
    plainly(it, &plain);
    return skew(ctx, &plain, order, out, quality);
}

/* ---- its slope --------------------------------------------------------------------------------------------------- */

static rao_status tilt(rao_ctx *ctx, const double *x, double log_p, double log_q, double weight, double *sum, void *arg) {
    const skewed *k = arg;
    double l = rao_log_ratio(k->it->f, k->it->p, k->it->q, x, log_p, log_q);
    double far = k->limit[0] != 0 || k->limit[1] != 0 ? exp(log_p) : 0;
    (void)ctx, sum[0] -= weight * (rao_skew_tilt(k->order, log_p, log_q, l) - far * k->limit[0]);
    sum[1] += weight * (rao_skew_gap(k->order, log_p, log_q, l) - far * k->limit[1]);
    return RAO_OK;
}

/* Location-scale laws that are even, of one scale, are exchanged by a reflection, and all pairs of Cauchy laws by a Moebius map. */
static int exchangeable(const family_item *it) {
    const family_table *table = it->f->table;
    if (table == &rao_table_cauchy) return 1;
    if (!table->standard || it->p[1] != it->q[1]) return 0;
    return table->standard->log_density(it->f, 0.7) == table->standard->log_density(it->f, -0.7);
}

rao_status rao_pair_tilt(rao_ctx *ctx, const family_item *given, e_place order, double *out, double *noise) {
    plain_pair plain;
    plainly(given, &plain);
    const family_item *it = &plain.it;
    double far = limit_of_ratio(it);
    skewed k = {it, order, 0, 0, {far != 0 ? rao_skew_tilt(order, 0, -far, far) : 0, far != 0 ? rao_skew_gap(order, 0, -far, far) : 0}};
    expect_draws draws = draws_of(it);
    rao_quality own = {RAO_CLOSED, 0};
    double value[2];
    *noise = 0;
    if (exchangeable(it)) return *out = order.q - order.p, RAO_OK;
    if (it->f->table == &rao_table_uniform) { /* C is straight */
        double at_p = uniform_skew(it->p, it->q, (e_place){1, 0}), at_q = uniform_skew(it->p, it->q, (e_place){0, 1});
        return *out = at_p == at_q ? 0 : at_p - at_q, RAO_OK;
    }
    rao_status st = rao_integrate_pair(ctx, it->f, it->p, it->q, &draws, 2, tilt, &k, value, &own);
    if (st != RAO_OK && st != RAO_ENUMERIC) return st;
    *out = value[0] - k.limit[0];
    if (st == RAO_ENUMERIC || value[1] + k.limit[1] > 0.5) {
        k.shift = NAN;
        RAO_OR_RETURN(by_peaks(ctx, &k, NULL, 1, value, &own));
        int seen = value[0] > 0 && fabs(k.shift) <= 1e18;
        *out = seen || it->f->own ? -value[1] : (double)NAN; /* no double tells where it is largest */
    }
    *noise = own.error;
    if (fabs(*out) > own.error) return RAO_OK;
    double mass[2] = {0, 0}; /* no slope at all: is anything seen? */
    RAO_OR_RETURN(see_masses(ctx, it, NULL, mass));
    return check_masses(ctx, it, mass);
}

/* ---- other integrands --------------------------------------------------------------------------------------------- */

typedef struct of_term {
    const family_item *it;
    pair_term *term;
    double limit; /* of the term over p, far out */
} of_term;

static rao_status add_term(rao_ctx *ctx, const double *x, double log_p, double log_q, double weight, double *sum, void *arg) {
    const of_term *a = arg;
    const family_item *it = a->it;
    double value = a->term(log_p, log_q, rao_log_ratio(it->f, it->p, it->q, x, log_p, log_q));
    (void)ctx, sum[0] += weight * (value - (a->limit != 0 ? exp(log_p) * a->limit : 0));
    return RAO_OK;
}

/* What the parts of the integral of a term add up to. */
typedef struct term_sum {
    pair_term *term;
    int squared;
    pair_cuts *cuts;
    double value, mass[2];
    rao_quality *quality;
} term_sum;

static rao_status add_part(rao_ctx *ctx, const family_item *it, integrate_marks range, void *arg) {
    rao_status st = RAO_OK;
    term_sum *sum = arg;
    double l = limit_of_ratio(it);
    of_term a = {it, sum->term, l != 0 ? sum->term(0, -l, l) : 0};
    integrate_marks found = {0};
    double value;
    rao_quality own = {RAO_CLOSED, 0};
    rao_mark mark = rao_scratch_mark(ctx);
    if (sum->cuts) RAO_TRY(sum->cuts(ctx, it, &found));
    found.bounded = range.bounded, found.low = range.low, found.high = range.high;
    RAO_TRY(integral(ctx, it, add_term, &a, sum->squared, &found, &value, &own));
    RAO_TRY(see_masses(ctx, it, &found, sum->mass));
    sum->value += value + a.limit;
    keep_quality(sum->quality, own, 1);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* Bounded integrals: infinite can only be one whose mass lies beyond what doubles hold. */
static rao_status check_reached(rao_ctx *ctx, const family_item *it, double value) {
    if (value < INF) return RAO_OK;
    return rao_fail(ctx, RAO_ENUMERIC, "%s: %s was not reached: most of the mass lies closer to an end of the support than doubles do",
                    it->f->table->info.name, it->what);
}

/* Have p and q so little in common, int sqrt(pq) = exp(-c) by a closed form, that the integral is that of disjoint laws to the last digit? Jensen-Shannon falls
 * short of log 2, and total variation of 1, by no more than that. */
static rao_status all_but_disjoint(rao_ctx *ctx, const family_item *it, int *is) {
    double c = 0;
    RAO_OR_RETURN(rao_skew_along(ctx, it, (e_place){0.5, 0.5}, &c));
    return *is = c > 42, RAO_OK;
}

static rao_status whole(rao_ctx *ctx, const family_item *it, pair_term *term, int squared, pair_cuts *cuts, double *out,
                        rao_quality *quality) {
    plain_pair plain;
    term_sum sum = {term, squared, cuts, 0, {0, 0}, quality};
    int disjoint;
    *out = 0;
    RAO_OR_RETURN(all_but_disjoint(ctx, it, &disjoint));
    if (disjoint) return *out = term(0, -INF, INF) + term(-INF, 0, -INF), RAO_OK;
    plainly(it, &plain);
    RAO_OR_RETURN(in_halves(ctx, &plain, add_part, &sum));
    RAO_OR_RETURN(check_reached(ctx, it, *out = sum.value));
    return check_masses(ctx, it, sum.mass);
}

rao_status rao_pair_integral(rao_ctx *ctx, const family_item *it, pair_term *term, int squared, pair_cuts *cuts, double *out,
                             rao_quality *quality) {
    rao_status st;
    rao_family *own = NULL;
    family_item axes;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_pair_axes(ctx, it, &own, &axes));
    RAO_TRY(whole(ctx, &axes, term, squared, cuts, out, quality));
done:
    rao_family_destroy(&own);
    rao_scratch_reset(ctx, mark);
    return st;
}
