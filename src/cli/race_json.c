/* race_json.c - a race as one JSON object. null where a number does not exist: no test part, diverged, target not reached. */
#include "race.h"

#include <math.h>

static void put_curve(race_view *v, rao_json_writer *json, const rao_race_run_info *run) {
    static const struct {
        const char *key;
        curve_field field;
    } keys[] = {{"step", CURVE_STEP}, {"seconds", CURVE_SECONDS}, {"train_loss", CURVE_TRAIN_LOSS}, {"test_loss", CURVE_TEST_LOSS}};
    curve c = {0};
    json->failed = curve_create(v->ctx, &run->points, &run->point_count, 1, &c);
    rao_json_object(v->ctx, json, "curve");
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) rao_json_numbers(v->ctx, json, keys[k].key, c.median[keys[k].field], c.n);
    rao_json_end(v->ctx, json);
    curve_destroy(&c);
}

static void put_runs(race_view *v, rao_json_writer *json, int64_t rival, int64_t setting, int with_curves) {
    rao_race_run_info run;
    rao_json_array(v->ctx, json, "runs");
    for (int64_t k = 0; k < rao_race_runs(v->race, rival, setting) && json->failed == RAO_OK; k++) {
        json->failed = rao_race_run_at(v->ctx, v->race, rival, setting, k, &run);
        rao_json_object(v->ctx, json, NULL);
        rao_json_int(v->ctx, json, "seed", run.seed);
        rao_json_int(v->ctx, json, "steps", run.steps);
        rao_json_number(v->ctx, json, "seconds", run.seconds);
        rao_json_number(v->ctx, json, "train_loss", run.status == RAO_OK ? run.points[run.point_count - 1].train_loss : (double)NAN);
        if (run.status != RAO_OK) rao_json_string(v->ctx, json, "error", run.message);
        if (with_curves && json->failed == RAO_OK) put_curve(v, json, &run);
        rao_json_end(v->ctx, json);
    }
    rao_json_end(v->ctx, json);
}

static void put_result(race_view *v, rao_json_writer *json, const rao_race_result *r) {
    int classes = rao_dataset_classes(v->problem.data) > 0;
    rao_json_string(v->ctx, json, "name", r->name);
    rao_json_string(v->ctx, json, "settings", r->settings);
    if (r->metric) rao_json_string(v->ctx, json, "metric", r->metric);
    rao_json_number(v->ctx, json, "steps", r->steps);
    rao_json_number(v->ctx, json, "seconds", r->seconds);
    rao_json_number(v->ctx, json, "ms_per_step", r->ms_per_step);
    rao_json_number(v->ctx, json, "train_loss", r->train_loss);
    rao_json_number(v->ctx, json, "test_loss", r->test_loss);
    rao_json_number(v->ctx, json, "test_accuracy", classes ? r->test_score : (double)NAN);
    if (!classes) rao_json_number(v->ctx, json, "test_squared_error", r->test_score);
    rao_json_number(v->ctx, json, "steps_to_target", r->steps_to_target);
    rao_json_number(v->ctx, json, "seconds_to_target", r->seconds_to_target);
    rao_json_numbers(v->ctx, json, "spread", r->spread, 2);
    rao_json_int(v->ctx, json, "diverged", r->failed);
    if (r->failed) rao_json_string(v->ctx, json, "error", r->message);
}

static void put_results(race_view *v, rao_json_writer *json) {
    rao_json_array(v->ctx, json, "results");
    for (int64_t i = 0; i < v->rivals; i++) {
        rao_json_object(v->ctx, json, NULL);
        put_result(v, json, &v->results[i]);
        put_runs(v, json, i, v->results[i].chosen, 1);
        rao_json_end(v->ctx, json);
    }
    rao_json_end(v->ctx, json);
}

static void put_sweep(race_view *v, rao_json_writer *json) {
    const double *rates;
    rao_race_result r;
    rao_race_grid(&rates);
    rao_json_array(v->ctx, json, "sweep_results");
    for (int64_t i = 0; i < v->rivals; i++)
        for (int64_t s = 0; s < rao_race_settings(v->race) && json->failed == RAO_OK; s++) {
            json->failed = rao_race_result_at(v->ctx, v->race, i, s, &r);
            rao_json_object(v->ctx, json, NULL);
            rao_json_number(v->ctx, json, "lr", rates[s]);
            put_result(v, json, &r);
            put_runs(v, json, i, s, 0);
            rao_json_end(v->ctx, json);
        }
    rao_json_end(v->ctx, json);
}

rao_status race_json(race_view *v) {
    rao_json_writer json = {0};
    rao_json_object(v->ctx, &json, NULL);
    rao_json_string(v->ctx, &json, "version", rao_version());
    settings_json(&v->settings, &json);
    machine_json(v->ctx, &json, &v->machine);
    rao_json_number(v->ctx, &json, "target", v->target);
    rao_json_bool(v->ctx, &json, "interrupted", v->interrupted);
    put_results(v, &json);
    if (v->options->race.sweep == RAO_SWEEP_LR) put_sweep(v, &json);
    rao_json_end(v->ctx, &json);
    return cli_print_json(v->ctx, &json);
}
