/* quad2.c - integrals over the plane, one adaptive integral inside another. The inner errors are integrated along as further
 * components, so that the reported error is the outer estimate plus the integral of the inner ones. */
#include "num/private.h"

#include <string.h>

typedef struct nest {
    const rao_quad_opts *inner;
    rao_integrand2 *f;
    rao_inner_range *range;
    void *arg;
    int64_t m;
    double x;
    rao_quad_info *info; /* m */
    int64_t evaluations;
} nest;

static rao_status inner_integrand(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    nest *n = arg;
    n->evaluations += at->count;
    return n->f(ctx, n->arg, n->x, at, f);
}

/* An inner integral that is not reached goes on with its best value: its error is counted. */
static rao_status inner_integral(rao_ctx *ctx, nest *n, double x, double *values) {
    double low = -NUM_INF, high = NUM_INF;
    rao_status st = n->range ? n->range(ctx, n->arg, x, &low, &high) : RAO_OK;
    if (st != RAO_OK) return st;
    n->x = x;
    for (int64_t j = 0; j < n->m; j++) n->info[j] = (rao_quad_info){0};
    st = rao_quad(ctx, n->inner, inner_integrand, n, n->m, low, high, values, n->info);
    if (st != RAO_OK && (st != RAO_ENUMERIC || n->info[0].evaluations == 0)) return st;
    for (int64_t j = 0; j < n->m; j++) values[j] = n->info[j].value, values[n->m + j] = n->info[j].error;
    return RAO_OK;
}

static rao_status outer_integrand(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    nest *n = arg;
    for (int64_t i = 0; i < at->count; i++) {
        rao_status st = inner_integral(ctx, n, at->x[i], f + 2 * n->m * i);
        if (st != RAO_OK) return st;
    }
    return RAO_OK;
}

rao_status rao_quad2(rao_ctx *ctx, const rao_quad_opts *opts, const rao_quad_opts *inner, rao_integrand2 *f, rao_inner_range *range,
                     void *arg, int64_t m, double a, double b, double *values, rao_quad_info *info) {
    if (m < 1) return rao_fail(ctx, RAO_EINVAL, "quad2: %lld components, want >= 1", (long long)m);
    rao_quad_opts outer, own;
    rao_quad_opts_init(&outer);
    if (opts) memcpy(&outer, opts, opts->size < sizeof outer ? opts->size : sizeof outer);
    rao_quad_opts_init(&own);
    own.rel_tol = 0.1 * outer.rel_tol, own.abs_tol = 0.1 * outer.abs_tol;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_status st = RAO_OK;
    double *both = NULL;
    rao_quad_info *two = NULL;
    nest n = {.inner = inner ? inner : &own, .f = f, .range = range, .arg = arg, .m = m};
    RAO_TRY(rao_scratch(ctx, 2 * m, &both));
    RAO_TRY(rao_scratch(ctx, 2 * m, &two));
    RAO_TRY(rao_scratch(ctx, m, &n.info));
    memset(two, 0, (size_t)(2 * m) * sizeof *two);
    st = num_quad_steered(ctx, &outer, outer_integrand, &n, 2 * m, m, a, b, both, two);
    int reached = 1;
    for (int64_t j = 0; j < m; j++) {
        rao_quad_info *t = &two[j];
        t->error += two[m + j].value + two[m + j].error;
        t->evaluations = n.evaluations;
        double tolerance = fmax(outer.abs_tol, fmax(outer.rel_tol * fabs(t->value), outer.magnitude_tol * t->magnitude));
        t->converged = t->converged && t->error <= 2 * tolerance;
        reached = reached && t->converged;
    }
    if (info && n.evaluations > 0) memcpy(info, two, (size_t)m * sizeof *info);
    if (st != RAO_OK) goto done;
    if (!reached) {
        st = rao_fail(ctx, RAO_ENUMERIC, "quad2: %.17g with error %.3g after %lld evaluations: the inner integrals are not exact enough",
                      two[0].value, two[0].error, (long long)n.evaluations);
        goto done;
    }
    memcpy(values, both, (size_t)m * sizeof *values);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}
