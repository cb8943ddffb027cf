/* transport_law.c - W_2 and its information on a line from densities alone (law.h): families without known quantiles, mixtures, densities of a user.
 *   W_2^2 = int (x - T(x))^2 p(x) dx, T = Q_q F_p, between the panels of both laws;
 *   G_ij = int (dF_i dF_j)/p dx = E dQ_i dQ_j.
 * Of a close pair T(x) - x is lost to the rounding of x; there Q_q - Q_p = int_0^1 dQ/dt dt along the straight line of chart 0's coordinates, by Gauss's rule of
 * two points (an error of fourth order in the distance), and dQ = -dF/p has all its digits. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <rao/num.h>

#include "manifold/law.h"
#include "manifold/transport.h"

static const double close_pair = 1e-3; /* of Fisher's length: its fourth power is what the rule leaves */

typedef struct pair {
    law p, q;
    double middle; /* of p */
    double *v;
    const double *step; /* close pairs: of the tangent */
} pair;

/* The shorter of the ways from x that the rounding of its probability leaves open: beside a gap of q it may or may not cross it. */
static double way_from(const pair *a, double x, double tail, int upper) {
    double near = rao_law_quantile(&a->q, tail * (1 - 4e-15), upper).x - x;
    if (tail < 1e-6) return near; /* known relative to itself */
    double far = rao_law_quantile(&a->q, tail * (1 + 4e-15), upper).x - x;
    return near * far <= 0 ? 0 : fabs(near) < fabs(far) ? near : far;
}

/* (T(x) - x) root, root = sqrt p(x), by the tail that is smaller. What is less than the error of quantiles, a part of tail/p, is nothing: heavy tails would
 * add it up. */
static double moved(const pair *a, double x) {
    int upper;
    double root = exp(0.5 * a->p.f->table->logpdf(a->p.f, a->p.s, &x));
    if (!(root > 0)) return 0;
    double tail = rao_law_tail(&a->p, rao_law_find(&a->p, x), &upper);
    if (tail <= (upper ? a->q.panel[a->q.n - 1].above[0] : a->q.panel[0].below[0])) return 0; /* beyond the panels of q */
    double way = way_from(a, x, tail, upper);
    return fabs(way) > 1e-11 * (tail / root / root) ? way * root : 0;
}

static rao_status squares(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    for (int64_t i = 0; i < at->count; i++) {
        double way = moved(arg, at->x[i]);
        f[i] = way * way;
    }
    return (void)ctx, RAO_OK;
}

/* d . dQ at the probability of x. */
static rao_status along(rao_ctx *ctx, const pair *a, const law *l, law_place at, double *sum) {
    RAO_OR_RETURN(rao_law_slopes(ctx, l, at, a->v));
    for (int64_t j = 0; j < l->f->dim; j++)
        if (a->step[j] != 0) *sum += 0.5 * a->step[j] * a->v[j];
    return RAO_OK;
}

static rao_status small_squares(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    const pair *a = arg;
    for (int64_t i = 0; i < at->count; i++) {
        int upper;
        double sum = 0, root = exp(0.5 * a->p.f->table->logpdf(a->p.f, a->p.s, &at->x[i]));
        law_place here = rao_law_find(&a->p, at->x[i]);
        double tail = rao_law_tail(&a->p, here, &upper);
        f[i] = 0;
        if (!(root > 1e-140)) continue;
        RAO_OR_RETURN(along(ctx, a, &a->p, here, &sum));
        RAO_OR_RETURN(along(ctx, a, &a->q, rao_law_quantile(&a->q, tail, upper), &sum));
        f[i] = sum * root * (sum * root);
    }
    return RAO_OK;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The integral of f over the panels of p, cut where those of q lie under the map. */
static rao_status over_panels(rao_ctx *ctx, const pair *a, rao_integrand *f, double *square, rao_quad_info *info) {
    rao_status st;
    rao_quad_opts opts;
    double *breaks, first = a->p.panel[0].low, last = a->p.panel[a->p.n - 1].high;
    int64_t n = 0;
    RAO_TRY(rao_scratch(ctx, a->p.n + a->q.n + 2, &breaks));
    for (int64_t i = 1; i < a->p.n; i++) breaks[n++] = a->p.panel[i].low;
    for (int64_t i = 1; i < a->q.n; i++) {
        int upper;
        double tail = rao_law_tail(&a->q, rao_law_find(&a->q, a->q.panel[i].low), &upper);
        if (tail > 1e-40) breaks[n++] = rao_law_quantile(&a->p, tail, upper).x;
    }
    qsort(breaks, (size_t)n, sizeof *breaks, ascending);
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++)
        if (breaks[i] > first && breaks[i] < last && (kept == 0 || breaks[i] > breaks[kept - 1])) breaks[kept++] = breaks[i];
    rao_quad_opts_init(&opts);
    opts.rel_tol = 1e-11, opts.breaks = breaks, opts.n_breaks = kept, opts.max_evaluations = 200 * (kept + 1) + 20000;
    st = rao_quad(ctx, &opts, f, (void *)(uintptr_t)a, 1, first, last, square, info);
    if (st == RAO_ENUMERIC && info->evaluations > 0) *square = info->value, st = RAO_OK; /* its error says how good it is */
done:
    return st;
}

