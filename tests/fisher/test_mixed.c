/* K-FAC's step in bfloat16 against the step in float, in the norm of the metric. */
#include "network.h"

#include "fisher/precondition.h"

/* Saturated and rectified units, whose means are far from 0; batches narrower and wider than the layers. */
static const struct {
    const char *spec;
    int64_t n;
} shapes[] = {
    {"mlp:40-60-50-5:relu:categorical", 16},        {"mlp:40-60-50-5:relu:categorical", 150}, {"mlp:60-90-20-90-60:logistic:bernoulli", 25},
    {"mlp:60-90-20-90-60:logistic:bernoulli", 130}, {"mlp:30-70-3:tanh:normal:var=0.5", 40},
};

typedef struct pair {
    network k;
    rao_fisher *exact, *mixed;
    rao_outer blocks[4];
    int64_t count;
    rao_vec x, y, fx;
} pair;

static rao_fisher *metric(network *k, rao_precision precision, double relative) {
    rao_fisher *f = NULL;
    rao_fisher_opts o;
    double trace = 0;
    rao_fisher_opts_init(&o);
    o.precision = precision;
    OK(k->ctx, rao_fisher_create(k->ctx, k->model, "kfac", &o, k->n, &f));
    OK(k->ctx, rao_fisher_update(k->ctx, f, k->objective, &k->w, 0, 0, 1));
    OK(k->ctx, rao_op_trace(k->ctx, rao_fisher_op(f), &trace));
    OK(k->ctx, rao_op_damp(k->ctx, rao_fisher_op(f), relative * trace / (double)k->size));
    return f;
}

/* `shift` is added to all inputs and taken from the first layer's biases, so that the network computes the same. */
static void shift_inputs(network *k, double shift) {
    rao_parameter p = rao_graph_parameter(rao_model_graph(k->model), 0);
    for (int64_t i = 0; i < k->n * k->in; i++) k->x[i] += shift;
    for (int64_t r = 0; r < p.rows; r++) {
        int64_t row = p.offset + r * p.cols;
        for (int64_t j = 0; j + 1 < p.cols; j++)
            network_put(&k->w, row + p.cols - 1, network_get(&k->w, row + p.cols - 1) - shift * network_get(&k->w, row + j));
    }
    network_refresh(k);
}

static pair pair_open(size_t i, int weighted, double relative, double shift) {
    pair p = {.k = network_open(shapes[i].spec, RAO_F32, shapes[i].n, weighted)};
    network *k = &p.k;
    if (shift != 0) shift_inputs(k, shift);
    p.exact = metric(k, RAO_PRECISION_FLOAT, relative), p.mixed = metric(k, RAO_PRECISION_BF16, relative);
    OK(k->ctx, rao_objective_backward(k->ctx, k->objective, &k->w, 0, NULL, NULL));
    p.count = rao_graph_parameters(rao_model_graph(k->model));
    OK(k->ctx, rao_tape_outer(k->ctx, rao_objective_tape(k->objective), p.blocks));
    p.x = network_vec(k->ctx, RAO_F32, k->size), p.y = network_vec(k->ctx, RAO_F32, k->size), p.fx = network_vec(k->ctx, RAO_F32, k->size);
    return p;
}

static void pair_close(pair *p) {
    rao_free_block(&p->x.data), rao_free_block(&p->y.data), rao_free_block(&p->fx.data);
    rao_fisher_destroy(&p->exact), rao_fisher_destroy(&p->mixed);
    network_close(&p->k);
}

/* |v|_F, squared */
static double squared(pair *p, const rao_vec *v) {
    double value = 0;
    OK(p->k.ctx, rao_op_apply(p->k.ctx, rao_fisher_op(p->exact), v, &p->fx));
    OK(p->k.ctx, rao_dot(p->k.ctx, v, &p->fx, &value));
    return value;
}

/* |y - x|_F / |x|_F for the steps x in float and y in bfloat16; *inner: their inner products' ratio. */
static double error_of(pair *p, double *inner) {
    double one = 0, other = 0, size = 0;
    OK(p->k.ctx, rao_op_solve_outer(p->k.ctx, rao_fisher_op(p->exact), p->blocks, p->count, &p->x, &one));
    OK(p->k.ctx, rao_op_solve_outer(p->k.ctx, rao_fisher_op(p->mixed), p->blocks, p->count, &p->y, &other));
    size = squared(p, &p->x);
    OK(p->k.ctx, rao_axpy(p->k.ctx, -1, &p->x, &p->y));
    *inner = other / one;
    return sqrt(squared(p, &p->y) / size);
}

