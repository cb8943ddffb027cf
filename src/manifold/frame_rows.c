/* frame_rows.c - metric, Amari-Chentsov tensor and symbols of each family in closed form, in vectors e of which only the size matters (frame.h).
 *
 * One parameter: e = d/dc / sqrt F.   Location-scale: e = scale (d/dmu, d/dsigma), where g and t are constants and
 *   b^i_jk = -(delta_ij delta_ks + delta_ik delta_js) + g_jk g^is.
 * Gamma, beta, Dirichlet: e_i = a_i d/da_i, but the vector of the largest parameter is replaced by the sum of all, along which the metric does not grow:
 *   a^2 psi'(a) = a + rho(a), a^3 psi''(a) = -a - tau(a) (shapes.h) leave differences of rho and tau, which are bounded. */
#include "manifold/frame.h"

#include <math.h>
#include <string.h>

#include <rao/num.h>

#include "family/bernoulli.h"
#include "family/gamma.h"
#include "family/legendre.h"
#include "family/normal.h"
#include "manifold/shapes.h"

#define FILL(name) static rao_status name(rao_ctx *ctx, const rao_family *f, const double *s, frame *r)

/* ---- one parameter --------------------------------------------------------------------------------------------- */

static rao_status one_parameter(frame *r, double unit, double t, double symbol) {
    r->e[0] = unit, r->g[0] = 1, r->t[0] = t, r->b[0] = symbol;
    return RAO_OK;
}
FILL(rate) { return (void)ctx, (void)f, one_parameter(r, s[0], -2, 0); }           /* exponential, pareto: F = 1/c^2, T = -2/c^3 */
FILL(rayleigh) { return (void)ctx, (void)f, one_parameter(r, s[0] / 2, 2, -0.5); } /* F = 4/sigma^2, T = 16/sigma^3 */
FILL(poisson) { return (void)ctx, (void)f, one_parameter(r, sqrt(s[0]), 1 / sqrt(s[0]), 0); }
FILL(trial) {
    double n = f->table->info.fixed ? f->fixed : 1, root = sqrt(s[BERNOULLI_P]) * sqrt(s[BERNOULLI_Q]);
    return (void)ctx, one_parameter(r, root / sqrt(n), (s[BERNOULLI_Q] - s[BERNOULLI_P]) / root / sqrt(n), 0);
}
/* F = r/(p^2 q), T = -r (1 + q)/(p^3 q^2) */
FILL(waiting) {
    double q = s[BERNOULLI_Q], root = sqrt(q) * sqrt(f->table->info.fixed ? f->fixed : 1);
    return (void)ctx, one_parameter(r, s[BERNOULLI_P] * q / root, -(1 + q) / root, (s[BERNOULLI_P] - 2 * q) / (2 * root));
}

/* ---- location and scale ---------------------------------------------------------------------------------------- */

/* g = [[1 or m0, m1], [m1, m2]] with `d` locations and the scale last; t over (iis, sss, iii, iss). */
typedef struct standard {
    double m0, m1, m2, iis, sss, iii, iss;
} standard;

static void symbols_of_scale(frame *r, const standard *k) {
    int64_t n = r->n, s = n - 1;
    double det = k->m0 * k->m2 - k->m1 * k->m1;
    for (int64_t i = 0; i < n; i++) {
        double inverse = i == s ? k->m0 / det : n == 2 ? -k->m1 / det : 0; /* g^is */
        for (int64_t j = 0; j < n; j++)
            for (int64_t l = 0; l < n; l++)
                r->b[(i * n + j) * n + l] = r->g[j * n + l] * inverse - (double)((i == j && l == s) + (i == l && j == s));
    }
}

static rao_status location_scale(frame *r, double scale, const standard *k) {
    int64_t n = r->n, s = n - 1;
    for (int64_t i = 0; i < n; i++) r->e[i * n + i] = scale, r->g[i * n + i] = i == s ? k->m2 : k->m0;
    for (int64_t i = 0; i < s; i++) {
        r->g[i * n + s] = r->g[s * n + i] = k->m1;
        frame_put3(r->t, n, i, i, s, k->iis), frame_put3(r->t, n, i, i, i, k->iii), frame_put3(r->t, n, i, s, s, k->iss);
    }
    frame_put3(r->t, n, s, s, s, k->sss);
    symbols_of_scale(r, k);
    return RAO_OK;
}

