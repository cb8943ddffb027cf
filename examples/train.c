/* train.c - fits a small network to the handwritten digits by K-FAC and prints every evaluation.
 *
 *     train [WEIGHTS.safetensors]      writes the weights there, where a name is given */
#include <rao/train.h>

#include <stdio.h>

/* Called after every step, and with a point after every evaluation. */
static void show(void *user, const rao_train_event *event) {
    (void)user;
    if (!event->point) return;
    printf("%6lld %9.4f s  loss %.5f  test accuracy %.1f %%\n", (long long)event->point->step, event->point->seconds,
           event->point->train_loss, 100 * event->point->test_score);
}

static rao_status train(rao_ctx *ctx, const char *weights) {
    rao_status st;
    rao_dataset *data = NULL;
    rao_model *model = NULL;
    rao_trainer *trainer = NULL;
    rao_train_opts opts;
    rao_train_opts_init(&opts);
    opts.epochs = 5;
    RAO_TRY(rao_dataset_load(ctx, "digits", NULL, RAO_F32, &data));
    RAO_TRY(rao_model_create(ctx, "mlp:64-32-10:tanh", data, RAO_F32, &model));
    RAO_TRY(rao_trainer_create(ctx, model, data, "kfac", &opts, &trainer));
    rao_trainer_watch(trainer, show, NULL);
    RAO_TRY(rao_trainer_run(ctx, trainer, 0));
    rao_vec w = rao_trainer_weights(trainer);
    if (weights) RAO_TRY(rao_model_save(ctx, model, &w, weights));
done:
    rao_trainer_destroy(&trainer);
    rao_model_destroy(&model);
    rao_dataset_destroy(&data);
    return st;
}

int main(int argc, char **argv) {
    rao_ctx *ctx = NULL;
    if (rao_ctx_create(NULL, &ctx) != RAO_OK) return 1;
    rao_status st = train(ctx, argc > 1 ? argv[1] : NULL);
    if (st != RAO_OK) fprintf(stderr, "train: %s\n", rao_ctx_message(ctx));
    rao_ctx_destroy(&ctx);
    return st != RAO_OK;
}
