/* ask.h - one quantity of one pair of points, for tests. */
#ifndef TESTS_MANIFOLD_ASK_H
#define TESTS_MANIFOLD_ASK_H

#include "rao_test.h"
#include <rao/manifold.h>

static inline rao_family *make(rao_ctx *ctx, const char *name, int64_t dimension, double fixed) {
    rao_family *f = NULL;
    rao_family_opts o;
    rao_family_opts_init(&o);
    const char *fixed_name = NULL;
    for (int64_t i = 0; rao_family_list(i); i++)
        if (!strcmp(rao_family_list(i)->name, name)) fixed_name = rao_family_list(i)->fixed;
    rao_fixed value = {fixed_name, fixed};
    o.dimension = dimension, o.fixed = &value, o.fixed_count = fixed_name ? 1 : 0;
    OK(ctx, rao_family_create(ctx, name, &o, &f));
    return f;
}

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
