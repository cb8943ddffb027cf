/* report.c - one report with every kind of figure: curves that were measured once per seed, a table, a spectrum, paths in the half plane.
 *
 *     report [OUT.html]       writes the page (report.html) and prints its short form
 *
 * The curves are made up from a formula and the library's own random numbers; a program of yours brings its own. */
#include <rao/report.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STEPS = 401, RIVALS = 4, CLASSES = 10, WAY = 61 };

static const char *const names[RIVALS] = {"sgd", "adam", "ngd", "kfac"};

typedef struct curve {
    double step[STEPS], seconds[STEPS], median[STEPS], low[STEPS], high[STEPS];
    int64_t n;
} curve;

/* A loss that falls like a power of the step, with the noise of its batches. */
static void make_curve(int rival, curve *c) {
    static const double pace[RIVALS] = {0.045, 0.11, 0.34, 0.55}, cost[RIVALS] = {0.0011, 0.0013, 0.0048, 0.0026},
                        noise[RIVALS] = {0.05, 0.07, 0.03, 0.04};
    rao_stream stream = rao_stream_make(7, (uint64_t)rival);
    c->n = rival == 2 ? 241 : STEPS; /* its time was up earlier */
    for (int64_t i = 0; i < c->n; i++) {
        double z = rao_normal_at(stream, 0, (uint64_t)i), loss = 0.004 + 2.3 / pow(1 + pace[rival] * (double)i, 1.35);
        c->step[i] = (double)i, c->seconds[i] = cost[rival] * (double)i;
        c->median[i] = loss * exp(0.6 * noise[rival] * z);
        c->low[i] = c->median[i] * exp(-2 * noise[rival]), c->high[i] = c->median[i] * exp(2.6 * noise[rival]);
    }
}

/* ---- curves and table ---- */

static rao_status add_race(rao_ctx *ctx, rao_report *report) {
    static curve curves[RIVALS];
    static const double ends[2] = {0, STEPS - 1}, ends_seconds[2] = {0, 1.15}, target[2] = {0.05, 0.05};
    rao_series by_step[RIVALS + 1] = {{0}}, by_second[RIVALS + 1];
    rao_status st;
    for (int k = 0; k < RIVALS; k++) {
        make_curve(k, &curves[k]);
        by_step[k] = (rao_series){
            .name = names[k], .n = curves[k].n, .x = curves[k].step, .y = curves[k].median, .lo = curves[k].low, .hi = curves[k].high};
    }
    by_step[RIVALS] = (rao_series){.name = "target", .n = 2, .x = ends, .y = target, .style = RAO_SERIES_REFERENCE};
    memcpy(by_second, by_step, sizeof by_second);
    for (int k = 0; k < RIVALS; k++) by_second[k].x = curves[k].seconds;
    by_second[RIVALS].x = ends_seconds;
    const rao_chart steps = {.title = "Training loss against steps",
                             .subtitle = "Line: median of three seeds. Band: smallest to largest.",
                             .x_label = "steps",
                             .y_label = "nats per case",
                             .y_scale = RAO_AXIS_LOG,
                             .half = 1,
                             .series = by_step,
                             .series_count = RIVALS + 1};
    rao_chart seconds = steps;
    seconds.title = "Training loss against seconds", seconds.subtitle = "The same curves; time spent on evaluation is not counted.";
    seconds.x_label = "seconds", seconds.series = by_second;
    if ((st = rao_report_chart(ctx, report, &steps)) != RAO_OK) return st;
    return rao_report_chart(ctx, report, &seconds);
}

