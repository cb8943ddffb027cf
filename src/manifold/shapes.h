/* shapes.h - what is left of the polygamma functions of a shape once its leading part is taken off: a^2 psi'(a) = a + rho(a), a^3 psi''(a) = -a - tau(a),
 * rho from 1 at 0 down to 1/2, tau from 2 down to 1. Metric and skewness of gamma, beta and Dirichlet laws are differences of a + rho and a + tau, in which the
 * leading parts go. */
#ifndef RAO_MANIFOLD_SHAPES_H
#define RAO_MANIFOLD_SHAPES_H

double rao_shape_rho(double a);
double rao_shape_tau(double a);
/* rho(a) - rho(a + rest) and tau(a) - tau(a + rest), rest <= a/64, from their derivatives. */
void rao_shape_drop(double a, double rest, double *rho, double *tau);

#endif
