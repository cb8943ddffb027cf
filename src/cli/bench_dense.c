/* bench_dense.c - an update of the exact Fisher matrix of a network of some ten thousand parameters, in turn with a bare syrk, which it is
 * measured by: n k^2 flops at the rate of A^T A with 1024 rows. */
#include "bench.h"

enum { SAMPLES = 64, ROWS = 1024, SIDE = 4096 };

typedef struct dense_bench {
    rao_ctx *ctx;
    rao_model *model;
    rao_objective *objective;
    rao_fisher *fisher;
    float *x, *y, *w, *e, *c; /* batch, parameters, rows and result of the bare product */
    int64_t cases, size;
} dense_bench;

static rao_status make(dense_bench *b, const char *spec) {
    rao_status st = RAO_OK;
    rao_stream s = rao_stream_make(1, 2);
    RAO_TRY(rao_model_create(b->ctx, spec, NULL, RAO_F32, &b->model));
    const rao_graph *g = rao_model_graph(b->model);
    int64_t in = rao_graph_inputs(g), classes = rao_graph_outputs(g);
    b->size = rao_graph_size(g);
    RAO_TRY(rao_objective_create(b->ctx, b->model, b->cases, RAO_TAPE_FACTORS, &b->objective));
    RAO_TRY(rao_fisher_create(b->ctx, b->model, "dense", NULL, b->cases, &b->fisher));
    RAO_TRY(rao_alloc(b->ctx, b->cases * in, &b->x));
    RAO_TRY(rao_alloc(b->ctx, b->cases, &b->y));
    RAO_TRY(rao_alloc(b->ctx, b->size, &b->w));
    RAO_TRY(rao_alloc(b->ctx, (int64_t)ROWS * SIDE, &b->e));
    RAO_TRY(rao_alloc(b->ctx, (int64_t)SIDE * SIDE, &b->c));
    rao_uniform_fill_f32(s, 0, 0, b->cases * in, b->x);
    rao_normal_fill_f32(s, 1, 0, (int64_t)ROWS * SIDE, b->e);
    for (int64_t i = 0; i < b->cases; i++) b->y[i] = (float)(i % classes);
    rao_mat x = rao_mat_view(RAO_F32, b->cases, in, in, b->x), y = rao_mat_view(RAO_F32, b->cases, 1, 1, b->y);
    rao_vec w = rao_vec_view(RAO_F32, b->size, b->w);
    RAO_TRY(rao_model_init(b->ctx, b->model, RAO_INIT_AUTO, 1, &w));
    RAO_TRY(rao_objective_batch(b->ctx, b->objective, &x, &y, NULL, NULL, 0, b->cases));
done:
    return st;
}

static void unmake(dense_bench *b) {
    float **all[] = {&b->x, &b->y, &b->w, &b->e, &b->c};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) rao_free(all[i]);
    rao_fisher_destroy(&b->fisher);
    rao_objective_destroy(&b->objective);
    rao_model_destroy(&b->model);
}

static rao_status time_both(dense_bench *b, double seconds, bench_row *row) {
    rao_status st = RAO_OK;
    double update[SAMPLES], bare[SAMPLES], begin = cli_seconds();
    int64_t n = 0;
    rao_vec w = rao_vec_view(RAO_F32, b->size, b->w);
    rao_mat e = rao_mat_view(RAO_F32, ROWS, SIDE, SIDE, b->e), c = rao_mat_view(RAO_F32, SIDE, SIDE, SIDE, b->c);
    do { /* the first of each finds its memory and does not count where there is a second */
        double start = cli_seconds();
        RAO_TRY(rao_fisher_update(b->ctx, b->fisher, b->objective, &w, 0, 0, 1));
        double middle = cli_seconds();
        RAO_TRY(rao_syrk(b->ctx, RAO_T, 1, &e, 0, &c));
        update[n] = middle - start;
        bare[n++] = cli_seconds() - middle;
    } while (n < SAMPLES && bench_goes_on(n, 2, cli_seconds() - begin, seconds) && !rao_ctx_cancelled(b->ctx));
    int64_t skip = n > 1;
    row->ms = 1e3 * bench_median(update + skip, n - skip);
    row->gemm_ms = 1e3 * bench_median(bare + skip, n - skip) * row->flops / ((double)ROWS * SIDE * SIDE);
done:
    return st;
}

rao_status bench_dense(rao_ctx *ctx, const bench_case *c, double rate, double seconds, bench_row *row) {
    rao_status st = RAO_OK;
    dense_bench b = {.ctx = ctx, .cases = c->batch};
    int64_t before = rao_ctx_memory(ctx).live_bytes, unit = (int64_t)sizeof(float);
    rao_ctx_memory_reset_peak(ctx);
    RAO_TRY(make(&b, c->model));
    row->flops = (double)b.cases * (double)b.size * (double)b.size;
    RAO_TRY(time_both(&b, seconds, row));
    row->floor_ms = 1e-6 * row->flops / rate;
    row->share_of_gemm = row->gemm_ms / row->ms;
    row->peak_bytes = rao_ctx_memory(ctx).peak_bytes - before - unit * (int64_t)SIDE * (ROWS + SIDE) -
                      unit * b.cases * (1 + rao_graph_inputs(rao_model_graph(b.model)));
    row->need_bytes = unit * b.size + rao_objective_bytes(b.objective) + rao_fisher_bytes(b.fisher);
done:
    unmake(&b);
    return st;
}
