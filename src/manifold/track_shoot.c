/* track_shoot.c - a Fisher-Rao geodesic from a point and a velocity, and velocities carried along one, element by element by the same collocation:
 * its conditions are met by fixed-point iteration, which contracts as an element is short. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "family/generic.h"
#include "manifold/track.h"

enum { ITERATIONS = 80, MOST_STEPS = 20000 };

typedef struct shot {
    track *k;
    double *y, *v;                              /* at the element's start: from p; velocity of the whole geodesic */
    double *next_y, *next_v, *at, *work, *node; /* node: y and y' there */
    double *b;                                  /* NODES n */
} shot;

static rao_status allocate(rao_ctx *ctx, shot *w) {
    rao_status st;
    int64_t n = w->k->n;
    double **vectors[] = {&w->y, &w->v, &w->next_y, &w->next_v, &w->work};
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) RAO_TRY(rao_scratch(ctx, n, vectors[i]));
    RAO_TRY(rao_scratch(ctx, 2 * n, &w->node));
    RAO_TRY(rao_scratch(ctx, NODES * n, &w->b));
    RAO_TRY(rao_scratch(ctx, w->k->size, &w->at));
done:
    return st;
}

/* One sweep over the nodes; the largest change of b relative to itself, NaN outside the doubles. */
static double sweep(shot *w, double h) {
    const track *k = w->k;
    int64_t n = k->n;
    double change = 0, size = 0, *y = w->node, *v = w->node + n;
    for (int i = 0; i < NODES; i++) {
        for (int64_t j = 0; j < n; j++) {
            double at = k->rule.c[i] * h * w->v[j], speed = h * w->v[j];
            for (int l = 0; l < NODES; l++)
                at += k->rule.from_start[i][l] * w->b[l * n + j], speed += k->rule.speed_start[i][l] * w->b[l * n + j];
            y[j] = w->y[j] + at, v[j] = speed;
        }
        if (k->spray->open(k->f, k->p, y, w->at)) return NAN;
        rao_track_force(k, w->at, v, w->next_v, w->work, NULL);
        for (int64_t j = 0; j < n; j++) {
            double *b = w->b + i * n + j;
            change = fmax(change, fabs(*b + w->work[j])), size = fmax(size, fabs(w->work[j])), *b = -w->work[j];
        }
    }
    return size > 0 ? change / size : size;
}

/* The element of length h: nonzero where it is too long. */
static int element(shot *w, double h, double speed, double *error) {
    const track *k = w->k;
    int64_t n = k->n;
    double change = INF, error_y;
    memset(w->b, 0, sizeof *w->b * (size_t)(NODES * n));
    for (int i = 0; i < ITERATIONS && change > 4 * DBL_EPSILON; i++) {
        double next = sweep(w, h);
        if (!(next < INF)) return 1;
        if (i > 20 && next > 1e-13 && next > 0.8 * change) return 1;
        if (i > 4 && next >= change && next < 1e-13) break;
        change = next;
    }
    if (!(change < 1e-12)) return 1;
    track one = *k;
    one.b = w->b;
    rao_track_tail(&one, 0, w->at, w->work, error, &error_y);
    if (!(*error <= 1e-14 * h * speed)) return 1;
    for (int64_t j = 0; j < n; j++) {
        double at = h * w->v[j], gain = 0;
        for (int l = 0; l < NODES; l++)
            at += k->rule.weight[l] * (1 - k->rule.c[l]) * w->b[l * n + j], gain += k->rule.weight[l] * w->b[l * n + j];
        w->next_y[j] = w->y[j] + at, w->next_v[j] = w->v[j] + gain / h;
    }
    return 0;
}

static rao_status march(rao_ctx *ctx, shot *w, double longest, double *length) {
    const track *k = w->k;
    double done = 0, h = 1, error, wide = 0;
    if (k->spray->open(k->f, k->p, w->y, w->at)) return rao_geometry_left(ctx, k->f);
    *length = sqrt(k->spray->metric(k->n, w->at, w->v, w->v));
    if (!(*length < INF)) return rao_fail(ctx, RAO_EDOMAIN, "%s: the velocity is longer than the doubles", k->f->table->info.name);
    for (int step = 0; step < MOST_STEPS; step++) {
        wide = 0;
        for (int64_t j = 0; j < k->n; j++) wide = fmax(wide, fabs(w->v[j]));
        h = fmin(fmin(1 - done, 1.5 * h), longest / fmax(*length, 0.25 * wide));
        while (element(w, h, *length, &error)) {
            h /= 2;
            if (h < 1e-10)
                return rao_fail(ctx, RAO_EDOMAIN, "%s: the geodesic leaves the doubles before this point", k->f->table->info.name);
        }
        memcpy(w->y, w->next_y, sizeof *w->y * (size_t)k->n);
        memcpy(w->v, w->next_v, sizeof *w->v * (size_t)k->n);
        done += h;
        if (done >= 1) return RAO_OK;
    }
    return rao_fail(ctx, RAO_ENUMERIC, "%s: the velocity is too long: its geodesic takes more than %d steps", k->f->table->info.name,
                    MOST_STEPS);
}

