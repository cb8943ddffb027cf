/* saddle.h - the pieces of Loader's saddle-point form of the discrete densities (C. Loader 2000, "Fast and accurate computation of binomial
 * probabilities"): a log probability as a sum of terms of one sign instead of a difference of logs of factorials. */
#ifndef RAO_FAMILY_SADDLE_H
#define RAO_FAMILY_SADDLE_H

/* exp(x) - 1 - x >= 0 and x - log(1 + x) >= 0 to full relative accuracy. */
double rao_exp_remainder(double x);
double rao_log1p_remainder(double x);

/* log(n!) - [log(2 pi n)/2 + n log n - n], n > 0. */
double rao_stirling_error(double n);

/* -log of the Poisson probability of y >= 0 at rate exp(log_rate). */
double rao_poisson_nll(double y, double log_rate);

#endif
