/* collocation.h - Gauss collocation of second-order equations on [0, 1]: with b = y'' given at the Gauss points c_i and interpolated between them,
 *   y_i = y(0) + c_i y'(0) + sum from_start[i][j] b_j            y'_i = y'(0) + sum speed_start[i][j] b_j      (initial values)
 *   y_i = (1 - c_i) y(0) + c_i y(1) + sum between[i][j] b_j      y'_i = y(1) - y(0) + sum speed[i][j] b_j      (two ends)
 * exact for polynomials, and of order 2 NODES at the ends (C. de Boor and B. Swartz 1973, SIAM J. Numer. Anal. 10, 582-606). */
#ifndef RAO_MANIFOLD_COLLOCATION_H
#define RAO_MANIFOLD_COLLOCATION_H

#include <stdint.h>

enum { NODES = 12, PLACES = NODES + 2 };

typedef struct collocation {
    double c[NODES], weight[NODES];
    double from_start[NODES][NODES], speed_start[NODES][NODES], between[NODES][NODES], speed[NODES][NODES];
    double last[2][NODES];      /* b's Legendre coefficients NODES - 2 and NODES - 1 are sum last[.][j] b_j */
    double barycentric[PLACES]; /* of interpolation through 0, c_0, .., 1 */
} collocation;

void rao_collocation_open(collocation *r);
/* Weights of the values at 0, c_0, .., 1 in that of their polynomial at x in [0, 1]. */
void rao_collocation_at(const collocation *r, double x, double weight[PLACES]);
/* Of the values at the nodes alone: weights of the value at x of their polynomial, and weights of the integral from 0 to x of their polynomial. */
void rao_collocation_value(const collocation *r, double x, double weight[NODES]);
void rao_collocation_integral(const collocation *r, double x, double weight[NODES]);

#endif
