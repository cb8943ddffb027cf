/* spectrum_report.c - the spectrum as one HTML file: sentences, the fall of the eigenvalues, effective dimension, diagonals, tables, settings. */
#include "spectrum.h"

#include <math.h>
#include <string.h>

static rao_status add_table(spectrum_view *v, const rao_table *table, void *arg) { return rao_report_table(v->ctx, arg, table); }

static rao_status add_sentences(spectrum_view *v, rao_report *report) {
    rao_status st;
    rao_text text = {0};
    RAO_TRY(spectrum_sentences(v, &text));
    for (char *line = strtok(text.data, "\n"); line; line = strtok(NULL, "\n")) RAO_TRY(rao_report_paragraph(v->ctx, report, line));
done:
    rao_text_destroy(&text);
    return st;
}

static rao_status add_values(spectrum_view *v, rao_report *report) {
    rao_status st = RAO_OK;
    rao_mark mark = rao_scratch_mark(v->ctx);
    double *place = NULL, *lo = NULL, *hi = NULL, ends[2] = {1, (double)v->count}, level[2] = {v->threshold, v->threshold};
    RAO_TRY(rao_scratch(v->ctx, v->count, &place));
    RAO_TRY(rao_scratch(v->ctx, v->count, &lo));
    RAO_TRY(rao_scratch(v->ctx, v->count, &hi));
    for (int64_t i = 0; i < v->count; i++) {
        place[i] = (double)(i + 1);
        lo[i] = v->exact ? v->value[i] : v->value[i] - v->bound[i], hi[i] = v->exact ? v->value[i] : v->value[i] + v->bound[i];
    }
    rao_series series[2] = {{.name = v->exact ? "eigenvalue" : "Ritz value", .n = v->count, .x = place, .y = v->value},
                            {.name = "counts as zero below", .n = 2, .x = ends, .y = level, .style = RAO_SERIES_REFERENCE}};
    if (!v->exact) series[0].lo = lo, series[0].hi = hi;
    rao_chart chart = {.title = v->exact ? "Eigenvalues, the largest first" : "Ritz values, the largest first",
                       .subtitle = v->exact ? NULL : "Band: within it lies an eigenvalue.",
                       .x_label = "place",
                       .y_label = "nats",
                       .x_scale = RAO_AXIS_LOG,
                       .y_scale = RAO_AXIS_LOG,
                       .half = 1,
                       .series = series,
                       .series_count = v->exact ? 2 : 1};
    chart.y_range[0] = v->exact ? v->threshold / 100 : (double)NAN, chart.y_range[1] = (double)NAN;
    st = rao_report_chart(v->ctx, report, &chart);
done:
    rao_scratch_reset(v->ctx, mark);
    return st;
}

static rao_status add_dimension(spectrum_view *v, rao_report *report) {
    double lo[SPECTRUM_DAMPINGS], hi[SPECTRUM_DAMPINGS], x[SPECTRUM_DAMPINGS], y[SPECTRUM_DAMPINGS];
    for (int i = 0; i < SPECTRUM_DAMPINGS; i++) {
        int from = SPECTRUM_DAMPINGS - 1 - i; /* dampings fall, x rises */
        x[i] = v->relative[from], y[i] = v->dimension[from], lo[i] = v->lower[from] - 2 * v->lower_error[from],
        hi[i] = v->upper[from] + 2 * v->upper_error[from];
    }
    rao_series series = {.name = "effective dimension", .n = SPECTRUM_DAMPINGS, .x = x, .y = y, .style = RAO_SERIES_LINE_POINTS};
    if (!v->exact) series.lo = lo, series.hi = hi;
    rao_chart chart = {.title = "Effective dimension",
                       .subtitle = v->exact ? "sum of lambda / (lambda + damping)"
                                            : "Band: between the two quadratures, and two standard errors beyond.",
                       .x_label = "damping over mean eigenvalue",
                       .y_label = "parameters that the data determine",
                       .x_scale = RAO_AXIS_LOG,
                       .half = 1,
                       .series = &series,
                       .series_count = 1};
    return rao_report_chart(v->ctx, report, &chart);
}

/* A point a parameter, at most so many: every (size / MOST)-th. */
static rao_status add_scatter(spectrum_view *v, rao_report *report, const char *title, const char *x_label, const char *y_label,
                              const double *x, const double *y, double y_scale) {
    enum { MOST = 1500 };
    double px[MOST], py[MOST], least = (double)INFINITY, most = 0;
    int64_t stride = (v->parameters - 1) / MOST + 1, n = 0;
    for (int64_t i = 0; i < v->parameters; i += stride) {
        px[n] = x[i], py[n] = y_scale * y[i];
        if (px[n] > 0 && py[n] > 0) least = fmin(least, fmin(px[n], py[n])), most = fmax(most, fmax(px[n], py[n]));
        n++;
    }
    if (!(most > 0)) return RAO_OK;
    double ends[2] = {least, most};
    const rao_series series[2] = {{.name = "a parameter", .n = n, .x = px, .y = py, .style = RAO_SERIES_POINTS},
                                  {.name = "equal", .n = 2, .x = ends, .y = ends, .style = RAO_SERIES_REFERENCE}};
    const rao_chart chart = {.title = title,
                             .subtitle =
                                 stride > 1 ? "A sample of the parameters; zeros are left out." : "Every parameter; zeros are left out.",
                             .x_label = x_label,
                             .y_label = y_label,
                             .x_scale = RAO_AXIS_LOG,
                             .y_scale = RAO_AXIS_LOG,
                             .half = 1,
                             .series = series,
                             .series_count = 2};
    return rao_report_chart(v->ctx, report, &chart);
}

static rao_status fill(spectrum_view *v, rao_report *report) {
    rao_status st;
    rao_pair pairs[SETTINGS_MOST];
    RAO_TRY(add_sentences(v, report));
    RAO_TRY(add_values(v, report));
    RAO_TRY(add_dimension(v, report));
    RAO_TRY(add_scatter(v, report, "The empirical diagonal against the true one", "true", "empirical", v->truth, v->empirical, 1));
    RAO_TRY(add_scatter(v, report, "Adam's second moments against the true diagonal", "true", "batch x v", v->truth, v->adam,
                        (double)v->batch));
    RAO_TRY(spectrum_tables(v, add_table, report));
    RAO_TRY(rao_report_heading(v->ctx, report, "Settings"));
    RAO_TRY(rao_report_code(v->ctx, report, v->call->line.data));
    settings_pairs(&v->settings, pairs);
    RAO_TRY(rao_report_pairs(v->ctx, report, "Model and data", pairs, v->settings.count));
done:
    return st;
}

rao_status spectrum_report(spectrum_view *v) {
    rao_status st;
    rao_report *report = NULL;
    rao_text html = {0};
    RAO_TRY(rao_report_create(v->ctx, "rao spectrum", rao_model_spec(v->problem.model), &report));
    RAO_TRY(fill(v, report));
    RAO_TRY(rao_report_html(v->ctx, report, &html));
    RAO_TRY(rao_out_append(v->ctx, v->out, html.data, html.length));
    RAO_TRY(rao_out_commit(v->ctx, &v->out));
done:
    rao_text_destroy(&html);
    rao_report_destroy(&report);
    return st;
}
