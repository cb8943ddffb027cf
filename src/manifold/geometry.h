/* geometry.h - Fisher-Rao geometry by model spaces. A family's Fisher metric is that of a space whose geodesics are known: a line, a half-space,
 * a sphere, a cone of matrices, or a product. A family gives its map to the space; distance, geodesic, exp and log follow from the space. */
#ifndef RAO_MANIFOLD_GEOMETRY_H
#define RAO_MANIFOLD_GEOMETRY_H

#include "manifold/manifold.h"

/* Points are states; velocities are tangent vectors of chart 0 unless a space converts them itself. `quality` comes as closed form without error; a space
 * that solves for its geodesics says so there, the error that of each number at most. */
typedef struct model_space {
    rao_status (*distance)(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *d, rao_quality *quality);
    /* The point at t on the geodesic with p at 0 and q at 1, t other than these. */
    rao_status (*path)(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double t, double *out, rao_quality *quality);
    rao_status (*log)(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *v, rao_quality *quality);
    rao_status (*exp)(rao_ctx *ctx, const rao_family *f, const double *p, const double *v, double *out, rao_quality *quality);
    int64_t (*velocity)(const rao_family *f); /* numbers of the space's own velocities; NULL: the tangent of chart 0 */
    /* The space's velocities to and from those of a chart; NULL: by the chart's Jacobian. */
    rao_status (*from_chart)(rao_ctx *ctx, const rao_family *f, int64_t chart, const double *p, const double *v, double *own);
    rao_status (*to_chart)(rao_ctx *ctx, const rao_family *f, int64_t chart, const double *p, const double *own, double *v);
    /* A velocity of the space at p, carried in parallel along the geodesic to q. */
    rao_status (*carry)(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, const double *v, double *out,
                        rao_quality *quality);
} model_space;

extern const model_space rao_space_line, rao_space_half, rao_space_sphere, rao_space_cone, rao_space_mvn, rao_space_solved;

/* A line: u, a coordinate of unit speed. */
typedef struct line_map {
    double (*gap)(const rao_family *f, const double *p, const double *q);        /* u(q) - u(p), without cancellation */
    double (*speed)(const rao_family *f, int64_t chart, const double *s);        /* du / d(coordinate of the chart) */
    int (*walk)(const rao_family *f, const double *p, double step, double *out); /* the state at u(p) + step; nonzero: there is none */
} line_map;

/* A half-space, metric (A |dx|^2 + B ds^2)/s^2. Plain maps have the state x.., s..: one scale for one or (vector) d locations, or (product)
 * d planes whose metrics add up. */
typedef struct half_map {
    void (*constants)(const rao_family *f, double *a, double *b);
    int vector, product;
    double (*shear)(const rao_family *f); /* where chart 0 is (x - shear s, s) and nothing else: what batches need. NULL: not so */
    /* The rest is NULL in plain maps. */
    double (*place)(const rao_family *f, const double *s);                 /* x */
    double (*gap)(const rao_family *f, const double *p, const double *q);  /* x(q) - x(p) */
    double (*rise)(const rao_family *f, const double *p, const double *q); /* s(q) - s(p); NULL: the difference of the scales */
    double (*scale)(const rao_family *f, const double *s);
    void (*push)(const rao_family *f, const double *s, const double *v, double *dx, double *ds); /* from a velocity of chart 0 */
    void (*pull)(const rao_family *f, const double *s, double dx, double ds, double *v);
    int (*move)(const rao_family *f, const double *base, double dx, double scale, double *out); /* the state at x(base) + dx, scale */
} half_map;

/* What is known of a family: its space, and its map where the space has several. `reason`: why there is no closed form. */
typedef struct geometry {
    const family_table *table;
    const model_space *space;
    const line_map *line;
    const half_map *half;
    const char *reason;
} geometry;

/* The row of a family, NULL for one that is not in the table (a mixture, a family made by the caller). */
const geometry *rao_geometry_of(const rao_family *f);
/* A family with a model space; EUNABLE says why there is none. */
rao_status rao_geometry_find(rao_ctx *ctx, const rao_family *f, const char *what, const model_space **space);
/* The error of a state or a velocity at s, of chart 0's numbers, as one of the item's chart (fisher_rao.c). */
rao_status rao_geometry_chart_error(rao_ctx *ctx, const family_item *it, const double *s, rao_quality *quality);
/* EDOMAIN: the geodesic ends before the point that was asked for. */
rao_status rao_geometry_left(rao_ctx *ctx, const rao_family *f);
/* `path` outside [0, 1] by the space's exp from the nearer end, velocities of n numbers. */
rao_status rao_geometry_extend(rao_ctx *ctx, const rao_family *f, const model_space *space, int64_t n, const double *p, const double *q,
                               double t, double *out, rao_quality *quality);

/* line.c, half_maps.c */
extern const line_map rao_line_rate, rao_line_rayleigh, rao_line_pareto, rao_line_poisson, rao_line_trial, rao_line_waiting;
extern const half_map rao_half_normal, rao_half_lognormal, rao_half_isotropic, rao_half_diagonal, rao_half_standard, rao_half_weibull,
    rao_half_inverse_gaussian;

/* ---- the hyperbolic plane, curvature -1, points (0, s) and (gap, t), gap >= 0: half_plane.c --------------------- */

/* `rise` is t - s, which the caller may know better than the difference of the two. */
double rao_plane_distance(double gap, double rise, double s, double t);
/* At `place` in [0, 1]: the location is gap * fraction = gap - gap * rest. `rho` is the distance. */
void rao_plane_path(double s, double t, double rho, double place, double *fraction, double *rest, double *scale);
/* Velocity at (0, s) that reaches (gap, t) at time 1: a multiple of the gap, and ds. */
void rao_plane_log(double gap, double rise, double s, double t, double rho, double *along, double *ds);
/* Unit tangents (level, up) of the geodesic from (0, s) to (gap, t) at both ends. */
void rao_plane_tangents(double gap, double rise, double s, double t, double at_p[2], double at_q[2]);
/* From (0, 1) with velocity (dx >= 0, ds) for unit time: location dx * *stretch, scale *r. Nonzero: beyond the range of doubles. */
int rao_plane_exp(double dx, double ds, double *stretch, double *r);

#endif
