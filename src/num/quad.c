/* quad.c - adaptive integration of several functions at once over any interval, with an error that is meant.
 *
 * Gauss-Kronrod 10-21 on intervals of the variables of quad_map.h. Each pass halves every interval whose error exceeds its share of the
 * tolerance; an interval that has been halved five times and touches an end of its piece goes over to that end's double-exponential
 * variable. The error of one interval comes from null rules, raised where halving showed the parent's estimate to be too small; the sum
 * is increased by ten rounding errors of int |f|. Beyond the last point of an unbounded
 * or singular end, the tail is bounded by a power law through the last two points; where that does not decrease the integral is improper.
 */
#include "num/quad_map.h"
#include "num/tables_kronrod.h"

#include <string.h>

enum { NODES = 21, HALVINGS_BEFORE_END = 5, SCAN_POINTS = 32, NOISY = 3 };

static const rao_option rows[] = {
    {.name = "rel_tol",
     .type = RAO_OPT_REAL,
     .offset = offsetof(rao_quad_opts, rel_tol),
     .value = 1e-12,
     .min = 0,
     .max = 1,
     .help = "error relative to the integral"},
    {.name = "abs_tol",
     .type = RAO_OPT_REAL,
     .offset = offsetof(rao_quad_opts, abs_tol),
     .value = 0,
     .min = 0,
     .max = DBL_MAX,
     .help = "absolute error"},
    {.name = "magnitude_tol",
     .type = RAO_OPT_REAL,
     .offset = offsetof(rao_quad_opts, magnitude_tol),
     .value = 1e-14,
     .min = 0,
     .max = 1,
     .help = "error relative to the integral of |f|"},
    {.name = "scale",
     .type = RAO_OPT_REAL,
     .offset = offsetof(rao_quad_opts, scale),
     .value = 0,
     .min = 0,
     .max = 1e300,
     .help = "length over which f changes at an unbounded end (0: from the breaks, else 1)"},
    {.name = "max_evaluations",
     .type = RAO_OPT_INT,
     .offset = offsetof(rao_quad_opts, max_evaluations),
     .value = 200000,
     .min = 100,
     .max = 1e12,
     .help = "points at most"},
};
static const rao_option_table table = {"quad", sizeof(rao_quad_opts), rows, sizeof rows / sizeof *rows};

void rao_quad_opts_init_sized(rao_quad_opts *opts, size_t size) {
    memset(opts, 0, size);
    rao_options_defaults(&table, opts, size);
    opts->size = size;
}

typedef struct interval {
    double from, to, width; /* in p, or in v of an end of `width` in p */
    int32_t piece, halvings;
    quad_kind kind;
    double distrust; /* factor on the error estimate */
    int noisy;       /* halvings in a row that left the error where it was */
} interval;

typedef struct work {
    rao_ctx *ctx;
    const rao_quad_opts *opts;
    rao_integrand *f;
    void *arg;
    int64_t m, leading; /* components; the first `leading` ones steer */
    quad_piece *pieces;
    interval *intervals;
    double *numbers; /* per interval: m values, m errors, m magnitudes */
    int64_t count, capacity, evaluations;
    double x[NODES], left[NODES], right[NODES], weight[NODES];
    double *samples;    /* NODES x m */
    double *end_errors; /* m: what may lie beyond the last points */
    double *totals;     /* 3 m */
    double improper_at; /* a point of an end from where a component does not fall, or NaN */
} work;

static double *numbers_of(const work *w, int64_t i) { return w->numbers + 3 * w->m * i; }

static rao_status grow(work *w) {
    if (w->count + 2 <= w->capacity) return RAO_OK;
    int64_t capacity = 2 * w->capacity;
    interval *intervals = NULL;
    double *numbers = NULL;
    rao_status st = RAO_OK;
    RAO_TRY(rao_scratch(w->ctx, capacity, &intervals));
    RAO_TRY(rao_scratch(w->ctx, 3 * w->m * capacity, &numbers));
    memcpy(intervals, w->intervals, (size_t)w->count * sizeof *intervals);
    memcpy(numbers, w->numbers, (size_t)(3 * w->m * w->count) * sizeof *numbers);
    w->intervals = intervals, w->numbers = numbers, w->capacity = capacity;
done:
    return st;
}

