/* own.c - a family from its density (rao_family_define): log p = the density as given - log Z, log Z = 0 or its integral's logarithm;
 * score = its derivative - d log Z, d log Z/dp = E d(log density)/dp + p(high) dhigh/dp - p(low) dlow/dp. */
#include "family/own.h"

#include <math.h>

#include "family/expect.h"

void rao_family_definition_init_sized(rao_family_definition *definition, size_t size) {
    rao_family_definition all = {.size = size, .name = "own", .dimension = 1};
    memcpy(definition, &all, size < sizeof all ? size : sizeof all);
}

/* ---- slots --------------------------------------------------------------------------------------------------- */

static int possible(const rao_family *f, const double *x) {
    for (int64_t i = 0; i < f->observation; i++)
        if (!isfinite(x[i]) || (f->own->d.discrete && !is_whole(x[i]))) return 0;
    return 1;
}

static int outside(const rao_family *f, const double *s, const double *x) {
    const double *part = own_part(f, s);
    return f->observation == 1 && !(x[0] >= part[OWN_LOW] && x[0] <= part[OWN_HIGH]);
}

static double logpdf(const rao_family *f, const double *s, const double *x) {
    return outside(f, s, x) ? -INF : own_raw(f, s, x) - own_part(f, s)[OWN_LOG_Z];
}

static double logpdf_error(const rao_family *f, const double *s) { return f->own->d.unnormalised ? own_part(f, s)[OWN_LOG_Z_ERROR] : -1; }

static void score(const rao_family *f, const double *s, const double *x, double *g) {
    int failed = own_raw_score(f, s, x, g);
    for (int64_t i = 0; i < f->own->k; i++) g[i] = failed ? (double)NAN : g[i] - own_slope(f, s)[i];
}

static void support(const rao_family *f, const double *s, double *low, double *high) {
    *low = own_part(f, s)[OWN_LOW], *high = own_part(f, s)[OWN_HIGH];
}

static void center(const rao_family *f, const double *s, double *middle, double *scale) {
    own_locate(f, s);
    *middle = own_part(f, s)[OWN_MIDDLE], *scale = own_part(f, s)[OWN_SCALE];
}

static int64_t landmarks(const rao_family *f, const double *s, family_mark *at, int64_t most) {
    own_locate(f, s);
    int64_t n = (int64_t)own_part(f, s)[OWN_MARK_COUNT];
    for (int64_t i = 0; i < n && i < most; i++) at[i] = own_marks(f, s)[i];
    return n < most ? n : most;
}

static void attach(rao_ctx *ctx, const rao_family *f, double *s) { memcpy(own_part(f, s) + OWN_CONTEXT, &ctx, sizeof ctx); }

/* Where the density does not vanish at an end that moves, the derivative of its integral is not the integral of its derivative. */
static int jumps_at(const rao_family *f, const double *s, double end) {
    double middle, scale, log_p = own_raw(f, s, &end) - own_part(f, s)[OWN_LOG_Z];
    center(f, s, &middle, &scale);
    return isfinite(end) && !(log_p + log(scale) < -28); /* a millionth of a millionth of the mass */
}

static const char *irregular_at(const rao_family *f, const double *s) {
    const family_own *o = f->own;
    const double *part = own_part(f, s);
    if ((o->low_moves && jumps_at(f, s, part[OWN_LOW])) || (o->high_moves && jumps_at(f, s, part[OWN_HIGH])))
        return "not a regular family here (the support moves with the coordinates, and the density does not vanish where it ends), no "
               "Fisher matrix";
    return NULL;
}

/* ---- a point ------------------------------------------------------------------------------------------------- */

