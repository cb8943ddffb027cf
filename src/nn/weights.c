/* weights.c - weights to a safetensors file and back. A dense layer is one block W = [weight bias], out x (in + 1), in memory and two
 * tensors in a file, as other programs have them. */
#include "nn/weights.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_BYTES = 64 };

static rao_io_type io_type(rao_dtype dtype) { return dtype == RAO_F64 ? RAO_IO_F64 : RAO_IO_F32; }

/* Copies columns [first, first + cols) of a row-major block to or from a contiguous one. */
static void copy_columns(char *block, int64_t block_cols, int64_t first, char *packed, int64_t rows, int64_t cols, size_t unit,
                         int into_block) {
    for (int64_t i = 0; i < rows; i++) {
        char *b = block + (size_t)(i * block_cols + first) * unit, *p = packed + (size_t)(i * cols) * unit;
        if (into_block) memcpy(b, p, (size_t)cols * unit);
        else memcpy(p, b, (size_t)cols * unit);
    }
}

/* ---- writing ---- */

/* The two tensors of parameter i, their numbers at offset and behind it in pack->data. */
static void pack_parameter(const rao_model *model, const rao_vec *w, int64_t i, weights_pack *pack) {
    rao_parameter p = rao_graph_parameter(rao_model_graph(model), i);
    size_t unit = rao_dtype_size(w->dtype);
    char *block = (char *)w->data + (size_t)p.offset * unit, *weight = (char *)pack->data + (size_t)p.offset * unit;
    char *bias = weight + (size_t)(p.rows * (p.cols - 1)) * unit, *name = pack->names + 2 * i * NAME_BYTES;
    copy_columns(block, p.cols, 0, weight, p.rows, p.cols - 1, unit, 0);
    copy_columns(block, p.cols, p.cols - 1, bias, p.rows, 1, unit, 0);
    snprintf(name, NAME_BYTES, "%s.weight", p.name);
    snprintf(name + NAME_BYTES, NAME_BYTES, "%s.bias", p.name);
    pack->tensors[2 * i] = (rao_tensor){name, {io_type(w->dtype), 2, {p.rows, p.cols - 1}, weight}};
    pack->tensors[2 * i + 1] = (rao_tensor){name + NAME_BYTES, {io_type(w->dtype), 1, {p.rows}, bias}};
}

rao_status weights_pack_create(rao_ctx *ctx, const rao_model *model, const rao_vec *w, weights_pack *out) {
    rao_status st = RAO_OK;
    weights_pack pack = {.count = 2 * rao_graph_parameters(rao_model_graph(model))};
    if (w->n != rao_model_size(model) || w->dtype != rao_model_dtype(model))
        return rao_fail(ctx, RAO_EINVAL, "weights: %lld numbers of %s, the model has %lld of %s", (long long)w->n, rao_dtype_name(w->dtype),
                        (long long)rao_model_size(model), rao_dtype_name(rao_model_dtype(model)));
    RAO_TRY(rao_alloc(ctx, pack.count, &pack.tensors));
    RAO_TRY(rao_alloc(ctx, pack.count * NAME_BYTES, &pack.names));
    RAO_TRY(rao_alloc_bytes(ctx, w->n, rao_dtype_size(w->dtype), &pack.data));
    for (int64_t i = 0; i < pack.count / 2; i++) pack_parameter(model, w, i, &pack);
    *out = pack;
    pack = (weights_pack){0};
done:
    weights_pack_destroy(&pack);
    return st;
}

void weights_pack_destroy(weights_pack *pack) {
    rao_free(&pack->tensors);
    rao_free(&pack->names);
    rao_free_block(&pack->data);
}

rao_status rao_model_save(rao_ctx *ctx, const rao_model *model, const rao_vec *w, const char *path) {
    weights_pack pack = {0};
    const rao_pair metadata[] = {{WEIGHTS_MODEL_KEY, rao_model_spec(model)}, {"rao.version", rao_version()}};
    rao_status st = weights_pack_create(ctx, model, w, &pack);
    if (st == RAO_OK) st = rao_safetensors_write(ctx, path, pack.tensors, pack.count, metadata, 2);
    weights_pack_destroy(&pack);
    return st;
}

/* ---- reading ---- */

static rao_status shape_error(rao_ctx *ctx, const char *path, const char *name, const rao_array *a, int64_t rows, int64_t cols) {
    rao_text found = {0};
    rao_status st = RAO_OK;
    for (int d = 0; d < a->ndim && st == RAO_OK; d++) st = rao_text_printf(ctx, &found, "%s%lld", d ? " x " : "", (long long)a->shape[d]);
    if (st == RAO_OK && cols > 0)
        st = rao_fail(ctx, RAO_EINVAL, "%s: %s is %s, the model wants %lld x %lld", path, name, found.data ? found.data : "one number",
                      (long long)rows, (long long)cols);
    else if (st == RAO_OK)
        st = rao_fail(ctx, RAO_EINVAL, "%s: %s is %s, the model wants %lld", path, name, found.data ? found.data : "one number",
                      (long long)rows);
    rao_text_destroy(&found);
    return st;
}

