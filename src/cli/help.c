/* help.c - the overview of all commands and the page of one; options come from the tables that parse them. */
#include "cli.h"

rao_status cli_help_overview(rao_ctx *ctx, rao_text *out) {
    rao_status st;
    RAO_TRY(rao_text_printf(ctx, out, "rao %s - information geometry\n\nusage: rao <command> [options]\n\ncommands:\n", rao_version()));
    for (int i = 0; i < cli_command_count; i++)
        RAO_TRY(rao_text_printf(ctx, out, "  %-12s %s\n", cli_commands[i]->name, cli_commands[i]->summary));
    RAO_TRY(rao_text_puts(ctx, out, "  help         this page, or the page of one command: rao help race\n"));
    RAO_TRY(rao_text_puts(ctx, out, "\nevery command takes:\n"));
    RAO_TRY(rao_options_help(ctx, &cli_common_table, 2, "--", out));
    RAO_TRY(rao_text_puts(ctx, out, "  -h, --help                   its options and an example\n"));
    RAO_TRY(rao_text_puts(ctx, out, "\nexit status: 0 done, 1 the work failed, 2 wrong usage\n"));
done:
    return st;
}

rao_status cli_help_command(rao_ctx *ctx, const cli_command *c, rao_text *out) {
    rao_status st;
    RAO_TRY(rao_text_printf(ctx, out, "rao %s - %s\n\nusage: rao %s%s%s [options]\n\noptions:\n", c->name, c->summary, c->name,
                            c->operands ? " " : "", c->operands ? c->operands : ""));
    if (c->options) RAO_TRY(rao_options_help(ctx, c->options, 2, "--", out));
    RAO_TRY(rao_options_help(ctx, &cli_common_table, 2, "--", out));
    RAO_TRY(rao_text_puts(ctx, out, "  -h, --help                   this page\n"));
    if (c->details) RAO_TRY(rao_text_printf(ctx, out, "\n%s", c->details));
    RAO_TRY(rao_text_printf(ctx, out, "\nexample:\n  %s\n", c->example));
done:
    return st;
}
