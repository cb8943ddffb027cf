/* One page of everything that is hard to lay out: long names, ends that meet, extremes, wide tables. With a file name as argument the page is
 * written there instead, for the tests that look at it in a browser. */
#include "rao_test.h"

#include <rao/report.h>

#include "xml_check.h"

enum { N = 4000, NAMES = 10 };

static const char *const names[NAMES] = {
    "sgd",  "sgd:lr=0.1:momentum=0.9", "adam", "kfac:damping=0.003:interval=10:ema=0.95", "ngd", "ekfac", "implicit", "gram", "lbfgs",
    "adamw"};

static double noise(int stream, int i) { return rao_normal_at(rao_stream_make(11, (uint64_t)stream), 0, (uint64_t)i); }

static rao_status add_lines(rao_ctx *ctx, rao_report *report) {
    static double x[N], y[NAMES][N], lo[N], hi[N];
    static const double bound_x[2] = {0, N - 1}, bound_y[2] = {0.31, 0.31};
    rao_series series[NAMES + 1] = {{0}};
    rao_status st;
    for (int i = 0; i < N; i++) {
        x[i] = i;
        for (int k = 0; k < NAMES; k++) y[k][i] = 0.3 + 0.004 * k + exp(-0.002 * (k + 1) * i) * (1 + 0.1 * noise(k, i));
        lo[i] = y[0][i] - 0.15, hi[i] = y[0][i] + 0.3;
    }
    for (int k = 0; k < NAMES; k++) series[k] = (rao_series){.name = names[k], .n = N, .x = x, .y = y[k]};
    series[0].lo = lo, series[0].hi = hi;
    series[NAMES] = (rao_series){.name = "bound", .n = 2, .x = bound_x, .y = bound_y, .style = RAO_SERIES_REFERENCE};
    rao_chart chart = {.title = "Ten lines that end together",
                       .subtitle = "Names are kept apart; those that find no room are in the legend only.",
                       .x_label = "steps",
                       .y_label = "loss",
                       .series = series,
                       .series_count = NAMES + 1};
    RAO_TRY(rao_report_chart(ctx, report, &chart));
    chart.title = "Three of them, cut to a range", chart.subtitle = NULL, chart.series_count = 3, chart.half = 1;
    chart.x_range[0] = 500, chart.x_range[1] = 2500, chart.y_range[0] = 0.25, chart.y_range[1] = 0.6;
    RAO_TRY(rao_report_chart(ctx, report, &chart));
    for (int i = 0; i < N; i++) y[0][i] = 1e14 * (0.2 + sin(0.002 * i)), y[1][i] = i % 500 < 60 ? (double)NAN : 1e14 * cos(0.003 * i);
    chart = (rao_chart){
        .title = "Large numbers, gaps, a zero line", .x_label = "i", .y_label = "energy", .half = 1, .series = series, .series_count = 2};
    series[0].lo = series[0].hi = NULL;
    RAO_TRY(rao_report_chart(ctx, report, &chart));
done:
    return st;
}

static rao_status add_small(rao_ctx *ctx, rao_report *report) {
    static const double x[] = {1, 2, 4, 8, 16, 32}, y[] = {120, 61, 33, 19, 12.5, 9.8}, ideal[] = {120, 60, 30, 15, 7.5, 3.75}, one = 3,
                        same[] = {0.5, 0.5, 0.5};
    const rao_series speed[] = {{.name = "measured", .n = 6, .x = x, .y = y, .style = RAO_SERIES_LINE_POINTS},
                                {.name = "ideal", .n = 6, .x = x, .y = ideal, .style = RAO_SERIES_REFERENCE}};
    const rao_chart scaling = {.title = "Scaling",
                               .x_label = "threads",
                               .y_label = "ms per step",
                               .x_scale = RAO_AXIS_LOG,
                               .y_scale = RAO_AXIS_LOG,
                               .half = 1,
                               .series = speed,
                               .series_count = 2};
    const rao_chart empty = {.title = "Nothing yet", .x_label = "steps", .y_label = "loss", .half = 1};
    const rao_series single = {.name = "single", .n = 1, .y = &one}, constant = {.name = "constant", .n = 3, .y = same};
    const rao_chart point = {.title = "A single point", .half = 1, .series = &single, .series_count = 1},
                    flat = {.title = "A constant", .half = 1, .series = &constant, .series_count = 1};
    rao_status st;
    RAO_TRY(rao_report_chart(ctx, report, &scaling));
    RAO_TRY(rao_report_chart(ctx, report, &empty));
    RAO_TRY(rao_report_chart(ctx, report, &point));
    RAO_TRY(rao_report_chart(ctx, report, &flat));
done:
    return st;
}

