/* sphere.c - categorical and multinomial families: y = sqrt(p) is a point of the unit sphere's positive orthant, and the metric is that of the
 * sphere of radius 2 sqrt(n). Distance 4 sqrt(n) asin(|y_q - y_p|/2), edges included (R. A. Fisher 1922; C. R. Rao 1945).
 *
 * Velocities of the space are w = dy/dt, k numbers; in the charts dp_i = 2 y_i w_i and d log p_i = 2 w_i / y_i. In k logits, which have one
 * direction too many, the answer is d log p_i. On an edge (p_i = 0) a chart's velocity says nothing of w_i: leaving it is EDOMAIN. */
#include <math.h>

#include "manifold/geometry.h"

static double draws_of(const rao_family *f) { return f->table->info.fixed ? f->fixed : 1; }

/* log(q_i / p_i) between points given by logits, whose differences are exact: d_i - log E_p exp(d), d counted from p's likeliest class. */
static void log_ratios(const rao_family *f, const double *p, const double *q, double *out) {
    int64_t k = f->d, top = 0;
    const double *a = p + 2 * k + 1, *b = q + 2 * k + 1;
    double lift = 0;
    for (int64_t i = 1; i < k; i++)
        if (a[i] > a[top]) top = i;
    for (int64_t i = 0; i < k; i++) {
        out[i] = (b[i] - a[i]) - (b[top] - a[top]);
        lift += out[i] < 1 ? p[i] * expm1(out[i]) : exp(out[i] + p[k + i]) - p[i];
    }
    double whole = lift < 1e300 ? log1p(lift) : p[k + top] - q[k + top];
    for (int64_t i = 0; i < k; i++) out[i] -= whole;
}

/* y_q - y_p */
static void gap_of(const rao_family *f, const double *p, const double *q, double *out) {
    int64_t k = f->d;
    int by_logits = p[2 * k] != 0 && q[2 * k] != 0;
    if (by_logits) log_ratios(f, p, q, out);
    for (int64_t i = 0; i < k; i++) {
        double a = sqrt(p[i]), b = sqrt(q[i]);
        if (by_logits && fabs(out[i]) < 1) out[i] = a * expm1(out[i] / 2);
        else out[i] = a + b > 0 ? (q[i] - p[i]) / (a + b) : 0;
    }
}

static double angle_of(int64_t k, const double *gap) {
    double sum = 0;
    for (int64_t i = 0; i < k; i++) sum += gap[i] * gap[i];
    if (sum < 1e-280) { /* squares that underflow: by pairs */
        sum = 0;
        for (int64_t i = 0; i < k; i++) sum = hypot(sum, gap[i]);
        return 2 * asin(sum / 2);
    }
    return 2 * asin(fmin(sqrt(sum) / 2, 1));
}

static rao_status distance(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *d, rao_quality *quality) {
    (void)quality;
    rao_status st;
    double *gap;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->d, &gap));
    gap_of(f, p, q, gap);
    *d = 2 * sqrt(draws_of(f)) * angle_of(f->d, gap);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* w = [y_q - y_p + (1 - cos a) y_p] a / sin a */
static rao_status take_log(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *w, rao_quality *quality) {
    (void)ctx, (void)quality;
    gap_of(f, p, q, w);
    double angle = angle_of(f->d, w), half = sin(angle / 2), stretch = angle > 0 ? angle / sin(angle) : 1;
    for (int64_t i = 0; i < f->d; i++) w[i] = stretch * (w[i] + 2 * half * half * sqrt(p[i]));
    return RAO_OK;
}

/* The state of y, which rounding may have put just outside the orthant. */
static rao_status set_state(rao_ctx *ctx, const rao_family *f, double *y, double *out) {
    int64_t k = f->d;
    for (int64_t i = 0; i < k; i++) {
        if (y[i] < 0 && y[i] > -1e-15) y[i] = 0;
        if (y[i] < 0) return rao_geometry_left(ctx, f);
        out[i] = y[i] * y[i], out[k + i] = 2 * log(y[i]);
    }
    out[2 * k] = 0;
    return RAO_OK;
}

static rao_status take_exp(rao_ctx *ctx, const rao_family *f, const double *p, const double *w, double *out, rao_quality *quality) {
    (void)quality;
    rao_status st;
    double *y, angle = 0;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, f->d, &y));
    for (int64_t i = 0; i < f->d; i++) angle = hypot(angle, w[i]);
    if (!(angle < 1.6)) RAO_TRY(rao_geometry_left(ctx, f)); /* the orthant is a quarter of a turn wide */
    double along = angle > 0 ? sin(angle) / angle : 1;
    for (int64_t i = 0; i < f->d; i++) y[i] = cos(angle) * sqrt(p[i]) + along * w[i];
    RAO_TRY(set_state(ctx, f, y, out));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

