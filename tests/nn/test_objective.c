/* The loss contract: weighted mean over cases of -log p, and its derivatives, for every head and both dtypes. */
#include "rao_test.h"

#include <float.h>

#include <rao/nn.h>

typedef struct problem {
    rao_ctx *ctx;
    rao_model *model;
    rao_objective *objective;
    rao_dtype dtype;
    int64_t cases, in, out, targets, size;
    double *x, *y, *weights;
    void *xt, *yt; /* in the dtype of the model */
    rao_vec w;
} problem;

static double at(const rao_vec *v, int64_t i) { return v->dtype == RAO_F64 ? ((double *)v->data)[i] : (double)((float *)v->data)[i]; }
static void put(const rao_vec *v, int64_t i, double value) {
    if (v->dtype == RAO_F64) ((double *)v->data)[i] = value;
    else ((float *)v->data)[i] = (float)value;
}
static rao_vec new_vec(rao_ctx *ctx, rao_dtype dtype, int64_t n) {
    rao_vec v = rao_vec_view(dtype, n, NULL);
    OK(ctx, rao_alloc_bytes(ctx, n, rao_dtype_size(dtype), &v.data));
    return v;
}

static void *converted(rao_ctx *ctx, rao_dtype dtype, const double *from, int64_t n) {
    rao_vec v = new_vec(ctx, dtype, n);
    for (int64_t i = 0; i < n; i++) put(&v, i, from[i]);
    return v.data;
}

/* Observations that are possible under the head and exact in float. */
static double observation(const char *head, rao_stream s, uint64_t i) {
    if (!strncmp(head, "categorical", 11)) return (double)rao_below_at(s, 1, i, 4);
    if (!strncmp(head, "bernoulli", 9)) return (double)rao_below_at(s, 1, i, 2);
    if (!strncmp(head, "poisson", 7)) return (double)rao_below_at(s, 1, i, 6);
    return (double)(float)rao_normal_at(s, 1, i);
}

static problem open_problem(const char *head, rao_dtype dtype, int64_t max_cases) {
    problem p = {.ctx = rao_test_ctx(), .dtype = dtype, .cases = 23, .in = 5};
    char spec[96];
    snprintf(spec, sizeof spec, "mlp:5-7-4:tanh:%s", head);
    OK(p.ctx, rao_model_create(p.ctx, spec, NULL, dtype, &p.model));
    OK(p.ctx, rao_objective_create(p.ctx, p.model, max_cases, RAO_TAPE_HVP, &p.objective));
    p.out = rao_head_outputs(rao_model_head(p.model)), p.targets = rao_head_targets(rao_model_head(p.model)),
    p.size = rao_model_size(p.model);
    rao_stream s = rao_stream_make(rao_test_seed(), 5);
    OK(p.ctx, rao_alloc(p.ctx, p.cases * p.in, &p.x));
    OK(p.ctx, rao_alloc(p.ctx, p.cases * p.targets, &p.y));
    OK(p.ctx, rao_alloc(p.ctx, p.cases, &p.weights));
    for (int64_t i = 0; i < p.cases * p.in; i++) p.x[i] = (double)(float)rao_normal_at(s, 0, (uint64_t)i);
    for (int64_t i = 0; i < p.cases * p.targets; i++) p.y[i] = observation(head, s, (uint64_t)i);
    for (int64_t i = 0; i < p.cases; i++) p.weights[i] = i % 5 ? 0.25 * (double)(1 + i % 7) : 0;
    p.xt = converted(p.ctx, dtype, p.x, p.cases * p.in);
    p.yt = converted(p.ctx, dtype, p.y, p.cases * p.targets);
    p.w = new_vec(p.ctx, dtype, p.size);
    OK(p.ctx, rao_model_init(p.ctx, p.model, RAO_INIT_GLOROT, rao_test_seed(), &p.w));
    return p;
}

