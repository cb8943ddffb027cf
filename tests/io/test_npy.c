/* NPY: files that NumPy wrote, headers built by hand, every truncation. */
#include "io_test.h"

/* Element k as tests/oracle/io_numpy.py makes it. */
static double oracle_value(char kind, int64_t k) {
    if (kind == 'b') return k % 3 == 0;
    return (double)(k * 37 % 101) - (kind == 'i' || kind == 'f' ? 50 : 0) + (kind == 'f' ? 0.25 : 0);
}

static void from_numpy(void **state) {
    (void)state;
    ORACLE("arrays of every layout and version", "NumPy, tests/oracle/io_numpy.py");
    static const struct {
        const char *name;
        rao_io_type type;
        char kind;
        int ndim;
        int64_t shape[3];
    } files[] = {{"c_f8.npy", RAO_IO_F64, 'f', 2, {3, 4}},       {"fortran_big_f8.npy", RAO_IO_F64, 'f', 3, {2, 3, 5}},
                 {"fortran_i2.npy", RAO_IO_I16, 'i', 2, {7, 3}}, {"scalar_i4.npy", RAO_IO_I32, 'i', 0, {0}},
                 {"empty_f4.npy", RAO_IO_F32, 'f', 2, {0, 5}},   {"half_v2.npy", RAO_IO_F32, 'f', 2, {5, 3}},
                 {"bool_v3.npy", RAO_IO_U8, 'b', 1, {11}},       {"big_u8.npy", RAO_IO_U64, 'u', 1, {9}}};
    rao_ctx *ctx = rao_test_ctx();
    for (size_t f = 0; f < COUNT(files); f++) {
        rao_array *a = NULL;
        OK(ctx, rao_npy_read(ctx, data_path(files[f].name), &a));
        EXPECT_EQ(a->type, files[f].type);
        EXPECT_EQ(a->ndim, files[f].ndim);
        for (int i = 0; i < a->ndim; i++) EXPECT_EQ(a->shape[i], files[f].shape[i]);
        for (int64_t k = 0; k < rao_array_count(a); k++) EXPECT_TRUE(element(ctx, a, k) == oracle_value(files[f].kind, k));
        rao_array_destroy(&a);
    }
    rao_test_ctx_close(&ctx);
}

/* Builds an NPY file of version `major` in `out`: the header as given, then n bytes 0, 1, 2, ... */
static int64_t make_npy(unsigned char *out, int major, const char *header, int64_t n) {
    size_t length = strlen(header), prefix = major == 1 ? 10 : 12;
    memcpy(out, "\x93NUMPY", 6);
    out[6] = (unsigned char)major, out[7] = 0;
    for (size_t b = 0; b < prefix - 8; b++) out[8 + b] = (unsigned char)(length >> 8 * b);
    memcpy(out + prefix, header, length);
    for (int64_t i = 0; i < n; i++) out[prefix + length + (size_t)i] = (unsigned char)i;
    return (int64_t)(prefix + length) + n;
}

static void accepted_headers(void **state) {
    (void)state;
    LAW("any order of keys, either kind of quotes, blanks and Python 2's long lengths are read");
    static const char *const headers[] = {"{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }   \n",
                                          "{\"shape\":(2L,3L),\"fortran_order\":False,\"descr\":\"<u1\"}",
                                          "{ 'fortran_order' : False ,\n 'shape' : ( 2 , 3 , ) , 'descr' : '=u1' }",
                                          "{'descr': '>u1', 'fortran_order': False, 'shape': (2, 3)}"};
    rao_ctx *ctx = rao_test_ctx();
    for (size_t h = 0; h < COUNT(headers); h++) {
        for (int major = 1; major <= 3; major++) {
            unsigned char bytes[256] = {0};
            int64_t n = make_npy(bytes, major, headers[h], 6);
            rao_array *a = NULL;
            OK(ctx, rao_npy_parse(ctx, "made-up", bytes, n, &a));
            EXPECT_TRUE(a->type == RAO_IO_U8 && a->ndim == 2 && a->shape[0] == 2 && a->shape[1] == 3);
            for (int i = 0; i < 6; i++) EXPECT_TRUE(element(ctx, a, i) == i);
            rao_array_destroy(&a);
            expect_prefixes_refused(ctx, rao_npy_parse, bytes, n);
            expect_refused(ctx, rao_npy_parse, bytes, n + 1, "2 x 3 of 1 bytes each, but 7 bytes");
        }
    }
    rao_test_ctx_close(&ctx);
}

