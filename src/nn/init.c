/* init.c - initial weights: a function of (seed, layer, position), so they do not depend on the dtype but by rounding. */
#include "nn/model.h"

#include <math.h>
#include <string.h>

enum { SPARSE_CONNECTIONS = 15 };

static void store(rao_vec *w, int64_t i, double value) {
    if (w->dtype == RAO_F64) ((double *)w->data)[i] = value;
    else ((float *)w->data)[i] = (float)value;
}

static void init_dense(const rao_parameter *p, rao_init init, rao_stream s, uint64_t layer, rao_vec *w) {
    int64_t in = p->cols - 1, out = p->rows;
    double bound = sqrt(6.0 / (double)(in + out)), deviation = sqrt(2.0 / (double)in);
    for (int64_t r = 0; r < out; r++)
        for (int64_t c = 0; c < in; c++) {
            uint64_t k = (uint64_t)(r * in + c);
            double v = init == RAO_INIT_HE ? deviation * rao_normal_at(s, layer, k) : bound * (2 * rao_uniform_at(s, layer, k) - 1);
            store(w, p->offset + r * p->cols + c, v);
        }
}

/* Each unit: the first 15 of a random order of its inputs (a partial Fisher-Yates), each N(0, 1). */
static rao_status init_sparse(rao_ctx *ctx, const rao_parameter *p, rao_stream s, uint64_t layer, rao_vec *w) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    int64_t in = p->cols - 1, chosen = in < SPARSE_CONNECTIONS ? in : SPARSE_CONNECTIONS, *order = NULL;
    RAO_TRY(rao_scratch(ctx, in, &order));
    for (int64_t r = 0; r < p->rows; r++) {
        uint64_t step = layer << 32 | (uint64_t)r;
        for (int64_t c = 0; c < in; c++) order[c] = c;
        for (int64_t k = 0; k < chosen; k++) {
            int64_t j = k + rao_below_at(s, step, (uint64_t)k, in - k), c = order[j];
            order[j] = order[k];
            store(w, p->offset + r * p->cols + c, rao_normal_at(s, step, (uint64_t)(SPARSE_CONNECTIONS + 1 + k)));
        }
    }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status rao_model_init(rao_ctx *ctx, const rao_model *m, rao_init init, uint64_t seed, rao_vec *w) {
    if (w->n != rao_model_size(m) || w->dtype != rao_model_dtype(m))
        return rao_fail(ctx, RAO_EINVAL, "init: w has %lld numbers of %s, the model %lld of %s", (long long)w->n, rao_dtype_name(w->dtype),
                        (long long)rao_model_size(m), rao_dtype_name(rao_model_dtype(m)));
    if (init == RAO_INIT_AUTO) init = m->activation == RAO_RELU || m->activation == RAO_GELU ? RAO_INIT_HE : RAO_INIT_GLOROT;
    rao_stream s = rao_stream_make(seed, RAO_STREAM_INIT);
    rao_status st = RAO_OK;
    memset(w->data, 0, (size_t)w->n * rao_dtype_size(w->dtype));
    for (int64_t i = 0; i < rao_graph_parameters(m->graph) && st == RAO_OK; i++) {
        rao_parameter p = rao_graph_parameter(m->graph, i);
        if (init == RAO_INIT_SPARSE15) st = init_sparse(ctx, &p, s, (uint64_t)i, w);
        else init_dense(&p, init, s, (uint64_t)i, w);
    }
    return st;
}