/* A random walk has no order in x; a cloud has more points than can be told apart. */
static rao_status add_plane(rao_ctx *ctx, rao_report *report) {
    enum { MANY = 50000 };
    static double walk_x[MANY], walk_y[MANY], cloud_x[2][MANY], cloud_y[2][MANY];
    for (int i = 1; i < MANY; i++) walk_x[i] = walk_x[i - 1] + noise(20, i), walk_y[i] = walk_y[i - 1] + noise(21, i);
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < MANY; i++)
            cloud_x[k][i] = noise(22 + 2 * k, i) + 2.5 * k, cloud_y[k][i] = 0.6 * cloud_x[k][i] + noise(23 + 2 * k, i);
    const rao_series walk = {.name = "walk", .n = MANY, .x = walk_x, .y = walk_y};
    const rao_series clouds[] = {{.name = "prior", .n = MANY, .x = cloud_x[0], .y = cloud_y[0], .style = RAO_SERIES_POINTS},
                                 {.name = "posterior", .n = 80, .x = cloud_x[1], .y = cloud_y[1], .style = RAO_SERIES_POINTS}};
    const rao_chart path = {.title = "A random walk of 50,000 steps",
                            .x_label = "x",
                            .y_label = "y",
                            .equal_aspect = 1,
                            .half = 1,
                            .series = &walk,
                            .series_count = 1};
    const rao_chart cloud = {.title = "50,000 draws and 80",
                             .x_label = "\xCE\xB8\xE2\x82\x81",
                             .y_label = "\xCE\xB8\xE2\x82\x82",
                             .half = 1,
                             .series = clouds,
                             .series_count = 2};
    rao_status st = rao_report_chart(ctx, report, &path);
    return st != RAO_OK ? st : rao_report_chart(ctx, report, &cloud);
}

static rao_status add_bars(rao_ctx *ctx, rao_report *report) {
    static const double change[] = {-0.31, 0.12, 0.48, -0.05}, low[] = {-0.42, 0.02, 0.4, -0.2}, high[] = {-0.2, 0.2, 0.61, 0.1};
    static const char *const what[] = {"momentum", "a setting whose name goes on and on and on", "damping", "batch"};
    static const int colours[] = {2, 1, 1, 2};
    static double correlation[900];
    for (int i = 0; i < 900; i++) correlation[i] = i / 30 == i % 30 ? 1 : tanh(0.5 * noise(40, i) - 0.03 * abs(i / 30 - i % 30));
    const rao_bars bars = {.title = "What a doubling changes",
                           .subtitle = "Log ratio of the final loss; whiskers: three seeds.",
                           .x_label = "log ratio",
                           .n = 4,
                           .names = what,
                           .values = change,
                           .lo = low,
                           .hi = high,
                           .colours = colours,
                           .style = RAO_NUMBER_FIXED,
                           .digits = 2,
                           .half = 1};
    const rao_heatmap map = {.title = "Correlation of the gradients",
                             .value_label = "correlation",
                             .rows = 30,
                             .cols = 30,
                             .values = correlation,
                             .scale = RAO_HEAT_DIVERGING,
                             .half = 1};
    rao_status st = rao_report_bars(ctx, report, &bars);
    return st != RAO_OK ? st : rao_report_heatmap(ctx, report, &map);
}

static rao_status add_table(rao_ctx *ctx, rao_report *report) {
    enum { COLUMNS = 12, ROWS = 4 };
    rao_column columns[COLUMNS] = {{.name = "optimiser and its settings"}};
    rao_cell cells[ROWS][COLUMNS];
    for (int j = 1; j < COLUMNS; j++)
        columns[j] = (rao_column){.name = j % 3 ? "quantity" : "a quantity with a long name", .unit = j % 2 ? "nats per case" : NULL};
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++)
            cells[i][j] = j == 0             ? rao_cell_text(names[i])
                          : (i + j) % 7 == 0 ? rao_cell_none()
                                             : rao_cell_number(noise(30 + j, i) * pow(10, (j - 4) * (1 + i % 2)));
    cells[1][2].strong = 1;
    cells[0][3] = rao_cell_number((double)NAN), cells[2][3] = rao_cell_number((double)INFINITY);
    for (int i = 0; i < ROWS; i++) cells[i][0].colour = i + 1;
    const rao_table table = {.title = "A table wider than the page",
                             .note = "It scrolls by itself; the page does not.",
                             .column_count = COLUMNS,
                             .row_count = ROWS,
                             .columns = columns,
                             .cells = cells[0]};
    return rao_report_table(ctx, report, &table);
}

