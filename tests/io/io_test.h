/* io_test.h - what the tests of room io share: checked-in data, temporary folders, and a reader held to its promises. */
#ifndef IO_TEST_H
#define IO_TEST_H

#include <sys/stat.h>
#include <unistd.h>

#include "rao_test.h"

#include <rao/io.h>

/* tests/io/data/NAME of this checkout. */
static inline const char *data_path(const char *name) {
    static char path[4096];
    const char *source = getenv("RAO_SOURCE_DIR");
    snprintf(path, sizeof path, "%s/tests/io/data/%s", source ? source : ".", name);
    return path;
}

/* A new folder under TMPDIR; the test removes what it puts there and then the folder. */
static inline void make_folder(char path[256]) {
    const char *base = getenv("TMPDIR");
    snprintf(path, 256, "%s/rao_io_XXXXXX", base && *base ? base : "/tmp");
    EXPECT_TRUE(mkdtemp(path) != NULL);
}

static inline void write_plainly(const char *path, const void *bytes, int64_t n) {
    FILE *file = fopen(path, "wb");
    EXPECT_TRUE(file != NULL);
    EXPECT_EQ(n ? fwrite(bytes, 1, (size_t)n, file) : 0, n);
    EXPECT_EQ(fclose(file), 0);
}

/* The bytes on the heap without one byte to spare, so that AddressSanitizer sees every read behind them. */
static inline void *exactly(const void *bytes, int64_t n) {
    uint32_t size = (uint32_t)n; /* test files are small, and the compiler sees it */
    void *copy = malloc(size ? size : 1);
    EXPECT_TRUE(copy != NULL);
    if (size) memcpy(copy, bytes, size);
    return copy;
}

typedef rao_status parse_fn(rao_ctx *ctx, const char *name, const void *bytes, int64_t n, rao_array **array);

/* Bytes that must be refused with a sentence containing `part` and the file's name; the output stays as it was. */
static inline void expect_refused(rao_ctx *ctx, parse_fn *parse, const void *bytes, int64_t n, const char *part) {
    rao_array *array = NULL;
    void *copy = exactly(bytes, n);
    EXPECT_FAIL(ctx, parse(ctx, "made-up", copy, n, &array), RAO_EIO, part);
    EXPECT_TRUE(strstr(rao_ctx_message(ctx), "made-up") != NULL);
    EXPECT_TRUE(array == NULL);
    free(copy);
}

/* Every proper prefix of a good file is refused with EIO, and nothing is read behind its end. */
static inline void expect_prefixes_refused(rao_ctx *ctx, parse_fn *parse, const void *bytes, int64_t n) {
    for (int64_t k = 0; k < n; k++) expect_refused(ctx, parse, bytes, k, "");
}

/* The bytes of a file and their number; free() them. */
static inline char *read_plainly(const char *path, int64_t *n) {
    FILE *file = fopen(path, "rb");
    EXPECT_TRUE(file != NULL);
    EXPECT_EQ(fseek(file, 0, SEEK_END), 0);
    *n = ftell(file);
    rewind(file);
    char *bytes = malloc((size_t)*n + 1);
    EXPECT_EQ(fread(bytes, 1, (size_t)*n, file), *n);
    fclose(file);
    return bytes;
}

/* Element i of a real or integer array, as a double. */
static inline double element(rao_ctx *ctx, const rao_array *a, int64_t i) {
    rao_array one = {a->type, 0, {0}, (char *)a->data + (size_t)i * rao_io_type_size(a->type)};
    double value = 0;
    OK(ctx, rao_array_to_f64(ctx, &one, &value));
    return value;
}

#endif
