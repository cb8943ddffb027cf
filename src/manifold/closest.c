/* closest.c - Fisher scoring for a KL(from : c) + b KL(c : to) (closest.h).
 *
 * In any chart x of an exponential family the gradient of the first term is a times that of KL in its second point, and of the second b F dx with dx
 * = dx/dtheta (theta_c - theta_to), both free of cancellation at the minimum; the metric (a + b) F is the Hessian there when from = to. */
#include "manifold/closest.h"

#include <math.h>
#include <string.h>

enum { MOST_STEPS = 2000, MOST_NEWTON = 30 };
static const double longest = 2; /* Fisher units of the first step; a step that gains as its length promises doubles it */

static int64_t chart_named(const rao_family *f, const char *name) {
    for (int64_t i = 0; i < f->table->chart_count; i++)
        if (!strcmp(f->table->charts[i].name, name)) return i;
    return -1;
}
static int64_t natural_chart(const rao_family *f) { return chart_named(f, "natural"); }

/* A gamma law's in which the matrix is diagonal: in (shape, rate) it has no second digit at shapes of 1e16. */
int64_t rao_search_chart(const rao_family *f) {
    int64_t orthogonal = chart_named(f, "shape_mean");
    if (orthogonal >= 0) return orthogonal;
    return f->coords[0] == f->tangents[0] ? 0 : natural_chart(f);
}

/* ---- d theta / dx -------------------------------------------------------------------------------------------- */

/* theta_t - theta_s, with a work area for theta. */
static void natural_step(const rao_family *f, const double *s, const double *t, double *theta, double *step) {
    const family_exponential *e = f->table->exponential;
    if (f->table->natural_step) {
        f->table->natural_step(f, s, t, step);
        return;
    }
    e->natural(f, s, theta);
    e->natural(f, t, step);
    for (int64_t i = 0; i < f->dim; i++) step[i] -= theta[i];
}

/* Rooms: two states, two thetas. */
typedef struct differences {
    double *low, *high, *theta, *step;
} differences;

/* Column i by central differences of order 6 with a step of 1/250 of a Fisher unit, or of the coordinate where that is less: error some 1e-12. */
static rao_status natural_column(rao_ctx *ctx, const rao_family *f, int64_t chart, double *c, int64_t i, double step, const differences *w,
                                 double *j) {
    static const double factor[3] = {45.0 / 60, -9.0 / 60, 1.0 / 60};
    double at = c[i];
    rao_status st = RAO_OK;
    for (int64_t r = 0; r < f->dim; r++) j[r * f->dim + i] = 0;
    for (int k = 1; k <= 3 && st == RAO_OK; k++) {
        double below = at - k * step, above = at + k * step;
        c[i] = below, st = f->table->charts[chart].load(ctx, f, c, w->low);
        c[i] = above;
        if (st == RAO_OK) st = f->table->charts[chart].load(ctx, f, c, w->high);
        if (st) break;
        natural_step(f, w->low, w->high, w->theta, w->step);
        double width = (above - below) / (2 * k); /* what the rounded coordinate moved by */
        for (int64_t r = 0; r < f->dim; r++) j[r * f->dim + i] += factor[k - 1] * w->step[r] / width;
    }
    c[i] = at;
    return st;
}

