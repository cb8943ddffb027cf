/* Whole files and gzip: limits, pipes, members in a row, every truncation, corruption. */
#include <pthread.h>
#include <sys/wait.h>
#include <zlib.h>

#include "io_test.h"

/* gzip by zlib itself. Returns the size. */
static int64_t pack(const void *bytes, int64_t n, unsigned char *out, int64_t capacity) {
    z_stream z = {0};
    EXPECT_EQ(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)bytes, z.avail_in = (uInt)n;
    z.next_out = out, z.avail_out = (uInt)capacity;
    EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
    int64_t size = (int64_t)z.total_out;
    deflateEnd(&z);
    return size;
}

static void slurp(void **state) {
    (void)state;
    LAW("a file is read whole when it fits the limit and refused when it does not");
    rao_ctx *ctx = rao_test_ctx();
    char folder[256], path[300];
    make_folder(folder);
    snprintf(path, sizeof path, "%s/f", folder);
    static char content[200001];
    for (size_t i = 0; i < sizeof content; i++) content[i] = (char)(i * 7 + i / 251);
    const int64_t sizes[] = {0, 1, 7, 65536, 65537, 200001};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        void *bytes = NULL;
        int64_t n = -1;
        write_plainly(path, content, sizes[i]);
        OK(ctx, rao_file_read(ctx, path, sizes[i], &bytes, &n));
        EXPECT_EQ(n, sizes[i]);
        EXPECT_TRUE(bytes && memcmp(bytes, content, (size_t)n) == 0);
        rao_free(&bytes);
        if (sizes[i]) EXPECT_FAIL(ctx, rao_file_read(ctx, path, sizes[i] - 1, &bytes, &n), RAO_EIO, "larger than the");
        EXPECT_TRUE(bytes == NULL && n == sizes[i]);
    }
    void *bytes = NULL;
    int64_t n = 0;
    EXPECT_FAIL(ctx, rao_file_read(ctx, folder, 10, &bytes, &n), RAO_EIO, "Is a directory");
    EXPECT_FAIL(ctx, rao_file_read(ctx, path, -1, &bytes, &n), RAO_EINVAL, "limit = -1");
    unlink(path);
    EXPECT_FAIL(ctx, rao_file_read(ctx, path, 10, &bytes, &n), RAO_EIO, "cannot open: No such file or directory");
    rmdir(folder);
    rao_test_ctx_close(&ctx);
}

typedef struct feed {
    const char *path;
    int64_t n;
} feed;
static void *feed_pipe(void *arg) {
    const feed *f = arg;
    FILE *file = fopen(f->path, "wb");
    for (int64_t i = 0; file && i < f->n; i++) fputc((int)(i % 251), file);
    if (file) fclose(file);
    return NULL;
}

static void pipes(void **state) {
    (void)state;
    LAW("a pipe, which has no size, is read to its end");
    rao_ctx *ctx = rao_test_ctx();
    char folder[256], path[300];
    make_folder(folder);
    snprintf(path, sizeof path, "%s/pipe", folder);
    EXPECT_EQ(mkfifo(path, 0600), 0);
    feed f = {path, 300000};
    pthread_t writer;
    EXPECT_EQ(pthread_create(&writer, NULL, feed_pipe, &f), 0);
    void *bytes = NULL;
    int64_t n = 0;
    OK(ctx, rao_file_read(ctx, path, 1 << 20, &bytes, &n));
    pthread_join(writer, NULL);
    EXPECT_EQ(n, f.n);
    for (int64_t i = 0; i < n; i++)
        if (((unsigned char *)bytes)[i] != i % 251) fail();
    rao_free(&bytes);
    unlink(path);
    rmdir(folder);
    rao_test_ctx_close(&ctx);
}

static void gunzip_round_trip(void **state) {
    (void)state;
    ORACLE("unpacking", "zlib's own packing, contents from empty to highly repetitive");
    rao_ctx *ctx = rao_test_ctx();
    static unsigned char content[300000], packed[310000];
    const int64_t sizes[] = {0, 1, 1000, 300000};
    for (int kind = 0; kind < 3; kind++) { /* zeros, a pattern, noise */
        rao_stream s = rao_stream_make(rao_test_seed(), 7);
        for (size_t i = 0; i < sizeof content; i++)
            content[i] = (unsigned char)(kind == 0 ? 0 : kind == 1 ? i * i / 97 : rao_u32_at(s, 0, i));
        for (size_t i = 0; i < COUNT(sizes); i++) {
            int64_t size = pack(content, sizes[i], packed, sizeof packed), n = -1;
            void *copy = exactly(packed, size), *bytes = NULL;
            OK(ctx, rao_gunzip(ctx, "f.gz", copy, size, sizes[i], &bytes, &n));
            EXPECT_EQ(n, sizes[i]);
            EXPECT_EQ(memcmp(bytes, content, (size_t)n), 0);
            rao_free(&bytes);
            if (sizes[i]) EXPECT_FAIL(ctx, rao_gunzip(ctx, "f.gz", copy, size, sizes[i] - 1, &bytes, &n), RAO_EIO, "unpacks to more than");
            free(copy);
        }
    }
    rao_test_ctx_close(&ctx);
}

