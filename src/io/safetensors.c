/* safetensors.c - reading: header length, JSON header, data. Source: https://github.com/huggingface/safetensors, section Format.
 *
 * Nothing in the header is believed: shapes multiply without overflow, extents agree with shapes, and sorted by their beginning they
 * tile the data exactly, so no byte belongs to two tensors and none to nobody. Tensors are copied to aligned places in one block,
 * which a file whose data begin at an odd byte needs anyway. */
#include "io/bytes.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

enum { HEADER_MAX = 100000000, HEADER_DEPTH = 3, ALIGN = 64 };
static const char METADATA[] = "__metadata__";

struct rao_safetensors {
    rao_tensor *tensors; /* in the order of their data */
    int64_t count;
    rao_pair *pairs;
    int64_t pair_count;
    char *strings; /* names, keys and values */
    char *data;
    char *file;
};

typedef struct extent {
    int64_t begin, end, order; /* order: in the header */
    const char *name;
    rao_array array;
} extent;

typedef struct tensor_reader {
    rao_ctx *ctx;
    const char *name;
    const unsigned char *data;
    int64_t data_size;
    char *string; /* where the next copied string goes */
} tensor_reader;

static rao_status bad_tensor(const tensor_reader *r, const char *tensor, const char *what) {
    char quoted[IO_QUOTE_BYTES];
    return rao_fail(r->ctx, RAO_EIO, "%s: tensor \"%s\": %s", r->name, io_quote(tensor, (int64_t)strlen(tensor), quoted), what);
}

static const char *keep_string(tensor_reader *r, const char *string) {
    size_t bytes = strlen(string) + 1;
    const char *kept = memcpy(r->string, string, bytes);
    r->string += bytes;
    return kept;
}

/* A whole number from 0 to 2^53, where double still counts by ones; else -1. */
static int64_t whole_number(const cJSON *item) {
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= 0x1p53)) return -1;
    int64_t value = (int64_t)item->valuedouble;
    return (double)value == item->valuedouble ? value : -1;
}

/* ---- one tensor's entry ---- */

static rao_status read_dtype(const tensor_reader *r, const char *tensor, const cJSON *dtype, rao_array *a) {
    const char *text = cJSON_GetStringValue(dtype);
    if (text && strcmp(text, "F32") == 0) a->type = RAO_IO_F32;
    else if (text && strcmp(text, "F64") == 0) a->type = RAO_IO_F64;
    else return bad_tensor(r, tensor, "dtype, want F32 or F64");
    return RAO_OK;
}

static rao_status read_shape(const tensor_reader *r, const char *tensor, const cJSON *shape, rao_array *a) {
    const cJSON *item;
    if (!cJSON_IsArray(shape)) return bad_tensor(r, tensor, "shape, want an array of lengths");
    cJSON_ArrayForEach(item, shape) {
        if (a->ndim == RAO_ARRAY_DIMS) return bad_tensor(r, tensor, "shape, want at most 8 dimensions");
        a->shape[a->ndim] = whole_number(item);
        if (a->shape[a->ndim++] < 0) return bad_tensor(r, tensor, "shape, want whole lengths from 0 to 2^53");
    }
    return RAO_OK;
}

static rao_status read_offsets(const tensor_reader *r, const char *tensor, const cJSON *offsets, extent *e) {
    const cJSON *first = cJSON_IsArray(offsets) ? offsets->child : NULL, *second = first ? first->next : NULL;
    e->begin = whole_number(first);
    e->end = whole_number(second);
    if (!second || second->next || e->begin < 0 || e->end < e->begin)
        return bad_tensor(r, tensor, "data_offsets, want [begin, end] with begin <= end");
    if (e->end > r->data_size) return bad_tensor(r, tensor, "data_offsets, want an end inside the file; it is truncated");
    return RAO_OK;
}

