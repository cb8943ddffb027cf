/* The quadratic forms of the exact Fisher matrix, by forward passes alone, against the dense matrix in double. */
#include "network.h"

#include <float.h>

enum { DIRECTIONS = 3, CASES = 9 };

static const char *const specs[] = {
    "mlp:3-4-3:tanh:categorical",     "mlp:2-3-2:logistic:bernoulli",    "mlp:2-3-3:softplus:poisson",
    "mlp:3-3-2:gelu:normal:var=0.25", "mlp:2-3-4:tanh:normal.mu_logvar", "mlp:3-2:identity:categorical",
};

static void fill_directions(const network *k, rao_vec *d) {
    for (int i = 0; i < DIRECTIONS; i++) {
        d[i] = network_vec(k->ctx, k->dtype, k->size);
        for (int64_t j = 0; j < k->size; j++)
            network_put(&d[i], j, (double)(float)rao_normal_at(rao_stream_make(rao_test_seed(), 60), (uint64_t)i, (uint64_t)j));
    }
}

static double form(const double *f, int64_t n, const rao_vec *x, const rao_vec *y) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) sum += network_get(x, i) * f[i * n + j] * network_get(y, j);
    return sum;
}

static void forms_of_the_matrix(void **state) {
    (void)state;
    LAW("<x, F y> of several vectors is that of the dense matrix: every head, weights or none, all cases or the first of them");
    for (size_t s = 0; s < COUNT(specs); s++)
        for (int dtype = RAO_F32; dtype <= RAO_F64; dtype++)
            for (int64_t cases = 0; cases <= CASES; cases += 4) {
                network k = network_open(specs[s], (rao_dtype)dtype, CASES, s % 2 == 0);
                network few = network_open(specs[s], RAO_F64, cases ? cases : CASES, s % 2 == 0); /* the first cases are the same */
                rao_vec d[DIRECTIONS], g = network_vec(k.ctx, k.dtype, k.size), again = network_vec(k.ctx, k.dtype, k.size);
                double forms[DIRECTIONS * DIRECTIONS], *truth = network_truth(&few, 0);
                fill_directions(&k, d);
                OK(k.ctx, rao_objective_gradient(k.ctx, k.objective, &k.w, 0, &g, NULL)); /* a forward pass at w */
                OK(k.ctx, rao_objective_fisher_forms(k.ctx, k.objective, &k.w, d, DIRECTIONS, cases, forms));
                for (int i = 0; i < DIRECTIONS; i++)
                    for (int j = 0; j < DIRECTIONS; j++) {
                        double scale = sqrt(form(truth, k.size, &d[i], &d[i]) * form(truth, k.size, &d[j], &d[j]));
                        EXPECT_CLOSE(forms[i * DIRECTIONS + j], form(truth, k.size, &d[i], &d[j]),
                                     (dtype == RAO_F64 ? 1e-13 : 1e-5) * scale); /* tens of roundings, relative to the longest */
                        EXPECT_TRUE(forms[i * DIRECTIONS + j] == forms[j * DIRECTIONS + i]);
                    }
                OK(k.ctx, rao_objective_gradient(k.ctx, k.objective, &k.w, 0, &again, NULL)); /* the batch is whole again */
                EXPECT_EQ(memcmp(g.data, again.data, (size_t)k.size * rao_dtype_size(k.dtype)), 0);
                for (int i = 0; i < DIRECTIONS; i++) rao_free_block(&d[i].data);
                rao_free_block(&g.data), rao_free_block(&again.data);
                rao_free(&truth);
                network_close(&few), network_close(&k);
            }
}

static void refusals(void **state) {
    (void)state;
    LAW("more cases than there are, no directions, no weight: a sentence, and the forms stay as they were");
    network k = network_open(specs[0], RAO_F64, CASES, 1);
    rao_vec d[DIRECTIONS];
    double forms[DIRECTIONS * DIRECTIONS] = {7}, loss = 0;
    fill_directions(&k, d);
    OK(k.ctx, rao_objective_loss(k.ctx, k.objective, &k.w, &loss));
    EXPECT_FAIL(k.ctx, rao_objective_fisher_forms(k.ctx, k.objective, &k.w, d, 1, CASES + 1, forms), RAO_EINVAL, "0..9");
    EXPECT_FAIL(k.ctx, rao_objective_fisher_forms(k.ctx, k.objective, &k.w, d, 1, -1, forms), RAO_EINVAL, "-1 cases");
    EXPECT_FAIL(k.ctx, rao_objective_fisher_forms(k.ctx, k.objective, &k.w, d, 0, 0, forms), RAO_EINVAL, "0 directions");
    k.weights[0] = k.weights[1] = 0;
    network_batch(&k);
    OK(k.ctx, rao_objective_loss(k.ctx, k.objective, &k.w, &loss));
    EXPECT_FAIL(k.ctx, rao_objective_fisher_forms(k.ctx, k.objective, &k.w, d, 1, 2, forms), RAO_EDOMAIN, "sum to 0");
    EXPECT_TRUE(forms[0] == 7);
    for (int i = 0; i < DIRECTIONS; i++) rao_free_block(&d[i].data);
    network_close(&k);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(forms_of_the_matrix), cmocka_unit_test(refusals)};
    return rao_test_run("fisher/forms", tests, COUNT(tests));
}
