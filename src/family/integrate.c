#include "family/integrate.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <rao/num.h>

#include "family/generic.h"

/* ---- one point ----------------------------------------------------------------------------------------------- */

typedef struct walk {
    const rao_family *f;
    int64_t m;
    integrand_fn *g;
    void *arg;
    double noise;
    double *infinite; /* m: 0, or the infinity that a component met */
    double *errors;   /* m, or NULL: added to */
    int between;      /* nonzero: a law of counts is asked for between the counts, where its formula goes on */
} walk;

/* An infinity at a point where the density is not 0 is no pole to be resolved: it is kept, and the point left out. */
static rao_status look(rao_ctx *ctx, const walk *w, double x, double *value) {
    memset(value, 0, sizeof *value * (size_t)w->m);
    if (!w->between && !w->f->table->possible(w->f, &x)) return RAO_OK;
    RAO_OR_RETURN(w->g(ctx, &x, value, w->arg));
    for (int64_t j = 0; j < w->m; j++)
        if (isinf(value[j])) w->infinite[j] += value[j], value[j] = 0;
    return RAO_OK;
}

/* What the engine reached: its value, or infinite where it found the integral improper or a term infinite. */
static rao_status settle(rao_ctx *ctx, const walk *w, rao_status st, const rao_quad_info *info, double *value, rao_quality *quality) {
    const char *name = w->f->table->info.name;
    if (st != RAO_OK && (info[0].evaluations == 0 || (st != RAO_ENUMERIC && st != RAO_EDOMAIN))) return st;
    for (int64_t j = 0; j < w->m; j++) {
        if (isnan(w->infinite[j]))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: the integral is not defined: parts of it are infinite, of both signs", name);
        int reached = info[j].converged || info[j].error <= 1e-6 * info[j].magnitude;
        if (w->infinite[j] != 0) value[j] = w->infinite[j];
        else if (isinf(info[j].value)) value[j] = info[j].value;
        else if (reached) {
            value[j] = info[j].value, quality->error = fmax(quality->error, info[j].error);
            if (w->errors) w->errors[j] += info[j].error;
        } else if (st == RAO_EDOMAIN) value[j] = copysign(INF, info[j].value);
        else if (isnan(info[j].value)) return rao_fail(ctx, RAO_EDOMAIN, "%s: the integral is no double: its terms overflow", name);
        else
            return rao_fail(ctx, RAO_ENUMERIC, "%s: the integral was not reached: %.17g with error %.3g after %lld evaluations", name,
                            info[j].value, info[j].error, (long long)info[j].evaluations);
    }
    return RAO_OK;
}

/* ---- where the mass lies ------------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b) {
    double x = ((const family_mark *)a)->x, y = ((const family_mark *)b)->x;
    return (x > y) - (x < y);
}

/* Three of every component, sixteen of a family of one's own (own.h), and the ends. */
int64_t rao_most_marks(const rao_family *f) { return 3 * f->part_count + 16 + 2; }

int64_t rao_family_marks(const rao_family *f, const double *s, family_mark *at) {
    int64_t n = 0;
    double low, high;
    if (f->table->landmarks) n = f->table->landmarks(f, s, at, rao_most_marks(f) - 2);
    else f->table->center(f, s, &at[0].x, &at[0].scale), n = 1;
    f->table->support(f, s, &low, &high);
    at[n++] = (family_mark){low, INF}, at[n++] = (family_mark){high, INF};
    return n;
}

/* Sorted, distinct, strictly inside (low, high); of equal places the narrower scale stays. */
static int64_t settle_marks(family_mark *at, int64_t n, double low, double high) {
    int64_t kept = 0;
    qsort(at, (size_t)n, sizeof *at, by_place);
    for (int64_t i = 0; i < n; i++) {
        if (!(at[i].x > low && at[i].x < high)) continue;
        if (kept > 0 && at[i].x == at[kept - 1].x) at[kept - 1].scale = fmin(at[kept - 1].scale, at[i].scale);
        else at[kept++] = at[i];
    }
    return kept;
}

/* ---- lines --------------------------------------------------------------------------------------------------- */

