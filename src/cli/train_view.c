/* train_view.c - one run as a table and as JSON. */
#include "train.h"

#include <math.h>

typedef enum point_column { STEP = 0, EPOCH, SECONDS, TRAIN, TEST, SCORE, POINT_COLUMNS } point_column;

static rao_cell number_or_none(double value) { return isfinite(value) ? rao_cell_number(value) : rao_cell_none(); }

static void fill_row(const train_view *v, int64_t k, rao_cell *row) {
    const rao_train_point *points;
    rao_trainer_points(v->trainer, &points);
    const rao_train_point *p = &points[k];
    row[STEP] = rao_cell_number((double)p->step);
    row[EPOCH] = rao_cell_number(p->epoch);
    row[SECONDS] = rao_cell_number(p->seconds);
    row[TRAIN] = rao_cell_number(p->train_loss);
    row[TEST] = number_or_none(p->test_loss);
    row[SCORE] = number_or_none(p->test_score);
}

rao_status train_table(train_view *v, int64_t rows, train_table_fn *use, void *arg) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(v->ctx);
    rao_cell *cells = NULL;
    int64_t n = v->curve.n, shown = n < rows ? n : rows;
    int classes = rao_dataset_classes(v->problem.data) > 0;
    const rao_column columns[POINT_COLUMNS] = {
        [STEP] = {"step", NULL, RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 0},
        [EPOCH] = {"epoch", NULL, RAO_ALIGN_RIGHT, RAO_NUMBER_FIXED, 2},
        [SECONDS] = {"time", "seconds", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 3},
        [TRAIN] = {"train loss", "nats", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 4},
        [TEST] = {"test loss", "nats", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 4},
        [SCORE] = {classes ? "accuracy" : "sq. error", "test", RAO_ALIGN_RIGHT, classes ? RAO_NUMBER_PERCENT : RAO_NUMBER_GENERAL,
                   classes ? 1 : 4},
    };
    RAO_TRY(rao_scratch(v->ctx, shown * POINT_COLUMNS, &cells));
    for (int64_t i = 0; i < shown; i++) fill_row(v, shown > 1 ? i * (n - 1) / (shown - 1) : i, cells + i * POINT_COLUMNS);
    rao_table table = {.column_count = POINT_COLUMNS, .row_count = shown, .columns = columns, .cells = cells};
    st = use(v, &table, arg);
done:
    rao_scratch_reset(v->ctx, mark);
    return st;
}

/* ---- the terminal ---- */

static rao_status print_table(train_view *v, const rao_table *table, void *arg) {
    (void)arg;
    return cli_print_table(v->ctx, table);
}

static rao_status say_files(train_view *v, rao_text *text) {
    rao_status st = RAO_OK;
    const train_options *o = v->options;
    const rao_pair files[] = {
        {"weights", v->failure == RAO_OK ? o->save : NULL}, {"checkpoint", o->checkpoint}, {"log", o->log}, {"report", o->report}};
    for (size_t k = 0; k < sizeof files / sizeof *files; k++)
        if (files[k].value) RAO_TRY(rao_text_printf(v->ctx, text, "%-12s %s\n", files[k].key, files[k].value));
done:
    return st;
}

rao_status train_terminal(train_view *v) {
    rao_status st;
    rao_text text = {0};
    RAO_TRY(settings_print(&v->settings, &text));
    RAO_TRY(machine_print(v->ctx, &v->machine, &text));
    RAO_TRY(rao_text_puts(v->ctx, &text, "\n"));
    cli_print(&text);
    RAO_TRY(train_table(v, 12, print_table, NULL));
    RAO_TRY(rao_text_puts(v->ctx, &text, "\n"));
    if (v->interrupted) RAO_TRY(rao_text_puts(v->ctx, &text, "Interrupted: this is what was done until then.\n"));
    if (v->failure != RAO_OK) RAO_TRY(rao_text_printf(v->ctx, &text, "Failed: %s.\n", v->message.data));
    RAO_TRY(say_files(v, &text));
    cli_print(&text);
done:
    rao_text_destroy(&text);
    return st;
}

/* ---- JSON ---- */

static void put_curve(train_view *v, rao_json_writer *json) {
    static const char *const keys[2][CURVE_FIELDS] = {
        {"step", "seconds", "train_loss", "test_loss", "train_squared_error", "test_squared_error"},
        {"step", "seconds", "train_loss", "test_loss", "train_accuracy", "test_accuracy"},
    };
    int classes = rao_dataset_classes(v->problem.data) > 0;
    rao_json_object(v->ctx, json, "curve");
    for (int f = 0; f < CURVE_FIELDS; f++) rao_json_numbers(v->ctx, json, keys[classes][f], v->curve.median[f], v->curve.n);
    rao_json_end(v->ctx, json);
}

rao_status train_json(train_view *v) {
    rao_json_writer json = {0};
    const rao_train_point *points;
    int64_t n = rao_trainer_points(v->trainer, &points), steps = rao_trainer_steps(v->trainer);
    double none = NAN, seconds = rao_trainer_seconds(v->trainer);
    int classes = rao_dataset_classes(v->problem.data) > 0;
    const rao_train_point *last = n && v->failure == RAO_OK ? &points[n - 1] : NULL;
    rao_json_object(v->ctx, &json, NULL);
    rao_json_string(v->ctx, &json, "version", rao_version());
    settings_json(&v->settings, &json);
    machine_json(v->ctx, &json, &v->machine);
    rao_json_int(v->ctx, &json, "steps", steps);
    rao_json_number(v->ctx, &json, "seconds", seconds);
    rao_json_number(v->ctx, &json, "ms_per_step", steps ? 1e3 * seconds / (double)steps : none);
    rao_json_number(v->ctx, &json, "train_loss", last ? last->train_loss : none);
    rao_json_number(v->ctx, &json, "test_loss", last ? last->test_loss : none);
    rao_json_number(v->ctx, &json, "test_accuracy", last && classes ? last->test_score : none);
    if (!classes) rao_json_number(v->ctx, &json, "test_squared_error", last ? last->test_score : none);
    rao_json_bool(v->ctx, &json, "interrupted", v->interrupted);
    if (v->failure != RAO_OK) rao_json_string(v->ctx, &json, "error", v->message.data);
    put_curve(v, &json);
    rao_json_end(v->ctx, &json);
    return cli_print_json(v->ctx, &json);
}