/* y = [sin((1-t) a) y_p + sin(t a) y_q] / sin a: positive weights on [0, 1]. */
static rao_status between(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double t, double *out) {
    rao_status st;
    int64_t k = f->d;
    double *w;
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, k, &w));
    gap_of(f, p, q, w);
    double angle = angle_of(k, w), a = angle > 0 ? sin((1 - t) * angle) / sin(angle) : 1 - t,
           b = angle > 0 ? sin(t * angle) / sin(angle) : t;
    for (int64_t i = 0; i < k; i++) w[i] = a * sqrt(p[i]) + b * sqrt(q[i]);
    RAO_TRY(set_state(ctx, f, w, out));
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static rao_status path(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double t, double *out, rao_quality *quality) {
    return t >= 0 && t <= 1 ? between(ctx, f, p, q, t, out) : rao_geometry_extend(ctx, f, &rao_space_sphere, f->d, p, q, t, out, quality);
}

/* ---- velocities in the charts --------------------------------------------------------------------------------------- */

static int64_t velocity(const rao_family *f) { return f->d; }

/* By what a chart's velocity moves: masses p_1..p_{k-1}, log(p_i/p_k), or k log masses. */
enum { MASSES, LOG_RATIOS, LOGITS };
static int kind_of(const rao_family *f, int64_t chart) {
    if (f->tangents[chart] == f->d) return LOGITS;
    return f->table->charts[chart].jacobian ? LOG_RATIOS : MASSES;
}

static rao_status on_edge(rao_ctx *ctx, const rao_family *f, int64_t i) {
    return rao_fail(ctx, RAO_EDOMAIN, "%s: p_%lld = 0: at this edge a velocity of the chart does not say how p_%lld changes",
                    f->table->info.name, (long long)i + 1, (long long)i + 1);
}

static rao_status to_chart(rao_ctx *ctx, const rao_family *f, int64_t chart, const double *p, const double *w, double *v) {
    int64_t k = f->d, last = k - 1;
    int kind = kind_of(f, chart);
    for (int64_t i = 0; i < k; i++)
        if (p[i] == 0 && (w[i] != 0 || kind != MASSES)) return on_edge(ctx, f, i);
    for (int64_t i = 0; i < f->tangents[chart]; i++) {
        if (kind == MASSES) v[i] = 2 * sqrt(p[i]) * w[i];
        else v[i] = 2 * w[i] / sqrt(p[i]) - (kind == LOG_RATIOS ? 2 * w[last] / sqrt(p[last]) : 0);
    }
    return RAO_OK;
}

static rao_status from_chart(rao_ctx *ctx, const rao_family *f, int64_t chart, const double *p, const double *v, double *w) {
    int64_t k = f->d, n = f->tangents[chart], top = 0;
    int kind = kind_of(f, chart);
    double mean = 0, rest = 0;
    for (int64_t i = 0; i < n; i++) rest -= v[i];
    for (int64_t i = 0; i < k; i++) {
        w[i] = i < n ? v[i] : kind == MASSES ? rest : 0;
        if (p[i] == 0 && (w[i] != 0 || kind != MASSES)) return on_edge(ctx, f, i);
        if (p[i] > p[top]) top = i;
    }
    double origin = w[top]; /* logarithms are counted from the likeliest class, which then cancels nothing */
    for (int64_t i = 0; i < k; i++) mean += p[i] * (w[i] - origin);
    for (int64_t i = 0; i < k; i++) {
        if (kind != MASSES) w[i] = sqrt(p[i]) / 2 * ((w[i] - origin) - mean);
        else if (w[i] != 0) w[i] = w[i] / 2 / sqrt(p[i]);
    }
    return RAO_OK;
}

/* w - <w, y_q>/(1 + <y_p, y_q>) (y_p + y_q), <w, y_q> = <w, y_q - y_p>: the turn of the plane of both points. */
static rao_status carry(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, const double *w, double *out,
                        rao_quality *quality) {
    (void)quality;
    double along = 0, cosine = 0;
    (void)ctx;
    gap_of(f, p, q, out);
    for (int64_t i = 0; i < f->d; i++) along += w[i] * out[i], cosine += sqrt(p[i]) * sqrt(q[i]);
    for (int64_t i = 0; i < f->d; i++) out[i] = w[i] - along / (1 + cosine) * (sqrt(p[i]) + sqrt(q[i]));
    return RAO_OK;
}

const model_space rao_space_sphere = {distance, path, take_log, take_exp, velocity, from_chart, to_chart, carry};
