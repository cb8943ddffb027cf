/* CG and Lanczos: their certificates against long double, and every way to end. */
#include "la/oracle.h"

/* |b - A x| / |b| in long double. */
static double true_residual(const rao_mat *a, double damping, const rao_vec *b, const rao_vec *x) {
    long double sum = 0, size = 0;
    for (int64_t i = 0; i < b->n; i++) {
        long double r = vat(b, i) - (long double)damping * vat(x, i);
        for (int64_t j = 0; j < b->n; j++) r -= at(a, i, j) * vat(x, j);
        sum += r * r;
        size += (long double)vat(b, i) * vat(b, i);
    }
    return (double)sqrtl(sum / size);
}

static void cg_certifies_its_residual(void **state) {
    (void)state;
    LAW("the residual reported is |b - F x| / |b| of the x returned; converged says whether it is within tol");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(40);
    for (int trial = 0; trial < 60; trial++) {
        const rao_dtype dtype = oracle_dtypes[trial & 1];
        const int64_t n = 1 + draw_size(&d, 100);
        const double damping = trial % 3 ? 0.1 : 0, tol = trial % 5 == 0 ? 1e-2 : 100 * ((double)n + 10) * oracle_eps(dtype);
        rao_mat a = tm_gram(ctx, &d, dtype, n, n + 5, 0.2, 0);
        rao_vec b = tv_random(ctx, &d, dtype, n), x = tv_random(ctx, &d, dtype, n), diag = tv_make(ctx, dtype, n);
        rao_op *f = NULL, *m = NULL;
        rao_cg_info info, first;
        OK(ctx, rao_op_dense(ctx, &a, &f));
        OK(ctx, rao_op_damp(ctx, f, damping));
        for (int64_t i = 0; i < n; i++) put(dtype, diag.data, i, (double)at(&a, i, i) + damping);
        OK(ctx, rao_op_diagonal(ctx, &diag, &m));
        OK(ctx, rao_cg(ctx, f, trial & 2 ? m : NULL, &b, tol, 10 * n + 10, &x, &info));
        EXPECT_TRUE(info.converged && info.residual <= tol);
        double slack = 8 * ((double)n + 2) * oracle_eps(dtype) * 10; /* |F| |x| / |b| is below 10 or so */
        EXPECT_CLOSE(true_residual(&a, damping, &b, &x), info.residual, slack);
        first = info;
        OK(ctx, rao_cg(ctx, f, NULL, &b, tol, 10, &x, &info)); /* from the answer: nothing to do */
        EXPECT_EQ(info.iterations, 0);
        EXPECT_TRUE(info.residual == first.residual);
        rao_op_destroy(&f), rao_op_destroy(&m);
        tm_free(&a), tv_free(&b), tv_free(&x), tv_free(&diag);
    }
    rao_test_ctx_close(&ctx);
}

static void cg_needs_one_step_an_eigenvalue(void **state) {
    (void)state;
    LAW("in exact arithmetic CG ends after as many steps as F has distinct eigenvalues; a perfect preconditioner ends it after one");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(41);
    for (int64_t distinct = 1; distinct <= 6; distinct++) {
        const int64_t n = 60;
        rao_vec diag = tv_make(ctx, RAO_F64, n), b = tv_random(ctx, &d, RAO_F64, n), x = tv_make(ctx, RAO_F64, n);
        rao_op *f = NULL;
        rao_cg_info info;
        for (int64_t i = 0; i < n; i++) put(RAO_F64, diag.data, i, (double)(1 + i % distinct));
        OK(ctx, rao_op_diagonal(ctx, &diag, &f));
        OK(ctx, rao_cg(ctx, f, NULL, &b, 1e-12, 100, &x, &info));
        EXPECT_EQ(info.iterations, distinct);
        EXPECT_TRUE(info.converged);
        for (int64_t i = 0; i < n; i++) EXPECT_CLOSE(vat(&x, i), vat(&b, i) / vat(&diag, i), 1e-11);
        memset(x.data, 0, (size_t)n * sizeof(double));
        OK(ctx, rao_cg(ctx, f, f, &b, 1e-12, 100, &x, &info));
        EXPECT_EQ(info.iterations, 1);
        rao_op_destroy(&f);
        tv_free(&diag), tv_free(&b), tv_free(&x);
    }
    rao_test_ctx_close(&ctx);
}

