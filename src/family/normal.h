/* normal.h - the state of a normal. mu + mu_rest and sigma + sigma_rest are the point's to twice the digits of a double, so that differences of close
 * points lose nothing in any chart; where log sigma^2 was given it is kept (else infinity). Slots of one point read mu and sigma alone. */
#ifndef RAO_FAMILY_NORMAL_H
#define RAO_FAMILY_NORMAL_H

enum { NORMAL_MU, NORMAL_SIGMA, NORMAL_MU_REST, NORMAL_SIGMA_REST, NORMAL_LOGVAR, NORMAL_STATE };

/* p less q, from whole states with what their numbers left out; or from mu and sigma alone. */
typedef struct normal_step {
    double mu, sigma;
} normal_step;
normal_step rao_normal_step(const double *s, const double *t);
static inline normal_step rao_plain_step(double mu_p, double sigma_p, double mu_q, double sigma_q) {
    return (normal_step){mu_p - mu_q, sigma_p - sigma_q};
}
/* KL(p : q) and its gradient in mu and sigma of q. */
double rao_normal_kl(normal_step step, double sigma_p, double sigma_q);
void rao_normal_kl_gradient(normal_step step, double sigma_q, double *g);
/* log p/q, z = (x - mu_q)/sigma_q and own = (x - mu_p)/sigma_p */
double rao_normal_log_ratio(normal_step step, double sigma_p, double sigma_q, double z, double own);

#endif
