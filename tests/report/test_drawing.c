/* Drawings and pages of random and of awkward content: well-formed, bounded in size, with nothing lost and nothing left behind. */
#include "rao_test.h"

#include <rao/report.h>

#include "xml_check.h"

enum { SERIES_MOST = 10, POINTS_MOST = 300 };

static const char *const texts[] = {"loss",
                                    "",
                                    NULL,
                                    "a<b & c>\"d\" 'e' ]]>",
                                    "\xCE\xB1\xCE\xB2 \xE6\x97\xA5\xE6\x9C\xAC",
                                    "bad \xFF\xC0\x80\xED\xA0\x80 bytes",
                                    "control \x01\x1B[31m\x7F\xC2\x85",
                                    "a name that is a good deal longer than anything that could ever find room beside a line of this chart",
                                    "</svg><script>alert(1)</script>",
                                    "\xF0\x9F\x93\x88 tab\tline\nend"};

static double u(rao_stream s, uint64_t step, int index) { return rao_uniform_at(s, step, (uint64_t)index); }

static double awkward(rao_stream s, uint64_t step, int index) {
    double kind = u(s, step, index), v = u(s, step, index + 1);
    if (kind < 0.02) return (double)NAN;
    if (kind < 0.03) return (double)INFINITY;
    if (kind < 0.04) return -(double)INFINITY;
    if (kind < 0.05) return 1.7e308 * (v < 0.5 ? -1 : 1);
    if (kind < 0.06) return 0;
    if (kind < 0.10) return pow(10, 600 * v - 300);
    return kind < 0.5 ? v : 100 * v - 30;
}

typedef struct random_chart {
    rao_chart chart;
    rao_series series[SERIES_MOST];
    double values[SERIES_MOST][4][POINTS_MOST];
} random_chart;

static const char *any_text(rao_stream s, uint64_t step, int index) { return texts[(int)(u(s, step, index) * COUNT(texts))]; }

static void fill_series(rao_stream s, uint64_t step, random_chart *c, int k) {
    rao_series *r = &c->series[k];
    int base = 10000 * (k + 1), tame = u(s, step, base) < 0.5;
    *r = (rao_series){.name = any_text(s, step, base + 1),
                      .n = (int64_t)(POINTS_MOST * u(s, step, base + 2) * u(s, step, base + 3)),
                      .style = (rao_series_style)(4 * u(s, step, base + 4)),
                      .colour = u(s, step, base + 5) < 0.7 ? 0 : (int)(100 * u(s, step, base + 5))};
    for (int i = 0; i < r->n; i++) {
        double *const v[4] = {&c->values[k][0][i], &c->values[k][1][i], &c->values[k][2][i], &c->values[k][3][i]};
        *v[0] = tame ? i * 3.5 : awkward(s, step, base + 10 + 8 * i), *v[1] = awkward(s, step, base + 12 + 8 * i);
        *v[2] = *v[1] - fabs(awkward(s, step, base + 14 + 8 * i)), *v[3] = *v[1] + fabs(awkward(s, step, base + 16 + 8 * i));
    }
    r->y = c->values[k][1];
    if (u(s, step, base + 6) < 0.8) r->x = c->values[k][0];
    if ((tame || !r->x) && u(s, step, base + 7) < 0.4) r->lo = c->values[k][2], r->hi = c->values[k][3];
}

static void fill_chart(rao_stream s, uint64_t step, random_chart *c) {
    c->chart = (rao_chart){.title = any_text(s, step, 0),
                           .subtitle = any_text(s, step, 1),
                           .x_label = any_text(s, step, 2),
                           .y_label = any_text(s, step, 3),
                           .x_scale = u(s, step, 4) < 0.3 ? RAO_AXIS_LOG : RAO_AXIS_LINEAR,
                           .y_scale = u(s, step, 5) < 0.5 ? RAO_AXIS_LOG : RAO_AXIS_LINEAR,
                           .half = u(s, step, 6) < 0.5,
                           .series = c->series,
                           .series_count = (int64_t)((SERIES_MOST + 1) * u(s, step, 7))};
    c->chart.equal_aspect = c->chart.x_scale == RAO_AXIS_LINEAR && c->chart.y_scale == RAO_AXIS_LINEAR && u(s, step, 8) < 0.3;
    if (u(s, step, 9) < 0.3) c->chart.x_range[0] = 5, c->chart.x_range[1] = u(s, step, 10) < 0.5 ? 60 : (double)NAN;
    if (u(s, step, 11) < 0.3) c->chart.y_range[0] = u(s, step, 12) < 0.5 ? 0.01 : (double)NAN, c->chart.y_range[1] = 10;
    for (int k = 0; k < c->chart.series_count; k++) fill_series(s, step, c, k);
}

