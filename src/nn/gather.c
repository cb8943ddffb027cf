/* gather.c - copies the cases of a batch, float and double from one template. A call of memcpy costs more than a short row does. */
#include "nn/gather.h"

#include <string.h>

enum { SHORT = 32 };

#define T float
#define BITS int32_t
#define NAME(x) x##_f32
#include "nn/gather_tmpl.h"
#undef T
#undef BITS
#undef NAME
#define T double
#define BITS int64_t
#define NAME(x) x##_f64
#include "nn/gather_tmpl.h"

void gather_rows(const rao_mat *from, const int64_t *rows, int64_t first, rao_mat *into) {
    if (from->dtype == RAO_F64) rows_f64(from, rows, first, into);
    else rows_f32(from, rows, first, into);
}

void gather_across(const rao_mat *from, const int64_t *rows, int64_t first, rao_mat *into) {
    if (from->dtype == RAO_F64) across_f64(from, rows, first, into);
    else across_f32(from, rows, first, into);
}