static rao_status natural_jacobian(rao_ctx *ctx, const family_item *it, int64_t chart, double *j) {
    rao_status st;
    const rao_family *f = it->f;
    double *c, *fisher;
    differences w;
    rao_quality quality = {RAO_CLOSED, 0};
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->dim, &c));
    RAO_TRY(rao_scratch(ctx, f->state, &w.low));
    RAO_TRY(rao_scratch(ctx, f->state, &w.high));
    RAO_TRY(rao_scratch(ctx, f->dim, &w.theta));
    RAO_TRY(rao_scratch(ctx, f->dim, &w.step));
    RAO_TRY(rao_scratch(ctx, f->dim * f->dim, &fisher));
    memset(fisher, 0, sizeof *fisher * (size_t)(f->dim * f->dim));
    RAO_TRY(it->chart->store(ctx, f, it->p, c));
    RAO_TRY(rao_ask_family(ctx, it, RAO_FISHER, fisher, &quality));
    for (int64_t i = 0; i < f->dim; i++) {
        double unit = 4e-3 / sqrt(fisher[i * f->dim + i]);
        if (c[i] != 0) unit = fmin(unit, 4e-3 * fabs(c[i]));
        RAO_TRY(natural_column(ctx, f, chart, c, i, unit, &w, j));
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static family_item item_at(const rao_family *f, int64_t chart, const rao_family_args *args, const double *s) {
    return (family_item){.f = f, .chart = &f->table->charts[chart], .args = args, .what = "the closest point", .p = s, .q = s};
}

/* dx := (d theta / dx)^-1 dx */
static rao_status to_chart(rao_ctx *ctx, const rao_family *f, int64_t chart, const double *s, double *dx) {
    rao_status st;
    int64_t n = f->dim, natural = natural_chart(f);
    double *j, *c, *other;
    rao_family_args args;
    rao_family_args_init(&args);
    family_item it = item_at(f, chart, &args, s);
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, n * n, &j));
    RAO_TRY(rao_scratch(ctx, f->coords[chart] > n ? f->coords[chart] : n, &c));
    RAO_TRY(rao_scratch(ctx, n, &other));
    if (natural >= 0) {
        RAO_TRY(it.chart->store(ctx, f, s, c));
        RAO_TRY(rao_family_convert(ctx, f, chart, c, natural, other, j)); /* dx / d theta */
        memcpy(other, dx, sizeof *dx * (size_t)n);
        for (int64_t i = 0; i < n; i++) {
            dx[i] = 0;
            for (int64_t k = 0; k < n; k++)
                if (j[i * n + k] != 0) dx[i] += j[i * n + k] * other[k];
        }
    } else {
        RAO_TRY(natural_jacobian(ctx, &it, chart, j));
        if (rao_eliminate(j, n, dx, 1))
            RAO_TRY(rao_fail(ctx, RAO_ENUMERIC, "%s: theta does not change with the coordinates at this point", f->table->info.name));
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_e_direction(rao_ctx *ctx, const rao_family *f, int64_t chart, const double *s, const double *target, double *dx) {
    rao_status st = RAO_OK;
    double *theta;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->dim, &theta));
    natural_step(f, s, target, theta, dx);
    if (chart != natural_chart(f)) RAO_TRY(to_chart(ctx, f, chart, s, dx));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- scoring --------------------------------------------------------------------------------------------------- */

typedef struct search {
    const closest *problem;
    rao_family_args args;
    rao_quality quality; /* of the divergences that were asked */
    int64_t n;
    double *fisher, *metric, *diagonal, *gradient, *before, *part, *step, *trial, *state;
} search;

static rao_status value_at(rao_ctx *ctx, search *w, const double *s, double *value) {
    const closest *k = w->problem;
    double there = 0, back = 0;
    family_item it = item_at(k->f, k->chart, &w->args, s);
    it.p = k->from, it.q = s;
    if (k->a > 0) RAO_OR_RETURN(rao_ask_family(ctx, &it, RAO_KL, &there, &w->quality));
    it.p = s, it.q = k->to;
    if (k->b > 0) RAO_OR_RETURN(rao_ask_family(ctx, &it, RAO_KL, &back, &w->quality));
    *value = k->a * there + k->b * back;
    return RAO_OK;
}

static rao_status gradient_at(rao_ctx *ctx, search *w, const double *s) {
    const closest *k = w->problem;
    int64_t n = w->n;
    family_item it = item_at(k->f, k->chart, &w->args, s);
    memset(w->fisher, 0, sizeof *w->fisher * (size_t)(n * n));
    RAO_OR_RETURN(rao_ask_family(ctx, &it, RAO_FISHER, w->fisher, &w->quality));
    memset(w->gradient, 0, sizeof *w->gradient * (size_t)n);
    if (k->a > 0) {
        it.p = k->from;
        memset(w->part, 0, sizeof *w->part * (size_t)n);
        RAO_OR_RETURN(rao_ask_family(ctx, &it, RAO_KL_GRADIENT, w->part, &w->quality));
        for (int64_t i = 0; i < n; i++) w->gradient[i] += k->a * w->part[i];
    }
    if (k->b > 0) {
        RAO_OR_RETURN(rao_e_direction(ctx, k->f, k->chart, s, k->to, w->part));
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < n; j++) w->gradient[i] -= k->b * w->fisher[i * n + j] * w->part[j];
    }
    return RAO_OK;
}

