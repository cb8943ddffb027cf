/* saddle.h - Loader's saddle-point form of the discrete densities (C. Loader 2000, "Fast and accurate computation of binomial
 * probabilities"): a log probability as a sum of terms of one sign instead of a difference of logs of factorials. */
#ifndef RAO_FAMILY_SADDLE_H
#define RAO_FAMILY_SADDLE_H

/* -log of the Poisson probability of y >= 0 at a rate, given with its logarithm. */
double rao_poisson_nll(double y, double rate, double log_rate);

#endif
