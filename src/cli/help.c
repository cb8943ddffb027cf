/* help.c - the overview of all commands and the page of one; options come from the tables that parse them. */
#include "cli.h"

#include <string.h>

/* One line for every option of source t that no earlier table has; a name of one letter has one dash. */
static rao_status add_source(rao_ctx *ctx, const cli_source *sources, int count, int t, rao_text *out) {
    rao_status st = RAO_OK;
    for (int64_t i = 0; i < sources[t].table->count && st == RAO_OK; i++) {
        int which;
        rao_option_table one = *sources[t].table;
        one.rows += i, one.count = 1;
        cli_row(sources, count, one.rows->name, &which);
        if (which == t) st = rao_options_help(ctx, &one, 2, one.rows->name[1] ? "--" : "-", out);
    }
    return st;
}

/* What is the command's own comes first, what every command takes last. */
static rao_status add_options(rao_ctx *ctx, const cli_source *sources, int count, int common, rao_text *out) {
    rao_status st = RAO_OK;
    for (int t = 0; t < count && st == RAO_OK; t++)
        if (t != common) st = add_source(ctx, sources, count, t, out);
    return st == RAO_OK ? add_source(ctx, sources, count, common, out) : st;
}

rao_status cli_help_overview(rao_ctx *ctx, rao_text *out) {
    rao_status st;
    cli_call none = {.ctx = ctx};
    cli_source sources[CLI_TABLES];
    RAO_TRY(rao_text_printf(ctx, out, "rao %s - information geometry\n\nusage: rao <command> [options]\n", rao_version()));
    for (int i = 0; i < cli_command_count; i++) {
        if (*cli_commands[i].heading) RAO_TRY(rao_text_printf(ctx, out, "\n%s:\n", cli_commands[i].heading));
        RAO_TRY(rao_text_printf(ctx, out, "  %-12s %s\n", cli_commands[i].command->name, cli_commands[i].command->summary));
    }
    RAO_TRY(rao_text_puts(ctx, out, "  help         this page, or the page of one command: rao help info\n"));
    RAO_TRY(rao_text_puts(ctx, out, "\nevery command takes:\n"));
    RAO_TRY(add_options(ctx, sources, cli_sources(&none, sources), 0, out));
    RAO_TRY(rao_text_puts(ctx, out, "  -h, --help                   its options and an example\n"));
    RAO_TRY(rao_text_puts(ctx, out, "\nexit status: 0 done, 1 the work failed, 2 wrong usage\n"));
done:
    return st;
}

rao_status cli_help_command(cli_call *call, rao_text *out) {
    rao_status st;
    rao_ctx *ctx = call->ctx;
    const cli_command *c = call->command;
    cli_source sources[CLI_TABLES];
    RAO_TRY(rao_text_printf(ctx, out, "rao %s - %s\n\nusage: rao %s%s%s [options]\n\noptions:\n", c->name, c->summary, c->name,
                            c->operands ? " " : "", c->operands ? c->operands : ""));
    RAO_TRY(add_options(ctx, sources, cli_sources(call, sources), c->options != NULL, out));
    RAO_TRY(rao_text_puts(ctx, out, "  -h, --help                   this page\n"));
    if (c->details) {
        RAO_TRY(rao_text_puts(ctx, out, "\n"));
        RAO_TRY(c->details(ctx, out));
    }
    RAO_TRY(rao_text_printf(ctx, out, "\nexample:\n  %s\n", c->example));
done:
    return st;
}
