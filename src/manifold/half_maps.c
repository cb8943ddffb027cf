/* half_maps.c - the maps of families to the half-plane or half-space. Differences of locations are taken in forms that do not cancel.
 *
 *   normal, lognormal, isotropic, diagonal   x = mu, s = sigma: H(1, 2), H(1, 2 d), d copies of H(1, 2)
 *   location-scale, F = [[m0, m1], [m1, m2]]/s^2   x = mu + (m1/m0) s: H(m0, m2 - m1^2/m0); for the Gumbel H(1, pi^2/6)
 *   weibull (k, l)                           -log X is Gumbel with mu = -log l, s = 1/k
 *   inverse Gaussian (mu, lambda)            x = mu^-1/2 > 0, s = lambda^-1/2: H(4, 2) */
#include <math.h>

#include "family/normal.h"
#include "manifold/geometry.h"

static const double euler = 0.57721566490153286061;

static void normal_constants(const rao_family *f, double *a, double *b) { (void)f, *a = 1, *b = 2; }
static void isotropic_constants(const rao_family *f, double *a, double *b) { *a = 1, *b = 2 * (double)f->d; }
static double no_shear(const rao_family *f) { return (void)f, 0; }
const half_map rao_half_lognormal = {.constants = normal_constants, .shear = no_shear};
const half_map rao_half_isotropic = {.constants = isotropic_constants, .vector = 1};
const half_map rao_half_diagonal = {.constants = normal_constants, .product = 1};

/* ---- the normal, whose states carry what charts have rounded away ------------------------------------------------- */

static double normal_scale(const rao_family *f, const double *s) { return (void)f, s[NORMAL_SIGMA]; }
static double normal_place(const rao_family *f, const double *s) { return (void)f, s[NORMAL_MU] + s[NORMAL_MU_REST]; }
static double normal_gap(const rao_family *f, const double *p, const double *q) { return (void)f, rao_normal_step(q, p).mu; }
static double normal_rise(const rao_family *f, const double *p, const double *q) { return (void)f, rao_normal_step(q, p).sigma; }
static void normal_push(const rao_family *f, const double *s, const double *v, double *dx, double *ds) {
    (void)f, (void)s, *dx = v[0], *ds = v[1];
}
static void normal_pull(const rao_family *f, const double *s, double dx, double ds, double *v) { (void)f, (void)s, v[0] = dx, v[1] = ds; }
static int normal_move(const rao_family *f, const double *base, double dx, double scale, double *out) {
    (void)f, out[NORMAL_MU] = base[NORMAL_MU] + (dx + base[NORMAL_MU_REST]), out[NORMAL_SIGMA] = scale;
    out[NORMAL_MU_REST] = out[NORMAL_SIGMA_REST] = 0, out[NORMAL_LOGVAR] = INF;
    return !isfinite(out[NORMAL_MU]);
}
const half_map rao_half_normal = {.constants = normal_constants,
                                  .shear = no_shear,
                                  .place = normal_place,
                                  .gap = normal_gap,
                                  .rise = normal_rise,
                                  .scale = normal_scale,
                                  .push = normal_push,
                                  .pull = normal_pull,
                                  .move = normal_move};

/* ---- x = mu + c s ------------------------------------------------------------------------------------------------ */

static double shear(const rao_family *f) {
    double m[3];
    f->table->standard->information(f, m);
    return m[1] / m[0];
}
static void standard_constants(const rao_family *f, double *a, double *b) {
    double m[3];
    f->table->standard->information(f, m);
    *a = m[0], *b = m[2] - m[1] * (m[1] / m[0]);
}
static double standard_scale(const rao_family *f, const double *s) { return (void)f, s[1]; }
static double standard_place(const rao_family *f, const double *s) { return s[0] + shear(f) * s[1]; }
static double standard_gap(const rao_family *f, const double *p, const double *q) { return (q[0] - p[0]) + shear(f) * (q[1] - p[1]); }
static void standard_push(const rao_family *f, const double *s, const double *v, double *dx, double *ds) {
    (void)s, *dx = v[0] + shear(f) * v[1], *ds = v[1];
}
static void standard_pull(const rao_family *f, const double *s, double dx, double ds, double *v) {
    (void)s, v[0] = dx - shear(f) * ds, v[1] = ds;
}
static int standard_move(const rao_family *f, const double *base, double dx, double scale, double *out) {
    out[0] = base[0] + (dx - shear(f) * (scale - base[1])), out[1] = scale;
    return !isfinite(out[0]);
}
const half_map rao_half_standard = {.constants = standard_constants,
                                    .shear = shear,
                                    .scale = standard_scale,
                                    .place = standard_place,
                                    .gap = standard_gap,
                                    .push = standard_push,
                                    .pull = standard_pull,
                                    .move = standard_move};

