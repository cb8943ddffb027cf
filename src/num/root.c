/* root.c - one root in a bracket: Chandrupatla's method (1997), and Newton's with a bracket as its safeguard.
 *
 * Bisection halves the number of doubles between the ends where they differ by more than a factor of four, so that a bracket such as
 * [1e-300, 1e300] costs 64 steps and not 1000; elsewhere it halves the length. At the end the bracket is a few ulp wide.
 */
#include "num/private.h"

#include <string.h>

enum { MOST_STEPS = 300 };

/* doubles in their order as integers */
static int64_t rank_of(double x) {
    int64_t i;
    memcpy(&i, &x, sizeof i);
    return i < 0 ? INT64_MIN - i : i;
}
static double of_rank(int64_t i) {
    double x;
    if (i < 0) i = INT64_MIN - i;
    memcpy(&x, &i, sizeof x);
    return x;
}

double num_middle(double a, double b) {
    double low = fmin(fabs(a), fabs(b)), high = fmax(fabs(a), fabs(b));
    if (a * b > 0 && high <= 4 * low) return 0.5 * a + 0.5 * b;
    int64_t i = rank_of(a), j = rank_of(b);
    return of_rank((i & j) + ((i ^ j) >> 1)); /* their mean, without overflow */
}

typedef struct search {
    rao_ctx *ctx;
    void *arg;
    rao_scalar *f;
    rao_scalar_slope *fd;
    int64_t evaluations;
} search;

static rao_status value_at(search *s, double x, double *f, double *slope) {
    s->evaluations++;
    rao_status st = s->fd ? s->fd(s->ctx, s->arg, x, f, slope) : s->f(s->ctx, s->arg, x, f);
    if (st == RAO_OK && isnan(*f)) return rao_fail(s->ctx, RAO_EDOMAIN, "root: the function is NaN at x = %.17g", x);
    return st;
}

static void report(rao_root_info *info, const search *s, double x, double f, double low, double high) {
    if (info) *info = (rao_root_info){x, f, fmin(low, high), fmax(low, high), s->evaluations};
}

/* Values at both ends; *done when one of them is a root. */
static rao_status open_bracket(search *s, double a, double b, double *fa, double *fb, double slopes[2]) {
    if (!isfinite(a) || !isfinite(b) || !(a <= b))
        return rao_fail(s->ctx, RAO_EINVAL, "root: bracket [%g, %g], want finite ends in order", a, b);
    rao_status st = value_at(s, a, fa, &slopes[0]);
    if (st != RAO_OK) return st;
    st = value_at(s, b, fb, &slopes[1]);
    if (st != RAO_OK) return st;
    if (*fa != 0 && *fb != 0 && (*fa > 0) == (*fb > 0))
        return rao_fail(s->ctx, RAO_EDOMAIN, "root: no change of sign in [%g, %g], where the function is %g and %g", a, b, *fa, *fb);
    return RAO_OK;
}

static double width_wanted(double x, double x_tol) { return fmax(x_tol, 2 * DBL_EPSILON) * fabs(x); }

/* Where between b and a to look next, as a fraction: inverse quadratic interpolation through a, b, c where the three values are monotone
 * enough for it (Chandrupatla's criterion), else a half. */
static double interpolate(double a, double fa, double b, double fb, double c, double fc) {
    double xi = (a - b) / (c - b), phi = (fa - fb) / (fc - fb);
    if (!(phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi)) return 0.5;
    return fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb);
}

rao_status rao_root(rao_ctx *ctx, rao_scalar *f, void *arg, double low, double high, double x_tol, double *x, rao_root_info *info) {
    search s = {.ctx = ctx, .arg = arg, .f = f};
    double a = high, b = low, fa, fb, slopes[2] = {0, 0};
    rao_status st = open_bracket(&s, low, high, &fb, &fa, slopes);
    if (st != RAO_OK) return st;
    double c = a, fc = fa;
    int interpolating = 0;
    for (int i = 0; i < MOST_STEPS; i++) { /* the root is between a and b, c is the point dropped last */
        double best = fabs(fa) < fabs(fb) ? a : b, fbest = fabs(fa) < fabs(fb) ? fa : fb, width = fabs(a - b);
        if (fbest == 0 || width <= width_wanted(best, x_tol) || num_middle(a, b) == a || num_middle(a, b) == b) {
            report(info, &s, best, fbest, a, b);
            *x = best;
            return RAO_OK;
        }
        double t = interpolating ? interpolate(a, fa, b, fb, c, fc) : 0.5, edge = 0.5 * width_wanted(best, x_tol) / width, now;
        if (t == 0.5 || !isfinite(t)) now = num_middle(a, b);
        else now = a + fmin(fmax(t, edge), 1 - edge) * (b - a);
        double fnow;
        st = value_at(&s, now, &fnow, slopes);
        if (st != RAO_OK) return st;
        if ((fnow > 0) == (fa > 0) && fnow != 0) c = a, fc = fa;
        else c = b, fc = fb, b = a, fb = fa;
        a = now, fa = fnow;
        interpolating = isfinite(fa) && isfinite(fb) && isfinite(fc) && c != b && fc != fb && fc != fa;
    }
    report(info, &s, a, fa, a, b);
    return rao_fail(ctx, RAO_ENUMERIC, "root: not found in %d steps; it lies in [%.17g, %.17g]", MOST_STEPS, fmin(a, b), fmax(a, b));
}