static rao_status make_page(rao_ctx *ctx, rao_text *page) {
    static const rao_pair pairs[] = {{"a_setting_with_a_name_that_has_no_blank_in_it_at_all_and_does_not_end", "1"},
                                     {"value", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"},
                                     {"", ""}};
    rao_report *report = NULL;
    rao_status st;
    RAO_TRY(rao_report_create(ctx, "A page of hard cases, andatitlewithawordthatdoesnotfitanytelephone",
                              "Nothing here may overlap, overflow or vanish", &report));
    RAO_TRY(add_lines(ctx, report));
    RAO_TRY(add_table(ctx, report));
    RAO_TRY(add_small(ctx, report));
    RAO_TRY(rao_report_heading(ctx, report, "Planes"));
    RAO_TRY(add_plane(ctx, report));
    RAO_TRY(add_bars(ctx, report));
    RAO_TRY(rao_report_pairs(ctx, report, "Settings", pairs, 3));
    RAO_TRY(rao_report_code(
        ctx, report,
        "a_command_without_any_blank_that_goes_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on"));
    RAO_TRY(rao_report_html(ctx, report, page));
done:
    rao_report_destroy(&report);
    return st;
}

static void hard_page(void **state) {
    (void)state;
    LAW("the page of hard cases is well-formed and smaller than a photograph");
    rao_ctx *ctx = rao_test_ctx();
    rao_text page = {0};
    OK(ctx, make_page(ctx, &page));
    EXPECT_XML(page.data);
    EXPECT_TRUE(page.length < 900000);
    rao_text_destroy(&page);
    rao_test_ctx_close(&ctx);
}

/* Four optimisers, three seeds, 700 evaluations each, two half-width charts, a table, settings: what `rao race --report` draws. */
static void race_page(void **state) {
    (void)state;
    LAW("a race's report takes less than 300 kB");
    enum { M = 700, RIVALS = 4 };
    static double x[M], seconds[RIVALS][M], y[RIVALS][M], lo[RIVALS][M], hi[RIVALS][M];
    rao_ctx *ctx = rao_test_ctx();
    rao_series series[RIVALS];
    rao_report *report = NULL;
    rao_text page = {0};
    for (int k = 0; k < RIVALS; k++) {
        for (int i = 0; i < M; i++) {
            x[i] = 10 * i, seconds[k][i] = 0.013 * (k + 1) * i,
            y[k][i] = (0.01 + 2 / (1 + 0.05 * (k + 1) * i)) * exp(0.1 * noise(50 + k, i));
            lo[k][i] = y[k][i] * 0.8, hi[k][i] = y[k][i] * 1.3;
        }
        series[k] = (rao_series){.name = names[k], .n = M, .x = x, .y = y[k], .lo = lo[k], .hi = hi[k]};
    }
    OK(ctx, rao_report_create(ctx, "Race", "sub", &report));
    rao_chart chart = {.title = "steps", .y_scale = RAO_AXIS_LOG, .half = 1, .series = series, .series_count = RIVALS};
    OK(ctx, rao_report_chart(ctx, report, &chart));
    for (int k = 0; k < RIVALS; k++) series[k].x = seconds[k];
    OK(ctx, rao_report_chart(ctx, report, &chart));
    OK(ctx, add_table(ctx, report));
    OK(ctx, rao_report_html(ctx, report, &page));
    EXPECT_XML(page.data);
    EXPECT_TRUE(page.length < 300000);
    rao_report_destroy(&report);
    rao_text_destroy(&page);
    rao_test_ctx_close(&ctx);
}

static int write_page(const char *path) {
    rao_ctx *ctx = NULL;
    rao_text page = {0};
    FILE *file = NULL;
    int ok = rao_ctx_create(NULL, &ctx) == RAO_OK && make_page(ctx, &page) == RAO_OK && (file = fopen(path, "wb")) != NULL;
    ok = ok && fwrite(page.data, 1, (size_t)page.length, file) == (size_t)page.length;
    ok = file ? fclose(file) == 0 && ok : 0;
    rao_text_destroy(&page);
    rao_ctx_destroy(&ctx);
    return ok ? 0 : 1;
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(hard_page), cmocka_unit_test(race_page)};
    return argc > 1 ? write_page(argv[1]) : rao_test_run("report page", tests, COUNT(tests));
}
