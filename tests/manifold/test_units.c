/* Pairs far from the origin, in units far from one, and with tails that doubles do not hold. */
#include <float.h>

#include "manifold/ask.h"

static const int quantities[] = {RAO_JENSEN_SHANNON, RAO_TOTAL_VARIATION, RAO_HELLINGER, RAO_CHERNOFF_INFORMATION, RAO_RENYI};

static double divergence(rao_ctx *ctx, const rao_family *f, int quantity, const double *p, const double *q) {
    return ask(ctx, f, quantity, quantity == RAO_RENYI ? 0.3 : 0, p, q);
}

static void kl_of(rao_ctx *ctx, const rao_family *f, const double *p, const double *q, double *value) {
    rao_family_args a;
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0);
    OK(ctx, rao_family_eval(ctx, f, RAO_KL, &a, value, 1));
}

static void origins_and_units(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("divergences know neither the origin nor the unit of x");
    static const char *const located[] = {"normal", "laplace", "logistic", "gumbel", "cauchy", "student_t"};
    static const double origins[] = {0, 1e14, -3e15}, units[] = {1, 0x1p-900, 0x1p900};
    for (size_t i = 0; i < COUNT(located); i++) {
        rao_family *f = make(ctx, located[i], 0, 3.5);
        const double p[2] = {0, 1}, q[2] = {1, 2};
        for (size_t k = 0; k < COUNT(quantities); k++) {
            double want = divergence(ctx, f, quantities[k], p, q);
            for (size_t o = 0; o < COUNT(origins); o++)
                for (size_t u = 0; u < COUNT(units); u++) {
                    const double far_p[2] = {origins[o] * units[u], units[u]}, far_q[2] = {(origins[o] + 1) * units[u], 2 * units[u]};
                    EXPECT_REL(divergence(ctx, f, quantities[k], far_p, far_q), want, 1e-11);
                }
        }
        double want, got;
        kl_of(ctx, f, p, q, &want);
        kl_of(ctx, f, (const double[]){1e14, 1}, (const double[]){1e14 + 1, 2}, &got);
        EXPECT_REL(got, want, 1e-12);
        rao_family_destroy(&f);
    }
    static const struct {
        const char *name;
        double p[2], q[2];
        int power[2]; /* of the unit, in each coordinate */
    } scaled[] = {
        {"exponential", {1, 0}, {3, 0}, {-1, 0}},    {"rayleigh", {1, 0}, {3, 0}, {1, 0}},
        {"weibull", {1.5, 1}, {2, 3}, {0, 1}},       {"gamma", {1.5, 1}, {2, 3}, {0, -1}},
        {"inverse_gamma", {1.5, 1}, {2, 3}, {0, 1}}, {"inverse_gaussian", {1.5, 1}, {2, 3}, {1, 1}},
    };
    for (size_t i = 0; i < COUNT(scaled); i++) {
        rao_family *f = make(ctx, scaled[i].name, 0, 0);
        for (size_t k = 0; k < COUNT(quantities); k++) {
            double want = divergence(ctx, f, quantities[k], scaled[i].p, scaled[i].q);
            for (int e = -900; e <= 900; e += 600) {
                double p[2], q[2];
                for (int j = 0; j < 2; j++)
                    p[j] = ldexp(scaled[i].p[j], e * scaled[i].power[j]), q[j] = ldexp(scaled[i].q[j], e * scaled[i].power[j]);
                EXPECT_REL(divergence(ctx, f, quantities[k], p, q), want, 1e-11);
            }
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void close_members(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    ORACLE("members whose coordinates differ in their last digits, or whose terms cancel", "mpmath 60 digits, closed forms");
    static const struct {
        const char *family, *chart;
        double p[2], q[2], kl, bhattacharyya; /* 0: not asked */
    } rows[] = {
        {"normal", "mu_var", {0, 3.225851793448645}, {0, 3.2258517934486446}, 4.7379626177355086923e-33, 1.1844906544338771187e-33},
        {"normal",
         "mu_logvar",
         {1e-08, -0.23335111856268434},
         {1.0000000000000008e-08, -0.23335111856268426},
         1.7333369499485554226e-33,
         4.3333423748713886769e-34},
        {"normal",
         "natural",
         {10000, -28.05502590277376},
         {9999.99999999999, -28.055025902773735},
         4.7398495267606247672e-28,
         1.1849623816901567169e-28},
        {"normal",
         "expectation",
         {1e-08, 0.20292218237062123},
         {9.999999999999995e-09, 0.20292218237062118},
         1.870860596873864623e-32,
         4.6771514921846611309e-33},
        {"gamma",
         "natural",
         {0.0001436905589724666, -0.017593159222164458},
         {0.00014369055897246662, -0.017593159222164458},
         6.0412647160522464646e-40,
         0},
        {"gamma", "shape_rate", {2022869.3586371043, 55.374162222403}, {0.01045160725215412, 6.628815525590056e-07}, 10.459234767718979, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        rao_family *f = make(ctx, rows[i].family, 0, 0);
        double got;
        rao_family_args a;
        rao_family_args_init(&a);
        OK(ctx, rao_family_chart_index(ctx, f, rows[i].chart, &a.chart));
        a.p = rao_points_of(rows[i].p, 0), a.q = rao_points_of(rows[i].q, 0);
        OK(ctx, rao_family_eval(ctx, f, RAO_KL, &a, &got, 1));
        EXPECT_REL(got, rows[i].kl, 1e-12);
        if (rows[i].bhattacharyya > 0) OK(ctx, rao_manifold_eval(ctx, f, RAO_BHATTACHARYYA, &a, &got, 1));
        if (rows[i].bhattacharyya > 0) EXPECT_REL(got, rows[i].bhattacharyya, 1e-12);
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void far_pairs(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("pairs so far apart that no origin serves both have nothing in common but their tails: JS log 2, TV 1, less what Cauchy's share");
    static const char *const located[] = {"normal", "laplace", "logistic", "gumbel", "cauchy", "student_t"};
    for (size_t i = 0; i < COUNT(located); i++) {
        rao_family *f = make(ctx, located[i], 0, 3.5);
        for (double gap = 1e8; gap < 1e200; gap *= 1e9)
            for (int sign = -1; sign <= 1; sign += 2)
                for (int wide = 0; wide < 2; wide++) {
                    const double p[2] = {3, 1}, q[2] = {sign * gap, wide ? 10 : 1};
                    double shannon = ask(ctx, f, RAO_JENSEN_SHANNON, 0, p, q), variation = ask(ctx, f, RAO_TOTAL_VARIATION, 0, p, q);
                    double shared = i == 4 ? 4 * sqrt(q[1]) / 3.14159265358979323846 / gap : 0; /* TV = (2/pi) atan(gap/(2 sqrt(s t))) */
                    EXPECT_CLOSE(variation, 1 - shared, 1e-12);
                    EXPECT_CLOSE(shannon, log(2), 1e-12 + 5 * shared);
                }
        rao_family_destroy(&f);
    }
    ORACLE("Chernoff's information of Gumbel laws of scales 1 and 100", "mpmath 20 digits, golden section");
    rao_family *f = make(ctx, "gumbel", 0, 0);
    EXPECT_REL(ask(ctx, f, RAO_CHERNOFF_INFORMATION, 0, (const double[]){0, 1}, (const double[]){0, 100}), 2.65802191349, 1e-10);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void heavy_tails(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    ORACLE("student_t of few and of many degrees of freedom, (0, 1) and (1, 2)",
           "mpmath 30 digits, tests/oracle/heavy_tails.py; the normal");
    static const struct {
        double nu, kl, variation, bhattacharyya, shannon, renyi;
    } rows[] = {
        {1e-3, 0.00677600589757817566, 0.00344691063970139816, 0.00135921610155720041, 0.00123220796124178737, 0.0430512918599961613},
        {0.05, 0.0633162827014470020, 0.0727391859997107786, 0.0138413399725195802, 0.0133581951740245578, 0.178603968755669124},
        {1e300, 0.443147180559945309, 0.390065660121055693, 0.161571775657109736, 0.128174973054398037, 0.556196429449388436},
    };
    const double p[2] = {0, 1}, q[2] = {1, 2};
    for (size_t i = 0; i < COUNT(rows); i++) {
        rao_family *f = make(ctx, "student_t", 0, rows[i].nu);
        double kl;
        kl_of(ctx, f, p, q, &kl);
        EXPECT_REL(kl, rows[i].kl, 1e-11);
        EXPECT_REL(ask(ctx, f, RAO_TOTAL_VARIATION, 0, p, q), rows[i].variation, 1e-11);
        EXPECT_REL(ask(ctx, f, RAO_BHATTACHARYYA, 0, p, q), rows[i].bhattacharyya, 1e-11);
        EXPECT_REL(ask(ctx, f, RAO_JENSEN_SHANNON, 0, p, q), rows[i].shannon, 1e-11);
        EXPECT_REL(ask(ctx, f, RAO_RENYI, 2, p, q), rows[i].renyi, 1e-11);
        rao_family_destroy(&f);
    }
    static const struct {
        double nu, p[2], q[2], kl;
    } far[] = {{0.01, {0, 1e100}, {0, 1}, 2.2902299344372195},
               {0.01, {0, 1}, {0, 1e100}, 139.98142734776976},
               {0.05, {0, 1e12}, {1, 1e-3}, 1.6648036180411645},
               {0.01, {0, 1}, {3e100, 1e100}, 143.08055854757287}};
    for (size_t i = 0; i < COUNT(far); i++) {
        rao_family *f = make(ctx, "student_t", 0, far[i].nu);
        double kl;
        kl_of(ctx, f, far[i].p, far[i].q, &kl);
        EXPECT_REL(kl, far[i].kl, 1e-13);
        rao_family_destroy(&f);
    }
    LAW("few degrees of freedom: close pairs have half of the Fisher form; the Fisher matrix by quadrature and by KL is the closed one");
    for (double nu = 1e-8; nu < 1; nu *= 100) {
        rao_family *f = make(ctx, "student_t", 0, nu);
        double kl, fisher[4], other[4], step = 1e-7 * sqrt(nu);
        const double near[2] = {step, 1 + 1e-7};
        rao_family_args a;
        rao_family_args_init(&a);
        a.p = rao_points_of(p, 0);
        OK(ctx, rao_family_eval(ctx, f, RAO_FISHER, &a, fisher, 4));
        kl_of(ctx, f, p, near, &kl);
        double shift = near[0], stretch = near[1] - 1;
        EXPECT_REL(kl, 0.5 * (fisher[0] * shift * shift + fisher[3] * stretch * stretch), 1e-6);
        a.method = RAO_QUADRATURE;
        OK(ctx, rao_family_eval(ctx, f, RAO_FISHER, &a, other, 4));
        EXPECT_REL(other[3], fisher[3], 1e-10);
        a.method = RAO_KL_HESSIAN;
        OK(ctx, rao_family_eval(ctx, f, RAO_FISHER, &a, other, 4));
        EXPECT_REL(other[3], fisher[3], 1e-7);
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void ends_of_doubles(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("wide beside narrow Student laws: KL = log(sigma_q/sigma_p) - E (nu + 1)/2 log(1 + z^2/nu), whose mean is one of digammas");
    rao_family *f = make(ctx, "student_t", 0, 3);
    double value, there, back;
    kl_of(ctx, f, (const double[]){0, 2}, (const double[]){0, 1e300}, &value);
    EXPECT_REL(value, log(0.5e300) - 0.77258872223978123767, 1e-11); /* 2 (psi(2) - psi(3/2)) = 4 log 2 - 2 */
    rao_family_destroy(&f);
    f = make(ctx, "student_t", 0, 0.25);
    kl_of(ctx, f, (const double[]){0, 1e300}, (const double[]){0, 2}, &value);
    EXPECT_TRUE(value > 0.24 * log(0.5e300) && value < 0.25 * log(0.5e300)); /* the limit in the tail is 0.25 log of the quotient */
    rao_family_destroy(&f);
    LAW("close p of the smallest size: n KL is r (u - log(1 + u)), Chernoff's information an eighth of r u^2");
    f = make(ctx, "negative_binomial", 0, 1e6);
    const double p = 1e-300, q = 1.0000000000000007e-300, u = (q - p) / p;
    kl_of(ctx, f, &p, &q, &value);
    EXPECT_REL(value, 1e6 * u * u / 2, 1e-12);
    EXPECT_REL(ask(ctx, f, RAO_CHERNOFF_INFORMATION, 0, &p, &q), 1e6 * u * u / 8, 1e-12);
    rao_family_destroy(&f);
    LAW("members far apart are disjoint from either side");
    static const struct {
        const char *name;
        double p[2], q[2];
    } apart[] = {
        {"beta", {2, 1e150}, {2, 0.05}},      {"von_mises", {0, 1e30}, {1, 1e-3}}, {"gamma", {1e9, 1e-9}, {2, 1e20}},
        {"poisson", {1e-5, 0}, {1e5, 0}},     {"weibull", {1e6, 1}, {2, 1e20}},    {"normal", {0, 1e-100}, {1, 1e100}},
        {"laplace", {0, 1e-100}, {1, 1e100}},
    };
    for (size_t i = 0; i < COUNT(apart); i++) {
        f = make(ctx, apart[i].name, 0, 0);
        EXPECT_REL(ask(ctx, f, RAO_JENSEN_SHANNON, 0, apart[i].p, apart[i].q), log(2), 1e-9);
        EXPECT_REL(ask(ctx, f, RAO_JENSEN_SHANNON, 0, apart[i].q, apart[i].p), log(2), 1e-9);
        rao_family_destroy(&f);
    }
    f = make(ctx, "uniform", 0, 0); /* intervals whose lengths round to one number */
    const double outer[2] = {-0.7747020386948688, 1}, inner[2] = {-0.7747020386948685, 1};
    EXPECT_REL(ask(ctx, f, RAO_TOTAL_VARIATION, 0, inner, outer), ask(ctx, f, RAO_TOTAL_VARIATION, 0, outer, inner), 1e-15);
    rao_family_destroy(&f);
    LAW("the distance of neighbours at p = 1/2 is symmetric");
    f = make(ctx, "binomial", 0, 0x1p40);
    const double half = 0.5, below = 0.49999999999999994;
    there = ask(ctx, f, RAO_FISHER_RAO_DISTANCE, 0, &half, &below), back = ask(ctx, f, RAO_FISHER_RAO_DISTANCE, 0, &below, &half);
    EXPECT_REL(there, 0x1p21 * 0x1p-54, 1e-12); /* 2 sqrt(n) |p - q| */
    EXPECT_REL(back, there, 1e-15);
    rao_family_destroy(&f);
    f = make(ctx, "gumbel", 0, 0);
    EXPECT_REL(ask(ctx, f, RAO_HELLINGER, 0, (const double[]){-1, 1e300}, (const double[]){1, 6e-42}), 1, 1e-12);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void six_hundred_decades(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    LAW("a spike inside a wide law: int p^a q^(1-a) = s^a p(m)^a int exp(-(1-a)(z + e^-z)) dz, s and m the spike's scale and place");
    rao_family *gumbels = make(ctx, "gumbel", 0, 0);
    const double wide[2] = {-1, 1}, spike[2] = {-2.2, 1e-300}, height = 1.2 - exp(1.2);
    static const double orders[] = {0.1, 0.3, 0.5, 0.7, 0.9, 0.99};
    for (size_t i = 0; i < COUNT(orders); i++) {
        double a = orders[i], b = 1 - a, c = -(a * height + a * log(1e-300) + lgamma(b) - b * log(b));
        EXPECT_REL(b * ask(ctx, gumbels, RAO_RENYI, a, wide, spike), c, 1e-11);
        EXPECT_REL(a * ask(ctx, gumbels, RAO_RENYI, b, spike, wide), c, 1e-11);
    }
    double there = ask(ctx, gumbels, RAO_CHERNOFF_ALPHA, 0, wide, spike), back = ask(ctx, gumbels, RAO_CHERNOFF_ALPHA, 0, spike, wide);
    EXPECT_CLOSE(there + back, 1, 1e-9);
    EXPECT_REL(ask(ctx, gumbels, RAO_CHERNOFF_INFORMATION, 0, wide, spike), ask(ctx, gumbels, RAO_CHERNOFF_INFORMATION, 0, spike, wide),
               1e-11);
    rao_family_destroy(&gumbels);
    LAW("a narrow law does not hide a wide one at its side");
    rao_family *students = make(ctx, "student_t", 0, 1e300);
    EXPECT_REL(ask(ctx, students, RAO_HELLINGER, 0, (const double[]){-1, 1e300}, (const double[]){1.5, 1e265}), 1, 1e-12);
    EXPECT_REL(ask(ctx, students, RAO_HELLINGER, 0, (const double[]){1.5, 1e265}, (const double[]){-1, 1e300}), 1, 1e-12);
    rao_family_destroy(&students);
    LAW("waiting times of tiny probabilities are gamma; of a shape of 1e-130 nothing is left where others have their mass");
    rao_family *waits = make(ctx, "negative_binomial", 0, 2.5), *gammas = make(ctx, "gamma", 0, 0);
    EXPECT_REL(ask(ctx, waits, RAO_JENSEN_SHANNON, 0, (const double[]){2e-200}, (const double[]){3e-200}),
               ask(ctx, gammas, RAO_JENSEN_SHANNON, 0, (const double[]){2.5, 2}, (const double[]){2.5, 3}), 1e-12);
    rao_family_destroy(&waits);
    EXPECT_REL(ask(ctx, gammas, RAO_TOTAL_VARIATION, 0, (const double[]){2, 1}, (const double[]){1e-130, 1}), 1, 1e-14);
    rao_family_destroy(&gammas);
    LAW("members six hundred decades apart are disjoint");
    rao_family *f = make(ctx, "gamma", 0, 0);
    const double p[2] = {2, 1e-300}, q[2] = {2, 1e300};
    EXPECT_REL(ask(ctx, f, RAO_JENSEN_SHANNON, 0, p, q), log(2), 1e-12);
    EXPECT_REL(ask(ctx, f, RAO_TOTAL_VARIATION, 0, p, q), 1, 1e-12);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(origins_and_units), cmocka_unit_test(close_members),
                                       cmocka_unit_test(far_pairs),         cmocka_unit_test(heavy_tails),
                                       cmocka_unit_test(ends_of_doubles),   cmocka_unit_test(six_hundred_decades)};
    return rao_test_run("manifold/units", tests, COUNT(tests));
}
