/* CSV: what is read, what is refused and where it says so. */
#include <zlib.h>

#include "io_test.h"

static rao_status parse_with(rao_ctx *ctx, const rao_csv_opts *opts, const char *text, rao_csv **csv) {
    int64_t n = (int64_t)strlen(text);
    void *copy = exactly(text, n);
    rao_status st = rao_csv_parse(ctx, "t.csv", copy, n, opts, csv);
    free(copy);
    return st;
}

static void expect_table(rao_ctx *ctx, const rao_csv_opts *opts, const char *text, int64_t rows, int64_t columns, const double *want,
                         const char *const *names) {
    rao_csv *csv = NULL;
    OK(ctx, parse_with(ctx, opts, text, &csv));
    EXPECT_TRUE(csv->values->type == RAO_IO_F64 && csv->values->ndim == 2);
    EXPECT_EQ(csv->values->shape[0], rows);
    EXPECT_EQ(csv->values->shape[1], columns);
    const double *got = csv->values->data;
    for (int64_t i = 0; i < rows * columns; i++) EXPECT_TRUE(got[i] == want[i] || (isnan(got[i]) && isnan(want[i])));
    EXPECT_TRUE((csv->names != NULL) == (names != NULL));
    for (int64_t j = 0; names && j < columns; j++) assert_string_equal(csv->names[j], names[j]);
    rao_csv_destroy(&csv);
    EXPECT_TRUE(csv == NULL);
}

static void expect_bad(rao_ctx *ctx, const rao_csv_opts *opts, const char *text, const char *part) {
    rao_csv *csv = NULL;
    EXPECT_FAIL(ctx, parse_with(ctx, opts, text, &csv), RAO_EIO, part);
    EXPECT_TRUE(strncmp(rao_ctx_message(ctx), "t.csv: ", 7) == 0 && csv == NULL);
}

static const double one_to_six[] = {1, 2, 3, 4, 5, 6};
static const char *const ab[] = {"a", "b"};

static void tables(void **state) {
    (void)state;
    LAW("line ends, blanks, quotes, empty lines and byte order marks change nothing");
    rao_ctx *ctx = rao_test_ctx();
    static const char *const same[] = {"a,b\n1,2\n3,4\n5,6\n",
                                       "a,b\r\n1,2\r\n3,4\r\n5,6\r\n",
                                       "a,b\n1,2\n3,4\n5,6",
                                       "\n\r\n  \na,b\n\n1,2\n \t\n3,4\n\n5,6\n\n\n",
                                       "\xEF\xBB\xBF\"a\",\"b\"\n\"1\",\"2\"\n3,\"4\"\n \"5\" , 6\t\n",
                                       " a , b \n +1, 2.0\n3e0 ,\t.4E1\n 5.,06\n"};
    for (size_t i = 0; i < COUNT(same); i++) expect_table(ctx, NULL, same[i], 3, 2, one_to_six, ab);
    expect_table(ctx, NULL, "1,2,3\n4,5,6\n", 2, 3, one_to_six, NULL);
    expect_table(ctx, NULL, "1\n2\n3\n4\n5\n6", 6, 1, one_to_six, NULL);
    expect_table(ctx, NULL, "x\n", 0, 1, NULL, (const char *const[]){"x"});
    expect_table(ctx, NULL, "\"he said \"\"no\"\"\",\"two\nlines, one name\",\n1,2,3\n4,5,6\n", 2, 3, one_to_six,
                 (const char *const[]){"he said \"no\"", "two\nlines, one name", ""});
    rao_test_ctx_close(&ctx);
}

static void stated_header(void **state) {
    (void)state;
    LAW("a stated header is taken at its word");
    rao_ctx *ctx = rao_test_ctx();
    rao_csv_opts o;
    rao_csv_opts_init(&o);
    o.header = RAO_CSV_HEADER;
    expect_table(ctx, &o, "2019,2020\n1,2\n", 1, 2, one_to_six, (const char *const[]){"2019", "2020"});
    expect_table(ctx, &o, "150,x\n1,2\n", 1, 2, one_to_six, (const char *const[]){"150", "x"});
    o.header = RAO_CSV_NO_HEADER;
    expect_bad(ctx, &o, "a,b\n1,2\n", "row 1 (line 1), column 1: \"a\" is not a number");
    o.header = RAO_CSV_DETECT;
    expect_bad(ctx, &o, "150,4,setosa\n1,2,0\n",
               "line 1, column 3: \"setosa\" is not a number but other cells of the first row are; say whether");
    rao_test_ctx_close(&ctx);
}

