/* race.h - a finished race and what is said of it: a table, sentences, JSON, a report. */
#ifndef RAO_CLI_RACE_H
#define RAO_CLI_RACE_H

#include "curve.h"
#include "machine.h"
#include "problem.h"

typedef struct race_options {
    problem_options problem;
    const char *optim, *report;
    rao_race_opts race;
} race_options;

typedef struct race_view {
    cli_call *call;
    rao_ctx *ctx;
    const race_options *options;
    problem problem;
    machine machine;
    settings settings;
    rao_race *race;
    int64_t rivals;
    rao_race_result *results; /* each rival at its best setting */
    double target;
    int interrupted;
    rao_out *out; /* of options->report */
} race_view;

/* race_table.c: calls `use` with the table of results, or with the one of all runs of a sweep. */
typedef rao_status race_table_fn(race_view *v, const rao_table *table, void *arg);
rao_status race_results_table(race_view *v, race_table_fn *use, void *arg);
rao_status race_sweep_table(race_view *v, race_table_fn *use, void *arg);
/* Sentences, one a line: the target, who needs the fewest steps and the least time, what a metric gains in steps and costs in time, who loses, which
 * metric was chosen, who diverged. */
rao_status race_verdict(race_view *v, rao_text *out);
rao_status race_json(race_view *v);   /* race_json.c: prints the object */
rao_status race_report(race_view *v); /* race_report.c: fills and commits v->out */

#endif
