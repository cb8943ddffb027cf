/* idx.c - the IDX format of MNIST: 0 0 TYPE NDIM, then NDIM lengths and the elements, all big-endian. */
#include "io/bytes.h"

static rao_io_type element_type(unsigned code) {
    switch (code) {
    case 0x08: return RAO_IO_U8;
    case 0x09: return RAO_IO_I8;
    case 0x0B: return RAO_IO_I16;
    case 0x0C: return RAO_IO_I32;
    case 0x0D: return RAO_IO_F32;
    case 0x0E: return RAO_IO_F64;
    default: return (rao_io_type)0;
    }
}

static rao_status read_header(rao_ctx *ctx, const char *name, const unsigned char *in, int64_t n, rao_io_type *type, int *ndim,
                              int64_t *shape) {
    if (n < 4 || in[0] || in[1])
        return rao_fail(ctx, RAO_EIO, "%s: not an IDX file, which begins with two zero bytes, a type and a number of dimensions", name);
    *type = element_type(in[2]);
    *ndim = in[3];
    if (!*type) return rao_fail(ctx, RAO_EIO, "%s: byte 2: element type 0x%02X, want 08, 09, 0B, 0C, 0D or 0E", name, in[2]);
    if (*ndim < 1 || *ndim > RAO_ARRAY_DIMS)
        return rao_fail(ctx, RAO_EIO, "%s: byte 3: %d dimensions, want 1 to %d", name, *ndim, RAO_ARRAY_DIMS);
    if (n < 4 + 4 * *ndim)
        return rao_fail(ctx, RAO_EIO, "%s: byte %lld: the file ends inside its header of %d bytes", name, (long long)n, 4 + 4 * *ndim);
    for (int i = 0; i < *ndim; i++) shape[i] = io_be32(in + 4 + 4 * i);
    return RAO_OK;
}

rao_status rao_idx_parse(rao_ctx *ctx, const char *name, const void *bytes, int64_t n, rao_array **array) {
    const unsigned char *in = bytes;
    rao_io_type type = RAO_IO_U8;
    int ndim = 0;
    int64_t shape[RAO_ARRAY_DIMS], count = 0, size = 0;
    char text[IO_SHAPE_TEXT];
    rao_array *a = NULL;
    rao_status st = RAO_OK;
    RAO_TRY(read_header(ctx, name, in, n, &type, &ndim, shape));
    int64_t header = 4 + 4 * ndim;
    if (!io_shape_size(ndim, shape, rao_io_type_size(type), &count, &size) || size != n - header)
        return rao_fail(ctx, RAO_EIO, "%s: byte 4: the header says %s of %s, but %lld bytes stand behind it", name,
                        io_shape_text(ndim, shape, text), rao_io_type_name(type), (long long)(n - header));
    RAO_TRY(rao_array_create(ctx, type, ndim, shape, &a));
    io_copy_elements(a->data, in + header, count, rao_io_type_size(type), 1);
    *array = a;
done:
    return st;
}

rao_status rao_idx_read(rao_ctx *ctx, const char *path, rao_array **array) {
    rao_status st = RAO_OK;
    void *bytes = NULL;
    int64_t n = 0;
    RAO_TRY(rao_file_read_unpacked(ctx, path, RAO_FILE_LIMIT, &bytes, &n));
    RAO_TRY(rao_idx_parse(ctx, io_name(path), bytes, n, array));
done:
    rao_free(&bytes);
    return st;
}
