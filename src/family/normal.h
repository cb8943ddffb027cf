/* normal.h - the state of a normal. mu + mu_rest and sigma + sigma_rest are the point's to twice the digits of a double, so that differences of close
 * points lose nothing in any chart; where log sigma^2 was given it is kept (else infinity). Slots of the table read mu and sigma alone. */
#ifndef RAO_FAMILY_NORMAL_H
#define RAO_FAMILY_NORMAL_H

enum { NORMAL_MU, NORMAL_SIGMA, NORMAL_MU_REST, NORMAL_SIGMA_REST, NORMAL_LOGVAR, NORMAL_STATE };

#endif
