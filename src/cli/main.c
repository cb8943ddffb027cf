/* main.c - finds the command, runs it, says in one sentence what went wrong. Exit status: 0 done, 1 the work failed, 2 wrong usage. */
#include "cli.h"

#include <rao/la.h>
#include <stdio.h>
#include <string.h>

enum { DONE = 0, FAILED = 1, WRONG_USAGE = 2 };

static const cli_command *find_command(const char *name) {
    for (int i = 0; i < cli_command_count; i++)
        if (!strcmp(cli_commands[i].command->name, name)) return cli_commands[i].command;
    return NULL;
}

/* "rao race: ..."; a sentence that already begins with the command's name is not given it twice. */
static int complain(const cli_call *call, rao_status st) {
    const char *name = call->command->name, *sentence = rao_ctx_message(call->ctx);
    size_t n = strlen(name);
    int named = !strncmp(sentence, name, n) && !strncmp(sentence + n, ": ", 2);
    fprintf(stderr, "rao %s: %s\n", name, named ? sentence + n + 2 : sentence);
    return st == RAO_EINVAL ? WRONG_USAGE : FAILED;
}

static rao_status print_text(rao_text *text) {
    fwrite(text->data, 1, (size_t)text->length, stdout);
    return RAO_OK;
}

/* The page of call->command, or the overview where there is none. */
static rao_status print_help(cli_call *call) {
    rao_text page = {0};
    rao_status st = call->command ? cli_help_command(call, &page) : cli_help_overview(call->ctx, &page);
    if (st == RAO_OK) st = print_text(&page);
    rao_text_destroy(&page);
    return st;
}

/* The work gets a context of its own where the command line asks for a number of threads. */
static rao_status use_threads(cli_call *call) {
    rao_ctx_opts opts;
    rao_ctx *ctx = NULL;
    if (call->common.threads == 0) return RAO_OK;
    rao_ctx_opts_init(&opts);
    opts.threads = (int)call->common.threads;
    if (rao_ctx_create(&opts, &ctx) != RAO_OK) return rao_fail(call->ctx, RAO_ENOMEM, "out of memory: a context");
    call->ctx = ctx;
    return RAO_OK;
}

/* The command line as one would type it again. */
static rao_status keep_line(cli_call *call, int count, char **words) {
    rao_status st;
    RAO_TRY(rao_text_printf(call->ctx, &call->line, "rao %s", call->command->name));
    for (int i = 0; i < count; i++) {
        int plain = *words[i] && !strpbrk(words[i], " \t\n\"'\\$&|;<>()*?[]{}#~`!");
        RAO_TRY(rao_text_printf(call->ctx, &call->line, plain ? " %s" : " '%s'", words[i]));
    }
done:
    return st;
}

static int run_command(cli_call *call, int count, char **words) {
    rao_status st;
    RAO_TRY(keep_line(call, count, words));
    RAO_TRY(cli_parse(call, count, words));
    if (call->help) {
        st = print_help(call);
    } else {
        RAO_TRY(use_threads(call));
        interrupt_install(call->ctx);
        RAO_TRY(call->command->run(call));
    }
done:
    return st == RAO_OK ? DONE : complain(call, st);
}

static int unknown_command(const char *name) {
    enum { MOST = 64 };
    const char *names[MOST];
    int count = 0;
    for (; count < cli_command_count && count < MOST; count++) names[count] = cli_commands[count].command->name;
    const char *near = rao_nearest(name, names, count, sizeof *names);
    if (near) fprintf(stderr, "rao: no command '%s', did you mean '%s'?\n", name, near);
    else fprintf(stderr, "rao: no command '%s'; see rao help\n", name);
    return WRONG_USAGE;
}

static int help(cli_call *call, int count, char **words) {
    call->command = count > 0 ? find_command(words[0]) : NULL;
    if (count > 0 && !call->command) return unknown_command(words[0]);
    return print_help(call) == RAO_OK ? DONE : FAILED;
}

static int no_command(rao_ctx *ctx) {
    rao_text page = {0};
    if (cli_help_overview(ctx, &page) == RAO_OK) fputs(page.data, stderr);
    rao_text_destroy(&page);
    return WRONG_USAGE;
}

static int dispatch(cli_call *call, int argc, char **argv) {
    if (argc < 2) return no_command(call->ctx);
    const char *name = argv[1];
    if (!strcmp(name, "--version") || !strcmp(name, "version")) return printf("rao %s\n", rao_version()) < 0;
    if (!strcmp(name, "help") || !strcmp(name, "--help") || !strcmp(name, "-h")) return help(call, argc - 2, argv + 2);
    call->command = find_command(name);
    return call->command ? run_command(call, argc - 2, argv + 2) : unknown_command(name);
}

int main(int argc, char **argv) {
    static union { /* every command's option struct fits: see CLI_OPTION_BYTES */
        double alignment;
        char bytes[CLI_OPTION_BYTES];
    } options;
    cli_call call = {.options = options.bytes};
    rao_ctx *ctx = NULL; /* of the command line; outlives the one of the work */
    rao_blas_match_cpu();
    if (rao_ctx_create(NULL, &ctx) != RAO_OK) {
        fprintf(stderr, "rao: out of memory\n");
        return FAILED;
    }
    call.ctx = ctx;
    int status = dispatch(&call, argc, argv);
    if (call.ctx != ctx) rao_ctx_destroy(&call.ctx);
    rao_text_destroy(&call.line);
    rao_ctx_destroy(&ctx);
    int written = fflush(stdout) == 0 && !ferror(stdout);
    if (!written && status == DONE) fprintf(stderr, "rao: standard output could not be written\n"); /* else there is a sentence */
    return written || status != DONE ? status : FAILED;
}
