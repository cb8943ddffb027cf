/* Connections and curvatures: values against definitions at 220 digits, and the laws of statistical manifolds in every chart of every family. */
#include <float.h>

#include "manifold/make.h"

#include "oracle_tensors.h"

enum { MOST = 2048 };

typedef struct place {
    rao_ctx *ctx;
    const rao_family *f;
    int64_t chart;
    int method;
} place;

static rao_status try_ask(const place *at, int quantity, const double *p, double alpha, const double *plane, double *out,
                          rao_quality *quality) {
    rao_family_args a;
    rao_family_args_init(&a);
    a.chart = at->chart, a.p = rao_points_of(p, 0), a.alpha = alpha, a.plane = plane, a.method = at->method, a.quality = quality;
    a.samples = 20000, a.stream = rao_stream_make(rao_test_seed(), 3);
    return rao_manifold_eval(at->ctx, at->f, quantity, &a, out, 0);
}
static void ask(const place *at, int quantity, const double *p, double alpha, double *out) {
    OK(at->ctx, try_ask(at, quantity, p, alpha, NULL, out, NULL));
}
static double ask_one(const place *at, int quantity, const double *p, double alpha) {
    double out = NAN;
    ask(at, quantity, p, alpha, &out);
    return out;
}

/* Roots of the Fisher matrix's diagonal. */
static void units(const place *at, const double *p, double *u) {
    double fisher[64];
    int64_t n = rao_family_tangent(at->f, at->chart);
    OK(at->ctx, rao_family_fisher(at->ctx, at->f, at->chart, p, fisher));
    for (int64_t i = 0; i < n; i++) u[i] = sqrt(fisher[i * n + i]);
}

/* Entries of a tensor in standard units: lower indices take 1/u, the upper one of symbols u. */
static void in_units(const double *x, int64_t count, int rank, int upper, const double *u, int64_t n, double *out) {
    for (int64_t i = 0; i < count; i++) {
        int64_t rest = i;
        out[i] = x[i];
        for (int k = 0; k < rank; k++, rest /= n) out[i] = upper && k == rank - 1 ? out[i] * u[rest % n] : out[i] / u[rest % n];
    }
}

static double largest(const double *x, int64_t count) {
    double most = 0;
    for (int64_t i = 0; i < count; i++) most = fmax(most, fabs(x[i]));
    return most;
}

static void definitions_match(void **state) {
    (void)state;
    ORACLE("tensors, connections, curvatures", "mpmath 220 digits, tests/oracle/tensors.py");
    rao_ctx *ctx = rao_test_ctx();
    int failures = 0;
    for (size_t i = 0; i < COUNT(oracle_tensors); i++) {
        rao_family *f = make(ctx, oracle_tensors[i].family, oracle_tensors[i].dimension, oracle_tensors[i].fixed);
        place at = {ctx, f, 0, -1};
        int quantity;
        double got[MOST], want[MOST], raw[MOST], u[MOST] = {0};
        const double *p = oracle_tensors[i].p;
        int64_t count = oracle_tensors[i].count, n;
        OK(ctx, rao_family_chart_index(ctx, f, oracle_tensors[i].chart, &at.chart));
        OK(ctx, rao_manifold_find(ctx, oracle_tensors[i].quantity, &quantity));
        EXPECT_EQ(rao_manifold_answer(f, at.chart, quantity), count);
        units(&at, p, u);
        n = rao_family_tangent(f, at.chart);
        ask(&at, quantity, p, oracle_tensors[i].alpha, raw);
        rao_shape shape = rao_manifold_shape(quantity);
        int rank = shape == RAO_TENSOR3 ? 3 : shape == RAO_TENSOR4 ? 4 : 0, upper = shape == RAO_TENSOR3 && quantity != RAO_AMARI_CHENTSOV;
        in_units(raw, count, rank, upper, u, n, got);
        in_units(oracle_tensor_values + oracle_tensors[i].first, count, rank, upper, u, n, want);
        /* an entry to 1e-12 of the largest one in standard units, curvatures near 0 to 1e-14; matrices times their condition */
        double size = fmax(largest(want, count), 0.01) * (strcmp(oracle_tensors[i].family, "mvn") ? 1 : 30), most = 0;
        for (int64_t j = 0; j < count; j++) most = fmax(most, fabs(got[j] - want[j]));
        if (!(most <= 1e-12 * size)) failures++;
        if (!(most <= 1e-12 * size))
            print_error("row %d: %s.%s %s(%.17g, %.17g, ..; alpha %g) is off by %.2g of %.2g\n", (int)i, oracle_tensors[i].family,
                        oracle_tensors[i].chart, oracle_tensors[i].quantity, p[0], p[1], oracle_tensors[i].alpha, most, size);
        rao_family_destroy(&f);
    }
    EXPECT_EQ(failures, 0);
    rao_test_ctx_close(&ctx);
}

