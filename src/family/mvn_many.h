/* mvn_many.h - KL of normals in several variables, LANES pairs at once, one kernel a kind of machine. */
#ifndef RAO_FAMILY_MVN_MANY_H
#define RAO_FAMILY_MVN_MANY_H

#include <stdint.h>

enum { LANES = 8, MVN_MANY_MOST = 16, MVN_MANY_NUMBERS = MVN_MANY_MOST + MVN_MANY_MOST * (MVN_MANY_MOST + 1) / 2 };

/* Number e of the points of chart mean_cov at [e][pair]; overwritten. */
typedef struct mvn_pairs {
    double p[MVN_MANY_NUMBERS][LANES], q[MVN_MANY_NUMBERS][LANES];
} mvn_pairs;

/* kl[i] = KL(p : q) for d <= MVN_MANY_MOST; known[i] = 0 where a matrix is not positive definite, a number is none, or KL < 0.1, which needs other
 * forms. d^3/2 multiplications a pair. */
typedef void mvn_kl_many(int64_t d, mvn_pairs *pairs, double kl[LANES], unsigned char known[LANES]);
extern mvn_kl_many mvn_kl_generic, mvn_kl_avx2, mvn_kl_avx512;

#endif