/* The step over the free coordinates, and its length in the metric. */
static rao_status solve_step(rao_ctx *ctx, search *w, double *length) {
    const closest *k = w->problem;
    int64_t n = w->n, m = 0;
    double square = 0, *whole = w->diagonal;
    for (int64_t i = 0; i < n; i++) {
        int64_t column = 0;
        if (k->held && k->held[i]) continue;
        for (int64_t j = 0; j < n; j++)
            if (!k->held || !k->held[j]) w->metric[m * n + column++] = w->fisher[i * n + j];
        w->part[m++] = w->gradient[i];
    }
    rao_mat a = rao_mat_view(RAO_F64, m, m, n, w->metric), b = rao_mat_view(RAO_F64, m, 1, 1, w->part);
    memset(w->step, 0, sizeof *w->step * (size_t)n);
    *length = 0;
    if (m == 0) return RAO_OK;
    for (int64_t i = 0; i < m; i++) whole[i] = w->metric[i * (n + 1)];
    RAO_OR_RETURN(rao_cholesky(ctx, &a, 0, NULL));
    for (int64_t i = 0; i < m; i++)
        if (!(w->metric[i * (n + 1)] / sqrt(whole[i]) > 1e-7)) /* its square is what the rounding of the matrix left of one */
            return rao_fail(ctx, RAO_ENUMERIC, "%s: the Fisher matrix is too nearly singular on the way to the closest point",
                            k->f->table->info.name);
    RAO_OR_RETURN(rao_cholesky_solve(ctx, &a, &b));
    m = 0;
    for (int64_t i = 0; i < n; i++)
        if (!k->held || !k->held[i]) {
            w->step[i] = -w->part[m++] / (k->a + k->b);
            square -= w->step[i] * w->gradient[i] / (k->a + k->b);
        }
    *length = sqrt(fmax(0, square));
    return RAO_OK;
}

/* How much steeper the sum is along the step just made than the metric says: 1 in a flat problem, 1e60 between points as far apart. */
static double curvature(const search *w, double factor, double length) {
    double change = 0;
    for (int64_t i = 0; i < w->n; i++) change += w->step[i] * (w->gradient[i] - w->before[i]);
    return change / (factor * length * length * (w->problem->a + w->problem->b));
}

/* The longest of the step and its halves that stays in the family and does not lose; *factor = 0 when none does. Within 1e-13 of the value rounding
 * decides: there the length of the next step judges, in rao_closest. */
static rao_status advance(rao_ctx *ctx, search *w, double *c, double *s, double *value, double *factor) {
    const closest *k = w->problem;
    for (double least = *factor * 1e-12; *factor > least; *factor /= 2) {
        double next;
        for (int64_t i = 0; i < w->n; i++) w->trial[i] = c[i] + *factor * w->step[i];
        if (k->f->table->charts[k->chart].load(ctx, k->f, w->trial, w->state) != RAO_OK) continue;
        RAO_OR_RETURN(value_at(ctx, w, w->state, &next));
        if (!(next <= *value * (1 + 1e-13))) continue;
        memcpy(c, w->trial, sizeof *c * (size_t)w->n);
        memcpy(s, w->state, sizeof *s * (size_t)k->f->state);
        *value = next;
        return RAO_OK;
    }
    *factor = 0;
    return RAO_OK;
}

/* Is the step the rounding of the coordinates? */
static int within_rounding(const search *w, const double *c) {
    for (int64_t i = 0; i < w->n; i++)
        if (!(fabs(w->step[i]) <= 1e-13 * fabs(c[i]))) return 0;
    return 1;
}

/* ---- is it the minimum? ------------------------------------------------------------------------------------------- */

