/* The Fisher-Rao geometry: values against textbook formulas at 1400 digits, and the laws of a Riemannian metric in every chart of every family. */
#include <float.h>

#include "manifold/make.h"
#include "manifold/place.h"

#include "oracle_fisher_rao.h"
#include "oracle_mvn_exp.h"

enum { MOST = 64 };

static double distance(const place *at, const double *p, const double *q) {
    double d;
    ask(at, RAO_FISHER_RAO_DISTANCE, p, q, 0, NULL, &d);
    return d;
}

/* Roots of the Fisher matrix's diagonal, the size of one unit in each coordinate; 1 where there is no finite one. */
static void units(const place *at, const double *p, double *u) {
    double fisher[MOST * MOST];
    int64_t n = rao_family_tangent(at->f, at->chart);
    int known = rao_family_fisher(at->ctx, at->f, at->chart, p, fisher) == RAO_OK; /* 1e600 is not */
    for (int64_t i = 0; i < n; i++) u[i] = known && fisher[i * n + i] > 0 && isfinite(fisher[i * n + i]) ? sqrt(fisher[i * n + i]) : 1;
}

static void closed_forms_match(void **state) {
    (void)state;
    ORACLE("distances, geodesics, log maps", "mpmath 1400 digits, tests/oracle/fisher_rao.py");
    rao_ctx *ctx = rao_test_ctx();
    int failures = 0;
    for (size_t i = 0; i < COUNT(oracle_fisher_rao); i++) {
        rao_family *f = make(ctx, oracle_fisher_rao[i].family, oracle_fisher_rao[i].dimension, oracle_fisher_rao[i].fixed);
        place at = {ctx, f, 0};
        int quantity;
        double got[MOST], u[MOST], length = 0;
        const double *want = oracle_fisher_rao[i].want, *p = oracle_fisher_rao[i].p;
        OK(ctx, rao_family_chart_index(ctx, f, oracle_fisher_rao[i].chart, &at.chart));
        OK(ctx, rao_manifold_find(ctx, oracle_fisher_rao[i].quantity, &quantity));
        EXPECT_EQ(rao_manifold_answer(f, at.chart, quantity), oracle_fisher_rao[i].count);
        if (try_ask(&at, quantity, p, oracle_fisher_rao[i].q, oracle_fisher_rao[i].t, NULL, got))
            got[0] = got[1] = got[2] = got[3] = got[4] = NAN;
        int64_t n = rao_family_tangent(f, at.chart);
        if (quantity != RAO_FISHER_RAO_DISTANCE) units(&at, quantity == RAO_LOG_MAP ? p : want, u);
        for (int64_t j = 0; quantity == RAO_LOG_MAP && j < n; j++) length = fmax(length, fabs(want[j]) * u[j]);
        for (int j = 0; j < oracle_fisher_rao[i].count; j++) {
            /* a component of a vector to 1e-12 of the longest one, measured by the metric; a point to 1e-12 of itself and of a unit of length */
            double size = quantity == RAO_LOG_MAP ? length / u[j] : fabs(want[j]);
            if (quantity == RAO_FISHER_RAO_GEODESIC && j < n) size += 1 / u[j];
            if (got[j] == want[j] || fabs(got[j] - want[j]) <= 1e-12 * size) continue;
            print_error("row %d: %s.%s %s(%.17g, %.17g; %.17g, %.17g; t %g)[%d] = %.17g, want %.17g (off by %.2g) %s\n", (int)i,
                        oracle_fisher_rao[i].family, oracle_fisher_rao[i].chart, oracle_fisher_rao[i].quantity, p[0], p[1],
                        oracle_fisher_rao[i].q[0], oracle_fisher_rao[i].q[1], oracle_fisher_rao[i].t, j, got[j], want[j],
                        fabs(got[j] - want[j]) / size, isnan(got[j]) ? rao_ctx_message(ctx) : "");
            failures++;
        }
        rao_family_destroy(&f);
    }
    EXPECT_EQ(failures, 0);
    rao_test_ctx_close(&ctx);
}

/* ---- laws on random points ---- */

/* How chart 0's coordinates are drawn: r a real, p positive, u in (0, 1); S a probability vector, W a covariance; m, c, mc: mvn with one mean, one
 * covariance, any. */
