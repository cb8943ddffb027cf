/* NPZ: NumPy's archives, our own, and every way an archive can lie. */
#include <zlib.h>

#include "io_test.h"

static double oracle_value(char kind, int64_t k) {
    if (kind == 'b') return k % 3 == 0;
    return (double)(k * 37 % 101) - (kind == 'i' || kind == 'f' ? 50 : 0) + (kind == 'f' ? 0.25 : 0);
}

static void from_numpy(void **state) {
    (void)state;
    ORACLE("deflated members of every type, order and byte order", "NumPy, tests/oracle/io_numpy.py");
    static const char kinds[] = "biiiiiiiuuuuuuuffffff";
    rao_ctx *ctx = rao_test_ctx();
    rao_npz *npz = NULL;
    OK(ctx, rao_npz_read(ctx, data_path("types.npz"), &npz));
    EXPECT_EQ(rao_npz_count(npz), sizeof kinds - 1);
    for (int64_t i = 0; i < rao_npz_count(npz); i++) {
        char name[8];
        rao_array *a = NULL;
        snprintf(name, sizeof name, "t%02d", (int)i);
        assert_string_equal(rao_npz_name(npz, i), name);
        OK(ctx, rao_npz_array(ctx, npz, name, &a));
        EXPECT_TRUE(a->ndim == 2 && a->shape[0] == 3 && a->shape[1] == 5);
        for (int64_t k = 0; k < 15; k++) EXPECT_TRUE(element(ctx, a, k) == oracle_value(kinds[i], k));
        rao_array_destroy(&a);
    }
    EXPECT_TRUE(rao_npz_name(npz, -1) == NULL && rao_npz_name(npz, 21) == NULL);
    rao_array *none = NULL;
    EXPECT_FAIL(ctx, rao_npz_array(ctx, npz, "t0", &none), RAO_EINVAL, "types.npz: no member \"t0\"; did you mean \"t0");
    rao_npz_destroy(&npz);
    EXPECT_TRUE(npz == NULL);
    OK(ctx, rao_npz_read(ctx, data_path("stored.npz"), &npz));
    OK(ctx, rao_npz_array(ctx, npz, "none", &none));
    EXPECT_TRUE(none->type == RAO_IO_F32 && none->shape[0] == 0);
    rao_array_destroy(&none);
    rao_npz_destroy(&npz);
    rao_test_ctx_close(&ctx);
}

static void round_trip(void **state) {
    (void)state;
    LAW("write then read gives the same members in the same order; the same arrays give the same bytes");
    rao_ctx *ctx = rao_test_ctx();
    char folder[256], path[300];
    make_folder(folder);
    snprintf(path, sizeof path, "%s/a.npz", folder);
    rao_stream s = rao_stream_make(rao_test_seed(), 11);
    for (uint64_t round = 0; round < 40; round++) {
        enum { MAX = 6 };
        int64_t count = rao_below_at(s, round, 0, MAX + 1);
        static const char *const names[MAX] = {"x", "\xC3\xA9t\xC3\xA9", "0.weight", "a/b", "x.npy", "last one"};
        double numbers[MAX][30];
        rao_tensor members[MAX];
        for (int64_t i = 0; i < count; i++) {
            rao_normal_fill_f64(s, round, 100 * (uint64_t)(i + 1), 30, numbers[i]);
            members[i] = (rao_tensor){names[i], {RAO_IO_F64, 2, {rao_below_at(s, round, 10 + (uint64_t)i, 7), 5}, numbers[i]}};
        }
        rao_text text = {0};
        rao_npz *npz = NULL;
        OK(ctx, rao_npz_format(ctx, members, count, &text));
        OK(ctx, rao_npz_write(ctx, path, members, count));
        int64_t n = 0;
        char *written = read_plainly(path, &n);
        EXPECT_TRUE(n == text.length && memcmp(written, text.data, (size_t)n) == 0);
        free(written);
        void *copy = exactly(text.data, text.length);
        OK(ctx, rao_npz_parse(ctx, "made-up", copy, text.length, &npz));
        EXPECT_EQ(rao_npz_count(npz), count);
        for (int64_t i = 0; i < count; i++) {
            rao_array *a = NULL;
            /* "x.npy" is stored as x.npy.npy and loses one suffix only */
            assert_string_equal(rao_npz_name(npz, i), names[i]);
            OK(ctx, rao_npz_array(ctx, npz, names[i], &a));
            EXPECT_TRUE(a->shape[0] == members[i].array.shape[0] && a->shape[1] == 5);
            EXPECT_EQ(memcmp(a->data, numbers[i], (size_t)rao_array_count(a) * sizeof(double)), 0);
            rao_array_destroy(&a);
        }
        rao_npz_destroy(&npz);
        free(copy);
        rao_text_destroy(&text);
    }
    unlink(path);
    rmdir(folder);
    rao_test_ctx_close(&ctx);
}

