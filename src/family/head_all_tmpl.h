/* head_all_tmpl.h - the kernels of every head for one type T; FN names a function, M a function of libm.
 * Included once per type, so it has no guard. */

/* exp(x) - 1 - x without cancellation: the Taylor series inside |x| < 1, where it is a sum of terms that shrink. */
static inline T FN(exp_remainder)(T x) {
    if (M(fabs)(x) >= 1) return FN(vm_expm1)(x) - x;
    T s = 1;
    for (int n = TAYLOR_ORDER; n >= 3; n--) s = 1 + x / (T)n * s;
    return x * x / 2 * s;
}

#define ROW(name, pointer, ld) T *restrict name = (T *)(pointer) + i * (ld)
#define CONST_ROW(name, pointer, ld) const T *restrict name = (const T *)(pointer) + i * (ld)
#define EACH_ROW for (int64_t i = 0; i < r->rows; i++)
#define EACH for (int64_t j = 0; j < k; j++)

#include "family/head_bernoulli_tmpl.h"
#include "family/head_categorical_tmpl.h"
#include "family/head_normal_tmpl.h"
#include "family/head_poisson_tmpl.h"

#undef ROW
#undef CONST_ROW
#undef EACH_ROW
#undef EACH