static const struct {
    const char *name;
    int64_t dimension;
    double fixed;
    const char *kinds;
    int complete; /* geodesics go on for ever */
} families[] = {
    {"normal", 0, 0, "rp", 1},
    {"lognormal", 0, 0, "rp", 1},
    {"cauchy", 0, 0, "rp", 1},
    {"student_t", 0, 2.5, "rp", 1},
    {"laplace", 0, 0, "rp", 1},
    {"logistic", 0, 0, "rp", 1},
    {"gumbel", 0, 0, "rp", 1},
    {"weibull", 0, 0, "pp", 1},
    {"inverse_gaussian", 0, 0, "pp", 0},
    {"isotropic_normal", 1, 0, "rp", 1},
    {"isotropic_normal", 3, 0, "rrrp", 1},
    {"diagonal_normal", 3, 0, "rrrppp", 1},
    {"exponential", 0, 0, "p", 1},
    {"rayleigh", 0, 0, "p", 1},
    {"pareto", 0, 2, "p", 1},
    {"poisson", 0, 0, "p", 0},
    {"bernoulli", 0, 0, "u", 0},
    {"binomial", 0, 7, "u", 0},
    {"geometric", 0, 0, "u", 0},
    {"geometric0", 0, 0, "u", 0},
    {"negative_binomial", 0, 2.5, "u", 0},
    {"categorical", 2, 0, "S", 0},
    {"categorical", 5, 0, "S", 0},
    {"multinomial", 4, 9, "S", 0},
    {"wishart", 1, 4, "W", 1},
    {"wishart", 3, 4.5, "W", 1},
    {"mvn", 1, 0, "mc", 1},
    {"mvn", 3, 0, "m", 1},
    {"mvn", 3, 0, "c", 1},
    {"mvn", 2, 0, "mc", 1},
    {"mvn", 3, 0, "mc", 1},
    {"gamma", 0, 0, "pp", 1},
    {"inverse_gamma", 0, 0, "pp", 1},
    {"beta", 0, 0, "pp", 1},
    {"dirichlet", 2, 0, "pp", 1},
    {"dirichlet", 4, 0, "pppp", 1},
    {"von_mises", 0, 0, "up", 1},
};

static void draw_matrix(rao_stream s, uint64_t at, int64_t d, double *upper) {
    double a[16];
    for (int64_t i = 0; i < d * d; i++) a[i] = rao_normal_at(s, 1, at + (uint64_t)i);
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = i; j < d; j++) {
            double sum = i == j ? 0.3 : 0;
            for (int64_t k = 0; k < d; k++) sum += a[i * d + k] * a[j * d + k];
            *upper++ = sum;
        }
}

/* Point number `which` (0, 1, 2) of a trial. */
static void draw(size_t family, rao_stream s, uint64_t trial, uint64_t which, double *p) {
    const char *kinds = families[family].kinds;
    int64_t d = families[family].dimension;
    uint64_t at = (trial * 3 + which) * 64;
    double sum = 0;
    if (*kinds == 'S') {
        for (int64_t i = 0; i < d; i++) sum += p[i] = exp(rao_normal_at(s, 0, at + (uint64_t)i));
        for (int64_t i = 0; i < d; i++) p[i] /= sum;
    } else if (*kinds == 'W') {
        draw_matrix(s, at, d, p);
    } else if (*kinds == 'm' || *kinds == 'c') {
        int one_mean = *kinds == 'm' && !kinds[1], one_cov = *kinds == 'c';
        for (int64_t i = 0; i < d; i++) p[i] = rao_normal_at(s, 0, (one_mean ? trial * 192 : at) + (uint64_t)i);
        draw_matrix(s, one_cov ? trial * 192 : at, d, p + d);
    } else {
        for (int64_t i = 0; kinds[i]; i++) {
            double z = rao_normal_at(s, 0, at + (uint64_t)i);
            p[i] = kinds[i] == 'r' ? z : kinds[i] == 'p' ? exp(z) : 1 / (1 + exp(-z));
        }
    }
}

/* <v, w> in the Fisher metric at p. */
static double inner(const place *at, const double *p, const double *v, const double *w) {
    double fisher[MOST * MOST], sum = 0;
    int64_t n = rao_family_tangent(at->f, at->chart);
    OK(at->ctx, rao_family_fisher(at->ctx, at->f, at->chart, p, fisher));
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) sum += v[i] * fisher[i * n + j] * w[j];
    return sum;
}

