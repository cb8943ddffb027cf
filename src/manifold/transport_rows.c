/* transport_rows.c - the families whose Wasserstein geometry is closed. With Q the quantile function W_2^2 = int_0^1 (Q_p - Q_q)^2 du, and
 * G_ij = int dQ_i dQ_j du. Differences of moments are written as sums of squares, so that close pairs lose nothing. */
#include <math.h>

#include <rao/num.h>

#include "manifold/geometry.h"
#include "manifold/transport.h"

static const double euler = 0.57721566490153286061, pi = 3.14159265358979323846, root2 = 1.41421356237309504880;

/* ---- x = m + s z: W_2^2 = (dm + E z ds)^2 + Var z ds^2 --------------------------------------------------------------- */

static void moments(const rao_family *f, double *mean, double *var) {
    const family_table *t = f->table;
    *mean = t == &rao_table_gumbel ? euler : 0;
    *var = t == &rao_table_normal     ? 1
           : t == &rao_table_laplace  ? 2
           : t == &rao_table_logistic ? pi * pi / 3
           : t == &rao_table_gumbel   ? pi * pi / 6
           : t == &rao_table_cauchy   ? INF
           : f->fixed > 2             ? f->fixed / (f->fixed - 2) /* Student t */
                                      : INF;
}

static rao_status scale_distance(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *out) {
    double mean, var, dm = q[0] - p[0], ds = q[1] - p[1];
    (void)ctx;
    if (f->table == &rao_table_normal) dm = rao_half_normal.gap(f, p, q), ds = rao_half_normal.rise(f, p, q);
    moments(f, &mean, &var);
    *out = ds != 0 ? hypot(dm + mean * ds, sqrt(var) * ds) : fabs(dm);
    return RAO_OK;
}

static rao_status scale_information(rao_ctx *ctx, const rao_family *f, const double *s, double *g) {
    double mean, var;
    (void)ctx, (void)s;
    moments(f, &mean, &var);
    g[0] = 1, g[1] = g[2] = mean, g[3] = mean * mean + var;
    return RAO_OK;
}

/* d locations, then one scale or d: all of them normals. */
static rao_status vector_distance(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *out) {
    int one_scale = f->table == &rao_table_isotropic_normal;
    double sum = one_scale ? sqrt((double)f->d) * (q[f->d] - p[f->d]) : 0;
    (void)ctx;
    for (int64_t i = 0; i < (one_scale ? f->d : 2 * f->d); i++) sum = hypot(sum, q[i] - p[i]);
    *out = fabs(sum);
    return RAO_OK;
}
static rao_status vector_information(rao_ctx *ctx, const rao_family *f, const double *s, double *g) {
    (void)ctx, (void)s;
    for (int64_t i = 0; i < f->dim; i++) g[i * (f->dim + 1)] = 1;
    if (f->table == &rao_table_isotropic_normal) g[f->dim * f->dim - 1] = (double)f->d;
    return RAO_OK;
}

/* ---- one scale: exponential (E z^2 = 2, in the rate), Rayleigh (2) ---------------------------------------------------- */

enum { RATE, SCALE, BY_SCALE };
static rao_status exponential_distance(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *out) {
    int by_scale = p[BY_SCALE] != 0 && q[BY_SCALE] != 0;
    (void)ctx, (void)f;
    *out = root2 * fabs(by_scale ? q[SCALE] - p[SCALE] : (p[RATE] - q[RATE]) / p[RATE] / q[RATE]);
    return RAO_OK;
}
static rao_status exponential_information(rao_ctx *ctx, const rao_family *f, const double *s, double *g) {
    return (void)ctx, (void)f, g[0] = 2 * s[SCALE] * s[SCALE] * s[SCALE] * s[SCALE], RAO_OK;
}
static rao_status rayleigh_distance(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *out) {
    return (void)ctx, (void)f, *out = root2 * fabs(q[0] - p[0]), RAO_OK;
}
static rao_status rayleigh_information(rao_ctx *ctx, const rao_family *f, const double *s, double *g) {
    return (void)ctx, (void)f, (void)s, g[0] = 2, RAO_OK;
}

