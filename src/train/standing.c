/* standing.c - what a race came to: medians over the seeds, the best setting of a rival, the common target.
 *
 * A run that failed counts as an infinite loss that reaches nothing, so a rival is not better for the seeds on which it diverged. */
#include <stdlib.h>

#include "train/train.h"

static const double missing = NAN, endless = INFINITY;

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* NaN when any value is NaN or there is none; the lower middle value where the mean of the two is infinite. Sorts. */
static double median(double *values, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        if (isnan(values[i])) return missing;
    if (n == 0) return missing;
    qsort(values, (size_t)n, sizeof *values, ascending);
    double low = values[(n - 1) / 2], high = values[n / 2];
    return isinf(high) ? low : 0.5 * (low + high);
}

static const rao_train_point *last_point(const race_run *run) { return run->point_count ? &run->points[run->point_count - 1] : NULL; }

/* The first evaluation at or below the target; NULL: not reached. */
static const rao_train_point *reach(const race_run *run, double target) {
    for (int64_t k = 0; k < run->point_count && run->status == RAO_OK; k++)
        if (run->points[k].train_loss <= target) return &run->points[k];
    return NULL;
}

static double final_loss(const race_run *run, double unused) {
    (void)unused;
    return run->status == RAO_OK ? last_point(run)->train_loss : endless;
}
static double lowest_loss(const race_run *run, double unused) {
    (void)unused;
    double low = endless;
    for (int64_t k = 0; k < run->point_count && run->status == RAO_OK; k++) low = fmin(low, run->points[k].train_loss);
    return low;
}
static double first_loss(const race_run *run, double unused) {
    (void)unused;
    return run->point_count ? run->points[0].train_loss : endless;
}
static double test_loss(const race_run *run, double unused) {
    (void)unused;
    return run->status == RAO_OK ? last_point(run)->test_loss : endless;
}
/* The least is the best, so that a median over seeds treats a failed run as it does in a loss: a share of classes counts negative. */
static double test_score(const race_run *run, double classes) {
    if (run->status != RAO_OK) return endless;
    return classes > 0 ? -last_point(run)->test_score : last_point(run)->test_score;
}
static double steps_done(const race_run *run, double unused) {
    (void)unused;
    return (double)run->steps;
}
static double seconds_done(const race_run *run, double unused) {
    (void)unused;
    return run->seconds;
}
static double ms_per_step(const race_run *run, double unused) {
    (void)unused;
    return run->steps ? 1e3 * run->seconds / (double)run->steps : missing;
}
static double steps_to(const race_run *run, double target) {
    const rao_train_point *p = reach(run, target);
    return p ? (double)p->step : endless;
}
static double seconds_to(const race_run *run, double target) {
    const rao_train_point *p = reach(run, target);
    return p ? p->seconds : endless;
}

typedef double measure(const race_run *run, double with);

/* Fills `work` (a number a run) and returns the median. */
static double over_runs(const race_entry *e, measure *m, double with, double *work) {
    for (int64_t k = 0; k < e->runs; k++) work[k] = m(&e->run[k], with);
    return median(work, e->runs);
}

static double finite_or_nan(double x) { return isfinite(x) ? x : missing; }

/* ---- the best setting and the target ---- */

static int64_t best_setting(const rao_race *r, int64_t rival, double *work) {
    int64_t best = 0;
    double least = endless;
    for (int64_t s = 0; s < r->settings; s++) {
        double loss = over_runs(race_entry_at(r, rival, s), final_loss, 0, work);
        if (loss < least) least = loss, best = s;
    }
    return best;
}

static double find_target(const rao_race *r, double *work) {
    double learnt = -endless, any = -endless;
    if (!isnan(r->opts.target)) return r->opts.target;
    for (int64_t i = 0; i < r->rivals; i++) {
        const race_entry *e = race_entry_at(r, i, best_setting(r, i, work));
        double best = over_runs(e, lowest_loss, 0, work), first = over_runs(e, first_loss, 0, work);
        if (!isfinite(best)) continue;
        any = fmax(any, best);
        if (best <= 0.1 * first) learnt = fmax(learnt, best);
    }
    return finite_or_nan(isfinite(learnt) ? learnt : any);
}

