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

/* Between the gradient and the step of one layer: parts of the optimiser's two vectors. */
static double layer_cosine(rao_ctx *ctx, const rao_trainer *t, int64_t l) {
    rao_parameter p = rao_graph_parameter(rao_model_graph(t->model), l);
    rao_vec g, v;
    double beta, gv = 0, gg = 0, vv = 0;
    if (rao_optim_target(ctx, t->optim, &g, &beta) != RAO_OK || !rao_optim_state(t->optim, 0, &v)) return (double)NAN;
    size_t offset = (size_t)p.offset * rao_dtype_size(g.dtype);
    g.n = v.n = p.rows * p.cols;
    g.data = (char *)g.data + offset, v.data = (char *)v.data + offset;
    if (rao_dot(ctx, &g, &v, &gv) != RAO_OK || rao_norm(ctx, &g, &gg) != RAO_OK || rao_norm(ctx, &v, &vv) != RAO_OK) return (double)NAN;
    return gg > 0 && vv > 0 ? gv / (gg * vv) : (double)NAN;
}

/* Layer by layer where the metric has layers to speak of. */
static void put_layers(rao_ctx *ctx, const rao_trainer *t, rao_json_writer *json) {
    rao_fisher_layer layer;
    if (rao_fisher_layer_info(ctx, t->metric, 0, &layer) != RAO_OK) return;
    rao_json_array(ctx, json, "layers");
    for (int64_t l = 0; rao_fisher_layer_info(ctx, t->metric, l, &layer) == RAO_OK; l++) {
        rao_json_object(ctx, json, NULL);
        rao_json_string(ctx, json, "name", layer.name);
        rao_json_number(ctx, json, "condition", layer.condition);
        rao_json_number(ctx, json, "pi", layer.pi);
        rao_json_number(ctx, json, "damping_a", layer.damping_a);
        rao_json_number(ctx, json, "damping_g", layer.damping_g);
        rao_json_number(ctx, json, "cosine", layer_cosine(ctx, t, l));
        rao_json_int(ctx, json, "age", layer.age);
        rao_json_end(ctx, json);
    }
    rao_json_end(ctx, json);
}

static void put_step(rao_ctx *ctx, const rao_trainer *t, rao_json_writer *json) {
    rao_optim_step_info info;
    rao_cg_info solve;
    if (!t->metric || rao_trainer_steps(t) == 0) return;
    if (rao_optim_form_gradient(ctx, t->optim, t->blocks, t->block_count) != RAO_OK) return; /* what the cosines are with */
    if (rao_optim_step_info_get(ctx, t->optim, &info) != RAO_OK) return;
    rao_json_number(ctx, json, "damping", info.damping);
    rao_json_number(ctx, json, "cosine", info.cosine);
    rao_json_number(ctx, json, "length", info.length);
    rao_json_number(ctx, json, "scale", info.scale);
    rao_json_number(ctx, json, "predicted", info.predicted);
    rao_json_number(ctx, json, "realised", info.realised);
    if (rao_fisher_cg_info(ctx, t->metric, &solve) == RAO_OK) {
        rao_json_int(ctx, json, "cg_iterations", solve.iterations);
        rao_json_number(ctx, json, "cg_residual", solve.residual);
    }
    put_layers(ctx, t, json);
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
    put_step(ctx, t, json);
    return write_line(ctx, t, json);
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
