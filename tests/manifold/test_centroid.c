/* Centroids: least by comparison with their neighbours, and equal to closed forms where there are some. */
#include "manifold/manifold_cases.h"

#include <float.h>

enum { POINTS = 4 };

/* Four points between and around the two of a case: all on the lines that join these, which stay in the family. */
static void make_points(rao_ctx *ctx, const rao_family *f, const manifold_case *c, double *points) {
    int64_t n = rao_family_coords(f, 0);
    memcpy(points, c->p, sizeof *points * (size_t)n);
    memcpy(points + n, c->q, sizeof *points * (size_t)n);
    case_ask(ctx, f, RAO_E_GEODESIC, c->p, c->q, 0.3, points + 2 * n);
    case_ask(ctx, f, RAO_M_GEODESIC, c->p, c->q, 0.7, points + 3 * n);
}

static double total(rao_ctx *ctx, const rao_family *f, int kind, const double *points, const double *w, const double *c) {
    double sum = 0;
    int64_t n = rao_family_coords(f, 0);
    for (int i = 0; i < POINTS; i++) {
        if (kind != RAO_CENTROID_RIGHT) sum += w[i] * case_number(ctx, f, RAO_KL, c, points + i * n);
        if (kind != RAO_CENTROID_LEFT) sum += w[i] * case_number(ctx, f, RAO_KL, points + i * n, c);
    }
    return sum;
}

static void test_least(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    static const double w[POINTS] = {0.5, 1, 2, 0.25};
    LAW("every centroid has a smaller sum of divergences than the points a hundredth of the way to p and to q, along both geodesics");
    for (size_t i = 0; i < COUNT(exponential_cases); i++)
        for (int kind = RAO_CENTROID_LEFT; kind <= RAO_CENTROID_SYMMETRIC; kind++) {
            const manifold_case *k = &exponential_cases[i];
            rao_family *f = case_family(ctx, k);
            double points[POINTS * CASE_MOST], c[CASE_MOST], near[CASE_MOST];
            make_points(ctx, f, k, points);
            OK(ctx, rao_centroid(ctx, f, (rao_centroid_kind)kind, 0, POINTS, rao_points_of(points, rao_family_coords(f, 0)), w, c, NULL));
            double least = total(ctx, f, kind, points, w, c);
            for (int side = 0; side < 4; side++) {
                case_ask(ctx, f, side & 1 ? RAO_E_GEODESIC : RAO_M_GEODESIC, c, side & 2 ? k->p : k->q, 0.01, near);
                EXPECT_TRUE(total(ctx, f, kind, points, w, near) > least);
            }
            rao_family_destroy(&f);
        }
    rao_test_ctx_close(&ctx);
}

