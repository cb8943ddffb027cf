/* n Var(MLE) -> F^-1, by simulation: over many samples of n from p, the mean of n (c - p)^T F (c - p) is the number of coordinates, as that of a chi-square. */
#include <float.h>

#include "rao_test.h"
#include <rao/family.h>

enum { MOST = 12, SAMPLES = 300, SIZE = 400 };

typedef struct simulation {
    const char *family;
    int64_t dimension;
    double fixed;
    const char *chart; /* one whose coordinates are free */
    double p[MOST];    /* in it */
} simulation;

static const simulation simulations[] = {
    {"normal", 0, 0, "mu_sigma", {0.7, 1.3}},
    {"isotropic_normal", 2, 0, "mu_sigma", {1, -2, 1.5}},
    {"diagonal_normal", 2, 0, "mu_sigma", {1, -2, 0.5, 3}},
    {"lognormal", 0, 0, "mu_sigma", {0.3, 0.7}},
    {"exponential", 0, 0, "rate", {2.5}},
    {"gamma", 0, 0, "shape_mean", {2.5, 1.5}},
    {"inverse_gamma", 0, 0, "shape_scale", {3.5, 2}},
    {"beta", 0, 0, "a_b", {2.5, 1.5}},
    {"dirichlet", 3, 0, "alpha", {1.5, 0.8, 4}},
    {"bernoulli", 0, 0, "p", {0.3}},
    {"binomial", 0, 12, "p", {0.3}},
    {"geometric", 0, 0, "p", {0.3}},
    {"geometric0", 0, 0, "p", {0.8}},
    {"negative_binomial", 0, 2.5, "p", {0.4}},
    {"poisson", 0, 0, "lambda", {3.5}},
    {"categorical", 3, 0, "natural", {0.3, -0.5}},
    {"multinomial", 3, 7, "natural", {0.3, -0.5}},
    {"weibull", 0, 0, "shape_scale", {1.7, 2}},
    {"gumbel", 0, 0, "mu_beta", {0.5, 2}},
    {"cauchy", 0, 0, "x0_gamma", {0.5, 2}},
    {"student_t", 0, 3.5, "mu_sigma", {0.5, 2}},
    {"laplace", 0, 0, "mu_b", {0.5, 2}},
    {"logistic", 0, 0, "mu_s", {0.5, 2}},
    {"rayleigh", 0, 0, "sigma", {1.5}},
    {"pareto", 0, 1.5, "alpha", {2.5}},
    {"inverse_gaussian", 0, 0, "mu_lambda", {1.5, 2.5}},
    {"von_mises", 0, 0, "mu_kappa", {0.5, 2}},
    {"mvn", 2, 0, "mean_cov", {0.5, -1, 2, 0.7, 1}},
    {"wishart", 2, 5, "scale", {2, 0.5, 1}},
};

static double square(const double *fisher, const double *d, int64_t m) {
    double sum = 0;
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < m; j++) sum += d[i] * fisher[i * m + j] * d[j];
    return sum;
}

static void simulate(rao_ctx *ctx, const simulation *s) {
    static double x[SIZE * 4], fisher[MOST * MOST];
    rao_family *f = NULL;
    rao_family_opts o;
    rao_fixed fixed = {NULL, s->fixed};
    int64_t chart;
    rao_family_opts_init(&o);
    o.dimension = s->dimension;
    for (int64_t i = 0; rao_family_list(i); i++)
        if (!strcmp(rao_family_list(i)->name, s->family)) fixed.name = rao_family_list(i)->fixed;
    if (fixed.name) o.fixed = &fixed, o.fixed_count = 1;
    OK(ctx, rao_family_create(ctx, s->family, &o, &f));
    OK(ctx, rao_family_chart_index(ctx, f, s->chart, &chart));
    OK(ctx, rao_family_fisher(ctx, f, chart, s->p, fisher));
    int64_t m = rao_family_tangent(f, chart), observation = rao_family_observation(f);
    double mean = 0, slack = !strcmp(s->family, "laplace") ? 0.25 : 0.1; /* what n = 400 still lacks: the median converges slowly */
    for (int k = 0; k < SAMPLES; k++) {
        double c[MOST], d[MOST];
        OK(ctx, rao_family_sample(ctx, f, chart, s->p, rao_stream_make(rao_test_seed(), 60), (uint64_t)k, 0, SIZE, x, observation));
        OK(ctx, rao_family_mle(ctx, f, chart, SIZE, rao_points_of(x, observation), NULL, c, NULL, NULL));
        for (int64_t j = 0; j < m; j++) d[j] = c[j] - s->p[j];
        mean += SIZE * square(fisher, d, m) / SAMPLES;
    }
    double error = sqrt(2.0 * (double)m / SAMPLES);
    if (!(fabs(mean - (double)m) < 5 * error + slack * (double)m))
        print_error("%s: %g for %d coordinates, standard error %g\n", s->family, mean, (int)m, error);
    EXPECT_TRUE(fabs(mean - (double)m) < 5 * error + slack * (double)m);
    rao_family_destroy(&f);
}

static void estimates_reach_the_bound(void **state) {
    (void)state;
    LAW("n Var(MLE) is the inverse of the Fisher matrix, in every regular family that has an estimate");
    rao_ctx *ctx = rao_test_ctx();
    for (size_t i = 0; i < COUNT(simulations); i++) simulate(ctx, &simulations[i]);
    rao_test_ctx_close(&ctx);
}

static void every_family_is_simulated(void **state) {
    (void)state;
    for (int64_t i = 0; rao_family_list(i); i++) {
        const char *name = rao_family_list(i)->name;
        int found = !rao_family_list(i)->regular || !strcmp(name, "normal_mixture3"); /* no maximum */
        for (size_t c = 0; c < COUNT(simulations); c++) found |= !strcmp(simulations[c].family, name);
        if (!found) print_error("no simulation of %s\n", name);
        EXPECT_TRUE(found);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_family_is_simulated), cmocka_unit_test(estimates_reach_the_bound)};
    return rao_test_run("family: estimates", tests, COUNT(tests));
}