static void checker_checks(void **state) {
    (void)state;
    ORACLE("the checker of this test", "documents that are and are not well-formed");
    static const char *const good[] = {"<a/>", "<a b='1' c=\"2\"><d>x &amp; y</d></a>", "<!DOCTYPE html>\n<html></html>\n"};
    static const char *const bad[] = {"",
                                      "x",
                                      "<a>",
                                      "<a></b>",
                                      "<a b=1/>",
                                      "<a b='1' b='2'/>",
                                      "<a>&nbsp;</a>",
                                      "<a>&</a>",
                                      "<a>\x01</a>",
                                      "<a>\xFF</a>",
                                      "<a b='<'/>",
                                      "<a id='x'><b id='x'/></a>",
                                      "<a b='1"};
    for (size_t i = 0; i < COUNT(good); i++) EXPECT_TRUE(xml_error(good[i]) == NULL);
    for (size_t i = 0; i < COUNT(bad); i++) EXPECT_TRUE(xml_error(bad[i]) != NULL);
}

static void random_charts(void **state) {
    (void)state;
    LAW("whatever is drawn, the drawing is well-formed, shows no NaN and names its sizes");
    static random_chart c;
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 1);
    for (uint64_t step = 0; step < 300; step++) {
        rao_text svg = {0};
        fill_chart(s, step, &c);
        int width = 200 + (int)(900 * u(s, step, 20)), height = 200 + (int)(500 * u(s, step, 21));
        OK(ctx, rao_chart_svg(ctx, &c.chart, width, height, &svg));
        EXPECT_XML(svg.data);
        EXPECT_TRUE(!strstr(svg.data, "nan") && !strstr(svg.data, "inf "));
        EXPECT_TRUE(strstr(svg.data, "<title") && strstr(svg.data, "<desc"));
        rao_text_destroy(&svg);
    }
    rao_test_ctx_close(&ctx);
}

static void random_figures(void **state) {
    (void)state;
    LAW("bars and heat maps of awkward values are well-formed");
    enum { ROWS = 90, COLS = 70 };
    static double values[3][ROWS * COLS];
    static const char *names[ROWS];
    static int colours[ROWS];
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 2);
    for (uint64_t step = 0; step < 120; step++) {
        rao_text svg = {0};
        for (int i = 0; i < ROWS * COLS; i++) {
            values[0][i] = step % 5 ? awkward(s, step, 4 * i) : 3, values[1][i] = values[0][i] - 1, values[2][i] = values[0][i] + 2;
            if (i < ROWS) names[i] = any_text(s, step, 100000 + i), colours[i] = i % 12;
        }
        const rao_bars bars = {.title = any_text(s, step, 1),
                               .x_label = any_text(s, step, 2),
                               .n = (int64_t)(ROWS * u(s, step, 3) * u(s, step, 4)),
                               .names = names,
                               .values = values[0],
                               .lo = step % 2 ? values[1] : NULL,
                               .hi = step % 2 ? values[2] : NULL,
                               .colours = step % 3 ? colours : NULL,
                               .style = (rao_number_style)(step % 5),
                               .digits = (int)(step % 4)};
        OK(ctx, rao_bars_svg(ctx, &bars, 200 + (int)(700 * u(s, step, 5)), &svg));
        EXPECT_XML(svg.data);
        svg.length = 0;
        rao_heatmap map = {.title = any_text(s, step, 1),
                           .y_label = any_text(s, step, 2),
                           .value_label = any_text(s, step, 6),
                           .rows = (int64_t)(ROWS * u(s, step, 7)),
                           .cols = (int64_t)(COLS * u(s, step, 8)),
                           .values = values[0],
                           .row_names = step % 2 ? names : NULL,
                           .col_names = step % 4 > 1 ? names : NULL,
                           .scale = (rao_heat_scale)(step % 3)};
        if (step % 3 == 1) map.x_range[1] = 2, map.y_range[0] = -1, map.y_range[1] = 1;
        OK(ctx, rao_heatmap_svg(ctx, &map, 200 + (int)(700 * u(s, step, 9)), &svg));
        EXPECT_XML(svg.data);
        EXPECT_TRUE(!strstr(svg.data, "nan"));
        rao_text_destroy(&svg);
    }
    rao_test_ctx_close(&ctx);
}

