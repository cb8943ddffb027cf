/* categorical.c - one of k classes 0..k-1. State: p_1..p_k, log p_1..log p_k, whether logits were given, and these.
 * A point is the whole probability vector; matrices are in p_1..p_{k-1}: F = diag(1/p_i) + 1/p_k. In natural coordinates log(p_i / p_k)
 * and in k logits (one too many: rank k - 1) F = diag(p) - p p^T, its diagonal as p_i times the sum of the others. */
#include <math.h>

#include <rao/num.h>

#include "family/family.h"

static inline const double *logs(const rao_family *f, const double *s) { return s + f->d; }
static inline int by_logits(const rao_family *f, const double *s) { return s[2 * f->d] != 0; }
static inline const double *logits(const rao_family *f, const double *s) { return s + 2 * f->d + 1; }

rao_status rao_load_law(rao_ctx *ctx, const char *whose, int64_t k, const double *c, double *p) {
    double sum = 0, rest = 0;
    for (int64_t i = 0; i < k; i++) {
        if (!(c[i] >= 0 && c[i] <= 1.000001))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: p_%lld = %.17g, want 0 <= p <= 1", whose, (long long)i + 1, c[i]);
        double next = sum + c[i];
        rest += sum >= c[i] ? (sum - next) + c[i] : (c[i] - next) + sum;
        sum = next;
    }
    sum += rest;
    if (!(fabs(sum - 1) <= 1e-12 * (double)k))
        return rao_fail(ctx, RAO_EDOMAIN, "%s: the probabilities sum to %.17g, off from 1 by %.3g, want within %.3g", whose, sum, sum - 1,
                        1e-12 * (double)k);
    for (int64_t i = 0; i < k; i++) p[i] = fabs(sum - 1) <= 2e-16 ? c[i] : c[i] / sum;
    return RAO_OK;
}

rao_status rao_load_simplex(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    int64_t k = f->d;
    rao_status st = rao_load_law(ctx, f->table->info.name, k, c, s);
    if (st) return st;
    for (int64_t i = 0; i < k; i++) s[k + i] = log(s[i]);
    s[2 * k] = 0;
    return RAO_OK;
}

/* From logits: l = z - log sum exp z, and its exponentials. */
static rao_status load_z(rao_ctx *ctx, const rao_family *f, const char *name, const double *c, int64_t given, double *s) {
    int64_t k = f->d, top = 0;
    double *z = s + 2 * k + 1, rest = 0;
    s[2 * k] = 1;
    for (int64_t i = 0; i < k; i++) {
        z[i] = i < given ? c[i] : 0;
        if (!isfinite(z[i]))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: %s_%lld = %.17g, want a finite number", f->table->info.name, name, (long long)i + 1,
                            z[i]);
        if (z[i] > z[top]) top = i;
    }
    for (int64_t i = 0; i < k; i++)
        if (i != top) rest += exp(z[i] - z[top]);
    for (int64_t i = 0; i < k; i++) {
        s[k + i] = z[i] - z[top] - log1p(rest);
        s[i] = exp(s[k + i]);
    }
    return RAO_OK;
}

static rao_status load_logits(rao_ctx *ctx, const rao_family *f, const double *c, double *s) { return load_z(ctx, f, "z", c, f->d, s); }
static rao_status load_natural(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    return load_z(ctx, f, "theta", c, f->d - 1, s);
}

static rao_status load_expectation(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    int64_t k = f->d;
    double last = 1;
    for (int64_t i = 0; i < k - 1; i++) {
        if (!(c[i] >= 0 && c[i] <= 1))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: eta_%lld = %.17g, want 0 <= eta <= 1", f->table->info.name, (long long)i + 1, c[i]);
        s[i] = c[i];
        last -= c[i];
    }
    if (!(last >= 0)) return rao_fail(ctx, RAO_EDOMAIN, "%s: the expectations sum to %.17g, want at most 1", f->table->info.name, 1 - last);
    s[k - 1] = last;
    for (int64_t i = 0; i < k; i++) s[k + i] = log(s[i]);
    s[2 * k] = 0;
    return RAO_OK;
}

static rao_status store_logits(rao_ctx *ctx, const rao_family *f, const double *s, double *c) {
    (void)ctx;
    for (int64_t i = 0; i < f->d; i++) c[i] = logs(f, s)[i];
    return RAO_OK;
}

