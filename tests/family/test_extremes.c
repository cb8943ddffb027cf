/* Every quantity of every family at the ends of what doubles hold: an answer that is no NaN and breaks no inequality, or a sentence. The sentence that an
 * answer "is not defined" is allowed on the edges of families only. */
#include <float.h>

#include "rao_test.h"
#include <rao/family.h>

enum { MOST = 24 };

/* What a coordinate may be, by its kind: r real, + a scale, a shape (of gammas), b a shape (of beta and Dirichlet), k a concentration, l a rate of counts,
 * p a probability. */
static const double reals[] = {0, 1, -1, 1e15, -1e15, 1e-300, 1e8};
static const double scales[] = {1, 0.5, 3, 1e-8, 1e6, 1e12, 1e-150, 1e5};
static const double shapes[] = {1, 0.5, 3, 1e-8, 1e6, 1e12, 2};
static const double alphas[] = {1, 0.5, 3, 1e-8, 1e6, 1e-3, 200};
static const double kappas[] = {1, 0.5, 1e5, 1e-8, 40};
static const double rates[] = {1, 1e12, 1e-300, 30, 1e6, 1e-8};
static const double units[] = {0.5, 0.25, 1e-12, 1 - 1e-12, 1e-300, 0, 1, 0.999, DBL_EPSILON};
/* Anything. */
static const double wild[] = {0, 1, -1, 1e15, 1e-300, 5e-324, 1e300, -1e300, 1e150, 1e-150, 1e12, 0.5, 2};

typedef struct extreme {
    const char *family, *kinds; /* a letter for each coordinate of chart 0; S: a whole probability vector of this many classes */
    int64_t dimension;
    double fixed;
} extreme;

static const extreme cases[] = {
    {"normal", "r+", 0, 0},
    {"isotropic_normal", "rr+", 2, 0},
    {"diagonal_normal", "rr++", 2, 0},
    {"lognormal", "r+", 0, 0},
    {"exponential", "+", 0, 0},
    {"gamma", "a+", 0, 0},
    {"inverse_gamma", "a+", 0, 0},
    {"beta", "bb", 0, 0},
    {"dirichlet", "bbb", 3, 0},
    {"bernoulli", "p", 0, 0},
    {"binomial", "p", 0, 12},
    {"binomial", "p", 0, 1e12},
    {"geometric", "p", 0, 0},
    {"geometric0", "p", 0, 0},
    {"negative_binomial", "p", 0, 2.5},
    {"poisson", "l", 0, 0},
    {"categorical", "SSS", 3, 0},
    {"multinomial", "SSS", 3, 7},
    {"weibull", "++", 0, 0},
    {"gumbel", "r+", 0, 0},
    {"cauchy", "r+", 0, 0},
    {"student_t", "r+", 0, 3.5},
    {"laplace", "r+", 0, 0},
    {"logistic", "r+", 0, 0},
    {"rayleigh", "+", 0, 0},
    {"pareto", "+", 0, 1.5},
    {"inverse_gaussian", "++", 0, 0},
    {"von_mises", "rk", 0, 0},
    {"uniform", "rr", 0, 0},
    {"mvn", "r+", 1, 0},
    {"mvn", "rr+r+", 2, 0},
    {"wishart", "+r+", 2, 5},
    {"normal_mixture3", "pr+", 0, 0},
};

static double pick(const double *list, size_t n, uint64_t step, uint64_t index) {
    return list[rao_below_at(rao_stream_make(rao_test_seed(), 91), step, index, (int64_t)n)];
}

/* Point number i of a case. */
static void draw_point(const extreme *c, int i, int anything, double *p) {
    double sum = 0;
    for (size_t j = 0; c->kinds[j]; j++) {
        uint64_t at = (uint64_t)j;
        if (anything) {
            p[j] = pick(wild, COUNT(wild), (uint64_t)i, at);
            continue;
        }
        switch (c->kinds[j]) {
        case 'r': p[j] = pick(reals, COUNT(reals), (uint64_t)i, at); break;
        case '+': p[j] = pick(scales, COUNT(scales), (uint64_t)i, at); break;
        case 'a': p[j] = pick(shapes, COUNT(shapes), (uint64_t)i, at); break;
        case 'b': p[j] = pick(alphas, COUNT(alphas), (uint64_t)i, at); break;
        case 'k': p[j] = pick(kappas, COUNT(kappas), (uint64_t)i, at); break;
        case 'l': p[j] = pick(rates, COUNT(rates), (uint64_t)i, at); break;
        case 'p': p[j] = pick(units, COUNT(units), (uint64_t)i, at); break;
        default: p[j] = pick(units, COUNT(units), (uint64_t)i, at); sum += p[j];
        }
    }
    if (sum > 0)
        for (size_t j = 0; c->kinds[j]; j++) p[j] /= sum;
}

static int on_edge(const extreme *c, const double *p) {
    int edge = 0;
    for (size_t j = 0; c->kinds[j]; j++) edge |= (c->kinds[j] == 'p' || c->kinds[j] == 'S') && (p[j] == 0 || p[j] == 1);
    return edge || (!strcmp(c->family, "normal_mixture3") && p[0] < 1e-200); /* its matrix grows like 1/pi */
}

/* A place so far out that neighbouring doubles are no longer close beside a scale: no integral over it can be exact. */
static int lost_in_rounding(const extreme *c, const double *p, const double *q) {
    double far = 0, least = INFINITY;
    for (size_t j = 0; c->kinds[j]; j++) {
        if (c->kinds[j] == 'r') far = fmax(far, fmax(fabs(p[j]), fabs(q[j])));
        if (c->kinds[j] == '+') least = fmin(least, fmin(p[j], q[j]));
    }
    return least < 1e-6 * far;
}

