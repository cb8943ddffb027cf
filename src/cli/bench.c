/* bench.c - times a training step on made-up data, in turn with a plain step of the same model and with its own products done bare, so that a clock that
 * wanders, and a machine that others use, hit all of them. */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SAMPLES = 400,
    APART = 4 /* steps of a round of renewals to a plain one beside them */,
    RATE_SIDE = 1024,
    RATE_ROUNDS = 6,
    LAYERS_MAX = 16
};
static const char *const kind_name[] = {"plain", "adam", "kfac", "kfac-bf16", "ekfac", "ngd", "fvp", "dense"};
/* sgd with momentum; kfac and ekfac at their defaults: sampled factors every step on 1/8 of the batch, inverses every 10, bases every 20 */
static const char *const kind_optim[] = {"sgd", "adam", "kfac:damping=30", "kfac:damping=30:precision=bf16", "ekfac:damping=300",
                                         "ngd", "sgd"};

typedef struct bench {
    rao_ctx *ctx;
    const bench_case *c;
    rao_model *model;
    rao_objective *objective;
    rao_optim *optim;
    rao_fisher *metric;
    rao_optim_wish wish;
    float *x, *y, *w, *v, *fv;
    int64_t in, targets, size, layers, step, sub_batch;
    rao_parameter layer[LAYERS_MAX];
    float *bare[3]; /* operands of the bare products: as large as the largest */
} bench;

/* Times of one thing: `slots` of a round, whose samples differ in what is renewed, and for each of them SAMPLES / slots rounds at most. */
typedef struct series {
    int64_t slots;
    double at[SAMPLES];
} series;

double bench_median(double *samples, int64_t n) {
    for (int64_t i = 1; i < n; i++) /* insertion: a few hundred at most */
        for (int64_t j = i; j > 0 && samples[j] < samples[j - 1]; j--) {
            double t = samples[j];
            samples[j] = samples[j - 1], samples[j - 1] = t;
        }
    return n ? samples[(n - 1) / 2] : (double)NAN;
}

static void put(series *s, int64_t slot, int64_t round, double seconds) { s->at[slot * (SAMPLES / s->slots) + round] = seconds; }

/* The mean over the slots of what each mostly takes, in milliseconds. */
static double typical(series *s, int64_t rounds) {
    double sum = 0;
    for (int64_t i = 0; i < s->slots; i++) sum += bench_median(s->at + i * (SAMPLES / s->slots), rounds);
    return 1e3 * sum / (double)s->slots;
}

int bench_goes_on(int64_t samples, int64_t least, double elapsed, double seconds) {
    return elapsed < seconds || (samples < least && elapsed < 4 * seconds);
}

/* The best rate of several products of 1024 x 1024 x 1024, in float or in bfloat16. */
static rao_status rate_of(rao_ctx *ctx, int mixed, double *gflops) {
    rao_status st = RAO_OK;
    float *data = NULL;
    int64_t n = RATE_SIDE;
    double best = HUGE_VAL;
    RAO_TRY(rao_alloc(ctx, 3 * n * n, &data));
    rao_normal_fill_f32(rao_stream_make(1, 0), 0, 0, 2 * n * n, data);
    rao_mat a = rao_mat_view(RAO_F32, n, n, n, data), b = rao_mat_view(RAO_F32, n, n, n, data + n * n),
            c = rao_mat_view(RAO_F32, n, n, n, data + 2 * n * n);
    for (int i = 0; i < RATE_ROUNDS; i++) {
        double start = cli_seconds();
        RAO_TRY(mixed ? rao_gemm_bf16(ctx, RAO_N, RAO_N, &a, &b, &c) : rao_gemm(ctx, RAO_N, RAO_N, 1, &a, &b, 0, &c));
        best = fmin(best, cli_seconds() - start);
    }
    *gflops = 2e-9 * (double)n * (double)n * (double)n / best;
done:
    rao_free(&data);
    return st;
}

rao_status bench_gemm_rate(rao_ctx *ctx, double *gflops) { return rate_of(ctx, 0, gflops); }