static void close_problem(problem *p) {
    rao_free(&p->x), rao_free(&p->y), rao_free(&p->weights);
    rao_free_block(&p->xt), rao_free_block(&p->yt), rao_free_block(&p->w.data);
    rao_objective_destroy(&p->objective);
    rao_model_destroy(&p->model);
    rao_test_ctx_close(&p->ctx);
}

static void give_batch(problem *p, const double *weights, const int64_t *rows, int64_t n) {
    rao_mat x = rao_mat_view(p->dtype, p->cases, p->in, p->in, p->xt), y = rao_mat_view(p->dtype, p->cases, p->targets, p->targets, p->yt);
    OK(p->ctx, rao_objective_batch(p->ctx, p->objective, &x, &y, weights, rows, 0, n));
}

/* The contract by plain loops: forward in double, -log p by the head one case at a time. */
static double oracle_loss(problem *p, const double *weights, const int64_t *rows, int64_t n) {
    double sum = 0, total = 0;
    const rao_graph *g = rao_model_graph(p->model);
    rao_parameter first = rao_graph_parameter(g, 0), second = rao_graph_parameter(g, 1);
    for (int64_t i = 0; i < n; i++) {
        int64_t row = rows ? rows[i] : i;
        double hidden[7], z[4], nll = 0, weight = weights ? weights[row] : 1;
        for (int64_t u = 0; u < 7; u++) {
            double a = at(&p->w, first.offset + u * 6 + 5);
            for (int64_t j = 0; j < 5; j++) a += at(&p->w, first.offset + u * 6 + j) * p->x[row * 5 + j];
            hidden[u] = tanh(a);
        }
        for (int64_t o = 0; o < 4; o++) {
            z[o] = at(&p->w, second.offset + o * 8 + 7);
            for (int64_t u = 0; u < 7; u++) z[o] += at(&p->w, second.offset + o * 8 + u) * hidden[u];
        }
        rao_mat zm = rao_mat_view(RAO_F64, 1, 4, 4, z), ym = rao_mat_view(RAO_F64, 1, p->targets, p->targets, p->y + row * p->targets);
        rao_vec out = rao_vec_view(RAO_F64, 1, &nll);
        OK(p->ctx, rao_head_nll(p->ctx, rao_model_head(p->model), &zm, &ym, &out));
        sum += weight * nll, total += weight;
    }
    return sum / total;
}

static const char *const heads[] = {"categorical", "bernoulli", "poisson", "normal", "normal:var=0.25", "normal.mu_logvar"};

static double rounding(rao_dtype dtype) { return dtype == RAO_F64 ? DBL_EPSILON : (double)FLT_EPSILON; }

static void loss_is_the_contract(void **state) {
    (void)state;
    LAW("loss = sum of weight (-log p) / sum of weights, over the given rows");
    static const int64_t rows[] = {22, 1, 1, 7, 13};
    for (size_t h = 0; h < COUNT(heads); h++)
        for (int d = RAO_F32; d <= RAO_F64; d++) {
            problem p = open_problem(heads[h], (rao_dtype)d, 23);
            double loss = 0, tolerance = 32 * rounding(p.dtype); /* sums of at most 23 cases of 8 terms */
            give_batch(&p, NULL, NULL, 23);
            OK(p.ctx, rao_objective_loss(p.ctx, p.objective, &p.w, &loss));
            EXPECT_CLOSE(loss, oracle_loss(&p, NULL, NULL, 23), tolerance);
            give_batch(&p, p.weights, rows, 5);
            OK(p.ctx, rao_objective_loss(p.ctx, p.objective, &p.w, &loss));
            EXPECT_CLOSE(loss, oracle_loss(&p, p.weights, rows, 5), tolerance);
            close_problem(&p);
        }
}

static double loss_at(problem *p, const rao_vec *v, double t) {
    rao_vec moved = new_vec(p->ctx, p->dtype, p->size);
    double loss = 0;
    for (int64_t i = 0; i < p->size; i++) put(&moved, i, at(&p->w, i) + t * at(v, i));
    OK(p->ctx, rao_objective_loss(p->ctx, p->objective, &moved, &loss));
    rao_free_block(&moved.data);
    return loss;
}