/* Opens an archive and all of its members. Returns the first status that is not OK. */
static rao_status read_everything(rao_ctx *ctx, const void *bytes, int64_t n) {
    rao_npz *npz = NULL;
    void *copy = exactly(bytes, n);
    rao_status st = rao_npz_parse(ctx, "made-up", copy, n, &npz);
    for (int64_t i = 0; st == RAO_OK && i < rao_npz_count(npz); i++) {
        rao_array *a = NULL;
        st = rao_npz_array(ctx, npz, rao_npz_name(npz, i), &a);
        EXPECT_TRUE((st == RAO_OK) == (a != NULL));
        rao_array_destroy(&a);
    }
    rao_npz_destroy(&npz);
    free(copy);
    return st;
}

static void damage(void **state) {
    (void)state;
    LAW("every truncation is refused; a flipped bit of contents, sizes or checksums is refused; nothing is read outside the bytes");
    rao_ctx *ctx = rao_test_ctx();
    static const char *const files[] = {"stored.npz", "types.npz"};
    for (size_t f = 0; f < COUNT(files); f++) {
        int64_t n = 0;
        char *bytes = read_plainly(data_path(files[f]), &n);
        OK(ctx, read_everything(ctx, bytes, n));
        for (int64_t k = 0; k < n; k++) EXPECT_FAIL(ctx, read_everything(ctx, bytes, k), RAO_EIO, "made-up");
        for (int64_t k = 0; k < n; k++) {
            bytes[k] = (char)(bytes[k] ^ 1 << k % 8);
            rao_status st = read_everything(ctx, bytes, n);
            if (st != RAO_OK) EXPECT_EQ(st, RAO_EIO);
            bytes[k] = (char)(bytes[k] ^ 1 << k % 8);
        }
        free(bytes);
    }
    rao_test_ctx_close(&ctx);
}

/* One stored member `name` of `n` content bytes, laid out by hand at fixed places: the local header at 0, the directory behind the
 * content, the end record last. Returns the size. */
typedef struct archive {
    unsigned char bytes[1024];
    int64_t n, directory, end;
} archive;

static void put(archive *a, int64_t at, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; i++) a->bytes[at + i] = (unsigned char)(value >> 8 * i);
}

static archive make_archive(const char *name, const void *content, int64_t n) {
    archive a = {.n = 0};
    uint32_t crc = (uint32_t)crc32_z(crc32_z(0, NULL, 0), content, (size_t)n);
    int64_t length = (int64_t)strlen(name);
    memcpy(a.bytes, "PK\3\4", 4);
    put(&a, 26, (uint64_t)length, 2);
    memcpy(a.bytes + 30, name, (size_t)length);
    memcpy(a.bytes + 30 + length, content, (size_t)n);
    a.directory = 30 + length + n;
    memcpy(a.bytes + a.directory, "PK\1\2", 4);
    put(&a, a.directory + 16, crc, 4);
    put(&a, a.directory + 20, (uint64_t)n, 4);
    put(&a, a.directory + 24, (uint64_t)n, 4);
    put(&a, a.directory + 28, (uint64_t)length, 2);
    memcpy(a.bytes + a.directory + 46, name, (size_t)length);
    a.end = a.directory + 46 + length;
    memcpy(a.bytes + a.end, "PK\5\6", 4);
    put(&a, a.end + 8, 1, 2);
    put(&a, a.end + 10, 1, 2);
    put(&a, a.end + 12, (uint64_t)(46 + length), 4);
    put(&a, a.end + 16, (uint64_t)a.directory, 4);
    a.n = a.end + 22;
    return a;
}

static archive good_archive(void) {
    static const char header[] = "\x93NUMPY\1\0\x36\0{'descr':'|u1','fortran_order':False,'shape':(3,)    }\nabc";
    return make_archive("x.npy", header, 10 + 0x36 + 3);
}

