/* bench.h - one row of `rao bench`: a step of training, timed beside the bare products that it consists of. */
#ifndef RAO_CLI_BENCH_H
#define RAO_CLI_BENCH_H

#include "cli.h"

#include <rao/train.h>

/* What a row does each time: a step of training up to NGD; FVP a Fisher-vector product with the forward pass kept; DENSE an update of the exact
 * Fisher matrix. From EVAL on a row has no model: EVAL answers a request, the last three ask quantities from C (bench_manifold.c). */
typedef enum bench_kind {
    BENCH_PLAIN = 0,
    BENCH_ADAM,
    BENCH_KFAC,
    BENCH_KFAC_BF16, /* where the processor can */
    BENCH_EKFAC,
    BENCH_NGD,
    BENCH_FVP,
    BENCH_DENSE,
    BENCH_EVAL,
    BENCH_FISHER_RAO,
    BENCH_KL_MVN,
    BENCH_MIXTURE
} bench_kind;

enum { BENCH_NAME = 64 };
typedef struct bench_row {
    char name[BENCH_NAME];
    double
        ms; /* median of a step, mean of the medians of a round that renews; without a model: of one item or, of bench_manifold.c, one batch, the best of several */
    double gemm_ms;        /* median of its bare products, timed in turn with it; NaN where the step has others too */
    double flops;          /* of the algorithm as stated in docs/performance.md */
    double share_of_gemm;  /* gemm_ms / ms; only where the step's products are all of rao_gemm (plain, adam) */
    double ratio_to_plain; /* ms / that of plain steps in turn with it; NaN: not a step of training */
    double floor_ms;       /* flops / measured rate of gemm, those in bfloat16 / that of gemm_bf16 */
    int64_t peak_bytes;    /* while the row was made and timed, the buffers of the timing itself left out */
    int64_t need_bytes;    /* parameters, state of the optimiser and of its metric, values and cotangents of the batch; 0: has no model */
} bench_row;

typedef struct bench_case {
    const char *name; /* of the row, before the kind */
    const char *model;
    int64_t batch;
    bench_kind kind;
} bench_case;

/* The rate of a product of 1024 x 1024 x 1024 in float on this context's threads, best of several. */
rao_status bench_gemm_rate(rao_ctx *ctx, double *gflops);
/* The name of its row: the case's, and of a model what is done with it. */
void bench_name(const bench_case *c, char name[BENCH_NAME]);
/* Times one row for about `seconds`. */
rao_status bench_run(rao_ctx *ctx, const bench_case *c, double rate, double seconds, bench_row *row);

/* bench_dense.c: an update of the dense Fisher matrix, in turn with a bare product A^T A; sets all but the name and the ratio. */
rao_status bench_dense(rao_ctx *ctx, const bench_case *c, double rate, double seconds, bench_row *row);
/* Whether a row takes one more sample: until its seconds are over, and on to `least` samples unless these take four times as long. */
int bench_goes_on(int64_t samples, int64_t least, double elapsed, double seconds);
/* The lower median: of two the one that less came between; sorts. NaN of none. */
double bench_median(double *samples, int64_t n);

/* bench_eval.c: sets ms and peak_bytes for one request of `rao eval`. */
rao_status bench_eval(rao_ctx *ctx, double seconds, bench_row *row);
/* bench_manifold.c: the same for one batch of quantities. */
rao_status bench_manifold(rao_ctx *ctx, bench_kind kind, double seconds, bench_row *row);

#endif
