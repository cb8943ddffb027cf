/* race_table.c - a race in a table and a few sentences. */
#include "race.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- the table of results ---- */

typedef enum result_column { NAME = 0, STEPS, MS, LOSS, SPREAD, TEST, SCORE, TO_STEPS, TO_SECONDS, RESULT_COLUMNS } result_column;

static rao_cell number_or_none(double value) { return isfinite(value) ? rao_cell_number(value) : rao_cell_none(); }

/* A run may fail without a loss that grew (a metric that is refused): why stands in the sentence below the table. */
static rao_cell loss_cell(const rao_race_result *r, double value) {
    return r->runs && isinf(value) ? rao_cell_text("failed") : number_or_none(value);
}

static void fill_row(const race_view *v, int64_t i, rao_cell *row) {
    const rao_race_result *r = &v->results[i];
    row[NAME] = rao_cell_text(r->name);
    row[NAME].colour = (int)i + 1;
    row[STEPS] = number_or_none(r->steps);
    row[MS] = number_or_none(r->ms_per_step);
    row[LOSS] = loss_cell(r, r->train_loss);
    row[SPREAD] =
        r->runs > 1 && isfinite(r->spread[0]) && isfinite(r->spread[1]) ? rao_cell_range(r->spread[0], r->spread[1]) : rao_cell_none();
    row[TEST] = loss_cell(r, r->test_loss);
    row[SCORE] = number_or_none(r->test_score);
    row[TO_STEPS] = number_or_none(r->steps_to_target);
    row[TO_SECONDS] = number_or_none(r->seconds_to_target);
}

/* Sets the best number of a column in bold. */
static void mark_best(rao_cell *cells, int64_t rows, int column, int largest) {
    rao_cell *best = NULL;
    for (int64_t i = 0; i < rows; i++) {
        rao_cell *c = &cells[i * RESULT_COLUMNS + column];
        if (c->kind != RAO_CELL_NUMBER) continue;
        if (!best || (largest ? c->value > best->value : c->value < best->value)) best = c;
    }
    if (best && rows > 1) best->strong = 1;
}

rao_status race_results_table(race_view *v, race_table_fn *use, void *arg) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(v->ctx);
    rao_cell *cells = NULL;
    char to[48];
    int classes = rao_dataset_classes(v->problem.data) > 0;
    snprintf(to, sizeof to, "to %.4g", v->target);
    const rao_column columns[RESULT_COLUMNS] = {
        [NAME] = {"optimiser", NULL, RAO_ALIGN_LEFT, RAO_NUMBER_GENERAL, 0},
        [STEPS] = {"steps", NULL, RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 0},
        [MS] = {"step", "ms", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 3},
        [LOSS] = {"train loss", "nats", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 4},
        [SPREAD] = {"over seeds", "nats", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 3},
        [TEST] = {"test loss", "nats", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 4},
        [SCORE] = {classes ? "accuracy" : "sq. error", "test", RAO_ALIGN_RIGHT, classes ? RAO_NUMBER_PERCENT : RAO_NUMBER_GENERAL,
                   classes ? 1 : 4},
        [TO_STEPS] = {isnan(v->target) ? "to target" : to, "steps", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 0},
        [TO_SECONDS] = {isnan(v->target) ? "to target" : to, "seconds", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 3},
    };
    RAO_TRY(rao_scratch(v->ctx, v->rivals * RESULT_COLUMNS, &cells));
    for (int64_t i = 0; i < v->rivals; i++) fill_row(v, i, cells + i * RESULT_COLUMNS);
    static const int least[] = {MS, LOSS, TEST, TO_STEPS, TO_SECONDS};
    for (size_t k = 0; k < sizeof least / sizeof *least; k++) mark_best(cells, v->rivals, least[k], 0);
    mark_best(cells, v->rivals, SCORE, classes);
    rao_table table = {.column_count = RESULT_COLUMNS, .row_count = v->rivals, .columns = columns, .cells = cells};
    st = use(v, &table, arg);
done:
    rao_scratch_reset(v->ctx, mark);
    return st;
}

