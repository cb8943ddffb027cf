/* spectrum_tell.c - the measurements as tables, sentences and one JSON object. */
#include "spectrum.h"

#include <math.h>
#include <stdio.h>

/* ---- tables ---- */

static rao_cell number_or_none(double value) { return isfinite(value) ? rao_cell_number(value) : rao_cell_none(); }

/* 1, 2, 3, 5, 10, 20, 30, 50, 100, ... */
static int64_t next_place(int64_t place) {
    int64_t unit = 1;
    while (unit * 10 <= place) unit *= 10;
    return place == unit ? 2 * unit : place == 2 * unit ? 3 * unit : place == 3 * unit ? 5 * unit : 10 * unit;
}

enum { PLACES_MOST = 64, PLACE_COLUMNS = 3 };

static rao_status values_table(spectrum_view *v, spectrum_table_fn *use, void *arg) {
    const rao_column columns[PLACE_COLUMNS] = {
        {"place", NULL, RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 0},
        {v->exact ? "eigenvalue" : "Ritz value", "nats", RAO_ALIGN_RIGHT, RAO_NUMBER_SCIENTIFIC, 5},
        {v->exact ? "share of trace" : "an eigenvalue within", v->exact ? "up to here" : "+-", RAO_ALIGN_RIGHT,
         v->exact ? RAO_NUMBER_PERCENT : RAO_NUMBER_SCIENTIFIC, 2},
    };
    rao_cell cells[PLACES_MOST * PLACE_COLUMNS];
    int64_t shown = 0, last = v->exact ? v->rank : v->count;
    double sum = 0;
    for (int64_t i = 0, place = 1; i < last; i++) {
        sum += v->value[i];
        if ((i + 1 != place && i + 1 != last) || shown == PLACES_MOST) continue;
        cells[shown * PLACE_COLUMNS] = rao_cell_number((double)(i + 1));
        cells[shown * PLACE_COLUMNS + 1] = rao_cell_number(v->value[i]);
        cells[shown * PLACE_COLUMNS + 2] = rao_cell_number(v->exact ? sum / v->trace : v->bound[i]);
        shown++, place = next_place(place);
    }
    rao_table table = {.title = v->exact ? "Eigenvalues, the largest first" : "Ritz values of the first probe, the largest first",
                       .column_count = PLACE_COLUMNS,
                       .row_count = shown,
                       .columns = columns,
                       .cells = cells};
    return use(v, &table, arg);
}

/* Columns of one matrix of cells, as wide as there is something to say. */
static rao_status dimension_table(spectrum_view *v, spectrum_table_fn *use, void *arg) {
    enum { COLUMNS = 5 };
    const rao_column columns[COLUMNS] = {
        {"damping", "of mean eigenvalue", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 4},
        {"damping", "nats", RAO_ALIGN_RIGHT, RAO_NUMBER_SCIENTIFIC, 4},
        {v->exact ? "effective dimension" : "not below", NULL, RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 5},
        {"not above", NULL, RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 5},
        {"standard errors", NULL, RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 2},
    };
    rao_cell cells[SPECTRUM_DAMPINGS * COLUMNS];
    int64_t width = v->exact ? 3 : COLUMNS;
    for (int64_t i = 0; i < SPECTRUM_DAMPINGS; i++) {
        rao_cell *row = cells + i * width;
        double low = v->lower_error[i], high = v->upper_error[i];
        row[0] = rao_cell_number(v->relative[i]);
        row[1] = rao_cell_number(v->damping[i]);
        row[2] = rao_cell_number(v->exact ? v->dimension[i] : v->lower[i]);
        if (v->exact) continue;
        row[3] = rao_cell_number(v->upper[i]);
        row[4] = rao_cell_range(fmin(low, high), fmax(low, high));
    }
    rao_table table = {.title = "Effective dimension, sum of lambda / (lambda + damping)",
                       .column_count = width,
                       .row_count = SPECTRUM_DAMPINGS,
                       .columns = columns,
                       .cells = cells};
    if (!v->exact)
        table.note = "Means over the probes of a Gauss-Radau and of a Gauss quadrature, between which the truth of a probe lies; the "
                     "errors are those of the means. More --steps close the gap, more --probes lower the errors.";
    return use(v, &table, arg);
}