static void near_the_float_step(void **state) {
    (void)state;
    LAW("a step in bfloat16 is within 3 % of the one in float in the metric's norm, its inner product within 3 %, by case and by the sum");
    if (!rao_bf16_available()) skip();
    int by_case = 0, by_sum = 0;
    for (size_t i = 0; i < COUNT(shapes); i++)
        for (int weighted = 0; weighted < 2; weighted++)
            for (int gentle = 0; gentle < 2; gentle++) { /* the default of training and a tenth of it */
                pair p = pair_open(i, weighted, gentle ? 2 : 0.2, 0);
                double inner = 0, error = error_of(&p, &inner);
                for (int64_t l = 0; l < p.count; l++) {
                    int cases = precondition_by_case(p.k.n, p.blocks[l].g.cols, p.blocks[l].a.cols);
                    by_case += cases, by_sum += !cases;
                }
                EXPECT_TRUE(error > 1e-5 && error < 0.03); /* not the float path under another name */
                EXPECT_CLOSE(inner, 1, 0.03);
                pair_close(&p);
            }
    EXPECT_TRUE(by_case >= 8 && by_sum >= 8);
}

/* The first layer's step without centring: both sides, then the sum, each product in bfloat16. */
static double plain_error(pair *p) {
    rao_ctx *ctx = p->k.ctx;
    rao_parameter q = rao_graph_parameter(rao_model_graph(p->k.model), 0);
    rao_vec ia = rao_vec_view(RAO_F32, 0, NULL), ig = ia, v;
    const char *name;
    for (int64_t i = 0; (name = rao_fisher_state(p->mixed, i, &v)) != NULL; i++) {
        if (!ia.data && !strcmp(name, "inverse_a")) ia = v;
        if (!ig.data && !strcmp(name, "inverse_g")) ig = v;
    }
    rao_mat am = rao_mat_view(RAO_F32, q.cols, q.cols, q.cols, ia.data), gm = rao_mat_view(RAO_F32, q.rows, q.rows, q.rows, ig.data);
    rao_vec bt = network_vec(ctx, RAO_F32, q.rows * q.cols), tt = network_vec(ctx, RAO_F32, q.rows * q.cols);
    rao_mat b = rao_mat_view(RAO_F32, q.rows, q.cols, q.cols, bt.data), t = rao_mat_view(RAO_F32, q.rows, q.cols, q.cols, tt.data);
    double error = 0, size = 0;
    OK(ctx, rao_gemm_bf16(ctx, RAO_T, RAO_N, &p->blocks[0].g, &p->blocks[0].a, &b));
    OK(ctx, rao_gemm_bf16(ctx, RAO_N, RAO_N, &b, &am, &t));
    OK(ctx, rao_gemm_bf16(ctx, RAO_N, RAO_N, &gm, &t, &b));
    memset(p->y.data, 0, (size_t)p->k.size * sizeof(float));
    for (int64_t i = 0; i < bt.n; i++) network_put(&p->y, q.offset + i, network_get(&bt, i) - network_get(&p->x, q.offset + i));
    error = squared(p, &p->y);
    for (int64_t i = 0; i < p->k.size; i++) network_put(&p->y, i, i >= q.offset && i < q.offset + bt.n ? network_get(&p->x, i) : 0);
    size = squared(p, &p->y);
    rao_free_block(&bt.data), rao_free_block(&tt.data);
    return sqrt(error / size);
}

static void means_stay_in_float(void **state) {
    (void)state;
    LAW("inputs moved by ten of their deviations (with the biases, so that nothing else changes) leave the error of the step below 3 %, "
        "where products without centring lose it");
    if (!rao_bf16_available()) skip();
    for (size_t i = 0; i < COUNT(shapes); i++) {
        pair p = pair_open(i, 0, 0.2, 10);
        double inner = 0, error = error_of(&p, &inner), plain = plain_error(&p);
        EXPECT_TRUE(error < 0.03);
        EXPECT_TRUE(plain > 3 * error);
        EXPECT_CLOSE(inner, 1, 0.03);
        pair_close(&p);
    }
}

static void threads_change_no_bit(void **state) {
    (void)state;
    LAW("one thread and three give the same bits, and a warm solve allocates nothing");
    if (!rao_bf16_available()) skip();
    for (size_t i = 0; i < COUNT(shapes); i++) {
        pair p = pair_open(i, 1, 2, 0);
        rao_ctx *three = rao_test_ctx_threads(3);
        double one = 0, other = 0;
        rao_op *op = rao_fisher_op(p.mixed);
        OK(p.k.ctx, rao_op_solve_outer(p.k.ctx, op, p.blocks, p.count, &p.x, &one));
        OK(three, rao_op_solve_outer(three, op, p.blocks, p.count, &p.y, &other));
        EXPECT_EQ(memcmp(p.x.data, p.y.data, (size_t)p.k.size * sizeof(float)), 0);
        EXPECT_TRUE(one == other);
        OK(p.k.ctx, rao_op_solve_outer(p.k.ctx, op, p.blocks, p.count, &p.x, &one));
        int64_t before = rao_test_alloc_calls();
        OK(p.k.ctx, rao_op_solve_outer(p.k.ctx, op, p.blocks, p.count, &p.x, &one));
        EXPECT_EQ(rao_test_alloc_calls(), before);
        rao_test_ctx_close(&three);
        pair_close(&p);
    }
}