static rao_status add_table(rao_ctx *ctx, rao_report *report) {
    static const rao_column columns[] = {{.name = "optimiser"},
                                         {.name = "steps"},
                                         {.name = "time", .unit = "ms per step"},
                                         {.name = "training loss"},
                                         {.name = "spread", .unit = "least\xE2\x80\x93most", .digits = 3},
                                         {.name = "test loss"},
                                         {.name = "test accuracy", .style = RAO_NUMBER_PERCENT, .digits = 1},
                                         {.name = "steps to target"}};
    enum { COLUMNS = sizeof columns / sizeof *columns };
    static const double numbers[RIVALS][7] = {{400, 1.1, 0.0489, 0.0443, 0.0561, 0.0812, 0.9583},
                                              {400, 1.3, 0.01731, 0.0151, 0.0204, 0.0517, 0.9722},
                                              {240, 4.8, 0.01022, 0.00985, 0.0109, 0.0498, 0.975},
                                              {400, 2.6, 0.00561, 0.00551, 0.0062, 0.0461, 0.9778}};
    static const double reached[RIVALS] = {-1, 158, 51, 31};
    rao_cell cells[RIVALS][COLUMNS];
    for (int k = 0; k < RIVALS; k++) {
        const double *v = numbers[k];
        rao_cell row[COLUMNS] = {rao_cell_text(names[k]),    rao_cell_number(v[0]),
                                 rao_cell_number(v[1]),      rao_cell_number(v[2]),
                                 rao_cell_range(v[3], v[4]), rao_cell_number(v[5]),
                                 rao_cell_number(v[6]),      reached[k] < 0 ? rao_cell_none() : rao_cell_number(reached[k])};
        row[0].colour = k + 1;
        if (k == 3) row[3].strong = row[5].strong = row[6].strong = row[7].strong = 1;
        memcpy(cells[k], row, sizeof row);
    }
    const rao_table table = {
        .title = "After the budget",
        .note = "Medians over three seeds. A dash: fewer than half of the seeds reached the target. Bold: the best of its column.",
        .column_count = COLUMNS,
        .row_count = RIVALS,
        .columns = columns,
        .cells = cells[0]};
    return rao_report_table(ctx, report, &table);
}

/* ---- a spectrum, bars ---- */

static rao_status add_spectrum(rao_ctx *ctx, rao_report *report) {
    enum { EIGENVALUES = 2410 };
    static double exact[EIGENVALUES], diagonal[EIGENVALUES], rank[EIGENVALUES];
    rao_stream stream = rao_stream_make(7, 100);
    for (int i = 0; i < EIGENVALUES; i++) {
        rank[i] = i + 1;
        exact[i] = 3.1 * pow(1 + i / 9.0, -1.4) * exp(-i / 300.0) * exp(0.02 * rao_normal_at(stream, 0, (uint64_t)i));
        diagonal[i] = 0.3 * pow(1 + i / 60.0, -1.1) * exp(-i / 900.0);
    }
    for (int i = 2000; i < EIGENVALUES; i++) exact[i] = 0; /* the null space has no place on a logarithmic axis */
    const rao_series series[] = {{.name = "Fisher matrix", .n = EIGENVALUES, .x = rank, .y = exact, .style = RAO_SERIES_POINTS},
                                 {.name = "its diagonal", .n = EIGENVALUES, .x = rank, .y = diagonal, .style = RAO_SERIES_POINTS}};
    const rao_chart chart = {.title = "Eigenvalues of the Fisher matrix",
                             .subtitle = "Sorted; 410 of them are zero and have no place here.",
                             .x_label = "rank",
                             .y_label = "eigenvalue",
                             .x_scale = RAO_AXIS_LOG,
                             .y_scale = RAO_AXIS_LOG,
                             .half = 1,
                             .series = series,
                             .series_count = 2};
    return rao_report_chart(ctx, report, &chart);
}

static rao_status add_bars(rao_ctx *ctx, rao_report *report) {
    static const double share[] = {0.412, 0.287, 0.143, 0.094, 0.064};
    static const char *const parts[] = {"matrix products", "inverses", "factor statistics", "activations", "everything else"};
    const rao_bars bars = {.title = "Where the time of a kfac step went",
                           .subtitle = "Of 2.6 ms.",
                           .n = 5,
                           .names = parts,
                           .values = share,
                           .style = RAO_NUMBER_PERCENT,
                           .digits = 1,
                           .half = 1};
    return rao_report_bars(ctx, report, &bars);
}

