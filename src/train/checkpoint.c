/* checkpoint.c - a run in a safetensors file: the weights as rao_model_save has them, the vectors of the optimiser and of its metric as
 * rao.optim.NAME and rao.metric.I.NAME, of a metric made from one batch and kept over several steps the weights that it was made at (rao.metric.renewed),
 * and the rest as metadata. The order of the cases and every draw are functions of (seed, step), so
 * nothing of a generator is kept. */
#include "nn/weights.h"
#include "train/train.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 96, NUMBER_BYTES = 32 };
static const char VERSION[] = "1";

/* ---- the vectors beside the weights ---- */

static const char RENEWED[] = WEIGHTS_BESIDE "metric.renewed";

/* Vector i of the optimiser and then of its metric, with its name in the file; 0 behind the last one. */
static int state_at(const rao_trainer *t, int64_t i, char name[NAME_BYTES], rao_vec *v) {
    int64_t own = rao_optim_states(t->optim);
    if (t->renewed && i == own) {
        *v = rao_vec_view(rao_model_dtype(t->model), rao_model_size(t->model), t->renewed);
        snprintf(name, NAME_BYTES, "%s", RENEWED);
        return 1;
    }
    const char *inner = i < own ? rao_optim_state(t->optim, i, v) : t->metric ? rao_fisher_state(t->metric, i - own, v) : NULL;
    if (!inner) return 0;
    if (i < own) snprintf(name, NAME_BYTES, WEIGHTS_BESIDE "optim.%s", inner);
    else snprintf(name, NAME_BYTES, WEIGHTS_BESIDE "metric.%lld.%s", (long long)(i - own), inner);
    return 1;
}

static int64_t count_states(const rao_trainer *t) {
    char name[NAME_BYTES];
    rao_vec v;
    int64_t n = 0;
    while (state_at(t, n, name, &v)) n++;
    return n;
}

/* ---- metadata ---- */

/* What must agree between a file and the trainer that loads it. */
enum { DTYPE = 0, OPTIM, SETTINGS, BATCH, SEED, DATA, SPLIT, AGREED };
static const char *const agreed_key[AGREED] = {"rao.dtype", "rao.optim", "rao.settings", "rao.batch", "rao.seed", "rao.data", "rao.split"};
/* What a trainer takes over. */
enum { STEP = 0, SECONDS, BATCH_LOSS, RATE, DAMPING, TAKEN };
static const char *const taken_key[TAKEN] = {"rao.step", "rao.seconds", "rao.batch_loss", "rao.rate", "rao.damping"};

static void agreed_values(const rao_trainer *t, char numbers[3][NUMBER_BYTES], const char *values[AGREED]) {
    snprintf(numbers[0], NUMBER_BYTES, "%lld", (long long)t->order.batch);
    snprintf(numbers[1], NUMBER_BYTES, "%lld", (long long)t->opts.seed);
    snprintf(numbers[2], NUMBER_BYTES, "%lld", (long long)rao_dataset_split(t->data));
    values[DTYPE] = rao_dtype_name(rao_model_dtype(t->model));
    values[OPTIM] = rao_optim_name(t->optim);
    values[SETTINGS] = rao_optim_settings(t->optim);
    values[BATCH] = numbers[0];
    values[SEED] = numbers[1];
    values[DATA] = rao_dataset_describe(t->data);
    values[SPLIT] = numbers[2];
}

/* ---- writing ---- */

static rao_status write_file(rao_ctx *ctx, const rao_trainer *t, const char *path, const rao_tensor *tensors, int64_t count) {
    char numbers[3][NUMBER_BYTES], taken[TAKEN][RAO_DOUBLE_TEXT];
    const char *values[AGREED];
    rao_pair pairs[AGREED + TAKEN + 3] = {
        {WEIGHTS_MODEL_KEY, rao_model_spec(t->model)}, {"rao.version", rao_version()}, {"rao.checkpoint", VERSION}};
    const double known[TAKEN] = {[STEP] = (double)rao_trainer_steps(t),
                                 [SECONDS] = t->seconds,
                                 [BATCH_LOSS] = t->batch_loss,
                                 [RATE] = t->rate,
                                 [DAMPING] = t->metric ? rao_fisher_op(t->metric)->damping : 0};
    int64_t n = 3;
    agreed_values(t, numbers, values);
    for (int k = 0; k < AGREED; k++) pairs[n++] = (rao_pair){agreed_key[k], values[k]};
    for (int k = 0; k < TAKEN; k++) {
        rao_format_double(known[k], taken[k]);
        pairs[n++] = (rao_pair){taken_key[k], taken[k]};
    }
    return rao_safetensors_write(ctx, path, tensors, count, pairs, n);
}

