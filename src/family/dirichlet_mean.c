/* dirichlet_mean.c - means of points in alpha and in E log x_i. The second has no closed form: sum w KL(p_j : alpha) is convex in alpha, and least where E log x_i
 * is the mean; Newton's method from the differences of the points, in directions in which the Fisher matrix keeps its digits at shapes of 1e12. */
#include "family/dirichlet.h"

#include <math.h>

#include <rao/la.h>
#include <rao/num.h>

#include "family/gamma.h"

static void sum_up(double *s, int64_t k) {
    s[k] = 0;
    for (int64_t i = 0; i < k; i++) s[k] += s[i];
}

rao_status rao_dirichlet_e_mean(rao_ctx *ctx, const rao_family *f, int64_t k, const family_mean *m, double *s) {
    for (int64_t i = 0; i < k; i++) {
        rao_status st = rao_mean_inside(ctx, f, "alpha", s[i] = rao_mean_at(m, i));
        if (st) return st;
    }
    sum_up(s, k);
    return RAO_OK;
}

/* sum w KL(p_k : alpha) and its gradient E log x at alpha less its mean, both from differences. */
static double mean_kl(const family_mean *m, int64_t k, const double *alpha, double total) {
    double sum = 0;
    for (int64_t j = 0; j < m->n; j++) sum += m->w[j] * rao_dirichlet_kl(m->s[j], alpha, k, m->s[j][k], total);
    return sum;
}
/* *size: of alpha . g, the sum of the magnitudes of its terms. */
static void mean_kl_gradient(const family_mean *m, int64_t k, const double *alpha, double *part, double *g, double *size) {
    *size = 0;
    for (int64_t i = 0; i < k; i++) g[i] = 0;
    for (int64_t j = 0; j < m->n; j++) {
        rao_dirichlet_kl_gradient(m->s[j], alpha, k, m->s[j][k], part);
        for (int64_t i = 0; i < k; i++) g[i] += m->w[j] * part[i], *size += fabs(m->w[j] * alpha[i] * part[i]);
    }
}

/* alpha . g, g the gradient of the sum, the slope along the ray; also A KL(m : m_p) + sum alpha_i [h'(alpha_i) - h'(p_i)] - A [h'(A) - h'(A_p)]: of the two sums
 * the one whose terms are smaller. */
static double mean_kl_along(const family_mean *m, int64_t k, const double *alpha, double total, const double *g, double size) {
    double sum = 0, other = 0, other_size = 0;
    for (int64_t i = 0; i < k; i++) sum += alpha[i] * g[i];
    for (int64_t j = 0; j < m->n; j++) {
        const double *p = m->s[j];
        double part = rao_dirichlet_simplex_part(p, alpha, NULL, k, p[k], total), large = fabs(part), change = 0;
        for (int64_t i = 0; i < k; i++) {
            double term = alpha[i] * rao_excess_slope_change(p[i], alpha[i] - p[i], alpha[i]);
            part += term, large += fabs(term), change += alpha[i] - p[i];
        }
        double last = total * rao_excess_slope_change(p[k], change, total);
        other += m->w[j] * (part - last), other_size += fabs(m->w[j]) * (large + fabs(last));
    }
    return size <= other_size ? sum : other;
}

/* The matrix in the directions alpha and e_i - e_top, where entries are sums and not differences: with a(x) = x h''(x)
 *   sum alpha_i a(alpha_i) - A a(A);   a(alpha_i) - a(alpha_top);   psi'(alpha_i) [i = j] + psi'(alpha_top). */
static void fisher_across(int64_t k, int64_t top, const double *alpha, double total, double *m) {
    double slope = alpha[top] * rao_trigamma_excess(alpha[top]);
    for (int64_t i = 0; i < k; i++)
        for (int64_t j = 0; j < k; j++) m[i * k + j] = rao_trigamma(alpha[top]) + (i == j ? rao_trigamma(alpha[i]) : 0);
    for (int64_t i = 0; i < k; i++) m[i * k + top] = m[top * k + i] = alpha[i] * rao_trigamma_excess(alpha[i]) - slope;
    m[top * k + top] = alpha[top] * slope - total * (total * rao_trigamma_excess(total));
    for (int64_t i = 0; i < k; i++)
        if (i != top) m[top * k + top] += alpha[i] * (alpha[i] * rao_trigamma_excess(alpha[i]));
}

/* g := F^-1 g in the same directions; `along`: alpha . g, which the entries of g would not give. For shapes above some ten; e_i and alpha have one direction where
 * a small shape has all of the matrix. */
