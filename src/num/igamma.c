/* igamma.c - the incomplete gamma functions P and Q, their logarithms and inverses, for shapes from 0 to 1e300.
 *
 * With front = x^a e^-x / Gamma(a + 1), the tail on x's side of a is front times
 *   P, x < a:   sum_n x^n / ((a+1)...(a+n))                         where it converges fast (A&S 6.5.29),
 *               a int_0^inf exp(-(a - x) s - x (e^-s - 1 + s)) ds   for large a near x (t = x e^-s),
 *   Q, x >= a:  a times Legendre's continued fraction                (A&S 6.5.31),
 *               a int_0^inf exp(-(x - a) s - x (e^s - 1 - s)) ds    for large a near x,
 *   Q, a < 1, x < 1: -expm1(log(x^a / Gamma(a+1))) - alternating series, because P is then close to one.
 * No term of a sum cancels another. Cost: at most about 100 terms or 71 exponentials.
 */
#include "num/tail.h"

enum { LARGE_SHAPE = 100 };

/* log(x^a e^-x / Gamma(a + 1)) */
static double log_front(double a, double x) {
    if (a < 20) return a * log(x) - x - rao_lgamma1p(a);
    return a * num_log1pmx_step(a, x, x - a) - rao_stirling(a) - 0.5 * log(a) - NUM_HALF_LOG_2PI;
}

static double front(double a, double x) {
    if (a >= 20) return exp(a * num_log1pmx_step(a, x, x - a) - rao_stirling(a)) / (sqrt(a) * NUM_SQRT_2PI);
    double power = pow(x, a), decay = exp(-x);
    return power > 1e-290 && power < 1e290 && decay > 1e-290 ? power * decay / rao_gamma(a + 1) : exp(log_front(a, x));
}

static num_tail make_tail(double a, double x, double factor, int upper) {
    return (num_tail){front(a, x) * factor, log_front(a, x) + log(factor), upper};
}

static double lower_series(double a, double x) {
    double term = 1, sum = 1;
    for (int n = 1; n < 10000 && term > 1e-17 * sum; n++) sum += term *= x / (a + n);
    return sum;
}

/* 1/(x+1-a - 1(1-a)/(x+3-a - 2(2-a)/(x+5-a - ...))) by Steed's algorithm: shrinking terms are added, so rounding does not pile up. */
static double upper_fraction(double a, double x) {
    double b = x + 1 - a, d = 1 / b, term = d, sum = d;
    for (int n = 1; n < 10000; n++) {
        double an = n * (a - n), next;
        b += 2;
        next = 1 / (an * d + b);
        term *= -an * d * next;
        sum += term;
        d = next;
        if (fabs(term) < 1e-17 * sum) break;
    }
    return sum;
}

typedef struct saddle {
    double slope, x;
} saddle;

static double lower_exponent(const void *arg, double s) {
    const saddle *q = arg;
    return -q->slope * s - q->x * rao_expm1mx(-s);
}
static double upper_exponent(const void *arg, double s) {
    const saddle *q = arg;
    return -q->slope * s - q->x * rao_expm1mx(s);
}

/* a < 1, x < 1: u = x^a / Gamma(a+1) - 1, S = a sum_{n>=1} (-x)^n / (n! (a+n)), Q = -u - (1 + u) S */
static num_tail upper_small(double a, double x) {
    double u = expm1(a * log(x) - rao_lgamma1p(a)), term = 1, sum = 0;
    for (int n = 1; n < 60; n++) {
        term *= -x / n;
        sum += term / (a + n);
        if (fabs(term) < 1e-18) break;
    }
    double q = -u - (1 + u) * a * sum;
    return (num_tail){q, log(q), 1};
}

static num_tail gamma_tail(double a, double x) {
    if (isnan(a) || isnan(x) || !(a > 0) || !(x >= 0) || isinf(a)) return (num_tail){NUM_NAN, NUM_NAN, 0};
    if (x == 0 || isinf(x)) return (num_tail){0, -NUM_INF, x > 0};
    saddle q = {fabs(x - a), x};
    int near = a >= LARGE_SHAPE && x > 0.6 * a && x < 1.7 * a;
    if (near) {
        double scale = num_tail_scale(q.slope, x);
        return make_tail(a, x, a * num_tail_integral(x < a ? lower_exponent : upper_exponent, &q, scale), x >= a);
    }
    if (x < a || (a < 1 && x < 1)) {
        num_tail lower = make_tail(a, x, lower_series(a, x), 0);
        return lower.value > 0.5 && a < 1 ? upper_small(a, x) : lower;
    }
    return make_tail(a, x, a * upper_fraction(a, x), 1);
}

double rao_gamma_p(double a, double x) { return num_tail_side(gamma_tail(a, x), 0); }
double rao_gamma_q(double a, double x) { return num_tail_side(gamma_tail(a, x), 1); }
double rao_log_gamma_p(double a, double x) { return num_tail_log(gamma_tail(a, x), 0); }
double rao_log_gamma_q(double a, double x) { return num_tail_log(gamma_tail(a, x), 1); }

/* Wilson and Hilferty's cube where it is good, else the leading power of P */
static double first_guess(double a, double log_p, double log_q, int upper) {
    double z = upper ? -rao_normal_quantile_log(log_q) : rao_normal_quantile_log(log_p);
    double root = 1 - 1 / (9 * a) + z / (3 * sqrt(a));
    double power = (log_p + rao_lgamma1p(a)) / a;
    if (a > 0.5 && root > 0.3) return log(a) + 3 * log(root);
    return upper && a < 0.5 && log_q < -2 ? log(-log_q) : power;
}

/* Newton in t = log x on the logarithm of the smaller tail, which is concave in t: from the second step on monotone. */
static double gamma_quantile(double a, double log_p, double log_q) {
    if (isnan(log_p) || isnan(log_q) || !(a > 0) || isinf(a)) return NUM_NAN;
    if (isinf(log_p)) return 0;
    if (isinf(log_q)) return NUM_INF;
    int upper = log_q < log_p;
    double want = upper ? log_q : log_p, t = first_guess(a, log_p, log_q, upper), last = NUM_INF;
    if (t < -745.2) return 0;
    double x = exp(t);
    for (int i = 0; i < 100; i++) {
        double got = num_tail_log(gamma_tail(a, x), upper);
        double slope = exp(log(a) + log_front(a, x) - got); /* x f(x) / tail */
        double step = (upper ? got - want : want - got) / slope;
        if (!(fabs(step) < 2)) step = step > 0 ? 2 : -2;
        if (fabs(step) < 1e-9 && fabs(step) >= 0.5 * fabs(last)) break; /* rounding errors only */
        x *= fabs(step) < 0.5 ? 1 + expm1(step) : exp(step);
        if (!(x > 0)) return 0;
        last = step;
        if (fabs(step) < 1e-16) break;
    }
    return x;
}

double rao_gamma_p_inverse(double a, double p) { return p >= 0 && p <= 1 ? gamma_quantile(a, log(p), log1p(-p)) : NUM_NAN; }
double rao_gamma_q_inverse(double a, double q) { return q >= 0 && q <= 1 ? gamma_quantile(a, log1p(-q), log(q)) : NUM_NAN; }
