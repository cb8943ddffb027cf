/* dirichlet.c - density B(alpha)^-1 prod x_i^(alpha_i - 1) on the simplex x_1 + .. + x_k = 1. State: alpha_1..alpha_k, their sum A.
 * With m = alpha/A, delta = alpha_q - alpha_p and the excess h of gamma.c,
 *   KL(p:q) = A_q KL(m_q : m_p) + sum B_h(alpha_i, delta_i) - B_h(A, delta_A),   F = diag(psi'(alpha_i)) - psi'(A).
 * Where one alpha_i is nearly all of A, its term and the last nearly cancel: their difference is an integral over the small rest. */
#include "family/dirichlet.h"

#include <math.h>

#include <rao/num.h>

#include "family/gamma.h"
#include "family/legendre.h"

/* The nodes of legendre.h give 1e-16 for functions as smooth as h'' over a tenth of its argument. */

static const double dominates = 0.05; /* the rest is below this part of the largest */

/* What is left of h'(x + d) - h'(x) after d h''(x), d below a tenth of x. */
static double slope_remainder(double x, double d) {
    double sum = 0;
    for (int i = 0; i < 8; i++) sum += weight[i] * (1 - node[i]) * rao_tetragamma_excess(x + node[i] * d);
    return d * d * sum;
}

/* With b = a + step, q = r + e: B_h from a + r to b + q, less B_h from a to b, for small r and q: along the straight path. Far from each other r and e nearly
 * cancel. */
static double bregman_gap(double a, double r, double b, double step, double q, double e) {
    double sum = 0;
    for (int i = 0; i < 8; i++) {
        double x = a + node[i] * r, d = step + node[i] * e, y = b + node[i] * q, change = rao_excess_slope_change(x, d, y);
        if (fabs(d) > 0.1 * x) sum += weight[i] * (q * change - r * d * rao_trigamma_excess(x));
        else sum += weight[i] * (r * slope_remainder(x, d) + e * change);
    }
    return sum;
}

int64_t rao_dirichlet_largest(const double *v, int64_t k) {
    int64_t top = 0;
    for (int64_t i = 1; i < k; i++)
        if (v[i] > v[top]) top = i;
    return top;
}

/* The sum of all but entry i: a sum, not a difference, for the largest. */
static double others(const double *v, int64_t k, int64_t i) {
    double sum = 0;
    for (int64_t j = 0; j < k; j++)
        if (j != i) sum += v[j];
    return sum;
}

double rao_dirichlet_log_beta(const double *alpha, int64_t k, double total) {
    int64_t top = rao_dirichlet_largest(alpha, k);
    double sum = -rao_lgamma_diff(alpha[top], others(alpha, k, top));
    (void)total;
    for (int64_t i = 0; i < k; i++)
        if (i != top) sum += rao_lgamma(alpha[i]);
    return sum;
}

/* q - p, entry i and the sum of the others: from `step` where it is given (NULL: it is not), which may be known better than the difference. */
static double moved_at(const double *p, const double *q, const double *step, int64_t i) { return step ? step[i] : q[i] - p[i]; }
static double others_moved(const double *p, const double *q, const double *step, int64_t k, int64_t i) {
    double sum = 0;
    for (int64_t j = 0; j < k; j++)
        if (j != i) sum += moved_at(p, q, step, j);
    return sum;
}

double rao_pair_turn(const double *p, const double *q) {
    double w = p[0] * q[1], e = (fma(q[0], p[1], -w) - fma(p[0], q[1], -w)) / w;
    return w > 1e-280 && fabs(e) < 0.5 ? e : (double)NAN;
}

/* w of a beta law, from exact products; 0 where they do not tell. */
static int pair_moved(const double *p, const double *q, double total_q, double w[2]) {
    double e = rao_pair_turn(p, q);
    w[0] = e * (q[1] / total_q), w[1] = -e * (q[1] / p[1]) * (p[0] / total_q);
    return isfinite(w[0]) && isfinite(w[1]);
}