/* ---- size ---- */

static void long_series_stay_small(void **state) {
    (void)state;
    LAW("a chart of four series of 100,000 noisy points and bands takes less than 150 kB");
    enum { N = 100000 };
    double *v[4];
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 3);
    rao_series series[4];
    rao_text svg = {0};
    for (int k = 0; k < 4; k++) v[k] = malloc(N * sizeof(double));
    for (int i = 0; i < N; i++)
        v[0][i] = i, v[1][i] = exp(-5.0 * i / N + 0.3 * rao_normal_at(s, 0, (uint64_t)i)), v[2][i] = 0.8 * v[1][i], v[3][i] = 1.2 * v[1][i];
    for (int k = 0; k < 4; k++) series[k] = (rao_series){.name = "s", .n = N - k, .x = v[0], .y = v[1] + k, .lo = v[2] + k, .hi = v[3] + k};
    const rao_chart chart = {.title = "long", .y_scale = RAO_AXIS_LOG, .series = series, .series_count = 4};
    OK(ctx, rao_chart_svg(ctx, &chart, 800, 400, &svg));
    EXPECT_TRUE(svg.length < 150000);
    EXPECT_XML(svg.data);
    for (int k = 0; k < 4; k++) free(v[k]), series[k].x = NULL, series[k].lo = series[k].hi = NULL;
    rao_text_destroy(&svg);
    rao_test_ctx_close(&ctx);
}

/* ---- awkward and wrong input ---- */

static void degenerate_charts(void **state) {
    (void)state;
    LAW("empty, single-point, constant, all-NaN, and extreme series are drawn");
    static const double one[] = {3}, same[] = {5, 5, 5}, nothing[] = {(double)NAN, (double)NAN, (double)NAN},
                        extreme[] = {1e-300, 1e300, -1e300}, tiny[] = {1e-300, 2e-300, 3e-300};
    const struct {
        int64_t n;
        const double *y;
    } cases[] = {{0, NULL}, {1, one}, {3, same}, {3, nothing}, {3, extreme}, {3, tiny}};
    rao_ctx *ctx = rao_test_ctx();
    for (size_t i = 0; i < COUNT(cases); i++)
        for (int scale = 0; scale < 2; scale++) {
            rao_text svg = {0};
            const rao_series series = {.name = "x", .n = cases[i].n, .y = cases[i].y};
            const rao_chart chart = {.y_scale = scale ? RAO_AXIS_LOG : RAO_AXIS_LINEAR, .series = &series, .series_count = 1};
            OK(ctx, rao_chart_svg(ctx, &chart, 500, 300, &svg));
            EXPECT_XML(svg.data);
            EXPECT_EQ(strstr(svg.data, "no data") != NULL, i == 0 || i == 3);
            rao_text_destroy(&svg);
        }
    rao_test_ctx_close(&ctx);
}

static void gaps_break_lines(void **state) {
    (void)state;
    LAW("a NaN breaks the line in two; a point between two gaps is a dot");
    static const double y[] = {1, 2, (double)NAN, 3, (double)NAN, 2, 1};
    rao_ctx *ctx = rao_test_ctx();
    rao_text svg = {0};
    const rao_series series = {.n = 7, .y = y};
    const rao_chart chart = {.series = &series, .series_count = 1};
    OK(ctx, rao_chart_svg(ctx, &chart, 500, 300, &svg));
    const char *line = strstr(svg.data, "class='line'"), *end = strstr(line, "/>");
    int moves = 0;
    for (const char *p = line; p < end; p++) moves += *p == 'M';
    EXPECT_EQ(moves, 2);
    EXPECT_TRUE(strstr(svg.data, "class='dot'"));
    rao_text_destroy(&svg);
    rao_test_ctx_close(&ctx);
}

