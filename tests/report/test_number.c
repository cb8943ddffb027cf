/* Numbers as text: known forms, the digits promised, and independence of the locale. */
#include "rao_test.h"

#include <locale.h>

#include <rao/report.h>

#include "report/number.h"

static const char *format(double value, rao_number_style style, int digits) {
    static char text[NUMBER_BYTES];
    number_write(value, style, digits, text);
    return text;
}

static void known_forms(void **state) {
    (void)state;
    ORACLE("number forms", "by hand");
    static const struct {
        double value;
        rao_number_style style;
        int digits;
        const char *want;
    } known[] = {{0, RAO_NUMBER_GENERAL, 0, "0"},
                 {-0.0, RAO_NUMBER_GENERAL, 0, "0"},
                 {1, RAO_NUMBER_GENERAL, 0, "1"},
                 {0.5, RAO_NUMBER_GENERAL, 0, "0.5"},
                 {20, RAO_NUMBER_GENERAL, 0, "20"},
                 {1797, RAO_NUMBER_GENERAL, 2, "1797"},
                 {123456789, RAO_NUMBER_GENERAL, 0, "123456789"},
                 {99999.9, RAO_NUMBER_GENERAL, 0, "100000"},
                 {1e9, RAO_NUMBER_GENERAL, 0, "1e9"},
                 {0.021371, RAO_NUMBER_GENERAL, 0, "0.02137"},
                 {0.02100004, RAO_NUMBER_GENERAL, 0, "0.02100"},
                 {1e-4, RAO_NUMBER_GENERAL, 0, "0.0001"},
                 {-3.14159e-7, RAO_NUMBER_GENERAL, 3, "-3.14e-7"},
                 {9.9996, RAO_NUMBER_GENERAL, 4, "10.00"},
                 {0.1 + 0.2, RAO_NUMBER_GENERAL, 17, "0.30000000000000004"},
                 {2.5, RAO_NUMBER_FIXED, 0, "2"},
                 {3.14159, RAO_NUMBER_FIXED, 2, "3.14"},
                 {-0.001, RAO_NUMBER_FIXED, 2, "0.00"},
                 {1e15, RAO_NUMBER_FIXED, 2, "1.000e15"},
                 {12345.6, RAO_NUMBER_SCIENTIFIC, 3, "1.23e4"},
                 {0, RAO_NUMBER_SCIENTIFIC, 2, "0.0e0"},
                 {0.931, RAO_NUMBER_PERCENT, 1, "93.1 %"},
                 {0, RAO_NUMBER_SECONDS, 0, "0 s"},
                 {4.2e-4, RAO_NUMBER_SECONDS, 0, "420 us"},
                 {1.25, RAO_NUMBER_SECONDS, 0, "1.25 s"},
                 {125, RAO_NUMBER_SECONDS, 0, "2 min 05 s"},
                 {12000, RAO_NUMBER_SECONDS, 0, "3 h 20 min"},
                 {-30, RAO_NUMBER_SECONDS, 0, "-30 s"},
                 {864000, RAO_NUMBER_SECONDS, 0, "10 days"},
                 {0.9999e-3, RAO_NUMBER_SECONDS, 0, "1.00 ms"},
                 {(double)NAN, RAO_NUMBER_FIXED, 3, "nan"},
                 {(double)INFINITY, RAO_NUMBER_SECONDS, 0, "inf"},
                 {-(double)INFINITY, RAO_NUMBER_GENERAL, 0, "-inf"}};
    for (size_t i = 0; i < COUNT(known); i++) assert_string_equal(format(known[i].value, known[i].style, known[i].digits), known[i].want);
}

static double random_real(rao_stream s, uint64_t i) {
    double v = (2 * rao_uniform_at(s, i, 0) - 1) * pow(10, 600 * rao_uniform_at(s, i, 1) - 300);
    return i % 3 ? v : (2 * rao_uniform_at(s, i, 0) - 1) * pow(10, 12 * rao_uniform_at(s, i, 1) - 6);
}

