/* rao/family.h - families of probability distributions, and heads: families as the output layer of a model.
 *
 * A head is (family, chart). Row i of z holds the coordinates of one distribution, row i of y one observation of it, and every
 * function below works over the rows of a batch. float and double come from one template: all arrays of one call share a dtype.
 *
 *   name (and its alias)                        outputs z                          observation y          rank
 *   categorical (categorical.logits), k >= 2    k logits, p = softmax(z)           1: the class 0..k-1    k - 1
 *   bernoulli (bernoulli.logit)                 k logits, p = logistic(z)          k values in [0, 1]     k
 *   poisson (poisson.natural)                   k log rates, lambda = exp(z)       k counts               k
 *   normal, normal:var=0.25                     k means, one given variance        k reals                k
 *   normal.mu_logvar                            mu_1..mu_k, log var_1..log var_k   k reals                2k
 *
 * A bernoulli observation strictly between 0 and 1 stands for the cross-entropy y log p + (1 - y) log(1 - p) (no density: it does not
 * integrate to one). Everything is computed in the log domain: logits of 1e4 and log variances of 80 lose nothing; a NaN in z gives NaN.
 *
 * Shapes are checked first (EINVAL, both ends named), so a failing call has written nothing. Outputs may not overlap inputs.
 * Views may have ld > cols. Work is split over the threads of the context into blocks that depend on the shape alone.
 */
#ifndef RAO_FAMILY_H
#define RAO_FAMILY_H

#include <rao/la.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- heads --------------------------------------------------------------------------------------------------- */

/* Immutable once created: any number of threads may share one. */
typedef struct rao_head rao_head;

/* A head by name for k classes or coordinates. EINVAL: unknown name (the nearest is given), option out of range, k too small. */
RAO_API rao_status rao_head_create(rao_ctx *ctx, const char *name, int64_t k, rao_head **head);
RAO_API void rao_head_destroy(rao_head **head);

/* The name that creates this head again: "categorical", "normal:var=0.25". Borrowed. */
RAO_API const char *rao_head_name(const rao_head *head);
RAO_API int64_t rao_head_outputs(const rao_head *head); /* columns of z */
RAO_API int64_t rao_head_targets(const rao_head *head); /* columns of y */
RAO_API int64_t rao_head_rank(const rao_head *head);    /* rank of the Fisher matrix = columns of its root R */
RAO_API int rao_head_is_classifier(const rao_head *head);

/* Are these observations of the head? EDOMAIN names row, column, value and what is allowed. The functions below do not look again,
 * except at class indices, which address memory. O(N m). */
RAO_API rao_status rao_head_check(rao_ctx *ctx, const rao_head *head, const rao_mat *y);

/* nll_i = -log p(y_i | z_i) in nats, summed over the coordinates of the case, constants included. */
RAO_API rao_status rao_head_nll(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *y, rao_vec *nll);
/* Row i of g = d(-log p(y_i | z_i)) / dz_i. */
RAO_API rao_status rao_head_score(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *y, rao_mat *g);
/* Both in one pass. With a weight vector row i of g is multiplied by weight_i; nll is not. */
RAO_API rao_status rao_head_nll_score(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *y, const rao_vec *weight,
                                      rao_vec *nll, rao_mat *g);

/* Row i of out = (d^2(-log p(y_i | z_i)) / dz_i^2) v_i. In natural coordinates this is the Fisher matrix and y is not read. */
RAO_API rao_status rao_head_hessian_apply(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *y, const rao_mat *v, rao_mat *out);
/* Row i of out = F(z_i) v_i, F = E[score score^T]. */
RAO_API rao_status rao_head_fisher_apply(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *v, rao_mat *out);
/* Column `column` of R(z_i), R R^T = F(z_i), into row i of r (outputs wide): what is propagated back for the exact Fisher matrix.
 * Categorical: R = diag(s) Q, s = sqrt(p), Q the columns of a Householder reflection that are orthogonal to s; a column costs the whole softmax. */
RAO_API rao_status rao_head_fisher_root(rao_ctx *ctx, const rao_head *head, const rao_mat *z, int64_t column, rao_mat *r);
/* Row i of out (rank wide) = R(z_i)^T v_i. */
RAO_API rao_status rao_head_fisher_root_t(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *v, rao_mat *out);

/* kl_i = KL(z0_i : z1_i) = E_z0[log p(y | z0) - log p(y | z1)], free of cancellation when the two are close. */
RAO_API rao_status rao_head_kl(rao_ctx *ctx, const rao_head *head, const rao_mat *z0, const rao_mat *z1, rao_vec *kl);

/* Row i of y is drawn from z_i. Case number first_case + i of (stream, step) is the same draw in every batch that holds it. */
RAO_API rao_status rao_head_sample(rao_ctx *ctx, const rao_head *head, const rao_mat *z, rao_stream stream, uint64_t step, int64_t first_case,
                                   rao_mat *y);

/* Row i of mean = E[y | z_i]: k class probabilities, k probabilities, rates or means. */
RAO_API rao_status rao_head_mean(rao_ctx *ctx, const rao_head *head, const rao_mat *z, rao_mat *mean);
/* Classifier: the number of cases whose largest output (the first of several) is the observed class. Else sum of |y_i - mean_i|^2. */
RAO_API rao_status rao_head_errors(rao_ctx *ctx, const rao_head *head, const rao_mat *z, const rao_mat *y, double *value);

#ifdef __cplusplus
}
#endif
#endif
