/* cmd_race.c - several optimisers on one problem under one budget. */
#include "race.h"

#include <math.h>
#include <stdio.h>

static const rao_option rows[] = {
    PROBLEM_ROWS(race_options, problem),
    {.name = "optim",
     .type = RAO_OPT_STRING,
     .offset = offsetof(race_options, optim),
     .text = "sgd,adam,ngd,kfac",
     .help = "NAME[:key=value]...,NAME..."},
    {.name = "report",
     .type = RAO_OPT_STRING,
     .offset = offsetof(race_options, report),
     .help = "write one HTML file with table and curves"},
};
static const rao_option_table table = {"race", sizeof(race_options), rows, sizeof rows / sizeof *rows};
static const cli_group groups[] = {
    {rao_race_options, offsetof(race_options, race)},
    {rao_train_options, offsetof(race_options, race.train)},
    {rao_dataset_options, offsetof(race_options, problem.dataset)},
};
CLI_OPTIONS_FIT(race_options);

static void defaults(void *options) {
    race_options *o = options;
    rao_race_opts_init(&o->race);
    rao_dataset_opts_init(&o->problem.dataset);
}

/* ---- before ---- */

static rao_status list_settings(race_view *v) {
    settings *s = &v->settings;
    settings_problem(s, &v->problem, &v->options->race.train);
    settings_int(s, "seeds", v->options->race.seeds);
    settings_text(s, "sweep", v->options->race.sweep == RAO_SWEEP_LR ? "lr" : "none");
    return s->status;
}

static rao_status open_view(race_view *v, race_options *o) {
    rao_status st;
    o->race.train.seed = v->call->common.seed;
    RAO_TRY(problem_one_budget(v->call));
    RAO_TRY(problem_open(v->call, &o->problem, &v->problem));
    RAO_TRY(rao_race_create(v->ctx, v->problem.model, v->problem.data, o->optim, &o->race, &v->race));
    v->rivals = rao_race_rivals(v->race);
    RAO_TRY(list_settings(v));
    RAO_TRY(rao_alloc(v->ctx, v->rivals, &v->results));
    if (o->report) RAO_TRY(rao_out_open(v->ctx, o->report, &v->out)); /* now, not after an hour of work */
    RAO_TRY(machine_ask(v->ctx, &v->machine));
done:
    return st;
}

static void close_view(race_view *v) {
    rao_out_abort(&v->out);
    rao_free(&v->results);
    settings_destroy(&v->settings);
    rao_race_destroy(&v->race);
    problem_close(&v->problem);
}

/* ---- during ---- */

static void show(void *user, const rao_train_event *event) {
    cli_progress *p = user;
    if (event->point) p->loss = event->point->train_loss;
    else progress_show(p, rao_optim_name(rao_trainer_optim(event->trainer)), event->fraction);
}

static rao_status run_race(race_view *v) {
    rao_status st;
    cli_progress progress;
    progress_begin(&progress, v->ctx, &v->call->common, "steps");
    rao_race_watch(v->race, show, &progress);
    st = rao_race_run(v->ctx, v->race);
    progress_end(&progress);
    v->interrupted = interrupt_seen();
    v->target = rao_race_target(v->race);
    for (int64_t i = 0; i < v->rivals && st == RAO_OK; i++) st = rao_race_result_at(v->ctx, v->race, i, -1, &v->results[i]);
    return st;
}

/* ---- behind ---- */

static rao_status print_table(race_view *v, const rao_table *t, void *arg) {
    (void)arg;
    return cli_print_table(v->ctx, t);
}

static rao_status print_terminal(race_view *v) {
    rao_status st;
    rao_text text = {0};
    RAO_TRY(settings_print(&v->settings, &text));
    RAO_TRY(machine_print(v->ctx, &v->machine, &text));
    RAO_TRY(rao_text_puts(v->ctx, &text, "\n"));
    cli_print(&text);
    RAO_TRY(race_results_table(v, print_table, NULL));
    RAO_TRY(rao_text_puts(v->ctx, &text, "\n"));
    RAO_TRY(race_verdict(v, &text));
    RAO_TRY(rao_text_puts(v->ctx, &text, "\n"));
    for (int64_t i = 0; i < v->rivals; i++)
        RAO_TRY(rao_text_printf(v->ctx, &text, "%-14s %s\n", v->results[i].name, v->results[i].settings));
    cli_print(&text);
    if (v->options->race.sweep == RAO_SWEEP_LR) {
        RAO_TRY(rao_text_puts(v->ctx, &text, "\n"));
        cli_print(&text);
        RAO_TRY(race_sweep_table(v, print_table, NULL));
    }
    if (*v->machine.blas.warning) RAO_TRY(rao_text_printf(v->ctx, &text, "\nwarning: %s\n", v->machine.blas.warning));
    if (v->options->report) RAO_TRY(rao_text_printf(v->ctx, &text, "\nreport: %s\n", v->options->report));
    cli_print(&text);
done:
    rao_text_destroy(&text);
    return st;
}

/* A race in which no run ended well has failed; an interrupted one has not done its work. */
static rao_status verdict_status(race_view *v) {
    int64_t runs = 0, failed = 0;
    for (int64_t i = 0; i < v->rivals; i++) runs += v->results[i].runs, failed += v->results[i].failed;
    if (v->interrupted) return rao_fail(v->ctx, RAO_ENUMERIC, "interrupted; what was done until then is on standard output");
    if (runs > 0 && failed == runs) return rao_fail(v->ctx, RAO_ENUMERIC, "no run ended well: %s", v->results[0].message);
    return RAO_OK;
}

static rao_status race(cli_call *call) {
    rao_status st;
    race_view v = {.call = call, .ctx = call->ctx, .options = call->options, .settings.ctx = call->ctx};
    RAO_TRY(open_view(&v, call->options));
    RAO_TRY(run_race(&v));
    if (v.options->report) RAO_TRY(race_report(&v));
    RAO_TRY(call->common.json ? race_json(&v) : print_terminal(&v));
    st = verdict_status(&v);
done:
    close_view(&v);
    return st;
}

const cli_command cmd_race = {
    .name = "race",
    .summary = "several optimisers on one problem under one budget: table, curves, report",
    .details = problem_details,
    .example = "rao race --optim sgd:lr=0.1,adam:lr=0.01 --seeds 3 --report race.html",
    .options = &table,
    .groups = groups,
    .group_count = sizeof groups / sizeof *groups,
    .defaults = defaults,
    .run = race,
};
