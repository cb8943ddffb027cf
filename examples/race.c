/* race.c - three optimisers on one problem, two seeds, and what came of it. */
#include <rao/train.h>

#include <stdio.h>

static rao_status race(rao_ctx *ctx) {
    rao_status st;
    rao_dataset *data = NULL;
    rao_model *model = NULL;
    rao_race *race = NULL;
    rao_race_opts opts;
    rao_race_opts_init(&opts);
    opts.train.steps = 60, opts.seeds = 2;
    RAO_TRY(rao_dataset_load(ctx, "digits", NULL, RAO_F32, &data));
    RAO_TRY(rao_model_create(ctx, "mlp:64-32-10:tanh", data, RAO_F32, &model));
    RAO_TRY(rao_race_create(ctx, model, data, "sgd:lr=0.1,adam:lr=0.01,kfac", &opts, &race));
    RAO_TRY(rao_race_run(ctx, race));
    printf("steps to a training loss of %.4f\n", rao_race_target(race));
    for (int64_t i = 0; i < rao_race_rivals(race); i++) {
        rao_race_result r;
        RAO_TRY(rao_race_result_at(ctx, race, i, -1, &r));
        printf("%-6s %4.0f   final loss %.5f (%.5f to %.5f over %lld seeds)\n", r.name, r.steps_to_target, r.train_loss, r.spread[0],
               r.spread[1], (long long)r.runs);
    }
done:
    rao_race_destroy(&race);
    rao_model_destroy(&model);
    rao_dataset_destroy(&data);
    return st;
}

int main(void) {
    rao_ctx *ctx = NULL;
    if (rao_ctx_create(NULL, &ctx) != RAO_OK) return 1;
    rao_status st = race(ctx);
    if (st != RAO_OK) fprintf(stderr, "race: %s\n", rao_ctx_message(ctx));
    rao_ctx_destroy(&ctx);
    return st != RAO_OK;
}