static rao_status at_nodes(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    const walk *w = arg;
    for (int64_t i = 0; i < at->count; i++) {
        /* a place that rounds to the end of its piece is moved inside, where densities are finite */
        double x = at->x[i];
        if (!(x > at->low)) x = nextafter(at->low, INF);
        if (!(x < at->high)) x = nextafter(at->high, -INF);
        RAO_OR_RETURN(look(ctx, w, x, f + i * w->m));
    }
    return RAO_OK;
}

/* Breaks at 4, 16, 256, 65536, 65536^2, .. scales from a mark towards `side`, so that what is narrow beside its gap, or falls as a power, is seen: up to
 * `most` away. */
static int64_t grade(family_mark at, double side, double most, double *breaks) {
    int64_t n = 0;
    for (double g = 4; at.scale * g < most && isfinite(at.x + side * at.scale * g); g *= fmin(g, 65536))
        breaks[n++] = at.x + side * at.scale * g;
    return n;
}

enum { MOST_GRADES = 136 }; /* 65536^132 > DBL_MAX / DBL_TRUE_MIN */

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The nearest other place on one side that does not lie within the mark's own scale: a narrow bell there is no end of a wide one. */
static double far_neighbour(const family_mark *at, int64_t n, int64_t i, int side, double end) {
    for (int64_t k = i + side; k >= 0 && k < n; k += side)
        if (fabs(at[k].x - at[i].x) > 4 * at[i].scale) return at[k].x;
    return end;
}

/* The marks, and grades into every gap up to its middle, into unbounded tails up to the widest scale. */
static int64_t lay_breaks(const family_mark *at, int64_t n, double low, double high, double widest, double *breaks) {
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        breaks[count++] = at[i].x;
        if (!(at[i].scale > 0)) continue;
        double below = far_neighbour(at, n, i, -1, low), above = far_neighbour(at, n, i, 1, high);
        count += grade(at[i], -1, isfinite(below) ? 0.5 * (at[i].x - below) : widest, breaks + count);
        count += grade(at[i], 1, isfinite(above) ? 0.5 * (above - at[i].x) : widest, breaks + count);
    }
    qsort(breaks, (size_t)count, sizeof *breaks, ascending);
    return count;
}

/* Mass narrower than the spacing of doubles where it lies is seen by no quadrature: 1e-150 wide at 1, or 1 wide at 1e15. */
static rao_status check_resolved(rao_ctx *ctx, const rao_family *f, const family_mark *at, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        double spacing = DBL_EPSILON * fabs(at[i].x);
        if (at[i].scale > 8 * spacing || !(at[i].scale > 0)) continue;
        return rao_fail(ctx, RAO_ENUMERIC,
                        "%s: its mass at x = %.17g is %.3g wide where doubles lie %.3g apart, so no integral over x sees it",
                        f->table->info.name, at[i].x, at[i].scale, spacing);
    }
    return RAO_OK;
}

static rao_status over_line(rao_ctx *ctx, walk *w, family_mark *at, int64_t n, double low, double high, double *value,
                            rao_quality *quality) {
    rao_status st;
    rao_quad_opts o;
    rao_quad_info *info;
    double *breaks, *values, widest = 0;
    for (int64_t i = 0; i < n; i++)
        if (at[i].scale < INF) widest = fmax(widest, at[i].scale); /* of two scales at one place the wider one too */
    n = settle_marks(at, n, low, high);
    if (!w->f->own) RAO_TRY(check_resolved(ctx, w->f, at, n)); /* a density of its user's has its mass measured */
    RAO_TRY(rao_scratch(ctx, w->m, &info));
    RAO_TRY(rao_scratch(ctx, w->m, &values));
    RAO_TRY(rao_scratch(ctx, (2 * MOST_GRADES + 1) * n, &breaks));
    memset(info, 0, sizeof *info * (size_t)w->m);
    rao_quad_opts_init(&o);
    o.breaks = breaks, o.n_breaks = lay_breaks(at, n, low, high, widest, breaks);
    o.scale = fmin(widest, 1e300), o.abs_tol = w->noise;
    o.max_evaluations = 50000; /* twenty times what densities take; more is spent on rounding */
    quality->method = RAO_QUADRATURE;
    st = rao_quad(ctx, &o, at_nodes, w, w->m, low, high, values, info);
    st = settle(ctx, w, st, info, value, quality);
done:
    return st;
}

/* ---- counts and classes -------------------------------------------------------------------------------------- */

