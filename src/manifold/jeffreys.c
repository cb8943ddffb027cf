/* jeffreys.c - Jeffreys' prior sqrt(det F) (H. Jeffreys 1946) and its integral, the volume of the family in the Fisher metric.
 *
 * The volume is finite, and the prior proper, for trials and the simplex alone among the families of the registry: pi sqrt(n) and
 * n^((k-1)/2) pi^(k/2) / Gamma(k/2) (the positive orthant of the sphere of radius 2 sqrt n). Regions in one parameter have the distance between
 * their ends, rectangles of location and scale sqrt(AB) (m_2 - m_1)(1/s_1 - 1/s_2); others in one or two coordinates go by quadrature. */
#include <math.h>

#include <rao/num.h>

#include "manifold/geometry.h"

static const double pi = 3.14159265358979323846;

/* log of the volume of the whole family, INF where it is infinite; nonzero where it is not known. */
static int whole_volume(const rao_family *f, double *log_volume) {
    const family_table *t = f->table;
    double n = t->info.fixed ? f->fixed : 1, k = (double)f->d;
    *log_volume = INF;
    if (t == &rao_table_bernoulli || t == &rao_table_binomial) *log_volume = log(pi) + 0.5 * log(n);
    if (t == &rao_table_categorical || t == &rao_table_multinomial)
        *log_volume = 0.5 * (k - 1) * log(n) + 0.5 * k * log(pi) - rao_lgamma(0.5 * k);
    return !rao_geometry_of(f);
}

rao_status rao_jeffreys_proper(rao_ctx *ctx, const rao_family *family, int *proper) {
    double log_volume;
    const family_table *t = family->table;
    if (t->irregular) return rao_fail(ctx, RAO_EDOMAIN, "%s: %s", t->info.name, t->irregular);
    if (whole_volume(family, &log_volume))
        return rao_fail(ctx, RAO_EUNABLE, "%s: whether its Jeffreys prior has a finite integral is not known", t->info.name);
    *proper = log_volume < INF;
    return RAO_OK;
}

/* ---- the prior ------------------------------------------------------------------------------------------------------ */

static rao_status prior(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    const char *name = it->f->table->info.name;
    double log_det, log_volume = 0;
    if (it->f->tangents[chart_number(it->f, it->chart)] != it->f->dim)
        return rao_fail(ctx, RAO_EUNABLE,
                        "%s: the chart %s has more coordinates than the family has dimensions, so there is no density in it", name,
                        it->chart->name);
    if (it->args->normalised && whole_volume(it->f, &log_volume))
        return rao_fail(ctx, RAO_EUNABLE, "%s: whether its Jeffreys prior has a finite integral is not known", name);
    if (log_volume == INF)
        return rao_fail(ctx, RAO_EDOMAIN, "%s: the Jeffreys prior is improper (its integral is infinite), so it cannot be normalised",
                        name);
    RAO_OR_RETURN(rao_fisher_log_det(ctx, it, &log_det, quality));
    *out = exp(0.5 * log_det - log_volume);
    quality->error *= *out < INF ? 0.5 * *out : 0; /* it came as that of the logarithm */
    return RAO_OK;
}

const family_question rao_ask_jeffreys_prior = {"jeffreys_prior", prior, RAO_SCALAR, 0};

/* ---- volumes of regions ------------------------------------------------------------------------------------------------ */

typedef struct region {
    const rao_family *f;
    int64_t chart;
    const double *low, *high;
    int64_t n;
    rao_family_args args;
    int inside; /* every point asked for was a member */
    double state_error;
} region;

/* sqrt det F at the coordinates c. */
static rao_status density(rao_ctx *ctx, region *r, const double *c, double *value) {
    rao_status st;
    double *state, log_det;
    rao_quality quality = {RAO_CLOSED, 0};
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, r->f->state, &state));
    const family_chart *chart = &r->f->table->charts[r->chart];
    st = chart->load(ctx, r->f, c, state);
    r->inside &= st == RAO_OK;
    RAO_TRY(st);
    family_item it = {.f = r->f, .chart = chart, .args = &r->args, .what = "jeffreys_volume", .p = state};
    RAO_TRY(rao_fisher_log_det(ctx, &it, &log_det, &quality));
    *value = exp(0.5 * log_det);
    r->state_error = fmax(r->state_error, 0.5 * quality.error);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status along_one(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    for (int64_t i = 0; i < at->count; i++) RAO_OR_RETURN(density(ctx, arg, &at->x[i], &f[i]));
    return RAO_OK;
}
static rao_status along_two(rao_ctx *ctx, void *arg, double x, const rao_nodes *at, double *f) {
    for (int64_t i = 0; i < at->count; i++) {
        double c[2] = {x, at->x[i]};
        RAO_OR_RETURN(density(ctx, arg, c, &f[i]));
    }
    return RAO_OK;
}
static rao_status inner_range(rao_ctx *ctx, void *arg, double x, double *low, double *high) {
    const region *r = arg;
    return (void)ctx, (void)x, *low = r->low[1], *high = r->high[1], RAO_OK;
}

