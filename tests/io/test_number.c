/* Numbers as text: round trips over random bit patterns, the C library as the oracle of reading, and no locale in sight. */
#include <float.h>
#include <locale.h>

#include "io_test.h"
#include "oracle_numbers.h"

static rao_status parse(const char *text, double *value) { return rao_parse_double(NULL, text, (int64_t)strlen(text), value); }

static double random_double(rao_stream s, uint64_t i) {
    uint64_t bits = (uint64_t)rao_u32_at(s, 0, 2 * i) << 32 | rao_u32_at(s, 0, 2 * i + 1);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static int same_bits(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

static void expect_round_trip(double v) {
    char text[RAO_DOUBLE_TEXT];
    double back = 0;
    int n = rao_format_double(v, text);
    EXPECT_TRUE(n == (int)strlen(text) && n < RAO_DOUBLE_TEXT);
    EXPECT_EQ(rao_parse_double(NULL, text, n, &back), RAO_OK);
    if (!same_bits(back, v)) {
        print_error("%.17g became %s\n", v, text);
        fail();
    }
}

static void double_round_trip(void **state) {
    (void)state;
    LAW("parse(format(x)) = x bit for bit over all of double");
    rao_stream s = rao_stream_make(rao_test_seed(), 2);
    const double special[] = {0.0,     -0.0,     1,      -1,         0.1,  1.0 / 3,         5e-324, -5e-324, DBL_MIN,
                              DBL_MAX, -DBL_MAX, 0x1p53, 0x1p53 - 1, 1e15, 999999999999999, 1e22,   1e23,    123456.789};
    for (size_t i = 0; i < COUNT(special); i++) expect_round_trip(special[i]);
    for (uint64_t i = 0; i < 50000; i++) {
        double v = random_double(s, i);
        if (isfinite(v)) expect_round_trip(v);
        expect_round_trip(floor(rao_uniform_at(s, 1, i) * 1e6) / 1e3);
    }
}

static void float_round_trip(void **state) {
    (void)state;
    LAW("a float comes back bit for bit");
    rao_stream s = rao_stream_make(rao_test_seed(), 3);
    for (uint64_t i = 0; i < 50000; i++) {
        uint32_t bits = rao_u32_at(s, 0, i);
        float v, back;
        double wide = 0;
        char text[RAO_DOUBLE_TEXT];
        memcpy(&v, &bits, sizeof v);
        if (!isfinite(v)) continue;
        int n = rao_format_float(v, text);
        EXPECT_EQ(rao_parse_double(NULL, text, n, &wide), RAO_OK);
        back = (float)wide;
        EXPECT_TRUE(memcmp(&back, &v, sizeof v) == 0);
        EXPECT_TRUE(n <= 17); /* a sign and 16 digits before the point */
    }
}

static void short_texts(void **state) {
    (void)state;
    LAW("numbers with a short decimal form get it");
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0, "0"},
                 {-0.0, "-0"},
                 {0.1, "0.1"},
                 {1e300, "1e+300"},
                 {1e15, "1000000000000000"},
                 {1e16, "1e+16"},
                 {1e-4, "0.0001"},
                 {-1.5e-5, "-1.5e-05"},
                 {1250, "1250"},
                 {-0.25, "-0.25"},
                 {123456789012345, "123456789012345"},
                 {-17, "-17"},
                 {2.5e-8, "2.5e-08"},
                 {0.3, "0.3"},
                 {(double)NAN, "nan"},
                 {(double)INFINITY, "inf"},
                 {-(double)INFINITY, "-inf"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[RAO_DOUBLE_TEXT];
        rao_format_double(cases[i].value, text);
        assert_string_equal(text, cases[i].text);
    }
    char text[RAO_DOUBLE_TEXT];
    rao_format_float(0.1f, text);
    assert_string_equal(text, "0.1");
}

static void shortest(void **state) {
    (void)state;
    ORACLE("the shortest decimals", "Python's repr, tests/oracle/io_numbers.py");
    for (size_t i = 0; i < COUNT(oracle_numbers); i++) {
        char text[RAO_DOUBLE_TEXT];
        double v;
        memcpy(&v, &oracle_numbers[i].bits, sizeof v);
        rao_format_double(v, text);
        assert_string_equal(text, oracle_numbers[i].text);
    }
    LAW("one digit less does not read back");
    rao_stream s = rao_stream_make(rao_test_seed(), 13);
    for (uint64_t i = 0; i < 20000; i++) {
        double v = random_double(s, i);
        char text[RAO_DOUBLE_TEXT], shorter[64];
        if (!isfinite(v) || v == 0) continue;
        int n = rao_format_double(v, text), digits = 0, zeros = 0;
        for (int k = 0; k < n && text[k] != 'e'; k++) {
            digits += text[k] >= '1' || (text[k] == '0' && digits > 0);
            zeros = text[k] == '0' ? zeros + 1 : text[k] == '.' ? zeros : 0;
        }
        digits -= zeros; /* those at the end of a whole number */
        if (digits < 2) continue;
        snprintf(shorter, sizeof shorter, "%.*e", digits - 2, v);
        EXPECT_TRUE(strtod(shorter, NULL) != v);
    }
}

static void against_strtod(void **state) {
    (void)state;
    ORACLE("reading random decimals", "strtod of the C library in the C locale");
    rao_stream s = rao_stream_make(rao_test_seed(), 4);
    for (uint64_t i = 0; i < 100000; i++) {
        char text[1200];
        int n = 0, digits = 1 + (int)rao_below_at(s, i, 0, i % 100 ? 25 : 1000), point = (int)rao_below_at(s, i, 1, digits + 1);
        if (rao_below_at(s, i, 2, 2)) text[n++] = '-';
        for (int k = 0; k < digits; k++) {
            if (k == point) text[n++] = '.';
            text[n++] = (char)('0' + rao_below_at(s, i, 10 + (uint64_t)k, i % 3 ? 10 : 2) * (i % 3 ? 1 : 9));
        }
        if (rao_below_at(s, i, 3, 2)) n += snprintf(text + n, 16, "e%d", (int)rao_below_at(s, i, 4, 60) - 30);
        if (i % 7 == 0 && !memchr(text, 'e', (size_t)n)) n += snprintf(text + n, 16, "E%+d", (int)rao_below_at(s, i, 4, 640) - 340);
        text[n] = 0;
        double want = strtod(text, NULL), got = 0;
        rao_status st = rao_parse_double(NULL, text, n, &got);
        if (isinf(want)) EXPECT_EQ(st, RAO_EDOMAIN);
        else if (st != RAO_OK || !same_bits(got, want)) {
            print_error("%s: %.17g, want %.17g\n", text, got, want);
            fail();
        }
    }
}

static void short_halves(void **state) {
    (void)state;
    ORACLE("16 to 19 digits at and beside halfway points", "strtod of the C library in the C locale");
    rao_stream s = rao_stream_make(rao_test_seed(), 14);
    for (uint64_t i = 0; i < 50000; i++) {
        /* an odd number of 54 bits is halfway between two doubles; so is it divided by a power of two, in up to 19 digits */
        uint64_t odd = ((uint64_t)1 << 53) + 1 + 2 * (((uint64_t)rao_u32_at(s, 0, 2 * i) << 20) + rao_below_at(s, i, 1, 1 << 20));
        int power = (int)rao_below_at(s, i, 2, 4), beside = (int)rao_below_at(s, i, 3, 3) - 1;
        uint64_t digits = odd;
        for (int k = 0; k < power; k++) digits *= 5; /* odd / 2^power = digits / 10^power */
        if (digits / 5 > UINT64_MAX / 10 || digits > 9999999999999999999u) digits = odd, power = 0;
        char text[64];
        int n = snprintf(text, sizeof text, "%llue-%d", (unsigned long long)digits + (uint64_t)(int64_t)beside, power);
        double want = strtod(text, NULL), got = 0;
        EXPECT_EQ(rao_parse_double(NULL, text, n, &got), RAO_OK);
        if (!same_bits(got, want)) {
            print_error("%s: %.17g, want %.17g\n", text, got, want);
            fail();
        }
    }
}

static void halfway(void **state) {
    (void)state;
    ORACLE("ties with hundreds of digits", "exact: 2^-1075 lies halfway between 0 and the smallest subnormal");
    char text[2000];
    double v = 1;
    int n = snprintf(text, sizeof text, "%.1100f", 0x1p-1074); /* exact in 1074 places */
    EXPECT_TRUE(n > 1000);
    EXPECT_EQ(rao_parse_double(NULL, text, n, &v), RAO_OK);
    EXPECT_TRUE(v == 0x1p-1074);
    /* 1 + 2^-53 is a tie and goes to even; one digit far behind breaks it */
    n = snprintf(text, sizeof text, "%s", "1.00000000000000011102230246251565404236316680908203125");
    EXPECT_EQ(rao_parse_double(NULL, text, n, &v), RAO_OK);
    EXPECT_TRUE(v == 1);
    memset(text + n, '0', 1200);
    text[n + 1200] = '1';
    EXPECT_EQ(rao_parse_double(NULL, text, n + 1201, &v), RAO_OK);
    EXPECT_TRUE(v == 1 + DBL_EPSILON);
}

static void grammar(void **state) {
    (void)state;
    LAW("what is not wholly a decimal number is refused, and the output stays as it was");
    static const char *const bad[] = {"",     " ",     "1 ",  " 1",  "+",   "-",       ".",      "e5", "1e", "1e+", "1.2.3",
                                      "0x10", "1_000", "1,5", "--1", "+-1", "infinit", "nan(1)", "in", "1f", "٣",   "1e5.0"};
    static const char *const good[] = {"1",     "+1",    "-1",  "1.",   ".5",       "1e5", "1E-5",
                                       "00012", "1e+05", "inf", "-Inf", "INFINITY", "nAn", "0e999999999999999999999"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        double v = 7;
        if (parse(bad[i], &v) != RAO_EINVAL) fail_msg("\"%s\" was read", bad[i]);
        EXPECT_TRUE(v == 7);
    }
    for (size_t i = 0; i < COUNT(good); i++) {
        double v = 7;
        if (parse(good[i], &v) != RAO_OK) fail_msg("\"%s\" was refused", good[i]);
    }
    double v = 7;
    EXPECT_EQ(rao_parse_double(NULL, "1\0002", 3, &v), RAO_EINVAL);
    EXPECT_EQ(parse("1e309", &v), RAO_EDOMAIN);
    EXPECT_EQ(parse("1e99999999999999999999999", &v), RAO_EDOMAIN);
    EXPECT_TRUE(v == 7);
    EXPECT_EQ(parse("-1e-99999999999999999999999", &v), RAO_OK);
    EXPECT_TRUE(v == 0 && signbit(v));
    rao_ctx *ctx = rao_test_ctx();
    EXPECT_FAIL(ctx, rao_parse_double(ctx, "1\n2", 3, &v), RAO_EINVAL, "\"1?2\" is not a number");
    EXPECT_FAIL(ctx, rao_parse_double(ctx, "1e400", 5, &v), RAO_EDOMAIN, "\"1e400\" is beyond the range of double");
    rao_test_ctx_close(&ctx);
}

static void locales(void **state) {
    (void)state;
    LAW("a comma locale changes nothing");
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "ru_RU.UTF-8", "pt_BR.UTF-8"};
    const char *set = NULL;
    for (size_t i = 0; i < COUNT(names) && !set; i++) set = setlocale(LC_ALL, names[i]);
    if (!set) {
        printf("# SKIP: no locale with a decimal comma is installed\n");
        skip();
    }
    char text[RAO_DOUBLE_TEXT];
    double v = 0;
    rao_format_double(0.5, text);
    EXPECT_EQ(parse("3.14159265358979323846264338327950288", &v), RAO_OK);
    setlocale(LC_ALL, "C");
    assert_string_equal(text, "0.5");
    EXPECT_TRUE(v == 3.14159265358979323846);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(double_round_trip), cmocka_unit_test(float_round_trip), cmocka_unit_test(short_texts),
        cmocka_unit_test(shortest),          cmocka_unit_test(against_strtod),   cmocka_unit_test(short_halves),
        cmocka_unit_test(halfway),           cmocka_unit_test(grammar),          cmocka_unit_test(locales)};
    return rao_test_run("io", tests, COUNT(tests));
}
