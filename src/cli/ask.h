/* ask.h - questions about families in the words of a command line: `rao COMMAND FAMILY POINT ...`.
 *
 * A command builds a request of `rao eval`, has it answered by the same code, and shows the answer's tree; --json prints that tree. So no
 * command computes anything of its own, and none differs from `rao eval`. */
#ifndef RAO_CLI_ASK_H
#define RAO_CLI_ASK_H

#include "eval.h"

/* The first options of every such command; their table is a group of it. */
typedef struct ask_options {
    const char *chart, *fixed;
    const char *density, *log_density, *coordinates, *support; /* a family of the user's own */
    int discrete, unnormalised;
} ask_options;
const rao_option_table *ask_table(void);

typedef struct ask {
    cli_call *call;
    rao_ctx *ctx;
    eval_state *eval;
    const ask_options *options;
    const char *family; /* of the requests: operand 0, unless the command says otherwise; "own" where a density is given */
    char **point;       /* the operands behind it */
    int point_count;
} ask;

/* EINVAL: fewer operands than `least` or more than `most`, the family counted; a density takes its place. */
rao_status ask_open(ask *a, cli_call *call, const ask_options *options, int least, int most);
void ask_close(ask *a);

/* What most of these commands do: one request built, answered, and printed as its tree (--json) or shown. */
typedef struct ask_steps {
    int least, most; /* operands */
    rao_status (*build)(ask *a, cJSON **request);
    rao_status (*show)(ask *a, const cJSON *request, const cJSON *answer);
} ask_steps;
rao_status ask_run(cli_call *call, const ask_options *options, const ask_steps *steps);

/* For --help: how points are written, and densities. */
rao_status ask_explain_points(rao_ctx *ctx, rao_text *out);

/* JSON as a word, or @FILE. */
rao_status ask_json(rao_ctx *ctx, const char *what, const char *word, cJSON **tree);
/* A number of a command line, as `rao eval` has it: "inf" for an infinity. `word` is what it stands in, for the sentence. */
rao_status ask_number(rao_ctx *ctx, const char *text, int64_t length, const char *word, cJSON **item);
/* A point as written: 0,1 or JSON or @FILE with JSON. */
rao_status ask_point(rao_ctx *ctx, const char *word, cJSON **point);
/* One word: a point. Several: an array of points. */
rao_status ask_points(rao_ctx *ctx, char *const *words, int count, cJSON **points);
/* {"family", "quantity", "chart", "fixed"} of the command line, or what describes its density. */
rao_status ask_request(ask *a, const char *quantity, cJSON **request);
/* Puts `value` (taken in every case; NULL: out of memory) into an object or, without a key, behind the end of an array. */
rao_status ask_put(rao_ctx *ctx, cJSON *into, const char *key, cJSON *value);
/* Points that are objects become coordinates, so that answers are numbers for a table; those of a mixture stay. */
rao_status ask_flatten(ask *a, cJSON *request);
/* The answer, or the status and the sentence of the error that it is or that one of its items is. */
rao_status ask_answer(ask *a, const cJSON *request, cJSON **answer);
/* The answer or the error, as a tree; only ENOMEM fails. */
rao_status ask_answer_any(ask *a, const cJSON *request, cJSON **answer);
/* The status and the sentence of an "error". */
rao_status ask_fail(rao_ctx *ctx, const cJSON *error);
/* The family of a request, and the number of its chart. Borrowed until the next request. */
rao_status ask_family(ask *a, const cJSON *request, const rao_family **family, int64_t *chart);

/* ---- ask_density.c ---- */

int ask_has_density(const ask_options *o);
/* The keys that describe the density of the options. */
rao_status ask_put_density(rao_ctx *ctx, const ask_options *o, cJSON *request);
rao_status ask_explain_density(rao_ctx *ctx, rao_text *out);

/* ---- ask_pair.c: an order that is NaN is none ---- */

/* The answer for two points as written; with `any` also an error. */
rao_status ask_pair(ask *a, const char *quantity, double order, const char *p, const char *q, int any, cJSON **answer);
/* A request for every point against every other: item i n + j is point i first, point j second. */
rao_status ask_all_pairs(ask *a, const char *quantity, double order, cJSON **request);
/* Its answer as a table; of intervals the end that is named ("lower"), else NULL. */
rao_status ask_show_pairs(ask *a, const char *title, const char *end, const cJSON *answer);
/* The same as JSON, its values in rows. */
rao_status ask_print_pairs(ask *a, cJSON *answer);

/* ---- ask_show.c ---- */

void ask_put_json(rao_ctx *ctx, rao_json_writer *json, const char *key, const cJSON *tree);
/* The tree as one line of JSON on standard output. */
rao_status ask_print_json(rao_ctx *ctx, const cJSON *tree);

/* A word of the command line for a title: what is long ends in "...". */
enum { ASK_SHORT = 48 };
const char *ask_short(const char *word, char out[ASK_SHORT]);

/* One line: a label, the value of an answer (item `index` where it has many, else -1), how it was reached. */
typedef struct ask_row {
    const char *label;
    const cJSON *answer;
    int64_t index;
} ask_row;
/* Numbers in full, a reason where there is none. */
rao_status ask_show_rows(rao_ctx *ctx, const char *title, const char *first, const ask_row *rows, int64_t n);
/* One line for each point that the command line names behind the family. */
rao_status ask_show_points(ask *a, const char *title, const char *first, const cJSON *answer);
/* A matrix of numbers (an array of arrays), or one row of it. Names may be NULL. */
rao_status ask_show_matrix(rao_ctx *ctx, const char *title, const cJSON *matrix, char *const *row_names, char *const *column_names,
                           const char *note);
/* "by quadrature, error estimate 1.2e-13"; "in closed form". */
enum { ASK_QUALITY = 96 };
void ask_quality(const cJSON *answer, char text[ASK_QUALITY]);
/* The names of the numbers of a point (or of its tangent, which matrices have) in a request's chart, in scratch memory. */
rao_status ask_names(ask *a, const cJSON *request, int of_point, char ***names, int64_t *count);

#endif
