/* Wasserstein distances and information from densities alone: mixtures, families of one's own, families without known quantiles. */
#include "manifold/make.h"

static rao_status try(rao_ctx *ctx, const rao_family *f, int quantity, const double *p, const double *q, double *out,
                      rao_quality *quality) {
    rao_family_args a;
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.quality = quality;
    return rao_manifold_eval(ctx, f, quantity, &a, out, 0);
}

/* The distance, known to be `want`, to tol and within its own error. */
static void expect_distance(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double want, double tol) {
    double got = NAN;
    rao_quality quality;
    OK(ctx, try(ctx, f, RAO_WASSERSTEIN2, p, q, &got, &quality));
    if (want == (double)INFINITY) EXPECT_TRUE(got == want);
    else {
        EXPECT_REL(got, want, tol);
        EXPECT_TRUE(quality.method == RAO_QUADRATURE && fabs(got - want) <= 10 * quality.error + 1e-13 * want);
    }
}

static rao_family *define(rao_ctx *ctx, const char *log_density, const char *density, const char *low, int64_t count) {
    static const rao_coordinate located[2] = {{"m", -HUGE_VAL, HUGE_VAL}, {"s", 0, HUGE_VAL}}, rate[1] = {{"rate", 0, HUGE_VAL}};
    rao_family *f = NULL;
    rao_family_definition d;
    rao_family_definition_init(&d);
    d.log_density = log_density, d.density = density, d.low = low;
    d.coordinates = count == 2 ? located : rate, d.coordinate_count = count;
    OK(ctx, rao_family_define(ctx, &d, &f));
    return f;
}

