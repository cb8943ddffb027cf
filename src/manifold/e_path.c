/* e_path.c - KL(theta(x) : theta(y)) on the e-geodesic through p and q, family by family, from the differences of p and q themselves: theta(y) - theta(x) is
 * gap (theta_p - theta_q), so close places lose no digits however close p and q are and whatever the size of their coordinates.
 *
 * From these follow, with m = theta(a), b = 1 - a (F. Nielsen 2022, Entropy 24:1400),
 *   -log int p^a q^b = a KL(m:p) + b KL(m:q), for 0 < a < 1;   = -[KL(p:m) - b KL(p:q)], for a > 1,
 * sums of positive terms. */
#include "manifold/e_path.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include <rao/num.h>

#include "family/bernoulli.h"
#include "family/dirichlet.h"
#include "family/gamma.h"
#include "family/normal.h"
#include "family/spd.h"

static double at(e_place x, double u, double v) { return x.p * u + x.q * v; }

/* ---- rates: F = -log rate, rate(x) = x r_p + (1 - x) r_q, KL = r - 1 - log r ------------------------------------ */

/* In units of the larger of two rates whose quotient has the logarithm l. */
typedef struct rates {
    double p, q, gap, log_least;
} rates;
static rates rates_of(double l) { return l > 0 ? (rates){1, exp(-l), -expm1(-l), -l} : (rates){exp(l), 1, expm1(l), l}; }
/* The lesser rate may be no double beside the larger one. */
static double log_rate(const rates *r, double value) { return value > 0 ? log(value) : r->log_least; }

static double kl_of_rates(e_place x, e_place y, double gap, double l) {
    rates r = rates_of(l);
    double from = at(x, r.p, r.q), to = at(y, r.p, r.q);
    if (gap == 0) return 0;
    if (!(from >= 0 && to >= 0)) return INF;
    if (x.p != 0 && x.q != 0 && from == 0) return INF; /* on the edge of the family */
    if (y.p != 0 && y.q != 0 && to == 0) return INF;
    return rao_scale_divergence(gap * r.gap / from, log_rate(&r, to) - log_rate(&r, from));
}

/* Of normals whose precisions have the quotient exp(l), `d` = difference of the means in units of the larger standard deviation:
 * m(x) - m(y) = -gap d t_p t_q / (t(x) t(y)), t the precisions. */
static double kl_of_means(e_place x, e_place y, double gap, double l, double d) {
    rates r = rates_of(l);
    double from = at(x, r.p, r.q), to = at(y, r.p, r.q), least = fmin(r.p, r.q), z = gap * d / from;
    return d == 0 || gap == 0 ? 0 : 0.5 * z * z * (to > 0 ? least / to : 1);
}
static double kl_of_normals(e_place x, e_place y, double gap, double l, double d) {
    double scales = kl_of_rates(x, y, gap, l);
    return scales < INF ? 0.5 * scales + kl_of_means(x, y, gap, l, d) : INF;
}
static double log_precisions(double sigma_p, double sigma_q) { return 2 * rao_log_quotient(sigma_q, sigma_p); }

static double kl_rate(const e_path *a, e_place x, e_place y, double gap) { return kl_of_rates(x, y, gap, a->scale[0]); }
static double kl_normal(const e_path *a, e_place x, e_place y, double gap) { return kl_of_normals(x, y, gap, a->scale[0], a->scale[1]); }

