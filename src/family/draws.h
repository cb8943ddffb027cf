/* draws.h - as many uniforms as one draw needs: a sub-stream of its own for every (stream, step, index), so that a rejection
 * sampler's draw does not depend on how many numbers its neighbours rejected. */
#ifndef RAO_FAMILY_DRAWS_H
#define RAO_FAMILY_DRAWS_H

#include <rao/base.h>

typedef struct rao_draws {
    rao_stream s;
    uint64_t next;
} rao_draws;

/* The key of the sub-stream is the block of Philox at (index, step) with the top bit of the step set, where no other draw reads. */
rao_draws rao_draws_at(rao_stream s, uint64_t step, uint64_t index);
double rao_draw_uniform(rao_draws *d);
double rao_draw_normal(rao_draws *d);

/* A Poisson count of the given rate, 0 <= rate <= 1e300: inversion below 10, above PTRS (W. Hoermann 1993, "The transformed rejection
 * method for generating Poisson random variables"). */
double rao_draw_poisson(rao_draws *d, double rate);

/* Successes in n trials: inversion where n min(p, q) < 10, above BTRS (W. Hoermann 1993, "The generation of binomial random variates"). */
double rao_draw_binomial(rao_draws *d, double n, double p, double q);

#endif