static void refused_headers(void **state) {
    (void)state;
    LAW("malformed and unsupported headers name the byte and what is allowed");
    static const struct {
        const char *header, *part;
    } bad[] = {
        {"{'descr': '<f8', 'fortran_order': False}", "all of the keys"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), 'x': 1}", "fortran_order and shape only"},
        {"{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (2,)}", "each key once"},
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (2,)}", "element type '<c8', want b1"},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (2,)}", "element type '|O'"},
        {"{'descr': '<U5', 'fortran_order': False, 'shape': (2,)}", "element type '<U5'"},
        {"{'descr': '<f16', 'fortran_order': False, 'shape': (2,)}", "element type '<f16'"},
        {"{'descr': '<i3', 'fortran_order': False, 'shape': (2,)}", "element type '<i3'"},
        {"{'descr': '<b2', 'fortran_order': False, 'shape': (2,)}", "element type '<b2'"},
        {"{'descr': 'f8', 'fortran_order': False, 'shape': (2,)}", "element type 'f8'"},
        {"{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,)}", "records and objects are not read"},
        {"{'descr': '<f8', 'fortran_order': 0, 'shape': (2,)}", "True or False"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2)}", "a shape like (3,)"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': 2}", "a shape like (3, 4)"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (-2,)}", "a length or ')'"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2 3)}", "',' or ')'"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", "at most 8 dimensions"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}", "below 2^63"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4)}", "4611686018427387904 x 4 of 8 bytes"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4611686018427387904, 4)}", "0 x 4611686018427387904 x 4"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}", "1000000000000 of 8 bytes"},
        {"{'descr': '<f8' 'fortran_order': False, 'shape': (2,)}", "',' or '}'"},
        {"{'descr' '<f8'}", "':'"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,)} x", "nothing but blanks"},
        {"['descr']", "'{'"},
        {"", "'{'"},
    };
    rao_ctx *ctx = rao_test_ctx();
    int64_t before = rao_test_alloc_calls();
    for (size_t i = 0; i < COUNT(bad); i++) {
        unsigned char bytes[512];
        int64_t n = make_npy(bytes, 1, bad[i].header, 16);
        expect_refused(ctx, rao_npy_parse, bytes, n, bad[i].part);
    }
    EXPECT_EQ(rao_test_alloc_calls(), before);
    expect_refused(ctx, rao_npy_parse, "\x93NUMPX\1\0\0\0\0\0", 12, "not an NPY file");
    expect_refused(ctx, rao_npy_parse, "\x93NUMPY\4\0\0\0\0\0", 12, "version 4.0, want 1.0, 2.0 or 3.0");
    expect_refused(ctx, rao_npy_parse, "\x93NUMPY\1\1\0\0\0\0", 12, "version 1.1");
    expect_refused(ctx, rao_npy_parse, "\x93NUMPY\2\0\xff\xff\xff\xff", 12, "byte 8: the header is longer");
    rao_test_ctx_close(&ctx);
}

static void halves(void **state) {
    (void)state;
    ORACLE("binary16", "its definition: (-1)^s 2^(e-15) (1 + f/1024), subnormals, infinities, NaN");
    static const struct {
        unsigned half;
        double value;
    } cases[] = {{0x0000, 0}, {0x8000, -0.0}, {0x0001, 0x1p-24}, {0x83FF, -1023 * 0x1p-24},  {0x0400, 0x1p-14},
                 {0x3C00, 1}, {0xC100, -2.5}, {0x7BFF, 65504},   {0x7C00, (double)INFINITY}, {0xFC00, -(double)INFINITY}};
    rao_ctx *ctx = rao_test_ctx();
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (int big = 0; big < 2; big++) {
            unsigned char bytes[256];
            int64_t n = make_npy(
                bytes, 1,
                big ? "{'descr': '>f2', 'fortran_order': False, 'shape': ()}" : "{'descr': '<f2', 'fortran_order': False, 'shape': ()}", 2);
            bytes[n - 1 - big] = (unsigned char)(cases[i].half >> 8), bytes[n - 2 + big] = (unsigned char)cases[i].half;
            rao_array *a = NULL;
            OK(ctx, rao_npy_parse(ctx, "made-up", bytes, n, &a));
            float got = *(float *)a->data;
            EXPECT_TRUE((double)got == cases[i].value && !signbit(got) == !signbit(cases[i].value));
            rao_array_destroy(&a);
        }
    }
    rao_test_ctx_close(&ctx);
}

static const rao_io_type all_types[] = {RAO_IO_U8,  RAO_IO_I8,  RAO_IO_I16, RAO_IO_I32, RAO_IO_I64,
                                        RAO_IO_U16, RAO_IO_U32, RAO_IO_U64, RAO_IO_F32, RAO_IO_F64};

