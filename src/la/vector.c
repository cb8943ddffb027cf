/* vector.c - copy, scale, x + beta y, normals: over float and double. */
#include "la/vector.h"

#include <string.h>

void la_copy(const rao_vec *x, const rao_vec *y) {
    if (x->n) memcpy(y->data, x->data, (size_t)x->n * rao_dtype_size(x->dtype));
}

void la_scale(double alpha, const rao_vec *x) {
    if (x->dtype == RAO_F32) {
        float *p = x->data, a = (float)alpha;
        for (int64_t i = 0; i < x->n; i++) p[i] *= a;
    } else {
        double *p = x->data;
        for (int64_t i = 0; i < x->n; i++) p[i] *= alpha;
    }
}

void la_xpby(const rao_vec *x, double beta, const rao_vec *y) {
    if (x->dtype == RAO_F32) {
        const float *p = x->data, b = (float)beta;
        float *q = y->data;
        for (int64_t i = 0; i < x->n; i++) q[i] = p[i] + b * q[i];
    } else {
        const double *p = x->data;
        double *q = y->data;
        for (int64_t i = 0; i < x->n; i++) q[i] = p[i] + beta * q[i];
    }
}

void la_normals(rao_stream s, uint64_t step, const rao_vec *x) {
    if (x->dtype == RAO_F32) rao_normal_fill_f32(s, step, 0, x->n, x->data);
    else rao_normal_fill_f64(s, step, 0, x->n, x->data);
}

rao_status la_scratch_vec(rao_ctx *ctx, rao_dtype dtype, int64_t n, rao_vec *v) {
    void *data;
    rao_status st = rao_scratch_bytes(ctx, n, rao_dtype_size(dtype), &data);
    if (st == RAO_OK) *v = rao_vec_view(dtype, n, data);
    return st;
}
