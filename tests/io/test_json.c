/* JSON: the grammar held exactly, places named, the writer read back by the reader. */
#include <cjson/cJSON.h>

#include "io_test.h"

static rao_status parse_at(rao_ctx *ctx, const char *text, int64_t n, int depth, cJSON **tree) {
    void *copy = exactly(text, n);
    rao_status st = rao_json_parse(ctx, "t.json", copy, n, depth, tree);
    free(copy);
    return st;
}

static rao_status parse_text(rao_ctx *ctx, const char *text, cJSON **tree) { return parse_at(ctx, text, (int64_t)strlen(text), 16, tree); }

static void accepted(void **state) {
    (void)state;
    LAW("every form of RFC 8259 is read");
    static const char *const good[] = {"null",
                                       " true ",
                                       "false",
                                       "0",
                                       "-0",
                                       "12.5e-3",
                                       "1E+2",
                                       "\"\"",
                                       "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"",
                                       "\"\xC3\xA9\xF0\x9F\x98\x80\"",
                                       "[]",
                                       "{}",
                                       "[ 1 , [ ] , { } ]",
                                       "{\"a\":{\"b\":[1,2,{\"c\":null}]}}",
                                       "\n\t\r [1]\n",
                                       "\xEF\xBB\xBF[1]",
                                       "\xEF\xBB\xBF"
                                       "7",
                                       "[1e-400, 4.9e-324, 1.7976931348623157e308]",
                                       "{\"\":1}"};
    rao_ctx *ctx = rao_test_ctx();
    for (size_t i = 0; i < COUNT(good); i++) {
        cJSON *tree = NULL;
        OK(ctx, parse_text(ctx, good[i], &tree));
        rao_json_free(&tree);
        EXPECT_TRUE(tree == NULL);
    }
    cJSON *tree = NULL;
    OK(ctx, parse_text(ctx, "{\"x\":[1.5,\"\\u00e9\"]}", &tree));
    const cJSON *x = cJSON_GetObjectItemCaseSensitive(tree, "x");
    EXPECT_TRUE(cJSON_GetArrayItem(x, 0)->valuedouble == 1.5);
    assert_string_equal(cJSON_GetArrayItem(x, 1)->valuestring, "\xC3\xA9");
    rao_json_free(&tree);
    rao_json_free(&tree);
    rao_test_ctx_close(&ctx);
}

static void refused(void **state) {
    (void)state;
    LAW("what RFC 8259 does not allow is refused with its line and column");
    static const struct {
        const char *text, *part;
    } bad[] = {
        {"", "line 1, column 1: want a value"},
        {"  \n ", "line 2, column 2: want a value"},
        {"nul", "line 1, column 1: want a value"},
        {"nulll", "column 5: want nothing but blanks"},
        {"True", "want a value"},
        {"NaN", "want a value"},
        {"Infinity", "want a value"},
        {"-Infinity", "column 2: want digits"},
        {"+1", "want a value"},
        {"01", "want digits"},
        {"-", "want digits"},
        {"1.", "column 3: want digits"},
        {".5", "want a value"},
        {"1e", "column 3: want digits"},
        {"0x10", "column 2: want nothing but blanks"},
        {"1e400", "column 1: want a number within the range of double"},
        {"[-1e400]", "column 2: want a number within the range"},
        {"1111111111111111111111111111111111111111111111111111111111111111", "at most 63 characters"},
        {"\"a", "column 3: want the quote that closes"},
        {"\"a\nb\"", "column 3: want UTF-8 text without control characters"},
        {"\"\\x\"", "column 3: want one of"},
        {"\"\\u12G4\"", "want four hexadecimal digits"},
        {"\"\\u12\"", "want four hexadecimal digits"},
        {"\"\\u0000\"", "which a C string cannot hold"},
        {"\"\\uD800\"", "want a low surrogate"},
        {"\"\\uD800\\n\"", "want a low surrogate"},
        {"\"\\uD800\\uD800\"", "want a low surrogate"},
        {"\"\\uDC00\"", "want no low surrogate"},
        {"\"\xFF\"", "want UTF-8"},
        {"\"\xC0\x80\"", "want UTF-8"},
        {"\"\xED\xA0\x80\"", "want UTF-8"},
        {"\"\xF5\x80\x80\x80\"", "want UTF-8"},
        {"\"\xC3\"", "want UTF-8"},
        {"'a'", "want a value"},
        {"[1,]", "column 4: want a value"},
        {"[1 2]", "column 4: want ',' or ']'"},
        {"[1", "column 3: want ',' or ']'"},
        {"{\"a\":1,}", "column 8: want a key in quotes"},
        {"{a:1}", "column 2: want a key in quotes"},
        {"{\"a\" 1}", "column 6: want ':'"},
        {"{\"a\":1", "want ',' or '}'"},
        {"[1] // no", "column 5: want nothing but blanks"},
        {"[\n1,\n\n  x]", "line 4, column 3: want a value"},
    };
    rao_ctx *ctx = rao_test_ctx();
    cJSON *tree = NULL;
    for (size_t i = 0; i < COUNT(bad); i++) EXPECT_FAIL(ctx, parse_text(ctx, bad[i].text, &tree), RAO_EIO, bad[i].part);
    EXPECT_FAIL(ctx, parse_at(ctx, "1\0", 2, 4, &tree), RAO_EIO, "column 2: want nothing but blanks");
    EXPECT_FAIL(ctx, parse_at(ctx, "\"\0\"", 3, 4, &tree), RAO_EIO, "column 2: want UTF-8");
    EXPECT_FAIL(ctx, parse_at(ctx, "[[[1]]]", 7, 2, &tree), RAO_EIO, "column 3: want no deeper nesting");
    OK(ctx, parse_at(ctx, "[[[1]]]", 7, 3, &tree));
    rao_json_free(&tree);
    EXPECT_FAIL(ctx, parse_at(ctx, "1", 1, 0, &tree), RAO_EINVAL, "depth = 0");
    EXPECT_FAIL(ctx, parse_at(ctx, "1", 1, 513, &tree), RAO_EINVAL, "want n >= 0 and a depth of 1 to 512");
    EXPECT_TRUE(tree == NULL);
    rao_test_ctx_close(&ctx);
}