static void wrong_input(void **state) {
    (void)state;
    static const double y[] = {1, 2, 3}, falling[] = {2, 1, 0};
    static const char *const names[] = {"a"};
    rao_ctx *ctx = rao_test_ctx();
    rao_text out = {0};
    OK(ctx, rao_text_puts(ctx, &out, "before"));
    rao_series s = {.n = 3, .y = y};
    rao_chart c = {.title = "T", .series = &s, .series_count = 1};
    EXPECT_FAIL(ctx, rao_chart_svg(ctx, NULL, 500, 300, &out), RAO_EINVAL, "NULL");
    EXPECT_FAIL(ctx, rao_chart_svg(ctx, &c, 100, 300, &out), RAO_EINVAL, "100 x 300 units, want 200..4000");
    s.n = -1;
    EXPECT_FAIL(ctx, rao_chart_svg(ctx, &c, 500, 300, &out), RAO_EINVAL, "chart \"T\": series 0 has n = -1");
    s = (rao_series){.n = 3};
    EXPECT_FAIL(ctx, rao_chart_svg(ctx, &c, 500, 300, &out), RAO_EINVAL, "3 points and no y");
    s = (rao_series){.n = 3, .y = y, .lo = y};
    EXPECT_FAIL(ctx, rao_chart_svg(ctx, &c, 500, 300, &out), RAO_EINVAL, "half a band");
    s = (rao_series){.n = 3, .y = y, .x = falling, .lo = y, .hi = y};
    EXPECT_FAIL(ctx, rao_chart_svg(ctx, &c, 500, 300, &out), RAO_EINVAL, "falls at 1");
    s = (rao_series){.n = 3, .y = y, .style = (rao_series_style)7};
    EXPECT_FAIL(ctx, rao_chart_svg(ctx, &c, 500, 300, &out), RAO_EINVAL, "style 7");
    s = (rao_series){.n = 3, .y = y};
    c.x_range[0] = 2, c.x_range[1] = 1;
    EXPECT_FAIL(ctx, rao_chart_svg(ctx, &c, 500, 300, &out), RAO_EINVAL, "x_range falls");
    c.x_range[0] = 0, c.equal_aspect = 1, c.y_scale = RAO_AXIS_LOG;
    EXPECT_FAIL(ctx, rao_chart_svg(ctx, &c, 500, 300, &out), RAO_EINVAL, "two linear axes");
    const rao_bars bars = {.n = 2000, .names = names, .values = y};
    EXPECT_FAIL(ctx, rao_bars_svg(ctx, &bars, 500, &out), RAO_EINVAL, "n = 2000, want 0..1000");
    const rao_heatmap map = {.rows = 2, .cols = -2, .values = y};
    EXPECT_FAIL(ctx, rao_heatmap_svg(ctx, &map, 500, &out), RAO_EINVAL, "heat map: 2 x -2");
    const rao_table table = {.column_count = 1, .row_count = 1};
    rao_report *report = NULL;
    OK(ctx, rao_report_create(ctx, "t", NULL, &report));
    EXPECT_FAIL(ctx, rao_report_table(ctx, report, &table), RAO_EINVAL, "no array of columns");
    EXPECT_FAIL(ctx, rao_report_pairs(ctx, report, "p", NULL, 2), RAO_EINVAL, "2 pairs");
    EXPECT_FAIL(ctx, rao_report_heading(ctx, NULL, "p"), RAO_EINVAL, "NULL");
    assert_string_equal(out.data, "before");
    rao_report_destroy(&report);
    rao_text_destroy(&out);
    rao_test_ctx_close(&ctx);
}

/* ---- the page ---- */

