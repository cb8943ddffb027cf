/* track_newton.c - Newton's method for a track between two fixed ends.
 *
 * In an element the changes of b follow from those of its ends (a dense system of NODES n numbers), and with them those of the velocities there; that
 * velocities be continuous is then a block-tridiagonal system for the ends. At alpha = 0 the residual r = y'' + f, a vector at y, is differentiated
 * covariantly, which adds b(dy, r): the matrix is the second variation of the energy, positive where no curvature is, and every step goes down in energy from any
 * curve, steps being halved until they do. */
#include <math.h>
#include <string.h>

#include <rao/la.h>

#include "family/generic.h"
#include "manifold/track.h"

enum { HALVINGS = 12 };
static const double difference = 0x1p-23, /* for derivatives of f along y */
    reach = 2,                            /* a step goes at most so far */
    rounding = 1e-12,                     /* of an energy, in which what happens near a cusp may not show */
    most_work = 1.5e6,                    /* microseconds or so, of all steps together */
    settled = 1e-8;                       /* a step so small, relative to the elements, is followed by one of rounding */

typedef struct newton {
    track *k;
    int64_t n, block;                   /* NODES n */
    double *nodes, *speeds;             /* of one element */
    double *at, *near, *unit, *work[3]; /* opened points, vectors */
    double *by_y, *by_v, *residual;     /* n x n each, n */
    double *matrix, *right;             /* block x block, block x (1 + 2 n) */
    double *answer;                     /* count x block x (1 + 2 n) */
    double *lower, *diagonal, *upper;   /* count + 1 blocks of n x n, the last of n x (n + 1) with the right sides */
    double *moved;                      /* (count + 1) n, the changes of the ends */
    double *change;                     /* count block, of b */
} newton;

static rao_status allocate(rao_ctx *ctx, newton *w) {
    rao_status st;
    int64_t n = w->n, m = w->k->count;
    const struct {
        double **at;
        int64_t count;
    } rooms[] = {{&w->nodes, w->block},
                 {&w->speeds, w->block},
                 {&w->at, w->k->size},
                 {&w->near, w->k->size},
                 {&w->unit, n},
                 {&w->work[0], n},
                 {&w->work[1], n},
                 {&w->work[2], n},
                 {&w->by_y, n * n},
                 {&w->by_v, n * n},
                 {&w->residual, n},
                 {&w->matrix, w->block * w->block},
                 {&w->right, w->block * (1 + 2 * n)},
                 {&w->answer, m * w->block * (1 + 2 * n)},
                 {&w->lower, (m + 1) * n * n},
                 {&w->diagonal, (m + 1) * n * n},
                 {&w->upper, (m + 1) * n * (n + 1)},
                 {&w->moved, (m + 1) * n},
                 {&w->change, m * w->block}};
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) RAO_TRY(rao_scratch(ctx, rooms[i].count, rooms[i].at));
done:
    return st;
}

/* ---- one node ------------------------------------------------------------------------------------------------------ */

/* d force/d v along every axis: by the bilinear forms. */
static void by_velocity(newton *w, const double *v) {
    const track *k = w->k;
    int64_t n = w->n;
    double half = 0.5 * k->alpha, squared = 0, along = 0, *skew = w->work[1], *both = w->work[2];
    if (half != 0) {
        k->spray->skew(n, w->at, v, v, skew);
        squared = k->spray->metric(n, w->at, v, v), along = k->spray->metric(n, w->at, skew, v) / squared;
    }
    for (int64_t j = 0; j < n; j++) {
        double turn = 0;
        w->unit[j] = 1;
        k->spray->levi(n, w->at, v, w->unit, w->work[0]);
        if (half != 0) {
            k->spray->skew(n, w->at, v, w->unit, both);
            turn = (3 * k->spray->metric(n, w->at, skew, w->unit) - 2 * along * k->spray->metric(n, w->at, v, w->unit)) / squared;
        }
        for (int64_t i = 0; i < n; i++) {
            w->by_v[i * n + j] = 2 * w->work[0][i];
            if (half != 0) w->by_v[i * n + j] -= half * (2 * both[i] - turn * v[i] - (i == j ? along : 0));
        }
        w->unit[j] = 0;
    }
}

