#include "manifold/twin.h"

#include <math.h>
#include <string.h>

/* The family of the same coordinates whose x is a function of the family's: log x of a lognormal is normal, log(x/xm) of a Pareto law exponential. */
static const char *counterpart(const rao_family *f) {
    return f->table == &rao_table_lognormal ? "normal" : f->table == &rao_table_pareto ? "exponential" : NULL;
}

static int is_simplex(const rao_family *f) { return f->table == &rao_table_categorical || f->table == &rao_table_multinomial; }

/* Locations: coordinates in the unit of x of a family on the whole line. */
static int64_t locations(const rao_family *f) {
    chart_units u = f->table->charts[0].units;
    const rao_family_info *info = &f->table->info;
    if (!u.scaled || u.first != 1 || f->coords[0] < 2) return 0;
    if (f->table == &rao_table_normal) return 1;
    return info->dimension && f->table != &rao_table_wishart ? f->d : 0;
}

/* The exponents of the units in which each axis's last coordinate, a scale, is near one. */
static rao_status units_of(rao_ctx *ctx, const rao_family *f, const double *a, const double *b, twin *t) {
    chart_units u = f->table->charts[0].units;
    int64_t n = f->coords[0], first = f->table->info.dimension ? f->d : 1, axes = 1;
    int power = n - 1 < first ? u.first : u.rest, *exponent;
    if (!u.scaled || power == 0) return RAO_OK;
    while (axes < n && rao_axis_of(f, axes) == axes) axes++;
    RAO_OR_RETURN(rao_scratch(ctx, axes, &exponent));
    for (int64_t i = 0; i < axes; i++) exponent[i] = (ilogb(a[n - axes + i]) + ilogb(b[n - axes + i])) / (2 * power);
    return t->exponent = exponent, RAO_OK;
}

static double scaled(const twin *t, int64_t i, int sign, double c) {
    chart_units u = t->f->table->charts[0].units;
    int64_t first = t->f->table->info.dimension ? t->f->d : 1;
    return t->exponent ? ldexp(c, sign * t->exponent[rao_axis_of(t->f, i)] * (i < first ? u.first : u.rest)) : c;
}
static void into(const twin *t, double *c) {
    for (int64_t i = 0; i < t->f->coords[0]; i++) c[i] = scaled(t, i, -1, i < t->located ? c[i] - t->origin[i] : c[i]);
}
static void out_of(const twin *t, double *c) {
    for (int64_t i = 0; i < t->f->coords[0]; i++) c[i] = scaled(t, i, 1, c[i]) + (i < t->located ? t->origin[i] : 0);
}

static rao_status make(rao_ctx *ctx, const rao_family *f, const char *name, int64_t classes, twin *out) {
    rao_family_opts o;
    rao_fixed fixed = {f->table->info.fixed, f->fixed};
    rao_family_opts_init(&o);
    if (classes > 0) o.dimension = classes, o.fixed = &fixed, o.fixed_count = f->table->info.fixed ? 1 : 0;
    RAO_OR_RETURN(rao_family_create(ctx, name, &o, &out->own));
    out->f = out->own;
    return RAO_OK;
}

/* The classes that all points can show, where the others are those that none can; fewer than two are no family. */
static rao_status keep_classes(rao_ctx *ctx, const rao_family *f, int64_t n, const double *const *s, twin *out) {
    unsigned char *kept;
    int64_t count = 0;
    for (int64_t i = 0; i < f->d; i++) {
        for (int64_t k = 1; k < n; k++)
            if ((s[k][i] > 0) != (s[0][i] > 0)) return RAO_OK;
        count += s[0][i] > 0;
    }
    if (count == f->d || count < 2) return RAO_OK;
    RAO_OR_RETURN(rao_scratch(ctx, f->d, &kept));
    for (int64_t i = 0; i < f->d; i++) kept[i] = s[0][i] > 0;
    out->kept = kept;
    return make(ctx, f, f->table->info.name, count, out);
}

static void gather(const rao_family *f, const unsigned char *kept, double *c) {
    int64_t n = 0;
    for (int64_t i = 0; i < f->d; i++)
        if (kept[i]) c[n++] = c[i];
}
static void scatter(const rao_family *f, const unsigned char *kept, const double *c, double *out) {
    for (int64_t i = 0, n = 0; i < f->d; i++) out[i] = kept[i] ? c[n++] : 0;
}

rao_status rao_twin_open(rao_ctx *ctx, const rao_family *f, int64_t n, const double *const *points, twin *out) {
    rao_status st;
    const char *name = counterpart(f);
    double *c, *origin;
    *out = (twin){.f = f};
    RAO_TRY(rao_scratch(ctx, f->coords[0], &c));
    RAO_TRY(rao_scratch(ctx, f->coords[0], &origin));
    RAO_TRY(rao_scratch(ctx, n, &out->s));
    RAO_TRY(f->table->charts[0].store(ctx, f, points[0], origin));
    RAO_TRY(f->table->charts[0].store(ctx, f, points[n - 1], c));
    if (name) RAO_TRY(make(ctx, f, name, 0, out));
    if (is_simplex(f)) RAO_TRY(keep_classes(ctx, f, n, points, out));
    out->origin = origin, out->located = locations(out->f);
    RAO_TRY(units_of(ctx, out->f, origin, c, out));
    for (int64_t i = 0; i < n; i++) {
        double *state;
        RAO_TRY(rao_scratch(ctx, out->f->state, &state));
        RAO_TRY(f->table->charts[0].store(ctx, f, points[i], c));
        if (out->kept) gather(f, out->kept, c);
        into(out, c);
        RAO_TRY(out->f->table->charts[0].load(ctx, out->f, c, state));
        out->s[i] = state;
    }
done:
    if (st) rao_twin_close(out);
    return st;
}

rao_status rao_twin_back(rao_ctx *ctx, const rao_family *f, const twin *t, const double *s, double *out) {
    rao_status st;
    double *c, *whole;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->coords[0], &c));
    RAO_TRY(rao_scratch(ctx, f->coords[0], &whole));
    RAO_TRY(t->f->table->charts[0].store(ctx, t->f, s, c));
    out_of(t, c);
    if (t->kept) scatter(f, t->kept, c, whole);
    RAO_TRY(f->table->charts[0].load(ctx, f, t->kept ? whole : c, out));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

void rao_twin_close(twin *t) { rao_family_destroy(&t->own); }
