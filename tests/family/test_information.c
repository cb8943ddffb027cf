/* The Fisher matrix and what follows from it: determinants, the Hessian of KL, the empirical matrix, the Cramer-Rao bound. */
#include <float.h>

#include "rao_test.h"
#include "oracle_fisher_det.h"
#include <rao/family.h>

static rao_family *make(rao_ctx *ctx, const char *name, int64_t dimension, const char *fixed, double value) {
    rao_family *f = NULL;
    rao_family_opts o;
    rao_fixed given = {fixed, value};
    rao_family_opts_init(&o);
    o.dimension = dimension, o.fixed = &given, o.fixed_count = fixed ? 1 : 0;
    OK(ctx, rao_family_create(ctx, name, &o, &f));
    return f;
}

static rao_quality ask(rao_ctx *ctx, const rao_family *f, rao_quantity quantity, const char *chart, int method, const double *p,
                       const double *q, double *out) {
    rao_family_args a;
    rao_quality quality;
    rao_family_args_init(&a);
    OK(ctx, rao_family_chart_index(ctx, f, chart, &a.chart));
    a.p = rao_points_of(p, 0), a.q = rao_points_of(q, 0), a.quality = &quality, a.method = method;
    OK(ctx, rao_family_eval(ctx, f, quantity, &a, out, 0));
    return quality;
}

/* ---- determinants ---- */

static void determinants_by_oracle(void **state) {
    (void)state;
    ORACLE("log det of Fisher matrices whose entries would cancel", "mpmath, tests/oracle/fisher_det.py");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *gamma = make(ctx, "gamma", 0, NULL, 0), *inverse = make(ctx, "inverse_gamma", 0, NULL, 0),
               *beta = make(ctx, "beta", 0, NULL, 0), *three = make(ctx, "normal_mixture3", 0, NULL, 0);
    double got;
    for (size_t i = 0; i < COUNT(oracle_det_gamma); i++) {
        const oracle_det *o = &oracle_det_gamma[i];
        double eta[2];
        int64_t chart;
        ask(ctx, gamma, RAO_FISHER_DET, NULL, -1, o->p, NULL, &got);
        EXPECT_CLOSE(log(got), o->log_det, 1e-13);
        ask(ctx, inverse, RAO_FISHER_DET, NULL, -1, o->p, NULL, &got);
        EXPECT_CLOSE(log(got), o->log_det, 1e-13);
        OK(ctx, rao_family_chart_index(ctx, gamma, "expectation", &chart));
        OK(ctx, rao_family_convert(ctx, gamma, 0, o->p, chart, eta, NULL));
        if (o->p[0] > 1e5) continue; /* log eta_2 - eta_1 = 1/(2 shape) is lost in the coordinates themselves */
        ask(ctx, gamma, RAO_FISHER_DET, "expectation", -1, eta, NULL, &got);
        EXPECT_CLOSE(log(got), -o->log_det, 1e-10 + 1e-15 * o->p[0] * o->p[0]);
    }
    ask(ctx, gamma, RAO_FISHER_DET, NULL, -1, (double[]){1e10, 1}, NULL, &got); /* k psi'(k) - 1 = 1/(2k) + 1/(6k^2) */
    EXPECT_REL(got, 0.5e-10 * (1 + 1 / 3e10), 1e-14);
    for (size_t i = 0; i < COUNT(oracle_det_dirichlet); i++) {
        const oracle_det *o = &oracle_det_dirichlet[i];
        rao_family *f = make(ctx, "dirichlet", o->n, NULL, 0);
        ask(ctx, f, RAO_FISHER_DET, NULL, -1, o->p, NULL, &got);
        EXPECT_CLOSE(log(got), o->log_det, 1e-12);
        if (o->n == 2) {
            ask(ctx, beta, RAO_FISHER_DET, NULL, -1, o->p, NULL, &got);
            EXPECT_CLOSE(log(got), o->log_det, 1e-12);
        }
        rao_family_destroy(&f);
    }
    for (size_t i = 0; i < COUNT(oracle_det_mixture3); i++) {
        const oracle_det *o = &oracle_det_mixture3[i];
        rao_quality quality = ask(ctx, three, RAO_FISHER_DET, NULL, -1, o->p, NULL, &got);
        EXPECT_CLOSE(log(got), o->log_det, 1e-11);
        EXPECT_TRUE(quality.method == RAO_QUADRATURE && quality.error < 1e-9 * got);
    }
    rao_family_destroy(&gamma), rao_family_destroy(&inverse), rao_family_destroy(&beta), rao_family_destroy(&three);
    rao_test_ctx_close(&ctx);
}

static void the_singular_mixture(void **state) {
    (void)state;
    LAW("det ~ mu^6/48 at pi = 1/2, sigma = 1, down to where it is no double; 0 at mu = 0 and at pi = 0; infinite with the entry of pi; "
        "the slice pi = 1 is the "
        "hyperbolic metric");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "normal_mixture3", 0, NULL, 0), *normal = make(ctx, "normal", 0, NULL, 0);
    double got, m[9], n[4];
    for (double mu = 1e-3; mu > 1e-50; mu /= 7) {
        ask(ctx, f, RAO_FISHER_DET, NULL, -1, (double[]){0.5, mu, 1}, NULL, &got);
        EXPECT_REL(got, pow(mu, 6) / 48, 2 * mu * mu + 1e-12);
    }
    rao_family_args a;
    rao_family_args_init(&a);
    const double tiny[3] = {0.5, 1e-60, 1};
    a.p = rao_points_of(tiny, 0);
    EXPECT_FAIL(ctx, rao_family_eval(ctx, f, RAO_FISHER_DET, &a, &got, 0), RAO_EDOMAIN, "no double");
    ask(ctx, f, RAO_FISHER_DET, NULL, -1, (double[]){0.5, 0, 1}, NULL, &got);
    EXPECT_TRUE(got == 0);
    ask(ctx, f, RAO_FISHER_DET, NULL, -1, (double[]){0, 1, 2}, NULL, &got);
    EXPECT_TRUE(got == 0);
    ask(ctx, f, RAO_FISHER, NULL, -1, (double[]){0, 1, 1.5}, NULL, m);
    EXPECT_TRUE(m[0] == HUGE_VAL && m[4] == 0);
    ask(ctx, f, RAO_FISHER_DET, NULL, -1, (double[]){1, 1, 0.5}, NULL, &got);
    EXPECT_TRUE(got == HUGE_VAL);
    for (double sigma = 0.8; sigma < 3; sigma += 0.7) { /* pi = 1: the block of (mu, sigma) is the normal's */
        ask(ctx, f, RAO_FISHER, NULL, -1, (double[]){1, 0.4, sigma}, NULL, m);
        ask(ctx, normal, RAO_FISHER, NULL, -1, (double[]){0.4, sigma}, NULL, n);
        EXPECT_REL(m[4], n[0], 1e-14);
        EXPECT_REL(m[8], n[3], 1e-14);
        EXPECT_TRUE(m[5] == 0);
        double det = m[0] * m[4] * m[8] - m[1] * m[1] * m[8] - m[2] * m[2] * m[4];
        ask(ctx, f, RAO_FISHER_DET, NULL, -1, (double[]){1, 0.4, sigma}, NULL, &got);
        EXPECT_REL(got, det, 1e-11 + 1e-14 * m[0] * m[4] * m[8] / det);
    }
    rao_family_destroy(&f), rao_family_destroy(&normal);
    rao_test_ctx_close(&ctx);
}

