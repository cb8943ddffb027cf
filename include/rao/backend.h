/* rao/backend.h - which kernels a network's passes run on.
 *
 * A backend is one constant table of kernels. `cpu` is compiled once per instruction set and chooses by CPUID, once, when it is first
 * asked for; `ref` is plain loops over libm in long double, which every other backend is tested against.
 */
#ifndef RAO_BACKEND_H
#define RAO_BACKEND_H

#include <rao/la.h>

#ifdef __cplusplus
extern "C" {
#endif

/* y = f(x), entry by entry. */
typedef enum rao_activation {
    RAO_IDENTITY = 0,
    RAO_RELU,
    RAO_TANH,
    RAO_LOGISTIC,
    RAO_SOFTPLUS, /* log(1 + e^x) */
    RAO_GELU      /* x Phi(x), Phi the normal distribution function (no tanh approximation) */
} rao_activation;
enum { RAO_ACTIVATIONS = 6 };

typedef struct rao_backend rao_backend;

/* "cpu" or "ref"; EINVAL with the nearest name. A backend is never destroyed. */
RAO_API rao_status rao_backend_find(rao_ctx *ctx, const char *name, const rao_backend **backend);
/* The one used where nobody chooses: cpu. Never NULL. */
RAO_API const rao_backend *rao_backend_default(void);
/* Backends by number, 0..rao_backend_count() - 1 */
RAO_API int64_t rao_backend_count(void);
RAO_API const rao_backend *rao_backend_at(int64_t i);

RAO_API const char *rao_backend_name(const rao_backend *backend);
/* What the kernels were compiled for: "generic", "avx2", "avx512"; "plain loops" of ref. */
RAO_API const char *rao_backend_isa(const rao_backend *backend);

#ifdef __cplusplus
}
#endif
#endif
