/* args.c - the words behind a command's name: options of its own table, the common options, operands.
 *
 *   --key value   --key=value   --flag   --flag=off   -n 11 (an option whose name is one letter)   -- (no options behind it)
 * A word that reads as a number, or as a list of numbers, is a value: `rao distance normal -1,1 1,2`. */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const rao_option common_rows[] = {
    {.name = "seed",
     .type = RAO_OPT_INT,
     .offset = offsetof(cli_common, seed),
     .value = 1,
     .max = INFINITY,
     .help = "every random number is a function of it"},
    {.name = "threads",
     .type = RAO_OPT_INT,
     .offset = offsetof(cli_common, threads),
     .min = 1,
     .max = 1024,
     .help = "threads; left out: the cores of this process"},
    {.name = "json", .type = RAO_OPT_FLAG, .offset = offsetof(cli_common, json), .help = "JSON on standard output and nothing else"},
    {.name = "quiet", .type = RAO_OPT_FLAG, .offset = offsetof(cli_common, quiet), .help = "no progress on standard error"},
};
static const rao_option_table common_table = {"rao", sizeof(cli_common), common_rows, sizeof common_rows / sizeof *common_rows};

int cli_is_number(const char *word) {
    for (const char *c = word;; c++) {
        char *end;
        strtod(c, &end);
        if (end == c) return 0;
        if (!*end) return 1;
        if (*end != ',') return 0;
        c = end;
    }
}

static int is_option(const char *word) { return word[0] == '-' && word[1] && !cli_is_number(word); }

int cli_sources(cli_call *call, cli_source *sources) {
    const cli_command *c = call->command;
    int n = 0;
    if (c && c->options) sources[n++] = (cli_source){c->options, call->options};
    sources[n++] = (cli_source){&common_table, &call->common};
    for (int i = 0; c && i < c->group_count && n < CLI_TABLES; i++)
        sources[n++] = (cli_source){c->groups[i].table(), (char *)call->options + c->groups[i].offset};
    return n;
}

/* "test-fraction" is "test_fraction" */
static int same_name(const char *a, const char *b) {
    for (; *a && *b; a++, b++)
        if (*a != *b && !((*a == '-' || *a == '_') && (*b == '-' || *b == '_'))) return 0;
    return *a == *b;
}

const rao_option *cli_row(const cli_source *sources, int count, const char *name, int *which) {
    for (*which = 0; *which < count; ++*which) {
        const rao_option_table *table = sources[*which].table;
        for (int64_t i = 0; i < table->count; i++)
            if (same_name(table->rows[i].name, name)) return &table->rows[i];
    }
    return NULL;
}

static rao_status fail_unknown(cli_call *call, const char *word, const char *name) {
    enum { MOST = 128 };
    const char *names[MOST];
    cli_source sources[CLI_TABLES];
    int count = 0, source_count = cli_sources(call, sources);
    for (int t = 0; t < source_count; t++)
        for (int64_t i = 0; i < sources[t].table->count && count < MOST - 1; i++) names[count++] = sources[t].table->rows[i].name;
    names[count++] = "help";
    const char *near = rao_nearest(name, names, count, sizeof *names);
    if (near) return rao_fail(call->ctx, RAO_EINVAL, "no option %s, did you mean --%s?", word, near);
    return rao_fail(call->ctx, RAO_EINVAL, "no option %s; see rao %s --help", word, call->command->name);
}

/* Sets a row to `value`; the command speaks for every table. */
static rao_status set_option(cli_call *call, const cli_source *source, const rao_option *row, const char *value) {
    rao_option_table table = *source->table;
    table.owner = call->command->name;
    rao_status st = rao_options_set(call->ctx, &table, source->options, row->name, value);
    if (st == RAO_OK && call->given_count < CLI_GIVEN) call->given[call->given_count++] = row;
    return st;
}

/* What cannot be the value of an option: --anything, and -n where that is an option. An expression may begin with a minus: --target -mu. */
static int is_no_value(const cli_source *sources, int count, const char *word) {
    int which;
    if (!is_option(word)) return 0;
    return word[1] == '-' || !strcmp(word, "-h") || (!word[2] && cli_row(sources, count, word + 1, &which));
}

/* Takes the option at words[*at] and, where it has one behind it, its value. */
static rao_status take_option(cli_call *call, int count, char **words, int *at) {
    cli_source sources[CLI_TABLES];
    int source_count = cli_sources(call, sources), which;
    char *word = words[*at], *name = word + (word[1] == '-' ? 2 : 1), *equals = strchr(name, '=');
    if (equals) *equals = 0;
    if (!strcmp(word, "--help") || !strcmp(word, "-h")) return call->help = 1, RAO_OK;
    const rao_option *row = cli_row(sources, source_count, name, &which);
    if (!row || (word[1] != '-' && name[1])) return fail_unknown(call, word, name); /* -batch is no option, and --batch is near */
    if (equals) return set_option(call, &sources[which], row, equals + 1);
    if (row->type == RAO_OPT_FLAG) return set_option(call, &sources[which], row, "on");
    if (*at + 1 >= count || is_no_value(sources, source_count, words[*at + 1]))
        return rao_fail(call->ctx, RAO_EINVAL, "--%s needs a value", name);
    return set_option(call, &sources[which], row, words[++*at]);
}

static void set_defaults(cli_call *call) {
    cli_source sources[CLI_TABLES];
    int count = cli_sources(call, sources);
    if (call->command->defaults) call->command->defaults(call->options);
    for (int i = 0; i < count; i++) rao_options_defaults(sources[i].table, sources[i].options, sources[i].table->size);
}

rao_status cli_parse(cli_call *call, int count, char **words) {
    rao_status st;
    int only_operands = 0;
    set_defaults(call);
    call->operand = words;
    for (int i = 0; i < count; i++) {
        if (!only_operands && !strcmp(words[i], "--")) {
            only_operands = 1;
        } else if (!only_operands && is_option(words[i])) {
            if ((st = take_option(call, count, words, &i)) != RAO_OK || call->help) return st;
        } else if (call->command->operands) {
            call->operand[call->operand_count++] = words[i];
        } else {
            return rao_fail(call->ctx, RAO_EINVAL, "unexpected argument '%s'; see rao %s --help", words[i], call->command->name);
        }
    }
    return call->command->options ? rao_options_check(call->ctx, call->command->options, call->options) : RAO_OK;
}

int cli_given(const cli_call *call, const char *name) {
    for (int i = 0; i < call->given_count; i++)
        if (!strcmp(call->given[i]->name, name)) return 1;
    return 0;
}

rao_status cli_exclusive(cli_call *call, const char *a, const char *b) {
    if (!cli_given(call, a) || !cli_given(call, b)) return RAO_OK;
    return rao_fail(call->ctx, RAO_EINVAL, "--%s and --%s exclude each other", a, b);
}