static void separators(void **state) {
    (void)state;
    LAW("a stated separator separates, and a tab that separates is no blank");
    rao_ctx *ctx = rao_test_ctx();
    rao_csv_opts o;
    rao_csv_opts_init(&o);
    for (const char *c = ",;|:\t"; *c; c++) {
        char text[64];
        snprintf(text, sizeof text, "a%cb\n1%c2\n3%c4\n5%c6\n", *c, *c, *c, *c);
        o.separator = *c;
        expect_table(ctx, &o, text, 3, 2, one_to_six, ab);
    }
    expect_bad(ctx, &o, "1\t2\n\t\n", "row 2 (line 2), column 1: an empty cell");
    rao_csv *csv = NULL;
    for (const char *c = "1 .\"\n"; *c; c++) {
        o.separator = *c;
        EXPECT_FAIL(ctx, parse_with(ctx, &o, "1\n", &csv), RAO_EINVAL, "separator");
    }
    o.separator = 0;
    EXPECT_FAIL(ctx, parse_with(ctx, &o, "1\n", &csv), RAO_EINVAL, "separator");
    o.separator = ',', o.header = (rao_csv_header)3;
    EXPECT_FAIL(ctx, parse_with(ctx, &o, "1\n", &csv), RAO_EINVAL, "header = 3");
    rao_test_ctx_close(&ctx);
}

static void refused(void **state) {
    (void)state;
    LAW("what is refused is named by row, line and column");
    rao_ctx *ctx = rao_test_ctx();
    expect_bad(ctx, NULL, "", "no rows");
    expect_bad(ctx, NULL, "\n \n", "no rows");
    expect_bad(ctx, NULL, "\xEF\xBB\xBF", "no rows");
    expect_bad(ctx, NULL, "a,width\n1,2\n\n3,4x\n", "row 2 (line 4), column 2 (width): \"4x\" is not a number");
    expect_bad(ctx, NULL, "1,2\n3,\n", "row 2 (line 2), column 2: an empty cell, want a number");
    expect_bad(ctx, NULL, "1,nan\n", "row 1 (line 1), column 2: \"nan\", want a finite number");
    expect_bad(ctx, NULL, "a,b\n-inf,2\n", "row 1 (line 2), column 1 (a): \"-inf\", want a finite number");
    expect_bad(ctx, NULL, "1,1e999\n", "column 2: \"1e999\" is beyond the range of double");
    expect_bad(ctx, NULL, "1,2\n3\n", "row 2 (line 2): 1 cells, want 2 as in the first row");
    expect_bad(ctx, NULL, "a,b\n1,2,3\n", "row 1 (line 2): 3 cells, want 2");
    expect_bad(ctx, NULL, "1,2\n\"3,4\n5,6\n", "line 2, column 1: the quote that opens here is never closed");
    expect_bad(ctx, NULL, "1,\"2\"3\n", "line 1, column 2: text behind a closing quote");
    expect_bad(ctx, NULL, "1,2\"3\n", "line 1, column 2: a quote inside a cell");
    expect_bad(ctx, NULL, "1;2\n3;4\n1,2\n", "cells, want 1");
    expect_bad(ctx, NULL, "1,2\r3,4\r", "line 1, column 2: a carriage return without a line feed");
    expect_bad(ctx, NULL, "a\n0x10\n", "\"0x10\" is not a number");
    expect_bad(ctx, NULL, "a\n1111111111111111111111111111111111111111111111111x\n",
               "\"1111111111111111111111111111111111111...\" is not a number");
    rao_csv *csv = NULL;
    EXPECT_FAIL(ctx, rao_csv_parse(ctx, "t.csv", "1\0,2\n", 6, NULL, &csv), RAO_EIO, "\"1?\" is not a number");
    EXPECT_FAIL(ctx, rao_csv_parse(ctx, "t.csv", "", -1, NULL, &csv), RAO_EINVAL, "n = -1");
    EXPECT_FAIL(ctx, rao_csv_read(ctx, "/nonexistent/t.csv", NULL, &csv), RAO_EIO, "/nonexistent/t.csv: cannot open: No such file");
    rao_test_ctx_close(&ctx);
}

