#include "family/expect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "family/generic.h"

/* ---- finite and countable supports --------------------------------------------------------------------------- */

static rao_status over_classes(rao_ctx *ctx, const rao_family *f, const double *s, expect_fn *g, void *arg, double *mean) {
    for (int64_t i = 0; i < f->d; i++) {
        double x = (double)i, weight = exp(f->table->logpdf(f, s, &x));
        if (weight > 0) RAO_OR_RETURN(g(ctx, &x, weight, mean, arg));
    }
    return RAO_OK;
}

static double norm(const double *v, int64_t m) {
    double most = 0;
    for (int64_t i = 0; i < m; i++) most = fmax(most, fabs(v[i]));
    return most;
}

enum { MOST_TERMS = 10000000, QUIET_TERMS = 3, MOST_LANDMARKS = 130 };

/* Terms from `from` in steps of `step` until QUIET_TERMS in a row no longer count (log-concave tails: then none behind them does). */
static rao_status outward(rao_ctx *ctx, const rao_family *f, const double *s, int64_t m, expect_fn *g, void *arg, double from, double step,
                          double end, double beyond, double *mean, double *term) {
    int quiet = 0;
    int64_t terms = 0;
    for (double x = from; step > 0 ? x <= end : x >= end; x += step) {
        double weight = exp(f->table->logpdf(f, s, &x));
        memset(term, 0, sizeof *term * (size_t)m);
        if (weight > 0) RAO_OR_RETURN(g(ctx, &x, weight, term, arg));
        quiet = norm(term, m) <= 1e-18 * norm(mean, m) ? quiet + 1 : 0;
        for (int64_t i = 0; i < m; i++) mean[i] += term[i];
        if (quiet >= QUIET_TERMS && (x - beyond) * step > 0 && (weight == 0 || fabs(x - from) > 8)) break;
        if (++terms > MOST_TERMS)
            return rao_fail(ctx, RAO_ENUMERIC, "%s: the sum over the support did not settle within %d terms", f->table->info.name,
                            MOST_TERMS);
    }
    return RAO_OK;
}

static rao_status over_counts(rao_ctx *ctx, const rao_family *f, const double *s, int64_t m, expect_fn *g, void *arg, double *mean) {
    rao_status st;
    double low, high, middle, scale, *term;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, m, &term));
    f->table->support(f, s, &low, &high);
    f->table->center(f, s, &middle, &scale);
    middle = fmin(high, fmax(low, floor(middle)));
    double first = middle, last = middle; /* no stop between the modes of a mixture */
    if (f->table->landmarks) {
        double at[MOST_LANDMARKS];
        int64_t n = f->table->landmarks(f, s, at, MOST_LANDMARKS);
        for (int64_t i = 0; i < n; i++) first = fmin(first, at[i]), last = fmax(last, at[i]);
    }
    RAO_TRY(outward(ctx, f, s, m, g, arg, middle, 1, high, last, mean, term));
    RAO_TRY(outward(ctx, f, s, m, g, arg, middle - 1, -1, low, first, mean, term));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- lines: double-exponential quadrature (Takahasi & Mori 1974) ---------------------------------------------- */

enum { MOST_LEVELS = 7 };
static const double half_pi = 1.57079632679489661923, furthest = 6;

typedef struct line {
    const rao_family *f;
    const double *s;
    expect_fn *g;
    void *arg;
    int64_t m, points;
    double at[MOST_LANDMARKS], low, high, scale;
} line;

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void add_landmarks(line *l, const double *s) {
    double middle, scale;
    if (l->f->table->landmarks) {
        l->points += l->f->table->landmarks(l->f, s, l->at + l->points, MOST_LANDMARKS / 2);
    } else {
        l->f->table->center(l->f, s, &middle, &scale);
        l->at[l->points++] = middle;
    }
}

/* Sorted, distinct, strictly inside the support. */
static void settle_landmarks(line *l) {
    int64_t kept = 0;
    qsort(l->at, (size_t)l->points, sizeof l->at[0], ascending);
    for (int64_t i = 0; i < l->points; i++)
        if (l->at[i] > l->low && l->at[i] < l->high && (kept == 0 || l->at[i] > l->at[kept - 1])) l->at[kept++] = l->at[i];
    l->points = kept;
}

/* The node at t of panel i, between landmark i - 1 (or the low end) and landmark i (or the high end), and dx/dt. */
static double node(const line *l, int64_t panel, double t, double *dx) {
    double a = panel > 0 ? l->at[panel - 1] : l->low, b = panel < l->points ? l->at[panel] : l->high;
    double u = half_pi * sinh(t), du = half_pi * cosh(t);
    if (isfinite(a) && isfinite(b)) { /* the distance to the nearer end keeps its digits */
        double e = exp(-2 * fabs(u)), side = e / (1 + e);
        *dx = 2 * (b - a) * side / (1 + e) * du;
        return u < 0 ? a + (b - a) * side : b - (b - a) * side;
    }
    double d = l->scale * exp(u);
    *dx = d * du;
    return isfinite(a) ? a + d : b - d;
}