FILL(isotropic) {
    double d = (double)(r->n - 1);
    const standard k = {1, 0, 2 * d, 2, 8 * d, 0, 0};
    return (void)ctx, (void)f, location_scale(r, s[r->n - 1], &k);
}
FILL(normal) { /* and lognormal */
    const standard k = {1, 0, 2, 2, 8, 0, 0};
    return (void)ctx, (void)f, location_scale(r, s[NORMAL_SIGMA], &k);
}
FILL(cauchy) {
    const standard k = {0.5, 0, 0.5, 0, 0, 0, 0};
    return (void)ctx, (void)f, location_scale(r, s[1], &k);
}
FILL(laplace) {
    const standard k = {1, 0, 1, 0, 2, 0, 0};
    return (void)ctx, (void)f, location_scale(r, s[1], &k);
}
FILL(logistic) { /* m2 = (3 + pi^2)/9, T_sss = pi^2/3 */
    const standard k = {1.0 / 3, 0, 1.4299560445654842910, 1.0 / 3, 3.2898681336964528729, 0, 0};
    return (void)ctx, (void)f, location_scale(r, s[1], &k);
}
/* With w = z^2/(nu + z^2) ~ Beta(1/2, nu/2): s_sigma = (nu + 1) w - 1, s_mu^2 = (nu + 1)^2/nu w (1 - w). */
FILL(student) {
    double nu = f->fixed, a = nu + 3, b = nu + 5;
    const standard k = {(nu + 1) / a, 0, 2 * nu / a, 2 * (nu - 1) / a * ((nu + 1) / b), 8 * nu / a * ((nu - 1) / b), 0, 0};
    return (void)ctx, location_scale(r, s[1], &k);
}
/* y = exp(-z) ~ Exp(1), s_mu = 1 - y, s_beta = z (1 - y) - 1; with c Euler's constant T_mmm = -2, T_mmb = 4 - 2 c, T_mbb = -4 + 8 c - 2 c^2 - pi^2/3,
 * T_bbb = 2 - 12 c + 12 c^2 - 2 c^3 + 2 pi^2 - pi^2 c - 4 zeta(3). */
static const standard of_gumbel = {1,  -0.42278433509846713939, 1.8236806608528793896, 2.8455686701969342788, 7.9210069960823115340,
                                   -2, -3.3384986620996273367};
FILL(gumbel) { return (void)ctx, (void)f, location_scale(r, s[1], &of_gumbel); }
/* -log X is Gumbel with mu = -log l, beta = 1/k: dl = -l dmu, dk = -k^2 dbeta. */
FILL(weibull) {
    rao_status st = location_scale(r, 1, &of_gumbel);
    (void)ctx, (void)f;
    r->e[0] = r->e[3] = 0, r->e[1] = -s[0], r->e[2] = -s[1] / s[0];
    return st;
}

/* d normals. */
FILL(diagonal) {
    int64_t d = f->d, n = r->n;
    (void)ctx;
    for (int64_t i = 0; i < d; i++) {
        int64_t k = d + i;
        r->e[i * n + i] = r->e[k * n + k] = s[k];
        r->g[i * n + i] = 1, r->g[k * n + k] = 2;
        frame_put3(r->t, n, i, i, k, 2), frame_put3(r->t, n, k, k, k, 8);
        frame_put_symbol(r->b, n, i, i, k, -1), frame_put_symbol(r->b, n, k, i, i, 0.5), frame_put_symbol(r->b, n, k, k, k, -1);
    }
    return RAO_OK;
}

/* ---- gamma, beta, Dirichlet ------------------------------------------------------------------------------------ */

/* The sum of both is k d/dk + rate d/drate: lengths there are those of the shape at a given mean. */
FILL(gamma) { /* and inverse_gamma */
    double k = s[GAMMA_SHAPE];
    (void)ctx, (void)f;
    r->e[0] = k, r->e[2] = r->e[3] = s[GAMMA_RATE];
    r->g[0] = rao_shape_rho(k), r->g[3] = k;
    frame_put3(r->t, 2, 0, 0, 0, -rao_shape_tau(k)), frame_put3(r->t, 2, 0, 1, 1, -k), frame_put3(r->t, 2, 1, 1, 1, -2 * k);
    return RAO_OK;
}

/* The mean over [a, a + d] of the polygamma function of an order. */
static double mean_slope(int order, double a, double d) {
    double sum = 0;
    for (int i = 0; i < 8; i++) sum += weight[i] * rao_polygamma(order, a + node[i] * d);
    return sum;
}

/* What the vectors of the others have among themselves: with u = a/a0, g = delta (a_i + rho_i) - u_i u_j (a0 + rho_0), t likewise. */
static void shapes_beside(frame *r, const double *a, int64_t top, double total) {
    int64_t n = r->n;
    double g0 = total + rao_shape_rho(total), t0 = total + rao_shape_tau(total);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n && i != top; j++) {
            double uw = a[i] / total * (a[j] / total);
            if (j == top) continue;
            r->g[i * n + j] = (i == j ? a[i] + rao_shape_rho(a[i]) : 0) - uw * g0;
            for (int64_t k = 0; k < n; k++)
                if (k != top) r->t[(i * n + j) * n + k] = uw * (a[k] / total) * t0 - (i == j && i == k ? a[i] + rao_shape_tau(a[i]) : 0);
        }
}