/* ---- uniform: Q = a (1 - u) + b u --------------------------------------------------------------------------------------- */

static rao_status uniform_distance(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *out) {
    double da = q[0] - p[0], db = q[1] - p[1]; /* (da^2 + da db + db^2)/3 = ((da + db)/2)^2 + ((da - db)/2)^2/3 */
    return (void)ctx, (void)f, *out = hypot(da / 2 + db / 2, (da / 2 - db / 2) / sqrt(3)), RAO_OK;
}
static rao_status uniform_information(rao_ctx *ctx, const rao_family *f, const double *s, double *g) {
    return (void)ctx, (void)f, (void)s, g[0] = g[3] = 1.0 / 3, g[1] = g[2] = 1.0 / 6, RAO_OK;
}

/* ---- lognormal: with a = mu + sigma^2 W_2^2 = (e^a - e^b)^2 + 2 e^(a+b) (1 - e^(-(sigma_p - sigma_q)^2/2)) --------------- */

static rao_status lognormal_distance(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *out) {
    double ds = q[1] - p[1], gap = (q[0] - p[0]) + ds * (q[1] + p[1]), a = p[0] + p[1] * p[1], b = q[0] + q[1] * q[1];
    double large = fmax(a, b), apart = -expm1(-fabs(gap)), spread = sqrt(-2 * expm1(-ds * ds / 2)) * exp(-fabs(gap) / 2);
    double shape = hypot(apart, spread);
    return (void)ctx, (void)f, *out = shape > 0 ? exp(large) * shape : 0, RAO_OK;
}
/* e^(2 (mu + sigma^2)) E (1, Y)^T (1, Y), Y ~ N(2 sigma, 1) */
static rao_status lognormal_information(rao_ctx *ctx, const rao_family *f, const double *s, double *g) {
    double size = exp(2 * (s[0] + s[1] * s[1]));
    return (void)ctx, (void)f, g[0] = size, g[1] = g[2] = 2 * s[1] * size, g[3] = (1 + 4 * s[1] * s[1]) * size, RAO_OK;
}

/* ---- Weibull: Q = l E^a, a = 1/k, E exponential; E E^x = Gamma(1 + x) ---------------------------------------------------- */

enum { SHAPE, LENGTH };
/* W_2^2 = (l1 r1 - l2 r2)^2 + 2 l1 l2 (r1 r2 - Gamma(1 + a + b)), r^2 = Gamma(1 + 2 a); log of r1 r2 / Gamma(1 + a + b) is a mean of remainders. */
static rao_status weibull_distance(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *out) {
    double a = 1 / p[SHAPE], b = 1 / q[SHAPE], gap = (q[SHAPE] - p[SHAPE]) / p[SHAPE] / q[SHAPE]; /* a - b */
    double r2 = exp(0.5 * rao_lgamma1p(2 * b)), grown = expm1(0.5 * rao_lgamma_diff(1 + 2 * b, 2 * gap)), r1 = r2 * (1 + grown);
    double convex = 0.5 * (rao_lgamma_bregman(1 + a + b, gap) + rao_lgamma_bregman(1 + a + b, -gap));
    double first = (p[LENGTH] - q[LENGTH]) * r1 + q[LENGTH] * r2 * grown,
           second = sqrt(2 * p[LENGTH]) * sqrt(q[LENGTH]) * sqrt(r1) * sqrt(r2);
    (void)ctx, (void)f;
    *out = isfinite(r1) && isfinite(r2) ? hypot(first, second * sqrt(-expm1(-convex))) : INF;
    return RAO_OK;
}
/* dQ/dl = E^a, dQ/dk = -(l/k^2) E^a log E; E E^(2a) log^n E = d^n Gamma at 1 + 2a */
static rao_status weibull_information(rao_ctx *ctx, const rao_family *f, const double *s, double *g) {
    double x = 1 + 2 / s[SHAPE], size = rao_gamma(x), psi = rao_digamma(x), slope = -s[LENGTH] / s[SHAPE] / s[SHAPE];
    return (void)ctx, (void)f, g[0] = slope * slope * size * (psi * psi + rao_trigamma(x)), g[1] = g[2] = slope * size * psi, g[3] = size,
                               RAO_OK;
}

