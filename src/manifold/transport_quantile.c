/* transport_quantile.c - W_2 on a line where it has no closed form: the integral of (Q_p - Q_q)^2 over both tails, each in its own probability, by
 * quadrature for continuous families whose quantiles are known (transport_law.c has the others), and over the merged steps of two distribution functions for counts. */
#include <math.h>
#include <string.h>

#include <rao/num.h>

#include "family/integrate.h"
#include "manifold/transport.h"

int rao_quantiles_known(const rao_family *f) {
    return f->table == &rao_table_gamma || f->table == &rao_table_inverse_gamma || f->table == &rao_table_beta;
}

double rao_quantile_at(const rao_family *f, const double *s, double tail, int upper) {
    const family_table *t = f->table;
    if (t == &rao_table_gamma) return (upper ? rao_gamma_q_inverse(s[0], tail) : rao_gamma_p_inverse(s[0], tail)) / s[1];
    if (t == &rao_table_inverse_gamma) return s[1] / (upper ? rao_gamma_p_inverse(s[0], tail) : rao_gamma_q_inverse(s[0], tail));
    if (s[1] > 1e20 && s[0] < 1e3) /* b x is gamma: exact to (a + b x)^2 / b */
        return (upper ? rao_gamma_q_inverse(s[0], tail) : rao_gamma_p_inverse(s[0], tail)) / s[1];
    return upper ? rao_beta_q_inverse(s[0], s[1], tail) : rao_beta_p_inverse(s[0], s[1], tail);
}

/* P(Y <= y) = y^a / Gamma(a + 1), to a part y, where y is below e^-40; infinite where neither y nor its probability are doubles. */
double rao_log_gamma_quantile(double a, double log_tail, int upper) {
    double power = (log_tail + rao_lgamma1p(a)) / a, tail = exp(log_tail);
    if (!upper && power < -40) return power;
    return log(upper ? rao_gamma_q_inverse(a, tail) : rao_gamma_p_inverse(a, tail));
}

typedef struct pair {
    const rao_family *f;
    const double *p, *q;
    int exponent; /* of the unit in which quantiles are counted */
} pair;

/* Q sqrt(u) at the probability u of a tail. The upper tails of inverse gamma laws, 1/y, may matter where u is no double. */
static double rooted(const pair *a, const double *s, double log_tail, int upper) {
    int inverse = a->f->table == &rao_table_inverse_gamma;
    double log_y = inverse ? rao_log_gamma_quantile(s[0], log_tail, !upper) : 0;
    if (inverse) return isfinite(log_y) ? exp(0.5 * log_tail - log_y) * ldexp(s[1], -a->exponent) : 0;
    return ldexp(rao_quantile_at(a->f, s, exp(log_tail), upper), -a->exponent) * exp(0.5 * log_tail);
}

/* Both tails at u = e^-s / 2, times du/ds: laws of small shapes have all that moves in a tail of the size of the shape. */
static rao_status squares(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    const pair *a = arg;
    (void)ctx;
    for (int64_t i = 0; i < at->count; i++) {
        double log_tail = log(0.5) - at->x[i];
        f[i] = 0;
        if (log_tail < -706 && a->f->table != &rao_table_inverse_gamma)
            f[i] = INF; /* beyond the doubles: what lies there is bounded by how fast the integrand falls */
        for (int upper = 0; upper < 2 && f[i] < INF; upper++) {
            double gap = rooted(a, a->p, log_tail, upper) - rooted(a, a->q, log_tail, upper);
            f[i] += gap * gap;
        }
    }
    return RAO_OK;
}

/* Where quantiles turn: the shapes of gamma and beta laws, and the masses at the two ends of a beta law. */
int64_t rao_quantile_turns(const rao_family *f, const double *p, const double *q, double *at) {
    const family_table *t = f->table;
    int64_t n = 0;
    for (int k = 0; k < 2; k++) {
        const double *s = k ? q : p;
        double u[4] = {s[0], s[1], s[1] / (s[0] + s[1]), s[0] / (s[0] + s[1])};
        for (int i = 0; i < (t == &rao_table_beta ? 4 : t == &rao_table_gamma); i++)
            if (u[i] > 1e-300 && u[i] < 0.5) at[n++] = log(0.5 / u[i]);
    }
    for (int64_t i = 1; i < n; i++)
        for (int64_t j = i; j > 0 && at[j] < at[j - 1]; j--) {
            double v = at[j];
            at[j] = at[j - 1], at[j - 1] = v;
        }
    return n;
}

