/* The dense matrix by both orders of summation: by cases, and, where the cotangents of all columns would be too many, by rows. */
#include "network.h"

#include <float.h>

/* Cases that nobody will give, so many that the cotangents of all columns exceed F and two million numbers: summed by rows. */
static const int64_t BY_ROWS = 1 << 21;

/* F of the batch as a matrix in double, on a context of so many threads. */
static double *matrix(const network *k, int threads, int by_rows) {
    rao_fisher *f = NULL;
    rao_ctx *ctx = NULL;
    rao_ctx_opts c;
    rao_ctx_opts_init(&c);
    c.threads = threads;
    OK(k->ctx, rao_ctx_create(&c, &ctx));
    OK(ctx, rao_fisher_create(ctx, k->model, "dense", NULL, by_rows ? BY_ROWS : k->n, &f));
    OK(ctx, rao_fisher_update(ctx, f, k->objective, &k->w, 0, 0, 1));
    EXPECT_TRUE(by_rows || rao_fisher_bytes(f) > 2 * k->size * k->size * (int64_t)rao_dtype_size(k->dtype));
    double *m = network_matrix(k->ctx, rao_fisher_op(f));
    rao_fisher_destroy(&f);
    rao_ctx_destroy(&ctx);
    return m;
}

static double eps_of(const network *k) { return k->dtype == RAO_F64 ? DBL_EPSILON : (double)FLT_EPSILON; }

/* Entries are sums over cases and columns of products; each rounds, and what it is made of was rounded by two layers before. */
static void expect_same(const network *k, const double *got, const double *want) {
    double scale = network_frobenius(want, k->size * k->size);
    EXPECT_TRUE(network_distance(got, want, k->size * k->size) <= (double)(k->n + 64) * eps_of(k) * scale);
}

static void is_the_sum_over_cases(void **state) {
    (void)state;
    ORACLE("F", "sum over cases of share J^T F_head J in double, one backward pass a case and output");
    static const char *const specs[] = {"mlp:3-4-3:tanh:categorical", "mlp:6-1-7-4:softplus:normal.mu_logvar", "mlp:1-1:relu:poisson",
                                        "mlp:9-5-4-3:tanh:bernoulli"};
    static const int64_t cases[] = {1, 2, 7, 33};
    for (size_t s = 0; s < COUNT(specs) * COUNT(cases) * 2; s++) {
        const char *spec = specs[s / 8];
        network k = network_open(spec, s % 2 ? RAO_F64 : RAO_F32, cases[s / 2 % 4], s / 2 % 2);
        network d = network_double(&k, spec);
        double *truth = network_truth(&d, 0), *cases_first = matrix(&k, 1, 0), *rows_first = matrix(&k, 1, 1);
        expect_same(&k, cases_first, truth);
        expect_same(&k, rows_first, truth);
        rao_free(&truth), rao_free(&cases_first), rao_free(&rows_first);
        network_close(&d);
        network_close(&k);
    }
}

/* More than 1024 parameters: several squares; more than 512 columns a layer: several groups; more than 1024 cases: several chunks. */
static void both_orders_agree(void **state) {
    (void)state;
    LAW("both orders of summation agree over several blocks of each kind; F is symmetric to the last bit");
    static const struct {
        const char *spec;
        int64_t cases;
    } each[] = {{"mlp:40-25-6:tanh:categorical", 19},
                {"mlp:6-30-33:tanh:categorical", 12},
                {"mlp:3-5-2:tanh:normal", 2100},
                {"mlp:600-2-3:relu:normal", 9}};
    for (size_t i = 0; i < COUNT(each); i++) {
        network k = network_open(each[i].spec, i % 2 ? RAO_F32 : RAO_F64, each[i].cases, 1);
        double *a = matrix(&k, 1, 0), *b = matrix(&k, 1, 1);
        expect_same(&k, a, b);
        for (int64_t r = 0; r < k.size; r++)
            for (int64_t c = 0; c < r; c++) EXPECT_TRUE(a[r * k.size + c] == a[c * k.size + r] && b[r * k.size + c] == b[c * k.size + r]);
        rao_free(&a), rao_free(&b);
        network_close(&k);
    }
}

static void threads(void **state) {
    (void)state;
    LAW("no bit depends on the number of threads");
    network k = network_open("mlp:40-25-6:tanh:categorical", RAO_F32, 19, 0);
    size_t bytes = (size_t)(k.size * k.size) * sizeof(double);
    for (int by_rows = 0; by_rows < 2; by_rows++) {
        double *one = matrix(&k, 1, by_rows), *three = matrix(&k, 3, by_rows);
        EXPECT_TRUE(!memcmp(one, three, bytes));
        rao_free(&one), rao_free(&three);
    }
    network_close(&k);
}

static void anew(void **state) {
    (void)state;
    LAW("an update forgets the one before it");
    network k = network_open("mlp:9-5-4-3:tanh:bernoulli", RAO_F64, 33, 0);
    for (int by_rows = 0; by_rows < 2; by_rows++) {
        rao_fisher *f = NULL;
        OK(k.ctx, rao_fisher_create(k.ctx, k.model, "dense", NULL, by_rows ? BY_ROWS : k.n, &f));
        OK(k.ctx, rao_fisher_update(k.ctx, f, k.objective, &k.w, 0, 0, 1));
        double *first = network_matrix(k.ctx, rao_fisher_op(f));
        OK(k.ctx, rao_fisher_update(k.ctx, f, k.objective, &k.w, 5, 0, 1));
        OK(k.ctx, rao_fisher_update(k.ctx, f, k.objective, &k.w, 0, 0, 1));
        double *again = network_matrix(k.ctx, rao_fisher_op(f));
        EXPECT_TRUE(!memcmp(first, again, (size_t)(k.size * k.size) * sizeof *first));
        rao_free(&first), rao_free(&again);
        rao_fisher_destroy(&f);
    }
    network_close(&k);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(is_the_sum_over_cases), cmocka_unit_test(both_orders_agree),
                                       cmocka_unit_test(threads), cmocka_unit_test(anew)};
    return rao_test_run("fisher/dense_sum", tests, COUNT(tests));
}
