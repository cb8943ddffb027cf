/* mvn_many_tmpl.h - the kernel of mvn_many.h; the body of mvn_many_generic.c, mvn_many_avx2.c and mvn_many_avx512.c. Every number is LANES of them.
 * With Cholesky factors L, M = L_q^-1 L_p and y = L_q^-1 (m_p - m_q): 2 KL = sum over the diagonal of (M^2 - 1 - 2 log M) + squares below it + |y|^2. */
#include <math.h>

#include "base/vmath.h"
#include "family/mvn_many.h"

#define EACH for (int l = 0; l < LANES; l++)
typedef double lane[LANES];

/* Entry (i, j), i <= j, of an upper triangle by rows: also (j, i) of the lower one. */
static inline int64_t upper(int64_t d, int64_t i, int64_t j) { return i * d - i * (i - 1) / 2 + (j - i); }

/* A = L L^T in place (a holds column j of L where it held row j of A); inverse[j] = 1/L_jj, and good falls to 0 where a pivot is not positive. */
static void factor(int64_t d, lane *a, lane *inverse, double *good) {
    for (int64_t j = 0; j < d; j++) {
        lane pivot;
        EACH pivot[l] = a[upper(d, j, j)][l];
        for (int64_t k = 0; k < j; k++) EACH pivot[l] -= a[upper(d, k, j)][l] * a[upper(d, k, j)][l];
        EACH good[l] = pivot[l] > 1e-300 && pivot[l] < 1e300 ? good[l] : 0;
        EACH pivot[l] = sqrt(pivot[l]);
        EACH inverse[j][l] = 1 / pivot[l];
        EACH a[upper(d, j, j)][l] = pivot[l];
        for (int64_t i = j + 1; i < d; i++) {
            lane sum;
            EACH sum[l] = a[upper(d, j, i)][l];
            for (int64_t k = 0; k < j; k++) EACH sum[l] -= a[upper(d, k, i)][l] * a[upper(d, k, j)][l];
            EACH a[upper(d, j, i)][l] = sum[l] * inverse[j][l];
        }
    }
}

/* x := L^-1 x, the first component that is not 0 being `first`; adds the squares from component `from` on to sum. */
static void solve(int64_t d, lane *const l_q, lane *const inverse, lane **x, int64_t first, int64_t from, lane sum) {
    for (int64_t i = first; i < d; i++) {
        lane value;
        EACH value[l] = (*x[i])[l];
        for (int64_t k = first; k < i; k++) EACH value[l] -= l_q[upper(d, k, i)][l] * (*x[k])[l];
        EACH value[l] *= inverse[i][l];
        if (i >= from) EACH sum[l] += value[l] * value[l];
        EACH(*x[i])[l] = value[l];
    }
}

void MVN_KL(int64_t d, mvn_pairs *pairs, double kl[LANES], unsigned char known[LANES]) {
    lane inverse_p[MVN_MANY_MOST], inverse_q[MVN_MANY_MOST], *x[MVN_MANY_MOST], sum = {0}, good;
    EACH good[l] = 1;
    factor(d, pairs->p + d, inverse_p, good);
    factor(d, pairs->q + d, inverse_q, good);
    for (int64_t i = 0; i < d; i++) {
        EACH pairs->p[i][l] -= pairs->q[i][l];
        x[i] = &pairs->p[i];
    }
    solve(d, pairs->q + d, inverse_q, x, 0, 0, sum);
    for (int64_t j = 0; j < d; j++) {
        for (int64_t i = j; i < d; i++) x[i] = &pairs->p[d + upper(d, j, i)];
        solve(d, pairs->q + d, inverse_q, x, j, j + 1, sum);
        EACH sum[l] += ((*x[j])[l] - 1) * ((*x[j])[l] + 1) - 2 * vm_log_f64((*x[j])[l]);
    }
    EACH kl[l] = 0.5 * sum[l];
    EACH known[l] = good[l] != 0 && kl[l] > 0.1 && kl[l] < 1e300;
}
