/* mvn.c - N(m, S) in d dimensions. State: 1 + 5 d^2 numbers of S (spd.h), then the mean.
 * KL = KL of the covariances (spd.c) + |K_q (m_p - m_q)|^2 / 2. Fisher: P in the mean, tr(P dS P dS)/2 in S.
 * Natural coordinates are the entries of (P m, -P/2) and expectation coordinates those of (E x, E xx^T): their pairing counts an entry off the diagonal twice. */
#include <math.h>
#include <string.h>

#include "family/spd.h"

static const double half_log_2pi = 0.91893853320467274178;

static rao_status load_mean(rao_ctx *ctx, const rao_family *f, const char *name, const double *c, double *s) {
    for (int64_t i = 0; i < f->d; i++) {
        if (!isfinite(c[i])) return rao_fail(ctx, RAO_EDOMAIN, "mvn: %s_%lld = %.17g, want a finite number", name, (long long)i + 1, c[i]);
        mvn_mean(f, s)[i] = c[i];
    }
    return RAO_OK;
}

static rao_status load(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    rao_status st = load_mean(ctx, f, "mean", c, s);
    return st ? st : rao_spd_load(ctx, f, "cov", c + f->d, s);
}

/* S = (-2 Theta)^-1, m = S theta. */
static rao_status load_natural(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    int64_t d = f->d;
    spd a = mvn_cov(f, s);
    rao_status st = load_mean(ctx, f, "theta", c, s);
    const double *upper = c + d;
    if (st) return st;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = i; j < d; j++) a.s[i * d + j] = a.s[j * d + i] = -2 * *upper++;
    if ((st = rao_spd_factor(ctx, f, "-2 Theta", s))) return st;
    memcpy(a.s, a.p, sizeof *a.s * (size_t)(d * d));
    if ((st = rao_spd_factor(ctx, f, "the covariance", s))) return st;
    for (int64_t i = 0; i < d; i++) {
        double sum = 0;
        for (int64_t j = 0; j < d; j++) sum += a.s[i * d + j] * c[j];
        mvn_mean(f, s)[i] = sum;
    }
    return RAO_OK;
}

static rao_status load_expectation(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    int64_t d = f->d;
    spd a = mvn_cov(f, s);
    rao_status st = load_mean(ctx, f, "eta", c, s);
    const double *upper = c + d;
    if (st) return st;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = i; j < d; j++) a.s[i * d + j] = a.s[j * d + i] = fma(-c[i], c[j], *upper++);
    return rao_spd_factor(ctx, f, "E xx^T - E x E x^T", s);
}

static rao_status store(rao_ctx *ctx, const rao_family *f, const double *s, double *c) {
    (void)ctx;
    memcpy(c, mvn_mean(f, s), sizeof *c * (size_t)f->d);
    rao_spd_store(mvn_cov(f, s).s, f->d, 1, c + f->d);
    return RAO_OK;
}

/* The place of entry (i, j), i <= j, among the coordinates. */
static int64_t place(int64_t d, int64_t i, int64_t j) { return d + i * d - i * (i - 1) / 2 + (j - i); }

/* dS = 2 S dTheta S and dm = S dtheta + 2 S dTheta m. */
static void jacobian_natural(const rao_family *f, const double *s, double *j) {
    int64_t d = f->d, n = f->dim;
    const double *cv = mvn_cov(f, s).s, *m = mvn_mean(f, s);
    for (int64_t a = 0; a < d; a++)
        for (int64_t b = 0; b < d; b++) j[a * n + b] = cv[a * d + b];
    for (int64_t a = 0; a < d; a++)
        for (int64_t b = a; b < d; b++) {
            int64_t column = place(d, a, b);
            for (int64_t k = 0; k < d; k++) {
                j[k * n + column] = a == b ? 2 * cv[k * d + a] * m[a] : 2 * (cv[k * d + a] * m[b] + cv[k * d + b] * m[a]);
                for (int64_t l = k; l < d; l++)
                    j[place(d, k, l) * n + column] =
                        a == b ? 2 * cv[k * d + a] * cv[a * d + l] : 2 * (cv[k * d + a] * cv[b * d + l] + cv[k * d + b] * cv[a * d + l]);
            }
        }
}

/* dS = dH - dm m^T - m dm^T. */
static void jacobian_expectation(const rao_family *f, const double *s, double *j) {
    int64_t d = f->d, n = f->dim;
    const double *m = mvn_mean(f, s);
    for (int64_t a = 0; a < n; a++) j[a * n + a] = 1;
    for (int64_t a = 0; a < d; a++)
        for (int64_t k = 0; k < d; k++) j[place(d, a < k ? a : k, a < k ? k : a) * n + a] = a == k ? -2 * m[k] : -m[k];
}

static double logpdf(const rao_family *f, const double *s, const double *x) {
    spd a = mvn_cov(f, s);
    return -0.5 * rao_spd_square(f->d, &a, x, mvn_mean(f, s)) - *a.half_logdet - (double)f->d * half_log_2pi;
}