static void natural(const rao_family *f, const double *s, double *theta) {
    for (int64_t i = 0; i < f->d - 1; i++) theta[i] = logs(f, s)[i] - logs(f, s)[f->d - 1];
}

static void expectation(const rao_family *f, const double *s, double *eta) {
    for (int64_t i = 0; i < f->d - 1; i++) eta[i] = s[i];
}

/* 1 - p_i as a sum of the others where p_i is large. */
static double complement(const double *s, int64_t k, int64_t i) {
    double rest = 0;
    if (s[i] < 0.5) return 1 - s[i];
    for (int64_t j = 0; j < k; j++)
        if (j != i) rest += s[j];
    return rest;
}

/* dp_i / dz_j = p_i (delta_ij - p_j): rows i < k-1, columns j < m (k - 1 natural coordinates, k logits). */
static void softmax_jacobian(const rao_family *f, const double *s, int64_t m, double *j) {
    for (int64_t a = 0; a < f->d - 1; a++)
        for (int64_t b = 0; b < m; b++) j[a * m + b] = a == b ? s[a] * complement(s, f->d, a) : -s[a] * s[b];
}
static void jacobian_natural(const rao_family *f, const double *s, double *j) { softmax_jacobian(f, s, f->d - 1, j); }
static void jacobian_logits(const rao_family *f, const double *s, double *j) { softmax_jacobian(f, s, f->d, j); }

static void softmax_fisher(const rao_family *f, const double *s, int64_t m, double *out) {
    for (int64_t a = 0; a < m; a++)
        for (int64_t b = 0; b < m; b++) out[a * m + b] = a == b ? s[a] * complement(s, f->d, a) : -s[a] * s[b];
}
static void fisher_natural(const rao_family *f, const double *s, double *m) { softmax_fisher(f, s, f->d - 1, m); }
static void fisher_logits(const rao_family *f, const double *s, double *m) { softmax_fisher(f, s, f->d, m); }

static void softmax_score(const rao_family *f, const double *s, int64_t m, const double *x, double *g) {
    for (int64_t i = 0; i < m; i++) g[i] = x[0] == (double)i ? complement(s, f->d, i) : -s[i];
}
static void score_natural(const rao_family *f, const double *s, const double *x, double *g) { softmax_score(f, s, f->d - 1, x, g); }
static void score_logits(const rao_family *f, const double *s, const double *x, double *g) { softmax_score(f, s, f->d, x, g); }

static void kl_gradient_natural(const rao_family *f, const double *s, const double *t, double *g) {
    for (int64_t i = 0; i < f->d - 1; i++) g[i] = t[i] - s[i];
}
static void kl_gradient_logits(const rao_family *f, const double *s, const double *t, double *g) {
    for (int64_t i = 0; i < f->d; i++) g[i] = t[i] - s[i];
}

static int possible(const rao_family *f, const double *x) { return x[0] >= 0 && x[0] < (double)f->d && is_whole(x[0]); }

static double logpdf(const rao_family *f, const double *s, const double *x) {
    int64_t i = (int64_t)x[0];
    return s[i] > 0.5 && !by_logits(f, s) ? log1p(-complement(s, f->d, i)) : logs(f, s)[i];
}

static void score(const rao_family *f, const double *s, const double *x, double *g) {
    int64_t k = f->d, c = (int64_t)x[0];
    if (c < k - 1) g[c] = 1 / s[c];
    else
        for (int64_t i = 0; i < k - 1; i++) g[i] = -1 / s[k - 1];
}

static void fisher(const rao_family *f, const double *s, double *m) {
    int64_t n = f->d - 1;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) m[i * n + j] = 1 / s[n] + (i == j ? 1 / s[i] : 0);
}

/* det F = 1/prod p_i; |dp/d theta| = prod p_i */
static double log_of_all(const rao_family *f, const double *s) {
    double sum = 0;
    for (int64_t i = 0; i < f->d; i++) sum += logs(f, s)[i];
    return sum;
}
static rao_status fisher_log_det(rao_ctx *ctx, const rao_family *f, const double *s, double *out, rao_quality *quality) {
    return (void)ctx, (void)quality, *out = -log_of_all(f, s), RAO_OK;
}

static double entropy(const rao_family *f, const double *s) {
    double sum = 0;
    for (int64_t i = 0; i < f->d; i++) {
        double c = (double)i;
        if (s[i] > 0) sum -= s[i] * logpdf(f, s, &c);
    }
    return sum;
}