static void digits_kept(void **state) {
    (void)state;
    LAW("a general or scientific number of d digits reads back within half a unit of the d-th digit, and exactly with 17");
    rao_stream s = rao_stream_make(rao_test_seed(), 1);
    for (uint64_t i = 0; i < 20000; i++) {
        double v = random_real(s, i);
        int digits = 1 + (int)(17 * rao_uniform_at(s, i, 2));
        rao_number_style style = i % 2 ? RAO_NUMBER_GENERAL : RAO_NUMBER_SCIENTIFIC;
        EXPECT_REL(strtod(format(v, style, digits), NULL), v, 0.5 * pow(10, 1 - digits) + 1.2e-16); /* and reading back rounds once more */
        EXPECT_TRUE(strtod(format(v, style, 17), NULL) == v);
    }
}

static void never_too_long(void **state) {
    (void)state;
    LAW("every style of every double fits its buffer and has one point at most");
    rao_stream s = rao_stream_make(rao_test_seed(), 2);
    for (uint64_t i = 0; i < 20000; i++) {
        union {
            uint64_t bits;
            double value;
        } any = {(uint64_t)rao_u32_at(s, i, 0) << 32 | rao_u32_at(s, i, 1)};
        const char *text = format(any.value, (rao_number_style)(i % 5), (int)(i % 18));
        EXPECT_TRUE(strlen(text) > 0 && strlen(text) < NUMBER_BYTES - 1);
        const char *point = strchr(text, '.');
        EXPECT_TRUE(!point || !strchr(point + 1, '.'));
        EXPECT_TRUE(!strchr(text, ','));
    }
}

/* A comma locale where the system has one; the report's own pytest builds one where it has none. */
static void other_locales(void **state) {
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8", "de_DE", "fr_FR", "pt_BR.UTF-8"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (setlocale(LC_ALL, names[i])) {
            known_forms(NULL);
            setlocale(LC_ALL, "C");
            return;
        }
    printf("# SKIP: no locale with a decimal comma is installed\n");
    skip();
}

static void public_function(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_text text = {0};
    OK(ctx, rao_number_format(ctx, 0.25, RAO_NUMBER_PERCENT, 0, &text));
    assert_string_equal(text.data, "25 %");
    EXPECT_FAIL(ctx, rao_number_format(ctx, 1, RAO_NUMBER_FIXED, 18, &text), RAO_EINVAL, "digits = 18, want 0..17");
    EXPECT_FAIL(ctx, rao_number_format(ctx, 1, (rao_number_style)9, 1, &text), RAO_EINVAL, "style = 9");
    assert_string_equal(text.data, "25 %");
    rao_text_destroy(&text);
    rao_test_ctx_close(&ctx);
}

static void markup(void **state) {
    (void)state;
    ORACLE("numbers as markup", "by hand");
    static const struct {
        const char *number, *want;
    } known[] = {{"-12345.5", "\xE2\x88\x92"
                              "12\xE2\x80\x89"
                              "345.5"},
                 {"1797", "1797"},
                 {"1e-7", "10<sup>\xE2\x88\x92"
                          "7</sup>"},
                 {"2.5e12", "2.5\xC3\x97"
                            "10<sup>12</sup>"},
                 {"420 us", "420 \xC2\xB5s"},
                 {"-inf", "\xE2\x88\x92\xE2\x88\x9E"},
                 {"nan", "NaN"},
                 {"2 min 05 s", "2 min 05 s"}};
    rao_ctx *ctx = rao_test_ctx();
    for (size_t i = 0; i < COUNT(known); i++) {
        rao_text text = {0};
        sink s = sink_open(ctx, &text);
        number_markup(&s, known[i].number, 0);
        OK(ctx, sink_close(&s));
        assert_string_equal(text.data, known[i].want);
        rao_text_destroy(&text);
    }
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_forms),   cmocka_unit_test(digits_kept),     cmocka_unit_test(never_too_long),
                                       cmocka_unit_test(other_locales), cmocka_unit_test(public_function), cmocka_unit_test(markup)};
    return rao_test_run("report number", tests, COUNT(tests));
}