/* A tensor of rows x cols (cols = 0: a vector of rows) as numbers of the model's type. */
static rao_status take_tensor(rao_ctx *ctx, const rao_safetensors *file, const char *path, const char *name, int64_t rows, int64_t cols,
                              rao_dtype dtype, void *into) {
    const rao_array *a = NULL;
    if (rao_safetensors_find(ctx, file, name, &a) != RAO_OK)
        return rao_fail(ctx, RAO_EINVAL, "%s: no tensor %s, which the model wants", path, name);
    if (a->ndim != (cols > 0 ? 2 : 1) || a->shape[0] != rows || (cols > 0 && a->shape[1] != cols))
        return shape_error(ctx, path, name, a, rows, cols);
    int64_t bad = rao_array_first_nonfinite(a);
    if (bad >= 0) return rao_fail(ctx, RAO_EDOMAIN, "%s: %s, number %lld is not finite", path, name, (long long)bad);
    return dtype == RAO_F64 ? rao_array_to_f64(ctx, a, into) : rao_array_to_f32(ctx, a, into);
}

static rao_status take_parameter(rao_ctx *ctx, const rao_safetensors *file, const char *path, const rao_parameter *p, rao_dtype dtype,
                                 char *all, char *work) {
    rao_status st = RAO_OK;
    char name[NAME_BYTES];
    size_t unit = rao_dtype_size(dtype);
    char *block = all + (size_t)p->offset * unit;
    snprintf(name, sizeof name, "%s.weight", p->name);
    RAO_TRY(take_tensor(ctx, file, path, name, p->rows, p->cols - 1, dtype, work));
    copy_columns(block, p->cols, 0, work, p->rows, p->cols - 1, unit, 1);
    snprintf(name, sizeof name, "%s.bias", p->name);
    RAO_TRY(take_tensor(ctx, file, path, name, p->rows, 0, dtype, work));
    copy_columns(block, p->cols, p->cols - 1, work, p->rows, 1, unit, 1);
done:
    return st;
}

static int belongs(const rao_model *model, const char *name) {
    const rao_graph *graph = rao_model_graph(model);
    char wanted[2][NAME_BYTES];
    if (!strncmp(name, WEIGHTS_BESIDE, strlen(WEIGHTS_BESIDE))) return 1;
    for (int64_t i = 0; i < rao_graph_parameters(graph); i++) {
        rao_parameter p = rao_graph_parameter(graph, i);
        snprintf(wanted[0], NAME_BYTES, "%s.weight", p.name);
        snprintf(wanted[1], NAME_BYTES, "%s.bias", p.name);
        if (!strcmp(name, wanted[0]) || !strcmp(name, wanted[1])) return 1;
    }
    return 0;
}

static rao_status check_model(rao_ctx *ctx, const rao_model *model, const rao_safetensors *file, const char *path) {
    const char *spec = rao_safetensors_metadata(file, WEIGHTS_MODEL_KEY);
    if (spec && strcmp(spec, rao_model_spec(model)) != 0)
        return rao_fail(ctx, RAO_EINVAL, "%s holds %s, the model is %s", path, spec, rao_model_spec(model));
    for (int64_t i = 0; i < rao_safetensors_count(file); i++) {
        const char *name = rao_safetensors_at(file, i)->name;
        if (!belongs(model, name))
            return rao_fail(ctx, RAO_EINVAL, "%s: tensor %s is not of the model %s", path, name, rao_model_spec(model));
    }
    return RAO_OK;
}

rao_status weights_take(rao_ctx *ctx, const rao_model *model, const rao_safetensors *file, const char *path, rao_vec *w) {
    rao_status st = RAO_OK;
    char *all = NULL, *work = NULL;
    size_t unit = rao_dtype_size(w->dtype);
    if (w->n != rao_model_size(model) || w->dtype != rao_model_dtype(model))
        return rao_fail(ctx, RAO_EINVAL, "weights: %lld numbers of %s, the model has %lld of %s", (long long)w->n, rao_dtype_name(w->dtype),
                        (long long)rao_model_size(model), rao_dtype_name(rao_model_dtype(model)));
    RAO_TRY(check_model(ctx, model, file, path));
    RAO_TRY(rao_alloc_bytes(ctx, w->n, unit, (void **)&all));
    RAO_TRY(rao_alloc_bytes(ctx, w->n, unit, (void **)&work));
    for (int64_t i = 0; i < rao_graph_parameters(rao_model_graph(model)); i++) {
        rao_parameter p = rao_graph_parameter(rao_model_graph(model), i);
        RAO_TRY(take_parameter(ctx, file, path, &p, w->dtype, all, work));
    }
    memcpy(w->data, all, (size_t)w->n * unit);
done:
    rao_free(&all);
    rao_free(&work);
    return st;
}

rao_status rao_model_load(rao_ctx *ctx, const rao_model *model, const char *path, rao_vec *w) {
    rao_safetensors *file = NULL;
    rao_status st = rao_safetensors_read(ctx, path, &file);
    if (st == RAO_OK) st = weights_take(ctx, model, file, path, w);
    rao_safetensors_destroy(&file);
    return st;
}
