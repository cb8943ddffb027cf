/* Centres in a metric: values at 40 digits, and what makes a mean one: it is least, it moves with isometries, and of two points it lies on their geodesic. */
#include <float.h>

#include "manifold/make.h"

#include "oracle_frechet.h"

enum { MOST = 16, POINTS = 4 };

static void centre(rao_ctx *ctx, const rao_family *f, int kind, int64_t n, const double *points, const double *w, double *c) {
    rao_quality quality;
    OK(ctx, rao_centroid(ctx, f, (rao_centroid_kind)kind, 0, n, rao_points_of(points, rao_family_coords(f, 0)), w, c, &quality));
    EXPECT_TRUE(quality.error >= 0 && quality.error < 1e-10);
}

static double ask(rao_ctx *ctx, const rao_family *f, int quantity, const double *p, const double *q, double t, double *out) {
    rao_family_args a;
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.t = rao_points_of(&t, 0);
    OK(ctx, rao_manifold_eval(ctx, f, quantity, &a, out, 0));
    return out[0];
}

static void values_match(void **state) {
    (void)state;
    ORACLE("Frechet and Bures means", "mpmath 40 digits, tests/oracle/frechet.py");
    rao_ctx *ctx = rao_test_ctx();
    for (size_t i = 0; i < COUNT(oracle_frechet); i++) {
        rao_family *f = make(ctx, oracle_frechet[i].family, oracle_frechet[i].dimension, oracle_frechet[i].fixed);
        double c[MOST], size = 0;
        centre(ctx, f, oracle_frechet[i].kind, oracle_frechet[i].count, oracle_frechet[i].points, oracle_frechet[i].weights, c);
        for (int j = 0; j < oracle_frechet[i].numbers; j++) size = fmax(size, fabs(oracle_frechet[i].want[j]));
        for (int j = 0; j < oracle_frechet[i].numbers; j++)
            EXPECT_CLOSE(c[j] / size, oracle_frechet[i].want[j] / size, 1e-12); /* conditions up to 1e3 */
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

/* r a real, p positive, u in (0, 1); S a probability vector, W a covariance, M a mean and a covariance, m all means 0. */
static const struct {
    const char *name;
    int64_t dimension;
    double fixed;
    const char *kinds;
    int frechet, bures;
} families[] = {
    {"normal", 0, 0, "rp", 1, 1},
    {"lognormal", 0, 0, "rp", 1, 0},
    {"student_t", 0, 2.5, "rp", 1, 1},
    {"cauchy", 0, 0, "rp", 1, 0},
    {"gumbel", 0, 0, "rp", 1, 1},
    {"weibull", 0, 0, "pp", 1, 0},
    {"inverse_gaussian", 0, 0, "pp", 1, 0},
    {"isotropic_normal", 3, 0, "rrrp", 1, 1},
    {"diagonal_normal", 2, 0, "rrpp", 1, 1},
    {"exponential", 0, 0, "p", 1, 1},
    {"rayleigh", 0, 0, "p", 1, 1},
    {"poisson", 0, 0, "p", 1, 0},
    {"bernoulli", 0, 0, "u", 1, 0},
    {"geometric", 0, 0, "u", 1, 0},
    {"categorical", 2, 0, "S", 1, 0},
    {"categorical", 5, 0, "S", 1, 0},
    {"multinomial", 3, 9, "S", 1, 0},
    {"wishart", 3, 4.5, "W", 1, 0},
    {"gamma", 0, 0, "pp", 1, 0},
    {"beta", 0, 0, "pp", 1, 0},
    {"dirichlet", 3, 0, "ppp", 1, 0},
    {"von_mises", 0, 0, "up", 1, 0},
    {"mvn", 2, 0, "m", 1, 1},
    {"mvn", 2, 0, "M", 1, 1},
    {"mvn", 3, 0, "M", 1, 1},
};

static void draw(size_t family, rao_stream s, uint64_t at, double *p) {
    const char *kinds = families[family].kinds;
    int64_t d = families[family].dimension;
    double sum = 0, a[16];
    if (*kinds == 'S') {
        for (int64_t i = 0; i < d; i++) sum += p[i] = exp(rao_normal_at(s, 0, at * 64 + (uint64_t)i));
        for (int64_t i = 0; i < d; i++) p[i] /= sum;
    } else if (strchr("WMm", *kinds)) {
        for (int64_t i = 0; i < d * d; i++) a[i] = rao_normal_at(s, 1, at * 64 + (uint64_t)i);
        for (int64_t i = 0; i < d && *kinds != 'W'; i++) *p++ = *kinds == 'm' ? 0 : rao_normal_at(s, 0, at * 64 + (uint64_t)i);
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = i; j < d; j++) {
                *p = i == j ? 0.5 : 0;
                for (int64_t k = 0; k < d; k++) *p += a[i * d + k] * a[j * d + k];
                p++;
            }
    } else {
        for (int64_t i = 0; kinds[i]; i++) {
            double z = rao_normal_at(s, 0, at * 64 + (uint64_t)i);
            p[i] = kinds[i] == 'r' ? z : kinds[i] == 'p' ? exp(z) : 1 / (1 + exp(-z));
        }
    }
}

static double squares(rao_ctx *ctx, const rao_family *f, int distance, const double *points, const double *w, const double *c) {
    double sum = 0, d;
    for (int i = 0; i < POINTS; i++) {
        ask(ctx, f, distance, c, points + i * rao_family_coords(f, 0), 0, &d);
        sum += w[i] * d * d;
    }
    return sum;
}

static void laws_of(rao_ctx *ctx, const rao_family *f, int kind, const double *points) {
    int frechet = kind == RAO_CENTROID_FRECHET, distance = frechet ? RAO_FISHER_RAO_DISTANCE : RAO_WASSERSTEIN2;
    int path = frechet ? RAO_FISHER_RAO_GEODESIC : RAO_WASSERSTEIN_GEODESIC;
    static const double w[POINTS] = {0.5, 1, 2, 0.25}, two[] = {1, 3}, none[POINTS] = {0, 0, 1, 0};
    int64_t n = rao_family_coords(f, 0);
    double c[MOST], near[MOST], want[MOST];
    LAW("a mean is least among its neighbours");
    centre(ctx, f, kind, POINTS, points, w, c);
    double least = squares(ctx, f, distance, points, w, c);
    for (int i = 0; i < POINTS; i++) {
        ask(ctx, f, path, c, points + i * n, 0.01, near);
        EXPECT_TRUE(squares(ctx, f, distance, points, w, near) > least);
    }
    LAW("of two points it is the point of their geodesic, of one the point itself");
    centre(ctx, f, kind, 2, points, two, c);
    ask(ctx, f, path, points, points + n, 0.75, want);
    for (int64_t j = 0; j < n; j++) EXPECT_CLOSE(c[j], want[j], 1e-11);
    centre(ctx, f, kind, POINTS, points, none, c);
    for (int64_t j = 0; j < n; j++) EXPECT_CLOSE(c[j], points[2 * n + j], 1e-12);
}

static void they_are_means(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 51);
    for (size_t i = 0; i < COUNT(families); i++) {
        rao_family *f = make(ctx, families[i].name, families[i].dimension, families[i].fixed);
        for (uint64_t trial = 0; trial < 5; trial++) {
            double points[POINTS * MOST];
            for (uint64_t k = 0; k < POINTS; k++) draw(i, s, trial * POINTS + k, points + (int64_t)k * rao_family_coords(f, 0));
            if (families[i].frechet) laws_of(ctx, f, RAO_CENTROID_FRECHET, points);
            if (families[i].bures) laws_of(ctx, f, RAO_CENTROID_BURES, points);
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void closed_means(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    double c[MOST];
    LAW("on a line it is the mean in arc length, far apart as well");
    rao_family *f = make(ctx, "poisson", 0, 0);
    centre(ctx, f, RAO_CENTROID_FRECHET, 3, (const double[]){1, 4, 9}, NULL, c);
    EXPECT_REL(c[0], 4, 1e-15);
    rao_family_destroy(&f);
    f = make(ctx, "normal", 0, 0);
    centre(ctx, f, RAO_CENTROID_FRECHET, 2, (const double[]){3, 1e-150, 3, 1e150}, NULL, c);
    EXPECT_REL(c[0], 3, 1e-15);
    EXPECT_REL(c[1], 1, 1e-12);
    centre(ctx, f, RAO_CENTROID_BURES, 3, (const double[]){0, 1, 2, 1, 5, 3}, (const double[]){1, 2, 1}, c);
    EXPECT_REL(c[0], 2.25, 1e-15);
    EXPECT_REL(c[1], 1.5, 1e-15);
    rao_family_destroy(&f);
    LAW("of the corners of the simplex it is the middle, of the corners of an edge the middle of the edge");
    f = make(ctx, "categorical", 3, 0);
    centre(ctx, f, RAO_CENTROID_FRECHET, 3, (const double[]){1, 0, 0, 0, 1, 0, 0, 0, 1}, NULL, c);
    for (int i = 0; i < 3; i++) EXPECT_REL(c[i], 1.0 / 3, 1e-14);
    centre(ctx, f, RAO_CENTROID_FRECHET, 2, (const double[]){1, 0, 0, 0, 1, 0}, NULL, c);
    for (int i = 0; i < 3; i++) EXPECT_CLOSE(c[i], i < 2 ? 0.5 : 0, 1e-15);
    rao_family_destroy(&f);
    LAW("covariances that commute have the square of the mean of their roots");
    f = make(ctx, "mvn", 2, 0);
    centre(ctx, f, RAO_CENTROID_BURES, 2, (const double[]){1, 2, 1, 0, 1e6, 3, 4, 9, 0, 1e-6}, NULL, c);
    EXPECT_REL(c[0], 2, 1e-15);
    EXPECT_REL(c[2], 4, 1e-12);
    EXPECT_REL(c[4], 1000.001 * 1000.001 / 4, 1e-12);
    centre(ctx, f, RAO_CENTROID_BURES, 2, (const double[]){0, 0, 1e-200, 0, 4e-200, 0, 0, 9e-200, 0, 4e-200}, NULL, c);
    EXPECT_REL(c[2], 4e-200, 1e-12);
    rao_family_destroy(&f);
    LAW("a curve of one's own has a mean");
    rao_family_definition d;
    static const rao_coordinate rate[] = {{"l", 0, INFINITY}};
    rao_family_definition_init(&d);
    d.coordinates = rate, d.coordinate_count = 1, d.log_density = "log(l) - l*x", d.low = "0";
    OK(ctx, rao_family_define(ctx, &d, &f));
    centre(ctx, f, RAO_CENTROID_FRECHET, 2, (const double[]){1, 4}, NULL, c);
    EXPECT_REL(c[0], 2, 1e-10);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void refusals(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    static const struct {
        const char *name;
        int64_t dimension;
        int kind;
        double points[10];
        rao_status status;
        const char *part;
    } rows[] = {
        {"normal_mixture3", 0, RAO_CENTROID_FRECHET, {0.5, 2, 1, 0.25, 3, 1}, RAO_EUNABLE, "no closed form"},
        {"uniform", 0, RAO_CENTROID_FRECHET, {1, 2, 2, 3}, RAO_EDOMAIN, "not a regular family"},
        {"gamma", 0, RAO_CENTROID_BURES, {1, 2, 2, 3}, RAO_EUNABLE, "not closed"},
        {"cauchy", 0, RAO_CENTROID_BURES, {0, 1, 0, 2}, RAO_EDOMAIN, "infinite"},
        {"weibull", 0, RAO_CENTROID_BURES, {1, 2, 2, 3}, RAO_EUNABLE, "outside the family"},
        {"categorical", 2, RAO_CENTROID_BURES, {0.5, 0.5, 0.25, 0.75}, RAO_EUNABLE, "no distance"},
        {"normal", 0, 5, {0, 1, 0, 2}, RAO_EINVAL, "kind 5"},
    };
    LAW("what has no answer is refused with the reason, and the output stays");
    for (size_t i = 0; i < COUNT(rows); i++) {
        rao_family *f = make(ctx, rows[i].name, rows[i].dimension, 0);
        double c[MOST] = {7};
        rao_status st = rao_centroid(ctx, f, (rao_centroid_kind)rows[i].kind, 0, 2, rao_points_of(rows[i].points, rao_family_coords(f, 0)),
                                     NULL, c, NULL);
        EXPECT_FAIL(ctx, st, rows[i].status, rows[i].part);
        EXPECT_CLOSE(c[0], 7, 0);
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static rao_status both(rao_ctx *ctx, void *arg) {
    rao_status st;
    rao_family *f = NULL;
    double c[5];
    const double points[] = {0, 0, 1, 0, 1, 0, 0, 3, 1, 2};
    rao_family_opts o;
    (void)arg;
    rao_family_opts_init(&o);
    o.dimension = 2;
    RAO_TRY(rao_family_create(ctx, "mvn", &o, &f));
    RAO_TRY(rao_centroid(ctx, f, RAO_CENTROID_FRECHET, 0, 2, rao_points_of(points, 5), NULL, c, NULL));
    RAO_TRY(rao_centroid(ctx, f, RAO_CENTROID_BURES, 0, 2, rao_points_of(points, 5), NULL, c, NULL));
done:
    rao_family_destroy(&f);
    return st;
}

static void memory_runs_out(void **state) {
    (void)state;
    LAW("every allocation may fail");
    rao_test_every_allocation_fails(both, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_match), cmocka_unit_test(they_are_means),  cmocka_unit_test(closed_means),
        cmocka_unit_test(refusals),     cmocka_unit_test(memory_runs_out),
    };
    return rao_test_run("manifold", tests, COUNT(tests));
}
