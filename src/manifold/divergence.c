/* divergence.c - divergences that are made of others.
 *
 * Jeffreys: J(p, q) = KL(p : q) + KL(q : p), symmetric (Jeffreys 1946); both terms are >= 0, so nothing cancels. */
#include "manifold/manifold.h"

static rao_status jeffreys(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    double there = 0, back = 0;
    RAO_OR_RETURN(rao_ask_family(ctx, it, RAO_KL, &there, quality));
    RAO_OR_RETURN(rao_ask_swapped(ctx, it, RAO_KL, &back, quality));
    *out = there + back;
    return RAO_OK;
}

const family_question rao_ask_jeffreys_divergence = {"jeffreys_divergence", jeffreys, RAO_SCALAR, RAO_TAKES_Q};
