/* saddle.h - Loader's saddle-point form of the discrete densities (C. Loader 2000, "Fast and accurate computation of binomial
 * probabilities"): a log probability as a sum of terms of one sign instead of a difference of logs of factorials. */
#ifndef RAO_FAMILY_SADDLE_H
#define RAO_FAMILY_SADDLE_H

/* -log of the Poisson probability of y >= 0 at a rate, given with its logarithm. */
double rao_poisson_nll(double y, double rate, double log_rate);

/* -log of the probability of a successes and b failures in a + b trials; for reals too. p + q = 1. */
double rao_binomial_nll(double a, double b, double p, double q);

/* The entropy of a law of counts: the sum of f(x, arg) = -p log p over the whole numbers low..high, with its mass around `mode`, `spread` wide: term by term
 * where that is cheap; with a stride when the edges are far (the error falls as exp(-2 pi^2 (spread/stride)^2)); else the first 4096 terms and an integral; of
 * a spread below the rounding of the mode the normal law's. */
double rao_entropy_counts(double (*f)(double x, const void *arg), const void *arg, double low, double high, double mode, double spread);

#endif
