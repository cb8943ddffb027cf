/* dirichlet.h - the functions of alpha_1..alpha_k and their sum that beta and Dirichlet share. */
#ifndef RAO_FAMILY_DIRICHLET_H
#define RAO_FAMILY_DIRICHLET_H

#include "family/family.h"

double rao_dirichlet_log_beta(const double *alpha, int64_t k, double total);
/* E log x_i = psi(alpha_i) - psi(A) */
double rao_dirichlet_mean_log(const double *alpha, int64_t k, double total, int64_t i);
double rao_dirichlet_entropy(const double *alpha, int64_t k, double total);
double rao_dirichlet_kl(const double *p, const double *q, int64_t k, double total_p, double total_q);
/* Its first part, A_q KL(m_q : m_p), m = alpha/A; step: q - p, or NULL. */
double rao_dirichlet_simplex_part(const double *p, const double *q, const double *step, int64_t k, double total_p, double total_q);
/* The place of the largest. */
int64_t rao_dirichlet_largest(const double *v, int64_t k);
/* KL where q - p is known better than from the rounded q and p. */
double rao_dirichlet_kl_of_step(const double *p, const double *q, const double *step, int64_t k, double total_p, double total_q);
/* q_0/p_0 over q_1/p_1, less 1, to a rounding, as both products are exact; far from 1, or where they are no doubles, NaN. */
double rao_pair_turn(const double *p, const double *q);
void rao_dirichlet_kl_gradient(const double *p, const double *q, int64_t k, double total_p, double *g);
void rao_dirichlet_fisher(const double *alpha, int64_t k, double total, double *m);
/* log det of the Fisher matrix */
double rao_dirichlet_log_det(const double *alpha, int64_t k, double total);
/* u F^-1 v of one observation: sum u_i v_i / psi'(alpha_i) + (sum u_i / psi'(alpha_i)) (sum v_i / psi'(alpha_i)) / [1/psi'(A) - sum 1/psi'(alpha_i)] (Sherman
 * and Morrison), the bracket from the determinant. */
double rao_dirichlet_bound(const double *alpha, int64_t k, double total, const double *u, const double *v);
void rao_dirichlet_draw(rao_draws *d, const double *alpha, int64_t k, double *x);
/* Means of k numbers and their sum in alpha, and in E log x_i by Newton's method. */
rao_status rao_dirichlet_e_mean(rao_ctx *ctx, const rao_family *f, int64_t k, const family_mean *m, double *s);
rao_status rao_dirichlet_m_mean(rao_ctx *ctx, const rao_family *f, int64_t k, const family_mean *m, double *s);
/* The start of a search for the alpha with these means of log x_i, `sum` of their exponentials below 1: alpha proportional to the geometric means, and the A at
 * which they sum to what they do, E log x_i ~ log m_i - (1/m_i - 1)/(2A). */
void rao_dirichlet_start(int64_t k, const double *mean_log, double sum, double *alpha);
/* alpha by maximum likelihood from the means of log x_i. */
rao_status rao_dirichlet_fit(rao_ctx *ctx, const rao_family *f, int64_t k, const double *mean_log, double *alpha);

#endif
