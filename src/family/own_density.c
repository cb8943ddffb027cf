/* own_density.c - the three forms of a user's density: an expression, a function of dual numbers, a function with its score. */
#include <math.h>

#include "family/own.h"

/* The value of a function of the user, or NaN and its status. */
static double reached(const rao_family *f, const double *s, const double *x, rao_status st, double value) {
    if (st == RAO_OK && isnan(value))
        st = rao_fail(own_context(f, s), RAO_EDOMAIN, "%s: the log density is NaN at x = %.17g", f->table->info.name, x[0]);
    if (st) own_failed(f, s, st);
    return st ? (double)NAN : value;
}

/* Between these a density's own logarithm has all its digits. */
static int is_ordinary(double density) { return density > 1e-290 && density < 1e290; }

/* log of a density that was given as one: by its tail where it underflows, and where that has no value (a factor is negative) as it is. */
static double log_of(const rao_family *f, const double *s, const double *x, double density) {
    rao_ctx *ctx = own_context(f, s);
    double value;
    if (is_ordinary(density)) return log(density);
    if (density < 0)
        return reached(f, s, x,
                       rao_fail(ctx, RAO_EDOMAIN, "%s: the density is %g at x = %.17g, want >= 0", f->table->info.name, density, x[0]), 0);
    return rao_expr_eval(ctx, f->own->tail, own_slots(f, s), &value) == RAO_OK ? value : log(density);
}

static double of_expression(const rao_family *f, const double *s, const double *x) {
    const family_own *o = f->own;
    double *slots = own_slots(f, s), value = 0;
    memcpy(slots, s, sizeof *slots * (size_t)o->k);
    memcpy(slots + o->k, x, sizeof *slots * (size_t)o->dimension);
    rao_status st = rao_expr_eval(own_context(f, s), o->density, slots, &value);
    if (o->is_log) return reached(f, s, x, st, value);
    if (st == RAO_EDOMAIN && rao_expr_eval(own_context(f, s), o->tail, slots, &value) == RAO_OK) return value; /* inf/inf far out */
    return st ? reached(f, s, x, st, value) : log_of(f, s, x, value);
}

/* Coordinates first..first + n - 1 as variables, the others and x constants. */
static void fill(const family_own *o, const double *c, const double *x, int64_t first, int n, rao_dual *slots) {
    for (int64_t i = 0; i < o->k; i++)
        slots[i] = i >= first && i < first + n ? rao_dual_variable(c[i], (int)(i - first), n, 1) : rao_dual_constant(c[i]);
    for (int64_t i = 0; x && i < o->dimension; i++) slots[o->k + i] = rao_dual_constant(x[i]);
}

static rao_status dual_at(rao_ctx *ctx, const family_own *o, const rao_dual *slots, const double *x, rao_dual *value) {
    if (o->d.dual) return o->d.dual(ctx, o->d.arg, slots, x, value);
    rao_status st = rao_expr_eval_dual(ctx, o->density, slots, value);
    if (o->is_log) return st;
    if (st == RAO_OK && is_ordinary(value->v)) return *value = rao_dual_log(*value), RAO_OK;
    return rao_expr_eval_dual(ctx, o->tail, slots, value);
}

static double of_dual(const rao_family *f, const double *s, const double *x) {
    rao_dual slots[RAO_DUAL_MAX], value;
    for (int64_t i = 0; i < f->own->k; i++) slots[i] = rao_dual_constant(s[i]);
    rao_status st = f->own->d.dual(own_context(f, s), f->own->d.arg, slots, x, &value);
    return reached(f, s, x, st, st ? 0 : value.v);
}

double own_raw(const rao_family *f, const double *s, const double *x) {
    const family_own *o = f->own;
    double value;
    if (o->density) return of_expression(f, s, x);
    if (o->d.dual) return of_dual(f, s, x);
    rao_status st = o->d.scored(own_context(f, s), o->d.arg, s, x, &value, NULL);
    return reached(f, s, x, st, st ? 0 : value);
}

static rao_status score_by_duals(rao_ctx *ctx, const family_own *o, const double *c, const double *x, double *g) {
    rao_status st = RAO_OK;
    rao_dual *slots, value;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, o->k + o->dimension, &slots));
    for (int64_t first = 0; first < o->k; first += RAO_DUAL_MAX) {
        int n = (int)(o->k - first < RAO_DUAL_MAX ? o->k - first : RAO_DUAL_MAX);
        fill(o, c, x, first, n, slots);
        RAO_TRY(dual_at(ctx, o, slots, x, &value));
        for (int i = 0; i < n; i++) g[first + i] = value.n ? value.g[i] : 0; /* a constant has no derivatives */
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

int own_raw_score(const rao_family *f, const double *s, const double *x, double *g) {
    const family_own *o = f->own;
    rao_ctx *ctx = own_context(f, s);
    double value;
    rao_status st = o->d.scored ? o->d.scored(ctx, o->d.arg, s, x, &value, g) : score_by_duals(ctx, o, s, x, g);
    if (st) own_failed(f, s, st);
    return st != RAO_OK;
}