/* ---- Pareto: Q = xm u^-a, a = 1/alpha < 1/2 -------------------------------------------------------------------------------- */

static rao_status pareto_distance(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *out) {
    double gap = (q[0] - p[0]) / p[0] / q[0], left = (p[0] - 2) / p[0], right = (q[0] - 2) / q[0]; /* 1 - 2 a, 1 - 2 b */
    int finite = p[0] > 2 && q[0] > 2;
    (void)ctx;
    *out = gap == 0 ? 0 : finite ? 2 * f->fixed * fabs(gap) / sqrt(left) / sqrt(right) / sqrt(left + right) : INF;
    return RAO_OK;
}
static rao_status pareto_information(rao_ctx *ctx, const rao_family *f, const double *s, double *g) {
    double left = (s[0] - 2) / s[0], slope = f->fixed / s[0] / s[0]; /* 1 - 2a */
    return (void)ctx, g[0] = s[0] > 2 ? slope * slope * 2 / left / left / left : INF, RAO_OK;
}

/* ---- Bernoulli: mass |p - q| moves by 1 -------------------------------------------------------------------------------------- */

static rao_status bernoulli_distance(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *out) {
    return (void)ctx, (void)f, *out = sqrt(fabs(p[0] < 0.5 ? q[0] - p[0] : p[1] - q[1])), RAO_OK;
}

static const char no_cost[] = "its classes have no distance from each other, so there is no cost to transport between them";

static const transport rows[] = {
    {&rao_table_normal, scale_distance, scale_information, 0, 0, NULL},
    {&rao_table_laplace, scale_distance, scale_information, 0, 0, NULL},
    {&rao_table_logistic, scale_distance, scale_information, 0, 0, NULL},
    {&rao_table_gumbel, scale_distance, scale_information, 0, 0, NULL},
    {&rao_table_cauchy, scale_distance, scale_information, 0, 0, NULL},
    {&rao_table_student_t, scale_distance, scale_information, 0, 0, NULL},
    {&rao_table_isotropic_normal, vector_distance, vector_information, 0, 0, NULL},
    {&rao_table_diagonal_normal, vector_distance, vector_information, 0, 0, NULL},
    {&rao_table_exponential, exponential_distance, exponential_information, 1, 0, NULL},
    {&rao_table_rayleigh, rayleigh_distance, rayleigh_information, 0, 0, NULL},
    {&rao_table_uniform, uniform_distance, uniform_information, 0, 0, NULL},
    {&rao_table_lognormal, lognormal_distance, lognormal_information, -1, 0, NULL},
    {&rao_table_weibull, weibull_distance, weibull_information, 0, 1, NULL},
    {&rao_table_pareto, pareto_distance, pareto_information, -1, 0, NULL},
    {&rao_table_bernoulli, bernoulli_distance, NULL, -1, 0, NULL},
    {&rao_table_mvn, rao_bures_distance, rao_bures_information, -1, 0, NULL},
    {&rao_table_categorical, NULL, NULL, -1, 0, no_cost},
    {&rao_table_multinomial, NULL, NULL, -1, 0, "its counts of several classes have no one-dimensional order, and no closed form is known"},
    {&rao_table_dirichlet, NULL, NULL, -1, 0, "no closed form is known in several variables"},
    {&rao_table_wishart, NULL, NULL, -1, 0, "no closed form is known in several variables"},
    {&rao_table_von_mises, NULL, NULL, -1, 0, "its observations lie on a circle, not on a line"},
};

const transport *rao_transport_of(const rao_family *f) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].table == f->table) return &rows[i];
    return NULL;
}