static void cg_ends_where_precision_ends(void **state) {
    (void)state;
    LAW("a tolerance below rounding ends without converging, long before the limit, at a residual of order eps |F| |x| / |b|");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(42);
    for (int which = 0; which < 2; which++) {
        const rao_dtype dtype = oracle_dtypes[which];
        const int64_t n = 50;
        rao_vec diag = tv_make(ctx, dtype, n), b = tv_random(ctx, &d, dtype, n), x = tv_make(ctx, dtype, n);
        rao_mat a = tm_gram(ctx, &d, dtype, n, n + 5, 0.2, 0);
        rao_op *f = NULL;
        rao_cg_info info;
        OK(ctx, rao_op_dense(ctx, &a, &f));
        OK(ctx, rao_cg(ctx, f, NULL, &b, 0, 100000, &x, &info));
        EXPECT_TRUE(!info.converged && info.iterations < 1000);
        EXPECT_TRUE(info.residual > 0 && info.residual < 100 * (double)n * oracle_eps(dtype));
        rao_op_destroy(&f);
        tv_free(&diag), tv_free(&b), tv_free(&x), tm_free(&a);
    }
    rao_test_ctx_close(&ctx);
}

static void cg_on_a_singular_operator(void **state) {
    (void)state;
    LAW("a consistent singular system is solved; an inconsistent one ends with what is left, and says so");
    rao_ctx *ctx = rao_test_ctx();
    double d[4] = {1, 2, 0, 4}, b[4] = {1, 1, 0, 1}, x[4] = {0, 0, 5, 0};
    rao_vec vd = rao_vec_view(RAO_F64, 4, d), vb = rao_vec_view(RAO_F64, 4, b), vx = rao_vec_view(RAO_F64, 4, x);
    rao_op *f = NULL;
    rao_cg_info info;
    OK(ctx, rao_op_diagonal(ctx, &vd, &f));
    OK(ctx, rao_cg(ctx, f, NULL, &vb, 1e-12, 50, &vx, &info));
    EXPECT_TRUE(info.converged && x[2] == 5); /* the start's part in the null space stays */
    EXPECT_CLOSE(x[3], 0.25, 1e-11);
    b[2] = 2;
    memset(x, 0, sizeof x);
    OK(ctx, rao_cg(ctx, f, NULL, &vb, 1e-12, 50, &vx, &info));
    EXPECT_TRUE(!info.converged && info.residual > 0.5 && isfinite(info.residual));
    memset(d, 0, sizeof d);
    rao_op_destroy(&f);
    OK(ctx, rao_op_diagonal(ctx, &vd, &f));
    memset(x, 0, sizeof x);
    OK(ctx, rao_cg(ctx, f, NULL, &vb, 1e-12, 50, &vx, &info));
    EXPECT_TRUE(!info.converged && info.residual == 1 && info.iterations == 0 && x[0] == 0);
    rao_op_destroy(&f);
    rao_test_ctx_close(&ctx);
}

/* y = s x with s from the damping field's place: what a broken operator does to CG and Lanczos. */
typedef struct broken {
    rao_op op;
    double factor;
    int good; /* applies before the factor strikes */
} broken;
static int applied;
static rao_status broken_apply(rao_ctx *ctx, const rao_op *f, const rao_vec *x, rao_vec *y) {
    const broken *self = (const broken *)f;
    (void)ctx;
    double factor = applied++ < self->good ? 1 : self->factor;
    for (int64_t i = 0; i < f->n; i++) put(y->dtype, y->data, i, factor * (1 + (double)i) * vat(x, i));
    return RAO_OK;
}
static const rao_op_table broken_table = {.name = "broken", .apply = broken_apply, .solve = broken_apply};

static int never(void *user) {
    ++*(int *)user;
    return 1;
}

