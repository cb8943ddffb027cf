/* wishart.c - X = sum of n outer products of N(0, V) vectors in d dimensions, n > d - 1 given (real): density
 * |X|^((n-d-1)/2) exp(-tr(V^-1 X)/2) / (2^(nd/2) |V|^(n/2) Gamma_d(n/2)). State: V (spd.h). An observation is the upper triangle of X.
 * Information about V is n times that of N(0, V). */
#include <math.h>
#include <string.h>

#include <rao/num.h>

#include "family/gamma.h"
#include "family/spd.h"

static const double log_pi = 1.14472988584940017414, log_2 = 0.69314718055994530942;

static rao_status load(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    if (!(f->fixed > (double)(f->d - 1)))
        return rao_fail(ctx, RAO_EDOMAIN, "wishart: df = %.17g, want > %lld, the dimension less one", f->fixed, (long long)f->d - 1);
    return rao_spd_load(ctx, f, "scale", c, s);
}
static rao_status store(rao_ctx *ctx, const rao_family *f, const double *s, double *c) {
    (void)ctx;
    rao_spd_store(spd_at(s, f->d).s, f->d, 1, c);
    return RAO_OK;
}

/* log Gamma_d(n/2) */
static double log_multigamma(const rao_family *f) {
    double sum = 0.25 * (double)(f->d * (f->d - 1)) * log_pi;
    for (int64_t j = 0; j < f->d; j++) sum += rao_lgamma(0.5 * (f->fixed - (double)j));
    return sum;
}
/* sum of psi((n - j)/2): E log |X| = this + d log 2 + log |V| */
static double multidigamma(const rao_family *f) {
    double sum = 0;
    for (int64_t j = 0; j < f->d; j++) sum += rao_digamma(0.5 * (f->fixed - (double)j));
    return sum;
}

/* log |X| by Cholesky in the work area; -inf when X is not positive definite. */
static double log_determinant(const rao_family *f, double *work, const double *x) {
    int64_t d = f->d;
    double sum = 0;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = i; j < d; j++) work[j * d + i] = *x++;
    for (int64_t j = 0; j < d; j++) {
        double pivot = work[j * d + j];
        for (int64_t k = 0; k < j; k++) pivot -= work[j * d + k] * work[j * d + k];
        if (!(pivot > 0)) return -INF;
        sum += log(pivot);
        pivot = work[j * d + j] = sqrt(pivot);
        for (int64_t i = j + 1; i < d; i++) {
            double entry = work[i * d + j];
            for (int64_t k = 0; k < j; k++) entry -= work[i * d + k] * work[j * d + k];
            work[i * d + j] = entry / pivot;
        }
    }
    return sum;
}

static int possible(const rao_family *f, const double *x) {
    for (int64_t i = 0; i < f->d; i++)
        for (int64_t j = i; j < f->d; j++, x++)
            if (!isfinite(*x) || (i == j && !(*x > 0))) return 0;
    return 1;
}

static double logpdf(const rao_family *f, const double *s, const double *x) {
    spd v = spd_at(s, f->d);
    double n = f->fixed, d = (double)f->d, trace = 0, logdet = log_determinant(f, v.work, x);
    if (logdet == -INF) return -INF;
    for (int64_t i = 0; i < f->d; i++)
        for (int64_t j = i; j < f->d; j++) trace += (i == j ? 1 : 2) * v.p[i * f->d + j] * *x++;
    return 0.5 * (n - d - 1) * logdet - 0.5 * trace - 0.5 * n * d * log_2 - n * *v.half_logdet - log_multigamma(f);
}

/* [P X P - n P] / 2, an entry off the diagonal twice. */
static void score(const rao_family *f, const double *s, const double *x, double *g) {
    int64_t d = f->d;
    spd v = spd_at(s, d);
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) {
            double sum = 0;
            for (int64_t k = 0; k < d; k++) {
                int64_t a = k < j ? k : j, b = k < j ? j : k;
                sum += v.p[i * d + k] * x[a * d - a * (a - 1) / 2 + (b - a)];
            }
            v.work[i * d + j] = sum;
        }
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = i; j < d; j++) {
            double sum = -f->fixed * v.p[i * d + j];
            for (int64_t k = 0; k < d; k++) sum += v.work[i * d + k] * v.p[k * d + j];
            *g++ = (i == j ? 0.5 : 1) * sum;
        }
}

static void fisher(const rao_family *f, const double *s, double *m) {
    spd v = spd_at(s, f->d);
    rao_spd_fisher(f->d, &v, f->fixed, m, f->dim, 0);
}

/* det F = n^(d(d+1)/2) 2^-d |V|^-(d+1) */
static rao_status fisher_log_det(rao_ctx *ctx, const rao_family *f, const double *s, double *out, rao_quality *quality) {
    double d = (double)f->d;
    *out = 0.5 * d * (d + 1) * log(f->fixed) - d * log(2) - 2 * (d + 1) * *spd_at(s, f->d).half_logdet;
    return (void)ctx, (void)quality, RAO_OK;
}