/* The residual at node i and its derivatives; nonzero outside the doubles. */
static int linearise(newton *w, const double *b, int i) {
    const track *k = w->k;
    int64_t n = w->n;
    const double *v = w->speeds + i * n, *base = k->p;
    double *y = w->nodes + i * n, *force = w->residual;
    if (k->spray->open(k->f, base, y, w->at)) return 1;
    rao_track_force(k, w->at, v, w->work[0], force, NULL);
    for (int64_t j = 0; j < n; j++) {
        double kept = y[j], step = fmax(1, fabs(kept)) * difference;
        y[j] = kept + step, step = y[j] - kept;
        if (k->spray->open(k->f, base, y, w->near)) return 1;
        rao_track_force(k, w->near, v, w->work[0], w->work[1], NULL);
        y[j] = kept;
        for (int64_t l = 0; l < n; l++) w->by_y[l * n + j] = (w->work[1][l] - force[l]) / step;
    }
    by_velocity(w, v);
    for (int64_t j = 0; j < n; j++) w->residual[j] += b[j];
    for (int64_t j = 0; j < n && k->alpha == 0; j++) { /* covariantly */
        w->unit[j] = 1;
        k->spray->levi(n, w->at, w->unit, w->residual, w->work[0]);
        for (int64_t l = 0; l < n; l++) w->by_y[l * n + j] += w->work[0][l];
        w->unit[j] = 0;
    }
    return 0;
}

/* ---- one element --------------------------------------------------------------------------------------------------- */

/* db = answer (1, d first end, d last end); *bad: where there is none. */
static rao_status condense(rao_ctx *ctx, newton *w, int64_t e, int *bad) {
    const track *k = w->k;
    int64_t n = w->n, size = w->block, sides = 1 + 2 * n;
    const double *b = k->b + e * size;
    double *answer = w->answer + e * size * sides;
    memset(w->matrix, 0, sizeof *w->matrix * (size_t)(size * size));
    rao_track_nodes(k, e, w->nodes, w->speeds);
    for (int i = 0; i < NODES; i++) {
        *bad = linearise(w, b + i * n, i);
        if (*bad) return RAO_OK;
        for (int64_t r = 0; r < n; r++) {
            double *row = w->matrix + (i * n + r) * size, *side = answer + (i * n + r) * sides;
            for (int64_t c = 0; c < n; c++) {
                double by_y = w->by_y[r * n + c], by_v = w->by_v[r * n + c];
                for (int l = 0; l < NODES; l++) row[l * n + c] = by_y * k->rule.between[i][l] + by_v * k->rule.speed[i][l];
                side[1 + c] = by_v - by_y * (1 - k->rule.c[i]), side[1 + n + c] = -by_v - by_y * k->rule.c[i];
            }
            row[i * n + r] += 1, side[0] = -w->residual[r];
        }
    }
    rao_mat a = rao_mat_view(RAO_F64, size, size, size, w->matrix), x = rao_mat_view(RAO_F64, size, sides, sides, answer);
    rao_status st = rao_solve(ctx, &a, &x);
    *bad = st == RAO_EDOMAIN || st == RAO_ENUMERIC;
    return *bad ? RAO_OK : st;
}

/* Changes of the velocity at an end, (1, d first, d last), each vector's component r in row r. */
static void end_change(const newton *w, int64_t e, int last, double *out) {
    const track *k = w->k;
    int64_t n = w->n, sides = 1 + 2 * n;
    for (int64_t r = 0; r < n; r++)
        for (int64_t s = 0; s < sides; s++) {
            double sum = s == 1 + r ? -1 : s == 1 + n + r ? 1 : 0;
            for (int l = 0; l < NODES; l++)
                sum += k->rule.weight[l] * (last ? k->rule.c[l] : k->rule.c[l] - 1) * w->answer[(e * w->block + l * n + r) * sides + s];
            out[r * sides + s] = sum / k->h[e];
        }
}

/* ---- all ends ------------------------------------------------------------------------------------------------------- */

