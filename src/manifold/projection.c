/* projection.c - the point of a set S that is closest to p: the m-projection is least in KL(p : s), the e-projection in KL(s : p).
 *
 * Pythagoras (Amari & Nagaoka 2000, theorem 3.8): for an e-flat S (affine in theta) and the m-projection s of p, KL(p : r) = KL(p : s) + KL(s : r) for
 * every r of S; for an m-flat S (affine in eta) and the e-projection, KL(r : p) = KL(r : s) + KL(s : p). Elsewhere the difference of the two sides, the
 * defect, is what curvature leaves.
 * Independence of groups of coordinates of a multivariate normal is e-flat: its m-projection keeps mean and blocks of the covariance. Its
 * e-projection keeps mean and blocks of the precision. Independence in a table keeps the margins under the m-projection. */
#include <math.h>
#include <string.h>

#include "family/spd.h"
#include "manifold/closest.h"
#include "manifold/independence.h"

void rao_onto_init_sized(rao_onto *onto, size_t size) {
    rao_onto all = {.size = size};
    memcpy(onto, &all, size < sizeof all ? size : sizeof all);
}

static const char *name_of(const rao_family *f) { return f->table->info.name; }

/* ---- held coordinates ------------------------------------------------------------------------------------------ */

static rao_status check_held(rao_ctx *ctx, const rao_family *f, const rao_onto *onto) {
    if (onto->chart < 0 || onto->chart >= f->table->chart_count)
        return rao_fail(ctx, RAO_EINVAL, "%s: chart %lld, want 0..%lld", name_of(f), (long long)onto->chart,
                        (long long)f->table->chart_count - 1);
    if (f->coords[onto->chart] != f->dim)
        return rao_fail(ctx, RAO_EINVAL,
                        "%s: the chart %s has more coordinates than the family has dimensions, so none can be held; want natural",
                        name_of(f), f->table->charts[onto->chart].name);
    if (!onto->held || !onto->value) return rao_fail(ctx, RAO_EINVAL, "%s: a projection needs the coordinates that are held", name_of(f));
    for (int64_t i = 0; i < f->dim; i++)
        if (onto->held[i] && !isfinite(onto->value[i]))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: coordinate %lld is held at %g, want a finite number", name_of(f), (long long)i + 1,
                            onto->value[i]);
    return RAO_OK;
}

