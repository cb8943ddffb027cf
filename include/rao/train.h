/* rao/train.h - the training loop: order of the cases, steps, evaluations on a fixed schedule, checkpoints, and races of several optimisers.
 *
 * Order. Epoch e visits the training cases in the permutation (seed, stream RAO_STREAM_SHUFFLE, e); the epochs stand one behind another and step t takes the
 * next `batch` of them. So every batch is full, every case is seen once an epoch, and the order of step t is a function of (seed, t).
 *
 * Clock. `seconds` counts the steps (fetching their cases included) and nothing else: evaluations, logs and checkpoints are not in it.
 *
 * Loss. Everywhere the contract of rao/nn.h: mean nats a case over the whole part (or a fixed sample of it, `evaluate_cases`), no penalty in it.
 */
#ifndef RAO_TRAIN_H
#define RAO_TRAIN_H

#include <rao/fisher.h>
#include <rao/optim.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- one run ------------------------------------------------------------------------------------------------- */

typedef struct rao_train_opts {
    size_t size;            /* set by rao_train_opts_init */
    int64_t batch;          /* cases a step, 256; more than there are means all of them */
    int64_t epochs;         /* the budget, 20, unless one of the next two is set */
    int64_t steps;          /* 0: not set */
    double seconds;         /* of training; 0: not set */
    int64_t evaluate;       /* steps between two evaluations; 0: a fortieth of the run, or half an epoch where its length is not known */
    int init;               /* rao_init */
    int64_t seed;           /* of the initial weights and of the order; 1 */
    int64_t evaluate_cases; /* of each part that an evaluation looks at: every (cases / evaluate_cases)-th; 0: all */
    double stop_loss;       /* ends the run with the first evaluation whose training loss is at most this; NaN: not set */
    double stop_score;      /* and whose train_score is as good as this: an accuracy at least, a squared error at most; NaN: not set */
} rao_train_opts;
#define rao_train_opts_init(o) rao_train_opts_init_sized((o), sizeof *(o))
RAO_API void rao_train_opts_init_sized(rao_train_opts *opts, size_t size);
/* All but the seed. */
RAO_API const rao_option_table *rao_train_options(void);

/* What these options come to for so many training cases: cases a step, steps in all (0: a budget in seconds), steps between evaluations. */
RAO_API rao_status rao_train_schedule(rao_ctx *ctx, const rao_train_opts *opts, int64_t cases, int64_t *batch, int64_t *steps,
                                      int64_t *evaluate);

/* One evaluation, of all cases or of `evaluate_cases` of each part. Numbers that do not exist (no test part, no step yet) are NaN. */
typedef struct rao_train_point {
    int64_t step;
    double epoch, seconds;
    double train_loss, test_loss;
    double train_score, test_score; /* share of cases whose class is right; squared error a case for real targets */
    double batch_loss;              /* of the last step's batch, before the step */
    double rate;                    /* of the last step */
} rao_train_point;

typedef struct rao_trainer rao_trainer;

/* Called after every step and, with `point` set, after every evaluation. */
typedef struct rao_train_event {
    const rao_trainer *trainer;
    int64_t step;
    double fraction;              /* of the work, in [0, 1] */
    const rao_train_point *point; /* NULL: a step */
} rao_train_event;
typedef void rao_train_watch_fn(void *user, const rao_train_event *event);

/* `optim` as in rao_optim_create. The model and the data are borrowed, the dtype is the model's. `opts` may be NULL.
 * Weights start at rao_model_init(seed). EINVAL, ENOMEM. */
RAO_API rao_status rao_trainer_create(rao_ctx *ctx, const rao_model *model, const rao_dataset *data, const char *optim,
                                      const rao_train_opts *opts, rao_trainer **trainer);
RAO_API void rao_trainer_destroy(rao_trainer **trainer);
RAO_API void rao_trainer_watch(rao_trainer *trainer, rao_train_watch_fn *watch, void *user);

