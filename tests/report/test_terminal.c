/* What is written for a terminal fits it, is aligned, and keeps to ASCII where asked. */
#include "rao_test.h"

#include <rao/report.h>

#include "report/sink.h"

static rao_terminal terminal(int width, int unicode, int ansi) {
    rao_terminal t;
    rao_terminal_init(&t);
    t.width = width, t.unicode = unicode, t.ansi = ansi;
    return t;
}

static int is_ascii(const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80) return 0;
    return 1;
}

/* The widest line without its escape sequences. */
static int64_t widest_line(const char *text) {
    int64_t widest = 0, width = 0;
    while (*text) {
        if (*text == '\x1B') {
            while (*text && *text != 'm') text++;
            if (*text) text++;
        } else if (*text == '\n') {
            widest = width > widest ? width : widest, width = 0, text++;
        } else {
            width += utf8_columns(utf8_next(&text));
        }
    }
    return width > widest ? width : widest;
}

static void known_table(void **state) {
    (void)state;
    ORACLE("a table", "by hand");
    const rao_column columns[] = {
        {.name = "name"}, {.name = "loss", .unit = "nats"}, {.name = "acc", .style = RAO_NUMBER_PERCENT, .digits = 1}, {.name = "spread"}};
    const rao_cell cells[] = {rao_cell_text("sgd"),     rao_cell_number(12.5),   rao_cell_number(0.931), rao_cell_range(1, 2),
                              rao_cell_text("natural"), rao_cell_number(0.0213), rao_cell_number(1),     rao_cell_none()};
    const rao_table table = {.title = "Title", .note = "Note.", .column_count = 4, .row_count = 2, .columns = columns, .cells = cells};
    const rao_terminal ascii = terminal(80, 0, 0), unicode = terminal(80, 1, 0);
    rao_ctx *ctx = rao_test_ctx();
    rao_text text = {0};
    OK(ctx, rao_table_text(ctx, &table, &ascii, &text));
    assert_string_equal(text.data, "Title\n"
                                   "name        loss      acc  spread\n"
                                   "            nats\n"
                                   "---------------------------------\n"
                                   "sgd      12.5      93.1 %    1..2\n"
                                   "natural   0.0213  100.0 %       -\n"
                                   "Note.\n");
    text.length = 0;
    OK(ctx, rao_table_text(ctx, &table, &unicode, &text));
    EXPECT_TRUE(strstr(text.data, "1\xE2\x80\x93"
                                  "2") &&
                strstr(text.data, "\xE2\x94\x80"));
    rao_text_destroy(&text);
    rao_test_ctx_close(&ctx);
}

static void narrow_table(void **state) {
    (void)state;
    LAW("a table with text columns fits a terminal down to their least widths");
    const rao_column columns[] = {{.name = "optimiser"}, {.name = "note"}, {.name = "n"}};
    const rao_cell cells[] = {
        rao_cell_text("kfac:damping=0.003:interval=10"),
        rao_cell_text("\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\xE6\x97\xA5\xE6\x9C\xAC"),
        rao_cell_number(3)};
    const rao_table table = {.column_count = 3, .row_count = 1, .columns = columns, .cells = cells};
    rao_ctx *ctx = rao_test_ctx();
    for (int width = 21; width < 70; width++)
        for (int mode = 0; mode < 4; mode++) {
            const rao_terminal t = terminal(width, mode & 1, mode >> 1);
            rao_text text = {0};
            OK(ctx, rao_table_text(ctx, &table, &t, &text));
            EXPECT_TRUE(widest_line(text.data) <= width);
            EXPECT_EQ(strchr(text.data, '\x1B') != NULL, mode >> 1);
            rao_text_destroy(&text);
        }
    rao_test_ctx_close(&ctx);
}

