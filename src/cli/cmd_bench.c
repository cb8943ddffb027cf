/* cmd_bench.c - how close each hot path of this machine comes to the products that it cannot do without. */
#include "bench.h"
#include "machine.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define MLP "mlp:784-512-512-10:relu:categorical"
#define AUTOENCODER "mlp:784-1000-500-250-30-250-500-1000-784:logistic:bernoulli"
#define NET100 "mlp:6-10-4:tanh:categorical"

static const bench_case cases[] = {
    {"mlp:784-512-512-10", MLP, 512, BENCH_PLAIN},
    {"mlp:784-512-512-10", MLP, 512, BENCH_ADAM},
    {"mlp:784-512-512-10", MLP, 512, BENCH_KFAC},
    {"mlp:784-512-512-10", MLP, 512, BENCH_KFAC_BF16},
    {"mlp:784-512-512-10", MLP, 512, BENCH_EKFAC},
    {"mlp:784-512-512-10", MLP, 512, BENCH_FVP},
    {"mlp:784-512-512-10@4096", MLP, 4096, BENCH_PLAIN},
    {"mlp:784-512-512-10@4096", MLP, 4096, BENCH_ADAM},
    {"mlp:784-512-512-10@4096", MLP, 4096, BENCH_KFAC},
    {"mlp:784-512-512-10@4096", MLP, 4096, BENCH_KFAC_BF16},
    {"mlp:784-512-512-10@4096", MLP, 4096, BENCH_EKFAC},
    {"mlp:784-512-512-10@4096", MLP, 4096, BENCH_FVP},
    {"autoencoder", AUTOENCODER, 500, BENCH_PLAIN},
    {"autoencoder", AUTOENCODER, 500, BENCH_KFAC},
    {"autoencoder", AUTOENCODER, 500, BENCH_KFAC_BF16},
    {"autoencoder@1000", AUTOENCODER, 1000, BENCH_PLAIN},
    {"autoencoder@1000", AUTOENCODER, 1000, BENCH_KFAC},
    {"autoencoder@1000", AUTOENCODER, 1000, BENCH_KFAC_BF16},
    {"net100", NET100, 256, BENCH_PLAIN},
    {"mlp:64-32-10", "mlp:64-32-10:tanh:categorical", 256, BENCH_PLAIN},
    {"mlp:64-32-10", "mlp:64-32-10:tanh:categorical", 256, BENCH_NGD},
    {"mlp:196-45-20-10", "mlp:196-45-20-10:tanh:categorical", 1000, BENCH_DENSE},
    {"eval kl normal", NULL, 0, BENCH_EVAL},
    {"manifold fisher-rao normal", NULL, 0, BENCH_FISHER_RAO},
    {"manifold kl mvn10", NULL, 0, BENCH_KL_MVN},
    {"manifold entropy mixture", NULL, 0, BENCH_MIXTURE},
};
enum { CASES = sizeof cases / sizeof *cases };

typedef struct bench_options {
    double seconds;
    const char *rows; /* NULL: all */
} bench_options;

static const rao_option rows[] = {
    {.name = "seconds",
     .type = RAO_OPT_REAL,
     .offset = offsetof(bench_options, seconds),
     .value = 0.4,
     .max = 60,
     .flags = RAO_OPT_ABOVE_MIN,
     .help = "for each row, less where a slow or busy machine is behind: 38 s for all at the default"},
    {.name = "rows", .type = RAO_OPT_STRING, .offset = offsetof(bench_options, rows), .help = "only those whose name contains this"},
};
static const rao_option_table table = {"bench", sizeof(bench_options), rows, sizeof rows / sizeof *rows};
CLI_OPTIONS_FIT(bench_options);

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
        number_or_null(ctx, &json, "need_bytes", all[i].need_bytes ? (double)all[i].need_bytes : (double)NAN);
        rao_json_end(ctx, &json);
    }
    rao_json_end(ctx, &json);
    rao_json_end(ctx, &json);
    return cli_print_json(ctx, &json);
}

static rao_cell number_or_none(double value) { return isfinite(value) ? rao_cell_number(value) : rao_cell_none(); }