/* ---- flops of the algorithms as stated ---- */

static double plain_flops(const bench *b, double n) {
    double sum = 0;
    for (int64_t l = 0; l < b->layers; l++) {
        double out = (double)b->layer[l].rows, in = (double)b->layer[l].cols;
        sum += 4 * n * out * in + (l ? 2 * n * out * (in - 1) : 0);
    }
    return sum;
}

/* One sampled backward pass, A by syrk, G by syrk, on n cases. */
static double statistics_flops(const bench *b, double n) {
    double sum = 0;
    for (int64_t l = 0; l < b->layers; l++) {
        double out = (double)b->layer[l].rows, in = (double)b->layer[l].cols;
        sum += n * in * in + n * out * out + (l ? 2 * n * out * (in - 1) : 0);
    }
    return sum;
}

/* One product with a factor on each side. */
static double kron_flops(const bench *b) {
    double sum = 0;
    for (int64_t l = 0; l < b->layers; l++) {
        double out = (double)b->layer[l].rows, in = (double)b->layer[l].cols;
        sum += 2 * out * in * (out + in);
    }
    return sum;
}

/* Between the inverses of kfac on n cases: the sum of the cases, or each of them (fisher/precondition.c), whichever is less. */
static double kfac_flops(const bench *b, double n) {
    double sum = 0;
    for (int64_t l = 0; l < b->layers; l++) {
        double out = (double)b->layer[l].rows, in = (double)b->layer[l].cols;
        sum += fmin(2 * out * in * (out + in), 2 * n * (out * out + in * in) + n * n * (out + in));
    }
    return sum;
}

static double cubes(const bench *b) {
    double sum = 0;
    for (int64_t l = 0; l < b->layers; l++) sum += pow((double)b->layer[l].rows, 3) + pow((double)b->layer[l].cols, 3);
    return sum;
}

static double projection_flops(const bench *b, double n) {
    double sum = 0;
    for (int64_t l = 0; l < b->layers; l++) {
        double out = (double)b->layer[l].rows, in = (double)b->layer[l].cols;
        sum += 2 * n * (in * in + out * out + in * out);
    }
    return sum;
}

/* J^T F J v: a jvp of two products a layer and a vjp of two, one less each in the first layer, whose input has no tangent and no cotangent. */
static double product_flops(const bench *b, double n) {
    double sum = 0;
    for (int64_t l = 0; l < b->layers; l++) {
        double out = (double)b->layer[l].rows, in = (double)b->layer[l].cols;
        sum += 4 * n * out * in + (l ? 4 * n * out * (in - 1) : 0);
    }
    return sum;
}

static double flops_of(const bench *b) {
    double n = (double)b->c->batch, sub = (double)b->sub_batch;
    switch (b->c->kind) {
    case BENCH_PLAIN:
    case BENCH_ADAM: return plain_flops(b, n);
    case BENCH_KFAC:
    case BENCH_KFAC_BF16:
        return plain_flops(b, n) + statistics_flops(b, sub) + kfac_flops(b, n) + cubes(b) / 10; /* Cholesky n^3/3, inverse 2 n^3/3 */
    case BENCH_EKFAC:
        return plain_flops(b, n) + statistics_flops(b, sub) + projection_flops(b, sub) + 2 * kron_flops(b) + 9 * cubes(b) / 20;
    case BENCH_FVP: return product_flops(b, n);
    default: break; /* ngd: as many products as its solve takes; the others have files of their own and do not come here */
    }
    return NAN;
}

/* The products that precondition, the gradient's own among them, at the rate of bfloat16. */
static rao_status mixed_floor(const bench *b, double rate, bench_row *row) {
    double rounded = kfac_flops(b, (double)b->c->batch), mixed_rate = 0;
    for (int64_t l = 0; l < b->layers; l++) rounded += 2 * (double)b->c->batch * (double)b->layer[l].rows * (double)b->layer[l].cols;
    rao_status st = rate_of(b->ctx, 1, &mixed_rate);
    if (st == RAO_OK) row->floor_ms = 1e-6 * ((row->flops - rounded) / rate + rounded / mixed_rate);
    return st;
}

