/* gamma.h - what the inverse gamma, Dirichlet and Wishart families take from the gamma. */
#ifndef RAO_FAMILY_GAMMA_H
#define RAO_FAMILY_GAMMA_H

#include "family/family.h"

enum { GAMMA_SHAPE, GAMMA_RATE, GAMMA_SCALE, GAMMA_MEAN, GAMMA_KIND, GAMMA_SHAPE_REST, GAMMA_LOG, GAMMA_STATE }; /* the state */

rao_status rao_gamma_load_rate(rao_ctx *ctx, const rao_family *f, const double *c, double *s);
double rao_gamma_logpdf(const double *s, double x);
double rao_gamma_log_ratio(const double *s, const double *t, double x);
void rao_gamma_score(const double *s, double x, double *g);
void rao_gamma_fisher(const rao_family *f, const double *s, double *m);
rao_status rao_gamma_log_det(rao_ctx *ctx, const rao_family *f, const double *s, double *out, rao_quality *quality);
/* k psi'(k) - 1 > 0: det F rate^2. */
double rao_gamma_information(double shape);
double rao_gamma_entropy(const double *s);
double rao_gamma_kl(const rao_family *f, const double *s, const double *t);
void rao_gamma_kl_gradient(const rao_family *f, const double *s, const double *t, double *g);
/* The shape by maximum likelihood, given the mean of the data. */
rao_status rao_gamma_fit(rao_ctx *ctx, const rao_family *f, const family_data *data, double mean, double *shape);
/* m_s / m_t - 1, from the differences of what was given. */
double rao_gamma_mean_excess(const double *s, const double *t);
/* Means in theta and in eta; of x and of 1/x alike. */
rao_status rao_gamma_e_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s);
rao_status rao_gamma_m_mean(rao_ctx *ctx, const rao_family *f, const family_mean *m, double *s);
/* The shape of s less that of t, with what their rounding left out; in the expectation chart from the differences of its coordinates. */
double rao_gamma_shape_step(const double *s, const double *t);
/* h(y) - h(x) - d h'(x) >= 0 of the excess h; psi(y) - psi(x); d = y - x, which may be known better than from the two. */
double rao_excess_divergence(double x, double y, double d);
double rao_digamma_change(double x, double y, double d);
/* With y = x + d: h'(y) - h'(x). Both y and d are given, each with all its digits. */
double rao_excess_slope_change(double x, double d, double y);
double rao_draw_log_gamma(rao_draws *d, double shape);

/* u F^-1 v of one observation in (shape, rate). */
double rao_gamma_bound(const rao_family *f, const double *s, const double *u, const double *v);

#endif
