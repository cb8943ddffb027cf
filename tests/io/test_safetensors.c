/* safetensors: round trips, and a header that may lie about everything. */
#include <zlib.h>

#include "io_test.h"

static void round_trip(void **state) {
    (void)state;
    LAW("write then read gives names, shapes, bits and metadata back in order, for shapes with 0, 1 and odd lengths; data are aligned");
    rao_ctx *ctx = rao_test_ctx();
    char folder[256], path[300];
    make_folder(folder);
    snprintf(path, sizeof path, "%s/w.safetensors", folder);
    rao_stream s = rao_stream_make(rao_test_seed(), 12);
    for (uint64_t round = 0; round < 60; round++) {
        enum { MAX = 7 };
        static const char *const names[MAX] = {"0.weight", "0.bias", "\"quoted\" \\ \n", "", "\xC3\xA9", "2.weight", "z"};
        static const rao_pair metadata[] = {{"format", "rao"}, {"model", "mlp:64-32-10:tanh"}, {"\xC3\xA9\n", "\"\\\""}};
        double numbers[MAX][60];
        rao_tensor tensors[MAX];
        int64_t count = rao_below_at(s, round, 0, MAX + 1), pairs = rao_below_at(s, round, 1, (int64_t)COUNT(metadata) + 1);
        for (int64_t i = 0; i < count; i++) {
            rao_normal_fill_f64(s, round, 100 * (uint64_t)(i + 1), 60, numbers[i]);
            tensors[i] = (rao_tensor){names[i], {i % 3 ? RAO_IO_F32 : RAO_IO_F64, (int)(i % 4), {0}, numbers[i]}};
            for (int d = 0; d < i % 4; d++) tensors[i].array.shape[d] = rao_below_at(s, round, 10 + 4 * (uint64_t)i + (uint64_t)d, 4);
        }
        rao_text text = {0};
        rao_safetensors *file = NULL;
        OK(ctx, rao_safetensors_format(ctx, tensors, count, metadata, pairs, &text));
        OK(ctx, rao_safetensors_write(ctx, path, tensors, count, metadata, pairs));
        OK(ctx, rao_safetensors_read(ctx, path, &file));
        EXPECT_EQ(rao_safetensors_count(file), count);
        for (int64_t i = 0; i < count; i++) {
            const rao_array *a = NULL, *want = &tensors[i].array;
            OK(ctx, rao_safetensors_find(ctx, file, names[i], &a));
            EXPECT_TRUE(a->type == want->type && a->ndim == want->ndim && memcmp(a->shape, want->shape, sizeof a->shape) == 0);
            EXPECT_EQ(memcmp(a->data, want->data, (size_t)rao_array_count(a) * rao_io_type_size(a->type)), 0);
            EXPECT_EQ((uintptr_t)a->data % 64, 0);
            assert_string_equal(rao_safetensors_at(file, i)->name, names[i]);
        }
        EXPECT_EQ(rao_safetensors_metadata_count(file), pairs);
        for (int64_t i = 0; i < pairs; i++) {
            assert_string_equal(rao_safetensors_metadata_at(file, i)->key, metadata[i].key);
            assert_string_equal(rao_safetensors_metadata(file, metadata[i].key), metadata[i].value);
        }
        EXPECT_TRUE(rao_safetensors_metadata(file, "none") == NULL && rao_safetensors_at(file, count) == NULL);
        EXPECT_TRUE(rao_safetensors_metadata_at(file, pairs) == NULL);
        rao_safetensors_destroy(&file);
        EXPECT_TRUE(file == NULL);
        int64_t n = 0;
        char *written = read_plainly(path, &n);
        EXPECT_TRUE(n == text.length && memcmp(written, text.data, (size_t)n) == 0);
        EXPECT_EQ((unsigned char)written[0] % 8, 0);
        free(written);
        rao_text_destroy(&text);
    }
    unlink(path);
    rmdir(folder);
    rao_test_ctx_close(&ctx);
}

/* A file of the header as given and n bytes 0, 1, 2, ... Returns its size. */
static int64_t make_file(unsigned char *out, const char *header, int64_t n) {
    uint64_t length = strlen(header);
    for (int i = 0; i < 8; i++) out[i] = (unsigned char)(length >> 8 * i);
    memcpy(out + 8, header, length);
    for (int64_t i = 0; i < n; i++) out[8 + (int64_t)length + i] = (unsigned char)i;
    return 8 + (int64_t)length + n;
}