static double entropy(const rao_family *f, const double *s) {
    double n = f->fixed, d = (double)f->d;
    return (d + 1) * *spd_at(s, f->d).half_logdet + 0.5 * d * (d + 1) * log_2 + log_multigamma(f) - 0.5 * (n - d - 1) * multidigamma(f) +
           0.5 * n * d;
}

static double kl(const rao_family *f, const double *s, const double *t) {
    spd a = spd_at(s, f->d), b = spd_at(t, f->d);
    return f->fixed * rao_spd_kl(f->d, &a, &b);
}
static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    spd a = spd_at(s, f->d), b = spd_at(t, f->d);
    rao_spd_kl_gradient(f->d, &a, &b, NULL, f->fixed, g);
}

/* M. S. Bartlett 1933: X = (L A)(L A)^T, A lower triangular with chi variables on and normals below the diagonal. */
static void sample(const rao_family *f, const double *s, rao_draws *draws, double *x) {
    int64_t d = f->d;
    spd v = spd_at(s, d);
    double *w = v.work;
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++)
            w[i * d + j] = j > i   ? 0
                           : j < i ? rao_draw_normal(draws)
                                   : exp(0.5 * (log_2 + rao_draw_log_gamma(draws, 0.5 * (f->fixed - (double)i))));
    for (int64_t i = d - 1; i >= 0; i--) /* rows of L A from the last, which needs the others as they are */
        for (int64_t j = 0; j <= i; j++) {
            double sum = 0;
            for (int64_t k = j; k <= i; k++) sum += v.u[k * d + i] * w[k * d + j];
            w[i * d + j] = sum;
        }
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = i; j < d; j++) {
            double sum = 0;
            for (int64_t k = 0; k <= i; k++) sum += w[i * d + k] * w[j * d + k];
            *x++ = sum;
        }
}

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    (void)ctx;
    for (int64_t j = 0; j < f->dim; j++) c[j] = rao_data_mean(data, j) / f->fixed;
    return RAO_OK;
}

/* T(X) = X, theta = -V^-1/2, carrier |X|^((n-d-1)/2) / (2^(nd/2) Gamma_d(n/2)). */
static void statistic(const rao_family *f, const double *x, double *t) { memcpy(t, x, sizeof *t * (size_t)f->dim); }
static void natural(const rao_family *f, const double *s, double *theta) { rao_spd_store(spd_at(s, f->d).p, f->d, -0.5, theta); }
static void expectation(const rao_family *f, const double *s, double *eta) { rao_spd_store(spd_at(s, f->d).s, f->d, f->fixed, eta); }
static double log_partition(const rao_family *f, const double *s) { return f->fixed * *spd_at(s, f->d).half_logdet; }
static double dual_potential(const rao_family *f, const double *s) {
    return -f->fixed * (*spd_at(s, f->d).half_logdet + 0.5 * (double)f->d);
}
static double pairing_weight(const rao_family *f, int64_t j) {
    int64_t row = 0;
    for (; j >= f->d - row; row++) j -= f->d - row;
    return j == 0 ? 1 : 2;
}
static void mean_matrix(const rao_family *f, const family_mean *m, int inverse, double *out) {
    memset(out, 0, sizeof *out * (size_t)(f->d * f->d));
    for (int64_t k = 0; k < m->n; k++) {
        spd v = spd_at(m->s[k], f->d);
        for (int64_t i = 0; i < f->d * f->d; i++) out[i] += m->w[k] * (inverse ? v.p[i] : v.s[i]);
    }
}
static rao_status e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    spd v = spd_at(s, f->d);
    mean_matrix(f, m, 1, v.s);
    rao_status st = rao_spd_factor(ctx, f, "the mean of scale^-1", s);
    if (st) return st;
    memcpy(v.s, v.p, sizeof *v.s * (size_t)(f->d * f->d));
    return rao_spd_factor(ctx, f, "the scale", s);
}
static rao_status m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    mean_matrix(f, m, 0, spd_at(s, f->d).s);
    return rao_spd_factor(ctx, f, "the mean of the scales", s);
}

static const family_exponential exponential = {statistic,      natural,        expectation, log_partition,
                                               dual_potential, pairing_weight, e_mean,      m_mean};

static double bound(const rao_family *f, const double *s, const double *u, const double *v) {
    spd a = spd_at(s, f->d);
    return rao_spd_bound(f->d, &a, u, v) / f->fixed;
}

static const family_chart charts[] = {
    {.name = "scale", .units = {1, 1, 1}, .coords = "scale^", .load = load, .store = store, .bound = bound}};

const family_table rao_table_wishart = {
    .info = {"wishart", "Wishart", "scale", "df", "order of the matrices", 1, 0, 1, 1},
    .state = {1, 0, 5},
    .observation = "x^",
    .charts = charts,
    .chart_count = 1,
    .fixed_low = 0,
    .fixed_high = INF,
    .exponential = &exponential,
    .possible = possible,
    .possible_words = "the upper triangle of a positive definite matrix",
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