/* With d = z_t - z_s counted from the likeliest class under s, L = log E_s exp(d) and delta = d - L = log(t/s): KL = sum s (exp(delta) - 1 - delta),
 * positive terms in which an error of L counts squared. The differences of the logits are exact; those of log t and log s would not be. */
static double kl_of_logits(const rao_family *f, const double *s, const double *t) {
    const double *a = logits(f, s), *b = logits(f, t);
    int64_t top = 0;
    double lift = 0, sum = 0;
    for (int64_t i = 1; i < f->d; i++)
        if (a[i] > a[top]) top = i;
    double origin = b[top] - a[top];
    for (int64_t i = 0; i < f->d; i++) {
        double d = b[i] - a[i] - origin;
        lift += d < 1 ? s[i] * expm1(d) : exp(b[i] - b[top] + logs(f, s)[top]) - s[i];
    }
    double l = isfinite(lift) ? log1p(lift) : logs(f, s)[top] - logs(f, t)[top];
    for (int64_t i = 0; i < f->d; i++) {
        double delta = b[i] - a[i] - origin - l;
        sum += delta < 1 ? s[i] * rao_expm1mx(delta) : t[i] - s[i] * (1 + delta);
    }
    return sum;
}

double rao_kl_simplex(const rao_family *f, const double *s, const double *t) {
    double sum = 0;
    if (by_logits(f, s) && by_logits(f, t)) return kl_of_logits(f, s, t);
    for (int64_t i = 0; i < f->d; i++) sum += rao_relative_entropy(s[i], t[i]);
    return sum;
}

static double cross_entropy(const rao_family *f, const double *s, const double *t) {
    double sum = 0;
    for (int64_t i = 0; i < f->d; i++) {
        double c = (double)i;
        if (s[i] > 0) sum -= s[i] * logpdf(f, t, &c);
    }
    return sum;
}

static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    int64_t n = f->d - 1;
    for (int64_t i = 0; i < n; i++) g[i] = (t[i] - s[i]) / t[i] - (t[n] - s[n]) / t[n];
}

/* ---- the inverse of the Fisher matrix ------------------------------------------------------------------------ */

static double trials(const rao_family *f) { return f->table->info.fixed ? f->fixed : 1; }

/* sum p_i (u_i - u)(v_i - v), u the mean, u_k = 0: terms of one sign where u = v. */
double rao_simplex_bound(const rao_family *f, const double *s, const double *u, const double *v) {
    double sum = 0, mean_u = 0, mean_v = 0;
    int64_t n = f->d - 1;
    for (int64_t i = 0; i < n; i++) mean_u += s[i] * u[i], mean_v += s[i] * v[i];
    for (int64_t i = 0; i < n; i++) sum += s[i] * (u[i] - mean_u) * (v[i] - mean_v);
    return (sum + s[n] * mean_u * mean_v) / trials(f);
}

/* u v exp(-log p), 0 where u or v is: 1/p of a p below the smallest double is infinite, and so is the bound. */
static double over_p(const rao_family *f, const double *s, int64_t i, double u, double v) {
    return u == 0 || v == 0 ? 0 : u * v * exp(-logs(f, s)[i]);
}

/* diag(1/p_i) + 1/p_k */
double rao_simplex_bound_natural(const rao_family *f, const double *s, const double *u, const double *v) {
    double sum = 0, all_u = 0, all_v = 0;
    int64_t n = f->d - 1;
    for (int64_t i = 0; i < n; i++) {
        all_u += u[i], all_v += v[i];
        sum += over_p(f, s, i, u[i], v[i]);
    }
    return (sum + over_p(f, s, n, all_u, all_v)) / trials(f);
}

/* Of rows that sum to zero sum u_i v_i / p_i. All others change when a constant is added to the logits, of which an observation knows nothing. */
double rao_simplex_bound_logits(const rao_family *f, const double *s, const double *u, const double *v) {
    double sum = 0, all_u = 0, all_v = 0, size_u = 0, size_v = 0;
    for (int64_t i = 0; i < f->d; i++) {
        all_u += u[i], all_v += v[i], size_u += fabs(u[i]), size_v += fabs(v[i]);
        sum += over_p(f, s, i, u[i], v[i]);
    }
    if (fabs(all_u) <= 1e-14 * size_u && fabs(all_v) <= 1e-14 * size_v) return sum / trials(f);
    return u == v ? INF : 0;
}