static void nonfinite_allowed(void **state) {
    (void)state;
    LAW("NaN, infinity and empty cells are kept when asked for");
    rao_ctx *ctx = rao_test_ctx();
    rao_csv_opts o;
    rao_csv_opts_init(&o);
    o.allow_nonfinite = 1;
    const double want[] = {1, (double)NAN, (double)INFINITY, (double)NAN, -(double)INFINITY, 6};
    expect_table(ctx, &o, "1,nan,inf\n,-Infinity,6\n", 2, 3, want, NULL);
    expect_bad(ctx, &o, "1,x\n", "\"x\" is not a number");
    expect_bad(ctx, &o, "1,1e999\n", "beyond the range");
    rao_test_ctx_close(&ctx);
}

static void round_trip(void **state) {
    (void)state;
    LAW("random tables printed with rao_format_double come back bit for bit");
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 6);
    for (uint64_t round = 0; round < 60; round++) {
        int64_t rows = rao_below_at(s, round, 0, 12), columns = 1 + rao_below_at(s, round, 1, 9);
        double want[128];
        rao_normal_fill_f64(s, round, 100, rows * columns, want);
        rao_text text = {0};
        for (int64_t j = 0; j < columns; j++) OK(ctx, rao_text_printf(ctx, &text, "%sc%lld", j ? "," : "", (long long)j));
        for (int64_t i = 0; i < rows * columns; i++) {
            char number[RAO_DOUBLE_TEXT];
            rao_format_double(want[i], number);
            OK(ctx, rao_text_printf(ctx, &text, "%s%s", i % columns ? "," : "\n", number));
        }
        rao_csv *csv = NULL;
        OK(ctx, rao_csv_parse(ctx, "t.csv", text.data, text.length, NULL, &csv));
        EXPECT_TRUE(csv->values->shape[0] == rows && csv->values->shape[1] == columns);
        EXPECT_EQ(memcmp(csv->values->data, want, (size_t)(rows * columns) * sizeof *want), 0);
        rao_csv_destroy(&csv);
        rao_text_destroy(&text);
    }
    rao_test_ctx_close(&ctx);
}

static void justified_memory(void **state) {
    (void)state;
    LAW("a wide first row before many short lines costs no more than the text justifies");
    rao_ctx *ctx = rao_test_ctx();
    enum { N = 20000 };
    char *text = malloc(2 * N);
    memset(text, ',', N);
    memset(text + N, '\n', N);
    memcpy(text + 2 * N - 2, "1\n", 2);
    rao_csv *csv = NULL;
    rao_ctx_memory_reset_peak(ctx);
    EXPECT_FAIL(ctx, rao_csv_parse(ctx, "t.csv", text, 2 * N, NULL, &csv), RAO_EIO, "1 cells, want 20001");
    EXPECT_TRUE(rao_ctx_memory(ctx).peak_bytes < 40 * N);
    free(text);
    rao_test_ctx_close(&ctx);
}

static void from_file(void **state) {
    (void)state;
    LAW("a file, gzipped or not, reads as its bytes do");
    rao_ctx *ctx = rao_test_ctx();
    char folder[256], path[300];
    make_folder(folder);
    snprintf(path, sizeof path, "%s/t.csv", folder);
    for (int packed = 0; packed < 2; packed++) {
        gzFile file = gzopen(path, packed ? "wb" : "wbT"); /* T: as it is */
        EXPECT_EQ(gzwrite(file, "a,b\n1,2\n", 8), 8);
        gzclose(file);
        rao_csv *csv = NULL;
        OK(ctx, rao_csv_read(ctx, path, NULL, &csv));
        EXPECT_TRUE(csv->values->shape[0] == 1 && ((double *)csv->values->data)[1] == 2);
        assert_string_equal(csv->names[1], "b");
        rao_csv_destroy(&csv);
    }
    unlink(path);
    rmdir(folder);
    rao_test_ctx_close(&ctx);
}

static rao_status parse_small(rao_ctx *ctx, void *arg) {
    (void)arg;
    rao_csv *csv = NULL;
    rao_status st = rao_csv_parse(ctx, "t.csv", "a,b\n1,2\n", 8, NULL, &csv);
    EXPECT_TRUE((st == RAO_OK) == (csv != NULL));
    rao_csv_destroy(&csv);
    return st;
}

static void memory(void **state) {
    (void)state;
    LAW("a failed allocation is reported and nothing leaks");
    rao_test_every_allocation_fails(parse_small, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables),           cmocka_unit_test(stated_header),     cmocka_unit_test(separators),
        cmocka_unit_test(refused),          cmocka_unit_test(nonfinite_allowed), cmocka_unit_test(round_trip),
        cmocka_unit_test(justified_memory), cmocka_unit_test(from_file),         cmocka_unit_test(memory)};
    return rao_test_run("io", tests, COUNT(tests));
}
