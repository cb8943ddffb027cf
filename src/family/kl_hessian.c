/* kl_hessian.c - the Hessian of KL(p : q) in the coordinates of q: at q = p it is the Fisher matrix of p.
 *
 * Exponential families in natural coordinates: the Fisher matrix of q, whatever p. Else central differences of the gradient over h, h/2, h/4 with
 * h = 1/200 of a standard unit of the coordinate, extrapolated twice (Richardson 1911): the error falls as h^6, rounding makes 1e-14. Where a chart has
 * one coordinate more than its tangent (a whole probability vector) the last one gives way. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "family/generic.h"

static int64_t tangent(const family_item *it) { return it->f->tangents[chart_number(it->f, it->chart)]; }
static int64_t coords(const family_item *it) { return it->f->coords[chart_number(it->f, it->chart)]; }

/* Where tangent coordinate j stands: of w_1..w_k, then the components' coordinates, the last weight gives way. */
static int64_t place_of(const family_item *it, int64_t j) {
    int64_t parts = it->f->part_count;
    return coords(it) == tangent(it) || parts == 0 || j < parts - 1 ? j : j + 1;
}

void rao_move(const family_item *it, double *c, int64_t j, double h) {
    int64_t n = coords(it), parts = it->f->part_count, place = place_of(it, j);
    c[place] += h;
    if (n == tangent(it) || place != j) return;
    c[parts == 0 ? n - 1 : parts - 1] -= h;
}

typedef struct bend {
    const family_item *it; /* q: its state is replaced */
    int64_t m, n;
    double *c, *at, *state, *up, *down; /* coordinates of q, the same moved, their state; gradients there */
    double lost;                        /* what a gradient may be off by: its own estimate and its rounding */
} bend;

static rao_status gradient_at(rao_ctx *ctx, bend *k, int64_t j, double h, double *g) {
    family_item moved = *k->it;
    rao_quality quality = {RAO_CLOSED, 0};
    memcpy(k->at, k->c, sizeof *k->at * (size_t)k->n);
    rao_move(k->it, k->at, j, h);
    RAO_OR_RETURN(moved.chart->load(ctx, moved.f, k->at, k->state));
    moved.q = k->state;
    memset(g, 0, sizeof *g * (size_t)k->m);
    RAO_OR_RETURN(rao_kl_gradient(ctx, &moved, g, &quality));
    k->lost = fmax(k->lost, quality.error);
    for (int64_t i = 0; i < k->m; i++) k->lost = fmax(k->lost, 2 * DBL_EPSILON * fabs(g[i]));
    return RAO_OK;
}

/* row = (g(c + h) - g(c - h)) / 2h */
static rao_status difference(rao_ctx *ctx, bend *k, int64_t j, double h, double *row) {
    RAO_OR_RETURN(gradient_at(ctx, k, j, h, k->up));
    RAO_OR_RETURN(gradient_at(ctx, k, j, -h, k->down));
    for (int64_t i = 0; i < k->m; i++) row[i] = (k->up[i] - k->down[i]) / (2 * h);
    return RAO_OK;
}

/* The error is the last extrapolation's change, a fifteenth of what it changed where differences fall as h^2; where the gradient has a kink they do not, and
 * the change counts whole. What the gradients themselves may be off by counts by the smallest step. */
