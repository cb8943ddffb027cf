/* machine.c - what a result was computed on: processor, threads, BLAS. */
#include "machine.h"

#include <stdio.h>
#include <string.h>

/* The first "model name" of /proc/cpuinfo; "unknown" elsewhere. */
static void read_cpu(char *cpu, size_t size) {
    char line[256];
    snprintf(cpu, size, "unknown");
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file && fgets(line, sizeof line, file)) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) || !colon) continue;
        snprintf(cpu, size, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
        break;
    }
    if (file) fclose(file);
}

rao_status machine_ask(rao_ctx *ctx, machine *m) {
    memset(m, 0, sizeof *m);
    read_cpu(m->cpu, sizeof m->cpu);
    m->threads = rao_ctx_threads(ctx);
    rao_status st = rao_blas_query(ctx, &m->blas);
    if (st != RAO_OK) return st;
    const char *core = m->blas.core;
    snprintf(m->blas_line, sizeof m->blas_line, "%s%s%s%s", m->blas.name, *core ? " (" : "", core, *core ? " kernels)" : "");
    return RAO_OK;
}

void machine_json(rao_ctx *ctx, rao_json_writer *json, const machine *m) {
    rao_json_string(ctx, json, "cpu", m->cpu);
    rao_json_string(ctx, json, "instructions", rao_instructions());
    rao_json_int(ctx, json, "threads", m->threads);
    rao_json_object(ctx, json, "blas");
    rao_json_string(ctx, json, "name", m->blas.name);
    rao_json_string(ctx, json, "core", m->blas.core);
    rao_json_number(ctx, json, "sgemm_gflops", m->blas.gflops);
    rao_json_string(ctx, json, "warning", m->blas.warning);
    rao_json_end(ctx, json);
}

rao_status machine_print(rao_ctx *ctx, const machine *m, rao_text *out) {
    return rao_text_printf(ctx, out, "%-14s %s, %d thread%s, %s\n", "machine", m->cpu, m->threads, m->threads == 1 ? "" : "s",
                           m->blas_line);
}

rao_status machine_report(rao_ctx *ctx, rao_report *report, const machine *m) {
    char threads[16], rate[64];
    snprintf(threads, sizeof threads, "%d", m->threads);
    snprintf(rate, sizeof rate, "%.0f GF/s on 256 x 256 in float, one thread", m->blas.gflops);
    const rao_pair pairs[] = {{"rao", rao_version()}, {"processor", m->cpu}, {"kernels for", rao_instructions()}, {"threads", threads},
                              {"BLAS", m->blas_line}, {"its speed", rate},   {"warning", m->blas.warning}};
    return rao_report_pairs(ctx, report, "Machine", pairs, *m->blas.warning ? 7 : 6);
}
