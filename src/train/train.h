/* train/train.h - what the files of room train share. */
#ifndef RAO_TRAIN_TRAIN_H
#define RAO_TRAIN_TRAIN_H

#include <math.h>

#include <rao/io.h>
#include <rao/train.h>

/* options.c */
rao_status train_check_opts(rao_ctx *ctx, const rao_train_opts *opts);
/* trainer.c: the batch that fits the cases, and the steps that see each case `epochs` times (0: a budget in seconds). */
rao_status train_plan(rao_ctx *ctx, const rao_train_opts *opts, int64_t cases, int64_t *batch, int64_t *planned);

/* metric.c: makes t->metric where the rule wants one, and says what the objective's tape must offer. */
rao_status train_make_metric(rao_ctx *ctx, rao_trainer *t, int64_t batch, unsigned *needs);
rao_status train_renew_metric(rao_ctx *ctx, rao_trainer *t, const rao_vec *w);
/* Makes the metric that a run holds behind `steps` steps anew, where it is of one batch alone and kept over several: from the weights at its renewal. */
rao_status train_revive_metric(rao_ctx *ctx, rao_trainer *t, int64_t steps, const rao_vec *renewed);

/* trainer.c: the failure of a run that has failed, again; else RAO_OK. */
rao_status train_repeat_failure(rao_ctx *ctx, const rao_trainer *t);

/* log.c: lines of the log, where there is one. */
rao_status train_log_point(rao_ctx *ctx, rao_trainer *t, const rao_train_point *point);
rao_status train_log_end(rao_ctx *ctx, rao_trainer *t, rao_status status, const char *message);

/* order.c: which cases step t takes. */
typedef struct order {
    rao_stream stream;
    int64_t cases, batch;
    int64_t epoch;        /* of the permutation that is held; -1: none */
    int64_t *permutation; /* cases of them */
    int64_t *rows;        /* the batch */
} order;
rao_status order_create(rao_ctx *ctx, uint64_t seed, int64_t cases, int64_t batch, order *o);
void order_destroy(order *o);
const int64_t *order_rows(order *o, int64_t step);

/* Where the time of the steps goes: the batch and its gradient, the metric, the rule with its solve. */
enum { TRAIN_GRADIENT = 0, TRAIN_METRIC, TRAIN_STEP, TRAIN_PHASES };

struct rao_trainer {
    const rao_model *model;
    const rao_dataset *data;
    rao_train_opts opts;
    rao_optim *optim;
    rao_fisher *metric; /* of a rule that asks for one, else NULL */
    int64_t metric_cases, metric_every;
    void *renewed; /* the weights at the last renewal of a metric that has no state of its own and is kept over several steps; else NULL */
    int64_t model_cases; /* of the batch, for the exact quadratic forms of a rule that asks for them */
    rao_outer *blocks;   /* the gradient of the last step of a rule with a metric, as its factors in the objective's tape */
    int64_t block_count;
    rao_objective *objective; /* of the batch */
    rao_objective *judge;     /* of evaluations: larger chunks, forward only */
    order order;
    void *weights;
    int64_t planned, interval;
    double seconds, phase[TRAIN_PHASES], batch_loss, rate;
    rao_train_point *points;
    int64_t point_count, point_capacity;
    int stepped;       /* a step was made here: what the optimiser says of its last one is of the batch at hand */
    int stopped;       /* an evaluation found what stop_loss or stop_score ask for */
    rao_status status; /* of a failed run, kept */
    rao_text message;
    rao_train_watch_fn *watch;
    void *watch_user;
    rao_out *log; /* NULL: none */
    rao_json_writer line;
};

/* A finished run of a race: a copy of what its trainer held. */
typedef struct race_run {
    int64_t seed, steps;
    double seconds;
    rao_train_point *points;
    int64_t point_count;
    int complete;
    rao_status status;
    rao_text message;
} race_run;

/* One rival at one setting, `seeds` runs of which `runs` were begun. */
typedef struct race_entry {
    rao_text spec, settings; /* the spec as given or with the rate of the sweep; every option */
    const char *metric;      /* of its first run; NULL: none */
    race_run *run;
    int64_t runs;
} race_entry;

struct rao_race {
    const rao_model *model;
    const rao_dataset *data;
    rao_race_opts opts;
    int64_t rivals, settings;
    rao_text *names;
    const rao_optim_rule **rules;
    race_entry *entries; /* rivals x settings */
    double *work;        /* a number a run, for medians: a race serves one thread at a time */
    int64_t groups_done; /* of seeds x settings: for the fraction of the whole */
    rao_train_watch_fn *watch;
    void *watch_user;
};
static inline race_entry *race_entry_at(const rao_race *r, int64_t rival, int64_t setting) {
    return &r->entries[rival * r->settings + setting];
}
static inline int64_t race_settings(const rao_race_opts *o, const double **rates) {
    return o->sweep == RAO_SWEEP_LR ? rao_race_grid(rates) : 1;
}

/* clock.c */
double train_clock(void); /* seconds, monotonic */

#endif