static void follows_its_inverses(void **state) {
    (void)state;
    LAW("what is packed follows the inverses: after another damping, another batch, and a state restored into an object that solved "
        "before");
    if (!rao_bf16_available()) skip();
    pair p = pair_open(0, 0, 2, 0), q = pair_open(0, 0, 2, 1);
    rao_vec from, into;
    double one = 0, other = 0;
    OK(p.k.ctx, rao_op_solve_outer(p.k.ctx, rao_fisher_op(p.mixed), p.blocks, p.count, &p.x, &one));
    OK(q.k.ctx, rao_op_solve_outer(q.k.ctx, rao_fisher_op(q.mixed), p.blocks, p.count, &q.x, &other));
    EXPECT_TRUE(memcmp(p.x.data, q.x.data, (size_t)p.k.size * sizeof(float)) != 0);
    for (int64_t i = 0; rao_fisher_state(p.mixed, i, &from); i++) {
        EXPECT_TRUE(rao_fisher_state(q.mixed, i, &into) != NULL);
        memcpy(into.data, from.data, (size_t)from.n * rao_dtype_size(from.dtype));
    }
    rao_fisher_op(q.mixed)->damping = rao_fisher_op(p.mixed)->damping;
    OK(q.k.ctx, rao_op_solve_outer(q.k.ctx, rao_fisher_op(q.mixed), p.blocks, p.count, &q.x, &other));
    EXPECT_EQ(memcmp(p.x.data, q.x.data, (size_t)p.k.size * sizeof(float)), 0);
    OK(p.k.ctx, rao_op_damp(p.k.ctx, rao_fisher_op(p.mixed), 0.5));
    OK(p.k.ctx, rao_op_solve_outer(p.k.ctx, rao_fisher_op(p.mixed), p.blocks, p.count, &p.y, &one));
    EXPECT_TRUE(memcmp(p.x.data, p.y.data, (size_t)p.k.size * sizeof(float)) != 0);
    pair_close(&p), pair_close(&q);
}

static void no_memory(void **state) {
    (void)state;
    LAW("memory that runs out leaves both outputs as they were");
    if (!rao_bf16_available()) skip();
    pair p = pair_open(0, 0, 2, 0);
    int reached = 1;
    memset(p.y.data, 7, (size_t)p.k.size * sizeof(float));
    for (int64_t after = 0; reached; after++) {
        double inner = 42;
        rao_ctx *cold = rao_test_ctx();
        memset(p.x.data, 7, (size_t)p.k.size * sizeof(float));
        OK(p.k.ctx, rao_op_damp(p.k.ctx, rao_fisher_op(p.mixed), 0.3)); /* inverses are made again */
        rao_test_fail_alloc(after);
        rao_status st = rao_op_solve_outer(cold, rao_fisher_op(p.mixed), p.blocks, p.count, &p.x, &inner);
        reached = rao_test_alloc_failed();
        rao_test_fail_alloc(-1);
        if (st != RAO_OK) {
            EXPECT_EQ(st, RAO_ENOMEM);
            EXPECT_TRUE(inner == 42);
            EXPECT_EQ(memcmp(p.x.data, p.y.data, (size_t)p.k.size * sizeof(float)), 0);
        }
        rao_test_ctx_close(&cold);
    }
    pair_close(&p);
}

static rao_status create(rao_ctx *ctx, void *arg) {
    rao_status st;
    rao_model *m = NULL;
    rao_fisher *f = NULL;
    rao_fisher_opts o;
    (void)arg;
    rao_fisher_opts_init(&o);
    o.precision = RAO_PRECISION_BF16;
    RAO_TRY(rao_model_create(ctx, "mlp:3-4-3:tanh:categorical", NULL, RAO_F32, &m));
    RAO_TRY(rao_fisher_create(ctx, m, "kfac", &o, 3, &f));
done:
    rao_fisher_destroy(&f);
    rao_model_destroy(&m);
    return st;
}

static void refusals(void **state) {
    (void)state;
    LAW("bf16 is of kfac, of f32, and of a machine that has it; anything else is said");
    network d = network_open("mlp:3-4-3:tanh:categorical", RAO_F64, 3, 0), k = network_open("mlp:3-4-3:tanh:categorical", RAO_F32, 3, 0);
    rao_fisher *f = NULL;
    rao_fisher_opts o;
    rao_fisher_opts_init(&o);
    EXPECT_EQ(o.precision, RAO_PRECISION_FLOAT);
    o.precision = RAO_PRECISION_BF16;
    EXPECT_FAIL(d.ctx, rao_fisher_create(d.ctx, d.model, "kfac", &o, 3, &f), RAO_EUNABLE, "in f64");
    EXPECT_FAIL(k.ctx, rao_fisher_create(k.ctx, k.model, "ekfac", &o, 3, &f), RAO_EINVAL, "want float for ekfac");
    if (rao_bf16_available()) rao_test_every_allocation_fails(create, NULL);
    network_close(&d), network_close(&k);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_the_float_step),  cmocka_unit_test(means_stay_in_float), cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(follows_its_inverses), cmocka_unit_test(no_memory),           cmocka_unit_test(refusals)};
    return rao_test_run("fisher/mixed", tests, COUNT(tests));
}