static double spread_of(const law *l) { return rao_law_quantile(l, 0.25, 1).x - rao_law_quantile(l, 0.25, 0).x; }

/* x times the integrand, and its logarithmic slope, at an end of the doubles that hold mass: a power of x that does not fall has no integral, one that does
 * leaves a remainder. */
static double remainder_at(const pair *a, int upper, double square) {
    double low, high, term[2];
    a->p.f->table->support(a->p.f, a->p.s, &low, &high);
    double end = upper ? a->p.panel[a->p.n - 1].high : a->p.panel[0].low;
    if (isfinite(upper ? high : low) || fabs(end - a->middle) < 1e6 * spread_of(&a->p)) return 0;
    double last = upper ? a->q.panel[a->q.n - 1].above[0] : a->q.panel[0].below[0];
    if (last > 0) { /* where the panels of q end */
        double x = rao_law_quantile(&a->p, 2 * last, upper).x;
        end = upper ? fmin(end, x) : fmax(end, x);
    }
    const double x[2] = {a->middle + 0.5 * (end - a->middle), a->middle + 0.05 * (end - a->middle)};
    for (int i = 0; i < 2; i++) {
        double way = moved(a, x[i]) * sqrt(fabs(x[i] - a->middle));
        term[i] = way * way;
    }
    if (!(term[0] > 1e-18 * square)) return 1e-11 * square;
    double power = log(term[0] / term[1]) / log(10.0);
    return power < -0.01 ? term[0] / -power + 1e-11 * square : INF; /* what `moved` leaves out */
}

/* Root of the second moment of the panels up to `most` away. */
static double spread_within(const law *l, double middle, double most) {
    double sum = 0;
    for (int64_t i = 0; i < l->n; i++) {
        double away = fmax(fabs(l->panel[i].low - middle), fabs(l->panel[i].high - middle)),
               mass = i + 1 < l->n ? l->panel[i + 1].below[0] - l->panel[i].below[0] : 0;
        if (2 * i > l->n && i > 0) mass = l->panel[i - 1].above[0] - l->panel[i].above[0];
        if (away < most && mass > 0) sum = hypot(sum, away * sqrt(mass));
    }
    return sum;
}

/* The states at the rule's points and the step of the tangent. */
static rao_status between(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *first, double *second,
                          double *step) {
    static const double place = 0.21132486540518711775;
    rao_status st;
    const family_chart *chart = f->table->charts;
    int64_t n = f->coords[0], parts = f->part_count;
    double *c, *d, *e;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, n, &c));
    RAO_TRY(rao_scratch(ctx, n, &d));
    RAO_TRY(rao_scratch(ctx, n, &e));
    RAO_TRY(chart->store(ctx, f, p, c));
    RAO_TRY(chart->store(ctx, f, q, d));
    for (int64_t i = 0, j = 0; i < n; i++)
        if (parts == 0 || i != parts - 1) step[j++] = d[i] - c[i]; /* of the weights the last follows */
    for (int64_t i = 0; i < n; i++) e[i] = c[i] + place * (d[i] - c[i]);
    RAO_TRY(chart->load(ctx, f, e, first));
    for (int64_t i = 0; i < n; i++) e[i] = d[i] - place * (d[i] - c[i]);
    RAO_TRY(chart->load(ctx, f, e, second));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* The length of the step in the Fisher metric at p, or more. */