/* w = P (x - y) */
static void lower(int64_t d, const double *p, const double *x, const double *y, double *w) {
    for (int64_t i = 0; i < d; i++) {
        w[i] = 0;
        for (int64_t j = 0; j < d; j++) w[i] += p[i * d + j] * (x[j] - y[j]);
    }
}

static void score(const rao_family *f, const double *s, const double *x, double *g) {
    int64_t d = f->d;
    spd a = mvn_cov(f, s);
    double *out = g + d;
    lower(d, a.p, x, mvn_mean(f, s), g);
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = i; j < d; j++) *out++ = (i == j ? 0.5 : 1) * (g[i] * g[j] - a.p[i * d + j]);
}

static void fisher(const rao_family *f, const double *s, double *m) {
    spd a = mvn_cov(f, s);
    for (int64_t i = 0; i < f->d; i++)
        for (int64_t j = 0; j < f->d; j++) m[i * f->dim + j] = a.p[i * f->d + j];
    rao_spd_fisher(f->d, &a, 1, m, f->dim, f->d);
}

/* det F = 2^-d |S|^-(d+2); |d(mean, S)/d theta| = 2^(d(d+1)/2) |S|^(d+2), and eta's Jacobian is 1. */
static rao_status fisher_log_det(rao_ctx *ctx, const rao_family *f, const double *s, double *out, rao_quality *quality) {
    double d = (double)f->d;
    return (void)ctx, (void)quality, *out = -d * log(2) - 2 * (d + 2) * *mvn_cov(f, s).half_logdet, RAO_OK;
}
static double log_jacobian_natural(const rao_family *f, const double *s) {
    double d = (double)f->d;
    return 0.5 * d * (d + 1) * log(2) + 2 * (d + 2) * *mvn_cov(f, s).half_logdet;
}
static double log_jacobian_expectation(const rao_family *f, const double *s) { return (void)f, (void)s, 0; }

static double entropy(const rao_family *f, const double *s) { return (double)f->d * (half_log_2pi + 0.5) + *mvn_cov(f, s).half_logdet; }

static double kl(const rao_family *f, const double *s, const double *t) {
    spd a = mvn_cov(f, s), b = mvn_cov(f, t);
    return rao_spd_kl(f->d, &a, &b) + 0.5 * rao_spd_square(f->d, &b, mvn_mean(f, s), mvn_mean(f, t));
}

static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    spd a = mvn_cov(f, s), b = mvn_cov(f, t);
    lower(f->d, b.p, mvn_mean(f, t), mvn_mean(f, s), g);
    rao_spd_kl_gradient(f->d, &a, &b, g, 1, g + f->d);
}

