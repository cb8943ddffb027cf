/* Tapes of small networks, whose cases lie across: against tapes that keep them in rows, and against themselves by both doors. */
#include "rao_test.h"

#include <float.h>

#include "graph/across.h"

/* One network and batch, and the results of one tape. */
typedef struct net {
    rao_ctx *ctx;
    rao_graph *graph;
    rao_dtype dtype;
    int64_t n, in, out, size;
    void *w, *x, *c; /* parameters, batch, cotangent of the output */
    void *z, *g;     /* output n x out, gradient */
} net;

static double at(const net *k, const void *data, int64_t i) {
    return k->dtype == RAO_F64 ? ((const double *)data)[i] : (double)((const float *)data)[i];
}

static void *numbers(const net *k, int64_t n, uint64_t stream) {
    void *data = NULL;
    rao_stream s = rao_stream_make(rao_test_seed(), stream);
    OK(k->ctx, rao_alloc_bytes(k->ctx, n, rao_dtype_size(k->dtype), &data));
    if (k->dtype == RAO_F64) rao_normal_fill_f64(s, 0, 0, n, data);
    else rao_normal_fill_f32(s, 0, 0, n, data);
    return data;
}

static net open_net(rao_dtype dtype, int layers, const int64_t *widths, const int *activations, int64_t n) {
    net k = {.ctx = rao_test_ctx(), .dtype = dtype, .n = n, .in = widths[0], .out = widths[layers]};
    OK(k.ctx, rao_graph_create(k.ctx, dtype, &k.graph));
    OK(k.ctx, rao_graph_input(k.ctx, k.graph, widths[0]));
    for (int l = 1; l <= layers; l++) {
        OK(k.ctx, rao_graph_dense(k.ctx, k.graph, widths[l], "layer"));
        if (activations[l - 1] >= 0) OK(k.ctx, rao_graph_activation(k.ctx, k.graph, (rao_activation)activations[l - 1]));
    }
    k.size = rao_graph_size(k.graph);
    k.w = numbers(&k, k.size, 1), k.x = numbers(&k, n * k.in, 2), k.c = numbers(&k, n * k.out, 3);
    k.z = numbers(&k, n * k.out, 4), k.g = numbers(&k, k.size, 5);
    for (int64_t i = 0; i < k.size; i++) { /* keeps values near one, where nothing saturates */
        if (dtype == RAO_F64) ((double *)k.w)[i] *= 0.25;
        else ((float *)k.w)[i] *= 0.25f;
    }
    return k;
}

static void close_net(net *k) {
    void **all[] = {&k->w, &k->x, &k->c, &k->z, &k->g};
    for (size_t i = 0; i < COUNT(all); i++) rao_free_block(all[i]);
    rao_graph_destroy(&k->graph);
    rao_test_ctx_close(&k->ctx);
}

static void copy(const rao_mat *from, rao_mat *into) {
    size_t unit = rao_dtype_size(from->dtype);
    for (int64_t i = 0; i < from->rows; i++)
        memcpy((char *)into->data + (size_t)(i * into->ld) * unit, (const char *)from->data + (size_t)(i * from->ld) * unit,
               (size_t)from->cols * unit);
}

/* k->z and k->g from a tape of these needs, made for max_cases. */
static void run(net *k, unsigned needs, int64_t max_cases, double beta, int want_across) {
    rao_tape *tape = NULL;
    rao_vec w = rao_vec_view(k->dtype, k->size, k->w), g = rao_vec_view(k->dtype, k->size, k->g);
    rao_mat x = rao_mat_view(k->dtype, k->n, k->in, k->in, k->x), c = rao_mat_view(k->dtype, k->n, k->out, k->out, k->c);
    rao_mat into, z = rao_mat_view(k->dtype, k->n, k->out, k->out, k->z);
    OK(k->ctx, rao_tape_create(k->ctx, k->graph, max_cases, needs, &tape));
    EXPECT_EQ(tape_is_across(tape), want_across);
    OK(k->ctx, rao_tape_input(k->ctx, tape, k->n, &into));
    copy(&x, &into);
    OK(k->ctx, rao_tape_forward(k->ctx, tape, &w));
    into = rao_tape_output(tape);
    EXPECT_TRUE(into.rows == k->n && into.cols == k->out);
    copy(&into, &z);
    into = rao_tape_cotangent(tape);
    copy(&c, &into);
    OK(k->ctx, rao_tape_vjp(k->ctx, tape, &w, beta, &g));
    rao_tape_destroy(&tape);
}

