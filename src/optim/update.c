/* update.c - chooses the passes of this machine and runs one over the parameters, blocks fixed by their number. */
#include "optim/update.h"

#include "base/cpu.h"

enum { GRAIN = 1 << 15 }; /* numbers a block: 128 to 512 kB of traffic, far above the cost of handing a block out */

const update_set *update_passes(void) {
#if defined(__x86_64__)
    static const update_set *const sets[] = {&update_generic, &update_avx2, &update_avx512};
    return sets[rao_cpu_level()];
#else
    return &update_generic;
#endif
}

typedef struct job {
    const rao_optim *opt;
    update_pass *pass;
    const update *u;
} job;

static rao_status run_block(rao_ctx *worker, int64_t block, void *arg) {
    const job *j = arg;
    int64_t first = block * GRAIN, count = rao_block_end(j->opt->n, GRAIN, block) - first;
    double poison = j->pass(j->u, first, count);
    if (poison == 0) return RAO_OK;
    return rao_fail(worker, RAO_ENUMERIC, "%s: parameters are not finite after step %lld", j->opt->rule->face.name,
                    (long long)j->opt->steps + 1);
}

rao_status update_run(rao_ctx *ctx, const rao_optim *opt, update_pass *const pass[2], const update *u) {
    job j = {opt, pass[opt->dtype == RAO_F64], u};
    return rao_parallel_for(ctx, rao_block_count(opt->n, GRAIN), run_block, &j);
}