static rao_status direction_across(rao_ctx *ctx, int64_t k, const double *alpha, double total, double along, double *fisher, double *g) {
    rao_status st;
    int64_t top = rao_dirichlet_largest(alpha, k);
    double at_top = g[top], sum = 0, *unit;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, k, &unit));
    fisher_across(k, top, alpha, total, fisher);
    for (int64_t i = 0; i < k; i++) unit[i] = 1 / sqrt(fisher[i * k + i]);
    for (int64_t i = 0; i < k; i++) g[i] = (i == top ? along : g[i] - at_top) * unit[i];
    for (int64_t i = 0; i < k * k; i++) fisher[i] *= unit[i / k] * unit[i % k];
    rao_mat a = rao_mat_view(RAO_F64, k, k, k, fisher), b = rao_mat_view(RAO_F64, k, 1, 1, g);
    RAO_TRY(rao_cholesky(ctx, &a, 0, NULL));
    RAO_TRY(rao_cholesky_solve(ctx, &a, &b));
    for (int64_t i = 0; i < k; i++) g[i] *= unit[i], sum += i == top ? 0 : g[i];
    along = g[top];
    for (int64_t i = 0; i < k; i++) g[i] = along * alpha[i] + (i == top ? -sum : g[i]);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* g := F^-1 g at alpha; terms: the size of those of alpha . g. */
static rao_status natural_direction(rao_ctx *ctx, int64_t k, const family_mean *m, const double *alpha, double terms, double *fisher,
                                    double *g) {
    double least = INF, total = alpha[k];
    for (int64_t i = 0; i < k; i++) least = fmin(least, alpha[i]);
    if (least > 10) return direction_across(ctx, k, alpha, total, mean_kl_along(m, k, alpha, total, g, terms), fisher, g);
    rao_mat a = rao_mat_view(RAO_F64, k, k, k, fisher), b = rao_mat_view(RAO_F64, k, 1, 1, g);
    rao_dirichlet_fisher(alpha, k, total, fisher);
    rao_status st = rao_cholesky(ctx, &a, 0, NULL);
    return st ? st : rao_cholesky_solve(ctx, &a, &b);
}

/* The start of the search: the geometric mean, or of points far apart, whose mean is far wider than they are, that of the mean of E log x. */
static double start_of_mean(const family_mean *m, int64_t k, double *s, double *trial, double *mean_log) {
    double sum = 0, value, other;
    for (int64_t i = 0; i < k; i++) s[i] = rao_geometric_mean_at(m, i), mean_log[i] = 0;
    sum_up(s, k);
    value = mean_kl(m, k, s, s[k]);
    for (int64_t j = 0; j < m->n; j++)
        for (int64_t i = 0; i < k; i++) mean_log[i] += m->w[j] * rao_dirichlet_mean_log(m->s[j], k, m->s[j][k], i);
    for (int64_t i = 0; i < k; i++) sum += exp(mean_log[i]);
    if (!(sum < 1 - 1e-6)) return value; /* from there on rounding tells how wide it is */
    rao_dirichlet_start(k, mean_log, sum, trial);
    sum_up(trial, k);
    other = mean_kl(m, k, trial, trial[k]);
    if (!(other < value)) return value;
    for (int64_t i = 0; i <= k; i++) s[i] = trial[i];
    return other;
}

/* The sum of divergences is convex in alpha: Newton's method with halving. */
rao_status rao_dirichlet_m_mean(rao_ctx *ctx, const rao_family *f, int64_t k, const family_mean *m, double *s) {
    rao_status st;
    double *step, *trial, *fisher, value, terms, size = INF;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, k, &step));
    RAO_TRY(rao_scratch(ctx, k + 1, &trial));
    RAO_TRY(rao_scratch(ctx, k * k, &fisher));
    value = start_of_mean(m, k, s, trial, step);
    for (int iteration = 0; iteration < 200 && size > 1e-13; iteration++) {
        double factor = 1;
        mean_kl_gradient(m, k, s, trial, step, &terms);
        RAO_TRY(natural_direction(ctx, k, m, s, terms, fisher, step));
        size = 0;
        for (int64_t i = 0; i < k; i++) size = fmax(size, fabs(step[i] / s[i]));
        for (; factor > 1e-15; factor /= 2) {
            int inside = 1;
            for (int64_t i = 0; i < k; i++) trial[i] = s[i] - factor * step[i], inside &= trial[i] > 0.1 * s[i];
            sum_up(trial, k);
            double next = inside ? mean_kl(m, k, trial, trial[k]) : INF;
            if (!inside || !(next <= value || size < 1e-7)) continue;
            for (int64_t i = 0; i <= k; i++) s[i] = trial[i];
            value = next;
            break;
        }
        if (factor <= 1e-15) break;
    }
    if (!(size < 1e-8))
        st = rao_fail(ctx, RAO_ENUMERIC, "%s: no point with the mean of E log x was reached: it may lie outside the family",
                      f->table->info.name);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