/* Trains until `until` steps are done in all, or until the budget is used up or `stop_loss` or `stop_score` is reached (always when until = 0), or until
 * the context is cancelled (RAO_OK: ask rao_ctx_cancelled). Evaluates at step 0, every `evaluate` steps, at the end of the budget and when cancelled.
 * ENUMERIC names the step at which a loss or a parameter was not finite; the trainer then holds the points so far, and answers every further call so. */
RAO_API rao_status rao_trainer_run(rao_ctx *ctx, rao_trainer *trainer, int64_t until);
/* Evaluates now, unless this step was evaluated. */
RAO_API rao_status rao_trainer_evaluate(rao_ctx *ctx, rao_trainer *trainer);

RAO_API int64_t rao_trainer_steps(const rao_trainer *trainer);    /* done */
RAO_API int64_t rao_trainer_planned(const rao_trainer *trainer);  /* in the budget; 0 when it is in seconds */
RAO_API int64_t rao_trainer_interval(const rao_trainer *trainer); /* steps between evaluations */
RAO_API int64_t rao_trainer_batch(const rao_trainer *trainer);
RAO_API double rao_trainer_seconds(const rao_trainer *trainer);
RAO_API int rao_trainer_done(const rao_trainer *trainer);  /* the budget is used up, a stop was reached, or the run has failed */
RAO_API rao_vec rao_trainer_weights(rao_trainer *trainer); /* a view; may be written between runs, before the first step */
RAO_API const rao_optim *rao_trainer_optim(const rao_trainer *trainer);
RAO_API const rao_fisher *rao_trainer_metric(const rao_trainer *trainer); /* NULL: the rule has none */
/* All evaluations so far; borrowed until the next run. */
RAO_API int64_t rao_trainer_points(const rao_trainer *trainer, const rao_train_point **points);

/* Starts a log at `path` of JSON lines that can be read while the run lasts: {"event": "start", settings}, {"event": "evaluation", step, epoch,
 * seconds and their parts seconds_gradient, seconds_metric, seconds_step, rate, batch_loss, train_loss, test_loss, accuracies or squared errors; for rules with a metric the last step:
 * damping, cosine, length, scale, predicted, realised, rejected, metric_age and the layers} and {"event": "end", status, step, seconds, cancelled}.
 * predicted and realised are the change of the loss of the step's batch, by the model (rao_optim_explain; under step = model the one that chose the step) and by a forward pass behind
 * the step, which is made for the log and off the clock. Per layer: condition, pi, damping_a, damping_g and age (rao_fisher_layer_info), the norms of gradient and step, their cosine, and
 * its share of the prediction; a realised share does not exist, for the loss does not fall apart into layers. EIO, here and from rao_trainer_run. */
RAO_API rao_status rao_trainer_log(rao_ctx *ctx, rao_trainer *trainer, const char *path);

/* ---- checkpoints --------------------------------------------------------------------------------------------- */

/* Everything that the rest of the run depends on, in a safetensors file: the weights under the model's names (so that rao_model_load reads them), the
 * vectors of the optimiser and of its metric, and as metadata the step, the seconds and the settings. n steps, save, load and m steps give the
 * same bits as n + m steps; the evaluations so far are not kept (the log has them). Save is ENUMERIC for a run that has failed. Load is EINVAL where model, dtype, optimiser, settings, batch, seed or
 * data differ from the trainer's (both named; the budget may differ), EIO for a file that is no checkpoint, EDOMAIN for a number in it that is not finite; the trainer then
 * is as it was. */
RAO_API rao_status rao_trainer_save(rao_ctx *ctx, const rao_trainer *trainer, const char *path);
RAO_API rao_status rao_trainer_load(rao_ctx *ctx, rao_trainer *trainer, const char *path);

/* ---- races --------------------------------------------------------------------------------------------------- */

typedef enum rao_sweep { RAO_SWEEP_NONE = 0, RAO_SWEEP_LR } rao_sweep;