static void numbers(void **state) {
    (void)state;
    LAW("a number in a tree is the one that rao_parse_double reads, at its place among nulls, strings and brackets");
    static const char *const others[] = {"null", "\"null, 7\"", "[]", "{\"null\":[null,0]}", "true"};
    enum { ITEMS = 40 };
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 5);
    for (uint64_t i = 0; i < 500; i++) {
        char text[ITEMS * 72] = "[", number[ITEMS][72];
        cJSON *tree = NULL;
        for (uint64_t k = 0; k < ITEMS; k++) {
            uint64_t at = i * ITEMS + k;
            int other = (int)rao_below_at(s, at, 0, 2 * COUNT(others)), digits = 1 + (int)rao_below_at(s, at, 1, 30), n = 0;
            if (rao_below_at(s, at, 2, 2)) number[k][n++] = '-';
            n += snprintf(number[k] + n, 8, "%d%s", (int)rao_below_at(s, at, 3, 10), digits > 1 ? "." : "");
            for (int d = 1; d < digits; d++) number[k][n++] = (char)('0' + rao_below_at(s, at, 10 + (uint64_t)d, 10));
            number[k][n] = 0;
            if (rao_below_at(s, at, 4, 2)) snprintf(number[k] + n, 16, "e%d", (int)rao_below_at(s, at, 5, 700) - 400);
            if (other < (int)COUNT(others)) snprintf(number[k], sizeof number[k], "%s", others[other]);
            strcat(strcat(text, k ? " , " : ""), number[k]);
        }
        OK(ctx, parse_text(ctx, strcat(text, "]"), &tree));
        for (int k = 0; k < ITEMS; k++) {
            const cJSON *item = cJSON_GetArrayItem(tree, k);
            double want = 0;
            int is_number = rao_parse_double(NULL, number[k], (int64_t)strlen(number[k]), &want) == RAO_OK;
            EXPECT_EQ(cJSON_IsNumber(item), is_number);
            EXPECT_EQ(cJSON_IsNull(item), !strcmp(number[k], "null"));
            if (is_number && memcmp(&want, &item->valuedouble, sizeof want) != 0)
                fail_msg("%s became %.17g, want %.17g", number[k], item->valuedouble, want);
            if (item->child && item->child->child) {
                EXPECT_TRUE(cJSON_IsNull(item->child->child) && cJSON_IsNumber(item->child->child->next));
            }
        }
        rao_json_free(&tree);
    }
    rao_test_ctx_close(&ctx);
}

