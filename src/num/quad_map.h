/* quad_map.h - the variables in which intervals are cut.
 *
 * A piece lies between neighbouring break points and has a parameter p:
 *   FINITE  x = low + p (high - low), p in [0, 1];
 *   UP      x = low + scale (exp(C sinh p) - 1), p in [0, P]: towards +infinity;
 *   DOWN    x = high - scale (exp(C sinh p) - 1): towards -infinity.
 * An interval is a range of p, or, where halving has run into an end of its piece, a range of v with p (or 1 - p) = width exp(-C sinh v):
 * the double exponential makes an algebraic or logarithmic singularity, or an algebraic tail, smooth and short.
 * Distances to the ends are products, never differences. */
#ifndef NUM_QUAD_MAP_H
#define NUM_QUAD_MAP_H

#include "num/private.h"

typedef enum quad_shape { QUAD_FINITE, QUAD_UP, QUAD_DOWN } quad_shape;
typedef enum quad_kind { QUAD_PLAIN, QUAD_LOW, QUAD_HIGH } quad_kind;

typedef struct quad_piece {
    quad_shape shape;
    double low, high, scale;
    double end; /* largest p */
} quad_piece;

typedef struct quad_place {
    double x, left, right; /* x - low and high - x */
    double jacobian;       /* |dx/dt| in the interval's variable */
    double reach;          /* |dx/d log(distance to the end that a double-exponential variable runs to)| */
} quad_place;

#define QUAD_C (0.5 * NUM_PI)

quad_piece quad_piece_make(double low, double high, double scale);
/* The largest v of an end of width `width` in p: nearer points would be denormal. */
double quad_end_variable(const quad_piece *piece, double width);
quad_place quad_place_at(const quad_piece *piece, quad_kind kind, double width, double t);

#endif
