/* Geodesics that are solved for: values by shooting at 30 digits, gamma laws far out by integrals, the solver itself on normals, whose geodesics are closed. */
#include <float.h>

#include <rao/num.h>

#include "manifold/make.h"
#include "manifold/place.h"
#include "manifold/track.h"

#include "oracle_geodesics.h"

static rao_status try_alpha(const place *at, const double *p, const double *q, double t, double alpha, double *out) {
    rao_family_args a;
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.t = rao_points_of(&t, 0), a.alpha = alpha;
    return rao_manifold_eval(at->ctx, at->f, RAO_ALPHA_GEODESIC, &a, out, 0);
}

static void values_match(void **state) {
    (void)state;
    ORACLE("geodesics, distances, log maps", "shooting with mpmath at 30 digits, tests/oracle/geodesics.py");
    rao_ctx *ctx = rao_test_ctx();
    for (size_t i = 0; i < COUNT(oracle_geodesics); i++) {
        rao_family *f = make(ctx, oracle_geodesics[i].family, oracle_geodesics[i].dimension, 0);
        place at = {ctx, f, 0};
        const double *p = oracle_geodesics[i].p, *q = oracle_geodesics[i].q;
        double x[4], d;
        OK(ctx, try_alpha(&at, p, q, 0.25, oracle_geodesics[i].alpha, x));
        for (int64_t j = 0; j < oracle_geodesics[i].n; j++) EXPECT_REL(x[j], oracle_geodesics[i].at[j], 1e-12);
        if (oracle_geodesics[i].alpha == 0) {
            ask(&at, RAO_FISHER_RAO_DISTANCE, p, q, 0, NULL, &d);
            EXPECT_REL(d, oracle_geodesics[i].distance, 1e-13);
            ask(&at, RAO_LOG_MAP, p, q, 0, NULL, x);
            for (int64_t j = 0; j < oracle_geodesics[i].n; j++)
                EXPECT_CLOSE(x[j], oracle_geodesics[i].velocity[j], 1e-12 * fabs(x[j]) + 1e-13);
            ask(&at, RAO_EXP_MAP, p, NULL, 0, oracle_geodesics[i].velocity, x);
            for (int64_t j = 0; j < oracle_geodesics[i].n; j++) EXPECT_REL(x[j], q[j], 1e-12 * exp(d)); /* ways part like e^d at most */
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void far_and_close_pairs(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "gamma", 0, 0), *beta = make(ctx, "beta", 0, 0), *three = make(ctx, "dirichlet", 3, 0);
    place at = {ctx, f, 0};
    double d, e, bounds[2];
    ORACLE("gamma distances over shapes from 1e-8 to 1e8",
           "integrals of the surface of revolution, mpmath 30 digits, tests/oracle/geodesics.py");
    for (size_t i = 0; i < COUNT(oracle_gamma_far); i++) {
        ask(&at, RAO_FISHER_RAO_DISTANCE, oracle_gamma_far[i].p, oracle_gamma_far[i].q, 0, NULL, &d);
        EXPECT_REL(d, oracle_gamma_far[i].distance, 1e-12);
    }
    static const struct {
        double p[3], q[3];
        int64_t n;
    } pairs[] = {{{1e-3, 1e6}, {1e6, 1e-3}, 2},       {{1e8, 1}, {1, 1e8}, 2},
                 {{1e8, 1e-8}, {1e-8, 1e8}, 2},       {{1e8, 1e8}, {1e8, 1.1e8}, 2},
                 {{1e-8, 1e-8}, {1e8, 1e8}, 2},       {{1e-8, 1}, {1e-8, 1e8}, 2},
                 {{1e8, 1, 1e-8}, {1e-8, 1e8, 1}, 3}, {{1, 2, 3}, {1 + 1e-9, 2, 3 - 1e-9}, 3},
                 {{1e8, 1e8}, {1e8 + 1, 1e8}, 2}};
    LAW("beta and Dirichlet laws of shapes from 1e-8 to 1e8: symmetric, and between the bounds");
    for (size_t i = 0; i < COUNT(pairs); i++) {
        at.f = pairs[i].n == 2 ? beta : three;
        ask(&at, RAO_FISHER_RAO_DISTANCE, pairs[i].p, pairs[i].q, 0, NULL, &d);
        ask(&at, RAO_FISHER_RAO_DISTANCE, pairs[i].q, pairs[i].p, 0, NULL, &e);
        ask(&at, RAO_FISHER_RAO_BOUNDS, pairs[i].p, pairs[i].q, 0, NULL, bounds);
        EXPECT_REL(d, e, 1e-11);
        EXPECT_TRUE(d >= bounds[0] * (1 - 1e-7) && d <= bounds[1] * (1 + 1e-12)); /* the lower one is an arc cosine of a root */
    }
    LAW("a change of units moves all gamma laws alike, and the beta is the Dirichlet of two parts");
    at.f = f;
    ask(&at, RAO_FISHER_RAO_DISTANCE, (double[]){2, 3e-200}, (double[]){5, 1e-200}, 0, NULL, &d);
    ask(&at, RAO_FISHER_RAO_DISTANCE, (double[]){2, 3e200}, (double[]){5, 1e200}, 0, NULL, &e);
    EXPECT_REL(d, e, 1e-14);
    rao_family_destroy(&f);
    rao_family_destroy(&beta);
    rao_family_destroy(&three);
    rao_test_ctx_close(&ctx);
}

static void velocities_far_out(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "gamma", 0, 0);
    static const struct {
        double p[2], v[2], q[2];
    } ways[] = {
        {{35357.180716034156, 0.002906315467020861},
         {-1265960.7377297385, -0.1040603690155184},
         {1.3637952172126903e-8, 109866.03753746211}},
        {{409.8961650757252, 0.4751645632887226}, {-12607.802548919795, -14.615362362075059}, {2.0498692241710697e-8, 23481101.987674564}}};
    ORACLE("exp_map of gamma laws where ways part like e^18", "Gragg's method with mpmath at 40 digits, of exactly these doubles");
    for (size_t i = 0; i < COUNT(ways); i++) {
        double x[2];
        rao_family_args a;
        rao_quality how;
        rao_family_args_init(&a);
        a.p = rao_points_of(ways[i].p, 0), a.velocity = rao_points_of(ways[i].v, 0), a.quality = &how;
        OK(ctx, rao_manifold_eval(ctx, f, RAO_EXP_MAP, &a, x, 0));
        EXPECT_REL(x[0], ways[i].q[0], 1e-13);
        EXPECT_REL(x[1], ways[i].q[1], 1e-8);
        EXPECT_TRUE(fabs(x[1] - ways[i].q[1]) <= how.error);
    }
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static rao_status root_of_slope(rao_ctx *ctx, void *arg, const rao_nodes *at, double *f) {
    (void)ctx, (void)arg;
    for (int64_t i = 0; i < at->count; i++) f[i] = sqrt(rao_bessel_ratio(at->x[i]).d1);
    return RAO_OK;
}

static void directions(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "von_mises", 0, 0);
    place at = {ctx, f, 0};
    double d, e, one, two, x[2], bounds[2], pi = 3.14159265358979323846;
    LAW("opposite von Mises laws are joined through the uniform law: int sqrt(A') dkappa from both");
    OK(ctx, rao_quad(ctx, NULL, root_of_slope, NULL, 1, 0, 1, &one, NULL));
    OK(ctx, rao_quad(ctx, NULL, root_of_slope, NULL, 1, 0, 2.5, &two, NULL));
    ask(&at, RAO_FISHER_RAO_DISTANCE, (double[]){1, 1}, (double[]){1 - pi, 2.5}, 0, NULL, &d);
    EXPECT_REL(d, one + two, 1e-13);
    ask(&at, RAO_FISHER_RAO_DISTANCE, (double[]){1, 1}, (double[]){1 - pi + 1e-9, 2.5}, 0, NULL, &e);
    EXPECT_REL(d, e, 1e-13); /* to second order */
    ask(&at, RAO_FISHER_RAO_GEODESIC, (double[]){1, 1}, (double[]){1 - pi, 2.5}, one / d / 2, NULL, x);
    EXPECT_CLOSE(x[0], 1, 1e-14);
    LAW("the way is the shorter one round, whatever the angle is called");
    ask(&at, RAO_FISHER_RAO_DISTANCE, (double[]){3, 2}, (double[]){-3, 5}, 0, NULL, &d);
    ask(&at, RAO_FISHER_RAO_DISTANCE, (double[]){3, 2}, (double[]){-3 + 2 * pi, 5}, 0, NULL, &e);
    EXPECT_REL(d, e, 1e-14);
    LAW("small concentrations on ways from large ones keep their digits");
    static const double far[] = {-0.8772781329503792, 49616390.7494428}, near[] = {2.7714056273893544, 3.7927520596223488e-06};
    double v[2];
    ask(&at, RAO_LOG_MAP, far, near, 0, NULL, v);
    ask(&at, RAO_EXP_MAP, far, NULL, 0, v, x);
    EXPECT_CLOSE(x[1], near[1], 1e-9); /* ways part like e^9 */
    ask(&at, RAO_FISHER_RAO_GEODESIC, (double[]){0, 1e8}, (double[]){3.14, 1e8}, 0.48, NULL, x);
    ask(&at, RAO_FISHER_RAO_GEODESIC, (double[]){0, 1e8}, (double[]){3.14, 1e8}, 0.52, NULL, v);
    EXPECT_REL(x[1], v[1], 1e-11);
    EXPECT_CLOSE(x[0], 3.14 - v[0], 1e-11);
    static const double pairs[][4] = {
        {3, 1e8, -3, 1e-8}, {0, 1e8, 3.14, 1e8}, {0, 1e8, 1e-4, 1e8}, {0, 1e-8, 1, 1e-8}, {1, 100, 1, 100 + 1e-7}};
    LAW("concentrations from 1e-8 to 1e8: symmetric, and between the bounds");
    for (size_t i = 0; i < COUNT(pairs); i++) {
        ask(&at, RAO_FISHER_RAO_DISTANCE, pairs[i], pairs[i] + 2, 0, NULL, &d);
        ask(&at, RAO_FISHER_RAO_DISTANCE, pairs[i] + 2, pairs[i], 0, NULL, &e);
        ask(&at, RAO_FISHER_RAO_BOUNDS, pairs[i], pairs[i] + 2, 0, NULL, bounds);
        EXPECT_REL(d, e, 1e-12);
        EXPECT_TRUE(d >= bounds[0] * (1 - 1e-7) && d <= bounds[1] * (1 + 1e-12));
    }
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

/* ---- the solver on normals, y = (mu, -log sigma) ---- */

static int64_t size_of(int64_t n) { return (void)n, 1; }
static void gap(const rao_family *f, const double *p, const double *q, double *y) { (void)f, y[0] = q[0] - p[0], y[1] = log(p[1] / q[1]); }
static int open(const rao_family *f, const double *p, const double *y, double *at) {
    return (void)f, at[0] = p[1] * exp(-y[1]), !(at[0] > 0 && at[0] < INF);
}
static double metric(int64_t n, const double *at, const double *v, const double *w) {
    return (void)n, v[0] * w[0] / (at[0] * at[0]) + 2 * v[1] * w[1];
}
static void skew(int64_t n, const double *at, const double *v, const double *w, double *out) { /* T_mms = 2/s^3, T_sss = 8/s^3 */
    (void)n, out[0] = -2 * (v[0] * w[1] + v[1] * w[0]), out[1] = -v[0] * w[0] / (at[0] * at[0]) - 4 * v[1] * w[1];
}
static void levi(int64_t n, const double *at, const double *v, const double *w, double *out) {
    (void)n, out[0] = v[0] * w[1] + v[1] * w[0], out[1] = -v[0] * w[0] / (2 * at[0] * at[0]);
}
static void sink(const rao_family *f, const double *p, double by, double *y) { (void)f, (void)p, y[1] -= by; }
static const spray normals = {size_of, gap, open, NULL, metric, skew, levi, sink, NULL, NULL};

static void normals_are_solved_as_they_are_known(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "normal", 0, 0);
    place at = {ctx, f, 0};
    rao_stream s = rao_stream_make(rao_test_seed(), 31);
    for (uint64_t trial = 0; trial < 40; trial++) {
        double p[2], q[2], d, x, y[2], known[2];
        int64_t e;
        track k;
        for (int i = 0; i < 2; i++) {
            double *z = i ? q : p, wide = trial % 4 == 3 ? 4 : 1;
            z[0] = wide * rao_normal_at(s, 0, 4 * trial + (uint64_t)i), z[1] = exp(wide * rao_normal_at(s, 0, 4 * trial + 2 + (uint64_t)i));
        }
        rao_mark mark = rao_scratch_mark(ctx);
        OK(ctx, rao_track_solve(ctx, f, &normals, "distance", p, q, 0, &k));
        ask(&at, RAO_FISHER_RAO_DISTANCE, p, q, 0, NULL, &d);
        LAW("the solver's distance is the closed one, and no further off than it says");
        EXPECT_REL(k.length, d, 1e-12);
        EXPECT_CLOSE(k.length, d, 10 * k.length_error + 1e-13 * d);
        LAW("its path is the closed one");
        rao_track_place(&k, 0.375, &e, &x);
        OK(ctx, rao_track_point(ctx, &k, e, x, y));
        ask(&at, RAO_FISHER_RAO_GEODESIC, p, q, 0.375, NULL, known);
        EXPECT_CLOSE((p[0] + y[0] - known[0]) / known[1], 0, 1e-11);
        EXPECT_REL(p[1] * exp(-y[1]), known[1], 1e-11);
        LAW("... and that of the e- and of the m-connection, in their time");
        for (int side = -1; side <= 1 && trial % 4 < 3; side += 2) { /* from Fisher-Rao to e is a long way for far pairs */
            OK(ctx, rao_track_solve(ctx, f, &normals, "path", p, q, side, &k));
            OK(ctx, rao_track_at_time(ctx, &k, 0.375, &e, &x));
            OK(ctx, rao_track_point(ctx, &k, e, x, y));
            ask(&at, side < 0 ? RAO_M_GEODESIC : RAO_E_GEODESIC, p, q, 0.375, NULL, known);
            EXPECT_CLOSE((p[0] + y[0] - known[0]) / known[1], 0, 1e-10);
            EXPECT_REL(p[1] * exp(-y[1]), known[1], 1e-10);
        }
        rao_scratch_reset(ctx, mark);
    }
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static rao_status body(rao_ctx *ctx, void *arg) {
    place at = {ctx, arg, 0};
    double x[2];
    return try_alpha(&at, (double[]){1, 2}, (double[]){3, 1}, 0.5, 0.5, x);
}

static int always(void *user) {
    (void)user;
    return 1;
}

static void cancelled(void **state) {
    (void)state;
    LAW("a search for a geodesic ends when it is cancelled, and says so");
    rao_ctx *ctx = rao_test_ctx();
    double x = 7;
    rao_family *gamma = make(ctx, "gamma", 0, 0), *mvn = make(ctx, "mvn", 2, 0);
    place at = {ctx, gamma, 0}, pair = {ctx, mvn, 0};
    rao_ctx_set_cancel(ctx, always, NULL);
    EXPECT_FAIL(ctx, try_ask(&at, RAO_FISHER_RAO_DISTANCE, (double[]){1, 2}, (double[]){3, 1}, 0, NULL, &x), RAO_ENUMERIC,
                "cancelled in the search for a geodesic");
    EXPECT_FAIL(ctx, try_ask(&pair, RAO_FISHER_RAO_DISTANCE, (double[]){0, 0, 1, 0, 0.1}, (double[]){1, 1, 0.1, 0, 1}, 0, NULL, &x),
                RAO_ENUMERIC, "cancelled in the search for a geodesic");
    EXPECT_CLOSE(x, 7, 0);
    rao_family_destroy(&gamma);
    rao_family_destroy(&mvn);
    rao_test_ctx_close(&ctx);
}

static void what_has_no_answer(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    double p[17], q[17], x[17] = {7};
    LAW("refusals name their reason, and the output stays");
    rao_family *f = make(ctx, "dirichlet", 17, 0);
    place at = {ctx, f, 0};
    for (int i = 0; i < 17; i++) p[i] = 1 + i, q[i] = 17 - i;
    EXPECT_FAIL(ctx, try_ask(&at, RAO_FISHER_RAO_DISTANCE, p, q, 0, NULL, x), RAO_EUNABLE, "at most 16 coordinates");
    EXPECT_CLOSE(x[0], 7, 0);
    rao_family_destroy(&f);
    f = make(ctx, "gamma", 0, 0), at.f = f;
    EXPECT_FAIL(ctx, try_ask(&at, RAO_FISHER_RAO_DISTANCE, (double[]){1e300, 1}, (double[]){1e-300, 1e-300}, 0, NULL, x), RAO_ENUMERIC,
                "too far apart");
    EXPECT_FAIL(ctx, try_alpha(&at, (double[]){100, 1}, (double[]){100, 3}, 0.5, 2, x), RAO_ENUMERIC, "as far as alpha = 1.0");
    EXPECT_CLOSE(x[0], 7, 0);
    rao_test_every_allocation_fails(body, f);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_match),       cmocka_unit_test(far_and_close_pairs),
        cmocka_unit_test(directions),         cmocka_unit_test(normals_are_solved_as_they_are_known),
        cmocka_unit_test(velocities_far_out), cmocka_unit_test(what_has_no_answer),
        cmocka_unit_test(cancelled),
    };
    return rao_test_run("manifold", tests, COUNT(tests));
}