static rao_status layers_table(spectrum_view *v, spectrum_table_fn *use, void *arg) {
    enum { COLUMNS = 10 };
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(v->ctx);
    rao_cell *cells = NULL;
    const rao_column columns[COLUMNS] = {
        {"layer", NULL, RAO_ALIGN_LEFT, RAO_NUMBER_GENERAL, 0},          {"parameters", NULL, RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 0},
        {"true", "sum", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 4},         {"empirical", "sum", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 4},
        {"batch x v", "sum", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 4},    {"emp./true", "ratio", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 3},
        {"B v/true", "ratio", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 3},   {"true, emp.", "rank corr.", RAO_ALIGN_RIGHT, RAO_NUMBER_FIXED, 3},
        {"true, v", "rank corr.", RAO_ALIGN_RIGHT, RAO_NUMBER_FIXED, 3}, {"emp., v", "rank corr.", RAO_ALIGN_RIGHT, RAO_NUMBER_FIXED, 3},
    };
    RAO_TRY(rao_scratch(v->ctx, v->layers * COLUMNS, &cells));
    for (int64_t i = 0; i < v->layers; i++) {
        const spectrum_layer *l = &v->layer[i];
        const double numbers[COLUMNS] = {0,
                                         (double)l->size,
                                         l->truth,
                                         l->empirical,
                                         l->adam,
                                         l->true_empirical.ratio,
                                         l->true_adam.ratio,
                                         l->true_empirical.rank,
                                         l->true_adam.rank,
                                         l->empirical_adam.rank};
        for (int c = 1; c < COLUMNS; c++) cells[i * COLUMNS + c] = number_or_none(numbers[c]);
        cells[i * COLUMNS] = rao_cell_text(l->name);
    }
    rao_table table = {.title = "Diagonals by layer: true, empirical, Adam's second moments v",
                       .column_count = COLUMNS,
                       .row_count = v->layers,
                       .columns = columns,
                       .cells = cells,
                       .note = "v: mean over the batches of the squared gradient of a batch's mean loss, at these weights. batch x v is in "
                               "expectation the empirical diagonal and batch - 1 squared mean gradients."};
    st = use(v, &table, arg);
done:
    rao_scratch_reset(v->ctx, mark);
    return st;
}

rao_status spectrum_tables(spectrum_view *v, spectrum_table_fn *use, void *arg) {
    rao_status st;
    RAO_TRY(values_table(v, use, arg));
    RAO_TRY(dimension_table(v, use, arg));
    RAO_TRY(layers_table(v, use, arg));
done:
    return st;
}

/* ---- sentences ---- */

rao_status spectrum_sentences(spectrum_view *v, rao_text *out) {
    rao_status st;
    const spectrum_layer *all = &v->layer[v->layers - 1];
    RAO_TRY(rao_text_printf(v->ctx, out, "At these weights the loss is %.4g nats a case and its gradient has the norm %.3g.\n", v->loss,
                            v->gradient_norm));
    RAO_TRY(rao_text_printf(v->ctx, out, "Trace %.6g; mean eigenvalue %.4g; largest %s %.6g.\n", v->trace, v->mean,
                            v->exact ? "eigenvalue" : "Ritz value", v->largest));
    if (v->exact) {
        RAO_TRY(rao_text_printf(
            v->ctx, out,
            "Rank %lld of %lld, null space of dimension %lld: an eigenvalue below %lld x epsilon x largest = %.2g counts as zero.\n",
            (long long)v->rank, (long long)v->parameters, (long long)(v->parameters - v->rank), (long long)v->side, v->threshold));
        RAO_TRY(rao_text_printf(v->ctx, out, "Condition of what is left: %.3g (%.4g over %.4g).\n", v->condition, v->largest, v->smallest));
    } else {
        RAO_TRY(rao_text_printf(v->ctx, out,
                                "%lld Ritz values from %lld steps; at least %lld eigenvalues are certain to be positive. Rank, null space "
                                "and condition are not known from so few.\n",
                                (long long)v->count, (long long)v->options->steps, (long long)v->rank));
    }
    RAO_TRY(rao_text_printf(v->ctx, out,
                            "Adam's second moments: %lld batch%s of %lld; times the batch they sum to %.3g of the empirical trace and %.3g "
                            "of the true one; %.0f %% of that is the squared mean gradient.\n",
                            (long long)v->batches, v->batches == 1 ? "" : "es", (long long)v->batch, all->empirical_adam.ratio,
                            all->true_adam.ratio, 100 * v->gradient_share));
done:
    return st;
}