rao_status rao_root_newton(rao_ctx *ctx, rao_scalar_slope *f, void *arg, double low, double high, double start, double x_tol, double *x,
                           rao_root_info *info) {
    search s = {.ctx = ctx, .arg = arg, .fd = f};
    double flow, fhigh, slopes[2];
    rao_status st = open_bracket(&s, low, high, &flow, &fhigh, slopes);
    if (st != RAO_OK) return st;
    if (flow == 0 || fhigh == 0) {
        *x = flow == 0 ? low : high;
        report(info, &s, *x, 0, low, high);
        return RAO_OK;
    }
    double now = start >= low && start <= high ? start : num_middle(low, high), last = high - low;
    for (int i = 0; i < MOST_STEPS; i++) {
        double fnow, slope;
        st = value_at(&s, now, &fnow, &slope);
        if (st != RAO_OK) return st;
        if ((fnow > 0) == (flow > 0)) low = now;
        else high = now;
        double next = now - fnow / slope;
        /* a step out of the bracket, or not half as long as the one before it, is replaced by bisection */
        if (!(next > low && next < high) || !(fabs(next - now) <= 0.5 * fabs(last) || i == 0)) next = num_middle(low, high);
        last = next - now;
        if (fnow == 0 || fabs(last) <= 0.5 * width_wanted(now, x_tol) || high - low <= width_wanted(now, x_tol) || next == low ||
            next == high) {
            *x = fnow == 0 ? now : next;
            report(info, &s, *x, fnow, low, high);
            return RAO_OK;
        }
        now = next;
    }
    report(info, &s, now, (double)NAN, low, high);
    return rao_fail(ctx, RAO_ENUMERIC, "root: not found in %d steps; it lies in [%.17g, %.17g]", MOST_STEPS, low, high);
}

/* Outwards from x by growing steps, kept strictly inside (low, high): towards a finite limit by halving the distance. */
static double outwards(double x, double limit, double step) {
    double next = x + step;
    if (isinf(limit)) return isfinite(next) ? next : copysign(DBL_MAX, step);
    return fabs(step) < 0.5 * fabs(limit - x) ? next : num_middle(x, limit);
}

rao_status rao_root_bracket(rao_ctx *ctx, rao_scalar *f, void *arg, double x, double step, double low, double high, double bracket[2]) {
    search s = {.ctx = ctx, .arg = arg, .f = f};
    if (!(x > low && x < high) || !(step > 0))
        return rao_fail(ctx, RAO_EINVAL, "root: start %g and step %g, want a start in (%g, %g) and a step > 0", x, step, low, high);
    double a = x, b = x, fa, fb, unused;
    rao_status st = value_at(&s, x, &fa, &unused);
    if (st != RAO_OK) return st;
    fb = fa;
    for (int i = 0; i < 1100 && fa != 0 && fb != 0 && (fa > 0) == (fb > 0); i++, step *= 2) {
        double left = outwards(a, low, -step), right = outwards(b, high, step);
        int stuck = left == a && right == b;
        if (stuck) break;
        double fleft, fright;
        if ((st = value_at(&s, left, &fleft, &unused)) != RAO_OK || (st = value_at(&s, right, &fright, &unused)) != RAO_OK) return st;
        if ((fleft > 0) != (fa > 0) || fleft == 0) b = a, fb = fa, a = left, fa = fleft;
        else if ((fright > 0) != (fb > 0) || fright == 0) a = b, fa = fb, b = right, fb = fright;
        else a = left, b = right;
    }
    if (fa != 0 && fb != 0 && (fa > 0) == (fb > 0))
        return rao_fail(ctx, RAO_EDOMAIN, "root: no change of sign found in (%g, %g): the function is %g at %g and %g at %g", low, high, fa,
                        a, fb, b);
    bracket[0] = a, bracket[1] = b;
    return RAO_OK;
}
