#include "manifold/law.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "family/integrate.h"

enum { N = LAW_ORDER, MOST_PANELS = 8192, MOST_EDGES = 4096, STALLED = 3 };
static const double tolerance = 1e-13, pi = 3.14159265358979323846, largest = 1e300, tail_mass = 1e-40;

int rao_law_known(const rao_family *f) { return f->observation == 1 && !f->table->info.discrete && f->table->support; }

/* ---- one panel -------------------------------------------------------------------------------------------------- */

typedef struct build {
    rao_ctx *ctx;
    law *l;
    double *value; /* (N + 1) x m at the nodes cos(pi k/N) */
    double *score;
    double low, high;     /* the support */
    double cosine[2 * N]; /* cos(pi k/N) */
    double *series;       /* m x (N + 2) */
    double least;         /* a panel lighter than this need not be even */
} build;

static double clamp(double v) { return fmax(-largest, fmin(largest, v)); }

static rao_status look(build *b, double x, double *value) {
    const rao_family *f = b->l->f;
    const double *s = b->l->s;
    x = fmin(fmax(x, nextafter(b->low, INF)), nextafter(b->high, -INF));
    memset(value, 0, sizeof *value * (size_t)b->l->m);
    if (!f->table->possible(f, &x)) return RAO_OK;
    double log_p = f->table->logpdf(f, s, &x), p = fmin(exp(log_p), largest);
    if (isnan(log_p)) return rao_no_value(b->ctx, f, s, &x);
    value[0] = p;
    if (b->l->m == 1 || !(p > 0)) return RAO_OK;
    memset(b->score, 0, sizeof *b->score * (size_t)f->dim);
    f->table->score(f, s, &x, b->score);
    for (int64_t j = 0; j < f->dim; j++) {
        if (isnan(b->score[j])) return rao_no_value(b->ctx, f, s, &x);
        value[1 + j] = clamp(p * b->score[j]);
    }
    return RAO_OK;
}

/* Chebyshev coefficients of component j, the first counted twice; returns the size of the last ones relative to the largest value. */
static double transform(const build *b, int64_t j, double a[N + 1], double *most) {
    double top = 0, last = 0;
    for (int k = 0; k <= N; k++) top = fmax(top, fabs(b->value[k * b->l->m + j]));
    for (int i = 0; i <= N; i++) {
        double sum = 0;
        for (int k = 0; k <= N; k++)
            sum += (k % N ? 1 : 0.5) * (b->value[k * b->l->m + j] / (top > 0 ? top : 1)) * b->cosine[i * k % (2 * N)];
        a[i] = top * (2.0 / N) * sum * (i == N ? 0.5 : 1);
    }
    for (int i = N - 2; i <= N; i++) last = fmax(last, fabs(a[i]));
    *most = top;
    return top > 0 ? last / top : 0;
}

/* The series of the integral from t = -1, half as wide as the panel. */
static void integrate(const double a[N + 1], double half, double out[N + 2]) {
    double sum = 0;
    for (int i = 1; i <= N + 1; i++) {
        double next = i + 1 <= N ? a[i + 1] : 0;
        out[i] = half * (a[i - 1] - next) / (2 * i);
        sum += i % 2 ? -out[i] : out[i];
    }
    out[0] = -sum;
}

/* b_0 + sum of b_i T_i(t), by Clenshaw's recurrence. */
static double at(const double *b, double t) {
    double u = 0, v = 0;
    for (int i = N + 1; i > 0; i--) {
        double w = b[i] + 2 * t * u - v;
        v = u, u = w;
    }
    return b[0] + t * u - v;
}

/* Its derivative in t: sum of i b_i U_(i-1)(t). */
static double slope_at(const double *b, double t) {
    double u = 0, v = 0;
    for (int i = N; i >= 0; i--) {
        double w = (i + 1) * b[i + 1] + 2 * t * u - v;
        v = u, u = w;
    }
    return u;
}

/* The nodes' values and the integrals' series; *rough: the last coefficients relative to the largest value, of the worst component; *spread: the least density over
 * the largest; *mass: about the integral of the density. */
