/* backend.c - the list of backends, and which compilation of `cpu` this processor runs. */
#include "backend/backend.h"

#include <string.h>

#include "base/cpu.h"

const rao_backend *rao_backend_cpu(int level) {
#if defined(__x86_64__)
    if (level >= RAO_CPU_AVX512) return &rao_backend_avx512;
    if (level >= RAO_CPU_AVX2) return &rao_backend_avx2;
#endif
    (void)level;
    return &rao_backend_generic;
}

const rao_backend *rao_backend_default(void) { return rao_backend_cpu(rao_cpu_level()); }

int64_t rao_backend_count(void) { return 2; }
const rao_backend *rao_backend_at(int64_t i) { return i == 0 ? rao_backend_default() : i == 1 ? &rao_backend_ref : NULL; }

const char *rao_backend_name(const rao_backend *be) { return be->name; }
const char *rao_backend_isa(const rao_backend *be) { return be->isa; }

rao_status rao_backend_find(rao_ctx *ctx, const char *name, const rao_backend **backend) {
    static const char *const names[] = {"cpu", "ref"};
    for (int64_t i = 0; i < rao_backend_count(); i++)
        if (!strcmp(name, names[i])) return *backend = rao_backend_at(i), RAO_OK;
    const char *near = rao_nearest(name, names, rao_backend_count(), sizeof *names);
    if (near) return rao_fail(ctx, RAO_EINVAL, "backend '%s' is unknown, did you mean '%s'?", name, near);
    return rao_fail(ctx, RAO_EINVAL, "backend '%s' is unknown, want cpu or ref", name);
}
