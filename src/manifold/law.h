/* law.h - the distribution function of a member on a line, its inverse, and the derivatives of both in the parameters, from the density and the score alone:
 * Chebyshev series of their integrals on panels that follow the density. Both tails are kept relative to themselves. */
#ifndef RAO_MANIFOLD_LAW_H
#define RAO_MANIFOLD_LAW_H

#include "family/generic.h"

enum { LAW_ORDER = 16 };

typedef struct law_panel {
    double low, high;
    double *series; /* m x (LAW_ORDER + 2): of the integral from `low` on */
    double *below;  /* m: the integral up to `low` */
    double *above;  /* m: the integral from `high` on */
    double *noise;  /* 2 x m: what rounding may have made of the integral up to `high`, and from `low` on */
} law_panel;

typedef struct law {
    const rao_family *f;
    const double *s;
    int64_t m; /* 1: the density; 1 + dim: the density, then the density times each score in chart 0 */
    int64_t n;
    law_panel *panel; /* from left to right */
    double total;     /* of the density: 1 to rounding */
    double error;     /* of the integrals, relative to one */
} law;

/* Can a law be made of the family's members? Continuous, one variable, a support. */
int rao_law_known(const rao_family *f);
/* In scratch memory that the caller resets. EDOMAIN: with slopes, where the family is not regular; ENUMERIC: the density does not integrate to one, or takes
 * more panels than there are. */
rao_status rao_law_open(rao_ctx *ctx, const rao_family *f, const double *s, int slopes, law *out);

/* A place: the panel and t in [-1, 1] on it. */
typedef struct law_place {
    int64_t panel;
    double t, x;
} law_place;

/* The place with P(X <= x) = tail, or P(X > x) = tail where `upper`. */
law_place rao_law_quantile(const law *l, double tail, int upper);
law_place rao_law_find(const law *l, double x);
/* The smaller of P(X <= x) and P(X > x), and which it is. */
double rao_law_tail(const law *l, law_place at, int *upper);
/* dQ/d(parameter j) at a fixed probability: - (dF/d(parameter j)) / density. */
rao_status rao_law_slopes(rao_ctx *ctx, const law *l, law_place at, double *v);

/* out (dim x dim) = E dQ_i dQ_j, with an estimate of its error. ENUMERIC: not reached to six digits. */
rao_status rao_law_information(rao_ctx *ctx, const law *l, double *out, double *error);

#endif
