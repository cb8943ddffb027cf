/* Every closed form against 60 digits, extremes included; and the heads against the families. */
#include <float.h>

#include "rao_test.h"
#include <rao/family.h>

#include "oracle_families.h"

static void closed_forms_match(void **state) {
    (void)state;
    ORACLE("quantities of the families", "mpmath 60 digits, tests/oracle/families.py");
    rao_ctx *ctx = rao_test_ctx();
    int failures = 0;
    for (size_t i = 0; i < COUNT(oracle_families); i++) {
        rao_family *f = NULL;
        rao_family_opts o;
        rao_family_args a;
        rao_quantity quantity;
        double got[64];
        rao_family_opts_init(&o);
        o.dimension = oracle_families[i].dimension;
        const rao_family_info *info = NULL;
        for (int64_t r = 0; (info = rao_family_list(r)) && strcmp(info->name, oracle_families[i].family); r++) continue;
        rao_fixed fixed = {info ? info->fixed : NULL, oracle_families[i].fixed};
        if (fixed.name) o.fixed = &fixed, o.fixed_count = 1;
        OK(ctx, rao_family_create(ctx, oracle_families[i].family, &o, &f));
        OK(ctx, rao_quantity_index(ctx, oracle_families[i].quantity, &quantity));
        rao_family_args_init(&a);
        OK(ctx, rao_family_chart_index(ctx, f, oracle_families[i].chart, &a.chart));
        a.p = rao_points_of(oracle_families[i].p, 0), a.q = rao_points_of(oracle_families[i].q, 0),
        a.x = rao_points_of(oracle_families[i].x, 0);
        EXPECT_EQ(rao_family_answer(f, a.chart, quantity), oracle_families[i].count);
        OK(ctx, rao_family_eval(ctx, f, quantity, &a, got, 0));
        for (int j = 0; j < oracle_families[i].count; j++) {
            double want = oracle_families[i].want[j], size = fmax(fabs(want), oracle_families[i].size);
            int64_t m = rao_family_tangent(f, a.chart);
            if (quantity == RAO_FISHER) { /* an entry is a sum of products whose size is the root of its diagonal entries' product */
                double scale = sqrt(fabs(oracle_families[i].want[j / m * (m + 1)]) * fabs(oracle_families[i].want[j % m * (m + 1)]));
                if (isfinite(scale)) size = fmax(size, scale);
            }
            if (got[j] == want || fabs(got[j] - want) <= 1e-12 * size + 1e-307) continue;
            print_error("row %d: %s.%s %s(%.17g, %.17g; %.17g, %.17g; x %.17g)[%d] = %.17g, want %.17g (off by %.2g)\n", (int)i,
                        oracle_families[i].family, oracle_families[i].chart, oracle_families[i].quantity, oracle_families[i].p[0],
                        oracle_families[i].p[1], oracle_families[i].q[0], oracle_families[i].q[1], oracle_families[i].x[0], j, got[j], want,
                        fabs(got[j] - want) / size);
            failures++;
        }
        rao_family_destroy(&f);
    }
    EXPECT_EQ(failures, 0);
    rao_test_ctx_close(&ctx);
}

/* ---- heads ---- */

typedef struct pairing {
    const char *head, *family, *chart;
    int64_t k; /* classes, or coordinates taken one by one */
} pairing;

static void family_point(const char *head, const double *z, int64_t k, int64_t j, double *p) {
    if (!strcmp(head, "categorical")) memcpy(p, z, sizeof *p * (size_t)k);
    else if (!strcmp(head, "normal:var=0.25")) p[0] = z[j], p[1] = 0.25;
    else if (!strcmp(head, "normal.mu_logvar")) p[0] = z[j], p[1] = z[k + j];
    else p[0] = z[j];
}

