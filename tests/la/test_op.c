/* The operator table: the dense and the diagonal representation through the conformance suite, singular ones, failed allocations. */
#include "conform/op_conform.h"
#include "la/oracle.h"

/* Rounding of one apply, relative to |F| |x|: n eps (gemv), with room for the decompositions behind power and eigenvalues. */
static double tol_of(rao_dtype dtype, int64_t n) { return 8 * ((double)n + 2) * oracle_eps(dtype); }

static rao_mat damped_truth(rao_ctx *ctx, const rao_mat *a, double damping) {
    rao_mat t = tm_copy(ctx, a, RAO_F64);
    for (int64_t i = 0; i < t.rows; i++) {
        set_at(&t, i, i, (double)at(&t, i, i) + damping);
        for (int64_t j = 0; j < i; j++) set_at(&t, j, i, (double)at(&t, i, j));
    }
    return t;
}

static void dense_conforms(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(30);
    static const int64_t sizes[] = {0, 1, 2, 7, 16, 33};
    for (int which = 0; which < 2; which++)
        for (size_t s = 0; s < COUNT(sizes); s++)
            for (int damped = 0; damped < 2; damped++) {
                const rao_dtype dtype = oracle_dtypes[which];
                const int64_t n = sizes[s];
                const double damping = damped ? 0.25 : 0;
                rao_op *f = NULL;
                rao_mat a = tm_gram(ctx, &d, dtype, n, n + 5, 0.5, 2), truth = damped_truth(ctx, &a, damping);
                for (int64_t i = 0; i < n; i++)
                    for (int64_t j = i + 1; j < n; j++) set_at(&a, i, j, NAN); /* read from its lower triangle */
                OK(ctx, rao_op_dense(ctx, &a, &f));
                OK(ctx, rao_op_damp(ctx, f, damping));
                op_conform(ctx, f, &truth, tol_of(dtype, n));
                op_conform_additive(ctx, f, tol_of(dtype, n));
                EXPECT_TRUE(f->damping == damping);
                rao_op_destroy(&f);
                EXPECT_TRUE(f == NULL);
                tm_free(&a), tm_free(&truth);
            }
    rao_test_ctx_close(&ctx);
}

static void diagonal_conforms(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(31);
    static const int64_t sizes[] = {0, 1, 2, 9, 32};
    for (int which = 0; which < 2; which++)
        for (size_t s = 0; s < COUNT(sizes); s++)
            for (int kind = 0; kind < 3; kind++) { /* definite, damped, singular */
                const rao_dtype dtype = oracle_dtypes[which];
                const int64_t n = sizes[s];
                const double damping = kind == 1 ? 0.25 : 0;
                rao_op *f = NULL;
                rao_vec diag = tv_random(ctx, &d, dtype, n);
                rao_mat truth = tm_make(ctx, RAO_F64, n, n, 0);
                for (int64_t i = 0; i < n; i++) {
                    put(dtype, diag.data, i, kind == 2 && i == n / 2 ? 0 : 0.1 + vat(&diag, i) * vat(&diag, i));
                    set_at(&truth, i, i, vat(&diag, i) + damping);
                }
                OK(ctx, rao_op_diagonal(ctx, &diag, &f));
                OK(ctx, rao_op_damp(ctx, f, damping));
                op_conform(ctx, f, &truth, tol_of(dtype, n));
                op_conform_additive(ctx, f, tol_of(dtype, n));
                rao_op_destroy(&f);
                tv_free(&diag), tm_free(&truth);
            }
    rao_test_ctx_close(&ctx);
}