double rao_race_target(const rao_race *r) { return find_target(r, r->work); }

/* ---- results ---- */

static rao_status check_place(rao_ctx *ctx, const rao_race *r, int64_t rival, int64_t setting, int64_t lowest) {
    if (rival < 0 || rival >= r->rivals)
        return rao_fail(ctx, RAO_EINVAL, "race: rival %lld, want 0..%lld", (long long)rival, (long long)r->rivals - 1);
    if (setting < lowest || setting >= r->settings)
        return rao_fail(ctx, RAO_EINVAL, "race: setting %lld, want %lld..%lld", (long long)setting, (long long)lowest,
                        (long long)r->settings - 1);
    return RAO_OK;
}

static void count_failures(const race_entry *e, rao_race_result *out) {
    out->runs = e->runs, out->message = "";
    for (int64_t k = 0; k < e->runs; k++) {
        out->cancelled |= !e->run[k].complete;
        if (e->run[k].status == RAO_OK) continue;
        if (!out->failed++ && e->run[k].message.data) out->message = e->run[k].message.data;
    }
}

static void measure_entry(const rao_race *r, const race_entry *e, double target, double *work, rao_race_result *out) {
    out->steps = over_runs(e, steps_done, 0, work);
    out->seconds = over_runs(e, seconds_done, 0, work);
    out->ms_per_step = over_runs(e, ms_per_step, 0, work);
    out->test_loss = over_runs(e, test_loss, 0, work);
    const int64_t classes = rao_dataset_classes(r->data);
    out->test_score = over_runs(e, test_score, (double)classes, work);
    if (classes > 0) out->test_score = finite_or_nan(-out->test_score);
    out->best_loss = over_runs(e, lowest_loss, 0, work);
    out->steps_to_target = isnan(target) ? missing : finite_or_nan(over_runs(e, steps_to, target, work));
    out->seconds_to_target = isnan(target) ? missing : finite_or_nan(over_runs(e, seconds_to, target, work));
    out->train_loss = over_runs(e, final_loss, 0, work); /* last: `work` is now sorted, from the least final loss to the largest */
    out->spread[0] = e->runs ? work[0] : missing;
    out->spread[1] = e->runs ? work[e->runs - 1] : missing;
}

rao_status rao_race_result_at(rao_ctx *ctx, const rao_race *r, int64_t rival, int64_t setting, rao_race_result *result) {
    rao_status st = check_place(ctx, r, rival, setting, -1);
    if (st != RAO_OK) return st;
    double *work = r->work;
    rao_race_result out = {.name = r->names[rival].data, .rule = r->rules[rival]->name};
    out.chosen = setting >= 0 ? setting : best_setting(r, rival, work);
    const race_entry *e = race_entry_at(r, rival, out.chosen);
    out.settings = e->settings.data, out.metric = e->metric;
    count_failures(e, &out);
    measure_entry(r, e, find_target(r, work), work, &out);
    *result = out;
    return RAO_OK;
}

rao_status rao_race_run_at(rao_ctx *ctx, const rao_race *r, int64_t rival, int64_t setting, int64_t run, rao_race_run_info *info) {
    rao_status st = check_place(ctx, r, rival, setting, 0);
    if (st != RAO_OK) return st;
    const race_entry *e = race_entry_at(r, rival, setting);
    if (run < 0 || run >= e->runs) return rao_fail(ctx, RAO_EINVAL, "race: run %lld of %lld", (long long)run, (long long)e->runs);
    const race_run *k = &e->run[run];
    *info =
        (rao_race_run_info){k->seed, k->steps, k->seconds, k->points, k->point_count, k->status, k->message.data ? k->message.data : ""};
    return RAO_OK;
}
