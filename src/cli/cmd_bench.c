/* cmd_bench.c - how close each hot path of this machine comes to the products that it cannot do without. */
#include "bench.h"
#include "machine.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

#define MLP "mlp:784-512-512-10:relu:categorical"
#define AUTOENCODER "mlp:784-1000-500-250-30-250-500-1000-784:logistic:bernoulli"
#define NET100 "mlp:6-10-4:tanh:categorical"

static const bench_case cases[] = {
    {"mlp:784-512-512-10", MLP, 512, BENCH_PLAIN},
    {"mlp:784-512-512-10", MLP, 512, BENCH_ADAM},
    {"mlp:784-512-512-10", MLP, 512, BENCH_KFAC},
    {"mlp:784-512-512-10", MLP, 512, BENCH_EKFAC},
    {"mlp:784-512-512-10", MLP, 512, BENCH_FVP},
    {"mlp:784-512-512-10@4096", MLP, 4096, BENCH_PLAIN},
    {"mlp:784-512-512-10@4096", MLP, 4096, BENCH_ADAM},
    {"mlp:784-512-512-10@4096", MLP, 4096, BENCH_KFAC},
    {"mlp:784-512-512-10@4096", MLP, 4096, BENCH_EKFAC},
    {"mlp:784-512-512-10@4096", MLP, 4096, BENCH_FVP},
    {"autoencoder", AUTOENCODER, 500, BENCH_PLAIN},
    {"autoencoder", AUTOENCODER, 500, BENCH_KFAC},
    {"autoencoder@1000", AUTOENCODER, 1000, BENCH_PLAIN},
    {"autoencoder@1000", AUTOENCODER, 1000, BENCH_KFAC},
    {"net100", NET100, 256, BENCH_PLAIN},
    {"eval kl normal", NULL, 0, BENCH_EVAL},
    {"manifold fisher-rao normal", NULL, 0, BENCH_FISHER_RAO},
    {"manifold kl mvn10", NULL, 0, BENCH_KL_MVN},
    {"manifold entropy mixture", NULL, 0, BENCH_MIXTURE},
};
enum { CASES = sizeof cases / sizeof *cases };

typedef struct bench_options {
    double seconds;
} bench_options;

static const rao_option rows[] = {
    {.name = "seconds",
     .type = RAO_OPT_REAL,
     .offset = offsetof(bench_options, seconds),
     .value = 1,
     .max = 60,
     .flags = RAO_OPT_ABOVE_MIN,
     .help = "for each row"},
};
static const rao_option_table table = {"bench", sizeof(bench_options), rows, sizeof rows / sizeof *rows};
CLI_OPTIONS_FIT(bench_options);

/* The plain row of the same model and batch stands before. */
static void set_ratios(bench_row *all, int n) {
    for (int i = 0, plain = 0; i < n; i++) {
        if (!cases[i].model) continue;
        if (cases[i].kind == BENCH_PLAIN) plain = i;
        all[i].ratio_to_plain = all[i].ms / all[plain].ms;
    }
}

static void number_or_null(rao_ctx *ctx, rao_json_writer *json, const char *key, double value) {
    if (isfinite(value)) rao_json_number(ctx, json, key, value);
    else rao_json_null(ctx, json, key);
}

static rao_status print_json(rao_ctx *ctx, const machine *m, double rate, const bench_row *all, int n) {
    rao_json_writer json = {0};
    rao_json_object(ctx, &json, NULL);
    rao_json_object(ctx, &json, "blas");
    rao_json_string(ctx, &json, "name", m->blas.name);
    rao_json_string(ctx, &json, "core", m->blas.core);
    rao_json_string(ctx, &json, "warning", m->blas.warning);
    rao_json_end(ctx, &json);
    rao_json_string(ctx, &json, "cpu", m->cpu);
    rao_json_int(ctx, &json, "threads", rao_ctx_threads(ctx));
    rao_json_number(ctx, &json, "gemm_gflops", rate);
    rao_json_array(ctx, &json, "rows");
    for (int i = 0; i < n; i++) {
        rao_json_object(ctx, &json, NULL);
        rao_json_string(ctx, &json, "name", all[i].name);
        rao_json_number(ctx, &json, "ms", all[i].ms);
        rao_json_number(ctx, &json, "per_second", 1e3 / all[i].ms);
        number_or_null(ctx, &json, "gflops", 1e-6 * all[i].flops / all[i].ms);
        number_or_null(ctx, &json, "share_of_gemm", all[i].share_of_gemm);
        number_or_null(ctx, &json, "ratio_to_plain", all[i].ratio_to_plain);
        number_or_null(ctx, &json, "floor_ms", all[i].floor_ms);
        rao_json_int(ctx, &json, "peak_bytes", all[i].peak_bytes);
        rao_json_end(ctx, &json);
    }
    rao_json_end(ctx, &json);
    rao_json_end(ctx, &json);
    return cli_print_json(ctx, &json);
}