/* ---- laws on random points ---- */

/* How chart 0's coordinates are drawn: r a real, p positive, l above 1, u in (0, 1); S a probability vector, W a covariance, M a mean and a covariance. */
static const struct {
    const char *name;
    int64_t dimension;
    double fixed;
    const char *kinds;
    int along; /* one number an observation, and smooth: quadratures and sums answer too */
} families[] = {
    {"normal", 0, 0, "rp", 1},
    {"lognormal", 0, 0, "rp", 1},
    {"cauchy", 0, 0, "rp", 1},
    {"student_t", 0, 2.5, "rp", 1},
    {"laplace", 0, 0, "rp", 0},
    {"logistic", 0, 0, "rp", 1},
    {"gumbel", 0, 0, "rp", 1},
    {"weibull", 0, 0, "pp", 1},
    {"inverse_gaussian", 0, 0, "pp", 1},
    {"gamma", 0, 0, "pp", 1},
    {"inverse_gamma", 0, 0, "pp", 1},
    {"beta", 0, 0, "pp", 0},
    {"beta", 0, 0, "ll", 1},
    {"von_mises", 0, 0, "rp", 1},
    {"dirichlet", 2, 0, "pp", 0},
    {"dirichlet", 4, 0, "pppp", 0},
    {"isotropic_normal", 3, 0, "rrrp", 0},
    {"diagonal_normal", 2, 0, "rrpp", 0},
    {"exponential", 0, 0, "p", 1},
    {"rayleigh", 0, 0, "p", 1},
    {"pareto", 0, 2, "p", 1},
    {"poisson", 0, 0, "p", 1},
    {"bernoulli", 0, 0, "u", 1},
    {"binomial", 0, 7, "u", 1},
    {"geometric", 0, 0, "u", 1},
    {"geometric0", 0, 0, "u", 1},
    {"negative_binomial", 0, 2.5, "u", 1},
    {"categorical", 2, 0, "S", 1},
    {"categorical", 4, 0, "S", 1},
    {"multinomial", 3, 9, "S", 0},
    {"wishart", 1, 4, "W", 0},
    {"wishart", 2, 4.5, "W", 0},
    {"mvn", 1, 0, "M", 0},
    {"mvn", 2, 0, "M", 0},
    {"normal_mixture3", 0, 0, "urp", 0},
};

static void draw(size_t family, rao_stream s, uint64_t trial, double *p) {
    const char *kinds = families[family].kinds;
    int64_t d = families[family].dimension;
    uint64_t at = trial * 64;
    double sum = 0;
    if (*kinds == 'S') {
        for (int64_t i = 0; i < d; i++) sum += p[i] = exp(rao_normal_at(s, 0, at + (uint64_t)i));
        for (int64_t i = 0; i < d; i++) p[i] /= sum;
        return;
    }
    if (*kinds == 'W' || *kinds == 'M') {
        double a[16];
        for (int64_t i = 0; i < d * d; i++) a[i] = rao_normal_at(s, 1, at + (uint64_t)i);
        for (int64_t i = 0; i < d && *kinds == 'M'; i++) *p++ = rao_normal_at(s, 0, at + (uint64_t)i);
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = i; j < d; j++) {
                *p = i == j ? 0.5 : 0;
                for (int64_t k = 0; k < d; k++) *p += a[i * d + k] * a[j * d + k];
                p++;
            }
        return;
    }
    for (int64_t i = 0; kinds[i]; i++) {
        double z = rao_normal_at(s, 0, at + (uint64_t)i);
        p[i] = kinds[i] == 'r' ? z : kinds[i] == 'p' ? exp(z) : kinds[i] == 'l' ? 1 + exp(z) : 1 / (1 + exp(-z));
    }
}

