/* cli.h - what the files of the program share: a command is one row of a table, a call is one run of it. */
#ifndef RAO_CLI_H
#define RAO_CLI_H

#include <rao/base.h>

/* Options that every command takes; defined once in args.c. */
typedef struct cli_common {
    int64_t seed, threads; /* threads 0: the library's choice */
    int json, quiet;
} cli_common;

typedef struct cli_call cli_call;

typedef struct cli_command {
    const char *name;
    const char *summary;
    const char *operands; /* "FAMILY P Q" in the usage line; NULL: the command takes none */
    const char *details;  /* paragraphs behind the options of --help, may be NULL */
    const char *example;
    const rao_option_table *options; /* NULL: the common ones only */
    rao_status (*run)(cli_call *call);
} cli_command;

struct cli_call {
    const cli_command *command;
    rao_ctx *ctx;
    cli_common common;
    void *options; /* the struct of command->options, defaults and command line applied */
    uint64_t given; /* bit i: row i of command->options stood on the command line */
    int operand_count;
    char **operand;
    int help; /* -h stood on the command line */
};

/* cmd_<name>.c, one each */
extern const cli_command cmd_info;

/* commands.c: in the order of the overview */
extern const cli_command *const cli_commands[];
extern const int cli_command_count;

/* ---- args.c ---- */

/* Fills `call` from the words behind the command's name. EINVAL. `call->operand` points into `words`, which is reordered. */
rao_status cli_parse(cli_call *call, int count, char **words);
/* Whether the option of this name stood on the command line. */
int cli_given(const cli_call *call, const char *name);
/* EINVAL when both stood on the command line. */
rao_status cli_exclusive(cli_call *call, const char *a, const char *b);
/* Whether a word is a number or a list of numbers ("-1", "-1,1", "-inf") and therefore no option. */
int cli_is_number(const char *word);
extern const rao_option_table cli_common_table;

/* ---- help.c ---- */

rao_status cli_help_overview(rao_ctx *ctx, rao_text *out);
rao_status cli_help_command(rao_ctx *ctx, const cli_command *command, rao_text *out);

/* ---- json.c ---- */

/* A JSON value under construction. The first failure sticks in `status` and turns what follows into no-ops.
 * Doubles round-trip; infinities are "inf" and "-inf", NaN is null. Inside an array `key` is NULL. */
typedef struct cli_json {
    rao_ctx *ctx;
    rao_text text;
    rao_status status;
    int comma; /* the next item needs one before it */
} cli_json;
void json_open(cli_json *j, const char *key, char bracket); /* '{' or '[' */
void json_close(cli_json *j, char bracket);                 /* '}' or ']' */
void json_real(cli_json *j, const char *key, double value);
void json_int(cli_json *j, const char *key, int64_t value);
void json_flag(cli_json *j, const char *key, int value);
void json_null(cli_json *j, const char *key);
void json_string(cli_json *j, const char *key, const char *value);
void json_reals(cli_json *j, const char *key, const double *values, int64_t count);
/* Prints the value and a newline on stdout and releases it; the status of the construction. */
rao_status json_print(cli_json *j);

/* ---- progress.c ---- */

/* One line on stderr, redrawn in place: only on a terminal, without --quiet, and when the work has lasted a second. */
typedef struct cli_progress {
    int enabled, drawn;
    double start, last;
} cli_progress;
void progress_begin(cli_progress *p, const cli_common *common);
/* `fraction` of the work is done, in [0, 1]; `note` stands behind the bar. Cheap to call often. */
void progress_show(cli_progress *p, double fraction, const char *note);
void progress_end(cli_progress *p);
double cli_seconds(void); /* monotonic clock */

/* ---- interrupt.c ---- */

/* Ctrl-C once: the context's cancel callback answers 1 from then on. Twice: the process dies as it would have. */
void interrupt_install(rao_ctx *ctx);
int interrupt_seen(void);

#endif