static void derivatives(void **state) {
    (void)state;
    LAW("the gradient and the Hessian product are differences of the loss");
    for (size_t h = 0; h < COUNT(heads); h++) {
        problem p = open_problem(heads[h], RAO_F64, 23);
        rao_vec v = new_vec(p.ctx, RAO_F64, p.size), g = new_vec(p.ctx, RAO_F64, p.size), hv = new_vec(p.ctx, RAO_F64, p.size);
        rao_normal_fill_f64(rao_stream_make(rao_test_seed(), 6), 0, 0, p.size, v.data);
        give_batch(&p, p.weights, NULL, 23);
        double t = 1e-3, f[5], loss = 0, gv = 0, vhv = 0;
        for (int i = 0; i < 5; i++) f[i] = loss_at(&p, &v, (i - 2) * t);
        OK(p.ctx, rao_objective_gradient(p.ctx, p.objective, &p.w, 0, &g, &loss));
        OK(p.ctx, rao_objective_hessian(p.ctx, p.objective, &p.w, &v, &hv));
        OK(p.ctx, rao_dot(p.ctx, &g, &v, &gv));
        OK(p.ctx, rao_dot(p.ctx, &hv, &v, &vhv));
        EXPECT_CLOSE(loss, f[2], 8 * DBL_EPSILON); /* two passes of the head, summed in other orders */
        /* five-point formulas: O(t^4) times derivatives of about 1e2, and rounding eps / t, eps / t^2 */
        EXPECT_CLOSE(gv, (f[0] - 8 * f[1] + 8 * f[3] - f[4]) / (12 * t), 1e-8);
        EXPECT_CLOSE(vhv, (-f[0] + 16 * f[1] - 30 * f[2] + 16 * f[3] - f[4]) / (12 * t * t), 1e-6);
        rao_free_block(&v.data), rao_free_block(&g.data), rao_free_block(&hv.data);
        close_problem(&p);
    }
}

static void float_follows_double(void **state) {
    (void)state;
    LAW("the float gradient is the double gradient to rounding");
    for (size_t h = 0; h < COUNT(heads); h++) {
        problem p = open_problem(heads[h], RAO_F64, 23), q = open_problem(heads[h], RAO_F32, 23);
        rao_vec g = new_vec(p.ctx, RAO_F64, p.size), f = new_vec(q.ctx, RAO_F32, q.size);
        for (int64_t i = 0; i < p.size; i++) put(&p.w, i, at(&q.w, i));
        give_batch(&p, NULL, NULL, 23), give_batch(&q, NULL, NULL, 23);
        OK(p.ctx, rao_objective_gradient(p.ctx, p.objective, &p.w, 0, &g, NULL));
        OK(q.ctx, rao_objective_gradient(q.ctx, q.objective, &q.w, 0, &f, NULL));
        for (int64_t i = 0; i < p.size; i++) EXPECT_CLOSE(at(&f, i), at(&g, i), 64 * (double)FLT_EPSILON);
        rao_free_block(&g.data), rao_free_block(&f.data);
        close_problem(&p), close_problem(&q);
    }
}

static void evaluation_in_chunks(void **state) {
    (void)state;
    LAW("evaluation in chunks is the loss of the whole, and the score counts right classes or squared errors");
    for (size_t h = 0; h < COUNT(heads); h++)
        for (int64_t chunk = 1; chunk <= 23; chunk += 11) {
            problem p = open_problem(heads[h], RAO_F64, chunk);
            rao_mat x = rao_mat_view(RAO_F64, p.cases, p.in, p.in, p.xt), y = rao_mat_view(RAO_F64, p.cases, p.targets, p.targets, p.yt);
            double loss = 0, score = -1;
            OK(p.ctx, rao_objective_evaluate(p.ctx, p.objective, &p.w, &x, &y, NULL, &loss, &score));
            EXPECT_CLOSE(loss, oracle_loss(&p, NULL, NULL, 23), 64 * DBL_EPSILON);
            EXPECT_TRUE(score >= 0 && (strcmp(heads[h], "categorical") || (score <= 1 && fabs(score * 23 - round(score * 23)) < 1e-9)));
            OK(p.ctx, rao_objective_evaluate(p.ctx, p.objective, &p.w, &x, &y, p.weights, &loss, NULL));
            EXPECT_CLOSE(loss, oracle_loss(&p, p.weights, NULL, 23), 64 * DBL_EPSILON);
            close_problem(&p);
        }
}

