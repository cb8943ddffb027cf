/* spray.h - a family of few parameters as what its geodesics need: coordinates y in which no length of the metric is far from a coordinate step or grows without
 * bound (logarithms of shapes and means), and there, at a point,
 *   g(v, w) the Fisher metric,   a(v, w)^i = g^il T_ljk v^j w^k,   b(v, w)^i = Gamma^i_jk v^j w^k of the Levi-Civita connection,
 * in forms that cancel nothing at shapes of 1e-12 or 1e12. */
#ifndef RAO_MANIFOLD_SPRAY_H
#define RAO_MANIFOLD_SPRAY_H

#include "manifold/manifold.h"

typedef struct spray {
    int64_t (*size)(int64_t n);                                                    /* numbers of an opened point of n coordinates */
    void (*gap)(const rao_family *f, const double *p, const double *q, double *y); /* y(q) - y(p) with all its digits */
    /* The point y(p) + y: nonzero where it is no point in doubles. */
    int (*open)(const rao_family *f, const double *p, const double *y, double *at);
    rao_status (*state)(rao_ctx *ctx, const rao_family *f, const double *p, const double *y, double *s);
    double (*metric)(int64_t n, const double *at, const double *v, const double *w);
    void (*skew)(int64_t n, const double *at, const double *v, const double *w, double *out);
    void (*levi)(int64_t n, const double *at, const double *v, const double *w, double *out);
    /* The point y(p) + y with all shapes divided by e^by. */
    void (*sink)(const rao_family *f, const double *p, double by, double *y);
    /* A velocity of chart 0 at the state s as one of y, and back. */
    void (*push)(const rao_family *f, const double *s, const double *v, double *own);
    void (*pull)(const rao_family *f, const double *s, const double *own, double *v);
} spray;

/* NULL where a family has none. */
const spray *rao_spray_of(const rao_family *f);

extern const spray rao_spray_gamma, rao_spray_dirichlet, rao_spray_inverse_gaussian, rao_spray_von_mises;

#endif