static rao_status check_size(const tensor_reader *r, const extent *e) {
    int64_t count = 0, bytes = 0;
    char text[IO_SHAPE_TEXT], quoted[IO_QUOTE_BYTES];
    const rao_array *a = &e->array;
    if (io_shape_size(a->ndim, a->shape, rao_io_type_size(a->type), &count, &bytes) && bytes == e->end - e->begin) return RAO_OK;
    return rao_fail(r->ctx, RAO_EIO, "%s: tensor \"%s\": shape %s of %s does not fill data_offsets [%lld, %lld]", r->name,
                    io_quote(e->name, (int64_t)strlen(e->name), quoted), io_shape_text(a->ndim, a->shape, text), rao_io_type_name(a->type),
                    (long long)e->begin, (long long)e->end);
}

static rao_status read_tensor(tensor_reader *r, const cJSON *entry, extent *e) {
    static const char *const keys[] = {"dtype", "shape", "data_offsets"};
    const cJSON *values[3] = {NULL}, *item;
    rao_status st = RAO_OK;
    if (!cJSON_IsObject(entry)) return bad_tensor(r, entry->string, "want an object with dtype, shape and data_offsets");
    cJSON_ArrayForEach(item, entry) {
        int k = 0;
        while (k < 3 && strcmp(item->string, keys[k]) != 0) k++;
        if (k == 3 || values[k]) return bad_tensor(r, entry->string, "a key unknown or twice, want dtype, shape and data_offsets once");
        values[k] = item;
    }
    RAO_TRY(read_dtype(r, entry->string, values[0], &e->array));
    RAO_TRY(read_shape(r, entry->string, values[1], &e->array));
    RAO_TRY(read_offsets(r, entry->string, values[2], e));
    e->name = keep_string(r, entry->string);
    RAO_TRY(check_size(r, e));
done:
    return st;
}

static rao_status read_metadata(tensor_reader *r, const cJSON *entry, rao_safetensors *s) {
    const cJSON *item;
    cJSON_ArrayForEach(item, entry) {
        const char *value = cJSON_GetStringValue(item);
        if (!value) return rao_fail(r->ctx, RAO_EIO, "%s: __metadata__, want strings only", r->name);
        rao_pair *pair = &s->pairs[s->pair_count++];
        pair->key = keep_string(r, item->string);
        pair->value = keep_string(r, value);
    }
    return RAO_OK;
}

/* ---- the whole header ---- */

static int by_string(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* JSON allows a key twice; here it would make one of the two unreachable. */
static rao_status check_keys(const tensor_reader *r, const cJSON *object, int64_t count) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(r->ctx);
    const char **keys = NULL;
    const cJSON *item;
    int64_t n = 0;
    RAO_TRY(rao_scratch(r->ctx, count, &keys));
    cJSON_ArrayForEach(item, object) keys[n++] = item->string;
    qsort(keys, (size_t)n, sizeof *keys, by_string);
    for (int64_t i = 1; i < n; i++)
        if (strcmp(keys[i - 1], keys[i]) == 0) {
            char quoted[IO_QUOTE_BYTES];
            st = rao_fail(r->ctx, RAO_EIO, "%s: the name \"%s\" stands twice in the header", r->name,
                          io_quote(keys[i], (int64_t)strlen(keys[i]), quoted));
            goto done;
        }
done:
    rao_scratch_reset(r->ctx, mark);
    return st;
}

static int64_t child_count(const cJSON *object) {
    int64_t n = 0;
    for (const cJSON *c = object ? object->child : NULL; c; c = c->next) n++;
    return n;
}

