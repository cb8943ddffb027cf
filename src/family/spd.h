/* spd.h - a positive definite d x d matrix S as part of a state: S itself, U with S = U^T U, K = U^-T (so that K S K^T = I), P = S^-1, sum log U_ii,
 * and a work area of d^2 numbers. A state belongs to the caller of a slot, and slots may write its work area. */
#ifndef RAO_FAMILY_SPD_H
#define RAO_FAMILY_SPD_H

#include "family/family.h"

typedef struct spd {
    double *s, *u, *k, *p, *work; /* row-major */
    double *half_logdet;
} spd;

/* The parts, from the place where they begin: 1 + 5 d^2 numbers. */
static inline spd spd_at(const double *start, int64_t d) {
    double *at = (double *)(uintptr_t)start;
    return (spd){at + 1, at + 1 + d * d, at + 1 + 2 * d * d, at + 1 + 3 * d * d, at + 1 + 4 * d * d, at};
}

/* The state of a multivariate normal is the parts of its covariance, and the mean behind them. */
static inline spd mvn_cov(const rao_family *f, const double *s) { return spd_at(s, f->d); }
static inline double *mvn_mean(const rao_family *f, const double *s) { return (double *)(uintptr_t)s + 1 + 5 * f->d * f->d; }

/* From the upper triangle row by row. EDOMAIN names the leading minor that is not positive. */
rao_status rao_spd_load(rao_ctx *ctx, const rao_family *f, const char *name, const double *upper, double *start);
/* From a matrix in start's S, both triangles. */
rao_status rao_spd_factor(rao_ctx *ctx, const rao_family *f, const char *name, double *start);
void rao_spd_store(const double *matrix, int64_t d, double factor, double *upper);

/* KL of the centred normals: [tr(T^-1 S) - d - log det(T^-1 S)] / 2 as a sum of positive terms, from the
 * factors, or where these nearly agree from the matrices. Uses both work areas. d^3/6 multiplications, d^3 for close pairs. */
double rao_spd_kl(int64_t d, const spd *s, const spd *t);
/* K_t (S - T) K_t^T from the difference of the matrices into the lower triangle of s's work area; writes t's too. K_t S K_t^T into that of `out`;
 * writes s's. */
void rao_spd_whitened_difference(int64_t d, const spd *s, const spd *t);
void rao_spd_whitened(int64_t d, const spd *s, const spd *t, double *out);
/* |K v|^2 = v S^-1 v; w = P v. */
double rao_spd_square(int64_t d, const spd *s, const double *v, const double *w);
/* out (upper triangle, an entry off the diagonal counted twice) = c [P_t (T - S) P_t - w w^T] / 2, w may be NULL. Uses t's work area. */
void rao_spd_kl_gradient(int64_t d, const spd *s, const spd *t, const double *w, double c, double *out);
/* The Fisher matrix c/2 tr(P dS P dS) in the upper triangle's coordinates into rows and columns from `first` of an n x n matrix. */
void rao_spd_fisher(int64_t d, const spd *s, double c, double *m, int64_t n, int64_t first);
/* u F^-1 v of one observation of N(0, S) in the upper triangle's coordinates: 2 tr(U S V S) of the symmetric matrices whose pairings with S they are. No matrix is
 * inverted. Writes the work area; d^2, and d for each entry that is not 0. */
double rao_spd_bound(int64_t d, const spd *s, const double *u, const double *v);

#endif
