/* gumbel.h - the divergence that Gumbel and Weibull families share (-log of a Weibull variable is Gumbel). */
#ifndef RAO_FAMILY_GUMBEL_H
#define RAO_FAMILY_GUMBEL_H

/* With r = beta_p/beta_q and d = (mu_q - mu_p)/beta_q: KL, and *drift = exp(d) Gamma(1 + r) - 1 and the derivative along log beta_q. `u` is r - 1 with all its digits. */
double rao_gumbel_kl(double r, double u, double d);
void rao_gumbel_slopes(double r, double u, double d, double *drift, double *along_scale);

#endif
