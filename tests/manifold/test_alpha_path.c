/* Geodesics of the alpha-connections: the equation itself, with symbols that share no code with them, and the connections whose geodesics are known. */
#include <float.h>

#include "manifold/make.h"

enum { MOST = 16 };

typedef struct place {
    rao_ctx *ctx;
    const rao_family *f;
    int64_t chart;
} place;

static rao_status try_ask(const place *at, int quantity, const double *p, const double *q, double t, double alpha, double *out) {
    rao_family_args a;
    rao_family_args_init(&a);
    a.chart = at->chart, a.alpha = alpha;
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.t = rao_points_of(&t, 0);
    return rao_manifold_eval(at->ctx, at->f, quantity, &a, out, 0);
}
static void path(const place *at, const double *p, const double *q, double t, double alpha, double *out) {
    OK(at->ctx, try_ask(at, RAO_ALPHA_GEODESIC, p, q, t, alpha, out));
}

static const struct {
    const char *name;
    int64_t dimension;
    double fixed, p[MOST], q[MOST];
} families[] = {
    {"exponential", 0, 0, {0.5}, {3}},
    {"rayleigh", 0, 0, {0.5}, {2}},
    {"pareto", 0, 2, {3}, {0.75}},
    {"poisson", 0, 0, {0.5}, {7}},
    {"bernoulli", 0, 0, {0.125}, {0.75}},
    {"binomial", 0, 7, {0.9375}, {0.5}},
    {"geometric", 0, 0, {0.125}, {0.75}},
    {"geometric0", 0, 0, {0.5}, {0.25}},
    {"negative_binomial", 0, 2.5, {0.25}, {0.875}},
    {"categorical", 2, 0, {0.25, 0.75}, {0.5, 0.5}},
    {"categorical", 4, 0, {0.5, 0.25, 0.125, 0.125}, {0.0625, 0.125, 0.5, 0.3125}},
    {"multinomial", 3, 9, {0.5, 0.25, 0.25}, {0.125, 0.8125, 0.0625}},
    {"normal", 0, 0, {0, 1}, {1.5, 2}},
    {"lognormal", 0, 0, {-0.5, 2}, {0.25, 0.75}},
    {"isotropic_normal", 3, 0, {0, 1, -1, 1.5}, {1, 0.5, 0, 0.75}},
    {"diagonal_normal", 2, 0, {0, 1, 1.5, 0.5}, {1, 0.5, 0.75, 1}},
    {"wishart", 2, 4, {1, 0.25, 2}, {1.5, -0.25, 1}},
    {"mvn", 1, 0, {0, 1}, {1.5, 2}},
    {"mvn", 2, 0, {0.5, 1, 1, 0.25, 2}, {0.5, 1, 1.5, -0.25, 1}},
    {"mvn", 2, 0, {0, 0, 1, 0.25, 2}, {1, -0.5, 1.5, -0.25, 1}},
    {"inverse_gaussian", 0, 0, {1, 2}, {1.5, 1}},
    {"von_mises", 0, 0, {0.5, 1}, {-0.25, 2}},
    {"gamma", 0, 0, {2, 3}, {4, 1.5}},
    {"inverse_gamma", 0, 0, {1, 0.5}, {0.5, 0.75}},
    {"beta", 0, 0, {1, 2}, {2, 1.5}},
    {"dirichlet", 3, 0, {1, 2, 0.5}, {1.5, 1, 1}},
};
static const double alphas[] = {-3, -0.7, 0.3, 0.999, 2};