static rao_status sample(build *b, double low, double high, double *rough, double *spread, double *mass) {
    double middle = low + 0.5 * (high - low), half = 0.5 * (high - low), least = INF, most, a[N + 1];
    int64_t m = b->l->m;
    for (int k = 0; k <= N; k++) {
        double x = k == 0 ? high : k == N ? low : middle + half * b->cosine[k];
        RAO_OR_RETURN(look(b, x, b->value + k * m));
        least = fmin(least, b->value[k * m]);
    }
    *rough = 0;
    for (int64_t j = 0; j < m; j++) {
        *rough = fmax(*rough, transform(b, j, a, &most));
        if (j == 0) *spread = most > 0 ? least / most : 1, *mass = most * (high - low);
        integrate(a, half, b->series + j * (N + 2));
    }
    return RAO_OK;
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

static rao_status keep(build *b, double low, double high, double error) {
    rao_status st;
    law *l = b->l;
    if (l->n == MOST_PANELS)
        return rao_fail(b->ctx, RAO_ENUMERIC, "%s: its distribution function was not reached in %d panels", l->f->table->info.name,
                        MOST_PANELS);
    law_panel *p = &l->panel[l->n++];
    p->low = low, p->high = high;
    RAO_TRY(rao_scratch(b->ctx, l->m * (N + 2), &p->series));
    RAO_TRY(rao_scratch(b->ctx, l->m, &p->below));
    RAO_TRY(rao_scratch(b->ctx, l->m, &p->above));
    RAO_TRY(rao_scratch(b->ctx, 2 * l->m, &p->noise));
    memcpy(p->series, b->series, sizeof *p->series * (size_t)(l->m * (N + 2)));
    l->error += error;
done:
    return st;
}

/* Halves [low, high] until the series end, or hold nothing. `before`: how rough the panel was that this is half of; `stalled`: how often halving did not help:
 * what is left is the noise of the density, or a kink, whose panel halving makes as light as one likes. */
static rao_status divide(build *b, double low, double high, double before, int stalled, int depth) {
    double rough, spread = 1, mass = 0, middle = low + 0.5 * (high - low);
    RAO_OR_RETURN(sample(b, low, high, &rough, &spread, &mass));
    stalled = rough > 0.1 * before && rough < 1e-6 ? stalled + 1 : 0;
    int smooth = rough <= tolerance || stalled >= STALLED, even = spread > 1e-6 || mass < b->least;
    if ((smooth && even) || mass < b->least || depth == 1200 || !(low < middle && middle < high)) return keep(b, low, high, rough * mass);
    RAO_OR_RETURN(divide(b, low, middle, rough, stalled, depth + 1));
    return divide(b, middle, high, rough, stalled, depth + 1);
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Octaves from a mark towards `side`, up to `most` away, in an unbounded tail as far as there is mass. */
static int64_t octaves(build *b, family_mark mark, double side, double most, double *edges, int64_t room) {
    const rao_family *f = b->l->f;
    int64_t n = 0;
    for (double step = mark.scale; step < most && n < room; step *= 2) {
        double x = mark.x + side * step;
        if (!(fabs(x) < largest)) break;
        edges[n++] = x;
        if (most == INF && step > 8 * mark.scale && (!f->table->possible(f, &x) || f->table->logpdf(f, b->l->s, &x) + log(step) < -200))
            break;
    }
    return n;
}

static rao_status lay_edges(build *b, double **edges, int64_t *count, double *first, double *last) {
    rao_status st;
    const rao_family *f = b->l->f;
    family_mark *marks;
    int64_t n, kept = 0, k = 0;
    RAO_TRY(rao_scratch(b->ctx, rao_most_marks(f), &marks));
    RAO_TRY(rao_scratch(b->ctx, MOST_EDGES, edges));
    n = rao_family_marks(f, b->l->s, marks);
    for (int64_t i = 0; i < n; i++)
        if (isfinite(marks[i].x) && marks[i].x >= b->low && marks[i].x <= b->high) marks[kept++] = marks[i];
    *first = INF, *last = -INF;
    for (int64_t i = 0; i < kept; i++) {
        if (marks[i].scale < INF) *first = fmin(*first, marks[i].x), *last = fmax(*last, marks[i].x);
        double up = b->high == INF ? INF : b->high - marks[i].x, down = b->low == -INF ? INF : marks[i].x - b->low;
        (*edges)[k++] = marks[i].x;
        if (!(marks[i].scale > 0 && marks[i].scale < INF)) continue;
        for (int64_t j = 0; j < kept; j++) { /* half of the way to the next mark with a scale */
            double gap = marks[j].x - marks[i].x;
            if (gap > 0 && marks[j].scale < INF) up = fmin(up, 0.5 * gap);
            if (gap < 0 && marks[j].scale < INF) down = fmin(down, -0.5 * gap);
        }
        int64_t room = (MOST_EDGES - k - kept) / 2;
        k += octaves(b, marks[i], -1, down, *edges + k, room);
        k += octaves(b, marks[i], 1, up, *edges + k, room);
    }
    qsort(*edges, (size_t)k, sizeof **edges, ascending);
    *count = 0;
    for (int64_t i = 0; i < k; i++)
        if (*count == 0 || (*edges)[i] > (*edges)[*count - 1]) (*edges)[(*count)++] = (*edges)[i];
done:
    return st;
}

/* A bound for the rounding of a series. */
static double rounding(const double *b) {
    double sum = 0;
    for (int i = 0; i < N + 2; i++) sum += fabs(b[i]);
    return 4 * DBL_EPSILON * sum;
}

/* What lies beyond the last edge of an unbounded tail, as a power of x: next to nothing, unless the second moment hangs on it. */
static rao_status beyond(build *b, int upper, double *rest) {
    const law *l = b->l;
    double end = upper ? l->panel[l->n - 1].high : l->panel[0].low, from = l->panel[l->n / 2].low, span = end - from, *value;
    memset(rest, 0, sizeof *rest * (size_t)l->m);
    if (isfinite(upper ? b->high : b->low) || l->n < 3) return RAO_OK;
    RAO_OR_RETURN(look(b, end, b->value));
    value = b->value + l->m;
    RAO_OR_RETURN(look(b, end - 0.125 * span, value));
    for (int64_t j = 0; j < l->m; j++) {
        double power = log(b->value[j] / value[j]) / log(0.875);
        if (power > 1.001 && power < 100) rest[j] = b->value[j] * fabs(span) / (power - 1);
    }
    return RAO_OK;
}

static rao_status add_up(build *b) {
    rao_status st;
    law *l = b->l;
    double *low, *high;
    RAO_TRY(rao_scratch(b->ctx, l->m, &low));
    RAO_TRY(rao_scratch(b->ctx, l->m, &high));
    RAO_TRY(beyond(b, 0, low));
    RAO_TRY(beyond(b, 1, high));
    for (int64_t j = 0; j < l->m; j++) {
        double sum = low[j], noise = 0;
        for (int64_t i = 0; i < l->n; i++) {
            const double *series = l->panel[i].series + j * (N + 2);
            l->panel[i].below[j] = sum, sum += at(series, 1);
            l->panel[i].noise[j] = noise += rounding(series);
        }
        if (j == 0) l->total = sum + high[0];
        sum = high[j], noise = 0;
        for (int64_t i = l->n - 1; i >= 0; i--) {
            const double *series = l->panel[i].series + j * (N + 2);
            l->panel[i].above[j] = sum, sum += at(series, 1);
            l->panel[i].noise[l->m + j] = noise += rounding(series);
        }
    }
done:
    return st;
}

rao_status rao_law_open(rao_ctx *ctx, const rao_family *f, const double *s, int slopes, law *out) {
    rao_status st;
    build b = {.ctx = ctx, .l = out};
    double *edges, first, last;
    int64_t count;
    family_item it = {.f = f, .p = s, .chart = f->table->charts, .what = "quantiles"};
    *out = (law){.f = f, .s = s, .m = slopes ? 1 + f->dim : 1};
    if (slopes) RAO_TRY(rao_want_regular(ctx, &it));
    RAO_TRY(rao_scratch(ctx, MOST_PANELS, &out->panel));
    RAO_TRY(rao_scratch(ctx, (N + 1) * out->m, &b.value));
    RAO_TRY(rao_scratch(ctx, (N + 2) * out->m, &b.series));
    RAO_TRY(rao_scratch(ctx, f->dim + 1, &b.score));
    for (int k = 0; k < 2 * N; k++) b.cosine[k] = cos(pi * k / N);
    f->table->support(f, s, &b.low, &b.high);
    RAO_TRY(lay_edges(&b, &edges, &count, &first, &last));
    for (int64_t i = 0; i + 1 < count; i++) {
        b.least =
            edges[i] >= first && edges[i + 1] <= last ? 1e-290 : tail_mass; /* a gap between places of mass matters however light it is */
        RAO_TRY(divide(&b, edges[i], edges[i + 1], INF, 0, 0));
    }
    RAO_TRY(add_up(&b));
    if (!(fabs(out->total - 1) < 1e-7))
        RAO_TRY(
            rao_fail(ctx, RAO_ENUMERIC, "%s: its density integrates to %.17g over the doubles, want 1", f->table->info.name, out->total));
    out->error += fabs(out->total - 1);
done:
    return st;
}

/* ---- questions ---------------------------------------------------------------------------------------------------- */

/* The t with integral(t) = share of the panel, by Newton's method kept within a bracket. */
static double solve(const law_panel *p, double share) {
    double low = -1, high = 1, whole = at(p->series, 1), t = 2 * (share / whole) - 1;
    if (!(whole > 0)) return 0;
    for (int i = 0; i < 60 && low < high; i++) {
        if (!(t > low && t < high)) t = 0.5 * (low + high);
        double miss = at(p->series, t) - share;
        if (miss > 0) high = t;
        else low = t;
        double next = t - miss / slope_at(p->series, t);
        if (fabs(next - t) < 1e-15 || miss == 0) break;
        t = next;
    }
    return fmax(-1, fmin(1, t));
}

static law_place place(const law *l, int64_t panel, double t) {
    const law_panel *p = &l->panel[panel];
    double half = 0.5 * (p->high - p->low);
    return (law_place){panel, t, t < 0 ? p->low + half * (1 + t) : p->high - half * (1 - t)};
}

law_place rao_law_quantile(const law *l, double tail, int upper) {
    int64_t low = 0, high = l->n - 1;
    double target = tail * l->total;
    while (low < high) { /* the last panel with below <= target, or the first with above <= target */
        int64_t middle = upper ? (low + high) / 2 : (low + high + 1) / 2;
        if (upper && l->panel[middle].above[0] <= target) high = middle;
        else if (upper) low = middle + 1;
        else if (l->panel[middle].below[0] <= target) low = middle;
        else high = middle - 1;
    }
    const law_panel *p = &l->panel[low];
    double whole = at(p->series, 1), share = upper ? whole - (target - p->above[0]) : target - p->below[0];
    return place(l, low, solve(p, fmax(0, fmin(whole, share))));
}

law_place rao_law_find(const law *l, double x) {
    int64_t low = 0, high = l->n - 1;
    while (low < high) {
        int64_t middle = (low + high + 1) / 2;
        if (l->panel[middle].low <= x) low = middle;
        else high = middle - 1;
    }
    const law_panel *p = &l->panel[low];
    double half = 0.5 * (p->high - p->low), t = x - p->low < half ? (x - p->low) / half - 1 : 1 - (p->high - x) / half;
    law_place at = {low, fmax(-1, fmin(1, t)), x};
    return at;
}

/* Component j up to the place, or from it on. */
static double part_below(const law *l, law_place a, int64_t j) {
    const law_panel *p = &l->panel[a.panel];
    return p->below[j] + at(p->series + j * (N + 2), a.t);
}
static double part_above(const law *l, law_place a, int64_t j) {
    const law_panel *p = &l->panel[a.panel];
    const double *series = p->series + j * (N + 2);
    return p->above[j] + (at(series, 1) - at(series, a.t));
}

double rao_law_tail(const law *l, law_place a, int *upper) {
    double below = part_below(l, a, 0), above = part_above(l, a, 0);
    *upper = above < below;
    return fmax(0, *upper ? above : below) / l->total;
}

/* dF/d(parameter j) by the lighter side; 0 where it is the rounding of what cancels (between two places of mass a location moves nothing). */
static double slope_of(const law *l, law_place a, int64_t j, int upper) {
    double value = upper ? -part_above(l, a, j) : part_below(l, a, j);
    return fabs(value) > l->panel[a.panel].noise[upper * l->m + j] ? value : 0;
}

rao_status rao_law_slopes(rao_ctx *ctx, const law *l, law_place a, double *v) {
    int upper;
    double p = exp(l->f->table->logpdf(l->f, l->s, &a.x)), tail = rao_law_tail(l, a, &upper);
    if (isnan(p)) return rao_no_value(ctx, l->f, l->s, &a.x);
    for (int64_t j = 1; j < l->m; j++) v[j - 1] = p > 0 && tail > tail_mass ? -slope_of(l, a, j, upper) / p : 0;
    return RAO_OK;
}

/* ---- E dQ_i dQ_j -------------------------------------------------------------------------------------------------- */

/* Clenshaw and Curtis' rule on a panel for (dF_i dF_j)/p, and what it differs by from the rule of every other node. */
static rao_status on_panel(build *b, int64_t panel, const double *weight, const double *coarse, double *sum, double *rough) {
    const law *l = b->l;
    const law_panel *p = &l->panel[panel];
    int64_t d = l->m - 1;
    double half = 0.5 * (p->high - p->low);
    memset(sum, 0, sizeof *sum * (size_t)(d * d));
    memset(rough, 0, sizeof *rough * (size_t)(d * d));
    for (int k = 0; k <= N; k++) {
        law_place a = place(l, panel, b->cosine[k]);
        int upper;
        RAO_OR_RETURN(look(b, a.x, b->value));
        double root = sqrt(b->value[0]);
        if (!(rao_law_tail(l, a, &upper) > tail_mass)) continue;
        for (int64_t j = 0; j < d; j++) {
            double slope = slope_of(l, a, 1 + j, upper);
            b->score[j] = slope == 0 ? 0 : fmax(-1e150, fmin(1e150, slope / root));
        }
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = 0; j <= i; j++) {
                double term = half * b->score[i] * b->score[j];
                sum[i * d + j] += weight[k] * term;
                rough[i * d + j] += (weight[k] - (k % 2 ? 0 : coarse[k / 2])) * term;
            }
    }
    return RAO_OK;
}

/* Weights of Clenshaw and Curtis' rule of even order n on [-1, 1]. */
static void clenshaw_curtis(int n, double *weight) {
    for (int k = 0; k <= n; k++) {
        double sum = 1;
        for (int j = 1; j <= n / 2; j++) sum -= (2 * j == n ? 1 : 2) * cos(2 * pi * j * k / n) / (4.0 * j * j - 1);
        weight[k] = (k % n ? 2.0 : 1.0) / n * sum;
    }
}

rao_status rao_law_information(rao_ctx *ctx, const law *l, double *out, double *error) {
    rao_status st;
    int64_t d = l->m - 1;
    build b = {.ctx = ctx, .l = (law *)(uintptr_t)l};
    double fine[N + 1], coarse[N / 2 + 1], *rough, *sum;
    RAO_TRY(rao_scratch(ctx, l->m, &b.value));
    RAO_TRY(rao_scratch(ctx, d + 1, &b.score));
    RAO_TRY(rao_scratch(ctx, d * d, &rough));
    RAO_TRY(rao_scratch(ctx, d * d, &sum));
    for (int k = 0; k < 2 * N; k++) b.cosine[k] = cos(pi * k / N);
    clenshaw_curtis(N, fine), clenshaw_curtis(N / 2, coarse);
    l->f->table->support(l->f, l->s, &b.low, &b.high);
    memset(out, 0, sizeof *out * (size_t)(d * d));
    *error = 0;
    for (int64_t i = 0; i < l->n; i++) {
        RAO_TRY(on_panel(&b, i, fine, coarse, sum, rough));
        for (int64_t j = 0; j < d * d; j++) { /* twice the order errs by about the square */
            out[j] += sum[j];
            if (rough[j] != 0) *error += fabs(rough[j]) * fmin(1, fabs(rough[j] / sum[j]));
        }
    }
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < i; j++) out[j * d + i] = out[i * d + j];
    double top = 0;
    for (int64_t i = 0; i < d; i++) top = fmax(top, out[i * (d + 1)]);
    if (!(*error <= 1e-6 * top && top < 1e250))
        RAO_TRY(rao_fail(ctx, RAO_ENUMERIC,
                         "%s: the information was not reached: %.3g with error %.3g (where next to no mass lies between two places of "
                         "it, quantiles jump)",
                         l->f->table->info.name, top, *error));
    for (int64_t i = 0; i < d * d; i++) *error = fmax(*error, (4e-13 + 4 * l->error) * fabs(out[i]));
done:
    return st;
}
