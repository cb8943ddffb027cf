/* Wasserstein distances, geodesics and information matrices: values by quadrature of quantile functions, and the laws of a distance. */
#include <float.h>

#include "manifold/make.h"

#include "oracle_transport.h"

enum { MOST = 100 };

static rao_status ask_with(rao_ctx *ctx, const rao_family *f, int64_t chart, int quantity, const double *p, const double *q, double t,
                           double *out, rao_quality *quality) {
    rao_family_args a;
    rao_family_args_init(&a);
    a.chart = chart, a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.t = rao_points_of(&t, 0), a.quality = quality;
    return rao_manifold_eval(ctx, f, quantity, &a, out, 0);
}
static rao_status ask(rao_ctx *ctx, const rao_family *f, int64_t chart, int quantity, const double *p, const double *q, double t,
                      double *out) {
    return ask_with(ctx, f, chart, quantity, p, q, t, out, NULL);
}

static double w2(rao_ctx *ctx, const rao_family *f, const double *p, const double *q) {
    double value;
    OK(ctx, ask(ctx, f, 0, RAO_WASSERSTEIN2, p, q, 0, &value));
    return value;
}

static void values_match(void **state) {
    (void)state;
    ORACLE("distances, geodesics, information",
           "mpmath quadrature of quantile functions, moments, matrix roots: tests/oracle/transport.py");
    rao_ctx *ctx = rao_test_ctx();
    int failures = 0;
    for (size_t i = 0; i < COUNT(oracle_transport); i++) {
        rao_family *f = make(ctx, oracle_transport[i].family, oracle_transport[i].dimension, oracle_transport[i].fixed);
        int64_t chart;
        int quantity, count = oracle_transport[i].count;
        double got[MOST], largest = 0;
        const double *want = oracle_transport[i].want;
        OK(ctx, rao_family_chart_index(ctx, f, oracle_transport[i].chart, &chart));
        OK(ctx, rao_manifold_find(ctx, oracle_transport[i].quantity, &quantity));
        EXPECT_EQ(rao_manifold_answer(f, chart, quantity), count);
        rao_quality quality;
        OK(ctx, ask_with(ctx, f, chart, quantity, oracle_transport[i].p, oracle_transport[i].q, oracle_transport[i].t, got, &quality));
        for (int j = 0; j < count; j++) largest = fmax(largest, fabs(want[j]));
        for (int j = 0; j < count; j++) {
            double size = quantity == RAO_WASSERSTEIN2 ? fabs(want[j]) : largest; /* entries of a matrix come from sums of its size */
            double tol = quality.method == RAO_CLOSED ? 1e-12 : 1e-10;
            EXPECT_TRUE(quality.method == RAO_CLOSED || quality.error < 1e-8 * fabs(got[j]));
            if (got[j] == want[j] || fabs(got[j] - want[j]) <= tol * size + 2 * quality.error) continue;
            print_error("row %d: %s %s(%.17g, %.17g; %.17g, %.17g)[%d] = %.17g, want %.17g (off by %.2g)\n", (int)i,
                        oracle_transport[i].family, oracle_transport[i].quantity, oracle_transport[i].p[0], oracle_transport[i].p[1],
                        oracle_transport[i].q[0], oracle_transport[i].q[1], j, got[j], want[j], fabs(got[j] - want[j]) / size);
            failures++;
        }
        rao_family_destroy(&f);
    }
    EXPECT_EQ(failures, 0);
    rao_test_ctx_close(&ctx);
}

static const struct {
    const char *name;
    int64_t dimension;
    double fixed;
    const char *kinds; /* of chart 0's coordinates: r real, p positive, a an end below, b an end above, M a covariance behind the means */
    int closed_under;  /* geodesics */
} families[] = {
    {"normal", 0, 0, "rp", 1},     {"laplace", 0, 0, "rp", 1},           {"logistic", 0, 0, "rp", 1},
    {"gumbel", 0, 0, "rp", 1},     {"student_t", 0, 2.5, "rp", 1},       {"isotropic_normal", 3, 0, "rrrp", 1},
    {"exponential", 0, 0, "p", 1}, {"rayleigh", 0, 0, "p", 1},           {"uniform", 0, 0, "ab", 1},
    {"lognormal", 0, 0, "rp", 0},  {"weibull", 0, 0, "pp", 0},           {"mvn", 1, 0, "M", 1},
    {"mvn", 4, 0, "M", 1},         {"diagonal_normal", 2, 0, "rrpp", 1},
};