/* A_q KL(m_q : m_p) = A_q sum m_p [(1 + w) log(1 + w) - w], w = m_q/m_p - 1 = (delta r - alpha delta_r) / (alpha A_q), r and delta_r those of the others. */
double rao_dirichlet_simplex_part(const double *p, const double *q, const double *step, int64_t k, double total_p, double total_q) {
    double sum = 0, change = 0, exact[2];
    int64_t top = rao_dirichlet_largest(p, k);
    int known = k == 2 && !step && pair_moved(p, q, total_q, exact);
    for (int64_t i = 0; i < k; i++) change += moved_at(p, q, step, i);
    for (int64_t i = 0; i < k; i++) {
        double own = moved_at(p, q, step, i), rest = i == top ? others(p, k, i) : total_p - p[i];
        double w = (own / p[i] * rest - (i == top ? others_moved(p, q, step, k, i) : change - own)) / total_q;
        if (rao_scales_apart(p[i], q[i])) w = q[i] / total_q * (total_p / p[i]) - 1; /* where the differences would cancel */
        if (known) w = exact[i];
        double excess = fabs(w) < 0.5 ? (1 + w) * rao_log1pmx(w) + w * w : (1 + w) * (log(q[i] / p[i]) - log(total_q / total_p)) - w;
        sum += p[i] / total_p * excess;
    }
    return total_q * sum;
}

double rao_dirichlet_kl_of_step(const double *p, const double *q, const double *step, int64_t k, double total_p, double total_q) {
    int64_t top = rao_dirichlet_largest(p, k);
    double sum = rao_dirichlet_simplex_part(p, q, step, k, total_p, total_q), rest = others(p, k, top), rest_q = others(q, k, top);
    double own = moved_at(p, q, step, top), moved = others_moved(p, q, step, k, top);
    for (int64_t i = 0; i < k; i++)
        if (i != top) sum += rao_excess_divergence(p[i], q[i], moved_at(p, q, step, i));
    if (rest < dominates * p[top] && rest_q < dominates * q[top]) return sum - bregman_gap(p[top], rest, q[top], own, rest_q, moved);
    return sum + (rao_excess_divergence(p[top], q[top], own) - rao_excess_divergence(total_p, total_q, own + moved));
}
double rao_dirichlet_kl(const double *p, const double *q, int64_t k, double total_p, double total_q) {
    return rao_dirichlet_kl_of_step(p, q, NULL, k, total_p, total_q);
}

/* psi'(x + d) - psi'(x) */
static double trigamma_change(double x, double d) {
    double sum = 0;
    if (fabs(d) > 0.1 * x) return rao_trigamma(x + d) - rao_trigamma(x);
    for (int i = 0; i < 8; i++) sum += weight[i] * rao_tetragamma(x + node[i] * d);
    return d * sum;
}

/* [psi(b) - psi(b + r + e)] - [psi(a) - psi(a + r)] for small r and r + e: along the straight paths. */
static double mean_log_gap(double a, double r, double b, double e) {
    double sum = 0;
    for (int i = 0; i < 8; i++) {
        double x = a + node[i] * r, d = (b - a) + node[i] * e;
        sum -= weight[i] * (e * rao_trigamma(x + d) + r * trigamma_change(x, d));
    }
    return sum;
}

void rao_dirichlet_kl_gradient(const double *p, const double *q, int64_t k, double total_p, double *g) {
    double total_q = 0, change = 0;
    int64_t top = rao_dirichlet_largest(p, k);
    for (int64_t i = 0; i < k; i++) change += q[i] - p[i], total_q += q[i];
    double common = total_q < 0.5 * total_p ? rao_digamma(total_q) - rao_digamma(total_p) : rao_digamma_diff(total_p, change);
    for (int64_t i = 0; i < k; i++) g[i] = rao_digamma_change(p[i], q[i], q[i] - p[i]) - common;
    double rest = others(p, k, top);
    if (rest < dominates * p[top] && others(q, k, top) < dominates * q[top])
        g[top] = mean_log_gap(p[top], rest, q[top], others_moved(p, q, NULL, k, top));
}

/* psi'(alpha_i) - psi'(A) on the diagonal, -psi'(A) off it. */
void rao_dirichlet_fisher(const double *alpha, int64_t k, double total, double *m) {
    int64_t top = rao_dirichlet_largest(alpha, k);
    double common = rao_trigamma(total), rest = others(alpha, k, top);
    for (int64_t i = 0; i < k; i++)
        for (int64_t j = 0; j < k; j++) m[i * k + j] = (i == j ? rao_trigamma(alpha[i]) : 0) - common;
    if (rest < 0.1 * alpha[top]) {
        double sum = 0;
        for (int i = 0; i < 8; i++) sum += weight[i] * rao_tetragamma(alpha[top] + node[i] * rest);
        m[top * k + top] = -rest * sum;
    }
}

