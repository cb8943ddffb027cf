/* cmd_train.c - fits a network to data with one optimiser. */
#include "train.h"

#include <math.h>

static const rao_option rows[] = {
    PROBLEM_ROWS(train_options, problem),
    {.name = "optim", .type = RAO_OPT_STRING, .offset = offsetof(train_options, optim), .text = "sgd", .help = "NAME[:key=value]..."},
    {.name = "save",
     .type = RAO_OPT_STRING,
     .offset = offsetof(train_options, save),
     .help = "write the weights to a safetensors file at the end"},
    {.name = "load", .type = RAO_OPT_STRING, .offset = offsetof(train_options, load), .help = "start from the weights of a file"},
    {.name = "checkpoint",
     .type = RAO_OPT_STRING,
     .offset = offsetof(train_options, checkpoint),
     .help = "keep the whole state of the run in a file, every ten seconds and at the end"},
    {.name = "resume", .type = RAO_OPT_STRING, .offset = offsetof(train_options, resume), .help = "go on from a checkpoint, bit for bit"},
    {.name = "log", .type = RAO_OPT_STRING, .offset = offsetof(train_options, log), .help = "write JSON lines while the run lasts"},
    {.name = "report", .type = RAO_OPT_STRING, .offset = offsetof(train_options, report), .help = "write one HTML file with curves"},
};
static const rao_option_table table = {"train", sizeof(train_options), rows, sizeof rows / sizeof *rows};
static const cli_group groups[] = {
    {rao_train_options, offsetof(train_options, train)},
    {rao_dataset_options, offsetof(train_options, problem.dataset)},
};
CLI_OPTIONS_FIT(train_options);

static void defaults(void *options) {
    train_options *o = options;
    rao_train_opts_init(&o->train);
    rao_dataset_opts_init(&o->problem.dataset);
}

/* ---- before ---- */

/* Whether a file can be written, asked now and not after an hour of work. */
static rao_status check_writable(rao_ctx *ctx, const char *path) {
    rao_out *probe = NULL;
    rao_status st = path ? rao_out_open(ctx, path, &probe) : RAO_OK;
    rao_out_abort(&probe);
    return st;
}

static rao_status open_files(train_view *v) {
    rao_status st;
    const train_options *o = v->options;
    rao_vec w = rao_trainer_weights(v->trainer);
    RAO_TRY(check_writable(v->ctx, o->save));
    RAO_TRY(check_writable(v->ctx, o->checkpoint));
    if (o->load) RAO_TRY(rao_model_load(v->ctx, v->problem.model, o->load, &w));
    if (o->resume) RAO_TRY(rao_trainer_load(v->ctx, v->trainer, o->resume));
    if (o->log) RAO_TRY(rao_trainer_log(v->ctx, v->trainer, o->log));
    if (o->report) RAO_TRY(rao_out_open(v->ctx, o->report, &v->out));
done:
    return st;
}

static rao_status open_view(train_view *v, train_options *o) {
    rao_status st;
    o->train.seed = v->call->common.seed;
    RAO_TRY(problem_one_budget(v->call));
    RAO_TRY(cli_exclusive(v->call, "load", "resume"));
    RAO_TRY(cli_exclusive(v->call, "load", "init"));
    RAO_TRY(cli_exclusive(v->call, "resume", "init"));
    RAO_TRY(problem_open(v->call, &o->problem, &v->problem));
    RAO_TRY(rao_trainer_create(v->ctx, v->problem.model, v->problem.data, o->optim, &o->train, &v->trainer));
    settings_problem(&v->settings, &v->problem, &o->train);
    settings_text(&v->settings, "name", rao_optim_name(rao_trainer_optim(v->trainer)));
    settings_text(&v->settings, "settings", rao_optim_settings(rao_trainer_optim(v->trainer)));
    if (rao_trainer_metric(v->trainer)) settings_text(&v->settings, "metric", rao_fisher_name(rao_trainer_metric(v->trainer)));
    RAO_TRY(v->settings.status);
    RAO_TRY(open_files(v));
    RAO_TRY(machine_ask(v->ctx, &v->machine));
done:
    return st;
}