/* ---- Weibull: x = -log l - (1 - euler)/k, s = 1/k ----------------------------------------------------------------- */

enum { SHAPE, LENGTH };

static void weibull_constants(const rao_family *f, double *a, double *b) { (void)f, *a = 1, *b = 1.6449340668482264365; }
static double weibull_scale(const rao_family *f, const double *s) { return (void)f, 1 / s[SHAPE]; }
static double weibull_rise(const rao_family *f, const double *p, const double *q) {
    return (void)f, (p[SHAPE] - q[SHAPE]) / p[SHAPE] / q[SHAPE];
}
static double weibull_place(const rao_family *f, const double *s) { return (void)f, -log(s[LENGTH]) - (1 - euler) / s[SHAPE]; }
static double weibull_gap(const rao_family *f, const double *p, const double *q) {
    double u = (q[LENGTH] - p[LENGTH]) / p[LENGTH];
    double log_ratio = fabs(u) < 0.5 ? log1p(u) : log(q[LENGTH]) - log(p[LENGTH]);
    return -(1 - euler) * weibull_rise(f, p, q) - log_ratio;
}
static void weibull_push(const rao_family *f, const double *s, const double *v, double *dx, double *ds) {
    (void)f, *ds = -(v[SHAPE] / s[SHAPE]) / s[SHAPE], *dx = -v[LENGTH] / s[LENGTH] - (1 - euler) * *ds;
}
static void weibull_pull(const rao_family *f, const double *s, double dx, double ds, double *v) {
    (void)f, v[SHAPE] = -ds * s[SHAPE] * s[SHAPE], v[LENGTH] = -s[LENGTH] * (dx + (1 - euler) * ds);
}
static int weibull_move(const rao_family *f, const double *base, double dx, double scale, double *out) {
    (void)f, out[SHAPE] = 1 / scale;
    out[LENGTH] = base[LENGTH] * exp(-(dx + (1 - euler) * (scale - 1 / base[SHAPE])));
    return !(out[SHAPE] > 0 && out[SHAPE] < INF && out[LENGTH] > 0 && out[LENGTH] < INF);
}
const half_map rao_half_weibull = {.constants = weibull_constants,
                                   .scale = weibull_scale,
                                   .place = weibull_place,
                                   .gap = weibull_gap,
                                   .rise = weibull_rise,
                                   .push = weibull_push,
                                   .pull = weibull_pull,
                                   .move = weibull_move};

/* ---- inverse Gaussian: x = mu^-1/2 > 0, s = lambda^-1/2 ------------------------------------------------------------ */

static void inverse_constants(const rao_family *f, double *a, double *b) { (void)f, *a = 4, *b = 2; }
static double inverse_scale(const rao_family *f, const double *s) { return (void)f, 1 / sqrt(s[1]); }
/* q^-1/2 - p^-1/2 */
static double root_gap(double p, double q) { return (p - q) / sqrt(p) / sqrt(q) / (sqrt(p) + sqrt(q)); }
static double inverse_place(const rao_family *f, const double *s) { return (void)f, 1 / sqrt(s[0]); }
static double inverse_gap(const rao_family *f, const double *p, const double *q) { return (void)f, root_gap(p[0], q[0]); }
static double inverse_rise(const rao_family *f, const double *p, const double *q) { return (void)f, root_gap(p[1], q[1]); }
static void inverse_push(const rao_family *f, const double *s, const double *v, double *dx, double *ds) {
    (void)f, *dx = -0.5 * (v[0] / s[0]) / sqrt(s[0]), *ds = -0.5 * (v[1] / s[1]) / sqrt(s[1]);
}
static void inverse_pull(const rao_family *f, const double *s, double dx, double ds, double *v) {
    (void)f, v[0] = -2 * dx * s[0] * sqrt(s[0]), v[1] = -2 * ds * s[1] * sqrt(s[1]);
}
static int inverse_move(const rao_family *f, const double *base, double dx, double scale, double *out) {
    double x = 1 / sqrt(base[0]) + dx;
    (void)f, out[0] = 1 / x / x, out[1] = 1 / scale / scale;
    return !(x > 0 && out[0] > 0 && out[0] < INF && out[1] > 0 && out[1] < INF);
}
const half_map rao_half_inverse_gaussian = {.constants = inverse_constants,
                                            .scale = inverse_scale,
                                            .place = inverse_place,
                                            .gap = inverse_gap,
                                            .rise = inverse_rise,
                                            .push = inverse_push,
                                            .pull = inverse_pull,
                                            .move = inverse_move};