static void iterations_refuse(void **state) {
    (void)state;
    LAW("what is not finite, indefinite or misshapen is refused with a sentence, x untouched; cancel ends in order");
    rao_ctx *ctx = rao_test_ctx();
    double b[3] = {1, 2, 3}, x[3] = {7, 7, 7}, theta[3] = {7, 7, 7}, bound[3] = {7, 7, 7};
    rao_vec vb = rao_vec_view(RAO_F64, 3, b), vx = rao_vec_view(RAO_F64, 3, x);
    rao_cg_info info = {.iterations = 77};
    int64_t made = 77;
    const rao_stream s = rao_stream_make(1, 1);
    for (int good = 0; good < 3; good++) {
        broken f = {{&broken_table, RAO_F64, 3, 0}, NAN, good};
        applied = 0;
        EXPECT_FAIL(ctx, rao_cg(ctx, &f.op, NULL, &vb, 1e-10, 20, &vx, &info), RAO_ENUMERIC, "broken is not finite at iteration");
        applied = 0;
        EXPECT_FAIL(ctx, rao_lanczos(ctx, &f.op, 3, s, theta, bound, NULL, &made), RAO_ENUMERIC,
                    "broken gave a value that is not finite at step");
    }
    broken negative = {{&broken_table, RAO_F64, 3, 0}, -1, 1};
    applied = 0;
    EXPECT_FAIL(ctx, rao_cg(ctx, &negative.op, NULL, &vb, 1e-10, 20, &vx, &info), RAO_ENUMERIC, "broken is not positive semidefinite");
    double ones[3] = {1, 1, 1};
    rao_vec vo = rao_vec_view(RAO_F64, 3, ones);
    rao_op *f = NULL;
    OK(ctx, rao_op_diagonal(ctx, &vo, &f));
    applied = 1;
    EXPECT_FAIL(ctx, rao_cg(ctx, f, &negative.op, &vb, 1e-10, 20, &vx, &info), RAO_ENUMERIC,
                "preconditioner broken is not positive definite");
    negative.factor = NAN, applied = 1;
    EXPECT_FAIL(ctx, rao_cg(ctx, f, &negative.op, &vb, 1e-10, 20, &vx, &info), RAO_ENUMERIC, "preconditioned residual");
    EXPECT_FAIL(ctx, rao_cg(ctx, NULL, NULL, &vb, 1e-10, 20, &vx, &info), RAO_EINVAL, "NULL");
    EXPECT_FAIL(ctx, rao_cg(ctx, f, NULL, &vb, NAN, 20, &vx, &info), RAO_EINVAL, "tol = nan");
    EXPECT_FAIL(ctx, rao_cg(ctx, f, NULL, &vb, 1e-3, -1, &vx, &info), RAO_EINVAL, "max_iter = -1");
    EXPECT_FAIL(ctx, rao_cg(ctx, f, NULL, &vb, 1e-3, 1, &vb, &info), RAO_EINVAL, "share memory");
    EXPECT_FAIL(ctx, rao_lanczos(ctx, f, 0, s, theta, bound, NULL, &made), RAO_EINVAL, "steps = 0");
    EXPECT_FAIL(ctx, rao_lanczos(ctx, NULL, 1, s, theta, bound, NULL, &made), RAO_EINVAL, "NULL");
    b[1] = NAN;
    EXPECT_FAIL(ctx, rao_cg(ctx, f, NULL, &vb, 1e-3, 1, &vx, &info), RAO_EDOMAIN, "want finite entries");
    b[1] = 2, vb.n = 2;
    EXPECT_FAIL(ctx, rao_cg(ctx, f, NULL, &vb, 1e-3, 1, &vx, &info), RAO_EINVAL, "b has 2 entries and x has 3");
    EXPECT_TRUE(x[0] == 7 && x[1] == 7 && x[2] == 7 && info.iterations == 77 && made == 77 && theta[0] == 7 && bound[0] == 7);
    vb.n = 3;
    int asked = 0;
    rao_ctx_set_cancel(ctx, never, &asked);
    OK(ctx, rao_cg(ctx, f, NULL, &vb, 1e-3, 100, &vx, &info));
    EXPECT_TRUE(asked > 0 && info.iterations == 0 && !info.converged && x[0] == 7);
    OK(ctx, rao_lanczos(ctx, f, 3, s, theta, bound, NULL, &made));
    EXPECT_EQ(made, 1);
    rao_ctx_set_cancel(ctx, NULL, NULL);
    memset(b, 0, sizeof b);
    OK(ctx, rao_cg(ctx, f, NULL, &vb, 0, 100, &vx, NULL)); /* b = 0 */
    EXPECT_TRUE(x[0] == 0 && x[1] == 0 && x[2] == 0);
    rao_op_destroy(&f);
    rao_vec none = rao_vec_view(RAO_F64, 0, NULL), none2 = none;
    OK(ctx, rao_op_diagonal(ctx, &none, &f));
    OK(ctx, rao_cg(ctx, f, NULL, &none, 1e-3, 10, &none2, &info));
    EXPECT_TRUE(info.converged && info.iterations == 0);
    OK(ctx, rao_lanczos(ctx, f, 5, s, theta, bound, NULL, &made));
    EXPECT_EQ(made, 0);
    rao_op_destroy(&f);
    rao_test_ctx_close(&ctx);
}