static void open_exponential(e_path *a) {
    enum { RATE, SCALE, BY_SCALE };
    a->scale[0] =
        a->s[BY_SCALE] != 0 && a->t[BY_SCALE] != 0 ? rao_log_quotient(a->t[SCALE], a->s[SCALE]) : rao_log_quotient(a->s[RATE], a->t[RATE]);
}
static void open_pareto(e_path *a) { a->scale[0] = rao_log_quotient(a->s[0], a->t[0]); }
static void open_rayleigh(e_path *a) { a->scale[0] = log_precisions(a->s[0], a->t[0]); }
static void open_plain(e_path *a) {
    a->scale[0] = log_precisions(a->s[1], a->t[1]);
    a->scale[1] = (a->s[0] - a->t[0]) / fmax(a->s[1], a->t[1]);
}
static void open_normal(e_path *a) {
    normal_step step = rao_normal_step(a->s, a->t);
    double u = -step.sigma / a->s[NORMAL_SIGMA];
    open_plain(a);
    if (fabs(u) < 0.5) a->scale[0] = 2 * log1p(u);
    a->scale[1] = step.mu / fmax(a->s[NORMAL_SIGMA], a->t[NORMAL_SIGMA]);
}

/* Not exponential as a whole, but for one scale, shape or location: rates of |x - mu|, exp(-x/beta), x^shape. */
static void open_laplace(e_path *a) {
    a->scale[0] = rao_log_quotient(a->t[1], a->s[1]);
    if (a->s[0] != a->t[0]) a->kl = NULL;
}
static void open_gumbel(e_path *a) {
    a->scale[0] = (a->s[0] - a->t[0]) / a->s[1];
    if (a->s[1] != a->t[1]) a->kl = NULL;
}
static void open_weibull(e_path *a) {
    a->scale[0] = a->s[0] * rao_log_quotient(a->t[1], a->s[1]);
    if (a->s[0] != a->t[0]) a->kl = NULL;
}

static double kl_isotropic(const e_path *a, e_place x, e_place y, double gap) {
    int64_t d = a->f->d;
    double l = log_precisions(a->s[d], a->t[d]), sum = 0.5 * (double)d * kl_of_rates(x, y, gap, l), wide = fmax(a->s[d], a->t[d]);
    for (int64_t i = 0; i < d && sum < INF; i++) sum += kl_of_means(x, y, gap, l, (a->s[i] - a->t[i]) / wide);
    return sum;
}
static double kl_diagonal(const e_path *a, e_place x, e_place y, double gap) {
    int64_t d = a->f->d;
    double sum = 0;
    for (int64_t i = 0; i < d; i++) {
        double wide = fmax(a->s[d + i], a->t[d + i]);
        sum += kl_of_normals(x, y, gap, log_precisions(a->s[d + i], a->t[d + i]), (a->s[i] - a->t[i]) / wide);
    }
    return sum;
}

/* ---- gamma, Dirichlet ------------------------------------------------------------------------------------------ */

/* With shape k and mean m: B_h(k(x), k(y)) + k(y) (r - 1 - log r), r = m(x)/m(y), whose excess over 1 is (k_q/k(y)) (rate_p/rate(x)) (m_p/m_q - 1) (x - y). */
static double kl_gamma(const e_path *a, e_place x, e_place y, double gap) {
    double k1 = a->s[GAMMA_SHAPE], k2 = a->t[GAMMA_SHAPE], r1 = a->s[GAMMA_RATE], r2 = a->t[GAMMA_RATE];
    double kx = at(x, k1, k2), ky = at(y, k1, k2), rx = at(x, r1, r2), ry = at(y, r1, r2);
    if (!(kx > 0 && ky > 0 && rx > 0 && ry > 0)) return INF;
    double log_r = log(kx) - log(ky) - log(rx) + log(ry);
    double u = -gap * (k2 / ky) * (r1 / rx) * rao_gamma_mean_excess(a->s, a->t);
    double shapes = rao_excess_divergence(kx, ky, gap * rao_gamma_shape_step(a->s, a->t));
    return shapes + ky * rao_scale_divergence(isfinite(u) ? u : expm1(log_r), log_r);
}