static void same_point(const place *at, const double *got, const double *want, double tol) {
    for (int64_t i = 0; i < rao_family_coords(at->f, at->chart); i++) EXPECT_CLOSE(got[i], want[i], tol);
}

/* tol: 1e-12 times what inverting a random covariance or chart costs. */
static void laws_of_a_pair(const place *at, const double *p, const double *q, int complete, double tol) {
    double v[MOST], w[MOST], x[MOST], y[MOST], d = distance(at, p, q);
    LAW("distance is symmetric and 0 only at p = q");
    EXPECT_REL(distance(at, q, p), d, tol);
    EXPECT_TRUE(d > 0);
    EXPECT_CLOSE(distance(at, p, p), 0, 0);
    LAW("the length of log_map is the distance");
    ask(at, RAO_LOG_MAP, p, q, 0, NULL, v);
    EXPECT_REL(sqrt(inner(at, p, v, v)), d, tol);
    LAW("exp inverts log");
    ask(at, RAO_EXP_MAP, p, NULL, 0, v, x);
    same_point(at, x, q, 100 * tol);
    LAW("a geodesic begins at p, ends at q and is passed at constant speed");
    ask(at, RAO_FISHER_RAO_GEODESIC, p, q, 0, NULL, x);
    same_point(at, x, p, tol);
    ask(at, RAO_FISHER_RAO_GEODESIC, p, q, 1, NULL, x);
    same_point(at, x, q, tol);
    ask(at, RAO_FISHER_RAO_GEODESIC, p, q, 0.5, NULL, x);
    EXPECT_REL(distance(at, p, x), d / 2, 10 * tol);
    EXPECT_REL(distance(at, x, q), d / 2, 10 * tol);
    ask(at, RAO_FISHER_RAO_GEODESIC, p, q, 0.25, NULL, y);
    EXPECT_REL(distance(at, y, x), d / 4, 10 * tol);
    LAW("... also beyond its ends, where the manifold goes on");
    double past = 1.5;
    rao_status st = try_ask(at, RAO_FISHER_RAO_GEODESIC, p, q, past, NULL, x);
    if (complete || st == RAO_OK) {
        OK(at->ctx, st);
        EXPECT_REL(distance(at, q, x), d / 2, 100 * tol);
        ask(at, RAO_LOG_MAP, x, p, 0, NULL, w);
        EXPECT_REL(sqrt(inner(at, x, w, w)), past * d, 100 * tol);
    } else {
        EXPECT_FAIL(at->ctx, st, RAO_EDOMAIN, "edge");
    }
}

