/* cone.h - symmetric matrices as points and velocities of the cone of positive definite ones. All are full, row-major, d x d. */
#ifndef RAO_MANIFOLD_CONE_H
#define RAO_MANIFOLD_CONE_H

#include "family/spd.h"
#include "manifold/geometry.h"

/* A square as la takes it. */
static inline rao_mat square_view(int64_t d, const double *a) { return rao_mat_view(RAO_F64, d, d, d, (double *)(uintptr_t)a); }

/* out = A X A^T (RAO_N) or A^T X A (RAO_T), X symmetric; out may be X. */
rao_status rao_congruence(rao_ctx *ctx, rao_trans trans, int64_t d, const double *a, const double *x, double *out);
/* out = V diag(g) V^T. */
rao_status rao_spectral(rao_ctx *ctx, int64_t d, const double *v, const double *g, double *out);
/* Eigenvectors (columns of v) and logarithms of the eigenvalues of I + A, given A and I + A, each with all its digits. ENUMERIC when I + A has
 * lost its definiteness to rounding. */
rao_status rao_log_spectrum(rao_ctx *ctx, int64_t d, const double *a, const double *one_plus_a, double *v, double *logs);
/* Full from the upper triangle row by row. */
void rao_unpack(int64_t d, const double *upper, double *full);
/* X := E X E, E = V diag(e^(l/2)) V^T: what parallel transport does in the frame of the spectrum V, l. */
rao_status rao_cone_carry(rao_ctx *ctx, int64_t d, const double *v, const double *logs, double *x);
double rao_frobenius(int64_t n, const double *a);

/* Wishart: the point at t of the geodesic of the alpha-connection, S'' = (1 + alpha) S' S^-1 S', along which the eigenvalues of S_p^-1 S to the
 * power -alpha are straight. EDOMAIN: it has left the cone. */
rao_status rao_cone_path(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double t, double alpha, double *out);

#endif
