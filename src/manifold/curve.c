/* curve.c - families of one parameter without a model space (those of a caller, mixtures of one component): every path is a geodesic, its length
 * u(q) - u(p) = int sqrt F dc over the chart's coordinate, by quadrature. A step in u is walked by Newton's method, du/dc = sqrt F, the length of each
 * part measured on the way; near the edge of the family a part ends nine tenths of the way to it. */
#include "manifold/curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <rao/num.h>

#include "family/own.h"
#include "manifold/geometry.h"

enum { MOST_BREAKS = 4 * 340 };

int rao_is_curve(const rao_family *f) { return f->dim == 1 && !f->table->irregular && !rao_geometry_of(f); }

/* Points of the chart by their place h along its one direction from the coordinates c. */
typedef struct curve {
    family_item at; /* its p: `state` */
    int64_t n;
    double *c, *moved, *state;
    double noise; /* the largest relative error of a speed */
    rao_quality *quality;
} curve;

static rao_status open(rao_ctx *ctx, const family_item *it, const double *start, rao_quality *quality, curve *k) {
    rao_status st;
    k->at = *it, k->noise = 0, k->quality = quality;
    k->n = it->f->coords[chart_number(it->f, it->chart)];
    RAO_TRY(rao_scratch(ctx, k->n, &k->c));
    RAO_TRY(rao_scratch(ctx, k->n, &k->moved));
    RAO_TRY(rao_scratch(ctx, it->f->state, &k->state));
    RAO_TRY(it->chart->store(ctx, it->f, start, k->c));
    k->at.p = k->state;
done:
    return st;
}

/* The first coordinate that moves. Behind it another may give way (probabilities), before it stands a weight of one. */
static int64_t moving(const curve *k) { return k->at.f->part_count; }

static rao_status load_at(rao_ctx *ctx, curve *k, double h) {
    memcpy(k->moved, k->c, sizeof *k->c * (size_t)k->n);
    if (h != 0) rao_move(&k->at, k->moved, 0, h);
    return k->at.chart->load(ctx, k->at.f, k->moved, k->state);
}

/* sqrt F at the place h. */
static rao_status speed_at(rao_ctx *ctx, curve *k, double h, double *speed) {
    double fisher = 0;
    rao_quality quality = {RAO_CLOSED, 0};
    RAO_OR_RETURN(load_at(ctx, k, h));
    RAO_OR_RETURN(rao_want_regular(ctx, &k->at));
    RAO_OR_RETURN(rao_fisher_best(ctx, &k->at, &fisher, &quality));
    if (fisher > 0) k->noise = fmax(k->noise, 0.5 * quality.error / fisher);
    *speed = sqrt(fisher);
    return RAO_OK;
}