static rao_cell number_or_none(double value) { return isfinite(value) ? rao_cell_number(value) : rao_cell_none(); }

static rao_status print_rows(rao_ctx *ctx, const machine *m, double rate, const bench_row *all, int n) {
    enum { NAME = 0, MS, PER_SECOND, FLOOR, RATIO, SHARE, RATE, PEAK, COLUMNS };
    static const rao_column columns[COLUMNS] = {
        [NAME] = {"row", NULL, RAO_ALIGN_LEFT, RAO_NUMBER_GENERAL, 0},
        [MS] = {"step", "ms", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 4},
        [PER_SECOND] = {"rate", "1/s", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 3},
        [FLOOR] = {"floor", "ms", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 4},
        [RATIO] = {"to plain", NULL, RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 3},
        [SHARE] = {"of gemm", NULL, RAO_ALIGN_RIGHT, RAO_NUMBER_PERCENT, 1},
        [RATE] = {"products", "GF/s", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 3},
        [PEAK] = {"peak", "MB", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 3},
    };
    rao_cell cells[CASES * COLUMNS];
    for (int i = 0; i < n; i++) {
        rao_cell *row = cells + i * COLUMNS;
        row[NAME] = rao_cell_text(all[i].name);
        row[MS] = rao_cell_number(all[i].ms);
        row[PER_SECOND] = rao_cell_number(1e3 / all[i].ms);
        row[FLOOR] = number_or_none(all[i].floor_ms);
        row[RATIO] = number_or_none(all[i].ratio_to_plain);
        row[SHARE] = number_or_none(all[i].share_of_gemm);
        row[RATE] = number_or_none(1e-6 * all[i].flops / all[i].ms);
        row[PEAK] = rao_cell_number(1e-6 * (double)all[i].peak_bytes);
    }
    printf("machine  %s, %d thread%s, %s\ngemm     %.1f GF/s on 1024 x 1024 x 1024 in float\n", m->cpu, rao_ctx_threads(ctx),
           rao_ctx_threads(ctx) == 1 ? "" : "s", m->blas_line, rate);
    if (*m->blas.warning) printf("         %s\n", m->blas.warning);
    printf("\n");
    rao_table shown = {.column_count = COLUMNS, .row_count = n, .columns = columns, .cells = cells};
    return cli_print_table(ctx, &shown);
}

static rao_status bench(cli_call *call) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = call->ctx;
    const bench_options *o = call->options;
    bench_row all[CASES];
    machine m;
    double rate = 0;
    int n = 0;
    cli_progress progress;
    progress_begin(&progress, ctx, &call->common, "rows");
    RAO_TRY(machine_ask(ctx, &m));
    RAO_TRY(bench_gemm_rate(ctx, &rate));
    for (; n < CASES && !rao_ctx_cancelled(ctx); n++) {
        progress_show(&progress, cases[n].name, (double)n / CASES);
        RAO_TRY(bench_run(ctx, &cases[n], rate, o->seconds, &all[n]));
    }
    set_ratios(all, n);
    progress_end(&progress);
    RAO_TRY(call->common.json ? print_json(ctx, &m, rate, all, n) : print_rows(ctx, &m, rate, all, n));
done:
    progress_end(&progress);
    return st;
}

const cli_command cmd_bench = {
    .name = "bench",
    .summary = "this machine's rate of products, and how close each hot path comes to it",
    .example = "rao bench --threads 1",
    .options = &table,
    .run = bench,
};
