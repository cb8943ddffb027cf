/* normal.c - N(mu, sigma^2). State: mu, sigma, what their rounding left out (normal.h), the logarithm of the variance where it was given.
 * Fisher diag(1, 2)/sigma^2 in (mu, sigma). KL with u = sigma_p/sigma_q - 1: (u - log(1+u)) + u^2/2 + (mu_p - mu_q)^2 / (2 sigma_q^2). */
#include <math.h>

#include <rao/num.h>

#include "family/family.h"
#include "family/normal.h"

enum { MU = NORMAL_MU, SIGMA = NORMAL_SIGMA, MU_REST = NORMAL_MU_REST, SIGMA_REST = NORMAL_SIGMA_REST, LOGVAR = NORMAL_LOGVAR };
static const double half_log_2pi = 0.91893853320467274178;

static void set(double *s, double mu, double mu_rest, double sigma, double sigma_rest, double logvar) {
    s[MU] = mu, s[MU_REST] = mu_rest, s[SIGMA] = sigma, s[SIGMA_REST] = sigma_rest, s[LOGVAR] = logvar;
}

static rao_status load_sigma(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    set(s, c[0], 0, c[1], 0, INF);
    rao_status st = rao_want_finite(ctx, f, "mu", c[0]);
    return st ? st : rao_want_positive(ctx, f, "sigma", c[1]);
}
/* (var + rest)^1/2 = root + (var - root^2 + rest)/(2 root) */
static void set_by_var(double *s, double mu, double mu_rest, double var, double rest) {
    double root = sqrt(var);
    set(s, mu, mu_rest, root, (fma(-root, root, var) + rest) / (2 * root), INF);
}
static rao_status load_var(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    set_by_var(s, c[0], 0, c[1], 0);
    rao_status st = rao_want_finite(ctx, f, "mu", c[0]);
    return st ? st : rao_want_positive(ctx, f, "var", c[1]);
}
static rao_status load_logvar(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    set(s, c[0], 0, exp(c[1] / 2), 0, c[1]);
    rao_status st = rao_want_finite(ctx, f, "mu", c[0]);
    if (st) return st;
    return s[SIGMA] > 0 && s[SIGMA] < INF ? RAO_OK : rao_fail(ctx, RAO_EDOMAIN, "normal: logvar = %.17g, want within +-1400", c[1]);
}
/* With precision t = -2 theta_2: var = 1/t, mu = theta_1/t, each with its remainder. */
static rao_status load_natural(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    double t = -2 * c[1], mu = -0.5 * (c[0] / c[1]), root = sqrt(-0.5 / c[1]), square = root * root;
    double lost = (1 - square * t) - fma(square, t, -(square * t)) - fma(root, root, -square) * t; /* 1 - root^2 t */
    set(s, mu, fma(-mu, t, c[0]) / t, root, root * (lost / 2), INF);
    if (!(c[1] < 0 && c[1] > -INF)) return rao_fail(ctx, RAO_EDOMAIN, "normal: theta_2 = %.17g, want < 0", c[1]);
    return rao_want_finite(ctx, f, "theta_1", c[0]);
}
static rao_status load_expectation(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    double square = c[0] * c[0], var = fma(-c[0], c[0], c[1]), head = c[1] - square, back = head - c[1];
    double lost = (c[1] - (head - back)) - (square + back); /* c_2 - square - head, exactly */
    set_by_var(s, c[0], 0, var, (head - var) + lost - fma(c[0], c[0], -square));
    rao_status st = rao_want_finite(ctx, f, "eta_1", c[0]);
    if (st) return st;
    return var > 0 && var < INF ? RAO_OK : rao_fail(ctx, RAO_EDOMAIN, "normal: eta_2 = %.17g, want > eta_1^2 = %.17g", c[1], c[0] * c[0]);
}

static rao_status store_var(rao_ctx *ctx, const rao_family *f, const double *s, double *c) {
    (void)ctx, (void)f;
    c[0] = s[MU], c[1] = s[SIGMA] * s[SIGMA];
    return RAO_OK;
}
static rao_status store_logvar(rao_ctx *ctx, const rao_family *f, const double *s, double *c) {
    (void)ctx, (void)f;
    c[0] = s[MU], c[1] = s[LOGVAR] < INF ? s[LOGVAR] : 2 * log(s[SIGMA]);
    return RAO_OK;
}

