/* ibeta.c - the incomplete beta function I_x(a, b), its complement, their logarithms and inverses.
 *
 * Left of (a+1)/(a+b+2), else mirrored, with front = x^a (1-x)^b / B(a, b):
 *   (a+b) x (1-x) small: front times a continued fraction,
 *   large:               front times int_0^inf exp(-l s - (a+b) [...]) ds, l = a - (a+b) x, t = odds e^-s of x (see log_ratio below),
 *   a < 1, b x < 1:      the complement, by -expm1 of the leading power and a series, because I is then close to one.
 */
#include "num/tail.h"

typedef struct point {
    double a, b, x, y; /* y = 1 - x */
} point;

/* a y - b x = a - (a + b) x. Where it is small its digits matter: the products are exact, and so is the rounding error of the larger of
 * x and y, which is taken to be one minus the smaller. */
static double mean_gap(const point *q) {
    double lo1, lo2, hi1 = num_product(q->a, q->y, &lo1), hi2 = num_product(q->b, q->x, &lo2);
    double missing = q->x <= q->y ? q->a * ((1 - q->y) - q->x) : -q->b * ((1 - q->x) - q->y);
    return (hi1 - hi2) + (lo1 - lo2 + missing);
}

/* log of x^a y^b / B(a, b) for a < 10, b >= 20: with lgamma(a+b) - lgamma(b) = a log b + ..., the two large logarithms meet in b x. */
static double log_front_unequal(double a, double b, double x, double y) {
    double log_y = x <= y ? log1p(-x) : log(y);
    return a * log(b * x) + b * log_y + (a * rao_digamma_excess(b) + rao_lgamma_bregman(b, a)) - rao_lgamma(a);
}

/* For large a and b through the deviations from the mean: e1 = (bx - ay)/a, e2 = -(bx - ay)/b. */
static double log_front(const point *q) {
    double a = q->a, b = q->b, x = q->x, y = q->y;
    if (a < 10 && b >= 20) return log_front_unequal(a, b, x, y);
    if (b < 10 && a >= 20) return log_front_unequal(b, a, y, x);
    if (a < 10 || b < 10) return a * (x < 0.5 ? log(x) : log1p(-y)) + b * (y < 0.5 ? log(y) : log1p(-x)) - rao_lbeta(a, b);
    double gap = -mean_gap(q), exponent = a * num_log1pmx_step(a, x * (a + b), gap) + b * num_log1pmx_step(b, y * (a + b), -gap);
    double remainder = rao_stirling(a) + rao_stirling(b) - rao_stirling(a + b);
    return exponent - remainder - 0.5 * log1p(a / b) + 0.5 * log(a) - NUM_HALF_LOG_2PI;
}

/* 1/(beta_0 + alpha_1/(beta_1 + ...)) with
 *   alpha_n = (a+n-1)(a+b+n-1) n (b-n) x^2 / (a+2n-1)^2,
 *   beta_n  = n + n (b-n) x / (a+2n-1) + (a+n)/(a+2n+1) (l + 1 + n (1+y)),   l = a y - b x,
 * (Didonato & Morris 1992, eq. 9), by Steed's algorithm, which adds shrinking terms. */
static double fraction(const point *q) {
    double a = q->a, b = q->b, x = q->x, l = mean_gap(q);
    double d = (a + 1) / (a * (l + 1)), term = d, sum = d;
    for (int n = 1; n < 20000; n++) {
        double k = a + 2.0 * n, r = x / (k - 1);
        double alpha = (a + n - 1) * r * ((a + b + n - 1) * r) * n * (b - n);
        double beta = n + n * (b - n) * r + (a + n) / (k + 1) * (l + 1 + n * (1 + q->y));
        double next = 1 / (beta + alpha * d);
        term *= -alpha * d * next;
        sum += term;
        d = next;
        if (fabs(term) < 1e-17 * fabs(sum)) break;
    }
    return sum;
}

/* The integrand's logarithm, from log(y + x e^-s) in the form that does not cancel:
 * -l s - (a+b) [x expm1mx(-s) + log1pmx(x expm1(-s))] or, for y < 1/2, -l s - (a+b) [y expm1mx(s) + log1pmx(y expm1(s))] */
typedef struct saddle {
    double slope, sum, x, y;
} saddle;

static double log_ratio(const void *arg, double s) {
    const saddle *q = arg;
    double z = q->y < 0.5 ? q->y : q->x, signed_s = q->y < 0.5 ? s : -s;
    return -q->slope * s - q->sum * (z * rao_expm1mx(signed_s) + rao_log1pmx(z * expm1(signed_s)));
}