static rao_status check_coordinates(rao_ctx *ctx, const rao_family *f, const double *c) {
    for (int64_t i = 0; i < f->own->k; i++) {
        const rao_coordinate *k = &f->own->coordinates[i];
        if (isfinite(c[i]) && c[i] > k->low && c[i] < k->high) continue;
        if (k->low > -INF && k->high < INF)
            return rao_fail(ctx, RAO_EDOMAIN, "%s: %s = %.17g, want %g < %s < %g", f->table->info.name, k->name, c[i], k->low, k->name,
                            k->high);
        if (k->low == -INF && k->high == INF)
            return rao_fail(ctx, RAO_EDOMAIN, "%s: %s = %.17g, want a finite number", f->table->info.name, k->name, c[i]);
        return rao_fail(ctx, RAO_EDOMAIN, "%s: %s = %.17g, want %c %g and finite", f->table->info.name, k->name, c[i],
                        k->low > -INF ? '>' : '<', k->low > -INF ? k->low : k->high);
    }
    return RAO_OK;
}

static rao_status load_support(rao_ctx *ctx, const rao_family *f, const double *c, double *part) {
    const family_own *o = f->own;
    part[OWN_LOW] = -INF, part[OWN_HIGH] = INF;
    if (o->low) RAO_OR_RETURN(rao_expr_eval(ctx, o->low, c, &part[OWN_LOW]));
    if (o->high) RAO_OR_RETURN(rao_expr_eval(ctx, o->high, c, &part[OWN_HIGH]));
    if (!(part[OWN_LOW] < part[OWN_HIGH]) && !(o->d.discrete && part[OWN_LOW] == part[OWN_HIGH]))
        return rao_fail(ctx, RAO_EDOMAIN, "%s: the support runs from %.17g to %.17g, want an interval", f->table->info.name, part[OWN_LOW],
                        part[OWN_HIGH]);
    for (int i = OWN_LOW; o->d.discrete && i <= OWN_HIGH; i++)
        if (isfinite(part[i]) && !is_whole(part[i]))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: the support ends at %.17g, want a whole number for observations that are",
                            f->table->info.name, part[i]);
    return RAO_OK;
}

typedef struct integral {
    const rao_family *f;
    const double *s;
    double top;
    double *g;
} integral;

/* exp(log density - top) and its derivatives. */
static rao_status mass_and_slope(rao_ctx *ctx, const double *x, double *value, void *arg) {
    const integral *a = arg;
    double raw = own_raw(a->f, a->s, x);
    (void)ctx;
    if (isnan(raw)) return own_status(a->f, a->s);
    value[0] = exp(raw - a->top);
    if (!(value[0] > 0) || value[0] == INF) return RAO_OK;
    if (own_raw_score(a->f, a->s, x, a->g)) return own_status(a->f, a->s);
    for (int64_t i = 0; i < a->f->own->k; i++) value[1 + i] = value[0] * a->g[i];
    return RAO_OK;
}