static rao_status extrapolated(rao_ctx *ctx, bend *k, int64_t j, double h, double *row, double *error) {
    rao_status st = RAO_OK;
    double *d[3];
    rao_mark mark = rao_scratch_mark(ctx);
    k->lost = 0;
    for (int level = 0; level < 3; level++) {
        RAO_TRY(rao_scratch(ctx, k->m, &d[level]));
        RAO_TRY(difference(ctx, k, j, ldexp(h, -level), d[level]));
    }
    for (int64_t i = 0; i < k->m; i++) {
        double coarse = (4 * d[1][i] - d[0][i]) / 3, fine = (4 * d[2][i] - d[1][i]) / 3;
        row[i] = fine + (fine - coarse) / 15;
        double change = fabs(fine - coarse), smooth = change < 0.1 * fabs(d[1][i] - d[0][i]);
        *error = fmax(*error, (smooth ? change / 15 : 1.5 * change) + 2 * k->lost / ldexp(h, -2));
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* A standard unit of coordinate j at q, or where there is none its size. */
static double unit_of(const bend *k, const double *fisher, int64_t j) {
    double f = fisher[j * k->m + j], size = fabs(k->c[place_of(k->it, j)]);
    return f > 0 && f < INF ? 1 / sqrt(f) : size > 0 ? size : 1;
}

/* h rounded so that a quarter of it, from coordinate j, ends at a double: differences are divided by the step that was taken. Where doubles lie farther apart
 * than that, a quarter is two of them (one behind a power of two). */
static double whole_step(const bend *k, int64_t j, double h) {
    double c = k->c[place_of(k->it, j)], ulp = nextafter(fabs(c), INF) - fabs(c);
    volatile double there = c + 0.25 * h;
    return there - c >= 2 * ulp ? 4 * (there - c) : 8 * ulp;
}

/* As often as it takes from 1 to the least double. */
enum { MOST_TRIES = 360 };

/* Shorter steps where the family ends before, or curves too much, as long as the error falls. */
static rao_status row_of(rao_ctx *ctx, bend *k, int64_t j, double unit, double *row, double *error) {
    rao_status st = RAO_EDOMAIN;
    double h = 0.005 * unit, best = INF, *trial;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_OR_RETURN(rao_scratch(ctx, k->m, &trial));
    for (int tries = 0; tries < MOST_TRIES; tries++, h /= 8) {
        double own = 0, size = 0;
        st = extrapolated(ctx, k, j, whole_step(k, j, h), trial, &own);
        if (st == RAO_EDOMAIN && best == INF) continue; /* the last sentence stays if none is reached */
        if (st || !(own < best)) break;
        best = own;
        for (int64_t i = 0; i < k->m; i++) row[i] = trial[i], size = fmax(size, fabs(trial[i]));
        if (best <= 1e-10 * size) break;
    }
    rao_scratch_reset(ctx, mark);
    if (st == RAO_OK && best == INF)
        return rao_fail(ctx, RAO_ENUMERIC,
                        "%s: %s was not reached: differences of the gradient of KL, or their errors, leave the range of doubles",
                        k->it->f->table->info.name, k->it->what);
    if (best == INF) return st;
    *error = fmax(*error, best);
    return RAO_OK;
}

/* A location and a scale: KL knows the difference of the locations alone, so they are counted from that of q, near which doubles lie close. */
static void from_origin(family_item *it, const double **q, double p_own[2], double q_own[2]) {
    if (!it->f->table->standard) return;
    p_own[0] = it->p[0] - (*q)[0], q_own[0] = 0;
    if (!isfinite(p_own[0])) return;
    p_own[1] = it->p[1], q_own[1] = (*q)[1];
    it->p = p_own, *q = q_own;
}

static rao_status by_differences(rao_ctx *ctx, const family_item *it, const double *q, double *out, rao_quality *quality) {
    rao_status st;
    family_item own_item = *it, at_q;
    double from_p[2], from_q[2];
    from_origin(&own_item, &q, from_p, from_q);
    it = &own_item, at_q = *it;
    bend k = {.it = it, .m = tangent(it), .n = coords(it)};
    double *fisher, *rows, error = 0;
    rao_quality own = {RAO_CLOSED, 0};
    rao_mark mark = rao_scratch_mark(ctx);
    double **vectors[] = {&k.c, &k.at, &k.up, &k.down};
    for (int i = 0; i < 4; i++) RAO_TRY(rao_scratch(ctx, k.n, vectors[i]));
    RAO_TRY(rao_scratch(ctx, it->f->state, &k.state));
    RAO_TRY(rao_scratch(ctx, k.m * k.m, &fisher));
    RAO_TRY(rao_scratch(ctx, k.m * k.m, &rows));
    RAO_TRY(it->chart->store(ctx, it->f, q, k.c));
    memset(fisher, 0, sizeof *fisher * (size_t)(k.m * k.m));
    at_q.p = q;
    if (!it->f->table->irregular) RAO_TRY(rao_fisher_best(ctx, &at_q, fisher, &own));
    for (int64_t j = 0; j < k.m; j++) RAO_TRY(row_of(ctx, &k, j, unit_of(&k, fisher, j), rows + j * k.m, &error));
    for (int64_t a = 0; a < k.m; a++)
        for (int64_t b = 0; b < k.m; b++) out[a * k.m + b] = 0.5 * (rows[a * k.m + b] + rows[b * k.m + a]);
    *quality = (rao_quality){RAO_KL_HESSIAN, error};
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_fisher_by_kl(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    return by_differences(ctx, it, it->p, out, quality);
}

rao_status rao_kl_hessian(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const family_table *t = it->f->table;
    if (t->exponential && t->fisher && !strcmp(it->chart->name, "natural")) {
        family_item at_q = *it;
        at_q.p = it->q;
        return rao_fisher_best(ctx, &at_q, out, quality);
    }
    return by_differences(ctx, it, it->q, out, quality);
}