/* Row e: velocities from both sides of end e agree. */
static int lay_row(newton *w, int64_t e, double *before, double *behind) {
    const track *k = w->k;
    int64_t n = w->n, sides = 1 + 2 * n;
    double *low = w->lower + e * n * n, *middle = w->diagonal + e * n * n, *up = w->upper + e * n * (n + 1), *leap = w->work[2];
    end_change(w, e - 1, 1, before), end_change(w, e, 0, behind);
    rao_track_ends(k, e - 1, w->work[0], w->work[1]);
    for (int64_t r = 0; r < n; r++) leap[r] = -w->work[1][r] / k->h[e - 1];
    rao_track_ends(k, e, w->work[0], w->work[1]);
    for (int64_t r = 0; r < n; r++) leap[r] += w->work[0][r] / k->h[e];
    for (int64_t r = 0; r < n; r++) {
        up[r * (n + 1) + n] = -leap[r] - behind[r * sides] + before[r * sides];
        for (int64_t c = 0; c < n; c++) {
            low[r * n + c] = -before[r * sides + 1 + c], up[r * (n + 1) + c] = behind[r * sides + 1 + n + c];
            middle[r * n + c] = behind[r * sides + 1 + c] - before[r * sides + 1 + n + c];
        }
    }
    if (k->alpha != 0) return 0;
    if (k->spray->open(k->f, k->p, k->y + e * n, w->at)) return 1;
    for (int64_t c = 0; c < n; c++) {
        w->unit[c] = 1;
        k->spray->levi(n, w->at, w->unit, leap, w->work[0]);
        for (int64_t r = 0; r < n; r++) middle[r * n + c] += w->work[0][r];
        w->unit[c] = 0;
    }
    return 0;
}

/* Block elimination: ends e and e + 1 are bound as d(e) = right(e) - upper(e) d(e + 1). */
static int solve_ends(newton *w) {
    int64_t n = w->n, m = w->k->count;
    double *before = w->right, *behind = w->right + n * (1 + 2 * n);
    for (int64_t e = 1; e < m; e++) {
        double *low = w->lower + e * n * n, *middle = w->diagonal + e * n * n, *up = w->upper + e * n * (n + 1),
               *previous = up - n * (n + 1);
        if (lay_row(w, e, before, behind)) return 1;
        for (int64_t r = 0; r < n && e > 1; r++)
            for (int64_t l = 0; l < n; l++) {
                for (int64_t c = 0; c < n; c++) middle[r * n + c] -= low[r * n + l] * previous[l * (n + 1) + c];
                up[r * (n + 1) + n] -= low[r * n + l] * previous[l * (n + 1) + n];
            }
        if (rao_eliminate(middle, n, up, n + 1)) return 1;
    }
    memset(w->moved, 0, sizeof *w->moved * (size_t)((m + 1) * n));
    for (int64_t e = m - 1; e > 0; e--)
        for (int64_t r = 0; r < n; r++) {
            const double *row = w->upper + e * n * (n + 1) + r * (n + 1);
            double sum = row[n];
            for (int64_t c = 0; c < n; c++) sum -= row[c] * w->moved[(e + 1) * n + c];
            w->moved[e * n + r] = sum;
        }
    return 0;
}

/* ---- the step ------------------------------------------------------------------------------------------------------- */

/* db of element e into `out`. */
static void change_of(const newton *w, int64_t e, double *out) {
    int64_t n = w->n, sides = 1 + 2 * n;
    const double *ends = w->moved + e * n; /* those of both ends lie side by side */
    for (int64_t i = 0; i < w->block; i++) {
        const double *row = w->answer + (e * w->block + i) * sides;
        out[i] = row[0];
        for (int64_t j = 0; j < 2 * n; j++) out[i] += row[1 + j] * ends[j];
    }
}

