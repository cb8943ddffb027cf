/* Fisher-Rao geometry of families of one parameter that their user defined, against the closed forms of the families that they spell. */
#include "manifold/make.h"

typedef struct spelling {
    const char *known;
    double fixed;
    rao_coordinate coordinate;
    const char *log_density, *low, *high, *density;
    int discrete, unnormalised;
    double p, q, velocity;
    double off; /* of a velocity that leaves the family; 0: none does */
    double tol;
} spelling;

static const spelling rows[] = {
    {"exponential", 0, {"rate", 0, HUGE_VAL}, "log(rate) - rate*x", "0", NULL, NULL, 0, 0, 2.5, 0.3, -20, 0, 1e-11},
    {"exponential", 0, {"rate", 0, HUGE_VAL}, "log(rate) - rate*x", "0", NULL, NULL, 0, 0, 1e-8, 1e8, 3e-8, 0, 1e-10},
    {"exponential", 0, {"rate", 0, HUGE_VAL}, "-rate*x", "0", NULL, NULL, 0, 1, 2.5, 2.500001, 20, 0, 1e-9},
    {"rayleigh", 0, {"sigma", 0, HUGE_VAL}, "log(x) - 2*log(sigma) - (x/sigma)^2/2", "0", NULL, NULL, 0, 0, 2, 30, -1, 0, 1e-11},
    {"poisson", 0, {"lambda", 0, HUGE_VAL}, "x*log(lambda) - lambda - lgamma(x + 1)", "0", NULL, NULL, 1, 0, 4, 1e-6, -3, -9, 1e-11},
    {"bernoulli", 0, {"p", 0, 1}, "x*log(p) + (1 - x)*log1p(-p)", "0", "1", NULL, 1, 0, 0.1, 0.95, 0.5, 2, 1e-11},
    {"geometric0", 0, {"p", 0, 1}, "log(p) + x*log1p(-p)", "0", NULL, NULL, 1, 0, 0.8, 0.1, -0.5, 0, 1e-10},
};

static rao_family *define(rao_ctx *ctx, const spelling *s) {
    rao_family *f = NULL;
    rao_family_definition d;
    rao_family_definition_init(&d);
    d.coordinates = &s->coordinate, d.coordinate_count = 1;
    d.log_density = s->log_density, d.density = s->density, d.low = s->low, d.high = s->high, d.discrete = s->discrete,
    d.unnormalised = s->unnormalised;
    OK(ctx, rao_family_define(ctx, &d, &f));
    return f;
}

static rao_status try(rao_ctx *ctx, const rao_family *f, int quantity, double p, double q, double t, double v, double *out,
                      rao_quality *quality) {
    rao_family_args a;
    rao_family_args_init(&a);
    a.p = rao_points_of(&p, 0), a.q = rao_points_of(&q, 0), a.t = rao_points_of(&t, 0), a.velocity = rao_points_of(&v, 0);
    a.quality = quality;
    return rao_manifold_eval(ctx, f, quantity, &a, out, 0);
}

static void agree(rao_ctx *ctx, const rao_family *own, const rao_family *known, const spelling *s, int quantity, double t) {
    double got = NAN, want = NAN;
    rao_quality quality = {RAO_CLOSED, 0};
    OK(ctx, try(ctx, known, quantity, s->p, s->q, t, s->velocity, &want, NULL));
    OK(ctx, try(ctx, own, quantity, s->p, s->q, t, s->velocity, &got, &quality));
    EXPECT_REL(got, want, s->tol);
    EXPECT_TRUE(quality.method == RAO_QUADRATURE && quality.error < 1e-6 * fabs(want));
    EXPECT_TRUE(fabs(got - want) <= 10 * quality.error + 1e-12 * fabs(want));
}

static void spelt_out_they_have_the_known_geometry(void **state) {
    (void)state;
    LAW("distance, geodesic, exp and log of a density of one parameter are those of the family that it spells, with their error");
    rao_ctx *ctx = rao_test_ctx();
    for (size_t i = 0; i < COUNT(rows); i++) {
        rao_family *own = define(ctx, &rows[i]), *known = make(ctx, rows[i].known, 0, rows[i].fixed);
        double value = 7;
        agree(ctx, own, known, &rows[i], RAO_FISHER_RAO_DISTANCE, 0);
        agree(ctx, own, known, &rows[i], RAO_LOG_MAP, 0);
        agree(ctx, own, known, &rows[i], RAO_EXP_MAP, 0);
        agree(ctx, own, known, &rows[i], RAO_FISHER_RAO_GEODESIC, 0.25);
        agree(ctx, own, known, &rows[i], RAO_FISHER_RAO_GEODESIC, 0.75);
        if (rows[i].off != 0) {
            EXPECT_FAIL(ctx, try(ctx, own, RAO_EXP_MAP, rows[i].p, 0, 0, rows[i].off, &value, NULL), RAO_EDOMAIN, "edge");
            EXPECT_CLOSE(value, 7, 0);
        }
        OK(ctx, try(ctx, own, RAO_FISHER_RAO_DISTANCE, rows[i].p, rows[i].p, 0, 0, &value, NULL));
        EXPECT_CLOSE(value, 0, 0);
        rao_family_destroy(&own), rao_family_destroy(&known);
    }
    rao_test_ctx_close(&ctx);
}