/* The sum of all vectors at the place of the largest: g = sum rho_i - rho_0, rho_i - u_i rho_0. */
static void shapes_along(frame *r, const double *a, int64_t top, double total) {
    int64_t n = r->n;
    double g = -rao_shape_rho(total), t = rao_shape_tau(total), t0 = total + rao_shape_tau(total);
    for (int64_t i = 0; i < n; i++) {
        double u = a[i] / total;
        r->e[i * n + top] = a[i], g += rao_shape_rho(a[i]), t -= rao_shape_tau(a[i]);
        if (i == top) continue;
        r->g[i * n + top] = r->g[top * n + i] = rao_shape_rho(a[i]) - u * rao_shape_rho(total);
        frame_put3(r->t, n, i, top, top, u * rao_shape_tau(total) - rao_shape_tau(a[i]));
        for (int64_t j = 0; j < n; j++)
            if (j != top) frame_put3(r->t, n, i, j, top, u * (a[j] / total) * t0 - (i == j ? a[i] + rao_shape_tau(a[i]) : 0));
    }
    r->g[top * n + top] = g, r->t[(top * n + top) * n + top] = t;
}

/* The largest alone, where it dominates and the sum would be nearly parallel to the others: its entries are differences over `rest`. */
static void shapes_apart(frame *r, const double *a, int64_t top, double total, double rest) {
    int64_t n = r->n;
    double b = a[top], g0 = b / total * (total + rao_shape_rho(total)), t0 = b / total * (total + rao_shape_tau(total));
    r->g[top * n + top] = -rest * b * b * mean_slope(2, b, rest);
    r->t[(top * n + top) * n + top] = -rest * b * b * b * mean_slope(3, b, rest);
    for (int64_t i = 0; i < n; i++) {
        double u = a[i] / total;
        if (i == top) continue;
        r->g[i * n + top] = r->g[top * n + i] = -u * g0;
        frame_put3(r->t, n, i, top, top, u * (b / total) * t0);
        for (int64_t j = 0; j < n; j++)
            if (j != top) frame_put3(r->t, n, i, j, top, u * (a[j] / total) * t0);
    }
}

static rao_status shapes(frame *r, const double *a) {
    int64_t n = r->n, top = 0;
    double total = 0, rest = 0;
    for (int64_t i = 0; i < n; i++) total += a[i], top = a[i] > a[top] ? i : top, r->e[i * n + i] = a[i];
    for (int64_t i = 0; i < n; i++) rest += i == top ? 0 : a[i];
    shapes_beside(r, a, top, total);
    if (rest < 0.25 * fmin(1, a[top])) shapes_apart(r, a, top, total, rest);
    else shapes_along(r, a, top, total);
    return RAO_OK;
}
FILL(dirichlet) { return (void)ctx, (void)f, shapes(r, s); } /* and beta */

/* ---- inverse Gaussian, von Mises: orthogonal --------------------------------------------------------------------- */

/* F = diag(l/m^3, 1/(2 l^2)), T_mmm = 3 l/m^4, T_mml = -1/m^3, T_lll = -1/l^3 */
FILL(inverse_gaussian) {
    double root = sqrt(2), skew = sqrt(s[0] / s[1]);
    (void)ctx, (void)f;
    r->e[0] = s[0] * skew, r->e[3] = root * s[1], r->g[0] = r->g[3] = 1;
    frame_put3(r->t, 2, 0, 0, 0, 3 * skew), frame_put3(r->t, 2, 0, 0, 1, -root), frame_put3(r->t, 2, 1, 1, 1, -2 * root);
    frame_put_symbol(r->b, 2, 0, 0, 0, -1.5 * skew), frame_put_symbol(r->b, 2, 0, 0, 1, root / 2);
    frame_put_symbol(r->b, 2, 1, 0, 0, -root / 2), frame_put_symbol(r->b, 2, 1, 1, 1, -root);
    return RAO_OK;
}

