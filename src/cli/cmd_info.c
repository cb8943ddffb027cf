/* cmd_info.c - what this build and this machine offer. */
#include "machine.h"

#include <stdio.h>

#include <rao/nn.h>
#include <rao/optim.h>

static const char *const sources[] = {
    "digits                                     8 x 8 handwritten digits, 10 classes (UCI), compiled in",
    "idx:IMAGES,LABELS[,TESTIMAGES,TESTLABELS]  the format of MNIST",
    "npy:X,Y[,TESTX,TESTY]                      arrays of NumPy",
    "csv:FILE[:target=COL]                      a table of numbers",
};
enum { SOURCES = sizeof sources / sizeof *sources };

static rao_status info_json(cli_call *call, const machine *m) {
    rao_ctx *ctx = call->ctx;
    rao_json_writer json = {0};
    rao_json_object(ctx, &json, NULL);
    rao_json_string(ctx, &json, "version", rao_version());
    machine_json(ctx, &json, m);
    rao_json_array(ctx, &json, "data");
    rao_json_string(ctx, &json, NULL, "digits");
    rao_json_end(ctx, &json);
    rao_json_array(ctx, &json, "optimisers");
    for (int64_t i = 0; i < rao_optim_rules(); i++) rao_json_string(ctx, &json, NULL, rao_optim_rule_at(i)->name);
    rao_json_end(ctx, &json);
    rao_json_end(ctx, &json);
    return cli_print_json(ctx, &json);
}

static rao_status info(cli_call *call) {
    machine m;
    rao_status st = machine_ask(call->ctx, &m);
    if (st != RAO_OK) return st;
    if (call->common.json) return info_json(call, &m);
    printf("rao         %s\n", rao_version());
    printf("processor   %s, kernels for %s\n", m.cpu, rao_instructions());
    printf("threads     %d\n", m.threads);
    printf("BLAS        %s, %.0f GF/s on 256 x 256 in float, one thread\n", m.blas_line, m.blas.gflops);
    if (*m.blas.warning) printf("            %s\n", m.blas.warning);
    printf("optimisers ");
    for (int64_t i = 0; i < rao_optim_rules(); i++) printf(" %s", rao_optim_rule_at(i)->name);
    printf("\n");
    for (int i = 0; i < SOURCES; i++) printf("%-11s %s\n", i ? "" : "data", sources[i]);
    return RAO_OK;
}

const cli_command cmd_info = {
    .name = "info",
    .summary = "version, processor, BLAS and its kernel, threads, optimisers, data",
    .example = "rao info --json",
    .run = info,
};
