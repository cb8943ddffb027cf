/* peaks.c - the local maxima of a log p + b log q by sections and Brent's method, and how wide they are. */
#include "manifold/peaks.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include <rao/num.h>

#include "family/integrate.h"

static const double no_number = 1e299; /* a depth above this stands for infinity */

/* -(a log p + b log q), with a number for an infinity */
static rao_status depth(rao_ctx *ctx, void *arg, double x, double *value) {
    const skewed *k = arg;
    const rao_family *f = k->it->f;
    double at = f->table->info.discrete ? floor(x) : x;
    (void)ctx, *value = 1e300;
    if (!f->table->possible(f, &at)) return RAO_OK;
    double log_p = f->table->logpdf(f, k->it->p, &at), log_q = f->table->logpdf(f, k->it->q, &at);
    double h = (k->order.p == 0 ? 0 : k->order.p * log_p) + (k->order.q == 0 ? 0 : k->order.q * log_q);
    if (h > -1e300) *value = -fmin(h, 1e300);
    return RAO_OK;
}

/* A place x of the largest p^a q^b nearby, and how far from it the logarithm has fallen by about one. */
static rao_status measure_peak(rao_ctx *ctx, skewed *k, double x, double value, double scale, family_mark *peak) {
    double width = scale, up, down;
    for (int i = 0; i < 2000; i++) {
        RAO_OR_RETURN(depth(ctx, k, x + width, &up));
        RAO_OR_RETURN(depth(ctx, k, x - width, &down));
        double fall = fmin(up, down) - value;
        if (fall < 0.25 && width < 1e300 && i < 1000) width *= 2;
        else if (fall > 4 && width > DBL_EPSILON * fabs(x)) width /= 2;
        else break;
    }
    *peak = (family_mark){x, width};
    return RAO_OK;
}

/* Walks out from x in doubling steps as long as p^a q^b grows; unbounded where it never stops, or passes exp(1e100) (a double exponential soon is no
 * number). */
static rao_status climb(rao_ctx *ctx, skewed *k, double x, double step, double *end) {
    double here, next;
    RAO_OR_RETURN(depth(ctx, k, x, &here));
    *end = x + step;
    for (int i = 0; i < 1000; i++, step *= 2) {
        RAO_OR_RETURN(depth(ctx, k, x + step, &next));
        *end = x + step;
        if (!(next < here)) return RAO_OK;
        if (next < -1e100 || !isfinite(x + 2 * step)) break;
        here = next;
    }
    k->unbounded = 1;
    return RAO_OK;
}

/* Sixteenths of [*low, *high] around the least of them, again and again while it has an end where the depth is no number: a plateau tells a search for
 * the minimum nothing. */
static rao_status narrow(rao_ctx *ctx, skewed *k, double *low, double *high, double *x, double *least) {
    enum { PARTS = 16, ROUNDS = 12 };
    for (int round = 0; round < ROUNDS; round++) {
        double value[PARTS + 1], step = (*high - *low) / PARTS, from = *low;
        int best = 0;
        for (int i = 0; i <= PARTS; i++) {
            RAO_OR_RETURN(depth(ctx, k, i == PARTS ? *high : from + i * step, &value[i]));
            if (value[i] < value[best]) best = i;
        }
        *x = best == PARTS ? *high : from + best * step, *least = value[best];
        int first = best > 0 ? best - 1 : 0, last = best < PARTS ? best + 1 : PARTS;
        if (last < PARTS) *high = from + last * step;
        *low = from + first * step;
        if (value[first] < no_number && value[last] < no_number) break;
    }
    return RAO_OK;
}

static rao_status add_peak(rao_ctx *ctx, skewed *k, double low, double high, double scale, peaks *all) {
    double x, value, lower, at_lower;
    family_mark *at = &all->at[all->count];
    if (!(low < high)) return RAO_OK;
    RAO_OR_RETURN(narrow(ctx, k, &low, &high, &x, &value));
    if (value >= no_number) return RAO_OK;
    if (low < high && rao_minimise(ctx, depth, k, low, high, 1e-7, &lower, &at_lower) == RAO_OK && at_lower < value)
        x = lower, value = at_lower;
    if (k->it->f->table->info.discrete) x = floor(x);
    RAO_OR_RETURN(measure_peak(ctx, k, x, value, scale, at));
    all->value[all->count++] = value;
    return RAO_OK;
}

static int by_place(const void *a, const void *b) {
    double x = ((const family_mark *)a)->x, y = ((const family_mark *)b)->x;
    return (x > y) - (x < y);
}

rao_status rao_find_peaks(rao_ctx *ctx, skewed *k, peaks *all) {
    rao_status st;
    const rao_family *f = k->it->f;
    int64_t most = 2 * rao_most_marks(f), n, kept = 0;
    family_mark *marks;
    RAO_TRY(rao_scratch(ctx, most, &marks));
    RAO_TRY(rao_scratch(ctx, most + 1, &all->at));
    RAO_TRY(rao_scratch(ctx, most + 1, &all->value));
    n = rao_family_marks(f, k->it->p, marks);
    n += rao_family_marks(f, k->it->q, marks + n);
    double least = INF;
    for (int64_t i = 0; i < n; i++) {
        if (marks[i].scale > 0) least = fmin(least, marks[i].scale);
        if (isfinite(marks[i].x)) marks[kept++] = marks[i];
    }
    qsort(marks, (size_t)kept, sizeof *marks, by_place);
    double first, last, low = marks[0].x, high = marks[kept - 1].x;
    RAO_TRY(climb(ctx, k, low, -least, &first));
    RAO_TRY(climb(ctx, k, high, least, &last));
    if (k->unbounded) goto done;
    RAO_TRY(add_peak(ctx, k, first, low, least, all));
    RAO_TRY(add_peak(ctx, k, high, last, least, all));
    for (int64_t i = 0; i + 1 < kept; i++) RAO_TRY(add_peak(ctx, k, marks[i].x, marks[i + 1].x, least, all));
    k->shift = -INF;
    for (int64_t i = 0; i < all->count; i++) k->shift = fmax(k->shift, -all->value[i]);
done:
    return st;
}