static void singular_dense_names_its_rank(void **state) {
    (void)state;
    LAW("solve, logdet, sample and negative powers of a singular F are EDOMAIN with its rank; a damping cures it");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(32);
    for (int trial = 0; trial < 40; trial++) {
        const rao_dtype dtype = oracle_dtypes[trial & 1];
        const int64_t n = 1 + draw_size(&d, 32),
                      rank = draw_below(&d, n / 2 + 1); /* far from full, so that the eigenvalues above zero are clear of it */
        rao_mat a = tm_gram(ctx, &d, dtype, n, rank, 0, 1);
        rao_op *f = NULL;
        rao_vec x = tv_random(ctx, &d, dtype, n), y = tv_make(ctx, dtype, n);
        double value;
        char want[64];
        snprintf(want, sizeof want, "of rank %lld in dimension %lld", (long long)rank, (long long)n);
        OK(ctx, rao_op_dense(ctx, &a, &f));
        EXPECT_FAIL(ctx, rao_op_solve(ctx, f, &x, &y), RAO_EDOMAIN, want);
        if (rank > 0) {                          /* of the zero matrix any damping is the whole */
            OK(ctx, rao_op_damp(ctx, f, 1e-30)); /* lost in the entries: as good as none */
            EXPECT_FAIL(ctx, rao_op_solve(ctx, f, &x, &y), RAO_EDOMAIN, want);
            OK(ctx, rao_op_damp(ctx, f, 0));
        }
        EXPECT_FAIL(ctx, rao_op_logdet(ctx, f, &value), RAO_EDOMAIN, want);
        EXPECT_FAIL(ctx, rao_op_sample(ctx, f, rao_stream_make(1, 2), 3, &y), RAO_EDOMAIN, want);
        EXPECT_FAIL(ctx, rao_op_power(ctx, f, -0.5, &x, &y), RAO_EDOMAIN, want);
        OK(ctx, rao_op_power(ctx, f, 0.5, &x, &y));
        op_conform(ctx, f, NULL, tol_of(dtype, n));
        OK(ctx, rao_op_damp(ctx, f, 0.1));
        OK(ctx, rao_op_solve(ctx, f, &x, &y));
        rao_mat truth = damped_truth(ctx, &a, 0.1);
        op_conform(ctx, f, &truth, tol_of(dtype, n));
        rao_op_destroy(&f);
        tm_free(&a), tm_free(&truth), tv_free(&x), tv_free(&y);
    }
    rao_test_ctx_close(&ctx);
}

static void dampings_that_are_none(void **state) {
    (void)state;
    LAW("a damping that is not 0 and whose square the dtype does not hold, or that is not normal in it, is refused; the old one stays");
    rao_ctx *ctx = rao_test_ctx();
    static const double bad[2][5] = {{-1, 1e-39, 1.9e19, 1e300, INFINITY}, {NAN, 1e-309, 1.4e154, 1e300, -INFINITY}},
                        good[2][3] = {{0, 1.2e-38, 1.8e19}, {0, 2.3e-308, 1.3e154}};
    for (int k = 0; k < 2; k++) {
        double d[1] = {0};
        rao_vec diag = rao_vec_view(k ? RAO_F64 : RAO_F32, 1, d);
        rao_op *f = NULL;
        OK(ctx, rao_op_diagonal(ctx, &diag, &f));
        for (int i = 0; i < 3; i++) OK(ctx, rao_op_damp(ctx, f, good[k][i]));
        for (int i = 0; i < 5; i++) EXPECT_FAIL(ctx, rao_op_damp(ctx, f, bad[k][i]), RAO_EDOMAIN, "damping of diagonal = ");
        EXPECT_TRUE(f->damping == good[k][2]);
        rao_op_destroy(&f);
    }
    rao_test_ctx_close(&ctx);
}

