/* curve.h - the evaluations of one or several runs as arrays that a chart can draw. */
#ifndef RAO_CLI_CURVE_H
#define RAO_CLI_CURVE_H

#include "cli.h"

#include <rao/train.h>

typedef enum curve_field {
    CURVE_STEP = 0,
    CURVE_SECONDS,
    CURVE_TRAIN_LOSS,
    CURVE_TEST_LOSS,
    CURVE_TRAIN_SCORE,
    CURVE_TEST_SCORE,
    CURVE_FIELDS
} curve_field;

/* Value k is over the runs that have an evaluation k, as many as all of them have: median, least, largest. */
typedef struct curve {
    int64_t n;
    double *median[CURVE_FIELDS], *least[CURVE_FIELDS], *largest[CURVE_FIELDS];
} curve;
rao_status curve_create(rao_ctx *ctx, const rao_train_point *const *runs, const int64_t *counts, int64_t run_count, curve *c);
/* Of the runs of a rival at a setting that did not fail; all of them where none ended well. */
rao_status curve_of_rival(rao_ctx *ctx, const rao_race *race, int64_t rival, int64_t setting, curve *c);
void curve_destroy(curve *c);
/* Whether every number of the field is above 0, so that a logarithmic axis can hold it. */
int curve_positive(const curve *c, curve_field field);

#endif
