/* Centroids of families of location and scale, of Weibull and of uniform laws. */
#include <float.h>
#include <math.h>

#include "manifold/make.h"

#include "manifold/oracle_location_centroid.h"

/* Families and which kinds they answer: from 0 on, or the right one alone. */
static const struct answered {
    const char *name;
    double nu, tol;
    int first, last, reflects;
} answered[] = {{"cauchy", 0, 1e-13, RAO_CENTROID_LEFT, RAO_CENTROID_SYMMETRIC, 1},
                {"gumbel", 0, 1e-13, RAO_CENTROID_LEFT, RAO_CENTROID_SYMMETRIC, 0},
                {"laplace", 0, 1e-13, RAO_CENTROID_LEFT, RAO_CENTROID_SYMMETRIC, 1},
                {"logistic", 0, 1e-11, RAO_CENTROID_LEFT, RAO_CENTROID_SYMMETRIC, 1},
                {"student_t", 4, 1e-11, RAO_CENTROID_RIGHT, RAO_CENTROID_RIGHT, 1}};

static void test_oracle(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    ORACLE("minima of sums of KL", "mpmath 60 digits, tests/oracle/location_centroid.py");
    for (size_t i = 0; i < COUNT(location_cases); i++) {
        const struct location_case *k = &location_cases[i];
        rao_family *f = make(ctx, k->family, 0, k->nu);
        rao_quality quality;
        double c[2];
        OK(ctx, rao_centroid(ctx, f, (rao_centroid_kind)k->kind, 0, k->n, rao_points_of(k->points, 2), k->weights, c, &quality));
        EXPECT_EQ(quality.method, RAO_ITERATION);
        EXPECT_TRUE(quality.error <= 1e-11);
        for (int j = 0; j < 2; j++) EXPECT_CLOSE(c[j], k->want[j], quality.error + 8 * DBL_EPSILON * fabs(k->want[j]));
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void ask(rao_ctx *ctx, const rao_family *f, int quantity, const double *p, const double *q, double *out) {
    static const double half = 0.5;
    rao_family_args a;
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.t = rao_points_of(&half, 0);
    OK(ctx, rao_manifold_eval(ctx, f, quantity, &a, out, 0));
}

static double kl(rao_ctx *ctx, const rao_family *f, const double *p, const double *q) {
    double value;
    ask(ctx, f, RAO_KL, p, q, &value);
    return value;
}

static double total(rao_ctx *ctx, const rao_family *f, int kind, const double *points, const double *w, int n, const double *c) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
        if (kind != RAO_CENTROID_RIGHT) sum += w[i] * kl(ctx, f, c, points + 2 * i);
        if (kind != RAO_CENTROID_LEFT) sum += w[i] * kl(ctx, f, points + 2 * i, c);
    }
    return sum;
}

/* Random points of three decades, weights of one. */
static void random_points(uint64_t seed, int n, double *points, double *w) {
    rao_stream stream = rao_stream_make(seed, 7);
    for (int i = 0; i < n; i++) {
        points[2 * i] = 5 * rao_normal_at(stream, 0, i);
        points[2 * i + 1] = exp(1.2 * rao_normal_at(stream, 1, i));
        w[i] = exp(rao_normal_at(stream, 2, i));
    }
}

static void centroid(rao_ctx *ctx, const rao_family *f, int kind, int n, const double *points, const double *w, double c[2]) {
    OK(ctx, rao_centroid(ctx, f, (rao_centroid_kind)kind, 0, n, rao_points_of(points, 2), w, c, NULL));
}