static rao_status print_rows(rao_ctx *ctx, const machine *m, double rate, const bench_row *all, int n) {
    enum { NAME = 0, MS, PER_SECOND, FLOOR, RATIO, SHARE, RATE, PEAK, NEED, COLUMNS };
    static const rao_column columns[COLUMNS] = {
        [NAME] = {"row", NULL, RAO_ALIGN_LEFT, RAO_NUMBER_GENERAL, 0},
        [MS] = {"step", "ms", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 4},
        [PER_SECOND] = {"rate", "1/s", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 3},
        [FLOOR] = {"floor", "ms", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 4},
        [RATIO] = {"to plain", NULL, RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 3},
        [SHARE] = {"of gemm", NULL, RAO_ALIGN_RIGHT, RAO_NUMBER_PERCENT, 1},
        [RATE] = {"products", "GF/s", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 3},
        [PEAK] = {"peak", "MB", RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 3},
        [NEED] = {"to need", NULL, RAO_ALIGN_RIGHT, RAO_NUMBER_GENERAL, 3},
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
        row[NEED] = number_or_none(all[i].need_bytes ? (double)all[i].peak_bytes / (double)all[i].need_bytes : (double)NAN);
    }
    printf("machine  %s, %d thread%s, %s\ngemm     %.1f GF/s on 1024 x 1024 x 1024 in float\n", m->cpu, rao_ctx_threads(ctx),
           rao_ctx_threads(ctx) == 1 ? "" : "s", m->blas_line, rate);
    if (*m->blas.warning) printf("         %s\n", m->blas.warning);
    printf("\n");
    rao_table shown = {.column_count = COLUMNS, .row_count = n, .columns = columns, .cells = cells};
    return cli_print_table(ctx, &shown);
}

/* The cases whose rows are asked for and that this machine can run, in order. */
static rao_status choose(rao_ctx *ctx, const char *part, const bench_case *of[CASES], int *count) {
    *count = 0;
    for (int i = 0; i < CASES; i++) {
        char name[BENCH_NAME];
        bench_name(&cases[i], name);
        if (cases[i].kind == BENCH_KFAC_BF16 && !rao_bf16_available()) continue;
        if (!part || strstr(name, part)) of[(*count)++] = &cases[i];
    }
    if (*count) return RAO_OK;
    return rao_fail(ctx, RAO_EINVAL, "bench: no row's name contains '%s', want a part of one such as 'net100 plain' or 'kfac'", part);
}

/* The share of one row in what is left of the time for all, which steps that take longer than their share have eaten into. */
static double pace(double seconds, double begin, int rows_left) {
    enum { WORTH = 95 }; /* rows at full length that the whole may take: 38 s at the default */
    double left = WORTH * seconds - (cli_seconds() - begin);
    return fmin(seconds, fmax(left / rows_left, seconds / 10));
}

static rao_status bench(cli_call *call) {
    rao_status st = RAO_OK;
    rao_ctx *ctx = call->ctx;
    const bench_options *o = call->options;
    const bench_case *of[CASES];
    bench_row all[CASES];
    machine m;
    double rate = 0, begin = cli_seconds();
    int n = 0, count = 0;
    cli_progress progress;
    progress_begin(&progress, ctx, &call->common, "rows");
    RAO_TRY(choose(ctx, o->rows, of, &count));
    RAO_TRY(machine_ask(ctx, &m));
    RAO_TRY(bench_gemm_rate(ctx, &rate));
    for (; n < count && !rao_ctx_cancelled(ctx); n++) {
        progress_show(&progress, of[n]->name, (double)n / count);
        RAO_TRY(bench_run(ctx, of[n], rate, pace(o->seconds, begin, count - n), &all[n]));
    }
    progress_end(&progress);
    RAO_TRY(call->common.json ? print_json(ctx, &m, rate, all, n) : print_rows(ctx, &m, rate, all, n));
    if (n < count) RAO_TRY(rao_fail(ctx, RAO_ENUMERIC, "interrupted after %d of %d rows", n, count));
done:
    progress_end(&progress);
    return st;
}

const cli_command cmd_bench = {
    .name = "bench",
    .summary = "this machine's rate of products, and how close each hot path comes to it",
    .example = "rao bench --threads 1 --rows kfac",
    .options = &table,
    .run = bench,
};
