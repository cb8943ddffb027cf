/* optim/update.h - the passes over the parameters: one read and one write of each vector a step, in blocks over the threads. */
#ifndef RAO_OPTIM_UPDATE_H
#define RAO_OPTIM_UPDATE_H

#include "optim/optim.h"

/* The vectors and numbers of one pass; a rule fills what its pass reads. decay = rate * weight_decay. */
typedef struct update {
    void *w, *g, *m, *v;
    double rate, l2, decay, beta1, beta2, root, eps; /* root: 1 / sqrt(1 - beta2^t); beta1's correction is in the rate */
    double scale;                                    /* of a natural gradient, by its radius */
} update;

/* Runs over [first, first + count); the sum of 0 * w afterwards: 0, or NaN where a parameter is not finite. */
typedef double update_pass(const update *u, int64_t first, int64_t count);

/* One set of passes; index 0 float, 1 double. */
typedef struct update_set {
    update_pass *momentum[2]; /* v is ready: w -= rate v + decay w */
    update_pass *sgd[2];      /* v += l2 w first */
    update_pass *nesterov[2]; /* g is fresh: v = beta1 v + g + l2 w; w -= rate (g + l2 w + beta1 v) + decay w */
    update_pass *adam[2];
    update_pass *natural[2]; /* g is a natural gradient: v = beta1 v + scale g; w -= rate v + decay w */
} update_set;
extern const update_set update_generic, update_avx2, update_avx512;

/* The set for this machine. */
const update_set *update_passes(void);

/* Runs a pass of `opt`'s dtype over all n parameters. ENUMERIC when a parameter is not finite any more. */
rao_status update_run(rao_ctx *ctx, const rao_optim *opt, update_pass *const pass[2], const update *u);

#endif