static void natural(const rao_family *f, const double *s, double *theta) {
    (void)f;
    theta[0] = s[MU] / s[SIGMA] / s[SIGMA];
    theta[1] = -0.5 / s[SIGMA] / s[SIGMA];
}
static void expectation(const rao_family *f, const double *s, double *eta) {
    (void)f;
    eta[0] = s[MU];
    eta[1] = fma(s[MU], s[MU], s[SIGMA] * s[SIGMA]);
}

static void jacobian_var(const rao_family *f, const double *s, double *j) { (void)f, j[0] = 1, j[3] = 0.5 / s[SIGMA]; }
static void jacobian_logvar(const rao_family *f, const double *s, double *j) { (void)f, j[0] = 1, j[3] = 0.5 * s[SIGMA]; }
static void jacobian_natural(const rao_family *f, const double *s, double *j) {
    double var = s[SIGMA] * s[SIGMA];
    (void)f, j[0] = var, j[1] = 2 * s[MU] * var, j[3] = s[SIGMA] * var;
}
static void jacobian_expectation(const rao_family *f, const double *s, double *j) {
    (void)f, j[0] = 1, j[2] = -s[MU] / s[SIGMA], j[3] = 0.5 / s[SIGMA];
}

static double logpdf(const rao_family *f, const double *s, const double *x) {
    double z = (x[0] - s[MU]) / s[SIGMA];
    return (void)f, -0.5 * z * z - log(s[SIGMA]) - half_log_2pi;
}

normal_step rao_normal_step(const double *s, const double *t) {
    double d = (s[LOGVAR] - t[LOGVAR]) / 2, mu = (s[MU] - t[MU]) + (s[MU_REST] - t[MU_REST]);
    if (s[LOGVAR] < INF && t[LOGVAR] < INF && fabs(d) < 1) return (normal_step){mu, t[SIGMA] * expm1(d)};
    return (normal_step){mu, (s[SIGMA] - t[SIGMA]) + (s[SIGMA_REST] - t[SIGMA_REST])};
}

/* -(z_p^2 - z_q^2)/2 as a product */
double rao_normal_log_ratio(normal_step step, double sigma_p, double sigma_q, double z, double own) {
    if (rao_scales_apart(sigma_p, sigma_q)) return log(sigma_q) - log(sigma_p) + 0.5 * (z - own) * (z + own);
    double u = step.sigma / sigma_q, d = -(step.mu + z * step.sigma) / sigma_p;
    return -(fabs(u) < 0.5 ? log1p(u) : log(sigma_p) - log(sigma_q)) - d * (z + 0.5 * d);
}
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    return (void)f, rao_normal_log_ratio(rao_normal_step(s, t), s[SIGMA], t[SIGMA], ((x[0] - t[MU]) - t[MU_REST]) / t[SIGMA],
                                         ((x[0] - s[MU]) - s[MU_REST]) / s[SIGMA]);
}

static void score(const rao_family *f, const double *s, const double *x, double *g) {
    double z = (x[0] - s[MU]) / s[SIGMA];
    (void)f, g[0] = z / s[SIGMA], g[1] = (z - 1) * (z + 1) / s[SIGMA];
}

static void fisher(const rao_family *f, const double *s, double *m) { (void)f, m[0] = 1 / s[SIGMA] / s[SIGMA], m[3] = 2 * m[0]; }
static rao_status fisher_log_det(rao_ctx *ctx, const rao_family *f, const double *s, double *out, rao_quality *quality) {
    return (void)ctx, (void)f, (void)quality, *out = log(2) - 4 * log(s[SIGMA]), RAO_OK;
}
static double log_jacobian_expectation(const rao_family *f, const double *s) { return (void)f, -log(2) - log(s[SIGMA]); }
static double entropy(const rao_family *f, const double *s) { return (void)f, half_log_2pi + 0.5 + log(s[SIGMA]); }

