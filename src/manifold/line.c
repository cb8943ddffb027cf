/* line.c - one-parameter families: the metric is du^2 in a coordinate u, and every path is a geodesic.
 *
 *   exponential, pareto, rayleigh   u = log rate, log alpha, 2 log sigma       the whole line
 *   poisson                         u = 2 sqrt(lambda) > 0
 *   bernoulli, binomial             u = 2 sqrt(n) asin sqrt(p), in [0, pi sqrt(n)]
 *   geometric, negative binomial    u = 2 sqrt(r) atanh sqrt(1 - p) > 0
 *
 * Differences of u come from differences of what was given (H. Miyamoto et al. 2024, Information Geometry 7, for the distances). */
#include <math.h>

#include "family/bernoulli.h"
#include "manifold/geometry.h"

static rao_status distance(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *d, rao_quality *quality) {
    (void)ctx, (void)quality, *d = fabs(rao_geometry_of(f)->line->gap(f, p, q));
    return RAO_OK;
}

static rao_status path(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double t, double *out, rao_quality *quality) {
    (void)quality;
    const line_map *u = rao_geometry_of(f)->line;
    double gap = u->gap(f, p, q);
    int left = t < 0.5 ? u->walk(f, p, t * gap, out) : u->walk(f, q, (t - 1) * gap, out);
    return left ? rao_geometry_left(ctx, f) : RAO_OK;
}

/* The space's velocity is du/dt. */
static rao_status take_log(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *v, rao_quality *quality) {
    (void)ctx, (void)quality, v[0] = rao_geometry_of(f)->line->gap(f, p, q);
    return RAO_OK;
}

static rao_status take_exp(rao_ctx *ctx, const rao_family *f, const double *p, const double *v, double *out, rao_quality *quality) {
    (void)quality;
    return rao_geometry_of(f)->line->walk(f, p, v[0], out) ? rao_geometry_left(ctx, f) : RAO_OK;
}

static int64_t velocity(const rao_family *f) { return (void)f, 1; }

static rao_status to_chart(rao_ctx *ctx, const rao_family *f, int64_t chart, const double *p, const double *own, double *v) {
    double speed = rao_geometry_of(f)->line->speed(f, chart, p);
    if (own[0] != 0 && (!isfinite(speed) || speed == 0))
        return rao_fail(ctx, RAO_EDOMAIN, "%s: p lies on the edge, where every finite velocity has %s length", f->table->info.name,
                        speed == 0 ? "no" : "infinite");
    v[0] = own[0] != 0 ? own[0] / speed : 0;
    return RAO_OK;
}

static rao_status from_chart(rao_ctx *ctx, const rao_family *f, int64_t chart, const double *p, const double *v, double *own) {
    double step = v[0] != 0 ? v[0] * rao_geometry_of(f)->line->speed(f, chart, p) : 0;
    if (!isfinite(step)) return rao_fail(ctx, RAO_EDOMAIN, "%s: this velocity has infinite length at p", f->table->info.name);
    own[0] = step;
    return RAO_OK;
}

static rao_status carry(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, const double *v, double *out,
                        rao_quality *quality) {
    (void)ctx, (void)quality, (void)f, (void)p, (void)q, out[0] = v[0];
    return RAO_OK;
}

const model_space rao_space_line = {distance, path, take_log, take_exp, velocity, from_chart, to_chart, carry};

/* Is the chart's coordinate the natural one (log lambda, the logit)? */
static int is_natural(const rao_family *f, int64_t chart) { return f->table->charts[chart].store == rao_store_natural; }
static int is_number(double v) { return v > 0 && v < INF; }

/* ---- u = c log s ------------------------------------------------------------------------------------------------- */

static double log_ratio(double p, double q) {
    double u = (q - p) / p;
    return fabs(u) < 0.5 ? log1p(u) : log(q) - log(p);
}

enum { RATE, SCALE, BY_SCALE };
static double rate_gap(const rao_family *f, const double *p, const double *q) {
    return (void)f, p[BY_SCALE] != 0 && q[BY_SCALE] != 0 ? -log_ratio(p[SCALE], q[SCALE]) : log_ratio(p[RATE], q[RATE]);
}
static double rate_speed(const rao_family *f, int64_t chart, const double *s) {
    if (is_natural(f, chart)) return -s[SCALE]; /* theta = -rate */
    return f->table->charts[chart].jacobian ? -s[RATE] : s[SCALE];
}
static int rate_walk(const rao_family *f, const double *p, double step, double *out) {
    (void)f, out[RATE] = p[RATE] * exp(step), out[SCALE] = p[SCALE] * exp(-step), out[BY_SCALE] = p[BY_SCALE];
    return !is_number(out[RATE]) || !is_number(out[SCALE]);
}
const line_map rao_line_rate = {rate_gap, rate_speed, rate_walk};

static double alpha_gap(const rao_family *f, const double *p, const double *q) { return (void)f, log_ratio(p[0], q[0]); }
static double alpha_speed(const rao_family *f, int64_t chart, const double *s) { return (void)f, (void)chart, 1 / s[0]; }
static int alpha_walk(const rao_family *f, const double *p, double step, double *out) {
    return (void)f, out[0] = p[0] * exp(step), !is_number(out[0]);
}
const line_map rao_line_pareto = {alpha_gap, alpha_speed, alpha_walk};

static double rayleigh_gap(const rao_family *f, const double *p, const double *q) { return 2 * alpha_gap(f, p, q); }
static double rayleigh_speed(const rao_family *f, int64_t chart, const double *s) { return (void)f, (void)chart, 2 / s[0]; }
static int rayleigh_walk(const rao_family *f, const double *p, double step, double *out) { return alpha_walk(f, p, step / 2, out); }
const line_map rao_line_rayleigh = {rayleigh_gap, rayleigh_speed, rayleigh_walk};

