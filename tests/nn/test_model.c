/* Models from text, and their initial weights. */
#include "rao_test.h"

#include <rao/nn.h>

static void specs(void **state) {
    (void)state;
    LAW("a spec names its model, and the model's own spec builds it again");
    rao_ctx *ctx = rao_test_ctx();
    static const struct {
        const char *spec, *full;
        int64_t size, outputs, targets;
    } cases[] = {
        {"mlp:64-32-10:tanh:categorical", "mlp:64-32-10:tanh:categorical", 65 * 32 + 33 * 10, 10, 1},
        {"mlp:3-2:relu:bernoulli", "mlp:3-2:relu:bernoulli", 8, 2, 2},
        {"mlp:3-5-5-2:gelu:normal:var=0.25", "mlp:3-5-5-2:gelu:normal:var=0.25", 20 + 30 + 12, 2, 2},
        {"mlp:1-6:identity:normal.mu_logvar", "mlp:1-6:identity:normal.mu_logvar", 12, 6, 3},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        rao_model *m = NULL, *again = NULL;
        OK(ctx, rao_model_create(ctx, cases[i].spec, NULL, RAO_F32, &m));
        EXPECT_TRUE(!strcmp(rao_model_spec(m), cases[i].full));
        EXPECT_EQ(rao_model_size(m), cases[i].size);
        EXPECT_EQ(rao_head_outputs(rao_model_head(m)), cases[i].outputs);
        EXPECT_EQ(rao_head_targets(rao_model_head(m)), cases[i].targets);
        OK(ctx, rao_model_create(ctx, rao_model_spec(m), NULL, RAO_F64, &again));
        EXPECT_EQ(rao_model_size(again), cases[i].size);
        rao_model_destroy(&m), rao_model_destroy(&again);
    }
    rao_test_ctx_close(&ctx);
}

