/* closest.h - the point that is least away from one or two others, in Kullback and Leibler's sense, on a part of a chart. */
#ifndef RAO_MANIFOLD_CLOSEST_H
#define RAO_MANIFOLD_CLOSEST_H

#include "manifold/manifold.h"

/* Least a KL(from : c) + b KL(c : to) over the points c of the chart; coordinates that are held stay where the start has them. */
typedef struct closest {
    const rao_family *f;
    int64_t chart; /* with as many coordinates as dimensions */
    const double *from, *to;
    double a, b;               /* 0: without that term, whose point is not read; b > 0 in exponential families only */
    const unsigned char *held; /* a flag for each coordinate, or NULL */
} closest;

/* From the coordinates c to the minimum, with its state in s. Fisher scoring with halved steps: quadratic where the problem is linear in theta (a
 * alone) or in eta (b alone), else linear; where the problem is steeper than its metric, Newton's steps behind it. The last step of the metric, or Newton's, is below
 * 1e-9 of a Fisher unit, or of the points' distance where that is less; ENUMERIC when no step is. */
rao_status rao_closest(rao_ctx *ctx, const closest *problem, double *c, double *s, rao_quality *quality);

/* The chart in which to search the whole family: the first, or natural where that one has a coordinate too many. */
int64_t rao_search_chart(const rao_family *f);
/* dx in a chart, d theta = theta(target) - theta(s): the start of the e-geodesic from s to the target. */
rao_status rao_e_direction(rao_ctx *ctx, const rao_family *f, int64_t chart, const double *s, const double *target, double *dx);

#endif
