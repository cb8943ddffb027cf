/* npy_write.c - NPY 1.0: magic, version, length, dictionary padded with blanks to a multiple of 64 and ended by a line feed, data. */
#include "io/npy.h"
#include "io/sink.h"

#include <stdio.h>

rao_status npy_check_array(rao_ctx *ctx, const char *what, const rao_array *array, int64_t *bytes) {
    int64_t count = rao_array_count(array);
    if (count < 0) return rao_fail(ctx, RAO_EINVAL, "%s: the array's type or shape is not valid", what);
    if (count > 0 && !array->data) return rao_fail(ctx, RAO_EINVAL, "%s: an array of %lld elements without data", what, (long long)count);
    *bytes = count * (int64_t)rao_io_type_size(array->type);
    return RAO_OK;
}

/* "<f8", "|u1", ... in the machine's own order. */
static int put_descr(rao_io_type type, char *out, size_t size) {
    size_t element = rao_io_type_size(type);
    char order = element == 1 ? '|' : IO_HOST_BIG ? '>' : '<';
    return snprintf(out, size, "%c%c%d", order, rao_io_type_name(type)[0], (int)element);
}

int npy_write_header(const rao_array *array, char header[NPY_HEADER_BYTES]) {
    enum { PREFIX = 10 };
    char *text = header + PREFIX, descr[8];
    size_t room = NPY_HEADER_BYTES - PREFIX;
    put_descr(array->type, descr, sizeof descr);
    int n = snprintf(text, room, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
    for (int i = 0; i < array->ndim; i++)
        n += snprintf(text + n, room - (size_t)n, "%s%lld%s", i ? " " : "", (long long)array->shape[i],
                      i + 1 < array->ndim || i == 0 ? "," : "");
    n += snprintf(text + n, room - (size_t)n, "), }");
    while ((PREFIX + n + 1) % 64) text[n++] = ' ';
    text[n++] = '\n';
    memcpy(header, "\x93NUMPY\1\0", 8);
    io_put_le((unsigned char *)header + 8, (uint64_t)n, 2);
    return PREFIX + n;
}

static rao_status put_array(rao_ctx *ctx, io_sink sink, const rao_array *array) {
    char header[NPY_HEADER_BYTES];
    int64_t bytes = 0;
    rao_status st = RAO_OK;
    RAO_TRY(npy_check_array(ctx, "npy", array, &bytes));
    RAO_TRY(io_put(ctx, sink, header, npy_write_header(array, header)));
    RAO_TRY(io_put(ctx, sink, array->data, bytes));
done:
    return st;
}

rao_status rao_npy_format(rao_ctx *ctx, const rao_array *array, rao_text *out) {
    int64_t before = out->length;
    rao_status st = put_array(ctx, (io_sink){.text = out}, array);
    if (st != RAO_OK) out->length = before;
    return st;
}

rao_status rao_npy_write(rao_ctx *ctx, const char *path, const rao_array *array) {
    rao_status st = RAO_OK;
    rao_out *out = NULL;
    RAO_TRY(rao_out_open(ctx, path, &out));
    RAO_TRY(put_array(ctx, (io_sink){.out = out}, array));
    RAO_TRY(rao_out_commit(ctx, &out));
done:
    rao_out_abort(&out);
    return st;
}