static void every_chart_obeys_the_laws(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 5);
    for (size_t i = 0; i < COUNT(families); i++) {
        rao_family *f = make(ctx, families[i].name, families[i].dimension, families[i].fixed);
        for (uint64_t trial = 0; trial < 20; trial++) {
            double p[MOST], q[MOST], r[MOST];
            draw(i, s, trial, 0, p), draw(i, s, trial, 1, q), draw(i, s, trial, 2, r);
            place at = {ctx, f, 0};
            double d = distance(&at, p, q), matrices = families[i].dimension && strchr("Wmc", *families[i].kinds) ? 1e3 : 1;
            LAW("triangle inequality");
            EXPECT_TRUE(d <= distance(&at, p, r) + distance(&at, r, q) + 1e-12);
            for (; at.chart < rao_family_chart_count(f); at.chart++) {
                double a[MOST], b[MOST];
                OK(ctx, rao_family_convert(ctx, f, 0, p, at.chart, a, NULL));
                OK(ctx, rao_family_convert(ctx, f, 0, q, at.chart, b, NULL));
                LAW("distance does not depend on the chart");
                EXPECT_REL(distance(&at, a, b), d, 1e-12 * matrices);
                laws_of_a_pair(&at, a, b, families[i].complete, 1e-12 * matrices);
            }
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

/* q moved a little along coordinate j of chart 0, by h units of Fisher length. */
static void nudge(const double *q, int64_t j, double h, double unit, double *out) {
    memcpy(out, q, sizeof *out * MOST);
    out[j] += h / unit;
}

static void distance_is_that_of_the_metric(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 6);
    for (size_t i = 0; i < COUNT(families); i++) {
        if (*families[i].kinds == 'S') continue; /* their coordinates are not free */
        rao_family *f = make(ctx, families[i].name, families[i].dimension, families[i].fixed);
        place at = {ctx, f, 0};
        for (uint64_t trial = 0; trial < 10; trial++) {
            double p[MOST] = {0}, q[MOST] = {0}, x[MOST], y[MOST], u[MOST], v[MOST], e[MOST], h = 1e-5;
            draw(i, s, trial, 0, p), draw(i, s, trial, 1, q);
            units(&at, q, u);
            ask(&at, RAO_LOG_MAP, q, p, 0, NULL, v);
            for (int64_t j = 0; j < rao_family_tangent(f, 0); j++) {
                nudge(q, j, h, u[j], x), nudge(q, j, -h, u[j], y);
                LAW("distance / h -> root of the Fisher matrix's entry");
                EXPECT_REL(distance(&at, x, y) / (2 * h), 1, 1e-6); /* h^2 times 1e4, the metric near an edge */
                LAW("Gauss' lemma: the derivative of d^2/2 along e is -<log, e>");
                double a = distance(&at, p, x), b = distance(&at, p, y);
                memset(e, 0, sizeof e);
                e[j] = 1 / u[j];
                EXPECT_CLOSE((a - b) / (2 * h) * (a + b) / 2, -inner(&at, q, v, e), 1e-6); /* h^2 times third derivatives */
            }
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void close_points_see_the_divergence(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 7);
    LAW("KL(p : q) + KL(q : p) = d^2 (1 + O(d^2)), and it never lies below d^2");
    for (size_t i = 0; i < COUNT(families); i++) {
        rao_family *f = make(ctx, families[i].name, families[i].dimension, families[i].fixed);
        place at = {ctx, f, 0};
        for (uint64_t trial = 0; trial < 20 && rao_family_describe(f)->exponential; trial++) {
            double p[MOST], q[MOST], x[MOST], jeffreys;
            draw(i, s, trial, 0, p), draw(i, s, trial, 1, q);
            double d = distance(&at, p, q);
            ask(&at, RAO_JEFFREYS_DIVERGENCE, p, q, 0, NULL, &jeffreys);
            EXPECT_TRUE(d * d <= jeffreys * (1 + 1e-12));
            ask(&at, RAO_FISHER_RAO_GEODESIC, p, q, 1e-3 / d, NULL, x);
            ask(&at, RAO_JEFFREYS_DIVERGENCE, p, x, 0, NULL, &jeffreys);
            EXPECT_REL(jeffreys, 1e-6, 1e-5); /* d^2 times skewness squared */
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

/* ---- multivariate normals, mean and covariance moving together ---- */

static double condition_of_2(const double *s) { return (s[0] + s[2]) * (s[0] + s[2]) / (s[0] * s[2] - s[1] * s[1]); }

static void exp_of_normals_solves_the_geodesic_equation(void **state) {
    (void)state;
    ORACLE("exp_map of mvn", "the geodesic equation by Taylor series, mpmath 30 digits, tests/oracle/mvn_exp.py");
    rao_ctx *ctx = rao_test_ctx();
    for (size_t i = 0; i < COUNT(oracle_mvn_exp); i++) {
        int64_t d = oracle_mvn_exp[i].d, n = d + d * (d + 1) / 2;
        const double *want = oracle_mvn_exp[i].want;
        double got[MOST];
        rao_family *f = make(ctx, "mvn", d, 0);
        place at = {ctx, f, 0};
        ask(&at, RAO_EXP_MAP, oracle_mvn_exp[i].p, NULL, 0, oracle_mvn_exp[i].velocity, got);
        double cond = d == 2 ? fmax(condition_of_2(want + 2), condition_of_2(oracle_mvn_exp[i].p + 2)) : d == 3 ? 1e3 : 1;
        for (int64_t j = 0; j < n; j++) {
            double size = fabs(want[j]);
            if (j < d) size += sqrt(want[d + j * d - j * (j - 1) / 2]) + fabs(oracle_mvn_exp[i].velocity[j]);
            else
                for (int64_t k = 0; k < d; k++) size = fmax(size, d == 2 && j == 3 ? sqrt(want[2] * want[4]) : 0);
            EXPECT_CLOSE(got[j], want[j], 1e-13 * fmax(10, cond) * size);
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

/* p and a velocity of length `speed`, mean and covariance. */
static void draw_motion(const place *at, rao_stream s, uint64_t trial, int64_t d, double speed, double *p, double *v) {
    int64_t n = d + d * (d + 1) / 2;
    for (int64_t i = 0; i < d; i++) p[i] = rao_normal_at(s, 4, trial * 64 + (uint64_t)i);
    draw_matrix(s, trial * 64, d, p + d);
    for (int64_t i = 0; i < n; i++) v[i] = rao_normal_at(s, 5, trial * 64 + (uint64_t)i);
    double length = sqrt(inner(at, p, v, v));
    for (int64_t i = 0; i < n; i++) v[i] *= speed / length;
}

static void exp_of_normals_obeys_the_laws(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 8);
    for (int64_t d = 1; d <= 4; d++) {
        rao_family *f = make(ctx, "mvn", d, 0);
        int64_t n = d + d * (d + 1) / 2;
        for (uint64_t trial = 0; trial < 20; trial++) {
            place at = {ctx, f, 0};
            double p[MOST], v[MOST], w[MOST], x[MOST], y[MOST], z[MOST], h = 1e-3, jeffreys, bounds[2];
            draw_motion(&at, s, trial, d, 1.5, p, v);
            ask(&at, RAO_EXP_MAP, p, NULL, 0, v, x);
            LAW("speed is constant: between times 1 and 1 + h lies a divergence of h^2 times its square");
            for (int64_t i = 0; i < n; i++) w[i] = v[i] * (1 + h), y[i] = v[i] * (1 - h);
            ask(&at, RAO_EXP_MAP, p, NULL, 0, w, z);
            ask(&at, RAO_EXP_MAP, p, NULL, 0, y, w);
            ask(&at, RAO_JEFFREYS_DIVERGENCE, w, z, 0, NULL, &jeffreys);
            EXPECT_REL(sqrt(jeffreys), 2 * h * 1.5, 1e-4);
            LAW("the end lies no further than the velocity is long, and Calvo and Oller's bound below it");
            ask(&at, RAO_FISHER_RAO_BOUNDS, p, x, 0, NULL, bounds);
            EXPECT_TRUE(bounds[0] <= 1.5 * (1 + 1e-9));
            LAW("an affine map of x carries geodesics into geodesics");
            for (int64_t i = 0; i < n; i++) y[i] = i < d ? 3 * p[i] + 1 : 9 * p[i], w[i] = i < d ? 3 * v[i] : 9 * v[i];
            ask(&at, RAO_EXP_MAP, y, NULL, 0, w, z);
            for (int64_t i = 0; i < n; i++) EXPECT_CLOSE(z[i], i < d ? 3 * x[i] + 1 : 9 * x[i], 1e-9 * (1 + fabs(z[i])));
            LAW("exp does not depend on the chart");
            for (at.chart = 1; at.chart < rao_family_chart_count(f); at.chart++) {
                double a[MOST], b[MOST], jacobian[MOST * MOST], u[MOST] = {0};
                OK(ctx, rao_family_convert(ctx, f, 0, p, at.chart, a, NULL));
                OK(ctx, rao_family_convert(ctx, f, at.chart, a, 0, y, jacobian));
                for (int64_t i = 0; i < n; i++)
                    for (int64_t j = 0; j < n; j++) u[i] += jacobian[i * n + j] * v[j];
                ask(&at, RAO_EXP_MAP, a, NULL, 0, u, b);
                OK(ctx, rao_family_convert(ctx, f, at.chart, b, 0, y, NULL));
                for (int64_t i = 0; i < n; i++) EXPECT_CLOSE(y[i], x[i], 1e-7 * (1 + fabs(x[i])));
            }
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

/* ---- where there is no answer ---- */

static void refusals(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    double out[MOST] = {7};
    LAW("what has no closed form, or no answer, is refused with the reason, and the output stays");
    static const struct {
        const char *name;
        int64_t dimension;
        int quantity;
        double p[6], q[6], t, v[6];
        rao_status status;
        const char *part;
    } rows[] = {
        {"von_mises", 0, RAO_EXP_MAP, {0, 1}, {0}, 0, {0, 1e200}, RAO_EDOMAIN, "longer than the doubles"},
        {"gamma", 0, RAO_EXP_MAP, {1, 2}, {0}, 0, {1e5, 0}, RAO_EDOMAIN, "leaves the doubles"},
        {"normal_mixture3", 0, RAO_EXP_MAP, {0.5, 2, 1}, {0}, 0, {0}, RAO_EUNABLE, "singular"},
        {"uniform", 0, RAO_FISHER_RAO_DISTANCE, {1, 2}, {2, 3}, 0, {0}, RAO_EDOMAIN, "not a regular family"},
        {"mvn", 2, RAO_EXP_MAP, {0, 0, 1, 0, 1}, {0}, 0, {1e4, 2, 1, 0, 0}, RAO_EDOMAIN, "range of doubles"},
        {"mvn", 2, RAO_EXP_MAP, {0, 0, 1, 0, 1}, {0}, 0, {1, 2, 800, 0, 1}, RAO_ENUMERIC, "badly conditioned"},
        {"mvn", 2, RAO_EXP_MAP, {0, 0, 1, 0, 1}, {0}, 0, {1, 2, 1e300, 0, 1}, RAO_EDOMAIN, "range of doubles"},
        {"poisson", 0, RAO_EXP_MAP, {1}, {0}, 0, {-2}, RAO_EDOMAIN, "edge"},
        {"poisson", 0, RAO_FISHER_RAO_GEODESIC, {1}, {4}, -1, {0}, RAO_EDOMAIN, "edge"},
        {"bernoulli", 0, RAO_LOG_MAP, {0}, {0.5}, 0, {0}, RAO_EDOMAIN, "edge"},
        {"bernoulli", 0, RAO_EXP_MAP, {0}, {0}, 0, {1}, RAO_EDOMAIN, "infinite length"},
        {"categorical", 3, RAO_LOG_MAP, {0.5, 0, 0.5}, {0.25, 0.5, 0.25}, 0, {0}, RAO_EDOMAIN, "p_2 = 0"},
        {"categorical", 3, RAO_FISHER_RAO_GEODESIC, {0.5, 0.25, 0.25}, {0.25, 0.5, 0.25}, 9, {0}, RAO_EDOMAIN, "edge"},
        {"inverse_gaussian", 0, RAO_EXP_MAP, {100, 1}, {0}, 0, {5000, 0}, RAO_EDOMAIN, "edge"},
        {"normal", 0, RAO_EXP_MAP, {0, 1}, {0}, 0, {0, INFINITY}, RAO_EDOMAIN, "finite"},
        {"normal", 0, RAO_EXP_MAP, {0, 1}, {0}, 0, {0, 1e4}, RAO_EDOMAIN, "range of doubles"},
        {"normal", 0, RAO_FISHER_RAO_GEODESIC, {0, 1}, {1, 1}, INFINITY, {0}, RAO_EDOMAIN, "t = inf"},
        {"normal", 0, RAO_FISHER_RAO_GEODESIC, {0, 1}, {1, 1}, NAN, {0}, RAO_EDOMAIN, "NaN"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        rao_family *f = make(ctx, rows[i].name, rows[i].dimension, 0);
        place at = {ctx, f, 0};
        EXPECT_FAIL(ctx, try_ask(&at, rows[i].quantity, rows[i].p, rows[i].q, rows[i].t, rows[i].v, out), rows[i].status, rows[i].part);
        EXPECT_CLOSE(out[0], 7, 0);
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static rao_status ask_mvn(rao_ctx *ctx, void *arg) {
    (void)arg;
    static const double p[] = {0, 0, 2, 1, 2}, q[] = {1, 1, 5, 1, 5}, t = 1.5;
    rao_status st;
    rao_family *f = NULL;
    rao_family_opts o;
    rao_family_args a;
    double out[5];
    rao_family_opts_init(&o);
    o.dimension = 2;
    RAO_TRY(rao_family_create(ctx, "mvn", &o, &f));
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.t = rao_points_of(&t, 0);
    RAO_TRY(rao_manifold_eval(ctx, f, RAO_FISHER_RAO_GEODESIC, &a, out, 0));
done:
    rao_family_destroy(&f);
    return st;
}

static void failed_allocations(void **state) {
    (void)state;
    rao_test_every_allocation_fails(ask_mvn, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(closed_forms_match),
                                       cmocka_unit_test(every_chart_obeys_the_laws),
                                       cmocka_unit_test(distance_is_that_of_the_metric),
                                       cmocka_unit_test(close_points_see_the_divergence),
                                       cmocka_unit_test(exp_of_normals_solves_the_geodesic_equation),
                                       cmocka_unit_test(exp_of_normals_obeys_the_laws),
                                       cmocka_unit_test(refusals),
                                       cmocka_unit_test(failed_allocations)};
    return rao_test_run("manifold", tests, COUNT(tests));
}
