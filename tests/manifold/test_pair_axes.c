/* Jensen-Shannon and total variation of normals in many variables, averages over draws along the pair's own axes, against pairs on a line with the same
 * log ratio: the rest of x has one law under both members. */
#include "manifold/ask.h"

#include <math.h>

enum { D = 20, NUMBERS = D + D * (D + 1) / 2, RUNS = 40, SAMPLES = 2000 };

/* N(L m, L V L^T) in chart 0, L random with a diagonal of 1 or more; V = I but for the first `many` of its diagonal, v; m = (shift, 0, ..). */
static void put(int64_t d, double shift, double v, int64_t many, double *out) {
    double l[D * D], *at = out + d;
    rao_normal_fill_f64(rao_stream_make(7, 0), 0, 0, D * D, l);
    for (int64_t i = 0; i < d; i++) l[i * D + i] = 1 + fabs(l[i * D + i]);
    for (int64_t i = 0; i < d; i++) {
        out[i] = 0.25 * (double)i + shift * l[i * D];
        for (int64_t j = i; j < d; j++, at++) {
            *at = 0;
            for (int64_t k = 0; k <= i; k++) *at += l[i * D + k] * (k < many ? v : 1) * l[j * D + k];
        }
    }
}

/* The average over draws of one run. */
static double average(rao_ctx *ctx, const rao_family *f, int quantity, const double *p, const double *q, int run, double *error) {
    double value;
    rao_quality quality;
    rao_family_args a;
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.quality = &quality;
    a.stream = rao_stream_make(11, (uint64_t)run), a.samples = SAMPLES;
    OK(ctx, rao_manifold_eval(ctx, f, quantity, &a, &value, 1));
    EXPECT_TRUE(quality.method == RAO_MONTE_CARLO && quality.error > 0);
    *error = quality.error;
    return value;
}

/* Averages meet `want` over the runs: without bias, and with the standard error that they claim, each to five of its own. */
static void expect_honest(rao_ctx *ctx, const rao_family *f, int quantity, const double *p, const double *q, double want) {
    double sum = 0, squares = 0;
    for (int run = 0; run < RUNS; run++) {
        double error, z = (average(ctx, f, quantity, p, q, run, &error) - want) / error;
        EXPECT_TRUE(error < 0.2 * want);
        sum += z / RUNS, squares += z * z / RUNS;
    }
    EXPECT_CLOSE(sum, 0, 5 / sqrt(RUNS));
    EXPECT_CLOSE(squares, 1, 5 * sqrt(2.0 / RUNS));
}

static const int both[] = {RAO_TOTAL_VARIATION, RAO_JENSEN_SHANNON};

static void one_axis_is_a_line(void **state) {
    (void)state;
    ORACLE("normals that differ along one axis, of any direction", "the closed form or quadrature of the two normals on that axis");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *line = make(ctx, "normal", 0, 0);
    /* the last is left to the coordinates of x, being too close */
    static const double pairs[][2] = {{0.5, 2}, {-3, 0.2}, {0, 9}, {1e-3, 1.0001}, {1e-5, 1.00003}, {0, 1 + 1e-8}};
    for (int64_t d = 9; d <= D; d += D - 9) {
        rao_family *f = make(ctx, "mvn", d, 0);
        for (size_t i = 0; i < COUNT(pairs); i++) {
            double p[NUMBERS], q[NUMBERS], shift = pairs[i][0], v = pairs[i][1];
            const double a[2] = {0, 1}, b[2] = {shift, sqrt(v)};
            put(d, 0, 1, d, p), put(d, shift, v, 1, q);
            for (size_t k = 0; k < COUNT(both); k++) expect_honest(ctx, f, both[k], p, q, ask(ctx, line, both[k], 0, a, b));
        }
        rao_family_destroy(&f);
    }
    rao_family_destroy(&line);
    rao_test_ctx_close(&ctx);
}

