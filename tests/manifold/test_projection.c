/* Projections: Pythagoras where the set is flat, a defect where it is not, closed forms, and comparison with neighbours. */
#include "manifold/manifold_cases.h"

#include <float.h>

typedef struct flat_case {
    manifold_case c;
    const char *chart;
    unsigned char held[CASE_MOST];
    double value[CASE_MOST];
} flat_case;

static int64_t chart_of(rao_ctx *ctx, const rao_family *f, const char *name) {
    int64_t chart;
    OK(ctx, rao_family_chart_index(ctx, f, name, &chart));
    return chart;
}

static void project(rao_ctx *ctx, const rao_family *f, rao_projection kind, const double *p, const rao_onto *onto, const double *r,
                    double *out, rao_projection_info *info) {
    OK(ctx, rao_project(ctx, f, kind, 0, p, onto, r, out, info));
}

/* A point of the set: the reference point of the case with the held coordinates put in. */
static void make_member(rao_ctx *ctx, const rao_family *f, const flat_case *k, const rao_onto *onto, double *r) {
    double c[CASE_MOST];
    OK(ctx, rao_family_convert(ctx, f, 0, k->c.q, onto->chart, c, NULL));
    for (int64_t i = 0; i < rao_family_tangent(f, 0); i++)
        if (k->held[i]) c[i] = k->value[i];
    OK(ctx, rao_family_convert(ctx, f, onto->chart, c, 0, r, NULL));
}

static const flat_case natural_cases[] = {
    {{"normal", 0, 0, {0.7, 1.3}, {-0.4, 2.1}}, "natural", {0, 1}, {0, -0.3}},
    {{"normal", 0, 0, {0.7, 1.3}, {-0.4, 2.1}}, "natural", {1, 0}, {2, 0}},
    {{"gamma", 0, 0, {2.5, 1.5}, {4, 0.5}}, "natural", {1, 0}, {0, 0}}, /* exponential laws */
    {{"gamma", 0, 0, {25, 1.5}, {4, 0.5}}, "natural", {0, 1}, {0, -7}},
    {{"mvn", 2, 0, {1, -1, 2, 0.7, 1}, {0, 0.5, 1, -0.3, 2}}, "natural", {0, 0, 0, 1, 0}, {0, 0, 0, 0, 0}}, /* independence */
    {{"mvn", 2, 0, {1, -1, 2, 0.7, 1}, {0, 0.5, 1, -0.3, 2}}, "natural", {1, 0, 1, 0, 0}, {0.5, 0, -1, 0, 0}},
    {{"categorical", 4, 0, {0.1, 0.3, 0.25, 0.35}, {0.2, 0.3, 0.2, 0.3}}, "natural", {0, 1, 0}, {0, 0.4, 0}},
};
static const flat_case expectation_cases[] = {
    {{"normal", 0, 0, {0.7, 1.3}, {4, 4}}, "expectation", {1, 0}, {5, 0}},
    {{"normal", 0, 0, {0.7, 1.3}, {-0.4, 2.1}}, "expectation", {0, 1}, {0, 0.5}},
    {{"gamma", 0, 0, {2.5, 1.5}, {4, 0.5}}, "expectation", {0, 1}, {0, 20}},
    {{"mvn", 2, 0, {1, -1, 2, 0.7, 1}, {0, 0.5, 1, -0.3, 2}}, "expectation", {1, 1, 0, 0, 0}, {0, 0, 0, 0, 0}},
    {{"categorical", 4, 0, {0.1, 0.3, 0.25, 0.35}, {0.2, 0.3, 0.2, 0.3}}, "expectation", {0, 1, 0}, {0, 0.4, 0}},
};

static void expect_pythagoras(rao_ctx *ctx, const flat_case *k, rao_projection kind, int free_quantity) {
    rao_family *f = case_family(ctx, &k->c);
    rao_onto onto;
    rao_onto_init(&onto);
    onto.chart = chart_of(ctx, f, k->chart), onto.held = k->held, onto.value = k->value;
    double r[CASE_MOST], s[CASE_MOST], held[CASE_MOST], kept[CASE_MOST], want[CASE_MOST];
    rao_projection_info info;
    make_member(ctx, f, k, &onto, r);
    project(ctx, f, kind, k->c.p, &onto, r, s, &info);
    double side = kind == RAO_M_PROJECTION ? case_number(ctx, f, RAO_KL, k->c.p, r) : case_number(ctx, f, RAO_KL, r, k->c.p);
    EXPECT_CLOSE(info.defect / side, 0, 1e-11);
    EXPECT_TRUE(info.divergence > 0 && info.divergence < side);
    OK(ctx, rao_family_convert(ctx, f, 0, s, onto.chart, held, NULL));
    case_ask(ctx, f, free_quantity, s, NULL, 0, kept);
    case_ask(ctx, f, free_quantity, k->c.p, NULL, 0, want);
    for (int64_t i = 0; i < rao_family_tangent(f, 0); i++) {
        if (k->held[i]) EXPECT_CLOSE(held[i], k->value[i], 1e-12);
        else EXPECT_CLOSE(kept[i], want[i], 1e-10);
    }
    rao_family_destroy(&f);
}

