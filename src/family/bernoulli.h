/* bernoulli.h - the probability of one trial, which binomial, geometric and negative binomial families share. */
#ifndef RAO_FAMILY_BERNOULLI_H
#define RAO_FAMILY_BERNOULLI_H

#include "family/family.h"

enum { BERNOULLI_P, BERNOULLI_Q, BERNOULLI_LOGIT, BERNOULLI_BY_LOGIT, BERNOULLI_STATE }; /* the state */

rao_status rao_bernoulli_load_p(rao_ctx *ctx, const rao_family *f, const double *c, double *s);
rao_status rao_bernoulli_load_logit(rao_ctx *ctx, const rao_family *f, const double *c, double *s);
/* log p_s/p_t and log (1 - p_s)/(1 - p_t) */
void rao_bernoulli_log_ratios(const double *s, const double *t, double l[2]);
double rao_bernoulli_entropy(const rao_family *f, const double *s);
double rao_bernoulli_kl(const rao_family *f, const double *s, const double *t);
rao_status rao_bernoulli_e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s);
rao_status rao_bernoulli_m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s);
/* g[0] = p_t - p_s, of logits from the smaller of p and 1 - p. */
void rao_bernoulli_gap(const rao_family *f, const double *s, const double *t, double *g);

#endif
