/* race.c - runs a race: for each seed and setting all rivals in turn, one interval between evaluations each. */
#include <string.h>

#include "train/train.h"

/* The rivals of one seed and setting while they run. */
typedef struct heat {
    rao_race *race;
    int64_t seed, setting;
    rao_trainer **trainers;
    int64_t current;
} heat;

static double share_done(const heat *h, double of_current) {
    double done = of_current;
    for (int64_t i = 0; i < h->race->rivals; i++) {
        const rao_trainer *t = h->trainers[i];
        if (i == h->current || !t) continue;
        double part = rao_trainer_planned(t) > 0 ? (double)rao_trainer_steps(t) / (double)rao_trainer_planned(t)
                                                 : rao_trainer_seconds(t) / h->race->opts.train.seconds;
        done += rao_trainer_done(t) || part > 1 ? 1 : part;
    }
    double groups = (double)(h->race->opts.seeds * h->race->settings);
    return ((double)h->race->groups_done + done / (double)h->race->rivals) / groups;
}

static void pass_on(void *user, const rao_train_event *event) {
    const heat *h = user;
    rao_train_event whole = *event;
    whole.fraction = share_done(h, event->fraction);
    h->race->watch(h->race->watch_user, &whole);
}

static rao_status open_heat(rao_ctx *ctx, heat *h) {
    rao_status st = RAO_OK;
    rao_train_opts opts = h->race->opts.train;
    opts.seed += h->seed;
    RAO_TRY(rao_alloc(ctx, h->race->rivals, &h->trainers));
    for (int64_t i = 0; i < h->race->rivals; i++) {
        race_entry *e = race_entry_at(h->race, i, h->setting);
        RAO_TRY(rao_trainer_create(ctx, h->race->model, h->race->data, e->spec.data, &opts, &h->trainers[i]));
        if (h->trainers[i]->metric) e->metric = rao_fisher_name(h->trainers[i]->metric);
        if (h->race->watch) rao_trainer_watch(h->trainers[i], pass_on, h);
    }
done:
    return st;
}

/* A rival that diverged is out of the heat and no failure of the race. */
static rao_status advance(rao_ctx *ctx, heat *h, int64_t i) {
    rao_trainer *t = h->trainers[i];
    h->current = i;
    int64_t interval = rao_trainer_interval(t), next = (rao_trainer_steps(t) / interval + 1) * interval;
    rao_status st = rao_trainer_run(ctx, t, next);
    return st == RAO_ENUMERIC ? RAO_OK : st;
}

static rao_status run_heat(rao_ctx *ctx, heat *h) {
    rao_status st = RAO_OK;
    for (int running = 1; running && !rao_ctx_cancelled(ctx);) {
        running = 0;
        for (int64_t i = 0; i < h->race->rivals; i++) {
            if (rao_trainer_done(h->trainers[i])) continue;
            RAO_TRY(advance(ctx, h, i));
            running = 1;
        }
    }
done:
    return st;
}

/* Copies what a trainer reached into its place in the race. A run without an evaluation leaves no trace. */
static rao_status keep(rao_ctx *ctx, const heat *h, int64_t i) {
    rao_status st = RAO_OK;
    const rao_trainer *t = h->trainers[i];
    const rao_train_point *points;
    race_entry *e = race_entry_at(h->race, i, h->setting);
    race_run run = {.seed = h->race->opts.train.seed + h->seed, .steps = rao_trainer_steps(t), .seconds = rao_trainer_seconds(t)};
    run.point_count = rao_trainer_points(t, &points);
    run.complete = rao_trainer_done(t), run.status = t->status;
    if (run.point_count == 0 && run.status == RAO_OK) return RAO_OK;
    RAO_TRY(rao_alloc(ctx, run.point_count, &run.points));
    if (run.point_count) memcpy(run.points, points, (size_t)run.point_count * sizeof *points);
    if (t->message.data) RAO_TRY(rao_text_puts(ctx, &run.message, t->message.data));
    e->run[e->runs++] = run;
    return RAO_OK;
done:
    rao_free(&run.points);
    rao_text_destroy(&run.message);
    return st;
}

static rao_status close_heat(rao_ctx *ctx, heat *h) {
    rao_status st = RAO_OK;
    for (int64_t i = 0; i < h->race->rivals && st == RAO_OK; i++)
        if (rao_ctx_cancelled(ctx) && h->trainers[i]->status == RAO_OK && rao_trainer_steps(h->trainers[i]) > 0)
            st = rao_trainer_evaluate(ctx, h->trainers[i]);
    for (int64_t i = 0; i < h->race->rivals && st == RAO_OK; i++) st = keep(ctx, h, i);
    return st;
}

static rao_status one_heat(rao_ctx *ctx, rao_race *r, int64_t seed, int64_t setting) {
    rao_status st = RAO_OK;
    heat h = {.race = r, .seed = seed, .setting = setting};
    RAO_TRY(open_heat(ctx, &h));
    RAO_TRY(run_heat(ctx, &h));
    RAO_TRY(close_heat(ctx, &h));
done:
    for (int64_t i = 0; h.trainers && i < r->rivals; i++) rao_trainer_destroy(&h.trainers[i]);
    rao_free(&h.trainers);
    r->groups_done++;
    return st;
}

rao_status rao_race_run(rao_ctx *ctx, rao_race *r) {
    rao_status st = RAO_OK;
    if (r->groups_done) return rao_fail(ctx, RAO_EINVAL, "race: it was run already");
    for (int64_t seed = 0; seed < r->opts.seeds; seed++)
        for (int64_t setting = 0; setting < r->settings; setting++) {
            if (rao_ctx_cancelled(ctx)) goto done;
            RAO_TRY(one_heat(ctx, r, seed, setting));
        }
done:
    return st;
}
