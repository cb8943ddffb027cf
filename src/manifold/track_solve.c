/* track_solve.c - the geodesic of the alpha-connection between two points: from a first curve (track_start.c) the Fisher-Rao geodesic by Newton's method
 * (track_newton.c), elements halved where their polynomials leave something out. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "family/generic.h"
#include "manifold/track.h"

enum { MOST_ELEMENTS = 4000, ROUNDS = 8, HALVINGS = 40, STEPS = 16 };
static const double left_out = 1e-13, /* of the length of an element */
    most_work = 1e6;                  /* microseconds or so, as rao_track_newton counts them */

/* int |speed - its mean| ds, of the speeds h at all nodes. */
static double deviation(const track *k, const double *speed) {
    double sum = 0;
    for (int64_t e = 0; e < k->count; e++)
        for (int i = 0; i < NODES; i++) sum += k->rule.weight[i] * fabs(speed[e * NODES + i] - k->length * k->h[e]);
    return sum;
}

/* Marks the elements that leave something out, *all their number. Sums up length and errors. */
static rao_status judge(rao_ctx *ctx, track *k, unsigned char *halve, int64_t *all) {
    rao_status st;
    int64_t n = k->n;
    double *nodes, *v, *at, *work, *speed;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, NODES * n, &nodes));
    RAO_TRY(rao_scratch(ctx, NODES * n, &v));
    RAO_TRY(rao_scratch(ctx, k->size, &at));
    RAO_TRY(rao_scratch(ctx, n, &work));
    RAO_TRY(rao_scratch(ctx, k->count * NODES, &speed));
    *all = 0, k->error = k->error_y = k->length = 0;
    for (int64_t e = 0; e < k->count; e++) {
        double error = 0, error_y = 0, length = 0;
        rao_track_nodes(k, e, nodes, v);
        for (int i = 0; i < NODES; i++) {
            if (k->spray->open(k->f, k->p, nodes + i * n, at))
                RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: the geodesic leaves the doubles", k->f->table->info.name));
            double here = speed[e * NODES + i] = sqrt(k->spray->metric(n, at, v + i * n, v + i * n));
            length += k->rule.weight[i] * here;
            if (i == NODES / 2) rao_track_tail(k, e, at, work, &error, &error_y);
        }
        halve[e] = error > left_out * length, *all += halve[e];
        k->length += length, k->error += error, k->error_y += error_y;
    }
    k->length_error = deviation(k, speed);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* The curve of `from` in room of its own. */
static rao_status copy(rao_ctx *ctx, track *k, const track *from) {
    RAO_OR_RETURN(rao_track_allocate(ctx, k, from->count));
    memcpy(k->y, from->y, sizeof *k->y * (size_t)((k->count + 1) * k->n));
    memcpy(k->b, from->b, sizeof *k->b * (size_t)(k->count * NODES * k->n));
    memcpy(k->h, from->h, sizeof *k->h * (size_t)k->count);
    return RAO_OK;
}

/* The elements marked become two each. */
static rao_status halve_elements(rao_ctx *ctx, track *k, const unsigned char *halve, int64_t more) {
    rao_status st;
    track old = *k;
    int64_t n = k->n, at = 0;
    double *nodes, *speeds;
    RAO_TRY(rao_track_allocate(ctx, k, old.count + more));
    RAO_TRY(rao_scratch(ctx, NODES * n, &nodes));
    RAO_TRY(rao_scratch(ctx, NODES * n, &speeds));
    memcpy(k->y, old.y, sizeof *k->y * (size_t)n);
    for (int64_t e = 0; e < old.count; e++) {
        int parts = halve[e] ? 2 : 1;
        const double *b = old.b + e * NODES * n, *from = old.y + e * n, *to = from + n;
        rao_track_nodes(&old, e, nodes, speeds);
        for (int part = 0; part < parts; part++, at++) {
            k->h[at] = old.h[e] / parts;
            for (int i = 0; i < NODES; i++) {
                double weight[NODES], x = (part + k->rule.c[i]) / parts;
                rao_collocation_value(&k->rule, x, weight);
                for (int64_t j = 0; j < n; j++)
                    for (int l = 0; l < NODES; l++) k->b[(at * NODES + i) * n + j] += weight[l] * b[l * n + j] / (parts * parts);
            }
            if (part + 1 < parts) rao_track_between(k, from, nodes, to, 0.5, k->y + (at + 1) * n);
            else memcpy(k->y + (at + 1) * n, to, sizeof *to * (size_t)n);
        }
    }
done:
    return st;
}

