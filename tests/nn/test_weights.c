/* Weights in files: round trips, what the tensors are called and hold, and files that belong to another model. */
#include "rao_test.h"

#include <float.h>
#include <unistd.h>

#include <rao/io.h>
#include <rao/nn.h>

typedef struct fixture {
    rao_ctx *ctx;
    rao_model *model;
    rao_vec w;
    char path[64];
} fixture;

static fixture open_fixture(const char *spec, rao_dtype dtype) {
    fixture f = {.ctx = rao_test_ctx()};
    OK(f.ctx, rao_model_create(f.ctx, spec, NULL, dtype, &f.model));
    f.w = rao_vec_view(dtype, rao_model_size(f.model), NULL);
    OK(f.ctx, rao_alloc_bytes(f.ctx, f.w.n, rao_dtype_size(dtype), &f.w.data));
    OK(f.ctx, rao_model_init(f.ctx, f.model, RAO_INIT_AUTO, rao_test_seed(), &f.w));
    rao_stream s = rao_stream_make(rao_test_seed(), 99); /* biases that are not 0 */
    for (int64_t i = 0; i < f.w.n; i++) {
        if (dtype == RAO_F32) ((float *)f.w.data)[i] += (float)rao_normal_at(s, 0, (uint64_t)i);
        else ((double *)f.w.data)[i] += rao_normal_at(s, 0, (uint64_t)i);
    }
    snprintf(f.path, sizeof f.path, "rao-weights-%ld.safetensors", (long)getpid());
    return f;
}

static void close_fixture(fixture *f) {
    remove(f->path);
    rao_free_block(&f->w.data);
    rao_model_destroy(&f->model);
    rao_test_ctx_close(&f->ctx);
}

static void round_trip(void **state) {
    (void)state;
    LAW("load(save(w)) is w, bit for bit, for any widths; float to double is exact, double to float rounds");
    const char *const specs[] = {"mlp:1-1:tanh:normal", "mlp:5-3-2:relu:categorical", "mlp:17-31-1-4:gelu:poisson",
                                 "mlp:3-16-15-6:tanh:normal.mu_logvar"};
    for (size_t k = 0; k < COUNT(specs); k++)
        for (int d = 0; d < 2; d++) {
            fixture f = open_fixture(specs[k], d ? RAO_F64 : RAO_F32);
            rao_model *other = NULL;
            size_t bytes = (size_t)f.w.n * rao_dtype_size(f.w.dtype);
            char *kept = malloc(bytes);
            memcpy(kept, f.w.data, bytes);
            OK(f.ctx, rao_model_save(f.ctx, f.model, &f.w, f.path));
            memset(f.w.data, 0, bytes);
            OK(f.ctx, rao_model_load(f.ctx, f.model, f.path, &f.w));
            EXPECT_EQ(memcmp(kept, f.w.data, bytes), 0);
            OK(f.ctx, rao_model_create(f.ctx, specs[k], NULL, d ? RAO_F32 : RAO_F64, &other));
            rao_vec v = rao_vec_view(d ? RAO_F32 : RAO_F64, f.w.n, NULL);
            OK(f.ctx, rao_alloc_bytes(f.ctx, v.n, rao_dtype_size(v.dtype), &v.data));
            OK(f.ctx, rao_model_load(f.ctx, other, f.path, &v));
            for (int64_t i = 0; i < v.n; i++) {
                if (d) EXPECT_TRUE(((float *)v.data)[i] == (float)((double *)f.w.data)[i]);
                else EXPECT_TRUE(((double *)v.data)[i] == (double)((float *)f.w.data)[i]);
            }
            rao_free_block(&v.data);
            rao_model_destroy(&other);
            free(kept);
            close_fixture(&f);
        }
}

static void tensors_are_what_others_expect(void **state) {
    (void)state;
    LAW("a dense layer is NAME.weight, out x in row-major, and NAME.bias, out; the spec stands in the metadata");
    fixture f = open_fixture("mlp:4-3-2:tanh:normal", RAO_F64);
    rao_safetensors *file = NULL;
    OK(f.ctx, rao_model_save(f.ctx, f.model, &f.w, f.path));
    OK(f.ctx, rao_safetensors_read(f.ctx, f.path, &file));
    EXPECT_EQ(rao_safetensors_count(file), 4);
    EXPECT_TRUE(!strcmp(rao_safetensors_metadata(file, "rao.model"), "mlp:4-3-2:tanh:normal"));
    const rao_array *weight, *bias;
    OK(f.ctx, rao_safetensors_find(f.ctx, file, "0.weight", &weight));
    OK(f.ctx, rao_safetensors_find(f.ctx, file, "0.bias", &bias));
    EXPECT_TRUE(weight->ndim == 2 && weight->shape[0] == 3 && weight->shape[1] == 4 && bias->ndim == 1 && bias->shape[0] == 3);
    const double *w = f.w.data; /* 3 x 5: weights, then the bias */
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 4; j++) EXPECT_TRUE(((double *)weight->data)[4 * i + j] == w[5 * i + j]);
        EXPECT_TRUE(((double *)bias->data)[i] == w[5 * i + 4]);
    }
    rao_safetensors_destroy(&file);
    close_fixture(&f);
}