/* What the movement of an end of the support adds to d log Z. */
static rao_status add_flux(rao_ctx *ctx, const rao_family *f, const double *s, const rao_expr *end, double sign, double *slope) {
    rao_status st = RAO_OK;
    double x, *move;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->own->k, &move));
    RAO_TRY(rao_expr_gradient(ctx, end, s, &x, move, NULL));
    double p = isfinite(x) ? exp(own_raw(f, s, &x) - own_part(f, s)[OWN_LOG_Z]) : 0;
    for (int64_t i = 0; i < f->own->k; i++)
        if (move[i] != 0) slope[i] += sign * p * move[i];
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status normalise(rao_ctx *ctx, const rao_family *f, double *s) {
    rao_status st = RAO_OK;
    double *part = own_part(f, s), *slope = own_slope(f, s), *value;
    rao_quality quality;
    integral a = {f, s, -INF, NULL};
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->own->k, &a.g));
    RAO_TRY(rao_scratch(ctx, 1 + f->own->k, &value));
    own_locate(f, s);
    for (int64_t i = 0; i < (int64_t)part[OWN_MARK_COUNT]; i++) a.top = fmax(a.top, own_raw(f, s, &own_marks(f, s)[i].x));
    if (!(a.top > -INF && a.top < INF))
        RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: the density is %s wherever it was looked at", f->table->info.name,
                         a.top < INF ? "0" : "infinite"));
    RAO_TRY(rao_integrate(ctx, f, s, NULL, NULL, 1 + f->own->k, 0, mass_and_slope, &a, value, NULL, &quality));
    if (!(value[0] > 0 && value[0] < INF))
        RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: the integral of the density is %g, so it is none of a distribution", f->table->info.name,
                         value[0]));
    part[OWN_LOG_Z] = a.top + log(value[0]), part[OWN_LOG_Z_ERROR] = quality.error / value[0];
    for (int64_t i = 0; i < f->own->k; i++) slope[i] = value[1 + i] / value[0];
    if (f->own->low_moves) RAO_TRY(add_flux(ctx, f, s, f->own->low, -1, slope));
    if (f->own->high_moves) RAO_TRY(add_flux(ctx, f, s, f->own->high, 1, slope));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status load(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    RAO_OR_RETURN(check_coordinates(ctx, f, c));
    memset(s, 0, sizeof *s * (size_t)f->state);
    memcpy(s, c, sizeof *s * (size_t)f->own->k);
    attach(ctx, f, s);
    RAO_OR_RETURN(load_support(ctx, f, c, own_part(f, s)));
    return f->own->d.unnormalised ? normalise(ctx, f, s) : RAO_OK;
}

static rao_status store(rao_ctx *ctx, const rao_family *f, const double *s, double *c) {
    (void)ctx, memcpy(c, s, sizeof *c * (size_t)f->own->k);
    return RAO_OK;
}

/* The first part of a mixture, or the family itself, whose density failed. */
static rao_status failed(const rao_family *f, const double *s) {
    if (f->own) return own_status(f, s);
    s += 2 * f->part_count;
    for (int64_t i = 0; i < f->part_count; s += f->parts[i++].state)
        if (f->parts[i].own && own_status(&f->parts[i], s)) return own_status(&f->parts[i], s);
    return RAO_OK;
}

rao_status rao_no_value(rao_ctx *ctx, const rao_family *f, const double *s, const double *x) {
    rao_status st = failed(f, s);
    return st ? st : rao_fail(ctx, RAO_EDOMAIN, "%s: the density or its score is NaN at x = %.17g", f->table->info.name, x[0]);
}

/* ---- whether it is normalised -------------------------------------------------------------------------------- */

static rao_status want_own_normalised(rao_ctx *ctx, const rao_family *f, const double *s, int at_one_x) {
    double mass;
    rao_quality quality;
    if (f->own->d.unnormalised || !rao_integrable(f)) return RAO_OK;
    rao_status st = rao_expect_mass(ctx, f, s, &mass, &quality);
    if (st != RAO_OK) return st == RAO_ENOMEM ? st : RAO_OK;
    if (rao_is_one(mass, quality.error)) return RAO_OK;
    st = rao_want_mass_seen(ctx, f, s, mass);
    if (st != RAO_OK) return at_one_x && st == RAO_ENUMERIC ? RAO_OK : st;
    const char *verb = f->own->d.discrete ? "sums" : "integrates";
    return rao_fail(
        ctx, RAO_EDOMAIN,
        "%s: the density %s to %.10g here, not to 1: divide it by that, or say that it is unnormalised (\"unnormalised\": true)",
        f->table->info.name, verb, mass);
}

rao_status rao_want_normalised(rao_ctx *ctx, const rao_family *f, const double *s, int at_one_x) {
    if (f->own) return want_own_normalised(ctx, f, s, at_one_x);
    s += 2 * f->part_count;
    for (int64_t i = 0; i < f->part_count; s += f->parts[i++].state)
        if (f->parts[i].own) RAO_OR_RETURN(want_own_normalised(ctx, &f->parts[i], s, at_one_x));
    return RAO_OK;
}

