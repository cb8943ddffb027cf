/* race_report.c - a race as one HTML file: table, sentences, curves against steps and seconds, settings, machine. */
#include "race.h"

#include <math.h>
#include <string.h>

static rao_status add_table(race_view *v, const rao_table *table, void *arg) { return rao_report_table(v->ctx, arg, table); }

/* ---- curves ---- */

typedef struct plot {
    const char *title, *subtitle, *x_label, *y_label;
    curve_field x, y;
    int logarithmic, with_target;
} plot;

/* The target as a level line as long as the longest curve. */
static rao_series target_line(const race_view *v, const curve *curves, const plot *p, double x[2], double y[2]) {
    x[0] = 0, x[1] = 0, y[0] = y[1] = v->target;
    for (int64_t i = 0; i < v->rivals; i++)
        if (curves[i].n) x[1] = fmax(x[1], curves[i].median[p->x][curves[i].n - 1]);
    return (rao_series){.name = "target", .n = 2, .x = x, .y = y, .style = RAO_SERIES_REFERENCE};
}

static int all_positive(const race_view *v, const curve *curves, curve_field field) {
    int64_t drawn = 0;
    for (int64_t i = 0; i < v->rivals; i++) {
        if (curves[i].n && !curve_positive(&curves[i], field)) return 0;
        drawn += curves[i].n;
    }
    return drawn > 0;
}

static rao_status add_plot(race_view *v, rao_report *report, const curve *curves, const plot *p) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(v->ctx);
    rao_series *series = NULL;
    double level_x[2], level_y[2];
    int bands = v->options->race.seeds > 1, level = p->with_target && !isnan(v->target);
    RAO_TRY(rao_scratch(v->ctx, v->rivals + 1, &series));
    for (int64_t i = 0; i < v->rivals; i++) {
        const curve *c = &curves[i];
        series[i] = (rao_series){.name = v->results[i].name, .n = c->n, .x = c->median[p->x], .y = c->median[p->y], .colour = (int)i + 1};
        if (bands) series[i].lo = c->least[p->y], series[i].hi = c->largest[p->y];
    }
    if (level) series[v->rivals] = target_line(v, curves, p, level_x, level_y);
    rao_chart chart = {
        .title = p->title, .subtitle = p->subtitle, .x_label = p->x_label, .y_label = p->y_label, .half = 1, .series = series};
    chart.series_count = v->rivals + level;
    chart.y_scale = p->logarithmic && all_positive(v, curves, p->y) && !(level && v->target <= 0) ? RAO_AXIS_LOG : RAO_AXIS_LINEAR;
    st = rao_report_chart(v->ctx, report, &chart);
done:
    rao_scratch_reset(v->ctx, mark);
    return st;
}

static rao_status add_plots(race_view *v, rao_report *report) {
    rao_status st = RAO_OK;
    curve *curves = NULL;
    int classes = rao_dataset_classes(v->problem.data) > 0, tested = rao_dataset_cases(v->problem.data, RAO_TEST) > 0;
    const char *score = classes ? "share of test cases right" : "squared error a test case";
    const plot plots[] = {
        {"Training loss against steps", "what a step is worth", "steps", "nats a case", CURVE_STEP, CURVE_TRAIN_LOSS, 1, 1},
        {"Training loss against time", "what a second is worth", "seconds of training", "nats a case", CURVE_SECONDS, CURVE_TRAIN_LOSS, 1,
         1},
        {"Test loss against steps", NULL, "steps", "nats a case", CURVE_STEP, CURVE_TEST_LOSS, 1, 0},
        {classes ? "Test accuracy against steps" : "Test error against steps", NULL, "steps", score, CURVE_STEP, CURVE_TEST_SCORE, !classes,
         0},
    };
    RAO_TRY(rao_alloc(v->ctx, v->rivals, &curves));
    for (int64_t i = 0; i < v->rivals; i++) RAO_TRY(curve_of_rival(v->ctx, v->race, i, v->results[i].chosen, &curves[i]));
    for (size_t k = 0; k < (tested ? 4 : 2); k++) RAO_TRY(add_plot(v, report, curves, &plots[k]));
    RAO_TRY(rao_report_note(v->ctx, report,
                            v->options->race.seeds > 1 ? "Lines are medians over the seeds, bands reach from the least to the largest. "
                                                         "Seconds count training steps alone, not evaluations."
                                                       : "Seconds count training steps alone, not evaluations."));
done:
    for (int64_t i = 0; curves && i < v->rivals; i++) curve_destroy(&curves[i]);
    rao_free(&curves);
    return st;
}

/* ---- the rest ---- */

static rao_status add_verdict(race_view *v, rao_report *report) {
    rao_status st;
    rao_text text = {0};
    RAO_TRY(race_verdict(v, &text));
    for (char *line = strtok(text.data, "\n"); line; line = strtok(NULL, "\n")) RAO_TRY(rao_report_paragraph(v->ctx, report, line));
done:
    rao_text_destroy(&text);
    return st;
}

static rao_status add_optimisers(race_view *v, rao_report *report) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(v->ctx);
    rao_pair *pairs = NULL;
    RAO_TRY(rao_scratch(v->ctx, v->rivals, &pairs));
    for (int64_t i = 0; i < v->rivals; i++) pairs[i] = (rao_pair){v->results[i].name, v->results[i].settings};
    RAO_TRY(rao_report_pairs(v->ctx, report, v->options->race.sweep == RAO_SWEEP_LR ? "Optimisers, each at its best rate" : "Optimisers",
                             pairs, v->rivals));
done:
    rao_scratch_reset(v->ctx, mark);
    return st;
}

static rao_status add_settings(race_view *v, rao_report *report) {
    rao_status st;
    rao_pair pairs[SETTINGS_MOST];
    settings_pairs(&v->settings, pairs);
    RAO_TRY(rao_report_pairs(v->ctx, report, "Problem and budget", pairs, v->settings.count));
    RAO_TRY(add_optimisers(v, report));
    RAO_TRY(machine_report(v->ctx, report, &v->machine));
done:
    return st;
}

static rao_status fill(race_view *v, rao_report *report) {
    rao_status st;
    RAO_TRY(race_results_table(v, add_table, report));
    RAO_TRY(add_verdict(v, report));
    RAO_TRY(add_plots(v, report));
    if (v->options->race.sweep == RAO_SWEEP_LR) RAO_TRY(race_sweep_table(v, add_table, report));
    RAO_TRY(rao_report_heading(v->ctx, report, "Settings"));
    RAO_TRY(rao_report_code(v->ctx, report, v->call->line.data));
    RAO_TRY(add_settings(v, report));
done:
    return st;
}

rao_status race_report(race_view *v) {
    rao_status st;
    rao_report *report = NULL;
    rao_text html = {0};
    RAO_TRY(rao_report_create(v->ctx, "rao race", rao_dataset_describe(v->problem.data), &report));
    RAO_TRY(fill(v, report));
    RAO_TRY(rao_report_html(v->ctx, report, &html));
    RAO_TRY(rao_out_append(v->ctx, v->out, html.data, html.length));
    RAO_TRY(rao_out_commit(v->ctx, &v->out));
done:
    rao_text_destroy(&html);
    rao_report_destroy(&report);
    return st;
}
