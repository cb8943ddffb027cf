/* prior.h - sqrt det F as a product over the coordinates of a chart, where it is one: what Jeffreys priors, determinants and volumes of regions of such
 * charts come from. */
#ifndef RAO_FAMILY_PRIOR_H
#define RAO_FAMILY_PRIOR_H

#include "family/family.h"

/* One factor: |x|^power exp(rate x), or exp(log_density(x - origin)), for x in [low, high]. Of power and rate one is 0. */
typedef struct prior_axis {
    double low, high, power, rate;
    double (*log_density)(double x);
    double origin;
} prior_axis;

typedef struct prior_row {
    const family_table *table;
    int64_t chart, n; /* coordinates; a family of another dimension has no such row */
    double (*log_constant)(const rao_family *f);
    prior_axis axis[2];
} prior_row;

/* NULL where the chart's density is no product, or is not known as one. */
const prior_row *rao_prior_row(const rao_family *f, int64_t chart);
/* log sqrt det F at the coordinates c. */
double rao_prior_log(const prior_row *row, const rao_family *f, const double *c);

#endif