static double kl_dirichlet(const e_path *a, e_place x, e_place y, double gap) {
    int64_t k = a->f->table == &rao_table_beta ? 2 : a->f->d;
    double *from = (double *)(uintptr_t)a->each, *to = from + k, *step = to + k, total[2] = {0, 0};
    for (int64_t i = 0; i < k; i++) {
        from[i] = at(x, a->s[i], a->t[i]), to[i] = at(y, a->s[i], a->t[i]), step[i] = gap * (a->s[i] - a->t[i]);
        if (!(from[i] > 0 && to[i] > 0)) return INF;
        total[0] += from[i], total[1] += to[i];
    }
    return rao_dirichlet_kl_of_step(from, to, step, k, total[0], total[1]);
}

/* ---- counts ---------------------------------------------------------------------------------------------------- */

/* Rates lambda(x) = lambda_p^x lambda_q^(1-x). */
static double kl_poisson(const e_path *a, e_place x, e_place y, double gap) {
    double l = a->scale[0], d = gap * l;
    double from = x.p >= 0.5 ? a->s[0] * exp(-x.q * l) : a->t[0] * exp(x.p * l);
    double to = y.p >= 0.5 ? a->s[0] * exp(-y.q * l) : a->t[0] * exp(y.p * l);
    return d < 1 ? from * rao_expm1mx(d) : to - from * (1 + d);
}
static void open_poisson(e_path *a) {
    enum { LAMBDA, LOG, BY_LOG };
    a->scale[0] = a->s[BY_LOG] != 0 && a->t[BY_LOG] != 0 ? a->s[LOG] - a->t[LOG] : rao_log_quotient(a->s[LAMBDA], a->t[LAMBDA]);
}

/* Failures have probability f(x) = f_p^x f_q^(1-x); a success takes 1/(1 - f) trials on average. */
static double kl_waiting(const e_path *a, e_place x, e_place y, double gap) {
    double r = a->f->table->info.fixed ? a->f->fixed : 1;
    if (a->s[BERNOULLI_P] < 1e-17 && a->t[BERNOULLI_P] < 1e-17) /* log f is -p: rates */
        return r * kl_of_rates(x, y, gap, rao_log_quotient(a->s[BERNOULLI_P], a->t[BERNOULLI_P]));
    double log_p = log1p(-a->s[BERNOULLI_P]), log_q = log1p(-a->t[BERNOULLI_P]), lx = at(x, log_p, log_q), ly = at(y, log_p, log_q);
    double d = gap * a->scale[0], f = exp(lx), success = -expm1(lx), to = -expm1(ly);
    if (!(success > 0 && to > 0)) return INF;
    double u = -f * expm1(d) / success; /* to / success - 1 */
    double trial = f * rao_expm1mx(d) + success * (u > -0.5 ? -rao_log1pmx(u) : u - (log(to) - log(success)));
    return r * trial / success;
}
static void open_waiting(e_path *a) {
    double f = a->t[BERNOULLI_Q], d = (a->t[BERNOULLI_P] - a->s[BERNOULLI_P]) / f;
    a->scale[0] = fabs(d) < 0.5 ? log1p(d) : log1p(-a->s[BERNOULLI_P]) - log1p(-a->t[BERNOULLI_P]);
}

/* ---- the circle ------------------------------------------------------------------------------------------------- */

/* |theta(x)|, theta = kappa (cos mu, sin mu); s2 and c2 are the squares of sine and cosine of half the angle between p and q. */
static double length(e_place x, double k1, double k2, double s2, double c2) {
    double sum = at(x, k1, k2), root = 2 * sqrt(fabs(x.p) * k1) * sqrt(fabs(x.q) * k2);
    if (x.p * x.q <= 0) return hypot(sum, root * sqrt(s2));
    if (s2 > 0.5) return hypot(x.p * k1 - x.q * k2, root * sqrt(c2));
    return sum * sqrt(1 - root / sum * (root / sum) * s2);
}