/* Writes the given tensors without metadata and loads them. */
static void expect_refused(fixture *f, const rao_tensor *tensors, int64_t count, rao_status status, const char *part) {
    double before = ((double *)f->w.data)[0];
    OK(f->ctx, rao_safetensors_write(f->ctx, f->path, tensors, count, NULL, 0));
    EXPECT_FAIL(f->ctx, rao_model_load(f->ctx, f->model, f->path, &f->w), status, part);
    EXPECT_TRUE(((double *)f->w.data)[0] == before);
}

static void files_of_another_model(void **state) {
    (void)state;
    LAW("another model, a tensor too many, missing, of another shape or not finite: named, and w is as it was");
    fixture f = open_fixture("mlp:2-3:tanh:normal", RAO_F64), g = open_fixture("mlp:2-4:tanh:normal", RAO_F64);
    OK(g.ctx, rao_model_save(g.ctx, g.model, &g.w, f.path));
    EXPECT_FAIL(f.ctx, rao_model_load(f.ctx, f.model, f.path, &f.w), RAO_EINVAL,
                "holds mlp:2-4:tanh:normal, the model is mlp:2-3:tanh:normal");
    double numbers[12] = {1, 2, 3, 4, 5, 6};
    rao_tensor t[3] = {{"0.weight", {RAO_IO_F64, 2, {3, 2}, numbers}},
                       {"0.bias", {RAO_IO_F64, 1, {3}, numbers}},
                       {"1.bias", {RAO_IO_F64, 1, {3}, numbers}}};
    OK(f.ctx, rao_safetensors_write(f.ctx, f.path, t, 2, NULL, 0)); /* without metadata the shapes decide */
    OK(f.ctx, rao_model_load(f.ctx, f.model, f.path, &f.w));
    EXPECT_TRUE(((double *)f.w.data)[0] == 1 && ((double *)f.w.data)[1] == 2 && ((double *)f.w.data)[2] == 1 &&
                ((double *)f.w.data)[3] == 3);
    expect_refused(&f, t, 3, RAO_EINVAL, "tensor 1.bias is not of the model");
    expect_refused(&f, t, 1, RAO_EINVAL, "no tensor 0.bias");
    t[1].array.shape[0] = 4;
    expect_refused(&f, t, 2, RAO_EINVAL, "0.bias is 4, the model wants 3");
    t[1].array.shape[0] = 3, t[0].array.shape[0] = 2, t[0].array.shape[1] = 3;
    expect_refused(&f, t, 2, RAO_EINVAL, "0.weight is 2 x 3, the model wants 3 x 2");
    t[0].array.ndim = 1, t[0].array.shape[0] = 6;
    expect_refused(&f, t, 2, RAO_EINVAL, "0.weight is 6, the model wants 3 x 2");
    t[0].array.ndim = 2, t[0].array.shape[0] = 3, t[0].array.shape[1] = 2, numbers[4] = NAN;
    expect_refused(&f, t, 2, RAO_EDOMAIN, "0.weight, number 4 is not finite");
    EXPECT_FAIL(f.ctx, rao_model_load(f.ctx, f.model, "no-such-file", &f.w), RAO_EIO, "no-such-file");
    rao_vec half = rao_vec_view(RAO_F64, 5, f.w.data);
    EXPECT_FAIL(f.ctx, rao_model_save(f.ctx, f.model, &half, f.path), RAO_EINVAL, "5 numbers of f64, the model has 9 of f64");
    EXPECT_FAIL(f.ctx, rao_model_load(f.ctx, f.model, f.path, &half), RAO_EINVAL, "5 numbers");
    close_fixture(&g);
    close_fixture(&f);
}

static rao_status save_and_load(rao_ctx *ctx, void *arg) {
    fixture *f = arg;
    rao_status st = rao_model_save(ctx, f->model, &f->w, f->path);
    if (st == RAO_OK) st = rao_model_load(ctx, f->model, f->path, &f->w);
    return st;
}

static void allocations_may_fail(void **state) {
    (void)state;
    LAW("saving and loading survive the failure of any allocation");
    fixture f = open_fixture("mlp:2-3:tanh:normal", RAO_F32);
    rao_test_every_allocation_fails(save_and_load, &f);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(round_trip), cmocka_unit_test(tensors_are_what_others_expect),
                                       cmocka_unit_test(files_of_another_model), cmocka_unit_test(allocations_may_fail)};
    return rao_test_run("nn/weights", tests, COUNT(tests));
}