static rao_status add_all(rao_ctx *ctx, rao_report *report, const random_chart *c) {
    static const double values[] = {3, -1, (double)NAN, 1e-7};
    static const char *const names[] = {"one", "two <2>", "", "four"};
    const rao_column columns[] = {{.name = "name"}, {.name = "value", .unit = "s"}};
    rao_cell cells[] = {rao_cell_text("a&b"),   rao_cell_number(12.25), rao_cell_none(),
                        rao_cell_range(-2, -1), rao_cell_text(NULL),    rao_cell_number(3e-9)};
    const rao_table table = {.title = "T", .note = "n", .column_count = 2, .row_count = 3, .columns = columns, .cells = cells};
    const rao_bars bars = {.n = 4, .names = names, .values = values};
    const rao_heatmap map = {.rows = 2, .cols = 2, .values = values, .row_names = names, .col_names = names, .half = 1};
    const rao_pair pairs[] = {{"key", "<value>"}, {NULL, NULL}};
    rao_status st;
    cells[1].strong = 1, cells[0].colour = 3;
    RAO_TRY(rao_report_heading(ctx, report, "H"));
    RAO_TRY(rao_report_paragraph(ctx, report, texts[3]));
    RAO_TRY(rao_report_note(ctx, report, texts[5]));
    RAO_TRY(rao_report_code(ctx, report, texts[9]));
    RAO_TRY(rao_report_pairs(ctx, report, "P", pairs, 2));
    RAO_TRY(rao_report_pairs(ctx, report, NULL, NULL, 0));
    RAO_TRY(rao_report_table(ctx, report, &table));
    RAO_TRY(rao_report_heatmap(ctx, report, &map));
    RAO_TRY(rao_report_bars(ctx, report, &bars));
    RAO_TRY(rao_report_chart(ctx, report, &c->chart));
done:
    return st;
}

static void pages(void **state) {
    (void)state;
    LAW("a page is well-formed, refers to nothing outside, runs nothing, and does not depend on what happens to its sources afterwards");
    static random_chart c;
    rao_ctx *ctx = rao_test_ctx();
    rao_stream s = rao_stream_make(rao_test_seed(), 4);
    for (uint64_t step = 0; step < 60; step++) {
        rao_report *report = NULL;
        rao_text first = {0}, second = {0};
        fill_chart(s, step, &c);
        OK(ctx, rao_report_create(ctx, any_text(s, step, 50), any_text(s, step, 51), &report));
        OK(ctx, add_all(ctx, report, &c));
        OK(ctx, rao_report_html(ctx, report, &first));
        memset(&c, 0x55, sizeof c);
        OK(ctx, rao_report_html(ctx, report, &second));
        assert_string_equal(first.data, second.data);
        EXPECT_XML(first.data);
        EXPECT_TRUE(!strstr(first.data, "<script") && !strstr(first.data, "<link") && !strstr(first.data, "src=") &&
                    !strstr(first.data, "href") && !strstr(first.data, "url("));
        EXPECT_TRUE(!strstr(first.data, "@import"));
        rao_text_destroy(&first), rao_text_destroy(&second);
        rao_report_destroy(&report);
    }
    rao_test_ctx_close(&ctx);
}

static rao_status whole(rao_ctx *ctx, void *arg) {
    rao_report *report = NULL;
    rao_text html = {0}, text = {0};
    rao_terminal terminal;
    rao_status st;
    rao_terminal_init(&terminal);
    RAO_TRY(rao_report_create(ctx, "title", "subtitle", &report));
    RAO_TRY(add_all(ctx, report, arg));
    RAO_TRY(rao_report_html(ctx, report, &html));
    RAO_TRY(rao_report_text(ctx, report, &terminal, &text));
done:
    if (st != RAO_OK) {
        EXPECT_EQ(html.length == 0 || text.length == 0, 1); /* what failed left its text as it was */
        EXPECT_EQ(strlen(rao_ctx_message(ctx)) > 0, 1);
    }
    rao_text_destroy(&html), rao_text_destroy(&text);
    rao_report_destroy(&report);
    return st;
}

static void every_allocation(void **state) {
    (void)state;
    LAW("each allocation may fail: ENOMEM, nothing leaks, nothing half-written");
    static random_chart c;
    fill_chart(rao_stream_make(5, 5), 3, &c);
    rao_test_every_allocation_fails(whole, &c);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(checker_checks),    cmocka_unit_test(random_charts),
                                       cmocka_unit_test(random_figures),    cmocka_unit_test(long_series_stay_small),
                                       cmocka_unit_test(degenerate_charts), cmocka_unit_test(gaps_break_lines),
                                       cmocka_unit_test(wrong_input),       cmocka_unit_test(pages),
                                       cmocka_unit_test(every_allocation)};
    return rao_test_run("report drawing", tests, COUNT(tests));
}