/* B(kappa(x), kappa(y)) + A(kappa(x)) kappa(y) (1 - cos of the angle between), the angle from the product theta_p x theta_q. */
static double kl_von_mises(const e_path *a, e_place x, e_place y, double gap) {
    double k1 = a->s[1], k2 = a->t[1], angle = a->s[0] - a->t[0], half = sin(0.5 * angle), cosine = cos(0.5 * angle);
    double s2 = half * half, c2 = cosine * cosine;
    double kx = length(x, k1, k2, s2, c2), ky = length(y, k1, k2, s2, c2), sum = kx + ky;
    if (!(sum > 0)) return 0;
    double change = gap * ((x.p + y.p) * (k1 / sum) * ((k1 - k2) + 2 * k2 * s2) + (x.q + y.q) * (k2 / sum) * ((k1 - k2) - 2 * k1 * s2));
    double radial = rao_von_mises_bregman(kx, ky, change);
    if (!(kx > 0)) return radial;
    double across = gap * (k1 / kx) * k2 * 2 * half * cosine; /* kappa(y) times the sine */
    double along = x.p * y.p * (k1 / kx) * k1 + x.q * y.q * (k2 / kx) * k2 + (x.p * y.q + x.q * y.p) * (k1 / kx) * k2 * (c2 - s2);
    double back = along > 0 ? across / (ky + along) * across : ky - along;
    return radial + rao_bessel_ratio(kx).a * back;
}

/* ---- inverse Gaussian ------------------------------------------------------------------------------------------- */

/* lambda and nu = lambda/mu^2 are straight; with r = mu(x)/mu(y): KL of the lambdas / 2 + (r - 1)^2 lambda(y) / (2 mu(x)). */
static double kl_inverse_gaussian(const e_path *a, e_place x, e_place y, double gap) {
    enum { MU, LAMBDA };
    double m1 = a->s[MU], m2 = a->t[MU], l1 = a->s[LAMBDA], l2 = a->t[LAMBDA];
    double n1 = l1 * (m2 / m1), n2 = l2 * (m1 / m2); /* nu in units of 1/(m1 m2) */
    double lx = at(x, l1, l2), ly = at(y, l1, l2), nx = at(x, n1, n2), ny = at(y, n1, n2);
    if (!(lx > 0 && ly > 0 && nx > 0 && ny >= 0)) return INF;
    double w = -gap * (l1 / ly) * (l2 / nx) * ((m1 - m2) / m1) * (1 + m1 / m2), root = sqrt((lx / ly) * (ny / nx));
    double z = w / (1 + root), mu = sqrt(m1) * sqrt(m2) * sqrt(lx / nx);
    return 0.5 * kl_of_rates(x, y, gap, rao_log_quotient(l1, l2)) + 0.5 * z * z * (ly / mu);
}

/* ---- matrices --------------------------------------------------------------------------------------------------- */

/* In the axes that make the covariance of q the identity and that of p diagonal every direction is a normal of its own: pencil[i] = log of
 * the quotient of the precisions, pencil[d + i] the difference of the means in units of the larger deviation. */
static double kl_pencil(const e_path *a, e_place x, e_place y, double gap) {
    int64_t d = a->f->d;
    double sum = 0;
    for (int64_t i = 0; i < d; i++) sum += kl_of_normals(x, y, gap, a->pencil[i], a->pencil[d + i]);
    return a->f->table == &rao_table_wishart ? a->f->fixed * sum : sum;
}

/* Eigenvalues of K_q (S_p - S_q) K_q^T where all are below 1/2, else of K_q S_p K_q^T; *close says which. */
static rao_status eigenvalues(rao_ctx *ctx, int64_t d, const spd *p, const spd *q, double *v, double *w, int *close) {
    double most = 0;
    rao_spd_whitened_difference(d, p, q);
    memcpy(v, p->work, sizeof *v * (size_t)(d * d));
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j <= i; j++) most = fmax(most, fabs(v[i * d + j]));
    *close = most * (double)d < 0.5;
    if (!*close) rao_spd_whitened(d, p, q, v);
    rao_mat vectors = rao_mat_view(RAO_F64, d, d, d, v);
    rao_vec values = rao_vec_view(RAO_F64, d, w);
    return rao_eigh(ctx, &vectors, &values);
}