static void deep(void **state) {
    (void)state;
    LAW("512 levels are read, a million open brackets are refused");
    rao_ctx *ctx = rao_test_ctx();
    enum { N = 1000000 };
    char *text = malloc(N);
    cJSON *tree = NULL;
    memset(text, '[', N);
    EXPECT_FAIL(ctx, rao_json_parse(ctx, "t.json", text, N, 512, &tree), RAO_EIO, "column 513: want no deeper nesting");
    memset(text + 512, ']', 512);
    OK(ctx, rao_json_parse(ctx, "t.json", text, 1024, 512, &tree));
    rao_json_free(&tree);
    free(text);
    rao_test_ctx_close(&ctx);
}

static int allocations_left;
static void *limited_malloc(size_t size) { return allocations_left-- > 0 ? malloc(size) : NULL; }

static void memory(void **state) {
    (void)state;
    LAW("each failed allocation of the tree is ENOMEM and leaks nothing");
    rao_ctx *ctx = rao_test_ctx();
    cJSON_Hooks hooks = {limited_malloc, free}, none = {malloc, free};
    int after = 0;
    for (rao_status st = RAO_ENOMEM; st != RAO_OK; after++) {
        cJSON *tree = NULL;
        allocations_left = after;
        cJSON_InitHooks(&hooks);
        st = parse_text(ctx, "{\"a\":[1,2,\"three\"],\"b\":null}", &tree);
        EXPECT_TRUE(st == RAO_OK || (st == RAO_ENOMEM && !tree && strstr(rao_ctx_message(ctx), "out of memory")));
        rao_json_free(&tree);
    }
    EXPECT_TRUE(after > 8);
    cJSON_InitHooks(&none);
    rao_test_ctx_close(&ctx);
}

static void scratch_taken(void **state) {
    (void)state;
    LAW("seven bytes of scratch per byte of text, also of commas in a string and of the shortest numbers; eight with what chunks leave "
        "over");
    enum { N = 1 << 20 };
    static char text[N];
    for (int round = 0; round < 2; round++) {
        rao_ctx *ctx = rao_test_ctx();
        cJSON *tree = NULL;
        for (int i = 0; i < N; i++) text[i] = i % 2 && round ? '1' : ',';
        text[0] = round ? '[' : '"', text[N - 1] = round ? ']' : '"';
        if (round) text[N - 2] = '1';
        int64_t before = rao_ctx_memory(ctx).live_bytes;
        OK(ctx, rao_json_parse(ctx, "text", text, N, 4, &tree));
        EXPECT_TRUE(rao_ctx_memory(ctx).peak_bytes - before <= 8 * (int64_t)N);
        rao_json_free(&tree);
        rao_test_ctx_close(&ctx);
    }
}

static void from_file(void **state) {
    (void)state;
    LAW("a file is read within its limit");
    rao_ctx *ctx = rao_test_ctx();
    char folder[256], path[300];
    make_folder(folder);
    snprintf(path, sizeof path, "%s/t.json", folder);
    write_plainly(path, "[1,2]", 5);
    cJSON *tree = NULL;
    OK(ctx, rao_json_read(ctx, path, 5, 4, &tree));
    EXPECT_EQ(cJSON_GetArraySize(tree), 2);
    rao_json_free(&tree);
    EXPECT_FAIL(ctx, rao_json_read(ctx, path, 4, 4, &tree), RAO_EIO, "t.json: larger than the 4 bytes");
    unlink(path);
    rmdir(folder);
    rao_test_ctx_close(&ctx);
}

