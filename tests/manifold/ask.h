/* ask.h - one quantity of one pair of points, for tests. */
#ifndef TESTS_MANIFOLD_ASK_H
#define TESTS_MANIFOLD_ASK_H

#include "manifold/make.h"

static inline rao_status try(rao_ctx *ctx, const rao_family *f, int quantity, double order, const double *p, const double *q, double *value,
                             rao_quality *quality) {
    rao_family_args a;
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.order = order, a.quality = quality;
    return rao_manifold_eval(ctx, f, quantity, &a, value, 1);
}

static inline double ask(rao_ctx *ctx, const rao_family *f, int quantity, double order, const double *p, const double *q) {
    double value = NAN;
    OK(ctx, try(ctx, f, quantity, order, p, q, &value, NULL));
    return value;
}

#endif