/* Column i of the Hessian, in the units given, by differences of the gradient 1e-4 of a unit to both sides, or a billionth of the coordinate where doubles tell
 * no less apart. */
static rao_status hessian_column(rao_ctx *ctx, search *w, const double *c, const double *unit, int64_t i, double *hessian) {
    const closest *k = w->problem;
    int64_t n = w->n;
    double step = fmax(1e-4 * unit[i], 1e-9 * fabs(c[i])), up = c[i] + step, down = c[i] - step;
    memcpy(w->trial, c, sizeof *c * (size_t)n);
    for (int side = 0; side < 2; side++) {
        w->trial[i] = side ? up : down;
        RAO_OR_RETURN(k->f->table->charts[k->chart].load(ctx, k->f, w->trial, w->state));
        RAO_OR_RETURN(gradient_at(ctx, w, w->state));
        for (int64_t r = 0; r < n; r++) {
            double slope = w->gradient[r] * unit[r] / ((up - down) / unit[i]);
            hessian[r * n + i] = side ? hessian[r * n + i] + slope : -slope;
        }
    }
    return RAO_OK;
}

/* A standard unit of every coordinate, or the coordinate itself where a step of that leaves the family: the metric forgets how far its edge is. */
static void units_at(rao_ctx *ctx, const search *w, const double *c, const double *metric, double *unit) {
    const closest *k = w->problem;
    int64_t n = w->n;
    for (int64_t i = 0; i < n; i++) {
        unit[i] = 1 / sqrt(metric[i * (n + 1)]);
        memcpy(w->trial, c, sizeof *c * (size_t)n);
        for (int side = -1; side <= 1; side += 2) {
            w->trial[i] = c[i] + side * 1e-2 * unit[i];
            if (k->f->table->charts[k->chart].load(ctx, k->f, w->trial, w->state) != RAO_OK) unit[i] = fabs(c[i]);
        }
    }
}

/* Newton's step at c into w->step, and its length in the metric: how far the minimum is, whatever the metric says of the curvature. INFINITY where there are no
 * differences, or no minimum. */
