/* normal_mixture3.c - pi N(mu, sigma^2) + (1 - pi) N(0, 1), 0 <= pi <= 1: the smallest singular mixture. Where pi = 0, or mu = 0 and sigma = 1, coordinates
 * lose their meaning and the Fisher matrix its rank.
 * With a = log N(x; mu, sigma) - log N(x; 0, 1), which is a polynomial in x, and e = exp(a):
 *   d log p/d pi = (e - 1)/(1 + pi (e - 1)),   d log p/d(mu, sigma) = pi e/(1 + pi (e - 1)) times the normal's score.
 * With e as a function of mu and v = sigma^2, F = <x_i, x_j> under N(0, 1)/(1 + pi (e - 1)) of x = (e - 1, pi e_mu, 2 sigma pi e_v), and e_v = e_mumu/2. Taking
 * mu e_mu + (v - 1 - mu^2) e_v from the first leaves det F as it is and what is left, u, is of third order: det F = 4 pi^4 sigma^2 det <(u, e_mu, e_v)> keeps its
 * digits down to the point mu = 0, sigma = 1, where it falls as mu^6/48 (pi = 1/2, sigma = 1). Near it u = sum over k >= 3 of u_k He_k(x)/k!.
 * Entropy, KL and the Fisher matrix inside are quadratures; on the edges pi = 0 and pi = 1 the matrix is closed, with infinite entries where the square of
 * one density over the other is not integrable. */
#include <math.h>

#include <rao/num.h>

#include "family/generic.h"
#include "family/integrate.h"
#include "family/normal.h"

enum { PI, MU, SIGMA };
static const double half_log_2pi = 0.91893853320467274178;

static rao_status load(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    s[PI] = c[0], s[MU] = c[1], s[SIGMA] = c[2];
    rao_status st = rao_want_unit(ctx, f, "pi", c[0]);
    if (!st) st = rao_want_finite(ctx, f, "mu", c[1]);
    return st ? st : rao_want_positive(ctx, f, "sigma", c[2]);
}

/* a: 1 - 1/sigma^2 as a product, so that sigma near 1 loses nothing. */
static double log_parts(const double *s, double x) {
    double g = s[SIGMA], m = s[MU] / g, y = x / g;
    if (fabs(x) > 1e100) return 0.5 * ((x - y) * (x + y)) + y * m - 0.5 * m * m - log(g);
    return 0.5 * (g - 1) * (g + 1) * y * y + y * m - 0.5 * m * m - (fabs(g - 1) < 0.5 ? log1p(g - 1) : log(g));
}

/* log(1 + pi (exp a - 1)) for a <= 0: by what is left of one, or by what there is. */
static double log_mixed(double p, double a) {
    double u = p * expm1(a);
    return u > -0.5 ? log1p(u) : log(1 - p + p * exp(a));
}

static double logpdf(const rao_family *f, const double *s, const double *x) {
    double a = log_parts(s, x[0]), z = (x[0] - s[MU]) / s[SIGMA];
    (void)f;
    /* the larger of the two densities is taken out */
    if (s[PI] == 1 || (a > 0 && s[PI] > 0))
        return -0.5 * z * z - log(s[SIGMA]) - half_log_2pi + (s[PI] == 1 ? 0 : log_mixed(1 - s[PI], -a));
    return -0.5 * x[0] * x[0] - half_log_2pi + (s[PI] > 0 ? log_mixed(s[PI], a) : 0);
}

/* With b the log ratio of the two normals and all divided by exp a_q where that is large:
 * p/q - 1 = [(pi_p - pi_q) (exp a_p - 1) + pi_q exp a_q (exp b - 1)] / (1 + pi_q (exp a_q - 1)). */
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    normal_step step = rao_plain_step(s[MU], s[SIGMA], t[MU], t[SIGMA]);
    double a = log_parts(t, x[0]), b = rao_normal_log_ratio(step, s[SIGMA], t[SIGMA], (x[0] - t[MU]) / t[SIGMA], (x[0] - s[MU]) / s[SIGMA]),
           down = a > 0 ? exp(-a) : 1, up = a > 0 ? 1 : exp(a);
    double u = ((s[PI] - t[PI]) * (up * exp(b) - down) + t[PI] * up * expm1(b)) / (t[PI] * up + (1 - t[PI]) * down);
    return fabs(u) < 0.5 ? log1p(u) : logpdf(f, s, x) - logpdf(f, t, x);
}

/* exp(a)/(1 + pi (exp a - 1)) and (exp(a) - 1)/(1 + pi (exp a - 1)), divided by exp a where that is large. */
static double weight_of_first(double p, double a) { return a > 0 ? 1 / (p + (1 - p) * exp(-a)) : exp(a) / (1 - p + p * exp(a)); }
static double slope_in_pi(double p, double a) { return a > 0 ? -expm1(-a) / (p + (1 - p) * exp(-a)) : expm1(a) / (1 - p + p * exp(a)); }

