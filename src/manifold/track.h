/* track.h - a curve y(s), 0 <= s <= 1, from p on in the coordinates of a spray, in elements: on each b = (length of the element)^2 y'' is a polynomial through
 * Gauss points (collocation.h). What is solved for is
 *   y'' = -f(y, y'),   f = b(y', y') - (alpha/2) [a(y', y') - g(a(y', y'), y')/g(y', y') y'],
 * the geodesic of the alpha-connection, run through with constant speed in the Fisher metric: its affine time has
 *   (log dt/ds)' = -(alpha/2) g(a(y', y'), y')/g(y', y').
 * f is homogeneous of degree 2 in y', so an element needs no scale of its own. */
#ifndef RAO_MANIFOLD_TRACK_H
#define RAO_MANIFOLD_TRACK_H

#include "manifold/collocation.h"
#include "manifold/geometry.h"
#include "manifold/spray.h"

typedef struct track {
    const rao_family *f;
    const spray *spray;
    const double *p; /* the state from which y is measured */
    double alpha;
    int64_t n, size; /* coordinates; numbers of an opened point */
    int64_t count;   /* elements */
    double *y;       /* (count + 1) n: their ends */
    double *b;       /* count NODES n */
    double *h;       /* their lengths in s, which sum to 1 */
    collocation rule;
    double length;         /* of the whole track, once solved */
    double error, error_y; /* what the polynomials leave out, in units of the metric and of y */
    double length_error;   /* how far the speed is from constant: int |speed - length| ds */
    double work;           /* what was spent on it */
} track;
enum { MOST_COORDINATES = 16 };

/* An element: y at the nodes and y' h there, NODES n each, and y' h at both ends. */
void rao_track_nodes(const track *k, int64_t e, double *y, double *v);
void rao_track_ends(const track *k, int64_t e, double *first, double *last);
/* Values at 0, the nodes and 1 become that at x. */
void rao_track_between(const track *k, const double *first, const double *nodes, const double *last, double x, double *out);
/* f at an opened point, by the work area of n numbers; the rate of log dt/ds where it is wanted. */
void rao_track_force(const track *k, const double *at, const double *v, double *work, double *force, double *rate);
/* Room for `count` elements from the scratch stack. */
rao_status rao_track_allocate(rao_ctx *ctx, track *k, int64_t count);
/* What the polynomial of element e leaves out, in the metric and in y. */
void rao_track_tail(const track *k, int64_t e, const double *at, double *work, double *error, double *error_y);

/* track_start.c: a first curve from p to q. */
rao_status rao_track_start(rao_ctx *ctx, track *k, const double *to);
/* The polygon through the ends of its elements, cut anew into elements of one size. */
rao_status rao_track_cut(rao_ctx *ctx, track *k, double unit);
/* track_newton.c: goes at most `steps` steps from the curve it has; *left: how long the last one was, relative to the elements, 0 where the curve is reached. */
rao_status rao_track_newton(rao_ctx *ctx, track *k, int steps, double *left);
/* track_solve.c: a track from p without elements; EUNABLE: too many coordinates. */
rao_status rao_track_open(rao_ctx *ctx, const rao_family *f, const spray *by, const char *what, const double *p, track *k);
/* The geodesic of the alpha-connection from p to q on the scratch stack, elements halved until nothing is left out. */
rao_status rao_track_solve(rao_ctx *ctx, const rao_family *f, const spray *by, const char *what, const double *p, const double *q,
                           double alpha, track *k);

/* track_shoot.c: y where the geodesic with the velocity v (of y) at p is at time 1, and how far off that may be; the velocity w (of y), carried along a track. */
rao_status rao_track_shoot(rao_ctx *ctx, track *k, const double *v, double *y, double *error_y);
rao_status rao_track_carry(rao_ctx *ctx, const track *k, double *w);
/* track_clock.c: element and place in it at a part s of the length, and at an affine time; y there. */
void rao_track_place(const track *k, double s, int64_t *e, double *x);
rao_status rao_track_at_time(rao_ctx *ctx, const track *k, double t, int64_t *e, double *x);
rao_status rao_track_point(rao_ctx *ctx, const track *k, int64_t e, double x, double *y);
/* solved_space.c: the state there, with its error in chart 0. */
rao_status rao_track_state(rao_ctx *ctx, const track *k, int64_t e, double x, const double *q, double *s, rao_quality *quality);

#endif