/* The held coordinates go from those of p to where they belong in as few stages as the family allows: at each the others follow. */
static rao_status follow(rao_ctx *ctx, const closest *problem, const rao_onto *onto, const double *start, double *c, double *s,
                         rao_quality *quality) {
    rao_status st = RAO_OK;
    int64_t n = problem->f->dim;
    double *trial, at = 0, stride = 1;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, n, &trial));
    memcpy(c, start, sizeof *c * (size_t)n);
    while (at < 1) {
        double next = fmin(1, at + stride);
        memcpy(trial, c, sizeof *trial * (size_t)n);
        for (int64_t i = 0; i < n; i++)
            if (onto->held[i]) trial[i] = next < 1 ? (1 - next) * start[i] + next * onto->value[i] : onto->value[i];
        rao_status stage = rao_closest(ctx, problem, trial, s, quality);
        if (stage == RAO_OK) {
            memcpy(c, trial, sizeof *c * (size_t)n);
            at = next, stride *= 2;
        } else if (stage == RAO_ENOMEM || (stride /= 2) < 1e-4) {
            RAO_TRY(stage);
        }
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status onto_held(rao_ctx *ctx, const rao_family *f, rao_projection kind, const rao_onto *onto, const double *p, double *s,
                            rao_quality *quality) {
    rao_status st;
    closest problem = {.f = f, .chart = onto->chart, .held = onto->held};
    double *start, *c;
    rao_mark mark = rao_scratch_mark(ctx);
    if (kind == RAO_M_PROJECTION) problem.from = p, problem.a = 1;
    else problem.to = p, problem.b = 1;
    RAO_TRY(check_held(ctx, f, onto));
    if (kind == RAO_E_PROJECTION && !f->table->exponential)
        RAO_TRY(rao_fail(ctx, RAO_EUNABLE, "%s is not an exponential family: it has m-projections only", name_of(f)));
    RAO_TRY(rao_scratch(ctx, f->dim, &start));
    RAO_TRY(rao_scratch(ctx, f->dim, &c));
    RAO_TRY(f->table->charts[onto->chart].store(ctx, f, p, start));
    RAO_TRY(follow(ctx, &problem, onto, start, c, s, quality));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- independence ------------------------------------------------------------------------------------------------ */

static rao_status check_blocks(rao_ctx *ctx, const rao_family *f, const rao_onto *onto, int64_t total, int product) {
    int64_t made = product ? 1 : 0;
    for (int64_t i = 0; i < onto->block_count; i++) {
        if (onto->block[i] < 1)
            return rao_fail(ctx, RAO_EINVAL, "%s: block %lld has %lld, want at least 1", name_of(f), (long long)i + 1,
                            (long long)onto->block[i]);
        if (onto->block[i] > total) made = -1;
        if (made >= 0) made = product ? made * onto->block[i] : made + onto->block[i];
        if (made > total) made = -1;
    }
    if (made == total) return RAO_OK;
    return rao_fail(ctx, RAO_EINVAL, "%s: the blocks do not %s %lld, the %s", name_of(f), product ? "multiply to" : "add up to",
                    (long long)total, product ? "number of classes" : "dimension");
}

/* Keeps the diagonal blocks of a d x d matrix. */
static void keep_blocks(const rao_onto *onto, int64_t d, double *a) {
    int64_t first = 0, block = 0;
    for (int64_t i = 0; i < d; i++) {
        if (i == first + onto->block[block]) first = i, block++;
        for (int64_t j = 0; j < d; j++)
            if (j < first || j >= first + onto->block[block]) a[i * d + j] = 0;
    }
}

static rao_status normal_independence(rao_ctx *ctx, const rao_family *f, rao_projection kind, const rao_onto *onto, const double *p,
                                      double *s) {
    int64_t d = f->d;
    RAO_OR_RETURN(check_blocks(ctx, f, onto, d, 0));
    memcpy(s, p, sizeof *s * (size_t)f->state);
    spd a = spd_at(s, d);
    if (kind == RAO_E_PROJECTION) {
        memcpy(a.s, a.p, sizeof *a.s * (size_t)(d * d));
        keep_blocks(onto, d, a.s);
        RAO_OR_RETURN(rao_spd_factor(ctx, f, "the precision's blocks", s));
        memcpy(a.s, a.p, sizeof *a.s * (size_t)(d * d));
    }
    keep_blocks(onto, d, a.s);
    return rao_spd_factor(ctx, f, "the blocks of the covariance", s);
}

/* Digit `axis` of the class in the table's shape, first axis slowest. */
int64_t rao_table_digit(const rao_onto *onto, int64_t class, int64_t axis) {
    for (int64_t i = onto->block_count - 1; i > axis; i--) class /= onto->block[i];
    return class % onto->block[axis];
}

static rao_status table_independence(rao_ctx *ctx, const rao_family *f, rao_projection kind, const rao_onto *onto, const double *p,
                                     double *s) {
    rao_status st;
    int64_t k = f->d;
    double *product, *margin;
    rao_mark mark = rao_scratch_mark(ctx);
    if (kind == RAO_E_PROJECTION)
        RAO_TRY(rao_fail(ctx, RAO_EUNABLE, "%s: the e-projection onto independence has no unique answer (mean field has several minima)",
                         name_of(f)));
    RAO_TRY(check_blocks(ctx, f, onto, k, 1));
    RAO_TRY(rao_scratch(ctx, k, &product));
    RAO_TRY(rao_scratch(ctx, k, &margin));
    for (int64_t i = 0; i < k; i++) product[i] = 1;
    for (int64_t axis = 0; axis < onto->block_count; axis++) {
        memset(margin, 0, sizeof *margin * (size_t)k);
        for (int64_t i = 0; i < k; i++) margin[rao_table_digit(onto, i, axis)] += p[i];
        for (int64_t i = 0; i < k; i++) product[i] *= margin[rao_table_digit(onto, i, axis)];
    }
    RAO_TRY(rao_load_simplex(ctx, f, product, s));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_onto_independence(rao_ctx *ctx, const rao_family *f, rao_projection kind, const rao_onto *onto, const double *p, double *s) {
    if (f->table == &rao_table_mvn) return normal_independence(ctx, f, kind, onto, p, s);
    if (f->table == &rao_table_categorical) return table_independence(ctx, f, kind, onto, p, s);
    return rao_fail(ctx, RAO_EUNABLE, "%s: independence is a set of mvn and categorical", name_of(f));
}

/* ---- the projection ---------------------------------------------------------------------------------------------- */

static rao_status divergence(rao_ctx *ctx, const rao_family *f, rao_projection kind, const double *outer, const double *inner,
                             double *value, rao_quality *quality) {
    rao_family_args args;
    rao_family_args_init(&args);
    family_item it = {.f = f, .chart = f->table->charts, .args = &args, .what = "kl", .p = outer, .q = inner};
    *value = 0;
    return kind == RAO_M_PROJECTION ? rao_ask_family(ctx, &it, RAO_KL, value, quality) : rao_ask_swapped(ctx, &it, RAO_KL, value, quality);
}

/* r has the held coordinates, as well as a point that went through other charts can. */
static rao_status check_member(rao_ctx *ctx, const rao_family *f, const rao_onto *onto, const double *r) {
    rao_status st = RAO_OK;
    double *c;
    rao_mark mark = rao_scratch_mark(ctx);
    if (onto->block_count) goto done;
    RAO_TRY(rao_scratch(ctx, f->dim, &c));
    RAO_TRY(f->table->charts[onto->chart].store(ctx, f, r, c));
    for (int64_t i = 0; i < f->dim; i++)
        if (onto->held[i] && !(fabs(c[i] - onto->value[i]) <= 1e-9 * fmax(1, fabs(onto->value[i]))))
            RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: the point of reference has coordinate %lld = %.17g, the set holds it at %.17g",
                             name_of(f), (long long)i + 1, c[i], onto->value[i]));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_project(rao_ctx *ctx, const rao_family *family, rao_projection kind, int64_t chart, const double *p, const rao_onto *onto,
                       const double *reference, double *point, rao_projection_info *info) {
    rao_status st;
    rao_onto all;
    rao_projection_info found = {.quality = {RAO_CLOSED, 0}};
    double *from, *s, *r, *out, outer = 0, inner = 0;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_onto_init(&all);
    if (!onto || !p || !point) RAO_TRY(rao_fail(ctx, RAO_EINVAL, "rao_project: the point, the set or the place for the answer is NULL"));
    memcpy(&all, onto, onto->size < sizeof all ? onto->size : sizeof all);
    if (all.block_count && all.held)
        RAO_TRY(rao_fail(ctx, RAO_EINVAL, "%s: a set holds coordinates or is independence, not both", name_of(family)));
    RAO_TRY(rao_scratch(ctx, family->state, &from));
    RAO_TRY(rao_scratch(ctx, family->state, &s));
    RAO_TRY(rao_scratch(ctx, family->state, &r));
    RAO_TRY(rao_family_load(ctx, family, chart, p, from));
    RAO_TRY(rao_scratch(ctx, rao_family_coords(family, chart), &out));
    if (all.block_count) RAO_TRY(rao_onto_independence(ctx, family, kind, &all, from, s));
    else RAO_TRY(onto_held(ctx, family, kind, &all, from, s, &found.quality));
    RAO_TRY(divergence(ctx, family, kind, from, s, &found.divergence, &found.quality));
    if (reference) {
        RAO_TRY(rao_family_load(ctx, family, chart, reference, r));
        RAO_TRY(check_member(ctx, family, &all, r));
        RAO_TRY(divergence(ctx, family, kind, from, r, &outer, &found.quality));
        RAO_TRY(divergence(ctx, family, kind, s, r, &inner, &found.quality));
        found.defect = outer - found.divergence - inner;
    }
    RAO_TRY(family->table->charts[chart].store(ctx, family, s, out));
    memcpy(point, out, sizeof *out * (size_t)rao_family_coords(family, chart));
    if (info) *info = found;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
