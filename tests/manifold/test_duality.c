/* Straight lines in theta and eta: each is held to the coordinates that the family gives itself, and to laws that need none. */
#include "manifold/manifold_cases.h"

#include <float.h>

static void expect_straight(rao_ctx *ctx, const manifold_case *c, int quantity, int coordinates, double tolerance) {
    rao_family *f = case_family(ctx, c);
    static const double places[] = {0, 0.25, 0.5, 0.9, 1};
    double a[CASE_MOST], b[CASE_MOST], middle[CASE_MOST], got[CASE_MOST];
    int64_t n = rao_manifold_answer(f, 0, coordinates);
    case_ask(ctx, f, coordinates, c->p, NULL, 0, a);
    case_ask(ctx, f, coordinates, c->q, NULL, 0, b);
    for (size_t i = 0; i < COUNT(places); i++) {
        double t = places[i];
        case_ask(ctx, f, quantity, c->p, c->q, t, middle);
        case_ask(ctx, f, coordinates, middle, NULL, 0, got);
        for (int64_t j = 0; j < n; j++) {
            double scale = fmax(fabs(a[j]), fabs(b[j])) + 1;
            EXPECT_CLOSE((got[j] - ((1 - t) * a[j] + t * b[j])) / scale, 0, tolerance);
        }
    }
    rao_family_destroy(&f);
}

static void test_straight(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("theta of the e-geodesic is (1 - t) theta_p + t theta_q; eta of the m-geodesic is (1 - t) eta_p + t eta_q");
    for (size_t i = 0; i < COUNT(exponential_cases); i++) {
        const manifold_case *c = &exponential_cases[i];
        /* conditioning of theta and eta as functions of the coordinates, ten-fold at most in these cases, and of digamma's inverse */
        expect_straight(ctx, c, RAO_E_GEODESIC, RAO_NATURAL, 1e-13);
        expect_straight(ctx, c, RAO_M_GEODESIC, RAO_EXPECTATION, 1e-12);
    }
    rao_test_ctx_close(&ctx);
}

/* Every registered exponential family stands among the cases. */
static void test_all(void **state) {
    (void)state;
    LAW("every exponential family has both lines; every other says that it has none");
    rao_ctx *ctx = rao_test_ctx();
    for (int64_t i = 0; rao_family_list(i); i++) {
        int found = 0;
        for (size_t j = 0; j < COUNT(exponential_cases); j++) found |= !strcmp(exponential_cases[j].family, rao_family_list(i)->name);
        EXPECT_EQ(found, rao_family_list(i)->exponential);
    }
    rao_family *cauchy = NULL;
    double p[] = {0, 1}, t = 0.5, out[2];
    rao_family_args a;
    rao_family_args_init(&a);
    a.p = a.q = rao_points_of(p, 0), a.t = rao_points_of(&t, 0);
    OK(ctx, rao_family_create(ctx, "cauchy", NULL, &cauchy));
    EXPECT_FAIL(ctx, rao_manifold_eval(ctx, cauchy, RAO_E_GEODESIC, &a, out, 2), RAO_EUNABLE, "not an exponential family");
    rao_family_destroy(&cauchy);
    rao_test_ctx_close(&ctx);
}