/* log psi'(x), r(x) = 1/psi'(x), c(x) = x - r(x) without cancellation and their slopes. Below `tiny` r = x^2, above `vast` c = 1/2 to the last digit, while
 * psi' or its excess leave the doubles. */
static const double tiny = 1e-70, vast = 1e70;
static double log_trigamma(double x) { return x < tiny ? -2 * log(x) : log(rao_trigamma(x)); }
static double reciprocal(double x) { return x < tiny ? x * x : 1 / rao_trigamma(x); }
static double reciprocal_gap(double x) { return x < tiny ? x : x > vast ? 0.5 : x * rao_trigamma_excess(x) / rao_trigamma(x); }
static double slope_of_reciprocal(double x) { return x < tiny ? 2 * x : -rao_tetragamma(x) / rao_trigamma(x) / rao_trigamma(x); }
static double slope_of_gap(double x) {
    if (x > vast) return 1 / (12 * x) / x;
    double t = rao_trigamma(x);
    return (rao_trigamma_excess(x) * (t + 1 / x) + rao_tetragamma_excess(x)) / (t * t);
}

/* Small alpha: r(x) = x^2 (1 - O(x^2)), so D is the sum of 2 alpha_i alpha_j over pairs, here in units of the largest; below 1e-9 no quotient of doubles vanishes. */
static double small_log_det(const double *alpha, int64_t k, double total) {
    double top = alpha[rao_dirichlet_largest(alpha, k)], before = 0, pairs = 0, logs = 0;
    for (int64_t i = 0; i < k; i++) {
        logs -= 2 * log(alpha[i]);
        pairs += before * (alpha[i] / top), before += alpha[i] / top;
    }
    return logs - 2 * log(total) + log(2) + log(pairs) + 2 * log(top);
}

/* det F = prod psi'(alpha_i) psi'(A) D with D = r(A) - sum r(alpha_i) = sum c(alpha_i) - c(A), c = x - r. The first form is exact for small alpha, the second
 * for large ones; where one alpha dominates, its part of either difference is an integral of the slope over the sum of the others. */
double rao_dirichlet_log_det(const double *alpha, int64_t k, double total) {
    int64_t top = rao_dirichlet_largest(alpha, k);
    double rest = others(alpha, k, top), sum = 0, mean = 0, logs = log_trigamma(total);
    int large = alpha[top] > 1, dominated = rest < 0.25 * alpha[top];
    if (total < 1e-9) return small_log_det(alpha, k, total);
    for (int i = 0; i < 8; i++) {
        double x = alpha[top] + node[i] * rest;
        mean += weight[i] * (large ? slope_of_gap(x) : slope_of_reciprocal(x));
    }
    for (int64_t i = 0; i < k; i++) {
        logs += log_trigamma(alpha[i]);
        if (i != top) sum += large ? reciprocal_gap(alpha[i]) : reciprocal(alpha[i]);
    }
    double change = dominated ? rest * mean
                    : large   ? reciprocal_gap(total) - reciprocal_gap(alpha[top])
                              : reciprocal(total) - reciprocal(alpha[top]);
    return logs + log(large ? sum - change : change - sum);
}

double rao_dirichlet_bound(const double *alpha, int64_t k, double total, const double *u, const double *v) {
    double sum = 0, all_u = 0, all_v = 0, bracket = rao_dirichlet_log_det(alpha, k, total) - log_trigamma(total);
    for (int64_t i = 0; i < k; i++) {
        double r = exp(-log_trigamma(alpha[i]));
        sum += u[i] * v[i] * r, all_u += u[i] * r, all_v += v[i] * r;
        bracket -= log_trigamma(alpha[i]);
    }
    return sum + all_u * all_v / exp(bracket);
}

/* psi(A) - psi(alpha_i) */
double rao_dirichlet_mean_log(const double *alpha, int64_t k, double total, int64_t i) {
    return -rao_digamma_diff(alpha[i], alpha[i] < 0.5 * total ? total - alpha[i] : others(alpha, k, i));
}

/* log B + sum (alpha_i - 1) (psi(A) - psi(alpha_i)) */
/* sum_i [h(a_i) + log m_i - (a_i - 1)(h'(a_i) - h'(A))] - h(A): the logarithms a_i log m_i, which may be a trillion times the entropy, have cancelled. */
double rao_dirichlet_entropy(const double *alpha, int64_t k, double total) {
    double sum = -rao_lgamma_excess(total), slope = rao_digamma_excess(total);
    for (int64_t i = 0; i < k; i++)
        sum += rao_lgamma_excess(alpha[i]) + rao_log_quotient(alpha[i], total) - (alpha[i] - 1) * (rao_digamma_excess(alpha[i]) - slope);
    return sum;
}

