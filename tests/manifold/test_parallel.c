/* Parallel transport along Fisher-Rao geodesics: the laws of an isometry, and the transport equation itself, integrated with the Christoffel symbols. */
#include <float.h>

#include "manifold/make.h"
#include "manifold/place.h"

enum { MOST = 64 };

static void carry(const place *at, const double *p, const double *q, const double *v, double *out) {
    ask(at, RAO_PARALLEL_TRANSPORT, p, q, 0, v, out);
}

static double inner(const place *at, const double *p, const double *v, const double *w) {
    double fisher[MOST * MOST], sum = 0;
    int64_t n = rao_family_tangent(at->f, at->chart);
    OK(at->ctx, rao_family_fisher(at->ctx, at->f, at->chart, p, fisher));
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) sum += v[i] * fisher[i * n + j] * w[j];
    return sum;
}

/* |v - w| in the metric at p, beside their size. */
static void same_velocity(const place *at, const double *p, const double *v, const double *w, double tol) {
    double gap[MOST];
    for (int64_t i = 0; i < rao_family_tangent(at->f, at->chart); i++) gap[i] = v[i] - w[i];
    EXPECT_CLOSE(sqrt(inner(at, p, gap, gap)) / (1 + sqrt(inner(at, p, w, w))), 0, tol);
}

/* r a real, p positive, u in (0, 1); S a probability vector, W a covariance, m: normals of one mean, e: whose shift is an eigenvector, g: any. */
static const struct {
    const char *name;
    int64_t dimension;
    double fixed;
    const char *kinds;
} families[] = {
    {"normal", 0, 0, "rp"},
    {"lognormal", 0, 0, "rp"},
    {"cauchy", 0, 0, "rp"},
    {"student_t", 0, 2.5, "rp"},
    {"laplace", 0, 0, "rp"},
    {"logistic", 0, 0, "rp"},
    {"gumbel", 0, 0, "rp"},
    {"weibull", 0, 0, "pp"},
    {"inverse_gaussian", 0, 0, "pp"},
    {"isotropic_normal", 1, 0, "rp"},
    {"isotropic_normal", 3, 0, "rrrp"},
    {"diagonal_normal", 2, 0, "rrpp"},
    {"exponential", 0, 0, "p"},
    {"rayleigh", 0, 0, "p"},
    {"pareto", 0, 2, "p"},
    {"poisson", 0, 0, "p"},
    {"bernoulli", 0, 0, "u"},
    {"binomial", 0, 7, "u"},
    {"geometric", 0, 0, "u"},
    {"negative_binomial", 0, 2.5, "u"},
    {"categorical", 2, 0, "S"},
    {"categorical", 4, 0, "S"},
    {"multinomial", 3, 9, "S"},
    {"wishart", 1, 4, "W"},
    {"wishart", 3, 4.5, "W"},
    {"mvn", 1, 0, "e"},
    {"mvn", 2, 0, "m"},
    {"mvn", 3, 0, "m"},
    {"mvn", 2, 0, "e"},
    {"mvn", 3, 0, "e"},
    {"mvn", 2, 0, "g"},
    {"mvn", 3, 0, "g"},
    {"gamma", 0, 0, "pp"},
    {"dirichlet", 3, 0, "ppp"},
    {"von_mises", 0, 0, "up"},
};

static void draw_matrix(rao_stream s, uint64_t at, int64_t d, double *upper) {
    double a[16];
    for (int64_t i = 0; i < d * d; i++) a[i] = rao_normal_at(s, 1, at + (uint64_t)i);
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = i; j < d; j++) {
            double sum = i == j ? 0.5 : 0;
            for (int64_t k = 0; k < d; k++) sum += a[i * d + k] * a[j * d + k];
            *upper++ = sum;
        }
}

