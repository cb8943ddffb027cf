/* trainer.c - one run: steps, evaluations on a fixed schedule, and the clock that counts the steps alone. */
#include <string.h>

#include <rao/io.h>

#include "train/train.h"

enum { POINTS = 40, CHUNK = 1024 }; /* evaluations in a run of known length; cases of a chunk of one */

/* ---- making ---- */

rao_status train_plan(rao_ctx *ctx, const rao_train_opts *o, int64_t cases, int64_t *batch, int64_t *planned) {
    int64_t all = 0, fits = o->batch < cases ? o->batch : cases;
    if (cases < 1) return rao_fail(ctx, RAO_EINVAL, "train: the data has no training cases");
    rao_status st = rao_size_mul(ctx, "epochs x cases", cases, o->epochs, &all);
    if (st != RAO_OK) return st;
    *batch = fits;
    *planned = o->seconds > 0 ? 0 : o->steps > 0 ? o->steps : (all - 1) / fits + 1;
    return RAO_OK;
}

static int64_t interval_of(const rao_train_opts *o, int64_t cases, int64_t batch, int64_t planned) {
    if (o->evaluate > 0) return o->evaluate;
    return planned > 0 ? (planned - 1) / POINTS + 1 : (cases - 1) / (2 * batch) + 1;
}

static int64_t choose_interval(const rao_trainer *t) { return interval_of(&t->opts, t->order.cases, t->order.batch, t->planned); }

rao_status rao_train_schedule(rao_ctx *ctx, const rao_train_opts *opts, int64_t cases, int64_t *batch, int64_t *steps, int64_t *evaluate) {
    rao_status st = train_check_opts(ctx, opts);
    if (st == RAO_OK) st = train_plan(ctx, opts, cases, batch, steps);
    if (st == RAO_OK) *evaluate = interval_of(opts, cases, *batch, *steps);
    return st;
}

static rao_status make_parts(rao_ctx *ctx, rao_trainer *t, const char *optim) {
    rao_status st = RAO_OK;
    rao_dtype dtype = rao_model_dtype(t->model);
    int64_t cases = rao_dataset_cases(t->data, RAO_TRAIN), size = rao_model_size(t->model);
    int64_t batch = 0;
    unsigned needs = 0;
    rao_vec w;
    RAO_TRY(train_plan(ctx, &t->opts, cases, &batch, &t->planned));
    RAO_TRY(order_create(ctx, (uint64_t)t->opts.seed, cases, batch, &t->order));
    t->interval = choose_interval(t);
    RAO_TRY(rao_optim_create(ctx, optim, dtype, size, t->planned, &t->optim));
    RAO_TRY(train_make_metric(ctx, t, batch, &needs));
    RAO_TRY(rao_objective_create(ctx, t->model, batch, needs, &t->objective));
    RAO_TRY(rao_objective_create(ctx, t->model, cases < CHUNK ? cases : CHUNK, RAO_TAPE_FORWARD, &t->judge));
    RAO_TRY(rao_alloc_bytes(ctx, size, rao_dtype_size(dtype), &t->weights));
    w = rao_trainer_weights(t);
    RAO_TRY(rao_model_init(ctx, t->model, (rao_init)t->opts.init, (uint64_t)t->opts.seed, &w));
done:
    return st;
}

rao_status rao_trainer_create(rao_ctx *ctx, const rao_model *model, const rao_dataset *data, const char *optim, const rao_train_opts *opts,
                              rao_trainer **trainer) {
    rao_status st = RAO_OK;
    rao_trainer *t = NULL;
    if (!model || !data || !optim || !trainer) return rao_fail(ctx, RAO_EINVAL, "train: NULL argument");
    RAO_TRY(rao_alloc(ctx, 1, &t));
    t->model = model, t->data = data;
    t->batch_loss = t->rate = NAN;
    rao_train_opts_init(&t->opts);
    if (opts) memcpy(&t->opts, opts, opts->size < sizeof t->opts ? opts->size : sizeof t->opts);
    RAO_TRY(train_check_opts(ctx, &t->opts));
    RAO_TRY(make_parts(ctx, t, optim));
    *trainer = t;
    t = NULL;
done:
    rao_trainer_destroy(&t);
    return st;
}

