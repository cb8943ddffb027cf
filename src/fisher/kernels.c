/* kernels.c - entrywise passes over views, float and double from one template. */
#include "fisher/fisher.h"

#include <math.h>
#include <stdlib.h>

#define T float
#define NAME(x) x##_f32
#include "fisher/kernels_tmpl.h"
#undef T
#undef NAME
#define T double
#define NAME(x) x##_f64
#include "fisher/kernels_tmpl.h"

#define BY_DTYPE(view, name, ...) ((view)->dtype == RAO_F64 ? name##_f64(__VA_ARGS__) : name##_f32(__VA_ARGS__))

void fisher_copy_squared(const rao_mat *from, rao_mat *into) { BY_DTYPE(from, copy_squared, from, into); }
void fisher_add_diagonal(rao_mat *m, double value) { BY_DTYPE(m, add_diagonal, m, value); }
double fisher_diagonal_sum(const rao_mat *m) { return BY_DTYPE(m, diagonal_sum, m); }
void fisher_expand(const rao_factors *f, int64_t first, int64_t n, int64_t offset, rao_mat *rows) {
    BY_DTYPE(rows, expand, f, first, n, offset, rows);
}
void fisher_scale_cases(const rao_mat *g, int64_t columns, int64_t unit, int64_t first, int64_t count, const rao_mat *a, rao_mat *b) {
    BY_DTYPE(b, scale_cases, g, columns, unit, first, count, a, b);
}
void fisher_row_dots(const rao_mat *a, const rao_mat *b, rao_vec *sums) { BY_DTYPE(a, row_dots, a, b, sums); }
double fisher_norm1_lower(const rao_mat *m, void *room) { return BY_DTYPE(m, norm1_lower, m, room); }
double fisher_norm1(const rao_mat *m) { return BY_DTYPE(m, norm1, m); }

double fisher_add_outer(const rao_vec *u, const rao_vec *v, const rao_mat *b, const rao_vec *s, const rao_vec *m, rao_mat *x) {
    return BY_DTYPE(x, add_outer, u, v, b, s, m, x);
}

double fisher_get(const rao_vec *v, int64_t i) {
    return v->dtype == RAO_F64 ? ((const double *)v->data)[i] : (double)((const float *)v->data)[i];
}

void fisher_put(const rao_vec *v, int64_t i, double value) {
    if (v->dtype == RAO_F64) ((double *)v->data)[i] = value;
    else ((float *)v->data)[i] = (float)value;
}

static int ascending_f32(const void *a, const void *b) {
    return (*(const float *)a > *(const float *)b) - (*(const float *)a < *(const float *)b);
}
static int ascending_f64(const void *a, const void *b) {
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

void fisher_scale_powers(const rao_vec *s, double shift, double p, rao_vec *x) { BY_DTYPE(x, scale_powers, s, shift, p, x); }

void fisher_sort(rao_vec *v) {
    qsort(v->data, (size_t)v->n, rao_dtype_size(v->dtype), v->dtype == RAO_F64 ? ascending_f64 : ascending_f32);
}

double fisher_unit(rao_dtype dtype) { return dtype == RAO_F64 ? 0x1p-52 : 0x1p-23; }
double fisher_largest(const rao_vec *v) { return BY_DTYPE(v, largest, v->data, v->n, 1); }
double fisher_largest_diagonal(const rao_mat *m) { return BY_DTYPE(m, largest, m->data, m->rows, m->ld + 1); }

int64_t fisher_count(const rao_vec *w, double damping, int64_t side) {
    double floor = (double)side * fisher_unit(w->dtype) * fisher_largest(w);
    int64_t rank = 0;
    for (int64_t i = 0; i < w->n; i++) rank += fisher_get(w, i) + damping > floor;
    return rank;
}

rao_status fisher_singular(rao_ctx *ctx, const rao_op *op, const char *where, int at_most, int64_t rank, double least) {
    return rao_fail(
        ctx, RAO_EDOMAIN,
        "fisher: %s with damping = %g is singular%s (rank %s%lld of %lld): want a damping above its rounding, %.2g in units of the loss",
        op->table->name, op->damping, where, at_most ? "at most " : "", (long long)rank, (long long)op->n, least);
}

static double entry(const rao_mat *m, int64_t i) {
    rao_vec row = rao_vec_view(m->dtype, m->cols, (char *)m->data + (size_t)(i * m->ld) * rao_dtype_size(m->dtype));
    return fisher_get(&row, i);
}

int fisher_lost_pivot(const rao_mat *a, double damping, const rao_mat *l) {
    double unit = fisher_unit(a->dtype), lost = ((double)a->rows + 2) * unit;
    if (damping > unit * fisher_largest_diagonal(a)) return 0;
    for (int64_t i = 0; i < a->rows; i++) /* an entry below such a damping is as good as 0, and its pivot nothing but the damping */
        if (!(entry(l, i) * entry(l, i) > lost * (entry(a, i) + damping)) || !(entry(a, i) > damping)) return 1;
    return 0;
}

void fisher_fill_normal(rao_stream s, uint64_t step, uint64_t first, rao_vec *v) {
    if (v->dtype == RAO_F64) rao_normal_fill_f64(s, step, first, v->n, v->data);
    else rao_normal_fill_f32(s, step, first, v->n, v->data);
}