/* At alpha = 0 from any curve. Where Newton's method stalls the elements do not fit the curve that it has come to: cut anew, ever finer. */
static rao_status reach(rao_ctx *ctx, track *k) {
    double unit = 1, left;
    for (int round = 0; round < ROUNDS; round++, unit *= 0.7) {
        RAO_OR_RETURN(rao_track_newton(ctx, k, STEPS, &left));
        if (left == 0) return RAO_OK;
        if (k->work > most_work) break;
        RAO_OR_RETURN(rao_track_cut(ctx, k, unit));
    }
    return rao_fail(ctx, RAO_ENUMERIC, "%s: the geodesic was not reached: the points lie too far apart", k->f->table->info.name);
}

/* Elements halved until nothing is left out; *left as of rao_track_newton. */
static rao_status refine(rao_ctx *ctx, track *k, double *left) {
    rao_status st;
    unsigned char *halve;
    int64_t more;
    *left = 0;
    for (int round = 0; round < HALVINGS; round++) {
        RAO_TRY(rao_scratch(ctx, k->count, &halve));
        RAO_TRY(judge(ctx, k, halve, &more));
        if (more == 0) goto done;
        if (k->count + more > MOST_ELEMENTS || k->work > 3 * most_work) break;
        RAO_TRY(halve_elements(ctx, k, halve, more));
        if (k->alpha == 0) RAO_TRY(reach(ctx, k));
        else RAO_TRY(rao_track_newton(ctx, k, STEPS, left));
        if (*left > 0) goto done;
    }
    *left = INF;
done:
    return st;
}

/* From alpha = 0 on in steps that are halved where Newton's method fails. */
static rao_status follow(rao_ctx *ctx, track *k, double alpha) {
    double step = alpha, left;
    while (k->alpha != alpha) {
        track last = *k;
        k->alpha = fabs(alpha - last.alpha) < 1.5 * fabs(step) ? alpha : last.alpha + step;
        RAO_OR_RETURN(copy(ctx, k, &last));
        RAO_OR_RETURN(rao_track_newton(ctx, k, STEPS, &left));
        if (left == 0) RAO_OR_RETURN(refine(ctx, k, &left));
        double work = k->work;
        if (left == 0) {
            step *= 2;
            continue;
        }
        *k = last, k->work = work, step /= 2;
        if (fabs(step) < 1e-3 * fmax(1, fabs(alpha)) || work > 3 * most_work)
            return rao_fail(
                ctx, RAO_ENUMERIC,
                "%s: no alpha_geodesic was found at alpha = %g: followed from the Fisher-Rao geodesic it goes as far as alpha = %.3g",
                k->f->table->info.name, alpha, last.alpha);
    }
    return RAO_OK;
}

rao_status rao_track_open(rao_ctx *ctx, const rao_family *f, const spray *by, const char *what, const double *p, track *k) {
    const char *name = f->table->info.name;
    if (f->dim > MOST_COORDINATES)
        return rao_fail(ctx, RAO_EUNABLE, "%s: no %s: its geodesics are solved for in at most %d coordinates, here are %lld", name, what,
                        MOST_COORDINATES, (long long)f->dim);
    *k = (track){.f = f, .spray = by, .p = p, .n = f->dim, .size = by->size(f->dim)};
    rao_collocation_open(&k->rule);
    return RAO_OK;
}

rao_status rao_track_solve(rao_ctx *ctx, const rao_family *f, const spray *by, const char *what, const double *p, const double *q,
                           double alpha, track *k) {
    rao_status st;
    double *to, moves = 0, left;
    RAO_TRY(rao_track_open(ctx, f, by, what, p, k));
    RAO_TRY(rao_scratch(ctx, k->n, &to));
    k->spray->gap(f, p, q, to);
    for (int64_t j = 0; j < k->n; j++) moves = fmax(moves, fabs(to[j]));
    if (moves == 0) {
        RAO_TRY(rao_track_allocate(ctx, k, 1));
        memset(k->y, 0, sizeof *k->y * (size_t)(2 * k->n));
        k->h[0] = 1;
        goto done;
    }
    RAO_TRY(rao_track_start(ctx, k, to));
    RAO_TRY(reach(ctx, k));
    RAO_TRY(refine(ctx, k, &left));
    if (left > 0)
        RAO_TRY(
            rao_fail(ctx, RAO_ENUMERIC, "%s: the geodesic was not resolved by %lld elements", f->table->info.name, (long long)k->count));
    RAO_TRY(follow(ctx, k, alpha));
done:
    return st;
}