static void heads_agree_with_families(void **state) {
    (void)state;
    ORACLE("log density, score, Fisher, KL of the heads", "the families");
    static const pairing pairs[] = {{"categorical", "categorical", "logits", 4},
                                    {"bernoulli", "bernoulli", "logit", 3},
                                    {"poisson", "poisson", "natural", 3},
                                    {"normal:var=0.25", "normal", "mu_var", 3},
                                    {"normal.mu_logvar", "normal", "mu_logvar", 3}};
    rao_ctx *ctx = rao_test_ctx();
    for (size_t i = 0; i < COUNT(pairs); i++)
        for (int trial = 0; trial < 20; trial++) {
            rao_head *h = NULL;
            rao_family *f = NULL;
            rao_family_opts o;
            double z[8], z1[8], y[4], g[8], v[8], fv[8], nll, kl, scale = trial % 2 ? 1 : 6;
            int64_t k = pairs[i].k, classes = i == 0, chart, blocks = classes ? 1 : k;
            rao_family_opts_init(&o);
            if (classes) o.dimension = k;
            OK(ctx, rao_head_create(ctx, pairs[i].head, k, &h));
            OK(ctx, rao_family_create(ctx, pairs[i].family, &o, &f));
            OK(ctx, rao_family_chart_index(ctx, f, pairs[i].chart, &chart));
            int64_t outputs = rao_head_outputs(h), targets = rao_head_targets(h), m = rao_family_tangent(f, chart);
            rao_stream s = rao_stream_make(rao_test_seed(), (uint64_t)trial);
            for (int64_t j = 0; j < outputs; j++)
                z[j] = scale * rao_normal_at(s, 0, (uint64_t)j), z1[j] = scale * rao_normal_at(s, 1, (uint64_t)j),
                v[j] = rao_normal_at(s, 2, (uint64_t)j);
            rao_mat mz = rao_mat_view(RAO_F64, 1, outputs, outputs, z), mz1 = rao_mat_view(RAO_F64, 1, outputs, outputs, z1),
                    my = rao_mat_view(RAO_F64, 1, targets, targets, y);
            rao_mat mg = rao_mat_view(RAO_F64, 1, outputs, outputs, g), mv = rao_mat_view(RAO_F64, 1, outputs, outputs, v),
                    mf = rao_mat_view(RAO_F64, 1, outputs, outputs, fv);
            rao_vec vn = rao_vec_view(RAO_F64, 1, &nll), vk = rao_vec_view(RAO_F64, 1, &kl);
            OK(ctx, rao_head_sample(ctx, h, &mz, s, 3, 0, &my));
            OK(ctx, rao_head_nll_score(ctx, h, &mz, &my, NULL, &vn, &mg));
            OK(ctx, rao_head_kl(ctx, h, &mz, &mz1, &vk));
            OK(ctx, rao_head_fisher_apply(ctx, h, &mz, &mv, &mf));
            double want_nll = 0, want_kl = 0;
            for (int64_t j = 0; j < blocks; j++) {
                double p[4], q[4], value, score[4], fisher[16];
                family_point(pairs[i].head, z, k, j, p), family_point(pairs[i].head, z1, k, j, q);
                OK(ctx, rao_family_logpdf(ctx, f, chart, p, y + j, &value));
                want_nll -= value;
                OK(ctx, rao_family_kl(ctx, f, chart, p, q, &value));
                want_kl += value;
                OK(ctx, rao_family_score(ctx, f, chart, p, y + j, score));
                OK(ctx, rao_family_fisher(ctx, f, chart, p, fisher));
                for (int64_t a = 0; a < m; a++) {
                    int64_t at = classes ? a : a * k + j;
                    if (at >= outputs) continue; /* the given variance is no output */
                    double want = 0;
                    for (int64_t b = 0; b < m; b++)
                        if ((classes ? b : b * k + j) < outputs) want += fisher[a * m + b] * v[classes ? b : b * k + j];
                    EXPECT_CLOSE(g[at], -score[a], 1e-13 * (1 + exp(fabs(z[j]))));
                    EXPECT_CLOSE(fv[at], want, 1e-13);
                }
            }
            EXPECT_CLOSE(nll, want_nll, 1e-13);
            EXPECT_CLOSE(kl, want_kl, 1e-12);
            rao_head_destroy(&h);
            rao_family_destroy(&f);
        }
    rao_test_ctx_close(&ctx);
}