static void determinants_in_closed_form(void **state) {
    (void)state;
    ORACLE("det of the Fisher matrix: normal 2/sigma^4, mvn 2^-d |S|^-(d+2), Wishart, categorical 1/prod p, in their charts",
           "closed forms");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "normal", 0, NULL, 0);
    double got;
    ask(ctx, f, RAO_FISHER_DET, NULL, -1, (double[]){3, 2}, NULL, &got);
    EXPECT_REL(got, 2.0 / 16, 1e-14);
    ask(ctx, f, RAO_FISHER_DET, "mu_var", -1, (double[]){3, 4}, NULL, &got);
    EXPECT_REL(got, 1.0 / 128, 1e-14);
    ask(ctx, f, RAO_FISHER_DET, NULL, -1, (double[]){1e15, 1e-70}, NULL, &got);
    EXPECT_REL(got, 2e280, 1e-12);
    rao_family_destroy(&f);
    f = make(ctx, "mvn", 3, NULL, 0);
    const double p[9] = {0.5, -1, 2, 2, 0.7, 0.1, 1, 0.2, 0.5};
    double det = 2 * (1 * 0.5 - 0.04) - 0.7 * (0.35 - 0.02) + 0.1 * (0.14 - 0.1), m[81];
    ask(ctx, f, RAO_FISHER_DET, NULL, -1, p, NULL, &got);
    EXPECT_REL(got, pow(det, -5) / 8, 1e-13);
    ask(ctx, f, RAO_FISHER_DET, NULL, RAO_KL_HESSIAN, p, NULL, &got); /* by elimination on the 9 x 9 matrix */
    EXPECT_REL(got, pow(det, -5) / 8, 1e-6);
    const char *const charts[] = {"natural", "expectation"};
    for (int i = 0; i < 2; i++) {
        int64_t chart;
        double c[9], jacobian[81], of_j;
        OK(ctx, rao_family_chart_index(ctx, f, charts[i], &chart));
        OK(ctx, rao_family_convert(ctx, f, 0, p, chart, c, jacobian));
        ask(ctx, f, RAO_FISHER_DET, charts[i], -1, c, NULL, &of_j);
        ask(ctx, f, RAO_FISHER, charts[i], -1, c, NULL, m);
        double log_det = 0;
        for (int k = 0; k < 9; k++) { /* elimination without pivoting: the matrix is definite */
            log_det += log(m[k * 9 + k]);
            for (int r = k + 1; r < 9; r++)
                for (int s = 8; s >= k; s--) m[r * 9 + s] -= m[r * 9 + k] / m[k * 9 + k] * m[k * 9 + s];
        }
        EXPECT_CLOSE(log(of_j), log_det, 1e-11);
    }
    rao_family_destroy(&f);
    f = make(ctx, "mvn", 400, NULL, 0);
    static double large[400 + 400 * 401 / 2];
    for (int64_t i = 0, at = 400; i < 400; at += 400 - i, i++) large[at] = i % 2 ? 4 : 0.25;
    ask(ctx, f, RAO_FISHER_DET, NULL, -1, large, NULL, &got);
    EXPECT_REL(got, ldexp(1, -400), 1e-10);
    rao_family_destroy(&f);
    f = make(ctx, "wishart", 2, "df", 5);
    ask(ctx, f, RAO_FISHER_DET, NULL, -1, (double[]){2, 0.5, 1}, NULL, &got);
    EXPECT_REL(got, 125 / 4.0 / pow(1.75, 3), 1e-13);
    ask(ctx, f, RAO_FISHER, NULL, -1, (double[]){2, 0.5, 1}, NULL, m);
    EXPECT_REL(got, m[0] * (m[4] * m[8] - m[5] * m[5]) - m[1] * (m[1] * m[8] - m[5] * m[2]) + m[2] * (m[1] * m[5] - m[4] * m[2]), 1e-12);
    rao_family_destroy(&f);
    f = make(ctx, "multinomial", 3, "n", 7);
    ask(ctx, f, RAO_FISHER_DET, NULL, -1, (double[]){1e-200, 0.25, 0.75}, NULL, &got);
    EXPECT_REL(got, 49e200 / 0.1875, 1e-12);
    ask(ctx, f, RAO_FISHER_DET, "natural", -1, (double[]){-2, 0.5}, NULL, &got);
    double e[3] = {exp(-2), exp(0.5), 1}, sum = e[0] + e[1] + e[2];
    EXPECT_REL(got, 49 * e[0] * e[1] / pow(sum, 3), 1e-13);
    ask(ctx, f, RAO_FISHER_DET, "logits", -1, (double[]){-2, 0.5, 0}, NULL, &got);
    EXPECT_TRUE(got == 0);
    ask(ctx, f, RAO_FISHER_DET, NULL, -1, (double[]){0, 0.25, 0.75}, NULL, &got);
    EXPECT_TRUE(got == HUGE_VAL);
    rao_family_destroy(&f);
    f = make(ctx, "uniform", 0, NULL, 0);
    rao_family_args a;
    rao_family_args_init(&a);
    const double unit[2] = {0, 1};
    a.p = rao_points_of(unit, 0);
    EXPECT_FAIL(ctx, rao_family_eval(ctx, f, RAO_FISHER_DET, &a, &got, 0), RAO_EDOMAIN, "not a regular family");
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

