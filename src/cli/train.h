/* train.h - one run from the command line and what is said of it. */
#ifndef RAO_CLI_TRAIN_H
#define RAO_CLI_TRAIN_H

#include "curve.h"
#include "machine.h"
#include "problem.h"

typedef struct train_options {
    problem_options problem;
    const char *optim, *save, *load, *log, *report, *checkpoint, *resume;
    rao_train_opts train;
} train_options;

typedef struct train_view {
    cli_call *call;
    rao_ctx *ctx;
    const train_options *options;
    problem problem;
    machine machine;
    settings settings;
    rao_trainer *trainer;
    curve curve;
    int interrupted;
    rao_status failure; /* of the run: RAO_OK, or ENUMERIC with its sentence */
    rao_text message;
    rao_out *out; /* of options->report */
} train_view;

/* train_view.c: calls `use` with a table of evaluations, at most `rows` of them. */
typedef rao_status train_table_fn(train_view *v, const rao_table *table, void *arg);
rao_status train_table(train_view *v, int64_t rows, train_table_fn *use, void *arg);
rao_status train_terminal(train_view *v);
rao_status train_json(train_view *v);
rao_status train_report(train_view *v); /* train_report.c: fills and commits v->out */

#endif
