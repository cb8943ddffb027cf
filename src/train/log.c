/* log.c - a run as JSON lines that can be read while it lasts: one object when it starts, one an evaluation, one when it ends. */
#include "train/train.h"

static rao_status write_line(rao_ctx *ctx, rao_trainer *t, rao_json_writer *json) {
    rao_status st = rao_json_end(ctx, json);
    if (st == RAO_OK) st = rao_json_line(ctx, json, t->log);
    rao_json_clear(json);
    return st;
}

static void open_line(rao_ctx *ctx, rao_json_writer *json, const char *event) {
    rao_json_object(ctx, json, NULL);
    rao_json_string(ctx, json, "event", event);
}

rao_status rao_trainer_log(rao_ctx *ctx, rao_trainer *t, const char *path) {
    rao_status st = RAO_OK;
    rao_json_writer *json = &t->line;
    rao_out *log = NULL;
    RAO_TRY(rao_out_open_log(ctx, path, &log));
    rao_out_abort(&t->log);
    t->log = log;
    open_line(ctx, json, "start");
    rao_json_string(ctx, json, "version", rao_version());
    rao_json_string(ctx, json, "data", rao_dataset_describe(t->data));
    rao_json_string(ctx, json, "model", rao_model_spec(t->model));
    rao_json_string(ctx, json, "dtype", rao_dtype_name(rao_model_dtype(t->model)));
    rao_json_string(ctx, json, "optim", rao_optim_name(t->optim));
    rao_json_string(ctx, json, "settings", rao_optim_settings(t->optim));
    if (t->metric) rao_json_string(ctx, json, "metric", rao_fisher_name(t->metric));
    rao_json_int(ctx, json, "seed", t->opts.seed);
    rao_json_int(ctx, json, "batch", t->order.batch);
    if (t->planned > 0) rao_json_int(ctx, json, "budget_steps", t->planned);
    else rao_json_number(ctx, json, "budget_seconds", t->opts.seconds);
    rao_json_int(ctx, json, "evaluate", t->interval);
    rao_json_int(ctx, json, "step", rao_trainer_steps(t));
    st = write_line(ctx, t, json);
done:
    return st;
}

/* ---- the last step of a rule with a metric ---- */

/* The tape as it was when the step was made: a judged one has looked at the weights behind it. */
static rao_status revisit(rao_ctx *ctx, rao_trainer *t) {
    rao_status st = RAO_OK;
    rao_vec w;
    double loss;
    if (rao_optim_wants_judgement(t->optim)) {
        RAO_TRY(rao_optim_before(ctx, t->optim, &w));
        RAO_TRY(rao_objective_loss(ctx, t->objective, &w, &loss));
        RAO_TRY(rao_objective_backward(ctx, t->objective, &w, 0, NULL, NULL));
        RAO_TRY(rao_tape_outer(ctx, rao_objective_tape(t->objective), t->blocks));
    }
    st = rao_optim_form_gradient(ctx, t->optim, t->blocks, t->block_count);
done:
    return st;
}

/* What the step was to do, layer by layer and, behind the last layer, as a whole; and what it did: a step that was not judged is held against the loss of its
 * batch here. The clock of the run stands still, and no later step depends on it. */
static rao_status explain(rao_ctx *ctx, rao_trainer *t, rao_optim_step_info *info, rao_optim_part *parts) {
    rao_status st = RAO_OK;
    rao_vec w = rao_trainer_weights(t);
    double after = NAN;
    RAO_TRY(revisit(ctx, t));
    RAO_TRY(rao_optim_step_info_get(ctx, t->optim, info));
    for (int64_t l = 0; l < t->block_count; l++) {
        rao_parameter p = rao_graph_parameter(rao_model_graph(t->model), l);
        parts[l] = (rao_optim_part){.first = p.offset, .count = p.rows * p.cols};
    }
    parts[t->block_count] = (rao_optim_part){.first = 0, .count = w.n};
    RAO_TRY(rao_optim_explain(ctx, t->optim, rao_fisher_op(t->metric), t->block_count + 1, parts));
    if (!isfinite(info->predicted)) info->predicted = parts[t->block_count].predicted; /* else it is the model that chose the step */
    if (rao_optim_wants_judgement(t->optim)) goto done;
    RAO_TRY(rao_objective_loss(ctx, t->objective, &w, &after));
    info->realised = after - t->batch_loss + info->penalty;
done:
    return st;
}

