/* triangle.c - copies around symmetric matrices: mirror a triangle, transpose, copy a triangle, look for what is not finite. */
#include <math.h>
#include <string.h>

#include "la/view.h"

enum { TILE = 16 }; /* a row of a tile is one cache line of floats, two of doubles */

#define T float
#define NAME(x) x##_f32
#include "la/triangle_tmpl.h"
#undef T
#undef NAME

#define T double
#define NAME(x) x##_f64
#include "la/triangle_tmpl.h"
#undef T
#undef NAME

void la_flip(int lower, const rao_mat *src, const rao_mat *dst) {
    if (src->dtype == RAO_F32) flip_f32(lower, src->data, src->ld, dst->data, dst->ld, src->rows);
    else flip_f64(lower, src->data, src->ld, dst->data, dst->ld, src->rows);
}

void la_mirror(const rao_mat *m) { la_flip(1, m, m); }

void la_transpose(const rao_mat *src, const rao_mat *dst) {
    if (src->dtype == RAO_F32) transpose_f32(src->data, src->ld, dst->data, dst->ld, src->rows);
    else transpose_f64(src->data, src->ld, dst->data, dst->ld, src->rows);
}

void la_copy_lower(const rao_mat *src, const rao_mat *dst) {
    if (src->dtype == RAO_F32) copy_lower_f32(src->data, src->ld, dst->data, dst->ld, src->rows);
    else copy_lower_f64(src->data, src->ld, dst->data, dst->ld, src->rows);
}

rao_status la_check_finite_lower(rao_ctx *ctx, const char *who, const char *name, const rao_mat *m) {
    int64_t i = 0, j = 0;
    int finite =
        m->dtype == RAO_F32 ? finite_lower_f32(m->data, m->rows, m->ld, &i, &j) : finite_lower_f64(m->data, m->rows, m->ld, &i, &j);
    if (finite) return RAO_OK;
    double value = m->dtype == RAO_F32 ? (double)((const float *)m->data)[i * m->ld + j] : ((const double *)m->data)[i * m->ld + j];
    return rao_fail(ctx, RAO_EDOMAIN, "%s: %s(%lld, %lld) = %g, want finite entries", who, name, (long long)i, (long long)j, value);
}