static void what_is_refused(void **state) {
    (void)state;
    LAW("what is no positive semidefinite matrix is refused with the reason");
    rao_ctx *ctx = rao_test_ctx();
    double data[4] = {1, 0, 2, 1}, d[2] = {1, -0.5}, x[2] = {1, 1}, y[2] = {7, 7}, value;
    rao_mat a = rao_mat_view(RAO_F64, 2, 2, 2, data);
    rao_vec diag = rao_vec_view(RAO_F64, 2, d), vx = rao_vec_view(RAO_F64, 2, x), vy = rao_vec_view(RAO_F64, 2, y);
    rao_op *f = NULL;
    EXPECT_FAIL(ctx, rao_op_diagonal(ctx, &diag, &f), RAO_EDOMAIN, "d(1) = -0.5");
    d[1] = NAN;
    EXPECT_FAIL(ctx, rao_op_diagonal(ctx, &diag, &f), RAO_EDOMAIN, "d(1) = nan");
    data[3] = -1;
    EXPECT_FAIL(ctx, rao_op_dense(ctx, &a, &f), RAO_EDOMAIN, "A(1, 1) = -1");
    data[3] = NAN;
    EXPECT_FAIL(ctx, rao_op_dense(ctx, &a, &f), RAO_EDOMAIN, "A(1, 1) = nan");
    a.cols = 1;
    EXPECT_FAIL(ctx, rao_op_dense(ctx, &a, &f), RAO_EINVAL, "2 x 1");
    EXPECT_TRUE(f == NULL);
    a.cols = 2, data[3] = 1; /* [[1, 2], [2, 1]]: eigenvalues -1 and 3 */
    OK(ctx, rao_op_dense(ctx, &a, &f));
    EXPECT_FAIL(ctx, rao_op_solve(ctx, f, &vx, &vy), RAO_EDOMAIN, "not positive semidefinite, its least eigenvalue is -1");
    EXPECT_FAIL(ctx, rao_op_logdet(ctx, f, &value), RAO_EDOMAIN, "not positive semidefinite");
    EXPECT_FAIL(ctx, rao_op_power(ctx, f, -1, &vx, &vy), RAO_EDOMAIN, "not positive semidefinite");
    EXPECT_TRUE(y[0] == 7 && y[1] == 7);
    EXPECT_FAIL(ctx, rao_op_apply(ctx, NULL, &vx, &vy), RAO_EINVAL, "NULL");
    rao_op_destroy(&f);
    rao_op_destroy(&f);
    rao_op_destroy(NULL);
    rao_test_ctx_close(&ctx);
}

/* A table with apply alone: what the verbs make of NULL slots. */
static rao_status thrice(rao_ctx *ctx, const rao_op *f, const rao_vec *x, rao_vec *y) {
    (void)ctx;
    for (int64_t i = 0; i < f->n; i++) put(y->dtype, y->data, i, 3 * vat(x, i));
    return RAO_OK;
}
static void a_table_of_one_slot(void **state) {
    (void)state;
    static const rao_op_table table = {.name = "thrice", .apply = thrice};
    rao_ctx *ctx = rao_test_ctx();
    for (int which = 0; which < 2; which++) {
        rao_op f = {&table, oracle_dtypes[which], 4, 0};
        op_conform(ctx, &f, NULL, 1e-6);
    }
    rao_test_ctx_close(&ctx);
}

static void damping_beats_rounding(void **state) {
    (void)state;
    LAW("a condition number beyond n eps is solved when a damping makes the operator definite");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(33);
    for (int which = 0; which < 2; which++) {
        const rao_dtype dtype = oracle_dtypes[which];
        const int64_t n = 60;
        rao_mat a = tm_gram(ctx, &d, dtype, n, 20, 0, 0);
        rao_op *f = NULL;
        rao_vec x = tv_random(ctx, &d, dtype, n), y = tv_make(ctx, dtype, n), back = tv_make(ctx, dtype, n);
        OK(ctx, rao_op_dense(ctx, &a, &f));
        OK(ctx, rao_op_damp(ctx, f, 20 * oracle_eps(dtype))); /* |F| is about 7 */
        OK(ctx, rao_op_solve(ctx, f, &x, &y));
        OK(ctx, rao_op_apply(ctx, f, &y, &back));
        double size = 0, off = 0;
        for (int64_t i = 0; i < n; i++) size = fmax(size, fabs(vat(&y, i))), off = fmax(off, fabs(vat(&back, i) - vat(&x, i)));
        EXPECT_TRUE(off <= 8 * (double)n * oracle_eps(dtype) * 7 * size); /* backward stable: small residual relative to |F| |x| */
        rao_op_destroy(&f);
        tm_free(&a), tv_free(&x), tv_free(&y), tv_free(&back);
    }
    rao_test_ctx_close(&ctx);
}

