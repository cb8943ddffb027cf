/* track.c - what the elements of a track say (track.h). */
#include "manifold/track.h"

#include <math.h>
#include <string.h>

rao_status rao_track_allocate(rao_ctx *ctx, track *k, int64_t count) {
    rao_status st;
    RAO_TRY(rao_scratch(ctx, (count + 1) * k->n, &k->y));
    RAO_TRY(rao_scratch(ctx, count * NODES * k->n, &k->b));
    RAO_TRY(rao_scratch(ctx, count, &k->h));
    memset(k->b, 0, sizeof *k->b * (size_t)(count * NODES * k->n));
    k->count = count;
done:
    return st;
}

void rao_track_nodes(const track *k, int64_t e, double *y, double *v) {
    const double *from = k->y + e * k->n, *to = from + k->n, *b = k->b + e * NODES * k->n;
    for (int i = 0; i < NODES; i++)
        for (int64_t j = 0; j < k->n; j++) {
            double across = to[j] - from[j], at = k->rule.c[i] * across, speed = across;
            for (int l = 0; l < NODES; l++) at += k->rule.between[i][l] * b[l * k->n + j], speed += k->rule.speed[i][l] * b[l * k->n + j];
            y[i * k->n + j] = from[j] + at, v[i * k->n + j] = speed;
        }
}

void rao_track_ends(const track *k, int64_t e, double *first, double *last) {
    const double *from = k->y + e * k->n, *to = from + k->n, *b = k->b + e * NODES * k->n;
    for (int64_t j = 0; j < k->n; j++) {
        first[j] = last[j] = to[j] - from[j];
        for (int l = 0; l < NODES; l++) {
            first[j] -= k->rule.weight[l] * (1 - k->rule.c[l]) * b[l * k->n + j];
            last[j] += k->rule.weight[l] * k->rule.c[l] * b[l * k->n + j];
        }
    }
}

void rao_track_between(const track *k, const double *first, const double *nodes, const double *last, double x, double *out) {
    double weight[PLACES];
    rao_collocation_at(&k->rule, x, weight);
    for (int64_t j = 0; j < k->n; j++) { /* from the nearer end, whose digits stay */
        double base = x < 0.5 ? first[j] : last[j],
               sum = (x < 0.5 ? weight[PLACES - 1] : weight[0]) * (x < 0.5 ? last[j] - base : first[j] - base);
        for (int i = 0; i < NODES; i++) sum += weight[i + 1] * (nodes[i * k->n + j] - base);
        out[j] = base + sum;
    }
}

void rao_track_force(const track *k, const double *at, const double *v, double *work, double *force, double *rate) {
    double half = 0.5 * k->alpha, along;
    k->spray->levi(k->n, at, v, v, force);
    if (rate) *rate = 0;
    if (k->alpha == 0) return;
    k->spray->skew(k->n, at, v, v, work);
    along = k->spray->metric(k->n, at, work, v) / k->spray->metric(k->n, at, v, v);
    for (int64_t j = 0; j < k->n; j++) force[j] -= half * (work[j] - along * v[j]);
    if (rate) *rate = -half * along;
}

/* The last Legendre coefficients of b, integrated twice. */
void rao_track_tail(const track *k, int64_t e, const double *at, double *work, double *error, double *error_y) {
    const double *b = k->b + e * NODES * k->n;
    *error = *error_y = 0;
    for (int last = 0; last < 2; last++) {
        double degree = 2 * (2 * (NODES - 2 + last) + 1);
        for (int64_t j = 0; j < k->n; j++) {
            work[j] = 0;
            for (int l = 0; l < NODES; l++) work[j] += k->rule.last[last][l] * b[l * k->n + j];
            work[j] /= degree * degree / 2;
            *error_y = fmax(*error_y, fabs(work[j]));
        }
        *error = fmax(*error, sqrt(k->spray->metric(k->n, at, work, work)));
    }
}