static void score(const rao_family *f, const double *s, const double *x, double *g) {
    double a = log_parts(s, x[0]), r = s[PI] * weight_of_first(s[PI], a), z = (x[0] - s[MU]) / s[SIGMA];
    (void)f, g[0] = slope_in_pi(s[PI], a), g[1] = r * z / s[SIGMA], g[2] = r * (z - 1) * (z + 1) / s[SIGMA];
}

/* int N(m, g)^2 / N(0, 1) - 1, infinite where g^2 >= 2. */
static double chi_square(double m, double g) {
    double rest = 2 - g * g;
    return rest > 0 ? expm1(m * m / rest - log(g) - 0.5 * log(rest)) : INF;
}

/* At pi = 1 the information about pi, in units of sigma with the roles exchanged. */
static int infinite_in_pi(const double *s) { return s[PI] == 1 && isinf(chi_square(-s[MU] / s[SIGMA], 1 / s[SIGMA])); }

/* On the edges; elsewhere the engine integrates. */
static int fisher_at_edge(const rao_family *f, const double *s, double *m) {
    (void)f;
    double mu = s[MU], g = s[SIGMA];
    if (s[PI] > 0 && s[PI] < 1) return 0;
    for (int i = 0; i < 9; i++) m[i] = 0;
    if (s[PI] == 0) {
        m[0] = chi_square(mu, g);
        return 1;
    }
    m[0] = chi_square(-mu / g, 1 / g); /* the roles exchanged, in units of sigma */
    m[1] = m[3] = mu / g / g;
    m[2] = m[6] = ((g - 1) * (g + 1) - mu * mu) / g / g / g;
    m[4] = 1 / g / g, m[8] = 2 / g / g;
    return 1;
}

/* ---- the determinant ------------------------------------------------------------------------------------------- */

enum { ORDERS = 64 };

/* What is left of e - 1, in units of `scale`: by the Hermite coefficients u_3, u_4, .. where they are small, else by its definition (count 0). */
typedef struct remainder_of_e {
    const rao_family *f;
    const double *s;
    double u[ORDERS], scale, alpha, beta; /* u = e - 1 - alpha e_mu - beta e_v */
    int count;
} remainder_of_e;

/* With c_k = E He_k(X) for X ~ N(mu, v), c_(k+1) = mu c_k + k (v - 1) c_(k-1), and u_k = c_k - mu k c_(k-1) - (v - 1 - mu^2) k (k-1)/2 c_(k-2). */
static void expand(remainder_of_e *r) {
    double mu = r->s[MU], t = (r->s[SIGMA] - 1) * (r->s[SIGMA] + 1), c[ORDERS] = {1, mu};
    int near = fabs(mu) < 1 && fabs(t) < 0.5; /* far out the three do not depend on each other, and u would be all e_v */
    r->scale = 1, r->count = 0;
    r->alpha = near ? mu : 0, r->beta = near ? t - mu * mu : 0;
    if (fabs(mu) > 0.25 || fabs(t) > 0.1) return;
    for (int k = 2; k < ORDERS; k++) c[k] = mu * c[k - 1] + (k - 1) * t * c[k - 2];
    r->scale = 0;
    for (int k = 3; k < ORDERS; k++) {
        r->u[k] = c[k] - mu * k * c[k - 1] - (t - mu * mu) * (0.5 * k * (k - 1)) * c[k - 2];
        r->scale = fmax(r->scale, fabs(r->u[k]));
    }
    for (int k = 3; k < ORDERS && r->scale > 0; k++) {
        r->u[k] /= r->scale;
        if (fabs(r->u[k]) > 1e-40) r->count = k + 1;
    }
}

/* u / (1 + pi (e - 1)) / scale at x */
static double remainder_at(const remainder_of_e *r, double x, double a, double of_mu, double of_v) {
    double p = r->s[PI];
    if (!r->count) return slope_in_pi(p, a) - r->alpha * of_mu - r->beta * of_v;
    double before = x, here = (x - 1) * (x + 1), sum = 0, factorial = 2; /* He_1, He_2 */
    for (int k = 3; k < r->count; k++) {
        double next = x * here - (k - 1) * before;
        before = here, here = next, factorial *= k;
        sum += r->u[k] * here / factorial;
    }
    return sum * (a > 0 ? exp(-a) / (p + (1 - p) * exp(-a)) : 1 / (1 - p + p * exp(a)));
}

/* Density times the six products of u, e_mu, e_v, each over 1 + pi (e - 1). */
static rao_status products(rao_ctx *ctx, const double *x, double *value, void *arg) {
    const remainder_of_e *r = arg;
    const double *s = r->s;
    (void)ctx;
    double a = log_parts(s, x[0]), first = weight_of_first(s[PI], a), z = (x[0] - s[MU]) / s[SIGMA], p = exp(logpdf(r->f, s, x));
    if (!(p > 0)) return RAO_OK;
    double y[3] = {0, first * z / s[SIGMA], 0.5 * first * (z - 1) * (z + 1) / s[SIGMA] / s[SIGMA]};
    y[0] = remainder_at(r, x[0], a, y[1], y[2]);
    for (int i = 0, k = 0; i < 3; i++)
        for (int j = 0; j <= i; j++) value[k++] = p * y[i] * y[j];
    return RAO_OK;
}

