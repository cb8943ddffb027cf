/* track_start.c - a first curve. Where shapes are large the metric is nearly a hyperbolic one of the half-plane, with 1/shape in the place of the
 * squared height, and a geodesic dips to small shapes: so y(x) = x y(q) - log(1 + c x (1 - x)) e, e the direction in which all shapes grow together,
 * with the c of the shortest such curve; x in steps of logit x. It is cut into elements of at most `unit` units of the metric, and twice as many of a coordinate. */
#include <math.h>
#include <string.h>

#include "manifold/track.h"

enum { STEPS = 200, POINTS = STEPS + 3, PIECES = 4, MOST_ELEMENTS = 2000 };

typedef struct sketch {
    const track *k;
    const double *to;
    double *y;                  /* the points of a curve */
    double *middle, *at, *step; /* one point, opened; one vector */
} sketch;

static void place(const sketch *d, int i, double dip) {
    double range = 40 + log1p(dip), u = (2.0 * (i - 1) / STEPS - 1) * range;
    double x = i == 0 ? 0 : i == POINTS - 1 ? 1 : 1 / (1 + exp(-u)), rest = i == 0 ? 1 : i == POINTS - 1 ? 0 : 1 / (1 + exp(u));
    double *y = d->y + i * d->k->n;
    for (int64_t j = 0; j < d->k->n; j++) y[j] = d->to[j] * x;
    d->k->spray->sink(d->k->f, d->k->p, log1p(dip * x * rest), y);
}

/* Length and size of the straight way from point i to the next, `width` of it from `part` on; INF outside the doubles. */
static double measure(const sketch *d, int64_t i, double part, double width, double *size) {
    const track *k = d->k;
    const double *from = d->y + i * k->n, *to = from + k->n;
    double wide = 0;
    for (int64_t j = 0; j < k->n; j++) {
        d->step[j] = width * (to[j] - from[j]), wide = fmax(wide, fabs(d->step[j]));
        d->middle[j] = from[j] + (part + 0.5 * width) * (to[j] - from[j]);
    }
    if (k->spray->open(k->f, k->p, d->middle, d->at)) return INF;
    double length = sqrt(k->spray->metric(k->n, d->at, d->step, d->step));
    if (size) *size = fmax(length, 0.5 * wide);
    return length;
}

static double whole(const sketch *d, double dip) {
    double sum = 0;
    for (int i = 0; i < POINTS; i++) place(d, i, dip);
    for (int i = 0; i + 1 < POINTS; i++) sum += measure(d, i, 0, 1, NULL);
    return isfinite(sum) ? sum : INF;
}

/* Dips four times as deep each, until they have not made the curve shorter for a while. */
static double best_dip(const sketch *d) {
    double best = 0, least = whole(d, 0);
    for (double dip = 0.25, longer = 0; dip < 1e307 && longer < 4 && least > 1; dip *= 4, longer++) {
        double length = whole(d, dip);
        if (length < 0.98 * least) least = length, best = dip, longer = 0; /* less may be the steps of x */
    }
    return best;
}

static rao_status allocate(rao_ctx *ctx, sketch *d) {
    rao_status st;
    RAO_TRY(rao_scratch(ctx, d->k->n, &d->middle));
    RAO_TRY(rao_scratch(ctx, d->k->n, &d->step));
    RAO_TRY(rao_scratch(ctx, d->k->size, &d->at));
done:
    return st;
}

/* Elements of equal size along the polygon; their lengths in s go by the metric. */
static rao_status cut(rao_ctx *ctx, track *k, sketch *d, int64_t points, double unit) {
    rao_status st;
    int64_t n = k->n, pieces = (points - 1) * PIECES, e = 0, count;
    double *size, *length, all = 0, sum = 0, passed = 0, before = 0;
    RAO_TRY(rao_scratch(ctx, pieces, &size));
    RAO_TRY(rao_scratch(ctx, pieces, &length));
    for (int64_t i = 0; i < pieces; i++) {
        length[i] = measure(d, i / PIECES, (double)(i % PIECES) / PIECES, 1.0 / PIECES, &size[i]);
        all += size[i], sum += length[i];
    }
    if (!(all > 0 && all < INF && sum > 0))
        RAO_TRY(rao_fail(ctx, RAO_ENUMERIC, "%s: the points are further apart than the doubles", k->f->table->info.name));
    count = (int64_t)fmin(ceil(all / unit), MOST_ELEMENTS);
    RAO_TRY(rao_track_allocate(ctx, k, count));
    memcpy(k->y, d->y, sizeof *k->y * (size_t)n);
    memcpy(k->y + count * n, d->y + (points - 1) * n, sizeof *k->y * (size_t)n);
    memset(k->h, 0, sizeof *k->h * (size_t)count);
    for (int64_t i = 0; i < pieces; passed += size[i], i++, before = 0) {
        double end = (double)(e + 1) * all / (double)count;
        for (; e + 1 < count && passed + size[i] >= end; end = (double)(++e + 1) * all / (double)count) {
            double part = fmin(1, fmax(0, (end - passed) / size[i])), place = ((double)(i % PIECES) + part) / PIECES;
            const double *from = d->y + i / PIECES * n, *to = from + n;
            for (int64_t j = 0; j < n; j++) k->y[(e + 1) * n + j] = from[j] + place * (to[j] - from[j]);
            k->h[e] += (part - before) * length[i] / sum, before = part;
        }
        k->h[e] += (1 - before) * length[i] / sum;
    }
    for (e = 0; e < count; e++) k->h[e] = fmax(k->h[e], 1e-14);
done:
    return st;
}

rao_status rao_track_start(rao_ctx *ctx, track *k, const double *to) {
    rao_status st;
    sketch d = {.k = k, .to = to};
    RAO_TRY(allocate(ctx, &d));
    RAO_TRY(rao_scratch(ctx, POINTS * k->n, &d.y));
    double dip = best_dip(&d);
    for (int i = 0; i < POINTS; i++) place(&d, i, dip);
    RAO_TRY(cut(ctx, k, &d, POINTS, 1));
done:
    return st;
}

rao_status rao_track_cut(rao_ctx *ctx, track *k, double unit) {
    rao_status st;
    sketch d = {.k = k, .y = k->y};
    RAO_TRY(allocate(ctx, &d));
    RAO_TRY(cut(ctx, k, &d, k->count + 1, unit));
done:
    return st;
}
