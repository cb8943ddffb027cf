/* expect.h - E g(x) under a member of a family, for vector-valued g, by what its support allows. */
#ifndef RAO_FAMILY_EXPECT_H
#define RAO_FAMILY_EXPECT_H

#include "family/family.h"

/* Adds weight * g(x) to sum[0..m-1]. */
typedef rao_status expect_fn(rao_ctx *ctx, const double *x, double weight, double *sum, void *arg);

/* What draws an average over several variables takes. */
typedef struct expect_draws {
    rao_stream stream;
    uint64_t step;
    int64_t samples; /* 0: 100000 */
    int only;        /* draws also where a sum or a quadrature would do */
} expect_draws;

/* mean[0..m-1] = E g(x): a finite sum over classes, an outward sum over counts, double-exponential quadrature on a line between the landmarks of s
 * and of t (NULL, or a second state whose densities g reads), an average over draws in several variables. ENUMERIC when a sum needs more than
 * ten million terms. The error estimate is the last change of the quadrature, or the largest standard error. */
rao_status rao_expect(rao_ctx *ctx, const rao_family *f, const double *s, const double *t, const expect_draws *draws, int64_t m,
                      expect_fn *g, void *arg, double *mean, rao_quality *quality);

#endif
