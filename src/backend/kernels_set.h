/* kernels_set.h - defines the backend KERNEL_SET; the body of kernels_generic.c, kernels_avx2.c, kernels_avx512.c. */
#include <math.h>
#include <string.h>

#include "backend/backend.h"
#include "base/vmath.h"

#define T float
#define OTHER double
#define BITS int32_t
#define NAME(x) x##_f32
#include "backend/act_tmpl.h"
#include "backend/pass_tmpl.h"
#include "backend/small_tmpl.h"
#undef T
#undef OTHER
#undef BITS
#undef NAME

#define T double
#define OTHER float
#define BITS int64_t
#define NAME(x) x##_f64
#include "backend/act_tmpl.h"
#include "backend/pass_tmpl.h"
#include "backend/small_tmpl.h"
#undef T
#undef OTHER
#undef BITS
#undef NAME

const rao_backend KERNEL_SET = {
    .name = "cpu", .isa = KERNEL_ISA, .f32 = RAO_KERNELS(f32), .f64 = RAO_KERNELS(f64), .gemm = rao_gemm, .syrk = rao_syrk};