/* ---- the Hessian of KL ---- */

static void hessians_of_kl(void **state) {
    (void)state;
    ORACLE("d^2 KL(p : q)/dq^2 away from q = p", "closed forms");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "normal", 0, NULL, 0);
    double h[16], want[16], s = 2, d = 1.5;
    const double p[2] = {0, 1}, q[2] = {d, s};
    rao_quality quality = ask(ctx, f, RAO_KL_HESSIAN_AT, NULL, -1, p, q, h);
    EXPECT_TRUE(quality.method == RAO_KL_HESSIAN && quality.error < 1e-9);
    EXPECT_CLOSE(h[0], 1 / (s * s), 1e-10);
    EXPECT_CLOSE(h[1], -2 * d / (s * s * s), 1e-10);
    EXPECT_CLOSE(h[2], h[1], 1e-15);
    EXPECT_CLOSE(h[3], -1 / (s * s) + 3 * (1 + d * d) / (s * s * s * s), 1e-10);
    LAW("in natural coordinates it is the Fisher matrix of q, whatever p");
    int64_t chart;
    double there[2], here[2];
    OK(ctx, rao_family_chart_index(ctx, f, "natural", &chart));
    OK(ctx, rao_family_convert(ctx, f, 0, p, chart, here, NULL));
    OK(ctx, rao_family_convert(ctx, f, 0, q, chart, there, NULL));
    quality = ask(ctx, f, RAO_KL_HESSIAN_AT, "natural", -1, here, there, h);
    EXPECT_EQ(quality.method, RAO_CLOSED);
    ask(ctx, f, RAO_FISHER, "natural", -1, there, NULL, want);
    for (int i = 0; i < 4; i++) EXPECT_TRUE(h[i] == want[i]);
    rao_family_destroy(&f);
    f = make(ctx, "poisson", 0, NULL, 0);
    for (double l = 1e-8; l < 1e9; l *= 100) {
        double at = 1.7 * l;
        ask(ctx, f, RAO_KL_HESSIAN_AT, NULL, -1, &l, &at, h);
        EXPECT_REL(h[0], l / (at * at), 1e-9);
    }
    rao_family_destroy(&f);
    f = make(ctx, "bernoulli", 0, NULL, 0);
    const double half = 0.5, few[] = {1e-9, 1e-3, 0.3, 0.999};
    for (size_t i = 0; i < COUNT(few); i++) {
        ask(ctx, f, RAO_KL_HESSIAN_AT, NULL, -1, &half, &few[i], h);
        EXPECT_REL(h[0], 0.5 / (few[i] * few[i]) + 0.5 / ((1 - few[i]) * (1 - few[i])), 1e-8);
    }
    rao_family_destroy(&f);
    f = make(ctx, "categorical", 3, NULL, 0); /* the last probability gives way */
    const double a[3] = {0.2, 0.3, 0.5}, b[3] = {0.4, 0.35, 0.25};
    ask(ctx, f, RAO_KL_HESSIAN_AT, NULL, -1, a, b, h);
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++) EXPECT_CLOSE(h[i * 2 + j], (i == j) * a[i] / (b[i] * b[i]) + a[2] / (b[2] * b[2]), 1e-9);
    ask(ctx, f, RAO_FISHER, NULL, RAO_KL_HESSIAN, a, NULL, h);
    ask(ctx, f, RAO_FISHER, NULL, -1, a, NULL, want);
    for (int i = 0; i < 4; i++) EXPECT_CLOSE(h[i], want[i], 1e-10);
    rao_family_destroy(&f);
    rao_family *normal = make(ctx, "normal", 0, NULL, 0);
    const rao_family *parts[2] = {normal, normal};
    OK(ctx, rao_family_mixture(ctx, 2, parts, &f));
    const double m[6] = {0.4, 0.6, 2, 0.7, 0, 1};
    double by_scores[25], by_kl[25];
    ask(ctx, f, RAO_FISHER, NULL, -1, m, NULL, by_scores);
    ask(ctx, f, RAO_KL_HESSIAN_AT, NULL, -1, m, m, by_kl);
    for (int i = 0; i < 25; i++) EXPECT_CLOSE(by_kl[i], by_scores[i], 1e-8);
    rao_family_destroy(&f), rao_family_destroy(&normal);
    rao_test_ctx_close(&ctx);
}

/* ---- from data ---- */