/* ---- the definition ------------------------------------------------------------------------------------------ */

static rao_status check_definition(rao_ctx *ctx, const rao_family_definition *d) {
    int given = (d->density != NULL) + (d->log_density != NULL) + (d->dual != NULL) + (d->scored != NULL);
    if (!d->name || !*d->name) return rao_fail(ctx, RAO_EINVAL, "rao_family_define: the name is empty");
    if (given != 1)
        return rao_fail(ctx, RAO_EINVAL, "%s: %d densities are given, want one of density, log_density, dual and scored", d->name, given);
    if (d->coordinate_count < 1 || d->coordinate_count > 1000 || !d->coordinates)
        return rao_fail(ctx, RAO_EINVAL, "%s: %lld coordinates, want 1..1000", d->name, (long long)d->coordinate_count);
    if (d->dual && d->coordinate_count > RAO_DUAL_MAX)
        return rao_fail(ctx, RAO_EINVAL, "%s: %lld coordinates, want at most %d for a function of dual numbers", d->name,
                        (long long)d->coordinate_count, (int)RAO_DUAL_MAX);
    if (d->dimension < 1 || d->dimension > 1000)
        return rao_fail(ctx, RAO_EINVAL, "%s: %lld numbers in an observation, want 1..1000", d->name, (long long)d->dimension);
    if (d->dimension > 1 && (!d->draw || d->unnormalised || d->low || d->high))
        return rao_fail(ctx, RAO_EINVAL, "%s: in several variables averages are over draws: want draw, a normalised density and no ends",
                        d->name);
    for (int64_t i = 0; i < d->coordinate_count; i++) {
        const rao_coordinate *c = &d->coordinates[i];
        if (!c->name || strlen(c->name) >= RAO_COORD_NAME)
            return rao_fail(ctx, RAO_EINVAL, "%s: coordinate %lld has no name of at most %d letters", d->name, (long long)i + 1,
                            RAO_COORD_NAME - 1);
        if (!(c->low < c->high))
            return rao_fail(ctx, RAO_EINVAL, "%s: %s lies between %g and %g, want an interval", d->name, c->name, c->low, c->high);
    }
    return RAO_OK;
}

/* The name and the list "a,b" in one block; the coordinates' names point into a second copy. */
static rao_status copy_texts(rao_ctx *ctx, family_own *o, const rao_family_definition *d) {
    rao_status st = RAO_OK;
    size_t length = strlen(d->name) + 1, names = 0;
    for (int64_t i = 0; i < o->k; i++) names += strlen(d->coordinates[i].name) + 1;
    RAO_TRY(rao_alloc(ctx, (int64_t)(length + 2 * names), &o->text));
    RAO_TRY(rao_alloc(ctx, o->k, &o->coordinates));
    char *list = o->text + length, *own = list + names;
    memcpy(o->text, d->name, length);
    for (int64_t i = 0; i < o->k; i++) {
        size_t n = strlen(d->coordinates[i].name);
        o->coordinates[i] = d->coordinates[i];
        o->coordinates[i].name = own;
        memcpy(own, d->coordinates[i].name, n + 1), memcpy(list, d->coordinates[i].name, n);
        list[n] = i + 1 < o->k ? ',' : 0;
        own += n + 1, list += n + 1;
    }
    o->table.info.name = o->table.info.title = o->text;
    o->chart.coords = o->text + length;
done:
    return st;
}

