/* prior.c - the charts in which sqrt det F is a product over the coordinates, in logarithms: entries of F that leave the doubles take no density along.
 *
 *   location and scale   sqrt(m0 m2 - m1^2) / s^2        normal, var  v^-3/2 / sqrt 2;  log var  e^(-l/2) / sqrt 2;  natural  |theta_2|^-3/2 / 2
 *   gamma (k, rate)      sqrt(k psi'(k) - 1) / rate, and the same over a scale or a mean          weibull  pi / (sqrt 6 scale)
 *   inverse Gaussian     mu^-3/2 lambda^-1/2 / sqrt 2    von Mises  sqrt(kappa A A')
 *   rates and scales     sqrt(c) / s                     Poisson  lambda^-1/2, e^(theta/2)
 *   trials               sqrt(n / (p (1-p))), sqrt(n p (1-p)) in the logit        waiting  sqrt(r / (1-p)) / p */
#include "family/prior.h"

#include <math.h>

#include <rao/num.h>

#include "family/gamma.h"

static const double log_2 = 0.69314718055994530942;

static double one(const rao_family *f) { return (void)f, 0; }
static double root_two(const rao_family *f) { return (void)f, log_2 / 2; }
static double root_half(const rao_family *f) { return (void)f, -log_2 / 2; }
static double half(const rao_family *f) { return (void)f, -log_2; }
static double two(const rao_family *f) { return (void)f, log_2; }
static double weibull(const rao_family *f) { return (void)f, 0.24885015123537267374; } /* log(pi / sqrt 6) */
static double root_of_fixed(const rao_family *f) { return f->table->info.fixed ? 0.5 * log(f->fixed) : 0; }
static double root_of_half_fixed(const rao_family *f) { return 0.5 * (log(f->fixed) - log_2); }
static double standard(const rao_family *f) {
    double m[3];
    f->table->standard->information(f, m);
    return 0.5 * log(m[0] * m[2] - m[1] * m[1]);
}

static double log_gamma_shape(double k) { return 0.5 * log(rao_gamma_information(k)); }
static double log_trial(double p) { return -0.5 * (log(p) + log1p(-p)); }
static double log_trial_logit(double z) { return -0.5 * (rao_softplus(z) + rao_softplus(-z)); }
static double log_waiting(double p) { return -log(p) - 0.5 * log1p(-p); }
/* A ~ kappa/2, A' ~ 1/2 near 0 and A ~ 1, A' ~ 1/(2 kappa^2) far out, where products leave the doubles */
static double log_concentration(double kappa) {
    if (kappa < 1e-100) return log(kappa) - log_2;
    if (kappa > 1e100) return -0.5 * (log(kappa) + log_2);
    rao_bessel_ratio_value a = rao_bessel_ratio(kappa);
    return 0.5 * (log(kappa) + log(a.a) + log(a.d1));
}

#define REAL \
    { -INF, INF, 0, 0, NULL, 0 }
#define POSITIVE(power) \
    { 0, INF, power, 0, NULL, 0 }
#define NEGATIVE(power) \
    { -INF, 0, power, 0, NULL, 0 }
#define EXPONENTIAL(rate) \
    { -INF, INF, 0, rate, NULL, 0 }
#define OWN(low, high, log_density) \
    { low, high, 0, 0, log_density, 0 }
#define OWN_FROM(low, high, log_density) \
    { low, high, 0, 0, log_density, low }
#define ONE(name, chart, constant, axis)                \
    {                                                   \
        &rao_table_##name, chart, 1, constant, { axis } \
    }
#define PAIR(name, chart, constant, first, second)               \
    {                                                            \
        &rao_table_##name, chart, 2, constant, { first, second } \
    }