static rao_status speeds(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    for (int64_t i = 0; i < at->count; i++) RAO_OR_RETURN(speed_at(ctx, arg, at->x[i], &f[i]));
    return RAO_OK;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Breaks in decades from where the speed may have a pole: the ends of the coordinate's range, and 0 and 1, which many coordinates end at. */
static int64_t lay_breaks(const curve *k, double low, double high, double *breaks) {
    const family_own *own = k->at.f->own;
    double ends[4] = {0, 1, own ? own->coordinates[0].low : 0, own ? own->coordinates[0].high : 1}, c = k->c[moving(k)];
    int64_t n = 0;
    for (int i = 0; i < 4; i++) {
        double near = ends[i] - c <= low ? low - (ends[i] - c) : (ends[i] - c) - high, side = ends[i] - c <= low ? 1 : -1;
        if (!(near > 0 && near < INF)) continue;
        for (double away = 10 * near; away - near < high - low && n < MOST_BREAKS; away *= 10) breaks[n++] = ends[i] - c + side * away;
    }
    qsort(breaks, (size_t)n, sizeof *breaks, ascending);
    return n;
}

/* *length = u at the place `to` - u here, signed, to `allowed`; adds its error. */
static rao_status measure(rao_ctx *ctx, curve *k, double to, double allowed, double *length) {
    rao_quad_info info;
    rao_quad_opts opts;
    double breaks[MOST_BREAKS];
    rao_quad_opts_init(&opts);
    opts.rel_tol = 1e-11, opts.abs_tol = allowed;
    *length = 0;
    k->quality->method = RAO_QUADRATURE;
    if (to == 0) return RAO_OK;
    opts.breaks = breaks, opts.n_breaks = lay_breaks(k, fmin(0, to), fmax(0, to), breaks);
    for (opts.max_evaluations = 600 + 63 * opts.n_breaks;;
         opts.max_evaluations = 20000) { /* a speed's own noise may be above the tolerance */
        rao_status st = rao_quad(ctx, &opts, speeds, k, 1, fmin(0, to), fmax(0, to), length, &info);
        if (st == RAO_OK) break;
        if (st != RAO_ENUMERIC || info.evaluations == 0) return st;
        if (info.error <= fmax(1e-8 * info.value, 1e3 * allowed)) *length = info.value;
        else if (opts.max_evaluations < 20000) continue;
        else return st;
        break;
    }
    k->quality->error += info.error + k->noise * *length;
    if (to < 0) *length = -*length;
    return RAO_OK;
}

/* Is h a member's place? The sentence of a refusal is not the caller's. */
static int inside(rao_ctx *ctx, curve *k, double h) { return isfinite(h) && load_at(ctx, k, h) == RAO_OK && isfinite(k->moved[0]); }

/* A place outside the family becomes one nine tenths of the way to the edge. */
static void draw_in(rao_ctx *ctx, curve *k, double *next) {
    double in = 0, out = fmax(fmin(*next, 1e300), -1e300);
    if (inside(ctx, k, *next)) return;
    for (int i = 0; i < 80 && in != out; i++) {
        double middle = 0.5 * in + 0.5 * out;
        if (middle == in || middle == out) break;
        if (inside(ctx, k, middle)) in = middle;
        else out = middle;
    }
    *next = 0.9 * in;
}

/* Moves k->c by u = step. */
static rao_status walk(rao_ctx *ctx, curve *k, double step) {
    double rest = step, speed, done;
    for (int i = 0; i < 400; i++) {
        RAO_OR_RETURN(speed_at(ctx, k, 0, &speed));
        double next = rest / speed, c = k->c[moving(k)];
        if (c + next == c || (i > 0 && fabs(rest) <= 1e-14 * fabs(step))) return k->quality->error /= speed, RAO_OK;
        draw_in(ctx, k, &next);
        RAO_OR_RETURN(measure(ctx, k, next, 1e-13 * fabs(step), &done));
        if (!(fabs(done) > 1e-7 * fabs(rest))) return rao_geometry_left(ctx, k->at.f);
        RAO_OR_RETURN(load_at(ctx, k, next));
        memcpy(k->c, k->moved, sizeof *k->c * (size_t)k->n);
        rest -= done;
    }
    return rao_fail(ctx, RAO_ENUMERIC, "%s: the end of the geodesic was not reached", k->at.f->table->info.name);
}

/* u(q) - u(p), measured from the coordinate that is nearer to 0, whose digits the other's lack. */
static rao_status between(rao_ctx *ctx, const family_item *it, double *length, rao_quality *quality) {
    rao_status st;
    curve k;
    const double *from = it->p, *to = it->q;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(open(ctx, it, from, quality, &k));
    RAO_TRY(k.at.chart->store(ctx, it->f, to, k.moved));
    if (fabs(k.moved[moving(&k)]) < fabs(k.c[moving(&k)])) {
        from = it->q, to = it->p;
        RAO_TRY(open(ctx, it, from, quality, &k));
        RAO_TRY(k.at.chart->store(ctx, it->f, to, k.moved));
    }
    RAO_TRY(measure(ctx, &k, k.moved[moving(&k)] - k.c[moving(&k)], 0, length));
    if (from == it->q) *length = -*length;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_curve_distance(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    RAO_OR_RETURN(between(ctx, it, out, quality));
    *out = fabs(*out);
    return RAO_OK;
}

/* The point a step from p. */
static rao_status step_from(rao_ctx *ctx, const family_item *it, const double *p, double step, double *out, rao_quality *quality) {
    rao_status st;
    curve k;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(open(ctx, it, p, quality, &k));
    RAO_TRY(walk(ctx, &k, step));
    memcpy(out, k.c, sizeof *out * (size_t)k.n);
    quality->method = RAO_QUADRATURE;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_curve_path(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    double length;
    if (it->t == 0 || it->t == 1) return it->chart->store(ctx, it->f, it->t == 0 ? it->p : it->q, out);
    RAO_OR_RETURN(between(ctx, it, &length, quality));
    return it->t < 0.5 ? step_from(ctx, it, it->p, it->t * length, out, quality)
                       : step_from(ctx, it, it->q, (it->t - 1) * length, out, quality);
}

static rao_status speed_at_p(rao_ctx *ctx, const family_item *it, double *speed, rao_quality *quality) {
    rao_status st;
    curve k;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(open(ctx, it, it->p, quality, &k));
    RAO_TRY(speed_at(ctx, &k, 0, speed));
    if (!(*speed > 0 && *speed < INF))
        RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: the metric at p is %g, so velocities have no length", it->f->table->info.name, *speed));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_curve_exp(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    double speed = 0;
    RAO_OR_RETURN(speed_at_p(ctx, it, &speed, quality));
    return step_from(ctx, it, it->p, speed * it->velocity[0], out, quality);
}

rao_status rao_curve_log(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    double length, speed = 0;
    RAO_OR_RETURN(speed_at_p(ctx, it, &speed, quality));
    RAO_OR_RETURN(between(ctx, it, &length, quality));
    *out = length / speed;
    quality->error /= speed;
    return RAO_OK;
}

/* The length of a velocity stays: v sqrt(F_p/F_q). */
rao_status rao_curve_carry(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    double fisher[2] = {0, 0};
    family_item at = *it;
    for (int end = 0; end < 2; end++) {
        rao_quality own = {RAO_CLOSED, 0};
        at.p = end ? it->q : it->p;
        RAO_OR_RETURN(rao_want_regular(ctx, &at));
        RAO_OR_RETURN(rao_fisher_best(ctx, &at, &fisher[end], &own));
        if (!(fisher[end] > 0 && fisher[end] < INF))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: no %s: the Fisher information is %g at %s", it->f->table->info.name, it->what,
                            fisher[end], end ? "q" : "p");
        if (own.method > quality->method) quality->method = own.method;
        quality->error += 0.5 * own.error / fisher[end];
    }
    *out = it->velocity[0] * (sqrt(fisher[0]) / sqrt(fisher[1]));
    quality->error *= fabs(*out);
    return RAO_OK;
}