static rao_status by_quadrature(rao_ctx *ctx, region *r, double *volume, rao_quality *quality) {
    rao_quad_info info;
    rao_quad_opts opts;
    rao_quad_opts_init(&opts);
    opts.rel_tol = 1e-11;
    rao_status st = r->n == 1 ? rao_quad(ctx, &opts, along_one, r, 1, r->low[0], r->high[0], volume, &info)
                              : rao_quad2(ctx, &opts, NULL, along_two, inner_range, r, 1, r->low[0], r->high[0], volume, &info);
    if (st == RAO_EDOMAIN && r->inside && r->n == 1) return *volume = INF, RAO_OK; /* members all along, positive: it diverges */
    if (st == RAO_OK) *quality = (rao_quality){RAO_QUADRATURE, info.error + r->state_error * *volume};
    return st;
}

/* The distance between the ends, where they are members; nonzero where they are not. */
static int line_volume(rao_ctx *ctx, const region *r, double *volume) {
    const model_space *space;
    double p[8], q[8];
    const family_chart *chart = &r->f->table->charts[r->chart];
    if (r->n != 1 || r->f->state > 8 || rao_geometry_find(ctx, r->f, "", &space) || space != &rao_space_line) return 1;
    return chart->load(ctx, r->f, r->low, p) || chart->load(ctx, r->f, r->high, q) || space->distance(ctx, r->f, p, q, volume);
}

/* sqrt(AB) (m_2 - m_1)(1/s_1 - 1/s_2) */
static int rectangle_volume(const region *r, double *volume) {
    const geometry *row = rao_geometry_of(r->f);
    double a, b;
    if (!row || !row->half || !row->half->shear || r->chart != 0 || !(r->low[1] >= 0)) return 1;
    row->half->constants(r->f, &a, &b);
    *volume = sqrt(a * b) * (r->high[0] - r->low[0]) * ((r->high[1] < INF ? (r->high[1] - r->low[1]) / r->high[1] : 1) / r->low[1]);
    return 0;
}

static rao_status check_region(rao_ctx *ctx, const region *r) {
    for (int64_t i = 0; i < r->n; i++)
        if (!(r->low[i] < r->high[i]))
            return rao_fail(ctx, RAO_EINVAL, "%s: region %lld is [%.17g, %.17g], want the lower end below the upper one",
                            r->f->table->info.name, (long long)i + 1, r->low[i], r->high[i]);
    if (r->n > 2)
        return rao_fail(ctx, RAO_EUNABLE, "%s: volumes of regions are known in one and two coordinates, not in %lld",
                        r->f->table->info.name, (long long)r->n);
    return RAO_OK;
}

rao_status rao_jeffreys_volume(rao_ctx *ctx, const rao_family *family, int64_t chart, const double *low, const double *high, double *volume,
                               int *proper, rao_quality *quality) {
    rao_quality own = {RAO_CLOSED, 0};
    double log_volume, value;
    int known;
    if (!family || !volume || !low != !high) return rao_fail(ctx, RAO_EINVAL, "jeffreys_volume: the family, volume or one end is NULL");
    if (chart < 0 || chart >= rao_family_chart_count(family))
        return rao_fail(ctx, RAO_EINVAL, "%s: chart %lld, want 0..%lld", family->table->info.name, (long long)chart,
                        (long long)rao_family_chart_count(family) - 1);
    region r = {.f = family, .chart = chart, .low = low, .high = high, .n = rao_family_tangent(family, chart), .inside = 1};
    if (family->table->irregular) return rao_fail(ctx, RAO_EDOMAIN, "%s: %s", family->table->info.name, family->table->irregular);
    if (!low) {
        RAO_OR_RETURN(rao_jeffreys_proper(ctx, family, &known));
        whole_volume(family, &log_volume);
        value = exp(log_volume);
    } else {
        RAO_OR_RETURN(check_region(ctx, &r));
        if (r.n != family->dim)
            return rao_fail(ctx, RAO_EUNABLE, "%s: the chart %s has more coordinates than the family has dimensions",
                            family->table->info.name, family->table->charts[chart].name);
        rao_family_args_init(&r.args);
        r.args.chart = chart;
        if (line_volume(ctx, &r, &value) && rectangle_volume(&r, &value)) RAO_OR_RETURN(by_quadrature(ctx, &r, &value, &own));
    }
    if (isnan(value)) return rao_fail(ctx, RAO_EDOMAIN, "%s: this region has no volume", family->table->info.name);
    *volume = value;
    if (proper) *proper = value < INF;
    if (quality) *quality = own;
    return RAO_OK;
}
