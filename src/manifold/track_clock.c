/* track_clock.c - places on a track: by its length, which is the affine time of the Fisher-Rao geodesic, and by that of another alpha,
 * dt/ds = exp(int rate ds) over its integral, from the rates at the nodes (track.h). */
#include <float.h>
#include <math.h>

#include <rao/num.h>

#include "manifold/track.h"

void rao_track_place(const track *k, double s, int64_t *e, double *x) {
    double left = 0;
    for (*e = 0; *e + 1 < k->count && s >= left + k->h[*e]; left += k->h[(*e)++]) {}
    *x = fmin(1, fmax(0, (s - left) / k->h[*e]));
}

rao_status rao_track_point(rao_ctx *ctx, const track *k, int64_t e, double x, double *y) {
    rao_status st;
    double *nodes, *speeds;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, NODES * k->n, &nodes));
    RAO_TRY(rao_scratch(ctx, NODES * k->n, &speeds));
    rao_track_nodes(k, e, nodes, speeds);
    rao_track_between(k, k->y + e * k->n, nodes, k->y + (e + 1) * k->n, x, y);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- affine time --------------------------------------------------------------------------------------------------------- */

typedef struct dial {
    const track *k;
    double *rates, *start; /* count NODES, the rates of elements; log dt/ds at their starts, the largest 0 */
    int64_t e;
    double wanted; /* the time from the start of element e on */
} dial;

static double rate_between(const dial *d, double x) {
    double weight[NODES], sum = d->start[d->e];
    rao_collocation_integral(&d->k->rule, x, weight);
    for (int i = 0; i < NODES; i++) sum += weight[i] * d->rates[d->e * NODES + i];
    return sum;
}

/* The time that the part [0, x] of element e takes: in pieces over which dt/ds changes by a small factor. */
static double passed(const dial *d, double x) {
    const track *k = d->k;
    double most = 0, sum = 0;
    for (int i = 0; i < NODES; i++) most = fmax(most, fabs(d->rates[d->e * NODES + i]));
    int pieces = 1 + (int)fmin(100, 2 * most * x);
    for (int piece = 0; piece < pieces; piece++)
        for (int i = 0; i < NODES; i++) sum += k->rule.weight[i] * exp(rate_between(d, x * (piece + k->rule.c[i]) / pieces));
    return k->h[d->e] * x * sum / pieces;
}

static rao_status late(rao_ctx *ctx, void *arg, double x, double *f, double *slope) {
    dial *d = arg;
    (void)ctx;
    *f = passed(d, x) - d->wanted, *slope = d->k->h[d->e] * exp(rate_between(d, x));
    return RAO_OK;
}

static rao_status read_rates(rao_ctx *ctx, dial *d) {
    rao_status st;
    const track *k = d->k;
    int64_t n = k->n;
    double *nodes, *speeds, *at, *work, *force, log_rate = 0, most = 0;
    RAO_TRY(rao_scratch(ctx, NODES * n, &nodes));
    RAO_TRY(rao_scratch(ctx, NODES * n, &speeds));
    RAO_TRY(rao_scratch(ctx, k->size, &at));
    RAO_TRY(rao_scratch(ctx, n, &work));
    RAO_TRY(rao_scratch(ctx, n, &force));
    for (int64_t e = 0; e < k->count; e++) {
        rao_track_nodes(k, e, nodes, speeds);
        d->start[e] = log_rate, most = fmax(most, log_rate);
        for (int i = 0; i < NODES; i++) {
            double *rate = d->rates + e * NODES + i;
            if (k->spray->open(k->f, k->p, nodes + i * n, at)) RAO_TRY(rao_geometry_left(ctx, k->f));
            rao_track_force(k, at, speeds + i * n, work, force, rate);
            log_rate += k->rule.weight[i] * *rate;
        }
    }
    most = fmax(most, log_rate);
    for (int64_t e = 0; e < k->count; e++) d->start[e] -= most;
done:
    return st;
}

rao_status rao_track_at_time(rao_ctx *ctx, const track *k, double t, int64_t *e, double *x) {
    rao_status st;
    dial d = {.k = k};
    rao_root_info info;
    double all = 0, *time;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, k->count * NODES, &d.rates));
    RAO_TRY(rao_scratch(ctx, k->count, &d.start));
    RAO_TRY(rao_scratch(ctx, k->count, &time));
    RAO_TRY(read_rates(ctx, &d));
    for (d.e = 0; d.e < k->count; d.e++) all += time[d.e] = passed(&d, 1);
    for (d.e = 0, d.wanted = t * all; d.e + 1 < k->count && d.wanted >= time[d.e]; d.e++) d.wanted -= time[d.e];
    *e = d.e;
    if (d.wanted >= time[d.e]) *x = 1;
    else RAO_TRY(rao_root_newton(ctx, late, &d, 0, 1, d.wanted / time[d.e], 0, x, &info));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