/* ---- the step ---- */

static rao_status fill_batch(bench *b) {
    rao_mat x = rao_mat_view(RAO_F32, b->c->batch, b->in, b->in, b->x),
            y = rao_mat_view(RAO_F32, b->c->batch, b->targets, b->targets, b->y);
    return rao_objective_batch(b->ctx, b->objective, &x, &y, NULL, NULL, 0, b->c->batch);
}

/* As a trainer takes it: nothing is skipped. */
static rao_status metric_step(bench *b, rao_vec *w) {
    rao_status st = RAO_OK;
    rao_outer blocks[LAYERS_MAX];
    double loss;
    RAO_TRY(rao_objective_loss(b->ctx, b->objective, w, &loss));
    RAO_TRY(rao_fisher_update(b->ctx, b->metric, b->objective, w, b->sub_batch, (uint64_t)b->step, 0));
    rao_optim_renewed(b->optim);
    RAO_TRY(rao_objective_backward(b->ctx, b->objective, w, 0, NULL, NULL));
    RAO_TRY(rao_tape_outer(b->ctx, rao_objective_tape(b->objective), blocks));
    RAO_TRY(rao_optim_step_outer(b->ctx, b->optim, rao_fisher_op(b->metric), blocks, b->layers, w));
    b->step++;
done:
    return st;
}

static rao_status one_step(bench *b) {
    rao_status st = RAO_OK;
    rao_vec w = rao_vec_view(RAO_F32, b->size, b->w), target, v = rao_vec_view(RAO_F32, b->size, b->v),
            fv = rao_vec_view(RAO_F32, b->size, b->fv);
    double beta = 0;
    if (b->c->kind == BENCH_FVP) return rao_op_apply(b->ctx, rao_fisher_op(b->metric), &v, &fv);
    RAO_TRY(fill_batch(b));
    if (b->metric) return metric_step(b, &w);
    RAO_TRY(rao_optim_target(b->ctx, b->optim, &target, &beta));
    RAO_TRY(rao_objective_gradient(b->ctx, b->objective, &w, beta, &target, NULL));
    RAO_TRY(rao_optim_step(b->ctx, b->optim, NULL, &w));
done:
    return st;
}

static rao_status product(bench *b, rao_trans ta, rao_trans tb, int64_t m, int64_t n, int64_t k) {
    rao_mat a = ta == RAO_T ? rao_mat_view(RAO_F32, k, m, m, b->bare[0]) : rao_mat_view(RAO_F32, m, k, k, b->bare[0]);
    rao_mat q = tb == RAO_T ? rao_mat_view(RAO_F32, n, k, k, b->bare[1]) : rao_mat_view(RAO_F32, k, n, n, b->bare[1]);
    rao_mat c = rao_mat_view(RAO_F32, m, n, n, b->bare[2]);
    return rao_gemm(b->ctx, ta, tb, 1, &a, &q, 0, &c);
}

/* The products of a plain step, bare. */
static rao_status bare_products(bench *b) {
    rao_status st = RAO_OK;
    int64_t n = b->c->batch;
    for (int64_t l = 0; l < b->layers; l++) RAO_TRY(product(b, RAO_N, RAO_T, n, b->layer[l].rows, b->layer[l].cols));
    for (int64_t l = b->layers - 1; l >= 0; l--) {
        RAO_TRY(product(b, RAO_T, RAO_N, b->layer[l].rows, b->layer[l].cols, n));
        if (l) RAO_TRY(product(b, RAO_N, RAO_N, n, b->layer[l].cols - 1, b->layer[l].rows));
    }
done:
    return st;
}

/* ---- making and timing ---- */