/* x'' + Gamma(x', x') at t, over |x'|^2 in standard units; derivatives over h, to h^4. */
static void equation_holds(const place *at, const double *p, const double *q, double t, double alpha) {
    double x[5][MOST], c[MOST * MOST], fisher[MOST * MOST], speed[MOST], h = 0.002, size = 1;
    int64_t n = rao_family_tangent(at->f, at->chart);
    for (int k = 0; k < 5; k++) path(at, p, q, t + (k - 2) * h, alpha, x[k]);
    OK(at->ctx, try_ask(at, RAO_ALPHA_CHRISTOFFEL, x[2], NULL, 0, alpha, c));
    OK(at->ctx, rao_family_fisher(at->ctx, at->f, at->chart, x[2], fisher));
    for (int64_t i = 0; i < n; i++) {
        speed[i] = (8 * (x[3][i] - x[1][i]) - (x[4][i] - x[0][i])) / (12 * h);
        size = fmax(size, fabs(speed[i]) * sqrt(fisher[i * n + i]));
    }
    for (int64_t i = 0; i < n; i++) {
        double sum = (16 * (x[3][i] + x[1][i]) - (x[4][i] + x[0][i]) - 30 * x[2][i]) / (12 * h * h);
        for (int64_t j = 0; j < n; j++)
            for (int64_t k = 0; k < n; k++) sum += c[(i * n + j) * n + k] * speed[j] * speed[k];
        EXPECT_CLOSE(sum * sqrt(fisher[i * n + i]) / (size * size), 0, 1e-6); /* h^4 = 2e-11 times sixth derivatives, 1e-15 over h^2 */
    }
}

