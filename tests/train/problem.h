/* problem.h - the digits and a small network, for the tests of room train. */
#ifndef TEST_TRAIN_PROBLEM_H
#define TEST_TRAIN_PROBLEM_H

#include "rao_test.h"

#include <rao/train.h>

typedef struct problem {
    rao_ctx *ctx;
    rao_dataset *data;
    rao_model *model;
} problem;

static inline problem problem_open(rao_dtype dtype, const char *spec, int threads) {
    problem p = {.ctx = rao_test_ctx_threads(threads)};
    OK(p.ctx, rao_dataset_load(p.ctx, "digits", NULL, dtype, &p.data));
    OK(p.ctx, rao_model_create(p.ctx, spec, p.data, dtype, &p.model));
    return p;
}

static inline void problem_close(problem *p) {
    rao_model_destroy(&p->model);
    rao_dataset_destroy(&p->data);
    rao_test_ctx_close(&p->ctx);
}

static inline rao_train_opts small_run(int64_t batch, int64_t steps) {
    rao_train_opts o;
    rao_train_opts_init(&o);
    o.batch = batch, o.steps = steps;
    return o;
}

#endif