void rao_trainer_destroy(rao_trainer **trainer) {
    if (!trainer || !*trainer) return;
    rao_trainer *t = *trainer;
    order_destroy(&t->order);
    rao_optim_destroy(&t->optim);
    rao_fisher_destroy(&t->metric);
    rao_objective_destroy(&t->objective);
    rao_objective_destroy(&t->judge);
    rao_free_block(&t->weights);
    rao_free_block(&t->renewed);
    rao_free(&t->blocks);
    rao_free(&t->points);
    rao_text_destroy(&t->message);
    rao_out_abort(&t->log); /* what was logged stays */
    rao_json_writer_destroy(&t->line);
    rao_free(trainer);
}

void rao_trainer_watch(rao_trainer *t, rao_train_watch_fn *watch, void *user) { t->watch = watch, t->watch_user = user; }

/* ---- asking ---- */

int64_t rao_trainer_steps(const rao_trainer *t) { return rao_optim_steps(t->optim); }
int64_t rao_trainer_planned(const rao_trainer *t) { return t->planned; }
int64_t rao_trainer_interval(const rao_trainer *t) { return t->interval; }
int64_t rao_trainer_batch(const rao_trainer *t) { return t->order.batch; }
double rao_trainer_seconds(const rao_trainer *t) { return t->seconds; }
rao_vec rao_trainer_weights(rao_trainer *t) { return rao_vec_view(rao_model_dtype(t->model), rao_model_size(t->model), t->weights); }
const rao_optim *rao_trainer_optim(const rao_trainer *t) { return t->optim; }
const rao_fisher *rao_trainer_metric(const rao_trainer *t) { return t->metric; }

int64_t rao_trainer_points(const rao_trainer *t, const rao_train_point **points) {
    *points = t->points;
    return t->point_count;
}

static int budget_used(const rao_trainer *t) { return t->planned > 0 ? rao_trainer_steps(t) >= t->planned : t->seconds >= t->opts.seconds; }

static int over(const rao_trainer *t) { return t->stopped || budget_used(t); }

int rao_trainer_done(const rao_trainer *t) { return t->status != RAO_OK || over(t); }

static double fraction(const rao_trainer *t) {
    if (t->stopped) return 1;
    double f = t->planned > 0 ? (double)rao_trainer_steps(t) / (double)t->planned : t->seconds / t->opts.seconds;
    return f < 1 ? f : 1;
}

static void tell(const rao_trainer *t, const rao_train_point *point) {
    rao_train_event event = {t, rao_trainer_steps(t), fraction(t), point};
    if (t->watch) t->watch(t->watch_user, &event);
}

/* ---- failing ---- */

/* A run that failed stays failed: its sentence is kept for every later call. */
static rao_status keep_failure(rao_ctx *ctx, rao_trainer *t, rao_status st) {
    if (st != RAO_ENUMERIC || t->status != RAO_OK) return st;
    t->status = st;
    rao_text_puts(ctx, &t->message, rao_ctx_message(ctx)); /* without memory for it the status alone is kept */
    return st;
}

rao_status train_repeat_failure(rao_ctx *ctx, const rao_trainer *t) {
    return t->status == RAO_OK ? RAO_OK : rao_fail(ctx, t->status, "%s", t->message.data ? t->message.data : "the run has failed");
}

static rao_status diverged(rao_ctx *ctx, const rao_trainer *t, const char *what, double value, int64_t step) {
    char number[RAO_DOUBLE_TEXT]; /* printf may give a NaN a sign */
    rao_format_double(value, number);
    return rao_fail(ctx, RAO_ENUMERIC, "%s diverged: the %s is %s at step %lld", rao_optim_name(t->optim), what, number, (long long)step);
}

/* ---- evaluating ---- */

/* `most` rows of m, evenly spaced from the first one on: a view, and the same rows at every evaluation. */
static rao_mat sample_rows(rao_mat m, int64_t most) {
    if (most < 1 || most >= m.rows) return m;
    m.ld *= m.rows / most;
    m.rows = most;
    return m;
}

static rao_status judge(rao_ctx *ctx, rao_trainer *t, rao_part part, double *loss, double *score) {
    rao_vec w = rao_trainer_weights(t);
    rao_mat x = sample_rows(rao_dataset_x(t->data, part), t->opts.evaluate_cases);
    rao_mat y = sample_rows(rao_dataset_y(t->data, part), t->opts.evaluate_cases);
    *loss = *score = NAN;
    return x.rows > 0 ? rao_objective_evaluate(ctx, t->judge, &w, &x, &y, NULL, loss, score) : RAO_OK;
}

