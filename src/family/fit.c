/* fit.c - drawing from a member of a family, and the maximum likelihood estimate with its standard errors. */
#include <math.h>
#include <string.h>

#include "family/generic.h"

/* ---- drawing ------------------------------------------------------------------------------------------------- */

typedef struct draw_walk {
    const rao_family *f;
    const double *s;
    rao_stream stream;
    uint64_t step;
    int64_t first, n, stride;
    double *x;
} draw_walk;

enum { DRAW_GRAIN = 1024 };

static rao_status draw_block(rao_ctx *ctx, int64_t block, void *arg) {
    rao_status st = RAO_OK;
    const draw_walk *w = arg;
    const double *s = w->s;
    double *own;
    rao_mark mark = rao_scratch_mark(ctx);
    if (w->f->table->state[2] > 0 || w->f->table->attach) { /* a work area, or a context, which threads cannot share */
        RAO_TRY(rao_scratch(ctx, w->f->state, &own));
        memcpy(own, s, sizeof *own * (size_t)w->f->state);
        if (w->f->table->attach) w->f->table->attach(ctx, w->f, own);
        s = own;
    }
    for (int64_t i = block * DRAW_GRAIN; i < rao_block_end(w->n, DRAW_GRAIN, block); i++) {
        rao_draws d = rao_draws_at(w->stream, w->step, (uint64_t)(w->first + i));
        w->f->table->sample(w->f, s, &d, w->x + i * w->stride);
        if (isnan(w->x[i * w->stride])) RAO_TRY(rao_no_value(ctx, w->f, s, w->x + i * w->stride));
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_family_sample(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *p, rao_stream stream, uint64_t step,
                             int64_t first, int64_t n, double *x, int64_t stride) {
    rao_status st;
    double *s;
    rao_mark mark = rao_scratch_mark(ctx);
    int64_t observation = rao_family_observation(family);
    if (first < 0 || n < 0 || (n > 1 && stride < observation))
        RAO_TRY(rao_fail(ctx, RAO_EINVAL, "%s: first = %lld, n = %lld, stride = %lld, want >= 0, >= 0, >= %lld", family->table->info.name,
                         (long long)first, (long long)n, (long long)stride, (long long)observation));
    RAO_TRY(rao_scratch(ctx, family->state, &s));
    RAO_TRY(rao_family_load(ctx, family, chart, p, s));
    draw_walk w = {family, s, stream, step, first, n, stride, x};
    RAO_TRY(rao_parallel_for(ctx, rao_block_count(n, DRAW_GRAIN), draw_block, &w));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- data ---------------------------------------------------------------------------------------------------- */

/* Mean by weights, then once more over the residuals: the second pass removes the rounding of the first. */
double rao_data_mean(const family_data *d, int64_t j) {
    double mean = 0;
    for (int pass = 0; pass < 2; pass++) {
        double sum = 0;
        for (int64_t i = 0; i < d->n; i++) sum += data_weight(d, i) * (data_row(d, i)[j] - mean);
        mean += sum / d->total;
    }
    return mean;
}

double rao_data_variance(const family_data *d, int64_t j, double mean) {
    double sum = 0;
    for (int64_t i = 0; i < d->n; i++) {
        double gap = data_row(d, i)[j] - mean;
        sum += data_weight(d, i) * gap * gap;
    }
    return sum / d->total;
}

static rao_status check_data(rao_ctx *ctx, const rao_family *f, family_data *d) {
    const char *name = f->table->info.name;
    if (d->n < 1) return rao_fail(ctx, RAO_EDOMAIN, "%s: no observations to estimate from", name);
    for (int64_t i = 0; i < d->n; i++) {
        double w = data_weight(d, i);
        if (!(w >= 0 && w < INF))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: weight of observation %lld is %g, want >= 0", name, (long long)i + 1, w);
        if (!f->table->possible(f, data_row(d, i)))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: observation %lld is %.17g%s, want %s", name, (long long)i + 1, data_row(d, i)[0],
                            rao_family_observation(f) > 1 ? ", ..." : "", f->table->possible_words);
        d->total += w;
    }
    return d->total > 0 ? RAO_OK : rao_fail(ctx, RAO_EDOMAIN, "%s: the weights sum to zero", name);
}

/* ---- the estimate -------------------------------------------------------------------------------------------- */

/* A coordinate of infinite information (p = 0) is known: its row and column become those of the identity. EDOMAIN where the infinity is of a
 * direction that is none of the coordinates'. */
static rao_status settle_known(rao_ctx *ctx, const rao_family *f, double *a, int64_t m, unsigned char *known) {
    for (int64_t i = 0; i < m; i++) known[i] = isinf(a[i * m + i]);
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < m; j++) {
            if (i == j ? known[i] : known[i] != known[j] && isfinite(a[i * m + j])) a[i * m + j] = i == j;
            if (!isfinite(a[i * m + j]))
                return rao_fail(ctx, RAO_EDOMAIN, "%s: the Fisher matrix is infinite at the estimate, so it has no standard errors there",
                                f->table->info.name);
        }
    return RAO_OK;
}

/* From the inverse that the family knows, or that its first chart does. */
static rao_status errors_by_bound(rao_ctx *ctx, const rao_family *f, int64_t chart, const double *p, double total, double *out) {
    rao_status st = RAO_OK;
    int64_t m = rao_family_tangent(f, chart);
    double *bounds;
    rao_bound_opts o;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_bound_opts_init(&o);
    o.n = total;
    RAO_TRY(rao_scratch(ctx, m * m, &bounds));
    RAO_TRY(rao_family_cramer_rao(ctx, f, chart, p, &o, bounds, NULL, NULL));
    for (int64_t i = 0; i < m; i++) out[i] = sqrt(bounds[i * m + i]);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* sqrt of the diagonal of (total F)^-1 by Cholesky. */
static rao_status standard_errors(rao_ctx *ctx, const rao_family *f, int64_t chart, const double *p, double total, double *out) {
    rao_status st;
    int64_t m = rao_family_tangent(f, chart);
    double *a;
    unsigned char *known;
    rao_mark mark = rao_scratch_mark(ctx);
    if (m != f->dim)
        RAO_TRY(rao_fail(ctx, RAO_EUNABLE,
                         "%s: the chart %s has more coordinates than the family has dimensions, so they have no standard errors",
                         f->table->info.name, f->table->charts[chart].name));
    if (f->table->charts[0].bound) {
        st = errors_by_bound(ctx, f, chart, p, total, out);
        goto done;
    }
    RAO_TRY(rao_scratch(ctx, m * m, &a));
    RAO_TRY(rao_scratch(ctx, m, &known));
    RAO_TRY(rao_family_fisher(ctx, f, chart, p, a));
    RAO_TRY(settle_known(ctx, f, a, m, known));
    rao_mat view = rao_mat_view(RAO_F64, m, m, m, a);
    RAO_TRY(rao_cholesky(ctx, &view, 0, NULL));
    RAO_TRY(rao_cholesky_inverse(ctx, &view, &view));
    for (int64_t i = 0; i < m; i++) out[i] = known[i] ? 0 : sqrt(a[i * m + i] / total);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- units --------------------------------------------------------------------------------------------------- */

/* Squares and their inverses stay far inside the doubles within 2^+-MODERATE. */
enum { MODERATE = 200 };

/* The exponents of the units in which the data of each axis (rao_axis_of) are neither large nor small, 0 where they are moderate as they are, or the family
 * knows no units: the largest observation's where observations may be 0, between the largest and the least where all are positive. Nonzero: one of them is. */
static int exponents_of(const rao_family *f, const family_data *d, int *e) {
    const double zero = 0;
    int positive = f->observation == 1 && !f->table->possible(f, &zero), any = 0;
    if (!f->table->charts[0].units.scaled) return 0;
    for (int64_t axis = 0; axis < f->observation; axis++) {
        double most = 0, least = INF;
        for (int64_t i = 0; i < d->n; i++)
            for (int64_t j = 0; j < f->observation; j++) {
                double x = fabs(data_row(d, i)[j]);
                if (rao_axis_of(f, j) != rao_axis_of(f, axis)) continue;
                most = fmax(most, x);
                if (x > 0) least = fmin(least, x);
            }
        int own = !(most > 0) ? 0 : positive ? (ilogb(most) + ilogb(least)) / 2 : ilogb(most);
        e[axis] = own > MODERATE || own < -MODERATE ? own : 0;
        any |= e[axis];
        if (rao_axis_of(f, axis) != axis) e[axis] = e[0];
    }
    return any;
}

/* data / 2^e, rows without gaps. */
static rao_status in_units(rao_ctx *ctx, const rao_family *f, const family_data *d, const int *e, family_data *out) {
    rao_status st;
    double *x;
    RAO_TRY(rao_scratch(ctx, d->n * f->observation, &x));
    for (int64_t i = 0; i < d->n; i++)
        for (int64_t j = 0; j < f->observation; j++) x[i * f->observation + j] = ldexp(data_row(d, i)[j], -e[j]);
    *out = *d;
    out->x = rao_points_of(x, f->observation);
done:
    return st;
}

/* n coordinates, or their errors, from the units 2^e into the unit 1. */
static void out_of_units(const rao_family *f, int64_t chart, const int *e, int64_t n, double *c) {
    chart_units u = f->table->charts[chart].units;
    int64_t first = f->table->info.dimension ? f->d : 1;
    for (int64_t i = 0; i < n; i++) c[i] = ldexp(c[i], e[rao_axis_of(f, i)] * (i < first ? u.first : u.rest));
}

static double log_likelihood_of(const rao_family *f, const double *s, const family_data *d) {
    double sum = 0, rest = 0; /* Neumaier's compensated sum */
    for (int64_t i = 0; i < d->n; i++) {
        double term = data_weight(d, i) == 0 ? 0 : data_weight(d, i) * f->table->logpdf(f, s, data_row(d, i)), next = sum + term;
        if (isfinite(next)) rest += fabs(sum) >= fabs(term) ? (sum - next) + term : (term - next) + sum;
        sum = next;
    }
    return sum + rest;
}

rao_status rao_family_mle(rao_ctx *ctx, const rao_family *family, int64_t chart, int64_t n, rao_points x, const double *weights, double *p,
                          double *standard_error, double *log_likelihood) {
    rao_status st;
    family_data d = {n, x, weights, 0}, scaled;
    double *c, *s, *out, *errors;
    int *e, scales;
    rao_mark mark = rao_scratch_mark(ctx);
    const char *name = family->table->info.name;
    if (chart < 0 || chart >= family->table->chart_count)
        RAO_TRY(
            rao_fail(ctx, RAO_EINVAL, "%s: chart %lld, want 0..%lld", name, (long long)chart, (long long)family->table->chart_count - 1));
    if (!family->table->mle) RAO_TRY(rao_fail(ctx, RAO_EUNABLE, "%s: no maximum likelihood estimate", name));
    RAO_TRY(check_data(ctx, family, &d));
    RAO_TRY(rao_scratch(ctx, rao_family_coords(family, 0), &c));
    RAO_TRY(rao_scratch(ctx, rao_family_coords(family, chart), &out));
    RAO_TRY(rao_scratch(ctx, family->state, &s));
    RAO_TRY(rao_scratch(ctx, rao_family_tangent(family, chart), &errors));
    RAO_TRY(rao_scratch(ctx, family->observation, &e));
    memset(e, 0, sizeof *e * (size_t)family->observation);
    scales = exponents_of(family, &d, e);
    if (scales) RAO_TRY(in_units(ctx, family, &d, e, &scaled));
    RAO_TRY(family->table->mle(ctx, family, scales ? &scaled : &d, c));
    if (standard_error) {
        RAO_TRY(rao_family_load(ctx, family, 0, c, s));
        RAO_TRY(family->table->charts[chart].store(ctx, family, s, out));
        RAO_TRY(standard_errors(ctx, family, chart, out, d.total, errors));
        out_of_units(family, chart, e, rao_family_tangent(family, chart), errors);
    }
    out_of_units(family, 0, e, rao_family_coords(family, 0), c);
    RAO_TRY(rao_family_load(ctx, family, 0, c, s));
    RAO_TRY(family->table->charts[chart].store(ctx, family, s, out));
    if (standard_error) memcpy(standard_error, errors, sizeof *errors * (size_t)rao_family_tangent(family, chart));
    if (log_likelihood) *log_likelihood = log_likelihood_of(family, s, &d);
    memcpy(p, out, sizeof *out * (size_t)rao_family_coords(family, chart));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_method rao_family_mle_method(const rao_family *family) { return family->table->mle_method; }