typedef struct sweep {
    rao_ctx *ctx;
    rao_family *f;
    const extreme *c;
    int answered, refused, anything;
} sweep;

static void complain(const sweep *s, const char *what, rao_quantity quantity, const double *p, const double *q, double x) {
    print_error("%s %s: %s at p =", s->c->family, rao_quantity_name(quantity), what);
    for (size_t j = 0; s->c->kinds[j]; j++) print_error(" %.17g", p[j]);
    print_error(", q =");
    for (size_t j = 0; s->c->kinds[j]; j++) print_error(" %.17g", q[j]);
    print_error(", x = %.17g\n", x);
}

/* Whether the answer to one question may stand. */
static int acceptable(sweep *s, rao_quantity quantity, const double *p, const double *q, const double *x, int edge) {
    static double out[MOST * MOST];
    rao_family_args a;
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.x = rao_points_of(x, 0);
    rao_status st = rao_family_eval(s->ctx, s->f, quantity, &a, out, 0);
    if (st) {
        const char *sentence = rao_ctx_message(s->ctx);
        s->refused++;
        int named = sentence[0] != 0 && (st == RAO_EDOMAIN || st == RAO_EUNABLE || st == RAO_ENUMERIC);
        int overflows = strstr(sentence, "has no value here") != NULL && quantity != RAO_KL_HESSIAN_AT && /* 1/sigma^4 */
                        !(quantity == RAO_KL_GRADIENT && !rao_family_describe(s->f)->regular);            /* KL is infinite around q */
        int unreached = st == RAO_ENUMERIC && !lost_in_rounding(s->c, p, q) && quantity != RAO_KL_HESSIAN_AT;
        int good = named && ((!overflows && !unreached) || edge || s->anything);
        if (!good) complain(s, sentence, quantity, p, q, x[0]);
        return good;
    }
    s->answered++;
    int64_t n = rao_family_answer(s->f, 0, quantity), m = rao_family_tangent(s->f, 0);
    int good = 1;
    for (int64_t i = 0; i < n; i++) good &= !isnan(out[i]);
    if (quantity == RAO_KL || quantity == RAO_BREGMAN || quantity == RAO_FISHER_DET) good &= out[0] >= 0;
    for (int64_t i = 0; quantity == RAO_FISHER && i < m; i++) good &= out[i * (m + 1)] >= 0;
    if (!good) complain(s, "a bad answer", quantity, p, q, x[0]);
    return good;
}

static void sweep_case(rao_ctx *ctx, const extreme *c, int anything) {
    rao_family_opts o;
    rao_fixed fixed = {NULL, c->fixed};
    const rao_family_info *info = NULL;
    sweep s = {.ctx = ctx, .c = c, .anything = anything};
    rao_family_opts_init(&o);
    for (int64_t i = 0; (info = rao_family_list(i)) && strcmp(info->name, c->family);) i++;
    o.dimension = info->dimension ? c->dimension : 0;
    if (info->fixed) fixed.name = info->fixed, o.fixed = &fixed, o.fixed_count = 1;
    OK(ctx, rao_family_create(ctx, c->family, &o, &s.f));
    EXPECT_EQ(rao_family_coords(s.f, 0), (int64_t)strlen(c->kinds));
    int bad = 0;
    for (int i = 0; i < 30; i++) {
        double p[MOST], q[MOST], x[MOST] = {0}, value;
        draw_point(c, 2 * i, anything, p), draw_point(c, 2 * i + 1, anything, q);
        if (i % 3 == 0) memcpy(q, p, sizeof q);
        if (rao_family_sample(ctx, s.f, 0, p, rao_stream_make(1, 1), 0, i, 1, x, rao_family_observation(s.f)) != RAO_OK)
            continue; /* p is no point */
        for (int64_t j = 0; j < rao_family_observation(s.f); j++) bad += isnan(x[j]);
        if (rao_family_logpdf(ctx, s.f, 0, q, x, &value) == RAO_EDOMAIN) continue;
        for (int quantity = 0; quantity < RAO_QUANTITIES; quantity++)
            bad += !acceptable(&s, (rao_quantity)quantity, p, q, x, on_edge(c, p) || on_edge(c, q));
    }
    printf("%-18s %5d answers, %4d refusals\n", c->family, s.answered, s.refused), fflush(stdout);
    EXPECT_TRUE(s.answered > 0 || anything);
    EXPECT_EQ(bad, 0);
    rao_family_destroy(&s.f);
}

static void sweep_all(int anything) {
    rao_ctx *ctx = rao_test_ctx();
    const char *only = getenv("RAO_TEST_FAMILY");
    for (size_t i = 0; i < COUNT(cases); i++)
        if (!only || !strcmp(only, cases[i].family)) sweep_case(ctx, &cases[i], anything);
    rao_test_ctx_close(&ctx);
}

static void at_the_ends(void **state) {
    (void)state;
    LAW("at the ends of each coordinate's range an answer; only on the edges of families may it have no value");
    sweep_all(0);
}

static void anywhere(void **state) {
    (void)state;
    LAW("whatever doubles are given, a number or a sentence, never NaN");
    sweep_all(1);
}

static void every_family_is_swept(void **state) {
    (void)state;
    for (int64_t i = 0; rao_family_list(i); i++) {
        int found = 0;
        for (size_t c = 0; c < COUNT(cases); c++) found |= !strcmp(cases[c].family, rao_family_list(i)->name);
        if (!found) print_error("no extremes for %s\n", rao_family_list(i)->name);
        EXPECT_TRUE(found);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_family_is_swept), cmocka_unit_test(at_the_ends), cmocka_unit_test(anywhere)};
    return rao_test_run("family: extremes", tests, COUNT(tests));
}
