/* IDX: every element type, every truncation, and the real MNIST where it is at hand. */
#include "io_test.h"

static const struct {
    unsigned char code;
    rao_io_type type;
} types[] = {{0x08, RAO_IO_U8}, {0x09, RAO_IO_I8}, {0x0B, RAO_IO_I16}, {0x0C, RAO_IO_I32}, {0x0D, RAO_IO_F32}, {0x0E, RAO_IO_F64}};

/* An IDX file of small integers: element k holds k mod 23. Returns its bytes. */
static int64_t make_idx(unsigned char *out, int which, int ndim, const int64_t *shape) {
    int64_t n = 0, count = 1;
    size_t size = rao_io_type_size(types[which].type);
    out[n++] = 0, out[n++] = 0, out[n++] = types[which].code, out[n++] = (unsigned char)ndim;
    for (int i = 0; i < ndim; i++) {
        for (int b = 3; b >= 0; b--) out[n++] = (unsigned char)(shape[i] >> 8 * b);
        count *= shape[i];
    }
    for (int64_t k = 0; k < count; k++) {
        uint64_t bits = (uint64_t)(k % 23);
        float f = (float)(k % 23);
        double d = (double)(k % 23);
        uint32_t f_bits;
        memcpy(&f_bits, &f, sizeof f);
        if (types[which].type == RAO_IO_F32) bits = f_bits;
        if (types[which].type == RAO_IO_F64) memcpy(&bits, &d, sizeof d);
        for (int b = (int)size - 1; b >= 0; b--) out[n++] = (unsigned char)(bits >> 8 * b);
    }
    return n;
}

static void every_type(void **state) {
    (void)state;
    LAW("a file built byte by byte is read back for all types and for shapes with 0, 1 and odd lengths");
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 5);
    for (uint64_t round = 0; round < 120; round++) {
        unsigned char bytes[8192];
        int which = (int)(round % COUNT(types)), ndim = 1 + (int)rao_below_at(s, round, 0, 3);
        int64_t shape[RAO_ARRAY_DIMS], count = 1;
        for (int i = 0; i < ndim; i++) count *= shape[i] = rao_below_at(s, round, 1 + (uint64_t)i, 8);
        int64_t n = make_idx(bytes, which, ndim, shape);
        void *copy = exactly(bytes, n);
        rao_array *a = NULL;
        OK(ctx, rao_idx_parse(ctx, "made-up", copy, n, &a));
        EXPECT_EQ(a->type, types[which].type);
        EXPECT_EQ(a->ndim, ndim);
        for (int i = 0; i < ndim; i++) EXPECT_EQ(a->shape[i], shape[i]);
        for (int64_t k = 0; k < count; k++) EXPECT_TRUE(element(ctx, a, k) == (double)(k % 23));
        rao_array_destroy(&a);
        free(copy);
    }
    rao_test_ctx_close(&ctx);
}

static void malformed(void **state) {
    (void)state;
    LAW("malformed files name the file, the byte and what is allowed");
    rao_ctx *ctx = rao_test_ctx();
    unsigned char bytes[4096];
    int64_t n = make_idx(bytes, 3, 2, (int64_t[]){3, 5});
    expect_prefixes_refused(ctx, rao_idx_parse, bytes, n);
    bytes[n] = 0;
    expect_refused(ctx, rao_idx_parse, bytes, n + 1, "3 x 5 of i32, but 61 bytes");
    expect_refused(ctx, rao_idx_parse, "\1\0\x08\1\0\0\0\0", 8, "begins with two zero bytes");
    expect_refused(ctx, rao_idx_parse, "\0\0\x0A\1\0\0\0\0", 8, "byte 2: element type 0x0A");
    expect_refused(ctx, rao_idx_parse, "\0\0\x08\0", 4, "byte 3: 0 dimensions, want 1 to 8");
    expect_refused(ctx, rao_idx_parse, "\0\0\x08\x09", 4, "byte 3: 9 dimensions");
    expect_refused(ctx, rao_idx_parse, "\0\0\x08\2\0\0\0\1", 8, "inside its header of 12 bytes");
    rao_test_ctx_close(&ctx);
}

static void absurd_claims(void **state) {
    (void)state;
    LAW("a 40-byte file that claims 10^12 elements or overflows fails without an allocation");
    rao_ctx *ctx = rao_test_ctx();
    unsigned char bytes[64] = {0};
    int64_t before = rao_test_alloc_calls();
    bytes[2] = 0x0E, bytes[3] = 8;
    memset(bytes + 4, 0xFF, 32);
    expect_refused(ctx, rao_idx_parse, bytes, 40, "4294967295 x 4294967295");
    bytes[3] = 3;
    for (int i = 0; i < 3; i++) memcpy(bytes + 4 + 4 * i, "\0\0\x27\x10", 4);
    expect_refused(ctx, rao_idx_parse, bytes, 40, "10000 x 10000 x 10000 of f64");
    EXPECT_EQ(rao_test_alloc_calls(), before);
    rao_test_ctx_close(&ctx);
}

static rao_status parse_small(rao_ctx *ctx, void *arg) {
    (void)arg;
    unsigned char bytes[256];
    int64_t n = make_idx(bytes, 5, 2, (int64_t[]){2, 3});
    rao_array *a = NULL;
    rao_status st = rao_idx_parse(ctx, "made-up", bytes, n, &a);
    EXPECT_TRUE((st == RAO_OK) == (a != NULL));
    rao_array_destroy(&a);
    return st;
}

static void memory(void **state) {
    (void)state;
    LAW("a failed allocation is reported and nothing leaks");
    rao_test_every_allocation_fails(parse_small, NULL);
}

static void mnist(void **state) {
    (void)state;
    ORACLE("MNIST's test set", "its published shape and the counts of its ten classes");
    static const int64_t counts[] = {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009};
    const char *path = rao_test_shared_data("mnist/t10k-labels-idx1-ubyte.gz");
    if (!path) skip();
    rao_ctx *ctx = rao_test_ctx();
    rao_array *labels = NULL, *images = NULL;
    OK(ctx, rao_idx_read(ctx, path, &labels));
    EXPECT_TRUE(labels->type == RAO_IO_U8 && labels->ndim == 1 && labels->shape[0] == 10000);
    int64_t seen[10] = {0};
    for (int64_t i = 0; i < 10000; i++) seen[((unsigned char *)labels->data)[i] % 10]++;
    for (int c = 0; c < 10; c++) EXPECT_EQ(seen[c], counts[c]);
    OK(ctx, rao_idx_read(ctx, rao_test_shared_data("mnist/t10k-images-idx3-ubyte.gz"), &images));
    EXPECT_TRUE(images->ndim == 3 && images->shape[0] == 10000 && images->shape[1] == 28 && images->shape[2] == 28);
    rao_array_destroy(&images);
    rao_array_destroy(&labels);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_type), cmocka_unit_test(malformed), cmocka_unit_test(absurd_claims),
                                       cmocka_unit_test(memory), cmocka_unit_test(mnist)};
    return rao_test_run("io", tests, COUNT(tests));
}
