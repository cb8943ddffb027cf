/* cli.h - what the files of the program share: a command is one row of a table, a call is one run of it. */
#ifndef RAO_CLI_H
#define RAO_CLI_H

#include <rao/io.h>
#include <rao/report.h>

/* Options that every command takes; defined once in args.c. */
typedef struct cli_common {
    int64_t seed, threads; /* threads 0: the library's choice */
    int json, quiet;
} cli_common;

typedef struct cli_call cli_call;

/* A table of the library whose options a command takes too, and where its struct lies in the command's own. */
typedef struct cli_group {
    const rao_option_table *(*table)(void);
    size_t offset;
} cli_group;

typedef struct cli_command {
    const char *name;
    const char *summary;
    const char *operands;                               /* "FAMILY P Q" in the usage line; NULL: the command takes none */
    rao_status (*details)(rao_ctx *ctx, rao_text *out); /* paragraphs behind the options of --help, may be NULL */
    const char *example;
    const rao_option_table *options; /* the command's own, may be NULL; their struct holds those of the groups */
    const cli_group *groups;         /* a name that stands in an earlier table (own, common, groups in order) is that table's */
    int group_count;
    void (*defaults)(void *options); /* before the tables' defaults: sizes of the library's structs; may be NULL */
    rao_status (*run)(cli_call *call);
} cli_command;

enum { CLI_TABLES = 8, CLI_GIVEN = 64, CLI_OPTION_BYTES = 1024 };
#define CLI_OPTIONS_FIT(type) _Static_assert(sizeof(type) <= CLI_OPTION_BYTES, "the options fit")

struct cli_call {
    const cli_command *command;
    rao_ctx *ctx;
    cli_common common;
    void *options;                      /* the struct of command->options, defaults and command line applied */
    const rao_option *given[CLI_GIVEN]; /* what stood on the command line, in order */
    int given_count;
    int operand_count;
    char **operand;
    int help;      /* -h stood on the command line */
    rao_text line; /* "rao race --seeds 3": for reports */
};

/* cmd_<name>.c, one each */
extern const cli_command cmd_race, cmd_spectrum, cmd_train, cmd_eval, cmd_info, cmd_bench;
extern const cli_command cmd_kl, cmd_divergence, cmd_distance, cmd_geodesic, cmd_fisher, cmd_cramer_rao, cmd_jeffreys, cmd_entropy,
    cmd_family, cmd_chentsov, cmd_curvature;

/* commands.c: in the order of the overview */
typedef struct cli_listed {
    const cli_command *command;
    const char *heading; /* above this one, "": none */
} cli_listed;
extern const cli_listed cli_commands[];
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
/* The tables that a command reads, each with the struct that it fills; returns how many (at most CLI_TABLES). Rows whose name an
 * earlier table has do not count: see cli_row. */
typedef struct cli_source {
    const rao_option_table *table;
    void *options;
} cli_source;
int cli_sources(cli_call *call, cli_source *sources);
/* The row of a name, and which source has it; NULL: none. Blanks in a name may be written - or _. */
const rao_option *cli_row(const cli_source *sources, int count, const char *name, int *which);

/* ---- help.c ---- */

rao_status cli_help_overview(rao_ctx *ctx, rao_text *out);
rao_status cli_help_command(cli_call *call, rao_text *out);

/* ---- output.c ---- */

/* What standard output is: its width, whether it takes colour and box characters. */
void cli_terminal(int descriptor, rao_terminal *terminal);
/* Prints and empties the text. */
void cli_print(rao_text *text);
rao_status cli_print_table(rao_ctx *ctx, const rao_table *table);
/* Ends the line of JSON, prints it and releases the writer; nothing is printed where it failed. */
rao_status cli_print_json(rao_ctx *ctx, rao_json_writer *json);

/* ---- progress.c ---- */

/* One line on stderr, redrawn in place: only on a terminal, without --quiet, and when the work has lasted a second. */
typedef struct cli_progress {
    rao_ctx *ctx;
    rao_text line;
    rao_terminal terminal;
    int enabled, drawn;
    int64_t count; /* of progress_show: for the rate */
    double start, last, loss;
    const char *unit; /* "steps" */
} cli_progress;
void progress_begin(cli_progress *p, rao_ctx *ctx, const cli_common *common, const char *unit);
/* One unit more is done, `fraction` of the whole in [0, 1]. Cheap to call often. The loss shown is p->loss. */
void progress_show(cli_progress *p, const char *label, double fraction);
void progress_end(cli_progress *p);
double cli_seconds(void); /* monotonic clock */

/* ---- interrupt.c ---- */

/* Ctrl-C once: the context's cancel callback answers 1 from then on. Twice: the process dies as it would have. */
void interrupt_install(rao_ctx *ctx);
int interrupt_seen(void);

#endif
