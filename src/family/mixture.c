/* mixture.c - sum of w_i p_i over components of any families on one sample space. State: w, log w, then the components' states.
 * Coordinates: w_1..w_k (the tangent takes w_1..w_{k-1}), then each component's in its default chart.
 * Density quantities are quadratures on a line, sums over counts and classes, and averages over draws in several variables (with their error). */
#include <math.h>
#include <string.h>

#include <rao/num.h>

#include "family/family.h"

extern const family_table rao_table_mixture_line, rao_table_mixture_counts, rao_table_mixture_classes, rao_table_mixture_vector;

/* ---- the family ---------------------------------------------------------------------------------------------- */

static const family_table *table_for(const rao_family *part) {
    if (part->table->info.discrete)
        return part->table->support     ? &rao_table_mixture_counts
               : part->observation == 1 ? &rao_table_mixture_classes
                                        : &rao_table_mixture_vector;
    return part->table->support ? &rao_table_mixture_line : &rao_table_mixture_vector;
}

static rao_status check_parts(rao_ctx *ctx, int64_t count, const rao_family *const *components) {
    if (count < 1) return rao_fail(ctx, RAO_EINVAL, "mixture: %lld components, want at least 1", (long long)count);
    for (int64_t i = 0; i < count; i++) {
        const rao_family *a = components[0], *b = components[i];
        if (b->part_count)
            return rao_fail(ctx, RAO_EINVAL, "mixture: component %lld is a mixture itself; give its components instead", (long long)i + 1);
        if (table_for(a) != table_for(b) || a->observation != b->observation ||
            (table_for(a) == &rao_table_mixture_classes && a->d != b->d))
            return rao_fail(ctx, RAO_EINVAL, "mixture: component %lld (%s) has observations of another kind than component 1 (%s)",
                            (long long)i + 1, b->table->info.name, a->table->info.name);
    }
    return RAO_OK;
}

rao_status rao_family_mixture(rao_ctx *ctx, int64_t count, const rao_family *const *components, rao_family **family) {
    rao_status st;
    rao_family *f = NULL;
    RAO_TRY(check_parts(ctx, count, components));
    RAO_TRY(rao_alloc(ctx, 1, &f));
    RAO_TRY(rao_alloc(ctx, count, &f->parts));
    f->table = table_for(components[0]);
    f->part_count = count;
    f->d = components[0]->d;
    f->observation = components[0]->observation;
    f->coords[0] = count, f->tangents[0] = count - 1, f->state = 2 * count;
    for (int64_t i = 0; i < count; i++) {
        f->parts[i] = *components[i];
        rao_own_share(&f->parts[i]);
        f->coords[0] += components[i]->coords[0];
        f->tangents[0] += components[i]->tangents[0];
        f->state += components[i]->state;
    }
    f->dim = f->tangents[0];
    *family = f;
    f = NULL;
done:
    rao_family_destroy(&f);
    return st;
}

/* Where the states of the components begin; each is followed by the next. */
static inline const double *first_state(const rao_family *f, const double *s) { return s + 2 * f->part_count; }

static rao_status load(rao_ctx *ctx, const rao_family *f, const double *c, double *s) {
    int64_t k = f->part_count;
    double sum = 0, *state = s + 2 * k;
    for (int64_t i = 0; i < k; i++) {
        if (!(c[i] >= 0 && c[i] <= 1.000001))
            return rao_fail(ctx, RAO_EDOMAIN, "mixture: weight %lld is %.17g, want 0 <= w <= 1", (long long)i + 1, c[i]);
        sum += c[i];
    }
    if (!(fabs(sum - 1) <= 1e-12 * (double)k))
        return rao_fail(ctx, RAO_EDOMAIN, "mixture: the weights sum to %.17g, off from 1 by %.3g", sum, sum - 1);
    for (int64_t i = 0; i < k; i++) s[i] = fabs(sum - 1) <= 2e-16 ? c[i] : c[i] / sum, s[k + i] = log(s[i]);
    c += k;
    for (int64_t i = 0; i < k; i++) {
        const rao_family *part = &f->parts[i];
        rao_status st = part->table->charts[0].load(ctx, part, c, state);
        if (st) return st;
        c += part->coords[0], state += part->state;
    }
    return RAO_OK;
}

