/* minimise.c - a local minimum of a function of one variable in an interval: parabolic steps inside a golden-section search
 * (Brent 1973, chapter 5). The minimiser is found to about the square root of the precision, as a smooth minimum allows no more. */
#include "num/private.h"

#define GOLDEN 0.381966011250105151795413165634361882

typedef struct triple {
    double x, w, v, fx, fw, fv; /* the best point, the second and the third */
} triple;

/* The minimum of the parabola through the three points, as a step from x; NaN where there is none. */
static double parabolic_step(const triple *t) {
    double r = (t->x - t->w) * (t->fx - t->fv), q = (t->x - t->v) * (t->fx - t->fw);
    double numerator = (t->x - t->v) * q - (t->x - t->w) * r;
    return -numerator / (2 * (q - r));
}

static void insert(triple *t, double u, double fu) {
    if (fu <= t->fx) {
        t->v = t->w, t->fv = t->fw;
        t->w = t->x, t->fw = t->fx;
        t->x = u, t->fx = fu;
    } else if (fu <= t->fw || t->w == t->x) {
        t->v = t->w, t->fv = t->fw;
        t->w = u, t->fw = fu;
    } else if (fu <= t->fv || t->v == t->x || t->v == t->w) t->v = u, t->fv = fu;
}

rao_status rao_minimise(rao_ctx *ctx, rao_scalar *f, void *arg, double low, double high, double x_tol, double *x, double *minimum) {
    if (!isfinite(low) || !isfinite(high) || !(low <= high))
        return rao_fail(ctx, RAO_EINVAL, "minimise: interval [%g, %g], want finite ends in order", low, high);
    double tol = fmax(x_tol, 1.5e-8), start = low + GOLDEN * (high - low), fu, u, step = 0, before = 0;
    rao_status st = f(ctx, arg, start, &fu);
    if (st != RAO_OK) return st;
    triple t = {start, start, start, fu, fu, fu};
    for (int i = 0; i < 300; i++) {
        double middle = 0.5 * low + 0.5 * high, small = tol * fabs(t.x) + 1e-3 * tol * (high - low) + DBL_MIN;
        if (isnan(t.fx)) return rao_fail(ctx, RAO_EDOMAIN, "minimise: the function is NaN at x = %.17g", t.x);
        if (fabs(t.x - middle) <= 2 * small - 0.5 * (high - low)) {
            *x = t.x;
            *minimum = t.fx;
            return RAO_OK;
        }
        double jump = fabs(before) > small ? parabolic_step(&t) : NUM_NAN;
        if (fabs(jump) < fabs(0.5 * before) && t.x + jump > low && t.x + jump < high) {
            before = step, step = jump;
            if (t.x + step - low < 2 * small || high - (t.x + step) < 2 * small) step = copysign(small, middle - t.x);
        } else {
            before = t.x < middle ? high - t.x : low - t.x;
            step = GOLDEN * before;
        }
        u = fabs(step) >= small ? t.x + step : t.x + copysign(small, step);
        if ((st = f(ctx, arg, u, &fu)) != RAO_OK) return st;
        if (isnan(fu)) return rao_fail(ctx, RAO_EDOMAIN, "minimise: the function is NaN at x = %.17g", u);
        if (fu <= t.fx) {
            if (u < t.x) high = t.x;
            else low = t.x;
        } else if (u < t.x) low = u;
        else high = u;
        insert(&t, u, fu);
    }
    return rao_fail(ctx, RAO_ENUMERIC, "minimise: not found in 300 steps; the best value is %.17g at %.17g", t.fx, t.x);
}