static rao_status evaluate(work *w, const quad_piece *piece, int count) {
    rao_nodes at = {count, piece->low, piece->high, w->x, w->left, w->right};
    w->evaluations += count;
    return w->f(w->ctx, w->arg, &at, w->samples);
}

static void put_place(work *w, int i, quad_place at) { w->x[i] = at.x, w->left[i] = at.left, w->right[i] = at.right; }

/* Null rules of falling degree measure how fast the integrand's coefficients fall. From the ratio of neighbouring pairs (degrees 15-16,
 * 17-18, 19-20), r, the error of the rule, which is exact to degree 31, is extrapolated with a factor of ten to spare; noise and
 * unresolved functions have r near one and get no such bonus (Berntsen & Espelid 1991). */
static double rule_error(const double g[NODES]) {
    double pair[3];
    for (int p = 0; p < 3; p++) {
        const double *even = NULL_RULE[2 * p], *odd = NULL_RULE[2 * p + 1];
        double a = even[10] * g[10], b = 0;
        for (int i = 0; i < 10; i++) a += even[i] * (g[i] + g[20 - i]), b += odd[i] * (g[i] - g[20 - i]);
        pair[p] = hypot(a, b);
    }
    if (pair[0] == 0) return 0;
    double r = fmax(pair[1] > 0 ? pair[0] / pair[1] : 2, pair[2] > 0 ? pair[1] / pair[2] : 2);
    if (r >= 1) return 10 * fmax(pair[0], fmax(pair[1], pair[2]));
    return 10 * r * pair[0] * (r < 0.5 ? pow(2 * r, 4) : 1);
}

/* values, errors and magnitudes of one component from its samples times jacobians */
static void apply_rule(const double g[NODES], double half, double *value, double *error, double *magnitude) {
    double kronrod = g[10] * K21_WEIGHT[10], total = fabs(g[10]) * K21_WEIGHT[10];
    for (int i = 0; i < 10; i++) {
        kronrod += K21_WEIGHT[i] * (g[i] + g[20 - i]);
        total += K21_WEIGHT[i] * (fabs(g[i]) + fabs(g[20 - i]));
    }
    *value = half * kronrod;
    *magnitude = half * total;
    *error = half * rule_error(g);
}

/* Evaluates interval i and stores its numbers. */
static rao_status measure(work *w, int64_t i) {
    const interval *v = &w->intervals[i];
    const quad_piece *piece = &w->pieces[v->piece];
    double half = 0.5 * (v->to - v->from), middle = 0.5 * (v->to + v->from), g[NODES];
    for (int k = 0; k < NODES; k++) {
        double node = k <= 10 ? -K21_NODE[k] : K21_NODE[20 - k];
        quad_place at = quad_place_at(piece, v->kind, v->width, middle + half * node);
        put_place(w, k, at);
        w->weight[k] = at.jacobian;
    }
    rao_status st = evaluate(w, piece, NODES);
    if (st != RAO_OK) return st;
    double *out = numbers_of(w, i);
    for (int64_t j = 0; j < w->m; j++) {
        for (int k = 0; k < NODES; k++) {
            double s = w->samples[k * w->m + j];
            if (!isfinite(s))
                return rao_fail(w->ctx, RAO_EDOMAIN,
                                "quad: the integrand is %s at x = %.17g; a singularity must be an end or a break point",
                                isnan(s) ? "no number" : "infinite", w->x[k]);
            g[k] = s == 0 ? 0 : s * w->weight[k];
        }
        apply_rule(g, half, &out[j], &out[w->m + j], &out[2 * w->m + j]);
        out[w->m + j] *= v->distrust;
    }
    return RAO_OK;
}