static rao_status at_counts(rao_ctx *ctx, void *arg, int64_t count, const double *k, double *f) {
    const walk *w = arg;
    for (int64_t i = 0; i < count; i++) RAO_OR_RETURN(look(ctx, w, k[i], f + i * w->m));
    return RAO_OK;
}

/* Marks whose bells overlap become one (centre between them, the narrower width), the others keep a range of their own: an outward sum sees one bell
 * only. Support ends are no bells. */
static int64_t merge_marks(family_mark *at, int64_t n) {
    int64_t kept = 0;
    qsort(at, (size_t)n, sizeof *at, by_place);
    for (int64_t i = 0; i < n; i++) {
        if (at[i].scale == INF) continue;
        family_mark *last = kept > 0 ? &at[kept - 1] : NULL;
        if (last && at[i].x - last->x <= 10 * (at[i].scale + last->scale))
            *last = (family_mark){last->x + 0.5 * (at[i].x - last->x), fmin(last->scale, at[i].scale)};
        else at[kept++] = at[i];
    }
    return kept;
}

static rao_status one_bell(rao_ctx *ctx, walk *w, family_mark at, double low, double high, double *values, rao_quad_info *info,
                           double *value, rao_quality *quality) {
    rao_sum_opts o;
    rao_sum_opts_init(&o);
    o.centre = fmin(fmax(at.x, low), high), o.width = at.scale, o.abs_tol = w->noise;
    memset(info, 0, sizeof *info * (size_t)w->m);
    rao_status st = rao_sum(ctx, &o, at_counts, w, w->m, low, high, values, info);
    rao_quality part = {RAO_SERIES, 0};
    RAO_OR_RETURN(settle(ctx, w, st, info, values, &part));
    for (int64_t j = 0; j < w->m; j++) value[j] += values[j];
    quality->error += part.error;
    return RAO_OK;
}

enum { COUNTS = 4096, WIDE = 1024, NARROW = 64 };

/* Bells that an edge of the support cuts, too wide for a sum with strides or without, of a law that is smooth between the counts; none is narrow beyond the
 * counts that are taken one by one, and no other edge is near. */
static int begins_at_edge(const rao_family *f, const family_mark *at, int64_t n, double low, double high) {
    const family_table *t = f->table;
    int wide = 0;
    if (t != &rao_table_geometric && t != &rao_table_geometric0 && t != &rao_table_negative_binomial && t != &rao_table_binomial &&
        t != &rao_table_poisson)
        return 0;
    for (int64_t i = 0; i < n; i++) {
        if (at[i].scale == INF) continue;
        if (at[i].scale < NARROW && at[i].x - low + 40 * at[i].scale > COUNTS) return 0;
        if (!(high - at[i].x > 40 * at[i].scale)) return 0;
        wide |= at[i].scale > WIDE && at[i].x - low < 40 * at[i].scale;
    }
    return wide;
}

/* value += weight * (the integrand at x) */
static rao_status add_at(rao_ctx *ctx, const walk *w, double x, double weight, double *term, double *value) {
    RAO_OR_RETURN(look(ctx, w, x, term));
    for (int64_t j = 0; j < w->m; j++) value[j] += weight * term[j];
    return RAO_OK;
}

/* The counts from an edge on: the first ones one by one, the others as the integral from a half below them by the midpoint form of Euler and Maclaurin,
 * sum f(k) = int f + f'(a)/24 - 7 f'''(a)/5760 ...: where a law changes over no fewer counts than lie below, the third term is 1e-14 of one count's. */
static rao_status from_edge(rao_ctx *ctx, walk *w, family_mark *at, int64_t n, double low, double high, double *value,
                            rao_quality *quality) {
    rao_status st = RAO_OK;
    double *term, *rest, a = low + COUNTS - 0.5, h = 8;
    RAO_TRY(rao_scratch(ctx, w->m, &term));
    RAO_TRY(rao_scratch(ctx, w->m, &rest));
    for (int i = 0; i < COUNTS; i++) RAO_TRY(add_at(ctx, w, low + i, 1, term, value));
    w->between = 1;
    for (int i = -1; i <= 1; i += 2) {
        RAO_TRY(add_at(ctx, w, a + i * h, i * 8 / (12 * h) / 24, term, value));
        RAO_TRY(add_at(ctx, w, a + 2 * i * h, -i / (12 * h) / 24, term, value));
    }
    for (int64_t i = 0; i < n; i++) /* bells that begin below are wide above */
        if (at[i].scale < INF) at[i].x = fmax(at[i].x, low + 2 * COUNTS);
    at[n++] = (family_mark){low + 2 * COUNTS, COUNTS};
    RAO_TRY(over_line(ctx, w, at, n, a, high, rest, quality));
    for (int64_t j = 0; j < w->m; j++) value[j] += rest[j];
done:
    w->between = 0;
    return st;
}

