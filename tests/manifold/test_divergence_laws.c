/* Divergences: the laws between them, over all families at random points. */
#include <float.h>

#include "ask.h"

/* Coordinates of a random point: r a real number, + a positive one, u one in (0, 1), s a probability vector, b the ends of an interval that holds [-1, 1],
 * m and 3 a covariance of order 2 and 3. `tol`: some hundred roundings, the eigenvalues of matrices more, and what quadratures are held to. */
typedef struct law_family {
    const char *name;
    int64_t dimension;
    double fixed;
    const char *kinds;
    double tol;
} law_family;
static const law_family law_families[] = {
    {"normal", 0, 0, "r+", 1e-13},
    {"lognormal", 0, 0, "r+", 1e-13},
    {"isotropic_normal", 2, 0, "rr+", 1e-13},
    {"diagonal_normal", 2, 0, "rr++", 1e-13},
    {"exponential", 0, 0, "+", 1e-13},
    {"gamma", 0, 0, "++", 1e-13},
    {"inverse_gamma", 0, 0, "++", 1e-13},
    {"beta", 0, 0, "++", 1e-13},
    {"dirichlet", 3, 0, "+++", 1e-13},
    {"bernoulli", 0, 0, "u", 1e-13},
    {"binomial", 0, 12, "u", 1e-13},
    {"geometric", 0, 0, "u", 1e-13},
    {"geometric0", 0, 0, "u", 1e-13},
    {"negative_binomial", 0, 2.5, "u", 1e-13},
    {"poisson", 0, 0, "+", 1e-13},
    {"categorical", 4, 0, "ssss", 1e-13},
    {"multinomial", 3, 7, "sss", 1e-13},
    {"weibull", 0, 0, "++", 1e-11},
    {"gumbel", 0, 0, "r+", 1e-11},
    {"cauchy", 0, 0, "r+", 1e-11},
    {"student_t", 0, 3.5, "r+", 1e-11},
    {"laplace", 0, 0, "r+", 1e-11},
    {"logistic", 0, 0, "r+", 1e-11},
    {"rayleigh", 0, 0, "+", 1e-13},
    {"pareto", 0, 1.5, "+", 1e-13},
    {"inverse_gaussian", 0, 0, "++", 1e-13},
    {"von_mises", 0, 0, "r+", 1e-13},
    {"uniform", 0, 0, "bb", 1e-13},
    {"mvn", 2, 0, "rrm", 1e-11},
    {"mvn", 3, 0, "rrr3", 1e-11},
    {"wishart", 2, 4.5, "m", 1e-11},
    {"normal_mixture3", 0, 0, "ur+", 1e-11},
};

static uint64_t drawn;
static double normal_draw(void) { return rao_normal_at(rao_stream_make(rao_test_seed(), 11), 0, drawn++); }

/* Upper triangle of A A^T + I/4. */
static double *put_covariance(double *c, int d) {
    double a[9];
    for (int i = 0; i < d * d; i++) a[i] = normal_draw();
    for (int i = 0; i < d; i++)
        for (int j = i; j < d; j++) {
            *c = i == j ? 0.25 : 0;
            for (int k = 0; k < d; k++) *c += a[i * d + k] * a[j * d + k];
            c++;
        }
    return c;
}

static void draw_point(const char *kinds, double *c) {
    double sum = 0, *start = c;
    for (const char *kind = kinds; *kind; kind++) {
        double z = normal_draw();
        switch (*kind) {
        case 'r': *c++ = z; break;
        case '+': *c++ = exp(0.5 * z); break;
        case 'u': *c++ = 1 / (1 + exp(-z)); break;
        case 's': sum += *c++ = exp(z); break;
        case 'b': *c++ = kind == kinds ? -1 - fabs(z) : 1 + fabs(z); break;
        default: c = put_covariance(c, *kind == 'm' ? 2 : 3);
        }
    }
    for (double *v = start; sum > 0 && v < c; v++) *v /= sum;
}

