/* eval.h - one request of `rao eval`: a line of JSON in, a line of JSON out. */
#ifndef RAO_CLI_EVAL_H
#define RAO_CLI_EVAL_H

#include "cli.h"

#include <rao/family.h>

/* Families made so far: requests of a stream repeat themselves. */
enum { EVAL_FAMILIES = 16 };
typedef struct eval_kept {
    rao_family *family;
    char name[32];
    int64_t dimension;
    double fixed;
} eval_kept;

typedef struct eval_state {
    rao_ctx *ctx;
    int64_t seed;
    eval_kept kept[EVAL_FAMILIES];
    int next;
    rao_json_writer json;
} eval_state;

/* Answers one line (without its end) into `out`, an answer or an error, newline included. Only ENOMEM and EIO come back as a failure. */
rao_status eval_line(eval_state *s, const char *line, int64_t length, rao_text *out);
void eval_close(eval_state *s);

#endif