/* ---- JSON ---- */

static void put_pair(rao_ctx *ctx, rao_json_writer *json, const char *key, const spectrum_pair *p) {
    rao_json_object(ctx, json, key);
    rao_json_number(ctx, json, "ratio", p->ratio);
    rao_json_number(ctx, json, "pearson", p->pearson);
    rao_json_number(ctx, json, "spearman", p->rank);
    rao_json_end(ctx, json);
}

static void put_values(spectrum_view *v, rao_json_writer *json) {
    rao_ctx *ctx = v->ctx;
    rao_json_bool(ctx, json, "exact", v->exact);
    rao_json_number(ctx, json, "trace", v->trace);
    rao_json_number(ctx, json, "mean_eigenvalue", v->mean);
    rao_json_number(ctx, json, "largest", v->largest);
    if (v->exact) {
        rao_json_number(ctx, json, "smallest_above_threshold", v->smallest);
        rao_json_number(ctx, json, "condition", v->condition);
        rao_json_number(ctx, json, "threshold", v->threshold);
        rao_json_int(ctx, json, "threshold_side", v->side);
        rao_json_int(ctx, json, "rank", v->rank);
        rao_json_int(ctx, json, "null_space", v->parameters - v->rank);
        rao_json_numbers(ctx, json, "eigenvalues", v->value, v->count);
    } else {
        rao_json_int(ctx, json, "rank_at_least", v->rank);
        rao_json_numbers(ctx, json, "ritz_values", v->value, v->count);
        rao_json_numbers(ctx, json, "ritz_bounds", v->bound, v->count);
    }
}

static void put_dimensions(spectrum_view *v, rao_json_writer *json) {
    rao_json_array(v->ctx, json, "effective_dimension");
    for (int i = 0; i < SPECTRUM_DAMPINGS; i++) {
        rao_json_object(v->ctx, json, NULL);
        rao_json_number(v->ctx, json, "relative", v->relative[i]);
        rao_json_number(v->ctx, json, "damping", v->damping[i]);
        rao_json_number(v->ctx, json, "value", v->dimension[i]);
        if (!v->exact) {
            rao_json_number(v->ctx, json, "lower", v->lower[i]);
            rao_json_number(v->ctx, json, "upper", v->upper[i]);
            rao_json_number(v->ctx, json, "standard_error", fmax(v->lower_error[i], v->upper_error[i]));
        }
        rao_json_end(v->ctx, json);
    }
    rao_json_end(v->ctx, json);
}

static void put_diagonals(spectrum_view *v, rao_json_writer *json) {
    rao_ctx *ctx = v->ctx;
    rao_json_object(ctx, json, "diagonals");
    rao_json_string(
        ctx, json, "adam",
        "mean over the batches of the squared gradient of a batch's mean loss, at these weights; its sums and ratios are times the batch");
    rao_json_int(ctx, json, "batches", v->batches);
    rao_json_number(ctx, json, "gradient_share", v->gradient_share);
    rao_json_array(ctx, json, "layers");
    for (int64_t i = 0; i < v->layers; i++) {
        const spectrum_layer *l = &v->layer[i];
        rao_json_object(ctx, json, NULL);
        rao_json_string(ctx, json, "name", l->name);
        rao_json_int(ctx, json, "parameters", l->size);
        rao_json_number(ctx, json, "true", l->truth);
        rao_json_number(ctx, json, "empirical", l->empirical);
        rao_json_number(ctx, json, "adam", l->adam);
        put_pair(ctx, json, "true_empirical", &l->true_empirical);
        put_pair(ctx, json, "true_adam", &l->true_adam);
        put_pair(ctx, json, "empirical_adam", &l->empirical_adam);
        rao_json_end(ctx, json);
    }
    rao_json_end(ctx, json);
    rao_json_end(ctx, json);
}

rao_status spectrum_json(spectrum_view *v) {
    rao_json_writer json = {0};
    rao_json_object(v->ctx, &json, NULL);
    rao_json_string(v->ctx, &json, "version", rao_version());
    settings_json(&v->settings, &json);
    rao_json_number(v->ctx, &json, "loss", v->loss);
    rao_json_number(v->ctx, &json, "gradient_norm", v->gradient_norm);
    put_values(v, &json);
    put_dimensions(v, &json);
    put_diagonals(v, &json);
    rao_json_end(v->ctx, &json);
    return cli_print_json(v->ctx, &json);
}
