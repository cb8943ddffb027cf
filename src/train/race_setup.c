/* race_setup.c - the rivals of a race from one line of text, and room for every run. */
#include <string.h>

#include "train/train.h"

static const double grid[] = {0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1};

int64_t rao_race_grid(const double **rates) {
    if (rates) *rates = grid;
    return sizeof grid / sizeof *grid;
}

static int64_t count_specs(const char *list) {
    int64_t n = 1;
    for (const char *c = list; *c; c++) n += *c == ',';
    return n;
}

/* The spec at *at, up to a comma, and a step over it. */
static rao_status next_spec(rao_ctx *ctx, const char **at, rao_text *spec) {
    size_t length = strcspn(*at, ",");
    rao_status st = rao_text_add(ctx, spec, *at, (int64_t)length);
    *at += length + ((*at)[length] == ',');
    return st;
}

/* A sweep gives every rival the rates of one grid: one that stands in the spec would not be looked at. */
static rao_status check_sweep(rao_ctx *ctx, const rao_race *r, const char *spec) {
    if (r->opts.sweep != RAO_SWEEP_LR || !strstr(spec, ":lr=")) return RAO_OK;
    return rao_fail(ctx, RAO_EINVAL, "race: %s gives a rate, and so does sweep = lr: want one of the two", spec);
}

static rao_status make_entry(rao_ctx *ctx, const rao_race *r, const char *spec, int64_t setting, race_entry *e) {
    rao_status st = RAO_OK;
    rao_optim *probe = NULL;
    int64_t batch = 0, horizon = 0;
    RAO_TRY(check_sweep(ctx, r, spec));
    RAO_TRY(rao_text_puts(ctx, &e->spec, spec));
    if (r->opts.sweep == RAO_SWEEP_LR) RAO_TRY(rao_text_printf(ctx, &e->spec, ":lr=%g", grid[setting]));
    RAO_TRY(rao_alloc(ctx, r->opts.seeds, &e->run));
    /* an optimiser of one parameter says what is wrong with the spec before anything runs, and what its settings are */
    RAO_TRY(train_plan(ctx, &r->opts.train, rao_dataset_cases(r->data, RAO_TRAIN), &batch, &horizon));
    RAO_TRY(rao_optim_create(ctx, e->spec.data, rao_model_dtype(r->model), 1, horizon, &probe));
    RAO_TRY(rao_text_puts(ctx, &e->settings, rao_optim_settings(probe)));
done:
    rao_optim_destroy(&probe);
    return st;
}

static rao_status make_rival(rao_ctx *ctx, rao_race *r, int64_t i, const char *spec) {
    rao_status st = RAO_OK;
    RAO_TRY(rao_optim_rule_find(ctx, spec, &r->rules[i]));
    RAO_TRY(rao_text_puts(ctx, &r->names[i], spec));
    for (int64_t s = 0; s < r->settings; s++) RAO_TRY(make_entry(ctx, r, spec, s, race_entry_at(r, i, s)));
done:
    return st;
}

/* A rule that stands once is called by its name alone. */
static void shorten_names(rao_race *r) {
    for (int64_t i = 0; i < r->rivals; i++) {
        int alone = 1;
        for (int64_t k = 0; k < r->rivals; k++) alone &= k == i || r->rules[k] != r->rules[i];
        char *colon = alone ? strchr(r->names[i].data, ':') : NULL;
        if (colon) *colon = 0;
    }
}

static rao_status make_rivals(rao_ctx *ctx, rao_race *r, const char *optims) {
    rao_status st = RAO_OK;
    rao_text spec = {0};
    const char *at = optims;
    r->rivals = count_specs(optims);
    r->settings = race_settings(&r->opts, NULL);
    RAO_TRY(rao_alloc(ctx, r->rivals, &r->names));
    RAO_TRY(rao_alloc(ctx, r->rivals, &r->rules));
    RAO_TRY(rao_alloc(ctx, r->rivals * r->settings, &r->entries));
    RAO_TRY(rao_alloc(ctx, r->opts.seeds, &r->work));
    for (int64_t i = 0; i < r->rivals; i++) {
        spec.length = 0;
        RAO_TRY(next_spec(ctx, &at, &spec));
        RAO_TRY(make_rival(ctx, r, i, spec.data));
    }
    shorten_names(r);
done:
    rao_text_destroy(&spec);
    return st;
}

static rao_status check_opts(rao_ctx *ctx, const rao_race_opts *o) {
    rao_status st = rao_options_check(ctx, rao_race_options(), o);
    return st == RAO_OK ? train_check_opts(ctx, &o->train) : st;
}

rao_status rao_race_create(rao_ctx *ctx, const rao_model *model, const rao_dataset *data, const char *optims, const rao_race_opts *opts,
                           rao_race **race) {
    rao_status st = RAO_OK;
    rao_race *r = NULL;
    if (!model || !data || !optims || !race) return rao_fail(ctx, RAO_EINVAL, "race: NULL argument");
    RAO_TRY(rao_alloc(ctx, 1, &r));
    r->model = model, r->data = data;
    rao_race_opts_init(&r->opts);
    if (opts) memcpy(&r->opts, opts, opts->size < sizeof r->opts ? opts->size : sizeof r->opts);
    r->opts.train.size = sizeof r->opts.train;
    RAO_TRY(check_opts(ctx, &r->opts));
    RAO_TRY(make_rivals(ctx, r, optims));
    *race = r;
    r = NULL;
done:
    rao_race_destroy(&r);
    return st;
}

static void destroy_entry(race_entry *e) {
    for (int64_t k = 0; k < e->runs; k++) {
        rao_free(&e->run[k].points);
        rao_text_destroy(&e->run[k].message);
    }
    rao_free(&e->run);
    rao_text_destroy(&e->spec);
    rao_text_destroy(&e->settings);
}

void rao_race_destroy(rao_race **race) {
    if (!race || !*race) return;
    rao_race *r = *race;
    for (int64_t i = 0; r->entries && i < r->rivals * r->settings; i++) destroy_entry(&r->entries[i]);
    for (int64_t i = 0; r->names && i < r->rivals; i++) rao_text_destroy(&r->names[i]);
    rao_free(&r->entries);
    rao_free(&r->names);
    rao_free(&r->rules);
    rao_free(&r->work);
    rao_free(race);
}

void rao_race_watch(rao_race *r, rao_train_watch_fn *watch, void *user) { r->watch = watch, r->watch_user = user; }

int64_t rao_race_rivals(const rao_race *r) { return r->rivals; }
int64_t rao_race_settings(const rao_race *r) { return r->settings; }

int64_t rao_race_runs(const rao_race *r, int64_t rival, int64_t setting) {
    if (rival < 0 || rival >= r->rivals || setting < 0 || setting >= r->settings) return 0;
    return race_entry_at(r, rival, setting)->runs;
}
