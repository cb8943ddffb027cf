/* manifold_cases.h - two points of every exponential family, in chart 0. */
#ifndef MANIFOLD_CASES_H
#define MANIFOLD_CASES_H

#include "manifold/make.h"

enum { CASE_MOST = 24 };

typedef struct manifold_case {
    const char *family;
    int64_t dimension;
    double fixed;
    double p[CASE_MOST], q[CASE_MOST];
} manifold_case;

static const manifold_case exponential_cases[] = {
    {"normal", 0, 0, {0.7, 1.3}, {-0.4, 2.1}},
    {"lognormal", 0, 0, {0.3, 0.7}, {-0.2, 0.5}},
    {"isotropic_normal", 3, 0, {1, -2, 0.5, 1.5}, {0.5, -2, 1, 2}},
    {"isotropic_normal", 1, 0, {1, 1.5}, {0.5, 2}},
    {"diagonal_normal", 2, 0, {1, -2, 0.5, 3}, {0.5, -2, 1, 2}},
    {"mvn", 1, 0, {0.5, 2}, {-1, 0.7}},
    {"mvn", 3, 0, {1, 0, -1, 2, 0.3, -0.2, 1, 0.1, 1.5}, {0, 0.5, -1, 1, -0.3, 0.2, 2, 0.4, 0.8}},
    {"wishart", 2, 5.5, {2, 0.3, 1}, {1, -0.2, 0.7}},
    {"exponential", 0, 0, {2.5}, {0.3}},
    {"gamma", 0, 0, {2.5, 1.5}, {4, 0.5}},
    {"gamma", 0, 0, {0.02, 3}, {150, 30}},
    {"inverse_gamma", 0, 0, {3.5, 2}, {5, 2.5}},
    {"beta", 0, 0, {2.5, 1.5}, {1.2, 3}},
    {"beta", 0, 0, {0.05, 30}, {20, 0.6}},
    {"dirichlet", 4, 0, {1.5, 0.8, 4, 0.3}, {2, 1, 3, 9}},
    {"bernoulli", 0, 0, {0.3}, {0.55}},
    {"binomial", 0, 12, {0.98}, {0.7}},
    {"geometric", 0, 0, {0.3}, {0.5}},
    {"geometric0", 0, 0, {0.8}, {0.6}},
    {"negative_binomial", 0, 2.5, {0.4}, {0.3}},
    {"poisson", 0, 0, {2.5}, {40}},
    {"categorical", 4, 0, {0.1, 0.3, 0.25, 0.35}, {0.2, 0.3, 0.2, 0.3}},
    {"multinomial", 3, 7, {0.2, 0.3, 0.5}, {0.3, 0.3, 0.4}},
    {"rayleigh", 0, 0, {1.3}, {2.2}},
    {"pareto", 0, 2, {1.5}, {4}},
    {"inverse_gaussian", 0, 0, {1.5, 2}, {0.7, 5}},
    {"von_mises", 0, 0, {0.5, 2}, {2.9, 7}},
};

static rao_family *case_family(rao_ctx *ctx, const manifold_case *c) { return make(ctx, c->family, c->dimension, c->fixed); }

/* A quantity at one point or two, in chart 0. */
static void case_ask(rao_ctx *ctx, const rao_family *f, int quantity, const double *p, const double *q, double t, double *out) {
    rao_family_args a;
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.t = rao_points_of(&t, 0);
    OK(ctx, rao_manifold_eval(ctx, f, quantity, &a, out, 0));
}

static double case_number(rao_ctx *ctx, const rao_family *f, int quantity, const double *p, const double *q) {
    double value;
    case_ask(ctx, f, quantity, p, q, 0, &value);
    return value;
}

#endif