/* Twice, with elements of different lengths, which tells what they leave out and how it grows, and with the rounding of v, which grows like the distance of
 * neighbouring geodesics. */
rao_status rao_track_shoot(rao_ctx *ctx, track *k, const double *v, double *y, double *error_y) {
    rao_status st;
    shot w = {.k = k};
    double length, rounding = 0;
    RAO_TRY(allocate(ctx, &w));
    for (int64_t j = 0; j < k->n; j++) rounding = fmax(rounding, 2 * DBL_EPSILON * fabs(v[j]));
    for (int pass = 0; pass < 2; pass++) {
        memset(w.y, 0, sizeof *w.y * (size_t)k->n);
        for (int64_t j = 0; j < k->n; j++) w.v[j] = v[j] + (pass ? 0 : j % 2 ? rounding : -rounding);
        RAO_TRY(march(ctx, &w, pass ? 0.3 : 0.4, &length));
        *error_y = 0;
        for (int64_t j = 0; j < k->n; j++) {
            if (pass) *error_y = fmax(*error_y, fabs(y[j] - w.y[j]) + DBL_EPSILON * (fabs(v[j]) + fabs(y[j])));
            y[j] = w.y[j];
        }
    }
done:
    return st;
}

/* ---- parallel transport ------------------------------------------------------------------------------------------------ */

/* w' = -b(y', w): at the nodes a linear system, w_i + sum speed_start[i][l] b(y'_l, w_l) = w(0). */
static rao_status carry_over(rao_ctx *ctx, const track *k, int64_t e, double *w) {
    rao_status st = RAO_OK;
    int64_t n = k->n, size = NODES * n;
    double *y, *v, *at, *unit, *bend, *matrix, *all, *right;
    rao_mark mark = rao_scratch_mark(ctx);
    double **rooms[] = {&y, &v, &right};
    for (int i = 0; i < 3; i++) RAO_TRY(rao_scratch(ctx, size, rooms[i]));
    RAO_TRY(rao_scratch(ctx, k->size, &at));
    RAO_TRY(rao_scratch(ctx, n, &unit));
    RAO_TRY(rao_scratch(ctx, n, &bend));
    RAO_TRY(rao_scratch(ctx, NODES * n * n, &all));
    RAO_TRY(rao_scratch(ctx, size * size, &matrix));
    memset(matrix, 0, sizeof *matrix * (size_t)(size * size));
    memset(unit, 0, sizeof *unit * (size_t)n);
    rao_track_nodes(k, e, y, v);
    for (int l = 0; l < NODES; l++) {
        if (k->spray->open(k->f, k->p, y + l * n, at)) RAO_TRY(rao_geometry_left(ctx, k->f));
        for (int64_t c = 0; c < n; c++) {
            unit[c] = 1;
            k->spray->levi(n, at, v + l * n, unit, bend);
            unit[c] = 0;
            for (int64_t r = 0; r < n; r++) all[(l * n + r) * n + c] = bend[r];
        }
        for (int64_t r = 0; r < n; r++) right[l * n + r] = w[r], matrix[(l * n + r) * size + l * n + r] = 1;
    }
    for (int i = 0; i < NODES; i++)
        for (int l = 0; l < NODES; l++)
            for (int64_t r = 0; r < n; r++)
                for (int64_t c = 0; c < n; c++)
                    matrix[(i * n + r) * size + l * n + c] += k->rule.speed_start[i][l] * all[(l * n + r) * n + c];
    if (rao_eliminate(matrix, size, right, 1))
        RAO_TRY(rao_fail(ctx, RAO_ENUMERIC, "%s: the velocity could not be carried along", k->f->table->info.name));
    for (int l = 0; l < NODES; l++)
        for (int64_t r = 0; r < n; r++)
            for (int64_t c = 0; c < n; c++) w[r] -= k->rule.weight[l] * all[(l * n + r) * n + c] * right[l * n + c];
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_track_carry(rao_ctx *ctx, const track *k, double *w) {
    for (int64_t e = 0; e < k->count; e++) RAO_OR_RETURN(carry_over(ctx, k, e, w));
    return RAO_OK;
}
