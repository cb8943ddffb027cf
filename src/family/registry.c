/* registry.c - the list of families, their creation by name, and what can be asked of one without a point. */
#include <math.h>
#include <string.h>

#include "family/family.h"

#define TABLE(name) &rao_table_##name,
static const family_table *const tables[] = {RAO_FAMILIES(TABLE)};
enum { TABLES = sizeof tables / sizeof *tables };

const rao_family_info *rao_family_list(int64_t index) { return index >= 0 && index < TABLES ? &tables[index]->info : NULL; }

void rao_family_opts_init_sized(rao_family_opts *opts, size_t size) {
    rao_family_opts all = {.size = size};
    memcpy(opts, &all, size < sizeof all ? size : sizeof all);
}

static rao_status find_table(rao_ctx *ctx, const char *name, const family_table **table) {
    const char *names[TABLES];
    for (int i = 0; i < TABLES; i++) {
        names[i] = tables[i]->info.name;
        if (!strcmp(names[i], name)) {
            *table = tables[i];
            return RAO_OK;
        }
    }
    if (!strcmp(name, "mixture")) return rao_fail(ctx, RAO_EINVAL, "a mixture is made of families: rao_family_mixture");
    const char *near = rao_nearest(name, names, TABLES, sizeof names[0]);
    return rao_fail(ctx, RAO_EINVAL, "no family \"%s\"%s%s%s", name, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static rao_status check_fixed(rao_ctx *ctx, const family_table *t, double value) {
    const char *name = t->info.name, *fixed = t->info.fixed;
    if (t->fixed_integer && !(value >= t->fixed_low && value < t->fixed_high && is_whole(value)))
        return rao_fail(ctx, RAO_EDOMAIN, "%s: %s = %.17g, want a whole number from %g to 2^53 - 1", name, fixed, value, t->fixed_low);
    if (!t->fixed_integer && !(value > t->fixed_low && value < t->fixed_high))
        return rao_fail(ctx, RAO_EDOMAIN, "%s: %s = %.17g, want > %g%s", name, fixed, value, t->fixed_low,
                        value > t->fixed_low ? " and finite" : "");
    return RAO_OK;
}

static rao_status take_fixed(rao_ctx *ctx, const family_table *t, const rao_family_opts *opts, double *value) {
    const char *name = t->info.name, *fixed = t->info.fixed;
    int found = 0;
    for (int64_t i = 0; i < opts->fixed_count; i++) {
        const rao_fixed *given = &opts->fixed[i];
        if (!fixed) return rao_fail(ctx, RAO_EINVAL, "%s has no fixed quantity, but \"%s\" is given", name, given->name ? given->name : "");
        if (!given->name || strcmp(given->name, fixed))
            return rao_fail(ctx, RAO_EINVAL, "%s: no fixed quantity \"%s\", want \"%s\"", name, given->name ? given->name : "", fixed);
        *value = given->value;
        found = 1;
    }
    if (!fixed) return RAO_OK;
    if (!found)
        return rao_fail(ctx, RAO_EINVAL, "%s: the fixed quantity \"%s\" is not given, want a %snumber %s %g", name, fixed,
                        t->fixed_integer ? "whole " : "", t->fixed_integer ? ">=" : ">", t->fixed_low);
    return check_fixed(ctx, t, *value);
}

static rao_status take_dimension(rao_ctx *ctx, const family_table *t, const rao_family_opts *opts, int64_t *d) {
    int64_t least = t->info.least_dimension,
            most = t->state[2] ? 1 << 13 : 1 << 30; /* the square of the tangent's size stays inside int64_t */
    *d = opts->dimension ? opts->dimension : least;
    if (!t->info.dimension && opts->dimension)
        return rao_fail(ctx, RAO_EINVAL, "%s has no dimension to choose, but %lld is given", t->info.name, (long long)opts->dimension);
    if (*d < least || *d > most)
        return rao_fail(ctx, RAO_EINVAL, "%s: dimension %lld (%s), want %lld..%lld", t->info.name, (long long)*d, t->info.dimension,
                        (long long)least, (long long)most);
    return RAO_OK;
}

rao_status rao_family_create(rao_ctx *ctx, const char *name, const rao_family_opts *opts, rao_family **family) {
    rao_status st;
    rao_family *f = NULL;
    const family_table *t = NULL;
    rao_family_opts all;
    int64_t d;
    double fixed = 0;
    rao_family_opts_init(&all);
    if (opts) memcpy(&all, opts, opts->size < sizeof all ? opts->size : sizeof all);
    if (!name) return rao_fail(ctx, RAO_EINVAL, "rao_family_create: the name is NULL");
    RAO_TRY(find_table(ctx, name, &t));
    RAO_TRY(take_dimension(ctx, t, &all, &d));
    RAO_TRY(take_fixed(ctx, t, &all, &fixed));
    RAO_TRY(rao_alloc(ctx, 1, &f));
    f->table = t;
    f->d = d;
    f->fixed = fixed;
    for (int64_t i = 0; i < t->chart_count; i++) {
        f->coords[i] = rao_names_count(t->charts[i].coords, d);
        f->tangents[i] = rao_names_count(t->charts[i].tangent ? t->charts[i].tangent : t->charts[i].coords, d);
    }
    f->observation = rao_names_count(t->observation, d);
    f->dim = f->tangents[0];
    f->state = t->state[0] + t->state[1] * d + t->state[2] * d * d;
    *family = f;
    f = NULL;
done:
    rao_free(&f);
    return st;
}

void rao_family_destroy(rao_family **family) {
    if (!family || !*family) return;
    for (int64_t i = 0; i < (*family)->part_count && (*family)->parts; i++) rao_own_release(&(*family)->parts[i]);
    rao_own_release(*family);
    rao_free(&(*family)->parts);
    rao_free(family);
}

const rao_family_info *rao_family_describe(const rao_family *family) { return &family->table->info; }
int64_t rao_family_dimension(const rao_family *family) { return family->d; }
double rao_family_fixed(const rao_family *family) { return family->fixed; }
int64_t rao_family_observation(const rao_family *family) { return family->observation; }
int64_t rao_family_chart_count(const rao_family *family) { return family->table->chart_count; }

const char *rao_family_chart_name(const rao_family *family, int64_t chart) {
    return chart >= 0 && chart < family->table->chart_count ? family->table->charts[chart].name : "?";
}

rao_status rao_family_chart_index(rao_ctx *ctx, const rao_family *family, const char *name, int64_t *chart) {
    const family_table *t = family->table;
    if (!name || !*name) {
        *chart = 0;
        return RAO_OK;
    }
    for (int64_t i = 0; i < t->chart_count; i++)
        if (!strcmp(name, t->charts[i].name)) {
            *chart = i;
            return RAO_OK;
        }
    const char *near = rao_nearest(name, t->charts, t->chart_count, sizeof t->charts[0]);
    return rao_fail(ctx, RAO_EINVAL, "%s: no chart \"%s\"%s%s%s there are %s", t->info.name, name, near ? "; did you mean \"" : ";",
                    near ? near : "", near ? "\"?" : "", t->info.charts);
}

int64_t rao_family_coords(const rao_family *family, int64_t chart) {
    return chart >= 0 && chart < family->table->chart_count ? family->coords[chart] : 0;
}

int64_t rao_family_tangent(const rao_family *family, int64_t chart) {
    return chart >= 0 && chart < family->table->chart_count ? family->tangents[chart] : 0;
}

double rao_family_pairing_weight(const rao_family *family, int64_t j) {
    const family_exponential *e = family->table->exponential;
    return e && e->pairing_weight ? e->pairing_weight(family, j) : 1;
}

const char *rao_method_name(rao_method method) {
    static const char *const names[] = {"closed form", "series", "quadrature", "monte carlo", "empirical", "kl hessian", "iteration"};
    return (unsigned)method < sizeof names / sizeof *names ? names[method] : "?";
}

/* ---- refusals shared by the families ------------------------------------------------------------------------- */

rao_status rao_want_positive(rao_ctx *ctx, const rao_family *f, const char *name, double value) {
    if (value > 0 && value < INF) return RAO_OK;
    return rao_fail(ctx, RAO_EDOMAIN, "%s: %s = %.17g, want > 0%s", f->table->info.name, name, value, value > 0 ? " and finite" : "");
}

rao_status rao_want_finite(rao_ctx *ctx, const rao_family *f, const char *name, double value) {
    if (isfinite(value)) return RAO_OK;
    return rao_fail(ctx, RAO_EDOMAIN, "%s: %s = %.17g, want a finite number", f->table->info.name, name, value);
}

rao_status rao_want_unit(rao_ctx *ctx, const rao_family *f, const char *name, double value) {
    if (value >= 0 && value <= 1) return RAO_OK;
    return rao_fail(ctx, RAO_EDOMAIN, "%s: %s = %.17g, want 0 <= %s <= 1", f->table->info.name, name, value, name);
}

rao_status rao_want_open_unit(rao_ctx *ctx, const rao_family *f, const char *name, double value) {
    if (value > 0 && value < 1) return RAO_OK;
    return rao_fail(ctx, RAO_EDOMAIN, "%s: %s = %.17g, want 0 < %s < 1", f->table->info.name, name, value, name);
}