/* ---- the table of a sweep: final training loss of each rival at each rate ---- */

rao_status race_sweep_table(race_view *v, race_table_fn *use, void *arg) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(v->ctx);
    const double *rates;
    int64_t rows = rao_race_grid(&rates), width = v->rivals + 1;
    rao_cell *cells = NULL;
    rao_column *columns = NULL;
    RAO_TRY(rao_scratch(v->ctx, rows * width, &cells));
    RAO_TRY(rao_scratch(v->ctx, width, &columns));
    columns[0] = (rao_column){"lr", NULL, RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 0};
    for (int64_t i = 0; i < v->rivals; i++)
        columns[i + 1] = (rao_column){v->results[i].name, "nats", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 4};
    for (int64_t s = 0; s < rows; s++) {
        cells[s * width] = rao_cell_number(rates[s]);
        for (int64_t i = 0; i < v->rivals; i++) {
            rao_race_result r;
            RAO_TRY(rao_race_result_at(v->ctx, v->race, i, s, &r));
            cells[s * width + i + 1] = loss_cell(&r, r.train_loss);
            cells[s * width + i + 1].strong = s == v->results[i].chosen;
        }
    }
    rao_table table = {.title = "Every rate of the sweep: final training loss",
                       .column_count = width,
                       .row_count = rows,
                       .columns = columns,
                       .cells = cells};
    st = use(v, &table, arg);
done:
    rao_scratch_reset(v->ctx, mark);
    return st;
}

/* ---- sentences ---- */

/* Whether a rival steps in a metric: 1, or 0. */
static int in_metric(const race_view *v, int64_t i) {
    const rao_optim_rule *rule = NULL;
    return rao_optim_rule_find(v->ctx, v->results[i].rule, &rule) == RAO_OK && rule->metric;
}

/* The rival with the least value, or -1; among those without a metric only, where asked. */
static int64_t least(const race_view *v, double (*of)(const rao_race_result *), int plain_only) {
    int64_t best = -1;
    for (int64_t i = 0; i < v->rivals; i++) {
        if ((plain_only && in_metric(v, i)) || !isfinite(of(&v->results[i]))) continue;
        if (best < 0 || of(&v->results[i]) < of(&v->results[best])) best = i;
    }
    return best;
}
static double of_steps(const rao_race_result *r) { return r->steps_to_target; }
static double of_seconds(const rao_race_result *r) { return r->seconds_to_target; }

static rao_status add_number(rao_ctx *ctx, const char *before, double value, rao_number_style style, const char *after, rao_text *out) {
    rao_status st;
    RAO_TRY(rao_text_puts(ctx, out, before));
    RAO_TRY(rao_number_format(ctx, value, style, 3, out));
    RAO_TRY(rao_text_puts(ctx, out, after));
done:
    return st;
}

static rao_status say_target(const race_view *v, rao_text *out) {
    rao_status st;
    if (isnan(v->target)) return rao_text_puts(v->ctx, out, "No rival was evaluated.\n");
    RAO_TRY(add_number(v->ctx, "Target: training loss ", v->target, RAO_NUMBER_GENERAL, "", out));
    RAO_TRY(
        rao_text_puts(v->ctx, out,
                      isnan(v->options->race.target)
                          ? ", the largest of the rivals' best losses (of those that came down to a tenth of the start, where any did).\n"
                          : ", as given.\n"));
done:
    return st;
}

static rao_status say_winners(const race_view *v, int64_t steps, int64_t seconds, rao_text *out) {
    rao_status st = RAO_OK;
    if (steps < 0 || v->rivals < 2) return RAO_OK;
    RAO_TRY(rao_text_printf(v->ctx, out, "Fewest steps to it: %s", v->results[steps].name));
    RAO_TRY(add_number(v->ctx, " (", v->results[steps].steps_to_target, RAO_NUMBER_GENERAL, "). ", out));
    RAO_TRY(rao_text_printf(v->ctx, out, "Least time: %s", v->results[seconds].name));
    RAO_TRY(add_number(v->ctx, " (", v->results[seconds].seconds_to_target, RAO_NUMBER_SECONDS, ").\n", out));
done:
    return st;
}