static num_tail lower_tail(const point *q) {
    double sum = q->a + q->b, curvature = sum * q->x * q->y, factor;
    if (curvature > 200) {
        saddle g = {mean_gap(q), sum, q->x, q->y};
        factor = num_tail_integral(log_ratio, &g, num_tail_scale(fmax(g.slope, 0), curvature));
    } else factor = fraction(q);
    double l = log_front(q);
    return (num_tail){exp(l) * factor, l + log(factor), 0};
}

/* 1 - I for a < 1, b x < 1: I = e^u (1 + a S), u = log(x^a / (a B)), S = sum_{n>=1} (1-b)_n x^n / (n! (a+n)) */
static num_tail upper_small(const point *q) {
    double a = q->a, b = q->b, x = q->x, term = 1, sum = 0;
    double u = a * log(x) + rao_lgamma_diff(b, a) - rao_lgamma1p(a);
    for (int n = 1; n < 2000; n++) {
        term *= (n - b) * x / n;
        sum += term / (a + n);
        if (fabs(term) < 1e-18 * (1 - x)) break;
    }
    double value = -expm1(u) - exp(u) * a * sum;
    return (num_tail){value, log(value), 1};
}

static num_tail beta_tail(double a, double b, double x, double y) {
    if (!(a > 0) || !(b > 0) || !(x >= 0) || !(y >= 0) || isinf(a) || isinf(b)) return (num_tail){NUM_NAN, NUM_NAN, 0};
    if (x == 0 || y == 0) return (num_tail){0, -NUM_INF, y == 0};
    double middle = (a + 1) / (a + b + 2);
    int mirrored = x > middle;
    point q = mirrored ? (point){b, a, y, x} : (point){a, b, x, y};
    num_tail t = lower_tail(&q);
    if (t.value > 0.6 && q.a < 1 && q.b * q.x < 1) t = upper_small(&q);
    t.upper ^= mirrored;
    return t;
}

double rao_beta_p(double a, double b, double x) { return num_tail_side(beta_tail(a, b, x, 1 - x), 0); }
double rao_beta_q(double a, double b, double x) { return num_tail_side(beta_tail(a, b, x, 1 - x), 1); }
double rao_log_beta_p(double a, double b, double x) { return num_tail_log(beta_tail(a, b, x, 1 - x), 0); }
double rao_log_beta_q(double a, double b, double x) { return num_tail_log(beta_tail(a, b, x, 1 - x), 1); }

/* With odds o: I = o^a / (a B) times a factor below one, so this logit lies left of the root of log I = log_p. */
static double logit_left(double a, double b, double log_p) { return (log_p + log(a) + rao_lbeta(a, b)) / a; }

/* Newton in w = logit x on the logarithm of the smaller tail, which is concave in w (the law of w is log-concave). */
static double beta_quantile(double a, double b, double log_p, double log_q, int upper) {
    if (isnan(log_p) || isnan(log_q) || !(a > 0) || !(b > 0) || isinf(a) || isinf(b)) return NUM_NAN;
    if (isinf(log_p) || isinf(log_q)) return isinf(log_p) ? 0 : 1;
    double want = upper ? log_q : log_p, w = upper ? -logit_left(b, a, want) : logit_left(a, b, want);
    if (fmin(a, b) > 5) {
        double z = upper ? -rao_normal_quantile_log(want) : rao_normal_quantile_log(want), guess = log(a / b) + z * sqrt(1 / a + 1 / b);
        w = upper ? fmin(w, guess) : fmax(w, guess);
    }
    if (!isfinite(w)) return w < 0 ? 0 : 1;
    for (int i = 0; i < 200; i++) {
        point q = {a, b, rao_logistic(w), rao_logistic(-w)};
        if (q.x == 0 || q.y == 0) return q.x == 0 ? 0 : 1;
        double got = num_tail_log(beta_tail(a, b, q.x, q.y), upper), slope = exp(log_front(&q) - got);
        double step = (upper ? got - want : want - got) / slope;
        /* quadratic, so the next step is nothing; taken in x, because w has fewer digits of a small x than x */
        if (fabs(step) * fmax(1, slope) < 1e-8) return q.x + q.x * q.y * step;
        w += fabs(step) < 4 ? step : step > 0 ? 4 : -4;
    }
    return rao_logistic(w);
}

double rao_beta_p_inverse(double a, double b, double p) {
    return p >= 0 && p <= 1 ? beta_quantile(a, b, log(p), log1p(-p), p > 0.5) : NUM_NAN;
}
double rao_beta_q_inverse(double a, double b, double q) {
    return q >= 0 && q <= 1 ? beta_quantile(a, b, log1p(-q), log(q), q <= 0.5) : NUM_NAN;
}