/* As train_make_metric does for the rule's wish; a product alone has no rule. */
static rao_status make_metric(bench *b) {
    rao_status st = RAO_OK;
    rao_fisher_opts o;
    const char *name = "implicit";
    rao_fisher_opts_init(&o);
    b->sub_batch = b->c->batch;
    if (b->c->kind == BENCH_FVP) o.precondition = RAO_PRECONDITION_NONE; /* products alone are timed */
    else {
        RAO_TRY(rao_optim_metric_wish(b->ctx, b->optim, &b->wish));
        name = b->wish.representation;
        o.flavour = strcmp(b->wish.flavour, "sampled") ? RAO_FISHER_TRUE : RAO_FISHER_SAMPLED;
        o.decay = b->wish.decay, o.renew = b->wish.renew, o.truncate = 1;
        o.precision = strcmp(b->wish.precision, "bf16") ? RAO_PRECISION_FLOAT : RAO_PRECISION_BF16;
        if (b->wish.iterations > 0) o.tolerance = b->wish.tolerance, o.iterations = b->wish.iterations;
        b->sub_batch = (int64_t)(b->wish.fraction * (double)b->c->batch + 0.5);
    }
    if (!strcmp(name, "auto")) RAO_TRY(rao_fisher_cheapest(b->ctx, b->model, &o, b->sub_batch, &name));
    RAO_TRY(rao_fisher_create(b->ctx, b->model, name, &o, b->sub_batch, &b->metric));
done:
    return st;
}

static void make_data(bench *b) {
    int classes = rao_head_is_classifier(rao_model_head(b->model));
    int64_t outputs = rao_head_outputs(rao_model_head(b->model));
    rao_stream s = rao_stream_make(1, 1);
    rao_uniform_fill_f32(s, 0, 0, b->c->batch * b->in, b->x);
    for (int64_t i = 0; i < b->c->batch * b->targets; i++) b->y[i] = classes ? (float)(i % outputs) : b->x[i % (b->c->batch * b->in)];
    if (b->v) rao_normal_fill_f32(s, 1, 0, b->size, b->v);
}

static rao_status make(bench *b) {
    rao_status st = RAO_OK;
    int64_t n = b->c->batch, widest = 0;
    unsigned needs = b->c->kind >= BENCH_NGD ? RAO_TAPE_FACTORS | RAO_TAPE_JVP : b->c->kind >= BENCH_KFAC ? RAO_TAPE_FACTORS : RAO_TAPE_VJP;
    RAO_TRY(rao_model_create(b->ctx, b->c->model, NULL, RAO_F32, &b->model));
    const rao_graph *g = rao_model_graph(b->model);
    b->in = rao_graph_inputs(g), b->targets = rao_head_targets(rao_model_head(b->model)), b->size = rao_graph_size(g),
    b->layers = rao_graph_parameters(g);
    for (int64_t l = 0; l < b->layers; l++) {
        b->layer[l] = rao_graph_parameter(g, l);
        int64_t wide = b->layer[l].cols > b->layer[l].rows ? b->layer[l].cols : b->layer[l].rows;
        int64_t most = wide * (n > wide ? n : wide);
        if (most > widest) widest = most;
    }
    RAO_TRY(rao_objective_create(b->ctx, b->model, n, needs, &b->objective));
    RAO_TRY(rao_optim_create(b->ctx, kind_optim[b->c->kind], RAO_F32, b->size, 0, &b->optim));
    if (b->c->kind >= BENCH_KFAC) RAO_TRY(make_metric(b));
    RAO_TRY(rao_alloc(b->ctx, n * b->in, &b->x));
    RAO_TRY(rao_alloc(b->ctx, n * b->targets, &b->y));
    RAO_TRY(rao_alloc(b->ctx, b->size, &b->w));
    if (b->c->kind == BENCH_FVP) {
        RAO_TRY(rao_alloc(b->ctx, b->size, &b->v));
        RAO_TRY(rao_alloc(b->ctx, b->size, &b->fv));
    }
    for (int i = 0; i < 3; i++) RAO_TRY(rao_alloc(b->ctx, widest, &b->bare[i]));
    make_data(b);
    rao_vec w = rao_vec_view(RAO_F32, b->size, b->w);
    RAO_TRY(rao_model_init(b->ctx, b->model, RAO_INIT_AUTO, 1, &w));
    RAO_TRY(fill_batch(b));
    if (b->c->kind == BENCH_FVP) RAO_TRY(rao_fisher_update(b->ctx, b->metric, b->objective, &w, 0, 0, 1));
done:
    return st;
}