static void round_trip(void **state) {
    (void)state;
    LAW("write then read gives the same type, shape and bytes, for all types and shapes with 0, 1 and odd lengths");
    rao_ctx *ctx = rao_test_ctx();
    char folder[256], path[300];
    make_folder(folder);
    snprintf(path, sizeof path, "%s/a.npy", folder);
    rao_stream s = rao_stream_make(rao_test_seed(), 10);
    for (uint64_t round = 0; round < 150; round++) {
        rao_array *a = NULL, *b = NULL, *c = NULL;
        int ndim = (int)rao_below_at(s, round, 0, RAO_ARRAY_DIMS + 1);
        int64_t shape[RAO_ARRAY_DIMS];
        for (int i = 0; i < ndim; i++) shape[i] = rao_below_at(s, round, 1 + (uint64_t)i, ndim > 4 ? 3 : 6);
        OK(ctx, rao_array_create(ctx, all_types[round % COUNT(all_types)], ndim, shape, &a));
        int64_t bytes = rao_array_count(a) * (int64_t)rao_io_type_size(a->type);
        for (int64_t i = 0; i < bytes; i++) ((unsigned char *)a->data)[i] = (unsigned char)rao_u32_at(s, round, 100 + (uint64_t)i);
        rao_text text = {0};
        OK(ctx, rao_npy_format(ctx, a, &text));
        EXPECT_EQ((text.length - bytes) % 64, 0);
        OK(ctx, rao_npy_parse(ctx, "made-up", text.data, text.length, &b));
        EXPECT_TRUE(b->type == a->type && b->ndim == ndim && memcmp(a->shape, b->shape, sizeof a->shape) == 0);
        EXPECT_EQ(bytes ? memcmp(a->data, b->data, (size_t)bytes) : 0, 0);
        if (round % 10 == 0) {
            int64_t n = 0;
            OK(ctx, rao_npy_write(ctx, path, a));
            char *written = read_plainly(path, &n);
            EXPECT_TRUE(n == text.length && memcmp(written, text.data, (size_t)n) == 0);
            OK(ctx, rao_npy_read(ctx, path, &c));
            free(written);
        }
        rao_text_destroy(&text);
        rao_array_destroy(&c);
        rao_array_destroy(&b);
        rao_array_destroy(&a);
    }
    unlink(path);
    rmdir(folder);
    rao_test_ctx_close(&ctx);
}

static void as_numpy_writes(void **state) {
    (void)state;
    ORACLE("the writer's bytes", "NumPy's own file of the same array, tests/oracle/io_numpy.py");
    rao_ctx *ctx = rao_test_ctx();
    static const char *const names[] = {"c_f8.npy", "scalar_i4.npy"};
    for (size_t i = 0; i < COUNT(names); i++) {
        rao_array *a = NULL;
        rao_text text = {0};
        int64_t n = 0;
        char *want = read_plainly(data_path(names[i]), &n);
        OK(ctx, rao_npy_read(ctx, data_path(names[i]), &a));
        OK(ctx, rao_npy_format(ctx, a, &text));
        EXPECT_TRUE(text.length == n && memcmp(text.data, want, (size_t)n) == 0);
        free(want);
        rao_text_destroy(&text);
        rao_array_destroy(&a);
    }
    rao_test_ctx_close(&ctx);
}

static void bad_views(void **state) {
    (void)state;
    LAW("a view that is no array is the caller's error and writes nothing");
    rao_ctx *ctx = rao_test_ctx();
    rao_text text = {0};
    OK(ctx, rao_text_puts(ctx, &text, "kept"));
    EXPECT_FAIL(ctx, rao_npy_format(ctx, &(rao_array){RAO_IO_F64, 1, {-1}, NULL}, &text), RAO_EINVAL, "shape is not valid");
    EXPECT_FAIL(ctx, rao_npy_format(ctx, &(rao_array){RAO_IO_F64, 1, {2}, NULL}, &text), RAO_EINVAL, "2 elements without data");
    EXPECT_FAIL(ctx, rao_npy_write(ctx, "/nonexistent/a.npy", &(rao_array){RAO_IO_F64, 1, {0}, NULL}), RAO_EIO, "cannot write");
    EXPECT_EQ(text.length, 4);
    rao_text_destroy(&text);
    rao_test_ctx_close(&ctx);
}

static rao_status format_one(rao_ctx *ctx, void *arg) {
    rao_text text = {0};
    rao_status st = rao_npy_format(ctx, arg, &text);
    rao_text_destroy(&text);
    return st;
}

static rao_status read_fortran(rao_ctx *ctx, void *arg) {
    rao_array *a = NULL;
    rao_status st = rao_npy_read(ctx, arg, &a);
    EXPECT_TRUE((st == RAO_OK) == (a != NULL));
    rao_array_destroy(&a);
    return st;
}

static void memory(void **state) {
    (void)state;
    LAW("a failed allocation is reported and nothing leaks");
    char path[4096];
    snprintf(path, sizeof path, "%s", data_path("fortran_big_f8.npy"));
    rao_test_every_allocation_fails(read_fortran, path);
    double numbers[500] = {0};
    rao_test_every_allocation_fails(format_one, &(rao_array){RAO_IO_F64, 1, {500}, numbers});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_numpy), cmocka_unit_test(accepted_headers), cmocka_unit_test(refused_headers), cmocka_unit_test(halves),
        cmocka_unit_test(round_trip), cmocka_unit_test(as_numpy_writes),  cmocka_unit_test(bad_views),       cmocka_unit_test(memory)};
    return rao_test_run("io", tests, COUNT(tests));
}