static void written(void **state) {
    (void)state;
    LAW("the writer's bytes are the compact form");
    rao_ctx *ctx = rao_test_ctx();
    rao_json_writer j = {0};
    OK(ctx, rao_json_object(ctx, &j, NULL));
    OK(ctx, rao_json_string(ctx, &j, "name", "a\"b\\c\n\x01\xC3\xA9\xFFz"));
    OK(ctx, rao_json_string(ctx, &j, "none", NULL));
    OK(ctx, rao_json_number(ctx, &j, "x", 0.1));
    OK(ctx, rao_json_number(ctx, &j, "nan", (double)NAN));
    OK(ctx, rao_json_int(ctx, &j, "i", INT64_MIN));
    OK(ctx, rao_json_bool(ctx, &j, "t", 2));
    OK(ctx, rao_json_bool(ctx, &j, "f", 0));
    OK(ctx, rao_json_numbers(ctx, &j, "v", (double[]){1, 2.5, -(double)INFINITY}, 3));
    OK(ctx, rao_json_numbers(ctx, &j, "e", NULL, 0));
    OK(ctx, rao_json_array(ctx, &j, "a"));
    OK(ctx, rao_json_object(ctx, &j, NULL));
    OK(ctx, rao_json_end(ctx, &j));
    OK(ctx, rao_json_null(ctx, &j, NULL));
    OK(ctx, rao_json_raw(ctx, &j, NULL, "18446744073709551615, more", 20));
    OK(ctx, rao_json_end(ctx, &j));
    OK(ctx, rao_json_end(ctx, &j));
    OK(ctx, rao_json_line(ctx, &j, NULL));
    OK(ctx, rao_json_int(ctx, &j, NULL, 7));
    OK(ctx, rao_json_line(ctx, &j, NULL));
    assert_string_equal(
        j.text.data,
        "{\"name\":\"a\\\"b\\\\c\\n\\u0001\xC3\xA9\xEF\xBF\xBDz\",\"none\":null,\"x\":0.1,\"nan\":null,\"i\":-9223372036854775808,"
        "\"t\":true,\"f\":false,\"v\":[1,2.5,null],\"e\":[],\"a\":[{},null,18446744073709551615]}\n7\n");
    rao_json_writer_destroy(&j);
    rao_json_writer_destroy(&j);
    rao_test_ctx_close(&ctx);
}

static void misused(void **state) {
    (void)state;
    LAW("a misused writer says so, and the failure sticks until it is cleared");
    rao_ctx *ctx = rao_test_ctx();
    rao_json_writer j = {0};
    EXPECT_FAIL(ctx, rao_json_int(ctx, &j, "key", 1), RAO_EINVAL, "a key outside an object");
    EXPECT_EQ(rao_json_int(ctx, &j, NULL, 1), RAO_EINVAL);
    EXPECT_EQ(rao_json_line(ctx, &j, NULL), RAO_EINVAL);
    rao_json_clear(&j);
    EXPECT_FAIL(ctx, rao_json_end(ctx, &j), RAO_EINVAL, "an end without a beginning");
    rao_json_clear(&j);
    EXPECT_FAIL(ctx, rao_json_line(ctx, &j, NULL), RAO_EINVAL, "not complete");
    rao_json_clear(&j);
    OK(ctx, rao_json_object(ctx, &j, NULL));
    EXPECT_FAIL(ctx, rao_json_null(ctx, &j, NULL), RAO_EINVAL, "needs a key");
    EXPECT_EQ(rao_json_raw(ctx, &j, "key", "1", 1), RAO_EINVAL);
    rao_json_clear(&j);
    OK(ctx, rao_json_array(ctx, &j, NULL));
    EXPECT_FAIL(ctx, rao_json_line(ctx, &j, NULL), RAO_EINVAL, "not complete");
    rao_json_clear(&j);
    OK(ctx, rao_json_int(ctx, &j, NULL, 1));
    EXPECT_FAIL(ctx, rao_json_int(ctx, &j, NULL, 1), RAO_EINVAL, "a second value on one line");
    rao_json_clear(&j);
    for (int i = 0; i < 64; i++) OK(ctx, rao_json_array(ctx, &j, NULL));
    EXPECT_FAIL(ctx, rao_json_array(ctx, &j, NULL), RAO_EINVAL, "deeper than 64");
    rao_json_writer_destroy(&j);
    rao_test_ctx_close(&ctx);
}

/* A random tree written in turn by the writer; the reader must find it so. */
static void put_random(rao_ctx *ctx, rao_json_writer *j, const char *key, rao_stream s, uint64_t *k, int depth) {
    int64_t kind = rao_below_at(s, 0, (*k)++, depth ? 6 : 4);
    char text[64];
    if (kind == 0) {
        uint64_t bits = (uint64_t)rao_u32_at(s, 0, *k) << 32 | rao_u32_at(s, 0, *k + 1);
        double v;
        memcpy(&v, &bits, sizeof v);
        *k += 2;
        OK(ctx, rao_json_number(ctx, j, key, v));
    } else if (kind == 1) {
        int64_t n = rao_below_at(s, 0, (*k)++, 60);
        for (int64_t i = 0; i < n; i++) text[i] = (char)(1 + rao_below_at(s, 0, (*k)++, 255));
        text[n] = 0;
        OK(ctx, rao_json_string(ctx, j, key, text));
    } else if (kind < 4) {
        OK(ctx, rao_json_bool(ctx, j, key, kind == 2));
    } else {
        OK(ctx, kind == 4 ? rao_json_object(ctx, j, key) : rao_json_array(ctx, j, key));
        int64_t n = rao_below_at(s, 0, (*k)++, 5);
        for (int64_t i = 0; i < n; i++) {
            snprintf(text, sizeof text, "k%lld\t", (long long)i);
            put_random(ctx, j, kind == 4 ? text : NULL, s, k, depth - 1);
        }
        OK(ctx, rao_json_end(ctx, j));
    }
}