static void test_sides(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("the left centroid of two points lies on their e-geodesic, the right one on their m-geodesic");
    for (size_t i = 0; i < COUNT(exponential_cases); i++) {
        const manifold_case *k = &exponential_cases[i];
        rao_family *f = case_family(ctx, k);
        int64_t n = rao_family_coords(f, 0);
        double points[2 * CASE_MOST], c[CASE_MOST], want[CASE_MOST], w[] = {3, 1};
        memcpy(points, k->p, sizeof *points * (size_t)n);
        memcpy(points + n, k->q, sizeof *points * (size_t)n);
        for (int side = 0; side < 2; side++) {
            OK(ctx, rao_centroid(ctx, f, side ? RAO_CENTROID_RIGHT : RAO_CENTROID_LEFT, 0, 2, rao_points_of(points, n), w, c, NULL));
            case_ask(ctx, f, side ? RAO_M_GEODESIC : RAO_E_GEODESIC, k->p, k->q, 0.25, want);
            for (int64_t j = 0; j < n; j++) EXPECT_REL(c[j], want[j], 4 * DBL_EPSILON);
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

/* One point in every chart but the first: (value, or the one coordinate that is looked at) */
static double symmetric_of(rao_ctx *ctx, const char *family, int64_t n, const double *points, int64_t stride, int64_t coordinate) {
    rao_family *f = NULL;
    double c[CASE_MOST];
    rao_quality quality;
    OK(ctx, rao_family_create(ctx, family, NULL, &f));
    OK(ctx, rao_centroid(ctx, f, RAO_CENTROID_SYMMETRIC, 0, n, rao_points_of(points, stride), NULL, c, &quality));
    EXPECT_EQ(quality.method, n == 1 ? RAO_CLOSED : RAO_ITERATION); /* a point is its own centre */
    rao_family_destroy(&f);
    return c[coordinate];
}

static void test_symmetric(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("Poisson: c = a / W(e a / g), a and g the arithmetic and geometric means (F. Nielsen 2013, Jeffreys centroids)");
    static const double rates[] = {0.5, 3, 40, 1e-3, 2e4};
    for (int64_t n = 1; n <= 5; n++) {
        double a = 0, g = 0, c = symmetric_of(ctx, "poisson", n, rates, 1, 0);
        for (int64_t i = 0; i < n; i++) a += rates[i] / (double)n, g += log(rates[i]) / (double)n;
        EXPECT_CLOSE(a / c + log(a / c), 1 + log(a) - g, 1e-12); /* x e^x = e a/g at x = a/c, in logarithms */
    }
    LAW("normals with one mean: sigma^4 = arithmetic times harmonic mean of the variances");
    static const double normals[] = {1, 0.5, 1, 2, 1, 7};
    double arithmetic = (0.25 + 4 + 49) / 3, harmonic = 3 / (4 + 0.25 + 1 / 49.0);
    EXPECT_REL(symmetric_of(ctx, "normal", 3, normals, 2, 1), sqrt(sqrt(arithmetic * harmonic)), 1e-12);
    LAW("normals with one sigma and two means: (m1 + m2)/2, and sigma^2 with S B S = A: sigma sqrt(sqrt(sigma^2 + d^2/4) / sigma)");
    static const double apart[] = {-3, 2, 5, 2};
    EXPECT_CLOSE(symmetric_of(ctx, "normal", 2, apart, 2, 0), 1, 1e-12);
    EXPECT_REL(symmetric_of(ctx, "normal", 2, apart, 2, 1), sqrt(2 * sqrt(4 + 16)), 1e-12);
    rao_test_ctx_close(&ctx);
}

static void test_far(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("the symmetric centroid of normals with one mean, over sixty decades");
    static const double normals[] = {0, 1e-30, 0, 1e30};
    double arithmetic = 0.5 * (1e-60 + 1e60), harmonic = 2 / (1e60 + 1e-60);
    EXPECT_REL(symmetric_of(ctx, "normal", 2, normals, 2, 1), sqrt(sqrt(arithmetic * harmonic)), 1e-10);
    rao_test_ctx_close(&ctx);
}

static void test_far_normals(void **state) {
    (void)state;
    ORACLE("symmetric centroids of normals far apart", "mpmath, tests/oracle/centroids.py");
    rao_ctx *ctx = rao_test_ctx();
    static const struct {
        double points[4], want[2];
    } rows[] = {
        {{0, 1e-6, 1, 1e3}, {9.9999949900037796e-10, 0.031622784507374963}},
        {{0, 1e10, 1e6, 1e-10}, {1e6, 1.0000000025}},
        {{0, 1e20, -1e24, 1e4}, {-1e24, 100000000250000.0}},
        {{3, 1e-3, 5e5, 1e-2}, {4953.4663315722191, 22.194917002872846}},
        {{0, 1e3, 1e8, 1e3}, {5e7, 223606.79777233965}},
        {{0, 1e-15, 1, 1e12}, {1e-27, 0.031622776601683795}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        double mu = symmetric_of(ctx, "normal", 2, rows[i].points, 2, 0), sigma = symmetric_of(ctx, "normal", 2, rows[i].points, 2, 1);
        EXPECT_REL(sigma, rows[i].want[1], 1e-9);
        EXPECT_CLOSE(mu, rows[i].want[0], 1e-9 * rows[i].want[1] + 4 * DBL_EPSILON * fabs(rows[i].want[0]));
    }
    rao_test_ctx_close(&ctx);
}

static void test_units(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("the symmetric centroid knows neither unit nor origin: it goes with its points");
    static const struct {
        const char *name;
        double p[2], q[2];
        int n, power[2];
    } rows[] = {{"normal", {0.5, 1}, {1, 2}, 2, {1, 1}},
                {"lognormal", {0.5, 1}, {1, 2}, 2, {1, 1}},
                {"rayleigh", {1}, {3}, 1, {1}},
                {"poisson", {1}, {3}, 1, {1}},
                {"exponential", {1}, {3}, 1, {-1}},
                {"gamma", {1.5, 1}, {2, 3}, 2, {0, -1}},
                {"inverse_gamma", {1.5, 1}, {2, 3}, 2, {0, 1}},
                {"inverse_gaussian", {1.5, 1}, {2, 3}, 2, {1, 1}}};
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int j = 0; j < rows[i].n; j++) {
            double points[4], *q = points + rows[i].n;
            for (int k = 0; k < rows[i].n; k++) points[k] = rows[i].p[k], q[k] = rows[i].q[k];
            double want = symmetric_of(ctx, rows[i].name, 2, points, rows[i].n, j);
            for (int e = -900; e <= 900; e += 300) {
                for (int k = 0; k < rows[i].n; k++)
                    points[k] = ldexp(rows[i].p[k], e * rows[i].power[k]), q[k] = ldexp(rows[i].q[k], e * rows[i].power[k]);
                EXPECT_REL(symmetric_of(ctx, rows[i].name, 2, points, rows[i].n, j), ldexp(want, e * rows[i].power[j]), 1e-11);
            }
        }
    LAW("shapes near 0 have a limit law, whose centre goes with them: theta = shape - 1 says nothing of them");
    static const char *const shaped[] = {"gamma", "beta"};
    for (int i = 0; i < 2; i++) {
        const double tiny[4] = {0x1p-60, 1, 0x1p-59, 1}, tinier[4] = {0x1p-400, 1, 0x1p-399, 1};
        EXPECT_REL(ldexp(symmetric_of(ctx, shaped[i], 2, tinier, 2, 0), 340), symmetric_of(ctx, shaped[i], 2, tiny, 2, 0), 1e-10);
    }
    static const double near[4] = {0, 1, 4, 2}, far[4] = {1e15, 1, 1e15 + 4, 2};
    EXPECT_REL(symmetric_of(ctx, "normal", 2, far, 2, 1), symmetric_of(ctx, "normal", 2, near, 2, 1), 1e-12);
    EXPECT_CLOSE(symmetric_of(ctx, "normal", 2, far, 2, 0) - 1e15, symmetric_of(ctx, "normal", 2, near, 2, 0),
                 0.125); /* a double's spacing */
    rao_test_ctx_close(&ctx);
}

static void test_edges(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = NULL;
    rao_family_opts o;
    double c[3];
    LAW("points that agree are their own centre of every kind, at the edge of the family too; a point without weight does not count");
    static const double ones[] = {1, 1, 0.5}, weights[] = {1, 2, 0}, corner[] = {0, 1, 0, 0, 1, 0};
    OK(ctx, rao_family_create(ctx, "bernoulli", NULL, &f));
    for (int kind = RAO_CENTROID_LEFT; kind <= RAO_CENTROID_SYMMETRIC; kind++) {
        OK(ctx, rao_centroid(ctx, f, (rao_centroid_kind)kind, 0, 3, rao_points_of(ones, 1), weights, c, NULL));
        EXPECT_CLOSE(c[0], 1, 0);
    }
    rao_family_destroy(&f);
    rao_family_opts_init(&o);
    o.dimension = 3;
    OK(ctx, rao_family_create(ctx, "categorical", &o, &f));
    OK(ctx, rao_centroid(ctx, f, RAO_CENTROID_SYMMETRIC, 0, 2, rao_points_of(corner, 3), NULL, c, NULL));
    EXPECT_TRUE(c[0] == 0 && c[1] == 1 && c[2] == 0);
    LAW("classes that no point shows are left out: the centre of the others stays");
    static const double edge[] = {0.5, 0, 0.5, 0.25, 0, 0.75}, inside[] = {0.5, 0.25};
    OK(ctx, rao_centroid(ctx, f, RAO_CENTROID_SYMMETRIC, 0, 2, rao_points_of(edge, 3), NULL, c, NULL));
    EXPECT_REL(c[0], symmetric_of(ctx, "bernoulli", 2, inside, 1, 0), 1e-12);
    EXPECT_TRUE(c[1] == 0);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void test_shapes(void **state) {
    (void)state;
    ORACLE("centres of beta and gamma laws that are narrow beside their distance", "mpmath, tests/oracle/centroids.py");
    rao_ctx *ctx = rao_test_ctx();
    static const struct {
        const char *name;
        rao_centroid_kind kind;
        double points[4], want[2];
    } rows[] = {
        {"beta",
         RAO_CENTROID_RIGHT,
         {1000000000000.0, 2000000000000.0, 2000000000000.0, 1000000000000.0},
         {4.4805175994677482, 4.4805175994677482}},
        {"beta",
         RAO_CENTROID_RIGHT,
         {1000000000000.0, 2000000000000.0, 1000001000000.0, 2000000000000.0},
         {857143367346.78895, 1714285877550.782}},
        {"beta", RAO_CENTROID_RIGHT, {1000000.0, 2000000.0, 2000000.0, 1000000.0}, {4.4805025316194693, 4.4805025316194693}},
        {"beta", RAO_CENTROID_SYMMETRIC, {1000000.0, 2000000.0, 2000000.0, 1000000.0}, {2523.6636575817166, 2523.6636575817166}},
        {"beta", RAO_CENTROID_SYMMETRIC, {10000.0, 20000.0, 30000.0, 10000.0}, {242.66251324708712, 182.30495161799114}},
        {"gamma", RAO_CENTROID_SYMMETRIC, {1000000000000.0, 1.0, 2000000000000.0, 1.0}, {3568652.6467315231, 2.3791017644876821e-6}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        rao_family *f = NULL;
        double c[2];
        OK(ctx, rao_family_create(ctx, rows[i].name, NULL, &f));
        OK(ctx, rao_centroid(ctx, f, rows[i].kind, 0, 2, rao_points_of(rows[i].points, 2), NULL, c, NULL));
        for (int k = 0; k < 2; k++) EXPECT_REL(c[k], rows[i].want[k], 2e-11); /* the matrix of a beta law is all but singular */
        rao_family_destroy(&f);
    }
    LAW("a diagonal normal's axes have units of their own");
    rao_family *normals = NULL;
    rao_family_opts o;
    rao_family_opts_init(&o);
    o.dimension = 2;
    OK(ctx, rao_family_create(ctx, "diagonal_normal", &o, &normals));
    static const double plain[] = {0, 0, 1, 1, 1, 1, 2, 2};
    double apart[8], want[4], c[4];
    for (int i = 0; i < 8; i++) apart[i] = ldexp(plain[i], i % 2 ? 500 : -500);
    OK(ctx, rao_centroid(ctx, normals, RAO_CENTROID_SYMMETRIC, 0, 2, rao_points_of(plain, 4), NULL, want, NULL));
    OK(ctx, rao_centroid(ctx, normals, RAO_CENTROID_SYMMETRIC, 0, 2, rao_points_of(apart, 4), NULL, c, NULL));
    for (int i = 0; i < 4; i++) EXPECT_REL(c[i], ldexp(want[i], i % 2 ? 500 : -500), 1e-12);
    rao_family_destroy(&normals);
    rao_test_ctx_close(&ctx);
}

static rao_status body(rao_ctx *ctx, void *arg) {
    double points[] = {0.5, 3, 1, 2}, c[2];
    return rao_centroid(ctx, arg, RAO_CENTROID_SYMMETRIC, 0, 2, rao_points_of(points, 2), NULL, c, NULL);
}

static void test_refusals(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *gamma = NULL, *mixture = NULL;
    double points[] = {1, 2, 3, 4}, w[] = {1, -1}, none[] = {0, 0}, c[] = {7, 7}, mixtures[] = {0.5, 1, 1, 0.5, 2, 1};
    OK(ctx, rao_family_create(ctx, "gamma", NULL, &gamma));
    OK(ctx, rao_family_create(ctx, "normal_mixture3", NULL, &mixture));
    rao_points two = rao_points_of(points, 2);
    LAW("what is wrong is said in a sentence, and the output stays");
    EXPECT_FAIL(ctx, rao_centroid(ctx, gamma, RAO_CENTROID_LEFT, 0, 2, two, w, c, NULL), RAO_EDOMAIN, "weight 2 is -1");
    EXPECT_FAIL(ctx, rao_centroid(ctx, gamma, RAO_CENTROID_LEFT, 0, 2, two, none, c, NULL), RAO_EDOMAIN, "the weights sum to 0");
    EXPECT_FAIL(ctx, rao_centroid(ctx, gamma, RAO_CENTROID_LEFT, 0, 0, two, NULL, c, NULL), RAO_EINVAL, "0 points");
    EXPECT_FAIL(ctx, rao_centroid(ctx, mixture, RAO_CENTROID_LEFT, 0, 2, rao_points_of(mixtures, 3), NULL, c, NULL), RAO_EUNABLE,
                "neither an exponential family");
    points[3] = -1;
    EXPECT_FAIL(ctx, rao_centroid(ctx, gamma, RAO_CENTROID_SYMMETRIC, 0, 2, two, NULL, c, NULL), RAO_EDOMAIN, "rate = -1");
    EXPECT_TRUE(c[0] == 7 && c[1] == 7);
    rao_test_every_allocation_fails(body, gamma);
    rao_family_destroy(&gamma);
    rao_family_destroy(&mixture);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_least), cmocka_unit_test(test_sides),       cmocka_unit_test(test_symmetric),
                                       cmocka_unit_test(test_far),   cmocka_unit_test(test_far_normals), cmocka_unit_test(test_units),
                                       cmocka_unit_test(test_edges), cmocka_unit_test(test_shapes),      cmocka_unit_test(test_refusals)};
    return rao_test_run("manifold", tests, COUNT(tests));
}