static void weights_of_two_normals(void **state) {
    (void)state;
    ORACLE("distance of p N(0, 1) + (1 - p) N(3, 1), p = 0.1 to 0.9", "mpmath 30 digits, nested quadrature");
    rao_ctx *ctx = rao_test_ctx();
    rao_quality quality;
    double value, back;
    const spelling s = {.coordinate = {"p", 0, 1}, .density = "(p*exp(-x^2/2) + (1 - p)*exp(-(x - 3)^2/2))/sqrt(2*pi)"};
    rao_family *f = define(ctx, &s);
    OK(ctx, try(ctx, f, RAO_FISHER_RAO_DISTANCE, 0.1, 0.9, 0, 0, &value, &quality));
    EXPECT_REL(value, 1.63533302408772860342, 1e-11);
    LAW("exp inverts log");
    OK(ctx, try(ctx, f, RAO_LOG_MAP, 0.1, 0.9, 0, 0, &value, NULL));
    OK(ctx, try(ctx, f, RAO_EXP_MAP, 0.1, 0, 0, value, &back, NULL));
    EXPECT_REL(back, 0.9, 1e-10);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void one_component(void **state) {
    (void)state;
    LAW("a mixture of one component has its geometry");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *part = make(ctx, "poisson", 0, 0), *f = NULL;
    const double p[2] = {1, 4}, q[2] = {1, 9}, v = 4;
    double d, point[2];
    rao_family_args a;
    OK(ctx, rao_family_mixture(ctx, 1, (const rao_family *const[]){part}, &f));
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.velocity = rao_points_of(&v, 0);
    OK(ctx, rao_manifold_eval(ctx, f, RAO_FISHER_RAO_DISTANCE, &a, &d, 0));
    EXPECT_REL(d, 2, 1e-11);
    OK(ctx, rao_manifold_eval(ctx, f, RAO_EXP_MAP, &a, point, 0));
    EXPECT_CLOSE(point[0], 1, 0);
    EXPECT_REL(point[1], 9, 1e-11);
    rao_family_destroy(&part), rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void refusals(void **state) {
    (void)state;
    LAW("no distance where the family is not regular");
    rao_ctx *ctx = rao_test_ctx();
    double value = 7;
    const spelling s = {.coordinate = {"theta", 0, HUGE_VAL}, .log_density = "-log(theta)", .low = "0", .high = "theta"};
    rao_family *f = define(ctx, &s);
    EXPECT_FAIL(ctx, try(ctx, f, RAO_FISHER_RAO_DISTANCE, 1, 2, 0, 0, &value, NULL), RAO_EDOMAIN, "not a regular family");
    EXPECT_CLOSE(value, 7, 0);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static rao_status ask_exp(rao_ctx *ctx, void *arg) {
    rao_status st;
    rao_family *f = NULL;
    rao_family_definition d;
    double value;
    rao_family_definition_init(&d);
    d.coordinates = arg, d.coordinate_count = 1, d.log_density = "log(rate) - rate*x", d.low = "0";
    RAO_TRY(rao_family_define(ctx, &d, &f));
    RAO_TRY(try(ctx, f, RAO_EXP_MAP, 1, 0, 0, -0.5, &value, NULL));
done:
    rao_family_destroy(&f);
    return st;
}

static void failed_allocations(void **state) {
    (void)state;
    rao_coordinate rate = {"rate", 0, HUGE_VAL};
    rao_test_every_allocation_fails(ask_exp, &rate);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(spelt_out_they_have_the_known_geometry), cmocka_unit_test(weights_of_two_normals),
                                       cmocka_unit_test(one_component), cmocka_unit_test(refusals), cmocka_unit_test(failed_allocations)};
    return rao_test_run("manifold", tests, COUNT(tests));
}