static void test_pythagoras(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("m onto held theta: eta of the others stays, and KL(p : r) = KL(p : s) + KL(s : r)");
    for (size_t i = 0; i < COUNT(natural_cases); i++) expect_pythagoras(ctx, &natural_cases[i], RAO_M_PROJECTION, RAO_EXPECTATION);
    LAW("e onto held eta: theta of the others stays, and KL(r : p) = KL(r : s) + KL(s : p)");
    for (size_t i = 0; i < COUNT(expectation_cases); i++) expect_pythagoras(ctx, &expectation_cases[i], RAO_E_PROJECTION, RAO_NATURAL);
    rao_test_ctx_close(&ctx);
}

static void test_closed(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *normal = NULL, *gamma = NULL, *cauchy = NULL;
    OK(ctx, rao_family_create(ctx, "normal", NULL, &normal));
    OK(ctx, rao_family_create(ctx, "gamma", NULL, &gamma));
    OK(ctx, rao_family_create(ctx, "cauchy", NULL, &cauchy));
    static const double p[] = {2, 3}, r[] = {-1, 5}, value[] = {-1, 7};
    static const unsigned char first[] = {1, 0}, second[] = {0, 1};
    rao_onto onto;
    rao_projection_info info;
    double s[2];
    rao_onto_init(&onto);
    onto.value = value, onto.held = first;
    LAW("normals of a fixed mean c are flat both ways: m gives var + (mu - c)^2, e keeps sigma, and neither has a defect");
    project(ctx, normal, RAO_M_PROJECTION, p, &onto, r, s, &info);
    EXPECT_REL(s[1], sqrt(9 + 9), 1e-13);
    EXPECT_CLOSE(info.defect, 0, 1e-14);
    project(ctx, normal, RAO_E_PROJECTION, p, &onto, r, s, &info);
    EXPECT_REL(s[1], 3, 1e-12);
    EXPECT_CLOSE(info.defect, 0, 1e-13);
    LAW("gammas of a fixed shape are e-flat: the m-projection keeps the mean");
    static const double q[] = {7, 2}, gamma_point[] = {2, 3};
    onto.held = first;
    static const double seven[] = {7, 0};
    onto.value = seven;
    project(ctx, gamma, RAO_M_PROJECTION, gamma_point, &onto, q, s, &info);
    EXPECT_REL(s[0] / s[1], 2.0 / 3, 1e-13);
    EXPECT_CLOSE(info.defect, 0, 1e-13);
    LAW("... and not m-flat: the e-projection, which keeps psi's equation 7 log(rate) ..., leaves a defect");
    project(ctx, gamma, RAO_E_PROJECTION, gamma_point, &onto, q, s, &info);
    EXPECT_TRUE(fabs(info.defect) > 1e-3);
    double there[2], left = case_number(ctx, gamma, RAO_KL, s, gamma_point);
    for (int side = -1; side <= 1; side += 2) {
        there[0] = 7, there[1] = s[1] * (1 + side * 1e-3);
        EXPECT_TRUE(case_number(ctx, gamma, RAO_KL, there, gamma_point) > left);
    }
    LAW("without an exponential family the m-projection is found all the same: Cauchy onto a fixed scale keeps x0");
    onto.held = second, onto.value = value;
    project(ctx, cauchy, RAO_M_PROJECTION, p, &onto, NULL, s, &info);
    EXPECT_CLOSE(s[0], 2, 1e-12);
    rao_family_destroy(&normal), rao_family_destroy(&gamma), rao_family_destroy(&cauchy);
    rao_test_ctx_close(&ctx);
}