/* Two scales of one law: |difference| times the root of its second moment. */
static int of_scales(const pair *a, double *out) {
    const family_table *t = a->f->table;
    const double *s = a->p, *q = a->q;
    double k = s[0];
    if ((t != &rao_table_gamma && t != &rao_table_inverse_gamma) || k != q[0]) return 0;
    double scale = t != &rao_table_gamma                        ? q[1] - s[1]
                   : fabs(s[1] - q[1]) < 0.5 * fmin(s[1], q[1]) ? (s[1] - q[1]) / s[1] / q[1]
                                                                : 1 / q[1] - 1 / s[1];
    return *out = fabs(scale) * (t == &rao_table_gamma ? sqrt(k) * sqrt(k + 1) : 1 / (sqrt(k - 1) * sqrt(k - 2))), 1;
}

/* Beta laws both of whose means lie above 1/2 change places with those of 1 - x, whose quantiles keep their digits; in units of the larger mean. */
static void in_the_lower_half(pair *a, double *p, double *q) {
    double over = 0;
    if (a->p[0] > a->p[1] && a->q[0] > a->q[1]) {
        p[0] = a->p[1], p[1] = a->p[0], p[2] = a->p[2], q[0] = a->q[1], q[1] = a->q[0], q[2] = a->q[2];
        a->p = p, a->q = q;
    }
    over = fmax(a->p[0] / a->p[2], a->q[0] / a->q[2]);
    if (over > 0 && over < 0.5 && a->p[0] > 0.5 && a->q[0] > 0.5) a->exponent = ilogb(over);
}

/* The rest of the integral over the upper tails of inverse gamma laws, where (Q sqrt(u))^2 falls as exp(-2 k s), k = 1/2 - 1/alpha: with the values v and w at its
 * beginning v^2/(2k) - 2vw/(k + l) + w^2/(2l), as a sum of squares. From alpha = 10 on nothing is left there. *error: the rounding of logarithms of 600. */
static double power_tail(const pair *a, double *error) {
    double log_tail = log(0.5) - rao_power_begins, alpha = a->p[0], beta = a->q[0];
    double k = (alpha - 2) / (2 * alpha), l = (beta - 2) / (2 * beta), gap = (alpha - beta) / alpha / beta / (sqrt(k) + sqrt(l));
    double v = alpha < 10 ? rooted(a, a->p, log_tail, 1) : 0, w = beta < 10 ? rooted(a, a->q, log_tail, 1) : 0;
    double first = v / sqrt(2 * k), second = w / sqrt(2 * l), crossed = v * w * gap * gap / (sqrt(k) * sqrt(l) * (k + l));
    *error = 4e-13 * ((first + second) * fabs(first - second) + crossed);
    return (first - second) * (first - second) + crossed;
}

static rao_status between(rao_ctx *ctx, const pair *a, double *out, rao_quality *quality) {
    int inverse = a->f->table == &rao_table_inverse_gamma;
    double square, cuts[8], error = 0, rest = inverse ? power_tail(a, &error) : 0;
    rao_quad_info info;
    rao_quad_opts opts;
    rao_quad_opts_init(&opts);
    opts.rel_tol = 1e-11, opts.abs_tol = 1e-12 * rest, opts.scale = 1, opts.breaks = cuts,
    opts.n_breaks = rao_quantile_turns(a->f, a->p, a->q, cuts);
    opts.max_evaluations = 20000; /* ten times what quantiles take; more is spent on their rounding */
    memset(&info, 0, sizeof info);
    rao_status st = rao_quad(ctx, &opts, squares, (void *)(uintptr_t)a, 1, 0, inverse ? rao_power_begins : INF, &square, &info);
    /* quantiles of close pairs differ by little more than their rounding: the answer is as good as its error says */
    if (st == RAO_ENUMERIC && info.error <= 1e-6 * (info.value + rest)) st = RAO_OK, square = info.value;
    if (st == RAO_ENUMERIC && info.evaluations > 0 && !rao_ctx_cancelled(ctx))
        return rao_fail(ctx, RAO_ENUMERIC,
                        "%s: wasserstein2 was not reached: its square was found to one part in %.2g after %lld quantiles",
                        a->f->table->info.name, info.value / info.error, (long long)info.evaluations);
    if (st == RAO_EDOMAIN)
        return rao_fail(ctx, RAO_ENUMERIC,
                        "%s: wasserstein2 was not reached: too much of it lies in tails whose probabilities are no doubles",
                        a->f->table->info.name);
    if (st != RAO_OK) return st;
    *out = sqrt(square + rest);
    if (!(*out > 0))
        return rao_fail(ctx, RAO_ENUMERIC, "%s: wasserstein2 was not reached: the quantiles of the two differ by less than doubles do",
                        a->f->table->info.name);
    *quality = (rao_quality){RAO_QUADRATURE, 0.5 * (info.error + error) / *out};
    return RAO_OK;
}

