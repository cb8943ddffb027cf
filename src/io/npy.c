/* npy.c - NumPy's array files into row-major arrays of the machine's byte order. */
#include "io/npy.h"

static rao_io_type array_type(const npy_header *h) {
    int width = h->element == 1 ? 0 : h->element == 2 ? 1 : h->element == 4 ? 2 : 3;
    static const rao_io_type of_int[] = {RAO_IO_I8, RAO_IO_I16, RAO_IO_I32, RAO_IO_I64};
    static const rao_io_type of_unsigned[] = {RAO_IO_U8, RAO_IO_U16, RAO_IO_U32, RAO_IO_U64};
    if (h->kind == 'f') return h->element == 8 ? RAO_IO_F64 : RAO_IO_F32;
    return h->kind == 'i' ? of_int[width] : of_unsigned[width];
}

/* IEEE 754 binary16 to binary32, exact. */
static float half_to_float(uint16_t half) {
    uint32_t sign = (uint32_t)(half >> 15) << 31, exponent = half >> 10 & 31, fraction = half & 1023, bits;
    float value;
    if (exponent == 0) {
        value = (float)fraction * 0x1p-24f; /* zero and subnormals */
        return sign ? -value : value;
    }
    bits = sign | (exponent == 31 ? 255u : exponent + 112u) << 23 | fraction << 13;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void widen_halves(const unsigned char *in, int64_t count, int big, float *out) {
    for (int64_t i = 0; i < count; i++) {
        uint16_t half;
        io_copy_elements(&half, in + 2 * i, 1, 2, big);
        out[i] = half_to_float(half);
    }
}

/* Elements in file order, converted to the type of the array. */
static void decode(const npy_header *h, const unsigned char *in, int64_t count, void *out) {
    if (h->kind == 'f' && h->element == 2) {
        widen_halves(in, count, h->big, out);
        return;
    }
    io_copy_elements(out, in, count, (size_t)h->element, h->big);
    if (h->kind == 'b')
        for (int64_t i = 0; i < count; i++) ((unsigned char *)out)[i] = ((unsigned char *)out)[i] != 0;
}

/* Column-major to row-major: walks the target in order, an odometer keeps the source's index. */
static void reorder(const npy_header *h, const char *from, size_t size, int64_t count, char *to) {
    int64_t at[RAO_ARRAY_DIMS] = {0}, stride[RAO_ARRAY_DIMS], source = 0;
    for (int i = 0; i < h->ndim; i++) stride[i] = i ? stride[i - 1] * h->shape[i - 1] : 1;
    for (int64_t k = 0; k < count; k++) {
        memcpy(to + (size_t)k * size, from + (size_t)source * size, size);
        for (int i = h->ndim - 1; i >= 0; i--) {
            source += stride[i];
            if (++at[i] < h->shape[i]) break;
            source -= stride[i] * at[i];
            at[i] = 0;
        }
    }
}

static rao_status decode_fortran(rao_ctx *ctx, const npy_header *h, const unsigned char *in, int64_t count, rao_array *a) {
    size_t size = rao_io_type_size(a->type);
    void *in_file_order = NULL;
    rao_status st = rao_alloc_bytes(ctx, count, size, &in_file_order);
    if (st != RAO_OK) return st;
    decode(h, in, count, in_file_order);
    reorder(h, in_file_order, size, count, a->data);
    rao_free(&in_file_order);
    return RAO_OK;
}

rao_status rao_npy_parse(rao_ctx *ctx, const char *name, const void *bytes, int64_t n, rao_array **array) {
    const unsigned char *in = bytes;
    rao_status st = RAO_OK;
    npy_header h;
    rao_array *a = NULL;
    char text[IO_SHAPE_TEXT];
    int64_t count = 0, size = 0;
    RAO_TRY(npy_read_header(ctx, name, in, n, &h));
    if (!io_shape_size(h.ndim, h.shape, (size_t)h.element, &count, &size) || size != n - h.offset) {
        st = rao_fail(ctx, RAO_EIO, "%s: byte %lld: the header says %s of %d bytes each, but %lld bytes stand behind it", name,
                      (long long)h.offset, io_shape_text(h.ndim, h.shape, text), h.element, (long long)(n - h.offset));
        goto done;
    }
    if (!io_shape_size(h.ndim, h.shape, rao_io_type_size(array_type(&h)), &count, &size)) { /* f2 takes four bytes here */
        st = rao_fail(ctx, RAO_EIO, "%s: byte %lld: the shape %s is not a size", name, (long long)h.offset,
                      io_shape_text(h.ndim, h.shape, text));
        goto done;
    }
    RAO_TRY(rao_array_create(ctx, array_type(&h), h.ndim, h.shape, &a));
    if (h.fortran && h.ndim > 1) RAO_TRY(decode_fortran(ctx, &h, in + h.offset, count, a));
    else decode(&h, in + h.offset, count, a->data);
    *array = a;
    a = NULL;
done:
    rao_array_destroy(&a);
    return st;
}

rao_status rao_npy_read(rao_ctx *ctx, const char *path, rao_array **array) {
    rao_status st = RAO_OK;
    void *bytes = NULL;
    int64_t n = 0;
    RAO_TRY(rao_file_read_unpacked(ctx, path, RAO_FILE_LIMIT, &bytes, &n));
    RAO_TRY(rao_npy_parse(ctx, io_name(path), bytes, n, array));
done:
    rao_free(&bytes);
    return st;
}