/* The largest change of y at a node: in units of the metric or two of a coordinate, and in the metric over the length of its element. Leaves db in w->change. */
static int measure(newton *w, double *most, double *relative) {
    const track *k = w->k;
    int64_t n = w->n;
    *most = *relative = 0;
    for (int64_t e = 0; e < k->count; e++) {
        double *db = w->change + e * w->block;
        const double *first = w->moved + e * n, *last = first + n;
        change_of(w, e, db);
        rao_track_nodes(k, e, w->nodes, w->speeds);
        for (int i = 0; i < NODES; i++) {
            if (k->spray->open(k->f, k->p, w->nodes + i * n, w->at)) return 1;
            for (int64_t j = 0; j < n; j++) {
                w->work[0][j] = (1 - k->rule.c[i]) * first[j] + k->rule.c[i] * last[j];
                for (int l = 0; l < NODES; l++) w->work[0][j] += k->rule.between[i][l] * db[l * n + j];
            }
            for (int64_t j = 0; j < n; j++) *most = fmax(*most, fabs(w->work[0][j]) / 2);
            double size = sqrt(k->spray->metric(n, w->at, w->work[0], w->work[0]));
            double length = sqrt(k->spray->metric(n, w->at, w->speeds + i * n, w->speeds + i * n));
            if (!isfinite(size)) return 1;
            *most = fmax(*most, size), *relative = fmax(*relative, length > 0 ? size / length : 0);
        }
    }
    return 0;
}

/* int g(y', y') ds, INF outside the doubles. */
static double energy(newton *w) {
    const track *k = w->k;
    double sum = 0;
    for (int64_t e = 0; e < k->count; e++) {
        rao_track_nodes(k, e, w->nodes, w->speeds);
        for (int i = 0; i < NODES; i++) {
            const double *v = w->speeds + i * w->n;
            if (k->spray->open(k->f, k->p, w->nodes + i * w->n, w->at)) return INF;
            sum += k->rule.weight[i] / k->h[e] * k->spray->metric(w->n, w->at, v, v);
        }
    }
    return isfinite(sum) ? sum : INF;
}

static void move(newton *w, const double *y, const double *b, const double *db, double part) {
    track *k = w->k;
    for (int64_t i = 0; i < (k->count + 1) * w->n; i++) k->y[i] = y[i] + part * w->moved[i];
    for (int64_t i = 0; i < k->count * w->block; i++) k->b[i] = b[i] + part * db[i];
}

rao_status rao_track_newton(rao_ctx *ctx, track *k, int steps, double *left) {
    rao_status st;
    newton w = {.k = k, .n = k->n, .block = NODES * k->n};
    double most = INF, before, *start_y, *start_b;
    *left = INF;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(allocate(ctx, &w));
    RAO_TRY(rao_scratch(ctx, (k->count + 1) * k->n, &start_y));
    RAO_TRY(rao_scratch(ctx, k->count * w.block, &start_b));
    memset(w.unit, 0, sizeof *w.unit * (size_t)k->n);
    for (int step = 0; step < steps; step++) {
        int bad = 0;
        k->work += (double)k->count * (double)k->n * (18 + 0.09 * (double)(k->n * k->n)); /* metric and matrices */
        if (k->work > most_work) break;
        if (rao_ctx_cancelled(ctx))
            RAO_TRY(rao_fail(ctx, RAO_ENUMERIC, "%s: cancelled in the search for a geodesic", k->f->table->info.name));
        for (int64_t e = 0; e < k->count && !bad; e++) RAO_TRY(condense(ctx, &w, e, &bad));
        if (bad || solve_ends(&w) || measure(&w, &most, left)) {
            *left = INF;
            break;
        }
        double part = fmin(1, reach / most);
        memcpy(start_y, k->y, sizeof *start_y * (size_t)((k->count + 1) * k->n));
        memcpy(start_b, k->b, sizeof *start_b * (size_t)(k->count * w.block));
        before = k->alpha == 0 && *left > 0.1 ? energy(&w) * (1 + rounding) : INF;
        move(&w, start_y, start_b, w.change, part);
        for (int half = 0; half < HALVINGS && before < INF && !(energy(&w) <= before); half++)
            move(&w, start_y, start_b, w.change, part /= 2);
        if (part == 1 && *left < settled) {
            *left = 0;
            break;
        }
        if (k->alpha != 0 && step > 8 && *left > 1) break;
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