static void lies(void **state) {
    (void)state;
    LAW("fields that lie are refused by the place they stand at");
    static const struct {
        int from; /* 0: the directory entry, 1: the end record, 2: the file's beginning */
        int64_t at;
        uint64_t value;
        int bytes;
        const char *part;
    } edits[] = {
        {1, 16, 5000, 4, "directory lies outside the file"},
        {1, 12, 5000, 4, "directory lies outside the file"},
        {1, 10, 2, 2, "several parts"},
        {1, 4, 1, 2, "several parts"},
        {1, 16, 0xFFFFFFFF, 4, "zip64 locator is missing"},
        {1, 20, 1, 2, "no end of a zip directory"},
        {0, 0, 0, 1, "want an entry of the zip directory here"},
        {0, 8, 1, 2, "encrypted"},
        {0, 10, 14, 2, "neither stored nor deflated"},
        {0, 10, 8, 2, "are corrupt"},
        {0, 16, 0, 4, "checksum does not match"},
        {0, 20, 4, 4, "do not agree"},
        {0, 20, 0xFFFFFFFF, 4, "lacks its zip64 sizes"},
        {0, 28, 500, 2, "does not fit the zip directory"},
        {0, 28, 0, 2, "name is empty or holds a NUL"},
        {0, 46, 0, 1, "name is empty or holds a NUL"},
        {0, 42, 1, 4, "want the header of a member here"},
        {0, 42, 0xFFFFFFF0, 4, "want the header of a member here"},
        {2, 26, 0xFFFF, 2, "ends behind the end of the file"},
        {2, 35, 0, 1, "checksum does not match"},
    };
    rao_ctx *ctx = rao_test_ctx();
    archive good = good_archive();
    OK(ctx, read_everything(ctx, good.bytes, good.n));
    for (size_t i = 0; i < COUNT(edits); i++) {
        archive a = good;
        put(&a, (edits[i].from == 0 ? a.directory : edits[i].from == 1 ? a.end : 0) + edits[i].at, edits[i].value, edits[i].bytes);
        EXPECT_FAIL(ctx, read_everything(ctx, a.bytes, a.n), RAO_EIO, edits[i].part);
    }
    archive not_npy = make_archive("readme.txt", "hello", 5);
    EXPECT_FAIL(ctx, read_everything(ctx, not_npy.bytes, not_npy.n), RAO_EIO, "member readme.txt: not an NPY file");
    EXPECT_FAIL(ctx, read_everything(ctx, "", 0), RAO_EIO, "not an NPZ file");
    rao_test_ctx_close(&ctx);
}

static void claims_too_much(void **state) {
    (void)state;
    LAW("a deflated member that claims more than deflate can give fails before memory is taken");
    rao_ctx *ctx = rao_test_ctx();
    archive a = good_archive();
    put(&a, a.directory + 10, 8, 2);
    put(&a, a.directory + 24, 0xFFFFFFF0, 4);
    rao_ctx_memory_reset_peak(ctx);
    EXPECT_FAIL(ctx, read_everything(ctx, a.bytes, a.n), RAO_EIO, "before and after packing do not agree");
    EXPECT_TRUE(rao_ctx_memory(ctx).peak_bytes < 1 << 18); /* a scratch chunk and a name */
    rao_test_ctx_close(&ctx);
}

static void twice(void **state) {
    (void)state;
    LAW("two members of one name are refused, reading and writing");
    rao_ctx *ctx = rao_test_ctx();
    archive a = good_archive();
    int64_t entry = a.end - a.directory;
    memmove(a.bytes + a.end + entry, a.bytes + a.end, 22);
    memcpy(a.bytes + a.end, a.bytes + a.directory, (size_t)entry);
    a.end += entry;
    a.n += entry;
    put(&a, a.end + 8, 2, 2);
    put(&a, a.end + 10, 2, 2);
    put(&a, a.end + 12, (uint64_t)(2 * entry), 4);
    EXPECT_FAIL(ctx, read_everything(ctx, a.bytes, a.n), RAO_EIO, "made-up: two members are called \"x\"");
    double x = 1;
    rao_array one = {RAO_IO_F64, 0, {0}, &x};
    rao_text text = {0};
    EXPECT_FAIL(ctx, rao_npz_format(ctx, (rao_tensor[]){{"a", one}, {"b", one}, {"a", one}}, 3, &text), RAO_EINVAL,
                "two members are called \"a\"");
    EXPECT_FAIL(ctx, rao_npz_format(ctx, (rao_tensor[]){{"", one}}, 1, &text), RAO_EINVAL, "member 0 is empty");
    EXPECT_FAIL(ctx, rao_npz_format(ctx, (rao_tensor[]){{"\xFF", one}}, 1, &text), RAO_EINVAL, "not UTF-8");
    EXPECT_FAIL(ctx, rao_npz_format(ctx, NULL, -1, &text), RAO_EINVAL, "-1 members");
    EXPECT_FAIL(ctx, rao_npz_format(ctx, (rao_tensor[]){{"a", {RAO_IO_F64, 0, {0}, NULL}}}, 1, &text), RAO_EINVAL, "without data");
    EXPECT_FAIL(ctx, rao_npz_format(ctx, (rao_tensor[]){{"a", {RAO_IO_F64, 1, {1 << 30}, &x}}}, 1, &text), RAO_EINVAL,
                "at member \"a\", want an archive below 4 GiB");
    EXPECT_EQ(text.length, 0);
    rao_text_destroy(&text);
    rao_test_ctx_close(&ctx);
}

