/* place.h - a quantity of a pair of points in one chart, for tests of geodesics. */
#ifndef TESTS_MANIFOLD_PLACE_H
#define TESTS_MANIFOLD_PLACE_H

#include "rao_test.h"
#include <rao/manifold.h>

typedef struct place {
    rao_ctx *ctx;
    const rao_family *f;
    int64_t chart;
} place;

static inline rao_status try_ask(const place *at, int quantity, const double *p, const double *q, double t, const double *v, double *out) {
    rao_family_args a;
    rao_family_args_init(&a);
    a.chart = at->chart;
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.t = rao_points_of(&t, 0), a.velocity = rao_points_of(v, 0);
    return rao_manifold_eval(at->ctx, at->f, quantity, &a, out, 0);
}
static inline void ask(const place *at, int quantity, const double *p, const double *q, double t, const double *v, double *out) {
    OK(at->ctx, try_ask(at, quantity, p, q, t, v, out));
}

#endif
