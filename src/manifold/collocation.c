/* collocation.c - the tables of a rule, from shifted Legendre polynomials P_k on [0, 1]: int_0^x P_k = (P_(k+1) - P_(k-1))/(2 (2k + 1)), and the interpolant of
 * values b_j at the Gauss points is sum over k, j of (2k + 1) w_j P_k(c_j) b_j P_k(x). */
#include "manifold/collocation.h"

#include <math.h>

enum { DEGREES = NODES + 3 };

static void legendre(double x, double p[DEGREES]) {
    double u = 2 * x - 1;
    p[0] = 1, p[1] = u;
    for (int k = 1; k + 1 < DEGREES; k++) p[k + 1] = ((2 * k + 1) * u * p[k] - k * p[k - 1]) / (k + 1);
}

/* int_0^x of each of the first `count`. */
static void integrals(const double *p, double first, int count, double *out) {
    out[0] = first;
    for (int k = 1; k < count; k++) out[k] = (p[k + 1] - p[k - 1]) / (2 * (2 * k + 1));
}

static void lay_nodes(collocation *r) {
    for (int i = 0; i < NODES; i++) {
        double x = 0.5 - 0.5 * cos(3.14159265358979323846 * (i + 0.75) / (NODES + 0.5)), p[DEGREES], slope = 0;
        for (int step = 0; step < 8; step++) {
            legendre(x, p);
            slope = NODES * (p[NODES - 1] - (2 * x - 1) * p[NODES]) / (2 * x * (1 - x));
            x -= p[NODES] / slope;
        }
        r->c[i] = x, r->weight[i] = 1 / (x * (1 - x) * slope * slope);
    }
}

static void lay_barycentric(collocation *r) {
    for (int i = 0; i < PLACES; i++) {
        double x = i == 0 ? 0 : i == PLACES - 1 ? 1 : r->c[i - 1], product = 1;
        for (int j = 0; j < PLACES; j++)
            if (j != i) product *= 4 * (x - (j == 0 ? 0 : j == PLACES - 1 ? 1 : r->c[j - 1]));
        r->barycentric[i] = 1 / product;
    }
}

void rao_collocation_open(collocation *r) {
    double p[NODES][DEGREES], once[DEGREES], twice[DEGREES];
    lay_nodes(r), lay_barycentric(r);
    for (int i = 0; i < NODES; i++) legendre(r->c[i], p[i]);
    for (int j = 0; j < NODES; j++)
        for (int k = 0; k < 2; k++) r->last[k][j] = (2 * (NODES - 2 + k) + 1) * r->weight[j] * p[j][NODES - 2 + k];
    for (int i = 0; i < NODES; i++) {
        double x = r->c[i];
        integrals(p[i], x, NODES + 1, once);
        integrals(once, x * x / 2, NODES, twice);
        for (int j = 0; j < NODES; j++) {
            double y = 0, v = 0, start = r->weight[j] * (1 - r->c[j]); /* y(1) - y(0) - y'(0) = sum start b */
            for (int k = 0; k < NODES; k++) {
                double at = (2 * k + 1) * r->weight[j] * p[j][k];
                y += at * twice[k], v += at * once[k];
            }
            r->from_start[i][j] = y, r->speed_start[i][j] = v;
            r->between[i][j] = y - x * start, r->speed[i][j] = v - start;
        }
    }
}

void rao_collocation_at(const collocation *r, double x, double weight[PLACES]) {
    double sum = 0;
    for (int i = 0; i < PLACES; i++) {
        double d = x - (i == 0 ? 0 : i == PLACES - 1 ? 1 : r->c[i - 1]);
        if (d == 0) {
            for (int j = 0; j < PLACES; j++) weight[j] = j == i;
            return;
        }
        sum += weight[i] = r->barycentric[i] / d;
    }
    for (int i = 0; i < PLACES; i++) weight[i] /= sum;
}

static void weigh(const collocation *r, const double *basis, double weight[NODES]) {
    double at[DEGREES];
    for (int j = 0; j < NODES; j++) {
        weight[j] = 0;
        legendre(r->c[j], at);
        for (int k = 0; k < NODES; k++) weight[j] += (2 * k + 1) * r->weight[j] * at[k] * basis[k];
    }
}

void rao_collocation_value(const collocation *r, double x, double weight[NODES]) {
    double p[DEGREES];
    legendre(x, p);
    weigh(r, p, weight);
}

void rao_collocation_integral(const collocation *r, double x, double weight[NODES]) {
    double p[DEGREES], once[DEGREES];
    legendre(x, p);
    integrals(p, x, NODES, once);
    weigh(r, once, weight);
}