static rao_status reserve_point(rao_ctx *ctx, rao_trainer *t) {
    if (t->point_count < t->point_capacity) return RAO_OK;
    int64_t capacity = t->point_capacity ? 2 * t->point_capacity : POINTS + 8;
    rao_train_point *grown = NULL;
    rao_status st = rao_alloc(ctx, capacity, &grown);
    if (st != RAO_OK) return st;
    if (t->point_count) memcpy(grown, t->points, (size_t)t->point_count * sizeof *grown);
    rao_free(&t->points);
    t->points = grown, t->point_capacity = capacity;
    return RAO_OK;
}

/* NaN, where a stop is not set, is reached by nothing. */
static int good_enough(const rao_trainer *t, const rao_train_point *p) {
    int classes = rao_dataset_classes(t->data) > 0;
    return p->train_loss <= t->opts.stop_loss || (classes ? p->train_score >= t->opts.stop_score : p->train_score <= t->opts.stop_score);
}

rao_status rao_trainer_evaluate(rao_ctx *ctx, rao_trainer *t) {
    rao_status st = RAO_OK;
    rao_train_point p = {.step = rao_trainer_steps(t), .seconds = t->seconds, .batch_loss = t->batch_loss, .rate = t->rate};
    p.epoch = (double)p.step * (double)t->order.batch / (double)t->order.cases;
    RAO_TRY(train_repeat_failure(ctx, t));
    if (t->point_count && t->points[t->point_count - 1].step == p.step) goto done;
    RAO_TRY(reserve_point(ctx, t));
    RAO_TRY(judge(ctx, t, RAO_TRAIN, &p.train_loss, &p.train_score));
    if (!isfinite(p.train_loss)) RAO_TRY(diverged(ctx, t, "training loss", p.train_loss, p.step));
    RAO_TRY(judge(ctx, t, RAO_TEST, &p.test_loss, &p.test_score));
    t->points[t->point_count++] = p;
    t->stopped = good_enough(t, &p);
    tell(t, &p);
    RAO_TRY(train_log_point(ctx, t, &p));
done:
    return keep_failure(ctx, t, st);
}

/* ---- stepping ---- */

static void lap(rao_trainer *t, int phase, double *clock) {
    double now = train_clock();
    t->phase[phase] += now - *clock;
    *clock = now;
}

/* What a metric cannot do at some point of a run (a dead network has none) ends that run, and not the race around it. The step is named here. */
static rao_status end_of_run(rao_ctx *ctx, const rao_trainer *t, rao_status st) {
    if (st != RAO_EDOMAIN && st != RAO_ENUMERIC) return st;
    return rao_fail(ctx, RAO_ENUMERIC, "%s stopped at step %lld: %s", rao_optim_name(t->optim), (long long)rao_trainer_steps(t) + 1,
                    rao_ctx_message(ctx));
}

static rao_status plain_step(rao_ctx *ctx, rao_trainer *t, rao_vec *w, double *loss, double *clock) {
    rao_status st = RAO_OK;
    rao_vec gradient;
    double beta;
    RAO_TRY(rao_optim_target(ctx, t->optim, &gradient, &beta));
    RAO_TRY(rao_objective_gradient(ctx, t->objective, w, beta, &gradient, loss));
    if (!isfinite(*loss)) RAO_TRY(diverged(ctx, t, "loss of the batch", *loss, rao_trainer_steps(t) + 1));
    lap(t, TRAIN_GRADIENT, clock);
    RAO_TRY(rao_optim_step(ctx, t->optim, NULL, w));
    lap(t, TRAIN_STEP, clock);
done:
    return st;
}

/* The gradient of the batch at w as its factors, and the step. The tape holds the forward pass at w. */
static rao_status gradient_and_step(rao_ctx *ctx, rao_trainer *t, rao_vec *w, double *clock) {
    rao_status st = RAO_OK;
    RAO_TRY(rao_objective_backward(ctx, t->objective, w, 0, NULL, NULL));
    RAO_TRY(rao_tape_outer(ctx, rao_objective_tape(t->objective), t->blocks));
    lap(t, TRAIN_GRADIENT, clock);
    RAO_TRY(end_of_run(ctx, t, rao_optim_step_outer(ctx, t->optim, rao_fisher_op(t->metric), t->blocks, t->block_count, w)));
    lap(t, TRAIN_STEP, clock);
done:
    return st;
}

/* A step whose loss could not be had is taken back. */
static rao_status judge_step(rao_ctx *ctx, rao_trainer *t, double before, rao_vec *w, int *kept) {
    double after = NAN;
    rao_status asked = rao_objective_loss(ctx, t->objective, w, &after), judged = rao_optim_judge(ctx, t->optim, before, after, w, kept);
    return asked != RAO_OK ? asked : judged;
}

