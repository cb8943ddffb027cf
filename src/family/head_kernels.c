/* head_kernels.c - the kernels of the heads for the baseline instruction set; head_kernels_avx2.c and _avx512.c compile the same file again. */
#ifndef HEAD_ISA
#define HEAD_ISA base
#endif
#include <math.h>

#include "family/head.h"
#include "family/saddle.h"

#define HEAD_PASTE_(a, b, c) a##b##_##c
#define HEAD_PASTE(a, b, c) HEAD_PASTE_(a, b, c)

#define T float
#define FN(name) name##_f32
#define M(name) name##f
#define TAYLOR_ORDER 11
#include "family/head_all_tmpl.h"
#undef T
#undef FN
#undef M
#undef TAYLOR_ORDER

#define T double
#define FN(name) name##_f64
#define M(name) name
#define TAYLOR_ORDER 19
#include "family/head_all_tmpl.h"

#define PAIR(kind) {{kind##_nll_score_f32, kind##_hessian_apply_f32, kind##_fisher_apply_f32, kind##_fisher_root_f32,  \
                     kind##_fisher_root_t_f32, kind##_kl_f32, kind##_mean_f32, kind##_errors_f32},                     \
                    {kind##_nll_score_f64, kind##_hessian_apply_f64, kind##_fisher_apply_f64, kind##_fisher_root_f64,  \
                     kind##_fisher_root_t_f64, kind##_kl_f64, kind##_mean_f64, kind##_errors_f64}}

const head_kernels HEAD_PASTE(rao_head_kernels, , HEAD_ISA)[HEAD_KINDS][2] = {
    [HEAD_CATEGORICAL] = PAIR(categorical),
    [HEAD_BERNOULLI] = PAIR(bernoulli),
    [HEAD_POISSON] = PAIR(poisson),
    [HEAD_NORMAL] = PAIR(normal),
    [HEAD_NORMAL_MU_LOGVAR] = PAIR(mu_logvar),
};
