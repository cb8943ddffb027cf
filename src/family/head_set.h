/* head_set.h - defines the table HEAD_SET of all kernels over both number types; the body of head_generic.c, head_avx2.c and head_avx512.c. */
#include <math.h>

#include "base/vmath.h"
#include "family/head.h"
#include "family/saddle.h"

#define T float
#define FN(name) name##_f32
#define M(name) name##f
#define TAYLOR_ORDER 11
/* artanh(r) / r in x = r^2 <= 1/9: Taylor, truncated below rounding */
#define ARTANH_SERIES(x) \
    (((((((1 / 13.0f) * (x) + 1 / 11.0f) * (x) + 1 / 9.0f) * (x) + 1 / 7.0f) * (x) + 1 / 5.0f) * (x) + 1 / 3.0f) * (x) + 1 / 1.0f)
#include "family/head_all_tmpl.h"
#undef T
#undef FN
#undef M
#undef TAYLOR_ORDER
#undef ARTANH_SERIES

#define T double
#define FN(name) name##_f64
#define M(name) name
#define TAYLOR_ORDER 19
#define ARTANH_SERIES(x)                                                                                                         \
    (((((((((((((((((1 / 33.0) * (x) + 1 / 31.0) * (x) + 1 / 29.0) * (x) + 1 / 27.0) * (x) + 1 / 25.0) * (x) + 1 / 23.0) * (x) + \
               1 / 21.0) *                                                                                                       \
                  (x) +                                                                                                          \
              1 / 19.0) *                                                                                                        \
                 (x) +                                                                                                           \
             1 / 17.0) *                                                                                                         \
                (x) +                                                                                                            \
            1 / 15.0) *                                                                                                          \
               (x) +                                                                                                             \
           1 / 13.0) *                                                                                                           \
              (x) +                                                                                                              \
          1 / 11.0) *                                                                                                            \
             (x) +                                                                                                               \
         1 / 9.0) *                                                                                                              \
            (x) +                                                                                                                \
        1 / 7.0) *                                                                                                               \
           (x) +                                                                                                                 \
       1 / 5.0) *                                                                                                                \
          (x) +                                                                                                                  \
      1 / 3.0) *                                                                                                                 \
         (x) +                                                                                                                   \
     1 / 1.0)
#include "family/head_all_tmpl.h"

#define PAIR(kind)                                                                                                                     \
    {                                                                                                                                  \
        {kind##_nll_score_f32, kind##_hessian_apply_f32, kind##_fisher_apply_f32, kind##_fisher_root_f32, kind##_fisher_root_t_f32,    \
         kind##_kl_f32,        kind##_mean_f32,          kind##_errors_f32},                                                           \
        {                                                                                                                              \
            kind##_nll_score_f64, kind##_hessian_apply_f64, kind##_fisher_apply_f64, kind##_fisher_root_f64, kind##_fisher_root_t_f64, \
                kind##_kl_f64, kind##_mean_f64, kind##_errors_f64                                                                      \
        }                                                                                                                              \
    }

const head_kernels HEAD_SET[HEAD_KINDS][2] = {
    [HEAD_CATEGORICAL] = PAIR(categorical), [HEAD_BERNOULLI] = PAIR(bernoulli),        [HEAD_POISSON] = PAIR(poisson),
    [HEAD_NORMAL] = PAIR(normal),           [HEAD_NORMAL_MU_LOGVAR] = PAIR(mu_logvar),
};