/* Numbers that a representation does not have are null. */
static void put_layers(rao_ctx *ctx, const rao_trainer *t, const rao_optim_part *parts, rao_json_writer *json) {
    rao_json_array(ctx, json, "layers");
    for (int64_t l = 0; l < t->block_count; l++) {
        rao_fisher_layer layer;
        int known = rao_fisher_layer_info(ctx, t->metric, l, &layer) == RAO_OK;
        rao_json_object(ctx, json, NULL);
        rao_json_string(ctx, json, "name", rao_graph_parameter(rao_model_graph(t->model), l).name);
        rao_json_number(ctx, json, "condition", known ? layer.condition : (double)NAN);
        rao_json_number(ctx, json, "pi", known ? layer.pi : (double)NAN);
        rao_json_number(ctx, json, "damping_a", known ? layer.damping_a : (double)NAN);
        rao_json_number(ctx, json, "damping_g", known ? layer.damping_g : (double)NAN);
        rao_json_number(ctx, json, "gradient", parts[l].gradient);
        rao_json_number(ctx, json, "step", parts[l].step);
        rao_json_number(ctx, json, "cosine", parts[l].cosine);
        rao_json_number(ctx, json, "predicted", parts[l].predicted);
        rao_json_number(ctx, json, "age", known ? (double)layer.age : (double)NAN);
        rao_json_end(ctx, json);
    }
    rao_json_end(ctx, json);
}

static rao_status put_step(rao_ctx *ctx, rao_trainer *t, rao_json_writer *json) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(ctx);
    rao_optim_step_info info;
    rao_optim_part *parts = NULL;
    rao_cg_info solve;
    const int iterative = t->metric && rao_fisher_cg_info(ctx, t->metric, &solve) == RAO_OK;
    if (!t->metric || !t->stepped) return RAO_OK;
    RAO_TRY(rao_scratch(ctx, t->block_count + 1, &parts));
    RAO_TRY(explain(ctx, t, &info, parts));
    rao_json_number(ctx, json, "damping", info.damping);
    rao_json_number(ctx, json, "cosine", info.cosine);
    rao_json_number(ctx, json, "length", info.length);
    rao_json_number(ctx, json, "scale", info.scale);
    rao_json_number(ctx, json, "predicted", info.predicted);
    rao_json_number(ctx, json, "realised", info.realised);
    rao_json_int(ctx, json, "rejected", info.rejected);
    rao_json_int(ctx, json, "metric_age", (rao_trainer_steps(t) - 1) % t->metric_every);
    if (iterative) rao_json_int(ctx, json, "cg_iterations", solve.iterations);
    if (iterative) rao_json_number(ctx, json, "cg_residual", solve.residual);
    put_layers(ctx, t, parts, json);
done:
    rao_scratch_reset(ctx, mark);
    return st;
}

rao_status train_log_point(rao_ctx *ctx, rao_trainer *t, const rao_train_point *p) {
    rao_json_writer *json = &t->line;
    int classes = rao_dataset_classes(t->data) > 0;
    if (!t->log) return RAO_OK;
    open_line(ctx, json, "evaluation");
    rao_json_int(ctx, json, "step", p->step);
    rao_json_number(ctx, json, "epoch", p->epoch);
    rao_json_number(ctx, json, "seconds", p->seconds);
    rao_json_number(ctx, json, "seconds_gradient", t->phase[TRAIN_GRADIENT]);
    rao_json_number(ctx, json, "seconds_metric", t->phase[TRAIN_METRIC]);
    rao_json_number(ctx, json, "seconds_step", t->phase[TRAIN_STEP]);
    rao_json_number(ctx, json, "rate", p->rate);
    rao_json_number(ctx, json, "batch_loss", p->batch_loss);
    rao_json_number(ctx, json, "train_loss", p->train_loss);
    rao_json_number(ctx, json, "test_loss", p->test_loss);
    rao_json_number(ctx, json, classes ? "train_accuracy" : "train_squared_error", p->train_score);
    rao_json_number(ctx, json, classes ? "test_accuracy" : "test_squared_error", p->test_score);
    rao_status st = put_step(ctx, t, json);
    if (st != RAO_OK) rao_json_clear(json);
    return st == RAO_OK ? write_line(ctx, t, json) : st;
}

rao_status train_log_end(rao_ctx *ctx, rao_trainer *t, rao_status status, const char *message) {
    rao_json_writer *json = &t->line;
    if (!t->log) return RAO_OK;
    open_line(ctx, json, "end");
    rao_json_string(ctx, json, "status", rao_status_name(status));
    if (status != RAO_OK) rao_json_string(ctx, json, "message", message);
    rao_json_int(ctx, json, "step", rao_trainer_steps(t));
    rao_json_number(ctx, json, "seconds", t->seconds);
    rao_json_bool(ctx, json, "cancelled", status == RAO_OK && !rao_trainer_done(t));
    return write_line(ctx, t, json);
}
