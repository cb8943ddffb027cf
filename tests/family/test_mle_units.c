/* Estimates know no unit: data times 2^e have the estimate of the data, its coordinates times their powers of 2^e, with their standard errors. */
#include "rao_test.h"
#include <rao/family.h>

enum { MOST = 8, N = 8 };

static const double data[N] = {0.25, 1.125, 2.5, 0.875, 1.75, 3.125, 0.375, 1.0625};

static rao_family *make(rao_ctx *ctx, const char *name, const rao_fixed *fixed) {
    rao_family *f = NULL;
    rao_family_opts o;
    rao_family_opts_init(&o);
    o.fixed = fixed, o.fixed_count = fixed ? 1 : 0;
    OK(ctx, rao_family_create(ctx, name, &o, &f));
    return f;
}

static void units(void **state) {
    (void)state;
    LAW("data in other units have the same estimate and standard errors in those units, at every scale, in every chart");
    static const struct {
        const char *name, *chart;
        rao_fixed fixed;
        int power[2]; /* of the unit, of each coordinate */
    } rows[] = {
        {"normal", "mu_sigma", {NULL, 0}, {1, 1}},
        {"normal", "mu_var", {NULL, 0}, {1, 2}},
        {"normal", "expectation", {NULL, 0}, {1, 2}},
        {"normal", "natural", {NULL, 0}, {-1, -2}},
        {"laplace", "", {NULL, 0}, {1, 1}},
        {"logistic", "", {NULL, 0}, {1, 1}},
        {"cauchy", "", {NULL, 0}, {1, 1}},
        {"student_t", "", {"nu", 3}, {1, 1}},
        {"gumbel", "", {NULL, 0}, {1, 1}},
        {"exponential", "rate", {NULL, 0}, {-1}},
        {"exponential", "scale", {NULL, 0}, {1}},
        {"rayleigh", "", {NULL, 0}, {1}},
        {"gamma", "shape_rate", {NULL, 0}, {0, -1}},
        {"gamma", "shape_mean", {NULL, 0}, {0, 1}},
        {"inverse_gamma", "", {NULL, 0}, {0, 1}},
        {"weibull", "", {NULL, 0}, {0, 1}},
        {"inverse_gaussian", "", {NULL, 0}, {1, 1}},
        {"isotropic_normal", "", {NULL, 0}, {1, 1}},
        {"diagonal_normal", "", {NULL, 0}, {1, 1}},
        {"mvn", "mean_cov", {NULL, 0}, {1, 2}},
        {"mvn", "natural", {NULL, 0}, {-1, -2}},
        {"wishart", "", {"df", 3}, {1}},
    };
    rao_ctx *ctx = rao_test_ctx();
    for (size_t i = 0; i < COUNT(rows); i++) {
        rao_family *f = make(ctx, rows[i].name, rows[i].fixed.name ? &rows[i].fixed : NULL);
        int64_t chart, n = rao_family_coords(f, 0);
        double want[MOST], want_error[MOST];
        OK(ctx, rao_family_chart_index(ctx, f, rows[i].chart, &chart));
        OK(ctx, rao_family_mle(ctx, f, chart, N, rao_points_of(data, 1), NULL, want, want_error, NULL));
        for (int e = -1000; e <= 1000; e += 250) {
            double x[N], p[MOST], error[MOST];
            int largest = abs(rows[i].power[0]) > abs(rows[i].power[1]) ? abs(rows[i].power[0]) : abs(rows[i].power[1]);
            if (largest * abs(e) > 1000 || (!strcmp(rows[i].name, "mvn") && abs(e) > 500)) continue; /* no doubles */
            if (!strcmp(rows[i].chart, "natural") && abs(e) > 500) continue;
            for (int k = 0; k < N; k++) x[k] = ldexp(data[k], e);
            OK(ctx, rao_family_mle(ctx, f, chart, N, rao_points_of(x, 1), NULL, p, error, NULL));
            for (int64_t k = 0; k < n; k++) {
                EXPECT_REL(p[k], ldexp(want[k], rows[i].power[k] * e), 1e-9);
                EXPECT_REL(error[k], ldexp(want_error[k], rows[i].power[k] * e), 1e-9);
            }
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void wide_data(void **state) {
    (void)state;
    LAW("an observation far below the others stays one");
    rao_ctx *ctx = rao_test_ctx();
    const double far[3] = {1e-300, 1, 1e300}, squares[2] = {-1e200, 1e200};
    double p[2], error[2];
    rao_family *f = make(ctx, "weibull", NULL);
    OK(ctx, rao_family_mle(ctx, f, 0, 3, rao_points_of(far, 1), NULL, p, error, NULL));
    EXPECT_TRUE(p[0] > 0 && p[0] < 0.01 && p[1] > 0 && p[1] < HUGE_VAL);
    rao_family_destroy(&f);
    f = make(ctx, "normal", NULL);
    OK(ctx, rao_family_mle(ctx, f, 0, 2, rao_points_of(squares, 1), NULL, p, error, NULL));
    EXPECT_CLOSE(p[0], 0, 0), EXPECT_REL(p[1], 1e200, 1e-15), EXPECT_REL(error[0], 1e200 / sqrt(2), 1e-14);
    EXPECT_FAIL(ctx, rao_family_mle(ctx, f, 2, 1, rao_points_of(squares, 1), NULL, p, error, NULL), RAO_EDOMAIN, "all observations");
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void axes(void **state) {
    (void)state;
    LAW("axes of a diagonal normal in units of their own have the same estimates and standard errors in those");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = NULL;
    rao_family_opts o;
    rao_family_opts_init(&o);
    o.dimension = 2;
    OK(ctx, rao_family_create(ctx, "diagonal_normal", &o, &f));
    double x[N], want[4], want_error[4], p[4], error[4];
    OK(ctx, rao_family_mle(ctx, f, 0, N / 2, rao_points_of(data, 2), NULL, want, want_error, NULL));
    for (int i = 0; i < N; i++) x[i] = ldexp(data[i], i % 2 ? 600 : -600);
    OK(ctx, rao_family_mle(ctx, f, 0, N / 2, rao_points_of(x, 2), NULL, p, error, NULL));
    for (int i = 0; i < 4; i++) {
        EXPECT_REL(p[i], ldexp(want[i], i % 2 ? 600 : -600), 1e-14);
        EXPECT_REL(error[i], ldexp(want_error[i], i % 2 ? 600 : -600), 1e-14);
    }
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(units), cmocka_unit_test(axes), cmocka_unit_test(wide_data)};
    return rao_test_run("family/mle_units", tests, COUNT(tests));
}