/* A natural-gradient method that needs more than the best method without a metric is said to lose. */
static rao_status say_loser(const race_view *v, int64_t i, const char *what, double (*of)(const rao_race_result *), rao_text *out) {
    int64_t plain = least(v, of, 1);
    if (plain < 0) return RAO_OK;
    const rao_race_result *own = &v->results[i], *best = &v->results[plain];
    if (!isfinite(of(own)))
        return rao_text_printf(v->ctx, out, "%s loses on %s: %s reaches the target, it does not.\n", own->name, what, best->name);
    if (of(own) <= of(best)) return RAO_OK;
    return rao_text_printf(v->ctx, out, "%s loses on %s: %.3g times that of %s.\n", own->name, what, of(own) / of(best), best->name);
}

/* What a method in a metric gains in steps over the best one without, and what it pays for each. */
static rao_status say_gains(const race_view *v, rao_text *out) {
    rao_status st = RAO_OK;
    int64_t plain = least(v, of_steps, 1);
    for (int64_t i = 0; i < v->rivals && plain >= 0; i++) {
        const rao_race_result *own = &v->results[i], *best = &v->results[plain];
        if (!in_metric(v, i) || !(own->steps_to_target < best->steps_to_target) || !(own->ms_per_step > 0 && best->ms_per_step > 0))
            continue;
        RAO_TRY(rao_text_printf(v->ctx, out, "%s needs %.3g steps where %s needs %.3g: %.3g times fewer, each at %.3g times the time.\n",
                                own->name, own->steps_to_target, best->name, best->steps_to_target,
                                best->steps_to_target / own->steps_to_target, own->ms_per_step / best->ms_per_step));
    }
done:
    return st;
}

/* What representation=auto came to. */
static rao_status say_metrics(const race_view *v, rao_text *out) {
    rao_status st = RAO_OK;
    for (int64_t i = 0; i < v->rivals; i++)
        if (v->results[i].metric && strstr(v->results[i].settings, "representation=auto"))
            RAO_TRY(rao_text_printf(v->ctx, out,
                                    "%s steps in the metric %s: with representation=auto, the exact one that costs least here.\n",
                                    v->results[i].name, v->results[i].metric));
done:
    return st;
}

static rao_status say_losers(const race_view *v, rao_text *out) {
    rao_status st = RAO_OK;
    for (int64_t i = 0; i < v->rivals; i++) {
        if (!in_metric(v, i) || !v->results[i].runs) continue;
        RAO_TRY(say_loser(v, i, "the number of steps", of_steps, out));
        RAO_TRY(say_loser(v, i, "time", of_seconds, out));
    }
done:
    return st;
}

static rao_status say_troubles(const race_view *v, rao_text *out) {
    rao_status st = RAO_OK;
    for (int64_t i = 0; i < v->rivals; i++) {
        const rao_race_result *r = &v->results[i];
        if (r->failed)
            RAO_TRY(rao_text_printf(v->ctx, out, "%s failed in %lld of %lld runs (%s).\n", r->name, (long long)r->failed,
                                    (long long)r->runs, r->message));
        else if (r->runs && !isnan(v->target) && isnan(r->steps_to_target))
            RAO_TRY(rao_text_printf(v->ctx, out, "%s did not reach the target%s.\n", r->name, r->runs > 1 ? " in half of its runs" : ""));
    }
    if (v->interrupted) RAO_TRY(rao_text_puts(v->ctx, out, "Interrupted: this is what was done until then.\n"));
done:
    return st;
}

rao_status race_verdict(race_view *v, rao_text *out) {
    rao_status st;
    int64_t steps = least(v, of_steps, 0), seconds = least(v, of_seconds, 0);
    RAO_TRY(say_target(v, out));
    RAO_TRY(say_winners(v, steps, seconds, out));
    RAO_TRY(say_gains(v, out));
    RAO_TRY(say_losers(v, out));
    RAO_TRY(say_metrics(v, out));
    RAO_TRY(say_troubles(v, out));
done:
    return st;
}