static rao_status store(rao_ctx *ctx, const rao_family *f, const double *s, double *c) {
    const double *state = first_state(f, s);
    memcpy(c, s, sizeof *c * (size_t)f->part_count);
    c += f->part_count;
    for (int64_t i = 0; i < f->part_count; i++) {
        rao_status st = f->parts[i].table->charts[0].store(ctx, &f->parts[i], state, c);
        if (st) return st;
        c += f->parts[i].coords[0], state += f->parts[i].state;
    }
    return RAO_OK;
}

/* "w_2", "2.mu": component and its own name. A point has all weights, and all numbers of its components' points. */
rao_status rao_mixture_coord_name(rao_ctx *ctx, const rao_family *f, int64_t j, int of_point, char name[RAO_COORD_NAME]) {
    int64_t weights = of_point ? f->part_count : f->part_count - 1;
    if (j < weights) {
        rao_write_number(name, "w_", j + 1, "");
        return RAO_OK;
    }
    j -= weights;
    for (int64_t i = 0; i < f->part_count; i++) {
        int64_t m = of_point ? f->parts[i].coords[0] : f->parts[i].tangents[0];
        if (j < m) {
            char own[RAO_COORD_NAME];
            rao_status st =
                of_point ? rao_family_point_name(ctx, &f->parts[i], 0, j, own) : rao_family_coord_name(ctx, &f->parts[i], 0, j, own);
            if (!st) rao_write_number(name, "", i + 1, own);
            return st;
        }
        j -= m;
    }
    return rao_fail(ctx, RAO_EINVAL, "mixture: coordinate beyond the last");
}

/* ---- density ------------------------------------------------------------------------------------------------- */

static int possible(const rao_family *f, const double *x) {
    for (int64_t i = 0; i < f->part_count; i++)
        if (f->parts[i].table->possible(&f->parts[i], x)) return 1;
    return 0;
}

/* log w_i + log p_i(x) */
static double term(const rao_family *f, const double *s, const double *state, int64_t i, const double *x) {
    const rao_family *part = &f->parts[i];
    if (s[i] == 0 || !part->table->possible(part, x)) return -INF;
    return s[f->part_count + i] + part->table->logpdf(part, state, x);
}

static double logpdf(const rao_family *f, const double *s, const double *x) {
    const double *state = first_state(f, s);
    double top = -INF, sum = 0;
    for (int64_t i = 0; i < f->part_count; state += f->parts[i++].state) { /* the sum in units of the largest so far */
        double t = term(f, s, state, i, x);
        if (t == -INF) continue;
        if (t > top) sum = sum * exp(top - t) + 1, top = t;
        else sum += exp(t - top);
    }
    return top == -INF ? -INF : top + log(sum);
}

/* log(p/q) = log(1 + sum of v_i q_i/q (w_i p_i / (v_i q_i) - 1)), w and v the weights: the sum of small differences where p is near q. */
static double log_ratio(const rao_family *f, const double *s, const double *t, const double *x) {
    const double *state = first_state(f, s), *other = first_state(f, t);
    double log_q = logpdf(f, t, x), sum = 0;
    int64_t k = f->part_count;
    for (int64_t i = 0; i < k; state += f->parts[i].state, other += f->parts[i++].state) {
        double in_p = term(f, s, state, i, x), in_q = term(f, t, other, i, x);
        if (in_q == -INF || !(fabs(in_p - in_q) < 1)) sum += exp(in_p - log_q) - exp(in_q - log_q);
        else
            sum += exp(in_q - log_q) *
                   expm1(rao_log_quotient(s[i], t[i]) + rao_log_ratio(&f->parts[i], state, other, x, in_p - s[k + i], in_q - t[k + i]));
    }
    return fabs(sum) < 0.5 ? log1p(sum) : logpdf(f, s, x) - log_q;
}