/* One point of an end: whether all components are finite, whether any is not zero; F = f dx/dlog(distance) goes to `reach`. */
static rao_status probe(work *w, const quad_piece *piece, quad_kind kind, double width, double t, int *finite, int *nonzero,
                        double *reach) {
    quad_place at = quad_place_at(piece, kind, width, t);
    put_place(w, 0, at);
    rao_status st = evaluate(w, piece, 1);
    *finite = st == RAO_OK, *nonzero = 0;
    if (st != RAO_OK) return st == RAO_EDOMAIN ? RAO_OK : st;
    for (int64_t j = 0; j < w->m; j++) {
        reach[j] = w->samples[j] * at.reach;
        if (!isfinite(reach[j])) *finite = 0;
        if (reach[j] != 0) *nonzero = 1;
    }
    return RAO_OK;
}

/* F falls like distance^-e between two points `log_step` apart in log distance: what lies beyond is F/e. Where it does not fall the
 * integral is improper, unless F turns out to be nothing beside the integral. */
static void bound_beyond(work *w, const double *before, const double *last, double log_step, double x) {
    for (int64_t j = 0; j < w->m; j++) {
        double size = fabs(last[j]), power = size > 0 ? log(fabs(before[j]) / size) / log_step : 1;
        if (j < w->leading && !(power > 1e-3)) w->improper_at = x;
        w->end_errors[j] += size / fmax(power, 1e-3);
    }
}

/* The last useful t of a double-exponential variable in [0, end]: points where f is not finite, and those where it has
 * underflowed to zero, are left out, and what lies beyond is bounded. */
static rao_status find_end(work *w, const quad_piece *piece, quad_kind kind, double width, double *end) {
    rao_status st = RAO_OK;
    double step = *end / SCAN_POINTS, *last = NULL, *before = NULL;
    int finite = 0, nonzero = 0, k = SCAN_POINTS;
    RAO_TRY(rao_scratch(w->ctx, w->m, &last));
    RAO_TRY(rao_scratch(w->ctx, w->m, &before));
    for (; k > 1; k--) {
        RAO_TRY(probe(w, piece, kind, width, k * step, &finite, &nonzero, last));
        if (finite) break;
    }
    int zeros = k;
    while (finite && !nonzero && zeros > 1) {
        zeros--;
        RAO_TRY(probe(w, piece, kind, width, zeros * step, &finite, &nonzero, last));
    }
    if (!finite) return RAO_OK; /* measure() will name the point */
    if (zeros < k) {
        *end = nonzero ? (zeros + 1) * step : k * step; /* zero everywhere: keep the whole range */
        return RAO_OK;
    }
    *end = k * step;
    RAO_TRY(probe(w, piece, kind, width, *end, &finite, &nonzero, last));
    double x = w->x[0], near = *end - 0.125 * step;
    RAO_TRY(probe(w, piece, kind, width, near, &finite, &nonzero, before));
    if (finite) bound_beyond(w, before, last, QUAD_C * (sinh(*end) - sinh(near)), x);
done:
    return st;
}

static rao_status add(work *w, interval v) {
    rao_status st = grow(w);
    if (st != RAO_OK) return st;
    w->intervals[w->count] = v;
    return measure(w, w->count++);
}

static rao_status add_range(work *w, int32_t piece, quad_kind kind, double width, double end, int parts, int halvings, double distrust) {
    rao_status st = RAO_OK;
    for (int k = 0; k < parts; k++)
        RAO_TRY(add(w, (interval){end * k / parts, end * (k + 1) / parts, width, piece, halvings, kind, distrust, 0}));
done:
    return st;
}