typedef struct rao_race_opts {
    size_t size;
    rao_train_opts train; /* the budget of every run; run s has seed train.seed + s */
    int64_t seeds;        /* runs of each rival, 1 */
    double target;        /* a training loss; NaN: see rao_race_target */
    int sweep;            /* LR: each rival at each rate of rao_race_grid, its best one stands in the results */
} rao_race_opts;
#define rao_race_opts_init(o) rao_race_opts_init_sized((o), sizeof *(o))
RAO_API void rao_race_opts_init_sized(rao_race_opts *opts, size_t size);
/* seeds, target, sweep; the rest from rao_train_options. */
RAO_API const rao_option_table *rao_race_options(void);
/* The rates of a sweep, the same for every rival, none of which may name a rate of its own: 0.001 0.003 0.01 0.03 0.1 0.3 1. */
RAO_API int64_t rao_race_grid(const double **rates);

typedef struct rao_race rao_race;

/* `optims`: "NAME[:key=value]...,NAME...". All rivals of a seed start from the same weights and see the same batches; they advance in turn, one
 * interval between evaluations each, so that a machine whose speed drifts treats them alike. EINVAL, ENOMEM. */
RAO_API rao_status rao_race_create(rao_ctx *ctx, const rao_model *model, const rao_dataset *data, const char *optims,
                                   const rao_race_opts *opts, rao_race **race);
RAO_API void rao_race_destroy(rao_race **race);
/* `fraction` of an event speaks of the whole race. */
RAO_API void rao_race_watch(rao_race *race, rao_train_watch_fn *watch, void *user);
/* Runs it once. A rival that diverges is out, and the others go on. RAO_OK when cancelled: what was done is in the results. */
RAO_API rao_status rao_race_run(rao_ctx *ctx, rao_race *race);

/* One run of one rival: a seed at a setting. */
typedef struct rao_race_run_info {
    int64_t seed, steps;
    double seconds;
    const rao_train_point *points; /* borrowed from the race */
    int64_t point_count;
    rao_status status;   /* RAO_OK, or ENUMERIC */
    const char *message; /* its sentence, or "" */
} rao_race_run_info;

/* A rival at one setting over the seeds that were run. Medians; a run that failed counts as an infinite loss. The lower one of the two middle values where
 * their mean would be infinite. NaN: no answer (no run, no test part, the target reached by fewer than half of the seeds,
 * the share of right classes of a rival whose losses are infinite). */
typedef struct rao_race_result {
    const char *name; /* the rule; the whole spec where a rule races against itself */
    const char *rule, *settings;
    const char *metric;   /* the representation that it stepped in, by name (rao/fisher.h): what "auto" came to; NULL: none, or not run */
    int64_t runs, failed; /* seeds run, and those of them that did not end well */
    const char *message;  /* of the first failed run, or "" */
    int cancelled;        /* some run of it is not complete */
    double steps, seconds, ms_per_step;
    double train_loss, test_loss, test_score;
    double best_loss; /* the lowest training loss on the way */
    double steps_to_target, seconds_to_target;
    double spread[2]; /* least and largest final training loss */
    int64_t chosen;   /* the setting (0..rao_race_settings - 1) that this is */
} rao_race_result;

RAO_API int64_t rao_race_rivals(const rao_race *race);
/* Settings of a rival: 1, or the rates of the sweep. */
RAO_API int64_t rao_race_settings(const rao_race *race);
RAO_API int64_t rao_race_runs(const rao_race *race, int64_t rival, int64_t setting);
RAO_API rao_status rao_race_run_at(rao_ctx *ctx, const rao_race *race, int64_t rival, int64_t setting, int64_t run,
                                   rao_race_run_info *info);
/* The rival at a setting; setting = -1: at its best one (least median final training loss). */
RAO_API rao_status rao_race_result_at(rao_ctx *ctx, const rao_race *race, int64_t rival, int64_t setting, rao_race_result *result);
/* The target as given, or the largest best_loss among the rivals (each at its best setting) that came down to a tenth of their initial loss - so that
 * all of these reach it, and one that hardly moved does not spoil it - or, where none did, among all. NaN when nothing was run. */
RAO_API double rao_race_target(const rao_race *race);

#ifdef __cplusplus
}
#endif
#endif