rao_status rao_trainer_save(rao_ctx *ctx, const rao_trainer *t, const char *path) {
    rao_status st = RAO_OK;
    rao_vec w = rao_vec_view(rao_model_dtype(t->model), rao_model_size(t->model), t->weights), v;
    weights_pack pack = {0};
    rao_tensor *tensors = NULL;
    char(*names)[NAME_BYTES] = NULL;
    int64_t states = count_states(t);
    RAO_TRY(train_repeat_failure(ctx, t));
    RAO_TRY(weights_pack_create(ctx, t->model, &w, &pack));
    RAO_TRY(rao_alloc(ctx, pack.count + states, &tensors));
    RAO_TRY(rao_alloc(ctx, states, &names));
    memcpy(tensors, pack.tensors, (size_t)pack.count * sizeof *tensors);
    for (int64_t i = 0; i < states; i++) {
        state_at(t, i, names[i], &v);
        tensors[pack.count + i] = (rao_tensor){names[i], {v.dtype == RAO_F64 ? RAO_IO_F64 : RAO_IO_F32, 1, {v.n}, v.data}};
    }
    st = write_file(ctx, t, path, tensors, pack.count + states);
done:
    weights_pack_destroy(&pack);
    rao_free(&tensors);
    rao_free(&names);
    return st;
}

/* ---- reading ---- */

static rao_status check_agreed(rao_ctx *ctx, const rao_trainer *t, const rao_safetensors *file, const char *path) {
    char numbers[3][NUMBER_BYTES];
    const char *values[AGREED], *version = rao_safetensors_metadata(file, "rao.checkpoint");
    if (!version)
        return rao_fail(ctx, RAO_EIO, "%s is no checkpoint: it has no rao.checkpoint (weights alone are loaded with rao_model_load)", path);
    if (strcmp(version, VERSION) != 0)
        return rao_fail(ctx, RAO_EIO, "%s is a checkpoint of version %s, this is version %s", path, version, VERSION);
    agreed_values(t, numbers, values);
    for (int k = 0; k < AGREED; k++) {
        const char *held = rao_safetensors_metadata(file, agreed_key[k]);
        if (!held) return rao_fail(ctx, RAO_EIO, "%s: no %s among its metadata", path, agreed_key[k]);
        if (strcmp(held, values[k]) != 0)
            return rao_fail(ctx, RAO_EINVAL, "%s has %s %s, the run %s", path, agreed_key[k] + 4, held, values[k]);
    }
    return RAO_OK;
}

static rao_status read_taken(rao_ctx *ctx, const rao_safetensors *file, const char *path, double taken[TAKEN]) {
    for (int k = 0; k < TAKEN; k++) {
        const char *text = rao_safetensors_metadata(file, taken_key[k]);
        if (!text || rao_parse_double(NULL, text, (int64_t)strlen(text), &taken[k]) != RAO_OK)
            return rao_fail(ctx, RAO_EIO, "%s: %s = %s, want a number", path, taken_key[k], text ? text : "nothing");
    }
    if (!(taken[STEP] >= 0 && taken[STEP] <= 0x1p53 && taken[STEP] == floor(taken[STEP])))
        return rao_fail(ctx, RAO_EIO, "%s: rao.step = %s, want a whole number >= 0", path, rao_safetensors_metadata(file, taken_key[STEP]));
    if (!(taken[DAMPING] >= 0 && isfinite(taken[DAMPING])) || !(taken[SECONDS] >= 0))
        return rao_fail(ctx, RAO_EIO, "%s: rao.damping and rao.seconds want numbers >= 0", path);
    return RAO_OK;
}

static rao_status check_finite(rao_ctx *ctx, const rao_array *a, rao_dtype dtype, const char *path, const char *name) {
    for (int64_t i = 0; i < a->shape[0]; i++)
        if (!isfinite(dtype == RAO_F64 ? ((const double *)a->data)[i] : (double)((const float *)a->data)[i]))
            return rao_fail(ctx, RAO_EDOMAIN, "%s: %s, number %lld is not finite", path, name, (long long)i);
    return RAO_OK;
}