static rao_status open_pencil(rao_ctx *ctx, e_path *a) {
    rao_status st;
    int64_t d = a->f->d;
    int close, moves = a->f->table == &rao_table_mvn;
    spd p = spd_at(a->s, d), q = spd_at(a->t, d);
    const double *mean_p = a->s + 1 + 5 * d * d, *mean_q = a->t + 1 + 5 * d * d;
    double *pencil, *v, *z;
    RAO_TRY(rao_scratch(ctx, 2 * d, &pencil));
    RAO_TRY(rao_scratch(ctx, d * d, &v));
    RAO_TRY(rao_scratch(ctx, d, &z));
    RAO_TRY(eigenvalues(ctx, d, &p, &q, v, pencil, &close));
    memset(z, 0, sizeof *z * (size_t)d);
    for (int64_t i = 0; i < d && moves; i++)
        for (int64_t k = 0; k <= i; k++) z[i] += q.k[i * d + k] * (mean_p[k] - mean_q[k]);
    double floor = DBL_EPSILON * fabs(pencil[d - 1]); /* what rounding leaves of an eigenvalue below it */
    for (int64_t i = 0; i < d; i++) {
        double gap = 0;
        for (int64_t k = 0; k < d; k++) gap += v[k * d + i] * z[k];
        pencil[i] = close ? -log1p(pencil[i]) : -log(fmax(pencil[i], floor));
        pencil[d + i] = gap * fmin(1, exp(0.5 * pencil[i]));
    }
    a->pencil = pencil;
done:
    return st;
}

/* ---- the list --------------------------------------------------------------------------------------------------- */

static const struct {
    const family_table *table;
    e_path_kl *kl;
    void (*open)(e_path *a);
} rows[] = {
    {&rao_table_normal, kl_normal, open_normal},
    {&rao_table_lognormal, kl_normal, open_plain},
    {&rao_table_isotropic_normal, kl_isotropic, NULL},
    {&rao_table_diagonal_normal, kl_diagonal, NULL},
    {&rao_table_exponential, kl_rate, open_exponential},
    {&rao_table_pareto, kl_rate, open_pareto},
    {&rao_table_rayleigh, kl_rate, open_rayleigh},
    {&rao_table_laplace, kl_rate, open_laplace},
    {&rao_table_gumbel, kl_rate, open_gumbel},
    {&rao_table_weibull, kl_rate, open_weibull},
    {&rao_table_gamma, kl_gamma, NULL},
    {&rao_table_inverse_gamma, kl_gamma, NULL},
    {&rao_table_beta, kl_dirichlet, NULL},
    {&rao_table_dirichlet, kl_dirichlet, NULL},
    {&rao_table_poisson, kl_poisson, open_poisson},
    {&rao_table_geometric, kl_waiting, open_waiting},
    {&rao_table_geometric0, kl_waiting, open_waiting},
    {&rao_table_negative_binomial, kl_waiting, open_waiting},
    {&rao_table_von_mises, kl_von_mises, NULL},
    {&rao_table_inverse_gaussian, kl_inverse_gaussian, NULL},
    {&rao_table_mvn, kl_pencil, NULL},
    {&rao_table_wishart, kl_pencil, NULL},
};

rao_status rao_e_path_open(rao_ctx *ctx, const rao_family *f, const double *s, const double *t, e_path *path) {
    rao_status st = RAO_OK;
    double *each;
    *path = (e_path){.f = f, .s = s, .t = t};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].table != f->table) continue;
        path->kl = rows[i].kl;
        if (rows[i].open) rows[i].open(path);
    }
    path->one_rate = path->kl == kl_rate;
    if (path->kl == kl_pencil) RAO_TRY(open_pencil(ctx, path));
    if (path->kl == kl_dirichlet) {
        RAO_TRY(rao_scratch(ctx, 3 * (f->d > 2 ? f->d : 2), &each));
        path->each = each;
    }
done:
    return st;
}
