/* spectrum.h - the Fisher matrix of a model at a point: what was measured, and how it is told. */
#ifndef RAO_CLI_SPECTRUM_H
#define RAO_CLI_SPECTRUM_H

#include "problem.h"

#include <rao/fisher.h>

typedef struct spectrum_options {
    problem_options problem;
    const char *load, *report;
    int64_t cases, samples, batch, steps, probes, most_rows;
    int representation, flavour, init;
} spectrum_options;

enum { SPECTRUM_DAMPINGS = 7 };

/* Agreement of two diagonals, the second against the first. NaN where one of them is constant. */
typedef struct spectrum_pair {
    double ratio;   /* sum of the second over sum of the first */
    double pearson; /* correlation of the entries */
    double rank;    /* correlation of their ranks (Spearman), ties at their mean rank */
} spectrum_pair;

/* The parameters of a layer, or of the whole model. */
typedef struct spectrum_layer {
    const char *name;
    int64_t offset, size;
    double truth, empirical, adam; /* sums of the diagonals; adam times the batch */
    spectrum_pair true_empirical, true_adam, empirical_adam;
} spectrum_layer;

typedef struct spectrum_view {
    cli_call *call;
    rao_ctx *ctx;
    const spectrum_options *options;
    problem problem;
    settings settings;
    rao_out *out; /* of options->report */

    rao_vec w;
    int64_t *rows; /* of the training part, in the order of a run's first epoch */
    int64_t n, parameters, columns;
    rao_objective *objective; /* all n cases */
    rao_fisher *fisher;
    double loss, gradient_norm; /* over the n cases */

    /* the spectrum: exact eigenvalues, or Ritz values of a Lanczos process with the distance within which an eigenvalue lies */
    int exact;
    int64_t count; /* parameters, or Ritz values */
    double *value; /* descending */
    double *bound; /* NULL where exact */
    double trace, mean, threshold, largest, smallest, condition;
    int64_t side; /* threshold = side x epsilon x largest */
    int64_t rank; /* eigenvalues above the threshold; Ritz: eigenvalues that are certain to be positive */
    double relative[SPECTRUM_DAMPINGS], damping[SPECTRUM_DAMPINGS], dimension[SPECTRUM_DAMPINGS];
    /* not exact: means over the probes of a quadrature that is not below and of one that is not above, with their standard errors; dimension is half way */
    double lower[SPECTRUM_DAMPINGS], upper[SPECTRUM_DAMPINGS], lower_error[SPECTRUM_DAMPINGS], upper_error[SPECTRUM_DAMPINGS];

    /* three diagonals */
    double *truth, *empirical, *adam; /* parameters each */
    int64_t batch, batches;
    double gradient_share; /* of the sum of `adam`: the squared mean gradient; the rest is the noise of the batches */
    int64_t layers;        /* the last one is the whole model */
    spectrum_layer *layer;
} spectrum_view;

rao_status spectrum_values(spectrum_view *v);    /* spectrum_values.c: the second group of members */
rao_status spectrum_diagonals(spectrum_view *v); /* spectrum_diagonals.c: the third */

/* spectrum_tell.c: hands each table to `use`; sentences, one a line; prints the object */
typedef rao_status spectrum_table_fn(spectrum_view *v, const rao_table *table, void *arg);
rao_status spectrum_tables(spectrum_view *v, spectrum_table_fn *use, void *arg);
rao_status spectrum_sentences(spectrum_view *v, rao_text *out);
rao_status spectrum_json(spectrum_view *v);
rao_status spectrum_report(spectrum_view *v); /* spectrum_report.c: fills and commits v->out */

#endif