/* Puts an objective of gradients alone in the place of the problem's. */
static void make_lean(problem *p, int64_t max_cases) {
    rao_objective_destroy(&p->objective);
    OK(p->ctx, rao_objective_create(p->ctx, p->model, max_cases, RAO_TAPE_VJP, &p->objective));
}

/* Loss, gradient, and loss and score of all cases. */
static void ask(problem *p, const double *weights, const int64_t *rows, int64_t n, double value[3], rao_vec *g) {
    rao_mat x = rao_mat_view(p->dtype, p->cases, p->in, p->in, p->xt), y = rao_mat_view(p->dtype, p->cases, p->targets, p->targets, p->yt);
    give_batch(p, weights, rows, n);
    OK(p->ctx, rao_objective_gradient(p->ctx, p->objective, &p->w, 0.5, g, &value[0]));
    OK(p->ctx, rao_objective_evaluate(p->ctx, p->objective, &p->w, &x, &y, NULL, &value[1], &value[2]));
}

static void lean_objectives(void **state) {
    (void)state;
    LAW("an objective of gradients alone, whose small network lies across, agrees to rounding with one that can do everything");
    static const int64_t rows[] = {22, 1, 1, 7, 13, 2, 9, 10, 11, 4, 4, 18, 0, 21, 20, 3, 5};
    for (size_t h = 0; h < COUNT(heads); h++)
        for (int d = RAO_F32; d <= RAO_F64; d++)
            for (int variant = 0; variant < 3; variant++) {
                problem p = open_problem(heads[h], (rao_dtype)d, 23);
                rao_vec g = new_vec(p.ctx, p.dtype, p.size), lean = new_vec(p.ctx, p.dtype, p.size);
                const double *weights = variant == 1 ? p.weights : NULL;
                const int64_t n = variant == 2 ? 23 : COUNT(rows), *some = variant == 2 ? NULL : rows;
                double full[3], few[3], tolerance = 256 * rounding(p.dtype); /* sums of 23 cases, two layers deep; losses up to 8 */
                for (int64_t i = 0; i < p.size; i++) put(&g, i, 1), put(&lean, i, 1);
                ask(&p, weights, some, n, full, &g);
                make_lean(&p, 23);
                ask(&p, weights, some, n, few, &lean);
                for (int i = 0; i < 3; i++) EXPECT_CLOSE(few[i], full[i], tolerance * (1 + fabs(full[i])));
                for (int64_t i = 0; i < p.size; i++) EXPECT_CLOSE(at(&lean, i), at(&g, i), tolerance);
                int64_t before = rao_test_alloc_calls();
                ask(&p, weights, some, n, few, &lean);
                EXPECT_EQ(rao_test_alloc_calls(), before);
                rao_free_block(&g.data), rao_free_block(&lean.data);
                close_problem(&p);
            }
}

static void without_loss(void **state) {
    (void)state;
    LAW("whether the loss is asked for changes no bit of the gradient");
    for (size_t h = 0; h < COUNT(heads); h++)
        for (int variant = 0; variant < 4; variant++) {
            double loss;
            problem p = open_problem(heads[h], variant % 2 ? RAO_F64 : RAO_F32, 23);
            rao_vec with = new_vec(p.ctx, p.dtype, p.size), without = new_vec(p.ctx, p.dtype, p.size);
            if (variant / 2) make_lean(&p, 23);
            give_batch(&p, p.weights, NULL, 23);
            OK(p.ctx, rao_objective_gradient(p.ctx, p.objective, &p.w, 0, &with, &loss));
            OK(p.ctx, rao_objective_gradient(p.ctx, p.objective, &p.w, 0, &without, NULL));
            EXPECT_TRUE(!memcmp(with.data, without.data, (size_t)p.size * rao_dtype_size(p.dtype)));
            rao_free_block(&with.data), rao_free_block(&without.data);
            close_problem(&p);
        }
}