/* A tensor at p in standard units. */
static void ask_in_units(const place *at, int quantity, const double *p, double alpha, const double *u, double *out) {
    double raw[MOST];
    int64_t n = rao_family_tangent(at->f, at->chart), count = rao_manifold_answer(at->f, at->chart, quantity);
    rao_shape shape = rao_manifold_shape(quantity);
    ask(at, quantity, p, alpha, raw);
    in_units(raw, count, shape == RAO_TENSOR3 ? 3 : 4, quantity == RAO_CHRISTOFFEL || quantity == RAO_ALPHA_CHRISTOFFEL, u, n, out);
}

static void tensors_are_symmetric(const place *at, const double *p, const double *u, double tol) {
    double t[MOST], c[MOST];
    int64_t n = rao_family_tangent(at->f, at->chart);
    ask_in_units(at, RAO_AMARI_CHENTSOV, p, NAN, u, t);
    ask_in_units(at, RAO_ALPHA_CHRISTOFFEL, p, 0.3, u, c);
    LAW("T is symmetric in all indices, connections have no torsion");
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
            for (int64_t k = 0; k < n; k++) {
                EXPECT_CLOSE(t[(i * n + j) * n + k], t[(j * n + i) * n + k], tol);
                EXPECT_CLOSE(t[(i * n + j) * n + k], t[(i * n + k) * n + j], tol);
                EXPECT_CLOSE(c[(i * n + j) * n + k], c[(i * n + k) * n + j], tol);
            }
}

static void flat_charts_are_flat(const place *at, const double *p) {
    double c[MOST];
    const char *chart = rao_family_chart_name(at->f, at->chart);
    double alpha = !strcmp(chart, "natural") || !strcmp(chart, "logit") ? 1 : !strcmp(chart, "expectation") ? -1 : 0;
    if (alpha == 0) return;
    LAW("the e-connection vanishes in theta and the m-connection in eta");
    ask(at, RAO_ALPHA_CHRISTOFFEL, p, alpha, c);
    EXPECT_CLOSE(largest(c, rao_manifold_answer(at->f, at->chart, RAO_ALPHA_CHRISTOFFEL)), 0, 0);
}

/* Fisher at p moved by h along coordinate k. */
static void fisher_near(const place *at, const double *p, int64_t k, double h, double *out) {
    double moved[64];
    int64_t coords = rao_family_coords(at->f, at->chart);
    memcpy(moved, p, sizeof *p * (size_t)coords);
    moved[k] += h;
    if (coords != rao_family_tangent(at->f, at->chart)) moved[coords - 1] -= h;
    OK(at->ctx, rao_family_fisher(at->ctx, at->f, at->chart, moved, out));
}

static void connections_are_dual(const place *at, const double *p, const double *u, double tol) {
    double plus[MOST], minus[MOST], g[64], up[64], down[64], up2[64], down2[64];
    int64_t n = rao_family_tangent(at->f, at->chart);
    LAW("d_k g_ij = Gamma(alpha)_ki,j + Gamma(-alpha)_kj,i");
    ask(at, RAO_ALPHA_CHRISTOFFEL, p, 0.7, plus);
    ask(at, RAO_ALPHA_CHRISTOFFEL, p, -0.7, minus);
    OK(at->ctx, rao_family_fisher(at->ctx, at->f, at->chart, p, g));
    for (int64_t k = 0; k < n; k++) {
        double h = 1e-4 / u[k];
        fisher_near(at, p, k, h, up), fisher_near(at, p, k, -h, down);
        fisher_near(at, p, k, 2 * h, up2), fisher_near(at, p, k, -2 * h, down2);
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < n; j++) {
                double sum = 0, size = 1;
                double slope = (8 * (up[i * n + j] - down[i * n + j]) - (up2[i * n + j] - down2[i * n + j])) / (12 * h);
                for (int64_t m = 0; m < n; m++) {
                    double one = plus[(m * n + k) * n + i] * g[m * n + j], two = minus[(m * n + k) * n + j] * g[m * n + i];
                    sum += one + two, size += (fabs(one) + fabs(two)) / (u[k] * u[i] * u[j]);
                }
                EXPECT_CLOSE(sum / (u[k] * u[i] * u[j]), slope / (u[k] * u[i] * u[j]), tol * size);
            }
    }
}