/* The same by the door that turns nothing; the batch is turned here. */
static void run_across(net *k, int64_t max_cases, double beta) {
    rao_tape *tape = NULL;
    rao_vec w = rao_vec_view(k->dtype, k->size, k->w), g = rao_vec_view(k->dtype, k->size, k->g);
    size_t unit = rao_dtype_size(k->dtype);
    rao_mat m;
    OK(k->ctx, rao_tape_create(k->ctx, k->graph, max_cases, RAO_TAPE_VJP, &tape));
    OK(k->ctx, tape_input_across(k->ctx, tape, k->n, &m));
#define TURNED(i, j) ((char *)m.data + (size_t)((j)*m.ld + (i)) * unit)
    for (int64_t i = 0; i < k->n; i++)
        for (int64_t j = 0; j < k->in; j++) memcpy(TURNED(i, j), (char *)k->x + (size_t)(i * k->in + j) * unit, unit);
    OK(k->ctx, tape_forward_across(k->ctx, tape, &w));
    m = tape_output_across(tape);
    for (int64_t i = 0; i < k->n; i++)
        for (int64_t j = 0; j < k->out; j++) memcpy((char *)k->z + (size_t)(i * k->out + j) * unit, TURNED(i, j), unit);
    OK(k->ctx, tape_turn_output(k->ctx, tape));
    rao_mat rows = rao_tape_output(tape);
    EXPECT_TRUE(k->n * k->out == 0 || !memcmp(rows.data, k->z, (size_t)(k->n * k->out) * unit));
    m = tape_cotangent_across(tape);
    for (int64_t i = 0; i < k->n; i++)
        for (int64_t j = 0; j < k->out; j++) memcpy(TURNED(i, j), (char *)k->c + (size_t)(i * k->out + j) * unit, unit);
    OK(k->ctx, tape_vjp_across(k->ctx, tape, &w, beta, &g));
#undef TURNED
    rao_tape_destroy(&tape);
}

static void *kept(const net *k, const void *data, int64_t n) {
    void *copied = numbers(k, n, 9);
    if (n) memcpy(copied, data, (size_t)n * rao_dtype_size(k->dtype));
    return copied;
}

/* |got - want| within the roundings of the chain, against the largest entry: gradients are sums over cases, values sums over units, and
 * what the layers before have rounded comes through derivatives of at most 1.2 and sums over 33 weights of 0.25. */
static void expect_close(const net *k, const void *got, const void *want, int64_t n, double layers) {
    double largest = 0, eps = k->dtype == RAO_F64 ? DBL_EPSILON : (double)FLT_EPSILON;
    for (int64_t i = 0; i < n; i++) largest = fmax(largest, fabs(at(k, want, i)));
    for (int64_t i = 0; i < n; i++) EXPECT_CLOSE(at(k, got, i), at(k, want, i), (64 + 4 * (double)k->n) * layers * eps * (largest + 1));
}

static void compare(rao_dtype dtype, int layers, const int64_t *widths, const int *activations, int64_t n, int64_t max_cases) {
    net k = open_net(dtype, layers, widths, activations, n);
    void *before = kept(&k, k.g, k.size);
    run(&k, RAO_TAPE_FACTORS, max_cases, 0.5, 0);
    void *z = kept(&k, k.z, n * k.out), *g = kept(&k, k.g, k.size);
    memcpy(k.g, before, (size_t)k.size * rao_dtype_size(dtype));
    run(&k, RAO_TAPE_VJP, max_cases, 0.5, 1);
    expect_close(&k, k.z, z, n * k.out, layers);
    expect_close(&k, k.g, g, k.size, layers);
    rao_free_block(&z), rao_free_block(&g);
    z = kept(&k, k.z, n * k.out), g = kept(&k, k.g, k.size);
    memcpy(k.g, before, (size_t)k.size * rao_dtype_size(dtype));
    run_across(&k, max_cases, 0.5);
    EXPECT_TRUE(!memcmp(k.g, g, (size_t)k.size * rao_dtype_size(dtype)));
    EXPECT_TRUE(n == 0 || !memcmp(k.z, z, (size_t)(n * k.out) * rao_dtype_size(dtype)));
    rao_free_block(&z), rao_free_block(&g), rao_free_block(&before);
    close_net(&k);
}

