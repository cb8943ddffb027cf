/* safetensors_write.c - the header first, whose every offset is known beforehand, padded with blanks to a multiple of 8 so that the data
 * are aligned in the file; then the data in the order given, little-endian. */
#include "io/bytes.h"
#include "io/sink.h"

#include <stdlib.h>

static int by_string(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static rao_status check_unique(rao_ctx *ctx, const char *what, const char **names, int64_t count) {
    char quoted[IO_QUOTE_BYTES];
    for (int64_t i = 0; i < count; i++)
        if (!names[i] || !io_is_utf8(names[i]))
            return rao_fail(ctx, RAO_EINVAL, "safetensors: %s %lld has no name or one that is not UTF-8", what, (long long)i);
    qsort(names, (size_t)count, sizeof *names, by_string);
    for (int64_t i = 1; i < count; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            return rao_fail(ctx, RAO_EINVAL, "safetensors: two %ss are called \"%s\"", what,
                            io_quote(names[i], (int64_t)strlen(names[i]), quoted));
    return RAO_OK;
}

static rao_status check_tensor(rao_ctx *ctx, const rao_tensor *t) {
    char quoted[IO_QUOTE_BYTES];
    const rao_array *a = &t->array;
    int64_t count = rao_array_count(a);
    io_quote(t->name, (int64_t)strlen(t->name), quoted);
    if (strcmp(t->name, "__metadata__") == 0) return rao_fail(ctx, RAO_EINVAL, "safetensors: no tensor may be called __metadata__");
    if (a->type != RAO_IO_F32 && a->type != RAO_IO_F64)
        return rao_fail(ctx, RAO_EINVAL, "safetensors: tensor \"%s\" is of type %s, want f32 or f64", quoted, rao_io_type_name(a->type));
    if (count < 0) return rao_fail(ctx, RAO_EINVAL, "safetensors: the shape of tensor \"%s\" is not valid", quoted);
    if (count > 0 && !a->data) return rao_fail(ctx, RAO_EINVAL, "safetensors: tensor \"%s\" has no data", quoted);
    for (int i = 0; i < a->ndim; i++)
        if (a->shape[i] > (int64_t)1 << 53)
            return rao_fail(ctx, RAO_EINVAL, "safetensors: a length of tensor \"%s\" is above 2^53", quoted);
    return RAO_OK;
}

static rao_status check_all(rao_ctx *ctx, const rao_tensor *tensors, int64_t count, const rao_pair *metadata, int64_t pairs) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    const char **names = NULL, **keys = NULL;
    if (count < 0 || pairs < 0)
        return rao_fail(ctx, RAO_EINVAL, "safetensors: %lld tensors, %lld metadata, want both >= 0", (long long)count, (long long)pairs);
    RAO_TRY(rao_scratch(ctx, count, &names));
    RAO_TRY(rao_scratch(ctx, pairs, &keys));
    for (int64_t i = 0; i < count; i++) names[i] = tensors[i].name;
    for (int64_t i = 0; i < pairs; i++) keys[i] = metadata[i].key;
    RAO_TRY(check_unique(ctx, "tensor", names, count));
    RAO_TRY(check_unique(ctx, "metadata key", keys, pairs));
    for (int64_t i = 0; i < count; i++) RAO_TRY(check_tensor(ctx, &tensors[i]));
    for (int64_t i = 0; i < pairs; i++)
        if (!metadata[i].value || !io_is_utf8(metadata[i].value)) {
            st = rao_fail(ctx, RAO_EINVAL, "safetensors: metadata %lld has no value or one that is not UTF-8", (long long)i);
            goto done;
        }
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

static int64_t tensor_bytes(const rao_tensor *t) { return rao_array_count(&t->array) * (int64_t)rao_io_type_size(t->array.type); }

static rao_status describe_tensor(rao_ctx *ctx, rao_json_writer *j, const rao_tensor *t, int64_t *at) {
    rao_status st = RAO_OK;
    int64_t begin = *at;
    if (__builtin_add_overflow(begin, tensor_bytes(t), at) || *at > (int64_t)1 << 53)
        return rao_fail(ctx, RAO_EINVAL, "safetensors: more than 2^53 bytes of data");
    RAO_TRY(rao_json_object(ctx, j, t->name));
    RAO_TRY(rao_json_string(ctx, j, "dtype", t->array.type == RAO_IO_F32 ? "F32" : "F64"));
    RAO_TRY(rao_json_array(ctx, j, "shape"));
    for (int i = 0; i < t->array.ndim; i++) RAO_TRY(rao_json_int(ctx, j, NULL, t->array.shape[i]));
    RAO_TRY(rao_json_end(ctx, j));
    RAO_TRY(rao_json_array(ctx, j, "data_offsets"));
    RAO_TRY(rao_json_int(ctx, j, NULL, begin));
    RAO_TRY(rao_json_int(ctx, j, NULL, *at));
    RAO_TRY(rao_json_end(ctx, j));
    RAO_TRY(rao_json_end(ctx, j));
done:
    return st;
}

static rao_status describe(rao_ctx *ctx, rao_json_writer *j, const rao_tensor *tensors, int64_t count, const rao_pair *metadata,
                           int64_t pairs) {
    rao_status st = RAO_OK;
    int64_t at = 0;
    RAO_TRY(rao_json_object(ctx, j, NULL));
    if (pairs > 0) {
        RAO_TRY(rao_json_object(ctx, j, "__metadata__"));
        for (int64_t i = 0; i < pairs; i++) RAO_TRY(rao_json_string(ctx, j, metadata[i].key, metadata[i].value));
        RAO_TRY(rao_json_end(ctx, j));
    }
    for (int64_t i = 0; i < count; i++) RAO_TRY(describe_tensor(ctx, j, &tensors[i], &at));
    RAO_TRY(rao_json_end(ctx, j));
    while (j->text.length % 8) RAO_TRY(rao_text_puts(ctx, &j->text, " "));
    if (j->text.length > 100000000)
        return rao_fail(ctx, RAO_EINVAL, "safetensors: a header of %lld bytes, want at most 100 MB", (long long)j->text.length);
done:
    return st;
}

/* In pieces through a small buffer where the machine's order is not the file's. */
static rao_status put_data(rao_ctx *ctx, io_sink sink, const rao_array *a) {
    enum { PIECE = 512 };
    size_t element = rao_io_type_size(a->type);
    int64_t count = rao_array_count(a);
    if (!IO_HOST_BIG) return io_put(ctx, sink, a->data, count * (int64_t)element);
    for (int64_t i = 0; i < count; i += PIECE) {
        char swapped[PIECE * 8];
        int64_t n = count - i < PIECE ? count - i : PIECE;
        io_copy_elements(swapped, (const char *)a->data + (size_t)i * element, n, element, 0);
        rao_status st = io_put(ctx, sink, swapped, n * (int64_t)element);
        if (st != RAO_OK) return st;
    }
    return RAO_OK;
}

static rao_status put_file(rao_ctx *ctx, io_sink sink, const rao_tensor *tensors, int64_t count, const rao_json_writer *header) {
    unsigned char length[8];
    rao_status st = RAO_OK;
    io_put_le(length, (uint64_t)header->text.length, 8);
    RAO_TRY(io_put(ctx, sink, length, 8));
    RAO_TRY(io_put(ctx, sink, header->text.data, header->text.length));
    for (int64_t i = 0; i < count; i++) RAO_TRY(put_data(ctx, sink, &tensors[i].array));
done:
    return st;
}

rao_status rao_safetensors_format(rao_ctx *ctx, const rao_tensor *tensors, int64_t count, const rao_pair *metadata, int64_t pairs,
                                  rao_text *out) {
    rao_status st = RAO_OK;
    rao_json_writer header = {0};
    int64_t before = out->length;
    RAO_TRY(check_all(ctx, tensors, count, metadata, pairs));
    RAO_TRY(describe(ctx, &header, tensors, count, metadata, pairs));
    RAO_TRY(put_file(ctx, (io_sink){.text = out}, tensors, count, &header));
done:
    if (st != RAO_OK) out->length = before;
    rao_json_writer_destroy(&header);
    return st;
}

rao_status rao_safetensors_write(rao_ctx *ctx, const char *path, const rao_tensor *tensors, int64_t count, const rao_pair *metadata,
                                 int64_t pairs) {
    rao_status st = RAO_OK;
    rao_json_writer header = {0};
    rao_out *out = NULL;
    RAO_TRY(check_all(ctx, tensors, count, metadata, pairs));
    RAO_TRY(describe(ctx, &header, tensors, count, metadata, pairs));
    RAO_TRY(rao_out_open(ctx, path, &out));
    RAO_TRY(put_file(ctx, (io_sink){.out = out}, tensors, count, &header));
    RAO_TRY(rao_out_commit(ctx, &out));
done:
    rao_out_abort(&out);
    rao_json_writer_destroy(&header);
    return st;
}