static rao_status parse_made(rao_ctx *ctx, const void *bytes, int64_t n) {
    rao_safetensors *file = NULL;
    void *copy = exactly(bytes, n);
    rao_status st = rao_safetensors_parse(ctx, "made-up", copy, n, &file);
    EXPECT_TRUE((st == RAO_OK) == (file != NULL));
    rao_safetensors_destroy(&file);
    free(copy);
    return st;
}

static void accepted(void **state) {
    (void)state;
    LAW("any order of entries, keys and data, blanks, odd beginnings and empty tensors are read");
    static const char *const headers[] = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[8,16]}}  "
        " ",
        "{ \"b\" : { \"data_offsets\" : [ 8 , 16 ] , \"shape\" : [ 1 , 1 ] , \"dtype\" : \"F64\" } "
        ",\n\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}",
        "{\"n\":{\"dtype\":\"F32\",\"shape\":[0,5],\"data_offsets\":[4,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
        "\"b\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[4,16]},\"o\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[16,16]},"
        "\"__metadata__\":{}}"};
    rao_ctx *ctx = rao_test_ctx();
    for (size_t h = 0; h < COUNT(headers); h++) {
        unsigned char bytes[1024];
        int64_t n = make_file(bytes, headers[h], 16);
        OK(ctx, parse_made(ctx, bytes, n));
        for (int64_t k = 0; k < n; k++) EXPECT_FAIL(ctx, parse_made(ctx, bytes, k), RAO_EIO, "made-up");
        EXPECT_FAIL(ctx, parse_made(ctx, bytes, n + 1), RAO_EIO, "1 bytes behind the last tensor");
    }
    unsigned char empty[64];
    int64_t n = make_file(empty, "{}", 0);
    OK(ctx, parse_made(ctx, empty, n));
    rao_test_ctx_close(&ctx);
}

static void little_endian(void **state) {
    (void)state;
    ORACLE("the numbers in a file", "bytes written by hand: 1.0f = 00 00 80 3F, -2.0 = 00 .. 00 C0");
    rao_ctx *ctx = rao_test_ctx();
    unsigned char bytes[512];
    int64_t n = make_file(
        bytes,
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"y\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[4,12]}}",
        12);
    memcpy(bytes + n - 12, "\0\0\x80\x3F\0\0\0\0\0\0\0\xC0", 12);
    rao_safetensors *file = NULL;
    const rao_array *x = NULL;
    OK(ctx, rao_safetensors_parse(ctx, "made-up", bytes, n, &file));
    OK(ctx, rao_safetensors_find(ctx, file, "x", &x));
    EXPECT_TRUE(*(float *)x->data == 1);
    OK(ctx, rao_safetensors_find(ctx, file, "y", &x));
    EXPECT_TRUE(*(double *)x->data == -2);
    EXPECT_FAIL(ctx, rao_safetensors_find(ctx, file, "yy", &x), RAO_EINVAL, "made-up: no tensor \"yy\"; did you mean \"y\"?");
    rao_safetensors_destroy(&file);
    rao_test_ctx_close(&ctx);
}

