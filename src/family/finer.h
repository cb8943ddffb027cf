/* finer.h - a member and its neighbours in an observation y of their own, which doubles resolve where the family's x is none: log x of gamma and Weibull laws,
 * whose mass may lie below the smallest double; log x/(1 - x) of beta laws, because 1 - x has few digits near 1; log x of lognormal laws; x - mu of laws with a
 * location. Masses, mean scores and Fisher matrices do not know the difference. */
#ifndef RAO_FAMILY_FINER_H
#define RAO_FAMILY_FINER_H

#include "family/log_law.h"

enum { FINER_STATE = LOG_LAW_STATE };

/* A family with the parameters and charts of another, observed in y. Its states are those of the other with FINER_STATE numbers behind. */
typedef struct finer_law {
    rao_family f;
    family_table table, law; /* law: a family of y alone, whose states are the numbers behind */
    family_chart charts[MOST_CHARTS];
    const family_table *of;
} finer_law;

/* Places of y are counted from s, which has room for its numbers behind and gets them. A family without such a y is its own finer law. */
void rao_finer_law(const rao_family *f, double *s, finer_law *out);
/* The numbers behind a state that the family loaded; s: the one that places are counted from. */
void rao_finer_state(const finer_law *law, const double *s, double *t);

#endif
