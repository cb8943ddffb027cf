/* sum.c - sums over the integers of terms that vanish at both ends: expectations under laws of counts.
 *
 * Terms that vary slowly are summed with a stride: h sum_j f(c + h j) differs from sum_k f(k) by exp(-2 pi^2 s^2 / h^2) for a bell of
 * width s (Poisson's summation formula), so a Poisson law of rate 1e12 needs a hundred terms and not ten million. No smoothness is
 * assumed: the sums with strides h and some 3/4 h without a common divisor must agree, and where they do not (an edge of the support cuts
 * the bell, the terms are not smooth, or depend on a remainder of k) the stride is quartered, down to the plain sum.
 * A direction ends where the terms fall geometrically and the rest of that geometric series is below a rounding error.
 */
#include "num/private.h"

#include <string.h>

enum { BLOCK = 16 };

static const rao_option rows[] = {
    {.name = "rel_tol",
     .type = RAO_OPT_REAL,
     .offset = offsetof(rao_sum_opts, rel_tol),
     .value = 1e-13,
     .min = 0,
     .max = 1,
     .help = "error relative to the sum"},
    {.name = "abs_tol",
     .type = RAO_OPT_REAL,
     .offset = offsetof(rao_sum_opts, abs_tol),
     .value = 0,
     .min = 0,
     .max = DBL_MAX,
     .help = "absolute error"},
    {.name = "magnitude_tol",
     .type = RAO_OPT_REAL,
     .offset = offsetof(rao_sum_opts, magnitude_tol),
     .value = 1e-14,
     .min = 0,
     .max = 1,
     .help = "error relative to the sum of |f|"},
    {.name = "centre",
     .type = RAO_OPT_REAL,
     .offset = offsetof(rao_sum_opts, centre),
     .value = 0,
     .min = -DBL_MAX,
     .max = DBL_MAX,
     .help = "where the terms are large"},
    {.name = "width",
     .type = RAO_OPT_REAL,
     .offset = offsetof(rao_sum_opts, width),
     .value = 1,
     .min = 0,
     .max = DBL_MAX,
     .help = "over how many integers they are"},
    {.name = "max_terms",
     .type = RAO_OPT_INT,
     .offset = offsetof(rao_sum_opts, max_terms),
     .value = 10000000,
     .min = 1,
     .max = 1e15,
     .help = "terms at most"},
};
static const rao_option_table table = {"sum", sizeof(rao_sum_opts), rows, sizeof rows / sizeof *rows};

void rao_sum_opts_init_sized(rao_sum_opts *opts, size_t size) {
    memset(opts, 0, size);
    rao_options_defaults(&table, opts, size);
    opts->size = size;
}

typedef struct work {
    rao_ctx *ctx;
    const rao_sum_opts *opts;
    rao_term *term;
    void *arg;
    int64_t m, terms;
    double low, high;
    double k[BLOCK], *samples; /* BLOCK x m */
} work;

/* Sums with compensation, sums of magnitudes, and what is left out at the ends: m numbers each. */
typedef struct sums {
    double *sum, *carry, *magnitude, *beyond;
} sums;

static rao_status sums_create(work *w, sums *s) {
    rao_status st = RAO_OK;
    RAO_TRY(rao_scratch(w->ctx, 4 * w->m, &s->sum));
    s->carry = s->sum + w->m, s->magnitude = s->sum + 2 * w->m, s->beyond = s->sum + 3 * w->m;
done:
    return st;
}

static rao_status add_block(work *w, int count, sums *s) {
    rao_status st = w->term(w->ctx, w->arg, count, w->k, w->samples);
    if (st != RAO_OK) return st;
    w->terms += count;
    for (int i = 0; i < count; i++)
        for (int64_t j = 0; j < w->m; j++) {
            double v = w->samples[i * w->m + j], next = s->sum[j] + v;
            if (!isfinite(v)) return rao_fail(w->ctx, RAO_EDOMAIN, "sum: the term at %.17g is %g", w->k[i], v);
            s->carry[j] += fabs(s->sum[j]) >= fabs(v) ? (s->sum[j] - next) + v : (v - next) + s->sum[j];
            s->sum[j] = next;
            s->magnitude[j] += fabs(v);
        }
    return RAO_OK;
}

/* Largest term of each quarter of the last block: ratio of the last two quarters bounds what follows, all of it before it is multiplied by the stride. */
static int ends_here(const work *w, int count, const sums *s, int beyond_centre, double stride, double *rest) {
    int quarter = count / 4, settled = beyond_centre;
    for (int64_t j = 0; j < w->m; j++) {
        double last = 0, before = 0;
        for (int i = count - quarter; i < count; i++) last = fmax(last, fabs(w->samples[i * w->m + j]));
        for (int i = count - 2 * quarter; i < count - quarter; i++) before = fmax(before, fabs(w->samples[i * w->m + j]));
        double ratio = before > 0 ? last / before : last > 0 ? 2 : 0;
        rest[j] = ratio < 1 ? quarter * last * ratio / (1 - ratio) : NUM_INF;
        double limit = fmax(1e-17 * s->magnitude[j], 0.01 * w->opts->abs_tol / stride);
        if (!(last == 0 || rest[j] <= limit)) settled = 0;
    }
    return settled;
}

