/* divergence.c - divergences of two distributions, p first.
 *
 * Jeffreys: J(p, q) = KL(p : q) + KL(q : p), symmetric (Jeffreys 1946); both terms are >= 0, so nothing cancels.
 * With C(a) = -log int p^a q^(1-a) (skew.h):
 *   Renyi of order a          C(a) / (1 - a)                                  (A. Renyi 1961); a -> 1 is KL(p : q), a = 0 is -log q(support of p)
 *   Tsallis of order a        (1 - exp(-C(a))) / (1 - a)                      (C. Tsallis 1988); a -> 1 is KL(p : q)
 *   Amari's alpha             (1 - exp(-C(a))) / (a (1 - a)), a = (1 - alpha)/2   (S. Amari 1982); alpha = -1 is KL(p : q), alpha = 1 is KL(q : p)
 *   Bhattacharyya             C(1/2)                                          (A. Bhattacharyya 1943)
 *   Hellinger                 sqrt(1 - exp(-C(1/2)))
 *   Chernoff                  max C(a), and the a at which it is reached, the exponent of p   (H. Chernoff 1952) */
#include "manifold/manifold.h"

#include <math.h>

#include "manifold/skew.h"

static rao_status jeffreys(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    double there = 0, back = 0;
    RAO_OR_RETURN(rao_ask_family(ctx, it, RAO_KL, &there, quality));
    RAO_OR_RETURN(rao_ask_swapped(ctx, it, RAO_KL, &back, quality));
    *out = there + back;
    return RAO_OK;
}

/* ---- of an order ------------------------------------------------------------------------------------------------ */

static rao_status check_order(rao_ctx *ctx, const family_item *it) {
    double a = it->args->order;
    if (a >= 0 && a < INF) return RAO_OK;
    return rao_fail(ctx, RAO_EDOMAIN, "%s: %s of order %.17g, want 0 <= order < inf (of a negative order it would not be a divergence)",
                    it->f->table->info.name, it->what, a);
}

/* 1 - exp(-C) and its error: the error of C is absolute. */
static double missing_part(double c, rao_quality *quality) {
    quality->error = isinf(c) ? 0 : quality->error * exp(-c);
    return -expm1(-c);
}

static rao_status renyi(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const e_place order = {it->args->order, 1 - it->args->order};
    RAO_OR_RETURN(check_order(ctx, it));
    if (order.p == 1) return rao_ask_family(ctx, it, RAO_KL, out, quality);
    RAO_OR_RETURN(rao_skew(ctx, it, order, out, quality));
    *out /= order.q;
    quality->error /= fabs(order.q);
    return RAO_OK;
}

static rao_status tsallis(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const e_place order = {it->args->order, 1 - it->args->order};
    double c = 0;
    RAO_OR_RETURN(check_order(ctx, it));
    if (order.p == 1) return rao_ask_family(ctx, it, RAO_KL, out, quality);
    RAO_OR_RETURN(rao_skew(ctx, it, order, &c, quality));
    *out = missing_part(c, quality) / order.q;
    quality->error /= fabs(order.q);
    return RAO_OK;
}

static rao_status alpha(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const double a = it->args->order;
    const e_place order = {0.5 * (1 - a), 0.5 * (1 + a)};
    double c = 0;
    if (!isfinite(a))
        return rao_fail(ctx, RAO_EDOMAIN, "%s: alpha_divergence of order %g, want a finite number", it->f->table->info.name, a);
    if (order.q == 0) return rao_ask_family(ctx, it, RAO_KL, out, quality);
    if (order.p == 0) return rao_ask_swapped(ctx, it, RAO_KL, out, quality);
    RAO_OR_RETURN(rao_skew(ctx, it, order, &c, quality));
    *out = missing_part(c, quality) / order.p / order.q;
    quality->error /= fabs(order.p * order.q);
    return RAO_OK;
}

/* ---- of order one half, and of the best order -------------------------------------------------------------------- */

static const e_place halves = {0.5, 0.5};

static rao_status bhattacharyya(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    return rao_skew(ctx, it, halves, out, quality);
}

/* Of pairs so close that its square leaves the doubles, by Fisher-Rao's distance over sqrt 8 where that is known. */
static rao_status hellinger(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    double c = 0, distance = 0;
    rao_quality own = {RAO_CLOSED, 0};
    RAO_OR_RETURN(rao_skew(ctx, it, halves, &c, quality));
    if (c < 1e-300 && rao_ask_fisher_rao_distance.ask(ctx, it, &distance, &own) == RAO_OK)
        return *out = distance / sqrt(8), *quality = own, RAO_OK;
    *out = sqrt(missing_part(c, quality));
    if (*out > 0) quality->error /= 2 * *out;
    return RAO_OK;
}

static rao_status chernoff_information(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    double order, order_error;
    return rao_skew_largest(ctx, it, &order, &order_error, out, quality);
}

static rao_status chernoff_alpha(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    double largest = 0, order = 0, order_error = 0;
    RAO_OR_RETURN(rao_skew_largest(ctx, it, &order, &order_error, &largest, quality));
    quality->error = order_error;
    if (largest == INF)
        return rao_fail(ctx, RAO_EDOMAIN, "%s: chernoff_alpha is not defined: the supports are disjoint, and every order gives inf",
                        it->f->table->info.name);
    *out = order;
    return RAO_OK;
}

const family_question rao_ask_jeffreys_divergence = {"jeffreys_divergence", jeffreys, RAO_SCALAR, RAO_TAKES_Q};
const family_question rao_ask_renyi = {"renyi", renyi, RAO_SCALAR, RAO_TAKES_Q | RAO_TAKES_ORDER};
const family_question rao_ask_tsallis = {"tsallis", tsallis, RAO_SCALAR, RAO_TAKES_Q | RAO_TAKES_ORDER};
const family_question rao_ask_alpha_divergence = {"alpha_divergence", alpha, RAO_SCALAR, RAO_TAKES_Q | RAO_TAKES_ORDER};
const family_question rao_ask_bhattacharyya = {"bhattacharyya", bhattacharyya, RAO_SCALAR, RAO_TAKES_Q};
const family_question rao_ask_hellinger = {"hellinger", hellinger, RAO_SCALAR, RAO_TAKES_Q};
const family_question rao_ask_chernoff_information = {"chernoff_information", chernoff_information, RAO_SCALAR, RAO_TAKES_Q};
const family_question rao_ask_chernoff_alpha = {"chernoff_alpha", chernoff_alpha, RAO_SCALAR, RAO_TAKES_Q};