/* p = N(m, A A^T), q = N(m + g A e, A (M) A^T), e the first axis and M = diag(c, ..) or with a block behind it: shared eigenvectors by construction. */
static void draw_eigen(rao_stream s, uint64_t at, int64_t d, double *p, double *q) {
    double a[9], m[9] = {0}, block[9];
    for (int64_t i = 0; i < d * d; i++) a[i] = 0.3 * rao_normal_at(s, 2, at + (uint64_t)i) + (i % (d + 1) == 0 ? 1.5 : 0);
    draw_matrix(s, at + 20, d - 1, block);
    m[0] = exp(rao_normal_at(s, 3, at));
    for (int64_t i = 1, k = 0; i < d; i++)
        for (int64_t j = i; j < d; j++) m[i * d + j] = m[j * d + i] = block[k++];
    for (int64_t i = 0; i < d; i++) p[i] = rao_normal_at(s, 4, at + (uint64_t)i), q[i] = p[i] + rao_normal_at(s, 5, at) * a[i * d];
    for (int64_t i = 0, k = d; i < d; i++)
        for (int64_t j = i; j < d; j++, k++) {
            p[k] = q[k] = 0;
            for (int64_t l = 0; l < d; l++) p[k] += a[i * d + l] * a[j * d + l];
            for (int64_t l = 0; l < d; l++)
                for (int64_t h = 0; h < d; h++) q[k] += a[i * d + l] * m[l * d + h] * a[j * d + h];
        }
}

static void draw_pair(size_t family, rao_stream s, uint64_t trial, double *p, double *q) {
    const char *kinds = families[family].kinds;
    int64_t d = families[family].dimension;
    if (*kinds == 'e') {
        draw_eigen(s, trial * 64, d, p, q);
        return;
    }
    for (int which = 0; which < 2; which++) {
        double *x = which ? q : p, sum = 0;
        uint64_t at = (trial * 2 + (uint64_t)which) * 64;
        if (*kinds == 'S') {
            for (int64_t i = 0; i < d; i++) sum += x[i] = exp(rao_normal_at(s, 0, at + (uint64_t)i));
            for (int64_t i = 0; i < d; i++) x[i] /= sum;
        } else if (*kinds == 'W') {
            draw_matrix(s, at, d, x);
        } else if (*kinds == 'm' || *kinds == 'g') {
            for (int64_t i = 0; i < d; i++) x[i] = rao_normal_at(s, 7, (*kinds == 'g' ? at : trial * 128) + (uint64_t)i);
            draw_matrix(s, at, d, x + d);
        } else {
            for (int64_t i = 0; kinds[i]; i++) {
                double z = rao_normal_at(s, 0, at + (uint64_t)i);
                x[i] = kinds[i] == 'r' ? z : kinds[i] == 'p' ? exp(z) : 1 / (1 + exp(-z));
            }
        }
    }
}

static void draw_velocity(const place *at, rao_stream s, uint64_t trial, const double *p, double *v) {
    int64_t n = rao_family_tangent(at->f, at->chart);
    double fisher[MOST * MOST];
    OK(at->ctx, rao_family_fisher(at->ctx, at->f, at->chart, p, fisher));
    for (int64_t i = 0; i < n; i++) v[i] = rao_normal_at(s, 6, trial * 64 + (uint64_t)i) / sqrt(fisher[i * n + i]);
}

static void laws(const place *at, const double *p, const double *q, const double *v, double tol) {
    double w[MOST], x[MOST], y[MOST], m[MOST];
    carry(at, p, q, v, w);
    LAW("lengths stay, and angles to the geodesic");
    EXPECT_REL(inner(at, q, w, w), inner(at, p, v, v), tol);
    ask(at, RAO_LOG_MAP, p, q, 0, NULL, x), ask(at, RAO_LOG_MAP, q, p, 0, NULL, y);
    EXPECT_CLOSE(-inner(at, q, w, y), inner(at, p, v, x), tol * (1 + inner(at, p, v, v) + inner(at, p, x, x)));
    LAW("a geodesic carries its own velocity");
    carry(at, p, q, x, m);
    for (int64_t i = 0; i < rao_family_tangent(at->f, at->chart); i++) y[i] = -y[i];
    same_velocity(at, q, m, y, tol);
    LAW("there and back, and nowhere, is no change");
    carry(at, q, p, w, x);
    same_velocity(at, p, x, v, tol);
    carry(at, p, p, v, x);
    same_velocity(at, p, x, v, tol);
    LAW("by way of the middle is the same");
    ask(at, RAO_FISHER_RAO_GEODESIC, p, q, 0.375, NULL, m);
    carry(at, p, m, v, x), carry(at, m, q, x, y);
    same_velocity(at, q, y, w, tol);
}

