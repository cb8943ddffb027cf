/* train_report.c - one run as one HTML file: curves against steps and seconds, table, settings, machine. */
#include "train.h"

static rao_status add_table(train_view *v, const rao_table *table, void *arg) { return rao_report_table(v->ctx, arg, table); }

/* Training and test curve of one pair of fields against one axis. */
static rao_status add_chart(train_view *v, rao_report *report, const char *title, curve_field x, curve_field train, curve_field test,
                            int loss) {
    const curve *c = &v->curve;
    int tested = rao_dataset_cases(v->problem.data, RAO_TEST) > 0, classes = rao_dataset_classes(v->problem.data) > 0;
    const rao_series series[] = {
        {.name = "training", .n = c->n, .x = c->median[x], .y = c->median[train], .colour = 1},
        {.name = "test", .n = c->n, .x = c->median[x], .y = c->median[test], .colour = 2},
    };
    rao_chart chart = {.title = title,
                       .x_label = x == CURVE_STEP ? "steps" : "seconds of training",
                       .half = 1,
                       .series = series,
                       .series_count = tested ? 2 : 1};
    chart.y_label = loss ? "nats a case" : classes ? "share of cases right" : "squared error a case";
    int logarithmic = (loss || !classes) && curve_positive(c, train) && (!tested || curve_positive(c, test));
    chart.y_scale = logarithmic ? RAO_AXIS_LOG : RAO_AXIS_LINEAR;
    return rao_report_chart(v->ctx, report, &chart);
}

static rao_status fill(train_view *v, rao_report *report) {
    rao_status st;
    rao_pair pairs[SETTINGS_MOST];
    int classes = rao_dataset_classes(v->problem.data) > 0;
    if (v->failure != RAO_OK) RAO_TRY(rao_report_paragraph(v->ctx, report, v->message.data));
    if (v->interrupted) RAO_TRY(rao_report_paragraph(v->ctx, report, "Interrupted: this is what was done until then."));
    RAO_TRY(add_chart(v, report, "Loss against steps", CURVE_STEP, CURVE_TRAIN_LOSS, CURVE_TEST_LOSS, 1));
    RAO_TRY(add_chart(v, report, "Loss against time", CURVE_SECONDS, CURVE_TRAIN_LOSS, CURVE_TEST_LOSS, 1));
    RAO_TRY(add_chart(v, report, classes ? "Accuracy against steps" : "Squared error against steps", CURVE_STEP, CURVE_TRAIN_SCORE,
                      CURVE_TEST_SCORE, 0));
    RAO_TRY(rao_report_note(v->ctx, report, "Seconds count training steps alone, not evaluations."));
    RAO_TRY(train_table(v, 25, add_table, report));
    RAO_TRY(rao_report_heading(v->ctx, report, "Settings"));
    RAO_TRY(rao_report_code(v->ctx, report, v->call->line.data));
    settings_pairs(&v->settings, pairs);
    RAO_TRY(rao_report_pairs(v->ctx, report, NULL, pairs, v->settings.count));
    RAO_TRY(machine_report(v->ctx, report, &v->machine));
done:
    return st;
}

rao_status train_report(train_view *v) {
    rao_status st;
    rao_report *report = NULL;
    rao_text html = {0};
    RAO_TRY(rao_report_create(v->ctx, "rao train", rao_dataset_describe(v->problem.data), &report));
    RAO_TRY(fill(v, report));
    RAO_TRY(rao_report_html(v->ctx, report, &html));
    RAO_TRY(rao_out_append(v->ctx, v->out, html.data, html.length));
    RAO_TRY(rao_out_commit(v->ctx, &v->out));
done:
    rao_text_destroy(&html);
    rao_report_destroy(&report);
    return st;
}
