/* total_variation.c - half of int |p - q|: the largest difference of the two probabilities of an event.
 *
 * Closed where the event is known: with l = log p/q, d = q_p - q_q a difference of parameters,
 *   laws of one rate          exp(-L/(e^L - 1)) (1 - e^-L), L = |log of the quotient of the rates|
 *   normals of one covariance erf(|mu_p - mu_q| / (sqrt 8 sigma)), the distance in the metric of the covariance
 *   normals                   the probabilities of the interval between the roots of l, unless that cancels
 *   Cauchy                    (2/pi) atan sqrt(e), e as in pair.c: of two scales with one centre, and all pairs are images of such
 *   uniform                   what is left of the longer interval outside the overlap, over its length
 *   counts                    F_q(k) - F_p(k), k where p and q cross; of close pairs the integral of the probability of k over the parameter
 * else an integral of max(p, q) (1 - exp(-|l|))/2, cut where p and q cross. */
#include <math.h>
#include <stdlib.h>

#include <rao/num.h>

#include "family/bernoulli.h"
#include "family/expect.h"
#include "family/legendre.h"
#include "family/normal.h"
#include "family/saddle.h"
#include "family/spd.h"
#include "manifold/manifold.h"
#include "manifold/pair.h"

static double term(double log_p, double log_q, double l) { return 0.5 * exp(fmax(log_p, log_q)) * -expm1(-fabs(l)); }

/* ---- closed forms on a line ---------------------------------------------------------------------------------------- */

static double of_rates(double l) {
    double size = fabs(l);
    return size == 0 ? 0 : exp(-size / expm1(size)) * -expm1(-size);
}

static double of_uniforms(const double *s, const double *t) {
    double u = s[1] - s[0], v = t[1] - t[0], low = fmax(s[0], t[0]), high = fmin(s[1], t[1]);
    if (!(low < high)) return 1;
    return fmax(((low - s[0]) + (s[1] - high)) / u, ((low - t[0]) + (t[1] - high)) / v); /* 1 - overlap over the longer one */
}

static double of_cauchy(const double *s, const double *t) {
    return 0.63661977236758134308 * atan2(hypot(s[1] - t[1], s[0] - t[0]), 2 * sqrt(s[1]) * sqrt(t[1]));
}

static double of_shift(double distance) { return erf(distance * 0.35355339059327376220); }

/* The narrower density is the larger one between the two roots of l, [m -+ r sqrt(m^2 + 2 (r^2 - 1) log r)] / (r^2 - 1) in its own units, r > 1 the quotient of the
 * deviations and m the difference of the means. 0 where the difference of the two probabilities would cancel: an integral keeps its digits. */
static int of_normals(const double *s, const double *t, double *out) {
    const double *n = s[1] < t[1] ? s : t, *w = s[1] < t[1] ? t : s;
    double r = w[1] / n[1], m = (n[0] - w[0]) / n[1], a = (w[1] - n[1]) / n[1] * (r + 1), l = rao_log_quotient(w[1], n[1]);
    double root = r * sqrt(m * m + 2 * a * l);
    if (!(root < 1e150 && a < 1e150)) return 0;
    double far = (fabs(m) + root) / a, near = (m * m + 2 * r * r * l) / (fabs(m) + root); /* to the side of m, and to the other */
    double inside = rao_normal_cdf(far) - rao_normal_cdf(-near);
    *out = inside - (rao_normal_cdf((far + fabs(m)) / r) - rao_normal_cdf((fabs(m) - near) / r));
    return *out > 0.1;
}

/* Normals of different covariances in several variables are left to averages over draws. */
static int of_vectors(const family_item *it, double *out) {
    int64_t d = it->f->d;
    const double *s = it->p, *t = it->q;
    double sum = 0;
    if (it->f->table == &rao_table_mvn) {
        spd a = spd_at(s, d), b = spd_at(t, d);
        for (int64_t i = 0; i < d * d; i++)
            if (a.s[i] != b.s[i]) return 0;
        sum = rao_spd_square(d, &a, s + 1 + 5 * d * d, t + 1 + 5 * d * d);
    } else {
        int isotropic = it->f->table == &rao_table_isotropic_normal;
        for (int64_t i = 0; i < d; i++) {
            double sigma = s[isotropic ? d : d + i];
            if (sigma != t[isotropic ? d : d + i]) return 0;
            sum += (s[i] - t[i]) / sigma * ((s[i] - t[i]) / sigma);
        }
    }
    *out = of_shift(sqrt(sum));
    return 1;
}

static int of_lines(const family_item *it, double *out) {
    const family_table *table = it->f->table;
    const double *s = it->p, *t = it->q;
    normal_step step = table == &rao_table_normal ? rao_normal_step(s, t) : (normal_step){0, 0};
    if (table == &rao_table_uniform) *out = of_uniforms(s, t);
    else if (table == &rao_table_cauchy) *out = of_cauchy(s, t);
    else if ((table == &rao_table_normal && step.sigma == 0) || (table == &rao_table_lognormal && s[1] == t[1]))
        *out = of_shift(fabs(table == &rao_table_normal ? step.mu : s[0] - t[0]) / s[1]);
    else if (table == &rao_table_normal || table == &rao_table_lognormal) return of_normals(s, t, out);
    else if (table == &rao_table_mvn || table == &rao_table_isotropic_normal || table == &rao_table_diagonal_normal)
        return of_vectors(it, out);
    else return 0;
    return 1;
}