/* ---- geometry ---- */

/* Fisher-Rao geodesics of the normal family in (mu / sqrt 2, sigma): half circles on the axis sigma = 0. */
static rao_status add_geodesics(rao_ctx *ctx, rao_report *report) {
    static double x[4][WAY], y[4][WAY];
    static char labels[4][32];
    rao_series series[4] = {{0}};
    for (int k = 0; k < 4; k++) {
        double radius = 0.7 + 0.45 * k, centre = 0.35 * k;
        for (int i = 0; i < WAY; i++) {
            double s = -2.2 + 4.4 * i / (WAY - 1); /* arc length */
            x[k][i] = centre + radius * tanh(s), y[k][i] = radius / cosh(s);
        }
        snprintf(labels[k], sizeof labels[k], "radius %d.%02d", (int)radius, (int)lround(100 * radius) % 100);
        series[k] = (rao_series){.name = labels[k], .n = WAY, .x = x[k], .y = y[k]};
    }
    const rao_chart chart = {.title = "Geodesics of the normal family",
                             .subtitle = "Half circles in the upper half plane; one unit is as long in both directions.",
                             .x_label = "\xCE\xBC / \xE2\x88\x9A"
                                        "2",
                             .y_label = "\xCF\x83",
                             .equal_aspect = 1,
                             .half = 1,
                             .series = series,
                             .series_count = 4};
    return rao_report_chart(ctx, report, &chart);
}

static rao_status add_confusion(rao_ctx *ctx, rao_report *report) {
    static double counts[CLASSES][CLASSES];
    static const char *const digits[CLASSES] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    rao_stream stream = rao_stream_make(7, 200);
    for (int i = 0; i < CLASSES; i++)
        for (int j = 0; j < CLASSES; j++) {
            double u = rao_uniform_at(stream, 0, (uint64_t)(i * CLASSES + j));
            counts[i][j] = i == j ? 30 + floor(8 * u) : u > 0.8 ? floor(10 * (u - 0.8)) : 0;
        }
    counts[8][1] = 4, counts[9][3] = 3, counts[3][9] = 2, counts[4][9] = 2;
    const rao_heatmap map = {.title = "Which digit was taken for which",
                             .subtitle = "Test cases of kfac, first seed.",
                             .x_label = "answer",
                             .y_label = "truth",
                             .value_label = "cases, logarithmic",
                             .rows = CLASSES,
                             .cols = CLASSES,
                             .values = counts[0],
                             .row_names = digits,
                             .col_names = digits,
                             .scale = RAO_HEAT_LOG,
                             .half = 1};
    return rao_report_heatmap(ctx, report, &map);
}

/* log p(mu, sigma | data) of a normal sample, relative to its largest value */
static rao_status add_landscape(rao_ctx *ctx, rao_report *report) {
    enum { ROWS = 48, COLS = 64 };
    static double values[ROWS][COLS];
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLS; j++) {
            double sigma = 0.4 + 1.6 * (i + 0.5) / ROWS, mu = -1.2 + 2.4 * (j + 0.5) / COLS;
            values[i][j] = -20 * log(sigma) - 10 * (0.81 + (mu - 0.1) * (mu - 0.1)) / (sigma * sigma);
        }
    const rao_heatmap map = {.title = "Log-likelihood of a normal sample",
                             .subtitle = "Twenty cases, mean 0.1, variance 0.81.",
                             .x_label = "\xCE\xBC",
                             .y_label = "\xCF\x83",
                             .value_label = "nats",
                             .rows = ROWS,
                             .cols = COLS,
                             .values = values[0],
                             .x_range = {-1.2, 1.2},
                             .y_range = {0.4, 2.0},
                             .half = 1};
    return rao_report_heatmap(ctx, report, &map);
}

/* ---- the whole ---- */