static void refusals(void **state) {
    (void)state;
    LAW("a batch that does not fit is refused and says both ends");
    problem p = open_problem("categorical", RAO_F32, 8);
    rao_mat x = rao_mat_view(p.dtype, p.cases, p.in, p.in, p.xt), y = rao_mat_view(p.dtype, p.cases, 1, 1, p.yt), narrow = x, wide = y;
    double loss = 0;
    const int64_t outside[] = {23};
    EXPECT_FAIL(p.ctx, rao_objective_loss(p.ctx, p.objective, &p.w, &loss), RAO_EINVAL, "no batch");
    EXPECT_FAIL(p.ctx, rao_objective_batch(p.ctx, p.objective, &x, &y, NULL, NULL, 0, 9), RAO_EINVAL, "want 1..8");
    EXPECT_FAIL(p.ctx, rao_objective_batch(p.ctx, p.objective, &x, &y, NULL, NULL, 20, 4), RAO_EINVAL, "row 23");
    EXPECT_FAIL(p.ctx, rao_objective_batch(p.ctx, p.objective, &x, &y, NULL, outside, 0, 1), RAO_EINVAL, "row 23");
    narrow.cols = 4;
    EXPECT_FAIL(p.ctx, rao_objective_batch(p.ctx, p.objective, &narrow, &y, NULL, NULL, 0, 2), RAO_EINVAL,
                "4 and 1 columns, the model 5 and 1");
    wide.rows = 22;
    EXPECT_FAIL(p.ctx, rao_objective_batch(p.ctx, p.objective, &x, &wide, NULL, NULL, 0, 2), RAO_EINVAL, "x has 23 rows, y 22");
    p.weights[1] = -1;
    EXPECT_FAIL(p.ctx, rao_objective_batch(p.ctx, p.objective, &x, &y, p.weights, NULL, 0, 3), RAO_EDOMAIN, "row 1 = -1");
    double held = 0, again = -1;
    OK(p.ctx, rao_objective_batch(p.ctx, p.objective, &x, &y, NULL, NULL, 3, 5));
    OK(p.ctx, rao_objective_loss(p.ctx, p.objective, &p.w, &held));
    EXPECT_FAIL(p.ctx, rao_objective_batch(p.ctx, p.objective, &x, &y, p.weights, NULL, 0, 1), RAO_EDOMAIN, "sum to 0");
    OK(p.ctx, rao_objective_loss(p.ctx, p.objective, &p.w, &again));
    EXPECT_TRUE(held == again && held > 0); /* the refused batch changed nothing */
    rao_vec g = new_vec(p.ctx, p.dtype, p.size);
    rao_objective_destroy(&p.objective);
    OK(p.ctx, rao_objective_create(p.ctx, p.model, 23, RAO_TAPE_FORWARD, &p.objective));
    give_batch(&p, NULL, NULL, 23);
    EXPECT_EQ(rao_objective_gradient(p.ctx, p.objective, &p.w, 0, &g, NULL), RAO_EINVAL);
    rao_free_block(&g.data);
    close_problem(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(loss_is_the_contract),
                                       cmocka_unit_test(derivatives),
                                       cmocka_unit_test(float_follows_double),
                                       cmocka_unit_test(evaluation_in_chunks),
                                       cmocka_unit_test(lean_objectives),
                                       cmocka_unit_test(without_loss),
                                       cmocka_unit_test(refusals)};
    return rao_test_run("nn/objective", tests, COUNT(tests));
}