static rao_status every_query(rao_ctx *ctx, void *arg) {
    double a[4] = {2, 1, 1, 2}, x[2] = {1, 2}, y[2], w[2], value;
    rao_mat m = rao_mat_view(RAO_F64, 2, 2, 2, a);
    rao_vec vx = rao_vec_view(RAO_F64, 2, x), vy = rao_vec_view(RAO_F64, 2, y), vw = rao_vec_view(RAO_F64, 2, w);
    rao_op *f = NULL;
    rao_status st;
    RAO_TRY(arg ? rao_op_diagonal(ctx, &vx, &f) : rao_op_dense(ctx, &m, &f));
    RAO_TRY(rao_op_solve(ctx, f, &vx, &vy));
    RAO_TRY(rao_op_power(ctx, f, 0.5, &vx, &vy));
    RAO_TRY(rao_op_eigenvalues(ctx, f, &vw));
    RAO_TRY(rao_op_damp(ctx, f, 1));
    RAO_TRY(rao_op_logdet(ctx, f, &value));
    RAO_TRY(rao_op_sample(ctx, f, rao_stream_make(1, 1), 1, &vy));
done:
    rao_op_destroy(&f);
    return st;
}
static void failed_allocations(void **state) {
    (void)state;
    LAW("a failed allocation is ENOMEM and nothing leaks");
    int diagonal = 1;
    rao_test_every_allocation_fails(every_query, NULL);
    rao_test_every_allocation_fails(every_query, &diagonal);
}

static void warm_queries_allocate_nothing(void **state) {
    (void)state;
    LAW("after the first query of its kind, and under new dampings, nothing is allocated");
    rao_ctx *ctx = rao_test_ctx();
    oracle_draw d = oracle_draw_make(34);
    rao_mat a = tm_gram(ctx, &d, RAO_F32, 20, 30, 0.5, 0);
    rao_vec x = tv_random(ctx, &d, RAO_F32, 20), y = tv_make(ctx, RAO_F32, 20);
    rao_op *f = NULL;
    int64_t calls = 0;
    OK(ctx, rao_op_dense(ctx, &a, &f));
    for (int round = 0; round < 4; round++) {
        if (round == 1) calls = rao_test_alloc_calls();
        OK(ctx, rao_op_damp(ctx, f, 0.1 * round));
        OK(ctx, rao_op_apply(ctx, f, &x, &y));
        OK(ctx, rao_op_solve(ctx, f, &x, &y));
        OK(ctx, rao_op_power(ctx, f, -0.5, &x, &y));
        OK(ctx, rao_op_sample(ctx, f, rao_stream_make(1, 1), 1, &y));
    }
    EXPECT_EQ(rao_test_alloc_calls(), calls);
    rao_op_destroy(&f);
    tm_free(&a), tv_free(&x), tv_free(&y);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dense_conforms),         cmocka_unit_test(diagonal_conforms),   cmocka_unit_test(singular_dense_names_its_rank),
        cmocka_unit_test(what_is_refused),        cmocka_unit_test(a_table_of_one_slot), cmocka_unit_test(damping_beats_rounding),
        cmocka_unit_test(dampings_that_are_none), cmocka_unit_test(failed_allocations),  cmocka_unit_test(warm_queries_allocate_nothing),
    };
    return rao_test_run("la", tests, COUNT(tests));
}
