/* volume.c - volumes of boxes. Along one-parameter families the distance between the ends, the edges of the family included. Where sqrt det F is a product
 * (prior.h) the product of its integrals: |x|^power over [a, b] is m^q (1 - e^(-|q| log(b/a)))/|q|, q = power + 1, m the end that dominates, and factors are
 * multiplied with their exponents apart, so that only the volume itself may leave the doubles. On the simplex of three classes and for normals in their
 * expectations one integral is closed and the other by quadrature; the rest is volume_quad.c's. */
#include "manifold/volume.h"

#include <math.h>

#include <rao/num.h>

#include "family/bernoulli.h"

rao_status rao_volume_out_of_range(rao_ctx *ctx, const rao_family *f, double log_volume) {
    return rao_fail(ctx, RAO_EDOMAIN, "%s: the volume of this region is about exp(%.5g), which is no double", f->table->info.name,
                    log_volume);
}

/* ---- products ---------------------------------------------------------------------------------------------------- */

/* m 2^e */
typedef struct scaled {
    double m;
    int64_t e;
} scaled;

static void multiply(scaled *s, double v) {
    int a, b;
    s->m = frexp(s->m * frexp(v, &a), &b);
    s->e += a + b;
}
static void divide(scaled *s, double v) {
    int e;
    s->m /= frexp(v, &e), s->e -= e;
}

/* times int_low^high x^power dx, 0 <= low < high <= INF; nonzero where it diverges */
static int times_power(scaled *s, double power, double low, double high) {
    double q = power + 1, end = q > 0 ? high : low, rest = low > 0 && high < INF ? rao_log_quotient(high, low) : INF;
    if (q == 0) return rest < INF ? (multiply(s, rest), 0) : 1;
    if (end == INF || end == 0) return 1;
    multiply(s, -expm1(-fabs(q) * rest) / fabs(q));
    if (fabs(q) == 0.5) end = sqrt(end);
    if (q > 0) multiply(s, end);
    else divide(s, end);
    return 0;
}

/* times int_low^high e^(rate x) dx */
static int times_exponential(scaled *s, double rate, double low, double high) {
    double end = rate > 0 ? high : low;
    if (!(fabs(end) < 1e9)) return 1;
    multiply(s, -expm1(-fabs(rate) * (high - low)) / fabs(rate));
    double doublings = nearbyint(rate * end / log(2));
    multiply(s, exp(rate * end - doublings * log(2))), s->e += (int64_t)doublings;
    return 0;
}

static rao_status times_axis(rao_ctx *ctx, const prior_axis *axis, double low, double high, scaled *s, double *relative, int *infinite) {
    double value, error;
    int mirrored = axis->low < 0 && axis->power != 0; /* theta < 0 */
    if (axis->log_density) {
        RAO_OR_RETURN(rao_axis_quadrature(ctx, axis, low, high, &value, &error));
        if (value == INF) return *infinite = 1, RAO_OK;
        return multiply(s, value), *relative += error / value, RAO_OK;
    }
    if (axis->rate != 0) *infinite |= times_exponential(s, axis->rate, low, high);
    else if (axis->power != 0) *infinite |= times_power(s, axis->power, mirrored ? -high : low, mirrored ? -low : high);
    else if (isinf(low) || isinf(high)) *infinite = 1;
    else multiply(s, high / 2 - low / 2), s->e++;
    return RAO_OK;
}

static rao_status check_inside(rao_ctx *ctx, const region *r, const prior_row *row) {
    for (int64_t i = 0; i < row->n; i++) {
        char name[RAO_COORD_NAME];
        const prior_axis *axis = &row->axis[i];
        if (r->low[i] >= axis->low && r->high[i] <= axis->high) continue;
        RAO_OR_RETURN(rao_family_coord_name(ctx, r->f, r->chart, i, name));
        return rao_fail(ctx, RAO_EDOMAIN, "%s: region %lld is [%.17g, %.17g], but %s lies between %g and %g", r->f->table->info.name,
                        (long long)i + 1, r->low[i], r->high[i], name, axis->low, axis->high);
    }
    return RAO_OK;
}

static rao_status product(rao_ctx *ctx, const region *r, const prior_row *row, double *volume, rao_quality *quality) {
    int infinite = 0;
    double relative = 0;
    scaled s = {exp(row->log_constant(r->f)), 0};
    for (int64_t i = 0; i < row->n; i++) RAO_OR_RETURN(times_axis(ctx, &row->axis[i], r->low[i], r->high[i], &s, &relative, &infinite));
    if (infinite) return *volume = INF, RAO_OK;
    *volume = s.e > 2000 ? INF : s.e < -2000 ? 0 : ldexp(s.m, (int)s.e);
    if (!(*volume > 0 && *volume < INF)) return rao_volume_out_of_range(ctx, r->f, log(s.m) + (double)s.e * log(2));
    for (int64_t i = 0; i < row->n; i++)
        if (row->axis[i].log_density) *quality = (rao_quality){RAO_QUADRATURE, relative * *volume};
    return RAO_OK;
}

/* ---- trials and waiting ------------------------------------------------------------------------------------------- */

static int is_trial(const rao_family *f) {
    return f->table == &rao_table_bernoulli || f->table == &rao_table_binomial || (f->d == 2 && f->table == &rao_table_categorical) ||
           (f->d == 2 && f->table == &rao_table_multinomial);
}
static int is_waiting(const rao_family *f) {
    return f->table == &rao_table_geometric || f->table == &rao_table_geometric0 || f->table == &rao_table_negative_binomial;
}