/* Sigma_ij = rho^|i - j|: tridiagonal inverse, log det (d - 1) log(1 - rho^2). */
static void mvn_in_a_thousand_dimensions(void **state) {
    (void)state;
    ORACLE("mvn KL, entropy, log density in 1000 dimensions", "first-order autoregressive covariances in closed form");
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = NULL;
    rao_family_opts o;
    int64_t d = 1000, n = d + d * (d + 1) / 2;
    const double rho[2] = {0.3, -0.6};
    double *p[2], *x, value;
    rao_family_opts_init(&o);
    o.dimension = d;
    OK(ctx, rao_family_create(ctx, "mvn", &o, &f));
    OK(ctx, rao_alloc(ctx, d, &x));
    for (int k = 0; k < 2; k++) {
        OK(ctx, rao_alloc(ctx, n, &p[k]));
        double *at = p[k] + d;
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = i; j < d; j++) *at++ = pow(rho[k], (double)(j - i));
    }
    p[1][d - 1] = 2;
    double a = rho[0], b = rho[1], logdet_a = (double)(d - 1) * log1p(-a * a), logdet_b = (double)(d - 1) * log1p(-b * b);
    double trace = (2 + (double)(d - 2) * (1 + b * b) - 2 * (double)(d - 1) * a * b) / (1 - b * b), shift = 4 / (1 - b * b);
    OK(ctx, rao_family_kl(ctx, f, 0, p[0], p[1], &value));
    EXPECT_REL(value, 0.5 * (trace - (double)d + logdet_b - logdet_a + shift), 1e-12);
    OK(ctx, rao_family_entropy(ctx, f, 0, p[0], &value));
    EXPECT_REL(value, 0.5 * ((double)d * (1 + log(2 * 3.14159265358979323846)) + logdet_a), 1e-12);
    x[0] = 3, x[1] = -1;
    double square = (9 - 2 * a * 3 * -1 + (1 + a * a)) / (1 - a * a);
    OK(ctx, rao_family_logpdf(ctx, f, 0, p[0], x, &value));
    EXPECT_REL(value, -0.5 * (square + logdet_a + (double)d * log(2 * 3.14159265358979323846)), 1e-12);
    p[0][d + 1] = 1.0001;
    EXPECT_FAIL(ctx, rao_family_entropy(ctx, f, 0, p[0], &value), RAO_EDOMAIN, "leading minor of order 2");
    rao_free(&x), rao_free(&p[0]), rao_free(&p[1]);
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static void bad_requests_are_named(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_family *f = NULL;
    rao_family_opts o;
    rao_family_args a;
    rao_quantity quantity;
    int64_t chart;
    double p[2] = {0, -1}, q[2] = {0, 1}, out[8] = {5};
    EXPECT_FAIL(ctx, rao_family_create(ctx, "gausian", NULL, &f), RAO_EINVAL, "no family \"gausian\"");
    EXPECT_FAIL(ctx, rao_family_create(ctx, "norml", NULL, &f), RAO_EINVAL, "did you mean \"normal\"");
    rao_family_opts_init(&o);
    o.dimension = 3;
    EXPECT_FAIL(ctx, rao_family_create(ctx, "normal", &o, &f), RAO_EINVAL, "no dimension");
    o.dimension = 1;
    EXPECT_FAIL(ctx, rao_family_create(ctx, "categorical", &o, &f), RAO_EINVAL, "want 2..");
    rao_fixed fixed = {"n", 3};
    o.dimension = 0, o.fixed = &fixed, o.fixed_count = 1;
    EXPECT_FAIL(ctx, rao_family_create(ctx, "normal", &o, &f), RAO_EINVAL, "no fixed quantity");
    OK(ctx, rao_family_create(ctx, "normal", NULL, &f));
    EXPECT_FAIL(ctx, rao_family_chart_index(ctx, f, "mu_sigm", &chart), RAO_EINVAL, "did you mean \"mu_sigma\"");
    EXPECT_FAIL(ctx, rao_quantity_index(ctx, "entrop", &quantity), RAO_EINVAL, "did you mean \"entropy\"");
    EXPECT_FAIL(ctx, rao_family_entropy(ctx, f, 0, p, out), RAO_EDOMAIN, "normal: sigma = -1, want > 0");
    EXPECT_TRUE(out[0] == 5);
    EXPECT_FAIL(ctx, rao_family_entropy(ctx, f, 9, p, out), RAO_EINVAL, "chart 9");
    rao_family_args_init(&a);
    a.p = rao_points_of(q, 0);
    EXPECT_FAIL(ctx, rao_family_eval(ctx, f, RAO_KL, &a, out, 0), RAO_EINVAL, "kl needs a second point q");
    EXPECT_FAIL(ctx, rao_family_eval(ctx, f, RAO_LOGPDF, &a, out, 0), RAO_EINVAL, "logpdf needs an observation x");
    a.n = 3;
    EXPECT_FAIL(ctx, rao_family_eval(ctx, f, RAO_FISHER, &a, out, 3), RAO_EINVAL, "fisher has 4 numbers");
    rao_family_destroy(&f);
    OK(ctx, rao_family_create(ctx, "bernoulli", NULL, &f));
    double one = 1, zero = 0, score;
    EXPECT_FAIL(ctx, rao_family_score(ctx, f, 0, &zero, &one, &score), RAO_EDOMAIN, "density 0");
    rao_family_destroy(&f);
    o.fixed_count = 0, o.dimension = 3;
    OK(ctx, rao_family_create(ctx, "categorical", &o, &f));
    double sum[3] = {0.3, 0.3, 0.3};
    EXPECT_FAIL(ctx, rao_family_entropy(ctx, f, 0, sum, out), RAO_EDOMAIN, "sum to 0.8999");
    rao_family_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static rao_status whole_tour(rao_ctx *ctx, void *arg) {
    rao_status st;
    rao_family *f = NULL;
    double p[3] = {0.2, 0.3, 0.5}, x[100], out[3], error[3], m[9], j[9];
    rao_family_opts o;
    (void)arg;
    rao_family_opts_init(&o);
    o.dimension = 3;
    RAO_TRY(rao_family_create(ctx, "categorical", &o, &f));
    RAO_TRY(rao_family_sample(ctx, f, 0, p, rao_stream_make(1, 1), 0, 0, 100, x, 1));
    RAO_TRY(rao_family_mle(ctx, f, 0, 100, rao_points_of(x, 1), NULL, out, error, NULL));
    RAO_TRY(rao_family_fisher(ctx, f, 1, out, m));
    RAO_TRY(rao_family_convert(ctx, f, 0, p, 1, out, j));
done:
    rao_family_destroy(&f);
    return st;
}

static void survives_failed_allocations(void **state) {
    (void)state;
    LAW("a failed allocation is ENOMEM and leaks nothing");
    rao_test_every_allocation_fails(whole_tour, NULL);
}

static rao_status sweep(rao_ctx *ctx, const rao_family *f, double *out) {
    rao_family_args a;
    static double p[2000][2], q[2000][2];
    rao_stream s = rao_stream_make(3, 3);
    for (int i = 0; i < 2000; i++)
        for (int j = 0; j < 2; j++)
            p[i][j] = exp(rao_normal_at(s, 0, (uint64_t)(2 * i + j))), q[i][j] = exp(rao_normal_at(s, 1, (uint64_t)(2 * i + j)));
    rao_family_args_init(&a);
    a.n = 2000, a.p = rao_points_of(p[0], 2), a.q = rao_points_of(q[0], 2);
    return rao_family_eval(ctx, f, RAO_KL, &a, out, 1);
}

static void threads_do_not_matter(void **state) {
    (void)state;
    LAW("one thread and two give the same bits");
    static double out[2][2000];
    for (int threads = 1; threads <= 2; threads++) {
        rao_ctx *ctx = rao_test_ctx_threads(threads);
        rao_family *f = NULL;
        OK(ctx, rao_family_create(ctx, "normal", NULL, &f));
        OK(ctx, sweep(ctx, f, out[threads - 1]));
        rao_family_destroy(&f);
        rao_test_ctx_close(&ctx);
    }
    EXPECT_TRUE(!memcmp(out[0], out[1], sizeof out[0]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_forms_match),           cmocka_unit_test(heads_agree_with_families),
        cmocka_unit_test(mvn_in_a_thousand_dimensions), cmocka_unit_test(bad_requests_are_named),
        cmocka_unit_test(survives_failed_allocations),  cmocka_unit_test(threads_do_not_matter),
    };
    return rao_test_run("family: oracles", tests, COUNT(tests));
}