static void test_independence(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    static const manifold_case three = {"mvn", 3, 0, {1, 0, -1, 2, 0.3, -0.2, 1, 0.1, 1.5}, {0}};
    static const double member[] = {0.5, 0.5, 0, 1, 0.2, 0, 3, 0, 2};
    static const int64_t blocks[] = {2, 1}, table[] = {2, 3};
    rao_family *f = case_family(ctx, &three);
    rao_onto onto;
    rao_projection_info info;
    double s[CASE_MOST];
    rao_onto_init(&onto);
    onto.block_count = 2, onto.block = blocks;
    LAW("independent blocks: m keeps mean and blocks, its divergence is the mutual information, Pythagoras holds");
    project(ctx, f, RAO_M_PROJECTION, three.p, &onto, member, s, &info);
    static const double want[] = {1, 0, -1, 2, 0.3, 0, 1, 0, 1.5};
    for (int i = 0; i < 9; i++) EXPECT_CLOSE(s[i], want[i], 0);
    double det = 2 * (1 * 1.5 - 0.01) - 0.3 * (0.3 * 1.5 + 0.02) - 0.2 * (0.03 + 0.2);
    EXPECT_REL(info.divergence, 0.5 * log((2 * 1 - 0.09) * 1.5 / det), 1e-13);
    EXPECT_CLOSE(info.defect, 0, 1e-14);
    LAW("... e is least among its neighbours in the set");
    project(ctx, f, RAO_E_PROJECTION, three.p, &onto, NULL, s, &info);
    double least = case_number(ctx, f, RAO_KL, s, three.p);
    EXPECT_REL(info.divergence, least, 4 * DBL_EPSILON);
    static const int64_t inside[] = {0, 1, 2, 3, 4, 6, 8};
    for (size_t i = 0; i < COUNT(inside); i++)
        for (int side = -1; side <= 1; side += 2) {
            double near[9];
            memcpy(near, s, sizeof near);
            near[inside[i]] += side * 1e-3;
            EXPECT_TRUE(case_number(ctx, f, RAO_KL, near, three.p) > least);
        }
    rao_family_destroy(&f);
    LAW("a table: the product of its margins");
    static const manifold_case cells = {"categorical", 6, 0, {0.1, 0.05, 0.2, 0.3, 0.15, 0.2}, {0}};
    f = case_family(ctx, &cells);
    onto.block = table;
    project(ctx, f, RAO_M_PROJECTION, cells.p, &onto, NULL, s, &info);
    static const double rows[] = {0.35, 0.65}, columns[] = {0.4, 0.2, 0.4};
    double information = 0;
    for (int i = 0; i < 6; i++) {
        EXPECT_REL(s[i], rows[i / 3] * columns[i % 3], 4 * DBL_EPSILON);
        information += cells.p[i] * log(cells.p[i] / (rows[i / 3] * columns[i % 3]));
    }
    EXPECT_REL(info.divergence, information, 1e-13);
    double out[6];
    EXPECT_FAIL(ctx, rao_project(ctx, f, RAO_E_PROJECTION, 0, cells.p, &onto, NULL, out, NULL), RAO_EUNABLE, "no unique answer");
    onto.block = blocks;
    EXPECT_FAIL(ctx, rao_project(ctx, f, RAO_M_PROJECTION, 0, cells.p, &onto, NULL, out, NULL), RAO_EINVAL, "multiply to 6");
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static rao_status body(rao_ctx *ctx, void *arg) {
    static const double p[] = {2, 3}, value[] = {7, 0};
    static const unsigned char held[] = {1, 0};
    rao_onto onto;
    double s[2];
    rao_onto_init(&onto);
    onto.held = held, onto.value = value;
    return rao_project(ctx, arg, RAO_E_PROJECTION, 0, p, &onto, NULL, s, NULL);
}

static void test_refusals(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *gamma = NULL, *categorical = NULL, *cauchy = NULL;
    OK(ctx, rao_family_create(ctx, "gamma", NULL, &gamma));
    OK(ctx, rao_family_create(ctx, "cauchy", NULL, &cauchy));
    OK(ctx, rao_family_create(ctx, "categorical", NULL, &categorical));
    double p[] = {2, 3}, value[] = {-7, 0}, s[] = {9, 9}, half[] = {0.5, 0.5}, r[] = {1, 1};
    unsigned char held[] = {1, 0};
    rao_onto onto;
    rao_onto_init(&onto);
    LAW("what is wrong is said in a sentence, and the output stays");
    EXPECT_FAIL(ctx, rao_project(ctx, gamma, RAO_M_PROJECTION, 0, p, &onto, NULL, s, NULL), RAO_EINVAL, "needs the coordinates");
    onto.held = held, onto.value = value;
    EXPECT_FAIL(ctx, rao_project(ctx, gamma, RAO_M_PROJECTION, 0, p, &onto, NULL, s, NULL), RAO_EDOMAIN, "shape");
    value[0] = 7;
    EXPECT_FAIL(ctx, rao_project(ctx, gamma, RAO_M_PROJECTION, 0, p, &onto, r, s, NULL), RAO_EDOMAIN, "the set holds it at 7");
    EXPECT_FAIL(ctx, rao_project(ctx, cauchy, RAO_E_PROJECTION, 0, p, &onto, NULL, s, NULL), RAO_EUNABLE, "m-projections only");
    EXPECT_FAIL(ctx, rao_project(ctx, categorical, RAO_M_PROJECTION, 0, half, &onto, NULL, s, NULL), RAO_EINVAL, "want natural");
    onto.chart = 99;
    EXPECT_FAIL(ctx, rao_project(ctx, gamma, RAO_M_PROJECTION, 0, p, &onto, NULL, s, NULL), RAO_EINVAL, "chart 99");
    EXPECT_TRUE(s[0] == 9 && s[1] == 9);
    rao_test_every_allocation_fails(body, gamma);
    rao_family_destroy(&gamma), rao_family_destroy(&categorical), rao_family_destroy(&cauchy);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pythagoras), cmocka_unit_test(test_closed),
                                       cmocka_unit_test(test_independence), cmocka_unit_test(test_refusals)};
    return rao_test_run("manifold", tests, COUNT(tests));
}
