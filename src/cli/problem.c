/* problem.c - data and model of a command that trains. */
#include "problem.h"

#include <math.h>
#include <stdio.h>

#include <rao/optim.h>

/* The default network: one hidden layer of 32 tanh units between the data's inputs and its classes, or targets. */
static rao_status make_model(rao_ctx *ctx, const char *spec, rao_dtype dtype, problem *p) {
    char fallback[96];
    int64_t classes = rao_dataset_classes(p->data), out = classes ? classes : rao_dataset_targets(p->data);
    snprintf(fallback, sizeof fallback, "mlp:%lld-32-%lld:tanh", (long long)rao_dataset_inputs(p->data), (long long)out);
    return rao_model_create(ctx, spec ? spec : fallback, p->data, dtype, &p->model);
}

rao_status problem_open(cli_call *call, problem_options *o, problem *p) {
    rao_status st;
    rao_dtype dtype = o->dtype ? RAO_F64 : RAO_F32;
    o->dataset.seed = call->common.seed;
    RAO_TRY(rao_dataset_load(call->ctx, o->data, &o->dataset, dtype, &p->data));
    RAO_TRY(make_model(call->ctx, o->model, dtype, p));
done:
    return st;
}

void problem_close(problem *p) {
    rao_model_destroy(&p->model);
    rao_dataset_destroy(&p->data);
}

rao_status problem_one_budget(cli_call *call) {
    rao_status st;
    RAO_TRY(cli_exclusive(call, "epochs", "steps"));
    RAO_TRY(cli_exclusive(call, "epochs", "seconds"));
    RAO_TRY(cli_exclusive(call, "steps", "seconds"));
done:
    return st;
}

rao_status problem_details(rao_ctx *ctx, rao_text *out) {
    rao_status st;
    RAO_TRY(rao_text_puts(ctx, out, "optimisers and their keys (NAME:key=value:key=value):\n"));
    for (int64_t i = 0; i < rao_optim_rules(); i++) {
        const rao_optim_rule *rule = rao_optim_rule_at(i);
        RAO_TRY(rao_text_printf(ctx, out, "  %s - %s\n", rule->name, rule->summary));
        RAO_TRY(rao_options_help(ctx, rule->options, 4, "", out));
    }
done:
    return st;
}

/* ---- settings ---- */

static setting_row *new_row(settings *s, const char *key, int kind) {
    if (s->status == RAO_OK && s->count == SETTINGS_MOST) s->status = rao_fail(s->ctx, RAO_EINVAL, "more than %d settings", SETTINGS_MOST);
    if (s->status != RAO_OK) return NULL;
    setting_row *row = &s->row[s->count++];
    row->key = key, row->kind = kind;
    return row;
}

void settings_text(settings *s, const char *key, const char *value) {
    setting_row *row = new_row(s, key, SETTING_TEXT);
    if (row) s->status = rao_text_puts(s->ctx, &row->value, value);
}

void settings_int(settings *s, const char *key, int64_t value) {
    setting_row *row = new_row(s, key, SETTING_INT);
    if (!row) return;
    row->whole = value;
    s->status = rao_text_printf(s->ctx, &row->value, "%lld", (long long)value);
}

void settings_real(settings *s, const char *key, double value) {
    char digits[RAO_DOUBLE_TEXT];
    setting_row *row = new_row(s, key, SETTING_REAL);
    if (!row) return;
    row->real = value;
    rao_format_double(value, digits);
    s->status = rao_text_puts(s->ctx, &row->value, digits);
}

void settings_destroy(settings *s) {
    for (int i = 0; i < s->count; i++) rao_text_destroy(&s->row[i].value);
    s->count = 0;
}

rao_status settings_print(const settings *s, rao_text *out) {
    rao_status st = RAO_OK;
    for (int i = 0; i < s->count && st == RAO_OK; i++) st = rao_text_printf(s->ctx, out, "%-14s %s\n", s->row[i].key, s->row[i].value.data);
    return st;
}

void settings_json(const settings *s, rao_json_writer *json) {
    for (int i = 0; i < s->count; i++) {
        const setting_row *row = &s->row[i];
        if (row->kind == SETTING_INT) rao_json_int(s->ctx, json, row->key, row->whole);
        else if (row->kind == SETTING_REAL) rao_json_number(s->ctx, json, row->key, row->real);
        else rao_json_string(s->ctx, json, row->key, row->value.data);
    }
}

void settings_pairs(const settings *s, rao_pair *pairs) {
    for (int i = 0; i < s->count; i++) pairs[i] = (rao_pair){s->row[i].key, s->row[i].value.data};
}

static void settings_budget(settings *s, const rao_train_opts *opts, int64_t cases) {
    static const char *const inits[] = {"auto", "glorot", "he", "sparse15"};
    int64_t batch = 0, steps = 0, evaluate = 0;
    if (s->status == RAO_OK) s->status = rao_train_schedule(s->ctx, opts, cases, &batch, &steps, &evaluate);
    if (s->status != RAO_OK) return;
    settings_int(s, "batch", batch);
    if (steps == 0) settings_real(s, "budget_seconds", opts->seconds);
    else settings_int(s, "budget_steps", steps);
    if (steps > 0) settings_real(s, "epochs", opts->steps > 0 ? (double)steps * (double)batch / (double)cases : (double)opts->epochs);
    settings_int(s, "evaluate", evaluate);
    if (opts->evaluate_cases > 0) settings_int(s, "evaluate_cases", opts->evaluate_cases);
    if (!isnan(opts->stop_loss)) settings_real(s, "stop_loss", opts->stop_loss);
    if (!isnan(opts->stop_score)) settings_real(s, "stop_score", opts->stop_score);
    settings_text(s, "init", inits[opts->init]);
    settings_int(s, "seed", opts->seed);
}

void settings_problem(settings *s, const problem *p, const rao_train_opts *opts) {
    settings_text(s, "data", rao_dataset_describe(p->data));
    settings_text(s, "model", rao_model_spec(p->model));
    settings_int(s, "parameters", rao_model_size(p->model));
    settings_text(s, "dtype", rao_dtype_name(rao_model_dtype(p->model)));
    settings_budget(s, opts, rao_dataset_cases(p->data, RAO_TRAIN));
}