/* Holds every vector of the trainer against the file. */
static rao_status check_states(rao_ctx *ctx, const rao_trainer *t, const rao_safetensors *file, const char *path, int64_t states) {
    char name[NAME_BYTES];
    rao_vec v;
    for (int64_t i = 0; i < states; i++) {
        const rao_array *a;
        state_at(t, i, name, &v);
        if (rao_safetensors_find(ctx, file, name, &a) != RAO_OK) return rao_fail(ctx, RAO_EIO, "%s: no tensor %s", path, name);
        if (a->ndim != 1 || a->shape[0] != v.n || a->type != (v.dtype == RAO_F64 ? RAO_IO_F64 : RAO_IO_F32))
            return rao_fail(ctx, RAO_EIO, "%s: %s is not a vector of %lld numbers of %s", path, name, (long long)v.n,
                            rao_dtype_name(v.dtype));
        rao_status st = check_finite(ctx, a, v.dtype, path, name);
        if (st != RAO_OK) return st;
    }
    return RAO_OK;
}

/* A metric that a file cannot make leaves the one that was. */
static rao_status revive(rao_ctx *ctx, rao_trainer *t, const rao_safetensors *file, int64_t steps) {
    rao_status st = RAO_OK;
    const rao_array *a;
    rao_vec renewed = rao_vec_view(rao_model_dtype(t->model), rao_model_size(t->model), t->renewed);
    if (!t->renewed) return RAO_OK;
    RAO_TRY(rao_safetensors_find(ctx, file, RENEWED, &a));
    rao_vec other = rao_vec_view(renewed.dtype, renewed.n, a->data);
    st = train_revive_metric(ctx, t, steps, &other);
    if (st != RAO_OK) (void)train_revive_metric(ctx, t, rao_trainer_steps(t), &renewed);
done:
    return st;
}

static rao_status take_states(rao_ctx *ctx, rao_trainer *t, const rao_safetensors *file, int64_t states, const double taken[TAKEN]) {
    rao_status st = RAO_OK;
    char name[NAME_BYTES];
    rao_vec v;
    /* the damping first: preparing for it may overwrite what the vectors then restore */
    if (t->metric) RAO_TRY(rao_op_damp(ctx, rao_fisher_op(t->metric), taken[DAMPING]));
    for (int64_t i = 0; i < states; i++) {
        const rao_array *a;
        state_at(t, i, name, &v);
        RAO_TRY(rao_safetensors_find(ctx, file, name, &a));
        memcpy(v.data, a->data, (size_t)v.n * rao_dtype_size(v.dtype));
    }
    RAO_TRY(rao_optim_restore(ctx, t->optim, (int64_t)taken[STEP]));
    t->seconds = taken[SECONDS], t->batch_loss = taken[BATCH_LOSS], t->rate = taken[RATE];
    t->point_count = 0;
    t->stepped = t->stopped = 0, t->status = RAO_OK;
    t->message.length = 0;
done:
    return st;
}

rao_status rao_trainer_load(rao_ctx *ctx, rao_trainer *t, const char *path) {
    rao_status st = RAO_OK;
    rao_safetensors *file = NULL;
    rao_vec w = rao_trainer_weights(t), fresh = w;
    int64_t states = count_states(t);
    double taken[TAKEN];
    fresh.data = NULL;
    RAO_TRY(rao_safetensors_read(ctx, path, &file));
    RAO_TRY(check_agreed(ctx, t, file, path));
    RAO_TRY(read_taken(ctx, file, path, taken));
    RAO_TRY(rao_alloc_bytes(ctx, w.n, rao_dtype_size(w.dtype), &fresh.data));
    RAO_TRY(weights_take(ctx, t->model, file, path, &fresh));
    RAO_TRY(check_states(ctx, t, file, path, states));
    RAO_TRY(revive(ctx, t, file, (int64_t)taken[STEP]));
    RAO_TRY(take_states(ctx, t, file, states, taken));
    memcpy(w.data, fresh.data, (size_t)w.n * rao_dtype_size(w.dtype));
done:
    rao_free_block(&fresh.data);
    rao_safetensors_destroy(&file);
    return st;
}