/* Numbers of the tree in reading order, exact. */
static void put_tree(rao_ctx *ctx, rao_json_writer *j, const cJSON *item) {
    const char *key = item->string;
    if (cJSON_IsNumber(item)) OK(ctx, rao_json_number(ctx, j, key, item->valuedouble));
    else if (cJSON_IsString(item)) OK(ctx, rao_json_string(ctx, j, key, item->valuestring));
    else if (cJSON_IsBool(item)) OK(ctx, rao_json_bool(ctx, j, key, cJSON_IsTrue(item)));
    else if (cJSON_IsNull(item)) OK(ctx, rao_json_null(ctx, j, key));
    else {
        OK(ctx, cJSON_IsObject(item) ? rao_json_object(ctx, j, key) : rao_json_array(ctx, j, key));
        const cJSON *child;
        cJSON_ArrayForEach(child, item) put_tree(ctx, j, child);
        OK(ctx, rao_json_end(ctx, j));
    }
}

static void round_trip(void **state) {
    (void)state;
    LAW("write, read, write again gives the same bytes, for any strings and any doubles");
    rao_ctx *ctx = rao_test_ctx();
    for (uint64_t round = 0; round < 300; round++) {
        rao_stream s = rao_stream_make(rao_test_seed(), 100 + round);
        rao_json_writer first = {0}, second = {0};
        uint64_t k = 0;
        cJSON *tree = NULL;
        put_random(ctx, &first, NULL, s, &k, 5);
        OK(ctx, parse_at(ctx, first.text.data, first.text.length, 16, &tree));
        put_tree(ctx, &second, tree);
        assert_string_equal(first.text.data, second.text.data);
        rao_json_free(&tree);
        rao_json_writer_destroy(&second);
        rao_json_writer_destroy(&first);
    }
    rao_test_ctx_close(&ctx);
}

static rao_status write_line(rao_ctx *ctx, void *path) {
    rao_status st = RAO_OK;
    rao_json_writer j = {0};
    rao_out *out = NULL;
    RAO_TRY(rao_out_open_log(ctx, path, &out));
    for (int i = 0; i < 3; i++) {
        RAO_TRY(rao_json_object(ctx, &j, NULL));
        RAO_TRY(rao_json_int(ctx, &j, "step", i));
        RAO_TRY(rao_json_end(ctx, &j));
        RAO_TRY(rao_json_line(ctx, &j, out));
    }
    RAO_TRY(rao_out_commit(ctx, &out));
done:
    rao_out_abort(&out);
    rao_json_writer_destroy(&j);
    return st;
}

static void lines(void **state) {
    (void)state;
    LAW("lines reach the log one by one, under every allocation failure");
    char folder[256], path[300];
    make_folder(folder);
    snprintf(path, sizeof path, "%s/log", folder);
    rao_test_every_allocation_fails(write_line, path);
    int64_t n = 0;
    char *bytes = read_plainly(path, &n);
    static const char want[] = "{\"step\":0}\n{\"step\":1}\n{\"step\":2}\n";
    EXPECT_TRUE(n == (int64_t)sizeof want - 1 && memcmp(bytes, want, (size_t)n) == 0);
    free(bytes);
    unlink(path);
    rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(accepted),   cmocka_unit_test(refused), cmocka_unit_test(numbers),
                                       cmocka_unit_test(deep),       cmocka_unit_test(memory),  cmocka_unit_test(scratch_taken),
                                       cmocka_unit_test(from_file),  cmocka_unit_test(written), cmocka_unit_test(misused),
                                       cmocka_unit_test(round_trip), cmocka_unit_test(lines)};
    return rao_test_run("io", tests, COUNT(tests));
}
