/* shapes.c - rho = a^2 (psi' - 1/a), tau = -a^3 (psi'' + 1/a^2), and their slopes rho' = (2 rho - tau)/a, tau' = -3 a^2 psi'' - a^3 psi''' - 1, far out
 * by the expansions rho = 1/2 + 1/(6a) - 1/(30 a^3), tau = 1 + 1/(2a) - 1/(6 a^3). */
#include "manifold/shapes.h"

#include <math.h>

#include <rao/num.h>

double rao_shape_rho(double a) { return a > 1e6 ? 0.5 + 1 / (6 * a) : a < 1e-9 ? 1 - a : a * a * rao_trigamma_excess(a); }
double rao_shape_tau(double a) { return a > 1e6 ? 1 + 1 / (2 * a) : a < 1e-9 ? 2 - a : -a * a * a * rao_tetragamma_excess(a); }

/* -a rho' and -a tau' */
static void slopes(double a, double *rho, double *tau) {
    double r = 1 / a;
    if (a < 1e-5) *rho = *tau = a; /* rho = 1 - a + a^2 psi'(1), tau = 2 - a - a^3 psi''(1) */
    else if (a > 1e3) *rho = r * (1.0 / 6 - r * r / 10), *tau = r * (0.5 - r * r / 2);
    else *rho = rao_shape_tau(a) - 2 * rao_shape_rho(a), *tau = a * (1 + a * a * (3 * rao_tetragamma(a) + a * rao_polygamma(3, a)));
}

/* Three Gauss points: the pole at 0 is 64 intervals away. */
void rao_shape_drop(double a, double rest, double *rho, double *tau) {
    static const double node[] = {0.11270166537925831148, 0.5, 0.88729833462074168852}, weight[] = {5.0 / 18, 8.0 / 18, 5.0 / 18};
    *rho = *tau = 0;
    for (int i = 0; i < 3; i++) {
        double x = a + node[i] * rest, by_rho, by_tau;
        slopes(x, &by_rho, &by_tau);
        *rho += weight[i] * (rest / x) * by_rho, *tau += weight[i] * (rest / x) * by_tau;
    }
}