static void unmake(bench *b) {
    float **all[] = {&b->x, &b->y, &b->w, &b->v, &b->fv, &b->bare[0], &b->bare[1], &b->bare[2]};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) rao_free(all[i]);
    rao_fisher_destroy(&b->metric);
    rao_optim_destroy(&b->optim);
    rao_objective_destroy(&b->objective);
    rao_model_destroy(&b->model);
}

/* The plain step of the same model and data: its own parameters, batch, and rule. */
static rao_status make_plain(const bench *b, const bench_case *c, bench *plain) {
    rao_status st = RAO_OK;
    *plain = *b;
    plain->c = c, plain->w = NULL, plain->objective = NULL, plain->optim = NULL, plain->metric = NULL;
    RAO_TRY(rao_objective_create(b->ctx, b->model, c->batch, RAO_TAPE_VJP, &plain->objective));
    RAO_TRY(rao_optim_create(b->ctx, kind_optim[BENCH_PLAIN], RAO_F32, b->size, 0, &plain->optim));
    RAO_TRY(rao_alloc(b->ctx, b->size, &plain->w));
    memcpy(plain->w, b->w, (size_t)b->size * sizeof *b->w);
    RAO_TRY(one_step(plain));
done:
    return st;
}

static void unmake_plain(bench *plain) {
    rao_free(&plain->w);
    rao_optim_destroy(&plain->optim);
    rao_objective_destroy(&plain->objective);
}

static int renews(const bench *b) { return b->c->kind >= BENCH_KFAC && b->c->kind <= BENCH_EKFAC; }

/* Calls in one sample: enough that the clock's grain and its own cost vanish. The first call finds its memory and makes all that is ever renewed. */
static rao_status calibrate(bench *b, int64_t *calls) {
    static const double WARM = 0.1;
    rao_status st = RAO_OK;
    double begin = cli_seconds(), start = begin, end = begin;
    RAO_TRY(one_step(b));
    for (int i = 0; i < 3 && !renews(b) && (i == 0 || end - begin < WARM); i++) {
        start = cli_seconds();
        RAO_TRY(one_step(b));
        end = cli_seconds();
    }
    *calls = !renews(b) && end - start < 2e-4 ? (int64_t)(2e-3 / fmax(end - start, 1e-7)) + 1 : 1;
done:
    return st;
}

/* Seconds of one of so many calls. */
static rao_status time_calls(rao_status (*run)(bench *b), bench *b, int64_t calls, double *seconds) {
    rao_status st = RAO_OK;
    double start = cli_seconds();
    for (int64_t i = 0; i < calls; i++) RAO_TRY(run(b));
    *seconds = (cli_seconds() - start) / (double)calls;
done:
    return st;
}

/* A round of renewals, step by step, the plain step and the bare products in turn with it. */
static rao_status time_rounds(bench *b, bench *plain, double seconds, int64_t calls, bench_row *row) {
    rao_status st = RAO_OK;
    const int whole = renews(b), shares = b->c->kind <= BENCH_ADAM;
    const int64_t slots = !whole ? 1 : b->c->kind == BENCH_EKFAC ? 20 : 10;
    series step = {.slots = slots}, beside = {.slots = 1}, bare = {.slots = 1};
    double begin = cli_seconds(), took = 0, bare_took = NAN;
    int64_t n = 0, plains = 0;
    do {
        for (int64_t i = 0; i < slots; i++) {
            RAO_TRY(time_calls(one_step, b, calls, &took));
            put(&step, i, n, took);
            if (i % APART) continue;
            if (plain) RAO_TRY(time_calls(one_step, plain, calls, &took));
            put(&beside, 0, plains++, took);
        }
        if (shares) RAO_TRY(time_calls(bare_products, b, calls, &bare_took));
        put(&bare, 0, n++, bare_took);
    } while (n < SAMPLES / slots && bench_goes_on(n, whole ? 2 : 3, cli_seconds() - begin, seconds) && !rao_ctx_cancelled(b->ctx));
    row->ms = typical(&step, n), row->gemm_ms = typical(&bare, n), row->ratio_to_plain = row->ms / typical(&beside, plains);
done:
    return st;
}

