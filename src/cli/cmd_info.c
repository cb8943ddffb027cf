/* cmd_info.c - what this build and this machine offer. */
#include "cli.h"

#include <stdio.h>

static rao_status info_json(cli_call *call) {
    cli_json j = {.ctx = call->ctx};
    json_open(&j, NULL, '{');
    json_string(&j, "version", rao_version());
    json_int(&j, "threads", rao_ctx_threads(call->ctx));
    json_close(&j, '}');
    return json_print(&j);
}

static rao_status info(cli_call *call) {
    if (call->common.json) return info_json(call);
    printf("rao       %s\n", rao_version());
    printf("threads   %d\n", rao_ctx_threads(call->ctx));
    return RAO_OK;
}

const cli_command cmd_info = {
    .name = "info",
    .summary = "version, BLAS and its kernel, threads, data",
    .example = "rao info --json",
    .run = info,
};