static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    spd a = mvn_cov(f, s);
    memcpy(x, mvn_mean(f, s), sizeof *x * (size_t)f->d);
    for (int64_t k = 0; k < f->d; k++) {
        double z = rao_draw_normal(d);
        for (int64_t i = k; i < f->d; i++) x[i] += a.u[k * f->d + i] * z;
    }
}

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    rao_status st;
    int64_t d = f->d;
    double *gap, *out = c + d;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d, &gap));
    for (int64_t j = 0; j < d; j++) c[j] = rao_data_mean(data, j);
    memset(out, 0, sizeof *out * (size_t)(d * (d + 1) / 2));
    for (int64_t r = 0; r < data->n; r++) {
        double w = data_weight(data, r) / data->total, *at = out;
        for (int64_t j = 0; j < d; j++) gap[j] = data_row(data, r)[j] - c[j];
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = i; j < d; j++) *at++ += w * gap[i] * gap[j];
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static void statistic(const rao_family *f, const double *x, double *t) {
    double *out = t + f->d;
    memcpy(t, x, sizeof *t * (size_t)f->d);
    for (int64_t i = 0; i < f->d; i++)
        for (int64_t j = i; j < f->d; j++) *out++ = x[i] * x[j];
}
static void natural(const rao_family *f, const double *s, double *theta) {
    spd a = mvn_cov(f, s);
    const double *m = mvn_mean(f, s);
    for (int64_t i = 0; i < f->d; i++) {
        theta[i] = 0;
        for (int64_t j = 0; j < f->d; j++) theta[i] += a.p[i * f->d + j] * m[j];
    }
    rao_spd_store(a.p, f->d, -0.5, theta + f->d);
}
static void expectation(const rao_family *f, const double *s, double *eta) {
    spd a = mvn_cov(f, s);
    const double *m = mvn_mean(f, s);
    double *out = eta + f->d;
    memcpy(eta, m, sizeof *eta * (size_t)f->d);
    for (int64_t i = 0; i < f->d; i++)
        for (int64_t j = i; j < f->d; j++) *out++ = fma(m[i], m[j], a.s[i * f->d + j]);
}
static double log_partition(const rao_family *f, const double *s) {
    spd a = mvn_cov(f, s);
    double sum = 0;
    for (int64_t i = 0; i < f->d; i++) {
        double y = 0;
        for (int64_t k = 0; k <= i; k++) y += a.k[i * f->d + k] * mvn_mean(f, s)[k];
        sum += y * y;
    }
    return 0.5 * sum + *a.half_logdet + (double)f->d * half_log_2pi;
}
static double pairing_weight(const rao_family *f, int64_t j) {
    if (j < f->d) return 1;
    int64_t row = 0;
    for (j -= f->d; j >= f->d - row; row++) j -= f->d - row;
    return j == 0 ? 1 : 2;
}
/* S^-1 = sum w P_k, m = b + S sum w P_k (m_k - b) from one of the means. */
static rao_status e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    rao_status st;
    int64_t d = f->d;
    spd a = mvn_cov(f, s);
    const double *base = mvn_mean(f, m->s[rao_mean_heaviest(m)]);
    double *sum, *part;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, d, &sum));
    RAO_TRY(rao_scratch(ctx, d, &part));
    memset(a.s, 0, sizeof *a.s * (size_t)(d * d));
    memset(sum, 0, sizeof *sum * (size_t)d);
    for (int64_t k = 0; k < m->n; k++) {
        const double *p = mvn_cov(f, m->s[k]).p;
        lower(d, p, mvn_mean(f, m->s[k]), base, part);
        for (int64_t i = 0; i < d; i++) sum[i] += m->w[k] * part[i];
        for (int64_t i = 0; i < d * d; i++) a.s[i] += m->w[k] * p[i];
    }
    RAO_TRY(rao_spd_factor(ctx, f, "the mean of cov^-1", s));
    memcpy(a.s, a.p, sizeof *a.s * (size_t)(d * d));
    RAO_TRY(rao_spd_factor(ctx, f, "the covariance", s));
    for (int64_t i = 0; i < d; i++) {
        double moved = 0;
        for (int64_t j = 0; j < d; j++) moved += a.s[i * d + j] * sum[j];
        mvn_mean(f, s)[i] = base[i] + moved;
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
/* S = sum w [S_k + (m_k - m)(m_k - m)^T] */
static rao_status m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    int64_t d = f->d, start = 1 + 5 * d * d; /* where the means lie in a state */
    spd a = mvn_cov(f, s);
    double *mean = mvn_mean(f, s);
    memset(a.s, 0, sizeof *a.s * (size_t)(d * d));
    for (int64_t i = 0; i < d; i++) mean[i] = rao_mean_at(m, start + i);
    for (int64_t k = 0; k < m->n; k++) {
        const double *c = mvn_cov(f, m->s[k]).s, *own = mvn_mean(f, m->s[k]);
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = 0; j < d; j++) a.s[i * d + j] += m->w[k] * (c[i * d + j] + (own[i] - mean[i]) * (own[j] - mean[j]));
    }
    return rao_spd_factor(ctx, f, "the mean of the covariances", s);
}

static const family_exponential exponential = {statistic,      natural, expectation, log_partition, rao_dual_is_minus_entropy,
                                               pairing_weight, e_mean,  m_mean};

/* u F^-1 v: S in the mean, 2 tr(U S V S) in the covariance. */
static double bound(const rao_family *f, const double *s, const double *u, const double *v) {
    int64_t d = f->d;
    spd a = mvn_cov(f, s);
    double sum = 0;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; u[i] != 0 && j < d; j++) sum += u[i] * a.s[i * d + j] * v[j];
    return sum + rao_spd_bound(d, &a, u + d, v + d);
}

static const family_chart charts[] = {
    {.name = "mean_cov", .units = {1, 1, 2}, .coords = "mean#,cov^", .load = load, .store = store, .bound = bound},
    {.name = "natural",
     .units = {1, -1, -2},
     .coords = "theta#,Theta^",
     .load = load_natural,
     .store = rao_store_natural,
     .jacobian = jacobian_natural,
     .log_jacobian = log_jacobian_natural},
    {.name = "expectation",
     .units = {1, 1, 2},
     .coords = "eta#,Eta^",
     .load = load_expectation,
     .store = rao_store_expectation,
     .jacobian = jacobian_expectation,
     .log_jacobian = log_jacobian_expectation},
};

const family_table rao_table_mvn = {
    .info = {"mvn", "Multivariate normal", "mean_cov,natural,expectation", NULL, "dimension of x", 1, 0, 1, 1},
    .state = {1, 1, 5},
    .observation = "x#",
    .charts = charts,
    .chart_count = 3,
    .exponential = &exponential,
    .possible = rao_possible_vector,
    .possible_words = "finite numbers",
    .logpdf = logpdf,
    .score = score,
    .fisher = fisher,
    .fisher_log_det = fisher_log_det,
    .entropy = entropy,
    .kl = kl,
    .kl_gradient = kl_gradient,
    .sample = sample,
    .mle = mle,
};