/* What the plain step beside holds is not the row's. */
static rao_status time_row(bench *b, double seconds, bench_row *row) {
    rao_status st = RAO_OK;
    bench plain = {0};
    const bench_case c = {b->c->name, b->c->model, b->c->batch, BENCH_PLAIN};
    int64_t calls = 1;
    RAO_TRY(calibrate(b, &calls));
    const rao_memory_stats warm = rao_ctx_memory(b->ctx);
    if (b->c->kind != BENCH_PLAIN) RAO_TRY(make_plain(b, &c, &plain));
    const int64_t beside = rao_ctx_memory(b->ctx).live_bytes - warm.live_bytes;
    rao_ctx_memory_reset_peak(b->ctx);
    RAO_TRY(time_rounds(b, plain.ctx ? &plain : NULL, seconds, calls, row));
    const int64_t peak = rao_ctx_memory(b->ctx).peak_bytes - beside;
    row->peak_bytes = warm.peak_bytes > peak ? warm.peak_bytes : peak;
done:
    unmake_plain(&plain);
    return st;
}

void bench_name(const bench_case *c, char name[BENCH_NAME]) {
    snprintf(name, BENCH_NAME, "%s%s%s", c->name, c->model ? " " : "", c->model ? kind_name[c->kind] : "");
}

static rao_status run_item(rao_ctx *ctx, const bench_case *c, double seconds, bench_row *row) {
    return c->kind == BENCH_EVAL ? bench_eval(ctx, seconds, row) : bench_manifold(ctx, c->kind, seconds, row);
}

/* What the timing itself holds: the made-up data and the bare operands. */
static int64_t timing_bytes(const bench *b) {
    int64_t bare = 0;
    for (int64_t l = 0; l < b->layers; l++) {
        int64_t wide = b->layer[l].cols > b->layer[l].rows ? b->layer[l].cols : b->layer[l].rows,
                most = wide * (b->c->batch > wide ? b->c->batch : wide);
        if (most > bare) bare = most;
    }
    return (int64_t)sizeof(float) * (3 * bare + b->c->batch * (b->in + b->targets));
}

/* Parameters (for a product also its two vectors), state of the optimiser and of its metric, values and cotangents of the batch. */
static int64_t need_bytes(const bench *b) {
    return (int64_t)sizeof(float) * b->size * (b->c->kind == BENCH_FVP ? 3 : 1) + rao_optim_bytes(b->optim) +
           rao_objective_bytes(b->objective) + (b->metric ? rao_fisher_bytes(b->metric) : 0);
}

rao_status bench_run(rao_ctx *ctx, const bench_case *c, double rate, double seconds, bench_row *row) {
    rao_status st = RAO_OK;
    *row = (bench_row){.gemm_ms = NAN, .flops = NAN, .share_of_gemm = NAN, .ratio_to_plain = NAN, .floor_ms = NAN};
    if (!c->model) st = run_item(ctx, c, seconds, row);
    bench_name(c, row->name);
    if (!c->model) return st;
    if (c->kind == BENCH_DENSE) return bench_dense(ctx, c, rate, seconds, row);
    bench b = {.ctx = ctx, .c = c};
    int64_t before = rao_ctx_memory(ctx).live_bytes;
    rao_ctx_memory_reset_peak(ctx);
    RAO_TRY(make(&b));
    RAO_TRY(time_row(&b, seconds, row));
    row->flops = flops_of(&b);
    row->floor_ms = 1e-6 * row->flops / rate;
    row->share_of_gemm = row->gemm_ms / row->ms;
    row->peak_bytes -= before + timing_bytes(&b);
    row->need_bytes = need_bytes(&b);
    if (c->kind == BENCH_KFAC_BF16) RAO_TRY(mixed_floor(&b, rate, row));
done:
    unmake(&b);
    return st;
}