static void random_networks(void **state) {
    (void)state;
    LAW("a tape across gives what a tape of rows gives, to rounding, and the same bits by both doors");
    rao_stream s = rao_stream_make(rao_test_seed(), 77);
    for (uint64_t i = 0; i < 80; i++) {
        int layers = 1 + (int)rao_below_at(s, i, 0, 3), activations[3];
        int64_t widths[4], n = i < 8 ? (int64_t)(i / 2) : rao_below_at(s, i, 1, 300);
        for (int l = 0; l <= layers; l++) widths[l] = 1 + rao_below_at(s, i, 2 + (uint64_t)l, 32);
        for (int l = 0; l < layers; l++) activations[l] = (int)rao_below_at(s, i, 6 + (uint64_t)l, RAO_ACTIVATIONS + 1) - 1;
        compare(i % 2 ? RAO_F64 : RAO_F32, layers, widths, activations, n, 256 + n);
    }
}

static void more_than_a_block(void **state) {
    (void)state;
    LAW("the same for a batch longer than a block of columns");
    compare(RAO_F64, 2, (const int64_t[]){3, 5, 2}, (const int[]){RAO_TANH, -1}, 5003, 6000);
}

static void which_tapes(void **state) {
    (void)state;
    LAW("a tape lies across where layers are narrow, the batch is long beside them, and no factors or tangents are asked for");
    static const struct {
        int64_t width, cases;
        unsigned needs;
        int across;
    } expected[] = {
        {32, 256, RAO_TAPE_VJP, 1},  {33, 256, RAO_TAPE_VJP, 0},    {32, 255, RAO_TAPE_VJP, 0},
        {4, 4, RAO_TAPE_FORWARD, 1}, {4, 100, RAO_TAPE_FACTORS, 0}, {4, 100, RAO_TAPE_VJP | RAO_TAPE_JVP, 0},
        {1, 1, RAO_TAPE_VJP, 1},     {4, 100, RAO_TAPE_HVP, 0},
    };
    for (size_t i = 0; i < COUNT(expected); i++) {
        net k = open_net(RAO_F32, 1, (const int64_t[]){expected[i].width, 1}, (const int[]){-1}, 1);
        rao_tape *tape = NULL;
        OK(k.ctx, rao_tape_create(k.ctx, k.graph, expected[i].cases, expected[i].needs, &tape));
        EXPECT_EQ(tape_is_across(tape), expected[i].across);
        rao_tape_destroy(&tape);
        close_net(&k);
    }
}

static void warm_passes(void **state) {
    (void)state;
    LAW("a warm pass allocates nothing, and a pass that was not planned is refused");
    net k = open_net(RAO_F32, 2, (const int64_t[]){6, 10, 4}, (const int[]){RAO_TANH, -1}, 256);
    rao_tape *tape = NULL;
    rao_vec w = rao_vec_view(k.dtype, k.size, k.w), g = rao_vec_view(k.dtype, k.size, k.g);
    rao_mat x;
    OK(k.ctx, rao_tape_create(k.ctx, k.graph, 256, RAO_TAPE_VJP, &tape));
    OK(k.ctx, rao_tape_input(k.ctx, tape, 256, &x));
    int64_t before = 0;
    for (int i = 0; i < 3; i++) {
        if (i == 1) before = rao_test_alloc_calls();
        OK(k.ctx, rao_tape_forward(k.ctx, tape, &w));
        OK(k.ctx, rao_tape_vjp(k.ctx, tape, &w, 0, &g));
    }
    EXPECT_EQ(rao_test_alloc_calls(), before);
    EXPECT_FAIL(k.ctx, rao_tape_jvp(k.ctx, tape, &w, &g), RAO_EINVAL, "planned without");
    EXPECT_FAIL(k.ctx, tape_input_across(k.ctx, tape, 257, &x), RAO_EINVAL, "want 0..256");
    rao_tape_destroy(&tape);
    OK(k.ctx, rao_tape_create(k.ctx, k.graph, 256, RAO_TAPE_FORWARD, &tape));
    EXPECT_FAIL(k.ctx, rao_tape_vjp(k.ctx, tape, &w, 0, &g), RAO_EINVAL, "planned without");
    rao_tape_destroy(&tape);
    close_net(&k);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_networks), cmocka_unit_test(more_than_a_block),
                                       cmocka_unit_test(which_tapes), cmocka_unit_test(warm_passes)};
    return rao_test_run("graph/across", tests, COUNT(tests));
}