static void geodesics_solve_their_equation(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    for (size_t i = 0; i < COUNT(families); i++) {
        rao_family *f = make(ctx, families[i].name, families[i].dimension, families[i].fixed);
        place at = {ctx, f, 0};
        const double *p = families[i].p, *q = families[i].q;
        int64_t n = rao_family_coords(f, 0);
        for (size_t k = 0; k < COUNT(alphas); k++) {
            double x[MOST], y[MOST], a[MOST], b[MOST];
            LAW("x'' + Gamma(alpha)(x', x') = 0");
            for (int s = 0; s < 3; s++) equation_holds(&at, p, q, 0.1 + 0.4 * s, alphas[k]);
            LAW("from p to q, the same backwards, the same in every chart");
            path(&at, p, q, 0, alphas[k], x);
            for (int64_t j = 0; j < n; j++) EXPECT_CLOSE(x[j], p[j], 0);
            path(&at, p, q, 1, alphas[k], x);
            for (int64_t j = 0; j < n; j++) EXPECT_CLOSE(x[j], q[j], 0);
            path(&at, p, q, 0.375, alphas[k], x), path(&at, q, p, 0.625, alphas[k], y);
            for (int64_t j = 0; j < n; j++) EXPECT_CLOSE(x[j], y[j], 1e-12);
            for (place other = {ctx, f, 1}; other.chart < rao_family_chart_count(f); other.chart++) {
                OK(ctx, rao_family_convert(ctx, f, 0, p, other.chart, a, NULL));
                OK(ctx, rao_family_convert(ctx, f, 0, q, other.chart, b, NULL));
                path(&other, a, b, 0.375, alphas[k], y);
                if (rao_family_tangent(f, other.chart) != rao_family_tangent(f, 0)) continue; /* logits are not unique */
                OK(ctx, rao_family_convert(ctx, f, other.chart, y, 0, a, NULL));
                for (int64_t j = 0; j < n; j++) EXPECT_CLOSE(a[j], x[j], 1e-12);
            }
        }
        LAW("it goes over into the m-, the Fisher-Rao and the e-geodesic");
        static const int known[] = {RAO_M_GEODESIC, RAO_FISHER_RAO_GEODESIC, RAO_E_GEODESIC};
        for (int k = 0; k < 3; k++) {
            double want[MOST], exact[MOST], near[2][MOST];
            OK(ctx, try_ask(&at, known[k], p, q, 0.375, NAN, want));
            path(&at, p, q, 0.375, k - 1, exact);
            path(&at, p, q, 0.375, k - 1 - 1e-5, near[0]), path(&at, p, q, 0.375, k - 1 + 1e-5, near[1]);
            for (int64_t j = 0; j < n; j++) EXPECT_CLOSE(exact[j], want[j], 1e-14);
            for (int64_t j = 0; j < n; j++) EXPECT_CLOSE(0.5 * (near[0][j] + near[1][j]), want[j], 1e-9);
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

/* x -> A x + b of N(m, S) in three variables, A the product of a cyclic change of the axes and diag(2, 1/4, 8). */
static void move(const double *c, double *out) {
    static const double scale[] = {2, 0.25, 8}, shift[] = {1, -2, 4};
    static const int from[] = {2, 0, 1}, entry[3][3] = {{3, 4, 5}, {4, 6, 7}, {5, 7, 8}};
    for (int i = 0; i < 3; i++) {
        out[i] = scale[i] * c[from[i]] + shift[i];
        for (int j = i; j < 3; j++) out[entry[i][j]] = scale[i] * scale[j] * c[entry[from[i]][from[j]]];
    }
}

static const struct {
    double alpha, at[5];
} oracle_mvn[] = {
    {-0.5, {0.33959969683484721, -0.1816728381242655, 1.3331910337554184, -0.030014442027579145, 1.6148302346080402}},
};

static void multivariate_normals(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    static const double p[] = {0, 1, -1, 1, 0.25, 0, 2, 0.5, 1}, q[] = {0.5, 0, 0, 1.5, -0.25, 0.5, 1, 0, 2}, some[] = {-3, -0.5, 0.5, 1.5};
    rao_family *three = make(ctx, "mvn", 3, 0), *one = make(ctx, "mvn", 1, 0), *normal = make(ctx, "normal", 0, 0);
    rao_family *cone = make(ctx, "wishart", 3, 4);
    place at = {ctx, three, 0}, line = {ctx, one, 0}, known = {ctx, normal, 1}, same = {ctx, cone, 0};
    double a[MOST], b[MOST], x[MOST], y[MOST], moved[MOST];
    move(p, a), move(q, b);
    for (size_t k = 0; k < COUNT(some); k++) {
        LAW("affine maps take geodesics to geodesics");
        path(&at, p, q, 0.375, some[k], x), path(&at, a, b, 0.375, some[k], y);
        move(x, moved);
        for (int i = 0; i < 9; i++) EXPECT_CLOSE(y[i], moved[i], 1e-11);
        LAW("in one variable it is that of the normal family");
        path(&line, (double[]){1, 1}, (double[]){2, 3}, 0.375, some[k], x);
        path(&known, (double[]){1, 1}, (double[]){2, 3}, 0.375, some[k], y);
        for (int i = 0; i < 2; i++) EXPECT_CLOSE(x[i], y[i], 1e-12);
        LAW("with one mean it is that of the Wishart's cone");
        for (int i = 0; i < 3; i++) a[i] = p[i], b[i] = p[i];
        for (int i = 3; i < 9; i++) a[i] = p[i], b[i] = q[i];
        path(&at, a, b, 0.375, some[k], x), path(&same, p + 3, q + 3, 0.375, some[k], y);
        for (int i = 0; i < 9; i++) EXPECT_CLOSE(x[i], i < 3 ? p[i] : y[i - 3], 1e-13);
        move(p, a), move(q, b);
    }
    rao_family *two = make(ctx, "mvn", 2, 0);
    place plane = {ctx, two, 0};
    ORACLE("alpha-geodesic of normals from their log-partition alone", "mpmath 60 digits, tests/oracle/alpha_mvn.py");
    for (size_t k = 0; k < COUNT(oracle_mvn); k++) {
        path(&plane, (double[]){0, 0, 1, 0.25, 2}, (double[]){1, -0.5, 1.5, -0.25, 1}, 0.375, oracle_mvn[k].alpha, x);
        for (int i = 0; i < 5; i++) EXPECT_CLOSE(x[i], oracle_mvn[k].at[i], 1e-13);
    }
    rao_family_destroy(&two), rao_family_destroy(&three), rao_family_destroy(&one), rao_family_destroy(&normal), rao_family_destroy(&cone);
    rao_test_ctx_close(&ctx);
}

static void edges_and_extremes(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    double x[MOST] = {7};
    rao_family *f = make(ctx, "categorical", 3, 0);
    place at = {ctx, f, 0};
    LAW("corners can be left and reached for alpha < 1");
    path(&at, (double[]){1, 0, 0}, (double[]){0, 0.5, 0.5}, 0.5, 0.5, x);
    EXPECT_CLOSE(x[0], 0.5, 1e-12);
    EXPECT_CLOSE(x[1], 0.25, 1e-12);
    EXPECT_CLOSE(x[2], 0.25, 1e-12);
    rao_family_destroy(&f);
    f = make(ctx, "exponential", 0, 0), at.f = f;
    LAW("powers of the rate are straight, over the range of doubles");
    path(&at, (double[]){1e-200}, (double[]){1e200}, 0.5, 4, x);
    EXPECT_REL(x[0], 1e200 * pow(0.5, 0.25), 1e-13);
    path(&at, (double[]){1e-200}, (double[]){1e200}, 0.5, -4, x);
    EXPECT_REL(x[0], 1e-200 * pow(0.5, -0.25), 1e-13);
    rao_family_destroy(&f);
    f = make(ctx, "normal", 0, 0), at.f = f;
    ORACLE("an ellipse of normals 600 deviations apart, whose time has nearly all of its decades at the ends",
           "quad and findroot of mpmath at 30 digits");
    path(&at, (double[]){-112.46703692780696, 0.19930037658084443}, (double[]){8.724257155977996, 0.22758256315094225}, 0.3,
         -2.6785659723374997, x);
    EXPECT_REL(x[0], -66.0491157464723955, 1e-13);
    EXPECT_REL(x[1], 79.8991417385791428, 1e-13);
    rao_family_destroy(&f);
    static const struct {
        const char *name;
        int64_t dimension;
        double p[3], q[3], t, alpha;
        rao_status status;
        const char *part;
    } rows[] = {
        {"mvn", 1, {1, 1}, {2, 2}, 1.5, 0.5, RAO_EUNABLE, "want 0 <= t <= 1"},
        {"normal", 0, {0, 1}, {10, 2}, 0.5, 3, RAO_EDOMAIN, "leaves the family"},
        {"normal", 0, {0, 1}, {1, 2}, 0.3, -1e300, RAO_ENUMERIC, "lost to rounding"},
        {"normal", 0, {0, 1}, {1, 2}, 0.3, -1e5, RAO_ENUMERIC, "the time on the way"},
        {"cauchy", 0, {0, 1}, {1, 2}, 0.5, 1, RAO_EUNABLE, "not an exponential family"},
        {"gamma", 0, {100, 1}, {100, 3}, 0.5, 2, RAO_ENUMERIC, "as far as alpha = 1.0"},
        {"gamma", 0, {1, 1}, {1, 2}, 1.5, 0.5, RAO_EUNABLE, "want 0 <= t <= 1"},
        {"poisson", 0, {4}, {1}, 4, 0.5, RAO_EDOMAIN, "edge"},
        {"bernoulli", 0, {0.25}, {0.5}, 1.5, 0.5, RAO_EUNABLE, "want 0 <= t <= 1"},
        {"bernoulli", 0, {0}, {0.5}, 0.5, 2, RAO_EDOMAIN, "infinitely far"},
        {"poisson", 0, {4}, {1}, 0.5, INFINITY, RAO_EDOMAIN, "alpha = inf"},
        {"poisson", 0, {4}, {1}, 0.5, NAN, RAO_EINVAL, "needs alpha"},
        {"poisson", 0, {4}, {1}, INFINITY, 0.5, RAO_EDOMAIN, "t = inf"},
    };
    LAW("what has no answer is refused with the reason, and the output stays");
    for (size_t i = 0; i < COUNT(rows); i++) {
        f = make(ctx, rows[i].name, rows[i].dimension, 0), at.f = f;
        x[0] = 7;
        EXPECT_FAIL(ctx, try_ask(&at, RAO_ALPHA_GEODESIC, rows[i].p, rows[i].q, rows[i].t, rows[i].alpha, x), rows[i].status, rows[i].part);
        EXPECT_CLOSE(x[0], 7, 0);
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(geodesics_solve_their_equation),
        cmocka_unit_test(multivariate_normals),
        cmocka_unit_test(edges_and_extremes),
    };
    return rao_test_run("manifold", tests, COUNT(tests));
}