static void lies(void **state) {
    (void)state;
    LAW("headers that lie name the tensor and what is wanted");
    static const struct {
        const char *header, *part;
    } bad[] = {
        {"[]", "byte 8: the header begins without '{'"},
        {"{\"a\":1}", "tensor \"a\": want an object"},
        {"{\"a\":{}}", "tensor \"a\": dtype, want F32 or F64"},
        {"{\"a\":{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[0,16]}}", "dtype, want F32 or F64"},
        {"{\"a\":{\"dtype\":3,\"shape\":[2],\"data_offsets\":[0,16]}}", "dtype, want F32 or F64"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":2,\"data_offsets\":[0,16]}}", "shape, want an array"},
        {"{\"a\":{\"dtype\":\"F64\",\"data_offsets\":[0,16]}}", "shape, want an array"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[-2],\"data_offsets\":[0,16]}}", "want whole lengths"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[1.5],\"data_offsets\":[0,16]}}", "want whole lengths"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[1e300],\"data_offsets\":[0,16]}}", "want whole lengths"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[\"2\"],\"data_offsets\":[0,16]}}", "want whole lengths"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[1,1,1,1,1,1,1,1,2],\"data_offsets\":[0,16]}}", "at most 8 dimensions"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[2]}}", "data_offsets, want [begin, end]"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0]}}", "data_offsets, want [begin, end]"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16,16]}}", "data_offsets, want [begin, end]"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[16,0]}}", "data_offsets, want [begin, end]"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[-16,0]}}", "data_offsets, want [begin, end]"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[3],\"data_offsets\":[0,24]}}", "want an end inside the file"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[3],\"data_offsets\":[0,16]}}", "shape 3 of f64 does not fill data_offsets [0, 16]"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[9007199254740992,9007199254740992],\"data_offsets\":[0,16]}}", "does not fill"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16],\"x\":1}}", "a key unknown or twice"},
        {"{\"a\":{\"dtype\":\"F64\",\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]}}", "a key unknown or twice"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]},\"a\":{\"dtype\":\"F64\",\"shape\":[0],\"data_offsets\":[16,16]}"
         "}",
         "the name \"a\" stands twice"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]},\"b\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[8,16]}"
         "}",
         "\"b\": its data overlap"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[8,16]}}", "bytes that belong to no tensor stand before it"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}", "8 bytes behind the last tensor"},
        {"{\"__metadata__\":{\"a\":1}}", "__metadata__, want strings only"},
        {"{\"__metadata__\":[\"a\"]}", "__metadata__, want an object of strings"},
        {"{\"__metadata__\":[\"a\",\"b\"]}", "__metadata__, want an object of strings"},
        {"{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", "the name \"a\" stands twice"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[[2]],\"data_offsets\":[0,16]}}", "no deeper nesting"},
        {"{\"a\" 1}", "made-up: header: line 1, column 6: want ':'"},
        {"{} x", "nothing but blanks"},
    };
    rao_ctx *ctx = rao_test_ctx();
    for (size_t i = 0; i < COUNT(bad); i++) {
        unsigned char bytes[1024];
        int64_t n = make_file(bytes, bad[i].header, 16);
        EXPECT_FAIL(ctx, parse_made(ctx, bytes, n), RAO_EIO, bad[i].part);
    }
    int64_t before = rao_test_alloc_calls();
    EXPECT_FAIL(ctx, parse_made(ctx, "\xff\xff\xff\xff\xff\xff\xff\xff{", 9), RAO_EIO,
                "a header of 18446744073709551615 bytes, want at most 100000000");
    EXPECT_FAIL(ctx, parse_made(ctx, "\x00\xe1\xf5\x05\0\0\0\0{", 9), RAO_EIO, "a header of 100000000 bytes, but 1 stand behind it");
    EXPECT_FAIL(ctx, parse_made(ctx, "\x01\0\0\0\0\0\0\0{", 9), RAO_EIO, "begins without '{'");
    EXPECT_EQ(rao_test_alloc_calls(), before);
    rao_test_ctx_close(&ctx);
}