static int by_place(const void *a, const void *b) {
    const extent *x = a, *y = b;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    if (x->end != y->end) return x->end < y->end ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static rao_status check_tiling(const tensor_reader *r, extent *extents, int64_t count) {
    int64_t at = 0;
    qsort(extents, (size_t)count, sizeof *extents, by_place);
    for (int64_t i = 0; i < count; at = extents[i++].end) {
        if (extents[i].begin < at) return bad_tensor(r, extents[i].name, "its data overlap those of the tensor before it");
        if (extents[i].begin > at) return bad_tensor(r, extents[i].name, "bytes that belong to no tensor stand before it");
    }
    if (at != r->data_size)
        return rao_fail(r->ctx, RAO_EIO, "%s: %lld bytes behind the last tensor, want none", r->name, (long long)(r->data_size - at));
    return RAO_OK;
}

static int64_t aligned(int64_t bytes) { return (bytes + ALIGN - 1) / ALIGN * ALIGN; }

static rao_status copy_data(const tensor_reader *r, const extent *extents, rao_safetensors *s) {
    rao_status st = RAO_OK;
    int64_t total = 0;
    for (int64_t i = 0; i < s->count; i++) total += aligned(extents[i].end - extents[i].begin);
    RAO_TRY(rao_alloc(r->ctx, total, &s->data));
    char *to = s->data;
    for (int64_t i = 0; i < s->count; i++) {
        size_t element = rao_io_type_size(extents[i].array.type);
        int64_t bytes = extents[i].end - extents[i].begin;
        s->tensors[i] = (rao_tensor){extents[i].name, extents[i].array};
        s->tensors[i].array.data = to;
        io_copy_elements(to, r->data + extents[i].begin, bytes / (int64_t)element, element, 0);
        to += aligned(bytes);
    }
done:
    return st;
}

static rao_status read_tree(tensor_reader *r, const cJSON *root, rao_safetensors *s) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(r->ctx);
    extent *extents = NULL;
    const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(root, METADATA), *item;
    int64_t entries = child_count(root), pairs = child_count(metadata);
    RAO_TRY(check_keys(r, root, entries));
    if (metadata && !cJSON_IsObject(metadata)) { /* before its items' keys are looked at: an array's have none */
        st = rao_fail(r->ctx, RAO_EIO, "%s: __metadata__, want an object of strings", r->name);
        goto done;
    }
    if (metadata) RAO_TRY(check_keys(r, metadata, pairs));
    RAO_TRY(rao_alloc(r->ctx, entries, &s->tensors));
    RAO_TRY(rao_alloc(r->ctx, pairs, &s->pairs));
    RAO_TRY(rao_scratch(r->ctx, entries, &extents));
    cJSON_ArrayForEach(item, root) {
        if (item == metadata) continue;
        extents[s->count] = (extent){.order = s->count};
        RAO_TRY(read_tensor(r, item, &extents[s->count]));
        s->count++;
    }
    if (metadata) RAO_TRY(read_metadata(r, metadata, s));
    RAO_TRY(check_tiling(r, extents, s->count));
    RAO_TRY(copy_data(r, extents, s));
done:
    rao_scratch_reset(r->ctx, mark);
    return st;
}

static rao_status header_length(rao_ctx *ctx, const char *name, const unsigned char *in, int64_t n, int64_t *length) {
    if (n < 8) return rao_fail(ctx, RAO_EIO, "%s: %lld bytes, want at least the 8 of the header's length", name, (long long)n);
    uint64_t claimed = io_le64(in);
    if (claimed > HEADER_MAX)
        return rao_fail(ctx, RAO_EIO, "%s: byte 0: a header of %llu bytes, want at most %d; not a safetensors file", name,
                        (unsigned long long)claimed, HEADER_MAX);
    if ((int64_t)claimed > n - 8)
        return rao_fail(ctx, RAO_EIO, "%s: byte 0: a header of %llu bytes, but %lld stand behind it; the file is truncated", name,
                        (unsigned long long)claimed, (long long)(n - 8));
    if (claimed < 2 || in[8] != '{')
        return rao_fail(ctx, RAO_EIO, "%s: byte 8: the header begins without '{'; not a safetensors file", name);
    *length = (int64_t)claimed;
    return RAO_OK;
}