static double at4(const double *r, int64_t n, int64_t i, int64_t j, int64_t k, int64_t l) { return r[((i * n + j) * n + k) * n + l]; }

static void curvature_has_its_symmetries(const place *at, const double *p, const double *u, double tol) {
    double r[MOST], plus[MOST], minus[MOST];
    int64_t n = rao_family_tangent(at->f, at->chart);
    ask_in_units(at, RAO_RIEMANN, p, NAN, u, r);
    ask_in_units(at, RAO_RIEMANN, p, 0.6, u, plus);
    ask_in_units(at, RAO_RIEMANN, p, -0.6, u, minus);
    int exponential = rao_family_describe(at->f)->exponential;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
            for (int64_t k = 0; k < n; k++)
                for (int64_t l = 0; l < n; l++) {
                    LAW("R_ijkl = -R_jikl = -R_ijlk = R_klij");
                    EXPECT_CLOSE(at4(r, n, i, j, k, l), -at4(r, n, j, i, k, l), tol);
                    EXPECT_CLOSE(at4(r, n, i, j, k, l), -at4(r, n, i, j, l, k), tol);
                    EXPECT_CLOSE(at4(r, n, i, j, k, l), at4(r, n, k, l, i, j), tol);
                    LAW("Bianchi's first identity, for every connection without torsion");
                    EXPECT_CLOSE(at4(plus, n, i, j, k, l) + at4(plus, n, i, k, l, j) + at4(plus, n, i, l, j, k), 0, tol);
                    LAW("R(alpha)_ijkl = -R(-alpha)_jikl");
                    EXPECT_CLOSE(at4(plus, n, i, j, k, l), -at4(minus, n, j, i, k, l), tol);
                    LAW("R(alpha) = (1 - alpha^2) R in an exponential family");
                    if (exponential) EXPECT_CLOSE(at4(plus, n, i, j, k, l), 0.64 * at4(r, n, i, j, k, l), tol);
                }
}

/* Known signs and values. */
static void curvature_is_known(const place *at, const double *p, double fixed, double tol) {
    const char *name = rao_family_describe(at->f)->name;
    double k = ask_one(at, RAO_SCALAR_CURVATURE, p, NAN), n = (double)rao_family_tangent(at->f, 0);
    static const struct {
        const char *name;
        double k;
    } constant[] = {{"normal", -0.5}, {"lognormal", -0.5},   {"inverse_gaussian", -0.5}, {"cauchy", -2},
                    {"laplace", -1},  {"categorical", 0.25}, {"multinomial", 0.25}};
    LAW("constant curvatures: half-planes, the sphere of radius 2 sqrt n");
    for (size_t i = 0; i < COUNT(constant); i++)
        if (!strcmp(name, constant[i].name))
            EXPECT_CLOSE(k, n * (n - 1) * constant[i].k / (!strcmp(name, "multinomial") ? fixed : 1), 10 * tol);
    LAW("the gamma, beta and Dirichlet families are negatively curved");
    if (!strcmp(name, "gamma") || !strcmp(name, "beta") || !strcmp(name, "dirichlet")) EXPECT_TRUE(k < 0);
    if (n != 2) return;
    LAW("on a surface the scalar is twice the sectional curvature");
    EXPECT_CLOSE(ask_one(at, RAO_SECTIONAL_CURVATURE, p, NAN), k / 2, 10 * tol);
}