/* ---- Lanczos --------------------------------------------------------------------------------------------------- */

enum { MOST = 200 };

/* Every Ritz value has a true eigenvalue within its bound; weights are a Gauss rule: of sum 1, >= 0. */
static void check_bounds(const double *theta, const double *bound, const double *weight, int64_t made, const rao_vec *eigenvalues) {
    double sum = 0;
    for (int64_t i = 0; i < made; i++) {
        double nearest = INFINITY;
        for (int64_t j = 0; j < eigenvalues->n; j++) nearest = fmin(nearest, fabs(theta[i] - vat(eigenvalues, j)));
        EXPECT_TRUE(nearest <= bound[i]);
        EXPECT_TRUE(i == 0 || theta[i - 1] <= theta[i]);
        EXPECT_TRUE(weight[i] >= 0);
        sum += weight[i];
    }
    EXPECT_CLOSE(sum, 1, 1e-12);
}

static void lanczos_bounds_hold(void **state) {
    (void)state;
    LAW("an eigenvalue lies within bound[i] of theta[i]; the extreme ones converge; all n steps give the spectrum");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(43);
    static double theta[MOST], bound[MOST], weight[MOST];
    for (int trial = 0; trial < 60; trial++) {
        const rao_dtype dtype = oracle_dtypes[trial & 1];
        const int64_t n = trial < 4 ? 1 + trial / 2 : 20 + draw_below(&d, 150), steps = trial % 3 ? 1 + draw_below(&d, n) : n + 5;
        rao_vec diag = tv_make(ctx, dtype, n);
        rao_op *f = NULL;
        int64_t made;
        for (int64_t i = 0; i < n; i++)
            put(dtype, diag.data, i, trial % 4 < 2 ? exp(draw_normal(&d)) : pow(10, -6.0 * (double)i / (double)n)); /* 6 decades */
        OK(ctx, rao_op_diagonal(ctx, &diag, &f));
        OK(ctx, rao_lanczos(ctx, f, steps, rao_stream_make(rao_test_seed(), (uint64_t)trial), theta, bound, weight, &made));
        EXPECT_TRUE(made >= 1 && made <= (steps < n ? steps : n));
        check_bounds(theta, bound, weight, made, &diag);
        if (made == n) {
            rao_vec w = tv_make(ctx, dtype, n);
            double rounding = 20 * sqrt((double)n) * oracle_eps(dtype);
            OK(ctx, rao_op_eigenvalues(ctx, f, &w));
            for (int64_t i = 0; i < n; i++) {
                EXPECT_CLOSE(theta[i] - vat(&w, i), 0, rounding * vat(&w, n - 1));
                EXPECT_TRUE(bound[i] <= rounding * vat(&w, n - 1)); /* and the bounds are not idle */
            }
            tv_free(&w);
        }
        rao_op_destroy(&f);
        tv_free(&diag);
    }
    rao_test_ctx_close(&ctx);
}

static void lanczos_gives_no_value_twice(void **state) {
    (void)state;
    LAW("a far outlier comes once, however long the iteration (no ghosts), and the bound near it is rounding");
    rao_ctx *ctx = rao_test_ctx();
    static double theta[MOST], bound[MOST], weight[MOST];
    for (int which = 0; which < 2; which++) {
        const rao_dtype dtype = oracle_dtypes[which];
        const int64_t n = 400;
        rao_vec diag = tv_make(ctx, dtype, n);
        rao_op *f = NULL;
        int64_t made, near = 0;
        for (int64_t i = 0; i < n; i++) put(dtype, diag.data, i, i == 0 ? 1e4 : (double)i / (double)n);
        OK(ctx, rao_op_diagonal(ctx, &diag, &f));
        OK(ctx, rao_lanczos(ctx, f, 100, rao_stream_make(rao_test_seed(), 77), theta, bound, weight, &made));
        EXPECT_EQ(made, 100);
        for (int64_t i = 0; i < made; i++) near += fabs(theta[i] - 1e4) < 1e3;
        EXPECT_EQ(near, 1);
        EXPECT_CLOSE(theta[made - 1], 1e4, 100 * oracle_eps(dtype));
        EXPECT_TRUE(bound[made - 1] < 1e4 * 100 * oracle_eps(dtype));
        check_bounds(theta, bound, weight, made, &diag);
        rao_op_destroy(&f);
        tv_free(&diag);
    }
    rao_test_ctx_close(&ctx);
}