static rao_status length_of(rao_ctx *ctx, const rao_family *f, const double *p, const double *step, double *length) {
    rao_status st;
    double *fisher;
    rao_quality quality = {RAO_CLOSED, 0};
    rao_family_args args;
    rao_family_args_init(&args);
    family_item it = {.f = f, .chart = f->table->charts, .args = &args, .what = "wasserstein2", .p = p};
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->dim * f->dim, &fisher));
    memset(fisher, 0, sizeof *fisher * (size_t)(f->dim * f->dim));
    RAO_TRY(rao_want_regular(ctx, &it));
    RAO_TRY(rao_fisher_best(ctx, &it, fisher, &quality));
    *length = 0;
    for (int64_t i = 0; i < f->dim; i++)
        if (step[i] != 0) *length += fabs(step[i]) * sqrt(fisher[i * (f->dim + 1)]);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* EDOMAIN: the pair is not close, or has no information. */
static rao_status close_distance(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *square, rao_quad_info *info) {
    rao_status st;
    double *first, *second, *step, length;
    pair a;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->state, &first));
    RAO_TRY(rao_scratch(ctx, f->state, &second));
    RAO_TRY(rao_scratch(ctx, f->dim, &step));
    RAO_TRY(rao_scratch(ctx, f->dim, &a.v));
    a.step = step;
    RAO_TRY(between(ctx, f, p, q, first, second, step));
    RAO_TRY(length_of(ctx, f, p, step, &length));
    if (!(length < close_pair)) RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: the pair is not close", f->table->info.name));
    RAO_TRY(rao_law_open(ctx, f, first, 1, &a.p));
    RAO_TRY(rao_law_open(ctx, f, second, 1, &a.q));
    RAO_TRY(over_panels(ctx, &a, small_squares, square, info));
    info->error += 1e-12 * *square;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status same_point(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, int *same) {
    rao_status st;
    double *c, *d;
    RAO_TRY(rao_scratch(ctx, f->coords[0], &c));
    RAO_TRY(rao_scratch(ctx, f->coords[0], &d));
    RAO_TRY(f->table->charts->store(ctx, f, p, c));
    RAO_TRY(f->table->charts->store(ctx, f, q, d));
    *same = !memcmp(c, d, sizeof *c * (size_t)f->coords[0]);
done:
    return st;
}

rao_status rao_transport_by_law(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *out, rao_quality *quality) {
    rao_status st;
    pair a = {.step = NULL};
    rao_quad_info info, finer;
    double square, better;
    int same;
    rao_mark mark = rao_scratch_mark(ctx);
    quality->method = RAO_QUADRATURE;
    RAO_TRY(same_point(ctx, f, p, q, &same));
    *out = 0;
    if (same) goto done;
    RAO_TRY(rao_law_open(ctx, f, p, 0, &a.p));
    RAO_TRY(rao_law_open(ctx, f, q, 0, &a.q));
    a.middle = rao_law_quantile(&a.p, 0.5, 0).x;
    RAO_TRY(over_panels(ctx, &a, squares, &square, &info));
    double rest = remainder_at(&a, 0, square) + remainder_at(&a, 1, square);
    if (rest == INF) *out = INF;
    if (rest == INF) goto done;
    double noise = 4e-15 * (spread_within(&a.p, a.middle, 1e11 * sqrt(square)) + fabs(a.middle));
    info.error += 2 * noise * sqrt(square) + (a.p.error + a.q.error) * square + rest;
    if (info.error > 1e-12 * square) {
        st = close_distance(ctx, f, p, q, &better, &finer); /* not where there is no information */
        if (st != RAO_EDOMAIN && st != RAO_ENUMERIC) RAO_TRY(st);
        if (st == RAO_OK && finer.error < info.error) square = better, info = finer;
        st = RAO_OK;
    }
    if (!(info.error <= 1e-5 * square))
        RAO_TRY(rao_fail(ctx, RAO_ENUMERIC, "%s: wasserstein2 was not reached: its square is %.10g with error %.3g", f->table->info.name,
                         square, info.error));
    *out = sqrt(square);
    quality->error = *out > 0 ? 0.5 * info.error / *out : sqrt(info.error);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_law_information_of(rao_ctx *ctx, const rao_family *f, const double *s, double *g, rao_quality *quality) {
    rao_status st;
    law l;
    rao_mark mark = rao_scratch_mark(ctx);
    if (f->table == &rao_table_normal_mixture3 && !(s[0] > 0 && s[0] < 1))
        RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: pi = %.17g: at the edge of the family there is no derivative on both sides",
                         f->table->info.name, s[0]));
    RAO_TRY(rao_law_open(ctx, f, s, 1, &l));
    RAO_TRY(rao_law_information(ctx, &l, g, &quality->error));
    quality->method = RAO_QUADRATURE;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