/* Breaks inside (a, b), the ends, and zero for a line without breaks, cut into pieces. */
static rao_status make_pieces(work *w, double a, double b, int64_t *count) {
    const rao_quad_opts *o = w->opts;
    rao_status st = RAO_OK;
    double low = a, first = NUM_NAN, last = NUM_NAN;
    int64_t n = 0;
    for (int64_t i = 0; i < o->n_breaks; i++)
        if (o->breaks[i] > a && o->breaks[i] < b) {
            if (isnan(first)) first = o->breaks[i];
            last = o->breaks[i];
        }
    double scale = o->scale > 0 ? o->scale : last > first ? last - first : 1;
    RAO_TRY(rao_scratch(w->ctx, o->n_breaks + 2, &w->pieces));
    for (int64_t i = 0; i <= o->n_breaks; i++) {
        double high = i < o->n_breaks ? o->breaks[i] : b;
        if (!(high > low && high <= b)) continue;
        w->pieces[n++] = quad_piece_make(low, high, scale);
        low = high;
    }
    if (n == 1 && isinf(a) && isinf(b)) {
        w->pieces[0] = quad_piece_make(a, 0, scale);
        w->pieces[n++] = quad_piece_make(0, b, scale);
    }
    *count = n;
done:
    return st;
}

static rao_status first_intervals(work *w, int64_t pieces) {
    rao_status st = RAO_OK;
    for (int64_t i = 0; i < pieces; i++) {
        const quad_piece *piece = &w->pieces[i];
        double end = piece->end;
        if (piece->shape != QUAD_FINITE) RAO_TRY(find_end(w, piece, QUAD_PLAIN, 1, &end));
        int parts = piece->shape == QUAD_FINITE ? 2 : (int)ceil(end) + 1;
        RAO_TRY(add_range(w, (int32_t)i, QUAD_PLAIN, 1, end, parts, 1, 1));
    }
done:
    return st;
}

/* Compensated (Neumaier) sums over the intervals: values, errors with their rounding part, magnitudes. */
static void sum_up(const work *w) {
    int64_t m = w->m;
    for (int64_t j = 0; j < 3 * m; j++) {
        double sum = 0, carry = 0;
        for (int64_t i = 0; i < w->count; i++) {
            double v = numbers_of(w, i)[j], next = sum + v;
            carry += fabs(sum) >= fabs(v) ? (sum - next) + v : (v - next) + sum;
            sum = next;
        }
        w->totals[j] = isinf(sum) ? sum : sum + carry; /* of an overflow the carry is no number */
    }
    for (int64_t j = 0; j < m; j++) w->totals[m + j] += w->end_errors[j] + 10 * DBL_EPSILON * w->totals[2 * m + j];
}

static double tolerance(const work *w, int64_t j) {
    const rao_quad_opts *o = w->opts;
    return fmax(o->abs_tol, fmax(o->rel_tol * fabs(w->totals[j]), o->magnitude_tol * w->totals[2 * w->m + j]));
}

static int converged(const work *w, int64_t j) { return w->totals[w->m + j] <= tolerance(w, j); }

/* An interval is halved when some component that has not converged has more than its share of error there, above rounding. */
static int wants_halving(const work *w, int64_t i) {
    const interval *v = &w->intervals[i];
    const double *numbers = numbers_of(w, i);
    if (v->noisy >= NOISY) return 0;
    if (v->to - v->from <= 64 * DBL_EPSILON * fmax(fabs(v->from), fabs(v->to))) return 0;
    for (int64_t j = 0; j < w->leading; j++) {
        if (converged(w, j)) continue;
        double error = numbers[w->m + j], share = tolerance(w, j) / (2 * (double)w->count);
        if (error > share && error > 10 * DBL_EPSILON * numbers[2 * w->m + j]) return 1;
    }
    return 0;
}

/* The end variable for an interval that touches an end and has been halved often, else QUAD_PLAIN. */
static quad_kind end_reached(const work *w, const interval *v) {
    if (v->kind != QUAD_PLAIN || v->halvings < HALVINGS_BEFORE_END) return QUAD_PLAIN;
    if (v->from == 0) return QUAD_LOW;
    return w->pieces[v->piece].shape == QUAD_FINITE && v->to == 1 ? QUAD_HIGH : QUAD_PLAIN;
}