static void lanczos_meets_an_invariant_subspace(void **state) {
    (void)state;
    LAW("with k distinct eigenvalues it ends after k steps with all of them");
    rao_ctx *ctx = rao_test_ctx();
    static double theta[MOST], bound[MOST], weight[MOST];
    for (int which = 0; which < 2; which++)
        for (int64_t distinct = 1; distinct <= 5; distinct++) {
            const rao_dtype dtype = oracle_dtypes[which];
            const int64_t n = 50;
            rao_vec diag = tv_make(ctx, dtype, n);
            rao_op *f = NULL;
            int64_t made;
            for (int64_t i = 0; i < n; i++) put(dtype, diag.data, i, (double)(i % distinct)); /* 0 among them */
            OK(ctx, rao_op_diagonal(ctx, &diag, &f));
            OK(ctx, rao_lanczos(ctx, f, 40, rao_stream_make(rao_test_seed(), 78), theta, bound, weight, &made));
            EXPECT_EQ(made, distinct);
            for (int64_t i = 0; i < made; i++) {
                EXPECT_CLOSE(theta[i], i, 50 * oracle_eps(dtype) * (double)distinct);
                EXPECT_TRUE(bound[i] < 200 * oracle_eps(dtype) * (double)distinct);
            }
            rao_op_destroy(&f);
            tv_free(&diag);
        }
    rao_test_ctx_close(&ctx);
}

static void lanczos_is_gauss_quadrature(void **state) {
    (void)state;
    LAW("sum of weight theta^k = q^T F^k q for k <= 2 m - 1, q the unit start");
    rao_ctx *ctx = rao_test_ctx();
    double theta[4], bound[4], weight[4];
    const int64_t n = 40;
    const rao_stream s = rao_stream_make(rao_test_seed(), 79);
    rao_vec diag = tv_make(ctx, RAO_F64, n);
    rao_op *f = NULL;
    int64_t made;
    for (int64_t i = 0; i < n; i++) put(RAO_F64, diag.data, i, 0.1 + (double)(i * i) / 1600);
    OK(ctx, rao_op_diagonal(ctx, &diag, &f));
    OK(ctx, rao_lanczos(ctx, f, 4, s, theta, bound, weight, &made));
    EXPECT_EQ(made, 4);
    for (int k = 0; k <= 7; k++) {
        long double want = 0, size = 0, got = 0;
        for (int64_t i = 0; i < n; i++) {
            long double q = rao_normal_at(s, 0, (uint64_t)i);
            want += q * q * powl(vat(&diag, i), k), size += q * q;
        }
        for (int i = 0; i < 4; i++) got += weight[i] * powl(theta[i], k);
        EXPECT_REL(got, want / size, 1e-13);
    }
    rao_op_destroy(&f);
    tv_free(&diag);
    rao_test_ctx_close(&ctx);
}

static rao_status iterate(rao_ctx *ctx, void *arg) {
    (void)arg;
    double d[4] = {1, 2, 3, 4}, b[4] = {1, 1, 1, 1}, x[4] = {0}, theta[4], bound[4];
    rao_vec vd = rao_vec_view(RAO_F64, 4, d), vb = rao_vec_view(RAO_F64, 4, b), vx = rao_vec_view(RAO_F64, 4, x);
    rao_op *f = NULL;
    int64_t made;
    rao_status st;
    RAO_TRY(rao_op_diagonal(ctx, &vd, &f));
    RAO_TRY(rao_cg(ctx, f, f, &vb, 1e-10, 10, &vx, NULL));
    RAO_TRY(rao_lanczos(ctx, f, 4, rao_stream_make(1, 1), theta, bound, NULL, &made));
done:
    rao_op_destroy(&f);
    return st;
}
static void failed_allocations(void **state) {
    (void)state;
    LAW("a failed allocation is ENOMEM and nothing leaks");
    rao_test_every_allocation_fails(iterate, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cg_certifies_its_residual),
        cmocka_unit_test(cg_needs_one_step_an_eigenvalue),
        cmocka_unit_test(cg_ends_where_precision_ends),
        cmocka_unit_test(cg_on_a_singular_operator),
        cmocka_unit_test(iterations_refuse),
        cmocka_unit_test(lanczos_bounds_hold),
        cmocka_unit_test(lanczos_gives_no_value_twice),
        cmocka_unit_test(lanczos_is_gauss_quadrature),
        cmocka_unit_test(lanczos_meets_an_invariant_subspace),
        cmocka_unit_test(failed_allocations),
    };
    return rao_test_run("la", tests, COUNT(tests));
}
