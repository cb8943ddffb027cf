/* machine.h - processor, threads and BLAS, for `rao info` and for every result that speaks of time. */
#ifndef RAO_CLI_MACHINE_H
#define RAO_CLI_MACHINE_H

#include "cli.h"

#include <rao/la.h>

typedef struct machine {
    char cpu[128], blas_line[160]; /* "OpenBLAS 0.3.21 (Cooperlake kernels)" */
    int threads;
    rao_blas_info blas;
} machine;
rao_status machine_ask(rao_ctx *ctx, machine *m);
/* "cpu", "threads", "blas" in the object that is open. */
void machine_json(rao_ctx *ctx, rao_json_writer *json, const machine *m);
/* One line, aligned as settings_print has them. */
rao_status machine_print(rao_ctx *ctx, const machine *m, rao_text *out);
rao_status machine_report(rao_ctx *ctx, rao_report *report, const machine *m);

#endif