/* The state at a coordinate, ends that are no members included. */
static void trial_at(double c, int logit, double *s) {
    s[BERNOULLI_P] = logit ? rao_logistic(c) : c, s[BERNOULLI_Q] = logit ? rao_logistic(-c) : 1 - c;
    s[BERNOULLI_LOGIT] = logit ? c : rao_logit(c), s[BERNOULLI_BY_LOGIT] = logit && isfinite(c);
}

static rao_status along_trials(rao_ctx *ctx, const region *r, double *volume) {
    double s[BERNOULLI_STATE], t[BERNOULLI_STATE];
    int logit = r->f->table->charts[r->chart].store == rao_store_natural;
    if (!logit && !(r->low[0] >= 0 && r->high[0] <= 1))
        return rao_fail(ctx, RAO_EDOMAIN, "%s: the region is [%.17g, %.17g], but probabilities lie between 0 and 1", r->f->table->info.name,
                        r->low[0], r->high[0]);
    trial_at(r->low[0], logit, s), trial_at(r->high[0], logit, t);
    const line_map *u = is_waiting(r->f) ? &rao_line_waiting : &rao_line_trial;
    return *volume = fabs(u->gap(r->f, s, t)), RAO_OK;
}

/* ---- one closed integral ------------------------------------------------------------------------------------------- */

/* Three classes: int n dp_2 / sqrt(p_1 p_2 p_3) = sqrt(n / p_1) times the distance of the laws (p_2, 1 - p_1 - p_2) / (1 - p_1). */
static rao_status across_simplex(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    const region *r = arg;
    double n = r->f->table->info.fixed ? r->f->fixed : 1;
    (void)ctx;
    for (int64_t i = 0; i < at->count; i++) {
        double p = at->low + at->left[i], beyond = at->right[i], rest = beyond + (1 - at->high), s[BERNOULLI_STATE], t[BERNOULLI_STATE];
        double last = beyond + ((1 - at->high) - r->high[1]); /* p_3 at the upper end */
        if (!(last > 0)) last = 0;
        trial_at(r->low[1] / rest, 0, s), trial_at(r->high[1] / rest, 0, t);
        s[BERNOULLI_Q] = (last + (r->high[1] - r->low[1])) / rest, t[BERNOULLI_Q] = last / rest;
        f[i] = sqrt(n / p) * fabs(rao_line_trial.gap(r->f, s, t));
    }
    return RAO_OK;
}

/* Normals in (E x, E x^2), v = eta_2 - eta_1^2: int v^-3/2 / sqrt 2 d eta_2 = sqrt 2 (v_low^-1/2 - v_high^-1/2). */
static rao_status across_squares(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    const region *r = arg;
    (void)ctx;
    for (int64_t i = 0; i < at->count; i++) {
        double low = sqrt(r->low[1]), x = at->x[i], size = fabs(x),
               gap = x > 0 ? (low - at->high) + at->right[i] : (low + at->low) + at->left[i];
        double v = gap * (low + size), root = sqrt(v), tall = r->high[1] - r->low[1], top = sqrt(v + tall);
        f[i] = sqrt(2) / root * (tall < INF ? tall / (top * (root + top)) : 1);
    }
    return RAO_OK;
}

static rao_status across(rao_ctx *ctx, const region *r, rao_integrand *f, double *volume, rao_quality *quality) {
    rao_quad_info info;
    rao_quad_opts opts;
    const double zero = 0;
    rao_quad_opts_init(&opts);
    opts.rel_tol = 1e-11, opts.breaks = &zero, opts.n_breaks = 1;
    RAO_OR_RETURN(rao_quad(ctx, &opts, f, (void *)(uintptr_t)r, 1, r->low[0], r->high[0], volume, &info));
    return *quality = (rao_quality){RAO_QUADRATURE, info.error}, RAO_OK;
}

static rao_status simplex(rao_ctx *ctx, const region *r, double *volume, rao_quality *quality) {
    if (!(r->low[0] >= 0 && r->low[1] >= 0 && r->high[0] + r->high[1] <= 1))
        return rao_fail(ctx, RAO_EDOMAIN, "%s: the region [%.17g, %.17g] x [%.17g, %.17g] leaves the simplex p_1, p_2 >= 0, p_1 + p_2 <= 1",
                        r->f->table->info.name, r->low[0], r->high[0], r->low[1], r->high[1]);
    return across(ctx, r, across_simplex, volume, quality);
}

static rao_status squares(rao_ctx *ctx, const region *r, double *volume, rao_quality *quality) {
    double most = sqrt(r->low[1]);
    if (!(r->low[1] > 0 && fmax(-r->low[0], r->high[0]) <= most))
        return rao_fail(ctx, RAO_EDOMAIN, "%s: the region [%.17g, %.17g] x [%.17g, %.17g] reaches points with eta_2 <= eta_1^2",
                        r->f->table->info.name, r->low[0], r->high[0], r->low[1], r->high[1]);
    return across(ctx, r, across_squares, volume, quality);
}

rao_status rao_region_volume(rao_ctx *ctx, const region *r, double *volume, rao_quality *quality) {
    const family_table *t = r->f->table;
    const family_chart *chart = &t->charts[r->chart];
    const prior_row *row = rao_prior_row(r->f, r->chart);
    int normal = t == &rao_table_normal || (t == &rao_table_mvn && r->f->d == 1);
    int classes = t == &rao_table_categorical || t == &rao_table_multinomial;
    if (is_trial(r->f) || is_waiting(r->f)) return along_trials(ctx, r, volume);
    if (row) RAO_OR_RETURN(check_inside(ctx, r, row));
    if (row) return product(ctx, r, row, volume, quality);
    if (classes && r->f->d == 3 && chart->store != rao_store_natural) return simplex(ctx, r, volume, quality);
    if (normal && chart->store == rao_store_expectation) return squares(ctx, r, volume, quality);
    return rao_region_quadrature(ctx, r, volume, quality);
}
