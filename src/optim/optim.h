/* optim/optim.h - what a rule is made of; seen by the files of room optim only. */
#ifndef RAO_OPTIM_OPTIM_H
#define RAO_OPTIM_OPTIM_H

#include <math.h>

#include <rao/optim.h>

/* The options that every rule has; the first member of its option struct. */
typedef struct optim_common {
    double lr, l2, weight_decay, final;
    int64_t warmup;
    int schedule;
} optim_common;
enum { SCHEDULE_CONSTANT = 0, SCHEDULE_COSINE };

/* Their rows, for the front and for the back of a rule's table. */
#define OPTIM_LR_ROW(rate)                                                                                          \
    {                                                                                                               \
        .name = "lr", .type = RAO_OPT_REAL, .offset = offsetof(optim_common, lr), .value = (rate), .max = INFINITY, \
        .flags = RAO_OPT_ABOVE_MIN, .help = "rate of a step"                                                        \
    }
#define OPTIM_COMMON_ROWS(decay)                                                                                                          \
    {.name = "weight_decay",                                                                                                              \
     .type = RAO_OPT_REAL,                                                                                                                \
     .offset = offsetof(optim_common, weight_decay),                                                                                      \
     .value = (decay),                                                                                                                    \
     .max = INFINITY,                                                                                                                     \
     .help = "decoupled: w -= rate weight_decay w"},                                                                                      \
        {.name = "l2", .type = RAO_OPT_REAL, .offset = offsetof(optim_common, l2), .max = INFINITY, .help = "adds l2 w to the gradient"}, \
        {.name = "schedule",                                                                                                              \
         .type = RAO_OPT_CHOICE,                                                                                                          \
         .offset = offsetof(optim_common, schedule),                                                                                      \
         .choices = "constant|cosine",                                                                                                    \
         .help = "the rate over the run"},                                                                                                \
        {.name = "warmup",                                                                                                                \
         .type = RAO_OPT_INT,                                                                                                             \
         .offset = offsetof(optim_common, warmup),                                                                                        \
         .max = 1e12,                                                                                                                     \
         .help = "steps over which the rate rises to lr"},                                                                                \
    {                                                                                                                                     \
        .name = "final", .type = RAO_OPT_REAL, .offset = offsetof(optim_common, final), .max = 1,                                         \
        .help = "share of lr at the end of a cosine", .with = "schedule=cosine"                                                           \
    }

enum { OPTIM_STATES = 4, OPTIM_OPTION_BYTES = 256, OPTIM_SCALARS = 8 };

/* One rule. `states` names the vectors of n numbers that a step reads from the one before (at most OPTIM_STATES; returns how many);
 * `gradient` says whether the rule wants the gradient in a buffer of its own, else state 0 gathers it with the factor `beta`. */
typedef struct optim_rule {
    rao_optim_rule face;
    int (*states)(const void *options, const char **names);
    int (*gradient)(const void *options);
    double (*beta)(const void *options);
    rao_status (*step)(rao_ctx *ctx, rao_optim *opt, double rate, rao_op *metric, rao_vec *w);
    /* rules with a metric: the same step without the gradient, and whether it is open to the coming one */
    rao_status (*step_outer)(rao_ctx *ctx, rao_optim *opt, double rate, rao_op *metric, const rao_outer *blocks, int64_t count, rao_vec *w);
    int (*takes_outer)(const rao_optim *opt, const rao_op *metric);
    rao_status (*check)(rao_ctx *ctx, const rao_optim *opt); /* options that contradict each other; NULL: none do */
    int (*keeps)(const void *options); /* whether a step can be taken back, so that two more vectors are wanted; NULL: no */
    void (*wish)(const void *options, rao_optim_wish *wish); /* rules with a metric; they keep what outlives a step in `scalars` */
} optim_rule;
extern const optim_rule optim_sgd, optim_adam, optim_adamw, optim_ngd, optim_kfac, optim_ekfac;

struct rao_optim {
    const optim_rule *rule;
    rao_dtype dtype;
    int64_t n, steps, horizon;
    union {
        optim_common common;
        char bytes[OPTIM_OPTION_BYTES];
    } options;
    rao_text settings;
    int states;
    const char *names[OPTIM_STATES];
    void *state[OPTIM_STATES], *gradient;
    double scalars[OPTIM_SCALARS];
    rao_optim_step_info info;
    rao_optim_forms_fn *forms; /* NULL: the metric's products */
    void *forms_user;
    void *before[2]; /* the parameters and state 0 before the last step, of a rule that can take it back */
    int awaits;      /* the last step waits for its judgement, and its decay with it */
    double decay_due;
    int unformed; /* the last step had its gradient as outer products and `gradient` does not hold it */
};

/* optim.c: EINVAL unless w is what opt was made for. */
rao_status optim_check_parameters(rao_ctx *ctx, const rao_optim *opt, const rao_vec *w);

/* schedule.c: the factor s(t) of the rate. */
double optim_schedule(const optim_common *o, int64_t t, int64_t horizon);

#endif
