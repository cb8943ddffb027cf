/* test_embed.c - the digits as compiled in are the file in data/digits, and that file is the data set its README describes. */
#include <zlib.h>

#include "rao_test.h"

extern const unsigned char test_digits[];
extern const size_t test_digits_size;

enum { CASES = 1797, PIXELS = 64, TEXT_BYTES = 264974 };

static void embedded_bytes_are_the_file(void **state) {
    LAW("rao_embed compiles in the file, byte for byte");
    (void)state;
    char path[4096];
    const char *root = getenv("RAO_SOURCE_DIR");
    snprintf(path, sizeof path, "%s/data/digits/digits.csv.gz", root ? root : ".");
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (size_t i = 0; i < test_digits_size; i++) EXPECT_EQ(fgetc(file), test_digits[i]);
    EXPECT_EQ(fgetc(file), EOF);
    fclose(file);
}

/* The whole text, inflated from the embedded bytes. */
static void inflate_digits(char text[TEXT_BYTES + 1]) {
    z_stream z = {.next_in = (z_const Bytef *)test_digits,
                  .avail_in = (uInt)test_digits_size,
                  .next_out = (Bytef *)text,
                  .avail_out = TEXT_BYTES + 1};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    EXPECT_EQ(z.total_out, TEXT_BYTES);
    inflateEnd(&z);
    text[TEXT_BYTES] = 0;
}

static void digits_are_the_published_set(void **state) {
    ORACLE("1,797 cases of 64 pixels 0..16, their classes and their sum", "data/digits/README.md, counted from the source as distributed");
    (void)state;
    static const int64_t published[10] = {178, 182, 177, 183, 181, 182, 181, 179, 174, 180};
    static char text[TEXT_BYTES + 1];
    int64_t classes[10] = {0}, sum = 0, cases = 0;
    inflate_digits(text);
    EXPECT_EQ(strncmp(text, "p00,p01,", 8), 0);
    for (char *at = strchr(text, '\n') + 1; *at; cases++, at++) {
        for (int i = 0; i < PIXELS; i++, at++) {
            long pixel = strtol(at, &at, 10);
            EXPECT_TRUE(pixel >= 0 && pixel <= 16 && *at == ',');
            sum += pixel;
        }
        long digit = strtol(at, &at, 10);
        EXPECT_TRUE(digit >= 0 && digit <= 9 && *at == '\n');
        classes[digit]++;
    }
    EXPECT_EQ(cases, CASES);
    EXPECT_EQ(sum, 561718);
    for (int k = 0; k < 10; k++) EXPECT_EQ(classes[k], published[k]);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(embedded_bytes_are_the_file), cmocka_unit_test(digits_are_the_published_set)};
    return rao_test_run("house", tests, COUNT(tests));
}
