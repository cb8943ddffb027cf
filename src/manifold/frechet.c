/* frechet.c - the Frechet mean of the Fisher-Rao distance: the zero of v(c) = sum w_i log_c p_i (H. Karcher 1977, Comm. Pure Appl. Math. 30, 509-541).
 *
 * From the inductive mean, where point k draws the mean of those before it by w_k/(w_1 + .. + w_k) along a geodesic (exact on a line, K.-T. Sturm 2003), steps
 * exp_c(tau v) with tau by J. Barzilai and J. Borwein 1988, the last v carried along in parallel. The spaces of nonpositive curvature have one mean; on the
 * sphere all laws lie in a ball of radius acos(1/sqrt k) < pi/2, which is enough (B. Afsari 2011, Proc. AMS 139, 655-673). On a line v is exact after one step. */
#include "manifold/frechet.h"

#include <math.h>
#include <string.h>

#include "manifold/curve.h"
#include "manifold/geometry.h"

enum { STEPS = 2000, PATIENCE = 12 };

typedef struct karcher {
    const rao_family *f;
    const family_mean *points;
    const model_space *space;
    int64_t n;               /* numbers of a velocity */
    double *log, *form;      /* one velocity; the Fisher matrix in chart 0 */
    double *v, *next, *step; /* v at the state and at the next one; the step */
    double *trial, *best;    /* states */
    rao_quality each;        /* of the last answer of the space */
    double noise;            /* of v, in the metric */
} karcher;

static rao_status allocate(rao_ctx *ctx, karcher *k) {
    rao_status st = RAO_OK;
    double **vectors[] = {&k->log, &k->v, &k->next, &k->step}, **states[] = {&k->trial, &k->best};
    k->n = k->space->velocity ? k->space->velocity(k->f) : k->f->dim;
    for (int i = 0; i < 4; i++) RAO_TRY(rao_scratch(ctx, k->n, vectors[i]));
    for (int i = 0; i < 2; i++) RAO_TRY(rao_scratch(ctx, k->f->state, states[i]));
    RAO_TRY(rao_scratch(ctx, k->f->dim * k->f->dim, &k->form));
done:
    return st;
}

/* ---- the metric -------------------------------------------------------------------------------------------------- */

static void measure_at(const karcher *k, const double *s) {
    if (k->space->velocity) return;
    memset(k->form, 0, sizeof *k->form * (size_t)(k->n * k->n));
    k->f->table->fisher(k->f, s, k->form);
}

/* Spaces with velocities of their own are Euclidean in these: the line, and the sphere in units of 2 sqrt(draws). */
static double inner(const karcher *k, const double *v, const double *w) {
    double sum = 0, unit = k->space == &rao_space_sphere ? 4 * (k->f->table->info.fixed ? k->f->fixed : 1) : 1;
    for (int64_t i = 0; i < k->n; i++) {
        if (k->space->velocity) sum += unit * v[i] * w[i];
        for (int64_t j = 0; j < k->n && !k->space->velocity; j++) sum += v[i] * k->form[i * k->n + j] * w[j];
    }
    return sum;
}

/* The length of a velocity with all numbers one, at most. */
static double widest_form(const karcher *k) {
    double sum = 0;
    for (int64_t i = 0; i < k->n && !k->space->velocity; i++) sum += sqrt(k->form[i * k->n + i]);
    return sum;
}

/* v = sum w_i log p_i at s; *spread = sum w_i |log p_i|. */
static rao_status pull(rao_ctx *ctx, karcher *k, const double *s, double *v, double *spread) {
    *spread = 0;
    measure_at(k, s);
    double widest = widest_form(k);
    k->noise = 0;
    memset(v, 0, sizeof *v * (size_t)k->n);
    for (int64_t i = 0; i < k->points->n; i++) {
        if (k->points->w[i] == 0) continue;
        k->each = (rao_quality){RAO_CLOSED, 0};
        RAO_OR_RETURN(k->space->log(ctx, k->f, s, k->points->s[i], k->log, &k->each));
        for (int64_t j = 0; j < k->n; j++) v[j] += k->points->w[i] * k->log[j];
        *spread += k->points->w[i] * sqrt(inner(k, k->log, k->log));
        k->noise += k->points->w[i] * k->each.error * widest;
    }
    return RAO_OK;
}

/* ---- the search -------------------------------------------------------------------------------------------------- */

