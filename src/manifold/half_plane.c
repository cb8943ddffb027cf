/* half_plane.c - the hyperbolic plane ds^2 = (dx^2 + ds^2)/s^2 in forms that lose no digits, whether points are close or 1e300 apart.
 *
 * Distance: 2 asinh(|q - p| / (2 sqrt(s t))). In the hyperboloid model with null coordinate 1/s and space coordinate x/s a geodesic is
 * [sinh((1-a) rho) P + sinh(a rho) Q] / sinh rho, so 1/s and x/s are means with positive weights for 0 <= a <= 1. */
#include <math.h>

#include <rao/num.h>

#include "manifold/geometry.h"

double rao_plane_distance(double gap, double rise, double s, double t) {
    double h = hypot(gap, rise), z = h / sqrt(s) / sqrt(t) / 2;
    if (z < 1e150) return 2 * asinh(z);
    return 2 * log(h) - log(s) - log(t);
}

/* sinh(a rho) / sinh(rho) for 0 <= a <= 1, without its factor exp((a - 1) rho). */
static double ratio(double a, double rho) { return rho > 1e-150 ? expm1(-2 * a * rho) / expm1(-2 * rho) : a; }

void rao_plane_path(double s, double t, double rho, double place, double *fraction, double *rest, double *scale) {
    double w0 = ratio(1 - place, rho), w1 = ratio(place, rho), e0 = -place * rho, e1 = (place - 1) * rho;
    double u0 = w0 * exp(e0) / s, u1 = w1 * exp(e1) / t, sum = u0 + u1;
    if (rho < 600 && sum > 1e-300 && sum < 1e300) {
        *fraction = u1 / sum, *rest = u0 / sum, *scale = 1 / sum;
        return;
    }
    double l0 = log(w0) + e0 - log(s), l1 = log(w1) + e1 - log(t), whole = rao_logaddexp(l0, l1);
    *fraction = exp(l1 - whole), *rest = exp(l0 - whole), *scale = exp(-whole);
}

/* Direction (2 gap s, gap^2 + t^2 - s^2), all three scaled by the largest. */
void rao_plane_log(double gap, double rise, double s, double t, double rho, double *along, double *ds) {
    double most = fmax(gap, fmax(s, t)), a = gap / most, b = s / most, c = t / most;
    double level = 2 * a * b, up = fma(a, a, rise / most * (c + b)), length = hypot(level, up);
    *along = gap > 0 ? s / gap * (rho * (level / length)) : 0;
    *ds = length > 0 ? s * (rho * (up / length)) : 0;
}

/* The circle through both with its centre on the edge: (2 gap s, gap^2 + t^2 - s^2) and (2 gap t, t^2 - s^2 - gap^2), scaled. */
void rao_plane_tangents(double gap, double rise, double s, double t, double at_p[2], double at_q[2]) {
    double most = fmax(gap, fmax(s, t)), a = gap / most, b = s / most, c = t / most, climb = rise / most * (c + b);
    double level_p = 2 * a * b, up_p = fma(a, a, climb), level_q = 2 * a * c, up_q = fma(-a, a, climb);
    double p = hypot(level_p, up_p), q = hypot(level_q, up_q);
    at_p[0] = p > 0 ? level_p / p : 0, at_p[1] = p > 0 ? up_p / p : 1;
    at_q[0] = q > 0 ? level_q / q : 0, at_q[1] = q > 0 ? up_q / q : 1;
}

/* With angle a from the vertical: 1/r = cosh rho - sinh rho cos a, x = r sinh rho sin a; all divided by exp(rho). */
int rao_plane_exp(double dx, double ds, double *stretch, double *r) {
    double rho = hypot(dx, ds), up = ds / rho, level = dx / rho;
    if (rho == 0) return *stretch = *r = 1, 0;
    double k = up > 0 ? level * level / (1 + up) : 1 - up, h = -expm1(-2 * rho) / 2, below = exp(-2 * rho) + h * k;
    if (below == 0 && dx == 0) return *stretch = 1, *r = exp(rho), !(*r < INF); /* straight up, exp(-2 rho) rounds to 0 */
    *r = exp(-rho) / below;
    *stretch = h / below / rho;
    return !(*r > 0 && *r < INF && *stretch < INF);
}