/* How far the halves' sum moved beyond what the parent's estimate allowed. */
static double surprise(const work *w, int64_t i, const double *parent) {
    double worst = 1;
    for (int64_t j = 0; j < w->leading; j++) {
        double moved = fabs(numbers_of(w, i)[j] + numbers_of(w, w->count - 1)[j] - parent[j]), allowed = parent[w->m + j];
        if (moved > allowed && moved > 20 * DBL_EPSILON * parent[2 * w->m + j]) worst = fmax(worst, fmin(moved / allowed, 100));
    }
    return worst;
}

static void raise_errors(const work *w, int64_t i, double factor) {
    w->intervals[i].distrust *= factor;
    for (int64_t j = 0; j < w->m; j++) numbers_of(w, i)[w->m + j] *= factor;
}

/* The integrand's own rounding noise: a small error that is spread over both halves alike and does not shrink. (At a singularity one
 * half keeps it; what is not resolved yet is not small.) */
static int looks_noisy(const work *w, int64_t i, const double *parent) {
    const double *low = numbers_of(w, i), *high = numbers_of(w, w->count - 1);
    for (int64_t j = 0; j < w->leading; j++) {
        double error = parent[w->m + j];
        if (converged(w, j)) continue;
        if (!(error < 1e-6 * parent[2 * w->m + j]) || fmin(low[w->m + j], high[w->m + j]) < 0.1 * error) return 0;
    }
    return 1;
}

static rao_status halve(work *w, int64_t i, double *parent) {
    rao_status st = RAO_OK;
    interval v = w->intervals[i];
    quad_kind kind = end_reached(w, &v);
    memcpy(parent, numbers_of(w, i), (size_t)(3 * w->m) * sizeof *parent);
    if (kind != QUAD_PLAIN) {
        const quad_piece *piece = &w->pieces[v.piece];
        double width = v.to - v.from, end = quad_end_variable(piece, width);
        RAO_TRY(find_end(w, piece, kind, width, &end));
        w->intervals[i] = (interval){0, end / 3, width, v.piece, v.halvings, kind, 1, 0};
        RAO_TRY(measure(w, i));
        RAO_TRY(add(w, (interval){end / 3, 2 * end / 3, width, v.piece, v.halvings, kind, 1, 0}));
        RAO_TRY(add(w, (interval){2 * end / 3, end, width, v.piece, v.halvings, kind, 1, 0}));
        return RAO_OK;
    }
    double middle = 0.5 * (v.from + v.to), high = v.to;
    v.halvings++;
    v.distrust = fmax(1, sqrt(v.distrust));
    v.to = middle;
    w->intervals[i] = v;
    RAO_TRY(measure(w, i));
    v.from = middle, v.to = high;
    RAO_TRY(add(w, v));
    int noisy = looks_noisy(w, i, parent) ? v.noisy + 1 : 0;
    w->intervals[i].noisy = w->intervals[w->count - 1].noisy = noisy;
    double factor = surprise(w, i, parent);
    if (factor > 1) raise_errors(w, i, factor), raise_errors(w, w->count - 1, factor);
done:
    return st;
}

static int all_converged(const work *w) {
    for (int64_t j = 0; j < w->leading; j++)
        if (!converged(w, j)) return 0;
    return 1;
}

static rao_status refine(work *w) {
    rao_status st = RAO_OK;
    double *parent = NULL;
    char *chosen = NULL;
    RAO_TRY(rao_scratch(w->ctx, 3 * w->m, &parent));
    for (;;) {
        sum_up(w);
        if (all_converged(w)) break;
        int64_t count = w->count, halved = 0;
        RAO_TRY(rao_scratch(w->ctx, count, &chosen));
        for (int64_t i = 0; i < count; i++) chosen[i] = (char)wants_halving(w, i); /* by this pass's totals */
        for (int64_t i = 0; i < count && w->evaluations < w->opts->max_evaluations; i++) {
            if (!chosen[i]) continue;
            RAO_TRY(halve(w, i, parent));
            halved++;
        }
        if (halved == 0) break;
        if (rao_ctx_cancelled(w->ctx)) {
            st = rao_fail(w->ctx, RAO_ENUMERIC, "quad: cancelled after %lld evaluations", (long long)w->evaluations);
            break;
        }
    }
    sum_up(w);
done:
    return st;
}

