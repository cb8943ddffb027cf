/* numerical.c - what a table leaves empty, as expectations (expect.h):
 * entropy -E log p, KL E_p log p/q, its gradient -E_p score_q, Fisher E score score^T. */
#include <math.h>
#include <string.h>

#include <rao/num.h>

#include "family/expect.h"
#include "family/generic.h"

static expect_draws draws_of(const family_item *it) {
    return (expect_draws){it->args->stream, (uint64_t)it->index, it->args->samples, 0, 0};
}

static rao_status minus_log(rao_ctx *ctx, const double *x, double weight, double *sum, void *arg) {
    const family_item *it = arg;
    (void)ctx;
    *sum -= weight * it->f->table->logpdf(it->f, it->p, x);
    return RAO_OK;
}

rao_status rao_generic_entropy(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    expect_draws draws = draws_of(it);
    return rao_expect(ctx, it->f, it->p, NULL, &draws, 1, minus_log, (void *)it, out, quality);
}

/* log p/q, by the family's own difference where it has one, less its limit in the tails. */
typedef struct quotients {
    const family_item *it;
    double limit; /* 0: tails are light */
} quotients;

static double log_quotient(const quotients *k, const double *x) {
    const family_item *it = k->it;
    const family_table *table = it->f->table;
    if (rao_heavy_tail(it->f) > 0) return table->standard->within(it->f, it->p, it->q, x[0]);
    return rao_log_ratio(it->f, it->p, it->q, x, table->logpdf(it->f, it->p, x), table->logpdf(it->f, it->q, x));
}

static rao_status log_ratio(rao_ctx *ctx, const double *x, double weight, double *sum, void *arg) {
    (void)ctx;
    *sum += weight * log_quotient(arg, x);
    return RAO_OK;
}

/* exp(d) - 1 - d with d = log q/p has the same mean where q has no mass outside the support of p, and every term is positive: close pairs keep
 * their digits. Where q is far, its mass lies where the weights of p vanish, so this form is for close pairs only. */
static rao_status remainder_of_ratio(rao_ctx *ctx, const double *x, double weight, double *sum, void *arg) {
    const quotients *k = arg;
    double d = log_quotient(k, x), far = -k->limit;
    (void)ctx;
    /* less that of the limit: e^far (e^-d - 1) - (far - d) + far */
    *sum += weight * (far == 0 ? rao_expm1mx(-d) : exp(far) * rao_expm1mx(-d) - d * expm1(far));
    return RAO_OK;
}

/* Where tails are too heavy for doubles the integrals are of what differs from the limit, and the limit is added: its probability is one. */
rao_status rao_generic_kl(rao_ctx *ctx, const family_item *given, double *out, rao_quality *quality) {
    expect_draws draws = draws_of(given);
    family_item at = *given, *it = &at;
    unit_pair units;
    if (rao_pair_units(it->f, it->p, it->q, &units)) at.p = units.p, at.q = units.q;
    quotients k = {it, rao_heavy_tail(it->f) * (rao_heavy_tail(it->f) > 0 ? rao_log_quotient(it->p[1], it->q[1]) : 0)};
    draws.noise = rao_heavy_tail(it->f) > 0 ? 0 : 1e-15; /* of two logarithms that nearly cancel */
    RAO_OR_RETURN(rao_expect(ctx, it->f, it->p, it->q, &draws, 1, log_ratio, &k, out, quality));
    *out += k.limit;
    if (*out > 1e-3 && *out > 0.1 * fabs(k.limit)) return RAO_OK;
    draws.noise = it->f->table->log_ratio ? 0 : draws.noise * sqrt(2 * fmax(*out, 1e-15)); /* of d^2/2 */
    RAO_OR_RETURN(rao_expect(ctx, it->f, it->p, it->q, &draws, 1, remainder_of_ratio, &k, out, quality));
    return *out += rao_expm1mx(-k.limit), RAO_OK;
}

typedef struct score_sum {
    const family_item *it;
    double *g;
    double limit; /* of the score in the scale, in the tails of a law whose tails are heavy */
} score_sum;

static rao_status minus_score_of_q(rao_ctx *ctx, const double *x, double weight, double *sum, void *arg) {
    score_sum *a = arg;
    int64_t m = a->it->f->tangents[chart_number(a->it->f, a->it->chart)];
    family_item at = *a->it;
    at.p = a->it->q;
    at.x = x;
    RAO_OR_RETURN(rao_score_in_chart(ctx, &at, a->g));
    if (a->limit != 0) a->g[1] -= a->limit;
    for (int64_t i = 0; i < m; i++) sum[i] -= weight * a->g[i];
    return RAO_OK;
}

static rao_status score_squared(rao_ctx *ctx, const double *x, double weight, double *sum, void *arg) {
    score_sum *a = arg;
    int64_t m = a->it->f->tangents[chart_number(a->it->f, a->it->chart)];
    family_item at = *a->it;
    at.x = x;
    RAO_OR_RETURN(rao_score_in_chart(ctx, &at, a->g));
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < m; j++) sum[i * m + j] += weight * a->g[i] * a->g[j];
    if (a->limit != 0) sum[3] -= weight * a->limit * a->limit;
    return RAO_OK;
}

static rao_status with_scores(rao_ctx *ctx, const family_item *it, expect_fn *fn, int squared, int by_draws, double *out,
                              rao_quality *quality) {
    rao_status st;
    int64_t m = it->f->tangents[chart_number(it->f, it->chart)];
    score_sum a = {it, NULL, 0};
    if (!by_draws && rao_heavy_tail(it->f) > 0) a.limit = rao_heavy_tail(it->f) / (squared ? it->p : it->q)[1];
    rao_mark mark = rao_scratch_mark(ctx);
    RAO_TRY(rao_scratch(ctx, m, &a.g));
    expect_draws draws = draws_of(it);
    draws.only = by_draws;
    RAO_TRY(rao_expect(ctx, it->f, it->p, squared ? NULL : it->q, &draws, squared ? m * m : m, fn, &a, out, quality));
    if (a.limit != 0) out[squared ? 3 : 1] += squared ? a.limit * a.limit : -a.limit;
    for (int64_t i = 0; i < m && squared; i++)
        for (int64_t j = 0; j < i; j++) out[i * m + j] = out[j * m + i];
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_generic_kl_gradient(rao_ctx *ctx, const family_item *it, double *out, rao_quality *quality) {
    family_item at = *it;
    unit_pair units = {.exponent = 0};
    if (it->f->table->standard && rao_pair_units(it->f, it->p, it->q, &units)) at.p = units.p, at.q = units.q;
    RAO_OR_RETURN(with_scores(ctx, &at, minus_score_of_q, 0, 0, out, quality));
    if (at.p == it->p) return RAO_OK;
    for (int64_t i = 0; i < 2; i++) out[i] = ldexp(out[i], -units.exponent); /* of a location and a scale */
    return quality->error = ldexp(quality->error, -units.exponent), RAO_OK;
}

rao_status rao_fisher_by_expectation(rao_ctx *ctx, const family_item *it, int by_draws, double *out, rao_quality *quality) {
    return with_scores(ctx, it, score_squared, 1, by_draws, out, quality);
}
