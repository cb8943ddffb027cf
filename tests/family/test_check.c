/* rao_family_check where x resolves no mass: at the ends of a support, beyond the doubles, at far locations. That the families are regular there is theory; what is
 * measured are their mass, the mean of their scores, and log p/q and the products of scores against differences. */
#include "rao_test.h"
#include <rao/family.h>

typedef struct member {
    const char *name, *fixed;
    double value;
    int64_t chart;
    double p[2];
} member;

static rao_family *make(rao_ctx *ctx, const member *m) {
    rao_family *f = NULL;
    rao_family_opts o;
    rao_fixed given = {m->fixed, m->value};
    rao_family_opts_init(&o);
    o.fixed = &given, o.fixed_count = m->fixed ? 1 : 0;
    OK(ctx, rao_family_create(ctx, m->name, &o, &f));
    return f;
}

static void narrow_and_far_members_are_sound(void **state) {
    (void)state;
    LAW("regular families are found sound where their x has no digits for it");
    static const member sound[] = {
        {"beta", NULL, 0, 0, {0.5, 0.5}},     {"beta", NULL, 0, 0, {3, 0.3}},        {"beta", NULL, 0, 0, {0.02, 0.02}},
        {"beta", NULL, 0, 0, {1e-8, 0.5}},    {"beta", NULL, 0, 0, {1e12, 1e12}},    {"beta", NULL, 0, 0, {1e12, 3}},
        {"beta", NULL, 0, 0, {1e-3, 1e12}},   {"gamma", NULL, 0, 0, {0.01, 1}},      {"gamma", NULL, 0, 0, {1e-8, 3}},
        {"gamma", NULL, 0, 2, {0.02, 3}},     {"gamma", NULL, 0, 3, {-0.5, -3}},     {"gamma", NULL, 0, 0, {1e8, 3}},
        {"weibull", NULL, 0, 0, {0.02, 1}},   {"weibull", NULL, 0, 0, {1e6, 1e100}}, {"inverse_gamma", NULL, 0, 0, {0.01, 1}},
        {"lognormal", NULL, 0, 0, {1, 100}},  {"normal", NULL, 0, 0, {1e10, 1}},     {"normal", NULL, 0, 1, {1e9, 0.1}},
        {"logistic", NULL, 0, 0, {-1e10, 1}}, {"student_t", "nu", 3, 0, {1e10, 1}},  {"cauchy", NULL, 0, 0, {1e8, 1e-3}},
        {"gumbel", NULL, 0, 0, {1e9, 1}},     {"von_mises", NULL, 0, 0, {0, 1e-3}},  {"von_mises", NULL, 0, 0, {1, 1e-5}},
        {"von_mises", NULL, 0, 0, {-2, 1e6}},
    };
    rao_ctx *ctx = rao_test_ctx();
    for (size_t i = 0; i < COUNT(sound); i++) {
        rao_family_report r;
        rao_family *f = make(ctx, &sound[i]);
        OK(ctx, rao_family_check(ctx, f, sound[i].chart, sound[i].p, &r));
        if (!r.sound) print_error("%s %g %g: %s\n", sound[i].name, sound[i].p[0], sound[i].p[1], r.sentence);
        EXPECT_TRUE(r.sound && fabs(r.mass - 1) < 1e-12 && r.score_mean < 1e-10 && r.score_gap < 1e-5 && r.fisher_gap < 1e-6);
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void far_verdicts_stay(void **state) {
    (void)state;
    LAW("a kink is found far away too, and locations that doubles do not tell apart are refused");
    rao_ctx *ctx = rao_test_ctx();
    rao_family_report r;
    rao_family *f = make(ctx, &(member){.name = "laplace"});
    OK(ctx, rao_family_check(ctx, f, 0, (double[]){1e9, 0.1}, &r));
    EXPECT_TRUE(r.integrates && r.scores_agree && r.scores_centred && !r.forms_agree && !r.sound && strstr(r.sentence, "kink"));
    rao_family_destroy(&f);
    f = make(ctx, &(member){.name = "normal"});
    EXPECT_FAIL(ctx, rao_family_check(ctx, f, 0, (double[]){1e16, 1}, &r), RAO_EDOMAIN, "no neighbours");
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(narrow_and_far_members_are_sound),
        cmocka_unit_test(far_verdicts_stay),
    };
    return rao_test_run("family: check", tests, COUNT(tests));
}