/* ---- Poisson ----------------------------------------------------------------------------------------------------- */

enum { LAMBDA, LOG, BY_LOG };
static double poisson_gap(const rao_family *f, const double *p, const double *q) {
    double a = sqrt(p[LAMBDA]), b = sqrt(q[LAMBDA]), d = q[LOG] - p[LOG];
    (void)f;
    if (p[BY_LOG] != 0 && q[BY_LOG] != 0 && fabs(d) < 1) return 2 * a * expm1(d / 2);
    return 2 * ((q[LAMBDA] - p[LAMBDA]) / (a + b));
}
static double poisson_speed(const rao_family *f, int64_t chart, const double *s) {
    return is_natural(f, chart) ? sqrt(s[LAMBDA]) : 1 / sqrt(s[LAMBDA]);
}
static int poisson_walk(const rao_family *f, const double *p, double step, double *out) {
    double a = sqrt(p[LAMBDA]), root = a + step / 2, u = step / 2 / a;
    (void)f, out[LAMBDA] = root * root, out[BY_LOG] = p[BY_LOG];
    out[LOG] = fabs(u) < 0.5 ? p[LOG] + 2 * log1p(u) : 2 * log(root);
    return !(root > 0) || !is_number(out[LAMBDA]);
}
const line_map rao_line_poisson = {poisson_gap, poisson_speed, poisson_walk};

/* ---- a trial: the angle A with sin A = sqrt(p), cos A = sqrt(1 - p) ------------------------------------------------ */

enum { P = BERNOULLI_P, Q = BERNOULLI_Q, LOGIT = BERNOULLI_LOGIT, BY_LOGIT = BERNOULLI_BY_LOGIT };

static double root_n(const rao_family *f) { return f->table->info.fixed ? sqrt(f->fixed) : 1; }

/* tan(B - A) = sinh((b - a)/4 ) / cosh((a + b)/4) for logits 2 log tan A = a and b */
static double angle_of_logits(double a, double b) {
    double d = fabs(b - a) / 4, m = fabs(a + b) / 4, e = exp(-2 * m);
    return copysign(atan(-expm1(-2 * d) / (1 + e) * exp(d - m)), b - a);
}
static double trial_gap(const rao_family *f, const double *s, const double *t) {
    if (s[BY_LOGIT] != 0 && t[BY_LOGIT] != 0) return 2 * root_n(f) * angle_of_logits(s[LOGIT], t[LOGIT]);
    double gap, sine, cosine = sqrt(s[P]) * sqrt(t[P]) + sqrt(s[Q]) * sqrt(t[Q]);
    rao_bernoulli_gap(f, s, t, &gap);
    sine = gap != 0 ? gap / (sqrt(t[P]) * sqrt(s[Q]) + sqrt(s[P]) * sqrt(t[Q])) : 0;
    return 2 * root_n(f) * atan2(sine, cosine);
}
static double trial_speed(const rao_family *f, int64_t chart, const double *s) {
    return is_natural(f, chart) ? root_n(f) * sqrt(s[P]) * sqrt(s[Q]) : root_n(f) / sqrt(s[P]) / sqrt(s[Q]);
}

/* A few units beyond an end are the end. */
static int clip(double *v) {
    if (*v < 0 && *v > -1e-15) *v = 0;
    return *v < 0;
}
static int trial_walk(const rao_family *f, const double *s, double step, double *out) {
    double angle = step / (2 * root_n(f)), a = sqrt(s[P]), b = sqrt(s[Q]), c = cos(angle), d = sin(angle);
    double sine = a * c + b * d, cosine = b * c - a * d;
    if (!(fabs(angle) < 1.6) || clip(&sine) || clip(&cosine)) return 1;
    out[P] = sine * sine, out[Q] = cosine * cosine, out[LOGIT] = 2 * (log(sine) - log(cosine)), out[BY_LOGIT] = 0;
    return 0;
}
const line_map rao_line_trial = {trial_gap, trial_speed, trial_walk};

/* ---- waiting: 1/sqrt(p) = cosh A, sqrt((1 - p)/p) = sinh A -------------------------------------------------------- */

static double waiting_gap(const rao_family *f, const double *s, const double *t) {
    double p = sqrt(s[P]), q = sqrt(t[P]), sine = (s[P] - t[P]) / (sqrt(s[Q]) + sqrt(t[Q])) / p / q;
    return 2 * root_n(f) * asinh(sine);
}
static double waiting_speed(const rao_family *f, int64_t chart, const double *s) { return (void)chart, -root_n(f) / s[P] / sqrt(s[Q]); }

/* cosh(A + h)/cosh A and tanh(A + h). Downwards in terms of 1 - tanh|h| and 1 - tanh A, which are known when the tanh round to 1. */
static int waiting_walk(const rao_family *f, const double *s, double step, double *out) {
    double h = step / (2 * root_n(f)), tail = sqrt(s[Q]), slope = tanh(h), e = exp(2 * h), a = 2 * e / (1 + e), b = s[P] / (1 + tail);
    double grown = h > 0 ? cosh(h) + tail * sinh(h) : exp(h) - sinh(h) * b, root = sqrt(s[P]) / grown;
    double tanh_of = h > 0 ? (tail + slope) / (1 + tail * slope) : (a - b) / (a + (1 - a) * b);
    if (!(tanh_of > 0 && root > 0)) return 1;
    out[P] = root * root, out[Q] = tanh_of * tanh_of;
    out[LOGIT] = log(out[P]) - log(out[Q]), out[BY_LOGIT] = 0;
    return !(out[P] > 0 && out[P] < 1 && out[Q] > 0);
}
const line_map rao_line_waiting = {waiting_gap, waiting_speed, waiting_walk};