/* ---- counts ---------------------------------------------------------------------------------------------------------- */

/* The nodes of legendre.h: the probability of one count is smooth over half of a standard deviation of the parameter. */

/* Laws of counts in one parameter: |dF(k)| / d(parameter), and 1 - F(k); r: the fixed quantity. */
typedef struct counting {
    double (*slope)(double r, double k, double at);
    double (*upper)(double r, double k, double at);
} counting;

static double poisson_slope(double r, double k, double at) { return (void)r, exp(-rao_poisson_nll(k, at, log(at))); }
static double poisson_upper(double r, double k, double at) { return (void)r, rao_gamma_p(k + 1, at); }
static double binomial_slope(double n, double k, double at) { return (n - k) / (1 - at) * exp(-rao_binomial_nll(k, n - k, at, 1 - at)); }
static double binomial_upper(double n, double k, double at) { return k >= n ? 0 : rao_beta_p(k + 1, n - k, at); }
static double waiting_slope(double r, double k, double at) { return r / at * exp(-rao_binomial_nll(r, k, at, 1 - at)); }
static double waiting_upper(double r, double k, double at) { return rao_beta_q(r, k + 1, at); }
static const counting poissons = {poisson_slope, poisson_upper}, binomials = {binomial_slope, binomial_upper},
                      waitings = {waiting_slope, waiting_upper};

/* |F(k) at a + step - F(k) at a|; `width`: a standard deviation of the parameter. */
static double of_counts(const counting *law, double r, double k, double a, double step, double width) {
    double sum = 0;
    if (fabs(step) > 0.5 * width) return fabs(law->upper(r, k, a) - law->upper(r, k, a + step));
    for (int i = 0; i < 8; i++) sum += weight[i] * law->slope(r, k, a + node[i] * step);
    return fabs(step) * sum;
}

/* Differences of logarithms that were given as such are exact, those of their exponentials are not. */
static double of_poissons(const double *s, const double *t) {
    enum { LAMBDA, LOG, BY_LOG };
    int by_log = s[BY_LOG] != 0 && t[BY_LOG] != 0 && fabs(s[LOG] - t[LOG]) < 1;
    double l = by_log ? s[LOG] - t[LOG] : rao_log_quotient(s[LAMBDA], t[LAMBDA]);
    double step = by_log ? t[LAMBDA] * expm1(l) : s[LAMBDA] - t[LAMBDA];
    if (step == 0) return 0;
    return of_counts(&poissons, 0, floor(step / l), t[LAMBDA], step, sqrt(fmax(s[LAMBDA], t[LAMBDA])));
}

/* p_s - p_t; of logits p_t (1 - p_s) (exp(their difference) - 1). */
static double step_of_trials(const double *s, const double *t) {
    double d = s[BERNOULLI_LOGIT] - t[BERNOULLI_LOGIT];
    int by_logit = s[BERNOULLI_BY_LOGIT] != 0 && t[BERNOULLI_BY_LOGIT] != 0 && fabs(d) < 1;
    return by_logit ? t[BERNOULLI_P] * s[BERNOULLI_Q] * expm1(d) : s[BERNOULLI_P] - t[BERNOULLI_P];
}

static double of_trials(const family_item *it, int binomial) {
    const double *s = it->p, *t = it->q, r = it->f->table->info.fixed ? it->f->fixed : 1;
    double p = s[BERNOULLI_P], q = t[BERNOULLI_P], step = step_of_trials(s, t), l[2];
    if (step == 0) return 0;
    rao_bernoulli_log_ratios(s, t, l);
    if (!binomial) {
        double width = fmin(fmax(p * sqrt(s[BERNOULLI_Q] / r), q * sqrt(t[BERNOULLI_Q] / r)), fmin(p, q)); /* the slope has a pole at 0 */
        return of_counts(&waitings, r, floor(-r * l[0] / l[1]), q, step, width);
    }
    double width = sqrt(fmax(p * s[BERNOULLI_Q], q * t[BERNOULLI_Q]) / r);
    return of_counts(&binomials, r, floor(r * l[1] / (l[1] - l[0])), q, step, width);
}

static int counts(const family_item *it, double *out) {
    const family_table *table = it->f->table;
    const double *s = it->p, *t = it->q;
    if (table == &rao_table_poisson) *out = of_poissons(s, t);
    else if (table == &rao_table_geometric || table == &rao_table_geometric0 || table == &rao_table_negative_binomial)
        *out = of_trials(it, 0);
    else if (table == &rao_table_binomial && fmin(s[BERNOULLI_P], t[BERNOULLI_P]) > 0 && fmin(s[BERNOULLI_Q], t[BERNOULLI_Q]) > 0)
        *out = of_trials(it, 1);
    else return 0;
    return 1;
}