static rao_status add_node(rao_ctx *ctx, const line *l, int64_t panel, double t, double h, double *sum) {
    double dx, x = node(l, panel, t, &dx);
    if (!(dx > 0) || !isfinite(x) || !isfinite(dx)) return RAO_OK;
    double log_p = l->f->table->possible(l->f, &x) ? l->f->table->logpdf(l->f, l->s, &x) : -INF;
    double weight = exp(log_p) * dx * h;
    return weight > 0 && isfinite(weight) ? l->g(ctx, &x, weight, sum, l->arg) : RAO_OK;
}

/* All nodes of one level: every multiple of h at the first, then the odd ones. */
static rao_status add_level(rao_ctx *ctx, const line *l, int level, double h, double *sum) {
    int64_t most = (int64_t)(furthest / h), step = level ? 2 : 1;
    for (int64_t panel = 0; panel <= l->points; panel++)
        for (int64_t i = level ? -most + (most % 2 == 0) : -most; i <= most; i += step)
            RAO_OR_RETURN(add_node(ctx, l, panel, (double)i * h, h, sum));
    return RAO_OK;
}

static rao_status over_line(rao_ctx *ctx, line *l, double *mean, rao_quality *quality) {
    rao_status st;
    double *fresh, *gap;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, l->m, &fresh));
    RAO_TRY(rao_scratch(ctx, l->m, &gap));
    double h = 0.25;
    RAO_TRY(add_level(ctx, l, 0, h, mean));
    for (int level = 1; level < MOST_LEVELS; level++) {
        h /= 2;
        memset(fresh, 0, sizeof *fresh * (size_t)l->m);
        RAO_TRY(add_level(ctx, l, level, h, fresh));
        for (int64_t i = 0; i < l->m; i++) {
            double next = mean[i] / 2 + fresh[i];
            gap[i] = next - mean[i];
            mean[i] = next;
        }
        quality->error = norm(gap, l->m);
        if (level > 1 && quality->error <= 1e-14 * norm(mean, l->m)) break;
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- several variables: averages over draws ------------------------------------------------------------------ */

static rao_status over_draws(rao_ctx *ctx, const rao_family *f, const double *s, const expect_draws *draws, int64_t m, expect_fn *g,
                             void *arg, double *mean, rao_quality *quality) {
    rao_status st;
    double *x, *one, *squares;
    int64_t n = draws->samples > 0 ? draws->samples : 100000;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->observation, &x));
    RAO_TRY(rao_scratch(ctx, m, &one));
    RAO_TRY(rao_scratch(ctx, m, &squares));
    memset(squares, 0, sizeof *squares * (size_t)m);
    for (int64_t i = 0; i < n; i++) {
        rao_draws d = rao_draws_at(draws->stream, draws->step, (uint64_t)i);
        f->table->sample(f, s, &d, x);
        memset(one, 0, sizeof *one * (size_t)m);
        RAO_TRY(g(ctx, x, 1, one, arg));
        for (int64_t j = 0; j < m; j++) { /* Welford's running mean and sum of squares */
            if (isinf(one[j]) || isinf(mean[j])) {
                mean[j] = isinf(mean[j]) ? mean[j] : one[j];
                continue;
            }
            double delta = one[j] - mean[j];
            mean[j] += delta / (double)(i + 1);
            squares[j] += delta * (one[j] - mean[j]);
        }
    }
    quality->method = RAO_MONTE_CARLO;
    quality->error = sqrt(norm(squares, m)) / (double)n; /* the largest standard error */
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_expect(rao_ctx *ctx, const rao_family *f, const double *s, const double *t, const expect_draws *draws, int64_t m,
                      expect_fn *g, void *arg, double *mean, rao_quality *quality) {
    memset(mean, 0, sizeof *mean * (size_t)m);
    quality->method = RAO_SERIES;
    quality->error = 0;
    if (draws->only || f->observation > 1 || (!f->table->support && !f->table->info.discrete))
        return over_draws(ctx, f, s, draws, m, g, arg, mean, quality);
    if (f->table->info.discrete && !f->table->support) return over_classes(ctx, f, s, g, arg, mean);
    if (f->table->info.discrete) return over_counts(ctx, f, s, m, g, arg, mean);
    double middle;
    line l = {.f = f, .s = s, .g = g, .arg = arg, .m = m};
    f->table->support(f, s, &l.low, &l.high);
    f->table->center(f, s, &middle, &l.scale);
    add_landmarks(&l, s);
    if (t) add_landmarks(&l, t);
    settle_landmarks(&l);
    quality->method = RAO_QUADRATURE;
    return over_line(ctx, &l, mean, quality);
}