typedef void law_body(rao_ctx *ctx, const rao_family *f, const law_family *law, const double *p, const double *q);

/* `points` for each family, fewer where the answers are quadratures. */
static void at_random_points(law_body *body, int points) {
    rao_ctx *ctx = rao_test_ctx();
    drawn = 0;
    for (size_t i = 0; i < COUNT(law_families); i++) {
        const law_family *law = &law_families[i];
        rao_family *f = make(ctx, law->name, law->dimension, law->fixed);
        for (int k = 0; k < (law->dimension == 0 && law->tol > 2e-12 ? (points + 5) / 6 : points); k++) {
            double p[9] = {0}, q[9] = {0};
            draw_point(law->kinds, p), draw_point(law->kinds, q);
            body(ctx, f, law, p, q);
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

/* Infinite on both sides, or near; a large value is the exponential of an integral's logarithm, whose relative error becomes its absolute one. */
static void same(const law_family *law, const char *what, double got, double want) {
    int right = got == want || fabs(got - want) <= law->tol * fabs(want) * fmax(1, log(fabs(want)));
    if (!right) print_error("%s: %s: %.17g and %.17g\n", law->name, what, got, want);
    EXPECT_TRUE(right);
}
static void not_above(const law_family *law, const char *what, double low, double high) {
    int right = low <= high + law->tol * fabs(high);
    if (!right) print_error("%s: %s: %.17g > %.17g\n", law->name, what, low, high);
    EXPECT_TRUE(right);
}

static void identities(rao_ctx *ctx, const rao_family *f, const law_family *law, const double *p, const double *q) {
    double b = ask(ctx, f, RAO_BHATTACHARYYA, 0, p, q), h = ask(ctx, f, RAO_HELLINGER, 0, p, q), kl = ask(ctx, f, RAO_KL, 0, p, q),
           back = ask(ctx, f, RAO_KL, 0, q, p);
    same(law, "renyi of order 1/2 = 2 bhattacharyya", ask(ctx, f, RAO_RENYI, 0.5, p, q), 2 * b);
    same(law, "hellinger^2 = 1 - exp(-bhattacharyya)", h * h, -expm1(-b));
    same(law, "alpha = 0 is 4 hellinger^2", ask(ctx, f, RAO_ALPHA_DIVERGENCE, 0, p, q), 4 * h * h);
    same(law, "alpha = -1 is KL(p : q)", ask(ctx, f, RAO_ALPHA_DIVERGENCE, -1, p, q), kl);
    same(law, "alpha = 1 is KL(q : p)", ask(ctx, f, RAO_ALPHA_DIVERGENCE, 1, p, q), back);
    same(law, "tsallis of order 1 is KL(p : q)", ask(ctx, f, RAO_TSALLIS, 1, p, q), kl);
    same(law, "renyi of order 1 is KL(p : q)", ask(ctx, f, RAO_RENYI, 1, p, q), kl);
    same(law, "bhattacharyya is symmetric", ask(ctx, f, RAO_BHATTACHARYYA, 0, q, p), b);
    for (double a = -2.25; a < 2.5; a += 0.5)
        same(law, "alpha(p : q) = -alpha(q : p)", ask(ctx, f, RAO_ALPHA_DIVERGENCE, a, p, q), ask(ctx, f, RAO_ALPHA_DIVERGENCE, -a, q, p));
    for (double a = 0.25; a < 2; a += 0.5) {
        double t = ask(ctx, f, RAO_TSALLIS, a, p, q), d = ask(ctx, f, RAO_RENYI, a, p, q);
        same(law, "(1 - a) tsallis = 1 - exp(-(1 - a) renyi)", (1 - a) * t, -expm1(-(1 - a) * d));
        same(law, "a alpha = tsallis, a = (1 - alpha)/2", a * ask(ctx, f, RAO_ALPHA_DIVERGENCE, 1 - 2 * a, p, q), t);
    }
    for (double a = 0.125; a < 1; a += 0.25) /* skew symmetry */
        same(law, "(1 - a) renyi_a(p : q) = a renyi_(1-a)(q : p)", (1 - a) * ask(ctx, f, RAO_RENYI, a, p, q),
             a * ask(ctx, f, RAO_RENYI, 1 - a, q, p));
}

static void identities_hold(void **state) {
    (void)state;
    LAW("Renyi's, Tsallis', Amari's, Bhattacharyya's and Hellinger's divergences are functions of one integral, and KL is their limit");
    at_random_points(identities, 10);
}

static void limits_and_order(rao_ctx *ctx, const rao_family *f, const law_family *law, const double *p, const double *q) {
    double last = 0, kl = ask(ctx, f, RAO_KL, 0, p, q), largest = ask(ctx, f, RAO_CHERNOFF_INFORMATION, 0, p, q),
           best = ask(ctx, f, RAO_CHERNOFF_ALPHA, 0, p, q);
    for (double a = 0; a < 3; a += 0.25) {
        double d = ask(ctx, f, RAO_RENYI, a, p, q);
        not_above(law, "renyi grows with the order", last, d);
        if (a > 0 && a < 1) not_above(law, "no order gives more than chernoff_information", (1 - a) * d, largest);
        last = d;
    }
    if (isfinite(kl)) {
        double size = kl * kl + ask(ctx, f, RAO_KL, 0, q, p); /* d renyi/da at 1 is half the variance of log p/q */
        EXPECT_CLOSE(ask(ctx, f, RAO_RENYI, 1 - 1e-9, p, q), kl, 1e-6 * (1 + size));
        EXPECT_CLOSE(ask(ctx, f, RAO_TSALLIS, 1 - 1e-9, p, q), kl, 1e-6 * (1 + size));
        EXPECT_CLOSE(ask(ctx, f, RAO_ALPHA_DIVERGENCE, -1 + 1e-9, p, q), kl, 1e-6 * (1 + size));
    }
    if (best > 0 && best < 1)
        same(law, "chernoff_information is reached at chernoff_alpha", (1 - best) * ask(ctx, f, RAO_RENYI, best, p, q), largest);
    double other = ask(ctx, f, RAO_CHERNOFF_ALPHA, 0, q, p);
    EXPECT_CLOSE(best + other, 1, 1e-9); /* the slope of a quadrature is known to some 1e-11 of the terms */
    same(law, "chernoff_information is symmetric", ask(ctx, f, RAO_CHERNOFF_INFORMATION, 0, q, p), largest);
}

static void limits_hold(void **state) {
    (void)state;
    LAW("Renyi's divergence grows with its order and tends to KL; Chernoff's information is the largest -log int p^a q^(1-a)");
    at_random_points(limits_and_order, 8);
}

static void nothing_between_equals(rao_ctx *ctx, const rao_family *f, const law_family *law, const double *p, const double *q) {
    static const int quantities[] = {RAO_BHATTACHARYYA, RAO_HELLINGER, RAO_CHERNOFF_INFORMATION,
                                     RAO_RENYI,         RAO_TSALLIS,   RAO_ALPHA_DIVERGENCE};
    (void)law, (void)q;
    for (size_t i = 0; i < COUNT(quantities); i++)
        for (double order = 0; order < 3; order += 0.7) EXPECT_CLOSE(ask(ctx, f, quantities[i], order, p, p), 0, 0);
    EXPECT_CLOSE(ask(ctx, f, RAO_CHERNOFF_ALPHA, 0, p, p), 0.5, 0);
}

static void equals_have_none(void **state) {
    (void)state;
    LAW("every divergence of a point from itself is exactly 0, and the best order 1/2");
    at_random_points(nothing_between_equals, 6);
}

/* With its error: averages over draws in several variables. */
static double with_error(rao_ctx *ctx, const rao_family *f, int quantity, const double *p, const double *q, double *error) {
    rao_family_args a;
    double value = NAN;
    rao_quality quality;
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.samples = 2000, a.quality = &quality;
    a.stream = rao_stream_make(rao_test_seed(), 12);
    OK(ctx, rao_manifold_eval(ctx, f, quantity, &a, &value, 1));
    *error = quality.method == RAO_MONTE_CARLO ? 6 * quality.error : 1e-9 * value;
    return value;
}

static void inequalities(rao_ctx *ctx, const rao_family *f, const law_family *law, const double *p, const double *q) {
    double e, e_js, other;
    double tv = with_error(ctx, f, RAO_TOTAL_VARIATION, p, q, &e), js = with_error(ctx, f, RAO_JENSEN_SHANNON, p, q, &e_js),
           h = ask(ctx, f, RAO_HELLINGER, 0, p, q), kl = ask(ctx, f, RAO_KL, 0, p, q);
    not_above(law, "total variation is at most 1", tv, 1);
    not_above(law, "Jensen-Shannon is at most log 2", js, log(2));
    not_above(law, "Pinsker: total variation <= sqrt(KL/2)", tv - e, sqrt(kl / 2));
    not_above(law, "hellinger^2 <= total variation", h * h, tv + e);
    not_above(law, "total variation <= hellinger sqrt(2 - hellinger^2)", tv - e, h * sqrt(2 - h * h));
    not_above(law, "Jensen-Shannon <= log 2 times total variation", js - e_js, log(2) * (tv + e));
    not_above(law, "total variation^2 <= 2 Jensen-Shannon", (tv - e) * (tv - e), 2 * (js + e_js));
    not_above(law, "Jensen-Shannon <= a quarter of Jeffreys", js - e_js, 0.25 * ask(ctx, f, RAO_JEFFREYS_DIVERGENCE, 0, p, q));
    double back = with_error(ctx, f, RAO_TOTAL_VARIATION, q, p, &other);
    EXPECT_TRUE(fabs(back - tv) <= e + other);
    back = with_error(ctx, f, RAO_JENSEN_SHANNON, q, p, &other);
    EXPECT_TRUE(fabs(back - js) <= e_js + other);
    EXPECT_CLOSE(with_error(ctx, f, RAO_TOTAL_VARIATION, p, p, &e), 0, 0);
    EXPECT_CLOSE(with_error(ctx, f, RAO_JENSEN_SHANNON, p, p, &e), 0, 0);
}

static void inequalities_hold(void **state) {
    (void)state;
    LAW("Pinsker's, Le Cam's and Lin's inequalities between total variation, Hellinger, KL, Jeffreys and Jensen-Shannon");
    at_random_points(inequalities, 6);
}

/* Every divergence of this room that any processing of the observation may only lower; the order is used by three of them. */
static const int processed[] = {
    RAO_KL,        RAO_JEFFREYS_DIVERGENCE,  RAO_RENYI,          RAO_TSALLIS,        RAO_ALPHA_DIVERGENCE, RAO_BHATTACHARYYA,
    RAO_HELLINGER, RAO_CHERNOFF_INFORMATION, RAO_JENSEN_SHANNON, RAO_TOTAL_VARIATION};

static void coarse_graining_lowers(void **state) {
    (void)state;
    LAW("data processing: merging classes lowers every divergence, strictly unless the ratios of the merged agree; dropping coordinates "
        "too");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *fine = make(ctx, "categorical", 5, 0), *coarse = make(ctx, "categorical", 3, 0), *whole = make(ctx, "mvn", 3, 0),
               *part = make(ctx, "mvn", 2, 0);
    drawn = 0;
    for (int i = 0; i < 40; i++) {
        double p[9], q[9], a[5], b[5];
        draw_point("sssss", p), draw_point("sssss", q);
        a[0] = p[0] + p[3], a[1] = p[1] + p[4], a[2] = p[2], b[0] = q[0] + q[3], b[1] = q[1] + q[4], b[2] = q[2];
        for (size_t k = 0; k < COUNT(processed); k++)
            for (double order = 0.25; order < 2; order += 0.5) {
                double merged = ask(ctx, coarse, processed[k], order, a, b), all = ask(ctx, fine, processed[k], order, p, q);
                EXPECT_TRUE(processed[k] == RAO_TOTAL_VARIATION ? merged <= all * (1 + 1e-14)
                                                                : merged < all); /* that looks at signs only */
            }
        for (int j = 3; j < 5; j++) q[j] = p[j] * (q[j - 3] / p[j - 3]); /* now the merged have one ratio: nothing is lost */
        double sum = q[0] + q[1] + q[2] + q[3] + q[4];
        for (int j = 0; j < 5; j++) q[j] /= sum;
        b[0] = q[0] + q[3], b[1] = q[1] + q[4], b[2] = q[2];
        for (size_t k = 0; k < COUNT(processed); k++)
            EXPECT_REL(ask(ctx, coarse, processed[k], 1.25, a, b), ask(ctx, fine, processed[k], 1.25, p, q), 1e-12);
        draw_point("rrr3", p), draw_point("rrr3", q);
        const int kept[] = {0, 1, 3, 4, 6}; /* means 1, 2 and their covariances */
        for (int j = 0; j < 5; j++) a[j] = p[kept[j]], b[j] = q[kept[j]];
        for (size_t k = 0; k < 8; k++) EXPECT_TRUE(ask(ctx, part, processed[k], 0.75, a, b) < ask(ctx, whole, processed[k], 0.75, p, q));
    }
    rao_family_destroy(&fine), rao_family_destroy(&coarse), rao_family_destroy(&whole), rao_family_destroy(&part);
    rao_test_ctx_close(&ctx);
}

static void one_law_in_two_families(void **state) {
    (void)state;
    LAW("a change of variable changes no divergence: lognormal and normal, Weibull and Gumbel of -log x, Rayleigh and exponential of "
        "x^2/2");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *weibull = make(ctx, "weibull", 0, 0), *gumbel = make(ctx, "gumbel", 0, 0), *normal = make(ctx, "normal", 0, 0),
               *lognormal = make(ctx, "lognormal", 0, 0), *rayleigh = make(ctx, "rayleigh", 0, 0),
               *exponential = make(ctx, "exponential", 0, 0);
    drawn = 0;
    for (int i = 0; i < 10; i++) {
        double p[2], q[2];
        draw_point("++", p), draw_point("++", q);
        double gp[2] = {-log(p[1]), 1 / p[0]}, gq[2] = {-log(q[1]), 1 / q[0]}, ep = 1 / (p[0] * p[0]), eq = 1 / (q[0] * q[0]);
        for (double a = 0.3; a < 1; a += 0.3) {
            EXPECT_REL(ask(ctx, weibull, RAO_RENYI, a, p, q), ask(ctx, gumbel, RAO_RENYI, a, gp, gq), 1e-11);
            EXPECT_REL(ask(ctx, lognormal, RAO_RENYI, a, p, q), ask(ctx, normal, RAO_RENYI, a, p, q), 0);
            EXPECT_REL(ask(ctx, rayleigh, RAO_RENYI, a, p, q), ask(ctx, exponential, RAO_RENYI, a, &ep, &eq), 1e-12);
        }
    }
    rao_family_destroy(&weibull), rao_family_destroy(&gumbel), rao_family_destroy(&normal), rao_family_destroy(&lognormal);
    rao_family_destroy(&rayleigh), rao_family_destroy(&exponential);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identities_hold),        cmocka_unit_test(limits_hold),
        cmocka_unit_test(equals_have_none),       cmocka_unit_test(inequalities_hold),
        cmocka_unit_test(coarse_graining_lowers), cmocka_unit_test(one_law_in_two_families),
    };
    return rao_test_run("manifold: laws of divergences", tests, COUNT(tests));
}
