/* jeffreys.c - Jeffreys' prior sqrt(det F) (H. Jeffreys 1946) and its integral, the volume of the family in the Fisher metric.
 *
 * The volume is finite, and the prior proper, for trials and the simplex alone among the families of the registry: pi sqrt(n) and
 * n^((k-1)/2) pi^(k/2) / Gamma(k/2) (the positive orthant of the sphere of radius 2 sqrt n). Regions: volume.c. */
#include <math.h>

#include <rao/num.h>

#include "manifold/volume.h"

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
    double log_value = 0.5 * log_det - log_volume;
    if (fabs(log_det) < INF && (log_value > 709.78 || log_value < -744.44))
        return rao_fail(ctx, RAO_EDOMAIN, "%s: the Jeffreys prior is exp(%.17g) here, which is no double", name, log_value);
    *out = exp(log_value);
    quality->error *= *out < INF ? 0.5 * *out : 0; /* it came as that of the logarithm */
    return RAO_OK;
}

const family_question rao_ask_jeffreys_prior = {"jeffreys_prior", prior, RAO_SCALAR, 0};

/* ---- volumes of regions ------------------------------------------------------------------------------------------------ */

static rao_status check_region(rao_ctx *ctx, const region *r) {
    for (int64_t i = 0; i < r->n; i++)
        if (!(r->low[i] < r->high[i]))
            return rao_fail(ctx, RAO_EINVAL, "%s: region %lld is [%.17g, %.17g], want the lower end below the upper one",
                            r->f->table->info.name, (long long)i + 1, r->low[i], r->high[i]);
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
    region r = {.f = family, .chart = chart, .low = low, .high = high, .n = rao_family_tangent(family, chart)};
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
        RAO_OR_RETURN(rao_region_volume(ctx, &r, &value, &own));
    }
    if (isnan(value)) return rao_fail(ctx, RAO_EDOMAIN, "%s: this region has no volume", family->table->info.name);
    *volume = value;
    if (proper) *proper = value < INF;
    if (quality) *quality = own;
    return RAO_OK;
}