static void zip64(void **state) {
    (void)state;
    LAW("sizes and places in zip64 fields are read");
    rao_ctx *ctx = rao_test_ctx();
    archive a = good_archive(), b = a;
    int64_t name = 5, entry = 46 + name, size = a.directory - 35;
    /* the entry with an extra field of 28 bytes, then the zip64 end record, its locator and the end record */
    put(&b, b.directory + 20, 0xFFFFFFFF, 4);
    put(&b, b.directory + 24, 0xFFFFFFFF, 4);
    put(&b, b.directory + 30, 32, 2);
    put(&b, b.directory + 42, 0xFFFFFFFF, 4);
    int64_t at = b.directory + entry;
    put(&b, at, 0x7777, 2); /* an unknown field of no bytes first */
    put(&b, at + 2, 0, 2);
    put(&b, at + 4, 1, 2);
    put(&b, at + 6, 24, 2);
    put(&b, at + 8, (uint64_t)size, 8);
    put(&b, at + 16, (uint64_t)size, 8);
    put(&b, at + 24, 0, 8);
    at += 32;
    int64_t end64 = at;
    memset(b.bytes + at, 0, 200);
    memcpy(b.bytes + at, "PK\6\6", 4);
    put(&b, at + 4, 44, 8);
    put(&b, at + 24, 1, 8);
    put(&b, at + 32, 1, 8);
    put(&b, at + 40, (uint64_t)(entry + 32), 8);
    put(&b, at + 48, (uint64_t)b.directory, 8);
    at += 56;
    memcpy(b.bytes + at, "PK\6\7", 4);
    put(&b, at + 8, (uint64_t)end64, 8);
    put(&b, at + 16, 1, 4);
    at += 20;
    memcpy(b.bytes + at, "PK\5\6", 4);
    put(&b, at + 8, 0xFFFF, 2);
    put(&b, at + 10, 0xFFFF, 2);
    put(&b, at + 12, 0xFFFFFFFF, 4);
    put(&b, at + 16, 0xFFFFFFFF, 4);
    b.n = at + 22;
    OK(ctx, read_everything(ctx, b.bytes, b.n));
    archive c = b;
    put(&c, end64 + 32, (uint64_t)1 << 60, 8);
    EXPECT_FAIL(ctx, read_everything(ctx, c.bytes, c.n), RAO_EIO, "too short for its number of members");
    c = b;
    put(&c, end64 + 40, UINT64_MAX, 8);
    EXPECT_FAIL(ctx, read_everything(ctx, c.bytes, c.n), RAO_EIO, "directory lies outside");
    c = b;
    put(&c, at - 20 + 8, UINT64_MAX, 8);
    EXPECT_FAIL(ctx, read_everything(ctx, c.bytes, c.n), RAO_EIO, "points to no end record");
    rao_test_ctx_close(&ctx);
}

static rao_status read_deflated(rao_ctx *ctx, void *path) {
    rao_npz *npz = NULL;
    rao_array *a = NULL;
    rao_status st = RAO_OK;
    RAO_TRY(rao_npz_read(ctx, path, &npz));
    RAO_TRY(rao_npz_array(ctx, npz, "t01", &a));
done:
    rao_array_destroy(&a);
    rao_npz_destroy(&npz);
    return st;
}

static rao_status format_two(rao_ctx *ctx, void *arg) {
    rao_text text = {0};
    rao_array one = {RAO_IO_F64, 0, {0}, arg};
    rao_status st = rao_npz_format(ctx, (rao_tensor[]){{"a", one}, {"b", one}}, 2, &text);
    rao_text_destroy(&text);
    return st;
}

static void memory(void **state) {
    (void)state;
    LAW("a failed allocation is reported and nothing leaks");
    char path[4096];
    double x = 1;
    snprintf(path, sizeof path, "%s", data_path("types.npz"));
    rao_test_every_allocation_fails(read_deflated, path);
    rao_test_every_allocation_fails(format_two, &x);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(from_numpy), cmocka_unit_test(round_trip),      cmocka_unit_test(damage),
                                       cmocka_unit_test(lies),       cmocka_unit_test(claims_too_much), cmocka_unit_test(twice),
                                       cmocka_unit_test(zip64),      cmocka_unit_test(memory)};
    return rao_test_run("io", tests, COUNT(tests));
}