/* At mu = 1e15 doubles lie an eighth apart, and differences of a step below that were zero. */
static void hessians_of_kl_know_no_origin(void **state) {
    (void)state;
    LAW("the Hessian of KL is the same wherever p and q lie together, and steps are no shorter than doubles lie apart");
    rao_ctx *ctx = rao_test_ctx();
    static const char *const names[] = {"normal", "lognormal", "cauchy", "logistic", "gumbel", "laplace", "student_t"};
    double here[4], there[4];
    for (size_t i = 0; i < COUNT(names); i++) {
        rao_family *f = make(ctx, names[i], 0, i == 6 ? "nu" : NULL, 5);
        ask(ctx, f, RAO_KL_HESSIAN_AT, NULL, -1, (double[]){0, 1}, (double[]){1, 2}, here);
        ask(ctx, f, RAO_KL_HESSIAN_AT, NULL, -1, (double[]){1e15, 1}, (double[]){1e15 + 1, 2}, there);
        for (int j = 0; j < 4; j++) EXPECT_CLOSE(there[j], here[j], 1e-11);
        ask(ctx, f, RAO_FISHER, NULL, RAO_KL_HESSIAN, (double[]){1e15, 1}, NULL, there);
        ask(ctx, f, RAO_FISHER, NULL, RAO_KL_HESSIAN, (double[]){0, 1}, NULL, here);
        EXPECT_CLOSE(there[0], here[0], 1e-11);
        rao_family_destroy(&f);
    }
    rao_family *f = make(ctx, "mvn", 1, NULL, 0);
    ask(ctx, f, RAO_KL_HESSIAN_AT, NULL, -1, (double[]){1e15, 1}, (double[]){1e15 + 1, 4}, there);
    EXPECT_REL(there[0], 0.25, 1e-12);
    EXPECT_REL(there[1], -1.0 / 16, 1e-10);
    rao_family_destroy(&f);
    f = make(ctx, "poisson", 0, NULL, 0);
    ask(ctx, f, RAO_KL_HESSIAN_AT, NULL, -1, (double[]){1e-300}, (double[]){2e-300}, there); /* a standard unit is 1e-150 */
    EXPECT_REL(there[0], 2.5e299, 1e-9);
    rao_family_destroy(&f);
    f = make(ctx, "bernoulli", 0, NULL, 0);
    rao_family_args a;
    rao_family_args_init(&a);
    const double sure = 1;
    a.p = rao_points_of(&sure, 0), a.q = rao_points_of(&sure, 0);
    EXPECT_FAIL(ctx, rao_family_eval(ctx, f, RAO_KL_HESSIAN_AT, &a, there, 0), RAO_EDOMAIN, "want 0 <= p <= 1");
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void empirical_matrices(void **state) {
    (void)state;
    LAW("the empirical matrix is the weighted mean of score score^T, and the Fisher matrix within five of its standard errors");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "gamma", 0, NULL, 0);
    enum { N = 5000 };
    static double x[N], w[N];
    const double p[2] = {2.5, 1.5};
    double m[4], want[4], g[2], total = 0, mean[4] = {0};
    rao_quality quality;
    OK(ctx, rao_family_sample(ctx, f, 0, p, rao_stream_make(rao_test_seed(), 3), 0, 0, N, x, 1));
    for (int i = 0; i < N; i++) w[i] = 1 + i % 3, total += w[i];
    rao_family_args a;
    rao_family_args_init(&a);
    a.p = rao_points_of(p, 0), a.quality = &quality, a.method = RAO_EMPIRICAL;
    EXPECT_FAIL(ctx, rao_family_eval(ctx, f, RAO_FISHER, &a, m, 0), RAO_EINVAL, "needs data");
    a.data = rao_points_of(x, 1), a.data_count = N;
    OK(ctx, rao_family_eval(ctx, f, RAO_FISHER, &a, m, 0));
    ask(ctx, f, RAO_FISHER, NULL, -1, p, NULL, want);
    EXPECT_TRUE(quality.method == RAO_EMPIRICAL && quality.error > 0 && quality.error < 0.2);
    for (int i = 0; i < 4; i++) EXPECT_TRUE(fabs(m[i] - want[i]) < 5 * quality.error);
    a.data_weights = w;
    OK(ctx, rao_family_eval(ctx, f, RAO_FISHER, &a, m, 0));
    for (int i = 0; i < N; i++) {
        OK(ctx, rao_family_score(ctx, f, 0, p, &x[i], g));
        for (int j = 0; j < 4; j++) mean[j] += w[i] / total * g[j / 2] * g[j % 2];
    }
    for (int j = 0; j < 4; j++) EXPECT_REL(m[j], mean[j], 1e-12);
    w[7] = -1;
    EXPECT_FAIL(ctx, rao_family_eval(ctx, f, RAO_FISHER, &a, m, 0), RAO_EDOMAIN, "weight of observation 8");
    w[7] = 1, x[9] = -1;
    EXPECT_FAIL(ctx, rao_family_eval(ctx, f, RAO_FISHER, &a, m, 0), RAO_EDOMAIN, "observation 10, x = -1");
    a.method = RAO_CLOSED;
    OK(ctx, rao_family_eval(ctx, f, RAO_FISHER, &a, m, 0));
    rao_family_destroy(&f);
    f = make(ctx, "normal_mixture3", 0, NULL, 0);
    const double three[3] = {0.5, 1, 1};
    double n[9];
    a.p = rao_points_of(three, 0);
    EXPECT_FAIL(ctx, rao_family_eval(ctx, f, RAO_FISHER, &a, n, 0), RAO_EUNABLE, "no closed form here");
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

/* ---- Cramer-Rao ---- */

static double target(rao_ctx *ctx, const rao_family *f, const char *chart, const double *p, double n, const char *g, const char *b,
                     double *mse) {
    rao_bound_opts o;
    double value;
    int64_t c;
    rao_bound_opts_init(&o);
    o.n = n, o.target = g, o.bias = b;
    OK(ctx, rao_family_chart_index(ctx, f, chart, &c));
    OK(ctx, rao_family_cramer_rao(ctx, f, c, p, &o, &value, mse, NULL));
    return value;
}

static void bounds_of_variances(void **state) {
    (void)state;
    ORACLE("Cramer-Rao: normal diag(sigma^2/n, sigma^2/2n); J (nF)^-1 J^T; with a bias J = d(g + b)", "closed forms");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "normal", 0, NULL, 0);
    const double p[2] = {3, 2};
    double m[25], mse;
    rao_bound_opts o;
    rao_quality quality;
    rao_bound_opts_init(&o);
    o.n = 50;
    OK(ctx, rao_family_cramer_rao(ctx, f, 0, p, &o, m, NULL, &quality));
    EXPECT_TRUE(quality.method == RAO_CLOSED && quality.error == 0);
    EXPECT_REL(m[0], 4.0 / 50, 1e-14);
    EXPECT_REL(m[3], 4.0 / 100, 1e-14);
    EXPECT_TRUE(fabs(m[1]) < 1e-17 && m[1] == m[2]);
    EXPECT_REL(target(ctx, f, NULL, p, 50, "mu", NULL, NULL), 4.0 / 50, 1e-14);
    EXPECT_REL(target(ctx, f, NULL, p, 50, "mu^2 + sigma^2", NULL, &mse), (36.0 * 4 + 16 * 2) / 50, 1e-14);
    EXPECT_REL(mse, (36.0 * 4 + 16 * 2) / 50, 1e-14);
    EXPECT_REL(target(ctx, f, NULL, p, 50, "mu", "-mu/10", &mse), 0.81 * 4 / 50, 1e-14); /* shrinkage */
    EXPECT_REL(mse, 0.81 * 4 / 50 + 0.09, 1e-14);
    EXPECT_REL(target(ctx, f, "mu_var", (double[]){3, 4}, 1, "var", NULL, NULL), 32, 1e-14);
    EXPECT_REL(target(ctx, f, NULL, p, 1, "5", NULL, NULL), 0, 1e-15); /* a constant needs no data */
    EXPECT_FAIL(ctx, rao_family_cramer_rao(ctx, f, 5, p, &o, m, NULL, NULL), RAO_EINVAL, "chart 5");
    o.target = "mu + sigm";
    EXPECT_FAIL(ctx, rao_family_cramer_rao(ctx, f, 0, p, &o, m, NULL, NULL), RAO_EINVAL,
                "normal: target: expression, column 6: unknown name \"sigm\", nearest is \"sigma\"");
    o.target = NULL, o.bias = "mu";
    EXPECT_FAIL(ctx, rao_family_cramer_rao(ctx, f, 0, p, &o, m, NULL, NULL), RAO_EINVAL, "without the target");
    o.bias = NULL, o.n = 0;
    EXPECT_FAIL(ctx, rao_family_cramer_rao(ctx, f, 0, p, &o, m, NULL, NULL), RAO_EDOMAIN, "n = 0");
    o.n = (double)NAN;
    EXPECT_FAIL(ctx, rao_family_cramer_rao(ctx, f, 0, p, &o, m, NULL, NULL), RAO_EDOMAIN, "want > 0");
    rao_family_destroy(&f);
    LAW("what is known about a nuisance does not help: the bound is not below that with the others given");
    f = make(ctx, "gamma", 0, NULL, 0);
    double fisher[4];
    ask(ctx, f, RAO_FISHER, NULL, -1, (double[]){2.5, 1.5}, NULL, fisher);
    double det = fisher[0] * fisher[3] - fisher[1] * fisher[2];
    EXPECT_REL(target(ctx, f, NULL, (double[]){2.5, 1.5}, 10, "shape", NULL, NULL), fisher[3] / det / 10, 1e-12);
    EXPECT_TRUE(fisher[3] / det > 1 / fisher[0]);
    rao_family_destroy(&f);
    f = make(ctx, "uniform", 0, NULL, 0);
    EXPECT_FAIL(ctx, rao_family_cramer_rao(ctx, f, 0, (double[]){0, 1}, NULL, m, NULL, NULL), RAO_EDOMAIN, "not a regular family");
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void singular_matrices_bound_what_lies_in_their_range(void **state) {
    (void)state;
    LAW("where F is singular the bound is finite for targets in its range and infinite for others");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "categorical", 3, NULL, 0);
    const double z[3] = {0.3, -0.2, 1}, e[3] = {exp(0.3), exp(-0.2), exp(1)};
    double sum = e[0] + e[1] + e[2], m[9];
    double p[3] = {e[0] / sum, e[1] / sum, e[2] / sum};
    EXPECT_REL(target(ctx, f, "logits", z, 20, "z_1 - z_2", NULL, NULL), (1 / p[0] + 1 / p[1]) / 20, 1e-12);
    EXPECT_TRUE(target(ctx, f, "logits", z, 20, "z_1", NULL, NULL) == HUGE_VAL);
    EXPECT_REL(target(ctx, f, "logits", z, 20, "exp(z_1)/(exp(z_1) + exp(z_2) + exp(z_3))", NULL, NULL), p[0] * (1 - p[0]) / 20, 1e-12);
    int64_t chart;
    OK(ctx, rao_family_chart_index(ctx, f, "logits", &chart));
    OK(ctx, rao_family_cramer_rao(ctx, f, chart, z, NULL, m, NULL, NULL));
    for (int i = 0; i < 3; i++) EXPECT_TRUE(m[i * 4] == HUGE_VAL);
    rao_family_destroy(&f);
    f = make(ctx, "normal_mixture3", 0, NULL, 0);
    const double edge[3] = {0, 1, 1}, infinite[3] = {0, 1, 1.5}, centre[3] = {0.5, 0, 1};
    EXPECT_REL(target(ctx, f, NULL, edge, 1, "pi", NULL, NULL), 1 / expm1(1), 1e-12);
    EXPECT_TRUE(target(ctx, f, NULL, edge, 1, "mu", NULL, NULL) == HUGE_VAL);
    EXPECT_TRUE(target(ctx, f, NULL, infinite, 1, "pi", NULL, NULL) == 0); /* infinite information */
    EXPECT_TRUE(target(ctx, f, NULL, centre, 1, "pi", NULL, NULL) == HUGE_VAL);
    EXPECT_REL(target(ctx, f, NULL, centre, 1, "mu", NULL, NULL), 4, 1e-9);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

/* F B = I in every chart of every family whose charts have as many coordinates as it has dimensions. */
static void bounds_invert_the_fisher_matrix(void **state) {
    (void)state;
    LAW("the matrix of bounds is the inverse of the Fisher matrix, in every chart");
    rao_ctx *ctx = rao_test_ctx();
    static const struct {
        const char *name;
        int64_t dimension;
        const char *fixed;
        double value, p[9];
    } rows[] = {{"normal", 0, NULL, 0, {0.3, 2}},
                {"isotropic_normal", 2, NULL, 0, {0.3, -1, 2}},
                {"diagonal_normal", 2, NULL, 0, {0.3, -1, 2, 0.5}},
                {"lognormal", 0, NULL, 0, {0.3, 2}},
                {"exponential", 0, NULL, 0, {2}},
                {"gamma", 0, NULL, 0, {2.5, 1.5}},
                {"inverse_gamma", 0, NULL, 0, {2.5, 1.5}},
                {"beta", 0, NULL, 0, {2.5, 1.5}},
                {"dirichlet", 4, NULL, 0, {2.5, 1.5, 0.7, 3}},
                {"bernoulli", 0, NULL, 0, {0.3}},
                {"binomial", 0, "n", 5, {0.3}},
                {"negative_binomial", 0, "r", 2.5, {0.3}},
                {"poisson", 0, NULL, 0, {3}},
                {"categorical", 4, NULL, 0, {0.1, 0.2, 0.3, 0.4}},
                {"multinomial", 4, "n", 5, {0.1, 0.2, 0.3, 0.4}},
                {"weibull", 0, NULL, 0, {1.7, 2}},
                {"gumbel", 0, NULL, 0, {1, 2}},
                {"student_t", 0, "nu", 3.5, {0.5, 2}},
                {"inverse_gaussian", 0, NULL, 0, {1.5, 2}},
                {"von_mises", 0, NULL, 0, {0.5, 2}},
                {"mvn", 3, NULL, 0, {0.1, 0.2, 0.3, 2, 0.5, -0.3, 1, 0.2, 1.5}},
                {"wishart", 2, "df", 4.5, {2, 0.5, 1}},
                {"normal_mixture3", 0, NULL, 0, {0.4, 2, 0.7}}};
    for (size_t r = 0; r < COUNT(rows); r++) {
        rao_family *f = make(ctx, rows[r].name, rows[r].dimension, rows[r].fixed, rows[r].value);
        for (int64_t chart = 0; chart < rao_family_chart_count(f); chart++) {
            double c[16], fisher[256], bounds[256];
            int64_t m = rao_family_tangent(f, chart);
            if (m != rao_family_tangent(f, 0)) continue;
            OK(ctx, rao_family_convert(ctx, f, 0, rows[r].p, chart, c, NULL));
            OK(ctx, rao_family_fisher(ctx, f, chart, c, fisher));
            OK(ctx, rao_family_cramer_rao(ctx, f, chart, c, NULL, bounds, NULL, NULL));
            for (int64_t i = 0; i < m; i++)
                for (int64_t j = 0; j < m; j++) {
                    double sum = 0, size = 0;
                    for (int64_t k = 0; k < m; k++)
                        sum += fisher[i * m + k] * bounds[k * m + j], size += fabs(fisher[i * m + k] * bounds[k * m + j]);
                    EXPECT_CLOSE(sum, i == j, 1e-11 * fmax(1, size)); /* numerical matrices to 1e-11 */
                }
        }
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void bounds_at_the_extremes(void **state) {
    (void)state;
    ORACLE("Cramer-Rao where eigenvalues lose the digits of F", "tests/oracle/bounds.py: mpmath, 60 digits");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f;
#define AT(name, d, chart, g, want, tol, ...)                                                      \
    f = make(ctx, name, d, NULL, 0);                                                               \
    EXPECT_REL(target(ctx, f, chart, (const double[]){__VA_ARGS__}, 1, g, NULL, NULL), want, tol); \
    rao_family_destroy(&f)
    AT("gamma", 0, NULL, "shape", 1.9999999999993333e+24, 1e-13, 1e12, 2);
    AT("gamma", 0, NULL, "shape / rate", 250000000000.0, 1e-13, 1e12, 2);
    AT("gamma", 0, NULL, "shape", 1.9999999999333333e+20, 1e-13, 1e10, 2);
    AT("gamma", 0, NULL, "shape / rate", 2500000000.0, 1e-13, 1e10, 2);
    AT("gamma", 0, NULL, "shape", 1999999333333.5556, 1e-13, 1e6, 2);
    AT("gamma", 0, NULL, "shape / rate", 250000.0, 1e-13, 1e6, 2);
    AT("gamma", 0, NULL, "shape", 1.0000000099999999e-16, 1e-13, 1e-8, 2);
    AT("gamma", 0, NULL, "shape / rate", 2.5e-9, 1e-13, 1e-8, 2);
    AT("gamma", 0, "shape_scale", "scale", 0.50000000000008333, 1e-13, 1e12, 0.5);
    AT("gamma", 0, "shape_mean", "mean", 250000000000.0, 1e-13, 1e12, 5e11);
    AT("beta", 0, NULL, "a", 1.9999999999995e+24, 1e-13, 1e12, 1e12);
    AT("beta", 0, NULL, "a / (a + b)", 7.4074074074049383e-14, 1e-12, 1e12, 2 * 1e12);
    AT("beta", 0, NULL, "a", 1999999500000.25, 1e-13, 1e6, 1e6);
    AT("beta", 0, NULL, "a / (a + b)", 7.4074049382718793e-8, 1e-12, 1e6, 2 * 1e6);
    AT("beta", 0, NULL, "a", 1.5000000000000002e-16, 1e-13, 1e-8, 1e-8);
    AT("beta", 0, NULL, "a / (a + b)", 0.11111111111111107, 1e-12, 1e-8, 2 * 1e-8);
    AT("beta", 0, NULL, "b", 1.0000000099999999e-16, 1e-12, 1e6, 1e-8);
    AT("dirichlet", 3, NULL, "alpha_1", 1120984657503.0656, 1e-12, 1e6, 1e6, 1);
    AT("normal", 0, "natural", "theta_1", 20000000000000001.0, 1e-12, 1e8, -0.5);
#undef AT
    rao_test_ctx_close(&ctx);
}

static void bounds_of_the_mixture(void **state) {
    (void)state;
    ORACLE("the inverse of a Fisher matrix whose determinant falls as mu^6", "tests/oracle/mixture3_bound.py: mpmath, 60 digits");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = make(ctx, "normal_mixture3", 0, NULL, 0);
    static const struct {
        double p[3], want[6];
    } rows[] = {
        {{0.5, 0.0001, 1},
         {6.0000000749999984e+24, -1.2000000149999997e+21, 2.4000000299999995e+17, 60000000449999987.0, -12000000089999.998,
          600000003.49999993}},

        {{0.5, 0.01, 1},
         {6000750012000.9241, -120014999940.01598, 2400299996.8003697, 600044998.95010744, -12000899.969002399, 60003.499870010996}},

        {{0.3, 0.0001, 1.0001},
         {833364006902574.7, -277787990636.17478, 92596004.102274778, -277760208781.6803, 92586732.37194347, 92577478.236219923}},

        {{0.9, -0.02, 0.97},
         {120856.29251318799, 2683.9287748500629, 60.772497593663689, 4115.2034786218054, 91.391394477846086, 140.71265691715888}},

        {{0.25, 1, 2},
         {1.5985108331877202, -4.9415136573900123, 39.062518091004849, -2.3522038244332221, 5.4470250758839061, 13.95181345572666}},

        {{0.5, 0.001, 1.3},
         {60.003351455651993, -0.11081913961498261, 5.1439822109635711, -29.409642717560344, 0.053098808189865506, 16.663470405550938}},

    };
    for (size_t r = 0; r < COUNT(rows); r++) {
        double m[9];
        const double *want = rows[r].want;
        OK(ctx, rao_family_cramer_rao(ctx, f, 0, rows[r].p, NULL, m, NULL, NULL));
        for (int i = 0; i < 3; i++)
            for (int j = 0; j <= i; j++, want++) {
                EXPECT_REL(m[3 * i + j], *want, 1e-12);
                EXPECT_CLOSE(m[3 * j + i], m[3 * i + j], 0);
            }
    }
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

/* Bounds of coordinates p_i, of the last too, which follows from the others: p_i (1 - p_i)/n and -p_i p_j/n, zeros and 1e-300 included. */
static void classes_are_bounded_by_their_covariance(void **state) {
    (void)state;
    LAW("the bound of class frequencies is their covariance, whatever the probabilities, in every chart");
    rao_ctx *ctx = rao_test_ctx();
    static const double points[][4] = {{0.2, 0.3, 0.4, 0.1},
                                       {0.25, 0.75, 0, 0},
                                       {0, 0, 0.25, 0.75},
                                       {0.25, 0.75, 1e-300, 1e-30},
                                       {1e-12, 1e-20, 1e-5, 0.99998999999899999}};
    static const char *const names[] = {"p_1", "p_2", "p_3", "p_4"};
    const double trials = 7;
    for (int kind = 0; kind < 2; kind++) {
        rao_family *f = make(ctx, kind ? "multinomial" : "categorical", 4, kind ? "n" : NULL, trials);
        for (size_t k = 0; k < COUNT(points); k++) {
            const double *p = points[k], n = kind ? 5 * trials : 5;
            double m[9];
            rao_bound_opts o;
            rao_bound_opts_init(&o);
            o.n = 5;
            OK(ctx, rao_family_cramer_rao(ctx, f, 0, p, &o, m, NULL, NULL));
            for (int i = 0; i < 4; i++) {
                double others = 0;
                for (int j = 0; j < 4; j++) others += j != i ? p[j] : 0;
                EXPECT_REL(target(ctx, f, NULL, p, 5, names[i], NULL, NULL), p[i] * others / n, 1e-14);
                for (int j = 0; j < 3 && i < 3; j++) EXPECT_REL(m[3 * i + j], i == j ? p[i] * others / n : -p[i] * p[j] / n, 1e-14);
            }
            EXPECT_REL(target(ctx, f, NULL, p, 5, "1 - p_1 - p_2 - p_3", NULL, NULL), p[3] * (p[0] + p[1] + p[2]) / n, 1e-14);
        }
        const double theta[3] = {700, 0.5, -600}; /* p_4 = exp(-700), p_3 = exp(-1300), which no double holds */
        EXPECT_REL(target(ctx, f, "natural", theta, 1, "theta_2 - theta_1", NULL, NULL),
                   exp(699.5) * (1 + exp(-699.5)) / (kind ? trials : 1), 1e-12);
        rao_family_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

/* The bound of c^2 is (2c)^2 times that of c, and that of c is the diagonal of the matrix, for every coordinate of every component. */
static void targets_of_mixtures_are_what_they_name(void **state) {
    (void)state;
    LAW("a target is evaluated at the coordinates that it names, also behind weights and probabilities of which the last is dropped");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *parts[2] = {make(ctx, "categorical", 3, NULL, 0), make(ctx, "categorical", 3, NULL, 0)}, *classes = NULL, *line = NULL;
    OK(ctx, rao_family_mixture(ctx, 2, (const rao_family *const *)parts, &classes));
    rao_family *normals[2] = {make(ctx, "normal", 0, NULL, 0), make(ctx, "normal", 0, NULL, 0)};
    OK(ctx, rao_family_mixture(ctx, 2, (const rao_family *const *)normals, &line));
    const double p[6] = {0.3, 0.7, -1, 0.5, 2, 1.25};
    static const char *const names[] = {"w_1", "c1_mu", "c1_sigma", "c2_mu", "c2_sigma"}, *const squares[] = {"w_1^2", "c1_mu^2",
                                                                                                              "c1_sigma^2", "c2_mu^2",
                                                                                                              "c2_sigma^2"};
    static const int place[] = {0, 2, 3, 4, 5};
    double m[25];
    OK(ctx, rao_family_cramer_rao(ctx, line, 0, p, NULL, m, NULL, NULL));
    for (int i = 0; i < 5; i++) {
        EXPECT_REL(target(ctx, line, NULL, p, 1, names[i], NULL, NULL), m[6 * i], 1e-9);
        EXPECT_REL(target(ctx, line, NULL, p, 1, squares[i], NULL, NULL), 4 * p[place[i]] * p[place[i]] * m[6 * i], 1e-9);
    }
    EXPECT_REL(target(ctx, line, NULL, p, 1, "w_2", NULL, NULL), m[0], 1e-9); /* w_2 = 1 - w_1 */
    EXPECT_REL(target(ctx, line, NULL, p, 1, "w_1 + w_2 + c1_mu", NULL, NULL), m[6], 1e-9);
    char name[RAO_COORD_NAME];
    OK(ctx, rao_family_point_name(ctx, classes, 0, 1, name));
    assert_string_equal(name, "w_2");
    OK(ctx, rao_family_point_name(ctx, classes, 0, 4, name));
    assert_string_equal(name, "1.p_3");
    OK(ctx, rao_family_point_name(ctx, classes, 0, 7, name));
    assert_string_equal(name, "2.p_3");
    EXPECT_FAIL(ctx, rao_family_point_name(ctx, classes, 0, 8, name), RAO_EINVAL, "coordinate 8, want 0..7");
    OK(ctx, rao_family_coord_name(ctx, classes, 0, 4, name));
    assert_string_equal(name, "2.p_2");
    const double q[8] = {0.4, 0.6, 0.2, 0.3, 0.5, 0.1, 0.2, 0.7};
    EXPECT_TRUE(target(ctx, classes, NULL, q, 1, "w_1 * c1_p_3 + w_2 * c2_p_3", NULL, NULL) > 0);
    EXPECT_REL(target(ctx, classes, NULL, q, 1, "w_1 * c1_p_3 + w_2 * c2_p_3", NULL, NULL), 0.62 * 0.38,
               1e-9); /* P(x = 3): identified though the rest is not */
    for (int i = 0; i < 2; i++) rao_family_destroy(&parts[i]), rao_family_destroy(&normals[i]);
    rao_family_destroy(&classes), rao_family_destroy(&line);
    rao_test_ctx_close(&ctx);
}

/* ---- the check ---- */

static void families_keep_their_word(void **state) {
    (void)state;
    LAW("rao_family_check finds regular families sound, and says of the others what is wrong");
    rao_ctx *ctx = rao_test_ctx();
    static const struct {
        const char *name;
        const char *fixed;
        double value, p[3];
    } sound[] = {{"normal", NULL, 0, {0.3, 2}},      {"gamma", NULL, 0, {2.5, 1.5}},
                 {"gumbel", NULL, 0, {1, 2}},        {"cauchy", NULL, 0, {1, 2}},
                 {"poisson", NULL, 0, {3.5}},        {"binomial", "n", 12, {0.3}},
                 {"weibull", NULL, 0, {1.7, 2}},     {"von_mises", NULL, 0, {0.5, 2}},
                 {"student_t", "nu", 3.5, {0.5, 2}}, {"normal_mixture3", NULL, 0, {0.4, 2, 0.7}}};
    rao_family_report r;
    for (size_t i = 0; i < COUNT(sound); i++) {
        rao_family *f = make(ctx, sound[i].name, 0, sound[i].fixed, sound[i].value);
        OK(ctx, rao_family_check(ctx, f, 0, sound[i].p, &r));
        if (!r.sound) print_error("%s\n", r.sentence);
        EXPECT_TRUE(r.sound && strstr(r.sentence, "agree"));
        EXPECT_TRUE(fabs(r.mass - 1) < 1e-10 && r.mass_error < 1e-9 && r.score_mean < 1e-9 && r.score_gap < 1e-6 && r.fisher_gap < 1e-6);
        rao_family_destroy(&f);
    }
    rao_family *f = make(ctx, "isotropic_normal", 3, NULL, 0);
    OK(ctx, rao_family_check(ctx, f, 0, (double[]){1, 2, 3, 0.5}, &r));
    EXPECT_TRUE(r.sound && r.mass_error == HUGE_VAL && !strstr(r.sentence, "integrates"));
    rao_family_destroy(&f);
    f = make(ctx, "laplace", 0, NULL, 0);
    OK(ctx, rao_family_check(ctx, f, 0, (double[]){1, 2}, &r));
    EXPECT_TRUE(r.integrates && r.scores_agree && r.scores_centred && !r.forms_agree && !r.sound);
    EXPECT_REL(r.fisher_gap, 1, 1e-6);
    EXPECT_TRUE(strstr(r.sentence, "kink") && strstr(r.sentence, "(mu, mu)") && strstr(r.sentence, "0.25"));
    rao_family_destroy(&f);
    f = make(ctx, "uniform", 0, NULL, 0);
    OK(ctx, rao_family_check(ctx, f, 0, (double[]){1, 2}, &r));
    EXPECT_TRUE(r.integrates && !r.sound && strstr(r.sentence, "not a regular family"));
    rao_family_destroy(&f);
    const rao_coordinate rate[1] = {{"rate", 0, HUGE_VAL}}, start[1] = {{"mu", -HUGE_VAL, HUGE_VAL}};
    rao_family_definition d;
    rao_family_definition_init(&d);
    d.coordinates = rate, d.coordinate_count = 1, d.density = "2*rate*exp(-rate*x)", d.low = "0";
    OK(ctx, rao_family_define(ctx, &d, &f));
    OK(ctx, rao_family_check(ctx, f, 0, (double[]){3}, &r));
    EXPECT_TRUE(!r.integrates && !r.sound && strstr(r.sentence, "integrates to 2, not to 1"));
    rao_family_destroy(&f);
    d.coordinates = start, d.density = "exp(-(x - mu))", d.low = "mu";
    OK(ctx, rao_family_define(ctx, &d, &f));
    OK(ctx, rao_family_check(ctx, f, 0, (double[]){3}, &r));
    EXPECT_TRUE(r.integrates && r.scores_agree && !r.scores_centred && strstr(r.sentence, "the score of mu has mean 1"));
    rao_family_destroy(&f);
    f = make(ctx, "categorical", 3, NULL, 0);
    EXPECT_FAIL(ctx, rao_family_check(ctx, f, 0, (double[]){0.2, 0.3, 0.5}, &r), RAO_EUNABLE, "not free");
    OK(ctx, rao_family_check(ctx, f, 1, (double[]){0.2, 0.3}, &r));
    EXPECT_TRUE(r.sound);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static rao_status wrong_score(rao_ctx *ctx, void *arg, const double *p, const double *x, double *log_density, double *score) {
    (void)ctx, (void)arg;
    *log_density = log(p[0]) - p[0] * x[0];
    if (score) score[0] = 1 / p[0] + x[0];
    return RAO_OK;
}

static void wrong_scores_are_found(void **state) {
    (void)state;
    LAW("a score that is not the derivative is told");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = NULL;
    rao_family_report r;
    const rao_coordinate rate[1] = {{"rate", 0, HUGE_VAL}};
    rao_family_definition d;
    rao_family_definition_init(&d);
    d.coordinates = rate, d.coordinate_count = 1, d.scored = wrong_score, d.low = "0";
    OK(ctx, rao_family_define(ctx, &d, &f));
    OK(ctx, rao_family_check(ctx, f, 0, (double[]){3}, &r));
    EXPECT_TRUE(r.integrates && !r.scores_agree && strstr(r.sentence, "not the derivative"));
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(determinants_by_oracle),
        cmocka_unit_test(the_singular_mixture),
        cmocka_unit_test(determinants_in_closed_form),
        cmocka_unit_test(hessians_of_kl),
        cmocka_unit_test(hessians_of_kl_know_no_origin),
        cmocka_unit_test(empirical_matrices),
        cmocka_unit_test(bounds_of_variances),
        cmocka_unit_test(singular_matrices_bound_what_lies_in_their_range),
        cmocka_unit_test(bounds_invert_the_fisher_matrix),
        cmocka_unit_test(bounds_at_the_extremes),
        cmocka_unit_test(bounds_of_the_mixture),
        cmocka_unit_test(classes_are_bounded_by_their_covariance),
        cmocka_unit_test(targets_of_mixtures_are_what_they_name),
        cmocka_unit_test(families_keep_their_word),
        cmocka_unit_test(wrong_scores_are_found),
    };
    return rao_test_run("family: information", tests, COUNT(tests));
}