static rao_status fill(rao_ctx *ctx, rao_report *report) {
    static const rao_pair settings[] = {{"data", "digits (1,797 cases, 8x8)"},
                                        {"model", "mlp:64-32-10:tanh"},
                                        {"batch", "256"},
                                        {"epochs", "20"},
                                        {"seeds", "1, 2, 3"},
                                        {"sgd", "lr=0.1:momentum=0.9:nesterov=0"},
                                        {"adam", "lr=0.002:beta1=0.9:beta2=0.999:eps=1e-08"},
                                        {"ngd", "damping=0.03:representation=gram"},
                                        {"kfac", "damping=0.003:interval=10:ema=0.95:sampled=1"}};
    static const rao_pair machine[] = {{"processor", "2 cores, AVX-512"},
                                       {"BLAS", "OpenBLAS 0.3.21, Cooperlake, one thread"},
                                       {"compiler", "gcc 12.2.0 -O3"},
                                       {"rao", "0.1.0"}};
    rao_status st;
    RAO_TRY(rao_report_paragraph(ctx, report,
                                 "Four optimisers were given the same network, the same batches and the same budget. The natural gradients "
                                 "need far fewer steps to the same loss; "
                                 "a step of theirs costs more. Both are drawn below."));
    RAO_TRY(
        rao_report_code(ctx, report, "rao race --data digits --model mlp:64-32-10:tanh --optim sgd,adam,ngd,kfac --seeds 3 --target 0.05"));
    RAO_TRY(rao_report_heading(ctx, report, "The race"));
    RAO_TRY(add_race(ctx, report));
    RAO_TRY(add_table(ctx, report));
    RAO_TRY(rao_report_heading(ctx, report, "What the metric looks like"));
    RAO_TRY(add_spectrum(ctx, report));
    RAO_TRY(add_bars(ctx, report));
    RAO_TRY(rao_report_heading(ctx, report, "In the plane"));
    RAO_TRY(add_geodesics(ctx, report));
    RAO_TRY(add_confusion(ctx, report));
    RAO_TRY(rao_report_heading(ctx, report, "A likelihood"));
    RAO_TRY(add_landscape(ctx, report));
    RAO_TRY(rao_report_heading(ctx, report, "How it was run"));
    RAO_TRY(rao_report_pairs(ctx, report, "Settings", settings, sizeof settings / sizeof *settings));
    RAO_TRY(rao_report_pairs(ctx, report, "Machine", machine, sizeof machine / sizeof *machine));
    RAO_TRY(rao_report_note(ctx, report, "The numbers of this page are made up: it shows what a report looks like."));
done:
    return st;
}

static int save(const char *path, const rao_text *text) {
    FILE *file = fopen(path, "wb");
    int bad = !file || fwrite(text->data, 1, (size_t)text->length, file) != (size_t)text->length;
    if (file) bad |= fclose(file) != 0;
    return bad;
}

int main(int argc, char **argv) {
    const char *path = argc > 1 ? argv[1] : "report.html";
    rao_ctx *ctx = NULL;
    rao_report *report = NULL;
    rao_text page = {0}, brief = {0};
    rao_terminal terminal;
    rao_status st;
    rao_terminal_init(&terminal);
    if (rao_ctx_create(NULL, &ctx) != RAO_OK) return 1;
    RAO_TRY(rao_report_create(ctx, "Four optimisers, one budget",
                              "Handwritten digits, a network of 2,410 weights, twenty passes over the data", &report));
    RAO_TRY(fill(ctx, report));
    RAO_TRY(rao_report_html(ctx, report, &page));
    RAO_TRY(rao_report_text(ctx, report, &terminal, &brief));
    fputs(brief.data, stdout);
    if (save(path, &page)) fprintf(stderr, "report: cannot write %s\n", path), st = RAO_EIO;
done:
    if (st != RAO_OK && st != RAO_EIO) fprintf(stderr, "report: %s\n", rao_ctx_message(ctx));
    rao_text_destroy(&page), rao_text_destroy(&brief);
    rao_report_destroy(&report);
    rao_ctx_destroy(&ctx);
    return st != RAO_OK;
}