rao_status rao_transport_by_quantiles(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *out,
                                      rao_quality *quality) {
    const family_table *t = f->table;
    rao_family twin = *f;
    unit_pair units = {.exponent = 0};
    double mirrored_p[3], mirrored_q[3];
    pair a = {f, p, q, 0};
    int same = 1, inverse = t == &rao_table_inverse_gamma;
    for (int64_t i = 0; i < f->state; i++) same &= p[i] == q[i];
    if (same) return *out = 0, RAO_OK;
    if (inverse && !(p[0] > 2 && q[0] > 2)) return *out = INF, RAO_OK; /* no second moment */
    if (inverse) twin.table = &rao_table_gamma;                        /* 1/x */
    if (rao_pair_units(&twin, p, q, &units)) a.p = units.p, a.q = units.q;
    if (t == &rao_table_beta) in_the_lower_half(&a, mirrored_p, mirrored_q);
    if (!of_scales(&a, out)) RAO_OR_RETURN(between(ctx, &a, out, quality));
    int e = (inverse ? -units.exponent : units.exponent) + a.exponent;
    *out = ldexp(*out, e), quality->error = ldexp(quality->error, e);
    return RAO_OK;
}

/* ---- counts ----------------------------------------------------------------------------------------------------------- */

enum { MOST_COUNTS = 10000000 };

/* One distribution walked from an end of its support: the present count and the mass passed, this count's included. */
typedef struct walk {
    const rao_family *f;
    const double *s;
    double x, mass;
    int step; /* 1 upwards, -1 downwards */
} walk;

static void advance(walk *w) {
    w->x += w->step;
    if (w->f->table->possible(w->f, &w->x)) w->mass += exp(w->f->table->logpdf(w->f, w->s, &w->x));
}

/* Where the tails begin to matter: 60 standard deviations and 60 counts out from every place of mass. */
static rao_status reach(rao_ctx *ctx, const rao_family *f, const double *s, double ends[2]) {
    rao_status st;
    double low, high;
    family_mark *marks;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, rao_most_marks(f), &marks));
    f->table->support(f, s, &low, &high);
    int64_t n = rao_family_marks(f, s, marks);
    ends[0] = INF, ends[1] = -INF;
    for (int64_t i = 0; i < n; i++) {
        if (!(marks[i].scale < INF)) continue;
        double out = ceil(60 * marks[i].scale + 60);
        ends[0] = fmin(ends[0], floor(marks[i].x) - out), ends[1] = fmax(ends[1], ceil(marks[i].x) + out);
    }
    ends[0] = fmax(low, ends[0]), ends[1] = fmin(high, ends[1]);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static walk begin(const rao_family *f, const double *s, double x, int step) {
    return (walk){f, s, x, exp(f->table->logpdf(f, s, &x)), step};
}

/* The sum over the merged steps up to the mass 1/2. Masses are known to a few units of their logarithms' rounding, counted from the end of the tail. */
static double half_of(walk a, walk b, double *error) {
    double sum = 0, passed = 0;
    for (int64_t k = 0; passed < 0.5 && k < 2 * (int64_t)MOST_COUNTS; k++) {
        double next = fmin(0.5, fmin(a.mass, b.mass));
        double square = (a.x - b.x) * (a.x - b.x);
        if (next > passed) sum += (next - passed) * square, *error += next * square * (1e-15 - 2e-16 * log(next)), passed = next;
        if (passed >= 0.5) break;
        if (a.mass <= b.mass) advance(&a);
        else advance(&b);
    }
    return sum;
}

rao_status rao_transport_of_counts(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *out, rao_quality *quality) {
    double a[2], b[2], width;
    RAO_OR_RETURN(reach(ctx, f, p, a));
    RAO_OR_RETURN(reach(ctx, f, q, b));
    width = (a[1] - a[0]) + (b[1] - b[0]);
    if (!(width < MOST_COUNTS))
        return rao_fail(ctx, RAO_EUNABLE, "%s: wasserstein2 sums over the counts within 60 standard deviations, here %.3g, at most %d",
                        f->table->info.name, width, MOST_COUNTS);
    double error = 0, square = half_of(begin(f, p, a[0], 1), begin(f, q, b[0], 1), &error) +
                               half_of(begin(f, p, a[1], -1), begin(f, q, b[1], -1), &error);
    *out = sqrt(square);
    quality->method = RAO_SERIES;
    quality->error = *out > 0 ? 0.5 * error / *out : sqrt(error);
    return RAO_OK;
}