static rao_status check_arguments(rao_ctx *ctx, const rao_quad_opts *o, int64_t m, double a, double b) {
    rao_status st = rao_options_check(ctx, &table, o);
    if (st != RAO_OK) return st;
    if (m < 1) return rao_fail(ctx, RAO_EINVAL, "quad: %lld components, want >= 1", (long long)m);
    if (!(a <= b)) return rao_fail(ctx, RAO_EINVAL, "quad: from %g to %g, want from <= to", a, b);
    for (int64_t i = 0; i < o->n_breaks; i++)
        if (!isfinite(o->breaks[i]) || (i && o->breaks[i] < o->breaks[i - 1]))
            return rao_fail(ctx, RAO_EINVAL, "quad: break %lld is %g, want finite and ascending", (long long)i, o->breaks[i]);
    return RAO_OK;
}

static rao_status not_converged(const work *w) {
    for (int64_t j = 0; j < w->leading; j++)
        if (!converged(w, j) && !isnan(w->improper_at) && w->end_errors[j] > tolerance(w, j))
            return rao_fail(w->ctx, RAO_EDOMAIN,
                            "quad: the integral is improper: near x = %g the integrand does not fall faster than 1/distance",
                            w->improper_at);
        else if (!converged(w, j))
            return rao_fail(w->ctx, RAO_ENUMERIC,
                            "quad: component %lld is %.17g with error %.3g, above the tolerance %.3g, after %lld evaluations", (long long)j,
                            w->totals[j], w->totals[w->m + j], tolerance(w, j), (long long)w->evaluations);
    return RAO_OK;
}

static void report(const work *w, rao_quad_info *info) {
    if (info)
        for (int64_t j = 0; j < w->m; j++)
            info[j] = (rao_quad_info){w->totals[j], w->totals[w->m + j], w->totals[2 * w->m + j], w->evaluations, converged(w, j)};
}

rao_status num_quad_steered(rao_ctx *ctx, const rao_quad_opts *opts, rao_integrand *f, void *arg, int64_t m, int64_t leading, double a,
                            double b, double *values, rao_quad_info *info) {
    rao_quad_opts own;
    rao_quad_opts_init(&own);
    if (opts) memcpy(&own, opts, opts->size < sizeof own ? opts->size : sizeof own);
    rao_status st = check_arguments(ctx, &own, m, a, b);
    if (st != RAO_OK) return st;
    rao_mark mark = rao_scratch_mark(ctx);
    work *w = NULL;
    int64_t pieces = 0;
    RAO_TRY(rao_scratch(ctx, 1, &w));
    *w = (work){.ctx = ctx, .opts = &own, .f = f, .arg = arg, .m = m, .leading = leading, .capacity = 32, .improper_at = NUM_NAN};
    RAO_TRY(rao_scratch(ctx, w->capacity, &w->intervals));
    RAO_TRY(rao_scratch(ctx, 3 * m * w->capacity, &w->numbers));
    RAO_TRY(rao_scratch(ctx, NODES * m, &w->samples));
    RAO_TRY(rao_scratch(ctx, m, &w->end_errors));
    RAO_TRY(rao_scratch(ctx, 3 * m, &w->totals));
    memset(w->end_errors, 0, (size_t)m * sizeof(double));
    if (a < b) RAO_TRY(make_pieces(w, a, b, &pieces));
    RAO_TRY(first_intervals(w, pieces));
    RAO_TRY(refine(w));
    report(w, info);
    RAO_TRY(not_converged(w));
    for (int64_t j = 0; j < m; j++) values[j] = w->totals[j];
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_quad(rao_ctx *ctx, const rao_quad_opts *opts, rao_integrand *f, void *arg, int64_t m, double a, double b, double *values,
                    rao_quad_info *info) {
    return num_quad_steered(ctx, opts, f, arg, m, m, a, b, values, info);
}