/* F = diag(k A, A'), T_mmk = k A' - A = -k^2 (A'' + 2 A A'), T_kkk = A''; (k A)' = A + k A'. */
FILL(von_mises) {
    double k = s[1];
    rao_bessel_ratio_value b = rao_bessel_ratio(k);
    double length = sqrt(b.d1), across = -(b.d2 + 2 * b.a * b.d1) * k / b.a / length, along = b.d2 / b.d1 / length;
    double spread = (b.a + k * b.d1) / (2 * k * b.a * length);
    (void)ctx, (void)f;
    r->e[0] = 1 / sqrt(k * b.a), r->e[3] = 1 / length, r->g[0] = r->g[3] = 1;
    frame_put3(r->t, 2, 0, 0, 1, across), frame_put3(r->t, 2, 1, 1, 1, along);
    frame_put_symbol(r->b, 2, 0, 0, 1, spread), frame_put_symbol(r->b, 2, 1, 0, 0, -spread), frame_put_symbol(r->b, 2, 1, 1, 1, along / 2);
    return RAO_OK;
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

#define EXPONENTIAL(name, flat, fill) \
    { &rao_table_##name, FRAME_EXPONENTIAL, flat, fill, NULL }
#define LOCATED(name, fill) \
    { &rao_table_##name, FRAME_HOMOGENEOUS, 0, fill, NULL }
static const frame_row rows[] = {
    EXPONENTIAL(normal, 0, normal),
    EXPONENTIAL(lognormal, 0, normal),
    EXPONENTIAL(isotropic_normal, 0, isotropic),
    EXPONENTIAL(diagonal_normal, 0, diagonal),
    EXPONENTIAL(exponential, 1, rate),
    EXPONENTIAL(pareto, 1, rate),
    EXPONENTIAL(rayleigh, 0, rayleigh),
    EXPONENTIAL(gamma, 1, gamma),
    EXPONENTIAL(inverse_gamma, 1, gamma),
    EXPONENTIAL(beta, 1, dirichlet),
    EXPONENTIAL(dirichlet, 1, dirichlet),
    EXPONENTIAL(bernoulli, -1, trial),
    EXPONENTIAL(binomial, -1, trial),
    EXPONENTIAL(geometric, 0, waiting),
    EXPONENTIAL(geometric0, 0, waiting),
    EXPONENTIAL(negative_binomial, 0, waiting),
    EXPONENTIAL(poisson, -1, poisson),
    EXPONENTIAL(inverse_gaussian, 0, inverse_gaussian),
    EXPONENTIAL(von_mises, 0, von_mises),
    EXPONENTIAL(mvn, 0, rao_frame_mvn),
    EXPONENTIAL(wishart, -1, rao_frame_wishart),
    {&rao_table_categorical, FRAME_EXPONENTIAL, -1, rao_frame_simplex, rao_view_simplex},
    {&rao_table_multinomial, FRAME_EXPONENTIAL, -1, rao_frame_simplex, rao_view_simplex},
    LOCATED(cauchy, cauchy),
    LOCATED(student_t, student),
    LOCATED(laplace, laplace),
    LOCATED(logistic, logistic),
    LOCATED(gumbel, gumbel),
    LOCATED(weibull, weibull),
};

const frame_row *rao_frame_row(const rao_family *f) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].table == f->table) return &rows[i];
    return NULL;
}

int rao_chart_flat(const rao_family *f, const family_chart *chart) {
    const frame_row *row = rao_frame_row(f);
    if (!row) return 0;
    if (chart_number(f, chart) == 0) return row->flat;
    if (!strcmp(chart->name, "natural") || !strcmp(chart->name, "logit")) return 1;
    return strcmp(chart->name, "expectation") ? 0 : -1;
}

/* ---- bends ------------------------------------------------------------------------------------------------------- */

static void bend_var(const double *s, double *h) { h[7] = -0.25 / s[NORMAL_SIGMA] / s[NORMAL_SIGMA] / s[NORMAL_SIGMA]; }
static void bend_logvar(const double *s, double *h) { h[7] = 0.25 * s[NORMAL_SIGMA]; }
static void bend_gamma_scale(const double *s, double *h) { h[7] = 2 * s[GAMMA_RATE] / s[GAMMA_SCALE] / s[GAMMA_SCALE]; }
static void bend_gamma_mean(const double *s, double *h) {
    double m = s[GAMMA_MEAN];
    h[5] = h[6] = -1 / m / m, h[7] = 2 * s[GAMMA_RATE] / m / m;
}
static void bend_scale(const double *s, double *h) { h[0] = 2 * s[0] * s[0] * s[0]; } /* d^2 (1/c)/dc^2 at c = 1/rate */
static void bend_weibull(const double *s, double *h) { h[0] = -2 / s[0], h[7] = -1 / s[1]; }

static const struct {
    const family_table *table;
    const char *chart;
    void (*bend)(const double *s, double *h);
} bends[] = {
    {&rao_table_normal, "mu_var", bend_var},
    {&rao_table_normal, "mu_logvar", bend_logvar},
    {&rao_table_gamma, "shape_scale", bend_gamma_scale},
    {&rao_table_gamma, "shape_mean", bend_gamma_mean},
    {&rao_table_exponential, "scale", bend_scale},
    {&rao_table_weibull, "shape_scale", bend_weibull},
};

int rao_chart_bend(const rao_family *f, const family_chart *chart, const double *s, double *h) {
    for (size_t i = 0; i < sizeof bends / sizeof *bends; i++)
        if (bends[i].table == f->table && !strcmp(bends[i].chart, chart->name)) return bends[i].bend(s, h), 1;
    return 0;
}
