/* Any two multivariate normals: distance, log map and transport against the oracle, and laws where means are far, covariances ill-conditioned, pairs close and
 * dimensions many. */
#include <float.h>

#include "manifold/make.h"
#include "manifold/place.h"
#include "oracle_mvn_way.h"

enum { MOST = 20 + 210 };

/* |v - w| in the metric at p, by a factor of its covariance. */
static double off(const place *at, const double *p, const double *v, const double *w) {
    static double fisher[65 * 65];
    double sum = 0;
    int64_t n = rao_family_tangent(at->f, at->chart);
    EXPECT_TRUE(n <= 65);
    OK(at->ctx, rao_family_fisher(at->ctx, at->f, at->chart, p, fisher));
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) sum += (v[i] - w[i]) * fisher[i * n + j] * (v[j] - w[j]);
    return sqrt(fmax(sum, 0));
}

static double distance(const place *at, const double *p, const double *q) {
    double d;
    ask(at, RAO_FISHER_RAO_DISTANCE, p, q, 0, NULL, &d);
    return d;
}

static void values_match(void **state) {
    (void)state;
    ORACLE("distance, log_map, parallel_transport", "mpmath 60 digits, tests/oracle/mvn_way.py");
    rao_ctx *ctx = rao_test_ctx();
    for (size_t i = 0; i < COUNT(oracle_mvn_way); i++) {
        const double *p = oracle_mvn_way[i].p, *q = oracle_mvn_way[i].q, zero[MOST] = {0};
        rao_family *f = make(ctx, "mvn", oracle_mvn_way[i].d, 0);
        place at = {ctx, f, 0};
        double got[MOST], length = oracle_mvn_way[i].distance, tol = 4e-15 + 1e-16 * oracle_mvn_way[i].condition;
        EXPECT_REL(distance(&at, p, q), length, tol);
        EXPECT_REL(distance(&at, q, p), length, tol);
        ask(&at, RAO_LOG_MAP, p, q, 0, NULL, got);
        EXPECT_CLOSE(off(&at, p, got, oracle_mvn_way[i].log) / length, 0, 25 * tol);
        ask(&at, RAO_PARALLEL_TRANSPORT, p, q, 0, oracle_mvn_way[i].velocity, got);
        /* in the middle of a way of length d the paths of neighbouring velocities are exp(d/sqrt 8) apart */
        EXPECT_CLOSE(off(&at, q, got, oracle_mvn_way[i].carried) / off(&at, p, oracle_mvn_way[i].velocity, zero), 0,
                     10 * tol * exp(length / sqrt(8)));
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

/* N(m, A diag(e^spread) A^T), A random: what the pair needs of `condition`. */
static void draw_point(rao_stream s, uint64_t trial, int64_t d, double shift, double spread, double *p) {
    double a[20 * 20], scale[20];
    for (int64_t i = 0; i < d * d; i++) a[i] = rao_normal_at(s, 0, trial * 1000 + (uint64_t)i) / sqrt((double)d) + (i % (d + 1) ? 0 : 1.5);
    for (int64_t i = 0; i < d; i++) scale[i] = exp(spread * rao_uniform_at(s, 1, trial * 100 + (uint64_t)i));
    for (int64_t i = 0; i < d; i++) *p++ = shift * rao_normal_at(s, 2, trial * 100 + (uint64_t)i);
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = i; j < d; j++, p++) {
            *p = 0;
            for (int64_t k = 0; k < d; k++) *p += a[i * d + k] * scale[k] * a[j * d + k];
        }
}

/* y = A x + b of the law: A lower triangular, some of it large. */
static void affine(rao_stream s, uint64_t trial, int64_t d, const double *p, double *out) {
    double a[400], full[400];
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++)
            a[i * d + j] = j < i ? rao_normal_at(s, 3, trial * 1000 + (uint64_t)(i * d + j)) : j == i ? 2.0 + (double)i : 0;
    for (int64_t i = 0, k = d; i < d; i++)
        for (int64_t j = i; j < d; j++) full[i * d + j] = full[j * d + i] = p[k++];
    for (int64_t i = 0; i < d; i++) {
        *out = rao_normal_at(s, 4, trial * 100 + (uint64_t)i);
        for (int64_t k = 0; k <= i; k++) *out += a[i * d + k] * p[k];
        out++;
    }
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = i; j < d; j++, out++) {
            *out = 0;
            for (int64_t k = 0; k < d; k++)
                for (int64_t l = 0; l < d; l++) *out += a[i * d + k] * full[k * d + l] * a[j * d + l];
        }
}

