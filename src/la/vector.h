/* la/vector.h - small loops over checked vectors that BLAS has no name for. Lengths and dtypes agree. */
#ifndef LA_VECTOR_H
#define LA_VECTOR_H

#include <rao/la.h>

static inline double la_get(const rao_vec *v, int64_t i) {
    return v->dtype == RAO_F32 ? (double)((const float *)v->data)[i] : ((const double *)v->data)[i];
}
static inline void la_put(const rao_vec *v, int64_t i, double value) {
    if (v->dtype == RAO_F32) ((float *)v->data)[i] = (float)value;
    else ((double *)v->data)[i] = value;
}
/* The machine epsilon of a dtype, 2^-23 or 2^-52. */
static inline double la_eps(rao_dtype dtype) { return dtype == RAO_F32 ? 0x1p-23 : 0x1p-52; }

void la_copy(const rao_vec *x, const rao_vec *y);               /* y = x */
void la_scale(double alpha, const rao_vec *x);                  /* x = alpha x */
void la_xpby(const rao_vec *x, double beta, const rao_vec *y);  /* y = x + beta y */
void la_normals(rao_stream s, uint64_t step, const rao_vec *x); /* x_i = the normal at index i */
rao_status la_scratch_vec(rao_ctx *ctx, rao_dtype dtype, int64_t n, rao_vec *v);

#endif