static void progress_fits(void **state) {
    (void)state;
    LAW("a progress line never is wider than the terminal, is one line, and ASCII where asked; a warmed-up line allocates nothing");
    rao_stream s = rao_stream_make(rao_test_seed(), 1);
    rao_ctx *ctx = rao_test_ctx();
    rao_text text = {0};
    OK(ctx, rao_text_add(ctx, &text, "", 0));
    for (int i = 0; i < 2000; i++) OK(ctx, rao_text_puts(ctx, &text, "."));
    static const char *const labels[] = {
        "", NULL, "kfac", "a label of the kind that nobody should choose but somebody will", "\xCE\xBB\xE6\x97\xA5 \xFF", "two\nlines"};
    for (uint64_t i = 0; i < 20000; i++) {
        double u[8];
        rao_uniform_fill_f64(s, i, 0, 8, u);
        const rao_terminal t = terminal(10 + (int)(120 * u[0]), i % 2, i % 3 == 0);
        rao_progress p = {.label = labels[(int)(6 * u[1])],
                          .fraction = u[2] < 0.1 ? (double)NAN : 1.4 * u[2] - 0.2,
                          .rate = u[3] < 0.2 ? (double)NAN : pow(10, 12 * u[3] - 4),
                          .unit = u[4] < 0.2 ? NULL : "steps",
                          .loss = u[5] < 0.2 ? (double)INFINITY : pow(10, 20 * u[5] - 10),
                          .seconds_left = u[6] < 0.1 ? (double)NAN : pow(10, 9 * u[6] - 2)};
        text.length = 0;
        int64_t calls = rao_test_alloc_calls();
        OK(ctx, rao_progress_format(ctx, &p, &t, &text));
        EXPECT_EQ(rao_test_alloc_calls(), calls);
        EXPECT_TRUE(widest_line(text.data) <= t.width && !strchr(text.data, '\n'));
        if (!t.unicode && p.label != labels[4]) EXPECT_TRUE(is_ascii(text.data));
    }
    rao_text_destroy(&text);
    rao_test_ctx_close(&ctx);
}

static void known_progress(void **state) {
    (void)state;
    ORACLE("progress lines", "by hand");
    rao_ctx *ctx = rao_test_ctx();
    rao_text text = {0};
    const rao_progress p = {.label = "kfac", .fraction = 0.5, .rate = 312, .unit = "steps", .loss = 0.0231, .seconds_left = 11.2};
    static const struct {
        int width;
        const char *want;
    } known[] = {{80, "kfac  [##############..............]   50 %  312 steps/s  loss 0.0231  12 s left"},
                 {50, "kfac   50 %  312 steps/s  loss 0.0231  12 s left"},
                 {40, "kfac   50 %  loss 0.0231  12 s left"},
                 {30, "kfac  [##..]   50 %  12 s left"},
                 {18, "kfac   50 %"},
                 {10, "kfac"}};
    for (size_t i = 0; i < COUNT(known); i++) {
        const rao_terminal t = terminal(known[i].width, 0, 0);
        text.length = 0;
        OK(ctx, rao_progress_format(ctx, &p, &t, &text));
        assert_string_equal(text.data, known[i].want);
    }
    rao_text_destroy(&text);
    rao_test_ctx_close(&ctx);
}

static void sparklines(void **state) {
    (void)state;
    ORACLE("sparklines", "by hand");
    static const double up[] = {1, 2, 3, 4, 5, 6, 7, 8}, gap[] = {1, (double)NAN, 8}, same[] = {2, 2};
    const rao_terminal ascii = terminal(80, 0, 0), unicode = terminal(80, 1, 0);
    rao_ctx *ctx = rao_test_ctx();
    rao_text text = {0};
    OK(ctx, rao_sparkline(ctx, 8, up, &ascii, 8, &text));
    assert_string_equal(text.data, "_.-~=+*#");
    text.length = 0;
    OK(ctx, rao_sparkline(ctx, 3, gap, &ascii, 3, &text));
    assert_string_equal(text.data, "_ #");
    text.length = 0;
    OK(ctx, rao_sparkline(ctx, 2, same, &ascii, 4, &text));
    assert_string_equal(text.data, "~~~~");
    text.length = 0;
    OK(ctx, rao_sparkline(ctx, 0, NULL, &unicode, 5, &text));
    assert_string_equal(text.data, "     ");
    text.length = 0;
    OK(ctx, rao_sparkline(ctx, 8, up, &unicode, 2, &text));
    EXPECT_EQ(text_columns(text.data), 2);
    EXPECT_FAIL(ctx, rao_sparkline(ctx, -1, up, &ascii, 3, &text), RAO_EINVAL, "-1 values");
    EXPECT_FAIL(ctx, rao_sparkline(ctx, 8, up, &ascii, 0, &text), RAO_EINVAL, "0 columns");
    rao_text_destroy(&text);
    rao_test_ctx_close(&ctx);
}

