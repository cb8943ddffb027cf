/* network.h - a small random network with a batch, and the dense Fisher matrix of it in double by another route: case by case,
 * one backward pass an output, F = sum of share J^T F_head J. */
#ifndef TESTS_FISHER_NETWORK_H
#define TESTS_FISHER_NETWORK_H

#include "rao_test.h"

#include <rao/fisher.h>

typedef struct network {
    rao_ctx *ctx;
    rao_model *model;
    rao_objective *objective;
    rao_dtype dtype;
    int64_t n, in, out, targets, size;
    double *x, *y, *weights; /* weights NULL: all 1 */
    void *xt, *yt;
    rao_vec w;
} network;

static inline double network_get(const rao_vec *v, int64_t i) {
    return v->dtype == RAO_F64 ? ((double *)v->data)[i] : (double)((float *)v->data)[i];
}
static inline void network_put(const rao_vec *v, int64_t i, double value) {
    if (v->dtype == RAO_F64) ((double *)v->data)[i] = value;
    else ((float *)v->data)[i] = (float)value;
}

static inline rao_vec network_vec(rao_ctx *ctx, rao_dtype dtype, int64_t n) {
    rao_vec v = rao_vec_view(dtype, n, NULL);
    OK(ctx, rao_alloc_bytes(ctx, n, rao_dtype_size(dtype), &v.data));
    return v;
}

static inline double network_observation(const rao_head *head, rao_stream s, uint64_t i) {
    const char *name = rao_head_name(head);
    if (rao_head_is_classifier(head)) return (double)rao_below_at(s, 1, i, rao_head_outputs(head));
    if (!strncmp(name, "bernoulli", 9)) return (double)rao_below_at(s, 1, i, 2);
    if (!strncmp(name, "poisson", 7)) return (double)rao_below_at(s, 1, i, 6);
    return (double)(float)rao_normal_at(s, 1, i);
}

static inline void network_batch(network *k) {
    rao_mat x = rao_mat_view(k->dtype, k->n, k->in, k->in, k->xt), y = rao_mat_view(k->dtype, k->n, k->targets, k->targets, k->yt);
    OK(k->ctx, rao_objective_batch(k->ctx, k->objective, &x, &y, k->weights, NULL, 0, k->n));
}

/* Puts x and y (double) into the dtype of the model and the batch. */
static inline void network_refresh(network *k) {
    rao_vec xv = rao_vec_view(k->dtype, k->n * k->in, k->xt), yv = rao_vec_view(k->dtype, k->n * k->targets, k->yt);
    for (int64_t i = 0; i < xv.n; i++) network_put(&xv, i, k->x[i]);
    for (int64_t i = 0; i < yv.n; i++) network_put(&yv, i, k->y[i]);
    network_batch(k);
}

static inline network network_open(const char *spec, rao_dtype dtype, int64_t n, int weighted) {
    network k = {.ctx = rao_test_ctx(), .dtype = dtype, .n = n};
    OK(k.ctx, rao_model_create(k.ctx, spec, NULL, dtype, &k.model));
    OK(k.ctx, rao_objective_create(k.ctx, k.model, n, RAO_TAPE_FACTORS | RAO_TAPE_JVP, &k.objective));
    const rao_head *head = rao_model_head(k.model);
    k.in = rao_graph_inputs(rao_model_graph(k.model)), k.out = rao_head_outputs(head), k.targets = rao_head_targets(head),
    k.size = rao_model_size(k.model);
    rao_stream s = rao_stream_make(rao_test_seed(), 40);
    OK(k.ctx, rao_alloc(k.ctx, n * k.in, &k.x));
    OK(k.ctx, rao_alloc(k.ctx, n * k.targets, &k.y));
    for (int64_t i = 0; i < n * k.in; i++) k.x[i] = (double)(float)rao_normal_at(s, 0, (uint64_t)i);
    for (int64_t i = 0; i < n * k.targets; i++) k.y[i] = network_observation(head, s, (uint64_t)i);
    if (weighted) {
        OK(k.ctx, rao_alloc(k.ctx, n, &k.weights));
        for (int64_t i = 0; i < n; i++) k.weights[i] = 0.5 * (double)(1 + i % 4);
    }
    k.xt = network_vec(k.ctx, dtype, n * k.in).data;
    k.yt = network_vec(k.ctx, dtype, n * k.targets).data;
    k.w = network_vec(k.ctx, dtype, k.size);
    OK(k.ctx, rao_model_init(k.ctx, k.model, RAO_INIT_GLOROT, rao_test_seed(), &k.w));
    for (int64_t i = 0; i < k.size; i++) /* biases too */
        if (network_get(&k.w, i) == 0) network_put(&k.w, i, 0.3 * rao_normal_at(s, 2, (uint64_t)i));
    network_refresh(&k);
    return k;
}

static inline void network_close(network *k) {
    rao_free(&k->x), rao_free(&k->y), rao_free(&k->weights);
    rao_free_block(&k->xt), rao_free_block(&k->yt), rao_free_block(&k->w.data);
    rao_objective_destroy(&k->objective);
    rao_model_destroy(&k->model);
    rao_test_ctx_close(&k->ctx);
}