/* p_i / p for the weights, w_i p_i / p times the component's score for the others. */
static void score(const rao_family *f, const double *s, const double *x, double *g) {
    const double *state = first_state(f, s);
    int64_t k = f->part_count, at = k - 1;
    double log_p = logpdf(f, s, x), last = 0;
    for (int64_t i = 0; i < k; i++) {
        const rao_family *part = &f->parts[i];
        double ratio = part->table->possible(part, x) ? exp(part->table->logpdf(part, state, x) - log_p) : 0;
        if (i < k - 1) g[i] = ratio;
        else last = ratio;
        if (ratio > 0 && s[i] > 0) part->table->score(part, state, x, g + at);
        for (int64_t j = 0; j < part->tangents[0]; j++) g[at + j] *= s[i] * ratio;
        at += part->tangents[0], state += part->state;
    }
    for (int64_t i = 0; i < k - 1; i++) g[i] -= last;
}

static void support(const rao_family *f, const double *s, double *low, double *high) {
    const double *state = first_state(f, s);
    *low = INF, *high = -INF;
    for (int64_t i = 0; i < f->part_count; state += f->parts[i++].state) {
        double a, b;
        if (s[i] == 0) continue;
        f->parts[i].table->support(&f->parts[i], state, &a, &b);
        *low = fmin(*low, a), *high = fmax(*high, b);
    }
}

/* The heaviest component's. */
static void center(const rao_family *f, const double *s, double *middle, double *scale) {
    const double *state = first_state(f, s);
    double most = -1;
    for (int64_t i = 0; i < f->part_count; state += f->parts[i++].state)
        if (s[i] > most) most = s[i], f->parts[i].table->center(&f->parts[i], state, middle, scale);
}

/* Of every component: its middle, or its own marks; and its edges, which are jumps inside another component's support. At most three each. */
static int64_t landmarks(const rao_family *f, const double *s, family_mark *at, int64_t most) {
    const double *state = first_state(f, s);
    int64_t n = 0;
    for (int64_t i = 0; i < f->part_count && n + 3 <= most; state += f->parts[i++].state) {
        const family_table *part = f->parts[i].table;
        double low, high;
        if (s[i] == 0) continue;
        if (part->landmarks) {
            n += part->landmarks(&f->parts[i], state, at + n, 3);
            continue;
        }
        part->center(&f->parts[i], state, &at[n].x, &at[n].scale), n++;
        part->support(&f->parts[i], state, &low, &high);
        if (isfinite(low)) at[n++] = (family_mark){low, INF};
        if (isfinite(high)) at[n++] = (family_mark){high, INF};
    }
    return n;
}

static void sample(const rao_family *f, const double *s, rao_draws *d, double *x) {
    const double *state = first_state(f, s);
    int64_t chosen = rao_draw_class(d, s, f->part_count);
    for (int64_t i = 0; i < chosen; i++) state += f->parts[i].state;
    f->parts[chosen].table->sample(&f->parts[chosen], state, d, x);
}

static void attach(rao_ctx *ctx, const rao_family *f, double *s) {
    double *state = s + 2 * f->part_count;
    for (int64_t i = 0; i < f->part_count; state += f->parts[i++].state)
        if (f->parts[i].table->attach) f->parts[i].table->attach(ctx, &f->parts[i], state);
}

static rao_status mle(rao_ctx *ctx, const rao_family *f, const family_data *data, double *c) {
    (void)f, (void)data, (void)c;
    return rao_fail(ctx, RAO_EUNABLE, "mixture: no maximum likelihood estimate (the likelihood of most mixtures is unbounded)");
}

static const family_chart charts[] = {{.name = "components", .coords = "", .load = load, .store = store}};

#define MIXTURE(discrete, support_slot, center_slot, landmarks_slot)                                                                     \
    {                                                                                                                                    \
        .info = {"mixture", "Mixture", "components", NULL, NULL, 0, discrete, 0, 1}, .charts = charts, .chart_count = 1,                 \
        .possible = possible, .possible_words = "an observation of one of the components", .logpdf = logpdf, .log_ratio = log_ratio,     \
        .score = score, .support = support_slot, .center = center_slot, .landmarks = landmarks_slot, .sample = sample, .attach = attach, \
        .mle = mle                                                                                                                       \
    }
const family_table rao_table_mixture_line = MIXTURE(0, support, center, landmarks);
const family_table rao_table_mixture_counts = MIXTURE(1, support, center, landmarks);
const family_table rao_table_mixture_classes = MIXTURE(1, NULL, NULL, NULL);
const family_table rao_table_mixture_vector = MIXTURE(0, NULL, NULL, NULL);