static void every_chart_obeys_the_laws(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 31);
    for (size_t i = 0; i < COUNT(families); i++) {
        rao_family *f = make(ctx, families[i].name, families[i].dimension, families[i].fixed);
        int slow = !strcmp(families[i].name, "normal_mixture3");
        for (uint64_t trial = 0; trial < (slow ? 1 : 6); trial++) {
            double p[64], x[64], u[64], scalar = 0;
            /* rounding, times what random points and charts cost; a quadrature */
            double tol = slow ? 1e-8 : strchr("WM", *families[i].kinds) ? 1e-9 : 1e-10;
            place at = {ctx, f, 0, -1};
            draw(i, s, trial, p);
            for (; at.chart < rao_family_chart_count(f); at.chart++) {
                OK(ctx, rao_family_convert(ctx, f, 0, p, at.chart, x, NULL));
                units(&at, x, u);
                double here = ask_one(&at, RAO_SCALAR_CURVATURE, x, 0.3);
                if (at.chart == 0) scalar = here;
                LAW("scalar curvatures do not depend on the chart");
                EXPECT_CLOSE(here, scalar, 10 * tol);
                curvature_has_its_symmetries(&at, x, u, tol);
                if (rao_family_tangent(f, at.chart) != rao_family_tangent(f, 0)) continue;
                tensors_are_symmetric(&at, x, u, tol);
                flat_charts_are_flat(&at, x);
                curvature_is_known(&at, x, families[i].fixed, tol);
                if (!slow) connections_are_dual(&at, x, u, 2e-8); /* h^4 times fifth derivatives, and rounding over h */
            }
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void quadratures_agree(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 32);
    LAW("moments of the score and Gauss' equation give what the closed forms give");
    for (size_t i = 0; i < COUNT(families); i++) {
        if (!families[i].along) continue;
        rao_family *f = make(ctx, families[i].name, families[i].dimension, families[i].fixed);
        double p[64], u[64], closed[MOST], got[MOST];
        draw(i, s, 0, p);
        int64_t n = rao_family_tangent(f, 0);
        static const int quantities[] = {RAO_AMARI_CHENTSOV, RAO_ALPHA_CHRISTOFFEL, RAO_RIEMANN};
        for (size_t k = 0; k < COUNT(quantities); k++) {
            place at = {ctx, f, 0, -1};
            rao_quality quality = {RAO_CLOSED, 0};
            double raw[MOST];
            int64_t count = rao_manifold_answer(f, 0, quantities[k]);
            units(&at, p, u);
            ask_in_units(&at, quantities[k], p, -0.4, u, closed);
            at.method = RAO_QUADRATURE;
            OK(ctx, try_ask(&at, quantities[k], p, -0.4, NULL, raw, &quality));
            in_units(raw, count, k == 2 ? 4 : 3, k == 1, u, n, got);
            EXPECT_TRUE(quality.method != RAO_CLOSED && quality.error > 0);
            for (int64_t j = 0; j < count; j++) EXPECT_CLOSE(got[j], closed[j], 1e-11 * fmax(1, largest(closed, count)));
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

/* ---- families of one's own, mixtures, draws ---- */

static rao_family *own(rao_ctx *ctx, const char *density) {
    static const rao_coordinate coordinates[] = {{"mu", -INFINITY, INFINITY}, {"s", 0, INFINITY}};
    rao_family_definition d;
    rao_family *f = NULL;
    rao_family_definition_init(&d);
    d.coordinates = coordinates, d.coordinate_count = 2, d.density = density;
    OK(ctx, rao_family_define(ctx, &d, &f));
    return f;
}

static void own_families_and_mixtures(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    double p[] = {0.5, 2}, c[MOST], want[MOST];
    rao_family *normal = make(ctx, "normal", 0, 0), *bell = own(ctx, "exp(-(x - mu)^2/(2*s^2))/(s*sqrt(2*pi))"),
               *kink = own(ctx, "exp(-abs(x - mu)/s)/(2*s)");
    place closed = {ctx, normal, 0, -1}, mine = {ctx, bell, 0, -1}, bad = {ctx, kink, 0, -1};
    LAW("a density that its user spells has the connections and curvatures of the family");
    ask(&closed, RAO_CHRISTOFFEL, p, NAN, want), ask(&mine, RAO_CHRISTOFFEL, p, NAN, c);
    for (int i = 0; i < 8; i++) EXPECT_CLOSE(c[i], want[i], 1e-10);
    EXPECT_CLOSE(ask_one(&mine, RAO_SECTIONAL_CURVATURE, p, NAN), -0.5, 1e-10);
    EXPECT_CLOSE(ask_one(&mine, RAO_ALPHA_CURVATURE, p, 0.5), -0.375, 1e-10);
    EXPECT_TRUE(!signbit(ask_one(&closed, RAO_ALPHA_CURVATURE, p, 1)) && !signbit(ask_one(&closed, RAO_SCALAR_CURVATURE, p, -1))); /* 0 */
    LAW("a kink is no number");
    EXPECT_TRUE(try_ask(&bad, RAO_CHRISTOFFEL, p, NAN, NULL, c, NULL) != RAO_OK);
    LAW("a mixture whose components lie apart is a product of their families and of the weights");
    rao_family *mixed = NULL;
    OK(ctx, rao_family_mixture(ctx, 2, (const rao_family *const[]){normal, normal}, &mixed));
    place of_two = {ctx, mixed, 0, -1};
    double apart[] = {0.25, 0.75, 0, 1, 60, 2};
    ask(&of_two, RAO_CHRISTOFFEL, apart, NAN, c);
    EXPECT_CLOSE(c[(0 * 5 + 0) * 5 + 0], -0.5 * (1 - 2 * 0.25) / (0.25 * 0.75), 1e-9); /* Bernoulli */
    EXPECT_CLOSE(c[(1 * 5 + 1) * 5 + 2], -1, 1e-9);
    EXPECT_CLOSE(c[(4 * 5 + 3) * 5 + 3], 0.25, 1e-9);
    EXPECT_CLOSE(c[(1 * 5 + 3) * 5 + 4], 0, 1e-9);
    LAW("draws agree within five standard errors");
    rao_family *vector = make(ctx, "mvn", 2, 0);
    place many = {ctx, vector, 0, RAO_MONTE_CARLO}, known = {ctx, vector, 0, -1};
    double q[] = {0, 1, 2, 0.5, 1};
    rao_quality quality;
    ask(&known, RAO_AMARI_CHENTSOV, q, NAN, want);
    OK(ctx, try_ask(&many, RAO_AMARI_CHENTSOV, q, NAN, NULL, c, &quality));
    EXPECT_TRUE(quality.method == RAO_MONTE_CARLO && quality.error < 1);
    for (int i = 0; i < 125; i++) EXPECT_TRUE(fabs(c[i] - want[i]) < 5 * quality.error);
    rao_family_destroy(&vector), rao_family_destroy(&mixed), rao_family_destroy(&kink), rao_family_destroy(&bell),
        rao_family_destroy(&normal);
    rao_test_ctx_close(&ctx);
}

/* ---- the range ---- */

static void extremes_keep_their_digits(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    static const struct {
        const char *name;
        int64_t dimension;
        double p[3], k; /* the sectional curvature */
    } rows[] = {
        {"normal", 0, {1e9, 1e-150}, -0.5},
        {"normal", 0, {0, 1e150}, -0.5},
        {"inverse_gaussian", 0, {1e-90, 1e90}, -0.5},
        {"cauchy", 0, {1, 1e-200}, -2},
        {"gamma", 0, {1e12, 1e-9}, -0.5},
        {"gamma", 0, {1e200, 1}, -0.5},
        {"gamma", 0, {1e-200, 1}, -0.25},
        {"beta", 0, {1e12, 1e12}, -0.5},
        {"von_mises", 0, {0, 1e12}, -0.5},
        {"categorical", 3, {0.5, 0.5, 1e-250}, 0.25},
        {"categorical", 3, {1e-250, 1, 1e-200}, 0.25},
        {"weibull", 0, {1e-100, 1e100}, -0.60792710185402662866},
    };
    LAW("curvatures over the range of doubles: limits that are known");
    for (size_t i = 0; i < COUNT(rows); i++) {
        rao_family *f = make(ctx, rows[i].name, rows[i].dimension, 0);
        place at = {ctx, f, 0, -1};
        EXPECT_CLOSE(ask_one(&at, RAO_SECTIONAL_CURVATURE, rows[i].p, NAN), rows[i].k, 1e-11); /* the limit is within 1/shape */
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void planes(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "mvn", 2, 0);
    place at = {ctx, f, 0, -1};
    double p[] = {0, 0, 1, 0, 1}, k;
    LAW("curvatures of planes do not depend on their vectors, and are those of Skovgaard: 1/4 of two means, -1/2 of a normal, 0 of two "
        "normals");
    const double means[] = {1, 0, 0, 0, 0, 0, 1, 0, 0, 0}, same[] = {2e-200, 1e-200, 0, 0, 0, 1e200, 1.5e200, 0, 0, 0};
    const double normal[] = {1, 0, 0, 0, 0, 0, 0, 1, 0, 0}, two[] = {1, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    OK(ctx, try_ask(&at, RAO_SECTIONAL_CURVATURE, p, NAN, means, &k, NULL));
    EXPECT_CLOSE(k, 0.25, 1e-14);
    OK(ctx, try_ask(&at, RAO_SECTIONAL_CURVATURE, p, NAN, same, &k, NULL));
    EXPECT_CLOSE(k, 0.25, 1e-13);
    OK(ctx, try_ask(&at, RAO_SECTIONAL_CURVATURE, p, NAN, normal, &k, NULL));
    EXPECT_CLOSE(k, -0.5, 1e-14);
    OK(ctx, try_ask(&at, RAO_SECTIONAL_CURVATURE, p, NAN, two, &k, NULL));
    EXPECT_CLOSE(k, 0, 1e-14);
    rao_family_destroy(&f);
    LAW("in a family that is not exponential an alpha-curvature is R_1212/det g of the vectors as they are given");
    f = make(ctx, "gumbel", 0, 0), at.f = f;
    double q[] = {0.5, 2}, r[16], g[4], tilted[] = {1, 2, -3, 0.5};
    ask(&at, RAO_RIEMANN, q, 0.5, r);
    OK(ctx, rao_family_fisher(ctx, f, 0, q, g));
    double det = g[0] * g[3] - g[1] * g[2], want = 0;
    EXPECT_CLOSE(ask_one(&at, RAO_ALPHA_CURVATURE, q, 0.5), r[5] / det, 1e-13);
    for (int i = 0; i < 16; i++) want += r[i] * tilted[i >> 3 & 1] * tilted[2 + (i >> 2 & 1)] * tilted[i >> 1 & 1] * tilted[2 + (i & 1)];
    OK(ctx, try_ask(&at, RAO_ALPHA_CURVATURE, q, 0.5, tilted, &k, NULL));
    EXPECT_CLOSE(k, want / (det * 6.5 * 6.5), 1e-12);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void refusals(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    static const double parallel[] = {1, 2, -2, -4}, none[] = {0, 0, 1, 0}, infinite[] = {1, 0, INFINITY, 0};
    static const struct {
        const char *name;
        int64_t dimension;
        const char *chart;
        int quantity;
        double p[6], alpha;
        const double *plane;
        rao_status status;
        const char *part;
    } rows[] = {
        {"poisson", 0, "", RAO_SECTIONAL_CURVATURE, {2}, NAN, NULL, RAO_EDOMAIN, "one dimension"},
        {"uniform", 0, "", RAO_CHRISTOFFEL, {1, 2}, NAN, NULL, RAO_EDOMAIN, "not a regular family"},
        {"mvn", 2, "", RAO_SECTIONAL_CURVATURE, {0, 0, 1, 0, 1}, NAN, NULL, RAO_EINVAL, "needs a plane"},
        {"normal", 0, "", RAO_SECTIONAL_CURVATURE, {0, 1}, NAN, parallel, RAO_EDOMAIN, "parallel"},
        {"normal", 0, "", RAO_SECTIONAL_CURVATURE, {0, 1}, NAN, none, RAO_EDOMAIN, "parallel"},
        {"normal", 0, "", RAO_SECTIONAL_CURVATURE, {0, 1}, NAN, infinite, RAO_EDOMAIN, "plane has the entry inf"},
        {"normal", 0, "", RAO_ALPHA_CHRISTOFFEL, {0, 1}, NAN, NULL, RAO_EINVAL, "needs alpha"},
        {"normal", 0, "", RAO_ALPHA_CHRISTOFFEL, {0, 1}, INFINITY, NULL, RAO_EDOMAIN, "alpha = inf"},
        {"normal", 0, "", RAO_ALPHA_CURVATURE, {0, 1}, -INFINITY, NULL, RAO_EDOMAIN, "alpha = -inf"},
        {"normal", 0, "", RAO_RIEMANN, {0, -1}, NAN, NULL, RAO_EDOMAIN, "sigma = -1"},
        {"categorical", 3, "logits", RAO_CHRISTOFFEL, {0, 1, 2}, NAN, NULL, RAO_EUNABLE, "more coordinates"},
        {"categorical", 3, "", RAO_CHRISTOFFEL, {0, 0.5, 0.5}, NAN, NULL, RAO_EDOMAIN, "singular or infinite"},
        {"bernoulli", 0, "", RAO_CHRISTOFFEL, {1}, NAN, NULL, RAO_EDOMAIN, "singular or infinite"},
        {"normal_mixture3", 0, "", RAO_CHRISTOFFEL, {0, 1, 1.2}, NAN, NULL, RAO_EDOMAIN, "singular or infinite"},
        {"normal_mixture3", 0, "", RAO_CHRISTOFFEL, {0, 1, 2}, NAN, NULL, RAO_EDOMAIN, "singular or infinite"},
    };
    LAW("what has no answer is refused with the reason, and the output stays");
    for (size_t i = 0; i < COUNT(rows); i++) {
        rao_family *f = make(ctx, rows[i].name, rows[i].dimension, 0);
        place at = {ctx, f, 0, -1};
        double out[MOST] = {7};
        OK(ctx, rao_family_chart_index(ctx, f, rows[i].chart, &at.chart));
        EXPECT_FAIL(ctx, try_ask(&at, rows[i].quantity, rows[i].p, rows[i].alpha, rows[i].plane, out, NULL), rows[i].status, rows[i].part);
        EXPECT_CLOSE(out[0], 7, 0);
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static rao_status ask_all(rao_ctx *ctx, void *arg) {
    rao_status st;
    rao_family *f = NULL;
    double out[625], p[] = {0, 0, 1, 0, 1};
    rao_family_opts o;
    rao_family_args a;
    (void)arg;
    rao_family_opts_init(&o);
    o.dimension = 2;
    RAO_TRY(rao_family_create(ctx, "mvn", &o, &f));
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0), a.chart = 1;
    p[2] = p[4] = -0.5;
    RAO_TRY(rao_manifold_eval(ctx, f, RAO_CHRISTOFFEL, &a, out, 0));
    RAO_TRY(rao_manifold_eval(ctx, f, RAO_RIEMANN, &a, out, 0));
done:
    rao_family_destroy(&f);
    return st;
}

static void memory_runs_out(void **state) {
    (void)state;
    LAW("every allocation may fail");
    rao_test_every_allocation_fails(ask_all, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(definitions_match),
        cmocka_unit_test(every_chart_obeys_the_laws),
        cmocka_unit_test(quadratures_agree),
        cmocka_unit_test(own_families_and_mixtures),
        cmocka_unit_test(extremes_keep_their_digits),
        cmocka_unit_test(planes),
        cmocka_unit_test(refusals),
        cmocka_unit_test(memory_runs_out),
    };
    return rao_test_run("manifold", tests, COUNT(tests));
}