/* Their integrals, and the largest error of a square relative to it. */
static rao_status integrate_products(rao_ctx *ctx, remainder_of_e *r, double v[6], double *relative, rao_quality *quality) {
    double errors[6];
    RAO_OR_RETURN(rao_integrate(ctx, r->f, r->s, NULL, NULL, 6, 0, products, r, v, errors, quality));
    return *relative = fmax(errors[0] / v[0], fmax(errors[2] / v[2], errors[5] / v[5])), RAO_OK;
}

/* log det of the Gram matrix by its Cholesky pivots, relative to the diagonal; *error of the logarithm. */
static double log_gram(const double v[6], double relative, double *error) {
    double a = v[1] / v[0], b = v[3] / v[0], pivot1 = v[2] - a * v[1], cross = v[4] - b * v[1],
           pivot2 = v[5] - b * v[3] - cross * cross / pivot1;
    *error = relative * (1 + v[2] / pivot1 + v[5] / pivot2);
    return log(v[0]) + log(pivot1) + log(pivot2);
}

static rao_status fisher_log_det(rao_ctx *ctx, const rao_family *f, const double *s, double *out, rao_quality *quality) {
    remainder_of_e r = {.f = f, .s = s};
    double v[6], relative;
    expand(&r);
    if (s[PI] == 0 || r.scale == 0) return *out = -INF, RAO_OK; /* at pi = 0 also where entries are infinite: pi^4 outweighs them */
    if (infinite_in_pi(s)) return *out = INF, RAO_OK;
    RAO_OR_RETURN(integrate_products(ctx, &r, v, &relative, quality));
    double gram = log_gram(v, relative, &quality->error);
    if (!isfinite(gram))
        return rao_fail(ctx, RAO_ENUMERIC, "normal_mixture3: the determinant was not reached: its terms leave the range of doubles");
    *out = gram + log(4) + 4 * log(s[PI]) + 2 * log(s[SIGMA]) + 2 * log(r.scale);
    return RAO_OK;
}

/* The score is T y, y = (u/scale, e_mu, e_v) over 1 + pi (e - 1), with the rows (scale, alpha, beta), (0, pi, 0) and (0, 0, 2 sigma pi). */
static rao_status fisher_factors(rao_ctx *ctx, const rao_family *f, const double *s, double *inverse, double *gram, int *known,
                                 rao_quality *quality) {
    remainder_of_e r = {.f = f, .s = s};
    double v[6], relative;
    expand(&r);
    *known = s[PI] > 0 && r.scale > 0 && !infinite_in_pi(s);
    if (!*known) return RAO_OK;
    RAO_OR_RETURN(integrate_products(ctx, &r, v, &relative, quality));
    for (int i = 0, k = 0; i < 3; i++)
        for (int j = 0; j <= i; j++, k++) gram[3 * i + j] = gram[3 * j + i] = v[k], inverse[3 * i + j] = inverse[3 * j + i] = 0;
    inverse[4] = 1 / s[PI], inverse[8] = 0.5 / s[SIGMA] / s[PI];
    inverse[0] = 1 / r.scale, inverse[1] = -r.alpha * inverse[4] / r.scale, inverse[2] = -r.beta * inverse[8] / r.scale;
    return quality->error = relative * fmin(v[0], fmin(v[2], v[5])), RAO_OK;
}

static void center(const rao_family *f, const double *s, double *middle, double *scale) {
    (void)f, *middle = s[PI] > 0.5 ? s[MU] : 0, *scale = fmax(s[PI] > 0 ? s[SIGMA] : 0, s[PI] < 1 ? 1 : 0);
}
static int64_t landmarks(const rao_family *f, const double *s, family_mark *at, int64_t most) {
    (void)f, (void)most;
    at[0] = (family_mark){0, 1}, at[1] = (family_mark){s[MU], s[SIGMA]};
    return 2;
}
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    double u = rao_draw_uniform(d), z = rao_draw_normal(d);
    (void)f, x[0] = u < s[PI] ? s[MU] + s[SIGMA] * z : z;
}

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    (void)f, (void)data, (void)c;
    return rao_fail(ctx, RAO_EDOMAIN,
                    "normal_mixture3: the likelihood grows without bound as sigma -> 0 with mu at an observation: it has no maximum");
}

static const family_chart charts[] = {{.name = "pi_mu_sigma", .coords = "pi,mu,sigma", .load = load, .store = rao_store_plain}};

const family_table rao_table_normal_mixture3 = {
    .info = {"normal_mixture3", "Mixture of a normal with the standard normal", "pi_mu_sigma", NULL, NULL, 0, 0, 0, 1},
    .state = {3},
    .observation = "x",
    .charts = charts,
    .chart_count = 1,
    .possible = rao_possible_real,
    .possible_words = "a finite number",
    .logpdf = logpdf,
    .log_ratio = log_ratio,
    .score = score,
    .fisher_at_edge = fisher_at_edge,
    .fisher_log_det = fisher_log_det,
    .fisher_factors = fisher_factors,
    .support = rao_support_line,
    .center = center,
    .landmarks = landmarks,
    .sample = sample,
    .mle = mle,
    .mle_method = RAO_ITERATION,
};