static void ratios_that_are_left_to_x(void **state) {
    (void)state;
    ORACLE("ratios of covariances beyond a million",
           "as on a line, to five standard errors: a mean u of terms in [0, 1] has a variance of at most u (1 - u)");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *line = make(ctx, "normal", 0, 0), *f = make(ctx, "mvn", D, 0);
    for (double v = 1e-8; v < 1e9; v *= 1e16)
        for (size_t k = 0; k < COUNT(both); k++) {
            double p[NUMBERS], q[NUMBERS], sum = 0, unit = k ? log(2) : 1, error;
            const double a[2] = {0, 1}, b[2] = {0.5, sqrt(v)};
            put(D, 0, 1, D, p), put(D, 0.5, v, 1, q);
            double want = ask(ctx, line, both[k], 0, a, b) / unit;
            for (int run = 0; run < RUNS; run++) sum += average(ctx, f, both[k], p, q, run, &error) / unit / RUNS;
            EXPECT_CLOSE(sum, want, 5 * sqrt(want * (1 - want) / (RUNS * SAMPLES)));
        }
    rao_family_destroy(&f), rao_family_destroy(&line);
    rao_test_ctx_close(&ctx);
}

static void one_quotient_is_a_gamma_law(void **state) {
    (void)state;
    ORACLE("covariances of which one is a multiple of the other", "the gamma laws of the squared distance from the mean");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "mvn", D, 0), *gamma = make(ctx, "gamma", 0, 0);
    for (double v = 0.5; v < 3; v += 0.7) {
        double p[NUMBERS], q[NUMBERS];
        const double a[2] = {D / 2.0, 0.5}, b[2] = {D / 2.0, 0.5 / v};
        put(D, 0, 1, D, p), put(D, 0, v, D, q);
        for (size_t k = 0; k < COUNT(both); k++) expect_honest(ctx, f, both[k], p, q, ask(ctx, gamma, both[k], 0, a, b));
    }
    rao_family_destroy(&f), rao_family_destroy(&gamma);
    rao_test_ctx_close(&ctx);
}

static void one_covariance_is_a_shift(void **state) {
    (void)state;
    ORACLE("total variation of one covariance but for a last digit, so that it is sampled",
           "erf(delta/sqrt 8) of the distance of the means");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "mvn", D, 0);
    for (double shift = 1e-4; shift < 6; shift *= 8) {
        double p[NUMBERS], q[NUMBERS];
        put(D, 0, 1, D, p), put(D, shift, 1, D, q);
        EXPECT_REL(ask(ctx, f, RAO_TOTAL_VARIATION, 0, p, q), erf(shift / sqrt(8)), 1e-9);
        q[D] = nextafter(q[D], 100);
        expect_honest(ctx, f, RAO_TOTAL_VARIATION, p, q, erf(shift / sqrt(8)));
    }
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void the_ends(void **state) {
    (void)state;
    LAW("equal pairs are 0; pairs that share nothing log 2 and 1, covariances that no double compares included");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "mvn", D, 0);
    double p[NUMBERS], q[NUMBERS];
    put(D, 0, 1, D, p);
    for (size_t k = 0; k < COUNT(both); k++) {
        EXPECT_TRUE(ask(ctx, f, both[k], 0, p, p) == 0);
        for (int far = 0; far < 3; far++) {
            put(D, far == 0 ? 40 : 0, far == 1 ? 1e40 : far == 2 ? 1e-200 : 1, D, q);
            EXPECT_CLOSE(ask(ctx, f, both[k], 0, p, q), k ? log(2) : 1, 1e-15);
            EXPECT_CLOSE(ask(ctx, f, both[k], 0, q, p), k ? log(2) : 1, 1e-15);
        }
    }
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_axis_is_a_line), cmocka_unit_test(ratios_that_are_left_to_x),
                                       cmocka_unit_test(one_quotient_is_a_gamma_law), cmocka_unit_test(one_covariance_is_a_shift),
                                       cmocka_unit_test(the_ends)};
    return rao_test_run("manifold/pair_axes", tests, COUNT(tests));
}
