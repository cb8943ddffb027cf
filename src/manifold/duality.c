/* duality.c - the straight lines of an exponential family: the e-geodesic from p to q is straight in theta, the m-geodesic in eta (Amari &
 * Nagaoka 2000, section 3.5). Each family takes the means itself, without passing through theta or eta where these cancel (family_exponential). */
#include <math.h>

#include "manifold/manifold.h"

typedef rao_status mean_fn(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s);

/* (1 - t) p + t q: t may lie outside [0, 1] as long as the family goes on. */
static rao_status straight(rao_ctx *ctx, const family_item *it, mean_fn *mean, double *out) {
    rao_status st;
    const double *ends[] = {it->p, it->q}, weights[] = {1 - it->t, it->t};
    family_mean m = {2, ends, weights};
    double *s;
    rao_mark mark = rao_scratch_mark(ctx);
    if (isinf(it->t)) RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: t = %g, want a finite number", it->what, it->t));
    RAO_TRY(rao_scratch(ctx, it->f->state, &s));
    RAO_TRY(mean(ctx, it->f, &m, s));
    RAO_TRY(it->chart->store(ctx, it->f, s, out));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status e_geodesic(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_exponential *e;
    (void)quality;
    RAO_OR_RETURN(rao_need_exponential(ctx, it, &e));
    return straight(ctx, it, e->e_mean, out);
}

static rao_status m_geodesic(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_exponential *e;
    (void)quality;
    RAO_OR_RETURN(rao_need_exponential(ctx, it, &e));
    return straight(ctx, it, e->m_mean, out);
}

const family_question rao_ask_e_geodesic = {"e_geodesic", e_geodesic, RAO_POINT, RAO_TAKES_Q | RAO_TAKES_T};
const family_question rao_ask_m_geodesic = {"m_geodesic", m_geodesic, RAO_POINT, RAO_TAKES_Q | RAO_TAKES_T};
