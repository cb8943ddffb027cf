/* optim/natural.h - what the files of the natural gradient share: natural.c (the rules and their options), natural_step.c (damping, solve, length),
 * natural_judge.c (Levenberg-Marquardt, and what a step was). */
#ifndef RAO_OPTIM_NATURAL_H
#define RAO_OPTIM_NATURAL_H

#include "optim/update.h"

typedef struct natural {
    optim_common common;
    double damping, radius, momentum, decay, fraction, tolerance, model_fraction;
    int64_t samples, renew, every, iterations;
    int representation, flavour, unit, adapt, step, precision;
} natural;
_Static_assert(sizeof(natural) <= OPTIM_OPTION_BYTES, "the options fit");

enum { UNIT_RELATIVE = 0, UNIT_LOSS };
enum { ADAPT_FIXED = 0, ADAPT_LM };
enum { STEP_RATE = 0, STEP_MODEL };
enum { PRECISION_FLOAT = 0, PRECISION_BF16 };
enum { LM_EVERY = 5 };
/* scalars: what outlives a step; REJECTED: how often the coming one was rejected; 5 is free */
enum { DAMPING = 0, MEAN_EIGENVALUE, STARTED, REJECTED, LARGEST_MEAN, FLOOR = 6 };

static inline const natural *natural_of(const rao_optim *opt) { return (const void *)opt->options.bytes; }
static inline int natural_judges(const rao_optim *opt) { return natural_of(opt)->adapt == ADAPT_LM; }
/* Whether the ratio of the coming step's reductions is to change the damping: then its prediction is made, from a gradient that is formed. */
static inline int natural_measures(const rao_optim *opt) { return natural_judges(opt) && (opt->steps + 1) % LM_EVERY == 0; }
static inline rao_vec natural_vector(const rao_optim *opt, void *data) { return rao_vec_view(opt->dtype, opt->n, data); }

/* natural_step.c */
rao_status natural_step(rao_ctx *ctx, rao_optim *opt, double rate, rao_op *metric, rao_vec *w);
rao_status natural_step_outer(rao_ctx *ctx, rao_optim *opt, double rate, rao_op *metric, const rao_outer *blocks, int64_t count,
                              rao_vec *w);
int natural_takes_outer(const rao_optim *opt, const rao_op *metric);
/* Parameters and velocity as before the last step, of a rule that judges. */
void natural_take_back(rao_optim *opt, rao_vec *w);
double natural_least_damping(const rao_optim *opt);
/* Numbers for a vector over the parameters, on the scratch stack. */
rao_status natural_room(rao_ctx *ctx, const rao_optim *opt, rao_vec *v);

/* natural_judge.c: change of the quadratic model along -rate v, -rate <g, v> + rate^2 / 2 <v, (F + damping) v>, of the step just made */
rao_status natural_predict(rao_ctx *ctx, rao_optim *opt, const rao_op *metric);

#endif
