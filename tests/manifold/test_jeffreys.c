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
                                       cmocka_unit_test(refusals)};
    return rao_test_run("manifold/jeffreys", tests, COUNT(tests));
}