int64_t rao_draw_class(rao_draws *d, const double *p, int64_t k) {
    double u = rao_draw_uniform(d);
    int64_t last = 0;
    for (int64_t i = 0; i < k; i++) {
        if (p[i] > 0) last = i;
        if (u < p[i]) break;
        u -= p[i];
    }
    return last;
}

static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) { x[0] = (double)rao_draw_class(d, s, f->d); }

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    (void)ctx;
    for (int64_t i = 0; i < f->d; i++) c[i] = 0;
    for (int64_t i = 0; i < data->n; i++) c[(int64_t)data_row(data, i)[0]] += data_weight(data, i) / data->total;
    return RAO_OK;
}

static void statistic(const rao_family *f, const double *x, double *t) {
    for (int64_t i = 0; i < f->d - 1; i++) t[i] = x[0] == (double)i;
}
static double log_partition(const rao_family *f, const double *s) {
    double last = (double)(f->d - 1);
    return -logpdf(f, s, &last);
}

/* log p_i = sum w log p_i of the points, less a constant: classes that one point excludes are excluded. */
rao_status rao_simplex_e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    rao_status st;
    double *z, top = -INF, sum = 0;
    int finite = 1;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->d, &z));
    for (int64_t i = 0; i < f->d; i++) {
        z[i] = 0;
        for (int64_t k = 0; k < m->n; k++)
            if (m->w[k] != 0) z[i] += m->w[k] * logs(f, m->s[k])[i];
        top = fmax(top, z[i]);
        finite &= isfinite(z[i]);
        if (isnan(z[i]) || z[i] == INF)
            RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: the mean leaves the family: a probability of 0 has a negative weight",
                             f->table->info.name));
    }
    if (top == -INF)
        RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: the points share no class, and their e-mean does not exist", f->table->info.name));
    if (finite) {
        RAO_TRY(load_z(ctx, f, "z", z, f->d, s));
    } else {
        for (int64_t i = 0; i < f->d; i++) sum += z[i] = exp(z[i] - top);
        for (int64_t i = 0; i < f->d; i++) z[i] /= sum;
        RAO_TRY(rao_load_simplex(ctx, f, z, s));
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
rao_status rao_simplex_m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    for (int64_t i = 0; i < f->d; i++) {
        double p = rao_mean_at(m, i);
        if (!(p >= 0))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: the mean leaves the family: p_%lld = %.17g, want >= 0", f->table->info.name,
                            (long long)i + 1, p);
        s[i] = p, s[f->d + i] = log(p);
    }
    s[2 * f->d] = 0;
    return RAO_OK;
}

static const family_exponential exponential = {
    statistic, natural, expectation, log_partition, rao_dual_is_minus_entropy, NULL, rao_simplex_e_mean, rao_simplex_m_mean};

static const family_chart charts[] = {
    {.name = "p", .coords = "p#", .tangent = "p%", .load = rao_load_simplex, .store = rao_store_plain, .bound = rao_simplex_bound},
    {.name = "natural",
     .coords = "theta%",
     .load = load_natural,
     .store = rao_store_natural,
     .jacobian = jacobian_natural,
     .score = score_natural,
     .fisher = fisher_natural,
     .log_jacobian = log_of_all,
     .kl_gradient = kl_gradient_natural,
     .bound = rao_simplex_bound_natural},
    {.name = "logits",
     .coords = "z#",
     .load = load_logits,
     .store = store_logits,
     .jacobian = jacobian_logits,
     .score = score_logits,
     .fisher = fisher_logits,
     .kl_gradient = kl_gradient_logits,
     .bound = rao_simplex_bound_logits},
    {.name = "expectation", .coords = "eta%", .load = load_expectation, .store = rao_store_expectation, .bound = rao_simplex_bound},
};

const family_table rao_table_categorical = {
    .info = {"categorical", "Categorical", "p,natural,logits,expectation", NULL, "classes", 2, 1, 1, 1},
    .state = {1, 3},
    .observation = "x",
    .charts = charts,
    .chart_count = 4,
    .exponential = &exponential,
    .possible = possible,
    .possible_words = "a class 0, 1, ..",
    .logpdf = logpdf,
    .score = score,
    .fisher = fisher,
    .fisher_log_det = fisher_log_det,
    .entropy = entropy,
    .kl = rao_kl_simplex,
    .cross_entropy = cross_entropy,
    .kl_gradient = kl_gradient,
    .sample = sample,
    .mle = mle,
};
