/* array.c - typed arrays: shapes whose products are checked, conversion to double and float. */
#include "io/bytes.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

static const struct {
    const char *name;
    size_t size;
} types[] = {{"?", 0},   {"u8", 1},  {"i8", 1},  {"i16", 2}, {"i32", 4}, {"i64", 8},
             {"u16", 2}, {"u32", 4}, {"u64", 8}, {"f32", 4}, {"f64", 8}};

static size_t type_row(rao_io_type type) { return (size_t)type < sizeof types / sizeof *types ? (size_t)type : 0; }

const char *rao_io_type_name(rao_io_type type) { return types[type_row(type)].name; }
size_t rao_io_type_size(rao_io_type type) { return types[type_row(type)].size; }

int io_shape_size(int ndim, const int64_t *shape, size_t element, int64_t *count, int64_t *bytes) {
    int64_t product = (int64_t)element;
    int empty = 0;
    for (int i = 0; i < ndim; i++) {
        if (shape[i] < 0) return 0;
        if (shape[i] == 0) empty = 1;
        else if (__builtin_mul_overflow(product, shape[i], &product)) return 0;
    }
    *bytes = empty ? 0 : product;
    *count = *bytes / (int64_t)element;
    return 1;
}

const char *io_shape_text(int ndim, const int64_t *shape, char out[IO_SHAPE_TEXT]) {
    if (ndim == 0) return "one number";
    int at = 0;
    for (int i = 0; i < ndim; i++) at += snprintf(out + at, (size_t)(IO_SHAPE_TEXT - at), "%s%lld", i ? " x " : "", (long long)shape[i]);
    return out;
}

const char *io_quote(const void *bytes, int64_t n, char out[IO_QUOTE_BYTES]) {
    const char *text = bytes;
    int64_t shown = n <= 40 ? n : 37;
    for (int64_t i = 0; i < shown; i++) out[i] = '?';
    for (int64_t i = 0; i < shown; i++)
        if (text[i] >= ' ' && text[i] <= '~') out[i] = text[i];
    memcpy(out + shown, n <= 40 ? "" : "...", n <= 40 ? 1 : 4);
    return out;
}

void io_copy_elements(void *to, const void *from, int64_t count, size_t size, int from_big) {
    unsigned char *t = to;
    const unsigned char *f = from;
    if (count == 0) return;
    if (size == 1 || from_big == IO_HOST_BIG) {
        memcpy(t, f, (size_t)count * size);
        return;
    }
    for (int64_t i = 0; i < count; i++, t += size, f += size)
        for (size_t b = 0; b < size; b++) t[b] = f[size - 1 - b];
}

rao_status rao_array_create(rao_ctx *ctx, rao_io_type type, int ndim, const int64_t *shape, rao_array **array) {
    rao_status st = RAO_OK;
    rao_array *a = NULL;
    char text[IO_SHAPE_TEXT];
    int64_t count = 0, bytes = 0;
    size_t element = rao_io_type_size(type);
    if (!element) return rao_fail(ctx, RAO_EINVAL, "array: type %d, want one of RAO_IO_U8 to RAO_IO_F64", (int)type);
    if (ndim < 0 || ndim > RAO_ARRAY_DIMS) return rao_fail(ctx, RAO_EINVAL, "array: %d dimensions, want 0 to %d", ndim, RAO_ARRAY_DIMS);
    if (!io_shape_size(ndim, shape, element, &count, &bytes))
        return rao_fail(ctx, RAO_EINVAL, "array: %s of %s is not a size", io_shape_text(ndim, shape, text), rao_io_type_name(type));
    RAO_TRY(rao_alloc(ctx, 1, &a));
    a->type = type;
    a->ndim = ndim;
    for (int i = 0; i < ndim; i++) a->shape[i] = shape[i];
    RAO_TRY(rao_alloc_bytes(ctx, bytes, 1, &a->data));
    *array = a;
    a = NULL;
done:
    rao_array_destroy(&a);
    return st;
}

void rao_array_destroy(rao_array **array) {
    if (!array || !*array) return;
    rao_free(&(*array)->data);
    rao_free(array);
}

int64_t rao_array_count(const rao_array *array) {
    int64_t count = 0, bytes = 0;
    size_t element = rao_io_type_size(array->type);
    if (!element || array->ndim < 0 || array->ndim > RAO_ARRAY_DIMS) return -1;
    return io_shape_size(array->ndim, array->shape, element, &count, &bytes) ? count : -1;
}

/* One line an element type; `to` is the type of `out`. Plain loops that vectorise. */
#define CONVERT(TAG, type, to)                              \
    case TAG: {                                             \
        const type *in = data;                              \
        for (int64_t i = 0; i < n; i++) out[i] = (to)in[i]; \
        break;                                              \
    }
#define CONVERT_ALL(to)               \
    CONVERT(RAO_IO_U8, uint8_t, to)   \
    CONVERT(RAO_IO_I8, int8_t, to)    \
    CONVERT(RAO_IO_I16, int16_t, to)  \
    CONVERT(RAO_IO_I32, int32_t, to)  \
    CONVERT(RAO_IO_I64, int64_t, to)  \
    CONVERT(RAO_IO_U16, uint16_t, to) \
    CONVERT(RAO_IO_U32, uint32_t, to) \
    CONVERT(RAO_IO_U64, uint64_t, to) \
    CONVERT(RAO_IO_F32, float, to)    \
    CONVERT(RAO_IO_F64, double, to)

static rao_status check_array(rao_ctx *ctx, const rao_array *array, int64_t *n) {
    *n = rao_array_count(array);
    return *n < 0 ? rao_fail(ctx, RAO_EINVAL, "array: its type or shape is not valid") : RAO_OK;
}

rao_status rao_array_to_f64(rao_ctx *ctx, const rao_array *array, double *out) {
    int64_t n;
    rao_status st = check_array(ctx, array, &n);
    if (st != RAO_OK) return st;
    const void *data = array->data;
    switch (array->type) { CONVERT_ALL(double) }
    return RAO_OK;
}

/* Casting a double above FLT_MAX + half a unit to float gives infinity where IEEE 754 holds; a silent infinity is worse than a failure. */
static rao_status check_float_range(rao_ctx *ctx, const rao_array *array, int64_t n) {
    const double *in = array->data;
    if (array->type != RAO_IO_F64) return RAO_OK;
    for (int64_t i = 0; i < n; i++)
        if (isfinite(in[i]) && isinf((float)in[i]))
            return rao_fail(ctx, RAO_EDOMAIN, "array: element %lld = %.17g is beyond the range of float, want at most %.9g in size",
                            (long long)i, in[i], (double)FLT_MAX);
    return RAO_OK;
}

rao_status rao_array_to_f32(rao_ctx *ctx, const rao_array *array, float *out) {
    int64_t n;
    rao_status st = RAO_OK;
    RAO_TRY(check_array(ctx, array, &n));
    RAO_TRY(check_float_range(ctx, array, n));
    const void *data = array->data;
    switch (array->type) { CONVERT_ALL(float) }
done:
    return st;
}

int64_t rao_array_first_nonfinite(const rao_array *array) {
    int64_t n = rao_array_count(array);
    const float *f = array->data;
    const double *d = array->data;
    if (array->type == RAO_IO_F32) {
        for (int64_t i = 0; i < n; i++)
            if (!isfinite(f[i])) return i;
    } else if (array->type == RAO_IO_F64) {
        for (int64_t i = 0; i < n; i++)
            if (!isfinite(d[i])) return i;
    }
    return -1;
}