/* The same network in double, at the weights of k. */
static inline network network_double(const network *k, const char *spec) {
    network d = network_open(spec, RAO_F64, k->n, k->weights != NULL);
    for (int64_t i = 0; i < k->size; i++) network_put(&d.w, i, network_get(&k->w, i));
    memcpy(d.x, k->x, (size_t)(k->n * k->in) * sizeof *d.x);
    memcpy(d.y, k->y, (size_t)(k->n * k->targets) * sizeof *d.y);
    network_refresh(&d);
    return d;
}

static inline double network_share(const network *k, int64_t i) {
    double total = 0;
    for (int64_t j = 0; j < k->n; j++) total += k->weights ? k->weights[j] : 1;
    return (k->weights ? k->weights[i] : 1) / total;
}

/* Row o of jacobian (out x size): the gradient of output o of case i; z gets the outputs. */
static inline void network_jacobian(const network *d, int64_t i, double *jacobian, double *z) {
    rao_tape *tape = NULL;
    rao_mat x;
    OK(d->ctx, rao_tape_create(d->ctx, rao_model_graph(d->model), 1, RAO_TAPE_VJP, &tape));
    for (int64_t o = 0; o < d->out; o++) {
        rao_vec row = rao_vec_view(RAO_F64, d->size, jacobian + o * d->size);
        OK(d->ctx, rao_tape_input(d->ctx, tape, 1, &x));
        memcpy(x.data, d->x + i * d->in, (size_t)d->in * sizeof(double));
        OK(d->ctx, rao_tape_forward(d->ctx, tape, &d->w));
        rao_mat value = rao_tape_output(tape), cotangent = rao_tape_cotangent(tape);
        memcpy(z, value.data, (size_t)d->out * sizeof(double));
        for (int64_t j = 0; j < d->out; j++) ((double *)cotangent.data)[j] = j == o;
        OK(d->ctx, rao_tape_vjp(d->ctx, tape, &d->w, 0, &row));
    }
    rao_tape_destroy(&tape);
}

/* truth (size x size) = sum of share J^T F_head(z) J of a network in double, plus damping on the diagonal. */
static inline double *network_truth(const network *d, double damping) {
    double *truth = NULL, *jacobian = NULL, *z = NULL, *unit = NULL, *column = NULL;
    const rao_head *head = rao_model_head(d->model);
    OK(d->ctx, rao_alloc(d->ctx, d->size * d->size, &truth));
    OK(d->ctx, rao_alloc(d->ctx, d->out * d->size, &jacobian));
    OK(d->ctx, rao_alloc(d->ctx, d->out, &z));
    OK(d->ctx, rao_alloc(d->ctx, d->out, &unit));
    OK(d->ctx, rao_alloc(d->ctx, d->out, &column));
    for (int64_t i = 0; i < d->n; i++) {
        network_jacobian(d, i, jacobian, z);
        rao_mat zm = rao_mat_view(RAO_F64, 1, d->out, d->out, z), um = rao_mat_view(RAO_F64, 1, d->out, d->out, unit);
        rao_mat cm = rao_mat_view(RAO_F64, 1, d->out, d->out, column);
        for (int64_t o = 0; o < d->out; o++) {
            memset(unit, 0, (size_t)d->out * sizeof *unit);
            unit[o] = network_share(d, i);
            OK(d->ctx, rao_head_fisher_apply(d->ctx, head, &zm, &um, &cm));
            for (int64_t q = 0; q < d->out; q++)
                for (int64_t a = 0; a < d->size; a++)
                    for (int64_t b = 0; b < d->size; b++)
                        truth[a * d->size + b] += jacobian[q * d->size + a] * column[q] * jacobian[o * d->size + b];
        }
    }
    for (int64_t a = 0; a < d->size; a++) truth[a * d->size + a] += damping;
    rao_free(&jacobian), rao_free(&z), rao_free(&unit), rao_free(&column);
    return truth;
}

/* The matrix of an operator, column by column. */
static inline double *network_matrix(rao_ctx *ctx, const rao_op *f) {
    double *m = NULL;
    OK(ctx, rao_alloc(ctx, f->n * f->n, &m));
    rao_vec x = network_vec(ctx, f->dtype, f->n), y = network_vec(ctx, f->dtype, f->n);
    for (int64_t j = 0; j < f->n; j++) {
        for (int64_t i = 0; i < f->n; i++) network_put(&x, i, i == j);
        OK(ctx, rao_op_apply(ctx, f, &x, &y));
        for (int64_t i = 0; i < f->n; i++) m[i * f->n + j] = network_get(&y, i);
    }
    rao_free_block(&x.data), rao_free_block(&y.data);
    return m;
}

static inline double network_distance(const double *a, const double *b, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sqrt(sum);
}

static inline double network_frobenius(const double *a, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += a[i] * a[i];
    return sqrt(sum);
}

#endif