static const prior_row rows[] = {
    PAIR(normal, 0, root_two, REAL, POSITIVE(-2)),
    PAIR(normal, 1, root_half, REAL, POSITIVE(-1.5)),
    PAIR(normal, 2, root_half, REAL, EXPONENTIAL(-0.5)),
    PAIR(normal, 3, half, REAL, NEGATIVE(-1.5)),
    PAIR(isotropic_normal, 0, root_two, REAL, POSITIVE(-2)),
    PAIR(diagonal_normal, 0, root_two, REAL, POSITIVE(-2)),
    PAIR(lognormal, 0, root_two, REAL, POSITIVE(-2)),
    PAIR(mvn, 0, root_half, REAL, POSITIVE(-1.5)),
    PAIR(mvn, 1, half, REAL, NEGATIVE(-1.5)),
    PAIR(gumbel, 0, standard, REAL, POSITIVE(-2)),
    PAIR(cauchy, 0, standard, REAL, POSITIVE(-2)),
    PAIR(student_t, 0, standard, REAL, POSITIVE(-2)),
    PAIR(laplace, 0, standard, REAL, POSITIVE(-2)),
    PAIR(logistic, 0, standard, REAL, POSITIVE(-2)),
    PAIR(gamma, 0, one, OWN(0, INF, log_gamma_shape), POSITIVE(-1)),
    PAIR(gamma, 1, one, OWN(0, INF, log_gamma_shape), POSITIVE(-1)),
    PAIR(gamma, 2, one, OWN(0, INF, log_gamma_shape), POSITIVE(-1)),
    PAIR(gamma, 3, one, OWN_FROM(-1, INF, log_gamma_shape), NEGATIVE(-1)),
    PAIR(inverse_gamma, 0, one, OWN(0, INF, log_gamma_shape), POSITIVE(-1)),
    PAIR(weibull, 0, weibull, POSITIVE(0), POSITIVE(-1)),
    PAIR(inverse_gaussian, 0, root_half, POSITIVE(-1.5), POSITIVE(-0.5)),
    PAIR(von_mises, 0, one, REAL, OWN(0, INF, log_concentration)),
    ONE(exponential, 0, one, POSITIVE(-1)),
    ONE(exponential, 1, one, POSITIVE(-1)),
    ONE(exponential, 2, one, NEGATIVE(-1)),
    ONE(exponential, 3, one, POSITIVE(-1)),
    ONE(rayleigh, 0, two, POSITIVE(-1)),
    ONE(pareto, 0, one, POSITIVE(-1)),
    ONE(wishart, 0, root_of_half_fixed, POSITIVE(-1)),
    ONE(poisson, 0, one, POSITIVE(-0.5)),
    ONE(poisson, 1, one, EXPONENTIAL(0.5)),
    ONE(poisson, 2, one, POSITIVE(-0.5)),
    ONE(bernoulli, 0, one, OWN(0, 1, log_trial)),
    ONE(bernoulli, 1, one, OWN(-INF, INF, log_trial_logit)),
    ONE(bernoulli, 2, one, OWN(-INF, INF, log_trial_logit)),
    ONE(bernoulli, 3, one, OWN(0, 1, log_trial)),
    ONE(binomial, 0, root_of_fixed, OWN(0, 1, log_trial)),
    ONE(binomial, 1, root_of_fixed, OWN(-INF, INF, log_trial_logit)),
    ONE(geometric, 0, one, OWN(0, 1, log_waiting)),
    ONE(geometric0, 0, one, OWN(0, 1, log_waiting)),
    ONE(negative_binomial, 0, root_of_fixed, OWN(0, 1, log_waiting)),
};

const prior_row *rao_prior_row(const rao_family *f, int64_t chart) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].table == f->table && rows[i].chart == chart) return rows[i].n == f->dim ? &rows[i] : NULL;
    return NULL;
}

static double log_of_axis(const prior_axis *axis, double x) {
    if (axis->log_density) return axis->log_density(x - axis->origin);
    return (axis->power != 0 ? axis->power * log(fabs(x)) : 0) + axis->rate * x;
}

double rao_prior_log(const prior_row *row, const rao_family *f, const double *c) {
    double sum = row->log_constant(f);
    for (int64_t i = 0; i < row->n; i++) sum += log_of_axis(&row->axis[i], c[i]);
    return sum;
}
