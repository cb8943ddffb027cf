/* Every operation, alone and in chains, in double: its vjp, jvp, hvp and factors against each other and against differences. */
#include "rao_test.h"

#include <float.h>

#include <rao/graph.h>

/* Fourth-order central differences: error O(h^4) of the fifth derivative plus eps / h of rounding; h = 1e-3 balances them near 1e-12.
 * A relu must not cross its kink on the way; between kinks it is polynomial, so the step can be short. */
static const double SMOOTH_STEP = 1e-3, KINKED_STEP = 1e-6;

/* A random chain in one context, with a tape that can do everything. */
typedef struct chain {
    rao_ctx *ctx;
    rao_graph *graph;
    rao_tape *tape;
    int64_t n, size, outputs;
    double step; /* of differences */
    double *w, *v, *u, *x, *g, *p, *c;
} chain;

static rao_vec vec(const chain *k, double *data) { return rao_vec_view(RAO_F64, k->size, data); }

static double *numbers(rao_ctx *ctx, int64_t n, uint64_t stream, double scale) {
    double *a = NULL;
    OK(ctx, rao_alloc(ctx, n, &a));
    rao_normal_fill_f64(rao_stream_make(rao_test_seed(), stream), 0, 0, n, a);
    for (int64_t i = 0; i < n; i++) a[i] *= scale;
    return a;
}

/* widths[0] is the input; an activation (or -1) follows each dense layer. */
static chain open_chain(int layers, const int64_t *widths, const int *activations, int64_t n) {
    chain k = {.ctx = rao_test_ctx(), .n = n, .step = SMOOTH_STEP};
    OK(k.ctx, rao_graph_create(k.ctx, RAO_F64, &k.graph));
    OK(k.ctx, rao_graph_input(k.ctx, k.graph, widths[0]));
    for (int l = 1; l <= layers; l++) {
        char name[16];
        snprintf(name, sizeof name, "%d", l - 1);
        OK(k.ctx, rao_graph_dense(k.ctx, k.graph, widths[l], name));
        if (activations[l - 1] == RAO_RELU) k.step = KINKED_STEP;
        if (activations[l - 1] >= 0) OK(k.ctx, rao_graph_activation(k.ctx, k.graph, (rao_activation)activations[l - 1]));
    }
    k.size = rao_graph_size(k.graph), k.outputs = rao_graph_outputs(k.graph);
    OK(k.ctx, rao_tape_create(k.ctx, k.graph, n + 2, RAO_TAPE_HVP, &k.tape)); /* room to spare: strides must not depend on n */
    k.w = numbers(k.ctx, k.size, 1, 0.5), k.v = numbers(k.ctx, k.size, 2, 1), k.u = numbers(k.ctx, k.size, 3, 1);
    k.x = numbers(k.ctx, n * widths[0], 4, 1), k.c = numbers(k.ctx, n * k.outputs, 5, 1);
    k.g = numbers(k.ctx, k.size, 6, 1), k.p = numbers(k.ctx, k.size, 7, 1);
    return k;
}

static void close_chain(chain *k) {
    double **all[] = {&k->w, &k->v, &k->u, &k->x, &k->g, &k->p, &k->c};
    for (size_t i = 0; i < COUNT(all); i++) rao_free(all[i]);
    rao_tape_destroy(&k->tape);
    rao_graph_destroy(&k->graph);
    rao_test_ctx_close(&k->ctx);
}

static void fill(const rao_mat *m, const double *from, double scale) {
    for (int64_t i = 0; i < m->rows; i++)
        for (int64_t j = 0; j < m->cols; j++) ((double *)m->data)[i * m->ld + j] = scale * from[i * m->cols + j];
}

static double inner(const rao_mat *m, const double *with) {
    double sum = 0;
    for (int64_t i = 0; i < m->rows; i++)
        for (int64_t j = 0; j < m->cols; j++) sum += ((const double *)m->data)[i * m->ld + j] * with[i * m->cols + j];
    return sum;
}