static void locations_and_scales(void **state) {
    (void)state;
    LAW("a density spelt out lies as far from another as the family that it spells: sqrt(dm^2 + Var z ds^2), close pairs and heavy tails "
        "included");
    rao_ctx *ctx = rao_test_ctx();
    static const struct {
        const char *density;
        double variance;
    } laws[] = {{"exp(-((x - m)/s)^2/2)/(s*sqrt(2*pi))", 1},
                {"exp(-abs(x - m)/s)/(2*s)", 2},
                {"2/(pi*s*(1 + ((x - m)/s)^2)^2)", 1},
                {"0.375/s*(1 + ((x - m)/s)^2/4)^(-2.5)", 2},
                {"s/(pi*(s^2 + (x - m)^2))", HUGE_VAL}};
    static const double pairs[][4] = {
        {0, 1, 3, 2}, {0, 1, 3, 1}, {0, 1, 1e-7, 1}, {1e3, 1, 1e3, 1 + 1e-9}, {0, 1e-20, 1e-20, 3e-20}, {5, 1e20, 6e20, 2e20}};
    for (size_t i = 0; i < COUNT(laws); i++) {
        rao_family *f = define(ctx, NULL, laws[i].density, NULL, 2);
        for (size_t k = 0; k < COUNT(pairs); k++) {
            double dm = pairs[k][2] - pairs[k][0], ds = pairs[k][3] - pairs[k][1];
            double want = ds == 0 ? fabs(dm) : hypot(dm, sqrt(laws[i].variance) * ds);
            expect_distance(ctx, f, pairs[k], pairs[k] + 2, want, 1e-10);
        }
        rao_family_destroy(&f);
    }
    LAW("... and has its information: diag(1, Var z), 2/rate^4");
    double g[4];
    rao_family *f = define(ctx, NULL, laws[1].density, NULL, 2);
    OK(ctx, try(ctx, f, RAO_WASSERSTEIN_INFORMATION, (const double[]){3, 1e-3}, NULL, g, NULL));
    EXPECT_REL(g[0], 1, 1e-11), EXPECT_REL(g[3], 2, 1e-11), EXPECT_CLOSE(g[1], 0, 1e-11), EXPECT_CLOSE(g[2], g[1], 0);
    rao_family_destroy(&f);
    f = define(ctx, "log(rate) - rate*x", NULL, "0", 1);
    for (double rate = 1e-9; rate < 1e10; rate *= 1e3) {
        OK(ctx, try(ctx, f, RAO_WASSERSTEIN_INFORMATION, &rate, NULL, g, NULL));
        EXPECT_REL(g[0], 2 / (rate * rate) / (rate * rate), 1e-11);
        expect_distance(ctx, f, &rate, (const double[]){3 * rate}, sqrt(2) * (2.0 / 3) / rate, 1e-11);
    }
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void inverse_gaussians(void **state) {
    (void)state;
    LAW("of inverse Gaussians (m, l): |c - 1| sqrt(m^2 + m^3/l) between a law and its multiple by c, and (m, l) G (m, l)^T = m^2 + m^3/l, "
        "at every shape");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "inverse_gaussian", 0, 0);
    static const double laws[][2] = {{1, 1},       {1, 0x1p-27},         {1, 0x1p40},       {0x1p33, 1},
                                     {2.5, 0.375}, {0x1p-333, 0x1p-337}, {0x1p333, 0x1p340}};
    for (size_t i = 0; i < COUNT(laws); i++) {
        double m = laws[i][0], l = laws[i][1], g[4], norm = m * sqrt(1 + m / l);
        double tol = l / m > 1e10 ? 1e-9 : 1e-10; /* a millionth wide at 1, where doubles lie 1e-10 of that apart */
        OK(ctx, try(ctx, f, RAO_WASSERSTEIN_INFORMATION, laws[i], NULL, g, NULL));
        EXPECT_REL(m / norm * (m / norm) * g[0] + 2 * (m / norm) * (l / norm) * g[1] + l / norm * (l / norm) * g[3], 1, tol);
        expect_distance(ctx, f, laws[i], (const double[]){2 * m, 2 * l}, norm, tol);
        expect_distance(ctx, f, laws[i], (const double[]){m * (1 + 0x1p-30), l * (1 + 0x1p-30)}, norm * 0x1p-30, tol);
    }
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void mixtures(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *part = make(ctx, "normal", 0, 0), *f = NULL;
    const rao_family *const parts[2] = {part, part};
    OK(ctx, rao_family_mixture(ctx, 2, parts, &f));
    LAW("a mixture moved as a whole lies as far as it was moved; two components far apart exchange the difference of their weights");
    for (double gap = 1; gap < 1e7; gap *= 100) {
        const double p[6] = {0.5, 0.5, 0, 1, gap, 2}, q[6] = {0.5, 0.5, 0.25, 1, gap + 0.25, 2};
        expect_distance(ctx, f, p, q, 0.25, 1e-8);
    }
    double d, g[25], x[6], y[6], sum = 0, h = 1e-5;
    OK(ctx, try(ctx, f, RAO_WASSERSTEIN2, (const double[]){0.5, 0.5, 0, 1e-3, 1e3, 1e-3}, (const double[]){0.25, 0.75, 0, 1e-3, 1e3, 1e-3},
                &d, NULL));
    EXPECT_REL(d, 500, 3e-6); /* the mass starts in one upper half and ends in another's third */
    ORACLE("weights 0.5 to 0.3 of N(0, 1) and N(5, 1)", "mpmath 20 digits, quantiles by Newton's method");
    expect_distance(ctx, f, (const double[]){0.5, 0.5, 0, 1, 5, 1}, (const double[]){0.3, 0.7, 0, 1, 5, 1}, 1.4088377393674781, 1e-10);
    LAW("W_2^2 between p and p + h v is h^2 v^T G v");
    const double p[6] = {0.4, 0.6, 0, 1, 3, 0.5}, v[5] = {0.1, 1, -0.5, 0.7, 0.2};
    OK(ctx, try(ctx, f, RAO_WASSERSTEIN_INFORMATION, p, NULL, g, NULL));
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++) sum += v[i] * g[i * 5 + j] * v[j];
    for (int i = 0; i < 6; i++) {
        double step = i == 1 ? -v[0] : i == 0 ? v[0] : v[i - 1];
        x[i] = p[i] + h * step, y[i] = p[i] - h * step;
    }
    OK(ctx, try(ctx, f, RAO_WASSERSTEIN2, x, y, &d, NULL));
    EXPECT_REL(d / (2 * h), sqrt(sum), 1e-7);
    LAW("where no mass lies between two places of it, there is no information, and the output stays");
    const double apart[6] = {0.4, 0.6, 0, 1, 300, 0.5};
    g[0] = 7;
    EXPECT_FAIL(ctx, try(ctx, f, RAO_WASSERSTEIN_INFORMATION, apart, NULL, g, NULL), RAO_ENUMERIC, "quantiles jump");
    EXPECT_CLOSE(g[0], 7, 0);
    rao_family_destroy(&f), rao_family_destroy(&part);
    LAW("uniforms: supports with a hole");
    part = make(ctx, "uniform", 0, 0);
    OK(ctx, rao_family_mixture(ctx, 2, (const rao_family *const[]){part, part}, &f));
    /* Q_p = 2u, 1 + 2u; Q_q = u */
    expect_distance(ctx, f, (const double[]){0.5, 0.5, 0, 1, 2, 3}, (const double[]){1, 0, 0, 1, 2, 3}, sqrt(1 / 24.0 + 4.625 / 3), 1e-10);
    rao_family_destroy(&f), rao_family_destroy(&part);
    LAW("counts: a light component far away is seen");
    part = make(ctx, "poisson", 0, 0);
    OK(ctx, rao_family_mixture(ctx, 2, (const rao_family *const[]){part, part}, &f));
    OK(ctx, try(ctx, f, RAO_WASSERSTEIN2, (const double[]){1 - 0x1p-10, 0x1p-10, 1e-9, 10000}, (const double[]){1, 0, 1e-9, 1}, &d, NULL));
    EXPECT_REL(d, 0x1p-5 * sqrt(1e8 + 1e4), 1e-6);
    rao_family_destroy(&f), rao_family_destroy(&part);
    rao_test_ctx_close(&ctx);
}

static void refusals(void **state) {
    (void)state;
    LAW("a density that is no law is refused");
    rao_ctx *ctx = rao_test_ctx();
    double d = 7;
    rao_family *f = define(ctx, NULL, "exp(-((x - m)/s)^2/2)/s", NULL, 2);
    EXPECT_FAIL(ctx, try(ctx, f, RAO_WASSERSTEIN2, (const double[]){0, 1}, (const double[]){1, 1}, &d, NULL), RAO_EDOMAIN,
                "integrates to 2.50");
    EXPECT_CLOSE(d, 7, 0);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static rao_status ask_both(rao_ctx *ctx, void *arg) {
    rao_status st;
    double d, g[4];
    RAO_TRY(try(ctx, arg, RAO_WASSERSTEIN2, (const double[]){1, 2}, (const double[]){1, 2 + 1e-9}, &d, NULL));
    RAO_TRY(try(ctx, arg, RAO_WASSERSTEIN_INFORMATION, (const double[]){1, 2}, NULL, g, NULL));
done:
    return st;
}

static void failed_allocations(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "inverse_gaussian", 0, 0);
    rao_test_every_allocation_fails(ask_both, f);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(locations_and_scales), cmocka_unit_test(inverse_gaussians),
                                       cmocka_unit_test(mixtures), cmocka_unit_test(refusals), cmocka_unit_test(failed_allocations)};
    return rao_test_run("manifold/law", tests, COUNT(tests));
}