static rao_status newton_step(rao_ctx *ctx, search *w, const double *c, const double *s, double *length) {
    rao_status st;
    const closest *k = w->problem;
    int64_t n = w->n;
    double *hessian, *metric, *unit, *step, square = 0, along = 0;
    rao_mark mark = rao_scratch_mark(ctx);
    *length = INFINITY;
    RAO_TRY(rao_scratch(ctx, n * n, &hessian));
    RAO_TRY(rao_scratch(ctx, n * n, &metric));
    RAO_TRY(rao_scratch(ctx, n, &unit));
    RAO_TRY(rao_scratch(ctx, n, &step));
    RAO_TRY(gradient_at(ctx, w, s));
    memcpy(metric, w->fisher, sizeof *metric * (size_t)(n * n));
    units_at(ctx, w, c, metric, unit);
    for (int64_t i = 0; i < n; i++) step[i] = -w->gradient[i] * unit[i];
    memcpy(w->before, step, sizeof *step * (size_t)n);
    for (int64_t i = 0; i < n; i++) {
        if (k->held && k->held[i]) continue;
        st = hessian_column(ctx, w, c, unit, i, hessian);
        if (st == RAO_EDOMAIN || st == RAO_ENUMERIC) {
            st = RAO_OK;
            goto done;
        }
        if (st) goto done;
    }
    for (int64_t i = 0; k->held && i < n; i++) {
        if (!k->held[i]) continue;
        for (int64_t r = 0; r < n; r++) hessian[r * n + i] = hessian[i * n + r] = r == i;
        step[i] = 0;
    }
    if (rao_eliminate(hessian, n, step, 1)) goto done;
    for (int64_t i = 0; i < n; i++) along += step[i] * w->before[i], w->step[i] = step[i] * unit[i];
    for (int64_t i = 0; i < n; i++)
        for (int64_t r = 0; r < n; r++) square += step[i] * (metric[i * n + r] * unit[i] * unit[r]) * step[r];
    if (along >= 0) *length = sqrt(fmax(0, square));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* Newton's steps from where scoring stopped, until one is within `near` or the rounding of the coordinates; *length: of the last. */
static rao_status finish(rao_ctx *ctx, search *w, double near, double *c, double *s, double *value, double *length) {
    for (int i = 0;; i++) {
        RAO_OR_RETURN(newton_step(ctx, w, c, s, length));
        if (*length <= near || isinf(*length) || i == MOST_NEWTON) return RAO_OK;
        if (within_rounding(w, c)) {
            *length = 0;
            return RAO_OK;
        }
        double factor = 1;
        RAO_OR_RETURN(advance(ctx, w, c, s, value, &factor));
        if (factor == 0) return RAO_OK;
    }
}

static rao_status make_room(rao_ctx *ctx, search *w) {
    rao_status st = RAO_OK;
    int64_t n = w->n;
    RAO_TRY(rao_scratch(ctx, n * n, &w->fisher));
    RAO_TRY(rao_scratch(ctx, n * n, &w->metric));
    RAO_TRY(rao_scratch(ctx, n, &w->diagonal));
    RAO_TRY(rao_scratch(ctx, n, &w->gradient));
    RAO_TRY(rao_scratch(ctx, n, &w->before));
    RAO_TRY(rao_scratch(ctx, n, &w->part));
    RAO_TRY(rao_scratch(ctx, n, &w->step));
    RAO_TRY(rao_scratch(ctx, n, &w->trial));
    RAO_TRY(rao_scratch(ctx, w->problem->f->state, &w->state));
done:
    return st;
}

rao_status rao_closest(rao_ctx *ctx, const closest *problem, double *c, double *s, rao_quality *quality) {
    rao_status st;
    search w = {.problem = problem, .n = problem->f->dim};
    double value, length = INFINITY, factor = 1;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_family_args_init(&w.args);
    RAO_TRY(make_room(ctx, &w));
    RAO_TRY(problem->f->table->charts[problem->chart].load(ctx, problem->f, c, s));
    RAO_TRY(value_at(ctx, &w, s, &value));
    if (!isfinite(value))
        RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: the divergence from the start of the search is infinite", problem->f->table->info.name));
    double best = INFINITY, steeper = 1, reach = longest,
           scale = fmin(1, sqrt(value)); /* close points are told apart in their own distance */
    if (w.quality.error > 0) scale = 1;  /* a quadrature's noise is not followed below its own */
    if (value == 0) length = 0;          /* the start is the point */
    for (int i = 0, stale = 0; i < MOST_STEPS && stale < 10 && value > 0; i++) {
        memcpy(w.before, w.gradient, sizeof *w.before * (size_t)w.n);
        RAO_TRY(gradient_at(ctx, &w, s));
        if (i > 0) steeper = fmax(0.1, curvature(&w, factor, length));
        RAO_TRY(solve_step(ctx, &w, &length));
        if (length <= 1e-15 * steeper * scale) break;
        stale = length < 1e-6 * steeper * scale && length > 0.9 * best ? stale + 1 : 0; /* rounding has taken over */
        best = fmin(best, length);
        factor = fmin(1 / steeper, reach / length);
        double asked = factor;
        RAO_TRY(advance(ctx, &w, c, s, &value, &factor));
        if (factor == 0) break;
        if (factor < asked) reach = fmax(longest, reach * factor / asked);
        else if (factor * length > 0.9 * reach) reach *= 2;
    }
    /* Of a problem as steep as its metric the scoring step is the distance; of others it says nothing. */
    double near = 1e-9 * scale;
    if (!(length <= near)) RAO_TRY(finish(ctx, &w, 1e-3 * near, c, s, &value, &length));
    if (isinf(length))
        RAO_TRY(rao_fail(ctx, RAO_ENUMERIC, "%s: the search for the closest point stopped where rounding hides how far it is",
                         problem->f->table->info.name));
    if (!(length <= near))
        RAO_TRY(rao_fail(ctx, RAO_ENUMERIC, "%s: the search for the closest point stopped %.1e Fisher units from it",
                         problem->f->table->info.name, length));
    quality->method = RAO_ITERATION;
    quality->error = w.quality.error;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