static double dot(const double *a, const double *b, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

static double norm(const double *a, int64_t n) { return sqrt(dot(a, a, n)); }

/* <c, f(x; w)> */
static double functional(chain *k, double *w) {
    rao_mat x;
    rao_vec wv = vec(k, w);
    OK(k->ctx, rao_tape_input(k->ctx, k->tape, k->n, &x));
    fill(&x, k->x, 1);
    OK(k->ctx, rao_tape_forward(k->ctx, k->tape, &wv));
    rao_mat out = rao_tape_output(k->tape);
    return inner(&out, k->c);
}

/* g = d <c, f> / dw */
static void gradient(chain *k, double *w, double *g) {
    rao_vec wv = vec(k, w), gv = vec(k, g);
    functional(k, w);
    rao_mat cotangent = rao_tape_cotangent(k->tape);
    fill(&cotangent, k->c, 1);
    OK(k->ctx, rao_tape_vjp(k->ctx, k->tape, &wv, 0, &gv));
}

/* p = d/dt gradient(w + t v); the cotangent is constant, so its tangent is 0. */
static void hessian(chain *k, double *w, double *v, double *p) {
    rao_vec wv = vec(k, w), vv = vec(k, v), pv = vec(k, p);
    functional(k, w);
    OK(k->ctx, rao_tape_jvp(k->ctx, k->tape, &wv, &vv));
    rao_mat g = rao_tape_cotangent(k->tape), h = rao_tape_cotangent_tangent(k->tape);
    fill(&g, k->c, 1);
    fill(&h, k->c, 0);
    OK(k->ctx, rao_tape_hvp(k->ctx, k->tape, &wv, &vv, 0, NULL, &pv));
}

static void shifted(const chain *k, double t, const double *v, double *out) {
    for (int64_t i = 0; i < k->size; i++) out[i] = k->w[i] + t * v[i];
}

static const double WEIGHT[4] = {1.0 / 12, -8.0 / 12, 8.0 / 12, -1.0 / 12}, AT[4] = {-2, -1, 1, 2};
static const double DIFFERENCE_TOLERANCE = 1e-8; /* fifth derivatives here reach 1e3 */

static void check_gradient_by_differences(chain *k) {
    LAW("the vjp is the derivative of <c, f(w)> along any direction");
    double difference = 0;
    for (int i = 0; i < 4; i++) {
        shifted(k, AT[i] * k->step, k->v, k->p);
        difference += WEIGHT[i] * functional(k, k->p) / k->step;
    }
    gradient(k, k->w, k->g);
    double scale = norm(k->g, k->size) * norm(k->v, k->size);
    EXPECT_CLOSE(dot(k->g, k->v, k->size) / scale, difference / scale, DIFFERENCE_TOLERANCE);
}

static void check_adjoint(chain *k) {
    LAW("<jvp(v), c> = <v, vjp(c)>");
    gradient(k, k->w, k->g);
    rao_vec wv = vec(k, k->w), vv = vec(k, k->v);
    functional(k, k->w);
    OK(k->ctx, rao_tape_jvp(k->ctx, k->tape, &wv, &vv));
    rao_mat tangent = rao_tape_tangent(k->tape);
    double scale = norm(k->g, k->size) * norm(k->v, k->size);
    EXPECT_CLOSE(inner(&tangent, k->c) / scale, dot(k->g, k->v, k->size) / scale, 64 * DBL_EPSILON * (double)k->size);
}

static void check_hessian(chain *k) {
    LAW("the hvp is symmetric and is the difference of gradients");
    double *p2 = numbers(k->ctx, k->size, 8, 0), *moved = numbers(k->ctx, k->size, 9, 0);
    hessian(k, k->w, k->v, k->p);
    hessian(k, k->w, k->u, p2);
    double scale = norm(k->p, k->size) * norm(k->u, k->size) + norm(p2, k->size) * norm(k->v, k->size) + 1;
    EXPECT_CLOSE(dot(k->p, k->u, k->size) / scale, dot(p2, k->v, k->size) / scale, 64 * DBL_EPSILON * (double)k->size);
    memset(p2, 0, (size_t)k->size * sizeof *p2);
    for (int i = 0; i < 4; i++) {
        shifted(k, AT[i] * k->step, k->v, moved);
        gradient(k, moved, k->g);
        for (int64_t j = 0; j < k->size; j++) p2[j] += WEIGHT[i] * k->g[j] / k->step;
    }
    for (int64_t j = 0; j < k->size; j++) EXPECT_CLOSE(k->p[j] / scale, p2[j] / scale, DIFFERENCE_TOLERANCE);
    rao_free(&p2);
    rao_free(&moved);
}

static void check_factors(chain *k) {
    LAW("the per-example gradients from the factors sum to the batch's");
    gradient(k, k->w, k->g);
    for (int64_t e = 0; e < rao_graph_parameters(k->graph); e++) {
        rao_factors f;
        rao_parameter p = rao_graph_parameter(k->graph, e);
        OK(k->ctx, rao_tape_factors(k->ctx, k->tape, e, &f));
        EXPECT_TRUE(f.kind == RAO_FACTOR_OUTER && f.parameter == e && f.a.cols == p.cols && f.g.cols == p.rows && f.a.rows == k->n);
        for (int64_t r = 0; r < p.rows; r++)
            for (int64_t c = 0; c < p.cols; c++) {
                double sum = 0, size = 0;
                for (int64_t i = 0; i < k->n; i++) {
                    double one = ((const double *)f.g.data)[i * f.g.ld + r] * ((const double *)f.a.data)[i * f.a.ld + c];
                    sum += one, size += fabs(one);
                }
                EXPECT_TRUE(fabs(sum - k->g[p.offset + r * p.cols + c]) <= 4 * DBL_EPSILON * (double)k->n * size);
            }
    }
}

static void conform(int layers, const int64_t *widths, const int *activations, int64_t n, int smooth) {
    chain k = open_chain(layers, widths, activations, n);
    check_gradient_by_differences(&k);
    check_adjoint(&k);
    if (smooth) check_hessian(&k);
    check_factors(&k);
    close_chain(&k);
}

static void one_dense_layer(void **state) {
    (void)state;
    for (int64_t n = 1; n <= 5; n += 2)
        for (int64_t in = 1; in <= 33; in += 8) conform(1, (const int64_t[]){in, 3}, (const int[]){-1}, n, 1);
}

static void every_activation(void **state) {
    (void)state;
    for (int a = 0; a < RAO_ACTIVATIONS; a++) {
        conform(1, (const int64_t[]){3, 5}, (const int[]){a}, 4, 1);
        conform(2, (const int64_t[]){4, 17, 3}, (const int[]){a, -1}, 7, 1);
        conform(3, (const int64_t[]){2, 16, 7, 1}, (const int[]){a, a, a}, 3, 1);
    }
}

static void mixed_chains(void **state) {
    (void)state;
    rao_stream s = rao_stream_make(rao_test_seed(), 99);
    for (uint64_t trial = 0; trial < 12; trial++) {
        int layers = 1 + (int)rao_below_at(s, trial, 0, 4), activations[4];
        int64_t widths[5];
        for (int l = 0; l <= layers; l++) widths[l] = 1 + rao_below_at(s, trial, 1 + (uint64_t)l, 20);
        for (int l = 0; l < layers; l++) activations[l] = (int)rao_below_at(s, trial, 10 + (uint64_t)l, RAO_ACTIVATIONS + 1) - 1;
        conform(layers, widths, activations, 1 + rao_below_at(s, trial, 20, 9), 1);
    }
}

/* The same small network with tapes that were promised less work: buffers are shared more, values must not change. */
static void lean_tapes(void **state) {
    (void)state;
    LAW("a tape planned for less gives the same numbers, bit for bit");
    static const unsigned needs[] = {RAO_TAPE_VJP, RAO_TAPE_FACTORS, RAO_TAPE_VJP | RAO_TAPE_JVP};
    chain k = open_chain(4, (const int64_t[]){6, 9, 40, 5, 3}, (const int[]){RAO_TANH, RAO_GELU, RAO_RELU, RAO_SOFTPLUS}, 11);
    double value = functional(&k, k.w);
    gradient(&k, k.w, k.p);
    for (size_t i = 0; i < COUNT(needs); i++) {
        rao_tape *full = k.tape;
        OK(k.ctx, rao_tape_create(k.ctx, k.graph, k.n, needs[i], &k.tape));
        EXPECT_TRUE(rao_tape_bytes(k.tape) < rao_tape_bytes(full));
        gradient(&k, k.w, k.g);
        for (int64_t j = 0; j < k.size; j++) EXPECT_TRUE(k.g[j] == k.p[j]);
        if (needs[i] & RAO_TAPE_JVP) check_adjoint(&k);
        EXPECT_TRUE(functional(&k, k.w) == value);
        rao_tape_destroy(&k.tape);
        k.tape = full;
    }
    close_chain(&k);
}

static void accumulation(void **state) {
    (void)state;
    LAW("gradient = beta gradient + vjp");
    chain k = open_chain(2, (const int64_t[]){3, 4, 2}, (const int[]){RAO_TANH, -1}, 5);
    gradient(&k, k.w, k.g);
    memcpy(k.p, k.v, (size_t)k.size * sizeof *k.p);
    rao_vec wv = vec(&k, k.w), pv = vec(&k, k.p);
    functional(&k, k.w);
    rao_mat cotangent = rao_tape_cotangent(k.tape);
    fill(&cotangent, k.c, 1);
    OK(k.ctx, rao_tape_vjp(k.ctx, k.tape, &wv, 0.9, &pv));
    for (int64_t i = 0; i < k.size; i++) EXPECT_CLOSE(k.p[i], 0.9 * k.v[i] + k.g[i], 1e-14);
    close_chain(&k);
}

static void warm_passes_allocate_nothing(void **state) {
    (void)state;
    LAW("after the first pass no pass allocates");
    chain k = open_chain(3, (const int64_t[]){6, 9, 8, 3}, (const int[]){RAO_TANH, RAO_GELU, -1}, 11);
    hessian(&k, k.w, k.v, k.p);
    int64_t before = rao_test_alloc_calls();
    for (int i = 0; i < 3; i++) hessian(&k, k.w, k.v, k.p), gradient(&k, k.w, k.g);
    EXPECT_EQ(rao_test_alloc_calls(), before);
    close_chain(&k);
}

static rao_status build_all(rao_ctx *ctx, void *arg) {
    (void)arg;
    rao_status st = RAO_OK;
    rao_graph *g = NULL;
    rao_tape *t = NULL;
    RAO_TRY(rao_graph_create(ctx, RAO_F32, &g));
    RAO_TRY(rao_graph_input(ctx, g, 3));
    for (int i = 0; i < 9; i++) {
        RAO_TRY(rao_graph_dense(ctx, g, 4, "layer"));
        RAO_TRY(rao_graph_activation(ctx, g, RAO_TANH));
    }
    RAO_TRY(rao_tape_create(ctx, g, 4, RAO_TAPE_HVP, &t));
done:
    rao_tape_destroy(&t);
    rao_graph_destroy(&g);
    return st;
}

static void no_memory(void **state) {
    (void)state;
    rao_test_every_allocation_fails(build_all, NULL);
}

static void refusals(void **state) {
    (void)state;
    LAW("a wrong call says what is wrong");
    rao_ctx *ctx = rao_test_ctx();
    rao_graph *g = NULL;
    rao_tape *t = NULL;
    rao_mat x;
    rao_factors f;
    float numbers_f[8] = {0};
    double numbers_d[8] = {0};
    rao_vec wrong_size = rao_vec_view(RAO_F32, 7, numbers_f), wrong_type = rao_vec_view(RAO_F64, 8, numbers_d),
            right = rao_vec_view(RAO_F32, 8, numbers_f);
    EXPECT_FAIL(ctx, rao_graph_create(ctx, (rao_dtype)7, &g), RAO_EINVAL, "f32 or f64");
    OK(ctx, rao_graph_create(ctx, RAO_F32, &g));
    EXPECT_FAIL(ctx, rao_graph_dense(ctx, g, 2, "0"), RAO_EINVAL, "first node is the input");
    EXPECT_FAIL(ctx, rao_graph_input(ctx, g, 0), RAO_EINVAL, "0 columns");
    OK(ctx, rao_graph_input(ctx, g, 3));
    EXPECT_FAIL(ctx, rao_graph_input(ctx, g, 3), RAO_EINVAL, "input already");
    EXPECT_FAIL(ctx, rao_tape_create(ctx, g, 4, 0, &t), RAO_EINVAL, "1 nodes");
    EXPECT_FAIL(ctx, rao_graph_dense(ctx, g, 0, "0"), RAO_EINVAL, "0 columns");
    EXPECT_FAIL(ctx, rao_graph_dense(ctx, g, 1, "a name far too long for the table of names"), RAO_EINVAL, "31 bytes");
    OK(ctx, rao_graph_dense(ctx, g, 2, "0"));
    EXPECT_FAIL(ctx, rao_graph_activation(ctx, g, (rao_activation)77), RAO_EINVAL, "activation 77");
    EXPECT_EQ(rao_graph_size(g), 8);
    EXPECT_FAIL(ctx, rao_tape_create(ctx, g, 0, 0, &t), RAO_EINVAL, "max_cases = 0");
    EXPECT_FAIL(ctx, rao_tape_create(ctx, g, INT64_MAX / 2, 0, &t), RAO_EINVAL, "not a size");
    OK(ctx, rao_tape_create(ctx, g, 4, 0, &t));
    EXPECT_FAIL(ctx, rao_tape_input(ctx, t, 5, &x), RAO_EINVAL, "want 0..4");
    OK(ctx, rao_tape_input(ctx, t, 0, &x));
    OK(ctx, rao_tape_forward(ctx, t, &right));
    EXPECT_FAIL(ctx, rao_tape_forward(ctx, t, &wrong_size), RAO_EINVAL, "7 numbers of f32");
    EXPECT_FAIL(ctx, rao_tape_forward(ctx, t, &wrong_type), RAO_EINVAL, "of f64");
    EXPECT_FAIL(ctx, rao_tape_vjp(ctx, t, &right, 0, &right), RAO_EINVAL, "planned without");
    EXPECT_FAIL(ctx, rao_tape_factors(ctx, t, 0, &f), RAO_EINVAL, "planned without");
    rao_activation kind = RAO_RELU;
    EXPECT_FAIL(ctx, rao_activation_find(ctx, "tanhh", &kind), RAO_EINVAL, "did you mean 'tanh'");
    OK(ctx, rao_activation_find(ctx, "softplus", &kind));
    EXPECT_TRUE(kind == RAO_SOFTPLUS && !strcmp(rao_activation_name(kind), "softplus"));
    rao_tape_destroy(&t);
    rao_graph_destroy(&g);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_dense_layer), cmocka_unit_test(every_activation), cmocka_unit_test(mixed_chains),
        cmocka_unit_test(lean_tapes),      cmocka_unit_test(accumulation),     cmocka_unit_test(warm_passes_allocate_nothing),
        cmocka_unit_test(no_memory),       cmocka_unit_test(refusals),
    };
    return rao_test_run("graph/conformance", tests, COUNT(tests));
}