rao_status rao_safetensors_parse(rao_ctx *ctx, const char *name, const void *bytes, int64_t n, rao_safetensors **file) {
    const unsigned char *in = bytes;
    rao_status st = RAO_OK;
    rao_safetensors *s = NULL;
    cJSON *root = NULL;
    rao_text place = {0};
    int64_t length = 0;
    RAO_TRY(header_length(ctx, name, in, n, &length));
    RAO_TRY(rao_text_printf(ctx, &place, "%s: header", name));
    RAO_TRY(rao_json_parse(ctx, place.data, in + 8, length, HEADER_DEPTH, &root));
    RAO_TRY(rao_alloc(ctx, 1, &s));
    RAO_TRY(rao_alloc(ctx, (int64_t)strlen(name) + 1, &s->file));
    memcpy(s->file, name, strlen(name) + 1);
    RAO_TRY(rao_alloc(ctx, length, &s->strings)); /* each string stands in the header with two quotes around it, and escapes only shorten */
    tensor_reader r = {ctx, name, in + 8 + length, n - 8 - length, s->strings};
    RAO_TRY(read_tree(&r, root, s));
    *file = s;
    s = NULL;
done:
    rao_json_free(&root);
    rao_text_destroy(&place);
    rao_safetensors_destroy(&s);
    return st;
}

rao_status rao_safetensors_read(rao_ctx *ctx, const char *path, rao_safetensors **file) {
    rao_status st = RAO_OK;
    void *bytes = NULL, *unpacked = NULL;
    int64_t n = 0, size = 0;
    RAO_TRY(rao_file_read(ctx, path, RAO_FILE_LIMIT, &bytes, &n));
    /* a header of 0x88B1F bytes begins like gzip, but gzip has no '{' at byte 8 */
    if (io_is_gzip(bytes, n) && (n < 9 || ((char *)bytes)[8] != '{')) {
        RAO_TRY(rao_gunzip(ctx, io_name(path), bytes, n, RAO_FILE_LIMIT, &unpacked, &size));
        rao_free(&bytes);
        bytes = unpacked, n = size;
        unpacked = NULL;
    }
    RAO_TRY(rao_safetensors_parse(ctx, io_name(path), bytes, n, file));
done:
    rao_free(&bytes);
    return st;
}

void rao_safetensors_destroy(rao_safetensors **file) {
    if (!file || !*file) return;
    rao_free(&(*file)->tensors);
    rao_free(&(*file)->pairs);
    rao_free(&(*file)->strings);
    rao_free(&(*file)->data);
    rao_free(&(*file)->file);
    rao_free(file);
}

int64_t rao_safetensors_count(const rao_safetensors *file) { return file->count; }
const rao_tensor *rao_safetensors_at(const rao_safetensors *file, int64_t i) {
    return i >= 0 && i < file->count ? &file->tensors[i] : NULL;
}

rao_status rao_safetensors_find(rao_ctx *ctx, const rao_safetensors *file, const char *name, const rao_array **array) {
    char quoted[IO_QUOTE_BYTES];
    for (int64_t i = 0; i < file->count; i++)
        if (strcmp(file->tensors[i].name, name) == 0) {
            *array = &file->tensors[i].array;
            return RAO_OK;
        }
    const char *near = rao_nearest(name, file->tensors, file->count, sizeof *file->tensors);
    return rao_fail(ctx, RAO_EINVAL, "%s: no tensor \"%s\"%s%s%s", file->file, io_quote(name, (int64_t)strlen(name), quoted),
                    near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

int64_t rao_safetensors_metadata_count(const rao_safetensors *file) { return file->pair_count; }
const rao_pair *rao_safetensors_metadata_at(const rao_safetensors *file, int64_t i) {
    return i >= 0 && i < file->pair_count ? &file->pairs[i] : NULL;
}
const char *rao_safetensors_metadata(const rao_safetensors *file, const char *key) {
    for (int64_t i = 0; i < file->pair_count; i++)
        if (strcmp(file->pairs[i].key, key) == 0) return file->pairs[i].value;
    return NULL;
}