static void charts_fit(void **state) {
    (void)state;
    LAW("a chart in characters fits its terminal whatever its data, and keeps to ASCII where asked");
    static double x[200], y[3][200];
    rao_stream s = rao_stream_make(rao_test_seed(), 2);
    rao_ctx *ctx = rao_test_ctx();
    for (uint64_t round = 0; round < 400; round++) {
        rao_series series[3];
        rao_text text = {0};
        const rao_terminal t = terminal(20 + (int)(100 * rao_uniform_at(s, round, 0)), round % 2, round % 3 == 0);
        int64_t n = (int64_t)(200 * rao_uniform_at(s, round, 1));
        for (int64_t i = 0; i < n; i++) {
            x[i] = round % 5 ? (double)i : rao_normal_at(s, round, (uint64_t)(1000 + i));
            for (int k = 0; k < 3; k++)
                y[k][i] = i % 11 == k ? (double)NAN : exp(3 * rao_normal_at(s, round, (uint64_t)(2000 + 3 * i + k)));
        }
        for (int k = 0; k < 3; k++)
            series[k] = (rao_series){.name = k ? "b" : "a series with a name",
                                     .n = n,
                                     .x = x,
                                     .y = y[k],
                                     .style = (rao_series_style)((round + (uint64_t)k) % 4)};
        const rao_chart chart = {.title = "a title that is longer than some of the terminals",
                                 .x_label = "x",
                                 .y_label = "y",
                                 .y_scale = round % 4 ? RAO_AXIS_LOG : RAO_AXIS_LINEAR,
                                 .series = series,
                                 .series_count = (int64_t)(round % 4)};
        OK(ctx, rao_chart_text(ctx, &chart, &t, 6 + (int)(round % 20), &text));
        EXPECT_TRUE(widest_line(text.data) <= t.width);
        if (!t.unicode) EXPECT_TRUE(is_ascii(text.data));
        rao_text_destroy(&text);
    }
    rao_test_ctx_close(&ctx);
}

static void known_chart(void **state) {
    (void)state;
    ORACLE("a small chart", "by hand");
    static const double y[] = {0, 1, 2, 3, 4};
    const rao_series series = {.n = 5, .y = y};
    const rao_chart chart = {.title = "rising", .series = &series, .series_count = 1};
    const rao_terminal t = terminal(20, 0, 0);
    rao_ctx *ctx = rao_test_ctx();
    rao_text text = {0};
    OK(ctx, rao_chart_text(ctx, &chart, &t, 6, &text));
    assert_string_equal(text.data, "rising\n"
                                   "4+                **\n"
                                   " |             ***\n"
                                   " |           **\n"
                                   "2+       ****\n"
                                   " |   ****\n"
                                   "0+***\n"
                                   " ++--------+-------+\n"
                                   "  0        2       4\n");
    rao_text_destroy(&text);
    rao_test_ctx_close(&ctx);
}

static void wrong_terminals(void **state) {
    (void)state;
    rao_ctx *ctx = rao_test_ctx();
    rao_text text = {0};
    const rao_progress p = {0};
    rao_terminal t = {0};
    EXPECT_FAIL(ctx, rao_progress_format(ctx, &p, NULL, &text), RAO_EINVAL, "NULL");
    EXPECT_FAIL(ctx, rao_progress_format(ctx, &p, &t, &text), RAO_EINVAL, "rao_terminal_init");
    rao_terminal_init(&t);
    EXPECT_EQ(t.width, 80);
    t.width = 5;
    EXPECT_FAIL(ctx, rao_progress_format(ctx, &p, &t, &text), RAO_EINVAL, "width = 5, want 10..1000");
    t.width = 80;
    EXPECT_FAIL(ctx, rao_progress_format(ctx, NULL, &t, &text), RAO_EINVAL, "NULL");
    EXPECT_FAIL(ctx, rao_chart_text(ctx, &(rao_chart){0}, &t, 3, &text), RAO_EINVAL, "3 lines, want 6..200");
    EXPECT_FAIL(ctx, rao_table_text(ctx, NULL, &t, &text), RAO_EINVAL, "NULL");
    EXPECT_EQ(text.length, 0);
    rao_test_ctx_close(&ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_table),    cmocka_unit_test(narrow_table),   cmocka_unit_test(progress_fits),
                                       cmocka_unit_test(known_progress), cmocka_unit_test(sparklines),     cmocka_unit_test(charts_fit),
                                       cmocka_unit_test(known_chart),    cmocka_unit_test(wrong_terminals)};
    return rao_test_run("report terminal", tests, COUNT(tests));
}