/* Room for one mark more than the n given. */
static rao_status over_counts(rao_ctx *ctx, walk *w, family_mark *at, int64_t n, double low, double high, double *value,
                              rao_quality *quality) {
    rao_status st;
    rao_quad_info *info;
    double *values;
    if (begins_at_edge(w->f, at, n, low, high)) return from_edge(ctx, w, at, n, low, high, value, quality);
    n = merge_marks(at, n);
    RAO_TRY(rao_scratch(ctx, w->m, &info));
    RAO_TRY(rao_scratch(ctx, w->m, &values));
    for (int64_t i = 0; i < n; i++) {
        double end = high;
        if (i + 1 < n) { /* equally many widths from both, none below a count */
            double own = fmax(1, at[i].scale), share = own / (own + fmax(1, at[i + 1].scale));
            end = fmin(high, floor(at[i].x + (at[i + 1].x - at[i].x) * share));
        }
        if (end >= low) RAO_TRY(one_bell(ctx, w, at[i], low, end, values, info, value, quality));
        low = fmax(low, end + 1);
    }
done:
    return st;
}

static rao_status over_classes(rao_ctx *ctx, walk *w, double *value) {
    rao_status st;
    double *term;
    RAO_TRY(rao_scratch(ctx, w->m, &term));
    for (int64_t i = 0; i < w->f->d; i++) {
        RAO_TRY(look(ctx, w, (double)i, term));
        for (int64_t j = 0; j < w->m; j++) value[j] += term[j];
    }
    for (int64_t j = 0; j < w->m; j++) value[j] += w->infinite[j];
done:
    return st;
}

/* ---- both ---------------------------------------------------------------------------------------------------- */

int rao_integrable(const rao_family *f) { return f->observation == 1 && (f->table->support || f->table->info.discrete); }

static rao_status by_kind(rao_ctx *ctx, walk *w, const double *s, const double *t, const integrate_marks *extra, double *value,
                          rao_quality *quality) {
    rao_status st;
    family_mark *at;
    double low, high;
    const family_table *table = w->f->table;
    if (!table->support) return over_classes(ctx, w, value);
    RAO_TRY(rao_scratch(ctx, 2 * rao_most_marks(w->f) + (extra ? extra->count : 0) + 1, &at));
    table->support(w->f, s, &low, &high);
    int64_t n = rao_family_marks(w->f, s, at);
    if (t) {
        double first, last;
        table->support(w->f, t, &first, &last);
        low = fmin(low, first), high = fmax(high, last);
        n += rao_family_marks(w->f, t, at + n);
    }
    for (int64_t i = 0; extra && i < extra->count; i++) at[n++] = extra->at[i];
    if (extra && extra->bounded) low = fmax(low, extra->low), high = fmin(high, extra->high);
    return table->info.discrete ? over_counts(ctx, w, at, n, low, high, value, quality)
                                : over_line(ctx, w, at, n, low, high, value, quality);
done:
    return st;
}

rao_status rao_integrate(rao_ctx *ctx, const rao_family *f, const double *s, const double *t, const integrate_marks *extra, int64_t m,
                         double noise, integrand_fn *g, void *arg, double *value, double *errors, rao_quality *quality) {
    rao_status st;
    walk w = {.f = f, .m = m, .g = g, .arg = arg, .noise = noise, .errors = errors};
    rao_mark before = rao_scratch_mark(ctx);
    *quality = (rao_quality){RAO_SERIES, 0};
    memset(value, 0, sizeof *value * (size_t)m);
    if (errors) memset(errors, 0, sizeof *errors * (size_t)m);
    RAO_TRY(rao_scratch(ctx, m, &w.infinite));
    memset(w.infinite, 0, sizeof *w.infinite * (size_t)m);
    RAO_TRY(by_kind(ctx, &w, s, t, extra, value, quality));
done:
    rao_scratch_reset(ctx, before);
    return st;
}