/* A step that is taken back is taken again, from the same weights on the same batch, with more damping in inverses made anew. */
static rao_status judged_step(rao_ctx *ctx, rao_trainer *t, rao_vec *w, double *loss, double *clock) {
    rao_status st = RAO_OK;
    for (int kept = 0;;) {
        RAO_TRY(gradient_and_step(ctx, t, w, clock));
        RAO_TRY(judge_step(ctx, t, *loss, w, &kept));
        lap(t, TRAIN_STEP, clock);
        if (kept) break;
        rao_fisher_renew(t->metric);
        RAO_TRY(rao_objective_loss(ctx, t->objective, w, loss)); /* the same bits, for what the tape then holds */
        lap(t, TRAIN_GRADIENT, clock);
    }
done:
    return st;
}

/* The metric is renewed between the two halves of the gradient: it uses the tape's cotangents, and the factors of the gradient are to stay there. */
static rao_status metric_step(rao_ctx *ctx, rao_trainer *t, rao_vec *w, double *loss, double *clock) {
    rao_status st = RAO_OK;
    RAO_TRY(rao_objective_loss(ctx, t->objective, w, loss));
    if (!isfinite(*loss)) RAO_TRY(diverged(ctx, t, "loss of the batch", *loss, rao_trainer_steps(t) + 1));
    lap(t, TRAIN_GRADIENT, clock);
    RAO_TRY(end_of_run(ctx, t, train_renew_metric(ctx, t, w)));
    lap(t, TRAIN_METRIC, clock);
    st = rao_optim_wants_judgement(t->optim) ? judged_step(ctx, t, w, loss, clock) : gradient_and_step(ctx, t, w, clock);
done:
    return st;
}

static rao_status one_step(rao_ctx *ctx, rao_trainer *t) {
    rao_status st = RAO_OK;
    rao_mat x = rao_dataset_x(t->data, RAO_TRAIN), y = rao_dataset_y(t->data, RAO_TRAIN);
    rao_vec w = rao_trainer_weights(t);
    double rate = rao_optim_rate(t->optim), loss = NAN, clock = train_clock();
    RAO_TRY(rao_objective_batch(ctx, t->objective, &x, &y, NULL, order_rows(&t->order, rao_trainer_steps(t)), 0, t->order.batch));
    RAO_TRY((t->metric ? metric_step : plain_step)(ctx, t, &w, &loss, &clock));
    t->batch_loss = loss, t->rate = rate, t->stepped = 1;
done:
    return st;
}

/* Steps to `stop`, the end of the budget or a cancel, on the clock. */
static rao_status stretch(rao_ctx *ctx, rao_trainer *t, int64_t stop) {
    rao_status st = RAO_OK;
    while (st == RAO_OK && rao_trainer_steps(t) < stop && !over(t) && !rao_ctx_cancelled(ctx)) {
        double start = train_clock();
        st = one_step(ctx, t);
        t->seconds += train_clock() - start; /* what the watcher takes is not training */
        if (st == RAO_OK) tell(t, NULL);
    }
    return keep_failure(ctx, t, st);
}

static rao_status run(rao_ctx *ctx, rao_trainer *t, int64_t until) {
    rao_status st = RAO_OK;
    RAO_TRY(train_repeat_failure(ctx, t));
    for (;;) {
        int64_t step = rao_trainer_steps(t);
        int ends = over(t) || rao_ctx_cancelled(ctx);
        if (ends || step % t->interval == 0) RAO_TRY(rao_trainer_evaluate(ctx, t));
        if (ends || t->stopped || (until > 0 && step >= until)) break;
        int64_t next = (step / t->interval + 1) * t->interval;
        RAO_TRY(stretch(ctx, t, until > 0 && until < next ? until : next));
    }
done:
    return st;
}

rao_status rao_trainer_run(rao_ctx *ctx, rao_trainer *t, int64_t until) {
    int was_done = rao_trainer_done(t) && t->point_count > 0;
    rao_status st = run(ctx, t, until);
    if (was_done || (st == RAO_OK && !rao_trainer_done(t) && !rao_ctx_cancelled(ctx))) return st;
    if (st == RAO_OK) return train_log_end(ctx, t, RAO_OK, "");
    if (st != t->status) return st;
    train_log_end(ctx, t, st, t->message.data ? t->message.data : "");
    return train_repeat_failure(ctx, t);
}
