/* mvn_way.h - the geodesic between any two multivariate normals. */
#ifndef RAO_MANIFOLD_MVN_WAY_H
#define RAO_MANIFOLD_MVN_WAY_H

#include "manifold/mvn_frame.h"

/* In the frame: the velocity (x of the mean, b of the covariance) at p with which the geodesic is in q at time 1. */
typedef struct mvn_way {
    double *x, *b; /* scratch of the caller */
    int reached;   /* not stopped on the way */
    double length, length_error;
    double error; /* of the velocity, in the metric */
    double rate;  /* a neighbouring geodesic from p leaves this one like sinh(rate t)/rate at most */
} mvn_way;

/* The distance alone, from either end. */
rao_status rao_mvn_way_length(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *length, rao_quality *quality);
/* Of a frame with a shift. ENUMERIC: not reached. The length is far better known than the velocity, which the second asks for too. */
rao_status rao_mvn_way(rao_ctx *ctx, const rao_family *f, const mvn_frame *r, mvn_way *w);
rao_status rao_mvn_way_velocity(rao_ctx *ctx, const rao_family *f, const mvn_frame *r, mvn_way *w);
/* The velocity in chart 0. */
rao_status rao_mvn_way_log(rao_ctx *ctx, const rao_family *f, const mvn_frame *r, const double *p, double *velocity, rao_quality *quality);
/* The point at t in (0, 1), from the nearer end. */
rao_status rao_mvn_way_point(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double t, double *out,
                             rao_quality *quality);
/* How an error in the metric at a state shows in its numbers at most: deviations, and products of two of them. */
double rao_mvn_scale(const rao_family *f, const double *state);
/* mvn_carry.c: a velocity of chart 0 at p, carried in parallel to q. */
rao_status rao_mvn_way_carry(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, const double *velocity, double *out,
                             rao_quality *quality);

#endif