static rao_status start(rao_ctx *ctx, karcher *k, double *s) {
    const family_mean *m = k->points;
    size_t bytes = sizeof *s * (size_t)k->f->state;
    double sum = 0;
    for (int64_t i = 0; i < m->n; i++) {
        if (m->w[i] == 0) continue;
        if (sum == 0) memcpy(s, m->s[i], bytes);
        sum += m->w[i];
        if (sum == m->w[i]) continue;
        RAO_OR_RETURN(k->space->path(ctx, k->f, s, m->s[i], m->w[i] / sum, k->trial, &k->each));
        memcpy(s, k->trial, bytes);
    }
    return RAO_OK;
}

/* tau |v|^2 / <v, v - v_next>, all at the next point: the inverse of the Hessian's mean along the step. */
static rao_status next_rate(rao_ctx *ctx, karcher *k, const double *s, double *tau) {
    RAO_OR_RETURN(k->space->carry(ctx, k->f, s, k->trial, k->v, k->step, &k->each));
    double size = inner(k, k->step, k->step), change = size - inner(k, k->step, k->next);
    *tau = change > 0 ? fmin(fmax(*tau * size / change, 1e-4), 16) : 1;
    return RAO_OK;
}

static rao_status stopped(rao_ctx *ctx, const karcher *k, double left, double spread) {
    return rao_fail(ctx, RAO_ENUMERIC,
                    "%s: the Frechet mean was not reached: a mean velocity of %.3g is left where the points are %.3g away",
                    k->f->table->info.name, left, spread);
}

/* Until v is rounding, or has not halved for a while; the best state stays. */
static rao_status search(rao_ctx *ctx, karcher *k, double *s, rao_quality *quality) {
    double tau = 1, spread, length, least, tried;
    size_t state = sizeof *s * (size_t)k->f->state;
    int waited = 0;
    RAO_OR_RETURN(pull(ctx, k, s, k->v, &spread));
    least = length = sqrt(inner(k, k->v, k->v));
    memcpy(k->best, s, state);
    for (int i = 0; i < STEPS && least > 1e-16 * spread && waited < PATIENCE; i++) {
        for (int64_t j = 0; j < k->n; j++) k->step[j] = tau * k->v[j];
        rao_status st = k->space->exp(ctx, k->f, s, k->step, k->trial, &k->each);
        if (st == RAO_OK) st = pull(ctx, k, k->trial, k->next, &spread);
        if (st != RAO_OK && st != RAO_EDOMAIN) return st;
        tried = st == RAO_OK ? sqrt(inner(k, k->next, k->next)) : INF;
        if (!(tried < 4 * length)) { /* too far, or out of the family */
            tau /= 4, waited += length <= 1e-12 * spread;
            if (tau < 1e-12) return st == RAO_OK ? stopped(ctx, k, least, spread) : st;
            continue;
        }
        RAO_OR_RETURN(next_rate(ctx, k, s, &tau));
        memcpy(s, k->trial, state);
        memcpy(k->v, k->next, sizeof *k->v * (size_t)k->n);
        waited = tried < 0.5 * least ? 0 : waited + (least <= 1e-11 * spread);
        length = tried;
        if (length < least) least = length, memcpy(k->best, s, state);
    }
    memcpy(s, k->best, state);
    if (!(least <= 1e-8 * spread)) return stopped(ctx, k, least, spread);
    *quality = (rao_quality){RAO_ITERATION, least + k->noise + 4e-16 * spread};
    return RAO_OK;
}

/* ---- curves -------------------------------------------------------------------------------------------------------- */

/* exp of the mean of the logs at the first point, which on a curve is the mean from anywhere. */
static rao_status on_curve(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s, rao_quality *quality) {
    rao_status st;
    rao_family_args args;
    double mean = 0, log, *c;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_family_args_init(&args);
    family_item it = {.f = f, .chart = &f->table->charts[0], .args = &args, .what = "frechet centroid", .p = m->s[0], .velocity = &mean};
    RAO_TRY(rao_scratch(ctx, f->coords[0], &c));
    for (int64_t i = 1; i < m->n; i++) {
        it.q = m->s[i];
        if (m->w[i] == 0) continue;
        RAO_TRY(rao_curve_log(ctx, &it, &log, quality));
        mean += m->w[i] * log;
    }
    RAO_TRY(rao_curve_exp(ctx, &it, c, quality));
    RAO_TRY(f->table->charts[0].load(ctx, f, c, s));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_frechet_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s, rao_quality *quality) {
    rao_status st;
    karcher k = {.f = f, .points = m};
    if (rao_is_curve(f)) return on_curve(ctx, f, m, s, quality);
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_geometry_find(ctx, f, "frechet centroid", &k.space));
    RAO_TRY(allocate(ctx, &k));
    RAO_TRY(start(ctx, &k, s));
    if (k.space != &rao_space_line) RAO_TRY(search(ctx, &k, s, quality));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