/* The expressions, of the coordinates and (the density) of x or x_1..x_d. */
static rao_status parse(rao_ctx *ctx, family_own *o, const rao_family *f, const rao_family_definition *d) {
    rao_status st = RAO_OK;
    const char **names;
    char(*numbered)[16];
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, o->k + o->dimension, &names));
    RAO_TRY(rao_scratch(ctx, o->dimension, &numbered));
    for (int64_t i = 0; i < o->k; i++) names[i] = o->coordinates[i].name;
    for (int64_t i = 0; i < o->dimension; i++) {
        char name[RAO_COORD_NAME];
        rao_write_number(name, "x_", i + 1, "");
        memcpy(numbered[i], name, sizeof numbered[i]);
        names[o->k + i] = o->dimension == 1 ? "x" : numbered[i];
    }
    const char *density = d->density ? d->density : d->log_density;
    o->is_log = d->log_density != NULL;
    const char *which = d->density ? "density" : "log_density";
    if (density) RAO_TRY(rao_parse_named(ctx, f, which, density, names, o->k + o->dimension, &o->density));
    if (d->density) RAO_TRY(rao_expr_logarithm(ctx, o->density, &o->tail));
    if (d->low) RAO_TRY(rao_parse_named(ctx, f, "support", d->low, names, o->k, &o->low));
    if (d->high) RAO_TRY(rao_parse_named(ctx, f, "support", d->high, names, o->k, &o->high));
    for (int64_t i = 0; i < o->k; i++) {
        o->low_moves |= o->low && rao_expr_uses(o->low, i);
        o->high_moves |= o->high && rao_expr_uses(o->high, i);
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static void fill_table(family_own *o) {
    family_table *t = &o->table;
    int line = o->dimension == 1;
    o->chart.name = t->info.charts = "own";
    o->chart.load = load, o->chart.store = store;
    t->info.discrete = o->d.discrete, t->info.regular = 1;
    t->charts = &o->chart, t->chart_count = 1;
    t->possible = possible, t->possible_words = o->d.discrete ? "a whole number in the support" : "a finite number in the support";
    t->logpdf = logpdf, t->logpdf_error = logpdf_error, t->score = score;
    t->support = line ? support : NULL, t->center = line ? center : NULL, t->landmarks = line ? landmarks : NULL;
    t->irregular_at = irregular_at, t->attach = attach;
    t->sample = own_sample, t->mle = own_mle, t->mle_method = RAO_ITERATION;
}

rao_status rao_family_define(rao_ctx *ctx, const rao_family_definition *definition, rao_family **family) {
    rao_status st;
    rao_family *f = NULL;
    rao_family_definition d;
    rao_family_definition_init(&d);
    if (!definition) return rao_fail(ctx, RAO_EINVAL, "rao_family_define: the definition is NULL");
    memcpy(&d, definition, definition->size < sizeof d ? definition->size : sizeof d);
    RAO_TRY(check_definition(ctx, &d));
    RAO_TRY(rao_alloc(ctx, 1, &f));
    RAO_TRY(rao_alloc(ctx, 1, &f->own));
    family_own *o = f->own;
    atomic_init(&o->owners, 1);
    o->k = d.coordinate_count, o->dimension = d.dimension, o->d = d;
    f->table = &o->table;
    RAO_TRY(copy_texts(ctx, o, &d));
    RAO_TRY(parse(ctx, o, f, &d));
    fill_table(o);
    o->d.name = o->text, o->d.coordinates = o->coordinates; /* the texts have become expressions */
    o->d.density = o->d.log_density = o->d.low = o->d.high = NULL;
    f->dim = f->coords[0] = f->tangents[0] = o->k;
    f->observation = o->dimension;
    f->state = own_state(o);
    *family = f;
    f = NULL;
done:
    if (f) rao_own_release(f), rao_free(&f);
    return st;
}

void rao_own_share(rao_family *copy) {
    if (copy->own) copy->own->owners++;
}

void rao_own_release(rao_family *f) {
    family_own *o = f->own;
    if (!o || --o->owners > 0) return;
    rao_expr_destroy(&o->density), rao_expr_destroy(&o->tail), rao_expr_destroy(&o->low), rao_expr_destroy(&o->high);
    rao_free(&o->text), rao_free(&o->coordinates);
    rao_free(&f->own);
}