static void bad_specs(void **state) {
    (void)state;
    LAW("a spec that is wrong says where");
    rao_ctx *ctx = rao_test_ctx();
    static const struct {
        const char *spec, *part;
    } cases[] = {
        {"", "want mlp:IN"},
        {"mlq:3-2:tanh:normal", "want mlp:IN"},
        {"mlp:3:tanh:normal", "one width"},
        {"mlp:3-0:tanh:normal", "width 2"},
        {"mlp:3--2:tanh:normal", "width 2"},
        {"mlp:3-2-:tanh:normal", "width 2"},
        {"mlp:3x-2:tanh:normal", "width 1"},
        {"mlp:3- 2:tanh:normal", "width 2"},
        {"mlp:99999999999999999999-2:tanh:normal", "width 1"},
        {"mlp:3-2", "no activation"},
        {"mlp:3-2:", "no activation"},
        {"mlp:3-2:tanh:", "nothing stands behind the last ':'"},
        {"mlp:3-2:tanh:normal:", "nothing stands behind the ':'"},
        {"mlp:3-2:thanh:normal", "did you mean 'tanh'"},
        {"mlp:3-2:tanh", "without data the head must be named"},
        {"mlp:3-2:tanh:norml", "normal"},
        {"mlp:3-3:tanh:normal.mu_logvar", "3 outputs"},
        {"mlp:3-2:tanh:normal:var=-1", "var"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        rao_model *m = NULL;
        EXPECT_FAIL(ctx, rao_model_create(ctx, cases[i].spec, NULL, RAO_F32, &m), RAO_EINVAL, cases[i].part);
        EXPECT_TRUE(m == NULL);
    }
    rao_test_ctx_close(&ctx);
}

static double moment(const double *w, const rao_parameter *p, int power) {
    double sum = 0;
    for (int64_t r = 0; r < p->rows; r++)
        for (int64_t c = 0; c + 1 < p->cols; c++) sum += pow(w[p->offset + r * p->cols + c], power);
    return sum / (double)(p->rows * (p->cols - 1));
}

static void initial_weights(void **state) {
    (void)state;
    LAW("weights have the moments of their rule (z < 5), biases are 0, float rounds double, another seed differs");
    rao_ctx *ctx = rao_test_ctx();
    rao_model *m = NULL, *f = NULL;
    OK(ctx, rao_model_create(ctx, "mlp:200-300-5:tanh:normal", NULL, RAO_F64, &m));
    OK(ctx, rao_model_create(ctx, "mlp:200-300-5:tanh:normal", NULL, RAO_F32, &f));
    int64_t n = rao_model_size(m);
    double *a = NULL;
    float *b = NULL;
    OK(ctx, rao_alloc(ctx, n, &a));
    OK(ctx, rao_alloc(ctx, n, &b));
    rao_vec w = rao_vec_view(RAO_F64, n, a), wf = rao_vec_view(RAO_F32, n, b);
    for (int init = RAO_INIT_AUTO; init <= RAO_INIT_SPARSE15; init++) {
        OK(ctx, rao_model_init(ctx, m, (rao_init)init, rao_test_seed(), &w));
        OK(ctx, rao_model_init(ctx, f, (rao_init)init, rao_test_seed(), &wf));
        for (int64_t i = 0; i < n; i++) EXPECT_TRUE(b[i] == (float)a[i]);
        for (int64_t l = 0; l < 2; l++) {
            rao_parameter p = rao_graph_parameter(rao_model_graph(m), l);
            double in = (double)p.cols - 1, out = (double)p.rows, count = in * out;
            double variance = init == RAO_INIT_HE ? 2 / in : init == RAO_INIT_SPARSE15 ? 15 / in : 2 / (in + out);
            /* E w^4: uniform 9/5 v^2, normal 3 v^2, sparse 3 * 15 / in */
            double fourth = init == RAO_INIT_HE ? 3 * variance * variance : init == RAO_INIT_SPARSE15 ? 45 / in : 1.8 * variance * variance;
            EXPECT_TRUE(fabs(moment(a, &p, 1)) < 5 * sqrt(variance / count));
            EXPECT_TRUE(fabs(moment(a, &p, 2) - variance) < 5 * sqrt((fourth - variance * variance) / count));
            for (int64_t r = 0; r < p.rows; r++) {
                int64_t connections = 0;
                for (int64_t c = 0; c + 1 < p.cols; c++) connections += a[p.offset + r * p.cols + c] != 0;
                EXPECT_TRUE(a[p.offset + (r + 1) * p.cols - 1] == 0);
                EXPECT_EQ(connections, init == RAO_INIT_SPARSE15 ? 15 : p.cols - 1);
            }
        }
    }
    double first = a[0] + a[1] + a[2] + a[77];
    OK(ctx, rao_model_init(ctx, m, RAO_INIT_HE, rao_test_seed() + 1, &w));
    EXPECT_TRUE(first != a[0] + a[1] + a[2] + a[77]);
    EXPECT_FAIL(ctx, rao_model_init(ctx, m, RAO_INIT_HE, 1, &wf), RAO_EINVAL, "f32");
    rao_free(&a), rao_free(&b);
    rao_model_destroy(&m), rao_model_destroy(&f);
    rao_test_ctx_close(&ctx);
}

static rao_status create_all(rao_ctx *ctx, void *arg) {
    (void)arg;
    rao_status st = RAO_OK;
    rao_model *m = NULL;
    rao_objective *o = NULL;
    RAO_TRY(rao_model_create(ctx, "mlp:3-4-2:tanh:normal.mu_logvar", NULL, RAO_F32, &m));
    RAO_TRY(rao_objective_create(ctx, m, 5, RAO_TAPE_VJP, &o));
done:
    rao_objective_destroy(&o);
    rao_model_destroy(&m);
    return st;
}

static void no_memory(void **state) {
    (void)state;
    rao_test_every_allocation_fails(create_all, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(specs), cmocka_unit_test(bad_specs), cmocka_unit_test(initial_weights),
                                       cmocka_unit_test(no_memory)};
    return rao_test_run("nn/model", tests, COUNT(tests));
}