/* Terms at start, start + step, ... to the end of the range or of the terms. */
static rao_status one_way(work *w, double start, double step, sums *s) {
    rao_status st = RAO_OK;
    double *rest = NULL, k = start, centre = w->opts->centre, width = w->opts->width;
    RAO_TRY(rao_scratch(w->ctx, w->m, &rest));
    for (;;) {
        int count = 0;
        for (; count < BLOCK && k >= w->low && k <= w->high; k += step) w->k[count++] = k;
        if (count == 0) return RAO_OK;
        RAO_TRY(add_block(w, count, s));
        int past = fabs(k - centre) > 2 * width && (k > centre) == (step > 0);
        if (count == BLOCK && ends_here(w, count, s, past, fabs(step), rest)) {
            for (int64_t j = 0; j < w->m; j++) s->beyond[j] += rest[j];
            return RAO_OK;
        }
        if (w->terms > w->opts->max_terms) {
            for (int64_t j = 0; j < w->m; j++) s->beyond[j] = NUM_INF;
            return RAO_OK;
        }
        if (rao_ctx_cancelled(w->ctx)) return rao_fail(w->ctx, RAO_ENUMERIC, "sum: cancelled after %lld terms", (long long)w->terms);
    }
done:
    return st;
}

/* sum over start + stride Z, times stride */
static rao_status strided(work *w, double start, double stride, sums *s) {
    rao_status st = RAO_OK;
    memset(s->sum, 0, (size_t)(4 * w->m) * sizeof *s->sum);
    RAO_TRY(one_way(w, start, stride, s));
    RAO_TRY(one_way(w, start - stride, -stride, s));
    for (int64_t j = 0; j < w->m; j++) {
        s->sum[j] = (s->sum[j] + s->carry[j]) * stride;
        s->magnitude[j] *= stride, s->beyond[j] *= stride;
    }
done:
    return st;
}

static int judge(const work *w, const sums *s, const double *disagreement, rao_quad_info *info) {
    const rao_sum_opts *o = w->opts;
    int all = 1;
    for (int64_t j = 0; j < w->m; j++) {
        double error = s->beyond[j] + disagreement[j] + 4 * DBL_EPSILON * s->magnitude[j];
        double tolerance = fmax(o->abs_tol, fmax(o->rel_tol * fabs(s->sum[j]), o->magnitude_tol * s->magnitude[j]));
        info[j] = (rao_quad_info){s->sum[j], error, s->magnitude[j], w->terms, error <= tolerance};
        all = all && info[j].converged;
    }
    return all;
}

/* Some 3/4 of a stride, without a common divisor: both a remainder of k and the rest of Poisson's formula show in the difference. */
static double shorter(double stride) {
    for (double other = floor(0.77 * stride); other > 1; other--) {
        double a = stride, b = other;
        while (b > 0) {
            double rest = fmod(a, b);
            a = b, b = rest;
        }
        if (a == 1) return other;
    }
    return 1;
}

/* Shortens the stride until two coprime ones agree. */
static rao_status refine(work *w, rao_quad_info *found) {
    rao_status st = RAO_OK;
    sums fine, other;
    double *disagreement = NULL;
    double centre = fmin(fmax(nearbyint(w->opts->centre), w->low), w->high), stride = w->opts->width > 48 ? floor(0.5 * w->opts->width) : 1;
    RAO_TRY(sums_create(w, &fine));
    RAO_TRY(sums_create(w, &other));
    RAO_TRY(rao_scratch(w->ctx, w->m, &disagreement));
    for (;; stride = floor(0.25 * stride)) {
        stride = fmax(stride, 1);
        memset(disagreement, 0, (size_t)w->m * sizeof *disagreement);
        RAO_TRY(strided(w, centre, stride, &fine));
        if (stride > 1) RAO_TRY(strided(w, centre, shorter(stride), &other));
        for (int64_t j = 0; j < w->m && stride > 1; j++) disagreement[j] = fabs(fine.sum[j] - other.sum[j]);
        if (judge(w, &fine, disagreement, found) || stride == 1 || w->terms > w->opts->max_terms) break;
    }
done:
    return st;
}

rao_status rao_sum(rao_ctx *ctx, const rao_sum_opts *opts, rao_term *term, void *arg, int64_t m, double low, double high, double *values,
                   rao_quad_info *info) {
    rao_sum_opts own;
    rao_sum_opts_init(&own);
    if (opts) memcpy(&own, opts, opts->size < sizeof own ? opts->size : sizeof own);
    rao_status st = rao_options_check(ctx, &table, &own);
    if (st != RAO_OK) return st;
    if (m < 1) return rao_fail(ctx, RAO_EINVAL, "sum: %lld components, want >= 1", (long long)m);
    if (!(low <= high) || floor(low) != low || floor(high) != high)
        return rao_fail(ctx, RAO_EINVAL, "sum: from %g to %g, want integers in order", low, high);
    rao_mark mark = rao_scratch_mark(ctx);
    rao_quad_info *found = NULL;
    work w = {.ctx = ctx, .opts = &own, .term = term, .arg = arg, .m = m, .low = low, .high = high};
    RAO_TRY(rao_scratch(ctx, BLOCK * m, &w.samples));
    RAO_TRY(rao_scratch(ctx, m, &found));
    RAO_TRY(refine(&w, found));
    if (info) memcpy(info, found, (size_t)m * sizeof *info);
    for (int64_t j = 0; j < m; j++)
        if (!found[j].converged) {
            st = rao_fail(ctx, RAO_ENUMERIC, "sum: component %lld is %.17g with error %.3g after %lld terms, above the tolerance",
                          (long long)j, found[j].value, found[j].error, (long long)w.terms);
            goto done;
        }
    for (int64_t j = 0; j < m; j++) values[j] = found[j].value;
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