static void test_least(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("the sum of divergences is level at the centroid, by differences of the sum, and larger around it, however many points there are");
    for (size_t i = 0; i < COUNT(answered); i++)
        for (int kind = answered[i].first; kind <= answered[i].last; kind++)
            for (int n = 2; n <= (answered[i].tol > 1e-12 ? 3 : 5); n++) { /* a quadrature takes its time */
                rao_family *f = make(ctx, answered[i].name, 0, answered[i].nu);
                double points[10], w[5], c[2], h = strcmp(answered[i].name, "laplace") ? 1e-3 : 1e-5; /* whose third derivative jumps */
                random_points(rao_test_seed() + (uint64_t)n, n, points, w);
                centroid(ctx, f, kind, n, points, w, c);
                double least = total(ctx, f, kind, points, w, n, c), scale = c[1];
                for (int j = 0; j < n; j++)
                    h = fmin(h, 1e-3 * points[2 * j + 1] / scale); /* a narrow point bends the sum in its own length */
                for (int j = 0; j < 2; j++) {
                    double slope = 0;
                    static const double factor[3] = {45.0 / 60, -9.0 / 60, 1.0 / 60};
                    for (int k = 1; k <= 3; k++) {
                        double up[2] = {c[0], c[1]}, down[2] = {c[0], c[1]};
                        up[j] += k * h * scale, down[j] -= k * h * scale;
                        double above = total(ctx, f, kind, points, w, n, up), below = total(ctx, f, kind, points, w, n, down);
                        EXPECT_TRUE(above > least && below > least);
                        slope += factor[k - 1] * (above - below) / h;
                    }
                    EXPECT_CLOSE(slope, 0, 1e-12 * (1 + least) / h); /* what the sums may be off by, over the step */
                }
                rao_family_destroy(&f);
            }
    rao_test_ctx_close(&ctx);
}

static void test_equivariance(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    enum { N = 3 };
    LAW("centroids go with their points when x is moved, scaled by 1e-150 to 1e150 or, for even densities, reflected; order and the unit "
        "of weights change nothing");
    for (size_t i = 0; i < COUNT(answered); i++)
        for (int kind = answered[i].first; kind <= answered[i].last; kind++) {
            rao_family *f = make(ctx, answered[i].name, 0, answered[i].nu);
            double points[2 * N], moved[2 * N], w[N], v[N], c[2], want[2], tol = answered[i].tol;
            random_points(rao_test_seed(), N, points, w);
            centroid(ctx, f, kind, N, points, w, want);
            for (int e = -500; e <= 500; e += 500) {
                for (int j = 0; j < N; j++) moved[2 * j] = ldexp(points[2 * j] + 3, e), moved[2 * j + 1] = ldexp(points[2 * j + 1], e);
                centroid(ctx, f, kind, N, moved, w, c);
                EXPECT_CLOSE(ldexp(c[0], -e) - 3, want[0], tol * (fabs(want[0]) + want[1] + 3));
                EXPECT_REL(ldexp(c[1], -e), want[1], tol);
            }
            for (int j = 0; j < N; j++) {
                int from = (j + 1) % N;
                moved[2 * j] = points[2 * from] * (answered[i].reflects ? -1 : 1), moved[2 * j + 1] = points[2 * from + 1];
                v[j] = 7 * w[from];
            }
            centroid(ctx, f, kind, N, moved, v, c);
            EXPECT_CLOSE(answered[i].reflects ? -c[0] : c[0], want[0], tol * (fabs(want[0]) + want[1]));
            EXPECT_REL(c[1], want[1], tol);
            rao_family_destroy(&f);
        }
    rao_test_ctx_close(&ctx);
}

static void test_simple(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    static const double same[] = {1.5, 0.1, 1.5, 0.1, 8, 9}, weights[] = {1, 3, 0}, apart[] = {-1, 1, 3, 1}, close[] = {1, 2, 1 + 1e-9, 2};
    LAW("points that agree are their centroid, exactly; a point without weight does not count; points a billionth apart have their middle");
    for (size_t i = 0; i < COUNT(answered); i++)
        for (int kind = answered[i].first; kind <= answered[i].last; kind++) {
            rao_family *f = make(ctx, answered[i].name, 0, answered[i].nu);
            double c[2];
            centroid(ctx, f, kind, 1, same, NULL, c);
            EXPECT_TRUE(c[0] == 1.5 && c[1] == 0.1);
            centroid(ctx, f, kind, 3, same, weights, c);
            EXPECT_TRUE(c[0] == 1.5 && c[1] == 0.1);
            centroid(ctx, f, kind, 2, close, NULL, c);
            EXPECT_CLOSE(c[0], 1 + 5e-10, 4e-13);
            EXPECT_CLOSE(c[1], 2, 4e-13);
            if (answered[i].reflects) {
                centroid(ctx, f, kind, 2, apart, NULL, c);
                EXPECT_CLOSE(c[0], 1, answered[i].tol);
            }
            rao_family_destroy(&f);
        }
    rao_test_ctx_close(&ctx);
}