static void test_triangle(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("d/dt KL(p : m) at the ends of the e-geodesic: (1-t) KL(m : p) + t KL(m : q) is least there, by Bhattacharyya's skew distance");
    /* (1-t) KL(r : p) + t KL(r : q) = KL(r : e) + constant for every r, with e the e-geodesic at t; with KL(p : r), the m-geodesic */
    for (size_t i = 0; i < COUNT(exponential_cases); i++) {
        const manifold_case *c = &exponential_cases[i];
        rao_family *f = case_family(ctx, c);
        double e[CASE_MOST], m[CASE_MOST], t = 0.3;
        case_ask(ctx, f, RAO_E_GEODESIC, c->p, c->q, t, e);
        case_ask(ctx, f, RAO_M_GEODESIC, c->p, c->q, t, m);
        double constant = (1 - t) * case_number(ctx, f, RAO_KL, e, c->p) + t * case_number(ctx, f, RAO_KL, e, c->q);
        double want = case_number(ctx, f, RAO_KL, m, e) + constant;
        EXPECT_REL((1 - t) * case_number(ctx, f, RAO_KL, m, c->p) + t * case_number(ctx, f, RAO_KL, m, c->q), want, 1e-11);
        constant = (1 - t) * case_number(ctx, f, RAO_KL, c->p, m) + t * case_number(ctx, f, RAO_KL, c->q, m);
        want = case_number(ctx, f, RAO_KL, m, e) + constant;
        EXPECT_REL((1 - t) * case_number(ctx, f, RAO_KL, c->p, e) + t * case_number(ctx, f, RAO_KL, c->q, e), want, 1e-11);
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

typedef struct extreme {
    manifold_case c;
    double t;
    double e[4], m[4]; /* by mpmath, tests/oracle/duality.py */
} extreme;
#include "manifold/oracle_duality.h"

static void test_extremes(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    ORACLE("points of straight lines at extremes", "mpmath 60 digits, tests/oracle/duality.py");
    for (size_t i = 0; i < COUNT(extremes); i++) {
        const extreme *x = &extremes[i];
        rao_family *f = case_family(ctx, &x->c);
        double out[CASE_MOST];
        case_ask(ctx, f, RAO_E_GEODESIC, x->c.p, x->c.q, x->t, out);
        for (int64_t j = 0; j < rao_family_coords(f, 0); j++) EXPECT_REL(out[j], x->e[j], 1e-12);
        case_ask(ctx, f, RAO_M_GEODESIC, x->c.p, x->c.q, x->t, out);
        for (int64_t j = 0; j < rao_family_coords(f, 0); j++) EXPECT_REL(out[j], x->m[j], 1e-12);
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void refuse(rao_ctx *ctx, const manifold_case *c, int quantity, double t, rao_status status, const char *part) {
    rao_family *f = case_family(ctx, c);
    rao_family_args a;
    double out[CASE_MOST];
    rao_family_args_init(&a);
    a.p = rao_points_of(c->p, 0), a.q = rao_points_of(c->q, 0), a.t = rao_points_of(&t, 0);
    EXPECT_FAIL(ctx, rao_manifold_eval(ctx, f, quantity, &a, out, CASE_MOST), status, part);
    rao_family_destroy(&f);
}

static void test_edges(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("a line that leaves the family says where, and laws without a common outcome have no e-geodesic");
    refuse(ctx, &exponential_cases[0], RAO_E_GEODESIC, 3, RAO_EDOMAIN, "normal: the mean leaves the family: 1/sigma^2");
    refuse(ctx, &exponential_cases[0], RAO_M_GEODESIC, 9, RAO_EDOMAIN, "sigma^2");
    refuse(ctx, &exponential_cases[0], RAO_M_GEODESIC, (double)INFINITY, RAO_EDOMAIN, "t = inf");
    refuse(ctx, &exponential_cases[0], RAO_M_GEODESIC, (double)NAN, RAO_EDOMAIN, "t is NaN");
    static const manifold_case apart = {"categorical", 2, 0, {1, 0}, {0, 1}}, ends = {"bernoulli", 0, 0, {0}, {1}},
                               circle = {"von_mises", 0, 0, {0, 2}, {3.14159265358979323846, 2}};
    refuse(ctx, &apart, RAO_E_GEODESIC, 0.5, RAO_EDOMAIN, "share no class");
    refuse(ctx, &ends, RAO_E_GEODESIC, 0.5, RAO_EDOMAIN, "share no outcome");
    refuse(ctx, &circle, RAO_E_GEODESIC, 0.5, RAO_EDOMAIN, "kappa = 0");
    static const manifold_case shared = {"categorical", 3, 0, {0, 0.5, 0.5}, {0.5, 0.2, 0.3}};
    rao_family *f = case_family(ctx, &shared);
    double out[3];
    case_ask(ctx, f, RAO_E_GEODESIC, shared.p, shared.q, 0.5, out);
    EXPECT_CLOSE(out[0], 0, 0);
    EXPECT_REL(out[1] / out[2], sqrt(0.5 * 0.2) / sqrt(0.5 * 0.3), 4 * DBL_EPSILON);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_straight), cmocka_unit_test(test_all), cmocka_unit_test(test_triangle),
                                       cmocka_unit_test(test_extremes), cmocka_unit_test(test_edges)};
    return rao_test_run("manifold", tests, COUNT(tests));
}
