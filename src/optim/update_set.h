/* update_set.h - defines the table UPDATE_SET over both number types; the body of update_generic.c, update_avx2.c and update_avx512.c. */
#include "optim/update.h"

#define T float
#define NAME(x) x##_f32
#define SQRT sqrtf
#include "optim/update_tmpl.h"
#undef T
#undef NAME
#undef SQRT

#define T double
#define NAME(x) x##_f64
#define SQRT sqrt
#include "optim/update_tmpl.h"
#undef T
#undef NAME
#undef SQRT

const update_set UPDATE_SET = {
    {momentum_f32, momentum_f64}, {sgd_f32, sgd_f64}, {nesterov_f32, nesterov_f64}, {adam_f32, adam_f64}, {natural_f32, natural_f64},
};