static const struct {
    int64_t d;
    double shift, spread; /* of means, of log variances */
    double tol;           /* of the distance: 1e-14 times the condition of what is drawn, and of the map */
} cases[] = {
    {2, 1e-6, 1e-6, 1e-8}, {2, 1, 1, 1e-12},    {2, 1e3, 1, 1e-12}, {2, 1e6, 2, 1e-12}, {3, 1, 3, 1e-11},
    {3, 1e4, 6, 1e-9},     {4, 1, 14, 1e-6},    {5, 10, 2, 1e-11},  {7, 1, 1, 1e-11},   {7, 100, 4, 1e-10},
    {10, 1, 2, 1e-10},     {10, 1e6, 2, 1e-10}, {20, 1, 1, 1e-10},  {20, 30, 2, 1e-10},
};

static void far_close_and_many(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 61);
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t d = cases[i].d;
        rao_family *f = make(ctx, "mvn", d, 0);
        place at = {ctx, f, 0};
        for (uint64_t trial = 0; trial < 4; trial++) {
            double p[MOST], q[MOST], r[MOST], x[MOST], y[MOST], v[MOST], bounds[2], tol = cases[i].tol;
            draw_point(s, 8 * i + 2 * trial, d, cases[i].shift, cases[i].spread, p);
            draw_point(s, 8 * i + 2 * trial + 1, d, cases[i].shift, cases[i].spread, q);
            double whole = distance(&at, p, q);
            LAW("symmetric, within the bounds, unchanged by an affine map");
            EXPECT_REL(distance(&at, q, p), whole, tol);
            ask(&at, RAO_FISHER_RAO_BOUNDS, p, q, 0, NULL, bounds);
            EXPECT_TRUE(bounds[0] <= whole * (1 + tol) && whole <= bounds[1] * (1 + tol));
            affine(s, trial, d, p, x), affine(s, trial, d, q, y);
            EXPECT_REL(distance(&at, x, y), whole, tol * (d > 9 ? 100 : 1));
            LAW("the middle halves the way; its covariance has a condition of e^(length/sqrt 2)");
            double middle = fmax(tol, 1e-15 * exp(whole / sqrt(2)));
            ask(&at, RAO_FISHER_RAO_GEODESIC, p, q, 0.5, NULL, r);
            EXPECT_REL(distance(&at, p, r), whole / 2, middle);
            EXPECT_REL(distance(&at, r, q), whole / 2, middle);
            if (whole > 12 || cases[i].spread > 3) continue; /* exp loses e^(whole/sqrt 2) of the velocity's digits */
            LAW("exp inverts log");
            ask(&at, RAO_LOG_MAP, p, q, 0, NULL, v);
            ask(&at, RAO_EXP_MAP, p, NULL, 0, v, x);
            EXPECT_CLOSE(distance(&at, x, q) / whole, 0, fmax(tol, 1e-14 * exp(whole)));
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void the_path_is_as_long_as_the_distance(void **state) {
    (void)state;
    LAW("the sum of root-Jeffreys over n pieces tends to the distance from above, like 1/n^2");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "mvn", 3, 0);
    place at = {ctx, f, 0};
    const double *p = oracle_mvn_way[9].p, *q = oracle_mvn_way[9].q;
    double excess[2], from[MOST], to[MOST], jeffreys;
    for (int k = 0; k < 2; k++) {
        int pieces = k ? 64 : 32;
        excess[k] = -oracle_mvn_way[9].distance;
        for (int i = 0; i < pieces; i++) {
            ask(&at, RAO_FISHER_RAO_GEODESIC, p, q, (double)i / pieces, NULL, from);
            ask(&at, RAO_FISHER_RAO_GEODESIC, p, q, (double)(i + 1) / pieces, NULL, to);
            ask(&at, RAO_JEFFREYS_DIVERGENCE, from, to, 0, NULL, &jeffreys);
            excess[k] += sqrt(jeffreys);
        }
        EXPECT_TRUE(excess[k] > 0 && excess[k] < 1e-3);
    }
    EXPECT_REL(excess[0] / excess[1], 4, 0.01);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void parts_apart_add_up(void **state) {
    (void)state;
    LAW("an independent block of one mean: the square of the distance is the sum; of two means: at most");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *two = make(ctx, "mvn", 2, 0), *four = make(ctx, "mvn", 4, 0);
    place at = {ctx, two, 0}, both = {ctx, four, 0};
    const double a[] = {0, 1, 2, 0.5, 1}, b[] = {3, -1, 1, 0.2, 4}, c[] = {5, 0, 1, -0.3, 2}, e[] = {5, 0, 0.5, 0.1, 3},
                 far[] = {4, 2, 0.5, 0.1, 3};
    const double p[] = {0, 1, 5, 0, 2, 0.5, 0, 0, 1, 0, 0, 1, -0.3, 2};
    double q[] = {3, -1, 5, 0, 1, 0.2, 0, 0, 4, 0, 0, 0.5, 0.1, 3};
    EXPECT_REL(distance(&both, p, q), hypot(distance(&at, a, b), distance(&at, c, e)), 4e-15);
    q[2] = 4, q[3] = 2; /* means of both: blocks that do not stay independent on the way */
    EXPECT_TRUE(distance(&both, p, q) < 0.99 * hypot(distance(&at, a, b), distance(&at, c, far)));
    LAW("close to a closed pair its value and the solved one agree");
    const double o[] = {0, 0, 1, 0, 1}, near[] = {3, 0, 2, 1e-9, 5}, nearer[] = {3, 0, 2, 1e-5, 5};
    double closed = distance(&at, o, near);
    EXPECT_REL(distance(&at, o, nearer), closed, 1e-9);
    EXPECT_TRUE(distance(&at, o, nearer) != closed);
    LAW("what looks like rounding beside a covariance is a part of a very close pair: d^2 = dm^T S^-1 dm + tr (S^-1 dS)^2/2");
    const double h = 0x1p-44, off_by = 0x1p-51, s[] = {0, 0, 2, 1, 3}, ds[] = {2 * h, h + off_by, 3 * h};
    const double by_s[] = {h, -3 * h, 2 + ds[0], 1 + ds[1], 3 + ds[2]};
    double m[] = {3 * ds[0] - ds[1], 3 * ds[1] - ds[2], 2 * ds[1] - ds[0], 2 * ds[2] - ds[1]}; /* 5 S^-1 dS */
    double trace = (m[0] * m[0] + 2 * m[1] * m[2] + m[3] * m[3]) / 25;
    EXPECT_REL(distance(&at, s, by_s), sqrt(27 * h * h / 5 + trace / 2), 1e-12);
    rao_family_destroy(&two), rao_family_destroy(&four);
    rao_test_ctx_close(&ctx);
}

static void what_it_says(void **state) {
    (void)state;
    LAW("the method is iteration with an error estimate that holds, closed pairs say closed form, a batch is its items");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "mvn", 2, 0);
    rao_family_args a;
    rao_quality quality[3];
    double out[3];
    const double p[] = {0, 0, 1, 0, 1}, q[] = {1, 2, 2, 0, 1, 1, 0, 2, 0, 1, 30, 20, 3, 1, 2};
    rao_family_args_init(&a);
    a.n = 3, a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 5), a.quality = quality;
    OK(ctx, rao_manifold_eval(ctx, f, RAO_FISHER_RAO_DISTANCE, &a, out, 1));
    EXPECT_EQ(quality[0].method, RAO_ITERATION);
    EXPECT_EQ(quality[1].method, RAO_CLOSED);
    EXPECT_TRUE(quality[0].error > 0 && quality[0].error < 1e-13 && quality[1].error == 0);
    EXPECT_CLOSE(out[0], oracle_mvn_way[1].distance, quality[0].error);
    EXPECT_CLOSE(out[2], oracle_mvn_way[4].distance, quality[2].error);
    LAW("a ratio of covariances beyond doubles is refused");
    const double thin[] = {0, 0, 1, 0, 1e-8}, wide[] = {1, 1, 1e9, 1e9 - 1e-7, 1e9};
    place at = {ctx, f, 0};
    double d = 7;
    rao_status st = try_ask(&at, RAO_FISHER_RAO_DISTANCE, thin, wide, 0, NULL, &d);
    EXPECT_TRUE(st == RAO_OK ? d > 0 && d < 100 : (st == RAO_ENUMERIC || st == RAO_EDOMAIN) && d == 7);
    EXPECT_FAIL(ctx,
                try_ask(&at, RAO_FISHER_RAO_DISTANCE, (double[]){0, 0, 1e-300, 0, 1e-300}, (double[]){1, 2, 1e300, 0, 2e300}, 0, NULL, &d),
                RAO_ENUMERIC, "further apart than the doubles");
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static rao_status ask_all(rao_ctx *ctx, void *arg) {
    (void)arg;
    static const double p[] = {0, 0, 2, 1, 2}, q[] = {1, 3, 5, 1, 3}, v[] = {1, 0, 1, 1, 0}, t = 0.25;
    rao_status st;
    rao_family *f = NULL;
    rao_family_opts o;
    rao_family_args a;
    double out[5];
    rao_family_opts_init(&o);
    o.dimension = 2;
    RAO_TRY(rao_family_create(ctx, "mvn", &o, &f));
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.t = rao_points_of(&t, 0), a.velocity = rao_points_of(v, 0);
    for (int quantity = RAO_FISHER_RAO_DISTANCE; quantity <= RAO_PARALLEL_TRANSPORT; quantity++)
        if (quantity <= RAO_LOG_MAP || quantity == RAO_PARALLEL_TRANSPORT) RAO_TRY(rao_manifold_eval(ctx, f, quantity, &a, out, 0));
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
        cmocka_unit_test(values_match),       cmocka_unit_test(far_close_and_many), cmocka_unit_test(the_path_is_as_long_as_the_distance),
        cmocka_unit_test(parts_apart_add_up), cmocka_unit_test(what_it_says),       cmocka_unit_test(memory_runs_out),
    };
    return rao_test_run("manifold", tests, COUNT(tests));
}