static void test_cauchy(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "cauchy", 0, 0), *t = make(ctx, "student_t", 0, 1);
    static const double p[] = {1, 0.5, 4, 3};
    double want[2], c[2];
    LAW("two Cauchy laws: the middle of their Fisher-Rao geodesic, of every kind; nu = 1 is the same by quadrature");
    ask(ctx, f, RAO_FISHER_RAO_GEODESIC, p, p + 2, want);
    for (int kind = RAO_CENTROID_LEFT; kind <= RAO_CENTROID_SYMMETRIC; kind++)
        for (int by_quadrature = 0; by_quadrature <= 1; by_quadrature++) {
            centroid(ctx, by_quadrature ? t : f, kind, 2, p, NULL, c);
            for (int j = 0; j < 2; j++) EXPECT_REL(c[j], want[j], by_quadrature ? 1e-11 : 1e-14);
        }
    rao_family_destroy(&f);
    rao_family_destroy(&t);
    rao_test_ctx_close(&ctx);
}

static void test_weibull(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    enum { N = 3 };
    rao_family *weibull = make(ctx, "weibull", 0, 0), *gumbel = make(ctx, "gumbel", 0, 0);
    static const double points[2 * N] = {0.5, 1, 2, 3, 4, 0.2}, w[N] = {1, 2, 1};
    LAW("-log x of Weibull laws is Gumbel, and so is that of their centroid; scales of 1e-200 to 1e200 change nothing else");
    for (int kind = RAO_CENTROID_LEFT; kind <= RAO_CENTROID_SYMMETRIC; kind++) {
        double logs[2 * N], moved[2 * N], want[2], c[2];
        for (int i = 0; i < N; i++) logs[2 * i] = -log(points[2 * i + 1]), logs[2 * i + 1] = 1 / points[2 * i];
        centroid(ctx, gumbel, kind, N, logs, w, want);
        for (int e = -650; e <= 650; e += 650) {
            for (int i = 0; i < N; i++) moved[2 * i] = points[2 * i], moved[2 * i + 1] = ldexp(points[2 * i + 1], e);
            centroid(ctx, weibull, kind, N, moved, w, c);
            EXPECT_REL(c[0], 1 / want[1], 1e-13);
            EXPECT_REL(ldexp(c[1], -e), exp(-want[0]), 1e-13);
        }
    }
    rao_family_destroy(&weibull);
    rao_family_destroy(&gumbel);
    rao_test_ctx_close(&ctx);
}

static void test_limits(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    static const double points[] = {0, 1, 3, 0.5}, apart[] = {0, 1e-150, 0, 1e150}, far[] = {-500, 1, 500, 1};
    rao_family *t = make(ctx, "student_t", 0, 1e9), *normal = make(ctx, "normal", 0, 0), *laplace = make(ctx, "laplace", 0, 0);
    rao_quality quality;
    double c[2], want[2];
    LAW("the right centroid of Student's t tends to that of normals as nu grows, as 1/nu");
    centroid(ctx, t, RAO_CENTROID_RIGHT, 2, points, NULL, c);
    centroid(ctx, normal, RAO_CENTROID_RIGHT, 2, points, NULL, want);
    for (int j = 0; j < 2; j++) EXPECT_REL(c[j], want[j], 1e-7);
    LAW("Laplace laws of one place: right the mean of b, left the harmonic mean, symmetric the root of their product, over three hundred "
        "decades");
    static const double means[] = {5e149, 2e-150, 1};
    for (int kind = RAO_CENTROID_LEFT; kind <= RAO_CENTROID_SYMMETRIC; kind++) {
        centroid(ctx, laplace, kind, 2, apart, NULL, c);
        EXPECT_TRUE(fabs(c[0]) <= 1e-15 * c[1]);
        EXPECT_REL(c[1], means[kind == RAO_CENTROID_LEFT ? 1 : kind == RAO_CENTROID_RIGHT ? 0 : 2], 1e-13);
    }
    LAW("far points leave the sum all but flat between them: the error says so");
    OK(ctx, rao_centroid(ctx, laplace, RAO_CENTROID_LEFT, 0, 2, rao_points_of(far, 2), NULL, c, &quality));
    EXPECT_CLOSE(c[0], 0, quality.error);
    EXPECT_TRUE(quality.error < 1e-6);
    EXPECT_FAIL(ctx, rao_centroid(ctx, laplace, RAO_CENTROID_RIGHT, 0, 2, rao_points_of(far, 2), NULL, c, &quality), RAO_ENUMERIC,
                "do not say where it is");
    rao_family_destroy(&t);
    rao_family_destroy(&normal);
    rao_family_destroy(&laplace);
    rao_test_ctx_close(&ctx);
}