/* ---- integrals, cut where p = q ------------------------------------------------------------------------------------ */

static rao_status log_ratio(rao_ctx *ctx, void *arg, double x, double *value) {
    const family_item *it = arg;
    const family_table *table = it->f->table;
    (void)ctx, *value = 0;
    if (!table->possible(it->f, &x)) return RAO_OK;
    double log_p = table->logpdf(it->f, it->p, &x), log_q = table->logpdf(it->f, it->q, &x);
    if (log_p == -INF && log_q == -INF) return RAO_OK;
    *value = fmax(-1e300, fmin(1e300, rao_log_ratio(it->f, it->p, it->q, &x, log_p, log_q)));
    return RAO_OK;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Places to look for a change of sign at: around every mark of p and q, and between them. */
static rao_status lay_grid(rao_ctx *ctx, const family_mark *at, int64_t n, double **grid, int64_t *count) {
    static const double steps[] = {0.25, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 12, 16, 32, 64, 256, 4096};
    enum { STEPS = sizeof steps / sizeof *steps };
    rao_status st;
    int64_t k = 0;
    RAO_TRY(rao_scratch(ctx, 2 * n * (2 * STEPS + 1), grid));
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(at[i].x)) continue;
        (*grid)[k++] = at[i].x;
        for (int j = 0; j < STEPS && at[i].scale < INF; j++)
            (*grid)[k++] = at[i].x - steps[j] * at[i].scale, (*grid)[k++] = at[i].x + steps[j] * at[i].scale;
    }
    qsort(*grid, (size_t)k, sizeof **grid, ascending);
    for (int64_t i = 0; i + 1 < k; i++) (*grid)[k + i] = (*grid)[i] + 0.5 * ((*grid)[i + 1] - (*grid)[i]);
    *count = k > 0 ? 2 * k - 1 : 0;
    qsort(*grid, (size_t)*count, sizeof **grid, ascending);
done:
    return st;
}

/* A kink, and how fast the densities may change beside it: as at a mark close by, more slowly the further away that is. */
static family_mark kink(double x, const family_mark *at, int64_t n) {
    double scale = INF;
    for (int64_t i = 0; i < n; i++)
        if (at[i].scale > 0 && at[i].scale < INF) scale = fmin(scale, fmax(at[i].scale, 0.25 * fabs(x - at[i].x)));
    return (family_mark){x, scale};
}

static rao_status find_crossings(rao_ctx *ctx, const family_item *it, integrate_marks *found) {
    rao_status st;
    double *grid, before = 0, here;
    int64_t count, n;
    family_mark *at, *marks;
    RAO_TRY(rao_scratch(ctx, 2 * rao_most_marks(it->f), &marks));
    n = rao_family_marks(it->f, it->p, marks);
    n += rao_family_marks(it->f, it->q, marks + n);
    RAO_TRY(lay_grid(ctx, marks, n, &grid, &count));
    RAO_TRY(rao_scratch(ctx, count + 1, &at));
    found->count = 0, found->at = at;
    for (int64_t i = 0; i < count; i++) {
        RAO_TRY(log_ratio(ctx, (void *)(uintptr_t)it, grid[i], &here));
        if (here == 0) at[found->count++] = kink(grid[i], marks, n);
        if ((here < 0 && before > 0) || (here > 0 && before < 0)) {
            double x;
            RAO_TRY(rao_root(ctx, log_ratio, (void *)(uintptr_t)it, grid[i - 1], grid[i], 0, &x, NULL));
            at[found->count++] = kink(x, marks, n);
        }
        before = here;
    }
done:
    return st;
}

static rao_status total_variation(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    rao_status st = RAO_OK;
    e_path path;
    classes c;
    rao_mark mark = rao_scratch_mark(ctx);
    if (of_lines(it, out) || counts(it, out)) return RAO_OK;
    RAO_TRY(rao_classes_open(ctx, it->f, it->p, it->q, &c));
    if (c.k && c.n == 1) {
        for (int64_t i = 0; i < c.k; i++)
            if (c.log_p[i] > -INF || c.log_q[i] > -INF) *out += term(c.log_p[i], c.log_q[i], c.l[i]);
        goto done;
    }
    if (rao_outcomes_few(it, &c)) {
        RAO_TRY(rao_outcomes_sum(ctx, it, &c, term, out, quality));
        goto done;
    }
    if (rao_integrable(it->f)) {
        RAO_TRY(rao_e_path_open(ctx, it->f, it->p, it->q, &path));
        if (path.one_rate) *out = of_rates(path.scale[0]);
        if (path.one_rate) goto done;
    }
    int on_line = rao_integrable(it->f) && !it->f->table->info.discrete;
    RAO_TRY(rao_pair_integral(ctx, it, term, 0, on_line ? find_crossings : NULL, out, quality));
    *out = fmin(*out, 1);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

const family_question rao_ask_total_variation = {"total_variation", total_variation, RAO_SCALAR, RAO_TAKES_Q};
