/* Jeffreys' prior and the volumes of families and regions. */
#include <float.h>

#include "manifold/make.h"

enum { MOST = 80 };
static const double pi = 3.14159265358979323846;

static rao_status ask(rao_ctx *ctx, const rao_family *f, const char *chart, int quantity, int normalised, const double *p, const double *q,
                      double *out) {
    rao_status st;
    rao_family_args a;
    rao_family_args_init(&a);
    RAO_TRY(rao_family_chart_index(ctx, f, chart, &a.chart));
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.normalised = normalised;
    RAO_TRY(rao_manifold_eval(ctx, f, quantity, &a, out, 0));
done:
    return st;
}

static void priors(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    ORACLE("sqrt det F", "textbook closed forms, mpmath 30 digits");
    static const struct {
        const char *name, *chart;
        int64_t dimension;
        double fixed;
        int normalised;
        double p[6];
        long double want;
    } rows[] = {
        {"normal", "mu_sigma", 0, 0, 0, {3, 2}, 0.35355339059327376220042L}, /* sqrt2/s^2 */
        {"normal", "mu_sigma", 0, 0, 0, {3, 1e-150}, 1.41421356237309504880169e300L},
        {"normal", "mu_sigma", 0, 0, 0, {3, 1e150}, 1.41421356237309504880169e-300L},
        {"normal", "mu_var", 0, 0, 0, {3, 4}, 0.08838834764831844055L}, /* 1/(sqrt2 s^3) */
        {"poisson", "", 0, 0, 0, {4}, 0.5L},
        {"poisson", "", 0, 0, 0, {1e-300}, 1e150L},
        {"poisson", "natural", 0, 0, 0, {0}, 1},
        {"exponential", "rate", 0, 0, 0, {4}, 0.25L},
        {"bernoulli", "p", 0, 0, 0, {0.5}, 2},
        {"bernoulli", "p", 0, 0, 1, {0.5}, 0.63661977236758134307554L}, /* Beta(1/2, 1/2) */
        {"bernoulli", "logit", 0, 0, 1, {0}, 0.15915494309189533576888L},
        {"binomial", "p", 0, 9, 0, {0.5}, 6},
        {"geometric", "p", 0, 0, 0, {0.75}, 2.66666666666666666666667L},           /* 1/(p sqrt(1-p)) */
        {"categorical", "p", 3, 0, 1, {0.5, 0.25, 0.25}, 0.90031631615710606955L}, /* Dirichlet(1/2, ..): Gamma(3/2)/pi^(3/2)/sqrt(1/32) */
        {"multinomial", "p", 3, 5, 1, {0.5, 0.25, 0.25}, 0.90031631615710606956L},
        {"gamma", "", 0, 0, 0, {1, 2}, 0.40153893548702921409L},  /* sqrt(k psi1(k) - 1)/rate, psi1(1) = pi^2/6 */
        {"gumbel", "", 0, 0, 0, {0, 2}, 0.32063745754046602389L}, /* sqrt(pi^2/6)/b^2 */
        {"inverse_gaussian", "", 0, 0, 0, {4, 2}, 0.0625L},       /* 1/sqrt(2 l m^3) */
        {"gamma", "", 0, 0, 0, {1e-300, 1}, 1e150L}, /* entries of F that leave the doubles, while the root of det F does not */
        {"gamma", "", 0, 0, 0, {1e300, 1}, 7.0710678118654752440e-151L},
        {"gamma", "shape_scale", 0, 0, 0, {1e-10, 1e-200}, 99999.999994999998179e200L},
        {"beta", "", 0, 0, 0, {1, 1e-300}, 1.5505204952915613011e150L}, /* sqrt(2 zeta(3)/b) */
        {"beta", "", 0, 0, 0, {1e300, 1e-300}, 1e-150L},
        {"beta", "", 0, 0, 0, {1e-150, 3e-150}, 2.0412414523193149407e299L},     /* sqrt(2/(ab))/(a + b) */
        {"dirichlet", "", 3, 0, 0, {1e300, 1e-300, 1}, 0.80307787097405842818L}, /* sqrt(pi^2/6 - 1) */
        {"weibull", "", 0, 0, 0, {1e-200, 1e-10}, 12825498301.618640955L},       /* pi/sqrt 6 / scale */
        {"von_mises", "", 0, 0, 0, {1, 1e300}, 7.0710678118654752440e-151L},
        {"von_mises", "", 0, 0, 0, {1, 1e-300}, 5e-301L},
        {"geometric", "", 0, 0, 0, {1e-200}, 1e200L},
        {"bernoulli", "logit", 0, 0, 0, {-1400}, 9.8596765437597708567e-305L}, /* e^-700 */
        {"inverse_gaussian", "", 0, 0, 0, {1e-110, 1e300}, 7.0710678118654752440e14L},
        {"isotropic_normal", "", 3, 0, 0, {0, 0, 0, 1e-60}, 2.4494897427831780982e240L}, /* sqrt(2 d) / s^(d + 1) */
        {"diagonal_normal", "", 2, 0, 0, {0, 0, 1e-100, 1e100}, 2},
        {"normal", "expectation", 0, 0, 0, {0, 1e-120}, 7.0710678118654752440e179L}, /* 1/(sqrt 2 s^3) */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        rao_family *f = make(ctx, rows[i].name, rows[i].dimension, rows[i].fixed);
        double got;
        OK(ctx, ask(ctx, f, rows[i].chart, RAO_JEFFREYS_PRIOR, rows[i].normalised, rows[i].p, NULL, &got));
        EXPECT_REL(got, (double)rows[i].want, 1e-12);
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void the_prior_is_a_density(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("the prior in another chart is the prior times |det J|");
    rao_stream s = rao_stream_make(rao_test_seed(), 0);
    static const char *const names[] = {"normal", "gamma", "poisson", "exponential", "bernoulli"};
    for (size_t i = 0; i < COUNT(names); i++) {
        rao_family *f = make(ctx, names[i], 0, 0);
        for (uint64_t trial = 0; trial < 10; trial++) {
            double p[2], c[2], j[4], one, two;
            for (int k = 0; k < 2; k++)
                p[k] = names[i][0] == 'b' ? 1 / (1 + exp(-rao_normal_at(s, trial, k))) : exp(rao_normal_at(s, trial, k));
            OK(ctx, ask(ctx, f, "", RAO_JEFFREYS_PRIOR, 0, p, NULL, &one));
            for (int64_t chart = 1; chart < rao_family_chart_count(f); chart++) {
                OK(ctx, rao_family_convert(ctx, f, 0, p, chart, c, j));
                OK(ctx, ask(ctx, f, rao_family_chart_name(f, chart), RAO_JEFFREYS_PRIOR, 0, c, NULL, &two));
                double det = rao_family_tangent(f, 0) == 1 ? j[0] : j[0] * j[3] - j[1] * j[2];
                EXPECT_REL(two, one * fabs(det), 1e-10); /* the determinant of a random Jacobian cancels some digits */
            }
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static double volume(rao_ctx *ctx, const rao_family *f, const char *chart, const double *low, const double *high, int proper) {
    int64_t c;
    double value;
    int said = -1;
    OK(ctx, rao_family_chart_index(ctx, f, chart, &c));
    OK(ctx, rao_jeffreys_volume(ctx, f, c, low, high, &value, &said, NULL));
    EXPECT_EQ(said, proper);
    return value;
}

static void volumes(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    ORACLE("volumes", "pi; pi^(k/2)/Gamma(k/2); distances; antiderivatives");
    const double half[] = {0.25}, whole[] = {0.75}, zero[] = {0}, one[] = {1}, four[] = {4}, low2[] = {-1, 1}, high2[] = {3, INFINITY},
                 var_low[] = {-1, 1}, var_high[] = {3, 4}, g_low[] = {1, 1}, g_high[] = {2, 3}, minus[] = {-1};
    rao_family *f = make(ctx, "bernoulli", 0, 0);
    EXPECT_REL(volume(ctx, f, "", NULL, NULL, 1), pi, 1e-14);
    EXPECT_REL(volume(ctx, f, "p", half, whole, 1), pi / 3, 1e-14); /* 2 (asin sqrt(3/4) - asin sqrt(1/4)) */
    EXPECT_REL(volume(ctx, f, "p", zero, one, 1), pi, 1e-14);
    rao_family_destroy(&f);
    f = make(ctx, "categorical", 4, 0);
    EXPECT_REL(volume(ctx, f, "", NULL, NULL, 1), pi * pi, 1e-13);
    rao_family_destroy(&f);
    f = make(ctx, "multinomial", 3, 4);
    EXPECT_REL(volume(ctx, f, "", NULL, NULL, 1), 4 * 2 * pi, 1e-13); /* n^(2/2) pi^(3/2)/Gamma(3/2) */
    rao_family_destroy(&f);
    f = make(ctx, "poisson", 0, 0);
    EXPECT_TRUE(volume(ctx, f, "", NULL, NULL, 0) == (double)INFINITY);
    EXPECT_REL(volume(ctx, f, "", zero, four, 1), 4, 1e-10);
    EXPECT_REL(volume(ctx, f, "", one, four, 1), 2, 1e-14);
    rao_family_destroy(&f);
    f = make(ctx, "exponential", 0, 0);
    EXPECT_TRUE(volume(ctx, f, "", zero, four, 0) == (double)INFINITY);
    EXPECT_FAIL(ctx, rao_jeffreys_volume(ctx, f, 0, minus, four, &(double){0}, NULL, NULL), RAO_EDOMAIN, "rate");
    EXPECT_FAIL(ctx, rao_jeffreys_volume(ctx, f, 0, four, one, &(double){0}, NULL, NULL), RAO_EINVAL, "[4, 1]");
    rao_family_destroy(&f);
    f = make(ctx, "normal", 0, 0);
    EXPECT_TRUE(volume(ctx, f, "", NULL, NULL, 0) == (double)INFINITY);
    EXPECT_REL(volume(ctx, f, "", low2, high2, 1), sqrt(2) * 4, 1e-14);
    EXPECT_REL(volume(ctx, f, "mu_var", var_low, var_high, 1), sqrt(2) * 4 * 0.5, 1e-10); /* sigma from 1 to 2, by quadrature */
    rao_family_destroy(&f);
    f = make(ctx, "gamma", 0, 0);
    /* log 3 int_1^2 sqrt(k psi1(k) - 1) dk, mpmath */
    EXPECT_REL(volume(ctx, f, "", g_low, g_high, 1), 0.70961966228140528579, 1e-10);
    EXPECT_FAIL(ctx, rao_jeffreys_volume(ctx, f, 7, NULL, NULL, &(double){0}, NULL, NULL), RAO_EINVAL, "chart 7");
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

/* Regions of hundreds of decades, at edges, and thin ones: antiderivatives, series of the ends, and integrals by mpmath (tests/oracle/volumes.py). */
static void wide_volumes(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    ORACLE("volumes of regions of many decades", "antiderivatives; mpmath 30 digits, tests/oracle/volumes.py");
    const double inf = INFINITY;
    const struct {
        const char *name, *chart;
        int64_t dimension;
        double fixed, low[2], high[2], want;
    } rows[] = {
        {"inverse_gaussian", "", 0, 0, {1, 1}, {1e160, 2}, 1.1715728752538099024},
        {"inverse_gaussian", "", 0, 0, {1e-300, 1}, {1, 2}, 1.1715728752538099024e150},
        {"inverse_gaussian", "", 0, 0, {1, 0}, {inf, 1}, 2.8284271247461900976},
        {"inverse_gaussian", "", 0, 0, {1, 0}, {2, inf}, inf},
        {"weibull", "", 0, 0, {1, 1}, {1e300, 2}, 8.8899579870433280e299},
        {"weibull", "", 0, 0, {1, 1}, {2, 1e300}, 885.95403598582600096},
        {"weibull", "", 0, 0, {0, 1}, {1, inf}, inf},
        {"gamma", "", 0, 0, {1, 1}, {1e300, 2}, 9.8025814346854719e149},
        {"gamma", "", 0, 0, {0, 1}, {1, 2}, 1.2584637872908710},
        {"gamma", "", 0, 0, {1e-300, 1}, {1, 2}, 1.2584637872908710},
        {"gamma", "natural", 0, 0, {-1, -2}, {0, -1}, 1.2584637872908710},
        {"gamma", "", 0, 0, {1, 1}, {inf, 2}, inf},
        {"inverse_gamma", "", 0, 0, {0, 1}, {1, 2}, 1.2584637872908710},
        {"von_mises", "", 0, 0, {0, 1}, {1, 1e300}, 1.4142135623730950488e150},
        {"von_mises", "", 0, 0, {0, 0}, {1, 1e-150}, 2.5e-301},
        {"beta", "", 0, 0, {1e-300, 1e-300}, {1e-20, 1e-20}, 2854.0695188022709574},
        {"beta", "", 0, 0, {1e150, 1}, {1e300, 2}, 223.09412605135869795},
        {"beta", "", 0, 0, {0, 0}, {1, 1}, inf},
        {"beta", "", 0, 0, {1, 1}, {2, inf}, inf},
        {"categorical", "", 3, 0, {0, 0}, {0.5, 0.5}, 2.6025805691371460171},
        {"categorical", "", 2, 0, {0.2}, {0.5}, 0.64350110879328438680},
        {"multinomial", "", 3, 7, {0, 0.5}, {0.25, 0.75}, 4.4075469792634559843},
        {"normal", "mu_var", 0, 0, {0, 1}, {1, 1e300}, 1.4142135623730950488},
        {"normal", "mu_logvar", 0, 0, {0, -1300}, {1, 1300}, 2.7664844595150206e282}, /* sqrt 2 e^650 */
        {"normal", "natural", 0, 0, {0, -1}, {1e-100, 0}, inf},
        {"normal", "expectation", 0, 0, {-1, 1}, {0.5, 3}, 1.6773599879836611525},
        {"normal", "expectation", 0, 0, {-1e100, 1e200}, {1e99, inf}, 2.3630995945937987573},
        {"mvn", "expectation", 1, 0, {-1, 1}, {0.5, 3}, 1.6773599879836611525},
        {"normal", "", 0, 0, {-1e308, 1e250}, {1e308, 1e300}, 2.8284271247461900976e58},
        {"student_t", "", 0, 3, {0, 1e-300}, {1, 2}, 8.1649658092772603273e299},
        {"cauchy", "", 0, 0, {-inf, 1}, {1, 2}, inf},
        {"poisson", "", 0, 0, {0}, {1e300}, 2e150},
        {"poisson", "natural", 0, 0, {-inf}, {1}, 3.2974425414002562937},
        {"exponential", "", 0, 0, {1}, {inf}, inf},
        {"exponential", "natural", 0, 0, {-1}, {-1e-300}, 690.77552789821370521},
        {"bernoulli", "logit", 0, 0, {-inf}, {inf}, 3.1415926535897932385},
        {"bernoulli", "p", 0, 0, {0}, {1e-300}, 2e-150},
        {"geometric", "", 0, 0, {1e-300}, {1}, 692.16182225933359552}, /* log(4/p) */
        {"negative_binomial", "", 0, 3, {0.5}, {1}, 3.0531676663341553},
        {"wishart", "", 1, 3, {1e-300}, {1}, 846.02378507615478},            /* sqrt(3/2) log 1e300 */
        {"rayleigh", "", 0, 0, {1}, {1.0000000001}, 2.0000001653807420e-10}, /* the end, rounded: 1 + 1.00000008274e-10 */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        rao_family *f = make(ctx, rows[i].name, rows[i].dimension, rows[i].fixed);
        double got = volume(ctx, f, rows[i].chart, rows[i].low, rows[i].high, rows[i].want < inf);
        if (rows[i].want < inf) EXPECT_REL(got, rows[i].want, 1e-10);
        else EXPECT_TRUE(got == inf);
        rao_family_destroy(&f);
    }
    LAW("a volume that is no double, or of a box that leaves the family, is refused");
    double out = 7;
    rao_family *f = make(ctx, "normal", 0, 0);
    EXPECT_FAIL(ctx, rao_jeffreys_volume(ctx, f, 0, (double[]){0, 1e-300}, (double[]){1e300, 1}, &out, NULL, NULL), RAO_EDOMAIN,
                "which is no double");
    EXPECT_FAIL(ctx, rao_jeffreys_volume(ctx, f, 4, (double[]){0, 1}, (double[]){2, 3}, &out, NULL, NULL), RAO_EDOMAIN, "eta_1^2");
    EXPECT_FAIL(ctx, ask(ctx, f, "", RAO_JEFFREYS_PRIOR, 0, (double[]){0, 1e-200}, NULL, &out), RAO_EDOMAIN, "no double");
    rao_family_destroy(&f);
    f = make(ctx, "categorical", 3, 0);
    EXPECT_FAIL(ctx, rao_jeffreys_volume(ctx, f, 0, (double[]){0, 0}, (double[]){0.5, 0.6}, &out, NULL, NULL), RAO_EDOMAIN, "simplex");
    rao_family_destroy(&f);
    f = make(ctx, "bernoulli", 0, 0);
    EXPECT_FAIL(ctx, rao_jeffreys_volume(ctx, f, 0, (double[]){0}, (double[]){2}, &out, NULL, NULL), RAO_EDOMAIN, "between 0 and 1");
    rao_family_destroy(&f);
    EXPECT_CLOSE(out, 7, 0);
    rao_test_ctx_close(&ctx);
}

static void refusals(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("an improper prior is not normalised, an irregular family has none, a chart with a coordinate too many has no density");
    double out = 7;
    const double p[] = {0, 1, 2, 3};
    rao_family *f = make(ctx, "normal", 0, 0);
    EXPECT_FAIL(ctx, ask(ctx, f, "", RAO_JEFFREYS_PRIOR, 1, p, NULL, &out), RAO_EDOMAIN, "improper");
    rao_family_destroy(&f);
    f = make(ctx, "uniform", 0, 0);
    EXPECT_FAIL(ctx, ask(ctx, f, "", RAO_JEFFREYS_PRIOR, 0, p, NULL, &out), RAO_EDOMAIN, "not a regular family");
    EXPECT_FAIL(ctx, rao_jeffreys_volume(ctx, f, 0, NULL, NULL, &out, NULL, NULL), RAO_EDOMAIN, "not a regular family");
    rao_family_destroy(&f);
    f = make(ctx, "categorical", 3, 0);
    EXPECT_FAIL(ctx, ask(ctx, f, "logits", RAO_JEFFREYS_PRIOR, 0, p, NULL, &out), RAO_EUNABLE, "no density");
    rao_family_destroy(&f);
    f = make(ctx, "mvn", 2, 0);
    const double low[5] = {0, 0, 1, 0, 1}, high[5] = {1, 1, 2, 1, 2};
    EXPECT_FAIL(ctx, rao_jeffreys_volume(ctx, f, 0, low, high, &out, NULL, NULL), RAO_EUNABLE, "one and two coordinates");
    rao_family_destroy(&f);
    EXPECT_CLOSE(out, 7, 0);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(priors), cmocka_unit_test(the_prior_is_a_density), cmocka_unit_test(volumes),
                                       cmocka_unit_test(wide_volumes), cmocka_unit_test(refusals)};
    return rao_test_run("manifold/jeffreys", tests, COUNT(tests));
}