static void gunzip_members(void **state) {
    (void)state;
    LAW("members in a row give their contents in a row; anything else behind them is refused");
    rao_ctx *ctx = rao_test_ctx();
    unsigned char packed[512];
    int64_t a = pack("hello ", 6, packed, sizeof packed), b = pack("world", 5, packed + a, (int64_t)sizeof packed - a), n = 0;
    void *bytes = NULL;
    OK(ctx, rao_gunzip(ctx, "f.gz", packed, a + b, 100, &bytes, &n));
    EXPECT_TRUE(n == 11 && memcmp(bytes, "hello world", 11) == 0);
    rao_free(&bytes);
    packed[a + b] = 0;
    EXPECT_FAIL(ctx, rao_gunzip(ctx, "f.gz", packed, a + b + 1, 100, &bytes, &n), RAO_EIO, "no gzip member begins here");
    EXPECT_FAIL(ctx, rao_gunzip(ctx, "f.gz", "hello", 5, 100, &bytes, &n), RAO_EIO, "f.gz: byte 0: no gzip member");
    EXPECT_FAIL(ctx, rao_gunzip(ctx, "f.gz", "", 0, 100, &bytes, &n), RAO_EIO, "no gzip member");
    EXPECT_FAIL(ctx, rao_gunzip(ctx, "f.gz", "", -1, 100, &bytes, &n), RAO_EINVAL, "n = -1");
    rao_test_ctx_close(&ctx);
}

static void gunzip_damage(void **state) {
    (void)state;
    LAW("every truncation of a gzip file is refused; a flipped bit is refused or changes nothing of what comes out");
    rao_ctx *ctx = rao_test_ctx();
    unsigned char content[400], packed[512], damaged[512];
    for (size_t i = 0; i < sizeof content; i++) content[i] = (unsigned char)(i * i % 17);
    int64_t size = pack(content, sizeof content, packed, sizeof packed), n = 0;
    void *bytes = NULL;
    for (int64_t k = 0; k < size; k++) {
        void *copy = exactly(packed, k);
        EXPECT_FAIL(ctx, rao_gunzip(ctx, "f.gz", copy, k, 4096, &bytes, &n), RAO_EIO, k < 3 ? "no gzip member" : "truncated");
        free(copy);
    }
    for (int64_t bit = 0; bit < 8 * size; bit++) {
        memcpy(damaged, packed, (size_t)size);
        damaged[bit / 8] ^= (unsigned char)(1 << bit % 8);
        rao_status st = rao_gunzip(ctx, "f.gz", damaged, size, 4096, &bytes, &n);
        if (st == RAO_OK) EXPECT_TRUE(n == (int64_t)sizeof content && memcmp(bytes, content, sizeof content) == 0);
        else EXPECT_EQ(st, RAO_EIO);
        rao_free(&bytes);
    }
    EXPECT_TRUE(bytes == NULL);
    rao_test_ctx_close(&ctx);
}

static void bomb(void **state) {
    (void)state;
    LAW("unpacking allocates by what comes out: a small limit stops a bomb");
    rao_ctx *ctx = rao_test_ctx();
    enum { N = 20 << 20 };
    void *zeros = calloc(N, 1), *bytes = NULL;
    unsigned char *packed = malloc(1 << 16);
    int64_t size = pack(zeros, N, packed, 1 << 16), n = 0;
    rao_ctx_memory_reset_peak(ctx);
    EXPECT_FAIL(ctx, rao_gunzip(ctx, "bomb", packed, size, 1 << 20, &bytes, &n), RAO_EIO, "1048576 bytes that are allowed");
    EXPECT_TRUE(rao_ctx_memory(ctx).peak_bytes < 3 << 20);
    free(packed);
    free(zeros);
    rao_test_ctx_close(&ctx);
}

/* Reads argument `path` as IDX: one array of ten bytes, gzipped. */
static rao_status read_packed(rao_ctx *ctx, void *path) {
    rao_array *a = NULL;
    rao_status st = rao_idx_read(ctx, path, &a);
    EXPECT_TRUE((st == RAO_OK) == (a != NULL));
    if (a) EXPECT_EQ(a->shape[0], 10);
    rao_array_destroy(&a);
    return st;
}

static void readers_unpack(void **state) {
    (void)state;
    LAW("readers unpack by magic bytes, whatever the file is called, under every allocation failure");
    char folder[256], path[300];
    make_folder(folder);
    snprintf(path, sizeof path, "%s/no-suffix", folder);
    unsigned char packed[256];
    int64_t size = pack("\0\0\x08\1\0\0\0\x0A"
                        "0123456789",
                        18, packed, sizeof packed);
    write_plainly(path, packed, size);
    rao_test_every_allocation_fails(read_packed, path);
    write_plainly(path, packed, size - 3);
    rao_ctx *ctx = rao_test_ctx();
    EXPECT_FAIL(ctx, read_packed(ctx, path), RAO_EIO, "no-suffix: byte ");
    EXPECT_TRUE(strstr(rao_ctx_message(ctx), "truncated") != NULL);
    rao_test_ctx_close(&ctx);
    unlink(path);
    rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slurp),         cmocka_unit_test(pipes), cmocka_unit_test(gunzip_round_trip), cmocka_unit_test(gunzip_members),
        cmocka_unit_test(gunzip_damage), cmocka_unit_test(bomb),  cmocka_unit_test(readers_unpack)};
    return rao_test_run("io", tests, COUNT(tests));
}