double rao_normal_kl(normal_step step, double sigma_p, double sigma_q) {
    double u = step.sigma / sigma_q, z = step.mu / sigma_q, r = sigma_p / sigma_q;
    if (r < 0.5) return log(sigma_q) - log(sigma_p) + 0.5 * ((r - 1) * (r + 1) + z * z); /* u = -1 + r would lose r */
    return -rao_log1pmx(u) + 0.5 * (u * u + z * z);
}
static double kl(const rao_family *f, const double *s, const double *t) {
    return (void)f, rao_normal_kl(rao_normal_step(s, t), s[SIGMA], t[SIGMA]);
}

void rao_normal_kl_gradient(normal_step step, double sigma_q, double *g) {
    double u = step.sigma / sigma_q, z = step.mu / sigma_q;
    g[0] = -z / sigma_q, g[1] = -(u * (2 + u) + z * z) / sigma_q;
}
static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    (void)f, rao_normal_kl_gradient(rao_normal_step(s, t), t[SIGMA], g);
}

static void center(const rao_family *f, const double *s, double *middle, double *scale) { (void)f, *middle = s[MU], *scale = s[SIGMA]; }
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) { (void)f, x[0] = s[MU] + s[SIGMA] * rao_draw_normal(d); }

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    double mean = rao_data_mean(data, 0), var = rao_data_variance(data, 0, mean);
    (void)f;
    if (!(var > 0))
        return rao_fail(ctx, RAO_EDOMAIN, "normal: all observations are %.17g: the likelihood grows without bound as sigma -> 0", mean);
    c[0] = mean, c[1] = sqrt(var);
    return RAO_OK;
}

static void statistic(const rao_family *f, const double *x, double *t) { (void)f, t[0] = x[0], t[1] = x[0] * x[0]; }
static double log_partition(const rao_family *f, const double *s) {
    double z = s[MU] / s[SIGMA];
    return (void)f, 0.5 * z * z + log(s[SIGMA]) + half_log_2pi;
}
static rao_status e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    return set(s, 0, 0, 0, 0, INF), rao_normal_e_mean(ctx, f, m, MU, SIGMA, s);
}
static rao_status m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    return set(s, 0, 0, 0, 0, INF), rao_normal_m_mean(ctx, f, m, MU, SIGMA, s);
}

static const family_exponential exponential = {statistic, natural, expectation, log_partition, rao_dual_is_minus_entropy,
                                               NULL,      e_mean,  m_mean};

static const family_chart charts[] = {
    {.name = "mu_sigma", .units = {1, 1, 1}, .coords = "mu,sigma", .load = load_sigma, .store = rao_store_plain},
    {.name = "mu_var", .units = {1, 1, 2}, .coords = "mu,var", .load = load_var, .store = store_var, .jacobian = jacobian_var},
    {.name = "mu_logvar",
     .units = {1, 1, 0},
     .coords = "mu,logvar",
     .load = load_logvar,
     .store = store_logvar,
     .jacobian = jacobian_logvar},
    {.name = "natural",
     .units = {1, -1, -2},
     .coords = "theta_1,theta_2",
     .load = load_natural,
     .store = rao_store_natural,
     .jacobian = jacobian_natural},
    {.name = "expectation",
     .units = {1, 1, 2},
     .coords = "eta_1,eta_2",
     .load = load_expectation,
     .store = rao_store_expectation,
     .jacobian = jacobian_expectation,
     .log_jacobian = log_jacobian_expectation},
};

const family_table rao_table_normal = {
    .info = {"normal", "Normal", "mu_sigma,mu_var,mu_logvar,natural,expectation", NULL, NULL, 0, 0, 1, 1},
    .state = {NORMAL_STATE},
    .observation = "x",
    .charts = charts,
    .chart_count = 5,
    .exponential = &exponential,
    .possible = rao_possible_real,
    .possible_words = "a finite number",
    .logpdf = logpdf,
    .log_ratio = log_ratio,
    .score = score,
    .fisher = fisher,
    .fisher_log_det = fisher_log_det,
    .entropy = entropy,
    .kl = kl,
    .kl_gradient = kl_gradient,
    .support = rao_support_line,
    .center = center,
    .sample = sample,
    .mle = mle,
};