static void test_uniform(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "uniform", 0, 0);
    static const double points[] = {0, 4, 1, 7, -2, 3}, disjoint[] = {0, 1, 1, 2}, long_[] = {-1e308, 0, 0, 1e308}, without[] = {1, 1, 0};
    double c[2] = {7, 7};
    LAW("uniform: the hull on the right, the intersection on the left; a point without weight does not count");
    centroid(ctx, f, RAO_CENTROID_RIGHT, 3, points, NULL, c);
    EXPECT_TRUE(c[0] == -2 && c[1] == 7);
    centroid(ctx, f, RAO_CENTROID_LEFT, 3, points, NULL, c);
    EXPECT_TRUE(c[0] == 1 && c[1] == 3);
    centroid(ctx, f, RAO_CENTROID_LEFT, 3, points, without, c);
    EXPECT_TRUE(c[0] == 1 && c[1] == 4);
    centroid(ctx, f, RAO_CENTROID_SYMMETRIC, 1, points, NULL, c);
    EXPECT_TRUE(c[0] == 0 && c[1] == 4);
    LAW("where every divergence is infinite there is no centroid");
    EXPECT_FAIL(ctx, rao_centroid(ctx, f, RAO_CENTROID_LEFT, 0, 2, rao_points_of(disjoint, 2), NULL, c, NULL), RAO_EDOMAIN,
                "no left centroid");
    EXPECT_FAIL(ctx, rao_centroid(ctx, f, RAO_CENTROID_SYMMETRIC, 0, 2, rao_points_of(points, 2), NULL, c, NULL), RAO_EDOMAIN,
                "no symmetric centroid");
    EXPECT_FAIL(ctx, rao_centroid(ctx, f, RAO_CENTROID_RIGHT, 0, 2, rao_points_of(long_, 2), NULL, c, NULL), RAO_EDOMAIN, "longer than");
    EXPECT_TRUE(c[0] == 0 && c[1] == 4);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static rao_status body(rao_ctx *ctx, void *arg) {
    static const double points[] = {0.5, 3, 1, 2};
    double c[2];
    return rao_centroid(ctx, arg, RAO_CENTROID_SYMMETRIC, 0, 2, rao_points_of(points, 2), NULL, c, NULL);
}

static void test_refusals(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    static const double points[] = {1, 2, 3, 4}, extreme[] = {-1e308, 1, 1e308, 1}, far[] = {-1e6, 1, 1e6, 1};
    double c[2] = {7, 7};
    static const struct {
        const char *family;
        double nu;
        int kind;
        const double *points;
        rao_status status;
        const char *words;
    } rows[] = {{"student_t", 3, RAO_CENTROID_LEFT, points, RAO_EUNABLE, "one of several minima"},
                {"student_t", 3, RAO_CENTROID_SYMMETRIC, points, RAO_EUNABLE, "one of several minima"},
                {"student_t", 0.5, RAO_CENTROID_RIGHT, points, RAO_EUNABLE, "nu >= 1"},
                {"gumbel", 0, RAO_CENTROID_SYMMETRIC, far, RAO_ENUMERIC, "so far apart"},
                {"laplace", 0, RAO_CENTROID_RIGHT, extreme, RAO_ENUMERIC, "than doubles hold"}};
    LAW("what has no answer is said in a sentence, and the output stays");
    for (size_t i = 0; i < COUNT(rows); i++) {
        rao_family *f = make(ctx, rows[i].family, 0, rows[i].nu);
        EXPECT_FAIL(ctx, rao_centroid(ctx, f, (rao_centroid_kind)rows[i].kind, 0, 2, rao_points_of(rows[i].points, 2), NULL, c, NULL),
                    rows[i].status, rows[i].words);
        rao_family_destroy(&f);
    }
    EXPECT_TRUE(c[0] == 7 && c[1] == 7);
    static const char *const names[] = {"logistic", "weibull"};
    for (int i = 0; i < 2; i++) {
        rao_family *f = make(ctx, names[i], 0, 0);
        rao_test_every_allocation_fails(body, f);
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_oracle), cmocka_unit_test(test_least),   cmocka_unit_test(test_equivariance),
                                       cmocka_unit_test(test_simple), cmocka_unit_test(test_cauchy),  cmocka_unit_test(test_weibull),
                                       cmocka_unit_test(test_limits), cmocka_unit_test(test_uniform), cmocka_unit_test(test_refusals)};
    return rao_test_run("manifold", tests, COUNT(tests));
}
