/* log_law.h - gamma laws in log x and beta laws in log x/(1 - x): with shapes of 1e-8 their mass lies at exp(-1e8), in these observations within doubles, and with
 * shapes of 1e12 it is resolved, because the places are counted from that of p. f-divergences do not know the difference. */
#ifndef RAO_FAMILY_LOG_LAW_H
#define RAO_FAMILY_LOG_LAW_H

#include "family/generic.h"

enum { LOG_LAW_STATE = 11 };

/* The pair (s, t) of f, a gamma, inverse gamma or beta law; its table, of that name, into *table, its states into p and q. 0 for other families. */
int rao_log_laws(const rao_family *f, const double *s, const double *t, family_table *table, double *p, double *q);

/* log p/q of beta laws at an x of (0, 1), which keeps its digits at shapes of 1e12. */
double rao_beta_log_ratio(const double *s, const double *t, double x);

#endif
