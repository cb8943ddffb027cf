/* e_path.h - divergences along the e-geodesic through two members p and q of an exponential family, theta(x) = x theta_p + (1 - x) theta_q, x any real
 * number for which theta(x) is a point of the family. */
#ifndef RAO_MANIFOLD_E_PATH_H
#define RAO_MANIFOLD_E_PATH_H

#include "family/generic.h"

/* theta = p theta_p + q theta_q, p + q = 1. Both are given because neither may be had from the other where it is small. */
typedef struct e_place {
    double p, q;
} e_place;

typedef struct e_path e_path;
/* KL(theta(x) : theta(y)), gap = y.p - x.p; infinite where one of the places lies outside the family. */
typedef double e_path_kl(const e_path *path, e_place x, e_place y, double gap);

struct e_path {
    const rao_family *f;
    const double *s, *t; /* p, q */
    e_path_kl *kl;
    int one_rate;         /* scale[0] is all: the logarithm of the quotient of two rates */
    double scale[2];      /* what depends on p and q only, of the family's own */
    const double *pencil; /* mvn and Wishart: 2 d numbers, see e_path.c */
    const double *each;   /* Dirichlet: room for two points and their difference */
};

/* Opens the path where the family offers one (path->kl stays NULL where it does not); the room it takes is the caller's to reset. */
rao_status rao_e_path_open(rao_ctx *ctx, const rao_family *f, const double *s, const double *t, e_path *path);

#endif