static void caller_errors(void **state) {
    (void)state;
    LAW("tensors that the format cannot hold are the caller's error, and nothing is written");
    rao_ctx *ctx = rao_test_ctx();
    double x = 1;
    const rao_array one = {RAO_IO_F64, 0, {0}, &x}, whole = {RAO_IO_I64, 0, {0}, &x}, none = {RAO_IO_F32, 1, {1}, NULL},
                    bad = {RAO_IO_F32, 9, {0}, &x}, long_one = {RAO_IO_F32, 2, {0, ((int64_t)1 << 53) + 1}, &x},
                    large = {RAO_IO_F64, 1, {((int64_t)1 << 50) + 1}, &x};
    rao_text text = {0};
    const struct {
        rao_tensor tensors[2];
        int64_t count;
        rao_pair pairs[2];
        int64_t pair_count;
        const char *part;
    } cases[] = {
        {{{"a", whole}}, 1, {{0}}, 0, "tensor \"a\" is of type i64, want f32 or f64"},
        {{{"a", none}}, 1, {{0}}, 0, "tensor \"a\" has no data"},
        {{{"a", bad}}, 1, {{0}}, 0, "shape of tensor \"a\" is not valid"},
        {{{"a", one}, {"a", one}}, 2, {{0}}, 0, "two tensors are called \"a\""},
        {{{"__metadata__", one}}, 1, {{0}}, 0, "may be called __metadata__"},
        {{{NULL, one}}, 1, {{0}}, 0, "tensor 0 has no name"},
        {{{"\xFF", one}}, 1, {{0}}, 0, "tensor 0 has no name or one that is not UTF-8"},
        {{{"a", one}}, 1, {{"k", "\xFF"}}, 1, "metadata 0 has no value"},
        {{{"a", one}}, 1, {{"k", "v"}, {"k", "w"}}, 2, "two metadata keys are called \"k\""},
        {{{"a", long_one}}, 1, {{0}}, 0, "a length of tensor \"a\" is above 2^53"},
        {{{"a", large}}, 1, {{0}}, 0, "more than 2^53 bytes of data"},
        {{{"a", one}}, -1, {{0}}, 0, "-1 tensors"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        EXPECT_FAIL(ctx, rao_safetensors_format(ctx, cases[i].tensors, cases[i].count, cases[i].pairs, cases[i].pair_count, &text),
                    RAO_EINVAL, cases[i].part);
    EXPECT_EQ(text.length, 0);
    EXPECT_FAIL(ctx, rao_safetensors_write(ctx, "/nonexistent/w", NULL, 0, NULL, 0), RAO_EIO, "/nonexistent/w: cannot write");
    rao_text_destroy(&text);
    rao_test_ctx_close(&ctx);
}

static void gzipped(void **state) {
    (void)state;
    LAW("a gzipped file is unpacked; a header whose length looks like gzip's magic bytes is not");
    rao_ctx *ctx = rao_test_ctx();
    char folder[256], path[300];
    make_folder(folder);
    snprintf(path, sizeof path, "%s/w", folder);
    float w[2] = {1, 2};
    rao_text text = {0};
    OK(ctx, rao_safetensors_format(ctx, (rao_tensor[]){{"w", {RAO_IO_F32, 1, {2}, w}}}, 1, NULL, 0, &text));
    gzFile packed = gzopen(path, "wb");
    EXPECT_EQ(gzwrite(packed, text.data, (unsigned)text.length), text.length);
    gzclose(packed);
    rao_safetensors *file = NULL;
    OK(ctx, rao_safetensors_read(ctx, path, &file));
    EXPECT_EQ(rao_safetensors_count(file), 1);
    rao_safetensors_destroy(&file);
    rao_text_destroy(&text);
    enum { LENGTH = 0x088B1F };
    char *bytes = malloc(8 + LENGTH);
    memset(bytes, ' ', 8 + LENGTH);
    memcpy(bytes, "\x1F\x8B\x08\0\0\0\0\0{}", 10);
    write_plainly(path, bytes, 8 + LENGTH);
    free(bytes);
    OK(ctx, rao_safetensors_read(ctx, path, &file));
    EXPECT_EQ(rao_safetensors_count(file), 0);
    rao_safetensors_destroy(&file);
    unlink(path);
    rmdir(folder);
    rao_test_ctx_close(&ctx);
}

static rao_status save_and_load(rao_ctx *ctx, void *path) {
    rao_status st = RAO_OK;
    rao_safetensors *file = NULL;
    float w[6] = {1, 2, 3, 4, 5, 6};
    const rao_tensor tensors[] = {{"0.weight", {RAO_IO_F32, 2, {2, 2}, w}}, {"0.bias", {RAO_IO_F32, 1, {2}, w + 4}}};
    RAO_TRY(rao_safetensors_write(ctx, path, tensors, 2, (rao_pair[]){{"k", "v"}}, 1));
    RAO_TRY(rao_safetensors_read(ctx, path, &file));
done:
    rao_safetensors_destroy(&file);
    return st;
}

static void memory(void **state) {
    (void)state;
    LAW("a failed allocation is reported, leaves no temporary file, and nothing leaks");
    char folder[256], path[300];
    make_folder(folder);
    snprintf(path, sizeof path, "%s/w", folder);
    rao_test_every_allocation_fails(save_and_load, path);
    unlink(path);
    EXPECT_EQ(rmdir(folder), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(round_trip), cmocka_unit_test(accepted),      cmocka_unit_test(little_endian),
                                       cmocka_unit_test(lies),       cmocka_unit_test(caller_errors), cmocka_unit_test(gzipped),
                                       cmocka_unit_test(memory)};
    return rao_test_run("io", tests, COUNT(tests));
}