/* Newton on the concave log likelihood: the Hessian is diagonal plus a multiple of 11^T (T. Minka 2000, "Estimating a Dirichlet distribution").
 * A step that leaves the positive orthant, or loses likelihood, is halved. */
static double mean_log_likelihood(const double *alpha, int64_t k, const double *mean_log) {
    double total = 0, sum = 0;
    for (int64_t i = 0; i < k; i++) total += alpha[i], sum += (alpha[i] - 1) * mean_log[i];
    return sum - rao_dirichlet_log_beta(alpha, k, total);
}

static double newton_step(const double *alpha, int64_t k, const double *mean_log, double *step) {
    double total = 0, top = 0, bottom = 0, largest_step = 0;
    for (int64_t i = 0; i < k; i++) total += alpha[i];
    for (int64_t i = 0; i < k; i++) {
        double psi1 = rao_trigamma(alpha[i]);
        step[i] = mean_log[i] - rao_dirichlet_mean_log(alpha, k, total, i); /* the gradient */
        top += step[i] / psi1, bottom += 1 / psi1;
    }
    double shared = top / (1 / rao_trigamma(total) - bottom);
    for (int64_t i = 0; i < k; i++) {
        step[i] = (step[i] + shared) / rao_trigamma(alpha[i]);
        largest_step = fmax(largest_step, fabs(step[i] / alpha[i]));
    }
    return largest_step;
}

void rao_dirichlet_start(int64_t k, const double *mean_log, double sum, double *alpha) {
    for (int64_t i = 0; i < k; i++) alpha[i] = exp(mean_log[i]) / sum * fmax(0.1, 0.5 * (double)(k - 1) / -log(sum));
}

rao_status rao_dirichlet_fit(rao_ctx *ctx, const rao_family *f, int64_t k, const double *mean_log, double *alpha) {
    rao_status st;
    double *step, *trial;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, k, &step));
    RAO_TRY(rao_scratch(ctx, k, &trial));
    double sum = 0;
    for (int64_t i = 0; i < k; i++) sum += exp(mean_log[i]);
    if (!(sum < 1 - 1e-15))
        RAO_TRY(rao_fail(ctx, RAO_EDOMAIN, "%s: all observations are equal: the likelihood grows without bound with the parameters",
                         f->table->info.name));
    rao_dirichlet_start(k, mean_log, sum, alpha);
    double value = mean_log_likelihood(alpha, k, mean_log);
    for (int iteration = 0; iteration < 200; iteration++) {
        double size = newton_step(alpha, k, mean_log, step), factor = 1;
        for (int half = 0; half < 60; half++, factor /= 2) {
            int inside = 1;
            for (int64_t i = 0; i < k; i++) trial[i] = alpha[i] + factor * step[i], inside &= trial[i] > 0.1 * alpha[i];
            double next = inside ? mean_log_likelihood(trial, k, mean_log) : -INF;
            if (inside && (next >= value || size < 1e-7)) {
                for (int64_t i = 0; i < k; i++) alpha[i] = trial[i];
                value = next;
                break;
            }
        }
        if (size < 1e-13) goto done;
        if (factor < 1e-15) break;
    }
    if (newton_step(alpha, k, mean_log, step) > 1e-8)
        st = rao_fail(ctx, RAO_ENUMERIC, "%s: Newton's method did not converge in 200 steps", f->table->info.name);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* ---- the table ----------------------------------------------------------------------------------------------- */

static rao_status load(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    s[f->d] = 0;
    for (int64_t i = 0; i < f->d; i++) s[f->d] += c[i];
    return rao_load_positive(ctx, f, c, s);
}

static int possible(const rao_family *f, const double *x) {
    double sum = 0;
    for (int64_t i = 0; i < f->d; i++) {
        if (!(x[i] > 0 && x[i] < 1)) return 0;
        sum += x[i];
    }
    return fabs(sum - 1) <= 1e-12 * (double)f->d;
}

