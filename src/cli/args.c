/* args.c - the words behind a command's name: options of its own table, the common options, operands.
 *
 *   --key value   --key=value   --flag   --flag=off   -n 11 (an option whose name is one letter)   -- (no options behind it)
 * A word that reads as a number, or as a list of numbers, is a value: `rao distance normal -1,1 1,2`. */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const rao_option common_rows[] = {
    {.name = "seed", .type = RAO_OPT_INT, .offset = offsetof(cli_common, seed), .value = 1, .max = INFINITY, .help = "every random number is a function of it"},
    {.name = "threads", .type = RAO_OPT_INT, .offset = offsetof(cli_common, threads), .min = 1, .max = 1024, .help = "threads; left out: the cores of this process"},
    {.name = "json", .type = RAO_OPT_FLAG, .offset = offsetof(cli_common, json), .help = "JSON on standard output and nothing else"},
    {.name = "quiet", .type = RAO_OPT_FLAG, .offset = offsetof(cli_common, quiet), .help = "no progress on standard error"},
};
const rao_option_table cli_common_table = {"rao", sizeof(cli_common), common_rows, sizeof common_rows / sizeof *common_rows};

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

/* The row of a name in a table, or NULL. */
static const rao_option *find(const rao_option_table *table, const char *name) {
    for (int64_t i = 0; table && i < table->count; i++)
        if (!strcmp(table->rows[i].name, name)) return &table->rows[i];
    return NULL;
}

static rao_status fail_unknown(cli_call *call, const char *word, const char *name) {
    enum { MOST = 96 };
    const char *names[MOST];
    int count = 0;
    const rao_option_table *tables[] = {call->command->options, &cli_common_table};
    for (int t = 0; t < 2; t++)
        for (int64_t i = 0; tables[t] && i < tables[t]->count && count < MOST - 1; i++) names[count++] = tables[t]->rows[i].name;
    names[count++] = "help";
    const char *near = rao_nearest(name, names, count, sizeof *names);
    if (near) return rao_fail(call->ctx, RAO_EINVAL, "no option %s, did you mean --%s?", word, near);
    return rao_fail(call->ctx, RAO_EINVAL, "no option %s; see rao %s --help", word, call->command->name);
}

/* Sets `name` to `value` in the table that has it; the command speaks for both tables. */
static rao_status set_option(cli_call *call, const char *name, const rao_option *row, int own, const char *value) {
    rao_option_table table = own ? *call->command->options : cli_common_table;
    table.owner = call->command->name;
    rao_status st = rao_options_set(call->ctx, &table, own ? call->options : &call->common, name, value);
    if (st == RAO_OK && own) call->given |= UINT64_C(1) << (row - table.rows);
    return st;
}

/* Takes the option at words[*at] and, where it has one behind it, its value. */
static rao_status take_option(cli_call *call, int count, char **words, int *at) {
    char *word = words[*at], *name = word + (word[1] == '-' ? 2 : 1), *equals = strchr(name, '=');
    if (equals) *equals = 0;
    if (!strcmp(name, "help") || !strcmp(word, "-h")) return call->help = 1, RAO_OK;
    const rao_option *row = find(call->command->options, name);
    int own = row != NULL;
    if (!row) row = find(&cli_common_table, name);
    if (!row || (word[1] != '-' && name[1])) return fail_unknown(call, word, name); /* -batch is no option, and --batch is near */
    if (equals) return set_option(call, name, row, own, equals + 1);
    if (row->type == RAO_OPT_FLAG) return set_option(call, name, row, own, "on");
    if (*at + 1 >= count || is_option(words[*at + 1])) return rao_fail(call->ctx, RAO_EINVAL, "--%s needs a value", name);
    return set_option(call, name, row, own, words[++*at]);
}

rao_status cli_parse(cli_call *call, int count, char **words) {
    rao_status st;
    int only_operands = 0;
    rao_options_defaults(&cli_common_table, &call->common, sizeof call->common);
    if (call->command->options) rao_options_defaults(call->command->options, call->options, call->command->options->size);
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
    return RAO_OK;
}

int cli_given(const cli_call *call, const char *name) {
    const rao_option *row = find(call->command->options, name);
    return row && (call->given >> (row - call->command->options->rows) & 1);
}

rao_status cli_exclusive(cli_call *call, const char *a, const char *b) {
    if (!cli_given(call, a) || !cli_given(call, b)) return RAO_OK;
    return rao_fail(call->ctx, RAO_EINVAL, "--%s and --%s exclude each other", a, b);
}
