/* problem.h - data and model from the command line, and the settings that every result prints; shared by the commands that train. */
#ifndef RAO_CLI_PROBLEM_H
#define RAO_CLI_PROBLEM_H

#include "cli.h"

#include <rao/io.h>
#include <rao/nn.h>
#include <rao/report.h>
#include <rao/train.h>

/* In a command's option struct; its rows: PROBLEM_ROWS. */
typedef struct problem_options {
    const char *data, *model;
    int dtype; /* 0: f32, 1: f64 */
    rao_dataset_opts dataset;
} problem_options;
#define PROBLEM_ROWS(owner, member)                                                                                   \
    {.name = "data",                                                                                                  \
     .type = RAO_OPT_STRING,                                                                                          \
     .offset = offsetof(owner, member.data),                                                                          \
     .text = "digits",                                                                                                \
     .help = "digits | idx:IMAGES,LABELS[,..] | npy:X,Y[,..] | csv:FILE[:target=COL]"},                               \
        {.name = "model",                                                                                             \
         .type = RAO_OPT_STRING,                                                                                      \
         .offset = offsetof(owner, member.model),                                                                     \
         .help = "mlp:IN-HIDDEN-..-OUT:ACTIVATION[:HEAD]; left out: mlp:64-32-10:tanh, with IN and OUT of the data"}, \
    {                                                                                                                 \
        .name = "dtype", .type = RAO_OPT_CHOICE, .offset = offsetof(owner, member.dtype), .choices = "f32|f64",       \
        .help = "number type of the network"                                                                          \
    }

typedef struct problem {
    rao_dataset *data;
    rao_model *model;
} problem;

/* Loads the data (its split by --seed) and makes the model. */
rao_status problem_open(cli_call *call, problem_options *options, problem *p);
void problem_close(problem *p);
/* EINVAL where two of --epochs, --steps and --seconds were given. */
rao_status problem_one_budget(cli_call *call);
/* The optimisers with their keys, for --help. */
rao_status problem_details(rao_ctx *ctx, rao_text *out);

/* ---- settings: key and value, printed alike in JSON, on the terminal and in a report ---- */

typedef struct setting_row {
    const char *key; /* static */
    rao_text value;
    enum { SETTING_TEXT = 0, SETTING_INT, SETTING_REAL } kind;
    int64_t whole;
    double real;
} setting_row;
enum { SETTINGS_MOST = 32 };
typedef struct settings {
    rao_ctx *ctx;
    rao_status status; /* the first failure sticks */
    int count;
    setting_row row[SETTINGS_MOST];
} settings;
void settings_text(settings *s, const char *key, const char *value);
void settings_int(settings *s, const char *key, int64_t value);
void settings_real(settings *s, const char *key, double value);
void settings_destroy(settings *s);
/* One aligned line each. */
rao_status settings_print(const settings *s, rao_text *out);
/* Into the object that is open. */
void settings_json(const settings *s, rao_json_writer *json);
/* As pairs for a report; `pairs` has room for SETTINGS_MOST. */
void settings_pairs(const settings *s, rao_pair *pairs);
/* Data, model, parameters, dtype, and what a run's options come to on them. */
void settings_problem(settings *s, const problem *p, const rao_train_opts *opts);

#endif