static double logpdf(const rao_family *f, const double *s, const double *x) {
    double sum = -rao_dirichlet_log_beta(s, f->d, s[f->d]);
    for (int64_t i = 0; i < f->d; i++) sum += (s[i] - 1) * log(x[i]);
    return sum;
}
static void score(const rao_family *f, const double *s, const double *x, double *g) {
    for (int64_t i = 0; i < f->d; i++) g[i] = log(x[i]) - rao_dirichlet_mean_log(s, f->d, s[f->d], i);
}
static rao_status fisher_log_det(rao_ctx *ctx, const rao_family *f, const double *s, double *out, rao_quality *quality) {
    return (void)ctx, (void)quality, *out = rao_dirichlet_log_det(s, f->d, s[f->d]), RAO_OK;
}
static void fisher(const rao_family *f, const double *s, double *m) { rao_dirichlet_fisher(s, f->d, s[f->d], m); }
static double entropy(const rao_family *f, const double *s) { return rao_dirichlet_entropy(s, f->d, s[f->d]); }
static double kl(const rao_family *f, const double *s, const double *t) { return rao_dirichlet_kl(s, t, f->d, s[f->d], t[f->d]); }
static void kl_gradient(const rao_family *f, const double *s, const double *t, double *g) {
    rao_dirichlet_kl_gradient(s, t, f->d, s[f->d], g);
}

void rao_dirichlet_draw(rao_draws *d, const double *alpha, int64_t k, double *x) {
    double max = -INF, sum = 0;
    for (int64_t i = 0; i < k; i++) {
        x[i] = rao_draw_log_gamma(d, alpha[i]);
        max = fmax(max, x[i]);
    }
    for (int64_t i = 0; i < k; i++) sum += exp(x[i] - max);
    for (int64_t i = 0; i < k; i++) x[i] = fmin(1 - 0x1p-53, fmax(5e-324, exp(x[i] - max) / sum));
}
static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) { rao_dirichlet_draw(d, s, f->d, x); }

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    rao_status st;
    double *mean_log;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->d, &mean_log));
    for (int64_t j = 0; j < f->d; j++) {
        mean_log[j] = 0;
        for (int64_t i = 0; i < data->n; i++) mean_log[j] += data_weight(data, i) * log(data_row(data, i)[j]);
        mean_log[j] /= data->total;
    }
    RAO_TRY(rao_dirichlet_fit(ctx, f, f->d, mean_log, c));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static void statistic(const rao_family *f, const double *x, double *t) {
    for (int64_t i = 0; i < f->d; i++) t[i] = log(x[i]);
}
static void natural(const rao_family *f, const double *s, double *theta) {
    for (int64_t i = 0; i < f->d; i++) theta[i] = s[i] - 1;
}
static void natural_step(const rao_family *f, const double *s, const double *t, double *step) {
    for (int64_t i = 0; i < f->d; i++) step[i] = t[i] - s[i];
}
static void expectation(const rao_family *f, const double *s, double *eta) {
    for (int64_t i = 0; i < f->d; i++) eta[i] = rao_dirichlet_mean_log(s, f->d, s[f->d], i);
}
static double log_partition(const rao_family *f, const double *s) { return rao_dirichlet_log_beta(s, f->d, s[f->d]); }
static rao_status e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    return rao_dirichlet_e_mean(ctx, f, f->d, m, s);
}
static rao_status m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s) {
    return rao_dirichlet_m_mean(ctx, f, f->d, m, s);
}

static const family_exponential exponential = {statistic, natural, expectation, log_partition, rao_dual_is_minus_entropy,
                                               NULL,      e_mean,  m_mean};

static double bound(const rao_family *f, const double *s, const double *u, const double *v) {
    return rao_dirichlet_bound(s, f->d, s[f->d], u, v);
}

static const family_chart charts[] = {{.name = "alpha", .coords = "alpha#", .load = load, .store = rao_store_plain, .bound = bound}};

const family_table rao_table_dirichlet = {
    .info = {"dirichlet", "Dirichlet", "alpha", NULL, "parts", 2, 0, 1, 1},
    .state = {1, 1},
    .observation = "x#",
    .charts = charts,
    .chart_count = 1,
    .exponential = &exponential,
    .natural_step = natural_step,
    .possible = possible,
    .possible_words = "positive numbers that sum to one",
    .logpdf = logpdf,
    .score = score,
    .fisher = fisher,
    .fisher_log_det = fisher_log_det,
    .entropy = entropy,
    .kl = kl,
    .kl_gradient = kl_gradient,
    .sample = sample,
    .mle = mle,
    .mle_method = RAO_ITERATION,
};
