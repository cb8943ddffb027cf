/* Every family of the registry through the conformance suite. */
#include "conform/family_conform.h"

static const conform_case cases[] = {
    {"normal", 0, 0, {0.7, 1.3}, {-0.4, 2.1}, 0, 0, 0},
    {"normal", 0, 0, {-1, 0.2}, {-0.9, 0.5}, 0, 0, 0},
    {"isotropic_normal", 3, 0, {1, -2, 0.5, 1.5}, {0.5, -2, 1, 2}, 0, 0, 0},
    {"isotropic_normal", 1, 0, {1, 1.5}, {0.5, 2}, 0, 0, 0},
    {"diagonal_normal", 2, 0, {1, -2, 0.5, 3}, {0.5, -2, 1, 2}, 0, 0, 0},
    {"lognormal", 0, 0, {0.3, 0.7}, {-0.2, 0.5}, 0, 0, 0},
    {"exponential", 0, 0, {2.5}, {0.3}, 0, 0, 0},
    {"gamma", 0, 0, {2.5, 1.5}, {4, 0.5}, 0, 0, 0},
    {"gamma", 0, 0, {0.7, 3}, {1.2, 4}, 0, 0, 0},
    {"gamma", 0, 0, {150, 30}, {120, 26}, 0, 0, 0},
    {"inverse_gamma", 0, 0, {3.5, 2}, {5, 2.5}, 0, 0, 0},
    {"beta", 0, 0, {2.5, 1.5}, {1.2, 3}, 0, 0, 0},
    {"beta", 0, 0, {30, 70}, {20, 60}, 0, 0, 0},
    {"dirichlet", 3, 0, {1.5, 0.8, 4}, {2, 1, 3}, 0, 0, 0},
    {"dirichlet", 2, 0, {20, 0.5}, {25, 0.6}, 0, 0, 0},
    {"bernoulli", 0, 0, {0.3}, {0.55}, 0, 0, 0},
    {"bernoulli", 0, 0, {0.98}, {0.7}, 0, 0, 0},
    {"binomial", 0, 12, {0.3}, {0.55}, 0, 0, 0},
    {"binomial", 0, 1, {0.6}, {0.7}, 0, 0, 0},
    {"binomial", 0, 400, {0.9}, {0.88}, 0, 0, 0},
    {"geometric", 0, 0, {0.3}, {0.5}, 0, 0, 0},
    {"geometric0", 0, 0, {0.8}, {0.6}, 0, 0, 0},
    {"negative_binomial", 0, 2.5, {0.4}, {0.3}, 0, 0, 0},
    {"negative_binomial", 0, 30, {0.6}, {0.65}, 0, 0, 0},
    {"multinomial", 3, 7, {0.2, 0.3, 0.5}, {0.3, 0.3, 0.4}, 0, 0, 0},
    {"multinomial", 4, 200, {0.1, 0.3, 0.25, 0.35}, {0.2, 0.3, 0.2, 0.3}, 0, 0, 0},
    {"binomial", 0, 12, {0.3}, {0.55}, 0, 0, 0},
    {"binomial", 0, 1, {0.6}, {0.7}, 0, 0, 0},
    {"binomial", 0, 400, {0.9}, {0.88}, 0, 0, 0},
    {"geometric", 0, 0, {0.3}, {0.5}, 0, 0, 0},
    {"geometric0", 0, 0, {0.8}, {0.6}, 0, 0, 0},
    {"negative_binomial", 0, 2.5, {0.4}, {0.3}, 0, 0, 0},
    {"negative_binomial", 0, 30, {0.6}, {0.65}, 0, 0, 0},
    {"multinomial", 3, 7, {0.2, 0.3, 0.5}, {0.3, 0.3, 0.4}, 0, 0, 0},
    {"multinomial", 4, 200, {0.1, 0.3, 0.25, 0.35}, {0.2, 0.3, 0.2, 0.3}, 0, 0, 0},
    {"weibull", 0, 0, {1.7, 2}, {2.5, 1.5}, 0, 0, 0},
    {"gumbel", 0, 0, {0.5, 2}, {1, 1.5}, 0, 0, 0},
    {"cauchy", 0, 0, {0.5, 2}, {-1, 1.5}, 0, 0, 0},
    {"student_t", 0, 3.5, {0.5, 2}, {-1, 1.5}, 0, 0, 0},
    {"student_t", 0, 30, {0.5, 0.2}, {0.4, 0.25}, 0, 0, 0},
    {"laplace", 0, 0, {0.5, 2}, {-1, 1.5}, 0, 2e-3, 0},
    {"logistic", 0, 0, {0.5, 2}, {-1, 1.5}, 0, 0, 0},
    {"rayleigh", 0, 0, {1.5}, {2.5}, 0, 0, 0},
    {"pareto", 0, 1.5, {2.5}, {1.7}, 0, 0, 0},
    {"inverse_gaussian", 0, 0, {1.5, 2.5}, {1, 4}, 0, 0, 0},
    {"uniform", 0, 0, {-1, 2.5}, {-1.5, 3}, 0, 0, 0},
    {"mvn", 1, 0, {0.5, 2}, {1, 3}, 0, 0, 0},
    {"mvn", 2, 0, {0.5, -1, 2, 0.7, 1}, {1, -1, 3, -0.5, 1.5}, 0, 0, 0},
    {"mvn", 3, 0, {0.5, -1, 2, 2, 0.7, 0.1, 1, 0.2, 0.5}, {0.3, -1, 2.5, 1, 0.1, 0, 1, 0, 1}, 0, 0, 0},
    {"wishart", 1, 3.5, {2}, {3}, 0, 0, 0},
    {"wishart", 2, 5, {2, 0.5, 1}, {1, 0, 1}, 0, 0, 0},
    {"von_mises", 0, 0, {0.5, 2}, {-1, 3}, 0, 0, 0},
    {"von_mises", 0, 0, {-2, 0.3}, {2, 0.1}, 0, 0, 0},
    {"von_mises", 0, 0, {3, 150}, {3.05, 120}, 0, 0, 0},
    {"normal_mixture3", 0, 0, {0.4, 2, 0.7}, {0.5, 1.5, 1}, 0, 0, 1},
    {"normal_mixture3", 0, 0, {0.3, -1, 1.4}, {0.2, -2, 1}, 0, 0, 1},
    {"poisson", 0, 0, {0.4}, {2.5}, 0, 0, 0},
    {"poisson", 0, 0, {37.5}, {30}, 0, 0, 0},
    {"categorical", 2, 0, {0.25, 0.75}, {0.5, 0.5}, 0, 0, 0},
    {"categorical", 5, 0, {0.1, 0.2, 0.05, 0.6, 0.05}, {0.2, 0.2, 0.2, 0.2, 0.2}, 0, 0, 0},
};

static void every_case(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *only = getenv("RAO_TEST_FAMILY");
        if (only && strcmp(only, cases[i].family)) continue;
        printf("%s\n", cases[i].family), fflush(stdout);
        family_conforms(&cases[i]);
    }
}

static void every_family_has_a_case(void **state) {
    (void)state;
    for (int64_t i = 0; rao_family_list(i); i++) {
        int found = 0;
        for (size_t c = 0; c < COUNT(cases); c++) found |= !strcmp(cases[c].family, rao_family_list(i)->name);
        if (!found) print_error("no case for %s\n", rao_family_list(i)->name);
        EXPECT_TRUE(found);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_family_has_a_case), cmocka_unit_test(every_case)};
    return rao_test_run("family: conformance", tests, COUNT(tests));
}
