/* transport.h - optimal transport with squared Euclidean cost: what is closed for a family, and what follows from quantile functions. */
#ifndef RAO_MANIFOLD_TRANSPORT_H
#define RAO_MANIFOLD_TRANSPORT_H

#include "manifold/manifold.h"

typedef struct transport {
    const family_table *table;
    /* W_2, or INF. */
    rao_status (*distance)(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *out);
    /* G in the tangent of chart 0, zeroed before. */
    rao_status (*information)(rao_ctx *ctx, const rao_family *f, const double *s, double *g);
    /* The chart in which geodesics are straight, or -1; where `same` is set they stay in the family only between members that agree in it. */
    int straight, same;
    const char *reason; /* without `distance`: why there is none */
} transport;

/* The row of a family, NULL for one without. */
const transport *rao_transport_of(const rao_family *f);

/* transport_quantile.c: gamma, inverse_gamma and beta laws, and counts. */
int rao_quantiles_known(const rao_family *f);
rao_status rao_transport_by_quantiles(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *out,
                                      rao_quality *quality);
/* The x with P(X <= x) = tail, or P(X > x) = tail. */
double rao_quantile_at(const rao_family *f, const double *s, double tail, int upper);
/* The same of the gamma law of unit scale, as logarithms: for tails, and for places in the lower one, that are no doubles. */
double rao_log_gamma_quantile(double shape, double log_tail, int upper);
/* From u = exp(-600)/2 on the lower quantiles of gamma laws of shapes below 10 are u^(1/shape) times a constant. */
static const double rao_power_begins = 600;
/* Where the quantiles of p and q turn, as -log(2 u), ascending: at most 8. */
int64_t rao_quantile_turns(const rao_family *f, const double *p, const double *q, double *at);
/* transport_slopes.c */
rao_status rao_quantile_information(rao_ctx *ctx, const rao_family *f, const double *s, double *g, rao_quality *quality);
/* transport_beta.c: with a shape below one. ENUMERIC where it is no double. */
rao_status rao_beta_information(rao_ctx *ctx, const rao_family *f, const double *s, double *g, rao_quality *quality);
rao_status rao_transport_of_counts(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *out, rao_quality *quality);

/* transport_law.c: other continuous families of one variable, from their densities. EDOMAIN: without a Fisher matrix no information; ENUMERIC. */
rao_status rao_transport_by_law(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *out, rao_quality *quality);
rao_status rao_law_information_of(rao_ctx *ctx, const rao_family *f, const double *s, double *g, rao_quality *quality);

/* transport_mvn.c: Bures. */
rao_status rao_bures_distance(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *out);
rao_status rao_bures_information(rao_ctx *ctx, const rao_family *f, const double *s, double *g);
/* The covariance that is the mean of those of the points, with the mean of their means. */
rao_status rao_bures_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s, rao_quality *quality);
rao_status rao_bures_path(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double t, double *out);

#endif