static void draw(size_t family, rao_stream s, uint64_t number, double *p) {
    int64_t d = families[family].dimension;
    const char *kinds = families[family].kinds;
    if (*kinds == 'M') {
        double a[16];
        rao_normal_fill_f64(s, number, 0, d, p);
        rao_normal_fill_f64(s, number, 64, d * d, a);
        double *at = p + d;
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = i; j < d; j++) {
                *at = i == j ? 0.3 : 0;
                for (int64_t k = 0; k < d; k++) *at += a[i * d + k] * a[j * d + k];
                at++;
            }
        return;
    }
    for (int64_t i = 0; kinds[i]; i++) {
        double z = rao_normal_at(s, number, i);
        p[i] = kinds[i] == 'r' ? z : kinds[i] == 'a' ? -exp(z) : exp(z / 2);
    }
}

static void laws_of_a_distance(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 3);
    for (size_t i = 0; i < COUNT(families); i++) {
        rao_family *f = make(ctx, families[i].name, families[i].dimension, families[i].fixed);
        double tol = *families[i].kinds == 'M' ? 1e-10 : 1e-12; /* conditions up to 1e2 or so */
        for (uint64_t trial = 0; trial < 20; trial++) {
            double p[MOST], q[MOST], r[MOST], x[MOST], y[MOST];
            draw(i, s, 3 * trial, p), draw(i, s, 3 * trial + 1, q), draw(i, s, 3 * trial + 2, r);
            double d = w2(ctx, f, p, q);
            LAW("W_2 is symmetric, 0 at p = q, and obeys the triangle inequality");
            EXPECT_REL(w2(ctx, f, q, p), d, tol);
            EXPECT_CLOSE(w2(ctx, f, p, p), 0, 0);
            EXPECT_TRUE(d <= (w2(ctx, f, p, r) + w2(ctx, f, r, q)) * (1 + tol));
            LAW("a geodesic is passed at constant speed");
            rao_status st = ask(ctx, f, 0, RAO_WASSERSTEIN_GEODESIC, p, q, 0.25, x);
            EXPECT_TRUE(st == (families[i].closed_under ? RAO_OK : RAO_EUNABLE));
            if (st) continue;
            OK(ctx, ask(ctx, f, 0, RAO_WASSERSTEIN_GEODESIC, p, q, 0.75, y));
            EXPECT_REL(w2(ctx, f, p, x), d / 4, 10 * tol);
            EXPECT_REL(w2(ctx, f, x, y), d / 2, 10 * tol);
            OK(ctx, ask(ctx, f, 0, RAO_WASSERSTEIN_GEODESIC, p, q, 1, y));
            for (int64_t k = 0; k < rao_family_coords(f, 0); k++) EXPECT_CLOSE(y[k], q[k], 0);
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void numerical_distances(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 6);
    LAW("a scale carries quantiles with it: gammas of one shape k are |1/r - 1/s| sqrt(k (k + 1)) apart; inverse gammas |b - "
        "c|/sqrt((a-1)(a-2))");
    for (uint64_t trial = 0; trial < 20; trial++) {
        double k = exp(2 * rao_normal_at(s, trial, 0)), r = exp(rao_normal_at(s, trial, 1)), t = exp(rao_normal_at(s, trial, 2));
        rao_family *f = make(ctx, "gamma", 0, 0);
        EXPECT_REL(w2(ctx, f, (double[]){k, r}, (double[]){k, t}), fabs(1 / r - 1 / t) * sqrt(k * (k + 1)), 1e-10);
        rao_family_destroy(&f);
        f = make(ctx, "inverse_gamma", 0, 0);
        double a = 2.2 + k;
        EXPECT_REL(w2(ctx, f, (double[]){a, r}, (double[]){a, t}), fabs(r - t) / sqrt((a - 1) * (a - 2)), 1e-10);
        EXPECT_TRUE(w2(ctx, f, (double[]){2, r}, (double[]){2, t}) == (double)INFINITY);
        EXPECT_CLOSE(w2(ctx, f, (double[]){2, r}, (double[]){2, r}), 0, 0);
        rao_family_destroy(&f);
        f = make(ctx, "normal_mixture3", 0, 0); /* pi = 1 is the normal itself */
        EXPECT_REL(w2(ctx, f, (double[]){1, k, r}, (double[]){1, 0, t}), hypot(k, r - t), 1e-9);
        rao_family_destroy(&f);
        f = make(ctx, "binomial", 0, 1);
        double u = 1 / (1 + r), v = 1 / (1 + t);
        EXPECT_REL(w2(ctx, f, (double[]){u}, (double[]){v}), sqrt(fabs(u - v)), 1e-12 + 1e-15 / fabs(u - v));
        rao_family_destroy(&f);
    }
    LAW("gammas of shapes k and k + 1 are one apart, but for their spreads, at shapes whose quantiles doubles hold to no more than 1e-4 of "
        "that");
    rao_family *f = make(ctx, "gamma", 0, 0);
    for (double k = 1e4; k <= 1e12; k *= 1e2)
        EXPECT_REL(w2(ctx, f, (double[]){k, 1}, (double[]){k + 1, 1}), hypot(1, sqrt(k + 1) - sqrt(k)), 1e-4 / k + 1e-9);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void ends_of_shapes(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("laws of extreme shapes: u^(1/a) of beta(a, 1), two points of a beta of tiny shapes, gamma beside a beta of a vast one, scales of "
        "1e+-250");
    const struct {
        const char *family;
        double p[2], q[2], want;
    } rows[] = {
        {"gamma", {1e-8, 1}, {2e-8, 1}, 4.91275497551309e-5},  /* mpmath: both upper tails in log probability */
        {"beta", {1e-8, 1}, {2e-8, 1}, 4.0824828604117325e-5}, /* a/(a+2) + b/(b+2) - 2ab/(ab+a+b) */
        {"beta", {1, 1e-8}, {1, 2e-8}, 4.0824828604117325e-5},
        {"beta", {1e15, 1}, {2e15, 1}, 7.0710678118654590e-16}, /* E log^2 u = 2 */
        {"beta", {1e-300, 1e-300}, {2e-300, 1e-300}, 0.40824829046386301637},
        {"gamma", {0.5, 1e-300}, {0.5, 1e300}, 8.6602540378443864676e299},
        {"weibull", {1e5, 1}, {1.00001e5, 1}, 1.4064009168636134e-10},
        {"inverse_gaussian", {1, 1e12}, {2, 2e12}, 1.0000000000005},
        {"inverse_gamma", {2.0001, 1}, {3, 1}, 99.980372300733746}, /* tests/oracle/transport_heavy.py, as those that follow */
        {"inverse_gamma", {2 + 1e-11, 1}, {3, 1}, 316227.75292822983},
        {"inverse_gamma", {2.00001, 1}, {2.00002, 1}, 129.09901454637559},
        {"inverse_gamma", {2 + 1e-11, 1}, {2 + 2e-11, 1.5}, 111803.39424779903},
        {"inverse_gamma", {2.5, 1}, {4, 2}, 0.56185252007581969},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        rao_family *f = make(ctx, rows[i].family, 0, 0);
        EXPECT_REL(w2(ctx, f, rows[i].p, rows[i].q), rows[i].want, 1e-11);
        EXPECT_REL(w2(ctx, f, rows[i].q, rows[i].p), rows[i].want, 1e-11);
        rao_family_destroy(&f);
    }
    rao_family *gammas = make(ctx, "gamma", 0, 0), *betas = make(ctx, "beta", 0, 0), *counts = make(ctx, "poisson", 0, 0);
    double near = w2(ctx, gammas, (const double[]){2, 1}, (const double[]){3, 2});
    EXPECT_REL(w2(ctx, gammas, (const double[]){2, 1e-250}, (const double[]){3, 2e-250}), near * 1e250, 1e-11);
    EXPECT_REL(w2(ctx, gammas, (const double[]){2, 1e250}, (const double[]){3, 2e250}), near * 1e-250, 1e-11);
    near = w2(ctx, gammas, (const double[]){1, 1}, (const double[]){2, 1});
    EXPECT_REL(w2(ctx, betas, (const double[]){1, 1e300}, (const double[]){2, 1e300}), near * 1e-300, 1e-10);
    rao_quality quality;
    double value;
    OK(ctx, ask_with(ctx, counts, 0, RAO_WASSERSTEIN2, (const double[]){1e-300}, (const double[]){2e-300}, 0, &value, &quality));
    EXPECT_REL(value, 1e-150, 1e-12);
    EXPECT_TRUE(quality.error < 1e-12 * value);
    rao_family_destroy(&gammas);
    rao_family_destroy(&betas);
    rao_family_destroy(&counts);
    LAW("what is finite and no double is a sentence");
    rao_family *f = make(ctx, "weibull", 0, 0);
    EXPECT_FAIL(ctx, ask(ctx, f, 0, RAO_WASSERSTEIN2, (const double[]){1e-3, 1}, (const double[]){2e-3, 1}, 0, &value), RAO_EDOMAIN,
                "no double");
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void information_is_the_metric(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 4);
    LAW("W_2^2 between p and p + h v is h^2 v^T G v (1 + O(h)), in every chart");
    for (size_t i = 0; i < COUNT(families); i++) {
        rao_family *f = make(ctx, families[i].name, families[i].dimension, families[i].fixed);
        for (int64_t chart = 0; chart < rao_family_chart_count(f); chart++)
            for (uint64_t trial = 0; trial < 5; trial++) {
                double p[MOST], c[MOST], x[MOST], y[MOST], v[MOST], g[MOST * MOST / 4], d, sum = 0, h = 1e-6;
                int64_t n = rao_family_tangent(f, chart);
                draw(i, s, trial, p);
                OK(ctx, rao_family_convert(ctx, f, 0, p, chart, c, NULL));
                OK(ctx, ask(ctx, f, chart, RAO_WASSERSTEIN_INFORMATION, c, NULL, 0, g));
                for (int64_t k = 0; k < n; k++) {
                    v[k] = rao_normal_at(s, 100 + trial, k) * (*families[i].kinds == 'M' ? 0.1 : 1) * fabs(c[k]);
                    x[k] = c[k] + h * v[k], y[k] = c[k] - h * v[k];
                }
                for (int64_t k = 0; k < n; k++)
                    for (int64_t l = 0; l < n; l++) sum += v[k] * g[k * n + l] * v[l];
                if (ask(ctx, f, chart, RAO_WASSERSTEIN2, x, y, 0, &d)) continue; /* off the family */
                EXPECT_REL(d / (2 * h), sqrt(sum), 1e-5);                        /* h^2 times third derivatives, charts near their edge */
            }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void numerical_information(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 7);
    LAW("scales: dQ/dbeta = Q/beta, so G_ss = E x^2 / scale^2; and W_2^2 between p and p + h v is h^2 v^T G v");
    static const char *const names[] = {"gamma", "inverse_gamma", "beta", "inverse_gaussian", "normal_mixture3"};
    for (size_t i = 0; i < COUNT(names); i++) {
        rao_family *f = make(ctx, names[i], 0, 0);
        int64_t n = rao_family_tangent(f, 0);
        for (uint64_t trial = 0; trial < 4; trial++) {
            double p[3], x[3], y[3], v[3], g[9], sum = 0, d, h = 1e-4;
            for (int k = 0; k < 3; k++) p[k] = exp(0.5 * rao_normal_at(s, 2 * trial, k)), v[k] = p[k] * rao_normal_at(s, 2 * trial + 1, k);
            if (i == 1) p[0] += 3;
            if (i == 4) p[0] = 0.3 + 0.1 * (double)trial, p[1] = 0.5 + 0.2 * (double)trial, p[2] = 1.2, v[0] = 0.1;
            OK(ctx, ask(ctx, f, 0, RAO_WASSERSTEIN_INFORMATION, p, NULL, 0, g));
            if (i == 0) EXPECT_REL(g[3], p[0] * (p[0] + 1) / pow(p[1], 4), 1e-10);
            if (i == 1) EXPECT_REL(g[3], 1 / (p[0] - 1) / (p[0] - 2), 1e-10);
            for (int k = 0; k < n; k++) x[k] = p[k] + h * v[k], y[k] = p[k] - h * v[k];
            for (int k = 0; k < n; k++)
                for (int l = 0; l < n; l++) sum += v[k] * g[k * n + l] * v[l];
            OK(ctx, ask(ctx, f, 0, RAO_WASSERSTEIN2, x, y, 0, &d));
            EXPECT_REL(d / (2 * h), sqrt(sum), 1e-5); /* h^2 times third derivatives */
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void information_of_extreme_shapes(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    ORACLE("int F_i F_j / f dx of beta laws with mass closer to 0 and 1 than doubles, of gammas of small shapes",
           "mpmath, over logit x with F by hypergeometric series; int E_1(x)^2 x e^x dx / a");
    const double c = 0.355065933151773563527584833354; /* 2 - pi^2/6 */
    const struct {
        const char *family;
        double p[2], want[3], tol;
    } rows[] = {
        {"beta", {0.5, 0.5}, {0.36183905007175624, -0.33707482819629733, 0.36183905007175624}, 1e-11},
        {"beta", {0.1, 0.1}, {24.813060999569367, -24.455474276364282, 24.813060999569367}, 1e-11},
        {"beta", {1e-3, 1e-3}, {20868120.188095866, -20868066.688201047, 20868120.188095866}, 1e-11},
        {"beta", {1e-4, 1e-4}, {20836806203.52094, -20836805666.321271, 20836806203.52094}, 1e-11},
        {"beta", {0.9, 0.01}, {0.0050890548865130555, -0.35973527168032443, 29.686408680531782}, 1e-10},
        {"beta", {1e-10, 1e10}, {c * 1e-10, -5e-31, 1e-50}, 1e-9}, /* b x is gamma */
        {"beta", {1e10, 1e-10}, {1e-50, -5e-31, c * 1e-10}, 1e-9},
        {"beta", {1e10, 1}, {2e-40, -1.5e-30, 2 * (1 - c) * 1e-20}, 2e-9},      /* a (1 - x) is gamma; x^a is uniform */
        {"beta", {1e-90, 1e-90}, {1e270 / 48, -1e270 / 48, 1e270 / 48}, 1e-11}, /* two points */
        {"gamma", {1e-12, 1}, {c * 1e12, -0.5, 1e-12}, 1e-10},
        {"gamma", {1e-60, 1}, {c * 1e60, -0.5, 1e-60}, 1e-12},
        {"gamma", {1e-300, 10}, {c * 1e298, -0.5e-3, 1e-304}, 1e-12},
        {"gamma", {1e12, 1}, {1, -1e12, 1e24}, 1e-11},
        {"gamma", {1e30, 2}, {0.25, -1.25e29, 6.25e58}, 1e-15},
        {"inverse_gamma", {1e30, 2}, {4e-120, -2e-90, 1e-60}, 1e-15},
        {"inverse_gamma", {2.00001, 1}, {499997500012546.2, -4999999999.434498, 99999.00000934478}, 1e-12}, /* transport_heavy.py */
        {"inverse_gamma", {2 + 1e-11, 3}, {4.4999988829826764e+33, -1.4999997517789178e+22, 99999991724.963585}, 1e-12},
        {"inverse_gamma", {2.5, 3}, {29.2637600283705, -5.3333333333333333, 1.3333333333333333}, 1e-12},
        {"inverse_gamma", {9, 3}, {0.0029840574909627191, -0.0071747448979591837, 0.017857142857142857}, 1e-12},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        rao_family *f = make(ctx, rows[i].family, 0, 0);
        double g[4];
        OK(ctx, ask(ctx, f, 0, RAO_WASSERSTEIN_INFORMATION, rows[i].p, NULL, 0, g));
        EXPECT_REL(g[0], rows[i].want[0], rows[i].tol);
        EXPECT_REL(g[1], rows[i].want[1], rows[i].tol);
        EXPECT_REL(g[2], rows[i].want[1], rows[i].tol);
        EXPECT_REL(g[3], rows[i].want[2], rows[i].tol);
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void refusals(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("what has no answer is refused with the reason");
    static const struct {
        const char *name;
        int64_t dimension;
        int quantity;
        double p[6], q[6], t;
        rao_status status;
        const char *part;
    } rows[] = {
        {"categorical", 2, RAO_WASSERSTEIN2, {0.5, 0.5}, {0.25, 0.75}, 0, RAO_EUNABLE, "no cost"},
        {"categorical", 2, RAO_WASSERSTEIN_INFORMATION, {0.5, 0.5}, {0.25, 0.75}, 0, RAO_EUNABLE, "no cost"},
        {"von_mises", 0, RAO_WASSERSTEIN2, {0, 1}, {1, 1}, 0, RAO_EUNABLE, "circle"},
        {"poisson", 0, RAO_WASSERSTEIN2, {1e12}, {2e12}, 0, RAO_EUNABLE, "at most"},
        {"inverse_gamma", 0, RAO_WASSERSTEIN_INFORMATION, {2, 1}, {2, 1}, 0, RAO_EDOMAIN, "second moment"},
        {"beta", 0, RAO_WASSERSTEIN_INFORMATION, {1e-300, 1e-300}, {1, 1}, 0, RAO_ENUMERIC, "doubles do not see"},
        {"poisson", 0, RAO_WASSERSTEIN_INFORMATION, {1}, {1}, 0, RAO_EUNABLE, "jumps"},
        {"weibull", 0, RAO_WASSERSTEIN_GEODESIC, {1, 2}, {2, 2}, 0.5, RAO_EUNABLE, "different shape"},
        {"lognormal", 0, RAO_WASSERSTEIN_GEODESIC, {1, 2}, {2, 1}, 0.5, RAO_EUNABLE, "not closed"},
        {"normal", 0, RAO_WASSERSTEIN_GEODESIC, {1, 2}, {2, 1}, 1.5, RAO_EDOMAIN, "t = 1.5, want 0 <= t <= 1"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        rao_family *f = make(ctx, rows[i].name, rows[i].dimension, 0);
        double out[MOST] = {7};
        EXPECT_FAIL(ctx, ask(ctx, f, 0, rows[i].quantity, rows[i].p, rows[i].q, rows[i].t, out), rows[i].status, rows[i].part);
        EXPECT_CLOSE(out[0], 7, 0);
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void half_planes_and_discs(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 5);
    LAW("the Fisher-Rao distance is sqrt(B) times the hyperbolic distance of half_plane and of disc");
    static const struct {
        const char *name;
        double root_b;
    } hyperbolic[] = {
        {"normal", 1.41421356237309504880}, {"lognormal", 1.41421356237309504880}, {"laplace", 1},
        {"gumbel", 1.2825498301618640955},  {"weibull", 1.2825498301618640955},    {"inverse_gaussian", 1.41421356237309504880}};
    for (size_t i = 0; i < COUNT(hyperbolic); i++) {
        rao_family *f = make(ctx, hyperbolic[i].name, 0, 0);
        for (uint64_t trial = 0; trial < 30; trial++) {
            double p[2], q[2], z[2], w[2], u[2], v[2], d;
            for (int j = 0; j < 2; j++) {
                p[j] = exp(rao_normal_at(s, 2 * trial, j)), q[j] = exp(rao_normal_at(s, 2 * trial + 1, j));
            }
            OK(ctx, ask(ctx, f, 0, RAO_FISHER_RAO_DISTANCE, p, q, 0, &d));
            OK(ctx, ask(ctx, f, 0, RAO_HALF_PLANE, p, NULL, 0, z));
            OK(ctx, ask(ctx, f, 0, RAO_HALF_PLANE, q, NULL, 0, w));
            double cosine = 1 + ((z[0] - w[0]) * (z[0] - w[0]) + (z[1] - w[1]) * (z[1] - w[1])) / (2 * z[1] * w[1]);
            EXPECT_CLOSE(cosh(d / hyperbolic[i].root_b), cosine, 1e-12);
            OK(ctx, ask(ctx, f, 0, RAO_DISC, p, NULL, 0, u));
            OK(ctx, ask(ctx, f, 0, RAO_DISC, q, NULL, 0, v));
            double x = (u[0] - v[0]) * (u[0] - v[0]) + (u[1] - v[1]) * (u[1] - v[1]);
            double edge = (1 - u[0] * u[0] - u[1] * u[1]) * (1 - v[0] * v[0] - v[1] * v[1]);
            EXPECT_CLOSE(1 + 2 * x / edge, cosine, 1e-12 / edge); /* 1 - |w|^2 cancels near the edge */
        }
        rao_family_destroy(&f);
    }
    double out[2], p[] = {0, 0, 1, 1};
    rao_family *f = make(ctx, "diagonal_normal", 2, 0);
    EXPECT_FAIL(ctx, ask(ctx, f, 0, RAO_HALF_PLANE, p, NULL, 0, out), RAO_EUNABLE, "not known to be a hyperbolic plane");
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void matrices_at_every_scale(void **state) {
    (void)state;
    LAW("W_2 of normals scales with x, geodesics too, at every scale of the variances and between far ones");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "mvn", 2, 0);
    const double p[5] = {0.5, -1, 2, 1, 3}, q[5] = {1, 2, 1, -0.5, 4};
    double want = w2(ctx, f, p, q), middle[5], x[5];
    OK(ctx, ask(ctx, f, 0, RAO_WASSERSTEIN_GEODESIC, p, q, 0.25, middle));
    for (int e = -500; e <= 500; e += 125) {
        double a[5], b[5];
        for (int i = 0; i < 5; i++) a[i] = ldexp(p[i], i < 2 ? e : 2 * e), b[i] = ldexp(q[i], i < 2 ? e : 2 * e);
        EXPECT_REL(w2(ctx, f, a, b), ldexp(want, e), 1e-13);
        OK(ctx, ask(ctx, f, 0, RAO_WASSERSTEIN_GEODESIC, a, b, 0.25, x));
        for (int i = 0; i < 5; i++) EXPECT_REL(x[i], ldexp(middle[i], i < 2 ? e : 2 * e), 1e-13);
    }
    EXPECT_REL(w2(ctx, f, (double[]){0, 0, 1e-140, 0, 1e-140}, (double[]){0, 0, 1e140, 0, 1e140}), 1e70 * sqrt(2), 1e-13);
    EXPECT_REL(w2(ctx, f, (double[]){0, 0, 1, 0.5, 1}, (double[]){0, 0, 1 + 0x1p-40, 0.5, 1}), 0x1p-40 * sqrt(7 / 24.0), 1e-10);
    double d;
    EXPECT_FAIL(ctx, ask(ctx, f, 0, RAO_WASSERSTEIN2, (double[]){0, 0, 1e-300, 0, 1e-300}, (double[]){0, 0, 1e100, 0, 1e100}, 0, &d),
                RAO_ENUMERIC, "ratios up to 1e300");
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static rao_status ask_bures(rao_ctx *ctx, void *arg) {
    (void)arg;
    static const double p[] = {0, 0, 2, 1, 2}, q[] = {1, 1, 5, 0, 4};
    rao_status st;
    rao_family *f = NULL;
    rao_family_opts o;
    double out[25];
    rao_family_opts_init(&o);
    o.dimension = 2;
    RAO_TRY(rao_family_create(ctx, "mvn", &o, &f));
    RAO_TRY(ask(ctx, f, 0, RAO_WASSERSTEIN_GEODESIC, p, q, 0.5, out));
    RAO_TRY(ask(ctx, f, 1, RAO_WASSERSTEIN_INFORMATION, (const double[]){0, 0, -1, 0, -1}, NULL, 0, out));
done:
    rao_family_destroy(&f);
    return st;
}

static void failed_allocations(void **state) {
    (void)state;
    rao_test_every_allocation_fails(ask_bures, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(values_match),
                                       cmocka_unit_test(laws_of_a_distance),
                                       cmocka_unit_test(numerical_distances),
                                       cmocka_unit_test(ends_of_shapes),
                                       cmocka_unit_test(information_is_the_metric),
                                       cmocka_unit_test(numerical_information),
                                       cmocka_unit_test(information_of_extreme_shapes),
                                       cmocka_unit_test(refusals),
                                       cmocka_unit_test(matrices_at_every_scale),
                                       cmocka_unit_test(half_planes_and_discs),
                                       cmocka_unit_test(failed_allocations)};
    return rao_test_run("manifold/transport", tests, COUNT(tests));
}