static void it_is_an_isometry_in_every_chart(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 41);
    for (size_t i = 0; i < COUNT(families); i++) {
        rao_family *f = make(ctx, families[i].name, families[i].dimension, families[i].fixed);
        double tol = strchr("Wmeg", *families[i].kinds) ? 1e-9 : 1e-11; /* 1e-13 times the condition of random points and charts */
        for (uint64_t trial = 0; trial < 8; trial++) {
            double p[MOST], q[MOST], a[MOST], b[MOST], v[MOST], w[MOST], x[MOST], j[MOST * MOST];
            place at = {ctx, f, 0};
            draw_pair(i, s, trial, p, q);
            for (; at.chart < rao_family_chart_count(f); at.chart++) {
                if (rao_family_tangent(f, at.chart) != rao_family_tangent(f, 0)) continue;
                OK(ctx, rao_family_convert(ctx, f, 0, p, at.chart, a, NULL));
                OK(ctx, rao_family_convert(ctx, f, 0, q, at.chart, b, NULL));
                draw_velocity(&at, s, trial, a, v);
                laws(&at, a, b, v, tol);
                LAW("charts agree");
                int64_t n = rao_family_tangent(f, 0);
                place own = {ctx, f, 0};
                double v0[MOST] = {0}, w0[MOST] = {0}, got[MOST];
                OK(ctx, rao_family_convert(ctx, f, 0, p, at.chart, x, j));
                for (int64_t r = 0; r < n; r++)
                    for (int64_t c = 0; c < n; c++) v0[r] += j[r * n + c] * v[c];
                carry(&own, p, q, v0, w0), carry(&at, a, b, v, w);
                OK(ctx, rao_family_convert(ctx, f, 0, q, at.chart, x, j));
                for (int64_t r = 0; r < n; r++) {
                    got[r] = 0;
                    for (int64_t c = 0; c < n; c++) got[r] += j[r * n + c] * w[c];
                }
                same_velocity(&own, q, got, w0, tol);
            }
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

/* dv^i/dt = -Gamma^i_jk v^j x'^k at the place t of the path; x' from the log map to the end. */
static void slope(const place *at, const double *p, const double *q, double t, const double *v, double *out) {
    double x[MOST], moving[MOST], c[4096];
    int64_t n = rao_family_tangent(at->f, at->chart);
    int back = t > 0.5; /* the longer part of the path tells the velocity */
    ask(at, RAO_FISHER_RAO_GEODESIC, p, q, t, NULL, x);
    ask(at, RAO_LOG_MAP, x, back ? p : q, 0, NULL, moving);
    ask(at, RAO_CHRISTOFFEL, x, NULL, 0, NULL, c);
    for (int64_t i = 0; i < n; i++) {
        out[i] = 0;
        for (int64_t j = 0; j < n; j++)
            for (int64_t k = 0; k < n; k++) out[i] -= c[(i * n + j) * n + k] * v[j] * moving[k] / (back ? -t : 1 - t);
    }
}

static void the_equation_holds(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 42);
    LAW("transport solves dv/dt = -Gamma(v, x'), by the fourth order of Runge and Kutta");
    for (size_t i = 0; i < COUNT(families); i++) {
        rao_family *f = make(ctx, families[i].name, families[i].dimension, families[i].fixed);
        place at = {ctx, f, 0};
        double p[MOST], q[MOST], v[MOST], w[MOST], k[4][MOST], moved[MOST];
        int64_t n = rao_family_tangent(f, 0);
        draw_pair(i, s, 1, p, q);
        draw_velocity(&at, s, 1, p, v);
        carry(&at, p, q, v, w);
        int steps = n > 5 ? 100 : 200;
        double h = 1.0 / steps;
        for (int step = 0; step < steps; step++) {
            static const double when[] = {0, 0.5, 0.5, 1}, weight[] = {1, 2, 2, 1};
            for (int stage = 0; stage < 4; stage++) {
                for (int64_t j = 0; j < n; j++) moved[j] = v[j] + (stage ? when[stage] * h * k[stage - 1][j] : 0);
                slope(&at, p, q, (step + when[stage]) * h, moved, k[stage]);
            }
            for (int64_t j = 0; j < n; j++)
                for (int stage = 0; stage < 4; stage++) v[j] += h / 6 * weight[stage] * k[stage][j];
        }
        same_velocity(&at, q, v, w, 2e-6); /* h^4 = 6e-10 to 1e-8 times fifth derivatives */
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void extremes_and_edges(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    double w[MOST];
    rao_family *f = make(ctx, "normal", 0, 0);
    place at = {ctx, f, 0};
    ORACLE("a quarter of a turn", "circle through (0, 1) and (sqrt 2, 1): the tangent turns from 45 degrees up to 45 down");
    carry(&at, (double[]){0, 1}, (double[]){2 * sqrt(2), 1}, (double[]){sqrt(2), 0}, w);
    EXPECT_CLOSE(w[0], 0, 1e-15);
    EXPECT_CLOSE(w[1], -1, 1e-15);
    LAW("over the range of doubles: straight up scales, far across turns by half a turn");
    carry(&at, (double[]){5, 1e-150}, (double[]){5, 1e150}, (double[]){1e-150, 2e-150}, w);
    EXPECT_REL(w[0], 1e150, 1e-12);
    EXPECT_REL(w[1], 2e150, 1e-12);
    carry(&at, (double[]){0, 1e-200}, (double[]){1e100, 1e-200}, (double[]){1e-200, 3e-200}, w);
    EXPECT_REL(w[0], -1e-200, 1e-12);
    EXPECT_REL(w[1], -3e-200, 1e-12);
    rao_family_destroy(&f);
    static const struct {
        const char *name;
        int64_t dimension;
        double p[6], q[6], v[6];
        rao_status status;
        const char *part;
    } rows[] = {
        {"normal_mixture3", 0, {0.5, 2, 1}, {0.25, 3, 1}, {1, 1, 1}, RAO_EUNABLE, "no closed form"},
        {"uniform", 0, {1, 2}, {2, 3}, {1, 1}, RAO_EDOMAIN, "not a regular family"},
        {"normal", 0, {0, 1}, {1, 1}, {INFINITY, 1}, RAO_EDOMAIN, "finite"},
        {"bernoulli", 0, {0.5}, {0}, {1}, RAO_EDOMAIN, "edge"},
        {"categorical", 3, {0.5, 0.25, 0.25}, {0.5, 0, 0.5}, {1, 1}, RAO_EDOMAIN, "p_2 = 0"},
    };
    LAW("what has no answer is refused with the reason, and the output stays");
    for (size_t i = 0; i < COUNT(rows); i++) {
        f = make(ctx, rows[i].name, rows[i].dimension, 0), at.f = f;
        w[0] = 7;
        EXPECT_FAIL(ctx, try_ask(&at, RAO_PARALLEL_TRANSPORT, rows[i].p, rows[i].q, 0, rows[i].v, w), rows[i].status, rows[i].part);
        EXPECT_CLOSE(w[0], 7, 0);
        rao_family_destroy(&f);
    }
    LAW("a curve of one's own keeps lengths");
    rao_family_definition d;
    rao_family_definition_init(&d);
    static const rao_coordinate rate[] = {{"l", 0, INFINITY}};
    d.coordinates = rate, d.coordinate_count = 1, d.log_density = "log(l) - l*x", d.low = "0";
    OK(ctx, rao_family_define(ctx, &d, &f));
    at.f = f;
    carry(&at, (double[]){2}, (double[]){5}, (double[]){1}, w);
    EXPECT_CLOSE(w[0], 2.5, 1e-10);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static rao_status ask_mvn(rao_ctx *ctx, void *arg) {
    rao_status st;
    rao_family *f = NULL;
    double out[5];
    const double p[] = {0, 0, 1, 0, 1}, q[] = {1, 0, 2, 0.5, 3}, v[] = {1, 2, 0.5, 0.25, 1};
    rao_family_opts o;
    rao_family_args a;
    (void)arg;
    rao_family_opts_init(&o);
    o.dimension = 2;
    RAO_TRY(rao_family_create(ctx, "mvn", &o, &f));
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.velocity = rao_points_of(v, 0);
    RAO_TRY(rao_manifold_eval(ctx, f, RAO_PARALLEL_TRANSPORT, &a, out, 0));
done:
    rao_family_destroy(&f);
    return st;
}

static void memory_runs_out(void **state) {
    (void)state;
    LAW("every allocation may fail");
    rao_test_every_allocation_fails(ask_mvn, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_an_isometry_in_every_chart),
        cmocka_unit_test(the_equation_holds),
        cmocka_unit_test(extremes_and_edges),
        cmocka_unit_test(memory_runs_out),
    };
    return rao_test_run("manifold", tests, COUNT(tests));
}
