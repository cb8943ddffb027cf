/* plate.h - a matrix of either number type inside guard entries: what lies outside rows x cols must never change. */
#ifndef RAO_TESTS_BACKEND_PLATE_H
#define RAO_TESTS_BACKEND_PLATE_H

#include "rao_test.h"

#include <float.h>

#include "backend/backend.h"

enum { MARGIN = 8 }; /* guard entries before and behind */

typedef struct plate {
    rao_mat m;
    char *block;
    int64_t entries;
} plate;

static const double GUARD = 12345.6875; /* exact in float */

static double plate_raw(const plate *p, int64_t k) {
    return p->m.dtype == RAO_F64 ? ((const double *)(const void *)p->block)[k] : (double)((const float *)(const void *)p->block)[k];
}
static void plate_put_raw(const plate *p, int64_t k, double v) {
    if (p->m.dtype == RAO_F64) ((double *)(void *)p->block)[k] = v;
    else ((float *)(void *)p->block)[k] = (float)v;
}
static inline double plate_get(const plate *p, int64_t i, int64_t j) { return plate_raw(p, MARGIN + i * p->m.ld + j); }
static inline void plate_put(const plate *p, int64_t i, int64_t j, double v) { plate_put_raw(p, MARGIN + i * p->m.ld + j, v); }

/* Entries are numbers of a standard normal times `spread`, rounded to the type. */
static inline plate plate_make(rao_dtype dtype, int64_t rows, int64_t cols, int64_t gap, double spread, rao_stream s, uint64_t step) {
    plate p;
    int64_t ld = cols + gap;
    p.entries = rows * ld + 2 * MARGIN;
    p.block = malloc((size_t)p.entries * sizeof(double));
    assert_non_null(p.block);
    p.m = rao_mat_view(dtype, rows, cols, ld, p.block + (size_t)MARGIN * rao_dtype_size(dtype));
    for (int64_t k = 0; k < p.entries; k++) plate_put_raw(&p, k, GUARD);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < cols; j++) plate_put(&p, i, j, spread * rao_normal_at(s, step, (uint64_t)(i * cols + j)));
    return p;
}

/* The same numbers in another type, or to be overwritten. */
static inline plate plate_copy(const plate *from, rao_dtype dtype) {
    plate p = plate_make(dtype, from->m.rows, from->m.cols, from->m.ld - from->m.cols, 0, (rao_stream){{0, 0}}, 0);
    for (int64_t i = 0; i < p.m.rows; i++)
        for (int64_t j = 0; j < p.m.cols; j++) plate_put(&p, i, j, plate_get(from, i, j));
    return p;
}

static inline void plate_check(const plate *p, const char *what) {
    for (int64_t k = 0; k < p->entries; k++) {
        int64_t inside = k - MARGIN, column = p->m.ld > 0 && inside >= 0 ? inside % p->m.ld : 0;
        if (inside >= 0 && inside < p->m.rows * p->m.ld && column < p->m.cols) continue;
        if (plate_raw(p, k) != GUARD)
            fail_msg("%s wrote outside %d x %d (ld %d), at %d", what, (int)p->m.rows, (int)p->m.cols, (int)p->m.ld, (int)inside);
    }
}

static inline void plate_free(plate *p) {
    free(p->block);
    p->block = NULL;
}

static inline double epsilon_of(rao_dtype t) { return t == RAO_F64 ? DBL_EPSILON : (double)FLT_EPSILON; }

/* |got - want| <= slack entry by entry; slack = factor * eps * scale + least, scale by entry (NULL: |want|). */
static inline void plate_close(const plate *got, const plate *want, const plate *scale, double factor, const char *what) {
    double eps = epsilon_of(got->m.dtype), least = got->m.dtype == RAO_F64 ? 0x1p-1072 : 0x1p-147;
    for (int64_t i = 0; i < got->m.rows; i++)
        for (int64_t j = 0; j < got->m.cols; j++) {
            double g = plate_get(got, i, j), w = plate_get(want, i, j), s = fabs(scale ? plate_get(scale, i, j) : w);
            if (g == w || (isnan(g) && isnan(w)) || fabs(g - w) <= factor * eps * s + least) continue;
            fail_msg("%s, %s, entry (%d, %d) of %d x %d: %.17g, want %.17g within %g", what, rao_dtype_name(got->m.dtype), (int)i, (int)j,
                     (int)got->m.rows, (int)got->m.cols, g, w, factor * eps * s);
        }
}

static inline void plate_same_bits(const plate *a, const plate *b, const char *what) {
    assert_true(a->m.dtype == b->m.dtype && a->entries == b->entries);
    if (memcmp(a->block, b->block, (size_t)a->entries * rao_dtype_size(a->m.dtype))) fail_msg("%s: the bits differ", what);
}

/* Calls body for the shapes that hurt: 0, 1, odd, around whole vectors, with and without gaps. */
typedef void shape_body(const rao_backend *be, rao_dtype dtype, int64_t rows, int64_t cols, int64_t gap, uint64_t step);
static inline void over_shapes(const rao_backend *be, shape_body *body) {
    static const int64_t rows[] = {0, 1, 3, 8}, cols[] = {0, 1, 2, 7, 15, 16, 17, 33, 100}, gaps[] = {0, 1, 19};
    uint64_t step = 0;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t j = 0; j < COUNT(cols); j++)
            for (size_t k = 0; k < COUNT(gaps); k++, step++) {
                body(be, RAO_F32, rows[i], cols[j], gaps[k], 2 * step);
                body(be, RAO_F64, rows[i], cols[j], gaps[k], 2 * step + 1);
            }
}

#endif