static void close_view(train_view *v) {
    rao_out_abort(&v->out);
    curve_destroy(&v->curve);
    settings_destroy(&v->settings);
    rao_text_destroy(&v->message);
    rao_trainer_destroy(&v->trainer);
    problem_close(&v->problem);
}

/* ---- during ---- */

static void show(void *user, const rao_train_event *event) {
    cli_progress *p = user;
    if (event->point) p->loss = event->point->train_loss;
    else progress_show(p, rao_optim_name(rao_trainer_optim(event->trainer)), event->fraction);
}

/* From evaluation to evaluation, with a checkpoint every ten seconds. */
static rao_status run_with_checkpoints(train_view *v) {
    static const double EVERY = 10;
    rao_status st = RAO_OK;
    double saved = cli_seconds();
    while (!rao_trainer_done(v->trainer) && !interrupt_seen()) {
        int64_t interval = rao_trainer_interval(v->trainer), next = (rao_trainer_steps(v->trainer) / interval + 1) * interval;
        RAO_TRY(rao_trainer_run(v->ctx, v->trainer, next));
        if (cli_seconds() - saved < EVERY) continue;
        RAO_TRY(rao_trainer_save(v->ctx, v->trainer, v->options->checkpoint));
        saved = cli_seconds();
    }
    RAO_TRY(rao_trainer_run(v->ctx, v->trainer, 0)); /* a run that was resumed at its end is evaluated */
    st = rao_trainer_save(v->ctx, v->trainer, v->options->checkpoint);
done:
    return st;
}

static rao_status run(train_view *v) {
    rao_status st;
    cli_progress progress;
    progress_begin(&progress, v->ctx, &v->call->common, "steps");
    rao_trainer_watch(v->trainer, show, &progress);
    st = v->options->checkpoint ? run_with_checkpoints(v) : rao_trainer_run(v->ctx, v->trainer, 0);
    progress_end(&progress);
    v->interrupted = interrupt_seen() && !rao_trainer_done(v->trainer);
    if (st != RAO_ENUMERIC) return st;
    v->failure = st; /* the evaluations until then are shown all the same */
    return rao_text_puts(v->ctx, &v->message, rao_ctx_message(v->ctx));
}

/* ---- behind ---- */

static rao_status tell(train_view *v) {
    rao_status st;
    const rao_train_point *points;
    int64_t count = rao_trainer_points(v->trainer, &points);
    rao_vec w = rao_trainer_weights(v->trainer);
    RAO_TRY(curve_create(v->ctx, &points, &count, 1, &v->curve));
    if (v->options->save && v->failure == RAO_OK) RAO_TRY(rao_model_save(v->ctx, v->problem.model, &w, v->options->save));
    if (v->options->report) RAO_TRY(train_report(v));
    RAO_TRY(v->call->common.json ? train_json(v) : train_terminal(v));
    if (v->failure != RAO_OK) return rao_fail(v->ctx, v->failure, "%s", v->message.data);
    if (v->interrupted)
        return rao_fail(v->ctx, RAO_ENUMERIC, "interrupted at step %lld; what was done is on standard output",
                        (long long)rao_trainer_steps(v->trainer));
done:
    return st;
}

static rao_status train(cli_call *call) {
    rao_status st;
    train_view v = {.call = call, .ctx = call->ctx, .options = call->options, .settings.ctx = call->ctx};
    RAO_TRY(open_view(&v, call->options));
    RAO_TRY(run(&v));
    st = tell(&v);
done:
    close_view(&v);
    return st;
}

const cli_command cmd_train = {
    .name = "train",
    .summary = "fit a network to data with one optimiser; log, checkpoint, report",
    .details = problem_details,
    .example = "rao train --data digits --model mlp:64-32-10:tanh --optim kfac --epochs 5 --save digits.safetensors --log run.jsonl",
    .options = &table,
    .groups = groups,
    .group_count = sizeof groups / sizeof *groups,
    .defaults = defaults,
    .run = train,
};
